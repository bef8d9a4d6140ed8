"""What the files of a demo pack hold; `pack` reads them as one checked whole.

Money is in whole yuan, dates are days from the day of loading, people and firms are invented.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from lianshu.engine.definitions import Definition, Text

Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,31}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Prose = Annotated[str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True)]
# A local number never begins with 0 in China, so these reach nobody.
Phone = Annotated[str, StringConstraints(pattern=r"^0574-0000\d{4}$")]
Credit = Annotated[str, StringConstraints(pattern=r"^[0-9A-HJ-NPQRTUW-Y]{18}$")]
Yuan = Annotated[int, Field(ge=0)]
Trl = Annotated[int, Field(ge=1, le=9)]

DemandKind = Literal[
    "technology", "talent", "finance", "equipment", "supply", "space", "policy", "other"
]
OrganisationKind = Literal[
    "enterprise",
    "university",
    "institute",
    "bank",
    "fund",
    "agency",
    "community",
    "association",
    "chain_office",
]


class Range(Definition):
    """From ``min`` to ``max``, both included."""

    min: Yuan
    max: Yuan

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min > self.max:
            raise ValueError(f"下限 {self.min} 大于上限 {self.max}，请对调")
        return self


class Region(Definition):
    """A place; ``parent`` is the id of the one that holds it, given before it."""

    id: Identifier
    name: Text
    kind: Literal["province", "city", "county"]
    parent: Identifier | None = None


class Chain(Definition):
    """An industry chain of the city's catalogue."""

    id: Identifier
    name: Text


class Contact(Definition):
    """An invented person and a number that reaches nobody."""

    name: Line
    phone: Phone


class Organisation(Definition):
    """An invented organisation and the person who answers for it."""

    id: Identifier
    kind: OrganisationKind
    name: Line
    short_name: Line
    region: Identifier
    chain: Identifier | None = None
    uscc: Credit
    introduction: Prose
    contact: Contact
    form: Literal["industrial", "building", "market"] | None = None


class Grant(Definition):
    """A capability within a region and one chain, or every chain when ``chain`` is left out."""

    capability: Line
    region: Identifier
    chain: Identifier | None = None


class Account(Definition):
    """One person who can log in to the demo."""

    username: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{2,30}$")]
    name: Line
    title: Text
    organisation: Identifier
    role: Literal["owner", "handler", "viewer"]
    grants: tuple[Grant, ...] = ()


class Post(Definition):
    """What demands and resources share; region, chain and contact default to the owner's."""

    id: Identifier
    owner: Identifier
    title: Line
    summary: Prose
    detail: Prose
    contact: Contact | None = None
    trl: Trl | None = None
    hidden_from: tuple[Identifier, ...] = ()


class Demand(Post):
    """What an enterprise needs; ``fits`` names resources that truly answer it (for tests)."""

    kind: DemandKind
    indicators: tuple[Line, ...] = ()
    budget: Range | None = None
    deadline_days: Annotated[int, Field(ge=1, le=1000)] | None = None
    fits: tuple[Identifier, ...] = ()


class AchievementFacets(Definition):
    stage: Literal["小试", "中试", "示范应用", "量产"]
    cooperation: tuple[Literal["转让", "许可", "合作开发", "作价入股"], ...]
    price: Range | None = None


class PatentFacets(Definition):
    ipc: Annotated[str, StringConstraints(pattern=r"^[A-H]\d{2}[A-Z] ?\d+/\d+$")]
    state: Literal["授权", "实审"]
    price: Range | None = None


class ExpertFacets(Definition):
    field: Line
    rank: Line
    days_per_month: Annotated[int, Field(ge=1, le=31)]


class TeamFacets(Definition):
    field: Line
    size: Annotated[int, Field(ge=2, le=500)]


class InstrumentFacets(Definition):
    performance: Line
    yuan_per_hour: Yuan


class LaboratoryFacets(Definition):
    accreditation: Line
    turnaround_days: Annotated[int, Field(ge=1, le=365)]


class PilotLineFacets(Definition):
    capacity: Line
    yuan_per_batch: Yuan


class FundFacets(Definition):
    stage: Line
    amount: Range


class LoanFacets(Definition):
    amount: Range
    rate_percent: Decimal
    months: Annotated[int, Field(ge=1, le=360)]
    security: Line


class SpaceFacets(Definition):
    area_m2: Annotated[int, Field(gt=0)]
    yuan_per_m2_month: Yuan
    conditions: Line


class ServiceFacets(Definition):
    price: Range
    turnaround_days: Annotated[int, Field(ge=1, le=365)]


class CapacityFacets(Definition):
    process: Line
    monthly: Line
    idle_percent: Annotated[int, Field(ge=0, le=100)]


class Achievement(Post):
    kind: Literal["achievement"]
    facets: AchievementFacets


class Patent(Post):
    kind: Literal["patent"]
    facets: PatentFacets


class Expert(Post):
    kind: Literal["expert"]
    facets: ExpertFacets


class Team(Post):
    kind: Literal["team"]
    facets: TeamFacets


class Instrument(Post):
    kind: Literal["instrument"]
    facets: InstrumentFacets


class Laboratory(Post):
    kind: Literal["laboratory"]
    facets: LaboratoryFacets


class PilotLine(Post):
    kind: Literal["pilot_line"]
    facets: PilotLineFacets


class Fund(Post):
    kind: Literal["fund"]
    facets: FundFacets


class LoanProduct(Post):
    kind: Literal["loan_product"]
    facets: LoanFacets


class Space(Post):
    kind: Literal["space"]
    facets: SpaceFacets


class Service(Post):
    kind: Literal["service"]
    facets: ServiceFacets


class ProductionCapacity(Post):
    kind: Literal["production_capacity"]
    facets: CapacityFacets


Resource = Annotated[
    Achievement
    | Patent
    | Expert
    | Team
    | Instrument
    | Laboratory
    | PilotLine
    | Fund
    | LoanProduct
    | Space
    | Service
    | ProductionCapacity,
    Field(discriminator="kind"),
]


class PackFile(Definition):
    """``pack.yaml``: the city itself."""

    id: Identifier
    title: Text
    source: Line
    regions: tuple[Region, ...]
    chains: tuple[Chain, ...]


class OrganisationsFile(Definition):
    organisations: tuple[Organisation, ...]


class AccountsFile(Definition):
    accounts: tuple[Account, ...]


class DemandsFile(Definition):
    """Demands of one chain."""

    chain: Identifier | None = None
    demands: tuple[Demand, ...]


class ResourcesFile(Definition):
    """Resources of one chain, or of none."""

    chain: Identifier | None = None
    resources: tuple[Resource, ...]
