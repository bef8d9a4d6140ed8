"""The loops of the packs, read once for all tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from lianshu.engine.definitions import Loaded
from lianshu.engine.loops import Checked, Loop, check_files

ROOT = Path(__file__).parents[3]
PACKS = ROOT / "packs"


@cache
def checked() -> Checked:
    """All packs, checked."""
    return check_files([PACKS])


def pack_loops() -> dict[str, Loaded[Loop]]:
    """The loops by id."""
    return {loaded.value.id: loaded for loaded in checked().loops}
