from otter.test_files import test_case

OK_FORMAT = False

name = "q3"
points = None


@test_case(name="q3: two points, one of them rebuilt exactly", points=0.5, hidden=False)
def test_two_points_one_rebuilt_exactly(reconstruction_loss):
    import numpy as np

    X, rebuilt = np.array([[0.0, 0.0], [1.0, 1.0]]), np.array([[3.0, 4.0], [1.0, 1.0]])
    loss = reconstruction_loss(X, rebuilt)
    message = (
        f"Expected one number, but got {type(loss).__name__} of shape {np.shape(loss)}. "
        "(NoneType means that nothing was returned; a shape like (2,) means that something is still to be averaged.)"
    )
    assert np.shape(loss) == () and np.asarray(loss).dtype.kind in "iuf", message
    errors = [3 * 3 + 4 * 4, 0]
    message = (
        f"X = {X.tolist()}, rebuilt as {rebuilt.tolist()}: you get {loss}. The first point is off by 3 and 4, so its squared distance is {errors[0]}; "
        "the second is not off at all. Take the mean of these two numbers."
    )
    assert abs(loss - sum(errors) / 2) < 1e-9, message


@test_case(
    name="q3: every image twice, every image twice as wide",
    points=0.5,
    hidden=False,
    success_message="Public checks passed. More checks run when it is graded.",
)
def test_twice_the_images_and_twice_the_pixels(reconstruction_loss):
    import numpy as np

    X = np.array([[0.0, 5.0, 1.0], [2.0, 2.0, -2.0]])
    rebuilt = np.array([[1.0, 4.0, 3.0], [2.0, 0.0, 2.0]])
    cases = [
        (X, rebuilt, 13, "The squared distances are 1 + 1 + 4 = 6 and 0 + 4 + 16 = 20."),
        (np.vstack([X, X]), np.vstack([rebuilt, rebuilt]), 13, "Each image stands there twice: the mean over images must not change."),
        (np.hstack([X, X]), np.hstack([rebuilt, rebuilt]), 26, "Each image has all its pixels twice: the sum over pixels must double."),
    ]
    for points, tilde, expected, what in cases:
        loss = reconstruction_loss(points, tilde)
        message = f"Expected one number, but got {type(loss).__name__} of shape {np.shape(loss)}."
        assert np.shape(loss) == () and np.asarray(loss).dtype.kind in "iuf", message
        message = f"X = {points.tolist()}, rebuilt as {tilde.tolist()}: you get {loss}. {what} What do you add up, and by what do you divide?"
        assert abs(loss - expected) < 1e-9, message


@test_case(
    name="q3 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Try small examples of your own in which n and d differ, and compare with a sum by hand.",
)
def test_further_check_1(reconstruction_loss):
    """Random points and reconstructions, in shapes where n and d differ."""

    import math

    import numpy as np

    rng = np.random.default_rng()
    for n, d in [(23, 3), (2, 64), (9, 1)]:
        X, rebuilt = rng.normal(size=(n, d)), rng.normal(size=(n, d))
        expected = math.fsum((X[i, f] - rebuilt[i, f]) ** 2 for i in range(n) for f in range(d)) / n
        for first, second in [(X, rebuilt), (rebuilt, X)]:
            loss = reconstruction_loss(first, second)
            assert np.shape(loss) == () and np.asarray(loss).dtype.kind in "iuf", "expected one number"
            assert abs(loss - expected) <= 1e-6 * expected, f"{n} points, {d} coordinates: wrong loss"


@test_case(
    name="q3 further check 2",
    points=0.5,
    hidden=True,
    failure_message="Not yet. Photographs are bytes: print the dtypes, and subtract a byte from a smaller one.",
)
def test_further_check_2(reconstruction_loss):
    """Bytes, whole numbers, and bytes against floats; nothing lost; one point."""

    import numpy as np

    rng = np.random.default_rng()
    X = rng.integers(0, 200, size=(6, 5)).astype(np.uint8)
    brighter = X + np.uint8(20)
    one = np.array([[3.0, -1.0]])
    cases = [
        (X, brighter, 5 * 400, "bytes against bytes, 20 too bright"),
        (brighter, X, 5 * 400, "bytes against bytes, 20 too dark"),
        (X, X.astype(float) - 0.5, 5 * 0.25, "bytes against floats"),
        (X, X.copy(), 0, "nothing is lost"),
        (X.astype(int) - 300, X.astype(int) - 302, 5 * 4, "whole numbers"),
        (one, one + 2, 8, "one point"),
    ]
    for first, second, expected, what in cases:
        loss = reconstruction_loss(first, second)
        assert np.shape(loss) == () and np.asarray(loss).dtype.kind in "iuf", f"expected one number: {what}"
        assert abs(loss - expected) < 1e-9, f"wrong loss: {what}"


@test_case(
    name="q3 further check 3",
    points=0.5,
    hidden=True,
    failure_message="Not yet. Read the notes in the docstring again, then move a small example far away: what should change?",
)
def test_further_check_3(reconstruction_loss):
    """Coordinates of millions, errors of about 1: expanding the square loses the digits."""

    import math

    import numpy as np

    rng = np.random.default_rng()
    for _ in range(3):
        X = 5e6 + rng.uniform(-100, 100, size=(40, 3))
        rebuilt = X + rng.normal(size=(40, 3))
        expected = math.fsum((X[i, f] - rebuilt[i, f]) ** 2 for i in range(40) for f in range(3)) / 40
        loss = reconstruction_loss(X, rebuilt)
        assert np.shape(loss) == () and np.asarray(loss).dtype.kind in "iuf", "expected one number"
        assert abs(loss - expected) <= 1e-6 * expected, "coordinates of 5,000,000 and errors of about 1: wrong loss"
