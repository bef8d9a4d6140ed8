"""The loops that the packs bring: closed, complete, in both languages, walked to every end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lianshu.engine.definitions import Text
from lianshu.engine.loops import Graph, Loop, behaviour_hash, texts_of, ways_to_ends
from tests.engine.loops.packs import PACKS, checked, pack_loops

SEQUENCES = {f"S{number}" for number in (*range(1, 4), *range(5, 15), *range(16, 19))}
STAGES = {
    "order": "企业点单—党建联建派单—成员单位接单—企业评单",
    "issue": "信息收集—问题发现—任务分办—协同处置—结果反馈",
    "alliance": "需求征集—供需对接—遴选确认—合同签订—退出管理",
    "challenge-yinzhou": "企业出题、政府助题、平台答题、车间验题、市场评价",
    "challenge-fenghua": "企业出题、政府立题、揭榜解题",
    "challenge-jiangbei": "企业出题、政府立题、联合破题",
    "challenge-yuyao": "企业出题、政府立题、联合答题、市场判题",
    "challenge-optics": "企业出题、平台答题、协同解题",
    "challenge-institute": "企业出题、院所解题、市场阅卷",
    "tech-market": "成果发布—需求匹配—技术交易—成果评价",
    "literature": "资源发现—创新点挖掘凝练—技术创新性研判—合作团队寻找",
    "concept-proof": "项目筛选—概念验证—成果转化—企业孵化",
    "nurture": "选苗—孵化—加速—产业化",
    "scenario": "技术—产品—场景—产业",
    "fund-invest": "尽调评估—潜力评级—定向投资",
    "patent-finance": "科技局推荐+专利价值量化+银担联动",
    "supervision": "清单式管理、项目化推进、节点化督查",
    "ip-ladder": "技术专利化、专利标准化、标准产业化、产业品牌化",
    "quality": "标准—计量—检测—认证—知识产权",
    "programme": "申报—形式审查—评审—公示—立项—中期—验收",
}
POLITICAL = ("党员", "政治面貌", "党派", "团员")


def loops() -> Iterator[Loop]:
    return (loaded.value for loaded in pack_loops().values())


def test_everything_is_closed_without_a_warning() -> None:
    assert checked().findings == ()
    assert {loop.sequence for loop in loops() if loop.sequence} == SEQUENCES
    assert {schedule.value.sequence for schedule in checked().schedules} == {"S15", "S21"}


@pytest.mark.parametrize("name", sorted(STAGES))
def test_stages_and_source_are_verbatim(name: str) -> None:
    loop = pack_loops()[name].value
    words = STAGES[name].replace("、", "—").replace("+", "—").split("—")
    assert [str(stage.name) for stage in loop.stages] == words
    assert loop.source.phrase == STAGES[name]


def test_steps_that_no_stage_names_say_why() -> None:
    """A rating and the work are there in every loop; where the source lacks them it is said."""
    for loop in loops():
        for step in loop.steps:
            assert step.added is None or step.added.reason.en, (loop.id, step.id)
        asked = [s for s in loop.steps if any(a.rating for a in s.actions)]
        names = "".join(str(stage.name) for stage in loop.stages)
        said = any(word in names for word in ("评", "验收", "判题", "阅卷"))
        assert said or all(step.added for step in asked), loop.id


def test_seven_is_one_loop_in_five_shapes() -> None:
    shapes = [loaded for loaded in pack_loops().values() if loaded.value.sequence == "S7"]
    base = PACKS / "national/loops/bases/challenge.yaml"
    assert len(shapes) == 5
    for loaded in shapes:
        assert base.resolve() in {path.resolve() for path in loaded.sources}
        assert {"poser", "office", "solver"} <= {role.id for role in loaded.value.roles}
    # 联合 and 协同 differ from each other in words only.
    assert len({behaviour_hash(loaded.value) for loaded in shapes}) == 4


def test_texts_are_said_in_both_languages() -> None:
    quoted = ("source.",)
    missing = [
        f"{loop.id} {place}"
        for loop in loops()
        for place, text in texts_of(loop).items()
        if text.en is None and not place.startswith(quoted)
    ]
    assert missing == []
    for schedule in checked().schedules:
        for opening in schedule.value.openings:
            assert opening.name.en and opening.subject.en


def test_nothing_political_stands_at_a_person() -> None:
    """The verbatim phrase of S5 stays in the source; no step, role, field or stage repeats it."""
    for loop in loops():
        for place, text in texts_of(loop).items():
            if place != "source.phrase":
                assert not any(word in text.zh for word in POLITICAL), f"{loop.id} {place}"
    lead = pack_loops()["open-bid"].value
    step = next(step for step in lead.steps if step.id == "lead")
    assert (step.name, step.actor) == (
        Text.of("骨干挂帅", "Take the lead"),
        "project_leader",
    )
    assert "党员骨干挂帅" in lead.source.phrase


def test_one_open_bid_seals_what_is_offered() -> None:
    bid = next(step for step in pack_loops()["open-bid"].value.steps if step.id == "bid")
    assert {field.id: field.sealed_until for field in bid.fields} == {
        "plan": "choose",
        "price": "choose",
    }


def test_limits_are_promises_in_force_and_a_city_may_set_them() -> None:
    for loop in loops():
        assert any("时限" in str(each) for each in loop.configurable), loop.id
    triage = next(step for step in pack_loops()["community"].value.steps if step.id == "triage")
    assert (str(triage.limit), str(triage.urgent)) == ("1 workday", "1 workhour")


@pytest.mark.parametrize("name", sorted(pack_loops()))
def test_each_end_is_walked_to(name: str) -> None:
    """By somebody who is there, with what must be filled in, and `done` never without a rating."""
    loop = pack_loops()[name].value
    steps = {step.id: step for step in loop.steps}
    roles = {role.id: role for role in loop.roles}
    ways = ways_to_ends(Graph(loop))
    assert set(ways) == {end.id for end in loop.ends}
    for end, way in ways.items():
        here, filled, appointed, rated = loop.start, set[str](), set[str](), False
        for edge in way:
            step, action = steps[here], edge.action
            assert edge.step == here
            if edge.automatic:
                assert step.overdue and step.overdue.do == action.id
            else:
                who = action.by or (step.actor,)
                assert all(roles[str(role)].bind != "assigned" or role in appointed for role in who)
                assert set(action.requires) <= {field.id for field in step.fields} | filled
                filled |= set(action.requires)
                appointed |= set(action.assigns)
                rated = rated or action.rating == "accept"
            here = edge.to
        assert here == end
        kind = next(each.kind for each in loop.ends if each.id == end)
        assert rated or kind != "done"
