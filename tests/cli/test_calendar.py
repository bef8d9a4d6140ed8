"""`lianshu calendar`: a year, a file, a due time; what is wrong with each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lianshu.cli import main

PACKS = Path(__file__).resolve().parents[2] / "packs"


def test_a_year_is_shown_with_its_standing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calendar", "show", "2025"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("2025 年  已发布")
    assert lines[0].endswith("工作日 248 天")
    assert "放假  2025-10-01 星期三 至 2025-10-08 星期三（8 天）" in lines
    assert "上班  2025-10-11 星期六" in lines
    assert "2月19" in lines[-1]
    assert main(["calendar", "show", "2050"]) == 0
    assert "尚未发布" in capsys.readouterr().out
    assert main(["calendar", "show", "1999"]) == 2
    assert "2004 年到 2050 年" in capsys.readouterr().err


def test_a_file_is_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calendar", "check"]) == 0
    assert "09:00—12:00、13:30—17:30" in capsys.readouterr().out
    notice = tmp_path / "2024.csv"
    notice.write_text("年份,日期,安排\n2024,2024-10-01,放假\n2024,2024-10-12,上班\n", "utf-8")
    assert main(["calendar", "check", str(notice)]) == 0
    assert capsys.readouterr().out == "2024 年：放假 1 天，调休上班 1 天\n"
    notice.write_text("年份,日期,安排\n2024,2025-10-01,放假\n2024,2024-10-11,上班\n", "utf-8")
    assert main(["calendar", "check", str(notice)]) == 1
    said = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in said] == [f"{notice}:2", f"{notice}:3"]
    assert main(["calendar", "check", str(notice), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert [one["rule"] for one in answer["findings"]] == ["W001", "W003"]
    for content in (b"\xff\xfe\x00", b"\x89PNG\r\n", b"", b"PK\x03\x04"):
        notice.write_bytes(content)
        assert main(["calendar", "check", str(notice)]) == 1
        assert str(notice) in capsys.readouterr().out


def test_a_due_time_is_computed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calendar", "due", "2026-02-12 15:00", "3 workdays"]) == 0
    assert capsys.readouterr().out == "2026-02-24 17:30:00\n"
    # A moment with its own zone is taken as such, and a year to come is marked.
    assert main(["calendar", "due", "2049-01-04T01:00:00+00:00", "1 workhour"]) == 0
    assert capsys.readouterr().out.startswith("2049-01-04 10:00:00（暂定")
    city = tmp_path / "calendar.yaml"
    city.write_text('id: calendar\ntitle: 历\nhours: []\ntime_zone: "x"\n', encoding="utf-8")
    for words, part in (
        (["昨天", "1 workday"], "读不懂"),
        (["2026-02-12", "1天"], "时限应写作"),
        (["2050-12-30", "9 workdays"], "只算 2004 年到 2050 年"),
        (["2026-02-12", "1 day", "--file", str(city)], "lianshu calendar check"),
    ):
        assert main(["calendar", "due", *words]) == 2
        assert part in capsys.readouterr().err
