"""Right answers for `@SLUG@`, written differently from the reference. At least three a question."""

import numpy as np

from solutions.variants import alternative


@alternative("q1", "plain loops")
def center(X):
    n, d = len(X), len(X[0])
    step = [sum(X[i][j] for i in range(n)) / n for j in range(d)]
    return np.array([[X[i][j] - step[j] for j in range(d)] for i in range(n)])


@alternative("q1", "a centring matrix")
def center(X):
    n = len(X)
    return (np.eye(n) - np.full((n, n), 1 / n)) @ X


@alternative("q1", "a list of rows")
def center(X):
    step = X.sum(axis=0) / X.shape[0]
    return [list(x - step) for x in X]
