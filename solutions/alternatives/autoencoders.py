"""Right answers to the assignment `autoencoders` that are written differently from the reference. The tests must accept them all."""

import numpy as np

from solutions.variants import alternative

# ---------------------------------------------------------------------------------------------- q1


@alternative("q1", "plain loops, one point at a time")
def encode(X, layers):
    import math

    codes = []
    for x in X:
        a = [float(value) for value in x]
        for depth in range(len(layers)):
            W, b = layers[depth]
            out = []
            for j in range(len(W)):
                total = float(b[j])
                for i in range(len(a)):
                    total += W[j][i] * a[i]
                out.append(math.tanh(total) if depth < len(layers) - 1 else total)
            a = out
        codes.append(a)
    return np.array(codes)


@alternative("q1", "points as columns, turned back in the end")
def encode(X, layers):
    columns = np.array(X, dtype=float).T
    for number, (W, b) in enumerate(layers):
        columns = W @ columns + b.reshape(-1, 1)
        if number + 1 < len(layers):
            columns = np.tanh(columns)
    return columns.T


@alternative("q1", "recursion and einsum")
def encode(X, layers):
    W, b = layers[0]
    out = np.einsum("ni,oi->no", X, W) + b
    return out if len(layers) == 1 else encode(np.tanh(out), layers[1:])


@alternative("q1", "tanh before every layer but the first")
def encode(X, layers):
    A = np.asarray(X)
    for depth, (W, b) in enumerate(layers):
        A = (A if depth == 0 else np.tanh(A)) @ W.T + b
    return A


@alternative("q1", "the bias as one more column of weights")
def encode(X, layers):
    A, ones = X, np.ones((len(X), 1))
    for W, b in layers:
        before = np.hstack([A, ones]) @ np.column_stack([W, b]).T
        A = 2 / (1 + np.exp(-2 * np.clip(before, -300, 300))) - 1
    return before


@alternative("q1", "each point by itself, a list of arrays")
def encode(X, layers):
    def one(x):
        for W, b in layers[:-1]:
            x = np.tanh(W @ x + b)
        return layers[-1][0] @ x + layers[-1][1]

    return [one(x) for x in X]


# ---------------------------------------------------------------------------------------------- q2


@alternative("q2", "scipy's logistic function")
def decode(Z, layers):
    from scipy.special import expit

    return expit(encode(Z, layers))


@alternative("q2", "the logistic function as half a tanh")
def decode(Z, layers):
    return (1 + np.tanh(encode(Z, layers) / 2)) / 2


@alternative("q2", "1 / (1 + exp(-a)), which overflows to the right limit")
def decode(Z, layers):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-encode(Z, layers)))


@alternative("q2", "loops over codes and pixels, by cases")
def decode(Z, layers):
    import math

    def logistic(a):
        return 1 / (1 + math.exp(-a)) if a >= 0 else math.exp(a) / (1 + math.exp(a))

    images = []
    for z in Z:
        a = z
        for depth, (W, b) in enumerate(layers):
            a = [sum(w * v for w, v in zip(row, a, strict=True)) + shift for row, shift in zip(W, b, strict=True)]
            a = [math.tanh(v) if depth < len(layers) - 1 else logistic(v) for v in a]
        images.append(a)
    return np.array(images)


@alternative("q2", "by logarithms, everything inside")
def decode(Z, layers):
    A = Z
    for W, b in layers:
        before = np.dot(A, np.transpose(W)) + b
        A = np.tanh(before)
    return np.exp(-np.logaddexp(0, -before))


# ---------------------------------------------------------------------------------------------- q3


@alternative("q3", "plain loops")
def reconstruction_loss(X, X_tilde):
    loss = 0.0
    for x, x_tilde in zip(X.tolist(), X_tilde.tolist(), strict=True):
        for a, b in zip(x, x_tilde, strict=True):
            loss += (a - b) ** 2
    return loss / len(X)


@alternative("q3", "norms, squared again, averaged")
def reconstruction_loss(X, X_tilde):
    return np.mean(np.linalg.norm(X.astype(float) - X_tilde, axis=1) ** 2)


@alternative("q3", "the mean over everything times the number of coordinates")
def reconstruction_loss(X, X_tilde):
    return np.mean((1.0 * X - 1.0 * X_tilde) ** 2) * X.shape[1]


@alternative("q3", "a zero-dimensional array from einsum")
def reconstruction_loss(X, X_tilde):
    errors = np.subtract(X, X_tilde, dtype=float)
    return np.asarray(np.einsum("if,if->", errors, errors) / len(X))


@alternative("q3", "scipy's distances")
def reconstruction_loss(X, X_tilde):
    from scipy.spatial.distance import sqeuclidean

    return sum(sqeuclidean(a, b) for a, b in zip(X.astype(float), X_tilde.astype(float), strict=True)) / len(X)


@alternative("q3", "scikit-learn's mean squared error, undone")
def reconstruction_loss(X, X_tilde):
    from sklearn.metrics import mean_squared_error

    return mean_squared_error(X.astype(float), X_tilde.astype(float), multioutput="raw_values").sum()


# ---------------------------------------------------------------------------------------------- q4


@alternative("q4", "the matrix XᵀX / n once, then small products")
def linear_autoencoder_gradients(X, W, V):
    S = X.T @ X / len(X)
    D = V @ W - np.eye(len(V))
    return 2 * V.T @ D @ S, 2 * D @ S @ W.T


@alternative("q4", "one point at a time, outer products")
def linear_autoencoder_gradients(X, W, V):
    of_W, of_V = np.zeros(W.shape), np.zeros(V.shape)
    for x in X:
        z = W @ x
        error = V @ z - x
        of_V += np.outer(error, z)
        of_W += np.outer(V.T @ error, x)
    return 2 * of_W / len(X), 2 * of_V / len(X)


@alternative("q4", "loops over every index")
def linear_autoencoder_gradients(X, W, V):
    n, d = X.shape
    m = len(W)
    of_W, of_V = [[0.0] * d for _ in range(m)], [[0.0] * m for _ in range(d)]
    for x in X.tolist():
        z = [sum(W[j, i] * x[i] for i in range(d)) for j in range(m)]
        e = [sum(V[i, j] * z[j] for j in range(m)) - x[i] for i in range(d)]
        for j in range(m):
            back = sum(V[i, j] * e[i] for i in range(d))
            for i in range(d):
                of_V[i][j] += 2 / n * e[i] * z[j]
                of_W[j][i] += 2 / n * back * x[i]
    return np.array(of_W), np.array(of_V)


@alternative("q4", "autograd")
def linear_autoencoder_gradients(X, W, V):
    import autograd.numpy as anp
    from autograd import grad

    def loss(W, V):
        return anp.sum((X - X @ W.T @ V.T) ** 2) / len(X)

    return grad(loss, 0)(1.0 * W, 1.0 * V), grad(loss, 1)(1.0 * W, 1.0 * V)


@alternative("q4", "central differences, which are exact for a parabola")
def linear_autoencoder_gradients(X, W, V):
    def loss(W, V):
        return np.mean(np.sum((X - X @ W.T @ V.T) ** 2, axis=1))

    of_W, of_V = np.zeros(W.shape), np.zeros(V.shape)
    for entry in np.ndindex(W.shape):
        step = np.zeros(W.shape)
        step[entry] = 0.5
        of_W[entry] = loss(W + step, V) - loss(W - step, V)
    for entry in np.ndindex(V.shape):
        step = np.zeros(V.shape)
        step[entry] = 0.5
        of_V[entry] = loss(W, V + step) - loss(W, V - step)
    return of_W, of_V


@alternative("q4", "einsum, a list of two")
def linear_autoencoder_gradients(X, W, V):
    Z = np.einsum("nd,md->nm", X, W)
    E = np.einsum("nm,dm->nd", Z, V) - X
    scale = 2 / X.shape[0]
    return [scale * np.einsum("dm,nd,ne->me", V, E, X), scale * np.einsum("nd,nm->dm", E, Z)]


# ---------------------------------------------------------------------------------------------- q5


@alternative("q5", "draws V first, loss from the last gradient's error")
def train_linear_autoencoder(X, m, steps, rate, rng):
    n, d = X.shape
    V = 0.1 * rng.standard_normal((d, m))
    W = 0.1 * rng.standard_normal((m, d))
    losses = np.zeros(steps + 1)
    for t in range(steps + 1):
        Z = X @ W.T
        E = Z @ V.T - X
        losses[t] = (E**2).sum() / n
        if t < steps:
            of_W = 2 / n * V.T @ E.T @ X
            V = V - rate * 2 / n * E.T @ Z
            W = W - rate * of_W
    return W, V, losses


@alternative("q5", "everything by XᵀX / n")
def train_linear_autoencoder(X, m, steps, rate, rng):
    d = X.shape[1]
    S = X.T @ X / len(X)
    start = rng.normal(0, 0.1, size=2 * m * d)
    W, V = start[: m * d].reshape(m, d), start[m * d :].reshape(d, m)

    def loss():
        D = np.eye(d) - V @ W
        return np.trace(D @ S @ D.T)

    losses = [loss()]
    for _ in range(steps):
        D = np.eye(d) - V @ W
        W, V = W + 2 * rate * V.T @ D @ S, V + 2 * rate * D @ S @ W.T
        losses.append(loss())
    return W, V, losses


@alternative("q5", "in place, on copies")
def train_linear_autoencoder(X, m, steps, rate, rng):
    W, V = (rng.normal(0.0, 0.1, shape) for shape in ((m, X.shape[1]), (X.shape[1], m)))
    losses = [float(reconstruction_loss(X, (V @ (W @ X.T)).T))]
    while len(losses) <= steps:
        gradients = linear_autoencoder_gradients(X, W, V)
        for weights, gradient in zip((W, V), gradients, strict=True):
            weights -= rate * gradient
        losses += [float(reconstruction_loss(X, (V @ (W @ X.T)).T))]
    return [W, V, np.array(losses)]


@alternative("q5", "autograd, one draw at a time")
def train_linear_autoencoder(X, m, steps, rate, rng):
    import autograd.numpy as anp
    from autograd import value_and_grad

    d = X.shape[1]
    weights = np.array([rng.normal(scale=0.1) for _ in range(2 * m * d)])

    def loss(weights):
        W, V = weights[: m * d].reshape(m, d), weights[m * d :].reshape(d, m)
        return anp.mean(anp.sum((X - anp.dot(anp.dot(X, W.T), V.T)) ** 2, axis=1))

    step, losses = value_and_grad(loss), []
    for _ in range(steps):
        value, gradient = step(weights)
        losses.append(value)
        weights = weights - rate * gradient
    losses.append(loss(weights))
    return weights[: m * d].reshape(m, d), weights[m * d :].reshape(d, m), np.array(losses)


# ---------------------------------------------------------------------------------------------- q6


@alternative("q6", "projections by pseudo-inverses")
def same_subspace(U, V):
    P, Q = (A @ np.linalg.pinv(A, rcond=1e-6) for A in (U, V))
    return np.linalg.norm(P - Q) < 1e-6


@alternative("q6", "ranks of the matrices side by side, columns of equal length")
def same_subspace(U, V):
    def rank(A):
        return np.linalg.matrix_rank(A, tol=1e-6 * max(np.linalg.norm(A, 2), 1e-300))

    def unit(A):
        return A / (np.linalg.norm(A, 2) or 1)

    return rank(np.hstack([unit(U), unit(V)])) == rank(U) == rank(V)


@alternative("q6", "least squares both ways")
def same_subspace(U, V):
    def inside(A, B):
        size = np.linalg.norm(B) or 1
        weights = np.linalg.lstsq(B / size, A, rcond=1e-6)[0]
        return np.linalg.norm(B / size @ weights - A) <= 1e-6 * np.linalg.norm(A)

    return inside(U, V) and inside(V, U)


@alternative("q6", "Gram and Schmidt by loops, with the largest column first")
def same_subspace(U, V):
    def basis(A):
        A = np.array(A, dtype=float)
        limit, found = 1e-6 * np.sqrt((A**2).sum()), []
        while True:
            lengths = np.sqrt((A**2).sum(axis=0))
            largest = lengths.argmax()
            if lengths[largest] <= limit:
                return found
            q = A[:, largest] / lengths[largest]
            found.append(q)
            A = A - np.outer(q, q @ A)

    first, second = basis(U), basis(V)
    if len(first) != len(second):
        return False
    for q in second:
        left = q - sum((p * (p @ q) for p in first), np.zeros(len(q)))
        if np.sqrt((left**2).sum()) > 1e-6:
            return False
    return True


@alternative("q6", "scipy's orthonormal bases and angles")
def same_subspace(U, V):
    from scipy.linalg import orth, subspace_angles

    P, Q = orth(U, rcond=1e-6), orth(V, rcond=1e-6)
    if P.shape[1] != Q.shape[1]:
        return False
    return P.shape[1] == 0 or bool(np.all(subspace_angles(P, Q) < 1e-6))


@alternative("q6", "QR with exchanged columns")
def same_subspace(U, V):
    from scipy.linalg import qr

    bases = []
    for A in (U, V):
        Q, R, _ = qr(A, mode="economic", pivoting=True)
        sizes = np.abs(np.diag(R))
        bases.append(Q[:, sizes > 1e-6 * sizes[0]])
    P, Q = bases
    return np.allclose(P @ P.T, Q @ Q.T, rtol=0, atol=1e-6)


# ---------------------------------------------------------------------------------------------- q7


@alternative("q7", "one number at a time")
def corrupt(X, rate, rng):
    noisy = [[float(value) for value in row] for row in X]
    for row in noisy:
        for j in range(len(row)):
            if rng.random() < rate:
                row[j] = 0.0
    return np.array(noisy)


@alternative("q7", "a mask of zeros and ones from the binomial distribution")
def corrupt(X, rate, rng):
    return X * rng.binomial(1, 1 - rate, size=X.shape)


@alternative("q7", "a copy with holes")
def corrupt(X, rate, rng):
    noisy = np.array(X)
    noisy[rng.uniform(size=X.shape) < rate] = 0
    return noisy


@alternative("q7", "choice between keeping and wiping out")
def corrupt(X, rate, rng):
    keep = rng.choice([False, True], size=X.shape, p=[rate, 1 - rate])
    return np.multiply(X, keep)


@alternative("q7", "how many by chance, then which")
def corrupt(X, rate, rng):
    noisy = X.copy().ravel()
    count = rng.binomial(X.size, rate)
    noisy[rng.choice(X.size, size=count, replace=False)] = 0
    return noisy.reshape(X.shape)


@alternative("q7", "draws at or above the rate stay, column by column")
def corrupt(X, rate, rng):
    columns = [np.where(rng.random(len(X)) >= rate, column, 0 * column) for column in X.T]
    return np.stack(columns, axis=1)
