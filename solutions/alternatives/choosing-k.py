# ruff: noqa: F821 (the notebook gives `lloyd`; the module is named like the chapter's address)
"""Right answers to the assignment `choosing-k` that are written differently from the reference. The tests must accept them all."""

import numpy as np

from solutions.variants import alternative

# ---------------------------------------------------------------------------------------------- q1


@alternative("q1", "each k on its own, then a running minimum along increasing k")
def loss_curve(X, ks, rng):
    losses = []
    for k in ks:
        runs = [lloyd(X, X[rng.permutation(len(X))[:k]])[2] for _ in range(30)]
        losses.append(min(runs))
    order = np.argsort(ks)
    curve = np.empty(len(ks))
    curve[order] = np.minimum.accumulate(np.array(losses)[order])
    return curve


@alternative("q1", "a warm start: the best centres of the k before, and the farthest points")
def loss_curve(X, ks, rng):
    from scipy.spatial.distance import cdist

    found, best = {}, None
    for k in sorted(int(k) for k in ks):
        starts = [X[rng.choice(len(X), k, replace=False)] for _ in range(30)]
        if best is not None:
            mu = best
            while len(mu) < k:
                mu = np.vstack([mu, X[cdist(X, mu).min(axis=1).argmax()]])
            starts.append(mu)
        runs = [lloyd(X, start) for start in starts]
        best, _, found[k] = min(runs, key=lambda run: run[2])
    return [found[int(k)] for k in ks]


@alternative("q1", "k-means of its own, and a minimum over all smaller k")
def loss_curve(X, ks, rng):
    X = np.asarray(X, dtype=float) - np.mean(X, axis=0)

    def one_run(k):
        mu = X[rng.permutation(len(X))[:k]]
        previous = None
        while True:
            y = (np.sum(mu**2, axis=1) - 2 * X @ mu.T).argmin(axis=1)
            if previous is not None and (y == previous).all():
                return np.sum((X - mu[y]) ** 2)
            counts = np.bincount(y, minlength=k)
            sums = np.array([np.bincount(y, weights=column, minlength=k) for column in X.T]).T
            mu = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], mu)
            previous = y

    loss = {int(k): min(one_run(int(k)) for _ in range(30)) for k in ks}
    return np.array([min(loss[j] for j in loss if j <= k) for k in ks])


@alternative("q1", "scikit-learn's k-means")
def loss_curve(X, ks, rng):
    import warnings

    from sklearn.cluster import KMeans

    loss = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for k in ks:
            fit = KMeans(int(k), init="random", n_init=30, tol=0, random_state=int(rng.integers(2**31))).fit(X)
            loss[int(k)] = fit.inertia_
    return np.array([min(value for j, value in loss.items() if j <= k) for k in ks])


# ---------------------------------------------------------------------------------------------- q2


@alternative("q2", "plain loops over points and clusters")
def silhouette(X, y):
    import math

    points, y = X.tolist(), y.tolist()
    values = []
    for i, x in enumerate(points):
        walks = {}
        for other in range(len(points)):
            if other != i:
                walks.setdefault(y[other], []).append(math.dist(x, points[other]))
        if y[i] not in walks:
            values.append(0.0)
            continue
        a = sum(walks[y[i]]) / len(walks[y[i]])
        b = min(sum(w) / len(w) for j, w in walks.items() if j != y[i])
        values.append(0.0 if max(a, b) == 0 else (b - a) / max(a, b))
    return values


@alternative("q2", "a loop over clusters, distances by broadcasting")
def silhouette(X, y):
    distances = np.linalg.norm(X[:, None, :].astype(float) - X[None, :, :], axis=2)
    a, b = np.zeros(len(X)), np.full(len(X), np.inf)
    for j in np.unique(y):
        mine = y == j
        to_j = distances[:, mine].mean(axis=1)
        b[~mine] = np.minimum(b[~mine], to_j[~mine])
        if mine.sum() > 1:
            a[mine] = to_j[mine] * mine.sum() / (mine.sum() - 1)
    result = np.zeros(len(X))
    for i in range(len(X)):
        if np.sum(y == y[i]) > 1 and max(a[i], b[i]) > 0:
            result[i] = (b[i] - a[i]) / max(a[i], b[i])
    return result


@alternative("q2", "scikit-learn's silhouette_samples")
def silhouette(X, y):
    from sklearn.metrics import silhouette_samples

    if len(np.unique(y)) == len(X):
        return np.zeros(len(X))
    return silhouette_samples(X.astype(float), y)


@alternative("q2", "three cases, as in Rousseeuw's paper")
def silhouette(X, y):
    from scipy.spatial.distance import pdist, squareform

    table = squareform(pdist(X))
    result = []
    for i, name in enumerate(y):
        if (y == name).sum() == 1:
            result.append(0)
            continue
        a = table[i, y == name].sum() / ((y == name).sum() - 1)
        b = min(table[i, y == j].mean() for j in np.unique(y) if j != name)
        if a < b:
            result.append(1 - a / b)
        elif a > b:
            result.append(b / a - 1)
        else:
            result.append(0)
    return np.array(result, dtype=float)


# ---------------------------------------------------------------------------------------------- q3


@alternative("q3", "plain loops")
def gap_statistic(X, ks, rng, references=20):
    import math

    n, d = X.shape
    low, high = X.min(axis=0).tolist(), X.max(axis=0).tolist()
    table = []
    for _ in range(references):
        Z = [[low[f] + (high[f] - low[f]) * rng.random() for f in range(d)] for _ in range(n)]
        table.append([math.log(loss) for loss in loss_curve(np.array(Z), ks, rng)])
    own = [math.log(loss) for loss in loss_curve(X, ks, rng)]
    gap, s = [], []
    for i in range(len(own)):
        column = [row[i] for row in table]
        mean = sum(column) / references
        spread = math.sqrt(sum((value - mean) ** 2 for value in column) / references)
        gap.append(mean - own[i])
        s.append(spread * math.sqrt(1 + 1 / references))
    return gap, s, table


@alternative("q3", "all references drawn at once, data first")
def gap_statistic(X, ks, rng, references=20):
    own = np.log(loss_curve(X, ks, rng))
    low, span = X.min(axis=0), np.ptp(X, axis=0)
    Z = low + span * rng.random((references, *X.shape))
    table = np.stack([np.log(loss_curve(each, ks, rng)) for each in Z])
    gap = (table - own).mean(axis=0)
    return gap, np.sqrt(table.var(axis=0) * (1 + 1 / references)), table


@alternative("q3", "column by column, errors by hand")
def gap_statistic(X, ks, rng, references=20):
    curves = []
    for _ in range(references):
        columns = [rng.uniform(column.min(), column.max(), size=len(X)) for column in X.T]
        curves.append(loss_curve(np.column_stack(columns), ks, rng))
    logs = np.log(np.vstack(curves))
    middle = logs.sum(axis=0) / references
    spread = np.sqrt(((logs - middle) ** 2).sum(axis=0) / references)
    return middle - np.log(loss_curve(X, ks, rng)), spread * ((references + 1) / references) ** 0.5, logs


# ---------------------------------------------------------------------------------------------- q4


@alternative("q4", "a loop that returns early")
def choose_k(ks, gap, s):
    for i in range(len(ks) - 1):
        if gap[i] >= gap[i + 1] - s[i + 1]:
            return int(ks[i])
    return int(ks[-1])


@alternative("q4", "a walk to the right while the step is significant")
def choose_k(ks, gap, s):
    i = 0
    while i + 1 < len(ks) and gap[i] < gap[i + 1] - s[i + 1]:
        i += 1
    return ks[i]


@alternative("q4", "from the right, keeping the last one found")
def choose_k(ks, gap, s):
    chosen = ks[-1]
    for i in reversed(range(len(ks) - 1)):
        if not gap[i] < gap[i + 1] - s[i + 1]:
            chosen = ks[i]
    return np.int64(chosen)


@alternative("q4", "flatnonzero")
def choose_k(ks, gap, s):
    good = np.flatnonzero(gap[:-1] >= (gap - s)[1:])
    return int(ks[good[0]]) if good.size else int(ks[-1])


# ---------------------------------------------------------------------------------------------- q5


@alternative("q5", "counters of the standard library")
def purity(y, labels):
    from collections import Counter, defaultdict

    clusters = defaultdict(Counter)
    for j, c in zip(y.tolist(), labels.tolist(), strict=True):
        clusters[j][c] += 1
    return sum(max(counter.values()) for counter in clusters.values()) / len(y)


@alternative("q5", "the table of counts")
def purity(y, labels):
    table = (y[:, None] == np.unique(y)).T.astype(int) @ (labels[:, None] == np.unique(labels)).astype(int)
    return table.max(axis=1).sum() / table.sum()


@alternative("q5", "scikit-learn's contingency matrix")
def purity(y, labels):
    from sklearn.metrics.cluster import contingency_matrix

    return np.amax(contingency_matrix(labels, y), axis=0).sum() / len(labels)


@alternative("q5", "relabels each cluster by its mode and compares")
def purity(y, labels):
    from scipy.stats import mode

    guess = np.empty(len(y), dtype=np.int64)
    for j in set(y.tolist()):
        guess[y == j] = mode(labels[y == j]).mode
    return np.mean(guess == labels)


# ---------------------------------------------------------------------------------------------- q6


@alternative("q6", "counters and Python's integers")
def adjusted_rand(y, labels):
    from collections import Counter
    from math import comb

    y, labels = y.tolist(), labels.tolist()
    both = sum(comb(count, 2) for count in Counter(zip(y, labels, strict=True)).values())
    first = sum(comb(count, 2) for count in Counter(y).values())
    second = sum(comb(count, 2) for count in Counter(labels).values())
    if both == first == second:
        return 1.0
    expected = first * second / comb(len(y), 2)
    return (both - expected) / ((first + second) / 2 - expected)


@alternative("q6", "scikit-learn's own")
def adjusted_rand(y, labels):
    from sklearn.metrics import adjusted_rand_score

    return adjusted_rand_score(labels, y)


@alternative("q6", "the four kinds of pairs")
def adjusted_rand(y, labels):
    from sklearn.metrics.cluster import contingency_matrix

    table = contingency_matrix(y, labels).astype(float)
    squares, rows, columns = (table**2).sum(), (table.sum(axis=1) ** 2).sum(), (table.sum(axis=0) ** 2).sum()
    tp, fn, fp = squares - len(y), rows - squares, columns - squares
    tn = float(len(y)) ** 2 - fp - fn - squares
    if fn == 0 and fp == 0:
        return 1.0
    return 2 * (tp * tn - fn * fp) / ((tp + fn) * (fn + tn) + (tp + fp) * (fp + tn))


@alternative("q6", "a table from scipy, in floats")
def adjusted_rand(y, labels):
    from scipy.sparse import coo_matrix
    from scipy.special import comb

    a, b = np.unique(y, return_inverse=True)[1], np.unique(labels, return_inverse=True)[1]
    table = coo_matrix((np.ones(len(a)), (a, b))).tocsr()
    pairs = [comb(np.asarray(part).ravel(), 2).sum() for part in (table.data, table.sum(axis=1), table.sum(axis=0))]
    chance = pairs[1] * pairs[2] / comb(len(a), 2) if len(a) > 1 else 0
    most = (pairs[1] + pairs[2]) / 2
    return 1.0 if most == chance else (pairs[0] - chance) / (most - chance)
