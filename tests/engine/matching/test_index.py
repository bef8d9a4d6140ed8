"""The index returns what a brute-force BM25 returns."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianshu.engine.matching import text
from lianshu.engine.matching.index import K1, B, Index, best_of
from lianshu.engine.matching.vocabulary import Grams

WORDS = st.sampled_from(["电池", "隔膜", "陶瓷", "涂层", "回收", "传感器", "轴承", "检测"])
BAGS = st.lists(st.lists(WORDS, max_size=8), min_size=1, max_size=40)


def brute_force(documents: list[list[str]], query: list[str]) -> list[float]:
    """BM25 as it is written in the books, one document at a time."""
    filled = [len(one) for one in documents if one]
    mean = sum(filled) / len(filled) if filled else 0.0
    holding = Counter(word for document in documents for word in set(document))
    scores = []
    for document in documents:
        counts = Counter(document)
        total = 0.0
        for word in query:
            if counts[word]:
                held = holding[word]
                rarity = math.log(1 + (len(documents) - held + 0.5) / (held + 0.5))
                norm = K1 * (1 - B + B * len(document) / mean)
                total += rarity * counts[word] * (K1 + 1) / (counts[word] + norm)
        scores.append(total)
    return scores


@given(BAGS, st.lists(WORDS, max_size=6), st.integers(1, 10))
def test_search_agrees_with_brute_force(
    documents: list[list[str]], query: list[str], top: int
) -> None:
    expected = brute_force(documents, query)
    (numbers,), (scores,) = Index.build(documents).search([query], top)
    matching = sum(score > 0 for score in expected)
    assert len(numbers) == min(top, matching)
    # Equal to the best scores, whichever of near-equal documents were taken.
    best = sorted(expected, reverse=True)[: len(numbers)]
    assert scores.tolist() == pytest.approx(best, rel=1e-4)
    assert [expected[number] for number in numbers] == pytest.approx(best, rel=1e-4)


def test_pruning_drops_no_document() -> None:
    rng = np.random.default_rng(7)
    words = [f"词{number}" for number in range(400)]
    chances = 1 / np.arange(2, 402)
    documents = [
        [words[at] for at in rng.choice(400, 12, p=chances / chances.sum())] for _ in range(3000)
    ]
    index = Index.build(documents)
    assert index.common, "the case must exercise rows of common terms"
    queries = [documents[number][:6] for number in range(0, 3000, 100)]
    numbers, scores = index.search(queries, 20)
    whole, _ = index.search(queries, len(documents))
    for query, found, reached, full in zip(queries, numbers, scores, whole, strict=True):
        expected = brute_force(documents, query)
        assert reached.tolist() == pytest.approx(sorted(expected, reverse=True)[:20], rel=1e-4)
        assert len(full) == sum(score > 0 for score in expected)
        assert len(set(found.tolist())) == 20


def test_an_unknown_word_and_an_empty_index_find_nothing() -> None:
    index = Index.build([["电池"]])
    assert index.search([["没有的词"], []], 5)[0][0].tolist() == []
    assert Index.build([]).search([["电池"]], 5)[0][0].tolist() == []


def test_equal_scores_are_ordered_by_number() -> None:
    numbers = np.array([5, 3, 9, 1])
    assert numbers[best_of(numbers, np.array([1.0, 2.0, 2.0, 1.0]), 3)].tolist() == [3, 9, 1]


@given(st.lists(st.text("电池隔膜 涂层a", max_size=12), min_size=1, max_size=8))
def test_grams_are_the_runs_of_one_to_three_characters(texts: list[str]) -> None:
    cut = [text.terms(one) for one in texts]
    counts, lengths = Grams.of(cut).count(cut)
    expected = [
        len(one.whole)
        + sum(max(0, len(run) - size + 1) for run in one.han.split() for size in (1, 2, 3))
        for one in cut
    ]
    assert lengths.tolist() == expected
    assert counts.sum(axis=1).tolist() == expected


def test_grams_never_cross_a_run_or_a_text() -> None:
    cut = [text.terms("电池 隔膜"), text.terms("涂层")]
    _, lengths = Grams.of(cut).count(cut)
    assert lengths.tolist() == [6, 3]
