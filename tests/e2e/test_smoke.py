"""The site is up: log-in in both languages on both screens, and the web restarts alone."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.harness import Site, View, Watch, axe, no_sideways_scroll

pytestmark = pytest.mark.browser

BUTTON = {"zh-hans": re.compile("^登录$"), "en": re.compile("^(Log|Sign) in$")}


def test_a_stranger_is_sent_to_log_in(page: Page, view: View, shot: Callable[[str], Path]) -> None:
    page.goto("/")
    shot("login")
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next=/$"))
    expect(page.locator("html")).to_have_attribute("lang", view.language)
    expect(page.get_by_role("button", name=BUTTON[view.language])).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    axe(page)
    no_sideways_scroll(page)


def test_a_wrong_password_is_refused_and_the_name_kept(page: Page, view: View) -> None:
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill("nobody")
    page.locator("input[name=password]").fill("wrong")
    page.get_by_role("button", name=BUTTON[view.language]).click()
    expect(page.locator("input[name=login]")).to_have_value("nobody")
    expect(page.locator("input[name=password]")).to_have_value("")
    axe(page)


def test_a_page_that_does_not_exist_is_a_page(page: Page, watch: Watch, view: View) -> None:
    response = page.goto("/no-such-page/")
    assert response is not None
    assert response.status == 404
    expect(page.locator("html")).to_have_attribute("lang", view.language)
    axe(page)
    watch.forget()  # the browser logs the 404 itself


def test_the_web_restarts_without_the_rest(own_site: Site) -> None:
    before = own_site.web_pid()
    own_site.restart_web()
    assert own_site.web_pid() != before
    assert own_site.process.poll() is None
    with urlopen(own_site.url("/accounts/login/"), timeout=10) as response:
        assert response.status == 200
