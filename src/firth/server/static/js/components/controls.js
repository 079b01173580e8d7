// What the reader turns, presses and chooses.

import { shown } from "../colours.js";
import { h, show } from "../dom.js";

let count = 0;
const fresh = () => `control-${(count += 1)}`;

/** A named number. onInput(value) while it moves, onChange(value) when it is left. */
export function slider({ label, min, max, step = 1, value, digits = 0, format = (number) => shown(number, digits), onInput = () => {}, onChange = () => {} }) {
  const id = fresh();
  const output = h("output", { for: id }, format(value));
  const input = h("input", { id, type: "range", min, max, step, value, onInput: () => { output.textContent = format(Number(input.value)); onInput(Number(input.value)); }, onChange: () => onChange(Number(input.value)) });
  input.value = value;
  return { element: h("div", { class: "slider" }, h("label", { for: id }, label), output, input), set(next) { input.value = next; output.textContent = format(next); }, get: () => Number(input.value) };
}

/** One of a few: [{value, text}]. Arrow keys move between them, as in any group of radio buttons. */
export function choice({ label, options, value, onChange }) {
  const buttons = options.map((option) => h("button", { type: "button", role: "radio", onClick: () => pick(option.value) }, option.text));
  const element = h("div", { class: "choice", role: "radiogroup", "aria-label": label }, buttons);
  const mark = () => buttons.forEach((button, i) => {
    const chosen = options[i].value === value;
    button.setAttribute("aria-checked", String(chosen));
    button.tabIndex = chosen ? 0 : -1;
  });
  function pick(next, focus = false) {
    if (next !== value) { value = next; mark(); onChange(value); }
    if (focus) buttons[options.findIndex((option) => option.value === value)].focus();
  }
  element.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = options.findIndex((option) => option.value === value);
    pick(options[(at + step + options.length) % options.length].value, true);
  });
  mark();
  return { element, set(next) { value = next; mark(); } };
}

/** A line of words that are typed, with a label that only screen readers need. */
export function wordLine({ label, value, onInput, placeholder = "" }) {
  const input = h("input", { class: "line", type: "text", value, placeholder, "aria-label": label, autocomplete: "off", autocapitalize: "off", spellcheck: "false", onInput: () => onInput(input.value) });
  return { element: input, set(next) { if (document.activeElement !== input) input.value = next; }, get: () => input.value };
}

export const button = (text, onClick, properties = {}) => h("button", { type: "button", class: "button", onClick, ...properties }, text);

/** A word that can be taken. kind: "center", "target", "noise", "gap" or nothing. */
export const wordBox = (word, { kind = "", onClick = null, ...properties } = {}) =>
  h(onClick ? "button" : "span", { class: `word ${kind}`, type: onClick ? "button" : null, onClick, ...properties }, word);

/** Names, bars and numbers: [{name, value, element?}]; the longest bar is `most`. */
export function bars({ rows, most = Math.max(...rows.map((row) => Math.abs(row.value)), 1e-12), digits = 3, format = (value) => shown(value, digits) }) {
  return h("div", { class: "bars", role: "list" }, rows.map(({ name, value, element }) => h("div", { role: "listitem", style: { display: "contents" } },
    element ?? h("span", {}, name),
    h("span", { "aria-hidden": "true" }, h("span", { class: value < 0 ? "bar negative" : "bar", style: { display: "block", width: `${(100 * Math.min(Math.abs(value) / most, 1)).toFixed(2)}%` } })),
    h("span", { class: "value" }, format(value)))));
}

/** Step, play and pause something that goes on. next(isPlaying) returns whether there is more. */
export function player({ labels, next, reset = null, interval = () => 900 }) {
  let timer = null;
  const stepButton = button(labels.step, () => { pause(); next(false); });
  const playButton = button(labels.play, () => (timer ? pause() : play()), { "aria-pressed": "false", class: "button first" });
  const resetButton = reset ? button(labels.reset, () => { pause(); reset(); }) : null;
  function run() {
    if (next(true) === false) pause();
    else timer = setTimeout(run, interval());
  }
  function play() {
    timer = setTimeout(run, 0);
    show(playButton, labels.pause);
    playButton.setAttribute("aria-pressed", "true");
  }
  function pause() {
    clearTimeout(timer);
    timer = null;
    show(playButton, labels.play);
    playButton.setAttribute("aria-pressed", "false");
  }
  return { element: h("div", { class: "row", role: "group" }, playButton, stepButton, resetButton), pause, play };
}
