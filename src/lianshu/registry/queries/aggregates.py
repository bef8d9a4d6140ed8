"""Totals over organisations: the only way in which statistics-only facts are read."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.engine.tables import Period
from lianshu.records.errors import DomainError
from lianshu.registry.answers import Aggregate
from lianshu.registry.dictionary import fact_dictionary
from lianshu.registry.models import Chain, Fact, Region
from lianshu.registry.scoping import lies_in

LEAST_FIRMS: Final = 5
"""Below this, a total tells too much about each firm in it."""


def aggregate_fact(
    actor: Actor,
    fact: str,
    period: Period,
    *,
    region: Region | None = None,
    chain: Chain | None = None,
    known_at: datetime | None = None,
) -> Aggregate:
    """The total of a count or an amount over the organisations in the actor's scope (and in
    `region` and `chain`), each by its most trusted source. Those known to have none count as
    firms and add nothing; those unknown are left out. Fewer than `LEAST_FIRMS` give no figure.

    Raises DomainError for a fact that is not there or is no count or amount.
    """
    definition = fact_dictionary().facts_by_id.get(fact)
    if definition is None:
        raise DomainError(_("事实字典里没有“%(id)s”，请核对编号。") % {"id": fact}, field="fact")
    if definition.type not in ("count", "money"):
        raise DomainError(
            _("“%(fact)s”不是数量或金额，不能汇总。") % {"fact": definition.title}, field="fact"
        )
    rows = (
        Fact.objects.for_statistics(actor)
        .known_at(known_at)
        .filter(fact=fact, period_start=period.start, period_kind=period.kind.value)
    )
    if region is not None:
        rows = rows.filter(lies_in("region", [region.public_id]))
    if chain is not None:
        rows = rows.filter(chain=chain)
    best: dict[int, tuple[int, int]] = {}
    for organisation, source, whole in rows.values_list("organisation_id", "source", "whole"):
        said = (definition.rank(source), whole or 0)
        if organisation not in best or said < best[organisation]:
            best[organisation] = said
    if len(best) < LEAST_FIRMS:
        reason = _("不足 %(least)d 家有数据，为保护单个企业不给出合计。") % {"least": LEAST_FIRMS}
        return Aggregate(definition, period, None, None, reason)
    total = sum(value for _rank, value in best.values())
    reason = _("%(firms)d 家的合计") % {"firms": len(best)}
    return Aggregate(definition, period, len(best), total, reason)
