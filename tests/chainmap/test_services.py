"""Statements, what is computed of them, and what is done about gaps."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from lianshu.audit.models import AuditEntry
from lianshu.authority import Refusal
from lianshu.chainmap.models import (
    ActKind,
    ActStatus,
    ChainInput,
    GapAct,
    MakerRelation,
    MapRevision,
    OutsideMaker,
)
from lianshu.chainmap.queries import current_graph, map_is_stale
from lianshu.chainmap.services.acting import Wish, begin_act, end_act
from lianshu.chainmap.services.computing import refresh_inputs
from lianshu.chainmap.services.makers import MakerRow, plan_makers, save_makers, state_maker
from lianshu.chainmap.services.products import EdgeRow, save_edges, set_chain_products
from lianshu.exchange.models import Demand
from lianshu.notices.models import Notice
from lianshu.records.errors import Conflict, DomainError
from tests.cast import NOW, SYSTEM, Cast
from tests.chainmap.scenes import MapScene, small_map


@pytest.fixture
def scene(cast: Cast) -> MapScene:
    return small_map(cast)


def test_inputs_have_depth_path_makers_with_sub_classes_and_status(scene: MapScene) -> None:
    rows = ChainInput.objects.filter(chain=scene.cast.chains["magnets"], whole=True)
    found = {
        row.product.name: (row.depth, row.path_text, row.makers, row.status, row.shown)
        for row in rows
    }
    assert found == {
        "磁钢": (1, "电机 > 磁钢", 4, "covered", 3),
        "硅钢片": (1, "电机 > 硅钢片", 1, "single", 0),
        "轴承": (1, "电机 > 轴承", 2, "thin", 0),
        "镨钕": (2, "电机 > 磁钢 > 镨钕", 0, "gap", 0),
        "薄膜": (2, "电机 > 磁钢 > 薄膜", 0, "gap", 0),
        "催化剂": (3, "电机 > 磁钢 > 薄膜 > 催化剂", 0, "gap", 0),
    }
    assert scene.input("磁钢", "yinzhou").makers == 3
    assert scene.input("磁钢", "cixi").makers == 1
    assert scene.input("镨钕").elsewhere == 1
    assert not map_is_stale()


def test_what_a_firm_says_supersedes_and_lists_do_not_overwrite_it(scene: MapScene) -> None:
    firm, alice = scene.cast.organisations["magnets"], scene.cast.actor("alice")
    said = MakerRow(firm, "粘结磁钢", Decimal("0.1"), "stated", "office", makes=False)
    state_maker(actor=alice, row=said, now=NOW)
    old, new = MakerRelation.objects.filter(organisation=firm).order_by("pk")
    assert (old.superseded_by, old.superseded_at, new.makes) == (new, NOW, False)
    refresh_inputs(now=NOW)
    assert scene.input("磁钢").makers == 3
    again = MakerRow(firm, "粘结磁钢")
    [plan] = plan_makers([again])
    assert plan.action == "refused" and "不覆盖" in plan.reason
    assert save_makers(actor=SYSTEM, rows=[again], now=NOW) == 0
    assert AuditEntry.objects.filter(action="chainmap.maker_removed").exists()
    with pytest.raises(Refusal):
        state_maker(actor=scene.cast.actor("bob"), row=said, now=NOW)
    with pytest.raises(Refusal):  # reads only
        state_maker(actor=scene.cast.actor("anna"), row=said, now=NOW)
    with pytest.raises(Refusal):
        save_makers(actor=alice, rows=[again], now=NOW)


def test_a_gap_closes_itself_with_a_note_and_so_does_what_was_done_about_it(
    scene: MapScene,
) -> None:
    officer, row = scene.cast.actor("officer"), scene.input("镨钕")
    assert row.gap_since is not None and scene.outside is not None
    act = begin_act(
        actor=officer,
        row=row,
        kind=ActKind.PROMOTION,
        wish=Wish("招商：镨钕", targets=[scene.outside]),
        now=NOW,
    )
    assert "少于 3 家" in act.evidence and "电机 > 磁钢 > 镨钕" in act.evidence
    scene.makes(scene.firms[0], "镨钕")
    row = scene.input("镨钕")
    assert (row.status, row.gap_since) == ("single", None)
    assert row.closed_on is not None and "第甲零件厂" in row.closed_note
    act.refresh_from_db()
    assert act.status == ActStatus.DONE and "补上" in act.ended_note
    assert "第甲零件厂" not in act.ended_note  # whoever acts need not be let know who makes it
    told = Notice.objects.get(kind="chainmap.gap_closed")
    assert (told.recipient_id, told.link) == (officer.user_id, f"/chainmap/acts/{act.public_id}/")
    assert told.params == {"product": "镨钕", "chain": "磁性材料", "act": "招商目标"}
    assert scene.input("镨钕", "cixi").status == "gap"


def test_an_act_makes_a_draft_demand_and_only_one_of_a_kind_is_open(scene: MapScene) -> None:
    officer, row = scene.cast.actor("officer"), scene.input("硅钢片")
    wish = Wish("寻找硅钢片", owner=scene.cast.organisations["office"])
    act = begin_act(actor=officer, row=row, kind=ActKind.DEMAND, wish=wish, now=NOW)
    demand = Demand.objects.get(public_id=act.demand_key)
    assert (demand.status, demand.kind, demand.chain) == ("draft", "supply", row.chain)
    assert "少于 3 家" in demand.summary and "1 家" not in demand.summary
    with pytest.raises(Conflict):
        begin_act(actor=officer, row=row, kind=ActKind.DEMAND, wish=wish, now=NOW)
    talent = begin_act(actor=officer, row=row, kind=ActKind.TALENT, wish=wish, now=NOW)
    assert Demand.objects.get(public_id=talent.demand_key).kind == "talent"
    end_act(actor=officer, act=act, result="改由自产", now=NOW + timedelta(days=1))
    begin_act(actor=officer, row=row, kind=ActKind.DEMAND, wish=wish, now=NOW)
    for kind in (ActKind.DEMAND, ActKind.CASE):
        with pytest.raises(Refusal):
            begin_act(actor=scene.cast.actor("alice"), row=row, kind=kind, wish=wish, now=NOW)
    with pytest.raises(Refusal):  # an office of another place
        begin_act(actor=scene.cast.actor("yinzhou"), row=row, kind=ActKind.CASE, wish=wish, now=NOW)
    with pytest.raises(DomainError, match="流程"):
        begin_act(actor=officer, row=row, kind=ActKind.CASE, wish=wish, now=NOW)
    with pytest.raises(DomainError, match="外地企业"):
        begin_act(actor=officer, row=row, kind=ActKind.PROMOTION, wish=wish, now=NOW)
    assert GapAct.objects.count() == 3


def test_an_actor_sees_own_and_public_relations(scene: MapScene) -> None:
    def makers(name: str, product: str) -> int:
        return len(current_graph(scene.cast.actor(name)).makers().of(product))

    assert makers("alice", "磁钢") == 4
    assert (makers("alice", "硅钢片"), makers("officer", "硅钢片")) == (0, 1)
    assert (makers("alice", "轴承"), makers("officer", "轴承")) == (1, 2)
    assert MakerRelation.objects.visible_to(scene.cast.actor("eve")).count() == 7
    assert makers("yinzhou", "硅钢片") == 0  # coordinates, and may not read sources


def test_a_graph_is_kept_until_the_map_changes(scene: MapScene) -> None:
    alice = scene.cast.actor("alice")
    before = current_graph(alice)
    assert current_graph(alice) is before
    number = MapRevision.objects.get().number
    assert save_edges(actor=SYSTEM, rows=[EdgeRow("电机", "磁钢", "上游材料")], now=NOW) == 0
    assert MapRevision.objects.get().number == number
    assert save_edges(actor=SYSTEM, rows=[EdgeRow(" 轴承 ", "钢珠", "上游材料")], now=NOW) == 1
    assert "钢珠" in current_graph(alice).graph and current_graph(alice) is not before
    assert map_is_stale() and refresh_inputs(now=NOW) > 0 and refresh_inputs(now=NOW) == 0


def test_roots_and_relations_that_cannot_be(scene: MapScene) -> None:
    chain = scene.cast.chains["magnets"]
    with pytest.raises(DomainError, match="没有“机器人”"):
        set_chain_products(actor=SYSTEM, chain=chain, roots=["机器人"], now=NOW)
    with pytest.raises(DomainError, match="没有叫“怪”"):
        save_edges(actor=SYSTEM, rows=[EdgeRow("甲", "乙", "怪")], now=NOW)
    with pytest.raises(Refusal):
        save_edges(actor=scene.cast.actor("alice"), rows=[], now=NOW)
    set_chain_products(actor=SYSTEM, chain=chain, roots=["磁钢"], now=NOW)
    refresh_inputs(now=NOW)
    assert not scene.input("轴承").required and scene.input("镨钕").depth == 1
    assert OutsideMaker.objects.count() == 1
