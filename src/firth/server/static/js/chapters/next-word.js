// 5. Next word: a telephone that suggests, the probabilities behind it, and the arithmetic behind those.

import { latest, post } from "../api.js";
import { counted, shown } from "../colours.js";
import { bars, wordBox } from "../components/controls.js";
import { scaleBar, strip } from "../components/strip.js";
import { h, settled, show } from "../dom.js";

const START = "thou shalt ";
const KEYS = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];

export function mount(stage, { values, change, fail, calm, announce, code, t }) {
  let text = values.text ?? START;

  const typed = h("textarea", { class: "phone-text", rows: "4", "aria-label": t("next-word.typed"), spellcheck: "false", autocapitalize: "off", onInput: () => type(typed.value) });
  const suggestions = h("div", { class: "phone-suggestions", role: "group", "aria-label": t("next-word.suggestions") });
  const key = (letter, label, width = 1) => h("button", { type: "button", class: "phone-key", tabindex: "-1", "aria-hidden": "true", style: { "flex-grow": String(width) }, onClick: () => press(letter) }, label ?? letter);
  const phone = h("div", { class: "phone" }, typed, suggestions,
    h("div", { class: "phone-keys" }, KEYS.map((row, i) => h("div", { class: "phone-row" }, [...row].map((letter) => key(letter)), i === 2 ? key("back", "⌫", 1.6) : null)), h("div", { class: "phone-row" }, key(",", ",", 1), key(" ", t("next-word.space"), 6), key(".", ".", 1))));
  const distribution = h("div", { class: "stack" });
  const stepsBox = h("div", { class: "stack" });

  function press(letter) {
    type(letter === "back" ? [...typed.value].slice(0, -1).join("") : typed.value + letter);
    typed.value = text;
  }

  function type(next) {
    text = next;
    change({ text }, { replace: true });
    soon();
  }

  async function take(word) {
    const answer = await post("explorer/next-words/accept", { text, word });
    text = answer.text;
    typed.value = text;
    change({ text });
    await predict();
    typed.focus();
    typed.setSelectionRange(text.length, text.length);
  }

  async function predict() {
    const answer = await latest("next-words", "explorer/next-words", { text });
    if (answer === null) return;
    calm();
    show(suggestions, answer.suggestions.map(({ word }, i) => h("button", { type: "button", class: i === 0 ? "phone-suggestion best" : "phone-suggestion", onClick: () => take(word).catch(fail) }, word)));
    show(distribution, h("h2", { class: "heading" }, t("next-word.distribution", { outcomes: counted(answer.outcomes) })),
      bars({ rows: [...answer.head.map(({ word, probability }) => ({ name: word, value: probability, element: wordBox(word, word.startsWith("<") ? {} : { onClick: () => take(word).catch(fail) }) })), { name: t("next-word.rest", { count: counted(answer.outcomes - answer.head.length) }), value: answer.rest }], format: (value) => `${(100 * value).toFixed(1)} %` }));
    announce(t("next-word.announced", { words: answer.suggestions.map(({ word }) => word).join(", ") }));
    code(`>>> model = firth.NgramModel().fit("text.txt")\n>>> model.next_words(${JSON.stringify(text.trim())}, 3)\n$ firth lm predict model.firth-lm ${JSON.stringify(text.trim())}`);
    await explain();
  }

  async function explain() {
    const answer = await latest("steps", "explorer/next-words/steps", { text, count: 5 });
    if (answer === null) return;
    const one = (title, content, cost) => h("section", { class: "card stack" }, h("h3", { class: "heading" }, title), content, h("p", { class: "hint" }, cost));
    const reading = h("div", { class: "reading" });
    const look = (label, vector) => (i) => { reading.textContent = i === null ? "" : `${label} ${i + 1}: ${shown(vector[i], 3)}`; };
    show(stepsBox, h("h2", { class: "heading" }, t("next-word.steps")),
      h("div", { class: "columns" },
        one(t("next-word.look_up"), h("div", { class: "stack" }, answer.history.map((word, i) => h("div", { class: "stack" }, wordBox(word), strip({ label: word, vector: answer.embeddings[i], limit: 1, thin: true, onCell: look(word, answer.embeddings[i]) }).element))), t("next-word.cost_look_up")),
        one(t("next-word.compute"), strip({ label: t("next-word.hidden"), vector: answer.hidden, limit: 1, onCell: look(t("next-word.hidden"), answer.hidden) }).element, t("next-word.cost", { count: counted(answer.multiplications[1]) })),
        one(t("next-word.project"), bars({ rows: answer.head.map(({ word, probability }) => ({ name: word, value: probability })), format: (value) => `${(100 * value).toFixed(1)} %` }), t("next-word.cost", { count: counted(answer.multiplications[2]) }))),
      h("div", { class: "row" }, scaleBar(1), reading));
  }
  const soon = settled(() => predict().catch(fail), 120);

  typed.value = text;
  show(stage, h("div", { class: "columns" }, phone, distribution), stepsBox);
  show(distribution, h("p", { class: "hint", role: "status" }, t("next-word.learning")));
  show(stepsBox, h("h2", { class: "heading" }, t("next-word.steps")), h("p", { class: "hint", role: "status" }, t("next-word.learning_steps")));
  predict().catch(fail);
  return { update(next) { text = next.text ?? START; typed.value = text; predict().catch(fail); }, leave: () => soon.cancel() };
}
