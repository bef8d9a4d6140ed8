"""Reading the register."""

from __future__ import annotations

from lianshu.authority import Actor
from lianshu.registry.models import Chain, IdentifierKind, Organisation, Region
from lianshu.registry.querysets import OrganisationQuerySet


def organisations_for(actor: Actor) -> OrganisationQuerySet:
    """The organisations of today as this actor may see them, sorted by name the Chinese way."""
    return organisations_ever(actor).current()


def organisations_ever(actor: Actor) -> OrganisationQuerySet:
    """Those that were merged, split up or closed too."""
    return (
        Organisation.objects.visible_to(actor)
        .select_related("region", "chain")
        .order_by("name_key", "id")
    )


def organisation_by_id(actor: Actor, public_id: str) -> Organisation | None:
    """One organisation, one that has ended too, with its numbers, or None."""
    return (
        Organisation.objects.visible_to(actor)
        .select_related("region", "chain", "merged_into")
        .prefetch_related("identifiers", "other_names")
        .filter(public_id=public_id)
        .first()
    )


def organisation_of_key(actor: Actor, key: int) -> Organisation | None:
    """One organisation by the key that other rows name it by, or None."""
    return Organisation.objects.visible_to(actor).filter(pk=key).first()


def current_code(organisation: Organisation) -> str:
    """Its credit code now; "" when it has none."""
    current = organisation.identifiers.filter(kind=IdentifierKind.USCC, valid_to__isnull=True)
    return current.values_list("value", flat=True).first() or ""


def all_regions() -> list[Region]:
    """The region tree; public reference data."""
    return list(Region.objects.select_related("parent"))


def all_chains() -> list[Chain]:
    """The chain catalogue; public reference data."""
    return list(Chain.objects.all())
