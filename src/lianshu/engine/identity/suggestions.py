"""What a wrong credit code may have been meant to be. Said to a person, never applied."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import product

Passes = Callable[[str], bool]

# What a forbidden or foreign letter is taken for by eye, likeliest first.
_LOOKS_LIKE = {
    "O": "0DQ",
    "I": "1L",
    "S": "58",
    "Z": "2",
    "V": "UY",
    **{"А": "A", "В": "B8", "С": "C", "Е": "E", "Н": "H", "К": "K", "М": "M", "Р": "P"},
    **{"Т": "T", "Х": "X", "У": "Y", "О": "0", "З": "3", "І": "1", "Ѕ": "5"},
    **{"Α": "A", "Β": "B8", "Ε": "E", "Η": "H", "Κ": "K", "Μ": "M", "Ν": "N", "Ρ": "P"},
    **{"Τ": "T", "Χ": "X", "Υ": "Y", "Ο": "0", "Ζ": "2", "Ι": "1"},
}
# Both may stand in a code, and one is read as the other.
_CONFUSED = {"B": "8", "8": "B", "D": "0Q", "0": "DQ", "Q": "0D", "1": "L", "L": "1"}
_CONFUSED |= {"2": "7", "7": "2", "5": "6", "6": "5G", "G": "6C", "C": "G", "U": "Y", "Y": "U"}
_DIGITS = "0123456789"
_REGION = range(2, 8)
_MOST_COMBINATIONS = 1024
_LOST = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{1,2}|[0-9]{15,}\.0+")


def is_lost_number(text: str) -> bool:
    """Whether it is how Excel or a CSV export writes a long number: 9.13302E+17."""
    return _LOST.fullmatch(text.strip()) is not None


def for_length(code: str) -> str:
    """A hint about a code of another length, to be put before 请核对; mostly nothing."""
    if len(code) == 15 and code.isdigit():
        return "，像是原 15 位工商注册号"
    if len(code) == 9 and code.isascii() and code.isalnum():
        return "，像是原 9 位组织机构代码"
    if any("\u4e00" <= one <= "\u9fff" for one in code):
        return "，还带有汉字"
    return ""


def for_illegal(code: str, wrong: Sequence[int], passes: Passes) -> str:
    """What the forbidden characters may have been meant to be, or nothing."""
    options = [_meant(code[index], index) for index in wrong]
    if not all(options):
        return ""
    count = 1
    for option in options:
        count *= len(option)
    if count > _MOST_COMBINATIONS:
        return ""
    fitting = [
        characters
        for characters in product(*options)
        if passes(_replaced(code, dict(zip(wrong, characters, strict=True))))
    ]
    if len(fitting) == 1:
        words = "、".join(
            f"第 {index + 1} 位改为“{one}”" for index, one in zip(wrong, fitting[0], strict=True)
        )
        return f"若{words}，则校验通过，请对照证照确认后改"
    words = "、".join(
        f"第 {index + 1} 位可能是“{option[0]}”"
        for index, option in zip(wrong, options, strict=True)
    )
    return f"形近字：{words}，但改后校验仍不通过或不止一种可能，请对照证照核对"


def for_wrong_check(code: str, passes: Passes) -> str:
    """The one confusable character or exchanged neighbours that explain it, or nothing."""
    found = [
        f"（例如第 {index + 1} 位“{code[index]}”是否应为“{other}”）"
        for index in range(len(code))
        for other in _CONFUSED.get(code[index], "")
        if passes(_replaced(code, {index: other}))
    ]
    for index in range(len(code) - 1):
        left, right = code[index], code[index + 1]
        if left != right and passes(_replaced(code, {index: right, index + 1: left})):
            found.append(f"（例如第 {index + 1}、{index + 2} 位是否颠倒）")
    return found[0] if len(found) == 1 else ""


def _meant(character: str, index: int) -> str:
    options = _LOOKS_LIKE.get(character) or _CONFUSED.get(character, "")
    return "".join(one for one in options if index not in _REGION or one in _DIGITS)


def _replaced(code: str, changes: dict[int, str]) -> str:
    return "".join(changes.get(index, one) for index, one in enumerate(code))
