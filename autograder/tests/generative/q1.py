from otter.test_files import test_case

OK_FORMAT = False

name = "q1"
points = None


@test_case(name="q1: four points by hand", points=0.5, hidden=False)
def test_four_points_by_hand(gaussian_mle):
    import numpy as np

    X = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0], [6.0, 2.0]])
    given = X.copy()
    both = gaussian_mle(given)
    message = f"Expected two things, the mean and the covariance, but got {type(both).__name__}."
    assert isinstance(both, (tuple, list)) and len(both) == 2, message
    mean, covariance = both
    message = (
        f"n = 4 points with d = 2 features: expected a mean of shape (2,) and a covariance of shape (2, 2), but got {np.shape(mean)} "
        f"and {np.shape(covariance)}. (Shape (4, 4): are rows taken for features?)"
    )
    assert np.shape(mean) == (2,) and np.shape(covariance) == (2, 2), message
    message = f"X = {X.tolist()}: the mean of the first column is (0 + 2 + 0 + 6) / 4. You have {np.asarray(mean).tolist()}."
    assert np.allclose(np.asarray(mean, dtype=float), [2, 1], rtol=0, atol=1e-9), message
    message = (
        f"X = {X.tolist()}: you have the covariance {np.asarray(covariance).tolist()}. Write down the four deviations from the mean, "
        "(-2, -1), (0, -1), (-2, 1), (4, 1). The entry for features a and b is the average, over the four, of their product."
    )
    assert np.allclose(np.asarray(covariance, dtype=float), [[6, 1], [1, 1]], rtol=0, atol=1e-9), message
    message = "Your function changed the array X that it was given. Its caller still needs it."
    assert np.array_equal(given, X), message


@test_case(
    name="q1: one feature, one point",
    points=0.5,
    hidden=False,
    success_message="This one passed. More checks run when it is graded.",
)
def test_one_feature_one_point(gaussian_mle):
    import numpy as np

    both = gaussian_mle(np.array([[1.0], [2.0], [6.0]]))
    assert isinstance(both, (tuple, list)) and len(both) == 2, f"Expected the mean and the covariance, but got {type(both).__name__}."
    mean, covariance = both
    message = (
        f"Three points with one feature: expected shapes (1,) and (1, 1), but got {np.shape(mean)} and {np.shape(covariance)}. "
        "Also with d = 1 the covariance is a square table."
    )
    assert np.shape(mean) == (1,) and np.shape(covariance) == (1, 1), message
    message = (
        f"The points 1, 2 and 6 have mean 3 and deviations -2, -1 and 3. You have the mean {np.asarray(mean).tolist()} and the covariance "
        f"{np.asarray(covariance).tolist()}. Do you divide the sum of the squares by n = 3?"
    )
    right = np.allclose(np.asarray(mean, dtype=float), 3) and np.allclose(np.asarray(covariance, dtype=float), 14 / 3)
    assert right, message
    mean, covariance = gaussian_mle(np.array([[5.0, 7.0]]))
    message = f"One point (5, 7): expected shapes (2,) and (2, 2), but got {np.shape(mean)} and {np.shape(covariance)}."
    assert np.shape(mean) == (2,) and np.shape(covariance) == (2, 2), message
    message = f"One point (5, 7) deviates from its mean by nothing, but you have the covariance {np.asarray(covariance).tolist()}."
    assert np.array_equal(np.asarray(mean), [5, 7]) and not np.any(np.asarray(covariance)), message


@test_case(
    name="q1 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Compare with NumPy's covariance for random points: which option makes it divide by n?",
)
def test_further_check_1(gaussian_mle):
    """Random points, few and many, against np.cov."""

    import numpy as np

    rng = np.random.default_rng()
    for n, d in [(50, 3), (3, 6), (200, 1), (2, 2), (40, 8)]:
        X = rng.normal(size=(n, d)) @ rng.normal(size=(d, d)) + rng.uniform(3, 6, size=d)
        both = gaussian_mle(X)
        assert isinstance(both, (tuple, list)) and len(both) == 2, "expected the mean and the covariance"
        mean, covariance = both
        shapes = np.shape(mean), np.shape(covariance)
        assert shapes == ((d,), (d, d)), f"n = {n}, d = {d}: shapes {shapes}"
        expected = np.cov(X.T, bias=True).reshape(d, d)
        scale = max(1.0, float(np.abs(expected).max()))
        good = np.allclose(np.asarray(mean, dtype=float), X.sum(axis=0) / n, rtol=0, atol=1e-9 * scale)
        assert good, f"n = {n}, d = {d}: the mean is off"
        good = np.allclose(np.asarray(covariance, dtype=float), expected, rtol=0, atol=1e-9 * scale)
        assert good, f"n = {n}, d = {d}: the covariance is off"


@test_case(
    name="q1 further check 2",
    points=1,
    hidden=True,
    failure_message="Not yet. Add 100000000 to all numbers: the covariance should stay. And try a feature that never changes.",
)
def test_further_check_2(gaussian_mle):
    """Whole numbers; points far from zero; a constant feature."""

    import numpy as np

    rng = np.random.default_rng()
    slant = np.array([[2.0, 0.0, 0.0], [1.5, 1.0, 0.0], [-1.0, 0.5, 1.5]])
    noise = rng.normal(size=(60, 3)) @ slant.T
    far = noise + np.array([1e8, -1e8, 3e8])
    whole = rng.integers(-9, 10, size=(30, 3))
    whole[:, 1] += whole[:, 0]
    constant = np.column_stack([noise, np.full(60, rng.uniform(1, 2))])
    for X, what, tolerance in [
        (far, "points near 100000000", 1e-4),
        (whole, "whole numbers", 1e-9),
        (constant, "a constant feature", 1e-9),
    ]:
        d = X.shape[1]
        both = gaussian_mle(X.copy())
        assert isinstance(both, (tuple, list)) and len(both) == 2, "expected the mean and the covariance"
        mean, covariance = both
        assert np.shape(mean) == (d,) and np.shape(covariance) == (d, d), f"shapes: {what}"
        near = X - X[0]
        expected = np.cov(near.T, bias=True)
        good = np.allclose(np.asarray(mean, dtype=float) - X[0], near.mean(axis=0), rtol=0, atol=max(tolerance, 1e-9))
        assert good, f"mean: {what}"
        good = np.allclose(np.asarray(covariance, dtype=float), expected, rtol=0, atol=tolerance)
        assert good, f"covariance: {what}"
