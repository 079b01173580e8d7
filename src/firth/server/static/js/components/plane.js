// A plane with vectors from the origin, or points with names; tips that may be dragged, also by arrow keys.

import { h, s, set } from "../dom.js";

/**
 * low, high: the range of both axes. size: of the drawing, in its own units.
 * arrows: [{id, x, y, label, colour, movable}]; onMove(id, x, y, done): the reader drags a tip.
 */
export function plane({ low = -1, high = 1, size = 420, label, axes = ["", ""], arrows, onMove = null, snap = 0.01 }) {
  const pad = 34;
  const unit = (size - 2 * pad) / (high - low);
  const px = (x) => pad + (x - low) * unit;
  const py = (y) => size - pad - (y - low) * unit;
  const limit = (value) => Math.min(Math.max(Math.round(value / snap) * snap, low), high);
  const drawing = s("svg", { class: "plane", viewBox: `0 0 ${size} ${size}`, role: "group", "aria-label": label });
  const ticks = [low, (low + high) / 2, high];
  drawing.append(
    ...ticks.flatMap((at) => [s("line", { class: "grid", x1: px(at), x2: px(at), y1: py(low), y2: py(high) }), s("line", { class: "grid", x1: px(low), x2: px(high), y1: py(at), y2: py(at) })]),
    s("line", { class: "axis", x1: px(low), x2: px(high), y1: py(0), y2: py(0) }),
    s("line", { class: "axis", x1: px(0), x2: px(0), y1: py(low), y2: py(high) }),
    s("text", { class: "quiet", x: px(high), y: py(0) + 18, "text-anchor": "end" }, axes[0]),
    s("text", { class: "quiet", x: px(0) + 6, y: py(high) - 8 }, axes[1]));

  const shapes = new Map();
  for (const arrow of arrows) {
    const stroke = arrow.colour ?? "var(--accent)";
    const line = s("line", { stroke, "stroke-width": 3, "stroke-linecap": "round" });
    const head = s("path", { fill: stroke });
    const grip = s("circle", { r: 15, fill: "transparent" });
    const text = s("text", { class: "ink", "font-weight": 600 }, arrow.label);
    const group = s("g", arrow.movable ? { class: "handle", tabindex: "0", role: "slider", "aria-label": arrow.label, "aria-valuemin": low, "aria-valuemax": high } : {}, line, head, grip, text);
    drawing.append(group);
    shapes.set(arrow.id, { line, head, grip, text, group });
    if (arrow.movable) makeMovable(arrow, group);
  }

  function makeMovable(arrow, group) {
    const report = (x, y, done) => { Object.assign(arrow, { x: limit(x), y: limit(y) }); draw(arrow); onMove?.(arrow.id, arrow.x, arrow.y, done); };
    const where = (event) => {
      const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(drawing.getScreenCTM().inverse());
      return [(point.x - pad) / unit + low, (size - pad - point.y) / unit + low];
    };
    group.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      group.focus();
      group.setPointerCapture(event.pointerId);
      const move = (moved) => report(...where(moved), false);
      const end = (ended) => { group.removeEventListener("pointermove", move); report(...where(ended), true); };
      group.addEventListener("pointermove", move);
      group.addEventListener("pointerup", end, { once: true });
    });
    group.addEventListener("keydown", (event) => {
      const step = event.shiftKey ? 0.1 : 0.02;
      const by = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] }[event.key];
      if (!by) return;
      event.preventDefault();
      report(arrow.x + by[0], arrow.y + by[1], true);
    });
  }

  function draw({ id, x, y, label: name, movable }) {
    const { line, head, grip, text, group } = shapes.get(id);
    const angle = Math.atan2(py(y) - py(0), px(x) - px(0));
    const at = (along, aside) => `${px(x) - along * Math.cos(angle) + aside * Math.sin(angle)},${py(y) - along * Math.sin(angle) - aside * Math.cos(angle)}`;
    set(line, { x1: px(0), y1: py(0), x2: px(x) - 8 * Math.cos(angle), y2: py(y) - 8 * Math.sin(angle) });
    set(head, { d: `M${at(0, 0)}L${at(13, 6)}L${at(13, -6)}Z` });
    set(grip, { cx: px(x), cy: py(y) });
    const left = Math.cos(angle) < -0.3;
    set(text, { x: px(x) + (left ? -8 : 8), y: py(y) + (Math.sin(angle) > 0 ? 18 : -8), "text-anchor": left ? "end" : "start" });
    if (movable) set(group, { "aria-valuenow": x.toFixed(2), "aria-valuetext": `${name}: ${x.toFixed(2)}, ${y.toFixed(2)}` });
  }

  for (const arrow of arrows) draw(arrow);
  return { element: h("div", {}, drawing), update(next) { for (const one of next) { const arrow = arrows.find(({ id }) => id === one.id); Object.assign(arrow, one); draw(arrow); } } };
}
