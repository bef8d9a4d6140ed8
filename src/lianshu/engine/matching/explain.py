"""Explain a pair from two texts, weighed like the ranking weighs them.

Reasons are computed from the texts handed in and nothing else, so whoever may read only a public
summary gets reasons made of that summary.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from lianshu.engine.matching import facets, indicators, materials, quantities, text
from lianshu.engine.matching.evidence import CONTENT_WEIGHT, Parsed, Weighing
from lianshu.engine.matching.index import K1, B, inverse_document_frequency
from lianshu.engine.matching.lexicon import NO_LEXICON, Lexicon
from lianshu.engine.matching.posts import Post
from lianshu.engine.matching.quantities import Quantity
from lianshu.engine.matching.reasons import Reason, Term
from lianshu.engine.matching.vocabulary import Words
from lianshu.engine.sheets.telling import Listed, listed, told

# Between two synonyms that met.
SAME = "＝"
SHARED_SHOWN = 6
MISSING_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Profile:
    """A post prepared for explaining: the weight and the spelling of each of its words.

    `title` are the words of the title, `runs` the Chinese runs, `said` all of it as one string.
    """

    post: Post
    weights: Mapping[str, float]
    spellings: Mapping[str, str]
    title: tuple[str, ...]
    runs: tuple[str, ...]
    said: str
    has_content: bool
    quantities: tuple[Quantity, ...]


@dataclass(frozen=True)
class Explainer:
    """Knows how rare each word is; holds no text of any post."""

    rarity: Mapping[str, float]
    rarest: float
    mean_lengths: tuple[float, float]
    lexicon: Lexicon = NO_LEXICON

    @classmethod
    def of(cls, weighing: Weighing[Words], documents: int, lexicon: Lexicon = NO_LEXICON) -> Self:
        rarity = dict(zip(weighing.vocabulary.column, weighing.rarity.tolist(), strict=True))
        rarest = float(inverse_document_frequency(np.zeros(1, dtype=np.int64), documents)[0])
        return cls(rarity, rarest, weighing.mean_lengths, lexicon)

    def profile(self, post: Post, parsed: Parsed | None = None) -> Profile:
        """Prepare a post once for many pairs. `parsed` saves cutting its texts again."""
        parsed = parsed or Parsed.of(post, self.lexicon)
        weights: dict[str, float] = {}
        spellings: dict[str, str] = {}
        fields = ((parsed.title, 1.0), (parsed.content, CONTENT_WEIGHT))
        for (one, weight), mean in zip(fields, self.mean_lengths, strict=True):
            norm = K1 * (1 - B + B * len(one.words) / mean) if mean else 0.0
            for key, word in zip(one.keys, one.words, strict=True):
                spellings.setdefault(key, word)
            for key, count in Counter(one.keys).items():
                gain = weight * count * (K1 + 1) / (count + norm) * self._rarity_of(key)
                weights[key] = weights.get(key, 0.0) + gain
        runs = tuple(f"{parsed.title.han} {parsed.content.han}".split())
        return Profile(
            post=post,
            weights=weights,
            spellings=spellings,
            title=tuple(dict.fromkeys(parsed.title.keys)),
            runs=runs,
            said=" ".join([*weights, *runs]),
            has_content=bool(parsed.content.words or parsed.content.han),
            quantities=quantities.read(f"{post.title}\n{post.content}"),
        )

    def explain(self, demand: Profile, resource: Profile) -> tuple[Reason, ...]:
        """Why this resource for this demand. Never empty: "nothing in common" is an answer."""
        reasons = [self._shared(demand, resource)]
        reasons += _another_material(demand.post, resource.post)
        reasons += indicators.reasons(
            demand.quantities, resource.quantities, silent=not resource.has_content
        )
        reasons += facets.compare(demand.post.facets, resource.post.facets)
        missing = self._missing(demand, resource)
        if missing:
            words = told("资源未提到：%(terms)s", terms=_listed(missing))
            reasons.append(Reason("not_mentioned", words, terms=missing))
        if not resource.has_content:
            reasons.append(Reason("no_content", told("资源只有标题，补充简介后可比得更准")))
        return tuple(reasons)

    def _rarity_of(self, key: str) -> float:
        return self.rarity.get(key, self.rarest)

    def _shared(self, demand: Profile, resource: Profile) -> Reason:
        wanted, spellings = demand.weights, resource.spellings
        asked = demand.spellings
        terms = [
            (_both(asked[key], spellings[key]), wanted[key] * weight)
            for key, weight in resource.weights.items()
            if key in wanted
        ]
        shown = _best(terms, SHARED_SHOWN)
        if shown:
            words = told("共同关键词：%(terms)s", terms=_listed(shown))
            return Reason("shared_words", words, terms=shown)
        shown = _best(_common_runs(demand.runs, resource.runs), SHARED_SHOWN)
        if shown:
            return Reason(
                "shared_characters",
                told("没有共同的关键词，只有字面相同：%(terms)s，仅供参考", terms=_listed(shown)),
                terms=shown,
            )
        return Reason(
            "nothing_shared",
            told("没有共同的关键词，仅供参考；补充材料、工艺、指标等关键词后可再匹配"),
        )

    def _missing(self, demand: Profile, resource: Profile) -> tuple[Term, ...]:
        """Words of the demand's title that the resource does not hold, not even inside a word."""
        said = resource.said
        terms = [
            (demand.spellings[key], demand.weights[key]) for key in demand.title if key not in said
        ]
        return _best(terms, MISSING_SHOWN)


def _another_material(demand: Post, resource: Post) -> Iterator[Reason]:
    """At most one reason: both titles name a material, and not the same."""
    found = materials.contradiction(
        demand.title,
        f"{demand.title}\n{demand.content}",
        resource.title,
        f"{resource.title}\n{resource.content}",
    )
    if found is not None:
        words = told(
            "材料不同：需求是%(asked)s，资源是%(offered)s", asked=found[0], offered=found[1]
        )
        yield Reason("facet_differs", words, facet="material")


def _both(asked: str, offered: str) -> str:
    """The word that both hold, or the two synonyms as each text has them."""
    return offered if text.key(asked) == text.key(offered) else f"{asked}{SAME}{offered}"


def _best(terms: Iterable[tuple[str, float]], shown: int) -> tuple[Term, ...]:
    """The weightiest terms, of one inside another only the longer, equal weights by word."""
    longest: list[tuple[float, str]] = []
    seen = ""
    for word, weight in sorted(terms, key=_longest_first):
        if word not in seen:
            longest.append((-weight, word))
            seen += f"{word}\n"
    return tuple(Term(word, round(-weight, 4)) for weight, word in sorted(longest)[:shown])


def _longest_first(term: tuple[str, float]) -> tuple[int, str]:
    return -len(term[0]), term[0]


def _common_runs(first: Iterable[str], second: Iterable[str]) -> Iterator[tuple[str, float]]:
    """Runs of three, two or one characters in both; longer runs weigh more."""
    for length in (3, 2, 1):
        there = {run[at : at + length] for run in second for at in range(len(run) - length + 1)}
        here = {run[at : at + length] for run in first for at in range(len(run) - length + 1)}
        yield from ((piece, float(length)) for piece in here & there)


def _listed(terms: Iterable[Term]) -> Listed:
    return listed((term.word for term in terms), most=SHARED_SHOWN)
