"""Keeps a few child processes alive and ends them together. Knows nothing of Django.

Children are forks: what the supervisor has imported is ready in each of them and in memory once.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

BEAT: Final = 0.1
GRACE: Final = 8.0
STEADY: Final = 10.0
"""A child that lived this many seconds is restarted at once when it dies."""
LONGEST_PAUSE: Final = 10.0

_PR_SET_PDEATHSIG: Final = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass
class Child:
    """A process to be kept running: `run` is called in it and should not return."""

    name: str
    label: str
    run: Callable[[], None]
    pid: int = 0
    started: float = 0.0
    due: float = 0.0
    deaths: int = 0
    asked_to_restart: bool = False

    def start(self) -> None:
        """Fork. The parent returns; the child runs and ends."""
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            _live(self.run, parent)
        self.started = time.monotonic()

    def ended(self) -> int | None:
        """The exit code, negative for a signal, once it has ended; then `pid` is 0."""
        if not self.pid:
            return None
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if not pid:
            return None
        self.pid = 0
        return os.waitstatus_to_exitcode(status)


def _live(run: Callable[[], None], parent: int) -> NoReturn:
    """The life of a child, which never returns into the supervisor's code."""
    code = 1
    try:
        _settle_in(parent)
        run()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _settle_in(parent: int) -> None:
    # Ctrl-C in a terminal reaches the supervisor alone, which then stops its children in order.
    os.setpgid(0, 0)
    for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(signum, signal.SIG_DFL)
    # Linux kills us when the supervisor dies, even by SIGKILL; elsewhere an operator has to.
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            sys.exit(1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)


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
        code = child.ended()
        if code is not None:
            self._note_death(child, code)
        if child.asked_to_restart:
            child.asked_to_restart = False
            _end([child])
            child.due = 0.0
        if not child.pid and time.monotonic() >= child.due:
            child.start()
            self._write_state()
            self.say(f"{child.label} 已启动，进程号 {child.pid}")

    def _note_death(self, child: Child, code: int) -> None:
        steady = time.monotonic() - child.started >= STEADY
        child.deaths = 0 if steady else child.deaths + 1
        pause = 0.0 if child.deaths <= 1 else min(LONGEST_PAUSE, 0.5 * 2 ** (child.deaths - 2))
        child.due = time.monotonic() + pause
        how = f"收到信号 {-code}" if code < 0 else f"退出码 {code}"
        self.say(f"{child.label} 意外停止（{how}），{pause:.1f} 秒后重新启动")

    def _write_state(self) -> None:
        pids = {child.name: child.pid for child in self.children if child.pid}
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
    deadline = time.monotonic() + GRACE
    running = [child for child in children if child.pid]
    for child in running:
        os.kill(child.pid, signal.SIGTERM)
    while running := [child for child in running if child.ended() is None]:
        if time.monotonic() >= deadline:
            for child in running:
                os.kill(child.pid, signal.SIGKILL)
        time.sleep(BEAT)
