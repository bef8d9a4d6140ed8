"""Cases through the API: opened, acted on, answered again under the same key, and kept from
others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lianshu.casework.models import Case, CaseEvent, Channel
from lianshu.casework.services.acting import act
from lianshu.casework.services.forms import Given, Stars
from tests.api.conftest import Caller, Callers
from tests.casework.loops import order, order_loop
from tests.casework.test_acting import ASKED
from tests.casework.test_consulting import ASKING, asked
from tests.cast import NOW, Cast

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

SEND: dict[str, Any] = {
    "action": "send",
    "values": {"subject": "磁测", "detail": "高温退磁"},
}


def json_of(response: Answer) -> dict[str, Any]:
    answer: dict[str, Any] = response.json()
    return answer


def done(caller: Caller, address: str, body: Any, **headers: str) -> dict[str, Any]:
    response = caller.call("POST", address, body, **headers)
    assert response.status_code == 200, response.content.decode()
    return json_of(response)


def test_a_case_goes_round_through_the_api(callers: Callers, cast: Cast) -> None:
    order_loop()
    alice, officer, carol = callers.by("alice"), callers.by("officer"), callers.by("carol")
    (loop,) = alice.get("/loops")
    assert (loop["id"], loop["first_step"]) == ("order", "我要点单")
    body = {
        "loop": "order",
        "asker": cast.organisations["magnets"].public_id,
        "subject": "借磁测设备",
    }
    opened = alice.call("POST", "/cases", body, **{"Idempotency-Key": "new"})
    again = alice.call("POST", "/cases", body, **{"Idempotency-Key": "new"})
    assert opened.status_code == 201 and opened.content == again.content
    assert Case.objects.count() == 1
    case = f"/cases/{json_of(opened)['id']}"
    assert done(alice, f"{case}/act", SEND)["step"] == "dispatch"
    assert officer.get("/tasks")["items"][0]["step"] == "dispatch"
    university = cast.organisations["university"].public_id
    done(officer, f"{case}/act", {"action": "assign", "appointed": {"solver": [university]}})
    assert carol.get("/tasks")["items"][0]["organisation"]["id"] == university
    assert [each["id"] for each in carol.get(case)["actions"]] == ["accept", "refuse"]
    done(carol, f"{case}/act", {"action": "accept"})
    done(carol, f"{case}/comment", {"text": "周三来取"})
    done(carol, f"{case}/act", {"action": "report", "values": {"result": "已借出"}})
    rated = done(alice, f"{case}/act", {"action": "accept", "stars": {"stars": 5, "speed": 4}})
    assert (rated["step"], rated["end"]) == (None, "done")
    got = alice.get(case)
    assert (got["end_kind"], got["actions"], got["waiting"]) == ("done", [], [])
    assert [each["kind"] for each in got["events"]][:2] == ["acted", "acted"]
    channels = set(CaseEvent.objects.values_list("channel", flat=True))
    assert channels == {Channel.API}


@pytest.mark.parametrize("key", ["k1", "k" * 128])
def test_the_same_key_gives_the_first_answer(callers: Callers, cast: Cast, key: str) -> None:
    case = f"/cases/{order(cast).public_id}"
    alice = callers.by("alice")
    first = alice.call("POST", f"{case}/act", SEND, **{"Idempotency-Key": key})
    again = alice.call("POST", f"{case}/act", SEND, **{"Idempotency-Key": key})
    assert (first.status_code, first.content) == (200, again.content)
    other = alice.call("POST", f"{case}/act", {"action": "withdraw"}, **{"Idempotency-Key": key})
    assert (other.status_code, json_of(other)["field"]) == (409, "Idempotency-Key")
    assert CaseEvent.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"action": "send", "values": {"subject": "磁测"}}, "values.detail"),
        ({"action": "send", "values": {"subject": ["磁测"]}}, None),
        ({**SEND, "values": {**SEND["values"], "papers": "nofile"}}, "values.papers"),
        ({**SEND, "stars": {"stars": 5}}, "stars"),
        ({**SEND, "stars": {"stars": 6}}, "stars.stars"),
        ({**SEND, "reason": "why"}, "reason"),
        ({**SEND, "appointed": {"solver": ["nobody"]}}, "appointed.solver"),
        ({"action": "fly"}, "action"),
        ({"action": "send", "wings": 2}, "wings"),
    ],
)
def test_what_cannot_be_used_is_named(
    callers: Callers, cast: Cast, body: dict[str, Any], field: str | None
) -> None:
    case = f"/cases/{order(cast).public_id}"
    status, code, named = callers.by("alice").refused("POST", f"{case}/act", body)
    assert (status, code) == (422, "invalid")
    assert field is None or named == field


def test_a_file_is_stored_first_and_named_by_its_id(callers: Callers, cast: Cast) -> None:
    alice, case = callers.by("alice"), order(cast)

    def upload(who: Caller, name: str = "指标.txt") -> Answer:
        return who.client.post(
            f"/api/cases/{case.public_id}/files",
            {"file": SimpleUploadedFile(name, "高温退磁".encode())},
            headers={"Authorization": f"Bearer {who.token}", "Idempotency-Key": "f"},
        )

    first, again = upload(alice), upload(alice)
    assert first.status_code == 201 and first.content == again.content
    body = {**SEND, "values": {**SEND["values"], "papers": json_of(first)["id"]}}
    headers = {"Idempotency-Key": "send"}
    address = f"/cases/{case.public_id}/act"
    assert done(alice, address, body, **headers) == done(alice, address, body, **headers)
    written = alice.get(f"/cases/{case.public_id}")["events"][0]["written"]
    assert {"label": "附件", "text": "指标.txt"} in written
    assert upload(callers.by("bob")).status_code == 404
    assert alice.refused("POST", f"/cases/{case.public_id}/files", {})[:2] == (422, "invalid")
    assert upload(callers.by("officer"), "x.exe").status_code == 422


def test_others_neither_see_nor_touch_a_case(callers: Callers, cast: Cast) -> None:
    case = f"/cases/{order(cast).public_id}"
    for who in ("bob", "carol", "eve"):
        stranger = callers.by(who)
        assert stranger.refused("GET", case)[0] == 404
        assert stranger.refused("POST", f"{case}/act", SEND)[0] == 404
        assert stranger.refused("POST", f"{case}/comment", {"text": "好"})[0] == 404
        assert stranger.get("/cases")["total"] == 0 == stranger.get("/tasks")["total"]
    anna = callers.by("anna")
    assert anna.get(case)["actions"] == []
    assert anna.refused("POST", f"{case}/act", SEND)[:2] == (403, "refused")
    assert anna.refused("POST", f"{case}/comment", {"text": "好"})[:2] == (403, "refused")
    body = {
        "loop": "order",
        "asker": cast.organisations["magnets"].public_id,
        "subject": "借磁测设备",
    }
    assert callers.by("bob").refused("POST", "/cases", body)[:2] == (403, "refused")
    unknown = {**body, "loop": "wings"}
    assert callers.by("alice").refused("POST", "/cases", unknown) == (422, "invalid", "loop")


def test_a_single_rating_is_held_back_as_on_the_page(callers: Callers, cast: Cast) -> None:
    case = order(cast)
    steps: tuple[tuple[str, str, Given], ...] = (
        ("alice", "send", ASKED),
        ("officer", "assign", Given(appointed={"solver": [cast.organisations["university"]]})),
        ("carol", "accept", Given()),
        ("carol", "report", Given({"result": "已借出"})),
        ("alice", "accept", Given(stars=Stars(2), note="太慢")),
    )
    for who, action, given in steps:
        act(actor=cast.actor(who), case=case, action=action, given=given, now=NOW)
    address = f"/cases/{case.public_id}"
    assert "太慢" in str(callers.by("alice").get(address))
    told = str(callers.by("carol").get(address))
    assert "太慢" not in told and "★" not in told


def test_who_was_only_asked_learns_as_little_as_on_the_page(callers: Callers, cast: Cast) -> None:
    case = asked(cast, "bank")
    question = case.head_seq
    for who, action, given in (
        ("carol", "report", Given({"result": "已借出"})),
        ("alice", "accept", Given(stars=Stars(4))),
    ):
        act(actor=cast.actor(who), case=case, action=action, given=given, now=ASKING)
    dan, alice = callers.by("dan"), callers.by("alice")
    address = f"/cases/{case.public_id}"
    got = dan.get(address)
    assert (got["step"], got["step_name"], got["seq"]) == (None, "征求意见", question)
    assert {got[name] for name in ("end", "end_kind", "suspended_since", "reopened")} == {None}
    assert (got["waiting"], got["actions"], got["fields"]) == ([], [], [])
    whole = alice.get(address)
    assert (whole["end_kind"], whole["reopened"], whole["seq"]) == ("done", 0, question + 2)
    assert dan.get("/cases")["total"] == 0
    assert dan.refused("POST", f"{address}/comment", {"text": "好"})[:2] == (403, "refused")


def test_cases_and_tasks_are_filtered(callers: Callers, cast: Cast) -> None:
    order(cast)
    urgent = order(cast, urgent=True)
    act(actor=cast.actor("alice"), case=urgent, action="withdraw", given=Given(), now=NOW)
    officer = callers.by("officer")

    def count(query: str) -> int:
        return int(officer.get(f"/cases?{query}")["total"])

    asker = cast.organisations["magnets"].public_id
    assert [count(q) for q in ("", "open=true", "open=false", "end=withdrawn")] == [2, 1, 1, 1]
    assert [count(q) for q in ("urgent=true", "loop=order", "loop=alliance")] == [1, 2, 0]
    assert [count(q) for q in ("region=ningbo", "region=cixi", "chain=magnets")] == [2, 0, 2]
    assert [count(q) for q in (f"asker={asker}", "asker=zzzz", "q=磁钢", "q=没有")] == [2, 0, 2, 0]
    alice = callers.by("alice")
    tasks = [alice.get(f"/tasks?{q}")["total"] for q in ("", "loop=order", "red=true", "q=没有")]
    assert tasks == [1, 1, 0, 0]
    assert alice.get("/tasks?red=false")["items"][0]["colour"] == "green"


@pytest.mark.parametrize("path", ["/cases", "/tasks"])
def test_a_list_takes_the_same_queries_for_one_row_and_for_three(
    callers: Callers, cast: Cast, path: str
) -> None:
    alice = callers.by("alice")
    counts = []
    for more in (1, 2):
        for _ in range(more):
            order(cast)
        alice.get(path)
        with CaptureQueriesContext(connection) as told:
            alice.get(path)
        counts.append(len(told))
    assert counts[0] == counts[1]
