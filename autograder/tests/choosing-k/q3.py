from otter.test_files import test_case

OK_FORMAT = False

name = "q3"
points = None


@test_case(name="q3: two far groups", points=0.75, hidden=False)
def test_two_far_groups(gap_statistic):
    import numpy as np

    X = np.array([[0.0, 0.0], [0.0, 2.0], [2.0, 1.0], [40.0, 30.0], [42.0, 30.0], [41.0, 33.0]])
    ks = np.array([2, 1])
    result = gap_statistic(X, ks, np.random.default_rng(3), 4)
    message = f"Expected three things, `return gap, s, reference`; got {type(result).__name__}. (NoneType means that nothing was returned.)"
    assert isinstance(result, tuple | list) and len(result) == 3, message
    gap, s, reference = result
    shapes = np.shape(gap), np.shape(s), np.shape(reference)
    message = f"Two ks and references=4: expected shapes (2,), (2,) and (4, 2) for gap, s, reference; got {shapes}."
    assert shapes == ((2,), (2,), (4, 2)), message
    kinds = [np.asarray(part).dtype.kind for part in result]
    assert all(kind in "iuf" for kind in kinds) and all(np.all(np.isfinite(part)) for part in result), "Some entries are not numbers."
    logs = [np.log(38 / 3), np.log(sum((row - X.mean(axis=0)) @ (row - X.mean(axis=0)) for row in X))]
    means = [sum(column) / 4 for column in np.transpose(reference)]
    message = (
        f"The columns of your reference have means {np.round(means, 4).tolist()}; the logs of the losses of X, for k = 2 and 1, are "
        f"{np.round(logs, 4).tolist()} (the losses are "
        f"38/3 and {np.exp(logs[1]):.2f}). Your gap is {np.round(gap, 4).tolist()}. Which difference did you take, and of what?"
    )
    assert np.allclose(gap, [means[0] - logs[0], means[1] - logs[1]], rtol=0, atol=1e-6), message
    spread = [(sum((value - mean) ** 2 for value in column) / 4) ** 0.5 for column, mean in zip(np.transpose(reference), means, strict=True)]
    message = (
        f"The columns of your reference have standard deviations {np.round(spread, 4).tolist()} (dividing by B = 4), but s is "
        f"{np.round(s, 4).tolist()}. "
        "Which factor takes one to the other?"
    )
    assert np.allclose(s, [value * 1.25**0.5 for value in spread], rtol=1e-6, atol=1e-12), message


@test_case(
    name="q3: what the reference looks like",
    points=0.75,
    hidden=False,
    success_message="Public checks passed. More checks run when it is graded.",
)
def test_what_the_reference_looks_like(gap_statistic):
    import numpy as np

    ends = np.tile([[500.0, -3.0], [700.0, -2.0]], (100, 1))
    X = ends + np.random.default_rng(8).uniform(-0.1, 0.1, size=(200, 2))
    result = gap_statistic(X, np.array([1]), np.random.default_rng(9), 6)
    assert isinstance(result, tuple | list) and len(result) == 3, "Expected three things, `return gap, s, reference`."
    gap, s, reference = result
    shapes = np.shape(gap), np.shape(s), np.shape(reference)
    message = f"One k and references=6: expected shapes (1,), (1,) and (6, 1) for gap, s, reference; got {shapes}."
    assert shapes == ((1,), (1,), (6, 1)), message
    kinds = [np.asarray(part).dtype.kind for part in result]
    assert all(kind in "iuf" for kind in kinds) and all(np.all(np.isfinite(part)) for part in result), "Some entries are not numbers."
    sides = [max(column) - min(column) for column in X.T]
    expected = np.log(199 * sum(side**2 for side in sides) / 12)
    message = (
        f"200 points with one centre. The box of the data has sides {np.round(sides, 4).tolist()}, and a uniform number on a side L has variance L²/12, so the logs of "
        f"the losses of the references should be near {expected:.2f}. Yours are {np.round(reference, 2).ravel().tolist()}. "
        "Plot one of your reference data sets: does it fill the box of X evenly?"
    )
    assert np.all(np.abs(np.asarray(reference) - expected) < 0.6), message
    total = sum((row - X.mean(axis=0)) @ (row - X.mean(axis=0)) for row in X)
    logs = [value for [value] in np.asarray(reference).tolist()]
    mean = sum(logs) / 6
    message = f"The log of the loss of X is {np.log(total):.4f}, your references' mean is {mean:.4f}, but your gap is {gap[0]:.4f}."
    assert abs(gap[0] - (mean - np.log(total))) < 1e-6, message
    spread = (sum((value - mean) ** 2 for value in logs) / 6) ** 0.5
    message = f"The standard deviation of your references (dividing by B = 6) is {spread:.4f}, but s is {s[0]:.4f}. Which factor is missing?"
    assert abs(s[0] - spread * (7 / 6) ** 0.5) < 1e-9, message


@test_case(
    name="q3 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Compare gap and s with the table that you return, column by column; try references=1, and ks in any order.",
)
def test_further_check_1(gap_statistic):
    """gap and s follow from the table and from losses that are known exactly; B = 1, 2, 5; one to three columns."""

    import numpy as np

    rng = np.random.default_rng()
    for d, references, ks in [(1, 1, [2, 1]), (2, 5, [1, 2]), (3, 2, [2])]:
        left, right = rng.normal(size=(6, d)), rng.normal(size=(7, d)) + 100
        X = np.vstack([left, right])
        parts = {1: [X], 2: [left, right]}
        logs = [np.log(sum(((p - p.mean(axis=0)) ** 2).sum() for p in parts[k])) for k in ks]
        result = gap_statistic(X, np.array(ks), np.random.default_rng(rng.integers(2**32)), references)
        assert isinstance(result, tuple | list) and len(result) == 3, "expected gap, s, reference"
        gap, s, reference = result
        shapes, m = (np.shape(gap), np.shape(s), np.shape(reference)), len(ks)
        assert shapes == ((m,), (m,), (references, m)), f"B = {references}, {m} ks: wrong shapes {shapes}"
        assert all(np.asarray(part).dtype.kind in "iuf" for part in result), "expected numbers"
        reference = np.asarray(reference)
        what = f"{d} features, references={references}, ks = {ks}: "
        assert np.allclose(gap, reference.mean(axis=0) - logs, rtol=0, atol=1e-6), what + "gap does not follow from the table"
        expected = reference.std(axis=0) * np.sqrt(1 + 1 / references)
        assert np.allclose(s, expected, rtol=1e-6, atol=1e-9), what + "s does not follow from the table"


@test_case(
    name="q3 further check 2",
    points=0.75,
    hidden=True,
    failure_message="Not yet. Draw a reference for columns of very different ranges, far from zero, and look at it beside the data.",
)
def test_further_check_2(gap_statistic):
    """The loss of a reference with one centre, against its expectation: the mean of 8 logs has a standard deviation below 0.023."""

    import numpy as np

    rng = np.random.default_rng()
    for scale in ([1.0, 30.0], [1000.0, 1.0], [1.0, 1.0]):
        low = rng.uniform(-100, 100, size=2) * scale
        X = low + rng.permutation(np.repeat([0.0, 1.0], 100))[:, None] * scale * np.ones(2)
        X[:, 1] = X[rng.permutation(200), 1]
        result = gap_statistic(X, np.array([1]), np.random.default_rng(rng.integers(2**32)), 8)
        assert isinstance(result, tuple | list) and len(result) == 3, "expected gap, s, reference"
        reference = result[2]
        assert np.shape(reference) == (8, 1) and np.asarray(reference).dtype.kind in "iuf", "expected a table of shape (8, 1)"
        expected = np.log(199 * np.sum(np.square(scale)) / 12)
        close = abs(np.mean(reference) - expected) < 0.25
        assert close, f"200 points in a box with sides {scale}: the references' losses are not those of uniform points in it"


@test_case(
    name="q3 further check 3",
    points=0.75,
    hidden=True,
    failure_message="Not yet. Are your reference data sets different from each other, and do their points fill the whole box?",
)
def test_further_check_3(gap_statistic):
    """Two centres save much less on a square than on its diagonal; sets differ; the same seed gives the same answer."""

    import numpy as np

    rng = np.random.default_rng()
    X, seed = rng.uniform(size=(60, 2)), rng.integers(2**32)
    X[:4] = [[0, 0], [1, 1], [0, 1], [1, 0]]
    results = [gap_statistic(X, np.array([1, 2]), np.random.default_rng(seed), 4) for _ in range(2)]
    for result in results:
        assert isinstance(result, tuple | list) and len(result) == 3, "expected gap, s, reference"
        assert [np.shape(part) for part in result] == [(2,), (2,), (4, 2)], "wrong shapes"
        assert all(np.asarray(part).dtype.kind in "iuf" for part in result), "expected numbers"
    same = all(np.allclose(a, b, rtol=1e-9, atol=1e-12) for a, b in zip(*results, strict=True))
    assert same, "the same seed gave two different answers"
    reference = np.asarray(results[0][2])
    assert len(np.unique(reference[:, 0].round(9))) == 4, "the reference data sets have equal losses"
    ratio = np.mean(reference[:, 1] - reference[:, 0])
    assert ratio > np.log(0.42), "two centres save too much: the reference's points lie near a line"
    assert ratio < np.log(0.8), "two centres save too little"
