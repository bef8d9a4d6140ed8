"""What a composed city consists of; `key` names an organisation within it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from lianshu.engine.tables import Absent, Period, Ratio, Value

Attribute = str | int | bool | date | Ratio


@dataclass(frozen=True, slots=True)
class Place:
    """A zone, street or town below the city; `official` where it has a code of its own."""

    code: str
    name: str
    kind: str
    parent: str
    official: str = ""
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class SegmentPlan:
    """A segment of a chain; `parent` is the code of the wider one."""

    code: str
    name: str
    stream: str
    parent: str = ""


@dataclass(frozen=True, slots=True)
class ChainPlan:
    """A chain, its office by key, and its segments, parents first."""

    code: str
    name: str
    name_en: str
    tier: str
    office: str
    chief: str
    chief_title: str
    introduction: str
    segments: tuple[SegmentPlan, ...]


@dataclass(frozen=True, slots=True)
class Business:
    """What an enterprise does and how big it is; `strength` 0 to 3 in technology, `topic` the
    number of one of its chain's that its segment works on."""

    chain: str
    segment: str
    segment_name: str
    topic: int | None
    industry: str
    founded: date
    size: str
    staff: int
    strength: int


@dataclass(frozen=True, slots=True)
class Unit:
    """An organisation; `region` and `county` are codes."""

    key: str
    kind: str
    name: str
    short_name: str
    region: str
    county: str
    uscc: str
    introduction: str
    contact_name: str
    phone: str
    form: str = ""
    chain: str | None = None
    business: Business | None = None


@dataclass(frozen=True, slots=True)
class FactPlan:
    """One source's statement."""

    unit: str
    fact: str
    period: Period
    value: Value | Absent
    source: str


@dataclass(frozen=True, slots=True)
class HoldingPlan:
    """One thing a unit has."""

    unit: str
    kind: str
    source: str
    number: str = ""
    name: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    owner_order: int | None = None
    attributes: Mapping[str, Attribute] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MemberPlan:
    chain: str
    unit: str
    role: str
    segment: str
    since: date


@dataclass(frozen=True, slots=True)
class AffiliationPlan:
    group: str
    unit: str
    role: str
    since: date


@dataclass(frozen=True, slots=True)
class PairingPlan:
    lead: str
    members: tuple[str, ...]
    chain: str
    topic: str
    since: date


@dataclass(frozen=True, slots=True)
class LiaisonPlan:
    """A liaison sent by `unit`, and whom it serves."""

    kind: str
    name: str
    phone: str
    unit: str
    region: str
    chain: str | None
    serves: tuple[str, ...]
    since: date


@dataclass(frozen=True, slots=True)
class LinkPlan:
    holder: str
    subject: str
    kind: str
    share: Decimal | None
    since: date


@dataclass(frozen=True, slots=True)
class NamePlan:
    unit: str
    kind: str
    value: str
    until: date | None


@dataclass(frozen=True, slots=True)
class PostPlan:
    """A demand or resource; money in yuan. `topic` is `chain/number` of what it is about."""

    side: str
    kind: str
    owner: str
    chain: str | None
    topic: str
    title: str
    summary: str
    detail: str
    indicators: tuple[str, ...]
    trl: int | None
    budget: tuple[int, int] | None
    days: int | None
    facets: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class CityPlan:
    """Everything, in the order it can be written."""

    places: tuple[Place, ...]
    chains: tuple[ChainPlan, ...]
    units: tuple[Unit, ...]
    facts: tuple[FactPlan, ...]
    holdings: tuple[HoldingPlan, ...]
    members: tuple[MemberPlan, ...]
    affiliations: tuple[AffiliationPlan, ...]
    pairings: tuple[PairingPlan, ...]
    liaisons: tuple[LiaisonPlan, ...]
    links: tuple[LinkPlan, ...]
    names: tuple[NamePlan, ...]
    duplicate: tuple[str, str]
    """A unit registered twice: the key that was merged, the key that stays."""
    demands: tuple[PostPlan, ...]
    resources: tuple[PostPlan, ...]
