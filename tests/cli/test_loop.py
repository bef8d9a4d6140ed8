"""`lianshu loop`: closed, not closed, not to be used; the picture; the differences."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from lianshu.casework.models import LoopVersion
from lianshu.cli import main
from tests.engine.loops.broken import EXAMPLE, changed, line_of
from tests.engine.loops.packs import PACKS


@pytest.fixture
def loop(tmp_path: Path) -> Path:
    """The smallest closed loop as a file."""
    (tmp_path / "ask.yaml").write_text(EXAMPLE, "utf-8")
    return tmp_path / "ask.yaml"


def test_all_packs_are_closed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["loop", "check"]) == 0
    said = capsys.readouterr()
    assert "order  S1 企业点单闭环：5 步，6 个终点" in said.out
    assert "日程 2" in said.err
    assert "全部闭合" in said.err
    assert main(["loop", "check", str(PACKS / "ningbo"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"ok": True, "findings": []}


def test_a_defect_is_1_with_its_place(loop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = changed(("    actor: desk\n", ""), ("to: done", "to: dome"))
    loop.write_text(text, "utf-8")
    assert main(["loop", "check", str(loop)]) == 1
    assert f"ask.yaml:{line_of(text, 'id: answer' + chr(10))}:5 L010" in capsys.readouterr().out
    assert main(["loop", "check", str(loop), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is False
    assert {"L002", "L006", "L010"} <= {each["rule"] for each in answer["findings"]}
    assert set(answer["findings"][0]) == {"file", "line", "column", "rule", "severity", "message"}
    loop.write_text(changed(("bind: coordinator", "bind: coordinator, seats: 1")), "utf-8")
    assert main(["loop", "check", str(loop)]) == 0
    assert "L013" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("data", "rule"),
    [(b"\xff\xfe\x00", "D003"), (b"x" * 5_000_000, "D002"), (b"id: [", "D005"), (b"", "D008")],
)
def test_what_cannot_be_read_is_a_finding(
    data: bytes, rule: str, loop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loop.write_bytes(data)
    assert main(["loop", "check", str(loop)]) == 1
    said = capsys.readouterr()
    assert "ask.yaml" in said.out
    assert rule in said.out
    assert "Traceback" not in said.err


def test_what_is_not_there_is_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["loop", "check", str(tmp_path / "none.yaml")]) == 2
    assert main(["loop", "check", str(tmp_path)]) == 2
    assert "没有 .yaml 文件" in capsys.readouterr().err
    assert main(["loop"]) == 2
    assert main(["loop", "draw", str(tmp_path / "none.yaml"), "--out", "x.svg"]) == 2
    assert "D001" in capsys.readouterr().err


def test_a_variant_alone_finds_its_base_in_the_packs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    variant = (PACKS / "ningbo/loops/quality.yaml").read_text("utf-8")
    (tmp_path / "quality.yaml").write_text(variant, "utf-8")
    assert main(["loop", "check", str(tmp_path)]) == 0
    assert "S18" in capsys.readouterr().out


def test_a_copy_of_the_packs_stands_for_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for pack in ("national", "ningbo"):
        shutil.copytree(PACKS / pack / "loops", tmp_path / "loops" / pack / "loops")
    base = tmp_path / "loops/national/loops/bases/service.yaml"
    base.write_text(base.read_text("utf-8").replace("    actor: solver\n", "", 1), "utf-8")
    assert main(["loop", "check", str(tmp_path / "loops")]) == 1
    said = capsys.readouterr().out
    assert f"{tmp_path}/loops/ningbo/loops/community.yaml" in said
    assert "L010 步骤“办理”没有办理角色" in said
    assert str(PACKS) not in said


def test_draw(loop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = loop.with_suffix(".svg")
    assert main(["loop", "draw", str(loop), "--out", str(out)]) == 0
    assert "有问必答" in out.read_text("utf-8")
    assert main(["loop", "draw", str(loop), "--out", str(out), "--english"]) == 0
    assert "Ask and be answered" in out.read_text("utf-8")
    assert main(["loop", "draw", str(loop), "--out", str(loop)]) == 2
    assert main(["loop", "draw", str(loop), "--out", str(loop.parent / "no" / "x.svg")]) == 2
    assert "写不进去" in capsys.readouterr().err
    loop.write_text(changed(("to: done", "to: dome")), "utf-8")
    assert main(["loop", "draw", str(loop), "--out", str(out)]) == 0
    assert "还有 2 处错误" in capsys.readouterr().err
    assert sorted(path.name for path in loop.parent.iterdir()) == ["ask.svg", "ask.yaml"]


def test_diff(loop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = loop.with_name("other.yaml")
    other.write_text(changed(("1 workday", "2 workdays"), ("name: 认可", "name: 满意")), "utf-8")
    assert main(["loop", "diff", str(loop), str(other)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "办法有变：",
        "  步骤“答复”的时限：1 个工作日 → 2 个工作日",
        "只改了文字：",
        "  steps.rate.actions.accept.name：认可 → 满意",
    ]
    assert main(["loop", "diff", str(loop), str(loop)]) == 0
    assert capsys.readouterr().out == "没有差别。\n"


def test_the_whole_process_is_quick() -> None:
    """All pack loops in under 3 seconds of work, start of the interpreter and all."""
    code = (
        "import resource, sys; from lianshu.cli import main; code = main(['loop', 'check']);"
        "used = resource.getrusage(resource.RUSAGE_SELF);"
        "sys.exit(code or int(used.ru_utime + used.ru_stime >= 3))"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode
        == 0
    )


@pytest.mark.django_db
def test_what_is_closed_can_be_published(loop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["loop", "publish", str(loop)]) == 0
    assert "已发布 1 个流程" in capsys.readouterr().err
    assert main(["loop", "publish", str(loop)]) == 0, "the same again changes nothing"
    assert LoopVersion.objects.count() == 1
    loop.write_text(changed(("limit: ", "limit: 9 workdays #")), "utf-8")
    assert main(["loop", "publish", str(loop)]) == 2
    assert "请把 version 加一" in capsys.readouterr().err
    loop.write_text(changed(("    actor: desk\n", "")), "utf-8")
    assert main(["loop", "publish", str(loop)]) == 2
    assert "一个也没有发布" in capsys.readouterr().err
    assert main(["loop", "publish", str(loop.parent / "none.yaml")]) == 2


@pytest.mark.django_db
def test_schedules_are_published_with_the_loops_they_open(
    capsys: pytest.CaptureFixture[str],
) -> None:
    national, ningbo = settings.PACKS / "national", settings.PACKS / "ningbo"
    schedules = str(ningbo / "schedules")
    assert main(["loop", "publish", schedules]) == 2
    assert "没有流程“routine”" in capsys.readouterr().err
    loops = (national / "loops" / "routine.yaml", ningbo / "loops" / "supervision.yaml")
    assert main(["loop", "publish", *map(str, loops), schedules]) == 0
    told = capsys.readouterr()
    assert "2 个流程、2 份日程" in told.err and "committee-routine  第 1 版" in told.out
