"""Switching recurrences on and off. What they open follows by the clock: `opening_due`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.audit.services import record
from lianshu.authority import Actor, require
from lianshu.casework.models import Recurrence, ScheduleVersion
from lianshu.casework.queries_schedules import Spot
from lianshu.casework.recurring import opening_named, times_of
from lianshu.casework.rules_schedules import can_open_at, can_recur_for, can_switch
from lianshu.engine.loops import Occurrence
from lianshu.records.errors import Conflict, DomainError
from lianshu.registry.models import Organisation

LONGEST_WAIT: Final = timedelta(days=366)
"""So far ahead may the day lie that it counts from."""


@transaction.atomic
def switch_on(
    *,
    actor: Actor,
    version: ScheduleVersion,
    opening: str,
    places: Sequence[tuple[Spot, Organisation]],
    first_on: date,
    now: datetime,
) -> list[Recurrence]:
    """Let an opening recur in these places from a day on, each for its organisation: all or none.

    Raises `Refusal` outside one's care, `DomainError` naming `first_on` or the key of a place.
    """
    known = opening_named(version, opening)
    if known is None:
        raise DomainError(_("这份日程没有这一项，请重新选择。"))
    if not places:
        raise DomainError(_("请至少为一个地方填写单位。"))
    found = []
    for spot, organisation in places:
        require(can_open_at(actor, spot.region, spot.chain))
        _check_organisation(organisation, spot)
        taken = Recurrence.objects.filter(
            schedule=version.schedule, opening=opening, region=spot.region, chain=spot.chain
        )
        if taken.exists():
            raise Conflict(_("“%(where)s”已经有这项日程，请刷新页面。") % {"where": spot})
        row = Recurrence(
            version=version,
            schedule=version.schedule,
            opening=opening,
            name=str(known.name),
            region=spot.region,
            chain=spot.chain,
            organisation=organisation,
        )
        _begin(actor, row, first_on, now)
        record(actor=actor, action="recurrence.switched_on", obj=row, now=now)
        found.append(row)
    return found


@transaction.atomic
def resume(
    *,
    actor: Actor,
    recurrence: Recurrence,
    organisation: Organisation,
    first_on: date,
    now: datetime,
) -> Recurrence:
    """Switch on again, or go on for another organisation. What fell in the time it was off is
    neither opened nor missed."""
    row = _locked(recurrence)
    require(can_switch(actor, row))
    _check_organisation(organisation, Spot(row.region, row.chain, None))
    before = row.organisation.name
    row.organisation = organisation
    _begin(actor, row, first_on, now)
    changes = {"organisation": [before, organisation.name]} if before != organisation.name else {}
    record(actor=actor, action="recurrence.switched_on", obj=row, now=now, changes=changes)
    return row


@transaction.atomic
def switch_off(*, actor: Actor, recurrence: Recurrence, now: datetime) -> Recurrence:
    """No more cases from now on; those that were opened go on."""
    row = _locked(recurrence)
    require(can_switch(actor, row))
    if not row.active:
        raise Conflict(_("这项日程已经关闭了。"))
    row.active, row.next_day, row.next_at = False, None, None
    _changed(actor, row, now)
    record(actor=actor, action="recurrence.switched_off", obj=row, now=now)
    return row


def _locked(recurrence: Recurrence) -> Recurrence:
    return (
        Recurrence.objects.select_for_update(of=("self",))
        .select_related("version", "region", "chain", "organisation")
        .get(pk=recurrence.pk)
    )


def _check_organisation(organisation: Organisation, spot: Spot) -> None:
    verdict = can_recur_for(organisation, spot.region)
    if not verdict.allowed:
        raise DomainError(verdict.reason, field=f"place-{spot.key}")


def _begin(actor: Actor, row: Recurrence, first_on: date, now: datetime) -> None:
    today = timezone.localdate(now)
    if not today <= first_on <= today + LONGEST_WAIT:
        raise DomainError(_("起算日期应在今天到一年之内。"), field="first_on")
    row.active, row.anchor = True, first_on
    plan_next(row, since=first_on)
    if row.next_at is None:
        raise DomainError(_("工作日历还没有排到那时候，请换一个起算日期。"), field="first_on")
    _changed(actor, row, now)


def _changed(actor: Actor, row: Recurrence, now: datetime) -> None:
    row.changed_at, row.changed_by_id, row.changed_by_name = now, actor.user_id, actor.name
    row.save()


def plan_next(row: Recurrence, *, since: date) -> None:
    """Set when it comes round next, from a day on; times that were dealt with are passed over."""
    following = next((one for one in times_of(row, since=since) if not _is_past(row, one)), None)
    row.next_day = None if following is None else following.day
    row.next_at = None if following is None else following.opens


def replan_all(*, now: datetime) -> int:
    """Count every next time anew, by the official dates known now; how many moved."""
    moved = 0
    for pk in list(Recurrence.objects.filter(active=True).values_list("pk", flat=True)):
        moved += _replan(pk, now)
    return moved


@transaction.atomic
def _replan(pk: int, now: datetime) -> bool:
    row = Recurrence.objects.select_for_update(of=("self",)).select_related("version").get(pk=pk)
    before = row.next_at
    # What is due is left to be opened; what had no place in the calendar is looked for again.
    if not row.active or (before is not None and before <= now):
        return False
    plan_next(row, since=row.next_day or timezone.localdate(now))
    if row.next_at == before:
        return False
    row.save(update_fields=["next_day", "next_at"])
    return True


def _is_past(row: Recurrence, one: Occurrence) -> bool:
    if row._state.adding:
        return False
    return row.history.filter(day__gte=one.day, day__lte=one.until).exists()
