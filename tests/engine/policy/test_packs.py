"""The policies of the packs: nothing is wrong with them, and every scenario comes out."""

from __future__ import annotations

from functools import cache

import pytest

from lianshu.engine.policy import Pack, Prepared, load_pack, prepare, run
from lianshu.engine.policy.loading import SPEC_FILE
from lianshu.engine.policy.scenarios import scenarios_of
from lianshu.engine.policy.spec import spec_of
from tests.engine.expressions.world import PACKS, codes, dictionary

NAMES = sorted(one.parent.name for one in PACKS.glob("*/policies"))


@cache
def pack(name: str) -> Pack:
    """A pack, read once."""
    others = [one.parent for one in PACKS.glob("*/policies")]
    return load_pack([PACKS / name], dictionary(), codes(), others=others)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_wrong(name: str) -> None:
    found = pack(name)
    assert [str(one) for one in found.findings if one.severity == "error"] == []
    for policy in found.policies:
        _scenarios, findings = prepare(found, policy)
        assert [str(one) for one in findings] == []


CASES = [
    pytest.param(name, one, id=f"{one.policy.folder.name}:{one.scenario.id}")
    for name in NAMES
    for policy in pack(name).policies
    for one in prepare(pack(name), policy)[0]
]


@pytest.mark.parametrize(("name", "case"), CASES)
def test_scenarios(name: str, case: Prepared) -> None:
    assert [str(one) for one in run(pack(name), case).failures] == []


@pytest.mark.parametrize("name", NAMES)
def test_pages_are_current(name: str) -> None:
    """Else: lianshu policy spec POLICY."""
    stale = [
        policy.folder.name
        for policy in pack(name).policies
        if not (path := policy.folder / SPEC_FILE).is_file()
        or path.read_text("utf-8") != spec_of(policy, scenarios_of(policy))
    ]
    assert stale == []
