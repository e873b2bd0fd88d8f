"""The reference implementations against the libraries that everybody trusts: same data, same start, one thread, in turn.

Only references with a natural peer. k-means has a goal: at most twice scikit-learn's time. The others are written to be read;
their ratios are here so that everybody can see what that costs.
"""

import importlib
from collections.abc import Callable, Iterator

import numpy as np

from tools.bench.rows import Row, in_turn, row, seconds

RUNS = 5
TWICE = 0.5
"""The least ratio: at most twice the library's time."""


def rows(full: bool = False) -> Iterator[Row]:
    """Compare all pairs; then how long the networks of the chapters train."""
    from threadpoolctl import threadpool_limits

    compared = list(pairs())  # first, for only the libraries that are loaded by now are held to one thread
    with threadpool_limits(1):
        for name, ours, peer in compared:
            mine, theirs = in_turn(ours, peer, RUNS)
            goal = TWICE if name.startswith("kmeans,") else None
            yield row(name, [1000 * s for s in mine], "ms", [1000 * s for s in theirs], ratio_at_least=goal)
        for name, train in trainings():
            yield row(name, [seconds(train) for _ in range(3)], "s on one core")


def pairs() -> Iterator[tuple[str, Callable[[], object], Callable[[], object]]]:
    """Name, ours, the peer."""
    from scipy.spatial.distance import cdist
    from scipy.special import rel_entr
    from scipy.stats import multivariate_normal
    from sklearn.cluster import KMeans, kmeans_plusplus
    from sklearn.linear_model import Ridge
    from sklearn.metrics import adjusted_rand_score, silhouette_samples
    from sklearn.metrics.cluster import contingency_matrix
    from sklearn.preprocessing import scale

    from solutions import generative, initialization, kmeans, representations, unsupervised

    choosing_k = importlib.import_module("solutions.choosing-k")
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100_000, 16))
    mu = X[:32].copy()
    lloyd = KMeans(n_clusters=32, init=mu, n_init=1, max_iter=20, tol=0, algorithm="lloyd")
    yield "kmeans, 100,000 × 16, k = 32, 20 rounds: scikit-learn's Lloyd", lambda: kmeans.kmeans(X, mu, 20), lambda: lloyd.fit(X)
    A, B = rng.normal(size=(4000, 16)), rng.normal(size=(2000, 16))
    yield "squared_distances, 4,000 and 2,000 × 16: SciPy cdist", lambda: unsupervised.squared_distances(A, B), lambda: cdist(A, B, "sqeuclidean")
    yield "nearest, 4,000 and 2,000 × 16: SciPy cdist, argmin", lambda: unsupervised.nearest(A, B), lambda: cdist(A, B).argmin(axis=1)
    yield "standardize, 100,000 × 16: scikit-learn scale", lambda: unsupervised.standardize(X), lambda: scale(X)
    S = X[:20_000]
    yield (
        "kmeans_plus_plus, 20,000 × 16, k = 32: scikit-learn, one trial",
        lambda: initialization.kmeans_plus_plus(S, 32, np.random.default_rng(1)),
        lambda: kmeans_plusplus(S, 32, random_state=1, n_local_trials=1),
    )
    y, labels = rng.integers(0, 8, 200_000), rng.integers(0, 8, 200_000)
    T = X[:3000]
    yield "silhouette, 3,000 × 16, k = 8: scikit-learn", lambda: choosing_k.silhouette(T, y[:3000]), lambda: silhouette_samples(T, y[:3000])
    yield "adjusted_rand, 200,000 points: scikit-learn", lambda: choosing_k.adjusted_rand(y, labels), lambda: adjusted_rand_score(y, labels)
    yield (
        "purity, 200,000 points: scikit-learn's table of counts",
        lambda: choosing_k.purity(y, labels),
        lambda: contingency_matrix(labels, y).max(axis=0).sum() / len(y),
    )
    mean, covariance = generative.gaussian_mle(X)
    yield "gaussian_mle, 100,000 × 16: SciPy multivariate_normal.fit", lambda: generative.gaussian_mle(X), lambda: multivariate_normal.fit(X)
    yield (
        "log_likelihood, 100,000 × 16: SciPy multivariate_normal",
        lambda: generative.log_likelihood(X, mean, covariance),
        lambda: multivariate_normal.logpdf(X, mean, covariance).sum(),
    )
    p, q = rng.dirichlet(np.ones(100_000)), rng.dirichlet(np.ones(100_000))
    yield "kl_divergence, 100,000 outcomes: SciPy rel_entr", lambda: generative.kl_divergence(p, q), lambda: rel_entr(p, q).sum()
    x, edges = X[:, 0].copy(), np.linspace(-4, 4, 101)
    yield (
        "histogram_density, 100,000 points, 100 bins: NumPy",
        lambda: generative.histogram_density(x, edges),
        lambda: np.histogram(x, edges, density=True),
    )
    weights = rng.dirichlet(np.ones(64))
    yield (
        "sample_categorical, 100,000 of 64: NumPy choice",
        lambda: generative.sample_categorical(weights, 100_000, np.random.default_rng(2)),
        lambda: np.random.default_rng(2).choice(64, size=100_000, p=weights),
    )
    Z, classes = X[:20_000], y[:20_000]
    targets = np.eye(8)[classes]
    yield (
        "linear_probe, 20,000 × 16, 8 classes: scikit-learn Ridge",
        lambda: representations.linear_probe(Z, classes, 8, 1.0),
        lambda: Ridge(alpha=1.0, solver="cholesky").fit(Z, targets),
    )


def trainings() -> Iterator[tuple[str, Callable[[], object]]]:
    """Name, and what trains: on the 1,797 digits of scikit-learn, 64 numbers each."""
    from sklearn.datasets import load_digits

    from solutions import autoencoders, representations

    digits = load_digits()
    X, rng = digits.data / 16, np.random.default_rng(0)
    C = X - X.mean(axis=0)
    yield "train_linear_autoencoder, digits, 2 numbers, 500 steps", lambda: autoencoders.train_linear_autoencoder(C, 2, 500, 0.05, rng)
    params = [0.1 * rng.normal(size=(32, 64)), np.zeros(32), 0.1 * rng.normal(size=(10, 32)), np.zeros(10)]
    yield "finetune, digits, 32 hidden units, 200 steps", lambda: representations.finetune(params, X, digits.target, [True] * 4, 0.5, 200)
