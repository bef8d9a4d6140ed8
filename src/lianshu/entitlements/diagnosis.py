"""A firm against every published policy: entitled, nearly, unknown, for an expert, not for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.engine.expressions import Exact, Outcome, Reading
from lianshu.engine.policy import Decision, Evaluator, Policy
from lianshu.engine.policy.describing import counting
from lianshu.engine.policy.model import Window
from lianshu.engine.policy.telling import (
    Explained,
    explain,
    outcome_word,
    speaker_of,
    target_line,
)
from lianshu.engine.policy.words import Language, Speaker
from lianshu.entitlements.climbing import Climb, climbs
from lianshu.entitlements.knowledge import Known, known_of
from lianshu.entitlements.models import PolicyVersion
from lianshu.entitlements.published import Published, published
from lianshu.entitlements.queries import NEARLY
from lianshu.registry.dictionary import OWN_SOURCE, fact_dictionary, public_codes
from lianshu.registry.models import Organisation
from lianshu.ui.formats import money

CLOSED_SHOWN = 365
"""For how many days a window that closed is still told: the next is often at the same season."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that would decide. `supply` is where one's own people can give it, or ""; a list
    is confirmed (`confirm`) instead; `withheld`: there is a value that may not decide."""

    key: str
    words: str
    supply: str = ""
    confirm: str = ""
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class PolicyReading:
    """One policy as it comes out for the firm, in words."""

    version: PolicyVersion
    decision: Decision
    title: str
    outcome: Outcome
    verdict: str
    conditions: tuple[Explained, ...]
    failing: tuple[Explained, ...]
    missing: tuple[Missing, ...]
    why_not: str
    score: str
    deciding: tuple[str, ...]
    amount: str
    benefit: str
    window: str
    validity: str
    unverified: tuple[str, ...]

    @property
    def anchor(self) -> str:
        """Its place on the page."""
        return self.version.policy

    @property
    def met(self) -> int:
        """How many conditions stand in nobody's way."""
        return sum(each.outcome.passes for each in self.conditions)


@dataclass(frozen=True, slots=True)
class Group:
    """Policies that came out alike."""

    id: str
    title: str
    hint: str
    tone: str
    icon: str
    readings: tuple[PolicyReading, ...]


@dataclass(frozen=True, slots=True)
class Round:
    """A time in which applications for a policy are, were or will be taken."""

    since: date
    until: date
    policy: str
    title: str
    window: str
    state: str
    tone: str


@dataclass(frozen=True, slots=True)
class LadderReading:
    """A ladder with what the next rung waits for and where that can be given."""

    climb: Climb
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Everything on the page. `asked_most` are the facts that would decide most policies."""

    organisation: Organisation
    on: date
    groups: tuple[Group, ...]
    windows: tuple[Round, ...] = ()
    asked_most: tuple[tuple[Missing, int], ...] = field(default=())
    ladders: tuple[LadderReading, ...] = ()


def language_now() -> Language:
    """The language of the reader."""
    return "zh" if (get_language() or "zh").startswith("zh") else "en"


def diagnose(
    actor: Actor, organisation: Organisation, *, on: date, known_at: datetime | None = None
) -> Diagnosis:
    """Every policy in force on the day, for one firm; by the interpreter, in a few queries."""
    found, known = published(), known_of(actor, organisation, known_at=known_at)
    rows = {row.pk: row for row in PolicyVersion.objects.filter(pk__in=found.by_row)}
    evaluator = Evaluator(found.policies, known.firm, on)
    reader = Reader(organisation, known, language_now())
    readings = [
        reader.read(rows[pk], evaluator.decision(policy))
        for pk, policy in found.by_row.items()
        if _may_hold(policy, on)
    ]
    readings.sort(key=lambda each: (each.version.level, each.title))
    return Diagnosis(
        organisation,
        on,
        tuple(_groups(readings)),
        tuple(_windows(found, readings, on)),
        tuple(_asked_most(readings)),
        tuple(_ladders(evaluator, reader, readings)),
    )


def read_ladders(actor: Actor, organisation: Organisation, *, on: date) -> list[LadderReading]:
    """The ladders of one firm by themselves."""
    found, known = published(), known_of(actor, organisation)
    reader = Reader(organisation, known, language_now())
    return list(_ladders(Evaluator(found.policies, known.firm, on), reader, ()))


def _ladders(
    evaluator: Evaluator, reader: Reader, readings: Sequence[PolicyReading]
) -> Iterator[LadderReading]:
    """The firm's ladders; what is told of a policy is told once."""
    told = {id(each.decision): each.conditions for each in readings}
    speaker = Speaker(fact_dictionary(), reader.language, evaluator.day)

    def explaining(decision: Decision) -> Sequence[Explained]:
        known = told.get(id(decision))
        return known or explain(decision, fact_dictionary(), reader.language)

    for climb in climbs(evaluator, reader.language, explaining):
        missing = (reader.missing(speaker, key, evaluator.day) for key in climb.missing)
        yield LadderReading(climb, tuple(missing))


def read_one(
    actor: Actor,
    organisation: Organisation,
    version: PolicyVersion,
    *,
    on: date,
    known_at: datetime | None = None,
) -> PolicyReading:
    """One policy for one firm."""
    found, known = published(), known_of(actor, organisation, known_at=known_at)
    decision = Evaluator(found.policies, known.firm, on).decision(found.of(version))
    return Reader(organisation, known, language_now()).read(version, decision)


def _may_hold(policy: Policy, on: date) -> bool:
    return policy.in_force(on) or bool(policy.open_transitions(on))


@dataclass(frozen=True)
class Reader:
    """Puts decisions about one firm into words."""

    organisation: Organisation
    known: Known
    language: Language

    def read(self, version: PolicyVersion, decision: Decision) -> PolicyReading:
        """One decision."""
        dictionary = fact_dictionary()
        speaker = speaker_of(decision, dictionary, self.language)
        definition = decision.policy.definition
        conditions = tuple(explain(decision, dictionary, self.language))
        benefit = definition.benefit
        return PolicyReading(
            version=version,
            decision=decision,
            title=speaker.text(definition.title),
            outcome=decision.verdict.outcome,
            verdict=outcome_word(decision.verdict.outcome, self.language),
            conditions=conditions,
            failing=tuple(_failing(decision, conditions)),
            missing=tuple(self._missing(speaker, decision)),
            why_not=_why_not(speaker, decision),
            score=_score(decision.score),
            deciding=tuple(_item_title(speaker, name) for name in decision.deciding),
            amount="" if decision.amount is None else money(decision.amount),
            benefit=speaker.text(benefit.sentence) if benefit else "",
            window=_window(speaker, decision),
            validity=speaker.text(definition.validity) if definition.validity else "",
            unverified=tuple(speaker.text(one) for one in definition.unverified),
        )

    def _missing(self, speaker: Speaker, decision: Decision) -> Iterator[Missing]:
        keys: dict[str, None] = {}
        if decision.verdict.outcome is Outcome.UNKNOWN:
            keys = dict.fromkeys(decision.verdict.missing)
        for key in keys:
            yield self.missing(speaker, key, decision.day)

    def missing(self, speaker: Speaker, key: str, day: date) -> Missing:
        """What is missing, and where it can be given."""
        name, _at, label = key.partition("@")
        dictionary = fact_dictionary()
        fact = dictionary.facts_by_id.get(name)
        if fact is not None:
            withheld = any(each[0] == name for each in self.known.withheld)
            supply = ""
            if OWN_SOURCE in fact.sources:
                period = label or day.isoformat()
                supply = (
                    reverse("fact-record", args=[self.organisation.public_id])
                    + f"?fact={name}&period={period}"
                )
            return Missing(key, speaker.key(key), supply, withheld=withheld)
        kind = key.partition(".")[0]
        holding = dictionary.holdings_by_id.get(kind)
        told = holding is not None and OWN_SOURCE in holding.sources and "." not in key
        return Missing(key, speaker.key(key), confirm=kind if told else "")


def _why_not(speaker: Speaker, decision: Decision) -> str:
    """As `target_line`, with the place by its name."""
    said = target_line(decision, speaker)
    region = decision.policy.definition.region
    if said and decision.in_force and region:
        codes = public_codes("regions")
        entry = None if codes is None else codes.get(region)
        name = region if entry is None else entry.name
        place = speaker.pick(f"适用于{name}", f"for {name}")
        return place if decision.policy.definition.target is None else f"{place}；{said}"
    return said


def _failing(decision: Decision, conditions: Sequence[Explained]) -> Iterator[Explained]:
    """Those not met on which the verdict rests."""
    names = counting(decision.policy)
    for each in conditions:
        if each.outcome is Outcome.NOT_MET and each.id in names:
            yield each


def is_nearly(reading: PolicyReading) -> bool:
    """Not met by one or two conditions, with nothing missing among those that count."""
    if reading.outcome is not Outcome.NOT_MET or not 1 <= len(reading.failing) <= NEARLY:
        return False
    names = counting(reading.decision.policy)
    return not any(
        each.outcome is Outcome.UNKNOWN and each.id in names for each in reading.conditions
    )


def _groups(readings: Iterable[PolicyReading]) -> Iterator[Group]:
    sorted_out: dict[str, list[PolicyReading]] = {}
    for each in readings:
        sorted_out.setdefault(_place(each), []).append(each)
    wording: Mapping[str, tuple[str, str, str, str]] = {
        "met": (_("现在符合"), _("按现有数据，各项条件都符合。"), "good", "circle-check"),
        "nearly": (_("差一点"), _("只有一两项条件不够，其余都符合。"), "wait", "target"),
        "unknown": (_("缺数据"), _("补上这些数据就能判断；不知道不等于不符合。"), "info", "help"),
        "manual": (
            _("待人工判断"),
            _("能计算的都符合，还要专家或主管部门判断。"),
            "info",
            "user-check",
        ),
        "not_met": (
            _("现在不符合"),
            _("多项条件不符合，列出每一项差在哪里。"),
            "neutral",
            "circle-x",
        ),
        "not_applicable": (_("不适用"), _("不是面向贵单位这类企业或地区的政策。"), "neutral", "x"),
    }
    for name, (title, hint, tone, icon) in wording.items():
        found = sorted_out.get(name, [])
        if found:
            yield Group(name, title, hint, tone, icon, tuple(found))


def _place(reading: PolicyReading) -> str:
    return "nearly" if is_nearly(reading) else reading.outcome.value


def _windows(found: Published, readings: Sequence[PolicyReading], on: date) -> Iterator[Round]:
    """Windows of policies that may be for the firm: open and coming ones, the first to close in
    front, then those of the year before the day, the last to close in front."""
    titles = {
        each.version.pk: each.title
        for each in readings
        if each.outcome is not Outcome.NOT_APPLICABLE
    }
    rounds = [
        _round(policy.id, titles[pk], one, on)
        for pk, policy in found.by_row.items()
        if pk in titles
        for one in policy.definition.windows
        if one.until >= on - timedelta(days=CLOSED_SHOWN)
    ]
    rounds.sort(key=lambda one: (one.until < on, abs((one.until - on).days), one.title))
    yield from rounds


def _round(policy: str, title: str, window: Window, on: date) -> Round:
    if window.until < on:
        state, tone = _("已截止"), "neutral"
    elif window.since > on:
        state, tone = _("未开始"), "wait"
    else:
        state, tone = _("正在受理"), "good"
    name = window.title.said_in(language_now())
    return Round(window.since, window.until, policy, title, name, state, tone)


def _asked_most(readings: Iterable[PolicyReading]) -> list[tuple[Missing, int]]:
    counts: dict[str, int] = {}
    known: dict[str, Missing] = {}
    for each in readings:
        for one in each.missing:
            counts[one.key] = counts.get(one.key, 0) + 1
            known.setdefault(one.key, one)
    order = sorted(counts, key=lambda key: (-counts[key], key))
    return [(known[key], counts[key]) for key in order[:6]]


def _score(score: Reading | None) -> str:
    if score is None or score.low is None or score.high is None:
        return ""
    low, high = _points(score.low), _points(score.high)
    return low if low == high else f"{low}–{high}"


def _points(value: Exact) -> str:
    return str(value) if value.denominator == 1 else f"{float(value):.1f}"


def _item_title(speaker: Speaker, name: str) -> str:
    return speaker.text(speaker.scores[name]) if name in speaker.scores else name


def _window(speaker: Speaker, decision: Decision) -> str:
    for one in decision.policy.definition.windows:
        if one.until >= decision.day:
            return f"{speaker.text(one.title)} {one.since} – {one.until}"
    return ""
