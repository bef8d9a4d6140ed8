"""Lists, their rows, firms by coverage, campaigns and pairs, each as a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from lianshu.authority import Actor, Capability
from lianshu.coverage.filters import (
    CoverFilter,
    RegisterFilter,
    SizeFilter,
    register_options,
    size_options,
)
from lianshu.coverage.models import (
    Campaign,
    CampaignFirm,
    DuplicatePair,
    FirmList,
    ListRow,
    PairState,
    Purpose,
    RowState,
)
from lianshu.coverage.queries.campaigns import campaign_firms_for, campaigns_for
from lianshu.coverage.queries.covering import enterprises
from lianshu.coverage.queries.duplicates import pairs_for
from lianshu.coverage.queries.firm_lists import lists_for, rows_for
from lianshu.coverage.reasons import reasons_text
from lianshu.records.search import matches
from lianshu.registry.lists import chain_filter, organisation_page, region_filter
from lianshu.registry.models import Organisation
from lianshu.ui.badges import Badge, Tone
from lianshu.ui.lists import (
    Action,
    ChoiceFilter,
    Column,
    ListSpec,
    Option,
    YesNoFilter,
)

STATE_TONES: Final[dict[str, Tone]] = {
    RowState.MATCH: "good",
    RowState.REVIEW: "wait",
    RowState.NEW: "neutral",
}
_PAIR_TONES: Final[dict[str, Tone]] = {
    PairState.OPEN: "wait",
    PairState.MERGED: "good",
    PairState.DISTINCT: "neutral",
}


def list_page(firm_list: FirmList) -> str:
    """Where a list with its coverage is shown."""
    return reverse("coverage-list", args=[firm_list.public_id])


def _may_keep(actor: Actor) -> bool:
    return actor.has(Capability.COORDINATE)


def _list_actions(actor: Actor) -> Sequence[Action]:
    if not _may_keep(actor):
        return ()
    return (
        Action(_("上传名单"), reverse("coverage-list-new"), "upload"),
        Action(_("企业覆盖清单"), reverse("coverage-firms"), "list-details"),
        Action(_("名单上的行"), reverse("coverage-rows"), "table"),
    )


def _purpose(row: FirmList) -> Badge:
    if row.for_information:
        words = _now("%(purpose)s · 仅供了解") % {"purpose": row.get_purpose_display()}
        return Badge(words, "neutral", "eye")
    return Badge(row.get_purpose_display(), "info", "tag")


def _place(row: FirmList) -> str:
    return row.region.name + (f" · {row.chain.name}" if row.chain else "")


FIRM_LISTS = ListSpec[FirmList, FirmList](
    id="coverage-lists",
    title=_("名单与覆盖"),
    intro=_("各部门的企业名单和登记比对：谁已覆盖，谁还没有，谁已流失。"),
    rows=lists_for,
    search=lambda rows, words: rows.filter(
        Q(title__icontains=words) | Q(source_unit__icontains=words)
    ),
    search_hint=_("名单、来源单位"),
    filters=(
        ChoiceFilter("purpose", _("用途"), "purpose", Purpose, counts=True),
        region_filter(),
        chain_filter(),
    ),
    columns=(
        Column("title", _("名单"), lambda row: row.title, sort="title", below=_place),
        Column("purpose", _("用途"), _purpose, sort="purpose"),
        Column("source", _("来源单位"), lambda row: row.source_unit, sort="source_unit"),
        Column(
            "newest",
            _("最近一份"),
            lambda row: row.newest_on,  # type: ignore[attr-defined]
            kind="day",
            sort="newest_on",
        ),
        Column(
            "editions",
            _("份数"),
            lambda row: row.edition_count,  # type: ignore[attr-defined]
            kind="number",
            sort="edition_count",
        ),
        Column(
            "waiting",
            _("待认定"),
            lambda row: row.waiting,  # type: ignore[attr-defined]
            kind="number",
            sort="waiting",
        ),
    ),
    sort="-newest",
    then=("-id",),
    link=list_page,
    name=lambda row: row.title,
    actions=_list_actions,
    empty=_("还没有名单。上传一份企业名单（Excel 或 CSV），系统会和登记比对。"),
)


# --- rows ------------------------------------------------------------------------------------


def state_badge(row: ListRow) -> Badge:
    """How a row stands."""
    if row.conflict:
        return Badge(_now("与人工认定不一致"), "bad", "alert-triangle")
    return Badge(row.get_state_display(), STATE_TONES[row.state])


def _edition_options(actor: Actor) -> Sequence[Option]:
    return [Option(each.public_id, each.title) for each in lists_for(actor)]


def _probability(row: ListRow) -> str | None:
    return None if row.probability is None else f"{row.probability:.2f}"


ROWS = ListSpec[ListRow, ListRow](
    id="coverage-rows",
    title=_("名单上的行"),
    intro=_("每份名单的每一行：对上了哪一家登记的单位，为什么。"),
    rows=rows_for,
    search=lambda rows, words: rows.filter(Q(name__icontains=words) | Q(uscc__icontains=words)),
    search_hint=_("名称、代码"),
    filters=(
        ChoiceFilter("list", _("名单"), "edition__firm_list__public_id", _edition_options),
        ChoiceFilter("state", _("比对结果"), "state", RowState, counts=True),
        YesNoFilter("person", _("人工认定"), Q(by_person=True)),
        YesNoFilter("conflict", _("与人工认定不一致"), Q(conflict=True)),
    ),
    columns=(
        Column(
            "name",
            _("名单上的名称"),
            str,
            sort="name",
            below=lambda row: " · ".join(part for part in (row.uscc, row.city) if part),
        ),
        Column("number", _("行"), lambda row: row.number, kind="number", shown=False),
        Column("external", _("编号"), lambda row: row.external_id, shown=False),
        Column("code", _("名单上的代码"), lambda row: row.uscc, shown=False),
        Column("state", _("比对结果"), state_badge, sort="state"),
        Column(
            "entity",
            _("登记的单位"),
            lambda row: row.entity.name if row.entity else None,
            link=lambda row: organisation_page(row.entity) if row.entity else "",
            sort="entity__name_key",
        ),
        Column("probability", _("概率"), _probability, kind="number", sort="probability"),
        Column("why", _("理由"), lambda row: reasons_text(row.reasons), shown=False),
        Column(
            "list",
            _("名单"),
            lambda row: row.edition.firm_list.title,
            sort="edition__firm_list__title",
            below=lambda row: row.edition.on.isoformat(),
        ),
        Column("day", _("名单日期"), lambda row: row.edition.on, kind="day", shown=False),
    ),
    sort="name",
    then=("edition", "number"),
    link=lambda row: reverse("coverage-row", args=[row.public_id]),
    name=str,
    empty=_("没有符合条件的行。"),
)


# --- firms -----------------------------------------------------------------------------------


def _how_ended(firm: Organisation) -> str:
    if firm.merged_into_id is not None:
        return _now("已于 %(day)s 并入别的单位") % {"day": firm.ended_on}
    if firm.ended_on is not None:
        return _now("已于 %(day)s 终止") % {"day": firm.ended_on}
    return firm.short_name


def _firm_code(firm: Organisation) -> str:
    current = (each for each in firm.identifiers.all() if each.kind == "uscc" and not each.valid_to)
    return next((each.value for each in current), "")


FIRMS = ListSpec[Organisation, Organisation](
    id="coverage-firms",
    title=_("企业覆盖清单"),
    intro=_("选一份名单和一种覆盖情况，看是哪些企业；每个数字都从这里打开。"),
    rows=lambda actor: enterprises(actor).prefetch_related("identifiers"),
    search=lambda rows, words: rows.filter(matches("search", words)),
    search_hint=_("企业名称、拼音首字母"),
    filters=(
        CoverFilter(
            "cover",
            _("覆盖情况"),
            absent=Q(ended_on__isnull=True),
        ),
        chain_filter(),
        region_filter(),
        SizeFilter("size", _("规模"), "pk", size_options),
        RegisterFilter("register", _("登记册"), "pk", register_options),
    ),
    columns=(
        Column("name", _("企业"), lambda row: row.name, sort="name_key", below=_how_ended),
        Column("code", _("统一社会信用代码"), _firm_code, shown=False),
        Column("region", _("区域"), lambda row: row.region.name, sort="region__code"),
        Column(
            "chain",
            _("产业链"),
            lambda row: row.chain.name if row.chain else None,
            sort="chain__code",
        ),
        Column("ended", _("终止日期"), lambda row: row.ended_on, kind="day", shown=False),
    ),
    sort="name",
    link=organisation_page,
    name=lambda row: row.name,
    empty=_("没有符合条件的企业。"),
)


# --- campaigns -------------------------------------------------------------------------------


def campaign_page(campaign: Campaign) -> str:
    """Where a campaign is shown."""
    return reverse("coverage-campaign", args=[campaign.public_id])


def _done(row: Campaign) -> str:
    return f"{row.done_count} / {row.firm_count}"  # type: ignore[attr-defined]


CAMPAIGNS = ListSpec[Campaign, Campaign](
    id="coverage-campaigns",
    title=_("清零行动"),
    intro=_("把未覆盖的企业逐家办结：一家一个办件，上了名单就算完成。"),
    rows=campaigns_for,
    search=lambda rows, words: rows.filter(title__icontains=words),
    search_hint=_("行动名称"),
    filters=(region_filter("firm_list__region"),),
    columns=(
        Column(
            "title",
            _("行动"),
            lambda row: row.title,
            sort="title",
            below=lambda row: row.firm_list.title,
        ),
        Column("done", _("已覆盖"), _done, sort="done_count"),
        Column("loop", _("流程"), lambda row: row.loop_version.title),
        Column("due", _("目标日期"), lambda row: row.due_on, kind="day", sort="due_on"),
        Column("begun", _("发起"), lambda row: row.created_at, kind="day", sort="created_at"),
        Column("by", _("发起人"), lambda row: row.created_by_name, shown=False),
    ),
    sort="-begun",
    then=("-id",),
    link=campaign_page,
    name=lambda row: row.title,
    empty=_("还没有行动。打开一份名单，从未覆盖的企业发起清零。"),
)


def firm_badge(row: CampaignFirm) -> Badge:
    """How far a firm of a campaign is."""
    if row.covered_on is not None:
        return Badge(_now("已覆盖"), "good", "check")
    if row.case is None:
        return Badge(_now("没有办件"), "bad" if row.problem else "neutral")
    if row.case.ended_at is not None:
        return Badge(_now("办件已结束，还未上名单"), "wait")
    return Badge(_now("办理中"), "info")


def _case_link(row: CampaignFirm) -> str:
    return reverse("case", args=[row.case.public_id]) if row.case else ""


def _campaign_options(actor: Actor) -> Sequence[Option]:
    return [Option(each.public_id, each.title) for each in campaigns_for(actor)]


CAMPAIGN_FIRMS = ListSpec[CampaignFirm, CampaignFirm](
    id="coverage-campaign-firms",
    title=_("清零行动的企业"),
    intro=_("行动里的每一家：办件到哪一步，是否已经上了名单。"),
    rows=campaign_firms_for,
    search=lambda rows, words: rows.filter(matches("organisation__search", words)),
    search_hint=_("企业名称、拼音首字母"),
    filters=(
        ChoiceFilter(
            "campaign", _("行动"), "campaign__public_id", _campaign_options, multiple=False
        ),
        YesNoFilter("covered", _("已覆盖"), Q(covered_on__isnull=False)),
        YesNoFilter("opened", _("有办件"), Q(case__isnull=False)),
        chain_filter("organisation__chain"),
        region_filter("organisation__region"),
    ),
    columns=(
        Column(
            "firm",
            _("企业"),
            lambda row: row.organisation.name,
            sort="organisation__name_key",
            below=lambda row: row.problem,
        ),
        Column("state", _("进展"), firm_badge, sort="covered_on"),
        Column(
            "case",
            _("办件"),
            lambda row: row.case.subject if row.case else None,
            link=_case_link,
        ),
        Column("region", _("区域"), lambda row: row.organisation.region.name),
        Column(
            "chain",
            _("产业链"),
            lambda row: row.organisation.chain.name if row.organisation.chain else None,
        ),
        Column("covered", _("覆盖日期"), lambda row: row.covered_on, kind="day", sort="covered_on"),
        Column("campaign", _("行动"), lambda row: row.campaign.title, shown=False),
    ),
    sort="firm",
    then=("id",),
    link=lambda row: organisation_page(row.organisation),
    key_field="pk",
    key=lambda row: str(row.pk),
    name=lambda row: row.organisation.name,
    empty=_("没有符合条件的企业。"),
)


# --- pairs -----------------------------------------------------------------------------------


def pair_page(pair: DuplicatePair) -> str:
    """Where a pair is shown."""
    return reverse("coverage-duplicate", args=[pair.public_id])


def pair_badge(pair: DuplicatePair) -> Badge:
    """What was made of a pair."""
    return Badge(pair.get_state_display(), _PAIR_TONES[pair.state])


def _pair_actions(actor: Actor) -> Sequence[Action]:
    if not actor.has(Capability.MANAGE_ORGANISATIONS):
        return ()
    return (Action(_("查找重复"), reverse("coverage-duplicates-find"), "search"),)


DUPLICATES = ListSpec[DuplicatePair, DuplicatePair](
    id="coverage-duplicates",
    title=_("疑似重复单位"),
    intro=_("登记里可能是同一家的两条。由人判断；合并可以撤销。"),
    rows=pairs_for,
    search=lambda rows, words: rows.filter(
        matches("first__search", words) | matches("second__search", words)
    ),
    search_hint=_("单位名称、拼音首字母"),
    filters=(
        ChoiceFilter("state", _("状态"), "state", PairState, counts=True),
        region_filter("first__region"),
    ),
    columns=(
        Column("first", _("较早的登记"), lambda row: row.first.name, sort="first__name_key"),
        Column("second", _("较晚的登记"), lambda row: row.second.name, sort="second__name_key"),
        Column(
            "probability",
            _("概率"),
            lambda row: f"{row.probability:.2f}",
            kind="number",
            sort="probability",
        ),
        Column("state", _("状态"), pair_badge, sort="state"),
        Column("why", _("理由"), lambda row: reasons_text(row.reasons)),
        Column("found", _("发现"), lambda row: row.found_at, kind="day", sort="found_at"),
        Column("note", _("说明"), lambda row: row.note, shown=False),
    ),
    sort="-probability",
    then=("id",),
    link=pair_page,
    name=str,
    actions=_pair_actions,
    empty=_("没有疑似重复的单位。登记变化以后，可以再查找一次。"),
)
