"""The lists of chains, of who belongs to them, of groups, pairings and liaisons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from lianshu.authority import Actor
from lianshu.records.search import matches
from lianshu.registry.lists import chain_filter, region_filter
from lianshu.registry.models import (
    GROUP_KINDS,
    Chain,
    ChainMember,
    ChainRole,
    ChainTier,
    GroupForm,
    Liaison,
    LiaisonKind,
    Organisation,
    OrganisationKind,
    Pairing,
)
from lianshu.registry.queries.chains import (
    STANDING,
    all_segments,
    chain_members_for,
    chains_for,
    pairings_for,
    segment_below,
)
from lianshu.registry.queries.relations import groups_by_form, groups_for, liaisons_for
from lianshu.registry.rules_chains import can_add_chain, can_place_in_chain, cares_anywhere
from lianshu.registry.services import end_chain_member
from lianshu.ui.lists import (
    Action,
    BulkAction,
    ChoiceFilter,
    Column,
    ListSpec,
    Option,
    Tile,
    YesNoFilter,
)
from lianshu.ui.lists.filters import Filter


def chain_page(chain: Chain) -> str:
    """Where a chain is shown."""
    return reverse("chain", args=[chain.code])


def relations_page(organisation: Organisation) -> str:
    """Where an organisation's part in chains and groups is shown."""
    return reverse("organisation-chains", args=[organisation.public_id])


def _ended() -> Q:
    # Not `valid_to__lte` alone: "no" would leave out what has no end.
    return Q(valid_to__isnull=False, valid_to__lte=timezone.localdate())


def _ended_or_gone() -> Q:
    return _ended() | ~STANDING


def over_filter(over: Callable[[], Q] = _ended) -> YesNoFilter:
    """Whether the row has ended."""
    return YesNoFilter("over", _("已结束"), over)


def _chain_actions(actor: Actor) -> Sequence[Action]:
    found = [Action(_("看板"), reverse("chains"), "layout-grid")]
    if cares_anywhere(actor) and can_add_chain(actor).allowed:
        found.insert(0, Action(_("添加产业链"), reverse("chain-new")))
    return found


CHAINS = ListSpec[Chain, Any](
    id="chain-table",
    title=_("产业链一览"),
    intro=_("全市产业链目录：层级、链办、链长和各类单位数。"),
    rows=lambda actor: chains_for(actor, today=timezone.localdate()),
    search=lambda rows, words: rows.filter(Q(name__icontains=words) | Q(chief__icontains=words)),
    search_hint=_("产业链或链长"),
    filters=(ChoiceFilter("tier", _("层级"), "tier", ChainTier, counts=True),),
    columns=(
        Column("name", _("产业链"), lambda row: row.name, sort="code"),
        Column("tier", _("层级"), lambda row: row.get_tier_display(), sort="tier"),
        Column("office", _("链办"), lambda row: row.office and row.office.name),
        Column("chief", _("链长"), lambda row: row.chief, below=lambda row: row.chief_title),
        Column("chief_title", _("链长职务"), lambda row: row.chief_title, shown=False),
        Column(
            "lead_firms",
            _("链主企业"),
            lambda row: row.lead_firms,
            kind="number",
            sort="lead_firms",
        ),
        Column(
            "innovators",
            _("链创单位"),
            lambda row: row.innovators,
            kind="number",
            sort="innovators",
        ),
        Column("firms", _("链上单位"), lambda row: row.firms, kind="number", sort="firms"),
        Column(
            "segments",
            _("环节"),
            lambda row: row.segment_count,
            kind="number",
            sort="segment_count",
        ),
        Column("code", _("代码"), lambda row: row.code, shown=False),
    ),
    sort="name",
    link=chain_page,
    actions=_chain_actions,
    empty=_("添加产业链后，会按代码排列在这里。"),
)


@dataclass(frozen=True)
class SegmentFilter(ChoiceFilter):
    """A segment with its parts."""

    def condition(self, value: list[str]) -> Q:
        return segment_below(value)


def _segment_options(_actor: Actor) -> Sequence[Option]:
    return [
        Option(
            each.public_id, f"{each.chain.name} · {each.name}", 0 if each.parent_id is None else 1
        )
        for each in all_segments()
    ]


class EndForm(forms.Form):
    """From which day something no longer holds."""

    on = forms.DateField(
        label=_("自哪一天起不再是"),
        initial=timezone.localdate,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )


def _importing(target: str) -> Action:
    return Action(_("导入名单"), f"{reverse('imports:new')}?target={target}", "file-import")


def _member_actions(actor: Actor) -> Sequence[Action]:
    return (_importing("chain_members"),) if cares_anywhere(actor) else ()


def _end_member(actor: Actor, member: ChainMember, data: dict[str, Any], now: datetime) -> str:
    end_chain_member(actor=actor, member=member, on=data["on"], now=now)
    return _now("已结束，自 %(day)s 起。") % {"day": data["on"]}


CHAIN_MEMBERS = ListSpec[ChainMember, ChainMember](
    id="chain-members",
    title=_("链上单位"),
    intro=_("谁在哪条产业链、哪个环节，是链主、链创还是成员。"),
    rows=chain_members_for,
    search=lambda rows, words: rows.filter(matches("organisation__search", words)),
    search_hint=_("单位名称、简称或拼音首字母"),
    filters=(
        chain_filter(),
        ChoiceFilter("role", _("角色"), "role", ChainRole, counts=True),
        SegmentFilter("segment", _("环节"), "segment", _segment_options, multiple=False),
        region_filter("organisation__region"),
        over_filter(_ended_or_gone),
    ),
    columns=(
        Column(
            "name",
            _("单位"),
            lambda row: row.organisation.name,
            sort="organisation__name_key",
            below=lambda row: row.organisation.get_kind_display(),
        ),
        Column("chain", _("产业链"), lambda row: row.chain.name, sort="chain__code"),
        Column("role", _("角色"), lambda row: row.get_role_display(), sort="role"),
        Column(
            "segment",
            _("环节"),
            lambda row: row.segment and row.segment.name,
            sort="segment__position",
        ),
        Column(
            "region",
            _("区域"),
            lambda row: row.organisation.region.name,
            sort="organisation__region__code",
        ),
        Column("from", _("起日"), lambda row: row.valid_from, kind="day", sort="valid_from"),
        Column("to", _("止日"), lambda row: row.valid_to, kind="day", sort="valid_to"),
    ),
    sort="name",
    then=("chain__code", "role"),
    link=lambda row: relations_page(row.organisation),
    key_field="pk",
    key=lambda row: str(row.pk),
    name=lambda row: row.organisation.name,
    actions=_member_actions,
    bulk=(
        BulkAction(
            "end",
            _("结束角色"),
            can=lambda actor, row: can_place_in_chain(actor, row.organisation, row.chain),
            effect=lambda row: (
                _now("不再是“%(chain)s”的%(role)s")
                % {"chain": row.chain.name, "role": row.get_role_display()}
            ),
            run=_end_member,
            icon="x",
            offered=cares_anywhere,
            form=EndForm,
            danger=True,
        ),
    ),
    empty=_("在产业链页面添加单位，或导入链上单位名单后，会列在这里。"),
)


def _group_kinds(_actor: Actor) -> Sequence[Option]:
    return [Option(str(kind), kind.label) for kind in OrganisationKind if kind in GROUP_KINDS]


_NO_FORM = "none"


@dataclass(frozen=True)
class FormFilter(ChoiceFilter):
    """Groups of these forms, or of none."""

    def condition(self, value: list[str]) -> Q:
        return Q(form__in=["" if each == _NO_FORM else each for each in value])


def _forms(_actor: Actor) -> Sequence[Option]:
    return [*(Option(form.value, form.label) for form in GroupForm), Option(_NO_FORM, _("未写明"))]


_ICONS = {OrganisationKind.COMMUNITY: "building-community", OrganisationKind.ALLIANCE: "link"}


def _group_tiles(actor: Actor) -> Sequence[Tile]:
    here = reverse("groups")
    return [
        Tile(
            each.label,
            each.count,
            f"{here}?kind={each.kind}&form={each.form or _NO_FORM}",
            _ICONS.get(OrganisationKind(each.kind), "users-group"),
        )
        for each in groups_by_form(actor)
    ]


GROUPS = ListSpec[Organisation, Any](
    id="groups",
    title=_("产业社区与联盟"),
    intro=_("产业社区、产业联盟、产业链共同体和协会，以及它们的单位数。"),
    rows=lambda actor: groups_for(actor, today=timezone.localdate()),
    search=lambda rows, words: rows.found_by(words),
    search_hint=_("名称、简称或拼音首字母"),
    filters=(
        ChoiceFilter("kind", _("类型"), "kind", _group_kinds, counts=True),
        FormFilter("form", _("形态"), "form", _forms),
        region_filter(),
        chain_filter(),
    ),
    columns=(
        Column(
            "name",
            _("名称"),
            lambda row: row.name,
            sort="name_key",
            below=lambda row: row.short_name,
        ),
        Column("kind", _("类型"), lambda row: row.get_kind_display(), sort="kind"),
        Column("form", _("形态"), lambda row: row.get_form_display(), sort="form"),
        Column("region", _("区域"), lambda row: row.region.name, sort="region__code"),
        Column("chain", _("产业链"), lambda row: row.chain and row.chain.name, sort="chain__code"),
        Column(
            "affiliates",
            _("单位数"),
            lambda row: row.affiliate_count,
            kind="number",
            sort="affiliate_count",
        ),
        Column("id", _("编号"), lambda row: row.public_id, shown=False),
    ),
    sort="name",
    link=relations_page,
    tiles=_group_tiles,
    empty=_("登记类型为产业社区、联盟或协会的单位后，会列在这里。"),
)


def _pairing_actions(actor: Actor) -> Sequence[Action]:
    return (Action(_("建立结对"), reverse("pairing-new")),) if cares_anywhere(actor) else ()


PAIRINGS = ListSpec[Pairing, Any](
    id="pairings",
    title=_("结对"),
    intro=_("1 + N 结对：一家大企业带着上下游的 N 家，一起做一件事。"),
    rows=lambda actor: pairings_for(actor, today=timezone.localdate()),
    search=lambda rows, words: rows.filter(
        Q(topic__icontains=words) | matches("lead__search", words)
    ),
    search_hint=_("共建内容或牵头单位"),
    filters=(chain_filter(), region_filter(), over_filter()),
    columns=(
        Column("topic", _("共建内容"), lambda row: row.topic, sort="topic"),
        Column("lead", _("牵头单位（1）"), lambda row: row.lead.name, sort="lead__name_key"),
        Column(
            "members",
            _("结对单位（N）"),
            lambda row: row.member_count,
            kind="number",
            sort="member_count",
        ),
        Column("chain", _("产业链"), lambda row: row.chain and row.chain.name, sort="chain__code"),
        Column("region", _("区域"), lambda row: row.region.name, sort="region__code"),
        Column("from", _("起日"), lambda row: row.valid_from, kind="day", sort="valid_from"),
        Column("to", _("止日"), lambda row: row.valid_to, kind="day", sort="valid_to"),
        Column("id", _("编号"), lambda row: row.public_id, shown=False),
    ),
    sort="-from",
    link=lambda row: reverse("pairing", args=[row.public_id]),
    actions=_pairing_actions,
    empty=_("链办建立结对后，会列在这里。"),
)


def _liaison_actions(actor: Actor) -> Sequence[Action]:
    if not cares_anywhere(actor):
        return ()
    return (Action(_("登记专员"), reverse("liaison-new")), _importing("liaisons"))


_LIAISON_FILTERS: tuple[Filter, ...] = (
    ChoiceFilter("kind", _("类别"), "kind", LiaisonKind, counts=True),
    region_filter(),
    chain_filter(),
    over_filter(),
)

LIAISONS = ListSpec[Liaison, Any](
    id="liaisons",
    title=_("专员"),
    intro=_("谁在服务哪些单位。您看得到服务您单位的专员，和您负责范围内的专员。"),
    rows=lambda actor: liaisons_for(actor, today=timezone.localdate()),
    search=lambda rows, words: rows.found_by(words),
    search_hint=_("姓名或拼音首字母"),
    filters=_LIAISON_FILTERS,
    columns=(
        Column("name", _("姓名"), lambda row: row.name, sort="name"),
        Column("kind", _("类别"), lambda row: row.get_kind_display(), sort="kind"),
        Column("phone", _("电话"), lambda row: row.phone),
        Column(
            "organisation",
            _("派出单位"),
            lambda row: row.organisation.name,
            sort="organisation__name_key",
        ),
        Column("region", _("区域"), lambda row: row.region.name, sort="region__code"),
        Column("chain", _("产业链"), lambda row: row.chain and row.chain.name, sort="chain__code"),
        Column("served", _("服务单位数"), lambda row: row.served, kind="number", sort="served"),
        Column("from", _("起日"), lambda row: row.valid_from, kind="day", sort="valid_from"),
        Column("to", _("止日"), lambda row: row.valid_to, kind="day", sort="valid_to", shown=False),
        Column("id", _("编号"), lambda row: row.public_id, shown=False),
    ),
    sort="name",
    link=lambda row: reverse("liaison", args=[row.public_id]),
    actions=_liaison_actions,
    empty=_("登记或导入专员后，会列在这里。"),
)
