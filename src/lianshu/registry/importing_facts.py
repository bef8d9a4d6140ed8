"""Importing wide sheets of facts: a row for each organisation, a column for each fact."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from lianshu.authority import Actor, Capability, Verdict
from lianshu.engine.sheets import Column
from lianshu.engine.sheets import Value as Cell
from lianshu.engine.tables import (
    FactDefinition,
    Period,
    PeriodError,
    PeriodKind,
)
from lianshu.imports.targets import (
    Change,
    ImportContext,
    ImportOption,
    ImportSession,
    ImportTarget,
    Problem,
)
from lianshu.records.errors import DomainError
from lianshu.registry.cells import column_of, value_of_cell
from lianshu.registry.dictionary import fact_dictionary
from lianshu.registry.importing_common import (
    OWNER_COLUMNS,
    PROVENANCE_OPTIONS,
    LazyColumns,
    OwnerReader,
    check_provenance_options,
    not_from,
    owner_missing,
    provenance_of,
)
from lianshu.registry.models import Fact
from lianshu.registry.naming import OrganisationNames
from lianshu.registry.queries.facts import readable_statements
from lianshu.registry.services.entries import FactEntry, check_fact
from lianshu.registry.services.fact_rows import (
    FactRow,
    FactRowPlan,
    plan_fact_rows,
    save_fact_rows,
)
from lianshu.registry.wording_facts import period_words, said, value_words

_YEAR_OF_HEADER: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")


def fact_columns() -> tuple[Column, ...]:
    """The organisation and every fact of the dictionary."""
    return (*OWNER_COLUMNS, *map(column_of, fact_dictionary().facts))


class FactSession(ImportSession[FactRow, FactRowPlan]):
    """One pass over a wide sheet, for one period and one source."""

    def __init__(self, context: ImportContext) -> None:
        self._context = context
        self._dictionary = fact_dictionary()
        self._today = timezone.localdate(context.now)
        self._provenance = provenance_of(context)
        self._period = Period.parse(context.options["period"])
        self._owners = OwnerReader(context, once=True)

    def prepare(self, number: int, values: Mapping[str, Cell]) -> FactRow | list[Problem]:
        organisation, problems = self._owners.read(number, values)
        if organisation is None:
            return problems
        entries = []
        for fact, cell in values.items():
            definition = self._dictionary.facts_by_id.get(fact)
            if definition is None or cell is None:
                continue
            try:
                entry = FactEntry(
                    organisation,
                    fact,
                    period_for(definition, self._period, self._today),
                    value_of_cell(definition, cell),
                    definition.unit,
                    self._provenance,
                )
                check_fact(entry, self._dictionary, today=self._today)
            except DomainError as error:
                problems.append(Problem(f"：{error.message}", fact))
            else:
                entries.append(entry)
        return problems or FactRow(number, organisation, tuple(entries))

    def pass_over(self, values: Mapping[str, Cell]) -> None:
        self._owners.pass_over(values)

    def plan(self, rows: Sequence[FactRow]) -> Sequence[FactRowPlan]:
        return plan_fact_rows(actor=self._context.actor, rows=rows)

    def describe(self, row: FactRow, plan: FactRowPlan) -> Sequence[Change]:
        corrected = [before for _entry, before in plan.news if before is not None]
        readable = readable_statements(self._context.actor, corrected)
        return [self._change(entry, before, readable) for entry, before in plan.news]

    def _change(self, entry: FactEntry, before: Fact | None, readable: set[int]) -> Change:
        definition = self._dictionary.facts_by_id[entry.fact]
        old = _("（还没有）")
        if before is not None:
            old = value_words(definition, before.value) if before.pk in readable else "…"
        label = f"{said(definition.title)} · {period_words(entry.period)}"
        return Change(label, old, value_words(definition, entry.value))

    def write(self, rows: Sequence[FactRow], plans: Sequence[FactRowPlan]) -> None:
        save_fact_rows(actor=self._context.actor, plans=plans, now=self._context.now)


def period_for(definition: FactDefinition, period: Period, today: date) -> Period:
    """The run's period; for what is so at a moment its last day, or its first while it lasts."""
    if definition.periods != (PeriodKind.INSTANT,):
        return period
    return Period.instant(period.start if period.holds(today) else period.end - timedelta(days=1))


def may_import_facts(actor: Actor) -> Verdict:
    """Importers and registry managers; an organisation's own people fill in its page."""
    if actor.has(Capability.IMPORT) or actor.has(Capability.MANAGE_ORGANISATIONS):
        return Verdict.yes()
    return Verdict.no(
        _(
            "批量导入数据要有导入或管理单位的授权；自己单位的数据，请在单位页面的“数据与资质”里填写。"
        )
    )


def _check_options(_actor: Actor, options: Mapping[str, str]) -> Mapping[str, str]:
    wrong = dict(check_provenance_options(options))
    if options["period"]:
        try:
            Period.parse(options["period"])
        except PeriodError as error:
            wrong["period"] = f"{error}。"
    return wrong


def _check_header(titles: Mapping[str, str], options: Mapping[str, str]) -> Sequence[Problem]:
    """Columns of another year, and facts that this source cannot say or not for such a period."""
    dictionary = fact_dictionary()
    period = Period.parse(options["period"])
    problems = owner_missing(titles)
    for fact, title in titles.items():
        definition = dictionary.facts_by_id.get(fact)
        if definition is None:
            continue
        said_year = _YEAR_OF_HEADER.search(title)
        if said_year and int(said_year[1]) != period.start.year:
            why = _(
                "写的是 %(year)s 年，这次导入的期间是 %(period)s。请改选这一期间的列，或改期间。"
            )
            given = {"year": said_year[1], "period": period_words(period)}
            problems.append(Problem(why % given, fact))
        if why := not_from(options["source"], definition):
            problems.append(Problem(why, fact))
        if definition.periods != (PeriodKind.INSTANT,) and period.kind not in definition.periods:
            why = _(
                "的数据按%(wanted)s记录，这次导入的期间是 %(period)s。请不导入这一列，或改期间。"
            )
            wanted = "、".join(kind.zh for kind in definition.periods)
            problems.append(Problem(why % {"wanted": wanted, "period": period_words(period)}, fact))
    return problems


FACTS: Final = ImportTarget(
    id="facts",
    title=lazy("单位数据（每家一行，每列一项）"),
    columns=LazyColumns(fact_columns),
    permission=may_import_facts,
    session=FactSession,
    key="",
    list_url=lambda: "/organisations/",
    options=(
        ImportOption(
            "period",
            lazy("数据的期间"),
            help=lazy(
                "全表同一期间：年写 2025，季度写 2025Q3，月写 2025-07。几个年度的表，每年导入一次。"
            ),
            max_length=10,
            required=True,
        ),
        *PROVENANCE_OPTIONS,
    ),
    check_options=_check_options,
    check_header=_check_header,
    names=OrganisationNames(),
)
