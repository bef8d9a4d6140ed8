"""A rule said by itself, without any firm: bands with their rows, holdings with what is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Final

from lianshu.engine.definitions import Text
from lianshu.engine.expressions import Node, walk
from lianshu.engine.expressions.tree import (
    Age,
    AllOf,
    AnyOf,
    ApplicationYear,
    Arithmetic,
    Attribute,
    Band,
    Compare,
    ConditionValue,
    Exempted,
    Extreme,
    FactValue,
    Fixed,
    IfElse,
    IsAbsent,
    Lookup,
    Manual,
    Not,
    OfHoldings,
    OneOf,
    Parameter,
    Points,
    Shifted,
    VerdictValue,
    When,
)
from lianshu.engine.expressions.types import CodeType, DateType, NumberType, TruthType
from lianshu.engine.policy.compiled import Policy
from lianshu.engine.policy.words import SIGNS, Language, Speaker
from lianshu.engine.tables import FactDictionary

_OF_EVERY_HOLDING: Final = {
    "valid": ("有效", "valid"),
    "valid_from": ("取得日期", "date obtained"),
    "valid_to": ("有效期至", "valid to"),
    "number": ("编号", "number"),
    "owner_order": ("权利人排序", "order of owners"),
}
_OF_DAYS: Final = {
    ">=": ("不早于", "no earlier than"),
    ">": ("晚于", "after"),
    "<=": ("不晚于", "no later than"),
    "<": ("早于", "before"),
    "=": ("为", "is"),
    "!=": ("不是", "is not"),
}
_OF_CODES: Final = {**_OF_DAYS, "!=": ("不为", "is not")}


@dataclass(frozen=True)
class RuleSpeaker(Speaker):
    """Says a rule by itself: bands with their rows, holdings with all that is asked of them.

    ``policies`` are the titles of policies that rules refer to, ``conditions`` of this one's.
    Thresholds are those of ``day``; years are named as applied for on ``years_on`` (default: the
    same day), so that two versions can be laid side by side.
    """

    policies: Mapping[str, Text] = field(default_factory=dict)
    conditions: Mapping[str, Text] = field(default_factory=dict)
    years_on: date | None = None

    def fact(self, fact: str, when: When) -> str:
        """A fact with its period."""
        if self.years_on is None:
            return super().fact(fact, when)
        return replace(self, day=self.years_on, years_on=None).fact(fact, when)

    def node(self, node: Node) -> str:
        """What a number, day or code is."""
        settled = constant_of(node, self.day)
        if settled is not None and not isinstance(node, Fixed):
            if any(isinstance(one, ApplicationYear) for one in walk(node)):
                return str(int(settled))
            return self.number(settled, unit_of(node))
        match node:
            case Extreme():
                words = self.pick(" 与 ", " and ").join(self._part(part) for part in node.parts)
                how = {"min": ("取小", "the less of"), "max": ("取大", "the greater of")}[node.how]
                return self.pick(f"{words} {how[0]}", f"{how[1]} {words}")
            case Arithmetic(sign="+" | "-", left=Arithmetic(sign="+" | "-")):
                # a + b + c needs no brackets.
                return f"{self.node(node.left)} {node.sign} {self._operand(node.right)}"
            case Band():
                return self._band(node)
            case IfElse() if not isinstance(node.type, TruthType):
                return self._choice(node, self.node)
            case Lookup():
                return self._lookup(node)
            case Points():
                return points_words(self, node)
            case Attribute():
                return self.attribute(node)
            case Shifted():
                by, day = self.duration(node.by), self.node(node.day)
                late = node.sign > 0
                return self.pick(
                    f"{day}{'后' if late else '前'} {by}",
                    f"{by} {'after' if late else 'before'} {day}",
                )
            case _:
                return super().node(node)

    def _part(self, node: Node) -> str:
        said = self.node(node)
        return f"（{said}）" if isinstance(node, Extreme | IfElse) else said

    def _operand(self, node: Node) -> str:
        if isinstance(node, Extreme | IfElse):
            return self._part(node)
        return super()._operand(node)

    def truth(self, node: Node) -> str:
        """What must hold, as a sentence without its full stop."""
        match node:
            case AllOf():
                return self._joined(node.parts, self.pick("；", "; "))
            case AnyOf():
                return self._joined(node.parts, self.pick("，或 ", ", or "))
            case Not():
                return self._not(node.inner)
            case Exempted():
                return self.truth(node.inner)
            case Compare():
                return self._compare(node)
            case OneOf():
                named = "、".join(self.code(str(one), node.left.type) for one in node.named)
                word = self.pick("属于", "among") if not node.within else self.pick("在", "within")
                return f"{self.node(node.left)} {word} {named}"
            case IsAbsent():
                return self.pick(f"没有{self.node(node.inner)}", f"no {self.node(node.inner)}")
            case Manual():
                return self.pick(f"由人工判断：{node.zh}", f"to be judged: {node.en or node.zh}")
            case IfElse():
                return self._choice(node, self.truth)
            case _:
                return self._named(node)

    def _named(self, node: Node) -> str:
        match node:
            case ConditionValue():
                title = self.conditions.get(node.name)
                said = "" if title is None else f"（{self.text(title)}）"
                return self.pick(f"满足 {node.name}{said}", f"{node.name} is met")
            case VerdictValue():
                title = self.policies.get(node.policy)
                said = node.policy if title is None else self.text(title)
                return self.pick(f"符合“{said}”", f"meets “{said}”")
            case FactValue():
                return self.pick(
                    f"{self.fact(node.fact, node.when)}：是",
                    f"{self.fact(node.fact, node.when)}: yes",
                )
            case Fixed():
                return self.constant(node.value, node.type)
            case _:
                return self.node(node)

    def _not(self, inner: Node) -> str:
        match inner:
            case FactValue():
                said = self.fact(inner.fact, inner.when)
                return self.pick(f"{said}：否", f"{said}: no")
            case Attribute():
                said = self.attribute(inner)
                return self.pick(f"{said}：否", f"{said}: no")
            case Compare() if asks_whether(inner) and isinstance(inner.left, OfHoldings):
                return self.pick(f"没有{self.held(inner.left)}", f"has no {self.held(inner.left)}")
            case _:
                return self.pick(f"不得“{self.truth(inner)}”", f"not “{self.truth(inner)}”")

    def _joined(self, parts: Sequence[Node], sign: str) -> str:
        said = []
        for part in parts:
            words = self.truth(part)
            said.append(f"（{words}）" if isinstance(part, AllOf | AnyOf | IfElse) else words)
        return sign.join(said)

    def _compare(self, node: Compare) -> str:
        signs = SIGNS
        if isinstance(node.left.type, DateType):
            signs = _OF_DAYS
        elif isinstance(node.left.type, CodeType):
            signs = _OF_CODES
        sign = signs[node.sign][0 if self.language == "zh" else 1]
        if asks_whether(node) and isinstance(node.left, OfHoldings):
            return self.pick(f"有{self.held(node.left)}", f"has {self.held(node.left)}")
        if isinstance(node.left, Age):
            left = self.node(node.left)
            return self.pick(
                f"{left}的时长{sign} {self.node(node.right)}",
                f"{left}: {sign} {self.node(node.right)}",
            )
        if isinstance(node.right, Fixed) and isinstance(node.right.value, bool):
            yes = node.right.value is (node.sign == "=")
            word = self.pick("是" if yes else "否", "yes" if yes else "no")
            return self.pick(f"{self.node(node.left)}：{word}", f"{self.node(node.left)}: {word}")
        return f"{self.node(node.left)} {sign} {self.like(node.right, node.left)}"

    def like(self, node: Node, like: Node) -> str:
        """A bare number in the unit of what it is compared with."""
        value = constant_of(node, self.day)
        if value is None or any(isinstance(one, ApplicationYear) for one in walk(node)):
            return self.node(node)
        kind, own = unit_of(like), node.type
        # "5 or more a year" stays 5; only what is written as a share is said as one.
        if not kind.powers and isinstance(own, NumberType) and own.plain and value >= 1:
            return self.number(value, own)
        return self.number(value, kind)

    def held(self, node: OfHoldings) -> str:
        """Which holdings are meant, with everything that is asked of them."""
        title = self.title(node.kind)
        if node.where is None:
            return title
        parts = node.where.parts if isinstance(node.where, AllOf) else (node.where,)
        said = self.pick("、", ", ").join(self._asked_of(part) for part in parts)
        return self.pick(f"{title}（{said}）", f"{title} ({said})")

    def _asked_of(self, node: Node) -> str:
        match node:
            case Compare(sign="=", left=Attribute() as left, right=Fixed() as right) if isinstance(
                left.type, CodeType
            ):
                return self.code(str(right.value), left.type)
            case Compare(sign="!=", left=Attribute() as left, right=Fixed() as right) if isinstance(
                left.type, CodeType
            ):
                return self.pick("非", "not ") + self.code(str(right.value), left.type)
            case OneOf(left=Attribute() as left, named=named):
                words = [self.code(str(one), left.type) for one in named]
                return self.pick("或", " or ").join(words)
            case Attribute():
                return self.attribute(node)
            case _:
                return self.truth(node)

    def attribute(self, node: Attribute) -> str:
        """What an attribute of a holding is called."""
        common = _OF_EVERY_HOLDING.get(node.name)
        if common is not None:
            return self.pick(*common)
        kind = self.dictionary.holdings_by_id.get(node.kind)
        known = {} if kind is None else {one.id: one for one in kind.attributes}
        return self.text(known[node.name].title) if node.name in known else node.name

    def _band(self, node: Band) -> str:
        subject = self.node(node.subject)
        rows = [
            f"{SIGNS[sign][0 if self.language == 'zh' else 1]} {self.like(edge, node.subject)}"
            f"{self.pick('的 ', ': ')}{self.node(value)}"
            for sign, edge, value in node.rows
        ]
        rows.append(self.pick("其余 ", "otherwise ") + self.node(node.otherwise))
        joined = self.pick("，", ", ").join(rows)
        return self.pick(f"（按{subject}：{joined}）", f"(by {subject}: {joined})")

    def _choice(self, node: IfElse, say: object) -> str:
        said = self.truth if say == self.truth else self.node
        return self.pick(
            f"若{self.truth(node.condition)}，则 {said(node.then)}，否则 {said(node.otherwise)}",
            f"if {self.truth(node.condition)} then {said(node.then)}, "
            f"otherwise {said(node.otherwise)}",
        )

    def _lookup(self, node: Lookup) -> str:
        rows = [
            f"{self.code(code, node.key.type)} {self.constant(value, node.type)}"
            for code, value in node.rows
        ]
        joined = self.pick("，", ", ").join(rows)
        key = self.node(node.key)
        return self.pick(f"（按{key}：{joined}）", f"(by {key}: {joined})")


def constant_of(node: Node, day: date) -> Fraction | None:
    """What a number made of constants, parameters and the year of application comes to."""
    match node:
        case Fixed() if isinstance(node.value, Fraction):
            return node.value
        case Parameter():
            value = node.on(day)
            return value if isinstance(value, Fraction) else None
        case ApplicationYear():
            return None
        case Arithmetic():
            left, right = _constant_or_year(node.left, day), _constant_or_year(node.right, day)
            if left is None or right is None or (node.sign == "/" and right == 0):
                return None
            sums = {"+": left + right, "-": left - right, "*": left * right}
            return left / right if node.sign == "/" else sums[node.sign]
        case _:
            return None


def _constant_or_year(node: Node, day: date) -> Fraction | None:
    return Fraction(day.year) if isinstance(node, ApplicationYear) else constant_of(node, day)


def unit_of(node: Node) -> NumberType:
    """The unit in which a bare number beside a node is said."""
    if isinstance(node, OfHoldings) and node.how == "count":
        return NumberType((), plain=True)
    return node.type if isinstance(node.type, NumberType) else NumberType((), plain=True)


def asks_whether(node: Compare) -> bool:
    """Whether it is ``exists(…)``: a count of at least one."""
    one = isinstance(node.right, Fixed) and node.right.value == 1
    counts = isinstance(node.left, OfHoldings) and node.left.how == "count"
    return counts and one and node.sign == ">="


def points_words(speaker: Speaker, node: Points) -> str:
    """Points, or the span within which an expert decides."""
    low = speaker.node(node.low)
    if node.high is None:
        return low
    return f"{low}–{speaker.node(node.high)}"


def rule_speaker(
    policy: Policy,
    dictionary: FactDictionary,
    language: Language,
    day: date,
    *,
    policies: Mapping[str, Text] | None = None,
) -> RuleSpeaker:
    """Who says the rules of a policy as they are on a day."""
    scores: dict[str, Text] = {score.id: score.definition.title for score in policy.scores}
    for score in policy.scores:
        scores |= {item.id: item.definition.title for item in score.items}
    parameters = () if policy.parameters is None else policy.parameters.value.parameters
    return RuleSpeaker(
        dictionary,
        language,
        day,
        {one.id: one.title for one in parameters},
        scores,
        policies=policies or {},
        conditions={rule.id: rule.definition.title for rule in policy.rules},
    )
