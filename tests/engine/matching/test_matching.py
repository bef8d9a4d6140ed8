"""Matching as a whole: what is promised about order, counts, ties, directions and reasons."""

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianshu.engine.matching import Facets, Matcher, Post, Readiness, line, match

WORDS = [
    "锂离子电池",
    "隔膜",
    "氮化硼",
    "陶瓷",
    "涂层",
    "回收",
    "轴承",
    "检测",
    "≥90%",
    "LiFePO4",
    "",
]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=4).map("".join)


def posts(prefix: str) -> st.SearchStrategy[list[Post]]:
    return st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=12).map(
        lambda rows: [Post(f"{prefix}{n:02}", *row) for n, row in enumerate(rows)]
    )


@given(posts("d"), posts("r"), st.integers(1, 15), st.randoms())
def test_order_of_input_changes_nothing(
    demands: list[Post], resources: list[Post], top: int, chance: random.Random
) -> None:
    expected = list(match(demands, resources, top=top))
    chance.shuffle(demands)
    chance.shuffle(resources)
    assert list(match(demands, resources, top=top)) == expected


@given(posts("d"), posts("r"), st.integers(1, 15), st.sampled_from(["demands", "resources"]))
def test_ranks_counts_ties_and_reasons(
    demands: list[Post], resources: list[Post], top: int, direction: str
) -> None:
    found = list(match(demands, resources, top=top, direction=direction))  # type: ignore[arg-type]
    asking, offered = (demands, resources) if direction == "demands" else (resources, demands)
    for post in asking:
        pairs = [
            (one.resource_id if direction == "demands" else one.demand_id, one)
            for one in found
            if (one.demand_id if direction == "demands" else one.resource_id) == post.id
        ]
        assert [one.rank for _, one in pairs] == list(range(1, min(top, len(offered)) + 1))
        assert pairs == sorted(pairs, key=lambda pair: (-pair[1].score, pair[0]))
    for one in found:
        assert 0 <= one.score <= 1
        assert line(one.reasons)
        assert "\n" not in line(one.reasons)


@given(posts("d"), posts("r"))
def test_both_directions_see_the_same_evidence(demands: list[Post], resources: list[Post]) -> None:
    over_resources = Matcher.build(resources, context=demands)
    over_demands = Matcher.build(demands, context=resources)
    forward = {
        (demand.id, one.id): (one.words, one.characters)
        for demand in demands
        for one in over_resources.rank(demand, top=99)
    }
    backward = {
        (one.id, resource.id): (one.words, one.characters)
        for resource in resources
        for one in over_demands.rank(resource, top=99)
    }
    assert forward == backward


@given(posts("d"), posts("r"), st.data())
def test_excluded_posts_neither_appear_nor_move_others(
    demands: list[Post], resources: list[Post], data: st.DataObject
) -> None:
    ids = [post.id for post in resources]
    allowed = data.draw(st.sets(st.sampled_from(ids)))
    matcher = Matcher.build(resources, context=demands)
    found = matcher.rank(demands[0], top=5, allowed=allowed)
    assert len(found) == min(5, len(allowed))
    assert {one.id for one in found} <= allowed
    evidence = {one.id: one.characters for one in matcher.rank(demands[0], top=99)}
    for one in found:
        assert one.characters == evidence[one.id]


DEMAND = Post(
    "d1",
    "防爆锂离子电池隔膜的研发",
    "需要耐高温的陶瓷涂覆隔膜，孔隙率≥40%。",
    Facets(kind="technology", readiness=Readiness("gbt22900", 7), region="宁波"),
)
GOOD = Post(
    "r1",
    "陶瓷涂覆锂离子电池隔膜",
    "孔隙率 40% 以上，已小批量生产。",
    Facets(kind="achievement", readiness=Readiness("gbt22900", 5)),
)


def test_the_fitting_resource_comes_first() -> None:
    others = [
        Post("r0", "带式输送机永磁滚筒"),
        Post("r2", "污水处理用活性炭"),
        Post("r3", "锂电池回收"),
    ]
    found = Matcher.build([*others, GOOD], context=[DEMAND]).rank(DEMAND)
    assert [one.id for one in found][:2] == ["r1", "r3"]
    assert found[0].score == 1.0


def test_reasons_name_shared_words_missing_words_and_facets() -> None:
    reasons = Matcher.build([GOOD], context=[DEMAND]).explain(DEMAND, GOOD)
    by_code = {reason.code: reason for reason in reasons}
    shared = [term.word for term in by_code["shared_words"].terms]
    assert "锂离子电池" in shared
    assert all(term.weight > 0 for term in by_code["shared_words"].terms)
    assert "防爆" in [term.word for term in by_code["not_mentioned"].terms]
    said = line(reasons)
    assert "技术成熟度 5 级，低于要求的 7 级" in said
    assert "资源类型对口" in said
    assert "资源未填写地区" in said


def test_reasons_use_only_the_texts_handed_in() -> None:
    matcher = Matcher.build([GOOD], context=[DEMAND])
    public = Post("r1", "电池材料")
    assert "涂覆" not in line(matcher.explain(DEMAND, public))
    assert "孔隙率" not in line(matcher.explain(DEMAND, public))


def test_nothing_shared_is_said_honestly() -> None:
    matcher = Matcher.build([GOOD], context=[DEMAND])
    said = line(matcher.explain(DEMAND, Post("r9", "")))
    assert said.startswith("没有共同的关键词，仅供参考")


def test_characters_alone_are_called_so() -> None:
    demand, resource = Post("d", "铝箔"), Post("r", "铝材")
    reasons = Matcher.build([resource], context=[demand]).explain(demand, resource)
    assert reasons[0].code == "shared_characters"
    assert [term.word for term in reasons[0].terms] == ["铝"]


@pytest.mark.parametrize(
    ("wanted", "offered", "said"),
    [
        (Facets(budget_fen=(None, 100)), Facets(budget_fen=(90, None)), "报价在预算以内"),
        (Facets(budget_fen=(None, 100)), Facets(budget_fen=(101, None)), "报价高于预算"),
        (Facets(budget_fen=(50, None)), Facets(budget_fen=(10, 20)), "无法比较"),
        (Facets(chain="绿色石化"), Facets(chain="绿色石化"), "同一产业链"),
        (Facets(chain="绿色石化"), Facets(chain="新材料"), "不在同一产业链"),
        (Facets(region="镇海"), Facets(region="镇海"), "同一地区"),
        (Facets(kind="finance"), Facets(kind="expert"), "不对口"),
        (Facets(readiness=Readiness("a", 3)), Facets(readiness=Readiness("b", 9)), "标尺不同"),
        (Facets(readiness=Readiness("a", 3)), Facets(readiness=Readiness("a", 4)), "达到要求"),
        (Facets(deadline=date(2027, 1, 1)), Facets(deadline=date(2026, 9, 1)), "前可交付"),
        (Facets(deadline=date(2027, 1, 1)), Facets(deadline=date(2027, 9, 1)), "晚于期限"),
        (Facets(deadline=date(2027, 1, 1)), Facets(), "资源未填写期限"),
        (Facets(), Facets(budget_fen=(1, 2)), "需求未填写预算"),
    ],
)
def test_facets_compare_only_what_both_filled_in(
    wanted: Facets, offered: Facets, said: str
) -> None:
    demand, resource = Post("d", "电池", facets=wanted), Post("r", "电池", facets=offered)
    assert said in line(Matcher.build([resource], context=[demand]).explain(demand, resource))


def test_no_facets_no_word_about_facets() -> None:
    demand, resource = Post("d", "电池"), Post("r", "电池")
    said = line(Matcher.build([resource], context=[demand]).explain(demand, resource))
    assert "未填写" not in said


def test_a_post_without_title_is_matched_by_its_content() -> None:
    demand = Post("d", "", "需要锂离子电池隔膜")
    found = Matcher.build([GOOD, Post("r0", "轴承")], context=[demand]).rank(demand)
    assert found[0].id == "r1"


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        Matcher.build([GOOD, GOOD])
    with pytest.raises(ValueError, match="at least 1"):
        list(match([DEMAND], [GOOD], top=0))


def test_no_posts_no_matches() -> None:
    assert list(match([DEMAND], [])) == []
    assert list(match([], [GOOD])) == []


def test_a_megabyte_of_text_is_matched() -> None:
    long = Post("d", "电池", "锂离子电池隔膜，" * 130_000)
    assert Matcher.build([GOOD], context=[long]).rank(long)[0].id == "r1"
