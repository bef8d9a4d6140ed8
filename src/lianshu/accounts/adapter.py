"""How log-in differs from allauth's defaults."""

from __future__ import annotations

from typing import ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up alone: accounts come by an administrator, an invitation or a claim."""

    error_messages: ClassVar[dict[str, str | Promise]] = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": _(
            "密码错误的次数太多，为了安全暂停登录，请 5 分钟后再试；忘记密码可以重设。"
        ),
        "rate_limited": _("短时间内尝试的次数太多，请 5 分钟后再试。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
