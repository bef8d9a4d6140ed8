"""Writing liaisons and whom they serve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    Liaison,
    LiaisonAssignment,
    LiaisonKind,
    Organisation,
    Region,
)
from lianshu.registry.rules_chains import (
    can_assign_to,
    can_edit_liaison,
    can_keep_liaisons,
    care_of,
    no_assignment,
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

MOST_AT_ONCE = 500
LIAISON_FIELDS = ("name", "phone", "organisation", "region", "chain", "user_id")


@dataclass(frozen=True, slots=True)
class LiaisonRow:
    """A liaison to be written; `region` is that of the organisation it comes from when unsaid."""

    kind: str
    name: str
    organisation: Organisation
    phone: str = ""
    region: Region | None = None
    chain: Chain | None = None
    user_id: int | None = None
    valid_from: date | None = None

    @property
    def place(self) -> Region:
        """Where the liaison works."""
        return self.organisation.region if self.region is None else self.region


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """A liaison serves an organisation, to be written."""

    liaison: Liaison
    organisation: Organisation
    valid_from: date | None = None
    valid_to: date | None = None


def create_liaison(
    *,
    actor: Actor,
    kind: str,
    name: str,
    organisation: Organisation,
    now: datetime,
    phone: str = "",
    region: Region | None = None,
    chain: Chain | None = None,
    user_id: int | None = None,
    valid_from: date | None = None,
) -> Liaison:
    """A person who serves firms; `user_id` is the account, where there is one."""
    row = LiaisonRow(kind, name, organisation, phone, region, chain, user_id, valid_from)
    [liaison] = create_liaisons(actor=actor, rows=[row], now=now)
    return liaison


@transaction.atomic
def create_liaisons(*, actor: Actor, rows: Sequence[LiaisonRow], now: datetime) -> list[Liaison]:
    """Many at once, all or none."""
    for region, chain in {(row.place, row.chain) for row in rows}:
        require(can_keep_liaisons(actor, region=region, chain=chain))
    liaisons = []
    for row in rows:
        liaison = Liaison(kind=row.kind, valid_from=row.valid_from)
        if row.kind not in LiaisonKind.values:
            raise DomainError(
                _("不认识的专员类别“%(kind)s”，请重新选择。") % {"kind": row.kind}, field="kind"
            )
        _fill(
            liaison,
            {
                "name": row.name,
                "phone": row.phone,
                "organisation": row.organisation,
                "region": row.place,
                "chain": row.chain,
                "user_id": row.user_id,
            },
        )
        liaisons.append(liaison)
    created = Liaison.objects.bulk_create(liaisons, batch_size=MOST_AT_ONCE)
    record_many(
        actor=actor,
        action="liaison.created",
        objects=created,
        changes=[{"kind": [None, str(each.get_kind_display())]} for each in created],
        now=now,
    )
    return created


@transaction.atomic
def edit_liaison(
    *, actor: Actor, liaison: Liaison, changes: Mapping[str, Any], now: datetime
) -> Liaison:
    """Change some of `LIAISON_FIELDS`; a phone number is audited as changed without its digits."""
    require(can_edit_liaison(actor, liaison))
    before = {field: getattr(liaison, field) for field in LIAISON_FIELDS}
    _fill(liaison, {**before, **changes})
    require(can_edit_liaison(actor, liaison))
    changed = {
        field: ["…", "…"] if field == "phone" else [old and str(old), new and str(new)]
        for field, old in before.items()
        if (new := getattr(liaison, field)) != old
    }
    if changed:
        liaison.save(update_fields=[*sorted(changed), "search"])
        record(actor=actor, action="liaison.edited", obj=liaison, now=now, changes=changed)
    return liaison


def assign_liaison(
    *,
    actor: Actor,
    liaison: Liaison,
    organisation: Organisation,
    now: datetime,
    valid_from: date | None = None,
) -> LiaisonAssignment:
    """The liaison serves the organisation since `valid_from`."""
    row = AssignmentRow(liaison, organisation, valid_from)
    require(can_assign_to(actor, organisation))
    with transaction.atomic():
        if not assign_liaisons(actor=actor, rows=[row], now=now):
            raise DomainError(
                _("%(what)s已经登记过了。") % {"what": _in_words(row)}, field="organisation"
            )
        return LiaisonAssignment.objects.filter(liaison=liaison, organisation=organisation).latest(
            "pk"
        )


def plan_assignments(*, actor: Actor, rows: Sequence[AssignmentRow]) -> list[RelationPlan]:
    """What `assign_liaisons` would do with each row; writes nothing."""
    cares = care_of(actor)
    liaisons = {row.liaison.pk for row in rows}
    stored = LiaisonAssignment.objects.filter(liaison__in=liaisons)
    known = Periods(((each.liaison_id, each.organisation_id), each) for each in stored)
    plans = []
    for row in rows:
        reason = _why_not(row)
        if not reason and not cares(row.organisation.region_id, row.organisation.chain_id):
            reason = no_assignment(row.organisation)
        plans.append(
            RelationPlan("refused", reason)
            if reason
            else known.plan((row.liaison.pk, row.organisation.pk), row, _in_words(row))
        )
    return plans


@transaction.atomic
def assign_liaisons(*, actor: Actor, rows: Sequence[AssignmentRow], now: datetime) -> int:
    """Many at once, all or none; what is there already is left alone. Returns how many are new."""
    list(Liaison.objects.select_for_update().filter(pk__in={row.liaison.pk for row in rows}))
    plans = plan_assignments(actor=actor, rows=rows)
    if len(rows) == 1 and plans[0].action == "refused":
        raise DomainError(plans[0].reason, field="organisation")
    raise_first(plans)
    new = [row for row, plan in zip(rows, plans, strict=True) if plan.action == "create"]
    try:
        added = LiaisonAssignment.objects.bulk_create(
            [
                LiaisonAssignment(
                    liaison=row.liaison,
                    organisation=row.organisation,
                    region_id=row.organisation.region_id,
                    chain_id=row.organisation.chain_id,
                    valid_from=row.valid_from,
                    valid_to=row.valid_to,
                )
                for row in new
            ],
            batch_size=MOST_AT_ONCE,
        )
    except IntegrityError as error:
        raise Conflict(_("这些专员的服务关系刚刚有人改动，请重试。")) from error
    record_many(
        actor=actor,
        action="liaison.assigned",
        objects=added,
        changes=[{"valid_from": [None, row.valid_from and str(row.valid_from)]} for row in new],
        now=now,
    )
    return len(added)


@transaction.atomic
def end_assignment(
    *, actor: Actor, assignment: LiaisonAssignment, on: date, now: datetime
) -> LiaisonAssignment:
    """The liaison serves the organisation until `on` (excluded)."""
    require(can_assign_to(actor, assignment.organisation))
    return end_row(actor=actor, row=assignment, on=on, action="liaison.unassigned", now=now)


@transaction.atomic
def end_liaison(*, actor: Actor, liaison: Liaison, on: date, now: datetime) -> Liaison:
    """The person is a liaison until `on` (excluded); refused while it serves somebody."""
    require(can_edit_liaison(actor, liaison))
    serving = LiaisonAssignment.objects.filter(liaison=liaison, valid_to__isnull=True).count()
    if serving:
        raise DomainError(
            _("%(name)s还在服务 %(count)d 家单位，请先把它们移交给别的专员，或逐家结束。")
            % {"name": liaison.name, "count": serving}
        )
    return end_row(actor=actor, row=liaison, on=on, action="liaison.ended", now=now)


@transaction.atomic
def hand_over_assignments(
    *, actor: Actor, source: Liaison, successor: Liaison, on: date, now: datetime
) -> int:
    """From `on` the successor serves whom `source` served; returns how many firms moved.

    A firm that the successor serves already is only taken from `source`."""
    require(can_edit_liaison(actor, source))
    _check_successor(source, successor, on)
    list(Liaison.objects.select_for_update().filter(pk__in=(source.pk, successor.pk)))
    open_ones = list(
        LiaisonAssignment.objects.filter(liaison=source, valid_to__isnull=True).select_related(
            "organisation", "liaison"
        )
    )
    for each in open_ones:
        require(can_assign_to(actor, each.organisation))
        end_row(
            actor=actor,
            row=each,
            on=max(on, each.valid_from or on),
            action="liaison.handed_over",
            now=now,
        )
    rows = [AssignmentRow(successor, each.organisation, each.valid_to) for each in open_ones]
    serves = set(
        LiaisonAssignment.objects.filter(liaison=successor, valid_to__isnull=True).values_list(
            "organisation_id", flat=True
        )
    )
    # One that was merged or closed is taken from `source`, and nobody serves it any more.
    wanted = (row for row in rows if row.organisation.ended_on is None)
    new = [row for row in wanted if row.organisation.pk not in serves]
    if new:
        assign_liaisons(actor=actor, rows=new, now=now)
    return len(rows)


@transaction.atomic
def succeed_liaison(
    *,
    actor: Actor,
    liaison: Liaison,
    name: str,
    user_id: int | None,
    on: date,
    now: datetime,
    phone: str = "",
) -> Liaison:
    """Somebody else takes the post over from `on`, with everybody it serves: for a leaver."""
    successor = create_liaison(
        actor=actor,
        kind=liaison.kind,
        name=name,
        organisation=liaison.organisation,
        phone=phone,
        region=liaison.region,
        chain=liaison.chain,
        user_id=user_id,
        valid_from=on,
        now=now,
    )
    hand_over_assignments(actor=actor, source=liaison, successor=successor, on=on, now=now)
    end_liaison(actor=actor, liaison=liaison, on=on, now=now)
    return successor


def _check_successor(source: Liaison, successor: Liaison, on: date) -> None:
    if source.pk == successor.pk:
        raise DomainError(_("不能移交给同一位专员，请另选一位。"), field="successor")
    if source.kind != successor.kind:
        raise DomainError(
            _("%(name)s是%(kind)s，与要移交的%(wanted)s不同；请选同类别的专员。")
            % {
                "name": successor.name,
                "kind": successor.get_kind_display(),
                "wanted": source.get_kind_display(),
            },
            field="successor",
        )
    if successor.valid_to is not None and successor.valid_to <= on:
        raise DomainError(
            _("%(name)s已于 %(day)s 卸任，请选在任的专员。")
            % {"name": successor.name, "day": successor.valid_to},
            field="successor",
        )


def _fill(liaison: Liaison, values: Mapping[str, Any]) -> None:
    name = str(values["name"]).strip()
    if not name:
        raise DomainError(_("请填写专员姓名。"), field="name")
    if values["organisation"].pk != liaison.organisation_id:
        check_exists(values["organisation"])
    for field in LIAISON_FIELDS:
        value = values[field]
        setattr(liaison, field, value.strip() if isinstance(value, str) else value)
    check_order(liaison)
    liaison.refresh_keys()


def _why_not(row: AssignmentRow) -> str:
    liaison = row.liaison
    if reason := why_gone(row.organisation):
        return reason
    if row.organisation.pk == liaison.organisation_id:
        return _("“%(name)s”是%(liaison)s的派出单位，不能又作服务对象。") % {
            "name": row.organisation.name,
            "liaison": liaison.name,
        }
    end = liaison.valid_to
    if end is not None and (row.valid_to is None or row.valid_to > end):
        return _("%(name)s已于 %(day)s 卸任，请选在任的专员。") % {
            "name": liaison.name,
            "day": end,
        }
    try:
        check_order(row)
    except DomainError as error:
        return error.message
    return ""


def _in_words(row: AssignmentRow) -> str:
    return _("%(liaison)s服务“%(name)s”") % {
        "liaison": row.liaison.name,
        "name": row.organisation.name,
    }
