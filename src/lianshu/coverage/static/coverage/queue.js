// The queue by keyboard: j and k move, 1 to 5 choose, n is nobody, u takes back. Without it the
// buttons do the same.
"use strict";

{
  const cards = () => [...document.querySelectorAll("[data-link-card]")];
  const at = () => cards().find((card) => card.contains(document.activeElement));
  const go = (card) => {
    card?.focus();
    card?.scrollIntoView({ block: "nearest" });
  };
  const next = (card, step) => cards()[cards().indexOf(card) + step];

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const here = at();
    if (event.key === "j" || event.key === "k") {
      event.preventDefault();
      go(here ? next(here, event.key === "j" ? 1 : -1) ?? here : cards()[0]);
      return;
    }
    if (!/^[1-5nu]$/.test(event.key)) return;
    // What is not chosen with the eye on it is not chosen: first move to a row.
    const button = here?.querySelector(`[data-key="${event.key}"]`);
    if (!button) return;
    event.preventDefault();
    here.dataset.then = event.key === "u" ? "stay" : "next";
    button.click();
  });

  // A row that was answered has been replaced: the eye goes on to the next, or stays after undo.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const card = event.detail.target;
    if (card?.matches?.("[data-link-card]")) window.linkQueue = { id: card.id, then: card.dataset.then };
  });
  document.addEventListener("htmx:afterSettle", () => {
    const moved = window.linkQueue;
    if (!moved) return;
    window.linkQueue = null;
    const card = document.getElementById(moved.id);
    go(moved.then === "stay" ? card : next(card, 1) ?? card);
  });

  go(cards()[0]);
}
