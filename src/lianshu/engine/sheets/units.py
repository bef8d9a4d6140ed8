"""Units of measure that a column's numbers may be in, and the exact factor between two of them."""

import re
from decimal import Decimal

_TABLE: dict[str, dict[str, str]] = {
    "比例": {"比例": "1", "%": "0.01", "百分比": "0.01", "百分数": "0.01", "‰": "0.001"},
    "平方米": {
        "平方米": "1",
        "平米": "1",
        "㎡": "1",
        "m2": "1",
        "m²": "1",
        "万平方米": "10000",
        "万平米": "10000",
        "公顷": "10000",
        "平方公里": "1000000",
        "km2": "1000000",
    },
    "吨": {"吨": "1", "t": "1", "万吨": "10000", "千克": "0.001", "公斤": "0.001", "kg": "0.001"},
    "千瓦时": {
        "千瓦时": "1",
        "度": "1",
        "kwh": "1",
        "兆瓦时": "1000",
        "万千瓦时": "10000",
        "万度": "10000",
        "亿千瓦时": "100000000",
    },
    "天": {"天": "1", "日": "1"},
    "个月": {"个月": "1", "月": "1", "年": "12"},
}
_COUNTED = ("人", "人次", "名", "家", "户", "个", "项", "件", "台", "套", "次", "篇", "辆")
_TIMES = {"": "1", "百": "100", "千": "1000", "万": "10000", "亿": "100000000"}
_KNOWN: dict[str, tuple[str, Decimal]] = {
    word: (dimension, Decimal(factor))
    for dimension, words in _TABLE.items()
    for word, factor in words.items()
}
_KNOWN |= {
    times + noun: ("个数", Decimal(factor)) for noun in _COUNTED for times, factor in _TIMES.items()
}
# Units that no exact factor leads from; a person must say which figure is meant.
_INEXACT = {"亩": "平方米", "万亩": "平方米"}

_IN_BRACKETS = re.compile(r"[(\[【]([^()\[\]【】]*)[)\]】]")
_AT_END = re.compile(r"[/:](\D{1,4})$|([%‰])$")
_BETWEEN = re.compile(r"[,，、;；:/\s]|单位")


class OtherUnitError(Exception):
    """The unit named cannot be brought to the column's; carries the unit."""

    def __init__(self, unit: str) -> None:
        super().__init__(unit)
        self.unit = unit


def is_measure(word: str) -> bool:
    """Whether this word (NFKC, lower case) is a unit known here."""
    return word in _KNOWN or word in _INEXACT


def unit_in(title: str) -> str | None:
    """The unit that a header (NFKC, lower case) names in brackets or at its end, or None."""
    said = [part for inside in _IN_BRACKETS.findall(title) for part in _BETWEEN.split(inside)]
    said += [part for found in _AT_END.findall(title) for part in found]
    return next((word for word in said if is_measure(word)), None)


def factor_between(unit: str, measure: str) -> Decimal:
    """What a number in `unit` is multiplied by to be in `measure`: exact, a power of ten or 12.

    Raises `OtherUnitError` when they measure different things, `KeyError` for an unknown measure.
    """
    dimension, wanted = _KNOWN[measure]
    found = _KNOWN.get(unit)
    if found is None or found[0] != dimension:
        raise OtherUnitError(unit)
    return found[1] / wanted
