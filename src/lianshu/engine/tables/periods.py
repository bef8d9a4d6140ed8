"""Periods a fact is about: half-open intervals of days, aligned with the calendar."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

_DAY = timedelta(days=1)
_YEAR = re.compile(r"(\d{4})")
_QUARTER = re.compile(r"(\d{4})Q([1-4])")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_LAST_YEAR = 9998


class PeriodKind(StrEnum):
    """How long a period is."""

    INSTANT = "instant"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def zh(self) -> str:
        """As people say it."""
        return {"instant": "时点", "month": "月", "quarter": "季度", "year": "年"}[self.value]


class PeriodError(ValueError):
    """An interval that is no period; the message says which one it would have to be."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From `start` until `end` (excluded). An instant is one day; the others begin and end with
    their month, quarter or year, so that two of one kind are the same or apart, never across.

    Raises PeriodError for any other interval.
    """

    start: date
    end: date
    kind: PeriodKind

    def __post_init__(self) -> None:
        if not self.start < self.end:
            raise PeriodError(f"期间的起日 {self.start} 不早于止日 {self.end}，请核对")
        bounds = _bounds(self.kind, self.start)
        if bounds != (self.start, self.end):
            right = Period(*bounds, self.kind)
            raise PeriodError(
                f"{self.start} 至 {self.end}（不含）不是一个自然{self.kind.zh}，会与 {right.label} "
                f"重叠；请用 {right.start} 至 {right.end}（不含），或改用别的期间类型"
            )

    @classmethod
    def covering(cls, kind: PeriodKind, day: date) -> Period:
        """The period of `kind` that holds `day`."""
        start, end = _bounds(kind, day)
        return cls(start, end, kind)

    @classmethod
    def year(cls, year: int) -> Period:
        """A calendar year."""
        return cls.covering(PeriodKind.YEAR, date(year, 1, 1))

    @classmethod
    def quarter(cls, year: int, quarter: int) -> Period:
        """Quarter 1 to 4 of a year."""
        return cls.covering(PeriodKind.QUARTER, date(year, 3 * quarter - 2, 1))

    @classmethod
    def month(cls, year: int, month: int) -> Period:
        """A calendar month."""
        return cls.covering(PeriodKind.MONTH, date(year, month, 1))

    @classmethod
    def instant(cls, day: date) -> Period:
        """A day: what was so at that time."""
        return cls.covering(PeriodKind.INSTANT, day)

    @classmethod
    def parse(cls, label: str) -> Period:
        """The period of a label: `2025`, `2025Q3`, `2025-07` or `2025-07-31`. Raises PeriodError"""
        try:
            if found := _YEAR.fullmatch(label):
                return cls.year(int(found[1]))
            if found := _QUARTER.fullmatch(label):
                return cls.quarter(int(found[1]), int(found[2]))
            if found := _MONTH.fullmatch(label):
                return cls.month(int(found[1]), int(found[2]))
            return cls.instant(date.fromisoformat(label))
        except ValueError as error:
            raise PeriodError(
                f"“{label}”不是期间；请写 2025、2025Q3、2025-07 或 2025-07-31"
            ) from error

    @property
    def label(self) -> str:
        """`2025`, `2025Q3`, `2025-07` or `2025-07-31`."""
        if self.kind is PeriodKind.YEAR:
            return f"{self.start.year:04d}"
        if self.kind is PeriodKind.QUARTER:
            return f"{self.start.year:04d}Q{(self.start.month + 2) // 3}"
        if self.kind is PeriodKind.MONTH:
            return f"{self.start:%Y-%m}"
        return self.start.isoformat()

    def holds(self, day: date) -> bool:
        """Whether `day` lies in it."""
        return self.start <= day < self.end

    def overlaps(self, other: Period) -> bool:
        """Whether they share a day."""
        return self.start < other.end and other.start < self.end


def _bounds(kind: PeriodKind, day: date) -> tuple[date, date]:
    if day.year > _LAST_YEAR:
        raise PeriodError(f"日期 {day} 太远，请核对年份")
    if kind is PeriodKind.INSTANT:
        return day, day + _DAY
    months = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}[kind]
    first = (day.month - 1) // months * months
    after = first + months
    return (
        date(day.year, first + 1, 1),
        date(day.year + after // 12, after % 12 + 1, 1),
    )
