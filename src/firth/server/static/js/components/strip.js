// A vector as a row of coloured cells, as in the document: blue below zero, white at zero, red above.

import { colourOf, shown } from "../colours.js";
import { h, set } from "../dom.js";

/**
 * vector: numbers; limit: the number with the strongest colour; order: which component each cell shows.
 * onCell(component or null): the reader looks at a cell, by pointer or by arrow keys. onPick(component): clicks it.
 */
export function strip({ label, vector, limit, order = null, thin = false, onCell = () => {}, onPick = null }) {
  const cells = vector.map(() => h("span", {}));
  const element = h("div", { class: thin ? "strip thin" : "strip", role: "img", tabindex: "0" }, cells);
  let shownOrder = order ?? vector.map((_, i) => i);
  let at = -1;

  function draw() {
    cells.forEach((cell, i) => cell.style.setProperty("background", colourOf(vector[shownOrder[i]], limit)));
    set(element, { "aria-label": `${label}: ${shownOrder.slice(0, 10).map((i) => shown(vector[i])).join(", ")}${vector.length > 10 ? ", …" : ""}` });
  }

  function look(cell) {
    at = cell;
    onCell(cell < 0 ? null : shownOrder[cell]);
  }

  const cellAt = (event) => {
    const box = element.getBoundingClientRect();
    return Math.min(Math.max(Math.floor(((event.clientX - box.left) / box.width) * vector.length), 0), vector.length - 1);
  };
  element.addEventListener("pointermove", (event) => look(cellAt(event)));
  element.addEventListener("pointerleave", () => look(-1));
  element.addEventListener("blur", () => look(-1));
  element.addEventListener("click", (event) => onPick?.(shownOrder[cellAt(event)]));
  element.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -vector.length, End: vector.length }[event.key];
    if (step) { event.preventDefault(); look(Math.min(Math.max(at + step, 0), vector.length - 1)); }
    if (event.key === "Enter" && at >= 0) onPick?.(shownOrder[at]);
  });
  draw();
  return { element, update(next) { vector = next.vector ?? vector; limit = next.limit ?? limit; shownOrder = next.order ?? shownOrder; draw(); } };
}

/** What the colours mean: from -limit to limit. */
export function scaleBar(limit) {
  const cells = Array.from({ length: 41 }, (_, i) => h("span", { style: { background: colourOf(((i - 20) / 20) * limit, limit) } }));
  return h("div", { class: "scale" }, shown(-limit, limit < 1 ? 2 : 1), h("div", { class: "strip thin", "aria-hidden": "true" }, cells), shown(limit, limit < 1 ? 2 : 1));
}
