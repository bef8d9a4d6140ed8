"""Chinese names of organisations taken apart: place, brand, trade, legal form, listing marks.

A registered name is 行政区划 + 字号 + 行业 + 组织形式 (企业名称登记管理规定, art. 6); a
short name is a choice of its characters in their order, a stock exchange adds marks (*ST, N, XD,
A/B, 退).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

_DROP: Final = re.compile(r"[^0-9A-Z㐀-䶿一-鿿豈-﫿&*]+")
_STAR: Final = re.compile(r"\*(?!ST)")
_REMARK: Final = re.compile(
    r"[(\[【](?:简称|原名?|曾用名|又名|下称|以下简称)[:：]?[^()\[\]【】]*[)\]】]"
)
_MARK_BEFORE: Final = re.compile(
    r"^(?:S?\*?ST|S\*ST|PT|退市|\*|(?:XD|XR|DR|GS?|[NCSUW])(?=[\*㐀-䶿一-鿿]))(?=.{2})"
)
_MARK_AFTER: Final = re.compile(
    r"(?<=[㐀-䶿一-鿿].)(?:UW|[ABUW]|退市?)$|(?<=[㐀-䶿一-鿿]{2})(?:UW|[ABUW])$"
)
LEGAL_FORMS: Final = (
    *("股份有限责任公司", "有限责任公司", "股份有限公司", "有限责任合伙", "控股有限公司"),
    *("集团有限公司", "有限公司", "股份公司", "总公司", "分公司", "子公司", "公司"),
    *("特殊普通合伙", "普通合伙", "有限合伙", "合伙企业", "个人独资", "个体工商户"),
    *("合作社", "联合社", "经营部", "事务所", "研究院", "研究所", "商行", "厂"),
)
_KEPT: Final = LEGAL_FORMS[-6:]
"""Forms that say what a firm does too, and so stay in the core."""
_LEGAL_AFTER: Final = re.compile(
    "(?:" + "|".join(sorted(LEGAL_FORMS[:-6], key=len, reverse=True)) + ")(?:集团)?$"
)
_SHARES_AFTER: Final = re.compile(r"(?<=..)股份$")
"""A short name says 股份 for the legal form."""
_SHORT: Final = 5
"""Characters of a short name at most, when it ends so."""
_GROUP_AFTER: Final = re.compile(r"(?:集团|控股|股份|企业集团)$")
LEGAL_CODES: Final = {form: at + 1 for at, form in enumerate(LEGAL_FORMS)}
_PLACE_AFTER: Final = re.compile("特别行政区|自治区|自治州|自治县|地区|省|市|县|区")


@dataclass(frozen=True, slots=True)
class Parts:
    """A name taken apart. `plain` is the whole without marks, brackets and blanks; `core` without
    legal form; `place` the bare names of places it begins with, `province` that of the first;
    `brand` what is left before the first word of a trade, `trade` the rest."""

    plain: str
    core: str
    place: str
    last_place: str
    province: str
    brand: str
    brand_at: int
    trade: str
    legal: str


def _lines(name: str) -> list[list[str]]:
    text = files("lianshu.engine.linkage").joinpath(f"data/{name}").read_text("utf-8")
    return [line.split() for line in text.splitlines() if not line.startswith("#")]


@lru_cache(maxsize=1)
def places() -> dict[str, str]:
    """Bare names of provinces, cities and counties, each with its province."""
    return {row[0]: row[1] for row in _lines("places.txt")}


@lru_cache(maxsize=1)
def place_letters() -> dict[str, str]:
    """The one character that a place is called by: 浙 for 浙江, 甬 for 宁波."""
    return {row[0]: row[1] for row in _lines("letters.txt")}


@lru_cache(maxsize=1)
def trade_words() -> frozenset[str]:
    """Words of trades and of size (集团, 控股) that follow a brand."""
    return frozenset(word for row in _lines("trades.txt") for word in row)


def normal_name(name: str) -> str:
    """Width, case, blanks, brackets and points do not count; `normal_name` of it is itself.

    A remark in brackets (简称…, 原…, 曾用名…) is left out.
    """
    text = _DROP.sub("", _REMARK.sub("", unicodedata.normalize("NFKC", name).upper()))
    return _STAR.sub("", text)


def plain_name(name: str) -> str:
    """`normal_name` without the marks of a stock exchange."""
    text = normal_name(name)
    if _LEGAL_AFTER.search(text):
        return text
    while True:
        bare = _MARK_AFTER.sub("", _MARK_BEFORE.sub("", text))
        if bare == text or len(bare) < 2:
            return text
        text = bare


def take_apart(name: str) -> Parts:
    """The parts of a name; whatever cannot be told stays in `brand`."""
    plain = plain_name(name)
    found = _LEGAL_AFTER.search(plain) or _SHARES_AFTER.search(plain)
    core, legal = (plain, "") if found is None else (plain[: found.start()], found[0])
    core = core or plain
    place, last, province, rest = _place(core)
    at = len(core) - len(rest)
    group = _GROUP_AFTER.search(rest)
    if group is not None and group.start() >= 2:
        rest = rest[: group.start()]
    brand, trade = _brand(rest)
    return Parts(plain, core, place, last, province, brand, at, trade, legal)


def ends_as_registered(parts: Parts) -> bool:
    """Whether a name has a legal form; a short name may end with 院 or 厂 too, but is short."""
    short = len(parts.core) <= _SHORT or not parts.core.endswith(_KEPT)
    return parts.legal in LEGAL_CODES or not short


def _place(core: str) -> tuple[str, str, str, str]:
    """(bare places, the last of them, province, what follows); two characters stay at least."""
    known, rest, found, last, province = places(), core, "", "", ""
    for _ in range(3):
        bare = ""
        for length in (5, 4, 3, 2):
            if rest[:length] in known and len(rest) - length >= 2:
                bare = rest[:length]
                break
        if not bare:
            break
        province = province or known[bare]
        found, last, rest = found + bare, bare, rest[len(bare) :]
        end = _PLACE_AFTER.match(rest)
        if end is not None and len(rest) - end.end() >= 2:
            rest = rest[end.end() :]
        elif known[bare] != bare:
            break
    return found, last, province, rest


def bare_place(name: str) -> str:
    """宁波 of 宁波市 or 浙江省宁波市; the text as it is when no place of the lists begins it."""
    _found, last, _province, rest = _place(normal_name(name) + "  ")
    return last if last and not rest.strip() else normal_name(name)


def _brand(rest: str) -> tuple[str, str]:
    words = trade_words()
    for at in range(2, len(rest) - 1):
        if rest[at : at + 2] in words or rest[at : at + 3] in words:
            return rest[:at], rest[at:]
    return rest, ""
