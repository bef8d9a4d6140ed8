"""Whether the result is judged, and by whom: L030 to L038."""

from __future__ import annotations

from collections.abc import Iterator

from lianshu.engine.definitions import Finding
from lianshu.engine.loops.graph import Path
from lianshu.engine.loops.model import Action, EndKind, Step
from lianshu.engine.loops.proof import Proof

_TAKEN_BACK = frozenset({EndKind.WITHDRAWN, EndKind.FAILED})
_NOT_ACHIEVED = frozenset({EndKind.FAILED, EndKind.DECLINED, EndKind.EXPIRED})


def earned(proof: Proof) -> Iterator[Finding]:
    """L030 done without a rating since the last work, L033 nothing is work."""
    start = proof.loop.start
    ways = proof.graph.unrated_ways(start) if start in proof.graph.steps else {}
    for edge, way in ways.items():
        message = (
            f"不经评价人评价就能办结：{proof.way(way)}，请让它先经过一个 rating: accept 的动作"
        )
        yield proof.says((*edge.place, "to"), "L030", message)
    if not any(step.work for step in proof.loop.steps):
        yield proof.says(
            ("steps",), "L033", "没有一个步骤写着 work: true，看不出事情在哪一步办，请标出来"
        )


def reopened(proof: Proof) -> Iterator[Finding]:
    """L035 reopening loses the rating, L036 who reopens, and what."""
    reopening = proof.loop.reopening
    if reopening is None:
        return
    for index, name in enumerate(reopening.ends):
        if name not in proof.graph.ends:
            message = f"没有终点“{name}”，请更正可以重开的终点"
            yield proof.says(("reopening", "ends", index), "L036", message)
    if any(proof.same(reopening.by, worker) for worker in proof.workers()):
        message = f"“{proof.said(reopening.by)}”办理这件事，不能由它重开来换一个评价，请改为评价人"
        yield proof.says(("reopening", "by"), "L036", message)
    if reopening.to not in proof.graph.steps:
        message = f"重开后去往“{reopening.to}”，没有这个步骤，请更正"
        yield proof.says(("reopening", "to"), "L035", message)
        return
    start = proof.loop.start
    told = set(proof.graph.unrated_ways(start) if start in proof.graph.steps else ())
    for edge, way in proof.graph.unrated_ways(reopening.to).items():
        if edge not in told:
            message = (
                f"重开后不再评价就能办结：{proof.way(way)}，原来的评价就失去意义，请改到评价之前"
            )
            yield proof.says(("reopening", "to"), "L035", message)
            break


def raters(proof: Proof) -> Iterator[Finding]:
    """L031 rated by another than the confirmer, L032 the confirmer does the work, L034 `unrated`
    by a person."""
    confirmer = proof.loop.confirmer
    for place, step, action in proof.actions():
        others = proof.actors(step, action) - {confirmer}
        if action.rating and others:
            said = "、".join(proof.said(name) for name in sorted(others))
            message = f"只有评价人“{proof.said(confirmer)}”可以评价，“{said}”不可以"
            yield proof.says((*place, "rating"), "L031", message)
        if step.work and _judges_own_work(proof, step, action):
            message = (
                f"“{proof.said(confirmer)}”既办理“{step.name}”又评价结果，"
                "请改评价人（confirmer）或办理角色"
            )
            yield proof.says(_who(proof, place, step, action), "L032", message)
        if proof.graph.ends.get(action.to) is EndKind.UNRATED and not (
            action.automatic and any(each.rating == "accept" for each in step.actions)
        ):
            message = (
                f"动作“{action.name}”去往“未评”，只能是评价步骤超时后的自动动作（automatic: true）"
            )
            yield proof.says((*place, "to"), "L034", message)


def _judges_own_work(proof: Proof, step: Step, action: Action) -> bool:
    """Whether the confirmer can do this piece of work; to take a case back is no work."""
    if action.automatic or proof.graph.ends.get(action.to) in _TAKEN_BACK:
        return False
    who = proof.actors(step, action)
    return any(proof.same(name, proof.loop.confirmer) for name in who)


def _who(proof: Proof, place: Path, step: Step, action: Action) -> Path:
    """Where the definition lets the confirmer act: at the action, at its step, when overdue."""
    if action.by:
        return (*place, "by")
    taker = step.overdue.hand_to if step.overdue else None
    if taker and proof.same(taker, proof.loop.confirmer):
        return (*place[:2], "overdue", "hand_to")
    return (*place[:2], "actor")


def honest(proof: Proof) -> Iterator[Finding]:
    """L037 withdrawn by another than who asked, L038 given up by who works on it."""
    for place, step, action in proof.actions():
        kind = proof.graph.ends.get(action.to)
        if action.automatic or kind is None:
            continue
        who = proof.actors(step, action)
        strangers = {name for name in who if not _asks(proof, name)}
        if kind is EndKind.WITHDRAWN and strangers:
            said = "、".join(proof.said(name) for name in sorted(strangers))
            message = f"“撤回”应由提出的一方来做，“{said}”请改用 declined 或 failed 的终点"
            yield proof.says((*place, "to"), "L037", message, warn=True)
        if step.work and kind in _NOT_ACHIEVED and step.actor in who:
            message = (
                f"“{proof.said(step.actor)}”办理这一步，又能自己宣布办不成（{action.name}），"
                "就绕开了评价，请写 by 交给另一角色"
            )
            yield proof.says((*place, "to"), "L038", message, warn=True)


def _asks(proof: Proof, name: str) -> bool:
    role = proof.roles.get(name)
    return name == proof.loop.confirmer or (role is not None and role.bind in {"asker", "liaison"})
