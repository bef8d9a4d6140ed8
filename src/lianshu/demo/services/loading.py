"""Loads a demo pack into an empty database through the same services people use."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.accounts.models import User
from lianshu.accounts.queries import actor_of
from lianshu.authority import Actor, Capability
from lianshu.demo.city.model import CityPlan
from lianshu.demo.city.planning import plan_city
from lianshu.demo.city.sources import CitySources
from lianshu.demo.pack import DemoPack
from lianshu.demo.queries import SOURCE, demo_is_loaded
from lianshu.demo.services.casework import load_cases
from lianshu.demo.services.coverage import load_coverage
from lianshu.demo.services.entitling import load_policies
from lianshu.demo.services.gathered import LOADER, City, Progress
from lianshu.demo.services.people import load_accounts, tell_of_people
from lianshu.demo.services.posting import MOST_DAYS, load_composed, load_written
from lianshu.demo.services.products import load_products
from lianshu.demo.services.registering import (
    add_chains,
    add_places,
    add_statements,
    add_ties,
    add_units,
    merge_duplicate,
)
from lianshu.demo.services.rounds import load_rounds
from lianshu.demo.services.schedules import load_schedules
from lianshu.demo.services.teaching import teach_matching
from lianshu.demo.story import LARGE, SMALL, tell_story
from lianshu.records.errors import DomainError
from lianshu.registry.services import add_chain, add_region, create_organisation


@transaction.atomic
def load_demo(
    *, pack: DemoPack, now: datetime, progress: Progress, sources: CitySources | None = None
) -> None:
    """Write the whole city or nothing; refused when the database already has accounts.

    Without `sources` only what is written by hand: a small city that loads in seconds.
    """
    if demo_is_loaded():
        raise DomainError(
            _("这个数据库里已有账号，演示数据只能装入空库。请换一个 LIANSHU_VAR 或清空数据库。")
        )
    begun = now - timedelta(days=MOST_DAYS + 1)
    city = City()
    _add_regions(pack, city)
    plan = None if sources is None else _compose(pack, sources, now)
    if plan is None:
        _add_bare_chains(pack, city, begun)
    else:
        add_places(plan.places, city)
        add_chains(plan, city, begun)
    _add_organisations(pack, city, begun)
    if plan is not None:
        add_units(plan, city, begun)
        add_statements(plan, city, begun, progress)
        add_ties(plan, city, begun)
    extra = () if sources is None else sources.accounts
    load_accounts([*pack.accounts, *extra], city, begun)
    load_written(pack, city, now, progress)
    if plan is not None:
        units = {unit.key: unit for unit in plan.units}
        load_composed(
            plan.demands, plan.resources, units=units, city=city, now=now, progress=progress
        )
        merge_duplicate(plan, city, now - timedelta(days=30))
        tell_of_people(city, plan.units, now)
    written = {city.organisations[each.id].pk for each in pack.organisations}
    story = SMALL if plan is None else LARGE
    officer = _office_actor(pack, now)
    tell_story(officer=officer, story=story, first=written, now=now)
    teach_matching(pack=pack, officer=officer, judged=story.judged, now=now)
    people = {each.name: each.contact.name for each in pack.organisations}
    load_cases(
        loops=pack.cases,
        folders=sorted(settings.PACKS.glob("*/loops")),
        city=city,
        people=people,
        officer=officer,
        now=now,
    )
    load_schedules(
        folders=sorted(settings.PACKS.glob("*/schedules")),
        members=pack.cases[0].members,
        city=city,
        people=people,
        officer=officer,
        now=now,
    )
    load_rounds(city, officer, now)
    load_coverage(city, officer, now)
    load_policies(city, now, progress)
    load_products(settings.PACKS / "demo", city, plan, sources, now)


def _compose(pack: DemoPack, sources: CitySources, now: datetime) -> CityPlan:
    counties = {
        region.id: region.name.zh for region in pack.pack.regions if region.kind == "county"
    }
    return plan_city(sources, counties=counties, written=pack.organisations, last_year=now.year - 1)


def _office_actor(pack: DemoPack, now: datetime) -> Actor:
    """The first person of the pack who coordinates: the story's officer."""
    for account in pack.accounts:
        if any(grant.capability == Capability.COORDINATE for grant in account.grants):
            return actor_of(User.objects.get(username=account.username), now=now)
    raise DomainError(_("演示资料包里没有一个链办账号。"))


def _add_regions(pack: DemoPack, city: City) -> None:
    for region in pack.pack.regions:
        city.regions[region.id] = add_region(
            code=region.id,
            name=region.name.zh,
            name_en=region.name.en or "",
            kind=region.kind,
            parent=None if region.parent is None else city.regions[region.parent],
            official_code=region.id,
        )


def _add_bare_chains(pack: DemoPack, city: City, now: datetime) -> None:
    for chain in pack.pack.chains:
        city.chains[chain.id] = add_chain(
            actor=LOADER, code=chain.id, name=chain.name.zh, name_en=chain.name.en or "", now=now
        )


def _add_organisations(pack: DemoPack, city: City, now: datetime) -> None:
    for entry in pack.organisations:
        city.organisations[entry.id] = create_organisation(
            actor=LOADER,
            name=entry.name,
            short_name=entry.short_name,
            kind=entry.kind,
            form=entry.form or "",
            region=city.regions[entry.region],
            chain=None if entry.chain is None else city.chains[entry.chain],
            introduction=entry.introduction,
            uscc=entry.uscc,
            source_key=(SOURCE, entry.id),
            now=now,
        )
