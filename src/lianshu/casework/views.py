"""Opening a case, reading it, and acting on it."""

from __future__ import annotations

import secrets
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.casework.forms import ActionForm, OpenCaseForm
from lianshu.casework.lists import case_page
from lianshu.casework.models import Case
from lianshu.casework.offers import loops_offered
from lianshu.casework.queries import case_by_id, was_done
from lianshu.casework.queries_exchange import proposed_members
from lianshu.casework.reading import CaseReading, read_case, said
from lianshu.casework.services.attachments import act_with_files
from lianshu.casework.services.opening import open_case
from lianshu.casework.suggesting import suggestions_for
from lianshu.records.errors import Conflict, DomainError, NotFound
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page


def _find(actor: Actor, public_id: str) -> Case:
    case = case_by_id(actor, public_id)
    if case is None:
        raise NotFound(_("没有这个办件，或者您的单位没有参与。"))
    return case


@page("GET", "POST")
def case_new(request: PageRequest) -> HttpResponse:
    """What can be asked for, then what exactly."""
    offers = loops_offered(request.actor)
    asked = request.POST.get("loop") or request.GET.get("loop", "")
    chosen = next((each for each in offers if each.loop == asked), None)
    if chosen is None:
        return render(request, "casework/case_choose.html", {"offers": offers})
    form = OpenCaseForm(
        request.POST if request.method == "POST" else None,
        actor=request.actor,
        initial={"loop": chosen.loop, "subject": request.GET.get("subject", "")},
    )
    if form.is_valid():
        try:
            case = open_case(
                actor=request.actor,
                version=form.chosen_loop(),
                asker=form.cleaned_data["asker"],
                subject=form.cleaned_data["subject"],
                urgent=form.cleaned_data["urgent"],
                now=timezone.now(),
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            return HttpResponseRedirect(case_page(case))
    return render(
        request,
        "casework/case_new.html",
        {"form": form, "chosen": chosen},
        status=422 if form.is_bound else 200,
    )


@page()
def case(request: PageRequest, public_id: str) -> HttpResponse:
    """What happened, what waits for whom, and what I can do."""
    found = _find(request.actor, public_id)
    return _render(request, read_case(request.actor, found, now=timezone.now()))


@page("GET", "POST")
def case_act(request: PageRequest, public_id: str, action: str) -> HttpResponse:
    """The form of one action; POST takes it."""
    found = _find(request.actor, public_id)
    key = request.POST.get("key", "")[:80]
    if was_done(request.actor, found, key):  # sent twice, by a browser or a thumb
        return HttpResponseRedirect(case_page(found))
    reading = read_case(request.actor, found, now=timezone.now())
    chosen = next((each for each in reading.actions if each.id == action), None)
    if chosen is None or reading.step is None:
        raise Conflict(reading.why_not or _("现在不能这样办理，请查看最新进展。"))
    now = timezone.now()
    posted = request.method == "POST"
    form = ActionForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        actor=request.actor,
        running=reading.running,
        step=reading.step,
        action=chosen,
        initial={**proposed_members(request.actor, found, chosen), **request.GET.dict()},
    )
    if form.is_valid():
        try:
            act_with_files(
                actor=request.actor,
                case=found,
                action=action,
                given=form.given(),
                uploads=form.uploads(),
                photos=form.photos,
                now=now,
                key=key,
            )
        except Conflict:
            raise
        except DomainError as error:
            field = error.field if error.field in form.fields else f"field-{error.field}"
            form.add_error(field if field in form.fields else None, error.message)
        else:
            say(request, _("已办理：%(action)s。") % {"action": said(chosen.name)})
            return HttpResponseRedirect(reverse("case", args=[found.public_id]))
    return _render(
        request,
        reading,
        chosen=chosen,
        form=form,
        key=key or secrets.token_urlsafe(16),
        suggestions=suggestions_for(request.actor, found, chosen, reading.about, now=now),
        status=422 if form.is_bound else 200,
    )


def _render(
    request: PageRequest, reading: CaseReading, *, status: int = 200, **more: Any
) -> HttpResponse:
    return render(
        request,
        "casework/case.html",
        {"reading": reading, "case": reading.case, **more},
        status=status,
    )
