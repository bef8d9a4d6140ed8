"""What installation rests on: locks without addresses, and icons that exist."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
LOCKS = ["requirements/core.txt", "requirements/dev.txt", "requirements/bench.txt"]


def pins(lock: str) -> set[str]:
    """`name==version` with its marker, one for each requirement."""
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    return {line.rstrip(" \\") for line in lines if line and not line.startswith((" ", "#"))}


@pytest.mark.parametrize("lock", [*LOCKS, "package-lock.json", ".npmrc"])
def test_no_lock_names_an_address_or_a_path(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    text = re.sub(r'"url": "https://(github\.com/sponsors|opencollective\.com)[^"]*"', "", text)
    assert not re.search(r"://|file:|index-url|find-links|/opt/|/home/|/root/|@ ", text)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_a_hash(lock: str) -> None:
    blocks = re.split(r"\n(?=\S)", (ROOT / lock).read_text(encoding="utf-8").strip())
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_the_dev_lock_holds_every_pin_of_the_core_lock() -> None:
    assert pins("requirements/core.txt") - pins("requirements/dev.txt") == set()


def test_the_locks_cover_the_dependencies_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked = {pin.split("==")[0] for pin in pins("requirements/dev.txt")}
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[\[<>=~! ;]", line)[0].lower().replace("_", "-") for line in wanted}
    assert names - locked == set()


def test_every_icon_that_is_named_is_in_the_sprite() -> None:
    listed = set((ROOT / "tools/icons.txt").read_text(encoding="utf-8").splitlines())
    patterns = {".html": r"{% icon ['\"]([\w-]+)['\"]", ".py": r"\bicon=['\"]([\w-]+)['\"]"}
    used = {
        (path.name, name)
        for path in (ROOT / "src" / "lianshu").rglob("*")
        if path.suffix in patterns
        for name in re.findall(patterns[path.suffix], path.read_text(encoding="utf-8"))
    }
    assert len(used) > 10
    assert {(path, name) for path, name in used if name not in listed} == set()
