"""How good matching is, counted from what happened: funnel, acceptance by rank, decline reasons,
calibration, and whether small firms are served like large ones."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.authority import Actor, Capability
from lianshu.engine.identity import Size
from lianshu.exchange.models import (
    DeclineReason,
    Demand,
    PairView,
    PostStatus,
    Project,
    Recommendation,
    RecommendationStatus,
)
from lianshu.exchange.surroundings import SIGNED, stars_of
from lianshu.registry.queries.identity import size_name
from lianshu.registry.queries.sizes import sizes_of
from lianshu.registry.scoping import within

PERIODS: Final = (3, 6, 12, 24)
RANKS: Final = ((1, 1), (2, 2), (3, 3), (4, 5), (6, 10), (11, 20), (21, None))
BANDS: Final = ((0, 20), (20, 40), (40, 60), (60, 80), (80, 100))
FEWEST: Final = 5
"""A class of fewer demands says nothing about fairness."""
Cell = str | int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """One table with the chart that says the same; `warnings` stand above it."""

    id: str
    title: str
    header: tuple[str, ...]
    rows: list[tuple[Cell, ...]]
    option: dict[str, Any]
    note: str = ""
    warnings: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Steps:
    """Of the demands in scope: which came how far, by primary key."""

    demands: dict[int, tuple[str, str, int]]
    """Chain, month of posting, owner."""
    reached: Mapping[str, frozenset[int]]


STEPS: Final = ("posted", "recommended", "viewed", "accepted", "signed", "rated")


def step_names() -> dict[str, str]:
    """The steps of the funnel in words."""
    return {
        "posted": _("已发布"),
        "recommended": _("有推荐"),
        "viewed": _("有人看过"),
        "accepted": _("已采纳"),
        "signed": _("已签约"),
        "rated": _("已评价"),
    }


def quality_of(actor: Actor, *, now: datetime, months: int = 12, chain: str = "") -> list[Figures]:
    """Everything the page shows, over the demands in the actor's coordinating care that were posted
    in the last `months`; a constant number of queries."""
    since = now - timedelta(days=months * 30)
    scope = within(actor, Capability.COORDINATE)
    demands = (
        Demand.objects.visible_to(actor)
        .filter(scope, published_at__gte=since)
        .exclude(status=PostStatus.DRAFT)
    )
    if chain:
        demands = demands.filter(chain__public_id=chain)
    rows = {
        pk: (name or _("未归入产业链"), f"{timezone.localtime(at):%Y-%m}", owner)
        for pk, name, at, owner in demands.values_list(
            "pk", "chain__name", "published_at", "owner_id"
        )
    }
    pairs = list(
        Recommendation.objects.visible_to(actor)
        .filter(scope, demand__in=demands)
        .values_list("pk", "demand_id", "rank", "status", "decline_reason", "chances")
    )
    steps = Steps(rows, _reached(actor, demands, pairs))
    return [
        _funnel(steps),
        _by(steps, 0, "by-chain", _("按产业链"), _("产业链")),
        _by(steps, 1, "by-month", _("按发布月份"), _("月份")),
        _by_rank(pairs),
        _declines(pairs),
        _calibration(pairs),
        _by_size(actor, steps, pairs),
    ]


def _reached(
    actor: Actor, demands: Any, pairs: Sequence[tuple[Any, ...]]
) -> dict[str, frozenset[int]]:
    demand_of = {pk: demand for pk, demand, *_rest in pairs}
    views = PairView.objects.filter(recommendation__demand__in=demands).exclude(side="office")
    viewed = views.values_list("recommendation_id", flat=True).distinct()
    projects = list(
        Project.objects.visible_to(actor)
        .filter(demand__in=demands)
        .values_list("recommendation_id", "demand_id", "status")
    )
    stars = stars_of(pair for pair, _demand, _status in projects)
    return {
        "posted": frozenset(demands.values_list("pk", flat=True)),
        "recommended": frozenset(demand_of.values()),
        "viewed": frozenset(demand_of[pk] for pk in viewed if pk in demand_of),
        "accepted": frozenset(demand for _pair, demand, _status in projects),
        "signed": frozenset(demand for _pair, demand, status in projects if status in SIGNED),
        "rated": frozenset(demand for pair, demand, _status in projects if pair in stars),
    }


def _funnel(steps: Steps) -> Figures:
    names = step_names()
    counts = [len(steps.reached[step]) for step in STEPS]
    rows: list[tuple[Cell, ...]] = [
        (names[step], count, _share(count, counts[0]))
        for step, count in zip(STEPS, counts, strict=True)
    ]
    return Figures(
        "funnel",
        _("从发布到评价"),
        (_("步骤"), _("需求数"), _("占已发布")),
        rows,
        _bars([names[step] for step in STEPS], {_("需求数"): counts}),
        _("“有人看过”只算需求方或资源方，不算链办自己。"),
    )


def _by(steps: Steps, column: int, id: str, title: str, heading: str) -> Figures:
    names = step_names()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for step in STEPS:
        for pk in steps.reached[step]:
            if pk in steps.demands:
                counts[str(steps.demands[pk][column])][step] += 1
    keys = sorted(
        counts,
        key=(lambda key: key) if column == 1 else (lambda key: (-counts[key]["posted"], key)),
    )
    return Figures(
        id,
        title,
        (heading, *(names[step] for step in STEPS)),
        [(key, *(counts[key][step] for step in STEPS)) for key in keys],
        _bars(keys, {names[step]: [counts[key][step] for key in keys] for step in STEPS[:5:2]}),
    )


def _by_rank(pairs: Iterable[tuple[Any, ...]]) -> Figures:
    accepted, decided = Counter[str](), Counter[str]()
    for _pk, _demand, rank, status, _reason, _chances in pairs:
        if status in {RecommendationStatus.ACCEPTED, RecommendationStatus.DECLINED}:
            band = _rank_band(rank)
            decided[band] += 1
            accepted[band] += status == RecommendationStatus.ACCEPTED
    bands = [_rank_label(low, high) for low, high in RANKS]
    rows: list[tuple[Cell, ...]] = [
        (band, decided[band], accepted[band], _share(accepted[band], decided[band]))
        for band in bands
    ]
    return Figures(
        "by-rank",
        _("各名次的采纳率"),
        (_("名次"), _("已处理"), _("已采纳"), _("采纳率")),
        rows,
        _bars(bands, {_("采纳率（%）"): [_percent(accepted[b], decided[b]) for b in bands]}),
        _("排在前面的采纳率应当更高；如果不是，排序还需要学习。"),
    )


def _rank_label(low: int, high: int | None) -> str:
    if high is None:
        return _("%(low)d 名以后") % {"low": low}
    return str(low) if low == high else f"{low}–{high}"


def _rank_band(rank: int) -> str:
    low, high = next(
        each for each in RANKS if rank >= each[0] and (each[1] is None or rank <= each[1])
    )
    return _rank_label(low, high)


def _declines(pairs: Iterable[tuple[Any, ...]]) -> Figures:
    words = dict(DeclineReason.choices)
    counts = Counter(pair[4] for pair in pairs if pair[3] == RecommendationStatus.DECLINED)
    total = sum(counts.values())
    rows: list[tuple[Cell, ...]] = [
        (str(words.get(code, code)), count, _share(count, total))
        for code, count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    ]
    return Figures(
        "declines",
        _("谢绝的原因"),
        (_("原因"), _("次数"), _("占比")),
        rows,
        _bars([str(row[0]) for row in rows], {_("次数"): [row[1] for row in rows]}),
    )


def _calibration(pairs: Iterable[tuple[Any, ...]]) -> Figures:
    """Of decided pairs that a model gave chances: what it expected against what happened."""
    expected: dict[str, list[int]] = defaultdict(list)
    accepted = Counter[str]()
    for _pk, _demand, _rank, status, _reason, chances in pairs:
        if not chances or status not in {
            RecommendationStatus.ACCEPTED,
            RecommendationStatus.DECLINED,
        }:
            continue
        percent = round(chances[1] * 100)
        low, high = next(band for band in BANDS if percent < band[1] or band is BANDS[-1])
        band = f"{low}–{high}%"
        expected[band].append(percent)
        accepted[band] += status == RecommendationStatus.ACCEPTED
    bands = [f"{low}–{high}%" for low, high in BANDS]
    rows: list[tuple[Cell, ...]] = [
        (
            band,
            len(expected[band]),
            f"{sum(expected[band]) // len(expected[band])}%" if expected[band] else "—",
            _share(accepted[band], len(expected[band])),
        )
        for band in bands
    ]
    means = [sum(expected[b]) // len(expected[b]) if expected[b] else None for b in bands]
    return Figures(
        "calibration",
        _("把握准不准"),
        (_("模型估计的把握"), _("已处理"), _("平均估计"), _("实际采纳")),
        rows,
        _bars(
            bands,
            {
                _("平均估计（%）"): means,
                _("实际采纳（%）"): [_percent(accepted[b], len(expected[b])) for b in bands],
            },
        ),
        _("两根柱子越接近，把握越可信。没有模型排序过的推荐不计入。"),
    )


def _by_size(actor: Actor, steps: Steps, pairs: Iterable[tuple[Any, ...]]) -> Figures:
    """Recommendations per demand by the size class of the firm that asks."""
    sizes = sizes_of(actor, {owner for _chain, _month, owner in steps.demands.values()})
    per_demand = Counter(pair[1] for pair in pairs)
    demands, found = Counter[Size | None](), Counter[Size | None]()
    for pk, (_chain, _month, owner) in steps.demands.items():
        size = sizes.get(owner)
        demands[size] += 1
        found[size] += per_demand[pk]
    order: list[Size | None] = [*Size, None]
    total = (sum(found.values()), sum(demands.values()))
    warnings = tuple(
        _(
            "%(size)s每条需求得到的推荐比平均少两成以上，请检查是不是需求写得太简单，或者资源不合适。"
        )
        % {"size": size_name(size)}
        for size in Size
        if served_worse((found[size], demands[size]), total)
    )
    names = [_("不明") if size is None else size_name(size) for size in order]
    return Figures(
        "by-size",
        _("不同规模企业得到的推荐"),
        (_("企业规模"), _("需求数"), _("推荐数"), _("每条需求的推荐")),
        [
            (name, demands[size], found[size], _ratio(found[size], demands[size]))
            for name, size in zip(names, order, strict=True)
        ],
        _bars(
            names,
            {
                _("每条需求的推荐"): [
                    round(found[size] / demands[size], 1) if demands[size] else None
                    for size in order
                ]
            },
        ),
        _("规模按国家统计标准，由最近一年的人数、营业收入和资产算；数据不全的列为不明。"),
        warnings,
    )


def served_worse(mine: tuple[int, int], all_: tuple[int, int]) -> bool:
    """Whether (recommendations, demands) of a class come to less than four fifths of the average,
    exactly; a class of few demands says nothing."""
    if mine[1] < FEWEST or not all_[1]:
        return False
    return 5 * mine[0] * all_[1] < 4 * all_[0] * mine[1]


def _share(part: int, whole: int) -> str:
    return "—" if not whole else f"{_percent(part, whole)}%"


def _percent(part: int, whole: int) -> int | None:
    return (200 * part + whole) // (2 * whole) if whole else None


def _ratio(part: int, whole: int) -> str:
    if not whole:
        return "—"
    tenths = (20 * part + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10}"


_COLOURS: Final = ("#0f6a67", "#c98a1b", "#5b7fb5")


def _bars(labels: Sequence[str], series: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """Bars, one colour for each series; the table beside says the same."""
    return {
        "grid": {"left": 8, "right": 16, "top": 28 if len(series) > 1 else 14, "bottom": 4,
                 "containLabel": True},
        "legend": {"show": len(series) > 1, "top": 0, "left": 0},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category", "data": list(labels), "axisTick": {"show": False},
                  "axisLabel": {"hideOverlap": True}},
        "yAxis": {"type": "value", "minInterval": 1, "splitLine": {"lineStyle": {"opacity": 0.4}}},
        "series": [
            {
                "name": name,
                "type": "bar",
                "data": list(values),
                "barMaxWidth": 30,
                "itemStyle": {"color": _COLOURS[at % len(_COLOURS)], "borderRadius": [4, 4, 0, 0]},
            }
            for at, (name, values) in enumerate(series.items())
        ],
    }  # fmt: skip
