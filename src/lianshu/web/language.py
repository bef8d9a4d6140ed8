"""Which language a page is in: Chinese unless the person chose otherwise."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

API = "/api/"


class LanguageMiddleware:
    """Sets the language from the switch's cookie.

    A browser's preferences are not asked: an office's browsers are often set up in English by
    whoever installed them, and its people read Chinese. Programs say what they want, so the API
    follows `Accept-Language`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = _language_of(request)
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(
            response, ["Accept-Language" if request.path.startswith(API) else "Cookie"]
        )
        return response


def _language_of(request: HttpRequest) -> str:
    if request.path.startswith(API):
        return translation.get_language_from_request(request)
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
