"""Indicators read from text: what is measured, how it is bounded, the number, the unit.

"密度≥1.80 克/立方厘米", "-40℃", "纯度不低于 99.999%", "100/120 粒度", "预算 50-80 万元" become a
name, a comparator, exact bounds in base units and the unit as written. What cannot be read is left
to the words; nothing is guessed.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

from lianshu.engine.matching import text
from lianshu.engine.matching.quantities_units import (
    DENSITY,
    MESH,
    TEMPERATURE,
    UNIT_PATTERN,
    Dimension,
    unit_of,
)

Comparator = Literal["≥", ">", "≤", "<", "=", "→", "range"]
"""`→` is what is reached: at least so much where it is asked, exactly so much where offered."""

LONGEST_READ: Final = 200_000
MOST_READ: Final = 200
"""A text holds at most so many indicators; the rest of a long one is not read."""
NAME_LENGTH: Final = 10
# Of these dimensions there is one usual quantity, so that a bare number names it.
_IMPLIED: Final = {MESH: "粒度", DENSITY: "密度", TEMPERATURE: "温度"}

# Of these, what is reached is at most so much.
_LESS_IS_MORE: Final = (
    *("精度", "误差", "公差", "偏差", "粗糙度", "损耗", "噪声"),
    *("能耗", "成本", "时间", "周期", "漏率", "排放", "温升"),
)

_PLAIN = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_NUMBER = rf"(?:10\^[-+]?\d{{1,2}}(?!\d)|{_PLAIN}(?:\s?[×xX*]\s?10\^[-+]?\d{{1,2}}(?!\d))?)"
_MANY = r"(?:百万|千万|万|亿)?"
_QUANTITY = re.compile(
    rf"(?P<sign>[≥≤<>=≈]{{0,2}})\s?(?P<first>(?<![A-Za-z0-9.,/×*^])[-+]?{_NUMBER})"
    rf"\s?(?P<first_many>{_MANY})\s?"
    rf"(?:(?P<first_unit>{UNIT_PATTERN})?\s?(?P<joint>[~/±]|-{{1,2}}|至|到)\s?"
    rf"(?P<second>-?{_NUMBER})\s?(?P<second_many>{_MANY})\s?)?"
    rf"(?P<unit>{UNIT_PATTERN})\s?(?P<after>及?以上|及?以下|以内|之内|左右)?"
)
_SCALED = re.compile(
    rf"(?P<scale>HRC|HRA|HV|HB|pH)\s?(?P<sign>[≥≤<>=≈]{{0,2}})\s?(?P<first>{_PLAIN})"
)
_MULTIPLES: Final = {"": 1, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8}
_BEFORE: Final[tuple[tuple[str, Comparator], ...]] = (
    ("不低于", "≥"), ("不小于", "≥"), ("不少于", "≥"), ("大于等于", "≥"), ("大于或等于", "≥"),
    ("至少", "≥"), ("不高于", "≤"), ("不大于", "≤"), ("不超过", "≤"), ("不多于", "≤"),
    ("小于等于", "≤"), ("小于或等于", "≤"), ("至多", "≤"), ("最高", "≤"), ("最多", "≤"),
    ("控制在", "≤"), ("大于", ">"), ("高于", ">"), ("超过", ">"), ("多于", ">"),
    ("小于", "<"), ("低于", "<"), ("少于", "<"), ("提高到", "→"), ("提升到", "→"),
    ("提升至", "→"), ("提高至", "→"), ("达到", "→"), ("可达", "→"), ("达", "→"),
)  # fmt: skip
_AFTER: Final[dict[str, Comparator]] = {"以上": "≥", "以下": "≤", "以内": "≤", "之内": "≤"}
_SIGNS: Final[dict[str, Comparator]] = {
    "≥": "≥", "≤": "≤", ">": ">", "<": "<", ">=": "≥", "<=": "≤", "=>": "≥", "=<": "≤"
}  # fmt: skip
_FILLER = re.compile(r"(?:[\s::=]|应|需|要|为|是|约|在|≈|的|可|能)+$")
_RUN = re.compile(rf"(?:[{text.HAN}]|[A-Za-z][A-Za-z0-9]*)+$")
_CUT = re.compile(
    r"的|在|和|与|及|或|且|使|将|把|从|由|对|其|时|下|后|前|达|需要|要求|需|提高|提升|降低|控制|保持"
    r"|希望|实现|满足|具有|具备|同时|目标|产品|上升|增加|减少"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """One indicator. Bounds are in base units; `None` is unbounded, `open_*` excludes the bound."""

    name: str
    comparator: Comparator
    low: Fraction | None
    high: Fraction | None
    open_low: bool
    open_high: bool
    dimension: Dimension
    unit: str
    said: str
    """As people read it: name, sign, number and unit as written."""

    @property
    def bounded(self) -> bool:
        """Whether it says more than a bare number: something that can be met or missed."""
        return self.comparator != "="


def read(written: str) -> tuple[Quantity, ...]:
    """The indicators of a text in its order, each once. Empty when there are none."""
    normal = text.normalise(written[:LONGEST_READ])
    found: dict[Quantity, None] = {}
    for pattern in (_QUANTITY, _SCALED):
        for match in pattern.finditer(normal):
            one = _scaled(match) if pattern is _SCALED else _read(normal, match)
            if one is not None:
                found.setdefault(one)
            if len(found) >= MOST_READ:
                return tuple(found)
    return tuple(found)


def number(written: str) -> Fraction:
    """An exact number: "1,200", "1.80", "1.5×10^5", "10^-6"."""
    mantissa, _, power = re.sub(r"[,\s]", "", written).partition("10^")
    if not power:
        return Fraction(mantissa)
    factor = mantissa.rstrip("×xX*")
    scale = Fraction(10) ** int(power)
    if factor in {"", "+", "-"}:
        return -scale if factor == "-" else scale
    return Fraction(factor) * scale


def _read(normal: str, match: re.Match[str]) -> Quantity | None:
    unit = unit_of(match["unit"])
    if unit is None or (match["joint"] == "/" and unit.dimension != MESH):
        return None
    ahead, comparator = _comparator(normal[max(0, match.start() - 40) : match.start()], match)
    name = _name(ahead) or _IMPLIED.get(unit.dimension, "")
    many = _MULTIPLES[match["second_many"] or match["first_many"]]
    first = number(match["first"]) * (
        _MULTIPLES[match["first_many"]] if match["first_many"] else many
    )
    said = match[0].strip()
    if match["second"] is None:
        value = first * unit.factor + unit.offset
        falls = comparator == "→" and name.endswith(_LESS_IS_MORE)
        low = value if comparator in {"≥", ">", "=", "→"} and not falls else None
        high = value if comparator in {"≤", "<", "="} or falls else None
        return _made(name, comparator, (low, high), unit.dimension, match["unit"], said)
    # The first number of "0.1 mm-2 cm" has a unit of its own.
    own = unit_of(match["first_unit"]) if match["first_unit"] else unit
    if own is None or own.dimension != unit.dimension:
        return None
    second = number(match["second"]) * many
    if match["joint"] == "±":
        ends = (
            (first - second) * unit.factor + unit.offset,
            (first + second) * unit.factor + unit.offset,
        )
    else:
        ends = first * own.factor + own.offset, second * unit.factor + unit.offset
    return _made(name, "range", (min(ends), max(ends)), unit.dimension, match["unit"], said)


def _scaled(match: re.Match[str]) -> Quantity:
    """A scale that is written before its number: HRC 60, pH 7."""
    scale, value = match["scale"], number(match["first"])
    comparator = _SIGNS.get(match["sign"], "=")
    low = value if comparator in {"≥", ">", "="} else None
    high = value if comparator in {"≤", "<", "="} else None
    return Quantity(
        name=scale if scale == "pH" else "硬度",
        comparator=comparator,
        low=low,
        high=high,
        open_low=comparator == ">",
        open_high=comparator == "<",
        dimension=((scale, 1),),
        unit=scale,
        said=match[0].strip(),
    )


def _made(
    name: str,
    comparator: Comparator,
    ends: tuple[Fraction | None, Fraction | None],
    dimension: Dimension,
    unit: str,
    said: str,
) -> Quantity:
    bare = re.sub(r"^[≥≤<>=≈]+\s?|\s?(?:及?以上|及?以下|以内|之内|左右)$", "", said)
    sign = {"≥": "≥", ">": ">", "≤": "≤", "<": "<"}.get(comparator, "")
    gap = " " if name and not sign else ""
    return Quantity(
        name=name,
        comparator=comparator,
        low=ends[0],
        high=ends[1],
        open_low=comparator == ">",
        open_high=comparator == "<",
        dimension=dimension,
        unit=unit,
        said=f"{name}{gap}{sign}{bare}",
    )


def _comparator(ahead: str, match: re.Match[str]) -> tuple[str, Comparator]:
    """What stands before the quantity without its comparator, and the comparator."""
    after = (match["after"] or "").removeprefix("及")
    signed = _SIGNS.get(match["sign"])
    ahead = _FILLER.sub("", ahead)
    for word, comparator in _BEFORE:
        if ahead.endswith(word):
            return _FILLER.sub("", ahead.removesuffix(word)), signed or _AFTER.get(
                after, comparator
            )
    return ahead, signed or _AFTER.get(after, "=")


def _name(ahead: str) -> str:
    """The last noun before the quantity: at most the run of letters that touches it."""
    found = _RUN.search(ahead)
    if found is None:
        return ""
    pieces = [piece for piece in _CUT.split(found[0]) if piece]
    run = pieces[-1] if pieces else ""
    return run[-NAME_LENGTH:] if len(run) > 1 else ""
