"""DrawAndRemember: draw a digit, and see what comes back through bottlenecks of different widths."""

import traitlets as t

from . import made, pictures
from .base import Demo, Labels, synced

KNOWN = 150  # images to tell what a picture reads like: enough for 94 % of other digits
EXAMPLES = {
    "the letter A": "00000000000gg00000g00g000g0000g00gggggg00g0000g00g0000g000000000",
    "a face": "00gggg000g0000g0g0g00g0gg000000gg0g00g0gg00gg00g0g0000g000gggg00",
    "noise": "7c0g3b95e1a4g82d60f9c5b3g17e4a0d8g2f6c19b5e03a7gd4816f0c2b9e5a73",
}


class DrawAndRemember(Demo):
    """A pad of 8 × 8 pixels, and autoencoders with bottlenecks of 1 to 32 numbers that redraw what is drawn there.

    DrawAndRemember()                      starts with a four from the held-out digits and two code numbers
    DrawAndRemember(m=8, drawing="00g…")   64 characters, each a pixel 0..16 in base 17

    `nets` holds one {m, encoder, decoder, loss} for each width, `pca` the mean and the components that do the same with flat codes; with `copy` a
    last width m = 64 just copies. `drawing` and `m` can be read and set while the demo is shown.
    """

    demo = t.Unicode("draw_and_remember").tag(sync=True)
    nets = t.List(t.Dict(), minlen=1).tag(sync=True)
    pca = t.Dict().tag(sync=True)
    images = t.List(t.Unicode(), help="held-out images, to tell what a picture reads like").tag(sync=True)
    labels = synced(Labels())
    examples = t.Dict(t.Unicode(), help="by name: other pictures to begin with").tag(sync=True)
    drawing = t.Unicode().tag(sync=True)
    m = t.Int(2).tag(sync=True)
    room = t.List(t.Unicode(), ["75rem", "46.2rem"]).tag(sync=True)

    def __init__(self, **traits: object) -> None:
        if "nets" not in traits:
            digits = made.load("autoencoders")
            nets = [{"m": net["m"], "encoder": net["encoder"], "decoder": net["decoder"], "loss": net["loss"]["held_out"], "pca": net["pca"]["held_out"]} for net in digits["widths"]]
            known = {"images": digits["images"][:KNOWN], "labels": digits["labels"][:KNOWN]}
            traits = {"nets": nets, "pca": digits["pca"], **known, "examples": EXAMPLES, **traits}
        super().__init__(**traits)
        widths = [net["m"] for net in self.nets]
        if self.m not in [*widths, 64]:
            raise t.TraitError(f"m must be one of {', '.join(map(str, [*widths, 64]))}; got {self.m}")

    @t.default("drawing")
    def _a_four(self) -> str:
        fours = [image for image, label in zip(self.images, self.labels, strict=True) if label == 4]
        return (fours or self.images)[0]

    @t.validate("drawing")
    def _picture_of(self, proposal: dict) -> str:
        try:
            pictures.pixels(proposal["value"])
        except ValueError as error:
            raise t.TraitError(f"drawing: {error}") from None
        return proposal["value"]

    @t.default("description")
    def _describe(self) -> str:
        return (
            "A pad of 8 × 8 pixels to draw on, and what autoencoders with bottlenecks of 1, 2, 4, 8, 16 and 32 numbers make of the drawing. Narrow ones turn it "
            "into some digit; wide ones return a digit nearly as it was drawn, and lose much of a face or of noise. A bottleneck of 64 numbers copies anything."
        )

    @t.default("still")
    def _picture(self) -> str:
        shown = [self.drawing, *self.examples.values()]
        return pictures.images_svg([[pictures.pixels(image) for image in shown]], ["to redraw"], self.description)
