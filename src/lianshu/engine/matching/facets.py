"""Facets of a demand and a resource side by side: what agrees, what speaks against, what is open.

A facet is compared only where both sides filled it in; one side alone is reported as not filled
in by the other; neither side is not worth a word.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Literal

from lianshu.engine.matching.posts import Facets
from lianshu.engine.matching.reasons import Reason
from lianshu.engine.sheets.telling import Told, told

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
    "kind": told("类型"),
    "readiness": told("技术成熟度"),
    "region": told("地区"),
    "chain": told("产业链"),
    "budget_fen": told("预算"),
    "deadline": told("期限"),
}
_FEN_PER_WAN = 1_000_000
_DEMAND, _RESOURCE = told("需求"), told("资源")
Judged = tuple[Verdict, Told]


def compare(demand: Facets, resource: Facets) -> Iterator[Reason]:
    """The reasons that facets give, in a fixed order."""
    for name, judge in _JUDGES.items():
        wanted, offered = getattr(demand, name), getattr(resource, name)
        if wanted is None and offered is None:
            continue
        if wanted is None or offered is None:
            side = _DEMAND if wanted is None else _RESOURCE
            open_ = told("%(side)s未填写%(facet)s", side=side, facet=LABELS[name])
            yield Reason("facet_open", open_, facet=name)
            continue
        verdict, words = judge(demand, resource)
        yield Reason(verdict, words, facet=name)
    yield from _near(demand, resource)
    if resource.record is not None and resource.record.signed:
        yield Reason("facet_agrees", _record(resource), facet="record")


def _kind(demand: Facets, resource: Facets) -> Judged:
    wanted, offered = demand.kind or "", resource.kind or ""
    if offered == wanted or offered in ANSWERS.get(wanted, ()):
        return "facet_agrees", told("资源类型对口")
    return "facet_differs", told("资源类型与需求类型不对口")


def _readiness(demand: Facets, resource: Facets) -> Judged:
    wanted, offered = demand.readiness, resource.readiness
    if wanted is None or offered is None or wanted.scale != offered.scale:
        return "facet_open", told("技术成熟度的标尺不同，无法比较")
    levels = {"offered": offered.level, "wanted": wanted.level}
    if offered.level >= wanted.level:
        return "facet_agrees", told("技术成熟度 %(offered)d 级，达到要求的 %(wanted)d 级", **levels)
    return "facet_differs", told("技术成熟度 %(offered)d 级，低于要求的 %(wanted)d 级", **levels)


def _region(demand: Facets, resource: Facets) -> Judged:
    if demand.region == resource.region:
        return "facet_agrees", told("同一地区")
    return "facet_differs", told("不在同一地区")


def _chain(demand: Facets, resource: Facets) -> Judged:
    if demand.chain == resource.chain:
        return "facet_agrees", told("同一产业链")
    return "facet_differs", told("不在同一产业链")


def _budget(demand: Facets, resource: Facets) -> Judged:
    most = (demand.budget_fen or (None, None))[1]
    least = (resource.budget_fen or (None, None))[0]
    if most is None or least is None:
        return "facet_open", told("预算或报价没有写明上下限，无法比较")
    amounts = {"least": _wan(least), "most": _wan(most)}
    if least <= most:
        return "facet_agrees", told(
            "报价在预算以内（%(least)s 万元起，上限 %(most)s 万元）", **amounts
        )
    return "facet_differs", told("报价高于预算（%(least)s 万元起，上限 %(most)s 万元）", **amounts)


def _wan(fen: int) -> str:
    return f"{(Decimal(fen) / _FEN_PER_WAN).normalize():f}"


def _deadline(demand: Facets, resource: Facets) -> Judged:
    wanted, offered = demand.deadline, resource.deadline
    if wanted is None or offered is None:
        return "facet_open", told("期限未填写")
    days = {"offered": offered.isoformat(), "wanted": wanted.isoformat()}
    if offered <= wanted:
        return "facet_agrees", told("%(wanted)s 前可交付", **days)
    return "facet_differs", told("%(offered)s 才能交付，晚于期限 %(wanted)s", **days)


def _near(demand: Facets, resource: Facets) -> Iterator[Reason]:
    """Distance, industry and patent class: only where both sides are known, and nearness speaks
    for a pair while distance speaks against none."""
    if demand.place and resource.place:
        verdict, words = _distance(demand.place, resource.place)
        yield Reason(verdict, words, facet="place")
    if demand.industry and resource.industry:
        shared = _shared_prefix(demand.industry, resource.industry)
        if len(shared) >= 3:
            yield Reason(
                "facet_agrees", told("行业相近（国标行业 %(code)s）", code=shared), facet="industry"
            )
    shared_classes = shared_ipc(demand.ipc, resource.ipc)
    if shared_classes:
        yield Reason(
            "facet_agrees", told("专利分类相近（IPC %(code)s）", code=shared_classes), facet="ipc"
        )


def _distance(wanted: tuple[tuple[str, str], ...], offered: tuple[tuple[str, str], ...]) -> Judged:
    common = [one for one, other in zip(wanted, offered, strict=False) if one == other]
    if not common:
        places = {"wanted": wanted[-1][1], "offered": offered[-1][1]}
        return "facet_open", told("距离：需求在%(wanted)s，资源在%(offered)s", **places)
    name = common[-1][1]
    if len(common) in {len(wanted), len(offered)}:
        return "facet_agrees", told("距离：同在%(place)s", place=name)
    return "facet_agrees", told("距离：同在%(place)s，不同区县", place=name)


def _shared_prefix(first: str, second: str) -> str:
    """The common beginning of two industry codes: section, division, group, class."""
    length = next(
        (at for at, (one, other) in enumerate(zip(first, second, strict=False)) if one != other),
        min(len(first), len(second)),
    )
    return first[:length]


def shared_ipc(first: tuple[str, ...], second: tuple[str, ...]) -> str:
    """The longest patent class that two lists share, at least a subclass ("H01F"); else ""."""
    best = ""
    for one in first:
        for other in second:
            if one.replace(" ", "") == other.replace(" ", ""):
                shared = one
            elif one[:4] == other[:4]:
                group, same = one.split("/")[0], other.split("/")[0]
                shared = group if group == same and len(group) > 4 else one[:4]
            else:
                continue
            best = max(best, shared, key=lambda each: (len(each), each))
    return best


def _record(resource: Facets) -> Told:
    record = resource.record
    assert record is not None
    if record.rated:
        return told(
            "合作记录：签约 %(signed)d 项，其中 %(rated)d 项已获评价",
            signed=record.signed,
            rated=record.rated,
        )
    return told("合作记录：签约 %(signed)d 项，尚无评价", signed=record.signed)


_JUDGES: dict[str, Callable[[Facets, Facets], Judged]] = {
    "kind": _kind,
    "readiness": _readiness,
    "region": _region,
    "chain": _chain,
    "budget_fen": _budget,
    "deadline": _deadline,
}
