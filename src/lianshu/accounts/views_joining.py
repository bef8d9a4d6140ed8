"""Pages for people who come in: an invitation's link, and claiming an organisation."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import login
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.accounts.forms_joining import (
    ClaimForm,
    CodeForm,
    NewAccountClaimForm,
    NewAccountForm,
)
from lianshu.accounts.models import Claim, ClaimStatus, Invitation
from lianshu.accounts.queries_joining import (
    InvitationState,
    claim_by_secret,
    invitation_by_secret,
    state_of,
)
from lianshu.accounts.services import (
    accept_as_new_user,
    accept_invitation,
    claim_as_new_user,
    claim_organisation,
    mail_claim_received,
    organisation_claimed,
    withdraw_claim,
)
from lianshu.accounts.throttling import refused
from lianshu.engine.identity import normalise_credit_code
from lianshu.records.errors import Conflict, DomainError, NotFound
from lianshu.registry.models import Organisation
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, open_page

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@open_page("GET", "POST")
def join(request: PageRequest, secret: str) -> HttpResponse:
    """Who invites me to what; accept with my account or a new one."""
    if (limited := refused(request, "join", secret)) is not None:
        return limited
    invitation = invitation_by_secret(secret)
    if invitation is None:
        return _closed(request, None)
    state = state_of(invitation, now=timezone.now())
    if state is not InvitationState.OPEN:
        return _closed(request, invitation)
    form = NewAccountForm(
        request.POST if request.method == "POST" and not request.actor.is_known else None,
        initial={
            "name": invitation.name,
            "phone": invitation.phone,
            "email": invitation.email,
        },
    )
    try:
        if request.method == "POST" and _accept(request, invitation, form):
            name = invitation.organisation.name
            say(request, _("您已加入“%(name)s”。") % {"name": name})
            return HttpResponseRedirect(reverse("home"))
    except Conflict:
        fresh = invitation_by_secret(secret)
        return _closed(request, fresh)
    return render(
        request,
        "accounts/join.html",
        {"invitation": invitation, "form": form},
        status=422 if form.is_bound else 200,
    )


def _accept(request: PageRequest, invitation: Invitation, form: NewAccountForm) -> bool:
    now = timezone.now()
    if request.actor.is_known:
        accept_invitation(actor=request.actor, invitation=invitation, now=now)
        return True
    if not form.is_valid():
        return False
    try:
        user, _membership = accept_as_new_user(invitation=invitation, now=now, **form.cleaned_data)
    except Conflict:
        raise
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return False
    login(request, user, backend=BACKEND)
    return True


def _closed(request: PageRequest, invitation: Invitation | None) -> HttpResponse:
    """Why the link opens nothing, and what to do. It says no more than the organisation's name."""
    state = None if invitation is None else state_of(invitation, now=timezone.now())
    return render(
        request,
        "accounts/join_closed.html",
        {"invitation": invitation, "state": state},
        status=404 if invitation is None else 410,
    )


@open_page("GET", "POST")
def claim_new(request: PageRequest) -> HttpResponse:
    """First the credit code, then who I am and what proves it."""
    known = request.actor.is_known
    if request.method != "POST":
        return _code_page(request, CodeForm())
    code = normalise_credit_code(request.POST.get("uscc", ""))[:60]
    if (limited := refused(request, "claim", code)) is not None:
        return limited
    code_form = CodeForm(request.POST)
    if not code_form.is_valid():
        return _code_page(request, code_form)
    try:
        organisation = organisation_claimed(code_form.cleaned_data["uscc"])
    except DomainError as error:
        code_form.add_error("uscc", error.message)
        return _code_page(request, code_form)
    form_class = ClaimForm if known else NewAccountClaimForm
    if request.POST.get("step") != "submit":
        return _claim_page(request, organisation, form_class(initial={"uscc": code}))
    form = form_class(request.POST, request.FILES)
    return _submit(request, form) or _claim_page(request, organisation, form)


def _code_page(request: PageRequest, form: CodeForm) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(request, "accounts/claim_code.html", {"form": form}, status=status)


def _claim_page(request: PageRequest, organisation: Organisation, form: ClaimForm) -> HttpResponse:
    return render(
        request,
        "accounts/claim_form.html",
        {"form": form, "organisation": organisation},
        status=422 if form.is_bound else 200,
    )


def _submit(request: PageRequest, form: ClaimForm) -> HttpResponse | None:
    """To the page where the claim is followed; None when something is to be corrected."""
    if not form.is_valid():
        return None
    data: dict[str, Any] = form.cleaned_data
    now = timezone.now()
    try:
        if request.actor.is_known:
            claim, _secret = claim_organisation(actor=request.actor, now=now, **data)
            say(request, _("认领已提交，请等候审核。"))
            return HttpResponseRedirect(reverse("claim", args=[claim.public_id]))
        claim, secret = claim_as_new_user(now=now, **data)
    except DomainError as error:
        # A file is told of as `file`; here it is the proof.
        field = "proof" if error.field == "file" else error.field
        visible = field in form.fields and field != "uscc"
        form.add_error(field if visible else None, error.message)
        return None
    mail_claim_received(claim=claim, secret=secret)
    return HttpResponseRedirect(reverse("claim-status", args=[secret]))


def _claim_of(secret: str) -> Claim:
    claim = claim_by_secret(secret)
    if claim is None:
        raise NotFound(_("没有这份认领，链接可能不完整。请打开提交后保存的完整链接，或重新提交。"))
    return claim


@open_page()
def claim_status(request: PageRequest, secret: str) -> HttpResponse:
    """How far a claim is, for whoever has its link."""
    claim = _claim_of(secret)
    return render(
        request,
        "accounts/claim_status.html",
        {
            "claim": claim,
            "secret": secret,
            "address": request.build_absolute_uri(request.path),
            "pending": claim.status == ClaimStatus.PENDING,
        },
    )


@open_page("POST")
def claim_status_withdraw(_request: PageRequest, secret: str) -> HttpResponse:
    """Take a claim back by its link."""
    withdraw_claim(claim=_claim_of(secret), secret=secret, now=timezone.now())
    return HttpResponseRedirect(reverse("claim-status", args=[secret]))
