// Holds what the three curtains compute to golden values. Usage: node golden_unsupervised.mjs <unsupervised.json>
// Prints how many comparisons were made; the first that fails ends it with its case's name.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { algorithm as curtains } from "../../book/demos/three_curtains.js";

const golden = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { data } = golden;
const fresh = (seed) => curtains.start({ ...data, curtain: "labels", seed });
let compared = 0;

function close(found, expected, where) {
  compared += 1;
  assert.ok(Math.abs(found - expected) <= 1e-9 * Math.max(1, Math.abs(expected)), `${where}: ${found} is not ${expected}`);
}
function same(found, expected, where) {
  compared += 1;
  assert.deepEqual(found, expected, where);
}

for (const { seed, shown, places, classes, numbers, right, error } of golden.labelled) {
  const state = fresh(seed);
  same(curtains.shownHalf(state), shown, `seed ${seed}: who is shown`);
  places.forEach((place, i) => {
    const { label, number } = curtains.predict(state, place);
    same(label, classes[i], `seed ${seed}: class at ${place}`);
    close(number, numbers[i], `seed ${seed}: number at ${place}`);
  });
  const held = curtains.heldOut(state);
  same([held.count, held.right], [shown.filter((on) => !on).length, right], `seed ${seed}: kept back`);
  close(held.error, error, `seed ${seed}: error`);
}

for (const [number, { y, purity }] of golden.groups.entries()) close(1 - curtains.strangers(data, y).length / y.length, purity, `grouping ${number}`);
same(curtains.groupsOf({ ...fresh(1), k: 3 }).length, data.X.length, "groups");

// rewards: 1 for the right call of the flower whose turn it was, else 0; and the learner learns, whatever the seed
for (let seed = 0; seed < 12; seed++) {
  let state = fresh(seed);
  const order = curtains.orderOf(state);
  same([...order].sort((a, b) => a - b), data.X.map((_, i) => i), `seed ${seed}: every flower once`);
  const calls = [];
  while (state.tries.length < data.X.length) {
    const action = curtains.advise(state);
    calls.push(action);
    state = curtains.act(state, action);
  }
  const got = curtains.rewards(state);
  same(got, calls.map((action, t) => Number(data.labels[order[t]] === action)), `seed ${seed}: rewards`);
  same(curtains.act(state, 0), state, "no flower is left");
  const late = got.slice(75).reduce((sum, reward) => sum + reward, 0) / 75;
  const early = got.slice(0, 8).reduce((sum, reward) => sum + reward, 0) / 8;
  assert.ok(late > 0.85 && late > early, `seed ${seed}: the learner earns ${early} first and ${late} in the end`);
}

// links, and what must not be believed
const seen = { ...fresh(1), curtain: "rewards", seed: 3, task: "number", tries: "0120", k: 4, lifted: true, probe: [1 / 3, 2 / 7] };
same(curtains.unpack(JSON.parse(JSON.stringify(curtains.pack(seen, fresh(1)))), fresh(1)), seen, "link");
for (const bad of [{ curtain: "red" }, { curtain: "toString" }, { tries: "3" }, { tries: 12 }, { tries: "0".repeat(151) }, { k: 6 }, { lifted: 1 }, { probe: "!" }, { probe: "AAAA" }, { task: "" }, { seed: -1 }])
  assert.throws(() => curtains.unpack(bad, fresh(1)), undefined, JSON.stringify(bad));
console.log(compared);
