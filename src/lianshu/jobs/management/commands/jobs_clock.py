"""`manage jobs_clock`: enqueue what is due, until told to stop."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from lianshu.jobs.services import sync_schedules, tick

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """A clock process; of several, the one that holds the lease does the work."""

    help = "Enqueue what is due, until told to stop"

    def handle(self, *_args: Any, **_options: Any) -> None:
        stop = threading.Event()

        def ask_to_stop(_signum: int, _frame: FrameType | None) -> None:
            stop.set()

        signal.signal(signal.SIGTERM, ask_to_stop)
        signal.signal(signal.SIGINT, ask_to_stop)
        holder = f"{socket.gethostname()}:{os.getpid()}"[:64]
        sync_schedules(now=timezone.now())
        while not stop.wait(1.0):
            close_old_connections()
            try:
                tick(holder=holder, now=timezone.now())
            except DatabaseError:
                # The database may be busy or restarting; the next beat tries again.
                logger.exception("a beat of the clock failed")
