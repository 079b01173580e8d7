// A table that grows: new rows are at its end, and come into view.

import { h } from "../dom.js";

/** columns: texts of the head. most: rows that are kept on the page; `cut(n)` is the text for those left out. */
export function growingTable({ label, columns, most = 120, cut = (n) => `… ${n}`, numbers = [] }) {
  const body = h("tbody", {});
  const left = h("p", { class: "hint", hidden: true });
  const numeric = (i) => (numbers.includes(i) ? "number" : null);
  const element = h("div", { class: "growing", tabindex: "0", role: "region", "aria-label": label }, left,
    h("table", { class: "rows" }, h("thead", {}, h("tr", {}, columns.map((text, i) => h("th", { scope: "col", class: numeric(i) }, text)))), body));
  let count = 0;

  function trim() {
    while (body.children.length > most) body.firstElementChild.remove();
    left.hidden = count <= most;
    left.textContent = cut(count - most);
  }

  /** Add a row; fresh: it is marked as new. Returns its cells. */
  function add(cells, { fresh = false } = {}) {
    const row = h("tr", { class: fresh ? "new" : null }, cells.map((cell, i) => h("td", { class: numeric(i) }, cell)));
    body.append(row);
    count += 1;
    trim();
    return [...row.children];
  }
  const toEnd = () => { element.scrollTop = element.scrollHeight; };
  const clear = () => { body.replaceChildren(); count = 0; trim(); };
  return { element, add, clear, toEnd };
}
