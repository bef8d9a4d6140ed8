"""The request as views see it, typed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django_htmx.middleware import HtmxDetails

from lianshu.authority import Actor


class PageRequest(HttpRequest):
    """A request that went through `ActorMiddleware` and `HtmxMiddleware`."""

    actor: Actor
    htmx: HtmxDetails


def page(
    *methods: str,
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """A view for people who are logged in, by these methods only (GET when none is named).

    Log-in comes first, so that a stranger learns nothing from the method either.
    """
    allowed = methods or ("GET",)

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def wrapped(request: PageRequest, *args: object, **kwargs: object) -> HttpResponse:
            if not request.actor.is_known:
                return redirect_to_login(request.get_full_path())
            if request.method not in allowed and not (
                request.method == "HEAD" and "GET" in allowed
            ):
                return HttpResponseNotAllowed(allowed)
            return view(request, *args, **kwargs)

        return wrapped

    return decorate
