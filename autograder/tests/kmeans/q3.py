from otter.test_files import test_case

OK_FORMAT = False

name = "q3"
points = None


@test_case(name="q3: each truck moves to the middle of its people", points=0.5, hidden=False)
def test_each_truck_moves_to_the_middle_of_its_people(update_centers):
    import numpy as np

    X = np.array([[0.0, 0.0], [4.0, 6.0], [2.0, 0.0], [6.0, 6.0], [5.0, 9.0]])
    y = np.array([1, 0, 1, 0, 0])
    start = np.array([[9.0, 9.0], [3.0, 3.0]])
    mu = start.copy()
    moved = update_centers(X, y, mu)
    message = (
        f"Expected one row for each of the 2 centres, shape (2, 2), but got {type(moved).__name__} of shape {np.shape(moved)}. "
        "(NoneType means that nothing was returned.)"
    )
    assert np.shape(moved) == (2, 2), message
    moved = np.asarray(moved)
    all_numbers = moved.dtype.kind in "iuf" and np.isfinite(moved).all()
    message = f"Expected numbers; got dtype {moved.dtype}, {moved.tolist()}."
    assert all_numbers, message
    expected = [[5, 7], [1, 0]]
    message = (
        f"X = {X.tolist()}, y = {y.tolist()}: you get {moved.tolist()}. Truck 1 serves (0, 0) and (2, 0): draw them and mark "
        "the middle. How many people does each truck serve? Where the truck stood before must not matter to it."
    )
    assert np.allclose(moved, expected, rtol=0, atol=1e-9), message
    message = "Your function changed the array mu that it was given. Its caller may still need it: fill a new array."
    assert np.array_equal(mu, start), message


@test_case(
    name="q3: a truck without people stays where it is",
    points=0.5,
    hidden=False,
    success_message="Public checks passed. More checks run when it is graded.",
)
def test_a_truck_without_people_stays(update_centers):
    import numpy as np

    X = np.array([[1.0, 0.0], [2.0, 0.0], [6.0, 6.0], [0.0, 9.0]])
    y = np.array([0, 0, 2, 0])
    start = np.array([[8.0, 8.0], [-4.0, 5.5], [7.0, 7.0]])
    mu = start.copy()
    moved = update_centers(X, y, mu)
    message = (
        f"3 trucks go in, so 3 must come out, shape (3, 2); got {type(moved).__name__} of shape {np.shape(moved)}. "
        "Does a truck that nobody chose disappear?"
    )
    assert np.shape(moved) == (3, 2), message
    moved = np.asarray(moved)
    all_numbers = moved.dtype.kind in "iuf" and np.isfinite(moved).all()
    message = f"Nobody chose truck 1, and your centres are {moved.tolist()}. What is 0 divided by 0 in NumPy?"
    assert all_numbers, message
    expected = [[1, 3], [-4, 5.5], [6, 6]]
    message = (
        f"X = {X.tolist()}, y = {y.tolist()}, mu = {start.tolist()}: you get {moved.tolist()}. "
        "Nobody chose truck 1, so it has no reason to move; trucks 0 and 2 stand in the middle of their people."
    )
    assert np.allclose(moved, expected, rtol=0, atol=1e-9), message
    message = "Your function changed the array mu that it was given. Its caller may still need it: fill a new array."
    assert np.array_equal(mu, start), message


@test_case(
    name="q3 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Try random points in three dimensions, and work out one coordinate of one centre by hand.",
)
def test_further_check_1(update_centers):
    """Random points, one centre of random index empty."""

    import math

    import numpy as np

    rng = np.random.default_rng()
    for n, d, k in [(40, 3, 5), (25, 1, 3), (6, 5, 4), (3000, 2, 6)]:
        X, mu, empty = rng.normal(size=(n, d)), rng.normal(size=(k, d)), rng.integers(k - 1)
        chosen = [j for j in range(k) if j != empty]
        y = rng.permutation([*chosen, *rng.choice(chosen, size=n - len(chosen))])
        moved = update_centers(X, y, mu)
        what = f"{n} points, {d} features, {k} centres, one of them empty: "
        assert np.shape(moved) == (k, d), what + f"expected shape ({k}, {d}), got {np.shape(moved)}"
        moved = np.asarray(moved)
        assert moved.dtype.kind == "f" and np.isfinite(moved).all(), what + "expected finite floats"
        expected = mu.copy()
        for j in set(y.tolist()):
            members = X[y == j]
            expected[j] = [math.fsum(column) / len(members) for column in members.T]
        assert np.allclose(moved, expected, rtol=1e-6, atol=1e-6), what + "wrong centres"


@test_case(
    name="q3 further check 2",
    points=0.5,
    hidden=True,
    failure_message="Not yet. What if the positions, or the starting centres, are whole numbers? The middle need not be one.",
)
def test_further_check_2(update_centers):
    """Positions and centres that are whole numbers, means that are not."""

    import numpy as np

    rng = np.random.default_rng()
    odd = 2 * rng.integers(-9, 10, size=3) + 1
    X = np.array([[0, 10], [odd[0], 10], [4, odd[1]], [4, 0], [odd[2], 3]])
    expected = np.array([[odd[0] / 2, 10], [2, 2], [4, odd[1] / 2], [odd[2], 3]])
    y = np.array([0, 0, 2, 2, 3])
    for mu in [np.full((4, 2), 2), np.full((4, 2), 2.0)]:
        moved = update_centers(X, y, mu)
        assert np.shape(moved) == (4, 2), f"expected shape (4, 2), got {np.shape(moved)}"
        moved = np.asarray(moved)
        assert moved.dtype.kind == "f" and np.isfinite(moved).all(), f"expected finite floats, got dtype {moved.dtype}"
        assert np.allclose(moved, expected, rtol=0, atol=1e-9), "whole numbers as positions and centres: wrong middle"


@test_case(
    name="q3 further check 3",
    points=0.5,
    hidden=True,
    failure_message="Not yet. Which extreme cases can you think of: one point, one centre, several trucks without people?",
)
def test_further_check_3(update_centers):
    """Several empty centres, the last ones too; one point; coinciding points; k = n; k = 1."""

    import numpy as np

    rng = np.random.default_rng()
    X, mu = rng.normal(size=(4, 2)), rng.normal(size=(6, 2))
    order = rng.permutation(4)
    one = np.vstack([mu[:2], X[:1], mu[3:]])
    cases = [
        (X[:1], np.array([2]), mu, one, "one point, five trucks without people, the last ones too"),
        (np.repeat(X[:1], 5, axis=0), np.full(5, 2), mu, one, "five people on one spot"),
        (X, order, mu[:4], X[np.argsort(order)], "each point alone in its cluster"),
        (np.array([[1.0, 5.0], [2.0, 5.0], [6.0, 5.0]]), np.zeros(3, dtype=int), mu[:1], [[3, 5]], "one centre"),
        (X, np.zeros(4, dtype=int), mu, np.vstack([(X[0] + X[1] + X[2] + X[3]) / 4, mu[1:]]), "all in cluster 0"),
    ]
    for points, y, centers, expected, what in cases:
        moved = update_centers(points, y, centers)
        assert np.shape(moved) == np.shape(centers), (
            f"expected shape {np.shape(centers)}, got {np.shape(moved)}: {what}"
        )
        moved = np.asarray(moved)
        assert moved.dtype.kind == "f" and np.isfinite(moved).all(), f"expected finite floats: {what}"
        assert np.allclose(moved, expected, rtol=0, atol=1e-9), f"wrong centres: {what}"
