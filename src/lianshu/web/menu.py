"""The menu beside every page: by what the actor may do, nothing that would only refuse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _in

from lianshu.authority import Actor, Capability, Matter

Text = str | Promise


def _everybody(_actor: Actor) -> bool:
    return True


def _may_import(actor: Actor) -> bool:
    return actor.has(Capability.IMPORT) or bool(actor.acting_in(Matter.POSTS))


def _operates(actor: Actor) -> bool:
    return actor.has(Capability.OPERATE) or _may_import(actor)


def _looks_after_people(actor: Actor) -> bool:
    return any(
        actor.has(each)
        for each in (
            Capability.MANAGE_ACCOUNTS,
            Capability.COORDINATE,
            Capability.MANAGE_ORGANISATIONS,
        )
    )


def _is_supplied(actor: Actor) -> bool:
    """An office needs no products of its own."""
    return bool(actor.memberships) and not actor.has(Capability.COORDINATE)


def _keeps_chains(actor: Actor) -> bool:
    return any(actor.has(each) for each in (Capability.COORDINATE, Capability.MANAGE_ORGANISATIONS))


def _has_firms(actor: Actor) -> bool:
    return actor.has(Capability.COORDINATE) or bool(actor.reading_in(Matter.RECORDS))


def _coordinates(actor: Actor) -> bool:
    return actor.has(Capability.COORDINATE)


def _decides_claims(actor: Actor) -> bool:
    return any(m.role == "owner" for m in actor.memberships) or _looks_after_people(actor)


@dataclass(frozen=True, slots=True)
class Place:
    """A menu entry before anybody looks at it."""

    label: Text
    icon: str
    name: str
    shown: Callable[[Actor], bool] = _everybody


@dataclass(frozen=True, slots=True)
class Entry:
    """A menu entry for one actor on one page."""

    label: Text
    icon: str
    href: str
    current: bool
    count: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Entries under a common word."""

    label: Text
    entries: list[Entry]


PLACES: tuple[tuple[Text, tuple[Place, ...]], ...] = (
    (
        "",
        (
            Place(_("首页"), "home", "home"),
            Place(_("收件箱"), "inbox", "notices:inbox"),
        ),
    ),
    (
        _("三张清单"),
        (
            Place(_in("list", "需求"), "bulb", "demands"),
            Place(_in("list", "资源"), "package", "resources"),
            Place(_in("list", "项目"), "briefcase", "projects"),
        ),
    ),
    (
        _("对接"),
        (
            Place(_("推荐"), "arrows-exchange", "recommendations"),
            Place(_("匹配效果"), "chart-dots", "matching-quality", _coordinates),
            Place(_("推荐的排序"), "adjustments", "ranker-models", _coordinates),
            Place(_("同义词和整词"), "language", "lexicon", _coordinates),
            Place(
                _("轮次"),
                "rotate-clockwise",
                "rounds",
                lambda actor: actor.has(Capability.COORDINATE),
            ),
            Place(_in("list", "单位"), "building", "organisations"),
        ),
    ),
    (
        _("办件"),
        (
            Place(_("我的待办"), "clipboard-list", "tasks"),
            Place(_in("list", "办件"), "folder", "cases"),
            Place(
                _("征求我的意见"),
                "message-circle",
                "opinions",
                lambda actor: bool(actor.memberships),
            ),
            Place(_("看板"), "columns", "case-board"),
            Place(_in("list", "流程"), "git-compare", "loops"),
            Place(
                _in("list", "日程"),
                "calendar",
                "schedules",
                lambda actor: actor.has(Capability.COORDINATE),
            ),
            Place(_("收到的评价"), "star", "ratings", lambda actor: bool(actor.memberships)),
            Place(
                _in("list", "回访"),
                "phone",
                "callbacks",
                lambda actor: actor.has(Capability.COORDINATE),
            ),
        ),
    ),
    (
        _in("list", "政策"),
        (
            Place(_("政策库"), "book", "policies"),
            Place(_in("list", "梯度"), "stairs-up", "ladders"),
            Place(_("政策对企业"), "target-arrow", "policy-firms", _has_firms),
            Place(_("企业在哪一级"), "chart-bar", "ladder-firms", _has_firms),
        ),
    ),
    (
        _("产业链"),
        (
            Place(_("产业链"), "sitemap", "chains"),
            Place(_("产业社区与联盟"), "building-community", "groups"),
            Place(_("结对"), "topology-star-3", "pairings"),
            Place(_("专员"), "users-group", "liaisons"),
            Place(_("区域"), "map-pin", "regions"),
            Place(_("数据字典"), "book", "dictionary"),
        ),
    ),
    (
        _("图谱"),
        (
            Place(_("产业链图谱"), "hierarchy", "chain-map"),
            Place(_("必需投入"), "list-details", "chain-inputs"),
            Place(_("本地配套率"), "chart-bar", "chain-sourcing"),
            Place(
                _("断点与单一来源"),
                "alert-triangle",
                "chain-gaps",
                lambda actor: actor.has(Capability.READ_SOURCES),
            ),
            Place(_("断点行动"), "target-arrow", "chain-acts", _coordinates),
            Place(_("图谱数据质量"), "list-check", "chain-quality", _keeps_chains),
            Place(_("跨链对接会"), "arrows-exchange", "chain-meeting", _coordinates),
            Place(_("我的上下游"), "truck", "my-supply", _is_supplied),
        ),
    ),
    (
        _("覆盖"),
        (
            Place(_("名单与覆盖"), "list-check", "coverage-lists", _coordinates),
            Place(_("清零行动"), "target-arrow", "coverage-campaigns", _coordinates),
            Place(
                _("疑似重复单位"),
                "copy",
                "coverage-duplicates",
                lambda actor: actor.has(Capability.MANAGE_ORGANISATIONS),
            ),
        ),
    ),
    (
        _("工作台"),
        (
            Place(_("导入"), "file-import", "imports:list", _may_import),
            Place(_("任务"), "clock", "jobs:list", _operates),
            Place(_("认领审核"), "user-check", "claims", _decides_claims),
            Place(_("邀请"), "mail", "invitations", _looks_after_people),
            Place(
                _("委托"), "user-check", "mandates", lambda actor: actor.has(Capability.COORDINATE)
            ),
            Place(_("账号"), "users", "users", lambda actor: actor.has(Capability.MANAGE_ACCOUNTS)),
            Place(_("外部推送"), "send", "webhooks", lambda actor: actor.has(Capability.OPERATE)),
        ),
    ),
)


def menu_for(actor: Actor, path: str, *, unread: int) -> list[Group]:
    """The groups with at least one entry for `actor`; the entry of `path` is current."""
    groups = []
    for label, places in PLACES:
        entries = [
            Entry(
                place.label,
                place.icon,
                href,
                current=path == href or (href != "/" and path.startswith(href)),
                count=unread if place.name == "notices:inbox" else 0,
            )
            for place in places
            if place.shown(actor) and (href := _address(place.name))
        ]
        if entries:
            groups.append(Group(label, entries))
    return groups


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
