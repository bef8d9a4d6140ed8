// Lianshu's own behaviour, small and plain: pages work without it, it makes them quicker.
"use strict";

// --- menus ---------------------------------------------------------------------------------
document.addEventListener("click", (event) => {
  const toggle = event.target.closest("[data-toggle-menu]");
  if (toggle) {
    const body = document.getElementById(toggle.getAttribute("aria-controls"));
    const open = toggle.getAttribute("aria-expanded") !== "true";
    toggle.setAttribute("aria-expanded", String(open));
    body.classList.toggle("open", open);
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  const close = event.target.closest("[data-close]");
  if (close) close.closest(close.dataset.close).remove();
  const opener = event.target.closest("[data-open-dialog]");
  if (opener) openDialog(opener);
  const closer = event.target.closest("[data-close-dialog]");
  if (closer) closer.closest("dialog").close();
});

// One dialog serves many rows: the button names the address and what it is about.
function openDialog(opener) {
  const dialog = document.getElementById(opener.dataset.openDialog);
  if (opener.dataset.action) dialog.querySelector("form").action = opener.dataset.action;
  const about = dialog.querySelector("[data-about]");
  if (about) about.textContent = opener.dataset.about ?? "";
  dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
    return;
  }
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  // Candidates to judge: 1 to 4 answers the one in focus, else the first that is open.
  if (!typing && /^[1-4]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const open = [...document.querySelectorAll("[data-judge] .question:not(.answered)")];
    const asked = open.find((each) => each.contains(document.activeElement)) ?? open[0];
    const button = asked?.querySelector(`button[value="${event.key}"]`);
    if (button) {
      event.preventDefault();
      const next = open[open.indexOf(asked) + 1];
      button.click();
      (next ?? document.querySelector("#answered button"))?.focus();
      next?.scrollIntoView({ block: "nearest" });
    }
  }
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const search = document.querySelector("[data-search]");
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  }
});

// --- links to hand on ------------------------------------------------------------------------
document.addEventListener("click", async (event) => {
  if (event.target.closest("[data-print]")) window.print();
  const all = event.target.closest("[data-check-all]");
  if (all) {
    const boxes = [...all.form.querySelectorAll(`[name="${all.dataset.checkAll}"]`)];
    const on = !boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = on;
  }
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  field.select();
  // The clipboard is open to pages by https only; elsewhere the old way still works.
  if (navigator.clipboard) await navigator.clipboard.writeText(field.value).catch(() => document.execCommand("copy"));
  else document.execCommand("copy");
  button.querySelector("span").textContent = button.dataset.copied;
});

// --- toasts --------------------------------------------------------------------------------
function fade(toast) {
  if (toast.dataset.stays === undefined) setTimeout(() => toast.remove(), 10000);
}
function say(text) {
  const template = document.createElement("div");
  template.className = "note note-error";
  template.setAttribute("role", "alert");
  template.textContent = text;
  document.getElementById("toasts").append(template);
  fade(template);
}
function arrive(root) {
  root.querySelectorAll?.(".toasts .note").forEach(fade);
  root.querySelectorAll?.("[data-chart]").forEach(draw);
}

// --- asking before what cannot be undone -----------------------------------------------------
document.addEventListener("submit", (event) => {
  const form = event.target;
  const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
  if (!question || form.dataset.confirmed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const dialog = document.getElementById("confirm");
  dialog.querySelector("#confirm-text").textContent = question;
  dialog.returnValue = "no";
  dialog.onclose = () => {
    if (dialog.returnValue !== "yes") return;
    form.dataset.confirmed = "1";
    form.requestSubmit(event.submitter);
    delete form.dataset.confirmed;
  };
  dialog.showModal();
}, true);

// --- selecting rows ------------------------------------------------------------------------
function recount(list) {
  const boxes = [...list.querySelectorAll("input[name=row]")];
  const chosen = boxes.filter((box) => box.checked).length;
  const every = list.querySelector("[data-select-page]");
  if (every) {
    every.checked = chosen > 0 && chosen === boxes.length;
    every.indeterminate = chosen > 0 && chosen < boxes.length;
  }
  const bar = list.querySelector("[data-bulk-bar]");
  if (!bar) return;
  bar.hidden = chosen === 0;
  const all = bar.querySelector("[name=all]");
  const whole = bar.querySelector("[data-whole]");
  if (whole) whole.hidden = chosen < boxes.length;
  if (all && chosen < boxes.length) all.checked = false;
  bar.querySelector("[data-chosen]").textContent = all?.checked ? all.dataset.total : chosen;
}
document.addEventListener("change", (event) => {
  const list = event.target.closest("[data-list]");
  if (!list) return;
  if (event.target.matches("[data-select-page]")) {
    for (const box of list.querySelectorAll("input[name=row]")) box.checked = event.target.checked;
  }
  recount(list);
});

// --- fields that depend on another: data-when="field=a|b" -------------------------------------
function reveal(form) {
  for (const part of form.querySelectorAll("[data-when]")) {
    const [name, values] = part.dataset.when.split("=");
    const field = form.elements[name];
    part.hidden = !values.split("|").includes(field?.value ?? "");
  }
}
document.addEventListener("change", (event) => event.target.form && reveal(event.target.form));

// --- charts: a JSON option beside a table that says the same ----------------------------------
function draw(box) {
  if (!window.echarts || box.dataset.drawn) return;
  box.dataset.drawn = "1";
  const option = JSON.parse(document.getElementById(box.dataset.chart).textContent);
  const chart = window.echarts.init(box, null, { renderer: "canvas" });
  chart.setOption({ ...option, animation: false, tooltip: { ...option.tooltip, renderMode: "richText" } });
  new ResizeObserver(() => chart.resize()).observe(box);
}

// --- what HTMX brings ----------------------------------------------------------------------
document.addEventListener("htmx:afterSwap", (event) => {
  // A form whose first autosave made a draft belongs to that draft from now on.
  const draft = document.querySelector("#autosave[data-form-action]");
  if (draft) draft.closest("form").action = draft.dataset.formAction;
  arrive(event.target);
  const list = event.target.closest?.("[data-list]");
  if (list) recount(list);
});
document.addEventListener("htmx:sendError", () => say(document.body.dataset.failed));
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status >= 500) say(document.body.dataset.failed);
});

// --- unsaved work --------------------------------------------------------------------------
let unsaved = false;
document.addEventListener("input", (event) => {
  if (event.target.closest("form[data-guard]")) unsaved = true;
});
document.addEventListener("submit", () => { unsaved = false; });
window.addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});

// --- start ---------------------------------------------------------------------------------
document.addEventListener("DOMContentLoaded", () => {
  arrive(document);
  document.querySelectorAll("[data-list]").forEach(recount);
  document.querySelectorAll("form").forEach(reveal);
  // On a phone the tabs are wider than the screen.
  document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
});

// What is folded away on the screen is wanted on paper: policies and the gap to the next rung.
addEventListener("beforeprint", () => {
  for (const each of document.querySelectorAll("details.policy:not([open]), details.ladder-gap:not([open])")) {
    each.open = true;
    each.dataset.forPrint = "";
  }
});
addEventListener("afterprint", () => {
  for (const each of document.querySelectorAll("details[data-for-print]")) {
    each.open = false;
    delete each.dataset.forPrint;
  }
});
