"""What is linked and what comes out: plain types, no Django."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Decision = Literal["match", "review", "new"]


@dataclass(frozen=True, slots=True)
class Record:
    """A firm as a list or a register writes it. An empty text is "not stated".

    `aliases` are other names of today, `former_names` names it once had.
    """

    id: str
    name: str
    uscc: str = ""
    city: str = ""
    aliases: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """One piece of evidence for or against. `field` is name, alias, former_name, uscc, region,
    industry, city, other (the other candidates) or row; `kind` what was found; `detail` the words
    it was found in. The sentence is made when it is read (`sentence`)."""

    field: str
    kind: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A registered firm that a row may mean; of all candidates of a row the probabilities add up
    to at most 1."""

    entity_id: str
    probability: float
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """The answer for one row. `entity_id` is empty for `new` and the likeliest for `review`;
    `gap` is the distance from the likeliest to the next. `candidates` has at most five, the
    likeliest first, also for `new`."""

    list_id: str
    entity_id: str
    probability: float
    gap: float
    decision: Decision
    reasons: tuple[Reason, ...] = ()
    candidates: tuple[Candidate, ...] = ()
