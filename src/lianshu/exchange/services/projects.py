"""How far the two parties of a project have come."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.accounts.queries import people_acting_for
from lianshu.audit.services import record
from lianshu.authority import Actor, require
from lianshu.exchange.disclosure import Disclosure
from lianshu.exchange.models import Project, ProjectStatus
from lianshu.exchange.rules import can_update_project
from lianshu.exchange.services.confidentiality import disclose_to
from lianshu.notices.services import notify
from lianshu.records.errors import Conflict, DomainError, NotFound

NEXT: Final[dict[str, tuple[str, ...]]] = {
    ProjectStatus.TALKING: (ProjectStatus.SIGNED, ProjectStatus.ENDED),
    ProjectStatus.SIGNED: (ProjectStatus.FINISHED, ProjectStatus.ENDED),
    ProjectStatus.FINISHED: (),
    ProjectStatus.ENDED: (ProjectStatus.TALKING,),
}
"""Which states may follow; an ended project may be taken up again."""


@transaction.atomic
def update_project(
    *, actor: Actor, project: Project, status: str, note: str, version: int, now: datetime
) -> Project:
    """Report progress. Ending a project needs a note; `Conflict` when `version` is outdated."""
    row = (
        Project.objects.select_for_update(of=("self",))
        .select_related("demand__owner", "resource__owner")
        .filter(pk=project.pk)
        .first()
    )
    if row is None:
        raise NotFound(_("没有这个项目。"))
    require(can_update_project(actor, row))
    note = note.strip()
    if row.version != version:
        raise Conflict(_("项目刚刚被别人更新过，请刷新后再填写。"))
    if status != row.status and status not in NEXT[row.status]:
        choices = "、".join(str(ProjectStatus(s).label) for s in NEXT[row.status])
        raise DomainError(
            _("“%(now)s”之后只能是：%(choices)s。")
            % {"now": row.get_status_display(), "choices": choices or _("（没有下一步）")},
            field="status",
        )
    if status == ProjectStatus.ENDED and not note:
        raise DomainError(_("终止项目时请写明原因。"), field="note")
    if len(note) > 300:
        raise DomainError(_("说明请不要超过 300 字。"), field="note")
    changes = {"status": [row.status, status], "note": [row.status_note, note]}
    row.status, row.status_note, row.updated_at = status, note, now
    row.version += 1
    row.save(update_fields=["status", "status_note", "updated_at", "version"])
    record(actor=actor, action="project.updated", obj=row, now=now, changes=changes)
    people = {
        *people_acting_for(row.demand.owner_id, now=now),
        *people_acting_for(row.resource.owner_id, now=now),
    }
    notify(
        recipients=sorted(people - {actor.user_id}),
        kind="exchange.project_updated",
        params={"title": row.title},
        link=f"/projects/{row.public_id}/",
        now=now,
    )
    return row


def disclose_in_project(
    *, actor: Actor, project: Project, side: str, level: Disclosure, now: datetime
) -> None:
    """One party lets the other read its post up to `level`."""
    if side not in {"demand", "resource"}:
        raise DomainError(_("请说明披露需求还是资源。"), field="side")
    mine, other = (
        (project.demand, project.resource)
        if side == "demand"
        else (project.resource, project.demand)
    )
    disclose_to(actor=actor, post=mine, organisation=other.owner, level=level, now=now)
