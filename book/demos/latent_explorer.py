"""LatentExplorer: drag a point through the plane of two code numbers; the decoder draws what it finds there."""

import numpy as np
import traitlets as t

from . import made, pictures
from .base import Demo, Labels, Rows, synced


def typical(codes: np.ndarray, labels: np.ndarray, digit: int) -> int:
    """Index of the image of `digit` whose code is nearest to the median of such codes."""
    own = np.flatnonzero(labels == digit)
    middle = np.sort(codes[own], axis=0)[len(own) // 2]
    return int(own[((codes[own] - middle) ** 2).sum(axis=1).argmin()])


class LatentExplorer(Demo):
    """Codes (n, 2) of held-out images, and the decoder that draws an image from any code.

    LatentExplorer()                                    digits of 8 × 8 pixels, from an autoencoder with two code numbers
    LatentExplorer(z=[0, 0])                            another start
    LatentExplorer(images=…, labels=…, codes=…, decoder=…)

    `images` are strings of 64 pixels in base 17, `labels` (0..9) are for the numerals and the words alone; no training saw them. `z` and `ends`, the two
    codes between which one can walk, can be read and set while the demo is shown.
    """

    demo = t.Unicode("latent_explorer").tag(sync=True)
    images = t.List(t.Unicode()).tag(sync=True)
    labels = synced(Labels())
    codes = synced(Rows())
    decoder = t.List(t.Dict(), help="layers: {W: packed matrix, b: list}").tag(sync=True)
    z = t.List(t.Float(), minlen=2, maxlen=2).tag(sync=True)
    ends = synced(Rows())
    room = t.List(t.Unicode(), ["55.5rem", "39.6rem"]).tag(sync=True)

    def __init__(self, **traits: object) -> None:
        if "decoder" not in traits:
            digits = made.load("autoencoders")
            latent = {name: digits["latent"][name] for name in ("codes", "decoder")}
            traits = {"images": digits["images"], "labels": digits["labels"], **latent, **traits}
        counts = [len(traits.get(name, [])) for name in ("images", "labels", "codes")]
        if not counts[0] == counts[1] == counts[2]:
            raise t.TraitError(f"there are {counts[0]} images, {counts[1]} labels and {counts[2]} codes: they must be as many")
        super().__init__(**traits)

    @t.default("ends")
    def _zero_and_one(self) -> list:
        digits = np.unique(self.labels)
        return [self.codes[typical(self.codes, self.labels, digit)] for digit in (digits[0], digits[min(1, len(digits) - 1)])]

    @t.default("z")
    def _between(self) -> list:
        return self.ends.mean(axis=0).round(2).tolist()

    @t.validate("ends")
    def _two(self, proposal: dict) -> object:
        if len(proposal["value"]) != 2:
            raise t.TraitError(f"ends must be two codes; got {len(proposal['value'])}")
        return proposal["value"]

    @t.validate("images")
    def _pictures(self, proposal: dict) -> list[str]:
        for image in proposal["value"]:
            try:
                pictures.pixels(image)
            except ValueError as error:
                raise t.TraitError(f"images: {error}") from None
        return proposal["value"]

    @t.default("description")
    def _describe(self) -> str:
        return (
            f"A plane of two code numbers with {len(self.images)} held-out digits as numerals, most of them among their like. A point can be moved through "
            "it, and the decoder draws a digit from the point's two numbers. Between two islands the drawing changes smoothly, through shapes that could be "
            "either digit; in gaps it may be no digit at all."
        )

    @t.default("still")
    def _picture(self) -> str:
        return pictures.numerals_svg(self.codes[:100].tolist(), self.labels[:100].tolist(), self.description)
