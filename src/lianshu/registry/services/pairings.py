"""Writing pairings 1 + N: one large firm and those it works with on a common topic."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.audit.services import record, record_many
from lianshu.authority import Actor, require
from lianshu.records.errors import DomainError
from lianshu.registry.models import Chain, Organisation, Pairing, PairingMember, Region
from lianshu.registry.rules_chains import can_pair
from lianshu.registry.services.periods import (
    Periods,
    check_exists,
    check_order,
    end_row,
    overlap_reason,
)

MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class PairingRow:
    """A pairing to be written; its region is the lead's when none is said."""

    lead: Organisation
    members: Sequence[Organisation]
    topic: str
    region: Region | None = None
    chain: Chain | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def place(self) -> Region:
        """Where it is kept."""
        return self.lead.region if self.region is None else self.region


def create_pairing(
    *,
    actor: Actor,
    lead: Organisation,
    members: Sequence[Organisation],
    topic: str,
    now: datetime,
    region: Region | None = None,
    chain: Chain | None = None,
    valid_from: date | None = None,
) -> Pairing:
    """One lead and at least one other work on `topic` since `valid_from`."""
    row = PairingRow(lead, members, topic, region, chain, valid_from)
    [pairing] = create_pairings(actor=actor, rows=[row], now=now)
    return pairing


@transaction.atomic
def create_pairings(*, actor: Actor, rows: Sequence[PairingRow], now: datetime) -> list[Pairing]:
    """Many at once, all or none."""
    for region, chain in {(row.place, row.chain) for row in rows}:
        require(can_pair(actor, region=region, chain=chain))
    for row in rows:
        _check(row)
    pairings = Pairing.objects.bulk_create(
        [
            Pairing(
                lead=row.lead,
                chain=row.chain,
                region=row.place,
                topic=row.topic.strip(),
                valid_from=row.valid_from,
                valid_to=row.valid_to,
            )
            for row in rows
        ],
        batch_size=MOST_AT_ONCE,
    )
    PairingMember.objects.bulk_create(
        [
            PairingMember(
                pairing=pairing,
                organisation=member,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
            )
            for pairing, row in zip(pairings, rows, strict=True)
            for member in row.members
        ],
        batch_size=MOST_AT_ONCE,
    )
    record_many(
        actor=actor,
        action="pairing.created",
        objects=pairings,
        changes=[
            {"lead": [None, row.lead.name], "organisations": [None, _names(row.members)]}
            for row in rows
        ],
        now=now,
    )
    return pairings


@transaction.atomic
def add_pairing_member(
    *,
    actor: Actor,
    pairing: Pairing,
    organisation: Organisation,
    now: datetime,
    valid_from: date | None = None,
) -> PairingMember:
    """One more of the N."""
    require(can_pair(actor, region=pairing.region, chain=pairing.chain))
    locked = Pairing.objects.select_for_update().get(pk=pairing.pk)
    if locked.valid_to is not None:
        raise DomainError(
            _("结对“%(topic)s”已于 %(day)s 结束，不能再加单位；请另建结对。")
            % {"topic": pairing.topic, "day": locked.valid_to},
            field="organisation",
        )
    check_exists(organisation)
    if organisation.pk == pairing.lead_id:
        raise DomainError(
            _("“%(name)s”已是这个结对的牵头单位，请选别的单位。") % {"name": organisation.name},
            field="organisation",
        )
    member = PairingMember(pairing=pairing, organisation=organisation, valid_from=valid_from)
    if pairing.valid_from and valid_from and valid_from < pairing.valid_from:
        raise DomainError(
            _("起日不能早于结对的起日 %(day)s，请核对。") % {"day": pairing.valid_from},
            field="valid_from",
        )
    stored = PairingMember.objects.filter(pairing=pairing, organisation=organisation)
    plan = Periods((organisation.pk, each) for each in stored).plan(
        organisation.pk, member, _("“%(name)s”在这个结对里") % {"name": organisation.name}
    )
    if plan.action == "same":
        [other] = [each for each in stored if each.valid_to is None]
        what = _("“%(name)s”在这个结对里") % {"name": organisation.name}
        raise DomainError(overlap_reason(what, other), field="organisation")
    if plan.action == "refused":
        raise DomainError(plan.reason, field="organisation")
    member.save()
    record(
        actor=actor,
        action="pairing.member_added",
        obj=pairing,
        now=now,
        changes={"organisation": [None, organisation.name]},
    )
    return member


@transaction.atomic
def end_pairing_member(
    *, actor: Actor, member: PairingMember, on: date, now: datetime
) -> PairingMember:
    """One of the N leaves on `on` (excluded)."""
    pairing = member.pairing
    require(can_pair(actor, region=pairing.region, chain=pairing.chain))
    Pairing.objects.select_for_update().get(pk=pairing.pk)
    others = PairingMember.objects.filter(pairing=pairing, valid_to__isnull=True)
    if not others.exclude(pk=member.pk).exists():
        raise DomainError(
            _("“%(name)s”是最后一家结对单位；请结束整个结对，或先加入别的单位。")
            % {"name": member.organisation.name}
        )
    return end_row(actor=actor, row=member, on=on, action="pairing.member_ended", now=now)


@transaction.atomic
def end_pairing(*, actor: Actor, pairing: Pairing, on: date, now: datetime) -> Pairing:
    """The pairing ends on `on` (excluded), and with it the part of each firm."""
    require(can_pair(actor, region=pairing.region, chain=pairing.chain))
    members = PairingMember.objects.filter(pairing=pairing, valid_to__isnull=True)
    later = members.filter(valid_from__gt=on).select_related("organisation").first()
    if later is not None:
        raise DomainError(
            _("“%(name)s”从 %(day)s 才加入，结对不能更早结束；请核对止日。")
            % {"name": later.organisation.name, "day": later.valid_from},
            field="on",
        )
    end_row(actor=actor, row=pairing, on=on, action="pairing.ended", now=now)
    members.update(valid_to=on)
    return pairing


def _check(row: PairingRow) -> None:
    if not row.topic.strip():
        raise DomainError(_("请填写共建内容：一起做什么。"), field="topic")
    if not row.members:
        raise DomainError(
            _("1 + N 结对至少要有一家与“%(lead)s”结对的单位。") % {"lead": row.lead.name},
            field="members",
        )
    check_exists(row.lead, field="lead")
    seen = {row.lead.pk}
    for member in row.members:
        check_exists(member, field="members")
        if member.pk in seen:
            raise DomainError(
                _("“%(name)s”写了两次，请删去一处。") % {"name": member.name}, field="members"
            )
        seen.add(member.pk)
    check_order(row)


def _names(organisations: Iterable[Organisation]) -> str:
    return "、".join(each.name for each in organisations)
