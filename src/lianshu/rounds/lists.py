"""Rounds as a list, and all their possible pairs as one that is filtered and exported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from lianshu.authority import Actor, Capability
from lianshu.registry.lists import chain_filter, region_filter
from lianshu.rounds.models import (
    PairRule,
    Round,
    RoundKind,
    RoundPair,
    RoundStatus,
    WeightSource,
)
from lianshu.rounds.queries import pairs_for, rounds_for
from lianshu.rounds.sides import Who, side_word, who_of
from lianshu.ui.badges import Badge, Tone
from lianshu.ui.lists import Action, Channel, ChoiceFilter, Column, ListSpec, Option, YesNoFilter

_TONES: dict[str, Tone] = {
    RoundStatus.DRAFT: "wait",
    RoundStatus.PLANNED: "info",
    RoundStatus.INFEASIBLE: "bad",
    RoundStatus.PUBLISHED: "good",
    RoundStatus.CANCELLED: "neutral",
}


def status_badge(found: Round) -> Badge:
    """How far a round is."""
    return Badge(found.get_status_display(), _TONES[found.status])


def round_page(found: Round) -> str:
    """Where a round is shown."""
    return reverse("round", args=[found.public_id])


def _actions(actor: Actor) -> Sequence[Action]:
    if not actor.has(Capability.COORDINATE):
        return ()
    return (
        Action(_("新建轮次"), reverse("round-new")),
        Action(_("全部配对"), reverse("round-pairs"), "table"),
    )


def _place(found: Round) -> str:
    return found.region.name + (f" · {found.chain.name}" if found.chain else "")


def _sizes(found: Round) -> str:
    counts = (found.lefts, found.rights)  # type: ignore[attr-defined]
    words = (side_word(found, "left"), side_word(found, "right"))
    return " / ".join(f"{word} {count}" for word, count in zip(words, counts, strict=True))


def _paired(found: Round) -> int:
    return int(found.paired)  # type: ignore[attr-defined]


ROUNDS = ListSpec[Round, Round](
    id="rounds",
    title=_("轮次"),
    intro=_("科技副总选派、专员派驻、1 + N 结对、供需对接会：为大家一起排，而不是一个一个配。"),
    rows=rounds_for,
    search=lambda rows, words: rows.filter(title__icontains=words),
    search_hint=_("轮次名称"),
    filters=(
        ChoiceFilter("kind", _("类型"), "kind", RoundKind, counts=True),
        ChoiceFilter("status", _("状态"), "status", RoundStatus, counts=True),
        region_filter(),
        chain_filter(),
    ),
    columns=(
        Column("title", _("名称"), lambda row: row.title, sort="title", below=_place),
        Column("kind", _("类型"), lambda row: row.get_kind_display(), sort="kind"),
        Column("status", _("状态"), status_badge, sort="status"),
        Column("sizes", _("参加者"), _sizes),
        Column("paired", _("配对数"), _paired, kind="number", sort="paired"),
        Column("created", _("创建"), lambda row: row.created_at, kind="day", sort="created_at"),
        Column("published", _("发布"), lambda row: row.published_at, kind="day", shown=False),
    ),
    sort="-created",
    then=("-id",),
    link=round_page,
    name=lambda row: row.title,
    actions=_actions,
    empty=_("还没有轮次。新建一轮，加入双方，系统会算出对大家都最好的配对。"),
)


# --- pairs -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PairRow:
    """A pair with both sides as the reader may know them."""

    pair: RoundPair
    left: Who
    right: Who


def _shown(_actor: Actor, pairs: Sequence[RoundPair], _channel: Channel) -> Sequence[PairRow]:
    return [PairRow(pair, who_of(pair.left), who_of(pair.right)) for pair in pairs]


def _round_options(actor: Actor) -> Sequence[Option]:
    return [Option(each.public_id, each.title) for each in rounds_for(actor)]


def _rule_options(_actor: Actor) -> Sequence[Option]:
    return [Option(rule.value, rule.label) for rule in (PairRule.MUST, PairRule.FORBID)]


def _state(row: PairRow) -> Badge:
    if row.pair.rule == PairRule.FORBID:
        return Badge(_now("不得配对"), "bad")
    if row.pair.chosen:
        return Badge(_now("在方案里"), "good")
    return Badge(_now("未选中"), "neutral")


def _rule(row: PairRow) -> str:
    if row.pair.rule:
        return str(row.pair.get_rule_display())
    return _now("已锁定") if row.pair.locked else ""


def _ranks(row: PairRow) -> str:
    both = (row.pair.left_rank, row.pair.right_rank)
    return " / ".join("—" if rank is None else str(rank) for rank in both) if any(both) else ""


def _weight(row: PairRow) -> Decimal:
    return row.pair.weight


ROUND_PAIRS = ListSpec[RoundPair, PairRow](
    id="round-pairs",
    title=_("轮次的配对"),
    intro=_("每一轮里可能的配对：匹配分、规定、志愿，以及是否在方案里。导出即为排定结果。"),
    rows=pairs_for,
    filters=(
        ChoiceFilter("round", _("轮次"), "round__public_id", _round_options, multiple=False),
        YesNoFilter("chosen", _("在方案里"), Q(chosen=True)),
        ChoiceFilter("rule", _("规定"), "rule", _rule_options),
        YesNoFilter("locked", _("已锁定"), Q(locked=True)),
        ChoiceFilter("source", _("匹配分来源"), "source", WeightSource, counts=True),
    ),
    columns=(
        Column("left", _("需求一方"), lambda row: row.left.name, below=lambda row: row.left.below),
        Column(
            "right", _("资源一方"), lambda row: row.right.name, below=lambda row: row.right.below
        ),
        Column("left_of", _("需求一方单位"), lambda row: row.left.below, shown=False),
        Column("right_of", _("资源一方单位"), lambda row: row.right.below, shown=False),
        Column("weight", _("匹配分"), _weight, kind="number", sort="weight"),
        Column("source", _("来源"), lambda row: row.pair.get_source_display(), sort="source"),
        Column("state", _("状态"), _state, sort="chosen"),
        Column("rule", _("规定"), _rule, below=lambda row: row.pair.why),
        Column("reason", _("原因"), lambda row: row.pair.why, shown=False),
        Column("ranks", _("志愿"), _ranks),
        Column("round", _("轮次"), lambda row: row.pair.round.title, sort="round__title"),
    ),
    sort="-weight",
    then=("round", "id"),
    link=lambda row: reverse("round-pair", args=[row.pair.round.public_id, row.pair.pk]),
    present=_shown,
    key_field="pk",
    key=lambda row: str(row.pair.pk),
    name=lambda row: f"{row.left.name} — {row.right.name}",
    empty=_("还没有配对。先在轮次里加入双方，再计算。"),
)
