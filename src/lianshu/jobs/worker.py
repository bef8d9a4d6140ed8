"""The worker process: django-tasks' own, and it hands a running job back when asked to stop."""

from __future__ import annotations

from types import FrameType
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from lianshu.jobs.services import release_jobs_of_worker
from lianshu.jobs.services.execution import stopping


class JobWorker(Worker):
    """Runs tasks one after another. `name` belongs to one process at a time."""

    def __init__(self, *, name: str, interval: float = 0.5) -> None:
        super().__init__(
            queue_names=["*"],
            interval=interval,
            batch=False,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=name,
            excluded_queue_names=[],
        )

    def run(self) -> None:
        release_jobs_of_worker(worker=self.worker_id, now=timezone.now())
        super().run()

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        stopping.set()
        super().shutdown(signum, frame)


def run_queued_jobs() -> None:
    """Run in this process what is queued now, then return: for tests and set-up commands.

    Unlike the worker's own loop it keeps the connection, so a caller's transaction lives on.
    """
    worker = JobWorker(name="inline")
    while (task := _claimed(worker.worker_id)) is not None:
        worker.run_task(task)


def _claimed(worker_id: str) -> DBTaskResult[Any, Any] | None:
    with transaction.atomic():
        task = DBTaskResult.objects.ready().get_locked()
        if task is not None:
            task.claim(worker_id)
    return task
