"""Somebody leaves: what is open, who takes it over, and the end of the membership."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.accounts.forms_standing import LeavingForm
from lianshu.accounts.handover import Leaving, in_words, open_work
from lianshu.accounts.queries_joining import membership_by_id
from lianshu.accounts.queries_standing import members_besides
from lianshu.accounts.rules import can_manage_members
from lianshu.accounts.services import end_membership
from lianshu.authority import require
from lianshu.records.errors import DomainError, NotFound
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page


@page("GET", "POST")
def membership_end(request: PageRequest, membership_id: int) -> HttpResponse:
    """The person no longer belongs to the organisation."""
    actor, now = request.actor, timezone.now()
    membership = membership_by_id(membership_id, now=now)
    if membership is None:
        raise NotFound(_("这个成员身份不存在或已经结束，请刷新页面。"))
    organisation, user = membership.organisation, membership.user
    require(can_manage_members(actor, organisation))
    work = open_work(Leaving(actor, user, organisation, now))
    colleagues = members_besides(organisation, user.pk, now=now) if work else ()
    form = LeavingForm(request.POST if request.method == "POST" else None, colleagues=colleagues)
    if form.is_valid():
        chosen = form.cleaned_data.get("successor")
        successor = next((each for each in colleagues if each.pk == chosen), None)
        try:
            handed = end_membership(
                actor=actor, membership=membership, successor=successor, now=now
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            told = {"name": user.name, "organisation": organisation.name}
            say(request, _("%(name)s不再是“%(organisation)s”的成员。") % told)
            if handed and successor is not None:
                say(
                    request,
                    _("%(what)s已移交给%(name)s。")
                    % {"what": _("、").join(handed), "name": successor.name},
                )
            return HttpResponseRedirect(
                reverse("organisation-people", args=[organisation.public_id])
            )
    return render(
        request,
        "accounts/membership_end.html",
        {
            "form": form,
            "membership": membership,
            "organisation": organisation,
            "work": in_words(work),
        },
        status=422 if form.errors else 200,
    )
