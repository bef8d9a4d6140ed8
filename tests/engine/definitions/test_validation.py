"""A tree against a model: each error once, at its place, with what to change."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field, model_validator

from lianshu.engine.definitions import (
    Definition,
    DefinitionError,
    Finding,
    Text,
    load_file,
    load_folder,
    report,
)


class Wait(Definition):
    kind: Literal["wait"]
    days: int


class Call(Definition):
    kind: Literal["call"]
    service: str


class Step(Definition):
    id: str
    actor: Literal["poser", "solver"]
    limit: int = Field(gt=0)
    name: Text | None = None
    does: Annotated[Wait | Call, Field(discriminator="kind")] | None = None


class Loop(Definition):
    id: str
    title: Text
    steps: tuple[Step, ...] = Field(min_length=1)
    weight: Decimal = Decimal(1)
    since: date | None = None
    labels: dict[str, Text] = {}

    @model_validator(mode="after")
    def _first_step_asks(self) -> Loop:
        if self.steps[0].actor != "poser":
            raise ValueError("第一步应由 poser 办理")
        return self


GOOD = """\
id: s1
title: 需求征集
steps:
  - id: ask
    actor: poser
    limit: 3
    name: {zh: 提出, en: Ask}
    does: {kind: wait, days: 2}
weight: 1.50
since: 2026-01-31
"""


def load(tmp_path: Path, text: str) -> Loop:
    path = tmp_path / "loop.yaml"
    path.write_text(text, encoding="utf-8")
    return load_file(path, Loop).value


def findings(tmp_path: Path, text: str) -> list[Finding]:
    with pytest.raises(DefinitionError) as caught:
        load(tmp_path, text)
    return list(caught.value.findings)


def test_a_good_file_gives_the_model(tmp_path: Path) -> None:
    loop = load(tmp_path, GOOD)
    assert loop.title == Text.of("需求征集")
    assert loop.weight == Decimal("1.5")
    assert loop.since == date(2026, 1, 31)
    name = loop.steps[0].name
    assert name is not None
    assert (name.said_in("en"), name.said_in("zh-hans"), str(loop.title)) == (
        "Ask",
        "提出",
        "需求征集",
    )
    assert loop.title.said_in("en") == "需求征集"


@pytest.mark.parametrize(
    ("old", "new", "rule", "line", "column", "words"),
    [
        ("actor:", "acter:", "D030", 5, 5, "不认识的键 acter，是不是 actor？"),
        ("en: Ask", "eng: Ask", "D030", 7, 20, "是不是 en？"),
        ("days: 2", "days: 2, xyz: 1", "D030", 8, 33, "这里可用的键：days、kind"),
        ("    limit: 3\n", "", "D031", 4, 5, "缺少必填的键 limit（steps.第1项.limit）"),
        (
            "limit: 3",
            "limit: 三天",
            "D032",
            6,
            12,
            "应为整数，请只写数字，不带单位和逗号，现在是 三天",
        ),
        ("limit: 3", "limit: 3.5", "D032", 6, 12, "不能有小数，现在是 3.5"),
        ("limit: 3", "limit:", "D032", 6, 11, "现在是空的"),
        ("limit: 3", "limit: 0", "D034", 6, 12, "应大于 0"),
        ("actor: poser", "actor: boss", "D033", 5, 12, "只能是 'poser'、'solver' 之一"),
        ("id: s1", "id: 100", "D032", 1, 5, "请加引号，现在是 100"),
        ("kind: wait, days: 2", "kind: run", "D033", 8, 11, "'wait', 'call'"),
        ("kind: wait, ", "", "D031", 8, 11, "缺少必填的键 'kind'"),
        ("2026-01-31", "2026年1月", "D035", 10, 8, "应为日期，例如 2026-01-31"),
        ("weight: 1.50", "weight: 很重", "D032", 9, 9, "应为数字"),
        ("weight: 1.50", "weight: NaN", "D032", 9, 9, "应为数字"),
        ("title: 需求征集", "title: ' '", "D034", 2, 8, "不能少于 1 个字"),
        ("poser\n", "solver\n", "D036", 1, 1, "第一步应由 poser 办理"),
        ("since:", "labels: {a: {zh: 甲, q: x}}\nsince:", "D030", 10, 21, "en、zh"),
    ],
)
def test_each_error_has_rule_place_and_advice(
    tmp_path: Path, old: str, new: str, rule: str, line: int, column: int, words: str
) -> None:
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    found = [f for f in findings(tmp_path, text) if f.rule == rule]
    assert [(f.line, f.column) for f in found] == [(line, column)]
    assert words in found[0].message


def test_all_errors_are_told_in_reading_order(tmp_path: Path) -> None:
    text = "titel: x\nsteps:\n  - {id: 1, actor: x, limit: a}\nweight: [1]\n"
    found = findings(tmp_path, text)
    assert sorted((f.line or 0, f.rule) for f in found) == [
        (1, "D030"),
        (1, "D031"),
        (1, "D031"),
        (3, "D032"),
        (3, "D032"),
        (3, "D033"),
        (4, "D032"),
    ]
    assert [f.line for f in found] == sorted(f.line or 0 for f in found)


def test_the_report_is_the_contract_of_the_command_line(tmp_path: Path) -> None:
    found = findings(tmp_path, GOOD.replace("limit: 3", "limit: 0"))
    assert report(found) == {
        "ok": False,
        "findings": [
            {
                "file": str(tmp_path / "loop.yaml"),
                "line": 6,
                "column": 12,
                "rule": "D034",
                "severity": "error",
                "message": "steps.第1项.limit：应大于 0，现在是 0",
            }
        ],
    }
    assert report([]) == {"ok": True, "findings": []}


def test_an_engine_can_point_at_a_key_or_a_value(tmp_path: Path) -> None:
    path = tmp_path / "loop.yaml"
    path.write_text(GOOD, encoding="utf-8")
    loaded = load_file(path, Loop)
    assert str(loaded.finding("steps", 0, "actor", rule="L001", message="没有人")) == (
        f"{path}:5:12 L001 没有人"
    )
    key = loaded.mark("steps", 0, "actor", key=True)
    assert (key.line, key.column) == (5, 5)
    missing = loaded.mark("steps", 0, "escalate")
    assert (missing.line, missing.column) == (4, 5)


def test_a_folder_tells_the_defects_of_all_files_and_repeated_ids(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "a.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "deep" / "b.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "c.yaml").write_text("id: [", encoding="utf-8")
    (tmp_path / "d.yaml").write_text(GOOD.replace("id: s1", "id: s2\nx: 1"), encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_folder(tmp_path, Loop)
    found = [(Path(f.file).name, f.rule) for f in caught.value.findings]
    assert found == [("c.yaml", "D005"), ("d.yaml", "D030"), ("b.yaml", "D017")]
    with pytest.raises(DefinitionError, match="D001"):
        load_folder(tmp_path / "none", Loop)
    assert [x.path.name for x in load_folder(tmp_path / "deep", Loop)] == ["b.yaml"]
