from otter.test_files import test_case

OK_FORMAT = False

name = "q4"
points = None


@test_case(name="q4: four people, two trucks", points=1, hidden=False)
def test_four_people_two_trucks(is_local_minimum):
    import numpy as np

    X = np.array([[0.0, 0.0], [0.0, 2.0], [6.0, 0.0], [6.0, 2.0]])
    places = [
        ([[0, 1], [6, 1]], [0, 0, 1, 1], True, "Left and right: the best there is."),
        ([[3, 0], [3, 2]], [0, 1, 0, 1], True,
         "Top and bottom cost nine times as much as left and right. But is any place NEAR these trucks better? A local minimum may be bad."),
        ([[0, 1], [6, 1.5]], [0, 0, 1, 1], False, "Everybody is with the nearest truck. Are the trucks in the middle of their people?"),
        ([[3, 2], [3, 0]], [0, 1, 0, 1], False, "Look at the person at (0, 0) and at the truck they chose. Is another one nearer?"),
        ([[2, 2 / 3], [6, 2]], [0, 0, 0, 1], False,
         "Both trucks are in the middle of their people. Now look at the person at (6, 0): which truck is nearest to them?"),
    ]  # fmt: skip
    for mu, y, expected, look in places:
        answer = is_local_minimum(X, np.array(mu, dtype=float), np.array(y))
        message = f"Expected one True or False, but got {type(answer).__name__} of shape {np.shape(answer)}."
        assert np.shape(answer) == () and np.asarray(answer).dtype.kind == "b", message
        assert bool(answer) is expected, f"X = {X.tolist()}, mu = {mu}, y = {y}: you say {answer}. {look}"


@test_case(
    name="q4: the torn, and the truck that nobody chose",
    points=0.5,
    hidden=False,
    success_message="This one passed. More checks run when it is graded.",
)
def test_the_torn_and_the_truck_that_nobody_chose(is_local_minimum):
    import numpy as np

    X = np.array([[0.0], [2.0], [3.0]])
    places = [
        ([1, 3], [0, 0, 1], False,
         "The person at 2 is torn between the trucks at 1 and 3. Work out the loss of trucks at 1 and 2.9: is it smaller?"),
        ([0, 2.5], [0, 1, 1], True, "Nobody is torn, nobody has a nearer truck, and both trucks are in the middle of their people."),
        ([0, 2.5, 9], [0, 1, 1], True, "Nobody chose the truck at 9, so it has no mean. A small step of it changes nothing."),
        ([0, 2.5, 3.2], [0, 1, 1], False, "Nobody chose the truck at 3.2. But look at the person at 3: which truck is nearest?"),
    ]  # fmt: skip
    for mu, y, expected, look in places:
        answer = is_local_minimum(X, np.array(mu, dtype=float)[:, None], np.array(y))
        message = f"Expected one True or False, but got {type(answer).__name__} of shape {np.shape(answer)}."
        assert np.shape(answer) == () and np.asarray(answer).dtype.kind == "b", message
        assert bool(answer) is expected, f"People at 0, 2 and 3, trucks at {mu}, y = {y}: you say {answer}. {look}"


@test_case(
    name="q4 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Take groups that are far apart, with their means; then move one centre a little, or one label.",
)
def test_further_check_1(is_local_minimum):
    """Separate groups with their means, one centre moved by 0.02 to 0.5, one label changed with the means kept right."""

    import numpy as np

    rng = np.random.default_rng()
    for n, d, k in [(30, 2, 3), (24, 4, 4), (12, 1, 2)]:
        y = rng.permutation(np.arange(n) % k)
        X = 15.0 * y[:, None] + rng.uniform(-1, 1, size=(n, d))
        mu = np.array([X[y == j].mean(axis=0) for j in range(k)])
        moved, swapped = mu.copy(), y.copy()
        j = rng.integers(k)
        moved[j, rng.integers(d)] += rng.choice([-0.5, -0.02, 0.02, 0.5])
        i = rng.integers(n)
        swapped[i] = (y[i] + 1) % k
        means = np.array([X[swapped == j].mean(axis=0) for j in range(k)])
        # as another program would hand them over, with the rounding of its sums
        rounded = mu + rng.choice([-1e-11, 1e-11], size=mu.shape)
        cases = [
            (mu, y, True, "separate groups, centres at their means"),
            (rounded, y, True, "separate groups, centres at their means but for rounding"),
            (moved, y, False, "one centre is off its mean"),
            (mu, swapped, False, "one point is with a centre that is not its nearest"),
            (
                means,
                swapped,
                False,
                "one point is with a centre that is not its nearest; all centres are at their means",
            ),
        ]
        for centers, labels, expected, what in cases:
            answer = is_local_minimum(X, centers, labels)
            assert np.shape(answer) == () and np.asarray(answer).dtype.kind == "b", "expected True or False"
            assert bool(answer) is expected, f"{n} points, {d} features, {k} centres, {what}: expected {expected}"


@test_case(
    name="q4 further check 2",
    points=1,
    hidden=True,
    failure_message="Not yet. Build towns in which somebody is exactly half-way between two trucks, turn them, and move them.",
)
def test_further_check_2(is_local_minimum):
    """Torn points, exactly or up to rounding, anywhere in the plane; and a bad end without any tie, which is a minimum."""

    import numpy as np

    rng = np.random.default_rng()
    for _ in range(4):
        turn, shift, size = np.linalg.qr(rng.normal(size=(2, 2)))[0], rng.uniform(-9, 9, size=2), rng.uniform(1, 3)
        line = np.array([[0.0, 0.0], [2.0, 0.0], [3.0, 0.0]])
        apart = np.array([[0.0, 0.0], [0.0, 1.0], [4.0, 0.0], [4.0, 1.0]])
        square = np.array([[-1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
        towns = [
            (line, [[1, 0], [3, 0]], [0, 0, 1], False, "the middle one of three is torn between two trucks"),
            (line, [[0, 0], [2.5, 0]], [0, 1, 1], True, "nobody of three is torn"),
            (apart, [[2, 0], [2, 1]], [0, 1, 0, 1], True, "a bad end, but nobody is torn"),
            (square, [[0, 0], [0, 0]], [0, 0, 0, 0], False, "two trucks on one spot, and nobody lives there"),
            (square, [[0, 0], [9, 9]], [0, 0, 0, 0], True, "a second truck, far from everybody"),
            (
                square,
                [[0, 0], [2, 0]],
                [0, 0, 0, 0],
                False,
                "a second truck, exactly as near to one person as the first",
            ),
        ]
        for points, centers, y, expected, what in towns:
            X, mu = size * points @ turn + shift, size * np.array(centers, dtype=float) @ turn + shift
            answer = is_local_minimum(X, mu, np.array(y))
            assert np.shape(answer) == () and np.asarray(answer).dtype.kind == "b", "expected True or False"
            assert bool(answer) is expected, f"{what}: expected {expected}"
        nudged = np.array([[1.0, 0.0], [3.0 + 1e-11, 0.0]])
        answer = is_local_minimum(line, nudged, np.array([0, 0, 1]))
        assert np.shape(answer) == () and not answer, "torn but for a rounding error: expected False"


@test_case(
    name="q4 further check 3",
    points=0.5,
    hidden=True,
    failure_message="Not yet. Extreme cases: one centre, one point, whole numbers, a centre on every point, two on one.",
)
def test_further_check_3(is_local_minimum):
    """k = 1, n = 1, k = n, coinciding points with a centre each, whole numbers."""

    import numpy as np

    rng = np.random.default_rng()
    a, b, c = rng.integers(-9, 10, size=2), rng.integers(20, 30, size=2), rng.integers(40, 50, size=2)
    order = rng.permutation(3)
    X = np.array([a, b, c])
    cases = [
        (X, X.mean(axis=0)[None], [0, 0, 0], True, "one centre, at the mean"),
        (X, X[:1] + 1, [0, 0, 0], False, "one centre, off the mean"),
        (X[:1], X[:1], [0], True, "one point, one centre on it"),
        (X[:1], X[[0, 2]], [0], True, "one point, a centre on it and one that nobody chose"),
        (X[:1], X[[2, 0]], [0], False, "one point that chose the centre far away"),
        (X, X[order], np.argsort(order), True, "a centre on every point"),
        (X[[0, 0, 1]], X[[0, 0, 1]], [0, 1, 2], True, "two points on one spot, each with a centre right there"),
        (
            X[[0, 0, 1]],
            X[[0, 1, 0]],
            [0, 0, 1],
            True,
            "two points on one spot share a centre, a second centre stands there too",
        ),
    ]
    for points, mu, y, expected, what in cases:
        answer = is_local_minimum(points, mu, np.array(y))
        assert np.shape(answer) == () and np.asarray(answer).dtype.kind == "b", f"expected True or False: {what}"
        assert bool(answer) is expected, f"{what}: expected {expected}"
