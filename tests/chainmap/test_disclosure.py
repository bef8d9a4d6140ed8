"""No answer, and no difference of two, says that a product has one maker or two."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from lianshu.chainmap.disclosure import lower_bound, publish

PARTS = st.lists(st.integers(0, 7), min_size=1, max_size=4)


@given(PARTS)
def test_a_district_shown_as_few_may_always_have_none(counts: list[int]) -> None:
    parts = dict(enumerate(counts))
    bound, shown = publish(sum(counts), parts)
    # Every city that publishes the same: what a reader who knows the method cannot tell apart.
    worlds = [
        world
        for world in product(*(range(low, low + 3) for low in shown.values()))
        if publish(sum(world), dict(enumerate(world))) == (bound, shown)
    ]
    assert tuple(counts) in worlds
    for key, low in shown.items():
        if low == 0:
            assert {0} <= {world[key] for world in worlds}


@given(PARTS)
def test_a_bound_is_true_and_never_below_three(counts: list[int]) -> None:
    bound, shown = publish(sum(counts), dict(enumerate(counts)))
    assert bound <= sum(counts)
    for key, low in shown.items():
        assert low == lower_bound(counts[key]) and (low == 0 or low >= 3)
    assert bound == 0 or bound >= 3


@given(st.integers(0, 40), st.integers(0, 40))
def test_a_set_and_one_within_it_never_leave_one_or_two_for_certain(small: int, more: int) -> None:
    inner, outer = lower_bound(small), lower_bound(small + more)
    rests = {b - a for a in range(inner, inner + 3) for b in range(outer, outer + 3) if b >= a}
    assert rests - {1, 2}


def test_the_published_city_is_lowered_where_its_districts_would_give_themselves_away() -> None:
    # Three districts of two firms each: six in the city could only be two and two and two.
    assert publish(6, {1: 2, 2: 2, 3: 2}) == (3, {1: 0, 2: 0, 3: 0})
    assert publish(6, {1: 6, 2: 0, 3: 0}) == (6, {1: 6, 2: 0, 3: 0})
