"""Policies that are published, the run in force, and what it came to for those in one's care."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from lianshu.authority import Actor, Capability, Matter
from lianshu.entitlements.models import OutcomeChoices, PolicyResult, PolicyRun, PolicyVersion
from lianshu.entitlements.published import published
from lianshu.entitlements.querysets import ResultQuerySet
from lianshu.registry.models import (
    Organisation,
    OrganisationKind,
    RegionAncestry,
    RegionKind,
)
from lianshu.registry.queries import all_chains, all_regions
from lianshu.registry.querysets import OrganisationQuerySet
from lianshu.registry.scoping import within

NEARLY = 2
"""Not met, but by no more than so many of the conditions that count, with nothing missing."""
IS_NEAR = Q(outcome=OutcomeChoices.NOT_MET, failing__range=(1, NEARLY), missing=[])
MISSING_SHOWN = 8


def in_force_on(day: date) -> Q:
    """Versions in whose time `day` lies."""
    return Q(effective_from__lte=day) & (Q(effective_to__isnull=True) | Q(effective_to__gte=day))


def policies_in_use() -> list[PolicyVersion]:
    """Every published version that was not retired, without its definition."""
    return list(_in_use())


def _in_use() -> QuerySet[PolicyVersion]:
    return PolicyVersion.objects.filter(retired_at__isnull=True).defer(
        "definition", "parameters", "search_text"
    )


def policy_rows(_actor: Actor) -> QuerySet[PolicyVersion]:
    """The library: published policies are public to everybody who has an account here."""
    return _in_use()


def has_policies(_now: datetime) -> bool:
    """Whether there is anything to evaluate."""
    return _in_use().exists()


def versions_of_policy(policy: str) -> list[PolicyVersion]:
    """The published versions of a policy, latest first."""
    return list(_in_use().filter(policy=policy).order_by("-effective_from", "-pk"))


def version_for(versions: Sequence[PolicyVersion], day: date) -> PolicyVersion:
    """The version in force on the day; else the next to come, else the last there was."""
    for each in versions:
        if each.effective_from <= day and (each.effective_to is None or day <= each.effective_to):
            return each
    to_come = [each for each in versions if each.effective_from > day]
    return to_come[-1] if to_come else versions[0]


def run_in_force() -> PolicyRun | None:
    """The last run that came to its end; one that was cut off counts for nothing."""
    return PolicyRun.objects.filter(finished_at__isnull=False).order_by("-started_at").first()


def results_for(actor: Actor) -> ResultQuerySet:
    """What the run in force came to, for those whose results the actor may read."""
    run = run_in_force()
    rows = PolicyResult.objects.visible_to(actor).select_related(
        "organisation", "region", "chain", "version"
    )
    return rows.none() if run is None else rows.filter(run=run)


def enterprises(actor: Actor) -> OrganisationQuerySet:
    """Whom policies are evaluated for: enterprises that exist. Party organisations, offices and
    associations never enter."""
    return Organisation.objects.visible_to(actor).current().filter(kind=OrganisationKind.ENTERPRISE)


def own_enterprises(actor: Actor) -> list[Organisation]:
    """The firms whose records the actor reads as one of their own people."""
    return list(
        enterprises(actor).filter(pk__in=actor.reading_in(Matter.RECORDS)).order_by("name_key")
    )


@dataclass(frozen=True, slots=True)
class Slice:
    """Figures of a chain or a district; `key` is what the list is filtered by, "" for none."""

    key: str
    label: str
    met: int
    near: int
    unknown: int
    manual: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.met + self.near + self.unknown + self.manual


@dataclass(frozen=True, slots=True)
class MissingFact:
    """A fact (with its period) or kind of holding, and for how many firms it would decide."""

    key: str
    count: int


@dataclass(frozen=True, slots=True)
class PolicyFigures:
    """What a policy came to for those in the actor's care. `firms` is how many there are."""

    run: PolicyRun
    firms: int
    met: int
    near: int
    not_met: int
    unknown: int
    manual: int
    by_chain: tuple[Slice, ...]
    by_region: tuple[Slice, ...]
    missing: tuple[MissingFact, ...]

    @property
    def not_applicable(self) -> int:
        """Those that the policy is not for."""
        counted = self.met + self.not_met + self.unknown + self.manual
        return max(0, self.firms - counted)


def covers(run: PolicyRun, version: PolicyVersion) -> bool:
    """Whether the run evaluated a version: it was published by then, and held for somebody."""
    policy = published().of(version)
    holds = policy.in_force(run.on) or bool(policy.open_transitions(run.on))
    return holds and version.published_at <= run.known_at


def policy_figures(actor: Actor, version: PolicyVersion) -> PolicyFigures | None:
    """The figures of one version in the run in force; None where the run did not cover it and for
    those in whose care nobody is. A few queries, however many firms there are."""
    run = run_in_force()
    if run is None or not covers(run, version) or not actor.has(Capability.COORDINATE):
        return None
    rows = (
        PolicyResult.objects.visible_to(actor)
        .in_care_of(actor)
        .filter(run=run, version=version)
        .order_by()
    )
    counts = {
        "met": Count("pk", filter=Q(outcome=OutcomeChoices.MET)),
        "near": Count("pk", filter=IS_NEAR),
        "unknown": Count("pk", filter=Q(outcome=OutcomeChoices.UNKNOWN)),
        "manual": Count("pk", filter=Q(outcome=OutcomeChoices.MANUAL)),
        "not_met": Count("pk", filter=Q(outcome=OutcomeChoices.NOT_MET)),
    }
    total = rows.aggregate(**counts)
    chains = {chain.pk: (chain.public_id, chain.name) for chain in all_chains()}
    missing: Counter[str] = Counter()
    for keys in rows.filter(outcome=OutcomeChoices.UNKNOWN).values_list("missing", flat=True):
        missing.update(keys)
    firms = enterprises(actor).filter(
        within(actor, Capability.COORDINATE), created_at__lte=run.known_at
    )
    return PolicyFigures(
        run=run,
        firms=firms.count(),
        **total,
        by_chain=_slices(rows.values("chain").annotate(**counts), "chain", chains),
        by_region=_slices(rows.values("region").annotate(**counts), "region", _districts()),
        missing=tuple(MissingFact(*each) for each in missing.most_common(MISSING_SHOWN)),
    )


def _districts() -> dict[int, tuple[str, str]]:
    """Each region by the county it lies in; the others by themselves."""
    found = {region.pk: (region.public_id, region.name) for region in all_regions()}
    below = RegionAncestry.objects.filter(ancestor__kind=RegionKind.COUNTY)
    for descendant, public_id, name in below.values_list(
        "descendant", "ancestor__public_id", "ancestor__name"
    ):
        found[descendant] = (public_id, name)
    return found


def _slices(
    rows: Iterable[Mapping[str, Any]], field: str, places: Mapping[int, tuple[str, str]]
) -> tuple[Slice, ...]:
    """Summed by place, the most entitled first; what lies in none comes last."""
    summed: dict[tuple[str, str], Counter[str]] = {}
    for row in rows:
        place = places.get(row[field], ("", ""))
        names = ("met", "near", "unknown", "manual")
        summed.setdefault(place, Counter()).update({name: row[name] for name in names})
    slices = [
        Slice(key, label, found["met"], found["near"], found["unknown"], found["manual"])
        for (key, label), found in summed.items()
    ]
    slices = [each for each in slices if each.total]
    return tuple(sorted(slices, key=lambda each: (not each.key, -each.met, -each.near, each.label)))
