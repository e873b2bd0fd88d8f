"""Compact representations: reference answers for the assignment `autoencoders`.

Encoder, bottleneck, decoder; the linear autoencoder and its gradients, which find the PCA subspace; masking noise. Sources:
P. Baldi and K. Hornik, "Neural networks and principal component analysis", Neural Networks 2(1), 1989; P. Vincent and others,
"Extracting and composing robust features with denoising autoencoders", ICML 2008. The docstrings are what students read.
"""

import numpy as np


def encode(X: np.ndarray, layers: list) -> np.ndarray:
    """The codes of all points: each point goes through the layers of the encoder, one after the other.

    Parameters
    ----------
    X : (n, d) array
        One row a point. Whole numbers or floats.
    layers : list of at least one pair (W, b)
        The first pair is applied first. `W` has shape (outputs, inputs) and `b` shape (outputs,), where the inputs of the
        first layer are the d coordinates of a point, and the outputs of the last are the m numbers of its code.

    Returns
    -------
    (n, m) array of floats
        One row a code. A layer turns a vector a into W a + b. After every layer but the last, each number goes
        through tanh; the last layer's numbers are the code as they are. (With one layer there is no tanh at all.)

    Examples
    --------
    >>> encode(np.array([[1.0, 2.0, 3.0]]), [(np.array([[1.0, 0.0, -1.0], [0.0, 2.0, 0.0]]), np.array([0.5, -1.0]))])
    array([[-1.5,  3. ]])
    """
    A = np.asarray(X, dtype=float)
    for W, b in layers[:-1]:
        A = np.tanh(A @ np.transpose(W) + b)  # a ← tanh(W a + b), all rows at once: (n, outputs)
    W, b = layers[-1]
    return A @ np.transpose(W) + b  # z = W a + b


def decode(Z: np.ndarray, layers: list) -> np.ndarray:
    """The images that the decoder draws from codes.

    Parameters
    ----------
    Z : (n, m) array
        One row a code.
    layers : list of at least one pair (W, b)
        As for `encode`: the first pair is applied first, `W` has shape (outputs, inputs) and `b` shape (outputs,). The inputs
        of the first layer are the m numbers of a code, the outputs of the last the d pixels of an image.

    Returns
    -------
    (n, d) array of floats between 0 and 1
        One row an image. After every layer but the last, each number goes through tanh. After the last, each number goes
        through the logistic function s(a) = 1 / (1 + exp(-a)), so that it can be shown as a pixel: 0 white, 1 black.

    Notes
    -----
    Codes can be anything. A number of 1000 before the logistic function must become 1, and one of -1000 must become 0,
    not `nan`.

    Examples
    --------
    >>> decode(np.array([[0.0], [1000.0]]), [(np.array([[1.0], [-1.0]]), np.array([0.0, 0.0]))])
    array([[0.5, 0.5],
           [1. , 0. ]])
    """
    A = encode(Z, layers)
    small = np.exp(-np.abs(A))  # never more than 1: nothing overflows
    # s(a) = 1 / (1 + e^{-a}) = e^{a} / (1 + e^{a}), whichever has the negative exponent
    return np.where(A >= 0, 1, small) / (1 + small)


def reconstruction_loss(X: np.ndarray, X_tilde: np.ndarray) -> float:
    """How much is lost on the way: the squared distance from a point to its reconstruction, averaged over the points.

    Parameters
    ----------
    X : (n, d) array
        One row a point: floats, whole numbers or bytes (`uint8`).
    X_tilde : (n, d) array
        Row i is the reconstruction of row i of `X`: floats, whole numbers or bytes, not always as in `X`.

    Returns
    -------
    float
        (1/n) times the sum over all points of the squared Euclidean distance. It is a **mean over points** of a
        **sum over coordinates**: one number, not divided by d.

    Notes
    -----
    A `uint8` holds 0 to 255 and wraps around: `np.uint8(10) - np.uint8(20)` is 246. And coordinates can be millions while
    the errors are about 1: the loss must still be right to six digits.

    Examples
    --------
    >>> reconstruction_loss(np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([[3.0, 4.0], [1.0, 1.0]]))
    12.5
    """
    errors = np.asarray(X, dtype=float) - np.asarray(X_tilde, dtype=float)  # (n, d); subtract first: squares would cancel
    # L = (1/n) Σ_i ‖x_i − x̃_i‖²
    return float(np.sum(errors**2) / len(errors))


def linear_autoencoder_gradients(X: np.ndarray, W: np.ndarray, V: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The gradients of a linear autoencoder's loss with respect to its two matrices.

    The code of a point is z = W x, its reconstruction is V z, and the loss is
    L(W, V) = (1/n) times the sum over all points of the squared length of x - V W x.

    Parameters
    ----------
    X : (n, d) array
        One row a point, used as it is (do not centre it). Whole numbers or floats.
    W : (m, d) array
        The encoder.
    V : (d, m) array
        The decoder. It need not be the transpose of `W`.

    Returns
    -------
    gradient_W : (m, d) array of floats
        The partial derivative of L with respect to each entry of `W`.
    gradient_V : (d, m) array of floats
        The partial derivative of L with respect to each entry of `V`.

    Examples
    --------
    >>> linear_autoencoder_gradients(np.array([[2.0]]), W=np.array([[3.0]]), V=np.array([[0.5]]))
    (array([[2.]]), array([[12.]]))
    """
    X, W, V = (np.asarray(array, dtype=float) for array in (X, W, V))
    Z = X @ W.T  # (n, m)
    # ∂L/∂x̃_i = (2/n) (x̃_i − x_i), one row a point: (n, d)
    slopes = 2 / len(X) * (Z @ V.T - X)
    # x̃ = V z: ∂L/∂V = Σ_i (∂L/∂x̃_i) z_iᵀ.   z = W x: ∂L/∂z_i = Vᵀ ∂L/∂x̃_i and ∂L/∂W = Σ_i (∂L/∂z_i) x_iᵀ
    return (slopes @ V).T @ X, slopes.T @ Z


def train_linear_autoencoder(
    X: np.ndarray, m: int, steps: int, rate: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Train a linear autoencoder with a code of `m` numbers by gradient descent on all points together.

    Parameters
    ----------
    X : (n, d) array
        One row a point, used as it is (do not centre or scale it). Must not be changed.
    m : int, at least 1
        How many numbers a code has.
    steps : int, 0 or more
        How many gradient steps are made, exactly.
    rate : float
        The length of a step: from both `W` and `V` subtract `rate` times the gradient. Both gradients are
        taken at the old `W` and `V`, before either is changed.
    rng : np.random.Generator
        The only source of chance. At the start all entries of `W` and `V` are drawn from it, independently, from the
        normal distribution with mean 0 and standard deviation 0.1. Nothing else is left to chance.

    Returns
    -------
    W : (m, d) array of floats
        The encoder after the last step.
    V : (d, m) array of floats
        The decoder after the last step.
    losses : (steps + 1,) array of floats
        `losses[t]` is the loss L(W, V) after `t` steps, so that `losses[0]` is the loss of the start. The loss is the mean over
        points, as in `reconstruction_loss`.

    Notes
    -----
    A generator in the same state gives the same result, so `steps=3` and `steps=4` with equal generators are two moments of
    one training. It does not matter in which order you draw.
    """
    X = np.asarray(X, dtype=float)
    W, V = rng.normal(scale=0.1, size=(m, X.shape[1])), rng.normal(scale=0.1, size=(X.shape[1], m))
    losses = [reconstruction_loss(X, X @ W.T @ V.T)]
    for _ in range(steps):
        gradient_W, gradient_V = linear_autoencoder_gradients(X, W, V)
        W, V = W - rate * gradient_W, V - rate * gradient_V
        losses.append(reconstruction_loss(X, X @ W.T @ V.T))
    return W, V, np.array(losses)


def same_subspace(U: np.ndarray, V: np.ndarray) -> bool:
    """Whether the columns of `U` and the columns of `V` span the same subspace.

    Parameters
    ----------
    U : (d, p) array
        p vectors, one a column, p at least 1.
    V : (d, q) array
        q vectors, one a column, q at least 1. p and q may differ, and be larger than d.

    Returns
    -------
    bool
        True if every column of `U` is a linear combination of the columns of `V`, and the other way round.

    Notes
    -----
    The columns may have any length, be oblique to each other, be zero, or depend on each other: then they span less than their
    number says. Trained weights are never exact, so decide with a tolerance and relative to the size of each matrix. In
    the checks, angles and relative singular values that are meant to be zero are below 1e-9, all others are above 0.05.

    Examples
    --------
    >>> U = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    >>> same_subspace(U, np.array([[3.0, 1.0], [1.0, -2.0], [0.0, 0.0]]))
    True
    >>> same_subspace(U, np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]]))
    False
    """
    bases = []
    for A in (U, V):
        left, singular, _ = np.linalg.svd(np.asarray(A, dtype=float), full_matrices=False)
        bases.append(left[:, singular > 1e-5 * singular[0]])  # orthonormal, (d, rank); no column for a matrix of zeros
    P, Q = bases
    # Equal dimension, and nothing of one space sticks out of the other (its sines, which are exact for small angles).
    return P.shape[1] == Q.shape[1] and bool(np.linalg.norm(Q - P @ (P.T @ Q)) < 1e-5)


def corrupt(X: np.ndarray, rate: float, rng: np.random.Generator) -> np.ndarray:
    """Masking noise: each number of `X` is wiped out with probability `rate`, all independently of each other.

    Parameters
    ----------
    X : (n, d) array
        One row a point. Whole numbers or floats. Must not be changed.
    rate : float between 0 and 1, both included
        The probability that a number is replaced by 0.
    rng : np.random.Generator
        The only source of chance: draw from it, and from nothing else.

    Returns
    -------
    (n, d) array
        A new array. Each entry is 0 with probability `rate`, and otherwise exactly the entry of `X`.

    Notes
    -----
    How many entries of a row are wiped out is left to chance as well. A generator in the same state gives the same mask; each
    call draws anew and so moves the generator on.
    """
    X = np.asarray(X)
    wiped = rng.random(X.shape) < rate  # random() < 1 always, and never < 0
    return np.where(wiped, 0, X)
