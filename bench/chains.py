"""The chain map on the real data: loading, the gap report, and closures beside networkx.

    .venv/bin/python bench/chains.py [--rounds 7] [--seed 7]

Reads `LIANSHU_DATA` (default `../shared/data`) and says why it does nothing where that is absent.
The closure is the required inputs at any depth of a set of 500 products that have any, drawn by
the seed; the peer's fastest way to it is `bfs_layers`. Printed without a bar: the closures of the
500 products each alone (the peer's `descendants`), and both for the 500 that require most. These
closures are small, 6 products in the mean, so that making Python sets is most of the work for both.
Both libraries begin from a graph over the same numbers that is built, and give these numbers; they
take turns round by round in one process, in processor seconds; every answer is compared, and a
ratio is the median over rounds. Exits with 1 when a bar is missed or an answer differs.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import sys
import time
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from statistics import median

import networkx

from lianshu.engine.chains import (
    Makers,
    ProductGraph,
    Relation,
    find_gaps,
    read_edges,
    read_makings,
)

LOADING, REPORT, RATIO = 10.0, 0.5, 8.0
ROOTS, FIRMS, PRODUCTS, DEPTH = 20, 1000, 500, 3
REPEAT = 20

Sets = dict[int, set[int]]


def data_folder() -> Path | None:
    """Where the real data lie, if they do."""
    root = Path(__file__).resolve().parent.parent
    folder = Path(os.environ.get("LIANSHU_DATA") or root.parent / "shared" / "data") / "chain"
    return folder if folder.is_dir() else None


def seconds(work: Callable[[], object], *, repeat: int = 1) -> float:
    """Processor seconds of one run, without collecting garbage in between.

    What takes a millisecond is repeated: a shared machine stops a process for several at a time.
    """
    gc.collect()
    gc.disable()
    begun = time.process_time()
    for _ in range(repeat):
        work()
    took = time.process_time() - begun
    gc.enable()
    return took / repeat


def turns(
    ours: Callable[[], object], theirs: Callable[[], object], rounds: int
) -> tuple[float, float, float]:
    """Median seconds of each and the median ratio of theirs to ours."""
    own, other, ratios = [], [], []
    for number in range(rounds):
        first, second = (ours, theirs) if number % 2 else (theirs, ours)
        took = {each: seconds(each, repeat=REPEAT) for each in (first, second)}
        own.append(took[ours])
        other.append(took[theirs])
        ratios.append(other[-1] / own[-1])
    return median(own), median(other), median(ratios)


def alone(
    graph: ProductGraph, peer: networkx.DiGraph, products: list[str], rounds: int
) -> tuple[float, float, float]:
    """The closure of each product alone."""

    numbers = graph.numbers(products)

    def ours() -> Sets:
        return graph.all_inputs_each(numbers)

    def theirs() -> Sets:
        return {one: networkx.descendants(peer, one) for one in numbers}

    if ours() != theirs():
        sys.exit("closures differ from those of networkx")
    return turns(ours, theirs, rounds)


def together(
    graph: ProductGraph, peer: networkx.DiGraph, products: list[str], rounds: int
) -> tuple[float, float, float]:
    """The closure of all products as one set, the peer's fastest way: layers from many sources."""

    numbers = graph.numbers(products)

    def theirs() -> list[int]:
        layers = iter(networkx.bfs_layers(peer, numbers))
        next(layers)
        return list(chain.from_iterable(layers))

    if sorted(graph.all_inputs_of(numbers)) != sorted(theirs()):
        sys.exit("the closure differs from that of networkx")
    return turns(lambda: graph.all_inputs_of(numbers), theirs, rounds)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    folder = data_folder()
    if folder is None:
        print("no real data (set LIANSHU_DATA): nothing measured")
        return 0
    begun = time.perf_counter()
    edges = read_edges(folder / "product_product.csv").items
    makings = read_makings(folder / "company_product.csv").items
    read = time.perf_counter() - begun
    graph = ProductGraph(edges, makings)
    loading = time.perf_counter() - begun
    print(f"load           {loading:8.2f} s (reading {read:.2f}; bar {LOADING:.0f})")

    rng = random.Random(given.seed)
    needing = [graph.names[one] for one in sorted(graph.inputs)]
    sizes = {one: len(inputs) for one, inputs in graph.closures(needing).items()}
    firms = rng.sample(graph.firms, FIRMS)
    drawn = rng.sample(needing, ROOTS)
    largest = sorted(needing, key=lambda one: (-sizes[one], one))
    report = 0.0
    for name, roots in (("drawn", drawn), ("largest", largest[:ROOTS])):

        def work(roots: list[str] = roots) -> int:
            return len(find_gaps(graph, roots=roots, local=Makers(graph, among=firms), depth=DEPTH))

        took = median(seconds(work) for _ in range(given.rounds))
        report = max(report, took)
        print(f"gaps           {took:8.4f} s ({name} roots: {work()} inputs; bar {REPORT})")

    peer = networkx.DiGraph()
    peer.add_nodes_from(range(len(graph)))
    peer.add_edges_from(
        (graph.number[one.start], graph.number[one.end])
        for one in edges
        if one.relation is Relation.SUPPLY and one.start != one.end
    )
    products = rng.sample(needing, PRODUCTS)
    ratios = []
    for name, measure, chosen, barred in (
        ("closure of 500", together, products, True),
        ("each alone", alone, products, False),
        ("of the largest", together, largest[:PRODUCTS], False),
        ("each alone", alone, largest[:PRODUCTS], False),
    ):
        own, other, ratio = measure(graph, peer, chosen, given.rounds)
        bar = f"; bar {RATIO:.0f}" if barred else ""
        print(
            f"{name:<14} {own * 1000:8.3f} ms, networkx {other * 1000:8.3f} ms, "
            f"ratio {ratio:6.1f}{bar}"
        )
        ratios += [ratio] if barred else []
    return int(loading > LOADING or report > REPORT or min(ratios) < RATIO)


if __name__ == "__main__":
    sys.exit(main())
