"""Loops nobody wrote, and whatever may happen in them: the record stays whole and says what the
tables say, a refusal changes nothing, and after its end nothing happens to a case."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from lianshu.authority import Actor, Refusal
from lianshu.casework.models import LoopVersion, Task
from lianshu.casework.runtime import Running, running_loop
from lianshu.casework.services.acting import act
from lianshu.casework.services.alerts import turn_due
from lianshu.casework.services.forms import Given, Stars
from lianshu.casework.services.opening import open_case
from lianshu.casework.services.publishing import publish_loop
from lianshu.casework.services.rebuilding import rebuild_cases
from lianshu.casework.services.talking import comment, reopen_case
from lianshu.casework.services.timing import extend, resume, suspend
from lianshu.casework.verifying import verify_cases
from lianshu.engine.loops import Action, check_files, load_loop
from lianshu.records.errors import DomainError
from tests.cast import NOW, SYSTEM, Cast

PEOPLE = ("alice", "officer", "carol", "dan", "bob")
MEMBERS = ("university", "bank", "motors")
LIMITS = ("2 workhours", "9 workhours", "1 workday", "3 workdays", "2 days")
TURNS = 25


def drawn(loop_id: str, rng: Random) -> dict[str, Any]:
    """A loop of random shape: who asks, who dispatches, up to three steps in between, the work,
    the rating. Most are closed; the check says which."""
    middle = [f"m{number}" for number in range(rng.randint(0, 3))]
    way = ["ask", "dispatch", *middle, "work", "rate"]
    steps = [_first(), _dispatch(rng, way[2])]
    for here, to in pairwise(way[2:]):
        steps.append(_step(rng, here, to, way[1 : way.index(here)]))
    steps.append(_last(rng))
    loop: dict[str, Any] = {
        "id": loop_id,
        "version": rng.randint(1, 9),
        "title": "抽出来的流程",
        "source": {"document": "自拟", "phrase": "无"},
        "roles": [
            {"id": "asker", "name": "企业", "bind": "asker"},
            {"id": "desk", "name": "链办", "bind": "coordinator"},
            {"id": "head", "name": "牵头单位", "bind": "operator"},
            {"id": "doer", "name": "成员单位", "bind": "assigned", "seats": 3},
        ],
        "confirmer": "asker",
        "stages": [{"id": "all", "name": "全程"}],
        "start": "ask",
        "steps": steps,
        "ends": [
            {"id": end, "name": end, "kind": end}
            for end in ("done", "unrated", "expired", "declined")
        ],
    }
    if rng.random() < 0.7:
        loop["reopening"] = {"by": "asker", "within": "9 days", "to": rng.choice(way[1:-1])}
    return loop


def _named(name: str, actor: str, limit: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "stage": "all", "name": name, "actor": actor, "limit": limit, **more}


def _first() -> dict[str, Any]:
    return _named(
        "ask",
        "asker",
        "7 days",
        overdue={"do": "lapse", "remind": 1},
        fields=[{"id": "what", "title": "什么", "type": "text"}],
        actions=[
            {"id": "go", "name": "提交", "to": "dispatch", "requires": ["what"]},
            {"id": "lapse", "name": "过期", "to": "expired", "automatic": True},
        ],
    )


def _dispatch(rng: Random, to: str) -> dict[str, Any]:
    reasons = [{"id": "no", "title": "不属于"}]
    return _named(
        "dispatch",
        "desk",
        rng.choice(LIMITS),
        overdue={"hand_to": "head"},
        actions=[
            {"id": "go", "name": "派单", "to": to, "assigns": ["doer"]},
            {"id": "no", "name": "不受理", "to": "declined", "reasons": reasons},
        ],
    )


def _step(rng: Random, name: str, to: str, before: list[str]) -> dict[str, Any]:
    is_work = name == "work"
    actor = "doer" if is_work else rng.choice(("doer", "doer", "desk"))
    back = rng.choice(before)
    step = _named(
        name,
        actor,
        rng.choice(LIMITS),
        work=is_work,
        suspend=rng.random() < 0.7,
        escalate=["head"],
        overdue={"do": "late"} if rng.random() < 0.5 else {"hand_to": "head"},
        fields=[{"id": "count", "title": "几件", "type": "number"}],
        actions=[
            {"id": "go", "name": "往下", "to": to, "requires": ["count"]},
            {"id": "back", "name": "退回", "to": back},
        ],
    )
    if "do" in step["overdue"]:
        step["actions"].append({"id": "late", "name": "逾期", "to": back, "automatic": True})
    if actor == "doer":
        step["complete"] = rng.choice(("one", "any", "all", {"quorum": 2}))
    return step


def _last(rng: Random) -> dict[str, Any]:
    return _named(
        "rate",
        "asker",
        rng.choice(LIMITS),
        overdue={"do": "silent", "remind": rng.randint(0, 2)},
        actions=[
            {"id": "good", "name": "认可", "to": "done", "rating": "accept"},
            {"id": "again", "name": "返工", "to": "work", "rating": "rework"},
            {"id": "silent", "name": "未评", "to": "unrated", "automatic": True},
        ],
    )


def published(loop_id: str, rng: Random, folder: Path) -> LoopVersion:
    """The first drawn loop that the check lets pass."""
    path = folder / "drawn.yaml"
    for _try in range(50):
        path.write_text(yaml.safe_dump(drawn(loop_id, rng), allow_unicode=True), "utf-8")
        if check_files([path]).closed:
            return publish_loop(actor=SYSTEM, loaded=load_loop(path), now=NOW)
    raise AssertionError("fifty loops drawn and none of them closed")


class Walk:
    """One case on its way, and everything that may happen to it."""

    def __init__(self, cast: Cast, version: LoopVersion, rng: Random) -> None:
        self.cast, self.rng, self.now = cast, rng, NOW
        self.running: Running = running_loop(version)
        self.actors = [cast.actor(name) for name in PEOPLE]
        asker = cast.organisations["magnets"]
        self.case = open_case(
            actor=SYSTEM,
            version=version,
            asker=asker,
            subject="走一走",
            urgent=rng.random() < 0.3,
            now=NOW,
        )

    def turn(self) -> None:
        """One thing happens, or is refused and then changes nothing."""
        self.now += timedelta(minutes=self.rng.randint(1, 60 * 15))
        before = self._state()
        try:
            self.rng.choice(
                (self._act, self._act, self._act, self._act, self._beside, self._time)
            )()
        except (Refusal, DomainError):
            assert self._state() == before

    def _state(self) -> list[Any]:
        self.case.refresh_from_db()
        tasks = Task.objects.filter(case=self.case).order_by("pk").values_list()
        return [self.case.head_seq, self.case.head_hash, self.case.step, *tasks]

    def _act(self) -> None:
        """Somebody tries something at the step, or something of another step."""
        self.case.refresh_from_db()
        here = self.running.steps.get(self.case.step)
        step = (
            here if here and self.rng.random() < 0.9 else self.rng.choice(self.running.loop.steps)
        )
        # What leads on is tried more often, or most cases would end before anything happened.
        action = step.actions[0] if self.rng.random() < 0.7 else self.rng.choice(step.actions)
        for actor in self.rng.sample(self.actors, len(self.actors)):
            try:
                self._try(actor, action)
            except Refusal:
                continue
            return

    def _try(self, actor: Actor, action: Action) -> None:
        act(
            actor=actor,
            case=self.case,
            action=action.id,
            given=Given(
                values=dict.fromkeys(action.requires, "3") if self.rng.random() < 0.95 else {},
                reason=action.reasons[0].id if action.reasons else "",
                stars=Stars(self.rng.randint(1, 5)) if action.rating else None,
                appointed={
                    role: self.rng.sample(
                        [self.cast.organisations[each] for each in MEMBERS], self.rng.randint(1, 3)
                    )
                    for role in action.assigns
                },
            ),
            now=self.now,
        )

    def _beside(self) -> None:
        actor, case, now = self.rng.choice(self.actors), self.case, self.now
        match self.rng.randrange(5):
            case 0:
                suspend(actor=actor, case=case, reason="等样品", now=now)
            case 1:
                resume(actor=actor, case=case, now=now)
            case 2:
                extend(actor=actor, case=case, limit="4 workhours", reason="难", now=now)
            case 3:
                comment(actor=actor, case=case, text="看看", now=now)
            case _:
                reopen_case(actor=actor, case=case, reason="再看", now=now)

    def _time(self) -> None:
        """The clock runs, often past the end of the step."""
        task = Task.objects.open().filter(case=self.case).order_by("due_at").first()
        if task is not None and task.due_at is not None and self.rng.random() < 0.5:
            self.now = max(self.now, task.due_at + timedelta(minutes=1))
        assert turn_due(actor=SYSTEM, now=self.now).failed == 0


def nothing_happens_after_the_end(walk: Walk, now: datetime) -> None:
    head = walk.case.head_hash
    assert not Task.objects.open().filter(case=walk.case).exists()
    for step in walk.running.loop.steps:
        for action in step.actions:
            for actor in (*walk.actors, SYSTEM):
                with pytest.raises(Refusal, match="已经结束"):
                    act(actor=actor, case=walk.case, action=action.id, given=Given(), now=now)
    turn_due(actor=SYSTEM, now=now + timedelta(days=400))
    walk.case.refresh_from_db()
    assert walk.case.head_hash == head


@examples(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.integers(0, 10**6))
def test_whatever_happens_the_record_is_whole(cast: Cast, tmp_path: Path, seed: int) -> None:
    rng = Random(seed)
    walk = Walk(cast, published(f"drawn-{seed}", rng, tmp_path), rng)
    for _turn in range(TURNS):
        walk.turn()
        if walk.case.end and rng.random() < 0.3:
            break
    walk.case.refresh_from_db()
    assert verify_cases().breaks == ()
    assert list(rebuild_cases(check=True)) == []
    if walk.case.end:
        nothing_happens_after_the_end(walk, walk.now)
    else:
        assert Task.objects.open().filter(case=walk.case, step=walk.case.step).exists()
