"""Types of values and the units of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from lianshu.engine.tables import FactDictionary, Quantity

Powers: TypeAlias = tuple[tuple[str, int], ...]
"""Unit → exponent, sorted; none of them for a share or a plain number."""

_WITHOUT_UNIT: Final = frozenset({"ratio", "share", "none"})
_WORDS: Final = {"fen": "金额（元）"}


@dataclass(frozen=True, slots=True)
class NumberType:
    """A number. ``plain`` is one that was written without a unit (``4``) and takes that of what it
    stands beside, unless that is money or a time."""

    powers: Powers = ()
    plain: bool = False


@dataclass(frozen=True, slots=True)
class DateType:
    """A calendar day."""


@dataclass(frozen=True, slots=True)
class AgeType:
    """The time between two days; it is only ever compared with a duration."""


@dataclass(frozen=True, slots=True)
class DurationType:
    """``3 years``, ``6 months``, ``365 days``."""


@dataclass(frozen=True, slots=True)
class CodeType:
    """A code of one list; ``public`` for a list of ``packs/national/codes``."""

    codes: str
    public: bool = False


@dataclass(frozen=True, slots=True)
class TextType:
    """A text, such as the number of a certificate: it can only be equal or not."""


@dataclass(frozen=True, slots=True)
class TruthType:
    """Something that is met or not: one of the five outcomes."""


Type: TypeAlias = NumberType | DateType | AgeType | DurationType | CodeType | TextType | TruthType

PLAIN: Final = NumberType((), plain=True)
SHARE: Final = NumberType()
MONEY: Final = NumberType((("fen", 1),))
YEARS: Final = NumberType((("year", 1),))
DATE: Final = DateType()
AGE: Final = AgeType()
DURATION: Final = DurationType()
TEXT: Final = TextType()
TRUTH: Final = TruthType()


def type_of_quantity(quantity: Quantity) -> Type:
    """The type of a fact or attribute."""
    if quantity.type == "money":
        return MONEY
    if quantity.type in ("count", "ratio"):
        return type_of_unit(quantity.unit)
    if quantity.type == "date":
        return DATE
    if quantity.type == "bool":
        return TRUTH
    if quantity.type == "code":
        return CodeType(quantity.codes or quantity.public_codes or "", quantity.codes is None)
    return TEXT


def type_of_unit(unit: str) -> NumberType:
    """The type of a number in a unit of the dictionary."""
    return SHARE if unit in _WITHOUT_UNIT else NumberType(((unit, 1),))


def times(left: Powers, right: Powers, sign: int = 1) -> Powers:
    """The unit of a product, or with sign -1 of a quotient. Counts are bare numbers there: three
    items at 50,000 yuan are money, and so is revenue a person."""
    powers = {unit: power for unit, power in left if unit == "fen"}
    for unit, power in right:
        if unit == "fen":
            powers[unit] = powers.get(unit, 0) + sign * power
    return tuple(sorted((unit, power) for unit, power in powers.items() if power))


def product(left: NumberType, right: NumberType, sign: int = 1) -> NumberType:
    """The type of a product, or with sign -1 of a quotient. Counts weighed by bare numbers or
    shares (``2 * count(…)``, ``staff / 2``, ``50% * staff``) are bare numbers that stand beside
    counts again; a count of a count (``rd_staff / staff``) is a share and does not."""
    powers = times(left.powers, right.powers, sign)
    weighed = _counts(left) and not right.powers
    if sign == 1:
        weighed = weighed or (_counts(right) and not left.powers)
    return NumberType(powers, (left.plain and right.plain) or weighed)


def _counts(kind: NumberType) -> bool:
    return bool(kind.powers) and takes_plain(kind)


def together(left: NumberType, right: NumberType) -> NumberType | None:
    """The type of a sum of the two, None when their units do not go together."""
    if left.powers == right.powers:
        return NumberType(left.powers, left.plain and right.plain)
    if left.plain and takes_plain(right):
        return right
    if right.plain and takes_plain(left):
        return left
    return None


def takes_plain(kind: NumberType) -> bool:
    """Whether a number without a unit may stand beside it: counts, points, shares, not money."""
    return all(unit != "fen" for unit, _ in kind.powers)


def named(kind: Type, dictionary: FactDictionary) -> str:
    """The type in words for a person."""
    if isinstance(kind, NumberType):
        if kind.plain:
            return "没有单位的数"
        if not kind.powers:
            return "比值"
        return "·".join(
            _WORDS.get(unit, dictionary.unit_title(unit)) + (f"^{power}" if power != 1 else "")
            for unit, power in kind.powers
        )
    if isinstance(kind, CodeType):
        return f"代码（{kind.codes}）"
    words: dict[type[object], str] = {
        DateType: "日期",
        AgeType: "两个日期之间的时间",
        DurationType: "时长",
        TextType: "文字",
        TruthType: "条件（是或否）",
    }
    return words[type(kind)]
