// Densities of one number: bells (Gaussians) and sums of weighted bells { weights, means, sds }; likelihood, bins, divergence.

const LOG_ROOT_2PI = Math.log(2 * Math.PI) / 2;

export const sum = (values) => values.reduce((total, value) => total + value, 0);

/** log N(x; mean, sd²). */
export const logNormal = (x, mean = 0, sd = 1) => -(((x - mean) / sd) ** 2) / 2 - Math.log(sd) - LOG_ROOT_2PI;

/** log Σ exp(v), and no overflow. */
export function logSumExp(values) {
  const top = Math.max(...values);
  return Number.isFinite(top) ? top + Math.log(sum(values.map((value) => Math.exp(value - top)))) : top;
}

/** log p(x) for weighted bells. */
export const logBells = (x, { weights, means, sds }) => logSumExp(means.map((mean, j) => Math.log(weights[j]) + logNormal(x, mean, sds[j])));

/** Σ_i log p(x_i). */
export const logLikelihood = (X, bells) => sum(X.map((x) => logBells(x, bells)));

/**
 * 1 − Φ(t), the part of the standard bell right of t, to about twelve digits however far out: Φ's power series near the middle, and
 * Laplace's continued fraction further out (Abramowitz and Stegun 1964, 26.2.11 and 26.2.14).
 */
export function upperTail(t) {
  if (t < 0) return 1 - upperTail(-t);
  const height = Math.exp(logNormal(t));
  if (t > 3.5) {
    let fraction = t;
    for (let k = 120; k > 0; k--) fraction = t + k / fraction;
    return height / fraction;
  }
  let term = t;
  let total = t;
  for (let k = 3; term > 1e-17 * total; k += 2) {
    term *= (t * t) / k;
    total += term;
  }
  return 0.5 - height * total;
}

/** What a bell puts between two places (either may be infinite); right of the mean by the upper tail, to lose no digits. */
export function between(left, right, mean, sd) {
  const [a, b] = [(left - mean) / sd, (right - mean) / sd];
  return a > 0 ? upperTail(a) - upperTail(b) : upperTail(-b) - upperTail(-a);
}

/** What weighted bells put into each bin; the outer bins reach to infinity. */
export function binMasses(edges, { weights, means, sds }) {
  const borders = [-Infinity, ...edges.slice(1, -1), Infinity];
  return borders.slice(1).map((right, b) => sum(means.map((mean, j) => weights[j] * between(borders[b], right, mean, sds[j]))));
}

/** KL(p ‖ q) = Σ p log(p / q) over the bins with p > 0; Infinity where q has nothing. */
export const divergence = (p, q) => sum(p.map((share, b) => (share > 0 ? share * Math.log(share / q[b]) : 0)));
