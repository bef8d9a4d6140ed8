"""Keeps a few child processes alive and ends them together. Knows nothing of Django."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Final

BEAT: Final = 0.1
GRACE: Final = 8.0
STEADY: Final = 10.0
"""A child that lived this many seconds is restarted at once when it dies."""
LONGEST_PAUSE: Final = 10.0

_PR_SET_PDEATHSIG: Final = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass
class Child:
    """A process to be kept running. `pass_fds` are open files it inherits."""

    name: str
    label: str
    command: Sequence[str]
    pass_fds: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    due: float = 0.0
    deaths: int = 0
    asked_to_restart: bool = field(default=False)


def _die_with(parent: int) -> Callable[[], None]:
    """To be run in the child before it becomes the command: Linux kills it when we die, even by
    SIGKILL. Other systems leave it to the children to be stopped."""

    def arrange() -> None:
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:
                os._exit(1)

    return arrange


class Supervisor:
    """Runs the children until SIGTERM or SIGINT. SIGHUP restarts the child named `restartable`."""

    def __init__(
        self,
        children: Sequence[Child],
        *,
        state_file: Path,
        say: Callable[[str], None],
        facts: dict[str, str],
        restartable: str,
    ) -> None:
        self.children = list(children)
        self.state_file = state_file
        self.say = say
        self.facts = facts
        self.restartable = restartable
        self.stopping = False

    def run(self) -> None:
        """Returns after an orderly stop."""
        signal.signal(signal.SIGTERM, self._on_stop)
        signal.signal(signal.SIGINT, self._on_stop)
        signal.signal(signal.SIGHUP, self._on_restart)
        try:
            while not self.stopping:
                for child in self.children:
                    self._look_after(child)
                time.sleep(BEAT)
        finally:
            self._stop_all()
            self.state_file.unlink(missing_ok=True)

    def _on_stop(self, _signum: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def _on_restart(self, _signum: int, _frame: FrameType | None) -> None:
        for child in self.children:
            if child.name == self.restartable:
                child.asked_to_restart = True

    def _look_after(self, child: Child) -> None:
        if child.process is None:
            if time.monotonic() >= child.due:
                self._start(child)
            return
        if child.asked_to_restart:
            child.asked_to_restart = False
            _end([child])
            self._start(child)
        elif child.process.poll() is not None:
            self._note_death(child, child.process.returncode)

    def _start(self, child: Child) -> None:
        child.process = subprocess.Popen(
            child.command,
            stdin=subprocess.DEVNULL,
            pass_fds=child.pass_fds,
            # Ctrl-C in a terminal reaches us alone; we then stop the children in order.
            process_group=0,
            preexec_fn=_die_with(os.getpid()),  # noqa: PLW1509 - we have no other thread
        )
        child.started = time.monotonic()
        self._write_state()
        self.say(f"{child.label} 已启动，进程号 {child.process.pid}")

    def _note_death(self, child: Child, code: int) -> None:
        steady = time.monotonic() - child.started >= STEADY
        child.deaths = 0 if steady else child.deaths + 1
        pause = 0.0 if child.deaths <= 1 else min(LONGEST_PAUSE, 0.5 * 2 ** (child.deaths - 2))
        child.due = time.monotonic() + pause
        child.process = None
        how = f"收到信号 {-code}" if code < 0 else f"退出码 {code}"
        self.say(f"{child.label} 意外停止（{how}），{pause:.1f} 秒后重新启动")

    def _write_state(self) -> None:
        pids = {c.name: c.process.pid for c in self.children if c.process is not None}
        text = json.dumps({"supervisor": os.getpid(), **pids, **self.facts})
        partial = self.state_file.with_suffix(".tmp")
        partial.write_text(text, encoding="utf-8")
        partial.replace(self.state_file)

    def _stop_all(self) -> None:
        self.say("正在停止……")
        _end(self.children)
        self.say("已停止")


def _end(children: Sequence[Child]) -> None:
    """SIGTERM to all, and SIGKILL to what still runs after the grace."""
    running = [child.process for child in children if child.process is not None]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + GRACE
    for process in running:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for child in children:
        child.process = None
