// Denoising in the plane: arrows lead from noisy places to what a denoiser answers, the mean of the clean points that may have led there.

import {
  button, Chart, color, defineDemo, extent, forward, h, Handle, heading, inkOn, packFloats, playButton, Plot, seeded, seedField, select, setText, slider,
  squaredError, strong, unpackFloats, unpackLayers,
} from "./toolkit/index.js";

const GRID = 15;
const MOST = 8; // times that points are sent through the denoiser
const LEAST_SIGMA = 0.02;
const METHODS = [["best", "the best there is"], ["network", "a small network"]];

// ---- the algorithm ----

/** E[x | q]: the mean of all points x, each with the weight exp(−‖q − x‖² / 2σ²), for one noisy place q. */
function bestDenoiser(points, sigma, q) {
  const squared = new Float64Array(points.length);
  let least = Infinity;
  for (let i = 0; i < points.length; i++) {
    const [a, b] = points[i];
    squared[i] = (q[0] - a) ** 2 + (q[1] - b) ** 2;
    if (squared[i] < least) least = squared[i];
  }
  let [sum, first, second] = [0, 0, 0];
  for (let i = 0; i < points.length; i++) {
    const weight = Math.exp((least - squared[i]) / (2 * sigma ** 2)); // the largest weight is 1: they cannot all vanish
    sum += weight;
    first += weight * points[i][0];
    second += weight * points[i][1];
  }
  return [first / sum, second / sum];
}

/** A standard normal number, by Box and Muller. */
const normal = (random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** All points with noise of size sigma, drawn by the seed. */
function spoil(points, sigma, seed) {
  const random = seeded(seed);
  return points.map((x) => x.map((value) => value + sigma * normal(random)));
}

const meanSquare = (answers, points) => points.reduce((sum, x, i) => sum + squaredError(x, answers[i]), 0) / points.length;

// ---- the state, and what can happen to it (pure functions) ----

/** `passes`: null before any noise; then how often all noisy points, and the probe, have gone through the denoiser. */
const start = ({ points, network, trained, sigma, probe, seed }) => ({ points, network, trained, sigma, probe, seed, method: "best", passes: null });

const prepare = ({ network }) => ({ layers: unpackLayers(network) });
const answer = ({ points, sigma, method }, { layers }, q) => (method === "network" ? forward(q, layers) : bestDenoiser(points, sigma, q));

/** The places of a point after 0, 1, … passes. */
function trail(state, store, q, passes) {
  const places = [q];
  while (places.length <= passes) places.push(answer(state, store, places.at(-1)));
  return places;
}

/** Trails of all noisy points, kept as long as nothing that they depend on has changed. */
function trails(state, store) {
  const { sigma, method, seed, passes, points } = state;
  const key = `${sigma}/${method}/${seed}/${passes}`;
  if (store.key !== key || store.points !== points)
    Object.assign(store, { key, points, trails: passes === null ? [] : spoil(points, sigma, seed).map((q) => trail(state, store, q, passes)) });
  return store.trails;
}

/** The loss after 0, 1, … passes. */
function losses(state, store) {
  const all = trails(state, store);
  return state.passes === null ? [] : Array.from({ length: state.passes + 1 }, (_, i) => meanSquare(all.map((places) => places[i]), state.points));
}

// ---- the link ----

const LINKED = ["sigma", "seed", "method", "passes"];

function pack(state, first) {
  const packed = Object.fromEntries([["v", 1], ...LINKED.filter((name) => state[name] !== first[name]).map((name) => [name, state[name]])]);
  if (state.probe[0] !== first.probe[0] || state.probe[1] !== first.probe[1]) packed.probe = packFloats(state.probe);
  return packed;
}

function unpack(packed, first) {
  const state = { ...first, ...Object.fromEntries(LINKED.filter((name) => name in packed).map((name) => [name, packed[name]])) };
  if (packed.probe) state.probe = unpackFloats(packed.probe);
  const { sigma, seed, method, passes, probe, network } = state;
  const sound = sigma >= LEAST_SIGMA && sigma <= 2.56 && Number.isInteger(seed) && (method === "best" || (method === "network" && network.length))
    && (passes === null || (Number.isInteger(passes) && passes >= 0 && passes <= MOST)) && probe.length === 2 && probe.every(Number.isFinite);
  if (!sound) throw new RangeError("the link does not describe noise");
  return state;
}

// ---- words ----

const written = (value) => value.toFixed(2).replace("-", "−");
const place = (q) => `(${q.map(written).join(", ")})`;
const size = (sigma) => Number(sigma.toPrecision(2));
const short = (value) => value.toPrecision(2);

function tell(state, store) {
  const to = answer(state, store, state.probe);
  const length = Math.hypot(to[0] - state.probe[0], to[1] - state.probe[1]);
  return `With noise of ${size(state.sigma)} the answer for ${place(state.probe)} is ${place(to)}: a correction of ${written(length)}.`;
}

function tellLoss(state, store) {
  const found = losses(state, store);
  if (!found.length) return tell(state, store);
  if (found.length === 1) return `All points have noise of ${size(state.sigma)}: on average they are off by a squared distance of ${short(found[0])}. Denoise them.`;
  const [before, after] = found.slice(-2);
  return `Pass ${state.passes}: the loss ${after < before ? "fell" : "rose"} from ${short(before)} to ${short(after)}.`;
}

function describe(state, { store = prepare(state) } = {}) {
  const found = losses(state, store);
  return `${state.points.length} clean points and arrows to what ${state.method === "best" ? "the best denoiser" : "a small network"} answers. ${tell(state, store)} `
    + (found.length ? `Loss of the noisy points after 0 to ${state.passes} passes: ${found.map(short).join(", ")}.` : "No noisy points yet.");
}

// ---- the picture ----

function arrow(ctx, [x0, y0], [x1, y1]) {
  const length = Math.hypot(x1 - x0, y1 - y0);
  ctx.moveTo(x0, y0);
  ctx.lineTo(x1, y1);
  if (length < 3) return;
  const turn = Math.atan2(y1 - y0, x1 - x0);
  const head = Math.min(6, length * 0.6);
  for (const side of [-2.6, 2.6]) {
    ctx.moveTo(x1, y1);
    ctx.lineTo(x1 + head * Math.cos(turn + side), y1 + head * Math.sin(turn + side));
  }
}

/** Places on a grid and what the denoiser answers there, kept as long as nothing that they depend on has changed. */
function fieldOf(state, store, domains) {
  const { sigma, method, points } = state;
  const known = store.field;
  if (known?.sigma === sigma && known.method === method && known.points === points) return known.arrows;
  const at = ([low, high], i) => low + ((i + 0.5) / GRID) * (high - low);
  const places = Array.from({ length: GRID * GRID }, (_, i) => [at(domains[0], Math.floor(i / GRID)), at(domains[1], i % GRID)]);
  store.field = { sigma, method, points, arrows: places.map((q) => [q, answer(state, store, q)]) };
  return store.field.arrows;
}

function drawField(ctx, plot, state, store, tone) {
  ctx.beginPath();
  for (const [q, to] of fieldOf(state, store, [plot.x.domain, plot.y.domain])) {
    const half = q.map((value, c) => value + 0.5 * (to[c] - value)); // half of each correction: whole ones would cross
    arrow(ctx, [plot.x(q[0]), plot.y(q[1])], [plot.x(half[0]), plot.y(half[1])]);
  }
  ctx.lineWidth = 1.2;
  ctx.strokeStyle = color(tone, 1);
  ctx.stroke();
}

function drawTrails(ctx, plot, all, tone) {
  if (!all.length) return;
  ctx.beginPath();
  for (const places of all) places.forEach((q, i) => ctx[i ? "lineTo" : "moveTo"](plot.x(q[0]), plot.y(q[1])));
  ctx.lineWidth = 1;
  ctx.globalAlpha = 0.5;
  ctx.strokeStyle = color(tone, 2);
  ctx.stroke();
  ctx.globalAlpha = 1;
  plot.markers(ctx, all.map((places) => places.at(-1)), 2, { radius: 3.4, fill: color(tone, 2) });
}

function drawProbe(ctx, plot, from, to, tone) {
  ctx.beginPath();
  arrow(ctx, [plot.x(from[0]), plot.y(from[1])], [plot.x(to[0]), plot.y(to[1])]);
  ctx.lineWidth = 2.5;
  ctx.strokeStyle = strong(tone);
  ctx.stroke();
  plot.markers(ctx, [to], 3, { radius: 5, fill: strong(tone) });
}

function build(demo) {
  const { doc } = demo;
  const store = (demo.store = prepare(demo.state));
  const show = (state) => demo.set(state, tell(state, store));
  const showLoss = (state) => demo.set(state, tellLoss(state, store));

  const edit = (next, patch) => {
    demo.player.stop();
    next({ ...demo.state, ...patch });
  };

  const axis = (c) => extent(demo.state.points.map((x) => x[c]), 0.3);
  const plot = new Plot(demo, { x: axis(0), y: axis(1), xLabel: "x₁", yLabel: "x₂", equal: true, onTap: (q) => show({ ...demo.state, probe: plot.clamp(q) }) });
  const probe = new Handle(plot, { name: () => "Noisy point", onMove: (q) => show({ ...demo.state, probe: q }) });

  const sigma = slider(demo, {
    label: "Noise, σ", min: 0, max: 7, step: 0.25, format: (value) => String(size(LEAST_SIGMA * 2 ** value)),
    onInput: (value) => edit(show, { sigma: LEAST_SIGMA * 2 ** value, passes: demo.state.passes === null ? null : 0 }),
  });
  const options = METHODS.filter(([name]) => name === "best" || demo.state.network.length);
  const method = select(demo, { label: "Denoiser", options, onChange: (value) => edit(showLoss, { method: value }) });
  const seed = seedField(demo, { label: "Seed of the noise", onChange: (value) => edit(showLoss, { seed: value, passes: 0 }) });
  const noisy = button(demo, "Spoil all points", () => edit(showLoss, { seed: demo.state.seed + (demo.state.passes === null ? 0 : 1), passes: 0 }));
  const denoise = () => {
    const { passes } = demo.state;
    if (passes === null) demo.say("There is no noise to remove yet: spoil the points first.");
    else if (passes === MOST) demo.say(`${MOST} passes are enough: spoil the points again.`);
    else showLoss({ ...demo.state, passes: passes + 1 });
    return demo.state.passes !== null && demo.state.passes < MOST;
  };
  const clean = button(demo, "Denoise", () => { demo.player.stop(); denoise(); });
  const play = playButton(demo, { step: denoise, interval: 500 });
  const number = h(doc, "p", { class: "number" });
  const chart = new Chart(demo, { xLabel: "times denoised", height: 150 });
  const note = h(doc, "p", { class: "quiet", style: "min-height:2.9em" });

  demo.root.append(
    heading(demo, "Set the noise. Drag the noisy point, or click anywhere: its arrow ends where the denoiser thinks it came from. The small arrows go half of the way."),
    h(doc, "div", { class: "body" },
      h(doc, "div", {}, plot.node, demo.status),
      h(doc, "div", { class: "side" },
        h(doc, "div", { class: "row" }, sigma.node), method.node, note,
        h(doc, "div", { class: "row" }, noisy.node, clean.node, play.node),
        h(doc, "div", {}, h(doc, "p", { class: "quiet" }, "Loss: mean squared distance to the clean points"), number),
        chart.node, seed.node)),
  );
  demo.status.style.minHeight = "4.4em";
  demo.say("Dots are clean points. Where do the arrows lead?");

  return (state) => {
    const { tone } = demo;
    const to = answer(state, store, state.probe);
    const all = trails(state, store);
    plot.paint((ctx) => {
      drawField(ctx, plot, state, store, tone);
      plot.markers(ctx, state.points, 0, { radius: 3, fill: color(tone, 0) });
      drawTrails(ctx, plot, all, tone);
      drawProbe(ctx, plot, state.probe, to, tone);
    });
    plot.drawAxes();
    probe.place(state.probe, { valueText: `${place(state.probe)}, answer ${place(to)}`, group: 0, text: "x̂", fill: color(tone, 4), ink: inkOn(tone, 4), stroke: strong(tone) });
    const found = losses(state, store);
    setText(number, found.length ? short(found.at(-1)) : "–");
    const high = 1.15 * Math.max(...found, 1e-6);
    chart.draw({
      x: [0, MOST], y: [0, found.length ? high : 1], lines: found.length ? [{ points: found.map((loss, i) => [i, loss]), color: color(tone, 2), group: 2 }] : [],
      notes: found.length ? [] : [{ at: [MOST / 2, 0.5], text: "spoil the points first", anchor: "middle" }],
      words: found.length ? `Loss after 0 to ${state.passes} passes: ${found.map(short).join(", ")}.` : "No noisy points yet.",
    });
    const mismatch = state.method === "network" && Math.abs(Math.log2(state.sigma / state.trained)) > 0.2;
    setText(note, state.method === "best" ? "It knows all clean points, and σ." : `It was trained with noise of ${state.trained}${mismatch ? `, and does not know that σ is ${size(state.sigma)}.` : ", and has seen nothing else."}`);
    noisy.mark(state.passes === null);
    clean.mark(state.passes === 0);
    sigma.show(Math.log2(state.sigma / LEAST_SIGMA));
    method.show(state.method);
    seed.show(state.seed);
  };
}

/** For tests in Node: what the demo does without a page. */
export const algorithm = { bestDenoiser, spoil, meanSquare, start, prepare, answer, trail, trails, losses, pack, unpack, describe };

export default defineDemo({
  name: "denoising",
  title: "Where the arrows lead",
  traits: ["points", "network", "trained", "sigma", "probe", "seed"],
  sync: ["sigma", "probe", "seed"],
  start, pack, unpack, describe, build,
});
