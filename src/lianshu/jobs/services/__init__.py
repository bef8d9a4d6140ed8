"""Writing jobs: asking for them, running them, and looking after those that got stuck."""

from lianshu.jobs.services.care import (
    prune_jobs,
    release_jobs_of_worker,
    release_stale_jobs,
)
from lianshu.jobs.services.clock import hold_lease, run_due_schedules, sync_schedules, tick
from lianshu.jobs.services.requests import cancel_job, enqueue, retry_job

__all__ = [
    "cancel_job",
    "enqueue",
    "hold_lease",
    "prune_jobs",
    "release_jobs_of_worker",
    "release_stale_jobs",
    "retry_job",
    "run_due_schedules",
    "sync_schedules",
    "tick",
]
