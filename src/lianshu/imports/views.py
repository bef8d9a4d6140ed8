"""Pages of the importer."""

from __future__ import annotations

import tempfile
from typing import Any, BinaryIO, Final, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRefresh

from lianshu.audit.queries import entries_about
from lianshu.authority import Actor, require
from lianshu.engine.sheets import Format, Layout
from lianshu.imports.forms import NamesForm, SettingsForm, UploadForm
from lianshu.imports.lists import run_badge, target_title
from lianshu.imports.models import ImportRun, Mode, RunStatus
from lianshu.imports.queries import bad_rows_of, run_by_id, sources_for
from lianshu.imports.report import report_name, write_report, write_template
from lianshu.imports.rules import (
    can_configure,
    can_confirm,
    can_continue,
    can_discard,
    can_import,
    can_read_content,
    is_own,
)
from lianshu.imports.services.naming import match_names
from lianshu.imports.services.requests import (
    configure_import,
    confirm_import,
    continue_import,
    discard_import,
    upload_import,
)
from lianshu.imports.targets import ImportTarget, target_of, targets_for
from lianshu.records.errors import DomainError, NotFound
from lianshu.ui.requests import PageRequest, page

SHOWN_BAD_ROWS: Final = 100
TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@page("GET", "POST")
def import_new(request: PageRequest) -> HttpResponse:
    """Choose a file."""
    initial = {"target": request.GET.get("target", ""), "source": request.GET.get("source", "")}
    form = UploadForm(request.actor, request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            run = upload_import(
                actor=request.actor,
                target_id=data["target"],
                source=data["source"],
                upload=data["file"],
                sheet=data["sheet"],
                now=timezone.now(),
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            return redirect("imports:detail", public_id=run.public_id)
    context = {
        "form": form,
        "targets": targets_for(request.actor),
        "sources": sources_for(request.actor),
    }
    return render(request, "imports/new.html", context, status=422 if form.errors else 200)


def _context(request: PageRequest, run: ImportRun, form: SettingsForm | None) -> dict[str, Any]:
    actor = request.actor
    readable = can_read_content(actor, run).allowed
    context: dict[str, Any] = {
        "run": run,
        "badge": run_badge(run).__html__(),
        "target_title": target_title(run),
        "readable": readable,
        "can_continue": can_continue(actor, run).allowed,
        "can_discard": can_discard(actor, run).allowed,
    }
    if not readable:
        return context
    target = target_of(run.target)
    configurable = can_configure(actor, run).allowed
    context |= {
        "list_url": target.list_url(),
        "made_url": _made_url(actor, run, target),
        "entries": entries_about(run),
        "bad_rows": bad_rows_of(actor, run, limit=SHOWN_BAD_ROWS),
        "shown_bad_rows": SHOWN_BAD_ROWS,
        "changes": run.changes if is_own(actor, run) else [],
        "can_configure": configurable,
        "confirm": can_confirm(actor, run),
        "form": form or SettingsForm(actor, run, target) if configurable else None,
        "names": NamesForm(actor, run, target) if configurable and run.unknown_names else None,
    }
    return context


def _made_url(actor: Actor, run: ImportRun, target: ImportTarget) -> str:
    """Where what this run made new can be looked at, and taken back; "" where it cannot."""
    if not target.run_filter or not run.created or run.requested_by_id != actor.user_id:
        return ""
    return f"{target.list_url()}?{urlencode({target.run_filter: run.public_id})}"


@page()
def import_detail(request: PageRequest, public_id: str) -> HttpResponse:
    """One run: what was found, what would be done, what was done."""
    run = run_by_id(request.actor, public_id)
    return render(request, "imports/detail.html", _context(request, run, None))


@page()
def import_progress(request: PageRequest, public_id: str) -> HttpResponse:
    """The progress of a run; once it rests, the whole page is loaded anew."""
    run = run_by_id(request.actor, public_id)
    if not run.is_working:
        return HttpResponseClientRefresh()
    return render(request, "imports/_working.html", {"run": run})


@page("POST")
def import_settings(request: PageRequest, public_id: str) -> HttpResponse:
    """Check again with other settings, or confirm those that were checked."""
    actor = request.actor
    run = run_by_id(actor, public_id)
    require(can_configure(actor, run))
    form = SettingsForm(actor, run, target_of(run.target), request.POST)
    if form.is_valid():
        try:
            return _settle(request, run, form)
        except DomainError as error:
            form.refuse(error.field, error.message)
    return render(request, "imports/detail.html", _context(request, run, form), status=422)


def _settle(request: PageRequest, run: ImportRun, form: SettingsForm) -> HttpResponse:
    actor, now = request.actor, timezone.now()
    mapping, options = form.mapping(), form.option_values()
    sheet, layout = form.sheet(), form.layout()
    as_checked = (mapping, options, sheet, layout) == (
        run.mapping,
        run.options,
        run.sheet,
        Layout(run.header_row, run.header_rows),
    )
    confirming = request.POST.get("do") == "confirm"
    if confirming and as_checked:
        confirm_import(actor=actor, run=run, mode=form.cleaned_data["mode"] or Mode.ALL, now=now)
    else:
        configure_import(
            actor=actor,
            run=run,
            mapping=mapping,
            options=options,
            sheet=sheet,
            layout=layout,
            now=now,
        )
        if confirming:
            messages.info(request, _("设置有改动，正在按新设置重新检查。请看过结果再确认导入。"))
    return redirect("imports:detail", public_id=run.public_id)


@page("POST")
def import_names(request: PageRequest, public_id: str) -> HttpResponse:
    """Say which organisations unknown names mean, and check again."""
    actor = request.actor
    run = run_by_id(actor, public_id)
    require(can_configure(actor, run))
    names = NamesForm(actor, run, target_of(run.target), request.POST)
    if names.is_valid():
        try:
            match_names(
                actor=actor,
                run=run,
                meanings=names.meanings(),
                place=names.cleaned_data.get("place", ""),
                codes=names.codes(),
                now=timezone.now(),
            )
            return redirect("imports:detail", public_id=run.public_id)
        except DomainError as error:
            names.add_error(error.field if error.field in names.fields else None, error.message)
    context = _context(request, run, None) | {"names": names}
    return render(request, "imports/detail.html", context, status=422)


@page("POST")
def import_continue(request: PageRequest, public_id: str) -> HttpResponse:
    """Go on where it stopped."""
    run = run_by_id(request.actor, public_id)
    continue_import(actor=request.actor, run=run, now=timezone.now())
    return redirect("imports:detail", public_id=run.public_id)


@page("POST")
def import_discard(request: PageRequest, public_id: str) -> HttpResponse:
    """Give the file up."""
    run = run_by_id(request.actor, public_id)
    discard_import(actor=request.actor, run=run, now=timezone.now())
    messages.success(request, _("已放弃“%(file)s”，文件已删除。") % {"file": run.file_name})
    return HttpResponseRedirect(reverse("imports:list"))


@page()
def import_report(request: PageRequest, public_id: str, format: str) -> HttpResponse:
    """The bad rows as a file."""
    if format not in TYPES:
        raise NotFound(_("问题行只能下载为 xlsx 或 csv。"))
    run = run_by_id(request.actor, public_id)
    require(can_read_content(request.actor, run))
    if run.status == RunStatus.DISCARDED:
        raise NotFound(_("这次导入已放弃，文件已删除。"))
    file = _scratch()
    write_report(file, actor=request.actor, run=run, format=cast(Format, format))
    return _download(file, report_name(run, format), TYPES[format])


@page()
def import_template(request: PageRequest, target_id: str) -> HttpResponse:
    """An empty sheet to fill in."""
    target = target_of(target_id)
    require(can_import(request.actor, target))
    file = _scratch()
    write_template(file, list_=target)
    return _download(file, f"{target.title}.xlsx", TYPES["xlsx"])


def _scratch() -> BinaryIO:
    """A file on disk that goes when the response that owns it is closed."""
    return cast(BinaryIO, tempfile.TemporaryFile())


def _download(file: BinaryIO, name: str, content_type: str) -> HttpResponse:
    file.seek(0)
    response = FileResponse(file, as_attachment=True, filename=name, content_type=content_type)
    response.headers["Cache-Control"] = "no-store"
    return cast(HttpResponse, response)
