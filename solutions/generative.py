"""Generative models: reference answers for the assignment `generative`.

Fit a density, judge it, and draw from it. Sources: C. M. Bishop, "Pattern Recognition and Machine Learning", 2006, sections 1.6, 2.3, 2.5
and 11.1; S. Kullback and R. A. Leibler, "On information and sufficiency", Annals of Mathematical Statistics 22(1), 1951. The
docstrings are what students read.
"""

import numpy as np


def gaussian_mle(X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The Gaussian under which the points are likeliest: its mean and its covariance matrix.

    Parameters
    ----------
    X : (n, d) array, n at least 1
        One row a point. Whole numbers or floats. Must not be changed.

    Returns
    -------
    mean : (d,) array of floats
    covariance : (d, d) array of floats
        The maximum-likelihood estimate: it divides by n, not by n - 1. Always a square table, also for d = 1.

    Notes
    -----
    With n = 1 all entries of the covariance are 0. A feature that is the same for all points has a row and a column of zeros.
    (Such a matrix has no inverse; the likelihood then has no bound, and the estimate is its limit. Return it all the same.)
    The numbers may lie far from 0 compared with their spread, such as 100000000 give or take 1.

    Examples
    --------
    >>> mean, covariance = gaussian_mle(np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0], [2.0, 2.0]]))
    >>> mean
    array([1., 1.])
    >>> covariance
    array([[1., 0.],
           [0., 1.]])
    """
    X = np.asarray(X, dtype=float)
    mean = X.mean(axis=0)
    deviations = X - mean  # (n, d); centred first: E[x xᵀ] − m mᵀ would lose all digits far from 0
    return mean, deviations.T @ deviations / len(X)  # Σ = 1/n Σᵢ (xᵢ − m)(xᵢ − m)ᵀ


def log_likelihood(X: np.ndarray, mean: np.ndarray, covariance: np.ndarray) -> float:
    """The log-likelihood of a Gaussian: the sum over all points of the natural logarithm of its density there.

    Parameters
    ----------
    X : (n, d) array
        One row a point. Whole numbers or floats.
    mean : (d,) array
        The Gaussian's mean.
    covariance : (d, d) array
        Its covariance matrix: symmetric, with an inverse. Variances and correlations, not standard deviations.

    Returns
    -------
    float
        In nats. Usually negative, but it may be positive: a density can be larger than 1.

    Notes
    -----
    There may be hundreds of features, and points may lie very far from the mean. The result is then a large number but a finite
    one, although densities such as exp(-5000) and determinants such as 1e-600 are too small for a float.

    Examples
    --------
    >>> round(log_likelihood(np.array([[0.0], [2.0]]), np.array([0.0]), np.array([[4.0]])), 6)
    -3.724171
    """
    X = np.asarray(X, dtype=float)
    n, d = X.shape
    root = np.linalg.cholesky(np.asarray(covariance, dtype=float))  # Σ = L Lᵀ
    white = np.linalg.solve(root, (X - np.asarray(mean)).T)  # L⁻¹ (x − m): (x − m)ᵀ Σ⁻¹ (x − m) is its squared length
    log_det = 2 * np.log(np.diag(root)).sum()  # log |Σ| = 2 Σ log L_jj
    # Σᵢ log N(xᵢ) = −½ (n d log 2π + n log |Σ| + Σᵢ (xᵢ − m)ᵀ Σ⁻¹ (xᵢ − m))
    return float(-(n * d * np.log(2 * np.pi) + n * log_det + np.sum(white**2)) / 2)


def kl_divergence(p: np.ndarray, q: np.ndarray) -> float:
    """The Kullback-Leibler divergence KL(p || q) between two distributions over the same K outcomes, in nats.

    Parameters
    ----------
    p, q : (K,) arrays or lists
        Probabilities: none negative, sum 1 (up to rounding). Must not be changed.

    Returns
    -------
    float
        The sum over the outcomes of p log(p / q), with the natural logarithm: the mean, if p is true, of what q loses in
        log-probability. An outcome with p = 0 adds 0, whatever q is. If some outcome has p > 0 and q = 0, the result is infinite
        (`np.inf`).

    Notes
    -----
    Never negative (up to rounding), 0 only if p and q are the same, and not symmetric. Never `nan`.

    Examples
    --------
    >>> round(kl_divergence([0.5, 0.5, 0.0], [0.25, 0.25, 0.5]), 6)
    0.693147
    >>> kl_divergence([0.25, 0.25, 0.5], [0.5, 0.5, 0.0])
    inf
    """
    p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    happens = p > 0  # 0 log 0 = 0: what never happens costs nothing
    if np.any(q[happens] == 0):
        return np.inf
    return float(np.sum(p[happens] * (np.log(p[happens]) - np.log(q[happens]))))


def histogram_density(x: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """The histogram of the numbers `x` as a probability density: the height of every bar, so that the areas add up to 1.

    Parameters
    ----------
    x : (n,) array
        Numbers, in any order.
    edges : (B + 1,) array
        The borders of the B bins, strictly rising. The bins may have different widths.

    Returns
    -------
    (B,) array of floats
        The density in each bin, in units of 1 / (unit of x): height times width is the share of the points in that bin.

    Notes
    -----
    A point on the border of two bins belongs to the right one; a point on the very last edge belongs to the last bin.
    Points left of the first or right of the last edge are left out, and shares are shares of the others. If no point is left, all
    heights are 0.

    Examples
    --------
    >>> histogram_density(np.array([0.5, 1.0, 2.0, 5.0]), np.array([0.0, 1.0, 5.0]))
    array([0.25  , 0.1875])
    """
    counts, edges = np.histogram(x, np.asarray(edges, dtype=float))
    return counts / (max(counts.sum(), 1) * np.diff(edges))  # h_b = N_b / (N · width_b)


def sample_categorical(p: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw `n` times, independently, one of K outcomes with given probabilities.

    Parameters
    ----------
    p : (K,) array or list
        Probabilities: none negative, sum 1 (up to rounding). Must not be changed.
    n : int, at least 1
        The number of draws.
    rng : np.random.Generator
        The only source of chance: draw from it, and from nothing else.

    Returns
    -------
    (n,) array of integers 0..K-1
        In the order drawn: entry number 7 knows nothing of the other entries. An outcome of probability 0 never comes.

    Notes
    -----
    In whatever way you like. A generator in the same state gives the same draws; each call draws anew and so moves the generator on.
    """
    reach = np.cumsum(np.asarray(p, dtype=float))  # outcome j owns the interval [reach_{j−1}, reach_j)
    return np.searchsorted(reach, rng.random(n) * reach[-1], side="right")


def sample_mixture(
    weights: np.ndarray, means: np.ndarray, covariances: np.ndarray, n: int, rng: np.random.Generator
) -> np.ndarray:
    """Draw `n` points, independently, from a mixture of k Gaussians in d dimensions.

    Parameters
    ----------
    weights : (k,) array or list
        The probabilities of the k components: none negative, sum 1 (up to rounding).
    means : (k, d) array or list of lists
        One row the mean of a component.
    covariances : (k, d, d) array or nested list
        The covariance matrices: symmetric, no variance negative in any direction. A variance of 0 is allowed, in some directions
        or in all: such a component draws points on a line, in a plane, or always its mean.
    n : int, at least 1
        The number of points.
    rng : np.random.Generator
        The only source of chance: draw from it, and from nothing else.

    Returns
    -------
    (n, d) array of floats
        One row a point, in the order drawn: each point has its own component, and knows nothing of the other points.

    Notes
    -----
    In whatever way you like. A generator in the same state gives the same points; each call draws anew and so moves the generator on.
    Directions without variance may be off by rounding (less than 1e-5 here). No argument is changed.
    """
    means = np.asarray(means, dtype=float)
    y = sample_categorical(weights, n, rng)  # first which component, (n,)
    variances, axes = np.linalg.eigh(np.asarray(covariances, dtype=float))  # Σ_j = U diag(λ) Uᵀ; Cholesky would refuse λ = 0
    roots = axes * np.sqrt(np.maximum(variances, 0))[:, None, :]  # A_j = U diag(√λ): A_j A_jᵀ = Σ_j
    noise = rng.normal(size=(n, means.shape[1]))
    return means[y] + np.einsum("nij,nj->ni", roots[y], noise)  # x = m_y + A_y z, z ~ N(0, I)
