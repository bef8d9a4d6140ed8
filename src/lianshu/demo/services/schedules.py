"""What recurs in the demo city: both schedules on for some weeks, their older cases done."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Final

from django.utils import timezone

from lianshu.authority import Actor
from lianshu.casework.models import Case, Channel, Recurrence, ScheduleVersion
from lianshu.casework.queries_schedules import Spot
from lianshu.casework.recurring import running_schedule
from lianshu.casework.runtime import running_loop
from lianshu.casework.services.acting import act
from lianshu.casework.services.opening_due import open_due_cases
from lianshu.casework.services.recurring import switch_off, switch_on
from lianshu.casework.services.schedule_publishing import publish_schedules
from lianshu.demo.case_pack import CaseEntry, LoopCases
from lianshu.demo.services.casework import Walker, way_to
from lianshu.demo.services.gathered import LOADER, City
from lianshu.engine.loops import Opening
from lianshu.registry.models import Organisation, OrganisationKind, Region, RegionKind

ON_FOR: Final = timedelta(days=40)
DISTRICTS: Final = 3
"""So many districts have switched on what recurs for each."""
DONE_AFTER: Final = timedelta(days=6)
"""Cases opened so long ago have gone round; the others wait to be assigned."""
DETAIL: Final = "按例行安排办理，请于计划日期前报告进展和需要协调的问题。"
RESULT: Final = "已按要求完成，问题清单逐条更新。"


def load_schedules(
    *,
    folders: Iterable[Path],
    members: tuple[str, ...],
    city: City,
    people: Mapping[str, str],
    officer: Actor,
    now: datetime,
) -> None:
    """Publish the schedules, switch them on some weeks ago, and let the clock run until now.

    `members` are who is appointed, `people` the contacts by the name of their organisation.
    """
    begun = now - ON_FOR
    published = publish_schedules(actor=LOADER, paths=list(folders), now=begun)
    for version in published:
        for opening in running_schedule(version).openings:
            _switch_on(version, opening, city, officer, begun)
    numbers, known = count(), dict[int, Actor]()
    while (moment := _next_due()) is not None and moment <= now:
        open_due_cases(actor=LOADER, now=moment)
        if moment > now - DONE_AFTER:
            continue
        for case in Case.objects.filter(recurred__at=moment).select_related("loop_version"):
            walker = _walker(case, members, city, people, officer, now, known, next(numbers))
            _finish(walker, case, moment)
    last = Recurrence.objects.order_by("pk").last()
    if last is not None:  # one that a district has given up
        switch_off(actor=officer, recurrence=last, now=now - timedelta(days=1))


def _next_due() -> datetime | None:
    due = Recurrence.objects.filter(active=True, next_at__isnull=False).order_by("next_at")
    return due.values_list("next_at", flat=True).first()


def _switch_on(
    version: ScheduleVersion, opening: Opening, city: City, officer: Actor, begun: datetime
) -> None:
    kind = RegionKind.COUNTY if opening.per == "region" else RegionKind.CITY
    regions = [region for region in city.regions.values() if region.kind == kind][:DISTRICTS]
    first_on: date = timezone.localdate(begun)
    switch_on(
        actor=officer,
        version=version,
        opening=opening.id,
        places=[(Spot(region, None, None), _office_of(region, city)) for region in regions],
        first_on=first_on,
        now=begun,
    )


def _office_of(region: Region, city: City) -> Organisation:
    """The district's own office where it has one, else the city's."""
    offices = [
        each for each in city.organisations.values() if each.kind == OrganisationKind.CHAIN_OFFICE
    ]
    own = (each for each in offices if each.region_id == region.pk and each.chain_id is None)
    return next(own, city.organisations["office"])


def _walker(
    case: Case,
    members: tuple[str, ...],
    city: City,
    people: Mapping[str, str],
    officer: Actor,
    now: datetime,
    known: dict[int, Actor],
    number: int,
) -> Walker:
    version = case.loop_version
    entry = CaseEntry(asker="office", subject=case.subject, to="done")
    about = LoopCases(
        loop=version.loop, detail=DETAIL, result=RESULT, members=members, cases=(entry,)
    )
    running = running_loop(version)
    return Walker(city, people, officer, now, known, entry, about, running, deque(), number)


def _finish(walker: Walker, case: Case, opened: datetime) -> None:
    """Everybody does their part, a few working hours after one another."""
    for turn, (step, action) in enumerate(way_to(walker.running, "done"), start=1):
        moment = opened + timedelta(hours=turn * 5 if turn == 1 else 20 + turn * 2)
        tasks = list(case.tasks.filter(done_at__isnull=True).select_related("organisation"))
        actor = walker.who(case, action.by[0] if action.by else tasks[0].role, tasks)
        act(
            actor=actor,
            case=case,
            action=action.id,
            given=walker.given(case, step, action, moment),
            now=moment,
            channel=Channel.LINK if actor.link else Channel.WEB,
        )
        case.refresh_from_db()
