"""Merging organisations, splitting them, and taking either back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.audit.services import record
from lianshu.authority import Actor, require
from lianshu.records.errors import DomainError
from lianshu.registry.models import (
    Identifier,
    NameKind,
    Organisation,
    OrganisationName,
    Succession,
    SuccessionKind,
)
from lianshu.registry.rules import can_manage_organisation
from lianshu.registry.services.moving import (
    Moved,
    RowsToMove,
    move_back,
    move_rows,
    preview_rows,
)
from lianshu.registry.services.names import keep_name, refresh_names
from lianshu.registry.services.periods import check_exists

# What else `Succession.moved` keeps besides the rows that follow.
ENDED_NUMBERS: Final = "registry.identifier.valid_to"
MOVED_NUMBERS: Final = "registry.identifier.organisation"
MADE_NAMES: Final = "registry.organisationname.id"
ENDED: Final = "registry.organisation.ended_on"
LONGEST_REASON: Final = 300


def preview_merge(
    *, actor: Actor, predecessor: Organisation, successor: Organisation, kind: str
) -> list[RowsToMove]:
    """What would follow and what would stay, by sort of row; whoever may merge may know."""
    for each in (predecessor, successor):
        require(can_manage_organisation(actor, each))
    return preview_rows(predecessor, successor, absorbed=kind == SuccessionKind.ABSORBED)


@transaction.atomic
def merge_organisation(
    *,
    actor: Actor,
    predecessor: Organisation,
    successor: Organisation,
    kind: str,
    reason: str,
    on: date,
    now: datetime,
) -> Succession:
    """`successor` stands for `predecessor` since `on`; both ids stay, one leads to the other.

    Rows of every table that name the predecessor follow, except those the models keep back
    (`models.following`). Facts follow only where both were one firm: what one absorbed firm
    earned last year is not what the other did.
    """
    if predecessor.pk == successor.pk:
        raise DomainError(_("单位不能并入自己，请改选另一家。"), field="successor")
    predecessor, successor = _locked(predecessor, successor)
    require(can_manage_organisation(actor, predecessor))
    require(can_manage_organisation(actor, successor))
    if kind not in (SuccessionKind.DUPLICATE, SuccessionKind.ABSORBED):
        raise DomainError(_("请选择是重复登记还是吸收合并。"), field="kind")
    reason = _checked(reason, on, now)
    check_exists(predecessor, field="predecessor")
    check_exists(successor, field="successor")
    absorbed = kind == SuccessionKind.ABSORBED
    moved = move_rows(predecessor, successor, absorbed=absorbed)
    moved |= _hand_over_numbers(predecessor, successor, on=on, absorbed=absorbed)
    moved |= _take_names(predecessor, successor, on=on, absorbed=absorbed, now=now)
    predecessor.ended_on, predecessor.merged_into = on, successor
    predecessor.updated_at = now
    predecessor.save(update_fields=["ended_on", "merged_into", "updated_at"])
    succession = Succession.objects.create(
        predecessor=predecessor,
        successor=successor,
        kind=kind,
        on=on,
        reason=reason,
        moved=moved,
        recorded_at=now,
        recorded_by_id=actor.user_id,
    )
    told = {"reason": [None, reason]}
    for obj, action, other in (
        (predecessor, "organisation.merged", {"successor": [None, successor.name]}),
        (successor, "organisation.took_over", {"predecessor": [None, predecessor.name]}),
    ):
        record(actor=actor, action=action, obj=obj, now=now, changes=other | told)
    return succession


@transaction.atomic
def split_organisation(
    *,
    actor: Actor,
    predecessor: Organisation,
    successors: Sequence[Organisation],
    reason: str,
    on: date,
    now: datetime,
    predecessor_ends: bool,
) -> list[Succession]:
    """Say what came out of it. Nothing moves: who got what, people say one by one."""
    chosen = {each.pk: each for each in successors}
    if predecessor.pk in chosen:
        raise DomainError(_("单位不能分立成自己，请改选另一家。"), field="successors")
    if len(chosen) < (2 if predecessor_ends else 1):
        raise DomainError(
            _("原单位终止的分立至少要有两家新单位，存续的至少一家；请先登记它们。"),
            field="successors",
        )
    predecessor, *heirs = _locked(predecessor, *chosen.values())
    for each in (predecessor, *heirs):
        require(can_manage_organisation(actor, each))
    reason = _checked(reason, on, now)
    check_exists(predecessor, field="predecessor")
    for each in heirs:
        check_exists(each, field="successors")
    moved: Moved = {}
    if predecessor_ends:
        ended = _end_numbers(predecessor, on)
        moved = {ENDED: [predecessor.pk], ENDED_NUMBERS: ended}
        predecessor.ended_on, predecessor.updated_at = on, now
        predecessor.save(update_fields=["ended_on", "updated_at"])
    made = [
        Succession.objects.create(
            predecessor=predecessor,
            successor=each,
            kind=SuccessionKind.SPLIT,
            on=on,
            reason=reason,
            moved=moved,
            recorded_at=now,
            recorded_by_id=actor.user_id,
        )
        for each in heirs
    ]
    names = "、".join(each.name for each in heirs)
    record(
        actor=actor,
        action="organisation.split",
        obj=predecessor,
        now=now,
        changes={"successors": [None, names], "reason": [None, reason]},
    )
    return made


@transaction.atomic
def undo_merge(*, actor: Actor, succession: Succession, now: datetime) -> Organisation:
    """Take a merge back: what followed and is still there goes back; a split, with all it made.

    Raises DomainError when it was undone before, when the successor has ended since, or when a
    number has been given to somebody else meanwhile.
    """
    predecessor, successor = _locked(succession.predecessor, succession.successor)
    for each in (predecessor, successor):
        require(can_manage_organisation(actor, each))
    succession = Succession.objects.select_for_update().get(pk=succession.pk)
    if succession.undone_at is not None:
        raise DomainError(_("这次合并已经撤销过了。"))
    same = Succession.objects.filter(pk=succession.pk)
    if succession.kind == SuccessionKind.SPLIT:
        same = Succession.objects.filter(
            predecessor=predecessor,
            kind=SuccessionKind.SPLIT,
            recorded_at=succession.recorded_at,
            undone_at__isnull=True,
        )
    else:
        check_exists(successor, field="successor")
        move_back(succession.moved, predecessor, successor)
        OrganisationName.objects.filter(pk__in=succession.moved.get(MADE_NAMES, [])).delete()
        refresh_names(successor, now=now)
    _give_numbers_back(succession.moved, predecessor)
    if succession.kind != SuccessionKind.SPLIT or ENDED in succession.moved:
        predecessor.ended_on = predecessor.merged_into = None
    predecessor.updated_at = now
    predecessor.save(update_fields=["ended_on", "merged_into", "updated_at"])
    same.update(undone_at=now)
    for obj, other in ((predecessor, successor), (successor, predecessor)):
        record(
            actor=actor,
            action="organisation.merge_undone",
            obj=obj,
            now=now,
            changes={"organisation": [other.name, None]},
        )
    return predecessor


def _locked(*organisations: Organisation) -> list[Organisation]:
    """Them again, locked in one order, so that two people who merge at once wait for each other."""
    wanted = [each.pk for each in organisations]
    rows = Organisation.objects.select_for_update().filter(pk__in=wanted)
    found = {row.pk: row for row in rows.order_by("pk")}
    return [found[pk] for pk in wanted]


def _checked(reason: str, on: date, now: datetime) -> str:
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise DomainError(_("请写明原因，最长 300 个字。"), field="reason")
    if on > timezone.localdate(now):
        raise DomainError(_("日期 %(day)s 还没有到，请核对。") % {"day": on}, field="on")
    return reason


def _current(organisation: Organisation) -> list[Identifier]:
    rows = Identifier.objects.select_for_update().filter(
        organisation=organisation, valid_to__isnull=True
    )
    return list(rows.order_by("pk"))


def _end_numbers(organisation: Organisation, on: date) -> list[int]:
    ended = _current(organisation)
    for each in ended:
        each.valid_to = max(on, each.valid_from or on)
        each.save(update_fields=["valid_to"])
    return [each.pk for each in ended]


def _hand_over_numbers(
    predecessor: Organisation, successor: Organisation, *, on: date, absorbed: bool
) -> Moved:
    """A duplicate's number goes over where the other record lacks one; every other one ends."""
    gone: list[int] = []
    if not absorbed:
        there = {each.kind for each in _current(successor)}
        for each in _current(predecessor):
            if each.kind not in there:
                each.organisation = successor
                each.save(update_fields=["organisation"])
                gone.append(each.pk)
    return {MOVED_NUMBERS: gone, ENDED_NUMBERS: _end_numbers(predecessor, on)}


def _give_numbers_back(moved: Moved, predecessor: Organisation) -> None:
    Identifier.objects.filter(pk__in=moved.get(MOVED_NUMBERS, [])).update(organisation=predecessor)
    for each in Identifier.objects.filter(pk__in=moved.get(ENDED_NUMBERS, [])):
        try:
            with transaction.atomic():
                each.valid_to = None
                each.save(update_fields=["valid_to"])
        except IntegrityError as error:
            raise DomainError(
                _("代码 %(value)s 后来登记给了别的单位，请先在那家单位停用它，再撤销合并。")
                % {"value": each.value}
            ) from error


def _take_names(
    predecessor: Organisation, successor: Organisation, *, on: date, absorbed: bool, now: datetime
) -> Moved:
    """What the predecessor was called finds the successor from now on."""
    names: list[tuple[str, str]] = [(NameKind.ALIAS, predecessor.name)]
    if predecessor.short_name:
        names.append((NameKind.SHORT, predecessor.short_name))
    names.extend(predecessor.other_names.values_list("kind", "value"))
    present = {
        successor.name,
        successor.short_name,
        *successor.other_names.values_list("value", flat=True),
    }
    made = []
    for kind, value in names:
        if value not in present:
            present.add(value)
            row = keep_name(
                successor,
                NameKind.ALIAS if absorbed else kind,
                value,
                valid_from=on if absorbed else None,
                source=_("吸收合并") if absorbed else _("重复登记"),
            )
            made.append(row.pk)
    refresh_names(successor, now=now)
    return {MADE_NAMES: made}
