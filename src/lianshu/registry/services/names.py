"""What else organisations are or were called; every name is searched and matched by."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.audit.services import record
from lianshu.authority import Actor, require
from lianshu.records.errors import DomainError
from lianshu.records.text import name_key
from lianshu.registry.models import NameKind, Organisation, OrganisationName
from lianshu.registry.rules import can_edit_organisation

LONGEST = 200


@transaction.atomic
def add_name(
    *,
    actor: Actor,
    organisation: Organisation,
    kind: str,
    value: str,
    now: datetime,
    valid_from: date | None = None,
    valid_to: date | None = None,
    source: str = "",
) -> OrganisationName:
    """A former name, alias or further short name."""
    require(can_edit_organisation(actor, organisation))
    if kind not in NameKind.values:
        raise DomainError(_("不认识的名称种类“%(kind)s”。") % {"kind": kind}, field="kind")
    value = " ".join(value.split())
    if not value or len(value) > LONGEST:
        raise DomainError(_("请填写名称，最长 200 个字。"), field="value")
    if value in (organisation.name, organisation.short_name):
        raise DomainError(
            _("“%(name)s”是这家单位现在的名称或简称，不必再登记。") % {"name": value},
            field="value",
        )
    if valid_from and valid_to and valid_from > valid_to:
        raise DomainError(_("止日早于起日，请核对。"), field="valid_to")
    if organisation.other_names.filter(kind=kind, value=value).exists():
        raise DomainError(_("“%(name)s”已经登记过。") % {"name": value}, field="value")
    name = keep_name(
        organisation, kind, value, valid_from=valid_from, valid_to=valid_to, source=source
    )
    refresh_names(organisation, now=now)
    record(
        actor=actor,
        action="organisation.name_added",
        obj=organisation,
        now=now,
        changes={kind: [None, value]},
    )
    return name


@transaction.atomic
def remove_name(*, actor: Actor, name: OrganisationName, now: datetime) -> None:
    """Take away a name that was never right; the audit keeps it."""
    organisation = name.organisation
    require(can_edit_organisation(actor, organisation))
    kind, value = name.kind, name.value
    name.delete()
    refresh_names(organisation, now=now)
    record(
        actor=actor,
        action="organisation.name_removed",
        obj=organisation,
        now=now,
        changes={kind: [value, None]},
    )


def keep_name(
    organisation: Organisation,
    kind: str,
    value: str,
    *,
    valid_from: date | None = None,
    valid_to: date | None = None,
    source: str = "",
) -> OrganisationName:
    """The row of another name, made or, where it is there, dated anew."""
    row, made = OrganisationName.objects.get_or_create(
        organisation=organisation,
        kind=kind,
        value=value,
        defaults={
            "key": name_key(value),
            "valid_from": valid_from,
            "valid_to": valid_to,
            "source": source.strip(),
        },
    )
    if not made and valid_to is not None:
        row.valid_to = valid_to
        row.save(update_fields=["valid_to"])
    return row


def refresh_names(organisation: Organisation, *, now: datetime) -> None:
    """Recompute what search finds the organisation by, after one of its names changed."""
    organisation.refresh_keys(organisation.other_names.values_list("value", flat=True))
    organisation.updated_at = now
    organisation.save(update_fields=["name_key", "search", "updated_at"])
