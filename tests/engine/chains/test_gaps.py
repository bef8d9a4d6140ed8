"""Required inputs, local makers and statuses; the same as an independent computation."""

from __future__ import annotations

import csv
import random
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianshu.engine.chains import (
    Edge,
    Makers,
    Making,
    ProductGraph,
    Reached,
    Relation,
    Status,
    UnknownProductError,
    code_key,
    count_statuses,
    find_gaps,
    nearest,
    read_edges,
    read_makings,
    sourcing,
)
from tests.engine.chains.independent import Edges, Makings, Row, report
from tests.engine.chains.maps import CAR, EXACT, LOCAL, graph_of

NAMES = ["a", "ab", "b", "B", "甲", "甲乙", "乙", "丙", "丁", "戊"]
RELATIONS = [relation.value for relation in Relation]
CODES = ["000001", "000001.SZ", "600001.SH", "600001", "2", "3"]


def rows_of(
    graph: ProductGraph, local: list[str], roots: list[str], *, depth: int, subclasses: bool
) -> list[Row]:
    makers = Makers(graph, among=local, subclasses=subclasses)
    return [
        (one.product, one.depth, one.makers_local, one.status.value, one.path)
        for one in find_gaps(graph, roots=roots, local=makers, depth=depth)
    ]


def graph_from(edges: Edges, makings: Makings) -> ProductGraph:
    return ProductGraph(
        [Edge(start, end, Relation(relation)) for start, end, relation in edges],
        [Making(code, product) for code, product in makings],
    )


names = st.sampled_from(NAMES)


@given(
    st.lists(st.tuples(names, names, st.sampled_from(RELATIONS)), min_size=1, max_size=40),
    st.lists(st.tuples(st.sampled_from(CODES), names), max_size=25),
    st.lists(st.sampled_from(CODES), max_size=6),
    st.integers(1, 5),
    st.booleans(),
    st.data(),
)
def test_the_report_is_that_of_an_independent_computation(
    edges: Edges,
    makings: Makings,
    local: list[str],
    depth: int,
    subclasses: bool,
    data: st.DataObject,
) -> None:
    known = sorted({name for start, end, _ in edges for name in (start, end)})
    roots = data.draw(st.lists(st.sampled_from(known), min_size=1, max_size=3))
    graph = graph_from(edges, makings)
    expected = report(edges, makings, local, roots, depth=depth, subclasses=subclasses)
    assert rows_of(graph, local, roots, depth=depth, subclasses=subclasses) == expected
    # The order of the rows of a file changes nothing.
    shuffled = graph_from(edges[::-1], makings[::-1])
    assert rows_of(shuffled, local, roots, depth=depth, subclasses=subclasses) == expected
    whole = {one.product for one in graph.required_inputs(roots)}
    assert graph.closure(roots) == whole
    for root, inputs in graph.closures(roots).items():
        assert inputs == graph.closure([root])


@pytest.mark.parametrize("subclasses", [True, False])
def test_the_real_data_give_the_report_of_an_independent_computation(
    lianshu_data: Path, subclasses: bool
) -> None:
    folder = lianshu_data / "chain"
    edges: Edges
    with (folder / "product_product.csv").open(encoding="utf-8", newline="") as stream:
        edges = [(row[0], row[1], row[2]) for row in list(csv.reader(stream))[1:]]
    with (folder / "company_product.csv").open(encoding="utf-8", newline="") as stream:
        makings = [(row[0], row[1]) for row in list(csv.reader(stream))[1:]]
    graph = ProductGraph(
        read_edges(folder / "product_product.csv").items,
        read_makings(folder / "company_product.csv").items,
    )
    rng = random.Random(11)
    sizes = graph.closures(
        sorted({start for start, _, relation in edges if relation == "上游材料"})
    )
    large = sorted(sizes, key=lambda one: (-len(sizes[one]), one))[:40]
    local = rng.sample(sorted({code for code, _ in makings}), 1000)
    for roots in (rng.sample(sorted(sizes), 20), rng.sample(large, 10)):
        expected = report(edges, makings, local, roots, depth=3, subclasses=subclasses)
        assert expected
        assert rows_of(graph, local, roots, depth=3, subclasses=subclasses) == expected


def test_required_inputs_follow_upstream_material_only() -> None:
    assert CAR.required_inputs(["车"], depth=1) == [
        Reached("座椅", 1, ("车", "座椅")),
        Reached("电机", 1, ("车", "电机")),
        Reached("电池", 1, ("车", "电池")),
    ]
    # 下游产品 is not reversed, and a sub-class adds no input.
    assert CAR.required_inputs(["炼油"]) == []
    assert CAR.required_inputs(["锂电池"]) == []
    assert graph_of("车^轿车 轿车<钢").required_inputs(["车"]) == []


def test_roots_are_excluded_also_where_one_needs_another() -> None:
    found = {one.product: one for one in CAR.required_inputs(["车", "电池", "车"])}
    assert "电池" not in found
    assert found["正极"].path == ("电池", "正极")
    circle = graph_of("a<b b<c c<a c<c")
    assert [one.product for one in circle.required_inputs(["a"])] == ["b", "c"]
    assert circle.self_supplied == ("c",)


def test_of_paths_of_one_length_the_smallest_wins_over_several_roots() -> None:
    graph = graph_of("r2<a r2<b r1<c a<x c<x b<x c<y r3<x2 x2<z")
    found = {one.product: one.path for one in graph.required_inputs(["r2", "r1", "r3"])}
    assert found["x"] == ("r1", "c", "x")
    # Names are compared one after the other: "甲" comes before "甲乙".
    graph = graph_of("甲乙<a 甲<b a<x b<x")
    assert graph.required_inputs(["甲", "甲乙"])[-1].path == ("甲", "b", "x")


def test_makers_of_sub_classes_count_unless_told_not_to() -> None:
    assert LOCAL.of("电池") == {"A", "B"}
    assert EXACT.of("电池") == frozenset()
    assert LOCAL.through("电池") == {"A": ("刀片电池",), "B": ("锂电池",)}
    assert LOCAL.of("没有的") == frozenset()
    circle = graph_of("a^b b^c c^a x<a", "1:b 2:c")
    assert Makers(circle).of("a") == {"1", "2"}
    gaps = find_gaps(CAR, roots=["车"], local=LOCAL, depth=2)
    statuses = {gap.product: gap.status for gap in gaps}
    assert statuses["座椅"] is Status.GAP
    assert statuses["电机"] is Status.SINGLE
    assert statuses["磁钢"] is Status.THIN
    assert statuses["隔膜"] is Status.GAP
    three = graph_of("x<a a^b", "1:a 2:b 3.SH:b 3:a")
    assert find_gaps(three, roots=["x"], local=Makers(three))[0].status is Status.COVERED


def test_codes_compare_without_their_market() -> None:
    assert code_key(" 688268.SH ") == code_key("688268.sz") == "688268"
    assert code_key("830799.BJ") == "830799.BJ"
    graph = graph_of("x<a", "000001.SZ:a 000001:a")
    assert Makers(graph, among=["000001.SZ"]).of("a") == {"000001"}


def test_an_empty_local_list_makes_everything_a_gap() -> None:
    nobody = Makers(CAR, among=[])
    gaps = find_gaps(CAR, roots=["车"], local=nobody)
    assert count_statuses(gaps) == {
        Status.GAP: len(gaps),
        Status.SINGLE: 0,
        Status.THIN: 0,
        Status.COVERED: 0,
    }


def test_names_compare_exactly_after_trimming() -> None:
    graph = graph_of("x<PVC", "")
    assert " x\u3000" in graph
    assert "pvc" not in graph
    with pytest.raises(UnknownProductError) as caught:
        graph.required_inputs(["Ｘ", "x", "pvc管"])
    assert caught.value.nearest == {"Ｘ": ("x",), "pvc管": ("PVC",)}
    names = ["新能源车", "新能源汽车零部件", "汽车", "猪肉"]
    assert nearest("新能源汽车", names) == ("新能源车", "新能源汽车零部件", "汽车")


def test_the_local_sourcing_ratio_by_count_and_by_value() -> None:
    gaps = find_gaps(CAR, roots=["车"], local=LOCAL, depth=2)
    ratio = sourcing(gaps, local=LOCAL, everyone=Makers(CAR))
    assert (ratio.sourced, ratio.inputs) == (5, 9)
    assert ratio.by_count == Fraction(5, 9)
    # 电池 0.6 + 0.5, 电机 0.9, 正极 0.3, 磁钢 0.1 + 1 are local; X makes 隔膜 elsewhere.
    assert ratio.local_value == Decimal("3.4")
    assert ratio.value == Decimal("4.2")
    assert ratio.unvalued == 1
    by_money = sourcing(gaps, local=LOCAL, everyone=Makers(CAR), revenues={"X": Decimal(10)})
    assert by_money.by_value == 0
    assert by_money.unvalued == 7
    nothing = sourcing([], local=LOCAL, everyone=Makers(CAR))
    assert (nothing.by_count, nothing.by_value) == (None, None)
