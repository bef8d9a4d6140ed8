// Copies the few browser files that Lianshu serves out of node_modules (`make assets`).
// Nothing is bundled or transpiled: minified files as published, without their source-map
// comments (Django's manifest storage would look for the maps), one icon sprite, the licences.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, "node_modules");
const target = join(root, "src/lianshu/web/static/vendor");

const copied = {
  "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
  "tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
  "echarts.min.js": "echarts/dist/echarts.min.js",
};
// What the files above contain: tabler.min.js bundles popper, echarts.min.js zrender, tslib and d3.
const licensed = ["@tabler/core", "@tabler/icons", "@popperjs/core", "echarts", "zrender", "tslib"];

const mit = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge, publish, distribute,
sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or
substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM,
DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT
OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;

function fail(sentence) {
  console.error(`assets: ${sentence}`);
  process.exit(1);
}

function read(name) {
  try {
    return readFileSync(join(modules, name), "utf8");
  } catch {
    return fail(`node_modules/${name} is missing; run \`npm ci\` first.`);
  }
}

function withoutSourceMap(text) {
  return text
    .replace(/\n?\/\/[#@] ?sourceMappingURL=\S+\s*$/, "\n")
    .replace(/\n?\/\*[#@] ?sourceMappingURL=[^*]*\*\/\s*$/, "\n");
}

function iconNames() {
  const lines = readFileSync(join(root, "tools/icons.txt"), "utf8").split("\n");
  return [...new Set(lines.map((line) => line.trim()).filter((line) => line && !line.startsWith("#")))];
}

function symbol(name) {
  const svg = read(`@tabler/icons/icons/outline/${name}.svg`);
  const body = svg
    .replace(/^[\s\S]*?<svg[^>]*>/, "")
    .replace(/<\/svg>\s*$/, "")
    .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none" ?\/>/, "") // an invisible frame
    .replace(/\n\s*/g, "");
  const look = 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"';
  return `<symbol id="${name}" viewBox="0 0 24 24" ${look}>${body}</symbol>`;
}

function licenceOf(name) {
  const { version, license } = JSON.parse(read(`${name}/package.json`));
  const files = readdirSync(join(modules, name)).filter((file) => /^(licen[cs]e|notice)(\.|$)/i.test(file));
  const texts = files.map((file) => read(`${name}/${file}`).trim());
  if (name === "@tabler/core") {
    // It publishes no licence file; the notice stands at the head of its own files.
    const notice = /^.*?\/\*!([\s\S]*?)\*\//.exec(read(copied["tabler.min.css"]));
    if (license !== "MIT" || !notice) fail(`${name} no longer carries the MIT notice we print.`);
    texts.push(notice[1].replace(/^\s*\* ?/gm, "").trim(), mit.trim());
  }
  if (name === "echarts") texts.push(read("echarts/licenses/LICENSE-d3").trim());
  if (!texts.length) fail(`${name} carries no licence text; add one to tools/assets.mjs.`);
  return `${"=".repeat(78)}\n${name} ${version} (${license})\n\n${texts.join("\n\n")}\n`;
}

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
for (const [name, source] of Object.entries(copied)) {
  writeFileSync(join(target, name), withoutSourceMap(read(source)));
}
const names = iconNames();
const sprite = `<svg xmlns="http://www.w3.org/2000/svg">\n${names.map(symbol).join("\n")}\n</svg>\n`;
writeFileSync(join(target, "icons.svg"), sprite);
writeFileSync(join(target, "LICENSES.txt"), licensed.map(licenceOf).join("\n"));
console.log(`assets: ${Object.keys(copied).length} files, ${names.length} icons in ${target.slice(root.length + 1)}`);
