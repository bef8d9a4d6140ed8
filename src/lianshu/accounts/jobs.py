"""Accounts' work in the background."""

from __future__ import annotations

from typing import Any

from lianshu.accounts.queries_joining import invitations_for, invitations_never_linked
from lianshu.accounts.services.inviting_many import MAIL_JOB, send_invitation
from lianshu.authority import Refusal
from lianshu.jobs.context import JobContext
from lianshu.jobs.registration import handler
from lianshu.records.errors import DomainError


@handler(MAIL_JOB)
def mail_invitations(context: JobContext) -> dict[str, Any]:
    """Send each invitee the link made for them. Run again, it leaves out those whose link was made:
    a second mail would end the first one's link."""
    ids: list[str] = context.params["invitations"]
    rows = invitations_for(context.actor).filter(public_id__in=ids).order_by("pk")
    waiting = list(invitations_never_linked(rows))
    sent = failed = 0
    for number, invitation in enumerate(waiting, start=1):
        try:
            done = send_invitation(
                actor=context.actor,
                invitation=invitation,
                days=context.params["days"],
                now=context.now(),
            )
        except (DomainError, Refusal):
            done = False
        sent, failed = sent + done, failed + (not done)
        context.progress(number, len(waiting))
    return {"sent": sent, "failed": failed, "left_out": len(ids) - len(waiting)}
