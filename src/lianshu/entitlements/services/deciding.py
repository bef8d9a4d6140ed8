"""Keeping a diagnosis as a decision: the rule's version, the facts used and what came of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from lianshu.audit.services import record
from lianshu.authority import Actor, require
from lianshu.engine.expressions import Reading
from lianshu.engine.policy import Decision, Evaluator, facts_of
from lianshu.engine.policy.telling import explain
from lianshu.engine.tables import Absent, plain_value
from lianshu.entitlements.knowledge import Known, known_of
from lianshu.entitlements.models import PolicyDecision, PolicyVersion
from lianshu.entitlements.published import published
from lianshu.entitlements.rules import can_read_diagnosis
from lianshu.records.errors import Conflict
from lianshu.registry.dictionary import fact_dictionary
from lianshu.registry.models import Fact, Holding, ListTold, Organisation


@transaction.atomic
def keep_decision(
    *,
    actor: Actor,
    organisation: Organisation,
    version: PolicyVersion,
    on: date,
    now: datetime,
) -> PolicyDecision:
    """Evaluate by the published version and keep what came out; an earlier decision on the same
    policy is superseded and stays.

    Raises Refusal, and Conflict when somebody else decided at the same moment.
    """
    require(can_read_diagnosis(actor, organisation))
    known = known_of(actor, organisation)
    found = published()
    decision = Evaluator(found.policies, known.firm, on).decision(found.of(version))
    earlier = (
        PolicyDecision.objects.select_for_update()
        .filter(organisation=organisation, version__policy=version.policy)
        .current()
        .first()
    )
    score = decision.score
    row = PolicyDecision.objects.create(
        organisation=organisation,
        region_id=organisation.region_id,
        chain_id=organisation.chain_id,
        version=version,
        content_hash=version.content_hash,
        application_date=on,
        outcome=decision.verdict.outcome.value,
        score_low=_points(score, "low"),
        score_high=_points(score, "high"),
        amount=decision.amount,
        conditions=list(_conditions(decision)),
        facts=dict(_facts(decision, known)),
        decided_at=now,
        decided_by_id=actor.user_id,
        decided_by_name=actor.name,
    )
    if earlier is not None:
        current = PolicyDecision.objects.filter(pk=earlier.pk, superseded_by__isnull=True)
        if current.update(superseded_by=row) != 1:
            raise Conflict(_("这项政策刚刚被别人判断过，请看过最新的再保存。"))
    changes = {version.policy: [earlier and earlier.outcome, row.outcome]}
    record(actor=actor, action="policy.decided", obj=organisation, now=now, changes=changes)
    return row


def recompute_decisions(
    *, actor: Actor, now: datetime, firms: Collection[int] | None = None
) -> int:
    """Decide again where anything was recorded since: a correction reaches every open decision, of
    all organisations or only of `firms`.

    How many came to something else. Case by case: a run that was cut off goes on with the next.
    """
    latest = _last_recorded(firms)
    changed = 0
    rows = PolicyDecision.objects.current().select_related("organisation", "version")
    rows = rows.filter(version__retired_at__isnull=True, organisation__in=latest.keys())
    for row in rows.order_by("pk"):
        if latest[row.organisation_id] <= row.decided_at:
            continue
        again = keep_decision(
            actor=actor,
            organisation=row.organisation,
            version=row.version,
            on=row.application_date,
            now=now,
        )
        changed += again.outcome != row.outcome
    return changed


def _last_recorded(firms: Collection[int] | None) -> dict[int, datetime]:
    """When something was last said of each organisation: a fact, a holding, that a list is
    whole."""
    found: dict[int, datetime] = {}
    for rows in (Fact.objects.current(), Holding.objects.current(), ListTold.objects.all()):
        said = rows if firms is None else rows.filter(organisation__in=firms)
        moments = said.order_by().values_list("organisation_id").annotate(at=Max("recorded_at"))
        for organisation, at in moments:
            found[organisation] = max(at, found.get(organisation, at))
    return found


def _points(score: Reading | None, end: str) -> Decimal | None:
    value: Fraction | None = None if score is None else getattr(score, end)
    return None if value is None else Decimal(value.numerator) / Decimal(value.denominator)


def _conditions(decision: Decision) -> Iterator[dict[str, Any]]:
    for each in explain(decision, fact_dictionary(), "zh"):
        yield {
            "id": each.id,
            "outcome": each.outcome.value,
            "told": each.told,
            "missing": list(each.missing),
        }


def _facts(decision: Decision, known: Known) -> Iterator[tuple[str, Any]]:
    """What was read, with where it is from; what was missing is there as null."""
    trees = [rule.node for rule in decision.policy.rules]
    trees += [item.node for score in decision.policy.scores for item in score.items]
    trees += [] if decision.policy.target is None else [decision.policy.target]
    for key in dict.fromkeys(key for tree in trees for key in facts_of(tree, decision.day)):
        name, at, label = key.partition("@")
        if not at and name in fact_dictionary().holdings_by_id:
            held = known.firm.holdings.get(name)
            yield key, {"held": None if held is None else [one.number or "" for one in held]}
            continue
        value = known.firm.value(name, label or "latest", decision.day)
        absent = isinstance(value, Absent)
        plain = None if value is None or isinstance(value, Absent) else plain_value(value)
        source = known.sources.get((name, label), "")
        yield key, {"value": plain, "absent": absent, "source": source}
