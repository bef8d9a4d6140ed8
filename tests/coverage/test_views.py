"""Coverage in the browser: who is let in, upload, queue, figures, campaign, doubles."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from typing import cast as cast_to

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lianshu.coverage.models import (
    BulkCheck,
    Campaign,
    DuplicatePair,
    Edition,
    FirmList,
    ListRow,
    PairState,
    RowCandidate,
    RowState,
)
from lianshu.coverage.reading import RowIn
from lianshu.coverage.services.bulk import begin_check
from lianshu.coverage.services.campaigns import Wish, begin_campaign
from lianshu.coverage.services.firm_lists import LINK_JOB
from lianshu.jobs.models import Job
from lianshu.jobs.worker import run_queued_jobs
from lianshu.registry.services.liaisons import AssignmentRow, assign_liaisons, create_liaison
from tests.casework.loops import order_loop
from tests.cast import NOW, Cast
from tests.coverage.scenes import FIRST, SECOND, CoverScene, covering, firm, listed


@dataclass
class Desk:
    """A client and a list with an edition, one row of it in the queue."""

    client: Client
    scene: CoverScene
    edition: Edition
    waiting: ListRow

    def login(self, name: str = "officer") -> Client:
        self.client.force_login(self.scene.cast.users[name])
        return self.client

    def address(self, what: str = "coverage-list", *more: object) -> str:
        return reverse(what, args=[self.scene.list.public_id, *more])

    def row(self, what: str = "coverage-row") -> str:
        return reverse(what, args=[self.waiting.public_id])


@pytest.fixture
def desk(client: Client, cast: Cast) -> Desk:
    scene = covering(cast)
    edition = scene.edition(FIRST, [*listed(scene.firms[0]), RowIn(9, "青霭的老名字")])
    row = scene.row(edition, 9)
    ListRow.objects.filter(pk=row.pk).update(state=RowState.REVIEW, said=RowState.REVIEW)
    RowCandidate.objects.filter(row=row).delete()
    RowCandidate.objects.create(
        row=row,
        organisation=scene.firms[1],
        rank=1,
        probability=Decimal("0.6"),
        reasons=[{"field": "name", "kind": "equal_brand", "detail": "青霭"}],
    )
    return Desk(client, scene, edition, scene.row(edition, 9))


def test_only_offices_of_the_place_are_let_in(desk: Desk) -> None:
    scene = desk.scene
    officer = scene.cast.actor("officer")
    campaign = begin_campaign(
        actor=officer,
        edition=desk.edition,
        firms=scene.firms[1:],
        wish=Wish("清零", order_loop()),
        now=NOW,
    )
    check = begin_check(
        actor=officer, firm_list=scene.list, threshold=Decimal("0.5"), seed=1, now=NOW
    )
    names = ("lists", "rows", "firms", "campaigns", "campaign-firms")
    lists = [reverse(f"coverage-{name}") for name in names]
    lists += [reverse("coverage-list-new"), reverse("coverage-firms-export", args=["csv"])]
    whats = ("list", "edition-new", "queue", "bulk-new", "campaign-new")
    pages = [desk.address(f"coverage-{what}") for what in whats]
    pages += [desk.address("coverage-figures", "csv"), desk.row()]
    pages += [reverse("coverage-campaign", args=[campaign.public_id])]
    pages += [reverse("coverage-bulk", args=[check.public_id])]
    deeds = [desk.row("coverage-row-decide"), desk.row("coverage-row-undo")]
    deeds += [reverse("coverage-campaign-open", args=[campaign.public_id])]
    deeds += [
        reverse(f"coverage-bulk-{deed}", args=[check.public_id]) for deed in ("accept", "undo")
    ]
    deeds += [reverse("coverage-bulk-judge", args=[check.public_id, 1])]
    for address in (*lists, *pages):
        assert desk.client.get(address).status_code == 302, address
    for deed in deeds:
        assert desk.client.post(deed).status_code == 302, deed
    for name in ("alice", "carol", "eve", "admin"):
        client = desk.login(name)
        for address in (*lists, *pages):
            assert client.get(address).status_code == 403, (name, address)
        for deed in deeds:
            assert client.post(deed).status_code == 403, (name, deed)
    client = desk.login("yinzhou")  # an office, of another place
    for address in pages:
        assert client.get(address).status_code == 404, address
    for deed in deeds:
        assert client.post(deed).status_code == 404, deed
    client = desk.login()
    for address in (*lists, *pages):
        answer = client.get(address)
        assert answer.status_code == 200, address
        b"".join(cast_to(Any, answer))
    for deed in deeds:
        assert client.get(deed).status_code == 405, deed
    assert client.post(desk.address()).status_code == 405


def test_upload_compare_and_see(client: Client, cast: Cast) -> None:
    scene = covering(cast)
    client.force_login(cast.users["officer"])
    given = {
        "title": "联络员名单",
        "purpose": "liaison",
        "source_unit": "经信局",
        "region": cast.regions["ningbo"].public_id,
        "chain": "",
        "on": "2026-11-01",
    }
    new = reverse("coverage-list-new")
    bad = SimpleUploadedFile("名单.csv", "电话,传真\n1,2\n".encode())
    answer = client.post(new, given | {"file": bad})
    assert answer.status_code == 422 and "没有“名称”或" in answer.content.decode()
    assert not FirmList.objects.filter(title="联络员名单").exists()
    code = scene.firms[0].identifiers.get().value
    good = f"企业名称,信用代码\n{scene.firms[0].name},{code}\n云外天边有限公司,\n"
    file = SimpleUploadedFile("名单.csv", good.encode())
    answer = client.post(new, given | {"file": file}, follow=True)
    assert answer.status_code == 200 and "比对“联络员名单”" in answer.content.decode()
    run_queued_jobs()
    assert Job.objects.get(kind=LINK_JOB).result == {"matched": 1}
    made = FirmList.objects.get(title="联络员名单")
    page = reverse("coverage-list", args=[made.public_id])
    html = client.get(page).content.decode()
    assert "应覆盖" in html and "经信局" in html and "按产业链" in html
    again = reverse("coverage-edition-new", args=[made.public_id])
    twice = SimpleUploadedFile("名单.csv", good.encode())
    assert cast.regions["cixi"].public_id in client.get(new).content.decode()
    client.force_login(cast.users["yinzhou"])
    offered = client.get(new).content.decode()
    assert cast.regions["yinzhou"].public_id in offered
    assert cast.regions["cixi"].public_id not in offered, "only where one may keep lists"
    client.force_login(cast.users["officer"])
    answer = client.post(again, {"on": "2026-11-01", "file": twice})
    assert answer.status_code == 422 and "已经有 2026-11-01" in answer.content.decode()


def test_the_register_tells_a_list_too(client: Client, cast: Cast) -> None:
    scene = covering(cast)
    officer = cast.actor("officer")
    liaison = create_liaison(
        actor=officer,
        kind="helper",
        name="周助企",
        organisation=cast.organisations["office"],
        region=cast.regions["ningbo"],
        now=NOW,
    )
    row = AssignmentRow(liaison, scene.firms[1], FIRST)
    assign_liaisons(actor=officer, rows=[row], now=NOW)
    client.force_login(cast.users["officer"])
    new = reverse("coverage-edition-new", args=[scene.list.public_id])
    assert client.post(new, {"on": "2026-11-01"}).status_code == 422
    before = client.post(new, {"on": "2026-07-01", "source": "liaisons"})
    assert before.status_code == 422 and "没有符合的企业" in before.content.decode()
    assert client.post(new, {"on": "2026-11-01", "source": "liaisons"}).status_code == 302
    run_queued_jobs()
    assert ListRow.objects.get().entity == scene.firms[1]


def test_the_queue_shows_both_sides_and_takes_a_choice_and_its_undo(desk: Desk) -> None:
    client = desk.login()
    html = client.get(desk.address("coverage-queue")).content.decode()
    assert "青霭的老名字" in html and desk.scene.firms[1].name in html and "字号一致：青霭" in html
    decide = desk.row("coverage-row-decide")
    choice = {"choice": desk.scene.firms[1].public_id}
    card = client.post(decide, choice, HTTP_HX_REQUEST="true").content.decode()
    assert "人工认定" in card and "<html" not in card
    assert desk.scene.row(desk.edition, 9).entity == desk.scene.firms[1]
    assert "没有等待认定的行" in client.get(desk.address("coverage-queue")).content.decode()
    assert "欧阳链" in client.get(desk.row()).content.decode()
    assert client.post(desk.row("coverage-row-undo")).status_code == 302
    assert desk.scene.row(desk.edition, 9).state == RowState.REVIEW
    assert client.post(decide, {"choice": "new"}).status_code == 302
    assert desk.scene.row(desk.edition, 9).state == RowState.NEW
    assert client.post(decide, {"choice": "nobody"}).status_code == 404


def test_the_queue_speaks_english(desk: Desk) -> None:
    client = desk.login()
    client.cookies["django_language"] = "en"
    html = client.get(desk.address("coverage-queue"), HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert "same brand" in html


def test_figures_open_to_their_rows_and_to_a_file(desk: Desk) -> None:
    client = desk.login()
    after = desk.scene.edition(SECOND, listed(desk.scene.firms[2]))
    html = client.get(desk.address(), {"before": desk.edition.public_id}).content.decode()
    assert "2026-08-01" in html and "2026-11-01" in html
    firms = reverse("coverage-firms")
    for group, names in (
        (f"{after.public_id}.covered", {desk.scene.firms[2].name}),
        (f"{desk.edition.public_id}.doubtful", {desk.scene.firms[1].name}),
        (f"{desk.edition.public_id}.{after.public_id}.gained", {desk.scene.firms[2].name}),
        (f"{desk.edition.public_id}.{after.public_id}.dropped", {desk.scene.firms[0].name}),
    ):
        html = client.get(firms, {"cover": group}).content.decode()
        shown = {each.name for each in desk.scene.firms if each.name in html}
        assert shown == names, group
    assert "已忽略" in client.get(firms, {"cover": "nothing.here"}).content.decode()
    sized = client.get(firms, {"size": "large"}).content.decode()
    assert desk.scene.firms[0].name not in sized
    held = client.get(firms, {"size": "unknown", "register": "hnte"})
    assert held.status_code == 200
    file = client.get(desk.address("coverage-figures", "csv"))
    text = b"".join(cast_to(Any, file)).decode("utf-8-sig")
    assert text.splitlines()[0].startswith("分组,名称,应覆盖,已覆盖")
    assert client.get(desk.address("coverage-figures", "pdf")).status_code == 404


def test_another_offices_list_is_no_filter_for_a_stranger(desk: Desk) -> None:
    client = desk.login("yinzhou")
    cover = {"cover": f"{desk.edition.public_id}.covered"}
    assert "已忽略" in client.get(reverse("coverage-firms"), cover).content.decode()


def test_a_sample_is_judged_before_many_are_accepted(desk: Desk) -> None:
    client = desk.login()
    new = desk.address("coverage-bulk-new")
    assert client.post(new, {"threshold": "0.99"}).status_code == 422
    page = client.post(new, {"threshold": "0.5"}).headers["Location"]
    assert "抽样差错" not in client.get(page).content.decode()
    check = BulkCheck.objects.get()
    accept = reverse("coverage-bulk-accept", args=[check.public_id])
    assert client.post(accept).status_code == 409
    one = check.rows.get()
    judge = reverse("coverage-bulk-judge", args=[check.public_id, one.pk])
    assert client.post(judge, {"right": "perhaps"}).status_code == 404
    assert client.post(judge, {"right": "yes"}).status_code == 302
    html = client.get(page).content.decode()
    assert "错 0 行" in html and "79.4%" in html
    assert client.post(accept, follow=True).status_code == 200
    assert client.post(reverse("coverage-bulk-undo", args=[check.public_id])).status_code == 302


def test_a_campaign_from_the_page(desk: Desk) -> None:
    order_loop()
    client = desk.login()
    new = desk.address("coverage-campaign-new")
    place = desk.scene.cast.regions["cixi"].public_id
    html = client.get(new, {"region": place}).content.decode()
    assert desk.scene.firms[2].name in html and "未覆盖的企业有 2 家" in html
    answer = client.post(f"{new}?region={place}", {"title": "慈溪清零", "loop": "order"})
    assert answer.status_code == 302
    run_queued_jobs()
    campaign = Campaign.objects.get()
    assert campaign.firms.filter(case__isnull=False).count() == 2
    html = client.get(reverse("coverage-campaign", args=[campaign.public_id])).content.decode()
    assert "办理中" in html and "<progress" in html
    firms = client.get(
        reverse("coverage-campaign-firms"), {"campaign": campaign.public_id, "covered": "0"}
    )
    assert desk.scene.firms[2].name in firms.content.decode()


def test_doubles_are_for_who_keeps_organisations(client: Client, cast: Cast) -> None:
    scene = covering(cast)
    twin = firm(cast, "宁波赤霄精密仪器公司", 861)
    find = reverse("coverage-duplicates-find")
    lists = reverse("coverage-duplicates")
    assert client.get(lists).status_code == 302
    for name in ("officer", "alice", "eve"):
        client.force_login(cast.users[name])
        assert client.get(lists).status_code == 403
        assert client.post(find).status_code == 403
    client.force_login(cast.users["admin"])
    assert client.get(find).status_code == 200
    assert client.post(find).status_code == 302
    run_queued_jobs()
    pair = DuplicatePair.objects.get(first=scene.firms[0], second=twin)
    page = reverse("coverage-duplicate", args=[pair.public_id])
    assert twin.name in client.get(lists).content.decode()
    assert twin.name in client.get(page).content.decode()
    deeds = {
        name: reverse(f"coverage-duplicate-{name}", args=[pair.public_id])
        for name in ("merge", "apart", "undo")
    }
    for address in deeds.values():
        assert client.get(address).status_code == 405
    given = {"stays": scene.firms[0].public_id, "on": NOW.date().isoformat(), "reason": "重复"}
    assert client.post(deeds["merge"], given | {"reason": ""}).status_code == 422
    assert client.post(deeds["merge"], given).status_code == 302
    pair.refresh_from_db()
    assert pair.state == PairState.MERGED
    assert client.get(page).status_code == 200
    assert client.post(deeds["undo"]).status_code == 302
    assert client.post(deeds["apart"], {"note": ""}).status_code == 422
    assert client.post(deeds["apart"], {"note": "母子公司"}).status_code == 302
    client.force_login(cast.users["officer"])
    assert client.get(page).status_code == 403


def queries(client: Client, address: str) -> int:
    """How many queries a page costs."""
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def test_pages_cost_the_same_for_one_row_and_three(desk: Desk) -> None:
    client = desk.login()
    pages = [desk.address(), desk.address("coverage-queue")]
    pages += [reverse(f"coverage-{name}") for name in ("lists", "rows", "firms")]
    before = [queries(client, page) for page in pages]
    for number in (20, 21):
        row = ListRow.objects.create(
            edition=desk.edition, number=number, name=f"甲{number}", key=str(number), said="review"
        )
        RowCandidate.objects.create(
            row=row, organisation=desk.scene.firms[2], rank=1, probability=Decimal("0.6")
        )
    for number in (870, 871):
        firm(desk.scene.cast, f"宁波第{number}厂", number)
    assert [queries(client, page) for page in pages] == before
