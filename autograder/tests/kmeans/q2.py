from otter.test_files import test_case

OK_FORMAT = False

name = "q2"
points = None


@test_case(name="q2: everyone walks to the nearest truck", points=0.5, hidden=False)
def test_everyone_walks_to_the_nearest_truck(assign_clusters):
    import numpy as np

    X = np.array([[0.0, 0.0], [1.0, 0.0], [8.0, 1.0], [9.0, 0.0]])
    mu = np.array([[10.0, 0.0], [0.0, 1.0]])
    y = assign_clusters(X, mu)
    message = (
        f"Expected one label for each of the 4 points, shape (4,), but got {type(y).__name__} of shape {np.shape(y)}. "
        "(NoneType: nothing was returned. Two labels for two centres: the minimum was taken along the wrong axis.)"
    )
    assert np.shape(y) == (4,), message
    message = f"A label is the index of a row of mu, so it must be an integer; got dtype {np.asarray(y).dtype}."
    assert np.asarray(y).dtype.kind in "iu", message
    expected = [1, 1, 0, 0]
    message = (
        f"X = {X.tolist()}, mu = {mu.tolist()}: you get {np.asarray(y).tolist()}. Draw the four people and the two trucks; "
        "for each person, which row of mu is nearest? Rows are counted from 0."
    )
    assert np.array_equal(y, expected), message


@test_case(
    name="q2: straight-line distance, ties to the lower index",
    points=0.5,
    hidden=False,
    success_message="Public checks passed. More checks run when it is graded.",
)
def test_straight_line_distance_and_ties(assign_clusters):
    import numpy as np

    X = np.array([[0.0, 0.0], [7.0, 0.0], [6.0, 7.0], [3.0, 0.0], [1.5, 1.5]])
    mu = np.array([[9.0, 0.0], [3.0, 3.0], [5.0, 0.0], [3.0, 3.0]])
    y = assign_clusters(X, mu)
    one_label_each = np.shape(y) == (5,) and np.asarray(y).dtype.kind in "iu"
    message = f"Expected one integer label for each of the 5 points; got {np.asarray(y).dtype} of shape {np.shape(y)}."
    assert one_label_each, message
    y = np.asarray(y).tolist()
    where = f"X = {X.tolist()}, mu = {mu.tolist()}: you get {y}. "
    along_the_streets = y[0] == 2
    message = where + (
        "Look at the person at (0, 0) and the trucks at (3, 3) and (5, 0). Along the streets of a grid one is nearer, "
        "in a straight line the other. Which distance does the question ask for?"
    )
    assert not along_the_streets, message
    higher_index_wins = y[0] == 3 or y[1] == 2
    message = where + (
        "The person at (7, 0) has two trucks equally near, and two trucks stand on one spot, (3, 3). "
        "The lower index must win each time; which of two equal values does your code take?"
    )
    assert not higher_index_wins, message
    expected = [1, 0, 1, 2, 1]
    message = (
        where + "Work out the distances from each person to each truck by hand; somebody walks past a nearer truck."
    )
    assert y == expected, message


@test_case(
    name="q2 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Try random points in three dimensions and check a few labels by hand, one distance at a time.",
)
def test_further_check_1(assign_clusters):
    """Random points in shapes where n, d and k differ; one larger than any block of rows."""

    import numpy as np

    rng = np.random.default_rng()
    for n, d, k in [(60, 3, 5), (2, 1, 9), (2500, 2, 3)]:
        X, mu = rng.normal(size=(n, d)), 2 * rng.normal(size=(k, d))
        y = assign_clusters(X, mu)
        what = f"{n} points, {d} features, {k} centres: "
        assert np.shape(y) == (n,), what + f"expected shape ({n},), got {np.shape(y)}"
        y = np.asarray(y)
        assert y.dtype.kind in "iu" and y.min() >= 0 and y.max() < k, what + "expected integers 0..k-1"
        squared = np.stack([np.sum((X - center) ** 2, axis=1) for center in mu], axis=1)
        chosen = squared[np.arange(n), y]
        assert np.all(chosen <= squared.min(axis=1) + 1e-9), what + "some point has a nearer centre than the one it got"


@test_case(
    name="q2 further check 2",
    points=0.5,
    hidden=True,
    failure_message="Not yet. Put people on a small grid, so that many of them are equally far from several trucks.",
)
def test_further_check_2(assign_clusters):
    """A grid with four trucks at its corners, in any order: many exact ties, also between equal centres."""

    import numpy as np

    rng = np.random.default_rng()
    X = rng.integers(0, 5, size=(64, 2)).astype(float)
    corners = np.array([[0.0, 0.0], [0.0, 4.0], [4.0, 0.0], [4.0, 4.0]])[rng.permutation(4)]
    X[0] = 2, 2
    for mu in [corners, corners[[0, 1, 1, 0]]]:
        y = assign_clusters(X, mu)
        assert np.shape(y) == (64,) and np.asarray(y).dtype.kind in "iu", "expected 64 integer labels"
        expected = [
            min(range(4), key=lambda j, x=x, mu=mu: ((x[0] - mu[j][0]) ** 2 + (x[1] - mu[j][1]) ** 2, j)) for x in X
        ]
        assert np.array_equal(y, expected), "points on a grid, several centres equally near: the lowest index must win"


@test_case(
    name="q2 further check 3",
    points=0.5,
    hidden=True,
    failure_message="Not yet. Which extreme cases can you think of: one point, one centre, whole numbers, large coordinates?",
)
def test_further_check_3(assign_clusters):
    """Whole numbers, large coordinates, a constant feature, k = n, k = 1, one point."""

    import numpy as np

    rng = np.random.default_rng()
    order = rng.permutation(5)
    corners = np.array([[0, 0], [40, 0], [0, 40], [40, 40], [90, 20]])
    people = np.repeat(corners, 2, axis=0) + rng.integers(-9, 10, size=(10, 2))
    labels = np.repeat(np.argsort(order), 2)
    same = np.full((5, 1), 7.0)
    cases = [
        (people, corners[order], labels, "whole numbers"),
        (people + 1e6, corners[order] + 1e6, labels, "coordinates of a million"),
        (
            np.hstack([people, np.repeat(same, 2, axis=0)]),
            np.hstack([corners[order], same]),
            labels,
            "a constant feature",
        ),
        (corners, corners[order], np.argsort(order), "every point is a centre"),
        (people, corners[:1], np.zeros(10), "one centre"),
        (people[:1], corners[order], labels[:1], "one point"),
    ]
    for X, mu, expected, what in cases:
        y = assign_clusters(X, mu)
        assert np.shape(y) == (len(X),) and np.asarray(y).dtype.kind in "iu", f"expected {len(X)} integers: {what}"
        assert np.array_equal(y, expected), f"some point has a nearer centre than the one it got: {what}"
