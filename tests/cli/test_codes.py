"""`lianshu codes`: what is well, what is wrong, what cannot be checked."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from lianshu.cli import main

PACKS = Path(__file__).resolve().parents[2] / "packs"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the lists that a test may spoil."""
    shutil.copytree(PACKS / "national" / "codes", tmp_path / "codes")
    return tmp_path / "codes"


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_lists_of_the_source_are_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["codes", "check"]) == 0
    said = capsys.readouterr().out
    assert "门类 20，大类 97，中类 473，小类 1381" in said
    assert len(said.splitlines()) == 5
    assert main(["codes", "check", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"ok": True, "findings": []}


def test_a_defect_is_1_and_named_with_its_place(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(folder / "industries.csv", "3562,", "3561,")
    spoil(folder / "size_classes.yaml", 'codes: ["51"]', 'codes: ["52"]')
    assert main(["codes", "check", "--folder", str(folder), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is False
    found = {one["rule"]: one for one in answer["findings"]}
    assert {"C006", "C010"} < found.keys()
    assert set(found["C006"]) == {"file", "line", "column", "rule", "severity", "message"}
    assert any("出现两次" in one["message"] for one in answer["findings"])
    assert main(["codes", "check", "--folder", str(folder)]) == 1
    line = found["C006"]["line"]
    assert f"industries.csv:{line} C006" in capsys.readouterr().out


def test_packs_are_found_by_the_environment(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder.parent / "national").mkdir()
    folder.rename(folder.parent / "national" / "codes")
    monkeypatch.setenv("LIANSHU_PACKS", str(folder.parent))
    assert main(["codes", "check"]) == 0
    monkeypatch.setenv("LIANSHU_PACKS", str(folder.parent / "none"))
    assert main(["codes", "check"]) == 2
    said = capsys.readouterr().err
    assert "codes.yaml" in said
    assert "LIANSHU_PACKS" in said


def test_a_code_is_shown_between_what_is_above_and_below(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["codes", "show", "industries", "356"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "C 制造业",
        "  35 专用设备制造业",
        "    356 电子和电工机械专用设备制造",
        "      3561 电工机械专用设备制造",
        "      3562 半导体器件专用设备制造",
        "      3563 电子元器件与机电组件设备制造",
        "      3569 其他电子专用设备制造",
    ]
    assert main(["codes", "show", "streets_ningbo", "330203001"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "33 浙江省"


def test_what_is_not_there_is_2(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["codes", "show", "trades", "1"]) == 2
    assert "有：industries、regions" in capsys.readouterr().err
    assert main(["codes", "show", "industries", "3564"]) == 2
    assert "最近的是 356" in capsys.readouterr().err
    spoil(folder / "ipc.csv", "A01,", "A1,")
    assert main(["codes", "show", "ipc", "A01B", "--folder", str(folder)]) == 2
    assert "lianshu codes check" in capsys.readouterr().err
    assert main(["codes"]) == 2
