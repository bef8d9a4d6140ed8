"""Pages about background jobs, and the health check."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from lianshu.authority import Actor, Capability
from lianshu.jobs.models import Job
from lianshu.jobs.queries import job_board, job_by_public_id, schedule_lines
from lianshu.jobs.rules import can_cancel_job, can_retry_job
from lianshu.jobs.services import cancel_job, retry_job
from lianshu.ui.requests import PageRequest, page


def _board_context(actor: Actor) -> dict[str, Any]:
    return {
        "board": job_board(actor),
        "schedules": schedule_lines(actor),
        "operator": actor.has(Capability.OPERATE),
    }


@page()
def job_list(request: PageRequest) -> HttpResponse:
    """Queue, running jobs, failures, last runs; for operators the schedules too."""
    return render(request, "jobs/list.html", _board_context(request.actor))


@page()
def job_board_fragment(request: PageRequest) -> HttpResponse:
    """The changing part of the jobs page."""
    return render(request, "jobs/_board.html", _board_context(request.actor))


def _job_context(actor: Actor, job: Job) -> dict[str, Any]:
    return {
        "job": job,
        "operator": actor.has(Capability.OPERATE),
        "can_cancel": can_cancel_job(actor, job),
        "can_retry": can_retry_job(actor, job),
    }


@page()
def job_detail(request: PageRequest, public_id: str) -> HttpResponse:
    """One job: how far it is, what came of it, what to do if it failed."""
    actor = request.actor
    return render(
        request, "jobs/detail.html", _job_context(actor, job_by_public_id(actor, public_id))
    )


@page()
def job_progress(request: PageRequest, public_id: str) -> HttpResponse:
    """The card of a job; it asks for itself again while the job is active."""
    actor = request.actor
    return render(
        request, "jobs/_card.html", _job_context(actor, job_by_public_id(actor, public_id))
    )


@page("POST")
def job_cancel(request: PageRequest, public_id: str) -> HttpResponse:
    """Call a job off."""
    actor = request.actor
    job = job_by_public_id(actor, public_id)
    cancel_job(actor=actor, job=job, now=timezone.now())
    messages.success(request, _("已取消；正在运行的任务会在下一步停下。"))
    return redirect("jobs:detail", public_id=job.public_id)


@page("POST")
def job_retry(request: PageRequest, public_id: str) -> HttpResponse:
    """Run a failed or cancelled job again."""
    actor = request.actor
    job = job_by_public_id(actor, public_id)
    retry_job(actor=actor, job=job, now=timezone.now())
    messages.success(request, _("任务已重新排队。"))
    return redirect("jobs:detail", public_id=job.public_id)


@never_cache
@require_GET
def healthz(_request: HttpRequest) -> HttpResponse:
    """200 "ok" when the process answers and reaches its database, else 503; needs no log-in."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("database unreachable\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")
