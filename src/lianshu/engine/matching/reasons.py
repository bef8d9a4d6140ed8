"""Why a pair was proposed, as typed objects and as one line of Chinese."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Code = Literal[
    "shared_words",  # terms: words both texts hold
    "shared_characters",  # terms: runs of characters both texts hold, but no whole word
    "nothing_shared",
    "not_mentioned",  # terms: words of the demand's title that the resource does not mention
    "no_content",  # side: the resource has a title and nothing else
    "facet_agrees",
    "facet_differs",
    "facet_open",  # one side did not fill it in, or it cannot be compared
    "indicator_met",  # asked: an indicator of the demand that the resource's meets
    "indicator_missed",  # … falls short of
    "indicator_open",  # … neither meets nor misses by what is written
    "indicator_unit",  # … gives in a unit that cannot be compared
    "indicator_not_given",  # terms: indicators of the demand the resource says nothing about
]

SEPARATOR = "；"


@dataclass(frozen=True, slots=True)
class Term:
    """A term as written and its share in the evidence of the pair (higher weighs more)."""

    word: str
    weight: float


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason. `text` is a Chinese clause without separator, told so that it can be said again
    in another language (`engine.sheets.telling.in_language`)."""

    code: Code
    text: str
    terms: tuple[Term, ...] = ()
    facet: str | None = None


def line(reasons: Sequence[Reason]) -> str:
    """The reasons as one line of Chinese, joined by `；`."""
    return SEPARATOR.join(reason.text for reason in reasons)
