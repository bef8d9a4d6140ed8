"""A definition on a base: merged parts, removed parts, and places that stay true."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianshu.engine.definitions import Definition, DefinitionError, Finding, load_file, load_folder
from lianshu.engine.definitions.extends import merge
from lianshu.engine.definitions.nodes import to_plain
from lianshu.engine.definitions.reader import parse_document


class Step(Definition):
    id: str
    limit: int
    actor: str = "poser"


class Loop(Definition):
    id: str
    title: str
    steps: tuple[Step, ...]
    tags: tuple[str, ...] = ()
    options: dict[str, int] = {}


BASE = """\
id: base
title: 基础
steps:
  - {id: a, limit: 1}
  - {id: b, limit: 2}
tags: [甲, 乙]
options: {x: 1, y: 2}
"""


def write(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def failing(path: Path, *bases: Path) -> Finding:
    with pytest.raises(DefinitionError) as caught:
        load_file(path, Loop, bases=bases)
    return caught.value.findings[0]


def test_mappings_merge_keyed_lists_merge_other_lists_are_replaced(tmp_path: Path) -> None:
    own = (
        "id: own\nextends: base\nsteps:\n  - {id: b, limit: 5}\n  - {id: c, limit: 3}\n"
        "tags: [丙]\noptions: {y: 7, z: 9}\n"
    )
    write(tmp_path, base=BASE, own=own)
    loaded = load_file(tmp_path / "own.yaml", Loop)
    assert loaded.value.model_dump() == {
        "id": "own",
        "title": "基础",
        "steps": (
            {"id": "a", "limit": 1, "actor": "poser"},
            {"id": "b", "limit": 5, "actor": "poser"},
            {"id": "c", "limit": 3, "actor": "poser"},
        ),
        "tags": ("丙",),
        "options": {"x": 1, "y": 7, "z": 9},
    }
    assert [path.name for path in loaded.sources] == ["own.yaml", "base.yaml"]


def test_remove_and_replace(tmp_path: Path) -> None:
    own = (
        "id: own\nextends: ./base.yaml\nsteps:\n  - !remove {id: a}\n"
        "tags: !remove\noptions: !replace {z: 9}\n"
    )
    write(tmp_path, base=BASE, own=own)
    value = load_file(tmp_path / "own.yaml", Loop).value
    assert [step.id for step in value.steps] == ["b"]
    assert value.tags == ()
    assert value.options == {"z": 9}
    write(tmp_path, own="id: own\nextends: base\nsteps: !replace [{id: z, limit: 1}]\n")
    assert [s.id for s in load_file(tmp_path / "own.yaml", Loop).value.steps] == ["z"]


def test_inherited_defects_point_into_the_base_and_own_ones_into_the_file(tmp_path: Path) -> None:
    base = BASE.replace("limit: 2", "limit: 二")
    write(tmp_path, base=base, own="id: own\nextends: base\nsteps:\n  - {id: a, limit: 一}\n")
    with pytest.raises(DefinitionError) as caught:
        load_file(tmp_path / "own.yaml", Loop)
    found = {(Path(f.file).name, f.line, f.column) for f in caught.value.findings}
    assert found == {("base.yaml", 5, 20), ("own.yaml", 4, 20)}


def test_a_chain_of_bases_and_another_pack(tmp_path: Path) -> None:
    write(tmp_path / "national", s1=BASE.replace("base", "s1"))
    write(tmp_path / "zhejiang", s1="id: s1z\nextends: s1\ntitle: 省\n")
    write(tmp_path / "ningbo", s1="id: s1n\nextends: s1z\ntags: [甬]\n")
    folders = [tmp_path / "national", tmp_path / "zhejiang"]
    loaded = load_file(tmp_path / "ningbo" / "s1.yaml", Loop, bases=folders)
    assert (loaded.value.id, loaded.value.title, loaded.value.tags) == ("s1n", "省", ("甬",))
    assert len(loaded.sources) == 3
    assert [x.value.id for x in load_folder(tmp_path / "ningbo", Loop, bases=folders)] == ["s1n"]


def test_a_definition_may_extend_its_namesake_elsewhere(tmp_path: Path) -> None:
    write(tmp_path / "national", s1=BASE.replace("base", "s1"))
    write(tmp_path / "ningbo", s1="id: s1\nextends: s1\ntitle: 甬\n")
    loaded = load_file(tmp_path / "ningbo" / "s1.yaml", Loop, bases=[tmp_path / "national"])
    assert loaded.value.title == "甬"


def test_the_nearest_of_several_bases_is_meant_and_abstract_is_not_inherited(
    tmp_path: Path,
) -> None:
    write(tmp_path / "far", base=BASE.replace("title: ", "title: 远"))
    write(tmp_path / "near" / "bases", base=BASE + "abstract: true\n")
    write(tmp_path / "near", own="id: own\nextends: base\n")
    loaded = load_file(tmp_path / "near" / "own.yaml", Loop, bases=[tmp_path / "far"])
    assert loaded.sources[1].parent.name == "bases"
    assert not loaded.value.title.startswith("远")
    assert "abstract" not in loaded.node.entries


def test_cycles_of_any_length(tmp_path: Path) -> None:
    write(tmp_path, a="id: a\nextends: b\n", b="id: b\nextends: c\n", c="id: c\nextends: a\n")
    finding = failing(tmp_path / "a.yaml")
    assert (finding.rule, Path(finding.file).name, finding.line) == ("D023", "c.yaml", 2)
    assert "a.yaml → b.yaml → c.yaml → a.yaml" in finding.message
    write(tmp_path, d="id: d\nextends: ./d.yaml\n")
    assert failing(tmp_path / "d.yaml").rule == "D023"


@pytest.mark.parametrize(
    ("extends", "rule"),
    [
        ("[a]", "D020"),
        ("7", "D020"),
        ("nothing", "D021"),
        ("./nothing.yaml", "D021"),
        ("../outside/secret.yaml", "D025"),
        ("/etc/hostname.yaml", "D025"),
        ("twice", "D022"),
    ],
)
def test_bases_that_cannot_be_used(tmp_path: Path, extends: str, rule: str) -> None:
    write(tmp_path / "outside", secret=BASE)
    twice = BASE.replace("base", "twice")
    write(tmp_path / "in", own=f"id: own\nextends: {extends}\n", t1=twice, t2=twice)
    finding = failing(tmp_path / "in" / "own.yaml")
    assert (finding.rule, finding.line, finding.column) == (rule, 2, 10)


def test_a_missing_base_tells_the_files_it_could_not_read(tmp_path: Path) -> None:
    write(tmp_path, own="id: own\nextends: base\n", base="id: base\n  x: [")
    with pytest.raises(DefinitionError) as caught:
        load_file(tmp_path / "own.yaml", Loop)
    assert [f.rule for f in caught.value.findings] == ["D021", "D005"]


@pytest.mark.parametrize(
    "own",
    [
        "id: own\nextends: base\nnone: !remove\n",
        "id: own\nextends: base\nsteps:\n  - !remove {id: q}\n",
        "id: own\nextends: base\noptions: {q: !remove }\n",
        "id: own\ntitle: !remove\n",
    ],
)
def test_removing_what_is_not_there(tmp_path: Path, own: str) -> None:
    write(tmp_path, base=BASE, own=own)
    assert failing(tmp_path / "own.yaml").rule == "D024"


NAMES = st.sampled_from(["a", "b", "c"])
VALUES = st.recursive(
    st.integers(0, 3) | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)
MAPS = st.dictionaries(NAMES, VALUES, max_size=3)


def laid(base: object, own: object) -> object:
    trees = [parse_document(f"v: {text!r}", "x") for text in (base, own)]
    findings: list[Finding] = []
    merged = merge(trees[0], trees[1], findings)
    assert findings == []
    return to_plain(merged)


@given(MAPS, MAPS)
def test_laying_over_twice_changes_nothing_more(base: object, own: object) -> None:
    once = laid(base, own)
    assert isinstance(once, dict)
    assert laid(once["v"], own) == once


@given(MAPS)
def test_nothing_laid_over_changes_nothing(base: object) -> None:
    assert laid(base, {}) == {"v": base}
    assert laid({}, base) == {"v": base}
