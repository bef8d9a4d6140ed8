"""What recurs: switched on and off, opened once each, missed and failed times said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from lianshu.authority import Refusal, system_actor
from lianshu.casework.models import (
    Case,
    CaseEvent,
    Channel,
    RecurredCase,
    RecurredOutcome,
    Recurrence,
    ScheduleVersion,
    Task,
)
from lianshu.casework.queries import loops_in_use
from lianshu.casework.queries_schedules import free_spots
from lianshu.casework.recurring import coming, opening_of, rhythm_said, running_schedule, times_of
from lianshu.casework.runtime import forget_calendar
from lianshu.casework.services import opening_due
from lianshu.casework.services.calendars import load_year
from lianshu.casework.services.opening_due import Opened, is_something_due, open_due_cases
from lianshu.casework.services.publishing import retire_loop
from lianshu.casework.services.recurring import resume, switch_off, switch_on
from lianshu.casework.services.schedule_publishing import publish_packs, publish_schedules
from lianshu.engine.definitions import DefinitionError
from lianshu.engine.loops import Occurrence, Opening, Rhythm
from lianshu.engine.worktime import OfficialYear
from lianshu.notices.models import Notice
from lianshu.records.errors import Conflict, DomainError
from tests.casework.schedules import PACKS, published, recurrence
from tests.cast import NOW, SYSTEM, Cast

CLOCK = system_actor("casework.open_due")
TENTH = datetime(2026, 11, 10, 1, 0, tzinfo=UTC)
"""Nine o'clock on the first tenth after the cast's now, a Tuesday."""


def run(now: datetime) -> Opened:
    return open_due_cases(actor=CLOCK, now=now)


def outcomes(row: Recurrence) -> list[tuple[str, str]]:
    found = RecurredCase.objects.filter(recurrence=row).order_by("day")
    return [(each.day.isoformat(), each.outcome) for each in found]


def test_a_case_is_opened_when_its_time_comes_and_once(cast: Cast) -> None:
    row = recurrence(cast)
    assert (row.next_day, row.next_at) == (date(2026, 11, 10), TENTH)
    assert not is_something_due(TENTH - timedelta(seconds=1))
    assert run(TENTH - timedelta(seconds=1)) == Opened()
    assert is_something_due(TENTH)
    assert run(TENTH) == Opened(opened=1)
    assert run(TENTH) == run(TENTH + timedelta(hours=1)) == Opened()
    case = Case.objects.get()
    assert (case.subject, case.asker) == ("召开例会并形成纪要", cast.organisations["office"])
    assert (case.region, case.chain, case.step) == (cast.regions["ningbo"], None, "set")
    event = CaseEvent.objects.get()
    assert (event.channel, event.actor_name) == (Channel.SYSTEM, "casework.open_due")
    assert Task.objects.waiting_for(cast.actor("officer")).count() == 1
    row.refresh_from_db()
    assert row.next_day == date(2026, 12, 10)
    assert outcomes(row) == [("2026-11-10", "opened")]


def test_a_case_lies_where_its_schedule_is_on(cast: Cast) -> None:
    """The city's office sets it; the district's officers see it and have it in their list."""
    recurrence(cast, "report", region="yinzhou")
    run(datetime(2026, 11, 6, 1, tzinfo=UTC))
    case = Case.objects.get()
    assert case.region == cast.regions["yinzhou"]
    assert Task.objects.waiting_for(cast.actor("yinzhou")).count() == 1
    assert Case.objects.visible_to(cast.actor("officer")).count() == 1
    assert not Case.objects.visible_to(cast.actor("bob")).exists()


def test_of_what_was_missed_the_last_is_opened_and_the_rest_is_said(cast: Cast) -> None:
    row = recurrence(cast, "report", region="yinzhou")
    assert run(datetime(2026, 11, 30, 1, tzinfo=UTC)) == Opened(opened=1, missed=3)
    assert outcomes(row) == [
        ("2026-11-06", "missed"),
        ("2026-11-13", "missed"),
        ("2026-11-20", "missed"),
        ("2026-11-27", "opened"),
    ]
    assert Case.objects.count() == 1
    assert "没有运行" in RecurredCase.objects.filter(outcome="missed")[0].note


def test_a_holiday_moves_to_the_next_working_day(cast: Cast) -> None:
    row = recurrence(cast, first_on=date(2027, 9, 11))
    assert row.next_day == date(2027, 10, 10)
    row = resume(
        actor=cast.actor("officer"),
        recurrence=row,
        organisation=row.organisation,
        first_on=date(2026, 12, 1),
        now=NOW,
    )
    assert [each.day.isoformat() for each in coming(row, 3)] == [
        "2026-12-10",
        "2027-01-10",
        "2027-02-10",
    ]
    sunday = coming(row, 2)[1]
    assert sunday.moved and sunday.at.date() == date(2027, 1, 11)


def test_killed_between_any_two_statements_it_is_opened_once(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each write in turn fails: nothing of that run stays, and the next one does it all."""
    row = recurrence(cast)

    class KilledError(BaseException):
        pass

    def killed(*_args: object, **_kwargs: object) -> None:
        raise KilledError

    places = [
        (opening_due, "open_case"),
        (RecurredCase, "save"),
        (Case, "save"),
        (CaseEvent, "save"),
    ]
    for owner, name in places:
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, killed)
            try:
                with transaction.atomic():
                    run(TENTH)
            except KilledError:
                assert Case.objects.count() == RecurredCase.objects.count() == 0
                row.refresh_from_db()
                assert row.next_at == TENTH
            else:
                break  # this write is not done through it
    run(TENTH)
    assert Case.objects.count() == RecurredCase.objects.count() == 1


def test_of_two_workers_at_once_one_opens(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other has finished between what this one has read and what it writes."""
    recurrence(cast)
    others: list[bool] = []

    def slow(row: Recurrence, *, since: date) -> Iterator[Occurrence]:
        if not others:
            others.append(True)
            assert run(TENTH) == Opened(opened=1)
        return times_of(row, since=since)

    monkeypatch.setattr(opening_due, "times_of", slow)
    assert run(TENTH) == Opened()
    assert Case.objects.count() == RecurredCase.objects.count() == 1


def test_one_that_cannot_be_opened_is_said_and_keeps_no_other_back(cast: Cast) -> None:
    row = recurrence(cast)
    other = recurrence(cast, "close", region="yinzhou", schedule="district-lists")
    version = next(each for each in loops_in_use() if each.loop == "routine")
    retire_loop(actor=SYSTEM, version=version, now=NOW)
    assert run(TENTH) == Opened(opened=1, failed=1)
    assert outcomes(row) == [("2026-11-10", "failed")]
    assert outcomes(other) == [("2026-11-05", "opened")]
    assert "已停用" in RecurredCase.objects.get(outcome=RecurredOutcome.FAILED).note
    notice = Notice.objects.get(recipient=cast.users["officer"], kind="casework.schedule_failed")
    assert "工作例会" in notice.params["name"]


def test_a_day_is_dealt_with_once_even_where_the_next_is_set_back(cast: Cast) -> None:
    row = recurrence(cast)
    run(TENTH)
    with pytest.raises(IntegrityError), transaction.atomic():
        RecurredCase.objects.create(
            recurrence=row, day=date(2026, 11, 10), due_at=TENTH, at=TENTH, outcome="missed"
        )
    later = TENTH + timedelta(hours=2)
    switch_off(actor=cast.actor("officer"), recurrence=row, now=later)
    again = resume(
        actor=cast.actor("officer"),
        recurrence=row,
        organisation=row.organisation,
        first_on=date(2026, 11, 10),
        now=later,
    )
    assert again.next_day == date(2026, 12, 10)


def test_what_is_off_opens_nothing_and_misses_nothing(cast: Cast) -> None:
    officer = cast.actor("officer")
    row = recurrence(cast, "report", region="yinzhou")
    row = switch_off(actor=officer, recurrence=row, now=NOW)
    assert (row.active, row.next_day, row.next_at) == (False, None, None)
    assert run(NOW + timedelta(days=30)) == Opened()
    with pytest.raises(Conflict, match="已经关闭"):
        switch_off(actor=officer, recurrence=row, now=NOW)
    later = NOW + timedelta(days=30)
    row = resume(
        actor=officer,
        recurrence=row,
        organisation=cast.organisations["yinzhou_office"],
        first_on=later.date(),
        now=later,
    )
    assert (row.next_day, coming(row, 1)[0].day) == (date(2026, 12, 4), date(2026, 12, 4))
    assert outcomes(row) == []


def test_only_the_office_of_the_place_switches(cast: Cast) -> None:
    row = recurrence(cast)
    yinzhou, alice = cast.actor("yinzhou"), cast.actor("alice")
    for who in (yinzhou, alice):
        with pytest.raises(Refusal, match="不在您负责的范围内"):
            switch_off(actor=who, recurrence=row, now=NOW)
    with pytest.raises(Refusal, match="不在您负责的范围内"):
        recurrence(cast, "report", region="cixi", by="yinzhou", organisation="office")
    recurrence(cast, "report", region="yinzhou", by="yinzhou", organisation="yinzhou_office")
    assert set(Recurrence.objects.visible_to(yinzhou)) == set(
        Recurrence.objects.filter(region=cast.regions["yinzhou"])
    )
    assert not Recurrence.objects.visible_to(alice).exists()
    assert Recurrence.objects.visible_to(cast.actor("officer")).count() == 2


@pytest.mark.parametrize(
    ("changed", "error", "said"),
    [
        ({"organisation": "motors", "region": "yinzhou"}, DomainError, "不在“鄞州区”"),
        ({"first_on": date(2026, 11, 1)}, DomainError, "今天到一年之内"),
        ({"first_on": date(2028, 1, 1)}, DomainError, "今天到一年之内"),
        ({"opening": "nothing"}, DomainError, "没有这一项"),
    ],
)
def test_what_cannot_recur_is_refused(
    cast: Cast, changed: dict[str, object], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        recurrence(cast, **changed)  # type: ignore[arg-type]
    assert not Recurrence.objects.exists()


def test_a_place_has_an_opening_once(cast: Cast) -> None:
    recurrence(cast)
    with pytest.raises(Conflict, match="已经有这项日程"):
        recurrence(cast)
    with pytest.raises(DomainError, match="至少为一个地方"):
        switch_on(
            actor=cast.actor("officer"),
            version=published()["committee-routine"],
            opening="meeting",
            places=[],
            first_on=NOW.date(),
            now=NOW,
        )


def test_places_are_offered_within_ones_care(cast: Cast) -> None:
    version = published()["committee-routine"]
    openings = {each.id: each for each in running_schedule(version).openings}
    report, meeting = openings["report"], openings["meeting"]

    def offered(who: str, opening: Opening) -> list[str]:
        return [str(spot) for spot in free_spots(cast.actor(who), version, opening)]

    assert offered("officer", report) == ["慈溪市", "鄞州区"]
    assert offered("yinzhou", report) == ["鄞州区"]
    assert offered("yinzhou", meeting) == [] == offered("alice", report)
    recurrence(cast, "report", region="yinzhou")
    assert offered("officer", report) == ["慈溪市"]
    (spot,) = free_spots(cast.actor("officer"), version, meeting)
    assert spot.proposed == cast.organisations["office"]


def test_publishing_twice_changes_nothing_and_a_change_needs_a_version(
    cast: Cast, tmp_path: Path
) -> None:
    first, again = published(), published()
    assert {row.pk for row in first.values()} == {row.pk for row in again.values()}
    assert ScheduleVersion.objects.count() == 2
    source = (PACKS[-1] / "committee-routine.yaml").read_text()
    folder = tmp_path / "own" / "schedules"
    folder.mkdir(parents=True)
    file = folder / "committee-routine.yaml"

    def publish(text: str) -> None:
        file.write_text(text)
        publish_schedules(actor=SYSTEM, paths=[file], now=NOW, bases=[PACKS[0].parent])

    with pytest.raises(Conflict, match="version 加一"):
        publish(source.replace("on: 10", "on: 11"))
    row = recurrence(cast)
    other = recurrence(cast, "consult")
    changed = source.replace("version: 1", "version: 2").replace("on: 10", "on: 11")
    publish(changed.replace("id: consult", "id: confer"))
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.version.version, row.next_day) == (2, date(2026, 11, 11))
    assert (other.version.version, other.active, other.next_at) == (1, False, None)
    assert opening_of(other).id == "consult"


def test_a_schedule_opens_published_loops_only(cast: Cast) -> None:
    with pytest.raises(DefinitionError, match="没有流程“routine”"):
        publish_schedules(actor=SYSTEM, paths=[PACKS[-1]], now=NOW)
    with pytest.raises(Refusal, match="运维授权"):
        publish_packs(actor=cast.actor("officer"), paths=[PACKS[-1]], now=NOW)
    assert not ScheduleVersion.objects.exists()


@pytest.mark.parametrize(
    ("rhythm", "said"),
    [
        ({"every": "month", "on": 10}, "每月 · 10 日"),
        ({"every": "month", "on": "last", "times": 2}, "每 2 个月 · 最后一天"),
        ({"every": "week", "on": 5}, "每周 · 周五"),
        ({"every": "week", "on": "last", "times": 2}, "每 2 周 · 周日"),
        ({"every": "quarter", "on": 1}, "每季度 · 第 1 天"),
        ({"every": "year", "on": 60}, "每年 · 第 60 天"),
        ({"every": "day"}, "每天"),
        ({"every": "day", "times": 3}, "每 3 天"),
    ],
)
def test_a_rhythm_is_said_in_words(rhythm: dict[str, object], said: str) -> None:
    assert rhythm_said(Rhythm.model_validate(rhythm)) == said


def test_official_dates_that_come_later_move_what_is_to_come(cast: Cast) -> None:
    """2027 is not official yet: its notice makes a Saturday a workday, and a Friday a holiday."""
    make_up = recurrence(cast, first_on=date(2027, 4, 1))
    friday = recurrence(cast, "report", region="yinzhou", first_on=date(2027, 4, 12))
    assert make_up.next_at is not None and make_up.next_at.date() == date(2027, 4, 12)
    year = OfficialYear(
        2027,
        holidays=frozenset({date(2027, 4, 16)}),
        workdays=frozenset({date(2027, 4, 10)}),
        source="测试",
    )
    load_year(actor=SYSTEM, year=year, now=NOW)
    try:
        make_up.refresh_from_db()
        friday.refresh_from_db()
        assert make_up.next_at is not None and make_up.next_at.date() == date(2027, 4, 10)
        assert friday.next_day == date(2027, 4, 16)
        assert friday.next_at is not None and friday.next_at.date() == date(2027, 4, 19)
    finally:
        forget_calendar()
