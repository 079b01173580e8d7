// A small map of words that move while they learn.

import { h, s, set } from "../dom.js";

const [WIDTH, HEIGHT, PAD] = [480, 360, 30];
const CALM = 0.08; // of the way to the best fit, in each frame, so that the map does not breathe

/** label: what is read out; draw([{word, x, y, watched}]). */
export function movingMap({ label }) {
  const drawing = s("svg", { class: "plane", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label });
  const shapes = new Map();
  let view = null;

  function fit(points) {
    const middle = (values) => (Math.min(...values) + Math.max(...values)) / 2;
    const spread = (values) => Math.max(Math.max(...values) - Math.min(...values), 1e-6);
    const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
    const best = { x: middle(xs), y: middle(ys), scale: Math.min((WIDTH - 3 * PAD) / spread(xs), (HEIGHT - 2 * PAD) / spread(ys)) };
    const share = view && best.scale > view.scale ? CALM : 1; // growing is done at once: nothing leaves the picture
    view = view ? Object.fromEntries(Object.keys(best).map((name) => [name, view[name] + (best[name] - view[name]) * share])) : best;
  }

  function shape(word) {
    const group = s("g", { class: "moving" }, s("circle", { r: 4 }), s("text", { x: 7, y: 4 }, word));
    drawing.append(group);
    return group;
  }

  function draw(points) {
    if (!points.length) return;
    const words = new Set(points.map(({ word }) => word));
    for (const [word, group] of shapes) if (!words.has(word)) { group.remove(); shapes.delete(word); }
    fit(points);
    for (const { word, x, y, watched } of points) {
      if (!shapes.has(word)) shapes.set(word, shape(word));
      const px = WIDTH / 2 + (x - view.x) * view.scale;
      const py = HEIGHT / 2 - (y - view.y) * view.scale;
      const group = set(shapes.get(word), { class: watched ? "moving watched" : "moving" });
      group.style.transform = `translate(${px.toFixed(1)}px, ${py.toFixed(1)}px)`;
      set(group.lastChild, { "text-anchor": px > WIDTH * 0.8 ? "end" : "start", x: px > WIDTH * 0.8 ? -7 : 7 });
      if (watched) drawing.append(group);
    }
  }
  return { element: h("div", {}, drawing), draw, clear() { shapes.clear(); drawing.replaceChildren(); view = null; } };
}
