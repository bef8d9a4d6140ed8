"""A claim for those who decide it and for whoever made it."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.accounts.forms_joining import ApprovalForm, RefusalForm
from lianshu.accounts.lists_joining import claim_badge
from lianshu.accounts.models import Claim, ClaimStatus
from lianshu.accounts.queries_joining import claim_to_follow, has_owner
from lianshu.accounts.rules import can_decide_claim
from lianshu.accounts.services import (
    approve_claim,
    mail_claim_refused,
    refuse_claim,
    withdraw_claim,
)
from lianshu.authority import Actor
from lianshu.files.queries import files_of
from lianshu.records.errors import DomainError, NotFound
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page


def _claim(actor: Actor, public_id: str) -> Claim:
    found = claim_to_follow(actor, public_id, now=timezone.now())
    if found is None:
        raise NotFound(_("没有这份认领，或者它不由您审核。请从“认领审核”清单进入。"))
    return found


@page()
def claim(request: PageRequest, public_id: str) -> HttpResponse:
    """The claim with its proof, and what the reader may do about it."""
    return _show(request, _claim(request.actor, public_id))


def _show(
    request: PageRequest,
    found: Claim,
    *,
    approval: ApprovalForm | None = None,
    refusal: RefusalForm | None = None,
) -> HttpResponse:
    owned = has_owner(found.organisation_id, now=timezone.now())
    wrong = any(form is not None and form.errors for form in (approval, refusal))
    return render(
        request,
        "accounts/claim.html",
        {
            "claim": found,
            "badge": claim_badge(found).__html__(),
            "pending": found.status == ClaimStatus.PENDING,
            "own": found.user_id == request.actor.user_id,
            "deciding": can_decide_claim(request.actor, found, has_owner=owned),
            "owned": owned,
            "files": files_of(found),
            "approval": approval or ApprovalForm(),
            "refusal": refusal or RefusalForm(),
        },
        status=422 if wrong else 200,
    )


@page("POST")
def claim_approve(request: PageRequest, public_id: str) -> HttpResponse:
    """The claimant becomes a member."""
    found = _claim(request.actor, public_id)
    form = ApprovalForm(request.POST)
    role = form.cleaned_data["role"] if form.is_valid() else ""
    try:
        membership = approve_claim(actor=request.actor, claim=found, role=role, now=timezone.now())
    except DomainError as error:
        if error.field != "role":
            raise
        form.add_error("role", error.message)
        return _show(request, found, approval=form)
    say(
        request,
        _("已通过：%(name)s成为“%(organisation)s”的%(role)s。")
        % {
            "name": membership.user.name,
            "organisation": found.organisation.name,
            "role": membership.get_role_display(),
        },
    )
    return HttpResponseRedirect(reverse("claim", args=[public_id]))


@page("POST")
def claim_refuse(request: PageRequest, public_id: str) -> HttpResponse:
    """Not approved, and why."""
    found = _claim(request.actor, public_id)
    form = RefusalForm(request.POST)
    if not form.is_valid():
        return _show(request, found, refusal=form)
    refuse_claim(
        actor=request.actor,
        claim=found,
        reason=form.cleaned_data["reason"],
        now=timezone.now(),
    )
    if found.user.is_active or mail_claim_refused(claim=found):
        say(request, _("已退回，申请人会收到原因。"))
    else:
        say(
            request,
            _("已退回。申请人没有可用的邮箱，原因显示在认领链接上；也可以电话告知：%(phone)s。")
            % {"phone": found.user.phone or "—"},
        )
    return HttpResponseRedirect(reverse("claim", args=[public_id]))


@page("POST")
def claim_withdraw(request: PageRequest, public_id: str) -> HttpResponse:
    """Taken back by whoever made it."""
    found = _claim(request.actor, public_id)
    withdraw_claim(claim=found, actor=request.actor, now=timezone.now())
    say(request, _("认领已撤回。"))
    return HttpResponseRedirect(reverse("claim", args=[public_id]))
