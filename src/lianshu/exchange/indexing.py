"""The index that recommendations are searched in: always as of now, at any size.

One base for each side and level (summary, detail) serves everybody (`index_bases`); what differs
for a reader, because it is read at another level, was changed, came or went since the base was
built, stands beside it (`engine.matching.changing`). What has changed is read from the revisions
that every write of a post leaves, so a change made in any process is found by the next question:
no time passes in which a new post is not there or an old one still is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lianshu.authority import EVERY_CHAIN, Actor, Capability
from lianshu.engine.matching import Matcher
from lianshu.engine.matching import Post as EnginePost
from lianshu.engine.matching.changing import Changing, beside
from lianshu.engine.matching.evidence import Parsed
from lianshu.engine.matching.lexicon import Lexicon
from lianshu.engine.matching.ranking import Vectors
from lianshu.exchange.disclosure import Disclosure
from lianshu.exchange.index_bases import (
    Base,
    Columns,
    Line,
    Shelf,
    Side,
    Taught,
    Write,
    base_for,
    line_of,
    lock,
    newest,
    revisions,
    rows_of,
)
from lianshu.exchange.lexicon import current_lexicon
from lianshu.exchange.models import Resource
from lianshu.exchange.querysets import reading
from lianshu.exchange.ranker import current_model, model_of
from lianshu.exchange.reading import read_post

OVERLAP: Final = 500
"""Revisions are looked at again for so many numbers: another transaction may commit a lower one."""
AUDIENCES_KEPT: Final = 24
CHUNK: Final = 500


@dataclass
class Audience:
    """What one kind of reader may read, against a base: `beside` is what changed since."""

    base: Base
    seen: int
    settled: Matcher | None
    """Posts that this reader reads at another level than the base holds, put beside it once."""
    settled_lines: dict[str, Line]
    settled_vectors: Vectors | None
    beside: dict[str, Line]
    posts: dict[str, EnginePost]
    gone: set[str]
    disclosed: frozenset[tuple[int, int]]
    excluded: frozenset[int]
    recent: set[int] = field(default_factory=set)
    view: View | None = None


@dataclass(frozen=True)
class View:
    """The index as it stands for a reader: immutable, shared by threads."""

    index: Changing
    columns: Columns
    present: NDArray[np.bool_]
    vectors: Vectors | None

    def evidence(self, query: EnginePost) -> list[NDArray[np.float32]]:
        """What each place shares with the query: by words, by characters and, once a model was
        learned, by topics and senses."""
        rows = list(self.index.evidence(query))
        if self.vectors is not None:
            parsed = Parsed.of(query, self.index.parts[0].lexicon)
            rows += [np.asarray(row, np.float32) for row in self.vectors.nearness(parsed)]
        return rows


_audiences, _levels = Shelf(AUDIENCES_KEPT), Shelf(AUDIENCES_KEPT)


def view_for(actor: Actor, model: Side, write: Write, lexicon: Lexicon | None = None) -> View:
    """The index over every live post of one side at the actor's levels, as of now."""
    words = current_lexicon() if lexicon is None else lexicon
    with lock:
        taught = _taught() if model is Resource else None
        base = base_for(model, _level(actor, model), write, words, taught)
        key = (_reads(actor), model, id(base))
        audience: Audience | None = _audiences.get(key)
        if audience is None or audience.base is not base:
            audience = _meet(actor, model, base, write)
            _audiences.put(key, audience)
        else:
            _catch_up(actor, model, audience, write)
        if audience.view is None:
            audience.view = _view(audience)
        return audience.view


def _taught() -> Taught | None:
    """The model in use; only demands are ranked by one, so only resources have vectors."""
    row = current_model()
    return None if row is None else Taught(row.public_id, model_of(row).encoder)


def _reads(actor: Actor) -> Any:
    """What decides which rows an actor sees, and how much of each."""
    if actor.is_system:
        return "system"
    scopes = sorted(
        (scope.region_id, 0 if scope.chain_id == EVERY_CHAIN else int(scope.chain_id))
        for scope in actor.scopes(Capability.COORDINATE)
    )
    return (tuple(sorted(reading(actor))), tuple(sorted(actor.organisation_ids)), tuple(scopes))


def _level(actor: Actor, model: Side) -> Disclosure:
    """At which level most of the posts are that this reader may read; asked once in a while."""
    if actor.is_system:
        return Disclosure.DETAIL
    if not actor.has(Capability.COORDINATE):
        return Disclosure.SUMMARY
    key = (_reads(actor), model)
    level: Disclosure | None = _levels.get(key)
    if level is None:
        rows = rows_of(actor, model).order_by()
        whole = rows.filter(level__gte=Disclosure.DETAIL).count()
        level = Disclosure.DETAIL if 2 * whole > rows.count() else Disclosure.SUMMARY
        _levels.put(key, level)
    return level


def _meet(actor: Actor, model: Side, base: Base, write: Write) -> Audience:
    """A reader seen for the first time: what differs from the base for them."""
    latest = newest(model)
    different: list[int] = []
    there: set[str] = set()
    rows = rows_of(actor, model).order_by().values_list("pk", "public_id", "version", "level")
    for pk, public_id, version, level in rows.iterator(chunk_size=5000):
        there.add(public_id)
        line = base.lines.get(public_id)
        if line is None or line.version != version or not _as_good(line.level, level):
            different.append(pk)
    audience = Audience(
        base=base,
        seen=latest,
        settled=None,
        settled_lines={},
        settled_vectors=None,
        beside={},
        posts={},
        gone=set(base.lines) - there,
        disclosed=_disclosed(actor, model),
        excluded=_excluded(actor, model),
    )
    _reread(actor, model, audience, different, write)
    if audience.posts:
        settled = sorted(audience.posts.values(), key=lambda post: post.id)
        audience.settled = beside(base.matcher, settled)
        audience.settled_vectors = _vectors(base, settled)
        audience.settled_lines, audience.beside, audience.posts = audience.beside, {}, {}
    return audience


def _vectors(base: Base, posts: Sequence[EnginePost]) -> Vectors | None:
    if base.vectors is None:
        return None
    lexicon = base.matcher.lexicon
    return Vectors.of(base.vectors.encoder, [Parsed.of(post, lexicon) for post in posts])


def _joined(audience: Audience) -> Vectors | None:
    """The vectors of the base and of what stands beside it, in the order of the index."""
    base = audience.base
    fresh = sorted(audience.posts.values(), key=lambda post: post.id)
    parts = [base.vectors, audience.settled_vectors, _vectors(base, fresh) if fresh else None]
    known = [part for part in parts if part is not None]
    if base.vectors is None or len(known) == 1:
        return base.vectors
    one, two, three, four = (
        np.concatenate(rows) for rows in zip(*(part.parts for part in known), strict=True)
    )
    return Vectors(base.vectors.encoder, (one, two, three, four))


def _as_good(base_level: int, level: int) -> bool:
    """Identity adds no text that is matched: it reads like the summary."""
    return (base_level >= Disclosure.DETAIL) == (level >= Disclosure.DETAIL)


def _disclosed(actor: Actor, model: Side) -> frozenset[tuple[int, int]]:
    related: Any = model._meta.get_field("disclosures").related_model
    rows = related._default_manager.filter(organisation__in=reading(actor))
    return frozenset(rows.values_list("post_id", "level"))


def _excluded(actor: Actor, model: Side) -> frozenset[int]:
    related: Any = model._meta.get_field("exclusions").related_model
    rows = related._default_manager.filter(organisation__in=actor.organisation_ids)
    return frozenset(rows.values_list("post_id", flat=True))


def _catch_up(actor: Actor, model: Side, audience: Audience, write: Write) -> None:
    """Read again what was written, disclosed or excluded since the last question."""
    since = max(0, audience.seen - OVERLAP)
    written = list(revisions(model).filter(pk__gt=since).values_list("pk", "post_id"))
    fresh = {post for pk, post in written if pk > audience.seen or pk not in audience.recent}
    if not audience.recent:
        # The first time the overlap was part of what was met.
        fresh = {post for pk, post in written if pk > audience.seen}
    audience.recent = {pk for pk, _post in written}
    audience.seen = max([audience.seen, *audience.recent])
    disclosed, excluded = _disclosed(actor, model), _excluded(actor, model)
    changed = fresh | {pk for pk, _level in disclosed ^ audience.disclosed}
    changed |= excluded ^ audience.excluded
    audience.disclosed, audience.excluded = disclosed, excluded
    if changed:
        _reread(actor, model, audience, sorted(changed), write)


def _reread(actor: Actor, model: Side, audience: Audience, pks: list[int], write: Write) -> None:
    wanted = set(pks)
    by_pk = {
        line.pk: public_id
        for lines in (audience.base.lines, audience.settled_lines, audience.beside)
        for public_id, line in lines.items()
        if line.pk in wanted
    }
    for start in range(0, len(pks), CHUNK):
        part = pks[start : start + CHUNK]
        for row in rows_of(actor, model).filter(pk__in=part):
            wanted.discard(row.pk)
            reading_ = read_post(row)
            audience.beside[row.public_id] = line_of(row, int(reading_.level))
            audience.posts[row.public_id] = write(reading_)
            audience.gone.discard(row.public_id)
    for pk in wanted:
        public_id = by_pk.get(pk)
        if public_id is not None:
            audience.gone.add(public_id)
            audience.beside.pop(public_id, None)
            audience.posts.pop(public_id, None)
    audience.view = None


def _view(audience: Audience) -> View:
    base, settled = audience.base, audience.settled
    index = Changing.of(base.matcher, list(audience.posts.values()), settled)
    first = len(base.matcher.ids)
    second = first + (0 if settled is None else len(settled.ids))
    lines = [
        *(audience.settled_lines[public_id] for public_id in index.ids[first:second]),
        *(audience.beside[public_id] for public_id in index.ids[second:]),
    ]
    present = np.ones(len(index.ids), dtype=np.bool_)
    newer = audience.gone | audience.beside.keys()
    older = newer | audience.settled_lines.keys()
    for masked, start, end in ((older, 0, first), (newer, first, second)):
        if masked and end > start:
            kept = (one not in masked for one in index.ids[start:end])
            present[start:end] = np.fromiter(kept, np.bool_, end - start)
    return View(index, base.columns.beside(Columns.of(lines)), present, _joined(audience))


def not_expired(view: View, now: datetime) -> NDArray[np.bool_]:
    """Places whose post still holds at this moment, whether or not the clock has said so."""
    alive: NDArray[np.bool_] = view.columns.expires > now.timestamp()
    return alive
