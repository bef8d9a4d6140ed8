"""Holdings of one firm under a filter: what is certain, what is possible."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import cast

from lianshu.engine.expressions import readings as r
from lianshu.engine.expressions.days import full_years, shifted
from lianshu.engine.expressions.firm import Firm, Holding
from lianshu.engine.expressions.readings import Exact, Reading, Single, State
from lianshu.engine.expressions.tree import (
    Age,
    AllOf,
    AnyOf,
    ApplicationDate,
    ApplicationYear,
    Arithmetic,
    Attribute,
    Compare,
    Duration,
    Fixed,
    FullYears,
    Negative,
    Node,
    Not,
    OfHoldings,
    OneOf,
    Parameter,
    Shifted,
    YearOf,
)
from lianshu.engine.expressions.walking import walk
from lianshu.engine.tables import Ratio


class HoldingReader:
    """Counts and sums for one firm on one day. An item of which the filter needs a detail that
    nobody knows is neither counted nor left out: the count lies between."""

    def __init__(self, firm: Firm, day: date, constant: Callable[[Parameter], object]) -> None:
        self.firm = firm
        self.day = day
        self.constant = constant

    def number(self, node: OfHoldings) -> Reading:
        """A count, sum or extreme that is a number."""
        if node.how in ("largest", "smallest"):
            found = self.single(node)
            if found.absent:
                return r.without_number(State.ABSENT)
            if found.value is None:
                return r.unknown(*found.missing)
            return r.exactly(cast("Fraction", found.value))
        items = self.firm.holdings.get(node.kind)
        if items is None:
            return Reading(0, None, (node.kind,))
        low: Exact = 0
        high: Exact = 0
        bounded, missing = True, []
        for item in items:
            taken = self._taken(node, item)
            if taken is False:
                continue
            value = 1 if node.how == "count" else self._number(node, item)
            if taken is None:
                missing += self._missing(node, item)
            if value is None:
                missing.append(f"{node.kind}.{node.attribute}")
                bounded = False
            else:
                low += value if taken else 0
                high += value
        return r.between(low, high if bounded else None, (r.unknown(*dict.fromkeys(missing)),))

    def single(self, node: OfHoldings) -> Single[object]:
        """The largest or smallest value of an attribute; absent when no item is taken."""
        items = self.firm.holdings.get(node.kind)
        if items is None:
            return Single(None, (node.kind,))
        values: list[object] = []
        missing: list[str] = []
        for item in items:
            taken = self._taken(node, item)
            if taken is False:
                continue
            value = self._attribute(item, cast("str", node.attribute))
            if taken is None:
                missing += self._missing(node, item)
            elif value is None:
                missing.append(f"{node.kind}.{node.attribute}")
            else:
                values.append(value)
        if missing:
            return Single(None, tuple(dict.fromkeys(missing)))
        if not values:
            return Single(None, absent=True)
        best = max if node.how == "largest" else min
        return Single(best(cast("list[date]", values)))

    def _number(self, node: OfHoldings, item: Holding) -> Exact | None:
        return cast("Exact | None", self._attribute(item, cast("str", node.attribute)))

    def _missing(self, node: OfHoldings, item: Holding) -> list[str]:
        assert node.where is not None
        names = [one.name for one in walk(node.where) if isinstance(one, Attribute)]
        return [f"{node.kind}.{name}" for name in names if self._attribute(item, name) is None]

    def _taken(self, node: OfHoldings, item: Holding) -> bool | None:
        return True if node.where is None else self._truth(node.where, item)

    def _attribute(self, item: Holding, name: str) -> object:
        """A value, None when nobody knows it."""
        if name == "valid":
            begun = item.valid_from is None or item.valid_from <= self.day
            return begun and (item.valid_to is None or self.day <= item.valid_to)
        if name in ("valid_from", "valid_to", "number", "owner_order"):
            found = getattr(item, name)
        else:
            found = item.attributes.get(name)
        return found.fraction if isinstance(found, Ratio) else cast("object", found)

    def _truth(self, node: Node, item: Holding) -> bool | None:
        match node:
            case AllOf():
                parts = [self._truth(part, item) for part in node.parts]
                return False if False in parts else None if None in parts else True
            case AnyOf():
                parts = [self._truth(part, item) for part in node.parts]
                return True if True in parts else None if None in parts else False
            case Not():
                inner = self._truth(node.inner, item)
                return None if inner is None else not inner
            case Compare():
                return self._compare(node, item)
            case OneOf():
                value = self._value(node.left, item)
                return None if value is None else value in node.lookup
            case _:
                return cast("bool | None", self._value(node, item))

    def _compare(self, node: Compare, item: Holding) -> bool | None:
        sign = node.sign
        if isinstance(node.left, Age):
            start = self._value(node.left.start, item)
            right = self._value(node.left.end, item)
            if start is None or right is None:
                return None
            left: object = shifted(cast("date", start), cast("Duration", node.right))
            left, right = right, left
        else:
            left, right = self._value(node.left, item), self._value(node.right, item)
        if left is None or right is None:
            return None
        one, other = cast("date", left), cast("date", right)
        if sign in ("=", "!="):
            return (one == other) is (sign == "=")
        if sign in (">=", ">"):
            return one >= other if sign == ">=" else one > other
        return one <= other if sign == "<=" else one < other

    def _value(self, node: Node, item: Holding) -> object:
        match node:
            case Attribute():
                return self._attribute(item, node.name)
            case Fixed():
                return node.value
            case Parameter():
                return self.constant(node)
            case ApplicationDate():
                return self.day
            case ApplicationYear():
                return self.day.year
            case Shifted():
                day = self._value(node.day, item)
                return None if day is None else shifted(cast("date", day), node.by, node.sign)
            case YearOf() | FullYears():
                day = cast("date | None", self._value(node.day, item))
                if day is None:
                    return None
                return day.year if isinstance(node, YearOf) else full_years(day, self.day)
            case Negative():
                inner = self._value(node.inner, item)
                return None if inner is None else -cast("Fraction", inner)
            case Arithmetic():
                return self._arithmetic(node, item)
            case _:
                return self._truth(node, item)

    def _arithmetic(self, node: Arithmetic, item: Holding) -> Exact | None:
        left, right = self._value(node.left, item), self._value(node.right, item)
        if left is None or right is None:
            return None
        one, other = cast("Exact", left), cast("Exact", right)
        if node.sign == "/":
            return Fraction(one) / other if other > 0 else None
        if node.sign == "*":
            return one * other
        return one + other if node.sign == "+" else one - other
