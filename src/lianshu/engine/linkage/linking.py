"""Which firm is which: one answer for each row, in the order of rows.

A match needs a high probability, a gap to the second, and evidence that stands by itself: a code,
an equal name, or a name whose characters say more than a trade. Whatever is contradicted (another
place, another code) goes to a person, as does every tie.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from lianshu.engine.identity import Verdict, check_credit_code, normalise_credit_code
from lianshu.engine.linkage.comparing import FEATURES, compare
from lianshu.engine.linkage.encoding import Whole
from lianshu.engine.linkage.explaining import reasons_of
from lianshu.engine.linkage.forms import forms_of
from lianshu.engine.linkage.index import Index
from lianshu.engine.linkage.model import Candidate, Decision, Link, Reason, Record
from lianshu.engine.linkage.names import normal_name
from lianshu.engine.linkage.scoring import Model, model
from lianshu.engine.linkage.searching import Found, search

SHOWN: Final = 5
BY_CODE: Final = 0.999
_TELLING: Final = 2.2
"""Least weight of the characters two names share, unless the names are equal."""
_CLAIMED: Final = 0.95
"""Least probability of a match with a firm that another row of the list fits better."""
_RIVAL: Final = 0.3
"""A second candidate with this share of the first's probability is named."""
_CODE_LENGTH: Final = 18
_AT: Final = {name: at for at, name in enumerate(FEATURES)}


def link(rows: Sequence[Record], index: Index) -> list[Link]:
    """One answer for each row. A firm that another row fits better is less likely for this one."""
    return _answers(rows, index, search(rows, index), itself=True)


def doubles(rows: Sequence[Record], index: Index) -> list[Link]:
    """Which other firm of the register each row, itself one of its records, may be."""
    return _answers(rows, index, search(rows, index, itself=False), itself=False)


def _answers(rows: Sequence[Record], index: Index, found: Found, *, itself: bool) -> list[Link]:
    places = np.arange(len(rows))
    starts = np.searchsorted(found.row, places)
    ends = np.searchsorted(found.row, places, side="right")
    judge = _Judge(found, index, model(), itself=itself)
    spans = zip(rows, starts.tolist(), ends.tolist(), strict=True)
    return [judge.answer(row, start, end) for row, start, end in spans]


def relink(
    rows: Sequence[Record], links: Sequence[Link], index: Index, changed: Iterable[str]
) -> list[Link]:
    """The answers after the firms `changed` came, went or were renamed; `index` is as of now.

    Asked anew are the rows that had one of them among their candidates, those that one of them
    might be now, and rows that share a firm with these. All other links stay as they are.
    """
    ids = set(changed)
    now = [record for record in map(index.get, sorted(ids)) if record is not None]
    touched = {
        at for at, each in enumerate(links) if any(c.entity_id in ids for c in each.candidates)
    }
    if now:
        near = search(rows, Index.build(now))
        touched.update(near.row[near.score > _NEAR].tolist())
        codes = {normalise_credit_code(each.uscc) for each in now if each.uscc}
        touched.update(at for at, row in enumerate(rows) if row.uscc and _code(row) in codes)
    shared = {links[at].entity_id for at in touched} - {""}
    touched.update(at for at, each in enumerate(links) if each.entity_id in shared)
    order = sorted(touched)
    found = search([rows[at] for at in order], index)
    # Rows that are sure of a firm keep it from those asked anew, so they are asked along.
    likely = np.flatnonzero(found.probability > _LIKELY)
    firms = {found.entity(at).id for at in likely.tolist()}
    along = [at for at, each in enumerate(links) if each.entity_id in firms and at not in touched]
    again = sorted([*order, *along])
    answers = list(links)
    for at, answer in zip(again, link([rows[at] for at in again], index), strict=True):
        if at in touched:
            answers[at] = answer
    return answers


_NEAR: Final = -5.0
"""A score from which on a new firm may change what is said of a row."""
_LIKELY: Final = 0.01
"""Candidates above this are worth asking who else is sure of them."""


def _code(row: Record) -> str:
    """The credit code of a row, "" when it is no code at all. A wrong check character is only a
    warning: such codes are in use."""
    code = normalise_credit_code(row.uscc)
    usable = len(code) == _CODE_LENGTH and code.isascii() and code.isalnum()
    return code if usable and len(set(code)) > 2 else ""


class _Judge:
    """From candidates to an answer."""

    def __init__(self, found: Found, index: Index, made: Model, *, itself: bool) -> None:
        self._found, self._index, self._model, self._itself = found, index, made, itself

    def answer(self, row: Record, start: int, end: int) -> Link:
        """The answer for the row whose candidates are from `start` to `end`."""
        code = _code(row)
        remarks: list[Reason] = []
        if row.uscc and not code:
            remarks.append(Reason("uscc", "unusable", row.uscc))
        elif code and check_credit_code(code).verdict is Verdict.INVALID:
            remarks.append(Reason("uscc", "check_wrong", code))
        owners = sorted(self._index.having_code(code)) if code else []
        if not self._itself:
            owners = [each for each in owners if each != row.id]
        if len(owners) == 1:
            return self._by_code(row, owners[0], start, end, remarks)
        if len(owners) > 1:
            remarks.append(Reason("uscc", "shared", code))
        return self._by_name(row, code, owners, start, end, remarks)

    def _by_code(
        self, row: Record, owner: str, start: int, end: int, remarks: list[Reason]
    ) -> Link:
        """The firm with the row's code, unless the names say otherwise."""
        found = self._found
        entity = self._index.get(owner)
        assert entity is not None
        others = [at for at in range(start, end) if found.entity(at).id != owner]
        second = float(found.probability[others[0]]) if others else 0.0
        equal = Reason("uscc", "equal", normalise_credit_code(row.uscc))
        agrees = not normal_name(row.name) or _alike(row, entity, self._model)
        shown = [Candidate(owner, BY_CODE, (equal, *self._own(row, owner, start, end)))]
        if agrees:
            shown += self._shown(row, others[: SHOWN - 1], scale=1 - BY_CODE)
            gap = BY_CODE - (shown[1].probability if len(shown) > 1 else 0.0)
            reasons = (*shown[0].reasons, *remarks)
            return Link(row.id, owner, BY_CODE, gap, "match", reasons, tuple(shown))
        against = Reason("uscc", "contradicts", f"{row.name}／{entity.name}")
        sure = max(0.0, 1 - second) / 2
        shown = [Candidate(owner, sure, (equal, against))]
        shown += self._shown(row, others[: SHOWN - 1], scale=0.5)
        shown.sort(key=lambda each: -each.probability)
        gap = shown[0].probability - (shown[1].probability if len(shown) > 1 else 0.0)
        reasons = (equal, against, *remarks)
        best = shown[0]
        return Link(row.id, best.entity_id, best.probability, gap, "review", reasons, tuple(shown))

    def _own(self, row: Record, owner: str, start: int, end: int) -> tuple[Reason, ...]:
        at = next((at for at in range(start, end) if self._found.entity(at).id == owner), None)
        return () if at is None else reasons_of(self._found, at, row)

    def _shown(self, row: Record, places: Sequence[int], *, scale: float) -> list[Candidate]:
        found = self._found
        return [
            Candidate(
                found.entity(at).id,
                scale * float(found.probability[at]),
                reasons_of(found, at, row),
            )
            for at in places
        ]

    def _by_name(
        self,
        row: Record,
        code: str,
        owners: Sequence[str],
        start: int,
        end: int,
        remarks: list[Reason],
    ) -> Link:
        """By names alone; the code can only speak against."""
        found, made = self._found, self._model
        if start == end:
            if owners:
                shown = tuple(Candidate(each, 1 / len(owners), tuple(remarks)) for each in owners)
                first = shown[0]
                return Link(
                    *(row.id, first.entity_id, first.probability, 0.0, "review"),
                    tuple(remarks),
                    shown[:SHOWN],
                )
            kind = "none" if normal_name(row.name) else "empty"
            reasons = (Reason("row", kind), *remarks)
            return Link(row.id, "", 0.0, 0.0, "new", reasons)
        best = float(found.probability[start])
        gap = best - (float(found.probability[start + 1]) if end - start > 1 else 0.0)
        doubts = self._doubts(row, code, owners, start, end)
        decision: Decision = "review"
        if best < made.floor and not owners:
            decision = "new"
        elif best >= made.accept and gap >= made.gap and not doubts:
            decision = "match"
        elif not doubts:
            near = end - start > 1 and best - gap > _RIVAL * best
            close = Reason("other", "close", found.entity(start + 1).name if near else "")
            doubts = [close if near else Reason("row", "weak")]
        places = range(start, min(end, start + (2 if decision == "match" else SHOWN)))
        shown = tuple(self._shown(row, places, scale=1.0))
        none = (Reason("row", "weak"),) if decision == "new" else ()
        doubts = [] if none else [each for each in doubts if each not in shown[0].reasons]
        reasons = (*none, *shown[0].reasons, *doubts, *remarks)
        id = "" if decision == "new" else shown[0].entity_id
        return Link(row.id, id, best, gap, decision, reasons, shown)

    def _doubts(
        self, row: Record, code: str, owners: Sequence[str], start: int, end: int
    ) -> list[Reason]:
        """What forbids to decide without a person, however likely it is."""
        found = self._found
        values = found.evidence.values[start]
        entity = found.entity(start)
        doubts = []
        equal = bool(values[_AT["core_equal"]])
        if not equal and values[_AT["shared"]] < _TELLING:
            doubts.append(Reason("name", "generic", row.name))
        if values[_AT["place_differs"]]:
            doubts.append(Reason("region", "contradicts", entity.name))
        own = _code(entity)
        if code and own and own != code and entity.id not in owners:
            doubts.append(Reason("uscc", "differs", f"{code}／{own}"))
        if found.claimed[start] and found.probability[start] < _CLAIMED:
            doubts.append(Reason("other", "claimed", entity.name))
        if owners and entity.id not in owners:
            doubts.append(Reason("uscc", "contradicts", f"{row.name}／{entity.name}"))
        return doubts


def _alike(row: Record, entity: Record, made: Model) -> bool:
    """Whether any names of the two do not contradict each other."""
    left, right = forms_of([row]), forms_of([entity])
    if not len(left) or not len(right):
        return True
    at: Whole = np.repeat(np.arange(len(left)), len(right))
    to: Whole = np.tile(np.arange(len(right)), len(left))
    evidence = compare(left, at, right, to, made.weights)
    column = evidence.column
    alike = (column("complete") > 0) | (column("brand_sounds") > 0) | (column("brand_whole") > 0)
    alike |= (column("lost_share") < 0.5) & (column("shared") > 1)
    return bool(alike.any())
