"""What students really write in the assignment `generative`, and the hint that helps each of them see it.

Each fails the same cases whatever the data and the draws are, but for once in ten million gradings.
"""

import numpy as np

from solutions.generative import sample_categorical
from solutions.variants import misconception

# ---------------------------------------------------------------------------------------------- q1


@misconception(
    "q1",
    "divides by n - 1",
    hint="Work out the covariance of the two points 0 and 2 by hand, once with 1/n and once with 1/(n - 1). Which does maximum likelihood ask for? What does np.cov do unless told otherwise?",
)
def gaussian_mle(X):
    deviations = X - X.mean(axis=0)
    return X.mean(axis=0), deviations.T @ deviations / max(len(X) - 1, 1)


@misconception(
    "q1",
    "forgets to divide",
    hint="Write every point twice. The likeliest Gaussian should stay as it is; does yours?",
)
def gaussian_mle(X):
    deviations = X - X.mean(axis=0)
    return X.mean(axis=0), deviations.T @ deviations


@misconception(
    "q1",
    "does not subtract the mean",
    hint="Add 10 to all numbers. The points have moved, but are they spread more widely? From where do you measure deviations?",
)
def gaussian_mle(X):
    return X.mean(axis=0), X.T @ X / len(X)


@misconception(
    "q1",
    "takes rows for features",
    hint="With n = 50 points of d = 3 numbers, which shape has your covariance? np.cov expects one row a feature, unless told otherwise.",
)
def gaussian_mle(X):
    return X.mean(axis=0), np.atleast_2d(np.cov(X, bias=True))


@misconception(
    "q1",
    "keeps only the variances",
    hint="Take points on a slanted line. Where does your answer say that the two features rise together?",
)
def gaussian_mle(X):
    return X.mean(axis=0), np.diag(X.var(axis=0))


@misconception(
    "q1",
    "subtracts squares of large numbers",
    hint="E[x xᵀ] - m mᵀ is right on paper. Add 100000000 to all numbers and look again: two numbers near 1e16 differ by about 1, and a float holds 16 digits.",
)
def gaussian_mle(X):
    X = np.asarray(X, dtype=float)
    mean = X.mean(axis=0)
    return mean, X.T @ X / len(X) - np.outer(mean, mean)


@misconception(
    "q1",
    "a bare number for one feature",
    hint="With d = 1, which shape has your covariance? Whoever inverts it expects a table with one row and one column.",
)
def gaussian_mle(X):
    covariance = np.cov(X.T, bias=True) if len(X) > 1 else np.zeros((X.shape[1], X.shape[1]))
    return X.mean(axis=0), covariance


# ---------------------------------------------------------------------------------------------- q2


@misconception(
    "q2",
    "the mean over points in place of the sum",
    hint="Write every point twice. The log-likelihood of all of them should double; does yours?",
)
def log_likelihood(X, mean, covariance):
    _, log_det = np.linalg.slogdet(covariance)
    squares = np.sum((X - mean) @ np.linalg.inv(covariance) * (X - mean), axis=1)
    return float(np.mean(-(X.shape[1] * np.log(2 * np.pi) + log_det + squares) / 2))


@misconception(
    "q2",
    "the determinant itself, then its logarithm",
    hint="With 300 features of variance 0.01 the determinant is 1e-600. Print it. The logarithm of a determinant can be had without the determinant.",
)
def log_likelihood(X, mean, covariance):
    with np.errstate(divide="ignore"):
        log_det = np.log(np.linalg.det(covariance))
    squares = np.sum((X - mean) @ np.linalg.inv(covariance) * (X - mean))
    return float(-(X.size * np.log(2 * np.pi) + len(X) * log_det + squares) / 2)


@misconception(
    "q2",
    "the logarithm of the density",
    hint="Put one point 100 standard deviations away: its density is exp(-5000), which a float takes for 0. Take logarithms on paper first, before you compute.",
)
def log_likelihood(X, mean, covariance):
    d = X.shape[1]
    squares = np.sum((X - mean) @ np.linalg.inv(covariance) * (X - mean), axis=1)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        density = np.exp(-squares / 2) / np.sqrt((2 * np.pi) ** d * np.linalg.det(covariance))
        return float(np.log(density).sum())


@misconception(
    "q2",
    "forgets the half before the square",
    hint="One feature, variance 1, mean 0: how much less likely, in logarithms, is the point 2 than the point 0? The density has exp(-x²/2).",
)
def log_likelihood(X, mean, covariance):
    _, log_det = np.linalg.slogdet(covariance)
    squares = np.sum((X - mean) @ np.linalg.inv(covariance) * (X - mean))
    return float(-(X.size * np.log(2 * np.pi) + len(X) * log_det) / 2 - squares)


@misconception(
    "q2",
    "leaves out the constant with 2π",
    hint="The density of the standard bell at 0 is 0.3989, so one point at 0 should get -0.9189. It does not change which model wins, but then it is no density.",
)
def log_likelihood(X, mean, covariance):
    _, log_det = np.linalg.slogdet(covariance)
    squares = np.sum((X - mean) @ np.linalg.inv(covariance) * (X - mean))
    return float(-(len(X) * log_det + squares) / 2)


@misconception(
    "q2",
    "multiplies by the covariance in place of its inverse",
    hint="Make the bell wider. A point far out should become more likely, not less. What divides the square in the density of one feature?",
)
def log_likelihood(X, mean, covariance):
    _, log_det = np.linalg.slogdet(covariance)
    squares = np.sum((X - mean) @ np.asarray(covariance) * (X - mean))
    return float(-(X.size * np.log(2 * np.pi) + len(X) * log_det + squares) / 2)


@misconception(
    "q2",
    "treats the features as independent",
    hint="Take two features that almost always agree. Is a point where they disagree as likely to you as one where they agree? You use only the diagonal.",
)
def log_likelihood(X, mean, covariance):
    variances = np.diag(covariance)
    return float(-np.sum(np.log(2 * np.pi * variances) + (X - mean) ** 2 / variances) / 2)


@misconception(
    "q2",
    "takes the covariance for the standard deviation",
    hint="One feature, covariance 4: the standard deviation is 2. Compare your answer with the example in the docstring.",
)
def log_likelihood(X, mean, covariance):
    _, log_det = np.linalg.slogdet(covariance)
    squares = np.sum(((X - mean) @ np.linalg.inv(covariance)) ** 2)
    return float(-(X.size * np.log(2 * np.pi) + 2 * len(X) * log_det + squares) / 2)


# ---------------------------------------------------------------------------------------------- q3


@misconception(
    "q3",
    "p and q swapped",
    hint="Which of the two averages, and which is judged? With p = (1, 0) and q = (0.5, 0.5) the answer is log 2; the other way round it is infinite.",
)
def kl_divergence(p, q):
    p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    if np.any((q > 0) & (p == 0)):
        return np.inf
    some = q > 0
    return float(np.sum(q[some] * np.log(q[some] / p[some])))


@misconception(
    "q3",
    "0 log 0 becomes nan",
    hint="Print 0 * np.log(0). An outcome that never happens costs nothing: leave it out of the sum before you take logarithms.",
)
def kl_divergence(p, q):
    p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    with np.errstate(all="ignore"):
        return float(np.sum(p * np.log(p / q)))


@misconception(
    "q3",
    "a small number added against zeros",
    hint="A model that calls impossible what does happen is infinitely surprised. The small number you add hides that: its answer depends on a number that nobody gave you.",
)
def kl_divergence(p, q):
    p, q = np.asarray(p, dtype=float) + 1e-12, np.asarray(q, dtype=float) + 1e-12
    return float(np.sum(p * np.log(p / q)))


@misconception(
    "q3",
    "leaves out outcomes with q = 0",
    hint="With p = (0.5, 0.5) and q = (1, 0) you get a negative number, or too little. What should it cost q that the second outcome happens half of the time?",
)
def kl_divergence(p, q):
    p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    some = (p > 0) & (q > 0)
    return float(np.sum(p[some] * np.log(p[some] / q[some])))


@misconception(
    "q3",
    "in bits",
    hint="Your answers are all too large by the factor 1.4427. Which logarithm does the docstring ask for?",
)
def kl_divergence(p, q):
    p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    some = p > 0
    if np.any(q[some] == 0):
        return np.inf
    return float(np.sum(p[some] * np.log2(p[some] / q[some])))


@misconception(
    "q3",
    "averages over outcomes without the weights p",
    hint="An outcome that hardly ever happens should hardly count. By what do you multiply each log-ratio before you add?",
)
def kl_divergence(p, q):
    p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    some = p > 0
    if np.any(q[some] == 0):
        return np.inf
    return float(np.mean(np.log(p[some] / q[some])))


@misconception(
    "q3",
    "the cross-entropy, without the entropy of p",
    hint="Compare a distribution with itself. The answer should be 0. You have -Σ p log q; what does p itself cost?",
)
def kl_divergence(p, q):
    p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    some = p > 0
    if np.any(q[some] == 0):
        return np.inf
    return float(-np.sum(p[some] * np.log(q[some])))


# ---------------------------------------------------------------------------------------------- q4


@misconception(
    "q4",
    "shares, not densities",
    hint="Add up height times width over your bars: is it 1? Cut one bin into two halves: should the bars become half as high?",
)
def histogram_density(x, edges):
    counts = np.histogram(x, edges)[0]
    return counts / max(counts.sum(), 1)


@misconception(
    "q4",
    "counts",
    hint="Write every number twice. The density should stay as it is; do your bars?",
)
def histogram_density(x, edges):
    return np.histogram(x, edges)[0].astype(float)


@misconception(
    "q4",
    "one width for all bins",
    hint="Are all bins as wide as the first? A wide bin gathers more points without being denser.",
)
def histogram_density(x, edges):
    counts = np.histogram(x, edges)[0]
    return counts / (max(counts.sum(), 1) * (edges[1] - edges[0]))


@misconception(
    "q4",
    "a point on a border goes to the left bin",
    hint="Put a single point on the border of two bins. The docstring says which bin owns it.",
)
def histogram_density(x, edges):
    x, edges = np.asarray(x, dtype=float), np.asarray(edges, dtype=float)
    counts = np.array([np.sum((edges[b] < x) & (x <= edges[b + 1])) for b in range(len(edges) - 1)])
    return counts / (max(counts.sum(), 1) * np.diff(edges))


@misconception(
    "q4",
    "loses the point on the last edge",
    hint="Put a single point on the very last edge and see whether it is counted. The greatest number of a data set often lies exactly there.",
)
def histogram_density(x, edges):
    x, edges = np.asarray(x, dtype=float), np.asarray(edges, dtype=float)
    counts = np.array([np.sum((edges[b] <= x) & (x < edges[b + 1])) for b in range(len(edges) - 1)])
    return counts / (max(counts.sum(), 1) * np.diff(edges))


@misconception(
    "q4",
    "puts points outside into the outer bins",
    hint="Put one point far to the right of all bins. Does the last bar grow?",
)
def histogram_density(x, edges):
    counts = np.histogram(np.clip(x, edges[0], edges[-1]), edges)[0]
    return counts / (max(len(x), 1) * np.diff(edges))


@misconception(
    "q4",
    "divides by all points, also those outside",
    hint="With some points outside of all bins, add up height times width. Shares of which points does the docstring ask for?",
)
def histogram_density(x, edges):
    return np.histogram(x, edges)[0] / (len(x) * np.diff(edges))


@misconception(
    "q4",
    "nan where no point is left",
    hint="Put all points outside the bins: you divide 0 by 0. The docstring says what the heights are then.",
)
def histogram_density(x, edges):
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.histogram(x, edges, density=True)[0]


# ---------------------------------------------------------------------------------------------- q5


@misconception(
    "q5",
    "all outcomes equally likely",
    hint="Give one outcome the probability 0 and draw a hundred times. Where does p enter your draw?",
)
def sample_categorical(p, n, rng):
    return rng.integers(len(p), size=n)


@misconception(
    "q5",
    "always the likeliest outcome",
    hint="A coin that shows heads with probability 0.6 does not show heads every time. Sampling is not choosing the best.",
)
def sample_categorical(p, n, rng):
    return np.full(n, np.argmax(p))


@misconception(
    "q5",
    "shares that come out exactly",
    hint="Toss a fair coin 100 times: it is rare that exactly 50 are heads. Your counts are the same in every call; what does chance decide?",
)
def sample_categorical(p, n, rng):
    counts = np.floor(np.asarray(p) * n).astype(int)
    counts[int(np.argmax(p))] += n - counts.sum()
    return rng.permutation(np.repeat(np.arange(len(p)), counts))


@misconception(
    "q5",
    "draws once and repeats it",
    hint="Draw 100 times from a fair coin. Are all 100 the same? You draw one outcome; each entry needs a draw of its own.",
)
def sample_categorical(p, n, rng):
    return np.full(n, rng.choice(len(p), p=p))


@misconception(
    "q5",
    "sorted",
    hint="Draw twice from a fair coin, many times over. Tails then heads should come as often as heads then tails. np.repeat of counts forgets the order.",
)
def sample_categorical(p, n, rng):
    return np.repeat(np.arange(len(p)), rng.multinomial(n, p))


@misconception(
    "q5",
    "counts from 1",
    hint="With K outcomes the answers should be 0 to K - 1. Draw from p = (1, 0, 0): which outcome is certain?",
)
def sample_categorical(p, n, rng):
    return 1 + rng.choice(len(p), size=n, p=p)


@misconception(
    "q5",
    "how often, not which",
    hint="You return how often each outcome came, K numbers. Asked for are the n outcomes themselves.",
)
def sample_categorical(p, n, rng):
    return rng.multinomial(n, p)


@misconception(
    "q5",
    "NumPy's global generator",
    hint="Make two generators with the same seed and call your function with each. Which generator do you draw from: the one you were given?",
)
def sample_categorical(p, n, rng):
    return np.random.choice(len(p), size=n, p=p)


@misconception(
    "q5",
    "a generator of its own with a fixed seed",
    hint="Your answer does not depend on rng. Whoever calls you with ten different generators gets ten times the same draws.",
)
def sample_categorical(p, n, rng):
    rng = np.random.default_rng(0)
    return rng.choice(len(p), size=n, p=p)


# ---------------------------------------------------------------------------------------------- q6


@misconception(
    "q6",
    "averages the components in place of choosing one",
    hint="Two narrow bells at -5 and 5, half and half: do you ever draw a point near 0? A weighted sum of Gaussian draws is one Gaussian. A mixture first asks: which bell?",
)
def sample_mixture(weights, means, covariances, n, rng):
    draws = [rng.multivariate_normal(m, S, size=n) for m, S in zip(means, covariances, strict=True)]
    return sum(w * x for w, x in zip(weights, draws, strict=True))


@misconception(
    "q6",
    "one component for all points",
    hint="Two far bells, half and half, 100 points: do all of them come from the same bell? Every point needs a component of its own.",
)
def sample_mixture(weights, means, covariances, n, rng):
    j = rng.choice(len(weights), p=weights)
    return rng.multivariate_normal(means[j], covariances[j], size=n)


@misconception(
    "q6",
    "all components equally likely",
    hint="Give one component the weight 0. Do you draw from it? Where do the weights enter?",
)
def sample_mixture(weights, means, covariances, n, rng):
    means, y = np.asarray(means, dtype=float), rng.integers(len(weights), size=n)
    draws = np.array([rng.multivariate_normal(m, S, size=n) for m, S in zip(means, covariances, strict=True)])
    return draws[y, np.arange(n)]


@misconception(
    "q6",
    "multiplies the noise by the covariance, not by a root of it",
    hint="One feature with covariance 4: what standard deviation do your points have? If z has variance 1, then 4 z has variance 16.",
)
def sample_mixture(weights, means, covariances, n, rng):
    means, covariances = np.asarray(means, dtype=float), np.asarray(covariances, dtype=float)
    y = sample_categorical(weights, n, rng)
    return means[y] + np.einsum("nij,nj->ni", covariances[y], rng.normal(size=(n, means.shape[1])))


@misconception(
    "q6",
    "the root on the wrong side",
    hint="If z has covariance I, then L z has covariance L Lᵀ. With points as rows, z @ L gives Lᵀ L, which is another matrix. Compare the covariance of many draws with what you asked for.",
)
def sample_mixture(weights, means, covariances, n, rng):
    means, y = np.asarray(means, dtype=float), sample_categorical(weights, n, rng)
    roots = [np.linalg.cholesky(np.asarray(S) + 1e-14 * np.eye(means.shape[1])) for S in covariances]
    return np.array([means[j] + rng.normal(size=means.shape[1]) @ roots[j] for j in y])


@misconception(
    "q6",
    "ignores the covariances between features",
    hint="Ask for two features with correlation 0.9 and plot your points. You use the variances alone.",
)
def sample_mixture(weights, means, covariances, n, rng):
    means, y = np.asarray(means, dtype=float), sample_categorical(weights, n, rng)
    spread = np.sqrt([np.diag(S) for S in covariances])
    return means[y] + spread[y] * rng.normal(size=(n, means.shape[1]))


@misconception(
    "q6",
    "Cholesky, which refuses a variance of 0",
    hint="Ask for a component whose covariance is all zeros: it should draw its mean every time. np.linalg.cholesky wants a matrix with an inverse; other roots do not.",
)
def sample_mixture(weights, means, covariances, n, rng):
    means, y = np.asarray(means, dtype=float), sample_categorical(weights, n, rng)
    roots = np.linalg.cholesky(np.asarray(covariances, dtype=float))
    return means[y] + np.einsum("nij,nj->ni", roots[y], rng.normal(size=(n, means.shape[1])))


@misconception(
    "q6",
    "chooses a component for every coordinate",
    hint="Bells at (0, 0) and (5, 5): do you ever draw a point near (0, 5)? A point comes from one component with all of its coordinates.",
)
def sample_mixture(weights, means, covariances, n, rng):
    draws = np.array([rng.multivariate_normal(m, S, size=n) for m, S in zip(means, covariances, strict=True)])
    d = draws.shape[2]
    y = sample_categorical(weights, n * d, rng).reshape(n, d)
    return draws[y, np.arange(n)[:, None], np.arange(d)]


@misconception(
    "q6",
    "shares that come out exactly, one component after the other",
    hint="Draw one point at a time, a hundred times. Does every component get its turn? How many points a component gets is left to chance, and so is their order.",
)
def sample_mixture(weights, means, covariances, n, rng):
    counts = np.floor(np.asarray(weights) * n).astype(int)
    counts[int(np.argmax(weights))] += n - counts.sum()
    return np.vstack([rng.multivariate_normal(means[j], covariances[j], size=c) for j, c in enumerate(counts)])


@misconception(
    "q6",
    "NumPy's global generator",
    hint="Make two generators with the same seed and call your function with each. Which generator do you draw from: the one you were given?",
)
def sample_mixture(weights, means, covariances, n, rng):
    y = np.random.choice(len(weights), size=n, p=weights)
    draws = np.array([np.random.multivariate_normal(m, S, size=n) for m, S in zip(means, covariances, strict=True)])
    return draws[y, np.arange(n)]
