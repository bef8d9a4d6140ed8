"""The proof that a loop is closed. Each finding names the line and what to change."""

from __future__ import annotations

from lianshu.engine.definitions import Finding, Loaded
from lianshu.engine.loops.model import Loop
from lianshu.engine.loops.proof import Proof, Rule
from lianshu.engine.loops.rules import data, flow, people, ratings, time

RULES: tuple[Rule, ...] = (
    flow.targets,
    flow.closed,
    flow.stages,
    people.roles,
    people.steps,
    people.appointed,
    time.limits,
    time.overdue,
    time.automatic,
    ratings.earned,
    ratings.reopened,
    ratings.raters,
    ratings.honest,
    data.required,
    data.forms,
)


def check_loop(loaded: Loaded[Loop]) -> list[Finding]:
    """Everything that keeps the loop from being closed, in reading order; errors forbid its use."""
    proof = Proof(loaded)
    found = [finding for rule in RULES for finding in rule(proof)]
    return sorted(
        dict.fromkeys(found),
        key=lambda each: (each.file, each.line or 0, each.column or 0, each.rule),
    )
