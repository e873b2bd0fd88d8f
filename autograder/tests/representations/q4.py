from otter.test_files import test_case

OK_FORMAT = False

name = "q4"
points = None


@test_case(name="q4: freeze the first of three layers", points=0.5, hidden=False)
def test_freeze_the_first_of_three_layers(freeze_mask):
    import numpy as np

    answer = freeze_mask(["eye", "middle", "head"], ["eye"])
    message = f"Expected a list of six truth values, two for each layer; got {answer!r}. (None: nothing was returned.)"
    right_form = isinstance(answer, list | tuple | np.ndarray) and np.shape(answer) == (6,) and np.asarray(answer).dtype == bool
    assert right_form, message
    expected = [False] * 2 + [True] * 4
    message = (
        f"Layers eye, middle, head with eye frozen: you get {[bool(a) for a in answer]}. The order is W, b of eye, then W, b of middle, "
        "then W, b of head; True says that an array may change."
    )
    assert [bool(a) for a in answer] == expected, message


@test_case(
    name="q4: only the last layer, and no layer",
    points=0.5,
    hidden=False,
    success_message="Public checks passed. More checks run when it is graded.",
)
def test_only_the_last_layer_and_no_layer(freeze_mask):
    import numpy as np

    layers = ["block1", "block2", "block10"]
    for frozen, expected in [(["block10"], [1, 1, 1, 1, 0, 0]), ([], [1, 1, 1, 1, 1, 1]), (["block1"], [0, 0, 1, 1, 1, 1])]:
        answer = freeze_mask(list(layers), list(frozen))
        message = f"Expected a list of six truth values, two for each layer; got {answer!r}."
        right_form = isinstance(answer, list | tuple | np.ndarray) and np.shape(answer) == (6,) and np.asarray(answer).dtype == bool
        assert right_form, message
        message = (
            f"layers = {layers}, frozen = {frozen}: you get {[bool(a) for a in answer]}. Which layers keep their numbers, and which may "
            "change? Names count as a whole: block1 is not block10."
        )
        assert [bool(a) for a in answer] == [bool(e) for e in expected], message


@test_case(
    name="q4 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Freeze a layer in the middle, layers in another order than they stand, or all of them.",
)
def test_further_check_1(freeze_mask):
    """Random networks, random frozen sets in random order, names that hold each other, duplicates."""

    import numpy as np

    rng = np.random.default_rng()
    for depth in (1, 2, 4, 7, 12):
        layers = [f"b{'1' * (i + 1)}" for i in rng.permutation(depth).tolist()]
        for share in (0.0, 0.3, 0.6, 1.0):
            drop = rng.random(depth) < share
            frozen = [layers[i] for i in rng.permutation(depth).tolist() if drop[i]]
            answer = freeze_mask(list(layers), [*frozen, *frozen[:1]])
            right_form = isinstance(answer, list | tuple | np.ndarray) and np.shape(answer) == (2 * depth,)
            assert right_form and np.asarray(answer).dtype == bool, f"expected {2 * depth} truth values"
            for i in range(depth):
                pair = bool(answer[2 * i]), bool(answer[2 * i + 1])
                assert pair == (not drop[i], not drop[i]), f"{depth} layers: W, b of layer {i} are wrong"
    middle = freeze_mask(["in", "mid", "out"], ["mid"])
    assert np.shape(middle) == (6,) and [bool(a) for a in middle] == [True, True, False, False, True, True], "the middle one"


@test_case(
    name="q4 further check 2",
    points=1,
    hidden=True,
    failure_message="Not yet. Misspell a name in frozen: what does the docstring say must happen?",
)
def test_further_check_2(freeze_mask):
    """A misspelt name raises ValueError, also beside right ones; a right one does not."""

    import numpy as np

    rng = np.random.default_rng()
    number = int(rng.integers(100, 1000))
    layers = [f"part{number}", f"part{number}a", "head"]
    answer = freeze_mask(list(layers), [layers[0]])
    assert np.shape(answer) == (6,) and np.asarray(answer).dtype == bool, "names that are right: expected six truth values"
    assert [bool(a) for a in answer] == [False, False, True, True, True, True], "names that are right: wrong answer"
    for frozen in (["haed"], ["head", f"part{number + 1}"], ["Head"], [f"part{number}ab", "head"], ["part"]):
        raised = "nothing"
        try:
            freeze_mask(list(layers), frozen)
        except Exception as error:
            raised = f"{type(error).__name__} {error}"
        named = raised.startswith("ValueError ") or "raised ValueError" in raised
        assert named, f"no layer is called {frozen[-1]} or {frozen[0]}: expected ValueError, got {raised[:60]}"
