"""What is known of an organisation, by whom, for which use, as known when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.engine.tables import (
    Absent,
    FactDefinition,
    FactDictionary,
    Period,
    Use,
)
from lianshu.records.errors import DomainError
from lianshu.registry.answers import FactAnswer, HoldingAnswer, Knowledge, Statement, equal_values
from lianshu.registry.dictionary import fact_dictionary
from lianshu.registry.models import Fact, Holding, Organisation
from lianshu.registry.querysets_recorded import BEYOND_STATISTICS, FactQuerySet

ANY_USE = BEYOND_STATISTICS


def facts_known_on(actor: Actor, organisation: Organisation, moment: datetime) -> FactQuerySet:
    """Every statement about the organisation that was known at `moment`, as it was then."""
    return (
        Fact.objects.visible_to(actor)
        .filter(organisation=organisation)
        .known_at(moment)
        .order_by("fact", "-period_start", "period_kind", "source")
    )


def facts_valid_on(
    actor: Actor, organisation: Organisation, day: date, *, known_at: datetime | None = None
) -> FactQuerySet:
    """Every statement whose period holds `day`, as known at `known_at` (None: now)."""
    return (
        Fact.objects.visible_to(actor)
        .filter(organisation=organisation)
        .known_at(known_at)
        .valid_on(day)
        .order_by("fact", "-period_start", "period_kind", "source")
    )


def value_of(
    actor: Actor,
    organisation: Organisation,
    fact: str,
    period: Period,
    *,
    use: Use,
    known_at: datetime | None = None,
) -> FactAnswer:
    """The value that counts for `use`, by the dictionary's order of sources.

    Raises DomainError for a fact that the dictionary does not have, and when asked for a use that
    statistics alone would allow.
    """
    dictionary = fact_dictionary()
    definition = dictionary.facts_by_id.get(fact)
    if definition is None:
        raise DomainError(_("事实字典里没有“%(id)s”，请核对编号。") % {"id": fact}, field="fact")
    if not use & BEYOND_STATISTICS:
        raise DomainError(_("单个企业的数据不能用于统计；请用汇总。"), field="use")
    rows = (
        Fact.objects.visible_to(actor)
        .for_use(use)
        .known_at(known_at)
        .filter(
            organisation=organisation,
            fact=fact,
            period_start=period.start,
            period_kind=period.kind.value,
        )
        .select_related("evidence")
    )
    return _answer(definition, period, rows, dictionary, use=use)


def facts_page_rows(
    actor: Actor,
    organisation: Organisation,
    *,
    known_at: datetime | None = None,
    valid_on: date | None = None,
) -> list[FactAnswer]:
    """Everything the actor may read about the organisation: one answer for each fact and period,
    in the dictionary's order, latest period first. `valid_on` keeps periods that hold the day. One
    query."""
    dictionary = fact_dictionary()
    rows = (
        Fact.objects.visible_to(actor)
        .filter(organisation=organisation)
        .known_at(known_at)
        .select_related("evidence")
    )
    if valid_on is not None:
        rows = rows.valid_on(valid_on)
    grouped: dict[tuple[str, Period], list[Fact]] = defaultdict(list)
    for row in rows:
        grouped[row.fact, row.period].append(row)
    places = {fact: place for place, fact in enumerate(dictionary.facts_by_id)}
    keys = sorted(
        (key for key in grouped if key[0] in places),
        key=lambda key: (places[key[0]], key[1].kind, -key[1].start.toordinal()),
    )
    return [
        _answer(
            dictionary.facts_by_id[fact], period, grouped[fact, period], dictionary, use=ANY_USE
        )
        for fact, period in keys
    ]


def statements_of(
    actor: Actor, organisation: Organisation, fact: str, period: Period
) -> list[Fact]:
    """All that was ever said of one fact and period, corrected statements included, latest first,
    as far as the actor may read it."""
    rows = Fact.objects.visible_to(actor).filter(
        organisation=organisation,
        fact=fact,
        period_start=period.start,
        period_kind=period.kind.value,
    )
    return list(rows.select_related("evidence").order_by("-recorded_at", "-pk"))


def readable_statements(actor: Actor, statements: Iterable[Fact]) -> set[int]:
    """Keys of those among `statements` that the actor may read."""
    keys = [row.pk for row in statements]
    rows = Fact.objects.visible_to(actor).filter(pk__in=keys)
    return set(rows.values_list("pk", flat=True)) if keys else set()


def readable_holdings(actor: Actor, holdings: Iterable[Holding]) -> set[int]:
    """Keys of those among `holdings` that the actor may read."""
    keys = [row.pk for row in holdings]
    rows = Holding.objects.visible_to(actor).filter(pk__in=keys)
    return set(rows.values_list("pk", flat=True)) if keys else set()


def holdings_of(
    actor: Actor,
    organisation: Organisation,
    *,
    kind: str | None = None,
    use: Use = ANY_USE,
    valid_on: date | None = None,
    known_at: datetime | None = None,
) -> list[HoldingAnswer]:
    """What the organisation holds, as the actor may read it for `use`, latest first.

    The same number of a kind told by several sources is one answer. `valid_on` keeps those valid
    on that day.
    """
    dictionary = fact_dictionary()
    rows = (
        Holding.objects.visible_to(actor)
        .for_use(use)
        .known_at(known_at)
        .filter(organisation=organisation)
        .select_related("evidence")
    )
    if kind is not None:
        rows = rows.filter(kind=kind)
    grouped: dict[tuple[str, str | int], list[Holding]] = defaultdict(list)
    for row in rows.order_by("kind", "-valid_from", "id"):
        if row.kind in dictionary.holdings_by_id:
            grouped[row.kind, row.number or row.pk].append(row)
    answers = []
    for (found, _number), same in grouped.items():
        definition = dictionary.holdings_by_id[found]
        best, *others = sorted(same, key=lambda row: (definition.rank(row.source), row.pk))
        if valid_on is None or _is_valid(best, valid_on):
            answers.append(HoldingAnswer(definition, best, tuple(others)))
    return answers


def _is_valid(holding: Holding, day: date) -> bool:
    return (holding.valid_from is None or holding.valid_from <= day) and (
        holding.valid_to is None or day < holding.valid_to
    )


def _answer(
    definition: FactDefinition,
    period: Period,
    rows: Iterable[Fact],
    dictionary: FactDictionary,
    *,
    use: Use,
) -> FactAnswer:
    ranked = sorted(rows, key=lambda row: (definition.rank(row.source), row.source))
    said = tuple(_statement(row, dictionary) for row in ranked)
    if not said:
        reason = _unknown(definition, period, dictionary, use)
        return FactAnswer(definition, period, Knowledge.UNKNOWN, None, None, (), reason)
    chosen, *others = said
    return FactAnswer(
        definition,
        period,
        Knowledge.KNOWN_ABSENT if isinstance(chosen.value, Absent) else Knowledge.KNOWN,
        None if isinstance(chosen.value, Absent) else chosen.value,
        chosen,
        tuple(others),
        _known(chosen, others),
    )


def _statement(row: Fact, dictionary: FactDictionary) -> Statement:
    source = dictionary.sources_by_id.get(row.source)
    return Statement(
        value=row.value,
        source=row.source,
        source_title=row.source if source is None else str(source.title),
        uses=row.permitted,
        recorded_at=row.recorded_at,
        revision=row.revision,
        evidence=row.evidence.public_id if row.evidence else "",
        evidence_note=row.evidence_note,
        consent_on=row.consent_on,
    )


def _known(chosen: Statement, others: list[Statement]) -> str:
    said = _("%(source)s，%(day)s 记录") % {
        "source": chosen.source_title,
        "day": timezone.localdate(chosen.recorded_at),
    }
    if isinstance(chosen.value, Absent):
        said = _("明确没有：%(said)s") % {"said": said}
    differing = [
        other.source_title for other in others if not equal_values(other.value, chosen.value)
    ]
    if not differing:
        return said
    return _("%(said)s；%(others)s 的值不同，以排在前面的来源为准") % {
        "said": said,
        "others": "、".join(differing),
    }


def _unknown(
    definition: FactDefinition, period: Period, dictionary: FactDictionary, use: Use
) -> str:
    able = [
        str(source.title)
        for source in map(dictionary.sources_by_id.__getitem__, definition.sources)
        if source.permitted & use
    ]
    return _("没有可用的“%(fact)s”%(period)s 数据；可由 %(sources)s 提供") % {
        "fact": definition.title,
        "period": period.label,
        "sources": "、".join(able) or _("无"),
    }
