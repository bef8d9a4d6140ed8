"""Who calls: a session of the web, or a program with a scoped token. Both give the same actor."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from lianshu.accounts.queries import actor_of, live_token
from lianshu.accounts.services import note_token_use
from lianshu.authority import Actor, Refusal, require
from lianshu.exchange.rules import can_write

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class ApiRequest(HttpRequest):
    """A request that an authenticated operation is given."""

    auth: Actor


class Token(HttpBearer):
    """`Authorization: Bearer lianshu_…`: the token's user, narrowed to the token's scopes.

    A read token is refused here for whatever writes, before any service is asked.
    """

    openapi_description = "API token issued on the account page."

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """The actor, or None for a token that is unknown, expired or revoked."""
        now = timezone.now()
        row = live_token(token, now=now)
        if row is None:
            return None
        note_token_use(token=row, now=now)
        scopes = frozenset({"read", "write"} if row.may_write else {"read"})
        actor = replace(actor_of(row.user, now=now), token_scopes=scopes)
        if request.method not in SAFE_METHODS:
            require(can_write(actor))
        request.actor = actor  # type: ignore[attr-defined]
        return actor


class Session(APIKeyCookie):
    """The cookie of somebody logged in to the web; writing needs the CSRF token as there."""

    param_name = settings.SESSION_COOKIE_NAME
    openapi_description = "Session of the web; unsafe methods also need X-CSRFToken."

    def __call__(self, request: HttpRequest) -> Actor | None:
        """The actor of the session; a request that brought a token is judged by that alone."""
        if "Authorization" in request.headers:
            return None
        return self.authenticate(request, request.COOKIES.get(self.param_name))

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        """The actor that the middleware built from the session."""
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if not actor.is_known:
            return None
        if request.method not in SAFE_METHODS and check_csrf(request) is not None:
            raise Refusal(_("请求缺少有效的防伪令牌（X-CSRFToken），请刷新页面后重试。"))
        return actor


AUTH: Final = (Token(), Session())
