"""A policy as a person reads it, without any firm: what each condition asks in words, the tables of
its scores, and what changed between two versions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from lianshu.engine.expressions import Node, walk
from lianshu.engine.expressions.tree import (
    AllOf,
    Band,
    ConditionValue,
    Exempted,
    IfElse,
    Lookup,
    Manual,
    Points,
    Rounded,
    Settled,
)
from lianshu.engine.policy.compiled import ItemRule, Policy, Rule
from lianshu.engine.policy.rule_words import RuleSpeaker, points_words
from lianshu.engine.policy.words import SIGNS


@dataclass(frozen=True, slots=True)
class ConditionWords:
    """A condition: its own sentence, what it computes (``asked``), who judges (``judged``)."""

    id: str
    title: str
    sentence: str
    article: str
    asked: str
    judged: str
    exemptions: tuple[str, ...]
    note: str
    confidence: str
    required: bool


@dataclass(frozen=True, slots=True)
class Case:
    """One row of a table of points: in which case how many, ``expert`` where somebody decides."""

    when: str
    points: str
    expert: bool


@dataclass(frozen=True, slots=True)
class ItemWords:
    """An item of a score. ``by`` is what its bands are of."""

    title: str
    most: str
    by: str
    cases: tuple[Case, ...]
    article: str
    sentence: str
    confidence: str


@dataclass(frozen=True, slots=True)
class ScoreWords:
    """A score: the sum of its items, or as ``total`` says."""

    title: str
    most: str
    total: str
    items: tuple[ItemWords, ...]
    article: str
    headline: bool


def conditions_in_words(policy: Policy, speaker: RuleSpeaker) -> list[ConditionWords]:
    """Every condition, in the order of the policy."""
    return [condition_in_words(rule, speaker) for rule in policy.rules]


def condition_in_words(rule: Rule, speaker: RuleSpeaker) -> ConditionWords:
    """One condition."""
    definition = rule.definition
    asked = ""
    if definition.test is not None:
        asked = speaker.truth(_without_judgement(rule.node))
    return ConditionWords(
        id=rule.id,
        title=speaker.text(definition.title),
        sentence=speaker.text(definition.sentence),
        article=definition.article,
        asked=asked,
        judged=speaker.text(definition.manual) if definition.manual else "",
        exemptions=tuple(speaker.text(one.reason) for one in definition.exempt),
        note=speaker.text(definition.note) if definition.note else "",
        confidence=definition.confidence or "",
        required=definition.required,
    )


def _without_judgement(node: Node) -> Node:
    """The computed part of a condition."""
    if isinstance(node, Exempted):
        return _without_judgement(node.inner)
    if isinstance(node, AllOf):
        kept = tuple(part for part in node.parts if not isinstance(part, Manual))
        return kept[0] if len(kept) == 1 else AllOf(node.at, kept)
    return node


def scores_in_words(policy: Policy, speaker: RuleSpeaker) -> list[ScoreWords]:
    """Every score with its items as tables."""
    return [
        ScoreWords(
            title=speaker.text(score.definition.title),
            most=f"{score.definition.max.normalize():f}",
            total="" if score.total is None else speaker.node(score.total),
            items=tuple(_item(item, speaker) for item in score.items),
            article=score.definition.article or "",
            headline=score.id == policy.headline,
        )
        for score in policy.scores
    ]


def _item(item: ItemRule, speaker: RuleSpeaker) -> ItemWords:
    definition, node = item.definition, _bare(item.node)
    by = speaker.node(node.subject) if isinstance(node, Band) else ""
    return ItemWords(
        title=speaker.text(definition.title),
        most=f"{definition.max.normalize():f}",
        by=by,
        cases=tuple(_cases(node, speaker, "", of_subject=not by)),
        article=definition.article or "",
        sentence=speaker.text(definition.sentence) if definition.sentence else "",
        confidence=definition.confidence or "",
    )


def _bare(node: Node) -> Node:
    return _bare(node.inner) if isinstance(node, Settled | Rounded) else node


def _cases(node: Node, speaker: RuleSpeaker, before: str, *, of_subject: bool) -> Iterator[Case]:
    """The rows of a table of points; nested choices carry what stands before them."""
    node = _bare(node)
    joint = speaker.pick("；", "; ")

    def beside(words: str) -> str:
        return joint.join(part for part in (before, words) if part)

    match node:
        case IfElse():
            yield from _cases(
                node.then, speaker, beside(speaker.truth(node.condition)), of_subject=True
            )
            rest = speaker.pick("其余", "otherwise") if not _splits(node.otherwise) else ""
            yield from _cases(node.otherwise, speaker, beside(rest), of_subject=True)
        case Band():
            for place, (sign, edge, value) in enumerate(node.rows):
                # Of what the band is stands in its first row.
                of = f"{speaker.node(node.subject)} " if of_subject and place == 0 else ""
                word = SIGNS[sign][0 if speaker.language == "zh" else 1]
                words = f"{of}{word} {speaker.like(edge, node.subject)}"
                yield from _cases(value, speaker, beside(words), of_subject=True)
            rest = speaker.pick("其余", "otherwise")
            yield from _cases(node.otherwise, speaker, beside(rest), of_subject=True)
        case Lookup():
            for code, worth in node.rows:
                said = speaker.code(code, node.key.type)
                yield Case(beside(said), speaker.constant(worth, node.type), expert=False)
        case Points() if node.high is not None:
            yield Case(before, points_words(speaker, node), expert=True)
        case Points():
            yield from _cases(node.low, speaker, before, of_subject=True)
        case _:
            yield Case(before, speaker.node(node), expert=False)


def _splits(node: Node) -> bool:
    return isinstance(_bare(node), IfElse | Band | Lookup)


@dataclass(frozen=True, slots=True)
class Change:
    """A condition in two versions, None where a version has none."""

    kind: Literal["added", "gone", "changed", "same"]
    before: ConditionWords | None
    after: ConditionWords | None

    @property
    def title(self) -> str:
        """What it is called, by the later version that has it."""
        one = self.after or self.before
        return "" if one is None else one.title


def compare_versions(
    before: Sequence[ConditionWords], after: Sequence[ConditionWords]
) -> list[Change]:
    """Conditions by id, then by title: gone and added, with another threshold, the same."""
    left = list(before)
    found: list[Change] = []
    for one in after:
        other = next((each for each in left if each.id == one.id), None) or next(
            (each for each in left if each.title == one.title), None
        )
        if other is None:
            found.append(Change("added", None, one))
            continue
        left.remove(other)
        same = (one.asked, one.judged, one.exemptions, one.required) == (
            other.asked,
            other.judged,
            other.exemptions,
            other.required,
        )
        found.append(Change("same" if same else "changed", other, one))
    return [*found, *(Change("gone", one, None) for one in left)]


def counting(policy: Policy) -> tuple[str, ...]:
    """The conditions that the verdict rests on: those it names."""
    named = {one.name for one in walk(policy.verdict) if isinstance(one, ConditionValue)}
    return tuple(rule.id for rule in policy.rules if rule.id in named)
