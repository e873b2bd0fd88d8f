// Holds the demos of representations to golden values of the reference. Usage: node golden_representations.mjs <representations.json> <expected.json>
// Prints how many comparisons were made; the first that fails ends it with its case's name.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { algorithm as freezing } from "../../book/demos/freeze_layers.js";
import { algorithm as labels } from "../../book/demos/label_efficiency.js";
import { algorithm as masking } from "../../book/demos/masking_ratio.js";
import { readPixels } from "../../book/demos/toolkit/pixels.js";

const [made, expected] = process.argv.slice(2).map((path) => JSON.parse(readFileSync(path, "utf8")));
let compared = 0;

function close(found, wanted, where, tolerance = 1e-9) {
  compared += 1;
  assert.ok(Math.abs(found - wanted) <= tolerance * Math.max(1, Math.abs(wanted)), `${where}: ${found} is not ${wanted}`);
}
function same(found, wanted, where) {
  compared += 1;
  assert.deepEqual(found, wanted, where);
}
function links(demo, state, first, broken, name) {
  same(demo.unpack(JSON.parse(JSON.stringify(demo.pack(state, first))), first), state, `${name}: a link and back`);
  same(demo.pack(first, first), { v: 1 }, `${name}: nothing has changed`);
  for (const bad of broken) assert.throws(() => demo.unpack(bad, first), undefined, `${name}: ${JSON.stringify(bad)}`);
}

// ---- the masked autoencoder: what it paints, and how wrong that is ----

const masked = masking.start({ masking: made.masking, picture: 0, hidden: [3, 1] });
same(masked.hidden, [1, 3], "hidden patches in order");
same([0, 1, 2, 7, 8, 16, 63].map(masking.patchOf), [0, 0, 1, 3, 0, 4, 15], "the patch of a pixel");
for (const { image, hidden, output, error } of made.golden.masking) {
  const state = { ...masking.hideFirst(masked, hidden.length, image) };
  same(state.hidden, [...hidden].sort((a, b) => a - b), `patches hidden in image ${image}`);
  const found = masking.look(state);
  found.output.forEach((value, i) => close(value, output[i], `pixel ${i} of image ${image}`));
  close(found.error, error, `error of image ${image}`);
  const truth = readPixels(made.masking.images[image].pixels);
  found.filled.forEach((value, i) => close(value, hidden.includes(masking.patchOf(i)) ? output[i] : truth[i], `pixel ${i} filled in, image ${image}`));
}
same(masking.look({ ...masked, hidden: [] }).error, null, "nothing hidden, no error");
same(masking.inverted(masked).hidden.length, 14, "the others");
same(masking.toggle(masking.toggle(masked, 9), 9), masked, "twice is not at all");
same(masking.toggle(masked, 0).hidden, [0, 1, 3], "one more");
same(masking.bestRatio(masked), expected.best_ratio, "the best ratio");
links(masking, { ...masked, picture: 3, hidden: [0, 15], truth: true, guess: "0.5" }, masked, [{ picture: 6 }, { hidden: [16] }, { hidden: [1, 1] }, { guess: "0.3" }, { truth: 1 }], "masking");

// ---- label efficiency: ranks, and how many labels the pixels need ----

const curves = labels.start({ curves: made.label_efficiency, budget: 1, draw: 0 });
for (const [budget, draw, order] of expected.rankings) same(labels.ranking({ ...curves, budget, draw }).map(({ id }) => id), order, `ranking with ${budget} labels, draw ${draw}`);
for (const [accuracy, count] of expected.worth) close(labels.worth(curves, accuracy), count ?? Infinity, `labels for ${accuracy}`);
same(labels.bestAtFirst(curves).id, expected.best, "the best code with one label");
same(labels.alwaysWorse(curves).map(({ id }) => id), expected.worse, "worse than the pixels at every budget");
links(labels, { ...curves, budget: 20, draw: 3, open: true, shown: ["hand", "slips"], focus: "hand", best: "pca" }, curves, [{ budget: 3 }, { draw: 9 }, { focus: "?" }, { shown: ["?"] }, { best: "?" }], "labels");

// ---- frozen layers: which run is meant, how many numbers learn, what was best ----

const frozen = freezing.start({ runs: made.freeze_layers, frozen: ["head", "eye"], begin: "scratch", per_class: 5 });
same(frozen.frozen, ["eye", "head"], "layers in order");
made.freeze_layers.results.forEach((run, i) => {
  const state = { ...frozen, frozen: run.frozen, begin: run.start, per_class: run.per_class };
  same(freezing.current(state), i, `run ${i}`);
  same(freezing.learning(state), run.trained, `numbers that learn in run ${i}`);
});
same(freezing.toggled(frozen, "middle"), ["eye", "middle", "head"], "one more layer");
same(freezing.toggled(frozen, "eye"), ["head"], "one layer less");
same(freezing.bestTried(frozen), null, "nothing tried");
const once = freezing.train(frozen);
same(freezing.bestTried(once), made.freeze_layers.results[freezing.current(frozen)], "one way tried");
same(freezing.train(once), once, "the same way again");
for (const [count, best] of expected.best_ways) same(made.freeze_layers.results.indexOf(freezing.bestTried(freezing.trainAll({ ...frozen, per_class: count }))), best, `best with ${count} labels`);
links(freezing, freezing.trainAll({ ...once, per_class: 20, guess: 0.7, frozen: [] }), frozen, [{ frozen: ["ear"] }, { per_class: 2 }, { begin: "?" }, { guess: 2 }, { tried: "zz" }, { tried: "0" }], "freezing");

console.log(compared);
