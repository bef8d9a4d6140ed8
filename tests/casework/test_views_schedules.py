"""Pages of what recurs: whose they are, what can be switched there, and what is refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lianshu.casework.models import Case, Recurrence
from lianshu.casework.services.opening_due import open_due_cases
from tests.casework.schedules import published, recurrence
from tests.cast import NOW, SYSTEM, Cast

NEW = "/schedules/new/committee-routine/report/"


@pytest.fixture(autouse=True)
def _fixed_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def body(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_an_office_switches_on_looks_and_switches_off(client: Client, cast: Cast) -> None:
    published()
    client.force_login(cast.users["officer"])
    assert "还没有开启的日程" in body(client, "/schedules/")
    chosen = body(client, "/schedules/new/")
    assert "信息报送" in chosen and "每周 · 周五" in chosen and NEW in chosen
    shown = body(client, NEW)
    assert "慈溪市" in shown and "鄞州区" in shown and 'value="鄞州区链办"' in shown
    given = {"first_on": "2026-11-02", "place-yinzhou": "鄞州区链办", "place-cixi": ""}
    none = client.post(NEW, {**given, "place-yinzhou": ""})
    assert none.status_code == 422 and "至少为一个地方" in none.content.decode()
    wrong = client.post(NEW, {**given, "place-yinzhou": "慈湖电机有限公司"})
    assert wrong.status_code == 422 and "不是它的上级单位" in wrong.content.decode()
    unknown = client.post(NEW, {**given, "place-yinzhou": "查无此办"})
    assert unknown.status_code == 422 and "查无此办" in unknown.content.decode()
    past = client.post(NEW, {**given, "first_on": "2026-10-01"})
    assert past.status_code == 422 and "今天到一年之内" in past.content.decode()
    assert client.post(NEW, given).headers["Location"] == "/schedules/"
    row = Recurrence.objects.get()
    listed = body(client, "/schedules/")
    assert "信息报送" in listed and "鄞州区链办" in listed and "2026-11-06" in listed
    assert "鄞州区</label>" not in body(client, NEW), "it is on there already"
    page = f"/schedules/{row.public_id}/"
    assert "2026-11-06 09:00" in body(client, page) and "还没有开出过" in body(client, page)
    off = client.post(f"{page}off/", follow=True).content.decode()
    assert "已关闭" in off and "重新开启" in off
    again = client.post(f"{page}on/", {"organisation": "查无此办", "first_on": "2026-11-02"})
    assert again.status_code == 422
    on = client.post(f"{page}on/", {"organisation": "新材料产业链链办", "first_on": "2026-11-02"})
    assert on.status_code == 302
    row.refresh_from_db()
    assert (row.active, row.organisation) == (True, cast.organisations["office"])


def test_the_history_leads_to_the_cases(client: Client, cast: Cast) -> None:
    row = recurrence(cast, "report", region="yinzhou")
    open_due_cases(actor=SYSTEM, now=NOW + timedelta(days=12))
    client.force_login(cast.users["officer"])
    shown = body(client, f"/schedules/{row.public_id}/")
    assert f"/cases/{Case.objects.get().public_id}/" in shown
    assert "错过" in shown and "没有运行" in shown
    assert "2026-11-14" in body(client, "/schedules/"), "when it was last opened"


def test_a_day_off_is_said(client: Client, cast: Cast) -> None:
    row = recurrence(cast, first_on=date(2026, 12, 11))
    client.force_login(cast.users["officer"])
    assert "2027-01-10 是休息日，顺延" in body(client, f"/schedules/{row.public_id}/")


@pytest.mark.parametrize("path", ["", "on/", "off/"])
def test_others_are_kept_out(client: Client, cast: Cast, path: str) -> None:
    row = recurrence(cast)
    address = f"/schedules/{row.public_id}/{path}"
    send = client.post if path == "off/" else client.get
    assert send(address).status_code == 302
    client.force_login(cast.users["alice"])
    assert send(address).status_code == 404
    client.force_login(cast.users["officer"])
    assert client.put(address).status_code == 405
    row.refresh_from_db()
    assert row.active


def test_who_it_is_for_may_look_and_not_switch(client: Client, cast: Cast) -> None:
    row = recurrence(cast, "report", region="yinzhou", organisation="university")
    client.force_login(cast.users["carol"])
    page = f"/schedules/{row.public_id}/"
    shown = body(client, page)
    assert "不在您负责的范围内" in shown and "off/" not in shown
    assert client.post(f"{page}off/").status_code == client.get(f"{page}on/").status_code == 403
    assert "信息报送" in body(client, "/schedules/")


def test_pages_to_switch_on_are_the_offices(client: Client, cast: Cast) -> None:
    assert client.get("/schedules/new/").status_code == 302
    published()
    client.force_login(cast.users["alice"])
    assert "没有可以新开启的地方" in body(client, NEW)
    given = {"first_on": "2026-11-02", "place-yinzhou": "鄞州区链办"}
    assert client.post(NEW, given).status_code == 422
    assert client.get("/schedules/new/none/report/").status_code == 404
    assert client.get("/schedules/new/committee-routine/none/").status_code == 404
    assert client.put(NEW).status_code == client.put("/schedules/new/").status_code == 405
    assert not Recurrence.objects.exists()


def test_as_many_queries_for_three_as_for_one(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["officer"])
    counts = []
    for some in (("meeting",), ("consult", "compare")):
        for opening in some:
            recurrence(cast, opening)
        client.get("/schedules/")
        with CaptureQueriesContext(connection) as told:
            client.get("/schedules/")
        counts.append(len(told))
    assert counts[0] == counts[1]


def test_the_menu_shows_it_to_who_coordinates(client: Client, cast: Cast) -> None:
    for name, shown in {"officer": True, "yinzhou": True, "alice": False, "eve": False}.items():
        client.force_login(cast.users[name])
        assert ('href="/schedules/"' in body(client, "/")) == shown, name
