"""Facts of a list, one organisation to a row: what writing would do, and writing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.records.errors import Conflict
from lianshu.registry.models import Fact, Organisation
from lianshu.registry.services.entries import FactEntry, RecordingRights
from lianshu.registry.services.facts import (
    current_statements,
    key_of,
    record_facts,
    says_the_same,
)


@dataclass(frozen=True, slots=True)
class FactRow:
    """What one row of a list says of one organisation; `check_fact` has passed every entry."""

    number: int
    organisation: Organisation
    entries: tuple[FactEntry, ...]


@dataclass(frozen=True, slots=True)
class FactRowPlan:
    """What writing the row would do: each entry that says something new, with the statement of
    this source that it corrects."""

    number: int
    action: Literal["create", "change", "same", "refused"]
    reason: str = ""
    news: tuple[tuple[FactEntry, Fact | None], ...] = ()


def plan_fact_rows(*, actor: Actor, rows: Sequence[FactRow]) -> list[FactRowPlan]:
    """What `save_fact_rows` would do with each row; writes nothing."""
    rights = RecordingRights(actor)
    known = current_statements([entry for row in rows for entry in row.entries])
    plans = []
    for row in rows:
        reason = ""
        for source in {entry.provenance.source for entry in row.entries}:
            reason = reason or rights.record_about(row.organisation, source=source).reason
        if reason:
            plans.append(FactRowPlan(row.number, "refused", reason))
            continue
        found = [(entry, known.get(key_of(entry))) for entry in row.entries]
        news = tuple(
            (entry, before)
            for entry, before in found
            if before is None or not says_the_same(before, entry)
        )
        corrects = any(before is not None for _entry, before in news)
        action: Literal["create", "change", "same"] = (
            "change" if corrects else "create" if news else "same"
        )
        plans.append(FactRowPlan(row.number, action, news=news))
    return plans


@transaction.atomic
def save_fact_rows(*, actor: Actor, plans: Sequence[FactRowPlan], now: datetime) -> None:
    """Write what was planned, in bulk, all or none.

    Raises Conflict where a statement was recorded or corrected since the plan, and what
    `record_facts` raises.
    """
    news = [each for plan in plans for each in plan.news]
    entries = [entry for entry, _before in news]
    known = current_statements(entries)
    for entry, before in news:
        current = known.get(key_of(entry))
        if (current and current.pk) != (before and before.pk):
            raise Conflict(
                _(
                    "“%(organisation)s”的数据在检查之后刚刚被记录或更正，请重新检查，看清差别后再导入。"
                )
                % {"organisation": entry.organisation.name}
            )
    record_facts(actor=actor, entries=entries, now=now, correct=True)
