from otter.test_files import test_case

OK_FORMAT = False

name = "q6"
points = None


@test_case(name="q6: one direction, and two", points=0.5, hidden=False)
def test_one_direction_and_two(participation_ratio):
    import numpy as np

    line = np.array([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0], [6.0, 6.0]])
    ratio = participation_ratio(line)
    message = f"Expected one number, but got {type(ratio).__name__} of shape {np.shape(ratio)}. (NoneType: nothing was returned.)"
    assert np.shape(ratio) == () and np.asarray(ratio).dtype.kind in "iuf", message
    message = (
        f"Z = {line.tolist()}: you get {ratio}. All codes lie on one line, so they vary in one direction, and the answer is 1. Look at the "
        "eigenvalues of the covariance matrix, not at the two columns."
    )
    assert abs(ratio - 1) < 1e-6, message
    corners = np.array([[5.0, 5.0], [5.0, 7.0], [7.0, 5.0], [7.0, 7.0]])
    ratio = participation_ratio(corners)
    message = f"Z = {corners.tolist()}: you get {ratio}. The corners of a square vary alike in both directions, so the answer is 2; where the square lies does not matter."
    assert np.shape(ratio) == () and abs(ratio - 2) < 1e-6, message


@test_case(
    name="q6: a long and a short direction",
    points=0.5,
    hidden=False,
    success_message="Public checks passed. More checks run when it is graded.",
)
def test_a_long_and_a_short_direction(participation_ratio):
    import numpy as np

    Z = np.array([[8.0, 4.0], [2.0, 4.0], [5.0, 5.0], [5.0, 3.0]])
    ratio = participation_ratio(Z)
    assert np.shape(ratio) == () and np.asarray(ratio).dtype.kind in "iuf", f"Expected one number, but got shape {np.shape(ratio)}."
    expected = (9 + 1) ** 2 / (9**2 + 1**2)
    message = (
        f"Z = {Z.tolist()}: you get {ratio:.4f}. Seen from their mean the codes stand at plus and minus 3 on one axis and plus and minus 1 on the other. The eigenvalues are variances, in the proportion 9 to 1 and not 3 to 1; put them into the formula by hand."
    )
    assert abs(ratio - expected) < 1e-6, message
    turned = participation_ratio(Z @ np.array([[0.6, 0.8], [-0.8, 0.6]]))
    message = f"The same codes, turned: you get {turned:.4f} instead of {expected:.4f}. How many directions there are does not depend on the axes."
    assert np.shape(turned) == () and abs(turned - expected) < 1e-6, message


@test_case(
    name="q6 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Make codes with known variances in known directions, turn them, move them, scale them: the answer should not change.",
)
def test_further_check_1(participation_ratio):
    """Known eigenvalues, in any position, direction and scale."""

    import numpy as np

    rng = np.random.default_rng()
    for n, m in [(50, 3), (200, 6), (20, 2), (31, 10)]:
        values = np.r_[1.0, 2.0, rng.uniform(0.1, 5, size=m - 2)] * rng.uniform(0.5, 2)
        raw = rng.normal(size=(n, m))
        raw -= raw.mean(axis=0)
        columns, _ = np.linalg.qr(raw)
        turn, _ = np.linalg.qr(rng.normal(size=(m, m)))
        Z = (columns * np.sqrt(values)) @ turn + rng.choice([-7.0, 7.0], size=m)
        expected = sum(values.tolist()) ** 2 / sum(value**2 for value in values.tolist())
        for scale in (1.0, 30.0):
            ratio = participation_ratio(scale * Z)
            what = f"{n} codes of {m} numbers, scale {scale:g}: "
            assert np.shape(ratio) == () and np.asarray(ratio).dtype.kind in "iuf", what + "expected one number"
            assert abs(ratio - expected) <= 1e-6 * expected, what + f"expected {expected:.4f}, got {ratio:.4f}"


@test_case(
    name="q6 further check 2",
    points=0.5,
    hidden=True,
    failure_message="Not yet. What if all codes are equal? If there is only one? What single number says that nothing varies?",
)
def test_further_check_2(participation_ratio):
    """Collapsed codes: all equal, one code, one column that never varies."""

    import numpy as np

    rng = np.random.default_rng()
    code = rng.integers(-9, 10, size=4)
    for Z, expected, what in [
        (np.tile(code, (8, 1)), 0, "eight equal codes, whole numbers"),
        (np.tile(code / 4, (16, 1)), 0, "sixteen equal codes"),
        (np.zeros((5, 3)), 0, "codes that are all zero"),
        (code[None] * 1.0, 0, "one code"),
        (np.array([[3.0, 1.0], [3.0, 2.0], [3.0, 4.0]]), 1, "one column constant"),
        (np.array([[2.0], [5.0]]), 1, "codes of one number"),
    ]:
        ratio = participation_ratio(Z)
        assert np.shape(ratio) == () and np.asarray(ratio).dtype.kind in "iuf", f"expected one number: {what}"
        assert abs(ratio - expected) < 1e-6, f"expected {expected}, got {ratio}: {what}"


@test_case(
    name="q6 further check 3",
    points=0.5,
    hidden=True,
    failure_message="Not yet. Try codes of more numbers than there are codes, whole numbers, and every code given twice.",
)
def test_further_check_3(participation_ratio):
    """More columns than codes, whole numbers, every code twice; against scikit-learn's PCA."""

    import numpy as np
    from sklearn.decomposition import PCA

    rng = np.random.default_rng()
    wide = rng.normal(size=(6, 40))
    whole = rng.integers(-20, 21, size=(15, 4)) * np.array([1, 1, 3, 9]) + 40
    whole[:2] = [[40, 40, 40, 400], [40, 60, 40, 0]]
    for Z, what in [(wide, "six codes of forty numbers"), (whole, "whole numbers"), (np.vstack([whole, whole]), "every code twice")]:
        values = PCA(svd_solver="full").fit(Z * 1.0).explained_variance_
        expected = values.sum() ** 2 / np.square(values).sum()
        ratio = participation_ratio(Z)
        assert np.shape(ratio) == () and np.asarray(ratio).dtype.kind in "iuf", f"expected one number: {what}"
        assert abs(ratio - expected) <= 1e-6 * expected, f"expected {expected:.4f}, got {ratio:.4f}: {what}"
