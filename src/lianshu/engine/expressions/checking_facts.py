"""Names of facts and their periods, holdings and their attributes."""

from __future__ import annotations

import re
from typing import Final, Literal, cast

from lianshu.engine.expressions.problems import ExpressionError, nearest, recorded
from lianshu.engine.expressions.scope import Scope
from lianshu.engine.expressions.syntax import (
    Call,
    Duration,
    Indexed,
    Method,
    Name,
    Syntax,
)
from lianshu.engine.expressions.tree import (
    LATEST,
    Attribute,
    FactValue,
    Growth,
    Node,
    OfHoldings,
    Over,
    PeriodUnit,
    When,
)
from lianshu.engine.expressions.types import (
    DATE,
    SHARE,
    TEXT,
    TRUTH,
    DateType,
    NumberType,
    TextType,
    TruthType,
    Type,
    type_of_quantity,
    type_of_unit,
)
from lianshu.engine.expressions.walking import walk
from lianshu.engine.tables import FactDefinition, Period, PeriodError, PeriodKind

_OVER: Final = ("sum", "mean", "min", "max", "latest")
_GROWTH: Final = {"growth": "total", "mean_growth": "mean", "compound_growth": "compound"}
_RELATIVE: Final = re.compile(r"(year|quarter|month)(?:-(\d{1,2}))?")
_LAST: Final = re.compile(r"last (year|quarter|month)")
_MOST_PERIODS: Final = {"year": 20, "quarter": 40, "month": 60}
OF_EVERY_HOLDING: Final[dict[str, Type]] = {
    "valid": TRUTH,
    "valid_from": DATE,
    "valid_to": DATE,
    "number": TEXT,
    "owner_order": type_of_unit("place"),
}
"""Attributes that every kind of holding has."""
_IN_FILTERS: Final = frozenset(
    [
        "AllOf",
        "AnyOf",
        "Not",
        "Compare",
        "OneOf",
        "Attribute",
        "Fixed",
        "Parameter",
        "ApplicationDate",
        "ApplicationYear",
        "Shifted",
        "Duration",
        "Age",
        "YearOf",
        "FullYears",
        "Negative",
        "Arithmetic",
    ]
)


class FactChecker:
    """The part of the checker that knows the dictionary."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        # The kind of the holdings looked at, and how far `in_each` has gone back.
        self.kind: str | None = None
        self.shift: tuple[str, int] = ("year", 0)

    def node(self, syntax: Syntax) -> Node:
        """The typed node; ``Checker`` gives it."""
        raise NotImplementedError

    # Facts and periods

    def fact(self, name: str, at: int) -> FactDefinition:
        """The fact of a name. Raises ExpressionError."""
        found = self.scope.dictionary.facts_by_id.get(name)
        if found is None:
            known = self.scope.dictionary.facts_by_id
            raise ExpressionError("E003", at, f"没有事实 {name}{nearest(name, known)}")
        return found

    def bare(self, name: str, at: int) -> FactValue:
        """A fact without a period: the latest day known, or the last full period."""
        fact = self.fact(name, at)
        kinds = fact.periods
        if PeriodKind.INSTANT in kinds and self.shift[1] == 0:
            return FactValue(at, type_of_quantity(fact), name, LATEST)
        for unit in ("year", "quarter", "month"):
            if PeriodKind(unit) in kinds:
                return FactValue(at, type_of_quantity(fact), name, When(unit, self.back(unit, 1)))
        return FactValue(at, type_of_quantity(fact), name, LATEST)

    def back(self, unit: str, offset: int) -> int:
        """The offset, further back inside `in_each`."""
        return offset + (self.shift[1] if self.shift[0] == unit else 0)

    def indexed(self, syntax: Indexed) -> Node:
        """``revenue[year-2]``."""
        if not isinstance(syntax.target, Name):
            raise ExpressionError(
                "E006", syntax.label_at, "只有事实后面能写期间，例如 revenue[2025]"
            )
        fact = self.fact(syntax.target.value, syntax.target.at)
        when = self._when(syntax.label, syntax.label_at)
        kind = PeriodKind.INSTANT if when is LATEST else self._kind(when)
        if kind not in fact.periods:
            message = f"“{fact.title}”没有这种期间（{syntax.label}），它{recorded(fact)}"
            raise ExpressionError("E006", syntax.label_at, message)
        return FactValue(syntax.at, type_of_quantity(fact), fact.id, when)

    def _kind(self, when: When) -> PeriodKind:
        return Period.parse(when.label).kind if when.label else PeriodKind(str(when.unit))

    def _when(self, label: str, at: int) -> When:
        if label == "latest":
            return LATEST
        if found := _LAST.fullmatch(label):
            return When(cast("PeriodUnit", found[1]), self.back(found[1], 1))
        if found := _RELATIVE.fullmatch(label):
            unit = cast("PeriodUnit", found[1])
            return When(unit, self.back(unit, int(found[2] or 0)))
        try:
            return When(None, label=Period.parse(label).label)
        except PeriodError:
            message = (
                f"“{label}”不是期间；请写 last year、year-2、quarter-1、month-1、latest、"
                "2025、2025Q1 或 2025-03"
            )
            raise ExpressionError("E006", at, message) from None

    def method(self, syntax: Method) -> Node:
        """``revenue.sum(3 years)``."""
        if not isinstance(syntax.target, Name):
            raise ExpressionError("E003", syntax.name_at, "这里的点后面只能跟事实的算法，如 .sum")
        name, target = syntax.name, syntax.target
        if target.value in self.scope.dictionary.holdings_by_id:
            message = f"{target.value} 是持有事项，请写 sum({target.value}.{name} where …)"
            raise ExpressionError("E004", syntax.at, message)
        fact = self.fact(target.value, target.at)
        kind = type_of_quantity(fact)
        if name == "latest" and syntax.arguments is None and PeriodKind.INSTANT in fact.periods:
            return FactValue(syntax.at, kind, fact.id, LATEST)
        if name not in _OVER and name not in _GROWTH:
            known = [*_OVER, *_GROWTH]
            raise ExpressionError("E003", syntax.name_at, f"没有算法 .{name}{nearest(name, known)}")
        if name != "latest" and not isinstance(kind, NumberType):
            raise ExpressionError("E004", syntax.name_at, f"“{fact.title}”不是数，不能用 .{name}")
        unit, count = self._window(syntax, fact)
        offset = self.back(unit, 1)
        if name in _GROWTH:
            how = cast("Literal['total', 'mean', 'compound']", _GROWTH[name])
            return Growth(syntax.at, SHARE, fact.id, how, unit, count, offset)
        over = cast("Literal['sum', 'mean', 'min', 'max', 'latest']", name)
        since = None if syntax.since is None else self.date(syntax.since)
        if since is not None and name == "latest":
            raise ExpressionError("E008", syntax.name_at, ".latest 不能写 since")
        return Over(syntax.at, kind, fact.id, over, unit, count, offset, since)

    def _window(self, syntax: Method, fact: FactDefinition) -> tuple[PeriodUnit, int]:
        arguments = syntax.arguments or ()
        if len(arguments) != 1 or not isinstance(arguments[0], Duration):
            message = f".{syntax.name} 要写明多少期，例如 .{syntax.name}(3 years)"
            raise ExpressionError("E008", syntax.name_at, message)
        window = arguments[0]
        if window.unit == "day" or not 1 <= window.count <= _MOST_PERIODS[window.unit]:
            raise ExpressionError(
                "E006", window.at, "期数应是 1 到 20 years、40 quarters 或 60 months"
            )
        if PeriodKind(window.unit) not in fact.periods:
            kinds = "、".join(one.value for one in fact.periods)
            message = f"“{fact.title}”按 {kinds} 登记，不能按 {window.unit} 计算"
            raise ExpressionError("E006", window.at, message)
        return window.unit, window.count

    def date(self, syntax: Syntax) -> Node:
        """A node that is a day. Raises ExpressionError."""
        found = self.node(syntax)
        if not isinstance(found.type, DateType):
            raise ExpressionError("E004", syntax.at, "这里应为日期，例如 registered_on")
        return found

    # Holdings

    def attribute(self, name: str, at: int) -> Attribute | None:
        """The attribute of the holding looked at, None when it has none of the name."""
        if self.kind is None:
            return None
        if name in OF_EVERY_HOLDING:
            return Attribute(at, OF_EVERY_HOLDING[name], self.kind, name)
        for one in self.scope.dictionary.holdings_by_id[self.kind].attributes:
            if one.id == name:
                if isinstance(type_of_quantity(one), TextType):
                    raise ExpressionError("E004", at, f"“{one.title}”是自由文字，不能用来判断")
                return Attribute(at, type_of_quantity(one), self.kind, name)
        return None

    def of_holdings(self, call: Call) -> Node:
        """``count(award where …)``, ``sum(equity_round.amount where …)``."""
        if len(call.arguments) != 1:
            raise ExpressionError("E008", call.at, f"{call.name} 里应为一种持有事项，例如 award")
        target = call.arguments[0]
        kind, name, at = self._target(call, target)
        known = self.scope.dictionary.holdings_by_id
        if kind not in known:
            raise ExpressionError("E003", target.at, f"没有持有事项 {kind}{nearest(kind, known)}")
        if self.kind is not None:
            raise ExpressionError("E002", call.at, "where 里不能再数持有事项")
        self.kind = kind
        try:
            where = None if call.where is None else self._filter(call.where)
            attribute = None if name is None else self.attribute(name, at)
        finally:
            self.kind = None
        if name is None:
            return OfHoldings(call.at, type_of_unit("item"), kind, "count", None, where)
        if attribute is None:
            names = [one.id for one in known[kind].attributes if one.type != "text"]
            raise ExpressionError("E003", at, f"{kind} 没有 {name} 这一项{nearest(name, names)}")
        if call.name == "sum" and not isinstance(attribute.type, NumberType):
            raise ExpressionError("E004", at, f"{name} 不是数，不能求和")
        if not isinstance(attribute.type, NumberType | DateType):
            raise ExpressionError("E004", at, f"{name} 不是数也不是日期，不能比大小")
        how = cast("Literal['sum', 'largest', 'smallest']", call.name)
        return OfHoldings(call.at, attribute.type, kind, how, name, where)

    def _filter(self, syntax: Syntax) -> Node:
        """A condition on one holding. Raises ExpressionError."""
        found = self.truth(syntax)
        for one in walk(found):
            if type(one).__name__ not in _IN_FILTERS:
                message = "where 里只能用比较、in、within、and、or、not 和加减乘除"
                raise ExpressionError("E002", one.at, message)
        return found

    def _target(self, call: Call, target: Syntax) -> tuple[str, str | None, int]:
        """(kind, attribute, place of it) of what a call over holdings is given."""
        counted = call.name in ("count", "exists")
        if isinstance(target, Name) and counted:
            return target.value, None, target.at
        if (
            isinstance(target, Method)
            and isinstance(target.target, Name)
            and target.arguments is None
            and not counted
        ):
            return target.target.value, target.name, target.name_at
        if counted:
            hint = "award where …"
        else:
            hint = "equity_round.amount where …（一项属性；乘系数、设上限写在外面）"
        raise ExpressionError("E008", target.at, f"{call.name} 里应写成 {hint}")

    def truth(self, syntax: Syntax) -> Node:
        """A node that is met or not. Raises ExpressionError."""
        found = self.node(syntax)
        if not isinstance(found.type, TruthType):
            raise ExpressionError(
                "E004", syntax.at, "这里应为条件（是或否），例如 staff <= 500，现在是一个值"
            )
        return found
