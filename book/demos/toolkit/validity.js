// Is it a good clustering, and are there clusters at all? Named as in the chapter and the assignment `choosing-k`.
// tests/demos holds these functions to scikit-learn.

import { clusterSizes, squaredDistance } from "./kmeans.js";

/** s(i) = (b − a) / max(a, b) for every point: a is its mean distance to its own cluster, b to the nearest other one. 0 for a point alone. */
export function silhouettes(X, y) {
  const k = Math.max(...y) + 1;
  const sizes = clusterSizes(y, k);
  return X.map((point, i) => {
    const sums = new Array(k).fill(0);
    X.forEach((other, l) => (sums[y[l]] += Math.sqrt(squaredDistance(point, other))));
    if (sizes[y[i]] === 1) return 0;
    const a = sums[y[i]] / (sizes[y[i]] - 1);
    const b = Math.min(...sums.map((sum, j) => (j === y[i] || !sizes[j] ? Infinity : sum / sizes[j])));
    return Math.max(a, b) === 0 ? 0 : (b - a) / Math.max(a, b);
  });
}

export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Standard deviation with 1 / n. */
export function deviation(values) {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}

/** n points drawn evenly from the box around X: what data with no clusters would look like. */
export function uniformLike(X, random) {
  const box = X[0].map((_, c) => [Math.min(...X.map((point) => point[c])), Math.max(...X.map((point) => point[c]))]);
  return X.map(() => box.map(([low, high]) => low + random() * (high - low)));
}

/** Gap(k) = mean_b log W_b(k) − log W(k), and its error s(k) = sd_b √(1 + 1/B) (Tibshirani, Walther and Hastie 2001). */
export function gap(loss, referenceLosses) {
  const logs = referenceLosses.map(Math.log);
  return { gap: mean(logs) - Math.log(loss), error: deviation(logs) * Math.sqrt(1 + 1 / logs.length) };
}

/** The smallest k with Gap(k) ≥ Gap(k + 1) − s(k + 1); the last if there is none. `gaps[0]` is for k = 1. */
export function gapChoice(gaps) {
  const found = gaps.findIndex(({ gap: here }, i) => i + 1 === gaps.length || here >= gaps[i + 1].gap - gaps[i + 1].error);
  return found + 1;
}

const pairs = (count) => (count * (count - 1)) / 2;

/** The Rand index of two labellings, adjusted for chance: 1 for the same partition, 0 on average for unrelated ones (Hubert and Arabie 1985). */
export function adjustedRand(y1, y2) {
  const [k1, k2] = [y1, y2].map((y) => Math.max(...y) + 1);
  const cells = clusterSizes(y1.map((a, i) => a * k2 + y2[i]), k1 * k2);
  const together = (sizes) => sizes.reduce((sum, size) => sum + pairs(size), 0);
  const [both, first, second] = [cells, clusterSizes(y1, k1), clusterSizes(y2, k2)].map(together);
  const expected = (first * second) / pairs(y1.length);
  const most = (first + second) / 2;
  return most === expected ? 1 : (both - expected) / (most - expected);
}
