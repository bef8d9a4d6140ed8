"""The register as a list, and the filters other lists share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _in

from lianshu.authority import Actor, Capability
from lianshu.records.search import matches
from lianshu.registry.models import IdentifierKind, Organisation, OrganisationKind
from lianshu.registry.queries import all_chains, all_regions, organisations_ever
from lianshu.registry.scoping import lies_in
from lianshu.ui.lists import Action, ChoiceFilter, Column, ListSpec, Option, Text, TextFilter


def region_options(_actor: Actor) -> list[Option]:
    """The region tree, each place below and to the right of its parent."""
    regions = all_regions()
    by_parent: dict[int | None, list[int]] = {}
    known = {region.pk: region for region in regions}
    for region in regions:
        parent = region.parent_id if region.parent_id in known else None
        by_parent.setdefault(parent, []).append(region.pk)
    options: list[Option] = []

    def walk(parent: int | None, depth: int) -> None:
        for pk in by_parent.get(parent, ()):
            options.append(Option(known[pk].public_id, known[pk].name, depth))
            walk(pk, depth + 1)

    walk(None, 0)
    return options


@dataclass(frozen=True)
class RegionFilter(ChoiceFilter):
    """A place with everything below it."""

    def condition(self, value: list[str]) -> Q:
        return lies_in(self.field, value)


def region_filter(field: str = "region") -> RegionFilter:
    """Rows whose `field` lies in the chosen region or below it."""
    return RegionFilter("region", _("区域"), field, region_options, multiple=False)


@dataclass(frozen=True)
class ExistenceFilter(ChoiceFilter):
    """Organisations of today; asked for, those that ended alone or all that ever were."""

    def condition(self, value: list[str]) -> Q:
        return Q() if value == ["ever"] else Q(**{f"{self.field}__isnull": False})


def _existence(_actor: Actor) -> list[Option]:
    return [Option("ended", _("只看已终止的")), Option("ever", _("含已终止的"))]


def chain_options(_actor: Actor) -> Sequence[Option]:
    """The chain catalogue."""
    return [Option(chain.public_id, chain.name) for chain in all_chains()]


def chain_filter(field: str = "chain") -> ChoiceFilter:
    """Rows of the chosen chains."""
    return ChoiceFilter("chain", _("产业链"), f"{field}__public_id", chain_options, counts=True)


def organisation_filter(
    field: str, label: Text, *, id: str = "owner", guard: Q | None = None
) -> TextFilter:
    """Rows whose `field` is the organisation of this id or one whose name holds the words."""

    def by(text: str) -> Q:
        return Q(**{f"{field}__public_id": text}) | matches(f"{field}__search", text)

    return TextFilter(id, label, by, hint=_("单位名称"), guard=Q() if guard is None else guard)


def _actions(actor: Actor) -> Sequence[Action]:
    if not actor.has(Capability.MANAGE_ORGANISATIONS):
        return ()
    return (Action(_("登记单位"), reverse("organisation-new")),)


def _code(organisation: Organisation) -> str:
    current = (
        each.value
        for each in organisation.identifiers.all()
        if each.kind == IdentifierKind.USCC and each.valid_to is None
    )
    return next(current, "")


def _below_name(organisation: Organisation) -> str:
    if organisation.ended_on is None:
        return organisation.short_name
    return gettext("已于 %(day)s 终止") % {"day": organisation.ended_on}


def organisation_page(organisation: Organisation) -> str:
    """Where an organisation is shown."""
    return reverse("organisation", args=[organisation.public_id])


def label_of(field: str) -> Callable[[Organisation], str]:
    """Reads the display label of a field with choices."""
    return lambda row: str(getattr(row, f"get_{field}_display")())


ORGANISATIONS = ListSpec[Organisation, Organisation](
    id="organisations",
    title=_in("list", "单位"),
    intro=_("企业、高校院所、金融和服务机构的名录。"),
    rows=lambda actor: organisations_ever(actor).prefetch_related("identifiers"),
    search=lambda rows, words: rows.found_by(words),
    search_hint=_("名称、简称或拼音首字母"),
    filters=(
        ChoiceFilter("kind", _("类型"), "kind", OrganisationKind, counts=True),
        region_filter(),
        chain_filter(),
        ExistenceFilter(
            "existence",
            _("存续情况"),
            "ended_on",
            _existence,
            multiple=False,
            absent=Q(ended_on__isnull=True),
            unset=_("现存"),
        ),
    ),
    columns=(
        Column("name", _("名称"), lambda row: row.name, sort="name_key", below=_below_name),
        Column("short_name", _("简称"), lambda row: row.short_name, shown=False),
        Column("kind", _("类型"), label_of("kind"), sort="kind"),
        Column("uscc", _("统一社会信用代码"), _code),
        Column("region", _("区域"), lambda row: row.region.name, sort="region__code"),
        Column("chain", _("产业链"), lambda row: row.chain and row.chain.name, sort="chain__code"),
        Column("introduction", _("简介"), lambda row: row.introduction, shown=False),
        Column(
            "ended",
            _("终止日期"),
            lambda row: row.ended_on,
            kind="day",
            sort="ended_on",
            shown=False,
        ),
        Column("id", _("编号"), lambda row: row.public_id, shown=False),
        Column("updated", _("更新时间"), lambda row: row.updated_at, kind="day", sort="updated_at"),
    ),
    sort="name",
    link=organisation_page,
    actions=_actions,
    empty=_("管理员登记或导入单位后，会按拼音排列在这里。"),
)
