"""Who acts: L010 to L017."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lianshu.engine.definitions import Finding
from lianshu.engine.loops.graph import Path
from lianshu.engine.loops.model import Quorum, Step
from lianshu.engine.loops.proof import Proof


def roles(proof: Proof) -> Iterator[Finding]:
    """L011 roles not declared, L012 roles not used."""
    used = Counter(name for _place, name in _uses(proof))
    for place, name in _uses(proof):
        if name not in proof.roles:
            known = "、".join(proof.roles)
            message = f"没有声明角色“{name}”，请在 roles 里加上，或改为其中之一：{known}"
            yield proof.says(place, "L011", message)
    for number, role in enumerate(proof.loop.roles):
        if not used[role.id]:
            message = f"角色“{role.name}”没有用到，请删去或派上用场"
            yield proof.says(("roles", number, "id"), "L012", message, warn=True)


def _uses(proof: Proof) -> Iterator[tuple[Path, str]]:
    """Every place that names a role."""
    yield ("confirmer",), proof.loop.confirmer
    for number, role in enumerate(proof.loop.roles):
        if role.substitute:
            yield ("roles", number, "substitute"), role.substitute
    if proof.loop.reopening:
        yield ("reopening", "by"), proof.loop.reopening.by
    for place, step in proof.steps():
        yield from _uses_of_step(place, step)
    yield from _openers(proof)
    for place, _step, action in proof.actions():
        for index, name in enumerate(action.assigns):
            yield (*place, "assigns", index), name


def _uses_of_step(place: Path, step: Step) -> Iterator[tuple[Path, str]]:
    """The roles that act at a step."""
    if step.actor:
        yield (*place, "actor"), step.actor
    for index, name in enumerate(step.escalate):
        yield (*place, "escalate", index), name
    if step.overdue and step.overdue.hand_to:
        yield (*place, "overdue", "hand_to"), step.overdue.hand_to
    for number, action in enumerate(step.actions):
        for index, name in enumerate(action.by):
            yield (*place, "actions", number, "by", index), name


def _openers(proof: Proof) -> Iterator[tuple[Path, str]]:
    """The roles that open what was sealed."""
    for place, step in proof.steps():
        for number, field in enumerate(step.fields):
            for index, name in enumerate(field.openers):
                yield (*place, "fields", number, "openers", index), name


def steps(proof: Proof) -> Iterator[Finding]:
    """L010 no actor, L013 only one person, L014 more hands asked for than there are."""
    for place, step in proof.steps():
        if step.actor is None:
            message = f"步骤“{step.name}”没有办理角色，请写 actor"
            yield proof.says((*place, "id"), "L010", message)
            continue
        role = proof.roles.get(step.actor)
        if role is None:
            continue
        # Nobody may judge in the confirmer's place: what they leave ends as unrated.
        if role.seats == 1 and role.substitute is None and role.id != proof.loop.confirmer:
            message = (
                f"步骤“{step.name}”只有一个人能办（{role.name}，"
                "seats: 1），请写 substitute，以免请假时停住"
            )
            yield proof.says((*place, "actor"), "L013", message, warn=True)
        if isinstance(step.complete, Quorum) and role.seats and step.complete.quorum > role.seats:
            message = (
                f"步骤“{step.name}”要 {step.complete.quorum} 人办完，"
                f"但“{role.name}”最多 {role.seats} 人"
            )
            yield proof.says((*place, "complete"), "L014", message)


def appointed(proof: Proof) -> Iterator[Finding]:
    """L015 a role that may not be appointed yet, L016 one that nobody appoints, L017 a stand-in
    for oneself."""
    known = proof.graph.always_before(lambda edge: frozenset(edge.action.assigns))
    for place, step in proof.steps():
        for at, name in _uses_of_step(place, step):
            role = proof.roles.get(name)
            if role is None or role.bind != "assigned" or step.id not in known:
                continue
            if name not in known[step.id]:
                message = (
                    f"走到“{step.name}”时可能还没有指派“{role.name}”，"
                    f"请让前面的动作写 assigns: [{name}]"
                )
                yield proof.says(at, "L015", message)
    for place, _step, action in proof.actions():
        for index, name in enumerate(action.assigns):
            role = proof.roles.get(name)
            if role is not None and role.bind != "assigned":
                message = f"“{role.name}”不是指派的角色，请把它的 bind 改为 assigned，或不要指派"
                yield proof.says((*place, "assigns", index), "L016", message)
    for number, role in enumerate(proof.loop.roles):
        if role.substitute == role.id:
            message = f"“{role.name}”不能替代自己，请写另一个角色"
            yield proof.says(("roles", number, "substitute"), "L017", message)
