"""docs/policies.md: its example is a policy, and comes out as it says."""

from __future__ import annotations

import re
from pathlib import Path

from lianshu.engine.policy import load_pack, prepare, run
from lianshu.engine.policy.ladders import load_ladders
from tests.engine.expressions.world import DOCS, PACKS, codes, dictionary

PAGE = (DOCS / "policies.md").read_text("utf-8")


def written(folder: Path) -> Path:
    """The example of the page as a folder."""
    place = folder / "policies" / "tech-sme-example"
    place.mkdir(parents=True)
    for name in ("policy", "parameters", "scenarios"):
        found = re.search(rf"## {name}\.yaml\n.*?```yaml\n(.*?)```", PAGE, re.DOTALL)
        assert found is not None
        (place / f"{name}.yaml").write_text(found[1], "utf-8")
    return folder


def test_the_example_is_a_policy_that_comes_out(tmp_path: Path) -> None:
    pack = load_pack([written(tmp_path)], dictionary(), codes())
    assert [one for one in pack.findings if one.severity == "error"] == []
    (policy,) = pack.policies
    scenarios, findings = prepare(pack, policy)
    assert [one for one in findings if one.severity == "error"] == []
    assert len(scenarios) == 3
    for scenario in scenarios:
        assert run(pack, scenario).failures == ()


def test_the_example_of_a_ladder_is_one(tmp_path: Path) -> None:
    found = re.search(r"## Ladders\n.*?```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    (tmp_path / "ladders").mkdir()
    (tmp_path / "ladders" / "a-ladder.yaml").write_text(found[1], "utf-8")
    packs = [one.parent for one in PACKS.glob("*/policies")]
    made = load_ladders([tmp_path], dictionary(), codes(), others=packs)
    assert made.findings == ()
    assert [rung.id for rung in made.ladders[0].versions[0].rungs] == ["tech-sme", "leader"]


def test_every_rule_is_in_its_table() -> None:
    engine = DOCS.parent / "src/lianshu/engine/policy"
    sources = "\n".join(path.read_text("utf-8") for path in engine.rglob("*.py"))
    told = set(re.findall(r"^(P\d{3})  ", (engine / "compiling.py").read_text("utf-8"), re.M))
    assert set(re.findall(r'"(P\d{3})"', sources)) <= told
