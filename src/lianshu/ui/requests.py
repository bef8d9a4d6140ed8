"""The request as views see it, typed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from lianshu.authority import Actor


class PageRequest(HttpRequest):
    """A request that went through `ActorMiddleware` and `HtmxMiddleware`."""

    actor: Actor
    htmx: HtmxDetails


def page(
    *methods: str,
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """A view for people who are logged in, by these methods only (GET when none is named).

    Log-in comes first, so that a stranger learns nothing from the method either.
    """
    allowed = methods or ("GET",)

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def wrapped(request: PageRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            if not request.actor.is_known:
                return _to_login(request)
            if not _by(request, allowed):
                return _wrong_method(request, allowed)
            return view(request, *args, **kwargs)

        return wrapped

    return decorate


def open_page(
    *methods: str,
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """A view that somebody without an account may open: an invitation, a claim.

    Its address may hold a secret, so nothing of it is kept by a cache or told to another site.
    """
    allowed = methods or ("GET",)

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def wrapped(request: PageRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            if not _by(request, allowed):
                return _wrong_method(request, allowed)
            response = view(request, *args, **kwargs)
            response.headers["Cache-Control"] = "no-store"
            response.headers["Referrer-Policy"] = "same-origin"
            response.headers["X-Robots-Tag"] = "noindex"
            return response

        return wrapped

    return decorate


def _by(request: HttpRequest, allowed: tuple[str, ...]) -> bool:
    return request.method in allowed or (request.method == "HEAD" and "GET" in allowed)


def _wrong_method(request: HttpRequest, allowed: tuple[str, ...]) -> HttpResponse:
    response = render(
        request,
        "ui/refused.html",
        {"status": 405, "message": _("这个地址不能这样打开。请从页面上的按钮或链接进入。")},
        status=405,
    )
    response.headers["Allow"] = ", ".join(allowed)
    return response


def _to_login(request: PageRequest) -> HttpResponse:
    """To the log-in page and back; a part of a page that is asked for moves the whole page."""
    if request.htmx:
        here = request.htmx.current_url_abs_path or "/"
        return HttpResponseClientRedirect(redirect_to_login(here).url)
    return redirect_to_login(request.get_full_path())
