// The page: which chapter is open, in which language and theme, on which model.

import { get, ServerError } from "./api.js";
import { setScale } from "./colours.js";
import { h, set, show } from "./dom.js";
import { address, change, onMove, place } from "./url.js";
import { currentLanguage, names, preferredLanguage, setLanguage, t } from "./words.js";

const about = { model: null, chapters: [] };
const OF_A_MODEL = ["words", "analogies", "map", "workbench"]; // chapters that have nothing to show without one
let mounted = null;

const [rail, main, problem, announcer] = ["rail", "main", "problem", "announcer"].map((id) => document.getElementById(id));

/** Say something to readers who cannot see it happen. */
const announce = (text) => { announcer.textContent = text; };

/** Show what went wrong, until something works again or the reader has read it. */
function fail(error) {
  if (error instanceof ServerError === false) console.error(error);
  show(problem, h("span", {}, error.message), h("button", { class: "button icon", "aria-label": t("page.close"), onClick: () => { problem.hidden = true; } }, "×"));
  problem.hidden = false;
}

const calm = () => { problem.hidden = true; };

/** Another model was opened: say so in the rail, and have chapters read `about` again. */
async function refresh() {
  Object.assign(about, await get("explorer/about"));
  drawRail();
}

function setTheme(theme) {
  const chosen = theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  document.documentElement.dataset.theme = chosen;
}

/** Values that stay when the reader goes to another chapter. */
const lasting = () => Object.fromEntries(["lang", "theme"].map((name) => [name, place().values[name]]).filter(([, value]) => value));

function drawRail() {
  const here = place().chapter;
  const links = about.chapters.map((id, i) =>
    h("li", {}, h("a", { href: address(id, lasting()), "aria-current": id === here ? "page" : null },
      h("span", { class: "number" }, String(i + 1)), h("span", {}, t(`${id}.title`)))));
  const dark = document.documentElement.dataset.theme === "dark";
  const other = currentLanguage() === "en" ? "zh" : "en";
  show(rail,
    h("a", { class: "brand", href: address(about.chapters[0], lasting()) }, h("img", { src: "static/icon.svg", alt: "" }), "Firth"),
    h("button", { class: "button icon menu-button", "aria-label": t("page.chapters"), "aria-expanded": "false", "aria-controls": "chapters", onClick: toggleMenu }, "☰"),
    h("nav", { id: "chapters", "aria-label": t("page.chapters") }, h("ol", { class: "chapters" }, links)),
    h("div", { class: "rail-end" },
      h("div", { class: "about-model" }, about.model ? [h("div", {}, t("page.model")), h("div", { class: "model-name" }, about.model.name), h("div", {}, about.model.summary)] : t("page.no_model")),
      h("div", { class: "settings" },
        h("button", { class: "button", lang: other === "zh" ? "zh-CN" : "en", onClick: () => { change({ lang: other }); redraw(); } }, names[other]),
        h("button", { class: "button icon", "aria-label": t(dark ? "page.light" : "page.dark"), onClick: () => { change({ theme: dark ? "light" : "dark" }); redraw(); } }, "◐"))));
}

function toggleMenu() {
  const open = !rail.hasAttribute("data-open");
  set(rail, { "data-open": open });
  set(rail.querySelector(".menu-button"), { "aria-expanded": String(open) });
}

/** What is below the stage: text, things to try, the same in code. */
function drawBelow(id, code) {
  const tries = t(`${id}.tries`);
  return h("div", { class: "below" },
    h("section", {}, h("h2", {}, t("page.explained")), t(`${id}.text`).map((text) => h("p", { class: "prose" }, text))),
    h("section", {}, h("h2", {}, t("page.try")), h("ul", { class: "tries" }, tries.map(({ text, values }) =>
      h("li", {}, h("a", { href: address(id, { ...lasting(), ...values }) }, text)))),
      h("h2", { style: { "margin-top": "var(--s5)" } }, t("page.code")), code));
}

/** The line of code that does what is shown, for the clipboard. */
function codeBox() {
  const text = h("code", {});
  const button = h("button", { class: "button copy", onClick: async () => {
    await navigator.clipboard.writeText(text.textContent);
    announce(t("page.copied"));
    show(button, t("page.copied"));
    setTimeout(() => show(button, t("page.copy")), 1500);
  } }, t("page.copy"));
  const lines = h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("page.code") }, text);
  return { element: h("div", { class: "code" }, lines, button), show: (lines) => { text.textContent = lines; } };
}

async function open({ focus = true } = {}) {
  const { chapter, values } = place();
  if (!about.chapters.includes(chapter)) {
    history.replaceState(null, "", address(about.chapters[0], values));
    dispatchEvent(new Event("popstate"));
    return;
  }
  mounted?.leave?.();
  mounted = null;
  calm();
  drawRail();
  rail.removeAttribute("data-open");
  const module = await import(`./chapters/${chapter}.js`);
  if (place().chapter !== chapter) return;
  const number = about.chapters.indexOf(chapter) + 1;
  document.title = `${t(`${chapter}.title`)} · Firth`;
  const stage = h("section", { class: "stage", id: "stage", "aria-label": t(`${chapter}.title`) });
  const code = codeBox();
  const next = about.chapters[number];
  show(main,
    h("div", { class: "chapter-number" }, String(number)),
    h("h1", { class: "chapter-title" }, t(`${chapter}.title`)),
    h("p", { class: "claim" }, t(`${chapter}.claim`)),
    stage,
    drawBelow(chapter, code.element),
    next ? h("p", { class: "next-chapter" }, h("a", { class: "button", href: address(next, lasting()) }, `${t(`${next}.title`)} →`)) : null);
  if (focus) { main.focus({ preventScroll: true }); scrollTo(0, 0); }
  if (!about.model && OF_A_MODEL.includes(chapter)) {
    show(stage, h("p", { class: "prose" }, t("page.train_one")), h("div", {}, h("a", { class: "button first", href: address("training", lasting()) }, `${t("training.title")} →`)));
    return;
  }
  mounted = module.mount(stage, { about, values, change, announce, fail, calm, refresh, code: code.show, t });
}

function redraw() {
  const { lang, theme } = place().values;
  setLanguage(lang ?? preferredLanguage());
  setTheme(theme);
  document.getElementById("skip").textContent = t("page.skip");
  return open({ focus: false });
}

let opened = null;
onMove(({ chapter, values }) => {
  setLanguage(values.lang ?? preferredLanguage());
  setTheme(values.theme);
  // Within a chapter its own update() is enough: the reader keeps what is on the screen.
  if (chapter === opened && mounted?.update) { drawRail(); mounted.update(values); } else open();
  opened = chapter;
});

addEventListener("unhandledrejection", (event) => { event.preventDefault(); fail(event.reason); });

try {
  const given = await get("explorer/about");
  Object.assign(about, given);
  setScale(given.colours);
} catch (error) {
  setLanguage(preferredLanguage());
  fail(error);
}
opened = place().chapter;
if (about.chapters.length) await redraw();
document.documentElement.dataset.ready = "true";
