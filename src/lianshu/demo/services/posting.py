"""The demands and resources of the demo city."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.utils import timezone

from lianshu.demo.city.model import PostPlan, Unit
from lianshu.demo.definitions import Demand as DemandEntry
from lianshu.demo.definitions import Resource as ResourceEntry
from lianshu.demo.pack import DemoPack, Placed
from lianshu.demo.queries import SOURCE
from lianshu.demo.services.gathered import FEN, LOADER, City, Progress
from lianshu.exchange.models import Demand, Resource
from lianshu.exchange.services.bulk import PostRow, compute_keys, plan_rows, save_plans
from lianshu.exchange.services.cleaning import clean_values
from lianshu.exchange.services.confidentiality import set_exclusions
from lianshu.exchange.services.posts import create_post
from lianshu.records.errors import DomainError
from lianshu.records.keying import KeyMaker

SPREAD_DAYS: Final = 60
"""The hand-written posts were published over this many days before the day of loading."""
BATCHES: Final = 60
EVERY: Final = 3
MOST_DAYS: Final = BATCHES * EVERY
"""The composed ones over so many: the first are about to run out."""
MONEY: Final = ("price", "amount")


def load_written(pack: DemoPack, city: City, now: datetime, progress: Progress) -> None:
    """The hand-written posts, one by one as people write them."""
    total = len(pack.demands) + len(pack.resources)
    for number, demand in enumerate(pack.demands):
        values = _demand_values(demand.post, now)
        _load_post(city, Demand, demand, values, _day(number, now))
        progress(number + 1, total, "需求")
    for number, resource in enumerate(pack.resources):
        _load_post(city, Resource, resource, _resource_values(resource.post), _day(number, now))
        progress(len(pack.demands) + number + 1, total, "资源")


def _day(number: int, now: datetime) -> datetime:
    """A fixed scatter of publication days, the same at every load."""
    return now - timedelta(days=1 + number * 7 % SPREAD_DAYS, hours=number % 9)


def _load_post(
    city: City,
    model: type[Demand] | type[Resource],
    placed: Placed[DemandEntry] | Placed[ResourceEntry],
    values: Mapping[str, Any],
    now: datetime,
) -> None:
    entry = placed.post
    post = create_post(
        actor=LOADER,
        model=model,
        owner=city.organisations[entry.owner],
        values={
            "title": entry.title,
            "summary": entry.summary,
            "detail": entry.detail,
            "kind": entry.kind,
            "region": city.regions[placed.region],
            "chain": None if placed.chain is None else city.chains[placed.chain],
            "contact_name": placed.contact.name,
            "contact": placed.contact.phone,
            "trl_level": entry.trl,
            **values,
        },
        publish=True,
        now=now,
    )
    if entry.hidden_from:
        set_exclusions(
            actor=LOADER,
            post=post,
            organisations=[city.organisations[name] for name in entry.hidden_from],
            now=now,
        )


def _demand_values(entry: DemandEntry, now: datetime) -> dict[str, Any]:
    budget, days = entry.budget, entry.deadline_days
    return {
        "indicators": "\n".join(entry.indicators),
        "budget_min": None if budget is None else budget.min * FEN,
        "budget_max": None if budget is None else budget.max * FEN,
        "deadline": None if days is None else timezone.localdate(now) + timedelta(days=days),
    }


def _resource_values(entry: ResourceEntry) -> dict[str, Any]:
    facets: dict[str, Any] = {}
    for key, value in entry.facets.model_dump().items():
        if value is None:
            continue
        if isinstance(value, dict):
            facets[f"{key}_min"] = value["min"] * FEN
            facets[f"{key}_max"] = value["max"] * FEN
        elif key.startswith("yuan_per_"):
            facets[f"price_per_{key.removeprefix('yuan_per_')}"] = value * FEN
        elif isinstance(value, tuple):
            facets[key] = "、".join(value)
        else:
            facets[key] = str(value) if isinstance(value, Decimal) else value
    return {"facets": facets}


def load_composed(
    demands: Sequence[PostPlan],
    resources: Sequence[PostPlan],
    *,
    units: Mapping[str, Unit],
    city: City,
    now: datetime,
    progress: Progress,
) -> None:
    """The composed posts, in bulk, day by day."""
    total, done = len(demands) + len(resources), 0
    with KeyMaker() as maker:
        for model, posts in ((Demand, demands), (Resource, resources)):
            for number in range(BATCHES):
                part = posts[number::BATCHES]
                rows = [
                    _composed_row(place, post, units[post.owner], city, now)
                    for place, post in enumerate(part, 1)
                ]
                plans = plan_rows(actor=LOADER, model=model, source=SOURCE, rows=rows, publish=True)
                for plan in plans:
                    if plan.reason:
                        raise DomainError(plan.reason)
                compute_keys(plans, maker)
                save_plans(actor=LOADER, plans=plans, now=_batch_day(number, now))
                done += len(part)
                progress(done, total, "需求和资源")


def _batch_day(number: int, now: datetime) -> datetime:
    return now - timedelta(days=1 + number * EVERY, hours=number % 9)


def _composed_row(number: int, post: PostPlan, owner: Unit, city: City, now: datetime) -> PostRow:
    demand = post.side == "demand"
    values: dict[str, Any] = {
        "title": post.title,
        "summary": post.summary,
        "detail": post.detail,
        "kind": post.kind,
        "region": city.organisations[owner.key].region,
        "chain": None if post.chain is None else city.chains[post.chain],
        "contact_name": owner.contact_name,
        "contact": owner.phone,
        "trl_level": post.trl,
    }
    if demand:
        low, high = post.budget or (None, None)
        values |= {
            "indicators": "\n".join(post.indicators),
            "budget_min": None if low is None else low * FEN,
            "budget_max": None if high is None else high * FEN,
            "deadline": post.days and timezone.localdate(now) + timedelta(days=post.days),
        }
    else:
        values["facets"] = {
            key: value * FEN if key.startswith(MONEY) and isinstance(value, int) else value
            for key, value in post.facets.items()
        }
    return PostRow(
        number=number,
        external_id="",
        owner=city.organisations[owner.key],
        values=clean_values(Demand if demand else Resource, values),
    )
