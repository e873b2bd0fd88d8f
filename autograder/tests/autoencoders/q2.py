from otter.test_files import test_case

OK_FORMAT = False

name = "q2"
points = None


@test_case(name="q2: one layer, three codes", points=0.5, hidden=False)
def test_one_layer_three_codes(decode):
    import math

    import numpy as np

    Z = np.array([[0.0], [1.0], [-2.0]])
    V, c = np.array([[1.0], [-3.0]]), np.array([0.0, 0.5])
    given = Z.copy(), V.copy(), c.copy()
    images = decode(Z, [(V, c)])
    message = (
        f"Three codes go in and W has two rows, so three images of two pixels come out, shape (3, 2); got {type(images).__name__} of "
        f"shape {np.shape(images)}. (NoneType means that nothing was returned.)"
    )
    assert np.shape(images) == (3, 2), message
    images = np.asarray(images)
    message = f"Expected numbers; got dtype {images.dtype}, {images.tolist()}."
    assert images.dtype.kind in "iuf" and np.isfinite(images).all(), message
    outside = images[(images < 0) | (images > 1)].tolist()
    message = f"A pixel lies between 0 and 1, and you get {outside}. What is still to be done after the last W z + b?"
    assert not outside, message
    for (z,), image in zip(Z.tolist(), images.tolist(), strict=True):
        before = [z, -3 * z + 0.5]
        expected = [1 / (1 + math.exp(-a)) for a in before]
        message = (
            f"z = {z}: the layer gives {before}, and you make pixels {image} of it. The logistic function is ½ at 0, above ½ for positive numbers "
            "and below for negative ones; work it out once with a pocket calculator."
        )
        assert np.allclose(image, expected, rtol=0, atol=1e-9), message
    message = "Your function changed the arrays that it was given. Its caller still needs them."
    assert all(np.array_equal(now, then) for now, then in zip((Z, V, c), given, strict=True)), message


@test_case(
    name="q2: two layers, two kinds of squashing",
    points=0.5,
    hidden=False,
    success_message="Public checks passed. More checks run when it is graded.",
)
def test_two_layers_two_kinds_of_squashing(decode):
    import math

    import numpy as np

    Z = np.array([[0.5], [-2.0]])
    layers = [(np.array([[2.0]]), np.array([1.0])), (np.array([[4.0], [-1.0], [0.0]]), np.array([-1.0, 0.0, 2.0]))]
    images = decode(Z, layers)
    message = f"Two codes, and the last W has three rows: expected shape (2, 3), got {type(images).__name__} of shape {np.shape(images)}."
    assert np.shape(images) == (2, 3) and np.asarray(images).dtype.kind in "iuf", message
    for (z,), image in zip(Z.tolist(), np.asarray(images).tolist(), strict=True):
        hidden = math.tanh(2 * z + 1)
        before = [4 * hidden - 1, -hidden, 2.0]
        expected = [1 / (1 + math.exp(-a)) for a in before]
        message = (
            f"z = {z}: the first layer gives {2 * z + 1}, squashed by tanh {hidden:.4f}; the second gives {np.round(before, 4).tolist()}, and you end with "
            f"{np.round(image, 4).tolist()}. Each layer is squashed once: which function follows the last one, and which the others?"
        )
        assert np.allclose(image, expected, rtol=0, atol=1e-9), message


@test_case(
    name="q2 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Write down the shapes after each layer for a network of three layers, and compare one pixel with a sum by hand.",
)
def test_further_check_1(decode):
    """Random networks of one to four layers against sums written out."""

    import itertools
    import math

    import numpy as np

    rng = np.random.default_rng()
    for n, widths in [(5, [2, 4, 3]), (7, [3, 5, 6, 4]), (4, [1, 3, 4, 3, 5]), (6, [2, 6]), (3, [3, 3, 3])]:
        Z = rng.normal(size=(n, widths[0]))
        layers = [(rng.normal(size=(p, q)), rng.normal(size=p)) for q, p in itertools.pairwise(widths)]
        images = decode(Z, layers)
        what = f"{n} codes through layers of {widths} numbers: "
        assert np.shape(images) == (n, widths[-1]), what + f"expected shape {(n, widths[-1])}, got {np.shape(images)}"
        for z, image in zip(Z, np.asarray(images), strict=True):
            for depth, (W, b) in enumerate(layers, start=1):
                z = [math.fsum(w * a for w, a in zip(row, z, strict=True)) + shift for row, shift in zip(W, b, strict=True)]
                z = [math.tanh(a) for a in z] if depth < len(layers) else [1 / (1 + math.exp(-a)) for a in z]
            assert np.allclose(image, z, rtol=0, atol=1e-8), what + "wrong image"


@test_case(
    name="q2 further check 2",
    points=0.5,
    hidden=True,
    failure_message="Not yet. Read the notes in the docstring again, then try numbers like 800 and -800 before the last squashing.",
)
def test_further_check_2(decode):
    """Numbers of ±50 to ±5000 before the logistic function: 1 and 0, never nan."""

    import numpy as np

    rng = np.random.default_rng()
    sizes = np.array([50.0, 720.0, 1000.0, 5000.0]) + rng.uniform(0, 9, size=4)
    Z = np.concatenate([sizes, -sizes])[:, None]
    images = decode(Z, [(np.array([[1.0], [-1.0]]), np.zeros(2))])
    assert np.shape(images) == (8, 2), f"expected shape (8, 2), got {np.shape(images)}"
    assert np.isfinite(images).all(), "numbers of some hundreds or thousands before the logistic function give nan or inf"
    expected = np.repeat([[1.0, 0.0], [0.0, 1.0]], 4, axis=0)
    assert np.allclose(images, expected, rtol=0, atol=1e-9), "large numbers must become 1, very negative ones 0"


@test_case(
    name="q2 further check 3",
    points=0.5,
    hidden=True,
    failure_message="Not yet. Extreme cases: one code, one pixel, whole numbers, pixels that are all alike; grey must stay grey.",
)
def test_further_check_3(decode):
    """One code, one pixel, whole numbers; constant grey images."""

    import math

    import numpy as np

    rng = np.random.default_rng()
    grey = rng.uniform(0.05, 0.95, size=4)
    logit = np.array([math.log(p / (1 - p)) for p in grey])
    k = int(rng.integers(1, 4))
    cases = [
        (rng.normal(size=(1, 2)), [(np.zeros((4, 2)), logit)], [grey], "a decoder that ignores its code, one code"),
        (rng.normal(size=(3, 1)), [(np.zeros((1, 1)), logit[:1])], [grey[:1]] * 3, "one pixel"),
        (np.array([[k], [-k]]), [(np.array([[1]]), np.array([0]))], [[1 / (1 + math.exp(-a))] for a in (k, -k)], "whole numbers"),
        (np.zeros((2, 3)), [(np.eye(3), np.zeros(3)), (np.ones((2, 3)), np.zeros(2))], [[0.5, 0.5]] * 2, "all zeros: middle grey"),
    ]
    for codes, layers, expected, what in cases:
        images = decode(codes, layers)
        assert np.shape(images) == np.shape(expected), f"expected shape {np.shape(expected)}, got {np.shape(images)}: {what}"
        assert np.allclose(images, expected, rtol=0, atol=1e-9), f"wrong image: {what}"
