// Lines over time: the loss of a training while it runs.

import { groupColour, shown } from "../colours.js";
import { h, s, show } from "../dom.js";

/** series: [{name, points: [[x, y], …]}]; both axes fit what there is. */
export function chart({ label, width = 560, height = 220, xLabel = "", digits = 2 }) {
  const pad = { left: 52, right: 12, top: 12, bottom: 32 };
  const drawing = s("svg", { class: "plane", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
  const legend = h("div", { class: "row hint" });

  function draw(series) {
    const points = series.flatMap((one) => one.points);
    if (!points.length) { drawing.replaceChildren(); show(legend); return; }
    const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
    const [x0, x1] = [Math.min(...xs), Math.max(...xs)];
    const [low, high] = [Math.min(...ys), Math.max(...ys)];
    const margin = (high - low || Math.abs(high) || 1) * 0.08;
    const px = (x) => pad.left + ((x - x0) / (x1 - x0 || 1)) * (width - pad.left - pad.right);
    const py = (y) => height - pad.bottom - ((y - low + margin) / (high - low + 2 * margin)) * (height - pad.top - pad.bottom);
    const marks = [low, (low + high) / 2, high];
    drawing.replaceChildren(
      ...marks.flatMap((y) => [s("line", { class: "grid", x1: pad.left, x2: width - pad.right, y1: py(y), y2: py(y) }), s("text", { class: "quiet", x: pad.left - 8, y: py(y) + 4, "text-anchor": "end" }, shown(y, digits))]),
      s("text", { class: "quiet", x: width - pad.right, y: height - 8, "text-anchor": "end" }, xLabel),
      ...series.map((one, i) => s("polyline", { fill: "none", stroke: series.length === 1 ? "var(--accent)" : groupColour(i), "stroke-width": 2.5, "stroke-linejoin": "round", points: one.points.map(([x, y]) => `${px(x).toFixed(1)},${py(y).toFixed(1)}`).join(" ") })),
      ...series.filter((one) => one.points.length).map((one, i) => s("circle", { r: 4, fill: series.length === 1 ? "var(--accent)" : groupColour(i), cx: px(one.points.at(-1)[0]), cy: py(one.points.at(-1)[1]) })));
    const last = series.map((one) => `${one.name} ${shown(one.points.at(-1)?.[1], digits)}`).join(", ");
    drawing.setAttribute("aria-label", `${label}: ${last}`);
    show(legend, series.length > 1 ? series.map((one, i) => h("span", {}, h("span", { "aria-hidden": "true", style: { color: groupColour(i) } }, "● "), one.name)) : null);
  }
  return { element: h("div", { class: "stack" }, drawing, legend), draw };
}
