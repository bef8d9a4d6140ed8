"""Cases stay on their version until somebody moves them, step by step, after a look."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client

from lianshu.casework.models import Case, EventKind, LoopVersion
from lianshu.casework.queries import cases_for
from lianshu.casework.services.migrating import migrate_cases
from lianshu.casework.services.publishing import publish_loop
from lianshu.casework.services.rebuilding import rebuild_cases
from lianshu.casework.verifying import verify_cases
from lianshu.engine.loops import load_loop
from lianshu.records.errors import DomainError
from tests.casework.loops import order
from tests.casework.test_acting import ASKED, assigned, go
from tests.cast import NOW, SYSTEM, Cast


def second_version(tmp_path_factory: pytest.TempPathFactory) -> LoopVersion:
    """The order loop with a longer limit to dispatch and that step under another name."""
    text = (settings.PACKS / "national" / "loops" / "order.yaml").read_text("utf-8")
    text = text.replace("version: 1", "version: 2", 1)
    text = re.sub(r"to: dispatch\b", "to: send_on", text)
    text = text.replace("  - id: dispatch\n", "  - id: send_on\n")
    path = tmp_path_factory.mktemp("loops") / "order.yaml"
    path.write_text(text, "utf-8")
    loaded = load_loop(path, bases=[settings.PACKS / "national" / "loops"])
    return publish_loop(actor=SYSTEM, loaded=loaded, now=NOW)


@pytest.fixture
def waiting(cast: Cast) -> Case:
    """A case that waits to be dispatched."""
    case = order(cast)
    go(cast, case, "alice", "send", ASKED)
    return case


def test_only_where_somebody_says_so(
    cast: Cast, waiting: Case, tmp_path_factory: pytest.TempPathFactory
) -> None:
    to = second_version(tmp_path_factory)
    waiting.refresh_from_db()
    assert waiting.loop_version.version == 1
    officer = cast.actor("officer")
    cases = list(cases_for(officer))
    (told,) = migrate_cases(actor=officer, cases=cases, to=to, steps={}, now=NOW, preview=True)
    assert "没有写明换到哪一步" in told.why_not
    with pytest.raises(DomainError, match="没有步骤“gone”"):
        wrong = {"dispatch": "gone"}
        migrate_cases(actor=officer, cases=cases, to=to, steps=wrong, now=NOW, preview=True)
    steps = {"dispatch": "send_on"}
    (told,) = migrate_cases(actor=officer, cases=cases, to=to, steps=steps, now=NOW, preview=True)
    waiting.refresh_from_db()
    assert (told.to, told.why_not, waiting.step) == ("send_on", "", "dispatch")
    migrate_cases(actor=officer, cases=cases, to=to, steps=steps, now=NOW, preview=False)
    waiting.refresh_from_db()
    assert (waiting.step, waiting.loop_version) == ("send_on", to)
    assert waiting.events.order_by("seq").last().kind == EventKind.MIGRATED  # type: ignore[union-attr]
    assert verify_cases().breaks == () and not list(rebuild_cases(check=True))
    go(cast, waiting, "officer", "assign", assigned(cast))
    alice = cast.actor("alice")
    (told,) = migrate_cases(
        actor=alice, cases=cases_for(alice), to=to, steps=steps, now=NOW, preview=False
    )
    assert "要由负责的链办或平台管理员办理" in told.why_not


def test_the_page_previews_and_then_does_it(
    client: Client, cast: Cast, waiting: Case, tmp_path_factory: pytest.TempPathFactory
) -> None:
    address = "/loops/order/migrate/"
    assert client.get(address).status_code == 302
    second_version(tmp_path_factory)
    client.force_login(cast.users["officer"])
    assert client.put(address).status_code == 405
    assert client.get("/loops/unknown/migrate/").status_code == 404
    assert "给办件换版本" in client.get("/loops/order/").content.decode()
    page = client.get(address).content.decode()
    assert waiting.subject in page and "map-dispatch" in page
    nothing = client.post(address, {"to": "2"})
    assert nothing.status_code == 422 and "没有选中任何办件" in nothing.content.decode()
    chosen = {"to": "2", "case": waiting.public_id}
    assert "没有写明换到哪一步" in client.post(address, chosen).content.decode()
    chosen |= {"map-dispatch": "send_on"}
    assert "确认换版本" in client.post(address, chosen).content.decode()
    waiting.refresh_from_db()
    assert waiting.step == "dispatch"
    assert client.post(address, chosen | {"step": "run"}).status_code == 302
    waiting.refresh_from_db()
    assert waiting.step == "send_on"
    assert "没有走其他版本的在办办件" in client.get(address).content.decode()


def test_another_district_sees_no_case_there(
    client: Client, cast: Cast, waiting: Case, tmp_path_factory: pytest.TempPathFactory
) -> None:
    second_version(tmp_path_factory)
    client.force_login(cast.users["bob"])
    chosen = {"to": "2", "case": waiting.public_id, "map-dispatch": "send_on", "step": "run"}
    client.post("/loops/order/migrate/", chosen)
    waiting.refresh_from_db()
    assert waiting.step == "dispatch"
    client.force_login(cast.users["alice"])
    page = client.post("/loops/order/migrate/", chosen).content.decode()
    assert "要由负责的链办或平台管理员办理" in page
