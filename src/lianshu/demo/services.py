"""Loads a demo pack into an empty database through the same services people use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.accounts.models import User
from lianshu.accounts.queries import actor_of
from lianshu.accounts.services import create_user, give_grant
from lianshu.authority import Actor, Capability, system_actor
from lianshu.demo.definitions import Demand as DemandEntry
from lianshu.demo.definitions import Resource as ResourceEntry
from lianshu.demo.pack import DemoPack, Placed
from lianshu.demo.story import tell_story
from lianshu.exchange.models import Demand, Resource
from lianshu.exchange.services.confidentiality import set_exclusions
from lianshu.exchange.services.posts import create_post
from lianshu.records.errors import DomainError
from lianshu.registry.models import Chain, Organisation, Region
from lianshu.registry.services import add_chain, add_region, create_organisation

PASSWORD = "lianshu-demo"  # noqa: S105 (the demo's, printed at start)
LOADER = system_actor("demo")
SOURCE = "demo"
FEN = 100
SPREAD_DAYS = 60
"""The posts of the demo were published over this many days before the day of loading."""

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """What is printed at start: who can log in."""

    username: str
    name: str
    title: str
    organisation: str


@dataclass
class _City:
    regions: dict[str, Region] = field(default_factory=dict)
    chains: dict[str, Chain] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)


def demo_is_loaded() -> bool:
    """Whether this database has people in it already."""
    return User.objects.exists()


@transaction.atomic
def load_demo(*, pack: DemoPack, now: datetime, progress: Progress) -> list[DemoAccount]:
    """Write the whole city or nothing; refused when the database already has accounts."""
    if demo_is_loaded():
        raise DomainError(
            _("这个数据库里已有账号，演示数据只能装入空库。请换一个 LIANSHU_VAR 或清空数据库。")
        )
    begun = now - timedelta(days=SPREAD_DAYS + 1)
    city = _load_places(pack, begun)
    _load_organisations(pack, city, begun)
    accounts = _load_accounts(pack, city, begun)
    total = len(pack.demands) + len(pack.resources)
    for number, demand in enumerate(pack.demands):
        values = _demand_values(demand.post, now)
        _load_post(city, Demand, demand, values, _day(number, now))
        progress(number + 1, total, _("需求"))
    for number, resource in enumerate(pack.resources):
        _load_post(city, Resource, resource, _resource_values(resource.post), _day(number, now))
        progress(len(pack.demands) + number + 1, total, _("资源"))
    tell_story(officer=_office_actor(pack, now), now=now)
    return accounts


def _office_actor(pack: DemoPack, now: datetime) -> Actor:
    """The first person of the pack who coordinates: the story's officer."""
    for account in pack.accounts:
        if any(grant.capability == Capability.COORDINATE for grant in account.grants):
            return actor_of(User.objects.get(username=account.username), now=now)
    raise DomainError(_("演示资料包里没有一个链办账号。"))


def _day(number: int, now: datetime) -> datetime:
    """A fixed scatter of publication days, the same at every load."""
    return now - timedelta(days=1 + number * 7 % SPREAD_DAYS, hours=number % 9)


def _load_places(pack: DemoPack, now: datetime) -> _City:
    city = _City()
    for region in pack.pack.regions:
        city.regions[region.id] = add_region(
            code=region.id,
            name=region.name.zh,
            name_en=region.name.en or "",
            kind=region.kind,
            parent=None if region.parent is None else city.regions[region.parent],
            official_code=region.id,
        )
    for chain in pack.pack.chains:
        city.chains[chain.id] = add_chain(
            actor=LOADER,
            code=chain.id,
            name=chain.name.zh,
            name_en=chain.name.en or "",
            now=now,
        )
    return city


def _load_organisations(pack: DemoPack, city: _City, now: datetime) -> None:
    for entry in pack.organisations:
        city.organisations[entry.id] = create_organisation(
            actor=LOADER,
            name=entry.name,
            short_name=entry.short_name,
            kind=entry.kind,
            region=city.regions[entry.region],
            chain=None if entry.chain is None else city.chains[entry.chain],
            introduction=entry.introduction,
            uscc=entry.uscc,
            source_key=(SOURCE, entry.id),
            now=now,
        )


def _load_accounts(pack: DemoPack, city: _City, now: datetime) -> list[DemoAccount]:
    accounts = []
    for entry in pack.accounts:
        organisation = city.organisations[entry.organisation]
        _user, membership = create_user(
            actor=LOADER,
            username=entry.username,
            name=entry.name,
            email=f"{entry.username}@demo.invalid",
            password=PASSWORD,
            organisation=organisation,
            role=entry.role,
            now=now,
        )
        for grant in entry.grants:
            give_grant(
                actor=LOADER,
                membership=membership,
                capability=Capability(grant.capability),
                region=city.regions[grant.region],
                chain=None if grant.chain is None else city.chains[grant.chain],
                every_chain=grant.chain is None,
                now=now,
            )
        accounts.append(
            DemoAccount(entry.username, entry.name, entry.title.zh, organisation.short_name)
        )
    return accounts


def _load_post(
    city: _City,
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
