"""What a question about a fact is answered with: never a bare value, never a bare no."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from lianshu.engine.tables import (
    KNOWN_ABSENT,
    Absent,
    FactDefinition,
    HoldingDefinition,
    Period,
    Ratio,
    Use,
    Value,
)
from lianshu.registry.models import Holding


class Knowledge(StrEnum):
    """Whether something is known; unknown is not no."""

    KNOWN = "known"
    KNOWN_ABSENT = "known_absent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Statement:
    """What one source says."""

    value: Value | Absent
    source: str
    source_title: str
    uses: Use
    recorded_at: datetime
    revision: int
    evidence: str
    """Public id of the file that proves it, or ""."""
    evidence_note: str
    consent_on: date | None


@dataclass(frozen=True, slots=True)
class FactAnswer:
    """The value that counts, with who said it and who says otherwise.

    `value` is None unless known. `others` are what the less trusted sources say, best first.
    `reason` is a sentence: where the value is from, or who could give it.
    """

    definition: FactDefinition
    period: Period
    knowledge: Knowledge
    value: Value | None
    chosen: Statement | None
    others: tuple[Statement, ...]
    reason: str

    @property
    def disagrees(self) -> bool:
        """Whether a less trusted source says something else."""
        return self.chosen is not None and any(
            not equal_values(other.value, self.chosen.value) for other in self.others
        )


@dataclass(frozen=True, slots=True)
class HoldingAnswer:
    """A holding by its most trusted source, with the same one by others, best first."""

    definition: HoldingDefinition
    chosen: Holding
    others: tuple[Holding, ...]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A total over `firms` organisations; all None when they are too few, `reason` says so.

    `total` is in the fact's unit (fen, people …).
    """

    definition: FactDefinition
    period: Period
    firms: int | None
    total: int | None
    reason: str

    @property
    def mean(self) -> Ratio | None:
        """The exact mean."""
        return None if not self.firms or self.total is None else Ratio(self.total, self.firms)


def equal_values(one: Value | Absent, other: Value | Absent) -> bool:
    """Whether two values say the same: 1/2 is 2/4, and absent is no zero."""
    if isinstance(one, Ratio) and isinstance(other, Ratio):
        return one.fraction == other.fraction
    if one is KNOWN_ABSENT or other is KNOWN_ABSENT:
        return one is other
    return one == other
