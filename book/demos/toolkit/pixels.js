// Small pictures of ink: read, written, drawn crisply by day and by night, painted by hand, and put into words.
// A picture is a list of side · side numbers, row by row, 0 paper to 1 ink; as text it has one character a pixel, 0..16 in base 17.

import { h, setAttribute } from "./dom.js";

const LEVELS = 16;
const PAPER = { light: [255, 255, 255], dark: [20, 24, 30] };
const INK = { light: [21, 25, 30], dark: [242, 244, 246] };
const MISSING = { light: [214, 224, 234], dark: [52, 66, 82] };
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/** "0g8…" → [0, 1, 0.5, …]; throws when a character is none of 0-9, a-g. */
export function readPixels(text) {
  return Array.from(text, (character) => {
    const level = parseInt(character, LEVELS + 1);
    if (Number.isNaN(level)) throw new RangeError(`${character} is no shade of grey`);
    return level / LEVELS;
  });
}

/** The way back, rounded to 17 shades. */
export const writePixels = (pixels) => pixels.map((value) => Math.round(clamp(value, 0, 1) * LEVELS).toString(LEVELS + 1)).join("");

/**
 * What a stroke from one place to another leaves: places are [column, row] in pixels, the middle of the first is [0.5, 0.5].
 * The brush is a little wider than a pixel and has soft edges; the eraser takes away what it touches. Returns new pixels.
 */
export function brush(pixels, side, from, to, erase = false) {
  const along = [to[0] - from[0], to[1] - from[1]];
  const length = along[0] ** 2 + along[1] ** 2;
  return pixels.map((value, i) => {
    const offset = [(i % side) + 0.5 - from[0], Math.floor(i / side) + 0.5 - from[1]];
    const t = length ? clamp((offset[0] * along[0] + offset[1] * along[1]) / length, 0, 1) : 0;
    const distance = Math.hypot(offset[0] - t * along[0], offset[1] - t * along[1]);
    if (erase) return distance < 0.75 ? 0 : value;
    return Math.max(value, clamp(1.35 - distance, 0, 1));
  });
}

/** The label that most of the `k` nearest of `images` (lists of pixels) have; of several, that of the nearest. */
export function readsLike(pixels, images, labels, k = 5) {
  const distance = images.map((image) => image.reduce((sum, value, j) => sum + (value - pixels[j]) ** 2, 0));
  const nearest = images.map((_, i) => i).sort((a, b) => distance[a] - distance[b]).slice(0, k).map((i) => labels[i]);
  const votes = (label) => nearest.filter((other) => other === label).length;
  return nearest.reduce((best, label) => (votes(label) > votes(best) ? label : best));
}

/** "a 3", "an 8". */
export const withArticle = (digit) => `${digit === 8 ? "an" : "a"} ${digit}`;

/** One picture pixel by pixel on a canvas; the page enlarges it. `hidden` (a set of indices) marks pixels that nobody has seen. */
function paintPixels(canvas, side, pixels, tone, hidden) {
  canvas.width = canvas.height = side;
  const ctx = canvas.getContext("2d");
  const image = ctx.createImageData(side, side);
  pixels.forEach((value, i) => {
    const shade = clamp(value, 0, 1);
    const rgb = hidden?.has(i) ? MISSING[tone] : PAPER[tone].map((paper, c) => paper + shade * (INK[tone][c] - paper));
    image.data.set([...rgb, 255], 4 * i);
  });
  ctx.putImageData(image, 0, 0);
}

const CRISP = "display:block;width:100%;aspect-ratio:1;image-rendering:pixelated;border-radius:3px";

/** A picture to look at. Options: side (8), width (CSS). Place `node`; `draw(pixels, words, { hidden })`, words being what is seen in it. */
export class Picture {
  constructor(demo, { side = 8, width = "6em" } = {}) {
    Object.assign(this, { demo, side });
    this.canvas = h(demo.doc, "canvas", { role: "img", style: CRISP });
    this.node = h(demo.doc, "div", { class: "picture", style: `width:${width};max-width:100%;border:1px solid var(--line);border-radius:4px` }, this.canvas);
  }

  draw(pixels, words, { hidden = null } = {}) {
    const { tone } = this.demo;
    setAttribute(this.canvas, "aria-label", words);
    const key = `${tone}/${writePixels(pixels)}/${hidden ? [...hidden] : ""}`;
    if (key === this.drawn) return;
    this.drawn = key;
    paintPixels(this.canvas, this.side, pixels, tone, hidden);
  }
}

/**
 * A picture to paint on, by mouse, by finger, or by keys (arrows move a cursor, Space paints). Options: side (8), width (CSS; a pixel should
 * have 24 px at least), name, onStroke(from, to, { begins, erase }): places as in `brush`; the state leads, so call `draw` with what came of it.
 * A stroke that begins on full ink erases. `draw(pixels, { hidden })`.
 */
export class PixelPad {
  constructor(demo, { side = 8, width = "15em", name, onStroke }) {
    Object.assign(this, { demo, side, onStroke, cursor: [Math.floor(side / 2) - 1, 1], pixels: [] });
    const { doc } = demo;
    this.canvas = h(doc, "canvas", { style: `${CRISP};position:absolute;inset:0`, "aria-hidden": "true" });
    this.cells = Array.from({ length: side * side }, () => h(doc, "div", { role: "gridcell", tabindex: -1, style: "min-width:0;outline-offset:-3px" }));
    const rows = Array.from({ length: side }, (_, r) => h(doc, "div", { role: "row", style: "display:contents" }, ...this.cells.slice(r * side, (r + 1) * side)));
    this.node = h(doc, "div", {
      class: "pad", role: "grid", "aria-label": name,
      style: `position:relative;display:grid;grid-template-columns:repeat(${side},minmax(0,1fr));width:${width};max-width:100%;aspect-ratio:1;`
        + "border:1px solid var(--muted);border-radius:4px;touch-action:none;cursor:crosshair;user-select:none;-webkit-user-select:none",
    }, this.canvas, ...rows);
    for (const [type, listener] of [["pointerdown", "press"], ["pointermove", "drag"], ["pointerup", "release"], ["pointercancel", "release"], ["keydown", "key"], ["focusin", "follow"]])
      demo.listen(this.node, type, (event) => this[listener](event));
  }

  placeOf(event) {
    const box = this.node.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * this.side, ((event.clientY - box.top) / box.height) * this.side];
  }

  indexOf([column, row]) {
    const inside = (value) => clamp(Math.floor(value), 0, this.side - 1);
    return inside(row) * this.side + inside(column);
  }

  press(event) {
    if (event.button > 0) return;
    event.preventDefault();
    this.node.setPointerCapture(event.pointerId);
    const place = this.placeOf(event);
    const index = this.indexOf(place);
    this.focus([index % this.side, Math.floor(index / this.side)]);
    this.begin(place);
  }

  begin(place) {
    this.stroke = { at: place, erase: this.pixels[this.indexOf(place)] > 0.9 };
    this.onStroke(place, place, { begins: true, erase: this.stroke.erase });
  }

  drag(event) {
    if (!this.stroke) return;
    const place = this.placeOf(event);
    this.onStroke(this.stroke.at, place, { begins: false, erase: this.stroke.erase });
    this.stroke.at = place;
  }

  release() {
    this.stroke = null;
  }

  focus(cursor) {
    this.cells[this.indexOf(cursor)].focus({ preventScroll: true });
  }

  /** The cursor is the cell that has, or had last, the focus: a screen reader may move it too. */
  follow({ target }) {
    const index = this.cells.indexOf(target);
    this.cells[this.indexOf(this.cursor)].tabIndex = -1;
    this.cursor = [index % this.side, Math.floor(index / this.side)];
    target.tabIndex = 0;
  }

  key(event) {
    const arrow = ARROWS[event.key];
    if (!arrow && event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    if (arrow) return this.focus(this.cursor.map((value, c) => clamp(value + arrow[c], 0, this.side - 1)));
    this.begin(this.cursor.map((value) => value + 0.5));
    this.release();
  }

  draw(pixels, { hidden = null } = {}) {
    this.pixels = pixels;
    const { side } = this;
    this.cells.forEach((cell, i) => {
      const shade = hidden?.has(i) ? "hidden" : pixels[i] > 0.9 ? "ink" : pixels[i] > 0.1 ? "grey" : "blank";
      setAttribute(cell, "aria-label", `row ${Math.floor(i / side) + 1}, column ${(i % side) + 1}: ${shade}`);
    });
    this.cells[this.indexOf(this.cursor)].tabIndex = 0;
    const key = `${this.demo.tone}/${writePixels(pixels)}/${hidden ? [...hidden] : ""}`;
    if (key === this.drawn) return;
    this.drawn = key;
    paintPixels(this.canvas, side, pixels, this.demo.tone, hidden);
  }
}
