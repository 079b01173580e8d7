// 10. Side by side: the same text under two or three settings, and the neighbours of one word under each.

import { get } from "../api.js";
import { groupColour } from "../colours.js";
import { chart } from "../components/chart.js";
import { bars, button, choice, slider, wordLine } from "../components/controls.js";
import { textSource } from "../components/text_source.js";
import { progressOf } from "../components/trainer.js";
import { isActive, trainingRun } from "../components/training_run.js";
import { h, set, settled, show } from "../dom.js";

const MOST = 3;
const WORD = "bread";
const WINDOWS = [2, 15];
const ARCHITECTURES = { skipgram: "Skip-gram", cbow: "CBOW" };

const numbers = (text, low, high) => (text ?? "").split(",").map(Number).filter((one) => Number.isInteger(one) && one >= low && one <= high);

function read(values) {
  const windows = numbers(values.windows, 1, 20).slice(0, MOST);
  const negatives = numbers(values.negatives, 1, 20);
  const architectures = (values.architectures ?? "").split(",");
  const used = windows.length >= 2 ? windows : WINDOWS;
  return {
    word: values.word ?? WORD,
    settings: used.map((window, i) => ({ window, negatives: negatives[i] ?? 5, architecture: architectures[i] in ARCHITECTURES ? architectures[i] : "skipgram" })),
    runs: (values.runs ?? "").split(",").filter(Boolean),
  };
}

export function mount(stage, { values, change, fail, calm, announce, code, t }) {
  let state = read(values);
  let runs = [];
  let trainings = [];

  const source = textSource({ fail, calm, announce, t });
  const word = wordLine({ label: t("side-by-side.word"), value: state.word, onInput(next) { state.word = next.trim(); change({ word: next }, { replace: true }); soon(); } });
  const columns = h("div", { class: "columns sides" });
  const controls = h("div", { class: "row" });
  const shared = h("p", { class: "reading-line", role: "status" });
  const losses = chart({ label: t("side-by-side.loss"), height: 220, xLabel: t("side-by-side.epochs") });
  const lossBox = h("section", { class: "stack", hidden: true }, h("h2", { class: "heading" }, t("side-by-side.loss")), losses.element, h("p", { class: "hint" }, t("side-by-side.loss_hint")));
  let results = [];

  const nameOf = ({ window, negatives, architecture }) => `${ARCHITECTURES[architecture]} · ${t("side-by-side.window")} ${window} · ${t("side-by-side.negatives")} ${negatives}`;
  const act = (work) => () => Promise.resolve().then(work).then(() => calm(), (error) => { drawControls(); fail(error); });
  const write = (replace = false) => change({ windows: state.settings.map((one) => one.window).join(","), negatives: state.settings.map((one) => one.negatives).join(","), architectures: state.settings.map((one) => one.architecture).join(",") }, { replace });

  function forget() {
    runs.forEach((run) => run.detach());
    runs = [];
    trainings = [];
    change({ runs: null }, { replace: true });
  }

  function drawColumns() {
    results = state.settings.map(() => h("div", { class: "stack" }));
    show(columns, state.settings.map((one, i) => h("section", { class: "card stack", "aria-label": t("side-by-side.setting", { number: i + 1 }) },
      h("h2", { class: "heading" }, h("span", { "aria-hidden": "true", style: { color: groupColour(i) } }, "● "), t("side-by-side.setting", { number: i + 1 })),
      choice({ label: t("training.architecture"), value: one.architecture, options: Object.entries(ARCHITECTURES).map(([value, text]) => ({ value, text })), onChange(next) { one.architecture = next; write(); } }).element,
      slider({ label: t("side-by-side.window"), min: 1, max: 20, value: one.window, onInput(next) { one.window = next; write(true); } }).element,
      slider({ label: t("side-by-side.negatives"), min: 1, max: 20, value: one.negatives, onInput(next) { one.negatives = next; write(true); } }).element,
      state.settings.length > 2 ? button(t("side-by-side.remove"), () => { state.settings.splice(i, 1); forget(); write(); drawAll(); }) : null,
      results[i])));
  }

  function drawControls() {
    const active = trainings.some((one) => one && isActive(one.state));
    show(controls,
      active ? button(t("side-by-side.stop"), act(() => Promise.all(runs.map((run, i) => (isActive(trainings[i]?.state) ? run.command("stop") : null)))))
        : button(t(runs.length ? "side-by-side.again" : "side-by-side.run"), act(begin), { class: "button first" }),
      !active && state.settings.length < MOST ? button(t("side-by-side.add"), () => { state.settings.push({ ...state.settings.at(-1), window: 5 }); forget(); write(); drawAll(); }) : null);
  }

  const neighboursOf = (training) => training?.watched?.words[0]?.neighbours ?? null;

  function drawResults() {
    const lists = trainings.map(neighboursOf);
    const names = lists.map((near) => new Set((near ?? []).map(([name]) => name)));
    const inAll = (name) => names.every((some) => some.has(name));
    const onlyHere = (name) => names.filter((some) => some.has(name)).length === 1;
    results.forEach((box, i) => {
      const training = trainings[i];
      if (!training) { show(box, h("p", { class: "hint" }, t(runs.length ? "training.states.waiting" : "side-by-side.empty", { word: state.word }))); return; }
      const near = lists[i];
      const unknown = training.watched && !near;
      show(box, progressOf(training, t), unknown ? h("p", { class: "hint" }, t("side-by-side.unknown", { word: state.word })) : null,
        near ? bars({ most: 1, digits: 2, rows: near.map(([name, similarity]) => ({ name, value: similarity, element: h("span", { class: onlyHere(name) ? "only-here" : "", title: onlyHere(name) ? t("side-by-side.only") : null }, name) })) }) : null);
    });
    const complete = lists.length && lists.every(Boolean);
    shared.textContent = complete ? t("side-by-side.shared", { count: [...names[0]].filter(inAll).length, of: names[0].size }) : "";
    lossBox.hidden = !trainings.some((one) => one?.losses.length);
    losses.draw(trainings.map((one, i) => ({ name: nameOf(state.settings[i]), points: one?.losses ?? [] })));
  }

  let wasActive = false;
  function onState(i, training) {
    trainings[i] = training;
    const active = trainings.some((one) => one && isActive(one.state));
    if (active !== wasActive) drawControls();
    if (wasActive && !active) announce(t("training.states.done"));
    wasActive = active;
    drawResults();
  }

  const newRun = (i) => trainingRun({ fail, onState: (training) => onState(i, training) });

  async function begin() {
    runs.forEach((run) => run.detach());
    trainings = state.settings.map(() => null);
    runs = state.settings.map((_, i) => newRun(i));
    const small = source.kind === "paste";
    const text = source.source();
    drawResults();
    set(controls.firstChild, { disabled: true });
    await Promise.all(runs.map((run, i) => {
      const { window, negatives, architecture } = state.settings[i];
      return run.begin({ ...text, words: [state.word], settings: { window, negative_samples: negatives, architecture, vector_size: 50, epochs: small ? 100 : 5, min_count: small ? 1 : 5 } });
    }));
    state.runs = runs.map((run) => run.id);
    change({ runs: state.runs.join(",") });
    drawControls();
  }

  async function attach() {
    const wanted = state.runs;
    if (wanted.length !== state.settings.length) return;
    runs.forEach((run) => run.detach());
    runs = wanted.map((_, i) => newRun(i));
    try {
      await Promise.all(wanted.map((id) => get(`explorer/trainings/${encodeURIComponent(id)}`)));
      await Promise.all(runs.map((run, i) => run.attach(wanted[i])));
      if (trainings.some((one) => one.watched?.words[0]?.word !== state.word)) await watch();
    } catch {
      forget();
      drawAll();
    }
  }

  const watch = () => Promise.all(runs.map((run) => run.watch([state.word])));
  const soon = settled(() => { drawResults(); if (state.word && runs.length && runs.every(({ id }) => id)) watch().then(calm, fail); drawCode(); }, 250);

  function drawCode() {
    const one = ({ window, negatives, architecture }) => `firth train text.txt --architecture ${architecture} --window ${window} --negative-samples ${negatives}`;
    code(`${state.settings.map((settings, i) => `$ ${one(settings)} -o model-${i + 1}.firth`).join("\n")}\n$ firth align model-1.firth model-2.firth ${state.word}\n>>> firth.load("model-1.firth").most_similar(${JSON.stringify(state.word)})`);
  }

  function drawAll() {
    drawColumns();
    drawControls();
    drawResults();
    drawCode();
  }

  show(stage, h("div", {}, h("span", { class: "label", "aria-hidden": "true" }, t("side-by-side.word")), word.element), source.element, controls, columns, shared, lossBox);
  drawAll();
  attach();
  return {
    update(next) {
      const before = state;
      state = read(next);
      word.set(state.word);
      if (JSON.stringify(before.settings) !== JSON.stringify(state.settings)) drawColumns();
      if (before.runs.join() !== state.runs.join() && state.runs.length) attach();
      else if (!state.runs.length) { runs.forEach((run) => run.detach()); runs = []; trainings = []; wasActive = false; }
      drawControls();
      drawResults();
      soon();
    },
    leave() { runs.forEach((run) => run.detach()); soon.cancel(); },
  };
}
