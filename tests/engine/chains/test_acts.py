"""Impact, next-door supply, bridges, substitutes, summaries."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lianshu.engine.chains import (
    Chain,
    Edge,
    Flow,
    Link,
    Makers,
    Making,
    ProductGraph,
    Relation,
    Status,
    bridges,
    chain_firms,
    chain_map,
    fillings,
    find_gaps,
    flows,
    impact,
    matrix,
    meeting,
    next_door,
    segments,
    substitutes,
)
from tests.engine.chains.maps import CAR, EXACT, LOCAL, graph_of

NAMES = ["a", "b", "c", "d", "e", "f"]


def test_a_firm_that_stops_leaves_gaps_and_a_wave() -> None:
    loss = impact(CAR, local=LOCAL, firms=["C"])
    assert [(one.product, one.statuses) for one in loss.changes] == [
        ("电机", (Status.SINGLE, Status.GAP)),
        ("磁钢", (Status.THIN, Status.SINGLE)),
    ]
    assert loss.gaps == ("电机",)
    assert [(one.product, one.path, set(one.makers)) for one in loss.affected] == [
        ("车", ("电机", "车"), {"H"})
    ]
    assert loss.firms == {"H"}
    assert impact(CAR, local=LOCAL, firms=["nobody", "X"]) == impact(CAR, local=LOCAL)


def test_a_sub_class_that_is_lost_takes_only_its_own_makers() -> None:
    loss = impact(CAR, local=LOCAL, products=["刀片电池"])
    assert {one.product: len(one.after) for one in loss.changes} == {
        "刀片电池": 0,
        "锂电池": 1,
        "电池": 1,
    }
    assert loss.gaps == ("刀片电池",)
    assert loss.affected == ()
    whole = impact(CAR, local=LOCAL, products=["电池"], depth=1)
    assert set(whole.gaps) == {"电池", "锂电池", "刀片电池"}
    assert [one.product for one in whole.affected] == ["车"]
    assert impact(CAR, local=EXACT, products=["电池"]).gaps == ("电池",)


@given(
    st.lists(
        st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES), st.sampled_from(list(Relation))),
        min_size=1,
        max_size=20,
    ),
    st.lists(st.tuples(st.sampled_from("123"), st.sampled_from(NAMES)), max_size=12),
    st.sampled_from("123"),
    st.booleans(),
)
def test_an_impact_is_the_difference_of_two_maps(
    edges: list[tuple[str, str, Relation]],
    made: list[tuple[str, str]],
    firm: str,
    subclasses: bool,
) -> None:
    graph = ProductGraph((Edge(*edge) for edge in edges), (Making(*making) for making in made))
    before = Makers(graph, subclasses=subclasses)
    after = Makers(graph, without=[firm], subclasses=subclasses)
    loss = impact(graph, local=before, firms=[firm])
    assert {one.product: (one.before, one.after) for one in loss.changes} == {
        name: (before.of(name), after.of(name))
        for name in graph.names
        if before.of(name) != after.of(name)
    }
    assert loss.gaps == tuple(
        name for name in graph.names if before.of(name) and not after.of(name)
    )
    reached = {one.product for one in loss.affected}
    assert reached == {
        name
        for name in graph.names
        if name not in loss.gaps and graph.closure([name]).intersection(loss.gaps)
    }


def test_next_door_supply_is_nearest_first_and_unknown_last() -> None:
    places = {"H": 0.0, "A": 5.0, "C": 1.0}

    def distance(one: str, other: str) -> float | None:
        if one in places and other in places:
            return abs(places[one] - places[other])
        return None

    offers = next_door(CAR, local=LOCAL, distance=distance, buyers=["H"])
    assert [(one.need, one.supplier, one.distance) for one in offers] == [
        ("电机", "C", 1.0),
        ("电池", "A", 5.0),
        ("电池", "B", None),
    ]
    assert offers[1].supplied == ("刀片电池",)
    near = next_door(CAR, local=LOCAL, distance=distance, buyers=["H"], within=2.0)
    assert [one.supplier for one in near] == ["C", "B"]
    # C makes its magnets itself.
    needs = next_door(CAR, local=LOCAL, distance=distance, buyers=["C.SH"])
    assert [(one.need, one.uses) for one in needs] == [("铜线", ("电机",))]


CARS = Chain("汽车", frozenset({"车"}), frozenset("ABCDEHI"))
CHEMISTRY = Chain("石化", frozenset({"对二甲苯", "塑料"}), frozenset("FG"))


def test_bridges_say_which_chain_gives() -> None:
    [bridge] = bridges(CAR, a=CHEMISTRY, b=CARS, local=LOCAL)
    assert (bridge.product, bridge.kind, bridge.path_a) == ("对二甲苯", "a_to_b", ())
    assert bridge.path_b == ("车", "座椅", "面料", "涤纶", "对二甲苯")
    assert bridges(CAR, a=CARS, b=CHEMISTRY, local=LOCAL)[0].kind == "b_to_a"
    assert bridges(CAR, a=CHEMISTRY, b=CARS, local=LOCAL, depth=2) == []
    plastics, fibre = Chain("甲", frozenset({"塑料"})), Chain("乙", frozenset({"涤纶"}))
    assert [one.kind for one in bridges(CAR, a=plastics, b=fibre, local=LOCAL)] == ["both"]
    # Whoever gives a sub-class of what is required gives it.
    cells = Chain("电池", frozenset({"锂电池"}))
    given = bridges(CAR, a=cells, b=CARS, local=LOCAL)
    assert [(one.product, one.kind) for one in given] == [("电池", "a_to_b")]
    assert bridges(CAR, a=cells, b=CARS, local=EXACT) == []


def test_a_meeting_names_what_one_fills_and_whom_to_invite() -> None:
    filled = fillings(CAR, needing=CARS, helping=CHEMISTRY)
    assert [(one.product, set(one.makers)) for one in filled] == [
        ("涤纶", {"F"}),
        ("对二甲苯", {"G"}),
    ]
    met = meeting(CAR, a=CARS, b=CHEMISTRY, local=LOCAL)
    assert met.invite == {"F": ("涤纶",), "G": ("对二甲苯",)}
    assert chain_firms(LOCAL, ["电池", "磁钢"]) == {"A", "B", "C", "D"}


def test_substitutes_come_with_their_reason() -> None:
    graph = graph_of(
        "电池^锂电池 电池^钠电池 车<锂电池 船<锂电池 车<钠电池 车<铅 船<铅", "1:钠电池"
    )
    found = substitutes(graph, product="锂电池", local=Makers(graph))
    assert [(one.product, one.kind, one.shared_users) for one in found] == [
        ("钠电池", "sibling", ("车",)),
        ("铅", "alike", ("船", "车") if "船" < "车" else ("车", "船")),
    ]
    assert found[0].common == ("电池",)
    assert found[0].makers == {"1"}
    kinds = [one.kind for one in substitutes(graph, product="电池", local=Makers(graph))]
    assert kinds == ["narrower", "narrower"]
    assert len(substitutes(graph, product="锂电池", local=Makers(graph), limit=1)) == 1


def test_summaries_are_what_pictures_need() -> None:
    gaps = find_gaps(CAR, roots=["车"], local=LOCAL, depth=2)
    drawn = chain_map(CAR, roots=["车"], gaps=gaps)
    assert drawn.nodes[0].product == "车"
    assert drawn.nodes[0].links == 3
    assert Link("电池", "车") in drawn.links
    assert len(drawn.nodes) == len(gaps) + 1
    place = {"电池": "三电", "电机": "三电", "正极": "材料", "磁钢": "材料", "车": "整车"}
    named = segments(gaps, segment_of=place.get)
    assert [one.segment for one in named] == ["三电", "材料", None]
    assert named[0].makers == {"A", "B", "C"}
    assert named[1].statuses[Status.THIN] == 1
    moved = flows(drawn, segment_of=place.get)
    assert Flow("材料", "三电", 2, 2) in moved
    assert Flow("三电", "整车", 2, 2) in moved
    assert all(flow.source != flow.target for flow in moved)
    cells = matrix({"电池": ["电池", "正极"]}, local=LOCAL, district_of={"A": "东", "B": "东"}.get)
    assert cells == {("电池", "东"): 2, ("电池", None): 1}
