"""Whoever tries too often is told when to try again."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.cast import PASSWORD, Cast


@pytest.mark.parametrize(
    ("name", "args", "data", "limit"),
    [
        ("join", ["x" * 32], {}, 10),
        ("claim-new", [], {"uscc": "91000000123456789X"}, 8),
        ("account_reset_password", [], {"email": "nobody@example.test"}, 3),
    ],
)
def test_too_many_tries_for_one_key(
    cast: Cast, client: Client, name: str, args: list[str], data: dict[str, str], limit: int
) -> None:
    cache.clear()
    address = reverse(name, args=args)
    for _each in range(limit):
        assert client.post(address, data).status_code != 429
    answer = client.post(address, data)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "300"
    assert "5 分钟后再试" in answer.content.decode()
    assert client.get(address).status_code in (200, 404)


def test_too_many_keys_from_one_address(cast: Cast, client: Client) -> None:
    cache.clear()
    codes = [client.post(reverse("join", args=["y" * 20 + str(n)])) for n in range(31)]
    assert [each.status_code for each in codes] == [404] * 30 + [429]
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert elsewhere.post(reverse("join", args=["y" * 24])).status_code == 404


def test_a_guessed_password_closes_the_account_for_a_while(cast: Cast, client: Client) -> None:
    cache.clear()
    address = reverse("account_login")
    for _each in range(5):
        client.post(address, {"login": "alice", "password": "guess"})
    stopped = client.post(address, {"login": "alice", "password": PASSWORD})
    assert stopped.status_code == 200
    assert "5 分钟后再试" in stopped.content.decode()
