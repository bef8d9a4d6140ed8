"""Pages of pairs that may be one firm."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.authority import Actor, require
from lianshu.coverage.forms import ApartForm, MergeForm
from lianshu.coverage.lists import pair_badge, pair_page
from lianshu.coverage.models import DuplicatePair, PairState
from lianshu.coverage.queries.duplicates import pair_by_id
from lianshu.coverage.reasons import reason_lines
from lianshu.coverage.rules import can_see_duplicates
from lianshu.coverage.services.duplicates import (
    keep_apart,
    merge_pair,
    reopen_pair,
    request_search,
)
from lianshu.records.errors import DomainError, NotFound
from lianshu.registry.queries.identity import identity_of
from lianshu.registry.services import preview_merge
from lianshu.registry.services.moving import RowsToMove
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page


def get_pair(actor: Actor, public_id: str) -> DuplicatePair:
    """The pair, or `Refusal`, `NotFound`."""
    require(can_see_duplicates(actor))
    found = pair_by_id(actor, public_id)
    if found is None:
        raise NotFound(_("没有这一对，或者其中有不归您管理的单位。"))
    return found


def _lines(actor: Actor, pair: DuplicatePair) -> list[RowsToMove]:
    """What would follow the later record into the earlier; the pair itself stays as it is."""
    lines = preview_merge(
        actor=actor, predecessor=pair.second, successor=pair.first, kind="duplicate"
    )
    own = str(DuplicatePair.following.label)
    return [line for line in lines if line.title != own and line.moving]


def _page(
    request: PageRequest,
    pair: DuplicatePair,
    merge: MergeForm | None = None,
    apart: ApartForm | None = None,
) -> HttpResponse:
    actor = request.actor
    today = timezone.localdate()
    context = {
        "pair": pair,
        "badge": pair_badge(pair).__html__(),
        "why": reason_lines(pair.reasons),
        "both": [(each, identity_of(actor, each)) for each in (pair.first, pair.second)],
        "lines": _lines(actor, pair) if pair.state == PairState.OPEN else (),
        "merge": merge or MergeForm(pair, initial={"on": today, "reason": _("重复登记")}),
        "apart": apart or ApartForm(),
    }
    bound = any(form is not None and form.is_bound for form in (merge, apart))
    return render(request, "coverage/duplicate.html", context, status=422 if bound else 200)


@page()
def duplicate(request: PageRequest, public_id: str) -> HttpResponse:
    """Both records side by side."""
    return _page(request, get_pair(request.actor, public_id))


@page("POST")
def duplicate_merge(request: PageRequest, public_id: str) -> HttpResponse:
    """One stands for both from now on."""
    pair = get_pair(request.actor, public_id)
    form = MergeForm(pair, request.POST)
    if form.is_valid():
        try:
            merge_pair(
                actor=request.actor,
                pair=pair,
                stays=form.kept(),
                reason=form.cleaned_data["reason"],
                on=form.cleaned_data["on"],
                now=timezone.now(),
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            undo = reverse("coverage-duplicate-undo", args=[pair.public_id])
            say(request, _("已合并。"), undo=undo)
            return HttpResponseRedirect(pair_page(pair))
    return _page(request, pair, merge=form)


@page("POST")
def duplicate_apart(request: PageRequest, public_id: str) -> HttpResponse:
    """They are two firms."""
    pair = get_pair(request.actor, public_id)
    form = ApartForm(request.POST)
    if form.is_valid():
        keep_apart(
            actor=request.actor, pair=pair, note=form.cleaned_data["note"], now=timezone.now()
        )
        say(request, _("已记为两家单位，不再提示。"))
        return HttpResponseRedirect(pair_page(pair))
    return _page(request, pair, apart=form)


@page("POST")
def duplicate_undo(request: PageRequest, public_id: str) -> HttpResponse:
    """Take back what was said of the pair."""
    pair = get_pair(request.actor, public_id)
    reopen_pair(actor=request.actor, pair=pair, now=timezone.now())
    say(request, _("已撤销，等待重新判断。"))
    return HttpResponseRedirect(pair_page(pair))


@page("GET", "POST")
def find(request: PageRequest) -> HttpResponse:
    """Have the register compared with itself."""
    require(can_see_duplicates(request.actor))
    back = reverse("coverage-duplicates")
    if request.method == "POST":
        job = request_search(actor=request.actor, link_to=back, now=timezone.now())
        return HttpResponseRedirect(reverse("jobs:detail", args=[job.public_id]))
    return render(request, "coverage/find.html", {"back": back})
