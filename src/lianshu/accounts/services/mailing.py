"""Mail to people who have no account, and so no inbox: sent at once, its failure told."""

from __future__ import annotations

import logging
import smtplib

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils.translation import gettext as _

from lianshu.accounts.models import Claim, Invitation

logger = logging.getLogger(__name__)


def address_of_invitation(secret: str) -> str:
    """The whole link, as it is mailed, copied and printed."""
    return settings.SITE_URL + reverse("join", args=[secret])


def address_of_claim(secret: str) -> str:
    """The link by which a claim is followed."""
    return settings.SITE_URL + reverse("claim-status", args=[secret])


def mail_invitation(*, invitation: Invitation, secret: str) -> bool:
    """Send the link to the address it was made for; whether the mail left the house."""
    name = invitation.organisation.name
    return mail_outside(
        invitation.email,
        _("“%(name)s”邀请您加入链枢") % {"name": name},
        _("“%(name)s”邀请您以%(role)s的身份使用产业链创新生态协作平台“链枢”。")
        % {"name": name, "role": invitation.get_role_display()},
        _("打开：%(link)s") % {"link": address_of_invitation(secret)},
        _("链接只能使用一次，请不要转发。如果您不认识邀请方，请忽略这封邮件。"),
    )


def mail_claim_received(*, claim: Claim, secret: str) -> bool:
    """Send the claimant the link to follow the claim by."""
    return mail_outside(
        claim.user.email,
        _("已收到您对“%(name)s”的认领") % {"name": claim.organisation.name},
        _("审核结果会发到这个邮箱，也可以随时打开下面的链接查看或撤回。"),
        _("打开：%(link)s") % {"link": address_of_claim(secret)},
        _("如果不是您本人提交的，请忽略这封邮件。"),
    )


def mail_claim_refused(*, claim: Claim) -> bool:
    """Tell a claimant without account why."""
    return mail_outside(
        claim.user.email,
        _("您对“%(name)s”的认领没有通过") % {"name": claim.organisation.name},
        _("原因：%(reason)s") % {"reason": claim.reason},
        _("可以补充材料后重新提交：%(link)s") % {"link": settings.SITE_URL + reverse("claim-new")},
    )


def mail_outside(address: str, subject: str, *paragraphs: str) -> bool:
    """Mail to an address that is no user's; whether it left the house."""
    if not address:
        return False
    message = EmailMessage(
        subject=" ".join(subject.split()),
        body="\n\n".join(paragraphs),
        to=[address],
        headers={"Auto-Submitted": "auto-generated"},
    )
    try:
        message.send()
    except (OSError, smtplib.SMTPException, ValueError) as error:
        logger.warning("mail to a person without account failed: %s", error)
        return False
    return True
