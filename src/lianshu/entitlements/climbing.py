"""A firm's ladders for its page: where it stands, and what the next rung asks of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lianshu.engine.expressions import EvaluationError
from lianshu.engine.policy import Decision, Evaluator
from lianshu.engine.policy.standing import Standing, Truths, stand
from lianshu.engine.policy.standing_words import StandingWords, standing_in_words
from lianshu.engine.policy.telling import Explained
from lianshu.engine.policy.words import Language
from lianshu.entitlements.published import published_ladders
from lianshu.registry.dictionary import fact_dictionary

Explaining = Callable[[Decision], Sequence[Explained]]


@dataclass(frozen=True, slots=True)
class Climb:
    """One ladder for one firm, in words. `missing` are keys of facts that the next rung waits
    for."""

    standing: Standing
    words: StandingWords
    missing: tuple[str, ...]

    @property
    def anchor(self) -> str:
        """Its place on the page; no policy's id begins so."""
        return f"ladder-{self.words.id}"

    @property
    def policy(self) -> str:
        """The policy of the next rung, which the page tells in full; "" where there is none."""
        ahead = self.standing.next_rung
        decided = ahead is not None and ahead.decision is not None
        return (ahead.rung.definition.policy or "") if decided and ahead is not None else ""


def climbs(evaluator: Evaluator, language: Language, explaining: Explaining) -> list[Climb]:
    """The ladders that are for the firm: those on which it has a title first, of these the ones
    that say what is next, the place's own before everybody's. One whose figures are too large
    to be exact is left out, as its policies are."""
    found = list(_climbs(evaluator, language, explaining))
    found.sort(key=_order)
    return found


def _climbs(evaluator: Evaluator, language: Language, explaining: Explaining) -> Iterator[Climb]:
    truths: Truths = {}
    for ladder in published_ladders().values():
        try:
            standing = stand(ladder, evaluator, truths)
        except EvaluationError:
            continue
        if not standing.climbs:
            continue
        words = standing_in_words(standing, fact_dictionary(), language, explaining=explaining)
        ahead = standing.next_rung
        yield Climb(standing, words, () if ahead is None else ahead.missing)


def _order(climb: Climb) -> tuple[object, ...]:
    standing = climb.standing
    ahead, definition = standing.next_rung, standing.ladder.definition
    unsaid = ahead is None or ahead.decision is None
    return (standing.held is None, unsaid, definition.of != "firm", -len(definition.region or ""))
