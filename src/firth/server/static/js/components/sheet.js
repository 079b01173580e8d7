// A table that can leave the page: as CSV, as JSON, or into the clipboard.

import { h, show } from "../dom.js";
import { button } from "./controls.js";

const cell = (value) => (typeof value === "number" ? String(value) : /[",\r\n]/.test(value ?? "") ? `"${value.replaceAll('"', '""')}"` : value ?? "");

/** Lines of values with commas between them, as RFC 4180 has them. */
export const toCsv = ({ columns, rows }) => `${[columns, ...rows].map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;

/** The same with tabs, as spreadsheets take it from the clipboard. */
const toTabs = ({ columns, rows }) => [columns, ...rows].map((row) => row.map((value) => String(value ?? "").replace(/[\t\r\n]/g, " ")).join("\t")).join("\n");

export const toJson = ({ columns, rows }) => JSON.stringify(rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]]))), null, 1);

/** Have the browser save a file. */
export function download(name, content, type) {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Buttons that export what sheet() returns, {columns, rows}. */
export function exporter({ t, name, sheet, announce }) {
  const copy = button(t("page.copy"), async () => {
    await navigator.clipboard.writeText(toTabs(sheet()));
    show(copy, t("page.copied"));
    announce(t("page.copied"));
    setTimeout(() => show(copy, t("page.copy")), 1500);
  });
  return h("div", { class: "row" }, h("span", { class: "label" }, t("workbench.export")),
    button("CSV", () => download(`${name()}.csv`, toCsv(sheet()), "text/csv")), button("JSON", () => download(`${name()}.json`, toJson(sheet()), "application/json")), copy);
}
