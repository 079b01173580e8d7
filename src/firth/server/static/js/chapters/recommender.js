// 12. Recommender: a session that is clicked together, what comes next and why, and items that nobody knows yet.

import { get, latest } from "../api.js";
import { python, shell } from "../code.js";
import { counted, groupColour, shown } from "../colours.js";
import { bars, button, wordBox } from "../components/controls.js";
import { wordField } from "../components/wordfield.js";
import { fly, h, set, settled, show } from "../dom.js";

const COMPONENTS = ["vectors", "sequential rules", "item-kNN", "VS-kNN", "popularity", "seen before"];
const MOST = 100;
const BETWEEN = "\n"; // in the address: names of items have blanks and commas

const split = (text) => (text ?? "").split(BETWEEN).filter(Boolean);
const readNew = (text) => split(text).reduce((found, line) => { const at = line.indexOf("="); return at > 0 ? { ...found, [line.slice(0, at)]: [...(found[line.slice(0, at)] ?? []), line.slice(at + 1)] } : found; }, {});
const writeNew = (given) => Object.entries(given).flatMap(([column, some]) => some.map((value) => `${column}=${value}`)).join(BETWEEN);

export function mount(stage, { about, values, change, fail, calm, announce, code, t }) {
  let history, why, fresh, search;
  let answer = null;
  let columns = null;
  const file = about.recommender.file;

  function read(next) {
    history = split(next.history).slice(-MOST);
    why = next.why ?? null;
    fresh = readNew(next.new);
    search = next.search ?? "";
  }
  read(values);

  const session = h("div", { class: "row session" });
  const catalogue = h("div", { class: "catalogue", role: "group", "aria-label": t("recommender.items") });
  const field = h("input", { class: "line", type: "search", "aria-label": t("recommender.search"), placeholder: t("recommender.search"), autocomplete: "off", spellcheck: "false", maxlength: "200", onInput: () => { search = field.value.trim(); change({ search }, { replace: true }); findSoon(); } });
  const found = h("p", { class: "hint", role: "status" });
  const list = h("div", { class: "stack" });
  const reason = h("div", { class: "stack" });
  const around = h("div", { class: "columns" });
  const cold = h("section", { class: "stack ruled", hidden: true });
  const landed = h("div", { class: "stack" });

  const state = () => ({ history: history.join(BETWEEN), why, new: writeNew(fresh) });

  async function add(item, from) {
    if (history.length >= MOST) return;
    history = [...history, item];
    why = null;
    change(state());
    drawSession();
    fly(from, session.querySelector(".chosen-item:last-of-type .word"));
    await look();
  }

  function drop(at) {
    history = history.filter((_, i) => i !== at);
    why = null;
    change(state());
    drawSession();
    (session.querySelectorAll(".away")[Math.min(at, history.length - 1)] ?? field).focus();
    look().catch(fail);
  }

  function drawSession() {
    if (!history.length) { show(session, h("p", { class: "hint" }, t("recommender.empty"))); return; }
    show(session, h("div", { class: "row", role: "list", "aria-label": t("recommender.session") }, history.map((item, i) => h("span", { class: "chosen-item", role: "listitem" },
      h("span", { class: "word center" }, item, h("button", { type: "button", class: "away", "aria-label": t("recommender.remove", { item }), onClick: () => drop(i) }, "×"))))),
      button(t("recommender.again"), () => { history = []; why = null; change(state()); drawSession(); look().catch(fail); }));
  }

  async function find() {
    const mine = search;
    const { items, is_near: isNear } = await get(`explorer/recommender/items?text=${encodeURIComponent(mine)}`);
    if (mine !== search) return;
    calm();
    show(found, t(!items.length ? "recommender.none" : isNear ? "recommender.near" : mine ? "recommender.found" : "recommender.popular", { text: mine }));
    show(catalogue, items.map(({ item, count }) => h("button", { type: "button", class: "item", onClick: (event) => add(item, event.currentTarget).catch(fail) }, h("span", {}, item), h("span", { class: "hint value" }, counted(count)))));
  }
  const findSoon = settled(() => find().catch(fail), 150);

  const colour = (component) => groupColour(Math.max(COMPONENTS.indexOf(component), 0));
  const named = (component) => t(`recommender.components.${component}`);

  /** A score as its parts, side by side from zero: negative ones to the left. most, least: of all such bars. */
  function stacked(parts, { most, least }) {
    const width = Math.max(most - least, 1e-9);
    let [left, right] = [0, 0];
    const pieces = parts.map(({ component, amount }) => {
      const from = amount < 0 ? (left += amount) : right;
      if (amount >= 0) right += amount;
      return h("span", { class: "piece", style: { left: `${(100 * (from - least)) / width}%`, width: `${(100 * Math.abs(amount)) / width}%`, background: colour(component) } });
    });
    return h("span", { class: "stacked", "aria-hidden": "true" }, pieces, least < 0 ? h("span", { class: "zero", style: { left: `${(-100 * least) / width}%` } }) : null);
  }

  const sums = (parts, by) => parts.reduce((all, part) => all.set(part[by], (all.get(part[by]) ?? 0) + part.amount), new Map());
  const together = (parts) => { const all = sums(parts, "component"); return answer.components.filter((name) => all.has(name)).map((component) => ({ component, amount: all.get(component) })); };
  const range = (rows) => ({
    most: Math.max(0, ...rows.map((parts) => parts.reduce((sum, { amount }) => sum + Math.max(amount, 0), 0))),
    least: Math.min(0, ...rows.map((parts) => parts.reduce((sum, { amount }) => sum + Math.min(amount, 0), 0))),
  });
  const inWords = (parts) => parts.map(({ component, amount }) => `${named(component)} ${shown(amount)}`).join(", ");
  const legend = () => h("div", { class: "legend" }, answer.components.map((component) => h("span", { class: "legend-item" }, h("span", { class: "dot", style: { background: colour(component) } }), named(component))));

  function drawNext() {
    const rows = answer.items.map(({ parts }) => together(parts));
    const scale = range(rows);
    const known = answer.items.filter(({ is_new: isNew }) => !isNew);
    if (!known.some(({ item }) => item === why)) why = answer.is_popularity ? null : known[0]?.item ?? null;
    show(list,
      h("h2", { class: "heading" }, t(answer.is_popularity ? "recommender.popular_next" : "recommender.next")),
      answer.skipped.length ? h("p", { class: "hint" }, t("recommender.skipped", { items: answer.skipped.join(", ") })) : null,
      answer.components.length ? legend() : null,
      h("ol", { class: "next-items" }, answer.items.map(({ item, score, is_new: isNew }, i) => h("li", { class: item === why ? "chosen-row" : "" },
        isNew ? h("span", { class: "word target" }, t("recommender.new_item")) : wordBox(item, { onClick: (event) => add(item, event.currentTarget).catch(fail), title: t("recommender.add", { item }) }),
        rows[i].length
          ? h("button", { type: "button", class: "why", "aria-pressed": String(item === why), "aria-label": `${t("recommender.why", { item })} ${inWords(rows[i])}`, title: inWords(rows[i]), onClick: () => { why = item; change({ why }, { replace: true }); drawNext(); list.querySelector('.why[aria-pressed="true"]').focus(); } }, stacked(rows[i], scale))
          : h("span", { class: "hint" }, isNew ? t("recommender.kept") : ""),
        h("span", { class: "value" }, shown(score))))));
    drawReason();
  }

  function drawReason() {
    const chosen = answer.items.find(({ item, is_new: isNew }) => item === why && !isNew);
    if (!chosen?.parts.length) { show(reason); return; }
    const groups = [...history.filter((item, i) => history.indexOf(item) === i), null].map((item) => ({ item, parts: chosen.parts.filter((part) => part.item === item) })).filter(({ parts }) => parts.length);
    const others = chosen.parts.filter(({ item }) => item !== null && !history.includes(item));
    if (others.length) groups.push({ item: others[0].item, parts: others });
    const scale = range(groups.map(({ parts }) => parts));
    show(reason, h("h2", { class: "heading" }, t("recommender.why", { item: why })),
      h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("recommender.why", { item: why }) },
        h("table", { class: "rows reasons" }, h("thead", {}, h("tr", {}, h("th", {}, t("recommender.because")), h("th", { class: "bars-column" }, t("recommender.parts")), answer.components.map((name) => h("th", { class: "number" }, named(name))), h("th", { class: "number" }, t("recommender.sum")))),
          h("tbody", {}, groups.map(({ item, parts }) => {
            const amounts = sums(parts, "component");
            return h("tr", {}, h("td", {}, item ?? h("i", {}, t("recommender.no_item"))), h("td", {}, stacked(together(parts), scale)), answer.components.map((name) => h("td", { class: "number" }, amounts.has(name) ? shown(amounts.get(name)) : "")), h("td", { class: "number" }, shown(parts.reduce((sum, { amount }) => sum + amount, 0))));
          })),
          h("tfoot", {}, h("tr", {}, h("th", {}, t("recommender.score")), h("td", {}), answer.components.map((name) => h("td", { class: "number" }, shown(sums(chosen.parts, "component").get(name) ?? 0))), h("td", { class: "number" }, h("b", {}, shown(chosen.score))))))));
  }

  const scoredBars = (rows) => h("div", { class: "scored" }, bars({ rows: rows.map(({ item, value }) => ({ name: item, value, element: h("span", {}, wordBox(item, { onClick: (event) => add(item, event.currentTarget).catch(fail) })) })), format: (value) => shown(value) }));

  async function drawAround() {
    const last = history.findLast((item) => !answer.skipped.includes(item));
    if (last === undefined) { show(around); return; }
    const one = await latest("recommender-item", "explorer/recommender/item", { item: last });
    if (one === null) return;
    const facts = Object.entries(one.values).map(([column, some]) => `${column}: ${some.join(", ")}`).join(" · ");
    show(around,
      h("section", { class: "stack" }, h("h2", { class: "heading" }, t("recommender.similar", { item: last })), h("p", { class: "hint" }, facts || t("recommender.similar_hint")), scoredBars(one.similar)),
      h("section", { class: "stack" }, h("h2", { class: "heading" }, t("recommender.goes_with", { item: last })), h("p", { class: "hint" }, t("recommender.goes_with_hint")), scoredBars(one.goes_with)));
  }

  /** An item that nobody has chosen yet: its values, and where they place it. */
  function drawCold() {
    cold.hidden = !columns.length;
    if (!columns.length) return;
    const has = (column, value) => fresh[column]?.includes(value) ?? false;
    function turn(column, value) {
      const some = has(column, value) ? fresh[column].filter((other) => other !== value) : [...(fresh[column] ?? []), value];
      fresh = { ...fresh, [column]: some };
      if (!some.length) delete fresh[column];
      change(state());
      drawCold();
      place().catch(fail);
      look().catch(fail);
    }
    const fields = columns.map(({ name, values: all }) => {
      const first = all.slice(0, 10).map(({ value }) => value);
      const offered = [...first, ...(fresh[name] ?? []).filter((value) => !first.includes(value))];
      const starts = (text) => all.map(({ value }) => value).filter((value) => value.toLowerCase().includes(text.toLowerCase()));
      const more = all.length > first.length ? wordField({ label: t("recommender.other_value", { column: name }), placeholder: t("recommender.other_value", { column: name }), suggest: (text) => ({ words: starts(text).slice(0, 12), near: [] }), onPick: (value) => { if (all.some((one) => one.value === value) && !has(name, value)) turn(name, value); } }) : null;
      return h("div", { class: "stack", role: "group", "aria-label": name }, h("span", { class: "label" }, name), h("div", { class: "row values" }, offered.map((value) => button(value, () => { turn(name, value); cold.querySelector(`[data-value="${CSS.escape(`${name}=${value}`)}"]`)?.focus(); }, { "aria-pressed": String(has(name, value)), "data-value": `${name}=${value}` }))), more?.element);
    });
    show(cold, h("h2", { class: "heading" }, t("recommender.cold")), h("p", { class: "hint" }, t("recommender.cold_hint")), h("div", { class: "columns wide" }, h("div", { class: "stack loose" }, fields), landed));
  }

  async function place() {
    if (!Object.keys(fresh).length) { show(landed, h("p", { class: "hint" }, t("recommender.choose_values"))); return; }
    const answer = await latest("recommender-new", "explorer/recommender/new", { values: fresh });
    if (answer === null) return;
    calm();
    show(landed, h("h3", { class: "heading" }, t("recommender.lands")), scoredBars(answer.near));
    announce(t("recommender.landed", { items: answer.near.slice(0, 3).map(({ item }) => item).join(", ") }));
  }

  async function look() {
    set(stage, { "aria-busy": "true" });
    const fetched = await latest("recommender-next", "explorer/recommender/next", { history, new: Object.keys(fresh).length ? fresh : null });
    if (fetched === null) return;
    calm();
    answer = fetched;
    drawNext();
    announce(t("recommender.announced", { items: answer.items.slice(0, 3).map(({ item }) => item).join(", ") }));
    code(`>>> model = firth.recommend.Recommender.load(${python(file)})\n>>> model.recommend(${python(history)}, 10)${why ? `\n>>> model.explain(${python(history)}, ${python(why)})` : ""}${Object.keys(fresh).length ? `\n>>> model.cold_start(${JSON.stringify(fresh)})` : ""}\n$ firth recommend next ${shell(file)} ${history.map(shell).join(" ")} -n 10 --explain`);
    await drawAround();
    set(stage, { "aria-busy": null });
  }

  async function begin() {
    columns = await get("explorer/recommender/attributes");
    drawCold();
    await Promise.all([find(), look(), place()]);
  }

  field.value = search;
  drawSession();
  show(stage,
    h("div", { class: "stack" }, h("h2", { class: "heading" }, t("recommender.session")), session),
    h("div", { class: "columns shop" }, h("section", { class: "stack" }, h("h2", { class: "heading" }, t("recommender.items")), field, found, catalogue), list),
    reason, around, cold);
  begin().catch(fail);
  return {
    update(next) {
      read(next);
      if (document.activeElement !== field) field.value = search;
      drawSession();
      if (columns) drawCold();
      Promise.all([find(), look(), columns ? place() : null]).catch(fail);
    },
    leave: () => findSoon.cancel(),
  };
}
