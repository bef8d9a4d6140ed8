"""Composing the organisations of a city: enterprises first, then everybody who serves them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random

from lianshu.demo.city.drawing import Draw, Phones, credit_code
from lianshu.demo.city.model import Business, ChainPlan, SegmentPlan, Unit
from lianshu.demo.city.sources import CityChain, CitySources
from lianshu.demo.definitions import Organisation

CITY = "3302"
FIRST_PHONE = 2_000
ENTERPRISE, INSTITUTION, SOCIETY = "91", "12", "51"
SIZES = {"large": 3, "medium": 14, "small": 60, "micro": 23}
STAFF = {"large": (1_000, 5_200), "medium": (300, 960), "small": (22, 290), "micro": (3, 19)}
STRENGTH = {
    "large": {1: 1, 2: 3, 3: 6},
    "medium": {0: 1, 1: 3, 2: 5, 3: 3},
    "small": {0: 5, 1: 8, 2: 5, 3: 1},
    "micro": {0: 8, 1: 6, 2: 1},
}
STREETS = ("街道", "镇", "乡")
OWN_PREFIX = {"330281": "余姚市", "330282": "慈溪市", "330225": "象山县", "330226": "宁海县"}
"""Counties whose firms often carry their name; the others' say 宁波."""
INTRODUCTIONS = (
    "主营{segment}，以{product}见长，{founded} 年成立，客户多在{chain}链上。",
    "{founded} 年创办，做{product}，属{chain}的{segment}环节，现有职工 {staff} 人左右。",
    "{segment}企业，主要产品是{product}，掌握{process}。",
    "从{segment}起步，如今专注{product}，{staff} 名职工。",
    "专做{product}，在{process}上有多年积累；厂区在{place}。",
)
PLAIN_INTRODUCTIONS = (
    "为{chain}企业提供{segment}产品与服务，{founded} 年设立，坐落{place}。",
    "{founded} 年成立的{segment}企业，{staff} 名职工，客户以本地{chain}企业为主。",
    "做{segment}，小批快交，服务{place}周边的{chain}企业。",
    "{chain}链{segment}环节的配套企业，厂区在{place}，现有职工 {staff} 人左右。",
)


@dataclass
class Registry:
    """What has been composed so far, and the lots and words to go on with."""

    sources: CitySources
    draw: Draw
    year: int
    counties: Mapping[str, str]
    """County code → name."""
    phones: Phones = field(default_factory=lambda: Phones(FIRST_PHONE))
    units: list[Unit] = field(default_factory=list)
    _names: Iterator[str] = field(init=False)
    _streets: dict[str, list[tuple[str, str]]] = field(init=False)

    def __post_init__(self) -> None:
        city = self.sources.city
        pairs = [a + b for a in city.first for b in city.second if a != b]
        Random(city.seed).shuffle(pairs)  # noqa: S311
        self._names = iter(pairs)
        self._streets = {}
        for street in self.sources.streets:
            if not street.name.endswith(STREETS):
                continue  # a zone that only statistics use: nobody says to be at home there
            self._streets.setdefault(street.county, []).append((street.code, street.name))

    def new_word(self) -> str:
        """A name of two characters that nobody else in the city has."""
        return next(self._names)

    def street(self, county: str) -> tuple[str, str]:
        """Code and name of a street of the county; of a zone in it now and then."""
        zones = [(zone.id, zone.name.zh) for zone in self.sources.city.zones]
        there = [zone.street for zone in self.sources.city.zones]
        if county in there and self.draw.chance(15):
            return zones[there.index(county)]
        return self.draw.pick(self._streets[county])

    def add(
        self,
        *,
        key: str,
        kind: str,
        name: str,
        short_name: str,
        region: str,
        introduction: str,
        county: str = "",
        code: str = "",
        form: str = "",
        chain: str | None = None,
        business: Business | None = None,
    ) -> Unit:
        """One more unit with its contact; `code` is the beginning of its credit code."""
        unit = Unit(
            key=key,
            kind=kind,
            name=name,
            short_name=short_name,
            region=region,
            county=county or region,
            uscc=credit_code(code, len(self.units) + 1) if code else "",
            introduction=introduction,
            contact_name=self.draw.person(self.sources.city),
            phone=self.phones.take(),
            form=form,
            chain=chain,
            business=business,
        )
        self.units.append(unit)
        return unit


def segments_of(chain: CityChain) -> tuple[SegmentPlan, ...]:
    """The segment tree of a chain, each part after the wider one."""
    plans: list[SegmentPlan] = []
    for stream, groups in chain.segments.items():
        for name, parts in groups.items():
            above = SegmentPlan(f"{len(plans) + 1:02d}", name, stream)
            plans.append(above)
            for part in parts:
                plans.append(SegmentPlan(f"{len(plans) + 1:02d}", part, stream, above.code))
    return tuple(plans)


def chain_plan(chain: CityChain) -> ChainPlan:
    """The chain with its office and segments."""
    products = "、".join(topic.product for topic in chain.topics[:3])
    return ChainPlan(
        code=chain.id,
        name=chain.name.zh,
        name_en=chain.name.en or "",
        tier=chain.tier,
        office=f"office-{chain.id}",
        chief=chain.chief,
        chief_title=chain.chief_title,
        introduction=f"从{'、'.join(list(chain.segments['upstream']))}到"
        f"{'、'.join(list(chain.segments['downstream']))}，代表产品有{products}等。",
        segments=segments_of(chain),
    )


def add_enterprises(registry: Registry, chain: CityChain) -> None:
    """The firms of one chain."""
    count = registry.sources.city.enterprises[chain.tier]
    parts = [part for part in segments_of(chain) if part.parent]
    for number in range(1, count + 1):
        _add_enterprise(registry, chain, parts, number)


def _add_enterprise(
    registry: Registry, chain: CityChain, parts: list[SegmentPlan], number: int
) -> None:
    draw = registry.draw
    county = draw.weighted(chain.counties)
    region, place = registry.street(county)
    # Every chain has firms of every size that its lead firms can come from.
    size = "large" if number <= 2 else draw.weighted(SIZES)
    part, industry = draw.pick(parts), draw.pick(chain.industries)
    business = _business(draw, registry.year, chain, part, industry, size)
    word, trade = registry.new_word(), draw.pick(chain.trades)
    prefix = OWN_PREFIX[county] if county in OWN_PREFIX and draw.chance(45) else "宁波"
    form = "股份有限公司" if size == "large" and draw.chance(70) else "有限公司"
    words = {
        "segment": business.segment_name,
        "chain": chain.name.zh,
        "founded": str(business.founded.year),
        "staff": str(business.staff),
        "place": (registry.counties[county] if place not in registry.counties else "") + place,
    }
    registry.add(
        key=f"{chain.id}-{number}",
        kind="enterprise",
        name=f"{prefix}{word}{trade}{form}",
        short_name=f"{word}{trade}",
        region=region,
        county=county,
        code=ENTERPRISE,
        chain=chain.id,
        business=business,
        introduction=_introduction(chain, business, draw, words),
    )


def _introduction(chain: CityChain, business: Business, draw: Draw, words: dict[str, str]) -> str:
    if business.topic is None:
        return draw.fill(draw.pick(PLAIN_INTRODUCTIONS), words)
    topic = chain.topics[business.topic]
    more = {"product": topic.product, "process": topic.process}
    return draw.fill(draw.pick(INTRODUCTIONS), words | more)


def written_units(
    written: Sequence[Organisation], chains: Mapping[str, CityChain], draw: Draw, year: int
) -> list[Unit]:
    """The pack's own organisations as units, its enterprises with a business; the first of each
    chain is a large one and so among those that lead it."""
    units: list[Unit] = []
    led: set[str] = set()
    for each in written:
        business = None
        if each.kind == "enterprise" and each.chain is not None:
            chain = chains[each.chain]
            parts = [part for part in segments_of(chain) if part.parent]
            size = "medium" if each.chain in led else "large"
            part = _fitting(parts, each.introduction)
            business = _business(draw, year, chain, part, chain.industries[0], size)
            led.add(each.chain)
        units.append(
            Unit(
                key=each.id,
                kind=each.kind,
                name=each.name,
                short_name=each.short_name,
                region=each.region,
                county=each.region,
                uscc=each.uscc,
                introduction=each.introduction,
                contact_name=each.contact.name,
                phone=each.contact.phone,
                form=each.form or "",
                chain=each.chain,
                business=business,
            )
        )
    return units


def _business(
    draw: Draw, year: int, chain: CityChain, part: SegmentPlan, industry: str, size: str
) -> Business:
    eldest = {"large": 1986, "medium": 1992, "small": 1996, "micro": 2012}[size]
    youngest = {"large": 2010, "medium": 2016}.get(size, year - 1)
    topics = [number for number, topic in enumerate(chain.topics) if topic.at == part.name]
    return Business(
        chain=chain.id,
        segment=part.code,
        segment_name=part.name,
        topic=draw.pick(topics) if topics else None,
        industry=industry,
        founded=draw.day(date(eldest, 1, 8), date(youngest, 12, 20)),
        size=size,
        staff=draw.between(*STAFF[size]),
        strength=draw.weighted(STRENGTH[size]),
    )


def _fitting(parts: list[SegmentPlan], text: str) -> SegmentPlan:
    """The segment whose name shares most pairs of characters with the text."""

    def shared(part: SegmentPlan) -> int:
        return sum(part.name[n : n + 2] in text for n in range(len(part.name) - 1))

    return max(parts, key=shared)
