"""The people of one organisation: members, invitations, claims that wait."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.accounts.forms_joining import InvitationForm
from lianshu.accounts.models import Invitation, Membership, MembershipRole
from lianshu.accounts.qr import qr_svg
from lianshu.accounts.queries_joining import (
    claims_waiting_at,
    has_owner,
    invitations_for,
    members_of,
    membership_by_id,
    open_invitations,
    unused_invitations,
)
from lianshu.accounts.rules import can_invite, can_manage_accounts, can_manage_members
from lianshu.accounts.rules import can_read_members as may_read
from lianshu.accounts.services import (
    address_of_invitation,
    change_role,
    invite,
    mail_invitation,
    renew_invitations,
    revoke_invitation,
)
from lianshu.accounts.services.invitations import DAYS_USUAL
from lianshu.authority import Actor, Refusal
from lianshu.records.errors import DomainError, NotFound
from lianshu.registry.models import Organisation
from lianshu.registry.views import get_organisation
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page


def people_page(organisation: Organisation) -> str:
    """Where an organisation's people are shown."""
    return reverse("organisation-people", args=[organisation.public_id])


def _roles(actor: Actor, organisation: Organisation, now: datetime) -> list[MembershipRole]:
    """As what the actor may invite somebody."""
    owned = has_owner(organisation.pk, now=now)
    return [
        role
        for role in MembershipRole
        if can_invite(actor, organisation, role=role, has_owner=owned).allowed
    ]


@page()
def organisation_people(request: PageRequest, public_id: str) -> HttpResponse:
    """Who works here, for those who may know."""
    actor, now = request.actor, timezone.now()
    organisation = get_organisation(actor, public_id)
    allowed = may_read(actor, organisation)
    context: dict[str, Any] = {
        "organisation": organisation,
        "tab": "people",
        "refusal": allowed.reason,
    }
    if allowed.allowed:
        invitations = invitations_for(actor).filter(organisation=organisation)
        context |= {
            "members": members_of(organisation, now=now),
            "manages": can_manage_members(actor, organisation).allowed,
            "manages_accounts": can_manage_accounts(actor, organisation).allowed,
            "may_invite": bool(_roles(actor, organisation, now)),
            "owned": has_owner(organisation.pk, now=now),
            "roles": MembershipRole.choices,
            "invitations": open_invitations(invitations, now=now),
            "claims": claims_waiting_at(actor, organisation, now=now),
        }
    return render(request, "accounts/organisation_people.html", context)


@page("GET", "POST")
def organisation_invite(request: PageRequest, public_id: str) -> HttpResponse:
    """An invitation; its link and code are on the answer to this only."""
    actor, now = request.actor, timezone.now()
    organisation = get_organisation(actor, public_id)
    roles = _roles(actor, organisation, now)
    if not roles:
        owned = has_owner(organisation.pk, now=now)
        verdict = can_invite(actor, organisation, role=MembershipRole.OWNER, has_owner=owned)
        raise Refusal(verdict.reason)
    form = InvitationForm(request.POST or None, roles=roles)
    if form.is_valid():
        try:
            invitation, secret = invite(
                actor=actor, organisation=organisation, now=now, **form.cleaned_data
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            return _cards(request, [(invitation, secret)], mailed=True)
    return render(
        request,
        "accounts/invitation_form.html",
        {"form": form, "organisation": organisation},
        status=422 if form.is_bound else 200,
    )


def _cards(
    request: PageRequest, made: list[tuple[Invitation, str]], *, mailed: bool = False
) -> HttpResponse:
    """Link and code of each invitation, shown only now; mailed where one asked for that."""
    cards = []
    for invitation, secret in made:
        address = address_of_invitation(secret)
        sent = (
            mail_invitation(invitation=invitation, secret=secret)
            if mailed and invitation.email
            else None
        )
        cards.append(
            {
                "invitation": invitation,
                "address": address,
                "qr": qr_svg(address),
                "sent": sent,
            }
        )
    response = render(request, "accounts/invitation_cards.html", {"cards": cards})
    response.headers["Cache-Control"] = "no-store"
    return response


def _invitation(actor: Actor, public_id: str) -> Invitation:
    found = invitations_for(actor).filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("没有这份邀请，或者您不能管理它。请从单位的人员页面进入。"))
    return found


@page("POST")
def invitation_renew(request: PageRequest, public_id: str) -> HttpResponse:
    """A new link in place of one that was lost."""
    invitation = _invitation(request.actor, public_id)
    made = renew_invitations(
        actor=request.actor, invitations=[invitation], days=DAYS_USUAL, now=timezone.now()
    )
    return _cards(request, made, mailed=request.POST.get("mail") == "1")


@page("POST")
def invitation_revoke(request: PageRequest, public_id: str) -> HttpResponse:
    """Its link opens nothing any more."""
    invitation = _invitation(request.actor, public_id)
    revoke_invitation(actor=request.actor, invitation=invitation, now=timezone.now())
    say(request, _("邀请已撤销，原来的链接不能再用。"))
    return HttpResponseRedirect(people_page(invitation.organisation))


@page("GET", "POST")
def invitation_sheet(request: PageRequest) -> HttpResponse:
    """New links for many invitations, as cards to print and hand out."""
    wanted = (request.POST if request.method == "POST" else request.GET).get("ids", "")
    rows = invitations_for(request.actor).filter(public_id__in=wanted.split(",")[:100])
    invitations = list(unused_invitations(rows))
    if not invitations:
        raise NotFound(_("没有可以生成链接的邀请。请回到邀请清单重新选择。"))
    if request.method == "POST":
        made = renew_invitations(
            actor=request.actor, invitations=invitations, days=DAYS_USUAL, now=timezone.now()
        )
        return _cards(request, made, mailed=request.POST.get("mail") == "1")
    return render(
        request,
        "accounts/invitation_sheet.html",
        {
            "invitations": invitations,
            "ids": ",".join(each.public_id for each in invitations),
            "days": DAYS_USUAL,
            "with_mail": sum(1 for each in invitations if each.email),
        },
    )


def _membership(membership_id: int) -> Membership:
    found = membership_by_id(membership_id, now=timezone.now())
    if found is None:
        raise NotFound(_("这个成员身份不存在或已经结束，请刷新页面。"))
    return found


@page("POST")
def membership_role(request: PageRequest, membership_id: int) -> HttpResponse:
    """Owner, handler or viewer."""
    membership = _membership(membership_id)
    changed = change_role(
        actor=request.actor,
        membership=membership,
        role=request.POST.get("role", ""),
        now=timezone.now(),
    )
    say(
        request,
        _("%(name)s现在是%(role)s。")
        % {"name": changed.user.name, "role": changed.get_role_display()},
    )
    return HttpResponseRedirect(people_page(membership.organisation))
