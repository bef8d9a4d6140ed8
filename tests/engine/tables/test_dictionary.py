"""The national dictionary is right, and its ids stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from lianshu.engine.definitions import DefinitionError
from lianshu.engine.tables import FACTS_FILE, check_dictionary, load_dictionary

ROOT = Path(__file__).resolve().parents[3]
NATIONAL = ROOT / "packs" / "national" / FACTS_FILE
PUBLISHED = Path(__file__).with_name("published_ids.txt")


def test_published_ids_are_still_there_with_type_and_unit() -> None:
    found = load_dictionary(NATIONAL)
    now = {f"fact {one.id} {one.type} {one.unit}" for one in found.facts}
    for holding in found.holdings:
        now.add(f"holding {holding.id}")
        now.update(
            f"holding {holding.id}.{one.id} {one.type} {one.unit}" for one in holding.attributes
        )
    now.update(f"source {one.id}" for one in found.sources)
    now.update(f"code {one.id}.{each.id}" for one in found.code_lists for each in one.choices)
    gone = set(PUBLISHED.read_text(encoding="utf-8").split("\n")) - now - {""}
    assert not gone, "ids are a public contract: add new ones, never change or remove one"


def test_everything_is_named_in_both_languages() -> None:
    found = load_dictionary(NATIONAL)
    named = [(one.id, one.title, one.definition) for one in found.facts]
    named += [(one.id, one.title, one.definition) for one in found.holdings]
    assert [id_ for id_, title, definition in named if not (title.en and definition.en)] == []


def test_only_statistics_offices_are_bound_to_statistics() -> None:
    bound = [one.id for one in load_dictionary(NATIONAL).sources if one.permits == ("statistics",)]
    assert bound == ["statistics_bureau"]


GOOD = """\
id: t
title: 测试
version: "2026-11"
units: [{id: person, title: 人}]
sources: [{id: tax, title: 税务, permits: [statistics]}]
code_lists: [{id: colours, title: 色, choices: [{id: red, title: 红}]}]
facts:
  - {id: staff, title: 人数, definition: x, type: count, unit: person, periods: [year],
     sources: [tax]}
"""


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("sources: [tax]", "sources: [tax, police]", "F001"),
        ("unit: person", "unit: fen", "F002"),
        ("unit: person", "unit: people", "F002"),
        ("type: count, unit: person", "type: money, unit: person", "F002"),
        ("type: count, unit: person", "type: code", "F003"),
        ("type: count, unit: person", "type: code, codes: sizes", "F003"),
        ("unit: person", "unit: person, codes: colours", "F003"),
        ("unit: person", "unit: person, min: 5, max: 4", "F004"),
        ("type: count, unit: person", "type: date, max: 4", "F004"),
        ("permits: [statistics]", "permits: []", "F005"),
        ("permits: [statistics]", "permits: [statistics], needs_consent: [decision]", "F005"),
        (
            "facts:\n",
            "holdings: [{id: staff, title: x, definition: x, sources: [tax]}]\nfacts:\n",
            "F006",
        ),
        (
            "facts:\n",
            "holdings:\n"
            "  - {id: a1, title: x, definition: x, sources: [tax], attributes: [\n"
            "     {id: day, title: x, type: date}]}\n"
            "  - {id: a2, title: x, definition: x, sources: [tax], attributes: [\n"
            "     {id: day, title: x, type: text}]}\nfacts:\n",
            "F007",
        ),
        ("periods: [year]", "periods: [decade]", "D033"),
    ],
)
def test_a_defect_is_told_with_its_rule(tmp_path: Path, old: str, new: str, rule: str) -> None:
    path = tmp_path / FACTS_FILE
    path.write_text(GOOD, encoding="utf-8")
    assert check_dictionary(path) == []
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    assert [finding.rule for finding in check_dictionary(path)] == [rule]
    assert all(finding.line for finding in check_dictionary(path))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="没有这个文件"):
        load_dictionary(tmp_path / FACTS_FILE)
