"""Refusals and domain errors become pages that say why and where to go."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_htmx.http import reswap, retarget

from lianshu.authority import Refusal
from lianshu.records.errors import Conflict, DomainError, NotFound


class DomainErrorMiddleware:
    """Turns what services raise into 403, 404, 409 and 422 pages with the sentence on them.

    A part of a page asked for by HTMX gets the sentence as a toast instead.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Only errors that carry a sentence for people; others stay errors."""
        match error:
            case Refusal():
                status = 403
            case NotFound():
                status = 404
            case Conflict():
                status = 409
            case DomainError():
                status = 422
            case _:
                return None
        context = {"message": str(error), "status": status}
        if getattr(request, "htmx", False):
            response = render(request, "ui/parts/refused_toast.html", context, status=status)
            return reswap(retarget(response, "#toasts"), "beforeend")
        return render(request, "ui/refused.html", context, status=status)
