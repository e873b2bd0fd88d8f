from otter.test_files import test_case

OK_FORMAT = False

name = "q1"
points = None


@test_case(name="q1: four people on a street", points=0.5, hidden=False)
def test_four_people_on_a_street(loss_curve):
    import numpy as np

    X = np.array([[0.0], [1.0], [10.0], [11.0]])
    ks = np.array([4, 1, 2])
    curve = loss_curve(X, ks, np.random.default_rng(1))
    message = f"Expected three numbers, one for each k in {ks.tolist()}; got {type(curve).__name__} of shape {np.shape(curve)}."
    assert np.shape(curve) == (3,) and np.asarray(curve).dtype.kind in "iuf", message
    expected = [0, 2 * 5.5**2 + 2 * 4.5**2, 4 * 0.5**2]
    message = (
        f"People at 0, 1, 10 and 11, ks = {ks.tolist()}: you get {np.asarray(curve).tolist()}. By hand: a truck for everybody costs "
        "nothing; one truck stands at 5.5; two stand at 0.5 and 10.5. Squares are added up, not averaged, and the "
        "answers come in the order of ks."
    )
    assert np.allclose(curve, expected, rtol=0, atol=1e-9), message


@test_case(
    name="q1: more trucks are never worse",
    points=1,
    hidden=False,
    success_message="Public checks passed. More checks run when it is graded.",
)
def test_more_trucks_are_never_worse(loss_curve):
    import numpy as np

    data = np.random.default_rng(5)
    X = np.repeat(data.uniform(0, 10, size=(25, 2)), 3, axis=0) + data.normal(scale=0.01, size=(75, 2))
    ks = np.array([*range(30, 45), 1, *range(20, 30)])
    curve = loss_curve(X, ks, np.random.default_rng(6))
    message = f"Expected {len(ks)} numbers, one for each k; got {type(curve).__name__} of shape {np.shape(curve)}."
    assert np.shape(curve) == ks.shape and np.asarray(curve).dtype.kind in "iuf", message
    total = sum((row - X.mean(axis=0)) @ (row - X.mean(axis=0)) for row in X)
    message = f"With one truck, in the middle of everybody, the squared walks add up to {total:.4f}; at the place of k = 1 you have {curve[15]}."
    assert abs(curve[15] - total) < 1e-6 * total, message
    by_k = np.asarray(curve)[np.argsort(ks)]
    rises = np.flatnonzero(by_k[1:] > by_k[:-1] + 1e-9 * total)
    k = np.sort(ks)[rises[0]] if len(rises) else 0
    message = (
        f"75 people in 25 tight groups: with more trucks than {k} your loss is larger than with {k}. That cannot be the least that you "
        "have found: a truck may stand somewhere and serve nobody. What have the runs with fewer trucks shown you?"
    )
    assert not len(rises), message


@test_case(
    name="q1 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Try whole numbers, coinciding points, k = 1, k = n, and ks in any order.",
)
def test_further_check_1(loss_curve):
    """Exact values where every start finds them: one centre, two far groups, a centre for each point; never below the optimum."""

    import numpy as np

    rng = np.random.default_rng()
    left, right = rng.normal(size=(5, 3)), rng.normal(size=(6, 3)) + 200
    within = sum(((part - part.mean(axis=0)) ** 2).sum() for part in (left, right))
    groups = np.vstack([left, right])
    total = ((groups - groups.mean(axis=0)) ** 2).sum()
    spots = np.array([[4, 4], [0, 1], [4, 4], [0, 1], [0, 1]]) + rng.integers(-9, 10, size=2)
    cases = [
        (groups, [2, 11, 1], [within, 0, total], "two far groups"),
        (groups, [1, 2], [total, within], "two far groups, increasing ks"),
        (spots, [5, 1, 2], [0, 6 / 5 * 25, 0], "five points on two spots, whole numbers"),
        (groups[:1], [1], [0], "one point"),
    ]
    for X, ks, expected, what in cases:
        curve = loss_curve(X, np.array(ks), np.random.default_rng(rng.integers(2**32)))
        assert np.shape(curve) == (len(ks),) and np.asarray(curve).dtype.kind in "iuf", f"expected {len(ks)} numbers: {what}"
        assert np.allclose(curve, expected, rtol=1e-6, atol=1e-8), f"wrong losses for ks = {ks}: {what}"
    x = np.sort(rng.normal(size=12))
    cost = [[((x[a:b] - x[a:b].mean()) ** 2).sum() if b > a else np.inf for b in range(13)] for a in range(12)]
    best, optimum = [0.0] + [np.inf] * 12, {}
    for k in range(1, 7):  # on a line, clusters are intervals: the optimum by dynamic programming
        best = [np.inf] + [min(best[a] + cost[a][b] for a in range(b)) for b in range(1, 13)]
        optimum[k] = best[12]
    curve = loss_curve(x[rng.permutation(12), None], np.array([6, 2, 4, 3]), np.random.default_rng(rng.integers(2**32)))
    assert np.shape(curve) == (4,) and np.asarray(curve).dtype.kind in "iuf", "expected 4 numbers"
    bounds = [optimum[k] for k in (6, 2, 4, 3)]
    assert np.all(np.asarray(curve) >= np.array(bounds) - 1e-9), "a loss below what is possible"
    assert np.all(np.asarray(curve) <= optimum[1] * (1 + 1e-9)), "a loss above that of one centre"


@test_case(
    name="q1 further check 2",
    points=0.75,
    hidden=True,
    failure_message="Not yet. Many small groups, many k: does the curve ever rise? Is it the same again from the same seed?",
)
def test_further_check_2(loss_curve):
    """Twenty-five tight groups, fresh: the curve never rises, and the same state of the generator gives the same curve."""

    import numpy as np

    rng = np.random.default_rng()
    X = np.repeat(rng.uniform(0, 10, size=(25, 2)), 3, axis=0) + rng.normal(scale=0.01, size=(75, 2))
    ks, seed = rng.permutation(np.arange(20, 45)), rng.integers(2**32)
    curve = loss_curve(X, ks, np.random.default_rng(seed))
    assert np.shape(curve) == ks.shape and np.asarray(curve).dtype.kind in "iuf", "expected one number for each k"
    by_k = np.asarray(curve)[np.argsort(ks)]
    assert np.all(by_k > -1e-9) and np.all(by_k[1:] <= by_k[:-1] + 1e-9), "the curve rises with k"
    first, again = (loss_curve(X, np.array([18, 17]), np.random.default_rng(seed)) for _ in range(2))
    assert np.shape(first) == np.shape(again) == (2,), "expected one number for each k"
    assert np.allclose(first, again, rtol=1e-9, atol=0), "the same seed gave two different curves"


@test_case(
    name="q1 further check 3",
    points=0.75,
    hidden=True,
    failure_message="Not yet. Three groups on a line, two of them close together: do you always find them? What does one bad run cost you?",
)
def test_further_check_3(loss_curve):
    """Thirty data sets on which half of all random starts fail: thirty runs miss one with probability below 3e-8 in all."""

    import numpy as np

    rng = np.random.default_rng()
    places = np.array([0.0, 0, 1, 1, 10, 10, 10, 10])
    for _ in range(30):
        x = places + rng.uniform(-0.02, 0.02, size=8)
        expected = sum(((part - part.mean()) ** 2).sum() for part in (x[:2], x[2:4], x[4:]))
        curve = loss_curve(x[rng.permutation(8), None], np.array([3]), np.random.default_rng(rng.integers(2**32)))
        assert np.shape(curve) == (1,) and np.asarray(curve).dtype.kind in "iuf", "expected one number"
        assert np.allclose(curve, expected, rtol=1e-6), "three groups at 0, 1 and 10: the least loss was not found"
