"""Where a firm stands on a ladder: what it holds, what it meets, what the next rung still asks.

Pure: a ladder, an evaluator of the policies for the firm and the day. Unknown is never no: a rung
whose title nobody has told of is open, and one without known criteria says nothing of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from lianshu.engine.expressions import Interpreter, Judged, Node, Outcome
from lianshu.engine.policy.compiled import Policy
from lianshu.engine.policy.describing import counting
from lianshu.engine.policy.evaluating import Decision, Evaluator
from lianshu.engine.policy.ladders import Ladder, LadderVersion, Rung

_counting = lru_cache(maxsize=256)(counting)
_MET = Judged(Outcome.MET)
_NO = Judged(Outcome.NOT_MET)


@dataclass(frozen=True)
class RungStanding:
    """One rung for a firm. ``held`` is whether it has the title: of a rung without one, whether it
    meets the policy. ``decision`` is of the version in force on the day; None where the rung names
    no policy, or none that holds on the day."""

    rung: Rung
    held: Judged
    decision: Decision | None

    @property
    def conditions(self) -> Judged | None:
        """What its policy comes to; None where nothing is known of what is asked."""
        return None if self.decision is None else self.decision.verdict

    @property
    def gap(self) -> tuple[str, ...]:
        """The conditions that stand in the way: not met first, then those still open. While the
        policy is open only the open ones decide: one not met has alternatives. Nothing where it is
        met already, and nothing where it is not for the firm."""
        if self.decision is None or self.decision.verdict.outcome.passes:
            return ()
        names = _counting(self.decision.policy)
        outcomes = {name: self.decision.conditions[name].outcome for name in names}
        waiting = [name for name in names if outcomes[name].open]
        if self.decision.verdict.outcome.open:
            return tuple(waiting)
        return (*(name for name in names if outcomes[name] is Outcome.NOT_MET), *waiting)

    @property
    def missing(self) -> tuple[str, ...]:
        """The facts that it waits for, those of the policy's target group first."""
        if self.decision is None or self.decision.verdict.outcome.passes:
            return ()
        found = list(self.decision.applies.missing)
        found += [key for name in self.gap for key in self.decision.conditions[name].missing]
        return tuple(dict.fromkeys(found))

    @property
    def perhaps_not_for_it(self) -> bool:
        """Whether it is open if the policy is for the firm at all."""
        return self.decision is not None and self.decision.applies.outcome.open


@dataclass(frozen=True)
class Standing:
    """Where a firm stands on the day. Places are indexes of ``rungs``, lowest first.

    ``held`` is the highest rung whose title it has, ``qualified`` the highest whose conditions are
    met, ``next`` the one to reach for: the lowest above what it holds whose policy is for the firm;
    None at the top, where nothing above is for the firm, and where the ladder itself is not.
    """

    ladder: Ladder
    version: LadderVersion | None
    day: date
    applies: Judged
    rungs: tuple[RungStanding, ...]
    held: int | None
    qualified: int | None
    next: int | None

    @property
    def perhaps(self) -> tuple[int, ...]:
        """Rungs above what it holds of whose titles nothing is known."""
        lowest = -1 if self.held is None else self.held
        return tuple(
            place
            for place, one in enumerate(self.rungs)
            if place > lowest and one.held.outcome.open
        )

    @property
    def next_rung(self) -> RungStanding | None:
        """The rung to reach for."""
        return None if self.next is None else self.rungs[self.next]

    @property
    def climbs(self) -> bool:
        """Whether the ladder is for the firm on the day, as far as that is known."""
        closed = (Outcome.NOT_MET, Outcome.NOT_APPLICABLE)
        return self.version is not None and self.applies.outcome not in closed


Truths = dict[str, Judged]
"""What titles came to for one firm and day, by how they are recognised: ladders share them."""


def stand(ladder: Ladder, evaluator: Evaluator, truths: Truths | None = None) -> Standing:
    """Where the evaluator's firm stands on its day. Whoever asks for several ladders of one firm
    gives them the same ``truths``."""
    day, known = evaluator.day, {} if truths is None else truths
    version = ladder.on(day)
    applies = _MET
    if ladder.target is not None:
        applies = _truth(ladder.definition.region or "", ladder.target, evaluator, known)
    if version is None or applies.outcome is Outcome.NOT_MET:
        return Standing(ladder, version, day, applies, (), None, None, None)
    rungs = tuple(_rung(rung, evaluator, known) for rung in version.rungs)
    held = _highest(one.held for one in rungs)
    return Standing(
        ladder=ladder,
        version=version,
        day=day,
        applies=applies,
        rungs=rungs,
        held=held,
        qualified=_highest(one.conditions for one in rungs),
        next=_next(rungs, held),
    )


def _next(rungs: tuple[RungStanding, ...], held: int | None) -> int | None:
    """The lowest rung above what it holds; one whose policy is not for the firm is stepped over."""
    for place in range(0 if held is None else held + 1, len(rungs)):
        asked = rungs[place].conditions
        if asked is None or asked.outcome is not Outcome.NOT_APPLICABLE:
            return place
    return None


def _highest(judged: Iterator[Judged | None]) -> int | None:
    places = [
        place for place, one in enumerate(judged) if one is not None and one.outcome is Outcome.MET
    ]
    return places[-1] if places else None


def _truth(text: str, node: Node, evaluator: Evaluator, known: Truths) -> Judged:
    if text not in known:
        reader = Interpreter(evaluator.firm, evaluator.day, verdicts=evaluator.verdict)
        known[text] = reader.truth(node)
    return known[text]


def _rung(rung: Rung, evaluator: Evaluator, known: Truths) -> RungStanding:
    decision = _decision(rung, evaluator)
    if rung.held is not None:
        held = _truth(rung.definition.held or "", rung.held, evaluator, known)
    else:
        # No title is given for it: one stands on it by meeting what it asks.
        held = _NO if decision is None else decision.verdict
    return RungStanding(rung, held, decision)


def _decision(rung: Rung, evaluator: Evaluator) -> Decision | None:
    """By the version in force; where a transitional rule keeps an older one alive for the firm,
    the one in its own time comes first."""
    named = rung.definition.policy
    if named is None:
        return None
    for policy in _versions(tuple(evaluator.policies), named, evaluator.day):
        decision = evaluator.decision(policy)
        if decision.in_force:
            return decision
    return None


@lru_cache(maxsize=1024)
def _versions(policies: tuple[Policy, ...], name: str, day: date) -> tuple[Policy, ...]:
    """The versions of a policy, the one in its own time first: asked for each firm anew."""
    found = [one for one in policies if one.id == name]
    return tuple(sorted(found, key=lambda one: (not one.in_force(day), one.version)))
