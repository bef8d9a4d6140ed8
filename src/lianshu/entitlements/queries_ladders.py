"""Ladders in use, and where those in one's care stand on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Q, QuerySet

from lianshu.authority import Actor, Capability
from lianshu.entitlements.models import LadderResult, OutcomeChoices, PolicyLadder, PolicyRun
from lianshu.entitlements.queries import IS_NEAR, run_in_force
from lianshu.entitlements.querysets import LadderResultQuerySet

COUNTS: Final = {
    "met": Count("pk", filter=Q(outcome=OutcomeChoices.MET)),
    "near": Count("pk", filter=IS_NEAR),
    "unknown": Count("pk", filter=Q(outcome=OutcomeChoices.UNKNOWN)),
    "manual": Count("pk", filter=Q(outcome=OutcomeChoices.MANUAL)),
    "not_met": Count("pk", filter=Q(outcome=OutcomeChoices.NOT_MET)),
    "unsaid": Count("pk", filter=Q(outcome="")),
}
NOBODY: Final[Mapping[str, Any]] = dict.fromkeys(COUNTS, 0)


def _in_use() -> QuerySet[PolicyLadder]:
    return PolicyLadder.objects.filter(retired_at__isnull=True).defer("definition")


def ladder_rows(_actor: Actor) -> QuerySet[PolicyLadder]:
    """The published ladders: public to everybody who has an account here, as policies are."""
    return _in_use()


def ladders_in_use() -> list[PolicyLadder]:
    """All of them, everywhere's first."""
    return list(_in_use().order_by("region_code", "ladder"))


def ladder_in_use(ladder: str) -> PolicyLadder | None:
    """The publication of a ladder that counts."""
    return _in_use().filter(ladder=ladder).first()


def ladders_published_at(moment: datetime) -> list[PolicyLadder]:
    """What was published at a moment."""
    return list(_in_use().filter(published_at=moment).order_by("ladder"))


def ladder_results_for(actor: Actor) -> LadderResultQuerySet:
    """Where firms stood in the run in force, for those whose results the actor may read."""
    run = run_in_force()
    rows = LadderResult.objects.visible_to(actor).select_related(
        "organisation", "region", "chain", "ladder", "policy"
    )
    return rows.none() if run is None else rows.filter(run=run, ladder__retired_at__isnull=True)


@dataclass(frozen=True, slots=True)
class RungFigures:
    """How many hold a rung as their highest, and of those for whom it is the next what its policy
    came to; `unsaid` where nothing is known of what is asked."""

    held: int
    met: int
    near: int
    unknown: int
    manual: int
    not_met: int
    unsaid: int


@dataclass(frozen=True, slots=True)
class LadderFigures:
    """Those in the actor's care on a ladder, by rung. `without` hold no rung, of which of `perhaps`
    nobody knows whether they do."""

    run: PolicyRun
    firms: int
    without: int
    perhaps: int
    rungs: dict[str, RungFigures]


def ladder_figures(actor: Actor, row: PolicyLadder, rungs: Sequence[str]) -> LadderFigures | None:
    """The figures of a ladder in the run in force; None where it was not in it, and for those in
    whose care nobody is. Counts of one's own charges: each may be opened by who counts them."""
    run = run_in_force()
    if run is None or row.published_at > run.known_at or not actor.has(Capability.COORDINATE):
        return None
    rows = (
        LadderResult.objects.visible_to(actor)
        .in_care_of(actor)
        .filter(run=run, ladder=row)
        .order_by()
    )
    held = dict(rows.values_list("held").annotate(n=Count("pk")))
    counted: Iterable[Mapping[str, Any]] = rows.values("next_rung").annotate(**COUNTS)
    ahead = {each["next_rung"]: each for each in counted}
    return LadderFigures(
        run=run,
        firms=sum(held.values()),
        without=held.get("", 0),
        perhaps=rows.filter(held="", perhaps=True).count(),
        rungs={
            rung: RungFigures(
                held=held.get(rung, 0), **{name: ahead.get(rung, NOBODY)[name] for name in COUNTS}
            )
            for rung in rungs
        },
    )
