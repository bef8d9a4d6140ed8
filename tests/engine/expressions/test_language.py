"""What expressions mean: values at their edges, days, periods, holdings, what is not known."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from lianshu.engine.expressions import (
    EvaluationError,
    Firm,
    Holding,
    Interpreter,
    Outcome,
    check_number,
    check_truth,
)
from lianshu.engine.expressions.readings import Reading, State
from lianshu.engine.tables import KNOWN_ABSENT, Ratio
from tests.engine.expressions.world import DAY, judged, outcome, scope

MET, NOT_MET, UNKNOWN = Outcome.MET, Outcome.NOT_MET, Outcome.UNKNOWN
WAN = 1_000_000


def firm(**facts: object) -> Firm:
    """A firm: `revenue_2025=…`, `registered_on=…`."""
    found = {}
    for key, value in facts.items():
        name, _, label = key.rpartition("_")
        known = (name, label) if label.isdigit() else (key, "latest")
        found[known] = value
    return Firm("one", found)  # type: ignore[arg-type]


def reading(text: str, one: Firm, day: date = DAY) -> Reading:
    """What a number comes to."""
    return Interpreter(one, day).number(check_number(text, scope()))


@pytest.mark.parametrize(
    ("fen", "found"), [(1500 * WAN, MET), (1500 * WAN - 1, NOT_MET), (0, NOT_MET)]
)
def test_an_edge_is_exact_to_the_fen(fen: int, found: Outcome) -> None:
    assert outcome("revenue >= 1500万元", firm(revenue_2025=fen)) is found


def test_zero_missing_and_absent_are_three_things() -> None:
    assert judged("revenue >= 0元", firm(revenue_2025=0)).outcome is MET
    assert judged("revenue >= 0元", firm()).missing == ("revenue@2025",)
    assert outcome("revenue >= 0元", firm(revenue_2025=KNOWN_ABSENT)) is NOT_MET
    assert outcome("revenue is absent", firm(revenue_2025=KNOWN_ABSENT)) is MET
    assert outcome("revenue is absent", firm(revenue_2025=0)) is NOT_MET
    assert outcome("revenue is absent", firm()) is UNKNOWN
    three = {"revenue_2025": 5 * WAN, "revenue_2024": KNOWN_ABSENT, "revenue_2023": 1 * WAN}
    assert reading("revenue.sum(3 years)", firm(**three)).exact == 6 * WAN
    assert reading("revenue.mean(3 years)", firm(**three)).exact == 3 * WAN


def test_what_is_withheld_is_missing() -> None:
    one = Firm("one", {}, withheld=frozenset({("revenue", "2025")}))
    assert judged("revenue >= 1元", one).missing == ("revenue@2025",)


def test_a_third_is_not_333() -> None:
    one = firm(rd_total_2025=1, revenue_2025=3)
    assert outcome("rd_total / revenue >= 33.3333333333%", one) is MET
    assert outcome("rd_total / revenue = 1 / 3", one) is MET
    assert outcome("rd_total / revenue > 1 / 3", one) is NOT_MET
    assert outcome("rd_domestic_share = 60%", firm(rd_domestic_share_2025=Ratio(3, 5))) is MET


@pytest.mark.parametrize("below", [0, -5])
def test_nothing_is_divided_by_zero_or_less(below: int) -> None:
    one = firm(rd_total_2025=WAN, net_assets_2025=below)
    assert reading("rd_total / net_assets", one).state is State.UNDEFINED
    assert outcome("rd_total / net_assets >= 1%", one, undefined=NOT_MET) is NOT_MET
    assert outcome("rd_total / net_assets >= 1%", one, undefined=Outcome.MANUAL) is Outcome.MANUAL
    missing = firm(net_assets_2025=below)
    assert reading("rd_total / net_assets", missing).state is State.UNDEFINED, (
        "whatever stands above"
    )


def test_growth() -> None:
    one = firm(revenue_2023=100, revenue_2024=150, revenue_2025=180)
    assert reading("revenue.growth(1 year)", one).exact == Fraction(1, 5)
    assert reading("revenue.growth(2 years)", one).exact == Fraction(4, 5)
    assert reading("revenue.mean_growth(2 years)", one).exact == Fraction(35, 100)
    cubed = firm(revenue_2022=1000, revenue_2023=1, revenue_2024=1, revenue_2025=1728)
    assert outcome("revenue.compound_growth(3 years) >= 20%", cubed) is MET
    assert outcome("revenue.compound_growth(3 years) > 20%", cubed) is NOT_MET
    assert reading("revenue.mean_growth(2 years)", firm(revenue_2023=0)).state is State.UNDEFINED


def test_younger_firms_have_fewer_years() -> None:
    one = firm(registered_on=date(2025, 1, 1), rd_total_2025=7)
    assert reading("rd_total.sum(3 years since registered_on)", one).exact == 7
    assert reading("rd_total.mean(3 years since registered_on)", one).exact == 7
    assert judged("rd_total.sum(3 years) > 1元", one).missing == ("rd_total@2024", "rd_total@2023")
    newest = firm(registered_on=date(2026, 2, 1))
    assert reading("rd_total.sum(3 years since registered_on)", newest).exact == 0
    assert reading("rd_total.mean(3 years since registered_on)", newest).state is State.UNDEFINED
    before = firm(registered_on=date(2024, 12, 31), rd_total_2025=7)
    assert judged("rd_total.sum(3 years since registered_on) > 1元", before).missing == (
        "rd_total@2024",
    )


def test_periods_are_seen_from_the_day() -> None:
    one = Firm(
        "one",
        {
            ("staff", "2026Q1"): 7,
            ("staff", "2026-05"): 8,
            ("staff", "2025"): 9,
            ("staff", "2026"): 99,
        },
    )
    for text in ("staff[quarter-1] = 7", "staff[last month] = 8", "staff = 9", "staff[year-1] = 9"):
        assert outcome(text, one) is MET, text
    january = date(2026, 1, 15)
    assert judged("staff[quarter-1] = 1", one, january).missing == ("staff@2025Q4",)
    assert judged("staff[month-1] = 1", one, january).missing == ("staff@2025-12",)


def test_the_last_day_known_counts_and_none_of_the_future() -> None:
    days = {("legal_form", "2024-01-01"): "limited", ("legal_form", "2026-06-01"): "joint_stock"}
    one = Firm("one", days | {("legal_form", "2026-06-02"): "branch"})
    assert outcome("legal_form = joint_stock", one) is MET
    assert outcome("legal_form = limited", one, date(2026, 5, 31)) is MET
    assert outcome("legal_form = limited", one, date(2023, 1, 1)) is UNKNOWN


@pytest.mark.parametrize(
    ("text", "since", "on", "found"),
    [
        ("age(registered_on) >= 1 year", date(2025, 6, 1), DAY, MET),
        ("age(registered_on) >= 1 year", date(2025, 6, 2), DAY, NOT_MET),
        ("age(registered_on) > 1 year", date(2025, 6, 1), DAY, NOT_MET),
        ("age(registered_on) < 1 year", date(2025, 6, 2), DAY, MET),
        ("age(registered_on) <= 1 year", date(2025, 6, 1), DAY, MET),
        ("age(registered_on) >= 365 days", date(2024, 2, 29), date(2025, 2, 28), MET),
        ("age(registered_on) >= 1 year", date(2024, 2, 29), date(2025, 2, 28), MET),
        ("full_years(registered_on) = 1", date(2024, 2, 29), date(2025, 2, 28), MET),
        ("full_years(registered_on) = 0", date(2024, 2, 29), date(2025, 2, 27), MET),
        ("registered_on + 6 months = 2025-02-28", date(2024, 8, 31), DAY, MET),
        ("age(registered_on) >= 0 days", date(2026, 7, 1), DAY, NOT_MET),
    ],
)
def test_time_is_counted_by_the_calendar(text: str, since: date, on: date, found: Outcome) -> None:
    assert outcome(text, firm(registered_on=since), on) is found


def held(**attributes: object) -> Holding:
    """An award."""
    return Holding(None, date(2024, 1, 1), None, None, attributes)  # type: ignore[arg-type]


AWARDS = "count(award where level = national and rank <= 3) >= 1"


def test_a_detail_that_nobody_knows_leaves_a_count_open() -> None:
    certain, far = held(level="national", rank=2), held(level="national", rank=9)
    open_ = held(level="national")
    assert outcome(AWARDS, Firm("a", holdings={"award": (certain, open_)})) is MET
    assert outcome(AWARDS, Firm("a", holdings={"award": (far,)})) is NOT_MET
    assert outcome(AWARDS, Firm("a", holdings={"award": ()})) is NOT_MET
    found = judged(AWARDS, Firm("a", holdings={"award": (far, open_)}))
    assert (found.outcome, found.missing) == (UNKNOWN, ("award.rank",))
    assert judged(AWARDS, Firm("a")).missing == ("award",)


@pytest.mark.parametrize(
    ("begins", "ends", "found"),
    [
        (DAY, DAY, MET),
        (date(2026, 6, 2), None, NOT_MET),
        (None, date(2026, 5, 31), NOT_MET),
        (None, None, MET),
    ],
)
def test_valid_counts_both_days(begins: date | None, ends: date | None, found: Outcome) -> None:
    one = Firm(
        "a", holdings={"certificate": (Holding(None, begins, ends, None, {"kind": "high_tech"}),)}
    )
    assert outcome("exists(certificate where kind = high_tech and valid)", one) is found


def test_bands_put_the_edge_where_the_operator_says() -> None:
    text = "band(liabilities / total_assets, <= 55%: 10, <= 75%: 5, else: 0)"
    for fen, points in ((55, 10), (56, 5), (75, 5), (76, 0)):
        assert reading(text, firm(liabilities_2025=fen, total_assets_2025=100)).exact == points
    open_ = reading(text, firm(total_assets_2025=100))
    assert (open_.low, open_.high) == (Fraction(0), Fraction(10))
    assert open_.missing == ("liabilities@2025",)
    span = reading("band(staff, >= 100: 7..8, else: 0)", firm(staff_2025=100))
    assert (span.low, span.high) == (Fraction(7), Fraction(8))


def test_rounding_is_to_whole_multiples() -> None:
    one = firm(profit_2025=-150)
    for text, found in (
        ("floor(profit, 1元)", -200),
        ("ceil(profit, 1元)", -100),
        ("round(profit, 1元)", -100),
        ("abs(profit)", 150),
        ("max(profit, 0元)", 0),
    ):
        assert reading(text, one).exact == found, text


def test_an_open_choice_may_be_either() -> None:
    text = "if staff > 100 then 10 else 4"
    assert reading(text, firm(staff_2025=101)).exact == 10
    open_ = reading(text, firm())
    assert (open_.low, open_.high) == (Fraction(4), Fraction(10))
    assert open_.missing == ("staff@2025",)
    both = "if staff > 100 then revenue > 1元 else revenue > 2元"
    assert outcome(both, firm(revenue_2025=500)) is MET, "it holds either way"
    assert judged(both, firm(staff_2025=1)).missing == ("revenue@2025",)


def test_a_figure_beyond_the_limit_is_refused() -> None:
    one = firm(revenue_2025=10**18)
    with pytest.raises(EvaluationError, match="revenue@2025"):
        outcome("revenue >= 1元", one)
    tree = check_truth("revenue >= 1元", scope())
    with pytest.raises(EvaluationError, match="规则 R-1"):
        Interpreter(firm(revenue_2025=10**9), DAY, rule="R-1", limit=10**9).truth(tree)


def test_counts_are_bare_in_products() -> None:
    one = Firm("a", {("revenue", "2025"): 100 * WAN}, {"standard": (held(), held())})
    assert outcome("revenue = count(standard) * 50万元", one) is MET
    assert outcome("revenue / count(standard) = 50万元", one) is MET


def test_weighed_counts_stand_beside_counts() -> None:
    one = firm(staff_2025=10, rd_staff_2025=5)
    assert outcome("rd_staff >= 50% * staff", one) is MET
    assert outcome("2 * rd_staff > staff", one) is NOT_MET
    assert outcome("rd_staff + staff / 2 = 10", one) is MET
