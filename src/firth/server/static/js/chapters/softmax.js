// 7. The slow way: at every step, a probability for every word, and every one of them is corrected.

import { latest } from "../api.js";
import { colourOf, counted, inkOn, shown } from "../colours.js";
import { chart } from "../components/chart.js";
import { bars, player, wordBox, wordLine } from "../components/controls.js";
import { h, settled, show } from "../dom.js";

const WORDS = "thou shalt not make a machine in the likeness of human mind aaron taco";
const MOST_STEPS = 200;

const percent = (share) => `${share >= 0.1 ? (100 * share).toFixed(1) : (100 * share).toPrecision(2)} %`;

const split = (text) => [...new Set(text.toLowerCase().split(/[\s,，、]+/).filter(Boolean))].slice(0, 60);

export function mount(stage, { about, values, change, fail, calm, announce, code, t }) {
  let state = read(values);
  let answer = null;

  function read(given) {
    const words = split(given.words ?? WORDS);
    const known = (word, otherwise) => (words.includes(word) ? word : words.includes(otherwise) ? otherwise : words[0]);
    return { text: given.words ?? WORDS, words, center: known(given.input ?? "not", "not"), neighbour: known(given.output ?? "thou", "thou"), steps: Math.min(Math.max(Math.trunc(Number(given.steps ?? 0)) || 0, 0), MOST_STEPS), large: given.large ?? about.model?.presets.words[0] ?? "" };
  }

  const line = wordLine({ label: t("softmax.line"), value: state.text, onInput(text) { change({ words: text, steps: null }, { replace: true }); state = { ...read({ ...state, input: state.center, output: state.neighbour, words: text }), steps: 0 }; soon(); } });
  const inputs = h("div", { class: "row", role: "group", "aria-label": t("softmax.input") });
  const columns = h("div", { class: "vectors" });
  const equation = h("p", { class: "reading-line" });
  const losses = chart({ label: t("softmax.loss"), width: 320, height: 200, xLabel: t("softmax.step_axis") });
  const steps = player({ labels: { step: t("softmax.step"), play: t("softmax.play"), pause: t("softmax.pause"), reset: t("softmax.again") }, next, reset: () => go(0), interval: () => 500 });
  const costs = h("div", { class: "stack" });
  const largeLine = wordLine({ label: t("softmax.large_line"), value: state.large, onInput(large) { state.large = large; change({ large }, { replace: true }); soonLarge(); } });
  const largeResult = h("div", { class: "stack" });

  function next(replace) {
    if (state.steps >= MOST_STEPS) return false;
    go(state.steps + 1, { replace });
    return state.steps < MOST_STEPS;
  }

  function go(number, options) {
    state.steps = number;
    change({ steps: number || null }, options);
    step().catch(fail);
  }

  function pick(name, word) {
    steps.pause();
    state = { ...state, [name === "input" ? "center" : "neighbour"]: word, steps: 0 };
    change({ [name]: word, steps: null });
    step().catch(fail);
  }

  const cell = (value, text) => h("div", { class: "cell", role: "cell", title: String(value), style: { background: colourOf(value, 1), color: inkOn(value, 1) } }, text);

  function draw() {
    show(inputs, h("span", { class: "label" }, t("softmax.input")), state.words.map((word) => wordBox(word, { kind: word === state.center ? "center" : "", "aria-pressed": String(word === state.center), onClick: () => pick("input", word) })));
    const head = (text, hint) => h("div", { class: "vectors-head", role: "columnheader" }, h("b", {}, text), h("span", {}, hint));
    const sign = (text, i) => h("div", { class: "sign", role: "cell", "aria-hidden": "true" }, i === 0 ? text : "");
    show(columns,
      h("div", { role: "row", class: "contents" }, head("", t("softmax.pick")), head(t("softmax.target"), t("softmax.target_hint")), h("div", { role: "columnheader", class: "sign", "aria-hidden": "true" }, "−"), head(t("softmax.prediction"), t("softmax.prediction_hint")), h("div", { role: "columnheader", class: "sign", "aria-hidden": "true" }, "="), head(t("softmax.error"), t("softmax.error_hint")), h("div", { role: "columnheader", class: "sign", "aria-hidden": "true" }, "→"), head(t("softmax.after"), t("softmax.after_hint"))),
      state.words.map((word, i) => h("div", { role: "row", class: "contents" },
        h("div", { role: "rowheader", class: "vectors-name" }, wordBox(word, { kind: word === state.neighbour ? "target" : "", "aria-pressed": String(word === state.neighbour), onClick: () => pick("output", word) })),
        cell(answer.targets[i], String(answer.targets[i])), sign(""), cell(answer.predictions[i], shown(answer.predictions[i])), sign(""), cell(answer.errors[i], shown(answer.errors[i])), sign(""), cell(answer.after[i], shown(answer.after[i])))));
    const at = state.words.indexOf(state.neighbour);
    equation.textContent = t("softmax.reading", { step: state.steps + 1, input: state.center, output: state.neighbour, prediction: shown(answer.predictions[at]), after: shown(answer.after[at]), error: shown(answer.errors[at]) });
    losses.draw([{ name: t("softmax.loss"), points: answer.losses.map((loss, i) => [i + 1, loss]) }]);
    announce(equation.textContent);
  }

  async function step() {
    const { words, center, neighbour, steps: number } = state;
    if (words.length < 2) { show(columns, h("p", { class: "hint" }, t("softmax.empty"))); return; }
    const found = await latest("softmax", "explorer/softmax", { words, center, neighbour, steps: number });
    if (found === null) return;
    calm();
    answer = found;
    draw();
    code(`>>> from firth.illustrated.softmax import prediction_errors, softmax\n>>> scores = [${answer.scores.slice(0, 4).map((score) => score.toFixed(2)).join(", ")}, …]\n>>> softmax(scores), prediction_errors([scores], [${words.indexOf(neighbour)}])\n$ firth train text.txt --objective softmax -o slow.firth`);
  }

  async function large() {
    if (!about.model || !state.large.trim()) { drawCosts(null); return; }
    const found = await latest("softmax-large", "explorer/softmax/large", { word: state.large.trim() });
    if (found === null) return;
    drawCosts(found);
    show(largeResult,
      h("p", { class: "hint" }, t(found.trained ? "softmax.trained" : "softmax.untrained", { words: counted(found.words), milliseconds: found.milliseconds.toFixed(1) })),
      bars({ most: Math.max(...found.head.map(({ prediction }) => prediction)), rows: found.head.map(({ word, prediction }) => ({ name: word, value: prediction, element: wordBox(word, { onClick: () => { state.large = word; largeLine.set(word); change({ large: word }); large().catch(fail); } }) })), format: percent }),
      h("p", { class: "hint" }, t("softmax.rest", { count: counted(found.words - found.head.length), share: percent(found.rest) })));
  }

  function drawCosts(found) {
    const rows = [
      { name: t("softmax.cost_here", { words: state.words.length }), value: answer?.multiplications ?? 0 },
      ...(found ? [{ name: t("softmax.cost_large", { words: counted(found.words) }), value: found.multiplications }, { name: t("softmax.cost_sampled"), value: found.sampled }] : []),
    ];
    show(costs, h("h2", { class: "heading" }, t("softmax.costs")), bars({ rows, format: counted }));
  }

  const soon = settled(() => { steps.pause(); step().catch(fail); }, 150);
  const soonLarge = settled(() => large().catch(fail), 200);

  show(stage, line.element, inputs,
    h("div", { class: "row" }, steps.element), equation,
    h("div", { class: "columns two-one" }, h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("softmax.table") }, h("div", { role: "table", "aria-label": t("softmax.table") }, columns)), h("div", { class: "stack" }, h("h2", { class: "heading" }, t("softmax.loss")), losses.element)),
    h("section", { class: "stack ruled" }, costs, about.model ? [h("h2", { class: "heading" }, t("softmax.large", { name: about.model.name })), largeLine.element, largeResult] : null));
  step().then(large).catch(fail);
  return {
    update(given) { steps.pause(); state = read(given); line.set(state.text); largeLine.set(state.large); step().then(large).catch(fail); },
    leave() { steps.pause(); soon.cancel(); soonLarge.cancel(); },
  };
}
