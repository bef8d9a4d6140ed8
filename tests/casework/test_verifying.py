"""What was changed behind the services' back is found and named."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from lianshu.casework.models import CaseEventPayload
from lianshu.casework.services.acting import act
from lianshu.casework.services.anchoring import make_anchor
from lianshu.casework.verifying import verify_cases
from lianshu.records.errors import Conflict
from tests.casework.loops import order
from tests.casework.test_acting import ASKED
from tests.cast import NOW, Cast


def run(sql: str, *values: str | int) -> None:
    """What somebody with the database's password could do."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_a_clean_record_and_each_way_to_spoil_it(cast: Cast) -> None:
    case = order(cast)
    act(actor=cast.actor("alice"), case=case, action="send", given=ASKED, now=NOW)
    make_anchor(day=NOW.date(), now=NOW + timedelta(hours=1))
    with pytest.raises(Conflict, match="已经锚定"):
        make_anchor(day=NOW.date(), now=NOW + timedelta(hours=2))
    verified = verify_cases()
    assert (verified.cases, verified.events, verified.breaks) == (1, 2, ())

    payload = CaseEventPayload.objects.get(event__case=case, event__seq=2)
    CaseEventPayload.objects.filter(pk=payload.pk).update(data={"values": {"subject": "别的"}})
    assert [(b.seq, "正文" in b.what) for b in verify_cases().breaks] == [(2, True)]
    rule = "R1 三年"
    CaseEventPayload.objects.filter(pk=payload.pk).update(
        data={}, salt="", erased_at=NOW, erased_by_rule=rule
    )
    verified = verify_cases()
    assert (verified.breaks, verified.erased) == ((), {rule: 1})

    run("UPDATE casework_caseevent SET actor_name = %s WHERE seq = 1", "别人")
    assert [(b.case, b.seq) for b in verify_cases().breaks] == [(case.public_id, 1)]
    run("UPDATE casework_caseevent SET actor_name = %s WHERE seq = 1", "艾丽")
    assert verify_cases().breaks == ()

    run("DELETE FROM casework_caseeventpayload WHERE event_id = %s", payload.pk)
    run("DELETE FROM casework_caseevent WHERE id = %s", payload.pk)
    assert "末尾" in verify_cases().breaks[0].what
    case.refresh_from_db()
    first = case.events.get(seq=1)
    run("UPDATE casework_case SET head_seq = 1, head_hash = %s", first.hash)
    assert ["末尾" in each.what for each in verify_cases().breaks] == [
        True
    ]  # only the anchor knows
