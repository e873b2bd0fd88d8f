"""LabelsAreNames: rename the groups that a clustering found. The labels change, the partition does not."""

import numpy as np
import traitlets as t

from .base import Demo, Labels, Rows, scatter_svg, synced


def petals() -> tuple[np.ndarray, np.ndarray, np.ndarray, list[str]]:
    """Petal length and width of 150 irises (150, 2), the three clusters that k-means finds, the species, their names."""
    from sklearn.cluster import KMeans
    from sklearn.datasets import load_iris

    iris = load_iris()
    X = iris.data[:, 2:]
    y = KMeans(3, n_init=10, random_state=0).fit_predict(X)
    return X, y, iris.target, [str(name) for name in iris.target_names]


class LabelsAreNames(Demo):
    """Points `X` (n, 2), the groups `y` (n,) that a clustering found, and if you have them the true classes.

    LabelsAreNames()                              iris petals, clustered by k-means, with their species
    LabelsAreNames(X, y)                          your own clustering
    LabelsAreNames(X, y, truth, names=["a", "b"]) and classes 0, 1, … to compare with

    `y` follows the names in the demo, so a kernel can read what became of the labels. `seed` shuffles the names; 0 is as found.
    """

    demo = t.Unicode("labels_are_names").tag(sync=True)
    X = synced(Rows())
    y = synced(Labels())
    truth = synced(Labels(None))
    names = t.List(t.Unicode(), help="what class 0, 1, … is called").tag(sync=True)
    seed = t.Int(0, min=0, max=999_999).tag(sync=True)
    x_label = t.Unicode("x₁").tag(sync=True)
    y_label = t.Unicode("x₂").tag(sync=True)
    room = t.List(t.Unicode(), ["calc(39rem + 75cqw + min(100cqw, 20rem))", "41rem"]).tag(sync=True)

    def __init__(self, X: object = None, y: object = None, truth: object = None, **traits: object) -> None:
        if X is None:
            X, y, truth, names = petals()
            traits = {"names": names, "x_label": "petal length, cm", "y_label": "petal width, cm", **traits}
        elif y is None:
            raise TypeError("LabelsAreNames needs the labels too: LabelsAreNames(X, y)")
        super().__init__(X=X, y=y, truth=truth, **traits)

    @t.validate("y", "truth")
    def _one_each(self, proposal: dict) -> np.ndarray | None:
        labels = proposal["value"]
        if labels is not None and len(labels) != len(self.X):
            raise t.TraitError(f"{proposal['trait'].name} must hold one label for each of the {len(self.X)} points")
        return labels

    @t.default("description")
    def _describe(self) -> str:
        return (
            f"A scatter plot of {len(self.X)} points in {int(self.y.max()) + 1} groups, each with a number for a name, and a table "
            "of all pairs that marks who is in one group with whom. Permuting the names changes the labels of the points; it changes "
            "no pair and not the objective, so the partition stays the same. Moving one point to another group changes it."
        )

    @t.default("still")
    def _picture(self) -> str:
        return scatter_svg(self.X, self.y, None, self.description)
