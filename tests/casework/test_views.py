"""The pages of cases: whose they are, what can be done there, and what is refused."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lianshu.casework.models import Case
from lianshu.casework.services.acting import act
from tests.casework.loops import order, order_loop
from tests.casework.test_acting import ASKED
from tests.cast import NOW, Cast


def test_a_case_is_opened_read_and_acted_on(client: Client, cast: Cast) -> None:
    order_loop()
    client.force_login(cast.users["alice"])
    assert "?loop=order" in client.get("/cases/new/").content.decode()
    assert "企业点单闭环" in client.get("/cases/new/?loop=order").content.decode()
    assert "?loop=order" in client.get("/cases/new/?loop=unknown").content.decode()
    loop = "order"
    bad = client.post("/cases/new/", {"loop": loop, "asker": "没有的厂", "subject": "x"})
    assert bad.status_code == 422 and "没有的厂" in bad.content.decode()
    asked = {"loop": loop, "asker": "甬江磁材有限公司", "subject": "借磁测设备"}
    done = client.post("/cases/new/", asked, follow=True)
    case = Case.objects.get()
    shown = done.content.decode()
    assert "借磁测设备" in shown and "我要点单" not in shown and "企业评单" in shown
    send = f"/cases/{case.public_id}/act/send/"
    assert client.post(send, {"field-subject": "磁测"}).status_code == 422
    fields = {"field-subject": "磁测", "field-detail": "高温退磁", "key": "one"}
    assert client.post(send, fields).status_code == 302
    assert client.post(send, fields).status_code == 302  # sent twice: done once
    other = client.post(send, {**fields, "key": "two"})
    assert other.status_code == 409  # its turn is over
    assert case.events.count() == 2
    case.refresh_from_db()
    assert case.step == "dispatch"


def test_the_office_dispatches_and_the_member_takes_it_up(client: Client, cast: Cast) -> None:
    case = order(cast)
    act(actor=cast.actor("alice"), case=case, action="send", given=ASKED, now=NOW)
    client.force_login(cast.users["officer"])
    assert "磁钢测试设备借用" in client.get("/tasks/").content.decode()
    assign = f"/cases/{case.public_id}/act/assign/"
    wrong = client.post(assign, {"role-solver": "查无此校"})
    assert wrong.status_code == 422 and "查无此校" in wrong.content.decode()
    assert client.post(assign, {"role-solver": "东海大学"}).status_code == 302
    client.force_login(cast.users["carol"])
    assert client.post(f"/cases/{case.public_id}/act/accept/").status_code == 302


@pytest.mark.parametrize("path", ["/cases/{}/", "/cases/{}/act/send/"])
def test_strangers_and_others_are_kept_out(client: Client, cast: Cast, path: str) -> None:
    address = path.format(order(cast).public_id)
    assert client.get(address).status_code == 302
    client.force_login(cast.users["bob"])
    assert client.get(address).status_code == 404
    client.force_login(cast.users["alice"])
    assert client.put(address).status_code == 405


@pytest.mark.parametrize("path", ["/cases/", "/tasks/"])
def test_as_many_queries_for_three_as_for_one(client: Client, cast: Cast, path: str) -> None:
    client.force_login(cast.users["alice"])
    counts = []
    for more in (1, 2):
        for _ in range(more):
            order(cast)
        client.get(path)
        with CaptureQueriesContext(connection) as told:
            client.get(path)
        counts.append(len(told))
    assert counts[0] == counts[1]
