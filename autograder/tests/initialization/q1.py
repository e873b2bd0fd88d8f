from otter.test_files import test_case

OK_FORMAT = False

name = "q1"
points = None


@test_case(name="q1: whole rows, none twice", points=0.5, hidden=False)
def test_whole_rows_none_twice(random_centers):
    import numpy as np

    X = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0], [4.0, 40.0], [5.0, 50.0], [6.0, 60.0]])
    rng = np.random.default_rng(1)
    for k in [3, 1, 6, *[5] * 40]:
        given = X.copy()
        mu = random_centers(given, k, rng)
        message = (
            f"k = {k}, d = 2: expected {k} rows of two numbers, shape ({k}, 2), but got {type(mu).__name__} of shape "
            f"{np.shape(mu)}. (NoneType: nothing was returned. Shape ({k},): are these the numbers of the rows?)"
        )
        assert np.shape(mu) == (k, 2) and np.asarray(mu).dtype.kind in "iuf", message
        rows = np.asarray(mu).tolist()
        strange = [row for row in rows if row not in X.tolist()]
        message = (
            f"X = {X.tolist()}, k = {k}: {strange} is no row of X. A centre starts at a person's place, "
            "so both of its coordinates come from one and the same row."
        )
        assert not strange, message
        twice = [row for row in rows if rows.count(row) > 1]
        message = f"X has six different rows, and you took {twice} twice. What does a second truck on the same spot do?"
        assert not twice, message
        message = "Your function changed the array X that it was given. Its caller still needs it."
        assert np.array_equal(given, X), message


@test_case(
    name="q1: chance comes from rng alone",
    points=0.5,
    hidden=False,
    success_message="This one passed. More checks run when it is graded.",
)
def test_chance_comes_from_rng_alone(random_centers):
    import numpy as np

    X = np.arange(600.0).reshape(300, 2)
    draws = [random_centers(X, 20, np.random.default_rng(seed)) for seed in (5, 5, 6, 7)]
    message = f"Expected 20 rows of two numbers, but got shape {np.shape(draws[0])}."
    assert all(np.shape(mu) == (20, 2) for mu in draws), message
    message = (
        "Two generators made with the same seed, default_rng(5), gave different centres. "
        "Some of your chance comes from elsewhere than rng: nobody could repeat your experiment."
    )
    assert np.array_equal(draws[0], draws[1]), message
    message = (
        "Generators with seeds 5, 6 and 7 all gave the same centres. If rng does not matter, nothing is left to chance."
    )
    assert not np.array_equal(draws[0], draws[2]) and not np.array_equal(draws[0], draws[3]), message
    rng = np.random.default_rng(5)
    message = "Called twice with one rng, your function gave the same 20 of 300 rows. Each call must draw anew."
    assert not np.array_equal(random_centers(X, 20, rng), random_centers(X, 20, rng)), message


@test_case(
    name="q1 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Draw 2 of 4 rows a thousand times and count how often you get each of the six pairs.",
)
def test_further_check_1(random_centers):
    """Every pair of four rows is equally likely: six Chernoff bounds, each wrong less than once in a billion gradings."""

    import math

    import numpy as np

    rng = np.random.default_rng()
    X, draws, p = rng.normal(size=(4, 3)), 150, 1 / 6
    pairs = {frozenset([a, b]): 0 for a in range(4) for b in range(a)}
    for _ in range(draws):
        mu = random_centers(X, 2, rng)
        assert np.shape(mu) == (2, 3), f"expected shape (2, 3), got {np.shape(mu)}"
        rows = [np.flatnonzero((row == X).all(axis=1)) for row in np.asarray(mu)]
        assert all(len(row) == 1 for row in rows), "some centre is no row of X"
        pair = frozenset(int(row[0]) for row in rows)
        assert pair in pairs, "a row was taken twice"
        pairs[pair] += 1
    for pair, count in pairs.items():
        q = count / draws
        surprise = draws * sum(a * math.log(a / b) for a, b in [(q, p), (1 - q, 1 - p)] if a > 0)
        message = (
            f"2 of 4 rows, {draws} times: rows {sorted(pair)} came up {count} times; about {draws * p:.0f} are expected"
        )
        assert surprise < 22, message


@test_case(
    name="q1 further check 2",
    points=0.5,
    hidden=True,
    failure_message="Not yet. Is it rows that are drawn, or places? Put many people in one house and see what you get.",
)
def test_further_check_2(random_centers):
    """Rows, not places: 90 of 100 people live in one house, so it is taken again and again; k = n takes all."""

    import numpy as np

    rng = np.random.default_rng()
    places = rng.normal(size=(11, 2))
    X = places[rng.permutation(np.r_[np.zeros(90, dtype=int), np.arange(1, 11)])]
    for k in (30, 100):
        mu = random_centers(X, k, rng)
        assert np.shape(mu) == (k, 2), f"expected shape ({k}, 2), got {np.shape(mu)}"
        counts = [int((np.asarray(mu) == place).all(axis=1).sum()) for place in places]
        assert sum(counts) == k, "some centre is no row of X"
        assert max(counts[1:]) <= 1, "a row was taken twice"
        assert counts[0] >= k - 10, f"90 of 100 rows are equal and k = {k}: {counts[0]} of them were taken"


@test_case(
    name="q1 further check 3",
    points=0.5,
    hidden=True,
    failure_message="Not yet. Extreme cases: one point, k = n, whole numbers, one feature, more features than points.",
)
def test_further_check_3(random_centers):
    """One point, one feature, whole numbers, d > n, k = n: a reordering of the rows; k = 1: not always the same row."""

    import numpy as np

    rng = np.random.default_rng()
    for X in [
        rng.normal(size=(1, 3)),
        rng.permutation(99)[:9, None] - 50,
        rng.normal(size=(5, 8)),
        rng.normal(size=(40, 2)),
    ]:
        n = len(X)
        mu = random_centers(X, n, rng)
        assert np.shape(mu) == X.shape, f"n = k = {n}: expected shape {X.shape}, got {np.shape(mu)}"
        same = sorted(np.asarray(mu).tolist()) == sorted(X.tolist())
        assert same, f"n = k = {n}: every row must be taken exactly once"
    firsts = [random_centers(X, 1, rng) for _ in range(20)]
    assert all(np.shape(mu) == (1, 2) for mu in firsts), "k = 1: expected shape (1, 2)"
    assert any(not np.array_equal(mu, firsts[0]) for mu in firsts), "k = 1 of 40 rows: the same row twenty times"
