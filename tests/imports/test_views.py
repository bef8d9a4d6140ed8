"""The importer's pages: work, wrong method, somebody else, not logged in; and the way round."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse
from django.utils import translation

from lianshu.engine.sheets import read_table
from lianshu.exchange.lists import DEMANDS, RESOURCES
from lianshu.exchange.models import Demand
from lianshu.imports.models import ImportRun
from lianshu.ui.lists.export import write_list
from lianshu.ui.lists.state import read_state
from tests.cast import Cast
from tests.imports.running import line, load, table, upload, work


def login(client: Client, cast: Cast, name: str) -> Client:
    client.force_login(cast.users[name])
    return client


def address(name: str, run: ImportRun, *more: str) -> str:
    return reverse(f"imports:{name}", args=[run.public_id, *more])


def read_through(response: HttpResponseBase) -> None:
    """A download is closed by its reader when it has been read."""
    if isinstance(response, StreamingHttpResponse):
        list(response)


def settings_of(run: ImportRun, **changes: str) -> dict[str, str]:
    """What the form of a checked run holds."""
    data = {f"column_{index}": column for column, index in (run.mapping or {}).items()}
    data |= {f"option_{name}": value for name, value in run.options.items()}
    return data | {"mode": "good", "do": "confirm"} | changes


def test_the_whole_way_in_the_browser(client: Client, cast: Cast) -> None:
    login(client, cast, "officer")
    assert "来源" in client.get(reverse("imports:new")).content.decode()
    content = table(line(1), line(2, owner="没有这家"))
    sent = client.post(
        reverse("imports:new"),
        {
            "target": "demands",
            "source": "市科技局",
            "file": SimpleUploadedFile("需求.csv", content),
        },
    )
    run = ImportRun.objects.get()
    assert sent.headers["Location"] == address("detail", run)
    waiting = client.get(address("detail", run)).content.decode()
    assert address("progress", run) in waiting
    assert client.get(address("progress", run)).status_code == 200
    run = work(run)
    assert "HX-Refresh" in client.get(address("progress", run)).headers
    page = client.get(address("detail", run)).content.decode()
    for words in ("没有这家", "第 3 行", "只导入正确的行", "文件的前 2 行", "按下面的设置重新检查"):
        assert words in page, words
    client.post(address("settings", run), settings_of(run))
    run = work(run)
    assert (run.status, run.created) == ("done", 1)
    page = client.get(address("detail", run)).content.decode()
    assert "导入完成" in page
    assert 'href="/demands/"' in page
    listed = client.get(reverse("imports:list")).content.decode()
    assert "需求.csv" in listed
    assert "已导入" in listed


def test_changed_settings_are_checked_before_they_are_confirmed(client: Client, cast: Cast) -> None:
    login(client, cast, "officer")
    run = upload(cast.actor("officer"), table(line(1)))
    client.post(address("settings", run), settings_of(run, option_kind="talent"))
    run.refresh_from_db()
    assert (run.status, run.options["kind"]) == ("checking", "talent")
    run = work(run)
    assert run.status == "ready"


def test_a_choice_that_cannot_be_is_said_at_its_field(client: Client, cast: Cast) -> None:
    login(client, cast, "officer")
    run = upload(cast.actor("officer"), table(line(1)))
    for changes, words in (
        ({"column_2": "title"}, "选了同一个字段"),
        ({"option_owner": "没有这家"}, "不是已登记的单位"),
    ):
        response = client.post(address("settings", run), settings_of(run, **changes))
        assert response.status_code == 422
        assert words in response.content.decode()
    run.refresh_from_db()
    assert run.status == "ready"


def test_a_file_that_is_refused_is_said_on_the_form(client: Client, cast: Cast) -> None:
    login(client, cast, "officer")
    bad = SimpleUploadedFile("需求.xlsx", b"%PDF-1.7")
    response = client.post(
        reverse("imports:new"), {"target": "demands", "source": "s", "file": bad}
    )
    assert response.status_code == 422
    assert "既不是 Excel 文件" in response.content.decode()
    run = upload(cast.actor("officer"), table(), name="空.csv")
    page = client.get(address("detail", run)).content.decode()
    assert "没有数据行" in page
    assert "换一个文件" in page


def test_the_report_holds_the_bad_rows_and_can_be_sent_again(client: Client, cast: Cast) -> None:
    login(client, cast, "officer")
    rows = [line(1), line(2, owner="没有这家"), line(3, title="")]
    run = upload(cast.actor("officer"), table(*rows))
    for format in ("xlsx", "csv"):
        response = client.get(address("report", run, format))
        assert "attachment" in response.headers["Content-Disposition"]
        content = b"".join(response)
        report = read_table(io.BytesIO(content), name="r")
        assert report.header[-2:] == ("原文件行号", "未导入的原因")
        lines = [row.cells for row in report.rows]
        assert [cells[0] for cells in lines] == ["D2", "D3"]
        assert "没有这家" in str(lines[0][-1])
    fixed = content.decode().replace("没有这家,", "东海大学,")
    again = load(cast.actor("officer"), fixed.encode(), name="改好.csv")
    assert (again.created, again.bad_count) == (1, 1)
    assert client.get(address("report", run, "pdf")).status_code == 404


def test_the_template_has_every_column_and_imports(client: Client, cast: Cast) -> None:
    login(client, cast, "officer")
    response = client.get(reverse("imports:template", args=["resources"]))
    sheet = read_table(
        io.BytesIO(b"".join(response)),
        name="t",
        allow_no_rows=True,
    )
    assert "专利号" in sheet.header
    assert "参考价格上限（元）" in sheet.header
    row = [
        "R1" if title == "资源编号" else "甲" if title == "标题" else "" for title in sheet.header
    ]
    run = upload(cast.actor("carol"), table(row, header=sheet.header), target="resources")
    assert (run.to_create, run.notes[0]["severity"]) == (1, "info")


@pytest.mark.parametrize(
    ("name", "seen", "rows"),
    [("officer", 200, True), ("admin", 200, False), ("alice", 404, False), ("eve", 404, False)],
)
def test_others_see_that_it_was_or_nothing(
    client: Client, cast: Cast, name: str, seen: int, rows: bool
) -> None:
    run = upload(cast.actor("officer"), table(line(1, detail="机密内容"), line(2, title="")))
    login(client, cast, name)
    page = client.get(address("detail", run))
    assert page.status_code == seen
    assert ("机密内容" in page.content.decode()) is rows
    report = client.get(address("report", run, "csv"))
    read_through(report)
    assert report.status_code == (200 if rows else 403 if seen == 200 else 404)
    assert run.file is not None
    stored = client.get(reverse("files:download", args=[run.file.public_id]))
    assert stored.status_code == (200 if rows else 403)
    read_through(stored)
    if not rows:
        for step in ("settings", "continue", "discard"):
            refused = client.post(address(step, run), settings_of(run))
            assert refused.status_code == (403 if seen == 200 else 404), step
        run.refresh_from_db()
        assert run.status == "ready"


def test_wrong_methods_and_strangers(client: Client, cast: Cast) -> None:
    run = upload(cast.actor("officer"), table(line(1)))
    for step in ("settings", "continue", "discard"):
        assert client.get(address(step, run)).status_code == 302
    for name in ("detail", "progress"):
        assert "/accounts/login/" in client.get(address(name, run)).headers["Location"]
    login(client, cast, "officer")
    for step in ("settings", "continue", "discard"):
        assert client.get(address(step, run)).status_code == 405
    assert client.post(address("detail", run)).status_code == 405


def test_giving_up_and_a_stopped_run_have_their_buttons(client: Client, cast: Cast) -> None:
    login(client, cast, "officer")
    run = upload(cast.actor("officer"), table(line(1)))
    assert address("discard", run) in client.get(address("detail", run)).content.decode()
    ImportRun.objects.update(status="stopped", last_row=2, applied_rows=1, problem="断电")
    page = client.get(address("detail", run)).content.decode()
    assert address("continue", run) in page
    assert "断电" in page
    assert client.post(address("continue", run)).status_code == 302
    assert work(run).status == "done"
    run = upload(cast.actor("officer"), table(line(1)))
    client.post(address("discard", run))
    page = client.get(address("detail", run)).content.decode()
    assert "已放弃" in page


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("format", ["xlsx", "csv"])
def test_an_exported_list_comes_back_without_a_change(
    cast: Cast, language: str, format: str
) -> None:
    cast.demand(
        summary="=1+1 公开",
        detail="第一行\n第二行",
        trl_level=5,
        budget_min=1_050,
        budget_max=120_000_000,
        contact_name="王工",
        indicators="≥ 1.2 T",
    )
    cast.demand("第二条", by="motors", kind="talent", chain=None)
    cast.resource()
    cast.resource(kind="fund", facets={"amount_min": 100})
    before = list(Demand.objects.order_by("pk").values())
    for spec, target in ((DEMANDS, "demands"), (RESOURCES, "resources")):
        officer = cast.actor("officer")
        out = io.BytesIO()
        with translation.override(language):
            state = read_state(spec, QueryDict(""), officer)
            write_list(out, spec, state, officer, format)  # type: ignore[arg-type]
        run = load(officer, out.getvalue(), name=f"导出.{format}", target=target, mode="all")
        assert (run.bad_count, run.created, run.changed, run.same) == (0, 0, 0, 2), run.problem
    assert list(Demand.objects.order_by("pk").values()) == before
