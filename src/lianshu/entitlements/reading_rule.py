"""A published policy as a page shows it: the rule in words, its sources, its versions compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from lianshu.engine.definitions import Text
from lianshu.engine.policy import Policy
from lianshu.engine.policy.describing import (
    Change,
    ConditionWords,
    ScoreWords,
    compare_versions,
    conditions_in_words,
    scores_in_words,
)
from lianshu.engine.policy.model import Document
from lianshu.engine.policy.rule_words import RuleSpeaker, rule_speaker
from lianshu.entitlements.diagnosis import language_now
from lianshu.entitlements.marks import CONFIDENCE, region_name
from lianshu.entitlements.models import PolicyVersion
from lianshu.entitlements.published import Published
from lianshu.registry.dictionary import fact_dictionary


@dataclass(frozen=True, slots=True)
class Span:
    """A time with what it is about."""

    title: str
    since: date
    until: date | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A dated threshold, with where it stands."""

    title: str
    value: str
    since: date
    until: date | None
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Excluded:
    """Another policy that one cannot have at the same time; `policy` is "" when not published."""

    policy: str
    title: str
    note: str


@dataclass(frozen=True, slots=True)
class RuleReading:
    """The rule for a reader, on a day on which it holds."""

    version: PolicyVersion
    on: date
    title: str
    summary: str
    documents: tuple[Document, ...]
    area: str
    confidence: str
    target: str
    target_article: str
    transitional: tuple[Span, ...]
    windows: tuple[Span, ...]
    conditions: tuple[ConditionWords, ...]
    own_verdict: bool
    scores: tuple[ScoreWords, ...]
    benefit: str
    benefit_kind: str
    benefit_article: str
    amount: str
    validity: str
    exclusive: tuple[Excluded, ...]
    thresholds: tuple[Threshold, ...]
    unverified: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def computed(self) -> int:
        """How many conditions are worked out from facts."""
        return sum(bool(each.asked) for each in self.conditions)

    @property
    def doubtful(self) -> bool:
        """Whether the reader has to be told to check."""
        return self.version.confidence in ("C3", "U")


@dataclass(frozen=True, slots=True)
class Compared:
    """Two versions, condition by condition; `same` is how many are as they were."""

    before: PolicyVersion
    after: PolicyVersion
    changes: tuple[Change, ...]
    same: int


def read_rule(found: Published, version: PolicyVersion, *, today: date) -> RuleReading:
    """One version in words."""
    policy = found.of(version)
    speaker = speaker_for(found, policy, today=today)
    definition = policy.definition
    benefit = definition.benefit
    return RuleReading(
        version=version,
        on=speaker.day,
        title=speaker.text(definition.title),
        summary=_said(speaker, definition.summary),
        documents=(definition.document, *definition.further),
        area=region_name(definition.region) if definition.region else "",
        confidence=str(CONFIDENCE.get(definition.confidence, "")),
        target=speaker.text(definition.target.sentence) if definition.target else "",
        target_article=(definition.target.article or "") if definition.target else "",
        transitional=tuple(
            Span(one.article or "", one.since, one.until, speaker.text(one.note))
            for one in definition.transitional
        ),
        windows=tuple(
            Span(speaker.text(one.title), one.since, one.until) for one in definition.windows
        ),
        conditions=tuple(conditions_in_words(policy, speaker)),
        own_verdict=definition.verdict is not None,
        scores=tuple(scores_in_words(policy, speaker)),
        benefit=speaker.text(benefit.sentence) if benefit else "",
        benefit_kind=benefit.kind if benefit else "",
        benefit_article=(benefit.article or "") if benefit else "",
        amount="" if policy.amount is None else speaker.node(policy.amount),
        validity=_said(speaker, definition.validity),
        exclusive=tuple(_excluded(found, policy, speaker)),
        thresholds=tuple(_thresholds(policy, speaker)),
        unverified=tuple(speaker.text(one) for one in definition.unverified),
        notes=tuple(speaker.text(one) for one in definition.notes),
    )


def speaker_for(found: Published, policy: Policy, *, today: date) -> RuleSpeaker:
    """Says the policy as it is today, or on the nearest day on which it holds."""
    effective = policy.definition.effective
    day = max(today, effective.since)
    if effective.until is not None:
        day = min(day, effective.until)
    titles = {one.id: one.definition.title for one in found.policies}
    return rule_speaker(policy, fact_dictionary(), language_now(), day, policies=titles)


def compared(
    found: Published, before: PolicyVersion, after: PolicyVersion, *, today: date
) -> Compared:
    """Which conditions changed from one version to another, each on a day on which it holds."""
    sides = []
    for version in (before, after):
        policy = found.of(version)
        speaker = replace(speaker_for(found, policy, today=today), years_on=today)
        sides.append(conditions_in_words(policy, speaker))
    changes = compare_versions(*sides)
    told = tuple(each for each in changes if each.kind != "same")
    return Compared(before, after, told, len(changes) - len(told))


def _said(speaker: RuleSpeaker, text: Text | None) -> str:
    return "" if text is None else speaker.text(text)


def _excluded(found: Published, policy: Policy, speaker: RuleSpeaker) -> Sequence[Excluded]:
    titles = {one.id: one.definition.title for one in found.policies}
    return [
        Excluded(
            one.policy if one.policy in titles else "",
            speaker.text(titles[one.policy]) if one.policy in titles else one.policy,
            speaker.text(one.note),
        )
        for one in policy.definition.exclusive
    ]


def _thresholds(policy: Policy, speaker: RuleSpeaker) -> Sequence[Threshold]:
    if policy.parameters is None:
        return []
    return [
        Threshold(
            speaker.text(one.title),
            value.value,
            value.since,
            value.until,
            " ".join(part for part in (value.source.document, value.source.article) if part),
            value.source.confidence,
        )
        for one in policy.parameters.value.parameters
        for value in one.values
    ]
