"""RestartLottery: every start of k-means is a ticket. Two ways of drawing it, and what the draws cost at the end."""

import numpy as np
import traitlets as t

from .base import Demo, PointSets, scatter_svg, synced
from .basin_map import three_villages

MOST_RESTARTS = 200


def twelve_towns(seed: int = 5) -> np.ndarray:
    """(180, 2): twelve tight clusters of 15 points on a shaken grid of 4 by 3."""
    rng = np.random.default_rng(seed)
    grid = np.array([[a, b] for a in range(4) for b in range(3)], float)
    towns = grid * [2.4, 2.3] + rng.uniform(-0.45, 0.45, size=(12, 2))
    return (np.repeat(towns, 15, axis=0) + rng.normal(size=(180, 2)) * 0.2 + [1, 1]).round(2)


def nothing_but_spread(n: int = 150, seed: int = 8) -> np.ndarray:
    """(n, 2) points drawn evenly from a rectangle: there are no clusters."""
    return np.random.default_rng(seed).uniform([0.5, 0.5], [9.5, 7.0], size=(n, 2)).round(2)


class RestartLottery(Demo):
    """Data sets `sets` (a dict of (n, 2) arrays), of which `data` is shown, and the number of centres `k`.

    RestartLottery()                                  twelve towns, three villages, and points with no clusters
    RestartLottery(X, k=5)                            your own points
    RestartLottery({"a": X, "b": Z}, ks={"a": 5})     several; `ks` says which k to begin with when a reader picks one

    `count` restarts are drawn from each way to start; `seed` says which. All four can be read and set while it is shown.
    """

    demo = t.Unicode("restart_lottery").tag(sync=True)
    sets = synced(PointSets())
    ks = t.Dict(value_trait=t.Int(min=1), key_trait=t.Unicode()).tag(sync=True)
    data = t.Unicode().tag(sync=True)
    k = t.Int(min=1, max=15).tag(sync=True)
    seed = t.Int(1, min=0, max=999_999).tag(sync=True)
    count = t.Int(1, min=1, max=MOST_RESTARTS).tag(sync=True)
    room = t.List(t.Unicode(), ["97rem", "49rem"]).tag(sync=True)

    def __init__(self, sets: object = None, **traits: object) -> None:
        if sets is None:
            sets = {"twelve towns": twelve_towns(), "three villages": three_villages(), "no clusters": nothing_but_spread()}
            traits = {"ks": {"twelve towns": 12, "three villages": 3, "no clusters": 8}, **traits}
        super().__init__(sets=sets if isinstance(sets, dict) else {"your data": sets}, **traits)
        least = min(len(X) for X in self.sets.values())
        if self.k > least:
            raise t.TraitError(f"k is {self.k}, and a data set has only {least} points to start on")

    @t.default("data")
    def _first(self) -> str:
        return next(iter(self.sets))

    @t.default("k")
    def _suggested(self) -> int:
        return self.ks.get(self.data, 3)

    @t.validate("data")
    def _known(self, proposal: dict) -> str:
        if proposal["value"] not in self.sets:
            raise t.TraitError(f"data must be one of {', '.join(self.sets)}; got {proposal['value']!r}")
        return proposal["value"]

    @t.default("description")
    def _describe(self) -> str:
        return (
            f"{len(self.sets[self.data])} points and {self.k} centres of k-means, started again and again: from points by lot, and by k-means++. "
            "Two histograms show the losses at the end. Those of random starts spread wide, and few of them reach the least; those of "
            "k-means++ are heaped near the least. A curve shows the best loss so far, which falls with every better ticket."
        )

    @t.default("still")
    def _picture(self) -> str:
        return scatter_svg(self.sets[self.data], None, None, self.description)
