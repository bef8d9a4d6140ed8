"""The example of the documentation, and what is found when one thing in it is changed."""

from __future__ import annotations

from pathlib import Path

from lianshu.engine.definitions import Finding
from lianshu.engine.loops import check_files
from tests.engine.loops.packs import ROOT

PAGE = (ROOT / "docs/loops.md").read_text("utf-8")
EXAMPLE = PAGE.split("```yaml\n")[1].split("```")[0]


def changed(*changes: tuple[str, str]) -> str:
    """The example with each text replaced, once, by another."""
    text = EXAMPLE
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def found(folder: Path, text: str) -> list[Finding]:
    """What the check says of a file with `text`."""
    file = folder / "loop.yaml"
    file.write_text(text, "utf-8")
    return list(check_files([file]).findings)


def line_of(text: str, part: str) -> int:
    """The line on which `part` first stands."""
    return text[: text.index(part)].count("\n") + 1
