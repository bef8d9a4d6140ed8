"""Claiming an organisation by its credit code, and deciding it."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, Final

from django.core.files import File
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from lianshu.accounts.models import Claim, ClaimStatus, Membership, MembershipRole, User
from lianshu.accounts.queries import token_digest
from lianshu.accounts.queries_joining import deciders_of, has_owner, organisation_by_code
from lianshu.accounts.rules import can_decide_claim
from lianshu.accounts.services.people import admit, open_account, person_of
from lianshu.audit.services import record
from lianshu.authority import Actor, Refusal, require
from lianshu.engine.identity import Verdict, check_credit_code
from lianshu.files.services import store_file
from lianshu.files.sniffing import PDF, PICTURES
from lianshu.notices.services import notify
from lianshu.records.errors import Conflict, DomainError
from lianshu.registry.models import Organisation

PROOF_MAX_BYTES: Final = 10 * 1024 * 1024
PROOFS: Final = PICTURES | {PDF}


def organisation_claimed(uscc: str) -> Organisation:
    """The organisation of a credit code as typed; `DomainError` says what is wrong with it."""
    judged = check_credit_code(uscc)
    # A code that fails the check may be real, and then the register knows it.
    found = organisation_by_code(judged.normalised)
    if found is not None:
        return found
    if judged.verdict is Verdict.INVALID:
        raise DomainError(judged.reason, field="uscc")
    raise DomainError(
        _(
            "平台上还没有登记这个代码的单位。请对照营业执照核对；"
            "代码无误的，请联系单位所在区（县、市）的链办登记单位，登记后再来认领。"
        ),
        field="uscc",
    )


@transaction.atomic
def claim_as_new_user(
    *,
    uscc: str,
    username: str,
    name: str,
    password: str,
    phone: str,
    proof: File[Any],
    now: datetime,
    email: str = "",
    note: str = "",
) -> tuple[Claim, str]:
    """A claim with an account that opens when it is approved, and the secret of its link."""
    organisation = organisation_claimed(uscc)
    user = open_account(
        username=username, name=name, password=password, email=email, phone=phone, active=False
    )
    actor = Actor(user_id=user.pk, name=user.name)
    return _claim(actor, user, organisation, uscc, note, proof, now)


@transaction.atomic
def claim_organisation(
    *, actor: Actor, uscc: str, proof: File[Any], now: datetime, note: str = ""
) -> tuple[Claim, str]:
    """A claim by somebody who has an account."""
    organisation = organisation_claimed(uscc)
    user = User.objects.get(pk=person_of(actor))
    if Membership.objects.active_at(now).filter(user=user, organisation=organisation).exists():
        raise DomainError(
            _("您已经是“%(name)s”的成员。要改变身份，请联系本单位的负责人。")
            % {"name": organisation.name},
            field="uscc",
        )
    waiting = Claim.objects.filter(user=user, organisation=organisation)
    if waiting.filter(status=ClaimStatus.PENDING).exists():
        raise DomainError(
            _("您对“%(name)s”的认领正在审核，请等候结果。") % {"name": organisation.name},
            field="uscc",
        )
    return _claim(actor, user, organisation, uscc, note, proof, now)


def _claim(
    actor: Actor,
    user: User,
    organisation: Organisation,
    uscc: str,
    note: str,
    proof: File[Any],
    now: datetime,
) -> tuple[Claim, str]:
    secret = secrets.token_urlsafe(24)
    claim = Claim.objects.create(
        user=user,
        organisation=organisation,
        uscc=check_credit_code(uscc).normalised,
        note=note.strip(),
        digest=token_digest(secret),
        created_at=now,
    )
    record(actor=actor, action="claim.made", obj=claim, now=now)
    notify(
        recipients=[pk for pk in deciders_of(organisation, now=now) if pk != user.pk],
        kind="accounts.claim_made",
        params={"organisation": organisation.name},
        link=reverse("claim", args=[claim.public_id]),
        now=now,
    )
    # Last, because what is written to the file store does not roll back.
    store_file(
        actor=actor,
        upload=proof,
        owner=claim,
        allowed=PROOFS,
        max_bytes=PROOF_MAX_BYTES,
        now=now,
    )
    return claim, secret


@transaction.atomic
def withdraw_claim(
    *, claim: Claim, secret: str = "", actor: Actor | None = None, now: datetime
) -> None:
    """By the link, or by whoever made it and is logged in."""
    by_link = bool(secret) and token_digest(secret) == claim.digest
    in_person = actor is not None and actor.behalf is None and actor.user_id == claim.user_id
    if not (by_link or in_person):
        raise Refusal(_("只有提出认领的人可以撤回。"))
    _leave_pending(claim, status=ClaimStatus.WITHDRAWN, decided_at=now)
    _release_name(claim.user)
    record(
        actor=Actor(user_id=claim.user_id, name=claim.user.name),
        action="claim.withdrawn",
        obj=claim,
        now=now,
    )


@transaction.atomic
def approve_claim(*, actor: Actor, claim: Claim, role: str, now: datetime) -> Membership:
    """The claimant becomes a member: owner where there is none, else of the role chosen."""
    Organisation.objects.select_for_update().get(pk=claim.organisation_id)
    owned = has_owner(claim.organisation_id, now=now)
    require(can_decide_claim(actor, claim, has_owner=owned))
    if claim.organisation.ended_on is not None:
        raise DomainError(
            _("“%(name)s”已终止，不能再有人代表它。请填写原因后退回。")
            % {"name": claim.organisation.name}
        )
    if not owned:
        role = MembershipRole.OWNER
    elif role not in MembershipRole.values:
        raise DomainError(_("请选择通过后的身份。"), field="role")
    user = claim.user
    if not user.is_active:
        if not _awaits_first_approval(user):
            raise DomainError(_("这个账号已被停用，不能通过它的认领。请先联系平台管理员。"))
        user.is_active = True
        user.save(update_fields=["is_active"])
    _leave_pending(claim, status=ClaimStatus.APPROVED, decided_at=now, decided_by_id=actor.user_id)
    membership = admit(actor=actor, user=user, organisation=claim.organisation, role=role, now=now)
    if membership is None:
        raise DomainError(
            _("%(name)s已经是这家单位的成员，不需要再通过认领。请填写原因后退回。")
            % {"name": user.name}
        )
    record(actor=actor, action="claim.approved", obj=claim, now=now)
    notify(
        recipients=[user.pk],
        kind="accounts.claim_approved",
        params={"organisation": claim.organisation.name},
        link=reverse("organisation", args=[claim.organisation.public_id]),
        now=now,
    )
    return membership


@transaction.atomic
def refuse_claim(*, actor: Actor, claim: Claim, reason: str, now: datetime) -> None:
    """With a reason the claimant reads. An account that was never opened frees its name."""
    owned = has_owner(claim.organisation_id, now=now)
    require(can_decide_claim(actor, claim, has_owner=owned))
    reason = reason.strip()
    if not reason:
        raise DomainError(_("请写明不通过的原因，申请人会看到。"), field="reason")
    _leave_pending(
        claim,
        status=ClaimStatus.REFUSED,
        decided_at=now,
        decided_by_id=actor.user_id,
        reason=reason,
    )
    _release_name(claim.user)
    record(actor=actor, action="claim.refused", obj=claim, now=now)
    notify(
        recipients=[claim.user_id],
        kind="accounts.claim_refused",
        params={"organisation": claim.organisation.name, "reason": reason},
        link=reverse("claim", args=[claim.public_id]),
        now=now,
    )


def _leave_pending(claim: Claim, **outcome: Any) -> None:
    """One decision: whoever comes second is told."""
    if not Claim.objects.filter(pk=claim.pk, status=ClaimStatus.PENDING).update(**outcome):
        raise Conflict(_("这份认领已经有结果了，请刷新页面。"))
    claim.refresh_from_db()


def _awaits_first_approval(user: User) -> bool:
    """An account that a claim made; one that somebody blocked was open before."""
    return user.last_login is None and not user.memberships.exists()


def _release_name(user: User) -> None:
    """A person refused may claim again under the same name, and nobody is kept from it."""
    if not user.is_active and _awaits_first_approval(user):
        User.objects.filter(pk=user.pk).update(username=f"{user.username[:100]}~{user.pk}")
