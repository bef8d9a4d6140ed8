"""Each operation: works for whom it should, and says no to everybody else in the one shape."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from django.test import Client

from lianshu.accounts.services import revoke_token
from lianshu.api.app import api
from tests.api.conftest import Caller, Callers
from tests.cast import NOW, PASSWORD, Cast


@cache
def addresses() -> list[tuple[str, str]]:
    """Every (method, path) of the document."""
    return [
        (method.upper(), path.removeprefix("/api"))
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method in methods
    ]


def test_nobody_gets_in_without_logging_in(db: None) -> None:
    for method, path in addresses():
        response = Caller().call(method, path, {})
        assert response.status_code == 401, path
        assert response.json()["code"] == "unauthenticated"
        assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_wrong_method_is_named_with_the_right_ones(db: None) -> None:
    for path in {path for _method, path in addresses()}:
        response = Caller().call("DELETE", path)
        assert response.status_code == 405, path
        assert response.json()["code"] == "method_not_allowed"
        allowed = {method for method, each in addresses() if each == path}
        assert set(response.headers["Allow"].split(", ")) == allowed


def test_a_read_token_writes_nothing(callers: Callers) -> None:
    officer = callers.by("officer", may_write=False)
    for method, path in addresses():
        status = officer.call(method, path, {}).status_code
        assert (status == 403) == (method != "GET"), path


@pytest.mark.parametrize("unknown", ["zzzzzzzzzzzz", "%00", "%F0%9F%90%B3", "a" * 300, "../etc"])
def test_what_is_not_there_is_404(callers: Callers, unknown: str) -> None:
    officer = callers.by("officer")
    bodies = {
        "decline": {"reason": "price"},
        "accept": {},
        "confirm": {"mode": "all"},
        "act": {"action": "send"},
        "comment": {"text": "好"},
    }
    for method, path in addresses():
        if "{" in path and method in {"GET", "POST"} and not path.endswith("/files"):
            address = path.split("{", maxsplit=1)[0] + unknown + path.rpartition("}")[2]
            body = bodies.get(path.rpartition("/")[2])
            assert officer.refused(method, address, body)[:2] == (404, "not_found"), address


def test_a_dead_token_opens_nothing(callers: Callers, cast: Cast) -> None:
    alice = callers.by("alice")
    assert alice.get("/me")["memberships"] == [{"name": "甬江磁材有限公司", "role": "owner"}]
    token = cast.users["alice"].api_tokens.get()
    revoke_token(actor=cast.actor("alice"), token_id=token.pk, now=NOW)
    assert alice.refused("GET", "/me")[0] == 401
    assert Caller(token="lianshu_nonsense").refused("GET", "/me")[0] == 401


def test_a_session_reads_as_it_is_and_writes_with_the_csrf_token(
    cast: Cast, callers: Callers
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.users["alice"])
    by_session = Caller(client=client)
    assert by_session.get("/me")["token_scopes"] is None
    draft = cast.demand(publish=False)
    address = f"/demands/{draft.public_id}/publish"
    assert by_session.refused("POST", address)[:2] == (403, "refused")
    client.cookies["csrftoken"] = "a" * 32
    answer = by_session.call("POST", address, None, **{"X-CSRFToken": "a" * 32})
    assert answer.status_code == 200, answer.content


def test_a_request_with_a_token_is_judged_by_the_token_alone(cast: Cast, callers: Callers) -> None:
    client = Client()
    client.force_login(cast.users["officer"])
    assert Caller(token="lianshu_nonsense", client=client).refused("GET", "/me")[0] == 401


def test_session_and_token_are_the_same_actor(cast: Cast, callers: Callers) -> None:
    client = Client()
    assert client.login(username="officer", password=PASSWORD)
    by_session, by_token = Caller(client=client).get("/me"), callers.by("officer").get("/me")
    assert by_session | {"token_scopes": ["read", "write"]} == by_token


def test_the_middle_of_nowhere_answers_in_the_one_shape(callers: Callers) -> None:
    for path in ("/", "/nothing", "/demands/a/b/c", "/demands/"):
        assert callers.by("eve").refused("GET", path)[:2] == (404, "not_found")


def of_alice(cast: Cast) -> dict[str, str]:
    """A draft and a published demand of Alice's."""
    return {
        "draft": cast.demand(publish=False).public_id,
        "post": cast.demand().public_id,
    }


Step = Callable[[dict[str, str], Cast], tuple[str, str, Any]]


@pytest.mark.parametrize(
    "step",
    [
        lambda ids, cast: ("PATCH", f"/demands/{ids['post']}", {"version": 1, "title": "新标题"}),
        lambda ids, cast: ("POST", f"/demands/{ids['post']}/renew", None),
        lambda ids, cast: ("POST", f"/demands/{ids['post']}/withdraw", None),
        lambda ids, cast: ("POST", f"/demands/{ids['post']}/match", None),
        lambda ids, cast: (
            "PUT",
            f"/demands/{ids['post']}/exclusions",
            {"organisations": [cast.organisations["bank"].public_id]},
        ),
        lambda ids, cast: (
            "PUT",
            f"/demands/{ids['post']}/disclosures/{cast.organisations['bank'].public_id}",
            {"level": "identity"},
        ),
    ],
)
def test_the_owner_may_and_others_are_refused(callers: Callers, cast: Cast, step: Step) -> None:
    method, path, body = step(of_alice(cast), cast)
    for who in ("bob", "anna", "eve"):
        assert callers.by(who).refused(method, path, body)[:2] == (403, "refused"), who
    response = callers.by("alice").call(method, path, body)
    assert response.status_code == 200, response.content.decode()


def test_a_draft_is_not_there_for_others(callers: Callers, cast: Cast) -> None:
    address = f"/demands/{of_alice(cast)['draft']}"
    for who in ("bob", "officer", "eve"):
        assert callers.by(who).refused("GET", address)[0] == 404
        assert callers.by(who).refused("POST", f"{address}/publish")[0] == 404
    assert callers.by("alice").call("POST", f"{address}/publish").status_code == 200
