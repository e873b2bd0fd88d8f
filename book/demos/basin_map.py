"""BasinMap: drag the starting centres of k-means and see where they end; then colour the plane by the end that each start leads to."""

import numpy as np
import traitlets as t

from .base import Demo, Rows, scatter_svg, synced
from .seeds import choose, seeded

MOST_CENTERS = 4


def three_villages(seed: int = 2) -> np.ndarray:
    """(66, 2) kilometres east and north: two villages in the west, and in the east one with a hamlet beside it."""
    rng = np.random.default_rng(seed)
    centers = np.array([[1.6, 1.8], [2.0, 5.4], [7.4, 3.2], [5.9, 5.6]])
    homes = np.repeat(np.arange(4), [18, 18, 18, 12])
    return (centers[homes] + rng.normal(size=(66, 2)) * [0.6, 0.55]).round(2)


class BasinMap(Demo):
    """Points `X` (n, 2) and starting centres `mu` (k, 2), k = 2 to 4, of which the one called `active` is mapped.

    BasinMap()                          three villages, a hamlet, and three centres
    BasinMap(X, k=2, seed=7)            your own points; the centres start on two of them, drawn by the seed
    BasinMap(X, mu=mu, colored=True)    from a start that you choose, with the map already coloured

    All traits can be read and set while the demo is shown; `loss` holds the objective at the end of the run.
    """

    demo = t.Unicode("basin_map").tag(sync=True)
    X = synced(Rows())
    mu = synced(Rows())
    k = t.Int(3, min=2, max=MOST_CENTERS).tag(sync=True)
    seed = t.Int(1, min=0, max=999_999).tag(sync=True)
    active = t.Int(0, min=0, max=MOST_CENTERS - 1, help="the centre whose starts the map colours, counted from 0").tag(sync=True)
    colored = t.Bool(False, help="whether the map is shown").tag(sync=True)
    loss = t.Float(None, allow_none=True, help="the objective at the end; set by the demo").tag(sync=True)
    x_label = t.Unicode("x₁").tag(sync=True)
    y_label = t.Unicode("x₂").tag(sync=True)
    room = t.List(t.Unicode(), ["61rem", "40rem"]).tag(sync=True)

    def __init__(self, X: object = None, **traits: object) -> None:
        if X is None:
            X = three_villages()
            if not {"mu", "k", "seed"} & traits.keys():
                traits = {"mu": [[5.8, 6.0], [7.9, 3.1], [6.6, 1.6]], "active": 2, **traits}
        if traits.get("mu") is not None:
            traits["k"] = len(traits["mu"])
        super().__init__(X=X, **traits)
        if self.k > len(self.X):
            raise t.TraitError(f"k is {self.k}, and X has only {len(self.X)} points to start on")

    @t.default("mu")
    def _points_by_lot(self) -> np.ndarray:
        return np.array(self.X[choose(len(self.X), min(self.k, len(self.X)), seeded(self.seed))])

    @t.observe("mu")
    def _count_centers(self, change: dict) -> None:
        if len(change["new"]) != self.k:
            self.k = len(change["new"])

    @t.default("description")
    def _describe(self) -> str:
        return (
            f"{len(self.X)} points and {len(self.mu)} starting centres of k-means, drawn as numbered marks, each with the path to where "
            "it ends. The map colours every place by the end that the run would reach if one of the centres started there: "
            "the places that lead to one end are its basin, and some basins lead to a much larger loss than others."
        )

    @t.default("still")
    def _picture(self) -> str:
        return scatter_svg(self.X, None, self.mu, self.description)
