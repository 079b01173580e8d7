// Words that the model does not have, and what may have been meant.

import { h, show } from "../dom.js";
import { wordBox } from "./controls.js";

/** texts: {unknown: "… {word} …", near: "Did you mean"}; onCorrect(word, other): the reader takes another word. */
export function missing({ t, onCorrect }) {
  const element = h("div", { class: "stack missing", role: "status" });
  return {
    element,
    show(unknown) {
      element.hidden = !unknown.length;
      show(element, unknown.map(({ word, near }) => h("div", { class: "row" }, h("span", {}, t("page.unknown", { word })), near.length ? [h("span", { class: "hint" }, t("page.did_you_mean")), near.map((other) => wordBox(other, { onClick: () => onCorrect(word, other) }))] : null)));
    },
  };
}
