// The plane of two code numbers: drag a point, and the decoder draws what it finds there. Walk from one code to another.

import {
  color, decode, defineDemo, extent, h, Handle, heading, inkOn, packFloats, Picture, playButton, Plot, readPixels, readsLike,
  select, setText, slider, strong, unpackFloats, unpackLayers, withArticle,
} from "./toolkit/index.js";

const STRIP = 9; // pictures of the walk
const ROOM = 0.12; // of the plane beyond the outermost codes: there the decoder draws too
const NEAR = 0.5; // nearly all codes have another one as near as this
const DIGIT_COLORS = {
  light: ["#0072b2", "#c24e00", "#007a5a", "#b0558a", "#a06a00", "#2b80b5", "#6b5300", "#7f3c8d", "#666666", "#b03a37"],
  dark: ["#3fa0dc", "#ee7a2b", "#1fbf8f", "#dc94ba", "#f0b030", "#7fcaf5", "#c9b04a", "#c79ad8", "#a8a8a8", "#f08a86"],
};

// ---- the state, and what can happen to it (pure functions) ----

/** `t`: how far z has come on the walk, null beside it. `shown`: the held-out image whose code z is, or null. */
const start = ({ images, labels, codes, decoder, z, ends }) => ({ images, labels, codes, decoder, z, ends, t: null, shown: null });

const between = ([a, b], t) => a.map((value, c) => value + t * (b[c] - value));
const moveTo = (state, z) => ({ ...state, z, t: null, shown: null });
const walkTo = (state, t) => ({ ...state, t, z: between(state.ends, t), shown: null });
const lookAt = (state, shown) => ({ ...state, shown, z: state.codes[shown], t: null });
/** An end of the walk has moved; whoever is on the way stays as far along. */
function withEnd(state, end, code) {
  const ends = state.ends.map((old, i) => (i === end ? code : old));
  return state.t === null ? { ...state, ends } : { ...state, ends, z: between(ends, state.t), shown: null };
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);
const nearest = ({ codes }, z) => codes.reduce((best, code, i) => (distance(code, z) < distance(codes[best], z) ? i : best), 0);

/** Index of the image of `digit` whose code is nearest to the median of such codes. */
function typical({ codes, labels }, digit) {
  const own = codes.map((_, i) => i).filter((i) => labels[i] === digit);
  const middle = [0, 1].map((c) => median(own.map((i) => codes[i][c])));
  return own.reduce((best, i) => (distance(codes[i], middle) < distance(codes[best], middle) ? i : best));
}

/** Weights and pictures as numbers, once for all states; what is drawn at z, and what it reads like. */
function prepare({ decoder, images }) {
  return { layers: unpackLayers(decoder), pixels: images.map(readPixels) };
}
const drawAt = ({ layers }, z) => decode([z], layers)[0];
const reading = ({ pixels }, { labels }, picture) => readsLike(picture, pixels, labels, 3);
const stripOf = ({ ends }) => Array.from({ length: STRIP }, (_, i) => between(ends, i / (STRIP - 1)));

// ---- the link ----

const same = (a, b) => a.length === b.length && a.every((value, i) => value === b[i]);

function pack(state, first) {
  const packed = { v: 1 };
  if (state.shown !== null) packed.shown = state.shown;
  else if (state.t !== null) packed.t = packFloats([state.t]);
  else if (!same(state.z, first.z)) packed.z = packFloats(state.z);
  if (!same(state.ends.flat(), first.ends.flat())) packed.ends = packFloats(state.ends.flat());
  return packed;
}

function unpack(packed, first) {
  const numbers = (text, count) => {
    const found = unpackFloats(text);
    if (found.length !== count || !found.every(Number.isFinite)) throw new RangeError("the link does not describe codes");
    return found;
  };
  let state = first;
  if ("ends" in packed) {
    const [a, b, c, d] = numbers(packed.ends, 4);
    state = { ...state, ends: [[a, b], [c, d]] };
  }
  if ("z" in packed) return moveTo(state, numbers(packed.z, 2));
  if ("t" in packed) {
    const [t] = numbers(packed.t, 1);
    if (t < 0 || t > 1) throw new RangeError("a walk goes from 0 to 1");
    return walkTo(state, t);
  }
  if (!("shown" in packed)) return state;
  if (!Number.isInteger(packed.shown) || !state.codes[packed.shown]) throw new RangeError("there is no such image");
  return lookAt(state, packed.shown);
}

// ---- words ----

const written = (value) => value.toFixed(2).replace("-", "−");
const place = (z) => `(${z.map(written).join(", ")})`;

/** What is at a code: what the decoder draws there reads like, and whose code is near. */
function look(state, store, z) {
  const digit = reading(store, state, drawAt(store, z));
  const i = nearest(state, z);
  const gap = distance(state.codes[i], z);
  return { digit, i, gap, around: gap > NEAR ? "No held-out image has its code near" : `The nearest held-out image is ${withArticle(state.labels[i])}` };
}

function tell(state, store) {
  const { digit, around } = look(state, store, state.z);
  if (state.shown !== null) return `Image ${state.shown + 1}, ${withArticle(state.labels[state.shown])}, has the code ${place(state.z)} and comes back as what reads most like ${withArticle(digit)}.`;
  const way = state.t === null ? "" : `${Math.round(100 * state.t)} % of the way. `;
  return `${way}At ${place(state.z)}: reads most like ${withArticle(digit)}. ${around}.`;
}

/** The pictures of the walk and what each reads like: { ends, pictures, digits }. They change with the ends alone, and the store keeps the last. */
function walkOf(state, store) {
  if (store.walk?.ends !== state.ends) {
    const pictures = stripOf(state).map((z) => drawAt(store, z));
    store.walk = { ends: state.ends, pictures, digits: pictures.map((picture) => reading(store, state, picture)) };
  }
  return store.walk;
}

function describe(state, { store = prepare(state) } = {}) {
  return `Plane of two code numbers with the codes of ${state.images.length} held-out digits. ${tell(state, store)} `
    + `The walk from A ${place(state.ends[0])} to B ${place(state.ends[1])} reads ${walkOf(state, store).digits.join(", ")}.`;
}

// ---- the picture ----

/** Numerals are marker and colour in one; the image that is looked at has a ring. */
function drawCodes(ctx, plot, { codes, labels, shown }, tone) {
  ctx.font = "700 12px system-ui, sans-serif";
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  codes.forEach(([a, b], i) => {
    ctx.fillStyle = DIGIT_COLORS[tone][labels[i] % 10];
    ctx.fillText(labels[i], plot.x(a), plot.y(b));
  });
  if (shown === null) return;
  ctx.beginPath();
  ctx.arc(plot.x(codes[shown][0]), plot.y(codes[shown][1]), 17, 0, 7);
  ctx.lineWidth = 2;
  ctx.strokeStyle = strong(tone);
  ctx.stroke();
}

function drawWalk(ctx, plot, ends, tone) {
  ctx.beginPath();
  ends.forEach(([a, b], i) => ctx[i ? "lineTo" : "moveTo"](plot.x(a), plot.y(b)));
  ctx.lineWidth = 2;
  ctx.setLineDash([6, 5]);
  ctx.strokeStyle = strong(tone);
  ctx.stroke();
  ctx.setLineDash([]);
}

function build(demo) {
  const { doc } = demo;
  const store = (demo.store = prepare(demo.state));
  const show = (state) => demo.set(state, tell(state, store));
  const edit = (state) => {
    demo.player.stop();
    show(state);
  };

  const axis = (c) => extent(demo.state.codes.map((code) => code[c]), ROOM);
  const plot = new Plot(demo, {
    x: axis(0), y: axis(1), xLabel: "first code number, z₁", yLabel: "second code number, z₂",
    onTap(at, event) {
      const i = plot.find(demo.state.codes, at, event.pointerType === "touch" ? 20 : 12);
      edit(i >= 0 ? lookAt(demo.state, i) : moveTo(demo.state, plot.clamp(at)));
    },
  });
  const ends = ["A", "B"].map((letter, end) => new Handle(plot, {
    name: () => `${letter}, ${end ? "end" : "beginning"} of the walk`, onMove: (code) => edit(withEnd(demo.state, end, code)),
  }));
  const point = new Handle(plot, {
    name: () => "Code z; Page Up and Page Down go through the images",
    onMove: (code) => edit(moveTo(demo.state, code)),
    onKey({ key }) {
      const hop = { PageDown: 1, PageUp: -1 }[key];
      const n = demo.state.codes.length;
      if (hop) edit(lookAt(demo.state, demo.state.shown === null ? nearest(demo.state, demo.state.z) : (demo.state.shown + hop + n) % n));
      return hop;
    },
  });

  const drawn = new Picture(demo, { width: "9.2em" });
  const original = new Picture(demo, { width: "5.2em" });
  const number = h(doc, "p", { class: "number" });
  const near = h(doc, "p", { class: "quiet", style: "min-height:2.9em" });
  const beside = h(doc, "div", { style: "margin-top:0.5em" }, h(doc, "p", { class: "quiet" }, "Held-out image"), original.node);

  const digits = [...Array(10).keys()].filter((digit) => demo.state.labels.includes(digit));
  const digitSelect = (end, label) => select(demo, {
    label, options: [["", "by hand"], ...digits.map((digit) => [String(digit), withArticle(digit)])],
    onChange: (value) => value !== "" && edit(withEnd(demo.state, end, demo.state.codes[typical(demo.state, Number(value))])),
  });
  const [from, to] = [digitSelect(0, "A"), digitSelect(1, "B")];
  for (const { node } of [from, to]) node.style.cssText = "flex:1 1 6.2em;min-width:0";
  const chosen = (end) => {
    const i = demo.state.codes.findIndex((code) => same(code, demo.state.ends[end]));
    return i >= 0 && typical(demo.state, demo.state.labels[i]) === i ? String(demo.state.labels[i]) : "";
  };
  const way = slider(demo, { label: "On the way from A to B", min: 0, max: 1, step: 0.01, format: (value) => `${Math.round(100 * value)} %`, onInput: (t) => edit(walkTo(demo.state, t)) });
  const step = () => {
    const { t } = demo.state;
    show(walkTo(demo.state, t === null || t >= 1 ? 0 : Math.min(1, t + (demo.calm ? 1 / 8 : 1 / 48))));
    return demo.state.t < 1;
  };
  const play = playButton(demo, { step, interval: demo.calm ? 700 : 80 });
  const strip = stripOf(demo.state).map(() => new Picture(demo, { width: "100%" }));

  demo.root.append(
    heading(demo, "Drag z through the plane: the decoder draws a digit from its two numbers. Drag A and B, and walk between them. Click a numeral to see that image."),
    h(doc, "div", { class: "body" },
      h(doc, "div", {}, plot.node, demo.status),
      h(doc, "div", { class: "side" },
        h(doc, "div", { class: "row", style: "align-items:flex-start;gap:1.1em;flex-wrap:nowrap" },
          h(doc, "div", {}, h(doc, "p", { class: "quiet" }, "The decoder draws"), drawn.node),
          h(doc, "div", {}, h(doc, "p", { class: "quiet" }, "Reads like"), number, beside)),
        near,
        h(doc, "div", { class: "row", style: "align-items:flex-end" }, from.node, to.node, play.node))),
    h(doc, "div", { class: "controls" }, way.node),
    h(doc, "div", { style: `display:grid;grid-template-columns:repeat(${STRIP},minmax(0,1fr));gap:3px;margin-top:0.5em` }, ...strip.map(({ node }) => node)),
  );
  demo.status.style.minHeight = "4.4em";
  demo.say("The numerals are held-out images. Drag z, or click anywhere.");

  return (state) => {
    const { tone } = demo;
    plot.paint((ctx) => {
      drawCodes(ctx, plot, state, tone);
      drawWalk(ctx, plot, state.ends, tone);
    });
    plot.drawAxes();
    const here = look(state, store, state.z);
    const { pictures, digits: reads } = walkOf(state, store);
    ends.forEach((handle, end) => handle.place(state.ends[end], {
      valueText: `${place(state.ends[end])}, reads most like ${withArticle(reads[end * (STRIP - 1)])}`, group: 1, text: "AB"[end],
      fill: strong(tone), ink: tone === "dark" ? "#000" : "#fff", stroke: tone === "dark" ? "#14181e" : "#fff",
    }));
    point.place(state.z, { valueText: `${place(state.z)}, reads most like ${withArticle(here.digit)}`, group: 3, text: "z", fill: color(tone, 4), ink: inkOn(tone, 4), stroke: strong(tone) });
    drawn.draw(drawAt(store, state.z), `Drawn by the decoder from ${place(state.z)}: reads most like ${withArticle(here.digit)}`);
    setText(number, String(here.digit));
    setText(near, `${here.around}${here.gap > NEAR ? ": nobody has asked for this drawing." : state.shown === null ? "." : `; you look at image ${state.shown + 1}.`}`);
    beside.style.visibility = state.shown === null ? "hidden" : "visible";
    if (state.shown !== null) original.draw(store.pixels[state.shown], `Held-out image ${state.shown + 1}, ${withArticle(state.labels[state.shown])}`);
    strip.forEach((picture, i) => {
      picture.draw(pictures[i], `Picture ${i + 1} of ${STRIP} on the walk: reads most like ${withArticle(reads[i])}`);
      picture.node.style.outline = state.t !== null && Math.round(state.t * (STRIP - 1)) === i ? "3px solid var(--accent)" : "none";
    });
    way.show(state.t ?? 0);
    from.show(chosen(0));
    to.show(chosen(1));
  };
}

/** A kernel set a trait: the same as if a hand had done it. */
const adopt = (name, value, state) => (name === "z" ? moveTo(state, value) : { ends: value, ...(state.t === null ? {} : { z: between(value, state.t) }) });

/** For tests in Node: what the demo does without a page. */
export const algorithm = { start, moveTo, walkTo, lookAt, withEnd, typical, nearest, prepare, drawAt, reading, stripOf, pack, unpack, describe };

export default defineDemo({
  name: "latent-explorer",
  title: "A plane of digits",
  traits: ["images", "labels", "codes", "decoder", "z", "ends"],
  sync: ["z", "ends"],
  start, pack, unpack, describe, adopt, build,
});
