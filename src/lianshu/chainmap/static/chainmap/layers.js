// Pictures in levels (the chain map, the wave of a loss): a tree of dots from left to right, as JSON
// in the page, drawn by ECharts. What the picture says stands in the table below it too.
"use strict";

(() => {
  const ROW = 28; // pixels from one product to the next
  const MANY = 12; // children shown before "so many more"
  const FIRST = 48; // rows that are opened at first
  const FEW = 24; // supplies beside the tree that are drawn at once
  const SMALLEST = 0.15; // of the size in which all names are read
  const LINE = "#bccacf";

  class Layered {
    constructor(box, data) {
      this.box = box;
      this.frame = box.closest("[data-graph]");
      this.words = data.words ?? {};
      this.panel = document.getElementById(box.dataset.panel ?? "");
      this.begun = null; // since when a picture waits to be drawn
      this.state = this.frame.querySelector("[data-graph-state]");
      this.chart = window.echarts.init(box.querySelector("[data-graph-canvas]"), null, { renderer: "canvas" });
      this.read(data);
      this.open = new Set();
      this.whole = new Set();
      this.off = new Set();
      this.chosen = null;
      this.scale = 1;
      this.most = box.clientHeight;
      this.openFirst();
      this.listen();
      this.render();
      const start = this.dots.findIndex((dot) => dot.name === box.dataset.chosen);
      if (start >= 0) this.show(start, false);
    }

    read(data) {
      this.marks = data.marks;
      this.levels = data.levels;
      this.dots = data.dots.map(([name, level, mark, parent, note]) => ({ name, level, mark, parent, note, kids: [] }));
      this.roots = [];
      this.dots.forEach((dot, at) => (dot.parent === null ? this.roots : this.dots[dot.parent].kids).push(at));
      // The worst first: what is cut off by "so many more" is what matters least.
      for (const dot of this.dots) {
        dot.kids.sort((a, b) => this.rank(a) - this.rank(b) || this.dots[b].kids.length - this.dots[a].kids.length);
      }
      this.links = data.links;
    }

    rank(at) {
      return this.marks[this.dots[at].mark].order;
    }

    // Level by level, as long as the picture stays small.
    openFirst() {
      let rows = this.roots.length;
      let level = [...this.roots];
      while (level.length) {
        const added = level.reduce((sum, at) => sum + Math.max(0, Math.min(this.dots[at].kids.length, MANY + 1) - 1), 0);
        if (rows + added > FIRST && this.open.size) return;
        level.forEach((at) => this.open.add(at));
        rows += added;
        level = level.flatMap((at) => this.dots[at].kids.slice(0, MANY));
      }
    }

    // --- what is seen -----------------------------------------------------------------------
    lay() {
      const kept = this.dots.map((dot) => !this.off.has(dot.mark));
      for (let at = this.dots.length - 1; at >= 0; at -= 1) {
        const { parent } = this.dots[at];
        if (parent !== null && kept[at]) kept[parent] = true;
      }
      this.seen = []; // [key, level, y] from top to bottom
      let row = 1;
      const place = (at) => {
        const dot = this.dots[at];
        const kids = this.open.has(at) ? dot.kids.filter((kid) => kept[kid]) : [];
        const shown = this.whole.has(at) || kids.length <= MANY + 1 ? kids : kids.slice(0, MANY);
        const entry = { at, y: row };
        this.seen.push(entry);
        if (!shown.length) {
          row += 1;
          return entry.y;
        }
        const ys = shown.map(place);
        if (shown.length < kids.length) {
          this.seen.push({ at, y: row, more: kids.length - shown.length });
          ys.push(row);
          row += 1;
        }
        // Beside its first child, so that where the picture starts is at the top.
        entry.y = ys[0];
        return entry.y;
      };
      this.roots.filter((at) => kept[at]).forEach(place);
      this.rows = row;
      this.kept = kept;
    }

    // Pixels from one level to the next: levels stay apart also where rows come close.
    column() {
      return Math.max(1, this.scale) * Math.max(150, Math.min(250, (this.box.clientWidth - 40) / this.levels.length));
    }

    // Of a row, under the words of the levels, which keep their place.
    height(row) {
      return ROW + (row - 1) * ROW * this.scale;
    }

    line(chosen) {
      const steps = new Set();
      for (let at = chosen; at !== null && at !== undefined; at = this.dots[at].parent) steps.add(at);
      return steps;
    }

    node(entry, column, steps) {
      const dot = this.dots[entry.at];
      const place = { x: dot.level * column, y: this.height(entry.y) };
      const size = Math.min(1, Math.max(0.3, this.scale * 1.5));
      if (entry.more) {
        return {
          ...place, id: `more-${entry.at}`, x: place.x + column, symbol: "circle", symbolSize: 5 * size,
          itemStyle: { color: LINE },
          label: { show: true, formatter: this.words.more.replace("{n}", entry.more), color: "#0c5d5a" },
        };
      }
      const mark = this.marks[dot.mark];
      const shut = !this.open.has(entry.at) && dot.kids.length;
      const chosen = entry.at === this.chosen;
      const text = shut ? `${dot.name}  ＋${dot.kids.length}` : dot.name;
      return {
        ...place, id: String(entry.at), symbol: mark.symbol, symbolSize: (dot.level ? 13 : 17) * size,
        itemStyle: { color: mark.colour, borderColor: chosen ? "#1b2733" : "#fff", borderWidth: chosen ? 3 : 1 },
        label: {
          show: true,
          formatter: text,
          // A box as wide as its column would hide the line behind it.
          width: text.length * 13 > column - 34 ? Math.max(10, column - 34) : undefined,
          fontWeight: steps.has(entry.at) ? "bold" : "normal",
        },
      };
    }

    lines(steps) {
      const visible = new Set(this.seen.filter((entry) => !entry.more).map((entry) => entry.at));
      const links = [];
      for (const { at, more } of this.seen) {
        const parent = more ? at : this.dots[at].parent;
        if (parent === null) continue;
        const on = !more && steps.has(at);
        links.push({
          source: String(parent), target: more ? `more-${at}` : String(at),
          lineStyle: on ? { color: "#0f6a67", width: 2.5 } : undefined,
        });
      }
      // Supplies beside the tree: all of them in a small picture, else those of the chosen product.
      for (const link of this.links) {
        const here = link.includes(this.chosen);
        if (!visible.has(link[0]) || !visible.has(link[1]) || (!here && this.links.length > FEW)) continue;
        links.push({
          source: String(link[0]), target: String(link[1]),
          lineStyle: { color: here ? "#1c5a94" : LINE, type: "dashed", width: here ? 1.8 : 1, curveness: 0.25 },
        });
      }
      return links;
    }

    // Names that would lie over each other are left out; zooming in brings them back.
    named() {
      const last = [];
      const named = new Set();
      if (this.column() < 70) return named;
      for (const entry of [...this.seen].sort((a, b) => a.y - b.y)) {
        const level = this.dots[entry.at].level + (entry.more ? 1 : 0);
        if (last[level] === undefined || (entry.y - last[level]) * ROW * this.scale > 15) {
          named.add(entry);
          last[level] = entry.y;
        }
      }
      return named;
    }

    nodes(steps) {
      const column = this.column();
      const named = this.named();
      const heads = this.levels.map((word, level) => ({
        id: `head-${level}`, x: level * column, y: 0, symbolSize: 0, tooltip: { show: false }, cursor: "default",
        label: { show: column > 60, formatter: word, position: "right", distance: -4, color: "#55636f", fontSize: 12 },
      }));
      const seen = this.seen.map((entry) => {
        const node = this.node(entry, column, steps);
        if (!named.has(entry) && entry.at !== this.chosen) node.label = { show: false };
        return node;
      });
      return [...heads, ...seen];
    }

    render(anchor = null) {
      this.begun ??= performance.now();
      this.frame.dataset.pending = "1";
      const before = anchor === null ? null : this.pixel(anchor);
      this.lay();
      const column = this.column();
      const steps = this.line(this.chosen);
      this.size = [Math.max(2, (this.levels.length - 1) * column), this.height(Math.max(1, this.rows - 1))];
      this.grow();
      this.chart.setOption({
        animation: false,
        tooltip: { renderMode: "richText", confine: true, formatter: (about) => this.tip(about) },
        series: [{
          type: "graph", layout: "none", roam: "move", roamTrigger: "global",
          left: 20, top: 18, width: this.size[0], height: this.size[1],
          label: { show: true, position: "right", distance: 5, color: "#1b2733", fontSize: 13, overflow: "truncate", backgroundColor: "rgba(255,255,255,.82)" },
          lineStyle: { color: LINE, width: 1.2 },
          emphasis: { disabled: this.seen.length > 400, focus: "none", label: { fontWeight: "bold" } },
          data: this.nodes(steps),
          links: this.lines(steps),
        }],
      }, true);
      if (before) {
        const now = this.pixel(anchor);
        if (now) this.pan(before[0] - now[0], before[1] - now[1]);
      }
      this.frame.dataset.shown = String(this.seen.length);
      const done = () => {
        this.chart.off("finished", done);
        if (this.begun !== null) this.frame.dataset.took = String(Math.round(performance.now() - this.begun));
        this.begun = null;
        this.frame.dataset.pending = "";
      };
      this.chart.on("finished", done);
    }

    tip(about) {
      if (about.dataType !== "node" || !/^\d+$/.test(about.data.id)) return "";
      const dot = this.dots[Number(about.data.id)];
      return [dot.name, this.marks[dot.mark].label, dot.note].filter(Boolean).join("\n");
    }

    // --- moving about -----------------------------------------------------------------------
    pixel(at) {
      const entry = this.seen?.find((each) => each.at === at && !each.more);
      return entry ? this.chart.convertToPixel({ seriesIndex: 0 }, [this.dots[at].level * this.column(), this.height(entry.y)]) : null;
    }

    pan(dx, dy) {
      this.chart.dispatchAction({ type: "graphRoam", seriesIndex: 0, dx, dy });
    }

    // The picture is laid out anew, so that dots and names keep their size; what is under the
    // point stays there.
    zoom(by, x = 20, y = this.box.clientHeight / 2) {
      const [level, row] = this.chart.convertFromPixel({ seriesIndex: 0 }, [x, y]);
      const [column, scale] = [this.column(), this.scale];
      this.scale = Math.min(3, Math.max(SMALLEST, scale * by));
      this.render();
      const moved = [(level * this.column()) / column, ROW + ((row - ROW) * this.scale) / scale];
      const now = this.chart.convertToPixel({ seriesIndex: 0 }, moved);
      this.pan(x - now[0], y - now[1]);
    }

    // The whole of it, as long as products can still be told apart.
    fit() {
      this.scale = Math.max(SMALLEST, Math.min(1, (this.box.clientHeight - 2 * ROW) / (this.rows * ROW)));
      this.render();
    }

    // Into the middle where it is not seen yet, but never past the ends of the picture.
    reveal(at) {
      const point = this.pixel(at);
      if (!point) return;
      const { clientWidth, clientHeight } = this.box;
      const inside = point[0] > 10 && point[0] < clientWidth - 110 && point[1] > 20 && point[1] < clientHeight - 20;
      if (inside) return;
      const [left, top] = this.chart.convertToPixel({ seriesIndex: 0 }, [0, 0]);
      const bottom = this.chart.convertToPixel({ seriesIndex: 0 }, [0, this.size[1]])[1];
      const dx = Math.min(clientWidth / 3, clientWidth - 150) - point[0];
      const lowest = Math.min(18, clientHeight - 24 - (bottom - top));
      const dy = Math.min(18, Math.max(lowest, top + clientHeight / 2 - point[1])) - top;
      this.pan(point[0] > 10 && point[0] < clientWidth - 110 ? 0 : Math.min(20 - left, dx), dy);
    }

    // As high as it needs, up to what the style sheet allows; it grows and does not shrink again.
    grow() {
      const wanted = Math.max(this.tall ?? 0, Math.min(this.size[1] + 60, this.most), 200);
      if (wanted === this.tall) return;
      this.tall = wanted;
      this.box.style.height = `${wanted}px`;
      this.chart.resize();
    }

    // --- choosing ----------------------------------------------------------------------------
    show(at, tell = true) {
      for (let up = this.dots[at].parent, child = at; up !== null; child = up, up = this.dots[up].parent) {
        this.open.add(up);
        if (this.dots[up].kids.indexOf(child) >= MANY) this.whole.add(up);
      }
      this.off.delete(this.dots[at].mark);
      this.chosen = at;
      this.legend();
      this.render(this.seen.some((entry) => entry.at === at && !entry.more) ? at : null);
      this.reveal(at);
      if (tell) this.tell(at);
    }

    press(at) {
      if (at === this.chosen && this.dots[at].kids.length) this.toggle(at);
      else {
        if (!this.open.has(at) && this.dots[at].kids.length) this.open.add(at);
        this.show(at);
        this.ask(at);
      }
    }

    toggle(at, on = !this.open.has(at)) {
      if (on) this.open.add(at);
      else this.open.delete(at);
      this.render(at);
    }

    tell(at) {
      const dot = this.dots[at];
      const kids = dot.kids.length ? this.words.kids.replace("{n}", dot.kids.length) : "";
      this.say([dot.name, this.levels[dot.level], this.marks[dot.mark].label, dot.note, kids].filter(Boolean).join(this.words.comma));
    }

    say(text) {
      if (this.state) this.state.textContent = text;
    }

    ask(at) {
      if (!this.panel || !this.box.dataset.panelUrl) return;
      const url = this.box.dataset.panelUrl + encodeURIComponent(this.dots[at].name);
      window.htmx.ajax("GET", url, { target: this.panel, swap: "innerHTML" });
    }

    find(text, forward) {
      const wanted = text.trim().toLowerCase();
      if (!wanted) return;
      const found = this.dots.flatMap((dot, at) => (dot.name.toLowerCase().includes(wanted) ? [at] : []));
      if (!found.length) {
        this.say(this.words.none.replace("{q}", text.trim()));
        return;
      }
      const exact = found.find((at) => this.dots[at].name.toLowerCase() === wanted);
      const here = found.indexOf(this.chosen);
      const at = here < 0 ? exact ?? found[0] : found[(here + (forward ? 1 : found.length - 1)) % found.length];
      this.show(at);
      this.ask(at);
      if (found.length > 1) this.say(`${this.state.textContent} (${found.indexOf(at) + 1} / ${found.length})`);
    }

    legend() {
      for (const button of this.frame.querySelectorAll("[data-graph-mark]")) {
        button.setAttribute("aria-pressed", String(!this.off.has(button.dataset.graphMark)));
      }
    }

    act(name) {
      if (name === "in") this.zoom(1.3);
      if (name === "out") this.zoom(1 / 1.3);
      if (name === "fit") this.fit();
      if (name === "all" || name === "none") {
        this.open.clear();
        this.whole.clear();
        if (name === "none") this.openFirst();
        else {
          this.dots.forEach((dot, at) => dot.kids.length && this.open.add(at).size && this.whole.add(at));
        }
        this.render();
      }
    }

    // --- keys: as in a tree of files -----------------------------------------------------------
    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const shown = this.seen.filter((entry) => !entry.more).sort((a, b) => a.y - b.y || this.dots[a.at].level - this.dots[b.at].level);
      const here = this.chosen;
      const dot = here === null ? null : this.dots[here];
      const same = dot ? shown.filter((entry) => this.dots[entry.at].level === dot.level) : shown;
      const at = same.findIndex((entry) => entry.at === here);
      const go = (to) => to !== undefined && to !== null && this.show(to);
      const keys = {
        ArrowDown: () => go((same[at + 1] ?? same[at])?.at ?? shown[0]?.at),
        ArrowUp: () => go((same[at - 1] ?? same[at])?.at ?? shown[0]?.at),
        ArrowLeft: () => go(dot?.parent ?? here),
        ArrowRight: () => {
          if (here === null) go(shown[0]?.at);
          else if (!dot.kids.length) this.tell(here);
          else if (!this.open.has(here)) this.toggle(here, true);
          else go(dot.kids.find((kid) => this.kept[kid]));
        },
        Home: () => go(this.roots[0]),
        Enter: () => here !== null && this.ask(here),
        " ": () => here !== null && this.toggle(here),
        "+": () => this.zoom(1.3),
        "=": () => this.zoom(1.3),
        "-": () => this.zoom(1 / 1.3),
        0: () => this.fit(),
      };
      const act = keys[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    }

    listen() {
      this.chart.on("click", (about) => {
        if (about.dataType !== "node") return;
        const { id } = about.data;
        if (/^\d+$/.test(id)) this.press(Number(id));
        else if (id.startsWith("more-")) {
          const at = Number(id.slice(5));
          this.whole.add(at);
          this.render(at);
        }
      });
      this.box.addEventListener("keydown", (event) => this.key(event));
      this.box.addEventListener("wheel", (event) => {
        if (!event.ctrlKey) return;
        event.preventDefault();
        this.zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, event.offsetX, event.offsetY);
      }, { passive: false });
      this.frame.addEventListener("click", (event) => {
        const button = event.target.closest("[data-graph-act], [data-graph-mark]");
        if (!button) return;
        if (button.dataset.graphAct) this.act(button.dataset.graphAct);
        else {
          const mark = button.dataset.graphMark;
          if (!this.off.delete(mark)) this.off.add(mark);
          this.legend();
          this.render();
        }
      });
      const search = this.frame.querySelector("[data-graph-search]");
      search?.addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        this.find(search.value, !event.shiftKey);
      });
      // A name taken from the list of suggestions comes as a change.
      search?.addEventListener("change", () => this.dots.some((dot) => dot.name === search.value && this.dots[this.chosen] !== dot) && this.find(search.value, true));
      let width = this.box.clientWidth;
      new ResizeObserver(() => {
        this.chart.resize();
        if (this.box.clientWidth !== width) this.render(this.chosen);
        width = this.box.clientWidth;
      }).observe(this.box);
    }
  }

  function start(root) {
    for (const box of root.querySelectorAll?.("[data-layers]") ?? []) {
      if (box.layered || !window.echarts) continue;
      box.layered = new Layered(box, JSON.parse(document.getElementById(box.dataset.layers).textContent));
    }
  }
  document.addEventListener("DOMContentLoaded", () => start(document));
  document.addEventListener("htmx:afterSwap", (event) => start(event.target));
  window.lianshuLayers = Layered;
})();
