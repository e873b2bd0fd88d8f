"""FoodTruckMap: k-means by hand. Drag people and trucks, take half-steps, watch the objective fall."""

import numpy as np
import traitlets as t

from .base import Demo, Labels, Rows, scatter_svg, synced
from .seeds import choose, seeded

MOST_TRUCKS = 8  # as many as there are colours and shapes that everyone can tell apart


def small_town(seed: int = 12, people: int = 60) -> np.ndarray:
    """A made-up town, (people, 2) kilometres east and north: three neighbourhoods of unlike size, and a few who live apart."""
    rng = np.random.default_rng(seed)
    centers = np.array([[2.2, 5.6], [6.6, 6.4], [4.6, 2.2]])
    spread = np.array([[0.75, 0.9], [1.1, 0.55], [0.9, 0.65]])
    homes = rng.choice(3, size=people, p=[0.4, 0.35, 0.25])
    X = centers[homes] + rng.normal(size=(people, 2)) * spread[homes]
    apart = rng.random(people) < 0.08
    X[apart] = rng.uniform([0.5, 0.5], [8.5, 7.5], size=(int(apart.sum()), 2))
    return np.clip(X, 0.2, 8.8).round(3)


class FoodTruckMap(Demo):
    """People `X` (n, 2), food trucks `mu` (k, 2) and everybody's choice `y` (n,), on a map that hands can change.

    FoodTruckMap()                      a made-up town and three trucks
    FoodTruckMap(X, k=4, seed=7)        your own people; trucks start on four of them, drawn by the seed
    FoodTruckMap(X, mu=mu, y=y)         from a state that you computed

    `stretch` multiplies the x axis (another unit of length). All traits can be read and set while the demo is shown;
    `loss` holds the objective as soon as everybody has chosen.
    """

    demo = t.Unicode("food_truck_map").tag(sync=True)
    X = synced(Rows())
    mu = synced(Rows())
    y = synced(Labels(None))
    k = t.Int(3, min=1, max=MOST_TRUCKS).tag(sync=True)
    seed = t.Int(1, min=0, max=999_999).tag(sync=True)
    stretch = t.Float(1.0, min=0.125, max=8.0).tag(sync=True)
    loss = t.Float(None, allow_none=True, help="the objective; set by the demo").tag(sync=True)
    x_label = t.Unicode("x₁, kilometres east").tag(sync=True)
    y_label = t.Unicode("x₂, kilometres north").tag(sync=True)
    unit = t.Unicode("km²").tag(sync=True)
    room = t.List(t.Unicode(), ["66rem", "36.5rem"]).tag(sync=True)

    def __init__(self, X: object = None, **traits: object) -> None:
        X = small_town() if X is None else X
        if traits.get("mu") is not None:
            traits["k"] = len(traits["mu"])
        super().__init__(X=X, **traits)

    @t.default("mu")
    def _people_by_lot(self) -> np.ndarray:
        people = choose(len(self.X), min(self.k, len(self.X)), seeded(self.seed))
        people += [0] * (self.k - len(people))
        return np.array(self.X[people])

    @t.validate("mu")
    def _few_enough(self, proposal: dict) -> np.ndarray:
        if len(proposal["value"]) > MOST_TRUCKS:
            raise t.TraitError(f"mu has {len(proposal['value'])} rows, and the map shows at most {MOST_TRUCKS} trucks")
        return proposal["value"]

    @t.validate("y")
    def _one_each(self, proposal: dict) -> np.ndarray | None:
        y = proposal["value"]
        if y is not None and (len(y) != len(self.X) or y.max() >= len(self.mu)):
            raise t.TraitError(f"y must hold one label 0..{len(self.mu) - 1} for each of the {len(self.X)} people")
        return y

    @t.observe("mu")
    def _count_trucks(self, change: dict) -> None:
        if len(change["new"]) != self.k:
            self.k = len(change["new"])

    @t.default("description")
    def _describe(self) -> str:
        return (
            f"A map of {len(self.X)} people, drawn as small marks, and {len(self.mu)} food trucks, drawn as numbered marks. "
            "Assign sends each person to the nearest truck; Move puts each truck at the mean of its people. "
            "After every such half-step the objective, the sum of all squared walks, is lower than before or the same."
        )

    @t.default("still")
    def _picture(self) -> str:
        scale = np.array([self.stretch, 1.0])
        distances = (((self.X[:, None] - self.mu[None]) * scale) ** 2).sum(axis=2)
        y = distances.argmin(axis=1) if self.y is None else self.y
        return scatter_svg(self.X, y, self.mu, self.description)
