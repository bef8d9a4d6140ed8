"""One project: both parties, its progress, and what they let each other know."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.audit.queries import entries_about
from lianshu.authority import Actor, Matter
from lianshu.exchange.disclosure import Disclosure
from lianshu.exchange.followups import followups_of
from lianshu.exchange.forms import ProjectForm
from lianshu.exchange.models import Project
from lianshu.exchange.queries import disclosed_level, project_by_id
from lianshu.exchange.rows import project_rows
from lianshu.exchange.rules import can_update_project
from lianshu.exchange.services.projects import NEXT, disclose_in_project, update_project
from lianshu.records.errors import Conflict, DomainError, NotFound
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page


def _find(actor: Actor, public_id: str) -> Project:
    project = project_by_id(actor, public_id)
    if project is None:
        raise NotFound(_("没有这个项目，或者您的单位不是它的参与方。"))
    return project


def _form(project: Project, data: object = None) -> ProjectForm:
    return ProjectForm(
        data,
        allowed=(project.status, *NEXT[project.status]),
        initial={
            "status": project.status,
            "note": project.status_note,
            "version": project.version,
        },
    )


@page("GET", "POST")
def project(request: PageRequest, public_id: str) -> HttpResponse:
    """How far it came; POST reports progress."""
    found = _find(request.actor, public_id)
    form = _form(found, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                update_project(
                    actor=request.actor,
                    project=found,
                    status=form.cleaned_data["status"],
                    note=form.cleaned_data["note"],
                    version=form.cleaned_data["version"],
                    now=timezone.now(),
                )
            except Conflict as conflict:
                form.add_error(None, conflict.message)
                status = 409
            except DomainError as error:
                form.add_error(error.field if error.field in form.fields else None, error.message)
            else:
                say(request, _("进度已更新，对方会收到通知。"))
                return HttpResponseRedirect(request.path)
    return _render(request, found, form, status)


def _render(request: PageRequest, found: Project, form: ProjectForm, status: int) -> HttpResponse:
    row = project_rows(request.actor, [found], now=timezone.now())[0]
    acting = request.actor.acting_in(Matter.POSTS)
    parties = (("demand", found.demand, found.resource), ("resource", found.resource, found.demand))
    mine = [
        (side, disclosed_level(post, other.owner_id))
        for side, post, other in parties
        if post.owner_id in acting
    ]
    return render(
        request,
        "exchange/project.html",
        {
            "project": row,
            "followups": followups_of(request.actor, found.recommendation),
            "form": form if can_update_project(request.actor, found).allowed else None,
            "mine": mine,
            "levels": [Disclosure.SUMMARY, Disclosure.IDENTITY, Disclosure.DETAIL],
            "record": entries_about(found)[:50],
        },
        status=status,
    )


@page("POST")
def project_disclose(request: PageRequest, public_id: str) -> HttpResponse:
    """Let the other party read more of one's own post."""
    found = _find(request.actor, public_id)
    try:
        level = Disclosure(int(request.POST.get("level", "")))
    except ValueError as error:
        raise DomainError(_("请选择披露到哪一级。"), field="level") from error
    disclose_in_project(
        actor=request.actor,
        project=found,
        side=request.POST.get("side", ""),
        level=level,
        now=timezone.now(),
    )
    say(request, _("已更新对方可以看到的内容：%(level)s。") % {"level": level.label})
    return HttpResponseRedirect(reverse("project", args=[found.public_id]))
