"""Composing what policies ask for besides: projects, contracts, results in use, market shares, and
the figures that follow from others. Drawn apart, so that the rest of the city stays as it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from lianshu.demo.city.drawing import Draw
from lianshu.demo.city.model import Business, FactPlan, HoldingPlan, Unit
from lianshu.demo.city.rights import CITY, MILLION, subject
from lianshu.demo.city.sources import CityChain
from lianshu.engine.tables import Period, Ratio

RESULTS = {0: (0, 0), 1: (0, 2), 2: (1, 5), 3: (4, 12)}
"""Results turned to use in three years, by strength."""
USES = (
    "新工艺投入批量生产",
    "新产品上市",
    "产线改造应用",
    "检测方法应用",
    "装备国产替代应用",
)
TASKS = ("关键技术研发", "制备工艺攻关", "产业化示范", "检测与可靠性研究", "低碳制造技术研究")
DAYS_OF_WORK = 183
"""Fewer in a year do not make somebody science staff."""


def work_of(
    unit: Unit, chain: CityChain, draw: Draw, *, number: int, last_year: int
) -> Iterator[HoldingPlan]:
    """What an enterprise did; `number` keeps the numbers of two firms apart."""
    business = unit.business
    if business is None:
        return
    made, strength = subject(chain, business), business.strength
    begun = max(business.founded.year + 1, last_year - 2)
    if begun > last_year:
        return
    for place in range(draw.between(*RESULTS[strength])):
        yield _result(unit, draw, made, place, (begun, last_year))
    if draw.chance((0, 6, 34, 78)[strength]):
        yield _project(unit, draw, made, number, (begun, last_year))
    if draw.chance((2, 10, 30, 62)[strength]):
        for place in range(draw.between(1, 3)):
            yield _contract(unit, draw, made, 10 * number + place, (begun, last_year))
    if strength == 3 and draw.chance(34):
        yield _share(unit, draw, made, chain.name.zh, last_year)


def _result(unit: Unit, draw: Draw, made: str, place: int, years: tuple[int, int]) -> HoldingPlan:
    year = draw.between(*years)
    return HoldingPlan(
        unit.key,
        "transformed_result",
        "organisation",
        name=f"{made}：{USES[place % len(USES)]}",
        valid_from=draw.day(date(year, 1, 8), date(year, 12, 20)),
        attributes={
            "way": draw.weighted({"own_use": 8, "joint": 2, "licence": 1, "transfer": 1}),
            "income": draw.between(30, 2_600) * MILLION // 100,
            "proved": draw.chance(88),
        },
    )


def _project(unit: Unit, draw: Draw, made: str, number: int, years: tuple[int, int]) -> HoldingPlan:
    year = draw.between(*years)
    source = draw.weighted({"government": 5, "own": 3, "enterprise": 2})
    budget = draw.between(80, 1_200) * MILLION // 100
    attributes: dict[str, str | int | bool | date] = {
        "source": source,
        "leads": draw.chance(70),
        "budget": budget,
    }
    if source == "government":
        attributes["level"] = draw.weighted({"city": 6, "provincial": 3, "national": 1})
        attributes["grant"] = budget * draw.between(10, 30) // 100
    public = source == "government"
    return HoldingPlan(
        unit.key,
        "project",
        "science_department" if public else "organisation",
        number=f"YSXM{year}{number:04d}",
        name=f"{made}{draw.pick(TASKS)}",
        valid_from=date(year, draw.between(1, 12), 1),
        valid_to=date(year + draw.between(2, 4), 1, 1),
        attributes=attributes,
    )


def _contract(
    unit: Unit, draw: Draw, made: str, number: int, years: tuple[int, int]
) -> HoldingPlan:
    year = draw.between(*years)
    kind, word = draw.weighted(
        {
            ("development", "技术开发"): 5,
            ("service", "技术服务"): 3,
            ("consulting", "技术咨询"): 1,
            ("licence", "技术许可"): 1,
            ("transfer", "技术转让"): 1,
        }
    )
    amount = draw.between(12, 480) * MILLION // 100
    return HoldingPlan(
        unit.key,
        "technology_contract",
        "science_department",
        number=f"YSHT{year}{number:05d}",
        name=f"{made}{word}合同",
        valid_from=draw.day(date(year, 1, 8), date(year, 12, 20)),
        attributes={
            "kind": kind,
            "side": draw.weighted({"buyer": 3, "seller": 2}),
            "amount": amount,
            "technology_amount": amount * draw.between(60, 100) // 100,
        },
    )


def _share(unit: Unit, draw: Draw, made: str, chain: str, last_year: int) -> HoldingPlan:
    scope = draw.weighted({"province": 5, "country": 3, "world": 1})
    return HoldingPlan(
        unit.key,
        "market_share",
        "industry_association",
        name=f"{made}市场占有率",
        valid_from=date(last_year, 1, 1),
        valid_to=date(last_year + 1, 1, 1),
        attributes={
            "product": made,
            "scope": scope,
            "share": Ratio(draw.between(4, 32), 100),
            "rank": draw.between(1, 8),
            "issuer": f"{CITY}{chain}行业协会",
        },
    )


def figures_of(
    units: Iterable[Unit], facts: Iterable[FactPlan], draw: Draw, *, last_year: int
) -> Iterator[FactPlan]:
    """What more is known of the enterprises, from what `facts` says of them."""
    said: dict[str, dict[tuple[str, str], FactPlan]] = {}
    for fact in facts:
        said.setdefault(fact.unit, {}).setdefault((fact.fact, fact.period.label), fact)
    for unit in units:
        if unit.business is not None:
            known = said.get(unit.key, {})
            yield from _standing(unit, unit.business, draw, last_year)
            yield from _years(unit, unit.business, known, draw)
            if ("industry", str(last_year)) in known:
                # Size classes, and what rests on them, ask what it is on the day.
                on = Period.instant(unit.business.founded)
                code, source = unit.business.industry, "market_regulator"
                yield FactPlan(unit.key, "industry", on, code, source)


def _standing(unit: Unit, business: Business, draw: Draw, last_year: int) -> Iterator[FactPlan]:
    yield FactPlan(unit.key, "resident", Period.instant(business.founded), True, "market_regulator")
    if business.strength >= 1 and draw.chance(80):
        first = min(business.founded.year + draw.between(0, 3), last_year)
        day = max(date(first, 1, 1), business.founded)
        yield FactPlan(unit.key, "segment_since", Period.instant(day), day, "organisation")
    if business.strength >= 2 and draw.chance(60):
        score = Ratio(draw.between(360 + 60 * business.strength, 880), 10)
        period = Period.year(last_year)
        yield FactPlan(unit.key, "development_score", period, score, "industry_department")


def _years(
    unit: Unit, business: Business, said: dict[tuple[str, str], FactPlan], draw: Draw
) -> Iterator[FactPlan]:
    for (name, _label), fact in said.items():
        value, period = fact.value, fact.period
        if not isinstance(value, int) or isinstance(value, bool):
            continue
        if name == "revenue":
            income = value + value * draw.between(0, 25) // 1000
            yield FactPlan(unit.key, "total_income", period, income, fact.source)
        elif name == "science_staff" and business.strength >= 2:
            days = value * draw.between(DAYS_OF_WORK + 12, 245)
            yield FactPlan(unit.key, "science_staff_days", period, days, fact.source)
        elif name == "rd_total" and business.strength >= 2:
            audited = "special_audit"
            other = value * draw.between(2, 9) // 100
            yield FactPlan(unit.key, "rd_other", period, other, audited)
            yield FactPlan(unit.key, "rd_capitalised_share", period, Ratio(0, 100), audited)
            if draw.chance(35):
                given = value * draw.between(3, 18) // 100
                yield FactPlan(unit.key, "rd_commissioned_domestic", period, given, audited)
