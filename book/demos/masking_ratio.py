"""MaskingRatio: hide patches of a digit, and see what a network paints there. How much should one hide in training?"""

import html

import traitlets as t

from . import made
from .base import Demo


class MaskingRatio(Demo):
    """A masked autoencoder at work on digits that it has never seen.

    MaskingRatio()            as trained and measured for the chapter on representations
    MaskingRatio(masking=…)   your own, in the form of `masking` in book/data/make_representations.py

    `picture` says which digit is shown, `hidden` the numbers (0..15, row by row) of the patches that are hidden.
    """

    demo = t.Unicode("masking_ratio").tag(sync=True)
    masking = t.Dict().tag(sync=True)
    picture = t.Int(0, min=0).tag(sync=True)
    hidden = t.List(t.Int(min=0, max=15)).tag(sync=True)
    room = t.List(t.Unicode(), ["79.5rem", "43.5rem"]).tag(sync=True)

    @t.default("masking")
    def _trained(self) -> dict:
        return made.load("representations")["masking"]

    @t.default("hidden")
    def _some(self) -> list:
        return sorted(self.masking["images"][self.picture]["order"][:8])

    @t.validate("picture")
    def _known(self, proposal: dict) -> int:
        if proposal["value"] >= len(self.masking["images"]):
            raise t.TraitError(f"picture must be less than {len(self.masking['images'])}; got {proposal['value']}")
        return proposal["value"]

    @t.default("description")
    def _describe(self) -> str:
        error, guess = self.masking["error"], self.masking["error_of_mean"]
        best = max(self.masking["trained_at"], key=lambda entry: entry["mean"])
        return (
            "A digit of 8 by 8 pixels in 16 patches, some of them hidden, and what a masked autoencoder paints there. The squared error of a hidden "
            f"pixel rises from {error[1]:.3f} with one patch hidden to {error[12]:.3f} with twelve and {error[15]:.3f} with fifteen; the mean picture "
            f"has about {guess[12]:.3f}. The code is best when {best['ratio']:.0%} are hidden in training."
        )

    @t.default("still")
    def _picture(self) -> str:
        """The digit with its hidden patches, and beside it the whole digit."""
        levels = [int(character, 17) / 16 for character in self.masking["images"][self.picture]["pixels"]]
        parts = []
        for left, hidden in ((10, set(self.hidden)), (310, set())):
            for i, level in enumerate(levels):
                patch = i // 16 * 4 + i % 8 // 2
                fill = "#e69f00" if patch in hidden else f"rgb({', '.join([str(round(255 * (1 - level)))] * 3)})"
                parts.append(f'<rect x="{left + 35 * (i % 8)}" y="{10 + 35 * (i // 8)}" width="35" height="35" fill="{fill}" stroke="#ddd" stroke-width="0.5"/>')
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 300" role="img" aria-label="{html.escape(self.description)}">{"".join(parts)}</svg>'
        )
