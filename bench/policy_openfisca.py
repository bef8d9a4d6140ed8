"""The fixed subset of `policy.py` as openfisca-core variables (AGPL: the bench alone installs it).

Items are the persons and firms the groups. openfisca computes in 32-bit floats and knows no
unknown: what is missing comes in as 0, false or 1970, and what experts judge is left open as an
interval by hand. Money comes in yuan, as its users do.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

import numpy as np
from openfisca_core.entities import Entity, GroupEntity
from openfisca_core.periods import DateUnit
from openfisca_core.variables import Variable

DAY: Final = np.datetime64(date(2026, 6, 1), "D")
NOW: Final = "2025"
Formula = Callable[[Any, Any], Any]

ITEM: Final = Entity("item", "items", "Item", "")
FIRM: Final = GroupEntity(
    "firm", "firms", "Firm", "", roles=[{"key": "holder", "plural": "holders"}]
)
FIGURES: Final = (
    *("staff", "science_staff", "revenue", "rd_total", "rd_domestic_share", "hightech_revenue"),
    *("total_income", "net_assets", "main_revenue", "liabilities", "total_assets", "cost"),
    "development_score",
)
FLAGS: Final = ("major_accident", "serious_violation", "serious_dishonesty", "resident")
DAYS: Final = ("registered_on", "segment_since")
MADE: list[type[Variable]] = []
OUTCOMES: Final[list[str]] = []


def variable(
    name: str, entity: Any, kind: Any, formula: Formula | None = None, **more: Any
) -> None:
    """Define a variable by the year; with a formula it is computed."""
    body = {"value_type": kind, "entity": entity, "definition_period": DateUnit.YEAR, **more}
    if formula is not None:
        # A formula that does not ask for parameters may have two arguments.
        body["formula"] = formula
    MADE.append(type(name, (Variable,), body))


def outcome(name: str, kind: Any, formula: Formula) -> None:
    """A variable that is written out."""
    variable(name, FIRM, kind, formula)
    OUTCOMES.append(name)


for one in FIGURES:
    variable(one, FIRM, float)
for one in FLAGS:
    variable(one, FIRM, bool)
for one in DAYS:
    variable(one, FIRM, date)
for one in ("valid_from", "valid_to"):
    variable(one, ITEM, date)
for one in ("amount", "rank", "year"):
    variable(one, ITEM, float)
for one in ("main_product", "used_before"):
    variable(one, ITEM, bool)


# Which item counts for what


def is_kind(kind: str, *, valid: bool = True) -> Formula:
    """Items of a kind, valid on the day."""
    if valid:
        return lambda item, period: is_one(item, period, "kind", kind) & item("valid", period)
    return lambda item, period: is_one(item, period, "kind", kind)


def is_one(item: Any, period: Any, name: str, *codes: str) -> Any:
    """Whether an attribute is one of some codes."""
    values = item(name, period)
    places = [one.index for one in values.possible_values if one.value in codes]
    return np.isin(values.view(np.ndarray), np.array(places, values.dtype))


OWNED: Final = ("own", "assigned", "donated", "merged")
HIGH: Final = ("international", "national", "provincial")


def right(item: Any, period: Any) -> Any:
    return is_kind("ip_right")(item, period)


def unlicensed(item: Any, period: Any) -> Any:
    return right(item, period) & ~is_one(item, period, "attribute_origin", "licensed")


def owned(item: Any, period: Any) -> Any:
    return right(item, period) & is_one(item, period, "attribute_origin", *OWNED)


def of_class(item: Any, period: Any, name: str) -> Any:
    return is_one(item, period, "attribute_class", name)


def no_mark(item: Any, period: Any) -> Any:
    return ~is_one(item, period, "attribute_kind", "trademark")


def certificate(kind: str) -> Formula:
    return lambda item, period: (
        is_kind("certificate")(item, period) & is_one(item, period, "attribute_kind", kind)
    )


def award(since: int, *levels: str) -> Formula:
    return lambda item, period: (
        is_kind("award", valid=False)(item, period)
        & is_one(item, period, "attribute_level", *levels)
        & (item("rank", period) <= 3)
        & (item("year", period) >= since)
    )


def leads(item: Any, period: Any) -> Any:
    return (
        is_kind("standard", valid=False)(item, period)
        & is_one(item, period, "attribute_level", "international", "national", "industry")
        & is_one(item, period, "attribute_role", "leader")
        & (item("rank", period) <= 5)
        & (item("valid_from", period) >= np.datetime64("2021-06-01"))
    )


def fresh(item: Any, period: Any) -> Any:
    begun = item("valid_from", period)
    is_equity = is_kind("equity_round", valid=False)(item, period)
    return is_equity & (begun >= np.datetime64("2024-06-01")) & (begun <= DAY)


variable("valid", ITEM, bool, lambda i, p: (i("valid_from", p) <= DAY) & (i("valid_to", p) >= DAY))
ITEMS: Final[dict[str, Formula]] = {
    "core": lambda i, p: owned(i, p) & no_mark(i, p) & i("main_product", p),
    "one": lambda i, p: owned(i, p) & of_class(i, p, "I"),
    "two": lambda i, p: owned(i, p) & of_class(i, p, "II") & no_mark(i, p) & ~i("used_before", p),
    "own": lambda i, p: right(i, p) & is_one(i, p, "attribute_origin", "own"),
    "other": lambda i, p: right(i, p) & is_one(i, p, "attribute_origin", *OWNED[1:]),
    "any_one": lambda i, p: unlicensed(i, p) & of_class(i, p, "I"),
    "any_two": lambda i, p: unlicensed(i, p) & of_class(i, p, "II") & no_mark(i, p),
    "title": certificate("tech_innovative"),
    "high_tech": certificate("high_tech"),
    "specialised": certificate("specialised"),
    "award_five": award(2021, "national"),
    "award_three": award(2023, *HIGH),
    "body": lambda i, p: is_kind("rd_body")(i, p) & is_one(i, p, "attribute_level", *HIGH),
    "standard": is_kind("standard", valid=False),
    "leads": leads,
    "result": lambda i, p: (
        is_kind("transformed_result", valid=False)(i, p)
        & (i("valid_from", p) > np.datetime64("2023-06-01"))
    ),
    "fresh": fresh,
}


def number(name: str) -> Formula:
    """How many items of a firm count for something."""
    return lambda firm, period: firm.sum(firm.members(f"item_{name}", period))


for one, which in ITEMS.items():
    variable(f"item_{one}", ITEM, bool, which)
    variable(f"number_{one}", FIRM, int, number(one))
variable(
    "equity", FIRM, float, lambda f, p: f.sum(f.members("item_fresh", p) * f.members("amount", p))
)


# Figures


def ladder(value: Any, *rows: tuple[float, float], otherwise: float = 0) -> Any:
    """The first row that is reached."""
    return np.select(
        [value >= edge for edge, _points in rows], [points for _edge, points in rows], otherwise
    )


def share(above: Any, below: Any) -> Any:
    """A quotient; below zero or zero there is none, which no threshold lets pass."""
    return np.where(below > 0, above / np.where(below > 0, below, 1), -np.inf)


def three_years(name: str) -> Formula:
    """The sum of the years that had not ended at registration."""

    def formula(firm: Any, period: Any) -> Any:
        registered = firm("registered_on", period)
        return sum(
            firm(name, period.offset(-back)) * (registered < np.datetime64(f"{2026 - back}-01-01"))
            for back in range(3)
        )

    return formula


def growth(name: str) -> Formula:
    """The band of the growth, 0 to 5."""

    def formula(firm: Any, period: Any) -> Any:
        last, middle, first = (firm(name, period.offset(-back)) for back in range(3))
        one, two = share(last, middle) - 1, share(middle, first) - 1
        rate = np.where(first == 0, one, (one + two) / 2)
        steps = ladder(rate, (0.35, 5), (0.25, 4), (0.15, 3), (0.05, 2))
        return np.where((steps == 0) & (rate > 0), 1, steps)

    return formula


def years_counted(firm: Any, period: Any) -> Any:
    days = firm("registered_on", period)
    months = DAY.astype("datetime64[M]").astype(int) - days.astype("datetime64[M]").astype(int)
    late = (days - days.astype("datetime64[M]")).astype(int) > 0
    return np.clip((months - late) // 12, 1, 3)


def results(*points: int) -> Formula:
    """Points of results a year."""

    def formula(firm: Any, period: Any) -> Any:
        yearly = firm("number_result", period) / years_counted(firm, period)
        return ladder(yearly, *((5 - place, one) for place, one in enumerate(points)))

    return formula


def ip(
    one: int, rows: tuple[int, int, int], own: int, other: int, standard: int, judged: int
) -> Formula:
    """Points of rights, of one end of every span."""

    def formula(firm: Any, period: Any) -> Any:
        second = ladder(firm("number_two", period), (5, rows[0]), (3, rows[1]), (1, rows[2]))
        number = np.where(firm("number_one", period) >= 1, one, second)
        origin = np.select(
            [firm("number_own", period) > 0, firm("number_other", period) > 0], [own, other], 0
        )
        extra = np.where(firm("number_standard", period) > 0, standard, 0)
        return np.minimum(30, number + origin + extra + judged)

    return formula


variable("rd_three", FIRM, float, three_years("rd_total"))
variable("sales_three", FIRM, float, three_years("revenue"))
variable("net_band", FIRM, int, growth("net_assets"))
variable("sales_band", FIRM, int, growth("revenue"))
variable("ip_low", FIRM, int, ip(7, (5, 3, 1), 1, 1, 1, 0))
variable("ip_high", FIRM, int, ip(8, (6, 4, 2), 6, 3, 2, 16))
variable("results_low", FIRM, int, results(25, 19, 13, 7, 1))
variable("results_high", FIRM, int, results(30, 24, 18, 12, 6))
variable(
    "growth_low",
    FIRM,
    int,
    lambda f, p: sum(np.maximum(2 * f(one, p) - 1, 0) for one in ("net_band", "sales_band")),
)
variable("growth_high", FIRM, int, lambda f, p: 2 * f("net_band", p) + 2 * f("sales_band", p))
variable(
    "science",
    FIRM,
    int,
    lambda f, p: ladder(
        share(f("science_staff", p), f("staff", p)),
        (0.3, 20),
        (0.25, 16),
        (0.2, 12),
        (0.15, 8),
        (0.1, 4),
    ),
)
variable(
    "input",
    FIRM,
    int,
    lambda f, p: np.maximum(
        ladder(
            share(f("rd_total", p), f("revenue", p)),
            (0.06, 50),
            (0.05, 40),
            (0.04, 30),
            (0.03, 20),
            (0.02, 10),
        ),
        ladder(
            share(f("rd_total", p), f("cost", p)),
            (0.3, 50),
            (0.25, 40),
            (0.2, 30),
            (0.15, 20),
            (0.1, 10),
        ),
    ),
)
variable(
    "fruits",
    FIRM,
    int,
    lambda f, p: np.where(
        f("number_any_one", p) >= 1,
        30,
        ladder(f("number_any_two", p), (4, 24), (3, 18), (2, 12), (1, 6)),
    ),
)


# Conditions, scores, verdicts


def intensity(firm: Any, period: Any) -> Any:
    revenue = firm("revenue", period)
    least = np.select([revenue <= 5e7, revenue <= 2e8], [0.05, 0.04], 0.03).astype(np.float32)
    enough = share(firm("rd_three", period), firm("sales_three", period)) >= least
    return enough & (firm("rd_domestic_share", period) >= 0.6)


def each_year(firm: Any, period: Any) -> Any:
    parts = [
        (firm("rd_total", year) >= 1e6)
        & (share(firm("rd_total", year), firm("revenue", year)) >= 0.03)
        for year in (period, period.offset(-1))
    ]
    return parts[0] & parts[1]


def developed(firm: Any, period: Any) -> Any:
    now, before = (firm("development_score", year) >= 50 for year in (period, period.offset(-1)))
    return now | (before & (firm("number_specialised", period) > 0))


def has(*names: str) -> Formula:
    """Any item of any of these."""
    return lambda firm, period: sum(firm(f"number_{one}", period) for one in names) > 0


def every(*names: str) -> Formula:
    """All of some conditions, for residents."""
    return lambda firm, period: np.logical_and.reduce([firm(one, period) for one in names])


def unharmed(*names: str) -> Formula:
    return lambda firm, period: ~np.logical_or.reduce([firm(one, period) for one in names])


outcome("HT_1", bool, lambda f, p: (DAY - f("registered_on", p)).astype(int) >= 365)
outcome("HT_2", bool, has("core"))
outcome("HT_4", bool, lambda f, p: share(f("science_staff", p), f("staff", p)) >= 0.1)
outcome("HT_5", bool, intensity)
outcome("HT_6", bool, lambda f, p: share(f("hightech_revenue", p), f("total_income", p)) >= 0.6)
outcome("HT_7", bool, lambda f, p: f("ht_high", p) > 70)
outcome("HT_8", bool, unharmed(*FLAGS[:2]))
outcome("ht_low", int, lambda f, p: f("ip_low", p) + f("results_low", p) + f("growth_low", p))
outcome(
    "ht_high", int, lambda f, p: f("ip_high", p) + f("results_high", p) + 20 + f("growth_high", p)
)
outcome("ht", bool, every("resident", "HT_1", "HT_2", "HT_4", "HT_5", "HT_6", "HT_7", "HT_8"))
outcome("TS_1", bool, lambda f, p: f("staff", p) <= 500)
outcome("TS_2", bool, lambda f, p: f("revenue", p) <= 2e8)
outcome("TS_3", bool, lambda f, p: f("total_assets", p) <= 2e8)
outcome("TS_5", bool, unharmed(*FLAGS[:3]))
outcome("TS_6", bool, lambda f, p: (f("ts_total", p) >= 60) & (f("science", p) > 0))
outcome("TS_7", bool, has("high_tech", "award_five", "body", "leads"))
outcome("ts_total", int, lambda f, p: f("science", p) + f("input", p) + f("fruits", p))
outcome(
    "ts",
    bool,
    lambda f, p: (
        every("resident", "TS_1", "TS_2", "TS_3", "TS_5")(f, p) & (f("TS_6", p) | f("TS_7", p))
    ),
)
outcome("ZJ_1", bool, has("title"))
outcome("ZJ_2", bool, lambda f, p: f("segment_since", p) <= np.datetime64("2023-06-01"))
outcome("ZJ_3", bool, lambda f, p: (f("revenue", p) >= 1.5e7) | (f("equity", p) >= 2e7))
outcome("ZJ_4", bool, lambda f, p: share(f("main_revenue", p), f("revenue", p)) >= 0.8)
outcome(
    "ZJ_5",
    bool,
    lambda f, p: (
        (f("total_assets", p) > 0) & (share(f("liabilities", p), f("total_assets", p)) <= 0.8)
    ),
)
outcome("ZJ_6", bool, each_year)
outcome("ZJ_7", bool, has("any_one", "award_three", "body"))
outcome("ZJ_9", bool, developed)
outcome("zj", bool, every("ZJ_1", "ZJ_2", "ZJ_3", "ZJ_4", "ZJ_5", "ZJ_6", "ZJ_7", "ZJ_9"))
