from otter.test_files import test_case

OK_FORMAT = False

name = "q2"
points = None


@test_case(points=1, hidden=False)
def test_on_a_line(nearest):
    import numpy as np

    got = nearest(np.array([[0.0], [9.0]]), np.array([[1.0], [8.0]]))
    assert np.array_equal(got, [0, 1]), f"0 is near 1 and 9 is near 8, but you say {got}"


@test_case(points=2, hidden=True)
def test_random(nearest):
    import numpy as np
    from scipy.spatial import cKDTree

    rng = np.random.default_rng()
    for _ in range(4):
        X, mu = rng.normal(size=(20, 2)), rng.normal(size=(3, 2))
        assert np.array_equal(nearest(X, mu), cKDTree(mu).query(X)[1])
