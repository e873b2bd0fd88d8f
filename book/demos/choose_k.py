"""ChooseK: guess the number of clusters, then hear three criteria: the loss curve, the silhouette, the gap."""

import numpy as np
import traitlets as t

from .base import Demo, PointSets, scatter_svg, synced
from .restart_lottery import nothing_but_spread

MOST_CLUSTERS = 8  # as many as there are colours and shapes that everyone can tell apart


def four_blobs(seed: int = 4) -> np.ndarray:
    """(140, 2): four round clusters of unlike size, two of them close together."""
    rng = np.random.default_rng(seed)
    centers = np.array([[2.0, 2.0], [2.6, 5.6], [7.2, 5.2], [7.6, 2.4]])
    homes = np.repeat(np.arange(4), [40, 45, 30, 25])
    return (centers[homes] + rng.normal(size=(140, 2)) * np.array([0.55, 0.7, 0.6, 0.5])[homes, None]).round(2)


def overlapping_blobs(seed: int = 2) -> np.ndarray:
    """(140, 2): three round clusters, of which two run into each other."""
    rng = np.random.default_rng(seed)
    centers = np.array([[2.6, 2.8], [4.7, 3.9], [8.2, 4.4]])
    return (centers[np.arange(140) % 3] + rng.normal(size=(140, 2)) * 0.75).round(2)


def two_rings(seed: int = 6) -> np.ndarray:
    """(140, 2): a small disc inside a ring. The groups are plain to see, and k-means cannot find them."""
    rng = np.random.default_rng(seed)
    angle = rng.uniform(0, 2 * np.pi, size=140)
    radius = np.where(np.arange(140) < 50, 0.9 * np.sqrt(rng.uniform(size=140)), 3.1) + rng.normal(size=140) * 0.13
    return (np.column_stack([np.cos(angle), np.sin(angle)]) * radius[:, None] + [5, 4]).round(2)


class ChooseK(Demo):
    """Data sets `sets` (a dict of (n, 2) arrays), of which `data` is shown, clustered by k-means with `k` centres.

    ChooseK()                       four blobs, three that overlap, points spread evenly, a disc in a ring
    ChooseK(X, k=3)                 your own points
    ChooseK({"a": X, "b": Z})       several, for the reader to choose from

    `guess` is what the reader said (0: no clusters; None: nothing yet, and the criteria stay hidden). `seed` says from where k-means
    starts and how the reference data of the gap are drawn.
    """

    demo = t.Unicode("choose_k").tag(sync=True)
    sets = synced(PointSets())
    secrets = t.Dict(t.Unicode(), help="by name: one sentence on where a data set comes from, told after the guess").tag(sync=True)
    data = t.Unicode().tag(sync=True)
    k = t.Int(2, min=1, max=MOST_CLUSTERS).tag(sync=True)
    seed = t.Int(1, min=0, max=999_999).tag(sync=True)
    guess = t.Int(None, min=0, max=MOST_CLUSTERS, allow_none=True).tag(sync=True)
    room = t.List(t.Unicode(), ["87rem", "46rem"]).tag(sync=True)

    def __init__(self, sets: object = None, **traits: object) -> None:
        if sets is None:
            sets = {
                "blobs": four_blobs(), "overlapping blobs": overlapping_blobs(),
                "uniform noise": nothing_but_spread(140, seed=9), "rings": two_rings(),
            }  # fmt: skip
            secrets = {
                "blobs": "These points were drawn from four round blobs.",
                "overlapping blobs": "These points were drawn from three round blobs; two of them overlap.",
                "uniform noise": "These points were drawn evenly from a rectangle: there are no clusters.",
                "rings": "These points are a disc and a ring around it: two groups, of a kind that k-means cannot find.",
            }
            traits = {"secrets": secrets, **traits}
        super().__init__(sets=sets if isinstance(sets, dict) else {"your data": sets}, **traits)
        least = min(len(np.unique(X, axis=0)) for X in self.sets.values())
        if least <= MOST_CLUSTERS:
            raise t.TraitError(f"a data set has only {least} different points; the criteria need more than {MOST_CLUSTERS}")

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
            f"A map of {len(self.sets[self.data])} points that k-means has split into {self.k} clusters, told apart by shape and colour. "
            "Beside it, for every k from 1 to 8: the loss, which falls whatever the data are; the mean silhouette, "
            "which is highest where clusters are tight and far apart; and the gap, which compares the loss with that of evenly spread data."
        )

    @t.default("still")
    def _picture(self) -> str:
        return scatter_svg(self.sets[self.data], None, None, self.description)
