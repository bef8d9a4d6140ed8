"""The harness itself: it must complain about what no page may do, and only about that."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e.harness import VIEWS, View, Watch, axe, no_sideways_scroll

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("view", [VIEWS[0], VIEWS[3]], indirect=True, ids=lambda v: v.name),
]

SHELL = (
    '<!doctype html><html lang="zh"><head><title>t</title><link rel="icon" href="data:,">'
    '<meta name="viewport" content="width=device-width"></head><body><main><h1>链枢</h1>{}</main>'
)
PAGES = {
    "/good": "<p>好</p>",
    "/unlabelled": "<form><input></form>",
    "/wide": '<div style="width:2000px">x</div>',
    "/console": "<script>console.error('boom')</script>",
    "/script": "<script>nowhere()</script>",
    "/foreign": '<img alt="" src="http://cdn.example/x.png">',
}


class Handler(BaseHTTPRequestHandler):
    """Serves PAGES."""

    def do_GET(self) -> None:
        body = SHELL.format(PAGES[self.path]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        # As on the site: axe and the checks must work under a strict policy.
        self.send_header("Content-Security-Policy", "default-src 'unsafe-inline'; img-src * data:")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def watch(origin: str) -> Watch:
    return Watch(origin)


def test_a_good_page_passes(page: Page, view: View, shot: Callable[[str], Path]) -> None:
    page.goto("/good")
    axe(page)
    no_sideways_scroll(page)
    assert page.evaluate("navigator.language") == {"zh-hans": "zh-CN", "en": "en-GB"}[view.language]
    assert page.evaluate("innerWidth") == view.width
    assert shot("harness").stat().st_size > 1000


def test_an_input_without_a_label_is_a_barrier(page: Page) -> None:
    page.goto("/unlabelled")
    with pytest.raises(AssertionError, match="critical label"):
        axe(page)


def test_a_page_wider_than_the_screen_is_found(page: Page) -> None:
    page.goto("/wide")
    with pytest.raises(AssertionError, match="px wider than the screen"):
        no_sideways_scroll(page)


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("/console", "console error: boom"),
        ("/script", "script error: nowhere is not defined"),
        ("/foreign", "request to another origin: http://cdn.example/x.png"),
    ],
)
def test_what_no_page_may_do_is_collected(
    page: Page, watch: Watch, path: str, complaint: str
) -> None:
    page.goto(path)
    assert any(complaint in line for line in watch.complaints)
    watch.forget()
