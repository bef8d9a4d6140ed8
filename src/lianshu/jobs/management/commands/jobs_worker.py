"""`manage jobs_worker`: run background jobs until told to stop."""

from __future__ import annotations

import os
import socket
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from lianshu.jobs.worker import JobWorker


class Command(BaseCommand):
    """A worker process; `lianshu serve` starts one, more may be started by hand."""

    help = "Run background jobs until told to stop"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--interval", type=float, default=0.5, help="seconds between looks")
        parser.add_argument(
            "--name",
            default=f"{socket.gethostname()}:{os.getpid()}"[:64],
            help="belongs to one process at a time; a new one takes over what the last left",
        )

    def handle(self, *_args: Any, interval: float, name: str, **_options: Any) -> None:
        worker = JobWorker(name=name, interval=interval)
        worker.configure_signals()
        worker.run()
