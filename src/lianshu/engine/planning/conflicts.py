"""A smallest set of limits that cannot be kept together: what to name when no plan exists.

Where quotas form a tree, Hoffman's theorem says what stands in the way: a set of nodes into which
more must flow than may flow out of it. The limits on its border are the candidates; a deletion
filter (Chinneck, Feasibility and Infeasibility in Optimization, 6.1), which drops halves, quarters
and in the end single limits, leaves out every limit that is not needed, so that the rest, without
any one of them, could be kept (an irreducible infeasible set). Two orders are tried and the
shorter answer is given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lianshu.engine.planning.frames import Element, Frame
from lianshu.engine.planning.model import Conflict, Problem

TRIALS = 6000
"""So many subsets are tried before the answer is given as it is, marked as not proved;"""
WORK = 25_000_000
"""and so many arcs are gone through."""


def find_conflict(problem: Problem, *, trials: int = TRIALS) -> Conflict | None:
    """An irreducible set of limits that no plan keeps, or None when some plan keeps all."""
    frame = Frame.of(problem)
    alone = frame.crossed()
    if alone is not None:
        return _named(frame, alone)
    everything = frame.all_kept()
    if frame.tree is None:
        if frame.fits(everything):
            return None
        # Each question is an integer program of the whole, so fewer can be asked.
        most = min(trials, max(200, WORK // (10 * len(problem.pairs) + 1)))
        return _named(frame, frame.lonely()) or _filtered(
            frame, frame.elements(), lambda few: not frame.fits(frame.kept(few)), most
        )
    inside = frame.cut(everything)
    if inside is None:
        return None
    lonely = _named(frame, frame.lonely())
    if lonely is not None:
        return lonely
    candidates = frame.border(inside)
    small = frame.small(candidates)
    most = min(trials, WORK // max(1, len(small)))
    return _filtered(frame, candidates, lambda few: not small.fits(few), most)


def _named(frame: Frame, elements: Sequence[Element] | None) -> Conflict | None:
    if elements is None:
        return None
    return Conflict(tuple(frame.limit(each) for each in elements))


def _filtered(
    frame: Frame,
    candidates: list[Element],
    conflicts: Callable[[Sequence[Element]], bool],
    trials: int,
) -> Conflict:
    """The shorter of what two orders leave."""
    first, spent = _deletion_filter(candidates, conflicts, trials)
    proved, best = spent < trials, first
    if 2 * spent < trials:
        second, more = _deletion_filter(candidates[::-1], conflicts, trials - spent)
        if more < trials - spent and len(second) < len(first):
            best = second
    return Conflict(tuple(frame.limit(each) for each in sorted(best)), proved)


def _deletion_filter(
    elements: list[Element], conflicts: Callable[[Sequence[Element]], bool], trials: int
) -> tuple[list[Element], int]:
    """What is left when nothing more can be left out, and the trials that took; as many as were
    allowed when they did not suffice."""
    kept, spent = list(elements), 0
    size = len(kept)
    while size:
        size = (size + 1) // 2
        at = 0
        while at < len(kept):
            if spent >= trials:
                return kept, trials
            spent += 1
            without = kept[:at] + kept[at + size :]
            if conflicts(without):
                kept = without
            else:
                at += size
        if size == 1:
            break
    return kept, spent
