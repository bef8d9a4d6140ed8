"""Match demands and resources: rank one side for each post of the other, with reasons."""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from lianshu.engine.matching.evidence import Evidence, Parsed
from lianshu.engine.matching.explain import Explainer
from lianshu.engine.matching.fuse import fuse
from lianshu.engine.matching.index import best_of
from lianshu.engine.matching.lexicon import NO_LEXICON, Lexicon
from lianshu.engine.matching.posts import Post
from lianshu.engine.matching.reasons import Reason
from lianshu.engine.matching.vocabulary import Grams, Words

Direction = Literal["demands", "resources"]

# Queries scored together: bounds the memory of a batch to this many rows of scores.
BLOCK = 64


@dataclass(frozen=True, slots=True)
class Candidate:
    """One ranked post. `score` is in [0, 1], 1 being first by words and by characters alike;
    `words` and `characters` are the two kinds of evidence, equal in both directions.
    """

    id: str
    rank: int
    score: float
    words: float
    characters: float


@dataclass(frozen=True, slots=True)
class Match:
    """One proposed pair. `rank` runs within the post that was asked for."""

    demand_id: str
    resource_id: str
    rank: int
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Matcher:
    """The posts of one side, indexed; build once, ask often. Holds weights, no texts.

    Thread-safe: nothing changes after `build`.
    """

    ids: tuple[str, ...]
    explainer: Explainer
    evidence: tuple[Evidence[Words], Evidence[Grams]]
    lexicon: Lexicon = NO_LEXICON

    @classmethod
    def build(
        cls,
        posts: Iterable[Post],
        *,
        context: Iterable[Post] = (),
        lexicon: Lexicon = NO_LEXICON,
    ) -> Self:
        """Index `posts`. `context` is the other side: known texts that teach what is common.

        Raises ValueError when two posts share an id.
        """
        ordered = _sorted(posts)
        return cls.of_parsed(
            ordered,
            [Parsed.of(post, lexicon) for post in ordered],
            [Parsed.of(post, lexicon) for post in context],
            lexicon,
        )

    @classmethod
    def of_parsed(
        cls,
        posts: Sequence[Post],
        parsed: Sequence[Parsed],
        context: Sequence[Parsed],
        lexicon: Lexicon = NO_LEXICON,
    ) -> Self:
        """The same for posts sorted by id whose texts are already cut."""
        distinct = list(dict.fromkeys([*parsed, *context]))
        words = Evidence.build(Words.of, parsed, distinct)
        characters = Evidence.build(Grams.of, parsed, distinct)
        return cls(
            ids=tuple(post.id for post in posts),
            explainer=Explainer.of(words.weighing, len(distinct), lexicon),
            evidence=(words, characters),
            lexicon=lexicon,
        )

    def rank(
        self, query: Post, *, top: int = 50, allowed: AbstractSet[str] | None = None
    ) -> list[Candidate]:
        """The best `top` posts for `query`, best first, equal scores by id.

        `allowed` restricts the posts by id before anything is ranked or cut: an excluded post
        takes no place and moves no other. Exactly min(top, allowed posts) candidates.
        """
        return next(self.rank_parsed([Parsed.of(query, self.lexicon)], top=top, allowed=allowed))

    def rank_parsed(
        self, queries: Sequence[Parsed], *, top: int, allowed: AbstractSet[str] | None = None
    ) -> Iterator[list[Candidate]]:
        """The same for many queries, in their order."""
        if top < 1:
            raise ValueError("top must be at least 1")
        chosen: NDArray[np.int64] = np.arange(len(self.ids), dtype=np.int64)
        if allowed is not None:
            chosen = np.flatnonzero(np.fromiter((one in allowed for one in self.ids), np.bool_))
        for start in range(0, len(queries), BLOCK):
            block = queries[start : start + BLOCK]
            words, characters = (evidence.scores(block)[:, chosen] for evidence in self.evidence)
            for by_word, by_character in zip(words, characters, strict=True):
                yield self._candidates(chosen, by_word, by_character, top)

    def _candidates(
        self,
        chosen: NDArray[np.int64],
        by_word: NDArray[np.float32],
        by_character: NDArray[np.float32],
        top: int,
    ) -> list[Candidate]:
        fused = fuse((by_word, by_character), top)
        return [
            Candidate(
                id=self.ids[chosen[at]],
                rank=rank,
                score=float(fused[at]),
                words=float(by_word[at]),
                characters=float(by_character[at]),
            )
            for rank, at in enumerate(best_of(chosen, fused, top).tolist(), start=1)
        ]

    def explain(self, demand: Post, resource: Post) -> tuple[Reason, ...]:
        """Why this resource for this demand, from the texts handed in and nothing else."""
        profile = self.explainer.profile
        return self.explainer.explain(profile(demand), profile(resource))


def match(
    demands: Iterable[Post],
    resources: Iterable[Post],
    *,
    top: int = 50,
    direction: Direction = "demands",
) -> Iterator[Match]:
    """The best `top` of the other side for each demand (or resource), with reasons.

    In the order of the asking side's ids, then by rank; the order of the input changes nothing.
    Raises ValueError when ids repeat within a side or `top` is below 1.
    """
    asking, offered = (demands, resources) if direction == "demands" else (resources, demands)
    queries, posts = _sorted(asking), _sorted(offered)
    parsed_queries = [Parsed.of(post) for post in queries]
    parsed_posts = [Parsed.of(post) for post in posts]
    matcher = Matcher.of_parsed(posts, parsed_posts, parsed_queries)
    explainer = matcher.explainer
    profiles = {
        post.id: explainer.profile(post, parsed)
        for post, parsed in zip(posts, parsed_posts, strict=True)
    }
    ranked = matcher.rank_parsed(parsed_queries, top=top)
    for query, parsed, candidates in zip(queries, parsed_queries, ranked, strict=True):
        own = explainer.profile(query, parsed)
        for found in candidates:
            other = profiles[found.id]
            demand, resource = (own, other) if direction == "demands" else (other, own)
            yield Match(
                demand_id=demand.post.id,
                resource_id=resource.post.id,
                rank=found.rank,
                score=found.score,
                reasons=explainer.explain(demand, resource),
            )


def _sorted(posts: Iterable[Post]) -> list[Post]:
    ordered = sorted(posts, key=lambda post: post.id)
    for before, after in pairwise(ordered):
        if before.id == after.id:
            raise ValueError(f"id {after.id!r} occurs twice")
    return ordered
