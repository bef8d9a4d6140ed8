"""Value and threshold of a condition: its comparisons, in reading order, as texts.

Money is in yuan, shares are decimals, both cut after six places; an open number is ``low..high``.
The interpreter's twin of each function stands below it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final, TypeAlias, cast

from lianshu.engine.expressions import Interpreter, Node, Reading
from lianshu.engine.expressions.days import latest_start
from lianshu.engine.expressions.readings import Exact
from lianshu.engine.expressions.tree import (
    Age,
    AllOf,
    AnyOf,
    ApplicationDate,
    Compare,
    Duration,
    Exempted,
    FactValue,
    Growth,
    IfElse,
    Not,
    OneOf,
)
from lianshu.engine.expressions.types import MONEY, NumberType
from lianshu.engine.expressions.vector.lowering import Lowering
from lianshu.engine.expressions.vector.wholes import MOST, Ends, Whole, Wholes, exact

PLACES: Final = 6
_FEN: Final = 100
Comparison: TypeAlias = Compare | OneOf | FactValue


@dataclass(frozen=True, slots=True)
class Shown:
    """The text columns of one comparison."""

    value: str
    threshold: str

    @property
    def columns(self) -> tuple[str, str]:
        """Both."""
        return (self.value, self.threshold)


def comparisons(node: Node) -> Iterator[Comparison]:
    """The comparisons and flags of a condition that are its own, in reading order."""
    match node:
        case Compare() | OneOf() | FactValue():
            yield node
        case AllOf() | AnyOf():
            for part in node.parts:
                yield from comparisons(part)
        case Not() | Exempted():
            yield from comparisons(node.inner)
        case IfElse():
            for part in (node.condition, node.then, node.otherwise):
                yield from comparisons(part)
        case _:
            return


def decimal(value: Exact, places: int = PLACES) -> str:
    """A number cut after some places, without needless zeros: 0.599999 is never 0.6."""
    scaled = abs(value.numerator) * 10**places // value.denominator
    whole, part = divmod(scaled, 10**places)
    digits = f"{part:0{places}d}".rstrip("0")
    sign = "-" if value < 0 and scaled else ""
    return f"{sign}{whole}{'.' if digits else ''}{digits}"


# In tables


def shown_columns(
    lowering: Lowering, node: Node, key: str
) -> tuple[dict[str, Any], tuple[Shown, ...]]:
    """Text columns of the comparisons of a condition."""
    columns: dict[str, Any] = {}
    parts: list[Shown] = []
    for place, one in enumerate(comparisons(node)):
        shown = Shown(f"{key}.value{place}", f"{key}.threshold{place}")
        value, threshold = _texts(lowering, one)
        columns |= {shown.value: value, shown.threshold: threshold}
        parts.append(shown)
    return columns, tuple(parts)


def _texts(lowering: Lowering, one: Comparison) -> tuple[Any, Any]:
    algebra = lowering.algebra
    none = algebra.text("")
    if isinstance(one, FactValue):
        flag = lowering.single(one).expr
        return algebra.filled(algebra.cast(flag, "string"), none), none
    if isinstance(one, OneOf):
        threshold = algebra.text(",".join(one.named))
        if isinstance(one.left.type, NumberType):
            return _number(lowering, lowering.number(one.left), one.left.type), threshold
        return _single(lowering, one.left), threshold
    if isinstance(one.left, Age):
        limit = limit_of_age(one, lowering.day)
        return _single(lowering, one.left.start), algebra.text(limit)
    if not isinstance(one.left.type, NumberType):
        return _single(lowering, one.left), _single(lowering, one.right)
    kind = _kind(one)
    if isinstance(one.left, Growth) and one.left.how == "compound":
        rate = (1 + lowering.constant(one.right)) ** one.left.steps
        right = exact(lowering.wholes, rate)
        return _number(lowering, lowering.compound(one.left), kind), _number(lowering, right, kind)
    left, right = lowering.number(one.left), lowering.number(one.right)
    return _number(lowering, left, kind), _number(lowering, right, kind)


def _single(lowering: Lowering, node: Node) -> Any:
    found = lowering.single(node)
    algebra = lowering.algebra
    if found.constant is not None:
        return algebra.text(str(found.constant))
    return algebra.filled(algebra.cast(found.expr, "string"), algebra.text(""))


def _number(lowering: Lowering, ends: Ends, kind: NumberType) -> Any:
    """The text of a number; empty where there is none."""
    algebra = lowering.algebra
    low = _decimal(lowering, ends.low, ends.den, kind)
    text = low
    if not ends.single:
        high = _decimal(lowering, ends.high, ends.den, kind)
        same = lowering.wholes.compare("=", ends.low, ends.high)
        text = algebra.case([(same, low)], algebra.joined([low, algebra.text(".."), high]))
    gone = [each for each in (ends.undefined, ends.absent) if each is not None]
    filled = algebra.filled(text, algebra.text(""))
    return algebra.case([(each, algebra.text("")) for each in gone], filled) if gone else filled


def _decimal(lowering: Lowering, value: Whole, den: Whole, kind: NumberType) -> Any:
    algebra, wholes = lowering.algebra, lowering.wholes
    scale = _FEN if kind == MONEY else 1
    if value.constant is not None and den.constant is not None:
        return algebra.text(decimal(Fraction(value.constant, den.constant * scale)))
    by = wholes.times(den, wholes.constant(scale))
    if by.constant == 1:
        return algebra.cast(value.expr, "string")
    zero, negative = wholes.constant(0), wholes.negative(value)
    below = wholes.compare("<", value, zero)
    size = wholes.case([(below, negative)], value)
    whole, groups = _digits(wholes, size, by)
    texts = [algebra.padded(algebra.cast(each.expr, "string"), places) for each, places in groups]
    fraction = algebra.without_zeros(algebra.joined([algebra.text("."), *texts]))
    text = algebra.joined([algebra.cast(whole.expr, "string"), fraction])
    shows = [wholes.compare(">", each, zero) for each in (whole, *(one for one, _ in groups))]
    minus = algebra.both([below, algebra.either(shows)])
    return algebra.case([(minus, algebra.joined([algebra.text("-"), text]))], text)


def _digits(wholes: Wholes, size: Whole, by: Whole) -> tuple[Whole, list[tuple[Whole, int]]]:
    """size / by: the whole part, and its places in groups (digits, how many)."""
    places = next((one for one in range(1, PLACES + 1) if by.constant == 10**one), None)
    if places is not None or size.bound * 10**PLACES < MOST:
        scaled = size
        if places is None:
            places = PLACES
            scaled = wholes.floor_positive(wholes.times(size, wholes.constant(10**places)), by)
        power = wholes.constant(10**places)
        whole = wholes.floor_positive(scaled, power)
        return whole, [(wholes.add(scaled, wholes.times(whole, power), -1), places)]
    # So large a number is divided as by hand: what is left over gives the next places.
    whole = wholes.floor_positive(size, by)
    rest = wholes.rest(size, whole, by)
    groups: list[tuple[Whole, int]] = []
    left = PLACES
    while left and by.bound * 10 < MOST:
        places = next(one for one in range(left, 0, -1) if by.bound * 10**one < MOST)
        rest = wholes.times(rest, wholes.constant(10**places))
        digits = wholes.floor_positive(rest, by)
        groups.append((digits, places))
        rest = wholes.rest(rest, digits, by)
        left -= places
    return whole, groups


def _kind(one: Compare) -> NumberType:
    """The unit in which both sides are shown: money where one is money."""
    left, right = cast("NumberType", one.left.type), cast("NumberType", one.right.type)
    return MONEY if MONEY in (left, right) else left


def limit_of_age(one: Compare, day: date) -> str:
    """The last day from which the time has passed, where the other end is the application's."""
    assert isinstance(one.left, Age)
    if not isinstance(one.left.end, ApplicationDate):
        return ""
    strictly = one.sign in (">", "<=")
    return latest_start(day, cast("Duration", one.right), strictly=strictly).isoformat()


# By the interpreter


def shown_texts(interpreter: Interpreter, node: Node) -> tuple[list[str], list[str]]:
    """Values and thresholds of the comparisons of a condition."""
    pairs = [_told(interpreter, one) for one in comparisons(node)]
    return [value for value, _ in pairs], [threshold for _, threshold in pairs]


def _told(interpreter: Interpreter, one: Comparison) -> tuple[str, str]:
    if isinstance(one, FactValue):
        return _said(interpreter.single(one).value), ""
    if isinstance(one, OneOf):
        threshold = ",".join(one.named)
        if isinstance(one.left.type, NumberType):
            return _read(interpreter.number(one.left), one.left.type), threshold
        return _said(interpreter.single(one.left).value), threshold
    if isinstance(one.left, Age):
        return _said(interpreter.single(one.left.start).value), limit_of_age(one, interpreter.day)
    if not isinstance(one.left.type, NumberType):
        return _said(interpreter.single(one.left).value), _said(interpreter.single(one.right).value)
    kind = _kind(one)
    left, right = interpreter.sides(one)
    return _read(left, kind), _read(right, kind)


def _said(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date) else str(value)


def _read(reading: Reading, kind: NumberType) -> str:
    if reading.state is not None or reading.low is None or reading.high is None:
        return ""
    scale = _FEN if kind == MONEY else 1
    low, high = (decimal(Fraction(end) / scale) for end in (reading.low, reading.high))
    return low if reading.low == reading.high else f"{low}..{high}"
