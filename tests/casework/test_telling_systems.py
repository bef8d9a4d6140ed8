"""What other systems hear of questions to other organisations: that they were asked, no more."""

from __future__ import annotations

import json
from typing import Any

from lianshu.accounts.services import add_membership
from lianshu.casework.services.announcing import announce
from lianshu.casework.services.silence import note_silence
from lianshu.notices.models import Delivery, MailState, Notice
from lianshu.notices.services import add_webhook
from tests.casework.test_consulting import ASKING, DUE, LATE, answer, asked
from tests.cast import NOW, SYSTEM, Cast


def heard(kind: str) -> list[dict[str, Any]]:
    found = Delivery.objects.filter(kind=f"casework.{kind}").order_by("pk")
    return [json.loads(each.body)["about"] for each in found]


def test_a_question_is_told_once_without_whom_it_went_to(cast: Cast) -> None:
    add_webhook(
        actor=cast.actor("admin"), name="协同平台", url="http://127.0.0.1:9/", kinds=(), now=NOW
    )
    case = asked(cast)
    announce(now=ASKING)
    (question,) = heard("consulted")
    assert question == {
        "case": case.public_id,
        "loop": "order",
        "seq": case.head_seq,
        "due": DUE.isoformat(timespec="seconds"),
    }
    answer(cast, case)
    note_silence(now=LATE)
    announce(now=LATE)
    assert [each["case"] for each in heard("opinions_in")] == [case.public_id]
    told = "".join(Delivery.objects.values_list("body", flat=True))
    assert not [name for name in ("港湾银行", "慈湖电机", "场地", case.subject) if name in told]


def test_a_question_is_mailed_at_once(cast: Cast) -> None:
    asked(cast)
    announce(now=ASKING)
    notice = Notice.objects.get(recipient=cast.users["dan"], kind="casework.consulted")
    assert notice.mail_state == MailState.WAITING


def test_who_acts_for_two_that_were_asked_is_told_once(cast: Cast) -> None:
    add_membership(
        actor=SYSTEM,
        user=cast.users["dan"],
        organisation=cast.organisations["motors"],
        role="handler",
        now=NOW,
    )
    asked(cast)
    announce(now=ASKING)
    assert Notice.objects.filter(recipient=cast.users["dan"]).count() == 1
