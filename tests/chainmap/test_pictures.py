"""Pictures as plain data: every product once, no more told than a reader may know, no circles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianshu.chainmap.disclosure import lower_bound
from lianshu.chainmap.pictures import (
    MARKS,
    InputSeen,
    MapPicture,
    layers_of,
    links_among,
    map_picture,
)
from lianshu.chainmap.pictures_flow import flow_option, flow_rows
from lianshu.chainmap.pictures_matrix import Cell, Tally, matrix_rows
from lianshu.chainmap.pictures_wave import WAVE_MARKS, wave_layers, wave_picture
from lianshu.engine.chains import (
    Edge,
    Flow,
    Makers,
    Making,
    ProductGraph,
    Relation,
    find_gaps,
    impact,
)
from tests.engine.chains.maps import CAR, LOCAL, graph_of

NAMES = st.sampled_from("甲乙丙丁戊己庚辛")
EDGES = st.lists(
    st.tuples(NAMES, NAMES, st.sampled_from([Relation.SUPPLY, Relation.SUBCLASS])).map(
        lambda parts: Edge(*parts)
    ),
    min_size=1,
    max_size=24,
)
MAKINGS = st.lists(
    st.tuples(st.sampled_from("ABCDEF"), NAMES).map(lambda parts: Making(*parts)), max_size=16
)


def drawn(graph: ProductGraph, roots: list[str], local: Makers, *, exact: bool) -> MapPicture:
    seen = [
        InputSeen(
            gap.product,
            gap.depth,
            gap.path,
            gap.makers_local if exact else None,
            lower_bound(gap.makers_local),
        )
        for gap in find_gaps(graph, roots=roots, local=local)
    ]
    links = links_among(graph, [*roots, *(one.product for one in seen)])
    return map_picture(roots, seen, links)


def test_the_map_of_a_car() -> None:
    picture = drawn(CAR, ["车"], LOCAL, exact=True)
    rows = {row.product: row for row in picture.rows}
    assert rows["车"].mark.id == "root" and rows["车"].makers is None and rows["车"].inputs == 3
    assert rows["隔膜"].mark.id == "gap" and rows["隔膜"].makers == 0
    assert rows["磁钢"].mark.id == "thin" and rows["磁钢"].path == ("车", "电机", "磁钢")
    assert rows["磁钢"].parent == "电机" and rows["磁钢"].users == 1
    assert next(iter(picture.count())) == "root"
    assert sum(picture.count().values()) == len(picture.rows)


def test_who_may_not_see_firms_learns_no_count_below_three() -> None:
    local = Makers(
        graph_of("车<电池 车<座椅 车<电机 车<灯", "A:电池 B:电池 C:电池 D:电池 A:座椅 B:电机")
    )
    rows = {row.product: row for row in drawn(local.graph, ["车"], local, exact=False).rows}
    assert all(row.makers is None for row in rows.values())
    assert (rows["电池"].mark.id, rows["电池"].bound) == ("covered", 3)
    assert rows["座椅"].mark is rows["电机"].mark is rows["灯"].mark
    assert rows["灯"].mark.id == "few" and rows["灯"].bound == 0


def test_what_hangs_on_something_left_out_is_left_out() -> None:
    seen = [InputSeen("丙", 2, ("甲", "乙", "丙"), 1, 0), InputSeen("丁", 1, ("甲", "丁"), 0, 0)]
    picture = map_picture(["甲"], seen, [("丁", "甲"), ("丙", "乙"), ("丙", "丁")])
    assert [row.product for row in picture.rows] == ["甲", "丁"]
    assert picture.links == (("丁", "甲"),)


def test_status_has_a_shape_and_a_colour_of_its_own() -> None:
    told = {"root", "gap", "single", "thin", "covered"}
    assert len({MARKS[id].symbol for id in told}) == len(told)
    assert len({MARKS[id].colour for id in told}) == len(told)
    assert len({mark.symbol for mark in WAVE_MARKS.values()}) == len(WAVE_MARKS)


@given(EDGES, MAKINGS, st.booleans(), st.data())
def test_layers_are_a_tree_with_every_product_once(
    edges: list[Edge], makings: list[Making], exact: bool, data: st.DataObject
) -> None:
    graph = ProductGraph(edges, makings)
    roots = data.draw(st.lists(st.sampled_from(graph.names), min_size=1, max_size=3, unique=True))
    picture = drawn(graph, roots, Makers(graph), exact=exact)
    layers = layers_of(picture, levels=[], notes={})
    assert len({dot.name for dot in layers.dots}) == len(layers.dots) == len(picture.rows)
    for dot in layers.dots:
        if dot.parent is None:
            assert dot.name in roots and dot.level == 0
        else:
            assert layers.dots[dot.parent].level == dot.level - 1
    branches = {
        (dot.name, layers.dots[dot.parent].name) for dot in layers.dots if dot.parent is not None
    }
    across = {(layers.dots[a].name, layers.dots[b].name) for a, b in layers.links}
    assert branches.isdisjoint(across)
    assert branches | across == set(picture.links)
    assert {mark for _name, _level, mark, *_ in layers.data()["dots"]} == layers.data()[
        "marks"
    ].keys()


FLOWS = st.lists(
    st.tuples(NAMES, NAMES, st.integers(1, 9), st.integers(0, 9)),
    max_size=30,
    unique_by=lambda f: f[:2],
).map(lambda rows: [Flow(a, b, n, min(n, m)) for a, b, n, m in rows])


@given(FLOWS)
def test_a_sankey_diagram_never_holds_a_circle(flows: list[Flow]) -> None:
    rows = flow_rows(flows, unnamed="其他")
    assert len(rows) == len(flows)
    left = {(row.source, row.target) for row in rows if row.drawn}
    while left:
        ends = {target for _source, target in left}
        starts = {pair for pair in left if pair[0] not in ends}
        assert starts, "a circle is drawn"
        left -= starts
    series = flow_option(rows, told="{source} {target} {supplies} {sourced}")["series"][0]
    names = {node["name"] for node in series["data"]}
    assert {link["source"] for link in series["links"]} | {
        link["target"] for link in series["links"]
    } == names


def test_of_two_opposite_flows_the_greater_is_drawn() -> None:
    there, back = flow_rows([Flow("甲", "乙", 2, 0), Flow("乙", "甲", 5, 5)], unnamed="其他")
    assert (there.source, there.drawn, there.missing) == ("乙", True, 0)
    assert (back.source, back.drawn, back.missing) == ("甲", False, 2)
    assert flow_rows([Flow(None, "甲", 1, 1)], unnamed="其他")[0].source == "其他"


def test_the_matrix_has_a_cell_for_each_chain_and_district() -> None:
    tallies = {
        ("车", "市"): Tally(4, 3, exact=True),
        ("车", "东"): Tally(4, 2, exact=True),
        ("车", "西"): Tally(4, 0, exact=False),
    }
    row, empty = matrix_rows(tallies, chains=["车", "无"], whole="市", districts=["东", "西"])
    assert row.lacking == 1
    east, west = row.cells
    assert (east.made, east.percent, east.exact) == (2, "50%", True)
    assert (west.made, west.percent, west.step, west.exact) == (0, "0%", 0, False)
    assert [cell.share for cell in (empty.whole, *empty.cells)] == [None, None, None]
    assert empty.cells[0].percent == ""


@pytest.mark.parametrize(
    ("made", "inputs", "step", "percent"),
    [(0, 7, 0, "0%"), (1, 200, 1, "0.5%"), (1, 10, 1, "10%"), (3, 4, 4, "75%"), (7, 7, 5, "100%")],
)
def test_a_cell_deepens_with_its_share(made: int, inputs: int, step: int, percent: str) -> None:
    cell = Cell("车", "东", inputs, made, exact=True)
    assert (cell.step, cell.percent) == (step, percent)


def test_the_wave_of_a_loss() -> None:
    picture = wave_picture(impact(CAR, local=LOCAL, firms=["D", "C"]))
    assert picture.gaps == ("电机", "磁钢")
    assert [row.product for row in picture.losses[:2]] == ["电机", "磁钢"]
    assert [row.product for row in picture.wave] == ["车"]
    assert picture.losses[0].now.id == "gap" and picture.losses[0].lost == ("C",)
    assert picture.firms == ("H",) and picture.wave[0].mark.id == "hit_made"


@given(EDGES, MAKINGS, st.data())
def test_the_wave_is_drawn_from_its_gaps(
    edges: list[Edge], makings: list[Making], data: st.DataObject
) -> None:
    graph = ProductGraph(edges, makings)
    lost = data.draw(st.sets(st.sampled_from(graph.names), max_size=2))
    stopped = data.draw(st.sets(st.sampled_from("ABCDEF"), max_size=3))
    picture = wave_picture(impact(graph, local=Makers(graph), firms=stopped, products=lost))
    layers = wave_layers(picture, links_among(graph, graph.names), levels=[])
    assert [dot.name for dot in layers.dots if dot.parent is None] == list(picture.gaps)
    assert len(layers.dots) == len(picture.gaps) + len(picture.wave)
    assert all(0 <= end < len(layers.dots) for link in layers.links for end in link)
    for dot in layers.dots:
        assert dot.parent is None or layers.dots[dot.parent].level == dot.level - 1
