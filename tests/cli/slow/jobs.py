"""A job that runs until a file appears, so that a test can end its worker in the middle."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from lianshu.jobs.context import JobContext
from lianshu.jobs.registration import handler


@handler("tests.wait_for_file")
def wait_for_file(context: JobContext) -> dict[str, Any]:
    """Reports a step twenty times a second until `path` exists."""
    steps = 0
    while not Path(context.params["path"]).exists():
        steps += 1
        context.progress(steps)
        time.sleep(0.05)
    return {"attempt": context.job.attempt}
