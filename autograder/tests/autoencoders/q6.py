from otter.test_files import test_case

OK_FORMAT = False

name = "q6"
points = None


@test_case(name="q6: planes in space", points=0.75, hidden=False)
def test_planes_in_space(same_subspace):
    import numpy as np

    floor = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    cases = [
        (np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 0.0]]), True, "the same two vectors, exchanged"),
        (np.array([[-2.0, 0.0], [0.0, 5.0], [0.0, 0.0]]), True, "the same directions with other lengths and signs"),
        (np.array([[3.0, 1.0], [1.0, -2.0], [0.0, 0.0]]), True, "two oblique vectors that lie in the floor; any floor vector is a mix of them"),
        (np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]]), False, "a wall: it shares a line with the floor, no more"),
        (np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.25]]), False, "a floor that rises to one side"),
    ]
    for V, expected, what in cases:
        for first, second in [(floor, V), (V, floor)]:
            given = first.copy(), second.copy()
            answer = same_subspace(first, second)
            message = f"Expected True or False, but got {type(answer).__name__}: {str(answer)[:80]}."
            assert np.shape(answer) == () and np.asarray(answer).dtype.kind == "b", message
            message = (
                f"The floor is spanned by the columns (1, 0, 0) and (0, 1, 0), the other plane by the columns of {V.tolist()}: {what}. "
                f"You answer {bool(answer)}. Can every column of each be mixed from the columns of the other?"
            )
            assert bool(answer) == expected, message
            message = "Your function changed the arrays that it was given. Its caller still needs them."
            assert np.array_equal(given[0], first) and np.array_equal(given[1], second), message


@test_case(
    name="q6: a line in a plane, and trained weights",
    points=0.75,
    hidden=False,
    success_message="Public checks passed. More checks run when it is graded.",
)
def test_a_line_in_a_plane_and_trained_weights(same_subspace):
    import numpy as np

    floor = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    almost = np.array([[2.0, 1.0], [1.0, 3.0], [1e-11, -2e-11]])
    twice = np.array([[1.0, 2.0], [1.0, 2.0], [0.0, 0.0]])
    cases = [
        (np.array([[1.0], [1.0], [0.0]]), False, "one column: a line that lies in the floor, but does not fill it"),
        (np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0], [0.0, 0.0, 0.0]]), True, "three columns in the floor: one of them is the sum of the others"),
        (twice, False, "two columns along one line span only that line"),
        (almost, True, "columns that leave the floor by 0.00000000001, as trained weights do: read the notes in the docstring"),
        (almost[:, [0]] + np.array([[0.0, 2.0], [0.0, 1.0], [0.0, 1.0]]), False, "a plane that rises out of the floor"),
        (1e-9 * almost, True, "the same vectors in a very small unit: the space that they span has not changed"),
    ]
    for V, expected, what in cases:
        for first, second in [(floor, V), (V, floor)]:
            answer = same_subspace(first, second)
            message = f"Expected True or False, but got {type(answer).__name__}: {str(answer)[:80]}."
            assert np.shape(answer) == () and np.asarray(answer).dtype.kind == "b", message
            message = (
                f"The floor is spanned by (1, 0, 0) and (0, 1, 0), the other space by the columns of {V.tolist()}: {what}. You answer {bool(answer)}, "
                f"asked with the {'floor' if first is floor else 'other'} as U."
            )
            assert bool(answer) == expected, message


@test_case(
    name="q6 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Mix the columns of a random matrix by an invertible matrix; then turn one column a little. Ask both ways round.",
)
def test_further_check_1(same_subspace):
    """Random spaces, mixed columns with tiny errors, and spaces that differ in one direction by a known angle."""

    import numpy as np

    rng = np.random.default_rng()
    for d, m in [(6, 2), (5, 4), (8, 3), (3, 1)]:
        basis = np.linalg.qr(rng.normal(size=(d, d)))[0]
        mixes = [np.linalg.qr(rng.normal(size=(m, m)))[0] * rng.uniform(0.5, 2, size=m) for _ in range(2)]
        U, mixed = basis[:, :m] @ mixes[0], basis[:, :m] @ mixes[1]
        angle = rng.uniform(0.1, 1.4)
        tilted = basis[:, :m].copy()
        tilted[:, 0] = np.cos(angle) * basis[:, 0] + np.sin(angle) * basis[:, m]
        cases = [
            (mixed + 1e-11 * rng.uniform(-1, 1, size=(d, m)), True, "mixed columns with errors of 0.00000000001"),
            (tilted @ mixes[1], False, f"one direction is tilted by {angle:.2f}"),
            (basis[:, 1 : m + 1], False, "one direction exchanged for another"),
        ]
        for V, expected, what in cases:
            for first, second in [(U, V), (V, U)]:
                answer = same_subspace(first, second)
                assert np.shape(answer) == () and np.asarray(answer).dtype.kind == "b", "expected True or False"
                assert bool(answer) == expected, f"{m} columns in {d} dimensions: {what}"


@test_case(
    name="q6 further check 2",
    points=1,
    hidden=True,
    failure_message="Not yet. Try spaces of different dimension, one inside the other, and columns that depend on each other.",
)
def test_further_check_2(same_subspace):
    """Different numbers of columns, subspaces of each other, doubled columns, zero columns, everything."""

    import numpy as np

    rng = np.random.default_rng()
    Q = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    U = Q[:, :3]
    zero = np.zeros((6, 1))
    cases = [
        (U, Q[:, :2], False, "a plane inside a space of three dimensions"),
        (U, Q[:, :4], False, "three dimensions inside four"),
        (U, np.hstack([U, U[:, :2]]), True, "two columns stand there twice"),
        (np.hstack([U, zero]), -U, True, "a column of zeros spans nothing"),
        (np.hstack([U[:, :2], U[:, :2]]), U, False, "four columns that span a plane only"),
        (np.hstack([U[:, :1], 2 * U[:, :1], zero]), U, False, "three columns that span a line only"),
        (Q, np.eye(6), True, "both are everything"),
        (Q, np.hstack([np.eye(6), Q]), True, "more columns than dimensions"),
    ]
    for A, B, expected, what in cases:
        for first, second in [(A, B), (B, A)]:
            answer = same_subspace(first, second)
            assert np.shape(answer) == () and np.asarray(answer).dtype.kind == "b", f"expected True or False: {what}"
            assert bool(answer) == expected, f"wrong answer: {what}"


@test_case(
    name="q6 further check 3",
    points=0.5,
    hidden=True,
    failure_message="Not yet. Extreme cases: whole numbers, one dimension, columns of very different length, a matrix of zeros.",
)
def test_further_check_3(same_subspace):
    """Whole numbers, one dimension, very small and very large matrices, zeros."""

    import numpy as np

    rng = np.random.default_rng()
    Q = np.linalg.qr(rng.normal(size=(5, 5)))[0]
    U, zero = Q[:, :2], np.zeros((5, 2))
    a, b = rng.integers(1, 9, size=2)
    whole = np.array([[a, 0], [0, b], [a, b]])
    cases = [
        (1e-7 * U, 1e7 * U[:, ::-1], True, "a very small and a very large matrix"),
        (1e-7 * U, 1e-7 * Q[:, 1:3], False, "two very small matrices"),
        (whole, whole @ np.array([[1, 1], [1, 2]]), True, "whole numbers"),
        (whole, np.array([[a, 0], [0, b], [a, -b]]), False, "whole numbers, another plane"),
        (np.array([[2.0]]), np.array([[-0.5, 3.0]]), True, "one dimension"),
        (zero, U, False, "zeros span only the origin"),
        (zero, zero[:, :1], True, "zeros and zeros"),
    ]
    for A, B, expected, what in cases:
        for first, second in [(A, B), (B, A)]:
            answer = same_subspace(first, second)
            assert np.shape(answer) == () and np.asarray(answer).dtype.kind == "b", f"expected True or False: {what}"
            assert bool(answer) == expected, f"wrong answer: {what}"
