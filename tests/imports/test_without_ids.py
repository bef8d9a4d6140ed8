"""Lists without a column of ids: known again by sender, firm and title; taken back as a whole."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from lianshu.exchange.models import Demand, PostStatus
from lianshu.imports.models import ImportRun, RunStatus
from lianshu.imports.services.requests import continue_import
from tests.cast import NOW, Cast
from tests.imports.running import load, problems, table, upload, work

HEADER = ("标题", "内容", "单位", "联系方式")
MAGNETS, MOTORS = "甬江磁材有限公司", "慈湖电机有限公司"


def rows(*entries: tuple[str, str, str]) -> bytes:
    return table(*([*entry, "0574-0000-0001"] for entry in entries), header=HEADER)


def counts(run: ImportRun) -> tuple[int, int, int]:
    return run.created, run.changed, run.same


def test_the_same_list_again_makes_nothing_new(cast: Cast) -> None:
    officer = cast.actor("officer")
    first = load(officer, rows(("磁钢", "一", MAGNETS), ("磁钢", "二", MOTORS)))
    assert counts(first) == (2, 0, 0)
    again = load(
        officer, rows(("磁钢", "一", MAGNETS), ("磁钢", "改过", MOTORS), ("轴承", "三", MOTORS))
    )
    assert counts(again) == (1, 1, 1)
    assert [change["row"] for change in again.changes] == [3]
    assert Demand.objects.get(owner=cast.organisations["motors"], title="磁钢").detail == "改过"
    assert any("按来源、单位和标题认出" in note["message"] for note in again.notes)
    # Another sender's list, and one that has ids, are about other demands.
    assert load(officer, rows(("磁钢", "一", MAGNETS)), source="市经信局").created == 1
    with_id = table(["X1", "磁钢", "一", MAGNETS, "1"])
    assert load(officer, with_id).created == 1
    # What was written by hand is not taken for imported.
    cast.demand("手写的")
    assert load(officer, rows(("手写的", "一", MAGNETS))).created == 1


def test_of_several_alike_the_one_that_stands_is_meant(cast: Cast) -> None:
    officer = cast.actor("officer")
    load(officer, rows(("磁钢", "一", MAGNETS)))
    old = Demand.objects.get()
    values = {f.attname: getattr(old, f.attname) for f in Demand._meta.concrete_fields}
    values |= {"id": None, "public_id": "x" * 12, "external_id": ""}
    new = Demand(**values)
    new.save()
    Demand.objects.filter(pk=old.pk).update(status=PostStatus.WITHDRAWN)
    load(officer, rows(("磁钢", "新的说法", MAGNETS)))
    assert [one.detail for one in Demand.objects.order_by("pk")] == ["一", "新的说法"]


def test_two_rows_that_cannot_be_told_apart_name_each_other(cast: Cast) -> None:
    run = load(
        cast.actor("officer"),
        rows(("磁钢", "一", MAGNETS), ("轴承", "二", MAGNETS), *[("磁钢", "三", MAGNETS)]),
    )
    assert (run.created, run.bad_count) == (2, 1)
    assert "和第 2 行的单位、标题都相同，又没有编号" in problems(run)[4][0]


def test_going_on_knows_the_rows_before(cast: Cast) -> None:
    officer = cast.actor("officer")
    entries = [("磁钢", "一", MAGNETS), ("轴承", "二", MAGNETS), ("磁钢", "三", MAGNETS)]
    run = load(officer, rows(*entries))
    # As if the worker had stopped after the second row of the file.
    ImportRun.objects.filter(pk=run.pk).update(status=RunStatus.STOPPED, last_row=3, applied_rows=2)
    run = ImportRun.objects.select_related("job", "file").get(pk=run.pk)
    run = work(continue_import(actor=officer, run=run, now=NOW))
    assert Demand.objects.count() == 2
    assert "和前面一行的单位、标题都相同" in problems(run)[4][0]


def test_somebody_else_may_not_change_what_the_row_would(cast: Cast) -> None:
    load(cast.actor("officer"), rows(("磁钢", "一", MAGNETS)))
    run = upload(cast.actor("bob"), rows(("磁钢", "一", MAGNETS)))
    assert "您" in problems(run)[2][0]
    assert Demand.objects.count() == 1


def test_what_one_run_made_is_found_and_taken_back(cast: Cast, client: Client) -> None:
    officer = cast.actor("officer")
    kept = load(officer, rows(("留下的", "一", MAGNETS)))
    wrong = load(officer, rows(("导错的", "一", MAGNETS), ("也错的", "二", MOTORS)), source="别处")
    client.force_login(cast.users["officer"])
    page = client.get(reverse("imports:detail", args=[wrong.public_id])).content.decode()
    address = f"/demands/?import={wrong.public_id}"
    assert address in page
    assert "这次新建的 2 条" in page
    found = client.get(address).content.decode()
    assert ("导错的" in found, "也错的" in found, "留下的" in found) == (True, True, False)
    data = {"all": "1", "narrowing": f"import={wrong.public_id}", "step": "run"}
    answer = client.post("/demands/bulk/withdraw/", data)
    assert answer.status_code == 200
    standing = Demand.objects.filter(status=PostStatus.PUBLISHED)
    assert [one.title for one in standing] == ["留下的"]
    # Others have no such filter, and nothing of the run is shown by asking.
    client.force_login(cast.users["alice"])
    other = client.get(f"/demands/?import={kept.public_id}").content.decode()
    assert "没有“" in other
    assert client.get(address).status_code == 200
