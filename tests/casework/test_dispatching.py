"""Many cases dispatched at once, and who is proposed beside the form."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lianshu.casework.models import Case
from lianshu.casework.queries import case_by_id
from lianshu.casework.reading import read_case
from lianshu.casework.runtime import running_loop
from lianshu.casework.services.opening import open_case
from lianshu.casework.suggesting import suggestions_for
from lianshu.exchange.models import ResourceReading
from lianshu.files.models import StoredFile
from tests.casework.loops import order, order_loop
from tests.casework.test_acting import ASKED, assigned, go
from tests.cast import NOW, SYSTEM, Cast

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
    b"\x1f\x15\xc4\x89\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4"
    b"\x00\x00\x00\x00IEND\xaeB`\x82"
)


def waiting(cast: Cast) -> Case:
    case = order(cast)
    go(cast, case, "alice", "send", ASKED)
    return case


def test_many_at_once_each_with_its_own_result(client: Client, cast: Cast) -> None:
    first, second, gone = waiting(cast), waiting(cast), waiting(cast)
    go(cast, gone, "officer", "assign", assigned(cast))
    client.force_login(cast.users["officer"])
    bulk = "/cases/bulk/dispatch/"
    rows = [case.public_id for case in (first, second, gone)]
    preview = client.post(bulk, {"row": rows}).content.decode()
    assert "不能成批派单" in preview and preview.count("将“派给成员单位”") == 2
    run = {"row": f"{first.public_id},{second.public_id}", "step": "run"}
    wrong = client.post(bulk, run | {"organisation": "查无此校"})
    assert wrong.status_code == 422 and "查无此校" in wrong.content.decode()
    done = client.post(bulk, run | {"organisation": "东海大学", "note": "请尽快"})
    assert done.content.decode().count("已派给东海大学") == 2
    for case in (first, second):
        case.refresh_from_db()
        assert case.step == "accept"
    again = client.post(bulk, run | {"organisation": "东海大学"}).content.decode()
    assert "不能成批派单" in again
    client.force_login(cast.users["alice"])
    assert client.post(bulk, {"row": rows}).status_code == 404


def test_fitting_organisations_are_proposed_with_reasons(client: Client, cast: Cast) -> None:
    cast.resource("磁测设备共享", by="university", detail="高温退磁测试设备可借用")
    cast.resource("高温退磁测试", by="magnets")
    case = waiting(cast)
    officer = cast.actor("officer")
    found = case_by_id(officer, case.public_id)
    assert found is not None
    reading = read_case(officer, found, now=NOW)
    assert reading.about == ASKED.values["detail"]
    action = next(each for each in reading.actions if each.assigns)
    (only,) = suggestions_for(officer, found, action, reading.about, now=NOW)
    assert only.organisation == "东海大学" and any("磁" in r.text for r in only.reasons)
    assert ResourceReading.objects.filter(user_id=cast.users["officer"].pk).exists()
    client.force_login(cast.users["officer"])
    address = f"/cases/{case.public_id}/act/{action.id}/"
    page = client.get(address).content.decode()
    assert "可以派给谁" in page and only.choose.replace("&", "&amp;") in page
    assert 'value="东海大学"' in client.get(address + only.choose).content.decode()


def test_who_sent_it_back_is_not_proposed_again(cast: Cast) -> None:
    cast.resource("磁测设备共享", by="university", summary="高温退磁测试设备可借用")
    case = waiting(cast)
    go(cast, case, "officer", "assign", assigned(cast))
    officer = cast.actor("officer")
    steps = running_loop(case.loop_version).steps
    action = next(each for each in steps["dispatch"].actions if each.assigns)
    case.parties.update(until=NOW)
    assert suggestions_for(officer, case, action, "高温退磁", now=NOW) == []


def test_a_photograph_goes_with_a_comment(client: Client, cast: Cast) -> None:
    case = waiting(cast)
    client.force_login(cast.users["alice"])
    address = f"/cases/{case.public_id}/comment/"
    assert client.post(address, {"text": ""}).status_code == 422
    posing = SimpleUploadedFile("x.jpg", b"MZ\x90\x00not a picture", "image/jpeg")
    refused = client.post(address, {"text": "见图", "file": posing})
    assert refused.status_code == 422 and not StoredFile.objects.exists()
    photo = SimpleUploadedFile("车间.png", PNG, "image/png")
    assert client.post(address, {"text": "", "file": photo}).status_code == 302
    page = client.get(f"/cases/{case.public_id}/").content.decode()
    assert "车间.png" in page
    stored = StoredFile.objects.get()
    download = f"/files/{stored.public_id}/"
    assert download in page and b"".join(client.get(download)) == PNG
    client.force_login(cast.users["bob"])
    assert client.get(download).status_code in {403, 404}


def test_what_the_office_begins_is_offered_to_the_office(client: Client, cast: Cast) -> None:
    order_loop()
    client.force_login(cast.users["alice"])
    assert "由链办发起" not in client.get("/cases/new/").content.decode()
    open_case(
        actor=SYSTEM,
        version=order_loop(),
        asker=cast.organisations["magnets"],
        subject="x",
        now=NOW,
    )
