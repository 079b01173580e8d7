// A field for one word that knows the vocabulary: words that begin so, or are spelled nearly so, are listed below it.

import { get } from "../api.js";
import { h, set, settled, show } from "../dom.js";

let count = 0;

/** What the server suggests: {words, near}. */
export async function suggestFromServer(prefix) {
  return get(`explorer/complete?prefix=${encodeURIComponent(prefix.slice(0, 100))}`);
}

/**
 * suggest(prefix): {words, near}, at once or as a promise. onPick(word): a word was chosen, or Enter pressed; onInput(text): while typing.
 * kind: "box" for a word in a row of words, "line" for one by itself. texts: {near}: the heading of words that are spelled nearly so.
 */
export function wordField({ label, value = "", placeholder = "", kind = "line", suggest = suggestFromServer, onPick, onInput = () => {}, onEmptyBackspace = null, texts = {} }) {
  const id = `wordfield-${(count += 1)}`;
  const list = h("ul", { class: "suggestions", id, role: "listbox", "aria-label": label, hidden: true });
  const input = h("input", { class: kind === "box" ? "word-input" : "line", type: "text", value, placeholder, role: "combobox", "aria-label": label, "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list", size: "1", autocomplete: "off", autocapitalize: "off", spellcheck: "false", maxlength: "100" });
  // In a box the field is as wide as its word: the cell around it holds the same text, unseen.
  const cell = h("span", { class: "field-cell" }, input);
  const element = h("div", { class: `wordfield in-${kind}` }, cell, list);
  let options = [];
  let chosen = -1;
  let newest = 0;
  let kept = value;

  const fit = () => cell.setAttribute("data-text", input.value || placeholder);
  const close = () => { newest += 1; list.hidden = true; chosen = -1; set(input, { "aria-expanded": "false", "aria-activedescendant": null }); };

  function mark(next) {
    chosen = next;
    options.forEach(({ item }, i) => item.setAttribute("aria-selected", String(i === chosen)));
    set(input, { "aria-activedescendant": chosen >= 0 ? options[chosen].item.id : null });
    if (chosen >= 0) options[chosen].item.scrollIntoView({ block: "nearest" });
  }

  function pick(word) {
    input.value = word;
    kept = word;
    fit();
    close();
    onPick(word);
  }

  const look = settled(async () => {
    const typed = input.value.trim();
    const mine = (newest += 1);
    if (!typed) { close(); return; }
    let found;
    try { found = await suggest(typed); } catch { return; } // the chapter reports what is wrong with its own request
    if (mine !== newest || document.activeElement !== input) return;
    const words = found.words.length ? found.words : found.near;
    if (!words.length || (words.length === 1 && words[0] === typed)) { close(); return; }
    options = words.map((word, i) => ({ word, item: h("li", { id: `${id}-${i}`, role: "option", "aria-selected": "false", onPointerdown: (event) => { event.preventDefault(); pick(word); } }, word) }));
    show(list, found.words.length ? null : h("li", { class: "hint", role: "presentation" }, texts.near ?? ""), options.map(({ item }) => item));
    list.hidden = false;
    chosen = -1;
    set(input, { "aria-expanded": "true", "aria-activedescendant": null });
  }, 60);

  input.addEventListener("input", () => { fit(); onInput(input.value); look(); });
  input.addEventListener("blur", () => { look.cancel(); close(); const typed = input.value.trim(); if (typed !== kept) { kept = typed; onPick(typed); } });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const open = !list.hidden;
    if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      mark((chosen + (event.key === "ArrowDown" ? 1 : -1) + options.length + (chosen < 0 && event.key === "ArrowUp" ? 1 : 0)) % options.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      look.cancel();
      pick(open && chosen >= 0 ? options[chosen].word : input.value.trim());
    } else if (event.key === "Escape" && open) { event.stopPropagation(); close(); }
    else if (event.key === "Backspace" && !input.value && onEmptyBackspace) { event.preventDefault(); onEmptyBackspace(); }
  });
  fit();
  return { element, input, set(next) { if (document.activeElement !== input) { input.value = next; kept = next; fit(); } }, get: () => input.value.trim() };
}
