// Draw a digit, or something else; autoencoders with bottlenecks of different widths draw it again from memory.

import {
  brush, button, decode, defineDemo, encode, h, heading, Picture, PixelPad, readPixels, readsLike, select, setAttribute, setText, slider,
  squaredError, svg, color, unpackLayers, unpackMatrix, withArticle, writePixels,
} from "./toolkit/index.js";

const SIDE = 8;
const COPY = SIDE * SIDE; // a bottleneck as wide as the picture: W = V = I loses nothing and knows nothing
const MOST = 10; // redrawings
const BLANK = "0".repeat(COPY);
const MEMORIES = [["network", "bent: a network"], ["pca", "straight: PCA"]];

// ---- the state, and what can happen to it (pure functions) ----

const start = ({ nets, pca, images, labels, examples, drawing, m }) => ({ nets, pca, images, labels, examples, drawing, m, memory: "network", times: 1 });
const stroke = (state, from, to, erase) => ({ ...state, drawing: writePixels(brush(readPixels(state.drawing), SIDE, from, to, erase)) });

/** Weights and known pictures as numbers, once for all states. */
function prepare({ nets, pca, images }) {
  const nets_ = nets.map(({ m, encoder, decoder, loss, pca: straight }) => ({ m, encoder: unpackLayers(encoder), decoder: unpackLayers(decoder), loss, straight }));
  return { nets: new Map(nets_.map((net) => [net.m, net])), U: unpackMatrix(pca.components), mean: pca.mean, known: images.map(readPixels) };
}

const widths = ({ nets }) => [...nets.map(({ m }) => m), COPY];

/** z = U (x − mean) with the first m components (rows of U), and x̃ = mean + Uᵀ z. */
const flatCode = ({ U, mean }, x, m) => Array.from({ length: m }, (_, i) => x.reduce((sum, value, j) => sum + U.values[i * U.columns + j] * (value - mean[j]), 0));
const fromFlat = ({ U, mean }, z) => mean.map((value, j) => z.reduce((sum, code, i) => sum + code * U.values[i * U.columns + j], value));

/** The code of a picture and what is drawn from it. */
function remember(store, memory, m, x) {
  if (m === COPY) return { code: x, picture: x };
  if (memory === "pca") {
    const code = flatCode(store, x, m);
    return { code, picture: fromFlat(store, code) };
  }
  const { encoder, decoder } = store.nets.get(m);
  const code = encode([x], encoder)[0];
  return { code, picture: decode([code], decoder)[0] };
}

/** The picture remembered, the memory remembered, and so on: the last memory; the code and the loss are those of the first. */
function chain(store, { drawing, memory, times }, m) {
  const x = readPixels(drawing);
  const first = remember(store, memory, m, x);
  let { picture } = first;
  for (let i = 1; i < times; i++) ({ picture } = remember(store, memory, m, picture));
  return { code: first.code, picture, loss: squaredError(x, first.picture) };
}

/** What held-out digits lose on average at this width. */
const usual = (store, { memory }, m) => (m === COPY ? 0 : store.nets.get(m)[memory === "pca" ? "straight" : "loss"]);
const reading = (store, { labels }, picture) => readsLike(picture, store.known, labels, 1);
const isBlank = (picture) => picture.reduce((sum, value) => sum + value, 0) < 2;

// ---- the link ----

const LINKED = ["drawing", "m", "memory", "times"];
const pack = (state, first) => Object.fromEntries([["v", 1], ...LINKED.filter((name) => state[name] !== first[name]).map((name) => [name, state[name]])]);

function unpack(packed, first) {
  const state = { ...first, ...Object.fromEntries(LINKED.filter((name) => name in packed).map((name) => [name, packed[name]])) };
  const sound = typeof state.drawing === "string" && /^[0-9a-g]{64}$/.test(state.drawing) && widths(state).includes(state.m)
    && MEMORIES.some(([name]) => name === state.memory) && Number.isInteger(state.times) && state.times >= 1 && state.times <= MOST;
  if (!sound) throw new RangeError("the link does not describe a drawing");
  return state;
}

// ---- words ----

const readsAs = (store, state, picture) => (isBlank(picture) ? "is nearly blank" : `reads most like ${withArticle(reading(store, state, picture))}`);

/** How much is lost, beside what a digit usually loses. */
function judge(store, state, loss) {
  const norm = usual(store, state, state.m);
  if (state.m === COPY) return "It lost nothing. So would noise: copying knows nothing.";
  const factor = loss / norm;
  const verdict = factor > 4 ? ` This is ${Math.round(factor)} times as much: no digit, as far as this memory can tell.` : "";
  return `Lost${state.times > 1 ? " the first time" : ""}: ${loss.toFixed(2)}. Of a held-out digit it loses ${norm.toFixed(2)} on average.${verdict}`;
}

function tell(state, store) {
  const { picture, loss } = chain(store, state, state.m);
  const again = state.times > 1 ? `, redrawn ${state.times} times,` : "";
  return `Your drawing ${readsAs(store, state, readPixels(state.drawing))}. From ${state.m === 1 ? "1 number" : `${state.m} numbers`} it${again} ${readsAs(store, state, picture)}. ${judge(store, state, loss)}`;
}

function describe(state, { store = prepare(state) } = {}) {
  const all = widths(state).map((m) => {
    const { picture } = chain(store, state, m);
    return `m = ${m}: ${isBlank(picture) ? "nearly blank" : reading(store, state, picture)}`;
  });
  return `${tell(state, store)} Memory: ${state.memory === "pca" ? "PCA" : "network"}. At every width it reads: ${all.join("; ")}.`;
}

// ---- the picture ----

/** The code as bars from a middle line. */
class CodeBars {
  constructor(demo) {
    this.demo = demo;
    this.svg = svg(demo.doc, "svg", { role: "img", viewBox: "0 0 256 60", width: "100%" });
    this.svg.style.cssText = "position:static;display:block;max-width:24em";
  }

  draw(code, words) {
    const { doc, tone } = this.demo;
    setAttribute(this.svg, "aria-label", words);
    const high = Math.max(1e-9, ...code.map(Math.abs));
    const wide = 256 / Math.max(8, code.length);
    this.svg.replaceChildren(svg(doc, "path", { d: "M0,30H256", stroke: "currentColor", "stroke-width": 0.75 }), ...code.map((value, i) =>
      svg(doc, "path", { fill: color(tone, value < 0 ? 1 : 0), d: `M${i * wide + 0.1 * wide},30h${0.8 * wide}v${(-28 * value) / high}h${-0.8 * wide}z` })));
  }
}

function build(demo) {
  const { doc } = demo;
  const store = (demo.store = prepare(demo.state));
  const show = (state) => demo.set(state, tell(state, store));

  const pad = new PixelPad(demo, {
    side: SIDE, width: "15em", name: "Drawing pad: arrow keys move, Space paints or erases",
    onStroke: (from, to, { erase }) => show(stroke(demo.state, from, to, erase)),
  });
  const presets = () => {
    const { images, labels, examples } = demo.origin;
    const digits = [...Array(10).keys()].filter((digit) => labels.includes(digit)).map((digit) => [images[labels.indexOf(digit)], `a held-out ${digit}`]);
    return [...digits, ...Object.entries(examples).map(([name, image]) => [image, name]), [BLANK, "a blank pad"]];
  };
  const known = presets();
  const preset = select(demo, { label: "Begin with", options: [["", "by hand"], ...known], onChange: (drawing) => drawing && show({ ...demo.state, drawing }) });
  const clear = button(demo, "Clear", () => show({ ...demo.state, drawing: BLANK }));
  const memory = select(demo, { label: "Memory", options: MEMORIES, onChange: (value) => show({ ...demo.state, memory: value }) });
  const again = slider(demo, { label: "Redrawings in a row", min: 1, max: MOST, step: 1, onInput: (value) => show({ ...demo.state, times: value }) });

  const memoryPicture = new Picture(demo, { width: "10.5em" });
  const number = h(doc, "p", { class: "number" });
  const verdict = h(doc, "p", { class: "quiet", style: "min-height:4.4em" });
  const codeTitle = h(doc, "p", { class: "quiet" });
  const bars = new CodeBars(demo);
  const gallery = widths(demo.state).map((m) => {
    const picture = new Picture(demo, { width: "100%" });
    const node = h(doc, "button", { type: "button", style: "padding:4px;min-width:0", onclick: () => show({ ...demo.state, m }) }, picture.node, h(doc, "span", { style: "font-size:0.85em;white-space:nowrap" }, `m = ${m}`));
    return { m, picture, node };
  });

  demo.root.append(
    heading(demo, "Draw a digit with mouse or finger, or with arrow keys and Space; a stroke that begins on ink erases. Choose how many numbers may be kept of it."),
    h(doc, "div", { class: "body", style: "grid-template-columns:repeat(auto-fit,minmax(min(100%,15.5em),1fr))" },
      h(doc, "div", { "data-figure": true, role: "group" }, h(doc, "p", { class: "quiet" }, "Your drawing"), pad.node,
        h(doc, "div", { class: "row", style: "align-items:flex-end;margin-top:0.6em" }, preset.node, clear.node)),
      h(doc, "div", { class: "side" },
        h(doc, "div", { class: "row", style: "align-items:flex-start;gap:1em;flex-wrap:nowrap" },
          h(doc, "div", {}, h(doc, "p", { class: "quiet" }, "From memory"), memoryPicture.node),
          h(doc, "div", {}, h(doc, "p", { class: "quiet" }, "Reads like"), number)),
        h(doc, "div", {}, codeTitle, bars.svg), verdict)),
    h(doc, "p", { class: "quiet", style: "margin-top:0.4em" }, "From memory, for every width m of the bottleneck"),
    h(doc, "div", { style: "display:grid;grid-template-columns:repeat(auto-fit,minmax(3.9em,1fr));gap:6px;margin-top:0.3em" }, ...gallery.map(({ node }) => node)),
    h(doc, "div", { class: "controls" }, memory.node, again.node),
    demo.status,
  );
  demo.status.style.minHeight = "4.4em";
  demo.say("Draw over it, or begin with a blank pad. Which width still knows what you drew?");

  return (state) => {
    pad.draw(readPixels(state.drawing));
    for (const { m, picture, node } of gallery) {
      const { picture: image } = chain(store, state, m);
      picture.draw(image, `from memory, ${readsAs(store, state, image)}`);
      setAttribute(node, "aria-pressed", m === state.m);
    }
    const { code, picture, loss } = chain(store, state, state.m);
    memoryPicture.draw(picture, `From memory with ${state.m} numbers: ${readsAs(store, state, picture)}`);
    setText(number, isBlank(picture) ? "–" : String(reading(store, state, picture)));
    setText(verdict, judge(store, state, loss));
    setText(codeTitle, state.m === COPY ? "The code: all 64 pixels" : `The code: ${state.m === 1 ? "one number" : `${state.m} numbers`}`);
    const some = code.slice(0, 8).map((value) => value.toFixed(1)).join(", ");
    bars.draw(code, `Code of ${state.m} numbers: ${some}${code.length > 8 ? " and so on" : ""}`);
    preset.show(known.some(([image]) => image === state.drawing) ? state.drawing : "");
    memory.show(state.memory);
    again.show(state.times);
  };
}

/** For tests in Node: what the demo does without a page. */
export const algorithm = { start, stroke, prepare, remember, chain, usual, reading, pack, unpack, describe };

export default defineDemo({
  name: "draw-and-remember",
  title: "Drawn from memory",
  traits: ["nets", "pca", "images", "labels", "examples", "drawing", "m"],
  sync: ["drawing", "m"],
  start, pack, unpack, describe, build,
});
