"""The code lists that ship, and what a person is told of one that is wrong."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from lianshu.engine.codes import (
    CodeList,
    Entry,
    UnknownCodeError,
    check_code_lists,
    load_code_lists,
)
from lianshu.engine.definitions import DefinitionError

PACK = Path(__file__).resolve().parents[3] / "packs" / "national" / "codes"

MANIFEST = """
lists:
  - id: trades
    title: 行业
    file: trades.csv
    standard: S
    version: "1"
    source: here
    levels:
      - {id: section, title: 门类, form: "[A-Z]", count: 1}
      - {id: trade, title: 小类, form: "[0-9]{2}", count: 2}
"""
TRADES = "code,name,level,parent\nA,农业,section,\n01,种植,trade,A\n02,养殖,trade,A\n"


def folder_of(place: Path, trades: str | bytes = TRADES, manifest: str = MANIFEST) -> Path:
    (place / "codes.yaml").write_text(manifest, encoding="utf-8")
    data = trades.encode() if isinstance(trades, str) else trades
    (place / "trades.csv").write_bytes(data)
    return place


def codes_of(entries: tuple[Entry, ...]) -> list[str]:
    return [entry.code for entry in entries]


@pytest.fixture(scope="module")
def industries() -> CodeList:
    return load_code_lists(PACK)["industries"]


def test_the_lists_that_ship_are_whole() -> None:
    assert check_code_lists(PACK) == []
    counts = {
        (name, level.id): len(found.at_level(level.id))
        for name, found in load_code_lists(PACK).items()
        for level in found.spec.levels
    }
    assert counts == {
        ("industries", "section"): 20,
        ("industries", "division"): 97,
        ("industries", "group"): 473,
        ("industries", "class"): 1381,
        ("regions", "province"): 34,
        ("regions", "city"): 342,
        ("regions", "county"): 2978,
        ("streets_ningbo", "street"): 162,
        ("ipc", "section"): 8,
        ("ipc", "class"): 132,
        ("ipc", "subclass"): 651,
        ("emerging_industries", "field"): 9,
        ("emerging_industries", "branch"): 40,
    }


def test_no_name_is_cut_off_or_carries_notes() -> None:
    for name, found in load_code_lists(PACK).items():
        for entry in found:
            assert entry.name.count("（") == entry.name.count("）"), (name, entry)
            assert not any(one.isspace() for one in entry.name), (name, entry)
            assert not entry.name.endswith(("专用", "设", "制品制", "设备制", "仪器制")), entry


def test_a_code_is_known_with_what_is_above_and_below(industries: CodeList) -> None:
    assert industries.name("3562") == "半导体器件专用设备制造"
    assert industries.parent("3562") == industries.entry("356")
    assert codes_of(industries.ancestors("3562")) == ["356", "35", "C"]
    assert industries.ancestors("C") == ()
    assert codes_of(industries.children("356")) == ["3561", "3562", "3563", "3569"]
    assert industries.children("3562") == ()
    assert len(industries.children()) == 20
    assert "3562" in industries
    assert "9999" not in industries
    assert industries.get("9999") is None
    assert len(industries) == 20 + 97 + 473 + 1381


def test_streets_hang_below_the_regions() -> None:
    streets = load_code_lists(PACK)["streets_ningbo"]
    assert [e.name for e in streets.ancestors("330203001")] == ["海曙区", "宁波市", "浙江省"]
    assert len(streets.children("330212")) == 25
    counties = {entry.code for entry in load_code_lists(PACK)["regions"].children("3302")}
    assert {entry.parent for entry in streets} == counties


def test_an_unknown_code_is_answered_with_the_nearest(industries: CodeList) -> None:
    with pytest.raises(UnknownCodeError, match=r"没有代码“3564”。最近的是 356（.*3561、3562"):
        industries.entry("3564")
    with pytest.raises(UnknownCodeError, match="其下没有更细的代码"):
        industries.name("35690")
    with pytest.raises(UnknownCodeError, match="代码的写法"):
        industries.children("X1")
    with pytest.raises(ValueError, match="no level"):
        industries.at_level("county")


def test_a_folder_is_read_once_until_it_changes(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    first = load_code_lists(folder)
    assert load_code_lists(folder) is first
    (folder / "trades.csv").write_text(TRADES.replace("种植", "种植业"), encoding="utf-8")
    os.utime(folder / "trades.csv", ns=(1, 1))
    assert load_code_lists(folder)["trades"].name("01") == "种植业"


@pytest.mark.parametrize(
    ("old", "new", "rule", "line", "words"),
    [
        ("02,养殖,trade,A\n", "01,养殖,trade,A\n", "C006", 4, "已在第 3 行用过"),
        ("02,养殖,trade,A\n", "", "C010", None, "小类有 1 个，应有 2 个"),
        ("02,养殖,trade,A", "02,养殖,trade,B", "C009", 4, "上级“B”不是本表的门类"),
        ("02,养殖,trade,A", "02,养殖,trade,", "C009", 4, "上级“”"),
        ("02,养殖,trade,A", "02,养殖,trade,01", "C009", 4, "上级“01”"),
        ("农业,section,", "农业,section,01", "C009", 2, "不能有上级"),
        ("02,养殖,trade", "2,养殖,trade", "C008", 4, "不合小类的写法"),
        ("养殖,trade", "养殖,level", "C007", 4, "可用的是 section、trade"),
        ("02,养殖", "02,", "C005", 4, "空"),
        ("02,养殖", "02, 养殖", "C005", 4, "空格"),
        ("02,养殖,trade,A", "02,养殖,trade", "C004", 4, "3 个值"),
        ("02,养殖", '02,"养"殖', "C004", 4, "引号"),
        ("code,name", "code,title", "C003", 1, "code,name,level,parent"),
    ],
)
def test_a_defect_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, rule: str, line: int | None, words: str
) -> None:
    assert old in TRADES
    findings = check_code_lists(folder_of(tmp_path, TRADES.replace(old, new)))
    found = [(one.rule, one.line) for one in findings if words in one.message]
    assert (rule, line) in found, findings
    with pytest.raises(DefinitionError):
        load_code_lists(tmp_path)


def test_an_unreadable_file_is_told_once(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, TRADES.encode("gb18030"))
    assert [one.rule for one in check_code_lists(folder)] == ["C002"]
    (folder / "trades.csv").unlink()
    assert [one.rule for one in check_code_lists(folder)] == ["C001"]
    (folder / "codes.yaml").unlink()
    assert [one.rule for one in check_code_lists(folder)] == ["D001"]


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("source: here\n", "source: here\n    within: places\n", "C011"),
        ('"[A-Z]"', '"[A-Z"', "D03"),
        ("trades.csv", "../trades.csv", "D03"),
        ("count: 2", "count: 0", "D03"),
    ],
)
def test_a_wrong_manifest_is_refused(tmp_path: Path, old: str, new: str, rule: str) -> None:
    assert old in MANIFEST
    findings = check_code_lists(folder_of(tmp_path, manifest=MANIFEST.replace(old, new)))
    assert [one.rule.startswith(rule) for one in findings] == [True], findings
    assert findings[0].line


def test_a_parent_outside_the_list_above_is_told(tmp_path: Path) -> None:
    shutil.copytree(PACK, tmp_path / "codes")
    path = tmp_path / "codes" / "streets_ningbo.csv"
    text = path.read_text(encoding="utf-8").replace(",street,330203\n", ",street,330299\n", 1)
    path.write_text(text, encoding="utf-8")
    (finding,) = check_code_lists(tmp_path / "codes")
    assert (finding.rule, finding.line) == ("C009", 2)
    assert "“330299”不在县以上行政区划里" in finding.message
