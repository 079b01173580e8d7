// Names next to points, so that no two overlap.

const wide = /[\u1100-\u9fff\uac00-\ud7ff\uff00-\uffef]/;

/** About how wide a text is, in the unit of its size. */
export const textWidth = (text, size) => [...text].reduce((sum, character) => sum + (wide.test(character) ? 1 : 0.63), 0) * size;

const overlap = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/**
 * Find where labels go: [{x, y, width}], the most important first, each next to its point.
 * taken: boxes that stay free. Returns for each {x, y, anchor} or null where there is no space.
 */
export function placeLabels(wanted, { height, gap = 8, taken = [], bounds = null, must = () => false }) {
  const boxes = [...taken];
  return wanted.map((one, i) => {
    const places = [
      { x: one.x + gap, y: one.y, anchor: "start" }, { x: one.x - gap, y: one.y, anchor: "end" },
      { x: one.x, y: one.y - gap - height / 2, anchor: "middle" }, { x: one.x, y: one.y + gap + height / 2, anchor: "middle" },
      { x: one.x + gap, y: one.y - height * 0.8, anchor: "start" }, { x: one.x + gap, y: one.y + height * 0.8, anchor: "start" },
      { x: one.x - gap, y: one.y - height * 0.8, anchor: "end" }, { x: one.x - gap, y: one.y + height * 0.8, anchor: "end" },
      { x: one.x, y: one.y + gap * 2.4 + height / 2, anchor: "middle" }, { x: one.x, y: one.y - gap * 2.4 - height / 2, anchor: "middle" },
      { x: one.x - one.width / 4, y: one.y + gap + height / 2, anchor: "middle" }, { x: one.x + one.width / 4, y: one.y + gap + height / 2, anchor: "middle" },
    ];
    const boxOf = ({ x, y, anchor }) => {
      const left = anchor === "start" ? x : anchor === "end" ? x - one.width : x - one.width / 2;
      return { left, right: left + one.width, top: y - height / 2, bottom: y + height / 2 };
    };
    const fits = (box) => (!bounds || (box.left >= bounds.left && box.right <= bounds.right && box.top >= bounds.top && box.bottom <= bounds.bottom)) && !boxes.some((other) => overlap(box, other));
    const found = places.find((place) => fits(boxOf(place))) ?? (must(i) ? places[0] : null);
    if (found) boxes.push(boxOf(found));
    return found;
  });
}
