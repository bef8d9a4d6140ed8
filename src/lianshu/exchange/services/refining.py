"""A clearer wording of a demand (凝练): proposed, compared, taken over by its owner or not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from lianshu.accounts.queries import people_acting_for
from lianshu.audit.services import record, signature
from lianshu.authority import Actor, require
from lianshu.exchange.models import Demand, Refinement, RefinementStatus
from lianshu.exchange.rules import can_decide_refinement, can_refine
from lianshu.exchange.services.cleaning import clean_values
from lianshu.exchange.services.posts import edit_post
from lianshu.notices.services import notify
from lianshu.records.errors import Conflict, DomainError, NotFound

REFINED: Final = (
    "title",
    "summary",
    "detail",
    "indicators",
    "trl_level",
    "budget_min",
    "budget_max",
)


@transaction.atomic
def propose_refinement(
    *, actor: Actor, demand: Demand, values: Mapping[str, Any], now: datetime, note: str = ""
) -> Refinement:
    """Propose a clearer wording; only what differs from the demand is kept. The owner is told."""
    require(can_refine(actor, demand))
    unknown = set(values) - set(REFINED)
    if unknown:
        raise DomainError(_("凝练只改写标题、摘要、详情、指标、成熟度和预算。"))
    row = Demand.objects.select_for_update(of=("self",)).get(pk=demand.pk)
    cleaned = clean_values(Demand, values)
    changed = {name: value for name, value in cleaned.items() if getattr(row, name) != value}
    if not changed:
        raise DomainError(_("还没有改动任何内容。"))
    if not cleaned.get("title", row.title):
        raise DomainError(_("请用一句话写下标题。"), field="title")
    note = note.strip()
    if len(note) > 300:
        raise DomainError(_("说明请不要超过 300 字。"), field="note")
    last = row.refinements.aggregate(last=Max("number"))["last"] or 0
    refinement = Refinement.objects.create(
        demand=row,
        number=last + 1,
        based_on=row.version,
        values=changed,
        note=note,
        proposed_at=now,
        proposed_by_name=signature(actor),
    )
    record(actor=actor, action="refinement.proposed", obj=row, now=now)
    people = [pk for pk in people_acting_for(row.owner_id, now=now) if pk != actor.user_id]
    notify(
        recipients=people,
        kind="exchange.refined",
        params={"title": row.title},
        link=f"/demands/{row.public_id}/refine/",
        now=now,
    )
    return refinement


@transaction.atomic
def confirm_refinement(*, actor: Actor, refinement: Refinement, now: datetime) -> Demand:
    """The owner takes the wording over: the demand becomes its next version. `Conflict` when the
    demand was changed since it was proposed."""
    row = _open(actor, refinement)
    if row.demand.version != row.based_on:
        raise Conflict(_("需求在凝练之后又被修改过，请对照最新内容重新凝练。"))
    demand = edit_post(
        actor=actor, post=row.demand, values=row.values, version=row.based_on, now=now
    )
    _decide(row, RefinementStatus.CONFIRMED, actor=actor, now=now)
    return demand


@transaction.atomic
def reject_refinement(*, actor: Actor, refinement: Refinement, now: datetime) -> Refinement:
    """The owner keeps its own wording."""
    row = _open(actor, refinement)
    _decide(row, RefinementStatus.REJECTED, actor=actor, now=now)
    return row


def _open(actor: Actor, refinement: Refinement) -> Refinement:
    row = (
        Refinement.objects.select_for_update(of=("self",))
        .select_related("demand__owner")
        .filter(pk=refinement.pk)
        .first()
    )
    if row is None:
        raise NotFound(_("这份凝练已不存在。"))
    require(can_decide_refinement(actor, row.demand))
    if row.status != RefinementStatus.PROPOSED:
        raise Conflict(_("这份凝练已经处理过了。"))
    return row


def _decide(row: Refinement, status: RefinementStatus, *, actor: Actor, now: datetime) -> None:
    row.status, row.decided_at, row.decided_by_name = status, now, signature(actor)
    row.save(update_fields=["status", "decided_at", "decided_by_name"])
    record(actor=actor, action=f"refinement.{status}", obj=row.demand, now=now)
