"""Chinese first, English when chosen, and the API as its client asks."""

from __future__ import annotations

import pytest
from django.test import Client

ENGLISH_BROWSER = {"accept-language": "en-US,en;q=0.9"}


@pytest.mark.django_db
def test_a_page_is_chinese_whatever_the_browser_prefers_until_somebody_switches() -> None:
    client = Client(headers=ENGLISH_BROWSER)
    assert client.get("/accounts/login/").headers["Content-Language"] == "zh-hans"
    client.post("/accounts/language/", {"language": "en", "next": "/accounts/login/"})
    assert client.get("/accounts/login/").headers["Content-Language"] == "en"


@pytest.mark.django_db
def test_an_unknown_language_in_the_cookie_is_chinese() -> None:
    client = Client()
    client.cookies["django_language"] = "xx"
    assert client.get("/accounts/login/").headers["Content-Language"] == "zh-hans"


@pytest.mark.django_db
def test_the_api_answers_in_the_language_asked_for() -> None:
    client = Client(headers=ENGLISH_BROWSER)
    assert client.get("/api/demands").headers["Content-Language"] == "en"
    assert Client().get("/api/demands").headers["Content-Language"] == "zh-hans"
