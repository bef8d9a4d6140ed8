"""A published ladder as its page shows it: the rungs of one of its times and their rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lianshu.engine.policy import Policy
from lianshu.engine.policy.ladders import Ladder, LadderVersion, Rung
from lianshu.engine.policy.rule_words import RuleSpeaker
from lianshu.entitlements.diagnosis import language_now
from lianshu.entitlements.marks import region_name
from lianshu.entitlements.published import Published
from lianshu.registry.dictionary import fact_dictionary


@dataclass(frozen=True, slots=True)
class RungReading:
    """A rung. `policy` and `version` are of the rule that holds for it on the day, "" where there
    is none; `held` says how its title is recognised."""

    number: int
    id: str
    title: str
    policy: str
    version: str
    policy_title: str
    document: str
    conditions: int
    held: str
    note: str
    confidence: str


@dataclass(frozen=True, slots=True)
class LadderPage:
    """A ladder at one of its times; `rungs` are lowest first."""

    ladder: Ladder
    at: LadderVersion
    day: date
    title: str
    summary: str
    area: str
    note: str
    rungs: tuple[RungReading, ...]
    unverified: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def confidence(self) -> str:
        """How sure the order of the rungs is."""
        return self.at.definition.source.confidence

    @property
    def doubtful(self) -> bool:
        """Whether the reader has to be told to check."""
        return self.confidence in ("C3", "U")


def time_asked(ladder: Ladder, since: str, today: date) -> LadderVersion:
    """The time that begins on the day asked for; else today's, else the latest."""
    for one in ladder.versions:
        if one.since.isoformat() == since:
            return one
    return ladder.on(today) or ladder.versions[-1]


def read_ladder(found: Published, ladder: Ladder, at: LadderVersion, *, today: date) -> LadderPage:
    """One time of a ladder in words, on today or the nearest day within that time."""
    day = max(today, at.since) if at.until is None else min(max(today, at.since), at.until)
    language = language_now()
    definition = ladder.definition
    speaker = RuleSpeaker(fact_dictionary(), language, day)
    source = at.definition.source
    notes = [source.note, at.definition.note]
    return LadderPage(
        ladder=ladder,
        at=at,
        day=day,
        title=definition.title.said_in(language),
        summary=definition.summary.said_in(language) if definition.summary else "",
        area=region_name(definition.region) if definition.region else "",
        note="；".join(one.said_in(language) for one in notes if one is not None),
        rungs=tuple(
            _rung(place, rung, found.policies, speaker, day) for place, rung in enumerate(at.rungs)
        ),
        unverified=tuple(one.said_in(language) for one in definition.unverified),
        notes=tuple(one.said_in(language) for one in definition.notes),
    )


def _rung(
    place: int, rung: Rung, policies: Sequence[Policy], speaker: RuleSpeaker, day: date
) -> RungReading:
    definition = rung.definition
    policy = next(
        (one for one in policies if one.id == definition.policy and one.in_force(day)), None
    )
    return RungReading(
        number=place + 1,
        id=rung.id,
        title=speaker.text(definition.title),
        policy="" if policy is None else policy.id,
        version="" if policy is None else policy.version,
        policy_title="" if policy is None else speaker.text(policy.definition.title),
        document="" if policy is None else policy.definition.document.number,
        conditions=0 if policy is None else len(policy.rules),
        held="" if rung.held is None else speaker.truth(rung.held),
        note=speaker.text(definition.note) if definition.note else "",
        confidence=definition.confidence or "",
    )
