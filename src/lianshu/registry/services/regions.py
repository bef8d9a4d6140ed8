"""Writing the tree of regions."""

from __future__ import annotations

from django.db import transaction

from lianshu.registry.models import Region, RegionAncestry


@transaction.atomic
def add_region(
    *,
    code: str,
    name: str,
    kind: str,
    parent: Region | None = None,
    name_en: str = "",
    official_code: str = "",
) -> Region:
    """A place below `parent`, with its ancestry rows."""
    region = Region.objects.create(
        code=code,
        name=name,
        name_en=name_en,
        kind=kind,
        parent=parent,
        official_code=official_code,
    )
    above = [] if parent is None else list(parent.ancestry.values_list("ancestor_id", flat=True))
    RegionAncestry.objects.bulk_create(
        RegionAncestry(ancestor_id=ancestor, descendant=region) for ancestor in [*above, region.pk]
    )
    return region
