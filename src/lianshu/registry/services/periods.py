"""What everything that holds from one day until another has in common when it is written."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol, TypeVar

from django.utils.translation import gettext as _

from lianshu.audit.services import record
from lianshu.authority import Actor
from lianshu.records.errors import DomainError
from lianshu.registry.models import Organisation
from lianshu.registry.models.dated import Dated


class HasPeriod(Protocol):
    """A stored row, or one to be written."""

    @property
    def valid_from(self) -> date | None: ...

    @property
    def valid_to(self) -> date | None: ...


PeriodT = TypeVar("PeriodT", bound=HasPeriod)
DatedT = TypeVar("DatedT", bound=Dated)


@dataclass(frozen=True, slots=True)
class RelationPlan:
    """What writing one row of a list would do; `reason` is the sentence of a refusal."""

    action: Literal["create", "change", "same", "refused"]
    reason: str = ""


class Periods:
    """Rows by what they are about, to be asked which of them overlaps another."""

    def __init__(self, rows: Iterable[tuple[Hashable, HasPeriod]] = ()) -> None:
        self._rows: dict[Hashable, list[HasPeriod]] = {}
        for key, row in rows:
            self.add(key, row)

    def add(self, key: Hashable, row: HasPeriod) -> None:
        """One more row that holds."""
        self._rows.setdefault(key, []).append(row)

    def plan(self, key: Hashable, row: HasPeriod, what: str) -> RelationPlan:
        """Create, or why not; the same thing without a new beginning or end is nothing new.

        `what` is the row in words. A row that can be created is kept and stands in the way of the
        next."""
        other = next((each for each in self._rows.get(key, ()) if overlap(each, row)), None)
        if other is None:
            self.add(key, row)
            return RelationPlan("create")
        if row.valid_to == other.valid_to and row.valid_from in (None, other.valid_from):
            return RelationPlan("same")
        return RelationPlan("refused", overlap_reason(what, other))


def overlap(one: HasPeriod, other: HasPeriod) -> bool:
    """Whether both hold on some day; a row that ended on its first day never held."""
    return (
        not _empty(one)
        and not _empty(other)
        and _before(one.valid_from, other.valid_to)
        and _before(other.valid_from, one.valid_to)
    )


def _empty(row: HasPeriod) -> bool:
    return row.valid_from is not None and row.valid_from == row.valid_to


def _before(start: date | None, end: date | None) -> bool:
    return start is None or end is None or start < end


def period_words(row: HasPeriod) -> str:
    """`2024-01-01 至 2025-06-30`, `2024-01-01 起`, `至 2025-06-30` or 一直."""
    start, end = row.valid_from, row.valid_to
    if start and end:
        return _("%(start)s 至 %(end)s") % {"start": start, "end": end}
    if start:
        return _("%(start)s 起") % {"start": start}
    return _("至 %(end)s") % {"end": end} if end else _("起日不详，至今")


def overlap_reason(what: str, other: HasPeriod) -> str:
    """The sentence about a row that is already there."""
    return _("%(what)s已登记（%(period)s），期间重叠。请核对起止日，或先结束原来那条。") % {
        "what": what,
        "period": period_words(other),
    }


def check_order(row: HasPeriod) -> None:
    """Raise DomainError when it would end before it begins."""
    if row.valid_from and row.valid_to and row.valid_to < row.valid_from:
        raise DomainError(
            _("止日 %(end)s 早于起日 %(start)s，请核对。")
            % {"start": row.valid_from, "end": row.valid_to},
            field="valid_to",
        )


def why_gone(organisation: Organisation) -> str:
    """Why nothing new can be said of an organisation that is no more; empty when it exists."""
    if organisation.ended_on is None:
        return ""
    if organisation.merged_into is not None:
        return _("“%(name)s”已于 %(day)s 并入“%(into)s”，请改选“%(into)s”。") % {
            "name": organisation.name,
            "day": organisation.ended_on,
            "into": organisation.merged_into.name,
        }
    return _("“%(name)s”已于 %(day)s 终止，请改选仍存续的单位。") % {
        "name": organisation.name,
        "day": organisation.ended_on,
    }


def check_exists(organisation: Organisation, *, field: str = "organisation") -> None:
    """Raise DomainError when the organisation has ended."""
    if reason := why_gone(organisation):
        raise DomainError(reason, field=field)


def why_cannot_end(row: HasPeriod, on: date) -> str:
    """Why a row cannot end on this day; empty when it can."""
    if row.valid_to is not None and row.valid_to <= on:
        return _("这一条已于 %(day)s 结束，不用再结束。") % {"day": row.valid_to}
    if row.valid_from is not None and on < row.valid_from:
        return _("止日 %(end)s 早于起日 %(start)s，请核对。") % {
            "start": row.valid_from,
            "end": on,
        }
    return ""


def end_row(*, actor: Actor, row: DatedT, on: date, action: str, now: datetime) -> DatedT:
    """It holds until `on` (excluded), in the caller's transaction."""
    locked: DatedT = type(row)._default_manager.select_for_update().get(pk=row.pk)
    if reason := why_cannot_end(locked, on):
        raise DomainError(reason, field="on")
    before, row.valid_to = locked.valid_to, on
    row.save(update_fields=["valid_to"])
    changes = {"valid_to": [before and str(before), str(on)]}
    record(actor=actor, action=action, obj=row, now=now, changes=changes)
    return row


def raise_first(plans: Sequence[RelationPlan]) -> None:
    """Raise DomainError with the first refusal, so that many rows are written all or none."""
    for number, plan in enumerate(plans, 1):
        if plan.action == "refused":
            raise DomainError(
                _("第 %(number)d 条：%(reason)s") % {"number": number, "reason": plan.reason}
            )
