"""How often somebody may try: log-in, reset, invitations and claims, by address and by key.

The limits are in the settings (`ACCOUNT_RATE_LIMITS`) and counted in the database cache.
"""

from __future__ import annotations

from typing import Final

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

WINDOW_SECONDS: Final = 300
"""Of every limit in the settings; the page says 5 minutes."""


def refused(request: HttpRequest, action: str, key: str) -> HttpResponse | None:
    """The page for whoever tried `action` too often, from one address or for one `key`."""
    if ratelimit.consume(request, action=action, key=key):
        return None
    return too_many_requests(request)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """429: what happened and when to try again."""
    response = render(request, "429.html", status=429)
    response.headers["Retry-After"] = str(WINDOW_SECONDS)
    return response
