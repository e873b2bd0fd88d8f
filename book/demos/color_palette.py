"""ColorPalette: the pixels of a photograph are points, and k-means finds the colours to paint it with."""

import base64
import html
import io

import numpy as np
import traitlets as t

from .base import Demo

SIDE = 160  # pixels across: small enough to travel in the page


def photograph() -> np.ndarray:
    """The tower from scikit-learn's photograph china.jpg, (120, 160, 3) whole numbers from 0 to 255."""
    from sklearn.datasets import load_sample_image

    return load_sample_image("china.jpg")[60:300, 90:410]


def small_jpeg(image: np.ndarray) -> tuple[str, tuple[int, int]]:
    """The image (rows, columns, 3) at most SIDE pixels wide, as an address that holds it whole; and its (columns, rows)."""
    from PIL import Image

    picture = Image.fromarray(image)
    width = min(SIDE, picture.width)
    picture = picture.resize((width, max(1, round(width * picture.height / picture.width))), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode(), picture.size


class ColorPalette(Demo):
    """A photograph `image` (rows, columns, 3), whole numbers 0 to 255, painted with `k` = 2, 4, 8, 16 or 32 colours.

    ColorPalette()                a tower, by scikit-learn
    ColorPalette(image, k=8)      your own photograph; it is made small first

    `k` and `seed` can be read and set while the demo is shown.
    """

    demo = t.Unicode("color_palette").tag(sync=True)
    photo = t.Unicode(help="the photograph, as a data: address").tag(sync=True)
    columns = t.Int().tag(sync=True)
    rows = t.Int().tag(sync=True)
    subject = t.Unicode("the photograph", help="what it shows, for those who cannot see it").tag(sync=True)
    k = t.Enum([2, 4, 8, 16, 32], 4).tag(sync=True)
    seed = t.Int(1, min=0, max=999_999).tag(sync=True)
    room = t.List(t.Unicode(), ["75rem", "42rem"]).tag(sync=True)

    def __init__(self, image: object = None, **traits: object) -> None:
        if image is None:
            image = photograph()
            traits = {"subject": "a Chinese tower with tiled roofs, trees below it and a pale sky behind", **traits}
        image = np.asarray(image)
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or image.size == 0:
            raise t.TraitError(f"image must be an (rows, columns, 3) array of uint8; got the shape {image.shape} of {image.dtype}")
        photo, (columns, rows) = small_jpeg(image)
        super().__init__(photo=photo, columns=columns, rows=rows, **traits)

    @t.default("description")
    def _describe(self) -> str:
        return (
            f"A photograph: {self.subject}. On the left of a line that can be dragged it is as it was taken, on the right it is painted with {self.k} colours. "
            "They are the centres that k-means finds among its pixels, each pixel a point with its amounts of red, green and blue. "
            "With few colours, what was shaded becomes flat; with thirty-two, the difference is hard to see."
        )

    @t.default("still")
    def _picture(self) -> str:
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.columns} {self.rows}" role="img" aria-label="{html.escape(self.description)}">'
            f'<image href="{self.photo}" width="{self.columns}" height="{self.rows}"/></svg>'
        )
