"""Candidates of the rows of a list with their scores, all rows at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from lianshu.engine.linkage.comparing import Evidence, compare
from lianshu.engine.linkage.encoding import Real, Whole
from lianshu.engine.linkage.forms import Forms, forms_of
from lianshu.engine.linkage.index import Index, Segment
from lianshu.engine.linkage.model import Record
from lianshu.engine.linkage.scoring import Model, model, shares

MOST: Final = 20
"""Firms compared with a name, of each segment."""
_CLAIM: Final = 0.9


@dataclass(frozen=True, eq=False)
class Found:
    """Candidates ordered by row, the likeliest first. `segment` and `record` say which firm,
    `asked` and `form` which two names were the most alike, `claimed` whether another row of the
    list fits the firm better."""

    forms: Forms
    segments: Sequence[Segment]
    row: Whole
    segment: Whole
    record: Whole
    asked: Whole
    form: Whole
    evidence: Evidence
    score: Real
    probability: Real
    claimed: Whole

    def entity(self, at: int) -> Record:
        """The firm of the candidate at `at`."""
        return self.segments[int(self.segment[at])].records[int(self.record[at])]


def search(rows: Sequence[Record], index: Index, *, itself: bool = True) -> Found:
    """All candidates of all rows. Without `itself` rows are records of the index: none is its own
    candidate, and none has a better claim than another."""
    made, asked = model(), forms_of(rows)
    segments = list(index.segments())
    pieces = [
        _of_segment(number, segment, asked, made, () if itself else rows)
        for number, segment in enumerate(segments)
        if len(segment.forms)
    ]
    found = [each for each in pieces if each is not None]
    if not found:
        none, bare = np.zeros(0, np.int64), np.zeros(0, np.float32)
        nothing = compare(asked, none, asked, none, made.weights)
        return Found(asked, segments, none, none, none, none, none, nothing, bare, bare, none)
    columns = [np.concatenate([each[n] for each in found]) for n in range(5)]
    row, number, record, asked_at, form = columns
    score = np.concatenate([each[5] for each in found])
    values = np.concatenate([each[6].values for each in found])
    firm = number * (1 + max(len(each.records) for each in segments)) + record
    claimed = _claimed(row, firm, score, len(rows)) if itself else np.zeros_like(row)
    score = score - np.float32(made.claimed) * claimed
    probability = shares(row, score, len(rows))
    order = np.lexsort((record, number, -score, row))
    return Found(
        asked,
        segments,
        row[order],
        number[order],
        record[order],
        asked_at[order],
        form[order],
        Evidence(values[order]),
        score[order],
        probability[order],
        claimed[order],
    )


_Piece = tuple[Whole, Whole, Whole, Whole, Whole, Real, Evidence]


def _of_segment(
    number: int, segment: Segment, asked: Forms, made: Model, apart: Sequence[Record]
) -> _Piece | None:
    """Best pair of names for each row and firm of one segment, without the firms `apart`, each
    the one of its row."""
    right = segment.forms
    alive = segment.alive[right.owner]
    pieces = list(segment.postings.pairs(asked, MOST, alive))
    if not pieces:
        return None
    at = np.concatenate([each[0] for each in pieces])
    to = np.concatenate([each[1] for each in pieces])
    if apart:
        places = {record.id: place for place, record in enumerate(segment.records)}
        own = np.array([places.get(record.id, -1) for record in apart], np.int64)
        other = right.owner[to] != own[asked.owner[at]]
        at, to = at[other], to[other]
    evidence = compare(asked, at, right, to, made.weights)
    score = made.scores(evidence, asked, at, right, to)
    row, record = asked.owner[at], right.owner[to]
    order = np.lexsort((-score, record, row))
    new = np.ones(len(order), bool)
    new[1:] = (np.diff(row[order]) != 0) | (np.diff(record[order]) != 0)
    kept = order[new]
    numbers = np.full(len(kept), number, np.int64)
    return (
        *(row[kept], numbers, record[kept], at[kept], to[kept]),
        score[kept],
        Evidence(evidence.values[kept]),
    )


def _claimed(row: Whole, firm: Whole, score: Real, count: int) -> Whole:
    """1 where another row of the list is surely that firm and fits it better."""
    sure = np.flatnonzero(shares(row, score, count) >= _CLAIM)
    order = sure[np.lexsort((row[sure], -score[sure], firm[sure]))]
    first = np.ones(len(order), bool)
    first[1:] = np.diff(firm[order]) != 0
    best = order[first]
    if not len(best):
        return np.zeros(len(row), np.int64)
    at = np.minimum(np.searchsorted(firm[best], firm), len(best) - 1)
    claim = best[at]
    taken = (firm[claim] == firm) & (row[claim] != row) & (score[claim] > score)
    found: Whole = taken.astype(np.int64)
    return found
