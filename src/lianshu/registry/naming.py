"""What a name in a file may mean: registered organisations with a name near to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from difflib import SequenceMatcher
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianshu.authority import EVERY_CHAIN, Actor, Capability
from lianshu.engine.linkage import Candidate as Compared
from lianshu.engine.linkage import Index, Record, link, sentence, take_apart
from lianshu.imports.names import Candidate, NameMatcher
from lianshu.imports.targets import Doubt
from lianshu.records.errors import DomainError, NotFound
from lianshu.records.text import name_key, normalise
from lianshu.registry.comparing import Cities, registry_index
from lianshu.registry.finding import plain_name
from lianshu.registry.models import IdentifierKind, Organisation, OrganisationKind, Region
from lianshu.registry.querysets import OrganisationQuerySet
from lianshu.registry.services import create_organisation
from lianshu.registry.services.organisation_list import ListedOrganisation

MOST: Final = 5
MOST_COMPARED: Final = 20
MOST_READ: Final = 400
LEAST_ALIKE: Final = 0.5
LEAST_PROBABLE: Final = 0.4
"""Probabilities of all candidates add up to 1 at most: two as likely have a half each."""
COMPARED_AT_ONCE: Final = 5_000


def core_of(name: str) -> str:
    """The name without what many share: place, 有限公司, 股份, 集团."""
    parts = take_apart(name)
    return normalise(parts.brand + parts.trade) or plain_name(name)


class OrganisationNames(NameMatcher):
    """Matches names with the register."""

    def candidates(self, actor: Actor, name: str) -> Sequence[Candidate]:
        wanted, core = plain_name(name), core_of(name)
        found: dict[int, tuple[float, Candidate]] = {}
        for query in dict.fromkeys((core, core[:4], core[:2], core[-2:])):
            if not query:
                continue
            rows = Organisation.objects.visible_to(actor).current().found_by(query)
            for row in rows.select_related("region").prefetch_related("other_names")[:MOST_READ]:
                names = [row.name, row.short_name, *(str(name) for name in row.other_names.all())]
                score, best = max((_alike(wanted, core, name), name) for name in names)
                if score >= LEAST_ALIKE:
                    also = row.short_name if best == row.name else best
                    label = f"{row.name}（{also}）" if also else row.name
                    found[row.pk] = (score, Candidate(row.public_id, label, str(row.region)))
            if len(found) >= MOST:
                break
        likeliest = sorted(found, key=lambda pk: (-found[pk][0], pk))[:MOST_COMPARED]
        return [
            replace(
                found[pk][1],
                detail=_("；").join(part for part in (found[pk][1].detail, why) if part),
            )
            for pk, why in _compared(actor, name, likeliest)
        ]

    def meant(self, actor: Actor, public_id: str) -> int:
        found = Organisation.objects.visible_to(actor).current().filter(public_id=public_id).first()
        if found is None:
            raise NotFound(_("没有选中的单位，请重新选择。"))
        return found.pk

    def places(self, actor: Actor) -> Sequence[tuple[str, str]]:
        regions = Region.objects.order_by("code")
        if not actor.is_system:
            granted = {
                scope.region_id
                for scope in actor.scopes(Capability.MANAGE_ORGANISATIONS)
                if scope.chain_id == EVERY_CHAIN
            }
            regions = regions.filter(ancestry__ancestor__in=granted).distinct()
        return [(region.code, region.name) for region in regions]

    def register(self, *, actor: Actor, name: str, place: str, code: str, now: datetime) -> int:
        region = Region.objects.filter(code=place).first()
        if region is None:
            raise DomainError(_("请选择新单位所在的区域。"), field="place")
        created = create_organisation(
            actor=actor,
            name=name,
            kind=OrganisationKind.ENTERPRISE,
            region=region,
            uscc=code,
            now=now,
        )
        return created.pk


class RegisteredNames(OrganisationNames):
    """For the list of organisations itself: a new one is registered by its own row."""

    optional = True

    def places(self, actor: Actor) -> Sequence[tuple[str, str]]:
        return ()


def registered_alike(actor: Actor, rows: Sequence[ListedOrganisation]) -> list[Doubt]:
    """Of rows that mean no registered organisation by id, code or exact name, those that may mean
    one: as linkage judges their names and places. Two credit codes make two organisations."""
    visible = Organisation.objects.visible_to(actor).current()
    if not rows or not visible.exists():
        return []
    cities = Cities()
    index = registry_index(cities, visible)
    found = []
    for start in range(0, len(rows), COMPARED_AT_ONCE):
        part = rows[start : start + COMPARED_AT_ONCE]
        for row, each in zip(
            part, link([_record(row, cities) for row in part], index), strict=True
        ):
            likely = [one for one in each.candidates if _may_be(row, one, index)]
            if likely:
                found.append((row, likely))
    return _doubts(found, visible)


def _record(row: ListedOrganisation, cities: Cities) -> Record:
    region = row.region or row.default_region
    return Record(
        id=str(row.number),
        name=row.name,
        city=cities.of(region.pk) if region else "",
        aliases=(row.short_name,) if row.short_name else (),
        former_names=row.former_names,
    )


def _may_be(row: ListedOrganisation, candidate: Compared, index: Index) -> bool:
    record = index.get(candidate.entity_id)
    coded = bool(record and record.uscc and row.numbers.get(IdentifierKind.USCC))
    return not coded and candidate.probability >= LEAST_PROBABLE


def _doubts(
    found: Sequence[tuple[ListedOrganisation, Sequence[Compared]]], visible: OrganisationQuerySet
) -> list[Doubt]:
    keys = {int(one.entity_id) for _row, likely in found for one in likely}
    known = visible.select_related("region").in_bulk(keys)
    doubts = []
    for row, likely in found:
        candidates = []
        for one in likely:
            organisation = known[int(one.entity_id)]
            detail = _("；").join(filter(None, (str(organisation.region), _why(one))))
            candidates.append(Candidate(organisation.public_id, organisation.name, detail))
        doubts.append(Doubt(row.number, row.name, candidates))
    return doubts


def _why(found: Compared) -> str:
    """The two strongest reasons, in the reader's language."""
    language = "en" if (get_language() or "").startswith("en") else "zh"
    return _("、").join(sentence(why, language) for why in found.reasons[:2])


def _compared(actor: Actor, name: str, keys: Sequence[int]) -> list[tuple[int, str]]:
    """The likeliest of these organisations with the reason why, as linkage judges them; then those
    it has nothing to say of, in their own order."""
    rows = Organisation.objects.visible_to(actor).filter(pk__in=keys)
    records = [
        Record(
            id=str(row.pk),
            name=row.name,
            aliases=tuple(
                each
                for each in (row.short_name, *(one.value for one in row.other_names.all()))
                if each
            ),
        )
        for row in rows.prefetch_related("other_names")
    ]
    [found] = link([Record(id="", name=name)], Index.build(records))
    judged = {int(each.entity_id): _why(each) for each in found.candidates}
    order = [*judged, *(pk for pk in keys if pk not in judged)]
    return [(pk, judged.get(pk, "")) for pk in order if pk in keys][:MOST]


def _alike(wanted: str, core: str, name: str) -> float:
    """From 0 to 1: by the characters, of the whole or of the cores, or by how they sound."""
    if not name:
        return 0.0
    other = plain_name(name)
    if wanted == other:
        return 1.0
    other_core = core_of(name)
    sounds = 0.9 if name_key(core) == name_key(other_core) else 0.0
    within = 0.85 if len(core) > 1 and (core in other or other_core in wanted) else 0.0
    whole = SequenceMatcher(None, wanted, other).ratio()
    return max(sounds, within, SequenceMatcher(None, core, other_core).ratio(), whole * 0.8)
