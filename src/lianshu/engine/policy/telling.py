"""Why a condition came out as it did: the firm's own figure, the threshold, the difference, the
article, and which facts would decide it. Rendered when it is read, never stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from lianshu.engine.definitions import Text
from lianshu.engine.expressions import Judged, Outcome
from lianshu.engine.expressions.days import shifted
from lianshu.engine.expressions.readings import Compared, Reading, Single, State
from lianshu.engine.expressions.tree import (
    Age,
    ApplicationDate,
    Compare,
    Duration,
    Fixed,
    Growth,
    Node,
    OfHoldings,
    OneOf,
)
from lianshu.engine.expressions.types import NumberType
from lianshu.engine.policy.compiled import Rule
from lianshu.engine.policy.evaluating import Decision
from lianshu.engine.policy.words import SIGNS, Language, Speaker
from lianshu.engine.tables import FactDictionary

_OUTCOMES: Final = {
    Outcome.MET: ("符合", "met"),
    Outcome.NOT_MET: ("不符合", "not met"),
    Outcome.UNKNOWN: ("缺数据", "unknown"),
    Outcome.MANUAL: ("待人工判断", "to be judged"),
    Outcome.NOT_APPLICABLE: ("不适用", "not applicable"),
}


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One comparison of a rule. ``said`` is a sentence; ``gap`` is by how much it fails, or ""."""

    value: str
    threshold: str
    outcome: Outcome
    said: str
    gap: str


@dataclass(frozen=True, slots=True)
class Explained:
    """A condition for a reader: the rule's own sentence and article, then what came of it here.

    ``missing`` are keys of facts (``revenue@2025``), ``missing_words`` the same in words.
    """

    id: str
    title: str
    sentence: str
    article: str
    outcome: Outcome
    verdict: str
    lines: tuple[FigureLine, ...]
    missing: tuple[str, ...]
    missing_words: tuple[str, ...]
    manual: str
    exemption: str
    note: str
    confidence: str
    joint: str = "；"
    """What stands between two sentences in the language."""

    @property
    def gap(self) -> str:
        """By how much it fails, where that can be said."""
        return self.joint.join(line.gap for line in self.lines if line.gap)

    @property
    def told(self) -> str:
        """Everything in one sentence."""
        parts = [line.said for line in self.lines]
        return self.joint.join(part for part in (*parts, self.exemption, self.manual) if part)


def outcome_word(outcome: Outcome, language: Language) -> str:
    """The outcome in a word."""
    return _OUTCOMES[outcome][0 if language == "zh" else 1]


def speaker_of(decision: Decision, dictionary: FactDictionary, language: Language) -> Speaker:
    """Who says the trees of the decision's policy."""
    policy = decision.policy
    scores: dict[str, Text] = {score.id: score.definition.title for score in policy.scores}
    for score in policy.scores:
        scores |= {item.id: item.definition.title for item in score.items}
    parameters = () if policy.parameters is None else policy.parameters.value.parameters
    return Speaker(
        dictionary,
        language,
        decision.day,
        {one.id: one.title for one in parameters},
        scores,
    )


def explain(
    decision: Decision, dictionary: FactDictionary, language: Language = "zh"
) -> list[Explained]:
    """Each condition of the policy, in its order."""
    speaker = speaker_of(decision, dictionary, language)
    return [
        explain_condition(speaker, rule, decision.conditions[rule.id])
        for rule in decision.policy.rules
    ]


def explain_condition(speaker: Speaker, rule: Rule, judged: Judged) -> Explained:
    """One condition."""
    definition, language = rule.definition, speaker.language
    manual = ""
    if judged.outcome is Outcome.MANUAL and definition.manual is not None:
        manual = speaker.text(definition.manual)
    exemption = ""
    if judged.outcome is Outcome.NOT_APPLICABLE and definition.exempt:
        reasons = "、".join(speaker.text(one.reason) for one in definition.exempt)
        exemption = speaker.pick(f"豁免：{reasons}", f"exempt: {reasons}")
    return Explained(
        id=rule.id,
        title=speaker.text(definition.title),
        sentence=speaker.text(definition.sentence),
        article=definition.article,
        outcome=judged.outcome,
        verdict=outcome_word(judged.outcome, language),
        lines=tuple(_lines(speaker, judged)),
        missing=judged.missing,
        missing_words=tuple(speaker.key(key) for key in judged.missing),
        manual=manual,
        exemption=exemption,
        note=speaker.text(definition.note) if definition.note else "",
        confidence=definition.confidence or "",
        joint=speaker.pick("；", "; "),
    )


def told_of(speaker: Speaker, judged: Judged) -> str:
    """What a truth rests on in one sentence, for one that belongs to no condition."""
    return speaker.pick("；", "; ").join(line.said for line in _lines(speaker, judged))


def target_line(decision: Decision, speaker: Speaker) -> str:
    """Why a policy is not for this firm, or not in force, in a sentence; "" where it is."""
    policy = decision.policy
    if not decision.in_force:
        effective = policy.definition.effective
        until = "" if effective.until is None else effective.until.isoformat()
        return speaker.pick(
            f"{decision.day} 不在有效期内（{effective.since} 至 {until or '现在'}）",
            f"not in force on {decision.day} ({effective.since} to {until or 'now'})",
        )
    if decision.applies.outcome is not Outcome.NOT_MET:
        return ""
    target = policy.definition.target
    if target is None:
        region = policy.definition.region or ""
        return speaker.pick(f"只适用于地区 {region}", f"only for region {region}")
    words = speaker.text(target.sentence)
    return speaker.pick(f"只适用于：{words}", f"only for: {words}")


def _lines(speaker: Speaker, judged: Judged) -> Iterator[FigureLine]:
    """A line for each comparison that matters, each sentence once: of a condition that is not met
    what fails, of one that is met what holds, of an open one what is open."""
    told: set[str] = set()
    for one in judged.compared:
        if judged.outcome.open:
            if not one.outcome.open:
                continue
        elif judged.outcome is not Outcome.NOT_APPLICABLE and one.outcome is not judged.outcome:
            continue
        line = _line(speaker, one)
        if line is not None and line.said not in told:
            told.add(line.said)
            yield line


def _line(speaker: Speaker, compared: Compared) -> FigureLine | None:
    node = compared.node
    if isinstance(node, OneOf):
        return _one_of(speaker, node, compared)
    if not isinstance(node, Compare):
        return _flag(speaker, node, compared)
    sign = SIGNS[node.sign][0 if speaker.language == "zh" else 1]
    what = speaker.node(node.left)
    if isinstance(node.left, Age):
        return _age(speaker, node, compared, sign)
    if _asks_whether(node):
        return _whether(speaker, node, compared)
    if isinstance(node.left, Growth) and node.left.how == "compound":
        return _compound(speaker, node, node.left, compared)
    value = _value(speaker, compared.left, node.left)
    threshold = _value(speaker, compared.right, node.right, like=node.left) or speaker.node(
        node.right
    )
    undefined = _undefined(speaker, compared)
    if undefined:
        said = speaker.pick(f"{what}：{undefined}", f"{what}: {undefined}")
        return FigureLine(value, threshold, compared.outcome, said, "")
    shown = value or speaker.pick("没有数据", "no figure")
    said = speaker.pick(
        f"{what} {shown}，要求{sign} {threshold}", f"{what}: {shown}, {sign} {threshold} asked"
    )
    gap = _gap(speaker, node, compared)
    return FigureLine(value, threshold, compared.outcome, _with_gap(speaker, said, gap), gap)


def _flag(speaker: Speaker, node: Node, compared: Compared) -> FigureLine:
    """A fact that is so or not."""
    what = speaker.node(node)
    known = {Outcome.MET: ("是", "yes"), Outcome.NOT_MET: ("否", "no")}.get(compared.outcome)
    value = speaker.pick(*known) if known else ""
    shown = value or speaker.pick("没有数据", "no figure")
    return FigureLine(
        value, "", compared.outcome, speaker.pick(f"{what}：{shown}", f"{what}: {shown}"), ""
    )


def _asks_whether(node: Compare) -> bool:
    """Whether it is `exists(…)`: a count of at least one."""
    one = isinstance(node.right, Fixed) and node.right.value == 1
    counts = isinstance(node.left, OfHoldings) and node.left.how == "count"
    return counts and one and node.sign == ">="


def _whether(speaker: Speaker, node: Compare, compared: Compared) -> FigureLine:
    what = speaker.held(node.left) if isinstance(node.left, OfHoldings) else ""
    said = {
        Outcome.MET: speaker.pick(f"有{what}", f"has {what}"),
        Outcome.NOT_MET: speaker.pick(f"没有{what}", f"has no {what}"),
    }.get(
        compared.outcome,
        speaker.pick(f"不知道有没有{what}", f"not known whether it has {what}"),
    )
    value = _value(speaker, compared.left, node.left)
    return FigureLine(value, "1", compared.outcome, said, "")


_LISTED: Final = 8
"""Codes of a list that a sentence names; of a longer one it names half and says how many."""


def _one_of(speaker: Speaker, node: OneOf, compared: Compared) -> FigureLine:
    value = _value(speaker, compared.left, node.left)
    codes = [speaker.code(str(one), node.left.type) for one in node.named]
    named = "、".join(codes if len(codes) <= _LISTED else codes[: _LISTED // 2])
    if len(codes) > _LISTED:
        named = speaker.pick(f"{named} 等 {len(codes)} 项", f"{named} … ({len(codes)} in all)")
    what = speaker.node(node.left)
    shown = value or speaker.pick("没有数据", "no figure")
    relation = {
        Outcome.MET: ("属于", "is one of"),
        Outcome.NOT_MET: ("不属于", "is none of"),
    }.get(compared.outcome, ("对照", "compared with"))
    said = speaker.pick(
        f"{what} {shown}，{relation[0]} {named}", f"{what}: {shown}, {relation[1]} {named}"
    )
    return FigureLine(value, named, compared.outcome, said, "")


def _age(speaker: Speaker, node: Compare, compared: Compared, sign: str) -> FigureLine | None:
    assert isinstance(node.left, Age)
    threshold = speaker.node(node.right)
    day = compared.left.value if isinstance(compared.left, Single) else None
    gap = ""
    if (
        compared.outcome is Outcome.NOT_MET
        and isinstance(day, date)
        and node.sign in (">=", ">")
        and isinstance(node.right, Duration)
        and isinstance(node.left.end, ApplicationDate)
    ):
        since = shifted(day, node.right)
        gap = speaker.pick(f"到 {since} 才满", f"reached on {since}")
    value = day.isoformat() if isinstance(day, date) else ""
    shown = f" {value}" if value else ""
    start = speaker.node(node.left.start)
    said = speaker.pick(
        f"{start}{shown}，时长要求{sign} {threshold}", f"{start}{shown}: {sign} {threshold} asked"
    )
    return FigureLine(value, threshold, compared.outcome, _with_gap(speaker, said, gap), gap)


def _compound(speaker: Speaker, node: Compare, growth: Growth, compared: Compared) -> FigureLine:
    """A compound growth: decided on the whole growth, which is exact, and said as a yearly rate,
    which is a root."""
    sign = SIGNS[node.sign][0 if speaker.language == "zh" else 1]
    what, threshold = speaker.node(growth), speaker.node(node.right)
    exact = compared.left.exact if isinstance(compared.left, Reading) else None
    value = ""
    if exact is not None and exact >= 0:
        whole = Decimal(exact.numerator) / Decimal(exact.denominator)
        rate = (whole ** (Decimal(1) / growth.steps) - 1) * 100
        value = f"≈{rate.quantize(Decimal('0.0001')).normalize():f}%"
    undefined = _undefined(speaker, compared)
    shown = value or undefined or speaker.pick("没有数据", "no figure")
    said = speaker.pick(
        f"{what} {shown}，要求{sign} {threshold}", f"{what}: {shown}, {sign} {threshold} asked"
    )
    return FigureLine(value, threshold, compared.outcome, said, "")


def _with_gap(speaker: Speaker, said: str, gap: str) -> str:
    return said + speaker.pick("，", ", ") + gap if gap else said


def _value(
    speaker: Speaker,
    found: Reading | Single[object] | None,
    node: Node,
    *,
    like: Node | None = None,
) -> str:
    """The figure in words; "" where there is none. A plain number has the unit of `like`."""
    if isinstance(found, Reading):
        if found.exact is not None:
            kind = _unit(node)
            return speaker.number(found.exact, _unit(like) if like and kind.plain else kind)
        if found.state is State.ABSENT:
            return speaker.pick("明确没有", "known to be absent")
        if found.low is not None and found.high is not None:
            low, high = (speaker.number(end, _unit(node)) for end in (found.low, found.high))
            return f"{low}–{high}"
        if found.low is not None and found.low > 0:
            return speaker.pick("至少 ", "at least ") + speaker.number(found.low, _unit(node))
        return ""
    if isinstance(found, Single):
        if found.absent:
            return speaker.pick("明确没有", "known to be absent")
        value = found.value
        if isinstance(value, Fraction | date | str | bool):
            return speaker.constant(value, node.type)
    return ""


def _unit(node: Node) -> NumberType:
    if isinstance(node, OfHoldings) and node.how == "count":
        return NumberType((), plain=True)
    return node.type if isinstance(node.type, NumberType) else NumberType()


def _undefined(speaker: Speaker, compared: Compared) -> str:
    for side in (compared.left, compared.right):
        if isinstance(side, Reading) and side.state is State.UNDEFINED:
            return speaker.pick(
                "分母为零或负，算不出", "cannot be computed: a denominator of zero or less"
            )
    return ""


def _gap(speaker: Speaker, node: Compare, compared: Compared) -> str:
    """How much is lacking, where both sides are known numbers."""
    left, right = compared.left, compared.right
    if compared.outcome is not Outcome.NOT_MET or node.sign in ("=", "!="):
        return ""
    if not isinstance(left, Reading) or not isinstance(right, Reading):
        return ""
    if left.exact is None or right.exact is None:
        return ""
    lacking = abs(Fraction(right.exact) - left.exact)
    if lacking == 0:
        return speaker.pick("刚好在界上，不含本数", "just on the edge, which does not count")
    kind = _unit(node.left)
    if isinstance(kind, NumberType) and not kind.powers and not kind.plain:
        said = speaker.number(lacking, kind).removesuffix("%")
        amount = speaker.pick(f"{said} 个百分点", f"{said} percentage points")
    else:
        amount = speaker.number(lacking, kind)
    more = node.sign in (">=", ">")
    return speaker.pick(
        f"{'还差' if more else '超出'} {amount}", f"{amount} {'short' if more else 'too much'}"
    )
