// 11. Workbench: what one does with vectors every day, for one word or for many, with one model or with two.

import { get, latest, post } from "../api.js";
import { python, shell } from "../code.js";
import { colourOf, counted, inkOn, shown } from "../colours.js";
import { bars, button, choice, wordBox } from "../components/controls.js";
import { missing } from "../components/missing.js";
import { download, exporter } from "../components/sheet.js";
import { h, set, settled, show } from "../dom.js";

const TOOLS = ["neighbours", "compare", "between", "evaluate"];
const COUNTS = [10, 25, 100];
const MOST = { neighbours: 200, compare: 50, between: 2 };
const TOPS = ["30000", "all"];

const split = (text) => [...new Set(text.split(/[\s,，、;；]+/).filter(Boolean))];

export function mount(stage, { about, values, change, fail, calm, announce, code, t }) {
  const models = [about.model, ...(about.model?.others ?? [])].filter(Boolean);
  const presets = about.model?.presets ?? { words: [], comparisons: [[]] };
  const longest = presets.comparisons.reduce((best, words) => (words.length > best.length ? words : best), []);
  const preset = { neighbours: presets.words.slice(0, 1), compare: longest, between: [presets.words[0], presets.words.at(-1)], evaluate: [] };
  let state = read(values);
  let sheet = { columns: [], rows: [] };
  let drawn = 0;

  function read(given) {
    const tool = TOOLS.includes(given.tool) ? given.tool : "neighbours";
    const model = models.length > 1 && ["1", "both"].includes(given.model) ? given.model : "0";
    return { tool, text: given.words ?? "", count: COUNTS.includes(Number(given.count)) ? Number(given.count) : 10, model, top: given.top === "all" ? "all" : "30000" };
  }
  const words = () => { const typed = split(state.text); return (typed.length ? typed : preset[state.tool]).slice(0, MOST[state.tool]); };
  const numbers = () => (state.model === "both" ? [0, 1] : [Number(state.model)]);

  // ------------------------------------------------------------------ what the reader turns

  const field = h("textarea", { class: "line words-field", rows: "1", "aria-label": t("workbench.words"), autocomplete: "off", autocapitalize: "off", spellcheck: "false", maxlength: "20000", onInput() { grow(); write(field.value); suggestSoon(); } });
  const suggestions = h("div", { class: "row suggested", role: "group", "aria-label": t("workbench.suggestions") });
  const unknown = missing({ t, onCorrect(word, other) { setText(words().map((one) => (one === word ? other : one)).join(" ")); } });
  const tools = choice({ label: t("workbench.tool"), value: state.tool, options: TOOLS.map((value) => ({ value, text: t(`workbench.tools.${value}`) })), onChange(tool) { state.tool = tool; show(suggestions); change({ tool }); drawControls(); look().catch(fail); } });
  const counts = choice({ label: t("workbench.count"), value: state.count, options: COUNTS.map((value) => ({ value, text: String(value) })), onChange(count) { state.count = count; change({ count }); look().catch(fail); } });
  const which = models.length > 1 ? choice({ label: t("page.model"), value: state.model, options: [...models.map(({ name }, i) => ({ value: String(i), text: name })).slice(0, 2), { value: "both", text: t("workbench.both") }], onChange(model) { state.model = model; change({ model }); look().catch(fail); } }) : null;
  const tops = choice({ label: t("workbench.top"), value: state.top, options: TOPS.map((value) => ({ value, text: value === "all" ? t("workbench.all_words") : t("workbench.first_words", { count: counted(Number(value)) }) })), onChange(top) { state.top = top; change({ top }); look().catch(fail); } });
  const result = h("div", { class: "stack" });
  const exports = exporter({ t, announce, name: () => `firth-${state.tool}`, sheet: () => sheet });
  const projector = h("div", { class: "row" });

  /** As high as its text, up to a limit. */
  function grow() {
    field.style.setProperty("height", "auto");
    field.style.setProperty("height", `${field.scrollHeight + 2}px`);
  }
  /** What is in the address, or what a newcomer may try. */
  function fillField() {
    if (document.activeElement !== field) field.value = split(state.text).length ? state.text : preset[state.tool].join(" ");
    grow();
  }
  function write(text) {
    state.text = text;
    change({ words: split(text).join(" ") }, { replace: true });
    soon();
  }
  function setText(text) {
    field.value = text;
    grow();
    state.text = text;
    change({ words: split(text).join(" ") });
    show(suggestions);
    look().catch(fail);
  }

  /** Words for what is being typed: one click, or Tab and Enter, completes it. */
  const suggestSoon = settled(async () => {
    const before = field.value.slice(0, field.selectionStart);
    const typed = before.match(/[^\s,，、;；]+$/)?.[0] ?? "";
    if (!typed) { show(suggestions); return; }
    const found = await get(`explorer/complete?count=7&prefix=${encodeURIComponent(typed.slice(0, 100))}`).catch(() => ({ words: [], near: [] }));
    if (!field.value.startsWith(before)) return;
    const offered = (found.words.length ? found.words : found.near).filter((word) => word !== typed);
    show(suggestions, found.words.length || !offered.length ? null : h("span", { class: "hint" }, t("page.did_you_mean")), offered.map((word) => wordBox(word, { onClick() {
      const rest = field.value.slice(before.length);
      setText(`${before.slice(0, before.length - typed.length)}${word} ${rest.trimStart()}`);
      field.focus();
    } })));
  }, 80);

  function drawControls() {
    const evaluates = state.tool === "evaluate";
    field.hidden = evaluates;
    suggestions.hidden = evaluates;
    if (!evaluates) requestAnimationFrame(fillField);
    projector.hidden = evaluates;
    counts.element.hidden = !["neighbours", "between"].includes(state.tool);
    tops.element.hidden = !evaluates;
    hint.textContent = t(`workbench.hints.${state.tool}`);
  }
  const hint = h("p", { class: "hint" });

  // ------------------------------------------------------------------ results

  const named = (parts) => (numbers().length > 1 ? h("div", { class: "columns sides" }, parts.map((part, i) => h("div", { class: "stack" }, h("h2", { class: "heading" }, models[numbers()[i]].name), part))) : parts[0]);
  const goTo = (word) => wordBox(word, { onClick: () => setText(word) });

  async function neighbours(mine) {
    const tables = await Promise.all(numbers().map((model) => latest(`neighbours-${model}`, "explorer/workbench/neighbours", { words: words(), count: state.count, model })));
    if (mine !== drawn || tables.includes(null)) return;
    unknown.show(tables[0].unknown.filter(({ word }) => tables.every((table) => table.unknown.some((one) => one.word === word))));
    const one = tables.every(({ rows }) => rows.length <= 1);
    const shared = (word, near) => tables.length > 1 && tables.every(({ rows }) => rows.find((row) => row.word === word)?.neighbours.some((other) => other.word === near));
    sheet = { columns: [...(tables.length > 1 ? ["model"] : []), "word", "rank", "neighbour", "similarity"], rows: tables.flatMap(({ rows }, i) => rows.flatMap(({ word, neighbours: found }) => found.map(({ word: near, similarity }, k) => [...(tables.length > 1 ? [models[numbers()[i]].name] : []), word, k + 1, near, similarity]))) };
    const draw = ({ rows }) => {
      if (!rows.length) return h("p", { class: "hint" }, t("workbench.none"));
      if (one) return bars({ most: 1, digits: 4, rows: rows[0].neighbours.map(({ word, similarity }) => ({ name: word, value: similarity, element: wordBox(word, { kind: shared(rows[0].word, word) ? "center" : "", onClick: () => setText(word) }) })) });
      return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("workbench.table") }, h("table", { class: "rows many" },
        h("thead", {}, h("tr", {}, h("th", {}, t("workbench.word")), h("th", {}, t("workbench.nearest")))),
        h("tbody", {}, rows.map(({ word, neighbours: found }) => h("tr", {}, h("td", {}, goTo(word)), h("td", {}, h("span", { class: "near-words" }, found.map(({ word: near, similarity }) => h("button", { type: "button", class: shared(word, near) ? "near-word both" : "near-word", onClick: () => setText(near) }, near, " ", h("span", { class: "value" }, shown(similarity, 3)))))))))));
    };
    const overlap = tables.length > 1 && one && tables.every(({ rows }) => rows.length) ? h("p", { class: "hint" }, t("workbench.overlap", { count: tables[0].rows[0].neighbours.filter(({ word }) => shared(tables[0].rows[0].word, word)).length, of: state.count })) : null;
    show(result, one && tables[0].rows.length ? h("h2", { class: "heading" }, t("workbench.nearest_to", { word: tables[0].rows[0].word })) : null, named(tables.map(draw)), overlap);
    announce(t("workbench.shown", { count: sheet.rows.length }));
    const list = python(words());
    code(`>>> vectors = firth.load(${file()})\n>>> vectors.most_similar(${words().length === 1 ? python(words()[0]) : list}, ${state.count})\n$ firth similar ${shellFile()} ${words().map(shell).join(" ")} -n ${state.count}`);
  }

  async function compare(mine) {
    const tables = await Promise.all(numbers().map((model) => latest(`similarity-${model}`, "explorer/workbench/similarity", { words: words(), model })));
    if (mine !== drawn || tables.includes(null)) return;
    unknown.show(tables[0].unknown);
    sheet = { columns: [...(tables.length > 1 ? ["model"] : []), "word", "other", "cosine"], rows: tables.flatMap(({ words: listed, cosines }, m) => listed.flatMap((word, i) => listed.map((other, j) => [...(tables.length > 1 ? [models[numbers()[m]].name] : []), word, other, cosines[i][j]]))) };
    const draw = ({ words: listed, cosines, odd }) => {
      if (listed.length < 2) return h("p", { class: "hint" }, t("workbench.two_words"));
      return h("div", { class: "stack" },
        h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("workbench.cosines") }, h("table", { class: "cosines" },
          h("thead", {}, h("tr", {}, h("td", {}), listed.map((word) => h("th", { scope: "col" }, h("span", {}, word))))),
          h("tbody", {}, listed.map((word, i) => h("tr", {}, h("th", { scope: "row" }, word), cosines[i].map((value) => h("td", { class: "value", title: String(value), style: { background: colourOf(value, 1), color: inkOn(value, 1) } }, shown(value)))))))),
        odd ? h("p", { class: "odd" }, t("workbench.odd"), " ", listed.map((word) => wordBox(word, { kind: word === odd ? "noise" : "" }))) : null);
    };
    show(result, h("h2", { class: "heading" }, t("workbench.cosines")), named(tables.map(draw)));
    const odd = tables[0].odd;
    announce(odd ? `${t("workbench.odd")} ${odd}` : t("workbench.shown", { count: sheet.rows.length }));
    code(`>>> vectors = firth.load(${file()})\n>>> vectors.similarity_matrix(${python(words())})${words().length > 2 ? `\n>>> vectors.odd_one_out(${python(words())})\n$ firth odd-one-out ${shellFile()} ${words().map(shell).join(" ")}` : ""}`);
  }

  async function between(mine) {
    const [first, last] = words();
    if (!last) { show(result, h("p", { class: "hint" }, t("workbench.two_words"))); return; }
    const tables = await Promise.all(numbers().map((model) => latest(`between-${model}`, "explorer/workbench/between", { first, last, count: state.count, model })));
    if (mine !== drawn || tables.includes(null)) return;
    unknown.show(tables[0].unknown);
    sheet = { columns: [...(tables.length > 1 ? ["model"] : []), "word", "similarity", "position"], rows: tables.flatMap(({ between: found }, i) => found.map(({ word, similarity, position }) => [...(tables.length > 1 ? [models[numbers()[i]].name] : []), word, similarity, position])) };
    const draw = ({ between: found }) => (found.length ? h("div", { class: "between" }, h("div", { class: "between-ends" }, wordBox(first, { kind: "center" }), h("span", { class: "between-line", "aria-hidden": "true" }), wordBox(last, { kind: "center" })),
      h("div", { role: "list", class: "stack" }, found.map(({ word, similarity, position }) => h("div", { role: "listitem", class: "between-row", "aria-label": t("workbench.at", { word, cosine: shown(similarity, 3), percent: Math.round(100 * position) }) },
        h("span", { class: "between-track" }, h("span", { class: "between-word", style: { left: `${100 * position}%`, translate: `${-100 * position}%` } }, goTo(word))), h("span", { class: "value" }, shown(similarity, 4)))))) : h("p", { class: "hint" }, t("workbench.none")));
    show(result, named(tables.map(draw)));
    code(`>>> vectors = firth.load(${file()})\n>>> vectors.between(${python(first)}, ${python(last)}, ${state.count})\n$ firth between ${shellFile()} ${shell(first)} ${shell(last)} -n ${state.count}`);
  }

  let running = null; // what is being evaluated, so that the same is not begun twice
  async function evaluate(mine) {
    unknown.show([]);
    sheet = { columns: [], rows: [] };
    const files = numbers().map((number) => models[number].file);
    code(`>>> from firth.evaluation import Suite\n>>> Suite().evaluate(firth.load(${python(files[0])})${state.top === "all" ? "" : `, top=${Number(state.top)}`})\n$ firth evaluate ${files.map(shell).join(" ")}${state.top === "all" ? "" : ` --top ${state.top}`}`);
    const wanted = JSON.stringify([state.model, state.top]);
    if (running !== wanted) { show(result, h("div", { class: "row" }, button(t("workbench.start"), () => { running = wanted; look().catch(fail); }, { class: "button first" }))); return; }
    const meter = h("span", { style: { width: "2%" } });
    const time = h("p", { class: "hint", role: "status" }, t("workbench.evaluating", { done: 0, total: 0, seconds: 0 }));
    show(result, h("div", { class: "progress", role: "progressbar", "aria-label": t("workbench.tools.evaluate") }, meter), time);
    for (;;) {
      const found = await post("explorer/workbench/evaluation", { models: numbers(), top: state.top === "all" ? null : Number(state.top) });
      if (mine !== drawn) return;
      if (found.is_done) { drawScores(found); return; }
      const total = found.total || 3 * numbers().length;
      meter.style.setProperty("width", `${Math.max((100 * found.done) / total, 2)}%`);
      time.textContent = t("workbench.evaluating", { done: found.done, total, seconds: Math.round(found.seconds) });
      await new Promise((resolve) => { setTimeout(resolve, 400); });
      if (mine !== drawn) return;
    }
  }

  function drawScores({ models: scored, differences }) {
    const test = (name) => t("workbench.tests")[name] ?? name;
    const measure = (name) => t("workbench.measures")[name] ?? name;
    sheet = { columns: ["model", "test", "measure", "score", "low", "high", "covered", "total"], rows: scored.flatMap(({ name, tests }) => tests.flatMap((one) => [[name, one.name, one.measure, one.value, one.low, one.high, one.covered, one.total], ...one.sections.map((part) => [name, `${one.name}: ${part.name}`, one.measure, part.covered ? part.correct / part.covered : null, null, null, part.covered, part.total])])) };
    const interval = ({ low, high, value }) => h("span", { class: "interval", "aria-hidden": "true" }, value === null ? null : [h("span", { class: "interval-range", style: { left: `${100 * low}%`, width: `${100 * (high - low)}%` } }), h("span", { class: "interval-value", style: { left: `${100 * value}%` } })]);
    const table = ({ tests }) => h("div", { class: "stack" }, tests.map((one) => h("div", { class: "score" },
      h("div", { class: "score-name" }, test(one.name), h("div", { class: "hint" }, `${measure(one.measure)} · ${t("workbench.covered", { covered: counted(one.covered), total: counted(one.total) })}`)),
      interval(one), h("div", { class: "value" }, h("b", {}, shown(one.value, 3)), h("div", { class: "hint" }, one.value === null ? "" : `${shown(one.low, 3)} … ${shown(one.high, 3)}`)),
      one.sections.length ? h("details", {}, h("summary", {}, t("workbench.sections")), bars({ most: 1, rows: one.sections.map((part) => ({ name: part.name, value: part.covered ? part.correct / part.covered : 0 })), format: (value) => shown(value, 2) })) : null)));
    show(result, named(scored.map(table)), differences.length ? h("div", { class: "stack" }, h("h2", { class: "heading" }, t("workbench.difference", { first: scored[0].name, second: scored[1].name })),
      h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("workbench.difference", { first: scored[0].name, second: scored[1].name }) }, h("table", { class: "rows differences" }, h("thead", {}, h("tr", {}, [t("workbench.test"), t("workbench.both_cover"), t("workbench.minus"), t("workbench.interval"), "p"].map((text, i) => h("th", { class: i ? "number" : null }, text)))),
        h("tbody", {}, differences.map((one) => h("tr", {}, h("td", {}, test(one.name)), h("td", { class: "number" }, counted(one.covered)), h("td", { class: "number" }, shown(one.difference, 3)), h("td", { class: "number" }, one.low === null ? "–" : `${shown(one.low, 3)} … ${shown(one.high, 3)}`), h("td", { class: "number" }, shown(one.p_value, 3)))))))) : null);
    announce(scored.flatMap(({ name, tests }) => tests.map((one) => `${name}, ${test(one.name)}: ${shown(one.value, 3)}`)).join("; "));
    exports.hidden = false;
  }

  // ------------------------------------------------------------------ all together

  const file = () => python(models[numbers()[0]]?.file ?? "model.firth");
  const shellFile = () => shell(models[numbers()[0]]?.file ?? "model.firth");

  async function look() {
    const mine = (drawn += 1);
    set(stage, { "aria-busy": "true" });
    try {
      if (state.tool !== "evaluate" && !words().filter(Boolean).length) show(result, h("p", { class: "hint" }, t("words.empty")));
      else await { neighbours, compare, between, evaluate }[state.tool](mine);
    } finally {
      if (mine === drawn) { set(stage, { "aria-busy": null }); exports.hidden = !sheet.rows.length; }
    }
    if (mine === drawn) calm();
  }
  const soon = settled(() => look().catch(fail), 150);

  async function saveProjector(button_, body) {
    set(button_, { disabled: true });
    try { download("projector.zip", await post("explorer/workbench/projector", { ...body, model: numbers()[0] }), "application/zip"); } finally { set(button_, { disabled: null }); }
  }
  function drawProjector() {
    const top = Math.min(10_000, about.model?.words ?? 0);
    const shownWords = button(t("workbench.projector_shown"), () => saveProjector(shownWords, { words: [...new Set([...words(), ...sheet.rows.flatMap((row) => (state.tool === "neighbours" ? [row[sheet.columns.indexOf("neighbour")]] : []))])].slice(0, 1000) }).catch(fail));
    const first = button(t("workbench.first_words", { count: counted(top) }), () => saveProjector(first, { top }).catch(fail));
    show(projector, h("span", { class: "label" }, t("workbench.projector")), shownWords, first);
  }

  show(stage,
    h("div", { class: "row between-tools" }, tools.element, which?.element ?? h("span", { class: "hint" }, t("workbench.second"))),
    h("div", { class: "stack" }, field, suggestions, hint, h("div", { class: "row" }, counts.element, tops.element), unknown.element),
    result, h("div", { class: "row foot" }, exports, projector));
  drawControls();
  drawProjector();
  unknown.show([]);
  look().catch(fail);
  return {
    update(next) {
      state = read(next);
      tools.set(state.tool);
      counts.set(state.count);
      tops.set(state.top);
      which?.set(state.model);
      drawControls();
      look().catch(fail);
    },
    leave() { drawn += 1; soon.cancel(); suggestSoon.cancel(); },
  };
}
