// 3. Analogies: words can be added and subtracted, because directions mean something.

import { latest } from "../api.js";
import { python, shell } from "../code.js";
import { shown } from "../colours.js";
import { bars, button, wordBox } from "../components/controls.js";
import { matrix } from "../components/matrix.js";
import { missing } from "../components/missing.js";
import { points } from "../components/points.js";
import { wordField } from "../components/wordfield.js";
import { fly, h, set, settled, show } from "../dom.js";

const SIGNS = { "+": 1, "-": -1, "−": -1, "–": -1 };
const MOST = 20;

/** "king - man + woman" as terms. Between two words without a sign there is a plus. */
export function readSum(text) {
  const terms = [];
  let sign = 1;
  for (const piece of text.split(/\s+/).filter(Boolean)) {
    if (piece in SIGNS) sign = SIGNS[piece];
    else { terms.push({ word: piece, sign }); sign = 1; }
  }
  return terms.slice(0, MOST);
}

export const writeSum = (terms) => terms.map(({ word, sign }, i) => (i || sign < 0 ? `${sign < 0 ? "-" : "+"} ${word}` : word)).join(" ");

const shownSum = (terms) => writeSum(terms).replaceAll("- ", "− ");

export function mount(stage, { about, values, change, fail, calm, announce, code, t }) {
  const sums = about.model?.presets.sums ?? [];
  const preset = () => sums[0] ?? "king - man + woman";
  let terms = readSum(values.sum ?? preset());
  let answer = null;

  const equation = h("div", { class: "equation", role: "group", "aria-label": t("analogies.equation") });
  const result = h("span", { class: "result" });
  const unknown = missing({ t, onCorrect(word, other) { terms = terms.map((term) => (term.word === word ? { ...term, word: other } : term)); keep(); drawEquation(); } });
  const answers = h("div", { class: "stack" });
  const plane = h("div", { class: "stack" });
  const strips = h("div", {});

  function keep({ replace = false } = {}) {
    change({ sum: writeSum(terms.filter(({ word }) => word)) }, { replace });
    set(stage, { "aria-busy": "true" });
    soon();
  }

  function drawEquation(focus = null) {
    const fields = [];
    const parts = terms.map((term, i) => {
      const sign = i || term.sign < 0
        ? h("button", { type: "button", class: "sign", "aria-label": t(term.sign < 0 ? "analogies.subtracted" : "analogies.added", { word: term.word }), onClick: () => { term.sign = -term.sign; drawEquation({ sign: i }); keep(); } }, term.sign < 0 ? "−" : "+")
        : null;
      const field = wordField({
        label: t("analogies.term", { number: i + 1 }), value: term.word, kind: "box", placeholder: t("analogies.a_word"), texts: { near: t("page.did_you_mean") },
        onPick(word) {
          if (!word) { remove(i); return; }
          if (word !== term.word) { term.word = word.split(/\s+/)[0]; keep(); }
        },
        onEmptyBackspace: () => remove(i),
      });
      fields.push(field);
      const away = terms.length > 1 ? h("button", { type: "button", class: "away", "aria-label": t("analogies.remove", { word: term.word }), onClick: () => remove(i) }, "×") : null;
      return h("span", { class: "term" }, sign, h("span", { class: "word term-box" }, field.element, away));
    });
    const add = h("button", { type: "button", class: "button icon add", "aria-label": t("analogies.add"), title: t("analogies.add"), disabled: terms.length >= MOST, onClick: () => { terms.push({ word: "", sign: 1 }); drawEquation({ field: terms.length - 1 }); } }, "+");
    show(equation, parts, add, h("span", { class: "equals", "aria-hidden": "true" }, "≈"), result);
    if (focus?.field !== undefined) fields[focus.field]?.input.focus();
    if (focus?.sign !== undefined) equation.querySelectorAll(".term")[focus.sign]?.querySelector(".sign")?.focus();
  }

  function remove(i) {
    if (terms.length > 1) terms.splice(i, 1);
    drawEquation({ field: Math.min(i, terms.length - 1) });
    keep();
  }

  /** Go on with an answer: it becomes the equation, and flies there. */
  function goOn(word, from) {
    const place = from?.isConnected ? from.getBoundingClientRect() : null;
    terms = [{ word, sign: 1 }];
    keep();
    drawEquation();
    const to = equation.querySelector(".term-box");
    if (place) fly({ isConnected: true, getBoundingClientRect: () => place }, to);
  }

  function drawAnswers() {
    const best = answer.answers[0];
    show(result, best ? wordBox(best.word, { kind: "center", onClick: (event) => goOn(best.word, event.currentTarget), "aria-label": t("analogies.go_on", { word: best.word }) }) : h("span", { class: "word gap" }, "?"));
    if (!answer.answers.length) { show(answers, h("p", { class: "hint" }, t(answer.unknown.length ? "analogies.correct" : "analogies.nothing"))); return; }
    show(answers, h("h2", { class: "heading" }, t("analogies.nearest", { count: about.model.words.toLocaleString("en") })), bars({
      most: 1, digits: 4,
      rows: answer.answers.map(({ word, similarity }, i) => ({ name: word, value: similarity, element: wordBox(word, { kind: i ? "" : "center", onClick: (event) => goOn(word, event.currentTarget), title: t("analogies.go_on", { word }) }) })),
    }), h("p", { class: "hint" }, t("analogies.go_on_hint")));
  }

  function drawPlane() {
    if (!answer.plane.length) { show(plane); return; }
    const own = answer.plane.filter(({ kind }) => kind === "term");
    const total = answer.plane.find(({ kind }) => kind === "sum");
    const at = ({ x, y }) => [x, y];
    const minus = terms.map(({ sign }, i) => ({ sign, i })).filter(({ sign }) => sign < 0);
    const plus = terms.map(({ sign }, i) => ({ sign, i })).filter(({ sign }) => sign > 0);
    // b − a + c: from a to b is the same step as from c to the sum.
    const corners = minus.length === 1 && plus.length === 2 ? [own[minus[0].i], own[plus[0].i], total, own[plus[1].i]].map(at) : null;
    const seen = new Map();
    for (const [i, point] of own.entries()) if (!seen.has(point.word)) seen.set(point.word, { x: point.x, y: point.y, label: point.word, colour: "var(--ink)", onPick: null, i });
    const near = answer.plane.filter(({ kind }) => kind === "answer");
    const drawing = points({
      label: t("analogies.plane"),
      ...(stage.clientWidth < 480 ? { width: 350, height: 330 } : {}),
      areas: corners ? [corners] : [],
      arrows: corners ? [{ from: corners[0], to: corners[1] }, { from: corners[3], to: corners[2], dashed: true }] : near.length ? [{ from: at(total), to: at(near[0]), dashed: true }] : [],
      points: [
        ...seen.values(),
        { x: total.x, y: total.y, label: terms.length > 1 ? shownSum(terms) : "", colour: "var(--accent)", hollow: true },
        ...near.map((point, i) => ({ x: point.x, y: point.y, label: point.word, colour: i ? "var(--quiet)" : "var(--accent)", quiet: i > 0, onPick: () => goOn(point.word, null) })),
      ],
    });
    show(plane, h("h2", { class: "heading" }, t("analogies.plane")), drawing.element, h("p", { class: "hint" }, t(corners ? "analogies.parallelogram" : "analogies.other_plane")));
  }

  function drawStrips() {
    const sign = (i) => (i || terms[i].sign < 0 ? (terms[i].sign < 0 ? "− " : "+ ") : "");
    const rows = answer.rows.map(({ word, vector }, i) => ({ name: `${answer.unknown.length ? "" : sign(i)}${word}`, vector }));
    if (answer.sum.length && terms.length > 1) rows.push({ name: shownSum(terms), vector: answer.sum, element: h("div", { class: "name total", title: shownSum(terms) }, t("analogies.sum")) });
    if (answer.nearest) rows.push({ name: answer.nearest.word, vector: answer.nearest.vector, element: h("div", { class: "name best" }, answer.nearest.word) });
    show(strips, rows.length ? h("div", { class: "stack" }, h("h2", { class: "heading" }, t("analogies.strips")), matrix({ rows, limit: answer.limit, componentName: (i) => t("words.component", { number: i + 1 }) }).element, answer.sum.length && terms.length > 1 ? h("p", { class: "hint" }, t("analogies.not_equal")) : null) : null);
  }

  async function look() {
    const written = terms.filter(({ word }) => word);
    if (!written.length) return;
    const found = await latest("analogies", "explorer/analogies", { terms: written, count: 10 });
    if (found === null) return;
    calm();
    answer = found;
    set(stage, { "aria-busy": null });
    const filled = terms;
    terms = written;
    unknown.show(answer.unknown);
    drawAnswers();
    drawPlane();
    drawStrips();
    terms = filled;
    if (answer.answers.length) announce(t("analogies.announced", { sum: shownSum(written), word: answer.answers[0].word, cosine: shown(answer.answers[0].similarity, 4) }));
    const positive = written.filter(({ sign }) => sign > 0).map(({ word }) => word);
    const negative = written.filter(({ sign }) => sign < 0).map(({ word }) => word);
    code(`>>> vectors = firth.load(${python(about.model.file)})\n>>> vectors.most_similar(positive=${python(positive)}${negative.length ? `, negative=${python(negative)}` : ""})\n$ firth analogy ${shell(about.model.file)} ${shell(writeSum(written))}`);
  }
  const failed = (error) => { set(stage, { "aria-busy": null }); fail(error); };
  const soon = settled(() => look().catch(failed), 30);

  const presets = h("div", { class: "row" }, sums.map((sum) => button(sum.replaceAll("- ", "− "), () => { terms = readSum(sum); drawEquation(); keep(); })));
  show(stage, equation, presets, unknown.element, h("div", { class: "columns wide" }, answers, plane), strips);
  drawEquation();
  look().catch(failed);
  return {
    update(next) {
      const given = readSum(next.sum ?? preset());
      if (writeSum(given) === writeSum(terms)) return;
      terms = given;
      drawEquation();
      look().catch(failed);
    },
    leave: () => soon.cancel(),
  };
}
