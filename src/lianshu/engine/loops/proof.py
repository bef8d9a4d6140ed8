"""One loop under examination, with what several rules ask of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lianshu.engine.definitions import Finding, Loaded
from lianshu.engine.definitions.findings import Severity
from lianshu.engine.loops.graph import Graph, Path
from lianshu.engine.loops.model import Action, Loop, Role, Step

# Those of a case who are one and the same under whatever role; appointed people may differ.
_ONE_HOLDER = frozenset({"asker", "coordinator"})


class Proof:
    """The loop, its graph, its roles."""

    def __init__(self, loaded: Loaded[Loop]) -> None:
        self.loaded = loaded
        self.loop = loaded.value
        self.graph = Graph(self.loop)
        self.roles: dict[str, Role] = {role.id: role for role in self.loop.roles}
        self.reached = self.graph.visited()
        self.names = {step.id: str(step.name) for step in self.loop.steps}
        self.names |= {end.id: str(end.name) for end in self.loop.ends}

    def steps(self) -> Iterator[tuple[Path, Step]]:
        """Each step with its place."""
        for number, step in enumerate(self.loop.steps):
            yield ("steps", number), step

    def actions(self) -> Iterator[tuple[Path, Step, Action]]:
        """Each action with its place and step."""
        for place, step in self.steps():
            for index, action in enumerate(step.actions):
                yield (*place, "actions", index), step, action

    def actors(self, step: Step, action: Action) -> set[str]:
        """The roles that can do it: those named, else the step's actor, and who stands in."""
        given = set(action.by) or ({step.actor} if step.actor else set())
        if not action.by and step.overdue and step.overdue.hand_to:
            given.add(step.overdue.hand_to)
        standing_in = {self.roles[role].substitute for role in given & set(self.roles)}
        return {role for role in given | standing_in if role is not None}

    def workers(self) -> set[str]:
        """The roles that do the thing itself."""
        return {step.actor for step in self.loop.steps if step.work and step.actor}

    def same(self, one: str, other: str) -> bool:
        """Whether two roles are held by the same in every case."""
        if one == other:
            return True
        first, second = self.roles.get(one), self.roles.get(other)
        return bool(first and second and first.bind == second.bind and first.bind in _ONE_HOLDER)

    def said(self, role: str) -> str:
        """A role by its name."""
        return str(self.roles[role].name) if role in self.roles else role

    def way(self, steps: tuple[str, ...]) -> str:
        """Steps and ends by name, in order."""
        return " → ".join(self.names.get(name, name) for name in steps)

    def says(self, place: Path, rule: str, message: str, *, warn: bool = False) -> Finding:
        """A finding at a key of the definition."""
        severity: Severity = "warning" if warn else "error"
        return self.loaded.finding(*place, rule=rule, message=message, severity=severity, key=True)


Rule = Callable[[Proof], Iterator[Finding]]
