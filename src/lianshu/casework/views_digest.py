"""One's own digest before it is sent."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from lianshu.accounts.queries import own_email
from lianshu.casework.digest import build_digest
from lianshu.notices.models import MailChoice
from lianshu.notices.queries import mail_choice_of
from lianshu.ui.requests import PageRequest, page


@page()
def digest(request: PageRequest) -> HttpResponse:
    """What the digest would say now, and whether it goes out at all."""
    choice = mail_choice_of(request.actor)
    return render(
        request,
        "casework/digest.html",
        {
            "digest": build_digest(request.actor, now=timezone.now()),
            "email": own_email(request.actor),
            "goes_out": choice in {MailChoice.URGENT, MailChoice.DIGEST},
            "choice": choice.label,
        },
    )
