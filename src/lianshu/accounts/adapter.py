"""How log-in differs from allauth's defaults."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up alone: accounts are made by an administrator or by invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
