"""Ladders: every defect that P023 tells, with its place, and the ladders of the packs."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from lianshu.engine.definitions import Finding
from lianshu.engine.policy.ladders import Ladders, load_ladders
from tests.engine.expressions.world import PACKS, codes, dictionary
from tests.engine.policy.test_rules import POLICY, written

LADDER = """\
id: climb
title: {zh: 梯度, en: Ladder}
versions:
  - from: 2024-01-01
    source: {document: 某办法, confidence: C2}
    rungs:
      - id: low
        title: {zh: 低, en: Low}
        policy: one
        held: exists(certificate where kind = tech_sme and valid)
      - id: high
        title: {zh: 高, en: High}
        policy: two
        held: exists(certificate where kind = high_tech and valid)
"""
LATER = """\
  - from: FROM
    source: {document: 新办法, confidence: C2}
    rungs:
      - {id: low, title: {zh: 低, en: Low}, policy: one}
      - {id: high, title: {zh: 高, en: High}, policy: two}
"""


@cache
def ladders() -> Ladders:
    """Those of the project."""
    packs = [one.parent for one in PACKS.glob("*/ladders")]
    others = [one.parent for one in PACKS.glob("*/policies")]
    return load_ladders(packs, dictionary(), codes(), others=others)


def found(folder: Path, text: str, *, name: str = "climb", **policies: str) -> Ladders:
    """What is made of one ladder over the policies `one` and `two`."""
    pack = folder / "pack"
    given = {"one": POLICY, "two": POLICY.replace("id: one", "id: two"), **policies}
    for policy, written_as in given.items():
        written(pack, policy, policy=written_as)
    (pack / "ladders").mkdir(parents=True)
    (pack / "ladders" / f"{name}.yaml").write_text(text, "utf-8")
    return load_ladders([pack], dictionary(), codes())


def errors(made: Ladders) -> list[Finding]:
    return [one for one in made.findings if one.severity == "error"]


def test_what_is_right_has_no_finding(tmp_path: Path) -> None:
    made = found(tmp_path, LADDER)
    assert made.findings == ()
    (ladder,) = made.ladders
    assert ladder.policies() == ("one", "two")
    assert ladder.on(date(2023, 12, 31)) is None
    assert ladder.on(date(2024, 1, 1)) is ladder.versions[0]


def test_a_version_stands_until_the_next(tmp_path: Path) -> None:
    made = found(tmp_path, LADDER + LATER.replace("FROM", "2026-04-01"))
    (ladder,) = made.ladders
    assert made.findings == ()
    assert ladder.versions[0].until == date(2026, 3, 31)
    assert ladder.on(date(2026, 3, 31)) is ladder.versions[0]
    assert ladder.on(date(2026, 4, 1)) is ladder.versions[1]


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ("policy: two", "policy: twoo", 13, "没有政策 twoo"),
        ("policy: two", "policy: one", 13, "政策 one 已经用在梯级 low"),
        ("kind = high_tech", "kind = tech_sme", 14, "已经用在梯级 low"),
        ("        policy: two\n", "", 11, "没有 policy"),
        ("title: {zh: 梯度", "region: '999999'\ntitle: {zh: 梯度", 2, "没有地区代码 999999"),
        ("    source:", "    to: 2023-12-31\n    source:", 5, "to 早于 from"),
        ("from: 2024-01-01", "from: 2019-01-01\n    to: 2019-12-31", 10, "政策 one 在这一段时间"),
        ("id: climb", "id: other", 1, "文件应叫 other.yaml"),
    ],
)
def test_a_defect_has_its_line(
    tmp_path: Path, before: str, after: str, line: int, words: str
) -> None:
    wrong = errors(found(tmp_path, LADDER.replace(before, after, 1)))
    assert [one.rule for one in wrong if words in one.message] == ["P023"], wrong
    (one,) = (one for one in wrong if words in one.message)
    assert one.line == line
    assert one.file.endswith("climb.yaml")


@pytest.mark.parametrize(
    ("until", "begins", "words"),
    [
        ("", "2024-01-01", "不晚于上一段"),
        ("", "2023-01-01", "不晚于上一段"),
        ("    to: 2026-06-30\n", "2026-04-01", "重叠"),
        ("    to: 2026-04-01\n", "2026-04-01", "重叠"),
    ],
)
def test_versions_do_not_overlap(tmp_path: Path, until: str, begins: str, words: str) -> None:
    first = LADDER.replace("    source:", f"{until}    source:", 1)
    wrong = errors(found(tmp_path, first + LATER.replace("FROM", begins)))
    assert any(one.rule == "P023" and words in one.message for one in wrong), wrong


def test_a_gap_is_told_and_allowed(tmp_path: Path) -> None:
    first = LADDER.replace("    source:", "    to: 2025-12-31\n    source:", 1)
    made = found(tmp_path, first + LATER.replace("FROM", "2026-04-01"))
    assert errors(made) == []
    assert [one.message for one in made.findings] == [
        "2026-01-01 到 2026-03-31 没有梯级，请核对日期"
    ]
    assert made.ladders[0].on(date(2026, 2, 1)) is None


def test_a_rung_does_not_rest_on_one_above_it(tmp_path: Path) -> None:
    circle = POLICY.replace("staff <= most", 'verdict("two")')
    wrong = errors(found(tmp_path, LADDER, one=circle))
    assert [one.message for one in wrong] == [
        "梯级 low 的政策 one 引用了更高一级 high 的结论（two），梯级成了一个圈，请调换次序"
    ]


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        ("    source: {document: 某办法, confidence: C2}\n", "", "D"),
        ("kind = tech_sme", "kind = tech_smee", "E"),
        ("id: high", "id: low", "D"),
        (LADDER[LADDER.index("        policy: two") :], "", "D"),
    ],
)
def test_what_the_loader_and_the_language_refuse(
    tmp_path: Path, before: str, after: str, rule: str
) -> None:
    made = found(tmp_path, LADDER.replace(before, after, 1))
    assert made.ladders == ()
    assert [one.rule[0] for one in errors(made)] == [rule]
    assert all(one.line for one in errors(made))


def test_one_id_is_used_once(tmp_path: Path) -> None:
    for name in ("a", "b"):
        found(tmp_path / name, LADDER)
    packs = [tmp_path / name / "pack" for name in ("a", "b")]
    wrong = errors(load_ladders(packs, dictionary(), codes()))
    assert any("编号 climb 已在" in one.message for one in wrong)


def test_text_without_english_is_told(tmp_path: Path) -> None:
    made = found(tmp_path, LADDER.replace("{zh: 高, en: High}", "高"))
    assert [(one.rule, one.severity) for one in made.findings] == [("P022", "warning")]


def test_those_of_the_packs_have_no_finding() -> None:
    assert ladders().findings == ()


def test_the_sequences_of_the_sources_are_there() -> None:
    phrases = {one.definition.sequence: set[str | None]() for one in ladders().ladders}
    for one in ladders().ladders:
        phrases[one.definition.sequence].add(one.versions[0].definition.source.phrase)
    assert phrases["S19"] == {"市级研发中心—省级研发中心—省级企业研究院—省级重点企业研究院"}
    assert phrases["S20"] == {
        "科技型中小企业—高新技术企业—瞪羚之星企业—科技领军企业",
        "科技型中小企业—高新技术企业—科技小巨人企业—科技领军企业",
        "专精特新—领航企业",
    }


def test_the_rungs_are_the_words_of_the_source() -> None:
    for one in ladders().ladders:
        phrase = one.versions[0].definition.source.phrase or ""
        if one.definition.sequence in ("S19", "S20"):
            titles = [rung.definition.title.zh for rung in one.versions[0].rungs]
            assert [title.removesuffix("企业") for title in titles] == [
                each.removesuffix("企业") for each in phrase.split("—")
            ]
