"""The policy library, and the firms that a policy came out for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.db.models.lookups import Contains
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _in

from lianshu.authority import Actor
from lianshu.entitlements.diagnosis import language_now
from lianshu.entitlements.marks import (
    BENEFITS,
    CONFIDENCE,
    confidence_badge,
    missing_words,
    outcome_badge,
    pack_name,
    region_name,
    title_of,
)
from lianshu.entitlements.models import (
    OutcomeChoices,
    PolicyLevel,
    PolicyResult,
    PolicyStatus,
    PolicyVersion,
)
from lianshu.entitlements.published import published
from lianshu.entitlements.queries import (
    IS_NEAR,
    in_force_on,
    policies_in_use,
    policy_rows,
    results_for,
)
from lianshu.records.search import matches
from lianshu.registry.lists import chain_filter, region_filter
from lianshu.ui.badges import Badge
from lianshu.ui.lists import (
    Action,
    Channel,
    ChoiceFilter,
    Column,
    ListSpec,
    Option,
    TextFilter,
    YesNoFilter,
)
from lianshu.ui.lists.filters import Chip


def _today() -> date:
    return timezone.localdate()


def policy_page(row: PolicyVersion) -> str:
    """Where a version is shown."""
    return f"{reverse('policy', args=[row.policy])}?version={row.version}"


def _packs(_actor: Actor) -> Sequence[Option]:
    packs = sorted({each.pack for each in policies_in_use()})
    return [Option(pack, pack_name(pack)) for pack in packs]


def _regions(_actor: Actor) -> Sequence[Option]:
    codes = sorted({each.region_code for each in policies_in_use() if each.region_code})
    everywhere = Option("none", _("全国"))
    return [everywhere, *(Option(code, region_name(code)) for code in codes)]


def _benefits(_actor: Actor) -> Sequence[Option]:
    return [Option(value, label) for value, label in BENEFITS.items()]


def _confidences(_actor: Actor) -> Sequence[Option]:
    return [Option(value, f"{value} {label}") for value, label in CONFIDENCE.items()]


@dataclass(frozen=True)
class AreaFilter(ChoiceFilter):
    """Where a policy holds; everywhere is an area too."""

    def condition(self, value: list[str]) -> Q:
        return Q(region_code__in=["" if each == "none" else each for each in value])


def _standing(row: PolicyVersion) -> Badge:
    if row.effective_from > _today():
        return Badge(_now("未施行"), "wait")
    if row.effective_to is not None and row.effective_to < _today():
        return Badge(_now("已停止"), "neutral")
    if row.status == PolicyStatus.DRAFT:
        return Badge(row.get_status_display(), "wait")
    return Badge(_now("有效"), "good")


def _area(row: PolicyVersion) -> str:
    return region_name(row.region_code) if row.region_code else _now("全国")


def _until(row: PolicyVersion) -> str:
    if row.effective_to is None:
        return ""
    return _now("至 %(day)s") % {"day": row.effective_to}


def _benefit(row: PolicyVersion) -> str:
    return str(BENEFITS.get(row.benefit, ""))


def _found(rows: QuerySet[PolicyVersion], words: str) -> QuerySet[PolicyVersion]:
    condition = (
        Q(title__icontains=words)
        | Q(search_text__icontains=words)
        | Q(document_number__icontains=words)
        | Q(issuer__icontains=words)
    )
    return rows.filter(condition)


POLICIES = ListSpec[PolicyVersion, PolicyVersion](
    id="policies",
    title=_in("list", "政策"),
    intro=_("平台会算的全部政策：条件、门槛、出处和可靠程度。点开看规则和本单位的结论。"),
    rows=policy_rows,
    search=_found,
    search_hint=_("名称、条件里的词、文号或发文机关"),
    filters=(
        ChoiceFilter("level", _("层级"), "level", PolicyLevel, counts=True),
        AreaFilter("area", _("适用地区"), "region_code", _regions),
        ChoiceFilter("status", _("状态"), "status", PolicyStatus, counts=True),
        YesNoFilter("now", _("今天有效"), lambda: in_force_on(_today())),
        ChoiceFilter("benefit", _("给什么"), "benefit", _benefits, counts=True),
        ChoiceFilter("confidence", _("可靠程度"), "confidence", _confidences, counts=True),
        ChoiceFilter("pack", _("资料包"), "pack", _packs, counts=True),
    ),
    columns=(
        Column(
            "title",
            _("名称"),
            title_of,
            sort="title",
            below=lambda row: f"{row.document_number} · {row.issuer}",
        ),
        Column("standing", _("今天"), _standing),
        Column("level", _("层级"), lambda row: row.get_level_display(), sort="level", below=_area),
        Column("area", _("适用地区"), _area, shown=False),
        Column("benefit", _("给什么"), _benefit, sort="benefit"),
        Column(
            "confidence",
            _("可靠程度"),
            lambda row: confidence_badge(row.confidence),
            sort="confidence",
        ),
        Column(
            "from",
            _("施行"),
            lambda row: row.effective_from,
            kind="day",
            sort="effective_from",
            below=_until,
        ),
        Column("to", _("停止"), lambda row: row.effective_to, kind="day", shown=False),
        Column("version", _("版本"), lambda row: row.version, shown=False),
        Column("number", _("文号"), lambda row: row.document_number, shown=False),
        Column("issuer", _("发文机关"), lambda row: row.issuer, shown=False),
        Column("status", _("状态"), lambda row: row.get_status_display(), shown=False),
        Column("pack", _("资料包"), lambda row: pack_name(row.pack), shown=False),
        Column("policy", _("编号"), lambda row: row.policy, shown=False),
    ),
    sort="title",
    then=("-effective_from",),
    link=policy_page,
    key_field="pk",
    key=lambda row: str(row.pk),
    name=title_of,
    empty=_("还没有发布政策。请平台管理员用 lianshu policy publish 发布资料包。"),
)


# --- firms of a policy -----------------------------------------------------------------------


def _versions(_actor: Actor) -> Sequence[Option]:
    return [
        Option(f"{each.policy}.{each.version}", f"{title_of(each)}（{each.version}）")
        for each in policies_in_use()
    ]


@dataclass(frozen=True)
class VersionFilter(ChoiceFilter):
    """One version of a policy, as `policy.version`."""

    def condition(self, value: list[str]) -> Q:
        condition = Q(pk__in=())
        for each in value:
            policy, _dot, version = each.partition(".")
            condition |= Q(version__policy=policy, version__version=version)
        return condition


@dataclass(frozen=True)
class MissingFilter(TextFilter):
    """Firms for which a fact is missing, by its key. The policy page leads here."""

    def read(self, params: QueryDict, actor: Actor, problems: list[str]) -> str | None:
        found = super().read(params, actor, problems)
        return None if found is None else found.replace('"', "")

    def chips(self, value: str, actor: Actor) -> list[Chip]:
        words = {"label": self.label, "value": missing_words(value)}
        return [Chip(_now("%(label)s：%(value)s") % words, ((self.id, value),))]


def _lacks(key: str) -> Q:
    # Keys are quoted in the stored list, so that no key is found within a longer one.
    return Q(Contains(Cast("missing", TextField()), f'"{key}"'))


@dataclass(frozen=True, slots=True)
class FirmRow:
    """A result with the titles of the conditions that are not met."""

    result: PolicyResult
    failed: tuple[str, ...]


def _in_words(
    _actor: Actor, results: Sequence[PolicyResult], _channel: Channel
) -> Sequence[FirmRow]:
    by_row, language = published().by_row, language_now()
    titles = {
        pk: {rule.id: rule.definition.title.said_in(language) for rule in by_row[pk].rules}
        for pk in {each.version_id for each in results}
        if pk in by_row
    }
    return [
        FirmRow(
            each,
            tuple(titles.get(each.version_id, {}).get(name, name) for name in each.failed),
        )
        for each in results
    ]


def _diagnosis(row: FirmRow) -> str:
    organisation = row.result.organisation
    address = reverse("organisation-diagnosis", args=[organisation.public_id])
    return f"{address}#{row.result.version.policy}"


def _why(row: FirmRow) -> str:
    """What fails, or what is missing, in a line."""
    if row.result.outcome == OutcomeChoices.UNKNOWN:
        words = "、".join(map(missing_words, row.result.missing[:3]))
        return _now("缺：%(facts)s") % {"facts": words}
    if row.result.outcome == OutcomeChoices.NOT_MET:
        return _now("不符合：%(conditions)s") % {"conditions": "、".join(row.failed[:4])}
    return ""


def _all_missing(row: FirmRow) -> str:
    return "、".join(map(missing_words, row.result.missing))


def _score(row: FirmRow) -> str:
    low, high = row.result.score_low, row.result.score_high
    if low is None or high is None:
        return ""
    ends = (f"{low.normalize():f}", f"{high.normalize():f}")
    return ends[0] if low == high else f"{ends[0]}–{ends[1]}"


def _firm_actions(_actor: Actor) -> Sequence[Action]:
    return (Action(_("政策库"), reverse("policies"), "book"),)


OPEN_COLUMNS: Final[tuple[Column[Any], ...]] = (
    Column(
        "failing",
        _("不符合的条件"),
        lambda row: row.result.failing,
        kind="number",
        sort="failing",
    ),
    Column("open", _("待定的条件"), lambda row: row.result.open, kind="number", sort="open"),
)
"""How many conditions stand in the way, and how many are open."""
PLACE_COLUMNS: Final[tuple[Column[Any], ...]] = (
    Column("region", _("区域"), lambda row: row.result.region.name, sort="region__code"),
    Column(
        "chain",
        _("产业链"),
        lambda row: row.result.chain and row.result.chain.name,
        sort="chain__code",
    ),
)
"""Where the firm of a result is."""

POLICY_FIRMS = ListSpec[PolicyResult, FirmRow](
    id="policy-firms",
    title=_("政策对企业"),
    intro=_(
        "最近一次计算的结果：符合、差一点、缺数据、待人工判断和不符合的企业；不适用的不列出。"
        "只有本单位的人和负责它的链办看得到一家企业的结果。"
    ),
    rows=results_for,
    search=lambda rows, words: rows.filter(matches("organisation__search", words)),
    search_hint=_("企业名称、简称或拼音首字母"),
    filters=(
        VersionFilter("policy", _in("list", "政策"), "version", _versions, multiple=False),
        ChoiceFilter("outcome", _("结论"), "outcome", OutcomeChoices, counts=True),
        YesNoFilter("near", _("差一两条"), lambda: IS_NEAR),
        region_filter(),
        chain_filter(),
        MissingFilter("missing", _("缺的数据"), _lacks),
    ),
    columns=(
        Column(
            "name",
            _("企业"),
            lambda row: row.result.organisation.name,
            sort="organisation__name_key",
            below=_why,
        ),
        Column(
            "policy",
            _in("list", "政策"),
            lambda row: title_of(row.result.version),
            sort="version__title",
        ),
        Column("outcome", _("结论"), lambda row: outcome_badge(row.result), sort="outcome"),
        *OPEN_COLUMNS,
        Column("score", _("评分"), _score, kind="number", sort="score_low"),
        Column("amount", _("金额"), lambda row: row.result.amount, kind="money", sort="amount"),
        *PLACE_COLUMNS,
        Column("failed", _("不符合"), lambda row: "、".join(row.failed), shown=False),
        Column("missing", _("缺的数据"), _all_missing, shown=False),
        Column("id", _("编号"), lambda row: row.result.organisation.public_id, shown=False),
    ),
    sort="name",
    then=("version__policy",),
    link=_diagnosis,
    present=_in_words,
    key_field="pk",
    key=lambda row: str(row.result.pk),
    name=lambda row: row.result.organisation.name,
    actions=_firm_actions,
    empty=_("政策还没有计算过，或者您的单位和负责范围里没有企业。"),
)
