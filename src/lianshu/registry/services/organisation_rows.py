"""Many organisations at once, with the checks and the audit of single ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lianshu.audit.services import record_many
from lianshu.authority import Actor, require
from lianshu.records.bulk import insert_rows, stored_names
from lianshu.records.errors import Conflict, DomainError
from lianshu.records.text import name_key
from lianshu.registry.models import (
    Chain,
    Identifier,
    IdentifierKind,
    Organisation,
    OrganisationName,
    Region,
    SourceKey,
)
from lianshu.registry.rules import can_create_organisation
from lianshu.registry.services.identifiers import checked_number, written
from lianshu.registry.services.organisations import check_code_given, check_kind, checked_name

USCC = IdentifierKind.USCC
_IN_LIST = 500


@dataclass(frozen=True, slots=True)
class OtherName:
    """A former name, alias or further short name, until `until` (excluded)."""

    kind: str
    value: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """An organisation to be written; what `create_organisation` takes, and its other names."""

    name: str
    kind: str
    region: Region
    chain: Chain | None = None
    short_name: str = ""
    form: str = ""
    introduction: str = ""
    uscc: str = ""
    uscc_override: str = ""
    source_key: tuple[str, str] | None = None
    names: tuple[OtherName, ...] = ()
    numbers: tuple[tuple[str, str], ...] = ()
    """Kind and value of numbers besides the credit code."""


@transaction.atomic
def create_organisations(
    *, actor: Actor, rows: Sequence[OrganisationRow], now: datetime
) -> list[Organisation]:
    """New organisations in the order of the rows, all or none.

    Raises Refusal, and DomainError naming the first row that cannot be written: what
    `create_organisation` refuses, and a code that another row or organisation has.
    """
    for region, chain in {(row.region, row.chain) for row in rows}:
        require(
            can_create_organisation(
                actor, region_id=region.pk, chain_id=None if chain is None else chain.pk
            )
        )
    numbers = [_checked(row, place) for place, row in enumerate(rows, 1)]
    _refuse_known(rows, numbers)
    organisations = [_unsaved(row, now) for row in rows]
    names = stored_names(Organisation)
    try:
        with transaction.atomic():
            insert_rows(Organisation, names, map(attrgetter(*names), organisations))
            _learn_keys(organisations)
            _write_details(rows, numbers, organisations)
    except IntegrityError as error:
        raise Conflict(_("有代码或外部编号刚刚被别人登记，全部没有写入，请再试一次。")) from error
    record_many(
        actor=actor,
        action="organisation.created",
        objects=organisations,
        changes=[{} for _each in organisations],
        now=now,
    )
    return organisations


def _checked(row: OrganisationRow, place: int) -> tuple[str, str]:
    """Its credit code as stored, "" for none, and why one that fails the check is kept."""
    try:
        check_kind(row.kind, row.form)
        check_code_given(checked_name(row.name), row.kind, row.uscc)
        if not row.uscc.strip():
            return "", ""
        value = written(USCC, row.uscc)
        return value, checked_number(USCC, value, row.uscc_override.strip())
    except DomainError as error:
        raise _in_row(place, error.message, error.field) from error


def _in_row(place: int, message: str, field: str | None) -> DomainError:
    text = _("第 %(number)d 条：%(message)s") % {"number": place, "message": message}
    return DomainError(text, field=field)


def _refuse_known(rows: Sequence[OrganisationRow], numbers: Sequence[tuple[str, str]]) -> None:
    """Raise DomainError for a code that two of the rows, or a row and the register, have."""
    holders = _holders(value for value, _reason in numbers if value)
    for place, (row, (value, _reason)) in enumerate(zip(rows, numbers, strict=True), 1):
        if not value:
            continue
        if value in holders:
            message = _("代码 %(value)s 已属于“%(name)s”，请核对代码。") % {
                "value": value,
                "name": holders[value],
            }
            raise _in_row(place, message, "uscc")
        holders[value] = row.name


def _holders(values: Iterable[str]) -> dict[str, str]:
    """Who has one of these codes now, by code."""
    wanted = sorted(set(values))
    found: dict[str, str] = {}
    for start in range(0, len(wanted), _IN_LIST):
        found.update(
            Identifier.objects.filter(
                kind=USCC, valid_to__isnull=True, value__in=wanted[start : start + _IN_LIST]
            ).values_list("value", "organisation__name")
        )
    return found


def _unsaved(row: OrganisationRow, now: datetime) -> Organisation:
    organisation = Organisation(
        name=checked_name(row.name),
        short_name=row.short_name.strip(),
        kind=row.kind,
        form=row.form,
        region=row.region,
        chain=row.chain,
        introduction=row.introduction,
        created_at=now,
        updated_at=now,
    )
    organisation.refresh_keys(name.value for name in row.names)
    return organisation


def _learn_keys(organisations: Sequence[Organisation]) -> None:
    """Bulk inserts bring no keys back; the public ids are known."""
    keys: dict[str, int] = {}
    for start in range(0, len(organisations), _IN_LIST):
        part = [each.public_id for each in organisations[start : start + _IN_LIST]]
        rows = Organisation.objects.filter(public_id__in=part)
        keys.update(rows.values_list("public_id", "pk"))
    for each in organisations:
        each.pk = keys[each.public_id]
        each._state.adding = False


def _write_details(
    rows: Sequence[OrganisationRow],
    numbers: Sequence[tuple[str, str]],
    organisations: Sequence[Organisation],
) -> None:
    insert_rows(
        Identifier,
        ("organisation_id", "kind", "value", "override_reason"),
        [
            (each.pk, USCC, value, reason)
            for each, (value, reason) in zip(organisations, numbers, strict=True)
            if value
        ]
        + [
            (each.pk, kind, written(kind, value), "")
            for each, row in zip(organisations, rows, strict=True)
            for kind, value in row.numbers
        ],
    )
    insert_rows(
        SourceKey,
        ("organisation_id", "source", "external_id"),
        [
            (each.pk, *row.source_key)
            for each, row in zip(organisations, rows, strict=True)
            if row.source_key
        ],
    )
    insert_rows(
        OrganisationName,
        ("organisation_id", "kind", "value", "key", "valid_to", "source"),
        [
            (each.pk, name.kind, name.value, name_key(name.value), name.until, "")
            for each, row in zip(organisations, rows, strict=True)
            for name in row.names
        ],
    )
