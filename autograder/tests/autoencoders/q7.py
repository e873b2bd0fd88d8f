from otter.test_files import test_case

OK_FORMAT = False

name = "q7"
points = None


@test_case(name="q7: wiped out or left alone", points=0.5, hidden=False)
def test_wiped_out_or_left_alone(corrupt):
    """Chernoff bounds for two shares: a right program fails less than once in 10⁸ times."""

    import math

    import numpy as np

    X = np.arange(1.0, 2001.0).reshape(50, 40)
    for rate, seed in [(0.25, 1), (0.9, 2), (0.0, 3), (1.0, 4)]:
        given = X.copy()
        noisy = corrupt(given, rate, np.random.default_rng(seed))
        message = (
            f"X has shape (50, 40), so must the result; got {type(noisy).__name__} of shape {np.shape(noisy)}. "
            "(NoneType means that nothing was returned.)"
        )
        assert np.shape(noisy) == (50, 40) and np.asarray(noisy).dtype.kind in "iuf", message
        message = "Your function changed the array X that it was given. Its caller still needs the clean points: they are the target."
        assert np.array_equal(given, X), message
        noisy = np.asarray(noisy)
        wiped = noisy == 0
        message = "No number of X is 0, and some numbers of your result are neither 0 nor what they were. What you keep must be kept as it is."
        assert np.array_equal(noisy[~wiped], X[~wiped]), message
        share = float(wiped.mean())
        message = f"rate = {rate}: {share:.1%} of 2000 numbers were wiped out. About {rate:.0%} are expected (all of them for 1, none for 0)."
        surprise = 2000 * sum(a * math.log(a / b) if b > 0 else math.inf for a, b in [(share, rate), (1 - share, 1 - rate)] if a > 0)
        assert surprise < 22, message


@test_case(
    name="q7: chance comes from rng alone",
    points=0.5,
    hidden=False,
    success_message="Public checks passed. More checks run when it is graded.",
)
def test_chance_comes_from_rng_alone(corrupt):
    """A right program fails less than once in 10¹⁰ times: that is for the share at rate 0.9, all else is rarer."""

    import numpy as np

    X = np.ones((30, 20))
    draws = [corrupt(X, 0.5, np.random.default_rng(seed)) for seed in (5, 5, 6)]
    message = f"Expected shape (30, 20), but got {np.shape(draws[0])}."
    assert all(np.shape(noisy) == (30, 20) for noisy in draws), message
    message = (
        "Two generators made with the same seed, default_rng(5), gave different masks. "
        "Some of your chance comes from elsewhere than rng: nobody could repeat your experiment."
    )
    assert np.array_equal(draws[0], draws[1]), message
    message = "Generators with seeds 5 and 6 gave the same mask. If rng does not matter, nothing is left to chance."
    assert not np.array_equal(draws[0], draws[2]), message
    rng = np.random.default_rng(5)
    message = "Called twice with one rng, your function wiped out the very same of 600 numbers. Each call must draw anew."
    assert not np.array_equal(corrupt(X, 0.5, rng), corrupt(X, 0.5, rng)), message
    most = np.asarray(corrupt(X, 0.9, np.random.default_rng(7)))
    message = f"X is all ones, rate = 0.9: your result holds {np.unique(most).tolist()[:4]}. A number is wiped out to 0 or kept as it is."
    assert np.isin(most, [0, 1]).all(), message
    message = f"X is all ones, rate = 0.9: {np.mean(most == 0):.0%} of 600 numbers were wiped out; about 90% are expected."
    assert 0.8 < np.mean(most == 0) < 1, message
    rows = np.asarray(draws[0])
    message = "All 30 points lost the very same coordinates. Each number has its own luck, in every row anew."
    assert len(np.unique(rows, axis=0)) > 1, message
    message = "Whole points were wiped out together. Each number has its own luck, in every column anew."
    assert len(np.unique(rows, axis=1).T) > 1, message


@test_case(
    name="q7 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Corrupt a table of 2 × 2 ones some hundred times: how often does each of the sixteen patterns come up?",
)
def test_further_check_1(corrupt):
    """All sixteen patterns of a 2 × 2 table have their exact chances: Chernoff bounds, each wrong less than once in a billion gradings."""

    import itertools
    import math

    import numpy as np

    rng = np.random.default_rng()
    X = rng.uniform(1, 2, size=(2, 2))
    for rate, draws in [(0.5, 400), (0.2, 400)]:
        counts = dict.fromkeys(itertools.product([False, True], repeat=4), 0)
        for _ in range(draws):
            noisy = corrupt(X, rate, rng)
            assert np.shape(noisy) == (2, 2), f"expected shape (2, 2), got {np.shape(noisy)}"
            wiped = np.asarray(noisy) == 0
            assert np.array_equal(np.asarray(noisy)[~wiped], X[~wiped]), "what is kept must be kept as it is"
            counts[tuple(wiped.ravel().tolist())] += 1
        for pattern, count in counts.items():
            p, q = rate ** sum(pattern) * (1 - rate) ** (4 - sum(pattern)), count / draws
            surprise = draws * sum(a * math.log(a / b) for a, b in [(q, p), (1 - q, 1 - p)] if a > 0)
            message = f"2 × 2 numbers, rate {rate}, {draws} times: the pattern {pattern} came up {count} times; about {draws * p:.0f} are expected"
            assert surprise < 22, message


@test_case(
    name="q7 further check 2",
    points=0.5,
    hidden=True,
    failure_message="Not yet. Count how many numbers are wiped out in each row, and in each column. Is that always the same?",
)
def test_further_check_2(corrupt):
    """How many are wiped out in a row, in a column and in all varies as it should; kept values are unchanged, zeros stay zeros.

    Sixty spreads of some sixty counts: by the Chernoff bound of chi-square a right program fails less than once in 10⁹ gradings.
    """

    import numpy as np

    rng = np.random.default_rng()
    X = rng.normal(size=(60, 60))
    X[0] = 0
    totals = []
    for _ in range(30):
        noisy = corrupt(X, 0.5, rng)
        assert np.shape(noisy) == (60, 60), f"expected shape (60, 60), got {np.shape(noisy)}"
        wiped = (np.asarray(noisy) == 0)[1:]
        assert np.array_equal(np.asarray(noisy)[1:][~wiped], X[1:][~wiped]), "what is kept must be kept as it is"
        assert not np.asarray(noisy)[0].any(), "a row of zeros must stay zero"
        totals.append(int(wiped.sum()))
        for axis in (0, 1):
            counts = wiped.sum(axis=axis)
            spread = float(counts.var() / (wiped.shape[axis] / 4))
            assert 0.15 < spread < 3, "the number wiped out in a row or a column must vary by chance, neither more nor less"
    assert len(set(totals)) > 3, "the number wiped out in all must vary by chance"


@test_case(
    name="q7 further check 3",
    points=0.5,
    hidden=True,
    failure_message="Not yet. Extreme cases: rate 0, rate 1, one number, whole numbers, negative and very large ones.",
)
def test_further_check_3(corrupt):
    """Rates 0 and 1, one number, whole numbers; a small rate, whose count a right program misses less than once in 10¹⁵ gradings."""

    import numpy as np

    rng = np.random.default_rng()
    whole = rng.integers(1, 17, size=(50, 8))
    for X in [whole, -1e6 * rng.uniform(1, 2, size=(1, 1)), rng.uniform(1, 2, size=(1, 64)), whole[:, :1]]:
        n, d = X.shape
        for rate, expected in [(0, X), (0.0, X), (1, 0 * X), (1.0, 0 * X)]:
            noisy = corrupt(X, rate, rng)
            assert np.shape(noisy) == (n, d), f"expected shape {(n, d)}, got {np.shape(noisy)}"
            assert np.array_equal(noisy, expected), f"{n} × {d} numbers, rate {rate}: wrong"
    noisy = np.asarray(corrupt(np.tile(whole, (40, 1)), 0.01, rng))
    assert np.shape(noisy) == (2000, 8), f"expected shape (2000, 8), got {np.shape(noisy)}"
    assert 60 < (noisy == 0).sum() < 300, f"rate 0.01 of 16000 numbers: {(noisy == 0).sum()} were wiped out, about 160 are expected"
    kept = noisy != 0
    assert np.array_equal(noisy[kept], np.tile(whole, (40, 1))[kept]), "what is kept must be kept as it is"
