// The colours of a photograph: every pixel is a point (red, green, blue), and k-means finds the palette to paint it with.

import {
  assignClusters, clusterSizes, defineDemo, h, heading, kmeansPlusPlus, lloyd, playButton, Plot, seeded, seedField, select, setAttribute, setText,
  slider, strong, halo,
} from "./toolkit/index.js";

const KS = [2, 4, 8, 16, 32];
const SAMPLE = 2000; // pixels that k-means looks at; all are painted
const CHANNELS = ["red", "green", "blue"];
const PLANES = [["0,1", "red and green"], ["0,2", "red and blue"], ["1,2", "green and blue"]];

// ---- the state, and what can happen to it (pure functions) ----

const start = ({ k, seed }) => ({ k, seed, moves: null, split: 50, plane: "0,2" });
const begin = (state, patch) => ({ ...state, ...patch, moves: null });

/** Colours (n, 3) of the pixels of an image's data (red, green, blue, opacity in turns). */
const colorsOf = (data) => Array.from({ length: data.length / 4 }, (_, i) => [data[4 * i], data[4 * i + 1], data[4 * i + 2]]);

/** About SAMPLE pixels, spread evenly over the image. */
function sampleOf(colors) {
  const step = Math.max(1, Math.floor(colors.length / SAMPLE));
  return colors.filter((_, i) => i % step === 0);
}

/** The run of k-means on the sample; its path holds the palette after every move. */
const findPalette = (sample, k, seed) => lloyd(sample, kmeansPlusPlus(sample, k, seeded(seed)));

/** What everybody's colour becomes: labels, the shares of the palette's colours, and the root of the mean squared error of a colour value. */
function paint(colors, palette) {
  const y = assignClusters(colors, palette);
  let sum = 0;
  colors.forEach((color, i) => color.forEach((value, c) => (sum += (value - palette[y[i]][c]) ** 2)));
  return { y, shares: clusterSizes(y, palette.length).map((size) => size / colors.length), error: Math.sqrt(sum / (3 * colors.length)) };
}

/** Bits for a pixel and bytes for all: labels of log2 k bits and the palette, against three bytes a pixel. */
function size(k, pixels) {
  const bits = Math.log2(k);
  return { bits, times: (24 * pixels) / (bits * pixels + 24 * k) };
}

// ---- the link ----

const LINKED = ["k", "seed", "moves", "split", "plane"];
const pack = (state, first) => Object.fromEntries([["v", 1], ...LINKED.filter((name) => state[name] !== first[name]).map((name) => [name, state[name]])]);

function unpack(packed, first) {
  const state = { ...first, ...Object.fromEntries(LINKED.filter((name) => name in packed).map((name) => [name, packed[name]])) };
  const whole = (value, low, high) => Number.isInteger(value) && value >= low && value <= high;
  const sound = KS.includes(state.k) && whole(state.seed, 0, 999999) && (state.moves === null || whole(state.moves, 0, 1000)) && whole(state.split, 0, 100)
    && PLANES.some(([value]) => value === state.plane);
  if (!sound) throw new RangeError("the link does not describe a palette");
  return state;
}

// ---- words ----

const css = (color) => `rgb(${color.map((value) => Math.round(value)).join(" ")})`;
const tell = ({ k }, { painted, pixels }) => `${k} colours: the typical error of a colour value is ${painted.error.toFixed(1)} of 255, at ${size(k, pixels).bits} ${k === 2 ? "bit" : "bits"} a pixel instead of 24.`;

function describe(state, { view } = {}) {
  if (!view) return "The photograph is being read.";
  const most = view.painted.shares.indexOf(Math.max(...view.painted.shares));
  return `${view.subject}, painted with ${tell(state, view)} The commonest colour, ${css(view.palette[most])}, has ${Math.round(100 * view.painted.shares[most])} % of the pixels. Left of the line at ${state.split} % it is as it was taken.`;
}

// ---- the picture ----

function build(demo) {
  const { doc, model } = demo;
  const [columns, rows] = [model.get("columns"), model.get("rows")];
  let colors = null; // until the photograph is read
  let sample = null;
  let run = {};
  let kept = {};
  /** What is shown: the palette after the moves of the state, and what it makes of the pixels. Null while the photograph is being read. */
  const look = (state) => {
    if (!colors) return null;
    if (run.key !== `${state.k}/${state.seed}`) run = { key: `${state.k}/${state.seed}`, ...findPalette(sample, state.k, state.seed) };
    const last = run.path.length - 1;
    const moves = Math.min(state.moves ?? last, last);
    const key = `${run.key}/${moves}`;
    if (kept.key !== key) kept = { key, palette: run.path[moves], painted: paint(colors, run.path[moves]), pixels: colors.length, subject: model.get("subject"), moves, last };
    return (demo.view = kept);
  };
  const change = (state) => {
    const view = look(state);
    demo.set(state, view ? tell(state, view) : undefined);
  };
  const edit = (patch) => {
    demo.player.stop();
    change({ ...demo.state, ...patch });
  };

  const canvas = h(doc, "canvas", { width: columns, height: rows, role: "img", "data-figure": true, style: `width:100%;aspect-ratio:${columns}/${rows};display:block;border-radius:4px;image-rendering:pixelated;cursor:ew-resize;touch-action:pan-y` });
  const cut = (split) => demo.set({ split }, `The line is at ${split} %.`);
  const toSplit = (event) => {
    const box = canvas.getBoundingClientRect();
    cut(Math.round(100 * Math.min(1, Math.max(0, (event.clientX - box.left) / box.width))));
  };
  demo.listen(canvas, "pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    toSplit(event);
  });
  demo.listen(canvas, "pointermove", (event) => canvas.hasPointerCapture(event.pointerId) && toSplit(event));

  const plot = new Plot(demo, { x: [-8, 263], y: [-8, 263], xLabel: "", yLabel: "", equal: true });
  plot.node.querySelector("[data-figure]").removeAttribute("data-figure"); // it has words of its own
  const swatches = h(doc, "div", { style: "display:flex;height:34px;border-radius:4px;overflow:hidden", role: "img" });
  const error = h(doc, "p", { class: "number" });
  const bits = h(doc, "p", { class: "quiet" });
  const k = slider(demo, { label: "Colours (k)", min: 1, max: KS.length, step: 1, format: (value) => `${KS[value - 1]}`, onInput: (value) => edit(begin(demo.state, { k: KS[value - 1] })) });
  const split = slider(demo, { label: "As taken | painted", min: 0, max: 100, step: 1, format: (value) => `${value} %`, onInput: cut });
  const moves = slider(demo, { label: "Moves shown", min: 0, max: 1, step: 1, format: (value) => `${value} of ${demo.view?.last ?? 1}`, onInput: (value) => edit({ moves: value }) });
  const play = playButton(demo, {
    interval: 350,
    step() {
      const view = look(demo.state);
      if (!view) return false;
      const next = view.moves === view.last ? 0 : view.moves + 1;
      change({ ...demo.state, moves: next });
      return next < view.last;
    },
  });
  const plane = select(demo, { label: "Pixels as points", options: PLANES, onChange: (value) => edit({ plane: value }) });
  const seed = seedField(demo, { onChange: (value) => edit(begin(demo.state, { seed: value })) });

  demo.root.append(
    heading(demo, "How few colours are enough? Guess, then move k. Drag the line in the picture, and see the pixels as points beside it."),
    h(doc, "div", { class: "body", style: "grid-template-columns:repeat(auto-fit,minmax(min(100%,16em),1fr))" },
      h(doc, "div", { class: "side" }, canvas, h(doc, "div", { class: "row" }, split.node), h(doc, "div", {}, h(doc, "p", { class: "quiet" }, "The palette, by share of the pixels"), swatches), demo.status),
      h(doc, "div", { class: "side" }, plot.node, h(doc, "div", {}, h(doc, "p", { class: "quiet" }, "Typical error of a colour value, of 255"), error, bits))),
    h(doc, "div", { class: "controls" }, h(doc, "div", { class: "row", style: "flex:1 1 100%" }, play.node, moves.node), k.node, plane.node, seed.node),
  );

  const photo = doc.createElement("img");
  demo.listen(photo, "load", () => {
    const ctx = doc.createElement("canvas").getContext("2d", { willReadFrequently: true });
    Object.assign(ctx.canvas, { width: columns, height: rows });
    ctx.drawImage(photo, 0, 0, columns, rows);
    colors = colorsOf(ctx.getImageData(0, 0, columns, rows).data);
    sample = sampleOf(colors);
    demo.set({}, demo.message ?? tell(demo.state, look(demo.state))); // what a link had to say is not talked over
  });
  photo.src = model.get("photo");

  return (state) => {
    const view = look(state);
    k.show(KS.indexOf(state.k) + 1);
    split.show(state.split);
    plane.show(state.plane);
    seed.show(state.seed);
    const [a, b] = state.plane.split(",").map(Number);
    plot.paint((ctx) => view && drawColors(ctx, plot, sample, view.palette, [a, b], demo.tone));
    plot.drawAxes({ xLabel: CHANNELS[a], yLabel: CHANNELS[b] });
    setText(plot.yLabel, CHANNELS[b]);
    if (!view) return;
    drawPhoto(canvas, colors, view, state.split, demo.tone);
    plot.node.querySelector("[role=img]").setAttribute("aria-label", `The pixels by ${CHANNELS[a]} and ${CHANNELS[b]}, each in its own colour, and the ${state.k} colours of the palette as rings among them.`);
    const order = view.palette.map((_, j) => j).sort((i, j) => view.painted.shares[j] - view.painted.shares[i]);
    swatches.replaceChildren(...order.map((j) => h(doc, "span", { style: `background:${css(view.palette[j])};flex:${view.painted.shares[j]} 0 0` })));
    setAttribute(swatches, "aria-label", `Palette: ${order.slice(0, 8).map((j) => `${css(view.palette[j])} ${Math.round(100 * view.painted.shares[j])} %`).join(", ")}${order.length > 8 ? ", and more" : ""}.`);
    setText(error, view.painted.error.toFixed(1));
    const { bits: each, times } = size(state.k, view.pixels);
    setText(bits, `${each} ${each === 1 ? "bit" : "bits"} a pixel and the palette, instead of 24: ${times.toPrecision(2)} times smaller.`);
    moves.input.max = view.last;
    moves.show(view.moves);
  };
}

/** The photograph, as taken left of the line and painted right of it. */
function drawPhoto(canvas, colors, { palette, painted }, split, tone) {
  const ctx = canvas.getContext("2d");
  const image = ctx.createImageData(canvas.width, canvas.height);
  const border = (split / 100) * canvas.width;
  const rounded = palette.map((color) => color.map(Math.round));
  colors.forEach((color, i) => image.data.set([...(i % canvas.width < border ? color : rounded[painted.y[i]]), 255], 4 * i));
  ctx.putImageData(image, 0, 0);
  ctx.fillStyle = halo(tone);
  ctx.fillRect(Math.round(border) - 1, 0, 1, canvas.height);
  ctx.fillStyle = strong(tone);
  ctx.fillRect(Math.round(border), 0, 1, canvas.height);
}

function drawColors(ctx, plot, sample, palette, [a, b], tone) {
  for (const color of sample) {
    ctx.fillStyle = css(color);
    ctx.fillRect(plot.x(color[a]) - 1, plot.y(color[b]) - 1, 2.5, 2.5);
  }
  for (const color of palette) {
    ctx.lineWidth = 4.5;
    plot.markers(ctx, [[color[a], color[b]]], 0, { radius: 7, fill: css(color), stroke: halo(tone) });
    ctx.lineWidth = 2;
    plot.markers(ctx, [[color[a], color[b]]], 0, { radius: 7, stroke: strong(tone) });
  }
}

const adopt = (name, value, state) => begin(state, { [name]: value });

/** For tests in Node: what the demo does without a page. */
export const algorithm = { start, begin, colorsOf, sampleOf, findPalette, paint, size, pack, unpack };

export default defineDemo({
  name: "color-palette",
  title: "The colours of a photograph",
  traits: ["k", "seed"],
  sync: ["k", "seed"],
  start, pack, unpack, describe, adopt, build,
});
