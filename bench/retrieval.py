"""Top-50 queries per second on synthetic Chinese documents, beside rank_bm25, bm25s and tantivy.

    .venv/bin/python bench/retrieval.py [--documents 100000] [--queries 2000] [--slow-queries 20]

One run, one core, the same tokens and the same queries for every engine; seconds are processor
seconds, so that a busy machine does not decide. Needs the extra `bench`.
Prints the ratio to tantivy's best figure and exits with 1 when it is below 1.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence

import bm25s  # type: ignore[import-untyped]
import numpy as np
import tantivy
from numpy.typing import NDArray
from rank_bm25 import BM25Okapi  # type: ignore[import-untyped]

from lianshu.engine.matching.index import K1, B, Index

TOP = 50
ROUNDS = 3
CHECKED = 50

Bags = list[list[str]]
Search = Callable[[Bags], list[list[int]]]


def synthetic(documents: int, queries: int, seed: int) -> tuple[Bags, Bags]:
    """Documents of 20 to 60 words, word frequencies by Zipf's law over 60,000 words of two to four
    characters; a query is six words of one document.
    """
    rng = np.random.default_rng(seed)
    characters = [chr(code) for code in range(0x4E00, 0x4E00 + 3000)]
    drawn = ("".join(rng.choice(characters, rng.integers(2, 5))) for _ in range(60_000))
    words = sorted(set(drawn))
    rng.shuffle(words)
    chances = 1 / np.arange(10, len(words) + 10)
    sizes = rng.integers(20, 60, documents)
    flat = rng.choice(len(words), int(sizes.sum()), p=chances / chances.sum())
    bags = [[words[at] for at in part] for part in np.split(flat, np.cumsum(sizes)[:-1])]
    asked = [
        [bags[number][at] for at in rng.choice(len(bags[number]), 6, replace=False)]
        for number in rng.integers(0, documents, queries)
    ]
    return bags, asked


def lianshu_one(bags: Bags) -> Search:
    index = Index.build(bags)
    return lambda queries: [index.search([one], TOP)[0][0].tolist() for one in queries]


def lianshu_batch(bags: Bags) -> Search:
    index = Index.build(bags)
    return lambda queries: [found.tolist() for found in index.search(queries, TOP)[0]]


def _tantivy(bags: Bags) -> tuple[tantivy.Index, tantivy.Searcher]:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", stored=False, tokenizer_name="whitespace")
    builder.add_integer_field("number", stored=True)
    index = tantivy.Index(builder.build())
    # One writer thread gives one segment, tantivy's best case for searching.
    writer = index.writer(500_000_000, 1)
    for number, bag in enumerate(bags):
        writer.add_document(tantivy.Document(text=" ".join(bag), number=number))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index, index.searcher()


def tantivy_parsed(bags: Bags) -> Search:
    """The way its documentation shows: parse the query text, search, numbers of the hits."""
    index, searcher = _tantivy(bags)

    def search(queries: Bags) -> list[list[int]]:
        return [
            [address.doc for _, address in searcher.search(query, TOP).hits]
            for query in (index.parse_query(" ".join(one), ["text"]) for one in queries)
        ]

    return search


def tantivy_terms(bags: Bags) -> Search:
    """Its fastest way: term queries, no total count."""
    index, searcher = _tantivy(bags)

    def search(queries: Bags) -> list[list[int]]:
        found = []
        for one in queries:
            terms = [tantivy.Query.term_query(index.schema, "text", word) for word in one]
            query = tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])
            hits = searcher.search(query, TOP, count=False).hits
            found.append([address.doc for _, address in hits])
        return found

    return search


def bm25s_batch(bags: Bags) -> Search:
    index = bm25s.BM25(k1=K1, b=B, method="lucene")
    index.index(bags, show_progress=False)

    def search(queries: Bags) -> list[list[int]]:
        found, _ = index.retrieve(queries, k=TOP, show_progress=False, n_threads=0)
        return [row.tolist() for row in found]

    return search


def rank_bm25_one(bags: Bags) -> Search:
    index = BM25Okapi(bags, k1=K1, b=B)

    def search(queries: Bags) -> list[list[int]]:
        return [np.argsort(-index.get_scores(one))[:TOP].tolist() for one in queries]

    return search


class BruteForce:
    """BM25 of every document in 64-bit floats, from the definition and without the index."""

    def __init__(self, bags: Bags) -> None:
        self.sizes = np.array([len(bag) for bag in bags], dtype=np.float64)
        self.counts: dict[str, dict[int, int]] = {}
        for number, bag in enumerate(bags):
            for word in bag:
                row = self.counts.setdefault(word, {})
                row[number] = row.get(number, 0) + 1

    def scores(self, query: Sequence[str]) -> NDArray[np.float64]:
        total = np.zeros(len(self.sizes))
        norms = K1 * (1 - B + B * self.sizes / self.sizes.mean())
        for word in query:
            row = self.counts.get(word, {})
            numbers = np.fromiter(row.keys(), np.int64, len(row))
            times = np.fromiter(row.values(), np.float64, len(row))
            rarity = np.log(1 + (len(self.sizes) - len(row) + 0.5) / (len(row) + 0.5))
            total[numbers] += rarity * times * (K1 + 1) / (times + norms[numbers])
        return total


def overlap(brute: BruteForce, queries: Bags, found: list[list[int]]) -> float:
    """The mean share of the found that score at least as the brute-force 50th (ties count)."""
    shares = []
    for query, numbers in zip(queries, found, strict=True):
        scores = brute.scores(query)
        least = np.partition(scores, -TOP)[-TOP] * (1 - 1e-5)
        shares.append(sum(scores[number] >= least for number in numbers) / TOP)
    return float(np.mean(shares))


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--documents", type=int, default=100_000)
    options.add_argument("--queries", type=int, default=2000)
    options.add_argument("--slow-queries", type=int, default=20, help="for rank_bm25")
    options.add_argument("--seed", type=int, default=0)
    chosen = options.parse_args()
    # One core for every engine and every thread it starts.
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    bags, queries = synthetic(chosen.documents, chosen.queries, chosen.seed)
    engines: dict[str, tuple[Callable[[Bags], Search], int]] = {
        "lianshu, one at a time": (lianshu_one, chosen.queries),
        "lianshu, batch": (lianshu_batch, chosen.queries),
        "tantivy, parsed text": (tantivy_parsed, chosen.queries),
        "tantivy, term queries": (tantivy_terms, chosen.queries),
        "bm25s, batch": (bm25s_batch, chosen.queries),
        "rank_bm25": (rank_bm25_one, chosen.slow_queries),
    }
    built: dict[str, tuple[Search, float]] = {}
    for name, (build, _) in engines.items():
        start = time.process_time()
        search = build(bags)
        built[name] = (search, time.process_time() - start)
    # Engines take turns, so that a busy moment of the machine does not meet one of them only.
    rates: dict[str, list[float]] = {name: [] for name in engines}
    for _ in range(ROUNDS):
        for name, (_, count) in engines.items():
            start = time.process_time()
            built[name][0](queries[:count])
            rates[name].append(count / (time.process_time() - start))
    brute = BruteForce(bags)
    print(f"{chosen.documents} documents, top {TOP}, {chosen.queries} queries, one core")
    print(f"{'engine':<24}{'queries/s':>10}{'build s':>9}{'queries':>9}{'agrees':>8}")
    for name, (_, count) in engines.items():
        checked = queries[: min(count, CHECKED)]
        agrees = overlap(brute, checked, built[name][0](checked))
        rate = statistics.median(rates[name])
        print(f"{name:<24}{rate:>10.1f}{built[name][1]:>9.1f}{count:>9}{agrees:>8.3f}")
    ours = rates["lianshu, one at a time"]
    peers = [max(pair) for pair in zip(*(rates[n] for n in rates if "tantivy" in n), strict=True)]
    ratio = statistics.median(a / b for a, b in zip(ours, peers, strict=True))
    print(f"ratio to tantivy's best, both one query at a time: {ratio:.2f}")
    return 0 if ratio >= 1 else 1


if __name__ == "__main__":
    sys.exit(main())
