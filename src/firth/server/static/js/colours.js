// Colours of numbers: the scale of firth.colours, whose anchors the server sends.

let scale = { diverging: ["#2166ac", "#92c5de", "#ffffff", "#f4a582", "#b2182b"], strong: 0.7, dark_ink: "#1f2328", light_ink: "#ffffff" };

export const setScale = (given) => { scale = given; };

const channels = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

/** Blue at -limit and below, white at 0, red at limit and above; grey where there is no number. */
export function colourOf(value, limit) {
  if (value === null || Number.isNaN(value)) return "#808080";
  const anchors = scale.diverging;
  const position = ((Math.min(Math.max(value / limit, -1), 1) + 1) * (anchors.length - 1)) / 2;
  const first = Math.min(Math.trunc(position), anchors.length - 2);
  const [low, high] = [channels(anchors[first]), channels(anchors[first + 1])];
  return `#${low.map((from, i) => Math.round(from + (high[i] - from) * (position - first)).toString(16).padStart(2, "0")).join("")}`;
}

/** The colour of text on colourOf(value, limit). */
export const inkOn = (value, limit) => (Math.abs(value) > scale.strong * limit ? scale.light_ink : scale.dark_ink);

export const groupColour = (number) => `var(--group-${number % 8})`;

/** A number as it is shown: two decimals, with a true minus sign. */
export function shown(value, digits = 2) {
  if (value === null || value === undefined) return "–";
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

/** A whole number with separators. */
export const counted = (value) => Math.round(value).toLocaleString("en");
