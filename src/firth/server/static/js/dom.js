// Elements in one expression: h("p", {class: "hint"}, "text", h("b", {}, "more")).

const SVG = "http://www.w3.org/2000/svg";

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2).toLowerCase(), value);
    else if (name === "style") for (const [key, setting] of Object.entries(value)) element.style.setProperty(key, setting);
    else if (name === "value" || name === "checked") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** An HTML element. Text is always text: nothing that a user or a file says becomes markup. */
export const h = (tag, properties, ...children) => fill(document.createElement(tag), properties, children);

/** An SVG element. */
export const s = (tag, properties, ...children) => fill(document.createElementNS(SVG, tag), properties, children);

/** Replace all that is in an element. */
export const show = (element, ...children) => element.replaceChildren(...children.flat(Infinity).filter(Boolean));

/** Set attributes of an element that exists. */
export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : value);
  }
  return element;
}

/** Call `work` once, `milliseconds` after the last of several calls. */
export function settled(work, milliseconds = 150) {
  let timer;
  const later = (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...values), milliseconds);
  };
  later.cancel = () => clearTimeout(timer);
  return later;
}

export const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** An element flies from where another one is to its own place, because they are the same thing. */
export function fly(from, to, milliseconds = 350) {
  if (still() || !from?.isConnected || !to?.isConnected) return Promise.resolve();
  const [start, end] = [from.getBoundingClientRect(), to.getBoundingClientRect()];
  const flyer = to.cloneNode(true);
  flyer.classList.add("flying");
  flyer.setAttribute("aria-hidden", "true");
  Object.assign(flyer.style, { left: `${end.left}px`, top: `${end.top}px`, width: `${end.width}px` });
  document.body.append(flyer);
  to.style.visibility = "hidden";
  const moved = `translate(${start.left - end.left}px, ${start.top - end.top}px)`;
  const flight = flyer.animate([{ transform: moved }, { transform: "none" }], { duration: milliseconds, easing: "cubic-bezier(0.3, 0.1, 0.2, 1)" });
  const land = () => { flyer.remove(); to.style.visibility = ""; };
  return flight.finished.then(land, land);
}
