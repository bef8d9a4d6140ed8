"""A round is planned, changed, planned again, and told apart when it cannot be."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from lianshu.audit.models import AuditEntry
from lianshu.authority import Refusal
from lianshu.engine.planning import Plan
from lianshu.records.errors import Conflict, DomainError
from lianshu.registry.services.links import add_link
from lianshu.rounds.board import Board, board_of, conflict_lines
from lianshu.rounds.models import PairRule, Round, RoundPair, RoundStatus, WeightSource
from lianshu.rounds.services import computing
from lianshu.rounds.services.pairs import Settled, lock_pairs, settle_pair
from lianshu.rounds.services.rounds import (
    Setting,
    add_participants,
    cancel_round,
    create_round,
    edit_round,
    remove_participant,
    remove_quota,
    set_limits,
    set_quota,
)
from tests.cast import NOW, SYSTEM, Cast
from tests.rounds.scenes import NEEDS, Scene, dispatch, secondment

MAGNETS, VISION = "高矫顽力磁钢晶界扩散工艺", "电机定子绕组自动化检测"


@pytest.fixture
def scene(cast: Cast) -> Scene:
    return secondment(cast)


def status(scene: Scene) -> str:
    return Round.objects.get(pk=scene.round.pk).status


def settle(scene: Scene, left: int, right: int, settled: Settled) -> RoundPair:
    lefts, rights = scene.people("left"), scene.people("right")
    return settle_pair(
        actor=scene.cast.actor("officer"),
        found=scene.round,
        left=lefts[left],
        right=rights[right],
        settled=settled,
        now=NOW,
    )


def test_each_demand_gets_the_expert_that_fits(scene: Scene) -> None:
    plan = scene.compute()
    assert plan.feasible and plan.total == plan.bound and plan.number == 1
    assert scene.chosen() == {
        (MAGNETS, "稀土永磁晶界扩散专家"),
        (VISION, "机器视觉缺陷检测专家"),
    }
    assert status(scene) == RoundStatus.PLANNED
    assert scene.pair(0, 0).source == WeightSource.MATCHER
    assert AuditEntry.objects.filter(action="round.planned").count() == 1


def test_computed_again_nothing_changes_but_the_number(scene: Scene) -> None:
    first, second = scene.compute(), scene.compute()
    assert (second.number, second.chosen, second.total) == (2, first.chosen, first.total)


def test_a_conflict_of_interest_forbids_by_itself_until_it_ends(scene: Scene) -> None:
    cast = scene.cast
    link = add_link(
        actor=SYSTEM,
        holder=cast.organisations["university"],
        subject=cast.organisations["magnets"],
        kind="controller",
        now=NOW,
    )
    scene.compute()
    pair = scene.pair(0, 0)
    assert pair.rule == PairRule.FORBID and pair.automatic and "实际控制" in pair.reason
    assert (MAGNETS, "磁钢与电机检测综合团队") in scene.chosen()
    with pytest.raises(DomainError, match="不能在这里改"):
        settle(scene, 0, 0, Settled(rule=PairRule.MUST))
    link.delete()
    scene.compute()
    assert (MAGNETS, "稀土永磁晶界扩散专家") in scene.chosen()


def test_what_staff_settle_stays_when_it_is_weighed_again(scene: Scene) -> None:
    scene.compute()
    settle(scene, 1, 2, Settled(Decimal("150.5"), left_rank=1))
    assert status(scene) == RoundStatus.DRAFT
    scene.compute()
    pair = scene.pair(1, 2)
    assert (pair.weight, pair.source, pair.left_rank) == (Decimal("150.50"), "staff", 1)
    assert (VISION, "磁钢与电机检测综合团队") in scene.chosen()
    settle(scene, 1, 2, Settled(rule=PairRule.FORBID, reason="专家本人不愿意"))
    scene.compute()
    assert (VISION, "机器视觉缺陷检测专家") in scene.chosen()


def test_a_must_and_a_lock_hold(scene: Scene) -> None:
    scene.compute()
    settle(scene, 0, 2, Settled(rule=PairRule.MUST, reason="已有合作协议"))
    scene.compute()
    assert (MAGNETS, "磁钢与电机检测综合团队") in scene.chosen()
    settle(scene, 0, 2, Settled())
    officer = scene.cast.actor("officer")
    lock_pairs(actor=officer, found=scene.round, keys=[scene.pair(0, 2).pk], now=NOW)
    plan = scene.compute()
    assert (MAGNETS, "磁钢与电机检测综合团队") in scene.chosen()
    assert plan.locked == [scene.pair(0, 2).pk]
    lock_pairs(actor=officer, found=scene.round, keys=[], now=NOW)
    scene.compute()
    assert (MAGNETS, "稀土永磁晶界扩散专家") in scene.chosen()


def test_an_impossible_quota_is_told_in_words_with_its_rows(scene: Scene) -> None:
    officer, cast = scene.cast.actor("officer"), scene.cast
    set_quota(
        actor=officer,
        found=scene.round,
        side="right",
        group=cast.organisations["university"],
        low=0,
        high=1,
        now=NOW,
    )
    lefts, rights = scene.people("left"), scene.people("right")
    set_limits(
        actor=officer,
        found=scene.round,
        limits={one.pk: (1, 1) for one in lefts} | {rights[2].pk: (0, 0)},
        now=NOW,
    )
    plan = scene.compute()
    assert not plan.feasible and plan.proved and status(scene) == RoundStatus.INFEASIBLE
    lines = [line.text for line in conflict_lines(board_of(officer, scene.round), plan)]
    assert "专家和团队中属于“东海大学”的合计最多 1 对。" in lines
    assert f"“{MAGNETS}”至少要 1 个，能配的有 2 个。" in lines
    assert f"“{VISION}”至少要 1 个，能配的有 2 个。" in lines
    assert "“磁钢与电机检测综合团队”最多 0 个。" in lines and len(lines) == 4
    quota = scene.round.quotas.get()
    remove_quota(actor=officer, found=scene.round, quota=quota, now=NOW)
    assert scene.compute().feasible
    gone = conflict_lines(board_of(officer, scene.round), plan)
    assert "这一条已经改掉或删去。" in [line.text for line in gone]


def test_a_quota_of_a_district_counts_what_is_below(scene: Scene) -> None:
    officer = scene.cast.actor("officer")
    ningbo = scene.cast.regions["ningbo"]
    arguments: dict[str, Any] = {
        "actor": officer,
        "found": scene.round,
        "side": "left",
        "group": ningbo,
    }
    set_quota(**arguments, low=0, high=1, now=NOW)
    assert len(scene.compute().chosen) == 1
    set_quota(**arguments, low=0, high=2, now=NOW)
    assert len(scene.compute().chosen) == 2


def test_stable_goes_by_preferences(cast: Cast) -> None:
    scene = secondment(cast, floor="none", stable=True)
    scene.compute()
    settle(scene, 0, 2, Settled(left_rank=1, right_rank=1))
    plan = scene.compute()
    assert plan.method == "stable" and plan.blocking == 0
    assert (MAGNETS, "磁钢与电机检测综合团队") in scene.chosen()


def test_a_stable_plan_that_breaks_a_minimum_is_told_apart(cast: Cast) -> None:
    scene = secondment(cast, floor="none", stable=True)
    scene.compute()
    # The second demand must have somebody, but the only one who may take it prefers the first.
    for right in (1, 2):
        settle(scene, 1, right, Settled(Decimal(5), PairRule.FORBID, "不合适"))
    settle(scene, 1, 0, Settled(Decimal(5), left_rank=1, right_rank=2))
    settle(scene, 0, 0, Settled(Decimal(90), left_rank=1, right_rank=1))
    second = scene.people("left")[1]
    officer = cast.actor("officer")
    set_limits(actor=officer, found=scene.round, limits={second.pk: (1, 1)}, now=NOW)
    plan = scene.compute()
    assert not plan.feasible and plan.method == "stable"
    [line] = conflict_lines(board_of(officer, scene.round), plan)
    assert line.text == f"“{VISION}”至少要 1 个，能配的有 1 个。"


def test_too_many_possible_pairs_are_refused(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lianshu.rounds.services.rounds.MOST_PAIRS", 8)
    more = [scene.cast.demand(title) for title in ("磁粉回收", "磁钢切割")]
    officer = scene.cast.actor("officer")
    with pytest.raises(DomainError, match="分成几轮"):
        add_participants(actor=officer, found=scene.round, side="left", subjects=more, now=NOW)


def test_liaisons_are_weighed_by_nearness(cast: Cast) -> None:
    scene = dispatch(cast)
    plan = scene.compute()
    assert plan.total == Decimal(110)
    assert scene.chosen() == {("甬江磁材有限公司", "周助企"), ("慈湖电机有限公司", "慈小助")}


def test_a_change_while_it_calculates_is_noticed(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    solved = computing._solved

    def meanwhile(board: Board) -> Plan:
        Round.objects.filter(pk=scene.round.pk).update(changed_at=NOW.replace(year=2027))
        return solved(board)

    monkeypatch.setattr(computing, "_solved", meanwhile)
    with pytest.raises(Conflict, match="再算一次"):
        scene.compute()


def test_who_may(scene: Scene) -> None:
    cast = scene.cast
    setting = Setting("别处的一轮", cast.regions["ningbo"])
    for name in ("alice", "yinzhou", "admin", "eve"):
        with pytest.raises(Refusal):
            create_round(actor=cast.actor(name), kind="meeting", setting=setting, now=NOW)
        with pytest.raises(Refusal):
            scene.compute(name)
    own = Setting("鄞州的一轮", cast.regions["yinzhou"])
    made = create_round(actor=cast.actor("yinzhou"), kind="meeting", setting=own, now=NOW)
    assert set(Round.objects.visible_to(cast.actor("yinzhou"))) == {made}
    assert not Round.objects.visible_to(cast.actor("alice")).exists()


def test_what_is_refused(scene: Scene) -> None:
    officer, found = scene.cast.actor("officer"), scene.round
    ningbo = scene.cast.regions["ningbo"]
    base: dict[str, Any] = {"actor": officer, "found": found, "now": NOW}
    with pytest.raises(DomainError, match="不能加入"):
        add_participants(**base, side="left", subjects=scene.demands)
    other = scene.cast.demand("找厂房", kind="space")
    with pytest.raises(DomainError, match="找厂房"):
        add_participants(**base, side="left", subjects=[other])
    with pytest.raises(DomainError, match="选中"):
        add_participants(**base, side="left", subjects=[])
    one = scene.people("left")[0]
    with pytest.raises(DomainError, match="大于"):
        set_limits(**base, limits={one.pk: (3, 2)})
    with pytest.raises(DomainError, match="至少填写"):
        set_quota(**base, side="left", group=ningbo, low=0, high=None)
    with pytest.raises(DomainError, match="写明原因"):
        settle(scene, 0, 0, Settled(rule=PairRule.FORBID))
    with pytest.raises(DomainError, match="填写匹配分"):
        settle(scene, 0, 0, Settled())
    with pytest.raises(DomainError, match="两位小数"):
        settle(scene, 0, 0, Settled(Decimal("1.234")))
    with pytest.raises(DomainError, match="不能同时设保底"):
        edit_round(**base, setting=Setting("新名", ningbo, None, "served", stable=True))
    edit_round(**base, setting=Setting("新名", ningbo, None, "worst"))
    remove_participant(**base, participant=one)
    assert len(scene.people("left")) == len(NEEDS) - 1
    cancel_round(**base)
    with pytest.raises(Refusal, match="已取消"):
        set_limits(**base, limits={})
