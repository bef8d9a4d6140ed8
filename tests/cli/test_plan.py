"""`lianshu plan`: files in, plan or conflict out, exit codes, messages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import Workbook

from lianshu.cli import main
from lianshu.engine.planning import flow

PAIRS = """left_id,right_id,weight,left_rank,right_rank,rule
周工,精密电机,0.90,1,2,
周工,磁材一厂,0.80,2,1,
李工,精密电机,0.85,1,1,
李工,磁材一厂,0.10,2,2,
王工,磁材一厂,0.30,1,3,forbid
"""
CAPACITY = """side,id,min,max
left,周工,0,1
left,李工,0,1
left,王工,0,1
right,精密电机,1,1
right,磁材一厂,0,2
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small round as files."""
    (tmp_path / "pairs.csv").write_text(PAIRS, "utf-8")
    (tmp_path / "capacity.csv").write_text(CAPACITY, "utf-8")
    return tmp_path


def plan(folder: Path, *more: object) -> int:
    return main(
        ["plan", str(folder / "pairs.csv"), "--capacity", str(folder / "capacity.csv")]
        + [str(each) for each in more]
    )


def test_the_greatest_total_and_its_figures(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = folder / "out.csv"
    assert plan(folder, "--out", out) == 0
    assert out.read_text("utf-8") == (
        "left_id,right_id,weight\n周工,磁材一厂,0.8\n李工,精密电机,0.85\n"
    )
    told = capsys.readouterr()
    assert told.out == ""
    assert "total: 1.65\n" in told.err and "blocking pairs: 0\n" in told.err
    assert "已证明最优" in told.err


def test_both_solvers_give_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert plan(folder, "--out", folder / "flow.csv") == 0
    monkeypatch.setattr(flow, "_min_cost_flow", None)
    assert plan(folder, "--out", folder / "mip.csv") == 0
    assert (folder / "flow.csv").read_bytes() == (folder / "mip.csv").read_bytes()


@pytest.mark.parametrize("more", [(), ("--stable",)])
def test_the_order_of_rows_changes_nothing(folder: Path, more: tuple[str, ...]) -> None:
    header = PAIRS.splitlines()[0]
    rows = [f"{x},{y},0.5,1,1," for x in "dabc" for y in "ZXY"]
    (folder / "pairs.csv").write_text("\n".join([header, *rows]), "utf-8")
    (folder / "capacity.csv").write_text("side,id,min,max\nright,X,1,2\n", "utf-8")
    assert plan(folder, *more, "--out", folder / "one.csv") == 0
    (folder / "pairs.csv").write_text("\n".join([header, *reversed(rows)]), "utf-8")
    assert plan(folder, *more, "--out", folder / "two.csv") == 0
    assert (folder / "one.csv").read_bytes() == (folder / "two.csv").read_bytes()


def test_stable_follows_the_ranks(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "pairs.csv").write_text(PAIRS.replace("0.85", "0.05"), "utf-8")
    assert plan(folder) == 0
    best = capsys.readouterr()
    assert "周工,精密电机,0.9" in best.out and "blocking pairs: 1\n" in best.err
    assert plan(folder, "--stable") == 0
    stable = capsys.readouterr()
    assert "周工,磁材一厂,0.8\n李工,精密电机,0.05" in stable.out
    assert "blocking pairs: 0\n" in stable.err


def test_an_impossible_quota_names_the_rows_and_writes_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "groups.csv").write_text(
        "side,id,group,min,max\nright,精密电机,电机,2,\nright,磁材一厂,磁材,0,9\n", "utf-8"
    )
    out = folder / "out.csv"
    assert plan(folder, "--groups", folder / "groups.csv", "--out", out) == 1
    told = capsys.readouterr()
    assert not out.exists()
    assert "groups.csv 第 2 行：右方分组“电机”合计至少 2 对（min）" in told.err
    assert "capacity.csv 第 5 行：右方“精密电机”最多 1 对（max）" in told.err
    assert told.out == (
        "file,row,limit,side,id,value\n"
        "capacity.csv,5,max,right,精密电机,1\n"
        "groups.csv,2,group min,right,电机,2\n"
    )


def test_a_minimum_that_nobody_can_reach_is_named_alone(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = CAPACITY.replace("left,王工,0,1", "left,王工,2,2")
    (folder / "capacity.csv").write_text(text, "utf-8")
    assert plan(folder) == 1
    told = capsys.readouterr()
    assert "下面这一条单独就做不到" in told.err
    assert told.out.splitlines()[1:] == ["capacity.csv,4,min,left,王工,2"]


def test_a_stable_plan_that_breaks_a_minimum(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = CAPACITY.replace("磁材一厂,0,2", "磁材一厂,2,2").replace("精密电机,1,1", "精密电机,0,1")
    (folder / "capacity.csv").write_text(text, "utf-8")
    assert plan(folder) == 0
    assert plan(folder, "--stable") == 1
    assert "去掉 --stable" in capsys.readouterr().err


def test_whoever_has_no_capacity_takes_one_and_that_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "capacity.csv").write_text("side,id,min,max\nright,没有的厂,0,1\n", "utf-8")
    assert plan(folder) == 0
    told = capsys.readouterr().err
    assert "左方有 3 个编号没有写容量（周工、李工、王工）" in told.replace(
        "李工、王工、周工", "周工、李工、王工"
    )
    assert "没有的厂" in told


def test_excel_is_read_too(folder: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in PAIRS.splitlines():
        sheet.append(line.split(",")[:3])
    for row in range(2, 7):
        sheet.cell(row, 3).value = float(str(sheet.cell(row, 3).value))
    book.save(folder / "pairs.xlsx")
    args = ["plan", str(folder / "pairs.xlsx"), "--capacity", str(folder / "capacity.csv")]
    assert main([*args, "--out", str(folder / "out.csv")]) == 0
    assert "李工,精密电机,0.85" in (folder / "out.csv").read_text("utf-8")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("0.90", "-0.90"), "第 2 行“weight”列的值“-0.90”是负数"),
        (("李工,精密电机", "周工,精密电机"), "第 4 行与第 2 行是同一对"),
        ((PAIRS, ""), "文件是空的"),
        (("weight", "重量"), "缺少必填的“权重”列"),
    ],
)
def test_bad_input_ends_with_2_and_leaves_the_old_result(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    change: tuple[str, str],
    words: str,
) -> None:
    (folder / "pairs.csv").write_text(PAIRS.replace(*change), "utf-8")
    out = folder / "out.csv"
    out.write_text("old", "utf-8")
    assert plan(folder, "--out", out) == 2
    assert words in capsys.readouterr().err and out.read_text("utf-8") == "old"


def test_usage(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", str(folder / "pairs.csv")]) == 2
    assert plan(folder, "--out", folder / "pairs.csv") == 2
    assert plan(folder, "--stable", "--floor", "worst") == 2
    assert plan(folder, "--floor", "served") == 0
    assert main(["plan", str(folder / "none.csv"), "--capacity", str(folder / "capacity.csv")]) == 2
    assert "none.csv" in capsys.readouterr().err


def test_the_floor_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert plan(folder, "--floor", "worst") == 0
    assert "floor: 每一对的权重不低于 0.8" in capsys.readouterr().err


def test_no_django_is_needed(folder: Path) -> None:
    program = (
        "import sys; from lianshu.cli import main;"
        f"code = main(['plan', {str(folder / 'pairs.csv')!r}, '--capacity', "
        f"{str(folder / 'capacity.csv')!r}]); sys.exit(code or 'django' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
