from otter.test_files import test_case

OK_FORMAT = False

name = "q1"
points = None


@test_case(name="q1: two columns by hand", points=0.5, hidden=False)
def test_two_columns_by_hand(standardize):
    import numpy as np

    X = np.array([[2, 90], [4, 70], [4, 50], [4, 50], [5, 40], [5, 40], [7, 40], [9, 20]])
    given = X.copy()
    Z = standardize(X)
    message = (
        f"Expected a table of the same shape as X, (8, 2), with numbers in it, but got {type(Z).__name__} of shape {np.shape(Z)}. "
        "(NoneType means that nothing was returned: is there a `return` at the end?)"
    )
    assert np.shape(Z) == (8, 2) and np.asarray(Z).dtype.kind in "iuf", message
    Z = np.asarray(Z)
    message = (
        "The table that was given to your function has been changed by it. Make a new one. "
        "(This one holds whole numbers: it could not even keep the fractions.)"
    )
    assert np.array_equal(X, given), message
    message = (
        f"The columns of X have the means 5 and 50; after standardising, each should have mean 0. Yours: {Z.mean(axis=0).round(4).tolist()}. "
        "Does every column have its own mean taken away?"
    )
    assert np.allclose(Z.mean(axis=0), 0, atol=1e-9), message
    message = (
        f"After standardising, each column should have standard deviation 1. Yours: {Z.std(axis=0).round(4).tolist()}. The first column "
        "is 3, 1, 1, 1, 0, 0, 2 and 4 away from its mean. Square, take the mean of the eight squares, take the root: that is 2."
    )
    assert np.allclose(Z.std(axis=0), 1, atol=1e-9), message
    expected = [[-1.5, 2], [-0.5, 1], [-0.5, 0], [-0.5, 0], [0, -0.5], [0, -0.5], [1, -0.5], [2, -1.5]]
    message = f"Means and standard deviations are right, yet the numbers are not. Work out one of them by hand; yours are {Z.round(4).tolist()}."
    assert np.allclose(Z, expected, atol=1e-9), message


@test_case(
    name="q1: columns that do not vary",
    points=0.5,
    hidden=False,
    success_message="Public checks passed. More checks run when it is graded.",
)
def test_columns_that_do_not_vary(standardize):
    import numpy as np

    X = np.column_stack([np.full(7, 7.0), np.arange(7.0), np.full(7, 0.1)])
    Z = standardize(X)
    message = f"Expected a table of shape (7, 3), but got {type(Z).__name__} of shape {np.shape(Z)}."
    assert np.shape(Z) == (7, 3) and np.asarray(Z).dtype.kind in "iuf", message
    Z = np.asarray(Z)
    message = f"The middle column of X is 0, 1, …, 6: its mean is 3, its standard deviation 2. You make {Z[:, 1].round(4).tolist()} of it."
    assert np.allclose(Z[:, 1], [-1.5, -1, -0.5, 0, 0.5, 1, 1.5], atol=1e-6), message
    message = (
        f"The first column of X is 7 in every row. The docstring says what a constant column becomes; you make {Z[:, 0].tolist()} of it. "
        "(nan is 0 / 0: the standard deviation of a constant column is 0.)"
    )
    assert np.allclose(Z[:, 0], 0, atol=1e-9), message
    message = (
        f"The last column of X is 0.1 in every row, so it is constant as well; you make {Z[:, 2].tolist()} of it. Print X.std(axis=0): "
        "the mean was rounded, and the standard deviation is not 0 but tiny. How else can you tell that all numbers of a column are equal?"
    )
    assert np.allclose(Z[:, 2], 0, atol=1e-9), message


@test_case(
    name="q1 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Try random tables in which n and d differ, with columns in quite different units, and look at mean and standard deviation of each.",
)
def test_further_check_1(standardize):
    """Random tables with columns in units from 1e-4 to 1e5, held to sums without rounding."""

    import math

    import numpy as np

    rng = np.random.default_rng()
    for n, d in [(30, 4), (5, 9), (200, 1)]:
        units = 10.0 ** rng.permutation(np.linspace(-4, 5, d) if d > 1 else np.array([-4.0]))
        X = (rng.uniform(-1, 1, size=(n, d)) + rng.uniform(-2, 2, size=d)) * units
        Z = standardize(X)
        what = f"{n} points, {d} features: "
        assert np.shape(Z) == (n, d) and np.asarray(Z).dtype.kind == "f", what + f"expected floats, shape ({n}, {d})"
        for f in range(d):
            mean = math.fsum(X[:, f]) / n
            spread = math.sqrt(math.fsum((value - mean) ** 2 for value in X[:, f]) / n)
            right = np.allclose(np.asarray(Z)[:, f], [(value - mean) / spread for value in X[:, f]], rtol=0, atol=2e-6)
            assert right, what + "some column is not what its own mean and standard deviation make of it"


@test_case(
    name="q1 further check 2",
    points=0.5,
    hidden=True,
    failure_message="Not yet. Which extreme tables can you think of: one row, whole numbers, float32, two rows, nothing that varies?",
)
def test_further_check_2(standardize):
    """One row, whole numbers, float32, two rows, constant columns whose mean is rounded."""

    import numpy as np

    rng = np.random.default_rng()
    signs = rng.permutation(np.repeat([-1, 1], 6))
    shift, factor = rng.integers(-9, 10, size=3), rng.integers(1, 9, size=3)
    steps = signs[:, None] * factor + shift
    expected = np.repeat(signs[:, None], 3, axis=1)
    cases = [
        (rng.uniform(1, 9, size=(1, 3)) * [1, -2, 3], np.zeros((1, 3)), "one row"),
        (steps, expected, "whole numbers"),
        (steps.astype(np.float32), expected, "float32"),
        (steps[[0, np.flatnonzero(signs != signs[0])[0]]] / 7, [[signs[0]] * 3, [-signs[0]] * 3], "two rows"),
        (np.full((12, 2), [0.1, 0.7]), np.zeros((12, 2)), "nothing varies"),
        (np.column_stack([steps, np.full(12, -0.6)]), np.column_stack([expected, np.zeros(12)]), "one constant column"),
    ]
    for X, answer, what in cases:
        Z = standardize(X)
        assert np.shape(Z) == np.shape(answer) and np.asarray(Z).dtype.kind == "f", f"expected floats in the shape of X: {what}"
        assert np.allclose(Z, answer, rtol=0, atol=1e-5), f"wrong numbers: {what}"


@test_case(
    name="q1 further check 3",
    points=0.5,
    hidden=True,
    failure_message="Not yet. Read the notes in the docstring again, then add a large number to a small table: what should change?",
)
def test_further_check_3(standardize):
    """Numbers near a hundred million that differ by about 1: the mean of squares less the squared mean loses the digits."""

    import math

    import numpy as np

    rng = np.random.default_rng()
    spread = rng.permuted(np.tile(np.linspace(-1.7, 1.7, 40), (3, 1)), axis=1).T
    X = spread * [1, 0.5, 1.5] + [1e8, -1e8, 1.1e8]
    Z = standardize(X)
    assert np.shape(Z) == X.shape and np.asarray(Z).dtype.kind == "f", "expected floats in the shape of X"
    for f in range(3):
        mean = X[0, f] + math.fsum(value - X[0, f] for value in X[:, f]) / 40
        scale = math.sqrt(math.fsum((value - mean) ** 2 for value in X[:, f]) / 40)
        right = np.allclose(np.asarray(Z)[:, f], (X[:, f] - mean) / scale, rtol=0, atol=1e-4)
        assert right, "numbers near 100,000,000 that differ by about 1: the answer must be right to four digits"
