from otter.test_files import test_case

OK_FORMAT = False

name = "q2"
points = None


@test_case(name="q2: one feature by hand", points=0.5, hidden=False)
def test_one_feature_by_hand(log_likelihood):
    import math

    import numpy as np

    X = np.array([[0.0], [2.0]])
    value = log_likelihood(X, np.array([0.0]), np.array([[4.0]]))
    message = f"Expected one number, but got {type(value).__name__} of shape {np.shape(value)}: add up over the points."
    assert np.shape(value) == () and np.asarray(value).dtype.kind in "iuf", message
    at_0, at_2 = -0.5 * math.log(2 * math.pi * 4), -0.5 * math.log(2 * math.pi * 4) - 0.5
    message = (
        f"Points 0 and 2, mean 0, variance 4: you have {float(value):.6f}. The density of one feature is exp(-(x - m)² / (2 s²)) / √(2π s²) with "
        f"s² = 4. Its logarithm is {at_0:.6f} at 0 and {at_2:.6f} at 2."
    )
    assert math.isclose(value, at_0 + at_2, rel_tol=1e-9), message
    value = log_likelihood(np.array([[3.0]]), np.array([3.0]), np.array([[0.01]]))
    message = (
        f"One point at the mean, variance 0.01: you have {float(value):.6f}. The density there is 1 / √(2π · 0.01) = 3.989, which is more than 1; so "
        "its logarithm is positive. That is in order."
    )
    assert math.isclose(value, -0.5 * math.log(2 * math.pi * 0.01), rel_tol=1e-9), message


@test_case(
    name="q2: two features that go together",
    points=1,
    hidden=False,
    success_message="This one passed. More checks run when it is graded.",
)
def test_two_features_that_go_together(log_likelihood):
    import math

    import numpy as np

    S = np.array([[2.0, 1.0], [1.0, 2.0]])
    X = np.array([[1.0, 2.0], [1.0, 0.0], [0.0, 1.0]])
    value = log_likelihood(X, np.array([0.0, 1.0]), S)
    message = f"Expected one number, but got {type(value).__name__} of shape {np.shape(value)}."
    assert np.shape(value) == () and np.asarray(value).dtype.kind in "iuf", message
    squares = [2 / 3, 2.0, 0.0]
    expected = sum(-math.log(2 * math.pi) - 0.5 * math.log(3) - s / 2 for s in squares)
    message = (
        f"Mean (0, 1), covariance {S.tolist()}, points {X.tolist()}: you have {float(value):.6f}. The deviations are (1, 1), (1, -1) and (0, 0); the "
        "determinant is 3, the inverse [[2/3, -1/3], [-1/3, 2/3]]. Together (1, 1) is less surprising than (1, -1): their squared "
        "lengths, measured by the inverse, are 2/3 and 2."
    )
    assert math.isclose(value, expected, rel_tol=1e-9), message


@test_case(
    name="q2 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Compare with scipy.stats.multivariate_normal for random points and covariances, one to six features.",
)
def test_further_check_1(log_likelihood):
    """Random Gaussians against scipy, the points drawn from them."""

    import math

    import numpy as np
    from scipy.stats import multivariate_normal

    rng = np.random.default_rng()
    for n, d in [(20, 1), (30, 2), (1, 3), (12, 6)]:
        A = rng.normal(size=(d, d)) + 2 * np.eye(d)
        S = A @ A.T + 0.5 * np.eye(d)
        S = (S + S.T) / 2
        mean = rng.uniform(2, 5, size=d)
        X = mean + rng.normal(size=(n, d)) @ np.linalg.cholesky(S).T
        value = log_likelihood(X.copy(), mean.copy(), S.copy())
        one_number = np.shape(value) == () and np.asarray(value).dtype.kind in "iuf"
        assert one_number, f"n = {n}, d = {d}: expected one number, got shape {np.shape(value)}"
        expected = float(np.sum(multivariate_normal(mean, S).logpdf(X)))
        assert math.isclose(value, expected, rel_tol=1e-8, abs_tol=1e-8), f"n = {n}, d = {d}: {value}, not {expected}"


@test_case(
    name="q2 further check 2",
    points=0.75,
    hidden=True,
    failure_message="Not yet. What if a point lies a hundred standard deviations away? The answer is a finite number.",
)
def test_further_check_2(log_likelihood):
    """Points so far away that their density underflows; whole numbers."""

    import math

    import numpy as np
    from scipy.stats import multivariate_normal

    rng = np.random.default_rng()
    A = np.array([[1.0, 0.0, 0.0], [0.8, 1.0, 0.0], [-0.5, 0.7, 1.0]])
    S, mean = A @ A.T, rng.uniform(-1, 1, size=3)
    directions = rng.normal(size=(5, 3))
    far = mean + 100 * directions / np.linalg.norm(directions, axis=1, keepdims=True) @ A.T
    whole = rng.integers(300, 400, size=(4, 3))
    for X in (far, whole):
        value = log_likelihood(X, mean, S)
        one_number = np.shape(value) == () and np.asarray(value).dtype.kind in "iuf"
        assert one_number, f"expected one number, got shape {np.shape(value)}"
        expected = float(np.sum(multivariate_normal(mean, S).logpdf(X)))
        assert math.isclose(value, expected, rel_tol=1e-8), f"{value}, not {expected}"


@test_case(
    name="q2 further check 3",
    points=0.75,
    hidden=True,
    failure_message="Not yet. Try 250 features of small variance, then of large variance. What happens to the determinant?",
)
def test_further_check_3(log_likelihood):
    """250 features, determinant near 1e-750 and near 1e750; truth: independent features along known axes."""

    import math

    import numpy as np
    from scipy.stats import norm

    rng = np.random.default_rng()
    d = 250
    axes = np.linalg.qr(rng.normal(size=(d, d)))[0]
    for unit in (1e-3, 1e3):
        variances, mean = unit * rng.uniform(0.5, 2, size=d), rng.normal(size=d)
        S = axes * variances @ axes.T
        along = rng.normal(size=(3, d)) * np.sqrt(variances)
        X = mean + along @ axes.T
        value = log_likelihood(X, mean, (S + S.T) / 2)
        one_number = np.shape(value) == () and np.asarray(value).dtype.kind in "iuf"
        assert one_number, f"expected one number, got shape {np.shape(value)}"
        expected = float(np.sum(norm.logpdf(along, 0, np.sqrt(variances))))
        good = math.isclose(value, expected, rel_tol=1e-7, abs_tol=1e-4)
        assert good, f"250 features of variance about {unit}: {value}, not {expected}"
