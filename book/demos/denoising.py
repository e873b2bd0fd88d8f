"""Denoising: what the best denoiser answers for a noisy point, and a small network that has learned to be one."""

import numpy as np
import traitlets as t

from . import made
from .base import Demo, Rows, scatter_svg, synced


class Denoising(Demo):
    """Clean `points` (n, 2) on a curve, Gaussian noise of size `sigma`, and arrows from noisy places to what a denoiser answers.

    Denoising()                          a spiral, and a network of 24 tanh units a layer that was trained with noise of 0.2
    Denoising(points, network=[])        your own clean points; the best denoiser needs no training

    `sigma`, `probe` (the place that a hand can move) and `seed` (of the noise) can be read and set while the demo is shown.
    """

    demo = t.Unicode("denoising").tag(sync=True)
    points = synced(Rows())
    network = t.List(t.Dict(), help="layers: {W: packed matrix, b: list}; none: the best denoiser alone").tag(sync=True)
    trained = t.Float(0.2, help="noise that the network was trained with").tag(sync=True)
    sigma = t.Float(0.2, min=0.02, max=2.56).tag(sync=True)
    probe = t.List(t.Float(), minlen=2, maxlen=2).tag(sync=True)
    seed = t.Int(1, min=0, max=999_999).tag(sync=True)
    room = t.List(t.Unicode(), ["68.9rem", "40.4rem"]).tag(sync=True)

    def __init__(self, points: object = None, **traits: object) -> None:
        if points is None:
            spiral = made.load("autoencoders")["denoising"]
            points = spiral["points"]
            traits = {"network": spiral["network"], "trained": spiral["sigmas"][1], **traits}
        super().__init__(points=points, **traits)

    @t.default("probe")
    def _aside(self) -> list:
        low, high = self.points.min(axis=0), self.points.max(axis=0)
        return np.round(low + [0.75, 0.6] * (high - low), 2).tolist()

    @t.default("description")
    def _describe(self) -> str:
        return (
            f"{len(self.points)} clean points along a curve, and a field of arrows that leads from every place of the plane to what a denoiser answers there. "
            "With little noise all arrows lead to the nearest part of the curve; with much noise they lead to the mean of all points."
        )

    @t.default("still")
    def _picture(self) -> str:
        few = self.points[:: max(1, len(self.points) // 60)]
        return scatter_svg(few, np.zeros(len(few), int), None, self.description)
