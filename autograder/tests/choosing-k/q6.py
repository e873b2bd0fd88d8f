from otter.test_files import test_case

OK_FORMAT = False

name = "q6"
points = None


@test_case(name="q6: six people, counted in pairs", points=0.75, hidden=False)
def test_six_people(adjusted_rand):
    import numpy as np

    y, labels = np.array([0, 0, 0, 1, 1, 1]), np.array([4, 4, 7, 7, 7, 7])
    value = adjusted_rand(y, labels)
    message = f"Expected one number, but got {type(value).__name__} of shape {np.shape(value)}."
    assert np.shape(value) == () and np.asarray(value).dtype.kind in "iuf", message
    expected = (4 - 6 * 7 / 15) / (6.5 - 6 * 7 / 15)
    message = (
        f"y = {y.tolist()}, labels = {labels.tolist()}: you get {value}. By hand: of all 15 pairs, P = 3 + 3 are together in y, Q = 1 + 6 in "
        "labels, S = 1 + 3 in both; so E = 6 · 7 / 15 and U = 6.5. Print S, P, Q, E and U of your code."
    )
    assert abs(value - expected) < 1e-9, message


@test_case(
    name="q6: names, chance and trivial partitions",
    points=0.75,
    hidden=False,
    success_message="Public checks passed. More checks run when it is graded.",
)
def test_names_chance_and_trivial_partitions(adjusted_rand):
    import numpy as np

    cases = [
        ([0, 0, 1, 1, 2], [9, 9, -4, -4, 0], 1, "the same groups under other names"),
        ([0, 0, 1, 1], [0, 1, 0, 1], -1 / 2, "worse than chance: no pair is together in both"),
        ([3, 3, 3, 3], [5, 5, 5, 5], 1, "all together in both"),
        ([0, 1, 2, 3], [3, 2, 1, 0], 1, "everybody alone in both"),
        ([0, 0, 0, 0], [0, 1, 2, 3], 0, "all together against everybody alone: S = E = 0"),
        ([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2], (2 - 6 * 3 / 15) / (4.5 - 6 * 3 / 15), "two groups against three"),
    ]
    for y, labels, expected, what in cases:
        value = adjusted_rand(np.array(y), np.array(labels))
        message = f"Expected one number, but got {type(value).__name__} of shape {np.shape(value)}."
        assert np.shape(value) == () and np.asarray(value).dtype.kind in "iuf", message
        message = f"y = {y}, labels = {labels} ({what}): you get {value}. Count S, P and Q by hand, then E and U, and read the notes in the docstring."
        assert abs(value - expected) < 1e-9, message


@test_case(
    name="q6 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Try random partitions under random names, and count the pairs one by one.",
)
def test_further_check_1(adjusted_rand):
    """Random partitions, some alike and some not, one less alike than by chance, against a count of all pairs; either order of arguments."""

    from fractions import Fraction
    from itertools import combinations

    import numpy as np

    rng = np.random.default_rng()
    for n, k, classes, kept in [(40, 3, 4, 0.0), (30, 2, 6, 0.5), (50, 7, 7, 0.8), (25, 24, 3, 0.0), (12, 3, 4, None)]:
        truth = rng.permutation(np.arange(n) % classes)
        groups = np.where(rng.random(n) < (kept or 0), truth % k, rng.permutation(np.arange(n) % k))
        if kept is None:  # whoever is together in one is apart in the other
            order = rng.permutation(n)
            truth, groups = order % classes, order // classes
        y, labels = rng.choice(np.arange(-500, 500), size=k, replace=False)[groups], truth - 7
        pairs = [(y[i] == y[j], labels[i] == labels[j]) for i, j in combinations(range(n), 2)]
        s, a, b = sum(p and q for p, q in pairs), sum(p for p, _ in pairs), sum(q for _, q in pairs)
        chance = Fraction(int(a) * int(b), len(pairs))
        expected = float((int(s) - chance) / (Fraction(int(a) + int(b), 2) - chance))
        for one, other in [(y, labels), (labels, y)]:
            value = adjusted_rand(one, other)
            assert np.shape(value) == () and np.asarray(value).dtype.kind in "iuf", "expected one number"
            assert abs(value - expected) < 1e-9, f"{n} points, {k} groups against {classes}: wrong value"


@test_case(
    name="q6 further check 2",
    points=0.75,
    hidden=True,
    failure_message="Not yet. Which extreme cases can you think of: one point, two points, one group, everybody alone?",
)
def test_further_check_2(adjusted_rand):
    """One point, two points, one group, everybody alone, in all combinations."""

    import numpy as np

    rng = np.random.default_rng()
    one, alone, halves = np.full(6, rng.integers(-9, 9)), rng.permutation(6), rng.permutation(6) % 2
    cases = [
        (one, one + 5, 1, "one group, twice"),
        (alone, alone[::-1] * 9, 1, "everybody alone, twice"),
        (one, alone, 0, "one group, everybody alone"),
        (alone, one, 0, "everybody alone, one group"),
        (one, halves, 0, "one group against halves"),
        (halves, alone, 0, "halves against everybody alone"),
        (halves, 3 - halves, 1, "halves, renamed"),
        (np.array([4]), np.array([-4]), 1, "one point"),
        (np.array([4, 4]), np.array([0, 1]), 0, "two points, together and apart"),
    ]
    for y, labels, expected, what in cases:
        value = adjusted_rand(y, labels)
        assert np.shape(value) == () and np.asarray(value).dtype.kind in "iuf", f"expected one number: {what}"
        assert abs(value - expected) < 1e-9, f"expected {expected}: {what}"


@test_case(
    name="q6 further check 3",
    points=0.75,
    hidden=True,
    failure_message="Not yet. Read the last note in the docstring: how large do the numbers become with 200,000 points?",
)
def test_further_check_3(adjusted_rand):
    """Two hundred thousand points in two groups each: P Q is far above 2^63."""

    from fractions import Fraction

    import numpy as np

    rng = np.random.default_rng()
    n = 200_000
    cut, moved = int(rng.integers(60_000, 140_000)), int(rng.integers(1_000, 50_000))
    y, labels = np.arange(n) // cut > 0, np.arange(n) // (cut + moved) > 0
    choose = lambda count: count * (count - 1) // 2
    s = choose(cut) + choose(moved) + choose(n - cut - moved)
    a, b = choose(cut) + choose(n - cut), choose(cut + moved) + choose(n - cut - moved)
    chance = Fraction(a * b, choose(n))
    expected = float((s - chance) / (Fraction(a + b, 2) - chance))
    value = adjusted_rand(y.astype(int), labels.astype(int))
    assert np.shape(value) == () and np.asarray(value).dtype.kind in "iuf", "expected one number"
    assert abs(value - expected) < 1e-9, "200,000 points in two groups each: wrong value"
