"""Keeping views of lists."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from lianshu.authority import Actor, Refusal
from lianshu.records.errors import DomainError
from lianshu.ui.models import SavedView

VIEWS_MOST = 20
NAME_LENGTH = 40
QUERY_LENGTH = 2000


def save_view(*, actor: Actor, list_id: str, name: str, query: str, now: datetime) -> SavedView:
    """Keep `query` (a query string) under `name`; the same name again replaces it."""
    if actor.user_id is None:
        raise Refusal(_("请先登录。"))
    name = name.strip()
    if not 1 <= len(name) <= NAME_LENGTH:
        raise DomainError(_("请起一个名称，1 到 40 个字。"), field="name")
    if len(query) > QUERY_LENGTH:
        raise DomainError(_("筛选条件太多，无法保存。请减少条件后再试。"))
    others = SavedView.objects.filter(user_id=actor.user_id, list_id=list_id).exclude(name=name)
    if others.count() >= VIEWS_MOST:
        raise DomainError(_("每个列表最多保存 20 个常用视图，请先删除不用的。"))
    view, _created = SavedView.objects.update_or_create(
        user_id=actor.user_id,
        list_id=list_id,
        name=name,
        defaults={"query": query, "created_at": now},
    )
    return view


def remove_view(*, actor: Actor, list_id: str, view_id: int) -> None:
    """Forget one of the actor's own views."""
    if actor.user_id is None:
        raise Refusal(_("请先登录。"))
    SavedView.objects.filter(user_id=actor.user_id, list_id=list_id, pk=view_id).delete()
