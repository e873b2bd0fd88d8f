from otter.test_files import test_case

OK_FORMAT = False

name = "q4"
points = None


@test_case(name="q4: one number, one weight each", points=0.75, hidden=False)
def test_one_number_one_weight_each(linear_autoencoder_gradients):
    import numpy as np

    W, V = np.array([[3.0]]), np.array([[0.5]])
    for X, expected_W, expected_V, what in [
        (np.array([[2.0]]), 2, 12, "z = 3·2 = 6, x̃ = 0.5·6 = 3 and x̃ - x = 1"),
        (np.array([[2.0], [-2.0]]), 2, 12, "the second point mirrors the first, so the mean over the points is the same"),
        (np.array([[2.0], [0.0]]), 1, 6, "the second point is 0, costs nothing and pulls at nothing; but the mean is over two"),
    ]:
        result = linear_autoencoder_gradients(X, W.copy(), V.copy())
        message = (
            f"Expected two things, `return gradient_W, gradient_V`, but got {type(result).__name__}. "
            "(NoneType means that nothing was returned.)"
        )
        assert isinstance(result, tuple | list) and len(result) == 2, message
        shapes = [np.shape(part) for part in result]
        message = f"Expected two arrays of shape (1, 1), like W and V; got shapes {shapes}."
        assert shapes == [(1, 1), (1, 1)] and all(np.asarray(part).dtype.kind in "iuf" for part in result), message
        of_W, of_V = (float(np.asarray(part)[0, 0]) for part in result)
        message = (
            f"X = {X.tolist()}, W = [[3]], V = [[0.5]] ({what}). The loss is the mean of (x - v w x)²: differentiate that by w and by v on "
            f"paper, and put the numbers in. You get {of_W} for W and {of_V} for V."
        )
        assert abs(of_W - expected_W) < 1e-9 and abs(of_V - expected_V) < 1e-9, message


@test_case(
    name="q4: push one weight and watch the loss",
    points=0.75,
    hidden=False,
    success_message="Public checks passed. More checks run when it is graded.",
)
def test_push_one_weight_and_watch_the_loss(linear_autoencoder_gradients):
    import math

    import numpy as np

    X = np.array([[1.0, 2.0, 0.0], [0.0, -1.0, 1.0], [2.0, 0.0, -1.0], [3.0, 1.0, 1.0]])
    W, V = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, -1.0]]), np.array([[1.0, 0.0], [0.5, 1.0], [0.0, -1.0]])

    def loss(weights):
        return sum(math.dist(x, weights[1] @ (weights[0] @ x)) ** 2 for x in X) / len(X)

    given = X.copy(), W.copy(), V.copy()
    result = linear_autoencoder_gradients(X, W, V)
    message = f"Expected two things, `return gradient_W, gradient_V`, but got {type(result).__name__}."
    assert isinstance(result, tuple | list) and len(result) == 2, message
    shapes = [np.shape(part) for part in result]
    message = f"The gradients must have the shapes of W and of V, (2, 3) and (3, 2), in this order; got {shapes}."
    assert shapes == [(2, 3), (3, 2)] and all(np.asarray(part).dtype.kind in "iuf" for part in result), message
    message = "Your function changed the arrays that it was given. Its caller still needs them."
    assert all(np.array_equal(now, then) for now, then in zip((X, W, V), given, strict=True)), message
    for which, matrix, gradient in [(1, "V", result[1]), (0, "W", result[0])]:
        for entry in np.ndindex(np.shape(gradient)):
            losses = []
            for push in (1.0, -1.0):
                weights = [W.copy(), V.copy()]
                weights[which][entry] += push
                losses.append(loss(weights))
            slope = (losses[0] - losses[1]) / 2
            message = (
                f"Push entry {entry} of {matrix} up by 1 and the loss is {losses[0]:.4f}; down by 1, {losses[1]:.4f}. In a single entry the loss is a "
                f"parabola, so half the difference, {slope:.4f}, is exactly its derivative. You say {float(np.asarray(gradient)[entry]):.4f}. Follow "
                "the chain rule from the error back through V to the code, and on to W: which matrices does it pass?"
            )
            assert abs(np.asarray(gradient)[entry] - slope) < 1e-9, message


@test_case(
    name="q4 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Compare with (L(w + h) - L(w - h)) / 2h for every entry, in shapes where n, d and m differ.",
)
def test_further_check_1(linear_autoencoder_gradients):
    """Random shapes against central differences, which are exact here: in one entry the loss is a parabola."""

    import math

    import numpy as np

    rng = np.random.default_rng()
    for n, d, m in [(9, 4, 2), (3, 5, 1), (12, 3, 3), (5, 2, 4)]:
        X = rng.normal(size=(n, d)) + 1
        weights = [rng.normal(size=(m, d)), rng.normal(size=(d, m))]
        result = linear_autoencoder_gradients(X, *[w.copy() for w in weights])
        assert isinstance(result, tuple | list) and len(result) == 2, "expected gradient_W, gradient_V"
        what = f"{n} points, {d} coordinates, {m} numbers a code: "
        for which, gradient in enumerate(result):
            shape = weights[which].shape
            assert np.shape(gradient) == shape, what + f"expected shape {shape}, got {np.shape(gradient)}"
            slopes = np.zeros(shape)
            for entry in np.ndindex(shape):
                for push in (1.0, -1.0):
                    pushed = [w.copy() for w in weights]
                    pushed[which][entry] += push
                    rebuilt = X @ pushed[0].T @ pushed[1].T
                    slopes[entry] += push / 2 * math.fsum(((X - rebuilt) ** 2).ravel()) / n
            error = np.abs(np.asarray(gradient) - slopes).max()
            assert error <= 1e-7 * (1 + np.abs(slopes).max()), what + f"wrong gradient of {'WV'[which]}"


@test_case(
    name="q4 further check 2",
    points=1,
    hidden=True,
    failure_message="Not yet. At the best linear autoencoder both gradients must vanish; at a scaled copy of it they can be worked out by hand.",
)
def test_further_check_2(linear_autoencoder_gradients):
    """Closed forms from the eigenvectors of XᵀX / n: stationary at any set of them, known gradients at a scaled one."""

    import numpy as np

    rng = np.random.default_rng()
    n, d = 40, 5
    X = rng.normal(size=(n, d)) @ rng.normal(size=(d, d))
    values, vectors = np.linalg.eigh(X.T @ X / n)
    size = 1 + values[-1]
    for some in ([4, 3], [0, 2], [1, 2, 4]):
        U = vectors[:, some]
        # orthonormal columns of lengths ½ to 2: a mix at random may be nearly singular, and fail a right program once in some 10⁵ gradings
        mix = np.linalg.qr(rng.normal(size=(len(some), len(some))))[0] * rng.uniform(0.5, 2, size=len(some))
        result = linear_autoencoder_gradients(X, np.linalg.solve(mix, U.T), U @ mix)
        assert isinstance(result, tuple | list) and len(result) == 2, "expected gradient_W, gradient_V"
        for gradient, shape in zip(result, [(len(some), d), (d, len(some))], strict=True):
            assert np.shape(gradient) == shape, f"expected shape {shape}, got {np.shape(gradient)}"
            assert np.abs(gradient).max() < 1e-6 * size, "the gradients must vanish where V W projects on eigenvectors of XᵀX"
    a, b = rng.uniform(1.2, 2, size=2)
    j = d - 1  # the direction of largest variance: there no wrong factor is too small to be seen
    u = vectors[:, j]
    result = linear_autoencoder_gradients(X, b * u[None, :], a * u[:, None])
    expected = 2 * values[j] * a * (a * b - 1) * u[None, :], 2 * values[j] * b * (a * b - 1) * u[:, None]
    for gradient, truth in zip(result, expected, strict=True):
        assert np.shape(gradient) == truth.shape, f"expected shape {truth.shape}, got {np.shape(gradient)}"
        assert np.abs(gradient - truth).max() < 1e-6 * size, "one number a code, W and V along one eigenvector: wrong gradient"


@test_case(
    name="q4 further check 3",
    points=0.5,
    hidden=True,
    failure_message="Not yet. Extreme cases: one point, whole numbers, weights of zero in one matrix or in both, perfect copies.",
)
def test_further_check_3(linear_autoencoder_gradients):
    """One point, whole numbers, W = 0 or V = 0 or both, the identity."""

    import numpy as np

    rng = np.random.default_rng()
    x = rng.integers(1, 9, size=3)
    X, zero, one = x[None, :], np.zeros((3, 3), dtype=int), np.eye(3, dtype=int)
    outer = x[:, None] * x
    off = x + np.array([[0, 0, 0], [10, 0, 0]])
    second = off.T @ off
    cases = [
        (X, zero, zero, 0 * outer, 0 * outer, "all weights zero: a saddle"),
        (X, one, one, 0 * outer, 0 * outer, "a perfect copy"),
        (X, one, zero, 0 * outer, -2 * outer, "a decoder of zeros, one point"),
        (X, zero, one, -2 * outer, 0 * outer, "an encoder of zeros, one point"),
        (off, one, 2 * one, 2 * second, second, "whole numbers, far from the origin: twice too large"),
    ]
    for points, W, V, of_W, of_V, what in cases:
        result = linear_autoencoder_gradients(points, W, V)
        assert isinstance(result, tuple | list) and len(result) == 2, f"expected gradient_W, gradient_V: {what}"
        for gradient, truth in zip(result, (of_W, of_V), strict=True):
            assert np.shape(gradient) == (3, 3), f"expected shape (3, 3), got {np.shape(gradient)}: {what}"
            assert np.abs(gradient - truth).max() < 1e-6, f"wrong gradient: {what}"
