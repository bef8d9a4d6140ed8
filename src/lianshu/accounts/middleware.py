"""Each request carries the actor that everything below the view takes."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from lianshu.accounts.models import User
from lianshu.accounts.queries import STRANGER, actor_of
from lianshu.authority import Actor


def _actor(request: HttpRequest) -> Actor:
    user = request.user
    return actor_of(user, now=timezone.now()) if isinstance(user, User) else STRANGER


class ActorMiddleware:
    """Sets `request.actor`, built on first use."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: _actor(request))  # type: ignore[attr-defined]
        return self.get_response(request)
