"""Setting up a round: what it is, who takes part, quotas, single pairs."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.authority import require
from lianshu.records.errors import DomainError, NotFound
from lianshu.registry.asking import ask
from lianshu.rounds.forms import NewPairForm, PairForm, QuotaForm, RoundForm, read_limits
from lianshu.rounds.lists import round_page
from lianshu.rounds.models import Participant, Round, SideChoices
from lianshu.rounds.queries import pair_in, participants_of, quotas_of
from lianshu.rounds.rules import can_edit_round, can_see_rounds
from lianshu.rounds.services.pairs import settle_pair
from lianshu.rounds.services.rounds import (
    add_participants,
    create_round,
    edit_round,
    remove_participant,
    remove_quota,
    set_limits,
    set_quota,
)
from lianshu.rounds.sides import Who, could_take_part, side_word, who_is, who_of
from lianshu.rounds.views import get_round
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page

OFFERED = 60
"""So many are offered at once; a word narrows them."""


def _trail(found: Round | None = None) -> list[tuple[str, str]]:
    steps = [(_("轮次"), reverse("rounds"))]
    return steps if found is None else [*steps, (found.title, round_page(found))]


@page("GET", "POST")
def round_new(request: PageRequest) -> HttpResponse:
    """Begin a round."""
    require(can_see_rounds(request.actor))
    form = RoundForm(request.actor, request.POST or None)

    def act() -> tuple[str, str]:
        made = create_round(
            actor=request.actor,
            kind=form.cleaned_data["kind"],
            setting=form.setting(),
            now=timezone.now(),
        )
        said = _("已新建“%(title)s”，请加入双方。") % {"title": made.title}
        return said, round_page(made)

    return ask(request, form, act, heading=_("新建轮次"), trail=_trail())


@page("GET", "POST")
def round_edit(request: PageRequest, public_id: str) -> HttpResponse:
    """Another title, floor or method."""
    found = get_round(request.actor, public_id)
    require(can_edit_round(request.actor, found))
    initial = {"title": found.title, "floor": found.floor, "stable": found.stable}
    form = RoundForm(request.actor, request.POST or None, found=found, initial=initial)

    def act() -> tuple[str, str]:
        edit_round(actor=request.actor, found=found, setting=form.setting(), now=timezone.now())
        return _("已保存。"), round_page(found)

    return ask(request, form, act, heading=_("修改轮次"), trail=_trail(found))


def _checked_side(side: str) -> str:
    if side not in SideChoices.values:
        raise NotFound(_("没有这一方，请从轮次页面进入。"))
    return side


@page("GET", "POST")
def round_side(request: PageRequest, public_id: str, side: str) -> HttpResponse:
    """Who takes part on a side, and how many partners each."""
    found = get_round(request.actor, public_id)
    people = list(participants_of(request.actor, found, _checked_side(side)))
    address = reverse("round-side", args=[found.public_id, side])
    problem = ""
    if request.method == "POST":
        try:
            limits = read_limits(request.POST, people)
            changed = set_limits(
                actor=request.actor, found=found, limits=limits, now=timezone.now()
            )
        except (ValidationError, DomainError) as error:
            problem = error.messages[0] if isinstance(error, ValidationError) else error.message
        else:
            say(request, _("已保存 %(n)d 个名额。") % {"n": changed})
            return HttpResponseRedirect(address)
    context: dict[str, Any] = {
        "round": found,
        "side": side,
        "word": side_word(found, side),
        "rows": [_limits(one, request) for one in people],
        "editable": can_edit_round(request.actor, found),
        "problem": problem,
    }
    return render(request, "rounds/side.html", context, status=422 if problem else 200)


def _limits(one: Participant, request: PageRequest) -> tuple[Participant, Who, str, str]:
    """A participant with what stands, or was typed, beside it."""
    high = "" if one.high is None else str(one.high)
    typed = request.POST
    return (
        one,
        who_of(one),
        typed.get(f"low-{one.pk}", str(one.low)),
        typed.get(f"high-{one.pk}", high),
    )


@page("GET", "POST")
def round_add(request: PageRequest, public_id: str, side: str) -> HttpResponse:
    """Choose who takes part."""
    found = get_round(request.actor, public_id)
    require(can_edit_round(request.actor, found))
    words = request.GET.get("q", "").strip()[:100]
    rows = could_take_part(
        request.actor, found, _checked_side(side), today=timezone.localdate(), words=words
    )
    if request.method == "POST":
        keys = [int(each) for each in request.POST.getlist("one") if each.isdigit()]
        chosen = list(rows.filter(pk__in=keys)) if keys else []
        made = add_participants(
            actor=request.actor, found=found, side=side, subjects=chosen, now=timezone.now()
        )
        say(request, _("已加入 %(n)d 个。") % {"n": len(made)})
        return HttpResponseRedirect(reverse("round-side", args=[found.public_id, side]))
    offered = list(rows[: OFFERED + 1])
    return render(
        request,
        "rounds/add.html",
        {
            "round": found,
            "side": side,
            "word": side_word(found, side),
            "words": words,
            "rows": [who_is(each) for each in offered[:OFFERED]],
            "more": len(offered) > OFFERED,
            "offered": OFFERED,
        },
    )


@page("POST")
def round_remove(request: PageRequest, public_id: str, pk: int) -> HttpResponse:
    """Take somebody out."""
    found = get_round(request.actor, public_id)
    one = participants_of(request.actor, found).filter(pk=pk).first()
    if one is None:
        raise NotFound(_("已不在这一轮里。"))
    remove_participant(actor=request.actor, found=found, participant=one, now=timezone.now())
    say(request, _("已移出“%(name)s”。") % {"name": who_of(one).name})
    return HttpResponseRedirect(reverse("round-side", args=[found.public_id, one.side]))


@page("GET", "POST")
def round_quotas(request: PageRequest, public_id: str) -> HttpResponse:
    """Quotas of the round, and one more."""
    found = get_round(request.actor, public_id)
    people = list(participants_of(request.actor, found))
    form = QuotaForm(request.actor, found, people, request.POST or None)
    address = reverse("round-quotas", args=[found.public_id])
    if form.is_valid():
        given = form.cleaned_data
        try:
            set_quota(
                actor=request.actor,
                found=found,
                side=given["side"],
                group=form.chosen(),
                low=given["low"] or 0,
                high=given["high"],
                now=timezone.now(),
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            say(request, _("已设定分组名额。"))
            return HttpResponseRedirect(address)
    return render(
        request,
        "rounds/quotas.html",
        {
            "round": found,
            "quotas": [(each, side_word(found, each.side)) for each in quotas_of(found)],
            "form": form,
            "editable": can_edit_round(request.actor, found),
        },
        status=422 if form.is_bound else 200,
    )


@page("POST")
def quota_remove(request: PageRequest, public_id: str, pk: int) -> HttpResponse:
    """No quota any more."""
    found = get_round(request.actor, public_id)
    quota = quotas_of(found).filter(pk=pk).first()
    if quota is None:
        raise NotFound(_("这个分组名额已经取消。"))
    remove_quota(actor=request.actor, found=found, quota=quota, now=timezone.now())
    say(request, _("已取消分组名额。"))
    return HttpResponseRedirect(reverse("round-quotas", args=[found.public_id]))


@page("GET", "POST")
def round_pair(request: PageRequest, public_id: str, pk: int) -> HttpResponse:
    """Settle a pair: weight, rule, preferences."""
    found = get_round(request.actor, public_id)
    require(can_edit_round(request.actor, found))
    pair = pair_in(request.actor, found, pk)
    if pair is None:
        raise NotFound(_("没有这一对，它可能在重新计算时去掉了。"))
    names = ("weight", "rule", "reason", "left_rank", "right_rank")
    initial = {name: getattr(pair, name) for name in names}
    form = PairForm(found, request.POST or None, initial=initial)

    def act() -> tuple[str, str]:
        settle_pair(
            actor=request.actor,
            found=found,
            left=pair.left,
            right=pair.right,
            settled=form.settled(),
            now=timezone.now(),
        )
        return _("已保存，请重新计算。"), round_page(found)

    heading = f"{who_of(pair.left).name} — {who_of(pair.right).name}"
    note = _("系统规定不得配对：%(reason)s") % {"reason": pair.why} if pair.automatic else ""
    return ask(request, form, act, heading=heading, trail=_trail(found), note=note)


@page("GET", "POST")
def round_pair_new(request: PageRequest, public_id: str) -> HttpResponse:
    """Settle a pair that the matcher did not find."""
    found = get_round(request.actor, public_id)
    require(can_edit_round(request.actor, found))
    people = list(participants_of(request.actor, found))
    form = NewPairForm(found, people, request.POST or None)

    def act() -> tuple[str, str]:
        left, right = form.ends()
        settle_pair(
            actor=request.actor,
            found=found,
            left=left,
            right=right,
            settled=form.settled(),
            now=timezone.now(),
        )
        return _("已保存，请重新计算。"), round_page(found)

    return ask(request, form, act, heading=_("指定配对"), trail=_trail(found))
