"""The page of a small form, and the day from which something ends: what many views share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from lianshu.records.errors import DomainError
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest

Text = str | Promise
Step = tuple[str, str]
"""A crumb: what it says and where it leads."""


def ask(
    request: PageRequest,
    form: forms.Form,
    act: Callable[[], tuple[str, str]],
    *,
    heading: Text,
    trail: Sequence[Step],
    note: Text = "",
    remove: str = "",
) -> HttpResponse:
    """Show the form, or do it: `act` gives what to say and where to go. What a service finds
    wrong stands at the field it names. The last step of the trail is where 取消 leads; `remove`
    asks before a button that sends `remove` instead."""
    if form.is_valid():
        try:
            said, address = act()
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            say(request, said)
            return HttpResponseRedirect(address)
    return render(
        request,
        "registry/relation_form.html",
        {
            "form": form,
            "heading": heading,
            "trail": trail,
            "note": note,
            "remove": remove,
            "back": trail[-1][1],
        },
        status=422 if form.is_bound else 200,
    )


def asked_day(request: PageRequest) -> date:
    """The day typed into an end menu. Raises DomainError."""
    typed = request.POST.get("on", "")
    try:
        return date.fromisoformat(typed)
    except ValueError as error:
        raise DomainError(
            _("请填写结束的日期，例如 2026-06-30；“%(typed)s”不是日期。") % {"typed": typed[:40]},
            field="on",
        ) from error
