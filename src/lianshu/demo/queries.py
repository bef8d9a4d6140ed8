"""Reading the demo: whether it is there, and who can log in to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Count
from django.utils.translation import gettext as _

from lianshu.accounts.models import User
from lianshu.authority import system_actor
from lianshu.demo.definitions import Account
from lianshu.exchange.models import Demand, Resource
from lianshu.registry.models import (
    Chain,
    ChainTier,
    Fact,
    Holding,
    Liaison,
    Organisation,
    Pairing,
    Region,
    SourceKey,
)

READER: Final = system_actor("demo")
"""Counts are of everything: the demo hides nothing of itself."""
SOURCE: Final = "demo"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Who can log in to the demo."""

    username: str
    name: str
    title: str
    organisation: str


def demo_is_loaded() -> bool:
    """Whether this database has people in it already."""
    return User.objects.exists()


def demo_accounts(accounts: Iterable[Account], *, language: str = "zh") -> list[DemoAccount]:
    """Those of the accounts that this database has, in their order."""
    by_name = {account.username: account for account in accounts}
    rows = User.objects.filter(username__in=by_name, is_active=True).values_list(
        "username", "name", "memberships__organisation__short_name"
    )
    found = {username: (name, short) for username, name, short in rows}
    return [
        DemoAccount(
            username,
            found[username][0],
            (account.title.en if language == "en" else None) or account.title.zh,
            found[username][1] or "",
        )
        for username, account in by_name.items()
        if username in found
    ]


@dataclass(frozen=True, slots=True)
class Figure:
    """How many of something there are here, and what was published of the real city."""

    label: str
    count: int
    published: str = ""
    listing: str = ""
    """The URL name of the list, where there is one."""


def composed_is_loaded() -> bool:
    """Whether the organisations here came from the demo's pack."""
    return SourceKey.objects.filter(source=SOURCE).exists()


def city_figures() -> list[Figure]:
    """The counts of the demo, from the database, beside the published figures they follow."""
    units = Organisation.objects.visible_to(READER).current()
    kinds = dict(units.order_by().values_list("kind").annotate(Count("pk")))
    forms = dict(units.order_by().values_list("form").annotate(Count("pk")))
    places = dict(Region.objects.order_by().values_list("kind").annotate(Count("pk")))
    tiers = dict(Chain.objects.order_by().values_list("tier").annotate(Count("pk")))
    communities = sum(forms.get(form, 0) for form in ("industrial", "building", "market"))
    return [
        Figure(
            _("产业链（核心 %(a)d、协同 %(b)d、特色 %(c)d）")
            % {
                "a": tiers.get(ChainTier.CORE, 0),
                "b": tiers.get(ChainTier.COLLABORATIVE, 0),
                "c": tiers.get(ChainTier.SPECIAL, 0),
            },
            sum(tiers.values()),
            _("21 条；“7+10+X”，其中特色 4 条是推算"),
            "chains",
        ),
        Figure(_("区（县、市）"), places.get("county", 0), _("覆盖 10 个区（县、市）"), "regions"),
        Figure(_("街道、镇、乡"), places.get("street", 0)),
        Figure(
            _("产业社区（工业型 %(a)d、楼宇型 %(b)d、市场型 %(c)d）")
            % {
                "a": forms.get("industrial", 0),
                "b": forms.get("building", 0),
                "c": forms.get("market", 0),
            },
            communities,
            _("50 个：工业型 38、楼宇型 9、市场型 3"),
        ),
        Figure(_("产业链共同体"), forms.get("interest", 0), _("新能源汽车链成立 6 个")),
        Figure(_("“1+N”结对"), Pairing.objects.count(), _("152 组；演示只放一部分")),
        Figure(_("企业"), kinds.get("enterprise", 0), _("重点链上企业 2280 家"), "organisations"),
        Figure(_("全部单位"), sum(kinds.values()), listing="organisations"),
        Figure(_("企业数据（条）"), Fact.objects.visible_to(READER).current().count()),
        Figure(_("资质与权利（项）"), Holding.objects.visible_to(READER).current().count()),
        Figure(_("专员"), Liaison.objects.visible_to(READER).count()),
        Figure(_("需求"), Demand.objects.visible_to(READER).count(), listing="demands"),
        Figure(_("资源"), Resource.objects.visible_to(READER).count(), listing="resources"),
    ]
