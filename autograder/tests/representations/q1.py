from otter.test_files import test_case

OK_FORMAT = False

name = "q1"
points = None


@test_case(name="q1: two codes by hand", points=1, hidden=False)
def test_two_codes_by_hand(linear_probe):
    import numpy as np

    Z = np.array([[-1.0], [1.0]])
    result = linear_probe(Z, np.array([0, 1]), 2, 2.0)
    two_things = isinstance(result, tuple | list) and len(result) == 2
    message = (
        f"Expected two things, `return W, b`, but got {type(result).__name__}. (NoneType: nothing was returned.)"
    )
    assert two_things, message
    W, b = result
    shapes = np.shape(W), np.shape(b)
    message = (
        f"n = 2, m = 1, k = 2: expected W of shape (2, 1) and b of shape (2,), one row a class; got {shapes}."
    )
    assert shapes == ((2, 1), (2,)), message
    kinds = np.asarray(W).dtype.kind + np.asarray(b).dtype.kind
    message = f"W and b must hold finite numbers; got W = {W}, b = {b}."
    assert set(kinds) <= set("iuf") and np.isfinite(W).all() and np.isfinite(b).all(), message
    W, b = np.asarray(W), np.asarray(b)
    message = (
        f"Codes -1 and 1, labels 0 and 1, l2 = 2: your W is {W.tolist()} and your b is {b.tolist()}. In the text the same "
        "codes were fitted by hand. Write down (w z + b - target)² for both points, add l2 w², and set the two derivatives "
        "to zero. Only w is punished, the targets are 0 and 1, and the squares are added up, not averaged."
    )
    assert np.allclose(W, [[-1 / 4], [1 / 4]], rtol=0, atol=1e-6) and np.allclose(b, [1 / 2, 1 / 2], rtol=0, atol=1e-6), message


@test_case(
    name="q1: codes moved away, and a class that nobody has",
    points=0.5,
    hidden=False,
    success_message="Public checks passed. More checks run when it is graded.",
)
def test_codes_moved_away_and_an_absent_class(linear_probe):
    import numpy as np

    Z, y = np.array([[4.0], [6.0]]), np.array([0, 1])
    result = linear_probe(Z, y, 3, 2.0)
    assert isinstance(result, tuple | list) and len(result) == 2, "Expected two things, `return W, b`."
    W, b = result
    shapes = np.shape(W), np.shape(b)
    message = (
        f"n = 2, m = 1, k = 3: expected shapes (3, 1) and (3,), got {shapes}. Nobody has label 2 here, but there are still three classes."
    )
    assert shapes == ((3, 1), (3,)), message
    W, b = np.asarray(W), np.asarray(b)
    message = f"W and b must hold finite numbers; got W = {W.tolist()}, b = {b.tolist()}."
    assert set(W.dtype.kind + b.dtype.kind) <= set("iuf") and np.isfinite(W).all() and np.isfinite(b).all(), message
    half_way = 5 * W[:, 0] + b
    message = (
        f"Codes 4 and 6, labels 0 and 1, three classes, l2 = 2: half-way, at 5, your scores are {half_way.tolist()}. By symmetry "
        "classes 0 and 1 must have equal scores there that add up to 1, and class 2, whose targets are all 0, the score 0."
    )
    assert np.allclose(half_way, [1 / 2, 1 / 2, 0], rtol=0, atol=1e-6), message
    message = (
        f"These are the codes -1 and 1 of the text, moved by 5, and W must be what it was there; yours is {W.tolist()}. If the check "
        "before this one passes, then something in your code depends on where the origin is. If not, mend that first."
    )
    assert np.allclose(W, [[-1 / 4], [1 / 4], [0]], rtol=0, atol=1e-6), message


@test_case(
    name="q1 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Try random codes with several columns, and more columns than codes; move one weight a little: does the sum rise?",
)
def test_further_check_1(linear_probe):
    """Against scikit-learn's ridge, in shapes where n, m and k differ; more columns than points too."""

    import numpy as np
    from sklearn.linear_model import Ridge

    rng = np.random.default_rng()
    for n, m, k, l2 in [(40, 3, 4, 0.3), (9, 15, 3, 2.5), (60, 1, 2, 7.0), (25, 6, 5, 40.0)]:
        Z = rng.normal(size=(n, m)) + rng.normal(size=m)
        y = rng.permutation(np.r_[np.arange(k), rng.integers(k, size=n - k)])
        result = linear_probe(Z, y, k, l2)
        what = f"{n} codes of {m} numbers, {k} classes, l2 = {l2}: "
        assert isinstance(result, tuple | list) and len(result) == 2, what + "expected W, b"
        W, b = result
        assert (np.shape(W), np.shape(b)) == ((k, m), (k,)), what + f"wrong shapes {np.shape(W)}, {np.shape(b)}"
        truth = Ridge(alpha=l2).fit(Z, (y[:, None] == np.arange(k)) * 1.0)
        expected = truth.coef_.reshape(k, m)
        assert np.allclose(W, expected, rtol=1e-6, atol=1e-7), what + "these weights do not make the sum smallest"
        assert np.allclose(b, truth.intercept_, rtol=1e-6, atol=1e-7), what + "wrong biases"


@test_case(
    name="q1 further check 2",
    points=0.75,
    hidden=True,
    failure_message="Not yet. What must happen to W and b when all codes are moved, when a column is constant, when two columns are equal?",
)
def test_further_check_2(linear_probe):
    """Moved codes, twin columns, a constant column, a class that is absent: what must then hold exactly."""

    import numpy as np

    rng = np.random.default_rng()
    n, k, l2 = 30, 4, 1.5
    half = rng.normal(size=(n, 2))
    Z = np.hstack([half, half, np.full((n, 1), 3.0)])
    y = rng.permutation(np.r_[np.zeros(10), np.full(12, 1), np.full(8, 3)]).astype(int)
    results = [linear_probe(codes, y, k, l2) for codes in (Z, Z + 50)]
    for result in results:
        assert isinstance(result, tuple | list) and len(result) == 2, "expected W, b"
        assert (np.shape(result[0]), np.shape(result[1])) == ((4, 5), (4,)), "expected shapes (4, 5) and (4,)"
    (W, b), (W_moved, b_moved) = [(np.asarray(W, dtype=float), np.asarray(b, dtype=float)) for W, b in results]
    assert np.allclose(W[:, :2], W[:, 2:4], rtol=0, atol=1e-7), "two columns are equal, their weights are not"
    assert np.allclose(W[:, 4], 0, rtol=0, atol=1e-7), "a column that never varies has a weight"
    assert np.allclose(W[2], 0, rtol=0, atol=1e-7) and abs(b[2]) < 1e-7, "class 2 has no points: all its targets are 0"
    assert np.abs(W[[0, 1, 3], :2]).max() > 1e-3, "no weight at all"
    shares = [10 / 30, 12 / 30, 0, 8 / 30]
    assert np.allclose((Z @ W.T + b).mean(axis=0), shares, rtol=0, atol=1e-7), "the mean scores are not the classes' shares"
    assert np.allclose(W_moved, W, rtol=0, atol=1e-6), "all codes moved by 50: W must stay"
    scores = (Z + 50) @ W_moved.T + b_moved
    assert np.allclose(scores, Z @ W.T + b, rtol=0, atol=1e-6), "all codes moved by 50: the scores must stay"


@test_case(
    name="q1 further check 3",
    points=0.75,
    hidden=True,
    failure_message="Not yet. Extreme cases: one point, one class, whole numbers, a very strong punishment, every point given twice.",
)
def test_further_check_3(linear_probe):
    """Every point twice with twice the punishment; one point; one class; whole numbers; a huge punishment."""

    import numpy as np

    rng = np.random.default_rng()
    Z = rng.integers(-9, 10, size=(12, 2)) + np.array([[0, 20]])
    Z[:3] = [[0, 25], [7, 11], [-7, 30]]
    y = np.r_[0, 1, 2, rng.integers(3, size=9)]

    def probe(Z, y, k, l2, what):
        result = linear_probe(Z, y, k, l2)
        assert isinstance(result, tuple | list) and len(result) == 2, f"expected W, b: {what}"
        W, b = np.asarray(result[0], dtype=float), np.asarray(result[1], dtype=float)
        assert (W.shape, b.shape) == ((k, Z.shape[1]), (k,)), f"wrong shapes {W.shape}, {b.shape}: {what}"
        return W, b

    W, b = probe(Z, y, 3, 4, "whole numbers")
    errors = Z @ W.T + b - (y[:, None] == np.arange(3))
    slope = 2 * errors.T @ Z + 2 * 4 * W
    assert np.allclose(slope, 0, rtol=0, atol=1e-4), "whole numbers: the sum can still be made smaller by other weights"
    assert np.allclose(errors.sum(axis=0), 0, rtol=0, atol=1e-5), "whole numbers: another b would be better"
    twice = probe(np.vstack([Z, Z]), np.r_[y, y], 3, 8.0, "every point twice, l2 twice as large")
    message = "every point twice and l2 twice as large: the whole sum doubles, so the answer must stay"
    assert np.allclose(twice[0], W, rtol=0, atol=1e-6) and np.allclose(twice[1], b, rtol=0, atol=1e-5), message
    W, b = probe(Z[:1], np.array([1]), 3, 1.0, "one point")
    assert np.allclose(W, 0, rtol=0, atol=1e-9) and np.allclose(b, [0, 1, 0], rtol=0, atol=1e-9), "one point"
    W, b = probe(Z, np.zeros(12, dtype=int), 1, 1.0, "one class")
    assert np.allclose(W, 0, rtol=0, atol=1e-7) and np.allclose(b, 1, rtol=0, atol=1e-5), "one class"
    W, b = probe(Z, y, 3, 1e12, "a huge punishment")
    shares = np.bincount(y, minlength=3) / 12
    message = "a huge punishment: no weights are left, and each b is its class's share"
    assert np.allclose(W, 0, rtol=0, atol=1e-6) and np.allclose(b, shares, rtol=0, atol=1e-6), message
