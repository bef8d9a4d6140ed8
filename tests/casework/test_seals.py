"""Bids stay sealed until two people open them; before that nobody reads them anywhere."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.serializers import serialize
from django.test import Client

from lianshu.audit.models import AuditEntry
from lianshu.authority import Refusal
from lianshu.casework.models import Case, CaseEvent, CaseEventPayload, SealedBox
from lianshu.casework.queries import case_by_id
from lianshu.casework.reading import read_case
from lianshu.casework.receipts import make_receipt, write_receipt
from lianshu.casework.services.attachments import attach_to_case
from lianshu.casework.services.forms import Given
from lianshu.casework.services.opening import open_case
from lianshu.casework.services.publishing import publish_loop
from lianshu.casework.services.seals import open_seal
from lianshu.casework.verifying import verify_cases
from lianshu.engine.loops import load_loop
from lianshu.files.access import can_read_file
from lianshu.files.models import StoredFile
from lianshu.records.errors import Conflict
from lianshu.ui.formats import money
from tests.casework.test_acting import go
from tests.cast import NOW, SYSTEM, Cast

PRICE = "8765432"
IN_WORDS = money(8765432)


def bid_on(cast: Cast) -> Case:
    """Alice's firm posts a call; the university and the rival are invited; the university bids."""
    packs = settings.PACKS
    loaded = load_loop(packs / "ningbo" / "loops" / "open-bid.yaml")
    case = open_case(
        actor=cast.actor("alice"),
        version=publish_loop(actor=SYSTEM, loaded=loaded, now=NOW),
        asker=cast.organisations["magnets"],
        subject="晶界扩散攻关",
        now=NOW,
    )
    go(cast, case, "alice", "send", Given({"subject": "晶界扩散", "detail": "矫顽力"}))
    invited = [cast.organisations["university"], cast.organisations["motors"]]
    go(cast, case, "officer", "adopt", Given(appointed={"bidder": invited}))
    plan = attach_to_case(
        actor=cast.actor("carol"), case=case, upload=ContentFile(b"%PDF-1.4 x", "plan.pdf"), now=NOW
    )
    sealed = Given({"plan": plan.public_id, "price": PRICE})
    go(cast, case, "carol", "bid", sealed, key="k")
    assert go(cast, case, "carol", "bid", sealed, key="k").repeated
    return case


def shown(cast: Cast, case: Case, who: str) -> str:
    """Everything that person's case page says."""
    actor = cast.actor(who)
    found = case_by_id(actor, case.public_id)
    assert found is not None
    return str(read_case(actor, found, now=NOW).lines)


def test_nobody_reads_before_both_have_opened(client: Client, cast: Cast) -> None:
    case = bid_on(cast)
    box = SealedBox.objects.get()
    stored = StoredFile.objects.get()
    for rows in (CaseEvent, CaseEventPayload, AuditEntry, SealedBox, Case):
        assert PRICE not in serialize("json", rows._default_manager.all())
    for who in ("alice", "officer", "carol", "bob"):
        assert IN_WORDS not in shown(cast, case, who) and "密封至“选定方案”" in shown(
            cast, case, who
        )
        verdict = can_read_file(
            cast.actor(who), stored.object_type, stored.object_id, stored.public_id
        )
        assert not verdict.allowed and "plan.pdf" not in shown(cast, case, who)
    found = case_by_id(cast.actor("alice"), case.public_id)
    assert found is not None
    assert PRICE not in write_receipt(make_receipt(cast.actor("alice"), found, now=NOW))
    with pytest.raises(Refusal, match="还不能开封"):
        open_seal(actor=cast.actor("alice"), case=case, box=box, role="poser", now=NOW)

    go(cast, case, "bob", "pass")
    case.refresh_from_db()
    assert case.step == "choose"
    client.force_login(cast.users["alice"])
    page = client.get(f"/cases/{case.public_id}/").content.decode()
    address = f"/cases/{case.public_id}/seals/{box.public_id}/poser/"
    assert address in page and PRICE not in page
    assert client.get(address).status_code == 200 and not SealedBox.objects.get().first_opened_at
    assert client.post(address).status_code == 302
    with pytest.raises(Conflict, match="开封过"):
        open_seal(actor=cast.actor("alice"), case=case, box=box, role="poser", now=NOW)
    for who in ("alice", "officer", "carol", "bob"):
        assert IN_WORDS not in shown(cast, case, who)
    with pytest.raises(Refusal, match="钥匙"):
        open_seal(actor=cast.actor("carol"), case=case, box=box, role="office", now=NOW)
    with pytest.raises(Refusal, match="本人"):
        open_seal(actor=SYSTEM, case=case, box=box, role="office", now=NOW)
    assert client.post(address.replace("poser", "office")).status_code == 403

    later = NOW + timedelta(hours=2)
    open_seal(actor=cast.actor("officer"), case=case, box=box, role="office", now=later)
    for who in ("alice", "officer", "carol"):
        assert IN_WORDS in shown(cast, case, who)
    assert IN_WORDS not in shown(cast, case, "bob")
    assert can_read_file(cast.actor("alice"), stored.object_type, stored.object_id).allowed
    for who, reads in (("alice", 200), ("officer", 200), ("carol", 200), ("bob", 403)):
        assert ("plan.pdf" in shown(cast, case, who)) is (reads == 200)
        client.force_login(cast.users[who])
        answer = client.get(f"/files/{stored.public_id}/")
        assert answer.status_code == reads
        assert reads == 403 or b"".join(answer) == b"%PDF-1.4 x"
    kinds = case.events.order_by("seq").values_list("kind", flat=True)
    assert list(kinds).count("unsealed") == 2 and verify_cases().breaks == ()

    SealedBox.objects.update(second_half=box.first_half)
    assert "无法解开" in shown(cast, case, "alice")
    client.force_login(cast.users["bob"])
    assert client.get(address).status_code == 409
    client.force_login(cast.users["dan"])
    assert client.get(address).status_code == 404
    client.logout()
    assert client.post(address).status_code == 302


def test_one_person_with_both_keys_opens_only_one(cast: Cast) -> None:
    case = bid_on(cast)
    go(cast, case, "bob", "pass")
    box = SealedBox.objects.get()
    officer = cast.actor("officer")
    open_seal(actor=officer, case=case, box=box, role="office", now=NOW)
    both = type(officer)(
        user_id=officer.user_id,
        name=officer.name,
        memberships=cast.actor("alice").memberships,
        grants=officer.grants,
    )
    with pytest.raises(Refusal, match="两个人"):
        open_seal(actor=both, case=case, box=box, role="poser", now=NOW)
