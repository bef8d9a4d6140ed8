"""Lists of chain members and of liaisons as offices send them."""

from __future__ import annotations

from datetime import date

from lianshu.authority import Actor
from lianshu.imports.models import ImportRun
from lianshu.imports.services.requests import confirm_import
from lianshu.registry.models import ChainMember, Liaison, LiaisonAssignment
from lianshu.registry.services import SegmentRow, add_segments
from tests.cast import NOW, SYSTEM, Cast
from tests.imports.running import problems, table, upload, work

MEMBERS = ("产业链", "企业名称", "角色", "所在环节", "加入日期")
PEOPLE = ("姓名", "类别", "联系电话", "工作单位", "服务企业", "起日")


def sent(cast: Cast, target: str, *rows: object, by: str = "officer", **options: str) -> ImportRun:
    header = MEMBERS if target == "chain_members" else PEOPLE
    return upload(
        cast.actor(by),
        table(*rows, header=header),  # type: ignore[arg-type]
        name="名单.csv",
        target=target,
        options=options,
    )


def written(actor: Actor, run: ImportRun) -> ImportRun:
    confirm_import(actor=actor, run=run, mode="good", now=NOW)
    return work(run)


def told_of(run: ImportRun) -> str:
    return "\n".join(message for each in problems(run).values() for message in each)


def test_chain_members_come_from_a_list(cast: Cast) -> None:
    rows = [SegmentRow("mid", "永磁材料", "midstream"), SegmentRow("down", "电机", "downstream")]
    add_segments(actor=SYSTEM, chain=cast.chains["magnets"], rows=rows, now=NOW)
    magnets, motors = "甬江磁材有限公司", "慈湖电机有限公司"
    good = (
        ["磁性材料", magnets, "链主", "永磁材料", "2025-03-01"],
        ["磁性材料产业链", motors, "", "down", ""],
    )
    officer = cast.actor("officer")
    run = written(officer, sent(cast, "chain_members", *good, role="member"))
    assert (run.to_create, run.bad_count) == (2, 0)
    lead, member = ChainMember.objects.order_by("pk")
    assert (lead.role, lead.valid_from) == ("lead_firm", date(2025, 3, 1))
    assert (member.role, member.segment and member.segment.name) == ("member", "电机")
    bad = sent(
        cast,
        "chain_members",
        *good,
        ["磁性材料", "没有这家磁业有限公司", "链主", "", ""],
        ["没有这条", magnets, "成员", "", ""],
        ["磁性材料", magnets, "成员", "炼油", ""],
        ["磁性材料", magnets, "链主", "永磁材料", "2026-01-01"],
        ["磁性材料", magnets, "", "电机", ""],
        ["磁性材料", "东海大学", "链创", "", ""],
        ["磁性材料", "东海大学", "链创", "", "2026-01-01"],
        role="",
    )
    assert (bad.to_leave, bad.to_create) == (1, 1)
    told = told_of(bad)
    assert [name["name"] for name in bad.unknown_names] == ["没有这家磁业有限公司"]
    for words in (
        "不是已有的产业链",
        "不是“磁性材料”的环节",
        "没有写角色",
        "和第 2 行说的是同一家单位的同一个角色",
        "和第 9 行说的是同一家单位的同一个角色",
    ):
        assert words in told, words
    # A sheet that comes again with another day is told of the stored period.
    later = ["磁性材料", magnets, "链主", "永磁材料", "2026-01-01"]
    assert "2025-03-01 起" in told_of(sent(cast, "chain_members", later))
    foreign = sent(cast, "chain_members", ["磁性材料", motors, "成员", "", ""], by="yinzhou")
    assert "您没有在慈溪市负责“磁性材料”的授权" in told_of(foreign)


def test_liaisons_come_with_whom_they_serve(cast: Cast) -> None:
    magnets, motors, office = "甬江磁材有限公司", "慈湖电机有限公司", "新材料产业链链办"
    officer = cast.actor("officer")
    good = (
        ["梅助", "助企专员", "0574-00000010", office, magnets, "2025-03-01"],
        ["梅助", "助企专员", "", office, motors, ""],
        ["竹导", "党建指导员", "", office, magnets, ""],
    )
    run = written(officer, sent(cast, "liaisons", *good))
    assert (run.to_create, run.bad_count) == (3, 0)
    assert Liaison.objects.count() == 2
    assert LiaisonAssignment.objects.count() == 3
    again = sent(cast, "liaisons", *good)
    assert (again.to_leave, again.to_create, again.bad_count) == (3, 0, 0)
    phone = written(
        officer, sent(cast, "liaisons", ["竹导", "党建指导员", "0574-11", office, magnets, ""])
    )
    assert phone.to_change == 1
    assert Liaison.objects.get(name="竹导").phone == "0574-11"
    bad = sent(
        cast,
        "liaisons",
        ["梅助", "助企专员", "0574-99", office, magnets, ""],
        ["兰助", "", "", office, magnets, ""],
        ["兰助", "助企专员", "", "没有这个局", magnets, ""],
        ["兰助", "助企专员", "", office, office, ""],
        ["菊助", "助企专员", "", office, motors, ""],
        ["菊助", "助企专员", "", office, motors, "2026-01-01"],
        kind="",
    )
    told = told_of(bad)
    for words in (
        "登记的是另一个电话",
        "没有写类别",
        "是同一家“新材料产业链链办”",
        "和第 6 行相同",
    ):
        assert words in told, words
    assert (bad.to_create, [each["name"] for each in bad.unknown_names]) == (1, ["没有这个局"])
    district = sent(
        cast,
        "liaisons",
        ["荷助", "助企专员", "", "鄞州区链办", motors, ""],
        ["荷助", "助企专员", "", office, magnets, ""],
        ["荷助", "助企专员", "", "鄞州区链办", magnets, ""],
        by="yinzhou",
    )
    refused = told_of(district)
    assert "慈湖电机有限公司”安排专员" in refused and "管理“宁波市”专员" in refused
    assert district.to_create == 1
