"""Ibis expressions: one tree, SQL for DuckDB and for Spark."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import ibis
import ibis.backends.sql.compilers as compilers
import ibis.expr.operations as ops
import sqlglot.expressions as sge

from lianshu.engine.expressions.vector.algebra import WIDE, Algebra


@ibis.udf.scalar.builtin(name="lianshu_quotient")  # type: ignore[untyped-decorator]
def _quotient(left: Decimal, right: Decimal) -> Decimal:  # type: ignore[empty-body]
    """Whole quotient of two wide numbers; the engines define it."""


@ibis.udf.scalar.builtin(name="lianshu_narrow_quotient")  # type: ignore[untyped-decorator]
def _narrow_quotient(left: int, right: int) -> int:  # type: ignore[empty-body]
    """Whole quotient of two numbers in 64 bits."""


@ibis.udf.scalar.builtin(name="lianshu_whole")  # type: ignore[untyped-decorator]
def _whole(value: int) -> int:  # type: ignore[empty-body]
    """The same number in 64 bits; Ibis leaves out a cast that it thinks needless."""


@ibis.udf.scalar.builtin(name="lianshu_rtrim")  # type: ignore[untyped-decorator]
def _rtrim(text: str, characters: str) -> str:  # type: ignore[empty-body]
    """Without some characters at the end."""


@ibis.udf.agg.builtin(name="bit_or")  # type: ignore[untyped-decorator]
def _any_bits(value: int) -> int:  # type: ignore[empty-body]
    """The bits set in any row; Ibis has no rule for it on Spark."""


def sql_of(expression: Any, dialect: str) -> str:
    """The statement of an expression.

    Spark wants a predicate in brackets before another operator (``(x IN (1, 2)) IS NULL``), where
    Ibis writes none and DuckDB needs none.
    """
    if dialect == "duckdb":
        return str(ibis.to_sql(expression, dialect=dialect))
    compiler = getattr(compilers, dialect).compiler
    # A copy: what stands twice in the tree has one parent only.
    tree = compiler.to_sqlglot(expression.unbind()).copy()
    for call in reversed(list(tree.find_all(sge.Anonymous))):  # the inner ones first
        made = _spelled(call)
        if made is not None:
            call.replace(made)
    for node in list(tree.find_all(sge.In, sge.Is, sge.Not)):
        under = node.parent
        needs = isinstance(under, sge.Binary) and not isinstance(under, sge.Connector)
        if needs and not isinstance(node.this, sge.Null):  # the second half of `IS NOT NULL`
            bracket = sge.Paren()
            node.replace(bracket)
            bracket.set("this", node)
    return str(tree.sql(dialect=compiler.dialect, pretty=True))


def _spelled(call: Any) -> Any:
    """A function of ours as Spark spells it; None for those it is given (`engine.policy.spark`)."""
    one, *others = call.expressions
    match call.name.lower():
        case "lianshu_whole":
            return sge.cast(one, "bigint")
        case "lianshu_narrow_quotient":
            by = sge.func("nullif", others[0], sge.convert(0))
            return sge.Paren(this=sge.IntDiv(this=sge.cast(one, "bigint"), expression=by))
        case "lianshu_rtrim":
            return sge.Anonymous(this="rtrim", expressions=[others[0], one])
    return None


class IbisAlgebra(Algebra):
    """Makes Ibis expressions over a table."""

    def __init__(self, table: Any) -> None:
        self.table = table

    def column(self, name: str) -> Any:
        return self.table[name]

    def whole(self, value: int) -> Any:
        if abs(value) < 2**63:
            return ibis.literal(value, "int64")
        return ibis.literal(Decimal(value), WIDE)

    def nothing(self, kind: str) -> Any:
        return ibis.null(kind)

    def flag(self, value: bool) -> Any:  # noqa: FBT001 (a literal)
        return ibis.literal(value)

    def text(self, value: str) -> Any:
        return ibis.literal(value)

    def day(self, value: date) -> Any:
        return ibis.literal(value)

    def add(self, left: Any, right: Any) -> Any:
        return left + right

    def subtract(self, left: Any, right: Any) -> Any:
        return left - right

    def multiply(self, left: Any, right: Any) -> Any:
        return left * right

    def divide(self, left: Any, right: Any) -> Any:
        return _quotient(left.cast(WIDE), right.cast(WIDE)).cast(WIDE)

    def divide_narrow(self, left: Any, right: Any) -> Any:
        return _narrow_quotient(left, right)

    def whole_of(self, value: Any) -> Any:
        return _whole(value)

    def cast(self, value: Any, kind: str) -> Any:
        return value.cast(kind)

    def compare(self, sign: str, left: Any, right: Any) -> Any:
        if _is_nothing(left) or _is_nothing(right):
            # Ibis turns `x = NULL` into `x IS NULL`, which is yes or no where nothing is known.
            return ibis.null("boolean")
        if sign == ">=":
            return left >= right
        if sign == ">":
            return left > right
        if sign == "<=":
            return left <= right
        if sign == "<":
            return left < right
        return left == right if sign == "=" else left != right

    def both(self, parts: Sequence[Any]) -> Any:
        found = parts[0]
        for part in parts[1:]:
            found &= part
        return found

    def either(self, parts: Sequence[Any]) -> Any:
        found = parts[0]
        for part in parts[1:]:
            found |= part
        return found

    def opposite(self, part: Any) -> Any:
        # Not `~`: Ibis 12 writes `NOT (x) IS NULL`, which SQL reads as NOT (x IS NULL).
        return self.compare("=", part, ibis.literal(False))

    def is_null(self, value: Any) -> Any:
        return value.isnull()

    def is_known(self, value: Any) -> Any:
        return value.notnull()

    def case(self, branches: Sequence[tuple[Any, Any]], otherwise: Any) -> Any:
        return ibis.cases(*branches, else_=otherwise)

    def least(self, values: Sequence[Any]) -> Any:
        return values[0] if len(values) == 1 else ibis.least(*values)

    def greatest(self, values: Sequence[Any]) -> Any:
        return values[0] if len(values) == 1 else ibis.greatest(*values)

    def among(self, value: Any, choices: Sequence[Any]) -> Any:
        return value.isin(list(choices))

    def filled(self, value: Any, instead: Any) -> Any:
        return value.fill_null(instead)

    def bits(self, left: Any, right: Any) -> Any:
        return left | right

    def joined(self, texts: Sequence[Any]) -> Any:
        found = texts[0]
        for text in texts[1:]:
            found = found.concat(text)
        return found

    def padded(self, text: Any, width: int) -> Any:
        return text.lpad(width, "0")

    def without_zeros(self, text: Any) -> Any:
        return _rtrim(_rtrim(text, "0"), ".")

    def part_of_day(self, value: Any, part: str) -> Any:
        return getattr(value, part)().cast("int64")

    def later(self, value: Any, count: int, unit: str) -> Any:
        interval = ibis.interval(**{f"{unit}s": abs(count)})
        return (value + interval if count >= 0 else value - interval).cast("date")

    def any_bits(self, value: Any) -> Any:
        return _any_bits(value)

    def any_of_bits(self, value: Any, bits: int) -> Any:
        return (value & ibis.literal(bits, "int64")) != 0

    def counted(self, condition: Any) -> Any:
        return ibis.cases((condition, ibis.literal(1, "int8")), else_=ibis.null("int8")).count()

    def total(self, value: Any) -> Any:
        return value.sum().fill_null(0)

    def most(self, value: Any) -> Any:
        return value.max()

    def fewest(self, value: Any) -> Any:
        return value.min()

    def some(self, value: Any) -> Any:
        return value.any().fill_null(False)


def _is_nothing(value: Any) -> bool:
    """Whether an expression is a null as written."""
    node = value.op()
    return isinstance(node, ops.Literal) and node.value is None
