"""Asking other organisations for their opinion, and giving it."""

from __future__ import annotations

import secrets

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.authority import Refusal, require
from lianshu.casework.forms_consulting import ConsultForm, OpinionForm
from lianshu.casework.lists import case_page
from lianshu.casework.models import Case, Consultation
from lianshu.casework.opinions import opinion_badge
from lianshu.casework.queries import case_by_id
from lianshu.casework.queries_consulting import open_questions_to, questions_to
from lianshu.casework.reading import read_case
from lianshu.casework.rules_consulting import can_consult, can_give_opinion
from lianshu.casework.runtime import running_loop
from lianshu.casework.services.consulting import consult, give_opinion
from lianshu.records.errors import Conflict, DomainError, NotFound
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page


def _find(request: PageRequest, public_id: str) -> Case:
    case = case_by_id(request.actor, public_id)
    if case is None:
        raise NotFound(_("没有这个办件，或者您的单位没有参与。"))
    return case


def _key(request: PageRequest) -> str:
    return request.POST.get("key", "")[:80] or secrets.token_urlsafe(16)


@page("GET", "POST")
def case_consult(request: PageRequest, public_id: str) -> HttpResponse:
    """Ask several organisations for their opinion."""
    case, actor = _find(request, public_id), request.actor
    running, tasks = running_loop(case.loop_version), list(case.tasks.filter(done_at__isnull=True))
    require(can_consult(actor, case, running, tasks))
    form = ConsultForm(actor, request.POST if request.method == "POST" else None)
    key = _key(request)
    if form.is_valid():
        try:
            consult(actor=actor, case=case, question=form.asked(), now=timezone.now(), key=key)
        except Conflict:
            raise
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            say(request, _("已发出征求意见，办件照常办理。"))
            return HttpResponseRedirect(case_page(case))
    return render(
        request,
        "casework/consult.html",
        {"case": case, "form": form, "key": key},
        status=422 if form.is_bound else 200,
    )


@page("GET", "POST")
def case_opinion(request: PageRequest, public_id: str) -> HttpResponse:
    """What my organisation is asked, and its answer."""
    case, actor, now = _find(request, public_id), request.actor, timezone.now()
    asked = _asked(request, case)
    verdict = can_give_opinion(actor, asked, now=now)
    if request.method == "POST":
        require(verdict)
    form = OpinionForm(request.POST if request.method == "POST" else None, request.FILES or None)
    key = _key(request)
    if form.is_valid():
        given = form.cleaned_data
        try:
            give_opinion(
                actor=actor,
                asked=asked,
                text=given["text"],
                stance=given["stance"],
                upload=given["file"],
                now=now,
                key=key,
            )
        except Conflict:
            raise
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            say(request, _("意见已答复，谢谢您。"))
            return HttpResponseRedirect(case_page(case))
    reading = read_case(actor, case, now=now)
    question = next((each for each in reading.consultations if each.seq == asked.asked_seq), None)
    shown = {
        "case": case,
        "reading": reading,
        "asked": asked,
        "question": question,
        "badge": opinion_badge(asked, now),
        "form": form if verdict.allowed else None,
        "why_not": verdict.reason,
        "late": (asked.is_open and now > asked.due_at) or asked.silent_at is not None,
        "key": key,
    }
    return render(request, "casework/opinion.html", shown, status=422 if form.is_bound else 200)


def _asked(request: PageRequest, case: Case) -> Consultation:
    """The one that the address names, else the latest that can still be answered."""
    named = request.GET.get("of", "")
    if named:
        found = next(
            (each for each in questions_to(request.actor, case) if each.reference == named), None
        )
        if found is None:
            raise NotFound(_("没有这次征求，请从“征求我的意见”里打开。"))
        return found
    rows = open_questions_to(request.actor, case)
    if not rows:
        raise Refusal(_("这个办件没有征求您的单位的意见。"))
    return next((each for each in rows if each.is_open), rows[0])
