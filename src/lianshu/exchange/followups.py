"""What can follow a recommendation besides its project: offered by the apps above the exchange.

    register(cases_of)

in that app's module `exchange_followups`, which Django's start imports.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lianshu.authority import Actor
from lianshu.exchange.models import Recommendation


@dataclass(frozen=True, slots=True)
class Followup:
    """A link on the page of a recommendation and of its project, with the name of its icon."""

    label: str
    url: str
    icon: str


Offer = Callable[[Actor, Recommendation], Sequence[Followup]]
"""What this actor may do with, or sees of, what followed. `Recommendation` comes with its posts."""

_offers: list[Offer] = []


def register(offer: Offer) -> None:
    """Let `offer` add links."""
    if offer not in _offers:
        _offers.append(offer)


def followups_of(actor: Actor, recommendation: Recommendation) -> list[Followup]:
    """Everything that is offered, in the order of the apps."""
    return [each for offer in _offers for each in offer(actor, recommendation)]
