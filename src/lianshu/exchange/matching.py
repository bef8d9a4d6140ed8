"""The exchange's matching: `engine.matching` over what the actor may read, and nothing else."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianshu.authority import Actor
from lianshu.engine.matching import (
    SEPARATOR,
    Candidate,
    Facets,
    Matcher,
    Readiness,
    Reason,
)
from lianshu.engine.matching import Post as EnginePost
from lianshu.engine.matching.explain import Profile
from lianshu.engine.matching.lexicon import Lexicon
from lianshu.engine.sheets.telling import in_language
from lianshu.exchange.disclosure import Disclosure
from lianshu.exchange.indexing import View, view_for
from lianshu.exchange.leaving_out import Barred, barred
from lianshu.exchange.lexicon import current_lexicon, fingerprint
from lianshu.exchange.models import Demand, Project, RankerModel, Recommendation, Resource
from lianshu.exchange.queries import demands_for, resources_for
from lianshu.exchange.querysets import DemandQuerySet, ResourceQuerySet
from lianshu.exchange.ranker import (
    RECALL,
    GroupEvidence,
    PairScore,
    best_first,
    current_model,
    evidence_of,
    model_of,
    scores_of,
)
from lianshu.exchange.reading import PostReading, read_post
from lianshu.exchange.surroundings import Surroundings, ipc_in, surroundings
from lianshu.registry.models import Region

TOP = 20
"""How many partners are proposed for a post unless asked otherwise."""
MATCHERS_KEPT = 4
BACKGROUND_POSTS = 1_000


def engine_post(reading: PostReading, around: Surroundings | None = None) -> EnginePost:
    """What the engine may know: exactly what the reader may, with what is known `around` posts.

    Of the region its place in the tree counts and no equality, because two districts of one city
    are no reason against a pair. The deadline is left out: a resource has no day of delivery.
    """
    return EnginePost(
        id=reading.public_id,
        title=reading.title,
        content=reading.content_text(),
        facets=Facets(
            kind=reading.kind,
            readiness=(
                None
                if reading.trl_level is None
                else Readiness(reading.trl_scale, reading.trl_level)
            ),
            chain=None if reading.chain is None else reading.chain.code,
            budget_fen=_money(reading),
            place=_place(reading.region),
            ipc=ipc_in(_patent_texts(reading)),
            industry=None if around is None else around.industry_of(reading),
            record=None if around is None else around.record_of(reading),
        ),
    )


def _patent_texts(reading: PostReading) -> str:
    given = "" if reading.facets is None else str(reading.facets.get("ipc", ""))
    return f"{given}\n{reading.title}\n{reading.content_text()}"


def _place(region: Region) -> tuple[tuple[str, str], ...]:
    """The region and what is above it, the largest first, as far as the row was fetched with it."""
    steps: list[tuple[str, str]] = []
    at: Region | None = region
    while at is not None:
        steps.append((at.code, at.name))
        at = at.parent if "parent" in at._state.fields_cache else None
    return tuple(reversed(steps))


def _money(reading: PostReading) -> tuple[int | None, int | None] | None:
    if reading.facets is not None:
        ends = (reading.facets.get("price_min"), reading.facets.get("price_max"))
    else:
        ends = (reading.budget_min, reading.budget_max)
    return None if ends == (None, None) else ends


@dataclass(frozen=True)
class Partners:
    """The best partners of a post, as (primary key, candidate); what the model in use expects of
    each, by primary key, where one put them in order; and how many would have been among them but
    must not be proposed, by reason (see `wording.LEFT_OUT`)."""

    ranked: list[tuple[int, Candidate]]
    left_out: dict[str, int]
    expected: dict[int, PairScore]
    model: RankerModel | None


def partners_of(
    actor: Actor,
    post: Demand | Resource,
    *,
    now: datetime,
    top: int = TOP,
    lexicon: Lexicon | None = None,
) -> Partners:
    """The best partners of `post` (fetched with its level), on what the actor may read. Whoever
    must not be proposed is left out before the cut and moves nobody.

    For a demand the model in use puts the first `RECALL` by words in order; without one, and for
    a resource, whose partners form no list that was judged, the order by words stands.
    """
    model = current_model() if isinstance(post, Demand) else None
    found = _recalled(actor, post, now=now, most=top if model is None else RECALL, lexicon=lexicon)
    left_out = _left_out(found, top)
    if model is None:
        return Partners(found.ranked[:top], left_out, {}, None)
    resources = {row.public_id: engine_post(read_post(row)) for row in found.rows.values()}
    scores = scores_of(model_of(model), engine_post(read_post(post)), list(resources.values()))
    known = {one.id: (pk, one) for pk, one in found.ranked}
    ranked, expected = [], {}
    # What is meant alike may share no word; what shares none and is expected not to fit stays out.
    fit = [
        key
        for key in best_first(scores)
        if scores[key].level > 1 or known[key][1].words + known[key][1].characters > 0
    ]
    for rank, key in enumerate(fit[:top], start=1):
        pk, one = known[key]
        ranked.append((pk, replace(one, rank=rank, score=scores[key].score)))
        expected[pk] = scores[key]
    return Partners(ranked, left_out, expected, model)


@dataclass(frozen=True)
class _Recalled:
    """What words and characters find, before and after hard filters."""

    view: View
    evidence: Any
    bars: Barred
    ranked: list[tuple[int, Candidate]]
    rows: dict[int, Any]


def _recalled(
    actor: Actor,
    post: Demand | Resource,
    *,
    now: datetime,
    most: int,
    lexicon: Lexicon | None = None,
) -> _Recalled:
    model: type[Demand] | type[Resource] = Resource if isinstance(post, Demand) else Demand
    view = view_for(actor, model, engine_post, lexicon)
    evidence = view.evidence(engine_post(read_post(post)))
    bars = barred(view, post, now)
    found = view.index.rank(evidence, bars.keep, most)
    # What the index says is asked of the database once more, for the few that are proposed.
    rows: Any = (resources_for(actor) if model is Resource else demands_for(actor)).live()
    pks = [int(view.columns.pk[place]) for place, _one in found]
    there = {row.pk: row for row in rows.filter(pk__in=pks).exclude(owner=post.owner_id)}
    ranked = [(pk, one) for pk, (_place, one) in zip(pks, found, strict=True) if pk in there]
    return _Recalled(view, evidence, bars, ranked, there)


def candidates_of(actor: Actor, demand: Demand, *, now: datetime, most: int) -> list[Resource]:
    """The first `most` candidates of a demand by words, whom nothing bars, with their levels."""
    found = _recalled(actor, demand, now=now, most=most)
    return [found.rows[pk] for pk, _one in found.ranked]


def _left_out(found: _Recalled, top: int) -> dict[str, int]:
    """Of what would be among the best by words, how many are barred, each by its first reason."""
    bars = found.bars
    if not any(mask.any() for mask in bars.because.values()):
        return {}
    counts: dict[str, int] = {}
    for place, _one in found.view.index.rank(found.evidence, ~bars.never, top):
        reason = next((name for name, mask in bars.because.items() if mask[place]), None)
        if reason is not None:
            counts[reason] = counts.get(reason, 0) + 1
    return counts


def ranked_partners(
    actor: Actor, post: Demand | Resource, *, top: int = TOP, now: datetime | None = None
) -> list[tuple[int, Candidate]]:
    """The best partners of `post` (fetched with its level) as (primary key, candidate)."""
    return partners_of(actor, post, now=now or timezone.now(), top=top).ranked


def ranked_resources(
    actor: Actor, wanted: EnginePost, *, besides: Iterable[int] = (), top: int = TOP
) -> list[tuple[Resource, tuple[Reason, ...]]]:
    """The best published resources for a text that is no demand, with reasons; `besides` names
    organisations whose resources do not come into question. Ranked on what the actor may read."""
    view = view_for(actor, Resource, engine_post)
    keep = view.present & ~np.isin(view.columns.owner, list(besides))
    found = view.index.rank(view.index.evidence(wanted), keep, top)
    ids = [one.id for _place, one in found]
    rows = resources_for(actor).live().filter(public_id__in=ids)
    by_id = {row.public_id: row for row in rows}
    explainer = _background().explainer
    asked = explainer.profile(wanted)
    return [
        (row, explainer.explain(asked, explainer.profile(engine_post(read_post(row)))))
        for row in (by_id[one] for one in ids if one in by_id)
    ]


class _Shelf:
    """The few matchers last built, by what went into them. Shared by the threads of a process."""

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._lock = threading.Lock()
        self._matchers: OrderedDict[str, Matcher] = OrderedDict()

    def get(self, key: str, build: Callable[[], Matcher]) -> Matcher:
        """The matcher of `key`, built when it is not there."""
        with self._lock:
            if key in self._matchers:
                self._matchers.move_to_end(key)
                return self._matchers[key]
        matcher = build()
        with self._lock:
            self._matchers[key] = matcher
            while len(self._matchers) > self._kept:
                self._matchers.popitem(last=False)
        return matcher


_shelf = _Shelf(MATCHERS_KEPT)


def _background() -> Matcher:
    """How rare words are, learned from the latest public summaries: for reasons, not for ranking.

    Only public texts, so that the weight of a word tells nothing of anybody's detail.
    """
    lexicon = current_lexicon()
    latest = [
        list(model._default_manager.order_by("-pk").values_list("public_id", flat=True)[:1])
        for model in (Demand, Resource)
    ]
    return _shelf.get(
        f"background {latest} {fingerprint(lexicon)}", lambda: _build_background(lexicon)
    )


def _build_background(lexicon: Lexicon) -> Matcher:
    sides: Iterable[DemandQuerySet | ResourceQuerySet] = (
        Demand.objects.live(),
        Resource.objects.live(),
    )
    return Matcher.build(
        (
            EnginePost(id=f"{side}{pk}", title=title, content=summary)
            for side, rows in enumerate(sides)
            for pk, title, summary in rows.order_by("-pk").values_list("pk", "title", "summary")[
                :BACKGROUND_POSTS
            ]
        ),
        lexicon=lexicon,
    )


def reasons_for(
    pairs: Iterable[Recommendation | Project],
) -> dict[int, tuple[Reason, ...]]:
    """Why each pair fits, by primary key, from the texts at the levels on its two posts.

    The pairs come from `queries`, so that the posts carry the reader's levels. A post is prepared
    once however many pairs it is in.
    """
    every = list(pairs)
    explainer = _background().explainer
    around = surroundings(post for pair in every for post in (pair.demand, pair.resource))
    profiles: dict[str, Profile] = {}
    found: dict[int, tuple[Reason, ...]] = {}
    for pair in every:
        for post in (pair.demand, pair.resource):
            if post.public_id not in profiles:
                profiles[post.public_id] = explainer.profile(engine_post(read_post(post), around))
        found[pair.pk] = explainer.explain(
            profiles[pair.demand.public_id], profiles[pair.resource.public_id]
        )
    return found


def reasons_between(demand: Demand, resources: Sequence[Resource]) -> list[tuple[Reason, ...]]:
    """Why each resource fits, from the texts at the levels on the rows."""
    explainer = _background().explainer
    around = surroundings([demand, *resources])
    own = explainer.profile(engine_post(read_post(demand), around))
    return [
        explainer.explain(own, explainer.profile(engine_post(read_post(row), around)))
        for row in resources
    ]


def model_evidence(pair: Recommendation, others: Iterable[Recommendation]) -> list[GroupEvidence]:
    """What the model in use goes by for this pair among the others of its demand, from the texts
    at the levels on the rows; nothing without a model."""
    model = current_model()
    if model is None:
        return []
    listed = [engine_post(read_post(one.resource)) for one in others]
    return evidence_of(
        model_of(model),
        engine_post(read_post(pair.demand)),
        engine_post(read_post(pair.resource)),
        listed,
    )


def uses_detail(post: Demand | Resource) -> bool:
    """Whether matching read the detail of this row (fetched with its level)."""
    return read_post(post).level >= Disclosure.DETAIL


def reason_line(reasons: Iterable[Reason]) -> str:
    """The reasons as one line in the reader's language."""
    if (get_language() or "").startswith("zh"):
        return SEPARATOR.join(reason.text for reason in reasons)
    return "; ".join(reason_text(reason) for reason in reasons)


def reason_text(reason: Reason) -> str:
    """One reason in the reader's language."""
    return in_language(reason.text, _)
