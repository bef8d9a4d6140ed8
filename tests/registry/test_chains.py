"""Who belongs to a chain, a group or a pairing, and who serves whom: what services keep."""

from __future__ import annotations

from datetime import date

import pytest

from lianshu.audit.models import AuditEntry
from lianshu.authority import Refusal
from lianshu.records.errors import DomainError
from lianshu.registry.models import (
    ChainMember,
    LiaisonAssignment,
    Organisation,
    PairingMember,
    Segment,
)
from lianshu.registry.queries.chains import chain_by_code, chain_columns, chains_by_tier
from lianshu.registry.queries.relations import liaisons_for, part_of, serving
from lianshu.registry.services import (
    AffiliationRow,
    AssignmentRow,
    ChainMemberRow,
    PairingRow,
    SegmentRow,
    add_affiliation,
    add_affiliations,
    add_chain,
    add_chain_member,
    add_chain_members,
    add_pairing_member,
    add_segment,
    add_segments,
    assign_liaison,
    assign_liaisons,
    create_liaison,
    create_organisation,
    create_pairing,
    create_pairings,
    edit_chain,
    edit_liaison,
    edit_segment,
    end_affiliation,
    end_assignment,
    end_chain_member,
    end_liaison,
    end_pairing,
    end_pairing_member,
    hand_over_assignments,
    move_organisation,
    remove_segment,
    succeed_liaison,
)
from lianshu.registry.services.succession import merge_organisation
from tests.cast import NOW, SYSTEM, Cast

TODAY = NOW.date()
SPRING, SUMMER = date(2026, 3, 1), date(2026, 6, 1)


@pytest.fixture
def segments(cast: Cast) -> dict[str, Segment]:
    rows = [
        SegmentRow("up", "稀土原料", "upstream"),
        SegmentRow("mid", "永磁材料", "midstream"),
        SegmentRow("mid-ndfeb", "钕铁硼", "midstream", parent="mid"),
        SegmentRow("down", "电机", "downstream"),
    ]
    return add_segments(actor=SYSTEM, chain=cast.chains["magnets"], rows=rows, now=NOW)


def test_a_chain_has_a_tier_an_office_and_a_chief(cast: Cast) -> None:
    magnets, office = cast.chains["magnets"], cast.organisations["office"]
    officer = cast.actor("officer")
    changes = {"tier": "core", "office": office, "chief": "周明", "chief_title": "副市长"}
    edit_chain(actor=officer, chain=magnets, changes=changes, now=NOW)
    entry = AuditEntry.objects.get(action="chain.edited")
    assert entry.changes["office"] == [None, office.name]
    edit_chain(actor=officer, chain=magnets, changes=changes, now=NOW)
    assert AuditEntry.objects.filter(action="chain.edited").count() == 1
    for wrong, field in (
        ({"office": cast.organisations["bank"]}, "office"),
        ({"name": "绿色石化"}, "name"),
        ({"name": " "}, "name"),
        ({"tier": "best"}, "tier"),
        ({"code": "x"}, None),
    ):
        with pytest.raises(DomainError) as error:
            edit_chain(actor=officer, chain=magnets, changes=wrong, now=NOW)
        assert error.value.field == field
    for who in ("yinzhou", "alice"):
        with pytest.raises(Refusal):
            edit_chain(actor=cast.actor(who), chain=magnets, changes={"chief": "x"}, now=NOW)
        with pytest.raises(Refusal):
            add_chain(actor=cast.actor(who), code="x", name="x", now=NOW)
    for code in ("magnets", "new", "磁", ""):
        with pytest.raises(DomainError, match="代码"):
            add_chain(actor=officer, code=code, name="另一条", now=NOW)
    # An officer of the place where the chain's office is may keep it too.
    district = {"office": cast.organisations["yinzhou_office"]}
    edit_chain(actor=officer, chain=magnets, changes=district, now=NOW)
    edit_chain(actor=cast.actor("yinzhou"), chain=magnets, changes={"chief": "吴"}, now=NOW)
    tiers = chains_by_tier(officer, today=TODAY)
    assert [(tier.label, [c.code for c in tier.chains]) for tier in tiers] == [
        ("核心产业集群（7）", ["magnets"]),
        ("", ["petro"]),
    ]


def test_segments_are_a_tree_inside_one_chain(cast: Cast, segments: dict[str, Segment]) -> None:
    magnets, officer = cast.chains["magnets"], cast.actor("officer")
    part = segments["mid-ndfeb"]
    edit_segment(actor=officer, segment=segments["mid"], changes={"stream": "upstream"}, now=NOW)
    part.refresh_from_db()
    assert part.stream == "upstream", "a part lies where the whole lies"
    numbered = add_segment(actor=officer, chain=magnets, name="检测", stream="service", now=NOW)
    assert (numbered.code, numbered.position) == ("05", 5)
    for changes, words in (
        ({"parent": part}, "不能作它的上级"),
        ({"name": "电机"}, "已有名为"),
        ({"name": ""}, "请填写"),
        ({"stream": "side"}, "上游、中游、下游"),
    ):
        with pytest.raises(DomainError, match=words):
            edit_segment(actor=officer, segment=segments["mid"], changes=changes, now=NOW)
        segments["mid"].refresh_from_db()
    with pytest.raises(DomainError, match="不属于“绿色石化”"):
        add_segment(
            actor=officer,
            chain=cast.chains["petro"],
            name="x",
            stream="upstream",
            parent=part,
            now=NOW,
        )
    with pytest.raises(DomainError, match="已有代码"):
        add_segments(actor=SYSTEM, chain=magnets, rows=[SegmentRow("up", "x", "upstream")], now=NOW)
    with pytest.raises(DomainError, match="还有 1 个环节"):
        remove_segment(actor=officer, segment=segments["mid"], now=NOW)
    motors = cast.organisations["motors"]
    add_chain_member(
        actor=officer, chain=magnets, organisation=motors, role="member", segment=part, now=NOW
    )
    with pytest.raises(DomainError, match="有 1 家单位"):
        remove_segment(actor=officer, segment=part, now=NOW)
    columns = chain_columns(officer, magnets, today=TODAY)
    upstream = [(node.segment.name, node.depth, node.firms) for node in columns[0].nodes]
    assert upstream == [("稀土原料", 0, 0), ("永磁材料", 0, 1), ("钕铁硼", 1, 1)]
    remove_segment(actor=officer, segment=numbered, now=NOW)
    with pytest.raises(Refusal, match="链办"):
        remove_segment(actor=cast.actor("alice"), segment=segments["up"], now=NOW)


def test_a_role_holds_for_a_period_and_overlaps_are_named(
    cast: Cast, segments: dict[str, Segment]
) -> None:
    magnets, firm = cast.chains["magnets"], cast.organisations["magnets"]
    yinzhou = cast.actor("yinzhou")

    def add(**values: object) -> ChainMember:
        given = {"chain": magnets, "organisation": firm, "role": "lead_firm", **values}
        return add_chain_member(actor=yinzhou, now=NOW, **given)  # type: ignore[arg-type]

    first = add(segment=segments["mid"], valid_from=SPRING)
    add(segment=segments["down"], valid_from=SPRING)
    with pytest.raises(DomainError, match="已登记（2026-03-01 起）"):
        add(segment=segments["mid"], valid_from=SUMMER)
    with pytest.raises(DomainError, match="已经登记过"):
        add(segment=segments["mid"])
    with pytest.raises(DomainError, match="早于起日"):
        end_chain_member(actor=yinzhou, member=first, on=date(2026, 2, 1), now=NOW)
    end_chain_member(actor=yinzhou, member=first, on=SUMMER, now=NOW)
    with pytest.raises(DomainError, match="已于 2026-06-01 结束"):
        end_chain_member(actor=yinzhou, member=first, on=SUMMER, now=NOW)
    with pytest.raises(DomainError, match="2026-03-01 至 2026-06-01"):
        add(segment=segments["mid"], valid_from=date(2026, 5, 1))
    add(segment=segments["mid"], valid_from=SUMMER)
    with pytest.raises(DomainError, match="不属于“绿色石化”"):
        add_chain_member(
            actor=cast.actor("officer"),
            chain=cast.chains["petro"],
            organisation=firm,
            role="member",
            segment=segments["mid"],
            now=NOW,
        )
    with pytest.raises(DomainError, match="不认识的角色"):
        add(role="king")
    with pytest.raises(Refusal, match="慈溪市"):
        add(organisation=cast.organisations["motors"])
    Organisation.objects.filter(pk=firm.pk).update(ended_on=SUMMER)
    firm.refresh_from_db()
    with pytest.raises(DomainError, match="已于 2026-06-01 终止"):
        add(role="member")
    part = part_of(yinzhou, firm, today=TODAY)
    assert [len(part.roles), len(part.former_roles)] == [2, 1]


def test_many_members_are_written_whole_or_not_at_all(
    cast: Cast, segments: dict[str, Segment]
) -> None:
    magnets = cast.chains["magnets"]
    firm, motors = cast.organisations["magnets"], cast.organisations["motors"]
    rows = [
        ChainMemberRow(magnets, firm, "lead_firm", valid_from=SPRING),
        ChainMemberRow(magnets, motors, "member", segments["down"]),
    ]
    twice = [*rows, ChainMemberRow(magnets, firm, "lead_firm", valid_from=SUMMER)]
    with pytest.raises(DomainError, match=r"第 3 条：.*期间重叠"):
        add_chain_members(actor=SYSTEM, rows=twice, now=NOW)
    with pytest.raises(DomainError, match="第 2 条：您没有在慈溪市"):
        add_chain_members(actor=cast.actor("yinzhou"), rows=rows, now=NOW)
    backwards = ChainMemberRow(magnets, firm, "member", None, SUMMER, SPRING)
    with pytest.raises(DomainError, match="早于起日"):
        add_chain_members(actor=SYSTEM, rows=[backwards], now=NOW)
    assert not ChainMember.objects.exists()
    assert add_chain_members(actor=SYSTEM, rows=rows, now=NOW) == 2
    assert add_chain_members(actor=SYSTEM, rows=rows, now=NOW) == 0
    assert AuditEntry.objects.filter(action="chain_member.added").count() == 2
    chain = chain_by_code(SYSTEM, "magnets", today=TODAY)
    assert chain is not None
    assert (chain.lead_firms, chain.firms, chain.segment_count) == (1, 2, 4)  # type: ignore[attr-defined]


def test_groups_have_affiliates(cast: Cast) -> None:
    officer, firm = cast.actor("officer"), cast.organisations["magnets"]
    alliance = create_organisation(
        actor=SYSTEM,
        name="磁性材料产业联盟",
        kind="alliance",
        region=cast.regions["ningbo"],
        chain=cast.chains["magnets"],
        now=NOW,
    )
    one = add_affiliation(
        actor=officer,
        group=alliance,
        organisation=firm,
        role="lead",
        valid_from=SPRING,
        now=NOW,
    )
    with pytest.raises(DomainError, match="期间重叠"):
        add_affiliation(
            actor=officer,
            group=alliance,
            organisation=firm,
            role="lead",
            valid_from=SUMMER,
            now=NOW,
        )
    for group, member, role, words in (
        (cast.organisations["bank"], firm, "lead", "不是联盟、协会或社区"),
        (alliance, alliance, "member", "不能加入它自己"),
        (alliance, firm, "boss", "不认识的角色"),
    ):
        with pytest.raises(DomainError, match=words):
            add_affiliation(actor=SYSTEM, group=group, organisation=member, role=role, now=NOW)
    rows = [
        AffiliationRow(alliance, cast.organisations[key], "member") for key in ("bank", "motors")
    ]
    with pytest.raises(Refusal, match="链办"):
        add_affiliations(actor=cast.actor("yinzhou"), rows=rows, now=NOW)
    assert add_affiliations(actor=officer, rows=rows, now=NOW) == 2
    end_affiliation(actor=officer, affiliation=one, on=SUMMER, now=NOW)
    part = part_of(officer, alliance, today=TODAY)
    assert [each.organisation.name for each in part.affiliates] == ["慈湖电机有限公司", "港湾银行"]


def test_a_pairing_is_one_and_some(cast: Cast) -> None:
    officer, lead = cast.actor("officer"), cast.organisations["magnets"]
    motors, university = cast.organisations["motors"], cast.organisations["university"]
    for topic, members, words in (
        (" ", [motors], "共建内容"),
        ("联合攻关", [], "至少要有一家"),
        ("联合攻关", [motors, motors], "写了两次"),
        ("联合攻关", [lead], "写了两次"),
    ):
        with pytest.raises(DomainError, match=words):
            create_pairing(actor=officer, lead=lead, members=members, topic=topic, now=NOW)
    pairing = create_pairing(
        actor=officer,
        lead=lead,
        members=[motors],
        topic="高端电机用磁钢联合攻关",
        chain=cast.chains["magnets"],
        valid_from=SPRING,
        now=NOW,
    )
    [only] = PairingMember.objects.all()
    with pytest.raises(DomainError, match="最后一家"):
        end_pairing_member(actor=officer, member=only, on=SUMMER, now=NOW)
    joined = add_pairing_member(
        actor=officer, pairing=pairing, organisation=university, valid_from=SUMMER, now=NOW
    )
    with pytest.raises(DomainError, match="2026-06-01 起"):
        add_pairing_member(actor=officer, pairing=pairing, organisation=university, now=NOW)
    with pytest.raises(DomainError, match="牵头单位"):
        add_pairing_member(actor=officer, pairing=pairing, organisation=lead, now=NOW)
    with pytest.raises(DomainError, match="才加入"):
        end_pairing(actor=officer, pairing=pairing, on=date(2026, 4, 1), now=NOW)
    end_pairing_member(actor=officer, member=joined, on=TODAY, now=NOW)
    end_pairing(actor=officer, pairing=pairing, on=TODAY, now=NOW)
    only.refresh_from_db()
    assert only.valid_to == TODAY
    with pytest.raises(DomainError, match="不能再加单位"):
        add_pairing_member(actor=officer, pairing=pairing, organisation=university, now=NOW)
    with pytest.raises(Refusal, match="宁波市"):
        create_pairings(
            actor=cast.actor("yinzhou"),
            rows=[PairingRow(lead, [motors], "x", region=cast.regions["ningbo"])],
            now=NOW,
        )


def test_liaisons_serve_and_hand_over(cast: Cast) -> None:
    officer, office = cast.actor("officer"), cast.organisations["office"]
    firm, motors = cast.organisations["magnets"], cast.organisations["motors"]
    mei, lan = (
        create_liaison(
            actor=officer,
            kind="helper",
            name=name,
            phone="0574-00000010",
            organisation=office,
            now=NOW,
        )
        for name in ("梅助", "兰助")
    )
    coach = create_liaison(actor=officer, kind="broker", name="经纪", organisation=office, now=NOW)
    first = assign_liaison(
        actor=officer, liaison=mei, organisation=firm, valid_from=SPRING, now=NOW
    )
    assert (first.region, first.chain) == (firm.region, firm.chain)
    with pytest.raises(DomainError, match="已登记（2026-03-01 起）"):
        assign_liaison(actor=officer, liaison=mei, organisation=firm, valid_from=SUMMER, now=NOW)
    with pytest.raises(DomainError, match="已经登记过"):
        assign_liaison(actor=officer, liaison=mei, organisation=firm, now=NOW)
    with pytest.raises(DomainError, match="派出单位"):
        assign_liaison(actor=officer, liaison=mei, organisation=office, now=NOW)
    with pytest.raises(Refusal, match="慈湖电机"):
        assign_liaison(actor=cast.actor("yinzhou"), liaison=mei, organisation=motors, now=NOW)
    rows = [AssignmentRow(mei, motors), AssignmentRow(lan, firm)]
    assert assign_liaisons(actor=officer, rows=rows, now=NOW) == 2
    # Who serves whom: the firm itself, who cares for it, nobody else.
    for who, sees in (("alice", 2), ("officer", 2), ("bob", 0), ("carol", 0), ("eve", 0)):
        assert len(serving(cast.actor(who), firm, today=TODAY)) == sees, who
        assert liaisons_for(cast.actor(who), today=TODAY).count() == {"officer": 3}.get(
            who, 2 if who == "alice" else 1 if who == "bob" else 0
        )
    with pytest.raises(DomainError, match="还在服务 2 家"):
        end_liaison(actor=officer, liaison=mei, on=TODAY, now=NOW)
    for successor, words in ((coach, "同类别"), (mei, "同一位")):
        with pytest.raises(DomainError, match=words):
            hand_over_assignments(actor=officer, source=mei, successor=successor, on=TODAY, now=NOW)
    assert hand_over_assignments(actor=officer, source=mei, successor=lan, on=TODAY, now=NOW) == 2
    served = LiaisonAssignment.objects.filter(liaison=lan, valid_to__isnull=True)
    assert sorted(each.organisation.name for each in served) == [motors.name, firm.name]
    end_liaison(actor=officer, liaison=mei, on=TODAY, now=NOW)
    with pytest.raises(DomainError, match="卸任"):
        assign_liaison(actor=officer, liaison=mei, organisation=motors, now=NOW)
    edit_liaison(actor=officer, liaison=lan, changes={"phone": "0574-00000011"}, now=NOW)
    entry = AuditEntry.objects.get(action="liaison.edited")
    assert entry.changes == {"phone": ["…", "…"]}
    # The firm moves, and with it who may read and change its service.
    move_organisation(
        actor=SYSTEM, organisation=firm, region=cast.regions["cixi"], chain=None, now=NOW
    )
    moved = served.get(organisation=firm)
    assert (moved.region.code, moved.chain) == ("cixi", None)
    end_assignment(actor=officer, assignment=moved, on=TODAY, now=NOW)
    new = succeed_liaison(actor=officer, liaison=lan, name="竹助", user_id=None, on=TODAY, now=NOW)
    assert new.assignments.get().organisation == motors


def test_a_firm_that_merged_is_counted_once_and_handed_to_nobody(cast: Cast) -> None:
    magnets, officer = cast.chains["magnets"], cast.actor("officer")
    gone, stays = cast.organisations["magnets"], cast.organisations["motors"]
    rows = [ChainMemberRow(magnets, firm, "lead_firm") for firm in (gone, stays)]
    add_chain_members(actor=SYSTEM, rows=rows, now=NOW)
    create_pairing(actor=SYSTEM, lead=gone, members=[stays], topic="联合攻关", now=NOW)
    office = cast.organisations["office"]
    mei, lan = (
        create_liaison(actor=SYSTEM, kind="helper", name=name, organisation=office, now=NOW)
        for name in ("梅助", "兰助")
    )
    served = [AssignmentRow(mei, firm) for firm in (gone, stays)]
    assign_liaisons(actor=SYSTEM, rows=served, now=NOW)
    merge_organisation(
        actor=SYSTEM,
        predecessor=gone,
        successor=stays,
        kind="duplicate",
        reason="重复登记",
        on=TODAY,
        now=NOW,
    )
    chain = chain_by_code(officer, "magnets", today=TODAY)
    assert chain is not None
    assert (chain.lead_firms, chain.firms) == (1, 1)  # type: ignore[attr-defined]
    [pairing] = part_of(officer, stays, today=TODAY).pairings
    assert (pairing.lead, pairing.member_count) == (stays, 0)  # type: ignore[attr-defined]
    known = liaisons_for(officer, today=TODAY).get(pk=mei.pk)
    assert known.served == 1  # type: ignore[attr-defined]
    assert hand_over_assignments(actor=officer, source=mei, successor=lan, on=TODAY, now=NOW) == 2
    assert [each.organisation for each in lan.assignments.all()] == [stays]
