"""`lianshu cases …` and `lianshu calendar load` on a database with cases."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from lianshu.casework.models import Case, EventKind, Task
from lianshu.casework.runtime import forget_calendar
from lianshu.casework.services.acting import act
from lianshu.casework.services.forms import Given, Stars
from lianshu.casework.services.opening import open_case
from lianshu.cli import main
from tests.casework.loops import order, order_loop
from tests.casework.test_acting import ASKED, assigned, go
from tests.cast import Cast

YEAR_END = datetime(2026, 12, 29, 6, tzinfo=UTC)
"""Tuesday, 29 December, 14:00 in Ningbo."""

NOTICE = """\
year: 2027
source: 虚构的放假安排
holidays:
  - {name: 元旦, first: 2027-01-01, last: 2027-01-05}
  - {name: 春节, first: 2027-02-05, last: 2027-02-11}
  - {name: 清明节, first: 2027-04-05}
  - {name: 劳动节, first: 2027-05-01, last: 2027-05-05}
  - {name: 端午节, first: 2027-06-09}
  - {name: 中秋节, first: 2027-09-15}
  - {name: 国庆节, first: 2027-10-01, last: 2027-10-07}
workdays: [2027-01-09]
"""


def behind_its_back(sql: str, *values: str | int) -> None:
    """What somebody does who can write to the database itself."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.fixture
def closed(cast: Cast) -> Case:
    """A case that went round and was rated."""
    case = order(cast)
    go(cast, case, "alice", "send", ASKED)
    go(cast, case, "officer", "assign", assigned(cast))
    go(cast, case, "carol", "accept")
    go(cast, case, "carol", "report", Given({"result": "借到了"}))
    go(cast, case, "alice", "accept", Given(stars=Stars(5)))
    case.refresh_from_db()
    return case


def test_whole_then_changed(closed: Case, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cases", "verify"]) == 0
    assert "办件 1 件，记录 6 条：全部对得上" in capsys.readouterr().out
    changed = json.dumps({"values": {"result": "没借到"}})
    event = closed.events.get(seq=5)
    behind_its_back(
        "UPDATE casework_caseeventpayload SET data = %s WHERE event_id = %s", changed, event.pk
    )
    assert main(["cases", "verify", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [(each["case"], each["seq"]) for each in told["breaks"]] == [(closed.public_id, 5)]
    behind_its_back("UPDATE casework_caseevent SET step = 'x' WHERE seq = 6")
    assert main(["cases", "verify"]) == 1
    assert "有 1 处对不上" in capsys.readouterr().out, "the first bad row of a case"


def test_what_is_gone_is_found_by_the_anchor(
    closed: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cases", "anchor"]) == 0
    assert main(["cases", "anchor"]) == 2, "once a day"
    out = tmp_path / "anchors.json"
    assert main(["cases", "export-anchors", str(out)]) == 0
    (kept,) = json.loads(out.read_text("utf-8"))
    assert kept["hash"] and main(["cases", "export-anchors", "/no/where/x.json"]) == 2
    last = closed.events.get(seq=6)
    before = closed.events.get(seq=5)
    behind_its_back("DELETE FROM casework_caseeventpayload WHERE event_id = %s", last.pk)
    behind_its_back("DELETE FROM casework_rating WHERE event_id = %s", last.pk)
    behind_its_back("DELETE FROM casework_caseevent WHERE id = %s", last.pk)
    Case.objects.filter(pk=closed.pk).update(head_seq=5, head_hash=before.hash)
    capsys.readouterr()
    assert main(["cases", "verify"]) == 1
    assert closed.public_id in capsys.readouterr().out


def test_rebuilt_from_its_record(closed: Case, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cases", "rebuild", "--check"]) == 0
    Case.objects.filter(pk=closed.pk).update(end="unrated", end_kind="unrated")
    assert main(["cases", "rebuild", "--check"]) == 1
    assert closed.public_id in capsys.readouterr().out
    assert main(["cases", "rebuild"]) == 1
    assert main(["cases", "rebuild"]) == 0
    closed.refresh_from_db()
    assert (closed.step, closed.end_kind) == ("", "done")


def test_texts_are_erased_by_a_rule(closed: Case, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cases", "erase", "--rule", "R3", "--before", "someday"]) == 2
    assert main(["cases", "erase", "--rule", " ", "--before", "2026-11-03"]) == 2
    assert main(["cases", "erase", "--rule", "R3 满三年", "--before", "2026-11-01"]) == 0
    assert "已删除 0 条" in capsys.readouterr().out
    assert main(["cases", "erase", "--rule", "R3 满三年", "--before", "2026-11-03"]) == 0
    assert main(["cases", "verify"]) == 0
    said = capsys.readouterr().out
    assert "条正文已按规则“R3 满三年”删除" in said and "全部对得上" in said
    assert main(["cases", "rebuild", "--check"]) == 0


def test_migrating_says_what_stands_against_it(
    cast: Cast, closed: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cases", "migrate", "order", "--to", "9"]) == 2
    assert main(["cases", "migrate", "order", "--to", "1", "--step", "dispatch"]) == 2
    assert main(["cases", "migrate", "order", "--to", "1", "--case", closed.public_id]) == 2
    case = order(cast)
    assert main(["cases", "migrate", "order", "--to", "1", "--step", "submit=submit"]) == 1
    assert f"{case.public_id}  {case.subject}  不能换" in capsys.readouterr().out


def test_official_dates_move_provisional_promises(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alice = cast.actor("alice", now=YEAR_END)
    case = open_case(
        actor=alice,
        version=order_loop(),
        asker=cast.organisations["magnets"],
        subject="年底前的事",
        now=YEAR_END,
    )
    act(actor=alice, case=case, action="send", given=ASKED, now=YEAR_END)
    officer = cast.actor("officer", now=YEAR_END)
    act(actor=officer, case=case, action="assign", given=assigned(cast), now=YEAR_END)
    carol = cast.actor("carol", now=YEAR_END)
    act(actor=carol, case=case, action="accept", given=Given(), now=YEAR_END)
    task = Task.objects.open().get(case=case)
    assert task.provisional and task.due_at is not None
    # 30 and 31 December, then 4, 5 and 6 January: 1 January is a holiday by law, 2 and 3 a weekend.
    assert task.due_at == datetime(2027, 1, 6, 9, 30, tzinfo=UTC)
    notice = tmp_path / "2027.yaml"
    notice.write_text(NOTICE, "utf-8")
    assert main(["calendar", "load", str(notice)]) == 0
    assert "重算在办办件 1 件，1 件期限有变" in capsys.readouterr().out
    moved = Task.objects.open().get(case=case)
    assert not moved.provisional and moved.due_at == datetime(2027, 1, 8, 9, 30, tzinfo=UTC)
    event = case.events.order_by("seq").last()
    assert event is not None and event.kind == EventKind.RECOMPUTED
    assert "2027 年放假安排" in event.payload.data["note"]
    assert main(["calendar", "load", str(notice)]) == 0, "the same again changes nothing"
    assert "0 件期限有变" in capsys.readouterr().out
    notice.write_text("year: 2027\nholidays: [2027-01-01]\n", "utf-8")
    assert main(["calendar", "load", str(notice)]) == 2
    assert "没有载入" in capsys.readouterr().err
    assert main(["cases", "verify"]) == 0 and main(["cases", "rebuild", "--check"]) == 0
    forget_calendar()
