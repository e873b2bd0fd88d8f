"""The k-means algorithm: reference answers for the assignment `kmeans`.

Lloyd's algorithm as the lecture builds it: assign, move, stop when nobody changes. Source: S. P. Lloyd, "Least squares
quantization in PCM", IEEE Transactions on Information Theory 28(2), 1982. The docstrings are what students read.
"""

import numpy as np


def kmeans_objective(X: np.ndarray, mu: np.ndarray, y: np.ndarray) -> float:
    """The k-means objective: the squared distances from all points to their own centres, added up.

    Parameters
    ----------
    X : (n, d) array
        One row a point (a person). Whole numbers or floats.
    mu : (k, d) array
        One row a centre (a truck).
    y : (n,) array of integers 0..k-1
        `y[i]` is the centre that point `i` belongs to. It need not be the nearest one.

    Returns
    -------
    float
        The loss: one number, in squared units of `X`.

    Notes
    -----
    Coordinates can be millions of metres while the walks are a few metres long.
    The loss must still be right to six digits.

    Examples
    --------
    >>> kmeans_objective(np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([[0.0, 0.0]]), np.array([0, 0]))
    25.0
    """
    walks = np.asarray(X, dtype=float) - np.asarray(mu, dtype=float)[y]  # (n, d); subtract first: squares would cancel
    # J = Σ_i ‖x_i − μ_{y_i}‖²
    return float(np.sum(walks**2))


def assign_clusters(X: np.ndarray, mu: np.ndarray) -> np.ndarray:
    """For each point, the index of the nearest centre.

    Parameters
    ----------
    X : (n, d) array
        One row a point. Whole numbers or floats.
    mu : (k, d) array
        One row a centre.

    Returns
    -------
    (n,) array of integers 0..k-1
        `y[i]` is the row of `mu` at the smallest Euclidean distance from `X[i]`.
        If several centres are equally near, the lowest index wins.

    Examples
    --------
    >>> assign_clusters(np.array([[0.0], [1.0], [5.0]]), np.array([[6.0], [0.0]]))
    array([1, 1, 0])
    """
    X, mu = np.asarray(X, dtype=float), np.asarray(mu, dtype=float)
    # ‖x − μ_0‖² − ‖x − μ_j‖² = 2 (x − (μ_j + μ_0)/2)·(μ_j − μ_0): how far x lies beyond the line half-way from 0 to j.
    # One matrix product and no (n, k, d) array. Only differences of centres are multiplied: ‖x‖², which is huge far from
    # the origin and the same for every j, never appears, so nothing is left of it to cancel.
    steps = (mu - mu[0]).T.copy()  # (d, k), side by side in memory as the product reads it
    halfway = np.sum(steps * (mu + mu[0]).T, axis=0) / 2  # (k,)
    y = np.empty(len(X), dtype=int)
    for start in range(0, len(X), 1024):  # blocks of rows whose (1024, k) gains stay in the processor's cache
        gain = X[start : start + 1024] @ steps
        gain -= halfway
        y[start : start + 1024] = np.argmax(gain, axis=1)  # argmax takes the first of equals
    return y


def update_centers(X: np.ndarray, y: np.ndarray, mu: np.ndarray) -> np.ndarray:
    """Move each centre to the mean of the points that belong to it.

    Parameters
    ----------
    X : (n, d) array
        One row a point. Whole numbers or floats.
    y : (n,) array of integers 0..k-1
        The centre that each point belongs to.
    mu : (k, d) array
        The centres before the move; whole numbers or floats. Must not be changed.

    Returns
    -------
    (k, d) array of floats
        The centres after the move, in the same order. A centre without points stays where it was.

    Examples
    --------
    >>> update_centers(np.array([[0.0], [1.0], [5.0]]), np.array([1, 1, 0]), np.array([[6.0], [0.0], [9.0]]))
    array([[5. ],
           [0.5],
           [9. ]])
    """
    X, mu = np.asarray(X, dtype=float), np.asarray(mu, dtype=float)
    k, y = len(mu), np.asarray(y)
    counts = np.bincount(y, minlength=k)[:, None]  # N_j = Σ_i 1{y_i = j}, (k, 1)
    sums, one_hot = np.zeros(mu.shape), np.eye(k)  # row j of the identity says "truck j"
    for start in range(0, len(X), 1024):  # in blocks, as above
        # Σ_i 1{y_i = j} x_i is row j of the product ZᵀX, where Z (1024, k) has z_ij = 1{y_i = j}
        Z = one_hot[y[start : start + 1024]]
        sums += Z.T @ X[start : start + 1024]
    # μ_j = (1 / N_j) Σ_i 1{y_i = j} x_i, where N_j > 0
    return np.where(counts > 0, sums / np.maximum(counts, 1), mu)


def kmeans(X: np.ndarray, mu: np.ndarray, tau: int) -> tuple[np.ndarray, np.ndarray, int]:
    """Run k-means from the starting centres `mu` until nobody changes trucks, at most `tau` rounds.

    One round: all points are assigned to their nearest centres, then all centres move. After the move,
    stop if every point was assigned as in the round before.

    Parameters
    ----------
    X : (n, d) array
        One row a point.
    mu : (k, d) array
        The starting centres; whole numbers or floats. Must not be changed.
    tau : int, at least 1
        The largest number of rounds.

    Returns
    -------
    mu : (k, d) array of floats
        The centres after the move of the last round.
    y : (n,) array of integers 0..k-1
        The assignment made in the last round, before that round's move.
    iterations : int
        The number of rounds that were run. It counts the last one, which only found that nothing changed.
        Round 1 has no round before it, so it is never the one that stops; `tau` rounds at most.

    Examples
    --------
    >>> mu, y, iterations = kmeans(np.array([[0.0], [2.0], [10.0]]), np.array([[1.0], [7.0]]), tau=100)
    >>> mu[:, 0], y, iterations
    (array([ 1., 10.]), array([0, 0, 1]), 2)
    """
    y = np.full(len(X), -1)  # nobody has chosen yet, so round 1 always differs
    for iterations in range(1, tau + 1):  # noqa: B007 (the count is returned)
        y_old = y
        y = assign_clusters(X, mu)
        mu = update_centers(X, y, mu)
        if np.array_equal(y, y_old):
            break
    return mu, y, iterations


def same_partition(y1: np.ndarray, y2: np.ndarray) -> bool:
    """Whether two label arrays describe the same groups, whatever the groups are called.

    Parameters
    ----------
    y1, y2 : (n,) arrays of integers
        Labels of the same n points, n at least 1. Any integers may serve as names, negative ones too;
        the two arrays need not use the same ones.

    Returns
    -------
    bool
        True if any two points that share a label in `y1` share one in `y2`, and the other way round.

    Examples
    --------
    >>> same_partition(np.array([0, 0, 1]), np.array([7, 7, 3]))
    True
    >>> same_partition(np.array([0, 0, 1]), np.array([0, 1, 1]))
    False
    """
    _, codes1 = np.unique(y1, return_inverse=True)  # names → 0..k1-1, so that pairs can be coded without overflow
    _, codes2 = np.unique(y2, return_inverse=True)
    k1, k2 = codes1.max() + 1, codes2.max() + 1
    # Each name of y1 occurs with some name of y2 and each of y2 with some of y1; a bijection has no pair more than that.
    pairs = np.unique(codes1 * k2 + codes2).size
    return bool(pairs == k1 == k2)


def quantize_colors(image: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """Paint an image with the colours of a palette only: each pixel takes the nearest one.

    Parameters
    ----------
    image : (h, w, 3) array
        Red, green and blue of each pixel: bytes (`uint8`, 0 to 255) or floats.
    palette : (k, 3) array
        One row a colour, on the same scale as `image`: bytes or floats.

    Returns
    -------
    (h, w, 3) array of the palette's dtype
        Each pixel is a row of `palette`, copied exactly: the one at the smallest Euclidean distance from
        the pixel's colour. If several are equally near, any of them will do.

    Notes
    -----
    A `uint8` holds 0 to 255 and wraps around: `np.uint8(10) - np.uint8(20)` is 246.

    Examples
    --------
    >>> quantize_colors(np.array([[[250, 9, 3], [2, 2, 2]]], dtype=np.uint8), np.array([[0, 0, 0], [255, 0, 0]]))
    array([[[255,   0,   0],
            [  0,   0,   0]]])
    """
    image, palette = np.asarray(image), np.asarray(palette)
    pixels = image.reshape(-1, 3).astype(float)  # a pixel is a point in three dimensions; bytes would wrap around
    nearest = assign_clusters(pixels, palette.astype(float))  # (h·w,)
    return palette[nearest].reshape(image.shape)
