"""The ranking that learns: the model in use, scoring, and what asking a few people would change.

A model is learned from public summaries only, whoever judged, so that nothing of it tells of
anybody's detail; it scores the texts its reader may read.
"""

from __future__ import annotations

import io
import tempfile
import threading
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from lianshu.engine.matching import Post as EnginePost
from lianshu.engine.matching.ranking import (
    Candidates,
    Label,
    Model,
    explain,
    learn,
    load,
    write_model,
)
from lianshu.exchange.labels import Pair, levels_by_pair
from lianshu.exchange.models import Demand, RankerModel, Resource
from lianshu.exchange.surroundings import READER

RECALL: Final = 120
"""How many candidates are found by words before the model puts them in order."""
FEWEST: Final = 20
"""Below so many judged pairs nothing is learned: the order by words is as good."""
CORPUS: Final = 20_000
MODELS_KEPT: Final = 2
BEAT_SECONDS: Final = 20


@dataclass(frozen=True, slots=True)
class PairScore:
    """What the model expects of one pair."""

    score: float
    level: int
    confidence: float
    chances: tuple[float, float, float]


class _Loaded:
    """The few models last used, by id. Shared by the threads of a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._models: OrderedDict[str, Model] = OrderedDict()

    def get(self, key: str, read: Callable[[], Model]) -> Model:
        """The model, read when it is not there."""
        with self._lock:
            if key in self._models:
                self._models.move_to_end(key)
                return self._models[key]
        model = read()
        with self._lock:
            self._models[key] = model
            while len(self._models) > MODELS_KEPT:
                self._models.popitem(last=False)
        return model


_loaded = _Loaded()


def current_model() -> RankerModel | None:
    """The model in use, without its archive; None: the order is by words."""
    return RankerModel.objects.filter(current=True).defer("archive").first()


def model_of(row: RankerModel) -> Model:
    """The stored model, ready to score."""
    return _loaded.get(row.public_id, lambda: unpacked(bytes(row.archive)))


def packed(model: Model) -> bytes:
    """A model as one archive of the files that the engine saves."""
    with tempfile.TemporaryDirectory() as folder:
        write_model(model, Path(folder) / "model")
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted((Path(folder) / "model").iterdir()):
                archive.write(path, path.name)
    return target.getvalue()


def unpacked(content: bytes) -> Model:
    """The other way round."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "model"
        place.mkdir()
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                (place / Path(name).name).write_bytes(archive.read(name))
        return load(place)


def scores_of(
    model: Model, demand: EnginePost, resources: Sequence[EnginePost]
) -> dict[str, PairScore]:
    """One list of candidates for one demand, scored together, by id of the resource."""
    if not resources:
        return {}
    size = len(resources)
    found = model.score(
        Candidates([demand], list(resources), np.zeros(size, np.int64), np.arange(size))
    )
    return {
        post.id: PairScore(
            score=float(found.rank_score[at]),
            level=int(found.level[at]),
            confidence=float(found.confidence[at]),
            chances=(
                float(found.chances[at, 0]),
                float(found.chances[at, 1]),
                float(found.chances[at, 2]),
            ),
        )
        for at, post in enumerate(resources)
    }


@dataclass(frozen=True, slots=True)
class GroupEvidence:
    """What one group of the model's features says of a pair: for it (weight > 0) or against, and
    how much of all that was said, in percent."""

    group: str
    weight: float
    share: int


def evidence_of(
    model: Model, demand: EnginePost, resource: EnginePost, others: Sequence[EnginePost]
) -> list[GroupEvidence]:
    """The model's own evidence for one pair among the others of its list, strongest first; what
    says next to nothing is left out."""
    found = explain(
        model, demand, resource, others=tuple(one for one in others if one.id != resource.id)
    )
    whole = sum(abs(one.weight) for one in found.evidence)
    lines = [
        GroupEvidence(one.group, one.weight, round(100 * abs(one.weight) / whole) if whole else 0)
        for one in found.evidence
    ]
    return [line for line in lines if line.share]


def best_first(scores: Mapping[str, PairScore]) -> list[str]:
    """Ids by expected gain, equal ones by id."""
    return sorted(scores, key=lambda one: (-scores[one].score, one))


@dataclass(frozen=True)
class Corpus:
    """What a model is learned from."""

    demands: list[EnginePost]
    resources: list[EnginePost]
    labels: list[Label]

    @property
    def judged_demands(self) -> int:
        """How many demands somebody judged candidates of."""
        return len({label.demand_id for label in self.labels})


def corpus() -> Corpus:
    """The public summaries of the latest live posts and of everything judged, and the labels."""
    levels = levels_by_pair()
    demands = _public(Demand, {demand for demand, _resource in levels})
    resources = _public(Resource, {resource for _demand, resource in levels})
    return Corpus(
        list(demands.values()), list(resources.values()), _labels(levels, demands, resources)
    )


def _labels(
    levels: Mapping[Pair, Iterable[int]],
    demands: Mapping[int, EnginePost],
    resources: Mapping[int, EnginePost],
) -> list[Label]:
    return [
        Label(demands[demand].id, resources[resource].id, level)
        for (demand, resource), found in levels.items()
        for level in found
    ]


def _public(model: type[Demand] | type[Resource], judged: Iterable[int]) -> dict[int, EnginePost]:
    rows: Any = model._default_manager.visible_to(READER)
    fields = ("pk", "public_id", "title", "summary")
    latest = rows.live().order_by("-pk").values_list(*fields)[:CORPUS]
    found = {pk: EnginePost(key, title, summary) for pk, key, title, summary in latest}
    missing = [pk for pk in judged if pk not in found]
    for start in range(0, len(missing), 500):
        part = rows.filter(pk__in=missing[start : start + 500]).values_list(*fields)
        found |= {pk: EnginePost(key, title, summary) for pk, key, title, summary in part}
    return dict(sorted(found.items()))


def learned(found: Corpus, beat: Callable[[], None] = lambda: None) -> Model:
    """A model of the corpus. Learning takes minutes on a large one: meanwhile `beat` is called, so
    that whoever waits for the job knows that it goes on."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        future = pool.submit(learn, found.demands, found.resources, found.labels)
        while True:
            try:
                return future.result(timeout=BEAT_SECONDS)
            except TimeoutError:
                beat()
