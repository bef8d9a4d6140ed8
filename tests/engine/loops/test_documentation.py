"""The page about loops: its example is closed, its table names every rule and no other."""

from __future__ import annotations

import re
from pathlib import Path

from lianshu.engine.loops import check_files
from tests.engine.loops.broken import EXAMPLE, PAGE
from tests.engine.loops.packs import ROOT
from tools.mechanisms import files


def test_the_example_is_closed(tmp_path: Path) -> None:
    (tmp_path / "ask.yaml").write_text(EXAMPLE, "utf-8")
    assert check_files([tmp_path]).findings == ()


def test_every_rule_is_documented_and_tested() -> None:
    sources = [*(ROOT / "src/lianshu/engine/loops").rglob("*.py")]
    used = {rule for path in sources for rule in re.findall(r'"(L0\d\d)"', path.read_text("utf-8"))}
    assert set(re.findall(r"^\| (L0\d\d) \|", PAGE, re.MULTILINE)) == used
    tests = (Path(__file__).parent / "test_rules.py").read_text("utf-8")
    assert used - set(re.findall(r'"(L0\d\d)"', tests)) == set()


def test_the_page_of_mechanisms_is_current() -> None:
    """Else: python -m tools.mechanisms."""
    stale = [
        path.name
        for path, text in files().items()
        if not path.exists() or path.read_text("utf-8") != text
    ]
    assert stale == []
