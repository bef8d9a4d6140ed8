"""Setting up a round: what it is, who takes part, how many partners each, quotas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.audit.services import record, signature
from lianshu.authority import Actor, require
from lianshu.records.errors import DomainError
from lianshu.registry.models import Chain, Organisation, Region
from lianshu.rounds.models import (
    Participant,
    Quota,
    Round,
    RoundFloor,
    RoundKind,
    RoundPair,
    RoundStatus,
    SideChoices,
)
from lianshu.rounds.rules import can_edit_round, can_hold_round
from lianshu.rounds.sides import Subject, could_take_part, participant_for

MOST = 400
"""Participants of one side."""
MOST_PAIRS = 40_000
"""Possible pairs of a round: what its page can still show at once."""
TITLE_MOST = 100


@dataclass(frozen=True, slots=True)
class Setting:
    """What a round is."""

    title: str
    region: Region
    chain: Chain | None = None
    floor: str = RoundFloor.SERVED
    stable: bool = False


@transaction.atomic
def create_round(*, actor: Actor, kind: str, setting: Setting, now: datetime) -> Round:
    """An empty round."""
    require(can_hold_round(actor, setting.region, setting.chain))
    if kind not in RoundKind.values:
        raise DomainError(_("请选择轮次的类型。"), field="kind")
    found = Round(
        kind=kind,
        region=setting.region,
        chain=setting.chain,
        created_at=now,
        created_by_name=signature(actor),
        changed_at=now,
    )
    _fill(found, setting)
    found.save()
    record(actor=actor, action="round.created", obj=found, now=now)
    return found


@transaction.atomic
def edit_round(*, actor: Actor, found: Round, setting: Setting, now: datetime) -> Round:
    """Another title, floor or method. Place and kind stay: who takes part depends on them."""
    row = locked(actor, found)
    before = (row.title, row.floor, row.stable)
    _fill(row, setting)
    names = ("title", "floor", "stable")
    changes = {
        name: [str(old), str(getattr(row, name))]
        for name, old in zip(names, before, strict=True)
        if old != getattr(row, name)
    }
    if changes:
        touch(row, now, fields=names)
        record(actor=actor, action="round.edited", obj=row, now=now, changes=changes)
    return row


def _fill(found: Round, setting: Setting) -> None:
    title = setting.title.strip()
    if not title or len(title) > TITLE_MOST:
        raise DomainError(
            _("请填写轮次名称，不超过 %(most)d 字。") % {"most": TITLE_MOST}, field="title"
        )
    if setting.floor not in RoundFloor.values:
        raise DomainError(_("请选择保底方式。"), field="floor")
    if setting.stable and setting.floor != RoundFloor.NONE:
        raise DomainError(
            _("稳定匹配只看双方志愿，不能同时设保底；请把保底改为“不设保底”。"), field="floor"
        )
    found.title, found.floor, found.stable = title, setting.floor, setting.stable


def locked(actor: Actor, found: Round) -> Round:
    """The row, locked, when the actor may change it. Raises `Refusal`."""
    row = Round.objects.select_for_update(of=("self",)).select_related("region", "chain")
    current = row.get(pk=found.pk)
    require(can_edit_round(actor, current))
    return current


def touch(found: Round, now: datetime, *, fields: Sequence[str] = ()) -> None:
    """Something that a plan depends on has changed: what was planned is no longer the plan."""
    found.changed_at, found.status = now, RoundStatus.DRAFT
    found.save(update_fields=["changed_at", "status", *fields])
    RoundPair.objects.filter(round=found, chosen=True).update(chosen=False)


@transaction.atomic
def add_participants(
    *, actor: Actor, found: Round, side: str, subjects: Sequence[Subject], now: datetime
) -> list[Participant]:
    """Let them take part. Only who could, for this actor and place; who is there already is
    refused by being no candidate."""
    row = locked(actor, found)
    if side not in SideChoices.values:
        raise DomainError(_("请选择加到哪一方。"))
    if not subjects:
        raise DomainError(_("请先选中要加入的对象。"))
    possible = could_take_part(actor, row, side, today=timezone.localdate(now))
    known = set(possible.filter(pk__in=[each.pk for each in subjects]).values_list("pk", flat=True))
    missing = [each for each in subjects if each.pk not in known]
    if missing:
        raise DomainError(
            _("“%(name)s”不能加入：已经在这一轮里，或不在本轮的范围内。") % {"name": missing[0]}
        )
    there = Participant.objects.filter(round=row, side=side).count()
    if there + len(subjects) > MOST:
        raise DomainError(
            _("一方最多 %(most)d 个，现有 %(there)d 个，还要加 %(more)d 个。请分成几轮。")
            % {"most": MOST, "there": there, "more": len(subjects)}
        )
    across = Participant.objects.filter(round=row).exclude(side=side).count()
    if across * (there + len(subjects)) > MOST_PAIRS:
        raise DomainError(
            _("双方相乘最多 %(most)d 个可能的配对，请分成几轮。") % {"most": MOST_PAIRS}
        )
    made = Participant.objects.bulk_create(
        [participant_for(row, side, each) for each in subjects], batch_size=200
    )
    touch(row, now)
    record(
        actor=actor,
        action="round.participants_added",
        obj=row,
        now=now,
        changes={"participants": [there, there + len(made)]},
    )
    return made


@transaction.atomic
def remove_participant(
    *, actor: Actor, found: Round, participant: Participant, now: datetime
) -> None:
    """Out of the round, with its possible pairs."""
    row = locked(actor, found)
    there = Participant.objects.filter(round=row, side=participant.side)
    count = there.count()
    there.filter(pk=participant.pk).delete()
    touch(row, now)
    record(
        actor=actor,
        action="round.participant_removed",
        obj=row,
        now=now,
        changes={"participants": [count, there.count()]},
    )


@transaction.atomic
def set_limits(
    *, actor: Actor, found: Round, limits: Mapping[int, tuple[int, int | None]], now: datetime
) -> int:
    """How many partners each at least and at most, by key of the participant; returns how many
    changed."""
    row = locked(actor, found)
    changed = []
    for one in Participant.objects.filter(round=row, pk__in=limits.keys()):
        low, high = limits[one.pk]
        check_limits(low, high)
        if (one.low, one.high) != (low, high):
            one.low, one.high = low, high
            changed.append(one)
    if changed:
        Participant.objects.bulk_update(changed, ["low", "high"], batch_size=200)
        touch(row, now)
        record(
            actor=actor,
            action="round.limits_set",
            obj=row,
            now=now,
            changes={"limits": [None, len(changed)]},
        )
    return len(changed)


def check_limits(low: int, high: int | None) -> None:
    """Raise `DomainError` unless the two can go together."""
    if low < 0 or (high is not None and high < 0):
        raise DomainError(_("名额不能是负数。"), field="low")
    if high is not None and low > high:
        raise DomainError(
            _("“至少” %(low)d 大于“至多” %(high)d，请改小前者或改大后者。")
            % {"low": low, "high": high},
            field="low",
        )
    if max(low, high or 0) > 10_000:
        raise DomainError(_("名额最多 10000；没有上限的，“至多”留空。"), field="high")


@transaction.atomic
def set_quota(
    *,
    actor: Actor,
    found: Round,
    side: str,
    group: Region | Chain | Organisation,
    low: int,
    high: int | None,
    now: datetime,
) -> Quota:
    """Pairs of the group together, at least and at most; replaces the quota that the group has."""
    row = locked(actor, found)
    check_limits(low, high)
    if low == 0 and high is None:
        raise DomainError(_("请至少填写下限或上限中的一个。"), field="high")
    names = {Region: "region", Chain: "chain", Organisation: "organisation"}
    part = {names[type(group)]: group}
    quota = Quota.objects.filter(round=row, side=side, **part).first()
    before = None if quota is None else f"{quota.low}–{quota.high}"
    quota = quota or Quota(round=row, side=side, **part)
    quota.low, quota.high = low, high
    quota.save()
    touch(row, now)
    changes = {"quota": [before, f"{group}：{low}–{'' if high is None else high}"]}
    record(actor=actor, action="round.quota_set", obj=row, now=now, changes=changes)
    return quota


@transaction.atomic
def remove_quota(*, actor: Actor, found: Round, quota: Quota, now: datetime) -> None:
    """No quota for the group any more."""
    row = locked(actor, found)
    Quota.objects.filter(round=row, pk=quota.pk).delete()
    touch(row, now)
    record(
        actor=actor,
        action="round.quota_removed",
        obj=row,
        now=now,
        changes={"quota": [f"{quota}：{quota.low}–{quota.high}", None]},
    )


@transaction.atomic
def cancel_round(*, actor: Actor, found: Round, now: datetime) -> Round:
    """It will not be held; what there is stays readable."""
    row = locked(actor, found)
    row.status, row.changed_at = RoundStatus.CANCELLED, now
    row.save(update_fields=["status", "changed_at"])
    record(actor=actor, action="round.cancelled", obj=row, now=now)
    return row
