"""Who an organisation is: its numbers with their warnings, names, successions and size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.engine.identity import (
    Size,
    SizeTable,
    SizeVerdict,
    Verdict,
    check_credit_code,
    load_size_table,
    size_class,
)
from lianshu.engine.tables import Period, PeriodKind, Use
from lianshu.registry.models import (
    Fact,
    Identifier,
    IdentifierKind,
    Organisation,
    OrganisationLink,
    OrganisationName,
    Succession,
)
from lianshu.registry.queries.facts import value_of
from lianshu.registry.queries.links import links_down, links_up

SIZE_FACTS: Final = ("staff", "revenue", "total_assets")


@dataclass(frozen=True, slots=True)
class NumberReading:
    """A number and, where its check found something, the sentence about it."""

    row: Identifier
    warning: str

    @property
    def is_over(self) -> bool:
        """Whether the organisation no longer has it."""
        return self.row.valid_to is not None


@dataclass(frozen=True, slots=True)
class SizeReading:
    """The size class by the figures of one year; `year` is empty where there are none."""

    year: str
    verdict: SizeVerdict

    @property
    def name(self) -> str:
        """The class in words; empty where it is not known."""
        size = self.verdict.size
        return "" if size is None else size_name(size)


@dataclass(frozen=True, slots=True)
class IdentityReading:
    """Everything that says who it is."""

    numbers: Sequence[NumberReading]
    names: Sequence[OrganisationName]
    up: Sequence[OrganisationLink]
    down: Sequence[OrganisationLink]
    came_from: Sequence[Succession]
    became: Sequence[Succession]


def identity_of(actor: Actor, organisation: Organisation) -> IdentityReading:
    """Numbers (current first), other names, links both ways, and what it came from or became."""
    numbers = [
        NumberReading(row, number_warning(row))
        for row in sorted(organisation.identifiers.all(), key=lambda row: row.valid_to is not None)
    ]
    seen = Organisation.objects.visible_to(actor)
    valid = Succession.objects.filter(undone_at__isnull=True)
    return IdentityReading(
        numbers=numbers,
        names=list(organisation.other_names.all()),
        up=links_up(actor, organisation),
        down=links_down(actor, organisation),
        came_from=list(
            valid.filter(successor=organisation, predecessor__in=seen).select_related("predecessor")
        ),
        became=list(
            valid.filter(predecessor=organisation, successor__in=seen).select_related("successor")
        ),
    )


def number_warning(row: Identifier) -> str:
    """What is doubtful about a credit code, and why it was kept; empty for every other number."""
    if row.kind != IdentifierKind.USCC:
        return ""
    code = check_credit_code(row.value)
    if code.verdict not in (Verdict.INVALID, Verdict.VALID_BY_GB32100_ONLY):
        return ""
    kept = _("仍采用的理由：%(reason)s") % {"reason": row.override_reason}
    return code.reason + (kept if row.override_reason else "")


def identifier_of(actor: Actor, organisation: Organisation, pk: int) -> Identifier | None:
    """One of its numbers."""
    seen = Organisation.objects.visible_to(actor)
    return Identifier.objects.filter(
        organisation=organisation, organisation__in=seen, pk=pk
    ).first()


def name_of(actor: Actor, organisation: Organisation, pk: int) -> OrganisationName | None:
    """One of its other names."""
    seen = Organisation.objects.visible_to(actor)
    return OrganisationName.objects.filter(
        organisation=organisation, organisation__in=seen, pk=pk
    ).first()


def link_to(actor: Actor, organisation: Organisation, pk: int) -> OrganisationLink | None:
    """One of the links to those who have power over it."""
    seen = Organisation.objects.visible_to(actor)
    links = OrganisationLink.objects.filter(subject=organisation, holder__in=seen, pk=pk)
    return links.select_related("holder", "subject").first()


def succession_by_id(actor: Actor, public_id: str) -> Succession | None:
    """One merge or split."""
    seen = Organisation.objects.visible_to(actor)
    return (
        Succession.objects.filter(predecessor__in=seen, successor__in=seen, public_id=public_id)
        .select_related("predecessor", "successor")
        .first()
    )


def heir_of(actor: Actor, organisation: Organisation) -> Organisation | None:
    """What stands for a merged organisation today; None for one that was not merged."""
    heir = organisation
    while heir.merged_into_id is not None:
        heir = Organisation.objects.visible_to(actor).get(pk=heir.merged_into_id)
    return None if heir is organisation else heir


def size_name(size: Size) -> str:
    """The class of an enterprise in words."""
    return {
        Size.LARGE: _("大型企业"),
        Size.MEDIUM: _("中型企业"),
        Size.SMALL: _("小型企业"),
        Size.MICRO: _("微型企业"),
    }[size]


def size_of(actor: Actor, organisation: Organisation) -> SizeReading:
    """Its size class by the latest year that says anything, as far as the actor may read it."""
    rows = Fact.objects.visible_to(actor).for_use(Use.SERVICE).current()
    own = rows.filter(organisation=organisation)
    years = own.filter(fact__in=SIZE_FACTS, period_kind=PeriodKind.YEAR.value)
    latest = years.order_by("-period_start").values_list("period_start", flat=True).first()
    industry = own.filter(fact="industry").order_by("-period_start").first()
    figures = {
        fact: None if latest is None else _whole(actor, organisation, fact, latest)
        for fact in SIZE_FACTS
    }
    verdict = size_class(
        size_table(),
        industry=None if industry is None else _code(actor, organisation, industry.period),
        staff=figures["staff"],
        revenue_fen=figures["revenue"],
        assets_fen=figures["total_assets"],
    )
    return SizeReading("" if latest is None else str(latest.year), verdict)


def _whole(actor: Actor, organisation: Organisation, fact: str, start: date) -> int | None:
    year = Period.year(start.year)
    value = value_of(actor, organisation, fact, year, use=Use.SERVICE).value
    return value if isinstance(value, int) else None


def _code(actor: Actor, organisation: Organisation, period: Period) -> str | None:
    value = value_of(actor, organisation, "industry", period, use=Use.SERVICE).value
    return None if value is None else str(value)


def size_table() -> SizeTable:
    """The thresholds in force."""
    return _size_table(Path(settings.PACKS))


@lru_cache(maxsize=1)
def _size_table(packs: Path) -> SizeTable:
    return load_size_table(packs / "national" / "codes")
