"""Random walks through loops of the packs: whatever people do or leave undone, the record is whole
and says the same as the tables."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.conf import settings
from hypothesis import HealthCheck, example, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from lianshu.authority import Actor, Refusal
from lianshu.casework.models import Case, Task
from lianshu.casework.queries import case_by_id
from lianshu.casework.reading import possible_actions
from lianshu.casework.runtime import running_loop, working_calendar
from lianshu.casework.services.acting import act
from lianshu.casework.services.alerts import turn_due
from lianshu.casework.services.forms import Given, Stars
from lianshu.casework.services.opening import open_case
from lianshu.casework.services.publishing import publish_loop
from lianshu.casework.services.rebuilding import rebuild_cases
from lianshu.casework.services.talking import comment, reopen_case
from lianshu.casework.services.tasks import moments_of
from lianshu.casework.services.timing import extend, resume, suspend
from lianshu.casework.verifying import verify_cases
from lianshu.engine.definitions import Text
from lianshu.engine.loops import Action, Step, load_loop
from lianshu.engine.loops.model import FormField
from lianshu.engine.worktime import parse_limit, used
from tests.cast import NOW, SYSTEM, Cast

PEOPLE = ("alice", "officer", "carol", "dan", "bob")
MEMBERS = ("university", "bank", "motors")
LOOPS = ("national/order", "ningbo/exemption", "ningbo/challenge-yuyao", "national/programme")
TEXT = Text(zh="一步")
VALUES: dict[str, Any] = {"number": 3, "money": 100, "date": date(2026, 12, 1)}


def value_of(field: FormField, rng: Random) -> Any:
    if field.choices:
        return rng.choice(field.choices).id
    return VALUES.get(field.type, "写了一点")


def given_for(cast: Cast, step: Step, action: Action, seats: dict[str, int], rng: Random) -> Given:
    fields = {field.id: field for field in step.fields}
    return Given(
        values={name: value_of(fields[name], rng) for name in action.requires if name in fields},
        reason=rng.choice(action.reasons).id if action.reasons else "",
        stars=Stars(rng.randint(1, 5)) if action.rating else None,
        appointed={
            role: [cast.organisations[each] for each in MEMBERS[: seats[role]]]
            for role in action.assigns
        },
    )


def walk(cast: Cast, loop: str, seed: int) -> Case:
    """Thirty things that happen to a case, some by people, some by time."""
    rng = Random(seed)
    folder = settings.PACKS / Path(loop).parent / "loops"
    bases = [settings.PACKS / "national" / "loops"]
    loaded = load_loop(folder / f"{Path(loop).name}.yaml", bases=bases)
    version = publish_loop(actor=SYSTEM, loaded=loaded, now=NOW)
    running = running_loop(version)
    seats = {role.id: role.seats or len(MEMBERS) for role in running.loop.roles}
    asker = cast.organisations["magnets"]
    now = NOW
    case = open_case(actor=SYSTEM, version=version, asker=asker, subject="走一走", now=now)
    for _turn in range(30):
        now += timedelta(minutes=rng.randint(1, 60 * 20))
        who = cast.actor(rng.choice(PEOPLE))
        found = case_by_id(SYSTEM, case.public_id)
        assert found is not None
        if rng.random() < 0.2:
            _by_time(rng, now, Task.objects.open().filter(case=case).first())
        elif not found.step:
            _try(lambda: reopen_case(actor=who, case=found, reason="再看", now=now))  # noqa: B023
        elif rng.random() < 0.3:
            _beside(rng, who, found, now)
        else:
            _act(cast, rng, found, seats, now)
    case.refresh_from_db()
    return case


def _by_time(rng: Random, now: datetime, task: Task | None) -> None:
    late = None if task is None else (task.due_at or now) + timedelta(hours=1)
    turn_due(actor=SYSTEM, now=now if late is None or rng.random() < 0.7 else max(now, late))


def _beside(rng: Random, who: Actor, case: Case, now: datetime) -> None:
    ways: tuple[Callable[[], object], ...] = (
        lambda: suspend(actor=who, case=case, reason="等", now=now),
        lambda: resume(actor=who, case=case, reason="等", now=now),
        lambda: comment(actor=who, case=case, text="看看", now=now),
        lambda: extend(actor=who, case=case, limit="4 workhours", reason="难", now=now),
    )
    _try(rng.choice(ways))


def _act(cast: Cast, rng: Random, case: Case, seats: dict[str, int], now: datetime) -> None:
    running = running_loop(case.loop_version)
    step, tasks = running.step(case.step), list(case.tasks.filter(done_at__isnull=True))
    for name in rng.sample(PEOPLE, len(PEOPLE)):
        actor = cast.actor(name)
        mine = case_by_id(actor, case.public_id)
        actions = possible_actions(actor, mine, running, step, tasks) if mine else []
        if actions:
            # A case that ends at once shows little: ends are one of many ways.
            onward = [each for each in actions if each.to in running.steps]
            action = rng.choice(onward if onward and rng.random() < 0.9 else actions)
            given = given_for(cast, step, action, seats, rng)
            act(actor=actor, case=case, action=action.id, given=given, now=now)
            return


def _try(do: Callable[[], object]) -> None:
    with suppress(Refusal):
        do()


@examples(
    max_examples=4,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.sampled_from(LOOPS), st.integers(0, 10_000))
@example("ningbo/exemption", 3)
@example("ningbo/challenge-yuyao", 5)
def test_the_record_is_whole_and_says_what_the_tables_say(cast: Cast, loop: str, seed: int) -> None:
    case = walk(cast, loop, seed)
    assert verify_cases().breaks == ()
    assert list(rebuild_cases(check=True)) == []
    if case.end:
        assert not Task.objects.open().filter(case=case).exists()
        with pytest.raises(Refusal, match="已经结束"):
            act(actor=cast.actor("alice"), case=case, action="x", given=Given(), now=NOW)


def test_what_was_spoiled_is_rebuilt(cast: Cast) -> None:
    case = walk(cast, "national/order", 1)
    before = list(Task.objects.filter(case=case).order_by("pk").values_list("step", "due_at"))
    Case.objects.filter(pk=case.pk).update(reopened=9)
    Task.objects.filter(case=case).update(due_at=NOW, colour="red")
    found = [each.what for each in rebuild_cases(check=True)]
    assert any("reopened" in what for what in found) and any("待办" in what for what in found)
    assert list(rebuild_cases(check=False)) and not list(rebuild_cases(check=True))
    after = Task.objects.filter(case=case).order_by("pk").values_list("step", "due_at")
    assert list(after) == before


@examples(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.datetimes(datetime(2026, 1, 5), datetime(2026, 11, 20)),
    st.integers(0, 15 * 60),
    st.integers(0, 6 * 24 * 60),
)
def test_a_suspension_of_n_working_hours_moves_the_due_time_by_n(
    db: None, start: datetime, after: int, lasting: int
) -> None:
    calendar, begin = working_calendar(), start.replace(tzinfo=NOW.tzinfo)
    step = Step(id="s", stage="s", name=TEXT, limit=parse_limit("16 workhours"))
    since = calendar.start_at(calendar.position(begin) + after)
    until = since + timedelta(minutes=lasting)
    due = moments_of(step, urgent=False, opened_at=begin).due_at
    stopped = [(since, until)]
    later = moments_of(step, urgent=False, opened_at=begin, suspensions=stopped).due_at
    assert due is not None and later is not None
    assert used(calendar, due, later) == used(calendar, since, until)
