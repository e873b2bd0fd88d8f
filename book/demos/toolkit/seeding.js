// Where k-means starts, and where it ends: named as in the chapter and the assignment `initialization`.
// tests/demos holds these functions to golden values of the Python reference, fed with the same chance.

import { assignClusters, kmeansObjective, sameLabels, squaredDistance, updateCenters } from "./kmeans.js";
import { choose } from "./random.js";

/** k different points by lot. */
export const randomCenters = (X, k, random) => choose(X.length, k, random).map((i) => X[i]);

/** D² sampling: each next centre is a point drawn with probability in proportion to its squared distance from the nearest centre so far. */
export function kmeansPlusPlus(X, k, random) {
  const chosen = [X[Math.floor(random() * X.length)]];
  const squared = X.map(() => Infinity);
  while (chosen.length < k) {
    X.forEach((point, i) => (squared[i] = Math.min(squared[i], squaredDistance(point, chosen.at(-1)))));
    chosen.push(X[drawIndex(squared, random)]);
  }
  return chosen;
}

/** An index with probability weights[i] / Σ weights; any index, all equally likely, if every weight is 0. */
export function drawIndex(weights, random) {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) return Math.floor(random() * weights.length);
  let left = random() * total;
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i];
    if (left < 0) return i;
  }
  return weights.findLastIndex((weight) => weight > 0); // rounding ate the last crumb
}

/** K-means to the end. `path` holds the centres at the start and after every move; `y` and `loss` belong to the last of them. */
export function lloyd(X, start) {
  const path = [start];
  let y = assignClusters(X, start);
  for (;;) {
    const mu = updateCenters(X, y, path.at(-1));
    const next = assignClusters(X, mu);
    path.push(mu);
    if (sameLabels(next, y)) return { mu, y, path, loss: kmeansObjective(X, mu, y) };
    y = next;
  }
}

/** Labels renamed in the order in which they first appear: two labellings of one partition become the same list. */
export function canonical(y) {
  const names = new Map();
  return y.map((label) => {
    if (!names.has(label)) names.set(label, names.size);
    return names.get(label);
  });
}

/** The best of so many runs from k-means++. */
export function bestOf(X, k, restarts, random) {
  let best = null;
  for (let i = 0; i < restarts; i++) {
    const run = lloyd(X, kmeansPlusPlus(X, k, random));
    if (!best || run.loss < best.loss) best = run;
  }
  return best;
}
