"""What was started in the web is finished by the worker while the web is replaced."""

import csv
import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.harness import PATIENCE, VIEWS, Site, Watch, log_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("view", [VIEWS[0]], indirect=True, ids=lambda v: v.name),
]

ROWS = 3000
LONG = PATIENCE * 2000  # milliseconds for 3,000 rows on a busy machine
HEADER = ("需求编号", "标题", "内容", "类型", "单位", "区域", "联系方式")


@pytest.fixture
def watch(own_site: Site) -> Watch:
    return Watch(own_site.base_url)


@pytest.fixture
def demands(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """ROWS demands of a firm of the demo city."""
    path = tmp_path_factory.mktemp("files") / "需求.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(ROWS):
            words = f"第 {number} 号磁瓦的尺寸检测"
            firm = ("技术", "宁波骋砚电驱系统有限公司", "北仑区", "0574-00001003")
            writer.writerow((f"R{number}", words, f"{words}，精度 {number % 90} 微米", *firm))
    return path


@contextmanager
def halted(site: Site) -> Iterator[None]:
    """The worker does nothing meanwhile, as if its work took that long."""
    worker = site.pids()["worker"]
    os.kill(worker, signal.SIGSTOP)
    while not writable(site.var / "lianshu.sqlite3"):  # it was stopped inside a transaction
        os.kill(worker, signal.SIGCONT)
        time.sleep(0.02)
        os.kill(worker, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(worker, signal.SIGCONT)


def writable(database: Path) -> bool:
    """Whether nobody holds the write lock for longer than half a second."""
    with closing(sqlite3.connect(database, timeout=0.5, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        connection.execute("ROLLBACK")
        return True


def test_an_import_outlives_the_web_that_started_it(
    page: Page, own_site: Site, watch: Watch, demands: Path
) -> None:
    worker = own_site.pids()["worker"]
    log_in(page, "chain_officer")
    page.goto("/imports/new/")
    page.locator("[name=target]").select_option("demands")
    page.locator("[name=source]").fill("restart")
    page.locator("[name=file]").set_input_files(demands)
    page.locator("main form button[type=submit]").click()
    working = page.locator("#import-working")
    expect(working).to_be_visible()
    own_site.restart_web()  # while the file is checked; the open page waits through it
    confirm = page.locator("button[name=do][value=confirm]")
    expect(confirm).to_be_visible(timeout=LONG)

    with halted(own_site):
        confirm.click()
        expect(working).to_be_visible()
        own_site.restart_web()
        page.reload()
        expect(working).to_be_visible()  # the new web knows what it has not started

    figures = page.locator("main dl.pairs dd.num")
    expect(figures).to_have_text([str(ROWS), "0", "0", "0"], timeout=LONG)
    assert own_site.pids()["worker"] == worker
    page.goto("/demands/?q=磁瓦的尺寸检测")
    expect(page.locator(".list-total b")).to_have_text(str(ROWS))
    watch.forget()  # the browser logs what it asked while there was no web
