"""Each request carries the actor that everything below the view takes."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from lianshu.accounts.models import User
from lianshu.accounts.queries import STRANGER, actor_of
from lianshu.accounts.queries_standing import why_not_standing
from lianshu.authority import Actor, Refusal

ACTING_FOR = "acting_for"
"""Where the session keeps the mandate or substitution that the person chose."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def _actor(request: HttpRequest) -> Actor:
    user = request.user
    if not isinstance(user, User):
        return STRANGER
    now = timezone.now()
    standing = str(request.session.get(ACTING_FOR, ""))
    actor = actor_of(user, now=now, standing=standing)
    if standing and actor.is_known and actor.behalf is None:
        _leave(request, why_not_standing(user.pk, standing, now=now))
    return actor


def _leave(request: HttpRequest, reason: str) -> None:
    """Back to oneself, and say why. What was meant for somebody else is never done in one's own
    name: a request that writes is refused once."""
    del request.session[ACTING_FOR]
    told = {"reason": reason}
    if request.method not in SAFE_METHODS:
        raise Refusal(_("%(reason)s刚才的操作没有执行，您已回到自己的身份。") % told)
    messages.warning(request, _("%(reason)s您已回到自己的身份。") % told)


class ActorMiddleware:
    """Sets `request.actor`, built on first use."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: _actor(request))  # type: ignore[attr-defined]
        return self.get_response(request)
