"""Pages of merging, splitting and taking it back."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.authority import Actor, require
from lianshu.records.errors import DomainError, NotFound
from lianshu.registry.asking import ask
from lianshu.registry.forms_identity import MergeForm, SplitForm
from lianshu.registry.lists import organisation_page
from lianshu.registry.models import Organisation
from lianshu.registry.queries.identity import identity_of, succession_by_id
from lianshu.registry.rules import can_manage_organisation
from lianshu.registry.services import (
    merge_organisation,
    preview_merge,
    split_organisation,
    undo_merge,
)
from lianshu.registry.views import get_organisation
from lianshu.registry.views_identity import trail_of
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page


@page("GET", "POST")
def organisation_merge(request: PageRequest, public_id: str) -> HttpResponse:
    """Ask for the other one, show both side by side with what would follow, and merge."""
    predecessor = get_organisation(request.actor, public_id)
    require(can_manage_organisation(request.actor, predecessor))
    looking = "preview" in request.POST
    form = MergeForm(request.actor, request.POST or None)
    form.fields["reason"].required = not looking
    context: dict[str, Any] = {"form": form, "organisation": predecessor}
    if form.is_valid():
        successor: Organisation = form.cleaned_data["successor"]
        kind: str = form.cleaned_data["kind"]
        try:
            if not looking:
                return _merged(request, predecessor, form.cleaned_data)
            context |= _preview(request.actor, predecessor, successor, kind)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
    form.fields["reason"].required = True  # as the merging itself will want it
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "registry/merge.html", context, status=status)


def _preview(
    actor: Actor, predecessor: Organisation, successor: Organisation, kind: str
) -> dict[str, Any]:
    if successor.pk == predecessor.pk:
        raise DomainError(_("单位不能并入自己，请改选另一家。"), field="successor")
    return {
        "successor": successor,
        "both": [(each, identity_of(actor, each)) for each in (predecessor, successor)],
        "lines": preview_merge(
            actor=actor, predecessor=predecessor, successor=successor, kind=kind
        ),
    }


def _merged(request: PageRequest, predecessor: Organisation, data: dict[str, Any]) -> HttpResponse:
    made = merge_organisation(
        actor=request.actor,
        predecessor=predecessor,
        successor=data["successor"],
        kind=data["kind"],
        reason=data["reason"],
        on=data["on"],
        now=timezone.now(),
    )
    said = _("“%(gone)s”已并入“%(stays)s”。")
    say(
        request,
        said % {"gone": made.predecessor.name, "stays": made.successor.name},
        undo=reverse("succession-undo", args=[made.public_id]),
    )
    return HttpResponseRedirect(organisation_page(made.successor))


@page("GET", "POST")
def organisation_split(request: PageRequest, public_id: str) -> HttpResponse:
    """Say what an organisation was split into."""
    organisation = get_organisation(request.actor, public_id)
    require(can_manage_organisation(request.actor, organisation))
    form = SplitForm(request.actor, request.POST or None)

    def act() -> tuple[str, str]:
        made = split_organisation(
            actor=request.actor,
            predecessor=organisation,
            now=timezone.now(),
            **form.cleaned_data,
        )
        names = "、".join(each.successor.name for each in made)
        return _("已登记分立：%(names)s。") % {"names": names}, organisation_page(organisation)

    return ask(
        request,
        form,
        act,
        heading=_("登记分立"),
        trail=trail_of(organisation),
        note=_("分立只作登记，需求、资源、人员和数据都不移动；归谁的，请逐项办理。"),
    )


@page("POST")
def succession_undo(request: PageRequest, public_id: str) -> HttpResponse:
    """Take a merge or split back."""
    succession = succession_by_id(request.actor, public_id)
    if succession is None:
        raise NotFound(_("没有这次合并，链接可能不完整。"))
    back = undo_merge(actor=request.actor, succession=succession, now=timezone.now())
    say(request, _("已撤销，“%(name)s”恢复为单独的单位。") % {"name": back.name})
    return HttpResponseRedirect(organisation_page(back))
