"""Facts of one firm over periods: values, sums, growth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import cast

from lianshu.engine.expressions import readings as r
from lianshu.engine.expressions.arithmetic import computed, extreme
from lianshu.engine.expressions.days import fact_key, first_day, label_of, shifted
from lianshu.engine.expressions.firm import Firm
from lianshu.engine.expressions.readings import Reading, Single, State
from lianshu.engine.expressions.tree import Duration, Growth, Node, Over, When
from lianshu.engine.tables import KNOWN_ABSENT, Ratio


class EvaluationError(ValueError):
    """An expression without a value on this day or for these figures; `str()` says why."""


@dataclass(slots=True)
class FigureReader:
    """Reads figures; one of ``limit`` or more could not be held exactly in tables and is refused.
    ``single`` gives the day from which a firm's years count."""

    firm: Firm
    day: date
    rule: str
    limit: int
    single: Callable[[Node], Single[object]]

    def within(self, found: Reading, name: str) -> Reading:
        """The number itself. Raises EvaluationError when it is beyond the limit."""
        for end in (found.low, found.high):
            if end is not None and max(abs(end.numerator), end.denominator) >= self.limit:
                raise EvaluationError(self._too_large(name, str(end)))
        return found

    def _too_large(self, name: str, value: str) -> str:
        return (
            f"规则 {self.rule}：{name} 的数 {value} 太大，"
            f"超过 {len(str(self.limit)) - 1} 位就不能精确计算，请核对单位"
        )

    def fact(self, fact: str, when: When) -> Reading:
        """A figure of a period."""
        label = label_of(when, self.day)
        value = self.firm.value(fact, label, self.day)
        if value is None:
            return r.unknown(fact_key(fact, label))
        if value is KNOWN_ABSENT:
            return r.without_number(State.ABSENT)
        pair = (value.numerator, value.denominator) if isinstance(value, Ratio) else (value, 1)
        numerator, denominator = cast("tuple[int, int]", pair)
        if max(abs(numerator), denominator) >= self.limit:
            raise EvaluationError(self._too_large(fact_key(fact, label), str(value)))
        return r.exactly(Fraction(numerator, denominator))

    def over(self, node: Over) -> Reading:
        """A figure over several periods."""
        whens = [When(node.unit, node.offset + back) for back in range(node.count)]
        if node.how == "latest":
            return self._last_known(node, whens)
        since = None if node.since is None else self.single(node.since)
        start = None if since is None else cast("date | None", since.value)
        parts = []
        for when in whens:
            label = label_of(when, self.day)
            if start is not None and _next_start(label) <= start:
                continue
            found = self.fact(node.fact, when)
            if found.state is None:
                parts.append(found)
        if node.how in ("min", "max"):
            if not parts:
                return r.without_number(State.ABSENT)
            return extreme("min" if node.how == "min" else "max", parts)
        total = r.exactly(0)
        for part in parts:
            total = computed("+", total, part)
        if node.how == "sum":
            return total
        return computed("/", total, r.exactly(len(parts)))

    def _last_known(self, node: Over, whens: list[When]) -> Reading:
        for when in whens:
            found = self.fact(node.fact, when)
            if found.state is not None or found.exact is not None:
                return found
        return r.unknown(*(fact_key(node.fact, label_of(when, self.day)) for when in whens))

    def _values(self, node: Growth) -> list[Reading]:
        """The figures of a growth, the first of them first."""
        backs = range(node.steps, -1, -1)
        return [self.fact(node.fact, When(node.unit, node.offset + back)) for back in backs]

    def growth(self, node: Growth) -> Reading:
        """A rate of growth. Every base must be positive."""
        values = self._values(node)
        if node.how == "total":
            values = [values[0], values[-1]]
        bases = values[:-1]
        if any(base.exact is not None and base.exact <= 0 for base in bases):
            return r.without_number(State.UNDEFINED)
        state = r.worst(values)
        if state is not None:
            return r.without_number(state)
        total = r.exactly(0)
        for base, following in zip(bases, values[1:], strict=True):
            if base.exact is None or following.exact is None:
                return r.unknown(*r.union(one.missing for one in values))
            total = computed("+", total, r.exactly(Fraction(following.exact) / base.exact - 1))
        return computed("/", total, r.exactly(len(bases)))

    def compound(self, node: Growth) -> Reading:
        """Last / first."""
        first, last = self._values(node)[0], self._values(node)[-1]
        return computed("/", last, first)

    def single_fact(self, fact: str, when: When) -> Single[object]:
        """A day, code or flag of a period."""
        label = label_of(when, self.day)
        value = self.firm.value(fact, label, self.day)
        if value is None:
            return Single(None, (fact_key(fact, label),))
        return Single(None, absent=True) if value is KNOWN_ABSENT else Single(value)

    def last_single(self, node: Over) -> Single[object]:
        """The last day, code or flag that is known."""
        missing: list[str] = []
        for back in range(node.count):
            found = self.single_fact(node.fact, When(node.unit, node.offset + back))
            if found.absent or found.value is not None:
                return found
            missing += found.missing
        return Single(None, tuple(missing))


def _next_start(label: str) -> date:
    """The first day after a period."""
    start = first_day(label)
    months = 12 if len(label) == 4 else 3 if "Q" in label else 1
    return shifted(start, Duration(0, months, "month"))
