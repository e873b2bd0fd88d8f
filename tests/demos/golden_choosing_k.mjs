// Holds the criteria for k to golden values of the Python reference. Usage: node golden_choosing_k.mjs <choosing_k.json>
// Prints how many comparisons were made; the first that fails ends it with its case's name.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { algorithm as choose } from "../../book/demos/choose_k.js";
import { algorithm as stable } from "../../book/demos/stability.js";
import { seeded } from "../../book/demos/toolkit/random.js";
import { canonical } from "../../book/demos/toolkit/seeding.js";
import * as validity from "../../book/demos/toolkit/validity.js";

const golden = JSON.parse(readFileSync(process.argv[2], "utf8"));
let compared = 0;

function close(found, expected, where, tolerance = 1e-9) {
  compared += 1;
  assert.ok(Math.abs(found - expected) <= tolerance * Math.max(1, Math.abs(expected)), `${where}: ${found} is not ${expected}`);
}
function same(found, expected, where) {
  compared += 1;
  assert.deepEqual(found, expected, where);
}

for (const [number, { X, y, silhouettes }] of golden.silhouettes.entries()) {
  validity.silhouettes(X, y).forEach((value, i) => close(value, silhouettes[i], `silhouette ${i} of case ${number}`));
}
for (const [number, { y1, y2, index }] of golden.rand.entries()) {
  close(validity.adjustedRand(y1, y2), index, `adjusted Rand index ${number}`);
  close(validity.adjustedRand(y2, y1), index, `adjusted Rand index ${number}, the other way`);
}
for (const [number, { loss, logs, gap, error, choice }] of golden.gaps.entries()) {
  loss?.forEach((value, i) => {
    const found = validity.gap(value, logs.map((row) => Math.exp(row[i])));
    close(found.gap, gap[i], `gap ${i} of case ${number}`);
    close(found.error, error[i], `error ${i} of case ${number}`);
  });
  same(validity.gapChoice(gap.map((value, i) => ({ gap: value, error: error[i] }))), choice, `the gap's rule, case ${number}`);
}

// reference data: as many points, in the box of the data, evenly spread (chi-squared over 16 cells, 15 degrees of freedom, p = 1e-6)
const box = validity.uniformLike(Array.from({ length: 8000 }, (_, i) => (i % 2 ? [-1, 10] : [3, 30])), seeded(4));
const cells = new Array(16).fill(0);
for (const [a, b] of box) cells[Math.floor(a + 1) * 4 + Math.floor((b - 10) / 5)] += 1;
same([box.length, cells.length], [8000, 16], "points in the box");
assert.ok(cells.reduce((sum, count) => sum + (count - 500) ** 2 / 500, 0) < 56.5, `uneven: ${cells}`);

// what the demo finds: no loss is worse than the reference's, nor much better; the curve falls; what the criteria then say
const sets = Object.fromEntries(Object.entries(golden.curves).map(([name, { X }]) => [name, X]));
const first = choose.start({ sets, secrets: {}, data: "blobs", k: 2, seed: 1, guess: null });
const says = {};
for (const [name, { loss }] of Object.entries(golden.curves)) {
  const state = choose.withData(first, name);
  const store = {};
  const { runs } = choose.measured(state, store);
  runs.forEach(({ least }, i) => {
    close(least, loss[i], `loss of ${name} for k = ${i + 1}`, name === "blobs" && i < 5 ? 1e-9 : 0.03);
    assert.ok(i === 0 || least <= runs[i - 1].least, `the loss of ${name} rises at ${i + 1}`);
  });
  same(choose.verdicts(store).gap, null, "no gap before its reference data");
  for (const _ of choose.drawReferences(state, store));
  same(store.references.length, choose.REFERENCES, "reference sets");
  says[name] = choose.verdicts(store);
}
same(says.blobs, { silhouette: 4, gap: 4 }, "four blobs");
same(says["overlapping blobs"].silhouette, 2, "the silhouette takes overlapping blobs together");
same(says["uniform noise"].gap, 1, "no clusters");
assert.ok(says["uniform noise"].silhouette > 1 && says.rings.silhouette !== 2, "the silhouette is meant to mislead here");

// bootstraps: the same draws give the same groups, and what is made of them
for (const { name, X, k, seed, labels, together, stability } of golden.stabilities) {
  const where = `${name}, k = ${k}`;
  const begun = stable.start({ sets: { [name]: X }, data: name, k, seed, count: 1 });
  const kept = stable.grow(begun, {}, k, labels.length);
  labels.forEach((y, b) => same(canonical(kept.labels[b]), canonical(y), `${where}: bootstrap ${b}`));
  same([...stable.together(kept.labels, [...X.keys()])], together.flat(), `${where}: who is together`);
  close(stable.stabilityOf(kept, labels.length), stability, `${where}: stability`);
  same(stable.stabilityOf(kept, 1), null, `${where}: one bootstrap`);
  same([...stable.orderOf(begun)].sort((a, b) => a - b), X.map((_, i) => i), `${where}: the order leaves nobody out`);
  const later = { ...begun, count: 9, point: 5, guess: 3, k: 5, seed: 2 };
  same(stable.unpack(JSON.parse(JSON.stringify(stable.pack(later, begun))), begun), later, `${where}: link`);
  for (const bad of [{ count: 61 }, { k: 1 }, { point: X.length }, { guess: 1 }, { data: "?" }]) assert.throws(() => stable.unpack(bad, begun), undefined, JSON.stringify(bad));
}

// links, and what must not be believed
const seen = { ...first, data: "rings", k: 5, seed: 8, guess: 0 };
same(choose.unpack(JSON.parse(JSON.stringify(choose.pack(seen, first))), first), seen, "link");
for (const bad of [{ data: "squares" }, { k: 9 }, { k: 0 }, { guess: 9 }, { guess: "2" }, { seed: 0.5 }]) assert.throws(() => choose.unpack(bad, first), undefined, JSON.stringify(bad));
console.log(compared);
