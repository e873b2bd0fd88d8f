"""Right answers to the assignment `representations` that are written differently from the reference. The tests must accept them all."""

import numpy as np

from solutions.variants import alternative

# ---------------------------------------------------------------------------------------------- q1


@alternative("q1", "least squares with rows added below, and a column of ones")
def linear_probe(Z, y, k, l2):
    n, m = Z.shape
    top = np.hstack([Z, np.ones((n, 1))])
    bottom = np.hstack([np.sqrt(l2) * np.eye(m), np.zeros((m, 1))])
    onehot = np.zeros((n + m, k))
    onehot[np.arange(n), y] = 1
    both, *_ = np.linalg.lstsq(np.vstack([top, bottom]), onehot, rcond=None)
    return both[:m].T, both[m]


@alternative("q1", "normal equations with an unpunished bias, by an inverse")
def linear_probe(Z, y, k, l2):
    A = np.column_stack([Z, np.ones(len(Z))])
    punish = np.diag([float(l2)] * Z.shape[1] + [0.0])
    both = np.linalg.inv(A.T @ A + punish) @ A.T @ (y[:, None] == np.arange(k))
    return both[:-1].T, both[-1]


@alternative("q1", "scikit-learn's ridge, one class at a time")
def linear_probe(Z, y, k, l2):
    from sklearn.linear_model import Ridge

    W, b = [], []
    for c in range(k):
        fitted = Ridge(alpha=l2, solver="cholesky").fit(Z, np.where(y == c, 1.0, 0.0))
        W.append(fitted.coef_)
        b.append(fitted.intercept_)
    return np.array(W), np.array(b)


@alternative("q1", "the singular value decomposition")
def linear_probe(Z, y, k, l2):
    middle, T = np.mean(Z, axis=0), np.eye(k)[y]
    U, s, Vt = np.linalg.svd(Z - middle, full_matrices=False)
    W = Vt.T @ ((s / (s**2 + l2))[:, None] * (U.T @ (T - T.mean(axis=0))))
    return W.T, T.mean(axis=0) - middle @ W


@alternative("q1", "the n by n system, one equation a point")
def linear_probe(Z, y, k, l2):
    Z = np.array(Z, dtype=float)
    T = np.array([[float(label == c) for c in range(k)] for label in y])
    C = Z - Z.mean(axis=0)
    W = C.T @ np.linalg.solve(C @ C.T + l2 * np.eye(len(Z)), T - T.mean(axis=0))
    return [W.T.tolist(), (T.mean(axis=0) - Z.mean(axis=0) @ W).tolist()]


# ---------------------------------------------------------------------------------------------- q2


@alternative("q2", "a shuffle and a loop that fills a quota")
def label_efficiency(Z_train, y_train, Z_test, y_test, per_class, rng):
    k = int(y_train.max()) + 1
    left, rows = [per_class] * k, []
    for i in rng.permutation(len(y_train)):
        if left[y_train[i]] > 0:
            left[y_train[i]] -= 1
            rows.append(i)
    W, b = linear_probe(Z_train[rows], y_train[rows], k, 1.0)
    right = 0
    for z, label in zip(Z_test, y_test, strict=True):
        right += int(np.argmax(W @ z + b) == label)
    return right / len(y_test)


@alternative("q2", "a random number for each row, the smallest of each class")
def label_efficiency(Z_train, y_train, Z_test, y_test, per_class, rng):
    lots = rng.random(len(y_train))
    chosen = np.zeros(len(y_train), dtype=bool)
    for c in np.unique(y_train):
        mine = np.where(y_train == c, lots, np.inf)
        chosen[np.argsort(mine)[:per_class]] = True
    W, b = linear_probe(Z_train[chosen], y_train[chosen], y_train.max() + 1, 1)
    return ((Z_test @ W.T + b).argmax(axis=1) == y_test).mean()


@alternative("q2", "scikit-learn's classifier with squares")
def label_efficiency(Z_train, y_train, Z_test, y_test, per_class, rng):
    from sklearn.linear_model import Ridge

    rows = []
    for c in range(y_train.max() + 1):
        mine = np.nonzero(y_train == c)[0]
        rng.shuffle(mine)
        rows.extend(mine[:per_class].tolist())
    targets = np.eye(y_train.max() + 1)[y_train[rows]]
    scores = Ridge(alpha=1.0).fit(Z_train[rows], targets).predict(Z_test)
    return np.mean(scores.reshape(len(Z_test), -1).argmax(axis=1) == y_test)


@alternative("q2", "permutations of each class, lists")
def label_efficiency(Z_train, y_train, Z_test, y_test, per_class, rng):
    groups = {}
    for z, label in zip(Z_train.tolist(), y_train.tolist(), strict=True):
        groups.setdefault(label, []).append(z)
    Z, y = [], []
    for label, codes in groups.items():
        for i in rng.permutation(len(codes))[:per_class]:
            Z.append(codes[i])
            y.append(label)
    W, b = linear_probe(np.array(Z), np.array(y), max(groups) + 1, 1.0)
    guesses = [int(np.argmax(row)) for row in Z_test @ W.T + b]
    return sum(g == t for g, t in zip(guesses, y_test, strict=True)) / len(guesses)


# ---------------------------------------------------------------------------------------------- q3


@alternative("q3", "loops over images and patches")
def mask_patches(images, patch, ratio, rng):
    masked = images.astype(float)
    mask = np.zeros(images.shape, dtype=bool)
    n, h, w = images.shape
    corners = [(r, c) for r in range(0, h, patch) for c in range(0, w, patch)]
    count = int(np.rint(ratio * len(corners)))
    for i in range(n):
        for j in rng.choice(len(corners), size=count, replace=False):
            r, c = corners[j]
            mask[i, r : r + patch, c : c + patch] = True
            masked[i, r : r + patch, c : c + patch] = 0
    return masked, mask


@alternative("q3", "the ranks of random numbers, a Kronecker product")
def mask_patches(images, patch, ratio, rng):
    n, h, w = images.shape
    patches = (h // patch) * (w // patch)
    order = rng.random((n, patches)).argsort(axis=1).argsort(axis=1)
    small = (order < int(ratio * patches + 0.5)).reshape(n, h // patch, w // patch)
    mask = np.kron(small, np.ones((1, patch, patch), dtype=int)).astype(bool)
    return images * ~mask * 1.0, mask


@alternative("q3", "a permutation for each image, a view of patches")
def mask_patches(images, patch, ratio, rng):
    n, h, w = images.shape
    rows, cols = h // patch, w // patch
    keep = rows * cols - round(ratio * rows * cols)
    visible = np.zeros((n, rows, 1, cols, 1), dtype=bool)
    for i in range(n):
        for j in rng.permutation(rows * cols)[:keep]:
            visible[i, j // cols, 0, j % cols, 0] = True
    visible = np.broadcast_to(visible, (n, rows, patch, cols, patch)).reshape(n, h, w)
    return np.where(visible, images, 0).astype(float), ~visible


@alternative("q3", "pixel by pixel, through a table of patch numbers")
def mask_patches(images, patch, ratio, rng):
    n, h, w = images.shape
    number = (np.arange(h) // patch)[:, None] * (w // patch) + np.arange(w) // patch
    total = number.max() + 1
    masked, mask = np.array(images, dtype=float), np.zeros((n, h, w), dtype=bool)
    for i in range(n):
        lots = list(range(total))
        rng.shuffle(lots)
        mask[i] = np.isin(number, lots[: round(float(ratio) * int(total))])
        masked[i][mask[i]] = 0.0
    return [masked, mask]


# ---------------------------------------------------------------------------------------------- q4


@alternative("q4", "a plain loop")
def freeze_mask(layers, frozen):
    for name in frozen:
        if name not in layers:
            raise ValueError("unknown layer " + name)
    mask = []
    for name in layers:
        if name in frozen:
            mask.append(False)
            mask.append(False)
        else:
            mask.append(True)
            mask.append(True)
    return mask


@alternative("q4", "list.index, which raises by itself")
def freeze_mask(layers, frozen):
    mask = [True] * (2 * len(layers))
    for name in frozen:
        i = layers.index(name)
        mask[2 * i : 2 * i + 2] = [False, False]
    return mask


@alternative("q4", "NumPy, an array of bool")
def freeze_mask(layers, frozen):
    found = np.array([[name == other for other in layers] for name in frozen], dtype=bool).reshape(-1, len(layers))
    if not found.any(axis=1).all():
        raise ValueError("some name in frozen is not a layer")
    return np.repeat(~found.any(axis=0), 2)


@alternative("q4", "a dictionary, a tuple of answers")
def freeze_mask(layers, frozen):
    trained = dict.fromkeys(layers, True)
    for name in frozen:
        if name not in trained:
            raise ValueError(name)
        trained[name] = False
    return tuple(trained[name] for name in layers for part in "Wb")


# ---------------------------------------------------------------------------------------------- q5


@alternative("q5", "the derivative by autograd")
def finetune(params, X, y, mask, rate, steps):
    import autograd.numpy as anp
    from autograd import grad

    X, y = np.asarray(X, dtype=float), np.asarray(y)

    def loss(params):
        H = X
        for i in range(0, len(params), 2):
            H = anp.dot(H, params[i].T) + params[i + 1]
            if i + 2 < len(params):
                H = anp.tanh(H)
        H = H - anp.max(H, axis=1, keepdims=True)
        return anp.mean(anp.log(anp.sum(anp.exp(H), axis=1)) - H[np.arange(len(y)), y])

    params = [np.array(p, dtype=float) for p in params]
    for _ in range(steps):
        params = [p - rate * g * m for p, g, m in zip(params, grad(loss)(params), mask, strict=True)]
    return params


@alternative("q5", "recursion from layer to layer")
def finetune(params, X, y, mask, rate, steps):
    def step(H, layers, flags):
        """The new layers, and the gradient with respect to H."""
        (W, b), (train_W, train_b) = layers[0], flags[0]
        A = H @ W.T + b
        if len(layers) == 1:
            A = A - A.max(axis=1)[:, None]
            P = np.exp(A) / np.exp(A).sum(axis=1)[:, None]
            P[np.arange(len(y)), y] -= 1
            D, above = P / len(y), []
        else:
            T = np.tanh(A)
            above, D = step(T, layers[1:], flags[1:])
            D = D * (1 - T * T)
        mine = (W - rate * (D.T @ H) if train_W else W, b - rate * D.sum(axis=0) if train_b else b)
        return [mine, *above], D @ W

    layers = [(np.array(W, float), np.array(b, float)) for W, b in zip(params[0::2], params[1::2], strict=True)]
    flags = list(zip(mask[0::2], mask[1::2], strict=True))
    for _ in range(steps):
        layers, _ = step(np.asarray(X, dtype=float), layers, flags)
    return [array for layer in layers for array in layer]


@alternative("q5", "point by point, outer products, copies of frozen arrays")
def finetune(params, X, y, mask, rate, steps):
    params, depth = [np.asarray(p).astype(float) for p in params], len(params) // 2
    for _ in range(steps):
        total = [np.zeros_like(p) for p in params]
        for x, label in zip(X, y, strict=True):
            seen = [np.asarray(x, dtype=float)]
            for i in range(depth):
                a = params[2 * i] @ seen[-1] + params[2 * i + 1]
                seen.append(np.tanh(a) if i < depth - 1 else a)
            log_total = np.logaddexp.reduce(seen[-1])
            blame = np.exp(seen[-1] - log_total)
            blame[label] -= 1
            for i in range(depth - 1, -1, -1):
                total[2 * i] += np.outer(blame, seen[i])
                total[2 * i + 1] += blame
                if i > 0:
                    blame = (blame @ params[2 * i]) * (1 - seen[i]) * (1 + seen[i])
        for i, train in enumerate(mask):
            if train:
                params[i] -= rate * total[i] / len(X)
    return params


@alternative("q5", "scipy's softmax, a column of ones for the biases")
def finetune(params, X, y, mask, rate, steps):
    from scipy.special import softmax

    Ws = [np.vstack([np.transpose(W), np.reshape(b, (1, -1))]).astype(float) for W, b in zip(params[::2], params[1::2], strict=True)]
    trained = [
        np.vstack([np.full(np.shape(W)[::-1], m), np.full((1, len(b)), c)])
        for W, b, m, c in zip(params[::2], params[1::2], mask[::2], mask[1::2], strict=True)
    ]
    ones = np.ones((len(X), 1))
    for _ in range(steps):
        H = [np.hstack([X, ones])]
        for W in Ws[:-1]:
            H.append(np.hstack([np.tanh(H[-1] @ W), ones]))
        D = (softmax(H[-1] @ Ws[-1], axis=1) - np.eye(Ws[-1].shape[1])[y]) / len(X)
        new = []
        for W, train, h in zip(Ws[::-1], trained[::-1], H[::-1], strict=True):
            new.append(W - np.where(train, rate * h.T @ D, 0.0))
            D = (D @ W[:-1].T) * (1 - h[:, :-1] ** 2)
        Ws = new[::-1]
    return [array for W in Ws for array in (W[:-1].T, W[-1])]


# ---------------------------------------------------------------------------------------------- q6


@alternative("q6", "eigenvalues of np.cov")
def participation_ratio(Z):
    if not (Z - Z[0]).any():
        return 0.0
    values = np.linalg.eigvalsh(np.atleast_2d(np.cov(Z, rowvar=False)))
    return values.sum() ** 2 / np.sum(values**2)


@alternative("q6", "singular values, to the fourth")
def participation_ratio(Z):
    s = np.linalg.svd(Z - np.mean(Z, axis=0), compute_uv=False)
    return np.sum(s**2) ** 2 / np.sum(s**4) if s[0] > 1e-12 else 0


@alternative("q6", "the small matrix of scalar products")
def participation_ratio(Z):
    C = Z - Z.mean(axis=0, keepdims=True)
    G = C @ C.T
    below = (G**2).sum()
    return 0.0 if below < 1e-20 else G.trace() ** 2 / below


@alternative("q6", "shares of variance, one over the sum of their squares")
def participation_ratio(Z):
    C = np.asarray(Z, dtype=float) - np.mean(Z, axis=0)
    values = np.abs(np.linalg.eigvals(C.T @ C / len(C)).real)
    total = values.sum()
    if total < 1e-15:
        return 0.0
    return 1 / sum((value / total) ** 2 for value in values)


@alternative("q6", "loops over pairs of columns")
def participation_ratio(Z):
    n, m = Z.shape
    means = [sum(Z[i][a] for i in range(n)) / n for a in range(m)]
    S = [
        [sum((Z[i][a] - means[a]) * (Z[i][c] - means[c]) for i in range(n)) / n for c in range(m)]
        for a in range(m)
    ]  # fmt: skip
    above = sum(S[a][a] for a in range(m)) ** 2
    below = sum(value**2 for row in S for value in row)
    return float(above / below) if below > 1e-25 else 0.0
