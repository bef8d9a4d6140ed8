"""Closed cases are called about by somebody else, and ratings reach the handler in groups."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lianshu.authority import Refusal
from lianshu.casework.models import CallBack, Case
from lianshu.casework.ratings import callback_figures, ratings_of_handler
from lianshu.casework.services.callbacks import answer_callback, draw_callbacks
from lianshu.casework.services.forms import Given, Stars
from lianshu.records.errors import Conflict, DomainError
from tests.casework.loops import order
from tests.casework.test_acting import ASKED, assigned, go
from tests.cast import NOW, SYSTEM, Cast

LATER = NOW + timedelta(days=1)


def rated(cast: Cast, stars: int, note: str = "") -> Case:
    """A case that the university did and Alice rated."""
    case = order(cast)
    go(cast, case, "alice", "send", ASKED)
    go(cast, case, "officer", "assign", assigned(cast))
    go(cast, case, "carol", "accept")
    go(cast, case, "carol", "report", Given({"result": "办好了"}))
    go(cast, case, "alice", "accept", Given(stars=Stars(stars, speed=stars), note=note))
    return case


def test_drawn_once_by_a_unit_without_a_part(client: Client, cast: Cast) -> None:
    case = rated(cast, 5)
    assert draw_callbacks(actor=SYSTEM, now=LATER, percent=0) == {"made": 0, "alone": 0}
    assert draw_callbacks(actor=SYSTEM, now=LATER, percent=100) == {"made": 1, "alone": 0}
    assert draw_callbacks(actor=SYSTEM, now=LATER, percent=100) == {"made": 0, "alone": 0}
    callback = CallBack.objects.get()
    # The officer dispatched it, so that the city's office has had a part in it.
    assert callback.unit == cast.organisations["yinzhou_office"] and callback.rated == 5
    address = f"/callbacks/{callback.public_id}/"
    assert client.get(address).status_code == 302
    for who in ("officer", "carol", "alice"):
        client.force_login(cast.users[who])
        assert client.get(address).status_code == 404
    client.force_login(cast.users["yinzhou"])
    page = client.get(address).content.decode()
    assert case.subject in page and "5 / 5" not in page
    assert case.subject in client.get("/callbacks/").content.decode()
    assert client.post(address, {"outcome": "answered"}).status_code == 422
    told = {"outcome": "answered", "stars": "2", "note": "其实没借到"}
    assert client.post(address, told).status_code == 302
    assert client.post(address, told).status_code == 409
    assert client.put(address).status_code == 405


def test_what_is_written_down_is_whole(cast: Cast) -> None:
    rated(cast, 4)
    draw_callbacks(actor=SYSTEM, now=LATER, percent=100)
    callback, caller = CallBack.objects.get(), cast.actor("yinzhou")
    with pytest.raises(Refusal):
        answer_callback(actor=cast.actor("carol"), callback=callback, outcome="declined", now=LATER)
    for outcome, stars in (("answered", None), ("answered", 6), ("declined", 3), ("?", None)):
        with pytest.raises(DomainError):
            answer_callback(
                actor=caller, callback=callback, outcome=outcome, stars=stars, now=LATER
            )
    answer_callback(actor=caller, callback=callback, outcome="unreached", now=LATER)
    with pytest.raises(Conflict):
        answer_callback(actor=caller, callback=callback, outcome="declined", now=LATER)
    figures = callback_figures(cast.actor("officer"))
    assert (figures.made, figures.unreached, figures.both, figures.difference) == (1, 1, 0, None)


def test_the_difference_is_told_from_five_on(cast: Cast) -> None:
    for _each in range(5):
        rated(cast, 5)
    draw_callbacks(actor=SYSTEM, now=LATER, percent=100)
    caller = cast.actor("yinzhou")
    for number, callback in enumerate(CallBack.objects.order_by("pk")):
        assert callback_figures(cast.actor("officer")).difference is None
        stars = 2 if number < 2 else 5
        answer_callback(actor=caller, callback=callback, outcome="answered", stars=stars, now=LATER)
    figures = callback_figures(cast.actor("officer"))
    assert (figures.both, figures.difference, figures.kind) == (5, 1.2, 2)
    assert callback_figures(cast.actor("bob")).made == 0


def test_ratings_reach_the_handler_in_fives(client: Client, cast: Cast) -> None:
    university = cast.organisations["university"]
    cases = [rated(cast, 5, f"好{number}") for number in range(4)]
    carol = cast.actor("carol")
    assert ratings_of_handler(carol, university).shown == 0
    client.force_login(cast.users["carol"])
    assert "★" not in client.get(f"/cases/{cases[0].public_id}/").content.decode()
    assert "还不满 5 条" in client.get("/ratings/").content.decode()
    rated(cast, 1)
    figures = ratings_of_handler(carol, university)
    assert (figures.shown, figures.stars, figures.notes) == (5, 4.2, ("好0", "好1", "好2", "好3"))
    assert "4.2 / 5" in client.get("/ratings/").content.decode()
    rated(cast, 1)
    assert ratings_of_handler(carol, university).shown == 5
    with pytest.raises(Refusal):
        ratings_of_handler(cast.actor("bob"), university)
    client.logout()
    assert client.get("/ratings/").status_code == 302


def test_as_many_queries_for_three_as_for_one(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["yinzhou"])
    counts = []
    for more in (1, 2):
        for _each in range(more):
            rated(cast, 5)
        draw_callbacks(actor=SYSTEM, now=LATER, percent=100)
        client.get("/callbacks/")
        with CaptureQueriesContext(connection) as told:
            client.get("/callbacks/")
        counts.append(len(told))
    assert counts[0] == counts[1]
