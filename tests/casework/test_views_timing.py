"""The small pages of a case: who gets in, what is missing, and what becomes of it."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from lianshu.casework.models import Case, Task
from lianshu.casework.services.acting import act
from lianshu.casework.services.forms import Given
from lianshu.casework.services.opening import open_case
from tests.casework.loops import order, order_loop
from tests.casework.test_acting import ASKED, assigned
from tests.cast import Cast

PAGES = ("suspend", "resume", "extend", "comment", "reopen", "hand-over/1")


def handled(cast: Cast) -> Case:
    """A case that the university works on now, by the real clock of the pages."""
    now = timezone.now() - timedelta(minutes=1)
    case = open_case(
        actor=cast.actor("alice"),
        version=order_loop(),
        asker=cast.organisations["magnets"],
        subject="借磁测设备",
        now=now,
    )
    for who, action, given in (
        ("alice", "send", ASKED),
        ("officer", "assign", assigned(cast)),
        ("carol", "accept", Given()),
    ):
        act(actor=cast.actor(who), case=case, action=action, given=given, now=now)
    return case


def test_the_clock_is_stopped_set_going_and_given_more(client: Client, cast: Cast) -> None:
    case = handled(cast)
    at = f"/cases/{case.public_id}"
    client.force_login(cast.users["carol"])
    shown = client.get(f"{at}/")
    assert [each.label for each in shown.context["reading"].further] == [
        "留言",
        "征求意见",
        "中止计时",
        "交给同事办理",
    ]
    assert client.post(f"{at}/suspend/", {"reason": ""}).status_code == 422
    assert client.post(f"{at}/suspend/", {"reason": "等样品"}).status_code == 302
    assert Task.objects.open().get().due_at is None
    assert "计时中止" in client.get(f"{at}/").content.decode()
    assert client.get(f"{at}/suspend/").status_code == 403
    assert client.post(f"{at}/resume/").status_code == 302
    assert client.get(f"{at}/extend/").status_code == 403
    client.force_login(cast.users["officer"])
    due = Task.objects.open().get().due_at
    more = {"amount": "2", "unit": "workdays", "reason": "设备坏了"}
    assert client.post(f"{at}/extend/", {**more, "amount": "0"}).status_code == 422
    assert client.post(f"{at}/extend/", more).status_code == 302
    later = Task.objects.open().get().due_at
    assert due is not None and later is not None and later > due


def test_people_talk_and_hand_over(client: Client, cast: Cast) -> None:
    case = handled(cast)
    at = f"/cases/{case.public_id}"
    client.force_login(cast.users["carol"])
    hand = f"{at}/hand-over/{Task.objects.open().get().pk}/"
    assert client.post(hand, {"user": cast.users["bob"].pk}).status_code == 422
    assert client.post(hand, {"user": cast.users["carol"].pk}).status_code == 302
    assert Task.objects.open().get().user_id == cast.users["carol"].pk
    assert client.post(f"{at}/comment/", {"text": " "}).status_code == 422
    assert client.post(f"{at}/comment/", {"text": "明天取样"}).status_code == 302
    client.force_login(cast.users["alice"])
    assert "明天取样" in client.get(f"{at}/").content.decode()
    assert client.get(f"{at}/reopen/").status_code == 403


def test_strangers_others_and_wrong_methods(client: Client, cast: Cast) -> None:
    at = f"/cases/{order(cast).public_id}"
    assert {client.get(f"{at}/{page}/").status_code for page in PAGES} == {302}
    client.force_login(cast.users["bob"])
    assert {client.get(f"{at}/{page}/").status_code for page in PAGES} == {404}
    client.force_login(cast.users["alice"])
    assert {client.put(f"{at}/{page}/").status_code for page in PAGES} == {405}
    assert "不能中止计时" in client.get(f"{at}/suspend/").content.decode()
