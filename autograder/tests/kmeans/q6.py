from otter.test_files import test_case

OK_FORMAT = False

name = "q6"
points = None


@test_case(name="q6: six pixels, three colours", points=0.5, hidden=False)
def test_six_pixels_three_colours(quantize_colors):
    import numpy as np

    first, second = [[250, 0, 0], [10, 10, 10], [240, 240, 250]], [[0, 200, 0], [200, 30, 10], [255, 255, 255]]
    image = np.array([first, second], dtype=np.uint8)
    palette = np.array([[0, 0, 0], [255, 255, 255], [255, 0, 0]], dtype=np.uint8)
    result = quantize_colors(image, palette)
    message = (
        f"A picture 2 high and 3 wide goes in, shape (2, 3, 3), so one of that shape must come out; got "
        f"{type(result).__name__} of shape {np.shape(result)}. (Two axes: are these the indices of colours instead of colours?)"
    )
    assert np.shape(result) == (2, 3, 3), message
    result = np.asarray(result)
    colors = {tuple(color) for color in palette.tolist()}
    strange = [pixel for pixel in result.reshape(-1, 3).tolist() if tuple(pixel) not in colors]
    message = f"{strange} is not in the palette {palette.tolist()}. Choose one colour for the whole pixel, all three channels."
    assert not strange, message
    message = f"The result must have the palette's dtype, {palette.dtype}; got {result.dtype}."
    assert result.dtype == palette.dtype, message
    expected = palette[[[2, 0, 1], [0, 2, 1]]]
    message = (
        f"image = {image.tolist()}, palette = {palette.tolist()}: you get {result.tolist()}. Take the first pixel that surprises "
        "you and work out its squared distance to each colour, as for a point in three dimensions."
    )
    assert np.array_equal(result, expected), message


@test_case(
    name="q6: bytes wrap around",
    points=0.5,
    hidden=False,
    success_message="Public checks passed. More checks run when it is graded.",
)
def test_bytes_wrap_around(quantize_colors):
    import numpy as np

    image = np.array([[[0, 0, 0]], [[40, 2, 2]], [[3, 16, 0]]], dtype=np.uint8)
    palette = np.array([[16, 0, 0], [5, 5, 5]], dtype=np.uint8)
    result = quantize_colors(image, palette)
    message = f"Expected the shape of the image, (3, 1, 3); got {type(result).__name__} of shape {np.shape(result)}."
    assert np.shape(result) == (3, 1, 3), message
    result = np.asarray(result)
    message = f"The result must have the palette's dtype, {palette.dtype}; got {result.dtype}."
    assert result.dtype == palette.dtype, message
    expected = palette[[[1], [0], [1]]]
    message = (
        f"image = {image.tolist()}, palette = {palette.tolist()}: you get {result.tolist()}. By hand, the squared distances of "
        "(0, 0, 0) are 256 and 75. Print the ones your code gets, and image.dtype: can a byte hold them?"
    )
    assert np.array_equal(result, expected), message


@test_case(
    name="q6 further check 1",
    points=1,
    hidden=True,
    failure_message="Not yet. Try random pictures that are not square, and palettes of several sizes, one colour among them.",
)
def test_further_check_1(quantize_colors):
    """Random bytes in shapes that are not square; any nearest colour is accepted in a tie."""

    import numpy as np

    rng = np.random.default_rng()
    for h, w, k in [(5, 7, 6), (6, 2, 12), (2, 3, 1)]:
        image = rng.integers(256, size=(h, w, 3), dtype=np.uint8)
        palette = rng.integers(256, size=(k, 3), dtype=np.uint8)
        result = quantize_colors(image, palette)
        what = f"a picture {h} high and {w} wide, {k} colours, all bytes: "
        assert np.shape(result) == (h, w, 3), what + f"expected shape ({h}, {w}, 3), got {np.shape(result)}"
        result = np.asarray(result)
        assert result.dtype == palette.dtype, what + f"expected dtype {palette.dtype}, got {result.dtype}"
        is_color = np.all(result[:, :, None] == palette, axis=3)
        assert np.all(is_color.any(axis=2)), what + "some pixel has a colour that is not in the palette"
        squared = np.sum((image[:, :, None].astype(int) - palette.astype(int)) ** 2, axis=3)
        chosen = np.where(is_color, squared, 10**9).min(axis=2)
        assert np.all(chosen == squared.min(axis=2)), what + "for some pixel another colour is nearer"


@test_case(
    name="q6 further check 2",
    points=0.5,
    hidden=True,
    failure_message="Not yet. Colours may be floats too: between 0 and 1, or bytes with a palette that k-means has found.",
)
def test_further_check_2(quantize_colors):
    """Floats and bytes mixed; the result must be exact rows in the palette's dtype."""

    import numpy as np

    rng = np.random.default_rng()
    bytes_, floats = rng.integers(256, size=(4, 6, 3), dtype=np.uint8), rng.uniform(size=(3, 5, 3))
    pictures = [
        (bytes_, 255 * rng.uniform(size=(5, 3)), "bytes, with a palette of floats"),
        (floats, rng.uniform(size=(4, 3)), "floats between 0 and 1"),
        (255 * floats, rng.integers(256, size=(5, 3), dtype=np.uint8), "floats, with a palette of bytes"),
    ]
    for image, palette, what in pictures:
        result = quantize_colors(image, palette)
        assert np.shape(result) == image.shape, f"expected shape {image.shape}, got {np.shape(result)}: {what}"
        result = np.asarray(result)
        assert result.dtype == palette.dtype, (
            f"expected the palette's dtype {palette.dtype}, got {result.dtype}: {what}"
        )
        is_color = np.all(result[:, :, None] == palette, axis=3)
        assert np.all(is_color.any(axis=2)), f"some pixel is not exactly a colour of the palette: {what}"
        squared = np.sum((image[:, :, None].astype(float) - palette.astype(float)) ** 2, axis=3)
        chosen = np.where(is_color, squared, np.inf).min(axis=2)
        assert np.all(chosen <= squared.min(axis=2) * (1 + 1e-6)), f"for some pixel another colour is nearer: {what}"


@test_case(
    name="q6 further check 3",
    points=0.5,
    hidden=True,
    failure_message="Not yet. Which extreme cases can you think of: one pixel, one column, a picture that needs no change?",
)
def test_further_check_3(quantize_colors):
    """One pixel, one column, one row, one colour, a picture that needs no change."""

    import numpy as np

    rng = np.random.default_rng()
    palette = np.array([[0, 0, 0], [255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]], dtype=np.uint8)[
        rng.permutation(5)
    ]
    near = (palette ^ rng.integers(100, size=(5, 3), dtype=np.uint8)).astype(np.uint8)
    pictures = [
        (near[:1, None], palette, palette[:1, None], "one pixel"),
        (near[:, None], palette, palette[:, None], "one column"),
        (near[None], palette, palette[None], "one row"),
        (near[None], palette[:1], palette[[0, 0, 0, 0, 0]][None], "one colour"),
        (palette[None, [3, 1, 1]], palette, palette[None, [3, 1, 1]], "a picture that needs no change"),
    ]
    for image, colors, expected, what in pictures:
        result = quantize_colors(image, colors)
        assert np.shape(result) == image.shape, f"expected shape {image.shape}, got {np.shape(result)}: {what}"
        assert np.asarray(result).dtype == colors.dtype, (
            f"expected the palette's dtype, got {np.asarray(result).dtype}: {what}"
        )
        assert np.array_equal(result, expected), f"wrong colours: {what}"
