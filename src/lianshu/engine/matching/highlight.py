"""Where in a text the matched terms stand: pieces, so that a page can mark them.

Terms come from reasons, and reasons from the texts the reader may read; a text that is handed in
here is what the reader sees anyway. So nothing hidden can be marked.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lianshu.engine.matching.explain import SAME
from lianshu.engine.matching.reasons import Reason
from lianshu.engine.matching.text import key, normalise

LONGEST_TERM = 60
MARKING = frozenset({"shared_words", "shared_characters"})


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of the text; all pieces together are the text, character by character."""

    text: str
    matched: bool


def matched_terms(reasons: Iterable[Reason]) -> tuple[str, ...]:
    """What the two texts share according to the reasons, each once, longest first."""
    terms = {
        word
        for reason in reasons
        if reason.code in MARKING
        for term in reason.terms
        for word in term.word.split(SAME)
    }
    return tuple(sorted(terms, key=lambda term: (-len(term), term)))


def pieces(text: str, terms: Iterable[str]) -> tuple[Piece, ...]:
    """The text cut where terms begin and end; longer terms win, letters in any case and width."""
    pattern = _pattern(terms)
    if pattern is None or not text:
        return (Piece(text, matched=False),) if text else ()
    found, last = [], 0
    folded = _folded(text)
    for match in pattern.finditer(folded):
        if match.start() > last:
            found.append(Piece(text[last : match.start()], matched=False))
        found.append(Piece(text[match.start() : match.end()], matched=True))
        last = match.end()
    if last < len(text):
        found.append(Piece(text[last:], matched=False))
    return tuple(found)


def _folded(text: str) -> str:
    """The text in lower case and half width, each character in its place."""
    return "".join(
        one if len(one) == 1 else char
        for char, one in ((char, normalise(char).lower()) for char in text)
    )


def _pattern(terms: Iterable[str]) -> re.Pattern[str] | None:
    cut = {key(term)[:LONGEST_TERM] for term in terms}
    known = sorted((term for term in cut if term), key=lambda term: (-len(term), term))
    if not known:
        return None
    return re.compile("|".join(_spaced(term) for term in known))


def _spaced(term: str) -> str:
    """Quantities are compared without the spaces people write in them: 1.80 克 is 1.80克."""
    if term.isascii() or any(char.isdigit() for char in term):
        return r"\s?".join(re.escape(char) for char in term)
    return re.escape(term)
