from otter.test_files import test_case

OK_FORMAT = False

name = "q5"
points = None


@test_case(name="q5: the start, and what is returned", points=0.75, hidden=False)
def test_the_start_and_what_is_returned(train_linear_autoencoder):
    import math

    import numpy as np

    X = np.array([[1.0, 2.0, 0.0], [0.0, -1.0, 1.0], [2.0, 0.0, -1.0], [3.0, 1.0, 1.0]])
    for steps in (0, 5):
        given = X.copy()
        results = [train_linear_autoencoder(given, 2, steps, 0.02, np.random.default_rng(seed)) for seed in (8, 8, 9)]
        result = results[0]
        message = (
            f"Expected three things, `return W, V, losses`, but got {type(result).__name__}. "
            "(NoneType means that nothing was returned.)"
        )
        assert isinstance(result, tuple | list) and len(result) == 3, message
        shapes = [np.shape(part) for part in result]
        message = (
            f"4 points with 3 coordinates, m = 2, steps = {steps}: W, V and losses must have shapes (2, 3), (3, 2) and ({steps + 1},), in this "
            f"order; got {shapes}. The loss of the start counts, too."
        )
        assert shapes == [(2, 3), (3, 2), (steps + 1,)], message
        message = "W, V and losses must hold numbers."
        assert all(np.asarray(part).dtype.kind in "iuf" and np.isfinite(part).all() for part in result), message
        W, V, losses = map(np.asarray, result)
        loss = sum(math.dist(x, V @ (W @ x)) ** 2 for x in X) / 4
        message = f"With your W and V after {steps} steps the mean squared distance is {loss:.6f}; your last loss is {losses[-1]:.6f}."
        assert abs(losses[-1] - loss) < 1e-9, message
        message = "Two generators made with the same seed gave different results. Is rng the only source of your chance?"
        assert all(np.array_equal(a, b) for a, b in zip(result, results[1], strict=True)), message
        message = "Generators with seeds 8 and 9 gave the same weights. If rng does not matter, nothing is left to chance."
        assert not np.array_equal(W, results[2][0]) and not np.array_equal(V, results[2][1]), message
        message = "Your function changed the array X that it was given. Its caller still needs it."
        assert np.array_equal(given, X), message


@test_case(
    name="q5: one moment and the next",
    points=0.75,
    hidden=False,
    success_message="Public checks passed. More checks run when it is graded.",
)
def test_one_moment_and_the_next(train_linear_autoencoder):
    import math

    import numpy as np

    X, rate = np.array([[1.0, 2.0], [0.0, -1.0], [2.0, 0.0]]), 0.05

    def loss(weights):
        return sum(math.dist(x, weights[1] @ (weights[0] @ x)) ** 2 for x in X) / 3

    moments = [train_linear_autoencoder(X, 1, steps, rate, np.random.default_rng(4)) for steps in range(4)]
    for result in moments:
        message = f"Expected `return W, V, losses`, three things; got {type(result).__name__}."
        assert isinstance(result, tuple | list) and len(result) == 3, message
        shapes = [np.shape(part) for part in result[:2]]
        message = f"3 points with 2 coordinates, m = 1: W and V must have shapes (1, 2) and (2, 1); got {shapes}."
        assert shapes == [(1, 2), (2, 1)], message
    for steps, result in enumerate(moments):
        shape = np.shape(result[2])
        assert shape == (steps + 1,), f"steps = {steps}: losses must have shape ({steps + 1},), the start included; got {shape}."
        now, last = loss([np.asarray(part, dtype=float) for part in result[:2]]), float(np.asarray(result[2])[-1])
        message = f"steps = {steps}: with your W and V the mean squared distance is {now:.6f}; your last loss is {last:.6f}."
        assert abs(now - last) < 1e-9, message
    other = train_linear_autoencoder(X, 1, 0, rate, np.random.default_rng(7))
    message = f"Generators with seeds 4 and 7 give the same start, W = {np.asarray(other[0]).tolist()}. What makes the start random?"
    assert not np.array_equal(moments[0][0], other[0]), message
    for t in range(3):
        before, after = ([np.asarray(part, dtype=float) for part in moments[s][:2]] for s in (t, t + 1))
        for which in (0, 1):
            slopes = np.zeros(before[which].shape)
            for entry in np.ndindex(slopes.shape):
                for push in (1.0, -1.0):
                    pushed = [w.copy() for w in before]
                    pushed[which][entry] += push
                    slopes[entry] += push / 2 * loss(pushed)
            goal = before[which] - rate * slopes
            name = "WV"[which]
            message = (
                f"With equal generators, steps = {t} ends at {name} = {before[which].ravel().round(4).tolist()}. The gradient there is {slopes.ravel().round(4).tolist()}, "
                f"so with rate {rate} one more step leads to {goal.ravel().round(4).tolist()}; with steps = {t + 1} you end at "
                f"{after[which].ravel().round(4).tolist()}. How many steps are made, in which direction, and were both gradients taken before either matrix moved?"
            )
            assert np.allclose(after[which], goal, rtol=0, atol=1e-9), message
        message = f"The losses of a training with {t + 1} steps must begin with those of one with {t}: what stands at losses[{t}]?"
        assert np.allclose(moments[t + 1][2][: t + 1], moments[t][2], rtol=0, atol=1e-9), message


@test_case(
    name="q5 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Train on data with a clear spread in two directions and little in the others: does the loss come down to what PCA loses?",
)
def test_further_check_1(train_linear_autoencoder):
    """The loss of PCA is reached within 1 %: the spectrum of the data is set, and a start 10⁴⁰ times too small along a wanted direction still arrives.

    So a right program fails less than once in 10³⁰ gradings.
    """

    import numpy as np

    rng = np.random.default_rng()
    for m, spectrum in [(2, [2.0, 1.2, 0.1, 0.08, 0.05, 0.02]), (1, [1.5, 0.2, 0.1]), (3, [2.0, 1.6, 1.2, 0.1])]:
        d, n = len(spectrum), 40
        left, right = (np.linalg.qr(rng.normal(size=(k, d)))[0] for k in (n, d))
        X = left * np.sqrt(n * np.array(spectrum)) @ right.T
        result = train_linear_autoencoder(X, m, 800, 0.08, rng)
        assert isinstance(result, tuple | list) and len(result) == 3, "expected W, V, losses"
        shapes = [np.shape(part) for part in result]
        what = f"{n} points, {d} coordinates, {m} numbers a code, 800 steps of rate 0.08: "
        assert shapes == [(m, d), (d, m), (801,)], what + f"wrong shapes {shapes}"
        W, V, losses = map(np.asarray, result)
        loss = np.mean(np.sum((X - X @ W.T @ V.T) ** 2, axis=1))
        assert abs(losses[-1] - loss) < 1e-6, what + "the last loss is not the loss of W and V"
        best = sum(spectrum[m:])
        assert best - 1e-9 <= loss <= 1.01 * best, what + f"the loss is {loss:.4f}, PCA loses {best:.4f}"


@test_case(
    name="q5 further check 2",
    points=1,
    hidden=True,
    failure_message="Not yet. Train 0, 1, 2, 3 steps with equal generators on data far from the origin, and follow each step by hand.",
)
def test_further_check_2(train_linear_autoencoder):
    """Each step against central differences, exact here, on data that are not centred; losses at every moment."""

    import math

    import numpy as np

    rng = np.random.default_rng()
    for n, d, m, rate in [(6, 3, 2, 0.01), (1, 2, 2, 0.03), (5, 2, 3, 0.02)]:
        X = rng.normal(size=(n, d)) + rng.choice([-2.0, 2.0], size=d)
        seed = int(rng.integers(2**31))
        moments = [train_linear_autoencoder(X, m, steps, rate, np.random.default_rng(seed)) for steps in range(5)]
        what = f"{n} points, {d} coordinates, {m} numbers a code, rate {rate}: "
        for steps, result in enumerate(moments):
            assert isinstance(result, tuple | list) and len(result) == 3, "expected W, V, losses"
            shapes = [np.shape(part) for part in result]
            assert shapes == [(m, d), (d, m), (steps + 1,)], what + f"{steps} steps: wrong shapes {shapes}"
        losses = []
        for t, result in enumerate(moments):
            weights = [np.asarray(part, dtype=float) for part in result[:2]]
            losses.append(math.fsum(((X - X @ weights[0].T @ weights[1].T) ** 2).ravel()) / n)
            assert np.allclose(result[2], losses, rtol=0, atol=1e-8), what + f"wrong losses after {t} steps"
            for which in range(2 if t < 4 else 0):
                goal = weights[which].copy()
                for entry in np.ndindex(goal.shape):
                    for push in (1.0, -1.0):
                        pushed = [w.copy() for w in weights]
                        pushed[which][entry] += push
                        goal[entry] -= rate * push / 2 * math.fsum(((X - X @ pushed[0].T @ pushed[1].T) ** 2).ravel()) / n
                error = np.abs(moments[t + 1][which] - goal).max()
                assert error < 1e-8, what + f"step {t + 1} does not lead to where the gradient of {'WV'[which]} points"


@test_case(
    name="q5 further check 3",
    points=0.5,
    hidden=True,
    failure_message="Not yet. Look at many starting weights (steps = 0): what are their mean and their spread, and do they differ from call to call?",
)
def test_further_check_3(train_linear_autoencoder):
    """1200 starting weights in each matrix: mean 0, standard deviation 0.1, normal, independent; each bound fails a right program once in 10⁹."""

    import numpy as np

    rng = np.random.default_rng()
    m, d = 30, 40
    X = rng.normal(size=(2, d))
    first, second = (train_linear_autoencoder(X, m, 0, 0.1, rng) for _ in range(2))
    for result in (first, second):
        assert isinstance(result, tuple | list) and len(result) == 3, "expected W, V, losses"
        shapes = [np.shape(part) for part in result]
        assert shapes == [(m, d), (d, m), (1,)], f"steps = 0: wrong shapes {shapes}"
    starts = [np.asarray(part, dtype=float).ravel() for result in (first, second) for part in (result[0], np.transpose(result[1]))]
    for start in starts:
        assert abs(start.mean()) < 0.019, f"1200 starting weights have mean {start.mean():.4f}"
        assert 0.75 < np.mean(start**2) / 0.01 < 1.3, f"1200 starting weights have standard deviation {start.std():.4f}"
        assert np.abs(start).max() > 0.21, "no starting weight is beyond 0.21: is this a normal distribution?"
        assert len(np.unique(start)) == m * d, "the same starting weight occurs twice"
    for a in range(4):
        for b in range(a):
            together = np.mean(starts[a] * starts[b]) / 0.01
            assert abs(together) < 0.25, "starting weights that should have nothing to do with each other go together"
