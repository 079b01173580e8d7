// The real trainer at full speed: a text, settings, and what can be seen while it learns.

import { download, post } from "../api.js";
import { counted, shown } from "../colours.js";
import { chart } from "./chart.js";
import { bars, button, choice, slider, wordBox, wordLine } from "./controls.js";
import { movingMap } from "./moving_map.js";
import { textSource } from "./text_source.js";
import { isActive, trainingRun } from "./training_run.js";
import { h, set, settled, show } from "../dom.js";

const EPOCHS = [1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000];
const split = (text) => [...new Set(text.split(/[\s,，、]+/).filter(Boolean))].slice(0, 12);

/** How far a training has come, as a bar with words. */
export function progressOf(training, t) {
  const { state, progress } = training;
  const share = progress.total ? progress.done / progress.total : 0;
  const facts = progress.epoch
    ? t("training.facts", { epoch: progress.epoch, epochs: progress.epochs, words: counted(progress.done), speed: counted(progress.words_per_second), loss: shown(progress.loss, 3), rate: shown(progress.learning_rate, 4) })
    : "";
  return [
    h("div", { class: "progress", role: "progressbar", "aria-label": t("training.progress"), "aria-valuemin": "0", "aria-valuemax": "100", "aria-valuenow": String(Math.round(100 * share)) }, h("span", { style: { width: `${(100 * (state === "reading" ? 0 : share)).toFixed(1)}%` } })),
    h("p", { class: "hint value" }, h("b", {}, t(`training.states.${state}`)), training.words ? ` · ${t("training.vocabulary", { words: counted(training.words) })}` : "", facts ? ` · ${facts}` : "", training.message ? ` · ${training.message}` : ""),
  ];
}

export function trainer({ values, change, fail, calm, announce, refresh, t }) {
  let training = null;
  let known = values.run ?? null;
  let lastState = "";
  let pinned = null; // what the reader has typed
  let before = new Map();

  const run = trainingRun({ fail, onState(next) { training = next; draw(); } });
  const source = textSource({ fail, calm, announce, t, onChange(kind) { epochs.set(EPOCHS.indexOf(kind === "paste" ? 100 : 5)); rare.set(kind === "paste" ? 1 : 5); pinned = null; pins.set(source.watched().join(" ")); } });
  const architecture = choice({ label: t("training.architecture"), value: "skipgram", options: [{ value: "skipgram", text: "Skip-gram" }, { value: "cbow", text: "CBOW" }], onChange(next) { chosen = next; } });
  let chosen = "skipgram";
  const size = slider({ label: t("training.vector_size"), min: 10, max: 200, step: 10, value: 50 });
  const window_ = slider({ label: t("training.window"), min: 1, max: 20, value: 5 });
  const negatives = slider({ label: t("training.negatives"), min: 1, max: 20, value: 5 });
  const epochs = slider({ label: t("training.epochs"), min: 0, max: EPOCHS.length - 1, value: 3, format: (at) => counted(EPOCHS[at]) });
  const rare = slider({ label: t("training.min_count"), min: 1, max: 20, value: 5 });
  const pins = wordLine({ label: t("training.pins"), placeholder: t("training.pins"), value: "", onInput(text) { pinned = text; soon(); } });
  const controls = h("div", { class: "row" });
  const status = h("div", { class: "stack" });
  const losses = chart({ label: t("training.loss"), height: 260, xLabel: t("training.epochs"), digits: 2 });
  const map = movingMap({ label: t("training.map") });
  const neighbours = h("div", { class: "neighbours" });
  const unknown = h("p", { class: "hint", role: "status" });
  const seen = h("div", { class: "stack loose", hidden: true }, h("div", { class: "columns" }, h("section", { class: "stack" }, h("h3", { class: "heading" }, t("training.loss")), losses.element), h("section", { class: "stack" }, h("h3", { class: "heading" }, t("training.map")), map.element)), h("h3", { class: "heading" }, t("training.neighbours")), unknown, neighbours);

  const act = (work) => () => Promise.resolve().then(work).then(() => calm(), (error) => { draw(); fail(error); }).finally(() => set(buttons.train, { disabled: false }));
  const buttons = {
    train: button(t("training.train"), act(begin), { class: "button first" }),
    pause: button(t("training.pause"), act(() => run.command("pause"))),
    resume: button(t("training.resume"), act(() => run.command("resume")), { class: "button first" }),
    stop: button(t("training.stop"), act(() => run.command("stop"))),
    save: button(t("training.save"), act(() => download(run.path("model"), "model.firth"))),
    open: button(t("training.open"), act(open)),
  };

  async function begin() {
    set(buttons.train, { disabled: true });
    show(status, h("p", { class: "hint" }, t("training.states.waiting")));
    await source.ready;
    map.clear();
    before = new Map();
    const settings = { architecture: chosen, vector_size: size.get(), window: window_.get(), negative_samples: negatives.get(), epochs: EPOCHS[epochs.get()], min_count: rare.get() };
    await run.begin({ ...source.source(), settings, words: split(pinned ?? pins.get()) });
    known = run.id;
    change({ run: known });
  }

  async function open() {
    const { name, words } = await post(run.path("open"), {});
    await refresh();
    announce(t("training.opened", { name, words: counted(words) }));
    show(buttons.open, t("training.opened", { name, words: counted(words) }));
  }

  function drawButtons() {
    const state = training?.state;
    const has = { train: !isActive(state), pause: state === "training", resume: state === "paused", stop: isActive(state) || state === "paused", save: ["paused", "stopped", "done"].includes(state), open: ["stopped", "done"].includes(state) };
    if (state !== lastState) show(buttons.open, t("training.open"));
    show(controls, Object.entries(buttons).filter(([name]) => has[name]).map(([, one]) => one));
    show(buttons.train, t(training ? "training.train_again" : "training.train"));
  }

  function drawNeighbours({ words, unknown: missing }) {
    unknown.textContent = missing.length ? t("training.unknown", { words: missing.join(", ") }) : "";
    show(neighbours, words.map(({ word, neighbours: near }) => {
      const old = before.get(word);
      before.set(word, new Set(near.map(([name]) => name)));
      return h("section", { class: "card stack tight" }, h("h4", {}, wordBox(word, { kind: "center" })),
        bars({ most: 1, digits: 2, rows: near.map(([name, similarity]) => ({ name, value: similarity, element: h("span", { class: old && !old.has(name) ? "arrived" : null }, name) })) }));
    }));
  }

  function draw() {
    const focused = controls.contains(document.activeElement);
    if (training?.state !== lastState || !controls.children.length) {
      drawButtons();
      if (focused) controls.querySelector("button")?.focus();
      if (training) announce(`${t(`training.states.${training.state}`)} ${training.message}`);
      lastState = training?.state;
    }
    seen.hidden = !training?.watched && !training?.losses.length;
    if (!training) { show(status); return; }
    show(status, progressOf(training, t));
    losses.draw([{ name: t("training.loss"), points: training.losses }]);
    if (training.watched) {
      map.draw(training.watched.points);
      drawNeighbours(training.watched);
      if (pinned === null && training.watched.words.length) pins.set(training.watched.words.map(({ word }) => word).join(" "));
    }
  }

  async function attach() {
    if (!known) return;
    try {
      await run.attach(known);
    } catch {
      known = null; // the server that ran it has ended
      change({ run: null }, { replace: true });
    }
  }
  const soon = settled(() => { if (run.id) run.watch(split(pinned)).then(calm, fail); }, 300);

  source.ready.then(() => { if (pinned === null && !training) pins.set(source.watched().join(" ")); }, fail);
  draw();
  attach();
  return {
    element: h("section", { class: "stack loose ruled" }, h("h2", { class: "section-title" }, t("training.full_speed")), h("p", { class: "hint" }, t("training.full_speed_hint")), source.element,
      h("details", {}, h("summary", {}, t("training.settings")), h("div", { class: "stack loose settings-box" }, architecture.element, h("div", { class: "columns" }, size.element, window_.element, negatives.element, epochs.element, rare.element))),
      h("div", { class: "stack" }, h("span", { class: "label" }, t("training.pins")), pins.element), controls, status, seen),
    update(next) { if ((next.run ?? null) !== known) { known = next.run ?? null; if (known) attach(); } },
    leave() { run.detach(); soon.cancel(); },
  };
}
