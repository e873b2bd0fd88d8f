"""Right answers to the assignment `kmeans` that are written differently from the reference. The tests must accept them all."""

import numpy as np

from solutions.variants import alternative

# ---------------------------------------------------------------------------------------------- q1


@alternative("q1", "plain loops over people and coordinates")
def kmeans_objective(X, mu, y):
    loss = 0
    for i in range(len(X)):
        for f in range(len(X[i])):
            loss += (X[i][f] - mu[y[i]][f]) ** 2
    return loss


@alternative("q1", "one cluster at a time, by masks")
def kmeans_objective(X, mu, y):
    loss = 0.0
    for j in range(mu.shape[0]):
        loss += ((X[y == j] - mu[j]) ** 2).sum()
    return loss


@alternative("q1", "the indicator of the formula, by broadcasting")
def kmeans_objective(X, mu, y):
    indicator = y[:, None] == np.arange(len(mu))[None, :]
    squared = ((X[:, None, :] - mu[None, :, :]) ** 2).sum(axis=2)
    return (indicator * squared).sum()


@alternative("q1", "norms, squared again")
def kmeans_objective(X, mu, y):
    return sum(np.linalg.norm(x - mu[j]) ** 2 for x, j in zip(X, y, strict=True))


@alternative("q1", "scipy's table of distances")
def kmeans_objective(X, mu, y):
    from scipy.spatial.distance import cdist

    return cdist(X, mu, "sqeuclidean")[range(len(X)), y].sum()


@alternative("q1", "lists and math.dist")
def kmeans_objective(X, mu, y):
    import math

    X, mu, y = X.tolist(), mu.tolist(), y.tolist()
    return math.fsum(math.dist(X[i], mu[y[i]]) ** 2 for i in range(len(X)))


@alternative("q1", "trace of a matrix product")
def kmeans_objective(X, mu, y):
    walks = X - mu[y]
    return np.trace(walks @ walks.T)


@alternative("q1", "a zero-dimensional array from einsum")
def kmeans_objective(X, mu, y):
    walks = X - np.take(mu, y, axis=0)
    return np.asarray(np.einsum("if,if->", walks, walks))


# ---------------------------------------------------------------------------------------------- q2


@alternative("q2", "plain loops with the strict comparison")
def assign_clusters(X, mu):
    y = []
    for x in X:
        best, nearest = float("inf"), None
        for j in range(len(mu)):
            squared = 0.0
            for f in range(len(x)):
                squared += (x[f] - mu[j][f]) ** 2
            if squared < best:
                best, nearest = squared, j
        y.append(nearest)
    return np.array(y)


@alternative("q2", "broadcasting to (n, k, d)")
def assign_clusters(X, mu):
    return ((X[:, None, :] - mu[None, :, :]) ** 2).sum(axis=2).argmin(axis=1)


@alternative("q2", "scipy's table of distances")
def assign_clusters(X, mu):
    from scipy.spatial.distance import cdist

    return cdist(X, mu).argmin(axis=1)


@alternative("q2", "the square expanded")
def assign_clusters(X, mu):
    squared = (X**2).sum(axis=1)[:, None] - 2 * X @ mu.T + (mu**2).sum(axis=1)
    return np.argmin(squared, axis=1)


@alternative("q2", "the square expanded, without the term that all share")
def assign_clusters(X, mu):
    return np.argmax(X @ mu.T - 0.5 * np.einsum("jf,jf->j", mu, mu), axis=1)


@alternative("q2", "norms, a list of Python integers")
def assign_clusters(X, mu):
    return [min(range(len(mu)), key=lambda j: np.linalg.norm(x - mu[j])) for x in X]


@alternative("q2", "a row of distances for each centre, 32-bit labels")
def assign_clusters(X, mu):
    best = np.full(len(X), np.inf)
    y = np.zeros(len(X), dtype=np.int32)
    for j, center in enumerate(mu):
        squared = np.square(X - center).sum(axis=1)
        closer = squared < best
        y[closer], best[closer] = j, squared[closer]
    return y


@alternative("q2", "float32 after moving the origin")
def assign_clusters(X, mu):
    origin = mu[0]
    points, centers = (X - origin).astype(np.float32), (mu - origin).astype(np.float32)
    return np.argmin(((points[:, None] - centers) ** 2).sum(axis=2), axis=1)


# ---------------------------------------------------------------------------------------------- q3


@alternative("q3", "masks, one cluster at a time")
def update_centers(X, y, mu):
    new = mu.astype(float)
    for j in range(len(mu)):
        if (y == j).any():
            new[j] = X[y == j].mean(axis=0)
    return new


@alternative("q3", "plain loops over people and coordinates")
def update_centers(X, y, mu):
    k, d = mu.shape
    sums, counts = [[0.0] * d for _ in range(k)], [0] * k
    for i in range(len(X)):
        counts[y[i]] += 1
        for f in range(d):
            sums[y[i]][f] += X[i][f]
    return np.array([[s / counts[j] for s in sums[j]] if counts[j] else mu[j] for j in range(k)], dtype=float)


@alternative("q3", "a one-hot matrix")
def update_centers(X, y, mu):
    one_hot = np.eye(len(mu))[y]
    counts = one_hot.sum(axis=0)
    new = np.array(mu, dtype=float)
    new[counts > 0] = (one_hot.T @ X)[counts > 0] / counts[counts > 0, None]
    return new


@alternative("q3", "np.add.at")
def update_centers(X, y, mu):
    sums, counts = np.zeros(mu.shape), np.zeros(len(mu))
    np.add.at(sums, y, X)
    np.add.at(counts, y, 1)
    with np.errstate(invalid="ignore"):
        means = sums / counts[:, None]
    return np.where(np.isnan(means), mu, means)


@alternative("q3", "the old centre plus the mean step of its people")
def update_centers(X, y, mu):
    steps = np.zeros(mu.shape)
    np.add.at(steps, y, X - mu[y])
    return mu + steps / np.maximum(np.bincount(y, minlength=len(mu)), 1)[:, None]


@alternative("q3", "a running mean, person by person")
def update_centers(X, y, mu):
    new, seen = [list(map(float, row)) for row in mu], [0] * len(mu)
    for x, j in zip(X, y, strict=True):
        seen[j] += 1
        share = 1 / seen[j]
        new[j] = [(1 - share) * old + share * value for old, value in zip(new[j], x, strict=True)]
    return new


# ---------------------------------------------------------------------------------------------- q4


@alternative("q4", "the lecture's lines, with None before round 1")
def kmeans(X, mu, tau):
    y = None
    t = 0
    while t < tau:
        t += 1
        y_old = y
        y = assign_clusters(X, mu)
        mu = update_centers(X, y, mu)
        if y_old is not None and (y == y_old).all():
            break
    return mu, y, t


@alternative("q4", "stops before a move that would change nothing")
def kmeans(X, mu, tau):
    mu = np.array(mu, dtype=float)
    y = assign_clusters(X, mu)
    mu = update_centers(X, y, mu)
    for t in range(2, tau + 1):
        y_new = assign_clusters(X, mu)
        if np.array_equal(y_new, y):
            return mu, y, t
        y = y_new
        mu = update_centers(X, y, mu)
    return mu, y, tau


@alternative("q4", "everything inside, in loops")
def kmeans(X, mu, tau):
    mu = [list(map(float, center)) for center in mu]
    y, iterations, changed = [None] * len(X), 0, True
    while changed and iterations < tau:
        iterations, changed = iterations + 1, False
        for i, x in enumerate(X):
            squared = [sum((a - b) ** 2 for a, b in zip(x, center, strict=True)) for center in mu]
            j = squared.index(min(squared))
            if j != y[i]:
                y[i], changed = j, True
        for j in range(len(mu)):
            members = [x for x, label in zip(X, y, strict=True) if label == j]
            if members:
                mu[j] = [sum(column) / len(members) for column in zip(*members, strict=True)]
    return np.array(mu), np.array(y), iterations


@alternative("q4", "scipy and masks, a list of all rounds")
def kmeans(X, mu, tau):
    from scipy.spatial.distance import cdist

    rounds = []
    while len(rounds) < tau and not (len(rounds) > 1 and np.array_equal(rounds[-1], rounds[-2])):
        y = cdist(X, mu).argmin(axis=1)
        mu = np.array([X[y == j].mean(axis=0) if (y == j).any() else mu[j] for j in range(len(mu))])
        rounds.append(y)
    return [mu, rounds[-1], len(rounds)]


@alternative("q4", "recursion, tau rounds deep")
def kmeans(X, mu, tau):
    def go(mu, y_old, t):
        y = assign_clusters(X, mu)
        mu = update_centers(X, y, mu)
        return (mu, y, t) if t == tau or np.array_equal(y, y_old) else go(mu, y, t + 1)

    return go(mu, [], 1)


@alternative("q4", "a NumPy integer as the count")
def kmeans(X, mu, tau):
    y, iterations = -np.ones(len(X), dtype=int), np.int64(0)
    for _ in range(tau):
        y_old, y = y, assign_clusters(X, mu)
        mu, iterations = update_centers(X, y, mu), iterations + 1
        if not np.any(y != y_old):
            break
    return mu, y, iterations


# ---------------------------------------------------------------------------------------------- q5


@alternative("q5", "all pairs of points")
def same_partition(y1, y2):
    return np.array_equal(y1[:, None] == y1[None, :], y2[:, None] == y2[None, :])


@alternative("q5", "two dictionaries, one for each direction")
def same_partition(y1, y2):
    forth, back = {}, {}
    for a, b in zip(y1.tolist(), y2.tolist(), strict=True):
        if forth.setdefault(a, b) != b or back.setdefault(b, a) != a:
            return False
    return True


@alternative("q5", "the set of pairs of names")
def same_partition(y1, y2):
    pairs = set(zip(y1.tolist(), y2.tolist(), strict=True))
    return len(pairs) == len(set(y1.tolist())) == len(set(y2.tolist()))


@alternative("q5", "new names by first appearance")
def same_partition(y1, y2):
    def canonical(y):
        names = {}
        return [names.setdefault(label, len(names)) for label in y.tolist()]

    return canonical(y1) == canonical(y2)


@alternative("q5", "sets of members")
def same_partition(y1, y2):
    groups1 = {frozenset(np.flatnonzero(y1 == name).tolist()) for name in y1}
    groups2 = {frozenset(np.flatnonzero(y2 == name).tolist()) for name in y2}
    return groups1 == groups2


@alternative("q5", "scikit-learn's adjusted Rand index")
def same_partition(y1, y2):
    from sklearn.metrics import adjusted_rand_score

    return adjusted_rand_score(y1, y2) == 1.0


@alternative("q5", "a table of counts with one entry a row and column")
def same_partition(y1, y2):
    _, a = np.unique(y1, return_inverse=True)
    _, b = np.unique(y2, return_inverse=True)
    table = np.zeros((a.max() + 1, b.max() + 1))
    np.add.at(table, (a, b), 1)
    return np.all((table > 0).sum(axis=0) == 1) and np.all((table > 0).sum(axis=1) == 1)


# ---------------------------------------------------------------------------------------------- q6


@alternative("q6", "loops over pixels and colours")
def quantize_colors(image, palette):
    h, w, _ = image.shape
    result = np.empty((h, w, 3), dtype=palette.dtype)
    for row in range(h):
        for column in range(w):
            pixel = [float(value) for value in image[row, column]]
            squared = [sum((p - float(c)) ** 2 for p, c in zip(pixel, color, strict=True)) for color in palette]
            result[row, column] = palette[squared.index(min(squared))]
    return result


@alternative("q6", "broadcasting in floats")
def quantize_colors(image, palette):
    differences = image[:, :, None, :].astype(float) - palette.astype(float)
    return palette[(differences**2).sum(axis=-1).argmin(axis=-1)]


@alternative("q6", "scipy's tree of nearest neighbours")
def quantize_colors(image, palette):
    from scipy.spatial import cKDTree

    return palette[cKDTree(palette.astype(float)).query(image.reshape(-1, 3).astype(float))[1]].reshape(image.shape)


@alternative("q6", "one colour at a time, through masks")
def quantize_colors(image, palette):
    nearest = assign_clusters(image.reshape(-1, 3).astype(float), palette.astype(float)).reshape(image.shape[:2])
    result = np.zeros(image.shape, dtype=palette.dtype)
    for j in range(len(palette)):
        result[nearest == j] = palette[j]
    return result


@alternative("q6", "squares expanded, in 64-bit floats")
def quantize_colors(image, palette):
    pixels, colors = image.reshape(-1, 3).astype(np.float64), palette.astype(np.float64)
    y = ((colors**2).sum(axis=1) - 2 * pixels @ colors.T).argmin(axis=1)
    return np.take(palette, y, axis=0).reshape(image.shape)
