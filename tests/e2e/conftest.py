"""Browser fixtures: a site with demo data, and a page of it in each screen and language."""

import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, StorageState, sync_playwright

from tests.e2e.harness import (
    CHROMIUM_FLAGS,
    VIEWS,
    Site,
    View,
    Watch,
    find_chromium,
    lianshu,
    log_in,
    open_context,
    picture,
    serve,
)

Shot = Callable[[str], Path]
FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let the page fixture know that its test has failed."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture(scope="session")
def demo_var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo city loaded, to be copied; nobody serves or changes it."""
    var = tmp_path_factory.mktemp("demo")
    lianshu("manage", "migrate", "--verbosity", "0", var=var)
    lianshu("demo", "load", "--small", var=var)
    return var


@pytest.fixture(scope="session")
def site(demo_var: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One running demo for all tests that leave it usable for the others."""
    var = tmp_path_factory.mktemp("site")
    shutil.copytree(demo_var, var, dirs_exist_ok=True)
    with serve(var) as running:
        yield running


@pytest.fixture
def own_site(demo_var: Path, tmp_path: Path) -> Iterator[Site]:
    """A running demo for one test alone, that it may change, restart or break."""
    shutil.copytree(demo_var, tmp_path, dirs_exist_ok=True)
    with serve(tmp_path) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium here (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def known(browser: Browser, site: Site) -> Callable[[str], StorageState]:
    """`known("bank_manager")` is the state of a browser logged in on `site`; once for each."""
    states: dict[str, StorageState] = {}

    def state_of(account: str) -> StorageState:
        if account not in states:
            context = open_context(browser, VIEWS[0], Watch(site.base_url))
            log_in(context.new_page(), account)
            states[account] = context.storage_state()
            context.close()
        return states[account]

    return state_of


@pytest.fixture(params=VIEWS, ids=lambda view: view.name)
def view(request: pytest.FixtureRequest) -> View:
    """Each screen in each language; parametrize("view", [...], indirect=True) narrows."""
    chosen: View = request.param
    return chosen


@pytest.fixture
def watch(site: Site) -> Watch:
    """What the pages of this test must not do; the test fails when there is any of it."""
    return Watch(site.base_url)


@pytest.fixture
def page(
    browser: Browser, watch: Watch, view: View, request: pytest.FixtureRequest
) -> Iterator[Page]:
    """An empty page, not logged in; paths like page.goto("/") are of the site.

    What a failing test last saw is kept as failed-<test>.png beside the other screenshots.
    """
    context = open_context(browser, view, watch)
    opened = context.new_page()
    yield opened
    if request.node.stash.get(FAILED, False):
        picture(opened, f"failed-{request.node.name}")
    context.close()
    assert not watch.complaints, "\n".join(watch.complaints)


@pytest.fixture
def shot(page: Page, view: View) -> Shot:
    """`shot("login")` writes login-phone-zh.png to var/screenshots (LIANSHU_SHOTS) and names it."""

    def take(name: str) -> Path:
        return picture(page, f"{name}-{view.name}")

    return take
