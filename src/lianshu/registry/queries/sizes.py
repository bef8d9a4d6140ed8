"""Size classes of many organisations at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from lianshu.authority import Actor
from lianshu.engine.identity import Size, size_class
from lianshu.engine.tables import PeriodKind, Use
from lianshu.registry.models import Fact
from lianshu.registry.queries.identity import SIZE_FACTS, size_table


def sizes_of(actor: Actor, organisation_ids: Iterable[int]) -> dict[int, Size]:
    """The size class of each organisation that has one, by its latest year with figures and its
    latest industry, as far as the actor may read them. Two queries; an organisation whose figures
    decide nothing is not in the answer: unknown is no class."""
    rows = (
        Fact.objects.visible_to(actor)
        .for_use(Use.SERVICE)
        .current()
        .filter(organisation__in=list(organisation_ids))
        .order_by("period_start", "pk")
    )
    figures: dict[int, dict[str, int]] = defaultdict(dict)
    years: dict[int, object] = {}
    yearly = rows.filter(fact__in=SIZE_FACTS, period_kind=PeriodKind.YEAR.value)
    for owner, fact, start, whole in yearly.values_list(
        "organisation_id", "fact", "period_start", "whole"
    ):
        if years.get(owner) != start:
            years[owner] = start
            figures[owner] = {}
        if whole is not None:
            figures[owner][fact] = whole
    coded = rows.filter(fact="industry", code__isnull=False)
    industries = dict(coded.values_list("organisation_id", "code"))
    table, found = size_table(), {}
    for owner in {*figures, *industries}:
        known = figures.get(owner, {})
        verdict = size_class(
            table,
            industry=industries.get(owner),
            staff=known.get("staff"),
            revenue_fen=known.get("revenue"),
            assets_fen=known.get("total_assets"),
        )
        if verdict.size is not None:
            found[owner] = verdict.size
    return found
