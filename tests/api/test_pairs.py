"""Recommendations, projects, imports and jobs through the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lianshu.exchange.models import Demand
from lianshu.imports.models import ImportRun
from lianshu.imports.services.checking import check_run
from tests.api.conftest import Caller, Callers
from tests.cast import NOW, Cast

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer


@pytest.fixture
def pair(callers: Callers, cast: Cast) -> str:
    """A pair that the chain office found and sent to both sides."""
    demand = cast.demand(detail="赤狐配方")
    cast.resource(detail="赤狐工艺")
    officer = callers.by("officer")
    officer.call("POST", f"/demands/{demand.public_id}/match")
    (row,) = officer.get("/recommendations")["items"]
    assert callers.by("alice").get("/recommendations")["total"] == 0
    sent = officer.call("POST", f"/recommendations/{row['id']}/send")
    assert sent.status_code == 200, sent.content
    return str(row["id"])


def json_of(response: Answer) -> dict[str, str]:
    answer: dict[str, str] = response.json()
    return answer


def test_reasons_are_made_of_what_the_reader_may_read(
    callers: Callers, cast: Cast, pair: str
) -> None:
    def reasons(who: str) -> str:
        return str(callers.by(who).get(f"/recommendations/{pair}")["reasons"])

    assert "赤狐" in reasons("officer")
    assert "共同关键词" in reasons("alice")
    assert "赤狐工艺" not in reasons("alice") and "赤狐配方" not in reasons("carol")
    read = [(r.user_name, r.channel) for r in Demand.objects.get().readings.all()]
    assert read == [("欧阳链", "api"), ("欧阳链", "match")]


def test_accepting_opens_a_project_that_both_report_on(callers: Callers, pair: str) -> None:
    carol, alice, key = callers.by("carol"), callers.by("alice"), {"Idempotency-Key": "a"}
    address = f"/recommendations/{pair}"
    first = carol.call("POST", f"{address}/accept", {"disclose": "identity"}, **key)
    again = carol.call("POST", f"{address}/accept", {"disclose": "identity"}, **key)
    assert (first.status_code, first.content) == (200, again.content)
    assert carol.refused("POST", f"{address}/accept", {})[:2] == (403, "refused")
    project = f"/projects/{json_of(first)['project']}"
    got = alice.get(project)
    assert (got["status"], got["resource"]["owner"]["name"]) == ("talking", "东海大学")
    assert carol.get(project)["demand"]["owner"] is None
    assert alice.get("/projects")["total"] == 1
    step = {"version": 1, "status": "signed", "note": "合同已签"}
    assert json_of(alice.call("PATCH", project, step))["status"] == "signed"
    assert carol.refused("PATCH", project, step)[:2] == (409, "conflict")
    wrong = {"version": 2, "status": "talking"}
    assert carol.refused("PATCH", project, wrong) == (422, "invalid", "status")
    assert callers.by("bob").refused("PATCH", project, step)[0] == 404
    assert callers.by("bob").refused("GET", project)[0] == 404


def test_declining_needs_a_reason_and_can_be_undone(callers: Callers, pair: str) -> None:
    alice, address = callers.by("alice"), f"/recommendations/{pair}"
    assert alice.refused("POST", f"{address}/decline", {}) == (422, "invalid", "reason")
    other = {"reason": "other"}
    assert alice.refused("POST", f"{address}/decline", other) == (422, "invalid", "text")
    declined = alice.call("POST", f"{address}/decline", {"reason": "price"})
    assert json_of(declined)["status"] == "declined"
    assert alice.get(address)["decline_reason"] == "price"
    assert json_of(alice.call("POST", f"{address}/undo"))["status"] == "proposed"
    assert alice.refused("POST", f"{address}/undo")[:2] == (403, "refused")


def test_others_do_not_know_of_a_pair(callers: Callers, pair: str) -> None:
    for who in ("bob", "dan", "eve"):
        bob, address = callers.by(who), f"/recommendations/{pair}"
        assert bob.refused("GET", address)[0] == 404
        for step, body in (("send", None), ("accept", {}), ("decline", {"reason": "ip"})):
            assert bob.refused("POST", f"{address}/{step}", body)[0] == 404
    assert callers.by("anna").refused("POST", f"/recommendations/{pair}/accept", {})[0] == 403


def test_the_office_discloses_nothing_for_others(callers: Callers, pair: str) -> None:
    officer = callers.by("officer")
    answer = officer.refused("POST", f"/recommendations/{pair}/accept", {"disclose": "detail"})
    assert answer[:2] == (403, "refused")


def upload(caller: Caller, *, target: str = "demands", **headers: str) -> Answer:
    content = "需求编号,标题,单位\n1,磁钢工艺,甬江磁材有限公司\n2,,甬江磁材有限公司\n"
    return caller.client.post(
        "/api/imports",
        {
            "target": target,
            "source": "市科技局",
            "file": SimpleUploadedFile("需求.csv", content.encode()),
        },
        headers={"Authorization": f"Bearer {caller.token}", **headers},
    )


def test_a_file_is_uploaded_looked_at_and_confirmed(callers: Callers, cast: Cast) -> None:
    officer, key = callers.by("officer"), {"Idempotency-Key": "f"}
    first, again = upload(officer, **key), upload(officer, **key)
    assert first.status_code == 202, first.content.decode()
    assert first.content == again.content and ImportRun.objects.count() == 1
    state = json_of(first)
    assert officer.get(f"/jobs/{state['job']}")["status"] == "queued"
    address = f"/imports/{state['id']}"
    assert officer.refused("POST", f"{address}/confirm", {"mode": "all"})[0] == 403
    run = ImportRun.objects.get()
    check_run(
        actor=cast.actor("officer"), run=run, now=NOW, progress=lambda _done, _total, _text: None
    )
    got = officer.get(address)
    assert (got["status"], got["total_rows"], got["bad_count"]) == ("ready", 2, 1)
    assert got["content"]["header"] == ["需求编号", "标题", "单位"]
    (bad,) = officer.get(f"{address}/bad-rows")
    assert bad["number"] == 3 and bad["problems"][0]["column"] == "标题"
    assert officer.get("/imports")["total"] == 1
    refused = officer.refused("POST", f"{address}/confirm", {"mode": "all"})
    assert refused == (422, "invalid", "mode")


def test_an_import_is_its_uploaders(callers: Callers) -> None:
    state = json_of(upload(callers.by("officer")))
    for who in ("alice", "bob", "eve"):
        assert callers.by(who).refused("GET", f"/imports/{state['id']}")[0] == 404
        assert callers.by(who).refused("GET", f"/jobs/{state['job']}")[0] == 404
        assert callers.by(who).refused("POST", f"/imports/{state['id']}/discard")[0] == 404
    operator = callers.by("admin")
    assert operator.get(f"/imports/{state['id']}")["content"] is None
    assert operator.refused("GET", f"/imports/{state['id']}/bad-rows")[0] == 403


def test_an_upload_that_cannot_be_read_is_refused(callers: Callers) -> None:
    officer = callers.by("officer")
    assert upload(officer, target="wings").status_code == 404
    assert upload(callers.by("eve")).status_code == 403
    assert officer.refused("POST", "/imports", {"target": "demands"})[:2] == (422, "invalid")
    broken = officer.client.generic(
        "POST",
        "/api/imports",
        data=b"--x",
        content_type="multipart/form-data",
        headers={"Authorization": f"Bearer {officer.token}"},
    )
    assert (broken.status_code, json_of(broken)["code"]) == (400, "bad_request")
    assert ImportRun.objects.count() == 0
