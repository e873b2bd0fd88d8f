"""Initialization matters: reference answers for the assignment `initialization`.

Starting centres by lot and by D² sampling, restarts, and the exact test for a local minimum. Sources: D. Arthur and
S. Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007; S. Z. Selim and M. A. Ismail, "K-means-type
algorithms", IEEE TPAMI 6(1), 1984. The docstrings are what students read.

`lloyd` is no question: the notebook gives it to the student, word for word as it stands here (a test holds the two together).
"""

import numpy as np
from scipy.spatial.distance import cdist


def lloyd(X, mu):
    """K-means from the starting centres mu, to the end: returns the centres, the choices and the loss."""
    X = np.asarray(X, dtype=float)
    mu = np.array(mu, dtype=float)
    y_old = None
    for _ in range(1000):
        walks = cdist(X, mu, "sqeuclidean")
        y = walks.argmin(axis=1)
        if np.array_equal(y, y_old):
            break
        for j in np.unique(y):
            mu[j] = X[y == j].mean(axis=0)
        y_old = y
    return mu, y, walks.min(axis=1).sum()


def random_centers(X: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Choose `k` different rows of `X` by lot, as starting centres.

    Parameters
    ----------
    X : (n, d) array
        One row a point. Whole numbers or floats. Must not be changed.
    k : int, 1 to n
        The number of centres.
    rng : np.random.Generator
        The only source of chance: draw from it, and from nothing else.

    Returns
    -------
    (k, d) array
        `k` rows of `X`, in any order. No row is taken twice, and every set of `k` rows is equally likely.
        Two rows that hold the same numbers are still two rows, and both may be taken.

    Notes
    -----
    A generator in the same state gives the same centres. Each call draws anew and so moves the generator on.
    """
    rows = rng.choice(len(X), size=k, replace=False)  # (k,)
    return np.asarray(X, dtype=float)[rows]


def kmeans_plus_plus(X: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Choose `k` rows of `X` as starting centres by D² sampling: far points are likely, not certain.

    Parameters
    ----------
    X : (n, d) array
        One row a point. Whole numbers or floats. Must not be changed.
    k : int, 1 to n
        The number of centres.
    rng : np.random.Generator
        The only source of chance: draw from it, and from nothing else.

    Returns
    -------
    (k, d) array
        Rows of `X` in the order in which they were chosen. Row 0 is any row of `X`, all equally likely. Each later one is
        row `i` of `X` with a probability in proportion to D²: the squared distance from `X[i]` to the nearest
        of the centres chosen before.

    Notes
    -----
    It follows that a row that coincides with a chosen centre is never taken while any other row is left.
    If every row of `X` coincides with a chosen centre, the centres that are still missing may be any rows of `X`.
    A generator in the same state gives the same centres. Each call draws anew and so moves the generator on.
    """
    X = np.asarray(X, dtype=float)
    chosen = [rng.integers(len(X))]
    squared = np.full(len(X), np.inf)  # D², (n,)
    while len(chosen) < k:
        # D²(x) = min_j ‖x − μ_j‖²: only the newest centre can have made it smaller
        squared = np.minimum(squared, np.sum((X - X[chosen[-1]]) ** 2, axis=1))
        total = squared.sum()
        chosen.append(rng.choice(len(X), p=squared / total if total > 0 else None))
    return X[chosen]


def best_of_restarts(
    X: np.ndarray, k: int, restarts: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, float]:
    """Run k-means `restarts` times, each time from new random centres, and return the run with the least loss.

    Parameters
    ----------
    X : (n, d) array
        One row a point.
    k : int, 1 to n
        The number of centres.
    restarts : int, at least 1
        The number of runs, the first one included.
    rng : np.random.Generator
        The only source of chance. Every run starts from a new `random_centers(X, k, rng)`.

    Returns
    -------
    mu : (k, d) array of floats
        The final centres of the best run.
    y : (n,) array of integers 0..k-1
        The final choices of that same run.
    loss : float
        Its loss: the sum of the squared distances from all points to their centres. No other run had a smaller one.

    Notes
    -----
    `lloyd(X, mu)`, given above, does one run and returns `mu, y, loss`.
    """
    best = None
    for _ in range(restarts):
        run = lloyd(X, random_centers(X, k, rng))
        if best is None or run[2] < best[2]:
            best = run
    return best


def is_local_minimum(X: np.ndarray, mu: np.ndarray, y: np.ndarray) -> bool:
    """Whether the centres `mu`, with the choices `y`, are a local minimum of the k-means loss.

    Parameters
    ----------
    X : (n, d) array
        One row a point. Whole numbers or floats.
    mu : (k, d) array
        One row a centre.
    y : (n,) array of integers 0..k-1
        The centre that each point has chosen.

    Returns
    -------
    bool
        True if all of these hold, otherwise False:
        (1) no point has a centre nearer than its own;
        (2) every centre that somebody has chosen is at the mean of those who chose it;
        (3) no point is torn: none has a second centre exactly as near as its nearest, unless the point
        coincides with both of them.

    Notes
    -----
    Computed means and distances carry rounding errors. Count numbers that differ by less than 1e-6 as equal: what is
    off in the checks is off by more than 0.01, what is meant to be equal differs by less than 1e-10, and no coordinate is
    larger than 100. A centre that nobody has chosen may stand anywhere as long as (1) and (3) hold.

    Examples
    --------
    >>> X, y = np.array([[0.0], [2.0], [3.0]]), np.array([0, 0, 1])
    >>> is_local_minimum(X, np.array([[1.0], [3.5]]), y)
    False
    >>> is_local_minimum(X, np.array([[0.0], [2.5]]), np.array([0, 1, 1]))
    True
    """
    X, mu, y = np.asarray(X, dtype=float), np.asarray(mu, dtype=float), np.asarray(y)
    distances = cdist(X, mu)  # (n, k)
    nearest = distances.min(axis=1)
    stays = np.all(distances[np.arange(len(X)), y] < nearest + 1e-6)
    centred = all(np.abs(X[y == j].mean(axis=0) - mu[j]).max() < 1e-6 for j in np.unique(y))
    equally_near = np.sum(distances < nearest[:, None] + 1e-6, axis=1)  # (n,)
    torn = (equally_near > 1) & (nearest > 1e-6)
    return bool(stays and centred and not torn.any())
