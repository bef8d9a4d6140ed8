"""Text to tokens. Every number is exact; every token knows where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final, Literal

from lianshu.engine.expressions.problems import MOST_CHARACTERS, ExpressionError

TokenKind = Literal["number", "percent", "money", "date", "period", "text", "name", "sign", "end"]

FEN_PER: Final = {"元": 100, "万": 1_000_000, "万元": 1_000_000, "亿": 10**10, "亿元": 10**10}
"""Fen in one of each unit of money that a literal may carry."""

_SPACE = re.compile(r"\s+")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?![\w-])")
_PERIOD = re.compile(r"\d{4}(Q[1-4]|-\d{2})(?![\w-])")
_NUMBER = re.compile(r"\d+(\.\d+(?!\.))?")
_MONEY = re.compile(r"\s*(万元|亿元|万|亿|元)")
_PERCENT = re.compile(r"\s*%")
# Conditions are named HT-1, facts and everything else in small letters.
_NAME = re.compile(r"[A-Z][A-Za-z0-9_]*(-[A-Za-z0-9]+)*|[a-z_][A-Za-z0-9_]*")
_TEXT = re.compile(r'"([^"]*)"|\'([^\']*)\'')
# What other languages and tables write, each with what is written here.
_ELSEWHERE: Final = {
    "==": "等于写一个 =",
    "<>": "不等于写 !=",
    "=>": "不小于写 >=",
    "=<": "不大于写 <=",
    "&&": "并且写 and",
    "||": "或者写 or",
    "&": "并且写 and",
    "|": "或者写 or",
    "!": "不是写 not，不等于写 !=",
    "**": "没有乘方，请写 a * a",
    "%": "没有余数；百分数写成 5%",
    "?": "选择写 if … then … else …",
    "且": "并且写 and",
    "并": "并且写 and",
    "或": "或者写 or",
    "非": "不是写 not",
}
_STRANGE = re.compile(
    "(?!!=)(" + "|".join(re.escape(one) for one in sorted(_ELSEWHERE, key=len)[::-1]) + ")"
)
_SIGN = re.compile(r">=|<=|!=|\.\.|[-+*/()\[\],:.<>=]")
_SAME_AS: Final = {"≥": ">=", "≤": "<=", "≠": "!=", "×": "*", "÷": "/", "－": "-"}
_FULL_WIDTH: Final = {
    **{"（": "(", "）": ")", "，": ",", "：": ":", "“": '"', "”": '"', "。": ".", "；": ","},
    **{"＞": ">", "＜": "<", "＝": "=", "％": "%", "【": "[", "】": "]"},
}
_MOST_DIGITS: Final = 24


@dataclass(frozen=True, slots=True)
class Token:
    """``value``: a Fraction for numbers, percents (60% is 3/5) and money (in fen), a date."""

    kind: TokenKind
    text: str
    at: int
    value: Fraction | date | None = None


def tokens_of(text: str) -> list[Token]:
    """The tokens of an expression, an ``end`` token last. Raises ExpressionError."""
    if len(text) > MOST_CHARACTERS:
        raise ExpressionError(
            "E011", MOST_CHARACTERS, f"表达式超过 {MOST_CHARACTERS} 字，请用 terms 拆开"
        )
    found: list[Token] = []
    at = 0
    while at < len(text):
        if space := _SPACE.match(text, at):
            at = space.end()
            continue
        token, at = _token(text, at)
        found.append(token)
    found.append(Token("end", "", len(text)))
    return found


def _token(text: str, at: int) -> tuple[Token, int]:
    if match := _DATE.match(text, at):
        try:
            return Token("date", match[0], at, date.fromisoformat(match[0])), match.end()
        except ValueError:
            raise ExpressionError("E001", at, f"{match[0]} 不是日期，请核对") from None
    if match := _PERIOD.match(text, at):
        return Token("period", match[0], at), match.end()
    if match := _NUMBER.match(text, at):
        return _number(text, match)
    if match := _NAME.match(text, at):
        return Token("name", match[0], at), match.end()
    if match := _TEXT.match(text, at):
        return Token("text", match[1] if match[1] is not None else match[2], at), match.end()
    if match := _STRANGE.match(text, at):
        raise ExpressionError("E001", at, f"不认识“{match[0]}”；{_ELSEWHERE[match[0]]}")
    if match := _SIGN.match(text, at):
        return Token("sign", match[0], at), match.end()
    character = text[at]
    if character in _SAME_AS:
        return Token("sign", _SAME_AS[character], at), at + 1
    raise ExpressionError("E001", at, _stranger(character))


def _stranger(character: str) -> str:
    if character in _FULL_WIDTH:
        return f"这里是全角的“{character}”，请改成半角的 {_FULL_WIDTH[character]}"
    if character in "\"'":
        return "引号没有配对，请补上另一半"
    return f"不认识“{character}”；名称用英文字母，文字请加引号"


def _suffix_hint(word: str) -> str:
    """What to write instead of a word that stands right behind a number."""
    if word[0] in "Qq季":
        return "季度写 2024Q1 到 2024Q4"
    if word[0] == "年" or word.startswith("year"):
        return "时长写 3 years，年份写 2024，日期写 2024-01-31"
    if word[0] in "月天日":
        return "时长写 18 months、365 days，日期写 2024-01-31"
    if word in ("以上", "以下", "及以上", "以内"):
        return "以上写 >=，超过写 >，以下写 <=，不足写 <"
    return "金额写元、万、亿，时长写 3 years"


def _number(text: str, match: re.Match[str]) -> tuple[Token, int]:
    at, end = match.start(), match.end()
    if len(match[0]) > _MOST_DIGITS:
        raise ExpressionError("E001", at, f"数字超过 {_MOST_DIGITS} 位，请核对")
    value = Fraction(match[0])
    if unit := _MONEY.match(text, end):
        fen = value * FEN_PER[unit[1]]
        if fen.denominator != 1:
            raise ExpressionError("E001", at, f"{match[0]}{unit[1]} 不是整分，金额精确到分")
        return Token("money", text[at : unit.end()], at, fen), unit.end()
    if percent := _PERCENT.match(text, end):
        return Token("percent", text[at : percent.end()], at, value / 100), percent.end()
    if end < len(text) and (text[end].isalpha() or text[end] == "_"):
        word = re.match(r"\w+", text[end:])
        shown = word[0] if word else text[end]
        raise ExpressionError("E001", end, f"数字后面紧跟“{shown}”；{_suffix_hint(shown)}")
    return Token("number", match[0], at, value), end
