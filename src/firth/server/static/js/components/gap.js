// A gap in a sentence: the reader guesses the word, first from the words before it, then from those on both sides.

import { button, choice, wordBox } from "./controls.js";
import { h, show } from "../dom.js";

/** t: texts with {before, after, hidden, answers}; value: "before" or "both". */
export function gapGame({ value, onChange, announce, t }) {
  let guess = "";
  const line = h("div", { class: "row sentence" });
  const verdict = h("p", { class: "reading-line", role: "status" });
  const modes = choice({ label: t("windows.gap.look"), value, options: ["before", "both"].map((mode) => ({ value: mode, text: t(`windows.gap.${mode}`) })), onChange(next) { value = next; guess = ""; onChange(next); draw(); } });

  function answer() {
    const right = t(`windows.gap.answers.${value}`);
    verdict.textContent = guess ? t(`windows.gap.guessed.${value}`, { guess, answer: right }) : t(`windows.gap.said.${value}`, { answer: right });
    announce(verdict.textContent);
  }

  function draw() {
    const input = h("input", { class: "gap-input", type: "text", maxlength: "30", size: "8", "aria-label": t("windows.gap.yours"), placeholder: "?", autocomplete: "off", autocapitalize: "off", spellcheck: "false", value: guess,
      onInput: () => { guess = input.value.trim(); }, onKeydown: (event) => { if (event.key === "Enter") answer(); } });
    const after = value === "both" ? wordBox("bus", { kind: "center" }) : null;
    show(line, ["Jay", "was", "hit", "by", "a"].map((word, i) => wordBox(word, { kind: i > 1 || value === "both" ? "center" : "" })), input, after, button(t("windows.gap.compare"), answer));
    verdict.textContent = "";
  }
  draw();
  return { element: h("section", { class: "stack ruled" }, h("h2", { class: "heading" }, t("windows.gap.title")), modes.element, line, verdict), set(next) { if (next !== value) { value = next; modes.set(next); draw(); } } };
}
