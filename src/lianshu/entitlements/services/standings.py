"""Where firms stand on the published ladders: rows of a run."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping

from lianshu.engine.expressions import EvaluationError, Outcome
from lianshu.engine.policy import Evaluator
from lianshu.engine.policy.ladders import Ladder
from lianshu.engine.policy.standing import RungStanding, Standing, Truths, stand
from lianshu.entitlements.models import LadderResult, PolicyRun
from lianshu.registry.models import Organisation

Versions = Mapping[tuple[str, str], int]
"""Rows of policies by id and version."""
logger = logging.getLogger(__name__)


def standings_of(
    run: PolicyRun,
    firm: Organisation,
    ladders: Mapping[int, Ladder],
    evaluator: Evaluator,
    versions: Versions,
) -> Iterator[LadderResult]:
    """A row for each ladder that is for the firm; none where a figure is too large to be exact,
    which the log names."""
    truths: Truths = {}
    for pk, ladder in ladders.items():
        try:
            standing = stand(ladder, evaluator, truths)
        except EvaluationError as error:
            logger.warning("%s %s: %s", firm.public_id, ladder.id, error)
            continue
        if standing.climbs:
            yield _row(run, firm, pk, standing, versions)


def _row(
    run: PolicyRun, firm: Organisation, ladder: int, standing: Standing, versions: Versions
) -> LadderResult:
    ahead = standing.next_rung
    return LadderResult(
        run_id=run.pk,
        ladder_id=ladder,
        organisation_id=firm.pk,
        region_id=firm.region_id,
        chain_id=firm.chain_id,
        held=_id(standing, standing.held),
        perhaps=bool(standing.perhaps),
        qualified=_id(standing, standing.qualified),
        next_rung="" if ahead is None else ahead.rung.id,
        **({} if ahead is None else _ahead(ahead, versions)),
    )


def _id(standing: Standing, place: int | None) -> str:
    return "" if place is None else standing.rungs[place].rung.id


def _ahead(rung: RungStanding, versions: Versions) -> dict[str, object]:
    """What the next rung still asks."""
    if rung.decision is None:
        return {}
    policy, conditions = rung.decision.policy, rung.decision.conditions
    failed = [name for name in rung.gap if conditions[name].outcome is Outcome.NOT_MET]
    return {
        "policy_id": versions.get((policy.id, policy.version)),
        "outcome": rung.decision.verdict.outcome.value,
        "failing": len(failed),
        "open": len(rung.gap) - len(failed),
        "failed": failed,
        "missing": list(rung.missing),
    }
