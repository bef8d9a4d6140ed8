"""The register as linkage sees it: a record with every name and code for each organisation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lianshu.engine.linkage import Index, Record
from lianshu.registry.finding import plain_name
from lianshu.registry.models import (
    Identifier,
    IdentifierKind,
    NameKind,
    OrganisationName,
    Region,
    RegionKind,
)
from lianshu.registry.querysets import OrganisationQuerySet

CHUNK: Final = 5_000


class Cities:
    """Which city a place lies in: a list writes a district where the register writes the city."""

    def __init__(self) -> None:
        regions = {region.pk: region for region in Region.objects.all()}
        self._of: dict[int, str] = {}
        self._named: dict[str, str] = {}
        for pk, region in regions.items():
            at: Region | None = region
            while at is not None and at.kind != RegionKind.CITY:
                at = regions.get(at.parent_id) if at.parent_id else None
            self._of[pk] = "" if at is None else at.name
            self._named.setdefault(plain_name(region.name), self._of[pk])

    def of(self, region_id: int) -> str:
        """The city of a region."""
        return self._of.get(region_id, "")

    def meant(self, text: str) -> str:
        """The city of a place as a list writes it; what is no place of ours stays as it is."""
        return self._named.get(plain_name(text)) or text


def registry_records(cities: Cities, among: OrganisationQuerySet) -> Iterator[Record]:
    """Of these organisations those of today and closed ones, with every name. One that was merged
    is found by its names under the one that stands for it."""
    rows = among.filter(merged_into__isnull=True)
    keys = among.order_by().values("pk")
    names = OrganisationName.objects.filter(organisation__in=keys)
    codes = Identifier.objects.filter(kind=IdentifierKind.USCC, organisation__in=keys)
    former: dict[int, list[str]] = {}
    aliases: dict[int, list[str]] = {}
    for pk, kind, value in names.values_list("organisation_id", "kind", "value"):
        (former if kind == NameKind.FORMER else aliases).setdefault(pk, []).append(value)
    # The current code comes last and stays; of those that ended, the last one.
    ordered = codes.order_by("organisation_id", "valid_to", "pk")
    held: dict[int, tuple[bool, str]] = {}
    for pk, value, valid_to in ordered.values_list("organisation_id", "value", "valid_to"):
        if valid_to is None or not held.get(pk, (False, ""))[0]:
            held[pk] = (valid_to is None, value)
    columns = ("pk", "name", "short_name", "region_id")
    for pk, name, short, region_id in rows.order_by("pk").values_list(*columns).iterator(CHUNK):
        yield Record(
            id=str(pk),
            name=name,
            uscc=held.get(pk, (False, ""))[1],
            city=cities.of(region_id),
            aliases=(*([short] if short else []), *aliases.get(pk, ())),
            former_names=tuple(former.get(pk, ())),
        )


def registry_index(cities: Cities, among: OrganisationQuerySet) -> Index:
    """These organisations, ready to be compared with."""
    return Index.build(registry_records(cities, among))
