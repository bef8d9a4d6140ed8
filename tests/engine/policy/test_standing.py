"""Where a firm stands: scenarios on the packs' ladders, and properties on random firms."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lianshu.engine.expressions import Outcome
from lianshu.engine.policy import Evaluator, FirmReader, evaluate
from lianshu.engine.policy.ladders import Ladder
from lianshu.engine.policy.standing import Standing, stand
from lianshu.engine.policy.standing_words import (
    RungState,
    StandingWords,
    ladder_lines,
    standing_in_words,
    standing_lines,
)
from lianshu.engine.policy.words import Language
from tests.engine.expressions.world import codes, dictionary
from tests.engine.policy.firms import random_firms
from tests.engine.policy.test_ladders import ladders

DAY = date(2026, 6, 1)
SRDI: dict[str, Any] = {
    "registered_region": "330281",
    "segment_since": "2015-01-01",
    "revenue": {"2025": "4000万元", "2024": "3500万元"},
    "main_revenue@2025": "3600万元",
    "rd_total": {"2025": "200万元", "2024": "90万元"},
    "liabilities@2025": "1000万元",
    "total_assets@2025": "5000万元",
    "development_score": {"2025": "55"},
}


def ladder(name: str) -> Ladder:
    return next(one for one in ladders().ladders if one.id == name)


def title(kind: str, **more: str) -> dict[str, str]:
    return {"kind": kind, "from": "2024-01-01", **more}


def standing(
    name: str, facts: dict[str, Any], holdings: dict[str, Any], day: date = DAY
) -> Standing:
    firm = FirmReader(dictionary(), codes()).firm("a", facts, holdings, day)
    return stand(ladder(name), Evaluator(ladders().policies, firm, day))


def told(found: Standing, language: Language = "zh") -> StandingWords:
    return standing_in_words(found, dictionary(), language)


def test_the_gap_to_the_next_rung_has_figure_threshold_and_difference() -> None:
    found = standing("quality-sme", SRDI, {"certificate": [title("tech_innovative")]})
    assert (found.held, found.next) == (0, 1)
    rung = found.next_rung
    assert rung is not None
    assert rung.gap[0] == "ZJ-6"
    first = told(found).rungs[1].gap[0]
    assert "90 万元，要求不低于 100 万元，还差 10 万元" in first.told
    assert first.article == "附件一（六）"
    english = told(found, "en").rungs[1].gap[0]
    assert "at least" in english.told
    assert told(found).now == "现在是“科技和创新型中小企业”，4 级中的第 1 级"


def test_a_missing_figure_is_open_and_no_failure() -> None:
    facts = {**SRDI, "rd_total": {"2025": "200万元"}}
    found = standing("quality-sme", facts, {"certificate": [title("tech_innovative")]})
    rung = found.next_rung
    assert rung is not None and rung.decision is not None
    assert rung.decision.conditions["ZJ-6"].outcome is Outcome.UNKNOWN
    assert "rd_total@2024" in rung.decision.conditions["ZJ-6"].missing


def test_nobody_knows_of_titles() -> None:
    found = standing("quality-sme", SRDI, {})
    assert found.held is None
    assert found.perhaps == (0, 1, 2, 3)
    words = told(found)
    assert words.now.startswith("不知道有没有这个梯度上的称号")
    assert {one.state for one in words.rungs} == {RungState.PERHAPS}


def test_no_titles_is_not_unknown() -> None:
    found = standing("quality-sme", SRDI, {"certificate": "none"})
    assert (found.held, found.perhaps, found.next) == (None, (), 0)
    assert {one.state for one in told(found).rungs} == {RungState.ABOVE}


def test_a_title_counts_while_it_is_valid() -> None:
    ended = [title("specialised", to="2026-05-31"), title("tech_innovative")]
    assert standing("quality-sme", SRDI, {"certificate": ended}).held == 0
    assert standing("quality-sme", SRDI, {"certificate": ended}, date(2026, 5, 31)).held == 1


def test_a_higher_title_leaves_the_lower_ones_behind() -> None:
    found = standing("quality-sme", SRDI, {"certificate": [title("little_giant")]})
    assert (found.held, found.next) == (2, 3)
    states = [one.state for one in told(found).rungs]
    assert states == [RungState.PASSED, RungState.PASSED, RungState.HELD, RungState.ABOVE]


def test_the_top_has_no_next() -> None:
    found = standing("quality-sme", SRDI, {"certificate": [title("single_champion")]})
    assert found.next is None
    assert told(found).ahead == "已在最高一级"


def test_a_rung_that_is_not_for_the_firm_is_stepped_over() -> None:
    holdings = {"certificate": [title("high_tech")]}
    ningbo = standing("zhejiang-growth", {"registered_region": "330212"}, holdings)
    hangzhou = standing("zhejiang-growth", {"registered_region": "330106"}, holdings)
    assert [one.held and one.next for one in (ningbo, hangzhou)] == [3, 2]
    assert "不适用" in told(ningbo).rungs[2].asked


def test_an_open_target_group_is_told() -> None:
    found = standing("quality-sme", {**SRDI, "staff@2025": 100}, {"certificate": "none"})
    rung = found.next_rung
    assert rung is not None and rung.perhaps_not_for_it
    assert "industry" in rung.missing
    assert "还不知道是否适用" in told(found).ahead


def test_of_alternatives_only_the_open_ones_wait() -> None:
    facts = {
        "registered_region": "330281",
        "registered_on": "2000-01-01",
        "revenue": {"2025": "4000万元", "2024": "3000万元", "2023": "2000万元"},
    }
    found = standing("yuyao-tech-firms", facts, {"certificate": [title("high_tech")]})
    rung = found.next_rung
    assert rung is not None and rung.decision is not None
    assert rung.decision.conditions["DL-2"].outcome is Outcome.NOT_MET
    assert rung.gap == ("DL-1",)


def test_the_version_of_the_day_counts() -> None:
    old = {"certificate": [title("innovative_sme")]}
    before = standing("quality-sme", SRDI, old, date(2026, 3, 31))
    after = standing("quality-sme", SRDI, old, date(2026, 4, 1))
    assert before.rungs[0].rung.id == "innovative"
    assert after.rungs[0].rung.id == "tech-innovative"
    assert standing("quality-sme", SRDI, old, date(2022, 5, 31)).version is None
    third = before.rungs[2]
    assert third.conditions is None
    assert "没有可以对照的标准" in told(before).rungs[2].asked
    first = before.rungs[1].decision
    assert first is not None and first.policy.version == "2022"


def test_another_region_does_not_climb_and_an_unknown_one_may() -> None:
    holdings = {"certificate": [title("high_tech")]}
    elsewhere = standing("yuyao-tech-firms", {"registered_region": "330212"}, holdings)
    assert not elsewhere.climbs
    assert told(elsewhere).why_not == "只适用于本地区的企业"
    unknown = standing("yuyao-tech-firms", {}, holdings)
    assert unknown.climbs
    assert "缺：" in told(unknown).why_not
    assert standing("yuyao-tech-firms", SRDI, holdings).held == 1


def test_bodies_are_rungs_too() -> None:
    body = {"kind": "technology_centre", "level": "city", "from": "2024-01-01"}
    found = standing("zhenhai-rd-bodies", {"registered_region": "330211"}, {"rd_body": [body]})
    assert found.held == 0
    assert told(found).following is not None


def test_lines_are_there_in_both_languages() -> None:
    found = standing("quality-sme", SRDI, {"certificate": [title("tech_innovative")]})
    chinese = "\n".join(standing_lines(found, dictionary(), "zh"))
    english = "\n".join(standing_lines(found, dictionary(), "en"))
    assert "还差 10 万元" in chinese
    assert "short" in english
    assert (
        "专精特新"
        not in english.replace(found.rungs[0].rung.definition.title.zh, "").split("\n", 2)[2]
    )
    assert any("srdi" in line for line in ladder_lines(found.ladder, DAY, dictionary(), "en"))
    assert "没有这个梯度" in "".join(
        ladder_lines(found.ladder, date(2000, 1, 1), dictionary(), "zh")
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9), st.sampled_from([one.id for one in ladders().ladders]))
def test_a_standing_agrees_with_its_parts(seed: int, name: str) -> None:
    """The highest held is held, nothing above it is; the gap is of conditions not passed; the
    decisions are those that the policies give by themselves."""
    day = date(2026, 6, 1)
    (firm,) = random_firms(ladders().policies, day, 1, seed)
    found = stand(ladder(name), Evaluator(ladders().policies, firm, day))
    if not found.climbs:
        assert found.rungs == ()
        return
    held = [place for place, one in enumerate(found.rungs) if one.held.outcome is Outcome.MET]
    assert found.held == (held[-1] if held else None)
    above = range(0 if found.held is None else found.held + 1, len(found.rungs))
    for_it = [
        place
        for place in above
        if (asked := found.rungs[place].conditions) is None
        or asked.outcome is not Outcome.NOT_APPLICABLE
    ]
    assert found.next == (for_it[0] if for_it else None)
    assert all(found.rungs[place].held.outcome.open for place in found.perhaps)
    for one in found.rungs:
        if one.decision is None:
            assert one.conditions is None
            continue
        alone = evaluate(one.decision.policy, firm, day, policies=ladders().policies)
        assert alone.verdict.outcome is one.decision.verdict.outcome
        passed = {name for name, each in alone.conditions.items() if each.outcome.passes}
        assert not passed & set(one.gap)
        assert bool(one.gap) <= (not alone.verdict.outcome.passes)
    assert "".join(standing_lines(found, dictionary(), "zh"))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**9))
def test_what_is_learnt_never_takes_a_title_away(seed: int) -> None:
    """A firm of whose titles nothing is known holds none for certain; told of one, it holds it."""
    chance = random.Random(seed)
    kind = chance.choice(["tech_innovative", "specialised", "little_giant", "single_champion"])
    before = standing("quality-sme", SRDI, {})
    after = standing("quality-sme", SRDI, {"certificate": [title(kind)]})
    assert before.held is None
    assert after.held is not None
    assert after.held in before.perhaps
