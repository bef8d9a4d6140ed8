"""Names and codes: what makes two of them one, and what only looks alike."""

from __future__ import annotations

import heapq
import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher

_MARKET = re.compile(r"\.(?:SH|SZ)$", re.IGNORECASE)
_COMPARED = 200
"""How many candidates are compared letter by letter after a look at pairs of letters."""


def trimmed(name: str) -> str:
    """The name as it is compared: without white space at its ends, otherwise exactly as written."""
    return name.strip()


def code_key(code: str) -> str:
    """The code as it is compared: trimmed, without `.SH` or `.SZ` at its end."""
    return _MARKET.sub("", code.strip())


def look(name: str) -> str:
    """What a reader sees: width, case, white space and invisible characters do not count.

    Names of one look are reported, never merged.
    """
    text = unicodedata.normalize("NFKC", name).casefold()
    # Cc and Cf are control and format characters, Z the separators.
    return "".join(one for one in text if unicodedata.category(one)[0] not in "CZ")


def visible(name: str) -> str:
    """The name for a message: a sign in place of each character that cannot be seen."""
    return "".join("␣" if unicodedata.category(one)[0] == "C" else one for one in name)


def nearest(name: str, names: Iterable[str], *, count: int = 5) -> tuple[str, ...]:
    """The `count` names most like `name`, the likest first, equals in code point order.

    Likeness is the share of letters in common runs (`difflib`), after a choice by the pairs of
    letters that the two have in common; of names that share no letter none is near.
    """
    wanted = look(name)
    pairs, letters = _pairs(wanted), set(wanted)
    scored = []
    for other in names:
        common = letters.intersection(other) or letters.intersection(look(other))
        if common:
            theirs = _pairs(other)
            score = len(pairs & theirs) / (len(pairs) + len(theirs) or 1)
            scored.append((-score, -len(common), len(other), other))
    likely = [other for *_, other in heapq.nsmallest(_COMPARED, scored)]
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted)
    ranked = []
    for other in likely:
        matcher.set_seq1(look(other))
        ranked.append((-matcher.ratio(), other))
    return tuple(other for _, other in sorted(ranked)[:count])


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}
