"""Making a link by which somebody without an account rates, and answering through it."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from lianshu.accounts.queries import token_digest
from lianshu.accounts.services import mail_outside
from lianshu.audit.services import record
from lianshu.authority import Actor, require
from lianshu.casework.links import actor_of_link, judge_of, rating_actions
from lianshu.casework.models import AnswerLink, Case, Channel
from lianshu.casework.rules_honest import can_make_answer_link
from lianshu.casework.services.acting import Acted, act
from lianshu.casework.services.attachments import attach_to_case
from lianshu.casework.services.forms import Given
from lianshu.records.errors import Conflict, DomainError

DAYS: Final = 14
"""How long a link opens: longer than the limit of any rating."""
CONTACT_MOST: Final = 60


@transaction.atomic
def make_answer_link(
    *, actor: Actor, case: Case, contact: str, now: datetime, email: str = ""
) -> tuple[AnswerLink, str]:
    """A link for `contact` to judge the case, and its secret, which is known only now.

    `case` comes annotated by `with_care`. Links made before for the same person end. The office
    must name an e-mail address: it never holds a link by which a case of its own is rated.
    """
    judge = judge_of(case)
    if judge is None or not rating_actions(case):
        raise DomainError(_("现在不是评价这一步，等办理结果报上来以后再发链接。"))
    require(can_make_answer_link(actor, case, judge))
    contact, email = contact.strip(), email.strip()
    if not contact or len(contact) > CONTACT_MOST:
        raise DomainError(
            _("请填写联系人姓名，不超过 %(most)d 字。") % {"most": CONTACT_MOST}, field="contact"
        )
    by_office = not makes_for_own(actor, judge.pk)
    if by_office and not email:
        raise DomainError(_("请填写联系人的邮箱：链接只发给评价人本人。"), field="email")
    earlier = AnswerLink.objects.filter(case=case, contact=contact, used_at__isnull=True)
    earlier.filter(revoked_at__isnull=True).update(revoked_at=now)
    secret = secrets.token_urlsafe(24)
    link = AnswerLink.objects.create(
        case=case,
        step=case.step,
        contact=contact,
        email=email,
        digest=token_digest(secret),
        made_by_id=actor.user_id,
        by_office=by_office,
        made_at=now,
        expires_at=now + timedelta(days=DAYS),
    )
    changes = {"contact": [None, contact], "email": [None, email]}
    record(actor=actor, action="case.answer_link_made", obj=case, now=now, changes=changes)
    return link, secret


def makes_for_own(actor: Actor, judge_id: int) -> bool:
    """Whether the actor is of the judging organisation itself, not acting for it."""
    return actor.behalf is None and judge_id in actor.acting_organisation_ids


def address_of_answer(secret: str) -> str:
    """The whole link."""
    return settings.SITE_URL + reverse("answer", args=[secret])


def mail_answer_link(*, link: AnswerLink, secret: str) -> bool:
    """Send it to its contact; whether the mail left the house. Says nothing of the case's text."""
    return mail_outside(
        link.email,
        _("请您评价：%(subject)s") % {"subject": link.case.subject},
        _("%(name)s，您好！“%(asker)s”提出的这件事已有办理结果，请您看看办得怎么样。")
        % {"name": link.contact, "asker": link.case.asker.name},
        _("打开：%(link)s") % {"link": address_of_answer(secret)},
        _("不用登录。链接只能使用一次，请不要转发。如果您不了解这件事，请忽略这封邮件。"),
    )


@transaction.atomic
def answer_by_link(
    *,
    link: AnswerLink,
    action: str,
    given: Given,
    now: datetime,
    photo: File[Any] | None = None,
) -> Acted:
    """What the contact answers, as the confirmer itself; the link opens nothing afterwards.

    All of it or nothing: with a defect in the form the link stays open. One of two who use it at
    once wins; `Conflict` for the other.
    """
    opened = AnswerLink.objects.filter(
        pk=link.pk, used_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now
    )
    if not opened.update(used_at=now):
        raise Conflict(_("这个链接已经用过或已失效。"))
    judge = judge_of(link.case)
    if judge is None or link.case.step != link.step:
        raise Conflict(_("这个办件已经不在评价这一步，不用再评价了。"))
    if action not in {each.id for each in rating_actions(link.case)}:
        raise DomainError(_("请选择办得怎么样。"), field="action")
    actor = actor_of_link(link, judge)
    if photo is not None:
        try:
            stored = attach_to_case(actor=actor, case=link.case, upload=photo, now=now, photo=True)
        except DomainError as error:
            raise DomainError(error.message, field="photo") from error
        given = Given(
            given.values, given.reason, given.note, given.stars, given.appointed, [stored.public_id]
        )
    return act(
        actor=actor, case=link.case, action=action, given=given, now=now, channel=Channel.LINK
    )
