"""Where a firm stands on a ladder, in words: each rung with its reason, and what the next asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lianshu.engine.expressions import Outcome
from lianshu.engine.policy.evaluating import Decision
from lianshu.engine.policy.ladders import Ladder, LadderVersion
from lianshu.engine.policy.standing import RungStanding, Standing
from lianshu.engine.policy.telling import (
    Explained,
    explain,
    outcome_word,
    speaker_of,
    target_line,
    told_of,
)
from lianshu.engine.policy.words import Language, Speaker
from lianshu.engine.tables import FactDictionary


class RungState(StrEnum):
    """How a rung lies to the firm."""

    HELD = "held"
    """It has the title."""
    PASSED = "passed"
    """It has a higher one, and not this."""
    PERHAPS = "perhaps"
    """Above what it is known to hold; nobody knows whether it has the title."""
    ABOVE = "above"
    """It does not have the title."""


_STATES = {
    RungState.HELD: ("已有", "held"),
    RungState.PASSED: ("已越过", "passed"),
    RungState.PERHAPS: ("不知道有没有", "not known"),
    RungState.ABOVE: ("还没有", "not held"),
}


_MARKS = {RungState.HELD: "●", RungState.PERHAPS: "?"}


@dataclass(frozen=True, slots=True)
class RungWords:
    """A rung for a reader. ``reason`` is why it counts as held or not; ``outcome`` what its policy
    comes to, None where nothing is known of what is asked, which ``asked`` says in any case.
    ``gap`` is told of the next rung alone."""

    place: int
    id: str
    title: str
    state: RungState
    state_word: str
    reason: str
    policy: str
    outcome: Outcome | None
    asked: str
    gap: tuple[Explained, ...]
    note: str
    current: bool
    following: bool
    qualified: bool

    @property
    def number(self) -> int:
        """Counted from one."""
        return self.place + 1


@dataclass(frozen=True, slots=True)
class StandingWords:
    """A standing for a reader: where it is, what is next, and every rung, lowest first."""

    id: str
    title: str
    now: str
    ahead: str
    why_not: str
    source: str
    rungs: tuple[RungWords, ...]

    @property
    def following(self) -> RungWords | None:
        """The rung to reach for."""
        return next((one for one in self.rungs if one.following), None)


Explaining = Callable[[Decision], Sequence[Explained]]


def standing_in_words(
    standing: Standing,
    dictionary: FactDictionary,
    language: Language,
    *,
    explaining: Explaining | None = None,
) -> StandingWords:
    """Everything in one language. `explaining` is asked for the conditions of the next rung's
    policy: whoever has explained the decision already need not do it again."""
    speaker = Speaker(dictionary, language, standing.day)
    said = explaining or (lambda decision: explain(decision, dictionary, language))
    rungs = tuple(
        _rung(standing, place, speaker, dictionary, said) for place in range(len(standing.rungs))
    )
    return StandingWords(
        id=standing.ladder.id,
        title=speaker.text(standing.ladder.definition.title),
        now=_now(standing, rungs, speaker),
        ahead=_ahead(standing, rungs, speaker),
        why_not=_why_not(standing, speaker),
        source="" if standing.version is None else source_words(standing.version, speaker),
        rungs=rungs,
    )


def _rung(
    standing: Standing,
    place: int,
    speaker: Speaker,
    dictionary: FactDictionary,
    explaining: Explaining,
) -> RungWords:
    one = standing.rungs[place]
    definition = one.rung.definition
    state = _state(standing, place)
    return RungWords(
        place=place,
        id=one.rung.id,
        title=speaker.text(definition.title),
        state=state,
        state_word=speaker.pick(*_STATES[state]),
        reason=_reason(one, speaker),
        policy=definition.policy or "",
        outcome=None if one.conditions is None else one.conditions.outcome,
        asked=_asked(one, speaker, dictionary),
        gap=_gap(one, explaining) if place == standing.next else (),
        note=speaker.text(definition.note) if definition.note else "",
        current=place == standing.held,
        following=place == standing.next,
        qualified=place == standing.qualified,
    )


def _state(standing: Standing, place: int) -> RungState:
    held = standing.rungs[place].held.outcome
    if held is Outcome.MET:
        return RungState.HELD
    if standing.held is not None and place < standing.held:
        return RungState.PASSED
    return RungState.PERHAPS if held.open else RungState.ABOVE


def _reason(one: RungStanding, speaker: Speaker) -> str:
    """Why it counts as held or not."""
    if one.rung.held is None:
        return speaker.pick("没有称号，以符合条件为准", "no title; met when its conditions are")
    return told_of(speaker, one.held) or speaker.pick("没有要求", "nothing is asked")


def _gap(one: RungStanding, explaining: Explaining) -> tuple[Explained, ...]:
    if one.decision is None or not one.gap:
        return ()
    said = {each.id: each for each in explaining(one.decision)}
    return tuple(said[name] for name in one.gap)


def _asked(one: RungStanding, speaker: Speaker, dictionary: FactDictionary) -> str:
    """What its policy comes to, with the reason, in a sentence."""
    pick, decision = speaker.pick, one.decision
    if decision is None:
        if one.rung.definition.policy is None:
            return pick(
                "没有可以对照的标准，以主管部门的通知为准",
                "no criteria to compare with; the authority's notice counts",
            )
        return pick("这一天没有施行的认定办法", "no rule for it is in force on this day")
    outcome = decision.verdict.outcome
    if outcome is Outcome.MET:
        return pick("各项条件都符合，可以申报", "every condition is met: it may apply")
    if outcome is Outcome.NOT_APPLICABLE:
        said = target_line(decision, speaker_of(decision, dictionary, speaker.language))
        word = outcome_word(outcome, speaker.language)
        return f"{word}{pick('：', ': ')}{said}" if said else word
    return pick("；", "; ").join(_counts(one, speaker)) or outcome_word(outcome, speaker.language)


def _counts(one: RungStanding, speaker: Speaker) -> Iterator[str]:
    """How many conditions fail, lack figures, or wait for an expert."""
    assert one.decision is not None
    if one.perhaps_not_for_it:
        words = speaker.pick("、", ", ").join(map(speaker.key, one.decision.applies.missing))
        yield speaker.pick(
            f"还不知道是否适用（缺：{words}）", f"not known whether it applies (missing: {words})"
        )
    found = [one.decision.conditions[name].outcome for name in one.gap]
    counts = {outcome: found.count(outcome) for outcome in dict.fromkeys(found)}
    wording = {
        Outcome.NOT_MET: ("{n} 项条件不符合", "{n} conditions not met"),
        Outcome.UNKNOWN: ("{n} 项缺数据", "{n} lack figures"),
        Outcome.MANUAL: ("{n} 项待人工判断", "{n} for an expert"),
    }
    for outcome, (zh, en) in wording.items():
        if counts.get(outcome):
            yield speaker.pick(zh, en).format(n=counts[outcome])


def _now(standing: Standing, rungs: tuple[RungWords, ...], speaker: Speaker) -> str:
    """The highest title it has, and what it would qualify for beyond that."""
    if not standing.climbs:
        return ""
    pick = speaker.pick
    if standing.held is None:
        said = pick("还没有这个梯度上的称号", "It holds no title of this ladder")
        if standing.perhaps:
            said = pick("不知道有没有这个梯度上的称号", "Not known whether it holds a title here")
    else:
        title, of = rungs[standing.held].title, len(rungs)
        said = pick(
            f"现在是“{title}”，{of} 级中的第 {standing.held + 1} 级",
            f"Now: {title}, rung {standing.held + 1} of {of}",
        )
        if standing.perhaps:
            titles = pick("、", ", ").join(rungs[place].title for place in standing.perhaps)
            said += pick(f"；不知道有没有：{titles}", f"; not known: {titles}")
    lowest = -1 if standing.held is None else standing.held
    if standing.qualified is not None and standing.qualified > lowest:
        title = rungs[standing.qualified].title
        said += pick(f"；条件已达到“{title}”", f"; meets the conditions of {title}")
    return said


def _ahead(standing: Standing, rungs: tuple[RungWords, ...], speaker: Speaker) -> str:
    """The next rung and what it still asks, in a sentence."""
    if not standing.climbs:
        return ""
    if standing.next is None:
        if standing.held == len(rungs) - 1:
            return speaker.pick("已在最高一级", "On the highest rung")
        return speaker.pick("再往上的各级不适用", "The rungs above are not for the firm")
    rung = rungs[standing.next]
    return speaker.pick(f"下一级“{rung.title}”：{rung.asked}", f"Next, {rung.title}: {rung.asked}")


def _why_not(standing: Standing, speaker: Speaker) -> str:
    if standing.version is None:
        return speaker.pick(
            f"{standing.day} 没有这个梯度", f"there is no such ladder on {standing.day}"
        )
    if not standing.climbs:
        return speaker.pick("只适用于本地区的企业", "only for firms of its region")
    if standing.applies.outcome.open:
        missing = speaker.pick("、", ", ").join(map(speaker.key, standing.applies.missing))
        return speaker.pick(
            f"还不知道是否适用，缺：{missing}", f"not known whether it is for the firm: {missing}"
        )
    return ""


def source_words(version: LadderVersion, speaker: Speaker) -> str:
    """Where the order of the rungs stands, with how sure that is."""
    source = version.definition.source
    parts = [source.document, source.phrase or "", source.article or "", source.confidence]
    return speaker.pick("，", ", ").join(part for part in parts if part)


def ladder_lines(
    ladder: Ladder, day: date, dictionary: FactDictionary, language: Language
) -> Iterator[str]:
    """The rungs that stand on a day, highest first, with what each rests on; no firm is asked."""
    speaker = Speaker(dictionary, language, day)
    pick, definition, version = speaker.pick, ladder.definition, ladder.on(day)
    yield f"{speaker.text(definition.title)}{pick('（', ' (')}{ladder.id}{pick('）', ')')} {day}"
    if version is None:
        yield pick(f"{day} 没有这个梯度", f"there is no such ladder on {day}")
        return
    yield pick("出处：", "Source: ") + source_words(version, speaker)
    for place, rung in reversed(list(enumerate(version.rungs))):
        policy = rung.definition.policy or pick("没有可以对照的标准", "no criteria to compare with")
        yield f"{place + 1}  {speaker.text(rung.definition.title)}{pick('：', ': ')}{policy}"
        if rung.definition.note is not None:
            yield f"   {speaker.text(rung.definition.note)}"


def standing_lines(
    standing: Standing, dictionary: FactDictionary, language: Language
) -> Iterator[str]:
    """A standing as lines of text: where it is, what is next with figures, then each rung."""
    said = standing_in_words(standing, dictionary, language)
    zh = language == "zh"
    yield (
        f"{said.title}（{said.id}） {standing.day}"
        if zh
        else (f"{said.title} ({said.id}) {standing.day}")
    )
    if said.source:
        yield ("出处：" if zh else "Source: ") + said.source
    for text in (said.why_not, said.now, said.ahead):
        if text:
            yield text
    following = said.following
    for one in () if following is None else following.gap:
        yield f"    {one.id}  {one.title}{'：' if zh else ': '}{one.verdict}"
        told = one.told or one.sentence
        yield f"        {told}（{one.article}）" if zh else f"        {told} ({one.article})"
        if one.missing:
            words = ("、" if zh else ", ").join(one.missing_words)
            yield ("        还缺：" if zh else "        Missing: ") + words
    for rung in reversed(said.rungs):
        mark = _MARKS.get(rung.state, "○")
        yield ""
        yield f"{rung.number} {mark} {rung.title}{'：' if zh else ': '}{rung.state_word}"
        yield f"    {rung.reason}"
        yield f"    {rung.asked}" + (f"（{rung.policy}）" if zh and rung.policy else "")
        if rung.note:
            yield f"    {rung.note}"
