"""What a firm is told: its own figure, the threshold, the gap, what is missing."""

from __future__ import annotations

import pytest

from lianshu.engine.policy import prepare, run
from lianshu.engine.policy.telling import Explained, explain, speaker_of, target_line
from lianshu.engine.policy.words import Language
from tests.engine.expressions.world import dictionary
from tests.engine.policy.test_packs import pack


def told(policy: str, scenario: str, language: Language = "zh") -> dict[str, Explained]:
    """The conditions of a scenario of the national pack, explained."""
    found = pack("national")
    (chosen,) = (
        each
        for one in found.versions(policy)
        for each in prepare(found, one)[0]
        if each.scenario.id == scenario
    )
    decision = run(found, chosen).decision
    return {each.id: each for each in explain(decision, dictionary(), language)}


@pytest.mark.parametrize(
    ("policy", "scenario", "condition", "words"),
    [
        ("little-giant", "three-inventions", "XJ-8", "数量 3，要求不低于 4，还差 1"),
        (
            "little-giant",
            "revenue-below",
            "XJ-3",
            "要求不低于 5,000 万元，还差 100 元",
        ),
        ("little-giant", "debt-above", "XJ-6", "75.01%，要求不超过 75%，超出 0.01 个百分点"),
        ("little-giant", "segment-one-day-short", "XJ-2", "到 2026-05-02 才满"),
        ("little-giant", "no-title", "XJ-1", "没有有效的证书与称号（专精特新中小企业）"),
        ("little-giant", "award-exempts", "XJ-8", "豁免：近三年国家级科技奖励前三完成单位"),
        ("little-giant", "experts-open", "XJ-10", "由主管部门对照“六基”和重点产业链目录判断。"),
        ("high-tech-enterprise", "without-experts", "HT-7", "创新能力评价 43–92，要求超过 70"),
        ("rd-super-deduction", "no-rd", "JK-2", "0 元，要求超过 0 元，刚好在界上"),
    ],
)
def test_the_sentence_has_the_figures(
    policy: str, scenario: str, condition: str, words: str
) -> None:
    assert words in told(policy, scenario)[condition].told


def test_missing_facts_are_named_in_both_languages() -> None:
    chinese = told("tech-sme", "assets-missing")["TS-3"]
    english = told("tech-sme", "assets-missing", "en")["TS-3"]
    assert (chinese.missing, english.missing) == (("total_assets@2025",),) * 2
    assert chinese.missing_words == ("2025 年资产总额",)
    assert "没有数据" in chinese.told and "no figure" in english.told
    assert english.verdict == "unknown" and english.sentence.startswith("Total assets of at most")


def test_only_what_matters_is_told() -> None:
    one = told("little-giant", "rd-one-year-thin")["XJ-7"]
    assert one.told.count("要求") == 1 and "2024 年" in one.told, "what holds is left out"
    assert told("little-giant", "all-met")["XJ-11"].told.count("60 分") == 2, "once"


def test_nothing_looks_exact_that_is_not() -> None:
    assert "≈2.3059%" in told("little-giant", "growth-below")["XJ-5"].told


def test_why_it_is_not_for_this_firm() -> None:
    found = pack("national")
    for policy, scenario, words in (
        ("little-giant", "review-2026", "只适用于：新申报的企业"),
        ("little-giant", "before-in-force", "不在有效期内（2026-04-01 至 现在）"),
        ("sme-size", "bank", "只适用于：办法覆盖的行业"),
        ("little-giant", "all-met", ""),
    ):
        (chosen,) = (
            each
            for one in found.versions(policy)
            for each in prepare(found, one)[0]
            if each.scenario.id == scenario
        )
        decision = run(found, chosen).decision
        said = target_line(decision, speaker_of(decision, dictionary(), "zh"))
        assert words in said and bool(words) == bool(said)
