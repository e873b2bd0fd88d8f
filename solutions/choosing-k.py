
"""k matters: reference answers for the assignment `choosing-k`.

The loss curve, silhouettes, the gap statistic with its rule, purity, and the adjusted Rand index. Sources: P. J. Rousseeuw,
"Silhouettes", J. Comput. Appl. Math. 20, 1987; R. Tibshirani, G. Walther and T. Hastie, "Estimating the number of clusters in
a data set via the gap statistic", JRSS B 63(2), 2001; L. Hubert and P. Arabie, "Comparing partitions", J. Classification 2, 1985.

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
        members = np.eye(len(mu))[y]  # one-hot, (n, k)
        counts = members.sum(axis=0)[:, None]
        means = members.T @ X / np.maximum(counts, 1)
        mu = np.where(counts > 0, means, mu)  # an empty cluster keeps its centre
        y_old = y
    return mu, y, walks.min(axis=1).sum()


def loss_curve(X: np.ndarray, ks: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The least k-means loss that was found for each number of centres.

    Parameters
    ----------
    X : (n, d) array
        One row a point. Whole numbers or floats. Must not be changed.
    ks : (m,) array of integers
        The numbers of centres to try: different, each from 1 to n, in any order.
    rng : np.random.Generator
        The only source of chance.

    Returns
    -------
    (m,) array of floats
        Entry `i` is the least loss found with **at most** `ks[i]` centres, in the order of `ks`.
        So a larger k never has a larger loss: whatever few centres can do, more of them can do too.

    Notes
    -----
    Run k-means at least 30 times for each k, each time from new starting centres: `k` rows of `X`, chosen by lot without
    taking a row twice, or by a better rule such as k-means++. `lloyd(X, mu)`, given above, does one run and returns
    `mu, y, loss`. The loss is the sum of squared distances, not their mean. Runs for numbers of centres that are not in
    `ks` may be used but need not be. A generator in the same state gives the same curve.

    Examples
    --------
    >>> loss_curve(np.array([[0.0], [1.0], [10.0], [11.0]]), np.array([2, 4, 1]), np.random.default_rng(0))
    array([  1.,   0., 101.])
    """
    X = np.asarray(X, dtype=float)
    least, found = np.inf, {}
    for k in np.sort(ks).tolist():
        for _ in range(30):
            start = X[rng.choice(len(X), size=k, replace=False)]
            least = min(least, lloyd(X, start)[2])  # over all runs with at most k centres
        found[k] = least
    return np.array([found[k] for k in np.asarray(ks).tolist()])


def silhouette(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """How well each point lies in its cluster: between -1 (it belongs next door) and 1 (it is right at home).

    Parameters
    ----------
    X : (n, d) array
        One row a point. Whole numbers or floats.
    y : (n,) array of integers 0..k-1
        The cluster of each point. At least two different clusters occur; some number below k may have no points.

    Returns
    -------
    (n,) array of floats
        The silhouette of each point, (b - a) / max(a, b). Here a is the mean Euclidean distance to the *other* points of its
        own cluster, and b the mean distance to all points of another cluster, for that other cluster where this mean is least.

    Notes
    -----
    A point that is alone in its cluster has silhouette 0, and so has one with a = b = 0.
    The mean over all points is the score that libraries report; return the n values.

    Examples
    --------
    >>> silhouette(np.array([[0.0], [2.0], [10.0]]), np.array([0, 0, 1]))
    array([0.8 , 0.75, 0.  ])
    """
    X, y = np.asarray(X, dtype=float), np.asarray(y)
    names, own = np.unique(y, return_inverse=True)  # only clusters that have points
    members = (y[:, None] == names).astype(float)  # one-hot, (n, k)
    counts, rows = members.sum(axis=0), np.arange(len(X))
    sums = cdist(X, X) @ members  # (n, k): added-up distances from each point to each cluster
    # a_i = (1 / (N_own − 1)) Σ_{l in own, l ≠ i} ‖x_i − x_l‖; the point's distance to itself adds 0
    a = sums[rows, own] / np.maximum(counts[own] - 1, 1)
    # b_i = min over the other clusters of the mean distance to all of their points
    means = sums / counts
    means[rows, own] = np.inf
    b = means.min(axis=1)
    larger = np.maximum(a, b)
    defined = (counts[own] > 1) & (larger > 0)
    return np.where(defined, (b - a) / np.where(larger > 0, larger, 1), 0.0)


def gap_statistic(
    X: np.ndarray, ks: np.ndarray, rng: np.random.Generator, references: int = 20
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Compare the log of the loss with what it is on data without clusters.

    Parameters
    ----------
    X : (n, d) array
        One row a point; no column is constant.
    ks : (m,) array of integers
        The numbers of centres to try: different, at least 1, less than the number of different rows of `X`, in any order.
    rng : np.random.Generator
        The only source of chance.
    references : int, at least 1
        B, the number of reference data sets.

    Returns
    -------
    gap : (m,) array
        Gap(k) for each k of `ks`: the mean of column k of `reference`, minus the log of the loss of `X`.
    s : (m,) array
        The standard deviation of that column, dividing by B, times the root of 1 + 1/B.
    reference : (B, m) array
        Row b holds the logs of the losses of reference data set b, for each k of `ks`.

    Notes
    -----
    A reference data set has n points. Each coordinate is drawn uniformly between the least and the greatest value in that
    column of `X`, all coordinates of all points independently, and anew for each of the B sets. "Loss" is what `loss_curve`
    returns, and "log" is the natural logarithm. A generator in the same state gives the same three arrays.
    """
    X = np.asarray(X, dtype=float)
    low, high = X.min(axis=0), X.max(axis=0)
    logs = [np.log(loss_curve(rng.uniform(low, high, size=X.shape), ks, rng)) for _ in range(references)]
    reference = np.array(logs)  # (B, m)
    # Gap(k) = (1/B) Σ_b log J*_kb − log J_k
    gap = reference.mean(axis=0) - np.log(loss_curve(X, ks, rng))
    # s_k = sd_k √(1 + 1/B): the spread of one log J* and the error of their mean, together
    s = reference.std(axis=0) * np.sqrt(1 + 1 / references)
    return gap, s, reference


def choose_k(ks: np.ndarray, gap: np.ndarray, s: np.ndarray) -> int:
    """The number of clusters by the rule of one standard error.

    Parameters
    ----------
    ks : (m,) array of integers
        Numbers of centres, in increasing order, m at least 1.
    gap : (m,) array
        The gap of each.
    s : (m,) array
        The standard error of each.

    Returns
    -------
    int
        The smallest k of `ks` with Gap(k) >= Gap(next k) - s(next k), where "next k" is the one after it in `ks`.
        If there is none, the last of `ks`.

    Examples
    --------
    >>> choose_k(np.array([1, 2, 3, 4]), np.array([0.0, 1.0, 1.25, 3.0]), np.array([0.5, 0.5, 0.5, 0.5]))
    2
    """
    ks, gap, s = np.asarray(ks), np.asarray(gap), np.asarray(s)
    enough = np.append(gap[:-1] >= gap[1:] - s[1:], True)  # the last has no successor and ends the search
    return int(ks[np.argmax(enough)])


def purity(y: np.ndarray, labels: np.ndarray) -> float:
    """The share of points whose label is the most frequent one of their cluster.

    Parameters
    ----------
    y : (n,) array of integers
        The cluster of each point, n at least 1. Any integers may serve as names, negative ones too.
    labels : (n,) array of integers
        The true label of each point; any integers.

    Returns
    -------
    float
        (1/n) times the sum, over the clusters, of the number of points that have the cluster's most frequent label.

    Notes
    -----
    If several labels of a cluster are equally frequent, their number counts once.

    Examples
    --------
    >>> purity(np.array([0, 0, 0, 1]), np.array([5, 5, 8, 8]))
    0.75
    """
    y, labels = np.asarray(y), np.asarray(labels)
    majority = (np.unique(labels[y == j], return_counts=True)[1].max() for j in np.unique(y))  # max_c n_jc
    return float(sum(majority) / len(y))


def adjusted_rand(y: np.ndarray, labels: np.ndarray) -> float:
    """Agreement of two partitions, in pairs of points, corrected for chance (Hubert and Arabie, 1985).

    Parameters
    ----------
    y, labels : (n,) arrays of integers
        Two ways to group the same n points, n at least 1. Any integers may serve as names, negative ones too.

    Returns
    -------
    float
        (S - E) / (U - E), where S is the number of pairs of points that are together in both, P the number of pairs together in
        `y`, Q the number together in `labels`, E = P Q / (all pairs) and U = (P + Q) / 2.

    Notes
    -----
    U = E happens only if both put all points together, or both leave every point alone. They agree then: return 1.
    n may be 200,000: count in a table of clusters against labels, not pair by pair, and mind that P Q then
    exceeds what a 64-bit integer holds.

    Examples
    --------
    >>> adjusted_rand(np.array([0, 0, 1, 1]), np.array([7, 7, 3, 3]))
    1.0
    >>> adjusted_rand(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]))
    -0.5
    """
    _, rows = np.unique(y, return_inverse=True)
    _, columns = np.unique(labels, return_inverse=True)
    cells = rows * (columns.max() + 1) + columns  # one number for each cell of the table of counts

    def pairs(names: np.ndarray) -> int:
        """Σ N (N − 1) / 2 over the groups, as Python's integer, which never overflows."""
        counts = np.unique(names, return_counts=True)[1]
        return int(np.sum(counts * (counts - 1) // 2))

    n, together, first, second = len(rows), pairs(cells), pairs(rows), pairs(columns)
    everything = n * (n - 1) // 2
    # (S − E) / (U − E) with E = P Q / C(n, 2) and U = (P + Q) / 2, all multiplied by 2 C(n, 2): exact up to the division
    above_chance = 2 * (together * everything - first * second)
    most = (first + second) * everything - 2 * first * second
    return above_chance / most if most else 1.0
