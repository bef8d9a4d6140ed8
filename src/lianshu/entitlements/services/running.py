"""Every published policy for every enterprise: a run, which counts from its end on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.audit.services import record
from lianshu.authority import Actor, require, system_actor
from lianshu.engine.expressions import EvaluationError, Exact, Outcome
from lianshu.engine.expressions.brief import Meanings
from lianshu.engine.policy import Evaluator, Policy, meanings
from lianshu.engine.policy.describing import counting
from lianshu.entitlements.knowledge_many import known_of_many
from lianshu.entitlements.models import LadderResult, PolicyResult, PolicyRun
from lianshu.entitlements.published import published, published_ladders
from lianshu.entitlements.queries import enterprises
from lianshu.entitlements.rules import can_run_policies
from lianshu.entitlements.services.standings import standings_of
from lianshu.jobs.models import Job
from lianshu.jobs.queries import active_jobs
from lianshu.jobs.services import enqueue
from lianshu.records.errors import Conflict, DomainError
from lianshu.registry.models import Organisation

RUN_JOB: Final = "entitlements.run"
READER: Final = system_actor("entitlements.run")
"""A run reads of everybody what may decide; what came of it is read within each reader's scope."""
KEPT: Final = 2
"""Runs whose results are kept: the one in force, and the one before it."""
ABANDONED: Final = timedelta(hours=6)
"""An unfinished run older than this was cut off."""
CHUNK: Final = 200
MILLI: Final = Decimal("0.001")
NOT_FOR_IT: Final = (Outcome.NOT_MET, Outcome.NOT_APPLICABLE)
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Held:
    """A policy that holds on the day, with its row and the conditions that its verdict rests on."""

    row: int
    policy: Policy
    counting: tuple[str, ...]


def request_run(*, actor: Actor, now: datetime) -> Job:
    """Have the worker evaluate everything as of today. Raises Refusal, and Conflict while one is
    waiting or running: it will say the same."""
    require(can_run_policies(actor))
    if active_jobs(READER, kind=RUN_JOB).exists():
        raise Conflict(_("全部政策正在计算，完成后各页的数字会自己换成新的，不必再启动一次。"))
    return enqueue(
        actor=actor,
        kind=RUN_JOB,
        title=_("计算全部政策"),
        params={},
        link=reverse("policies"),
        now=now,
    )


def run_policies(
    *,
    actor: Actor,
    on: date,
    now: datetime,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    clock: Callable[[], datetime] = timezone.now,
) -> PolicyRun:
    """Evaluate what holds on `on`, on what is known at `now`, for every enterprise.

    Written chunk by chunk; until the last one is there the run before it stays in force, so that a
    run that is cut off changes nothing. Policies that do not apply leave no row,
    nor do figures too large to be exact, which the log names. Raises Refusal,
    and DomainError when no policy is published.
    """
    require(can_run_policies(actor))
    found = published()
    held = [
        Held(pk, policy, counting(policy))
        for pk, policy in found.by_row.items()
        if policy.in_force(on) or policy.open_transitions(on)
    ]
    if not held:
        raise DomainError(_("这一天没有已发布的有效政策，没有计算。"))
    _remove_abandoned(now)
    firms = list(enterprises(READER).order_by("pk"))
    run = PolicyRun.objects.create(
        on=on,
        known_at=now,
        started_at=now,
        firms=len(firms),
        policies=len(held),
        requested_by_id=actor.user_id,
    )
    refused, brief = 0, meanings(found.policies)
    for start in range(0, len(firms), CHUNK):
        progress(start, len(firms))
        refused += _evaluate(run, firms[start : start + CHUNK], found.policies, held, brief)
    _finish(run, actor, clock(), refused)
    progress(len(firms), len(firms))
    return run


def _evaluate(
    run: PolicyRun,
    firms: Sequence[Organisation],
    policies: Sequence[Policy],
    held: Sequence[Held],
    brief: Meanings,
) -> int:
    """The rows of some firms; how many results could not be worked out."""
    known = known_of_many(READER, firms, known_at=run.known_at)
    results: list[PolicyResult] = []
    standings: list[LadderResult] = []
    ladders = published_ladders()
    versions = {(each.policy.id, each.policy.version): each.row for each in held}
    refused = 0
    for firm in firms:
        evaluator = Evaluator(policies, known[firm.pk], run.on, brief=brief)
        for each in held:
            try:
                result = _result(run, firm, each, evaluator)
            except EvaluationError as error:
                # One firm's impossible figure is no reason to leave the others without a result.
                logger.warning("%s %s: %s", firm.public_id, each.policy.id, error)
                refused += 1
                continue
            if result is not None:
                results.append(result)
        standings += standings_of(run, firm, ladders, evaluator, versions)
    with transaction.atomic():
        PolicyResult.objects.bulk_create(results, batch_size=2_000)
        LadderResult.objects.bulk_create(standings, batch_size=2_000)
    return refused


def _result(
    run: PolicyRun, firm: Organisation, held: Held, evaluator: Evaluator
) -> PolicyResult | None:
    """What a policy came to; None for a firm that it is not for."""
    if evaluator.applies(held.policy).outcome in NOT_FOR_IT:
        return None
    decision = evaluator.decision(held.policy)
    if decision.verdict.outcome is Outcome.NOT_APPLICABLE:
        return None
    judged = [(name, decision.conditions[name]) for name in held.counting]
    failed = [name for name, one in judged if one.outcome is Outcome.NOT_MET]
    missing = [*decision.verdict.missing, *(key for _name, one in judged for key in one.missing)]
    score = decision.score
    return PolicyResult(
        run=run,
        version_id=held.row,
        organisation=firm,
        region_id=firm.region_id,
        chain_id=firm.chain_id,
        outcome=decision.verdict.outcome.value,
        failing=len(failed),
        open=sum(one.outcome.open for _name, one in judged),
        missing=list(dict.fromkeys(missing)),
        failed=failed,
        score_low=None if score is None else _points(score.low),
        score_high=None if score is None else _points(score.high),
        amount=decision.amount,
    )


def _points(value: Exact | None) -> Decimal | None:
    if value is None:
        return None
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(MILLI)


@transaction.atomic
def _finish(run: PolicyRun, actor: Actor, moment: datetime, refused: int) -> None:
    """From now on this run is in force; the results of those long before it are let go."""
    run.finished_at = moment
    run.save(update_fields=["finished_at"])
    finished = PolicyRun.objects.filter(finished_at__isnull=False).order_by("-started_at")
    kept = list(finished.values_list("pk", flat=True)[:KEPT])
    for results in (PolicyResult.objects, LadderResult.objects):
        results.filter(run__finished_at__isnull=False).exclude(run__in=kept).delete()
    record(
        actor=actor,
        action="policies.run",
        obj=run,
        now=moment,
        changes={"firms": run.firms, "policies": run.policies, "refused": refused},
    )


@transaction.atomic
def _remove_abandoned(now: datetime) -> None:
    PolicyRun.objects.filter(finished_at__isnull=True, started_at__lt=now - ABANDONED).delete()
