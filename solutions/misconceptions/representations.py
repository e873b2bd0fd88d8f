"""What students really write in the assignment `representations`, and the hint that helps each of them see it."""

import numpy as np

from solutions.variants import misconception

# ---------------------------------------------------------------------------------------------- q1


@misconception(
    "q1",
    "punishes the bias too",
    hint="Add 100 to every code. Nothing about the classes has changed, so W should not change either; does yours?",
)
def linear_probe(Z, y, k, l2):
    A = np.hstack([Z, np.ones((len(Z), 1))])
    both = np.linalg.solve(A.T @ A + l2 * np.eye(A.shape[1]), A.T @ np.eye(k)[y])
    return both[:-1].T, both[-1]


@misconception(
    "q1",
    "fits no bias",
    hint="Your line of best fit must pass through the origin. With codes at 4 and 6, what does it say half-way, at 5?",
)
def linear_probe(Z, y, k, l2):
    W = np.linalg.solve(Z.T @ Z + l2 * np.eye(Z.shape[1]), Z.T @ np.eye(k)[y])
    return W.T, np.zeros(k)


@misconception(
    "q1",
    "centres the codes and forgets it in the bias",
    hint="W is right. Your b belongs to codes whose mean was taken away; the caller's codes still have theirs.",
)
def linear_probe(Z, y, k, l2):
    C, T = Z - Z.mean(axis=0), np.eye(k)[y]
    return np.linalg.solve(C.T @ C + l2 * np.eye(Z.shape[1]), C.T @ T).T, T.mean(axis=0)


@misconception(
    "q1",
    "divides the squared errors by n",
    hint="The docstring says that the sum is not divided by n. With a mean in place of the sum, l2 weighs n times as much.",
)
def linear_probe(Z, y, k, l2):
    n, mean, T = len(Z), Z.mean(axis=0), np.eye(k)[y]
    C = Z - mean
    W = np.linalg.solve(C.T @ C / n + l2 * np.eye(Z.shape[1]), C.T @ T / n)
    return W.T, T.mean(axis=0) - mean @ W


@misconception(
    "q1",
    "ignores l2",
    hint="Try l2 = 0.1 and l2 = 1000: a strong punishment should leave hardly any weights. Does your answer depend on l2?",
)
def linear_probe(Z, y, k, l2):
    mean, T = Z.mean(axis=0), np.eye(k)[y]
    W = np.linalg.lstsq(Z - mean, T, rcond=None)[0]
    return W.T, T.mean(axis=0) - mean @ W


@misconception(
    "q1",
    "punishes with l2 squared",
    hint="Rows that are added below the table are squared like all others. Which number, squared, gives l2?",
)
def linear_probe(Z, y, k, l2):
    mean, T, m = Z.mean(axis=0), np.eye(k)[y], Z.shape[1]
    W = np.linalg.lstsq(np.vstack([Z - mean, l2 * np.eye(m)]), np.vstack([T, np.zeros((m, k))]), rcond=None)[0]
    return W.T, T.mean(axis=0) - mean @ W


@misconception(
    "q1",
    "fits the class numbers, not one-hot targets",
    hint="You ask one line to say 0, 1, 2, as if class 2 were twice class 1. Labels are names: give each class a target of its own.",
)
def linear_probe(Z, y, k, l2):
    mean, C = Z.mean(axis=0), Z - Z.mean(axis=0)
    w = np.linalg.solve(C.T @ C + l2 * np.eye(Z.shape[1]), C.T @ y)
    return np.repeat(w[None], k, axis=0), np.full(k, y.mean() - mean @ w)


@misconception(
    "q1",
    "uses targets of minus and plus one",
    hint="Your targets are -1 and 1. The docstring asks for 0 and 1: look at the size of your weights.",
)
def linear_probe(Z, y, k, l2):
    mean, T = Z.mean(axis=0), 2 * np.eye(k)[y] - 1
    C = Z - mean
    W = np.linalg.solve(C.T @ C + l2 * np.eye(Z.shape[1]), C.T @ T)
    return W.T, T.mean(axis=0) - mean @ W


@misconception(
    "q1",
    "makes rows only for the classes that occur",
    hint="With k = 3 and labels 0 and 1 only W must still have three rows. Who tells you k: the labels, or the argument?",
)
def linear_probe(Z, y, k, l2):
    names = np.unique(y)
    mean, T = Z.mean(axis=0), (y[:, None] == names).astype(float)
    C = Z - mean
    W = np.linalg.solve(C.T @ C + l2 * np.eye(Z.shape[1]), C.T @ T)
    return W.T, T.mean(axis=0) - mean @ W


@misconception(
    "q1",
    "returns the weights with one column a class",
    hint="Can one compute Z @ W.T + b with what you return? Look at the shapes in the docstring.",
)
def linear_probe(Z, y, k, l2):
    mean, T = Z.mean(axis=0), np.eye(k)[y]
    C = Z - mean
    W = np.linalg.solve(C.T @ C + l2 * np.eye(Z.shape[1]), C.T @ T)
    return W, T.mean(axis=0) - mean @ W


@misconception(
    "q1",
    "standardises the codes first",
    hint="Your weights belong to codes divided by their spread. The caller will multiply them with the codes as they are.",
)
def linear_probe(Z, y, k, l2):
    spread = Z.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    mean, T = Z.mean(axis=0), np.eye(k)[y]
    C = (Z - mean) / spread
    W = np.linalg.solve(C.T @ C + l2 * np.eye(Z.shape[1]), C.T @ T)
    return W.T, T.mean(axis=0) - (mean / spread) @ W


# ---------------------------------------------------------------------------------------------- q2


@misconception(
    "q2",
    "draws with replacement",
    hint="Ask for as many labels as a class has. Is every one of its rows used once, or are some used twice and others never?",
)
def label_efficiency(Z_train, y_train, Z_test, y_test, per_class, rng):
    k = y_train.max() + 1
    rows = np.concatenate([rng.choice(np.flatnonzero(y_train == c), size=per_class) for c in range(k)])
    W, b = linear_probe(Z_train[rows], y_train[rows], k, 1.0)
    return np.mean(np.argmax(Z_test @ W.T + b, axis=1) == y_test)


@misconception(
    "q2",
    "draws from all rows together, not from each class",
    hint="Count how many labels of each class you have drawn. If one class is rare, does it get its share?",
)
def label_efficiency(Z_train, y_train, Z_test, y_test, per_class, rng):
    k = y_train.max() + 1
    rows = rng.choice(len(y_train), size=per_class * k, replace=False)
    W, b = linear_probe(Z_train[rows], y_train[rows], k, 1.0)
    return np.mean(np.argmax(Z_test @ W.T + b, axis=1) == y_test)


@misconception(
    "q2",
    "takes the first rows of each class",
    hint="Call it twice with one generator. If the answer never changes, where does rng come in?",
)
def label_efficiency(Z_train, y_train, Z_test, y_test, per_class, rng):
    k = y_train.max() + 1
    rows = np.concatenate([np.flatnonzero(y_train == c)[:per_class] for c in range(k)])
    W, b = linear_probe(Z_train[rows], y_train[rows], k, 1.0)
    return np.mean(np.argmax(Z_test @ W.T + b, axis=1) == y_test)


@misconception(
    "q2",
    "trains on all labels",
    hint="The point is to see how far few labels carry. Which rows does your probe see when per_class is 1?",
)
def label_efficiency(Z_train, y_train, Z_test, y_test, per_class, rng):
    k = y_train.max() + 1
    W, b = linear_probe(Z_train, y_train, k, 1.0)
    return np.mean(np.argmax(Z_test @ W.T + b, axis=1) == y_test)


@misconception(
    "q2",
    "draws per_class rows in all",
    hint="With per_class = 1 and two classes the probe needs two rows. How many do you hand to it?",
)
def label_efficiency(Z_train, y_train, Z_test, y_test, per_class, rng):
    k = y_train.max() + 1
    rows = rng.choice(len(y_train), size=per_class, replace=False)
    W, b = linear_probe(Z_train[rows], y_train[rows], k, 1.0)
    return np.mean(np.argmax(Z_test @ W.T + b, axis=1) == y_test)


@misconception(
    "q2",
    "measures on the training rows",
    hint="You judge the probe on rows that it has learned from. What are Z_test and y_test for?",
)
def label_efficiency(Z_train, y_train, Z_test, y_test, per_class, rng):
    k = y_train.max() + 1
    rows = np.concatenate(
        [rng.choice(np.flatnonzero(y_train == c), size=per_class, replace=False) for c in range(k)]
    )
    W, b = linear_probe(Z_train[rows], y_train[rows], k, 1.0)
    return np.mean(np.argmax(Z_train[rows] @ W.T + b, axis=1) == y_train[rows])


@misconception(
    "q2",
    "returns the share of errors",
    hint="A perfect probe should score 1. What does yours score?",
)
def label_efficiency(Z_train, y_train, Z_test, y_test, per_class, rng):
    k = y_train.max() + 1
    rows = np.concatenate(
        [rng.choice(np.flatnonzero(y_train == c), size=per_class, replace=False) for c in range(k)]
    )
    W, b = linear_probe(Z_train[rows], y_train[rows], k, 1.0)
    return np.mean(np.argmax(Z_test @ W.T + b, axis=1) != y_test)


@misconception(
    "q2",
    "counts, and does not divide",
    hint="Your answer grows with the number of test codes. A share lies between 0 and 1.",
)
def label_efficiency(Z_train, y_train, Z_test, y_test, per_class, rng):
    k = y_train.max() + 1
    rows = np.concatenate(
        [rng.choice(np.flatnonzero(y_train == c), size=per_class, replace=False) for c in range(k)]
    )
    W, b = linear_probe(Z_train[rows], y_train[rows], k, 1.0)
    return np.sum(np.argmax(Z_test @ W.T + b, axis=1) == y_test)


@misconception(
    "q2",
    "forgets the bias when it predicts",
    hint="The scores are W z + b. Move all codes far from the origin: what does the probe say without b?",
)
def label_efficiency(Z_train, y_train, Z_test, y_test, per_class, rng):
    k = y_train.max() + 1
    rows = np.concatenate(
        [rng.choice(np.flatnonzero(y_train == c), size=per_class, replace=False) for c in range(k)]
    )
    W, _ = linear_probe(Z_train[rows], y_train[rows], k, 1.0)
    return np.mean(np.argmax(Z_test @ W.T, axis=1) == y_test)


@misconception(
    "q2",
    "brings its own generator",
    hint="You made a new generator with a fixed seed: every call draws the same rows. The caller gave you one, rng.",
)
def label_efficiency(Z_train, y_train, Z_test, y_test, per_class, rng):
    rng = np.random.default_rng(0)
    k = y_train.max() + 1
    rows = np.concatenate(
        [rng.choice(np.flatnonzero(y_train == c), size=per_class, replace=False) for c in range(k)]
    )
    W, b = linear_probe(Z_train[rows], y_train[rows], k, 1.0)
    return np.mean(np.argmax(Z_test @ W.T + b, axis=1) == y_test)


@misconception(
    "q2",
    "centres training and test codes each by their own mean",
    hint="Judge one test code alone: after taking away its own mean nothing is left of it. No statistics of the test set may be used.",
)
def label_efficiency(Z_train, y_train, Z_test, y_test, per_class, rng):
    k = y_train.max() + 1
    rows = np.concatenate(
        [rng.choice(np.flatnonzero(y_train == c), size=per_class, replace=False) for c in range(k)]
    )
    W, b = linear_probe(Z_train[rows] - Z_train[rows].mean(axis=0), y_train[rows], k, 1.0)
    return np.mean(np.argmax((Z_test - Z_test.mean(axis=0)) @ W.T + b, axis=1) == y_test)


# ---------------------------------------------------------------------------------------------- q3


@misconception(
    "q3",
    "hides the same patches in all images",
    hint="Look at the masks of two images of one call. The docstring says: in each image anew.",
)
def mask_patches(images, patch, ratio, rng):
    images = np.asarray(images, dtype=float)
    n, h, w = images.shape
    rows, cols = h // patch, w // patch
    hidden = (rng.permutation(rows * cols) < round(ratio * rows * cols)).reshape(rows, cols)
    mask = np.repeat(np.kron(hidden, np.ones((patch, patch))).astype(bool)[None], n, axis=0)
    return np.where(mask, 0.0, images), mask


@misconception(
    "q3",
    "tosses a coin for each patch",
    hint="Count the hidden patches in many images: the number wobbles. It should be the same in every image.",
)
def mask_patches(images, patch, ratio, rng):
    images = np.asarray(images, dtype=float)
    n, h, w = images.shape
    hidden = rng.random((n, h // patch, w // patch)) < ratio
    mask = hidden.repeat(patch, axis=1).repeat(patch, axis=2)
    return np.where(mask, 0.0, images), mask


@misconception(
    "q3",
    "hides single pixels, not patches",
    hint="Look at one mask: are its holes squares of patch by patch pixels? Single pixels are too easy to guess from their neighbours.",
)
def mask_patches(images, patch, ratio, rng):
    images = np.asarray(images, dtype=float)
    n, h, w = images.shape
    count = round(ratio * (h // patch) * (w // patch)) * patch**2
    ranks = rng.permuted(np.tile(np.arange(h * w), (n, 1)), axis=1)
    mask = (ranks < count).reshape(n, h, w)
    return np.where(mask, 0.0, images), mask


@misconception(
    "q3",
    "takes the ratio for the share that stays visible",
    hint="With ratio = 1 nothing should be left to see. What do you show?",
)
def mask_patches(images, patch, ratio, rng):
    images = np.asarray(images, dtype=float)
    n, h, w = images.shape
    rows, cols = h // patch, w // patch
    ranks = rng.permuted(np.tile(np.arange(rows * cols), (n, 1)), axis=1)
    hidden = (ranks >= round(ratio * rows * cols)).reshape(n, rows, cols)
    mask = hidden.repeat(patch, axis=1).repeat(patch, axis=2)
    return np.where(mask, 0.0, images), mask


@misconception(
    "q3",
    "returns True where a pixel is visible",
    hint="Compare your mask with the hidden pixels: is it True where the zeros are, or everywhere else?",
)
def mask_patches(images, patch, ratio, rng):
    images = np.asarray(images, dtype=float)
    n, h, w = images.shape
    rows, cols = h // patch, w // patch
    ranks = rng.permuted(np.tile(np.arange(rows * cols), (n, 1)), axis=1)
    hidden = (ranks < round(ratio * rows * cols)).reshape(n, rows, cols)
    mask = hidden.repeat(patch, axis=1).repeat(patch, axis=2)
    return np.where(mask, 0.0, images), ~mask


@misconception(
    "q3",
    "cuts off the decimals in place of rounding",
    hint="int(4.8) is 4. Which whole number is nearest to 4.8?",
)
def mask_patches(images, patch, ratio, rng):
    images = np.asarray(images, dtype=float)
    n, h, w = images.shape
    rows, cols = h // patch, w // patch
    ranks = rng.permuted(np.tile(np.arange(rows * cols), (n, 1)), axis=1)
    hidden = (ranks < int(ratio * rows * cols)).reshape(n, rows, cols)
    mask = hidden.repeat(patch, axis=1).repeat(patch, axis=2)
    return np.where(mask, 0.0, images), mask


@misconception(
    "q3",
    "hides the first patches",
    hint="Your holes are always at the top. Chance comes from rng: where do you draw from it?",
)
def mask_patches(images, patch, ratio, rng):
    images = np.asarray(images, dtype=float)
    n, h, w = images.shape
    rows, cols = h // patch, w // patch
    hidden = np.tile((np.arange(rows * cols) < round(ratio * rows * cols)).reshape(rows, cols), (n, 1, 1))
    mask = hidden.repeat(patch, axis=1).repeat(patch, axis=2)
    return np.where(mask, 0.0, images), mask


@misconception(
    "q3",
    "exchanges rows and columns of the grid",
    hint="Try an image that is not square. A picture of shape (h, w) has h // patch rows of patches; how many have you?",
)
def mask_patches(images, patch, ratio, rng):
    images = np.asarray(images, dtype=float)
    n, h, w = images.shape
    rows, cols = w // patch, h // patch
    ranks = rng.permuted(np.tile(np.arange(rows * cols), (n, 1)), axis=1)
    hidden = (ranks < round(ratio * rows * cols)).reshape(n, rows, cols)
    mask = hidden.repeat(patch, axis=1).repeat(patch, axis=2).reshape(n, h, w)
    return np.where(mask, 0.0, images), mask


@misconception(
    "q3",
    "draws patches with replacement",
    hint="Count the hidden patches in many images: sometimes there are too few. One patch was drawn twice.",
)
def mask_patches(images, patch, ratio, rng):
    images = np.asarray(images, dtype=float)
    n, h, w = images.shape
    rows, cols = h // patch, w // patch
    hidden = np.zeros((n, rows * cols), dtype=bool)
    for i in range(n):
        hidden[i, rng.integers(rows * cols, size=round(ratio * rows * cols))] = True
    mask = hidden.reshape(n, rows, cols).repeat(patch, axis=1).repeat(patch, axis=2)
    return np.where(mask, 0.0, images), mask


@misconception(
    "q3",
    "puts patches anywhere, not on the grid",
    hint="Your squares may overlap, so that fewer pixels are hidden than asked for. The grid of patches starts at the top left corner.",
)
def mask_patches(images, patch, ratio, rng):
    images = np.asarray(images, dtype=float)
    n, h, w = images.shape
    mask = np.zeros((n, h, w), dtype=bool)
    for i in range(n):
        for _ in range(round(ratio * (h // patch) * (w // patch))):
            top, left = rng.integers(h - patch + 1), rng.integers(w - patch + 1)
            mask[i, top : top + patch, left : left + patch] = True
    return np.where(mask, 0.0, images), mask


@misconception(
    "q3",
    "returns the images as they were",
    hint="The first thing you return still shows every pixel. What should a hidden pixel hold?",
)
def mask_patches(images, patch, ratio, rng):
    images = np.asarray(images, dtype=float)
    n, h, w = images.shape
    rows, cols = h // patch, w // patch
    ranks = rng.permuted(np.tile(np.arange(rows * cols), (n, 1)), axis=1)
    hidden = (ranks < round(ratio * rows * cols)).reshape(n, rows, cols)
    return images, hidden.repeat(patch, axis=1).repeat(patch, axis=2)


@misconception(
    "q3",
    "hides a run of neighbouring patches from a random start",
    hint="Only neighbours in reading order are ever hidden together. Can your function hide the first and the third of four patches?",
)
def mask_patches(images, patch, ratio, rng):
    images = np.asarray(images, dtype=float)
    n, h, w = images.shape
    rows, cols = h // patch, w // patch
    start = rng.integers(rows * cols, size=(n, 1))
    hidden = (np.arange(rows * cols) + start) % (rows * cols) < round(ratio * rows * cols)
    mask = hidden.reshape(n, rows, cols).repeat(patch, axis=1).repeat(patch, axis=2)
    return np.where(mask, 0.0, images), mask


# ---------------------------------------------------------------------------------------------- q4


@misconception(
    "q4",
    "says True for what is frozen",
    hint="True means: may change. Freeze nothing at all; what should the list hold?",
)
def freeze_mask(layers, frozen):
    if set(frozen) - set(layers):
        raise ValueError("no such layer")
    return [name in frozen for name in layers for _ in range(2)]


@misconception(
    "q4",
    "gives one answer for each layer",
    hint="A layer has two parameter arrays. How long must the list be for three layers?",
)
def freeze_mask(layers, frozen):
    if set(frozen) - set(layers):
        raise ValueError("no such layer")
    return [name not in frozen for name in layers]


@misconception(
    "q4",
    "freezes the weights and not the biases",
    hint="A frozen layer must compute what it computed before. What happens if its bias moves?",
)
def freeze_mask(layers, frozen):
    if set(frozen) - set(layers):
        raise ValueError("no such layer")
    return [flag for name in layers for flag in (name not in frozen, True)]


@misconception(
    "q4",
    "lists all weights first, then all biases",
    hint="The order is W, b of the first layer, then W, b of the second. Freeze only the first of two layers and look.",
)
def freeze_mask(layers, frozen):
    if set(frozen) - set(layers):
        raise ValueError("no such layer")
    return [name not in frozen for name in layers] * 2


@misconception(
    "q4",
    "looks for the name inside other names",
    hint="Freeze block1 in a network that also has block10. Is 'block1' in 'block10'?",
)
def freeze_mask(layers, frozen):
    if set(frozen) - set(layers):
        raise ValueError("no such layer")
    return [not any(word in name for word in frozen) for name in layers for _ in range(2)]


@misconception(
    "q4",
    "freezes everything up to the named layer",
    hint="Freeze only the middle one of three layers. Did somebody ask for the first to be frozen as well?",
)
def freeze_mask(layers, frozen):
    if set(frozen) - set(layers):
        raise ValueError("no such layer")
    last = max((layers.index(name) for name in frozen), default=-1)
    return [i > last for i in range(len(layers)) for _ in range(2)]


@misconception(
    "q4",
    "lets a misspelt name pass",
    hint="Freeze 'haed' in a network with a layer 'head'. Your function is silent, nothing is frozen, and the mistake costs a night of computing.",
)
def freeze_mask(layers, frozen):
    return [name not in frozen for name in layers for _ in range(2)]


@misconception(
    "q4",
    "freezes as many layers as there are names, from the front",
    hint="You use how many names there are, not which. Freeze only the last layer and look at the list.",
)
def freeze_mask(layers, frozen):
    if set(frozen) - set(layers):
        raise ValueError("no such layer")
    return [i >= len(set(frozen)) for i in range(len(layers)) for _ in range(2)]


# ---------------------------------------------------------------------------------------------- q5


@misconception(
    "q5",
    "trains everything, whatever the mask says",
    hint="Compare a frozen array before and after. Where in your code is the mask read?",
)
def finetune(params, X, y, mask, rate, steps):
    params, depth = [np.array(p, dtype=float) for p in params], len(params) // 2
    T = np.eye(len(params[-1]))[y]
    for _ in range(steps):
        H = [np.asarray(X, dtype=float)]
        for i in range(depth - 1):
            H.append(np.tanh(H[-1] @ params[2 * i].T + params[2 * i + 1]))
        S = H[-1] @ params[-2].T + params[-1]
        E = np.exp(S - S.max(axis=1, keepdims=True))
        D, grads = (E / E.sum(axis=1, keepdims=True) - T) / len(T), [None] * len(params)
        for i in reversed(range(depth)):
            grads[2 * i], grads[2 * i + 1] = D.T @ H[i], D.sum(axis=0)
            D = D @ params[2 * i] * (1 - H[i] ** 2)
        params = [p - rate * g for p, g in zip(params, grads, strict=True)]
    return params


@misconception(
    "q5",
    "trains what is frozen and freezes the rest",
    hint="True in the mask means: trained. Compare before and after, array by array.",
)
def finetune(params, X, y, mask, rate, steps):
    params, depth = [np.array(p, dtype=float) for p in params], len(params) // 2
    T = np.eye(len(params[-1]))[y]
    for _ in range(steps):
        H = [np.asarray(X, dtype=float)]
        for i in range(depth - 1):
            H.append(np.tanh(H[-1] @ params[2 * i].T + params[2 * i + 1]))
        S = H[-1] @ params[-2].T + params[-1]
        E = np.exp(S - S.max(axis=1, keepdims=True))
        D, grads = (E / E.sum(axis=1, keepdims=True) - T) / len(T), [None] * len(params)
        for i in reversed(range(depth)):
            grads[2 * i], grads[2 * i + 1] = D.T @ H[i], D.sum(axis=0)
            D = D @ params[2 * i] * (1 - H[i] ** 2)
        params = [p if m else p - rate * g for p, g, m in zip(params, grads, mask, strict=True)]
    return params


@misconception(
    "q5",
    "stops the gradient at a frozen layer",
    hint="Freeze only the last layer: the first should still learn. A frozen layer keeps its own numbers, but it passes the blame on.",
)
def finetune(params, X, y, mask, rate, steps):
    params, depth = [np.array(p, dtype=float) for p in params], len(params) // 2
    T = np.eye(len(params[-1]))[y]
    for _ in range(steps):
        H = [np.asarray(X, dtype=float)]
        for i in range(depth - 1):
            H.append(np.tanh(H[-1] @ params[2 * i].T + params[2 * i + 1]))
        S = H[-1] @ params[-2].T + params[-1]
        E = np.exp(S - S.max(axis=1, keepdims=True))
        D, grads = (E / E.sum(axis=1, keepdims=True) - T) / len(T), [0.0] * len(params)
        for i in reversed(range(depth)):
            if not mask[2 * i]:
                break
            grads[2 * i], grads[2 * i + 1] = D.T @ H[i], D.sum(axis=0)
            D = D @ params[2 * i] * (1 - H[i] ** 2)
        params = [p - rate * g if m else p for p, g, m in zip(params, grads, mask, strict=True)]
    return params


@misconception(
    "q5",
    "adds up the loss over the points, without dividing by n",
    hint="Give every point twice: the mean of the loss is the same, so the new network should be. Is yours?",
)
def finetune(params, X, y, mask, rate, steps):
    params, depth = [np.array(p, dtype=float) for p in params], len(params) // 2
    T = np.eye(len(params[-1]))[y]
    for _ in range(steps):
        H = [np.asarray(X, dtype=float)]
        for i in range(depth - 1):
            H.append(np.tanh(H[-1] @ params[2 * i].T + params[2 * i + 1]))
        S = H[-1] @ params[-2].T + params[-1]
        E = np.exp(S - S.max(axis=1, keepdims=True))
        D, grads = E / E.sum(axis=1, keepdims=True) - T, [None] * len(params)
        for i in reversed(range(depth)):
            grads[2 * i], grads[2 * i + 1] = D.T @ H[i], D.sum(axis=0)
            D = D @ params[2 * i] * (1 - H[i] ** 2)
        params = [p - rate * g if m else p for p, g, m in zip(params, grads, mask, strict=True)]
    return params


@misconception(
    "q5",
    "climbs: adds the gradient",
    hint="Print the loss after every step. Does it fall?",
)
def finetune(params, X, y, mask, rate, steps):
    params, depth = [np.array(p, dtype=float) for p in params], len(params) // 2
    T = np.eye(len(params[-1]))[y]
    for _ in range(steps):
        H = [np.asarray(X, dtype=float)]
        for i in range(depth - 1):
            H.append(np.tanh(H[-1] @ params[2 * i].T + params[2 * i + 1]))
        S = H[-1] @ params[-2].T + params[-1]
        E = np.exp(S - S.max(axis=1, keepdims=True))
        D, grads = (E / E.sum(axis=1, keepdims=True) - T) / len(T), [None] * len(params)
        for i in reversed(range(depth)):
            grads[2 * i], grads[2 * i + 1] = D.T @ H[i], D.sum(axis=0)
            D = D @ params[2 * i] * (1 - H[i] ** 2)
        params = [p + rate * g if m else p for p, g, m in zip(params, grads, mask, strict=True)]
    return params


@misconception(
    "q5",
    "uses weights that it has just changed for the gradients below",
    hint="One step from one place: compute all gradients first, then change the arrays. You carry the error back through weights that have moved.",
)
def finetune(params, X, y, mask, rate, steps):
    params, depth = [np.array(p, dtype=float) for p in params], len(params) // 2
    T = np.eye(len(params[-1]))[y]
    for _ in range(steps):
        H = [np.asarray(X, dtype=float)]
        for i in range(depth - 1):
            H.append(np.tanh(H[-1] @ params[2 * i].T + params[2 * i + 1]))
        S = H[-1] @ params[-2].T + params[-1]
        E = np.exp(S - S.max(axis=1, keepdims=True))
        D = (E / E.sum(axis=1, keepdims=True) - T) / len(T)
        for i in reversed(range(depth)):
            if mask[2 * i]:
                params[2 * i] = params[2 * i] - rate * D.T @ H[i]
            if mask[2 * i + 1]:
                params[2 * i + 1] = params[2 * i + 1] - rate * D.sum(axis=0)
            D = D @ params[2 * i] * (1 - H[i] ** 2)
    return params


@misconception(
    "q5",
    "forgets the slope of tanh",
    hint="Check one number of the first layer's gradient by moving one weight a little. The chain rule goes through tanh too: what is its slope?",
)
def finetune(params, X, y, mask, rate, steps):
    params, depth = [np.array(p, dtype=float) for p in params], len(params) // 2
    T = np.eye(len(params[-1]))[y]
    for _ in range(steps):
        H = [np.asarray(X, dtype=float)]
        for i in range(depth - 1):
            H.append(np.tanh(H[-1] @ params[2 * i].T + params[2 * i + 1]))
        S = H[-1] @ params[-2].T + params[-1]
        E = np.exp(S - S.max(axis=1, keepdims=True))
        D, grads = (E / E.sum(axis=1, keepdims=True) - T) / len(T), [None] * len(params)
        for i in reversed(range(depth)):
            grads[2 * i], grads[2 * i + 1] = D.T @ H[i], D.sum(axis=0)
            D = D @ params[2 * i]
        params = [p - rate * g if m else p for p, g, m in zip(params, grads, mask, strict=True)]
    return params


@misconception(
    "q5",
    "applies tanh to the scores as well",
    hint="The last layer gives scores as they are, of any size; only the layers before it bend them with tanh.",
)
def finetune(params, X, y, mask, rate, steps):
    params, depth = [np.array(p, dtype=float) for p in params], len(params) // 2
    T = np.eye(len(params[-1]))[y]
    for _ in range(steps):
        H = [np.asarray(X, dtype=float)]
        for i in range(depth):
            H.append(np.tanh(H[-1] @ params[2 * i].T + params[2 * i + 1]))
        E = np.exp(H[-1])
        D, grads = (E / E.sum(axis=1, keepdims=True) - T) / len(T), [None] * len(params)
        for i in reversed(range(depth)):
            D = D * (1 - H[i + 1] ** 2)
            grads[2 * i], grads[2 * i + 1] = D.T @ H[i], D.sum(axis=0)
            D = D @ params[2 * i]
        params = [p - rate * g if m else p for p, g, m in zip(params, grads, mask, strict=True)]
    return params


@misconception(
    "q5",
    "takes squared errors of the scores",
    hint="Start from zero weights with one layer: which probabilities does the softmax give? Your first gradient belongs to another loss.",
)
def finetune(params, X, y, mask, rate, steps):
    params, depth = [np.array(p, dtype=float) for p in params], len(params) // 2
    T = np.eye(len(params[-1]))[y]
    for _ in range(steps):
        H = [np.asarray(X, dtype=float)]
        for i in range(depth - 1):
            H.append(np.tanh(H[-1] @ params[2 * i].T + params[2 * i + 1]))
        D, grads = (H[-1] @ params[-2].T + params[-1] - T) / len(T), [None] * len(params)
        for i in reversed(range(depth)):
            grads[2 * i], grads[2 * i + 1] = D.T @ H[i], D.sum(axis=0)
            D = D @ params[2 * i] * (1 - H[i] ** 2)
        params = [p - rate * g if m else p for p, g, m in zip(params, grads, mask, strict=True)]
    return params


@misconception(
    "q5",
    "overflows in the softmax",
    hint="np.exp(1000) is infinite. The softmax does not change when all scores of a point are moved by the same amount: which one helps?",
)
def finetune(params, X, y, mask, rate, steps):
    params, depth = [np.array(p, dtype=float) for p in params], len(params) // 2
    T = np.eye(len(params[-1]))[y]
    for _ in range(steps):
        H = [np.asarray(X, dtype=float)]
        for i in range(depth - 1):
            H.append(np.tanh(H[-1] @ params[2 * i].T + params[2 * i + 1]))
        with np.errstate(over="ignore", invalid="ignore"):
            E = np.exp(H[-1] @ params[-2].T + params[-1])
            D, grads = (E / E.sum(axis=1, keepdims=True) - T) / len(T), [None] * len(params)
            for i in reversed(range(depth)):
                grads[2 * i], grads[2 * i + 1] = D.T @ H[i], D.sum(axis=0)
                D = D @ params[2 * i] * (1 - H[i] ** 2)
        params = [p - rate * g if m else p for p, g, m in zip(params, grads, mask, strict=True)]
    return params


@misconception(
    "q5",
    "makes one step, whatever steps says",
    hint="Ask for 1 step and for 5. Are the answers different? And what should 0 steps give?",
)
def finetune(params, X, y, mask, rate, steps):
    params, depth = [np.array(p, dtype=float) for p in params], len(params) // 2
    T, H = np.eye(len(params[-1]))[y], [np.asarray(X, dtype=float)]
    for i in range(depth - 1):
        H.append(np.tanh(H[-1] @ params[2 * i].T + params[2 * i + 1]))
    S = H[-1] @ params[-2].T + params[-1]
    E = np.exp(S - S.max(axis=1, keepdims=True))
    D, grads = (E / E.sum(axis=1, keepdims=True) - T) / len(T), [None] * len(params)
    for i in reversed(range(depth)):
        grads[2 * i], grads[2 * i + 1] = D.T @ H[i], D.sum(axis=0)
        D = D @ params[2 * i] * (1 - H[i] ** 2)
    return [p - rate * g if m else p for p, g, m in zip(params, grads, mask, strict=True)]


@misconception(
    "q5",
    "starts from new weights, not from the pretrained ones",
    hint="Finetuning goes on from where pretraining stopped. With 0 steps the network should come back as it was.",
)
def finetune(params, X, y, mask, rate, steps):
    rng = np.random.default_rng(0)
    params, depth = [rng.normal(size=np.shape(p)) if m else np.array(p, dtype=float) for p, m in zip(params, mask, strict=True)], len(params) // 2
    T = np.eye(len(params[-1]))[y]
    for _ in range(steps):
        H = [np.asarray(X, dtype=float)]
        for i in range(depth - 1):
            H.append(np.tanh(H[-1] @ params[2 * i].T + params[2 * i + 1]))
        S = H[-1] @ params[-2].T + params[-1]
        E = np.exp(S - S.max(axis=1, keepdims=True))
        D, grads = (E / E.sum(axis=1, keepdims=True) - T) / len(T), [None] * len(params)
        for i in reversed(range(depth)):
            grads[2 * i], grads[2 * i + 1] = D.T @ H[i], D.sum(axis=0)
            D = D @ params[2 * i] * (1 - H[i] ** 2)
        params = [p - rate * g if m else p for p, g, m in zip(params, grads, mask, strict=True)]
    return params


# ---------------------------------------------------------------------------------------------- q6


@misconception(
    "q6",
    "forgets to centre the codes",
    hint="Add 100 to every code: they vary as before, so the answer should stay. Does it?",
)
def participation_ratio(Z):
    values = np.linalg.eigvalsh(Z.T @ Z)
    return values.sum() ** 2 / (values**2).sum() if values.any() else 0.0


@misconception(
    "q6",
    "takes singular values for eigenvalues",
    hint="The eigenvalues of the covariance are variances. The singular values of the codes are spreads: what is missing?",
)
def participation_ratio(Z):
    values = np.linalg.svd(Z - Z.mean(axis=0), compute_uv=False)
    return values.sum() ** 2 / (values**2).sum() if values.any() else 0.0


@misconception(
    "q6",
    "takes the variances of the columns",
    hint="Put all codes on the diagonal of a square: they vary in one direction only, but both columns have variance. Turn the codes; does your answer stay?",
)
def participation_ratio(Z):
    values = np.var(Z, axis=0)
    return values.sum() ** 2 / (values**2).sum() if values.any() else 0.0


@misconception(
    "q6",
    "turns the fraction upside down",
    hint="The answer should lie between 1 and the number of columns. Does yours?",
)
def participation_ratio(Z):
    values = np.linalg.eigvalsh(np.atleast_2d(np.cov(Z.T, bias=True)))
    return (values**2).sum() / values.sum() ** 2 if values.any() else 0.0


@misconception(
    "q6",
    "counts the directions that vary at all",
    hint="Let one direction vary a thousand times less than the other. Your answer still says 2; a soft count would say a little more than 1.",
)
def participation_ratio(Z):
    return float(np.linalg.matrix_rank(Z - Z.mean(axis=0)))


@misconception(
    "q6",
    "divides each column by its spread first",
    hint="You made all columns equally wide, so how unequal they are can no longer be seen. Covariance, not correlation.",
)
def participation_ratio(Z):
    spread = Z.std(axis=0)
    values = np.linalg.eigvalsh(np.atleast_2d(np.cov((Z / np.where(spread > 0, spread, 1)).T, bias=True)))
    return values.sum() ** 2 / (values**2).sum() if values.any() else 0.0


@misconception(
    "q6",
    "takes the exponential of the entropy",
    hint="That is a soft count too, but another one. The docstring gives the formula: square of the sum over the sum of squares.",
)
def participation_ratio(Z):
    values = np.linalg.eigvalsh(np.atleast_2d(np.cov(Z.T, bias=True)))
    shares = values[values > 1e-12 * max(values.max(), 1e-300)]
    shares = shares / shares.sum()
    return np.exp(-(shares * np.log(shares)).sum()) if len(shares) else 0.0


@misconception(
    "q6",
    "treats columns as the points",
    hint="One row is a code. How many rows and columns has your covariance matrix, and how many should it have?",
)
def participation_ratio(Z):
    values = np.linalg.eigvalsh(np.atleast_2d(np.cov(Z, bias=True)))
    return values.sum() ** 2 / (values**2).sum() if np.any(np.abs(values) > 0) else 0.0


@misconception(
    "q6",
    "divides zero by zero when all codes are equal",
    hint="What is 0 / 0 in NumPy? A collapsed code varies in no direction: which number says that?",
)
def participation_ratio(Z):
    values = np.linalg.eigvalsh(np.atleast_2d(np.cov(Z.T, bias=True)))
    with np.errstate(invalid="ignore"):
        return values.sum() ** 2 / (values**2).sum()
