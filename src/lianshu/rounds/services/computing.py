"""Planning a round: weights first, then the plan or what conflicts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from lianshu.audit.services import record, signature
from lianshu.authority import Actor, require
from lianshu.engine.planning import (
    Floor,
    Infeasible,
    Plan,
    PlanningError,
    Unstable,
    solve,
    solve_stable,
)
from lianshu.jobs.models import Job
from lianshu.jobs.queries import active_jobs
from lianshu.jobs.services import enqueue
from lianshu.records.errors import Conflict, DomainError
from lianshu.rounds.board import Board, board_of, stored_limits
from lianshu.rounds.models import (
    PairRule,
    Participant,
    Round,
    RoundPair,
    RoundPlan,
    RoundStatus,
    SideChoices,
    WeightSource,
)
from lianshu.rounds.rules import can_edit_round
from lianshu.rounds.services.rounds import locked
from lianshu.rounds.weighing import Weighed, weigh

PLAN_JOB: Final = "rounds.plan"


def request_plan(*, actor: Actor, found: Round, now: datetime) -> Job:
    """Have the worker plan the round. Raises `Refusal`, and `DomainError` while a side is empty."""
    require(can_edit_round(actor, found))
    for side in SideChoices:
        if not Participant.objects.filter(round=found, side=side).exists():
            raise DomainError(_("“%(side)s”还没有参加者，请先加入。") % {"side": side.label})
    waiting = active_jobs(actor, kind=PLAN_JOB).filter(params__round=found.public_id)
    if waiting.exists():
        raise Conflict(_("这一轮正在计算，完成后再改。"))
    return enqueue(
        actor=actor,
        kind=PLAN_JOB,
        title=_("计算“%(title)s”的方案") % {"title": found.title},
        params={"round": found.public_id},
        link=reverse("round", args=[found.public_id]),
        now=now,
    )


def compute_plan(
    *,
    actor: Actor,
    found: Round,
    now: datetime,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> RoundPlan:
    """Weigh the pairs, plan, and keep what came of it. Run again, it plans again.

    Nothing is locked while it calculates; when something was changed meanwhile it stops with
    `Conflict`, so that no plan stands beside limits it does not keep.
    """
    require(can_edit_round(actor, found))
    weighed = weigh(actor, found, now=now, progress=progress)
    began = store_weights(actor=actor, found=found, weighed=weighed)
    board = board_of(actor, found)
    try:
        plan = _solved(board)
    except (Infeasible, Unstable) as error:
        return _keep_conflict(actor, found, board, error, began, now)
    except PlanningError as error:
        raise DomainError(str(error)) from error
    return _keep_plan(actor, found, board, plan, began, now)


def _solved(board: Board) -> Plan:
    if board.round.stable:
        return solve_stable(board.problem)
    return solve(board.problem, floor=Floor(board.round.floor))


@transaction.atomic
def store_weights(*, actor: Actor, found: Round, weighed: Sequence[Weighed]) -> datetime:
    """Write what was weighed; what staff have set stays. Returns when the round last changed."""
    row = locked(actor, found)
    known = {(pair.left_id, pair.right_id): pair for pair in RoundPair.objects.filter(round=row)}
    participants = set(Participant.objects.filter(round=row).values_list("pk", flat=True))
    fresh, changed = [], []
    for each in weighed:
        if each.left not in participants or each.right not in participants:
            continue
        pair = known.pop((each.left, each.right), None)
        if pair is None:
            pair = RoundPair(round=row, left_id=each.left, right_id=each.right)
            _take(pair, each)
            fresh.append(pair)
        elif _take(pair, each):
            changed.append(pair)
    RoundPair.objects.bulk_create(fresh, batch_size=500)
    fields = ["weight", "source", "rule", "automatic", "reason", "locked"]
    RoundPair.objects.bulk_update(changed, fields, batch_size=500)
    # What nobody weighs any more and nobody has settled is possible no longer.
    gone = [
        pair.pk
        for pair in known.values()
        if pair.automatic or (pair.source != WeightSource.STAFF and not pair.rule)
    ]
    RoundPair.objects.filter(pk__in=gone).delete()
    return row.changed_at


def _take(pair: RoundPair, each: Weighed) -> bool:
    """Let a pair take what was weighed; whether anything differs."""
    before = (pair.weight, pair.source, pair.rule, pair.automatic, pair.reason, pair.locked)
    if pair.source != WeightSource.STAFF:
        pair.weight, pair.source = each.weight, each.source
    if each.reason:
        pair.rule, pair.automatic, pair.reason = PairRule.FORBID, True, each.reason
        pair.locked = False
    elif pair.automatic:
        pair.rule, pair.automatic, pair.reason = PairRule.FREE, False, ""
    after = (pair.weight, pair.source, pair.rule, pair.automatic, pair.reason, pair.locked)
    return before != after


def _next(actor: Actor, found: Round, began: datetime, now: datetime) -> RoundPlan:
    """The next plan of the round, locked; `Conflict` when it was changed since `began`."""
    row = locked(actor, found)
    if row.changed_at != began:
        raise Conflict(_("计算的时候有人改了这一轮，请再算一次。"))
    last = RoundPlan.objects.filter(round=row).order_by("-number").first()
    return RoundPlan(
        round=row,
        number=1 if last is None else last.number + 1,
        computed_at=now,
        computed_by_name=signature(actor),
        locked=list(RoundPair.objects.filter(round=row, locked=True).values_list("pk", flat=True)),
    )


@transaction.atomic
def _keep_plan(
    actor: Actor, found: Round, board: Board, plan: Plan, began: datetime, now: datetime
) -> RoundPlan:
    stored = _next(actor, found, began, now)
    chosen = [board.pairs[at] for at in plan.chosen.tolist()]
    worth = board.problem.worth
    stored.feasible, stored.method = True, plan.method
    stored.total, stored.bound = worth(plan.total), worth(plan.bound)
    stored.threshold = None if plan.threshold is None else worth(plan.threshold)
    stored.blocking = plan.blocking
    stored.chosen = {str(pair.pk): str(pair.weight) for pair in chosen}
    stored.save()
    keys = [pair.pk for pair in chosen]
    RoundPair.objects.filter(round=stored.round, chosen=True).exclude(pk__in=keys).update(
        chosen=False
    )
    RoundPair.objects.filter(pk__in=keys).update(chosen=True)
    _set_status(stored.round, RoundStatus.PLANNED)
    changes = {"pairs": [None, len(keys)], "total": [None, str(stored.total)]}
    record(actor=actor, action="round.planned", obj=stored.round, now=now, changes=changes)
    return stored


@transaction.atomic
def _keep_conflict(
    actor: Actor,
    found: Round,
    board: Board,
    error: Infeasible | Unstable,
    began: datetime,
    now: datetime,
) -> RoundPlan:
    stored = _next(actor, found, began, now)
    stored.feasible = False
    if isinstance(error, Infeasible):
        limits, stored.proved = error.conflict.limits, error.conflict.proved
    else:
        limits, stored.method = error.limits, "stable"
    stored.conflict = stored_limits(board, limits)
    stored.save()
    RoundPair.objects.filter(round=stored.round, chosen=True).update(chosen=False)
    _set_status(stored.round, RoundStatus.INFEASIBLE)
    record(actor=actor, action="round.infeasible", obj=stored.round, now=now)
    return stored


def _set_status(found: Round, status: RoundStatus) -> None:
    found.status = status
    found.save(update_fields=["status"])
