"""Required inputs as lists: what everybody may know of them, with its exact twin for holders of a
capability (marked with reader and time), and what is done about gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, IntegerField, Q, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from lianshu.authority import Actor, Capability
from lianshu.chainmap.models import (
    ActKind,
    ActStatus,
    ChainInput,
    CoverStatus,
    GapAct,
)
from lianshu.chainmap.queries import (
    acts_for,
    acts_of_inputs,
    cities,
    districts_of,
    exact_inputs_for,
    inputs_for,
)
from lianshu.chainmap.rules import reads_sources
from lianshu.records.search import matches
from lianshu.registry.lists import chain_filter, region_filter
from lianshu.ui.badges import Badge, Tone
from lianshu.ui.formats import moment
from lianshu.ui.lists import Action, Channel, ChoiceFilter, Column, ListSpec, Option, YesNoFilter

_TONES: dict[str, Tone] = {
    CoverStatus.GAP: "bad",
    CoverStatus.SINGLE: "wait",
    CoverStatus.THIN: "info",
    CoverStatus.COVERED: "good",
}
_ICONS: dict[str, str] = {
    CoverStatus.GAP: "alert-triangle",
    CoverStatus.SINGLE: "alert-circle",
    CoverStatus.THIN: "info-circle",
    CoverStatus.COVERED: "check",
}
_ORDER = Case(
    *(When(status=status, then=Value(at)) for at, status in enumerate(CoverStatus.values)),
    output_field=IntegerField(),
)
DEPTHS = 8


def status_badge(row: ChainInput) -> Badge:
    """How an input is covered, for who may know it exactly."""
    return Badge(row.get_status_display(), _TONES[row.status], _ICONS[row.status])


def cover_badge(row: ChainInput) -> Badge:
    """How an input is covered, as everybody may know it."""
    if row.shown == 0:
        return Badge(_("少于 3 家"), "wait", "alert-triangle")
    return Badge(_now("至少 %(n)d 家") % {"n": row.shown}, "good", "check")


def watermark(actor: Actor) -> str:
    """Who reads it and when: on the page and on every line of the file."""
    return _now("%(name)s %(time)s 查看，仅供本人工作使用") % {
        "name": actor.name,
        "time": moment(timezone.now()),
    }


def input_page(row: ChainInput) -> str:
    """Where an input is shown."""
    return reverse("chain-input", args=[row.public_id])


@dataclass(frozen=True, slots=True)
class InputRow:
    """An input with what is being done about it, as far as the reader may see it."""

    input: ChainInput
    acts: tuple[GapAct, ...]
    mark: str = ""

    @property
    def public_id(self) -> str:
        """The key of the row."""
        return self.input.public_id


def _present(actor: Actor, rows: Sequence[ChainInput], _channel: Channel) -> list[InputRow]:
    acts = acts_of_inputs(actor, rows)
    return [InputRow(row, acts.get(row.pk, ())) for row in rows]


def _marked(actor: Actor, rows: Sequence[ChainInput], channel: Channel) -> list[InputRow]:
    mark = watermark(actor)
    return [InputRow(row.input, row.acts, mark) for row in _present(actor, rows, channel)]


def _place_options(_actor: Actor) -> list[Option]:
    found = []
    for city in cities():
        found.append(Option(city.public_id, city.name))
        found += (Option(each.public_id, each.name, 1) for each in districts_of(city))
    return found


def _depth_options(_actor: Actor) -> list[Option]:
    return [
        Option(str(depth), _now("直接投入") if depth == 1 else _now("第 %(n)d 级") % {"n": depth})
        for depth in range(1, DEPTHS + 1)
    ]


def _acts(row: InputRow) -> str:
    open_ones = [act for act in row.acts if act.status == ActStatus.OPEN]
    return "、".join(dict.fromkeys(str(act.get_kind_display()) for act in open_ones))


def _shared_filters() -> tuple[ChoiceFilter, ...]:
    return (
        chain_filter(),
        ChoiceFilter(
            "place",
            _("区县"),
            "region__public_id",
            _place_options,
            multiple=False,
            absent=Q(whole=True),
            unset=_("全市"),
        ),
        ChoiceFilter("depth", _("层级"), "depth", _depth_options),
    )


_PRODUCT = Column[InputRow](
    "product",
    _("产品"),
    lambda row: row.input.product.name,
    sort="product__name",
    below=lambda row: row.input.path_text,
)
_PATH = Column[InputRow](
    "path", _("路径（为什么需要它）"), lambda row: row.input.path_text, shown=False
)
_CHAIN = Column[InputRow](
    "chain", _("产业链"), lambda row: row.input.chain.name, sort="chain__code"
)
_PLACE = Column[InputRow](
    "place", _("区域"), lambda row: row.input.region.name, sort="region__code"
)
_DEPTH = Column[InputRow](
    "depth", _("层级"), lambda row: row.input.depth, kind="number", sort="depth"
)
_ACTS = Column[InputRow]("acts", _("在做什么"), _acts)


def _actions(actor: Actor) -> Sequence[Action]:
    found = [Action(_("名词和口径"), reverse("chain-words"), "book")]
    if reads_sources(actor):
        found.insert(0, Action(_("断点与单一来源"), reverse("chain-gaps"), "alert-triangle"))
    return found


def _exact_actions(_actor: Actor) -> Sequence[Action]:
    return (Action(_("名词和口径"), reverse("chain-words"), "book"),)


INPUTS = ListSpec[ChainInput, InputRow](
    id="chain-inputs",
    title=_("必需投入"),
    intro=_("每条产业链需要哪些产品，本地有没有三家以上能供应。少于三家的不说是几家。"),
    rows=inputs_for,
    present=_present,
    search=lambda rows, words: rows.filter(matches("product__search", words)),
    search_hint=_("产品名称、拼音首字母"),
    filters=(
        *_shared_filters(),
        YesNoFilter("covered", _("有 3 家以上"), Q(shown__gte=3)),
    ),
    columns=(
        _PRODUCT,
        Column(
            "cover",
            _("本地企业"),
            lambda row: cover_badge(row.input),
            sort="shown",
            export=lambda row: str(cover_badge(row.input)),
        ),
        _CHAIN,
        _PLACE,
        _DEPTH,
        _PATH,
        _ACTS,
    ),
    sort="depth",
    then=("chain__code", "product__name"),
    link=lambda row: input_page(row.input),
    name=lambda row: row.input.product.name,
    actions=_actions,
    empty=_(
        "还没有产品图谱。链办导入产品关系和生产关系，并为产业链设定终端产品后，这里会列出它需要什么。"
    ),
)

GAPS = ListSpec[ChainInput, InputRow](
    id="chain-gaps",
    title=_("断点与单一来源"),
    intro=_("本地没有、只有一家或两家企业能供应的投入，连同有保障的。打开和导出都有记录。"),
    rows=exact_inputs_for,
    present=_marked,
    search=lambda rows, words: rows.filter(matches("product__search", words)),
    search_hint=_("产品名称、拼音首字母"),
    filters=(
        ChoiceFilter("status", _("状态"), "status", CoverStatus, counts=True),
        *_shared_filters(),
        YesNoFilter("elsewhere", _("外地有企业生产"), Q(elsewhere__gt=0)),
        YesNoFilter("closed", _("断点已补上"), Q(closed_on__isnull=False)),
    ),
    columns=(
        _PRODUCT,
        Column("status", _("状态"), lambda row: status_badge(row.input), sort=_ORDER),
        Column(
            "makers", _("本地企业数"), lambda row: row.input.makers, kind="number", sort="makers"
        ),
        Column(
            "elsewhere",
            _("外地企业数"),
            lambda row: row.input.elsewhere,
            kind="number",
            sort="elsewhere",
        ),
        _CHAIN,
        _PLACE,
        _DEPTH,
        _PATH,
        Column(
            "since",
            _("成为断点"),
            lambda row: row.input.gap_since,
            kind="day",
            sort="gap_since",
            shown=False,
        ),
        Column("closed", _("补上"), lambda row: row.input.closed_note or None, shown=False),
        _ACTS,
        Column("mark", _("水印"), lambda row: row.mark, shown=False),
    ),
    sort="status",
    then=("depth", "chain__code", "product__name"),
    link=lambda row: input_page(row.input),
    name=lambda row: row.input.product.name,
    actions=_exact_actions,
    empty=_("没有符合条件的投入。"),
)


_ACT_TONES: dict[str, Tone] = {
    ActStatus.OPEN: "info",
    ActStatus.DONE: "good",
    ActStatus.ENDED: "neutral",
}


def act_badge(act: GapAct) -> Badge:
    """How far an act is."""
    return Badge(act.get_status_display(), _ACT_TONES[act.status])


def act_page(act: GapAct) -> str:
    """Where an act is shown."""
    return reverse("chain-act", args=[act.public_id])


def _targets(act: GapAct) -> str:
    return "、".join(each.name for each in act.targets.all())


def _acts_shown(_actor: Actor) -> Sequence[Action]:
    return (Action(_("断点与单一来源"), reverse("chain-gaps"), "alert-triangle"),)


ACTS = ListSpec[GapAct, GapAct](
    id="chain-acts",
    title=_("断点行动"),
    intro=_("为断点发起的需求、招商、揭榜和办件。有企业能生产时，行动自己结束并写明。"),
    rows=acts_for,
    search=lambda rows, words: rows.filter(matches("product__search", words)),
    search_hint=_("产品名称"),
    filters=(
        ChoiceFilter("kind", _("行动"), "kind", ActKind, counts=True),
        ChoiceFilter("status", _("状态"), "status", ActStatus, counts=True),
        chain_filter(),
        region_filter(),
    ),
    columns=(
        Column("product", _("产品"), lambda act: act.product.name, sort="product__name"),
        Column("kind", _("行动"), lambda act: act.get_kind_display(), sort="kind"),
        Column("status", _("状态"), act_badge, sort="status"),
        Column("chain", _("产业链"), lambda act: act.chain.name, sort="chain__code"),
        Column("region", _("区域"), lambda act: act.region.name, sort="region__code"),
        Column("targets", _("招商目标"), _targets),
        Column("begun", _("开始"), lambda act: act.begun_at, kind="day", sort="begun_at"),
        Column("by", _("发起人"), lambda act: act.begun_by_name, shown=False),
        Column("evidence", _("依据"), lambda act: act.evidence, shown=False),
        Column("result", _("结果"), lambda act: act.ended_note or None),
    ),
    sort="-begun",
    link=act_page,
    name=str,
    actions=lambda actor: _acts_shown(actor) if reads_sources(actor) else (),
    empty=_("还没有行动。打开一个断点，选择发布需求、招商、揭榜或立项。"),
)


def can_list_acts(actor: Actor) -> bool:
    """Whether there can be acts for the actor to see."""
    return actor.has(Capability.COORDINATE)
