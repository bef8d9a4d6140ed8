"""Organisations of a sender's list: which are known, what would change, and writing it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from typing import Any, Final, Literal

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.authority import Actor, Refusal, Verdict
from lianshu.imports.names import key_of
from lianshu.records.errors import Conflict, DomainError
from lianshu.registry.models import (
    Chain,
    IdentifierKind,
    NameKind,
    Organisation,
    Region,
    SourceKey,
)
from lianshu.registry.rules import can_create_organisation, can_manage_organisation
from lianshu.registry.services.identifiers import set_identifier
from lianshu.registry.services.names import add_name
from lianshu.registry.services.organisation_rows import (
    OrganisationRow,
    OtherName,
    create_organisations,
)
from lianshu.registry.services.organisations import (
    check_code_given,
    edit_organisation,
    move_organisation,
)

NUMBERS: Final = (IdentifierKind.USCC, IdentifierKind.REGISTRATION, IdentifierKind.STOCK)
PLAIN: Final = ("name", "short_name", "kind", "introduction")
_IN_LIST = 500


@dataclass(frozen=True, slots=True)
class ListedOrganisation:
    """One row of a list. What is empty says nothing; `default_kind` and `default_region` are what a
    new organisation is and where, when the row does not say. Numbers are as stored."""

    number: int
    name: str = ""
    external_id: str = ""
    kind: str = ""
    region: Region | None = None
    chain: Chain | None = None
    short_name: str = ""
    introduction: str = ""
    numbers: Mapping[str, str] = field(default_factory=dict)
    former_names: tuple[str, ...] = ()
    uscc_override: str = ""
    default_kind: str = ""
    default_region: Region | None = None


@dataclass(frozen=True, slots=True)
class OrganisationPlan:
    """What writing the row would do. `before` is the organisation it means, `changes` field →
    (old, new) in words; `unknown` says that it means none that is registered."""

    row: ListedOrganisation
    action: Literal["create", "change", "same", "refused"]
    reason: str = ""
    before: Organisation | None = None
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    unknown: bool = False


def plan_organisations(
    *,
    actor: Actor,
    source: str,
    rows: Sequence[ListedOrganisation],
    names: Mapping[str, int] | None = None,
) -> list[OrganisationPlan]:
    """What `save_organisations` would do with each row; writes nothing.

    A row means the organisation that this source called by the row's id before, else the one with
    its credit code, else the one that `names` (a name's key → id) has for it, whose name then
    stays, else the only one of exactly its name.
    """
    known = _Known(source, rows, names or {})
    plans = []
    for each in rows:
        before = known.meant_by(each)
        row = known.in_our_words(each)
        if isinstance(before, str):
            plans.append(OrganisationPlan(row, "refused", before))
        elif reason := known.number_of_another(row, before):
            plans.append(OrganisationPlan(row, "refused", reason))
        else:
            plans.append(
                replace(_new(actor, row), unknown=True)
                if before is None
                else _changed(actor, known, row, before)
            )
    return plans


class _Known:
    """What the register has under the ids, codes and names of these rows."""

    def __init__(
        self, source: str, rows: Sequence[ListedOrganisation], names: Mapping[str, int]
    ) -> None:
        self.names = names
        by_key: dict[str, int] = {}
        for part in _parts({row.external_id for row in rows if row.external_id}):
            keys = SourceKey.objects.filter(source=source, external_id__in=part)
            by_key.update(keys.values_list("external_id", "organisation_id"))
        self.by_key = by_key
        by_number: dict[tuple[str, str], int] = {}
        for kind in NUMBERS:
            for part in _parts({row.numbers[kind] for row in rows if row.numbers.get(kind)}):
                found = Organisation.objects.filter(
                    identifiers__kind=kind,
                    identifiers__valid_to__isnull=True,
                    identifiers__value__in=part,
                )
                for value, pk in found.values_list("identifiers__value", "pk"):
                    by_number[kind, value] = pk
        self.by_number = by_number
        self.by_name: dict[str, list[int]] = {}
        for part in _parts({row.name for row in rows if row.name}):
            for name, pk in (
                Organisation.objects.current().filter(name__in=part).values_list("name", "pk")
            ):
                self.by_name.setdefault(name, []).append(pk)
        wanted = {*by_key.values(), *by_number.values(), *chain(*self.by_name.values())}
        wanted |= {meant for row in rows if (meant := self._said(row)) is not None}
        self.organisations: dict[int, Organisation] = {}
        for part in _parts(wanted):
            found = (
                Organisation.objects.filter(pk__in=part)
                .select_related("region", "chain")
                .prefetch_related("identifiers", "other_names")
            )
            self.organisations.update((each.pk, each) for each in found)

    def _said(self, row: ListedOrganisation) -> int | None:
        """Which organisation people said that this sender means by the row's name, where neither
        id nor code says it."""
        if not row.name or row.external_id in self.by_key:
            return None
        if (IdentifierKind.USCC, row.numbers.get(IdentifierKind.USCC, "")) in self.by_number:
            return None
        return self.names.get(key_of(row.name))

    def by_hand(self, row: ListedOrganisation) -> int | None:
        """The same, unless the row's code is not the organisation's: two codes make two."""
        pk = self._said(row)
        if pk is None:
            return None
        code = row.numbers.get(IdentifierKind.USCC, "")
        held = self.number(self.organisations[pk], IdentifierKind.USCC)
        return None if code and held and code != held else pk

    def in_our_words(self, row: ListedOrganisation) -> ListedOrganisation:
        """The row; without its name when that is only how this sender calls the organisation."""
        return row if self.by_hand(row) is None else replace(row, name="")

    def meant_by(self, row: ListedOrganisation) -> Organisation | str | None:
        """The organisation, None for a new one, or why it cannot be told."""
        uscc = row.numbers.get(IdentifierKind.USCC, "")
        pk = self.by_key.get(row.external_id) or self.by_number.get((IdentifierKind.USCC, uscc))
        pk = pk or self.by_hand(row)
        if pk is not None:
            found = self.organisations[pk]
            others = [one for one in self.by_name.get(row.name, ()) if one != pk]
            if others and found.name != row.name:
                return _(
                    "编号或代码是“%(name)s”的，而“%(other)s”是另一家已登记的单位。请核对这一行。"
                ) % {"name": found.name, "other": row.name}
            if found.ended_on is None:
                return found
            return _("“%(name)s”已经终止或并入别的单位。请核对，或改用现在的单位。") % {
                "name": found.name
            }
        same = [self.organisations[pk] for pk in self.by_name.get(row.name, ())]
        if not same:
            return None
        free = [one for one in same if not uscc or not self.number(one, IdentifierKind.USCC)]
        if len(free) == 1:
            return free[0]
        if not free and row.external_id:
            return None  # two firms of one name, each with a code and an id of its own
        code = self.number(same[0], IdentifierKind.USCC)
        if not free:
            return _(
                "已登记的“%(name)s”代码是 %(code)s，和表里不一致。请核对代码；"
                "确是同名的另一家，请先在单位名录里登记。"
            ) % {"name": row.name, "code": code}
        return _("有 %(count)d 家叫“%(name)s”的单位。请补上统一社会信用代码。") % {
            "count": len(free),
            "name": row.name,
        }

    def number_of_another(self, row: ListedOrganisation, before: Organisation | None) -> str:
        """Why a number of the row cannot be the organisation's, or nothing."""
        for kind, value in row.numbers.items():
            pk = self.by_number.get((kind, value))
            if pk is not None and (before is None or pk != before.pk):
                return _("%(kind)s %(value)s 已属于“%(name)s”，请核对是哪一家的。") % {
                    "kind": IdentifierKind(kind).label,
                    "value": value,
                    "name": self.organisations[pk].name,
                }
        return ""

    def number(self, organisation: Organisation, kind: str) -> str:
        """Its current number of this kind, or ""."""
        rows = organisation.identifiers.all()
        return next((r.value for r in rows if r.kind == kind and r.valid_to is None), "")


def _parts(values: Iterable[Any]) -> Iterable[list[Any]]:
    ordered = sorted(values)
    return (ordered[start : start + _IN_LIST] for start in range(0, len(ordered), _IN_LIST))


def _new(actor: Actor, row: ListedOrganisation) -> OrganisationPlan:
    kind, region = row.kind or row.default_kind, row.region or row.default_region
    if not row.name:
        return OrganisationPlan(row, "refused", _("没有写名称，代码也没有登记过。请补上名称。"))
    if not kind:
        return OrganisationPlan(row, "refused", _("没有写类型，导入设置里也没有选。请补上或选定。"))
    if region is None:
        return OrganisationPlan(row, "refused", _("没有写区域，导入设置里也没有选。请补上或选定。"))
    try:
        check_code_given(row.name, kind, row.numbers.get(IdentifierKind.USCC, ""))
    except DomainError as error:
        return OrganisationPlan(row, "refused", error.message)
    verdict = can_create_organisation(
        actor, region_id=region.pk, chain_id=None if row.chain is None else row.chain.pk
    )
    return OrganisationPlan(row, "create" if verdict.allowed else "refused", verdict.reason)


def _changed(
    actor: Actor, known: _Known, row: ListedOrganisation, before: Organisation
) -> OrganisationPlan:
    changes: dict[str, tuple[Any, Any]] = {}
    for name in (*PLAIN, "region", "chain"):
        old, new = getattr(before, name), getattr(row, name)
        if new and new != old:
            changes[name] = (old, new)
    for kind, value in row.numbers.items():
        old = known.number(before, kind)
        if value != old:
            changes[kind] = (old, value)
    had = {each.value for each in before.other_names.all()} | {before.name, before.short_name}
    # A name that this very row replaces is kept as a former one by the change itself.
    if new_names := [name for name in row.former_names if name not in had]:
        changes["former_names"] = ("", "、".join(new_names))
    if row.external_id and row.external_id not in known.by_key:
        changes["external_id"] = ("", row.external_id)
    verdict = can_manage_organisation(actor, before)
    verdict = _may_move(actor, before, changes) if verdict.allowed else verdict
    if not verdict.allowed:
        return OrganisationPlan(row, "refused", verdict.reason)
    return OrganisationPlan(row, "change" if changes else "same", before=before, changes=changes)


def _may_move(actor: Actor, before: Organisation, changes: Mapping[str, Any]) -> Verdict:
    if not {"region", "chain"} & set(changes):
        return Verdict.yes()
    region = changes.get("region", ("", before.region))[1]
    within = changes.get("chain", ("", before.chain))[1]
    return can_create_organisation(
        actor, region_id=region.pk, chain_id=None if within is None else within.pk
    )


@transaction.atomic
def save_organisations(
    *, actor: Actor, source: str, plans: Sequence[OrganisationPlan], now: datetime
) -> None:
    """Write what was planned, all or none, new ones in bulk.

    Raises Conflict where an organisation changed since the plan, DomainError and Refusal.
    """
    for plan in plans:
        if plan.action == "refused":
            raise DomainError(
                _("第 %(row)d 行：%(reason)s") % {"row": plan.row.number, "reason": plan.reason}
            )
    create_organisations(
        actor=actor,
        rows=[_row_of(plan.row, source) for plan in plans if plan.action == "create"],
        now=now,
    )
    changes = [plan for plan in plans if plan.action == "change" and plan.before is not None]
    _refuse_outdated(changes)
    for plan in changes:
        try:
            _change(actor, source, plan, now)
        except (DomainError, Refusal) as error:
            raise DomainError(
                _("第 %(row)d 行：%(reason)s") % {"row": plan.row.number, "reason": error}
            ) from error


def _row_of(row: ListedOrganisation, source: str) -> OrganisationRow:
    region = row.region or row.default_region
    assert region is not None  # planned as new only with one
    return OrganisationRow(
        name=row.name,
        kind=row.kind or row.default_kind,
        region=region,
        chain=row.chain,
        short_name=row.short_name,
        introduction=row.introduction,
        uscc=row.numbers.get(IdentifierKind.USCC, ""),
        uscc_override=row.uscc_override,
        source_key=(source, row.external_id) if row.external_id else None,
        names=tuple(OtherName(NameKind.FORMER, name) for name in row.former_names),
        numbers=tuple(
            (kind, value) for kind, value in row.numbers.items() if kind != IdentifierKind.USCC
        ),
    )


def _refuse_outdated(plans: Sequence[OrganisationPlan]) -> None:
    """The rows are locked from here."""
    planned = {plan.before.pk: plan.before.updated_at for plan in plans if plan.before}
    for part in _parts(planned):
        rows = Organisation.objects.select_for_update().filter(pk__in=part)
        for pk, updated_at in rows.values_list("pk", "updated_at"):
            if planned[pk] != updated_at:
                raise Conflict(_("有单位在检查之后刚刚被修改。请重新检查，看清差别后再导入。"))


def _change(actor: Actor, source: str, plan: OrganisationPlan, now: datetime) -> None:
    organisation, changes, row = plan.before, plan.changes, plan.row
    assert organisation is not None
    for kind in NUMBERS:
        if kind in changes:
            set_identifier(
                actor=actor,
                organisation=organisation,
                kind=kind,
                value=changes[kind][1],
                now=now,
                override_reason=row.uscc_override,
            )
    if plain := {name: changes[name][1] for name in PLAIN if name in changes}:
        edit_organisation(actor=actor, organisation=organisation, changes=plain, now=now)
    if {"region", "chain"} & set(changes):
        move_organisation(
            actor=actor,
            organisation=organisation,
            region=row.region or organisation.region,
            chain=row.chain or organisation.chain,
            now=now,
        )
    if "former_names" in changes:
        for name in changes["former_names"][1].split("、"):
            if not organisation.other_names.filter(kind=NameKind.FORMER, value=name).exists():
                add_name(
                    actor=actor,
                    organisation=organisation,
                    kind=NameKind.FORMER,
                    value=name,
                    now=now,
                )
    if "external_id" in changes:
        SourceKey.objects.create(
            organisation=organisation, source=source, external_id=row.external_id
        )
