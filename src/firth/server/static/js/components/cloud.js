// Very many words as points on a canvas: zoom, pan, look, lasso. Two layers: points with names, and what the reader points at.

import { h, settled, still } from "../dom.js";
import { crowdPainter } from "./crowd.js";
import { placeLabels } from "./labels.js";

const FONT = 13;
const LABELLED = 320; // of the words that can be seen, the first so many may have a name
const CROWD = 2500; // points in view that are drawn as pixels
const REACH = 18; // pixels from a pointer to a word
const ZOOM = { least: 0.3, most: 400 };

const ink = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const inside = (x, y, corners) => {
  let odd = false;
  for (let i = 0, j = corners.length - 1; i < corners.length; j = i, i += 1) {
    const [[ax, ay], [bx, by]] = [corners[i], corners[j]];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd;
  }
  return odd;
};

/**
 * texts: {label, keys}. onLook(index or null): the reader points at a word. onPick(index): clicks it.
 * onLasso(indices): has drawn round words. onView({x, y, zoom}): has moved; 0, 0, 1 shows all, x and y are in widths of the map.
 */
export function cloud({ texts, onLook, onPick, onLasso, onView }) {
  const base = h("canvas", { "aria-hidden": "true" });
  const over = h("canvas", { tabindex: "0", role: "application", "aria-label": texts.label, "aria-description": texts.keys });
  const element = h("div", { class: "cloud" }, base, over);
  const widths = new Map();
  const paintCrowd = crowdPainter();
  let shown = { x: new Float32Array(0), y: new Float32Array(0), seen: new Int32Array(0), count: 0 }; // pixels; which are in view
  let names = []; // as they were placed when the map was last at rest: {index, dx, dy, anchor}
  let flight = 0; // the frame of a flight that is under way
  let [width, height, density] = [0, 0, 1];
  let data = { xy: new Float32Array(0), words: [], groups: new Uint8Array(0), palette: [], equal: true, axes: null };
  let bounds = { x: 0, y: 0, sx: 1, sy: 1 };
  let view = { x: 0, y: 0, zoom: 1 }; // the middle in pixels at zoom 1
  let wanted = view; // the same in widths of the map, which any window can show
  let marks = { focus: null, near: [], chosen: [] };
  let lassoing = false;
  let line = null; // corners of the lasso in pixels
  let morph = null; // positions that points come from, and when
  let frame = 0;

  // ------------------------------------------------------------------ places

  const sx = (i, xy = data.xy) => width / 2 + ((xy[2 * i] - bounds.x) * bounds.sx - view.x) * view.zoom;
  const sy = (i, xy = data.xy) => height / 2 - ((xy[2 * i + 1] - bounds.y) * bounds.sy - view.y) * view.zoom;

  /** From where to where most points are: a few that are far from all others do not make the rest small. */
  function range(first) {
    const sorted = data.xy.filter((_, i) => i % 2 === first).sort();
    const at = (share) => sorted[Math.round(share * (sorted.length - 1))];
    const far = 0.4 * (at(0.98) - at(0.02));
    return [Math.max(sorted[0], at(0.02) - far), Math.min(sorted.at(-1), at(0.98) + far)];
  }

  function fitBounds() {
    if (!data.xy.length || !width) return;
    const [[x0, x1], [y0, y1]] = [range(0), range(1)];
    const unit = [(width * 0.9) / (x1 - x0 || 1), (height * 0.9) / (y1 - y0 || 1)];
    const both = Math.min(...unit);
    bounds = { x: (x0 + x1) / 2, y: (y0 + y1) / 2, sx: data.equal ? both : unit[0], sy: data.equal ? both : unit[1] };
  }

  function wordAt(px, py, reach = REACH) {
    let [best, nearest] = [null, reach * reach];
    for (let i = 0; i < data.words.length; i += 1) {
      const [dx, dy] = [sx(i) - px, sy(i) - py];
      const distance = dx * dx + dy * dy;
      if (distance < nearest) [best, nearest] = [i, distance];
    }
    return best;
  }

  // ------------------------------------------------------------------ drawing

  function redraw() { if (!frame) frame = requestAnimationFrame(() => { frame = 0; drawBase(); drawOver(); }); }

  /** Where each point is on the screen, and which ones are in view: in arrays that are kept from frame to frame. */
  function project(eased) {
    const { xy, words } = data;
    if (shown.x.length !== words.length) shown = { x: new Float32Array(words.length), y: new Float32Array(words.length), seen: new Int32Array(words.length), count: 0 };
    const { x, y, seen } = shown;
    const [kx, ky] = [bounds.sx * view.zoom, bounds.sy * view.zoom];
    const [left, top] = [width / 2 - bounds.x * kx - view.x * view.zoom, height / 2 + bounds.y * ky + view.y * view.zoom];
    const from = morph?.from;
    let count = 0; // below, pairs in brackets would be garbage for every point
    for (let i = 0; i < words.length; i += 1) {
      let px = xy[2 * i];
      let py = xy[2 * i + 1];
      if (from) {
        px = from[2 * i] + (px - from[2 * i]) * eased;
        py = from[2 * i + 1] + (py - from[2 * i + 1]) * eased;
      }
      px = left + px * kx;
      py = top - py * ky;
      x[i] = px;
      y[i] = py;
      if (px > -4 && px < width + 4 && py > -4 && py < height + 4) { seen[count] = i; count += 1; }
    }
    shown.count = count;
  }

  function drawBase() {
    const context = base.getContext("2d");
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, width, height);
    const part = morph ? Math.min((performance.now() - morph.begun) / 600, 1) : 1;
    project(part * part * (3 - 2 * part));
    const { x, y, count } = shown;
    const { groups, palette, words } = data;
    const seen = shown.seen.subarray(0, count);
    const radius = Math.min(Math.max((words.length > 8000 ? 1 : 1.5) * view.zoom ** 0.35, 1), 4.5);
    if (count > CROWD) paintCrowd(context, { x, y, seen, groups, palette, density, side: Math.max(Math.round(2 * radius * density), 1) });
    drawAxes(context);
    for (let group = count > CROWD ? -1 : palette.length - 1; group >= 0; group -= 1) {
      context.fillStyle = palette[group].colour;
      context.globalAlpha = palette[group].alpha ?? 0.8;
      for (const i of seen) {
        if (groups[i] !== group) continue;
        if (radius < 2.2) context.fillRect(x[i] - radius, y[i] - radius, 2 * radius, 2 * radius);
        else { context.beginPath(); context.arc(x[i], y[i], radius, 0, 7); context.fill(); }
      }
    }
    context.globalAlpha = 1;
    if (part < 1) { redraw(); return; }
    morph = null;
    if (!flight) placeNames(seen, radius);
    drawNames(context);
  }

  function drawAxes(context) {
    if (!data.axes) return;
    context.strokeStyle = ink("--line");
    context.lineWidth = 1;
    const [zeroX, zeroY] = [width / 2 + (-bounds.x * bounds.sx - view.x) * view.zoom, height / 2 - (-bounds.y * bounds.sy - view.y) * view.zoom];
    context.beginPath();
    context.moveTo(zeroX, 0); context.lineTo(zeroX, height); context.moveTo(0, zeroY); context.lineTo(width, zeroY);
    context.stroke();
  }

  function nameWidth(word) {
    if (!widths.has(word)) widths.set(word, base.getContext("2d").measureText(word).width);
    return widths.get(word);
  }

  /** Which points have a name, and on which side of the point it is. */
  function placeNames(seen, radius) {
    base.getContext("2d").font = `${FONT}px ${ink("--sans")}`;
    const some = [];
    for (let k = 0; k < seen.length && some.length < LABELLED; k += 1) if (seen.length <= LABELLED || /[\p{L}\p{N}]/u.test(data.words[seen[k]])) some.push(seen[k]); // of a crowd, words rather than signs
    const wanted = some.map((i) => ({ x: shown.x[i], y: shown.y[i], width: nameWidth(data.words[i]) + 2 }));
    const edge = data.axes ? 26 : 2;
    const places = placeLabels(wanted, { height: FONT + 5, gap: radius + 3, bounds: { left: edge, right: width - 2, top: 2, bottom: height - edge } });
    names = places.flatMap((place, k) => (place ? [{ index: some[k], dx: place.x - wanted[k].x, dy: place.y - wanted[k].y, anchor: place.anchor }] : []));
  }

  function drawNames(context) {
    context.font = `${FONT}px ${ink("--sans")}`;
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.strokeStyle = ink("--card");
    context.fillStyle = ink("--ink");
    for (const { index, dx, dy, anchor } of names) {
      const [x, y] = [shown.x[index] + dx, shown.y[index] + dy];
      if (x > -100 && x < width + 100 && y > -20 && y < height + 20) write(context, data.words[index], { x, y, anchor });
    }
    if (!data.axes) return;
    const [left, right, low, high] = data.axes;
    context.font = `600 ${FONT}px ${ink("--sans")}`;
    context.fillStyle = ink("--quiet");
    for (const [text, x, y, anchor] of [[`← ${left}`, 26, height - 12, "start"], [`${right} →`, width - 10, height - 12, "end"]]) write(context, text, { x, y, anchor });
    for (const [text, y, anchor] of [[`← ${low}`, height - 26, "start"], [`${high} →`, 10, "end"]]) {
      context.save();
      context.translate(12, y);
      context.rotate(-Math.PI / 2);
      write(context, text, { x: 0, y: 0, anchor });
      context.restore();
    }
  }

  function write(context, text, { x, y, anchor }) {
    context.textAlign = { start: "left", end: "right", middle: "center" }[anchor];
    context.lineWidth = 3.5;
    context.strokeText(text, x, y);
    context.fillText(text, x, y);
  }

  function drawOver() {
    const context = over.getContext("2d");
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, width, height);
    element.classList.toggle("pointed", marks.focus !== null && !line);
    if (morph) return;
    const accent = ink("--accent");
    const dot = (i, radius) => { context.beginPath(); context.arc(sx(i), sy(i), radius, 0, 7); context.fill(); };
    context.fillStyle = accent;
    for (const i of marks.chosen) dot(i, 3.5);
    if (line) {
      context.beginPath();
      line.forEach(([x, y], k) => (k ? context.lineTo(x, y) : context.moveTo(x, y)));
      context.closePath();
      context.globalAlpha = 0.12;
      context.fill();
      context.globalAlpha = 1;
      context.strokeStyle = accent;
      context.lineWidth = 1.5;
      context.stroke();
    }
    const { focus, near } = marks;
    if (focus === null || focus >= data.words.length) return;
    const there = near.filter(({ index }) => index < data.words.length);
    context.strokeStyle = accent;
    context.lineWidth = 1.25;
    for (const { index, similarity } of there) {
      context.globalAlpha = Math.min(Math.max(similarity, 0.15), 1) * 0.8;
      context.beginPath();
      context.moveTo(sx(focus), sy(focus));
      context.lineTo(sx(index), sy(index));
      context.stroke();
    }
    context.globalAlpha = 1;
    there.forEach(({ index }) => dot(index, 4));
    dot(focus, 6);
    context.font = `600 ${FONT + 1}px ${ink("--sans")}`;
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.strokeStyle = ink("--card");
    const inks = [accent, ink("--ink")];
    const named = [focus, ...there.map(({ index }) => index)];
    const wanted = named.map((i) => ({ x: sx(i), y: sy(i), width: context.measureText(data.words[i]).width + 4 }));
    const places = placeLabels(wanted, { height: FONT + 5, gap: 9, must: (k) => k === 0, bounds: { left: 0, right: width, top: 0, bottom: height } });
    places.forEach((place, k) => { if (!place) return; context.fillStyle = inks[k ? 1 : 0]; write(context, data.words[named[k]], place); });
  }

  // ------------------------------------------------------------------ moving

  const tellView = settled(() => onView(wanted), 250);

  function moveTo(next) {
    view = { x: next.x, y: next.y, zoom: Math.min(Math.max(next.zoom, ZOOM.least), ZOOM.most) };
    wanted = { x: view.x / width, y: view.y / width, zoom: view.zoom };
    redraw();
    tellView();
  }

  /** Zoom so that what is under a pixel stays there. */
  function zoomAt(factor, px = width / 2, py = height / 2) {
    const zoom = Math.min(Math.max(view.zoom * factor, ZOOM.least), ZOOM.most);
    const [dx, dy] = [px - width / 2, height / 2 - py];
    moveTo({ x: view.x + dx / view.zoom - dx / zoom, y: view.y + dy / view.zoom - dy / zoom, zoom });
  }

  const land = () => { cancelAnimationFrame(flight); flight = 0; };

  /** Glide there. Names keep their side of the point until the map rests: placing them takes as long as all points. */
  function flyTo(next) {
    land();
    if (still()) { moveTo(next); return; }
    const [from, begun] = [{ ...view }, performance.now()];
    const step = () => {
      const part = Math.min((performance.now() - begun) / 600, 1);
      const eased = part * part * (3 - 2 * part);
      flight = part < 1 ? requestAnimationFrame(step) : 0;
      moveTo({ x: from.x + (next.x - from.x) * eased, y: from.y + (next.y - from.y) * eased, zoom: from.zoom * (next.zoom / from.zoom) ** eased });
    };
    step();
  }

  const fingers = new Map();
  let pinch = null;
  let moved = 0;
  const spot = (event) => { const box = over.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };

  over.addEventListener("pointerdown", (event) => {
    land();
    over.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, spot(event));
    moved = 0;
    pinch = null;
    if ((lassoing || event.shiftKey) && fingers.size === 1) line = [spot(event)];
    else line = null;
  });
  over.addEventListener("pointermove", (event) => {
    const at = spot(event);
    if (!fingers.has(event.pointerId)) { look(wordAt(...at)); return; }
    const before = fingers.get(event.pointerId);
    fingers.set(event.pointerId, at);
    moved += Math.hypot(at[0] - before[0], at[1] - before[1]);
    if (line) { line.push(at); drawOver(); return; }
    if (fingers.size === 2) {
      const [a, b] = [...fingers.values()];
      const now = { gap: Math.hypot(a[0] - b[0], a[1] - b[1]), x: (a[0] + b[0]) / 2, y: (a[1] + b[1]) / 2 };
      if (pinch) { moveTo({ ...view, x: view.x - (now.x - pinch.x) / view.zoom, y: view.y + (now.y - pinch.y) / view.zoom }); zoomAt(now.gap / pinch.gap, now.x, now.y); }
      pinch = now;
    } else if (moved > 3) moveTo({ ...view, x: view.x - (at[0] - before[0]) / view.zoom, y: view.y + (at[1] - before[1]) / view.zoom });
  });
  const release = (event) => {
    if (!fingers.delete(event.pointerId)) return;
    pinch = null;
    const corners = line;
    line = null;
    if (corners && corners.length > 3) {
      const found = [];
      for (let i = 0; i < data.words.length; i += 1) if (inside(sx(i), sy(i), corners)) found.push(i);
      onLasso(found);
    } else if (event.type === "pointerup" && moved <= 3) onPick(wordAt(...spot(event), event.pointerType === "touch" ? 28 : REACH));
    redraw();
  };
  over.addEventListener("pointerup", release);
  over.addEventListener("pointercancel", release);
  over.addEventListener("pointerleave", () => { if (!fingers.size) look(null); });
  over.addEventListener("wheel", (event) => { event.preventDefault(); land(); zoomAt(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0018)), ...spot(event)); }, { passive: false });
  over.addEventListener("dblclick", (event) => zoomAt(2, ...spot(event)));
  over.addEventListener("keydown", (event) => {
    const step = 0.12 / view.zoom;
    const by = { ArrowLeft: [-step * width, 0], ArrowRight: [step * width, 0], ArrowUp: [0, step * height], ArrowDown: [0, -step * height] }[event.key];
    if (by || "+=-".includes(event.key)) land();
    if (by) moveTo({ ...view, x: view.x + by[0], y: view.y + by[1] });
    else if (event.key === "+" || event.key === "=") zoomAt(1.5);
    else if (event.key === "-") zoomAt(1 / 1.5);
    else if (event.key === "0") flyTo({ x: 0, y: 0, zoom: 1 });
    else if (event.key === "Enter") { event.preventDefault(); onPick(wordAt(width / 2, height / 2, width)); return; } else return;
    event.preventDefault();
    look(wordAt(width / 2, height / 2, width)); // with the keyboard the middle is what is pointed at
  });

  let looked = null;
  function look(index) {
    if (index === looked) return;
    looked = index;
    over.style.setProperty("cursor", index === null ? (lassoing ? "crosshair" : "grab") : "pointer");
    onLook(index);
  }

  const observer = new ResizeObserver(() => {
    const box = element.getBoundingClientRect();
    if (!box.width || (box.width === width && box.height === height && devicePixelRatio === density)) return;
    [width, height, density] = [box.width, box.height, devicePixelRatio];
    for (const canvas of [base, over]) [canvas.width, canvas.height] = [Math.round(width * density), Math.round(height * density)];
    fitBounds();
    view = { x: wanted.x * width, y: wanted.y * width, zoom: wanted.zoom };
    redraw();
  });
  observer.observe(element);

  return {
    element,
    /** New points, words or colours; points that only moved glide to their new places. */
    setData(next) {
      const before = data;
      data = { ...data, ...next };
      const glides = next.xy && before.words === data.words && before.xy.length === next.xy.length && before.xy !== next.xy && !still();
      const old = bounds;
      if (next.words) { land(); names = []; }
      if (next.xy) fitBounds();
      if (glides) {
        // The old places in the new bounds, so that both are seen through one window.
        const from = new Float32Array(before.xy.length);
        for (let i = 0; i < from.length; i += 2) {
          from[i] = ((before.xy[i] - old.x) * old.sx) / bounds.sx + bounds.x;
          from[i + 1] = ((before.xy[i + 1] - old.y) * old.sy) / bounds.sy + bounds.y;
        }
        morph = { from, begun: performance.now() };
      }
      redraw();
    },
    setMarks(next) { marks = { ...marks, ...next }; if (!frame) drawOver(); },
    setLasso(on) { lassoing = on; over.style.setProperty("cursor", on ? "crosshair" : "grab"); },
    setView(next) { land(); wanted = next; view = { x: next.x * width, y: next.y * width, zoom: next.zoom }; redraw(); },
    zoom: (factor) => { land(); zoomAt(factor); },
    fit: () => flyTo({ x: 0, y: 0, zoom: 1 }),
    /** Bring a word into the middle, near enough to read what is around it. */
    goTo(index) { flyTo({ x: (data.xy[2 * index] - bounds.x) * bounds.sx, y: (data.xy[2 * index + 1] - bounds.y) * bounds.sy, zoom: Math.max(view.zoom, data.words.length > 2000 ? 8 : 3) }); },
    inView() { const found = []; for (let i = 0; i < data.words.length; i += 1) if (sx(i) >= 0 && sx(i) <= width && sy(i) >= 0 && sy(i) <= height) found.push(i); return found; },
    /** Where a word is, in pixels of the map. */
    where: (index) => [sx(index), sy(index)],
    leave() { observer.disconnect(); tellView.cancel(); land(); cancelAnimationFrame(frame); },
  };
}
