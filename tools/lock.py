"""Recompile requirements/*.txt from the ranges in pyproject.toml (`make lock`).

The locks hold hashes for every platform and no index address, so the same files install on a
laptop, on a server behind a mirror, and on CI.
"""

import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = str(Path(sysconfig.get_path("scripts")) / "uv")
FLAGS = (
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-header",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-annotate",
    "--quiet",
)


def compile_lock(name: str, *arguments: str, stdin: str) -> None:
    """Write requirements/<name>.txt; pins already there are kept while the ranges admit them."""
    target = f"requirements/{name}.txt"
    command = [UV, "pip", "compile", "pyproject.toml", "-", *FLAGS, *arguments, "-o", target]
    done = subprocess.run(command, cwd=ROOT, input=stdin, text=True, check=False)
    if done.returncode:
        sys.exit(f"uv could not resolve {target}; its message stands above.")
    print(f"{target} written")


def main() -> None:
    """Dev first: it is the largest set, and the others must hold the same versions."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    # The build backend is pinned with the rest, so that installing the project needs no second,
    # unpinned download.
    build = "\n".join(project["build-system"]["requires"])
    upgrade = ("--upgrade",) if "--upgrade" in sys.argv[1:] else ()
    compile_lock("dev", "--extra=dev", *upgrade, stdin=build)
    same = ("--constraint=requirements/dev.txt", *upgrade)
    compile_lock("core", *same, stdin=build)
    compile_lock("bench", "--extra=bench", *same, stdin=build)


if __name__ == "__main__":
    main()
