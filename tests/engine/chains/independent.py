"""The gap report computed a second time, with networkx and the words of docs/chains.md only."""

from __future__ import annotations

import re
from collections.abc import Iterable

import networkx

Row = tuple[str, int, int, str, tuple[str, ...]]
Edges = list[tuple[str, str, str]]
Makings = list[tuple[str, str]]


def report(
    edges: Edges,
    makings: Makings,
    local: Iterable[str],
    roots: Iterable[str],
    *,
    depth: int,
    subclasses: bool,
) -> list[Row]:
    """product, depth, makers_local, status, path: what `lianshu chain gaps` must give."""
    supply, finer = networkx.DiGraph(), networkx.DiGraph()
    for written_start, written_end, relation in edges:
        start, end = written_start.strip(), written_end.strip()
        supply.add_nodes_from((start, end))
        finer.add_nodes_from((start, end))
        if start != end and relation == "上游材料":
            supply.add_edge(start, end)
        if start != end and relation == "产品小类":
            finer.add_edge(start, end)
    here = {plain(code) for code in local}
    makers: dict[str, set[str]] = {}
    for code, product in makings:
        makers.setdefault(product.strip(), set()).add(plain(code))
    starts = {root.strip() for root in roots}
    supply.add_nodes_from(starts)
    finer.add_nodes_from(starts)
    rows = []
    distances: dict[str, dict[str, int]] = {
        root: networkx.single_source_shortest_path_length(supply, root, cutoff=depth)
        for root in starts
    }
    for product in set().union(*distances.values()) - starts:
        near = min(reached.get(product, depth + 1) for reached in distances.values())
        path = min(
            tuple(one)
            for root, reached in distances.items()
            if reached.get(product) == near
            for one in networkx.all_shortest_paths(supply, root, product)
        )
        counted = {product} | (networkx.descendants(finer, product) if subclasses else set())
        found = set().union(*(makers.get(one, set()) for one in counted)) & here
        status = {0: "gap", 1: "single", 2: "thin"}.get(len(found), "covered")
        rows.append((product, near, len(found), status, path))
    return sorted(rows, key=lambda row: (row[1], row[0]))


def plain(code: str) -> str:
    """The code without the market."""
    return re.sub(r"\.(SH|SZ)$", "", code.strip())
