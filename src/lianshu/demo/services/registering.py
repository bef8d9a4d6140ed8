"""The composed city's register: places, chains, organisations, what is known, their ties."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from django.utils import timezone

from lianshu.demo.city.model import CityPlan, HoldingPlan, Place, Unit
from lianshu.demo.queries import SOURCE
from lianshu.demo.services.gathered import LOADER, City, Progress
from lianshu.engine.tables import Use
from lianshu.registry.dictionary import fact_dictionary
from lianshu.registry.services import (
    AffiliationRow,
    AssignmentRow,
    ChainMemberRow,
    FactEntry,
    HoldingEntry,
    LiaisonRow,
    PairingRow,
    Provenance,
    SegmentRow,
    add_affiliations,
    add_chain,
    add_chain_members,
    add_link,
    add_region,
    add_segments,
    assign_liaisons,
    create_liaisons,
    create_pairings,
    edit_chain,
    record_facts,
)
from lianshu.registry.services.holding_rows import (
    HoldingRow,
    plan_holding_rows,
    save_holding_rows,
)
from lianshu.registry.services.organisation_rows import (
    OrganisationRow,
    OtherName,
    create_organisations,
)
from lianshu.registry.services.succession import merge_organisation

OPEN: Final = Use.STATISTICS | Use.SERVICE | Use.DECISION | Use.PUBLICATION
WORK: Final = Use.STATISTICS | Use.SERVICE | Use.DECISION
USES: Final = {
    "market_regulator": OPEN,
    "credit_platform": OPEN,
    "intellectual_property_office": OPEN,
    "science_department": OPEN,
    "industry_department": OPEN,
    "standards_body": OPEN,
    "statistics_bureau": Use.STATISTICS,
}
"""For what each source may be used; the others' figures serve the work and are not published."""
CONSENTING: Final = frozenset({"social_insurance", "tax"})
KINDS_OF_CHUNK: Final = 20_000


def add_places(places: tuple[Place, ...], city: City) -> None:
    """Zones, streets and towns below the counties."""
    for place in places:
        city.regions[place.code] = add_region(
            code=place.code,
            name=place.name,
            name_en=place.name_en,
            kind=place.kind,
            parent=city.regions[place.parent],
            official_code=place.official,
        )


def add_chains(plan: CityPlan, city: City, now: datetime) -> None:
    """The catalogue in three tiers, each chain with its segment tree."""
    for chain in plan.chains:
        row = add_chain(
            actor=LOADER,
            code=chain.code,
            name=chain.name,
            name_en=chain.name_en,
            tier=chain.tier,
            chief=chain.chief,
            chief_title=chain.chief_title,
            introduction=chain.introduction,
            now=now,
        )
        city.chains[chain.code] = row
        segments = add_segments(
            actor=LOADER,
            chain=row,
            rows=[SegmentRow(s.code, s.name, s.stream, s.parent) for s in chain.segments],
            now=now,
        )
        city.segments.update(((chain.code, code), found) for code, found in segments.items())


def add_units(plan: CityPlan, city: City, now: datetime) -> None:
    """Every composed organisation; then the offices can be named and the duplicate merged."""
    names: dict[str, list[OtherName]] = {}
    for name in plan.names:
        names.setdefault(name.unit, []).append(OtherName(name.kind, name.value, name.until))
    rows = [_row(unit, city, tuple(names.get(unit.key, ()))) for unit in plan.units]
    made = create_organisations(actor=LOADER, rows=rows, now=now)
    city.organisations.update(zip((unit.key for unit in plan.units), made, strict=True))
    for chain in plan.chains:
        edit_chain(
            actor=LOADER,
            chain=city.chains[chain.code],
            changes={"office": city.organisations[chain.office]},
            now=now,
        )


def merge_duplicate(plan: CityPlan, city: City, now: datetime) -> None:
    """One firm had been registered twice."""
    again, first = plan.duplicate
    merge_organisation(
        actor=LOADER,
        predecessor=city.organisations[again],
        successor=city.organisations[first],
        kind="duplicate",
        reason="外来名单重复登记，核对证照后合并",
        on=timezone.localdate(now),
        now=now,
    )


def _row(unit: Unit, city: City, names: tuple[OtherName, ...]) -> OrganisationRow:
    return OrganisationRow(
        name=unit.name,
        kind=unit.kind,
        region=city.regions[unit.region],
        chain=None if unit.chain is None else city.chains[unit.chain],
        short_name=unit.short_name,
        form=unit.form,
        introduction=unit.introduction,
        uscc=unit.uscc,
        source_key=(SOURCE, unit.key),
        names=names,
    )


def add_statements(plan: CityPlan, city: City, now: datetime, progress: Progress) -> None:
    """Facts, then holdings."""
    given = _provenances(timezone.localdate(now))
    units = {fact.id: fact.unit or "" for fact in fact_dictionary().facts}
    total = len(plan.facts) + len(plan.holdings)
    for start in range(0, len(plan.facts), KINDS_OF_CHUNK):
        part = plan.facts[start : start + KINDS_OF_CHUNK]
        entries = [
            FactEntry(
                city.organisations[each.unit],
                each.fact,
                each.period,
                each.value,
                units[each.fact],
                given[each.source],
            )
            for each in part
        ]
        record_facts(actor=LOADER, entries=entries, now=now)
        progress(start + len(part), total, "数据")
    rows = [
        HoldingRow(number, _holding(each, city, given), frozenset())
        for number, each in enumerate(plan.holdings, 1)
    ]
    plans = plan_holding_rows(actor=LOADER, rows=rows, now=now)
    save_holding_rows(actor=LOADER, plans=plans, now=now)
    progress(total, total, "数据")


def _provenances(today: date) -> dict[str, Provenance]:
    """How each source's statements came; social insurance and tax with the firm's consent."""
    given = {}
    for source in fact_dictionary().sources_by_id:
        consented = source in CONSENTING
        given[source] = Provenance(
            source=source,
            uses=USES.get(source, WORK),
            consent_on=today - timedelta(days=300) if consented else None,
            consent_scope="产业链服务和政策兑现" if consented else "",
        )
    return given


def _holding(plan: HoldingPlan, city: City, given: dict[str, Provenance]) -> HoldingEntry:
    return HoldingEntry(
        organisation=city.organisations[plan.unit],
        kind=plan.kind,
        provenance=given[plan.source],
        number=plan.number,
        name=plan.name,
        valid_from=plan.valid_from,
        valid_to=plan.valid_to,
        owner_order=plan.owner_order,
        attributes=dict(plan.attributes),
    )


def add_ties(plan: CityPlan, city: City, now: datetime) -> None:
    """Members of chains and groups, pairings, liaisons, parents and shareholders."""
    of = city.organisations
    add_chain_members(
        actor=LOADER,
        rows=[
            ChainMemberRow(
                city.chains[each.chain],
                of[each.unit],
                each.role,
                city.segments[each.chain, each.segment] if each.segment else None,
                each.since,
            )
            for each in plan.members
        ],
        now=now,
    )
    add_affiliations(
        actor=LOADER,
        rows=[AffiliationRow(of[e.group], of[e.unit], e.role, e.since) for e in plan.affiliations],
        now=now,
    )
    create_pairings(
        actor=LOADER,
        rows=[
            PairingRow(
                lead=of[each.lead],
                members=[of[key] for key in each.members],
                topic=each.topic,
                chain=city.chains[each.chain],
                valid_from=each.since,
            )
            for each in plan.pairings
        ],
        now=now,
    )
    _add_liaisons(plan, city, now)
    for link in plan.links:
        add_link(
            actor=LOADER,
            holder=of[link.holder],
            subject=of[link.subject],
            kind=link.kind,
            share=link.share,
            valid_from=link.since,
            now=now,
        )


def _add_liaisons(plan: CityPlan, city: City, now: datetime) -> None:
    rows = [
        LiaisonRow(
            kind=each.kind,
            name=each.name,
            organisation=city.organisations[each.unit],
            phone=each.phone,
            region=city.regions[each.region],
            chain=None if each.chain is None else city.chains[each.chain],
            valid_from=each.since,
        )
        for each in plan.liaisons
    ]
    liaisons = create_liaisons(actor=LOADER, rows=rows, now=now)
    assign_liaisons(
        actor=LOADER,
        rows=[
            AssignmentRow(liaison, city.organisations[key], each.since)
            for liaison, each in zip(liaisons, plan.liaisons, strict=True)
            for key in each.serves
        ],
        now=now,
    )
