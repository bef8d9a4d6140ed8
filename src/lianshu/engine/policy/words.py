"""Expressions and figures in words, Chinese or English, for the people a rule is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Final, Literal

from lianshu.engine.definitions import Text
from lianshu.engine.expressions.days import label_of
from lianshu.engine.expressions.readings import Exact
from lianshu.engine.expressions.tree import (
    Age,
    AllOf,
    ApplicationDate,
    ApplicationYear,
    Arithmetic,
    Attribute,
    Band,
    Compare,
    Constant,
    Duration,
    Extreme,
    FactValue,
    Fixed,
    FullYears,
    Growth,
    IfElse,
    Lookup,
    Negative,
    Node,
    OfHoldings,
    OneOf,
    Over,
    Parameter,
    Points,
    Rounded,
    ScoreValue,
    Settled,
    Shifted,
    When,
    YearOf,
)
from lianshu.engine.expressions.types import CodeType, NumberType, Type
from lianshu.engine.expressions.walking import walk
from lianshu.engine.tables import FactDictionary

Language = Literal["zh", "en"]

SIGNS: Final[Mapping[str, tuple[str, str]]] = {
    ">=": ("不低于", "at least"),
    ">": ("超过", "more than"),
    "<=": ("不超过", "at most"),
    "<": ("低于", "less than"),
    "=": ("等于", "exactly"),
    "!=": ("不等于", "other than"),
}
_YI: Final = 10_000_000_000
_WAN: Final = 1_000_000
_FEN: Final = 100
_PERIODS: Final = {
    "year": ("年", "year"),
    "quarter": ("季度", "quarter"),
    "month": ("个月", "month"),
}
_HOW: Final = {
    "sum": ("合计", "total"),
    "mean": ("平均", "mean"),
    "min": ("最低", "least"),
    "max": ("最高", "greatest"),
    "latest": ("", "latest"),
}
_TIMES: Final = frozenset({"valid_from", "valid_to", "year", "batch_year", "applied_on"})
_GROWTH: Final = {
    "total": ("增长率", "growth"),
    "mean": ("平均增长率", "mean growth"),
    "compound": ("复合增长率", "compound growth"),
}


@dataclass(frozen=True)
class Speaker:
    """Says trees and values in one language. ``parameters`` and ``scores`` are titles by name;
    ``codes`` says a code of a public list."""

    dictionary: FactDictionary
    language: Language
    day: date
    parameters: Mapping[str, Text] = field(default_factory=dict)
    scores: Mapping[str, Text] = field(default_factory=dict)

    def pick(self, zh: str, en: str) -> str:
        """The word of the language."""
        return zh if self.language == "zh" else en

    def text(self, text: Text) -> str:
        """A definition's text."""
        return text.said_in(self.language)

    def node(self, node: Node) -> str:
        """What a number, day or code is, e.g. 近 3 年研发费用合计 ÷ 近 3 年营业收入合计."""
        match node:
            case Fixed():
                return self.constant(node.value, node.type)
            case Parameter():
                value = node.on(self.day)
                return "—" if value is None else self.constant(value, node.type)
            case FactValue():
                return self.fact(node.fact, node.when)
            case Over():
                return self._over(node)
            case Growth():
                return self._growth(node)
            case OfHoldings():
                return self._of_holdings(node)
            case Attribute():
                return node.name
            case Arithmetic():
                sign = {"*": "×", "/": "÷"}.get(node.sign, node.sign)
                return f"{self._operand(node.left)} {sign} {self._operand(node.right)}"
            case Negative():
                return f"-{self._operand(node.inner)}"
            case Settled() | Rounded():
                return self.node(node.inner)
            case ScoreValue():
                title = self.scores.get(node.name)
                return node.name if title is None else self.text(title)
            case _:
                return self._rarer(node)

    def _rarer(self, node: Node) -> str:
        match node:
            case Extreme():
                parts = self.pick("、", ", ").join(self.node(part) for part in node.parts)
                word = {"min": ("较小者", "least of"), "max": ("较大者", "greatest of")}[node.how]
                return self.pick(f"{parts}的{word[0]}", f"the {word[1]} {parts}")
            case Band():
                return self.pick(
                    f"按{self.node(node.subject)}分档", f"by {self.node(node.subject)}"
                )
            case IfElse():
                # Which of the two it was depends on the firm.
                branches = dict.fromkeys((self.node(node.then), self.node(node.otherwise)))
                return self.pick("或", " or ").join(branches)
            case Lookup():
                return self.pick(f"按{self.node(node.key)}查表", f"by {self.node(node.key)}")
            case FullYears():
                return self.pick(
                    f"自{self.node(node.day)}满年数", f"years since {self.node(node.day)}"
                )
            case YearOf():
                return self.pick(f"{self.node(node.day)}的年份", f"year of {self.node(node.day)}")
            case ApplicationYear():
                return str(self.day.year)
            case ApplicationDate():
                return self.pick("申报日", "the date of application")
            case Duration():
                return self.duration(node)
            case Shifted():
                return self.node(node.day)
            case Age():
                if isinstance(node.end, ApplicationDate):
                    return self.pick(
                        f"自{self.node(node.start)}至今", f"time since {self.node(node.start)}"
                    )
                return self.pick(
                    f"自{self.node(node.start)}至{self.node(node.end)}",
                    f"time from {self.node(node.start)} to {self.node(node.end)}",
                )
            case Points():
                return self.node(node.low)
            case _:
                return ""

    def _operand(self, node: Node) -> str:
        said = self.node(node)
        compound = isinstance(node, Arithmetic) and node.sign in "+-"
        return f"（{said}）" if compound else said

    def title(self, fact: str) -> str:
        """What a fact or kind of holding is called."""
        known = self.dictionary.facts_by_id.get(fact) or self.dictionary.holdings_by_id.get(fact)
        return fact if known is None else self.text(known.title)

    def fact(self, fact: str, when: When) -> str:
        """A fact with its period."""
        label = label_of(when, self.day)
        title = self.title(fact)
        if label == "latest":
            return title
        return self.pick(
            f"{label} 年{title}" if label.isdigit() else f"{label} {title}", f"{title} {label}"
        )

    def key(self, key: str) -> str:
        """A fact as it is named when missing: ``revenue@2025``, ``award``, ``award.rank``."""
        name, _at, label = key.partition("@")
        if label:
            title = self.title(name)
            return self.pick(
                f"{label} 年{title}" if label.isdigit() else f"{label} {title}", f"{title} {label}"
            )
        kind, _dot, attribute = key.partition(".")
        if not attribute:
            return self.title(kind)
        holding = self.dictionary.holdings_by_id.get(kind)
        known = {} if holding is None else {one.id: one for one in holding.attributes}
        named = self.text(known[attribute].title) if attribute in known else attribute
        return self.pick(f"{self.title(kind)}的“{named}”", f"{named} of {self.title(kind)}")

    def _over(self, node: Over) -> str:
        unit, how = _PERIODS[node.unit], _HOW[node.how]
        title = self.title(node.fact)
        return self.pick(
            f"近 {node.count} {unit[0]}{title}{how[0]}",
            f"{how[1]} of {title} over {node.count} {unit[1]}s",
        )

    def _growth(self, node: Growth) -> str:
        how, title = _GROWTH[node.how], self.title(node.fact)
        unit = _PERIODS[node.unit]
        if node.steps == 1:
            return self.pick(f"{title}{how[0]}", f"{how[1]} of {title}")
        return self.pick(
            f"近 {node.steps} {unit[0]}{title}{how[0]}",
            f"{how[1]} of {title} over {node.steps} {unit[1]}s",
        )

    def held(self, node: OfHoldings) -> str:
        """Which holdings are meant, with the codes that the filter asks for:
        证书与称号（专精特新中小企业）."""
        title = self.title(node.kind)
        if node.where is None:
            return title
        asked = list(dict.fromkeys(self._asked(node.where)))
        below = walk(node.where)
        names = {one.name for one in below if isinstance(one, Attribute)}
        zh, en = ("有效的", "valid ") if "valid" in names else ("", "")
        if names & _TIMES:
            zh, en = f"{zh}在规定时间内的", f"{en}timely "
        if not asked:
            plain = names <= {"valid", *_TIMES}
            zh, en = (zh, en) if plain else (f"{zh}符合要求的", f"{en}qualifying ")
            return self.pick(f"{zh}{title}", f"{en}{title}")
        return self.pick(f"{zh}{title}（{'、'.join(asked)}）", f"{en}{title} ({', '.join(asked)})")

    def _asked(self, node: Node) -> Iterator[str]:
        """The codes of the dictionary that every item must have or be among."""
        match node:
            case AllOf():
                for part in node.parts:
                    yield from self._asked(part)
            case Compare(sign="=", left=Attribute() as left, right=Fixed() as right):
                if isinstance(left.type, CodeType) and isinstance(right.value, str):
                    yield self.code(right.value, left.type)
            case OneOf(left=Attribute() as left, named=named):
                if isinstance(left.type, CodeType):
                    words = [self.code(one, left.type) for one in named]
                    yield self.pick("或", " or ").join(words)
            case _:
                return

    def _of_holdings(self, node: OfHoldings) -> str:
        what = self.held(node)
        if node.how == "count":
            return self.pick(f"{what}数量", f"number of {what}")
        holding = self.dictionary.holdings_by_id.get(node.kind)
        known = {} if holding is None else {one.id: one for one in holding.attributes}
        named = str(node.attribute)
        if node.attribute in known:
            named = self.text(known[node.attribute].title)
        how = {
            "sum": ("合计", "total"),
            "largest": ("最大", "greatest"),
            "smallest": ("最小", "least"),
        }
        zh, en = how[node.how]
        return self.pick(f"{what}的{named}{zh}", f"{en} {named} of {what}")

    def duration(self, node: Duration) -> str:
        """Such as 3 年."""
        words = {"year": ("年", "year"), "month": ("个月", "month"), "day": ("天", "day")}[
            node.unit
        ]
        plural = "s" if node.count != 1 else ""
        return self.pick(f"{node.count} {words[0]}", f"{node.count} {words[1]}{plural}")

    def constant(self, value: Constant, kind: Type) -> str:
        """A value as written in a rule."""
        if isinstance(value, bool):
            return self.pick("是" if value else "否", "yes" if value else "no")
        if isinstance(value, Fraction):
            return self.number(value, kind)
        if isinstance(value, date):
            return value.isoformat()
        return self.code(value, kind)

    def code(self, value: str, kind: Type) -> str:
        """A code by its title, where the list is the dictionary's."""
        if isinstance(kind, CodeType) and not kind.public:
            for codes in self.dictionary.code_lists:
                if codes.id == kind.codes:
                    found = next((one for one in codes.choices if one.id == value), None)
                    return value if found is None else self.text(found.title)
        return value

    def number(self, exact: Exact, kind: Type) -> str:
        """A number in its unit; shares as percent, money in 元, 万元 or 亿元."""
        value = Fraction(exact)
        powers = kind.powers if isinstance(kind, NumberType) else ()
        if not powers:
            plain = isinstance(kind, NumberType) and kind.plain
            return _decimal(value) if plain else f"{_decimal(value * 100)}%"
        if powers == (("fen", 1),):
            return self.money(value)
        if powers == (("year", 1),):
            return str(value)
        if len(powers) == 1 and powers[0][1] == 1:
            return f"{_decimal(value)} {self.unit(powers[0][0])}".strip()
        return _decimal(value)

    def unit(self, unit: str) -> str:
        """What is counted."""
        found = next((one for one in self.dictionary.units if one.id == unit), None)
        said = unit if found is None else self.text(found.title)
        return said.partition("（")[0]

    def money(self, fen: Fraction) -> str:
        """Fen as people say money."""
        size = abs(fen)
        if size >= _YI:
            if self.language == "zh":
                return f"{_decimal(fen / _YI)} 亿元"
            return f"{_decimal(fen / _WAN / 100)} million yuan"
        if size >= _WAN:
            return (
                f"{_decimal(fen / _WAN)} 万元"
                if self.language == "zh"
                else f"{_decimal(fen / _FEN)} yuan"
            )
        return f"{_decimal(fen / _FEN)} {self.pick('元', 'yuan')}"


def _decimal(value: Fraction) -> str:
    """At most four decimals; ≈ stands before what was rounded, so that nothing looks exact that is
    not."""
    scaled = value * 10_000
    whole = scaled.numerator // scaled.denominator
    exact = scaled.denominator == 1
    if not exact and whole == 0:
        return "<0.0001"
    sign = "-" if whole < 0 else ""
    body, rest = divmod(abs(whole), 10_000)
    decimals = f"{rest:04d}".rstrip("0")
    said = f"{sign}{body:,}" + (f".{decimals}" if decimals else "")
    return said if exact else f"≈{said}"
