"""`lianshu facts` and `lianshu snapshot` from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lianshu.cli import DEFECTS, DONE, UNUSABLE, main


def test_the_national_dictionary_is_right(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["facts", "check"]) == DONE
    assert "全国事实字典" in capsys.readouterr().out


def test_a_defect_is_told_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "facts.yaml"
    path.write_text("id: t\ntitle: 测试\n", encoding="utf-8")
    assert main(["facts", "check", str(path), "--json"]) == DEFECTS
    found = json.loads(capsys.readouterr().out)
    assert not found["ok"]
    assert {one["rule"] for one in found["findings"]} == {"D031"}


@pytest.mark.parametrize(
    ("moment", "sentence"), [("yesterday", "不是时间"), ("2999-01-01", "将来的快照")]
)
@pytest.mark.django_db
def test_a_time_that_cannot_be_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], moment: str, sentence: str
) -> None:
    asked = ["snapshot", "--as-known-at", moment, "--out", str(tmp_path / "out")]
    assert main(asked) == UNUSABLE
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
