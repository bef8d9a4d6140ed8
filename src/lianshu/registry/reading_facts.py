"""What the page of an organisation's data shows: facts by group and period, holdings by kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from lianshu.engine.tables import (
    Absent,
    FactDefinition,
    FactDictionary,
    HoldingDefinition,
    Period,
    PeriodKind,
)
from lianshu.registry.answers import FactAnswer, HoldingAnswer, Statement, equal_values
from lianshu.registry.dictionary import OWN_SOURCE, fact_dictionary
from lianshu.registry.models import Holding
from lianshu.registry.wording_facts import (
    attribute_words,
    last_day,
    number_unit,
    period_words,
    plain_number,
    said,
    uses_words,
    value_words,
)

YEARS, SHORTER = 4, 6
LONGEST = 32
CHARTED: Final = ("revenue", "rd_total", "staff")
_COLOURS: Final = {"revenue": "#0f6a67", "rd_total": "#b7791f", "staff": "#3b6ea8"}


@dataclass(frozen=True, slots=True)
class Said:
    """What one source says, in words."""

    words: str
    differs: bool
    statement: Statement

    @property
    def uses(self) -> str:
        """The permitted uses."""
        return uses_words(self.statement.uses)


@dataclass(frozen=True, slots=True)
class Cell:
    """A fact for a period: the value that counts first, then what others say."""

    words: str
    absent: bool
    differs: bool
    sayings: tuple[Said, ...]
    period: Period

    @property
    def source(self) -> str:
        """Who said what counts."""
        return self.sayings[0].statement.source_title

    @property
    def others(self) -> str:
        """Who says something else."""
        return "、".join(each.statement.source_title for each in self.sayings if each.differs)


@dataclass(frozen=True, slots=True)
class Line:
    """One fact over the periods of its table; a cell is None where nothing is known."""

    definition: FactDefinition
    cells: tuple[Cell | None, ...]

    @property
    def title(self) -> str:
        """Its name."""
        return said(self.definition.title)

    @property
    def meaning(self) -> str:
        """Its definition."""
        return said(self.definition.definition)

    @property
    def self_reported(self) -> bool:
        """Whether the organisation's own people can say it."""
        return OWN_SOURCE in self.definition.sources


@dataclass(frozen=True, slots=True)
class Block:
    """Facts that stand together."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Facts over the same periods, the latest first: a telephone shows one or two."""

    periods: tuple[Period, ...]
    blocks: tuple[Block, ...]
    left_out: int

    @property
    def headings(self) -> list[str]:
        """The periods in words."""
        return [period_words(period) for period in self.periods]


def fact_tables(answers: Sequence[FactAnswer]) -> list[Table]:
    """By the year, by shorter periods, and at a moment; tables without rows are left out."""
    dictionary = fact_dictionary()
    kinds = (
        ({PeriodKind.YEAR}, YEARS),
        ({PeriodKind.QUARTER, PeriodKind.MONTH}, SHORTER),
        ({PeriodKind.INSTANT}, 1),
    )
    tables = []
    for wanted, most in kinds:
        some = [answer for answer in answers if answer.period.kind in wanted]
        if some and PeriodKind.INSTANT in wanted:
            tables.append(_moments(some, dictionary))
        elif some:
            tables.append(_periods(some, most, dictionary))
    return tables


def _periods(answers: Sequence[FactAnswer], most: int, dictionary: FactDictionary) -> Table:
    known = sorted({answer.period for answer in answers}, key=lambda each: (each.start, each.end))
    shown = known[-most:][::-1]
    cells = {(answer.definition.id, answer.period): _cell(answer) for answer in answers}
    lines = {
        fact.id: Line(fact, tuple(cells.get((fact.id, period)) for period in shown))
        for fact in dictionary.facts
        if any((fact.id, period) in cells for period in shown)
    }
    return Table(tuple(shown), tuple(_blocks(lines, dictionary)), len(known) - len(shown))


def _moments(answers: Sequence[FactAnswer], dictionary: FactDictionary) -> Table:
    """The latest moment of each fact; answers come latest first."""
    lines: dict[str, Line] = {}
    for answer in answers:
        fact = answer.definition
        lines.setdefault(fact.id, Line(fact, (_cell(answer),)))
    return Table((), tuple(_blocks(lines, dictionary)), len(answers) - len(lines))


def _blocks(lines: dict[str, Line], dictionary: FactDictionary) -> Iterator[Block]:
    groups = [(group.id, said(group.title)) for group in dictionary.groups]
    listed = {id for id, _title in groups}
    for id, title in (*groups, ("", _("其他"))):
        found = tuple(line for line in lines.values() if _group(line.definition, listed) == id)
        if found:
            yield Block(title, found)


def _group(fact: FactDefinition, listed: set[str]) -> str:
    return fact.group if fact.group in listed and fact.group else ""


def _cell(answer: FactAnswer) -> Cell:
    assert answer.chosen is not None  # answers of the page are all known
    statements = (answer.chosen, *answer.others)
    sayings = tuple(
        Said(
            value_words(answer.definition, each.value),
            not equal_values(each.value, answer.chosen.value),
            each,
        )
        for each in statements
    )
    absent = isinstance(answer.chosen.value, Absent)
    return Cell(sayings[0].words, absent, answer.disagrees, sayings, answer.period)


@dataclass(frozen=True, slots=True)
class HoldingLine:
    """One holding in words."""

    answer: HoldingAnswer
    over: bool
    last: date | None
    attributes: tuple[tuple[str, str], ...]

    @property
    def row(self) -> Holding:
        """What the most trusted source says."""
        return self.answer.chosen

    @property
    def source(self) -> str:
        """Who says so."""
        found = fact_dictionary().sources_by_id.get(self.row.source)
        return self.row.source if found is None else said(found.title)

    @property
    def uses(self) -> str:
        """The permitted uses."""
        return uses_words(self.row.permitted)


@dataclass(frozen=True, slots=True)
class HoldingGroup:
    """Holdings of one kind: those that hold first."""

    definition: HoldingDefinition
    lines: tuple[HoldingLine, ...]

    @property
    def title(self) -> str:
        """The kind."""
        return said(self.definition.title)

    @property
    def valid(self) -> int:
        """How many hold."""
        return sum(not line.over for line in self.lines)


def holding_groups(answers: Iterable[HoldingAnswer], *, today: date) -> list[HoldingGroup]:
    """By kind in the dictionary's order."""
    found: dict[str, list[HoldingLine]] = {}
    for answer in answers:
        row = answer.chosen
        over = row.valid_to is not None and row.valid_to <= today
        words = tuple(
            (title, words if len(words) <= LONGEST else words[:LONGEST] + "…")
            for title, words in attribute_words(answer.definition, row)
        )
        found.setdefault(row.kind, []).append(
            HoldingLine(answer, over, last_day(row.valid_to), words)
        )
    return [
        HoldingGroup(definition, tuple(sorted(found[definition.id], key=lambda line: line.over)))
        for definition in fact_dictionary().holdings
        if definition.id in found
    ]


def charts(answers: Sequence[FactAnswer]) -> list[dict[str, Any]]:
    """A small chart of each of a few figures known for two years or more; the table beside it says
    the same."""
    found = []
    for fact in CHARTED:
        years = sorted(
            (
                (answer.period, number)
                for answer in answers
                if answer.definition.id == fact
                and answer.period.kind is PeriodKind.YEAR
                and (number := plain_number(answer.definition, answer.value)) is not None
            ),
            key=lambda each: each[0].start,
        )[-YEARS:]
        if len(years) >= 2:
            definition = fact_dictionary().facts_by_id[fact]
            found.append(_chart(definition, years))
    return found


def _chart(definition: FactDefinition, years: Sequence[tuple[Period, Any]]) -> dict[str, Any]:
    factor, unit = _scale(definition, max(abs(number) for _period, number in years))
    return {
        "id": f"chart-{definition.id}",
        "title": f"{said(definition.title)}（{unit}）",
        "option": {
            "grid": {"left": 4, "right": 4, "top": 22, "bottom": 4, "containLabel": True},
            "xAxis": {
                "type": "category",
                "data": [period.label for period, _number in years],
                "axisTick": {"show": False},
            },
            "yAxis": {"type": "value", "show": False},
            "series": [
                {
                    "type": "bar",
                    "data": [float(round(number / factor, 2)) for _period, number in years],
                    "barMaxWidth": 34,
                    "itemStyle": {
                        "color": _COLOURS[definition.id],
                        "borderRadius": [4, 4, 0, 0],
                    },
                    "label": {"show": True, "position": "top"},
                }
            ],
        },
    }


def _scale(definition: FactDefinition, largest: Any) -> tuple[int, str]:
    unit = number_unit(definition)
    if definition.type != "money":
        return 1, unit
    return (100_000_000, _("亿元")) if largest >= 100_000_000 else (10_000, _("万元"))
