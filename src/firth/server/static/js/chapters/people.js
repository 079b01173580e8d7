// 1. People: a person is a point, and alike means in the same direction.

import { latest } from "../api.js";
import { groupColour, shown } from "../colours.js";
import { bars, button, slider } from "../components/controls.js";
import { matrix } from "../components/matrix.js";
import { plane } from "../components/plane.js";
import { h, settled, show } from "../dom.js";

// The people of the document; the last ones are compared with the first.
const PEOPLE = { jay: [-0.4, 0.8, 0.5, -0.2, 0.3], one: [-0.3, 0.2, 0.3, -0.4, 0.9], two: [-0.5, -0.4, -0.2, 0.7, -0.1] };
const IDS = Object.keys(PEOPLE);
const TRAITS = 5;

const read = (values) => IDS.map((id) => {
  const given = (values[id] ?? "").split(",").map(Number);
  return given.length === TRAITS && given.every((number) => Math.abs(number) <= 1) ? given : [...PEOPLE[id]];
});

export function mount(stage, { values, change, fail, calm, announce, code, t }) {
  let people = read(values);
  let traits = readTraits(values);
  const name = (i) => t(`people.names.${IDS[i]}`);
  const write = (replace) => change({ ...Object.fromEntries(IDS.map((id, i) => [id, people[i].map((x) => +x.toFixed(2)).join(",")])), x: traits[0], y: traits[1] }, { replace });

  function readTraits({ x, y }) {
    const chosen = [Number(x ?? 0), Number(y ?? 1)];
    return chosen.every((trait) => Number.isInteger(trait) && trait >= 0 && trait < TRAITS) && chosen[0] !== chosen[1] ? chosen : [0, 1];
  }

  const planeBox = h("div", { class: "stack" });
  const verdict = h("div", { class: "stack" });
  const sliderBox = h("div", { class: "columns" });
  const rows = h("div", {});

  async function compare() {
    const answer = await latest("people", "explorer/people", { people: people.map((vector, i) => ({ name: name(i), vector })), traits });
    if (answer === null) return;
    calm();
    const best = (cosines) => (cosines[1] >= cosines[2] ? 1 : 2);
    const block = (title, cosines) => h("div", { class: "stack" }, h("h2", { class: "heading" }, title),
      bars({ most: 1, digits: 2, rows: [1, 2].map((i) => ({ name: name(i), value: cosines[i], element: h("span", { style: { color: groupColour(i), "font-weight": best(cosines) === i ? 700 : 400 } }, `${name(i)}${best(cosines) === i ? " ★" : ""}`) })) }));
    show(verdict, block(t("people.two_traits"), answer.of_two), block(t("people.five_traits"), answer.of_all),
      h("p", { class: "hint" }, t("people.verdict", { name: name(best(answer.of_all)), jay: name(0) })));
    announce(t("people.verdict", { name: name(best(answer.of_all)), jay: name(0) }));
    code(`>>> from firth.illustrated.people import cosine\n${IDS.map((id, i) => `>>> ${id} = ${JSON.stringify(people[i])}`).join("\n")}\n>>> round(cosine(jay, one), 3), round(cosine(jay, two), 3)\n(${answer.of_all[1].toFixed(3)}, ${answer.of_all[2].toFixed(3)})`);
  }
  const soon = settled(() => compare().catch(fail), 40);

  function drawPlane() {
    const arrows = people.map((vector, i) => ({ id: i, x: vector[traits[0]], y: vector[traits[1]], label: name(i), colour: groupColour(i), movable: true }));
    const traitButton = (axis) => button(t(`people.traits.${traits[axis]}`), () => {
      let next = traits[axis];
      do next = (next + 1) % TRAITS; while (next === traits[1 - axis]);
      traits[axis] = next;
      write(false);
      drawPlane();
      soon();
    }, { "aria-label": t("people.other_trait", { trait: t(`people.traits.${traits[axis]}`) }) });
    const drawing = plane({ label: t("people.plane"), axes: traits.map((trait) => t(`people.traits.${trait}`)), arrows, onMove(i, x, y, done) {
      people[i][traits[0]] = x;
      people[i][traits[1]] = y;
      drawRows();
      drawSliders();
      write(!done);
      soon();
    } });
    show(planeBox, drawing.element, h("p", { class: "hint" }, t("people.drag")), h("div", { class: "row" }, h("span", { class: "hint" }, t("people.axes")), traitButton(0), "×", traitButton(1)));
  }

  function drawRows() {
    show(rows, matrix({ limit: 1, rows: people.map((vector, i) => ({ name: name(i), vector })), componentName: (i) => t(`people.traits.${i}`), heads: PEOPLE.jay.map((_, i) => t(`people.traits.${i}`)) }).element);
  }

  let sliders = [];
  function drawSliders() {
    if (sliders.length) { sliders.forEach((one, i) => one.set(people[Math.floor(i / TRAITS)][i % TRAITS] * 50 + 50)); return; }
    sliders = people.flatMap((vector, i) => vector.map((value, trait) => slider({
      label: t(`people.traits.${trait}`), min: 0, max: 100, value: value * 50 + 50,
      format: (score) => `${Math.round(score)} → ${shown(score / 50 - 1)}`,
      onInput(score) { people[i][trait] = score / 50 - 1; drawPlane(); drawRows(); write(true); soon(); },
      onChange() { write(false); },
    })));
    show(sliderBox, people.map((_, i) => h("fieldset", { class: "card stack" }, h("legend", { style: { color: groupColour(i), "font-weight": 600 } }, name(i)), sliders.slice(i * TRAITS, (i + 1) * TRAITS).map(({ element }) => element))));
  }

  function draw() { drawPlane(); drawRows(); drawSliders(); soon(); }
  show(stage, h("div", { class: "columns" }, planeBox, verdict), rows, h("details", { open: true }, h("summary", {}, t("people.scores")), sliderBox));
  draw();
  return { update(next) { people = read(next); traits = readTraits(next); draw(); }, leave: () => soon.cancel() };
}
