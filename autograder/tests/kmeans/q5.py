from otter.test_files import test_case

OK_FORMAT = False

name = "q5"
points = None


@test_case(name="q5: new names, same groups", points=0.5, hidden=False)
def test_new_names_same_groups(same_partition):
    import numpy as np

    y1 = np.array([0, 0, 1, 2, 1])
    for y2, expected in [([2, 2, 0, 1, 0], True), ([2, 2, 0, 1, 1], False)]:
        answer = same_partition(y1, np.array(y2))
        yes_or_no = np.shape(answer) == () and np.asarray(answer).dtype.kind == "b"
        message = (
            f"Expected one True or False, but got {type(answer).__name__} of shape {np.shape(answer)}. "
            "(NoneType: nothing was returned. A shape like (5,): an answer for each point instead of one for all.)"
        )
        assert yes_or_no, message
        message = (
            f"y1 = {y1.tolist()}, y2 = {y2}: you say {answer}. Write down the groups of y1 as sets of points, "
            "{0, 1}, {2, 4}, {3}, then those of y2. Are they the same sets?"
        )
        assert answer == expected, message


@test_case(
    name="q5: any names will do",
    points=0.5,
    hidden=False,
    success_message="Public checks passed. More checks run when it is graded.",
)
def test_any_names_will_do(same_partition):
    import numpy as np

    pairs = [
        ([4, 4, 9, 4], [-1, -1, 300, -1], True),
        ([1, 1, 0, 0], [0, 0, 1, 1], True),
        ([0, 0, 1, 1], [0, 1, 0, 1], False),
        ([0, 1, 2, 2], [0, 0, 1, 1], False),
        ([5, 6, 6, 7], [5, 7, 6, 6], False),
        ([1, 2, 1, 3], [1, 2, 3, 1], False),
    ]
    for y1, y2, expected in pairs:
        answer = same_partition(np.array(y1), np.array(y2))
        yes_or_no = np.shape(answer) == () and np.asarray(answer).dtype.kind == "b"
        message = f"Expected one True or False, but got {type(answer).__name__} of shape {np.shape(answer)}."
        assert yes_or_no, message
        message = (
            f"y1 = {y1}, y2 = {y2}: you say {answer}. Take the points two at a time: are any two together in one array "
            "and apart in the other? The names themselves, their order and their number say nothing."
        )
        assert answer == expected, message


@test_case(
    name="q5 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Rename the labels of a long random array at random, then move a single point to another group, or exchange two.",
)
def test_further_check_1(same_partition):
    """Random groups under random names; then a point of each group moved to the next one, or exchanged with one of that.

    Whoever looks at one group alone, or at sizes alone, fails at some of these whatever is drawn.
    """

    import numpy as np

    rng = np.random.default_rng()
    for k in (2, 5, 9):
        y1 = rng.permutation(np.concatenate([np.repeat(np.arange(k), 2), rng.integers(k, size=40)]))
        names = rng.choice(np.arange(-1000, 1000), size=k, replace=False)
        y2 = names[y1]
        pairs = [(y2, True, "new names")]
        for group in range(k):
            i, j = (rng.choice(np.flatnonzero(y1 == g)) for g in (group, (group + 1) % k))
            moved, exchanged = y2.copy(), y2.copy()
            moved[i] = y2[j]
            exchanged[[i, j]] = y2[[j, i]]
            pairs += [(moved, False, "one point in another group"), (exchanged, False, "two points exchanged")]
        for other, expected, what in pairs:
            answer = same_partition(y1, other)
            assert np.shape(answer) == () and np.asarray(answer).dtype.kind == "b", "expected True or False"
            assert answer == expected, f"{len(y1)} points in {k} groups, {what}: expected {expected}"


@test_case(
    name="q5 further check 2",
    points=0.5,
    hidden=True,
    failure_message="Not yet. What if one array splits a group of the other, either way round? If the groups have equal sizes?",
)
def test_further_check_2(same_partition):
    """Refinements both ways, equal sizes with other members, names in the opposite order, neighbours apart in both."""

    import numpy as np

    rng = np.random.default_rng()
    order = rng.permutation(12)
    halves, thirds, sixths = np.arange(12) // 6, np.arange(12) // 4, np.arange(12) // 2
    pairs = [
        (halves, sixths, False, "the second splits groups of the first"),
        (sixths, halves, False, "the first splits groups of the second"),
        (halves, np.arange(12) % 2, False, "equal sizes, other members"),
        (thirds, np.arange(12) % 3, False, "equal sizes, other members"),
        (halves, 1 - halves, True, "two names exchanged"),
        (thirds, 50 - thirds, True, "names in the opposite order"),
    ]
    pairs = [(y1[order], y2[order], expected, f"in random order, {what}") for y1, y2, expected, what in pairs]
    pairs.append((np.arange(12) % 2, np.arange(12) % 4, False, "neighbours apart in both"))
    for y1, y2, expected, what in pairs:
        answer = same_partition(y1, y2)
        assert np.shape(answer) == () and np.asarray(answer).dtype.kind == "b", "expected True or False"
        assert answer == expected, f"12 points, {what}: expected {expected}"


@test_case(
    name="q5 further check 3",
    points=0.5,
    hidden=True,
    failure_message="Not yet. Which extreme cases can you think of: one point, one group, every point alone?",
)
def test_further_check_3(same_partition):
    """One point, one group, every point alone, negative names."""

    import numpy as np

    rng = np.random.default_rng()
    one, alone = np.full(6, rng.integers(-9, 10)), rng.permutation(6)
    pairs = [
        (np.array([3]), np.array([-8]), True, "one point"),
        (one, one + 7, True, "one group"),
        (alone, rng.permutation(6) * 100, True, "every point alone"),
        (one, alone, False, "one group, every point alone"),
        (alone, one, False, "every point alone, one group"),
        (np.array([0, 1, 0, 1]), np.array([0, 1, 2, 3]), False, "neighbours differ in both"),
        (np.array([-1, -1, 1, 1]), np.array([1, 1, -1, -1]), True, "negative names"),
    ]
    for y1, y2, expected, what in pairs:
        answer = same_partition(y1, y2)
        assert np.shape(answer) == () and np.asarray(answer).dtype.kind == "b", "expected True or False"
        assert answer == expected, f"{what}: expected {expected}"
