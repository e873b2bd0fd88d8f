from otter.test_files import test_case

OK_FORMAT = False

name = "q1"
points = None


@test_case(name="q1: one person, one truck", points=0.5, hidden=False)
def test_one_person_one_truck(kmeans_objective):
    import numpy as np

    loss = kmeans_objective(np.array([[3.0, 4.0]]), np.array([[0.0, 0.0]]), np.array([0]))
    one_number = np.shape(loss) == () and np.asarray(loss).dtype.kind in "iuf"
    message = (
        f"Expected one number, but got {type(loss).__name__} of shape {np.shape(loss)}. "
        "(NoneType means that nothing was returned; a shape like (1,) means that something is still to be added up.)"
    )
    assert one_number, message
    expected = 5 * 5
    message = (
        f"One person at (3, 4), one truck at (0, 0): you get {loss}. Draw the triangle with sides 3 and 4. "
        "The walk is its long side; is the loss the length of that walk, or its square?"
    )
    assert abs(loss - expected) < 1e-9, message


@test_case(
    name="q1: four people, three trucks",
    points=0.5,
    hidden=False,
    success_message="Public checks passed. More checks run when it is graded.",
)
def test_four_people_three_trucks(kmeans_objective):
    import numpy as np

    X = np.array([[0.0, 0.0], [2.0, 0.0], [5.0, 1.0], [8.0, 6.0]])
    mu = np.array([[1.0, 0.0], [-90.0, 70.0], [5.0, 2.0]])
    y = np.array([0, 0, 2, 2])
    loss = kmeans_objective(X, mu, y)
    one_number = np.shape(loss) == () and np.asarray(loss).dtype.kind in "iuf"
    message = f"Expected one number for all people, but got {type(loss).__name__} of shape {np.shape(loss)}."
    assert one_number, message
    expected = sum([1, 1, 1, 5 * 5])
    message = (
        f"X = {X.tolist()}, mu = {mu.tolist()}, y = {y.tolist()}: you get {loss}. The four people walk 1, 1, 1 and 5. "
        "Square each walk and add up by hand. Nobody chose truck 1, so where it stands costs nothing; "
        "and the objective is a sum, not a mean."
    )
    assert abs(loss - expected) < 1e-9, message


@test_case(
    name="q1 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Try small examples of your own in which n, d and k differ, and compare with a sum by hand.",
)
def test_further_check_1(kmeans_objective):
    """Random points, centres and choices, in shapes where n, d and k differ."""

    import math

    import numpy as np

    rng = np.random.default_rng()
    for n, d, k in [(23, 3, 4), (7, 1, 2), (4, 6, 5)]:
        X, mu, y = rng.normal(size=(n, d)), rng.normal(size=(k, d)), rng.integers(k, size=n)
        expected = math.fsum((X[i, f] - mu[y[i], f]) ** 2 for i in range(n) for f in range(d))
        loss = kmeans_objective(X, mu, y)
        assert np.shape(loss) == () and np.asarray(loss).dtype.kind in "iuf", "expected one number"
        message = f"{n} points, {d} features, {k} centres, each point with the centre that y names: wrong loss"
        assert abs(loss - expected) <= 1e-6 * expected, message


@test_case(
    name="q1 further check 2",
    points=0.5,
    hidden=True,
    failure_message="Not yet. Which extreme cases can you think of: one point, as many centres as points, whole numbers?",
)
def test_further_check_2(kmeans_objective):
    """Zero loss, whole numbers, one point."""

    import numpy as np

    rng = np.random.default_rng()
    X = rng.integers(-9, 10, size=(6, 2))
    X[1] = X[0] + (1, -2)  # when all have moved, the first stands on the second's centre: the nearest is not its own
    order = rng.permutation(6)
    own, own_label = X[order], np.argsort(order)
    moved = np.array([[1, -2]])
    cases = [
        (X, own, own_label, 0, "every point is its own centre"),
        (X + moved, own, own_label, 6 * 5, "every point is moved by (1, -2) from its own centre; whole numbers"),
        (X[:1] + 3 * moved, X[:1], np.array([0]), 45, "one point, one centre"),
    ]
    for points, centers, y, expected, what in cases:
        loss = kmeans_objective(points, centers, y)
        assert np.shape(loss) == () and np.asarray(loss).dtype.kind in "iuf", f"expected one number: {what}"
        assert abs(loss - expected) < 1e-9, f"wrong loss: {what}"


@test_case(
    name="q1 further check 3",
    points=0.5,
    hidden=True,
    failure_message="Not yet. Read the notes in the docstring again, then move a small example far away: what should change?",
)
def test_further_check_3(kmeans_objective):
    """Coordinates of millions, walks of about 1: expanding the square loses the digits."""

    import math

    import numpy as np

    rng = np.random.default_rng()
    for _ in range(3):
        mu = 5e6 + 90 * rng.permutation(3)[:, None] + rng.uniform(-20, 20, size=(3, 2))  # far apart: the nearest is one's own
        y = rng.integers(3, size=50)
        X = mu[y] + rng.normal(size=(50, 2))
        expected = math.fsum((X[i, f] - mu[y[i], f]) ** 2 for i in range(50) for f in range(2))
        loss = kmeans_objective(X, mu, y)
        assert np.shape(loss) == () and np.asarray(loss).dtype.kind in "iuf", "expected one number"
        message = "coordinates of 5,000,000 and walks of about 1: the loss must be right to six digits"
        assert abs(loss - expected) <= 1e-6 * expected, message
