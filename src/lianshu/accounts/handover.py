"""What of a person's open work passes to a successor when they leave an organisation.

Each app has a module `handovers` that registers its own when Django starts:

    register_handover("registry.liaisons", count=…, words=…, move=…)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from lianshu.accounts.models import User
from lianshu.authority import Actor
from lianshu.registry.models import Organisation


@dataclass(frozen=True, slots=True)
class Leaving:
    """Somebody leaves an organisation at `now`, as `actor` says."""

    actor: Actor
    user: User
    organisation: Organisation
    now: datetime


Count = Callable[[Leaving], int]
"""How many things of this kind are open."""
Move = Callable[[Leaving, User], object]
"""Hand them to the successor, in the caller's transaction."""


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of work; `words` says how many there are, for people."""

    name: str
    words: Callable[[int], str]
    count: Count
    move: Move


_steps: dict[str, Step] = {}


def register_handover(name: str, *, words: Callable[[int], str], count: Count, move: Move) -> None:
    """Have work of this kind (`app.things`) counted and handed over when somebody leaves."""
    if name in _steps:
        raise ValueError(f"two handovers are called {name!r}")
    _steps[name] = Step(name, words, count, move)


def open_work(leaving: Leaving) -> list[tuple[Step, int]]:
    """Every kind of which something is open, with how many."""
    counted = [(step, step.count(leaving)) for step in _steps.values()]
    return [(step, count) for step, count in counted if count]


def in_words(work: list[tuple[Step, int]]) -> list[str]:
    """What is open, one phrase for each kind."""
    return [step.words(count) for step, count in work]
