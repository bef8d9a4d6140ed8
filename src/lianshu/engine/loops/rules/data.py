"""What is asked for: L040 to L043."""

from __future__ import annotations

from collections.abc import Iterator

from lianshu.engine.definitions import Finding
from lianshu.engine.loops.graph import Path
from lianshu.engine.loops.model import FormField
from lianshu.engine.loops.proof import Proof


def required(proof: Proof) -> Iterator[Finding]:
    """L040 required but not to be filled in."""
    filled = proof.graph.always_before(lambda edge: frozenset(edge.action.requires))
    for place, step, action in proof.actions():
        own = {field.id for field in step.fields}
        for index, name in enumerate(action.requires):
            if name not in own and name not in filled.get(step.id, frozenset()):
                message = f"必填项“{name}”在这一步填不了，也不是每条路上都填过，请加到本步的 fields"
                yield proof.says((*place, "requires", index), "L040", message)


def forms(proof: Proof) -> Iterator[Finding]:
    """L041 a choice without choices, L042 seals and who opens them, L043 a field in two shapes."""
    first: dict[str, FormField] = {}
    for place, step in proof.steps():
        later = proof.graph.reached(edge.to for edge in proof.graph.leaving(step.id))
        later &= set(proof.graph.steps) - {step.id}
        for index, field in enumerate(step.fields):
            at: Path = (*place, "fields", index)
            if field.type == "choice" and not field.choices:
                message = f"选择项“{field.title}”没有 choices，请列出选项"
                yield proof.says((*at, "id"), "L041", message)
            if field.sealed_until and field.sealed_until not in later:
                message = (
                    f"“{field.title}”密封到“{field.sealed_until}”，"
                    "那不是以后的步骤，永远打不开，请更正"
                )
                yield proof.says((*at, "sealed_until"), "L042", message)
            if field.openers and (not field.sealed_until or len(set(field.openers)) != 2):
                message = (
                    f"“{field.title}”的 openers 应是两个不同的角色，"
                    "并与 sealed_until 一起写，请更正"
                )
                yield proof.says((*at, "openers"), "L042", message)
            before = first.setdefault(field.id, field)
            if (before.type, before.sealed_until) != (field.type, field.sealed_until):
                message = (
                    f"字段“{field.id}”前面是 {before.type}，这里是 {field.type}，"
                    "或密封不同，请写成一样，或改一个 id"
                )
                yield proof.says((*at, "id"), "L043", message)
