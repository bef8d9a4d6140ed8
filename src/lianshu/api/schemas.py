"""What goes in and out. Posts go out only as `PostReading`s: what is hidden is null, and `level`
says why."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Final, Generic, Literal, TypeVar

from django.utils.translation import gettext as _
from ninja import Schema
from ninja.params.models import Header
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from lianshu.exchange.models import PostStatus, TrlScale
from lianshu.exchange.reading import PostReading
from lianshu.registry.models import Chain, Organisation, Region

MOST_EXACT: Final = 2**53 - 1
"""The largest whole number that every JSON reader keeps exact."""


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError(_("文字里有不能保存的控制字符"))
    return text


def _iso_day(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        raise ValueError(_("日期应写作 2026-01-31"))
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError(_("没有这一天")) from None
    if value is not None:
        raise ValueError(_("日期应写作 2026-01-31"))
    return value


Text = Annotated[str, AfterValidator(_without_nul)]
PublicId = Annotated[str, Field(pattern=r"^[0-9a-z]{1,32}$", examples=["7k2m9q4w8x3z"])]
Code = Annotated[str, Field(pattern=r"^[0-9A-Za-z._-]{1,32}$")]
Fen = Annotated[int, Field(strict=True, ge=0, le=MOST_EXACT, description="fen (1/100 yuan)")]
Version = Annotated[int, Field(strict=True, ge=1, le=2_147_483_647)]
Trl = Annotated[int, Field(strict=True, ge=1, le=9)]
Flag = Annotated[bool, Field(strict=True)]
Day = Annotated[date, BeforeValidator(_iso_day)]
Once = Annotated[
    str | None,
    Header(
        None,
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,128}$",
        description="The same key with the same request gives the first answer again.",
    ),
]
LevelName = Literal["summary", "identity", "detail"]
ItemT = TypeVar("ItemT")


class Body(Schema):
    """A request body: an unknown name is an error, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid")


class Page(Schema, Generic[ItemT]):
    """One page of a list; a page beyond the end has no items."""

    total: int
    page: int
    limit: int
    items: list[ItemT]


class Listing(Schema):
    """What every list can be asked."""

    q: Text = Field("", max_length=200, description="words; pinyin initials find titles and names")
    page: int = Field(1, ge=1, le=10_000)
    limit: int = Field(25, ge=1, le=100)


class Named(Schema):
    """A region or chain by its code."""

    code: str
    name: str

    @classmethod
    def of(cls, row: Region | Chain) -> Named:
        """From a row."""
        return cls(code=row.code, name=row.name)


class OrganisationRef(Schema):
    """An organisation by its public id."""

    id: str
    name: str

    @classmethod
    def of(cls, row: Organisation) -> OrganisationRef:
        """From a row."""
        return cls(id=row.public_id, name=row.name)


class PostLine(Schema):
    """A demand or resource in a list, never its detail; null above `level` is not disclosed."""

    id: str
    level: LevelName = Field(description="how much of it the caller may read")
    title: str
    summary: str
    kind: str
    region: Named
    chain: Named | None
    trl_scale: TrlScale
    trl_level: int | None
    status: PostStatus
    published_at: datetime | None
    expires_at: datetime | None
    updated_at: datetime
    version: int
    deadline: date | None = Field(description="demands only")
    owner: OrganisationRef | None = Field(description="from level identity on")
    contact_name: str | None = Field(description="from level identity on")
    contact: str | None = Field(description="from level identity on")

    @classmethod
    def of(cls, reading: PostReading) -> PostLine:
        """From what the caller may read."""
        return cls(**common_fields(reading))


class DemandOut(PostLine):
    """A demand as the caller may read it."""

    detail: str | None = Field(description="level detail")
    indicators: str | None = Field(description="level detail")
    budget_min: int | None = Field(description="fen; level detail")
    budget_max: int | None = Field(description="fen; level detail")

    @classmethod
    def of(cls, reading: PostReading) -> DemandOut:
        """From what the caller may read."""
        return cls(
            **common_fields(reading),
            detail=reading.detail,
            indicators=reading.indicators,
            budget_min=reading.budget_min,
            budget_max=reading.budget_max,
        )


class ResourceOut(PostLine):
    """A resource as the caller may read it."""

    detail: str | None = Field(description="level detail")
    facets: dict[str, str | int] | None = Field(description="level detail")

    @classmethod
    def of(cls, reading: PostReading) -> ResourceOut:
        """From what the caller may read."""
        return cls(**common_fields(reading), detail=reading.detail, facets=reading.facets)


SAME_NAMES: Final = (
    "title",
    "summary",
    "kind",
    "trl_scale",
    "trl_level",
    "status",
    "published_at",
    "expires_at",
    "updated_at",
    "version",
    "deadline",
    "contact_name",
    "contact",
)


def common_fields(reading: PostReading) -> dict[str, Any]:
    """What both kinds of post have, up to identity."""
    level: dict[int, LevelName] = {1: "summary", 2: "identity", 3: "detail"}
    return {
        **{name: getattr(reading, name) for name in SAME_NAMES},
        "id": reading.public_id,
        "level": level[reading.level],
        "region": Named.of(reading.region),
        "chain": None if reading.chain is None else Named.of(reading.chain),
        "owner": None if reading.owner is None else OrganisationRef.of(reading.owner),
    }


class PostState(Schema):
    """What a write answers with: the state, not the texts, so that writing reads nothing."""

    id: str
    status: PostStatus
    version: int
    published_at: datetime | None
    expires_at: datetime | None


class Matched(Schema):
    """How many partners were found and stored as proposals."""

    proposals: int


class ExclusionsIn(Body):
    """The organisations that must never see the post or be proposed for it, all of them."""

    organisations: list[PublicId] = Field(max_length=200)


class Exclusions(Schema):
    """As stored."""

    organisations: list[OrganisationRef]


class DisclosureIn(Body):
    """How much one organisation may read; `summary` takes back what was given."""

    level: LevelName


class DisclosureOut(Schema):
    """As stored."""

    organisation: OrganisationRef
    level: LevelName


Perform = Callable[[], Schema]
