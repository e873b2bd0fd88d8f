// The k-means algorithm, function by function as the chapter and the assignment name it.
// tests/demos holds every one of them to golden values of the Python reference.
//
// X is an array of n points (each an array of d numbers), mu an array of k centres, y an array of n integers 0..k-1.
// No function changes its arguments.

/** ‖a − b‖². */
export function squaredDistance(a, b) {
  let sum = 0;
  for (let c = 0; c < a.length; c++) sum += (a[c] - b[c]) ** 2;
  return sum;
}

/** Index of the row of `mu` nearest to `point`; the lowest index wins a tie. */
export function nearest(point, mu) {
  let best = 0;
  let bestDistance = Infinity;
  for (let j = 0; j < mu.length; j++) {
    const distance = squaredDistance(point, mu[j]);
    if (distance < bestDistance) {
      best = j;
      bestDistance = distance;
    }
  }
  return best;
}

/** y⁽ⁱ⁾ = argmin_j ‖x⁽ⁱ⁾ − μ⁽ʲ⁾‖². */
export const assignClusters = (X, mu) => X.map((point) => nearest(point, mu));

/** How many points each of the k clusters holds: N_j. */
export function clusterSizes(y, k) {
  const sizes = new Array(k).fill(0);
  for (const j of y) sizes[j] += 1;
  return sizes;
}

/** μ⁽ʲ⁾ = (1 / N_j) Σ_{i : y⁽ⁱ⁾ = j} x⁽ⁱ⁾; a cluster that holds nobody keeps its centre. */
export function updateCenters(X, y, mu) {
  const sizes = clusterSizes(y, mu.length);
  const sums = mu.map((center) => center.map(() => 0));
  X.forEach((point, i) => point.forEach((value, c) => (sums[y[i]][c] += value)));
  return mu.map((center, j) => (sizes[j] === 0 ? [...center] : sums[j].map((sum) => sum / sizes[j])));
}

/** Σ_i ‖x⁽ⁱ⁾ − μ^(y⁽ⁱ⁾)‖²: what everybody's walk costs. */
export function kmeansObjective(X, mu, y) {
  let sum = 0;
  X.forEach((point, i) => (sum += squaredDistance(point, mu[y[i]])));
  return sum;
}

export const sameLabels = (y1, y2) => y1.length === y2.length && y1.every((label, i) => label === y2[i]);

/** Assign and move until no label changes, at most `tau` times. Returns { mu, y, iterations }. */
export function kmeans(X, start, tau) {
  let mu = start;
  let y = null;
  for (let t = 1; t <= tau; t++) {
    const old = y;
    y = assignClusters(X, mu);
    mu = updateCenters(X, y, mu);
    if (old && sameLabels(old, y)) return { mu, y, iterations: t };
  }
  return { mu, y, iterations: tau };
}

/** Whether y1 and y2 split the points into the same groups, whatever the groups are called. */
export function samePartition(y1, y2) {
  if (y1.length !== y2.length) return false;
  const there = new Map();
  const back = new Map();
  return y1.every((a, i) => {
    const b = y2[i];
    if (!there.has(a) && !back.has(b)) {
      there.set(a, b);
      back.set(b, a);
    }
    return there.get(a) === b && back.get(b) === a;
  });
}
