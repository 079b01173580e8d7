// The state of the page is its address: #/chapter?name=value&name=value

const listeners = new Set();
let current = read();

function read() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  return { chapter: decodeURIComponent(path), values: Object.fromEntries(new URLSearchParams(query)) };
}

/** Where the page is: {chapter, values}. */
export const place = () => current;

export function address(chapter, values) {
  const kept = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const query = new URLSearchParams(kept.map(([name, value]) => [name, String(value)])).toString();
  return `#/${encodeURIComponent(chapter)}${query ? `?${query}` : ""}`;
}

/**
 * Change some values of the present chapter; null removes one.
 * replace: the last entry of the history is replaced, as while something is dragged.
 */
export function change(values, { replace = false } = {}) {
  current = { chapter: current.chapter, values: { ...current.values, ...values } };
  const next = address(current.chapter, current.values);
  if (next === location.hash) return;
  history[replace ? "replaceState" : "pushState"](null, "", next);
}

/** Call `listener` when the reader goes to another place: by a link, or back and forth. */
export const onMove = (listener) => listeners.add(listener);

for (const event of ["hashchange", "popstate"]) {
  addEventListener(event, () => {
    const next = read();
    if (JSON.stringify(next) === JSON.stringify(current)) return;
    current = next;
    for (const listener of listeners) listener(current);
  });
}
