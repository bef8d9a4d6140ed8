"""A case goes its whole round on a running site: asked, dispatched, done, rated, with a receipt."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from lianshu.cli import main
from tests.e2e.harness import VIEWS, Site, View, Watch, inspect, open_context

pytestmark = pytest.mark.browser

Known = Callable[[str], StorageState]
MEMBER = "鄮山大学"


@contextmanager
def somebody(
    browser: Browser, site: Site, known: Known, role: str, view: View
) -> Iterator[tuple[Page, Watch]]:
    """A page of somebody logged in; what no page may do fails the test at the end."""
    watch = Watch(site.base_url)
    context = open_context(browser, view, watch, known(role))
    yield context.new_page(), watch
    context.close()
    assert not watch.complaints, "\n".join(watch.complaints)


def act(page: Page, case: str, action: str) -> None:
    """Open the form of an action from the case page."""
    page.goto(case)
    inspect(page)
    page.locator(f"a[href='{case}act/{action}/']").click()
    inspect(page)


def send(page: Page) -> None:
    """Send the form and come back to the case."""
    page.locator("main form button[type=submit]").first.click()
    expect(page).to_have_url(re.compile(r"/cases/[a-z0-9]+/$"))


@pytest.mark.parametrize("view", [VIEWS[0], VIEWS[3]], ids=lambda v: v.name)
def test_from_the_question_to_the_receipt(
    browser: Browser, site: Site, known: Known, view: View, tmp_path: Path
) -> None:
    subject = f"高温退磁测试设备借用 {view.name}"
    with somebody(browser, site, known, "enterprise_owner", view) as (page, _):
        page.goto("/cases/new/")
        inspect(page)
        page.locator("a[href='?loop=order']").click()
        page.locator("[name=subject]").fill(subject)
        inspect(page)
        page.locator("main form button[type=submit]").click()
        expect(page).to_have_url(re.compile(r"/cases/[a-z0-9]+/$"))
        case = page.url.removeprefix(site.base_url)
        act(page, case, "send")
        page.locator("[name=field-subject]").fill(subject)
        page.locator("[name=field-detail]").fill("烧结钕铁硼，200 ℃，借三天，需要退磁曲线。")
        send(page)

    with somebody(browser, site, known, "chain_officer", view) as (page, watch):
        page.goto(f"/tasks/?q={subject}")
        expect(page.locator("#list-body .row-link").first).to_have_text(subject)
        act(page, case, "assign")
        expect(page.locator(".suggest li").first).to_be_visible()
        page.locator(".suggest li a.btn").first.click()
        expect(page.locator("[name=role-solver]")).not_to_have_value("")
        page.locator("[name=role-solver]").fill("查无此校")
        page.locator("main form button[type=submit]").first.click()
        expect(page.locator(".field-error")).to_contain_text("查无此校")
        watch.forget()
        inspect(page)
        page.locator("[name=role-solver]").fill(MEMBER)
        send(page)

    with somebody(browser, site, known, "university_officer", view) as (page, _):
        act(page, case, "accept")
        send(page)
        page.goto(f"{case}comment/")
        page.locator("[name=text]").fill("下周二到厂。")
        inspect(page)
        send(page)
        act(page, case, "report")
        page.locator("[name=field-result]").fill("已测三条退磁曲线，报告交给企业。")
        send(page)

    with somebody(browser, site, known, "enterprise_owner", view) as (page, watch):
        act(page, case, "accept")
        page.locator("main form button[type=submit]").first.click()
        expect(page.locator(".field-error").first).to_be_visible()  # no default rating
        watch.forget()
        page.locator("label[for=id_stars_4]").click()
        inspect(page)
        send(page)
        inspect(page)
        page.goto(f"{case}receipt/")
        inspect(page)
        with page.expect_download() as arriving:
            page.locator("a[href$='receipt.json']").click()
        receipt = tmp_path / "receipt.json"
        arriving.value.save_as(receipt)
    assert main(["receipt", "verify", str(receipt)]) == 0
