"""What somebody can ask for: the published loops, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lianshu.authority import Actor, Capability
from lianshu.casework.queries import loops_in_use
from lianshu.casework.runtime import Running, running_loop
from lianshu.casework.written import said

FIRST = "order"
"""What most people come for stands in front."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A loop that can be begun. `by_office`: its first step is the office's."""

    loop: str
    title: str
    stages: Sequence[str]
    by_office: bool


def loops_offered(actor: Actor) -> list[Offer]:
    """Those that whoever asks begins; for an office also those that it begins itself."""
    office = actor.has(Capability.COORDINATE)
    offers = [_offer(running_loop(version)) for version in loops_in_use()]
    offers = [each for each in offers if office or not each.by_office]
    return sorted(offers, key=lambda each: (each.by_office, each.loop != FIRST, each.title))


def _offer(running: Running) -> Offer:
    loop = running.loop
    actor = running.step(loop.start).actor or ""
    return Offer(
        loop=loop.id,
        title=said(loop.title),
        stages=[said(stage.name) for stage in loop.stages],
        by_office=running.roles[actor].bind in {"coordinator", "operator"},
    )
