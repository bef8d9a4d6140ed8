"""The register, to read: organisations, regions, chains, and who the caller is."""

from __future__ import annotations

from datetime import date
from typing import Literal

from django.db.models import F
from ninja import Query, Router, Schema
from pydantic import Field

from lianshu.api.auth import ApiRequest
from lianshu.api.errors import READS, READS_ONE, declared
from lianshu.api.reading import found, page_of
from lianshu.api.schemas import Code, Listing, Named, Page
from lianshu.registry.models import (
    IdentifierKind,
    NameKind,
    Organisation,
    OrganisationKind,
    RegionKind,
)
from lianshu.registry.queries import (
    all_chains,
    all_regions,
    organisation_by_id,
    organisations_ever,
)
from lianshu.registry.queries.identity import heir_of, number_warning
from lianshu.registry.querysets import OrganisationQuerySet

router = Router(tags=["register"])


class OrganisationFilter(Listing):
    """What the register can be asked."""

    kind: list[OrganisationKind] = Field([])
    region: Code | None = Field(None, description="code; includes what lies below it")
    chain: Code | None = Field(None, description="code")
    ended: bool = Field(
        False, description="with those that were merged, split up or closed; else those of today"
    )
    sort: Literal["name", "-name"] = "name"

    def narrow(self, rows: OrganisationQuerySet) -> OrganisationQuerySet:
        """`rows` as asked, in a total order."""
        if not self.ended:
            rows = rows.current()
        if self.kind:
            rows = rows.filter(kind__in=self.kind)
        if self.region:
            rows = rows.filter(region__ancestry__ancestor__code=self.region)
        if self.chain:
            rows = rows.filter(chain__code=self.chain)
        if self.q:
            rows = rows.found_by(self.q)
        order = F("name_key").desc() if self.sort == "-name" else F("name_key").asc()
        return rows.order_by(order, "pk")


class OrganisationLine(Schema):
    """An organisation in the list."""

    id: str
    name: str
    short_name: str
    kind: OrganisationKind
    region: Named
    chain: Named | None
    ended_on: date | None = Field(description="null while it exists")

    @classmethod
    def of(cls, row: Organisation) -> OrganisationLine:
        """From a row."""
        return cls(
            id=row.public_id,
            name=row.name,
            short_name=row.short_name,
            kind=OrganisationKind(row.kind),
            region=Named.of(row.region),
            chain=None if row.chain is None else Named.of(row.chain),
            ended_on=row.ended_on,
        )


class Identifier(Schema):
    """A number the organisation had from `valid_from` until `valid_to` (excluded)."""

    kind: IdentifierKind
    value: str
    valid_from: date | None
    valid_to: date | None
    warning: str = Field(description="what is doubtful about it, or empty")


class OtherName(Schema):
    """What the organisation is or was called besides."""

    kind: NameKind
    value: str
    valid_from: date | None
    valid_to: date | None


class Heir(Schema):
    """What stands for a merged organisation."""

    id: str
    name: str


class OrganisationOut(OrganisationLine):
    """An organisation with its numbers and names. A merged one keeps its id; `merged_into` says
    which to ask for instead."""

    form: str
    introduction: str
    identifiers: list[Identifier]
    other_names: list[OtherName]
    merged_into: Heir | None


class RegionOut(Schema):
    """A place; `parent` is the code of the one it lies in, `official_code` that of GB/T 2260 or
    GB/T 10114 where it has one."""

    code: str
    name: str
    kind: RegionKind
    parent: str | None
    official_code: str


class Membership(Schema):
    """Which organisation the caller belongs to, and how."""

    name: str
    role: Literal["owner", "handler", "viewer"]


class Me(Schema):
    """Whom the caller's session or token stands for."""

    name: str
    memberships: list[Membership]
    capabilities: list[str]
    token_scopes: list[str] | None = Field(description="null for a session")


@router.get("/organisations", response={200: Page[OrganisationLine], **READS})
def list_organisations(
    request: ApiRequest, query: Query[OrganisationFilter]
) -> Page[OrganisationLine]:
    """The register of organisations."""
    rows = query.narrow(organisations_ever(request.auth))
    return page_of(
        request, query, rows, lambda found: [OrganisationLine.of(each) for each in found]
    )


@router.get("/organisations/{organisation_id}", response={200: OrganisationOut, **READS_ONE})
def get_organisation(request: ApiRequest, organisation_id: str) -> OrganisationOut:
    """One organisation."""
    row = found(organisation_by_id, request, organisation_id)
    heir = heir_of(request.auth, row)
    return OrganisationOut(
        **OrganisationLine.of(row).model_dump(),
        form=row.form,
        introduction=row.introduction,
        identifiers=[
            Identifier(
                kind=IdentifierKind(each.kind),
                value=each.value,
                valid_from=each.valid_from,
                valid_to=each.valid_to,
                warning=number_warning(each),
            )
            for each in row.identifiers.all()
        ],
        other_names=[
            OtherName(
                kind=NameKind(each.kind),
                value=each.value,
                valid_from=each.valid_from,
                valid_to=each.valid_to,
            )
            for each in row.other_names.all()
        ],
        merged_into=None if heir is None else Heir(id=heir.public_id, name=heir.name),
    )


@router.get("/regions", response={200: list[RegionOut], **declared(401)})
def list_regions(request: ApiRequest) -> list[RegionOut]:  # noqa: ARG001
    """Every region, parents named by code."""
    return [
        RegionOut(
            code=row.code,
            name=row.name,
            kind=RegionKind(row.kind),
            parent=None if row.parent is None else row.parent.code,
            official_code=row.official_code,
        )
        for row in all_regions()
    ]


@router.get("/chains", response={200: list[Named], **declared(401)})
def list_chains(request: ApiRequest) -> list[Named]:  # noqa: ARG001
    """The catalogue of industry chains."""
    return [Named.of(row) for row in all_chains()]


@router.get("/me", response={200: Me, **declared(401)})
def get_me(request: ApiRequest) -> Me:
    """Who the caller is: a cheap way to try a token."""
    actor = request.auth
    return Me(
        name=actor.name,
        memberships=[Membership(name=m.organisation_name, role=m.role) for m in actor.memberships],
        capabilities=sorted({grant.capability.value for grant in actor.grants}),
        token_scopes=None if actor.token_scopes is None else sorted(actor.token_scopes),
    )
