// Rows of strips with names: the columns line up, so that what words share can be seen.

import { shown } from "../colours.js";
import { h } from "../dom.js";
import { scaleBar, strip } from "./strip.js";

/**
 * rows: [{name, vector, element?}], where element replaces the name; limit: see strip.
 * heads: names above the columns, where there are few.
 * reading(component): what is said about a column; by default each row's value in it.
 */
export function matrix({ rows, limit, order = null, thin = false, onPick = null, componentName = (i) => `${i + 1}`, legend = true, heads = null }) {
  const reading = h("div", { class: "reading" });
  const look = (component) => {
    reading.textContent = component === null ? "" : `${componentName(component)} — ${rows.map(({ name, vector }) => `${name} ${shown(vector[component], 3)}`).join(" · ")}`;
  };
  const strips = rows.map(({ name, vector }) => strip({ label: name, vector, limit, order, thin, onCell: look, onPick }));
  const grid = h("div", { class: heads ? "matrix headed" : "matrix" }, heads ? [h("span", {}), h("div", { class: "heads", "aria-hidden": "true" }, heads.map((text) => h("span", { title: text }, text)))] : null, rows.map(({ name, element }, i) => [element ?? h("div", { class: "name", title: name }, name), strips[i].element]));
  const element = h("div", { class: "stack" }, grid, h("div", { class: "row" }, legend ? scaleBar(limit) : null, reading));
  return { element, strips, reorder(next) { for (const one of strips) one.update({ order: next }); } };
}
