"""Every address below /api/."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, re_path
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from lianshu.api.app import api
from lianshu.api.errors import error_response, nothing_here

View = Callable[..., HttpResponse]


def _as_json(view: View) -> View:
    """A wrong method and an address without object answer in the one shape; nothing is cached."""

    @csrf_exempt
    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code == 405:
            allowed = response.headers["Allow"]
            response = error_response(
                405, _("这个地址不支持 %(method)s 方法。") % {"method": request.method}
            )
            response.headers["Allow"] = allowed
        response.headers.setdefault("Cache-Control", "no-store")
        patch_vary_headers(response, ["Cookie", "Authorization", "Accept-Language"])
        return response

    return wrapped


@csrf_exempt
def nothing(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Any other address."""
    return error_response(404, nothing_here())


def _patterns() -> list[URLPattern]:
    patterns = [p for p in api.urls[0] if isinstance(p, URLPattern) and p.name != "api-root"]
    for pattern in patterns:
        pattern.callback = _as_json(pattern.callback)
    return patterns


urlpatterns = [
    path("", ([*_patterns(), path("", nothing, name="api-root")], "ninja", "api")),
    re_path("", nothing),
]
