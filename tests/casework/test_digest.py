"""The daily digest: what it says, to whom, once, and never about nothing."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest import MonkeyPatch

from lianshu.authority import Actor, system_actor
from lianshu.casework.digest import MOST, MOST_NOTICES, DayDigest, as_text, build_digest
from lianshu.casework.models import Case, Task
from lianshu.casework.services import digesting
from lianshu.casework.services.announcing import announce
from lianshu.casework.services.digesting import is_digest_day, send_digests
from lianshu.casework.services.forms import Given, Stars
from lianshu.casework.services.talking import comment
from lianshu.jobs.models import Job
from lianshu.jobs.services import enqueue
from lianshu.jobs.worker import run_queued_jobs
from lianshu.notices.models import Delivery, Digest, MailState, Notice
from lianshu.notices.services import add_webhook, choose_mail, deliver_mail
from lianshu.records.fields import opaque_id
from tests.casework.loops import order
from tests.casework.test_acting import ASKED, assigned, go
from tests.casework.test_time import dispatched
from tests.cast import NOW, Cast

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MORNING = NOW + DAY - timedelta(hours=1)
"""Tuesday, 8:30."""


def sent(cast: Cast, *, now: datetime = MORNING) -> Case:
    """Alice's order waits for the office, which was told."""
    case = order(cast)
    go(cast, case, "alice", "send", ASKED)
    announce(now=NOW)
    return case


def overdue() -> None:
    """Whatever waits has been late for an hour in the morning."""
    Task.objects.open().update(due_at=MORNING - HOUR)


def parts(cast: Cast, name: str, now: datetime) -> list[tuple[str, int]]:
    digest = build_digest(cast.actor(name), now=now)
    return [(part.name, part.total) for part in digest.parts]


def users_of_digests() -> list[str]:
    return sorted(Digest.objects.values_list("user__username", flat=True))


def test_red_stands_first_then_amber_then_what_came_then_what_was_told(cast: Cast) -> None:
    officer = cast.actor("officer")
    choose_mail(actor=officer, choice="digest", now=NOW)
    cases = [sent(cast) for _ in range(3)]
    comment(actor=cast.actor("alice"), case=cases[0], text="请快一点", now=NOW)
    announce(now=NOW)
    late, soon, green = Task.objects.open().order_by("pk")
    Task.objects.filter(pk=late.pk).update(due_at=NOW, amber_at=NOW)
    Task.objects.filter(pk=soon.pk).update(due_at=MORNING + HOUR, amber_at=MORNING)
    Task.objects.filter(pk=green.pk).update(due_at=MORNING + DAY, amber_at=MORNING + HOUR)
    assert parts(cast, "officer", MORNING) == [
        ("已超时", 1),
        ("快到期", 1),
        ("新到的待办", 1),
        ("未读通知", 1),
    ]
    digest = build_digest(officer, now=MORNING)
    assert digest.subject == "今日汇总：已超时 1，快到期 1，新到的待办 1，未读通知 1"
    text = as_text(digest)
    assert "欧阳链，您好。这是 2026-11-03 的汇总。" in text
    assert f"/cases/{cases[0].public_id}/" in text and "已超 " in text and "/accounts/me/" in text
    assert text.index("【已超时】") < text.index("【快到期】") < text.index("【未读通知】")

    assert send_digests(now=MORNING).made >= 1
    again = parts(cast, "officer", MORNING + HOUR / 2)
    assert again == [("已超时", 1), ("快到期", 1)]  # what was told is not told again


def test_whoever_was_mailed_at_once_is_not_told_the_same_again(cast: Cast) -> None:
    sent(cast)
    assert parts(cast, "officer", NOW + HOUR) == []
    assert Notice.objects.get(recipient=cast.users["officer"]).mail_state == MailState.WAITING
    assert send_digests(now=MORNING - DAY).made == 0
    assert not Digest.objects.exists()  # nothing is sent when there is nothing


def test_a_task_that_somebody_else_did_is_no_longer_told(cast: Cast) -> None:
    for name in ("officer", "yinzhou"):
        choose_mail(actor=cast.actor(name), choice="digest", now=NOW)
    dispatched(cast)
    announce(now=NOW)
    assert parts(cast, "officer", NOW + HOUR) == parts(cast, "yinzhou", NOW + HOUR) == []


def test_one_a_person_and_day_whatever_happens_to_the_job(
    cast: Cast, monkeypatch: MonkeyPatch
) -> None:
    sent(cast)
    overdue()

    def cut(*_args: object, **_kwargs: object) -> None:
        raise KeyboardInterrupt

    places = ((digesting, "build_digest"), (digesting, "as_html"), (digesting, "post_digest"))
    for place, name in places:
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(place, name, cut)
            send_digests(now=MORNING)
        assert not Digest.objects.exists()
    calls: list[int] = []

    def after_the_first(_done: int) -> None:
        calls.append(_done)
        if Digest.objects.exists():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send_digests(now=MORNING, progress=after_the_first)
    assert Digest.objects.count() == 1
    for _again in range(2):
        send_digests(now=MORNING)
    assert users_of_digests() == ["officer", "yinzhou"]
    assert send_digests(now=MORNING + HOUR).made == 0
    assert send_digests(now=MORNING + DAY).made == 2  # still red the next day


def test_the_row_and_what_it_covers_are_written_together(
    cast: Cast, monkeypatch: MonkeyPatch
) -> None:
    case = sent(cast)
    comment(actor=cast.actor("officer"), case=case, text="收到", now=NOW)
    announce(now=NOW)
    real = Notice.objects.filter

    def cut(*args: object, **kwargs: object) -> object:
        if kwargs.get("mail_state") == MailState.DIGEST and Digest.objects.exists():
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Notice.objects, "filter", cut)
        send_digests(now=MORNING)
    assert not Digest.objects.exists()
    assert Notice.objects.filter(mail_state=MailState.DIGEST).exists()


def test_of_two_runs_one_writes(cast: Cast, monkeypatch: MonkeyPatch) -> None:
    sent(cast)
    overdue()
    build = build_digest

    def after_another(actor: Actor, *, now: datetime) -> DayDigest:
        with monkeypatch.context() as patch:
            patch.setattr(digesting, "build_digest", build)
            send_digests(now=MORNING)
        return build(actor, now=now)

    monkeypatch.setattr(digesting, "build_digest", after_another)
    send_digests(now=MORNING)
    assert users_of_digests() == ["officer", "yinzhou"]


@pytest.mark.parametrize(
    ("moment", "works"),
    [
        (datetime.fromisoformat("2026-10-01T08:30:00+08:00"), False),  # National Day
        (datetime.fromisoformat("2026-10-10T08:30:00+08:00"), True),  # a Saturday worked for it
        (datetime.fromisoformat("2026-11-07T08:30:00+08:00"), False),
        (datetime.fromisoformat("2026-11-09T08:30:00+08:00"), True),
        (datetime.fromisoformat("2026-11-06T16:30:00+00:00"), False),  # Saturday in Shanghai
    ],
)
def test_it_goes_out_on_working_days(cast: Cast, moment: datetime, works: bool) -> None:
    sent(cast)
    Task.objects.update(due_at=moment - HOUR, opened_at=moment - DAY)
    assert is_digest_day(moment) is works
    assert (send_digests(now=moment).made > 0) is works


def test_each_in_their_own_language(cast: Cast) -> None:
    cast.users["officer"].language = "en"
    cast.users["officer"].save()
    sent(cast)
    overdue()
    send_digests(now=MORNING)
    assert deliver_mail(now=MORNING).sent >= 2
    language = {m.to[0]: m for m in mail.outbox if "digest" in m.extra_headers["Message-ID"]}
    assert set(language) == {"officer@example.test", "yinzhou@example.test"}
    html = [str(m.alternatives[0][0]) for m in language.values()]  # type: ignore[attr-defined]
    assert sorted('lang="en"' in each for each in html) == [False, True]


def test_what_people_wrote_is_escaped_in_mail(cast: Cast) -> None:
    case = sent(cast)
    Case.objects.filter(pk=case.pk).update(subject="<b>磁钢</b>&")
    overdue()
    send_digests(now=MORNING)
    digest = Digest.objects.order_by("pk")[0]
    assert "<b>磁钢" not in digest.html and "&lt;b&gt;磁钢&lt;/b&gt;&amp;" in digest.html
    assert "<b>磁钢</b>&" in digest.text


def test_a_long_list_is_cut_and_counted(cast: Cast) -> None:
    case = sent(cast)
    task = Task.objects.open().get()
    Task.objects.filter(pk=task.pk).update(due_at=MORNING - HOUR)
    task.refresh_from_db()
    for _ in range(MOST + 2):
        task.pk = None
        task.save(force_insert=True)
    digest = build_digest(cast.actor("officer"), now=MORNING)
    (part,) = digest.parts
    assert (len(part.lines), part.total, part.left_out) == (MOST, MOST + 3, 3)
    assert "还有 3 件没有列出" in as_text(digest) and case.subject in as_text(digest)


def test_what_was_told_of_one_thing_several_times_takes_one_line(cast: Cast) -> None:
    case = sent(cast)
    for hours in range(3):
        now = NOW + hours * HOUR
        comment(actor=cast.actor("alice"), case=case, text="在吗", now=now)
        announce(now=now)
    (part,) = build_digest(cast.actor("officer"), now=NOW + 3 * HOUR).parts
    (line,) = part.lines
    assert line.title.endswith("（3 条）") and (part.total, part.left_out) == (3, 0)
    notice = Notice.objects.filter(recipient=cast.users["officer"], kind="casework.commented")[0]
    for number in range(MOST_NOTICES + 1):
        notice.pk, notice.public_id, notice.link = None, opaque_id(), f"/cases/{number}/"
        notice.save(force_insert=True)
    (part,) = build_digest(cast.actor("officer"), now=NOW + 3 * HOUR).parts
    assert (len(part.lines), part.total) == (MOST_NOTICES, MOST_NOTICES + 4)
    assert part.left_out == part.total - part.listed > 0


def test_the_duty_reports_what_it_did(cast: Cast, monkeypatch: MonkeyPatch) -> None:
    sent(cast)
    monkeypatch.setattr(digesting, "is_digest_day", lambda _now: True)
    Task.objects.update(due_at=NOW - DAY)
    job = enqueue(
        actor=system_actor("clock"), kind="casework.digests", title="汇总", params={}, now=NOW
    )
    run_queued_jobs()
    result = Job.objects.get(pk=job.pk).result
    assert result is not None and (result["made"], result["failed"]) == (2, 0)


def test_one_that_cannot_be_written_keeps_nobody_from_theirs(
    cast: Cast, monkeypatch: MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    sent(cast)
    overdue()
    broken: list[str] = []

    def first_fails(digest: DayDigest) -> str:
        if not broken:
            broken.append(digest.name)
            raise LookupError("no such kind")
        return as_text(digest)

    monkeypatch.setattr(digesting, "as_text", first_fails)
    outcome = send_digests(now=MORNING)
    assert (outcome.made, outcome.failed) == (1, 1)
    assert send_digests(now=MORNING).made == 1  # the next run makes it up


# --- the page ---


def test_ones_own_digest_can_be_looked_at(client: Client, cast: Cast) -> None:
    case = sent(cast)
    Task.objects.update(due_at=NOW - DAY)
    assert client.get("/inbox/digest/").status_code == 302
    client.force_login(cast.users["officer"])
    assert client.post("/inbox/digest/").status_code == 405
    text = client.get("/inbox/digest/").content.decode()
    assert case.subject in text and "每个工作日 8:30 发到 officer@example.test" in text
    choose_mail(actor=cast.actor("officer"), choice="none", now=NOW)
    assert "这份汇总不会发出" in client.get("/inbox/digest/").content.decode()
    client.force_login(cast.users["bob"])
    other = client.get("/inbox/digest/").content.decode()
    assert case.subject not in other and "现在没有要汇总的事" in other


def test_as_many_queries_for_three_as_for_one(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["officer"])
    counts = []
    for more in (1, 2):
        for _ in range(more):
            sent(cast)
        Task.objects.update(due_at=NOW - DAY)
        client.get("/inbox/digest/")
        with CaptureQueriesContext(connection) as asked:
            client.get("/inbox/digest/")
        counts.append(len(asked))
    assert counts[0] == counts[1]


# --- what other systems are told of the same ---


def test_a_webhook_hears_of_each_move_once_and_of_the_end(cast: Cast) -> None:
    add_webhook(
        actor=cast.actor("admin"), name="协同平台", url="http://127.0.0.1:9/", kinds=(), now=NOW
    )
    case = sent(cast)
    told = Delivery.objects.get()  # the officer and the district's officer were both told
    assert told.kind == "casework.your_turn" and case.public_id in told.body
    assert case.subject not in told.body and "企业" not in told.body
    go(cast, case, "officer", "assign", assigned(cast))
    go(cast, case, "carol", "accept")
    go(cast, case, "carol", "report", Given({"result": "好了"}))
    go(cast, case, "alice", "accept", Given(stars=Stars(5)))
    announce(now=NOW)
    assert not Notice.objects.filter(kind="casework.ended").exists()  # Alice ended it herself
    ended = json.loads(Delivery.objects.get(kind="casework.ended").body)
    assert ended["about"] == {
        "case": case.public_id,
        "loop": "order",
        "seq": 6,
        "end": "done",
        "result": "done",
    }
