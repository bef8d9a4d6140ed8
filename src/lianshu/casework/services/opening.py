"""Opening a case."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.authority import Actor, require
from lianshu.casework.models import Case, Channel, EventKind, LoopVersion
from lianshu.casework.rules import can_open_case
from lianshu.casework.rules_schedules import can_open_at
from lianshu.casework.runtime import running_loop
from lianshu.casework.services.events import Happening, append_event
from lianshu.casework.services.tasks import create_tasks, plan_tasks
from lianshu.exchange.models import Recommendation
from lianshu.records.errors import DomainError
from lianshu.registry.models import Chain, Organisation, Region

SUBJECT_MOST = 200
Place = tuple[Region, Chain | None]
"""Where a case lies: whose office cares for it follows from that."""


@transaction.atomic
def open_case(
    *,
    actor: Actor,
    version: LoopVersion,
    asker: Organisation,
    subject: str,
    now: datetime,
    place: Place | None = None,
    urgent: bool = False,
    recommendation: Recommendation | None = None,
    channel: Channel = Channel.WEB,
) -> Case:
    """A case at the first step of its loop. It lies where the asker does unless the office that
    cares for another place opens it there."""
    require(can_open_case(actor, version, asker))
    if place is not None:
        require(can_open_at(actor, *place))
    subject = subject.strip()
    if not subject:
        raise DomainError(_("请写明要办什么。"), field="subject")
    if len(subject) > SUBJECT_MOST:
        raise DomainError(
            _("事项请不要超过 %(most)d 字。") % {"most": SUBJECT_MOST}, field="subject"
        )
    running = running_loop(version)
    step = running.step(running.loop.start)
    chain = asker.chain if place is None else place[1]
    case = Case.objects.create(
        loop_version=version,
        asker=asker,
        region_id=asker.region_id if place is None else place[0].pk,
        chain=chain,
        recommendation=recommendation,
        subject=subject,
        urgent=urgent,
        step=step.id,
        opened_at=now,
        opened_by_id=actor.user_id,
        step_since=now,
    )
    opening = plan_tasks(case=case, running=running, step=step, now=now)
    what = Happening(
        EventKind.OPENED,
        step.id,
        to=step.id,
        facts={"loop": [version.loop, version.version], "opened": [opening.as_facts()]},
        data={"subject": subject, "urgent": urgent},
        organisation_id=asker.pk,
        channel=channel,
    )
    append_event(actor=actor, case=case, what=what, now=now, changes={})
    create_tasks(case=case, opening=opening)
    return case
