// 8. Negative sampling: a question that is cheap to answer, and the wrong answers that make it worth asking.

import { latest } from "../api.js";
import { counted, shown } from "../colours.js";
import { bars, button, slider, wordBox, wordLine } from "../components/controls.js";
import { matrix } from "../components/matrix.js";
import { growingTable } from "../components/table.js";
import { h, settled, show } from "../dom.js";

const NEGATIVES = 2;
const EXPONENT = 0.75;

const number = (text, otherwise, low, high) => (Number.isFinite(Number(text ?? NaN)) ? Math.min(Math.max(Number(text), low), high) : otherwise);
const read = (values) => ({ negatives: Math.trunc(number(values.negatives, NEGATIVES, 0, 5)), exponent: number(values.exponent, EXPONENT, -1, 2), draw: Math.trunc(number(values.draw, 0, 0, 100000)), words: values.words ?? "" });

export function mount(stage, { values, change, fail, calm, announce, code, t }) {
  let state = read(values);

  const negatives = slider({ label: t("noise.negatives"), min: 0, max: 5, value: state.negatives, onInput(next) { state.negatives = next; change({ negatives: next }, { replace: true }); soon(); soonLearn(); }, onChange: () => change({ negatives: state.negatives }) });
  const exponent = slider({ label: t("noise.exponent"), min: -1, max: 2, step: 0.05, digits: 2, value: state.exponent, onInput(next) { state.exponent = next; change({ exponent: next }, { replace: true }); soon(); } });
  const again = button(t("noise.draw"), () => { state.draw += 1; change({ draw: state.draw }); sample().catch(fail); });
  const first = button(t("noise.first"), () => { state.draw = 0; state.negatives = NEGATIVES; negatives.set(NEGATIVES); change({ draw: null, negatives: null }); sample().catch(fail); learn().catch(fail); });
  const words = wordLine({ label: t("noise.words"), placeholder: t("noise.words"), value: state.words, onInput(next) { state.words = next; change({ words: next }, { replace: true }); soon(); } });
  const tableBox = h("div", {});
  const learned = h("div", { class: "stack" });
  const shares = h("div", { class: "stack" });
  const missing = h("p", { class: "hint", role: "status" });

  const box = (title, hint) => h("div", { class: "machine" }, h("b", {}, title), h("span", { class: "hint" }, hint));
  const arrow = () => h("span", { class: "arrow", "aria-hidden": "true" }, "→");
  const question = (title, content) => h("section", { class: "card stack" }, h("h2", { class: "heading" }, title), h("div", { class: "row flow" }, content));
  const questions = h("div", { class: "columns" },
    question(t("noise.old"), [wordBox("not", { kind: "center" }), arrow(), box(t("noise.old_model"), t("noise.old_cost")), arrow(), wordBox("thou", { kind: "target" })]),
    question(t("noise.new"), [h("span", { class: "pair-column" }, wordBox("not", { kind: "center" }), wordBox("thou", { kind: "target" })), arrow(), box(t("noise.new_model"), t("noise.new_cost")), arrow(), h("span", { class: "number-box" }, "0 … 1")]));

  async function sample() {
    const wanted = state.words.split(/[\s,，、]+/).filter(Boolean).slice(0, 20);
    const answer = await latest("noise", "explorer/noise", { exponent: state.exponent, negatives: state.negatives, draw: state.draw, words: wanted });
    if (answer === null) return;
    calm();
    missing.textContent = answer.unknown.length ? t("noise.unknown", { words: answer.unknown.join(", ") }) : "";
    const table = growingTable({ label: t("noise.table"), columns: [t("noise.input"), t("noise.output"), t("noise.target")], numbers: [2] });
    for (const { input, output, target } of answer.rows) {
      table.add([wordBox(input, { kind: "center" }), wordBox(output, { kind: target ? "target" : "noise" }), h("span", { class: target ? "tag target" : "tag noise" }, String(target))]);
    }
    show(tableBox, table.element);
    drawShares(answer);
    announce(t("noise.announced", { rows: answer.rows.slice(0, 3).map(({ input, output, target }) => `${input} ${output} ${target}`).join(", ") }));
    code(`>>> from firth.training.sampling_tables import noise_probabilities\n>>> noise_probabilities(vocabulary.counts, ${state.exponent})\n$ firth examples "thou shalt not make a machine" --kind negative --window 2 --negative-samples ${Math.max(state.negatives, 1)} --noise-exponent ${state.exponent}\n$ firth train text.txt --negative-samples ${Math.max(state.negatives, 1)} --noise-exponent ${state.exponent} -o model.firth`);
  }

  function drawShares({ source, words: count, shares: rows }) {
    const most = Math.max(...rows.flatMap(({ text, noise }) => [text, noise]), 1e-12);
    const percent = (share) => `${share >= 0.0001 ? (100 * share).toFixed(share >= 0.01 ? 1 : 3) : (100 * share).toPrecision(1)} %`;
    const width = (share) => ({ width: `${(100 * Math.sqrt(share / most)).toFixed(2)}%` });
    show(shares, h("p", { class: "hint" }, t("noise.source", { source, words: counted(count) })),
      h("div", { class: "shares", role: "list" }, rows.map(({ word, count: times, text, noise }) => h("div", { class: "contents", role: "listitem" },
        h("span", { class: "shares-name" }, wordBox(word, { kind: "noise" }), h("span", { class: "hint" }, `${counted(times)} ×`)),
        h("span", { class: "shares-bars" }, h("span", { class: "share text", "aria-hidden": "true", style: width(text) }), h("span", { class: "share noise", "aria-hidden": "true", style: width(noise) })),
        h("span", { class: "value hint" }, h("span", {}, percent(text)), h("br", {}), h("b", {}, percent(noise)))))),
      h("p", { class: "row hint" }, h("span", { class: "key" }, h("i", { class: "share text" }), t("noise.in_text")), h("span", { class: "key" }, h("i", { class: "share noise" }), t("noise.as_noise")), t("noise.root")));
  }

  async function learn() {
    const answer = await latest("smart-alec", "explorer/smart-alec", { negatives: state.negatives });
    if (answer === null) return;
    const limit = Math.max(...answer.embedding.flat().map(Math.abs));
    const big = (value, text) => h("div", { class: "figure" }, h("span", { class: "figure-value" }, value), h("span", { class: "hint" }, text));
    show(learned,
      h("div", { class: "row figures" }, big(`${(100 * answer.accuracy).toFixed(0)} %`, t("noise.accuracy")), big(`${(100 * answer.always).toFixed(0)} %`, t("noise.always")), big(shown(answer.alike), t("noise.alike"))),
      h("p", { class: "verdict" }, t(state.negatives ? "noise.learns" : "noise.smart_alec")),
      matrix({ rows: answer.words.map((word, i) => ({ name: word, vector: answer.embedding[i] })), limit, thin: true, legend: false, componentName: (i) => t("noise.component", { number: i + 1 }) }).element,
      h("h3", { class: "label" }, t("noise.cosines")),
      bars({ most: 1, digits: 2, rows: answer.pairs.map(({ first: a, second: b, similarity }) => ({ name: `${a} · ${b}`, value: similarity })) }));
  }

  const soon = settled(() => sample().catch(fail), 60);
  const soonLearn = settled(() => learn().catch(fail), 120);

  show(stage, questions,
    h("div", { class: "row wide-gap" }, h("div", { class: "short" }, negatives.element), h("div", { class: "row" }, again, first)),
    h("div", { class: "columns" },
      h("section", { class: "stack" }, h("h2", { class: "heading" }, t("noise.table")), tableBox),
      h("section", { class: "stack" }, h("h2", { class: "heading" }, t("noise.learned")), learned)),
    h("section", { class: "stack ruled" }, h("h2", { class: "heading" }, t("noise.distribution")), h("div", { class: "columns" }, exponent.element, words.element), missing, shares));
  for (const one of [tableBox, learned, shares]) show(one, h("p", { class: "hint" }, t("noise.busy")));
  sample().catch(fail);
  learn().catch(fail);
  return {
    update(next) { state = read(next); negatives.set(state.negatives); exponent.set(state.exponent); words.set(state.words); sample().catch(fail); learn().catch(fail); },
    leave() { soon.cancel(); soonLearn.cancel(); },
  };
}
