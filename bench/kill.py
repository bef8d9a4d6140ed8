"""A thousand acts by HTTP while web and worker are killed (-9) fifty times.

    .venv/bin/python -m bench.kill [--acts 1000] [--kills 50] [--database postgresql]

`lianshu serve` runs over a database of its own. Four clients take cases round the order loop
through the API; whoever gets no answer sends the same request again with the same key. Between two
kills as many acts are let go as belong to them, so that each kill meets acts on their way. At the
same time the clock has hundreds of cases to turn amber and red and to tell people of. The victim is
by turns the job worker, a web worker and the whole web process.

Afterwards: every act that was acknowledged is there once and says what its answer said; no act is
there that nobody sent; `lianshu cases verify` is clean and `rebuild --check` finds no difference;
each overdue task turned once and each notice was written once. Exits with 1 otherwise.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.databases import run_on_each, with_databases

CLIENTS = 4
PATIENCE = 120.0  # seconds for an answer or a process
ALERTS_WITHIN = 300.0  # seconds; a job whose worker died between two claims is found after 120
QUICK_DEATHS = 4  # so often a child may die young before the supervisor makes it wait
STEADY = 10.5  # seconds after which it forgives
COMMAND = str(Path(sys.executable).with_name("lianshu"))


@dataclass
class Site:
    """A running `lianshu serve`."""

    process: subprocess.Popen[bytes]
    state: Path
    netloc: str = ""

    def pid(self, name: str) -> int:
        """The process id of a child, as the supervisor notes it."""
        try:
            return int(json.loads(self.state.read_text()).get(name, 0))
        except (FileNotFoundError, ValueError):
            return 0


@dataclass
class Case:
    """One case on its way, and what was answered: (key, person, seq, step, end)."""

    id: str
    answers: list[tuple[str, str, int, str | None, str | None]] = field(default_factory=list)


@dataclass
class Traffic:
    """The clients: who they are, what they send, what came back."""

    netloc: str
    tokens: dict[str, str]
    way: list[tuple[str, dict[str, Any]]]
    permits: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    tries: int = 0
    lost: int = 0
    odd: Counter[int] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take_round(self, cases: list[Case]) -> None:
        """Each case through the whole loop."""
        try:
            for case in cases:
                for number, (who, body) in enumerate(self.way):
                    self.permits.acquire()
                    self._act(case, who, f"{case.id}-{number}", body)
        except Exception as error:
            self.problems.append(repr(error))

    def _act(self, case: Case, who: str, key: str, body: dict[str, Any]) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            status, answer = self._send(f"/api/cases/{case.id}/act", who, key, body)
            with self.lock:
                self.tries += 1
                self.lost += not status
            if status == 200:
                case.answers.append((key, who, answer["seq"], answer["step"], answer["end"]))
                return
            if status and status < 500:
                raise RuntimeError(f"{case.id} {body['action']}: {status} {answer}")
            if status:
                with self.lock:
                    self.odd[status] += 1
            time.sleep(0.05)
        raise RuntimeError(f"no answer for {key} in {PATIENCE:.0f} s")

    def _send(self, path: str, who: str, key: str, body: dict[str, Any]) -> tuple[int, Any]:
        """Status and answer; 0 when the connection broke before there was one."""
        headers = {
            "Authorization": f"Bearer {self.tokens[who]}",
            "Idempotency-Key": key,
            "Content-Type": "application/json",
        }
        connection = http.client.HTTPConnection(self.netloc, timeout=30)
        try:
            connection.request("POST", path, json.dumps(body), headers)
            response = connection.getresponse()
            text = response.read()
            return response.status, json.loads(text) if text[:1] == b"{" else text[:200]
        except (OSError, http.client.HTTPException):
            return 0, None
        finally:
            connection.close()


@contextmanager
def serving(var: Path) -> Iterator[Site]:
    """`lianshu serve` on a free port, stopped afterwards."""
    with (var / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            [COMMAND, "serve", "--port", "0", "--web-workers", "2"],
            cwd=var,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    site = Site(process, var / "serve.json")
    try:
        deadline = time.monotonic() + PATIENCE
        while not (site.pid("web") and site.pid("worker")):
            if time.monotonic() > deadline or process.poll() is not None:
                raise SystemExit((var / "serve.log").read_text()[-3000:])
            time.sleep(0.1)
        site.netloc = json.loads(site.state.read_text())["url"].removeprefix("http://")
        yield site
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class Reaper:
    """Kills, and waits until the supervisor has brought somebody new."""

    def __init__(self, site: Site, rng: random.Random) -> None:
        self.site, self.rng = site, rng
        self.killed: Counter[str] = Counter()
        self.young: Counter[str] = Counter()
        self.born: dict[str, float] = {}
        self.at_the_alerts = 0

    def strike(self, victim: str, alerts_run: Callable[[], bool]) -> None:
        """One -9. Every other worker is killed as soon as it is at the alerts."""
        child = "worker" if victim == "worker" else "web"
        if victim != "web worker" and self.young[child] >= QUICK_DEATHS:
            time.sleep(max(0.0, self.born[child] + STEADY - time.monotonic()))
            self.young[child] = 0
        time.sleep(self.rng.uniform(0.05, 0.6))
        if victim == "worker":
            deadline = time.monotonic() + 3.0
            while self.killed[victim] % 2 and time.monotonic() < deadline and not alerts_run():
                time.sleep(0.01)
            self.at_the_alerts += alerts_run()
        pid = self._alive(child)
        target = pid if victim != "web worker" else self._worker_of(pid)
        os.kill(target, signal.SIGKILL)
        self.killed[victim] += 1
        if victim != "web worker":
            self.young[child] += 1
            self._alive(child, other_than=pid)
            self.born[child] = time.monotonic()

    def _alive(self, child: str, other_than: int = 0) -> int:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            pid = self.site.pid(child)
            if pid not in {0, other_than} and Path(f"/proc/{pid}").exists():
                return pid
            time.sleep(0.02)
        raise SystemExit(f"no {child} came up again")

    def _worker_of(self, pid: int) -> int:
        """One of gunicorn's workers."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
            if text.split():
                return self.rng.choice([int(word) for word in text.split()])
            time.sleep(0.02)
        raise SystemExit("gunicorn has no workers")


def inside(acts: int, kills: int, seed: int) -> int:
    """Run in this process, over the database of the environment."""
    from bench.kill_scene import Scene, wait_for_the_clock

    scene = Scene.set(acts)
    var = Path(os.environ["LIANSHU_VAR"])
    rng = random.Random(seed)
    cases = [Case(each) for each in scene.cases]
    begun = time.monotonic()
    with serving(var) as site:
        traffic = Traffic(site.netloc, scene.tokens, scene.way)
        threads = [
            threading.Thread(target=traffic.take_round, args=(cases[n::CLIENTS],), daemon=True)
            for n in range(CLIENTS)
        ]
        for thread in threads:
            thread.start()
        reaper = Reaper(site, rng)
        victims = ["worker", "web worker", "worker", "web", "web worker"]
        total = len(cases) * len(scene.way)
        for number in range(kills):
            scene.overtake_more(datetime.now(UTC))
            scene.hurry_the_clock(datetime.now(UTC))
            for _ in range(total * (number + 1) // kills - total * number // kills):
                traffic.permits.release()
            reaper.strike(victims[number % len(victims)], scene.alerts_run)
            if traffic.problems:
                break
        for thread in threads:
            thread.join(timeout=2 * PATIENCE)
        waited = wait_for_the_clock(scene, ALERTS_WITHIN)
    took = time.monotonic() - begun
    wrong = [*traffic.problems, *scene.what_is_wrong(cases)]
    verified = subprocess.run([COMMAND, "cases", "verify"], capture_output=True, check=False)
    rebuilt = subprocess.run(
        [COMMAND, "cases", "rebuild", "--check"], capture_output=True, check=False
    )
    killed = ", ".join(f"{name} {count}" for name, count in reaper.killed.items())
    killed += f"; {reaper.at_the_alerts} workers while at the alerts"
    print(f"killed -9      {reaper.killed.total()} times ({killed}) in {took:.0f} s")
    print(f"acknowledged   {sum(len(case.answers) for case in cases)} acts of {total}")
    print(
        f"sent           {traffic.tries} requests; {traffic.lost} got no answer and were sent "
        f"again; server errors {dict(traffic.odd) or 'none'}"
    )
    print(f"alerts         {scene.told()}; quiet {waited:.0f} s after the last kill")
    print(f"cases verify   {verified.stdout.decode().strip()} (exit {verified.returncode})")
    print(f"rebuild        {rebuilt.stdout.decode().strip()} (exit {rebuilt.returncode})")
    for line in wrong[:20]:
        print(f"WRONG          {line}")
    good = not wrong and not verified.returncode and not rebuilt.returncode
    print(
        "verdict        "
        + (
            "every acknowledged act is there once, nothing is told twice or lost"
            if good
            else "NOT KEPT"
        )
    )
    return int(not good)


def main() -> int:
    parser = with_databases(argparse.ArgumentParser())
    parser.add_argument("--acts", type=int, default=1_000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=20261130)
    given = parser.parse_args()
    if given.inside:
        return inside(given.acts, given.kills, given.seed)
    return run_on_each(__file__, parser)


if __name__ == "__main__":
    sys.exit(main())
