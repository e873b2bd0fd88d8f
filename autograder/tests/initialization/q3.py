from otter.test_files import test_case

OK_FORMAT = False

name = "q3"
points = None


@test_case(name="q3: one run, three things that belong together", points=0.5, hidden=False)
def test_one_run_three_things_that_belong_together(best_of_restarts):
    import numpy as np

    X = np.array([[0.0, 0.0], [0.0, 2.0], [6.0, 0.0], [6.0, 2.0]])
    rng = np.random.default_rng(4)
    for restarts in [1] * 80 + [2] * 30:
        result = best_of_restarts(X.copy(), 2, restarts, rng)
        message = (
            f"restarts = {restarts}: expected three things, mu, y and loss, but got {type(result).__name__}. "
            "(NoneType: nothing was returned. Is even a single run done?)"
        )
        assert isinstance(result, tuple | list) and len(result) == 3, message
        mu, y, loss = result
        shapes = np.shape(mu), np.shape(y), np.shape(loss)
        message = f"Expected mu, y, loss in this order, with shapes (2, 2), (4,) and (); got shapes {shapes}."
        assert shapes == ((2, 2), (4,), ()), message
        kinds = [np.asarray(part).dtype.kind for part in result]
        message = f"Expected mu and loss to hold numbers and y integers 0 and 1; got mu = {mu}, y = {y}, loss = {loss}."
        assert kinds[0] in "iuf" and kinds[1] in "iu" and kinds[2] in "iuf" and set(np.asarray(y).tolist()) <= {0, 1}, (
            message
        )
        mu, y = np.asarray(mu), np.asarray(y)
        message = (
            f"restarts = {restarts}: your centres are {mu.tolist()} and your choices {y.tolist()}. In this town k-means ends "
            "either with left and right or with top and bottom, each centre in the middle of two people who chose it. Are mu and y from one run?"
        )
        middles = all((y == j).sum() == 2 and np.allclose(mu[j], X[y == j].mean(axis=0)) for j in range(2))
        assert middles and y[0] != y[3], message
        walks = 4 * 1.0 if y[0] == y[1] else 4 * 9.0
        message = (
            f"With the choices {y.tolist()} the four people walk {walks / 4:g} each, squared, but your loss is {loss}."
        )
        assert abs(loss - walks) < 1e-9, message


@test_case(
    name="q3: twenty runs find the best",
    points=1,
    hidden=False,
    success_message="This one passed. More checks run when it is graded.",
)
def test_twenty_runs_find_the_best(best_of_restarts):
    """A third of all starts ends badly. Twenty in a row, in any of 45 calls: once in 77 million gradings."""

    import numpy as np

    X = np.array([[0.0, 0.0], [0.0, 2.0], [6.0, 0.0], [6.0, 2.0]])
    rng = np.random.default_rng(5)
    for _ in range(45):
        result = best_of_restarts(X, 2, 20, rng)
        message = f"Expected three things, mu, y and loss, but got {type(result).__name__}."
        assert isinstance(result, tuple | list) and len(result) == 3 and np.shape(result[2]) == (), message
        message = (
            f"restarts = 20: your loss is {result[2]}. One run in three ends at 36, the others at 4, so the best of twenty is 4. "
            "Print the loss of every run inside your loop: are the runs different, and which one do you return?"
        )
        assert abs(result[2] - 4) < 1e-9, message


@test_case(
    name="q3 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Take four groups of which you know the best clustering; does the best of many runs always find it?",
)
def test_further_check_1(best_of_restarts):
    """Two pairs of groups far apart: a run succeeds with probability 0.418, forty runs fail once in 2.5 billion."""

    import numpy as np

    rng = np.random.default_rng()
    for _ in range(22):
        group = np.tile(rng.permutation(4), 5)
        line = np.array([0.0, 1.0, 100.0, 101.0])[group] + rng.uniform(-0.05, 0.05, size=20)
        X = line[:, None] * np.array([[0.6, 0.8]]) + rng.normal(size=2)
        result = best_of_restarts(X, 4, 40, rng)
        assert isinstance(result, tuple | list) and len(result) == 3, "expected mu, y, loss"
        mu, y, loss = result
        assert (np.shape(mu), np.shape(y), np.shape(loss)) == ((4, 2), (20,), ()), "wrong shapes"
        mu, y = np.asarray(mu), np.asarray(y)
        means = np.array([X[group == g].mean(axis=0) for g in range(4)])
        assert y.dtype.kind in "iu" and y.min() >= 0 and y.max() < 4, "expected integers 0..3"
        assert len(set(zip(group.tolist(), y.tolist(), strict=True))) == 4, (
            "40 restarts on four plain groups: not the best clustering"
        )
        assert np.allclose(mu[y], means[group], rtol=0, atol=1e-6), "mu does not belong to y"
        assert abs(loss - np.sum((X - means[group]) ** 2)) < 1e-6, "the loss does not belong to mu and y"


@test_case(
    name="q3 further check 2",
    points=1,
    hidden=True,
    failure_message="Not yet. With restarts = 1, repeat a thousand times: how often should a single random start find the best?",
)
def test_further_check_2(best_of_restarts):
    """restarts = 1 succeeds as often as one random start does (0.418), by the generator it is given and no other."""

    import math

    import numpy as np

    rng = np.random.default_rng()
    group = np.tile(rng.permutation(4), 5)
    X = (np.array([0.0, 1.0, 100.0, 101.0])[group] + rng.uniform(-0.05, 0.05, size=20))[:, None]
    best = sum(float(np.sum((X[group == g] - X[group == g].mean()) ** 2)) for g in range(4))
    draws, p = 80, math.comb(10, 2) ** 2 / math.comb(20, 4)  # two centres on either side
    results = [best_of_restarts(X, 4, 1, rng) for _ in range(draws)]
    assert all(isinstance(r, tuple | list) and len(r) == 3 and np.shape(r[2]) == () for r in results), (
        "expected mu, y, loss"
    )
    q = sum(abs(loss - best) < 1e-6 for _, _, loss in results) / draws
    surprise = draws * sum(a * math.log(a / b) for a, b in [(q, p), (1 - q, 1 - p)] if a > 0)
    message = (
        f"restarts = 1, {draws} times: the best clustering was found {q:.0%} of the time; about {p:.0%} are expected"
    )
    assert surprise < 22, message
    Z = rng.normal(size=(80, 2))
    one, two = (best_of_restarts(Z, 12, 2, np.random.default_rng([7, draws])) for _ in range(2))
    same = all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))
    assert same, "the same seed gave two different results"


@test_case(
    name="q3 further check 3",
    points=0.5,
    hidden=True,
    failure_message="Not yet. Extreme cases: one centre, a centre for every point, one point, everybody in one house.",
)
def test_further_check_3(best_of_restarts):
    """k = 1, k = n, one point, one place, whole numbers: the loss is known."""

    import numpy as np

    rng = np.random.default_rng()
    X = rng.normal(size=(40, 3))
    total = float(np.sum((X - X.mean(axis=0)) ** 2))
    corners = np.array([[0, 0], [3, 0], [0, 40], [3, 40]]) + rng.integers(-9, 10, size=2)
    cases = [
        (X, 1, 2, total, "one centre"),
        (X, 40, 3, 0.0, "a centre for every point"),
        (X[:1], 1, 1, 0.0, "one point"),
        (np.tile(X[:1], (6, 1)), 3, 2, 0.0, "everybody in one house"),
        (corners, 1, 3, 4 * (1.5**2 + 20.0**2), "one centre, whole numbers"),
    ]
    for points, k, restarts, expected, what in cases:
        result = best_of_restarts(points, k, restarts, rng)
        assert isinstance(result, tuple | list) and len(result) == 3, f"expected mu, y, loss: {what}"
        mu, y, loss = result
        shapes = np.shape(mu), np.shape(y), np.shape(loss)
        assert shapes == ((k, points.shape[1]), (len(points),), ()), f"wrong shapes {shapes}: {what}"
        walks = np.sum((points - np.asarray(mu)[np.asarray(y)]) ** 2)
        assert abs(loss - expected) < 1e-9 and abs(walks - expected) < 1e-9, f"wrong loss: {what}"
