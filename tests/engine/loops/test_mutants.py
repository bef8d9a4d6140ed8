"""Every small damage to every loop of the packs: the check and the oracle agree about it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from lianshu.engine.definitions import Loaded
from lianshu.engine.definitions.nodes import Entry, ListNode, MapNode
from lianshu.engine.definitions.validation import validate
from lianshu.engine.loops import Loop, Step, check_loop
from tests.engine.loops.oracle import Oracle
from tests.engine.loops.packs import pack_loops


@dataclass
class Mutant:
    """A damaged loop and what was done to it."""

    kind: str
    what: str
    loaded: Loaded[Loop]


def with_step(loaded: Loaded[Loop], number: int, step: Step) -> Loaded[Loop]:
    steps = (*loaded.value.steps[:number], step, *loaded.value.steps[number + 1 :])
    return replace(loaded, value=loaded.value.model_copy(update={"steps": steps}))


def mutants(loaded: Loaded[Loop]) -> Iterator[Mutant]:
    """Each action deleted, each led to every other step and end, each actor and limit removed."""
    loop = loaded.value
    places = [*(step.id for step in loop.steps), *(end.id for end in loop.ends)]
    for number, step in enumerate(loop.steps):
        for index, action in enumerate(step.actions):
            rest = (*step.actions[:index], *step.actions[index + 1 :])
            less = step.model_copy(update={"actions": rest})
            yield Mutant("delete", f"{step.id}.{action.id}", with_step(loaded, number, less))
            for to in (place for place in places if place != action.to):
                other = action.model_copy(update={"to": to})
                actions = (*step.actions[:index], other, *step.actions[index + 1 :])
                bent = step.model_copy(update={"actions": actions})
                what = f"{step.id}.{action.id} → {to}"
                yield Mutant("redirect", what, with_step(loaded, number, bent))
        for key in ("actor", "limit"):
            yield Mutant(key, step.id, without(loaded, number, key))


def without(loaded: Loaded[Loop], number: int, key: str) -> Loaded[Loop]:
    """The loop read again from a file in which a step lacks a key."""
    steps = loaded.node.entries["steps"]
    assert isinstance(steps.node, ListNode)
    step = steps.node.items[number]
    assert isinstance(step, MapNode)
    entries = {name: entry for name, entry in step.entries.items() if name != key}
    items = (
        *steps.node.items[:number],
        MapNode(step.mark, entries),
        *steps.node.items[number + 1 :],
    )
    changed = {"steps": Entry(steps.key, ListNode(steps.node.mark, items))}
    node = MapNode(loaded.node.mark, loaded.node.entries | changed)
    value, findings = validate(node, Loop)
    assert value is not None, findings
    return Loaded(loaded.path, value, node, loaded.sources)


@pytest.mark.parametrize("name", sorted(pack_loops()))
def test_the_pack_itself_is_closed_by_both(name: str) -> None:
    loaded = pack_loops()[name]
    assert check_loop(loaded) == []
    oracle = Oracle(json.loads(loaded.canonical))
    assert oracle.closed(), oracle.wrong


def test_check_and_oracle_agree_on_every_mutant() -> None:
    tried: Counter[str] = Counter()
    rejected: Counter[str] = Counter()
    disagreed: list[str] = []
    for name, loaded in pack_loops().items():
        for mutant in mutants(loaded):
            findings = [each for each in check_loop(mutant.loaded) if each.severity == "error"]
            oracle = Oracle(mutant.loaded.value.model_dump(mode="json"))
            tried[mutant.kind] += 1
            rejected[mutant.kind] += bool(findings)
            if oracle.closed() is bool(findings):
                said = [each.rule for each in findings]
                disagreed.append(f"{name} {mutant.kind} {mutant.what}: {said} {oracle.wrong}")
            if mutant.kind in ("actor", "limit"):
                number = [step.id for step in loaded.value.steps].index(mutant.what)
                mark = mutant.loaded.mark("steps", number, "id", key=True)
                rule = {"actor": "L010", "limit": "L020"}[mutant.kind]
                assert (mark.file, mark.line, rule) in {(f.file, f.line, f.rule) for f in findings}
    assert disagreed == []
    print({kind: f"{rejected[kind]}/{tried[kind]}" for kind in tried})  # noqa: T201
    assert rejected.total() >= 0.3 * tried.total()
    assert rejected["actor"] + rejected["limit"] == tried["actor"] + tried["limit"]
