"""Learning without labels: reference answers for Assignment 0, `unsupervised`.

What nearly every method of the course stands on: features on one scale, a table of distances, and who is nearest. The
docstrings are what students read.
"""

import numpy as np


def standardize(X: np.ndarray) -> np.ndarray:
    """Shift and scale every feature to mean 0 and standard deviation 1.

    Parameters
    ----------
    X : (n, d) array
        One row a point, one column a feature; n is at least 1. Whole numbers or floats. Must not be changed.

    Returns
    -------
    (n, d) array of floats
        From each number its column's mean is taken away, and the rest is divided by its column's standard deviation.
        A constant column (all its numbers are equal) becomes a column of zeros. One row alone is constant in every column.

    Notes
    -----
    The standard deviation is the root of the mean squared deviation: the sum of squares is divided by n, not by n - 1.
    Columns come in all units: the answer must be right to six digits also where the numbers are tiny, and to four where
    they are near a hundred million and differ by about 1.
    Computers round: the mean of seven numbers that are all 0.1 may come out as 0.09999999999999999.

    Examples
    --------
    >>> standardize(np.array([[1.0, 7.0, 50.0], [3.0, 7.0, 10.0]]))
    array([[-1.,  0.,  1.],
           [ 1.,  0., -1.]])
    """
    X = np.asarray(X, dtype=float)
    span = X.max(axis=0) - X.min(axis=0)  # exactly 0 for a constant column; its standard deviation may be 1e-17
    unit = np.where(span > 0, span, 1.0)
    centred = (X - X.mean(axis=0)) / unit  # in units of the span no square overflows or vanishes
    centred -= centred.mean(axis=0)  # the first mean of large numbers was rounded; what is left of it goes here
    # (x − mean) / s, with s² = (1/n) Σ_i (x_i − mean)²
    spread = np.where(span > 0, np.sqrt(np.mean(centred**2, axis=0)), 1.0)
    return np.where(span > 0, centred / spread, 0.0)


def squared_distances(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """The table of squared Euclidean distances from every row of `A` to every row of `B`.

    Parameters
    ----------
    A : (n, d) array
        One row a point. Whole numbers or floats.
    B : (m, d) array
        One row a point, with as many columns as `A`; m need not be n.

    Returns
    -------
    (n, m) array
        Row i, column j: the squared distance between `A[i]` and `B[j]`. Squared: no root is taken.

    Notes
    -----
    No entry may be negative, not even -1e-15, and equal rows must be at distance 0 (up to 1e-9 where the numbers are
    below 100).
    The numbers may be large, such as times in seconds since 1970, while the rows differ by little: every entry must be
    right to six digits.

    Examples
    --------
    >>> squared_distances(np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 1.0]]))
    array([[ 0.,  9.,  1.],
           [25., 16., 18.]])
    """
    A, B = np.asarray(A, dtype=float), np.asarray(B, dtype=float)
    squared = np.zeros((len(A), len(B)))
    # ‖a − b‖² = Σ_f (a_f − b_f)². Subtract first: ‖a‖² − 2 a·b + ‖b‖² cancels far from the origin and can round below 0.
    for a, b in zip(A.T, B.T, strict=True):  # one feature at a time, so that no (n, m, d) array is ever made
        squared += np.subtract.outer(a, b) ** 2
    return squared


def nearest(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """For each row of `A`, the index of the nearest row of `B`.

    Parameters
    ----------
    A : (n, d) array
        One row a point: those who ask.
    B : (m, d) array
        One row a point: those who may be near.

    Returns
    -------
    (n,) array of integers 0..m-1
        Entry i is the row of `B` at the smallest Euclidean distance from `A[i]`. If several are equally near, the
        lowest index wins. If a row of `A` also stands in `B`, it is its own nearest: distance 0 counts.

    Examples
    --------
    >>> nearest(np.array([[0.0], [1.0], [5.0]]), np.array([[6.0], [0.0], [2.0]]))
    array([1, 1, 0])
    """
    return np.argmin(squared_distances(A, B), axis=1)  # argmin takes the first of equals
