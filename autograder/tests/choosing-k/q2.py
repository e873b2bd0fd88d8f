from otter.test_files import test_case

OK_FORMAT = False

name = "q2"
points = None


@test_case(name="q2: three people, one of them alone", points=0.5, hidden=False)
def test_three_people(silhouette):
    import numpy as np

    values = silhouette(np.array([[0.0], [2.0], [10.0]]), np.array([0, 0, 1]))
    message = f"Expected one number for each of the 3 points, shape (3,); got {type(values).__name__} of shape {np.shape(values)}."
    assert np.shape(values) == (3,) and np.asarray(values).dtype.kind in "iuf", message
    expected = [1 - 2 / 10, 1 - 2 / 8, 0]
    message = (
        f"Points at 0, 2, 10 in clusters 0, 0, 1: you get {np.asarray(values).tolist()}. By hand, the first has a = 2 (one other member, at "
        "distance 2) and b = 10; the second a = 2 and b = 8; the third is alone in its cluster."
    )
    assert np.allclose(values, expected, rtol=0, atol=1e-9), message


@test_case(
    name="q2: which cluster is next door?",
    points=1,
    hidden=False,
    success_message="Public checks passed. More checks run when it is graded.",
)
def test_which_cluster_is_next_door(silhouette):
    import numpy as np

    X = np.array([[0.0, 3.0], [2.0, 3.0], [6.0, 3.0], [8.0, 3.0], [20.0, 3.0]])
    y = np.array([0, 0, 2, 2, 5])
    values = silhouette(X, y)
    message = f"Expected one number for each of the 5 points, shape (5,); got {type(values).__name__} of shape {np.shape(values)}."
    assert np.shape(values) == (5,) and np.asarray(values).dtype.kind in "iuf", message
    message = (
        f"Labels {y.tolist()} leave out 1, 3 and 4, and some of your values are not numbers: {np.asarray(values).tolist()}. "
        "A cluster without points is nobody's neighbour."
    )
    assert np.all(np.isfinite(values)), message
    expected = [5 / 7, 3 / 5, 3 / 5, 5 / 7, 0]
    message = (
        f"Points at 0, 2, 6, 8, 20 on a line, y = {y.tolist()}: you get {np.asarray(values).tolist()}. For the first, a = 2; its mean "
        "distance to cluster 2 is (6 + 8) / 2 and to cluster 5 it is 20, so b = 7. Print a and b for each point and go on by hand."
    )
    assert np.allclose(values, expected, rtol=0, atol=1e-9), message


@test_case(
    name="q2 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Try random points in random clusters, in several dimensions, and compare with loops over points.",
)
def test_further_check_1(silhouette):
    """Random points in random clusters, so that many are in the wrong one, against plain loops."""

    import math

    import numpy as np

    rng = np.random.default_rng()
    for n, d, k, unit in [(30, 2, 3, 1), (12, 1, 2, 1000), (25, 4, 5, 0.001)]:  # a silhouette knows no units
        X, y = unit * rng.normal(size=(n, d)), rng.permutation(np.arange(n) % k)
        values = silhouette(X, y)
        assert np.shape(values) == (n,) and np.asarray(values).dtype.kind in "iuf", f"expected {n} numbers"
        for i in range(n):
            means = [
                math.fsum(math.dist(X[i], X[j]) for j in range(n) if y[j] == c) / (sum(y == c) - (c == y[i]))
                for c in range(k)
            ]
            a, b = means.pop(int(y[i])), min(means)
            right = abs(values[i] - (b - a) / max(a, b)) < 1e-6
            assert right, f"{n} random points, {d} features, {k} random clusters: wrong silhouette of a point"


@test_case(
    name="q2 further check 2",
    points=0.75,
    hidden=True,
    failure_message="Not yet. Which extreme cases can you think of: points that are alone, a point in the wrong cluster, unused labels?",
)
def test_further_check_2(silhouette):
    """Points alone, one in the wrong cluster, unused labels, whole numbers."""

    import numpy as np

    rng = np.random.default_rng()
    shift = rng.integers(-50, 50)
    cases = [
        ([0, 1, 2, 3], [3, 1, 0, 2], [0, 0, 0, 0], "every point alone"),
        ([0, 4], [1, 0], [0, 0], "two points, both alone"),
        ([0, 2, 8, 12, 1], [0, 0, 1, 1, 1], [5 / 7, 11 / 17, 1 - 5.5 / 7, 1 - 7.5 / 11, 1 / 9 - 1], "one in the wrong cluster"),
        ([0, 1, 10, 11], [6, 6, 2, 2], [1 - 1 / 10.5, 1 - 1 / 9.5, 1 - 1 / 9.5, 1 - 1 / 10.5], "unused labels"),
    ]
    for x, y, expected, what in cases:
        X = np.array([[shift, value] for value in x])
        values = silhouette(X, np.array(y))
        assert np.shape(values) == (len(x),) and np.asarray(values).dtype.kind in "iuf", f"expected {len(x)} numbers: {what}"
        assert np.allclose(values, expected, rtol=0, atol=1e-6), f"wrong silhouettes: {what}"


@test_case(
    name="q2 further check 3",
    points=0.75,
    hidden=True,
    failure_message="Not yet. What if points coincide? What if a cluster surrounds another, so that its middle is not where its points are?",
)
def test_further_check_3(silhouette):
    """Coinciding points; a ring around its own centre."""

    import numpy as np

    rng = np.random.default_rng()
    spot = rng.integers(-9, 10, size=2)
    X = np.array([spot, spot, spot, spot])
    values = silhouette(X, np.array([0, 1, 0, 1]))
    assert np.shape(values) == (4,) and np.asarray(values).dtype.kind in "iuf", "expected 4 numbers"
    assert np.allclose(values, 0, rtol=0, atol=1e-9), "four points on one spot, in two clusters: a = b = 0"
    values = silhouette(np.vstack([X, spot + np.array([3, 4])]), np.array([0, 0, 0, 1, 1]))
    assert np.shape(values) == (5,) and np.asarray(values).dtype.kind in "iuf", "expected 5 numbers"
    # the three have a = 0, b = (0 + 5) / 2; the fourth a = 5, b = 0; the fifth a = 5, b = 5
    assert np.allclose(values, [1, 1, 1, -1, 0], rtol=0, atol=1e-6), "coinciding points in two clusters"
    angle = rng.uniform(0, 7) + np.pi / 2 * np.arange(4)
    X = np.vstack([2 * np.c_[np.cos(angle), np.sin(angle)], [[0.0, 0.0], [0.0, 0.0]]])
    values = silhouette(X, np.array([1, 1, 1, 1, 0, 0]))
    assert np.shape(values) == (6,) and np.asarray(values).dtype.kind in "iuf", "expected 6 numbers"
    a = (2 * np.sqrt(8) + 4) / 3
    assert np.allclose(values, [2 / a - 1] * 4 + [1, 1], rtol=0, atol=1e-6), "four points around two in the middle"
