"""Right answers to the assignment `initialization`, written differently from the reference. The tests must accept them all."""

import numpy as np

from solutions.initialization import cdist, lloyd  # what the notebook gives to the student
from solutions.variants import alternative

# ---------------------------------------------------------------------------------------------- q1


@alternative("q1", "the head of a permutation")
def random_centers(X, k, rng):
    return X[rng.permutation(len(X))[:k]]


@alternative("q1", "choice of rows, without shuffling them")
def random_centers(X, k, rng):
    return rng.choice(X, size=k, replace=False, axis=0, shuffle=False)


@alternative("q1", "a copy, shuffled, sorted by lot")
def random_centers(X, k, rng):
    return np.asarray(X, dtype=float)[np.argsort(rng.random(len(X)))[:k]]


@alternative("q1", "one row after another out of a list")
def random_centers(X, k, rng):
    left, mu = [list(row) for row in X], []
    while len(mu) < k:
        mu.append(left.pop(int(rng.integers(len(left)))))
    return np.array(mu)


@alternative("q1", "draw again until it is a new row; a list of rows")
def random_centers(X, k, rng):
    taken = []
    while len(taken) < k:
        row = int(rng.integers(0, len(X)))
        if row not in taken:
            taken.append(row)
    return [X[row].tolist() for row in taken]


@alternative("q1", "reservoir sampling")
def random_centers(X, k, rng):
    mu = np.array(X[:k], dtype=float)
    for i in range(k, len(X)):
        j = rng.integers(i + 1)
        if j < k:
            mu[j] = X[i]
    return mu


# ---------------------------------------------------------------------------------------------- q2


@alternative("q2", "roulette: cumulative sums and one uniform number")
def kmeans_plus_plus(X, k, rng):
    X = np.asarray(X, dtype=float)
    mu = X[[rng.integers(len(X))]]
    while len(mu) < k:
        reach = np.cumsum(cdist(X, mu, "sqeuclidean").min(axis=1))
        i = np.searchsorted(reach, rng.random() * reach[-1], side="right") if reach[-1] > 0 else 0
        mu = np.vstack([mu, X[min(i, len(X) - 1)]])
    return mu


@alternative("q2", "plain loops")
def kmeans_plus_plus(X, k, rng):
    points = [list(map(float, row)) for row in X]
    mu = [points[int(rng.integers(len(points)))]]
    for _ in range(k - 1):
        weights = [min(sum((a - b) ** 2 for a, b in zip(x, m, strict=True)) for m in mu) for x in points]
        if sum(weights) == 0:
            mu.append(points[0])
            continue
        ticket = rng.random() * sum(weights)
        for x, weight in zip(points, weights, strict=True):
            ticket -= weight
            if ticket < 0:
                break
        mu.append(x)
    return np.array(mu)


@alternative("q2", "a race of exponential clocks")
def kmeans_plus_plus(X, k, rng):
    mu = [X[rng.integers(len(X))]]
    for _ in range(1, k):
        squared = np.min([((X - m) ** 2).sum(axis=1) for m in mu], axis=0)
        with np.errstate(divide="ignore"):
            mu.append(X[np.argmin(rng.exponential(size=len(X)) / squared)])
    return np.stack(mu)


@alternative("q2", "multinomial draw, broadcasting to (n, j, d), whole numbers kept")
def kmeans_plus_plus(X, k, rng):
    chosen = [int(rng.integers(len(X)))]
    while len(chosen) < k:
        squared = ((X[:, None, :] - X[chosen][None, :, :]) ** 2).sum(axis=2).min(axis=1)
        if not squared.any():
            squared = np.ones(len(X))
        chosen.append(int(np.argmax(rng.multinomial(1, squared / squared.sum()))))
    return X[chosen]


@alternative("q2", "the missing centres of coinciding points drawn among rows not yet taken")
def kmeans_plus_plus(X, k, rng):
    n = len(X)
    taken = np.zeros(n, dtype=bool)
    order = [rng.choice(n)]
    taken[order] = True
    while len(order) < k:
        squared = cdist(X[order], X).min(axis=0) ** 2
        weights = squared if squared.sum() > 0 else 1.0 * ~taken
        i = rng.choice(n, p=weights / weights.sum())
        taken[i] = True
        order.append(i)
    return X[order].astype(float)


# ---------------------------------------------------------------------------------------------- q3


@alternative("q3", "min over a list of runs")
def best_of_restarts(X, k, restarts, rng):
    runs = [lloyd(X, random_centers(X, k, rng)) for _ in range(restarts)]
    return min(runs, key=lambda run: run[2])


@alternative("q3", "all starts drawn first")
def best_of_restarts(X, k, restarts, rng):
    starts = [random_centers(X, k, rng) for _ in range(restarts)]
    ends = [lloyd(X, start) for start in starts]
    return ends[int(np.argmin([loss for _, _, loss in ends]))]


@alternative("q3", "three variables, the later of equals, the loss computed again")
def best_of_restarts(X, k, restarts, rng):
    best_mu, best_y, best_loss = None, None, float("inf")
    t = 0
    while t < restarts:
        mu, y, _ = lloyd(X, random_centers(X, k, rng))
        loss = ((X - mu[y]) ** 2).sum()
        if loss <= best_loss:
            best_mu, best_y, best_loss = mu, y, loss
        t += 1
    return [best_mu, best_y, best_loss]


@alternative("q3", "everything inside, centres moved by matrix products")
def best_of_restarts(X, k, restarts, rng):
    ends = []
    for _ in range(restarts):
        mu, y = np.array(X[rng.permutation(len(X))[:k]], dtype=float), None
        while True:
            squared = ((X[:, None] - mu) ** 2).sum(axis=2)
            if y is not None and np.array_equal(y, squared.argmin(axis=1)):
                break
            y = squared.argmin(axis=1)
            member = np.eye(k)[y]
            full = member.any(axis=0)
            mu[full] = (member.T @ X)[full] / member.sum(axis=0)[full, None]
        ends.append((squared.min(axis=1).sum(), len(ends), mu, y))
    loss, _, mu, y = min(ends, key=lambda end: end[:2])
    return mu, y, loss


# ---------------------------------------------------------------------------------------------- q4


@alternative("q4", "plain loops, one point at a time")
def is_local_minimum(X, mu, y):
    for x, j in zip(X, y, strict=True):
        walks = [float(np.linalg.norm(x - m)) for m in mu]
        others = walks[:j] + walks[j + 1 :]
        if others and (min(others) < walks[j] - 1e-6 or (abs(min(others) - walks[j]) <= 1e-6 < walks[j])):
            return False
    for j in range(len(mu)):
        crowd = [x for x, label in zip(X, y, strict=True) if label == j]
        if crowd and max(abs(sum(crowd) / len(crowd) - mu[j])) > 1e-6:
            return False
    return True


@alternative("q4", "squared distances, sorted, np.allclose")
def is_local_minimum(X, mu, y):
    squared = ((X[:, None, :] - mu[None, :, :]) ** 2).sum(axis=2)
    ordered = np.sort(squared, axis=1)
    if not np.allclose(squared[np.arange(len(X)), y], ordered[:, 0]):
        return False
    if squared.shape[1] > 1:
        torn = np.isclose(ordered[:, 0], ordered[:, 1]) & ~np.isclose(ordered[:, 1], 0, atol=1e-7)
        if torn.any():
            return False
    return all(np.allclose(X[y == j].mean(axis=0), mu[j]) for j in set(y.tolist()))


@alternative("q4", "every choice that a torn point could make must leave the centres at their means")
def is_local_minimum(X, mu, y):
    distances = cdist(X, mu)
    nearest = distances.min(axis=1, keepdims=True)
    if np.any(distances[np.arange(len(X)), y] > nearest[:, 0] + 1e-8):
        return False
    choices = [y]
    for i, j in zip(*np.nonzero(distances < nearest + 1e-8), strict=True):
        choices.append(np.where(np.arange(len(X)) == i, j, y))
    return all(np.linalg.norm(X[z == j].mean(axis=0) - mu[j]) < 1e-6 for z in choices for j in np.unique(z))


@alternative("q4", "one-hot matrix and a NumPy truth value")
def is_local_minimum(X, mu, y):
    distances = cdist(X, mu)
    member = np.eye(len(mu))[y]
    centred = np.abs(member.T @ X - member.sum(axis=0)[:, None] * mu).max() < 1e-5
    others = np.where(member == 1, np.inf, distances)
    own = (member * distances).sum(axis=1)
    gap = others.min(axis=1) - own
    return np.all((gap > 1e-6) | ((np.abs(gap) <= 1e-6) & (own < 1e-6))) and centred
