"""FiveFamilies: five generative models of the same points draw samples, step by step. Which can say how likely a point is?"""

import numpy as np
import traitlets as t

from . import made
from .base import Demo, scatter_svg

FAMILIES = ["autoregressive", "flow", "vae", "gan", "diffusion"]


class FiveFamilies(Demo):
    """Handwritten 0s, 1s and 6s as points in a plane, and five trained models that draw more of them.

    FiveFamilies()             as trained for the chapter on generative models
    FiveFamilies(families=…)   your own, in the form of `families` in book/data/make_generative.py

    `family` is one of autoregressive, flow, vae, gan, diffusion; `seed` says which samples are drawn.
    """

    demo = t.Unicode("five_families").tag(sync=True)
    families = t.Dict().tag(sync=True)
    family = t.Enum(FAMILIES, "autoregressive").tag(sync=True)
    seed = t.Int(1, min=0, max=999_999).tag(sync=True)
    room = t.List(t.Unicode(), ["84rem", "49.8rem"]).tag(sync=True)

    @t.default("families")
    def _trained(self) -> dict:
        kept = {"golden", "held_out", "held_out_labels"}
        return {name: part for name, part in made.load("generative")["families"].items() if name not in kept}

    @t.default("description")
    def _describe(self) -> str:
        models = self.families
        return (
            f"{len(models['train'])} handwritten digits (0, 1 and 6) as points in a plane, and samples that five families of models draw, step by step. "
            f"Mean log-likelihood of held-out points, nats: autoregressive {models['autoregressive']['log_likelihood']:.2f} and "
            f"flow {models['flow']['log_likelihood']:.2f}, both exact; VAE at least {models['vae']['elbo']:.2f}; "
            f"GAN cannot say; diffusion {models['diffusion']['log_likelihood']:.2f}, by solving an equation."
        )

    @t.default("still")
    def _picture(self) -> str:
        digits = sorted(set(self.families["train_labels"]))
        labels = [digits.index(digit) for digit in self.families["train_labels"]]
        return scatter_svg(np.array(self.families["train"]), labels, None, self.description)
