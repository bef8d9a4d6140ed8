"""Drawing closed cases for a call by somebody who had no part in them, and writing its answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.accounts.models import Membership, MembershipRole
from lianshu.audit.services import record
from lianshu.authority import Actor, require
from lianshu.casework.models import AnswerLink, CallBack, CallBackOutcome, Case, Rating
from lianshu.casework.queries_honest import lot_of
from lianshu.casework.rules_honest import can_answer_callback
from lianshu.notices.services import notify
from lianshu.records.errors import Conflict, DomainError
from lianshu.registry.models import Organisation, OrganisationKind

RECENT: Final = timedelta(days=30)
"""A call about something longer ago finds nobody who remembers."""
NOTE_MOST: Final = 1000
ENDS: Final = ("done", "unrated")


def draw_callbacks(*, actor: Actor, now: datetime, percent: int | None = None) -> dict[str, int]:
    """Give the drawn cases to units without a part in them; each case is drawn at most once.

    A case rated through a link that the office made is always called about. `alone` counts cases
    for which there is no other unit.
    """
    share = settings.CALLBACK_PERCENT if percent is None else percent
    by_office = AnswerLink.objects.filter(by_office=True, used_at__isnull=False)
    always = set(by_office.values_list("case_id", flat=True))
    closed = Case.objects.filter(
        end_kind__in=ENDS, ended_at__gt=now - RECENT, ended_at__lte=now, callback__isnull=True
    )
    made = alone = 0
    for pk, public_id in closed.order_by("pk").values_list("pk", "public_id"):
        if pk not in always and lot_of(public_id) >= share * 100:
            continue
        unit = _unit_for(pk, public_id, now)
        if unit is None:
            alone += 1
            continue
        _give(actor, pk, unit, now)
        made += 1
    return {"made": made, "alone": alone}


@transaction.atomic
def _give(actor: Actor, case_id: int, unit: Organisation, now: datetime) -> None:
    rating = Rating.objects.filter(case=case_id).order_by("-at", "-pk").first()
    callback = CallBack.objects.create(
        case_id=case_id, unit=unit, rated=None if rating is None else rating.stars, made_at=now
    )
    record(actor=actor, action="callback.drawn", obj=callback, now=now)
    people = _acting_members(now).filter(organisation=unit).values_list("user_id", flat=True)
    notify(
        recipients=list(people),
        kind="casework.callback",
        params={"subject": callback.case.subject},
        link=f"/callbacks/{callback.public_id}/",
        now=now,
    )


def _unit_for(case_id: int, public_id: str, now: datetime) -> Organisation | None:
    """A chain office with people, whose own nobody acted in the case."""
    taken = set(_with_a_part(case_id))
    offices = Organisation.objects.filter(
        kind=OrganisationKind.CHAIN_OFFICE,
        ended_on__isnull=True,
        pk__in=_acting_members(now).values("organisation"),
    ).exclude(pk__in=taken)
    drawn = sorted(offices, key=lambda each: (lot_of(f"{public_id}:{each.public_id}"), each.pk))
    return drawn[0] if drawn else None


def _with_a_part(case_id: int) -> Iterator[int]:
    case = Case.objects.get(pk=case_id)
    yield case.asker_id
    yield from case.parties.values_list("organisation_id", flat=True)
    events = case.events.values_list("actor_key", "organisation_id")
    users = set()
    for actor_key, organisation_id in events:
        if organisation_id is not None:
            yield organisation_id
        kind, _colon, number = actor_key.partition(":")
        if kind == "user":
            users.add(int(number))
    yield from Membership.objects.filter(user__in=users).values_list("organisation_id", flat=True)


def _acting_members(now: datetime) -> QuerySet[Membership]:
    members = Membership.objects.active_at(now).filter(user__is_active=True)
    return members.exclude(role=MembershipRole.VIEWER)


@transaction.atomic
def answer_callback(
    *,
    actor: Actor,
    callback: CallBack,
    outcome: str,
    now: datetime,
    stars: int | None = None,
    note: str = "",
) -> None:
    """Write down what came of the call; written once."""
    require(can_answer_callback(actor, callback))
    if outcome not in CallBackOutcome.values:
        raise DomainError(_("请选择回访结果。"), field="outcome")
    answered = outcome == CallBackOutcome.ANSWERED
    if answered and (stars is None or not 1 <= stars <= 5):
        raise DomainError(_("请记下对方给的 1 到 5 分。"), field="stars")
    if not answered and stars is not None:
        raise DomainError(_("没有问到评价，请不要打分。"), field="stars")
    if len(note) > NOTE_MOST:
        raise DomainError(_("说明请不要超过 %(most)d 字。") % {"most": NOTE_MOST}, field="note")
    changes = {
        "answered_at": now,
        "answered_by_id": actor.user_id,
        "outcome": outcome,
        "stars": stars,
        "note": note.strip(),
    }
    if not CallBack.objects.filter(pk=callback.pk, answered_at__isnull=True).update(**changes):
        raise Conflict(_("这次回访已经有人记下了，请刷新页面。"))
    record(
        actor=actor,
        action="callback.answered",
        obj=callback,
        now=now,
        changes={"outcome": [None, outcome], "at": [None, timezone.localtime(now).isoformat()]},
    )
