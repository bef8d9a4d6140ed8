"""The registered firms, ready to be asked; firms come and go one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lianshu.engine.identity import normalise_credit_code
from lianshu.engine.linkage.blocking import Postings
from lianshu.engine.linkage.forms import forms_of
from lianshu.engine.linkage.model import Record
from lianshu.engine.linkage.scoring import model

_SEGMENTS: Final = 6


class Segment:
    """Firms that were indexed together; one that left stays, marked as gone."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.records = records
        self.forms = forms_of(records)
        self.postings = Postings(self.forms, model().weights)
        self.alive: NDArray[np.bool_] = np.ones(len(records), bool)


class Index:
    """Registered firms by code and by all their names.

    What comes later is a segment of its own, so that a change costs what changed; segments are
    joined when there are many. No answer depends on how firms are spread over segments.
    """

    def __init__(self) -> None:
        self._records: dict[str, Record] = {}
        self._places: dict[str, tuple[Segment, int]] = {}
        self._pending: dict[str, Record] = {}
        self._codes: dict[str, set[str]] = {}
        self._segments: list[Segment] = []

    @classmethod
    def build(cls, records: Iterable[Record]) -> Index:
        """An index of these records; of two with one id the later counts."""
        made = cls()
        for record in records:
            made.put(record)
        made.segments()
        return made

    def __len__(self) -> int:
        return len(self._records)

    def __contains__(self, id: object) -> bool:
        return id in self._records

    def get(self, id: str) -> Record | None:
        """The record of that id."""
        return self._records.get(id)

    def put(self, record: Record) -> None:
        """Add a firm, or replace what was known of it."""
        if record.id in self._records:
            self.remove(record.id)
        self._records[record.id] = self._pending[record.id] = record
        if record.uscc:
            self._codes.setdefault(normalise_credit_code(record.uscc), set()).add(record.id)

    def remove(self, id: str) -> None:
        """Forget a firm; one that is not there is no error."""
        record = self._records.pop(id, None)
        if record is None:
            return
        self._pending.pop(id, None)
        place = self._places.pop(id, None)
        if place is not None:
            place[0].alive[place[1]] = False
        if record.uscc:
            code = normalise_credit_code(record.uscc)
            self._codes[code].discard(id)
            if not self._codes[code]:
                del self._codes[code]

    def having_code(self, code: str) -> frozenset[str]:
        """Ids of the firms with that credit code."""
        return frozenset(self._codes.get(code, ()))

    def segments(self) -> list[Segment]:
        """All segments, with what came last in its own."""
        if self._pending:
            self._add(list(self._pending.values()))
            self._pending = {}
        if len(self._segments) > _SEGMENTS:
            self._segments.sort(key=lambda each: -len(each.records))
            small = self._segments[1:]
            del self._segments[1:]
            self._add([r for s in small for r, on in zip(s.records, s.alive, strict=True) if on])
        return self._segments

    def _add(self, records: Sequence[Record]) -> None:
        segment = Segment(records)
        self._segments.append(segment)
        for at, record in enumerate(records):
            self._places[record.id] = segment, at
