"""Small pages of a case: stopping its clock, more time, a comment, a colleague, opening again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianshu.accounts.queries import names_acting_for
from lianshu.authority import require
from lianshu.casework.forms_timing import (
    CommentForm,
    ExtendForm,
    HandOverForm,
    ReasonForm,
    RemarkForm,
)
from lianshu.casework.lists import case_page
from lianshu.casework.models import Case
from lianshu.casework.queries import case_by_id
from lianshu.casework.rules_time import (
    can_comment,
    can_extend,
    can_hand_over,
    can_reopen,
    can_resume,
    can_suspend,
)
from lianshu.casework.runtime import running_loop
from lianshu.casework.services.attachments import comment_with_file
from lianshu.casework.services.talking import hand_over_task, reopen_case
from lianshu.casework.services.timing import extend, resume, suspend
from lianshu.records.errors import Conflict, DomainError, NotFound
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page


@dataclass(frozen=True, slots=True)
class Wording:
    """What the page is called, what it says, and what is said when it is done."""

    title: str | Promise
    intro: str | Promise
    done: str | Promise


SUSPEND = Wording(
    gettext_lazy("中止计时"),
    gettext_lazy(
        "等材料、等对方等不由办理单位左右的时间不计入时限。恢复之前不会超时，提出单位看得到原因。"
    ),
    gettext_lazy("已中止计时。"),
)
RESUME = Wording(
    gettext_lazy("恢复计时"),
    gettext_lazy("从现在起接着计时，剩余的时间不变。"),
    gettext_lazy("已恢复计时。"),
)
EXTEND = Wording(
    gettext_lazy("延期"),
    gettext_lazy("从现在的期限往后再给一段时间。原来承诺的期限仍保留在记录里。"),
    gettext_lazy("已延期。"),
)
COMMENT = Wording(gettext_lazy("留言"), "", gettext_lazy("已留言。"))
HAND_OVER = Wording(
    gettext_lazy("交给同事办理"),
    gettext_lazy("指定之后由这位同事办理，本单位其他人仍看得到这个办件。"),
    gettext_lazy("已交给同事。"),
)
REOPEN = Wording(
    gettext_lazy("重开"),
    gettext_lazy("办件回到办理中，已经作出的评价仍保留在记录里。"),
    gettext_lazy("已重开。"),
)


def _find(request: PageRequest, public_id: str) -> Case:
    case = case_by_id(request.actor, public_id)
    if case is None:
        raise NotFound(_("没有这个办件，或者您的单位没有参与。"))
    return case


def _answer(
    request: PageRequest,
    case: Case,
    words: Wording,
    form: forms.Form,
    perform: Callable[[], object],
) -> HttpResponse:
    """The form; when it was sent and is good, what it asks for."""
    if form.is_valid():
        try:
            perform()
        except Conflict:
            raise
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            say(request, str(words.done))
            return HttpResponseRedirect(case_page(case))
    return render(
        request,
        "casework/case_small.html",
        {"case": case, "words": words, "form": form},
        status=422 if form.is_bound else 200,
    )


@page("GET", "POST")
def case_suspend(request: PageRequest, public_id: str) -> HttpResponse:
    """Stop the clock."""
    case, actor, now = _find(request, public_id), request.actor, timezone.now()
    running, tasks = running_loop(case.loop_version), list(case.tasks.filter(done_at__isnull=True))
    require(can_suspend(actor, case, running, tasks, now=now))
    form = ReasonForm(request.POST or None)
    return _answer(
        request,
        case,
        SUSPEND,
        form,
        lambda: suspend(actor=actor, case=case, reason=form.cleaned_data["reason"], now=now),
    )


@page("GET", "POST")
def case_resume(request: PageRequest, public_id: str) -> HttpResponse:
    """Let the clock run again."""
    case, actor, now = _find(request, public_id), request.actor, timezone.now()
    running, tasks = running_loop(case.loop_version), list(case.tasks.filter(done_at__isnull=True))
    require(can_resume(actor, case, running, tasks))
    form = RemarkForm(request.POST if request.method == "POST" else None)
    return _answer(
        request,
        case,
        RESUME,
        form,
        lambda: resume(actor=actor, case=case, reason=form.cleaned_data["reason"], now=now),
    )


@page("GET", "POST")
def case_extend(request: PageRequest, public_id: str) -> HttpResponse:
    """Grant more time."""
    case, actor, now = _find(request, public_id), request.actor, timezone.now()
    require(can_extend(actor, case, running_loop(case.loop_version)))
    form = ExtendForm(request.POST or None)
    return _answer(
        request,
        case,
        EXTEND,
        form,
        lambda: extend(
            actor=actor,
            case=case,
            limit=form.limit(),
            reason=form.cleaned_data["reason"],
            now=now,
        ),
    )


@page("GET", "POST")
def case_comment(request: PageRequest, public_id: str) -> HttpResponse:
    """Say something."""
    case, actor = _find(request, public_id), request.actor
    require(can_comment(actor, case))
    form = CommentForm(request.POST or None, request.FILES or None)
    return _answer(
        request,
        case,
        COMMENT,
        form,
        lambda: comment_with_file(
            actor=actor,
            case=case,
            text=form.cleaned_data["text"],
            upload=form.cleaned_data["file"],
            now=timezone.now(),
        ),
    )


@page("GET", "POST")
def case_hand_over(request: PageRequest, public_id: str, task_id: int) -> HttpResponse:
    """Name the colleague who does it."""
    case, actor, now = _find(request, public_id), request.actor, timezone.now()
    task = case.tasks.filter(pk=task_id).first()
    if task is None:
        raise NotFound(_("没有这件待办，可能已经办完。"))
    require(can_hand_over(actor, task))
    people = names_acting_for(task.organisation_id or 0, now=now)
    form = HandOverForm(request.POST or None, people=people)
    return _answer(
        request,
        case,
        HAND_OVER,
        form,
        lambda: hand_over_task(actor=actor, task=task, user_id=form.cleaned_data["user"], now=now),
    )


@page("GET", "POST")
def case_reopen(request: PageRequest, public_id: str) -> HttpResponse:
    """Open it again."""
    case, actor, now = _find(request, public_id), request.actor, timezone.now()
    require(can_reopen(actor, case, running_loop(case.loop_version), now=now))
    form = ReasonForm(request.POST or None)
    return _answer(
        request,
        case,
        REOPEN,
        form,
        lambda: reopen_case(actor=actor, case=case, reason=form.cleaned_data["reason"], now=now),
    )
