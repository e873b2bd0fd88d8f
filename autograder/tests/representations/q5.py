from otter.test_files import test_case

OK_FORMAT = False

name = "q5"
points = None


@test_case(name="q5: one layer, one step by hand", points=1, hidden=False)
def test_one_layer_one_step_by_hand(finetune):
    import numpy as np

    params = [np.zeros((2, 1)), np.zeros(2)]
    X, y = np.array([[3.0], [1.0]]), np.array([1, 1])
    result = finetune([p.copy() for p in params], X, y, [True, True], 0.5, 1)
    shapes = [np.shape(p) for p in result] if isinstance(result, list | tuple) else type(result).__name__
    message = f"Expected a list of two arrays with shapes (2, 1) and (2,), like params; got {shapes}. (NoneType: nothing was returned.)"
    assert shapes == [(2, 1), (2,)], message
    W, b = (np.asarray(p) for p in result)
    message = f"Expected finite numbers; got W = {W.tolist()}, b = {b.tolist()}."
    assert set(W.dtype.kind + b.dtype.kind) <= set("iuf") and np.isfinite(W).all() and np.isfinite(b).all(), message
    message = (
        f"Points 3 and 1, both of class 1, all weights zero, rate 0.5, one step: you get W = {W.tolist()}, b = {b.tolist()}. All scores are 0, so both "
        "classes have probability 1/2. Work out probability minus target for both points, then the MEAN over the points, once times x (for W) and "
        "once as it is (for b); go half of that downhill."
    )
    assert np.allclose(W, [[-1 / 2], [1 / 2]], rtol=0, atol=1e-6) and np.allclose(b, [-1 / 4, 1 / 4], rtol=0, atol=1e-6), message


@test_case(
    name="q5: two layers, the first one frozen, then none",
    points=1,
    hidden=False,
    success_message="Public checks passed. More checks run when it is graded.",
)
def test_two_layers_the_first_one_frozen(finetune):
    import numpy as np

    rng = np.random.default_rng(8)
    params = [rng.normal(size=(3, 2)), rng.normal(size=3), rng.normal(size=(2, 3)), rng.normal(size=2)]
    X = rng.normal(size=(30, 2))
    y = (X[:, 0] + X[:, 1] > 0).astype(int)

    def loss(params):
        scores = np.tanh(X @ params[0].T + params[1]) @ params[2].T + params[3]
        return np.mean(np.logaddexp(scores[:, 0], scores[:, 1]) - scores[np.arange(30), y])

    for mask, what in [([False, False, True, True], "the first layer frozen"), ([True] * 4, "nothing frozen")]:
        for steps in (1, 60):
            given = [p.copy() for p in params]
            result = finetune(given, X, y, list(mask), 0.2, steps)
            shapes = [np.shape(p) for p in result] if isinstance(result, list | tuple) else type(result).__name__
            message = f"Expected four arrays of shapes (3, 2), (3,), (2, 3), (2,); got {shapes}."
            assert shapes == [(3, 2), (3,), (2, 3), (2,)], message
            result = [np.asarray(p) for p in result]
            assert all(p.dtype.kind == "f" and np.isfinite(p).all() for p in result), "Expected arrays of finite floats."
            moved = [not np.array_equal(new, old) for new, old in zip(result, params, strict=True)]
            message = f"With {what} these arrays should change: {mask}. In your answer these have changed: {moved}."
            assert moved == mask, message
            message = "Your function changed the arrays in params. The pretrained network must survive: it will be finetuned on other tasks, too."
            assert all(np.array_equal(now, old) for now, old in zip(given, params, strict=True)), message
            for i, at in [(0, (2, 1)), (1, (0,)), (2, (1, 0)), (3, (1,))] if steps == 1 else []:
                up, down = [p.copy() for p in params], [p.copy() for p in params]
                up[i][at] += 1e-5
                down[i][at] -= 1e-5
                slope = (loss(up) - loss(down)) / 2e-5 if mask[i] else 0.0
                way = result[i][at] - params[i][at]
                message = (
                    f"With {what}, after one step with rate 0.2: the number params[{i}]{list(at)} has moved by {way:.6f}. Measured, by moving it up and "
                    f"down by 0.00001, the loss there has the slope {slope:.6f}, and the step goes downhill by rate times slope. Check your "
                    "gradient of that array: mean over the points, softmax, and the slope of tanh below the last layer."
                )
                assert abs(way + 0.2 * slope) < 1e-6, message
        before, after = loss(params), loss(result)
        message = f"With {what}, 60 steps take your loss from {before:.4f} to {after:.4f}. Each step must go downhill; print the loss after every one."
        assert after < 0.7 * before, message


@test_case(
    name="q5 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Move one weight by 0.00001 and watch the loss: the slope that you see must be the gradient that you use.",
)
def test_further_check_1(finetune):
    """One step with everything trained, against slopes of the loss measured by moving each number a little."""

    from itertools import pairwise

    import numpy as np

    rng = np.random.default_rng()
    for sizes in ([4, 3], [3, 4, 3], [2, 3, 4, 2]):
        params = []
        for a, c in pairwise(sizes):
            params += [rng.normal(size=(c, a)), rng.normal(size=c)]
        n, k = 11, sizes[-1]
        X, y = rng.normal(size=(n, sizes[0])), np.r_[np.arange(k), rng.integers(k, size=n - k)]

        def loss(params, X=X, y=y):
            out = X
            for i in range(0, len(params), 2):
                out = (np.tanh(out) if i else out) @ params[i].T + params[i + 1]
            return np.mean(np.logaddexp.reduce(out, axis=1) - out[np.arange(len(y)), y])

        result = finetune([p.copy() for p in params], X, y, [True] * len(params), 0.3, 1)
        what = f"layers of {sizes} numbers: "
        assert isinstance(result, list | tuple) and len(result) == len(params), what + "expected as many arrays as there were"
        for i, (new, old) in enumerate(zip(result, params, strict=True)):
            assert np.shape(new) == old.shape, what + f"array {i} has another shape than before"
            for at in np.ndindex(old.shape):
                up, down = [p.copy() for p in params], [p.copy() for p in params]
                up[i][at] += 1e-5
                down[i][at] -= 1e-5
                slope = (loss(up) - loss(down)) / 2e-5
                message = what + f"array {i} (W, b, W, b, ...) did not move by rate times the slope of the loss"
                assert abs(np.asarray(new)[at] - (old[at] - 0.3 * slope)) < 1e-6, message


@test_case(
    name="q5 further check 2",
    points=1,
    hidden=True,
    failure_message="Not yet. Freeze the last layer only, or one in the middle: do the layers below it still learn? Do several steps add up?",
)
def test_further_check_2(finetune):
    """Any subset of arrays frozen, one to three steps, against measured slopes."""

    import numpy as np

    rng = np.random.default_rng()
    sizes, n = [2, 3, 2, 3], 7
    shapes = [(3, 2), (3,), (2, 3), (2,), (3, 2), (3,)]
    X, y = rng.normal(size=(n, sizes[0])), np.array([0, 1, 2, 2, 1, 0, 1])

    def loss(params):
        out = X
        for i in range(0, len(params), 2):
            out = (np.tanh(out) if i else out) @ params[i].T + params[i + 1]
        return np.mean(np.logaddexp.reduce(out, axis=1) - out[np.arange(n), y])

    masks = [
        [True, True, True, True, False, False], [True, True, False, False, True, True], [False, True, False, True, False, True],
        [False, False, False, False, True, True], [True, False, False, False, False, False], [False] * 6,
    ]  # fmt: skip
    for steps, mask in zip((2, 3, 2, 3, 1, 2), masks, strict=True):
        start = [rng.normal(size=shape) for shape in shapes]
        expected = [p.copy() for p in start]
        for _ in range(steps):
            slopes = [np.zeros(p.shape) for p in expected]
            for i, p in enumerate(expected):
                for at in np.ndindex(p.shape):
                    up, down = [q.copy() for q in expected], [q.copy() for q in expected]
                    up[i][at] += 1e-5
                    down[i][at] -= 1e-5
                    slopes[i][at] = (loss(up) - loss(down)) / 2e-5
            expected = [p - 0.4 * slope * train for p, slope, train in zip(expected, slopes, mask, strict=True)]
        result = finetune([p.copy() for p in start], X, y, list(mask), 0.4, steps)
        what = f"mask {[int(m) for m in mask]}, {steps} steps: "
        assert isinstance(result, list | tuple) and len(result) == 6, what + "expected six arrays"
        for i, (new, old, right) in enumerate(zip(result, start, expected, strict=True)):
            assert np.shape(new) == old.shape, what + f"array {i} has another shape than before"
            assert mask[i] or np.array_equal(new, old), what + f"array {i} is frozen and has changed"
            assert np.allclose(new, right, rtol=0, atol=1e-6), what + f"array {i} is wrong"


@test_case(
    name="q5 further check 3",
    points=1,
    hidden=True,
    failure_message="Not yet. Extreme cases: scores of 1000, no steps, whole numbers, one point, every point given twice.",
)
def test_further_check_3(finetune):
    """Scores of 1000 beside scores of 0, no steps, whole numbers, one point; every point twice changes nothing."""

    import numpy as np

    rng = np.random.default_rng()

    def run(params, X, y, mask, rate, steps, what):
        result = finetune([p.copy() for p in params], X, y, mask, rate, steps)
        assert isinstance(result, list | tuple) and len(result) == len(params), f"expected {len(params)} arrays: {what}"
        assert [np.shape(p) for p in result] == [p.shape for p in params], f"the shapes have changed: {what}"
        result = [np.asarray(p) for p in result]
        assert all(p.dtype.kind == "f" and np.isfinite(p).all() for p in result), f"expected finite floats: {what}"
        return result

    c = float(rng.integers(900, 1100))
    steep = [np.array([[c], [-c]]), np.zeros(2)]
    W, b = run(steep, np.array([[1.0], [-1.0], [0.0]]), np.array([1, 1, 1]), [True, True], 1.0, 1, "scores of 1000 beside scores of 0")
    # the first point is surely wrong, the second surely right, the third undecided: it pulls half as hard, and at b alone
    assert np.allclose(W, [[c - 1 / 3], [1 / 3 - c]], rtol=0, atol=1e-6), "scores of 1000: wrong W"
    assert np.allclose(b, [-0.5, 0.5], rtol=0, atol=1e-6), "scores of 1000: wrong b"
    params = [rng.normal(size=(4, 3)), rng.normal(size=4), rng.normal(size=(2, 4)), rng.normal(size=2)]
    X, y = rng.normal(size=(9, 3)), np.array([0, 1, 0, 1, 1, 0, 0, 1, 1])
    same = run(params, X, y, [True] * 4, 0.5, 0, "no steps")
    assert all(np.array_equal(new, old) for new, old in zip(same, params, strict=True)), "no steps: nothing may change"
    once = run(params, X, y, [True] * 4, 0.5, 4, "four steps")
    assert max(np.abs(new - old).max() for new, old in zip(once, params, strict=True)) > 1e-3, "four steps changed nothing"
    twice = run(params, np.vstack([X, X]), np.r_[y, y], [True] * 4, 0.5, 4, "every point twice")
    message = "every point twice: the mean loss is the same, so the new network must be"
    assert all(np.allclose(a, b, rtol=0, atol=1e-6) for a, b in zip(once, twice, strict=True)), message
    split = run(run(params, X, y, [True] * 4, 0.5, 1, "one step"), X, y, [True] * 4, 0.5, 3, "three more steps")
    message = "one step and then three more must end where four steps end"
    assert all(np.allclose(a, b, rtol=0, atol=1e-6) for a, b in zip(once, split, strict=True)), message
    x = int(rng.integers(1, 6))
    whole = [np.zeros((3, 1), dtype=int), np.array([2, 2, 2])]
    W, b = run(whole, np.array([[x]]), np.array([2]), [True, True], 1, 1, "one point, whole numbers")
    message = "one point, whole numbers, three equally likely classes"
    assert np.allclose(W, [[-x / 3], [-x / 3], [2 * x / 3]], rtol=0, atol=1e-6), message
    assert np.allclose(b, [5 / 3, 5 / 3, 8 / 3], rtol=0, atol=1e-6), message
