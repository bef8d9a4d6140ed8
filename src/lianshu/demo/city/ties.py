"""Composing who belongs to which chain and group, who is paired with whom, who serves whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from lianshu.demo.city.drawing import Draw, Phones
from lianshu.demo.city.model import (
    AffiliationPlan,
    LiaisonPlan,
    LinkPlan,
    MemberPlan,
    NamePlan,
    PairingPlan,
    Unit,
)
from lianshu.demo.city.organisations import segments_of
from lianshu.demo.city.sources import CityChain, CityFile

PAIRINGS = 40
LIAISONS = {"helper": 48, "agent": 24, "talent": 18, "broker": 16, "instructor": 14}
SENDERS = {
    "helper": "community",
    "agent": "community",
    "talent": "government",
    "broker": "agency",
    "instructor": "party_organisation",
}
PARENTS, SHAREHOLDERS, RENAMED, ALIASES = 60, 40, 90, 40
FIRST_LIAISON_PHONE = 1_100


def leads_of(chain: str, units: Sequence[Unit]) -> list[Unit]:
    """The firms that lead a chain: its large ones, at most three."""
    firms = [u for u in units if u.business is not None and u.chain == chain]
    large = [u for u in firms if u.business is not None and u.business.size == "large"]
    return large[:3]


def members_of(
    chains: Sequence[CityChain], units: Sequence[Unit], draw: Draw, year: int
) -> list[MemberPlan]:
    """Everybody's role and segment; some firms work in two chains."""
    members: list[MemberPlan] = []
    for chain in chains:
        leads = {unit.key for unit in leads_of(chain.id, units)}
        for unit in units:
            if unit.chain != chain.id:
                continue
            since = date(draw.between(year - 5, year), draw.between(1, 12), 1)
            if unit.business is not None:
                role = "lead_firm" if unit.key in leads else "member"
                members.append(MemberPlan(chain.id, unit.key, role, unit.business.segment, since))
            elif unit.kind in ("institute", "hospital"):
                role = "chain_innovator" if unit.kind == "institute" else "member"
                members.append(MemberPlan(chain.id, unit.key, role, "", since))
            elif unit.kind in ("association", "fund"):
                members.append(MemberPlan(chain.id, unit.key, "member", "", since))
        members.extend(_visitors(chain, units, draw, year))
    return members


def _visitors(chain: CityChain, units: Sequence[Unit], draw: Draw, year: int) -> list[MemberPlan]:
    """Firms of other chains that supply this one, and a university as its innovator."""
    firms = [u for u in units if u.business is not None and u.chain != chain.id]
    schools = [u for u in units if u.kind == "university"]
    since = date(year - 1, 3, 1)
    codes = [part.code for part in segments_of(chain) if part.parent]
    found = [
        MemberPlan(chain.id, unit.key, "member", draw.pick(codes), since)
        for unit in draw.some(firms, 6)
    ]
    school = draw.pick(schools)
    return [*found, MemberPlan(chain.id, school.key, "chain_innovator", "", since)]


def affiliations_of(units: Sequence[Unit], draw: Draw, year: int) -> list[AffiliationPlan]:
    """Residents of communities, members of associations and alliances."""
    by_county: dict[str, list[Unit]] = {}
    by_chain: dict[str | None, list[Unit]] = {}
    for unit in units:
        if unit.business is not None:
            by_county.setdefault(unit.county, []).append(unit)
            by_chain.setdefault(unit.chain, []).append(unit)
    found: list[AffiliationPlan] = []
    settled: set[str] = set()
    communities = Counter(unit.county for unit in units if unit.kind == "community")
    for unit in units:
        since = date(draw.between(year - 4, year), draw.between(1, 12), 1)
        if unit.kind == "community":
            free = [u for u in by_county.get(unit.county, ()) if u.key not in settled]
            # So that no community of the county is left without residents.
            most = len(by_county.get(unit.county, ())) // communities[unit.county]
            for resident in draw.some(free, min(draw.between(14, 30), most)):
                settled.add(resident.key)
                found.append(AffiliationPlan(unit.key, resident.key, "resident", since))
        elif unit.kind == "association":
            for firm in draw.some(by_chain.get(unit.chain, ()), draw.between(14, 26)):
                found.append(AffiliationPlan(unit.key, firm.key, "member", since))
        elif unit.kind == "alliance":
            leads = leads_of(str(unit.chain), units)
            rest = [u for u in by_chain.get(unit.chain, ()) if u not in leads]
            found.append(AffiliationPlan(unit.key, draw.pick(leads).key, "lead", since))
            schools = [u for u in units if u.kind == "institute" and u.chain == unit.chain]
            for firm in [*draw.some(rest, draw.between(7, 14)), *schools]:
                found.append(AffiliationPlan(unit.key, firm.key, "member", since))
    return found


def pairings_of(
    chains: Sequence[CityChain], units: Sequence[Unit], draw: Draw, year: int
) -> list[PairingPlan]:
    """1 + N: lead firms and firms of their chain on a common topic."""
    pairings = []
    for number in range(PAIRINGS):
        chain = chains[number % len(chains)]
        leads = leads_of(chain.id, units)
        lead = leads[number // len(chains) % len(leads)]
        firms = [
            u for u in units if u.business is not None and u.chain == chain.id and u not in leads
        ]
        topic = chain.topics[(number // len(chains) + number) % len(chain.topics)]
        pairings.append(
            PairingPlan(
                lead=lead.key,
                members=tuple(unit.key for unit in draw.some(firms, draw.between(3, 8))),
                chain=chain.id,
                topic=f"{topic.product}：{topic.process}联合攻关",
                since=date(draw.between(year - 2, year), draw.between(1, 12), 15),
            )
        )
    return pairings


def liaisons_of(city: CityFile, units: Sequence[Unit], draw: Draw, year: int) -> list[LiaisonPlan]:
    """Who calls on which firms; a helper and an agent serve the county they are sent from."""
    phones = Phones(FIRST_LIAISON_PHONE)
    firms = [unit for unit in units if unit.business is not None]
    liaisons = []
    for kind, count in LIAISONS.items():
        senders = [unit for unit in units if unit.kind == SENDERS[kind]]
        met: set[str] = set()
        for number in range(count):
            sender = senders[number % len(senders)]
            near = [unit for unit in firms if _is_near(kind, unit, sender)]
            # Whoever comes first to a place calls on the firms that people of the demo work in.
            known = [unit for unit in near if unit.key not in met and _is_written(unit)]
            met.update(unit.key for unit in known)
            others = draw.some([unit for unit in near if unit not in known], draw.between(6, 12))
            liaisons.append(
                LiaisonPlan(
                    kind=kind,
                    name=draw.person(city),
                    phone=phones.take(),
                    unit=sender.key,
                    region=sender.region,
                    chain=sender.chain,
                    serves=tuple(unit.key for unit in [*known[:4], *others]),
                    since=date(draw.between(year - 2, year), draw.between(1, 12), 1),
                )
            )
    return liaisons


def _is_near(kind: str, unit: Unit, sender: Unit) -> bool:
    """Whether a liaison of this kind, sent by `sender`, calls on the firm."""
    if kind in ("helper", "agent"):
        return unit.county == sender.county
    return kind != "instructor" or sender.chain in (None, unit.chain)


def _is_written(unit: Unit) -> bool:
    """Written by hand, not composed: those are numbered."""
    return "-" not in unit.key


def links_of(units: Sequence[Unit], draw: Draw, year: int) -> list[LinkPlan]:
    """Parents and shareholders: from large firms to small ones, so that no circle can arise."""
    firms = [unit for unit in units if unit.business is not None]
    large = [u for u in firms if u.business is not None and u.business.size == "large"]
    small = [u for u in firms if u.business is not None and u.business.size in ("small", "micro")]
    held = draw.some(small, PARENTS + SHAREHOLDERS)
    links = []
    for number, subject in enumerate(held):
        same = [unit for unit in large if unit.chain == subject.chain]
        holder = draw.pick(same or large)
        since = date(draw.between(year - 6, year), draw.between(1, 12), 1)
        if number < PARENTS:
            links.append(LinkPlan(holder.key, subject.key, "parent", None, since))
        if number >= PARENTS or draw.chance(60):
            share = Decimal(draw.between(51, 100) if number < PARENTS else draw.between(5, 49))
            links.append(LinkPlan(holder.key, subject.key, "shareholder", share, since))
    return links


def names_of(
    units: Sequence[Unit], words: Mapping[str, str], draw: Draw, year: int
) -> list[NamePlan]:
    """Former names and aliases; `words` gives each chain's short name for an alias."""
    firms = draw.some([u for u in units if u.business is not None], RENAMED + ALIASES)
    names = []
    for number, unit in enumerate(firms):
        if number < RENAMED:
            until = date(draw.between(year - 8, year - 1), draw.between(1, 12), 20)
            place, rest = unit.name[:2], unit.name[2:]
            ending = "厂" if draw.chance(40) else "有限责任公司"
            word = rest.removesuffix("股份有限公司").removesuffix("有限公司")
            names.append(NamePlan(unit.key, "former", f"{place}{word[:4]}{ending}", until))
        else:
            alias = f"{unit.short_name[:2]}（{words[str(unit.chain)]}）"
            names.append(NamePlan(unit.key, "alias", alias, None))
    return names
