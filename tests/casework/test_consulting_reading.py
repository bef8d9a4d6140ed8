"""What a consulted organisation reads of files, sealed values and ratings; two doors at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection

from lianshu.authority import Refusal
from lianshu.casework.models import Case, CaseEvent, Consultation, EventKind
from lianshu.casework.queries import case_by_id
from lianshu.casework.receipt_checking import check_receipt
from lianshu.casework.receipts import make_receipt, write_receipt
from lianshu.casework.services.attachments import attach_to_case
from lianshu.casework.services.consulting import consult, give_opinion
from lianshu.casework.services.forms import Given, Stars
from lianshu.casework.services.opening import open_case
from lianshu.casework.services.publishing import publish_loop
from lianshu.engine.loops import load_loop
from lianshu.files.models import StoredFile
from lianshu.files.queries import readable_file
from lianshu.records.errors import DomainError
from tests.casework.loops import order
from tests.casework.test_acting import ASKED, assigned, go
from tests.casework.test_consulting import (
    ASKING,
    DUE,
    answer,
    ask,
    asked,
    consistent,
    question,
    read,
    row_of,
)
from tests.casework.test_seals import IN_WORDS, bid_on
from tests.cast import NOW, SYSTEM, Cast

PDF = b"%PDF-1.4 x"
HOUR = timedelta(hours=1)


def stored_with_an_opinion(cast: Cast, case: Case, who: str, of: str) -> StoredFile:
    give_opinion(
        actor=cast.actor(who),
        asked=row_of(case, cast, of),
        text="见附件",
        upload=ContentFile(PDF, f"{of}.pdf"),
        now=ASKING + HOUR,
    )
    return StoredFile.objects.get(name=f"{of}.pdf")


def may_read(cast: Cast, who: str, stored: StoredFile) -> bool:
    try:
        return readable_file(cast.actor(who), stored.public_id) == stored
    except Refusal:
        return False


def test_files_of_the_asker_and_of_ones_own_answer(cast: Cast) -> None:
    case = asked(cast)
    ours = stored_with_an_opinion(cast, case, "dan", "bank")
    theirs = stored_with_an_opinion(cast, case, "bob", "motors")
    with_case = attach_to_case(
        actor=cast.actor("carol"), case=case, upload=ContentFile(PDF, "case.pdf"), now=NOW
    )
    assert may_read(cast, "dan", ours) and may_read(cast, "bob", theirs)
    for stored in (ours, theirs, with_case):
        for who in ("alice", "carol", "officer"):
            assert may_read(cast, who, stored)
        assert not may_read(cast, "eve", stored)
    assert not may_read(cast, "dan", theirs) and not may_read(cast, "dan", with_case)
    with pytest.raises(DomainError, match="不是可以上传的类型"):
        give_opinion(
            actor=cast.actor("dan"),
            asked=row_of(case, cast, "bank"),
            text="假照片",
            upload=ContentFile(b"MZ\x90\x00\x03\x00\x00\x00", "photo.png"),
            now=ASKING + HOUR,
        )
    panel = read(cast, case, "carol").consultations[0]
    assert [file.text for file in panel.opinions[0].files] == ["bank.pdf"]


def test_what_the_asker_attached_is_read_with_what_it_wrote(cast: Cast) -> None:
    case = order(cast)
    paper = attach_to_case(
        actor=cast.actor("alice"), case=case, upload=ContentFile(PDF, "plan.pdf"), now=NOW
    )
    go(cast, case, "alice", "send", Given({**ASKED.values}, files=(paper.public_id,)))
    later = attach_to_case(
        actor=cast.actor("alice"), case=case, upload=ContentFile(PDF, "later.pdf"), now=NOW
    )
    assert not may_read(cast, "dan", paper)
    ask(cast, case, "bank", by="officer")
    assert may_read(cast, "dan", paper) and not may_read(cast, "dan", later)
    assert not may_read(cast, "bob", paper)


def test_sealed_values_stay_hidden_also_when_opened(cast: Cast) -> None:
    case = bid_on(cast)
    consult(actor=cast.actor("officer"), case=case, question=question(cast, "bank"), now=ASKING)
    reading = read(cast, case, "dan")
    assert IN_WORDS not in str(reading.lines) and "晶界扩散" in str(reading.lines)
    assert "矫顽力" in reading.about
    sealed = StoredFile.objects.get()
    assert not may_read(cast, "dan", sealed)


def test_ratings_stay_hidden(cast: Cast) -> None:
    case = order(cast)
    for who, action, given in (
        ("alice", "send", ASKED),
        ("officer", "assign", assigned(cast)),
        ("carol", "accept", Given()),
        ("carol", "report", Given({"result": "机密结果"})),
        ("alice", "rework", Given(stars=Stars(1), reason="not_solved", note="太差了")),
    ):
        go(cast, case, who, action, given)
    ask(cast, case, "bank")
    shown = str(read(cast, case, "dan").lines)
    assert "测高温退磁" in shown
    for hidden in ("★", "太差了", "机密结果", "返工"):
        assert hidden not in shown
    assert "太差了" in str(read(cast, case, "alice").lines)


def test_an_office_that_asks_is_read_too(cast: Cast) -> None:
    """Where who asks acts for an office, no organisation stands at the event."""
    loaded = load_loop(
        settings.PACKS / "national" / "loops" / "routine.yaml",
        bases=[settings.PACKS / "national" / "loops"],
    )
    version = publish_loop(actor=SYSTEM, loaded=loaded, now=NOW)
    case = open_case(
        actor=cast.actor("officer"),
        version=version,
        asker=cast.organisations["office"],
        subject="例会",
        now=NOW,
    )
    ask(cast, case, "bank", by="officer", now=NOW + HOUR)
    assert read(cast, case, "dan").lines[-1].title == "提出"


def test_the_receipt_proves_the_question_and_keeps_the_opinions(cast: Cast, tmp_path: Path) -> None:
    case = asked(cast)
    answer(cast, case, text="保密的意见")
    found = case_by_id(cast.actor("alice"), case.public_id)
    assert found is not None
    text = write_receipt(make_receipt(cast.actor("alice"), found, now=DUE))
    assert "保密的意见" not in text and "场地够不够" not in text
    kinds = [event["kind"] for event in json.loads(text)["events"]]
    assert kinds[-2:] == ["consulted", "opinion"]
    path = tmp_path / "receipt.json"
    path.write_text(text, encoding="utf-8")
    assert check_receipt(path).flaws == ()


RACE = """
import sys, threading, django
from datetime import datetime
django.setup()
from django.db import connections
from lianshu.accounts.models import User
from lianshu.accounts.queries import actor_of
from lianshu.authority import Refusal
from lianshu.casework.models import Consultation
from lianshu.casework.services.consulting import give_opinion
from lianshu.casework.services.silence import note_silence
from lianshu.records.errors import DomainError

due, late = map(datetime.fromisoformat, sys.argv[1:])
asked = Consultation.objects.get()
dan = actor_of(User.objects.get(username="dan"), now=due)
start = threading.Barrier(12)

def one(number):
    start.wait(30)
    try:
        if number % 2:
            give_opinion(actor=dan, asked=asked, text=f"{number}", now=due)
        else:
            note_silence(now=late)
    except (Refusal, DomainError):
        pass
    finally:
        connections.close_all()

threads = [threading.Thread(target=one, args=(n,)) for n in range(12)]
[each.start() for each in threads]
[each.join() for each in threads]
from lianshu.casework.services.rebuilding import rebuild_cases
from lianshu.casework.verifying import verify_cases
from lianshu.casework.models import CaseEvent
row = Consultation.objects.get()
hows = [e.facts["opinion"][2] for e in CaseEvent.objects.filter(kind="opinion").order_by("seq")]
silent = CaseEvent.objects.filter(kind="silent").count()
clean = not verify_cases().breaks and not list(rebuild_cases(check=True))
print(hows, silent, row.is_late, clean)
"""


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the rows reach it through a copy")
def test_many_answers_and_clocks_at_once(cast: Cast, tmp_path: Path) -> None:
    """Either the answer came first and there is no silence, or the silence did and it is late."""
    asked(cast, "bank")
    copy = tmp_path / "copy.sqlite3"
    connection.ensure_connection()
    copy.write_bytes(connection.connection.serialize())
    done = subprocess.run(
        [sys.executable, "-c", RACE, DUE.isoformat(), (DUE + HOUR).isoformat()],
        env=os.environ
        | {
            "DATABASE_URL": f"sqlite://{copy}",
            "LIANSHU_VAR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "lianshu.settings",
            "PYTHONPATH": str(settings.ROOT / "src"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    won = done.stdout.strip()
    answered_first = "['first', 'again', 'again', 'again', 'again', 'again'] 0 False True"
    assert won in {answered_first, "['late'] 1 True True"}


def test_the_projection_can_be_made_from_nothing(cast: Cast) -> None:
    case = asked(cast)
    Consultation.objects.filter(case=case).delete()
    assert CaseEvent.objects.filter(kind=EventKind.CONSULTED).count() == 1 and not consistent()
