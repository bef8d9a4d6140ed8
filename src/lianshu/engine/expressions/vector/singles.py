"""Days, codes and flags of trees to columns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from lianshu.engine.expressions.days import fact_key, label_of, shifted
from lianshu.engine.expressions.outcomes import Outcome
from lianshu.engine.expressions.tree import (
    ApplicationDate,
    Attribute,
    FactValue,
    Fixed,
    IfElse,
    Lookup,
    Node,
    OfHoldings,
    Over,
    Parameter,
    Shifted,
    When,
)
from lianshu.engine.expressions.vector.masks import Mask, no_mask
from lianshu.engine.expressions.vector.numbers import NumberLowering


@dataclass(frozen=True, slots=True)
class One:
    """A day, code or flag in a column; ``constant`` when it is one for all."""

    expr: Any
    absent: Any = None
    mask: Mask = no_mask
    constant: Any = None


class SingleLowering(NumberLowering):
    """The part of the compiler that makes values that are no numbers."""

    # Days, codes, flags

    def single(self, node: Node) -> One:
        """The value of a day, code or flag."""
        match node:
            case Fixed():
                return self._constant_one(node.value)
            case Parameter():
                return self._constant_one(node.on(self.day))
            case ApplicationDate():
                return self._constant_one(self.day)
            case Attribute():
                return self._attribute(node)
            case FactValue():
                return self._fact_one(node.fact, node.when)
            case Over():
                return self._last_one(node)
            case OfHoldings():
                found = self.shape.aggregate(node)
                return One(
                    self.algebra.column(found.value),
                    self.algebra.column(found.absent),
                    lambda: self.holding_mask(node),
                )
            case Shifted():
                return self._shifted(node)
            case IfElse():
                return self._chosen(node)
            case Lookup():
                return self._looked_up(node)
            case _:
                return self._truth_one(node)

    def _truth_one(self, node: Node) -> One:
        """A condition inside `where`, which is a flag there."""
        found = self.truth(node)
        return One(found.expr)

    def _constant_one(self, value: Any) -> One:
        algebra = self.algebra
        if isinstance(value, bool):
            return One(algebra.flag(value), constant=value)
        expr = algebra.day(value) if isinstance(value, date) else algebra.text(str(value))
        return One(expr, constant=value)

    def _attribute(self, node: Attribute) -> One:
        if node.name == "valid":
            algebra = self.algebra
            begins, ends = (algebra.column(name) for name in ("valid_from", "valid_to"))
            day = algebra.day(self.day)
            begun = algebra.filled(algebra.compare("<=", begins, day), algebra.flag(True))
            going = algebra.filled(algebra.compare(">=", ends, day), algebra.flag(True))
            return One(algebra.both([begun, going]))
        return One(self.algebra.column(self.shape.attribute(node.name)))

    def _fact_one(self, fact: str, when: When) -> One:
        label = label_of(when, self.day)
        key = fact_key(fact, label)
        column = self.shape.fact(fact, label)
        if column is None:
            kind = self.shape.kind_of(fact)
            null = self.algebra.nothing(kind)
            return One(null, None, lambda: self.bits.of(key, self.algebra.flag(True)))
        expr = self.algebra.column(column.value)
        absent = self.absent_of(column.absent)
        return One(expr, absent, lambda: self.bits.of(key, self.algebra.is_null(expr)))

    def _last_one(self, node: Over) -> One:
        found = [
            self._fact_one(node.fact, When(node.unit, node.offset + back))
            for back in range(node.count)
        ]
        expr, absent = found[-1].expr, found[-1].absent
        algebra = self.algebra
        for one in reversed(found[:-1]):
            known = self.either(algebra.is_known(one.expr), one.absent)
            absent = self.when(known, one.absent, absent)
            expr = algebra.case([(known, one.expr)], expr)
        masks = [one.mask for one in found]
        return One(expr, absent, lambda: self.bits.union(masks))

    def _shifted(self, node: Shifted) -> One:
        day = self.single(node.day)
        if day.constant is not None:
            return self._constant_one(shifted(day.constant, node.by, node.sign))
        expr = self.algebra.later(day.expr, node.sign * node.by.count, node.by.unit)
        return One(expr, day.absent, day.mask)

    def _chosen(self, node: IfElse) -> One:
        condition = self.truth(node.condition)
        then, otherwise = self.single(node.then), self.single(node.otherwise)
        algebra, truths = self.algebra, self.truths
        fails = truths.has(condition, Outcome.NOT_MET)
        is_open = self.open(condition)
        kind = self.shape.kind_of_type(node.type)
        expr = algebra.case([(fails, otherwise.expr), (is_open, algebra.nothing(kind))], then.expr)
        absent: Any = None
        if then.absent is not None or otherwise.absent is not None:
            false = algebra.flag(False)
            absent = algebra.case(
                [
                    (fails, otherwise.absent if otherwise.absent is not None else false),
                    (is_open, false),
                ],
                then.absent if then.absent is not None else false,
            )
        mask: Mask = lambda: self.bits.chosen(  # noqa: E731
            [(fails, otherwise.mask), (is_open, lambda: truths.missing(condition))], then.mask
        )
        return One(expr, absent, mask)

    def _looked_up(self, node: Lookup) -> One:
        key = self.single(node.key)
        algebra = self.algebra
        made = [(code, self._constant_one(value).expr) for code, value in node.rows]
        branches = [
            (algebra.compare("=", key.expr, algebra.text(code)), expr) for code, expr in made
        ]
        kind = self.shape.kind_of_type(node.type)
        if node.otherwise is not None:
            last = algebra.case(
                [(algebra.is_known(key.expr), self._constant_one(node.otherwise).expr)],
                algebra.nothing(kind),
            )
            return One(algebra.case(branches, last), key.absent, key.mask)
        outside = self.outside(node, key.expr)
        return One(
            algebra.case(branches, algebra.nothing(kind)),
            self.either(key.absent, outside),
            key.mask,
        )
