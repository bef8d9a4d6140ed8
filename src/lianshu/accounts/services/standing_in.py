"""Letting somebody act: for an absent colleague, or for an organisation."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.accounts.models import Mandate, Membership, Substitution, User
from lianshu.accounts.queries import people_acting_for
from lianshu.accounts.rules import can_manage_accounts
from lianshu.accounts.rules_standing import (
    can_ask_for_correction,
    can_end_substitution,
    can_name_substitute,
    can_record_mandate,
    can_revoke_mandate,
    is_owner,
)
from lianshu.accounts.services.grants import require_scope_within
from lianshu.audit.services import record, signature
from lianshu.authority import Actor, Matter, Refusal, require
from lianshu.files.services import store_file
from lianshu.files.sniffing import DOCUMENTS
from lianshu.notices.services import notify
from lianshu.records.errors import Conflict, DomainError
from lianshu.registry.models import Organisation
from lianshu.registry.services.periods import check_exists
from lianshu.ui.formats import day

DAYS_MOST: Final = 366
SUBSTITUTES_PAGE: Final = "/accounts/substitutes/"


def _period(first: date, last: date, now: datetime) -> tuple[datetime, datetime]:
    """From the beginning of the first day to the end of the last, as stored."""
    today = timezone.localdate(now)
    if last < first:
        raise DomainError(_("结束日期早于开始日期，请改正。"), field="last")
    if last < today:
        raise DomainError(_("这段时间已经过去，请填写今天或以后的日期。"), field="last")
    if first < today:
        raise DomainError(_("不能从今天以前开始。请从今天或以后的日期开始。"), field="first")
    if (last - first).days >= DAYS_MOST:
        raise DomainError(_("最长一年，到期后可以重新登记。"), field="last")
    zone = timezone.get_default_timezone()
    return (
        datetime.combine(first, time(), tzinfo=zone),
        datetime.combine(last + timedelta(days=1), time(), tzinfo=zone),
    )


def _words(text: str, *, field: str, most: int, missing: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise DomainError(missing, field=field)
    if len(text) > most:
        raise DomainError(_("请不要超过 %(most)d 字。") % {"most": most}, field=field)
    return text


@transaction.atomic
def name_substitute(
    *,
    actor: Actor,
    absent: User,
    substitute: User,
    first: date,
    last: date,
    note: str,
    now: datetime,
) -> Substitution:
    """From `first` to `last` (both included) `substitute` may act as `absent`; tells both."""
    require(can_name_substitute(actor, absent))
    note = _words(note, field="note", most=200, missing=_("请写明原因，例如“出差”。"))
    begins, ends = _period(first, last, now)
    # Two at once would each find no other period.
    User.objects.select_for_update().get(pk=absent.pk)
    _require_care_for(actor, absent, substitute, now)
    _require_colleagues(absent, substitute, now)
    _require_no_chain(absent, substitute, begins, ends)
    row = Substitution.objects.create(
        absent=absent,
        substitute=substitute,
        valid_from=begins,
        valid_to=ends,
        note=note,
        created_at=now,
        created_by_id=actor.user_id,
    )
    record(actor=actor, action="substitution.set", obj=row, now=now, changes=_period_change(row))
    tell_about_substitution(actor, row, "accounts.substitution_set", now)
    return row


def _period_change(row: Substitution | Mandate) -> dict[str, Any]:
    return {"valid_from": [None, day(row.valid_from)], "valid_to": [None, day(row.last_day)]}


def _require_care_for(actor: Actor, absent: User, substitute: User, now: datetime) -> None:
    """An administrator gives away only what lies in their care, and never to themselves."""
    if actor.is_system or actor.user_id == absent.pk:
        return
    if substitute.pk in actor.stands_for:
        raise Refusal(_("不能把自己设为别人的代班。请由本人指定，或由另一位管理员设置。"))
    memberships = (
        Membership.objects.active_at(now)
        .filter(user=absent)
        .select_related("organisation")
        .prefetch_related("grants__region", "grants__chain")
    )
    for membership in memberships:
        require(can_manage_accounts(actor, membership.organisation))
        for grant in membership.grants.all():
            if grant.region is not None:
                require_scope_within(actor, region=grant.region, chain=grant.chain)


def _require_colleagues(absent: User, substitute: User, now: datetime) -> None:
    if absent.pk == substitute.pk:
        raise DomainError(_("代班的人不能是本人，请选择一位同事。"), field="substitute")
    theirs = Membership.objects.active_at(now).filter(user=absent, user__is_active=True)
    together = Membership.objects.active_at(now).filter(
        user=substitute, user__is_active=True, organisation__in=theirs.values("organisation")
    )
    if not together.exists():
        raise DomainError(
            _("%(name)s不是同一单位的在职同事，不能代班。") % {"name": substitute.name},
            field="substitute",
        )


def _require_no_chain(absent: User, substitute: User, begins: datetime, ends: datetime) -> None:
    """One substitute at a time, who is there: nobody stands in through a second person."""
    meanwhile = Substitution.objects.within(begins, ends).select_related("absent", "substitute")
    taken = meanwhile.filter(absent=absent).first()
    if taken is not None:
        raise DomainError(
            _("%(from)s 至 %(to)s 已由%(name)s代班，请先结束那次代班，或改填别的日期。")
            % _named(taken, taken.substitute),
            field="first",
        )
    away = meanwhile.filter(absent=substitute).first()
    if away is not None:
        raise DomainError(
            _("%(name)s从 %(from)s 至 %(to)s 自己也请人代班，请选择别的同事。")
            % _named(away, away.absent),
            field="substitute",
        )
    busy = meanwhile.filter(substitute=absent).first()
    if busy is not None:
        raise DomainError(
            _("%(from)s 至 %(to)s 正在代%(name)s值班，不能再转给别人。请先结束那次代班。")
            % _named(busy, busy.absent),
            field="first",
        )


def _named(row: Substitution, who: User) -> dict[str, str]:
    return {"from": day(row.valid_from), "to": day(row.last_day), "name": who.name}


def tell_about_substitution(actor: Actor, row: Substitution, kind: str, now: datetime) -> None:
    """Both of them, except who did it."""
    notify(
        recipients={row.absent_id, row.substitute_id} - {actor.user_id},
        kind=kind,
        params={
            "absent": row.absent.name,
            "substitute": row.substitute.name,
            "from": day(row.valid_from),
            "to": day(row.last_day),
        },
        link=SUBSTITUTES_PAGE,
        now=now,
    )


@transaction.atomic
def end_substitution(*, actor: Actor, substitution: Substitution, now: datetime) -> None:
    """Before its time; the next thing the substitute does is in their own name again."""
    require(can_end_substitution(actor, substitution))
    if not close_substitution(substitution, now=now):
        raise Conflict(_("这次代班已经结束了。"))
    record(actor=actor, action="substitution.ended", obj=substitution, now=now)
    tell_about_substitution(actor, substitution, "accounts.substitution_ended", now)


def close_substitution(substitution: Substitution, *, now: datetime) -> bool:
    """Whether it was open until now; for services whose rule has allowed it."""
    open_rows = Substitution.objects.filter(
        pk=substitution.pk, revoked_at__isnull=True, valid_to__gt=now
    )
    closed = bool(open_rows.update(revoked_at=now))
    if closed:
        substitution.revoked_at = now
    return closed


@transaction.atomic
def record_mandate(
    *,
    actor: Actor,
    organisation: Organisation,
    agent: User,
    matters: Collection[Matter],
    first: date,
    last: date,
    note: str,
    now: datetime,
    proof: File[Any] | None = None,
) -> Mandate:
    """`agent` may act for `organisation` in `matters` from `first` to `last` (both included).

    Whoever is not its owner brings the signed paper. The organisation's people and the agent are
    told at once.
    """
    require(can_record_mandate(actor, organisation))
    check_exists(organisation)
    if agent.pk in actor.stands_for:
        raise Refusal(_("不能登记给自己的委托。请单位负责人或另一位同事登记。"))
    if not matters:
        raise DomainError(_("请至少勾选一项委托事项。"), field="matters")
    note = _words(note, field="note", most=300, missing=_("请写明委托事由。"))
    if proof is None and not is_owner(actor, organisation):
        raise DomainError(_("您不是单位负责人，请上传单位盖章或签字的委托书。"), field="proof")
    begins, ends = _period(first, last, now)
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    _require_fit_agent(agent, organisation, begins, ends, now)
    mandate = Mandate.objects.create(
        organisation=organisation,
        agent=agent,
        for_posts=Matter.POSTS in matters,
        for_answers=Matter.ANSWERS in matters,
        for_records=Matter.RECORDS in matters,
        valid_from=begins,
        valid_to=ends,
        note=note,
        recorded_by_id=actor.user_id,
        recorded_at=now,
    )
    record(
        actor=actor,
        action="mandate.recorded",
        obj=mandate,
        now=now,
        changes=_period_change(mandate),
    )
    tell_about_mandate(actor, mandate, "accounts.mandate_recorded", now, note)
    if proof is not None:
        store_file(
            actor=actor,
            upload=proof,
            owner=mandate,
            allowed=DOCUMENTS,
            max_bytes=settings.FILE_MAX_BYTES,
            organisation_id=organisation.pk,
            now=now,
        )
    return mandate


def _require_fit_agent(
    agent: User, organisation: Organisation, begins: datetime, ends: datetime, now: datetime
) -> None:
    if not agent.is_active:
        raise DomainError(_("%(name)s的账号已停用。") % {"name": agent.name}, field="agent")
    if agent.pk in people_acting_for(organisation.pk, now=now):
        raise DomainError(
            _("%(name)s已经是“%(organisation)s”的经办人，不需要委托。")
            % {"name": agent.name, "organisation": organisation.name},
            field="agent",
        )
    other = Mandate.objects.within(begins, ends).filter(agent=agent, organisation=organisation)
    if (known := other.first()) is not None:
        raise DomainError(
            _("%(name)s在 %(from)s 至 %(to)s 已有一份委托。要改事项或期限，请先撤销那一份。")
            % {"name": agent.name, "from": day(known.valid_from), "to": day(known.last_day)},
            field="first",
        )


def tell_about_mandate(
    actor: Actor, mandate: Mandate, kind: str, now: datetime, reason: str
) -> None:
    """The organisation's people, the agent and whoever recorded it."""
    people = {
        *people_acting_for(mandate.organisation_id, now=now),
        mandate.agent_id,
        mandate.recorded_by_id,
    }
    notify(
        recipients=sorted(pk for pk in people if pk is not None and pk != actor.user_id),
        kind=kind,
        params={
            "organisation": mandate.organisation.name,
            "agent": mandate.agent.name,
            "by": signature(actor),
            "reason": reason,
        },
        link=f"/mandates/{mandate.public_id}/",
        now=now,
    )


@transaction.atomic
def revoke_mandate(*, actor: Actor, mandate: Mandate, reason: str, now: datetime) -> None:
    """The agent acts for it no more from the next request on."""
    require(can_revoke_mandate(actor, mandate))
    reason = _words(reason, field="reason", most=300, missing=_("请写明撤销的原因。"))
    if not close_mandate(mandate, by=actor.user_id, reason=reason, now=now):
        raise Conflict(_("这份委托已经结束了。"))
    record(
        actor=actor,
        action="mandate.revoked",
        obj=mandate,
        now=now,
        changes={"reason": [None, reason]},
    )
    tell_about_mandate(actor, mandate, "accounts.mandate_revoked", now, reason)


def close_mandate(mandate: Mandate, *, by: int | None, reason: str, now: datetime) -> bool:
    """Whether it was open until now; for services whose rule has allowed it."""
    open_rows = Mandate.objects.filter(pk=mandate.pk, revoked_at__isnull=True, valid_to__gt=now)
    closed = bool(open_rows.update(revoked_at=now, revoked_by_id=by, revoked_reason=reason))
    if closed:
        mandate.revoked_at, mandate.revoked_by_id, mandate.revoked_reason = now, by, reason
    return closed


@transaction.atomic
def ask_for_correction(*, actor: Actor, mandate: Mandate, text: str, now: datetime) -> None:
    """Tell whoever recorded the mandate what is wrong with it; what was asked stays on record."""
    require(can_ask_for_correction(actor, mandate))
    text = _words(text, field="text", most=300, missing=_("请写明哪里需要更正。"))
    record(
        actor=actor,
        action="mandate.correction_asked",
        obj=mandate,
        now=now,
        changes={"reason": [None, text]},
    )
    assert mandate.recorded_by_id is not None  # can_ask_for_correction refuses it
    notify(
        recipients=[mandate.recorded_by_id],
        kind="accounts.mandate_correction",
        params={
            "organisation": mandate.organisation.name,
            "agent": mandate.agent.name,
            "by": signature(actor),
            "reason": text,
        },
        link=f"/mandates/{mandate.public_id}/",
        now=now,
    )
