"""One person for account managers: grants, a lost password, blocking."""

from __future__ import annotations

from allauth.account.internal.flows.password_reset import request_password_reset
from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from lianshu.accounts.lists import CAPABILITY_NAMES
from lianshu.accounts.models import Membership
from lianshu.accounts.queries_joining import grants_of, managed_membership
from lianshu.accounts.services import (
    block_user,
    give_grant,
    note_reset_mail,
    take_grant,
    unblock_user,
)
from lianshu.authority import Capability
from lianshu.records.errors import DomainError, NotFound
from lianshu.registry.lists import region_options
from lianshu.registry.queries import all_chains, all_regions
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page

EVERY = "*"


class GrantForm(forms.Form):
    """What, where, and in which chain: each is chosen, none is assumed."""

    capability = forms.ChoiceField(
        label=_lazy("能力"),
        choices=[("", _lazy("请选择")), *((str(c), n) for c, n in CAPABILITY_NAMES.items())],
    )
    region = forms.ChoiceField(label=_lazy("区域（含下级）"))
    chain = forms.ChoiceField(
        label=_lazy("产业链"),
        help_text=_lazy("限于一条产业链的授权，够不到没有归入产业链的单位和内容。"),
    )

    def __init__(self, request: PageRequest) -> None:
        super().__init__(request.POST if request.method == "POST" else None)
        regions, chains = self.fields["region"], self.fields["chain"]
        assert isinstance(regions, forms.ChoiceField)
        assert isinstance(chains, forms.ChoiceField)
        regions.choices = [
            ("", _("请选择")),
            *((option.value, option.indented) for option in region_options(request.actor)),
        ]
        self._chains = {chain.public_id: chain for chain in all_chains()}
        chains.choices = [
            ("", _("请选择")),
            (EVERY, _("全部产业链")),
            *((key, chain.name) for key, chain in self._chains.items()),
        ]

    def give(self, request: PageRequest, membership: Membership) -> None:
        """Give what was chosen."""
        data = self.cleaned_data
        give_grant(
            actor=request.actor,
            membership=membership,
            capability=Capability(data["capability"]),
            region=next(each for each in all_regions() if each.public_id == data["region"]),
            chain=self._chains.get(data["chain"]),
            every_chain=data["chain"] == EVERY,
            now=timezone.now(),
        )


def _membership(request: PageRequest, membership_id: int) -> Membership:
    found = managed_membership(request.actor, membership_id, now=timezone.now())
    if found is None:
        raise NotFound(_("没有这位人员，或者不在您管理账号的范围内。请从账号清单进入。"))
    return found


def _back(membership_id: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("user", args=[membership_id]))


@page("GET", "POST")
def user(request: PageRequest, membership_id: int) -> HttpResponse:
    """The person and the grants of this membership; a POST gives one more."""
    membership = _membership(request, membership_id)
    form = GrantForm(request)
    if form.is_valid():
        try:
            form.give(request, membership)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            say(request, _("已授权。"))
            return _back(membership_id)
    return render(
        request,
        "accounts/user.html",
        {
            "membership": membership,
            "person": membership.user,
            "grants": [
                (grant, CAPABILITY_NAMES.get(grant.capability, grant.capability))
                for grant in grants_of(membership)
            ],
            "form": form,
            "own": membership.user_id in request.actor.stands_for,
        },
        status=422 if form.is_bound else 200,
    )


@page("POST")
def grant_take(request: PageRequest, membership_id: int, grant_id: int) -> HttpResponse:
    """Take one grant back."""
    grant = grants_of(_membership(request, membership_id)).filter(pk=grant_id).first()
    if grant is None:
        raise NotFound(_("这项授权已经收回，请刷新页面。"))
    take_grant(actor=request.actor, grant=grant, now=timezone.now())
    say(request, _("授权已收回。"))
    return _back(membership_id)


@page("POST")
def user_block(request: PageRequest, membership_id: int) -> HttpResponse:
    """Nothing of the person's opens any more."""
    membership = _membership(request, membership_id)
    block_user(actor=request.actor, user=membership.user, now=timezone.now())
    say(
        request,
        _("%(name)s的账号已停用。") % {"name": membership.user.name},
        undo=reverse("user-unblock", args=[membership_id]),
    )
    return _back(membership_id)


@page("POST")
def user_unblock(request: PageRequest, membership_id: int) -> HttpResponse:
    """The person may log in again."""
    membership = _membership(request, membership_id)
    unblock_user(actor=request.actor, user=membership.user, now=timezone.now())
    say(request, _("%(name)s的账号已恢复。") % {"name": membership.user.name})
    return _back(membership_id)


@page("POST")
def user_reset(request: PageRequest, membership_id: int) -> HttpResponse:
    """Send the mail by which the person sets a new password."""
    membership = _membership(request, membership_id)
    note_reset_mail(actor=request.actor, membership=membership, now=timezone.now())
    # Not by the form, which writes to everybody who has this address.
    request_password_reset(request, membership.user.email, [membership.user], None)
    say(request, _("重设密码的邮件已发到%(name)s登记的邮箱。") % {"name": membership.user.name})
    return _back(membership_id)
