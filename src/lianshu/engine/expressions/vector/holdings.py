"""Aggregates of holdings: one pass over the table, one row for each organisation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from lianshu.engine.expressions.tree import OfHoldings
from lianshu.engine.expressions.types import DateType
from lianshu.engine.expressions.vector.algebra import Algebra
from lianshu.engine.expressions.vector.lowering import Lowering
from lianshu.engine.expressions.vector.shape import AggregateColumns, Shape, attributes_of


def planned(
    aggregates: Mapping[str, OfHoldings], shape: Shape | None = None, *, names: bool = True
) -> dict[str, AggregateColumns]:
    """The names of the columns that each aggregate gets; those that are certain have few. Without
    ``names`` nobody asks which details are missing."""
    found: dict[str, AggregateColumns] = {}
    for index, (key, node) in enumerate(aggregates.items()):
        name = f"held{index}"
        missing = [(node.kind, f"{name}#unknown")]
        missing += [(f"{node.kind}.{one}", f"{name}#{one}") for one in attributes_of(node)]
        high = None if node.how in ("largest", "smallest") else f"{name}#high"
        if not names:
            missing = missing[:1]
        if shape is not None and shape.certain(node):
            missing, high = [], None
        found[key] = AggregateColumns(name, high, f"{name}#none", tuple(missing))
    return found


class HoldingColumns:
    """Makes the columns of the aggregates, grouped and then joined to the firms."""

    def __init__(self, shape: Shape, day: date, algebra: Algebra) -> None:
        self.shape = shape
        self.algebra = algebra
        self.lowering = Lowering(self.algebra, replace(shape, bounds={}), day)
        self.lowering.filtering = True

    def grouped(self, node: OfHoldings) -> dict[str, Any]:
        """Columns over the holdings of one organisation."""
        columns = self.shape.aggregate(node)
        algebra = self.algebra
        of_kind = algebra.compare("=", algebra.column("kind"), algebra.text(node.kind))
        unknown: Any = None
        if self.shape.marked:
            unknown = algebra.filled(algebra.column("unknown"), algebra.flag(False))
            marked = algebra.both([of_kind, unknown])
            of_kind = algebra.both([of_kind, algebra.opposite(unknown)])
        taken = algebra.flag(True)
        if node.where is not None:
            taken = self.lowering.truth(node.where).expr
        certain = algebra.both([of_kind, algebra.filled(taken, algebra.flag(False))])
        if self.shape.certain(node):
            return self._certain(node, algebra.both([of_kind, taken]))
        possible = algebra.both([of_kind, algebra.filled(taken, algebra.flag(True))])
        doubtful = algebra.both([of_kind, algebra.is_null(taken)])
        found = self._values(node, certain, possible)
        for name, column in columns.missing:
            if name == node.kind:
                found[column] = algebra.some(marked) if unknown is not None else algebra.flag(False)
                continue
            attribute = name.removeprefix(f"{node.kind}.")
            null = algebra.is_null(self._column(node, attribute))
            of_filter = attribute in attributes_of(replace(node, attribute=None))
            where = [algebra.both([doubtful, null])] if of_filter else []
            if attribute == node.attribute:
                where.append(algebra.both([possible if node.how == "sum" else certain, null]))
            found[column] = algebra.some(algebra.either(where))
        return found

    def _certain(self, node: OfHoldings, taken: Any) -> dict[str, Any]:
        """Columns of an aggregate that nothing can leave open."""
        columns, algebra = self.shape.aggregate(node), self.algebra
        zero = algebra.whole(0)
        if node.how == "count":
            return {columns.value: algebra.counted(taken)}
        assert node.attribute is not None
        value = self._column(node, node.attribute)
        if node.how == "sum":
            total = algebra.total(algebra.case([(taken, value)], zero))
            return {columns.value: algebra.whole_of(total)}
        kind = "date" if isinstance(node.type, DateType) else "int64"
        pick = algebra.most if node.how == "largest" else algebra.fewest
        best = pick(algebra.case([(taken, value)], algebra.nothing(kind)))
        return {columns.value: best, columns.absent: algebra.is_null(best)}

    def _values(self, node: OfHoldings, certain: Any, possible: Any) -> dict[str, Any]:
        columns = self.shape.aggregate(node)
        algebra = self.algebra
        zero = algebra.whole(0)
        if node.how == "count":
            parts = {columns.value: certain, str(columns.high): possible}
            return {name: algebra.counted(taken) for name, taken in parts.items()}
        assert node.attribute is not None
        value = self._column(node, node.attribute)
        known = algebra.is_known(value)
        if node.how == "sum":
            least = algebra.case([(algebra.both([certain, known]), value)], zero)
            most = algebra.case([(algebra.both([possible, known]), value)], zero)
            unbounded = algebra.some(algebra.both([possible, algebra.is_null(value)]))
            total = algebra.whole_of(algebra.total(most))
            high = algebra.case([(unbounded, algebra.nothing("int64"))], total)
            least_total = algebra.whole_of(algebra.total(least))
            return {columns.value: least_total, str(columns.high): high}
        pick = algebra.most if node.how == "largest" else algebra.fewest
        kind = "date" if isinstance(node.type, DateType) else "int64"
        null = algebra.nothing(kind)
        best = pick(algebra.case([(certain, value)], null))
        uncertain = algebra.both(
            [possible, algebra.either([algebra.opposite(certain), algebra.is_null(value)])]
        )
        doubt = algebra.some(uncertain)
        return {
            columns.value: algebra.case([(doubt, null)], best),
            columns.absent: algebra.opposite(algebra.some(possible)),
        }

    def _column(self, node: OfHoldings, attribute: str) -> Any:
        name = self.shape.attribute(attribute)
        ratios = {
            one.id
            for one in self.shape.dictionary.holdings_by_id[node.kind].attributes
            if one.type == "ratio"
        }
        return self.algebra.column(f"{name}#numerator" if attribute in ratios else name)


def joined(shape: Shape, node: OfHoldings, algebra: Algebra) -> dict[str, Any]:
    """The columns for every firm, those without holdings included."""
    columns = shape.aggregate(node)
    flag, filled = algebra.flag, algebra.filled
    kind = "date" if isinstance(node.type, DateType) else "int64"
    if not shape.holdings:
        found = {columns.value: algebra.nothing(kind), columns.absent: flag(False)}
        if columns.high is not None:
            found = {columns.value: algebra.whole(0), columns.high: algebra.nothing("int64")}
        for name, column in columns.missing:
            found[column] = flag(name == node.kind)
        return found
    if not columns.missing:
        value = algebra.column(columns.value)
        if node.how in ("largest", "smallest"):
            none = filled(algebra.column(columns.absent), flag(True))
            return {columns.value: value, columns.absent: none}
        return {columns.value: filled(value, algebra.whole(0))}
    found = {
        column: filled(algebra.column(column), flag(False)) for _name, column in columns.missing
    }
    unknown = found[columns.missing[0][1]]
    for _name, column in columns.missing[1:]:
        found[column] = algebra.both([found[column], algebra.opposite(unknown)])
    value = algebra.column(columns.value)
    if columns.high is None:
        none = filled(algebra.column(columns.absent), flag(True))
        found[columns.absent] = algebra.both([none, algebra.opposite(unknown)])
        found[columns.value] = algebra.case([(unknown, algebra.nothing(kind))], value)
        return found
    zero = algebra.whole(0)
    # No row at all is an empty list; a null end of a firm that has rows is one without a bound.
    nobody = algebra.is_null(value)
    found[columns.value] = algebra.case([(unknown, zero)], filled(value, zero))
    found[columns.high] = algebra.case(
        [(unknown, algebra.nothing("int64")), (nobody, zero)], algebra.column(columns.high)
    )
    return found
