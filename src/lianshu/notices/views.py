"""The inbox."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext

from lianshu.notices.queries import inbox, notice_by_public_id, unread_count
from lianshu.notices.services import mark_all_read, mark_read
from lianshu.ui.requests import PageRequest, page

PER_PAGE = 30


@page()
def inbox_page(request: PageRequest) -> HttpResponse:
    """The reader's notices, latest first; `?unread=1` leaves out what was read."""
    actor = request.actor
    unread_only = request.GET.get("unread") == "1"
    page = Paginator(inbox(actor, unread_only=unread_only), PER_PAGE).get_page(
        request.GET.get("page")
    )
    return render(
        request,
        "notices/inbox.html",
        {"page": page, "unread_only": unread_only, "unread": unread_count(actor)},
    )


@page("POST")
def open_notice(request: PageRequest, public_id: str) -> HttpResponse:
    """Mark as read and go where the notice points."""
    actor = request.actor
    notice = notice_by_public_id(actor, public_id)
    mark_read(actor=actor, notice=notice, now=timezone.now())
    return redirect(notice.link or "notices:inbox")


@page("POST")
def read_one(request: PageRequest, public_id: str) -> HttpResponse:
    """Mark as read and stay."""
    actor = request.actor
    mark_read(actor=actor, notice=notice_by_public_id(actor, public_id), now=timezone.now())
    return redirect("notices:inbox")


@page("POST")
def read_all(request: PageRequest) -> HttpResponse:
    """Mark everything as read."""
    count = mark_all_read(actor=request.actor, now=timezone.now())
    messages.success(
        request,
        ngettext("已把 %(count)s 条通知标为已读。", "已把 %(count)s 条通知标为已读。", count)
        % {"count": count},
    )
    return redirect("notices:inbox")
