"""Who may open cases in a place, and switch recurrences on and off there; and why not."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianshu.authority import Actor, Capability, Verdict
from lianshu.casework.models import Recurrence
from lianshu.registry.models import Chain, Organisation, Region, RegionAncestry
from lianshu.registry.rules import holds_at


def can_open_at(actor: Actor, region: Region, chain: Chain | None) -> Verdict:
    """The office that coordinates there."""
    chain_id = None if chain is None else chain.pk
    if holds_at(actor, Capability.COORDINATE, region_id=region.pk, chain_id=chain_id):
        return Verdict.yes()
    where = region.name if chain is None else f"{region.name}·{chain.name}"
    return Verdict.no(_("“%(where)s”不在您负责的范围内，请由那里的链办来办。") % {"where": where})


def can_recur_for(organisation: Organisation, region: Region) -> Verdict:
    """An organisation of the place, or one above it that serves it."""
    if organisation.ended_on is not None:
        return Verdict.no(_("“%(name)s”已终止，请另选单位。") % {"name": organisation.name})
    pairs = ((organisation.region_id, region.pk), (region.pk, organisation.region_id))
    for above, below in pairs:
        if RegionAncestry.objects.filter(ancestor=above, descendant=below).exists():
            return Verdict.yes()
    words = {"name": organisation.name, "where": region.name}
    return Verdict.no(_("“%(name)s”不在“%(where)s”，也不是它的上级单位，请另选。") % words)


def can_switch(actor: Actor, recurrence: Recurrence) -> Verdict:
    """The office in whose care the place lies."""
    return can_open_at(actor, recurrence.region, recurrence.chain)
