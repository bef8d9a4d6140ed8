"""Demands and resources have one shape: what differs between their pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy as lazy_in

from lianshu.authority import Actor
from lianshu.exchange.models import Demand, Resource
from lianshu.exchange.queries import demand_by_id, resource_by_id
from lianshu.records.errors import NotFound
from lianshu.ui.lists.filters import Text

Post = Demand | Resource


@dataclass(frozen=True)
class Side:
    """One of the two: its table, how one row is found, and what people call it."""

    name: Literal["demand", "resource"]
    model: type[Demand] | type[Resource]
    by_id: Callable[[Actor, str], Any]
    noun: Text
    partner: Text
    new_title: Text
    title_hint: Text

    def find(self, actor: Actor, public_id: str) -> Any:
        """The row with the actor's level, or `NotFound` when there is none for this actor."""
        post = self.by_id(actor, public_id)
        if post is None:
            raise NotFound(
                _("没有这条内容，或者它不向您开放。如果是别人发给您的链接，请向对方确认。")
            )
        return post

    def page(self, post: Any) -> str:
        """The address of a post's page."""
        return reverse(self.name, args=[post.public_id])

    def address(self, what: str, post: Any) -> str:
        """The address of something about a post."""
        return reverse(f"{self.name}-{what}", args=[post.public_id])

    @property
    def list_name(self) -> str:
        """The name of the list's address."""
        return f"{self.name}s"


DEMAND = Side(
    name="demand",
    model=Demand,
    by_id=demand_by_id,
    noun=lazy_in("list", "需求"),
    partner=lazy_in("within a sentence", "资源"),
    new_title=lazy("提出需求"),
    title_hint=lazy("例如：寻找能把磁钢矫顽力提高到 25 kOe 的晶界扩散工艺"),
)
RESOURCE = Side(
    name="resource",
    model=Resource,
    by_id=resource_by_id,
    noun=lazy_in("list", "资源"),
    partner=lazy_in("within a sentence", "需求"),
    new_title=lazy("发布资源"),
    title_hint=lazy("例如：高矫顽力烧结钕铁硼晶界扩散技术，已完成中试"),
)
SIDES = (DEMAND, RESOURCE)


def side_of(post: Any) -> Side:
    """The side of a row or a reading."""
    return DEMAND if isinstance(post, Demand) or getattr(post, "side", "") == "demand" else RESOURCE
