"""From an input that lacks makers to an act, with its evidence: a demand, a talent need, an
investment-promotion target, an open-bid challenge, a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.audit.services import record, signature
from lianshu.authority import Actor, require
from lianshu.casework.models import LoopVersion
from lianshu.casework.services.opening import open_case
from lianshu.casework.services.talking import comment
from lianshu.chainmap.models import (
    ActKind,
    ActStatus,
    ChainInput,
    GapAct,
    OutsideMaker,
)
from lianshu.chainmap.rules import can_act
from lianshu.exchange.models import Demand, DemandKind
from lianshu.exchange.services.posts import create_post
from lianshu.records.errors import Conflict, DomainError
from lianshu.registry.models import Organisation
from lianshu.ui.formats import day

CASES: Final = frozenset({ActKind.CHALLENGE, ActKind.CASE})
POSTS: Final = {ActKind.DEMAND: DemandKind.SUPPLY, ActKind.TALENT: DemandKind.TALENT}
TITLE_MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """What exactly is to be done. `owner` asks or posts; `loop` is how a case runs."""

    title: str
    note: str = ""
    owner: Organisation | None = None
    loop: LoopVersion | None = None
    targets: Sequence[OutsideMaker] = ()


def evidence_of(row: ChainInput, now: datetime) -> str:
    """Why something is to be done: what everybody may know, so that it can go into a post."""
    words = {
        "day": day(timezone.localdate(now)),
        "chain": row.chain.name,
        "product": row.product.name,
        "place": row.region.name,
        "depth": row.depth,
        "path": row.path_text,
        "n": row.shown,
    }
    needed = _("%(day)s，产业链图谱：“%(product)s”是%(chain)s第 %(depth)d 级必需投入") % words
    if row.shown:
        covered = _("%(place)s至少有 %(n)d 家企业生产") % words
    else:
        covered = _("%(place)s能供应的企业少于 3 家") % words
    return _("%(needed)s，%(covered)s。路径：%(path)s。") % {
        "needed": needed,
        "covered": covered,
        "path": row.path_text,
    }


@transaction.atomic
def begin_act(*, actor: Actor, row: ChainInput, kind: ActKind, wish: Wish, now: datetime) -> GapAct:
    """Do it, in one transaction with what comes of it: a draft demand or a case.

    Raises `Refusal`; `DomainError` for a field; `Conflict` while the same is already being done.
    """
    require(can_act(actor, row.chain, row.region))
    title = wish.title.strip()
    if not title or len(title) > TITLE_MOST:
        raise DomainError(
            _("请写明标题，不超过 %(most)d 字。") % {"most": TITLE_MOST}, field="title"
        )
    same = GapAct.objects.filter(
        chain=row.chain, region=row.region, product=row.product, kind=kind, status=ActStatus.OPEN
    )
    if same.exists():
        raise Conflict(
            _("“%(product)s”已经有进行中的“%(kind)s”，请打开它，或先结束它。")
            % {"product": row.product.name, "kind": ActKind(kind).label}
        )
    evidence = evidence_of(row, now)
    act = GapAct(
        chain=row.chain,
        region=row.region,
        product=row.product,
        kind=kind,
        evidence=evidence,
        note=wish.note.strip()[:300],
        begun_at=now,
        begun_by_id=actor.user_id,
        begun_by_name=signature(actor),
    )
    if kind in POSTS:
        act.demand_key = _post(actor, act, wish, title, now).public_id
    elif kind in CASES:
        act.case_key = _case(actor, act, row, wish, title, now)
    elif not wish.targets:
        raise DomainError(_("请至少选一家外地企业作招商目标。"), field="targets")
    act.save()
    act.targets.set(wish.targets)
    changes = {"product": [None, row.product.name]}
    record(actor=actor, action="chainmap.act_begun", obj=act, now=now, changes=changes)
    return act


def _post(actor: Actor, act: GapAct, wish: Wish, title: str, now: datetime) -> Demand:
    if wish.owner is None:
        raise DomainError(_("请选择由哪家单位发布。"), field="owner")
    detail = "\n\n".join(part for part in (act.evidence, act.note) if part)
    return create_post(
        actor=actor,
        model=Demand,
        owner=wish.owner,
        values={
            "title": title,
            "kind": POSTS[ActKind(act.kind)],
            "summary": act.evidence,
            "detail": detail,
            "region": act.region,
            "chain": act.chain,
        },
        now=now,
    )


def _case(actor: Actor, act: GapAct, row: ChainInput, wish: Wish, title: str, now: datetime) -> str:
    """The public id of a case that begins with the evidence, for everybody in it to read."""
    if wish.owner is None:
        raise DomainError(_("请选择由哪家单位提出。"), field="owner")
    if wish.loop is None:
        raise DomainError(_("请选择按哪个流程办理。"), field="loop")
    case = open_case(
        actor=actor,
        version=wish.loop,
        asker=wish.owner,
        subject=title,
        place=(row.region, row.chain),
        now=now,
    )
    said = "\n\n".join(part for part in (act.evidence, act.note) if part)
    comment(actor=actor, case=case, text=said, now=now)
    return str(case.public_id)


@transaction.atomic
def end_act(*, actor: Actor, act: GapAct, result: str, now: datetime) -> GapAct:
    """Stop it, with what came of it. Raises `Refusal`, `Conflict` when it has ended."""
    row = GapAct.objects.select_for_update(of=("self",)).get(pk=act.pk)
    require(can_act(actor, act.chain, act.region))
    if row.status != ActStatus.OPEN:
        raise Conflict(_("这个行动已经结束。"))
    result = result.strip()
    if not result:
        raise DomainError(_("请写明结果，例如“已落地”“改由其他渠道解决”。"), field="result")
    row.status, row.ended_at, row.ended_note = ActStatus.ENDED, now, result[:300]
    row.save(update_fields=["status", "ended_at", "ended_note"])
    changes = {"product": [None, act.product.name]}
    record(actor=actor, action="chainmap.act_ended", obj=row, now=now, changes=changes)
    return row
