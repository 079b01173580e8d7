// 6. Windows: a frame slides over a sentence, and leaves the rows of a table behind.

import { latest } from "../api.js";
import { button, choice, player, slider, wordBox, wordLine } from "../components/controls.js";
import { gapGame } from "../components/gap.js";
import { growingTable } from "../components/table.js";
import { fly, h, settled, set, show } from "../dom.js";

const SENTENCE = "thou shalt not make a machine in the likeness of a human mind";
const KINDS = ["lm", "cbow", "skipgram"];
const WINDOW = 2;

const read = (values) => ({
  text: values.text ?? SENTENCE,
  kind: KINDS.includes(values.kind) ? values.kind : "lm",
  window: Math.min(Math.max(Math.trunc(Number(values.window ?? WINDOW)) || WINDOW, 1), 10),
  at: Math.max(Math.trunc(Number(values.at ?? 0)) || 0, 0),
  look: values.look === "both" ? "both" : "before",
});

export function mount(stage, { values, change, fail, calm, announce, code, t }) {
  let state = read(values);
  let answer = null;
  let boxes = [];
  let table = null;
  let drawn = -1;
  let asked = "";

  const line = wordLine({ label: t("windows.line"), value: state.text, onInput(text) { state = { ...state, text, at: 0 }; change({ text, at: null }, { replace: true }); soon(); } });
  const kinds = choice({ label: t("windows.kind"), value: state.kind, options: KINDS.map((value) => ({ value, text: t(`windows.kinds.${value}`) })), onChange(kind) { steps.pause(); state = { ...state, kind, at: 0 }; change({ kind, at: null }); look().catch(fail); } });
  const size = slider({ label: t("windows.size"), min: 1, max: 6, value: state.window, onInput(window) { steps.pause(); state = { ...state, window, at: 0 }; change({ window, at: null }, { replace: true }); soon(); } });
  const frame = h("div", { class: "frame", "aria-hidden": "true" });
  const words = h("div", { class: "track-words" });
  const track = h("div", { class: "track", tabindex: "0", role: "group", "aria-label": t("windows.sentence"), onKeydown: slide }, h("div", { class: "track-inside" }, words, frame));
  const reading = h("p", { class: "reading-line" });
  const place = h("span", { class: "hint value" });
  const tableBox = h("div", {});
  const steps = player({ labels: { step: t("windows.step"), play: t("windows.play"), pause: t("windows.pause"), reset: t("windows.again") }, next, reset: () => go(0), interval: () => (state.kind === "skipgram" ? 1400 : 1000) });
  const back = button(t("windows.back"), () => { steps.pause(); go(Math.max(state.at - 1, 0)); });
  const all = button(t("windows.all"), () => { steps.pause(); go(Math.max(answer.states.length - 1, 0)); });
  const gap = gapGame({ value: state.look, onChange: (next) => { state.look = next; change({ look: next === "both" ? next : null }); }, announce, t });

  function next(replace) {
    if (!answer || state.at >= answer.states.length - 1) return false;
    go(state.at + 1, { replace });
    return state.at < answer.states.length - 1;
  }

  /** The frame goes to the window of the word that was clicked. */
  function goTo(word) {
    const at = answer.states.findIndex(({ position }) => position === word);
    if (at >= 0) { steps.pause(); go(at); }
  }

  /** Arrow keys slide the frame. */
  function slide(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const at = state.at + (by ?? 0);
    if (!by || !answer?.states[at]) return;
    event.preventDefault();
    steps.pause();
    go(at, { replace: true });
  }

  function go(at, options) {
    state.at = at;
    change({ at: at || null }, options);
    draw();
  }

  function columns() {
    if (state.kind === "skipgram") return [t("windows.input"), t("windows.output")];
    const before = Array.from({ length: state.window }, (_, i) => t("windows.before", { n: state.window - i }));
    const after = Array.from({ length: state.window }, (_, i) => t("windows.after", { n: i + 1 }));
    return [...before, ...(state.kind === "cbow" ? after : []), t("windows.output")];
  }

  const kindOf = (row, i) => (i === row.length - 1 ? "target" : "center");

  function addRows(at, fresh) {
    const one = answer.states[at];
    for (const row of one.rows) {
      const cells = row.map((position, i) => (position === null ? h("span", { class: "hint" }, "–") : wordBox(answer.words[position], { kind: kindOf(row, i) })));
      table.add(cells, { fresh });
      if (fresh) cells.forEach((cell, i) => { if (row[i] !== null) pending.push([boxes[row[i]], cell]); });
    }
  }
  const pending = [];

  function moveFrame(one) {
    const inside = [...one.features, ...one.labels];
    const [first, last] = [boxes[Math.min(...inside)], boxes[Math.max(...inside)]];
    const [left, right] = [first.offsetLeft, last.offsetLeft + last.offsetWidth];
    Object.assign(frame.style, { transform: `translateX(${left - 6}px)`, width: `${right - left + 12}px` });
    const spare = (track.clientWidth - (right - left)) / 2;
    track.scrollTo({ left: left - Math.max(spare, 12), behavior: "instant" });
  }

  function draw() {
    frame.hidden = !answer.states.length;
    if (!answer.states.length) {
      show(tableBox, h("p", { class: "hint" }, t("windows.empty")));
      reading.textContent = place.textContent = "";
      drawn = -1;
      return;
    }
    state.at = Math.min(state.at, answer.states.length - 1);
    const one = answer.states[state.at];
    boxes.forEach((box, i) => {
      box.className = `word ${one.labels.includes(i) ? "target" : one.features.includes(i) ? "center" : ""}`;
    });
    moveFrame(one);
    if (state.at !== drawn + 1 || drawn < 0) {
      table = growingTable({ label: t("windows.table"), columns: columns(), cut: (n) => t("windows.cut", { n }) });
      show(tableBox, table.element);
      for (let at = 0; at < state.at; at += 1) addRows(at, false);
    }
    addRows(state.at, true);
    table.toEnd();
    for (const [from, to] of pending.splice(0)) fly(from, to);
    drawn = state.at;
    const named = (positions) => positions.map((i) => answer.words[i]).join(", ");
    reading.textContent = t(`windows.reads.${state.kind}`, { inputs: named(one.features), outputs: named(one.labels) });
    place.textContent = t("windows.place", { at: state.at + 1, of: answer.states.length, rows: answer.states.slice(0, state.at + 1).reduce((sum, { rows }) => sum + rows.length, 0) });
    set(all, { disabled: state.at === answer.states.length - 1 });
    set(back, { disabled: state.at === 0 });
    announce(reading.textContent);
  }

  async function look() {
    const { text, kind, window } = state;
    const wanted = JSON.stringify([text, kind, window]);
    const found = await latest("windows", "explorer/windows", { text, kind, window });
    if (found === null) return;
    calm();
    asked = wanted;
    answer = found;
    drawn = -1;
    const ends = new Set(answer.sentence_ends);
    boxes = answer.words.map((word, i) => h("span", { class: "word", onClick: () => goTo(i) }, word));
    show(words, boxes.flatMap((box, i) => (i && ends.has(i) ? [h("span", { class: "hint", "aria-hidden": "true" }, "·"), box] : [box])));
    draw();
    const shell = text.replaceAll('"', '\\"');
    const rows = { lm: "language_model_rows", cbow: "cbow_rows", skipgram: "skipgram_rows" }[kind];
    code(`$ firth examples "${shell}" --kind ${kind} --window ${window}\n>>> from firth.illustrated.windows import ${rows}\n>>> list(${rows}("${shell}".split(), ${window}))`);
  }
  const soon = settled(() => { steps.pause(); look().catch(fail); }, 120);
  const resized = settled(() => { if (answer?.states.length) moveFrame(answer.states[state.at]); }, 60);
  const observer = new ResizeObserver(resized);

  show(stage, line.element,
    h("div", { class: "row wide-gap" }, kinds.element, h("div", { class: "short" }, size.element)),
    track, reading,
    h("div", { class: "row" }, steps.element, back, all, place),
    tableBox, gap.element);
  observer.observe(track);
  look().catch(fail);
  return {
    update(next) {
      steps.pause();
      state = read(next);
      line.set(state.text);
      kinds.set(state.kind);
      size.set(state.window);
      gap.set(state.look);
      if (asked === JSON.stringify([state.text, state.kind, state.window])) draw();
      else look().catch(fail);
    },
    leave() { steps.pause(); soon.cancel(); resized.cancel(); observer.disconnect(); },
  };
}
