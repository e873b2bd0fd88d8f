from otter.test_files import test_case

OK_FORMAT = False

name = "q1"
points = None


@test_case(points=1, hidden=False)
def test_three_points_by_hand(center):
    import numpy as np

    moved = np.asarray(center(np.array([[0.0, 1.0], [0.0, 2.0], [9.0, 9.0]])), dtype=float)
    assert moved.shape == (3, 2), f"three points in the plane went in; an array of shape {moved.shape} came out"
    assert np.allclose(moved.mean(axis=0), 0), (
        f"after the move the mean should be the origin; yours is {moved.mean(axis=0)}. "
        "Print X.mean(axis=0): how many numbers do you subtract?"
    )


@test_case(points=2, hidden=True)
def test_any_cloud_moves_as_one(center):
    import numpy as np

    rng = np.random.default_rng()
    X = rng.normal(rng.uniform(-50, 50, size=3), 4.0, size=(30, 3))
    moved = np.asarray(center(X.copy()), dtype=float)
    assert moved.shape == X.shape, "the shape of the cloud changed"
    assert np.allclose(moved.mean(axis=0), 0, atol=1e-9), "the mean of the moved cloud is not the origin"
    assert np.allclose(np.diff(moved, axis=0), np.diff(X, axis=0)), "the points did not all move by the same step"
