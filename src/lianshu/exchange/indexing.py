"""The index that recommendations are searched in: always as of now, at any size.

One base for each side and level (summary, detail) serves everybody; what differs for a reader,
because it is read at another level, was changed, came or went since the base was built, stands
beside it (`engine.matching.changing`). What has changed is read from the revisions that every
write of a post leaves, so a change made in any process is found by the next question: no time
passes in which a new post is not there or an old one still is.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock, Thread
from typing import Any, Final

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from lianshu.authority import EVERY_CHAIN, Actor, Capability, system_actor
from lianshu.engine.matching import Matcher
from lianshu.engine.matching import Post as EnginePost
from lianshu.engine.matching.changing import Changing, beside
from lianshu.engine.matching.lexicon import Lexicon
from lianshu.exchange.disclosure import Disclosure
from lianshu.exchange.lexicon import current_lexicon, fingerprint
from lianshu.exchange.models import Demand, Resource
from lianshu.exchange.queries import demands_for, resources_for
from lianshu.exchange.querysets import reading
from lianshu.exchange.reading import PostReading, read_post

READER: Final = system_actor("exchange.matching")
OVERLAP: Final = 500
"""Revisions are looked at again for so many numbers: another transaction may commit a lower one."""
MOST_BESIDE: Final = 400
"""From so many changed posts, or a fiftieth of the base, a base is built anew."""
BASES_KEPT, AUDIENCES_KEPT = 6, 24
CHUNK: Final = 500
BUILT_AT_ONCE: Final = 5_000
"""A base of more posts is built in a thread of its own."""

Side = type[Demand] | type[Resource]
Write = Callable[[PostReading], EnginePost]


@dataclass(frozen=True, slots=True)
class Line:
    """What is known of a post beside its text: what hard filters ask."""

    pk: int
    version: int
    level: int
    owner: int
    region: int
    partner_region: int
    expires: float


@dataclass
class Base:
    """Every live post of one side at one level, and how far the revisions had come."""

    matcher: Matcher
    lines: dict[str, Line]
    seen: int
    witness: tuple[str, int] | None
    """Of the last revision seen, the post and the number: another database has another one."""
    columns: Columns


@dataclass(frozen=True)
class Columns:
    """The lines as arrays, in the order of the index."""

    pk: NDArray[np.int64]
    owner: NDArray[np.int64]
    region: NDArray[np.int64]
    partner_region: NDArray[np.int64]
    expires: NDArray[np.float64]

    @classmethod
    def of(cls, lines: Iterable[Line]) -> Columns:
        every = list(lines)

        def column(name: str, kind: Any) -> Any:
            return np.fromiter((getattr(one, name) for one in every), kind, len(every))

        return cls(
            column("pk", np.int64),
            column("owner", np.int64),
            column("region", np.int64),
            column("partner_region", np.int64),
            column("expires", np.float64),
        )

    def beside(self, other: Columns) -> Columns:
        """These, then others."""
        return Columns(
            *(
                np.concatenate([getattr(self, name), getattr(other, name)])
                for name in ("pk", "owner", "region", "partner_region", "expires")
            )
        )


@dataclass
class Audience:
    """What one kind of reader may read, against a base: `beside` is what changed since."""

    base: Base
    seen: int
    settled: Matcher | None
    """Posts that this reader reads at another level than the base holds, put beside it once."""
    settled_lines: dict[str, Line]
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


class _Shelf:
    """The few things last used, by key."""

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._things: OrderedDict[Any, Any] = OrderedDict()

    def get(self, key: Any) -> Any:
        if key in self._things:
            self._things.move_to_end(key)
        return self._things.get(key)

    def put(self, key: Any, thing: Any) -> None:
        self._things[key] = thing
        self._things.move_to_end(key)
        while len(self._things) > self._kept:
            self._things.popitem(last=False)


_bases, _audiences, _levels = _Shelf(BASES_KEPT), _Shelf(AUDIENCES_KEPT), _Shelf(AUDIENCES_KEPT)
_building: set[Any] = set()
_lock = RLock()


def view_for(actor: Actor, model: Side, write: Write, lexicon: Lexicon | None = None) -> View:
    """The index over every live post of one side at the actor's levels, as of now."""
    words = current_lexicon() if lexicon is None else lexicon
    with _lock:
        base = _base(actor, model, write, words)
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


def _rows(actor: Actor, model: Side) -> Any:
    return (demands_for(actor) if model is Demand else resources_for(actor)).live()


def _reads(actor: Actor) -> Any:
    """What decides which rows an actor sees, and how much of each."""
    if actor.is_system:
        return "system"
    scopes = sorted(
        (scope.region_id, 0 if scope.chain_id == EVERY_CHAIN else int(scope.chain_id))
        for scope in actor.scopes(Capability.COORDINATE)
    )
    return (tuple(sorted(reading(actor))), tuple(sorted(actor.organisation_ids)), tuple(scopes))


def _base(actor: Actor, model: Side, write: Write, lexicon: Lexicon) -> Base:
    """The detail base for those who read most posts whole, the public one for everybody else."""
    level = _level(actor, model)
    key = (model, level, fingerprint(lexicon))
    base: Base | None = _bases.get(key)
    if base is None or not _holds(model, base):
        base = _build(model, level, write, lexicon)
        _bases.put(key, base)
    elif _outgrown(model, base) and key not in _building:
        if len(base.lines) > BUILT_AT_ONCE:
            _building.add(key)
            Thread(target=_build_aside, args=(key, write, lexicon), daemon=True).start()
        else:
            base = _build(model, level, write, lexicon)
            _bases.put(key, base)
    return base


def _build_aside(key: Any, write: Write, lexicon: Lexicon) -> None:
    """A large base is built while the old one with what stands beside it goes on answering."""
    try:
        base = _build(key[0], key[1], write, lexicon)
        with _lock:
            _bases.put(key, base)
    finally:
        _building.discard(key)
        connection.close()


def _level(actor: Actor, model: Side) -> Disclosure:
    """At which level most of the posts are that this reader may read; asked once in a while."""
    if actor.is_system:
        return Disclosure.DETAIL
    if not actor.has(Capability.COORDINATE):
        return Disclosure.SUMMARY
    key = (_reads(actor), model)
    level: Disclosure | None = _levels.get(key)
    if level is None:
        rows = _rows(actor, model).order_by()
        whole = rows.filter(level__gte=Disclosure.DETAIL).count()
        level = Disclosure.DETAIL if 2 * whole > rows.count() else Disclosure.SUMMARY
        _levels.put(key, level)
    return level


def _revisions(model: Side) -> Any:
    related: Any = model._meta.get_field("revisions").related_model
    return related._default_manager


def _holds(model: Side, base: Base) -> bool:
    """Whether the base was built from this database."""
    if base.witness is None:
        return not base.lines
    return _witness(model, base.seen) == base.witness


def _witness(model: Side, seen: int) -> tuple[str, int] | None:
    found = _revisions(model).filter(pk=seen).values_list("post__public_id", "number").first()
    return None if found is None else (found[0], found[1])


def _outgrown(model: Side, base: Base) -> bool:
    most = max(MOST_BESIDE, len(base.lines) // 50)
    newer = _revisions(model).filter(pk__gt=base.seen).values("pk")[: most + 1]
    return bool(newer.count() > most)


def _build(model: Side, level: Disclosure, write: Write, lexicon: Lexicon) -> Base:
    latest = _revisions(model).order_by("-pk").values_list("pk", flat=True).first() or 0
    lines: dict[str, Line] = {}

    def posts() -> Iterator[EnginePost]:
        for row in _rows(READER, model).iterator(chunk_size=2000):
            lines[row.public_id] = _line(row, int(level))
            yield write(read_post(row, int(level)))

    matcher = Matcher.build(posts(), lexicon=lexicon)
    columns = Columns.of(lines[public_id] for public_id in matcher.ids)
    return Base(matcher, lines, latest, _witness(model, latest), columns)


def _line(row: Any, level: int) -> Line:
    return Line(
        pk=row.pk,
        version=row.version,
        level=level,
        owner=row.owner_id,
        region=row.region_id,
        partner_region=row.partner_region_id or 0,
        expires=row.expires_at.timestamp() if row.expires_at else float("inf"),
    )


def _meet(actor: Actor, model: Side, base: Base, write: Write) -> Audience:
    """A reader seen for the first time: what differs from the base for them."""
    latest = _revisions(model).order_by("-pk").values_list("pk", flat=True).first() or 0
    different: list[int] = []
    there: set[str] = set()
    rows = _rows(actor, model).order_by().values_list("pk", "public_id", "version", "level")
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
        audience.settled_lines, audience.beside, audience.posts = audience.beside, {}, {}
    return audience


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
    written = list(_revisions(model).filter(pk__gt=since).values_list("pk", "post_id"))
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
        for row in _rows(actor, model).filter(pk__in=part):
            wanted.discard(row.pk)
            reading_ = read_post(row)
            audience.beside[row.public_id] = _line(row, int(reading_.level))
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
    return View(index, base.columns.beside(Columns.of(lines)), present)


def not_expired(view: View, now: datetime) -> NDArray[np.bool_]:
    """Places whose post still holds at this moment, whether or not the clock has said so."""
    alive: NDArray[np.bool_] = view.columns.expires > now.timestamp()
    return alive
