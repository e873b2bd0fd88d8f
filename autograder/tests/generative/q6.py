from otter.test_files import test_case

OK_FORMAT = False

name = "q6"
points = None


@test_case(name="q6: bells without width", points=0.5, hidden=False)
def test_bells_without_width(sample_mixture):
    """A right program misses a component less than once in 10²⁴ times."""

    import numpy as np

    weights, means = [0.25, 0.0, 0.75], [[0.0, 0.0], [9.0, 9.0], [4.0, -4.0]]
    covariances = [[[0.0, 0.0], [0.0, 0.0]]] * 3
    X = sample_mixture(weights, means, covariances, 200, np.random.default_rng(1))
    message = f"n = 200, d = 2: expected shape (200, 2), but got {type(X).__name__} of shape {np.shape(X)}."
    assert np.shape(X) == (200, 2) and np.asarray(X).dtype.kind in "iuf", message
    distances = np.linalg.norm(np.asarray(X, dtype=float)[:, None] - np.array(means), axis=2)
    strange = np.asarray(X)[distances.min(axis=1) > 1e-5]
    message = (
        f"All covariances are 0, so every point is one of the means {means}. But you drew {strange[:3].round(3).tolist()}. Does each point have one "
        "component, and all its coordinates from that one?"
    )
    assert len(strange) == 0, message
    counts = np.bincount(distances.argmin(axis=1), minlength=3).tolist()
    message = f"weights = {weights}, 200 points: the components came {counts} times. The second should never come, the others both should."
    assert counts[1] == 0 and counts[0] > 0 and counts[2] > 0, message


@test_case(name="q6: a slanted bell, and two far ones", points=1, hidden=False)
def test_a_slanted_bell_and_two_far_ones(sample_mixture):
    """Chi-square bounds: a right program fails less than once in a hundred million times."""

    import numpy as np

    rng = np.random.default_rng(2)
    S = np.array([[4.0, 1.8], [1.8, 1.0]])
    X = sample_mixture([1.0], [[10.0, -3.0]], [S], 4000, rng)
    message = f"n = 4000, d = 2: expected shape (4000, 2), but got {type(X).__name__} of shape {np.shape(X)}."
    assert np.shape(X) == (4000, 2) and np.asarray(X).dtype.kind in "iuf", message
    D = np.asarray(X, dtype=float) - [10, -3]
    message = f"One bell at (10, -3): the mean of 4000 points is off by {D.mean(axis=0).round(2).tolist()}."
    assert np.all(np.abs(D.mean(axis=0)) < [0.25, 0.125]), message
    found = D.T @ D / 4000
    message = (
        f"One bell with covariance {S.tolist()}: that of 4000 points is {found.round(2).tolist()}. If z has covariance I, then A z has covariance "
        "A Aᵀ. Is your A such that A Aᵀ is the covariance that was asked for?"
    )
    assert np.all(np.abs(found - S) < [[0.7, 0.4], [0.4, 0.18]]), message
    X = sample_mixture([0.5, 0.5], [[-5.0], [5.0]], [[[0.25]], [[0.25]]], 400, rng)
    assert np.shape(X) == (400, 1), f"n = 400, d = 1: expected shape (400, 1), but got {np.shape(X)}."
    left, right = int(np.sum(np.asarray(X) < -1.5)), int(np.sum(np.asarray(X) > 1.5))
    message = (
        f"Two narrow bells at -5 and 5, half and half: of 400 points {left} lie left of -1.5, {right} right of 1.5 and {400 - left - right} between, "
        "where neither bell reaches. A mixture chooses a bell for each point; it does not average bells."
    )
    assert left + right == 400 and min(left, right) > 130, message


@test_case(
    name="q6: chance comes from rng alone",
    points=0.5,
    hidden=False,
    success_message="This one passed. More checks run when it is graded.",
)
def test_chance_comes_from_rng_alone(sample_mixture):
    import numpy as np

    mixture = np.array([0.5, 0.5]), np.array([[0.0, 0.0], [3.0, 3.0]]), np.array([np.eye(2), 2 * np.eye(2)])
    given = [part.copy() for part in mixture]
    draws = [sample_mixture(*given, 30, np.random.default_rng(seed)) for seed in (5, 5, 6)]
    assert all(np.shape(X) == (30, 2) for X in draws), f"n = 30, d = 2: expected shape (30, 2), got {np.shape(draws[0])}."
    message = (
        "Two generators made with the same seed, default_rng(5), gave different points. "
        "Some of your chance comes from elsewhere than rng: nobody could repeat your experiment."
    )
    assert np.array_equal(draws[0], draws[1]), message
    message = "Generators with seeds 5 and 6 gave the same points. If rng does not matter, nothing is left to chance."
    assert not np.array_equal(draws[0], draws[2]), message
    rng = np.random.default_rng(5)
    message = "Called twice with one rng, your function gave the same points. Each call must draw anew."
    assert not np.array_equal(sample_mixture(*given, 30, rng), sample_mixture(*given, 30, rng)), message
    unchanged = all(np.array_equal(a, b) for a, b in zip(given, mixture, strict=True))
    assert unchanged, "Your function changed an array that it was given. Its caller still needs it."


@test_case(
    name="q6 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Draw 20000 points from three slanted bells and plot them, with ellipses for the bells that were asked for.",
)
def test_further_check_1(sample_mixture):
    """Shares of 20000 points in 25 half-planes, against the exact ones: Chernoff bounds, each wrong less than once in a billion."""

    import math

    import numpy as np
    from scipy.stats import norm

    rng = np.random.default_rng()
    order, flip, shift, n = rng.permutation(3), rng.choice([-1.0, 1.0], size=2), rng.uniform(-3, 3, size=2), 20_000
    weights = np.array([0.5, 0.3, 0.2])[order]
    means = np.array([[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]])[order] * flip + shift
    covariances = np.array([[[4.0, 3.4], [3.4, 4.0]], [[9.0, -2.6], [-2.6, 1.0]], [[0.25, 0.7], [0.7, 4.0]]])[order] * np.outer(flip, flip)
    X = sample_mixture(weights, means, covariances, n, rng)
    assert np.shape(X) == (n, 2) and np.asarray(X).dtype.kind in "iuf", f"expected shape ({n}, 2), got {np.shape(X)}"
    X = np.asarray(X, dtype=float)
    for direction in np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, -1.0], [2.0, 1.0]]) * flip:
        centres, spreads = means @ direction, np.sqrt(np.einsum("a,kab,b->k", direction, covariances, direction))
        for border in np.r_[centres, centres[:2] + spreads[:2]]:
            chance = float(weights @ norm.cdf((border - centres) / spreads))
            count = int(np.sum(X @ direction <= border))
            q = count / n
            surprise = n * sum(a * math.log(a / b) for a, b in [(q, chance), (1 - q, 1 - chance)] if a > 0)
            message = f"{direction.tolist()} · x <= {border:.2f} holds for {count} of {n} points; about {n * chance:.0f} are expected"
            assert surprise < 22, message


@test_case(
    name="q6 further check 2",
    points=1,
    hidden=True,
    failure_message="Not yet. Draw two points from two equal bells, 120 times over. How often do both come from the same bell?",
)
def test_further_check_2(sample_mixture):
    """Pairs from two bells without width, a new call each: four Chernoff bounds, each wrong less than once in a billion."""

    import math

    import numpy as np

    rng = np.random.default_rng()
    means = np.array([[0.0, 0.0, 0.0], [5.0, 6.0, 7.0]]) + rng.uniform(-1, 1, size=3)
    draws, counts = 120, {(a, b): 0 for a in (0, 1) for b in (0, 1)}
    for _ in range(draws):
        X = sample_mixture([0.5, 0.5], means, np.zeros((2, 3, 3)), 2, rng)
        assert np.shape(X) == (2, 3), f"n = 2, d = 3: expected shape (2, 3), got {np.shape(X)}"
        distances = np.linalg.norm(np.asarray(X, dtype=float)[:, None] - means, axis=2)
        assert np.all(distances.min(axis=1) < 1e-5), "covariances of 0: every point must be a mean"
        counts[tuple(distances.argmin(axis=1).tolist())] += 1
    for pair, count in counts.items():
        q = count / draws
        surprise = draws * sum(a * math.log(a / b) for a, b in [(q, 0.25), (1 - q, 0.75)] if a > 0)
        assert surprise < 22, f"{draws} calls with n = 2: the components {pair} came {count} times; about {draws // 4} are expected"


@test_case(
    name="q6 further check 3",
    points=1,
    hidden=True,
    failure_message="Not yet. Let one bell be flat as a line, another a single place, and give a third the weight 0.",
)
def test_further_check_3(sample_mixture):
    """A line, a place and a bell of weight 0, given as lists: shares, positions along the line (Chernoff bounds, each wrong less than once in a billion)."""

    import math

    import numpy as np
    from scipy.stats import norm

    rng = np.random.default_rng()
    along = np.array([1.0, 2.0, 2.0]) * rng.choice([-1.0, 1.0], size=3)
    means = np.array([[0.0, 0.0, 0.0], [20.0, 0.0, 0.0], [0.0, 0.0, 50.0]]) + rng.uniform(-1, 1, size=3)
    covariances = [np.outer(along, along).tolist(), np.zeros((3, 3)).tolist(), np.eye(3).tolist()]
    n = 3000
    X = sample_mixture([0.7, 0.3, 0.0], means.tolist(), covariances, n, rng)
    assert np.shape(X) == (n, 3) and np.asarray(X).dtype.kind in "iuf", f"expected shape ({n}, 3), got {np.shape(X)}"
    D = np.asarray(X, dtype=float) - means[0]
    z = D @ along / (along @ along)
    on_line = np.linalg.norm(D - z[:, None] * along, axis=1) < 1e-5
    at_place = np.linalg.norm(np.asarray(X, dtype=float) - means[1], axis=1) < 1e-5
    assert np.all(on_line | at_place), "some points lie neither on the line nor at the place"
    events = [("points on the line", n, int(on_line.sum()), 0.7)]
    events += [(f"z <= {c} on the line", int(on_line.sum()), int(np.sum(z[on_line] <= c)), float(norm.cdf(c))) for c in (-1.5, -0.5, 0, 0.5, 1.5)]
    for what, draws, count, chance in events:
        assert draws > 0, "no point on the line"
        q = count / draws
        surprise = draws * sum(a * math.log(a / b) for a, b in [(q, chance), (1 - q, 1 - chance)] if a > 0)
        assert surprise < 22, f"{what}: {count} of {draws}; about {draws * chance:.0f} are expected"
