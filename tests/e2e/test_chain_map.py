"""The chain map in a browser: walked by keys and search, drawn in time with 2,000 products."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.harness import VIEWS, View, inspect, log_in

pytestmark = pytest.mark.browser

IN_TIME = 2_000
"""Milliseconds within which a picture is drawn: the bar of this page, not a figure to compare."""

REDRAW = """(count) => {
  const dots = [["R", 0, "root", null, ""]];
  const marks = ["gap", "single", "covered"];
  // Twelve direct inputs, then each product has some of its own, down to the fourth level.
  for (let at = 1; at < count; at += 1) {
    const parent = at <= 12 ? 0 : Math.floor((at - 1) / 12);
    dots.push([`P-${at}`, dots[parent][1] + 1, marks[at % 3], parent, ""]);
  }
  const links = Array.from({ length: count / 2 }, (_, at) => [count - 1 - at, 1 + (at % 12)]);
  const levels = ["0", "1", "2", "3", "4"].slice(0, Math.max(...dots.map((dot) => dot[1])) + 1);
  const box = document.querySelector("[data-layers]");
  const { marks: known, words } = JSON.parse(document.getElementById("layers").textContent);
  for (const id of ["root", ...marks]) {
    known[id] ??= { label: id, colour: "#0f6a67", symbol: "circle", order: 9 };
  }
  const canvas = box.querySelector("[data-graph-canvas]");
  window.echarts.dispose(canvas);
  box.layered = new window.lianshuLayers(box, { dots, links, levels, marks: known, words });
  box.layered.act("all");
}"""


@pytest.mark.parametrize("view", [VIEWS[0], VIEWS[2]], indirect=True, ids=lambda v: v.name)
def test_the_map_is_walked_searched_and_drawn_in_time(page: Page, view: View) -> None:
    log_in(page, "chain_officer")
    page.goto("/chain-map/")
    graph, state = page.locator("[data-graph]"), page.locator("[data-graph-state]")
    expect(graph).to_have_attribute("data-took", re.compile(r"^\d+$"))
    assert int(graph.get_attribute("data-took") or 0) < IN_TIME
    first = page.locator("#table-map tbody tr").nth(2).locator(".row-link")
    product = first.inner_text()
    # By keys: into the map, to its first product, down a level; the words follow, then the panel.
    page.locator("[data-layers]").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(state).not_to_be_empty()
    page.keyboard.press("Enter")
    expect(page.locator("#map-product .card-title")).to_have_text(state.inner_text().split("，")[0])
    # By search.
    page.locator("[data-graph-search]").fill(product)
    page.keyboard.press("Enter")
    expect(page.locator("#map-product .card-title")).to_have_text(product)
    page.locator("[data-graph-search]").fill("nothing-like-it")
    page.keyboard.press("Enter")
    expect(state).to_contain_text("nothing-like-it")
    inspect(page)
    # A mark is hidden and shown again; the table sorts without losing the map.
    shown = graph.get_attribute("data-shown")
    legend = page.locator("[data-graph-mark]").last
    legend.click()
    expect(legend).to_have_attribute("aria-pressed", "false")
    expect(graph).not_to_have_attribute("data-shown", shown or "")
    legend.click()
    expect(graph).to_have_attribute("data-shown", shown or "")
    page.evaluate(REDRAW, 2_000)
    expect(graph).to_have_attribute("data-shown", "2000")
    page.wait_for_function("document.querySelector('[data-graph]').dataset.pending === ''")
    assert int(graph.get_attribute("data-took") or 0) < IN_TIME
