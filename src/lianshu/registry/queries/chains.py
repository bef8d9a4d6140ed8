"""Reading chains: how large they are, their segments, and who belongs to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from lianshu.authority import Actor
from lianshu.registry.models import (
    Affiliation,
    Chain,
    ChainMember,
    ChainRole,
    ChainTier,
    Organisation,
    OrganisationKind,
    Pairing,
    Segment,
    Stream,
)
from lianshu.registry.models.dated import DatedQuerySet

STANDING = Q(organisation__ended_on__isnull=True)
"""Rows of organisations that still exist: what a merged one had twice stays under its old id."""
ALLIED = (OrganisationKind.ALLIANCE, OrganisationKind.ASSOCIATION)


def _how_many(rows: QuerySet[ChainMember], counted: str = "organisation") -> Coalesce:
    each = (
        rows.filter(chain=OuterRef("pk"))
        .order_by()
        .values("chain")
        .annotate(n=Count(counted, distinct=True))
        .values("n")
    )
    return Coalesce(Subquery(each, output_field=IntegerField()), 0)


def chains_for(actor: Actor, *, today: date) -> QuerySet[Chain]:
    """The catalogue with `lead_firms`, `innovators`, `firms` (in any role) and `segment_count`.

    The catalogue is public to everybody who has an account here."""
    if not actor.is_known:
        return Chain.objects.none()
    now = ChainMember.objects.on(today).filter(STANDING)
    segments = (
        Segment.objects.filter(chain=OuterRef("pk"))
        .order_by()
        .values("chain")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return (
        Chain.objects.select_related("office__region")
        .annotate(
            lead_firms=_how_many(now.filter(role=ChainRole.LEAD_FIRM)),
            innovators=_how_many(now.filter(role=ChainRole.INNOVATOR)),
            firms=_how_many(now),
            segment_count=Coalesce(Subquery(segments, output_field=IntegerField()), 0),
        )
        .order_by("code")
    )


@dataclass(frozen=True, slots=True)
class Tier:
    """The chains of one tier."""

    label: str
    chains: Sequence[Chain]


def chains_by_tier(actor: Actor, *, today: date) -> list[Tier]:
    """The catalogue by tier; chains whose tier nobody has said come last."""
    chains = list(chains_for(actor, today=today))
    found = [
        Tier(str(tier.label), [chain for chain in chains if chain.tier == tier])
        for tier in ChainTier
    ]
    found.append(Tier("", [chain for chain in chains if not chain.tier]))
    return [tier for tier in found if tier.chains]


def chain_by_code(actor: Actor, code: str, *, today: date) -> Chain | None:
    """One chain with its counts, or None."""
    return chains_for(actor, today=today).filter(code=code).first()


def chain_members_for(actor: Actor) -> DatedQuerySet[ChainMember]:
    """Who belongs to which chain: as public as the register."""
    seen = Organisation.objects.visible_to(actor)
    return (
        ChainMember.objects.filter(organisation__in=seen)
        .select_related("chain", "organisation__region", "segment")
        .order_by("chain__code", "role", "organisation__name_key", "pk")
    )


def members_on(actor: Actor, chain: Chain, *, today: date) -> DatedQuerySet[ChainMember]:
    """Who belongs to the chain today."""
    return chain_members_for(actor).on(today).filter(STANDING, chain=chain)


def chain_member_by_id(actor: Actor, pk: int) -> ChainMember | None:
    """One role of an organisation in a chain."""
    return chain_members_for(actor).filter(pk=pk).first()


def holders_of(actor: Actor, chain: Chain, role: ChainRole, *, today: date) -> list[ChainMember]:
    """The chain's organisations in one role today, each once."""
    members = members_on(actor, chain, today=today).filter(role=role)
    return list({each.organisation_id: each for each in members}.values())


@dataclass(slots=True)
class SegmentNode:
    """A segment with how many organisations it and its parts hold together."""

    segment: Segment
    depth: int = 0
    firms: int = 0
    parts: list[SegmentNode] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class StreamColumn:
    """What lies upstream, midstream, downstream or around the chain."""

    stream: str
    label: str
    nodes: Sequence[SegmentNode]


def segments_of(chain: Chain) -> list[Segment]:
    """The chain's segments, each after its parent, in their order."""
    return [node.segment for node in _flat(_tree(list(_rows(chain)), {}))]


def all_segments() -> list[Segment]:
    """The segments of every chain, each after its parent."""
    rows = list(Segment.objects.select_related("chain").order_by("chain__code", "position"))
    by_chain: dict[int, list[Segment]] = defaultdict(list)
    for row in rows:
        by_chain[row.chain_id].append(row)
    return [node.segment for each in by_chain.values() for node in _flat(_tree(each, {}))]


def segment_by_id(actor: Actor, public_id: str) -> Segment | None:
    """One segment with its chain."""
    if not actor.is_known:
        return None
    rows = Segment.objects.select_related("chain__office", "parent")
    return rows.filter(public_id=public_id).first()


def segment_below(public_ids: Iterable[str]) -> Q:
    """Members of these segments or of their parts, as a condition on `segment`."""
    wanted = set(public_ids)
    rows = list(Segment.objects.filter(chain__segments__public_id__in=wanted).distinct())
    found = {row.pk for row in rows if row.public_id in wanted}
    while more := {row.pk for row in rows if row.parent_id in found} - found:
        found |= more
    return Q(segment__in=found)


def chain_columns(actor: Actor, chain: Chain, *, today: date) -> list[StreamColumn]:
    """The segment tree along the chain, each segment with its organisations counted once."""
    held: dict[int, set[int]] = defaultdict(set)
    pairs = (
        members_on(actor, chain, today=today)
        .filter(segment__isnull=False)
        .order_by()
        .values_list("segment_id", "organisation_id")
    )
    for segment_id, organisation_id in pairs:
        held[segment_id].add(organisation_id)
    nodes = _tree(list(_rows(chain)), held)
    columns = [
        StreamColumn(
            stream.value,
            str(stream.label),
            list(_flat([node for node in nodes if node.segment.stream == stream])),
        )
        for stream in Stream
    ]
    return [column for column in columns if column.nodes]


def _rows(chain: Chain) -> QuerySet[Segment]:
    return Segment.objects.filter(chain=chain).select_related("parent").order_by("position", "code")


def _tree(rows: Sequence[Segment], held: dict[int, set[int]]) -> list[SegmentNode]:
    by_parent: dict[int | None, list[Segment]] = defaultdict(list)
    for row in rows:
        by_parent[row.parent_id].append(row)

    def grow(parent: int | None, depth: int) -> tuple[list[SegmentNode], set[int]]:
        nodes: list[SegmentNode] = []
        together: set[int] = set()
        for row in by_parent.get(parent, ()):
            parts, below = grow(row.pk, depth + 1)
            firms = below | held.get(row.pk, set())
            nodes.append(SegmentNode(row, depth, len(firms), parts))
            together |= firms
        return nodes, together

    return grow(None, 0)[0]


def _flat(nodes: Iterable[SegmentNode]) -> Iterable[SegmentNode]:
    for node in nodes:
        yield node
        yield from _flat(node.parts)


def groups_on_chain(actor: Actor, chain: Chain, *, today: date) -> list[Organisation]:
    """Alliances, communities of interest and associations of the chain, with `affiliate_count`."""
    return list(
        Organisation.objects.visible_to(actor)
        .current()
        .filter(chain=chain, kind__in=ALLIED)
        .annotate(affiliate_count=affiliates_counted(today))
        .order_by("kind", "form", "name_key")
    )


def affiliates_counted(today: date) -> Coalesce:
    """How many organisations a group (the outer row) has today."""
    each = (
        Affiliation.objects.on(today)
        .filter(STANDING, group=OuterRef("pk"))
        .order_by()
        .values("group")
        .annotate(n=Count("organisation", distinct=True))
        .values("n")
    )
    return Coalesce(Subquery(each, output_field=IntegerField()), 0)


def pairings_for(actor: Actor, *, today: date) -> QuerySet[Pairing]:
    """Pairings with `member_count`: how many firms are paired with the lead today."""
    seen = Organisation.objects.visible_to(actor)
    return (
        Pairing.objects.filter(lead__in=seen)
        .select_related("lead__region", "chain", "region")
        .annotate(
            member_count=Count(
                "members__organisation",
                distinct=True,
                filter=(Q(members__valid_to__isnull=True) | Q(members__valid_to__gt=today))
                & Q(members__organisation__ended_on__isnull=True)
                & ~Q(members__organisation=F("lead")),
            )
        )
    )


def pairing_by_id(actor: Actor, public_id: str, *, today: date) -> Pairing | None:
    """One pairing with its members."""
    return (
        pairings_for(actor, today=today)
        .prefetch_related("members__organisation__region")
        .filter(public_id=public_id)
        .first()
    )
