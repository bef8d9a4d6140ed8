"""Cross-chain meetings: what two chains have to do with each other, and whom to invite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lianshu.authority import Actor
from lianshu.chainmap.queries import CurrentMap, Firm, current_graph, roots_by_chain
from lianshu.engine.chains import Bridge, Filling, meeting
from lianshu.engine.chains import Chain as ChainOfEngine
from lianshu.registry.models import Chain, ChainMember

DEPTH = 8


@dataclass(frozen=True, slots=True)
class Invited:
    """A firm with the bridge products and gaps that it is invited for."""

    firm: Firm
    reasons: tuple[str, ...]
    chain: str


@dataclass(frozen=True, slots=True)
class MeetingPlan:
    """What a meeting of two chains is about."""

    a: Chain
    b: Chain
    bridges: Sequence[Bridge]
    fillings: Sequence[Filling]
    invite: Sequence[Invited]
    names: Mapping[str, str]


def plan_meeting(actor: Actor, a: Chain, b: Chain) -> MeetingPlan:
    """From the relations that the actor may see. Raises `LookupError` for a chain without roots."""
    current = current_graph(actor)
    roots = roots_by_chain()
    one, other = (_chain(current, chain, roots[chain]) for chain in (a, b))
    found = meeting(current.graph, a=one, b=other, local=current.makers(), depth=DEPTH)
    chains = dict(Chain.objects.values_list("pk", "name"))
    invite = [
        Invited(firm, reasons, chains.get(firm.chain_id or 0, ""))
        for code, reasons in found.invite.items()
        if (firm := current.firms[code]).local
    ]
    names = {code: firm.name for code, firm in current.firms.items()}
    return MeetingPlan(a, b, found.bridges, found.fillings, invite, names)


def _chain(current: CurrentMap, chain: Chain, roots: Sequence[str]) -> ChainOfEngine:
    members = set(
        ChainMember.objects.filter(chain=chain, valid_to__isnull=True).values_list(
            "organisation__public_id", flat=True
        )
    )
    firms = {
        code
        for code, firm in current.firms.items()
        if firm.local and (firm.chain_id == chain.pk or code in members)
    }
    return ChainOfEngine(chain.name, frozenset(roots), frozenset(firms))
