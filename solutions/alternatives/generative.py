"""Right answers to the assignment `generative`, written differently from the reference. The tests must accept them all."""

import numpy as np

from solutions.generative import sample_categorical
from solutions.variants import alternative

# ---------------------------------------------------------------------------------------------- q1


@alternative("q1", "np.cov with bias")
def gaussian_mle(X):
    d = np.shape(X)[1]
    return np.mean(X, axis=0), np.cov(X, rowvar=False, bias=True).reshape(d, d)


@alternative("q1", "plain loops, nested lists")
def gaussian_mle(X):
    n, d = len(X), len(X[0])
    mean = [sum(float(x[j]) for x in X) / n for j in range(d)]
    table = [[sum((x[a] - mean[a]) * (x[b] - mean[b]) for x in X) / n for b in range(d)] for a in range(d)]
    return mean, table


@alternative("q1", "an average of outer products")
def gaussian_mle(X):
    mean = X.sum(axis=0) / X.shape[0]
    return mean, np.mean([np.outer(x - mean, x - mean) for x in X], axis=0)


@alternative("q1", "deviations from the first point, then the shift taken back")
def gaussian_mle(X):
    D = (X - X[0]).astype(float)
    shift = np.einsum("ij->j", D) / len(D)
    return X[0] + shift, np.einsum("ia,ib->ab", D, D) / len(D) - np.outer(shift, shift)


@alternative("q1", "Welford's running mean, one point after the other")
def gaussian_mle(X):
    X = np.asarray(X, dtype=float)
    mean, scatter = X[0].copy(), np.zeros((X.shape[1], X.shape[1]))
    for i, x in enumerate(X[1:], start=2):
        before = x - mean
        mean = mean + before / i
        scatter = scatter + np.outer(before, x - mean)
    return mean, scatter / len(X)


# ---------------------------------------------------------------------------------------------- q2


@alternative("q2", "slogdet and solve")
def log_likelihood(X, mean, covariance):
    D = X - mean
    return -0.5 * (D.size * np.log(2 * np.pi) + len(D) * np.linalg.slogdet(covariance)[1] + np.sum(D.T * np.linalg.solve(covariance, D.T)))


@alternative("q2", "scipy's Gaussian")
def log_likelihood(X, mean, covariance):
    from scipy.stats import multivariate_normal

    return multivariate_normal(mean, covariance).logpdf(X).sum()


@alternative("q2", "eigenvectors: independent features along the axes")
def log_likelihood(X, mean, covariance):
    variances, axes = np.linalg.eigh(covariance)
    along = (X - mean) @ axes
    return float(np.sum(-0.5 * np.log(2 * np.pi * variances) - along**2 / (2 * variances)))


@alternative("q2", "the chain rule: each feature given those before it, point by point")
def log_likelihood(X, mean, covariance):
    total, S = 0.0, np.asarray(covariance, dtype=float)
    for j in range(S.shape[0]):
        regression = np.linalg.solve(S[:j, :j], S[:j, j])
        variance = S[j, j] - S[j, :j] @ regression
        for x in np.asarray(X, dtype=float):
            gap = x[j] - mean[j] - regression @ (x[:j] - mean[:j])
            total -= 0.5 * (np.log(2 * np.pi) + np.log(variance) + gap**2 / variance)
    return total


@alternative("q2", "only the sufficient statistics: n, the mean, the scatter")
def log_likelihood(X, mean, covariance):
    n, d = X.shape
    inverse = np.linalg.inv(covariance)
    scatter = np.einsum("ia,ib->ab", X - mean, X - mean)
    return -n * d / 2 * np.log(2 * np.pi) - n / 2 * np.linalg.slogdet(covariance)[1] - np.trace(inverse @ scatter) / 2


# ---------------------------------------------------------------------------------------------- q3


@alternative("q3", "scipy's rel_entr")
def kl_divergence(p, q):
    from scipy.special import rel_entr

    return rel_entr(p, q).sum()


@alternative("q3", "a plain loop")
def kl_divergence(p, q):
    import math

    total = 0.0
    for a, b in zip(p, q, strict=True):
        if a > 0:
            if b == 0:
                return math.inf
            total += a * math.log(a / b)
    return total


@alternative("q3", "cross-entropy less entropy")
def kl_divergence(p, q):
    p, q = np.array(p, dtype=float), np.array(q, dtype=float)
    log_p = np.log(p, out=np.zeros_like(p), where=p > 0)
    log_q = np.log(q, out=np.full_like(q, -np.inf), where=q > 0)
    cross = -np.dot(p[p > 0], log_q[p > 0])
    return cross + np.dot(p, log_p)


@alternative("q3", "np.where, warnings silenced")
def kl_divergence(p, q):
    p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(p == 0, 0.0, p * np.log(p / q)).sum()


@alternative("q3", "scipy's entropy of two distributions")
def kl_divergence(p, q):
    from scipy.stats import entropy

    return entropy(p, q)


# ---------------------------------------------------------------------------------------------- q4


@alternative("q4", "NumPy's density, nan replaced")
def histogram_density(x, edges):
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.nan_to_num(np.histogram(x, edges, density=True)[0])


@alternative("q4", "plain loops")
def histogram_density(x, edges):
    bins = len(edges) - 1
    counts = [0] * bins
    for value in x:
        for b in range(bins):
            last = b == bins - 1
            if edges[b] <= value < edges[b + 1] or (last and value == edges[-1]):
                counts[b] += 1
    total = sum(counts)
    return [c / total / (edges[b + 1] - edges[b]) if total else 0.0 for b, c in enumerate(counts)]


@alternative("q4", "differences of the sorted ranks")
def histogram_density(x, edges):
    ranks = np.searchsorted(np.sort(x), edges, side="left")
    ranks[-1] = np.searchsorted(np.sort(x), edges[-1], side="right")
    counts = np.diff(ranks)
    return counts / np.diff(edges) / max(1, ranks[-1] - ranks[0])


@alternative("q4", "digitize and bincount")
def histogram_density(x, edges):
    x, edges = np.asarray(x), np.asarray(edges)
    inside = x[(x >= edges[0]) & (x <= edges[-1])]
    which = np.minimum(np.digitize(inside, edges) - 1, len(edges) - 2)
    counts = np.bincount(which, minlength=len(edges) - 1)
    widths = edges[1:] - edges[:-1]
    return counts / (len(inside) * widths) if len(inside) else np.zeros(len(widths))


# ---------------------------------------------------------------------------------------------- q5


@alternative("q5", "rng.choice")
def sample_categorical(p, n, rng):
    return rng.choice(len(p), size=n, p=p)


@alternative("q5", "one ticket at a time, a plain loop")
def sample_categorical(p, n, rng):
    drawn = []
    for _ in range(n):
        ticket = rng.random()
        for j, chance in enumerate(p):
            if chance > 0:
                last = j
                ticket -= chance
                if ticket < 0:
                    break
        drawn.append(last)
    return drawn


@alternative("q5", "the Gumbel trick")
def sample_categorical(p, n, rng):
    with np.errstate(divide="ignore"):
        return np.argmax(np.log(p) + rng.gumbel(size=(n, len(p))), axis=1)


@alternative("q5", "one-hot rows of multinomial draws")
def sample_categorical(p, n, rng):
    return rng.multinomial(1, p, size=n).argmax(axis=1)


@alternative("q5", "counts first, then shuffled")
def sample_categorical(p, n, rng):
    return rng.permutation(np.repeat(np.arange(len(p)), rng.multinomial(n, p)))


@alternative("q5", "a race of exponential clocks")
def sample_categorical(p, n, rng):
    with np.errstate(divide="ignore"):
        return np.argmin(rng.exponential(size=(n, len(p))) / np.asarray(p), axis=1)


# ---------------------------------------------------------------------------------------------- q6


@alternative("q6", "symmetric root, point by point")
def sample_mixture(weights, means, covariances, n, rng):
    roots = []
    for S in covariances:
        variances, axes = np.linalg.eigh(np.array(S, dtype=float))
        roots.append((axes * np.sqrt(variances.clip(min=0))) @ axes.T)
    points = [np.array(means[j]) + roots[j] @ rng.normal(size=len(roots[j])) for j in rng.choice(len(weights), size=n, p=weights)]
    return np.array(points)


@alternative("q6", "component by component into its own rows")
def sample_mixture(weights, means, covariances, n, rng):
    means, y = np.asarray(means, dtype=float), rng.choice(len(weights), size=n, p=weights)
    X = np.empty((n, means.shape[1]))
    for j in range(len(weights)):
        X[y == j] = rng.multivariate_normal(means[j], covariances[j], size=int(np.sum(y == j)))
    return X


@alternative("q6", "counts first, then all rows shuffled")
def sample_mixture(weights, means, covariances, n, rng):
    counts = rng.multinomial(n, weights)
    parts = [rng.multivariate_normal(m, S, size=c) for m, S, c in zip(means, covariances, counts, strict=True)]
    return rng.permutation(np.vstack(parts))


@alternative("q6", "root by scipy's SVD, a list of lists")
def sample_mixture(weights, means, covariances, n, rng):
    from scipy.linalg import svd

    factors = [svd(np.array(S, dtype=float))[:2] for S in covariances]
    points = []
    for j in sample_categorical(weights, n, rng).tolist():
        U, s = factors[j]
        along = [float(np.sqrt(a)) * z for a, z in zip(s, rng.standard_normal(len(s)), strict=True)]
        points.append([float(m + row @ along) for m, row in zip(means[j], U, strict=True)])
    return points


@alternative("q6", "Cholesky of a matrix with a little variance added")
def sample_mixture(weights, means, covariances, n, rng):
    means, covariances = np.asarray(means, dtype=float), np.asarray(covariances, dtype=float)
    roots = np.linalg.cholesky(covariances + 1e-14 * np.eye(means.shape[1]))
    y = sample_categorical(weights, n, rng)
    return means[y] + np.squeeze(roots[y] @ rng.normal(size=(n, means.shape[1], 1)), axis=2)
