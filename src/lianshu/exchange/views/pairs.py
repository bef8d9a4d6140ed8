"""One recommendation: both sides, why, and what to do about it."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.audit.queries import entries_about
from lianshu.authority import Actor
from lianshu.exchange.disclosure import Disclosure
from lianshu.exchange.followups import followups_of
from lianshu.exchange.forms import AcceptForm, DeclineForm
from lianshu.exchange.matching import model_evidence
from lianshu.exchange.models import Recommendation
from lianshu.exchange.queries import open_recommendations_of, recommendation_by_id
from lianshu.exchange.ranker import GroupEvidence
from lianshu.exchange.rows import pair_rows
from lianshu.exchange.rules import coordinates, sides_of
from lianshu.exchange.services.recommendations import (
    accept_recommendation,
    decline_recommendation,
    send_recommendation,
    undo_decline,
)
from lianshu.exchange.services.viewing import note_views
from lianshu.exchange.wording import EVIDENCE
from lianshu.records.errors import DomainError, NotFound
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page

LISTED = 20
"""So many of a demand's recommendations are the list that one of them is seen in."""


def _find(actor: Actor, public_id: str) -> Recommendation:
    pair = recommendation_by_id(actor, public_id)
    if pair is None:
        raise NotFound(_("没有这条推荐，它可能已被撤下，或者没有推送给您。"))
    return pair


def _address(pair: Recommendation) -> str:
    return reverse("recommendation", args=[pair.public_id])


@page()
def recommendation(request: PageRequest, public_id: str) -> HttpResponse:
    """Both posts as far as the reader may know them, reasons, and the decision."""
    pair = _find(request.actor, public_id)
    note_views(actor=request.actor, pairs=[pair], now=timezone.now())
    sides = sides_of(request.actor, pair)
    project = getattr(pair, "project", None)
    return render(
        request,
        "exchange/recommendation.html",
        {
            "pair": pair_rows(request.actor, [pair], now=timezone.now())[0],
            "sides": sides,
            "accept_form": AcceptForm() if sides else None,
            "decline_form": DeclineForm(auto_id="decline_%s"),
            "project": project,
            "evidence": evidence_lines(request.actor, pair),
            "followups": followups_of(request.actor, pair),
            "record": entries_about(pair)[:30] if coordinates(request.actor, pair) else None,
        },
    )


def evidence_lines(actor: Actor, pair: Recommendation) -> list[tuple[str, GroupEvidence]]:
    """What the model in use goes by, in words."""
    if pair.level is None:
        return []
    others = open_recommendations_of(actor, pair.demand)[:LISTED]
    return [(str(EVIDENCE[each.group]), each) for each in model_evidence(pair, others)]


@page("POST")
def recommendation_send(request: PageRequest, public_id: str) -> HttpResponse:
    """Show it to both sides."""
    pair = send_recommendation(
        actor=request.actor, recommendation=_find(request.actor, public_id), now=timezone.now()
    )
    say(request, _("已推送给双方，他们会收到通知。"))
    return HttpResponseRedirect(_back(request) or _address(pair))


@page("POST")
def recommendation_accept(request: PageRequest, public_id: str) -> HttpResponse:
    """Take it up as a project."""
    pair = _find(request.actor, public_id)
    form = AcceptForm(request.POST)
    chosen = Disclosure.SUMMARY
    if sides_of(request.actor, pair) and "disclose" in request.POST:
        if not form.is_valid():
            raise DomainError(_("请选择同时向对方披露什么。"), field="disclose")
        chosen = Disclosure(form.cleaned_data["disclose"])
    project = accept_recommendation(
        actor=request.actor, recommendation=pair, disclose=chosen, now=timezone.now()
    )
    say(request, _("已采纳，列入项目清单。"))
    return HttpResponseRedirect(reverse("project", args=[project.public_id]))


@page("POST")
def recommendation_decline(request: PageRequest, public_id: str) -> HttpResponse:
    """Say no, and why."""
    pair = _find(request.actor, public_id)
    decline_recommendation(
        actor=request.actor,
        recommendation=pair,
        reason=request.POST.get("reason", ""),
        text=request.POST.get("text", ""),
        now=timezone.now(),
    )
    say(
        request,
        _("已谢绝，原因会用来改进匹配。"),
        undo=reverse("recommendation-undo", args=[pair.public_id]),
    )
    return HttpResponseRedirect(_back(request) or _address(pair))


@page("POST")
def recommendation_undo(request: PageRequest, public_id: str) -> HttpResponse:
    """Take a decline back."""
    pair = undo_decline(
        actor=request.actor, recommendation=_find(request.actor, public_id), now=timezone.now()
    )
    say(request, _("已恢复为待处理。"))
    return HttpResponseRedirect(_address(pair))


def _back(request: PageRequest) -> str:
    """The page of this site that a form names to return to, or an empty text."""
    back = request.POST.get("back", "")
    return back if back.startswith(("/demands/", "/resources/")) and "\\" not in back else ""
