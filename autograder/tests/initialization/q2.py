from otter.test_files import test_case

OK_FORMAT = False

name = "q2"
points = None


@test_case(name="q2: three houses, three centres", points=0.5, hidden=False)
def test_three_houses_three_centres(kmeans_plus_plus):
    import numpy as np

    houses = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 9.0]])
    X = houses[[0] * 8 + [1] * 6 + [2] * 7]
    rng = np.random.default_rng(2)
    for _ in range(40):
        given = X.copy()
        mu = kmeans_plus_plus(given, 3, rng)
        message = (
            f"k = 3, d = 2: expected three rows of two numbers, shape (3, 2), but got {type(mu).__name__} of shape {np.shape(mu)}. "
            "(NoneType: nothing was returned. Shape (3,): are these the numbers of the rows?)"
        )
        assert np.shape(mu) == (3, 2) and np.asarray(mu).dtype.kind in "iuf", message
        rows = np.asarray(mu).tolist()
        message = f"All people live at {houses.tolist()}, and your centres are {rows}: a centre must be a row of X."
        assert all(row in houses.tolist() for row in rows), message
        message = (
            f"All people live in three houses, {houses.tolist()}, and your centres are {rows}: one house twice. Its people have "
            "a centre at their door, so D = 0 for them. Do you measure to the nearest of ALL centres chosen so far?"
        )
        assert len({tuple(row) for row in rows}) == 3, message
        message = "Your function changed the array X that it was given. Its caller still needs it."
        assert np.array_equal(given, X), message


@test_case(name="q2: how often the lonely person is chosen", points=1, hidden=False)
def test_how_often_the_lonely_person_is_chosen(kmeans_plus_plus):
    """A Chernoff bound: a right program fails less than once in a billion times."""

    import math

    import numpy as np

    X = np.array([[0.0]] * 50 + [[1.0]] * 50 + [[8.0]])
    draws, rng = 200, np.random.default_rng(3)
    seconds = [kmeans_plus_plus(X, 2, rng) for _ in range(draws)]
    message = f"k = 2, d = 1: expected shape (2, 1), got {np.shape(seconds[0])}."
    assert all(np.shape(mu) == (2, 1) for mu in seconds), message
    count = sum(float(np.asarray(mu)[1, 0]) == 8 for mu in seconds)
    p = 50 / 101 * (64 / (64 + 50)) + 50 / 101 * (49 / (49 + 50))
    q = count / draws
    surprise = draws * sum(a * math.log(a / b) for a, b in [(q, p), (1 - q, 1 - p)] if a > 0)
    message = (
        f"50 people live at 0, 50 at 1 and one at 8. In {draws} draws the second centre was the one at 8 {count} times; about "
        f"{draws * p:.0f} are expected. With the first centre at 0, what is D² of each of the others, and what do the fifty at 1 "
        "have together? Are your chances in proportion to that?"
    )
    assert surprise < 22, message


@test_case(
    name="q2: chance comes from rng alone",
    points=0.5,
    hidden=False,
    success_message="This one passed. More checks run when it is graded.",
)
def test_chance_comes_from_rng_alone(kmeans_plus_plus):
    import numpy as np

    X = np.random.default_rng(0).normal(size=(200, 2))
    draws = [kmeans_plus_plus(X, 15, np.random.default_rng(seed)) for seed in (5, 5, 6, 7)]
    message = f"Expected 15 rows of two numbers, but got shape {np.shape(draws[0])}."
    assert all(np.shape(mu) == (15, 2) for mu in draws), message
    message = (
        "Two generators made with the same seed, default_rng(5), gave different centres. "
        "Some of your chance comes from elsewhere than rng: nobody could repeat your experiment."
    )
    assert np.array_equal(draws[0], draws[1]), message
    message = (
        "Generators with seeds 5, 6 and 7 all gave the same centres. If rng does not matter, nothing is left to chance."
    )
    assert not np.array_equal(draws[0], draws[2]) and not np.array_equal(draws[0], draws[3]), message


@test_case(
    name="q2 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Put people into four houses; for the second and the third centre, work out the chances and count.",
)
def test_further_check_1(kmeans_plus_plus):
    """How often each place comes first, second and third, against the exact chances: twelve Chernoff bounds."""

    import math

    import numpy as np

    rng = np.random.default_rng()
    places = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.5], [8.0, 6.0]]) @ np.linalg.qr(rng.normal(size=(2, 2)))[0]
    places = places / 100  # chances know no units: a sum of squares below 1 must not change anything
    sizes, draws = np.array([20, 5, 5, 1]), 260
    X = places[rng.permutation(np.repeat(np.arange(4), sizes))]
    square = np.sum((places[:, None] - places) ** 2, axis=2)
    chances = np.zeros((3, 4))
    for a in range(4):
        first = sizes[a] / sizes.sum()
        chances[0, a] += first
        weight = sizes * square[a]
        for b in range(4):
            second = first * weight[b] / weight.sum()
            chances[1, b] += second
            both = sizes * np.minimum(square[a], square[b])
            if second > 0:
                chances[2] += second * both / both.sum()
    counts = np.zeros((3, 4))
    for _ in range(draws):
        mu = kmeans_plus_plus(X, 3, rng)
        assert np.shape(mu) == (3, 2), f"expected shape (3, 2), got {np.shape(mu)}"
        is_place = (np.asarray(mu)[:, None] == places).all(axis=2)
        assert np.all(is_place.any(axis=1)), "some centre is no row of X"
        counts += is_place
    for rank in range(3):
        for place in range(4):
            p, q = chances[rank, place], counts[rank, place] / draws
            surprise = draws * sum(a * math.log(a / b) for a, b in [(q, p), (1 - q, 1 - p)] if a > 0)
            message = (
                f"four places with {sizes.tolist()} people, {draws} draws: as centre {rank + 1}, place {place} came up "
                f"{counts[rank, place]:.0f} times; about {draws * p:.0f} are expected"
            )
            assert surprise < 22, message


@test_case(
    name="q2 further check 2",
    points=1,
    hidden=True,
    failure_message="Not yet. As long as somebody has no centre at the door, can a second centre be put on a place that has one?",
)
def test_further_check_2(kmeans_plus_plus):
    """k = number of different places, in several dimensions: each is taken exactly once, whatever the multiplicities."""

    import numpy as np

    rng = np.random.default_rng()
    for n, d, k in [(60, 3, 12), (30, 1, 9), (25, 6, 25), (200, 2, 15)]:
        places = rng.permutation(30)[:k, None] + rng.uniform(0, 0.5, size=(k, d))
        X = places[rng.permutation(np.r_[np.arange(k), rng.integers(k, size=n - k)])]
        for _ in range(8):
            mu = kmeans_plus_plus(X, k, rng)
            what = f"{n} points in {k} different places, {d} features, k = {k}: "
            assert np.shape(mu) == (k, d), what + f"expected shape ({k}, {d}), got {np.shape(mu)}"
            assert sorted(np.asarray(mu).tolist()) == sorted(places.tolist()), what + "every place once, no place twice"


@test_case(
    name="q2 further check 3",
    points=1,
    hidden=True,
    failure_message="Not yet. What if there are fewer different places than centres, or one point, or whole numbers?",
)
def test_further_check_3(kmeans_plus_plus):
    """Fewer places than centres, one point, k = 1, whole numbers: rows of X, all places covered, nothing infinite."""

    import numpy as np

    rng = np.random.default_rng()
    base = rng.integers(-50, 50, size=2)
    towns = [
        (np.tile(base, (6, 1)), 4, "six people in one house, k = 4"),
        (np.tile(base, (5, 1)) * 0.1, 5, "five people in one house, k = 5"),
        (base + np.array([[0, 0], [0, 0], [7, 1], [7, 1], [7, 1]]), 4, "two houses, k = 4, whole numbers"),
        (base[None] * 1.0, 1, "one point, k = 1"),
        (base + np.arange(10).reshape(5, 2), 1, "k = 1"),
        (base + np.arange(24).reshape(12, 2), 12, "k = n, whole numbers"),
    ]
    for X, k, what in towns:
        mu = kmeans_plus_plus(X, k, rng)
        assert np.shape(mu) == (k, 2), f"expected shape ({k}, 2), got {np.shape(mu)}: {what}"
        rows, places = {tuple(r) for r in np.asarray(mu).tolist()}, {tuple(r) for r in X.tolist()}
        assert rows <= places, f"some centre is no row of X: {what}"
        assert len(rows) == min(k, len(places)), f"some place was taken twice while another had no centre: {what}"
