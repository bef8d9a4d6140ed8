"""Teaching the order of recommendations: judgements, learning, going back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.audit.services import record, signature
from lianshu.authority import Actor, require
from lianshu.exchange.models import Demand, Judgement, RankerModel, Resource
from lianshu.exchange.ranker import FEWEST, corpus, learned, packed
from lianshu.exchange.rules import can_judge, can_teach_ranker
from lianshu.jobs.models import Job
from lianshu.jobs.services import enqueue
from lianshu.records.errors import DomainError

LEARN_JOB: Final = "exchange.learn_ranking"
LEVELS: Final = (1, 2, 3, 4)
KEPT: Final = 20
"""So many models are kept to go back to; older ones not in use are dropped."""


@transaction.atomic
def judge_pair(
    *, actor: Actor, demand: Demand, resource: Resource, level: int, now: datetime
) -> Judgement:
    """Say how well a resource fits a demand, 1 to 4; a second answer replaces one's first."""
    require(can_judge(actor, demand))
    if level not in LEVELS:
        raise DomainError(_("匹配程度只能是 1 到 4。"), field="level")
    if actor.user_id is None:
        raise DomainError(_("判断要由具体的人作出。"))
    judgement, _created = Judgement.objects.update_or_create(
        demand=demand,
        resource=resource,
        user_id=actor.user_id,
        defaults={"level": level, "user_name": signature(actor), "at": now},
    )
    return judgement


def request_learning(*, actor: Actor, now: datetime) -> Job:
    """Learn now, in the background."""
    require(can_teach_ranker(actor))
    return enqueue(
        actor=actor,
        kind=LEARN_JOB,
        title=_("推荐排序学习"),
        params={"only_if_new": False},
        link="/matching/models/",
        now=now,
    )


def learn_ranker(
    *,
    actor: Actor,
    now: datetime,
    only_if_new: bool,
    beat: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Learn from everything people decided, and use the result. Learns nothing from too few
    judged pairs, or again from the same ones when the clock asks. `beat` is called now and then."""
    require(can_teach_ranker(actor))
    found = corpus()
    pairs = len({(label.demand_id, label.resource_id) for label in found.labels})
    if pairs < FEWEST:
        return {"learned": False, "judged": pairs, "needed": FEWEST}
    last = RankerModel.objects.defer("archive").first()
    if only_if_new and last is not None and last.labels == len(found.labels):
        return {"learned": False, "judged": pairs}
    model = learned(found, beat)
    row = _stored(actor, found, dict(model.about), packed(model), now)
    return {"learned": True, "judged": pairs, "model": row.public_id}


@transaction.atomic
def _stored(
    actor: Actor, found: Any, about: dict[str, Any], archive: bytes, now: datetime
) -> RankerModel:
    RankerModel.objects.filter(current=True).update(current=False)
    row = RankerModel.objects.create(
        learned_at=now,
        learned_by_name="" if actor.is_system else signature(actor),
        labels=len(found.labels),
        demands=found.judged_demands,
        figures=about,
        archive=archive,
        current=True,
    )
    old = RankerModel.objects.order_by("-learned_at", "-pk").values_list("pk", flat=True)[KEPT:]
    RankerModel.objects.filter(pk__in=list(old), current=False).delete()
    record(actor=actor, action="ranker.learned", obj=row, now=now)
    return row


@transaction.atomic
def use_ranker(*, actor: Actor, model: RankerModel | None, now: datetime) -> None:
    """Order by this model from now on; None: by words, as before anything was learned."""
    require(can_teach_ranker(actor))
    before = RankerModel.objects.select_for_update().filter(current=True).defer("archive").first()
    if before is not None:
        RankerModel.objects.filter(pk=before.pk).update(current=False)
    if model is not None:
        RankerModel.objects.filter(pk=model.pk).update(current=True)
        record(actor=actor, action="ranker.used", obj=model, now=now)
    elif before is not None:
        record(actor=actor, action="ranker.put_out", obj=before, now=now)
