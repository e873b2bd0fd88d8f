"""Representation learning: reference answers for the assignment `representations`.

What a code is worth: a linear probe and its label efficiency; masking, the cooked-up task; finetuning with some layers
frozen; the participation ratio. Sources: I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning", MIT Press 2016, chapters 6
and 15; K. He and others, "Masked autoencoders are scalable vision learners", CVPR 2022; P. Gao and others, "A theory of
multineuronal dimensionality, dynamics and measurement", bioRxiv 2017. The docstrings are what students read.
"""

import numpy as np


def linear_probe(Z: np.ndarray, y: np.ndarray, k: int, l2: float) -> tuple[np.ndarray, np.ndarray]:
    """Fit a linear probe: scores W z + b, one for each of `k` classes, by ridge regression on one-hot targets.

    Parameters
    ----------
    Z : (n, m) array
        One row a code. Whole numbers or floats.
    y : (n,) array of integers 0..k-1
        The label of each code. Some of the `k` classes may not occur in it.
    k : int, at least 1
        The number of classes.
    l2 : float, above 0
        How strongly large weights are punished.

    Returns
    -------
    W : (k, m) array of floats
        The weights, one row a class.
    b : (k,) array of floats
        The biases, one a class.

    Notes
    -----
    The scores of all codes are `Z @ W.T + b`, one row a code. `W` and `b` make the sum, over all points and classes, of
    (score - target)² plus `l2` times the sum of all squared entries of `W` as small as possible. The target is 1 for the
    point's own class and 0 for the others. The sum is not divided by n, and `b` is not punished. For `l2` above 0 there is
    exactly one such pair.
    Answers within a relative 1e-6 of it are right.

    Examples
    --------
    >>> W, b = linear_probe(np.array([[-1.0], [1.0]]), np.array([0, 1]), k=2, l2=2.0)
    >>> W, b
    (array([[-0.25],
           [ 0.25]]), array([0.5, 0.5]))
    """
    Z, targets = np.asarray(Z, dtype=float), np.eye(k)[np.asarray(y)]  # (n, m), (n, k)
    mean = Z.mean(axis=0)
    C = Z - mean  # for any W the best b is mean(target) − W mean(z): it takes the means out of the problem
    # (CᵀC + l2 I) Wᵀ = Cᵀ T
    W = np.linalg.solve(C.T @ C + l2 * np.eye(Z.shape[1]), C.T @ targets).T
    return W, targets.mean(axis=0) - W @ mean


def label_efficiency(
    Z_train: np.ndarray,
    y_train: np.ndarray,
    Z_test: np.ndarray,
    y_test: np.ndarray,
    per_class: int,
    rng: np.random.Generator,
) -> float:
    """The test accuracy of a linear probe that was given only `per_class` labels of each class, chosen by lot.

    Parameters
    ----------
    Z_train : (n, m) array
        Codes whose labels could be asked for. Must not be changed.
    y_train : (n,) array of integers 0..k-1
        Their labels, in any order; each of the k classes occurs at least `per_class` times. `k` is one more than the largest.
    Z_test : (n_test, m) array
        Codes to be judged on.
    y_test : (n_test,) array of integers 0..k-1
        Their labels.
    per_class : int, at least 1
        How many labels of each class the probe is given.
    rng : np.random.Generator
        The only source of chance: draw from it, and from nothing else.

    Returns
    -------
    float
        The share of the test codes, 0 to 1, whose largest score belongs to their own class.

    Notes
    -----
    From each class `per_class` different training rows are drawn; all sets of that size are equally likely. The probe is
    `linear_probe` of Question 1 with `l2 = 1`, fitted on the drawn rows alone, on the codes as they are (no rescaling).
    A generator in the same state gives the same accuracy; each call draws anew and so moves the generator on.

    Examples
    --------
    >>> Z, y = np.array([[4.0], [0.0]]), np.array([1, 0])
    >>> label_efficiency(Z, y, np.array([[-1.0], [1.0], [3.0], [1.5]]), np.array([0, 0, 1, 1]), 1, np.random.default_rng(0))
    0.75
    """
    y_train, k = np.asarray(y_train), int(np.max(y_train)) + 1
    drawn = [rng.choice(np.flatnonzero(y_train == c), size=per_class, replace=False) for c in range(k)]
    rows = np.concatenate(drawn)  # (k · per_class,)
    W, b = linear_probe(np.asarray(Z_train)[rows], y_train[rows], k, 1.0)
    guessed = np.argmax(np.asarray(Z_test) @ W.T + b, axis=1)
    return float(np.mean(guessed == np.asarray(y_test)))


def mask_patches(
    images: np.ndarray, patch: int, ratio: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Hide a share of the square patches of each image, chosen by lot.

    Parameters
    ----------
    images : (n, h, w) array
        Grey images; whole numbers or floats. Must not be changed.
    patch : int
        The side of a patch in pixels. It divides `h` and `w`.
    ratio : float, 0 to 1
        The share of patches to hide.
    rng : np.random.Generator
        The only source of chance: draw from it, and from nothing else.

    Returns
    -------
    masked : (n, h, w) array of floats
        The images, with 0 in all hidden pixels.
    mask : (n, h, w) array of bool
        True where a pixel is hidden.

    Notes
    -----
    The grid of patches starts at the top left corner: `h // patch` rows of `w // patch` patches, P in all. In each image the
    number of hidden patches is `ratio * P`, rounded to the nearest whole number (never half-way in the checks). All sets of
    that many patches are equally likely, in each image anew.
    A generator in the same state gives the same mask; each call draws anew and so moves the generator on.

    Examples
    --------
    >>> masked, mask = mask_patches(np.ones((1, 4, 4)), 2, 0.75, np.random.default_rng(0))
    >>> masked.sum(), mask.sum(), mask.dtype
    (np.float64(4.0), np.int64(12), dtype('bool'))
    """
    images = np.asarray(images, dtype=float)
    n, h, w = images.shape
    grid = (h // patch, w // patch)
    patches = grid[0] * grid[1]
    ranks = rng.permuted(np.tile(np.arange(patches), (n, 1)), axis=1)  # (n, P), each row shuffled by itself
    hidden = (ranks < round(ratio * patches)).reshape(n, *grid)
    mask = hidden.repeat(patch, axis=1).repeat(patch, axis=2)
    return np.where(mask, 0.0, images), mask


def freeze_mask(layers: list[str], frozen: list[str]) -> list[bool]:
    """Which parameter arrays of a network may change in finetuning, when some layers are frozen.

    Parameters
    ----------
    layers : list of str
        The names of the layers, from the input to the output, all different. Each has two parameter arrays: weights W, then
        biases b.
    frozen : list of str
        The names of the layers to freeze, in any order; may be empty.

    Returns
    -------
    list of bool, two for each layer
        In the order W, b of the first layer, W, b of the second, ...: False for the arrays of a frozen layer, True for all others.

    Raises
    ------
    ValueError
        If a name in `frozen` is not exactly the name of a layer.

    Examples
    --------
    >>> freeze_mask(["eye", "head"], ["eye"])
    [False, False, True, True]
    """
    unknown = set(frozen) - set(layers)
    if unknown:
        raise ValueError(f"no such layer: {', '.join(sorted(unknown))}; the layers are {', '.join(layers)}")
    return [name not in frozen for name in layers for _ in ("W", "b")]


def finetune(
    params: list[np.ndarray], X: np.ndarray, y: np.ndarray, mask: list[bool], rate: float, steps: int
) -> list[np.ndarray]:
    """Go on training a pretrained network on a new task, by `steps` steps of gradient descent; only what `mask` allows may change.

    Parameters
    ----------
    params : list of arrays [W, b, W, b, ...], from the input layer to the output layer
        The pretrained network. `W` of a layer is (outputs, inputs), its `b` is (outputs,); the last layer has k outputs.
        Whole numbers or floats. Must not be changed.
    X : (n, d) array
        The points of the new task.
    y : (n,) array of integers 0..k-1
        Their labels.
    mask : list of bool, as long as `params`
        True where an array is trained; arrays with False keep their numbers exactly.
    rate : float, above 0
        The step length.
    steps : int, at least 0
        The number of steps; each uses all n points.

    Returns
    -------
    list of arrays
        The new network, in the same order and the same shapes, floats.

    Notes
    -----
    Each layer turns a vector a into W a + b. All layers but the last then apply `np.tanh`; the last gives k scores, which the softmax
    turns into probabilities. The loss is the mean over the points of the negative logarithm of the probability of the
    right class. One step takes `rate` times the gradient of the loss from every trained array, all gradients being computed
    before anything changes. Scores can be as large as 1000.
    Answers within 1e-6 are right.

    Examples
    --------
    >>> W, b = finetune([np.zeros((2, 1)), np.zeros(2)], np.array([[3.0], [1.0]]), np.array([1, 1]), [True, True], 0.5, 1)
    >>> W, b
    (array([[-0.5],
           [ 0.5]]), array([-0.25,  0.25]))
    """
    params, depth = [np.array(p, dtype=float) for p in params], len(params) // 2
    targets = np.eye(len(params[-1]))[np.asarray(y)]  # (n, k)
    for _ in range(steps):
        inputs = [np.asarray(X, dtype=float)]  # of every layer; tanh after all but the last
        for W, b in zip(params[:-2:2], params[1:-2:2], strict=True):
            inputs.append(np.tanh(inputs[-1] @ W.T + b))
        scores = inputs[-1] @ params[-2].T + params[-1]
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))  # the largest is exp(0): no overflow
        # ∂loss/∂scores = (probabilities − targets) / n
        delta = (powers / powers.sum(axis=1, keepdims=True) - targets) / len(targets)
        gradients = []  # from the last layer to the first
        for layer in reversed(range(depth)):
            gradients = [delta.T @ inputs[layer], delta.sum(axis=0), *gradients]
            # a frozen layer passes the gradient on: tanh' = 1 − tanh²
            delta = (delta @ params[2 * layer]) * (1 - inputs[layer] ** 2)
        params = [p - rate * g if train else p for p, g, train in zip(params, gradients, mask, strict=True)]
    return params


def participation_ratio(Z: np.ndarray) -> float:
    """In how many directions do the codes vary? The participation ratio (Σλ)² / Σλ².

    Parameters
    ----------
    Z : (n, m) array
        One row a code, n at least 1. Whole numbers or floats.

    Returns
    -------
    float
        (Σλ)² / Σλ², where the λ are the m eigenvalues of the covariance matrix of the codes: between 1 and m.
        If all codes are equal, nothing varies, and the answer is 0.

    Notes
    -----
    Whether the covariance divides by n or by n - 1 does not matter (why?). Answers within a relative 1e-6 are right.

    Examples
    --------
    >>> participation_ratio(np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]]))
    2.0
    """
    Z = np.asarray(Z, dtype=float)
    C = Z - Z[0]  # exactly 0 where all codes are equal; the mean of equal floats need not be
    C = C - C.mean(axis=0)
    size = np.abs(C).max()
    if size == 0:
        return 0.0
    C = C / size  # scale cancels in the ratio; squares of squares could overflow
    S = C.T @ C if C.shape[1] <= C.shape[0] else C @ C.T  # both have the same non-zero eigenvalues
    # Σλ = tr S and Σλ² = ‖S‖_F²: no eigenvalue is needed
    return float(np.trace(S) ** 2 / np.sum(S**2))
