// The text of the page: one file per language, changed without a reload.

import en from "./strings/en.js";
import zh from "./strings/zh.js";

const languages = { en, zh };
let language = "en";

export const names = { en: "English", zh: "中文" };
export const currentLanguage = () => language;

export function setLanguage(wanted) {
  language = wanted in languages ? wanted : "en";
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
}

/** What the reader's browser prefers, among the languages there are. */
export const preferredLanguage = () => (navigator.languages?.some((name) => /^zh\b/i.test(name)) && !navigator.language.startsWith("en") ? "zh" : "en");

/** A text by its name, such as "people.title"; {name} in it is replaced by values. */
export function t(name, values = {}) {
  const find = (texts) => name.split(".").reduce((part, key) => part?.[key], texts);
  const text = find(languages[language]) ?? find(en);
  if (text === undefined) throw new Error(`no text is called ${name}`);
  return typeof text === "string" ? text.replace(/\{(\w+)\}/g, (all, key) => values[key] ?? all) : text;
}
