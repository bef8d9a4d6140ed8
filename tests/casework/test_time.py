"""What time does to a case: amber, red, what follows by itself, who is told, and the clock."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from pytest import MonkeyPatch

from lianshu.authority import Refusal
from lianshu.casework.models import Case, CaseEvent, EventKind, Task
from lianshu.casework.services import alerts, announcing
from lianshu.casework.services.acting import act
from lianshu.casework.services.alerts import time_has_come, turn_due
from lianshu.casework.services.announcing import announce
from lianshu.casework.services.forms import Given, Stars
from lianshu.casework.services.rebuilding import rebuild_cases
from lianshu.casework.services.talking import comment, hand_over_task, reopen_case
from lianshu.casework.services.timing import extend, resume, suspend
from lianshu.casework.verifying import verify_cases
from lianshu.notices.models import Notice
from lianshu.records.errors import DomainError
from tests.casework.loops import order
from tests.casework.test_acting import ASKED, assigned, go
from tests.cast import NOW, SYSTEM, Cast

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def dispatched(cast: Cast) -> Case:
    """The university has the task of doing it since NOW + 1 hour (Monday 10:30)."""
    case = order(cast)
    go(cast, case, "alice", "send", ASKED)
    go(cast, case, "officer", "assign", assigned(cast))
    go(cast, case, "carol", "accept")
    case.refresh_from_db()
    return case


def kinds(case: Case) -> list[str]:
    return list(case.events.order_by("seq").values_list("kind", flat=True))


def told(cast: Cast, name: str) -> list[str]:
    notices = Notice.objects.filter(recipient=cast.users[name]).order_by("id")
    return [each.kind.removeprefix("casework.") for each in notices]


def consistent() -> bool:
    return not verify_cases().breaks and not list(rebuild_cases(check=True))


def test_amber_red_and_what_follows_by_itself(cast: Cast) -> None:
    case = order(cast)
    go(cast, case, "alice", "send", ASKED)
    assert announce(now=NOW + HOUR) == 2
    assert told(cast, "officer") == told(cast, "yinzhou") == ["your_turn"]
    assert told(cast, "alice") == told(cast, "bob") == []
    task = Task.objects.open().get()
    assert task.amber_at is not None and task.due_at is not None
    assert not time_has_come(task.amber_at - HOUR)
    for _again in range(2):
        turn_due(actor=SYSTEM, now=task.amber_at)
        announce(now=task.amber_at)
    assert kinds(case) == ["opened", "acted", "amber"]
    assert told(cast, "officer") == ["your_turn", "amber"]
    late = task.due_at + HOUR
    for _again in range(2):
        assert turn_due(actor=SYSTEM, now=late).failed == 0
        announce(now=late)
    assert kinds(case)[3:] == ["red", "taken_over"]
    assert [each.role for each in Task.objects.open()] == ["dispatcher", "supervisor"]
    # who was to act still may, and the case goes on without the other
    go(cast, case, "officer", "assign", assigned(cast))
    taken_up = Task.objects.open().get()
    assert taken_up.due_at is not None and taken_up.role == "solver"
    turn_due(actor=SYSTEM, now=taken_up.due_at + HOUR)
    case.refresh_from_db()
    assert (case.step, kinds(case)[-2:]) == ("dispatch", ["red", "automatic"])
    announce(now=late + DAY)
    assert told(cast, "carol") == []  # it is no longer hers
    assert consistent()


def test_silence_is_reminded_twice_and_then_unrated(cast: Cast) -> None:
    case = dispatched(cast)
    go(cast, case, "carol", "report", Given({"result": "好了"}))
    moment = NOW + HOUR
    while Task.objects.open().exists():
        moment += 4 * HOUR
        turn_due(actor=SYSTEM, now=moment)
        announce(now=moment)
    case.refresh_from_db()
    assert case.end_kind == "unrated"
    assert kinds(case)[-5:] == ["reminded", "amber", "reminded", "red", "automatic"]
    assert told(cast, "alice")[-5:] == ["your_turn", "reminded", "amber", "reminded", "ended"]
    assert not case.ratings.exists() and consistent()
    with pytest.raises(Refusal, match="企业提出"):
        reopen_case(actor=cast.actor("carol"), case=case, reason="x", now=moment)
    with pytest.raises(Refusal, match="超过 30 天"):
        reopen_case(actor=cast.actor("alice"), case=case, reason="x", now=moment + 40 * DAY)
    reopen_case(actor=cast.actor("alice"), case=case, reason="又坏了", now=moment)
    case.refresh_from_db()
    assert (case.step, case.reopened, case.end_kind) == ("dispatch", 1, "")
    comment(actor=cast.actor("carol"), case=case, text="我们再看看", now=moment + HOUR)
    announce(now=moment + HOUR)
    assert (told(cast, "alice")[-1], told(cast, "officer")[-1]) == ("commented", "commented")
    with pytest.raises(Refusal, match="可以留言"):
        comment(actor=cast.actor("bob"), case=case, text="？", now=moment)
    assert consistent()


def test_nothing_twice_and_nothing_lost_when_cut_off(cast: Cast, monkeypatch: MonkeyPatch) -> None:
    case = order(cast)
    go(cast, case, "alice", "send", ASKED)
    late = NOW + 3 * DAY

    def cut(*_args: object, **_kwargs: object) -> None:
        raise KeyboardInterrupt

    for place, name in ((alerts, "append_event"), (alerts, "go_overdue")):
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(place, name, cut)
            turn_due(actor=SYSTEM, now=late)
        assert kinds(case) == ["opened", "acted"]
        assert Task.objects.open().get().colour == "green"
    turn_due(actor=SYSTEM, now=late)
    assert kinds(case) == ["opened", "acted", "red", "taken_over"]
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(announcing, "notify", cut)
        announce(now=late)
    announce(now=late)
    announce(now=late)
    assert told(cast, "officer") == ["your_turn", "red", "your_turn"]
    assert not CaseEvent.objects.filter(announced_at__isnull=True).exists()
    assert not list(rebuild_cases(check=True))


def test_the_clock_stands_still_and_more_time_is_granted(cast: Cast) -> None:
    case = dispatched(cast)
    task = Task.objects.open().get()
    promised, due = task.promised_at, task.due_at
    assert due is not None

    def moments() -> tuple[datetime | None, datetime | None, str]:
        task.refresh_from_db()
        return task.promised_at, task.due_at, task.colour

    with pytest.raises(Refusal, match="正在办理的单位或链办"):
        suspend(actor=cast.actor("alice"), case=case, reason="x", now=NOW + DAY)
    with pytest.raises(DomainError, match="请写明原因"):
        suspend(actor=cast.actor("carol"), case=case, reason=" ", now=NOW + DAY)
    suspend(actor=cast.actor("carol"), case=case, reason="等企业送样品", now=NOW + DAY)
    assert moments() == (None, None, "green")
    with pytest.raises(Refusal, match="已经中止"):
        suspend(actor=cast.actor("officer"), case=case, reason="x", now=NOW + DAY)
    turn_due(actor=SYSTEM, now=due + DAY)
    assert kinds(case)[-1] == EventKind.SUSPENDED
    resume(actor=cast.actor("officer"), case=case, now=NOW + 2 * DAY)
    assert moments()[1] == due + 2 * DAY  # both working days that it touched
    assert task.due_at is not None
    turn_due(actor=SYSTEM, now=task.due_at + HOUR)
    assert moments()[2] == "red"
    with pytest.raises(Refusal, match="延期由链办"):
        extend(actor=cast.actor("carol"), case=case, limit="2 workdays", reason="x", now=NOW)
    with pytest.raises(DomainError, match="时限应写作"):
        extend(actor=cast.actor("officer"), case=case, limit="两天", reason="x", now=NOW)
    later = task.due_at + 2 * HOUR
    before = task.promised_at
    extend(actor=cast.actor("officer"), case=case, limit="2 workdays", reason="设备坏", now=later)
    assert moments() == (before, task.due_at, "green") and task.due_at > later
    assert promised is not None and consistent()
    case.refresh_from_db()
    last = case.events.order_by("seq").last()
    assert last is not None and last.payload.data == {"note": "设备坏", "limit": "2 workdays"}


def test_a_task_is_handed_to_a_colleague(cast: Cast) -> None:
    case = dispatched(cast)
    task = Task.objects.open().get()
    with pytest.raises(Refusal, match="承担这件待办的单位"):
        hand_over_task(
            actor=cast.actor("alice"), task=task, user_id=cast.users["carol"].pk, now=NOW
        )
    with pytest.raises(DomainError, match="本单位的经办人"):
        hand_over_task(actor=cast.actor("carol"), task=task, user_id=cast.users["bob"].pk, now=NOW)
    hand_over_task(actor=cast.actor("carol"), task=task, user_id=cast.users["carol"].pk, now=NOW)
    act(
        actor=cast.actor("carol"),
        case=case,
        action="report",
        given=Given({"result": "好了"}),
        now=NOW + DAY,
    )
    go(cast, case, "alice", "accept", Given(stars=Stars(4)))
    assert consistent()
