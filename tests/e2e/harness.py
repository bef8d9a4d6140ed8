"""A real `lianshu serve` and what a browser says about its pages."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    StorageState,
    expect,
)

ROOT = Path(__file__).resolve().parent.parent.parent
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SHOTS = Path(os.environ.get("LIANSHU_SHOTS") or ROOT / "var" / "screenshots")
COMMAND = str(Path(sys.executable).parent / "lianshu")
PATIENCE = 60.0  # seconds for a server to come up on a busy machine
STEP = 30_000  # milliseconds that a step of a page may take on a busy machine
PASSWORD = "lianshu-demo"  # of every account of the demo city

# Chromium phones home unless told not to, and a request that leaves the machine would also hide
# one that a page of ours makes: nothing but the loopback address resolves.
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)


@dataclass(frozen=True)
class View:
    """Who looks: a screen and a language."""

    screen: str
    width: int
    height: int
    language: str

    @property
    def name(self) -> str:
        """For test ids and screenshots, like `phone-zh`."""
        return f"{self.screen}-{self.language[:2]}"

    @property
    def phone(self) -> bool:
        """Whether the narrow layout is shown."""
        return self.screen == "phone"


VIEWS = tuple(
    View(*screen, language)
    for screen in (("desktop", 1280, 800), ("phone", 390, 844))
    for language in ("zh-hans", "en")
)


@dataclass
class Site:
    """A running `lianshu serve` (web, worker and clock) on its own SQLite and folder."""

    base_url: str
    var: Path
    process: subprocess.Popen[bytes]

    def url(self, path: str) -> str:
        """The address of a page, from its path with the leading slash."""
        return self.base_url + path

    def restart_web(self) -> None:
        """End the web process; returns when the supervisor has brought a new one up."""
        old = self.web_pid()
        self.process.send_signal(signal.SIGHUP)
        _wait(lambda: self.web_pid() != old, lambda: f"web process {old} was not replaced", self)
        self.wait_until_healthy()

    def web_pid(self) -> int:
        """The process id that the supervisor notes for the web process; 0 while there is none."""
        return self.pids().get("web", 0)

    def pids(self) -> dict[str, int]:
        """Process ids by name: supervisor, web, worker, clock."""
        try:
            state = json.loads((self.var / "serve.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        return {name: value for name, value in state.items() if isinstance(value, int)}

    def wait_until_healthy(self) -> None:
        """Until /healthz answers 200; AssertionError with its last answer and the server's log."""
        _wait(lambda: health(self.base_url) == "", lambda: health(self.base_url), self)

    def log_tail(self, lines: int = 30) -> str:
        """The end of what the server printed."""
        text = (self.var / "serve.log").read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])


def environment(var: Path, port: int) -> dict[str, str]:
    """What a site's processes see: their own folder and SQLite, nothing of the developer's."""
    kept = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    return kept | {
        "LIANSHU_ENV": "test",
        "LIANSHU_DEBUG": "0",
        "LIANSHU_VAR": str(var),
        "LIANSHU_SITE_URL": f"http://127.0.0.1:{port}",
        "PYTHONUNBUFFERED": "1",
    }


def lianshu(*arguments: str, var: Path, port: int = 8000) -> None:
    """Run one `lianshu` command to its end; AssertionError with its output when it fails."""
    command = [COMMAND, *arguments]
    done = subprocess.run(
        command, cwd=var, env=environment(var, port), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"lianshu {' '.join(arguments)}: {done.stdout}{done.stderr}"


@contextmanager
def serve(var: Path) -> Iterator[Site]:
    """`lianshu serve` over the data in `var`; stopped, and its end checked, afterwards."""
    port = free_port()
    command = [COMMAND, "serve", "--host", "127.0.0.1", "--port", str(port)]
    with (var / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=var,
            env=environment(var, port),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that nothing of it can outlive us
        )
    site = Site(f"http://127.0.0.1:{port}", var, process)
    try:
        site.wait_until_healthy()
        yield site
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM, then whatever is left of the process group after 20 seconds."""
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise AssertionError("lianshu serve did not stop within 20 s of SIGTERM") from None


def free_port() -> int:
    """A port of 127.0.0.1 that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def find_chromium() -> str | None:
    """Debian's Chromium."""
    return shutil.which("chromium")


@dataclass
class Watch:
    """Collects what no page may do; `complaints` is empty for a good page."""

    origin: str
    complaints: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> "Watch":
        """Listen to every page of `context`."""
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(f"script error: {error.error}"))
        return self

    def forget(self) -> None:
        """After a step whose refusal the test wanted (the browser logs each 4xx as an error)."""
        self.complaints.clear()

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and not request.url.startswith(
            f"{self.origin}/"
        ):
            self.complaints.append(f"request to another origin: {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"console error: {message.text} ({message.location['url']})")


def open_context(
    browser: Browser, view: View, watch: Watch, state: StorageState | None = None
) -> BrowserContext:
    """A watched browser of its own at the watched site; `state` is of somebody logged in."""
    context = browser.new_context(
        base_url=watch.origin,
        viewport={"width": view.width, "height": view.height},
        locale="zh-CN" if view.language.startswith("zh") else "en-GB",
        timezone_id="Asia/Shanghai",
        is_mobile=view.phone,
        has_touch=view.phone,
        reduced_motion="reduce",
        storage_state=state,
    )
    context.add_cookies([{"name": "django_language", "value": view.language, "url": watch.origin}])
    context.set_default_timeout(STEP)
    watch.over(context)
    return context


def log_in(page: Page, account: str) -> None:
    """Through the log-in page, as an account of the demo city; ends at that account's home."""
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(account)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("header.side")).to_be_visible()


def inspect(page: Page) -> None:
    """AssertionError when the page as it stands shuts somebody out or scrolls sideways."""
    axe(page)
    no_sideways_scroll(page)


def axe(page: Page) -> None:
    """AssertionError when axe-core finds a serious or critical barrier on the page as it stands."""
    try:
        page.evaluate("axe.version")
    except Error:
        page.evaluate(AXE.read_text(encoding="utf-8"))
    result: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    lines = [
        f"{found['impact']} {found['id']}: {found['help']}\n    {node['html']}"
        for found in result["violations"]
        if found["impact"] in {"serious", "critical"}
        for node in found["nodes"]
    ]
    assert not lines, f"{page.url} shuts somebody out:\n" + "\n".join(lines)


def picture(page: Page, name: str) -> Path:
    """Write the whole page to SHOTS; characters that a file name cannot hold become dashes."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    path = SHOTS / (re.sub(r"[^\w.-]+", "-", name).strip("-") + ".png")
    page.screenshot(path=path, full_page=True, animations="disabled")
    return path


def no_sideways_scroll(page: Page) -> None:
    """AssertionError when the page is wider than the screen."""
    excess = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert excess <= 0, f"{page.url} is {excess} px wider than the screen"


def health(base_url: str) -> str:
    """What is wrong with the site; empty when /healthz answers 200."""
    try:
        with urlopen(f"{base_url}/healthz", timeout=5) as response:
            return "" if response.status == 200 else f"/healthz answered {response.status}"
    except HTTPError as error:
        with error:
            return f"/healthz answered {error.code}: {error.read(500)!r}"
    except OSError as error:
        return f"/healthz does not answer: {error}"


def _wait(done: Callable[[], bool], complaint: Callable[[], str], site: Site) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if site.process.poll() is not None:
            raise AssertionError(f"lianshu serve has ended:\n{site.log_tail()}")
        if done():
            return
        time.sleep(0.1)
    raise AssertionError(f"{complaint()} after {PATIENCE:.0f} s; its log ends:\n{site.log_tail()}")
