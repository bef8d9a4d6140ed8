"""The list of words that matching and search are taught."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lianshu.authority import Actor
from lianshu.exchange.lexicon import lexicon_entries, may_keep_lexicon
from lianshu.exchange.models import LexiconEntry, LexiconKind
from lianshu.ui.badges import Badge
from lianshu.ui.lists import Action, ChoiceFilter, Column, ListSpec, YesNoFilter


def _search(rows: QuerySet[LexiconEntry], words: str) -> QuerySet[LexiconEntry]:
    for word in words.split():
        rows = rows.filter(line__icontains=word)
    return rows


def _actions(actor: Actor) -> list[Action]:
    if not may_keep_lexicon(actor).allowed:
        return []
    return [Action(_("新增词条"), reverse("lexicon-new"))]


def _state(row: LexiconEntry) -> Badge:
    return Badge(_("使用中"), "good") if row.active else Badge(_("已停用"), "neutral")


LEXICON = ListSpec[LexiconEntry, Any](
    id="lexicon",
    title=_("同义词和整词"),
    intro=_("同义词让写法不同的需求和资源碰到一起，整词不会被拆开；匹配和搜索都用它们。"),
    rows=lexicon_entries,
    search=_search,
    search_hint=_("词"),
    filters=(
        ChoiceFilter("kind", _("类型"), "kind", LexiconKind, counts=True),
        YesNoFilter("active", _("使用中"), Q(active=True)),
    ),
    columns=(
        Column("words", _("词"), lambda row: row.line, sort="line"),
        Column("kind", _("类型"), lambda row: row.get_kind_display(), sort="kind"),
        Column("state", _("状态"), _state, sort="active"),
        Column("by", _("修改人"), lambda row: row.updated_by_name, sort="updated_by_name"),
        Column("updated", _("更新"), lambda row: row.updated_at, kind="moment", sort="updated_at"),
    ),
    sort="-updated",
    link=lambda row: reverse("lexicon-entry", args=[row.public_id]),
    actions=_actions,
    empty=_("还没有词条。把企业常用的不同叫法写成一条，例如“磁钢、永磁体”。"),
)
