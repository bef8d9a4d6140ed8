"""Every rule P001 to P022: a policy that breaks it, and where that is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from lianshu.engine.definitions import Finding
from lianshu.engine.policy import load_pack, prepare
from tests.engine.expressions.world import codes, dictionary

POLICY = """\
id: one
version: "1"
title: {zh: 一, en: One}
document: {number: 一, title: 一, issuer: 一}
level: national
effective: {from: 2020-01-01}
status: current
confidence: C1
conditions:
  - id: A-1
    title: {zh: 一, en: One}
    sentence: {zh: 一, en: One}
    article: 第一条
    test: staff <= most
"""
PARAMETERS = """\
parameters:
  - id: most
    title: {zh: 上限, en: Most}
    values:
      - {from: 2020-01-01, value: 500, source: {document: 一, confidence: C1}}
"""
SCENARIOS = """\
scenarios:
  - id: ok
    title: 满足
    on: 2026-06-01
    facts: {staff@2025: 500}
    expect: {verdict: met}
"""
TWO = """\
  - id: A-2
    title: {zh: 二, en: Two}
    sentence: {zh: 二, en: Two}
    article: 第二条
    test: TEST
"""
SCORE = """\
scores:
  - id: total
    title: {zh: 得分, en: Score}
    max: 10
    items: [{id: item, title: {zh: 项, en: Item}, max: 10, points: POINTS}]
"""


def written(folder: Path, name: str = "one", *, policy: str = POLICY, **files: str) -> Path:
    """A pack of one policy."""
    place = folder / "policies" / name
    place.mkdir(parents=True)
    texts = {"parameters": PARAMETERS, "scenarios": SCENARIOS} | files
    for stem, text in {"policy": policy, **texts}.items():
        if text:
            (place / f"{stem}.yaml").write_text(text, "utf-8")
    return folder


def found(folder: Path) -> list[Finding]:
    """Every finding of a pack, scenarios included."""
    pack = load_pack([folder], dictionary(), codes())
    return [*pack.findings, *(one for each in pack.policies for one in prepare(pack, each)[1])]


def told(folder: Path, rule: str) -> list[Finding]:
    """The findings of a rule."""
    return [one for one in found(folder) if one.rule == rule]


def test_nothing_is_wrong_with_the_example(tmp_path: Path) -> None:
    assert [one.rule for one in found(written(tmp_path))] == ["P021"]


BROKEN = [
    (
        "P005",
        {
            "parameters": PARAMETERS
            + "      - {from: 2019-01-01, value: 9, source: {document: 一, confidence: U}}\n"
        },
        5,
    ),
    ("P006", {"parameters": PARAMETERS.replace("2020-01-01", "2021-01-01")}, 6),
    (
        "P007",
        {
            "parameters": PARAMETERS
            + "      - {from: 2022-01-01, value: 5万元, source: {document: 一, confidence: U}}\n"
        },
        6,
    ),
    ("P008", {"parameters": PARAMETERS.replace("500", "2 * most")}, 2),
    (
        "P009",
        {
            "parameters": PARAMETERS
            + "tables:\n  - {id: t, title: 表, keys: levels, rows: [{key: nowhere, value: 1}], "
            "source: {document: 一, confidence: U}}\n"
        },
        7,
    ),
    (
        "P010",
        {
            "parameters": PARAMETERS.replace("most", "revenue"),
            "policy": POLICY.replace("most", "9"),
        },
        1,
    ),
    ("P011", {"policy": POLICY.replace("staff <= most", "rd_total / revenue >= 3%")}, 10),
    (
        "P012",
        {
            "policy": POLICY.replace("staff <= most", "not A-2 or staff <= most")
            + TWO.replace("TEST", "A-1")
        },
        10,
    ),
    ("P013", {"policy": POLICY + TWO.replace("TEST", "resident") + "verdict: A-1\n"}, 15),
    (
        "P015",
        {
            "policy": POLICY
            + SCORE.replace("POINTS", "5")
            + SCORE.replace("POINTS", "5")
            .replace("scores:\n", "")
            .replace("total", "other")
            .replace("item,", "thing,")
        },
        16,
    ),
    ("P016", {"policy": POLICY + 'region: "99"\n'}, 15),
    ("P017", {"policy": POLICY.replace("status: current", "status: superseded")}, 7),
    ("P018", {"policy": POLICY + "exclusive: [{policy: nowhere, note: {zh: 一, en: One}}]\n"}, 15),
    (
        "P019",
        {
            "policy": POLICY.replace(
                "staff <= most",
                "revenue * cost * profit * rd_total <= revenue * cost * profit * 9元",
            )
        },
        1,
    ),
    ("P020", {"scenarios": SCENARIOS.replace("staff@2025: 500", "staf@2025: 500")}, 5),
    ("P020", {"scenarios": SCENARIOS.replace("500", "五百")}, 5),
    ("P020", {"scenarios": SCENARIOS.replace("verdict: met", "conditions: {A-9: met}")}, 6),
    ("P022", {"policy": POLICY.replace("sentence: {zh: 一, en: One}", "sentence: 一")}, 12),
]


@pytest.mark.parametrize(("rule", "files", "line"), BROKEN)
def test_a_defect_has_its_place(
    rule: str, files: dict[str, str], line: int, tmp_path: Path
) -> None:
    lines = [one.line for one in told(written(tmp_path, **files), rule)]
    assert lines[:1] == [line], [str(each) for each in found(tmp_path)]


def test_folders_and_versions(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "policies" / "empty").mkdir()
    assert len(told(tmp_path, "P001")) == 1
    written(tmp_path, "one-1")
    assert len(told(tmp_path, "P003")) == 1
    written(tmp_path, "other")
    assert len(told(tmp_path, "P002")) == 1


def test_two_versions_hold_on_no_common_day(tmp_path: Path) -> None:
    written(tmp_path)
    later = POLICY.replace('version: "1"', 'version: "2"').replace("2020-01-01", "2024-01-01")
    written(tmp_path, "one-2", policy=later)
    assert len(told(tmp_path, "P004")) == 1
    ended = POLICY.replace("{from: 2020-01-01}", "{from: 2020-01-01, to: 2023-12-31}")
    (tmp_path / "policies/one/policy.yaml").write_text(ended, "utf-8")
    assert told(tmp_path, "P004") == []


def test_a_missing_source_and_a_broken_expression_have_their_places(tmp_path: Path) -> None:
    without = PARAMETERS.replace(", source: {document: 一, confidence: C1}", "")
    assert [one.line for one in told(written(tmp_path / "a", parameters=without), "D031")] == [5]
    broken = POLICY.replace("staff <= most", "staff <= mots")
    (one,) = told(written(tmp_path / "b", policy=broken), "E003")
    assert (one.line, one.column) == (14, 20)
    assert "是不是 most？" in one.message


def test_a_policy_that_is_nowhere_cannot_be_named(tmp_path: Path) -> None:
    policy = POLICY.replace("staff <= most", 'verdict("nowhere")')
    assert len(told(written(tmp_path, policy=policy), "E003")) == 1


def test_policies_that_read_each_other_are_a_circle(tmp_path: Path) -> None:
    written(tmp_path, policy=POLICY.replace("staff <= most", 'verdict("two")'))
    two = POLICY.replace("id: one", "id: two").replace("staff <= most", 'verdict("one")')
    written(tmp_path, "two", policy=two)
    assert len(told(tmp_path, "P012")) == 2
