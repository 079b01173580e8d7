// Words as points in a plane, with arrows and areas between them; both axes have the same scale.

import { h, s } from "../dom.js";
import { placeLabels, textWidth } from "./labels.js";

const FONT = 15;

/**
 * points: [{x, y, label, colour, hollow?, quiet?, onPick?}]; areas: [[[x, y], …]]; arrows: [{from: [x, y], to: [x, y], dashed?}].
 */
export function points({ label, points: given, areas = [], arrows = [], width = 520, height = 380 }) {
  // Text is as large on a phone: the drawing has fewer units there.
  const pad = { x: width > 400 ? 64 : 44, y: 34 };
  const [xs, ys] = [given.map(({ x }) => x), given.map(({ y }) => y)];
  const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const unit = Math.min((width - 2 * pad.x) / (x1 - x0 || 1), (height - 2 * pad.y) / (y1 - y0 || 1));
  const px = (x) => width / 2 + (x - (x0 + x1) / 2) * unit;
  const py = (y) => height / 2 - (y - (y0 + y1) / 2) * unit;
  const drawing = s("svg", { class: "plane still", viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": label });
  drawing.append(...areas.map((area) => s("polygon", { class: "area", points: area.map(([x, y]) => `${px(x)},${py(y)}`).join(" ") })), ...arrows.map(arrow));

  const around = (x, y, space) => ({ left: x - space, right: x + space, top: y - space, bottom: y + space });
  /** Boxes along an arrow, so that names keep off it. */
  function alongArrow({ from, to }) {
    const [ax, ay, bx, by] = [px(from[0]), py(from[1]), px(to[0]), py(to[1])];
    const steps = Math.max(Math.round(Math.hypot(bx - ax, by - ay) / 6), 1);
    return Array.from({ length: steps + 1 }, (_, i) => around(ax + ((bx - ax) * i) / steps, ay + ((by - ay) * i) / steps, 2));
  }

  function arrow({ from, to, dashed }) {
    const [ax, ay, bx, by] = [px(from[0]), py(from[1]), px(to[0]), py(to[1])];
    const angle = Math.atan2(by - ay, bx - ax);
    const at = (along, aside) => `${bx - along * Math.cos(angle) + aside * Math.sin(angle)},${by - along * Math.sin(angle) - aside * Math.cos(angle)}`;
    return s("g", { class: "link" }, s("line", { x1: ax, y1: ay, x2: bx - 14 * Math.cos(angle), y2: by - 14 * Math.sin(angle), "stroke-dasharray": dashed ? "5 5" : null }), s("path", { d: `M${at(7, 0)}L${at(18, 5)}L${at(18, -5)}Z` }));
  }

  const places = placeLabels(given.map(({ x, y, label: text }) => ({ x: px(x), y: py(y), width: textWidth(text, FONT) })), {
    height: FONT + 3, gap: 11, must: (i) => !given[i].quiet, bounds: { left: 0, right: width, top: 0, bottom: height },
    taken: [...given.map(({ x, y }) => around(px(x), py(y), 7)), ...arrows.flatMap(alongArrow)] });
  given.forEach((point, i) => {
    const dot = s("circle", { cx: px(point.x), cy: py(point.y), r: point.quiet ? 4.5 : 7, fill: point.hollow ? "var(--card)" : point.colour, stroke: point.colour, "stroke-width": point.hollow ? 3 : 0 });
    const place = places[i];
    const text = place ? s("text", { class: point.quiet ? "quiet" : "ink", x: place.x, y: place.y + 5, "text-anchor": place.anchor, "font-weight": point.quiet ? 400 : 600, style: { "font-size": `${FONT}px` } }, point.label) : null;
    const pick = point.onPick ? { class: "pick", tabindex: "0", role: "button", "aria-label": point.label, onClick: point.onPick, onKeydown(event) { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); point.onPick(); } } } : {};
    drawing.append(s("g", pick, s("title", {}, point.label), s("circle", { cx: px(point.x), cy: py(point.y), r: 14, fill: "transparent" }), dot, text));
  });
  return { element: h("div", {}, drawing) };
}
