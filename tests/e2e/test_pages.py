"""Every page of the menu for each role, on both screens: it answers, and it shuts nobody out."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, StorageState

from tests.e2e.harness import (
    VIEWS,
    Site,
    View,
    Watch,
    axe,
    inspect,
    no_sideways_scroll,
    open_context,
)

pytestmark = pytest.mark.browser

OFFICE = {
    "/imports/",
    "/jobs/",
    "/mandates/",
    "/claims/",
    "/invitations/",
    "/schedules/",
    "/callbacks/",
    "/chainmap/acts/",
    "/chainmap/meeting/",
    "/chainmap/quality/",
    "/lexicon/",
    "/matching/models/",
    "/matching/quality/",
    "/rounds/",
    "/coverage/lists/",
    "/coverage/campaigns/",
}
ROLES = {
    "chain_officer": OFFICE | {"/chainmap/gaps/", "/coverage/duplicates/"},
    "district_officer": OFFICE,
    "enterprise_owner": {"/imports/", "/jobs/", "/claims/", "/chainmap/mine/"},
    "university_officer": {"/imports/", "/jobs/", "/chainmap/mine/"},
    "bank_manager": {"/imports/", "/jobs/", "/chainmap/mine/"},
    "platform_admin": {
        "/imports/",
        "/jobs/",
        "/claims/",
        "/invitations/",
        "/accounts/users/",
        "/webhooks/",
        "/chainmap/mine/",
        "/chainmap/quality/",
        "/coverage/duplicates/",
    },
}
EVERYBODY = {
    "/",
    "/inbox/",
    "/demands/",
    "/resources/",
    "/projects/",
    "/recommendations/",
    "/tasks/",
    "/cases/",
    "/board/",
    "/loops/",
    "/opinions/",
    "/ratings/",
    "/organisations/",
    "/chain-map/",
    "/chainmap/inputs/",
    "/chainmap/sourcing/",
    "/chains/",
    "/dictionary/",
    "/groups/",
    "/ladder-firms/",
    "/ladders/",
    "/liaisons/",
    "/pairings/",
    "/policies/",
    "/policy-firms/",
    "/regions/",
}
OWN = (
    "/accounts/me/",
    "/accounts/substitutes/",
    "/acts/",
    "/accounts/tokens/",
    "/accounts/password/change/",
)
"""Pages that everybody has beside the menu."""
THOROUGH = {"chain_officer", "enterprise_owner", "platform_admin"}
"""Roles whose own pages and forms are looked at; to the others they look the same."""
FIRST = "chain_officer"
"""Barriers of a page of the menu are looked for as this role sees it; else as whoever has it. On
the phone a page that this role has is opened again only by the roles of `THOROUGH`."""
HAN = re.compile(r"[㐀-鿿]")
Known = Callable[[str], StorageState]


@contextmanager
def visitor(browser: Browser, site: Site, known: Known, role: str, view: View) -> Iterator[Page]:
    """A page of somebody logged in; what no page may do fails the test at the end."""
    watch = Watch(site.base_url)
    context = open_context(browser, view, watch, known(role))
    yield context.new_page()
    context.close()
    assert not watch.complaints, "\n".join(watch.complaints)


def visit(page: Page, path: str, *, status: int = 200, barriers: bool = True) -> list[str]:
    """Open it; what is wrong with it, each in words that name the page."""
    response = page.goto(path)
    answered = response.status if response else 0
    if answered != status:
        return [f"{path} answered {answered}, not {status}"]
    wrong = []
    if not re.fullmatch(r"\S.* · .+", page.title()):
        wrong.append(f"{path} has the title {page.title()!r}")
    if (headings := page.locator("h1").count()) != 1:
        wrong.append(f"{path} has {headings} first headings")
    for check in (axe, no_sideways_scroll) if barriers else (no_sideways_scroll,):
        try:
            check(page)
        except AssertionError as complaint:
            wrong.append(str(complaint))
    return wrong


def hrefs(page: Page, links: str) -> list[str]:
    """Where the links on the page lead, those within the site."""
    found = page.locator(links).evaluate_all("links => links.map(a => a.getAttribute('href'))")
    pages = dict.fromkeys(href.partition("#")[0] for href in found)
    return [href for href in pages if href.startswith("/")]


def menu(page: Page) -> list[str]:
    """Where the main menu leads."""
    return hrefs(page, "header.side nav a")


@pytest.mark.parametrize("view", [VIEWS[0], VIEWS[2]], indirect=True, ids=lambda v: v.name)
@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_the_menu(
    browser: Browser, site: Site, known: Known, role: str, view: View
) -> None:
    """Each page, the first row of each list, and (`THOROUGH`) what its buttons lead to."""
    wrong: list[str] = []
    with visitor(browser, site, known, role, view) as page:
        page.goto("/")
        places = menu(page)
        further: list[str] = []
        for place in places:
            seen = role != FIRST and place in EVERYBODY | ROLES[FIRST]
            if seen and view.phone and role not in THOROUGH:
                continue
            wrong += visit(page, place, barriers=not seen)
            if page.locator(".side nav a[aria-current=page]").count() != 1:
                wrong.append(f"{place} is not the one marked place of the menu")
            further += hrefs(page, "#list-body .row-link")[:1]
            if role in THOROUGH:
                buttons = hrefs(page, ".head-actions a")
                further += [href for href in buttons if "/export/" not in href]
        if role in THOROUGH:
            further += OWN
        for path in dict.fromkeys(further):
            if path not in places:
                wrong += visit(page, path)
    assert not wrong, "\n".join(wrong)
    assert set(places) == EVERYBODY | ROLES[role]


@pytest.mark.parametrize("view", [VIEWS[1], VIEWS[3]], indirect=True, ids=lambda v: v.name)
def test_no_chinese_is_left_in_the_english_frame(
    browser: Browser, site: Site, known: Known, view: View
) -> None:
    """Menus, headings, buttons and column names; what people have written stays as it is."""
    frame = (
        ".side nav, h2, thead th, main button, .head-actions, .crumbs, .list-bar, .filter > summary"
    )
    wrong: list[str] = []
    with visitor(browser, site, known, "chain_officer", view) as page:
        page.goto("/")
        for place in [*menu(page), "/imports/new/", "/demands/new/", *OWN]:
            page.goto(place)
            no_sideways_scroll(page)
            texts = page.locator(frame).all_text_contents()
            wrong += [f"{place}: {text.strip()}" for text in texts if HAN.search(text)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("view", [VIEWS[0], VIEWS[2]], indirect=True, ids=lambda v: v.name)
@pytest.mark.parametrize(
    ("path", "status"), [("/demands/nosuchdemand/", 404), ("/accounts/users/new/", 403)]
)
def test_a_refusal_is_a_page_with_a_way_out(
    browser: Browser, site: Site, known: Known, view: View, path: str, status: int
) -> None:
    context = open_context(browser, view, Watch(site.base_url), known("enterprise_owner"))
    page = context.new_page()
    wrong = visit(page, path, status=status)
    assert not wrong, "\n".join(wrong)
    assert "/" in hrefs(page, "main a")
    context.close()


def test_the_phone_menu_opens(browser: Browser, site: Site, known: Known) -> None:
    with visitor(browser, site, known, "chain_officer", VIEWS[2]) as page:
        page.goto("/")
        link = page.locator("header.side nav a[href='/demands/']")
        assert not link.is_visible()
        page.locator("[data-toggle-menu][aria-controls=side-body]").tap()
        assert page.locator("[aria-controls=side-body]").get_attribute("aria-expanded") == "true"
        inspect(page)
        link.tap()
        page.wait_for_url("**/demands/")
