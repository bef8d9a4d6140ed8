"""The ladders there are, and where firms stand on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _in

from lianshu.authority import Actor
from lianshu.engine.policy.ladders import Ladder
from lianshu.entitlements.diagnosis import language_now
from lianshu.entitlements.lists import OPEN_COLUMNS, PLACE_COLUMNS, AreaFilter
from lianshu.entitlements.marks import (
    confidence_badge,
    ladder_title,
    missing_words,
    outcome_badge_of,
    pack_name,
    region_name,
)
from lianshu.entitlements.models import LadderResult, OutcomeChoices, PolicyLadder
from lianshu.entitlements.published import published, published_ladders
from lianshu.entitlements.queries import IS_NEAR, NEARLY
from lianshu.entitlements.queries_ladders import ladder_results_for, ladder_rows, ladders_in_use
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
    YesNoFilter,
)

NO_RUNG = "none"


def _regions(_actor: Actor) -> Sequence[Option]:
    codes = sorted({each.region_code for each in ladders_in_use() if each.region_code})
    return [Option("none", _("全国")), *(Option(code, region_name(code)) for code in codes)]


def _packs(_actor: Actor) -> Sequence[Option]:
    packs = sorted({each.pack for each in ladders_in_use()})
    return [Option(pack, pack_name(pack)) for pack in packs]


def _ladder(row: PolicyLadder) -> Ladder | None:
    return published_ladders().get(row.pk)


def _rungs(row: PolicyLadder) -> str:
    """The rungs of the latest version, lowest first."""
    ladder = _ladder(row)
    if ladder is None:
        return ""
    titles = (one.definition.title.said_in(language_now()) for one in ladder.versions[-1].rungs)
    return " → ".join(titles)


def _versions(row: PolicyLadder) -> int:
    ladder = _ladder(row)
    return 0 if ladder is None else len(ladder.versions)


LADDERS = ListSpec[PolicyLadder, PolicyLadder](
    id="ladders",
    title=_in("list", "梯度"),
    intro=_("企业一级一级往上走的称号：每一级认定什么、依据哪项政策、负责的企业各在哪一级。"),
    rows=ladder_rows,
    search=lambda rows, words: rows.filter(
        Q(title__icontains=words) | Q(title_en__icontains=words) | Q(definition__icontains=words)
    ),
    search_hint=_("名称或各级的称号"),
    filters=(
        AreaFilter("area", _("适用地区"), "region_code", _regions),
        ChoiceFilter("pack", _("资料包"), "pack", _packs, counts=True),
    ),
    columns=(
        Column("title", _("名称"), ladder_title, sort="title", below=_rungs),
        Column(
            "area",
            _("适用地区"),
            lambda row: region_name(row.region_code) if row.region_code else _now("全国"),
            sort="region_code",
        ),
        Column(
            "confidence",
            _("可靠程度"),
            lambda row: confidence_badge(row.confidence),
            sort="confidence",
        ),
        Column("versions", _("版本数"), _versions, kind="number"),
        Column("pack", _("资料包"), lambda row: pack_name(row.pack), shown=False),
        Column("rungs", _("各级"), _rungs, shown=False),
        Column("ladder", _("编号"), lambda row: row.ladder, shown=False),
    ),
    sort="area",
    then=("ladder",),
    link=lambda row: reverse("ladder", args=[row.ladder]),
    key_field="pk",
    key=lambda row: str(row.pk),
    name=ladder_title,
    empty=_("还没有发布梯度。请平台管理员用 lianshu policy publish 发布资料包，梯度随它一起发布。"),
)


# --- firms on a ladder ------------------------------------------------------------------------


def _ladder_options(_actor: Actor) -> Sequence[Option]:
    return [Option(each.ladder, ladder_title(each)) for each in ladders_in_use()]


def rung_titles(ladder: Ladder) -> dict[str, str]:
    """The titles of all rungs by id; a later version's word counts."""
    language = language_now()
    return {
        one.id: one.definition.title.said_in(language)
        for version in ladder.versions
        for one in version.rungs
    }


def _rung_options(_actor: Actor) -> Sequence[Option]:
    found: dict[str, str] = {NO_RUNG: _now("还没有称号")}
    for ladder in published_ladders().values():
        for rung, title in rung_titles(ladder).items():
            found.setdefault(rung, title)
    return [Option(rung, title) for rung, title in found.items()]


@dataclass(frozen=True)
class RungFilter(ChoiceFilter):
    """A rung by its id; none is one too."""

    def condition(self, value: list[str]) -> Q:
        return Q(**{f"{self.field}__in": ["" if each == NO_RUNG else each for each in value]})


@dataclass(frozen=True, slots=True)
class LadderFirm:
    """A standing with its words."""

    result: LadderResult
    held: str
    ahead: str
    qualified: str
    failed: tuple[str, ...]


def _in_words(
    _actor: Actor, results: Sequence[LadderResult], _channel: Channel
) -> Sequence[LadderFirm]:
    ladders, policies, language = published_ladders(), published().by_row, language_now()
    titles = {pk: rung_titles(ladder) for pk, ladder in ladders.items()}
    conditions = {
        pk: {
            rule.id: rule.definition.title.said_in(language)
            for rule in (policies[pk].rules if pk in policies else ())
        }
        for pk in {each.policy_id for each in results if each.policy_id}
    }
    found = []
    for each in results:
        rungs = titles.get(each.ladder_id, {})
        said = conditions.get(each.policy_id or 0, {})
        found.append(
            LadderFirm(
                each,
                rungs.get(each.held, each.held),
                rungs.get(each.next_rung, each.next_rung),
                rungs.get(each.qualified, each.qualified),
                tuple(said.get(name, name) for name in each.failed),
            )
        )
    return found


def _page(row: LadderFirm) -> str:
    organisation = row.result.organisation
    address = reverse("organisation-diagnosis", args=[organisation.public_id])
    return f"{address}#ladder-{row.result.ladder.ladder}"


def _now_on(row: LadderFirm) -> str:
    if row.held:
        return row.held
    return _now("不知道有没有") if row.result.perhaps else _now("还没有称号")


def _ahead(row: LadderFirm) -> str:
    return row.ahead or _now("没有（已在最高一级，或再往上不适用）")


def _verdict(row: LadderFirm) -> Badge | str:
    """What the next rung's policy came to."""
    result = row.result
    if not result.outcome:
        return _now("没有可以对照的标准") if result.next_rung else ""
    near = result.outcome == OutcomeChoices.NOT_MET and not result.missing
    if near and 1 <= result.failing <= NEARLY:
        return Badge(_now("差 %(n)d 条") % {"n": result.failing}, "wait")
    return outcome_badge_of(result.outcome)


def _why(row: LadderFirm) -> str:
    """What the next rung still asks, in a line."""
    parts = []
    if row.failed:
        parts.append(_now("不符合：%(conditions)s") % {"conditions": "、".join(row.failed[:4])})
    if row.result.missing:
        words = "、".join(map(missing_words, row.result.missing[:3]))
        parts.append(_now("缺：%(facts)s") % {"facts": words})
    return "；".join(parts)


def _firm_actions(_actor: Actor) -> Sequence[Action]:
    return (Action(_in("list", "梯度"), reverse("ladders"), "stairs-up"),)


LADDER_FIRMS = ListSpec[LadderResult, LadderFirm](
    id="ladder-firms",
    title=_("企业在哪一级"),
    intro=_(
        "最近一次计算时，每家企业在各个梯度上已有的最高称号，和离下一级还差什么。"
        "只有本单位的人和负责它的链办看得到一家企业的结果。"
    ),
    rows=ladder_results_for,
    search=lambda rows, words: rows.filter(matches("organisation__search", words)),
    search_hint=_("企业名称、简称或拼音首字母"),
    filters=(
        ChoiceFilter(
            "ladder", _in("list", "梯度"), "ladder__ladder", _ladder_options, multiple=False
        ),
        RungFilter("held", _("现在的一级"), "held", _rung_options),
        RungFilter("next", _("下一级"), "next_rung", _rung_options),
        ChoiceFilter("outcome", _("下一级的结论"), "outcome", OutcomeChoices, counts=True),
        YesNoFilter("near", _("差一两条"), lambda: IS_NEAR),
        YesNoFilter("perhaps", _("称号不清楚"), lambda: Q(perhaps=True)),
        region_filter(),
        chain_filter(),
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
            "ladder",
            _in("list", "梯度"),
            lambda row: ladder_title(row.result.ladder),
            sort="ladder__title",
        ),
        Column("held", _("现在的一级"), _now_on, sort="held"),
        Column("next", _("下一级"), _ahead, sort="next_rung"),
        Column("outcome", _("下一级的结论"), _verdict, sort="outcome"),
        *OPEN_COLUMNS,
        Column("qualified", _("条件达到"), lambda row: row.qualified, shown=False),
        *PLACE_COLUMNS,
        Column("failed", _("不符合"), lambda row: "、".join(row.failed), shown=False),
        Column(
            "missing",
            _("缺的数据"),
            lambda row: "、".join(map(missing_words, row.result.missing)),
            shown=False,
        ),
        Column("id", _("编号"), lambda row: row.result.organisation.public_id, shown=False),
    ),
    sort="name",
    then=("ladder__ladder",),
    link=_page,
    present=_in_words,
    key_field="pk",
    key=lambda row: str(row.result.pk),
    name=lambda row: row.result.organisation.name,
    actions=_firm_actions,
    empty=_("梯度还没有计算过，或者您的单位和负责范围里没有企业。"),
)
