from otter.test_files import test_case

OK_FORMAT = False

name = "q4"
points = None


@test_case(name="q4: the example worked out in the text", points=1, hidden=False)
def test_the_example_in_the_text(kmeans):
    import numpy as np

    X, start = np.array([[0.0], [2.0], [4.0], [12.0]]), np.array([[0.0], [1.0]])
    result = kmeans(X, start.copy(), 100)
    three_things = isinstance(result, tuple | list) and len(result) == 3
    message = (
        f"Expected three things, `return mu, y, iterations`, but got {type(result).__name__}. "
        "(NoneType means that nothing was returned.)"
    )
    assert three_things, message
    mu, y, iterations = result
    shapes = np.shape(mu), np.shape(y), np.shape(iterations)
    message = f"Expected mu, y, iterations in this order, with shapes (2, 1), (4,) and (); got shapes {shapes}. Check the order."
    assert shapes == ((2, 1), (4,), ()), message
    kinds = [np.asarray(part).dtype.kind for part in result]
    message = f"y and iterations must hold integers and mu numbers; got y = {y}, iterations = {iterations}, mu = {mu}."
    right_kinds = kinds[0] in "iuf" and kinds[1] in "iu" and kinds[2] in "iu"
    assert right_kinds, message
    expected_y, expected_mu, expected_iterations = [0, 0, 0, 1], [[2], [12]], 4
    message = (
        f"Starting from trucks at 0 and 1 you end with y = {np.asarray(y).tolist()}. Print y and mu after each round and compare "
        "with the table in the text: which is the first line that differs?"
    )
    assert np.array_equal(y, expected_y), message
    message = (
        f"The assignment is right, but the trucks stand at {np.asarray(mu).ravel().tolist()}. Was the last move made?"
    )
    assert np.allclose(mu, expected_mu, rtol=0, atol=1e-9), message
    message = (
        f"Trucks and assignment are right, but iterations = {iterations}. Count the lines of the table in the text; "
        "the round that only finds that nothing changed is one of them."
    )
    assert iterations == expected_iterations, message


@test_case(
    name="q4: tau stops the rounds early",
    points=1,
    hidden=False,
    success_message="Public checks passed. More checks run when it is graded.",
)
def test_tau_stops_the_rounds_early(kmeans):
    import numpy as np

    X = np.array([[4.0, 6.0], [10.0, 6.0], [0.0, 7.0], [2.0, 8.0], [9.0, 0.0], [5.0, 0.0]])
    start = np.array([[0.0, 7.0], [2.0, 8.0]])
    rounds = {
        1: ([1, 1, 0, 1, 1, 1], [[0, 7], [6, 4]], 1),
        2: ([1, 1, 0, 0, 1, 1], [[1, 7.5], [7, 3]], 2),
        50: ([0, 1, 0, 0, 1, 1], [[2, 7], [8, 2]], 4),
    }
    for tau, (expected_y, expected_mu, expected_iterations) in rounds.items():
        given = start.copy()
        result = kmeans(X, given, tau)
        three_things = isinstance(result, tuple | list) and len(result) == 3
        where = f"X = {X.tolist()}, start = {start.tolist()}, tau = {tau}: "
        message = where + f"expected `return mu, y, iterations`, three things; got {type(result).__name__}."
        assert three_things, message
        mu, y, iterations = result
        shapes = np.shape(mu), np.shape(y), np.shape(iterations)
        message = where + f"expected mu, y, iterations with shapes (2, 2), (6,) and (); got {shapes}."
        assert shapes == ((2, 2), (6,), ()), message
        message = where + (
            f"y is {np.asarray(y).tolist()}. It must be what people chose in the last round, before its move, when the "
            "trucks stood where the round before had left them. Do exactly tau rounds by hand (fewer only if nothing changes)."
        )
        assert np.array_equal(y, expected_y), message
        message = where + (
            f"y is right, but mu is {np.asarray(mu).tolist()}. Each round ends with a move, the last one too; "
            "each truck then stands in the middle of the people that y gives it."
        )
        assert np.allclose(mu, expected_mu, rtol=0, atol=1e-9), message
        message = (
            where + f"mu and y are right, but iterations is {iterations}. How many times did everybody choose a truck?"
        )
        assert iterations == expected_iterations, message
        message = "Your function changed the starting centres that it was given. Its caller may still need them."
        assert np.array_equal(given, start), message


@test_case(
    name="q4 further check 1",
    points=1.5,
    hidden=True,
    failure_message="Not yet. Print y after every round on random points: do you stop in the right round, with the right mu?",
)
def test_further_check_1(kmeans):
    """The whole run, rewritten with all differences at once, from centres among the points."""

    import numpy as np

    rng = np.random.default_rng()
    for n, d, k in [(60, 2, 4), (30, 1, 3), (40, 5, 2)]:
        X = rng.normal(size=(n, d))
        start = X[rng.choice(n, size=k, replace=False)]
        centers, labels, rounds = start.copy(), None, 0
        while rounds < 100:
            before, rounds = labels, rounds + 1
            labels = np.argmin(((X[:, None] - centers) ** 2).sum(axis=2), axis=1)
            centers = np.array([X[labels == j].mean(axis=0) if np.any(labels == j) else centers[j] for j in range(k)])
            if before is not None and np.array_equal(before, labels):
                break
        result = kmeans(X, start, 100)
        assert isinstance(result, tuple | list) and len(result) == 3, "expected mu, y, iterations"
        mu, y, iterations = result
        what = f"{n} random points, {d} features, {k} centres among the points, tau = 100: "
        assert (np.shape(mu), np.shape(y), np.shape(iterations)) == ((k, d), (n,), ()), what + "wrong shapes"
        assert np.array_equal(y, labels), what + "wrong final assignment"
        assert np.allclose(mu, centers, rtol=1e-6, atol=1e-6), what + "wrong final centres"
        assert iterations == rounds, what + f"expected {rounds} rounds, got {iterations}"


@test_case(
    name="q4 further check 2",
    points=0.75,
    hidden=True,
    failure_message="Not yet. Run with tau = 1, 2, 3, ... on one data set and compare each answer with the one before.",
)
def test_further_check_2(kmeans):
    """tau = 1 to 5, and far more than it takes, against the same rounds, rewritten with all differences at once."""

    import numpy as np

    rng = np.random.default_rng()
    X = rng.normal(size=(50, 2))
    start = X[rng.choice(50, size=4, replace=False)]
    centers, labels, converged = start.copy(), np.full(50, -1), None
    for tau in range(1, 101):
        before = labels
        if converged is None:
            labels = np.argmin(((X[:, None] - centers) ** 2).sum(axis=2), axis=1)
            centers = np.array([X[labels == j].mean(axis=0) if np.any(labels == j) else centers[j] for j in range(4)])
            converged = tau if np.array_equal(before, labels) else None
        if 5 < tau < 100:
            continue
        result = kmeans(X, start, tau)
        assert isinstance(result, tuple | list) and len(result) == 3, "expected mu, y, iterations"
        mu, y, iterations = result
        assert (np.shape(mu), np.shape(y), np.shape(iterations)) == ((4, 2), (50,), ()), f"tau = {tau}: wrong shapes"
        assert np.array_equal(y, labels), f"tau = {tau}: y is not the assignment of the last round"
        assert np.allclose(mu, centers, rtol=1e-6, atol=1e-6), f"tau = {tau}: mu is not where the last move puts it"
        assert iterations == (converged or tau), f"tau = {tau}: expected {converged or tau} rounds, got {iterations}"


@test_case(
    name="q4 further check 3",
    points=0.75,
    hidden=True,
    failure_message="Not yet. Extreme cases: one centre, a centre for every point, one nobody chooses, a start that is the end.",
)
def test_further_check_3(kmeans):
    """k = 1, k = n, a start that is the end, whole numbers, an empty centre, coinciding points, one point."""

    import numpy as np

    rng = np.random.default_rng()
    X = np.array([[0, 0], [1, 0], [20, 4], [21, 4]]) + rng.integers(-9, 10, size=2)
    order = rng.permutation(4)
    middle, far = (X[0] + X[1] + X[2] + X[3]) / 4, X[0] - 500
    pairs = np.array([(X[0] + X[1]) / 2, (X[2] + X[3]) / 2])
    cases = [
        (X, X[:1] + 3, [middle], [0, 0, 0, 0], 2, "one centre: round 2 is the first that can find no change"),
        (X, X[order], X[order], np.argsort(order), 2, "a centre on every point"),
        (X, pairs, pairs, [0, 0, 1, 1], 2, "a start that is already the end"),
        (X, X[[1, 2]], pairs, [0, 0, 1, 1], 2, "points and starting centres are whole numbers"),
        (
            X,
            np.array([X[3], far, X[0]]),
            [pairs[1], far, pairs[0]],
            [2, 2, 0, 0],
            2,
            "a centre that nobody chooses stays",
        ),
        (X[[0, 0, 0]], X[[1, 3]], [X[0], X[3]], [0, 0, 0], 2, "all points on one spot"),
        (X[:1], X[[3, 2]], [X[3], X[0]], [1], 2, "one point"),
    ]
    for points, start, expected_mu, expected_y, expected_iterations, what in cases:
        result = kmeans(points, start, 20)
        assert isinstance(result, tuple | list) and len(result) == 3, "expected mu, y, iterations"
        mu, y, iterations = result
        shapes = np.shape(mu), np.shape(y), np.shape(iterations)
        assert shapes == (np.shape(start), (len(points),), ()), f"wrong shapes {shapes}: {what}"
        assert np.array_equal(y, expected_y), f"wrong assignment: {what}"
        assert np.allclose(mu, expected_mu, rtol=0, atol=1e-9), f"wrong centres: {what}"
        assert iterations == expected_iterations, f"expected {expected_iterations} rounds, got {iterations}: {what}"
