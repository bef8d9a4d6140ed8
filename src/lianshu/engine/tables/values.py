"""Exact typed values, and whether one fits what the dictionary says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any, Final

from lianshu.engine.tables.dictionary import FactDictionary, HoldingDefinition, Quantity

_MOST: Final = 2**63 - 1
_TEXT_LENGTH: Final = 500


class Absent(Enum):
    """It is known that there is none: neither zero nor unknown."""

    KNOWN_ABSENT = "known_absent"


KNOWN_ABSENT: Final = Absent.KNOWN_ABSENT


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio as the pair it was given as; `denominator` is positive."""

    numerator: int
    denominator: int

    def __post_init__(self) -> None:
        if self.denominator <= 0:
            raise ValueError("the denominator of a ratio is positive")

    @property
    def fraction(self) -> Fraction:
        """In lowest terms, for comparing."""
        return Fraction(self.numerator, self.denominator)

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"


Value = int | Ratio | str | date
"""Counts and money in fen are int, ratios are `Ratio`, codes and texts str, flags bool (an int)."""

CodeKnown = Callable[[str, str], bool]
"""(id of a public code list, code) → whether the list has the code."""


class ValueProblem(ValueError):
    """A value that the dictionary does not allow; `str()` says what is wrong and what to do."""


def checked_value(
    quantity: Quantity,
    value: Value | Absent,
    *,
    unit: str,
    dictionary: FactDictionary,
    code_known: CodeKnown,
) -> Value | Absent:
    """`value` itself when it is of the quantity's type, unit and bounds. Raises ValueProblem."""
    if unit != quantity.unit:
        wanted, given = dictionary.unit_title(quantity.unit), dictionary.unit_title(unit)
        raise ValueProblem(f"“{quantity.title}”的单位是{wanted}，不是{given}，请换算后再填")
    if value is KNOWN_ABSENT:
        return value
    check = _CHECKS[quantity.type]
    problem = check(quantity, value)
    if problem is None and isinstance(value, str) and quantity.type == "code":
        problem = _code_problem(quantity, value, dictionary, code_known)
    if problem is not None:
        raise ValueProblem(f"“{quantity.title}”{problem}")
    return value


def checked_attributes(
    definition: HoldingDefinition,
    attributes: Mapping[str, Value | None],
    *,
    dictionary: FactDictionary,
    code_known: CodeKnown,
) -> dict[str, Value]:
    """The attributes given (None means not given), each as the dictionary wants it.

    Raises ValueProblem for one that is unknown, missing or wrong.
    """
    known = {attribute.id: attribute for attribute in definition.attributes}
    given = {name: value for name, value in attributes.items() if value is not None}
    for name in given:
        if name not in known:
            words = "、".join(known) or "无"
            raise ValueProblem(f"“{definition.title}”没有“{name}”这一项；可用的是：{words}")
    for attribute in definition.attributes:
        if attribute.required and attribute.id not in given:
            raise ValueProblem(f"“{definition.title}”缺少“{attribute.title}”，请补上")
        if attribute.id in given:
            checked_value(
                attribute,
                given[attribute.id],
                unit=attribute.unit,
                dictionary=dictionary,
                code_known=code_known,
            )
    return given


def plain_value(value: Value) -> Any:
    """The value as JSON holds it: a ratio as a pair, a date as text."""
    if isinstance(value, Ratio):
        return [value.numerator, value.denominator]
    return value.isoformat() if isinstance(value, date) else value


def value_of_plain(quantity: Quantity, plain: Any) -> Value:
    """The value that `plain_value` wrote."""
    if quantity.type == "ratio":
        return Ratio(int(plain[0]), int(plain[1]))
    if quantity.type == "date":
        return date.fromisoformat(str(plain))
    if quantity.type == "bool":
        return bool(plain)
    return int(plain) if quantity.type in ("count", "money") else str(plain)


def _whole(quantity: Quantity, value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return f"应为整数，现在是 {value}"
    if abs(value) > _MOST:
        return f"的数 {value} 太大，请核对单位"
    if quantity.min is not None and value < quantity.min:
        return f"不能小于 {quantity.min}，现在是 {value}，请核对"
    if quantity.max is not None and value > quantity.max:
        return f"不能大于 {quantity.max}，现在是 {value}，请核对"
    return None


def _ratio(quantity: Quantity, value: object) -> str | None:
    if not isinstance(value, Ratio):
        return f"应为比值（分子、分母两个整数），现在是 {value}"
    if max(abs(value.numerator), value.denominator) > _MOST:
        return f"的数 {value} 太大，请核对单位"
    if quantity.min is not None and _compared(value, quantity.min) < 0:
        return f"不能小于 {quantity.min}，现在是 {value}，请核对"
    if quantity.max is not None and _compared(value, quantity.max) > 0:
        most = "100%" if quantity.max == 1 else str(quantity.max)
        return f"不能超过 {most}，现在是 {value}，请核对"
    return None


def _compared(value: Ratio, bound: Decimal) -> int:
    """Negative, zero or positive as the ratio is below, at or above the bound; exact."""
    numerator, denominator = bound.as_integer_ratio()
    return value.numerator * denominator - numerator * value.denominator


def _text(_quantity: Quantity, value: object) -> str | None:
    if not isinstance(value, str) or not value.strip():
        return "应为文字，不能是空的；没有请填“明确没有”"
    if len(value) > _TEXT_LENGTH:
        return f"不能超过 {_TEXT_LENGTH} 个字，现在有 {len(value)} 个，请缩短"
    return None


def _date(_quantity: Quantity, value: object) -> str | None:
    if not isinstance(value, date) or isinstance(value, datetime):
        return f"应为日期，例如 2026-01-31，现在是 {value}"
    return None


def _bool(_quantity: Quantity, value: object) -> str | None:
    return None if isinstance(value, bool) else f"应为是或否，现在是 {value}"


def _code(_quantity: Quantity, value: object) -> str | None:
    return None if isinstance(value, str) and value else f"应为代码，现在是 {value}"


def _code_problem(
    quantity: Quantity, code: str, dictionary: FactDictionary, code_known: CodeKnown
) -> str | None:
    if quantity.public_codes is not None:
        if code_known(quantity.public_codes, code):
            return None
        return f"没有代码 {code}（代码表 {quantity.public_codes}），请核对"
    choices = dictionary.choices(quantity)
    if code in choices:
        return None
    words = "、".join(f"{code}（{title}）" for code, title in choices.items())
    return f"没有代码 {code}；可用的是：{words}"


_CHECKS: Final[dict[str, Callable[[Quantity, object], str | None]]] = {
    "count": _whole,
    "money": _whole,
    "ratio": _ratio,
    "text": _text,
    "date": _date,
    "bool": _bool,
    "code": _code,
}
