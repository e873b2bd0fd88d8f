from otter.test_files import test_case

OK_FORMAT = False

name = "q2"
points = None


@test_case(name="q2: every label is used", points=0.75, hidden=False)
def test_every_label_is_used(label_efficiency):
    import numpy as np

    Z_train, y_train = np.array([[14.0], [10.0], [14.0], [10.0]]), np.array([1, 0, 1, 0])
    Z_test, y_test = np.array([[9.0], [11.0], [13.0], [15.0], [11.5]]), np.array([0, 0, 1, 1, 1])
    share = label_efficiency(Z_train, y_train, Z_test, y_test, 2, np.random.default_rng(0))
    message = f"Expected one number, but got {type(share).__name__} of shape {np.shape(share)}. (NoneType: nothing was returned.)"
    assert np.shape(share) == () and np.asarray(share).dtype.kind in "iuf", message
    message = (
        f"Two codes of class 0 stand at 10, two of class 1 at 14, and all four labels are drawn: the border is half-way, at 12. Of the "
        f"test codes {Z_test.ravel().tolist()} with labels {y_test.tolist()} one is on the wrong side, so four of five are right; "
        f"you get {share}. Is it the share of right answers, on the test codes, with the bias?"
    )
    assert abs(share - 4 / 5) < 1e-9, message


@test_case(
    name="q2: which labels are drawn",
    points=0.75,
    hidden=False,
    success_message="Public checks passed. More checks run when it is graded.",
)
def test_which_labels_are_drawn(label_efficiency):
    """One of four codes of class 1 is drawn: a Chernoff bound for each; a right program fails less than once in 10^8 times."""

    import math

    import numpy as np

    Z_train = np.array([[0.0], [2.0], [0.0], [6.0], [10.0], [0.0], [14.0]])
    y_train = np.array([0, 1, 0, 1, 1, 0, 1])
    Z_test, y_test = np.array([[2.0], [4.0], [6.0], [8.0]]), np.array([1, 1, 1, 1])
    draws, rng = 200, np.random.default_rng(5)
    shares = [label_efficiency(Z_train, y_train, Z_test, y_test, 1, rng) for _ in range(draws)]
    message = f"Expected one number for each call, but got {type(shares[0]).__name__} of shape {np.shape(shares[0])}."
    assert all(np.shape(s) == () and np.asarray(s).dtype.kind in "iuf" for s in shares), message
    for place, share in [(2, 4 / 4), (6, 3 / 4), (10, 2 / 4), (14, 1 / 4)]:
        count = sum(abs(s - share) < 1e-9 for s in shares)
        q, p = count / draws, 1 / 4
        surprise = draws * sum(a * math.log(a / b) for a, b in [(q, p), (1 - q, 1 - p)] if a > 0)
        message = (
            f"Class 0 stands at 0, class 1 at 2, 6, 10 and 14, and per_class is 1. If the code at {place} is drawn, the border is at "
            f"{place / 2:g} and the share of right test codes is {share:g}. In {draws} calls with one generator that came up {count} times; about "
            f"{draws / 4:g} are expected. Do you draw one row of EACH class, all of them equally likely, anew in each call?"
        )
        assert surprise < 22, message
    one, same = (label_efficiency(Z_train, y_train, Z_test, y_test, 1, np.random.default_rng(seed)) for seed in (9, 9))
    message = "Two generators made with the same seed gave different answers: some of your chance comes from elsewhere than rng."
    assert one == same, message


@test_case(
    name="q2 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Let per_class be the size of every class: then nothing is left to chance, and you can fit the same probe yourself.",
)
def test_further_check_1(label_efficiency):
    """All classes have exactly per_class rows: the accuracy is that of scikit-learn's ridge. Labels in any order, codes off the origin."""

    import numpy as np
    from sklearn.linear_model import Ridge

    rng = np.random.default_rng()
    for per_class, m, k in [(8, 2, 3), (3, 12, 4), (20, 3, 5), (6, 1, 2), (5, 6, 8), (15, 4, 3), (12, 5, 6), (9, 3, 4)]:
        middles = rng.normal(size=(k, m)) + 4 * rng.normal(size=m)
        y_train = rng.permutation(np.repeat(np.arange(k), per_class))
        y_test = rng.integers(k, size=1500)
        Z_train = middles[y_train] + rng.normal(size=(len(y_train), m))
        Z_test = middles[y_test] + rng.normal(size=(1500, m))
        share = label_efficiency(Z_train, y_train, Z_test, y_test, per_class, rng)
        assert np.shape(share) == () and np.asarray(share).dtype.kind in "iuf", "expected one number"
        probe = Ridge(alpha=1.0).fit(Z_train, (y_train[:, None] == np.arange(k)) * 1.0)
        expected = np.mean(probe.predict(Z_test).argmax(axis=1) == y_test)
        what = f"{k} classes with exactly per_class = {per_class} rows each, codes of {m} numbers: "
        assert abs(share - expected) < 1e-9, what + f"expected {expected:.4f}, got {share:.4f}"


@test_case(
    name="q2 further check 2",
    points=1,
    hidden=True,
    failure_message="Not yet. Draw two of five rows many times and write down which two: are all ten pairs equally frequent?",
)
def test_further_check_2(label_efficiency):
    """Two of five rows: every pair has a border of its own. Ten Chernoff bounds; a right program fails less than once in 10^7 times."""

    import math
    from itertools import combinations

    import numpy as np

    rng = np.random.default_rng()
    places = rng.permutation([4.0, 8.0, 16.0, 32.0, 64.0])
    Z_train = np.r_[np.zeros(3), places][:, None]
    y_train = np.r_[np.zeros(3), np.ones(5)].astype(int)
    order = rng.permutation(8)
    Z_train, y_train = Z_train[order], y_train[order]
    pairs = {(a + b) / 4 for a, b in combinations(places.tolist(), 2)}
    twice = {2 * a / 4 for a in places.tolist()}  # one row drawn twice: such a border must never be seen
    borders = sorted(pairs | twice)
    Z_test = np.array([[border + 0.25] for border in borders])
    y_test = np.ones(15, dtype=int)
    draws = 400
    shares = [label_efficiency(Z_train, y_train, Z_test, y_test, 2, rng) for _ in range(draws)]
    assert all(np.shape(s) == () and np.asarray(s).dtype.kind in "iuf" for s in shares), "expected one number for each call"
    counts = {border: sum(abs(s - (15 - i) / 15) < 1e-9 for s in shares) for i, border in enumerate(borders)}
    assert sum(counts[b] for b in pairs) == draws, "some probe was not fitted on two different rows of each class"
    for border in sorted(pairs):
        q, p = counts[border] / draws, 1 / 10
        surprise = draws * sum(a * math.log(a / b) for a, b in [(q, p), (1 - q, 1 - p)] if a > 0)
        message = f"two of five rows, {draws} draws: one pair came up {counts[border]} times; about {draws / 10:g} are expected"
        assert surprise < 22, message


@test_case(
    name="q2 further check 3",
    points=0.5,
    hidden=True,
    failure_message="Not yet. What if one class is a hundred times as frequent as another in the training rows?",
)
def test_further_check_3(label_efficiency):
    """Very unequal classes, each one on a spot of its own: whatever is drawn, all test codes are right, and a rare class is never missed."""

    import numpy as np

    rng = np.random.default_rng()
    spots = 10 * np.eye(4)[rng.permutation(4)] + rng.normal(size=4)
    sizes = np.array([600, 3, 4, 3])
    y_train = rng.permutation(np.repeat(np.arange(4), sizes))
    y_test = rng.permutation(np.repeat(np.arange(4), 5))
    for per_class in (1, 3, 2):
        for _ in range(4):
            share = label_efficiency(spots[y_train], y_train, spots[y_test], y_test, per_class, rng)
            assert np.shape(share) == () and np.asarray(share).dtype.kind in "iuf", "expected one number"
            message = f"four classes on four spots, of {sizes.tolist()} rows, {per_class} labels each: every test code must be right"
            assert abs(share - 1) < 1e-9, message
