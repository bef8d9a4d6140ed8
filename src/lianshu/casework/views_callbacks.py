"""Writing down a call, and the ratings one's organisation received."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianshu.authority import Capability
from lianshu.casework.forms import STARS
from lianshu.casework.models import CallBackOutcome
from lianshu.casework.queries_honest import callback_by_id
from lianshu.casework.ratings import GROUP, callback_figures, own_rating_figures
from lianshu.casework.services.callbacks import NOTE_MOST, answer_callback
from lianshu.records.errors import Conflict, DomainError, NotFound
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page


class CallBackForm(forms.Form):
    """What came of the call."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("回访结果"), choices=CallBackOutcome, widget=forms.RadioSelect
    )
    stars = forms.TypedChoiceField(
        label=gettext_lazy("对方给几分"),
        coerce=int,
        empty_value=None,
        required=False,
        choices=[("", "—"), *STARS],
    )
    note = forms.CharField(
        label=gettext_lazy("说明"),
        required=False,
        max_length=NOTE_MOST,
        widget=forms.Textarea({"rows": 3}),
    )


@page("GET", "POST")
def callback(request: PageRequest, public_id: str) -> HttpResponse:
    """Whom to call about what, and what was answered. What the case was rated is not shown: a
    caller who knows it asks for it."""
    found = callback_by_id(request.actor, public_id)
    if found is None:
        raise NotFound(_("没有这次回访，或者它派给了别的单位。"))
    form = CallBackForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            answer_callback(
                actor=request.actor, callback=found, now=timezone.now(), **form.cleaned_data
            )
        except Conflict:
            raise
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            say(request, _("回访已记下。"))
            return HttpResponseRedirect(reverse("callbacks"))
    shown: dict[str, Any] = {"callback": found, "case": found.case}
    if found.answered_at is None:
        shown["form"] = form
    return render(request, "casework/callback.html", shown, status=422 if form.is_bound else 200)


@page()
def ratings(request: PageRequest) -> HttpResponse:
    """What was said of my organisation's work; for an office, how far call-backs agree."""
    actor = request.actor
    shown: dict[str, Any] = {"figures": own_rating_figures(actor), "group": GROUP}
    if actor.has(Capability.COORDINATE):
        shown["callbacks"] = callback_figures(actor)
    return render(request, "casework/ratings.html", shown)
