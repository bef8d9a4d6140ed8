"""From an uploaded file to written posts, through services and jobs."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lianshu.audit.queries import entries_about
from lianshu.authority import Refusal
from lianshu.exchange.models import Demand, Resource
from lianshu.exchange.services.bulk import save_plans
from lianshu.exchange.services.posts import edit_post, withdraw_post
from lianshu.files.models import StoredFile
from lianshu.imports.models import ImportRun, SavedMapping
from lianshu.imports.queries import runs_for
from lianshu.imports.services import reading
from lianshu.imports.services.requests import (
    configure_import,
    confirm_import,
    continue_import,
    discard_import,
    upload_import,
)
from lianshu.jobs.context import Cancelled, Interrupted
from lianshu.jobs.models import Job
from lianshu.jobs.services import cancel_job, retry_job
from lianshu.jobs.services.execution import execute
from lianshu.notices.models import Notice
from lianshu.records.errors import DomainError
from lianshu.registry.models import Identifier
from lianshu.registry.services import create_organisation
from tests.cast import NOW, SYSTEM, Cast, credit_code
from tests.imports.running import HEADER, line, load, problems, table, upload, work


def test_a_file_is_checked_shown_confirmed_and_written(cast: Cast) -> None:
    run = upload(cast.actor("officer"), table(line(1), line(2)))
    assert (run.status, run.total_rows, run.to_create, run.bad_count) == ("ready", 2, 2, 0)
    assert run.mapping == {"external_id": 0, "title": 1, "owner": 3, "detail": 2, "contact": 4}
    assert [cell["text"] for cell in run.preview[0]["cells"]][:2] == ["D1", "需求 1"]
    assert not Demand.objects.exists()
    confirm_import(actor=cast.actor("officer"), run=run, mode="all", now=NOW)
    done = work(run)
    assert (done.status, done.created, done.last_row) == ("done", 2, 3)
    demand = Demand.objects.get(external_id="D1")
    assert (demand.source, demand.owner.name) == ("市科技局", "甬江磁材有限公司")
    assert (demand.title, demand.summary, demand.detail) == ("需求 1", "", "细节 1")
    assert (demand.status, demand.kind) == ("published", "technology")
    assert demand.region == cast.regions["yinzhou"]
    assert demand.chain == cast.chains["magnets"]
    assert demand.revisions.count() == 1
    assert [entry.actor_name for entry in entries_about(demand)] == ["欧阳链"]
    notice = Notice.objects.get()
    assert (notice.recipient.username, notice.kind) == ("officer", "imports.finished")


def test_reimporting_shows_what_would_change_and_writes_only_that(cast: Cast) -> None:
    officer = cast.actor("officer")
    load(officer, table(line(1), line(2)))
    run = upload(officer, table(line(1), line(2, title="新题目"), line(3)))
    assert (run.to_create, run.to_change, run.to_leave) == (1, 1, 1)
    assert run.changes == [
        {"row": 3, "fields": [{"label": "标题", "old": "需求 2", "new": "新题目"}]}
    ]
    confirm_import(actor=officer, run=run, mode="all", now=NOW)
    done = work(run)
    assert (done.created, done.changed, done.same) == (1, 1, 1)
    assert Demand.objects.get(external_id="D2").title == "新题目"
    assert Demand.objects.get(external_id="D1").version == 1


def test_another_source_with_the_same_number_is_another_demand(cast: Cast) -> None:
    load(cast.actor("officer"), table(line(1)))
    load(cast.actor("officer"), table(line(1)), source="市经信局")
    assert Demand.objects.filter(external_id="D1").count() == 2


def test_bad_rows_are_named_and_left_out_by_choice(cast: Cast) -> None:
    officer = cast.actor("officer")
    rows = [line(1), line(2, title=""), line(3, owner="没有这家"), line(4), line(4)]
    run = upload(officer, table(*rows))
    assert set(problems(run)) == {3, 4, 6}
    assert "第 3 行“标题”列是空的" in problems(run)[3][0]
    assert "第 4 行“单位”列的值“没有这家”不是已登记的单位" in problems(run)[4][0]
    assert "第 6 行" in problems(run)[6][0]
    assert "第 5 行" in problems(run)[6][0]
    with pytest.raises(DomainError, match="有 3 行不能导入"):
        confirm_import(actor=officer, run=run, mode="all", now=NOW)
    confirm_import(actor=officer, run=run, mode="good", now=NOW)
    done = work(run)
    assert (done.status, done.created, done.bad_count) == ("done", 2, 3)
    assert set(Demand.objects.values_list("external_id", flat=True)) == {"D1", "D4"}


def test_all_or_nothing_writes_nothing_when_a_row_became_bad_after_the_preview(cast: Cast) -> None:
    officer = cast.actor("officer")
    run = upload(officer, table(line(1), line(2, owner="慈湖电机有限公司")))
    confirm_import(actor=officer, run=run, mode="all", now=NOW)
    cast.organisations["motors"].name = "慈湖机电有限公司"
    cast.organisations["motors"].save()
    after = work(run)
    assert after.status == "ready"
    assert "没有写入任何内容" in after.problem
    assert set(problems(after)) == {3}
    assert not Demand.objects.exists()
    assert Notice.objects.get().kind == "imports.failed"


def test_a_row_of_an_organisation_outside_the_grant_is_refused(cast: Cast) -> None:
    run = upload(cast.actor("yinzhou"), table(line(1), line(2, owner="慈湖电机有限公司")))
    assert run.to_create == 1
    assert "也没有代为登记的授权" in problems(run)[3][0]


def test_nobody_takes_over_a_post_through_its_number(cast: Cast) -> None:
    load(cast.actor("officer"), table(line(1, title="保密的题目")))
    run = upload(cast.actor("bob"), table(line(1, owner="慈湖电机有限公司")))
    assert (run.to_create, run.to_change) == (0, 0)
    assert "您不能修改" in problems(run)[2][0]
    assert "保密的题目" not in problems(run)[2][0]


def test_a_post_cannot_be_moved_to_an_organisation_outside_the_grant(cast: Cast) -> None:
    load(cast.actor("yinzhou"), table(line(1)))
    run = upload(cast.actor("yinzhou"), table(line(1, owner="慈湖电机有限公司")))
    assert "也没有代为登记的授权" in problems(run)[2][0]


def test_an_enterprise_imports_its_own_list_without_an_organisation_column(cast: Cast) -> None:
    content = table(["甲", "内容一"], header=["名称", "内容"])
    run = load(cast.actor("alice"), content)
    demand = Demand.objects.get()
    assert (run.created, demand.owner) == (1, cast.organisations["magnets"])
    assert demand.contact == "alice@example.test"
    assert any("没有编号列" in note["message"] for note in run.notes)


def test_a_viewer_and_somebody_without_organisation_may_not_import(cast: Cast) -> None:
    for who in ("anna", "eve"):
        with pytest.raises(Refusal):
            upload(cast.actor(who), table(line(1)))
    assert not ImportRun.objects.exists()
    assert not StoredFile.objects.exists()


def test_credit_codes_regions_chains_money_and_dates_are_understood(cast: Cast) -> None:
    code = Identifier.objects.get(organisation=cast.organisations["magnets"]).value
    header = [
        "编号",
        "标题",
        "企业名称",
        "电话",
        "类型",
        "区域",
        "产业链",
        "TRL",
        "预算上限（万元）",
        "期限",
    ]
    row = [
        "1",
        "题目",
        code.lower(),
        "1",
        "人才需求",
        "慈溪市",
        "绿色石化",
        "TRL5",
        "1.5",
        "2027年1月2日",
    ]
    run = load(cast.actor("officer"), table(row, header=header))
    demand = Demand.objects.get()
    assert (demand.owner, demand.kind, demand.trl_level) == (
        cast.organisations["magnets"],
        "talent",
        5,
    )
    assert (demand.region.code, demand.chain and demand.chain.code) == ("cixi", "petro")
    assert demand.budget_max == 1_500_000
    assert str(demand.deadline) == "2027-01-02"
    assert any("10,000" in note["message"] for note in run.notes)


def test_resources_bring_the_facets_of_their_kind(cast: Cast) -> None:
    header = ["资源编号", "名称", "类型", "单位", "专利号", "参考价格上限（万元）", "电话"]
    rows = [
        ["R1", "一种永磁体", "专利", "东海大学", "ZL2020", "30", "1"],
        ["R2", "某专家", "专家", "东海大学", "ZL2021", "", "1"],
    ]
    run = load(cast.actor("officer"), table(*rows, header=header), target="resources")
    assert Resource.objects.get().facets == {"patent_number": "ZL2020", "price_max": 30_000_000}
    assert "“专家”没有“patent_number”这个特性" in problems(run)[3][0]
    again = upload(
        cast.actor("officer"),
        table(
            ["R1", "一种永磁体", "专利", "东海大学", "1"],
            header=["编号", "名称", "类型", "单位", "电话"],
        ),
        target="resources",
    )
    assert again.to_leave == 1


def test_without_a_way_to_be_reached_a_row_can_only_be_a_draft(cast: Cast) -> None:
    content = table(line(1, contact=""))
    run = upload(cast.actor("officer"), content, options={"contact": ""})
    assert "联系方式" in problems(run)[2][0]
    load(cast.actor("officer"), content, options={"contact": "", "publish": "draft"})
    assert Demand.objects.get().status == "draft"
    load(cast.actor("officer"), table(line(1)), options={"publish": "published"})
    assert Demand.objects.get().status == "published"


def test_what_was_withdrawn_stays_withdrawn_and_empty_placing_cells_change_nothing(
    cast: Cast,
) -> None:
    officer = cast.actor("officer")
    load(officer, table(line(1)))
    withdraw_post(actor=cast.actor("alice"), post=Demand.objects.get(), now=NOW)
    done = load(officer, table(line(1, title="改了", contact="", detail="")))
    demand = Demand.objects.get()
    assert (done.changed, demand.status, demand.title) == (1, "withdrawn", "改了")
    assert (demand.contact, demand.detail) == ("0574-0000-0001", "")


def test_the_mapping_can_be_changed_and_is_remembered_for_this_sender_and_header(
    cast: Cast,
) -> None:
    officer = cast.actor("officer")
    header = ["需求编号", "标题", "说明文字", "单位", "联系方式"]
    run = upload(officer, table(line(1), header=header))
    assert any("说明文字" in note["message"] for note in run.notes)
    mapping = dict(run.mapping or {}) | {"summary": 2}
    run = configure_import(actor=officer, run=run, mapping=mapping, options=run.options, now=NOW)
    assert run.status == "checking"
    run = work(run)
    confirm_import(actor=officer, run=run, mode="all", now=NOW)
    work(run)
    assert Demand.objects.get().summary == "细节 1"
    again = upload(officer, table(line(2), header=header))
    assert again.remembered
    assert again.mapping == mapping
    assert not upload(officer, table(line(2), header=header), source="市经信局").remembered
    assert not upload(officer, table(line(2))).remembered
    assert SavedMapping.objects.count() == 1


def test_a_mapping_that_cannot_be_is_refused(cast: Cast) -> None:
    officer = cast.actor("officer")
    run = upload(officer, table(line(1)))
    for mapping, words in (
        ({"title": 1, "detail": 1}, "同时对应"),
        ({"title": 9}, "不在文件里"),
        ({"nothing": 1}, "没有“nothing”"),
    ):
        with pytest.raises(DomainError, match=words):
            configure_import(actor=officer, run=run, mapping=mapping, options={}, now=NOW)
    with pytest.raises(DomainError, match="不是已登记的单位"):
        configure_import(
            actor=officer, run=run, mapping={"title": 1}, options={"owner": "没有"}, now=NOW
        )


def test_a_missing_required_column_blocks_until_it_is_mapped(cast: Cast) -> None:
    officer = cast.actor("officer")
    run = upload(officer, table(line(1), header=["编号", "说的是啥", "内容", "单位", "电话"]))
    assert run.blocked
    assert run.total_rows == 0
    assert run.preview
    with pytest.raises(Refusal, match="对应关系"):
        confirm_import(actor=officer, run=run, mode="good", now=NOW)
    mapping = dict(run.mapping or {}) | {"title": 1}
    configure_import(actor=officer, run=run, mapping=mapping, options=run.options, now=NOW)
    run = work(run)
    assert (run.blocked, run.to_create) == (False, 1)


def test_two_firms_of_one_name_must_be_told_apart(cast: Cast) -> None:
    create_organisation(
        actor=SYSTEM,
        name="甬江磁材 有限公司",
        kind="enterprise",
        region=cast.regions["cixi"],
        uscc=credit_code(100),
        now=NOW,
    )
    run = upload(cast.actor("officer"), table(line(1)))
    assert "有 2 家同名单位" in problems(run)[2][0]


def test_an_import_cut_off_between_chunks_goes_on_exactly_once(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = cast.actor("officer")
    monkeypatch.setattr(reading, "CHUNK", 2)
    content = table(*[line(n, id="") for n in range(1, 8)], line(8, title=""), line(9, id=""))
    run = upload(officer, content)
    confirm_import(actor=officer, run=run, mode="good", now=NOW)
    calls = {"n": 0}

    def failing(**how: object) -> object:
        calls["n"] += 1
        if calls["n"] == 3:
            raise OSError("disk full")
        return save_plans(**how)  # type: ignore[arg-type]

    monkeypatch.setattr("lianshu.exchange.importing.save_plans", failing)
    stopped = work(run)
    assert (stopped.status, stopped.last_row, stopped.created) == ("stopped", 5, 4)
    assert Demand.objects.count() == 4
    assert "会从第 6 行接着导入" in stopped.problem
    assert Notice.objects.get().kind == "imports.failed"
    monkeypatch.setattr("lianshu.exchange.importing.save_plans", save_plans)
    done = work(continue_import(actor=officer, run=stopped, now=NOW))
    assert (done.status, done.created, done.bad_count) == ("done", 8, 1)
    assert (done.total_rows, done.applied_rows) == (9, 9)
    assert sorted(Demand.objects.values_list("title", flat=True)) == [
        f"需求 {n}" for n in (1, 2, 3, 4, 5, 6, 7, 9)
    ]
    assert set(problems(done)) == {9}


@pytest.mark.parametrize("signal", [Interrupted, Cancelled])
def test_a_stopped_worker_leaves_a_run_that_can_go_on(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, signal: type[Exception]
) -> None:
    officer = cast.actor("officer")
    monkeypatch.setattr(reading, "CHUNK", 1)
    run = upload(officer, table(line(1), line(2)))
    confirm_import(actor=officer, run=run, mode="all", now=NOW)

    def pause(_seconds: float) -> None:
        raise signal

    monkeypatch.setattr("lianshu.imports.services.applying.time.sleep", pause)
    cut = work(run)
    assert cut.job is not None
    assert cut.last_row == 2
    monkeypatch.undo()
    if signal is Interrupted:
        assert (cut.status, cut.job.status) == ("applying", "queued")
    else:
        assert (cut.status, cut.job.status) == ("stopped", "cancelled")
        cut = continue_import(actor=officer, run=cut, now=NOW)
    done = work(cut)
    assert (done.status, done.created) == ("done", 2)
    assert Demand.objects.count() == 2


def test_a_failed_job_asked_for_again_goes_on_and_a_replaced_one_does_nothing(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = cast.actor("officer")
    monkeypatch.setattr(reading, "CHUNK", 1)
    run = upload(officer, table(line(1), line(2)))
    confirm_import(actor=officer, run=run, mode="all", now=NOW)

    def fail(_seconds: float) -> None:
        raise OSError("boom")

    monkeypatch.setattr("lianshu.imports.services.applying.time.sleep", fail)
    stopped = work(run)
    monkeypatch.undo()
    first = Job.objects.get(kind="imports.apply")
    assert first.status == "failed"
    done = work(continue_import(actor=officer, run=stopped, now=NOW))
    assert done.created == 2
    retry_job(actor=officer, job=first, now=NOW)
    first.refresh_from_db()
    execute(first.pk, first.attempt, worker="test", clock=lambda: NOW)
    first.refresh_from_db()
    assert "交给了新的任务" in first.error
    assert Demand.objects.count() == 2


def test_a_waiting_import_that_is_cancelled_can_be_continued(cast: Cast) -> None:
    officer = cast.actor("officer")
    run = upload(officer, table(line(1)))
    run = confirm_import(actor=officer, run=run, mode="all", now=NOW)
    assert run.job is not None
    cancel_job(actor=officer, job=run.job, now=NOW)
    run = ImportRun.objects.select_related("job", "file").get()
    assert run.is_stuck
    assert work(continue_import(actor=officer, run=run, now=NOW)).status == "done"


def test_what_somebody_edits_between_plan_and_write_stops_the_chunk(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = cast.actor("officer")
    load(officer, table(line(1)))
    run = upload(officer, table(line(1, title="新题目")))
    confirm_import(actor=officer, run=run, mode="all", now=NOW)

    def edited_first(**how: object) -> object:
        demand = Demand.objects.get()
        edit_post(
            actor=cast.actor("alice"), post=demand, values={"summary": "甲"}, version=1, now=NOW
        )
        return save_plans(**how)  # type: ignore[arg-type]

    monkeypatch.setattr("lianshu.exchange.importing.save_plans", edited_first)
    stopped = work(run)
    assert (stopped.status, stopped.last_row) == ("ready", 0)
    assert "刚刚被修改" in stopped.problem
    assert Demand.objects.get().title == "需求 1"


def test_confirming_twice_imports_once(cast: Cast) -> None:
    officer = cast.actor("officer")
    run = upload(officer, table(line(1)))
    stale = ImportRun.objects.select_related("job").get(pk=run.pk)
    confirm_import(actor=officer, run=run, mode="all", now=NOW)
    with pytest.raises(DomainError, match="刷新"):
        confirm_import(actor=officer, run=stale, mode="all", now=NOW)
    assert Job.objects.filter(kind="imports.apply").count() == 1


def test_giving_up_removes_the_file_and_what_was_read_from_it(cast: Cast) -> None:
    officer = cast.actor("officer")
    run = upload(officer, table(line(1), line(2, title="")))
    discard_import(actor=officer, run=run, now=NOW)
    run.refresh_from_db()
    stored = StoredFile.objects.get()
    assert (run.status, run.preview, problems(run)) == ("discarded", [], {})
    assert stored.deleted_at == NOW


def test_who_sees_which_run(cast: Cast) -> None:
    upload(cast.actor("officer"), table(line(1)))
    seen = {who for who in cast.users if runs_for(cast.actor(who)).exists()}
    assert seen == {"officer", "admin"}


def test_a_file_deleted_meanwhile_is_said(cast: Cast) -> None:
    officer = cast.actor("officer")
    run = upload(officer, table(line(1)))
    StoredFile.objects.update(deleted_at=NOW)
    configure_import(
        actor=officer, run=run, mapping=run.mapping or {}, options=run.options, now=NOW
    )
    assert work(run).status == "unreadable"


def test_a_source_must_be_named(cast: Cast) -> None:
    for source, words in ((" ", "请填写来源"), ("长" * 65, "最多 64")):
        with pytest.raises(DomainError, match=words):
            upload_import(
                actor=cast.actor("officer"),
                target_id="demands",
                source=source,
                upload=SimpleUploadedFile("a.csv", table(line(1))),
                now=NOW,
            )


def test_the_header_used_here_is_the_real_one() -> None:
    assert len(line(1)) == len(HEADER)
