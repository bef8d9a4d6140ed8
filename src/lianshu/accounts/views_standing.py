"""Acting for somebody: choosing for whom, naming a substitute, recording and revoking mandates."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account.views import password_change as change_password
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.accounts.forms_standing import MandateForm, ReasonForm, SubstituteForm
from lianshu.accounts.lists_standing import act_rows, mandate_page
from lianshu.accounts.middleware import ACTING_FOR
from lianshu.accounts.models import Mandate, Substitution, User
from lianshu.accounts.queries_joining import membership_by_id
from lianshu.accounts.queries_standing import (
    agent_called,
    agent_label,
    agents_near,
    colleagues_of,
    mandate_by_id,
    mandates_of,
    my_mandates,
    my_substitutes,
    substitution_by_id,
    whom_i_stand_in_for,
    why_not_standing,
)
from lianshu.accounts.rules_standing import (
    can_act_as_oneself,
    can_ask_for_correction,
    can_name_substitute,
    can_record_mandate,
    can_revoke_mandate,
    can_see_mandate,
    can_see_mandates,
    is_owner,
)
from lianshu.accounts.services.standing_in import (
    ask_for_correction,
    end_substitution,
    name_substitute,
    record_mandate,
    revoke_mandate,
)
from lianshu.audit.queries import entries_about, entries_under
from lianshu.authority import Actor, Refusal, require
from lianshu.files.queries import files_of
from lianshu.records.errors import DomainError, NotFound
from lianshu.registry.covering import matters_in_words
from lianshu.registry.views import get_organisation
from lianshu.ui.feedback import say
from lianshu.ui.formats import day
from lianshu.ui.requests import PageRequest, page

SUGGESTIONS = 12
SHOWN_ACTS = 20
SHOWN_LINES = 50


@page("POST")
def acting_start(request: PageRequest) -> HttpResponse:
    """From now on for this organisation or colleague, until one goes back to oneself."""
    standing = request.POST.get("standing", "")
    user = request.user
    assert isinstance(user, User)
    if reason := why_not_standing(user.pk, standing, now=timezone.now()):
        raise Refusal(reason)
    request.session[ACTING_FOR] = standing
    say(request, _("已切换。您现在所办的事都会写明是代办。"))
    return HttpResponseRedirect(reverse("home"))


@page("POST")
def acting_stop(request: PageRequest) -> HttpResponse:
    """Back to oneself."""
    request.session.pop(ACTING_FOR, None)
    say(request, _("已回到您自己的身份。"))
    return HttpResponseRedirect(reverse("home"))


@page("GET", "POST")
def password_change(request: PageRequest) -> HttpResponseBase:
    """A password belongs to the person alone."""
    require(can_act_as_oneself(request.actor))
    response: HttpResponseBase = change_password(request)
    return response


@page("GET", "POST")
def substitutes(request: PageRequest) -> HttpResponse:
    """For whom I may act, who acts for me, and naming somebody."""
    actor, now = request.actor, timezone.now()
    user = request.user
    assert isinstance(user, User)
    colleagues = list(colleagues_of(user.pk, now=now))
    form = SubstituteForm(request.POST or None, colleagues=colleagues)
    if form.is_valid() and _name(request, form, user, now):
        return HttpResponseRedirect(reverse("substitutes"))
    return render(
        request,
        "accounts/substitutes.html",
        {
            "form": form,
            "colleagues": colleagues,
            "mandates": [_with_state(row, now) for row in my_mandates(actor)],
            "for_others": [_with_state(row, now) for row in whom_i_stand_in_for(actor)],
            "for_me": [_with_state(row, now) for row in my_substitutes(actor)],
            "may_name": can_name_substitute(actor, user),
        },
        status=422 if form.is_bound else 200,
    )


def _with_state(row: Mandate | Substitution, now: datetime) -> dict[str, Any]:
    kind = "mandate" if isinstance(row, Mandate) else "substitution"
    return {
        "row": row,
        "standing": f"{kind}:{row.pk}",
        "open": row.is_open(now),
        "holds": row.holds(now),
        "matters": matters_in_words(row.matters) if isinstance(row, Mandate) else "",
    }


def _name(request: PageRequest, form: SubstituteForm, absent: User, now: datetime) -> bool:
    data = form.cleaned_data
    substitute = colleagues_of(absent.pk, now=now).filter(pk=data["substitute"]).first()
    if substitute is None:
        form.add_error("substitute", _("这位同事已不在本单位，请重新选择。"))
        return False
    try:
        row = name_substitute(
            actor=request.actor,
            absent=absent,
            substitute=substitute,
            first=data["first"],
            last=data["last"],
            note=data["note"],
            now=now,
        )
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return False
    say(
        request,
        _("%(from)s 至 %(to)s 由%(name)s代班，已通知对方。")
        % {"from": day(row.valid_from), "to": day(row.last_day), "name": substitute.name},
    )
    return True


@page("GET", "POST")
def substitute_for(request: PageRequest, membership_id: int) -> HttpResponse:
    """An account manager names somebody for a colleague who cannot."""
    now = timezone.now()
    membership = membership_by_id(membership_id, now=now)
    if membership is None:
        raise NotFound(_("这个成员身份不存在或已经结束，请刷新页面。"))
    absent = membership.user
    require(can_name_substitute(request.actor, absent))
    form = SubstituteForm(request.POST or None, colleagues=colleagues_of(absent.pk, now=now))
    if form.is_valid() and _name(request, form, absent, now):
        place = membership.organisation
        return HttpResponseRedirect(reverse("organisation-people", args=[place.public_id]))
    return render(
        request,
        "accounts/substitute_for.html",
        {"form": form, "absent": absent, "organisation": membership.organisation},
        status=422 if form.is_bound else 200,
    )


@page("POST")
def substitution_end(request: PageRequest, substitution_id: int) -> HttpResponse:
    """Before its time."""
    row = substitution_by_id(request.actor, substitution_id)
    if row is None:
        raise NotFound(_("没有这次代班，或者它与您无关。"))
    end_substitution(actor=request.actor, substitution=row, now=timezone.now())
    say(request, _("代班已结束。"))
    return HttpResponseRedirect(reverse("substitutes"))


@page()
def organisation_mandates(request: PageRequest, public_id: str) -> HttpResponse:
    """Who may act for this organisation, for those who may know."""
    actor, now = request.actor, timezone.now()
    organisation = get_organisation(actor, public_id)
    allowed = can_see_mandates(actor, organisation)
    rows = mandates_of(organisation)[:SHOWN_LINES] if allowed.allowed else ()
    return render(
        request,
        "accounts/organisation_mandates.html",
        {
            "organisation": organisation,
            "tab": "mandates",
            "refusal": allowed.reason,
            "mandates": [_with_state(row, now) for row in rows],
            "may_record": can_record_mandate(actor, organisation).allowed,
        },
    )


@page("GET", "POST")
def mandate_new(request: PageRequest, public_id: str) -> HttpResponse:
    """Record that somebody may act for the organisation."""
    actor, now = request.actor, timezone.now()
    organisation = get_organisation(actor, public_id)
    require(can_record_mandate(actor, organisation))
    form = MandateForm(
        request.POST or None, request.FILES or None, owner=is_owner(actor, organisation)
    )
    if form.is_valid():
        data = form.cleaned_data
        agent = agent_called(organisation, data.pop("agent"), now=now)
        if isinstance(agent, str):
            form.add_error("agent", agent)
        else:
            try:
                mandate = record_mandate(
                    actor=actor, organisation=organisation, agent=agent, now=now, **data
                )
            except DomainError as error:
                field = "proof" if error.field == "file" else error.field
                form.add_error(field if field in form.fields else None, error.message)
            else:
                say(request, _("委托已登记，单位和受托人会收到通知。"))
                return HttpResponseRedirect(mandate_page(mandate))
    return render(
        request,
        "accounts/mandate_form.html",
        {"form": form, "organisation": organisation},
        status=422 if form.is_bound else 200,
    )


@page()
def mandate_agents(request: PageRequest, public_id: str) -> HttpResponse:
    """Who may be meant by what is being typed, as options of a datalist."""
    organisation = get_organisation(request.actor, public_id)
    require(can_record_mandate(request.actor, organisation))
    words = request.GET.get("agent", "").replace("\x00", "").strip()[:60]
    found = agents_near(organisation, words, now=timezone.now())[:SUGGESTIONS] if words else ()
    return render(request, "accounts/agents.html", {"labels": [agent_label(row) for row in found]})


def _mandate(actor: Actor, public_id: str) -> Mandate:
    found = mandate_by_id(public_id)
    if found is None:
        raise NotFound(_("没有这份委托，链接可能不完整。"))
    require(can_see_mandate(actor, found))
    return found


@page()
def mandate(request: PageRequest, public_id: str) -> HttpResponse:
    """One mandate: what it covers, its paper, what was done under it, and what one can do."""
    return _mandate_page(request, _mandate(request.actor, public_id))


def _mandate_page(
    request: PageRequest, found: Mandate, *, problem: str = "", status: int = 200
) -> HttpResponse:
    actor, now = request.actor, timezone.now()
    standing = f"mandate:{found.pk}"
    acts = entries_under(standing)
    own = actor.user_id == found.agent_id
    acting = actor.behalf is not None and actor.behalf.reference == standing
    is_open = found.is_open(now)
    return render(
        request,
        "accounts/mandate.html",
        {
            **_with_state(found, now),
            "mandate": found,
            "organisation": found.organisation,
            "files": files_of(found),
            "acts": act_rows(actor, list(acts[:SHOWN_ACTS]), "page"),
            "acts_total": acts.count(),
            "may_start": own and found.holds(now) and not acting,
            "acting": acting,
            "may_revoke": is_open and can_revoke_mandate(actor, found).allowed,
            "may_correct": is_open and can_ask_for_correction(actor, found).allowed,
            "form": ReasonForm(),
            "problem": problem,
            "record": entries_about(found)[:SHOWN_LINES],
        },
        status=status,
    )


@page("POST")
def mandate_revoke(request: PageRequest, public_id: str) -> HttpResponse:
    """The agent acts for the organisation no more."""
    found = _mandate(request.actor, public_id)
    try:
        revoke_mandate(
            actor=request.actor,
            mandate=found,
            reason=request.POST.get("reason", ""),
            now=timezone.now(),
        )
    except DomainError as error:
        if not error.field:
            raise
        return _mandate_page(request, found, problem=error.message, status=422)
    say(request, _("委托已撤销，对方会收到通知。"))
    return HttpResponseRedirect(mandate_page(found))


@page("POST")
def mandate_correct(request: PageRequest, public_id: str) -> HttpResponse:
    """Ask whoever recorded it to put it right."""
    found = _mandate(request.actor, public_id)
    try:
        ask_for_correction(
            actor=request.actor,
            mandate=found,
            text=request.POST.get("reason", ""),
            now=timezone.now(),
        )
    except DomainError as error:
        if not error.field:
            raise
        return _mandate_page(request, found, problem=error.message, status=422)
    say(request, _("已请登记人更正，对方会收到通知。"))
    return HttpResponseRedirect(mandate_page(found))
