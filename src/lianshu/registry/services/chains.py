"""Writing chains and who belongs to them in which role and segment."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lianshu.audit.services import record, record_many
from lianshu.authority import Actor, require
from lianshu.records.errors import Conflict, DomainError
from lianshu.registry.models import (
    Chain,
    ChainMember,
    ChainRole,
    ChainTier,
    Organisation,
    OrganisationKind,
    Segment,
)
from lianshu.registry.rules_chains import (
    can_add_chain,
    can_edit_chain,
    can_place_in_chain,
    care_of,
    no_place_in_chain,
)
from lianshu.registry.services.periods import (
    Periods,
    RelationPlan,
    check_exists,
    check_order,
    end_row,
    raise_first,
    why_gone,
)

CHAIN_FIELDS = ("name", "name_en", "tier", "office", "chief", "chief_title", "introduction")
MOST_AT_ONCE = 500
CODE = re.compile(r"[A-Za-z0-9_-]{1,32}")
RESERVED = frozenset({"new", "table"})
"""Words that stand at the place of a code in addresses."""


@dataclass(frozen=True, slots=True)
class ChainMemberRow:
    """An organisation in one role and, where it has one, segment of a chain, to be written."""

    chain: Chain
    organisation: Organisation
    role: str
    segment: Segment | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@transaction.atomic
def add_chain(
    *,
    actor: Actor,
    code: str,
    name: str,
    now: datetime,
    name_en: str = "",
    tier: str = "",
    office: Organisation | None = None,
    chief: str = "",
    chief_title: str = "",
    introduction: str = "",
) -> Chain:
    """A chain of the city's catalogue."""
    require(can_add_chain(actor))
    chain = Chain(code=code.strip())
    if not CODE.fullmatch(chain.code) or chain.code in RESERVED:
        raise DomainError(
            _("产业链代码“%(code)s”不能用：请用 32 个以内的字母、数字、短横线或下划线。")
            % {"code": chain.code},
            field="code",
        )
    if Chain.objects.filter(code=chain.code).exists():
        raise DomainError(
            _("代码“%(code)s”已有产业链在用，请换一个。") % {"code": chain.code}, field="code"
        )
    values = {
        "name": name,
        "name_en": name_en,
        "tier": tier,
        "office": office,
        "chief": chief,
        "chief_title": chief_title,
        "introduction": introduction,
    }
    for field, value in _clean_chain(chain, values).items():
        setattr(chain, field, value)
    chain.save()
    record(actor=actor, action="chain.created", obj=chain, now=now)
    return chain


@transaction.atomic
def edit_chain(*, actor: Actor, chain: Chain, changes: Mapping[str, Any], now: datetime) -> Chain:
    """Change some of `CHAIN_FIELDS`; what changed goes to the audit."""
    require(can_edit_chain(actor, chain))
    unknown = set(changes) - set(CHAIN_FIELDS)
    if unknown:
        raise DomainError(
            _("这些内容不能在此修改：%(names)s") % {"names": "、".join(sorted(unknown))}
        )
    changed: dict[str, list[Any]] = {}
    for field, value in _clean_chain(chain, changes).items():
        old = getattr(chain, field)
        if old != value:
            changed[field] = [old and str(old), value and str(value)]
            setattr(chain, field, value)
    if changed:
        chain.save(update_fields=sorted(changed))
        record(actor=actor, action="chain.edited", obj=chain, now=now, changes=changed)
    return chain


def _clean_chain(chain: Chain, values: Mapping[str, Any]) -> dict[str, Any]:
    cleaned: dict[str, Any] = {
        field: value.strip() if isinstance(value, str) else value for field, value in values.items()
    }
    if "name" in cleaned:
        if not cleaned["name"]:
            raise DomainError(_("请填写产业链名称。"), field="name")
        if Chain.objects.filter(name=cleaned["name"]).exclude(pk=chain.pk).exists():
            raise DomainError(
                _("已有名为“%(name)s”的产业链，请换一个名称。") % {"name": cleaned["name"]},
                field="name",
            )
    if cleaned.get("tier", "") not in ("", *ChainTier.values):
        raise DomainError(
            _("不认识的层级“%(tier)s”，请重新选择。") % {"tier": cleaned["tier"]}, field="tier"
        )
    office = cleaned.get("office")
    if office is not None and office != chain.office:
        check_exists(office, field="office")
        if office.kind not in (OrganisationKind.CHAIN_OFFICE, OrganisationKind.GOVERNMENT):
            raise DomainError(
                _("“%(name)s”是%(kind)s，不能作链办；请选链办或政府部门。")
                % {"name": office.name, "kind": office.get_kind_display()},
                field="office",
            )
    return cleaned


@transaction.atomic
def add_chain_member(
    *,
    actor: Actor,
    chain: Chain,
    organisation: Organisation,
    role: str,
    now: datetime,
    segment: Segment | None = None,
    valid_from: date | None = None,
) -> ChainMember:
    """The organisation is in this role, and segment, of the chain since `valid_from`."""
    require(can_place_in_chain(actor, organisation, chain))
    row = ChainMemberRow(chain, organisation, role, segment, valid_from)
    if (error := _why_not(row)) is not None:
        raise error
    Chain.objects.select_for_update().get(pk=chain.pk)  # one after another
    plan = _known([row]).plan(_key(row), row, _in_words(row))
    if plan.action == "same":
        raise DomainError(
            _("%(what)s已经登记过了。") % {"what": _in_words(row)}, field="organisation"
        )
    if plan.action == "refused":
        raise DomainError(plan.reason, field="valid_from")
    member = ChainMember.objects.create(
        chain=chain,
        organisation=organisation,
        role=role,
        segment=segment,
        valid_from=valid_from,
    )
    record(
        actor=actor,
        action="chain_member.added",
        obj=member,
        now=now,
        changes=_changes(row),
    )
    return member


@transaction.atomic
def end_chain_member(*, actor: Actor, member: ChainMember, on: date, now: datetime) -> ChainMember:
    """The role ends on `on` (excluded)."""
    require(can_place_in_chain(actor, member.organisation, member.chain))
    return end_row(actor=actor, row=member, on=on, action="chain_member.ended", now=now)


def plan_chain_members(*, actor: Actor, rows: Sequence[ChainMemberRow]) -> list[RelationPlan]:
    """What `add_chain_members` would do with each row; writes nothing."""
    cares = care_of(actor)
    known = _known(rows)
    plans = []
    for row in rows:
        error = _why_not(row)
        if error is not None:
            plans.append(RelationPlan("refused", error.message))
        elif not cares(row.organisation.region_id, row.chain.pk):
            plans.append(RelationPlan("refused", no_place_in_chain(row.organisation, row.chain)))
        else:
            plans.append(known.plan(_key(row), row, _in_words(row)))
    return plans


@transaction.atomic
def add_chain_members(*, actor: Actor, rows: Sequence[ChainMemberRow], now: datetime) -> int:
    """Many at once, all or none; what is there already is left alone. Returns how many are new."""
    list(Chain.objects.select_for_update().filter(pk__in={row.chain.pk for row in rows}))
    plans = plan_chain_members(actor=actor, rows=rows)
    raise_first(plans)
    new = [row for row, plan in zip(rows, plans, strict=True) if plan.action == "create"]
    try:
        members = ChainMember.objects.bulk_create(
            [
                ChainMember(
                    chain=row.chain,
                    organisation=row.organisation,
                    role=row.role,
                    segment=row.segment,
                    valid_from=row.valid_from,
                    valid_to=row.valid_to,
                )
                for row in new
            ],
            batch_size=MOST_AT_ONCE,
        )
    except IntegrityError as error:
        raise Conflict(_("这些单位的角色刚刚有人改动，请重新导入。")) from error
    record_many(
        actor=actor,
        action="chain_member.added",
        objects=members,
        changes=[_changes(row) for row in new],
        now=now,
    )
    return len(members)


def _key(row: ChainMemberRow | ChainMember) -> tuple[int, int, str, int | None]:
    segment = row.segment
    return row.chain.pk, row.organisation.pk, str(row.role), segment.pk if segment else None


def _known(rows: Iterable[ChainMemberRow]) -> Periods:
    """The rows that are stored of these organisations in these chains."""
    by_chain: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        by_chain[row.chain.pk].add(row.organisation.pk)
    known = Periods()
    for chain_id, wanted in by_chain.items():
        stored = ChainMember.objects.filter(chain=chain_id)
        if len(wanted) <= MOST_AT_ONCE:
            stored = stored.filter(organisation__in=wanted)
        for member in stored.only(
            "chain_id", "organisation_id", "role", "segment_id", "valid_from", "valid_to"
        ):
            known.add(
                (member.chain_id, member.organisation_id, member.role, member.segment_id), member
            )
    return known


def _why_not(row: ChainMemberRow) -> DomainError | None:
    """What is wrong with a row whatever is stored."""
    if row.role not in ChainRole.values:
        return DomainError(
            _("不认识的角色“%(role)s”：可填链主企业、链创单位或成员单位。") % {"role": row.role},
            field="role",
        )
    if row.segment is not None and row.segment.chain_id != row.chain.pk:
        return DomainError(
            _("环节“%(segment)s”不属于“%(chain)s”，请选这条链的环节。")
            % {"segment": row.segment.name, "chain": row.chain.name},
            field="segment",
        )
    if reason := why_gone(row.organisation):
        return DomainError(reason, field="organisation")
    try:
        check_order(row)
    except DomainError as error:
        return error
    return None


def _in_words(row: ChainMemberRow) -> str:
    role = str(ChainRole(row.role).label)
    place = row.chain.name if row.segment is None else f"{row.chain.name} · {row.segment.name}"
    return _("“%(name)s”在“%(place)s”的“%(role)s”") % {
        "name": row.organisation.name,
        "place": place,
        "role": role,
    }


def _changes(row: ChainMemberRow) -> dict[str, Any]:
    return {
        "role": [None, str(ChainRole(row.role).label)],
        "segment": [None, row.segment and row.segment.name],
        "valid_from": [None, row.valid_from and str(row.valid_from)],
    }
