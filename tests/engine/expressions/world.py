"""The dictionary, the public lists and a scope for tests of expressions."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from lianshu.engine.codes import CodeList, load_code_lists
from lianshu.engine.expressions import Firm, Interpreter, Judged, Outcome, Scope, check_truth
from lianshu.engine.tables import FactDictionary, load_dictionary

PACKS = Path(__file__).resolve().parents[3] / "packs"
DOCS = PACKS.parent / "docs"
DAY = date(2026, 6, 1)


@cache
def dictionary() -> FactDictionary:
    """The national one."""
    return load_dictionary(PACKS / "national" / "facts.yaml")


@cache
def codes() -> dict[str, CodeList]:
    """The national code lists."""
    return dict(load_code_lists(PACKS / "national" / "codes"))


def scope(**changes: object) -> Scope:
    """A scope over the national dictionary."""
    return Scope(dictionary(), codes(), **changes)  # type: ignore[arg-type]


def judged(text: str, firm: Firm, day: date = DAY, **changes: object) -> Judged:
    """What an expression comes to."""
    return Interpreter(firm, day).truth(check_truth(text, scope(**changes)))


def outcome(text: str, firm: Firm, day: date = DAY, **changes: object) -> Outcome:
    """Its outcome."""
    return judged(text, firm, day, **changes).outcome
