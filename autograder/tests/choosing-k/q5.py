from otter.test_files import test_case

OK_FORMAT = False

name = "q5"
points = None


@test_case(name="q5: eight animals in three groups", points=0.5, hidden=False)
def test_eight_animals(purity):
    import numpy as np

    y, labels = np.array([0, 0, 0, 1, 1, 1, 1, 2]), np.array([5, 5, 8, 8, 8, 5, 3, 3])
    share = purity(y, labels)
    message = f"Expected one number, but got {type(share).__name__} of shape {np.shape(share)}."
    assert np.shape(share) == () and np.asarray(share).dtype.kind in "iuf", message
    expected = 5 / 8
    message = (
        f"y = {y.tolist()}, labels = {labels.tolist()}: you get {share}. Cluster 0 holds the labels 5, 5, 8: its majority has 2 members. "
        "Cluster 1 holds 8, 8, 5, 3: again 2. Cluster 2 holds one 3. How many of the eight is that?"
    )
    assert abs(share - expected) < 1e-9, message


@test_case(
    name="q5: names, ties and the trap",
    points=0.5,
    hidden=False,
    success_message="Public checks passed. More checks run when it is graded.",
)
def test_names_ties_and_the_trap(purity):
    import numpy as np

    cases = [
        ([7, 7, 7, 7, -2, -2], [-1, -1, 90, 90, 90, 90], 2 / 3, "in cluster 7 two labels are equally frequent: either may be the majority, once"),
        ([0, 1, 2, 3, 4, 5], [1, 1, 1, 0, 0, 0], 1, "every point alone: all clusters are pure, and that is the trap"),
        ([4, 4, 4, 4, 4, 4], [0, 0, 0, 0, 1, 1], 2 / 3, "all points together"),
        ([0, 0, 0, 0, 0, 1], [0, 0, 0, 1, 1, 1], 2 / 3, "a large mixed cluster and a point alone"),
    ]
    for y, labels, expected, what in cases:
        share = purity(np.array(y), np.array(labels))
        message = f"Expected one number, but got {type(share).__name__} of shape {np.shape(share)}."
        assert np.shape(share) == () and np.asarray(share).dtype.kind in "iuf", message
        message = f"y = {y}, labels = {labels} ({what}): you get {share}. Count each cluster's most frequent label by hand, and divide once, by the number of points."
        assert abs(share - expected) < 1e-9, message


@test_case(
    name="q5 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Try random clusters and labels, with any integers for names, and count by hand.",
)
def test_further_check_1(purity):
    """Random clusters and labels under random names."""

    import numpy as np

    rng = np.random.default_rng()
    for n, k, classes in [(60, 4, 3), (45, 2, 7), (80, 12, 5)]:
        sizes = rng.permutation(np.concatenate([np.arange(k), np.full(n - k, 0), rng.integers(k, size=n)]))
        groups, truth = sizes, rng.integers(classes, size=len(sizes))
        names = rng.choice(np.arange(-500, 500), size=k + classes, replace=False)
        table = np.zeros((k, classes))
        for j, c in zip(groups, truth, strict=True):
            table[j, c] += 1
        share = purity(names[:k][groups], names[k:][truth])
        assert np.shape(share) == () and np.asarray(share).dtype.kind in "iuf", "expected one number"
        expected = sum(max(row) for row in table) / len(groups)
        assert abs(share - expected) < 1e-9, f"{len(groups)} points in {k} random clusters, {classes} labels: wrong purity"


@test_case(
    name="q5 further check 2",
    points=0.5,
    hidden=True,
    failure_message="Not yet. Two clusters with the same majority; a cluster with a single stranger; clusters of very different sizes.",
)
def test_further_check_2(purity):
    """One label split over clusters, a stranger in a large cluster, sizes that differ."""

    import numpy as np

    rng = np.random.default_rng()
    big = 2 * int(rng.integers(10, 30)) + 1
    cases = [
        ([0] * big + [1] * big, [3] * (2 * big), 1.0, "one label in two clusters"),
        ([0] * (big + 1) + [1], [3] * big + [4] + [4], (big + 1) / (big + 2), "one stranger in a large cluster"),
        ([0] * big + [1] * 2, [3] * (big // 2) + [4] * (big - big // 2) + [5, 5], (big - big // 2 + 2) / (big + 2), "large mixed, small pure"),
    ]
    for y, labels, expected, what in cases:
        order = rng.permutation(len(y))
        share = purity(np.array(y)[order], np.array(labels)[order])
        assert np.shape(share) == () and np.asarray(share).dtype.kind in "iuf", f"expected one number: {what}"
        assert abs(share - expected) < 1e-9, f"wrong purity: {what}"


@test_case(
    name="q5 further check 3",
    points=0.5,
    hidden=True,
    failure_message="Not yet. Which extreme cases can you think of: one point, everybody alone, everybody together, exact ties?",
)
def test_further_check_3(purity):
    """One point, all alone, all together, ties in every cluster."""

    import numpy as np

    rng = np.random.default_rng()
    name = int(rng.integers(-99, 99))
    cases = [
        ([name], [5], 1.0, "one point"),
        (list(range(9)), [name] * 4 + [name + 1] * 5, 1.0, "everybody alone"),
        ([name] * 9, [1, 2, 3] * 3, 1 / 3, "everybody together, three labels equally frequent"),
        ([name, name, name + 3, name + 3], [0, 1, 0, 1], 0.5, "ties in both clusters"),
    ]
    for y, labels, expected, what in cases:
        share = purity(np.array(y), np.array(labels))
        assert np.shape(share) == () and np.asarray(share).dtype.kind in "iuf", f"expected one number: {what}"
        assert abs(share - expected) < 1e-9, f"wrong purity: {what}"
