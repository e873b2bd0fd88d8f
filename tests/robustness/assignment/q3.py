from otter.test_files import test_case

OK_FORMAT = False

name = "q3"
points = None


@test_case(points=1, hidden=False)
def test_mean_is_zero(center):
    import numpy as np

    got = center(np.array([[1.0, 2.0], [3.0, 6.0]]))
    assert np.allclose(got, [[-1.0, -2.0], [1.0, 2.0]]), "subtract from each column its mean"


@test_case(points=2, hidden=True)
def test_random(center):
    import numpy as np

    rng = np.random.default_rng()
    for _ in range(4):
        X = rng.normal(3.0, 2.0, size=(9, 2))
        got = center(X)
        np.testing.assert_allclose(got, X - X.mean(axis=0), rtol=1e-5, atol=1e-6)
