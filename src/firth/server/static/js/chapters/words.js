// 2. Words: a word is a list of numbers, and words that are alike share some of them.

import { latest } from "../api.js";
import { python, shell } from "../code.js";
import { button, choice, wordLine } from "../components/controls.js";
import { matrix } from "../components/matrix.js";
import { h, settled, show } from "../dom.js";

const split = (text) => [...new Set(text.split(/[\s,，、]+/).filter(Boolean))];

export function mount(stage, { about, values, change, fail, calm, announce, code, t }) {
  const preset = () => (about.model?.presets.words ?? []).join(" ");
  let text = values.words ?? preset();
  let order = values.order ?? "as-is";
  let answer = null;

  const line = wordLine({ label: t("words.line"), value: text, onInput(next) { text = next; change({ words: text }, { replace: true }); soon(); } });
  const orders = choice({ label: t("words.order"), value: order.startsWith("by-") ? "as-is" : order, options: ["as-is", "shared", "different"].map((value) => ({ value, text: t(`words.orders.${value}`) })), onChange(next) { order = next; change({ order }); draw(); } });
  const result = h("div", {});
  const missing = h("p", { class: "hint", role: "status" });
  const numbers = h("details", {});

  /** Columns in the chosen order: as they are, those first in which all words are alike, or by one word's values. */
  function columns(rows) {
    const all = rows[0].vector.map((_, i) => i);
    if (order.startsWith("by-")) {
      const first = rows[0].vector;
      return all.sort((a, b) => first[b] - first[a]);
    }
    if (order === "as-is") return all;
    const sign = order === "shared" ? 1 : -1;
    return all.sort((a, b) => sign * (answer.spread[a] - answer.spread[b]));
  }

  function draw() {
    if (!answer?.rows.length) { show(result, h("p", { class: "hint" }, t("words.empty"))); return; }
    show(result, matrix({ rows: answer.rows.map(({ word, vector }) => ({ name: word, vector })), limit: answer.limit, order: columns(answer.rows), componentName: (i) => t("words.component", { number: i + 1 }), onPick() { order = order === "by-first" ? "as-is" : "by-first"; orders.set("as-is"); change({ order }); draw(); } }).element);
    show(numbers, h("summary", {}, t("words.numbers")), h("div", { class: "scroll" }, answer.rows.map(({ word, vector }) => h("p", { class: "value" }, h("b", {}, word), ` ${vector.map((x) => String(+x.toPrecision(5)).replace("-", "−")).join("  ")}`))));
  }

  async function look() {
    const words = split(text);
    const found = words.length ? await latest("words", "explorer/words", { words }) : { rows: [], unknown: [], limit: 1, spread: [] };
    if (found === null) return;
    calm();
    answer = found;
    missing.textContent = answer.unknown.map(({ word, near }) => (near.length ? t("words.unknown_near", { word, near: near.join(", ") }) : t("words.unknown", { word }))).join(" ");
    draw();
    announce(t("words.shown", { count: answer.rows.length }));
    code(`>>> vectors = firth.load(${python(about.model.file)})\n>>> vectors[${python(answer.rows[0]?.word ?? "king")}]\n$ firth plot strips ${shell(about.model.file)} ${answer.rows.map(({ word }) => shell(word)).join(" ")} -o strips.svg`);
  }
  const soon = settled(() => look().catch(fail), 120);

  show(stage, line.element,
    h("div", { class: "row" }, (about.model?.presets.comparisons ?? []).map((words) => button(words.join(" · "), () => { text = words.join(" "); line.set(text); change({ words: text }); soon(); }))),
    missing, h("div", { class: "row" }, h("span", { class: "label" }, t("words.order")), orders.element), result, numbers);
  look().catch(fail);
  return { update(next) { text = next.words ?? preset(); order = next.order ?? "as-is"; line.set(text); orders.set(order.startsWith("by-") ? "as-is" : order); look().catch(fail); }, leave: () => soon.cancel() };
}
