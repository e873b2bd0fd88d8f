from otter.test_files import test_case

OK_FORMAT = False

name = "q1"
points = None


@test_case(points=1, hidden=False)
def test_three_four_five(squared_distances):
    import numpy as np

    got = squared_distances(np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([[0.0, 0.0]]))
    assert np.shape(got) == (2, 1), f"expected shape (2, 1), got {np.shape(got)}"
    assert np.allclose(got, [[0.0], [25.0]]), "3, 4, 5: the squared distance is 25"


@test_case(points=2, hidden=True)
def test_random(squared_distances):
    import numpy as np
    from scipy.spatial.distance import cdist

    rng = np.random.default_rng()
    for _ in range(4):
        X, mu = rng.normal(size=(7, 3)), rng.normal(size=(2, 3))
        got = squared_distances(X, mu)
        assert np.shape(got) == (7, 2)
        np.testing.assert_allclose(got, cdist(X, mu, "sqeuclidean"), rtol=1e-5, atol=1e-6)
