"""Where a case can go: L001 to L007, L050, L051."""

from __future__ import annotations

from collections.abc import Iterator

from lianshu.engine.definitions import Finding
from lianshu.engine.loops.model import EndKind
from lianshu.engine.loops.proof import Proof


def targets(proof: Proof) -> Iterator[Finding]:
    """L001 the start, L002 where actions lead, L003 names used for a step and an end."""
    if proof.loop.start not in proof.graph.steps:
        yield proof.says(
            ("start",), "L001", f"起点“{proof.loop.start}”不是任何步骤，请改为一个步骤的 id"
        )
    for place, _step, action in proof.actions():
        if action.to not in proof.graph.steps and action.to not in proof.graph.ends:
            message = f"动作“{action.name}”去往“{action.to}”，没有这个步骤或终点，请更正"
            yield proof.says((*place, "to"), "L002", message)
    for number, end in enumerate(proof.loop.ends):
        if end.id in proof.graph.steps:
            message = f"“{end.id}”既是步骤又是终点，请改一个名字"
            yield proof.says(("ends", number, "id"), "L003", message)


def closed(proof: Proof) -> Iterator[Finding]:
    """L004 unreachable, L005 no way to an end, L006 ends without a way in, L007 never `done`."""
    arriving = proof.graph.leading_to(proof.graph.ends)
    for place, step in proof.steps():
        if step.id not in proof.reached:
            message = (
                f"步骤“{step.name}”走不到：从起点没有路通向它，请让某个动作的 to 指向它，或删去"
            )
            yield proof.says((*place, "id"), "L004", message)
        if step.id not in arriving:
            message = f"步骤“{step.name}”走不到任何终点，办件会停在这里，请加一个通向终点的动作"
            yield proof.says((*place, "id"), "L005", message)
    for number, end in enumerate(proof.loop.ends):
        if end.id not in proof.reached:
            message = f"终点“{end.name}”没有路通向它，请让某个动作的 to 指向它，或删去"
            yield proof.says(("ends", number, "id"), "L006", message, warn=True)
    if not any(proof.graph.ends.get(name) is EndKind.DONE for name in proof.reached):
        message = "没有一个走得到的 kind: done 的终点，这个流程永远办不成，请加上"
        yield proof.says(("ends",), "L007", message)


def stages(proof: Proof) -> Iterator[Finding]:
    """L050 a stage that is not declared, L051 a stage in which nothing happens."""
    known = {stage.id: None for stage in proof.loop.stages}
    for place, step in proof.steps():
        if step.stage not in known:
            message = f"没有声明阶段“{step.stage}”，请在 stages 里加上，或改为：{'、'.join(known)}"
            yield proof.says((*place, "stage"), "L050", message)
    present = {step.stage for step in proof.loop.steps if step.id in proof.reached}
    for number, stage in enumerate(proof.loop.stages):
        if stage.id not in present:
            message = f"阶段“{stage.name}”里没有走得到的步骤，请加上步骤"
            yield proof.says(("stages", number, "id"), "L051", message)
