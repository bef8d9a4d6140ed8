"""The pages of consultations: who gets in, what is missing, and what becomes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lianshu.casework.models import Case, CaseEvent, Consultation
from lianshu.casework.services.consulting import Question, consult
from lianshu.casework.services.silence import note_silence
from tests.casework.test_views_timing import handled
from tests.cast import Cast

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
ASKED = {"organisations": "港湾银行", "more": "慈湖电机有限公司\n", "question": "行吗？", "days": 2}


def consulted(cast: Cast) -> Case:
    case = handled(cast)
    units = (cast.organisations["bank"], cast.organisations["motors"])
    what = Question(units, "行吗？")
    consult(actor=cast.actor("carol"), case=case, question=what, now=timezone.now())
    return case


def test_several_are_asked_and_answer(client: Client, cast: Cast) -> None:
    case = handled(cast)
    at = f"/cases/{case.public_id}"
    client.force_login(cast.users["carol"])
    assert "征求意见" in [e.label for e in client.get(f"{at}/").context["reading"].further]
    page = client.get(f"{at}/consult/")
    assert page.context["form"]["days"].value() == 3
    for wrong, says in (
        ({"organisations": ""}, "必填"),
        ({"more": "查无此校"}, "查无此校"),
        ({"question": " "}, "必填"),
        ({"days": 0}, "1"),
        ({"organisations": "甬江磁材有限公司"}, "就是提出单位"),
        ({"organisations": "东海大学"}, "您自己的单位"),
        ({"more": "港湾银行"}, "写了两遍"),
    ):
        bad = client.post(f"{at}/consult/", ASKED | wrong)
        assert (bad.status_code, says in bad.content.decode()) == (422, True), wrong
    sent = {**ASKED, "key": "once"}
    assert client.post(f"{at}/consult/", sent).status_code == 302
    assert client.post(f"{at}/consult/", sent).status_code == 302  # sent twice, asked once
    assert Consultation.objects.count() == 2
    html = client.get(f"{at}/").content.decode()
    assert "等答复 2 家" in html and "未答复不算同意" in html

    client.force_login(cast.users["dan"])
    listed = client.get("/opinions/").content.decode()
    assert "借磁测设备" in listed and "东海大学" in listed and "等答复" in listed
    row = Consultation.objects.get(organisation=cast.organisations["bank"])
    opinion = f"{at}/opinion/?of={row.reference}"
    assert opinion.replace("&", "&amp;") in listed
    html = client.get(opinion).content.decode()
    assert "行吗？" in html and "慈湖电机" not in html
    assert client.post(opinion, {"text": " "}).status_code == 422
    fake = SimpleUploadedFile("p.png", b"MZ not a picture")
    assert client.post(opinion, {"text": "好", "file": fake}).status_code == 422
    assert client.post(opinion, {"text": "好", "stance": "perhaps"}).status_code == 422
    good = {"text": "可以借两天", "stance": "remarks", "file": SimpleUploadedFile("p.png", PNG)}
    done = client.post(opinion, good, follow=True)
    assert done.status_code == 200 and "可以借两天" in done.content.decode()
    assert "更正意见" in client.get(opinion).content.decode()
    exported = client.get("/opinions/export/csv/")
    lines = b"".join(exported.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "同意，有修改意见" in lines and "港湾银行" in lines

    client.force_login(cast.users["carol"])
    html = client.get(f"{at}/").content.decode()
    assert (
        "可以借两天" in html and "同意，有修改意见" in html and "已答复 1 家，等答复 1 家" in html
    )


def test_too_late_is_said_before_and_marked_after(client: Client, cast: Cast) -> None:
    case = consulted(cast)
    Consultation.objects.update(due_at=timezone.now() - timedelta(minutes=5))
    note_silence(now=timezone.now())
    client.force_login(cast.users["dan"])
    address = f"/cases/{case.public_id}/opinion/"
    assert "会标明迟到" in client.get(address).content.decode()
    assert client.post(address, {"text": "来晚了"}).status_code == 302
    html = client.get(address).content.decode()
    assert "不能再更正" in html and "迟到的答复" in html
    assert client.post(address, {"text": "再来"}).status_code == 403
    kinds = CaseEvent.objects.filter(case=case).order_by("seq").values_list("kind", flat=True)
    assert list(kinds)[-3:] == ["silent", "silent", "opinion"]


@pytest.mark.parametrize("page", ["consult", "opinion"])
def test_strangers_others_and_wrong_methods(client: Client, cast: Cast, page: str) -> None:
    address = f"/cases/{consulted(cast).public_id}/{page}/"
    assert client.get(address).status_code == client.post(address).status_code == 302
    client.force_login(cast.users["admin"])
    assert client.get(address).status_code == 404
    # who has a part but is not asked, or was asked but does not act
    client.force_login(cast.users["alice" if page == "opinion" else "dan"])
    refused = client.get(address)
    assert refused.status_code == 403
    says = "没有征求您的单位" if page == "opinion" else "征求意见由正在办理的单位"
    assert says in refused.content.decode()
    client.force_login(cast.users["carol" if page == "consult" else "dan"])
    assert client.get(address).status_code == 200
    assert client.put(address).status_code == 405
    if page == "opinion":
        assert client.get(f"{address}?of=99-0").status_code == 404


def test_the_consulted_gets_in_nowhere_else(client: Client, cast: Cast) -> None:
    case = consulted(cast)
    client.force_login(cast.users["dan"])
    html = client.get(f"/cases/{case.public_id}/").content.decode()
    assert "不参与办理" in html and "答复意见" in html and "慈湖电机" not in html
    for page, status in (
        ("act/report/", 409),
        ("comment/", 403),
        ("suspend/", 403),
        ("extend/", 403),
        ("reopen/", 403),
        ("receipt/", 403),
        ("receipt.json", 403),
        ("answer-link/", 409),
    ):
        assert client.get(f"/cases/{case.public_id}/{page}").status_code == status, page
    assert "借磁测设备" not in client.get("/cases/").content.decode()
    assert "借磁测设备" not in client.get("/tasks/").content.decode()
    assert "借磁测设备" not in client.get("/board/?loop=order").content.decode()


def test_a_viewer_reads_and_does_not_answer(client: Client, cast: Cast) -> None:
    case = consulted(cast)
    cast.users["dan"].memberships.update(role="viewer")
    client.force_login(cast.users["dan"])
    address = f"/cases/{case.public_id}/opinion/"
    assert "只有“港湾银行”的经办人" in client.get(address).content.decode()
    assert client.post(address, {"text": "好"}).status_code == 403


def test_the_list(client: Client, cast: Cast) -> None:
    assert client.get("/opinions/").status_code == 302
    client.force_login(cast.users["eve"])
    assert "还没有单位征求" in client.get("/opinions/").content.decode()
    client.force_login(cast.users["dan"])
    assert client.put("/opinions/").status_code == 405
    counts = []
    for more in (1, 2):
        for _ in range(more):
            consulted(cast)
        client.get("/opinions/")
        with CaptureQueriesContext(connection) as told:
            page = client.get("/opinions/")
        assert page.status_code == 200
        counts.append(len(told))
    assert counts[0] == counts[1]
    first = Consultation.objects.filter(organisation=cast.organisations["bank"]).first()
    assert first is not None
    Consultation.objects.filter(pk=first.pk).update(silent_at=timezone.now())
    for query, rows in (("open=1", 2), ("silent=1", 1), ("answered=1", 0), ("stance=agree", 0)):
        html = client.get(f"/opinions/?{query}").content.decode()
        assert html.count("?of=") == rows, query
