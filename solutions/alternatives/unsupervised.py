"""Right answers to the assignment `unsupervised` that are written differently from the reference. The tests must accept them all."""

import numpy as np

from solutions.variants import alternative

# ---------------------------------------------------------------------------------------------- q1


@alternative("q1", "plain loops over columns and rows")
def standardize(X):
    n, d = X.shape
    answer = np.zeros((n, d))
    for f in range(d):
        column = [float(value) for value in X[:, f]]
        if min(column) == max(column):
            continue
        mean = sum(column) / n
        spread = (sum((value - mean) ** 2 for value in column) / n) ** 0.5
        for i in range(n):
            answer[i, f] = (column[i] - mean) / spread
    return answer


@alternative("q1", "mean and std of NumPy, then the constant columns set to zero")
def standardize(X):
    centred = X - np.mean(X, axis=0)
    spread = np.std(X, axis=0)
    constant = np.all(X[0] == X, axis=0)
    spread[constant] = 1
    centred[:, constant] = 0
    return centred / spread


@alternative("q1", "a tolerance that goes with the size of the numbers")
def standardize(X):
    mean, spread = X.mean(axis=0), X.std(axis=0)
    flat = spread <= 1e-12 * np.abs(mean)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(flat, 0.0, (X - mean) / spread)


@alternative("q1", "scikit-learn's StandardScaler")
def standardize(X):
    from sklearn.preprocessing import StandardScaler

    return StandardScaler().fit_transform(X.astype(float))


@alternative("q1", "scipy's zscore, its NaN turned into zeros")
def standardize(X):
    import warnings

    from scipy.stats import zscore

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.nan_to_num(zscore(X, axis=0), nan=0.0)


@alternative("q1", "lists and the statistics module")
def standardize(X):
    import statistics

    columns = []
    for column in X.T.tolist():
        mean, spread = statistics.fmean(column), statistics.pstdev(column)
        columns.append([(value - mean) / spread if spread and len(set(column)) > 1 else 0.0 for value in column])
    return np.array(columns).T


# ---------------------------------------------------------------------------------------------- q2


@alternative("q2", "plain loops")
def squared_distances(A, B):
    table = np.zeros((len(A), len(B)))
    for i in range(len(A)):
        for j in range(len(B)):
            for f in range(A.shape[1]):
                table[i, j] += (A[i, f] - B[j, f]) ** 2
    return table


@alternative("q2", "broadcasting to (n, m, d)")
def squared_distances(A, B):
    return ((A[:, None, :] - B[None, :, :]) ** 2).sum(axis=2)


@alternative("q2", "scipy's cdist")
def squared_distances(A, B):
    from scipy.spatial.distance import cdist

    return cdist(A, B, metric="sqeuclidean")


@alternative("q2", "one row of A at a time")
def squared_distances(A, B):
    return np.array([np.sum((B - a) ** 2, axis=1) for a in A])


@alternative("q2", "norms, squared again")
def squared_distances(A, B):
    return np.stack([np.linalg.norm(A - b, axis=1) ** 2 for b in B], axis=1)


@alternative("q2", "einsum over the differences")
def squared_distances(A, B):
    differences = A[:, np.newaxis] - B[np.newaxis]
    return np.einsum("ijf,ijf->ij", differences, differences)


@alternative("q2", "multiplied out, but centred first and never below zero")
def squared_distances(A, B):
    middle = B.mean(axis=0)
    A, B = A - middle, B - middle
    table = np.sum(A**2, axis=1, keepdims=True) - 2 * A @ B.T + np.sum(B**2, axis=1)
    return np.maximum(table, 0)


# ---------------------------------------------------------------------------------------------- q3


@alternative("q3", "plain loops with the strict comparison")
def nearest(A, B):
    found = []
    for a in A:
        best, least = 0, float("inf")
        for j, b in enumerate(B):
            squared = sum((float(u) - float(v)) ** 2 for u, v in zip(a, b, strict=True))
            if squared < least:
                best, least = j, squared
        found.append(best)
    return np.array(found)


@alternative("q3", "scipy's cdist")
def nearest(A, B):
    from scipy.spatial.distance import cdist

    return cdist(A, B).argmin(axis=1)


@alternative("q3", "broadcasting to (n, m, d)")
def nearest(A, B):
    return ((A[:, None, :] - B[None, :, :]) ** 2).sum(axis=2).argmin(axis=1)


@alternative("q3", "one row at a time, by the table of Question 2")
def nearest(A, B):
    return np.array([int(np.argmin(squared_distances(a[None, :], B)[0])) for a in A])


@alternative("q3", "a stable sort of the table of Question 2")
def nearest(A, B):
    return squared_distances(A, B).argsort(axis=1, kind="stable")[:, 0]


@alternative("q3", "without the square of a, which is the same for all of B")
def nearest(A, B):
    middle = B.mean(axis=0)
    A, B = A - middle, B - middle
    return np.argmax(A @ B.T - (B**2).sum(axis=1) / 2, axis=1)
