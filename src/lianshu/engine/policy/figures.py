"""Figures as people write them, to exact values of the dictionary.

Money without a unit is in yuan (also where the dictionary keeps fen); 万, 亿, 元 may follow. Ratios
are ``60%``, ``3/5`` or ``0.6``. Nothing is guessed: what can be read in two ways is refused.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from lianshu.engine.expressions.tokens import FEN_PER
from lianshu.engine.tables import (
    KNOWN_ABSENT,
    Absent,
    CodeKnown,
    FactDictionary,
    Quantity,
    Ratio,
    Value,
    ValueProblem,
    checked_value,
)

ABSENT_WORDS: Final = frozenset({"absent", "明确没有"})
_NUMBER = re.compile(r"([-+]?\d[\d,]*(?:\.\d+)?)\s*(%|万元|亿元|万|亿|元)?")
_FRACTION = re.compile(r"([-+]?\d+)\s*/\s*(\d+)")
_REGION: Final = 6
_GROUPED = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_FLAGS: Final = {
    **dict.fromkeys(("true", "1", "是", "yes"), True),
    **dict.fromkeys(("false", "0", "否", "no"), False),
}


def read_figure(
    quantity: Quantity, given: object, *, dictionary: FactDictionary, code_known: CodeKnown
) -> Value | Absent:
    """The value of a cell. Raises ValueProblem with a sentence."""
    if isinstance(given, bool):
        given = "true" if given else "false"
    text = str(given).strip()
    if text in ABSENT_WORDS:
        return KNOWN_ABSENT
    value = _READERS[quantity.type](quantity, text, dictionary)
    if quantity.public_codes == "regions" and not code_known("regions", text):
        # 330200 and 330000 are how GB/T 2260 writes 3302 and 33.
        value = text.removesuffix("00").removesuffix("00") if len(text) == _REGION else text
    try:
        return checked_value(
            quantity, value, unit=quantity.unit, dictionary=dictionary, code_known=code_known
        )
    except ValueProblem as problem:
        # As it stands in the file, not in fen or as a fraction.
        raise ValueProblem(str(problem).replace(f"现在是 {value}", f"现在是“{text}”")) from problem


def _number(quantity: Quantity, text: str) -> tuple[Fraction, str]:
    found = _NUMBER.fullmatch(text)
    if found is None or ("," in found[1] and not _GROUPED.fullmatch(found[1])):
        raise ValueProblem(f"“{quantity.title}”应为数，现在是“{text}”")
    return Fraction(Decimal(found[1].replace(",", ""))), found[2] or ""


def _money(quantity: Quantity, text: str, _dictionary: FactDictionary) -> Value:
    value, unit = _number(quantity, text)
    if unit == "%":
        raise ValueProblem(f"“{quantity.title}”是金额，单位是元，不能写 %")
    fen = value * FEN_PER[unit or "元"]
    if fen.denominator != 1:
        raise ValueProblem(f"“{quantity.title}”精确到分，现在是“{text}”")
    return int(fen)


def _count(quantity: Quantity, text: str, dictionary: FactDictionary) -> Value:
    value, unit = _number(quantity, text)
    if unit or value.denominator != 1:
        title = dictionary.unit_title(quantity.unit)
        raise ValueProblem(f"“{quantity.title}”应为整数（{title}），现在是“{text}”")
    return int(value)


def _ratio(quantity: Quantity, text: str, _dictionary: FactDictionary) -> Value:
    if found := _FRACTION.fullmatch(text):
        if int(found[2]) == 0:
            raise ValueProblem(f"“{quantity.title}”的分母是 0，请核对")
        return Ratio(int(found[1]), int(found[2]))
    value, unit = _number(quantity, text)
    if unit not in ("", "%"):
        raise ValueProblem(f"“{quantity.title}”是比值，不能写 {unit}；请写 60%、3/5 或 0.6")
    value = value / 100 if unit else value
    return Ratio(value.numerator, value.denominator)


def _date(quantity: Quantity, text: str, _dictionary: FactDictionary) -> Value:
    found = _DAY.fullmatch(text)
    try:
        if found:
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        pass
    raise ValueProblem(f"“{quantity.title}”应为日期，例如 2026-01-31，现在是“{text}”")


def _flag(quantity: Quantity, text: str, _dictionary: FactDictionary) -> Value:
    found = _FLAGS.get(text.lower())
    if found is None:
        raise ValueProblem(f"“{quantity.title}”应为 true 或 false（是、否），现在是“{text}”")
    return found


def _code(quantity: Quantity, text: str, dictionary: FactDictionary) -> Value:
    choices = dictionary.choices(quantity)
    if text in choices:
        return text
    titled = [code for code, title in choices.items() if title == text]
    return titled[0] if len(titled) == 1 else text


def _text(_quantity: Quantity, text: str, _dictionary: FactDictionary) -> Value:
    return text


_READERS: Final = {
    "money": _money,
    "count": _count,
    "ratio": _ratio,
    "date": _date,
    "bool": _flag,
    "code": _code,
    "text": _text,
}
