"""Files that are broken, hostile or random: findings with a place, never an exception."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianshu.engine.definitions import DefinitionError, Loaded
from lianshu.engine.definitions.reader import parse_document
from lianshu.engine.definitions.validation import validate
from lianshu.engine.loops import (
    Graph,
    Loop,
    behaviour_hash,
    check_files,
    check_loop,
    draw,
    ways_to_ends,
)
from tests.engine.loops.broken import EXAMPLE, changed, found, line_of
from tests.engine.loops.oracle import Oracle

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("rule", "changes", "place"),
    [
        ("D030", [("actor: desk", "aktor: desk")], "aktor"),
        ("D032", [("steps:", "steps: 7\nsteps_:")], "steps: 7"),
        ("D036", [("limit: 1 workday", "limit: 3 天")], "limit: 3 天"),
        ("D032", [("version: 1", "version: 一")], "version"),
        ("D033", [("kind: expired", "kind: over")], "kind: over"),
        ("D035", [("- id: answer", "- id: Answer!")], "id: Answer!"),
        ("D016", [("- id: answer", "- id: ask")], "id: ask\n    stage: answer"),
        ("D016", [("{id: rework", "{id: accept")], "{id: accept, name: 没解决"),
        ("D031", [("confirmer: asker\n", "")], "id: ask"),
        ("D012", [("    actor: desk\n", "    actor: desk\n    actor: head\n")], "actor: head"),
        ("L005", [("to: rate, requires", "to: answer, requires")], "id: answer\n"),
    ],
)
def test_defects_have_a_place(
    rule: str, changes: list[tuple[str, str]], place: str, tmp_path: Path
) -> None:
    text = changed(*changes)
    said = [each for each in found(tmp_path, text) if each.rule == rule]
    assert said
    assert line_of(text, place) in {each.line for each in said}


@pytest.mark.parametrize(
    ("rule", "data"),
    [
        ("D010", BOMB.encode()),
        ("D002", b"# " + b"x" * 5_000_000),
        ("D003", EXAMPLE.encode("gb18030")),
        ("D008", b""),
        ("D009", b"a: " + b"[" * 5000),
        ("D005", b"steps: [unclosed"),
        ("D004", b"id: a\x00b"),
        ("D014", b"id: !!python/object/apply:os.system [ls]"),
        ("D021", b"id: x\nextends: nothing-there"),
        ("D023", b"id: ask\nextends: ./loop.yaml"),
    ],
)
def test_hostile_files(rule: str, data: bytes, tmp_path: Path) -> None:
    (tmp_path / "loop.yaml").write_bytes(data)
    findings = check_files([tmp_path / "loop.yaml"]).findings
    assert rule in {each.rule for each in findings}
    assert all(each.message for each in findings)


NAMES = st.sampled_from(["a", "b", "c", "d", "e", "f"])
ACTIONS = st.lists(
    st.fixed_dictionaries(
        {"id": NAMES, "name": st.just("动"), "to": NAMES},
        optional={
            "by": st.lists(NAMES, max_size=2),
            "requires": st.lists(NAMES, max_size=2),
            "rating": st.sampled_from(["accept", "rework"]),
            "assigns": st.lists(NAMES, max_size=2),
            "automatic": st.booleans(),
        },
    ),
    max_size=3,
)
STEPS = st.lists(
    st.fixed_dictionaries(
        {"id": NAMES, "stage": NAMES, "name": st.just("步"), "actions": ACTIONS},
        optional={
            "actor": NAMES,
            "limit": st.sampled_from(["1 workday", "3 workhours", "30 days"]),
            "amber": st.just("2 workhours"),
            "escalate": st.lists(NAMES, max_size=2),
            "complete": st.one_of(st.just("all"), st.just({"quorum": 2})),
            "work": st.booleans(),
            "overdue": st.fixed_dictionaries({}, optional={"do": NAMES, "hand_to": NAMES}),
            "fields": st.lists(
                st.fixed_dictionaries(
                    {"id": NAMES, "title": st.just("填")},
                    optional={"type": st.just("choice"), "sealed_until": NAMES},
                ),
                max_size=2,
            ),
        },
    ),
    max_size=5,
)
LOOPS = st.fixed_dictionaries(
    {
        "id": st.just("x"),
        "version": st.just(1),
        "title": st.just("题"),
        "source": st.just({"document": "自拟", "phrase": "无"}),
        "confirmer": NAMES,
        "start": NAMES,
        "roles": st.lists(
            st.fixed_dictionaries(
                {
                    "id": NAMES,
                    "name": st.just("角"),
                    "bind": st.sampled_from(["asker", "coordinator", "assigned", "operator"]),
                },
                optional={"seats": st.integers(1, 2), "substitute": NAMES},
            ),
            max_size=3,
        ),
        "stages": st.lists(st.fixed_dictionaries({"id": NAMES, "name": st.just("阶")}), max_size=2),
        "steps": STEPS,
        "ends": st.lists(
            st.fixed_dictionaries(
                {
                    "id": NAMES,
                    "name": st.just("终"),
                    "kind": st.sampled_from(["done", "unrated", "failed", "withdrawn"]),
                }
            ),
            max_size=3,
        ),
    },
    optional={
        "reopening": st.fixed_dictionaries(
            {"by": NAMES, "within": st.just("9 days"), "to": NAMES},
            optional={"ends": st.lists(NAMES, max_size=2)},
        )
    },
)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(LOOPS)
def test_whatever_can_be_read_can_be_checked(plain: dict[str, Any]) -> None:
    """And what the oracle refuses is never passed, however odd the definition."""
    text = yaml.safe_dump(plain, allow_unicode=True, sort_keys=False)
    try:
        node = parse_document(text, "x.yaml")
    except DefinitionError as error:
        assert {each.rule for each in error.findings} == {"D016"}
        return
    value, findings = validate(node, Loop)
    assert value is not None, findings
    loaded = Loaded(Path("x.yaml"), value, node, ())
    errors = [each for each in check_loop(loaded) if each.severity == "error"]
    assert all(each.line for each in errors)
    assert errors or Oracle(value.model_dump(mode="json")).closed()
    assert draw(value).startswith("<svg")
    assert behaviour_hash(value).startswith("sha256:")
    ways_to_ends(Graph(value))
