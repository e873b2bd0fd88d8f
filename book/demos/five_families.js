// Five families of generative models of the same points: how each draws a sample, and what it can say about the density of a point.

import {
  button, checkbox, color, defineDemo, forward, h, halo, Handle, heading, logNormal, logSumExp, packFloats, Picture, playButton, Plot, seeded, seedField,
  setAttribute, setText, slider, squaredDistance, strong, sum, unpackFloats, unpackLayers, unpackMatrix,
} from "./toolkit/index.js";

const SAMPLES = 120;
const FAMILIES = {
  autoregressive: {
    title: "Autoregressive", draws: "one number after the other, each given those before",
    price: "as many steps as numbers, in an order that somebody chose",
  },
  flow: {
    title: "Flow", draws: "noise, pushed through maps that can be undone",
    price: "only maps that can be undone; they stretch, and never tear",
  },
  vae: {
    title: "VAE", draws: "a code, decoded, and noise on top",
    price: "a bound instead of the likelihood; the noise blurs",
  },
  gan: {
    title: "GAN", draws: "noise, through a generator, in one go", price: "a game instead of a likelihood: training can swing, and forget a digit",
  },
  diffusion: {
    title: "Diffusion", draws: "noise, made a little cleaner, many times", price: "a call of the network for every step",
  },
};

// ---- the models (pure functions; a model is what the data step stored, its layers are unpacked once) ----

const unpacked = new WeakMap();
function net(layers) {
  if (!unpacked.has(layers)) unpacked.set(layers, unpackLayers(layers));
  return unpacked.get(layers);
}
const answer = (layers, x) => forward(x, net(layers));

/** softmax and its logarithm. */
const logSoftmax = (logits) => {
  const total = logSumExp(logits);
  return logits.map((logit) => logit - total);
};
const binOf = (edges, value) => edges.findIndex((edge, b) => value >= edge && value < (edges[b + 1] ?? -Infinity));
const inBin = (edges, b, u) => edges[b] + u * (edges[b + 1] - edges[b]);
const middleOf = (edges, b) => inBin(edges, b, 0.5);

/** The bin in which a share `u` of all probability is reached. */
function binAt(probabilities, u) {
  let total = 0;
  const b = probabilities.findIndex((share) => (total += share) > u);
  return b < 0 ? probabilities.length - 1 : b;
}

/** p(x2 | x1) over the bins of x2, given the bin of x1. */
const secondGiven = ({ edges, net: layers }, b) => logSoftmax(answer(layers, [middleOf(edges[0], b)])).map(Math.exp);

/** The two parts of log p(x): of x1, and of x2 given x1; −∞ outside all bins. */
function autoregressiveLog({ edges, first, net: layers }, [x1, x2]) {
  const [a, b] = [binOf(edges[0], x1), binOf(edges[1], x2)];
  if (a < 0 || b < 0) return [-Infinity, -Infinity];
  const wide = (axis, bin) => Math.log(edges[axis][bin + 1] - edges[axis][bin]);
  return [Math.log(first[a]) - wide(0, a), logSoftmax(answer(layers, [middleOf(edges[0], a)]))[b] - wide(1, b)];
}

/** One coupling: x[keep] stays, and says how the other number is stretched and shifted. */
function couple({ keep, net: layers }, x) {
  const [a, shift] = answer(layers, [x[keep]]);
  const moved = x[1 - keep] * Math.exp(1.5 * Math.tanh(a)) + shift;
  return keep ? [moved, x[1]] : [x[0], moved];
}

/** From a point back to its noise; log p(x) = log N(z) − Σ log stretching. */
function flowLog({ couplings }, point) {
  let [x, volume] = [point, 0];
  for (const { keep, net: layers } of [...couplings].reverse()) {
    const [a, shift] = answer(layers, [x[keep]]);
    const undone = (x[1 - keep] - shift) * Math.exp(-1.5 * Math.tanh(a));
    x = keep ? [undone, x[1]] : [x[0], undone];
    volume += 1.5 * Math.tanh(a);
  }
  return { z: x, log: logNormal(x[0]) + logNormal(x[1]) - volume };
}

const midpoints = (low, high, count) => Array.from({ length: count }, (_, i) => low + ((i + 0.5) * (high - low)) / count);

/** E_q[log p(x | z)] − KL(q(z | x) ‖ N(0, I)), the expectation by the midpoint rule: never more than log p(x). */
function vaeBound({ encoder, decoder, sigma }, x) {
  const [m1, m2, v1, v2] = answer(encoder, x);
  const line = midpoints(-4.5, 4.5, 31);
  const weight = line.map((e) => Math.exp(logNormal(e)) * (9 / 31));
  const fit = sum(line.map((e1, i) => weight[i] * sum(line.map((e2, j) => {
    const seen = answer(decoder, [m1 + Math.exp(v1 / 2) * e1, m2 + Math.exp(v2 / 2) * e2]);
    return weight[j] * (logNormal(x[0], seen[0], sigma) + logNormal(x[1], seen[1], sigma));
  }))));
  return fit - (m1 ** 2 + m2 ** 2 + Math.exp(v1) + Math.exp(v2) - 2 - v1 - v2) / 2;
}

const grids = new WeakMap(); // of each VAE: what a fine grid of codes is decoded to, with the codes' log-weights
function codeGrid({ decoder }) {
  if (!grids.has(decoder)) {
    const line = midpoints(-5, 5, 81);
    const area = 2 * Math.log(10 / 81);
    grids.set(decoder, line.flatMap((z1) => line.map((z2) => ({ mean: answer(decoder, [z1, z2]), log: logNormal(z1) + logNormal(z2) + area }))));
  }
  return grids.get(decoder);
}

/** log ∫ N(x; decoder(z), σ²) N(z) dz over the grid: possible for two numbers, hopeless for a hundred. */
const vaeLog = (model, x) => logSumExp(codeGrid(model).map(({ mean, log }) => log + logNormal(x[0], mean[0], model.sigma) + logNormal(x[1], mean[1], model.sigma)));

const critic = ({ discriminator }, x) => 1 / (1 + Math.exp(-answer(discriminator, x)[0]));

/** The direction v in which a point turns from noise to data, at angle φ. */
const turn = ({ net: layers }, x, angle) => answer(layers, [...x, angle, Math.sin(angle), Math.cos(angle)]);

/** One of the steps of a sample: number `done` of them lie behind it. */
function denoise(model, x, done) {
  const delta = model.last_angle / model.steps;
  const v = turn(model, x, (model.steps - done) * delta);
  return x.map((value, c) => Math.cos(delta) * value - Math.sin(delta) * v[c]);
}

/** log p(x) = log N(end) + ∫ div v dφ along dx/dφ = v from the point to noise (Runge and Kutta's method; slopes by differences). */
function diffusionLog(model, point, steps = 30) {
  const step = model.last_angle / steps;
  const tiny = 1e-4;
  const field = (x, angle) => {
    const slope = (c) => {
      const at = (side) => turn(model, x.map((value, i) => value + (i === c ? side * tiny : 0)), angle)[c];
      return (at(1) - at(-1)) / (2 * tiny);
    };
    return [...turn(model, x, angle), slope(0) + slope(1)];
  };
  const ahead = (x, slope, by) => x.map((value, c) => value + by * slope[c]);
  let [x, gained] = [point, 0];
  for (let i = 0; i < steps; i++) {
    const angle = i * step;
    const k1 = field(x, angle);
    const k2 = field(ahead(x, k1, step / 2), angle + step / 2);
    const k3 = field(ahead(x, k2, step / 2), angle + step / 2);
    const k4 = field(ahead(x, k3, step), angle + step);
    const mean = k1.map((value, c) => (value + 2 * k2[c] + 2 * k3[c] + k4[c]) / 6);
    x = ahead(x, mean, step);
    gained += step * mean[2];
  }
  return logNormal(x[0]) + logNormal(x[1]) + gained;
}

// ---- drawing ----

/** The chance that goes into `count` samples: for each two normal numbers to start from, two more, and four uniform ones. */
function chances(seed, count) {
  const random = seeded(seed * 1009 + 7);
  const pair = () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  };
  return Array.from({ length: count }, () => ({ z: pair(), noise: pair(), u: [random(), random(), random(), random()] }));
}

/** Name of each step, the start first. */
function stepsOf({ families, checkpoint }, family) {
  const { flow, diffusion, gan } = families;
  return {
    autoregressive: () => ["nothing drawn yet", "x₁ drawn, from how often each bin was seen", "x₂ drawn, from what the network says given x₁"],
    flow: () => ["noise", ...flow.couplings.map(({ keep }, i) => `map ${i + 1}: x${"₁₂"[keep]} says how x${"₂₁"[keep]} is stretched and shifted`)],
    vae: () => ["codes, drawn as noise", "decoded", "decoded, with noise on top"],
    gan: () => ["noise", `through the generator, as it was after ${gan.checkpoints[checkpoint].step} steps of training`],
    diffusion: () => ["noise", ...Array.from({ length: diffusion.steps }, () => "a little less noise")],
  }[family]();
}
const lastStep = (state, family = state.family) => stepsOf(state, family).length - 1;

/** One sample on: from where it is after `done` steps (null: nowhere yet) to where the next step takes it. */
function advance({ families, checkpoint }, family, x, { z, noise, u }, done) {
  const model = families[family];
  if (family === "flow") return couple(model.couplings[done], x);
  if (family === "diffusion") return denoise(model, x, done);
  if (family === "gan") return answer(model.checkpoints[checkpoint].generator, z);
  if (family === "vae") return done ? x.map((value, c) => value + model.sigma * noise[c]) : answer(model.decoder, z);
  const low = families.box[1][0];
  if (!done) return [inBin(model.edges[0], binAt(model.first, u[0]), u[1]), low];
  return [x[0], inBin(model.edges[1], binAt(secondGiven(model, binOf(model.edges[0], x[0])), u[2]), u[3])];
}

/** All samples after 0, 1, … `step` steps. They are kept in the store. */
function framesOf(state, store, step = state.step) {
  const key = `${state.family}/${state.seed}/${state.family === "gan" ? state.checkpoint : ""}`;
  if (store.families !== state.families || store.key !== key) {
    const draws = chances(state.seed, SAMPLES);
    Object.assign(store, { families: state.families, key, draws, frames: [draws.map(({ z }) => (state.family === "autoregressive" ? null : z))] });
  }
  while (store.frames.length <= step) {
    const done = store.frames.length - 1;
    store.frames.push(store.frames[done].map((x, i) => advance(state, state.family, x, store.draws[i], done)));
  }
  return store.frames;
}

/** Of which digits the points are, if each counts for the digit whose mean is nearest: a share for each. */
function shares({ families }, points) {
  const digits = [...new Set(families.train_labels)].sort();
  const means = digits.map((digit) => {
    const own = families.train.filter((_, i) => families.train_labels[i] === digit);
    return [0, 1].map((c) => sum(own.map((point) => point[c])) / own.length);
  });
  const counts = digits.map(() => 0);
  for (const point of points) {
    const far = means.map((mean) => squaredDistance(point, mean));
    counts[far.indexOf(Math.min(...far))] += 1;
  }
  return counts.map((count, i) => ({ digit: digits[i], share: count / points.length }));
}

/** A point of the plane as a picture of 8 × 8 pixels. */
function pictureOf({ picture: { mean, components } }, [x1, x2]) {
  if (!unpacked.has(components)) unpacked.set(components, unpackMatrix(components).values);
  const rows = unpacked.get(components);
  return mean.map((value, i) => Math.min(1, Math.max(0, value + x1 * rows[i] + x2 * rows[64 + i])));
}

// ---- the state ----

function start({ families, family, seed }) {
  return { families, family, seed, step: 0, checkpoint: families.gan.checkpoints.length - 1, real: true, probe: [1.2, 0.6], sample: 2 };
}
const withFamily = (state, family) => ({ ...state, family, step: 0 });

// ---- the link ----

const LINKED = ["family", "seed", "step", "checkpoint", "real", "sample"];
function pack(state, first) {
  const packed = Object.fromEntries([["v", 1], ...LINKED.filter((name) => state[name] !== first[name]).map((name) => [name, state[name]])]);
  return String(state.probe) === String(first.probe) ? packed : { ...packed, probe: packFloats(state.probe) };
}

function unpack(packed, first) {
  const state = { ...first, ...Object.fromEntries(LINKED.filter((name) => name in packed).map((name) => [name, packed[name]])) };
  if (packed.probe) state.probe = unpackFloats(packed.probe);
  const whole = (value, low, high) => Number.isInteger(value) && value >= low && value <= high;
  const sound = Object.hasOwn(FAMILIES, state.family) && whole(state.seed, 0, 999999) && whole(state.checkpoint, 0, state.families.gan.checkpoints.length - 1)
    && whole(state.step, 0, lastStep(state)) && typeof state.real === "boolean" && whole(state.sample, 0, SAMPLES - 1) && state.probe.length === 2 && state.probe.every(Number.isFinite);
  if (!sound) throw new RangeError("the link does not describe a generative model");
  return state;
}

// ---- words ----

const nats = (value) => (Number.isFinite(value) ? value.toFixed(2).replace("-", "−") : "−∞");
const at = ([a, b]) => `${a.toFixed(1)}, ${b.toFixed(1)}`.replaceAll("-", "−");
const percent = (value) => `${Math.round(100 * value)} %`;

/** What a family can say about the density of the point: [short, how]. */
function says({ families, family, probe }) {
  if (family === "autoregressive") {
    const [one, two] = autoregressiveLog(families.autoregressive, probe);
    return [nats(one + two), `exact: log p(x₁) + log p(x₂ | x₁) = ${nats(one)} ${two < 0 ? "−" : "+"} ${nats(Math.abs(two))}`];
  }
  if (family === "flow") {
    const { z, log } = flowLog(families.flow, probe);
    return [nats(log), `exact: undone, the point is the noise ${at(z)}, with log N(z) = ${nats(logNormal(z[0]) + logNormal(z[1]))}; the rest is stretching`];
  }
  if (family === "vae") return [`≥ ${nats(vaeBound(families.vae, probe))}`, `the evidence lower bound; adding up a fine grid of codes, which two numbers allow, gives ${nats(vaeLog(families.vae, probe))}`];
  if (family === "gan") return ["cannot say", `its critic takes the point for real with ${percent(critic(families.gan, probe))}: an opinion, no density`];
  return [nats(diffusionLog(families.diffusion, probe)), "by solving an equation from the point to noise, in 30 steps of four calls each"];
}

function tell(state) {
  const name = FAMILIES[state.family].title;
  const { step } = state;
  return `${name}, ${step} of ${lastStep(state)}: ${stepsOf(state, state.family)[step]}.`;
}

function spreadText(state, store) {
  const points = framesOf(state, store)[state.step];
  if (state.step < lastStep(state)) return "";
  return shares(state, points).map(({ digit, share }) => `${digit}s ${percent(share)}`).join(", ");
}

const heldOut = ({ families, family }) => ({
  autoregressive: () => nats(families.autoregressive.log_likelihood), flow: () => nats(families.flow.log_likelihood), vae: () => `≥ ${nats(families.vae.elbo)}`,
  gan: () => "–", diffusion: () => nats(families.diffusion.log_likelihood),
}[family]());

function describe(state, { store = {} } = {}) {
  const family = FAMILIES[state.family];
  const spread = spreadText(state, store);
  const [value, how] = says(state);
  return `${SAMPLES} samples of a model, ${family.title}. It draws ${family.draws}. ${tell(state)} ${spread ? `Nearest digit of the samples: ${spread}. ` : ""}`
    + `${state.real ? `Behind them ${state.families.train.length} real digits. ` : ""}Log-density of the point ${at(state.probe)}: ${value}; ${how}.`;
}

// ---- the picture ----

function build(demo) {
  const { doc } = demo;
  const store = (demo.store = {});
  const { families } = demo.origin;
  const digits = [...new Set(families.train_labels)].sort();
  const change = (patch) => demo.set(patch, tell({ ...demo.state, ...patch }));
  const edit = (patch) => {
    demo.player.stop();
    change(patch);
  };
  const ask = (probe) => demo.set({ probe }, `Point ${at(probe)}: ${says({ ...demo.state, probe }).join(", ")}.`);

  const plot = new Plot(demo, {
    x: families.box[0], y: families.box[1], xLabel: "x₁", yLabel: "x₂", equal: true,
    onTap(place, event) {
      const { step, sample } = demo.state;
      const found = plot.find(framesOf(demo.state, store)[step].map((point) => point ?? [99, 99]), place, event.pointerType === "touch" ? 22 : 12);
      if (found >= 0 && found !== sample) demo.set({ sample: found }, `Sample ${found + 1} is followed.`);
      else ask(plot.clamp(place));
    },
  });
  const probe = new Handle(plot, { name: () => "Point to ask about", onMove: ask });

  const tabs = Object.entries(FAMILIES).map(([key, { title }]) => [key, button(demo, title, () => edit(withFamily(demo.state, key)))]);
  const step = slider(demo, { label: "Step", min: 0, max: 1, step: 1, format: (value) => `${value} of ${lastStep(demo.state)}`, onInput: (value) => edit({ step: value }) });
  const next = button(demo, "Next step", () => edit({ step: (demo.state.step + 1) % (lastStep(demo.state) + 1) }));
  const play = playButton(demo, {
    interval: 120,
    step() {
      const last = lastStep(demo.state);
      change({ step: demo.state.step === last ? 0 : demo.state.step + 1 });
      return demo.state.step < last;
    },
  });
  const checkpoint = slider(demo, {
    label: "GAN training", min: 0, max: families.gan.checkpoints.length - 1, step: 1, format: (i) => `${families.gan.checkpoints[i].step} steps`,
    onInput: (value) => edit({ checkpoint: value, step: lastStep(demo.state) }),
  });
  checkpoint.node.style.minWidth = "12em";
  const real = checkbox(demo, { label: "Show the real digits", onChange: (on) => demo.set({ real: on }, on ? "The real digits are shown." : "Only samples are shown.") });
  const sample = slider(demo, { label: "Sample to follow", min: 1, max: SAMPLES, step: 1, onInput: (value) => demo.set({ sample: value - 1 }, `Sample ${value} is followed.`) });
  const seed = seedField(demo, { label: "Seed of the samples", onChange: (value) => {
    demo.player.stop();
    demo.set({ seed: value }, `Other samples, by seed ${value}. ${tell({ ...demo.state, seed: value })}`);
  } });

  const facts = ["Draws", "Price", "Held out"].map((label) => {
    const text = h(doc, "td");
    return { text, row: h(doc, "tr", {}, h(doc, "th", { scope: "row", style: "white-space:nowrap" }, label), text) };
  });
  const number = h(doc, "p", { class: "number" });
  const how = h(doc, "p", { class: "quiet", style: "min-height:5.8em" });
  const legend = h(doc, "p", { class: "quiet" }, `Samples: ● Real digits: ${digits.map((digit, g) => `${"□△◇"[g] ?? "○"} ${digit}`).join(", ")}`);
  const spread = h(doc, "p", { class: "quiet", style: "min-height:2.9em" });
  const pictures = { sample: new Picture(demo, { width: "5.2em" }), probe: new Picture(demo, { width: "5.2em" }) };
  const named = (title, { node }) => h(doc, "div", {}, node, h(doc, "p", { class: "quiet" }, title));

  demo.root.append(
    heading(demo, "Choose a family and go through its steps. Then drag the point “?”, and ask each family how likely it is."),
    h(doc, "div", { class: "row", role: "group", "aria-label": "Family", style: "margin-bottom:0.7em" }, ...tabs.map(([, { node }]) => node)),
    h(doc, "div", { class: "body" },
      h(doc, "div", {}, plot.node, legend, demo.status, spread, h(doc, "div", { class: "controls", style: "margin-top:0.3em" }, h(doc, "div", { class: "row" }, next.node, play.node), step.node)),
      h(doc, "div", { class: "side", style: "gap:0.6em" }, h(doc, "div", { style: "min-height:10.8em" }, h(doc, "table", {}, h(doc, "tbody", {}, ...facts.map(({ row }) => row)))),
        h(doc, "div", {}, h(doc, "p", { class: "quiet" }, "Log-density of the point “?”, nats"), number, how),
        h(doc, "div", { class: "row", style: "align-items:flex-start;gap:1em" }, named("the sample followed", pictures.sample), named("the point “?”", pictures.probe)))),
    h(doc, "div", { class: "controls settings" }, sample.node, seed.node, real.node, checkpoint.node),
  );
  demo.status.style.minHeight = "4.4em";
  demo.say(tell(demo.state));

  return (state) => {
    const { tone } = demo;
    const frames = framesOf(state, store);
    const points = frames[state.step];
    const family = FAMILIES[state.family];
    plot.paint((ctx) => paintSamples(ctx, plot, state, frames, digits, tone));
    plot.drawAxes();
    const [value, reason] = says(state);
    probe.place(state.probe, { valueText: `${at(state.probe)}: ${value}`, group: 0, text: "?", fill: "var(--accent)", ink: "var(--on-accent)", stroke: halo(tone) });
    [family.draws, family.price, `mean log p ${heldOut(state)}`].forEach((text, i) => setText(facts[i].text, text));
    setText(number, value);
    setText(how, `${reason[0].toUpperCase()}${reason.slice(1)}.`);
    const found = spreadText(state, store);
    setText(spread, found ? `Samples by the nearest digit: ${found}.` : "\u00a0");
    const followed = points[state.sample];
    const blank = new Array(64).fill(0);
    pictures.sample.draw(followed ? pictureOf(families, followed) : blank, followed ? `Sample ${state.sample + 1} as a picture of a digit, at ${at(followed)}.` : "No sample yet.", { hidden: followed ? null : new Set(blank.keys()) });
    pictures.probe.draw(pictureOf(families, state.probe), `The point ${at(state.probe)} as a picture of a digit.`);
    tabs.forEach(([key, { node }]) => setAttribute(node, "aria-pressed", key === state.family));
    step.input.max = lastStep(state);
    step.show(state.step);
    next.show(state.step === lastStep(state) ? "From the start" : "Next step");
    next.mark(state.step < lastStep(state));
    checkpoint.show(state.checkpoint);
    checkpoint.node.style.visibility = state.family === "gan" ? "visible" : "hidden";
    sample.show(state.sample + 1);
    real.show(state.real);
    seed.show(state.seed);
  };
}

/** Real digits hollow in the shape of their kind; samples filled; the way of the one that is followed. */
function paintSamples(ctx, plot, { families, real, step, sample }, frames, digits, tone) {
  ctx.lineWidth = 1;
  if (real) {
    ctx.globalAlpha = 0.6;
    digits.forEach((digit, g) => plot.markers(ctx, families.train.filter((_, i) => families.train_labels[i] === digit), g + 1, { radius: 3.4, stroke: color(tone, g + 1) }));
    ctx.globalAlpha = 1;
  }
  const points = frames[step].filter((point) => point !== null);
  ctx.lineWidth = 0.8;
  plot.markers(ctx, points, 0, { radius: 3.4, fill: color(tone, 0), stroke: halo(tone) });
  const way = frames.slice(0, step + 1).map((points) => points[sample]).filter((point) => point !== null);
  if (!way.length) return;
  for (const [width, ink] of [[4, halo(tone)], [1.8, strong(tone)]]) {
    ctx.beginPath();
    way.forEach(([a, b], i) => ctx[i ? "lineTo" : "moveTo"](plot.x(a), plot.y(b)));
    ctx.lineWidth = width;
    ctx.lineJoin = "round";
    ctx.strokeStyle = ink;
    ctx.stroke();
  }
  ctx.lineWidth = 2;
  plot.markers(ctx, [way.at(-1)], 0, { radius: 6, fill: color(tone, 0), stroke: strong(tone) });
}

/** A kernel set a trait: the same as if a hand had done it. */
const adopt = (name, value, state) => (name === "family" ? withFamily(state, value) : { [name]: value });

/** For tests in Node: what the demo does without a page. */
export const algorithm = {
  start, secondGiven, autoregressiveLog, couple, flowLog, vaeBound, vaeLog, critic, denoise, diffusionLog, answer, chances, framesOf, lastStep, shares, pictureOf, pack, unpack, describe,
};

export default defineDemo({
  name: "five-families",
  title: "Five ways to draw a sample",
  traits: ["families", "family", "seed"],
  sync: ["family", "seed"],
  start, pack, unpack, describe, adopt, build,
});
