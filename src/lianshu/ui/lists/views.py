"""The one list view: a page, its export and its saved views, for any `ListSpec`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django_htmx.http import push_url

from lianshu.ui.lists.bulk import bulk_view
from lianshu.ui.lists.catalogue import mount
from lianshu.ui.lists.export import DIRECT_MOST, export_view
from lianshu.ui.lists.paging import fetch_page
from lianshu.ui.lists.spec import ListSpec
from lianshu.ui.lists.state import read_state
from lianshu.ui.queries import saved_views
from lianshu.ui.requests import PageRequest, page
from lianshu.ui.services import remove_view, save_view

EXPORT_FORMATS = (("xlsx", _lazy("Excel 表格")), ("csv", "CSV"), ("json", "JSON"))
View = Callable[..., HttpResponseBase]


def list_urls(prefix: str, spec: ListSpec[Any, Any]) -> list[URLPattern]:
    """The addresses of one list below `prefix`; they are named `<id>`, `<id>-export`,
    `<id>-bulk` and `<id>-saved`."""
    mount(spec)
    return [
        path(prefix, list_view(spec), name=spec.id),
        path(f"{prefix}export/<str:format>/", export_view(spec), name=f"{spec.id}-export"),
        path(f"{prefix}bulk/<str:action_id>/", bulk_view(spec), name=f"{spec.id}-bulk"),
        path(f"{prefix}saved/", _saved_view(spec), name=f"{spec.id}-saved"),
    ]


def list_view(spec: ListSpec[Any, Any]) -> View:
    """The page, or for HTMX only the part that search, filters, order and paging change."""

    @page()
    def view(request: PageRequest) -> HttpResponse:
        state = read_state(spec, request.GET, request.actor)
        fetched = fetch_page(spec, state, request.actor)
        context = list_context(request, spec) | {"page": fetched, "state": state}
        if request.htmx and not request.htmx.history_restore_request:
            response = render(request, "ui/lists/body.html", context | {"swapped": True})
            response = push_url(response, request.path + state.query(page=state.page))
        else:
            response = render(request, "ui/lists/page.html", context)
        # The same address answers with the whole page or a part of it.
        response.headers["Vary"] = "HX-Request, Cookie, Accept-Language"
        response.headers["Cache-Control"] = "no-store"
        return response

    return view


def list_context(request: PageRequest, spec: ListSpec[Any, Any]) -> dict[str, Any]:
    """What the templates of a list need besides the page itself."""
    return {
        "spec": spec,
        "list_url": reverse(spec.id),
        "bar": spec.bar(request.actor),
        "actions": spec.actions(request.actor),
        "tiles": () if request.htmx else spec.tiles(request.actor),
        "filters": [
            (each, each.choices(request.actor) if hasattr(each, "choices") else ())
            for each in spec.filters
        ],
        "saved": saved_views(request.actor, spec.id),
        "current_query": request.GET.urlencode(),
        "export_formats": EXPORT_FORMATS,
        "direct_most": DIRECT_MOST,
    }


def _saved_view(spec: ListSpec[Any, Any]) -> View:
    @page("POST")
    def view(request: PageRequest) -> HttpResponse:
        query = request.POST.get("query", "")
        remove = request.POST.get("remove", "")
        if remove.isascii() and remove.isdigit():
            remove_view(actor=request.actor, list_id=spec.id, view_id=int(remove))
            messages.success(request, _("已删除这个常用视图。"))
            return HttpResponseRedirect(reverse(spec.id))
        saved = save_view(
            actor=request.actor,
            list_id=spec.id,
            name=request.POST.get("name", ""),
            query=query,
            now=timezone.now(),
        )
        messages.success(request, _("已保存为常用视图“%(name)s”。") % {"name": saved.name})
        return HttpResponseRedirect(f"{reverse(spec.id)}?{saved.query}")

    return view
