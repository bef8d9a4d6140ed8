"""The main job on a running site: import two lists, match, read the reasons, accept, export."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from lianshu.engine.sheets import Row, read_table
from tests.e2e.harness import ROOT, View, inspect, log_in, no_sideways_scroll

pytestmark = pytest.mark.browser

SAMPLES = ROOT / "packs" / "demo" / "samples"
DEMAND = "光盘与车灯聚碳酸酯回收料脱色再生"
RESOURCE = "废旧聚碳酸酯溶剂法脱色提纯"
SHARED_WORD = "聚碳酸酯"  # in both titles, so it must be among the reasons


def test_from_two_files_to_the_exported_project_list(
    page: Page, view: View, tmp_path: Path
) -> None:
    log_in(page, "chain_officer")
    expect(page.locator("html")).to_have_attribute("lang", view.language)
    inspect(page)
    import_list(
        page, "resources", SAMPLES / "资源清单.csv", view.name, rows=40, look=no_sideways_scroll
    )
    import_list(page, "demands", SAMPLES / "需求清单.csv", view.name, rows=20, look=inspect)
    match_demand(page)
    accept_best(page)
    rows = export_projects(page, tmp_path)
    assert any(DEMAND in row.cells and RESOURCE in row.cells for row in rows)


def import_list(
    page: Page, target: str, file: Path, source: str, *, rows: int, look: Callable[[Page], None]
) -> None:
    """Upload, look at what would be written, write it; ends at the list of what was imported."""
    page.goto("/imports/new/")
    page.locator("[name=target]").select_option(target)
    page.locator("[name=source]").fill(source)
    page.locator("[name=file]").set_input_files(file)
    look(page)
    page.locator("main form button[type=submit]").click()
    confirm = page.locator("button[name=do][value=confirm]")
    expect(confirm).to_be_visible(timeout=60_000)
    expect(page.locator("main")).to_contain_text(DEMAND if target == "demands" else RESOURCE)
    expect(counts(page)).to_have_text([re.compile(rf"^{rows}\b"), f"{rows}", "0", "0", "0"])
    look(page)
    confirm.click()
    imported = page.locator(f'main a.btn-primary[href="/{target}/"]')
    expect(imported).to_be_visible(timeout=60_000)
    expect(counts(page)).to_have_text([f"{rows}", "0", "0", "0"])
    look(page)
    imported.click()
    expect(page.locator("#list-body")).to_be_visible()


def counts(page: Page) -> Locator:
    """The figures of an import: rows, new, changed, same and bad; once done, without the first."""
    return page.locator("main dl.pairs dd.num")


def match_demand(page: Page) -> None:
    """Find the imported demand, have it matched in the background, and open it."""
    search = page.get_by_role("searchbox").first
    search.fill(DEMAND)
    search.press("Enter")
    expect(page).to_have_url(re.compile(r"[?&]q="))
    row = page.locator("#list-body tbody tr").first
    expect(row.locator("a.row-link")).to_have_text(DEMAND)
    inspect(page)
    row.locator("input[name=row]").check()
    page.locator("button[formaction$='/match/']").click()
    inspect(page)
    page.locator("main form button[type=submit]").click()
    card = page.locator("#job-card")
    expect(card).to_have_attribute("data-status", "done", timeout=60_000)
    inspect(page)
    page.goto("/demands/?sort=-published")
    page.get_by_role("link", name=DEMAND, exact=True).first.click()


def accept_best(page: Page) -> None:
    """The imported resource stands first, for reasons; accept it, and a project opens."""
    best = page.locator(".pairs-list .pair").first
    expect(best.locator(".pair-title a")).to_have_text(RESOURCE)
    expect(best.locator(".reasons li").first).to_contain_text(SHARED_WORD)
    inspect(page)
    best.locator("form[action$='/accept/'] button").click()
    page.locator("#confirm [data-confirm-yes]").click()
    expect(page).to_have_url(re.compile(r"/projects/[a-z0-9]+/$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(DEMAND)
    inspect(page)


def export_projects(page: Page, folder: Path) -> list[Row]:
    """The rows of the exported project list, as many as the list says it has."""
    page.goto("/projects/")
    inspect(page)
    total = page.locator(".list-total b").inner_text()
    page.locator(".list-bar-end details.menu summary").last.click()
    with page.expect_download() as arriving:
        page.locator("a[download][href*='xlsx']").click()
    path = folder / arriving.value.suggested_filename
    assert path.suffix == ".xlsx"
    arriving.value.save_as(path)
    rows = list(read_table(path).rows)
    assert len(rows) == int(total)
    return rows
