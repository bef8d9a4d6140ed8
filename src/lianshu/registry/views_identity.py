"""Pages about who an organisation is: its names, numbers, links and place."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.authority import require
from lianshu.records.errors import NotFound
from lianshu.registry.asking import Step, ask, asked_day
from lianshu.registry.forms_identity import LinkForm, NameForm, NumberForm, PlaceForm
from lianshu.registry.lists import organisation_page
from lianshu.registry.models import Organisation
from lianshu.registry.queries.identity import identifier_of, identity_of, link_to, name_of
from lianshu.registry.rules import can_edit_organisation, can_manage_organisation
from lianshu.registry.services import (
    add_link,
    add_name,
    end_identifier,
    end_link,
    move_organisation,
    remove_name,
    set_identifier,
)
from lianshu.registry.views import get_organisation
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page


def identity_page(organisation: Organisation) -> str:
    """Where names, numbers and links of an organisation are kept."""
    return reverse("organisation-identity", args=[organisation.public_id])


def trail_of(organisation: Organisation) -> list[Step]:
    """The way to its identity page."""
    return [
        (organisation.name, organisation_page(organisation)),
        (_("身份与名称"), identity_page(organisation)),
    ]


@page()
def organisation_identity(request: PageRequest, public_id: str) -> HttpResponse:
    """Everything that says who it is, with what the reader may change of it."""
    organisation = get_organisation(request.actor, public_id)
    return render(
        request,
        "registry/identity.html",
        {
            "organisation": organisation,
            "identity": identity_of(request.actor, organisation),
            "can_edit": can_edit_organisation(request.actor, organisation),
            "can_manage": can_manage_organisation(request.actor, organisation),
            "today": timezone.localdate(),
        },
    )


@page("GET", "POST")
def name_new(request: PageRequest, public_id: str) -> HttpResponse:
    """Another name of an organisation."""
    organisation = get_organisation(request.actor, public_id)
    require(can_edit_organisation(request.actor, organisation))
    form = NameForm(request.POST or None)

    def act() -> tuple[str, str]:
        made = add_name(
            actor=request.actor,
            organisation=organisation,
            now=timezone.now(),
            **form.cleaned_data,
        )
        said = _("已添加%(kind)s“%(name)s”，按它也能找到这家单位。")
        return said % {
            "kind": made.get_kind_display(),
            "name": made.value,
        }, identity_page(organisation)

    return ask(request, form, act, heading=_("添加名称"), trail=trail_of(organisation))


@page("POST")
def name_remove(request: PageRequest, public_id: str, pk: int) -> HttpResponse:
    """Take away a name that was never right."""
    organisation = get_organisation(request.actor, public_id)
    name = name_of(request.actor, organisation, pk)
    if name is None:
        raise NotFound(_("没有这个名称，可能已被删除。"))
    remove_name(actor=request.actor, name=name, now=timezone.now())
    say(request, _("已删除“%(name)s”。") % {"name": name.value})
    return HttpResponseRedirect(identity_page(organisation))


@page("GET", "POST")
def number_new(request: PageRequest, public_id: str) -> HttpResponse:
    """Another number of an organisation."""
    organisation = get_organisation(request.actor, public_id)
    require(can_manage_organisation(request.actor, organisation))
    form = NumberForm(request.POST or None)

    def act() -> tuple[str, str]:
        made = set_identifier(
            actor=request.actor,
            organisation=organisation,
            now=timezone.now(),
            **form.cleaned_data,
        )
        said = _("已登记%(kind)s %(value)s。")
        return said % {
            "kind": made.get_kind_display(),
            "value": made.value,
        }, identity_page(organisation)

    return ask(request, form, act, heading=_("登记号码"), trail=trail_of(organisation))


@page("POST")
def number_end(request: PageRequest, public_id: str, pk: int) -> HttpResponse:
    """Say that a number is no longer in use."""
    organisation = get_organisation(request.actor, public_id)
    identifier = identifier_of(request.actor, organisation, pk)
    if identifier is None:
        raise NotFound(_("没有这个号码，可能已被删除。"))
    end_identifier(
        actor=request.actor, identifier=identifier, on=asked_day(request), now=timezone.now()
    )
    say(request, _("%(value)s 已停用。") % {"value": identifier.value})
    return HttpResponseRedirect(identity_page(organisation))


@page("GET", "POST")
def link_new(request: PageRequest, public_id: str) -> HttpResponse:
    """Somebody who has power over an organisation."""
    organisation = get_organisation(request.actor, public_id)
    require(can_manage_organisation(request.actor, organisation))
    form = LinkForm(request.actor, request.POST or None)

    def act() -> tuple[str, str]:
        made = add_link(
            actor=request.actor, subject=organisation, now=timezone.now(), **form.cleaned_data
        )
        said = _("已登记“%(holder)s”为%(kind)s。")
        return said % {
            "holder": made.holder.name,
            "kind": made.get_kind_display(),
        }, identity_page(organisation)

    return ask(
        request,
        form,
        act,
        heading=_("登记上级、股东或实际控制"),
        trail=trail_of(organisation),
        note=_("用于回避：有上下级、控制或过半持股关系的单位不互相评审、竞标和遴选。"),
    )


@page("POST")
def link_end(request: PageRequest, public_id: str, pk: int) -> HttpResponse:
    """The relation holds no longer."""
    organisation = get_organisation(request.actor, public_id)
    link = link_to(request.actor, organisation, pk)
    if link is None:
        raise NotFound(_("没有这条关系，可能已被删除。"))
    end_link(actor=request.actor, link=link, on=asked_day(request), now=timezone.now())
    say(request, _("“%(holder)s”的关系已结束。") % {"holder": link.holder.name})
    return HttpResponseRedirect(identity_page(organisation))


@page("GET", "POST")
def organisation_move(request: PageRequest, public_id: str) -> HttpResponse:
    """Give an organisation another region or chain."""
    organisation = get_organisation(request.actor, public_id)
    require(can_manage_organisation(request.actor, organisation))
    form = PlaceForm(request.actor, request.POST or None, initial=PlaceForm.values_of(organisation))

    def act() -> tuple[str, str]:
        region = form.chosen_region()
        assert region is not None  # the field is required
        move_organisation(
            actor=request.actor,
            organisation=organisation,
            region=region,
            chain=form.chosen_chain(),
            now=timezone.now(),
        )
        return _("已保存。"), identity_page(organisation)

    return ask(
        request,
        form,
        act,
        heading=_("调整区域和产业链"),
        trail=trail_of(organisation),
        note=_("数据、资质和专员服务会随单位归到新的区域和产业链，由那里的链办和管理员负责。"),
    )
