"""The page of a round: what came out, why, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.audit.queries import entries_about
from lianshu.authority import Actor, require
from lianshu.engine.matching import Reason
from lianshu.engine.planning import SideName, alternates, compare, without_partner
from lianshu.exchange.matching import reason_text, reasons_for
from lianshu.exchange.models import Recommendation
from lianshu.records.errors import NotFound
from lianshu.rounds.board import Board, board_of, conflict_lines, why_text
from lianshu.rounds.lists import round_page, status_badge
from lianshu.rounds.models import (
    Round,
    RoundPair,
    RoundPlan,
    RoundStatus,
    SideChoices,
    WeightSource,
)
from lianshu.rounds.queries import plans_of, round_by_id
from lianshu.rounds.rules import can_edit_round, can_publish_round, can_see_rounds
from lianshu.rounds.services.computing import request_plan
from lianshu.rounds.services.pairs import lock_pairs
from lianshu.rounds.services.publishing import publish_round
from lianshu.rounds.services.rounds import cancel_round
from lianshu.rounds.sides import OF_POSTS, Who, side_word
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page

REASONS_SHOWN = 60
"""More pairs than this are shown without the matcher's reasons, which cost a moment each."""


def get_round(actor: Actor, public_id: str) -> Round:
    """The round, or `Refusal` for whoever is no chain office, `NotFound` for another's."""
    require(can_see_rounds(actor))
    found = round_by_id(actor, public_id)
    if found is None:
        raise NotFound(_("没有这一轮，或者它不在您负责的区域和产业链。"))
    return found


@dataclass(frozen=True, slots=True)
class Chosen:
    """A pair of the plan on the page."""

    pair: RoundPair
    left: Who
    right: Who
    why: Sequence[str]
    alternate: Who | None
    outcome: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Alone:
    """Somebody without a partner, and why."""

    who: Who
    why: str


@dataclass(frozen=True, slots=True)
class Moved:
    """What the last plan is for somebody, beside the one before."""

    who: Who
    lost: Sequence[Who]
    won: Sequence[Who]
    gain: Decimal


@page()
def round_detail(request: PageRequest, public_id: str) -> HttpResponse:
    """Who goes with whom, who stays alone and why, or which conditions conflict."""
    actor = request.actor
    found = get_round(actor, public_id)
    board = board_of(actor, found)
    plans = list(plans_of(found)[:12])
    current = plans[0] if plans and found.status != RoundStatus.DRAFT else None
    context: dict[str, Any] = {
        "round": found,
        "badge": status_badge(found).__html__(),
        "sides": [
            (side, side_word(found, side), len(board.keys(SideName(side))))
            for side in SideChoices.values
        ],
        "quotas": board.quotas,
        "plan": current,
        "stale": found.status == RoundStatus.DRAFT and bool(plans),
        "plans": plans,
        "editable": can_edit_round(actor, found),
        "publishable": can_publish_round(actor, found),
        "record": entries_about(found)[:30],
        "left_word": side_word(found, SideChoices.LEFT),
        "right_word": side_word(found, SideChoices.RIGHT),
        "automatic": sum(pair.automatic for pair in board.pairs),
    }
    if current is not None and current.feasible:
        context |= _result(board, current, plans[1:])
    elif current is not None:
        context["conflict"] = conflict_lines(board, current)
    return render(request, "rounds/round.html", context)


def _result(board: Board, current: RoundPlan, earlier: Sequence[RoundPlan]) -> dict[str, Any]:
    plan = board.plan(current)
    nexts = alternates(plan)
    chosen = [board.pairs[at] for at in plan.chosen.tolist()]
    reasons = _reasons(board, chosen)
    rows = [
        Chosen(
            pair=pair,
            left=board.who(pair.left_id),
            right=board.who(pair.right_id),
            why=reasons.get(pair.pk, ()),
            alternate=board.who(board.pairs[nexts[at]].right_id) if at in nexts else None,
            outcome=_outcome(pair),
        )
        for at, pair in zip(plan.chosen.tolist(), chosen, strict=True)
    ]
    alone = {
        side.value: [
            Alone(board.who(board.keys(side)[at]), why_text(why))
            for at, why in without_partner(plan, side)
        ]
        for side in SideName
    }
    before = next((each for each in earlier if each.feasible), None)
    served = len({pair.left_id for pair in chosen})
    return {
        "rows": rows,
        "alone_left": alone["left"],
        "alone_right": alone["right"],
        "moved": [] if before is None else _moved(board, before, current),
        "before": before,
        "served": served,
        "asked": len(board.lefts),
    }


def _reasons(board: Board, chosen: Sequence[RoundPair]) -> dict[int, list[str]]:
    """Why each pair, in the reader's language and from what the reader may read."""
    if board.round.kind not in OF_POSTS:
        return {pair.pk: _nearness(board, pair) for pair in chosen}
    pairs = []
    for pair in chosen[:REASONS_SHOWN]:
        demand = board.participants[pair.left_id].demand
        resource = board.participants[pair.right_id].resource
        if demand is not None and resource is not None:
            pairs.append(Recommendation(pk=pair.pk, demand=demand, resource=resource))
    found: dict[int, tuple[Reason, ...]] = reasons_for(pairs)
    return {key: [reason_text(each) for each in why[:3]] for key, why in found.items()}


def _nearness(board: Board, pair: RoundPair) -> list[str]:
    if pair.source == WeightSource.STAFF:
        return [pair.reason or _("人工设定")]
    left, right = board.participants[pair.left_id], board.participants[pair.right_id]
    mine, theirs = left.organisation, right.liaison or right.organisation
    why = []
    if mine.chain_id is not None and mine.chain_id == theirs.chain_id:
        why.append(_("同一产业链"))
    if mine.region_id == theirs.region_id:
        why.append(_("同一区县"))
    return why or [_("可以服务，但不同链、不同区县")]


def _outcome(pair: RoundPair) -> tuple[str, str] | None:
    """Where what came of a published pair is shown."""
    if pair.recommendation_id is not None:
        assert pair.recommendation is not None
        address = reverse("recommendation", args=[pair.recommendation.public_id])
        return _("对接进展"), address
    if pair.pairing_id is not None:
        assert pair.pairing is not None
        return _("结对"), reverse("pairing", args=[pair.pairing.public_id])
    return None


def _moved(board: Board, before: RoundPlan, current: RoundPlan) -> list[Moved]:
    """Who gains and who loses between two plans, by today's weights."""
    found = []
    for change in compare(board.plan(before), board.plan(current)):
        found.append(
            Moved(
                board.who(int(change.id)),
                [board.who(int(each)) for each in change.lost],
                [board.who(int(each)) for each in change.won],
                board.problem.worth(change.gain),
            )
        )
    return found


@page("POST")
def round_compute(request: PageRequest, public_id: str) -> HttpResponse:
    """Have it planned; the page of the job shows how far it is."""
    found = get_round(request.actor, public_id)
    job = request_plan(actor=request.actor, found=found, now=timezone.now())
    return HttpResponseRedirect(reverse("jobs:detail", args=[job.public_id]))


@page("POST")
def round_lock(request: PageRequest, public_id: str) -> HttpResponse:
    """Keep the marked pairs and plan the rest again."""
    found = get_round(request.actor, public_id)
    keys = [int(each) for each in request.POST.getlist("pair") if each.isdigit()]
    lock_pairs(actor=request.actor, found=found, keys=keys, now=timezone.now())
    job = request_plan(actor=request.actor, found=found, now=timezone.now())
    return HttpResponseRedirect(reverse("jobs:detail", args=[job.public_id]))


@page("POST")
def round_publish(request: PageRequest, public_id: str) -> HttpResponse:
    """Confirm the plan."""
    found = get_round(request.actor, public_id)
    publish_round(actor=request.actor, found=found, now=timezone.now())
    say(request, _("方案已发布。"))
    return HttpResponseRedirect(round_page(found))


@page("POST")
def round_cancel(request: PageRequest, public_id: str) -> HttpResponse:
    """Call it off."""
    found = get_round(request.actor, public_id)
    cancel_round(actor=request.actor, found=found, now=timezone.now())
    say(request, _("这一轮已取消，记录会保留。"))
    return HttpResponseRedirect(round_page(found))
