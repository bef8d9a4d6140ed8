"""Pages of what recurs: one of them with its history, and switching on and off."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.authority import Actor, require
from lianshu.casework.forms_schedules import AgainForm, SwitchOnForm
from lianshu.casework.lists_schedules import recurrence_row
from lianshu.casework.models import Recurrence
from lianshu.casework.queries import versions_of
from lianshu.casework.queries_schedules import (
    free_spots,
    history_of,
    openings_with_counts,
    recurrence_by_id,
    schedule_in_use,
)
from lianshu.casework.reading import said
from lianshu.casework.recurring import coming, opening_named, opening_of, rhythm_said
from lianshu.casework.rules_schedules import can_switch
from lianshu.casework.runtime import running_loop
from lianshu.casework.services.recurring import resume, switch_off, switch_on
from lianshu.records.errors import Conflict, DomainError, NotFound
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page

COMING: Final = 5
HISTORY: Final = 60


def _find(actor: Actor, public_id: str) -> Recurrence:
    found = recurrence_by_id(actor, public_id)
    if found is None:
        raise NotFound(_("没有这项日程，或者它不在您负责的范围内。"))
    return found


@page()
def recurrence(request: PageRequest, public_id: str) -> HttpResponse:
    """What it opens and when, and what came of each time."""
    found = _find(request.actor, public_id)
    opening = opening_of(found)
    return render(
        request,
        "casework/recurrence.html",
        {
            "row": recurrence_row(found),
            "recurrence": found,
            "loop": opening.loop,
            "loop_title": _loop_title(opening.loop),
            "subject": said(opening.subject),
            "note": said(opening.note),
            "coming": coming(found, COMING),
            "history": history_of(found, HISTORY),
            "may": can_switch(request.actor, found),
        },
    )


def _loop_title(loop: str) -> str:
    versions = versions_of(loop)
    return said(running_loop(versions[0]).loop.title) if versions else loop


@page()
def recurrence_choose(request: PageRequest) -> HttpResponse:
    """Every opening of the published schedules."""
    offers = [
        {
            "schedule": version.schedule,
            "title": version.title,
            "id": opening.id,
            "name": said(opening.name),
            "rhythm": rhythm_said(opening.rhythm),
            "per": opening.per,
            "count": count,
        }
        for version, opening, count in openings_with_counts(request.actor)
    ]
    return render(request, "casework/recurrence_choose.html", {"offers": offers})


@page("GET", "POST")
def recurrence_new(request: PageRequest, schedule: str, opening: str) -> HttpResponse:
    """For whom it recurs in each place of one's care; POST switches it on."""
    version = schedule_in_use(schedule)
    known = None if version is None else opening_named(version, opening)
    if version is None or known is None:
        raise NotFound(_("没有这项日程，它可能还没有发布。"))
    now = timezone.now()
    spots = free_spots(request.actor, version, known)
    form = SwitchOnForm(
        request.POST or None,
        actor=request.actor,
        spots=spots,
        today=timezone.localdate(now),
    )
    if form.is_valid():
        try:
            switch_on(
                actor=request.actor,
                version=version,
                opening=opening,
                places=form.places(),
                first_on=form.cleaned_data["first_on"],
                now=now,
            )
        except Conflict:
            raise
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            say(request, _("已开启：%(name)s。") % {"name": said(known.name)})
            return HttpResponseRedirect(reverse("schedules"))
    return render(
        request,
        "casework/recurrence_new.html",
        {
            "form": form,
            "spots": spots,
            "name": said(known.name),
            "rhythm": rhythm_said(known.rhythm),
            "subject": said(known.subject),
            "note": said(known.note),
        },
        status=422 if form.is_bound else 200,
    )


@page("GET", "POST")
def recurrence_on(request: PageRequest, public_id: str) -> HttpResponse:
    """Switch on again, or go on for another organisation."""
    found, now = _find(request.actor, public_id), timezone.now()
    require(can_switch(request.actor, found))
    form = AgainForm(
        request.POST or None,
        actor=request.actor,
        recurrence=found,
        today=timezone.localdate(now),
    )
    if form.is_valid():
        try:
            resume(actor=request.actor, recurrence=found, now=now, **form.cleaned_data)
        except DomainError as error:
            place = (error.field or "").startswith("place-")
            form.add_error("organisation" if place else error.field, error.message)
        else:
            say(request, _("已开启：%(name)s。") % {"name": found.name})
            return HttpResponseRedirect(reverse("recurrence", args=[public_id]))
    return render(
        request,
        "casework/recurrence_on.html",
        {"form": form, "recurrence": found, "row": recurrence_row(found)},
        status=422 if form.is_bound else 200,
    )


@page("POST")
def recurrence_off(request: PageRequest, public_id: str) -> HttpResponse:
    """No more cases from now on."""
    found = switch_off(
        actor=request.actor, recurrence=_find(request.actor, public_id), now=timezone.now()
    )
    say(request, _("已关闭：%(name)s。已开出的办件照常办理。") % {"name": found.name})
    return HttpResponseRedirect(reverse("recurrence", args=[public_id]))
