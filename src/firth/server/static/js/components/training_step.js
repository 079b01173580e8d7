// One step of training with every number in it: look up, multiply, squash, compare, move.

import { latest, post } from "../api.js";
import { shown } from "../colours.js";
import { chart } from "./chart.js";
import { button, choice, player, slider, wordBox, wordLine } from "./controls.js";
import { matrix } from "./matrix.js";
import { strip } from "./strip.js";
import { h, set, settled, show, still } from "../dom.js";

const PARTS = 5; // look up, dot product, sigmoid, error, update
const [LOOK_UP, DOT, SIGMOID, ERROR, UPDATE] = [0, 1, 2, 3, 4];
const LIMIT = 1;
const PULL = 600; // milliseconds
const MOST = 2000;

const SENTENCE = "thou shalt not make a machine in the likeness of a human mind";

const whole = (text, otherwise, high) => (/^\d+$/.test(text ?? "") ? Math.min(Number(text), high) : otherwise);
const read = (values) => ({ text: values.sentence ?? SENTENCE, step: whole(values.step, 0, MOST), part: whole(values.part, values.step ? LOOK_UP : ERROR, UPDATE), rate: Math.min(Math.max(Number(values.rate ?? 0.5) || 0.5, 0.05), 2), speed: values.speed === "examples" ? "examples" : "parts" });

/** The view of a step; code(lines) gets the line of Python that does the same. */
export function trainingStep({ values, change, fail, calm, announce, code, t }) {
  let state = read(values);
  let answer = null;
  let loaded = "";
  let frame = 0;
  const ahead = new Map(); // answers by what was requested

  const line = wordLine({ label: t("training.sentence"), value: state.text, onInput(text) { steps.pause(); state = { ...state, text, step: 0, part: ERROR }; change({ sentence: text, step: null, part: null }, { replace: true }); soon(); } });
  const rate = slider({ label: t("training.rate"), min: 0.05, max: 2, step: 0.05, digits: 2, value: state.rate, onInput(next) { state.rate = next; change({ rate: next }, { replace: true }); soon(); } });
  const speed = choice({ label: t("training.speed"), value: state.speed, options: ["parts", "examples"].map((value) => ({ value, text: t(`training.speeds.${value}`) })), onChange(next) { state.speed = next; change({ speed: next === "parts" ? null : next }); } });
  const example = h("span", { class: "label" });
  const coming = h("div", { class: "row coming", role: "list", "aria-label": t("training.coming") });
  const parts = h("ol", { class: "parts" });
  const left = h("section", { class: "stack" });
  const right = h("section", { class: "stack" });
  const numbers = h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("training.numbers") });
  const moved = h("div", { class: "stack" });
  const said = h("p", { class: "reading-line" });
  const losses = chart({ label: t("training.step_loss"), width: 420, height: 150, xLabel: t("training.example_axis") });
  const steps = player({ labels: { step: t("training.step"), play: t("training.play"), pause: t("training.pause_play"), reset: t("training.again") }, next, reset: () => go(0, ERROR), interval: () => (state.speed === "examples" ? 220 : 1000) });
  const back = button(t("training.back"), () => { steps.pause(); previous(); });

  function next(replace) {
    if (state.step >= MOST) return false;
    if (state.speed === "examples") go(state.step + 1, UPDATE, { replace });
    else if (state.part < UPDATE) go(state.step, state.part + 1, { replace });
    else go(state.step + 1, LOOK_UP, { replace });
    return true;
  }

  function previous() {
    if (state.part > LOOK_UP) go(state.step, state.part - 1);
    else if (state.step > 0) go(state.step - 1, UPDATE);
  }

  function go(step, part, options) {
    state = { ...state, step, part };
    change({ step: step || null, part: step || part !== ERROR ? part : null }, options);
    draw().catch(fail);
  }

  const kindOf = (i) => (i === 0 ? "target" : "noise");

  function drawParts() {
    show(parts, Array.from({ length: PARTS }, (_, part) => h("li", { class: part <= state.part ? "done" : null }, h("button", { type: "button", "aria-current": part === state.part ? "step" : null, onClick: () => { steps.pause(); go(state.step, part); } }, t(`training.parts.${part}`)))));
  }

  /** A matrix whose rows `found` are looked up; in the last part, they move from before to after. */
  function drawMatrix(where, title, hint, rows, found, kind) {
    const kinds = new Map(found.map(({ row }, i) => [row, kind(i)]));
    const view = matrix({ thin: true, limit: LIMIT, legend: false, componentName: (i) => t("training.component", { number: i + 1 }),
      rows: rows.map((vector, row) => ({ name: answer.words[row], vector, element: h("div", { class: kinds.has(row) ? `name looked-up ${kinds.get(row)}` : "name" }, answer.words[row]) })) });
    view.strips.forEach((one, row) => set(one.element, { class: `strip thin${kinds.has(row) ? ` looked-up ${kinds.get(row)}` : " aside"}` }));
    show(where, h("h2", { class: "heading" }, title, " ", h("span", { class: "hint" }, hint)), view.element);
    return (at) => found.forEach(({ row, before, after }) => view.strips[row].update({ vector: before.map((from, i) => from + (after[i] - from) * at) }));
  }

  function pull(move) {
    cancelAnimationFrame(frame);
    if (still() || state.speed === "examples") { move(1); return; }
    const begun = performance.now();
    const tick = (now) => {
      const at = Math.min((now - begun) / PULL, 1);
      move(1 - (1 - at) ** 3);
      if (at < 1) frame = requestAnimationFrame(tick);
    };
    frame = requestAnimationFrame(tick);
  }

  function drawNumbers() {
    const { trace } = answer;
    const from = (part, text) => (state.part >= part ? text : h("span", { class: "hint" }, "·"));
    const column = (part, text) => h("th", { scope: "col", class: part === null ? null : `number${state.part === part ? " now" : ""}` }, text);
    const cell = (part, text) => h("td", { class: `number value${state.part === part ? " now" : ""}` }, from(part, text));
    show(numbers, h("table", { class: "rows step-table" },
      h("thead", {}, h("tr", {}, column(null, t("training.input")), column(null, t("training.output")), column(null, t("training.target")), column(DOT, t("training.parts.1")), column(SIGMOID, t("training.parts.2")), column(ERROR, t("training.parts.3")), column(UPDATE, t("training.dot_after")))),
      h("tbody", {}, trace.outputs.map(({ word }, i) => h("tr", {},
        h("td", {}, wordBox(trace.inputs[0].word, { kind: "center" })), h("td", {}, wordBox(word, { kind: kindOf(i) })),
        h("td", {}, h("span", { class: `tag ${kindOf(i)}` }, String(trace.targets[i]))),
        cell(DOT, shown(trace.dot_products[i])), cell(SIGMOID, shown(trace.sigmoids[i])), cell(ERROR, shown(trace.errors[i])), cell(UPDATE, shown(trace.dot_products_after[i])))))));
  }

  function drawMoved() {
    if (state.part < UPDATE) { show(moved); return; }
    const { trace } = answer;
    const all = [[trace.inputs[0], "center", t("training.embedding")], ...trace.outputs.map((one, i) => [one, kindOf(i), t("training.context")])];
    show(moved, h("h2", { class: "heading" }, t("training.moved")), h("div", { class: "ghosts" }, all.map(([{ word, before, after }, kind, name]) => [
      h("div", { class: "row" }, wordBox(word, { kind }), h("span", { class: "hint" }, name)),
      h("div", { class: "ghost-pair" }, strip({ label: t("training.before", { word }), vector: before, limit: LIMIT, thin: true }).element, strip({ label: t("training.after", { word }), vector: after, limit: LIMIT }).element)])));
    moved.querySelectorAll(".ghost-pair > :first-child").forEach((one) => one.classList.add("ghost"));
  }

  const bodyOf = (step) => ({ text: state.text, step, learning_rate: state.rate });

  /** Have the next step ready before the reader presses the key; what goes wrong is reported when it is needed. */
  async function prepare() {
    const body = bodyOf(state.step + 1);
    const name = JSON.stringify(body);
    if (ahead.has(name) || body.step > MOST) return;
    try {
      ahead.set(name, await post("explorer/training/step", body));
      if (ahead.size > 3) ahead.delete(ahead.keys().next().value);
    } catch { /* see above */ }
  }

  async function draw() {
    const wanted = JSON.stringify(bodyOf(state.step));
    if (wanted !== loaded) {
      const found = ahead.get(wanted) ?? await latest("training-step", "explorer/training/step", bodyOf(state.step));
      if (found === null) return;
      calm();
      answer = found;
      loaded = wanted;
      prepare();
    }
    const { trace } = answer;
    drawParts();
    example.textContent = t("training.example", { number: state.step + 1, of: answer.examples, epoch: Math.floor(state.step / answer.examples) + 1 });
    show(coming, answer.coming.map(({ input, output }, i) => h("span", { role: "listitem", class: i ? "pair aside" : "pair", "aria-current": i ? null : "true" }, wordBox(input, { kind: i ? "" : "center" }), wordBox(output, { kind: i ? "" : "target" }))));
    const move = [
      drawMatrix(left, t("training.embedding"), t("training.size", { words: answer.words.length, numbers: trace.hidden.length }), answer.embedding, trace.inputs, () => "center"),
      drawMatrix(right, t("training.context"), t("training.size", { words: answer.words.length, numbers: trace.hidden.length }), answer.context, trace.outputs, kindOf),
    ];
    if (state.part === UPDATE) pull((at) => move.forEach((one) => one(at)));
    drawNumbers();
    drawMoved();
    const [input, outputs] = [trace.inputs[0].word, trace.outputs.map(({ word }) => word)];
    said.textContent = t(`training.said.${state.part}`, { input, neighbour: outputs[0], noise: outputs.slice(1).join(", "), loss: shown(trace.loss), dot: shown(trace.dot_products[0]), sigmoid: shown(trace.sigmoids[0]), error: shown(trace.errors[0]), after: shown(trace.dot_products_after[0]) });
    set(back, { disabled: state.step === 0 && state.part === LOOK_UP });
    losses.draw([{ name: t("training.step_loss"), points: answer.losses.map((loss, i) => [i + 1, loss]) }]);
    announce(said.textContent);
    code(`>>> model = firth.Word2Vec.load("model.firth")\n>>> model.trace(${JSON.stringify(input)}, ${JSON.stringify(outputs[0])}, ${JSON.stringify(outputs.slice(1))}, learning_rate=${state.rate})\n$ firth trace model.firth ${input} ${outputs[0]} ${outputs.slice(1).map((word) => `--negatives ${word}`).join(" ")}`);
  }
  const soon = settled(() => draw().catch(fail), 120);

  const element = h("div", { class: "stack loose" }, line.element, h("div", { class: "stack" }, example, coming), parts, said, numbers,
    h("div", { class: "row wide-gap" }, h("div", { class: "row" }, steps.element, back), speed.element),
    h("div", { class: "columns" }, left, right), moved,
    h("div", { class: "columns" }, rate.element, h("div", { class: "stack" }, h("h2", { class: "heading" }, t("training.step_loss")), losses.element)));
  draw().catch(fail);
  return {
    element,
    update(given) { steps.pause(); state = read(given); line.set(state.text); rate.set(state.rate); speed.set(state.speed); draw().catch(fail); },
    leave() { steps.pause(); soon.cancel(); cancelAnimationFrame(frame); },
  };
}
