"""Letting chosen running cases go by another version of their loop: the map of steps, what would
become of each case, and then doing it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.casework.models import Case, LoopVersion
from lianshu.casework.queries import cases_on_other_versions, versions_of
from lianshu.casework.runtime import running_loop
from lianshu.casework.services.migrating import Migration, migrate_cases
from lianshu.casework.written import said
from lianshu.records.errors import DomainError, NotFound
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page


@page("GET", "POST")
def loop_migrate(request: PageRequest, loop: str) -> HttpResponse:
    """POST shows what would become of the chosen cases; with `step=run` it happens."""
    versions = versions_of(loop)
    if not versions:
        raise NotFound(_("没有这个流程，它可能还没有发布。"))
    given = request.POST if request.method == "POST" else request.GET
    to = next((each for each in versions if str(each.version) == given.get("to")), versions[0])
    cases = list(cases_on_other_versions(request.actor, to))
    places = _places(cases, to, given.dict())
    chosen = set(request.POST.getlist("case"))
    steps = {place["id"]: place["to"] for place in places if place["to"]}
    found: list[Migration] = []
    if request.method == "POST":
        if not chosen:
            raise DomainError(_("没有选中任何办件。请勾选要换版本的办件后再试。"))
        run = request.POST.get("step") == "run"
        for case in cases:
            if case.public_id in chosen:
                found += migrate_cases(
                    actor=request.actor,
                    cases=[case],
                    to=to,
                    steps={name: step for name, step in steps.items() if name == case.step},
                    now=timezone.now(),
                    preview=not run,
                )
        if run:
            done = sum(not each.why_not for each in found)
            words = {"done": done, "version": to.version}
            say(request, _("%(done)d 件已改走第 %(version)d 版。") % words)
            if done == len(found):
                return HttpResponseRedirect(reverse("loop", args=[loop]))
    return render(
        request,
        "casework/loop_migrate.html",
        {
            "versions": versions,
            "to": to,
            "title": said(running_loop(to).loop.title),
            "places": places,
            "cases": cases,
            "chosen": chosen,
            "found": found,
            "movable": any(not each.why_not for each in found),
        },
    )


def _places(
    cases: Iterable[Case], to: LoopVersion, given: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Each step at which one of the cases is, with the steps it could become; the step of the same
    id is proposed, none where there is none: a case moves only where somebody says to."""
    new = running_loop(to)
    choices = [(step.id, said(step.name)) for step in new.loop.steps]
    places: dict[str, dict[str, Any]] = {}
    for case in cases:
        old = running_loop(case.loop_version)
        if case.step not in places:
            proposed = case.step if case.step in new.steps else ""
            places[case.step] = {
                "id": case.step,
                "name": said(old.step(case.step).name),
                "count": 0,
                "choices": choices,
                "to": given.get(f"map-{case.step}", proposed),
            }
        places[case.step]["count"] += 1
    return list(places.values())
