from otter.test_files import test_case

OK_FORMAT = False

name = "q3"
points = None


@test_case(name="q3: four who ask, three who may be near", points=0.5, hidden=False)
def test_four_who_ask(nearest):
    import numpy as np

    A = np.array([[0.0, 0.0], [1.0, 0.0], [8.0, 1.0], [6.0, 6.0]])
    B = np.array([[9.0, 0.0], [0.0, 1.0], [5.0, 5.0]])
    found = nearest(A, B)
    message = (
        f"Expected one index for each of the 4 rows of A, shape (4,), but got {type(found).__name__} of shape {np.shape(found)}. "
        "(NoneType: nothing was returned. Three indices for four rows: the minimum was taken along the wrong axis.)"
    )
    assert np.shape(found) == (4,), message
    message = f"What is asked for is the index of a row of B, so a whole number; got dtype {np.asarray(found).dtype}."
    assert np.asarray(found).dtype.kind in "iu", message
    expected = [1, 1, 0, 2]
    message = (
        f"A = {A.tolist()}, B = {B.tolist()}: you get {np.asarray(found).tolist()}. Draw the seven points; "
        "for each row of A, which row of B is nearest? Rows are counted from 0."
    )
    assert np.array_equal(found, expected), message


@test_case(
    name="q3: ties, and straight lines",
    points=0.5,
    hidden=False,
    success_message="Public checks passed. More checks run when it is graded.",
)
def test_ties_and_straight_lines(nearest):
    import numpy as np

    A = np.array([[0.0, 0.0], [7.0, 9.0], [-7.0, -9.0]])
    B = np.array([[6.0, 8.0], [-5.0, 0.0], [5.0, 0.0], [-6.0, -8.0], [3.0, 3.0], [-3.0, -3.0]])
    found = nearest(A, B)
    message = f"Expected one whole number for each of the 3 rows of A; got {np.asarray(found).dtype} of shape {np.shape(found)}."
    assert np.shape(found) == (3,) and np.asarray(found).dtype.kind in "iu", message
    found = np.asarray(found).tolist()
    where = f"A = {A.tolist()}, B = {B.tolist()}: you get {found}. "
    message = where + "Around the corner, (5, 0) is nearer to (0, 0) than (3, 3) is; in a straight line it is the other way round. Which is asked for?"
    assert found[0] not in (1, 2), message
    message = where + "(3, 3) and (-3, -3) are equally near to (0, 0). The lower index must win; which of two equal values does your code take?"
    assert found[0] != 5, message
    expected = [4, 0, 3]
    assert found == expected, where + "Work out the squared distances from each row of A by hand."


@test_case(
    name="q3 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Try random points in three dimensions and check a few answers by hand, one distance at a time.",
)
def test_further_check_1(nearest):
    """Random points in shapes where n, m and d differ; one that asks, one that may be near."""

    import numpy as np

    rng = np.random.default_rng()
    for n, m, d in [(60, 9, 3), (9, 60, 2), (1, 7, 4), (8, 1, 2), (40, 30, 1)]:
        A, B = rng.normal(size=(n, d)), 2 * rng.normal(size=(m, d))
        found = nearest(A, B)
        what = f"{n} rows against {m}, {d} features: "
        assert np.shape(found) == (n,) and np.asarray(found).dtype.kind in "iu", what + f"expected {n} whole numbers"
        found = np.asarray(found)
        assert found.min() >= 0 and found.max() < m, what + "an index must be 0..m-1"
        for a, j in zip(A, found, strict=True):
            squared = np.sum((B - a) ** 2, axis=1)
            assert squared[j] <= squared.min() + 1e-9, what + "some row of B is nearer than the one you found"


@test_case(
    name="q3 further check 2",
    points=0.5,
    hidden=True,
    failure_message="Not yet. Put points on a small grid, so that many are equally near, and put some points into both tables.",
)
def test_further_check_2(nearest):
    """Exact ties on a grid and equal rows; whole numbers. All is mirrored at (2, 2), so that centring rounds nothing."""

    import numpy as np

    rng = np.random.default_rng()
    A = np.array([[row, column] for row in range(5) for column in range(5)])
    corners = np.array([[0, 0], [0, 4], [4, 0], [4, 4]])[rng.permutation(4)]
    for B in (corners, corners[[0, 1, 2, 3, 0, 1, 2, 3]], A[rng.permutation(25)], np.full((2, 2), 2)):
        for kind in (int, float):
            found = nearest(A.astype(kind), B.astype(kind))
            assert np.shape(found) == (25,) and np.asarray(found).dtype.kind in "iu", "expected 25 whole numbers"
            squared = [[(int(a[0]) - int(b[0])) ** 2 + (int(a[1]) - int(b[1])) ** 2 for b in B] for a in A]
            expected = [row.index(min(row)) for row in squared]
            assert np.array_equal(found, expected), "points on a grid: some answer is not the first of the nearest"


@test_case(
    name="q3 further check 3",
    points=0.5,
    hidden=True,
    failure_message="Not yet. What is nearest to a point that stands in both tables?",
)
def test_further_check_3(nearest):
    """Among themselves everybody is their own nearest; moved a little, everybody finds their old place."""

    import numpy as np

    rng = np.random.default_rng()
    X = np.column_stack([rng.permutation(40), rng.normal(size=(40, 2))]).astype(float)
    order = rng.permutation(40)
    for A, what in [(X, "the same points"), (X + 0.1, "points moved a little"), (X[:1], "one point")]:
        found = nearest(A, X[order])
        assert np.shape(found) == (len(A),) and np.asarray(found).dtype.kind in "iu", f"expected {len(A)} whole numbers: {what}"
        assert np.array_equal(found, np.argsort(order)[: len(A)]), f"some row of B is nearer than the one you found: {what}"
