"""Which pairs may be proposed at all, and a settled pair that becomes a proposal."""

from __future__ import annotations

import pytest

from lianshu.authority import Refusal
from lianshu.exchange.models import Recommendation
from lianshu.exchange.partnering import bars_between
from lianshu.exchange.queries import demand_by_id
from lianshu.exchange.services.posts import withdraw_post
from lianshu.exchange.services.proposing import propose_pair
from lianshu.registry.services.links import add_link
from tests.cast import NOW, SYSTEM, Cast


def test_bars_have_their_reason(cast: Cast) -> None:
    officer = cast.actor("officer")
    demand = demand_by_id(officer, cast.demand().public_id)
    assert demand is not None
    free, related = cast.resource(), cast.resource("另一项技术", by="bank")
    own, gone = cast.resource("自己的技术", by="magnets"), cast.resource("撤回的技术")
    withdraw_post(actor=SYSTEM, post=gone, now=NOW)
    add_link(
        actor=SYSTEM,
        holder=cast.organisations["bank"],
        subject=cast.organisations["magnets"],
        kind="controller",
        now=NOW,
    )
    keys = [each.pk for each in (free, related, own, gone)]
    assert bars_between(officer, demand, keys, now=NOW) == {
        related.pk: "conflict",
        own.pk: "never",
        gone.pk: "never",
    }


def test_a_settled_pair_is_proposed_once_below_the_others(cast: Cast) -> None:
    officer = cast.actor("officer")
    demand = demand_by_id(officer, cast.demand().public_id)
    assert demand is not None
    first, second = cast.resource(), cast.resource("另一项技术")
    made = propose_pair(actor=officer, demand=demand, resource=first, score=0.5, now=NOW)
    again = propose_pair(actor=officer, demand=demand, resource=first, score=0.9, now=NOW)
    assert made == again and (made.rank, made.status) == (1, "proposed")
    other = propose_pair(actor=officer, demand=demand, resource=second, score=0.1, now=NOW)
    assert other.rank == 2 and Recommendation.objects.count() == 2


def test_a_barred_pair_and_a_stranger_are_refused(cast: Cast) -> None:
    demand = demand_by_id(cast.actor("officer"), cast.demand().public_id)
    assert demand is not None
    own = cast.resource("自己的技术", by="magnets")
    with pytest.raises(Refusal, match="不能配对"):
        propose_pair(actor=cast.actor("officer"), demand=demand, resource=own, score=1.0, now=NOW)
    fitting = cast.resource()
    with pytest.raises(Refusal):
        propose_pair(actor=cast.actor("bob"), demand=demand, resource=fitting, score=1.0, now=NOW)
