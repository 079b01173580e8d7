// Which text to train on: the built-in one, one that is pasted, or a file.

import { get, send } from "../api.js";
import { counted } from "../colours.js";
import { choice } from "./controls.js";
import { h, show } from "../dom.js";

const LARGEST = 64 * 1024 * 1024;
const LONGEST = 300000;

/** onChange(kind): the reader has chosen another kind: "built-in", "paste" or "file". */
export function textSource({ value = "built-in", onChange = () => {}, fail, calm, announce, t }) {
  let sent = null;
  let builtIn = null;
  const area = h("div", {});
  const pasted = h("textarea", { class: "line", rows: "5", maxlength: String(LONGEST), "aria-label": t("training.source.paste"), placeholder: t("training.source.placeholder"), spellcheck: "false" });
  const fileName = h("span", { class: "hint", role: "status" });
  const input = h("input", { type: "file", class: "unseen", accept: ".txt,.text,.md,text/*", onChange: () => upload(input.files[0]).catch((error) => { fileName.textContent = ""; fail(error); }) });
  const picker = h("div", { class: "row" }, h("label", { class: "button file-button" }, t("training.source.choose"), input), fileName);
  const hint = h("p", { class: "hint" });
  const kinds = choice({ label: t("training.source.label"), value, options: ["built-in", "paste", "file"].map((kind) => ({ value: kind, text: t(`training.source.${kind}`) })), onChange(next) { value = next; draw(); onChange(next); } });

  async function upload(file) {
    if (!file) return;
    if (file.size > LARGEST) throw new Error(t("training.source.too_large"));
    fileName.textContent = t("training.source.sending", { name: file.name });
    sent = await send(`explorer/texts?name=${encodeURIComponent(file.name.slice(0, 200))}`, file);
    calm();
    fileName.textContent = t("training.source.sent", { name: sent.name, bytes: counted(sent.bytes) });
    announce(fileName.textContent);
  }

  function draw() {
    if (value === "paste") show(area, pasted, h("p", { class: "hint" }, t("training.source.lines")));
    else if (value === "file") show(area, picker, h("p", { class: "hint" }, t("training.source.lines")));
    else show(area, hint);
  }

  const ready = get("explorer/texts/built-in").then((found) => {
    builtIn = found;
    hint.textContent = t("training.source.about", { name: found.name });
    return found;
  });
  draw();
  return {
    element: h("div", { class: "stack" }, kinds.element, area),
    ready,
    watched: () => (value === "built-in" ? builtIn?.watched ?? [] : []),
    /** What a training is begun with. */
    source() {
      if (value === "paste") return { text: pasted.value };
      if (value === "built-in") return {};
      if (!sent) throw new Error(t("training.source.none"));
      return { file: sent.id };
    },
    get kind() { return value; },
  };
}
