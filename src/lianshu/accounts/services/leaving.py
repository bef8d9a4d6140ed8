"""Somebody leaves an organisation: open work moves on, what rested on the membership ends."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lianshu.accounts.handover import Leaving, in_words, open_work
from lianshu.accounts.models import ApiToken, Mandate, Membership, Substitution, User
from lianshu.accounts.queries_standing import members_besides
from lianshu.accounts.services.people import close_membership
from lianshu.accounts.services.standing_in import (
    close_mandate,
    close_substitution,
    tell_about_mandate,
    tell_about_substitution,
)
from lianshu.audit.services import record
from lianshu.authority import Actor
from lianshu.notices.services import notify
from lianshu.records.errors import DomainError


@transaction.atomic
def end_membership(
    *, actor: Actor, membership: Membership, now: datetime, successor: User | None = None
) -> list[str]:
    """End it at `now`, with its grants and the invitations sent under it; returns in words what
    the successor took over.

    While something is open and there are colleagues, one of them must take over. The person's
    mandates end, and substitutions with people they share no organisation with any more; without
    any membership left, API tokens do too.
    """
    close_membership(actor=actor, membership=membership, now=now)
    leaving = Leaving(actor, membership.user, membership.organisation, now)
    handed = _hand_over(leaving, successor)
    _end_mandates(leaving)
    _end_substitutions(leaving)
    _end_tokens(leaving)
    return handed


def _hand_over(leaving: Leaving, successor: User | None) -> list[str]:
    work = open_work(leaving)
    if not work:
        return []
    words = in_words(work)
    colleagues = members_besides(leaving.organisation, leaving.user.pk, now=leaving.now)
    if successor is None:
        if not colleagues.exists():
            return []
        raise DomainError(
            _("%(name)s还有%(what)s，请选择接手的同事。")
            % {"name": leaving.user.name, "what": _("、").join(words)},
            field="successor",
        )
    if not colleagues.filter(pk=successor.pk).exists():
        raise DomainError(
            _("%(name)s不是“%(organisation)s”的在职同事，不能接手。")
            % {"name": successor.name, "organisation": leaving.organisation.name},
            field="successor",
        )
    for step, _count in work:
        step.move(leaving, successor)
    record(
        actor=leaving.actor,
        action="work.handed_over",
        obj=leaving.user,
        now=leaving.now,
        changes={"successor": [leaving.user.name, successor.name]},
    )
    notify(
        recipients={successor.pk} - {leaving.actor.user_id},
        kind="accounts.handed_over",
        params={
            "name": leaving.user.name,
            "organisation": leaving.organisation.name,
            "what": _("、").join(words),
        },
        link="/",
        now=leaving.now,
    )
    return words


def _end_mandates(leaving: Leaving) -> None:
    """An agent was chosen as somebody of this organisation: a former officer acts for no firm."""
    reason = _("受托人已离开“%(name)s”。") % {"name": leaving.organisation.name}
    by, now = leaving.actor.user_id, leaving.now
    rows = Mandate.objects.filter(agent=leaving.user, revoked_at__isnull=True, valid_to__gt=now)
    for mandate in rows.select_related("organisation", "agent"):
        if close_mandate(mandate, by=by, reason=reason, now=now):
            record(
                actor=leaving.actor,
                action="mandate.revoked",
                obj=mandate,
                now=now,
                changes={"reason": [None, reason]},
            )
            tell_about_mandate(leaving.actor, mandate, "accounts.mandate_revoked", now, reason)


def _end_substitutions(leaving: Leaving) -> None:
    user, now = leaving.user, leaving.now
    remaining = Membership.objects.active_at(now)
    places = set(remaining.filter(user=user).values_list("organisation_id", flat=True))
    rows = Substitution.objects.filter(revoked_at__isnull=True, valid_to__gt=now)
    mine = rows.filter(absent=user) | rows.filter(substitute=user)
    for row in mine.select_related("absent", "substitute"):
        other = row.substitute_id if row.absent_id == user.pk else row.absent_id
        if remaining.filter(user_id=other, organisation_id__in=places).exists():
            continue
        if close_substitution(row, now=now):
            record(actor=leaving.actor, action="substitution.ended", obj=row, now=now)
            tell_about_substitution(leaving.actor, row, "accounts.substitution_ended", now)


def _end_tokens(leaving: Leaving) -> None:
    if Membership.objects.active_at(leaving.now).filter(user=leaving.user).exists():
        return
    live = ApiToken.objects.filter(user=leaving.user, revoked_at__isnull=True)
    for token in live:
        record(actor=leaving.actor, action="token.revoked", obj=token, now=leaving.now)
    live.update(revoked_at=leaving.now)
