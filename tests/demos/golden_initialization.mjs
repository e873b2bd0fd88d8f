// Holds seeding and basins to golden values of the Python reference. Usage: node golden_initialization.mjs <initialization.json>
// Prints how many comparisons were made; the first that fails ends it with its case's name.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { algorithm as map } from "../../book/demos/basin_map.js";
import { algorithm as lottery } from "../../book/demos/restart_lottery.js";
import { squaredDistance } from "../../book/demos/toolkit/kmeans.js";
import { seeded } from "../../book/demos/toolkit/random.js";
import * as seeding from "../../book/demos/toolkit/seeding.js";

const golden = JSON.parse(readFileSync(process.argv[2], "utf8"));
let compared = 0;

function close(found, expected, where) {
  compared += 1;
  assert.ok(Math.abs(found - expected) <= 1e-9 * Math.max(1, Math.abs(expected)), `${where}: ${found} is not ${expected}`);
}
function same(found, expected, where) {
  compared += 1;
  assert.deepEqual(found, expected, where);
}

for (const [number, { X, k, seeds, random, plus }] of golden.lotteries.entries()) {
  for (const [i, seed] of seeds.entries()) {
    for (const [name, how, expected] of [["random", seeding.randomCenters, random[i]], ["plus", seeding.kmeansPlusPlus, plus[i]]]) {
      const where = `lottery ${number}, ${name}, seed ${seed}`;
      const start = how(X, k, seeded(seed));
      same(start, expected.start, `${where}: start`);
      const { mu, y, loss, path } = seeding.lloyd(X, start);
      same(y, expected.y, `${where}: labels`);
      close(loss, expected.loss, `${where}: loss`);
      mu.forEach((center, j) => center.forEach((value, c) => close(value, expected.mu[j][c], `${where}: centre ${j}`)));
      same([path[0], path.at(-1)], [start, mu], `${where}: path`);
    }
  }
}

// D² sampling follows its probabilities: chi-squared over the second centre given the first, 4 degrees of freedom, p = 1e-6.
const X = [[0, 0], [1, 0], [0, 2], [3, 1], [-2, -2], [4, 4]];
const counts = X.map(() => X.map(() => 0));
for (let seed = 0; seed < 30000; seed++) {
  const [a, b] = seeding.kmeansPlusPlus(X, 2, seeded(seed));
  counts[X.indexOf(a)][X.indexOf(b)] += 1;
}
counts.forEach((row, a) => {
  const total = row.reduce((sum, count) => sum + count, 0);
  const weights = X.map((point) => squaredDistance(point, X[a]));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  same(row[a], 0, "a centre is not taken twice");
  const chi = row.reduce((sum, count, b) => sum + (b === a ? 0 : (count - (total * weights[b]) / all) ** 2 / ((total * weights[b]) / all)), 0);
  assert.ok(chi < 33.4 && total > 4000, `second centres after ${a}: chi-squared ${chi} of ${total}`);
});
same(seeding.canonical([3, 3, 0, 1, 0]), [0, 0, 1, 2, 1], "canonical names");

// the basin map: the end of every cell, and what its table says
for (const [number, { X, mu, active, losses }] of golden.basins.entries()) {
  const { cells, ends, count } = map.basins(X, mu, active);
  const where = `basins ${number}`;
  const different = new Set(losses.map((loss) => loss.toFixed(6)));
  same(count, different.size, `${where}: number of ends`);
  assert.ok(count > 1, `${where}: one end alone shows nothing`);
  cells.forEach((end, i) => {
    if (ends[end].others) assert.ok(losses[i] >= ends[end].loss - 1e-9 && losses[i] <= ends[end].most + 1e-9, `${where}: cell ${i}`);
    else close(ends[end].loss, losses[i], `${where}: cell ${i}`);
  });
  close(ends.reduce((sum, end) => sum + end.share, 0), 1, `${where}: shares`);
  ends.forEach((end, e) => close(end.share, cells.filter((cell) => cell === e).length / cells.length, `${where}: share ${e}`));
}

// the lottery: its tickets and the figures that its table shows
for (const { X, data: name, k, seed, figures } of golden.tickets) {
  const state = { ...lottery.start({ sets: { [name]: X }, ks: {}, data: name, k, seed, count: 1 }) };
  const drawn = figures.random.losses.map((_, i) => lottery.draw(state, i));
  const found = lottery.summary(drawn);
  for (const way of ["random", "plus"]) {
    same(found[way].hits, figures[way].hits, `${name}, ${way}: hits`);
    for (const key of ["best", "median", "worst"]) close(found[way][key], figures[way][key], `${name}, ${way}: ${key}`);
    for (const key of ["losses", "soFar"]) figures[way][key].forEach((value, i) => close(found[way][key][i], value, `${name}, ${way}: ${key} ${i}`));
  }
  const first = lottery.start({ sets: { [name]: X }, ks: {}, data: name, k, seed, count: 1 });
  const seen = { ...first, count: 30, shown: 4, way: "plus", guess: "same", k: 5, seed: 9 };
  same(lottery.unpack(JSON.parse(JSON.stringify(lottery.pack(seen, first))), first), seen, "the lottery's link");
  for (const bad of [{ count: 0 }, { count: 201 }, { k: 16 }, { k: 1.5 }, { data: "x" }, { data: "toString" }, { shown: 1 }, { way: "best" }, { guess: 1 }, { seed: -1 }])
    assert.throws(() => lottery.unpack(bad, first), undefined, JSON.stringify(bad));
}

// links, and what must not be believed
const data = { X: golden.basins[0].X, mu: golden.basins[0].mu, seed: 1, active: 2, colored: false };
let edited = map.withStart(map.withCenters(map.start(data), 4), 1, [1 / 3, 2 / 7]);
edited = { ...edited, moves: 1, guess: 2, colored: true };
const restored = map.unpack(JSON.parse(JSON.stringify(map.pack(edited, map.start(data)))), map.start(data));
for (const key of ["mu", "k", "seed", "active", "colored", "moves", "guess", "loss", "run"]) same(restored[key], edited[key], `link: ${key}`);
for (const bad of [{ mu: "!" }, { mu: "AAAA" }, { active: 3 }, { active: -1 }, { moves: 99 }, { moves: 0.5 }, { guess: 9 }, { seed: "x" }])
  assert.throws(() => map.unpack(bad, map.start(data)), undefined, JSON.stringify(bad));
console.log(compared);
