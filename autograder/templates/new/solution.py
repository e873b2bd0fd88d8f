"""@TITLE@: reference answers for the assignment `@SLUG@`. The docstrings are what students read."""

import numpy as np


def center(X: np.ndarray) -> np.ndarray:
    """Move a cloud of points so that its mean is the origin.

    Parameters
    ----------
    X : (n, d) array
        One row a point. Must not be changed.

    Returns
    -------
    (n, d) array of floats
        The same cloud, every point moved by the same step.

    Examples
    --------
    >>> center(np.array([[1.0, 10.0], [3.0, 30.0]]))
    array([[ -1., -10.],
           [  1.,  10.]])
    """
    # x_i − x̄
    return np.asarray(X, dtype=float) - np.mean(X, axis=0, dtype=float)
