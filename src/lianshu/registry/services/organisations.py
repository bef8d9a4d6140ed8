"""Writing the register of organisations, regions and chains."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lianshu.audit.services import record
from lianshu.authority import Actor, require
from lianshu.records.errors import DomainError
from lianshu.registry.models import (
    Chain,
    Identifier,
    IdentifierKind,
    Organisation,
    OrganisationKind,
    Region,
    RegionAncestry,
    SourceKey,
)
from lianshu.registry.rules import can_create_organisation, can_edit_organisation

EDITABLE = ("name", "short_name", "kind", "introduction")


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


def add_chain(*, code: str, name: str, name_en: str = "") -> Chain:
    """A chain of the city's catalogue."""
    return Chain.objects.create(code=code, name=name, name_en=name_en)


@transaction.atomic
def create_organisation(
    *,
    actor: Actor,
    name: str,
    kind: str,
    region: Region,
    now: datetime,
    chain: Chain | None = None,
    short_name: str = "",
    introduction: str = "",
    uscc: str = "",
    source_key: tuple[str, str] | None = None,
) -> Organisation:
    """A new organisation; `DomainError` when its credit code is another one's."""
    require(
        can_create_organisation(
            actor, region_id=region.pk, chain_id=None if chain is None else chain.pk
        )
    )
    name = name.strip()
    if not name:
        raise DomainError(_("请填写单位名称。"), field="name")
    if kind not in OrganisationKind.values:
        raise DomainError(_("不认识的单位类型“%(kind)s”。") % {"kind": kind}, field="kind")
    organisation = Organisation(
        name=name,
        short_name=short_name.strip(),
        kind=kind,
        region=region,
        chain=chain,
        introduction=introduction,
        created_at=now,
        updated_at=now,
    )
    organisation.refresh_keys()
    organisation.save()
    if uscc:
        set_identifier(
            organisation=organisation, kind=IdentifierKind.USCC, value=uscc, valid_from=None
        )
    if source_key:
        SourceKey.objects.create(
            organisation=organisation, source=source_key[0], external_id=source_key[1]
        )
    record(actor=actor, action="organisation.created", obj=organisation, now=now)
    return organisation


def set_identifier(
    *, organisation: Organisation, kind: str, value: str, valid_from: date | None
) -> Identifier:
    """Give the organisation a current number; refused when another one holds it."""
    value = value.strip().upper()
    holder = (
        Identifier.objects.filter(kind=kind, value=value, valid_to__isnull=True)
        .select_related("organisation")
        .first()
    )
    if holder is not None and holder.organisation_id == organisation.pk:
        return holder
    if holder is not None:
        raise DomainError(
            _("代码 %(value)s 已属于“%(name)s”，请核对代码，或先在那家单位停用它。")
            % {"value": value, "name": holder.organisation.name},
            field="uscc",
        )
    try:
        with transaction.atomic():
            return Identifier.objects.create(
                organisation=organisation, kind=kind, value=value, valid_from=valid_from
            )
    except IntegrityError as error:
        raise DomainError(
            _("代码 %(value)s 刚刚被另一家单位登记，请核对。") % {"value": value}, field="uscc"
        ) from error


@transaction.atomic
def edit_organisation(
    *, actor: Actor, organisation: Organisation, changes: Mapping[str, Any], now: datetime
) -> Organisation:
    """Change some of `EDITABLE`; what changed goes to the audit."""
    require(can_edit_organisation(actor, organisation))
    unknown = set(changes) - set(EDITABLE)
    if unknown:
        raise DomainError(
            _("这些内容不能在此修改：%(names)s") % {"names": "、".join(sorted(unknown))}
        )
    if "name" in changes and not str(changes["name"]).strip():
        raise DomainError(_("请填写单位名称。"), field="name")
    before = {field: getattr(organisation, field) for field in changes}
    changed = {f: [before[f], value] for f, value in changes.items() if before[f] != value}
    if not changed:
        return organisation
    for field, (_old, new) in changed.items():
        setattr(organisation, field, new)
    organisation.updated_at = now
    organisation.refresh_keys()
    organisation.save()
    record(actor=actor, action="organisation.edited", obj=organisation, now=now, changes=changed)
    return organisation
