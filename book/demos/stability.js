// Stability: resample, cluster, and see who stays together. Sharp blocks come back; blurs were made by chance.

import {
  adjustedRand, assignClusters, bestOf, button, Chart, color, defineDemo, extent, h, Handle, heading, inSlices, playButton, Plot, seeded,
  seedField, select, setText, slider, strong,
} from "./toolkit/index.js";

const MOST = 60;
const MOST_K = 8;
const RESTARTS = 5; // so that a bad start is not taken for an unstable cluster
const STABLE = 0.9; // a rule of thumb
const MOST_CELLS = 400; // points a side of the heat map: a screen has no more to show
const CURVE = 20; // bootstraps for each k of the curve
const KS = Array.from({ length: MOST_K - 1 }, (_, i) => i + 2);

// ---- the state, and what can happen to it (pure functions) ----

const start = ({ sets, data, k, seed, count }) => ({ sets, data, k, seed, count, point: 0, guess: null, stability: null });
const withData = (state, data) => ({ ...state, data, point: 0, guess: null, count: 1 });

/** Bootstrap b: draw n points with replacement, find k centres, and let all n points choose among them. Returns labels (n,). */
function bootstrap(X, k, seed, b) {
  const random = seeded(seed * 1009 + b);
  const sample = X.map(() => X[Math.floor(random() * X.length)]);
  return assignClusters(X, bestOf(sample, k, RESTARTS, random).mu);
}

/** Whether two states draw the same bootstraps: the store holds those of one such run. */
const sameRun = (a, b) => a.seed === b.seed && a.data === b.data;

/** Labels of bootstraps 0..count-1, and for each one the sum of its adjusted Rand indices with those before. They are kept in the store. */
function grow(state, store, k, count) {
  const { sets, data, seed } = state;
  const key = `${seed}/${data}`;
  if (store.sets !== sets || store.key !== key) Object.assign(store, { sets, key, byK: new Map() });
  if (!store.byK.has(k)) store.byK.set(k, { labels: [], links: [] });
  const kept = store.byK.get(k);
  while (kept.labels.length < count) {
    const y = bootstrap(sets[data], k, seed, kept.labels.length);
    kept.links.push(kept.labels.reduce((sum, other) => sum + adjustedRand(y, other), 0));
    kept.labels.push(y);
  }
  return kept;
}

/** Mean adjusted Rand index over all pairs of the first `count` bootstraps; null for a single one. */
const stabilityOf = ({ links }, count) => (count < 2 ? null : links.slice(0, count).reduce((sum, link) => sum + link, 0) / ((count * (count - 1)) / 2));

/** Add `by` to the counts (m · m) of all pairs of a list of m points that the labels y hold together. */
function countPairs(counts, y, points, by) {
  const m = points.length;
  const own = Uint8Array.from(points, (i) => y[i]);
  for (let a = 0; a < m; a++) for (let b = 0; b < m; b++) if (own[a] === own[b]) counts[a * m + b] += by;
}

/** How often the points a and b of a list of m were together, for all pairs of them: counts (m · m), row by row. */
function together(labels, points) {
  const counts = new Uint8Array(points.length ** 2);
  for (const y of labels) countPairs(counts, y, points, 1);
  return counts;
}

/**
 * The points of the heat map in its order, and how often their pairs were together in the first `count` bootstraps: { order, counts, count }.
 * It is kept with the bootstraps and led on from the count last asked for: pairs are many, and a slider passes every count.
 */
function pairsOf(state, kept, count) {
  if (!kept.pairs) {
    const order = thinned(orderOf(state));
    kept.pairs = { order, counts: together([], order), count: 0 };
  }
  const { pairs } = kept;
  while (pairs.count < count) countPairs(pairs.counts, kept.labels[pairs.count++], pairs.order, 1);
  while (pairs.count > count) countPairs(pairs.counts, kept.labels[--pairs.count], pairs.order, -1);
  return pairs;
}

/** At most MOST_CELLS of a list, evenly spread: pairs are as many as its square. */
function thinned(list) {
  const step = Math.ceil(list.length / MOST_CELLS);
  return list.filter((_, i) => i % step === 0);
}

/** Points in an order that puts those of one cluster of the whole data side by side. */
function orderOf({ sets, data, k, seed }) {
  const { y, mu } = bestOf(sets[data], k, 12, seeded(seed * 1009 + 1000));
  const rank = new Map(mu.map((_, j) => j).sort((a, b) => mu[a][0] - mu[b][0]).map((j, i) => [j, i]));
  return y.map((_, i) => i).sort((a, b) => rank.get(y[a]) - rank.get(y[b]) || a - b);
}

// ---- the link ----

const LINKED = ["data", "k", "seed", "count", "point", "guess"];
const pack = (state, first) => Object.fromEntries([["v", 1], ...LINKED.filter((name) => state[name] !== first[name]).map((name) => [name, state[name]])]);

function unpack(packed, first) {
  const state = { ...first, ...Object.fromEntries(LINKED.filter((name) => name in packed).map((name) => [name, packed[name]])) };
  const whole = (value, low, high) => Number.isInteger(value) && value >= low && value <= high;
  const sound = Object.hasOwn(state.sets, state.data) && whole(state.k, 2, MOST_K) && whole(state.seed, 0, 999999) && whole(state.count, 1, MOST)
    && whole(state.point, 0, state.sets[state.data].length - 1) && (state.guess === null || whole(state.guess, 2, MOST_K));
  if (!sound) throw new RangeError("the link does not describe bootstraps");
  return state;
}

// ---- words ----

const bootstraps = (count) => (count === 1 ? "1 bootstrap" : `${count} bootstraps`);
const written = (value) => (value === null ? "needs two bootstraps" : value.toFixed(2));

function tell(state, kept) {
  const value = stabilityOf(kept, state.count);
  return `k = ${state.k}, ${bootstraps(state.count)}: ${value === null ? "one bootstrap has nothing to agree with." : `the stability is ${value.toFixed(2)}.`}`;
}

/** Of all pairs of m points, the share that is neither always nor never together in `most` bootstraps: the blur of the heat map. */
function blur(counts, m, most) {
  let torn = 0;
  for (let a = 0; a < m; a++) for (let b = 0; b < a; b++) torn += counts[a * m + b] > 0 && counts[a * m + b] < most;
  return torn / ((m * (m - 1)) / 2);
}

function describe(state, { store = {} } = {}) {
  const kept = grow(state, store, state.k, 1);
  const count = Math.min(state.count, kept.labels.length);
  const labels = kept.labels.slice(0, count);
  const n = state.sets[state.data].length;
  const { order, counts } = pairsOf(state, kept, count);
  const always = labels[0].filter((_, i) => labels.every((y) => y[i] === y[state.point])).length - 1;
  return `${n} points (${state.data}), k = ${state.k}, ${bootstraps(count)}. Stability: ${written(stabilityOf(kept, count))}. `
    + `${Math.round(100 * blur(counts, order.length, count))} % of all pairs are together in some bootstraps and apart in others. Point ${state.point + 1} was always together with ${always} others.`;
}

// ---- the picture ----

const SHADES = { light: [[243, 245, 247], [0, 74, 122]], dark: [[31, 38, 45], [130, 200, 250]] };

/** The heat map, one pixel a pair; the page enlarges it. */
function drawHeat(canvas, n, counts, most, tone) {
  canvas.width = canvas.height = n;
  const ctx = canvas.getContext("2d");
  const image = ctx.createImageData(n, n);
  const [none, all] = SHADES[tone];
  const shades = Array.from({ length: most + 1 }, (_, count) => [...none.map((value, c) => value + (count / most) * (all[c] - value)), 255]);
  const inks = new Uint32Array(Uint8ClampedArray.from(shades.flat()).buffer); // a pixel's four bytes at once
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < pixels.length; i++) pixels[i] = inks[counts[i]];
  ctx.putImageData(image, 0, 0);
}

function build(demo) {
  const { doc } = demo;
  const store = (demo.store = {});
  const plots = {};
  const kept = () => store.byK.get(demo.state.k);

  /** Show a state, and draw the bootstraps that it lacks without holding up the page. */
  const show = (state, message) => {
    demo.set(state);
    const { k, count } = state;
    function* missing() {
      for (let c = 1; c <= count && sameRun(state, demo.state); c++) {
        grow(state, store, k, c);
        yield;
      }
    }
    inSlices(demo, "bootstraps", missing(), (finished) => {
      demo.redraw();
      if (!finished || !sameRun(state, demo.state)) return;
      demo.set({ stability: stabilityOf(kept(), count) }, message?.() ?? tell(demo.state, kept()));
    });
  };
  const edit = (state, message) => {
    demo.player.stop();
    show(state, message);
  };
  const oneMore = () => {
    if (demo.state.count >= MOST) return demo.say(`Those were all ${MOST} bootstraps: take another seed.`), false;
    show({ ...demo.state, count: demo.state.count + 1 });
    return demo.state.count < MOST;
  };

  /** The curve over k, once the reader has guessed: for each k its first bootstraps. */
  const measure = (state) => {
    function* all() {
      for (const k of KS) for (let c = 1; c <= CURVE && sameRun(state, demo.state); c++) {
        grow(state, store, k, c);
        yield;
      }
    }
    inSlices(demo, "curve", all(), (finished) => {
      demo.redraw();
      if (finished && curve()) demo.say(judge(demo.state)); // nobody may wait for it any more
    });
  };
  const curve = () => (demo.state.guess !== null && store.byK && KS.every((k) => store.byK.get(k)?.labels.length >= CURVE)
    ? KS.map((k) => stabilityOf(store.byK.get(k), CURVE)) : null);
  const judge = ({ guess }) => {
    const values = curve();
    const stable = KS.filter((_, i) => values[i] >= STABLE);
    const list = stable.length ? `k = ${stable.join(", ")}` : "no k at all";
    return `You said ${guess}, which has ${values[guess - 2].toFixed(2)}. At least ${STABLE}: ${list}.`;
  };

  const plotOf = ({ sets, data }) => {
    const axis = (c) => extent(sets[data].map((place) => place[c]), 0.07);
    plots[data] ??= pointPlot(data, axis(0), axis(1));
    return plots[data];
  };
  const choose = (point, other = null) => demo.set({ point }, companions(point, other));
  const companions = (point, other) => {
    const { count } = demo.state;
    const labels = kept().labels.slice(0, count);
    if (other !== null && other !== point) return `Points ${point + 1} and ${other + 1} were together in ${labels.filter((y) => y[point] === y[other]).length} of ${bootstraps(count)}.`;
    const always = labels[0].filter((_, i) => labels.every((y) => y[i] === y[point])).length - 1;
    return `Point ${point + 1} was always together with ${always} others.`;
  };
  const pointPlot = (data, x, y) => {
    const plot = new Plot(demo, {
      x, y, xLabel: "x₁", yLabel: "x₂", equal: true,
      onTap(place, event) {
        const point = plot.find(demo.state.sets[data], place, event.pointerType === "touch" ? 26 : 16);
        if (point >= 0) choose(point);
      },
    });
    plot.ghost = new Handle(plot, {
      ghost: true, role: "point", onMove: () => {},
      name: () => `Point ${demo.state.point + 1}; arrow keys choose another`,
      onKey({ key }) {
        const hop = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[key];
        const n = demo.state.sets[data].length;
        if (hop) choose((demo.state.point + hop + n) % n);
        return hop;
      },
    });
    plot.ghost.node.style.pointerEvents = "none"; // it is chosen, not moved: clicks go to the plot
    return plot;
  };
  const map = h(doc, "div");

  const heat = h(doc, "canvas", { role: "img", style: "width:100%;aspect-ratio:1;image-rendering:pixelated;display:block;border-radius:4px;cursor:crosshair" });
  demo.listen(heat, "click", (event) => {
    const box = heat.getBoundingClientRect();
    const at = (offset, size) => heat.order[Math.min(heat.order.length - 1, Math.max(0, Math.floor((offset / size) * heat.order.length)))];
    choose(at(event.clientY - box.top, box.height), at(event.clientX - box.left, box.width));
  });

  const number = h(doc, "p", { class: "number" });
  const step = button(demo, "One more", () => { demo.player.stop(); oneMore(); });
  const play = playButton(demo, { step: oneMore, interval: 200 });
  const count = slider(demo, { label: "Bootstraps", min: 1, max: MOST, step: 1, onInput: (value) => edit({ ...demo.state, count: value }) });
  const k = slider(demo, { label: "Clusters (k)", min: 2, max: MOST_K, step: 1, onInput: (value) => edit({ ...demo.state, k: value }) });
  const data = select(demo, { label: "Data", options: Object.keys(demo.origin.sets).map((name) => [name, name]), onChange: (value) => edit(withData(demo.state, value)) });
  const seed = seedField(demo, { onChange: (value) => edit({ ...demo.state, seed: value, count: 1, guess: null }, () => `Seed ${value}. ${tell(demo.state, kept())}`) });
  const guess = button(demo, "Most stable: k = 8", () => {
    demo.set({ guess: demo.state.k }, "Measuring every k.");
    measure(demo.state);
  });
  const chart = new Chart(demo, { xLabel: "k", height: 160 });

  demo.root.append(
    heading(demo, "Draw bootstrap samples, one more or many: full cells are pairs that k-means keeps together. Guess which k is most stable, then measure. Click a point to see its companions."),
    h(doc, "div", { class: "body", style: "grid-template-columns:repeat(auto-fit,minmax(min(100%,16em),1fr))" },
      h(doc, "div", {}, map, demo.status, h(doc, "p", { class: "quiet" }, "Stability (mean adjusted Rand index, all pairs of bootstraps)"), number),
      h(doc, "div", {}, h(doc, "p", { class: "quiet" }, "A cell for each pair: full colour if always together, none if never"), heat)),
    h(doc, "div", { class: "controls" }, h(doc, "div", { class: "row" }, step.node, play.node), count.node, k.node),
    h(doc, "div", { class: "panels", style: "margin-top:0.9em" },
      h(doc, "div", {}, h(doc, "p", { class: "quiet" }, "Guess with k, then measure every k"), h(doc, "div", { class: "row", style: "margin:0.4em 0" }, guess.node), data.node, seed.node), chart.node),
  );
  show(demo.state, () => "One bootstrap: every pair is together or apart. Draw more, and see which pairs waver.");

  return (state) => {
    const { tone } = demo;
    const X = state.sets[state.data];
    const n = X.length;
    const first = grow(state, store, state.k, 1);
    if (first.labels.length < state.count && !demo.slices.has("bootstraps")) show(state, () => demo.message); // after Reset, or a link
    if (state.guess !== null && !curve() && !demo.slices.has("curve")) measure(state);
    const labels = first.labels.slice(0, state.count);
    const key = `${store.key}/${state.k}/${labels.length}/${tone}`;
    if (heat.key !== key) {
      const { order, counts } = pairsOf(state, first, labels.length);
      Object.assign(heat, { key, order, blur: blur(counts, order.length, labels.length) });
      drawHeat(heat, order.length, counts, labels.length, tone);
    }
    const stability = stabilityOf(first, labels.length);
    heat.setAttribute("aria-label", `Heat map of all pairs of ${n} points after ${bootstraps(labels.length)}: ${Math.round(100 * heat.blur)} % of the pairs waver. Stability: ${written(stability)}.`);

    const plot = plotOf(state);
    if (map.firstChild !== plot.node) map.replaceChildren(plot.node);
    plot.paint((ctx) => drawCompanions(ctx, plot, X, labels, state.point, tone));
    plot.drawAxes();
    plot.ghost.place(X[state.point], { valueText: companions(state.point, null) });

    setText(number, stability === null ? "–" : stability.toFixed(2));
    const values = curve();
    chart.draw({
      x: [1.6, MOST_K + 0.4], y: [0, 1.05], rule: values ? state.k : null,
      lines: values ? [{ points: values.map((value, i) => [KS[i], value]), color: color(tone, 2), group: 2 }] : [],
      notes: values ? [] : [{ at: [5, 0.5], text: state.guess === null ? "guess first" : "measuring …", anchor: "middle" }],
      words: values ? `Stability of k = 2 to ${MOST_K}, ${CURVE} bootstraps each: ${values.map((value) => value.toFixed(2)).join(", ")}.` : "Stability against k: hidden, guess first.",
    });
    guess.show(`Most stable: k = ${state.k}`);
    guess.mark(state.guess === null);
    count.show(state.count);
    k.show(state.k);
    data.show(state.data);
    seed.show(state.seed);
  };
}

/** Size and ink of a point say how often it was together with the chosen one, which has a ring. */
function drawCompanions(ctx, plot, X, labels, chosen, tone) {
  const levels = 4;
  const times = new Uint8Array(X.length);
  for (const y of labels) for (let i = 0; i < times.length; i++) times[i] += y[i] === y[chosen];
  const grades = times.map((count) => Math.round((count / labels.length) * levels));
  for (let grade = 0; grade <= levels; grade++) {
    ctx.globalAlpha = 0.35 + (0.65 * grade) / levels;
    ctx.lineWidth = 0.75;
    plot.markers(ctx, X.filter((_, i) => grades[i] === grade), 0, { radius: 2.2 + (2.6 * grade) / levels, fill: grade ? color(tone, 0) : strong(tone) });
  }
  ctx.globalAlpha = 1;
  ctx.lineWidth = 2.5;
  plot.markers(ctx, [X[chosen]], 0, { radius: 9, stroke: strong(tone) });
}

/** A kernel set a trait: the same as if a hand had done it. */
function adopt(name, value, state) {
  if (name === "stability") return {};
  return name === "data" ? withData(state, value) : { [name]: value };
}

/** For tests in Node: what the demo does without a page. */
export const algorithm = { start, withData, bootstrap, grow, stabilityOf, together, orderOf, pack, unpack, describe };

export default defineDemo({
  name: "stability",
  title: "What comes back?",
  traits: ["sets", "data", "k", "seed", "count"],
  sync: ["data", "k", "seed", "count", "stability"],
  start, pack, unpack, describe, adopt, build,
});
