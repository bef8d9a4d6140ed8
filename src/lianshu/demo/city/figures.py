"""Composing what is known of enterprises: three years of coherent figures, with the gaps and
disagreements that real registers have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lianshu.demo.city.drawing import Draw
from lianshu.demo.city.model import Business, FactPlan, Unit
from lianshu.engine.tables import KNOWN_ABSENT, Absent, Period, Ratio, Value

YEARS = 3
TEN_THOUSAND_YUAN = 1_000_000
"""In fen."""
PER_HEAD = {"large": (120, 260), "medium": (70, 180), "small": (45, 130), "micro": (25, 90)}
"""Revenue of a year for each of the staff, in 万元."""
RESEARCH = {0: (0, 12), 1: (22, 48), 2: (34, 72), 3: (48, 115)}
"""R&D in a thousandth of revenue, by strength."""
UNKNOWN = 9
"""How many figures of a hundred nobody has stated."""


def facts_of(unit: Unit, draw: Draw, *, last_year: int) -> Iterator[FactPlan]:
    """Every statement about an enterprise, for `last_year` and the two before."""
    business = unit.business
    if business is None:
        return
    yield from _identity(unit, business, draw, last_year)
    per_head = draw.between(*PER_HEAD[business.size])
    habits = _Habits.of(business, draw)
    staff, price = business.staff, per_head
    for year in range(last_year, last_year - YEARS, -1):
        if business.founded.year > year:
            return
        yield from _year(unit, habits, draw, year, staff=staff, per_head=price)
        staff = max(2, round(staff / draw.about(1.05, 0.09)))
        price = max(10, round(price / draw.about(1.04, 0.07)))


def _identity(unit: Unit, business: Business, draw: Draw, year: int) -> Iterator[FactPlan]:
    on = Period.instant(business.founded)
    registrar = "market_regulator"
    yield FactPlan(unit.key, "registered_on", on, business.founded, registrar)
    yield FactPlan(unit.key, "registered_region", on, unit.county, registrar)
    form = "joint_stock" if "股份" in unit.name else "limited"
    yield FactPlan(unit.key, "legal_form", on, form, registrar)
    if not draw.chance(4):
        current = Period.year(year)
        yield FactPlan(unit.key, "industry", current, business.industry, registrar)
        yield FactPlan(unit.key, "industry_standard", current, "GBT4754-2017", registrar)


def _year(
    unit: Unit, habits: _Habits, draw: Draw, year: int, *, staff: int, per_head: int
) -> Iterator[FactPlan]:
    """The statements for one year."""
    business = unit.business
    if business is None:
        return
    period = Period.year(year)
    sheet = "audited_report" if business.size in ("large", "medium") else "organisation"
    figures = _figures(business, habits, draw, staff=staff, per_head=per_head)
    for fact, value in figures.items():
        if fact not in ("staff", "revenue") and draw.chance(UNKNOWN):
            continue  # nobody has said: unknown, not zero
        source = sheet
        if fact in (
            "science_staff",
            "rd_staff",
            "rd_total",
            "rd_domestic_share",
            "hightech_revenue",
        ):
            source = "special_audit" if business.strength >= 2 else "organisation"
        elif fact == "staff":
            source = "social_insurance" if draw.chance(70) else "organisation"
        elif fact in ("major_accident", "serious_violation", "serious_dishonesty"):
            source = "credit_platform"
        yield FactPlan(unit.key, fact, period, value, source)
        if fact in ("staff", "revenue") and source != "organisation" and draw.chance(18):
            assert isinstance(value, int)
            yield FactPlan(unit.key, fact, period, _said_otherwise(value, draw), "organisation")
    if draw.chance(12):
        whole = figures["revenue"]
        yield FactPlan(unit.key, "revenue", period, whole, "statistics_bureau")


def _said_otherwise(value: int, draw: Draw) -> int:
    """What the firm itself says: a little more, a little less, now and then the same."""
    return value if draw.chance(25) else max(1, round(draw.about(value, 0.06)))


@dataclass(frozen=True, slots=True)
class _Habits:
    """What stays with a firm from year to year, each a share."""

    profit: float
    assets: float
    debts: float
    research: float
    science: float
    main: float
    hightech: float

    @classmethod
    def of(cls, business: Business, draw: Draw) -> _Habits:
        """Drawn once for each firm."""

        def share(low: int, high: int) -> float:
            return draw.between(low, high) / 1000

        return cls(
            profit=share(-25, 150),
            assets=share(650, 1600),
            debts=share(240, 680),
            research=share(*RESEARCH[business.strength]),
            science=share(60, 120 + 70 * business.strength),
            main=share(880, 990),
            hightech=share(610, 860),
        )


def _figures(
    business: Business, habits: _Habits, draw: Draw, *, staff: int, per_head: int
) -> dict[str, Value | Absent]:
    """Figures of one year that belong together, money in fen."""
    revenue = staff * per_head
    profit = revenue * (habits.profit + draw.between(-12, 12) / 1000)
    assets = revenue * draw.about(habits.assets, 0.05)
    debts = assets * draw.about(habits.debts, 0.05)
    research = revenue * draw.about(habits.research, 0.08)
    science = round(staff * draw.about(habits.science, 0.05))
    values: dict[str, Value | Absent] = {
        "staff": staff,
        "revenue": _fen(revenue),
        "main_revenue": _fen(revenue * habits.main),
        "cost": _fen(max(revenue - profit, 0) * draw.between(900, 975) / 1000),
        "profit": _fen(profit),
        "net_profit": _fen(profit * (0.85 if profit > 0 else 1)),
        "total_assets": _fen(assets),
        "liabilities": _fen(debts),
        "net_assets": _fen(assets) - _fen(debts),
        "science_staff": science,
        "rd_staff": round(science * draw.between(520, 900) / 1000),
        "rd_total": _fen(research),
    }
    if business.strength == 0 and draw.chance(45):
        values["rd_total"] = KNOWN_ABSENT
    elif research:
        values["rd_domestic_share"] = Ratio(draw.between(92, 100), 100)
    if business.strength >= 2:
        values["hightech_revenue"] = _fen(revenue * habits.hightech)
    for fact in ("major_accident", "serious_violation", "serious_dishonesty"):
        values[fact] = draw.chance(0.6)
    return values


def _fen(wan: float) -> int:
    """万元 with two digits as fen."""
    return round(wan * 100) * (TEN_THOUSAND_YUAN // 100)
