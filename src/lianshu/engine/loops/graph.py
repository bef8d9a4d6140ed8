"""A loop as steps and edges: what follows what, by whom or by itself."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from lianshu.engine.loops.model import Action, EndKind, Loop, Step

Path = tuple[str | int, ...]
_WORKED_ON = frozenset({EndKind.DONE, EndKind.UNRATED})


@dataclass(frozen=True, slots=True)
class Edge:
    """An action of a step, taken by people or, when `automatic`, by itself once overdue."""

    step: str
    to: str
    action: Action
    automatic: bool
    place: Path
    """Where the action stands in the definition."""

    @property
    def accepts(self) -> bool:
        """Whether it is a person's rating that lets the result pass."""
        return self.action.rating == "accept" and not self.automatic


@dataclass(frozen=True, slots=True)
class Waypoint:
    """A case at `step`; `rated`: the result has been accepted since it was last worked on."""

    step: str
    rated: bool


class Graph:
    """The edges of a loop. Targets that are not there are left out; `check` names them."""

    def __init__(self, loop: Loop) -> None:
        self.loop = loop
        self.steps: Mapping[str, Step] = {step.id: step for step in loop.steps}
        self.ends: Mapping[str, EndKind] = {end.id: end.kind for end in loop.ends}
        self.edges = tuple(self._edges())
        self._from: dict[str, list[Edge]] = {}
        for edge in self.edges:
            self._from.setdefault(edge.step, []).append(edge)

    def _edges(self) -> Iterable[Edge]:
        for number, step in enumerate(self.loop.steps):
            due = step.overdue.do if step.overdue else None
            for index, action in enumerate(step.actions):
                if action.to not in self.steps and action.to not in self.ends:
                    continue
                place: Path = ("steps", number, "actions", index)
                if not action.automatic:
                    yield Edge(step.id, action.to, action, False, place)
                if action.id == due:
                    yield Edge(step.id, action.to, action, True, place)

    def leaving(self, step: str) -> list[Edge]:
        """The edges that lead on from a step."""
        return self._from.get(step, [])

    def visited(self) -> set[str]:
        """The steps and ends that a case can come to, a reopened one among them."""
        if self.loop.start not in self.steps:
            return set()
        found = self.reached([self.loop.start])
        reopening = self.loop.reopening
        if reopening and reopening.to in self.steps and found & self.reopened_from():
            found |= self.reached([reopening.to])
        return found

    def reopened_from(self) -> set[str]:
        """The ends from which a case can be opened again."""
        reopening = self.loop.reopening
        if reopening is None:
            return set()
        if reopening.ends:
            return set(reopening.ends) & set(self.ends)
        return {name for name, kind in self.ends.items() if kind in _WORKED_ON}

    def automatic_circle(self, start: str) -> tuple[str, ...]:
        """The steps that a case goes round from `start` when nobody ever acts; none if it stops."""
        way = [start]
        while True:
            following = next((e.to for e in self.leaving(way[-1]) if e.automatic), None)
            if following == start:
                return (*way, start)
            if following is None or following in self.ends or following in way:
                return ()
            way.append(following)

    def reached(self, starts: Iterable[str]) -> set[str]:
        """The steps and ends that can be reached from `starts`, these included."""
        return self._spread(starts, lambda name: (edge.to for edge in self.leaving(name)))

    def leading_to(self, goals: Iterable[str]) -> set[str]:
        """The steps from which one of `goals` can be reached, these included."""
        before: dict[str, list[str]] = {}
        for edge in self.edges:
            before.setdefault(edge.to, []).append(edge.step)
        return self._spread(goals, lambda name: before.get(name, ()))

    def _spread(self, starts: Iterable[str], following: Callable[[str], Iterable[str]]) -> set[str]:
        found = set(starts)
        waiting = deque(found)
        while waiting:
            for name in following(waiting.popleft()):
                if name not in found:
                    found.add(name)
                    waiting.append(name)
        return found

    def unrated_ways(self, start: str) -> dict[Edge, tuple[str, ...]]:
        """The edges that lead into a `done` end without a rating since the last work, each with
        the shortest way there from `start`, as names of steps."""
        first = Waypoint(start, rated=False)
        ways: dict[Waypoint, tuple[str, ...]] = {first: (start,)}
        waiting = deque([first])
        found: dict[Edge, tuple[str, ...]] = {}
        while waiting:
            here = waiting.popleft()
            for edge in self.leaving(here.step):
                rated = edge.accepts or (here.rated and edge.action.rating is None)
                if edge.to in self.ends:
                    if self.ends[edge.to] is EndKind.DONE and not rated:
                        found.setdefault(edge, (*ways[here], edge.to))
                    continue
                there = Waypoint(edge.to, rated and not self.steps[edge.to].work)
                if there not in ways:
                    ways[there] = (*ways[here], edge.to)
                    waiting.append(there)
        return found

    def always_before(self, gained: Callable[[Edge], frozenset[str]]) -> dict[str, frozenset[str]]:
        """For each step that can be reached: what every way to it from the start has gained.

        A reopened case keeps what it had when it ended.
        """
        known: dict[str, frozenset[str]] = {}
        if self.loop.start not in self.steps:
            return known
        known[self.loop.start] = frozenset()
        waiting = deque([self.loop.start])
        while waiting:
            here = waiting.popleft()
            for to, added in self._gains(here, gained):
                given = known[here] | added
                before = known.get(to)
                now = given if before is None else before & given
                if now != before:
                    known[to] = now
                    waiting.append(to)
        return known

    def _gains(
        self, name: str, gained: Callable[[Edge], frozenset[str]]
    ) -> Iterable[tuple[str, frozenset[str]]]:
        reopening = self.loop.reopening
        if name in self.ends:
            if reopening and reopening.to in self.steps and name in self.reopened_from():
                yield reopening.to, frozenset()
            return
        for edge in self.leaving(name):
            # What happens by itself fills in nothing and appoints nobody.
            yield edge.to, frozenset() if edge.automatic else gained(edge)
