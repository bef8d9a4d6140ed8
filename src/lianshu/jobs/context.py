"""What a handler is given: the job, its actor, and a way to say how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lianshu.authority import Actor
from lianshu.jobs.models import Job

REPORT_SECONDS = 0.5


class Cancelled(Exception):
    """Somebody cancelled the job, or it was handed to another worker: stop here."""


class Interrupted(Exception):
    """The worker is shutting down: stop here, the job goes back to the queue."""


@dataclass
class JobContext:
    """Passed to a handler. `report` writes one progress row and raises when the job must stop."""

    job: Job
    actor: Actor
    now: Callable[[], datetime]
    report: Callable[[int, int | None, str], None]
    stopping: Callable[[], bool]
    _reported_at: float = field(default=float("-inf"), repr=False)

    @property
    def params(self) -> dict[str, Any]:
        """What `enqueue` was given."""
        return dict(self.job.params)

    def progress(self, done: int, total: int | None = None, message: str = "") -> None:
        """Say that `done` of `total` steps are over; cheap enough to call for every row.

        Written at most twice a second, and always at the end. Raises `Cancelled` or `Interrupted`
        when the handler must stop; let both pass through.
        """
        if self.stopping():
            raise Interrupted
        moment = time.monotonic()
        if moment - self._reported_at < REPORT_SECONDS and done != total:
            return
        self._reported_at = moment
        self.report(done, total, message)
