from otter.test_files import test_case

OK_FORMAT = False

name = "q3"
points = None


@test_case(name="q3: half of six patches", points=0.75, hidden=False)
def test_half_of_six_patches(mask_patches):
    import numpy as np

    images = np.arange(1.0, 49.0).reshape(2, 4, 6)
    given = images.copy()
    result = mask_patches(given, 2, 0.5, np.random.default_rng(1))
    two_things = isinstance(result, tuple | list) and len(result) == 2
    message = f"Expected two things, `return masked, mask`, but got {type(result).__name__}. (NoneType: nothing was returned.)"
    assert two_things, message
    masked, mask = np.asarray(result[0]), np.asarray(result[1])
    message = f"Two images of 4 rows and 6 columns go in: expected shapes (2, 4, 6) twice, but got {masked.shape} and {mask.shape}."
    assert masked.shape == (2, 4, 6) and mask.shape == (2, 4, 6), message
    message = f"masked must hold numbers and mask must hold True and False; got dtypes {masked.dtype} and {mask.dtype}."
    assert masked.dtype.kind in "iuf" and mask.dtype == bool, message
    message = f"Your first mask is {mask[0].astype(int).tolist()} (1: hidden). The grid has 2 rows of 3 patches of 2 by 2 pixels, and a patch is hidden as a whole."
    blocks = mask.reshape(2, 2, 2, 3, 2)
    assert np.all(blocks == blocks[:, :, :1, :, :1]), message
    hidden = blocks[:, :, 0, :, 0].sum(axis=(1, 2)).tolist()
    message = f"Ratio 0.5 of six patches: three must be hidden in each image. You hide {hidden}."
    assert hidden == [3, 3], message
    message = "A hidden pixel, where your mask is True, must hold 0, and every other pixel its own value. Compare masked with images by eye."
    assert np.array_equal(masked[~mask], images[~mask]) and not masked[mask].any(), message
    message = "Your function changed the images that it was given. Its caller still needs them, as what is to be predicted."
    assert np.array_equal(given, images), message


@test_case(
    name="q3: how often a patch is hidden",
    points=0.75,
    hidden=False,
    success_message="Public checks passed. More checks run when it is graded.",
)
def test_how_often_a_patch_is_hidden(mask_patches):
    """Chernoff bounds: a right program fails less than once in 10^8 times."""

    import math

    import numpy as np

    n = 400
    images = np.ones((n, 2, 8))
    result = mask_patches(images, 2, 0.75, np.random.default_rng(3))
    message = f"Expected `return masked, mask`, two things; got {type(result).__name__}."
    assert isinstance(result, tuple | list) and len(result) == 2, message
    masked, mask = np.asarray(result[0]), np.asarray(result[1])
    message = f"Expected shapes (400, 2, 8) and a mask of True and False; got {masked.shape}, {mask.shape}, mask of {mask.dtype}."
    assert masked.shape == mask.shape == (n, 2, 8) and mask.dtype == bool, message
    corners = mask[:, 0, ::2]
    whole = np.all(mask.reshape(n, 2, 4, 2) == corners[:, None, :, None])
    message = f"Images of 2 by 8 pixels hold one row of four patches of 2 by 2. Your first mask is {mask[0].astype(int).tolist()} (1: hidden)."
    assert whole, message
    numbers = sorted(set(corners.sum(axis=1).tolist()))
    message = f"Three quarters of four patches are three, in every image. In 400 images you hide between {numbers[0]} and {numbers[-1]}."
    assert numbers == [3], message
    message = "All pixels were 1. Where your mask is True a pixel must now hold 0, elsewhere still 1."
    assert np.array_equal(masked, 1 - mask.astype(int)), message
    for j, count in enumerate((n - corners.sum(axis=0)).tolist()):
        q, p = count / n, 1 / 4
        surprise = n * sum(a * math.log(a / b) for a, b in [(q, p), (1 - q, 1 - p)] if a > 0)
        message = (
            f"400 images of four patches, one of them visible in each: patch {j} is the visible one {count} times; about 100 are expected. "
            "Is the choice made anew for every image, and are all patches equally likely?"
        )
        assert surprise < 22, message
    again = np.asarray(mask_patches(images, 2, 0.75, np.random.default_rng(3))[1])
    message = "Two generators with the same seed gave different masks: some of your chance comes from elsewhere than rng."
    assert np.array_equal(mask, again), message


@test_case(
    name="q3 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Try images that are not square, other patch sizes, and ratios that do not give a whole number of patches.",
)
def test_further_check_1(mask_patches):
    """Sizes, patch sizes and ratios: whole patches, the right number of them in each image, zeros where hidden."""

    import numpy as np

    rng = np.random.default_rng()
    cases = [
        (20, 6, 10, 2, 0.32, 5), (7, 8, 8, 2, 0.75, 12), (5, 3, 7, 1, 0.9, 19), (9, 12, 4, 4, 0.6, 2), (6, 9, 15, 3, 0.25, 4),
        (3, 8, 8, 4, 0.2, 1),
    ]  # fmt: skip
    for n, h, w, patch, ratio, count in cases:
        images = rng.normal(size=(n, h, w))
        result = mask_patches(images, patch, ratio, rng)
        what = f"{n} images of {h} by {w} pixels, patches of {patch} by {patch}, ratio {ratio}: "
        assert isinstance(result, tuple | list) and len(result) == 2, what + "expected masked, mask"
        masked, mask = np.asarray(result[0]), np.asarray(result[1])
        assert masked.shape == mask.shape == (n, h, w), what + f"wrong shapes {masked.shape}, {mask.shape}"
        assert mask.dtype == bool, what + f"the mask must hold truth values, not {mask.dtype}"
        blocks = mask.reshape(n, h // patch, patch, w // patch, patch)
        assert np.all(blocks == blocks[:, :, :1, :, :1]), what + "some patch is hidden in part"
        numbers = blocks[:, :, 0, :, 0].sum(axis=(1, 2))
        assert np.all(numbers == count), what + f"expected {count} hidden patches in each image"
        assert np.array_equal(masked[~mask], images[~mask]), what + "a visible pixel has changed"
        assert np.all(masked[mask] == 0), what + "a hidden pixel is not 0"


@test_case(
    name="q3 further check 2",
    points=1,
    hidden=True,
    failure_message="Not yet. Hide two of four patches in many images and write down which two: all six pairs, equally often, in any order?",
)
def test_further_check_2(mask_patches):
    """Six pairs of four patches equally likely, and neighbouring images independent: Chernoff bounds, wrong less than once in 10^7 times."""

    import math

    import numpy as np

    rng = np.random.default_rng()
    n = 900
    result = mask_patches(rng.normal(size=(n, 6, 6)), 3, 0.5, rng)
    assert isinstance(result, tuple | list) and len(result) == 2, "expected masked, mask"
    mask = np.asarray(result[1])
    assert mask.shape == (n, 6, 6) and mask.dtype == bool, "expected a mask of bool"
    hidden = mask[:, ::3, ::3].reshape(n, 4)
    assert np.all(hidden.sum(axis=1) == 2), "two of four patches: expected two hidden in every image"
    codes = hidden @ np.array([1, 2, 4, 8])
    seen = [(int(np.sum(codes == code)), n, 1 / 6, f"pair {code:04b}") for code in (3, 5, 6, 9, 10, 12)]
    seen.append((int(np.sum(codes[1:] == codes[:-1])), n - 1, 1 / 6, "an image with the same patches hidden as the one before"))
    other = mask_patches(np.ones((n, 6, 6)), 3, 0.5, rng)
    assert isinstance(other, tuple | list) and len(other) == 2 and np.shape(other[1]) == (n, 6, 6), "expected masked, mask"
    other = np.asarray(other[1])[:, ::3, ::3].reshape(n, 4) @ np.array([1, 2, 4, 8])
    seen.append((int(np.sum(codes == other)), n, 1 / 6, "a second call that hides the same patches as the first"))
    for count, draws, p, what in seen:
        q = count / draws
        surprise = draws * sum(a * math.log(a / b) for a, b in [(q, p), (1 - q, 1 - p)] if a > 0)
        assert surprise < 22, f"two of four patches: {what} came up {count} times of {draws}; about {draws * p:.0f} are expected"


@test_case(
    name="q3 further check 3",
    points=0.5,
    hidden=True,
    failure_message="Not yet. Extreme cases: hide nothing, hide everything, one patch as large as the image, bytes, one image.",
)
def test_further_check_3(mask_patches):
    """Nothing hidden, everything hidden, a patch as large as the image, whole numbers and bytes, one image."""

    import numpy as np

    rng = np.random.default_rng()
    whole = rng.integers(1, 200, size=(3, 4, 8))
    cases = [
        (whole, 2, 0.0, 0, "ratio 0"),
        (whole, 2, 1.0, 8, "ratio 1"),
        (whole[:1].astype(np.uint8), 4, 0.5, 1, "one image of bytes, two patches"),
        (whole[:, :, :4].astype(np.uint8), 4, 1, 1, "one patch as large as the image, bytes"),
        (whole[:, :, :4] - 300.5, 4, 0.2, 0, "one patch, ratio 0.2"),
        (whole, 1, 0.5, 16, "patches of one pixel, whole numbers"),
    ]
    for images, patch, ratio, count, what in cases:
        result = mask_patches(images, patch, ratio, rng)
        assert isinstance(result, tuple | list) and len(result) == 2, f"expected masked, mask: {what}"
        masked, mask = np.asarray(result[0]), np.asarray(result[1])
        assert masked.shape == mask.shape == images.shape and mask.dtype == bool, f"wrong shapes or no truth values: {what}"
        numbers = mask.reshape(len(images), -1).sum(axis=1)
        assert np.all(numbers == count * patch**2), f"expected {count} hidden patches in each image: {what}"
        assert np.array_equal(masked[~mask], images[~mask]) and not masked[mask].any(), f"wrong pixels: {what}"
