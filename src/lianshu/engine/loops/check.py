"""The proof that a loop is closed. Each finding names the line and what to change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from lianshu.engine.definitions import Finding, Loaded
from lianshu.engine.definitions.findings import Severity
from lianshu.engine.loops.graph import Graph, Path
from lianshu.engine.loops.model import Action, EndKind, Loop, Quorum, Role, Step

Rule = Callable[["Proof"], Iterator[Finding]]


class Proof:
    """One loop under examination, with what several rules ask."""

    def __init__(self, loaded: Loaded[Loop]) -> None:
        self.loaded = loaded
        self.loop = loaded.value
        self.graph = Graph(self.loop)
        self.roles: dict[str, Role] = {role.id: role for role in self.loop.roles}
        self.reached = self.graph.reached(self.graph.entries())

    def steps(self) -> Iterator[tuple[Path, Step]]:
        """Each step with its place."""
        for number, step in enumerate(self.loop.steps):
            yield ("steps", number), step

    def actions(self) -> Iterator[tuple[Path, Step, Action]]:
        """Each action with its place and step."""
        for place, step in self.steps():
            for index, action in enumerate(step.actions):
                yield (*place, "actions", index), step, action

    def actors(self, step: Step, action: Action) -> set[str]:
        """The roles that can do it: those named, else the step's actor, and who stands in."""
        given = set(action.by) or ({step.actor} if step.actor else set())
        if not action.by and step.overdue and step.overdue.hand_to:
            given.add(step.overdue.hand_to)
        standing_in = {self.roles[role].substitute for role in given & set(self.roles)}
        return {role for role in given | standing_in if role is not None}

    def says(self, place: Path, rule: str, message: str, *, warn: bool = False) -> Finding:
        """A finding at a key of the definition."""
        severity: Severity = "warning" if warn else "error"
        return self.loaded.finding(*place, rule=rule, message=message, severity=severity, key=True)


def check_loop(loaded: Loaded[Loop]) -> list[Finding]:
    """Everything that keeps the loop from being closed, in reading order; errors forbid its use."""
    proof = Proof(loaded)
    found = [finding for rule in RULES for finding in rule(proof)]
    return sorted(
        dict.fromkeys(found),
        key=lambda each: (each.file, each.line or 0, each.column or 0, each.rule),
    )


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
    """L004 unreachable, L005 no way to an end, L006 ends without a way in, L007 no `done`."""
    arriving = proof.graph.leading_to(proof.graph.ends)
    for place, step in proof.steps():
        if step.id not in proof.reached:
            message = (
                f"步骤“{step.name}”走不到：从起点没有路通向它，请让某个动作的 to 指向它，或删去"
            )
            yield proof.says((*place, "id"), "L004", message)
        elif step.id not in arriving:
            message = f"步骤“{step.name}”走不到任何终点，办件会停在这里，请加一个通向终点的动作"
            yield proof.says((*place, "id"), "L005", message)
    for number, end in enumerate(proof.loop.ends):
        if end.id not in proof.reached:
            message = f"终点“{end.name}”没有路通向它，请让某个动作的 to 指向它，或删去"
            yield proof.says(("ends", number, "id"), "L006", message)
    if EndKind.DONE not in proof.graph.ends.values():
        yield proof.says(
            ("ends",), "L007", "没有一个 kind: done 的终点，这个流程永远办不成，请加上"
        )


def people(proof: Proof) -> Iterator[Finding]:
    """L010 no actor, L011 undeclared roles, L012 unused roles, L013 one person, L014 quorum."""
    used: Counter[str] = Counter([proof.loop.confirmer])
    for place, name in _role_uses(proof):
        used[name] += 1
        if name not in proof.roles:
            known = "、".join(proof.roles)
            message = f"没有声明角色“{name}”，请在 roles 里加上，或改为其中之一：{known}"
            yield proof.says(place, "L011", message)
    for place, step in proof.steps():
        if step.actor is None:
            message = f"步骤“{step.name}”没有办理角色，请写 actor"
            yield proof.says((*place, "id"), "L010", message)
            continue
        role = proof.roles.get(step.actor)
        if role is None:
            continue
        if role.seats == 1 and role.substitute is None:
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
    for number, role in enumerate(proof.loop.roles):
        if not used[role.id]:
            message = f"角色“{role.name}”没有用到，请删去或派上用场"
            yield proof.says(("roles", number, "id"), "L012", message, warn=True)


def _role_uses(proof: Proof) -> Iterator[tuple[Path, str]]:
    yield ("confirmer",), proof.loop.confirmer
    for number, role in enumerate(proof.loop.roles):
        if role.substitute:
            yield ("roles", number, "substitute"), role.substitute
    if proof.loop.reopening:
        yield ("reopening", "by"), proof.loop.reopening.by
    for place, step in proof.steps():
        if step.actor:
            yield (*place, "actor"), step.actor
        for index, name in enumerate(step.escalate):
            yield (*place, "escalate", index), name
        if step.overdue and step.overdue.hand_to:
            yield (*place, "overdue", "hand_to"), step.overdue.hand_to
    for place, _step, action in proof.actions():
        for index, name in enumerate(action.by):
            yield (*place, "by", index), name
        for index, name in enumerate(action.assigns):
            yield (*place, "assigns", index), name


def time(proof: Proof) -> Iterator[Finding]:
    """L020 no limit, L021 no way out when overdue, L022 what happens then, L023 lengths,
    L024 escalation."""
    for place, step in proof.steps():
        if step.limit is None:
            message = f"步骤“{step.name}”没有时限，请写 limit，例如 3 workdays"
            yield proof.says((*place, "id"), "L020", message)
        else:
            for name in ("amber", "urgent"):
                shorter = getattr(step, name)
                if shorter and shorter.rough_minutes >= step.limit.rough_minutes:
                    message = f"{name} {shorter.zh} 应短于时限 {step.limit.zh}"
                    yield proof.says((*place, name), "L023", message)
        yield from _overdue(proof, place, step)
        if len(set(step.escalate)) != len(step.escalate) or step.actor in step.escalate:
            message = f"步骤“{step.name}”的升级链里有重复，或升级给了办理角色自己"
            yield proof.says((*place, "escalate"), "L024", message)


def _overdue(proof: Proof, place: Path, step: Step) -> Iterator[Finding]:
    due = step.overdue
    if due is None or (due.do is None and due.hand_to is None):
        message = (
            f"步骤“{step.name}”超时后没有出路，请写 overdue："
            "do 自动执行一个动作，或 hand_to 交给另一角色"
        )
        yield proof.says((*place, "overdue" if due else "id"), "L021", message)
        return
    actions = {action.id: action for action in step.actions}
    if due.do is not None and due.do not in actions:
        message = f"步骤“{step.name}”没有动作“{due.do}”，超时后无法自动执行，请更正"
        yield proof.says((*place, "overdue", "do"), "L022", message)
    elif due.do is not None:
        action = actions[due.do]
        if action.rating or action.requires or action.assigns:
            message = (
                f"动作“{action.name}”要由人评价、填写或指派，"
                "不能在超时后自动执行，请另设一个 automatic 动作"
            )
            yield proof.says((*place, "overdue", "do"), "L022", message)
    if due.hand_to is not None:
        helps = any(
            not action.automatic and (not action.by or due.hand_to in action.by)
            for action in step.actions
        )
        if due.hand_to == step.actor or not helps:
            message = (
                f"步骤“{step.name}”超时后交给“{due.hand_to}”没有用："
                "它就是办理角色，或没有它能做的动作"
            )
            yield proof.says((*place, "overdue", "hand_to"), "L021", message)
    for index, action in enumerate(step.actions):
        if action.automatic and action.id != due.do:
            message = (
                f"自动动作“{action.name}”不会发生，"
                f"请在 overdue 写 do: {action.id}，或去掉 automatic"
            )
            yield proof.says((*place, "actions", index, "automatic"), "L022", message)


def ratings(proof: Proof) -> Iterator[Finding]:
    """L030 done without a rating, L031 rated by another than the confirmer, L032 the confirmer does
    the work, L033 nothing is work, L034 `unrated` by a person, L035 reopening loses the rating."""
    names = {step.id: str(step.name) for step in proof.loop.steps}
    names |= {end.id: str(end.name) for end in proof.loop.ends}
    start = proof.loop.start
    ways = proof.graph.unrated_ways(start) if start in proof.graph.steps else {}
    for edge, way in ways.items():
        message = (
            "不经评价人评价就能办结："
            + " → ".join(names[name] for name in way)
            + "，请让它先经过 rating: accept 的动作"
        )
        yield proof.says((*edge.place, "to"), "L030", message)
    reopening = proof.loop.reopening
    if reopening and reopening.to not in proof.graph.steps:
        message = f"重开后去往“{reopening.to}”，没有这个步骤，请更正"
        yield proof.says(("reopening", "to"), "L035", message)
    elif reopening:
        for edge, way in proof.graph.unrated_ways(reopening.to).items():
            if edge not in ways:
                message = "重开后不再评价就能办结：" + " → ".join(names[name] for name in way)
                yield proof.says(
                    ("reopening", "to"), "L035", message + "，原来的评价就失去意义，请改到办理之前"
                )
                break
    yield from _raters(proof)


def _raters(proof: Proof) -> Iterator[Finding]:
    confirmer = proof.loop.confirmer
    for place, step, action in proof.actions():
        others = proof.actors(step, action) - {confirmer}
        if action.rating and others:
            message = f"只有评价人“{confirmer}”可以评价，“{'、'.join(sorted(others))}”不可以"
            yield proof.says((*place, "rating"), "L031", message)
        if step.work and confirmer in proof.actors(step, action) and not action.automatic:
            if _withdraws(proof, action):
                continue
            message = (
                f"“{confirmer}”既办理“{step.name}”又评价结果，请改评价人（confirmer）或办理角色"
            )
            yield proof.says((*place, "id"), "L032", message)
        if proof.graph.ends.get(action.to) is EndKind.UNRATED and not (
            action.automatic and any(each.rating for each in step.actions)
        ):
            message = (
                f"动作“{action.name}”去往“未评”，只能是评价步骤超时后的自动动作（automatic: true）"
            )
            yield proof.says((*place, "to"), "L034", message)
    if not any(step.work for step in proof.loop.steps):
        yield proof.says(
            ("steps",), "L033", "没有一个步骤写着 work: true，看不出事情在哪一步办，请标出来"
        )


def _withdraws(proof: Proof, action: Action) -> bool:
    """The asker may take a case back while others work on it; that is no work."""
    return proof.graph.ends.get(action.to) in {EndKind.WITHDRAWN, EndKind.FAILED}


def fields(proof: Proof) -> Iterator[Finding]:
    """L040 required but not to be filled, L041 a choice without choices, L042 seals."""
    filled = proof.graph.always_before(lambda edge: frozenset(edge.action.requires))
    for place, step, action in proof.actions():
        own = {field.id for field in step.fields}
        for index, name in enumerate(action.requires):
            if name not in own and name not in filled.get(step.id, frozenset()):
                message = f"必填项“{name}”在这一步填不了，也不是每条路上都填过，请加到本步的 fields"
                yield proof.says((*place, "requires", index), "L040", message)
    for place, step in proof.steps():
        later = proof.graph.reached(edge.to for edge in proof.graph.leaving(step.id))
        for index, field in enumerate(step.fields):
            at: Path = (*place, "fields", index)
            if field.type == "choice" and not field.choices:
                yield proof.says(
                    (*at, "id"), "L041", f"选择项“{field.title}”没有 choices，请列出选项"
                )
            if field.sealed_until and field.sealed_until not in later & set(proof.graph.steps):
                message = (
                    f"“{field.title}”密封到“{field.sealed_until}”，"
                    "那不是以后的步骤，永远打不开，请更正"
                )
                yield proof.says((*at, "sealed_until"), "L042", message)


def assignments(proof: Proof) -> Iterator[Finding]:
    """L043 somebody acts who was never assigned."""
    assigned = proof.graph.always_before(lambda edge: frozenset(edge.action.assigns))
    for place, step in proof.steps():
        role = proof.roles.get(step.actor or "")
        if role is None or role.bind != "assigned" or step.id not in assigned:
            continue
        if role.id not in assigned[step.id]:
            message = (
                f"走到“{step.name}”时可能还没有指派“{role.name}”，"
                f"请让前面的动作写 assigns: [{role.id}]"
            )
            yield proof.says((*place, "actor"), "L043", message)


def stages(proof: Proof) -> Iterator[Finding]:
    """L050 a stage that is not declared, L051 a stage in which nothing happens."""
    known = {stage.id for stage in proof.loop.stages}
    for place, step in proof.steps():
        if step.stage not in known:
            message = (
                f"没有声明阶段“{step.stage}”，请在 stages 里加上，"
                f"或改为：{'、'.join(sorted(known))}"
            )
            yield proof.says((*place, "stage"), "L050", message)
    present = {step.stage for step in proof.loop.steps if step.id in proof.reached}
    for number, stage in enumerate(proof.loop.stages):
        if stage.id not in present:
            message = f"阶段“{stage.name}”里没有走得到的步骤，请加上步骤"
            yield proof.says(("stages", number, "id"), "L051", message)


RULES: tuple[Rule, ...] = (
    targets,
    closed,
    people,
    time,
    ratings,
    fields,
    assignments,
    stages,
)
