// Holds the demos' algorithm to golden values of the Python reference. Usage: node golden.mjs <kmeans.json>
// Prints how many comparisons were made; the first that fails ends it with its case's name.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { algorithm as colors } from "../../book/demos/color_palette.js";
import { algorithm as map } from "../../book/demos/food_truck_map.js";
import { algorithm as names } from "../../book/demos/labels_are_names.js";
import * as kmeans from "../../book/demos/toolkit/kmeans.js";
import { choose, seeded } from "../../book/demos/toolkit/random.js";

const golden = JSON.parse(readFileSync(process.argv[2], "utf8"));
let compared = 0;

function close(found, expected, where) {
  compared += 1;
  const scale = Math.max(1, Math.abs(expected));
  assert.ok(Math.abs(found - expected) <= 1e-9 * scale, `${where}: ${found} is not ${expected}`);
}
function same(found, expected, where) {
  compared += 1;
  assert.deepEqual(found, expected, where);
}
const closeRows = (A, B, where) => (same(A.length, B.length, where), A.forEach((row, i) => row.forEach((value, c) => close(value, B[i][c], `${where}, row ${i}`))));
const stretchRows = (rows, s) => rows.map(([a, ...rest]) => [a * s, ...rest]);

for (const { name, X, mu, stretch, steps, final } of golden.cases) {
  const S = stretchRows(X, stretch);
  // function by function
  for (const [i, { step, y, mu: centers, loss }] of steps.entries()) {
    const where = `${name}, half-step ${i + 1}`;
    const before = i ? steps[i - 1] : { mu: stretchRows(mu, stretch) };
    if (step === "A") same(kmeans.assignClusters(S, before.mu), y, where);
    else closeRows(kmeans.updateCenters(S, before.y, before.mu), centers, where);
    close(kmeans.kmeansObjective(S, centers, y), loss, where);
    if (i) assert.ok(loss <= steps[i - 1].loss * (1 + 1e-12), `${where}: the reference's own objective rises`);
  }
  const whole = kmeans.kmeans(S, stretchRows(mu, stretch), 100);
  closeRows(whole.mu, final.mu, name);
  same([whole.y, whole.iterations], [final.y, final.iterations], name);

  // as the map plays it
  if (X[0].length !== 2) continue;
  let state = map.start({ X, mu, y: null, seed: 1, stretch });
  for (const [i, { step, y, mu: centers, loss }] of steps.entries()) {
    state = map.halfStep(state, step);
    const where = `${name}, the map's half-step ${i + 1}`;
    same(state.y, y, where);
    closeRows(stretchRows(state.mu, stretch), centers, where);
    close(state.losses.at(-1), loss, where);
    same(state.done, i === steps.length - 1 && i > 0, where);
    same(map.halfStep(state, step), state, `${where}, done twice`);
  }
}
for (const { y1, y2, same: truth } of golden.partitions) {
  same(kmeans.samePartition(y1, y2), truth, `partitions ${y1} and ${y2}`);
  same(kmeans.samePartition(y2, y1), truth, `partitions ${y2} and ${y1}`);
}
for (const { seed, n, count, chosen } of golden.draws) same(choose(n, count, seeded(seed)), chosen, `seed ${seed}`);

for (const { pixels, palette, painted, error } of golden.paintings) {
  const found = colors.paint(pixels, palette);
  same(found.y.map((j) => palette[j]), painted, `painted with ${palette.length} colours`);
  close(found.error, error, `error of ${palette.length} colours`);
  close(found.shares.reduce((sum, share) => sum + share, 0), 1, "shares");
  same(colors.colorsOf(pixels.flatMap((color) => [...color, 255])), pixels, "pixels of image data");
}
same(colors.size(16, 1000), { bits: 4, times: 24000 / (4000 + 384) }, "bits of 16 colours");
const tower = colors.start({ k: 4, seed: 1 });
const seen = { ...tower, k: 16, seed: 5, moves: 3, split: 12, plane: "0,1" };
same(colors.unpack(JSON.parse(JSON.stringify(colors.pack(seen, tower))), tower), seen, "the palette's link");
for (const bad of [{ k: 5 }, { split: 101 }, { moves: -1 }, { plane: "0,0" }, { seed: 0.1 }]) assert.throws(() => colors.unpack(bad, tower), undefined, JSON.stringify(bad));

// Renaming keeps the partition and its cost whatever the names; moving one point does not keep the partition.
const { X, final } = golden.cases[0];
let labelled = names.start({ X, y: final.y, truth: null, seed: 0 });
const atStart = names.measure(labelled);
for (let seed = 1; seed <= 30; seed++) {
  labelled = names.rename(labelled, seed);
  const now = names.measure(labelled);
  same([now.same, now.pairs, now.loss], [true, 0, atStart.loss], `names shuffled by ${seed}`);
  same(now.changed, labelled.y.filter((label, i) => label !== final.y[i]).length, `labels that differ, seed ${seed}`);
}
const moved = names.measure(names.regroup(labelled, 0));
same(moved.same, false, "a point in another group");
assert.ok(moved.pairs > 0 && moved.loss > atStart.loss);

// A link restores everything: after edits of every kind, what is unpacked is what was packed.
const data = { X, mu: golden.cases[0].mu, y: null, seed: 1, stretch: 1 };
const fresh = () => map.start(data);
let edited = map.withPerson(map.withTrucks(fresh(), 5), [1.25, 3.5]);
edited = map.halfStep(map.halfStep(edited, "A"), "M");
edited = map.withoutPerson(map.begin(edited, { stretch: 2, mu: edited.mu.map(([a, b]) => [a + 1 / 3, b]) }), 7);
for (const step of "AMAM") edited = map.halfStep(edited, step);
const restored = map.unpack(JSON.parse(JSON.stringify(map.pack(edited, fresh()))), fresh());
for (const key of ["X", "mu", "y", "k", "seed", "stretch", "steps", "losses", "loss", "done"]) same(restored[key], edited[key], `link: ${key}`);
for (const bad of [{ mu: "!" }, { y: "zz" }, { stretch: -1 }, { seed: "x" }, { moved: [[0, null, 1]] }, { y: "9".repeat(X.length) }])
  assert.throws(() => map.unpack(bad, fresh()), undefined, JSON.stringify(bad));

// The lonely truck really is lonely, and the others are people.
for (const seed of [1, 2, 3]) for (const k of [2, 3, 5]) {
  const far = map.startCenters(X, k, seed, "far");
  same(kmeans.clusterSizes(kmeans.assignClusters(X, far), k)[k - 1], 0, `far start, k ${k}, seed ${seed}`);
  same(map.startCenters(X, k, seed, "people").every((truck) => X.some((point) => point[0] === truck[0] && point[1] === truck[1])), true, "starts on people");
}
console.log(compared);
