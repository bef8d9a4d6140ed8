"""A firm from what people write: facts by name and period, holdings as lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, cast

from lianshu.engine.expressions import Firm, Holding
from lianshu.engine.expressions.problems import nearest, recorded
from lianshu.engine.expressions.scope import CodeTree
from lianshu.engine.policy.figures import read_figure
from lianshu.engine.tables import (
    Absent,
    CodeKnown,
    FactDefinition,
    FactDictionary,
    HoldingDefinition,
    Period,
    PeriodError,
    PeriodKind,
    Quantity,
    Value,
    ValueProblem,
)

UNKNOWN: Final = "unknown"
NONE: Final = "none"
_COMMON: Final = ("number", "from", "to", "valid_from", "valid_to", "owner_order")
_DAY = Quantity.model_validate({"id": "day", "title": "日期", "type": "date"})
_PLACE = Quantity.model_validate(
    {"id": "owner_order", "title": "权利人次序", "type": "count", "unit": "place", "min": 1}
)


class FirmProblem(ValueError):
    """A fact or holding that cannot be read; ``path`` leads to it, ``str()`` says what is wrong."""

    def __init__(self, message: str, *path: str | int) -> None:
        super().__init__(message)
        self.path = path


@dataclass(frozen=True)
class FirmReader:
    """Reads firms by a dictionary; ``codes`` are the public lists that facts name."""

    dictionary: FactDictionary
    codes: Mapping[str, CodeTree] = field(default_factory=dict)

    @property
    def code_known(self) -> CodeKnown:
        """Whether a public list has a code; one that is not at hand has every code."""
        return lambda name, code: name not in self.codes or code in self.codes[name]

    def firm(
        self,
        organisation: str,
        facts: Mapping[str, Any],
        holdings: Mapping[str, Any],
        day: date,
    ) -> Firm:
        """The firm. Raises FirmProblem."""
        values: dict[tuple[str, str], Value | Absent] = {}
        for key, given in facts.items():
            for (fact, label), cell, path in self._cells(key, given, day):
                if cell is None:
                    continue
                if (fact.id, label) in values:
                    raise FirmProblem(f"{fact.id} 在 {label} 写了两次，请留下一个", *path)
                values[fact.id, label] = self._value(fact, cell, *path)
        kinds = {
            kind: items
            for kind, given in holdings.items()
            if (items := self._items(kind, given)) is not None
        }
        return Firm(organisation, values, kinds)

    def _cells(
        self, key: str, given: Any, day: date
    ) -> list[tuple[tuple[FactDefinition, str], Any, tuple[str, ...]]]:
        name, _, label = key.partition("@")
        fact = self.fact(name, "facts", key)
        if isinstance(given, Mapping):
            return [
                (
                    (fact, self.label(fact, str(one), day, "facts", key, str(one))),
                    cell,
                    ("facts", key, str(one)),
                )
                for one, cell in given.items()
            ]
        return [((fact, self.label(fact, label, day, "facts", key)), given, ("facts", key))]

    def fact(self, name: str, *path: str | int) -> FactDefinition:
        """The fact of a name. Raises FirmProblem."""
        found = self.dictionary.facts_by_id.get(name)
        if found is None:
            raise FirmProblem(f"没有事实 {name}{self._meant(name)}", *path)
        return found

    def _meant(self, name: str) -> str:
        """Which fact a Chinese title or another of its names means, else the nearest id."""
        for one in self.dictionary.facts:
            if name in (str(one.title), *one.aliases):
                return f"，请写 {one.id}（{one.title}）"
        return nearest(name, self.dictionary.facts_by_id)

    def label(self, fact: FactDefinition, written: str, day: date, *path: str | int) -> str:
        """The label of a period; an empty one means what the bare name means in the language.

        Raises FirmProblem.
        """
        if written in ("", "latest"):
            return default_label(fact, day)
        try:
            period = Period.parse(written)
        except PeriodError as error:
            raise FirmProblem(f"“{fact.title}”：{error}", *path) from error
        if period.kind not in fact.periods:
            message = f"“{fact.title}”没有这种期间（{written}），它{recorded(fact)}"
            raise FirmProblem(message, *path)
        return period.label

    def _value(self, quantity: Quantity, given: Any, *path: str | int) -> Value | Absent:
        try:
            return read_figure(
                quantity, given, dictionary=self.dictionary, code_known=self.code_known
            )
        except ValueProblem as error:
            raise FirmProblem(str(error), *path) from error

    def kind(self, name: str, *path: str | int) -> HoldingDefinition:
        """The kind of holding of a name. Raises FirmProblem."""
        found = self.dictionary.holdings_by_id.get(name)
        if found is None:
            known = self.dictionary.holdings_by_id
            raise FirmProblem(f"没有持有事项 {name}{nearest(name, known)}", *path)
        return found

    def _items(self, kind: str, given: Any) -> tuple[Holding, ...] | None:
        definition = self.kind(kind, "holdings", kind)
        if given == UNKNOWN:
            return None
        if given in (NONE, [], None):
            return ()
        if not isinstance(given, Sequence) or isinstance(given, str):
            message = f"{kind} 应为列表，或 none（没有）、unknown（不知道）"
            raise FirmProblem(message, "holdings", kind)
        found: list[Holding] = []
        for index, one in enumerate(given):
            path = ("holdings", kind, index)
            if not isinstance(one, Mapping):
                raise FirmProblem(f"{kind} 的每一项应为“键: 值”", *path)
            copies = one.get("times", 1)
            if not isinstance(copies, int) or not 1 <= copies <= 1000:
                raise FirmProblem("times 应为 1 到 1000 的整数", *path, "times")
            cells = {name: cell for name, cell in one.items() if name != "times"}
            found += [self.holding(definition, cells, *path)] * copies
        return tuple(found)

    def holding(
        self, definition: HoldingDefinition, cells: Mapping[str, Any], *path: str | int
    ) -> Holding:
        """One item; empty cells are not known. Raises FirmProblem."""
        attributes = {one.id: one for one in definition.attributes}
        for name in cells:
            if name not in attributes and name not in _COMMON:
                known = [*attributes, "number", "from", "to", "owner_order"]
                message = f"{definition.id} 没有 {name} 这一项{nearest(name, known)}"
                raise FirmProblem(message, *path, name)
        given = {name: cell for name, cell in cells.items() if cell not in (None, "")}
        values = {
            name: cast("Value", self._value(attributes[name], cell, *path, name))
            for name, cell in given.items()
            if name in attributes
        }
        days = {
            name: cast("date", self._value(_DAY, given[name], *path, name))
            for name in ("from", "to", "valid_from", "valid_to")
            if name in given
        }
        begins = days.get("from", days.get("valid_from"))
        ends = days.get("to", days.get("valid_to"))
        if begins is not None and ends is not None and ends < begins:
            raise FirmProblem(f"止日 {ends} 早于起日 {begins}，请核对", *path)
        order = given.get("owner_order")
        place = None if order is None else self._value(_PLACE, order, *path, "owner_order")
        return Holding(
            str(given["number"]) if "number" in given else None,
            begins,
            ends,
            cast("int | None", place),
            values,
        )


def default_label(fact: FactDefinition, day: date) -> str:
    """The label of the period that a fact's bare name means: ``latest``, or the last full one."""
    if PeriodKind.INSTANT in fact.periods:
        return "latest"
    if PeriodKind.YEAR in fact.periods:
        return str(day.year - 1)
    if PeriodKind.QUARTER in fact.periods:
        year, quarter = divmod(day.year * 4 + (day.month - 1) // 3 - 1, 4)
        return f"{year:04d}Q{quarter + 1}"
    year, month = divmod(day.year * 12 + day.month - 2, 12)
    return f"{year:04d}-{month + 1:02d}"
