"""Stability: cluster bootstrap after bootstrap. Who stays together? What is there comes back; what chance made does not."""

import numpy as np
import traitlets as t

from .base import Demo, PointSets, scatter_svg, synced
from .choose_k import MOST_CLUSTERS, four_blobs, two_rings
from .restart_lottery import nothing_but_spread

MOST_BOOTSTRAPS = 60


class Stability(Demo):
    """Data sets `sets` (a dict of (n, 2) arrays), of which `data` is shown; k-means with `k` centres on `count` bootstrap samples of it.

    Stability()                       four blobs, points spread evenly, a disc in a ring
    Stability(X, k=3)                 your own points
    Stability({"a": X, "b": Z})       several, for the reader to choose from

    `stability` is the mean adjusted Rand index over all pairs of bootstraps; the demo sets it as soon as there are two.
    """

    demo = t.Unicode("stability").tag(sync=True)
    sets = synced(PointSets())
    data = t.Unicode().tag(sync=True)
    k = t.Int(4, min=2, max=MOST_CLUSTERS).tag(sync=True)
    seed = t.Int(1, min=0, max=999_999).tag(sync=True)
    count = t.Int(1, min=1, max=MOST_BOOTSTRAPS).tag(sync=True)
    stability = t.Float(None, allow_none=True).tag(sync=True)
    room = t.List(t.Unicode(), ["86rem", "46.5rem"]).tag(sync=True)

    def __init__(self, sets: object = None, **traits: object) -> None:
        if sets is None:
            sets = {"blobs": four_blobs(), "uniform noise": nothing_but_spread(140, seed=9), "rings": two_rings()}
        super().__init__(sets=sets if isinstance(sets, dict) else {"your data": sets}, **traits)
        least = min(len(np.unique(X, axis=0)) for X in self.sets.values())
        if least <= 2 * MOST_CLUSTERS:
            raise t.TraitError(f"a data set has only {least} different points; bootstraps need more than {2 * MOST_CLUSTERS}")

    @t.default("data")
    def _first(self) -> str:
        return next(iter(self.sets))

    @t.validate("data")
    def _known(self, proposal: dict) -> str:
        if proposal["value"] not in self.sets:
            raise t.TraitError(f"data must be one of {', '.join(self.sets)}; got {proposal['value']!r}")
        return proposal["value"]

    @t.default("description")
    def _describe(self) -> str:
        return (
            f"A map of {len(self.sets[self.data])} points, and a heat map with a row and a column for each of them: the fuller a cell, the "
            f"more often k-means with {self.k} centres put the two points together when it saw bootstrap samples of the data. Sharp blocks mean that "
            "the same clusters come back; a blur means that they depend on the sample. One number sums it up: the mean adjusted Rand index."
        )

    @t.default("still")
    def _picture(self) -> str:
        return scatter_svg(self.sets[self.data], None, None, self.description)
