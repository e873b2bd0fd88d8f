// Hide patches of a digit; a masked autoencoder, here in the page, paints what it expects there. How much to hide in training?

import { button, Chart, checkbox, color, defineDemo, forward, h, heading, Picture, readPixels, select, setAttribute, setText, slider, unpackLayers } from "./toolkit/index.js";

const SIDE = 8;
const GRID = 4; // patches a side
const PATCHES = GRID * GRID;
const ALL = Array.from({ length: PATCHES }, (_, i) => i);
const ARROWS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -GRID, ArrowDown: GRID };

// ---- the state, and what can happen to it (pure functions) ----

const start = ({ masking, picture, hidden }) => ({ masking, picture, hidden: sorted(hidden), truth: false, guess: "" });
const sorted = (patches) => ALL.filter((patch) => patches.includes(patch));

/** The patch of a pixel: both are counted row by row. */
const patchOf = (pixel) => Math.floor(pixel / (2 * SIDE)) * GRID + Math.floor((pixel % SIDE) / 2);
const hideFirst = (state, count, picture = state.picture) => ({ ...state, picture, hidden: sorted(state.masking.images[picture].order.slice(0, count)) });
const toggle = (state, patch) => ({ ...state, hidden: sorted(state.hidden.includes(patch) ? state.hidden.filter((other) => other !== patch) : [...state.hidden, patch]) });
const inverted = (state) => ({ ...state, hidden: ALL.filter((patch) => !state.hidden.includes(patch)) });

const known = new WeakMap(); // layers, unpacked once for each network
function layersOf({ network }) {
  if (!known.has(network)) known.set(network, unpackLayers(network));
  return known.get(network);
}

/** What the network paints: all 64 pixels, 0 to 1. Its input are the visible pixels and 16 marks that say which patches are hidden. */
function paint({ masking, hidden }, pixels) {
  const visible = pixels.map((value, i) => (hidden.includes(patchOf(i)) ? 0 : value));
  const marks = ALL.map((patch) => (hidden.includes(patch) ? 1 : 0));
  return forward([...visible, ...marks], layersOf(masking), (value) => Math.min(1, Math.max(0, value)));
}

/** The picture, the network's answer, the picture with hidden patches filled in, and the mean squared error of the hidden pixels (null if none is). */
function look(state) {
  const pixels = readPixels(state.masking.images[state.picture].pixels);
  const output = paint(state, pixels);
  const out = new Set([...pixels.keys()].filter((i) => state.hidden.includes(patchOf(i))));
  const error = out.size ? [...out].reduce((sum, i) => sum + (output[i] - pixels[i]) ** 2, 0) / out.size : null;
  return { pixels, output, out, error, filled: pixels.map((value, i) => (out.has(i) ? output[i] : value)) };
}

/** The share of hidden patches in training whose code the probe reads best. */
const bestRatio = ({ masking }) => masking.trained_at.reduce((best, entry) => (entry.mean > best.mean ? entry : best)).ratio;

// ---- the link ----

const LINKED = ["picture", "hidden", "truth", "guess"];
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const pack = (state, first) => Object.fromEntries([["v", 1], ...LINKED.filter((name) => !same(state[name], first[name])).map((name) => [name, state[name]])]);

function unpack(packed, first) {
  const state = { ...first, ...Object.fromEntries(LINKED.filter((name) => name in packed).map((name) => [name, packed[name]])) };
  const sound = Number.isInteger(state.picture) && state.picture >= 0 && state.picture < state.masking.images.length && Array.isArray(state.hidden)
    && state.hidden.length === new Set(state.hidden).size && state.hidden.every((patch) => ALL.includes(patch)) && typeof state.truth === "boolean"
    && (state.guess === "" || state.masking.trained_at.some(({ ratio }) => String(ratio) === state.guess));
  if (!sound) throw new RangeError("the link does not describe a masked picture");
  return state;
}

// ---- words ----

const percent = (value) => `${Math.round(100 * value)} %`;

function tell(state) {
  const { error } = look(state);
  const count = state.hidden.length;
  if (error === null) return "Nothing is hidden, so nothing is asked. Hide a patch: press it.";
  if (count === PATCHES) return `Everything is hidden: the network paints what it expects without seeing anything. Squared error of a pixel: ${error.toFixed(3)}.`;
  return `${count} of ${PATCHES} patches hidden. Squared error of a hidden pixel: ${error.toFixed(3)} here, ${state.masking.error[count].toFixed(3)} in the mean over test pictures; the mean picture makes ${state.masking.error_of_mean[count].toFixed(3)}.`;
}

function judge(state) {
  const { trained_at: all, pixels_probe: pixels } = state.masking;
  const best = all.find(({ ratio }) => ratio === bestRatio(state));
  const mine = all.find(({ ratio }) => String(ratio) === state.guess);
  const yours = mine === best ? "as you said" : `you said ${percent(mine.ratio)}: ${percent(mine.mean)}`;
  return `Best: ${percent(best.ratio)} hidden in training, the probe is right at ${percent(best.mean)} (${yours}). Pixels: ${percent(pixels.mean)}. The bands overlap widely.`;
}

const where = (patches) => patches.map((patch) => `row ${Math.floor(patch / GRID) + 1} column ${(patch % GRID) + 1}`).join(", ");

function describe(state) {
  const hidden = state.hidden.length ? `Hidden are the patches ${where(state.hidden)}.` : "";
  return `Picture ${state.picture + 1}${state.truth ? `, a ${state.masking.images[state.picture].digit}` : ""}. ${tell(state)} ${hidden} ${state.guess ? judge(state) : "What hiding does to the code is shown after your guess."}`;
}

// ---- the picture ----

/** The picture with a button on each patch: press to hide or show it; arrow keys go from patch to patch. */
function patchGrid(demo, picture, onToggle) {
  const { doc } = demo;
  let cursor = 0;
  const buttons = ALL.map((patch) => h(doc, "button", {
    type: "button", tabindex: patch ? -1 : 0, style: "background:none;border:1px solid var(--line);border-radius:0;padding:0;min-height:0;color:inherit;outline-offset:-4px",
    onclick: () => { move(patch); onToggle(patch); },
    onkeydown: (event) => {
      const step = ARROWS[event.key];
      const next = cursor + step;
      const along = Math.abs(step) === GRID || Math.floor(next / GRID) === Math.floor(cursor / GRID);
      if (!step) return;
      event.preventDefault();
      if (next >= 0 && next < PATCHES && along) move(next);
    },
  }));
  const move = (patch) => {
    buttons[cursor].tabIndex = -1;
    cursor = patch;
    buttons[cursor].tabIndex = 0;
    buttons[cursor].focus({ preventScroll: true });
  };
  const cover = h(doc, "div", { role: "group", "aria-label": "Patches: press to hide or show one; arrow keys move", style: `position:absolute;inset:0;display:grid;grid-template:repeat(${GRID},1fr)/repeat(${GRID},1fr)` }, ...buttons);
  const node = h(doc, "div", { style: "position:relative;width:12.5em;max-width:100%" }, picture.node, cover);
  const draw = (hidden) => buttons.forEach((node, patch) => {
    const on = hidden.includes(patch);
    setAttribute(node, "aria-pressed", on);
    setAttribute(node, "aria-label", `Patch row ${Math.floor(patch / GRID) + 1}, column ${(patch % GRID) + 1}: ${on ? "hidden" : "shown"}`);
    setText(node, on ? "?" : "");
  });
  return { node, draw };
}

function build(demo) {
  const { doc } = demo;
  const { images, ratios, error, error_of_mean: guessing, trained_at: trained, pixels_probe: pixelsProbe } = demo.origin.masking;
  const change = (state) => demo.set(state, tell(state));

  const seen = new Picture(demo, { width: "12.5em" });
  const filled = new Picture(demo, { width: "7.6em" });
  const truth = new Picture(demo, { width: "7.6em" });
  seen.canvas.dataset.figure = "";
  const grid = patchGrid(demo, seen, (patch) => change(toggle(demo.state, patch)));
  const named = (title, node) => h(doc, "div", {}, h(doc, "p", { class: "quiet" }, title), node);

  const picture = select(demo, { label: "Picture", options: images.map((_, i) => [String(i), `${i + 1} of ${images.length}`]), onChange: (value) => change({ ...hideFirst(demo.state, demo.state.hidden.length, Number(value)), truth: false }) });
  const count = slider(demo, { label: "Hidden patches", min: 0, max: PATCHES - 1, step: 1, format: (value) => `${value} of ${PATCHES}`, onInput: (value) => change(hideFirst(demo.state, value)) });
  const swap = button(demo, "Hide the others", () => change(inverted(demo.state)));
  const reveal = checkbox(demo, { label: "Show the truth", onChange: (on) => demo.set({ truth: on }, on ? `It is a ${images[demo.state.picture].digit}.` : "The truth is hidden.") });
  const number = h(doc, "p", { class: "number" });
  const errors = new Chart(demo, { xLabel: "hidden patches of 16", height: 180 });
  const codes = new Chart(demo, { xLabel: "hidden in training", height: 180 });
  const options = [["", "…"], ...trained.map(({ ratio }) => [String(ratio), percent(ratio)])];
  const guess = select(demo, { label: "Best code: hide in training", options, onChange: (value) => demo.set({ guess: value }, value ? judge({ ...demo.state, guess: value }) : "The curve is hidden.") });

  demo.root.append(
    heading(demo, "Press patches to hide or show them, or hide many with the slider. What is it? What will the network paint?"),
    h(doc, "div", { class: "body", style: "grid-template-columns:repeat(auto-fit,minmax(min(100%,15em),1fr))" },
      h(doc, "div", { class: "row", style: "align-items:flex-start;gap:1em;flex-wrap:wrap" }, named("What the network sees", grid.node),
        h(doc, "div", { style: "display:flex;flex-wrap:wrap;gap:0.6em 1em;flex:1 1 7.6em" }, named("What it fills in", filled.node), named("The truth", truth.node))),
      h(doc, "div", { class: "side" }, picture.node, h(doc, "div", { class: "row" }, count.node), h(doc, "div", { class: "row" }, swap.node, reveal.node),
        h(doc, "div", {}, h(doc, "p", { class: "quiet" }, "Squared error of a hidden pixel, this picture"), number))),
    demo.status,
    h(doc, "div", { class: "panels", style: "margin-top:0.9em" },
      h(doc, "div", {}, h(doc, "p", { class: "quiet", style: "min-height:4.3em" }, "Squared error of a hidden pixel, all test pictures: the network (●), and guessing the mean picture (■)"), errors.node),
      h(doc, "div", {}, h(doc, "div", { style: "min-height:4.3em" }, guess.node), codes.node)),
  );
  demo.status.style.minHeight = "4.4em";
  demo.say(tell(demo.state));

  return (state) => {
    const { tone } = demo;
    const found = look(state);
    const number_ = state.hidden.length;
    seen.draw(found.pixels, describe(state), { hidden: found.out });
    grid.draw(state.hidden);
    filled.draw(found.filled, `What the network fills in: ${found.error === null ? "nothing was hidden." : `squared error of a hidden pixel ${found.error.toFixed(3)}.`}`);
    truth.draw(state.truth ? found.pixels : found.pixels.map(() => 0), state.truth ? `The whole picture: a ${images[state.picture].digit}.` : "The truth is not shown yet.", { hidden: state.truth ? null : new Set(found.pixels.keys()) });
    setText(number, found.error === null ? "–" : found.error.toFixed(3));
    const points = (values) => values.flatMap((value, k) => (value === null ? [] : [[k, value]]));
    const here = found.error === null || number_ === PATCHES ? [] : [{ points: [[number_, Math.min(found.error, 0.125)]], color: color(tone, 3), group: 3 }];
    errors.draw({
      x: [0, PATCHES - 0.5], y: [0, 0.13], rule: number_ < PATCHES ? number_ : null,
      lines: [{ points: points(guessing), color: color(tone, 1), group: 1, dash: "4 3" }, { points: points(error), color: color(tone, 0), group: 0 }, ...here],
      words: `Squared error of a hidden pixel over all test pictures, for 1 to ${ratios.length - 1} hidden patches: the network ${points(error).map(([, value]) => value.toFixed(3)).join(", ")}; the mean picture about ${guessing[8].toFixed(3)} throughout.`,
    });
    const open = state.guess !== "";
    codes.draw({
      x: [0, 1], y: [0.6, 0.9], rule: open ? Number(state.guess) : null, ticks: { x: trained.filter(({ ratio }) => ratio !== 0.125 && ratio !== 0.875).map(({ ratio }) => ({ value: ratio, text: percent(ratio) })), y: [0.6, 0.7, 0.8, 0.9].map((value) => ({ value, text: percent(value) })) },
      lines: open ? [
        { points: [[0, pixelsProbe.mean], [1, pixelsProbe.mean]], color: color(tone, 1), dash: "4 3" },
        { points: trained.map(({ ratio, mean }) => [ratio, mean]), color: color(tone, 2), group: 2, band: trained.map(({ low, high }) => [low, high]) },
      ] : [],
      notes: open ? [{ at: [0.99, pixelsProbe.mean - 0.025], text: "pixels", anchor: "end" }] : [{ at: [0.5, 0.75], text: "guess first", anchor: "middle" }],
      words: open ? `Accuracy of a probe with five labels a class on the code, by the share hidden in training: ${trained.map(({ ratio, mean }) => `${percent(ratio)}: ${percent(mean)}`).join(", ")}. On pixels: ${percent(pixelsProbe.mean)}.` : "Accuracy of a probe by the share hidden in training: guess first.",
    });
    count.show(Math.min(number_, PATCHES - 1));
    picture.show(String(state.picture));
    reveal.show(state.truth);
    guess.show(state.guess);
  };
}

/** A kernel set a trait: the same as if a hand had done it. */
const adopt = (name, value, state) => (name === "hidden" ? { hidden: sorted(value) } : { ...hideFirst(state, state.hidden.length, value), truth: false });

/** For tests in Node: what the demo does without a page. */
export const algorithm = { start, patchOf, hideFirst, toggle, inverted, paint, look, bestRatio, pack, unpack, describe, judge };

export default defineDemo({
  name: "masking-ratio",
  title: "Hide and fill in",
  traits: ["masking", "picture", "hidden"],
  sync: ["picture", "hidden"],
  start, pack, unpack, describe, adopt, build,
});
