"""How long, and what then: L020 to L025."""

from __future__ import annotations

from collections.abc import Iterator

from lianshu.engine.definitions import Finding
from lianshu.engine.loops.graph import Path
from lianshu.engine.loops.model import Action, Step
from lianshu.engine.loops.proof import Proof


def limits(proof: Proof) -> Iterator[Finding]:
    """L020 no limit, L023 lengths, L024 escalation."""
    for place, step in proof.steps():
        if step.limit is None:
            message = f"步骤“{step.name}”没有时限，请写 limit，例如 3 workdays"
            yield proof.says((*place, "id"), "L020", message)
        else:
            for name, shorter in (("amber", step.amber), ("urgent", step.urgent)):
                if shorter and shorter.rough_minutes >= step.limit.rough_minutes:
                    message = f"{name} {shorter.zh} 应短于时限 {step.limit.zh}"
                    yield proof.says((*place, name), "L023", message)
        if len(set(step.escalate)) != len(step.escalate) or step.actor in step.escalate:
            message = f"步骤“{step.name}”的升级链里有重复，或升级给了办理角色自己"
            yield proof.says((*place, "escalate"), "L024", message)


def overdue(proof: Proof) -> Iterator[Finding]:
    """L021 no way out when overdue, L022 a way out that cannot be taken."""
    for place, step in proof.steps():
        due = step.overdue
        if due is None or (due.do is None and due.hand_to is None):
            message = (
                f"步骤“{step.name}”超时后没有出路，请写 overdue："
                "do 自动执行一个动作，或 hand_to 交给另一角色"
            )
            yield proof.says((*place, "overdue" if due else "id"), "L021", message)
            continue
        if due.do is not None and due.hand_to is not None:
            message = f"步骤“{step.name}”超时后只能有一条出路，do 与 hand_to 请留一个"
            yield proof.says((*place, "overdue"), "L022", message)
        if due.do is not None:
            yield from _done_by_itself(proof, place, step, due.do)
        if due.hand_to is not None and not _helps(proof, step, due.hand_to):
            message = (
                f"步骤“{step.name}”超时后交给“{proof.said(due.hand_to)}”没有用："
                "它就是办理角色，或没有它能做的动作"
            )
            yield proof.says((*place, "overdue", "hand_to"), "L021", message)


def _done_by_itself(proof: Proof, place: Path, step: Step, name: str) -> Iterator[Finding]:
    found = next((action for action in step.actions if action.id == name), None)
    if found is None:
        message = f"步骤“{step.name}”没有动作“{name}”，超时后无法自动执行，请更正"
        yield proof.says((*place, "overdue", "do"), "L022", message)
    elif found.rating or found.requires or found.assigns or found.reasons:
        message = (
            f"动作“{found.name}”要由人评价、填写、指派或选理由，"
            "不能在超时后自动执行，请另设一个 automatic 动作"
        )
        yield proof.says((*place, "overdue", "do"), "L022", message)


def _helps(proof: Proof, step: Step, name: str) -> bool:
    """Whether the role that takes over is another one and has something that it can do."""

    def leads_on(action: Action) -> bool:
        known = action.to in proof.graph.steps or action.to in proof.graph.ends
        return known and not action.automatic and (not action.by or name in action.by)

    return name != step.actor and any(leads_on(action) for action in step.actions)


def automatic(proof: Proof) -> Iterator[Finding]:
    """L022 automatic actions that never happen, L025 steps that hand a case on in a circle."""
    for place, step, action in proof.actions():
        due = step.overdue.do if step.overdue else None
        if action.automatic and action.id != due:
            message = (
                f"自动动作“{action.name}”不会发生，"
                f"请在 overdue 写 do: {action.id}，或去掉 automatic"
            )
            yield proof.says((*place, "automatic"), "L022", message)
    for place, step in proof.steps():
        circle = proof.graph.automatic_circle(step.id)
        if circle:
            message = (
                f"没有人办时，办件会自己转圈：{proof.way(circle)}，"
                "请让其中一步超时后交给人（hand_to）或到终点"
            )
            yield proof.says((*place, "overdue", "do"), "L025", message)
