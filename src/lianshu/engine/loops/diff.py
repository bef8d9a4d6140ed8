"""What changed between two versions of a loop, in words: what it does, and what it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

from lianshu.engine.definitions import Text
from lianshu.engine.loops.model import Action, End, FormField, Loop, Quorum, Role, Step
from lianshu.engine.loops.texts import texts_of
from lianshu.engine.worktime import Limit


class _Named(Protocol):
    @property
    def id(self) -> str: ...


N = TypeVar("N", bound=_Named)


@dataclass(frozen=True, slots=True)
class Change:
    """One sentence; `behaviour`: cases go another way, `text`: they only read differently."""

    kind: Literal["behaviour", "text"]
    words: str


def diff_loops(old: Loop, new: Loop) -> list[Change]:
    """Every change from `old` to `new`; what it does first."""
    moved = moved_steps(old, new)
    behaviour = [*_whole(old, new), *_roles(old, new), *_steps(old, new, moved), *_ends(old, new)]
    return [
        *(Change("behaviour", words) for words in behaviour),
        *(Change("text", words) for words in _texts(old, new, moved)),
    ]


def moved_steps(old: Loop, new: Loop) -> dict[str, str]:
    """Steps that go on under another id: the old one and the new one of the same name."""
    gone = [step for step in old.steps if step.id not in {each.id for each in new.steps}]
    come = [step for step in new.steps if step.id not in {each.id for each in old.steps}]
    names = {str(step.name): step.id for step in come}
    return {step.id: names[str(step.name)] for step in gone if str(step.name) in names}


def _by_id(items: tuple[N, ...]) -> Mapping[str, N]:
    return {item.id: item for item in items}


def _changed(what: str, old: object, new: object) -> Iterator[str]:
    if old != new:
        yield f"{what}：{_shown(old)} → {_shown(new)}"


def _shown(value: object) -> str:
    if value is None or value in ((), ""):
        return "没有"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Limit):
        return value.zh
    if isinstance(value, Quorum):
        return f"{value.quorum} 人"
    if isinstance(value, tuple):
        return "、".join(_shown(item) for item in value)
    return str(value)


def _whole(old: Loop, new: Loop) -> Iterator[str]:
    yield from _changed("起点", old.start, new.start)
    yield from _changed("评价人", old.confirmer, new.confirmer)
    was, now = old.reopening, new.reopening
    if was and now:
        yield from _changed("谁可以重开", was.by, now.by)
        yield from _changed("重开的期限", was.within, now.within)
        yield from _changed("重开后去往", was.to, now.to)
        yield from _changed("可以重开的终点", was.ends, now.ends)
    elif was or now:
        yield "增加了重开" if now else "不能再重开"


def _roles(old: Loop, new: Loop) -> Iterator[str]:
    was, now = _by_id(old.roles), _by_id(new.roles)
    yield from (f"去掉角色“{was[name].name}”" for name in was if name not in now)
    yield from (f"增加角色“{now[name].name}”" for name in now if name not in was)
    for name in (name for name in was if name in now):
        yield from _role(was[name], now[name])


def _role(was: Role, now: Role) -> Iterator[str]:
    what = f"角色“{now.name}”"
    yield from _changed(f"{what}由谁担任", was.bind, now.bind)
    yield from _changed(f"{what}的人数", was.seats, now.seats)
    yield from _changed(f"{what}的替代", was.substitute, now.substitute)


def _steps(old: Loop, new: Loop, moved: Mapping[str, str]) -> Iterator[str]:
    was, now = _by_id(old.steps), _by_id(new.steps)
    for name in (name for name in was if name not in now):
        if name in moved:
            yield f"步骤“{was[name].name}”改了编号：{name} → {moved[name]}"
        else:
            yield f"去掉步骤“{was[name].name}”（{name}）"
    for name in (name for name in now if name not in was and name not in moved.values()):
        yield f"增加步骤“{now[name].name}”（{name}）"
    for name in was:
        follows = moved.get(name, name)
        if follows in now:
            yield from _step(was[name], now[follows])


def _step(was: Step, now: Step) -> Iterator[str]:
    what = f"步骤“{now.name}”"
    yield from _changed(f"{what}的阶段", was.stage, now.stage)
    yield from _changed(f"{what}由谁办理", was.actor, now.actor)
    yield from _changed(f"{what}的时限", was.limit, now.limit)
    yield from _changed(f"{what}的加急时限", was.urgent, now.urgent)
    yield from _changed(f"{what}提前预警", was.amber, now.amber)
    yield from _changed(f"{what}升级给", was.escalate, now.escalate)
    yield from _changed(f"{what}几人办完", was.complete, now.complete)
    yield from _changed(f"{what}算不算办理", was.work, now.work)
    yield from _changed(f"{what}能否中止", was.suspend, now.suspend)
    before, after = was.overdue, now.overdue
    for part, title in (("do", "自动执行"), ("hand_to", "交给"), ("remind", "提醒次数")):
        yield from _changed(
            f"{what}超时后{title}", getattr(before, part, None), getattr(after, part, None)
        )
    yield from _actions(what, was, now)
    yield from _fields(what, was, now)


def _actions(what: str, was: Step, now: Step) -> Iterator[str]:
    old, new = _by_id(was.actions), _by_id(now.actions)
    yield from (f"{what}去掉动作“{old[name].name}”" for name in old if name not in new)
    for name in (name for name in new if name not in old):
        yield f"{what}增加动作“{new[name].name}”，去往 {new[name].to}"
    for name in (name for name in old if name in new):
        yield from _action(f"{what}的动作“{new[name].name}”", old[name], new[name])


def _action(what: str, was: Action, now: Action) -> Iterator[str]:
    yield from _changed(f"{what}去往", was.to, now.to)
    yield from _changed(f"{what}由谁做", was.by, now.by)
    yield from _changed(f"{what}必填", was.requires, now.requires)
    yield from _changed(f"{what}的评价", was.rating, now.rating)
    yield from _changed(f"{what}指派", was.assigns, now.assigns)
    yield from _changed(f"{what}自动", was.automatic, now.automatic)
    before, after = (tuple(one.id for one in each.reasons) for each in (was, now))
    yield from _changed(f"{what}的理由", before, after)


def _fields(what: str, was: Step, now: Step) -> Iterator[str]:
    old, new = _by_id(was.fields), _by_id(now.fields)
    yield from (f"{what}去掉字段“{old[name].title}”" for name in old if name not in new)
    yield from (f"{what}增加字段“{new[name].title}”" for name in new if name not in old)
    for name in (name for name in old if name in new):
        yield from _field(f"{what}的字段“{new[name].title}”", old[name], new[name])


def _field(what: str, was: FormField, now: FormField) -> Iterator[str]:
    yield from _changed(f"{what}的类型", was.type, now.type)
    yield from _changed(f"{what}密封到", was.sealed_until, now.sealed_until)
    yield from _changed(f"{what}由谁开封", was.openers, now.openers)
    before, after = (tuple(one.id for one in each.choices) for each in (was, now))
    yield from _changed(f"{what}的选项", before, after)


def _ends(old: Loop, new: Loop) -> Iterator[str]:
    was: Mapping[str, End] = _by_id(old.ends)
    now: Mapping[str, End] = _by_id(new.ends)
    yield from (f"去掉终点“{was[name].name}”" for name in was if name not in now)
    yield from (f"增加终点“{now[name].name}”" for name in now if name not in was)
    for name in (name for name in was if name in now):
        yield from _changed(f"终点“{now[name].name}”的种类", was[name].kind, now[name].kind)


def _texts(old: Loop, new: Loop, moved: Mapping[str, str]) -> Iterator[str]:
    was, now = texts_of(old), texts_of(new)
    for place, text in was.items():
        parts = place.split(".")
        if parts[0] == "steps" and parts[1] in moved:
            parts[1] = moved[parts[1]]
        other = now.get(".".join(parts))
        if other is not None and other != text:
            yield f"{place}：{_both(text)} → {_both(other)}"


def _both(text: Text) -> str:
    return f"{text.zh}（{text.en}）" if text.en else text.zh
