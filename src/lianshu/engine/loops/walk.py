"""How a case gets to each end: the shortest chain of actions."""

from __future__ import annotations

from collections import deque

from lianshu.engine.loops.graph import Edge, Graph


def ways_to_ends(graph: Graph) -> dict[str, tuple[Edge, ...]]:
    """For each end that the start leads to: the fewest actions that lead there, in order."""
    start = graph.loop.start
    if start not in graph.steps:
        return {}
    ways: dict[str, tuple[Edge, ...]] = {start: ()}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        for edge in graph.leaving(here):
            if edge.to not in ways:
                ways[edge.to] = (*ways[here], edge)
                if edge.to not in graph.ends:
                    waiting.append(edge.to)
    return {end: ways[end] for end in graph.ends if end in ways}
