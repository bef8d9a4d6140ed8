"""What every app registered: what leaves the house is what the documentation says."""

from __future__ import annotations

import re
from pathlib import Path

from lianshu.notices.kinds import outside_kinds
from lianshu.notices.models.webhooks import TEST_KIND

DOCS = Path(__file__).resolve().parents[2] / "docs" / "webhooks.md"
IDS_AND_MOMENTS = {"case", "loop", "seq", "step", "due", "end", "result"}


def documented() -> dict[str, tuple[str, ...]]:
    """Each kind of the table with its particulars."""
    found: dict[str, tuple[str, ...]] = {}
    for line in DOCS.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        kinds = re.findall(r"`([a-z_]+\.[a-z_]+)`", cells[0])
        if line.startswith("| `") and len(cells) == 3:
            found |= dict.fromkeys(kinds, tuple(re.findall(r"`([a-z_]+)`", cells[2])))
    return found


def test_the_documentation_lists_every_kind_and_what_it_tells() -> None:
    told = {kind: outside.about for kind, outside in outside_kinds().items()}
    assert documented() == told | {TEST_KIND: ()}


def test_nothing_leaves_but_ids_and_moments() -> None:
    assert {each for kind in outside_kinds().values() for each in kind.about} <= IDS_AND_MOMENTS


def test_what_is_told_to_one_side_in_confidence_stays() -> None:
    """Who calls about a closed case, and what the office's superiors hear."""
    assert not {"casework.callback", "casework.red_told"} & set(outside_kinds())
