"""Pages that write the register. One organisation's page stands in web, which sees all apps."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.authority import Actor, Capability, Refusal, require
from lianshu.records.errors import DomainError, NotFound
from lianshu.registry.forms import NewOrganisationForm, OrganisationForm
from lianshu.registry.lists import organisation_page
from lianshu.registry.models import Organisation
from lianshu.registry.queries import organisation_by_id, organisations_for
from lianshu.registry.rules import can_edit_organisation
from lianshu.registry.services import create_organisation, edit_organisation
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page

SUGGESTIONS = 12


def get_organisation(actor: Actor, public_id: str) -> Organisation:
    """The organisation, or `NotFound`."""
    organisation = organisation_by_id(actor, public_id)
    if organisation is None:
        raise NotFound(_("没有这家单位，链接可能不完整。请在单位名录里查找。"))
    return organisation


@page("GET", "POST")
def organisation_new(request: PageRequest) -> HttpResponse:
    """Register an organisation."""
    if not request.actor.has(Capability.MANAGE_ORGANISATIONS):
        raise Refusal(_("您没有登记单位的授权，请联系平台管理员。"))
    form = NewOrganisationForm(request.POST or None)
    if form.is_valid():
        data = form.cleaned_data
        try:
            organisation = create_organisation(
                actor=request.actor,
                name=data["name"],
                short_name=data["short_name"],
                kind=data["kind"],
                form=data["form"],
                uscc=data["uscc"],
                uscc_override=data["uscc_override"],
                region=form.chosen_region(),
                chain=form.chosen_chain(),
                introduction=data["introduction"],
                now=timezone.now(),
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            say(request, _("已登记“%(name)s”。") % {"name": organisation.name})
            return HttpResponseRedirect(organisation_page(organisation))
    return render(
        request,
        "registry/organisation_form.html",
        {"form": form},
        status=422 if form.is_bound else 200,
    )


@page("GET", "POST")
def organisation_edit(request: PageRequest, public_id: str) -> HttpResponse:
    """Correct an organisation's data."""
    organisation = get_organisation(request.actor, public_id)
    require(can_edit_organisation(request.actor, organisation))
    form = (
        OrganisationForm(request.POST)
        if request.method == "POST"
        else OrganisationForm.of(organisation)
    )
    if form.is_valid():
        try:
            edit_organisation(
                actor=request.actor,
                organisation=organisation,
                changes=form.cleaned_data,
                now=timezone.now(),
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            say(request, _("已保存。"))
            return HttpResponseRedirect(organisation_page(organisation))
    return render(
        request,
        "registry/organisation_form.html",
        {"form": form, "organisation": organisation},
        status=422 if form.is_bound else 200,
    )


@page()
def organisation_names(request: PageRequest) -> HttpResponse:
    """Names that fit what is being typed, as options of a datalist."""
    typed = request.GET.get(next(iter(request.GET), ""), "")  # whatever the field is called
    words = typed.replace("\x00", "").strip()[:60]
    found = organisations_for(request.actor).found_by(words)[:SUGGESTIONS] if words else ()
    return render(request, "registry/names.html", {"organisations": found})
