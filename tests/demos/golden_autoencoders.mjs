// Holds the demos of autoencoders to golden values of the Python reference. Usage: node golden_autoencoders.mjs <autoencoders.json>
// Prints how many comparisons were made; the first that fails ends it with its case's name.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { algorithm as denoising } from "../../book/demos/denoising.js";
import { algorithm as drawing } from "../../book/demos/draw_and_remember.js";
import { algorithm as latent } from "../../book/demos/latent_explorer.js";
import { algorithm as linear } from "../../book/demos/linear_autoencoder.js";
import * as network from "../../book/demos/toolkit/network.js";
import * as pixels from "../../book/demos/toolkit/pixels.js";

const made = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { golden } = made;
const images = made.images.map(pixels.readPixels);
let compared = 0;

function close(found, expected, where, tolerance = 1e-6) {
  compared += 1;
  assert.ok(Math.abs(found - expected) <= tolerance * Math.max(1, Math.abs(expected)), `${where}: ${found} is not ${expected}`);
}
function all(found, expected, where, tolerance) {
  assert.equal(found.flat().length, expected.flat().length, `${where}: how many`);
  const wanted = expected.flat();
  found.flat().forEach((value, i) => close(value, wanted[i], `${where}, number ${i}`, tolerance));
}
function same(found, expected, where) {
  compared += 1;
  assert.deepEqual(found, expected, where);
}
const throughALink = (value) => JSON.parse(JSON.stringify(value));

// ---- pictures: text and back, what a brush leaves, what a picture reads like ----

same(made.images.map((text) => pixels.writePixels(pixels.readPixels(text))), made.images, "pictures as text and back");
assert.throws(() => pixels.readPixels("0z"));
same(pixels.writePixels([-1, 2]), "0g", "more than black");
const dot = pixels.brush(new Array(64).fill(0), 8, [3.5, 2.5], [3.5, 2.5]);
dot.forEach((value, i) => close(value, Math.min(1, Math.max(0, 1.35 - Math.hypot((i % 8) - 3, Math.floor(i / 8) - 2))), `a dot, pixel ${i}`, 1e-12));
const bar = pixels.brush(dot, 8, [0.5, 6.5], [7.5, 6.5]);
same(bar.slice(48, 56), new Array(8).fill(1), "a stroke fills its row");
same(bar.slice(16, 24), dot.slice(16, 24), "and leaves others alone");
same(pixels.brush(bar, 8, [0.5, 6.5], [7.5, 6.5], true).slice(48, 56), new Array(8).fill(0), "the eraser empties it");
same(images.map((image) => pixels.readsLike(image, images, made.labels, 1)), made.labels, "every known picture reads like itself");
same(pixels.readsLike([0], [[1], [2], [3]], [7, 4, 4], 3), 4, "two against one");
same(pixels.readsLike([0], [[3], [1], [2]], [4, 7, 5], 3), 7, "of several, the nearest");
same([3, 8].map(pixels.withArticle), ["a 3", "an 8"], "articles");

// ---- layers ----

close(network.logistic(1000), 1, "logistic of much");
close(network.logistic(-1000), 0, "logistic of little");
close(network.logistic(0.3) + network.logistic(-0.3), 1, "logistic is symmetric", 1e-15);
assert.throws(() => network.unpackMatrix({ shape: [2, 2], scale: 1, data: "AAAA" }), /no matrix/);
same(network.dense({ W: network.matrix(2, 3, [1, 2, 3, 4, 5, 6], 0.5), b: [1, 0] }, [1, 0, -1]), [0, -1], "W a + b");

// ---- LatentExplorer ----

const { encoder, decoder } = made.latent;
all(network.encode(images.slice(0, 5), network.unpackLayers(encoder)), golden.latent.codes, "codes of the plane");
all(network.encode(images, network.unpackLayers(encoder)), made.latent.codes, "codes on show", 6e-4); // they are rounded to 3 digits
const plane = latent.start({ images: made.images, labels: made.labels, codes: made.latent.codes, decoder, z: [0, 0], ends: [[0, 0], [1, 1]] });
const store = latent.prepare(plane);
all(golden.latent.codes.map((z) => latent.drawAt(store, z)), golden.latent.rebuilt, "digits drawn again");
all(golden.latent_at.codes.map((z) => latent.drawAt(store, z)), golden.latent_at.images, "what is drawn in the plane");
close(network.reconstructionLoss(images, network.decode(network.encode(images, network.unpackLayers(encoder)), store.layers)), made.latent.loss.held_out, "held-out loss", 1e-4);
for (let digit = 0; digit < 10; digit++) same(made.labels[latent.typical(plane, digit)], digit, `a typical ${digit} is one`);
const halfway = latent.walkTo({ ...plane, ends: [[0, 2], [4, -2]] }, 0.25);
same(halfway.z, [1, 1], "a quarter of the way");
same(latent.withEnd(halfway, 1, [8, 2]).z, [2, 2], "the walk takes its walker along");
same(latent.stripOf(halfway).at(-1), [4, -2], "the strip ends at B");
const seen = [latent.moveTo(halfway, [1 / 3, -2]), halfway, latent.lookAt(plane, 17), plane];
for (const state of seen) same(latent.unpack(throughALink(latent.pack(state, plane)), plane), state, "link into the plane");
for (const bad of [{ z: "AAAA" }, { shown: 297 }, { shown: "1" }, { ends: latent.pack(seen[0], plane).z }, { z: "!" }, { t: latent.pack(latent.walkTo(plane, 7), plane).t }])
  assert.throws(() => latent.unpack(bad, plane), undefined, JSON.stringify(bad));

// ---- DrawAndRemember ----

const nets = made.widths.map(({ m, encoder: into, decoder: out, loss, pca }) => ({ m, encoder: into, decoder: out, loss: loss.held_out, pca: pca.held_out }));
const pad = drawing.start({ nets, pca: made.pca, images: made.images.slice(0, 150), labels: made.labels.slice(0, 150), examples: {}, drawing: made.images[0], m: 2 });
const memory = drawing.prepare(pad);
for (const { m, loss, pca } of made.widths) {
  const expected = golden.widths[m];
  const bent = images.slice(0, 5).map((x) => drawing.remember(memory, "network", m, x));
  all(bent.map(({ code }) => code), expected.codes, `codes of ${m} numbers`);
  all(bent.map(({ picture }) => picture), expected.rebuilt, `pictures from ${m} numbers`);
  all(images.slice(0, 5).map((x) => drawing.remember(memory, "pca", m, x).picture), expected.pca, `PCA with ${m} numbers`);
  close(network.reconstructionLoss(images, images.map((x) => drawing.remember(memory, "network", m, x).picture)), loss.held_out, `held-out loss, m = ${m}`, 1e-4);
  close(network.reconstructionLoss(images, images.map((x) => drawing.remember(memory, "pca", m, x).picture)), pca.held_out, `held-out loss of PCA, m = ${m}`, 1e-4);
  const twice = drawing.remember(memory, "network", m, bent[0].picture);
  all(drawing.chain(memory, { ...pad, times: 2 }, m).picture, twice.picture, `redrawn twice, m = ${m}`, 1e-12);
  close(drawing.chain(memory, { ...pad, times: 2 }, m).loss, network.squaredError(images[0], bent[0].picture), `what the first drawing lost, m = ${m}`, 1e-12);
}
same(drawing.remember(memory, "network", 64, images[3]).picture, images[3], "as wide as the picture: a copy");
const drawn = { ...drawing.stroke(pad, [1, 1], [6, 6], false), m: 16, memory: "pca", times: 7 };
assert.match(drawn.drawing, /^[0-9a-g]{64}$/);
same(drawing.unpack(throughALink(drawing.pack(drawn, pad)), pad), drawn, "link to a drawing");
for (const bad of [{ drawing: "0" }, { drawing: "h".repeat(64) }, { drawing: 7 }, { m: 3 }, { memory: "?" }, { times: 0 }, { times: 11 }]) assert.throws(() => drawing.unpack(bad, pad), undefined, JSON.stringify(bad));

// ---- LinearAutoencoder: the walk of gradient descent, for one number of two and for two of three ----

for (const [name, { X, W: W0, V: V0, rate, steps }] of Object.entries(made.linear)) {
  let [W, V, t] = [W0, V0, 0];
  for (const { step, W: ofW, V: ofV, loss } of steps) {
    for (; t < step; t++) {
      const slopes = linear.lossAndGradients(X, W, V);
      W = linear.downhill(W, slopes.ofW, rate);
      V = linear.downhill(V, slopes.ofV, rate);
    }
    all(W, ofW, `${name}: W after ${step} steps`);
    all(V, ofV, `${name}: V after ${step} steps`);
    close(linear.lossAndGradients(X, W, V).loss, loss, `${name}: loss after ${step} steps`);
  }
}
const line = made.linear.line;
const begun = linear.start({ X: line.X, w: line.W[0], v: line.V.flat(), rate: line.rate, seed: 1 });
close(begun.pca.second, line.optimum, "what PCA loses", 1e-9);
close(linear.angleOf(line.pca.flat(), begun.pca.axis), 0, "the principal component", 1e-4);
let walker = begun;
for (const { step, loss, angle } of line.steps) {
  walker = linear.steps(walker, step - (walker.losses.length - 1));
  close(walker.loss, loss, `demo: loss after ${step} steps`);
  close(walker.angle, angle, `demo: angle after ${step} steps`, 1e-5);
}
const stuck = linear.steps(linear.from(begun, "zero"), 50);
same([stuck.still, stuck.losses.length, stuck.angle], [true, 1, null], "from zero nothing moves");
const across = linear.from(begun, "across");
close(across.angle, 90, "at right angles", 1e-9);
assert.ok(linear.steps(across, 100).angle > 89.9, "a saddle holds for a while");
assert.ok(linear.steps({ ...begun, rate: 0.32 }, 200).flown, "steps that are too long fly off");
const scaled = linear.rescale(walker);
close(scaled.loss, walker.loss, "twice w, half v: the same loss", 1e-12);
same([scaled.w[0], scaled.v[1]], [2 * walker.w[0], walker.v[1] / 2], "twice w, half v");
const mixed = linear.steps({ ...linear.steps(linear.from({ ...begun, seed: 5 }, "lot"), 7), rate: 0.04 }, 5);
same(linear.unpack(throughALink(linear.pack(mixed, begun)), begun), mixed, "link to a descent");
for (const bad of [{ segments: [[0.02, 9999]] }, { segments: [[-1, 2]] }, { rate: 0 }, { run: "AAAA" }, { from: "?" }, { segments: [[0.02, 0.5]] }]) assert.throws(() => linear.unpack(bad, begun), undefined, JSON.stringify(bad));

// ---- Denoising ----

const { points, queries, sigmas } = made.denoising;
for (const sigma of sigmas) all(queries.map((q) => denoising.bestDenoiser(points, sigma, q)), made.denoising.ideal[sigma], `best denoiser, sigma ${sigma}`);
const field = denoising.start({ points, network: made.denoising.network, trained: sigmas[1], sigma: sigmas[1], probe: [0, 0], seed: 1 });
const learned = denoising.prepare(field);
all(queries.map((q) => denoising.answer({ ...field, method: "network" }, learned, q)), made.denoising.learned, "what the network answers");
all(denoising.bestDenoiser(points, 1e-3, [9, 9]), points.reduce((best, x) => (Math.hypot(9 - x[0], 9 - x[1]) < Math.hypot(9 - best[0], 9 - best[1]) ? x : best)), "with no noise to speak of, the nearest point", 1e-9);
all(denoising.bestDenoiser(points, 1e4, [1, 1]), [0, 1].map((c) => points.reduce((sum, x) => sum + x[c], 0) / points.length), "with endless noise, the mean", 1e-6);
const spoiled = Array.from({ length: 60 }, (_, seed) => denoising.spoil(points, 0.5, seed)).flatMap((set) => set.flatMap((q, i) => q.map((value, c) => (value - points[i][c]) / 0.5)));
const n = spoiled.length;
const moment = (power) => spoiled.reduce((sum, value) => sum + value ** power, 0) / n;
for (const [power, expected, variance] of [[1, 0, 1], [2, 1, 2], [4, 3, 96]]) close(moment(power), expected, `moment ${power} of the noise`, 5 * Math.sqrt(variance / n)); // five standard errors
const noisy = { ...field, passes: 2 };
const [before, once] = denoising.losses(noisy, learned);
assert.ok(once < before, "denoising helps");
close(before, denoising.meanSquare(denoising.spoil(points, 0.2, 1), points), "loss before", 1e-12);
same(denoising.losses(field, learned), [], "no noise, no loss");
const there = { ...noisy, method: "network", sigma: 0.08, probe: [1 / 3, 1], seed: 4 };
same(denoising.unpack(throughALink(denoising.pack(there, field)), field), there, "link into the field");
for (const bad of [{ sigma: 0 }, { sigma: "a" }, { method: "?" }, { passes: 9 }, { passes: 0.5 }, { probe: "AAAA" }, { seed: 0.5 }]) assert.throws(() => denoising.unpack(bad, field), undefined, JSON.stringify(bad));
console.log(compared);
