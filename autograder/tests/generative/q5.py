from otter.test_files import test_case

OK_FORMAT = False

name = "q5"
points = None


@test_case(name="q5: the certain and the impossible", points=0.5, hidden=False)
def test_the_certain_and_the_impossible(sample_categorical):
    """A right program misses a possible outcome less than once in 10³⁰ times."""

    import numpy as np

    rng = np.random.default_rng(1)
    for p, n in [([0.0, 0.0, 1.0, 0.0], 50), ([0.5, 0.0, 0.5], 300), ([0.0, 0.25, 0.75, 0.0], 300)]:
        y = sample_categorical(p, n, rng)
        message = (
            f"p = {p}, n = {n}: expected {n} whole numbers, shape ({n},), but got {type(y).__name__} of shape {np.shape(y)}. "
            f"(Shape ({len(p)},): are these counts? Asked for are the outcomes themselves.)"
        )
        assert np.shape(y) == (n,) and np.asarray(y).dtype.kind in "iu", message
        seen = sorted({int(j) for j in np.asarray(y)})
        possible = [j for j, chance in enumerate(p) if chance > 0]
        message = (
            f"p = {p}: in {n} draws came the outcomes {seen}; the possible ones are {possible}, counted from 0, and in so many draws each of "
            "them is all but sure to come."
        )
        assert seen == possible, message


@test_case(
    name="q5: chance comes from rng alone",
    points=0.5,
    hidden=False,
    success_message="This one passed. More checks run when it is graded.",
)
def test_chance_comes_from_rng_alone(sample_categorical):
    import numpy as np

    p = np.array([0.1, 0.2, 0.3, 0.15, 0.25])
    given = p.copy()
    draws = [sample_categorical(given, 200, np.random.default_rng(seed)) for seed in (5, 5, 6, 7)]
    assert all(np.shape(y) == (200,) for y in draws), f"n = 200: expected shape (200,), got {np.shape(draws[0])}."
    message = "Outcomes are counted from 0: with five of them, they are 0, 1, 2, 3 and 4."
    assert all(0 <= int(j) <= 4 for y in draws for j in np.asarray(y)), message
    message = (
        "Two generators made with the same seed, default_rng(5), gave different draws. "
        "Some of your chance comes from elsewhere than rng: nobody could repeat your experiment."
    )
    assert np.array_equal(draws[0], draws[1]), message
    message = "Generators with seeds 5, 6 and 7 gave the same 200 draws. If rng does not matter, nothing is left to chance."
    assert not np.array_equal(draws[0], draws[2]) and not np.array_equal(draws[0], draws[3]), message
    rng = np.random.default_rng(5)
    message = "Called twice with one rng, your function gave the same 200 draws. Each call must draw anew."
    assert not np.array_equal(sample_categorical(given, 200, rng), sample_categorical(given, 200, rng)), message
    assert np.array_equal(given, p), "Your function changed the array p that it was given. Its caller still needs it."


@test_case(
    name="q5 further check 1",
    points=0.75,
    hidden=True,
    failure_message="Not yet. Draw many times and compare how often each outcome came with its probability; then look at neighbours.",
)
def test_further_check_1(sample_categorical):
    """Frequencies of 20000 draws, and of equal neighbours in disjoint pairs: Chernoff bounds, each wrong less than once in a billion."""

    import math

    import numpy as np

    rng = np.random.default_rng()
    p, n = rng.permutation([0.4, 0.3, 0.15, 0.1, 0.05]), 20_000
    y = sample_categorical(p, n, rng)
    assert np.shape(y) == (n,) and np.asarray(y).dtype.kind in "iu", f"expected {n} whole numbers, got shape {np.shape(y)}"
    y = np.asarray(y)
    assert y.min() >= 0 and y.max() <= 4, "five outcomes are counted 0 to 4"
    events = [(f"outcome {j}", n, int(np.sum(y == j)), float(p[j])) for j in range(5)]
    events.append(("equal neighbours", n // 2, int(np.sum(y[0::2] == y[1::2])), float(np.sum(p**2))))
    for what, draws, count, chance in events:
        q = count / draws
        surprise = draws * sum(a * math.log(a / b) for a, b in [(q, chance), (1 - q, 1 - chance)] if a > 0)
        assert surprise < 22, f"p = {p.tolist()}, {n} draws: {what} came {count} times; about {draws * chance:.0f} are expected"


@test_case(
    name="q5 further check 2",
    points=0.75,
    hidden=True,
    failure_message="Not yet. Toss a fair coin twice, 120 times over, and count the four possible pairs. Order counts.",
)
def test_further_check_2(sample_categorical):
    """Pairs from a fair coin, a new call each: four Chernoff bounds, each wrong less than once in a billion."""

    import math

    import numpy as np

    rng = np.random.default_rng()
    draws, counts = 120, {(a, b): 0 for a in (0, 1) for b in (0, 1)}
    for _ in range(draws):
        y = sample_categorical([0.5, 0.5], 2, rng)
        assert np.shape(y) == (2,), f"n = 2: expected shape (2,), got {np.shape(y)}"
        pair = tuple(int(j) for j in np.asarray(y))
        assert pair in counts, f"a fair coin, outcomes 0 and 1, but {pair} came"
        counts[pair] += 1
    for pair, count in counts.items():
        q = count / draws
        surprise = draws * sum(a * math.log(a / b) for a, b in [(q, 0.25), (1 - q, 0.75)] if a > 0)
        assert surprise < 22, f"{draws} calls with n = 2: the pair {pair} came {count} times; about {draws // 4} are expected"


@test_case(
    name="q5 further check 3",
    points=0.5,
    hidden=True,
    failure_message="Not yet. Extreme cases: one outcome, one draw, a thousand outcomes of which three are possible, a list.",
)
def test_further_check_3(sample_categorical):
    """A thousand outcomes, three possible; one outcome, one draw; ten tenths. A right program misses one less than once in 10²¹ gradings."""

    import numpy as np

    rng = np.random.default_rng()
    p, possible = np.zeros(1000), sorted(rng.choice(1000, size=3, replace=False).tolist())
    p[possible] = 1 / 3
    y = sample_categorical(p, 200, rng)
    assert np.shape(y) == (200,) and np.asarray(y).dtype.kind in "iu", f"expected 200 whole numbers, got shape {np.shape(y)}"
    assert sorted({int(j) for j in np.asarray(y)}) == possible, "an outcome of probability 0 came, or a likely one never"
    y = sample_categorical([1.0], 1, rng)
    assert np.shape(y) == (1,) and int(np.asarray(y)[0]) == 0, "one outcome, one draw"
    y = sample_categorical([0.1] * 10, 500, rng)
    assert np.shape(y) == (500,), f"n = 500: got shape {np.shape(y)}"
    assert sorted({int(j) for j in np.asarray(y)}) == list(range(10)), "ten outcomes, each one tenth, given as a list"
