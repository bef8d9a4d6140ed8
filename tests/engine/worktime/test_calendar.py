"""The years: the law's days, what the library knows, and files of official dates."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from lianshu.engine.definitions import DefinitionError, Finding
from lianshu.engine.worktime import (
    Calendar,
    OfficeHours,
    OfficialYear,
    load_calendar,
    published_years,
    read_year,
    statutory,
    statutory_days,
)

PACK = Path(__file__).resolve().parents[3] / "packs" / "national" / "calendar.yaml"

GOOD = """year: 2027
source: 通知
holidays:
  - {name: 元旦, first: 2026-12-31, last: 2027-01-02}
  - {name: 春节, first: 2027-02-05, last: 2027-02-11}
  - {name: 清明节, first: 2027-04-05}
  - {name: 劳动节, first: 2027-05-01, last: 2027-05-05}
  - {name: 端午节, first: 2027-06-09}
  - {name: 中秋节, first: 2027-09-15}
  - {name: 国庆节, first: 2027-10-01, last: 2027-10-07}
workdays: [2027-02-13, 2027-05-08, 2027-10-09]
"""


def findings_of(path: Path, text: str) -> list[Finding]:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        read_year(path) if path.name != "calendar.yaml" else load_calendar(path)
    return list(caught.value.findings)


def test_days_of_the_law() -> None:
    """Against the published dates of years whose law it is, and against an almanac."""
    for year in (2025, 2026):
        official = published_years()[year]
        assert set(statutory_days(year)) <= official.holidays
    assert [str(day)[5:] for day in statutory_days(2027)] == [
        "01-01", "02-05", "02-06", "02-07", "02-08", "04-05", "05-01", "05-02",
        "06-09", "09-15", "10-01", "10-02", "10-03",
    ]  # fmt: skip
    assert [str(day)[5:] for day, name in statutory_days(2028).items() if name != "春节"] == [
        "01-01", "04-04", "05-01", "05-02", "05-28", "10-01", "10-02", "10-03",
    ]  # fmt: skip
    assert statutory_days(2028)[date(2028, 10, 3)] == "国庆节"


def test_published_years_agree_with_the_library_day_by_day() -> None:
    calendar = Calendar()
    day, last = date(2018, 1, 1), date(2026, 12, 31)
    while day <= last:
        assert calendar.is_workday(day) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)
    assert not calendar.is_provisional(2026)
    assert calendar.is_provisional(2050)


def test_the_calendar_of_the_pack_and_of_a_city_on_its_base(tmp_path: Path) -> None:
    national = load_calendar(PACK)
    assert national.hours == (OfficeHours(540, 720), OfficeHours(810, 1050))
    assert (str(national.zone), national.day_minutes) == ("Asia/Shanghai", 420)
    city = tmp_path / "calendar.yaml"
    own = f"years:\n  - id: y2027\n    {GOOD.strip().replace(chr(10), chr(10) + '    ')}\n"
    head = f"extends: {PACK}\nhours:\n  - {{id: afternoon, opens: '14:00', closes: '18:00'}}\n"
    city.write_text(head + own, encoding="utf-8")
    found = load_calendar(city, bases=[PACK.parent])
    assert found.hours == (OfficeHours(540, 720), OfficeHours(840, 1080))
    assert not found.is_workday(date(2026, 12, 31))
    assert found.is_workday(date(2027, 2, 13)) and not found.is_workday(date(2027, 2, 11))
    # What the installation loaded prevails over the pack.
    again = load_calendar(city, bases=[PACK.parent], years={2027: statutory(2027)})
    assert again.is_workday(date(2026, 12, 31)) and again.is_workday(date(2027, 2, 11))


def test_a_file_of_official_dates_as_yaml_or_as_a_table(tmp_path: Path) -> None:
    written = tmp_path / "2027.yaml"
    written.write_text(GOOD, encoding="utf-8")
    found = read_year(written)
    assert isinstance(found, OfficialYear)
    assert (found.year, found.source) == (2027, "通知")
    assert date(2027, 2, 10) in found.holidays
    assert sorted(found.workdays) == [date(2027, 2, 13), date(2027, 5, 8), date(2027, 10, 9)]
    rows = [f"2027,{day},放假,节日" for day in sorted(found.holidays)]
    rows += [f"2027,{day.year}年{day.month}月{day.day}日,上班," for day in found.workdays]
    table = tmp_path / "2027.csv"
    table.write_text("\n".join(["年份,日期,安排,节日", *rows]), encoding="gb18030")
    assert read_year(table) == found


@pytest.mark.parametrize(
    ("old", "new", "line", "rule", "part"),
    [
        ("first: 2027-04-05", "first: 2028-04-04", 6, "W001", "不是 2027 年"),
        ("first: 2026-12-31", "first: 2026-12-24", 4, "W001", "2026-12-24"),
        ("[2027-02-13,", "[2027-02-13, 2027-02-13,", 11, "W002", "写了两次"),
        ("[2027-02-13,", "[2027-05-01,", 11, "W002", "一处写放假"),
        ("2027-05-08", "2027-05-10", 11, "W003", "星期一"),
        ("first: 2027-05-01", "first: 2027-05-06", 7, "W004", "早于"),
        ("last: 2027-05-05", "last: 2027-05-25", 7, "W004", "15"),
        ("first: 2027-09-15", "first: 2027-09-16", 3, "W005", "09-15（中秋节）"),
        ("first: 2027-09-15", "first: 2027-09-31", 9, "D035", "2027-09-31"),
        ("source: 通知\n", "", 1, "D031", "source"),
        ("year: 2027", "year: 2127", 1, "D034", "2050"),
        ("workdays:", "work_days:", 11, "D030", "workdays"),
    ],
)
def test_defects_are_told_at_their_line(
    tmp_path: Path, old: str, new: str, line: int, rule: str, part: str
) -> None:
    assert old in GOOD
    found = findings_of(tmp_path / "2027.yaml", GOOD.replace(old, new))
    assert [(one.line, one.rule) for one in found] == [(line, rule)], found
    assert part in found[0].message


def test_defects_of_a_table_and_of_a_pack(tmp_path: Path) -> None:
    head = "年份,日期,安排\n"
    bad = "2027,2027-02-30,放假\n2027,2027-01-01,休息\n,2027-01-01,放假\n"
    found = findings_of(tmp_path / "a.csv", head + bad)
    assert [(one.line, one.rule) for one in found] == [(2, "S028"), (3, "S029"), (4, "S022")]
    found = findings_of(tmp_path / "a.csv", head + "2027,2027-01-01,放假\n2028,2028-01-01,放假\n")
    assert [(one.line, one.rule) for one in found] == [(3, "W006")]
    found = findings_of(tmp_path / "a.csv", head + "0,2027-01-01,放假\n")
    assert [(one.line, one.rule) for one in found] == [(2, "W001")]
    found = findings_of(tmp_path / "a.csv", head + "2027,2027-01-04,上班\n")
    assert [(one.line, one.rule) for one in found] == [(2, "W003")]
    assert [one.rule for one in findings_of(tmp_path / "a.csv", "日期\n2027-01-01\n")] == [
        "S015",
        "S015",
    ]
    long = findings_of(tmp_path / "a.csv", head + "2027,2027-01-01,放假\n" * 1000)
    assert [(one.line, one.rule) for one in long] == [(368, "W007")]
    assert findings_of(tmp_path / "a.csv", "")[0].rule == "S002"
    pack = PACK.read_text(encoding="utf-8")
    city = tmp_path / "calendar.yaml"
    for old, new, rule in (
        ("Asia/Shanghai", "Asia/Ningbo", "D036"),
        ('closes: "12:00"', 'closes: "14:00"', "D036"),
        ('closes: "12:00"', 'closes: "08:00"', "D036"),
        ('"09:00"', '"9:00"', "D035"),
    ):
        assert old in pack
        assert [one.rule for one in findings_of(city, pack.replace(old, new, 1))] == [rule]
    twice = "years:\n" + "".join(
        f"  - id: {name}\n    {GOOD.strip().replace(chr(10), chr(10) + '    ')}\n" for name in "ab"
    )
    assert [one.rule for one in findings_of(city, pack + twice)] == ["W006"]


def test_hours_of_a_calendar_made_in_code_are_checked() -> None:
    for hours in ([], [OfficeHours(600, 540)], [OfficeHours(540, 720), OfficeHours(700, 800)]):
        with pytest.raises(ValueError, match="office hours"):
            Calendar({}, hours=hours)
    whole_day = Calendar({}, hours=[OfficeHours(0, 1440)])
    assert str(whole_day.end_at(1440)).startswith("2004-01-03 00:00")
