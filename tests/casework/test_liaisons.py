"""Whoever is named in a task for a firm finds the case, does the work and is rated for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from lianshu.authority import Refusal
from lianshu.casework.models import Case, Rating
from lianshu.casework.queries import takes_part
from lianshu.casework.services.acting import act
from lianshu.casework.services.announcing import announce
from lianshu.casework.services.forms import Given, Stars
from lianshu.casework.services.opening import open_case
from lianshu.casework.services.publishing import publish_loop
from lianshu.casework.services.talking import comment
from lianshu.engine.loops import load_loop
from lianshu.notices.models import Notice
from lianshu.registry.services import AssignmentRow, assign_liaisons, create_liaison
from tests.cast import NOW, SYSTEM, Cast

COMMUNITY = settings.PACKS / "ningbo" / "loops" / "community.yaml"
BASES = [settings.PACKS / "national" / "loops", settings.PACKS / "national" / "loops" / "bases"]


def serve(cast: Cast) -> None:
    """The bank sends Dan to the firm of Alice."""
    since = (NOW - timedelta(days=30)).date()
    liaison = create_liaison(
        actor=SYSTEM,
        kind="helper",
        name="丹",
        organisation=cast.organisations["bank"],
        region=cast.regions["ningbo"],
        user_id=cast.users["dan"].pk,
        valid_from=since,
        now=NOW,
    )
    row = AssignmentRow(liaison, cast.organisations["magnets"], since)
    assign_liaisons(actor=SYSTEM, rows=[row], now=NOW)


def on_the_spot(cast: Cast) -> Case:
    """A request that the community leaves to the liaison."""
    version = publish_loop(actor=SYSTEM, loaded=load_loop(COMMUNITY, bases=BASES), now=NOW)
    case = open_case(
        actor=cast.actor("alice"),
        version=version,
        asker=cast.organisations["magnets"],
        subject="厂区门口积水",
        now=NOW,
    )
    asked = Given({"subject": "厂区门口积水", "detail": "下雨后半天不退，货车进不来。"})
    act(actor=cast.actor("alice"), case=case, action="send", given=asked, now=NOW)
    act(actor=cast.actor("officer"), case=case, action="solved", given=Given(), now=NOW)
    return case


def test_whoever_is_named_finds_the_case(client: Client, cast: Cast) -> None:
    serve(cast)
    case = on_the_spot(cast)
    dan = cast.actor("dan")
    assert list(Case.objects.visible_to(dan)) == [case] and takes_part(dan, case.pk)
    assert not Case.objects.visible_to(cast.actor("bob")).exists()
    announce(now=NOW)
    told = Notice.objects.get(recipient=cast.users["dan"], kind="casework.your_turn")
    assert "当场解决" in told.wording.body
    with translation.override("en"):
        assert "Solve on the spot" in told.wording.body
    client.force_login(cast.users["dan"])
    page = client.get(told.link)
    assert page.status_code == 200 and "已解决" in page.content.decode()
    assert case.subject in client.get("/tasks/").content.decode()
    comment(actor=dan, case=case, text="已叫人来疏通", now=NOW)
    client.force_login(cast.users["bob"])
    assert client.get(told.link).status_code == 404


def test_who_sent_the_liaison_is_rated_and_the_case_stays_readable(cast: Cast) -> None:
    serve(cast)
    case = on_the_spot(cast)
    with pytest.raises(Refusal):
        act(actor=cast.actor("bob"), case=case, action="report", given=Given(), now=NOW)
    done = Given({"result": "已疏通排水口"})
    act(actor=cast.actor("dan"), case=case, action="report", given=done, now=NOW)
    pleased = Given(stars=Stars(5))
    act(actor=cast.actor("alice"), case=case, action="accept", given=pleased, now=NOW)
    assert Rating.objects.get(case=case).handler == cast.organisations["bank"]
    assert Case.objects.visible_to(cast.actor("dan")).exists()


def test_the_office_that_did_it_itself_takes_no_rating_of_others(cast: Cast) -> None:
    """Nobody serves the firm: the office acts, and no organisation is rated for it."""
    case = on_the_spot(cast)
    assert not Case.objects.visible_to(cast.actor("dan")).exists()
    done = Given({"result": "已协调市政"})
    act(actor=cast.actor("officer"), case=case, action="report", given=done, now=NOW)
    pleased = Given(stars=Stars(4))
    act(actor=cast.actor("alice"), case=case, action="accept", given=pleased, now=NOW)
    assert Rating.objects.get(case=case).handler is None
