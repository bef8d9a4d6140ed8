"""Reading the demo: whether it is there, and who can log in to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lianshu.accounts.models import User
from lianshu.demo.definitions import Account


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
