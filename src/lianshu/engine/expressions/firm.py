"""What is known of one firm, as the interpreter reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from lianshu.engine.tables import KNOWN_ABSENT, Absent, Value


@dataclass(frozen=True, slots=True)
class Holding:
    """One dated item. ``attributes`` holds what is given of it; a name that is not there is not
    known."""

    number: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    owner_order: int | None = None
    attributes: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Firm:
    """Facts by (fact, label) and holdings by kind.

    Labels are ``2025``, ``2025Q1``, ``2025-03``; for an instant its day, or ``latest`` when the day
    is not said. What may not be used for decisions is not in ``facts`` but in ``withheld``.
    A kind that is not in ``holdings`` is unknown; one with an empty tuple is known to have none.
    """

    organisation: str
    facts: Mapping[tuple[str, str], Value | Absent] = field(default_factory=dict)
    holdings: Mapping[str, tuple[Holding, ...]] = field(default_factory=dict)
    withheld: frozenset[tuple[str, str]] = frozenset()

    @cached_property
    def _instants(self) -> Mapping[str, list[tuple[date, Value | Absent]]]:
        found: dict[str, list[tuple[date, Value | Absent]]] = {}
        for (fact, label), value in self.facts.items():
            # Only the label of a day has two dashes.
            if label.count("-") == 2:
                found.setdefault(fact, []).append((date.fromisoformat(label), value))
        return {fact: sorted(values, key=lambda one: one[0]) for fact, values in found.items()}

    def value(self, fact: str, label: str, day: date) -> Value | Absent | None:
        """The value of a period, for ``latest`` the last one known on ``day``; None: missing."""
        if label != "latest":
            return self.facts.get((fact, label))
        known = [value for since, value in self._instants.get(fact, ()) if since <= day]
        return known[-1] if known else self.facts.get((fact, "latest"))

    def known_absent(self, fact: str, label: str, day: date) -> bool:
        """Whether it is known that there is none."""
        return self.value(fact, label, day) is KNOWN_ABSENT
