"""What every view reads from a request."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest

from lianshu.authority import Actor


def actor_of(request: HttpRequest) -> Actor:
    """The actor that `accounts.middleware.ActorMiddleware` put on the request."""
    return cast(Actor, request.actor)  # type: ignore[attr-defined]
