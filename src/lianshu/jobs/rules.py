"""Who may see, cancel or repeat a job."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianshu.authority import Actor, Capability, Verdict
from lianshu.jobs.models import Job, JobStatus


def _is_in_charge(actor: Actor, job: Job) -> bool:
    own = actor.user_id is not None and job.requested_by_id == actor.user_id
    return own or actor.has(Capability.OPERATE)


def can_cancel_job(actor: Actor, job: Job) -> Verdict:
    """Whoever asked for it or an operator, while it waits or runs."""
    if not _is_in_charge(actor, job):
        return Verdict.no(_("只有任务的发起人或运维人员可以取消它。"))
    if not job.is_active:
        return Verdict.no(_("任务已经结束，无需取消。"))
    if job.cancel_requested_at is not None:
        return Verdict.no(_("已经请求取消，任务会在下一步停下。"))
    return Verdict.yes()


def can_retry_job(actor: Actor, job: Job) -> Verdict:
    """Whoever asked for it or an operator, once it failed or was cancelled."""
    if not _is_in_charge(actor, job):
        return Verdict.no(_("只有任务的发起人或运维人员可以重新运行它。"))
    if job.status not in {JobStatus.FAILED, JobStatus.CANCELLED}:
        return Verdict.no(_("只有失败或已取消的任务可以重新运行。"))
    return Verdict.yes()
