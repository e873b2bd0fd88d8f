// Holds the demos of generative models to golden values of the reference. Usage: node golden_generative.mjs <generative.json> <expected.json>
// Prints how many comparisons were made; the first that fails ends it with its case's name.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { algorithm as bending } from "../../book/demos/density_by_hand.js";
import { algorithm as five } from "../../book/demos/five_families.js";
import * as bells from "../../book/demos/toolkit/bells.js";

const [made, expected] = process.argv.slice(2).map((path) => JSON.parse(readFileSync(path, "utf8")));
let compared = 0;

function close(found, wanted, where, tolerance = 1e-6) {
  compared += 1;
  assert.ok(Math.abs(found - wanted) <= tolerance * Math.max(1, Math.abs(wanted)), `${where}: ${found} is not ${wanted}`);
}
const all = (found, wanted, where, tolerance) => found.forEach((value, i) => close(value, wanted[i], `${where}, number ${i}`, tolerance));
function same(found, wanted, where) {
  compared += 1;
  assert.deepEqual(found, wanted, where);
}
function links(demo, state, first, broken, name) {
  same(demo.unpack(JSON.parse(JSON.stringify(demo.pack(state, first))), first), state, `${name}: a link and back`);
  same(demo.pack(first, first), { v: 1 }, `${name}: nothing has changed`);
  for (const bad of broken) assert.throws(() => demo.unpack(bad, first), undefined, `${name}: ${JSON.stringify(bad)}`);
}

// ---- bells: tails far out, likelihood, divergence ----

for (const [t, tail] of expected.tails) {
  compared += 1;
  const found = bells.upperTail(t);
  assert.ok(Math.abs(found - tail) <= 1e-10 * tail, `upper tail at ${t}: ${found} is not ${tail}`);
}
const begun = bending.start({ sets: made.density, data: made.density[0].name, bells: made.density[0].start });
for (const set of made.density) {
  const state = bending.withData(begun, set.name);
  for (const [i, other] of [...set.golden, set.start, ...Object.values(set.best)].entries()) {
    const where = `${set.name}, bells ${i}`;
    close(bending.meanLog(state, other) * set.x.length, other.log_likelihood, `${where}: log-likelihood`);
    const { forward, backward } = bending.divergences(state, other);
    for (const [name, found] of [["forward", forward], ["backward", backward]]) close(found, other[name], `${where}: ${name}`, 1e-8);
  }
  close(bending.meanLog(state), set.start.log_likelihood / set.x.length, `${set.name}: the start`);
  // what hands do
  const two = bending.withCount(state, 2);
  close(bells.sum(two.bells.weights), 1, "weights of two bells");
  same(bending.withCount(two, 1).bells.means, state.bells.means, "one bell more and one less");
  const heavy = bending.withWeight(bending.withCount(state, 3), 1, 0.6);
  close(heavy.bells.weights[1], 0.6, "the weight that was set");
  close(bells.sum(heavy.bells.weights), 1, "the others give way");
  close(heavy.bells.weights[0], heavy.bells.weights[2], "evenly");
  same(bending.withSd(state, 0, 0).bells.sds, [set.floor], "no narrower than the floor");
  const [low, high] = set.range;
  const place = [low + (high - low) / 3, 0.9 * bells.sum([1]) / (state.bells.sds[0] * Math.sqrt(2 * Math.PI))];
  const moved = bending.withPeak(state, 0, place, 0);
  close(moved.bells.sds[0], state.bells.sds[0] / 0.9, "lower is wider", 1e-4);
  same(moved.bells.means, [place[0]], "moved");
  same(bending.withPeak(state, 0, place, place[1]).bells.sds, state.bells.sds, "sideways alone");
  links(bending, bending.noted({ ...moved, best: true }), begun, [{ data: "?" }, { bell: 1 }, { best: 1 }, { bells: "AAAA" }, { tries: "AAAAAAAA-H8" }], set.name);
}

// ---- the five families: the same starts through each, and densities ----

const models = made.families;
const { golden } = models;
const { autoregressive: turns, flow, vae, gan, diffusion } = golden;
turns.bins.forEach((bin, i) => all(five.secondGiven(models.autoregressive, bin), turns.second[i], `x2 given bin ${bin}`, 2e-7));
turns.points.forEach((point, i) => close(bells.sum(five.autoregressiveLog(models.autoregressive, point)), turns.log_density[i], `autoregressive density ${i}`));
same(five.autoregressiveLog(models.autoregressive, [-9, 0]), [-Infinity, -Infinity], "outside all bins");
let points = golden.starts;
flow.layers.forEach((layer, depth) => {
  points.forEach((point, i) => all(point, layer[i], `flow, point ${i} after ${depth} maps`));
  if (depth < models.flow.couplings.length) points = points.map((point) => five.couple(models.flow.couplings[depth], point));
});
flow.layers.at(-1).forEach((point, i) => {
  const { z, log } = five.flowLog(models.flow, point);
  close(log, flow.log_density[i], `flow density ${i}`, 1e-4); // the stored points are rounded
  all(z, golden.starts[i], `flow undone, ${i}`, 1e-4);
});
golden.starts.forEach((z, i) => all(five.answer(models.vae.decoder, z), vae.decoded[i], `decoded ${i}`));
vae.decoded.forEach((x, i) => all(five.answer(models.vae.encoder, x), vae.encoded[i], `encoded ${i}`, 1e-4));
gan.drawn.forEach((drawn, c) => golden.starts.forEach((z, i) => all(five.answer(models.gan.checkpoints[c].generator, z), drawn[i], `GAN ${c}, point ${i}`)));
gan.drawn.at(-1).forEach((x, i) => close(five.critic(models.gan, x), 1 / (1 + Math.exp(-gan.logit[i])), `critic ${i}`, 1e-4));
points = golden.starts;
diffusion.path.forEach((layer, done) => {
  points.forEach((point, i) => all(point, layer[i], `diffusion, point ${i} after ${done} steps`, 1e-5));
  if (done < models.diffusion.steps) points = points.map((point) => five.denoise(models.diffusion, point, done));
});
for (const { point, vae_log, vae_bound, diffusion_log } of expected.densities) {
  close(five.vaeLog(models.vae, point), vae_log, `VAE density at ${point}`, 2e-3);
  close(five.vaeBound(models.vae, point), vae_bound, `VAE bound at ${point}`, 1e-3);
  assert.ok(five.vaeBound(models.vae, point) <= five.vaeLog(models.vae, point) + 1e-3, "a bound is a bound");
  close(five.diffusionLog(models.diffusion, point), diffusion_log, `diffusion density at ${point}`, 2e-3);
}
for (const { point, pixels } of expected.pictures) all(five.pictureOf(models, point), pixels, `picture of ${point}`);

// samples: standard normal starts, all steps taken, and in the end where the data are
const first = five.start({ families: models, family: "flow", seed: 1 });
const draws = five.chances(5, 4000).flatMap(({ z, noise }) => [...z, ...noise]);
const mean = bells.sum(draws) / draws.length;
assert.ok(Math.abs(mean) < 0.04 && Math.abs(bells.sum(draws.map((z) => z * z)) / draws.length - 1) < 0.06, "normal numbers"); // five standard errors
for (const family of ["autoregressive", "flow", "vae", "gan", "diffusion"]) {
  const state = { ...first, family };
  const frames = five.framesOf(state, {}, five.lastStep(state));
  same(frames.length, five.lastStep(state) + 1, `${family}: steps`);
  const found = five.shares(state, frames.at(-1));
  close(bells.sum(found.map(({ share }) => share)), 1, `${family}: shares`);
  assert.ok(found.every(({ share }) => share > 0.12), `${family} forgets a digit: ${JSON.stringify(found)}`);
  same(five.framesOf(state, {}, 1)[1], frames[1], `${family}: the same seed, the same samples`);
}
links(five, { ...first, family: "gan", step: 1, checkpoint: 2, real: false, sample: 7, probe: [0.1, -2], seed: 4 }, first, [{ family: "?" }, { step: 99 }, { checkpoint: 8 }, { sample: 120 }, { seed: -1 }, { real: 0 }], "five");

console.log(compared);
