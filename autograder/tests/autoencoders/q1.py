from otter.test_files import test_case

OK_FORMAT = False

name = "q1"
points = None


@test_case(name="q1: one layer, two points", points=0.5, hidden=False)
def test_one_layer_two_points(encode):
    import numpy as np

    X = np.array([[1.0, 2.0, 3.0], [0.0, 1.0, 0.0]])
    W, b = np.array([[1.0, 0.0, -1.0], [0.0, 2.0, 0.0]]), np.array([0.5, -1.0])
    given = X.copy(), W.copy(), b.copy()
    Z = encode(X, [(W, b)])
    message = (
        f"Two points go in and W has two rows, so the codes have shape (2, 2); got {type(Z).__name__} of shape {np.shape(Z)}. "
        "(NoneType means that nothing was returned.)"
    )
    assert np.shape(Z) == (2, 2), message
    Z = np.asarray(Z)
    message = f"Expected numbers; got dtype {Z.dtype}, {Z.tolist()}."
    assert Z.dtype.kind in "iuf" and np.isfinite(Z).all(), message
    expected = [[1 - 3 + 0.5, 4 - 1], [0.5, 2 - 1]]
    message = (
        f"X = {X.tolist()}, W = {W.tolist()}, b = {b.tolist()}: you get {Z.tolist()}. Work out W x + b for the first point by hand, one row "
        "of W at a time. With a single layer nothing is squashed. And is a row of your answer a point, or a number of the code?"
    )
    assert np.allclose(Z, expected, rtol=0, atol=1e-9), message
    message = "Your function changed the arrays that it was given. Its caller still needs them."
    assert all(np.array_equal(now, then) for now, then in zip((X, W, b), given, strict=True)), message


@test_case(
    name="q1: two layers, squashed in between",
    points=0.5,
    hidden=False,
    success_message="Public checks passed. More checks run when it is graded.",
)
def test_two_layers_squashed_in_between(encode):
    import math

    import numpy as np

    X = np.array([[0.5], [-2.0], [3.0]])
    layers = [(np.array([[1.0], [-1.0]]), np.array([0.0, 1.0])), (np.array([[2.0, 3.0]]), np.array([0.25]))]
    Z = encode(X, layers)
    message = (
        f"Three points, and the last W has one row: expected shape (3, 1), got {type(Z).__name__} of shape {np.shape(Z)}."
    )
    assert np.shape(Z) == (3, 1) and np.asarray(Z).dtype.kind in "iuf", message
    for (x,), (z,) in zip(X.tolist(), np.asarray(Z).tolist(), strict=True):
        first, second = math.tanh(x), math.tanh(-x + 1)
        message = (
            f"x = {x}: the first layer gives {x} and {-x + 1}, squashed {first:.4f} and {second:.4f}. From these two the second layer makes "
            f"one number, and you get {z}. Is tanh applied in between, with the bias inside, and only there?"
        )
        assert abs(z - (2 * first + 3 * second + 0.25)) < 1e-9, message


@test_case(
    name="q1 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Write down the shapes after each layer for a network of three layers, and compare one code with a sum by hand.",
)
def test_further_check_1(encode):
    """Random networks of one to four layers against sums written out."""

    import itertools
    import math

    import numpy as np

    rng = np.random.default_rng()
    for n, widths in [(5, [3, 4, 2]), (7, [4, 6, 5, 3]), (3, [2, 3, 4, 3, 1]), (6, [5, 2])]:
        X = rng.normal(size=(n, widths[0]))
        layers = [(rng.normal(size=(p, q)), rng.normal(size=p)) for q, p in itertools.pairwise(widths)]
        Z = encode(X, layers)
        what = f"{n} points through layers of {widths} numbers: "
        assert np.shape(Z) == (n, widths[-1]), what + f"expected shape {(n, widths[-1])}, got {np.shape(Z)}"
        for x, z in zip(X, np.asarray(Z), strict=True):
            for depth, (W, b) in enumerate(layers, start=1):
                x = [math.fsum(w * a for w, a in zip(row, x, strict=True)) + shift for row, shift in zip(W, b, strict=True)]
                x = [math.tanh(a) for a in x] if depth < len(layers) else x
            assert np.allclose(z, x, rtol=0, atol=1e-8), what + "wrong code"


@test_case(
    name="q1 further check 2",
    points=0.5,
    hidden=True,
    failure_message="Not yet. If a layer has as many outputs as inputs, no error tells you that a matrix lies on its side. Check by hand.",
)
def test_further_check_2(encode):
    """Square weight matrices, so that a transposed one passes unnoticed; the order of layers."""

    import numpy as np

    rng = np.random.default_rng()
    turn, shift = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]), rng.normal(size=3)
    X = rng.normal(size=(3, 3))
    zero = np.zeros(3)
    cases = [
        ([(turn, zero)], np.roll(X, -1, axis=1), "one layer that moves every number one place up"),
        ([(turn, shift)], np.roll(X, -1, axis=1) + shift, "the same with a bias"),
        ([(turn, shift), (2 * turn, zero)], 2 * np.roll(np.tanh(np.roll(X, -1, axis=1) + shift), -1, axis=1), "two layers"),
    ]
    for layers, expected, what in cases:
        Z = encode(X, layers)
        assert np.shape(Z) == (3, 3), f"expected shape (3, 3), got {np.shape(Z)}: {what}"
        assert np.allclose(Z, expected, rtol=0, atol=1e-9), f"wrong code: {what}"


@test_case(
    name="q1 further check 3",
    points=0.5,
    hidden=True,
    failure_message="Not yet. Which extreme cases can you think of: one point, one number, whole numbers, very large ones?",
)
def test_further_check_3(encode):
    """One point, whole numbers, numbers so large that tanh is 1, a code wider than the point."""

    import numpy as np

    rng = np.random.default_rng()
    size = int(rng.integers(30, 90))
    X = np.array([[size, -size]])
    flip = (np.array([[1, 0], [0, 1], [1, 1]]), np.array([0, 0, 0]))
    last = (np.array([[1.0, 2.0, 4.0]]), np.array([0.5]))
    cases = [
        (X, [flip], [[size, -size, 0]], "one point, whole numbers, a code wider than the point"),
        (X, [flip, last], [[1 - 2 + 0.5]], "tanh of large numbers is 1 or -1"),
        (X.astype(float) * 1e200, [flip, last], [[1 - 2 + 0.5]], "enormous numbers"),
        (np.zeros((2, 2)), [flip, last], [[0.5], [0.5]], "black images"),
    ]
    for points, layers, expected, what in cases:
        Z = encode(points, layers)
        assert np.shape(Z) == np.shape(expected), f"expected shape {np.shape(expected)}, got {np.shape(Z)}: {what}"
        assert np.allclose(Z, expected, rtol=0, atol=1e-9), f"wrong code: {what}"
