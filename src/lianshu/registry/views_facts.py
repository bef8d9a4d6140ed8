"""The pages of an organisation's data: what is known, as known when, and filling it in."""

from __future__ import annotations

import tempfile
from datetime import date, datetime, time
from typing import Any, BinaryIO, Final, cast, get_args

from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianshu.audit.queries import entries_about
from lianshu.authority import Actor, require
from lianshu.engine.sheets import Format
from lianshu.engine.tables import FactDefinition, Period, PeriodError
from lianshu.records.errors import DomainError, NotFound
from lianshu.registry.answers import FactAnswer, HoldingAnswer
from lianshu.registry.dictionary import OWN_SOURCE, fact_dictionary
from lianshu.registry.exporting_facts import PARTS, write_facts, write_holdings
from lianshu.registry.forms_facts import FactForm, WhichFactForm
from lianshu.registry.models import Fact, Organisation
from lianshu.registry.queries.facts import facts_page_rows, holdings_of, statements_of
from lianshu.registry.reading_facts import charts, fact_tables, holding_groups
from lianshu.registry.rules import (
    can_read_figures,
    can_read_organisation_record,
    can_record_about,
)
from lianshu.registry.services.entries import FactEntry
from lianshu.registry.services.supplying import supply_fact
from lianshu.registry.views import get_organisation
from lianshu.registry.wording_facts import period_words, said, uses_words, value_words
from lianshu.ui.feedback import say
from lianshu.ui.lists.export import download_of
from lianshu.ui.requests import PageRequest, page

RECORDED: Final = ("fact.recorded", "fact.corrected", "fact.recorded_many")


def _asked_day(request: PageRequest, name: str) -> date | None:
    """The day of a query parameter; what is no day is as if not asked."""
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None


def _known_on(day: date | None) -> datetime | None:
    """The end of the day by the clock of the place: all that was known on it."""
    return None if day is None else timezone.make_aware(datetime.combine(day, time.max))


def _answers(
    request: PageRequest, organisation: Organisation
) -> tuple[list[FactAnswer], list[HoldingAnswer]]:
    known, valid = _known_on(_asked_day(request, "known")), _asked_day(request, "valid")
    facts = facts_page_rows(request.actor, organisation, known_at=known, valid_on=valid)
    return facts, holdings_of(request.actor, organisation, known_at=known, valid_on=valid)


@page()
def organisation_facts(request: PageRequest, public_id: str) -> HttpResponse:
    """Facts by group and period with who said them, and what the organisation holds."""
    organisation = get_organisation(request.actor, public_id)
    facts, holdings = _answers(request, organisation)
    known, valid = _asked_day(request, "known"), _asked_day(request, "valid")
    return render(
        request,
        "registry/organisation_facts.html",
        {
            "organisation": organisation,
            "tab": "facts",
            "tables": fact_tables(facts),
            "charts": charts(facts),
            "groups": holding_groups(holdings, today=valid or known or timezone.localdate()),
            "known": known,
            "valid": valid,
            "query": request.GET.urlencode(),
            "can_record": can_record_about(request.actor, organisation, source=OWN_SOURCE),
            "reads_evidence": can_read_figures(request.actor, organisation).allowed,
        },
    )


@page()
def organisation_facts_export(
    request: PageRequest, public_id: str, part: str, format: str
) -> HttpResponseBase:
    """The facts or the holdings that the page shows, as a file."""
    if part not in PARTS or format not in get_args(Format):
        raise NotFound(_("没有这种导出。请从“数据与资质”页面上的按钮导出。"))
    organisation = get_organisation(request.actor, public_id)
    facts, holdings = _answers(request, organisation)
    file = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115  FileResponse closes it
    chosen = cast(Format, format)
    if part == "facts":
        write_facts(file, facts, chosen)
    else:
        write_holdings(file, holdings, chosen)
    what = _("数据") if part == "facts" else _("资质")
    return download_of(file, part, f"{organisation.name}-{what}", chosen)


def _asked_fact(fact: str, period: str) -> tuple[FactDefinition, Period]:
    definition = fact_dictionary().facts_by_id.get(fact)
    if definition is None:
        raise NotFound(_("数据字典里没有这一项，请从“数据与资质”页面打开。"))
    try:
        return definition, Period.parse(period)
    except PeriodError as error:
        raise NotFound(f"{error}。") from error


@page()
def organisation_fact(request: PageRequest, public_id: str, fact: str, period: str) -> HttpResponse:
    """One fact of one period: everything ever said of it, by whom, corrected when."""
    organisation = get_organisation(request.actor, public_id)
    definition, when = _asked_fact(fact, period)
    return render(
        request,
        "registry/fact.html",
        {
            "organisation": organisation,
            **_about(definition, when),
            "statements": _history(request.actor, organisation, definition, when),
            "can_record": can_record_about(request.actor, organisation, source=OWN_SOURCE),
            "reads_evidence": can_read_figures(request.actor, organisation).allowed,
        },
    )


def _about(definition: FactDefinition, period: Period) -> dict[str, Any]:
    return {
        "definition": definition,
        "title": said(definition.title),
        "meaning": said(definition.definition),
        "period": period,
        "period_words": period_words(period),
    }


def _history(
    actor: Actor, organisation: Organisation, definition: FactDefinition, period: Period
) -> list[dict[str, Any]]:
    """Every statement in words, latest first, with who wrote it for who may read the record."""
    rows = statements_of(actor, organisation, definition.id, period)
    by: dict[tuple[datetime, int | None], Any] = {}
    if rows and can_read_organisation_record(actor, organisation).allowed:
        entries = entries_about(organisation).filter(
            action__in=RECORDED, at__in={row.recorded_at for row in rows}
        )
        by = {(entry.at, entry.actor_user_id): entry for entry in entries}
    sources = fact_dictionary().sources_by_id
    return [
        {
            "row": row,
            "words": value_words(definition, row.value),
            "source": said(sources[row.source].title) if row.source in sources else row.source,
            "uses": uses_words(row.permitted),
            "entry": by.get((row.recorded_at, row.recorded_by_id)),
        }
        for row in rows
    ]


@page("GET", "POST")
def fact_record(request: PageRequest, public_id: str) -> HttpResponse:
    """Fill in or correct one fact under the organisation's own name: which one, then its value."""
    organisation = get_organisation(request.actor, public_id)
    require(can_record_about(request.actor, organisation, source=OWN_SOURCE))
    which = WhichFactForm(request.GET if "fact" in request.GET else None)
    if not which.is_valid() or OWN_SOURCE not in _definition(which).sources:
        if which.is_bound and which.is_valid():
            which.add_error("fact", _("这一项不能由单位自报。"))
        return render(
            request,
            "registry/fact_which.html",
            {"organisation": organisation, "form": which},
            status=422 if which.errors else 200,
        )
    return _fill_in(request, organisation, _definition(which), which.cleaned_data["period"])


def _definition(which: WhichFactForm) -> FactDefinition:
    return fact_dictionary().facts_by_id[which.cleaned_data["fact"]]


def _fill_in(
    request: PageRequest, organisation: Organisation, definition: FactDefinition, period: Period
) -> HttpResponse:
    rows = statements_of(request.actor, organisation, definition.id, period)
    before = next(
        (row for row in rows if row.source == OWN_SOURCE and row.superseded_at is None), None
    )
    source = fact_dictionary().sources_by_id[OWN_SOURCE]
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = FactForm(definition, source, before, *given)
    if form.is_valid() and _supplied(request, organisation, definition, period, form, before):
        words = {"fact": said(definition.title), "period": period_words(period)}
        say(request, _("已记录“%(fact)s”（%(period)s），来源写为单位自报。") % words)
        return HttpResponseRedirect(reverse("organisation-facts", args=[organisation.public_id]))
    return render(
        request,
        "registry/fact_form.html",
        {
            "organisation": organisation,
            **_about(definition, period),
            "form": form,
            "before": before and value_words(definition, before.value),
            "statements": _history(request.actor, organisation, definition, period),
        },
        status=422 if form.is_bound else 200,
    )


def _supplied(
    request: PageRequest,
    organisation: Organisation,
    definition: FactDefinition,
    period: Period,
    form: FactForm,
    before: Fact | None,
) -> bool:
    entry = FactEntry(
        organisation, definition.id, period, form.stated(), definition.unit, form.provenance()
    )
    try:
        supply_fact(
            actor=request.actor,
            entry=entry,
            now=timezone.now(),
            upload=form.cleaned_data["evidence"],
            corrects=before,
        )
    except DomainError as error:
        form.refuse(error.field, error.message)
        return False
    return True
