"""Which candidates of a demand to ask a person about: where an answer would teach most.

With a model the engine chooses: where an answer removes most doubt about the whole list. After the
answers a small model is learned with and without them, so that the gain is seen and not claimed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lianshu.authority import Actor
from lianshu.engine.matching import Post as EnginePost
from lianshu.engine.matching.ranking import Label, ask, learn
from lianshu.exchange.labels import levels_by_pair
from lianshu.exchange.matching import candidates_of, engine_post
from lianshu.exchange.models import Demand, Judgement, Resource
from lianshu.exchange.queries import judgements_by
from lianshu.exchange.ranker import PairScore, best_first, current_model, model_of, scores_of
from lianshu.exchange.reading import read_post
from lianshu.exchange.surroundings import READER

ASKED: Final = 8
POOL: Final = 60
OTHERS: Final = 70
"""Judgements of other demands that the gain is measured with: few enough to learn in a second."""
SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Moved:
    """A resource among the best before or after the answers."""

    public_id: str
    title: str
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Gain:
    """What the answers changed: the best resources, and how sure the order is, in percent."""

    rows: list[Moved]
    sure_before: int
    sure_after: int

    @property
    def changed(self) -> int:
        """How many of the best came in new."""
        return sum(row.before is None for row in self.rows)


def to_ask(actor: Actor, demand: Demand, *, now: datetime) -> list[Resource]:
    """The candidates whose judgement helps most, of the demand (fetched with its level), without
    those this person has judged; the most likely first."""
    pool = candidates_of(actor, demand, now=now, most=POOL)
    done = {each.resource_id for each in judgements_by(actor, demand)}
    open_ = [row for row in pool if row.pk not in done]
    wanted = max(0, ASKED - len(done))
    row = current_model()
    if row is None:
        chosen = _spread(open_, wanted)
    else:
        posts = [engine_post(read_post(each)) for each in open_]
        asked = ask(model_of(row), engine_post(read_post(demand)), posts, many=wanted)
        by_id = {each.public_id: each for each in open_}
        chosen = [by_id[each.resource_id] for each in asked]
    order = {each.pk: at for at, each in enumerate(pool)}
    return sorted(chosen, key=lambda each: order[each.pk])


def _spread(pool: Sequence[Resource], wanted: int) -> list[Resource]:
    """Without a model: the first places, where a wrong one costs most, and a few further down,
    where a missed one hides."""
    first = max(0, wanted - wanted // 3)
    rest = pool[first:]
    step = max(1, len(rest) // max(1, wanted - first))
    return [*pool[:first], *rest[step - 1 :: step][: wanted - first]]


def gain_of(actor: Actor, demand: Demand, *, now: datetime) -> Gain | None:
    """What this demand's judgements change in its list; None while there are none."""
    judged = list(
        Judgement.objects.filter(demand=demand)
        .order_by("pk")
        .values_list("resource_id", "resource__public_id", "level")
    )
    if not judged:
        return None
    pool = candidates_of(actor, demand, now=now, most=POOL)
    posts = {row.pk: engine_post(read_post(row)) for row in pool}
    own = engine_post(read_post(demand))
    # Only candidates the reader may read take part, so that nothing hidden moves what is shown.
    answers = [Label(own.id, key, level) for pk, key, level in judged if pk in posts]
    others, demands, resources = _others(demand.pk)
    known = {post.id: post for post in [*posts.values(), *resources.values()]}
    asked = {own.id: own, **demands}
    without = learn(list(asked.values()), list(known.values()), others)
    with_ = learn(
        list(asked.values()), list(known.values()), [*others, *answers], encoder=without.encoder
    )
    before = scores_of(without, own, list(posts.values()))
    after = scores_of(with_, own, list(posts.values()))
    return _compared(pool, before, after)


def _compared(
    pool: Sequence[Resource], before: dict[str, PairScore], after: dict[str, PairScore]
) -> Gain:
    titles = {row.public_id: row.title for row in pool}
    old = {key: at for at, key in enumerate(best_first(before)[:SHOWN], 1)}
    new = {key: at for at, key in enumerate(best_first(after)[:SHOWN], 1)}
    shown = dict.fromkeys([*new, *old])

    def sure(scores: dict[str, PairScore], keys: dict[str, int]) -> int:
        return round(100 * sum(scores[key].confidence for key in keys) / max(1, len(keys)))

    return Gain(
        [Moved(key, titles[key], old.get(key), new.get(key)) for key in shown],
        sure(before, old),
        sure(after, new),
    )


def _others(
    besides: int,
) -> tuple[list[Label], dict[str, EnginePost], dict[str, EnginePost]]:
    """The latest judged pairs of other demands, on their public summaries."""
    levels = levels_by_pair()
    pairs = [pair for pair in levels if pair[0] != besides][-OTHERS:]
    demands = {
        row.pk: row
        for row in Demand.objects.visible_to(READER).filter(pk__in=[one for one, _ in pairs])
    }
    resources = {
        row.pk: row
        for row in Resource.objects.visible_to(READER).filter(pk__in=[one for _, one in pairs])
    }
    public = {
        row.public_id: EnginePost(row.public_id, row.title, row.summary)
        for row in (*demands.values(), *resources.values())
    }
    labels = [
        Label(
            demands[demand].public_id, resources[resource].public_id, levels[demand, resource][-1]
        )
        for demand, resource in pairs
        if demand in demands and resource in resources
    ]
    return (
        labels,
        {label.demand_id: public[label.demand_id] for label in labels},
        {label.resource_id: public[label.resource_id] for label in labels},
    )
