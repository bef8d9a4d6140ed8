"""Office sheets through the importer: found, shown, remembered; names matched; people kept out."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from lianshu.accounts.models import Membership
from lianshu.accounts.services import give_grant
from lianshu.authority import Capability, Refusal
from lianshu.engine.sheets import Layout
from lianshu.exchange.models import Demand
from lianshu.files.access import can_read_file
from lianshu.imports.models import BadRow, ImportRun, KnownName, SavedMapping
from lianshu.imports.services.naming import match_names
from lianshu.imports.services.requests import configure_import, confirm_import
from lianshu.records.errors import DomainError, NotFound
from lianshu.registry.models import Organisation
from lianshu.registry.naming import OrganisationNames, core_of
from tests.cast import NOW, SYSTEM, Cast, credit_code
from tests.engine.sheets.offices import ID_CARD, OFFICE_FILES
from tests.imports.running import line, load, problems, table, upload, work

REACHABLE = {"contact": "0574-0000-0000"}


def content(tmp_path: Path, name: str) -> bytes:
    return OFFICE_FILES[name](tmp_path / name).read_bytes()


def sent(cast: Cast, tmp_path: Path, name: str) -> ImportRun:
    return upload(
        cast.actor("officer"), content(tmp_path, name), name=name, options=dict(REACHABLE)
    )


def rules(run: ImportRun) -> set[str]:
    return {note["rule"] for note in run.notes}


@pytest.mark.parametrize("name", OFFICE_FILES)
def test_every_office_file_is_understood_or_says_what_is_missing(
    cast: Cast, tmp_path: Path, name: str
) -> None:
    run = sent(cast, tmp_path, name)
    assert run.status == "ready"
    told = "".join(note["message"] for note in run.notes)
    assert run.good_count > 0 or "缺少必填的“标题”列" in told or run.bad_count


def test_title_lines_totals_and_units_are_shown_and_imported(cast: Cast, tmp_path: Path) -> None:
    run = sent(cast, tmp_path, "汇总表.xlsx")
    assert (run.header_row, run.header_rows, run.total_rows, run.bad_count) == (4, 1, 2, 0)
    assert {"S017", "S040", "S042", "S043"} <= rules(run)
    confirm_import(actor=cast.actor("officer"), run=run, mode="all", now=NOW)
    assert work(run).created == 2
    budgets = Demand.objects.order_by("budget_max").values_list("budget_max", flat=True)
    assert list(budgets) == [80_500_000, 120_000_000]


def test_printed_pages_bring_the_records_only(cast: Cast, tmp_path: Path) -> None:
    run = sent(cast, tmp_path, "分页打印.xlsx")
    assert (run.total_rows, run.bad_count) == (3, 0)
    confirm_import(actor=cast.actor("officer"), run=run, mode="all", now=NOW)
    assert work(run).created == 3
    again = sent(cast, tmp_path, "分页打印.xlsx")
    assert (again.to_leave, again.to_create) == (3, 0)


def test_personal_columns_are_named_and_stored_nowhere(cast: Cast, tmp_path: Path) -> None:
    officer = cast.actor("officer")
    run = sent(cast, tmp_path, "个人信息.xlsx")
    assert "S047" in rules(run)
    assert "S016" not in {n["rule"] for n in run.notes if "身份证" in n["message"]}
    assert run.total_rows == 2
    index = next(i for i, title in enumerate(run.header) if "身份证号" in title)
    with pytest.raises(DomainError, match="不收集的个人信息"):
        configure_import(
            actor=officer, run=run, mapping={"detail": index}, options=run.options, now=NOW
        )
    assert not can_read_file(officer, "imports.importrun", run.pk).allowed
    confirm_import(actor=officer, run=run, mode="good", now=NOW)
    done = work(run)
    assert done.created == 2
    assert done.file is not None
    assert done.file.deleted_at is not None
    kept = [*ImportRun.objects.values(), *BadRow.objects.values(), *Demand.objects.values()]
    assert ID_CARD not in str(kept)
    assert "中共党员" not in str(kept)


def test_statements_inside_texts_are_left_out_and_the_rest_kept(cast: Cast, tmp_path: Path) -> None:
    run = sent(cast, tmp_path, "文字里的信息.csv")
    assert "S048" in rules(run)
    confirm_import(actor=cast.actor("officer"), run=run, mode="good", now=NOW)
    work(run)
    kept = str(list(Demand.objects.values()))
    assert "党建引领的园区服务平台" in kept
    assert "王工" in kept
    assert ID_CARD not in kept
    assert "中共党员" not in kept


def test_a_header_found_by_hand_is_remembered_for_the_sender(cast: Cast) -> None:
    officer = cast.actor("officer")
    rows = "甲,乙,丙\n编码,叫法,归属\n1,磁钢回收,甬江磁材有限公司\n2,电机降噪,慈湖电机有限公司\n"
    run = upload(officer, rows.encode(), options=dict(REACHABLE))
    assert run.header == ["甲", "乙", "丙"]
    changed = configure_import(
        actor=officer, run=run, mapping={}, options=run.options, layout=Layout(2), now=NOW
    )
    run = work(changed)
    assert (run.header, run.header_row) == (["编码", "叫法", "归属"], 2)
    mapping = {"external_id": 0, "title": 1, "owner": 2}
    run = work(
        configure_import(actor=officer, run=run, mapping=mapping, options=run.options, now=NOW)
    )
    assert (run.mapping, run.to_create) == (mapping, 2)
    confirm_import(actor=officer, run=run, mode="all", now=NOW)
    assert work(run).created == 2
    assert SavedMapping.objects.get().header_row == 2
    again = upload(officer, rows.encode(), options=dict(REACHABLE))
    assert (again.header_row, again.mapping, again.to_leave) == (2, mapping, 2)
    other = upload(officer, rows.encode(), source="市经信局", options=dict(REACHABLE))
    assert (other.header_row, other.remembered) == (1, False)


def test_places_that_are_not_in_the_file(cast: Cast, tmp_path: Path) -> None:
    officer = cast.actor("officer")
    run = sent(cast, tmp_path, "多个工作表.xlsx")
    with pytest.raises(DomainError, match="没有工作表"):
        configure_import(
            actor=officer, run=run, mapping={}, options=run.options, sheet="无", now=NOW
        )
    with pytest.raises(DomainError, match="最多占"):
        configure_import(
            actor=officer, run=run, mapping={}, options=run.options, layout=Layout(0), now=NOW
        )
    far = configure_import(
        actor=officer, run=run, mapping={}, options=run.options, layout=Layout(99), now=NOW
    )
    unreadable = work(far)
    assert unreadable.status == "unreadable"
    assert "第 99 行没有内容" in unreadable.problem


def test_another_sheet_is_chosen(cast: Cast, tmp_path: Path) -> None:
    run = sent(cast, tmp_path, "多个工作表.xlsx")
    assert (run.sheet, run.sheets) == ("技术需求", ["填表说明", "技术需求", "人才需求"])
    changed = configure_import(
        actor=cast.actor("officer"),
        run=run,
        mapping={},
        options=run.options,
        sheet="人才需求",
        now=NOW,
    )
    run = work(changed)
    assert (run.sheet, run.header_row, run.to_create) == ("人才需求", 2, 2)


def test_an_unknown_name_is_offered_chosen_and_remembered(cast: Cast) -> None:
    officer = cast.actor("officer")
    rows = [line(1, owner="甬江磁材公司"), line(2, owner="甬江 磁材公司"), line(3, owner="天外天")]
    run = upload(officer, table(*rows))
    assert (run.to_create, run.bad_count) == (0, 3)
    first, second = run.unknown_names
    assert (first["name"], first["count"], first["rows"]) == ("甬江磁材公司", 2, [2, 3])
    magnets = cast.organisations["magnets"]
    assert first["candidates"][0]["id"] == magnets.public_id
    assert second["candidates"] == []
    match_names(actor=officer, run=run, meanings={first["key"]: magnets.public_id}, now=NOW)
    run = work(run)
    assert (run.to_create, run.bad_count) == (2, 1)
    again = upload(officer, table(line(4, owner="甬江磁材公司")))
    assert again.to_create == 1
    other = upload(officer, table(line(4, owner="甬江磁材公司")), source="市经信局")
    assert other.to_create == 0
    assert Organisation.objects.filter(name__contains="天外天").count() == 0


def test_a_new_firm_is_registered_only_by_who_may(cast: Cast) -> None:
    officer = cast.actor("officer")
    run = upload(officer, table(line(1, owner="天外天磁业有限公司")))
    key = run.unknown_names[0]["key"]
    with pytest.raises(Refusal):
        match_names(actor=officer, run=run, meanings={key: ""}, place="yinzhou", now=NOW)
    assert OrganisationNames().places(officer) == []
    assert not KnownName.objects.exists()
    give_grant(
        actor=SYSTEM,
        membership=Membership.objects.get(user=cast.users["officer"]),
        capability=Capability.MANAGE_ORGANISATIONS,
        region=cast.regions["yinzhou"],
        every_chain=True,
        now=NOW,
    )
    officer = cast.actor("officer")
    assert OrganisationNames().places(officer) == [("yinzhou", "鄞州区")]
    with pytest.raises(DomainError, match="请选择新单位所在的区域"):
        match_names(actor=officer, run=run, meanings={key: ""}, place="", now=NOW)
    with pytest.raises(DomainError, match="统一社会信用代码"):
        match_names(actor=officer, run=run, meanings={key: ""}, place="yinzhou", now=NOW)
    match_names(
        actor=officer,
        run=run,
        meanings={key: ""},
        place="yinzhou",
        codes={key: credit_code(100)},
        now=NOW,
    )
    run = work(run)
    assert (run.to_create, run.bad_count) == (1, 0)
    assert Organisation.objects.get(name="天外天磁业有限公司").region == cast.regions["yinzhou"]


def test_meanings_that_were_not_offered(cast: Cast) -> None:
    officer = cast.actor("officer")
    run = upload(officer, table(line(1, owner="天外天")))
    key = run.unknown_names[0]["key"]
    with pytest.raises(NotFound):
        match_names(actor=officer, run=run, meanings={key: "没有"}, now=NOW)
    with pytest.raises(DomainError):
        match_names(actor=officer, run=run, meanings={"别的": "x"}, now=NOW)
    with pytest.raises(Refusal):
        match_names(actor=cast.actor("bob"), run=run, meanings={key: "x"}, now=NOW)


def test_a_remembered_firm_that_is_gone_is_unknown_again(cast: Cast) -> None:
    officer = cast.actor("officer")
    KnownName.objects.create(
        organisation_id=cast.organisations["office"].pk,
        source="市科技局",
        key="老厂",
        matched_id=999_999,
        updated_at=NOW,
    )
    run = upload(officer, table(line(1, owner="老厂")))
    assert "不是已登记的单位" in problems(run)[2][0]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("慈湖电机股份有限公司", "motors"),
        ("宁波慈湖电机厂", "motors"),
        ("甬江瓷材有限公司", "magnets"),
        ("东海大学（鄞州）", "university"),
        ("完全无关的名字", None),
    ],
)
def test_candidates(cast: Cast, name: str, expected: str | None) -> None:
    found = OrganisationNames().candidates(cast.actor("officer"), name)
    ids = [each.id for each in found]
    if expected is None:
        assert ids == []
    else:
        assert ids[0] == cast.organisations[expected].public_id


def test_cores() -> None:
    assert core_of("宁波甬江磁材股份有限公司") == "甬江磁材"
    assert core_of("有限公司") != ""


def test_the_page_offers_names_and_where_the_header_is(cast: Cast, client: Client) -> None:
    client.force_login(cast.users["officer"])
    run = upload(cast.actor("officer"), table(line(1, owner="甬江磁材公司")))
    page = client.get(reverse("imports:detail", args=[run.public_id])).content.decode()
    assert "没有登记的单位名称" in page
    assert "甬江磁材有限公司" in page
    assert 'name="header_row"' in page
    chosen = {"name_0": cast.organisations["magnets"].public_id}
    answer = client.post(reverse("imports:names", args=[run.public_id]), chosen)
    assert answer.status_code == 302
    assert work(run).to_create == 1


def test_choosing_nothing_or_nonsense_is_told(cast: Cast, client: Client) -> None:
    client.force_login(cast.users["officer"])
    run = upload(cast.actor("officer"), table(line(1, owner="甬江磁材公司")))
    address = reverse("imports:names", args=[run.public_id])
    assert client.post(address, {}).status_code == 422
    assert client.post(address, {"name_0": "nonsense"}).status_code == 422
    assert not KnownName.objects.exists()


def test_the_page_moves_the_header(cast: Cast, client: Client) -> None:
    client.force_login(cast.users["officer"])
    content = "甲,乙\n标题,单位\nx,甬江磁材有限公司\n".encode()
    run = upload(cast.actor("officer"), content, options=dict(REACHABLE))
    assert run.header_row == 2
    form = {"do": "confirm", "header_row": "1", "header_rows": "1", "mode": "all"}
    form |= {f"option_{name}": value for name, value in run.options.items()}
    answer = client.post(reverse("imports:settings", args=[run.public_id]), form)
    assert answer.status_code == 302
    assert work(run).header == ["甲", "乙"]


def test_a_plain_list_still_imports_as_before(cast: Cast) -> None:
    run = load(cast.actor("officer"), table(line(1), line(2)))
    assert (run.created, run.header_row, run.unknown_names) == (2, 1, [])
    assert not {"S040", "S041", "S042", "S043"} & rules(run)


def test_what_is_wrong_is_told_in_the_language_of_who_asked(cast: Cast) -> None:
    content = "标题,单位,预算上限（万元）,联系方式\n磁钢,甬江磁材有限公司,约一百,1\n".encode()
    with translation.override("en"):
        run = upload(cast.actor("officer"), content)
    [told] = problems(run)[2]
    assert told.startswith("Row 2, column '预算上限（万元）': '约一百'")
    assert problems(upload(cast.actor("officer"), content))[2][0].startswith("第 2 行")
