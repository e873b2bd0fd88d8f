from otter.test_files import test_case

OK_FORMAT = False

name = "q3"
points = None


@test_case(name="q3: both directions by hand", points=0.5, hidden=False)
def test_both_directions_by_hand(kl_divergence):
    import math

    import numpy as np

    p, q = np.array([0.5, 0.5]), np.array([0.25, 0.75])
    for first, second, expected, by_hand in [
        (p, q, 0.5 * math.log(2) + 0.5 * math.log(2 / 3), "0.5 log(0.5 / 0.25) + 0.5 log(0.5 / 0.75)"),
        (q, p, 0.25 * math.log(1 / 2) + 0.75 * math.log(3 / 2), "0.25 log(0.25 / 0.5) + 0.75 log(0.75 / 0.5)"),
    ]:
        value = kl_divergence(first.copy(), second.copy())
        message = f"Expected one number, but got {type(value).__name__} of shape {np.shape(value)}."
        assert np.shape(value) == () and np.asarray(value).dtype.kind in "iuf", message
        message = (
            f"p = {first.tolist()}, q = {second.tolist()}: you have {float(value):.6f}. By hand, with the natural logarithm: {by_hand}. "
            "The distribution that averages is p, and the ratio is p / q."
        )
        assert math.isclose(value, expected, rel_tol=1e-9), message


@test_case(
    name="q3: what never happens, what is called impossible",
    points=1,
    hidden=False,
    success_message="This one passed. More checks run when it is graded.",
)
def test_what_never_happens_what_is_called_impossible(kl_divergence):
    import math

    import numpy as np

    p, q = [0.5, 0.5, 0.0, 0.0], [0.25, 0.5, 0.25, 0.0]
    value = kl_divergence(p, q)
    message = f"Expected one number, but got {type(value).__name__} of shape {np.shape(value)}."
    assert np.shape(value) == () and np.asarray(value).dtype.kind in "iuf", message
    message = (
        f"p = {p}, q = {q}: you have {float(value):.6f}. The third and the fourth outcome never happen (p = 0), so they add nothing; the "
        "second has p = q and adds nothing either. What is left is one term."
    )
    assert math.isclose(value, 0.5 * math.log(2), rel_tol=1e-9), message
    value = kl_divergence(q, p)
    message = (
        f"p = {q}, q = {p}: you have {value}. The third outcome happens in one of four cases, and q calls it impossible: log(0.25 / 0) is "
        "infinite, and so is the sum. Do not add a small number to hide it."
    )
    assert np.shape(value) == () and np.asarray(value).dtype.kind in "iuf" and value == math.inf, message


@test_case(
    name="q3 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Compare with scipy.special.rel_entr for random distributions, in both directions.",
)
def test_further_check_1(kl_divergence):
    """Random distributions without zeros, as arrays and lists, against scipy."""

    import math

    import numpy as np
    from scipy.special import rel_entr

    rng = np.random.default_rng()
    for K in (2, 3, 7, 30):
        p, q = rng.uniform(0.1, 1, size=K), rng.uniform(0.1, 1, size=K) ** 2 + 0.1
        p, q = p / p.sum(), q / q.sum()
        for a, b in [(p, q), (q, p), (p.tolist(), q.tolist())]:
            value = kl_divergence(a, b)
            assert np.shape(value) == () and np.asarray(value).dtype.kind in "iuf", f"expected one number, got {value!r}"
            expected = float(np.sum(rel_entr(np.asarray(a), np.asarray(b))))
            assert math.isclose(value, expected, rel_tol=0, abs_tol=1e-7), f"K = {K}: {value}, not {expected}"


@test_case(
    name="q3 further check 2",
    points=1,
    hidden=True,
    failure_message="Not yet. Zeros: only in p, only in q, in both at one place. Which of these make the result infinite?",
)
def test_further_check_2(kl_divergence):
    """Zeros in random places."""

    import math

    import numpy as np
    from scipy.special import rel_entr

    rng = np.random.default_rng()
    for K in (4, 6, 20):
        order = rng.permutation(K)
        p, q = rng.uniform(0.2, 1, size=K), rng.uniform(0.2, 1, size=K)
        p[order[0]] = q[order[0]] = 0
        p[order[1]] = 0
        p, q = p / p.sum(), q / q.sum()
        value = kl_divergence(p.copy(), q.copy())
        assert np.shape(value) == () and np.asarray(value).dtype.kind in "iuf", f"expected one number, got {value!r}"
        expected = float(np.sum(rel_entr(p, q)))
        good = math.isclose(value, expected, rel_tol=0, abs_tol=1e-7)
        assert good, f"p = {p.tolist()}, q = {q.tolist()}: {value}, not {expected}"
        value = kl_divergence(q.copy(), p.copy())
        assert np.shape(value) == () and np.asarray(value).dtype.kind in "iuf", f"expected one number, got {value!r}"
        assert value == math.inf, f"p = {q.tolist()}, q = {p.tolist()}: {value}, not infinite"


@test_case(
    name="q3 further check 3",
    points=0.5,
    hidden=True,
    failure_message="Not yet. A distribution against itself; one outcome; ten thousand outcomes.",
)
def test_further_check_3(kl_divergence):
    """Against itself, one outcome, ten thousand outcomes; nothing is changed."""

    import math

    import numpy as np
    from scipy.special import rel_entr

    rng = np.random.default_rng()
    p, q = rng.uniform(0.5, 1, size=10_000), rng.uniform(0, 1, size=10_000) ** 2 + 0.05
    p, q = p / p.sum(), q / q.sum()
    expected = float(np.sum(rel_entr(p, q)))
    for a, b, truth in [(p, q, expected), (p, p, 0.0), ([1.0], [1.0], 0.0)]:
        value = kl_divergence(a, b)
        assert np.shape(value) == () and np.asarray(value).dtype.kind in "iuf", f"expected one number, got {value!r}"
        good = math.isclose(value, truth, rel_tol=0, abs_tol=1e-7)
        assert good, f"{len(a)} outcomes: {value}, not {truth}"
