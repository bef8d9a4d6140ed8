"""What matching was taught in the demo city: words, clearer wordings, judgements, a model learned
from them, and what people then did with the recommendations it put in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from lianshu.accounts.models import User
from lianshu.accounts.queries import actor_of
from lianshu.authority import Actor, ActorMembership
from lianshu.demo.pack import DemoPack
from lianshu.exchange.models import DeclineReason, Demand, Recommendation
from lianshu.exchange.queries import demands_for, recommendations_for, resources_for
from lianshu.exchange.services.lexicon import add_lexicon_entry
from lianshu.exchange.services.matching import match_post
from lianshu.exchange.services.projects import update_project
from lianshu.exchange.services.ranking import judge_pair, learn_ranker
from lianshu.exchange.services.recommendations import (
    accept_recommendation,
    decline_recommendation,
    send_recommendation,
)
from lianshu.exchange.services.refining import confirm_refinement, propose_refinement
from lianshu.exchange.services.viewing import note_views

WORDS: Final = (
    ("synonyms", ("磁钢", "永磁体", "磁体")),
    ("synonyms", ("电主轴", "高速主轴")),
    ("synonyms", ("压铸件", "压铸零件")),
    ("term", ("晶界扩散",)),
    ("term", ("免喷涂",)),
)
REFINED: Final = (
    ("D-MG-03", "请核对目标值，是按实验记录补的。"),
    ("D-HA-02", "把现状和目标分开写了。"),
)
ASKED: Final = 8
RERANKED: Final = 14
STRANGER: Final = 1_000_000_000
"""People of the demo's organisations who have no account here; the number is nobody's."""
_FITS: Final = (4, 4, 3, 3)


def teach_matching(*, pack: DemoPack, officer: Actor, judged: int, now: datetime) -> None:
    """Everything, the same at every load; of the hand-written demands the first `judged` had their
    candidates judged."""
    begun = now - timedelta(days=9)
    for kind, words in WORDS:
        add_lexicon_entry(actor=officer, kind=kind, words=words, now=begun)
    demands = _written(pack, officer)
    _refine(officer, demands, now - timedelta(days=6))
    _look(officer, now - timedelta(days=8))
    fits = {each.post.id: each.post.fits for each in pack.demands}
    chosen = [key for key in fits if key in demands][:judged]
    resources = _resources(pack, officer)
    for number, key in enumerate(chosen):
        at = now - timedelta(days=7) + timedelta(minutes=number)
        _judge(officer, demands[key], [resources[one] for one in fits[key] if one in resources], at)
    learn_ranker(actor=officer, now=now - timedelta(days=5), only_if_new=True)
    for number, key in enumerate(chosen[:RERANKED]):
        at = now - timedelta(days=4) + timedelta(hours=3 * number)
        good = {resources[one] for one in fits[key] if one in resources}
        _decide(officer, demands[key], good, number, at)
    _look(officer, now - timedelta(days=1))


def _written(pack: DemoPack, officer: Actor) -> dict[str, Demand]:
    """The hand-written demands by their id in the pack."""
    rows = {row.title: row for row in demands_for(officer).live()}
    return {each.post.id: rows[each.post.title] for each in pack.demands if each.post.title in rows}


def _resources(pack: DemoPack, officer: Actor) -> dict[str, int]:
    rows = dict(resources_for(officer).live().values_list("title", "pk"))
    return {
        each.post.id: rows[each.post.title] for each in pack.resources if each.post.title in rows
    }


def _refine(officer: Actor, demands: Mapping[str, Demand], now: datetime) -> None:
    """One clearer wording its owner took over, one that waits."""
    for number, (key, note) in enumerate(REFINED):
        demand = demands.get(key)
        if demand is None:
            continue
        refinement = propose_refinement(
            actor=officer,
            demand=demand,
            values={
                "title": f"{demand.title}（含中试验证）",
                "indicators": f"{demand.indicators}\n中试批次合格率不低于 95%",
            },
            note=note,
            now=now + timedelta(hours=number),
        )
        user = User.objects.filter(
            is_active=True,
            memberships__organisation=demand.owner_id,
            memberships__role__in=("owner", "handler"),
        ).first()
        if number == 0 and user is not None:
            confirm_refinement(
                actor=actor_of(user, now=now), refinement=refinement, now=now + timedelta(days=1)
            )


def _judge(officer: Actor, demand: Demand, good: Sequence[int], now: datetime) -> None:
    """The officer's two minutes: those the pack says fit, and the first that do not."""
    places = dict(zip(good, _FITS, strict=False))
    others = (
        recommendations_for(officer)
        .filter(demand=demand)
        .exclude(resource__in=list(good))
        .order_by("rank", "pk")
        .values_list("resource_id", flat=True)
    )
    for at, pk in enumerate(others[: ASKED - len(places)]):
        places[pk] = 2 if at == 0 else 1
    rows = resources_for(officer).in_bulk(list(places))
    for pk, level in places.items():
        judge_pair(actor=officer, demand=demand, resource=rows[pk], level=level, now=now)


def _look(officer: Actor, now: datetime) -> None:
    """Two of three who were shown a recommendation have opened it."""
    shown = (
        recommendations_for(officer)
        .filter(demand_shown_at__isnull=False, views__isnull=True)
        .order_by("pk")
    )
    for number, pair in enumerate(shown):
        if number % 3 != 2:
            side = "demand" if number % 2 else "resource"
            note_views(actor=_somebody(pair, side), pairs=[pair], now=now)


def _somebody(pair: Recommendation, side: str) -> Actor:
    owner = getattr(pair, side).owner
    member = ActorMembership(owner.pk, owner.name, "handler")
    return Actor(user_id=STRANGER + owner.pk, name=owner.name, memberships=(member,))


def _decide(officer: Actor, demand: Demand, good: set[int], number: int, now: datetime) -> None:
    """Put in order by the model, sent, and answered: what fits is mostly taken up."""
    row = demands_for(officer).get(pk=demand.pk)
    match_post(actor=officer, post=row, now=now, top=ASKED)
    pairs = (
        recommendations_for(officer)
        .filter(demand=demand, status="proposed")
        .order_by("rank", "pk")[:3]
    )
    for pair in pairs:
        sent = pair
        if pair.demand_shown_at is None or pair.resource_shown_at is None:
            sent = send_recommendation(actor=officer, recommendation=pair, now=now)
        later = now + timedelta(hours=5)
        if pair.resource_id not in good:
            decline_recommendation(
                actor=officer,
                recommendation=sent,
                reason=DeclineReason.WRONG_FIELD if pair.rank > 1 else DeclineReason.TOO_EARLY,
                now=later,
            )
        elif number % 5 != 4:
            project = accept_recommendation(actor=officer, recommendation=sent, now=later)
            if number % 3 == 0:
                update_project(
                    actor=officer,
                    project=project,
                    status="signed",
                    note="双方签订技术开发合同",
                    version=project.version,
                    now=later + timedelta(hours=20),
                )
