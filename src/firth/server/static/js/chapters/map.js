// 4. The map: all words at once. Words that are used alike are near each other.

import { get, latest, post } from "../api.js";
import { python, shell } from "../code.js";
import { counted, groupColour } from "../colours.js";
import { cloud } from "../components/cloud.js";
import { bars, button, choice, wordBox } from "../components/controls.js";
import { wordField } from "../components/wordfield.js";
import { h, set, settled, show } from "../dom.js";

const SIZES = [1000, 5000, 20000, 50000];
const RANKS = [100, 1000, 5000, 20000, Infinity]; // colours of frequency: up to this rank
const LISTED = 200;
const SOON = 100; // milliseconds

const pause = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });
const floats = async (blob) => new Float32Array(await blob.arrayBuffer());

export function mount(stage, { about, values, change, fail, calm, announce, code, t }) {
  const most = Math.min(Math.max(about.model?.words ?? 0, 10), SIZES.at(-1));
  const sizes = [...SIZES.filter((size) => size < 0.8 * most), most];
  let state = read(values);
  let shown = { words: [], counts: null, methods: ["pca"], size: 0 };
  let picked = null; // the word whose neighbours stay
  let gone = false;
  let drawn = 0; // the number of the newest drawing
  let indexOf = new Map();
  const near = new Map(); // neighbours by word, as they have been found

  function read(given) {
    const n = Number(given.n);
    const axis = (text, other) => { const words = (text ?? "").split(","); return words.length === 2 && words.every(Boolean) ? words : other; };
    const [x, y, zoom] = (given.view ?? "").split(",").map(Number);
    return {
      method: ["pca", "umap", "axes"].includes(given.method) ? given.method : "pca",
      n: sizes.includes(n) ? n : sizes.find((size) => size >= 5000) ?? sizes.at(-1),
      colour: given.colour === "frequency" ? "frequency" : "cluster",
      word: given.word ?? "",
      x: axis(given.x, about.model?.presets.axes?.[0] ?? ["man", "woman"]),
      y: axis(given.y, about.model?.presets.axes?.[1] ?? ["poor", "rich"]),
      view: [x, y, zoom].every(Number.isFinite) && zoom > 0 ? { x, y, zoom } : { x: 0, y: 0, zoom: 1 },
    };
  }

  const map = cloud({
    texts: { label: t("map.label"), keys: t("map.keys") },
    onLook: (index) => look(index),
    onPick: (index) => pick(index === null ? null : shown.words[index]),
    onLasso: (found) => choose(found),
    onView: ({ x, y, zoom }) => change({ view: zoom === 1 && !x && !y ? null : [x.toFixed(4), y.toFixed(4), zoom.toPrecision(4)].join(",") }, { replace: true }),
  });
  const status = h("p", { class: "hint", role: "status" });
  const side = h("div", { class: "stack map-side" });
  const legend = h("div", { class: "legend" });
  const axes = h("div", { class: "row axes" });

  const failed = (error) => { set(stage, { "aria-busy": null }); fail(error); };

  // ------------------------------------------------------------------ controls

  const search = wordField({
    label: t("map.search"), placeholder: t("map.search"), texts: { near: t("page.did_you_mean") },
    suggest(prefix) { const begin = prefix.toLowerCase(); return { words: shown.words.filter((word) => word.toLowerCase().startsWith(begin)).slice(0, 8), near: [] }; },
    onPick(word) {
      if (!word) return;
      if (!indexOf.has(word)) { status.textContent = t("map.not_here", { word, count: counted(shown.words.length) }); return; }
      status.textContent = "";
      pickAndGo(word);
    },
  });
  const methods = choice({ label: t("map.method"), value: state.method, options: ["pca", "umap", "axes"].map((value) => ({ value, text: t(`map.methods.${value}`) })), onChange(method) { state.method = method; state.view = { x: 0, y: 0, zoom: 1 }; map.setView(state.view); change({ method, view: null }); draw().catch(failed); } });
  const numbers = choice({ label: t("map.size"), value: state.n, options: sizes.map((value) => ({ value, text: counted(value) })), onChange(n) { state.n = n; change({ n }); draw().catch(failed); } });
  const colours = choice({ label: t("map.colour"), value: state.colour, options: ["cluster", "frequency"].map((value) => ({ value, text: t(`map.colours.${value}`) })), onChange(colour) { state.colour = colour; change({ colour }); paint().catch(fail); } });
  const lasso = button(t("map.lasso"), () => { const on = lasso.getAttribute("aria-pressed") !== "true"; set(lasso, { "aria-pressed": String(on) }); map.setLasso(on); }, { "aria-pressed": "false", title: t("map.lasso_hint") });
  const tools = h("div", { class: "map-tools", role: "group", "aria-label": t("map.zoom") },
    button("+", () => map.zoom(1.6), { class: "button icon", "aria-label": t("map.closer") }), button("−", () => map.zoom(1 / 1.6), { class: "button icon", "aria-label": t("map.farther") }), button("⤢", () => map.fit(), { class: "button icon", "aria-label": t("map.all") }));

  function drawAxes() {
    axes.hidden = state.method !== "axes";
    const field = (axis, end) => wordField({ label: t(`map.axis.${axis}${end}`), value: state[axis][end], kind: "box", texts: { near: t("page.did_you_mean") }, onPick(word) {
      if (!word || word === state[axis][end]) return;
      state[axis] = state[axis].map((old, i) => (i === end ? word : old));
      change({ [axis]: state[axis].join(",") });
      draw().catch(failed);
    } });
    const pair = (axis, arrow) => h("span", { class: "axis-words" }, h("span", { class: "label" }, t(`map.${axis}`)), h("span", { class: "word term-box" }, field(axis, 0).element), h("span", { "aria-hidden": "true" }, arrow), h("span", { class: "word term-box" }, field(axis, 1).element));
    show(axes, pair("x", "→"), pair("y", "↑"));
  }

  // ------------------------------------------------------------------ points and colours

  async function points(method) {
    if (method === "axes") return floats(await post("explorer/map/axes", { x: state.x, y: state.y, count: state.n }));
    for (;;) {
      const found = await get(`explorer/map/points?method=${method}&count=${state.n}`);
      if (found instanceof Blob) return floats(found);
      status.textContent = t("map.computing", { method: t(`map.methods.${method}`), seconds: Math.round(found.seconds) });
      await pause(700);
      if (gone) return null;
    }
  }

  async function draw() {
    const mine = (drawn += 1);
    drawAxes();
    set(stage, { "aria-busy": "true" });
    if (shown.size !== state.n) {
      const found = await get(`explorer/map/words?count=${state.n}`);
      if (mine !== drawn || gone) return;
      shown = { ...found, size: state.n };
      indexOf = new Map(shown.words.map((word, i) => [word, i]));
      near.clear();
      map.setData({ words: shown.words, xy: new Float32Array(0), groups: new Uint8Array(shown.words.length), palette: [{ colour: getComputedStyle(document.documentElement).getPropertyValue("--quiet").trim() }] });
      choose([]);
    }
    calm();
    status.textContent = "";
    if (state.method === "umap" && !shown.methods.includes("umap")) status.textContent = t("map.no_umap");
    const wanted = state.method === "umap" && !shown.methods.includes("umap") ? "pca" : state.method;
    const place = (xy) => map.setData({ xy, equal: state.method !== "axes", axes: state.method === "axes" ? [...state.x, ...state.y] : null });
    paint().catch(fail);
    if (wanted === "umap") {
      // Something to look at until it is there.
      const first = await points("pca");
      if (mine !== drawn || !first) return;
      place(first);
    }
    const xy = await points(wanted);
    if (mine !== drawn || !xy) return;
    status.textContent = wanted === state.method ? "" : t("map.no_umap");
    place(xy);
    map.setView(state.view);
    set(stage, { "aria-busy": null });
    if (state.word && indexOf.has(state.word)) pick(state.word, { quiet: true });
    announce(t("map.shown", { count: counted(shown.words.length), method: t(`map.methods.${state.method}`) }));
    writeCode();
  }

  async function paint() {
    const { size, words } = shown;
    if (state.colour === "frequency") {
      const steps = RANKS.filter((_, i) => !i || RANKS[i - 1] < words.length);
      const accent = getComputedStyle(document.documentElement).getPropertyValue("--accent").trim();
      const shades = [1, 0.72, 0.5, 0.34, 0.22];
      map.setData({ groups: Uint8Array.from(words, (_, i) => steps.findIndex((rank) => i < rank)), palette: steps.map((_, i) => ({ colour: accent, alpha: shades[i] })) });
      show(legend, h("span", { class: "label" }, t("map.rank")), steps.map((rank, i) => h("span", { class: "legend-item" }, h("span", { class: "dot", style: { background: "var(--accent)", opacity: String(shades[i]) } }), rank === Infinity || rank >= words.length ? t("map.rest") : t("map.first", { count: counted(rank) }))));
      return;
    }
    let found = await get(`explorer/map/clusters?count=${size}`);
    while (found.waiting && !gone) { await pause(500); found = await get(`explorer/map/clusters?count=${size}`); }
    if (gone || size !== shown.size || state.colour !== "cluster") return;
    const style = getComputedStyle(document.documentElement);
    map.setData({ groups: Uint8Array.from(found.labels, Number), palette: found.names.map((_, i) => ({ colour: style.getPropertyValue(`--group-${i % 8}`).trim() })) });
    const groups = found.names.map((names, i) => ({ names, i })).filter(({ names }) => names.length);
    show(legend, groups.map(({ names, i }) => h("button", { type: "button", class: "legend-item", title: t("map.choose_cluster"), onClick: () => choose([...found.labels].flatMap((label, k) => (Number(label) === i ? [k] : []))) }, h("span", { class: "dot", style: { background: groupColour(i) } }), names.join(", "))));
  }

  // ------------------------------------------------------------------ one word, or a group

  async function neighboursOf(word) {
    if (!near.has(word)) {
      const found = await latest("map-neighbours", "explorer/map/neighbours", { word, among: Math.max(shown.words.length, 10), count: 10 });
      if (found === null) return null;
      near.set(word, found);
    }
    return near.get(word);
  }

  let looking = null;
  const lookSoon = settled(async (word) => {
    const found = await neighboursOf(word).catch((error) => { fail(error); return null; });
    if (found && looking === word) { map.setMarks({ focus: indexOf.get(word), near: found }); announce(t("map.announced", { word, words: found.slice(0, 5).map((one) => one.word).join(", ") })); }
  }, 40);

  function look(index) {
    looking = index === null ? picked : shown.words[index];
    if (looking === null) { map.setMarks({ focus: null, near: [] }); return; }
    map.setMarks({ focus: indexOf.get(looking) ?? null, near: near.get(looking) ?? [] });
    lookSoon(looking);
  }

  async function pick(word, { quiet = false } = {}) {
    picked = word;
    looking = word;
    state.word = word ?? "";
    if (!quiet) change({ word });
    if (word === null) { map.setMarks({ focus: null, near: [] }); drawSide(); return; }
    map.setMarks({ focus: indexOf.get(word), near: near.get(word) ?? [] });
    const found = await neighboursOf(word);
    if (found && looking === word) { map.setMarks({ focus: indexOf.get(word), near: found }); drawSide(); }
    writeCode();
  }

  /** The neighbours first, which are there in a moment: frames of a flight would hold them up. */
  async function pickAndGo(word) {
    await Promise.race([pick(word), pause(SOON)]);
    if (picked === word && !gone) map.goTo(indexOf.get(word));
  }

  let group = [];
  function choose(found) {
    group = found;
    map.setMarks({ chosen: found });
    if (found.length) announce(t("map.chosen", { count: counted(found.length) }));
    drawSide();
  }

  function drawSide() {
    const parts = [];
    if (group.length) {
      const words = group.map((i) => shown.words[i]);
      const copy = button(t("page.copy"), async () => { await navigator.clipboard.writeText(words.join("\n")); show(copy, t("page.copied")); announce(t("page.copied")); setTimeout(() => show(copy, t("page.copy")), 1500); });
      parts.push(h("div", { class: "stack" }, h("div", { class: "row" }, h("h2", { class: "heading" }, t("map.chosen", { count: counted(words.length) })), copy, button("×", () => choose([]), { class: "button icon", "aria-label": t("map.drop") })),
        h("div", { class: "row chosen", tabindex: "0", role: "region", "aria-label": t("map.chosen", { count: counted(words.length) }) }, words.slice(0, LISTED).map((word) => wordBox(word, { onClick: () => pick(word) })), words.length > LISTED ? h("span", { class: "hint" }, t("map.more", { count: counted(words.length - LISTED) })) : null)));
    }
    if (picked !== null && near.has(picked)) {
      parts.push(h("div", { class: "stack" }, h("h2", { class: "heading" }, picked), h("p", { class: "hint" }, facts(picked)), bars({ most: 1, digits: 3, rows: near.get(picked).map(({ word, similarity }) => ({ name: word, value: similarity, element: wordBox(word, { onClick: () => pickAndGo(word) }) })) })));
    }
    if (!parts.length) parts.push(h("p", { class: "hint" }, t("map.how")), h("p", { class: "hint" }, t("map.keys")), button(t("map.choose_view"), () => choose(map.inView())));
    show(side, parts);
  }

  function facts(word) {
    const rank = indexOf.get(word) + 1;
    return shown.counts ? t("map.facts_count", { rank: counted(rank), count: counted(shown.counts[rank - 1]) }) : t("map.facts", { rank: counted(rank) });
  }

  function writeCode() {
    const file = about.model?.file;
    if (state.method === "axes") code(`>>> from firth.plots import two_axis_plot\n>>> vectors = firth.load(${python(file)})\n>>> two_axis_plot(vectors, vectors.words[:300], x=${python(state.x)}, y=${python(state.y)})`);
    else code(`>>> from firth.plots import word_map\n>>> vectors = firth.load(${python(file)})\n>>> word_map(vectors, top=${Math.min(state.n, 20000)}, method="${state.method}")\n$ firth plot map ${shell(file)} --top ${Math.min(state.n, 20000)} --method ${state.method} -o map.html`);
  }

  show(stage,
    h("div", { class: "map-bar" }, search.element, h("div", { class: "row" }, methods.element, numbers.element)),
    axes,
    h("div", { class: "map-area" }, h("div", { class: "map-frame" }, map.element, tools), side),
    h("div", { class: "row" }, h("span", { class: "label" }, t("map.colour")), colours.element, lasso, status),
    legend);
  drawSide();
  draw().catch(failed);
  return {
    update(next) {
      const before = state;
      state = read(next);
      methods.set(state.method);
      numbers.set(state.n);
      colours.set(state.colour);
      if (["method", "n", "x", "y"].some((name) => String(before[name]) !== String(state[name]))) draw().catch(failed);
      else {
        map.setView(state.view);
        if (before.colour !== state.colour) paint().catch(fail);
        if (before.word !== state.word) {
          const known = indexOf.has(state.word);
          pick(known ? state.word : null, { quiet: true }).catch(fail);
          if (known && !next.view) map.goTo(indexOf.get(state.word));
        }
      }
    },
    leave() { gone = true; drawn += 1; lookSoon.cancel(); map.leave(); },
  };
}
