"""The page that people read names every rule the loader can report, and no other."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_every_rule_is_documented() -> None:
    sources = (ROOT / "src/lianshu/engine/definitions").glob("*.py")
    used = {rule for path in sources for rule in re.findall(r'"(D0\d\d)"', path.read_text("utf-8"))}
    page = (ROOT / "docs/definitions.md").read_text("utf-8")
    assert set(re.findall(r"^\| (D0\d\d) \|", page, re.MULTILINE)) == used
