"""What a change of the lexicon would do to the best resources of one demand, before it is saved.

The pool is what the demand finds now and what it would find with the words of the entry; within
it both lexicons rank on the weights of the whole index.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import numpy as np

from lianshu.authority import Actor
from lianshu.engine.matching import Post as EnginePost
from lianshu.engine.matching.changing import Changing, beside
from lianshu.engine.matching.lexicon import Lexicon
from lianshu.exchange.indexing import view_for
from lianshu.exchange.leaving_out import barred
from lianshu.exchange.matching import engine_post
from lianshu.exchange.models import Demand, Resource
from lianshu.exchange.queries import resources_for
from lianshu.exchange.reading import read_post

SHOWN: Final = 10
POOL: Final = 200


@dataclass(frozen=True, slots=True)
class EffectRow:
    """A resource among the best before or after; None: not among them."""

    public_id: str
    title: str
    before: int | None
    after: int | None

    @property
    def move(self) -> str:
        """`new`, `gone`, `up`, `down` or `same`."""
        if self.before is None:
            return "new"
        if self.after is None:
            return "gone"
        if self.after == self.before:
            return "same"
        return "up" if self.after < self.before else "down"


def effect_of(
    actor: Actor, demand: Demand, *, words: Iterable[str], after: Lexicon, now: datetime
) -> list[EffectRow]:
    """The best resources of the demand (fetched with its level) with the lexicon in use and with
    `after`, in the order they would have."""
    view = view_for(actor, Resource, engine_post)
    keep = barred(view, demand, now).keep
    query = engine_post(read_post(demand))
    wider = replace(query, title=f"{query.title} {' '.join(words)}")
    ids: dict[str, None] = {}
    for asked in (query, wider):
        found = view.index.rank(view.index.evidence(asked), keep, POOL)
        ids |= dict.fromkeys(one.id for _place, one in found)
    rows = {
        row.public_id: row for row in resources_for(actor).live().filter(public_id__in=list(ids))
    }
    posts = sorted((engine_post(read_post(row)) for row in rows.values()), key=lambda p: p.id)
    base = view.index.parts[0]
    places = []
    for lexicon in (base.lexicon, after):
        matcher = beside(base, posts, lexicon)
        places.append(_places(Changing((matcher,), matcher.ids), query, posts))
    before_at, after_at = places
    shown = dict.fromkeys([*after_at, *before_at])
    return [EffectRow(one, rows[one].title, before_at.get(one), after_at.get(one)) for one in shown]


def _places(index: Changing, query: EnginePost, posts: Sequence[EnginePost]) -> dict[str, int]:
    found = index.rank(index.evidence(query), np.ones(len(posts), dtype=np.bool_), SHOWN)
    return {one.id: one.rank for _place, one in found}
