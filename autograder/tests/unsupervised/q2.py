from otter.test_files import test_case

OK_FORMAT = False

name = "q2"
points = None


@test_case(name="q2: two points against three", points=0.5, hidden=False)
def test_two_points_against_three(squared_distances):
    import numpy as np

    A = np.array([[0.0, 0.0], [3.0, 4.0]])
    B = np.array([[0.0, 0.0], [3.0, 0.0], [6.0, -2.0]])
    table = squared_distances(A, B)
    message = (
        f"A has 2 rows and B has 3, so a table of shape (2, 3) is expected, but you return {type(table).__name__} of shape {np.shape(table)}. "
        "Row i and column j: from A[i] to B[j]. (NoneType means that nothing was returned.)"
    )
    assert np.shape(table) == (2, 3) and np.asarray(table).dtype.kind in "iuf", message
    table = np.asarray(table)
    message = (
        f"From (3, 4) to (0, 0) you get {table[1, 0]}. Draw the triangle with sides 3 and 4: Pythagoras adds their squares. "
        "What is asked for is the squared length of the long side, so no root, no mean."
    )
    assert abs(table[1, 0] - (9 + 16)) < 1e-9, message
    expected = [[0, 9, 36 + 4], [9 + 16, 16, 9 + 36]]
    message = (
        f"A = {A.tolist()}, B = {B.tolist()}: you get {table.tolist()}. Work out each of the six by hand: "
        "difference in x₁, squared, plus difference in x₂, squared. A difference may be negative; its square is not."
    )
    assert np.allclose(table, expected, rtol=0, atol=1e-9), message


@test_case(name="q2: a table against itself", points=0.5, hidden=False)
def test_a_table_against_itself(squared_distances):
    import numpy as np

    A = np.random.default_rng(0).normal(size=(60, 3))
    given = A.copy()
    table = squared_distances(A, A)
    message = f"60 points against themselves: expected shape (60, 60), got {type(table).__name__} of shape {np.shape(table)}."
    assert np.shape(table) == (60, 60) and np.asarray(table).dtype.kind in "iuf", message
    table = np.asarray(table)
    message = f"From every point to itself it is 0; on the diagonal of your table the largest number is {np.abs(table.diagonal()).max()}."
    assert np.abs(table.diagonal()).max() < 1e-9, message
    message = (
        f"The smallest entry of your table is {table.min()}. A square cannot be negative; rounding can make it so where large numbers are "
        "subtracted that should cancel, and the root of it would be nan. Which operation could come first, or what could follow?"
    )
    assert table.min() >= 0, message
    message = "From i to j it is as far as from j to i, but your table is not symmetric."
    assert np.allclose(table, table.T, rtol=1e-9), message
    assert np.array_equal(A, given), "The table that was given to your function has been changed by it. Make a new one."


@test_case(
    name="q2: far from zero",
    points=0.5,
    hidden=False,
    success_message="Public checks passed. More checks run when it is graded.",
)
def test_far_from_zero(squared_distances):
    import numpy as np

    start = 1_700_000_000.0
    A, B = np.array([[start, 10.0], [start + 3, 14.0]]), np.array([[start, 10.0], [start + 1, 10.0], [start + 6, 18.0]])
    table = squared_distances(A, B)
    message = f"Expected a table of shape (2, 3), got {type(table).__name__} of shape {np.shape(table)}."
    assert np.shape(table) == (2, 3) and np.asarray(table).dtype.kind in "iuf", message
    expected = [[0, 1, 36 + 64], [9 + 16, 4 + 16, 9 + 16]]
    message = (
        f"x₁ is a time in seconds since 1970, about 1,700,000,000; the points are a few seconds apart. You get {np.asarray(table).tolist()}; "
        "from A[1] to B[0] it is 3 s and 4 degrees, so 25. A float keeps 16 digits: which of your numbers need more? Subtract early."
    )
    assert np.allclose(table, expected, rtol=1e-6, atol=1e-9), message


@test_case(
    name="q2 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Try random tables in which n, m and d differ, and hold a few entries against a sum by hand.",
)
def test_further_check_1(squared_distances):
    """Random tables in shapes where n, m and d differ; one row on either side."""

    import math

    import numpy as np

    rng = np.random.default_rng()
    for n, m, d in [(7, 5, 3), (1, 4, 2), (6, 1, 4), (3, 8, 1), (2, 3, 30)]:
        A, B = rng.normal(size=(n, d)), 3 * rng.normal(size=(m, d)) + 1
        table = squared_distances(A, B)
        what = f"{n} rows against {m}, {d} features: "
        assert np.shape(table) == (n, m) and np.asarray(table).dtype.kind in "iuf", what + f"expected shape ({n}, {m})"
        expected = [[math.fsum((A[i, f] - B[j, f]) ** 2 for f in range(d)) for j in range(m)] for i in range(n)]
        assert np.allclose(table, expected, rtol=1e-6, atol=1e-9), what + "some distance is wrong"


@test_case(
    name="q2 further check 2",
    points=0.5,
    hidden=True,
    failure_message="Not yet. Which extreme tables can you think of: whole numbers, float32, rows that A and B share?",
)
def test_further_check_2(squared_distances):
    """Whole numbers, float32, one point, shared rows among many: zero there, and never less anywhere."""

    import numpy as np

    rng = np.random.default_rng()
    A, B = rng.integers(-9, 10, size=(5, 2)), rng.integers(-9, 10, size=(4, 2))
    expected = [[(int(a[0]) - int(b[0])) ** 2 + (int(a[1]) - int(b[1])) ** 2 for b in B] for a in A]
    for kind in (int, np.float32, float):
        table = squared_distances(A.astype(kind), B.astype(kind))
        assert np.shape(table) == (5, 4) and np.asarray(table).dtype.kind in "iuf", f"expected numbers, shape (5, 4): {kind.__name__}"
        assert np.allclose(table, expected, rtol=1e-6, atol=1e-5), f"some distance is wrong: {kind.__name__}"
    X = rng.normal(size=(300, 5))
    order = rng.permutation(300)
    table = squared_distances(X, X[order])
    assert np.shape(table) == (300, 300) and np.asarray(table).dtype.kind in "iuf", "expected shape (300, 300)"
    table = np.asarray(table)
    assert np.abs(table[order, np.arange(300)]).max() < 1e-9, "equal rows must be at distance 0"
    assert table.min() >= 0, "no squared distance may be negative"


@test_case(
    name="q2 further check 3",
    points=1,
    hidden=True,
    failure_message="Not yet. Read the notes in the docstring again, then add the same large number to both tables: what should change?",
)
def test_further_check_3(squared_distances):
    """Points near 10^6 and 10^9 that lie about 1 apart: what is multiplied out without centring loses the digits."""

    import math

    import numpy as np

    rng = np.random.default_rng()
    for offset in (1e6, -1e9):
        A, B = offset + rng.normal(size=(30, 3)), offset + rng.normal(size=(20, 3))
        table = squared_distances(A, B)
        assert np.shape(table) == (30, 20) and np.asarray(table).dtype.kind in "iuf", "expected shape (30, 20)"
        expected = [[math.fsum((a[f] - b[f]) ** 2 for f in range(3)) for b in B] for a in A]
        message = f"numbers near {offset:,.0f}, distances near 1: every entry must be right to six digits"
        assert np.allclose(table, expected, rtol=1e-6, atol=1e-9), message
