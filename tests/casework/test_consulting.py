"""Asking several organisations for their opinion: asking, answering, staying silent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from pytest import MonkeyPatch

from lianshu.accounts.models import Membership
from lianshu.authority import Actor, ActorMembership, Behalf, Matter, Refusal
from lianshu.casework.models import Case, CaseEvent, Consultation, EventKind
from lianshu.casework.queries import case_by_id, cases_for
from lianshu.casework.reading import CaseReading, read_case
from lianshu.casework.receipts import make_receipt
from lianshu.casework.runtime import forget_calendar
from lianshu.casework.services import consulting, silence
from lianshu.casework.services.announcing import announce
from lianshu.casework.services.attachments import attach_to_case
from lianshu.casework.services.calendars import load_year
from lianshu.casework.services.consulting import Question, consult, give_opinion
from lianshu.casework.services.forms import Given, Stars
from lianshu.casework.services.moving import lock_case
from lianshu.casework.services.rebuilding import rebuild_cases
from lianshu.casework.services.silence import note_silence, turning_silent
from lianshu.casework.services.talking import comment, reopen_case
from lianshu.casework.verifying import verify_cases
from lianshu.engine.worktime import OfficialYear
from lianshu.notices.models import Notice
from lianshu.records.errors import Conflict, DomainError, NotFound
from lianshu.registry.services import create_organisation
from tests.casework.loops import order
from tests.casework.test_acting import ASKED, go
from tests.casework.test_time import dispatched, kinds, told
from tests.cast import NOW, SYSTEM, Cast, credit_code

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ASKING = NOW + 2 * HOUR  # Monday 11:30
DUE = datetime(2026, 11, 5, 9, 30, tzinfo=NOW.tzinfo)  # the end of work on Thursday
LATE = DUE + HOUR


def question(cast: Cast, *names: str, text: str = "场地够不够？", days: int = 3) -> Question:
    return Question(tuple(cast.organisations[name] for name in names), text, days)


def asked(cast: Cast, *names: str, by: str = "carol") -> Case:
    """The university handles a case, and asks the bank and the rival firm."""
    case = dispatched(cast)
    ask(cast, case, *(names or ("bank", "motors")), by=by)
    case.refresh_from_db()
    return case


def ask(
    cast: Cast, case: Case, *names: str, by: str = "carol", now: datetime = ASKING, key: str = ""
) -> CaseEvent:
    return consult(
        actor=cast.actor(by), case=case, question=question(cast, *names), now=now, key=key
    )


def row_of(case: Case, cast: Cast, name: str) -> Consultation:
    rows = Consultation.objects.select_related("case", "organisation").filter(case=case)
    found = rows.filter(organisation=cast.organisations[name]).order_by("-asked_seq").first()
    assert found is not None
    return found


def answer(
    cast: Cast,
    case: Case,
    who: str = "dan",
    text: str = "可以",
    *,
    of: str = "bank",
    now: datetime = ASKING + DAY,
    stance: str = "",
    key: str = "",
) -> CaseEvent:
    row = row_of(case, cast, of)
    return give_opinion(
        actor=cast.actor(who), asked=row, text=text, stance=stance, now=now, key=key
    )


def read(cast: Cast, case: Case, who: str, now: datetime = LATE) -> CaseReading:
    actor = cast.actor(who)
    found = case_by_id(actor, case.public_id)
    assert found is not None
    return read_case(actor, found, now=now)


def consistent() -> bool:
    return not verify_cases().breaks and not list(rebuild_cases(check=True))


def test_asked_answered_corrected_and_silent(cast: Cast) -> None:
    case = asked(cast)
    announce(now=ASKING)
    assert told(cast, "dan") == told(cast, "bob") == ["consulted"]
    rows = Consultation.objects.filter(case=case)
    assert {(row.due_at, row.provisional, row.is_open) for row in rows} == {(DUE, False, True)}
    assert case.step == "handle"  # it does not wait
    answer(cast, case, stance="agree")
    answer(cast, case, text="只借两天", stance="remarks", now=DUE)
    with pytest.raises(Refusal, match="不能再更正"):
        answer(cast, case, text="又想了想", now=DUE + HOUR)
    row = row_of(case, cast, "bank")
    assert (row.answered_at, row.stance, row.is_late) == (ASKING + DAY, "remarks", False)
    assert row.answer_seq == CaseEvent.objects.filter(kind=EventKind.OPINION).latest("seq").seq

    assert not turning_silent(DUE).exists()
    assert [note_silence(now=LATE).silent for _again in range(2)] == [1, 0]
    assert kinds(case)[-4:] == ["consulted", "opinion", "opinion", "silent"]
    assert not row_of(case, cast, "motors").stance and row_of(case, cast, "motors").silent_at
    panel = read(cast, case, "carol").consultations[0]
    assert panel.question == "场地够不够？" and panel.summary == "已答复 1 家，未答复 1 家"
    bank, motors = panel.opinions
    assert (bank.text, bank.stance, bank.corrected) == ("只借两天", "同意，有修改意见", True)
    assert (str(motors.badge), motors.text) == ("未答复（到期）", "")
    lines = {line.title: line for line in read(cast, case, "alice").lines}
    assert lines["更正意见"].note == "只借两天" and lines["答复意见"].reason == "同意"
    assert lines["未答复（到期）"].by == "平台自动"
    assert lines["征求意见"].written[0].text == "港湾银行、慈湖电机有限公司"
    assert consistent()


def test_whoever_asked_is_told_once_all_is_in(cast: Cast) -> None:
    case = asked(cast)
    announce(now=ASKING)
    answer(cast, case)
    announce(now=ASKING + DAY)
    before = len(told(cast, "carol"))
    answer(cast, case, text="再补一句", now=DUE)
    announce(now=DUE)
    assert told(cast, "carol")[before:] == ["opinion_after"]
    note_silence(now=LATE)
    announce(now=LATE)
    assert told(cast, "carol")[before:] == ["opinion_after", "opinions_in"]
    assert Notice.objects.latest("id").params["silent"] == 1
    answer(cast, case, "bob", "来晚了", of="motors", now=LATE)
    announce(now=LATE)
    assert told(cast, "carol")[-1] == "opinion_after"
    assert told(cast, "dan") == told(cast, "bob") == ["consulted"]


def test_two_that_end_it_together_are_told_of_once(cast: Cast) -> None:
    case = asked(cast)
    announce(now=ASKING)
    note_silence(now=LATE)
    announce(now=LATE)
    assert kinds(case)[-2:] == ["silent", "silent"]
    assert told(cast, "carol").count("opinions_in") == 1


def test_a_late_answer_is_accepted_and_marked_and_the_silence_stays(cast: Cast) -> None:
    case = asked(cast)
    # before the clock's next look, and after it
    answer(cast, case, now=LATE)
    note_silence(now=LATE)
    answer(cast, case, "bob", "不行", of="motors", stance="object", now=LATE + DAY)
    assert kinds(case)[-4:] == ["silent", "opinion", "silent", "opinion"]
    for name in ("bank", "motors"):
        row = row_of(case, cast, name)
        assert row.is_late and row.silent_at and row.answered_at
    titles = [line.title for line in read(cast, case, "carol").lines]
    assert titles.count("答复意见（迟到）") == 2 and titles.count("未答复（到期）") == 2
    with pytest.raises(Refusal, match="不能再更正"):
        answer(cast, case, now=LATE + DAY)
    assert consistent()


def test_who_may_ask(cast: Cast) -> None:
    case = dispatched(cast)
    for who in ("alice", "bob", "dan"):
        with pytest.raises(Refusal, match="正在办理的单位或负责的链办"):
            ask(cast, case, "bank", by=who)
    ask(cast, case, "bank", by="officer")
    event = CaseEvent.objects.get(kind=EventKind.CONSULTED)
    assert event.organisation_id == cast.organisations["office"].pk
    assert read(cast, case, "alice").consultations[0].by == "欧阳链"
    ask(cast, case, "motors", by="yinzhou")
    assert consistent()


def test_what_cannot_be_asked(cast: Cast) -> None:
    case = dispatched(cast)
    ended = cast.organisations["platform"]
    for names, why in (
        ((), "哪些单位"),
        (("magnets",), "提出单位"),
        (("university",), "您自己的单位"),
        (("bank", "bank"), "写了两遍"),
    ):
        with pytest.raises(DomainError, match=why) as caught:
            ask(cast, case, *names)
        assert caught.value.field == "organisations"
    with pytest.raises(DomainError, match="正在办理"):
        ask(cast, case, "university", by="officer")
    ended.ended_on = NOW.date()
    ended.save()
    with pytest.raises(DomainError, match="已终止"):
        ask(cast, case, "platform")
    nobody = create_organisation(
        actor=SYSTEM,
        name="空壳公司",
        kind="enterprise",
        region=cast.regions["cixi"],
        uscc=credit_code(77),
        now=NOW,
    )
    cast.organisations["nobody"] = nobody
    with pytest.raises(DomainError, match="没有经办人"):
        ask(cast, case, "nobody")
    for bad, field in (
        (question(cast, "bank", text="  "), "question"),
        (question(cast, "bank", text="x" * 4_001), "question"),
        (question(cast, "bank", days=0), "days"),
        (question(cast, "bank", days=61), "days"),
        (question(cast, *["bank"] * 21), "organisations"),
    ):
        with pytest.raises(DomainError) as caught:
            consult(actor=cast.actor("carol"), case=case, question=bad, now=NOW)
        assert caught.value.field == field
    assert not Consultation.objects.exists()
    ask(cast, case, "bank")
    with pytest.raises(DomainError, match="已经在征求"):
        ask(cast, case, "bank", "motors")
    answer(cast, case)
    ask(cast, case, "bank", now=ASKING + 2 * DAY)  # again later: a new one
    assert Consultation.objects.filter(organisation=cast.organisations["bank"]).count() == 2
    assert consistent()


def test_a_repeated_request_is_done_once(cast: Cast) -> None:
    case = dispatched(cast)
    first = ask(cast, case, "bank", key="k")
    assert ask(cast, case, "bank", key="k").pk == first.pk
    with pytest.raises(Conflict, match="另一个请求"):
        ask(cast, case, "motors", key="k")
    one = answer(cast, case, key="k")
    assert answer(cast, case, key="k").pk == one.pk
    with pytest.raises(Conflict, match="另一个请求"):
        answer(cast, case, text="别的", key="k")
    assert Consultation.objects.count() == 1 and kinds(case).count("opinion") == 1


def test_who_may_answer_and_with_what(cast: Cast) -> None:
    case = asked(cast)
    with pytest.raises(Refusal, match="港湾银行”的经办人"):
        answer(cast, case, "bob")
    with pytest.raises(Refusal, match="港湾银行”的经办人"):
        answer(cast, case, "carol")
    with pytest.raises(DomainError, match="请写明意见") as caught:
        answer(cast, case, text=" ")
    assert caught.value.field == "text"
    with pytest.raises(DomainError, match="或者不选") as caught:
        answer(cast, case, stance="maybe")
    assert caught.value.field == "stance"
    Membership.objects.filter(user=cast.users["dan"]).update(role="viewer")
    with pytest.raises(Refusal, match="经办人"):
        answer(cast, case)
    row = row_of(case, cast, "motors")
    row.pk = 10**9
    with pytest.raises(NotFound):
        give_opinion(actor=cast.actor("bob"), asked=row, text="x", now=ASKING)


def test_under_a_mandate_both_names_stand(cast: Cast) -> None:
    case = asked(cast)
    bank = cast.organisations["bank"]

    def agent(*matters: Matter) -> Actor:
        return Actor(
            user_id=cast.users["eve"].pk,
            name="伊芙",
            memberships=(ActorMembership(bank.pk, bank.name, "handler"),),
            behalf=Behalf("mandate", 1, bank.name, matters=frozenset(matters)),
        )

    row = row_of(case, cast, "bank")
    with pytest.raises(Refusal, match="委托您办理的是"):
        give_opinion(actor=agent(Matter.POSTS), asked=row, text="x", now=ASKING)
    assert case_by_id(agent(Matter.POSTS), case.public_id) is None
    event = give_opinion(actor=agent(Matter.ANSWERS), asked=row, text="同意", now=ASKING)
    assert (event.actor_name, event.behalf) == ("伊芙", "港湾银行")
    opinion = read(cast, case, "carol").consultations[0].opinions[0]
    assert (opinion.by, opinion.behalf) == ("伊芙", "港湾银行")


def test_what_the_consulted_reads_and_nothing_else(cast: Cast) -> None:
    case = asked(cast)
    comment(actor=cast.actor("carol"), case=case, text="内部商量一下", now=ASKING)
    answer(cast, case, "bob", "别家的意见", of="motors")
    answer(cast, case)
    reading = read(cast, case, "dan")
    shown = str((reading.lines, reading.consultations))
    assert "测高温退磁" in shown and "场地够不够？" in shown and "可以" in shown
    for hidden in ("内部商量", "别家的意见", "慈湖电机"):
        assert hidden not in shown
    assert [line.title for line in reading.lines] == ["答复意见", "征求意见", "提交", "提出"]
    assert (reading.waiting, reading.stages, reading.actions, reading.step) == ((), (), (), None)
    assert reading.if_nothing == "" and "不参与办理" in reading.why_not
    assert [each.label for each in reading.further] == []  # its time is over
    assert [each.label for each in read(cast, case, "dan", ASKING + DAY).further] == ["更正意见"]
    dan = cast.actor("dan")
    assert not cases_for(dan).exists() and Case.objects.visible_to(dan).count() == 1
    assert case_by_id(cast.actor("eve"), case.public_id) is None
    with pytest.raises(Refusal, match="可以留言"):
        comment(actor=dan, case=case, text="？", now=ASKING)
    with pytest.raises(Refusal, match="随答复一起交"):
        attach_to_case(actor=dan, case=case, upload=ContentFile(b"%PDF-1.4", "a.pdf"), now=NOW)
    with pytest.raises(Refusal, match="您不在其中"):
        go(cast, case, "dan", "report")
    with pytest.raises(Refusal, match="征求意见由"):
        ask(cast, case, "platform", by="dan")
    found = case_by_id(dan, case.public_id)
    assert found is not None
    with pytest.raises(Refusal, match="回执属于"):
        make_receipt(dan, found, now=NOW)


def test_whoever_takes_part_reads_everything_also_when_asked(cast: Cast) -> None:
    case = asked(cast, "bank")
    case.parties.create(role="solver", organisation=cast.organisations["bank"], since=NOW)
    assert read(cast, case, "dan").waiting and len(read(cast, case, "dan").lines) > 4


def test_the_end_of_a_case_closes_what_is_not_answered(cast: Cast) -> None:
    case = asked(cast)
    answer(cast, case, now=ASKING + HOUR)
    go(cast, case, "carol", "report", Given({"result": "已借出"}))
    go(cast, case, "alice", "accept", Given(stars=Stars(5)))
    assert row_of(case, cast, "motors").closed_at and not row_of(case, cast, "bank").closed_at
    for name, who in (("motors", "bob"), ("bank", "dan")):
        with pytest.raises(Refusal, match="不用再答复"):
            answer(cast, case, who, of=name)
    assert note_silence(now=LATE).silent == 0 and "silent" not in kinds(case)
    case.refresh_from_db()
    with pytest.raises(Refusal, match="不用再征求意见"):
        ask(cast, case, "platform", by="officer")
    badges = [str(each.badge) for each in read(cast, case, "officer").consultations[0].opinions]
    assert badges == ["已答复", "办件先结束了"]
    reopen_case(actor=cast.actor("alice"), case=case, reason="又坏了", now=ASKING + DAY)
    case.refresh_from_db()
    ask(cast, case, "motors", by="officer", now=ASKING + DAY)
    assert Consultation.objects.open().count() == 1
    assert consistent()


def test_what_was_spoiled_is_rebuilt(cast: Cast) -> None:
    case = asked(cast)
    answer(cast, case)
    note_silence(now=LATE)
    before = list(
        Consultation.objects.order_by("place").values_list("due_at", "stance", "silent_at")
    )
    Consultation.objects.filter(place=0).update(answered_at=None, due_at=NOW)
    Consultation.objects.filter(place=1).delete()
    assert [each.what for each in rebuild_cases(check=True)] == ["征求意见与记录不一致"]
    assert list(rebuild_cases(check=False)) and not list(rebuild_cases(check=True))
    rows = Consultation.objects.order_by("place")
    assert list(rows.values_list("due_at", "stance", "silent_at")) == before
    assert {(row.region_id, row.chain_id) for row in rows} == {(case.region_id, case.chain_id)}


def test_nothing_twice_and_nothing_lost_when_cut_off(cast: Cast, monkeypatch: MonkeyPatch) -> None:
    case = asked(cast)

    def cut(*_args: object, **_kwargs: object) -> None:
        raise KeyboardInterrupt

    for place, name in ((silence, "append_event"), (silence, "fall_silent")):
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(place, name, cut)
            note_silence(now=LATE)
        assert Consultation.objects.open().count() == 2 and kinds(case)[-1] == "consulted"

    def broken(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("broken")

    with monkeypatch.context() as patch:
        patch.setattr(silence, "append_event", broken)
        assert note_silence(now=LATE).failed == 2
    assert note_silence(now=LATE).silent == 2 and kinds(case).count("silent") == 2
    assert consistent()


def test_an_answer_and_the_silence_at_the_same_moment(cast: Cast, monkeypatch: MonkeyPatch) -> None:
    case = asked(cast, "bank")
    with monkeypatch.context() as patch:  # the answer comes between finding and holding the case

        def after_an_answer(actor: Actor, case_id: int) -> Case:
            answer(cast, case, now=DUE)
            return lock_case(actor, case_id)

        patch.setattr(silence, "lock_case", after_an_answer)
        assert note_silence(now=LATE).silent == 0
    assert kinds(case)[-1] == "opinion" and not row_of(case, cast, "bank").is_late

    ask(cast, case, "motors", now=ASKING)
    with monkeypatch.context() as patch:

        def after_the_clock(actor: Actor, case_id: int) -> Case:
            patch.setattr(consulting, "lock_case", lock_case)
            assert note_silence(now=LATE).silent == 1
            return lock_case(actor, case_id)

        patch.setattr(consulting, "lock_case", after_the_clock)
        answer(cast, case, "bob", of="motors", now=DUE)
    assert kinds(case)[-2:] == ["silent", "opinion"] and row_of(case, cast, "motors").is_late
    assert consistent()


@pytest.fixture
def calendar_anew() -> Iterator[None]:
    """What this process knows of official dates ends with the test."""
    yield
    forget_calendar()


@pytest.mark.usefixtures("calendar_anew")
def test_official_dates_move_a_provisional_due_time(cast: Cast) -> None:
    now = datetime(2026, 12, 30, 2, tzinfo=NOW.tzinfo)
    case = order(cast)
    go(cast, case, "alice", "send", ASKED)
    ask(cast, case, "bank", by="officer", now=now)
    row = row_of(case, cast, "bank")
    assert row.provisional
    off = frozenset({date(2027, 1, 1), date(2027, 1, 4)})
    year = OfficialYear(2027, holidays=off, workdays=frozenset(), source="演示")
    load_year(actor=SYSTEM, year=year, now=now + HOUR)
    moved = row_of(case, cast, "bank")
    assert not moved.provisional and moved.due_at == row.due_at + DAY
    assert kinds(case)[-1] == "recomputed" and consistent()
