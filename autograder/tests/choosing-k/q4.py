from otter.test_files import test_case

OK_FORMAT = False

name = "q4"
points = None


@test_case(name="q4: near enough", points=0.5, hidden=False)
def test_near_enough(choose_k):
    import numpy as np

    ks, gap, s = [1, 2, 3, 4], [0.0, 1.0, 1.25, 3.0], [0.5, 0.5, 0.5, 0.5]
    k = choose_k(np.array(ks), np.array(gap), np.array(s))
    message = f"Expected one whole number, one of {ks}; got {k!r}."
    assert np.shape(k) == () and np.asarray(k).dtype.kind in "iu", message
    expected = 2
    message = (
        f"ks = {ks}, gap = {gap}, all s = 0.5: you get {k}. Go from the left: k = 1 would need 0 >= 1 - 0.5, which is false; "
        "k = 2 needs 1 >= 1.25 - 0.5. Later gaps, however large, are not asked."
    )
    assert k == expected, message


@test_case(
    name="q4: whose error bar?",
    points=0.5,
    hidden=False,
    success_message="Public checks passed. More checks run when it is graded.",
)
def test_whose_error_bar(choose_k):
    import numpy as np

    ks, gap, s = [2, 5, 9, 12], [1.0, 1.5, 1.625, 1.75], [1.0, 0.25, 0.25, 0.5]
    k = choose_k(np.array(ks), np.array(gap), np.array(s))
    message = f"Expected one whole number, one of {ks}; got {k!r}."
    assert np.shape(k) == () and np.asarray(k).dtype.kind in "iu", message
    expected = 5
    message = (
        f"ks = {ks}, gap = {gap}, s = {s}: you get {k}. Write down, for each k but the last, its gap, the gap of its right-hand "
        "neighbour in ks, and the neighbour's s. At which k does the rule hold for the first time?"
    )
    assert k == expected, message


@test_case(
    name="q4 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Try random gaps and standard errors, and apply the rule by hand.",
)
def test_further_check_1(choose_k):
    """Two hundred random examples on a grid of eighths, on which all comparisons are exact and ties frequent."""

    import numpy as np

    rng = np.random.default_rng()
    for _ in range(200):
        m = rng.integers(2, 7)
        ks = np.sort(rng.choice(np.arange(2, 30), size=m, replace=False))
        gap, s = rng.integers(0, 12, size=m) / 8, rng.integers(0, 4, size=m) / 8
        holds = [gap[i] - gap[i + 1] + s[i + 1] >= 0 for i in range(m - 1)]
        expected = ks[holds.index(True)] if any(holds) else ks[m - 1]
        k = choose_k(ks, gap, s)
        assert np.shape(k) == () and np.asarray(k).dtype.kind in "iu", "expected one whole number"
        assert k == expected, f"ks = {ks.tolist()}, gap = {gap.tolist()}, s = {s.tolist()}: wrong k"


@test_case(
    name="q4 further check 2",
    points=0.5,
    hidden=True,
    failure_message="Not yet. What if the gaps rise to the end? What if there are no clusters, or only one k?",
)
def test_further_check_2(choose_k):
    """No clusters, gaps that rise to the end, a single k."""

    import numpy as np

    rng = np.random.default_rng()
    step = rng.integers(1, 9)
    cases = [
        ([1, 2, 3], [step, 0.0, 0.0], [0.0, 0.0, 0.0], 1, "gaps that fall: one cluster"),
        ([1, 2, 3], [0.0, 0.0, 9.0], [0.0, 9.0, 0.0], 1, "a neighbour that is uncertain"),
        ([2, 4, 7], [0.0, step, 3 * step], [0.0, 0.0, 0.0], 7, "gaps that rise to the end"),
        ([5], [step], [0.0], 5, "a single k"),
    ]
    for ks, gap, s, expected, what in cases:
        k = choose_k(np.array(ks), np.array(gap, dtype=float), np.array(s))
        assert np.shape(k) == () and np.asarray(k).dtype.kind in "iu", f"expected one whole number: {what}"
        assert k == expected, f"wrong k: {what}"


@test_case(
    name="q4 further check 3",
    points=0.5,
    hidden=True,
    failure_message="Not yet. What if both sides of the rule are exactly equal?",
)
def test_further_check_3(choose_k):
    """Exact ties."""

    import numpy as np

    rng = np.random.default_rng()
    base = rng.integers(-4, 5) / 4
    ks = np.array([1, 2, 3, 4])
    cases = [
        (base + np.array([0.0, 0.5, 2.0, 3.0]), [0.0, 0.5, 0.25, 0.25], 1, "equal at k = 1"),
        (base + np.array([0.0, 1.0, 1.0, 3.0]), [0.0, 0.0, 0.0, 0.25], 2, "equal gaps, no spread"),
        (base + np.array([0.0, 1.0, 2.0, 2.5]), [0.0, 0.25, 0.25, 0.5], 3, "equal at k = 3"),
    ]
    for gap, s, expected, what in cases:
        k = choose_k(ks, gap, np.array(s))
        assert np.shape(k) == () and np.asarray(k).dtype.kind in "iu", f"expected one whole number: {what}"
        assert k == expected, f"wrong k: {what}"
