"""Publishing schedules: what they open must be published, and what is on goes over to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.audit.services import record
from lianshu.authority import Actor, Capability, Refusal
from lianshu.casework.models import LoopVersion, Recurrence, ScheduleVersion
from lianshu.casework.queries import loops_in_use
from lianshu.casework.recurring import opening_named
from lianshu.casework.runtime import running_loop
from lianshu.casework.services.publishing import publish_files
from lianshu.casework.services.recurring import plan_next
from lianshu.engine.definitions import DefinitionError, Loaded, canonical_json
from lianshu.engine.loops import Schedule, check_files, check_schedule
from lianshu.engine.loops.loading import SCHEDULES
from lianshu.records.errors import Conflict


@dataclass(frozen=True, slots=True)
class Published:
    """What was published."""

    loops: list[LoopVersion]
    schedules: list[ScheduleVersion]


@transaction.atomic
def publish_packs(
    *, actor: Actor, paths: Sequence[Path], now: datetime, bases: Iterable[Path] = ()
) -> Published:
    """Publish the loops and then the schedules in files and folders: all of them or none."""
    where = list(bases)
    planned = [path for path in paths if _holds_schedules(path)]
    others = [path for path in paths if path not in planned]
    loops = publish_files(actor=actor, paths=others, now=now, bases=where) if others else []
    return Published(loops, publish_schedules(actor=actor, paths=planned, now=now, bases=where))


def _holds_schedules(path: Path) -> bool:
    return SCHEDULES in path.absolute().parts


@transaction.atomic
def publish_schedules(
    *, actor: Actor, paths: Sequence[Path], now: datetime, bases: Iterable[Path] = ()
) -> list[ScheduleVersion]:
    """Make schedules usable. What is on goes on by the new version.

    Raises DefinitionError where a loop that is opened is not published, or does not begin with the
    role; Conflict when this version says something else already.
    """
    if not actor.is_system and not actor.has(Capability.OPERATE):
        raise Refusal(_("发布日程要有运维授权，请联系平台管理员。"))
    if not paths:
        return []
    checked = check_files(paths, bases=bases)
    published = {version.loop: running_loop(version).loop for version in loops_in_use()}
    errors = [found for found in checked.findings if found.severity == "error"]
    errors += [found for loaded in checked.schedules for found in check_schedule(loaded, published)]
    if errors:
        raise DefinitionError(list(dict.fromkeys(errors)))
    return [_publish(actor, loaded, now) for loaded in checked.schedules]


def _publish(actor: Actor, loaded: Loaded[Schedule], now: datetime) -> ScheduleVersion:
    schedule = loaded.value
    definition = canonical_json(schedule)
    known = ScheduleVersion.objects.filter(schedule=schedule.id, version=schedule.version).first()
    if known is not None:
        if known.definition != definition:
            raise Conflict(
                _("日程“%(title)s”第 %(version)s 版已经发布，内容不同。请把 version 加一再发布。")
                % {"title": schedule.title, "version": schedule.version}
            )
        return known
    row = ScheduleVersion.objects.create(
        schedule=schedule.id,
        version=schedule.version,
        title=str(schedule.title),
        definition=definition,
        published_at=now,
        published_by_id=actor.user_id,
    )
    record(actor=actor, action="schedule.published", obj=row, now=now)
    older = Recurrence.objects.select_for_update(of=("self",)).select_related("version")
    for recurrence in older.filter(schedule=row.schedule, version__version__lt=row.version):
        _go_over(actor, recurrence, row, now)
    return row


def _go_over(actor: Actor, recurrence: Recurrence, version: ScheduleVersion, now: datetime) -> None:
    """By the new version from today on; off where it no longer has this opening, or no longer in
    such places."""
    before = opening_named(recurrence.version, recurrence.opening)
    after = opening_named(version, recurrence.opening)
    if after is None or before is None or before.per != after.per:
        if recurrence.active:
            recurrence.active, recurrence.next_day, recurrence.next_at = False, None, None
            recurrence.save()
            record(actor=actor, action="recurrence.switched_off", obj=recurrence, now=now)
        return
    numbers = [recurrence.version.version, version.version]
    recurrence.version, recurrence.name = version, str(after.name)
    if recurrence.active:
        plan_next(recurrence, since=timezone.localdate(now))
    recurrence.save()
    record(
        actor=actor,
        action="recurrence.version_changed",
        obj=recurrence,
        now=now,
        changes={"version": numbers},
    )
