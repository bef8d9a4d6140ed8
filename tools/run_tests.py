"""Every check of the project, in one run: `make test`.

Steps run in order and the first that fails ends the run. The browser's step, which mostly waits,
starts with the first and runs beside the steps of one process; what it printed is shown at its
place in the order. What a machine lacks (a PostgreSQL
server, Chromium, Java) is left out and named at the end, unless LIANSHU_REQUIRE=pg,browser,spark
says that leaving it out is a failure. Name steps to run only those:
`python -m tools.run_tests lint types`.
"""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from tools.postgres import PostgresError, find_binaries, server

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = Path(sys.executable).parent
SOURCES = ["src", "tests", "tools", "bench"]
# Engines and tools know no database, so PostgreSQL has nothing to say about them.
WITHOUT_DATABASE = ["tests/engine", "tests/tools"]
IGNORED = [f"--ignore={folder}" for folder in (*WITHOUT_DATABASE, "tests/house")]
NO_OTHERS = ("-m", "not browser and not spark")
PYTEST = [
    sys.executable,
    "-m",
    "pytest",
    "--quiet",
    "--color=no",
    "--durations=8",
    "--durations-min=3",
]
PARALLEL = ["-n", str(min(os.cpu_count() or 1, 4)), "--dist=worksteal"]
BESIDE = "browser"
"""The step that runs beside those before it."""
THIS = [sys.executable, "-m", "tools.run_tests"]
PATIENCE = 30  # seconds for a step that is interrupted to stop what it has started


class CheckError(Exception):
    """A step did not pass; the message is a sentence for the reader."""


class LeftOutError(Exception):
    """A step cannot run on this machine; the message says why, `need` is LIANSHU_REQUIRE's word."""

    def __init__(self, need: str, reason: str) -> None:
        super().__init__(reason)
        self.need = need


def run(*command: str | Path, env: dict[str, str] | None = None) -> None:
    """Run a command from the project's root, its output going straight through."""
    sys.stdout.flush()
    with tempfile.TemporaryDirectory(prefix="lianshu-test-") as var:
        own = {"LIANSHU_ENV": "test", "LIANSHU_VAR": var}
        merged = os.environ | own | (env or {})
        with subprocess.Popen(command, cwd=ROOT, env=merged, stdin=subprocess.DEVNULL) as process:
            try:
                code = process.wait()
            except KeyboardInterrupt:
                _stop(process, signal.SIGINT)  # pytest ends the servers that its tests started
                raise
    if code:
        words = " ".join(str(part).removeprefix(f"{SCRIPTS}/") for part in command)
        raise CheckError(f"`{words}` ended with exit code {code}.")


def _stop(process: subprocess.Popen[bytes], by: signal.Signals) -> None:
    process.send_signal(by)
    try:
        process.wait(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()


def lint() -> None:
    """Format and style."""
    present = [name for name in SOURCES if (ROOT / name).is_dir()]
    run(SCRIPTS / "ruff", "format", "--check", *present)
    run(SCRIPTS / "ruff", "check", *present)


def messages() -> None:
    """Every text has English."""
    run(sys.executable, "-m", "tools.messages", "check")


def types() -> None:
    """mypy --strict over the package, the tools and the tests."""
    run(SCRIPTS / "mypy")


def contracts() -> None:
    """Imports point down only."""
    run(SCRIPTS / "lint-imports", "--no-cache")


def deploy() -> None:
    """Django's own checks as in production: settings, migrations, static files."""
    production = {
        "DATABASE_URL": "",
        "LIANSHU_ENV": "production",
        "LIANSHU_SECRET_KEY": secrets.token_urlsafe(50),
        "LIANSHU_ALLOWED_HOSTS": "lianshu.example",
        "LIANSHU_SITE_URL": "https://lianshu.example",
    }
    manage = (SCRIPTS / "lianshu", "manage")
    run(*manage, "check", "--deploy", "--fail-level=WARNING", env=production)
    run(*manage, "makemigrations", "--check", "--dry-run", env=production)
    run(*manage, "collectstatic", "--no-input", "--verbosity=0", env=production)


def house() -> None:
    """The house rules that are tests of the source itself."""
    run(*PYTEST, "tests/house")


def engines() -> None:
    """The tests that know no database, in one process."""
    run(*PYTEST, *NO_OTHERS, *WITHOUT_DATABASE, env={"DATABASE_URL": ""})


def sqlite() -> None:
    """The tests that may touch a database, on SQLite."""
    run(*PYTEST, *PARALLEL, *NO_OTHERS, *IGNORED, "tests", env={"DATABASE_URL": ""})


def postgres() -> None:
    """The tests that may touch a database, on PostgreSQL."""
    tests = [*PYTEST, *PARALLEL, *NO_OTHERS, *IGNORED, "tests"]
    given = os.environ.get("DATABASE_URL", "")
    with ExitStack() as stack:
        if given.startswith("postgres"):
            url = given
        else:
            binaries = find_binaries()
            if binaries is None:
                raise LeftOutError(
                    "pg", "no PostgreSQL server here (Debian: apt-get install postgresql)"
                )
            try:
                url = stack.enter_context(server(binaries))
            except PostgresError as error:
                raise LeftOutError("pg", f"PostgreSQL did not start: {error}") from error
        run(*tests, env={"DATABASE_URL": url})


def browser() -> None:
    """A real Chromium against a running `lianshu serve`."""
    if shutil.which("chromium") is None:
        raise LeftOutError("browser", "no Chromium here (Debian: apt-get install chromium)")
    fonts = subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True, check=False)
    if not fonts.stdout.strip():
        raise LeftOutError(
            "browser", "no Chinese font here (Debian: apt-get install fonts-noto-cjk)"
        )
    run(*PYTEST, "-m", "browser", "tests/e2e", env={"DATABASE_URL": ""})


def spark() -> None:
    """Policies on Spark in local mode, beside DuckDB and the interpreter."""
    java = os.environ.get("JAVA_HOME")
    if shutil.which("java", path=f"{java}/bin" if java else None) is None:
        raise LeftOutError("spark", "no Java here (Debian: apt-get install default-jre-headless)")
    run(*PYTEST, "-m", "spark", "tests/engine/policy", env={"DATABASE_URL": ""})


STEPS: dict[str, Callable[[], None]] = {
    step.__name__: step
    for step in (
        lint,
        messages,
        types,
        contracts,
        deploy,
        house,
        spark,
        engines,
        browser,
        sqlite,
        postgres,
    )
}


def run_steps(names: list[str], required: set[str]) -> list[str]:
    """Run the steps; the reasons of those left out. Raises CheckError."""
    left_out = []
    with ExitStack() as stack:
        steps = {name: STEPS[name] for name in names}
        if BESIDE in names[1:]:
            steps[BESIDE] = stack.enter_context(_beside())
        for name, step in steps.items():
            print(f"\n== {name}: {STEPS[name].__doc__}", flush=True)
            start = time.monotonic()
            try:
                step()
            except LeftOutError as error:
                if error.need in required:
                    raise CheckError(
                        f"LIANSHU_REQUIRE asks for {error.need}, but {error}."
                    ) from error
                left_out.append(f"{name}: {error}")
            print(f"== {name}: {time.monotonic() - start:.0f} s", flush=True)
    return left_out


@contextmanager
def _beside() -> Iterator[Callable[[], None]]:
    """Start BESIDE in a process of its own; yields what waits for it and prints what it said."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [*THIS, BESIDE],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches it once, from us
        )

        def wait() -> None:
            code = process.wait()
            said.seek(0)
            print(said.read().decode(errors="replace"), flush=True)
            if code:
                raise CheckError(f"the step {BESIDE} ended with exit code {code}.")

        try:
            yield wait
        finally:
            if process.poll() is None:
                _stop(process, signal.SIGTERM)


def main(arguments: list[str]) -> int:
    """0 all passed, 1 a check failed, 2 usage."""
    unknown = sorted(set(arguments) - set(STEPS))
    if unknown:
        print(f"unknown step: {', '.join(unknown)}; there are {', '.join(STEPS)}.", file=sys.stderr)
        return 2
    for number in (signal.SIGTERM, signal.SIGINT):  # also where whoever started us ignores them
        signal.signal(number, _interrupt)
    start = time.monotonic()
    required = set(filter(None, os.environ.get("LIANSHU_REQUIRE", "").split(",")))
    try:
        left_out = run_steps(arguments or list(STEPS), required)
    except CheckError as error:
        print(f"\nFAILED: {error}", flush=True)
        return 1
    for line in left_out:
        print(f"LEFT OUT: {line}.")
    print(f"All checks that ran have passed, in {time.monotonic() - start:.0f} s.")
    return 0


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """End as on Ctrl-C, so that the servers we started are stopped."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
