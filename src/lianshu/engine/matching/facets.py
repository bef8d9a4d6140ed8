"""Facets of a demand and a resource side by side: what agrees, what speaks against, what is open.

A facet is compared only where both sides filled it in; one side alone is reported as not filled
in by the other; neither side is not worth a word.
"""

from collections.abc import Callable, Iterator
from typing import Literal

from lianshu.engine.matching.posts import Facets
from lianshu.engine.matching.reasons import Reason

Verdict = Literal["facet_agrees", "facet_differs", "facet_open"]

# Which kinds of resource answer which kind of demand (ids of the exchange). A kind that is not
# listed, such as "other", answers its own name only.
ANSWERS = {
    "technology": {"achievement", "patent", "expert", "team", "pilot_line"},
    "talent": {"expert", "team"},
    "finance": {"fund", "loan_product"},
    "equipment": {"instrument", "laboratory", "pilot_line"},
    "supply": {"production_capacity", "service"},
    "space": {"space", "laboratory"},
    "policy": {"service"},
}

LABELS = {
    "kind": "类型",
    "readiness": "技术成熟度",
    "region": "地区",
    "chain": "产业链",
    "budget_fen": "预算",
    "deadline": "期限",
}


def compare(demand: Facets, resource: Facets) -> Iterator[Reason]:
    """The reasons that facets give, in a fixed order."""
    for name, judge in _JUDGES.items():
        wanted, offered = getattr(demand, name), getattr(resource, name)
        if wanted is None and offered is None:
            continue
        if wanted is None or offered is None:
            side = "需求" if wanted is None else "资源"
            yield Reason("facet_open", f"{side}未填写{LABELS[name]}", facet=name)
            continue
        verdict, words = judge(demand, resource)
        yield Reason(verdict, words, facet=name)


def _kind(demand: Facets, resource: Facets) -> tuple[Verdict, str]:
    wanted, offered = demand.kind or "", resource.kind or ""
    if offered == wanted or offered in ANSWERS.get(wanted, ()):
        return "facet_agrees", "资源类型对口"
    return "facet_differs", "资源类型与需求类型不对口"


def _readiness(demand: Facets, resource: Facets) -> tuple[Verdict, str]:
    wanted, offered = demand.readiness, resource.readiness
    if wanted is None or offered is None or wanted.scale != offered.scale:
        return "facet_open", "技术成熟度的标尺不同，无法比较"
    if offered.level >= wanted.level:
        return "facet_agrees", f"技术成熟度 {offered.level} 级，达到要求的 {wanted.level} 级"
    return "facet_differs", f"技术成熟度 {offered.level} 级，低于要求的 {wanted.level} 级"


def _region(demand: Facets, resource: Facets) -> tuple[Verdict, str]:
    if demand.region == resource.region:
        return "facet_agrees", "同一地区"
    return "facet_differs", "不在同一地区"


def _chain(demand: Facets, resource: Facets) -> tuple[Verdict, str]:
    if demand.chain == resource.chain:
        return "facet_agrees", "同一产业链"
    return "facet_differs", "不在同一产业链"


def _budget(demand: Facets, resource: Facets) -> tuple[Verdict, str]:
    most = (demand.budget_fen or (None, None))[1]
    least = (resource.budget_fen or (None, None))[0]
    if most is None or least is None:
        return "facet_open", "预算或报价没有写明上下限，无法比较"
    if least <= most:
        return "facet_agrees", "报价在预算以内"
    return "facet_differs", "报价高于预算"


def _deadline(demand: Facets, resource: Facets) -> tuple[Verdict, str]:
    wanted, offered = demand.deadline, resource.deadline
    if wanted is None or offered is None:
        return "facet_open", "期限未填写"
    if offered <= wanted:
        return "facet_agrees", f"{wanted.isoformat()} 前可交付"
    return "facet_differs", f"{offered.isoformat()} 才能交付，晚于期限 {wanted.isoformat()}"


_JUDGES: dict[str, Callable[[Facets, Facets], tuple[Verdict, str]]] = {
    "kind": _kind,
    "readiness": _readiness,
    "region": _region,
    "chain": _chain,
    "budget_fen": _budget,
    "deadline": _deadline,
}
