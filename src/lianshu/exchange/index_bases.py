"""The bases of the index: every live post of one side at one level, shared by all readers."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from threading import RLock, Thread
from typing import Any, Final

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from lianshu.authority import Actor, system_actor
from lianshu.engine.matching import Matcher
from lianshu.engine.matching import Post as EnginePost
from lianshu.engine.matching.evidence import Parsed
from lianshu.engine.matching.keeping import arrays_of, matcher_of
from lianshu.engine.matching.lexicon import Lexicon
from lianshu.engine.matching.ranking import Vectors
from lianshu.engine.matching.ranking.encoder import Encoder
from lianshu.exchange.disclosure import Disclosure
from lianshu.exchange.index_files import drop_others, read_index, write_index
from lianshu.exchange.lexicon import fingerprint
from lianshu.exchange.models import Demand, Resource
from lianshu.exchange.queries import demands_for, resources_for
from lianshu.exchange.reading import PostReading, read_post

READER: Final = system_actor("exchange.matching")
MOST_BESIDE: Final = 400
"""From so many changed posts, or a fiftieth of the base, a base is built anew."""
ALWAYS_WHOLE: Final = 200
"""A base of so few posts is built anew for each change: how rare a word is would otherwise be told
from too little, and depend on when the base was built."""
BASES_KEPT: Final = 6
BUILT_AT_ONCE: Final = 5_000
"""A base of more posts is built in a thread of its own where another can answer, and kept in a
file for the next process."""

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
    vectors: Vectors | None
    """By the encoder of the ranking model in use when it was built."""
    taught_by: str
    """The public id of that model; empty without one."""


@dataclass(frozen=True, slots=True)
class Taught:
    """The ranking model in use: its id, and how it puts texts into vectors."""

    by: str
    encoder: Encoder


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


class Shelf:
    """The few things last used, by key."""

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._things: OrderedDict[Any, Any] = OrderedDict()

    def get(self, key: Any) -> Any:
        """The thing of this key, or None."""
        if key in self._things:
            self._things.move_to_end(key)
        return self._things.get(key)

    def known(self) -> list[Any]:
        """The keys there are, least used first."""
        return list(self._things)

    def put(self, key: Any, thing: Any) -> None:
        """Keep it, and drop what was used least."""
        self._things[key] = thing
        self._things.move_to_end(key)
        while len(self._things) > self._kept:
            self._things.popitem(last=False)


_bases = Shelf(BASES_KEPT)
_building: set[Any] = set()
lock = RLock()


def base_for(
    model: Side, level: Disclosure, write: Write, lexicon: Lexicon, taught: Taught | None
) -> Base:
    """The base of one side at one level. Where a large one is out of date, or the words or the
    model in use have changed, the old one answers until the new one is built."""
    key = (model, level, fingerprint(lexicon))
    base: Base | None = _bases.get(key)
    if base is not None and not _holds(model, base):
        base = None
    if base is None:
        base = _kept(key, lexicon, taught) or _older(key)
        if base is None:
            base = _build(key, write, lexicon, taught)
        _bases.put(key, base)
    current = base.matcher.lexicon == lexicon and (taught is None or base.taught_by == taught.by)
    if current and not _outgrown(model, base):
        return base
    if len(base.lines) <= BUILT_AT_ONCE:
        base = _build(key, write, lexicon, taught)
        _bases.put(key, base)
    elif key not in _building:
        _building.add(key)
        Thread(target=_build_aside, args=(key, write, lexicon, taught), daemon=True).start()
    return base


def being_built() -> bool:
    """Whether a large base is being built aside in this process."""
    return bool(_building)


def _older(key: Any) -> Base | None:
    """A large base of the same side and level with other words."""
    for model, level, words in _bases.known():
        if (model, level) == key[:2] and words != key[2]:
            base: Base = _bases.get((model, level, words))
            if len(base.lines) > BUILT_AT_ONCE and _holds(model, base):
                return base
    return None


def _build_aside(key: Any, write: Write, lexicon: Lexicon, taught: Taught | None) -> None:
    """A large base is built while the old one with what stands beside it goes on answering."""
    try:
        base = _build(key, write, lexicon, taught)
        with lock:
            _bases.put(key, base)
    finally:
        _building.discard(key)
        connection.close()


def rows_of(actor: Actor, model: Side) -> Any:
    """Live posts of one side that the actor may see, with their level."""
    return (demands_for(actor) if model is Demand else resources_for(actor)).live()


def revisions(model: Side) -> Any:
    related: Any = model._meta.get_field("revisions").related_model
    return related._default_manager


def newest(model: Side) -> int:
    """The number of the latest revision."""
    return revisions(model).order_by("-pk").values_list("pk", flat=True).first() or 0


def _holds(model: Side, base: Base) -> bool:
    """Whether the base was built from this database."""
    if base.witness is None:
        return not base.lines
    return _witness(model, base.seen) == base.witness


def _witness(model: Side, seen: int) -> tuple[str, int] | None:
    found = revisions(model).filter(pk=seen).values_list("post__public_id", "number").first()
    return None if found is None else (found[0], found[1])


def _outgrown(model: Side, base: Base) -> bool:
    few = len(base.lines) <= ALWAYS_WHOLE
    most = 0 if few else max(MOST_BESIDE, len(base.lines) // 50)
    newer = revisions(model).filter(pk__gt=base.seen).values("pk")[: most + 1]
    return bool(newer.count() > most)


def _build(key: Any, write: Write, lexicon: Lexicon, taught: Taught | None) -> Base:
    model, level, _words = key
    latest = newest(model)
    lines: dict[str, Line] = {}

    def posts() -> Iterator[EnginePost]:
        for row in rows_of(READER, model).iterator(chunk_size=2000):
            lines[row.public_id] = line_of(row, int(level))
            yield write(read_post(row, int(level)))

    ordered = sorted(posts(), key=lambda post: post.id)
    parsed = [Parsed.of(post, lexicon) for post in ordered]
    matcher = Matcher.of_parsed(ordered, parsed, [], lexicon)
    base = Base(
        matcher=matcher,
        lines=lines,
        seen=latest,
        witness=_witness(model, latest),
        columns=Columns.of(lines[public_id] for public_id in matcher.ids),
        vectors=None if taught is None else Vectors.of(taught.encoder, parsed),
        taught_by="" if taught is None else taught.by,
    )
    if len(lines) > BUILT_AT_ONCE and base.witness is not None:
        _keep(key, base)
    return base


def _name(key: Any) -> str:
    return f"{key[0]._meta.model_name}-{int(key[1])}-{key[2]}"


def _keep(key: Any, base: Base) -> None:
    assert base.witness is not None
    ordered = [base.lines[public_id] for public_id in base.matcher.ids]
    columns = {
        f"line_{each.name}": np.array([getattr(line, each.name) for line in ordered])
        for each in fields(Line)
    }
    seen = {"seen": np.array([base.seen, base.witness[1]]), "witness": np.array([base.witness[0]])}
    vectors = {
        f"vectors_{at}": part for at, part in enumerate(base.vectors.parts if base.vectors else ())
    }
    taught = {"taught_by": np.array([base.taught_by])}
    write_index(_name(key), {**arrays_of(base.matcher), **columns, **seen, **vectors, **taught})
    drop_others(f"{key[0]._meta.model_name}-{int(key[1])}-", [_name(key)])


def _kept(key: Any, lexicon: Lexicon, taught: Taught | None) -> Base | None:
    """The base as another process built it, where it still is of this database."""
    found = read_index(_name(key))
    if found is None:
        return None
    try:
        matcher = matcher_of(found, lexicon)
        columns = [found[f"line_{each.name}"].tolist() for each in fields(Line)]
        seen, number = found["seen"].tolist()
        witness = (str(found["witness"][0]), int(number))
        vectors = None
        if taught is not None and str(found["taught_by"][0]) == taught.by:
            one, two, three, four = (found[f"vectors_{at}"] for at in range(4))
            vectors = Vectors(taught.encoder, (one, two, three, four))
    except (KeyError, ValueError):
        return None
    lines = dict(zip(matcher.ids, (Line(*row) for row in zip(*columns, strict=True)), strict=True))
    base = Base(
        matcher=matcher,
        lines=lines,
        seen=seen,
        witness=witness,
        columns=Columns.of(lines.values()),
        vectors=vectors,
        taught_by=taught.by if taught is not None and vectors is not None else "",
    )
    return base if _holds(key[0], base) else None


def line_of(row: Any, level: int) -> Line:
    return Line(
        pk=row.pk,
        version=row.version,
        level=level,
        owner=row.owner_id,
        region=row.region_id,
        partner_region=row.partner_region_id or 0,
        expires=row.expires_at.timestamp() if row.expires_at else float("inf"),
    )
