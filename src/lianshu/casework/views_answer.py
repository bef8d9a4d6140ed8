"""Answering without an account, and making the link for it."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.accounts.throttling import refused
from lianshu.authority import require
from lianshu.casework.forms_answer import AnswerForm, LinkForm
from lianshu.casework.links import (
    LinkState,
    actor_of_link,
    judge_of,
    link_by_secret,
    link_state,
    rating_actions,
)
from lianshu.casework.models import AnswerLink
from lianshu.casework.queries import case_by_id
from lianshu.casework.reading import read_case
from lianshu.casework.rules_honest import can_make_answer_link
from lianshu.casework.services.links import (
    address_of_answer,
    answer_by_link,
    mail_answer_link,
    make_answer_link,
    makes_for_own,
)
from lianshu.records.errors import Conflict, DomainError, NotFound
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, open_page, page


@open_page("GET", "POST")
def answer(request: PageRequest, secret: str) -> HttpResponse:
    """What was done, and my judgement of it. Opening it changes nothing: mail programs open links
    by themselves."""
    if (limited := refused(request, "answer", secret)) is not None:
        return limited
    now = timezone.now()
    link = link_by_secret(secret)
    judge = None if link is None else judge_of(link.case)
    if link is None or judge is None or link_state(link, now=now) is not LinkState.OPEN:
        return _closed(request, link)
    found = case_by_id(actor_of_link(link, judge), link.case.public_id)
    if found is None:
        return _closed(request, link)
    post = request.method == "POST"
    form = AnswerForm(
        request.POST if post else None,
        request.FILES if post else None,
        actions=rating_actions(found),
    )
    if form.is_valid():
        try:
            answer_by_link(
                link=link,
                action=form.cleaned_data["action"],
                given=form.given(),
                photo=form.cleaned_data["photo"],
                now=now,
            )
        except Conflict:
            return _closed(request, link_by_secret(secret))
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            return HttpResponseRedirect(reverse("answer", args=[secret]))
    reading = read_case(actor_of_link(link, judge), found, now=now)
    done = next((line for line in reading.lines if line.written), None)
    return render(
        request,
        "casework/answer.html",
        {"link": link, "case": found, "reading": reading, "done": done, "form": form},
        status=422 if form.is_bound else 200,
    )


def _closed(request: PageRequest, link: AnswerLink | None) -> HttpResponse:
    state = None if link is None else link_state(link, now=timezone.now())
    return render(
        request,
        "casework/answer_closed.html",
        {"link": link, "state": state},
        status=404 if link is None else 410,
    )


@page("GET", "POST")
def case_answer_link(request: PageRequest, public_id: str) -> HttpResponse:
    """Ask somebody without an account to judge the case."""
    case = case_by_id(request.actor, public_id)
    if case is None:
        raise NotFound(_("没有这个办件，或者您的单位没有参与。"))
    judge = judge_of(case)
    if judge is None or not rating_actions(case):
        raise Conflict(_("现在不是评价这一步，等办理结果报上来以后再发链接。"))
    require(can_make_answer_link(request.actor, case, judge))
    form = LinkForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            link, secret = make_answer_link(
                actor=request.actor, case=case, now=timezone.now(), **form.cleaned_data
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            mailed = mail_answer_link(link=link, secret=secret)
            if not link.by_office:
                return _private(_made(request, link, secret, mailed=mailed))
            if mailed:
                say(request, _("链接已发到 %(email)s。") % {"email": link.email})
                return HttpResponseRedirect(reverse("case", args=[case.public_id]))
            form.add_error("email", _("邮件没有发出去，请核对邮箱后再发一次。"))
    return render(
        request,
        "casework/answer_link.html",
        {
            "case": case,
            "judge": judge,
            "own": makes_for_own(request.actor, judge.pk),
            "form": form,
        },
        status=422 if form.is_bound else 200,
    )


def _made(request: PageRequest, link: AnswerLink, secret: str, *, mailed: bool) -> HttpResponse:
    address = address_of_answer(secret)
    shown = {"link": link, "case": link.case, "mailed": mailed, "address": address}
    return render(request, "casework/answer_link.html", shown)


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    return response
