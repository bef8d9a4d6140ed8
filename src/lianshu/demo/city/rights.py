"""Composing what enterprises and institutes hold: patents, certificates, rounds, awards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from lianshu.demo.city.drawing import Draw
from lianshu.demo.city.model import Business, HoldingPlan, Unit
from lianshu.demo.city.sources import CityChain

RIGHTS = {0: (0, 1), 1: (0, 4), 2: (3, 9), 3: (8, 20)}
TITLES = {
    1: (("provincial_tech_sme", "省科技型中小企业", 60), ("tech_sme", "科技型中小企业", 45)),
    2: (("high_tech", "高新技术企业", 85), ("innovative_sme", "创新型中小企业", 50)),
    3: (("high_tech", "高新技术企业", 95), ("specialised", "专精特新中小企业", 85)),
}
TOP_TITLES = (
    ("little_giant", "专精特新“小巨人”企业", "national", 45),
    ("single_champion", "制造业单项冠军", "national", 16),
)
WORKS = (
    "用快速装夹",
    "的在线检测",
    "用温度控制",
    "的表面处理",
    "用自动上下料",
    "的尺寸校正",
    "的缺陷识别",
    "用节能加热",
    "的分选",
    "用防护",
    "的装配定位",
    "的寿命评价",
    "用清洗",
    "的成型",
    "用密封",
    "的减振降噪",
)
FIRST_TIER = date(2026, 6, 1)
"""The earliest day of a title of the renamed first tier here."""
TERM = 3
"""How many years a title lasts."""
MILLION = 100_000_000
"""In fen."""
CITY = "宁波市（演示）"


def holdings_of(
    unit: Unit, chain: CityChain, draw: Draw, *, number: int, last_year: int
) -> Iterator[HoldingPlan]:
    """Everything an enterprise holds; `number` keeps the numbers of two firms apart."""
    business = unit.business
    if business is None:
        return
    yield from _rights(unit, business, chain, draw, number, last_year)
    yield from _titles(unit, business, draw, number, last_year)
    if business.strength >= 2 and draw.chance(35):
        yield _body(unit, draw, last_year)
    if business.strength >= 2 and draw.chance(9):
        yield _round(unit, draw, last_year)
    if business.strength == 3 and draw.chance(30):
        yield _award(unit, draw, last_year, f"{subject(chain, business)}关键技术及应用")
    if business.strength == 3 and draw.chance(35):
        yield _standard(unit, draw, number, last_year, subject(chain, business))
    if draw.chance(2.2):
        yield _penalty(unit, draw, number, last_year)


def _rights(
    unit: Unit, business: Business, chain: CityChain, draw: Draw, number: int, last_year: int
) -> Iterator[HoldingPlan]:
    for place in range(draw.between(*RIGHTS[business.strength])):
        invention = draw.chance(20 + 15 * business.strength)
        first = max(business.founded.year, last_year - 9)
        year = draw.between(min(first, last_year), last_year)
        granted = draw.day(date(year, 1, 5), date(year, 12, 20))
        kind = "invention" if invention else "utility_model"
        noun = "方法" if invention else "装置"
        attributes: dict[str, str | int | bool | date] = {
            "kind": kind,
            "class": "I" if invention else "II",
            "origin": "own" if draw.chance(92) else "assigned",
            "field": draw.pick(chain.ipc),
            "main_product": draw.chance(60),
        }
        yield HoldingPlan(
            unit.key,
            "ip_right",
            "intellectual_property_office",
            number=f"YSZL{year}{number:04d}{place + 1:02d}",
            name=f"一种{subject(chain, business)}{draw.pick(WORKS)}{noun}",
            valid_from=granted,
            valid_to=date(year + (18 if invention else 9), 6, 30),
            owner_order=1,
            attributes=attributes,
        )


def subject(chain: CityChain, business: Business) -> str:
    """What the firm makes."""
    if business.topic is None:
        return business.segment_name
    return chain.topics[business.topic].product


def _titles(
    unit: Unit, business: Business, draw: Draw, number: int, last_year: int
) -> Iterator[HoldingPlan]:
    won = [
        (kind, name, "national" if kind in ("high_tech", "tech_sme") else "provincial")
        for kind, name, percent in TITLES.get(business.strength, ())
        if draw.chance(percent)
    ]
    if business.strength == 3:
        won += [
            (kind, name, level) for kind, name, level, often in TOP_TITLES if draw.chance(often)
        ]
    for kind, name, level in won:
        # Some have run out: what was is shown apart from what is.
        year = draw.between(last_year - 4, last_year)
        if year < business.founded.year + 1:
            continue
        yield HoldingPlan(
            unit.key,
            "certificate",
            "science_department" if kind in ("high_tech", "tech_sme") else "industry_department",
            number=f"YS{kind[:2].upper()}{year}{number:05d}",
            name=name,
            valid_from=date(year, 12, 1),
            valid_to=date(year + TERM, 12, 1),
            attributes={"kind": kind, "level": level, "batch_year": year},
        )


def first_tier_of(unit: Unit, draw: Draw, *, number: int, last_year: int) -> Iterator[HoldingPlan]:
    """The first tier by its name since April 2026, for some of the stronger firms. Drawn apart, so
    that the rest of the city stays as it was."""
    business = unit.business
    if business is None or business.strength < 2 or not draw.chance(45):
        return
    begins = max(date(last_year, 12, 1), FIRST_TIER)
    yield HoldingPlan(
        unit.key,
        "certificate",
        "industry_department",
        number=f"YSKC{begins.year}{number:05d}",
        name="科技和创新型中小企业",
        valid_from=begins,
        valid_to=date(begins.year + TERM, begins.month, 1),
        attributes={"kind": "tech_innovative", "level": "provincial", "batch_year": begins.year},
    )


def _body(unit: Unit, draw: Draw, last_year: int) -> HoldingPlan:
    kind, name = draw.pick(
        (
            ("technology_centre", "企业技术中心"),
            ("engineering_centre", "工程技术中心"),
            ("research_institute", "企业研究院"),
        )
    )
    level = draw.weighted({"city": 6, "provincial": 3, "national": 1})
    return HoldingPlan(
        unit.key,
        "rd_body",
        "science_department",
        name=f"{unit.short_name}{name}",
        valid_from=date(draw.between(last_year - 7, last_year), 7, 1),
        attributes={"kind": kind, "level": level},
    )


def _round(unit: Unit, draw: Draw, last_year: int) -> HoldingPlan:
    name, low, high = draw.pick((("angel", 3, 12), ("A", 15, 60), ("B", 50, 180)))
    amount = draw.between(low, high) * MILLION
    day = date(draw.between(last_year - 2, last_year), draw.between(1, 12), 18)
    return HoldingPlan(
        unit.key,
        "equity_round",
        "organisation",
        name="股权融资",
        valid_from=day,
        attributes={"round": name, "amount": amount, "valuation": amount * draw.between(4, 9)},
    )


def _award(unit: Unit, draw: Draw, last_year: int, work: str) -> HoldingPlan:
    year = draw.between(last_year - 5, last_year)
    return HoldingPlan(
        unit.key,
        "award",
        "science_department",
        name=f"{CITY}科学技术进步奖：{work}",
        valid_from=date(year, 6, 30),
        attributes={
            "level": draw.weighted({"city": 4, "provincial": 2}),
            "grade": draw.between(1, 3),
            "rank": draw.between(1, 4),
            "year": year,
        },
    )


def _standard(unit: Unit, draw: Draw, number: int, last_year: int, product: str) -> HoldingPlan:
    year = draw.between(last_year - 4, last_year)
    return HoldingPlan(
        unit.key,
        "standard",
        "standards_body",
        number=f"T/YS {number:04d}-{year}",
        name=f"{product}技术要求",
        valid_from=date(year, 10, 1),
        attributes={
            "level": "group",
            "role": draw.weighted({"leader": 1, "participant": 2}),
            "rank": draw.between(1, 8),
        },
    )


def _penalty(unit: Unit, draw: Draw, number: int, last_year: int) -> HoldingPlan:
    year = draw.between(last_year - 2, last_year)
    happened = draw.day(date(year, 1, 10), date(year, 10, 30))
    return HoldingPlan(
        unit.key,
        "penalty",
        "credit_platform",
        number=f"YS-CF-{year}-{number:04d}",
        name="行政处罚",
        valid_from=happened,
        attributes={
            "kind": draw.pick(("environment", "safety_accident", "other")),
            "severity": "ordinary",
            "happened_on": happened,
        },
    )
