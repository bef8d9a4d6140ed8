"""One's own account, tokens and language, and new accounts for others."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import check_for_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from lianshu.accounts.forms import MailForm, NewUserForm, TokenForm
from lianshu.accounts.lists import CAPABILITY_NAMES
from lianshu.accounts.models import User
from lianshu.accounts.queries import own_tokens
from lianshu.accounts.queries_joining import own_claims
from lianshu.accounts.services import create_user, issue_token, revoke_token
from lianshu.accounts.services import set_language as remember_language
from lianshu.authority import Capability, Refusal
from lianshu.notices.models import MailChoice
from lianshu.notices.queries import mail_choice_of
from lianshu.notices.services import choose_mail
from lianshu.records.errors import DomainError
from lianshu.registry.queries import organisations_for
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page


@page()
def account(request: PageRequest) -> HttpResponse:
    """Who I am here: memberships, and what I was granted."""
    user = request.user
    assert isinstance(user, User)
    now = timezone.now()
    memberships = (
        user.memberships.active_at(now)
        .select_related("organisation")
        .prefetch_related("grants__region", "grants__chain")
    )
    return render(
        request,
        "accounts/account.html",
        {
            "person": user,
            "memberships": memberships,
            "capability_names": CAPABILITY_NAMES,
            "claims": own_claims(request.actor),
            "form": MailForm(initial={"choice": mail_choice_of(request.actor)}),
        },
    )


@page("POST")
def mail_choice(request: PageRequest) -> HttpResponse:
    """What comes by mail from now on."""
    choice = request.POST.get("choice", "")
    choose_mail(actor=request.actor, choice=choice, now=timezone.now())
    say(request, _("已保存：%(choice)s。") % {"choice": MailChoice(choice).label})
    return HttpResponseRedirect(reverse("account"))


@page("GET", "POST")
def tokens(request: PageRequest) -> HttpResponse:
    """My API tokens; a new one's secret is shown on the answer to its creation only."""
    form = TokenForm(request.POST or None)
    secret = ""
    if form.is_valid():
        data = form.cleaned_data
        _token, secret = issue_token(
            actor=request.actor,
            label=data["label"],
            may_write=data["may_write"],
            days=data["days"],
            now=timezone.now(),
        )
        form = TokenForm()
    response = render(
        request,
        "accounts/tokens.html",
        {"form": form, "secret": secret, "tokens": own_tokens(request.actor)},
        status=422 if form.is_bound else 200,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@page("POST")
def token_revoke(request: PageRequest, token_id: int) -> HttpResponse:
    """End one of my tokens."""
    revoke_token(actor=request.actor, token_id=token_id, now=timezone.now())
    say(request, _("令牌已停用，用它的程序不能再访问。"))
    return HttpResponseRedirect(reverse("tokens"))


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language of pages, and of mail for whoever is logged in."""
    code = request.POST.get("language", "")
    if isinstance(request.user, User) and check_for_language(code):
        remember_language(user_id=request.user.pk, language=code)
    response: HttpResponse = set_language(request)
    return response


@page("GET", "POST")
def user_new(request: PageRequest) -> HttpResponse:
    """A new account for somebody in an organisation I manage."""
    if not request.actor.has(Capability.MANAGE_ACCOUNTS):
        raise Refusal(_("您没有管理账号的授权，请联系平台管理员。"))
    form = NewUserForm(request.POST or None)
    if form.is_valid() and _create(request, form):
        return HttpResponseRedirect(reverse("users"))
    return render(
        request, "accounts/user_form.html", {"form": form}, status=422 if form.is_bound else 200
    )


def _create(request: PageRequest, form: NewUserForm) -> bool:
    data = form.cleaned_data
    wanted = data["organisation"].strip()
    everywhere = organisations_for(request.actor)
    found = list(everywhere.filter(public_id=wanted) or everywhere.filter(name=wanted)[:2])
    if len(found) != 1:
        form.add_error(
            "organisation",
            _("没有名称完全一致的单位，请到单位名录核对，或填写单位编号。")
            if not found
            else _("有几家单位同名，请填写单位编号。"),
        )
        return False
    try:
        validate_password(data["password"])
        user, _membership = create_user(
            actor=request.actor,
            username=data["username"],
            name=data["name"],
            password=data["password"],
            organisation=found[0],
            role=data["role"],
            email=data["email"],
            phone=data["phone"],
            now=timezone.now(),
        )
    except ValidationError as error:
        form.add_error("password", error)
        return False
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return False
    say(request, _("已为%(name)s新建账号。") % {"name": user.name})
    return True
