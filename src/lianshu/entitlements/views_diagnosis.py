"""A firm's own page of policies: what it has, what it lacks, and what it says of that."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.authority import require
from lianshu.engine.policy import facts_of
from lianshu.engine.policy.telling import speaker_of
from lianshu.entitlements.diagnosis import (
    Diagnosis,
    PolicyReading,
    diagnose,
    language_now,
    read_one,
)
from lianshu.entitlements.forms_diagnosis import FeedbackForm, OnForm
from lianshu.entitlements.models import FeedbackKind, PolicyVersion
from lianshu.entitlements.queries_diagnosis import (
    decision_by_id,
    decisions_of,
    feedback_of,
    version_by_name,
)
from lianshu.entitlements.rules import can_give_feedback, can_read_diagnosis
from lianshu.entitlements.services.deciding import keep_decision
from lianshu.entitlements.services.feedback import give_feedback
from lianshu.records.errors import DomainError, NotFound
from lianshu.registry.dictionary import OWN_SOURCE, fact_dictionary
from lianshu.registry.models import Organisation
from lianshu.registry.services.told import record_list_told
from lianshu.registry.views import get_organisation
from lianshu.ui.feedback import say
from lianshu.ui.requests import PageRequest, page


def _asked_day(request: PageRequest) -> date:
    form = OnForm(request.GET)
    asked: date | None = form.cleaned_data["on"] if form.is_valid() else None
    return asked or timezone.localdate()


def diagnosis_page(organisation: Organisation) -> str:
    """Where it stands."""
    return reverse("organisation-diagnosis", args=[organisation.public_id])


@page()
def organisation_diagnosis(request: PageRequest, public_id: str) -> HttpResponse:
    """Entitled, nearly, unknown, to be judged, not for it: with the firm's own figures."""
    organisation = get_organisation(request.actor, public_id)
    require(can_read_diagnosis(request.actor, organisation))
    on = _asked_day(request)
    found = diagnose(request.actor, organisation, on=on)
    return render(
        request,
        "entitlements/diagnosis.html",
        {
            "organisation": organisation,
            "tab": "diagnosis",
            "diagnosis": found,
            "form": OnForm(initial={"on": on}),
            "tiles": _tiles(found),
            "decisions": list(decisions_of(request.actor, organisation)[:8]),
            "feedback": list(feedback_of(request.actor, organisation)[:8]),
            "may_speak": can_give_feedback(request.actor, organisation).allowed,
        },
    )


def _tiles(found: Diagnosis) -> list[tuple[str, int, str, str]]:
    return [(group.title, len(group.readings), group.id, group.icon) for group in found.groups]


def _version(policy: str, version: str) -> PolicyVersion:
    row = version_by_name(policy, version)
    if row is None or row.retired_at is not None:
        raise NotFound(_("没有这项政策，或者它已停用。"))
    return row


@page("POST")
def decision_keep(request: PageRequest, public_id: str, policy: str, version: str) -> HttpResponse:
    """Keep what came out today as a decision."""
    organisation = get_organisation(request.actor, public_id)
    row = keep_decision(
        actor=request.actor,
        organisation=organisation,
        version=_version(policy, version),
        on=_asked_day(request),
        now=timezone.now(),
    )
    say(request, _("已保存这次判断：当时的规则、数据和结论都可以再查。"))
    return HttpResponseRedirect(reverse("policy-decision", args=[row.public_id]))


@page()
def policy_decision(request: PageRequest, public_id: str) -> HttpResponse:
    """A decision as it was taken: rule version, facts used, outcome per condition."""
    found = decision_by_id(request.actor, public_id)
    if found is None:
        raise NotFound(_("没有这份判断，或者它不是您的单位的。"))
    return render(
        request,
        "entitlements/decision.html",
        {
            "decision": found,
            "organisation": found.organisation,
            "may_speak": can_give_feedback(request.actor, found.organisation).allowed
            and found.version.retired_at is None,
        },
    )


@page("POST")
def list_confirm(request: PageRequest, public_id: str, kind: str) -> HttpResponse:
    """The firm says that a list is whole, empty or not."""
    organisation = get_organisation(request.actor, public_id)
    row = record_list_told(
        actor=request.actor,
        organisation=organisation,
        kind=kind,
        source=OWN_SOURCE,
        now=timezone.now(),
    )
    title = fact_dictionary().holdings_by_id[row.kind].title
    say(request, _("已记下：“%(kind)s”的清单截至今天是齐全的。") % {"kind": title})
    return HttpResponseRedirect(diagnosis_page(organisation))


@page("GET", "POST")
def policy_feedback(
    request: PageRequest, public_id: str, policy: str, version: str
) -> HttpResponse:
    """Say what is unclear, wrong or should apply."""
    organisation = get_organisation(request.actor, public_id)
    require(can_give_feedback(request.actor, organisation))
    row = _version(policy, version)
    reading = read_one(request.actor, organisation, row, on=timezone.localdate())
    form = FeedbackForm(
        request.POST if request.method == "POST" else None,
        conditions=[(each.id, f"{each.id} {each.title}") for each in reading.conditions],
        facts=_facts(reading),
        initial={key: request.GET.get(key, "") for key in ("kind", "condition", "fact")},
    )
    if form.is_valid():
        given: dict[str, Any] = form.cleaned_data
        try:
            kept = give_feedback(
                actor=request.actor,
                organisation=organisation,
                version=row,
                kind=FeedbackKind(given["kind"]),
                text=given["text"],
                condition=given["condition"],
                fact=given["fact"],
                now=timezone.now(),
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            say(request, _("已提交，执行单位会在办件里答复。"))
            assert kept.case is not None
            return HttpResponseRedirect(reverse("case", args=[kept.case.public_id]))
    return render(
        request,
        "entitlements/feedback.html",
        {"organisation": organisation, "reading": reading, "form": form},
        status=422 if form.is_bound else 200,
    )


def _facts(reading: PolicyReading) -> list[tuple[str, str]]:
    """The figures that the policy read, in words."""
    decision = reading.decision
    trees = [rule.node for rule in decision.policy.rules]
    keys = dict.fromkeys(key for tree in trees for key in facts_of(tree, decision.day))
    speaker = speaker_of(decision, fact_dictionary(), language_now())
    return [(key, speaker.key(key)) for key in keys]
