"""ThreeCurtains: the same flowers behind three curtains. With labels, with rewards, with nothing: what can be learned?"""

import numpy as np
import traitlets as t

from .base import Demo, Labels, Rows, scatter_svg, synced


def irises() -> dict:
    """Petals (150, 2) of 150 irises, their species and its names, and as a number to predict the length of the sepal.

    They were measured to a tenth of a centimetre, so that many lie on top of one another: here each is moved within its tenth.
    """
    from sklearn.datasets import load_iris

    iris = load_iris()
    moved = np.random.default_rng(1).uniform(-0.045, 0.045, size=(150, 2))
    return {
        "X": (iris.data[:, 2:] + moved).round(3), "labels": iris.target, "targets": iris.data[:, 0].tolist(), "names": [str(name) for name in iris.target_names],
        "x_label": "petal length, cm", "y_label": "petal width, cm", "target_name": "sepal length, cm", "thing": "flower",
    }  # fmt: skip


class ThreeCurtains(Demo):
    """Points `X` (n, 2) that carry a class (`labels`, called `names`) and a number (`targets`), shown or hidden by the `curtain`.

    ThreeCurtains()                                 150 irises
    ThreeCurtains(X=X, labels=y, targets=z, names=["cheap", "dear"], target_name="price", thing="house")

    `curtain` is "labels", "rewards" or "nothing"; it can be read and set while the demo is shown.
    """

    demo = t.Unicode("three_curtains").tag(sync=True)
    X = synced(Rows())
    labels = synced(Labels())
    targets = t.List(t.Float()).tag(sync=True)
    names = t.List(t.Unicode(), minlen=2, maxlen=5, help="what class 0, 1, … is called").tag(sync=True)
    target_name = t.Unicode("target").tag(sync=True)
    thing = t.Unicode("point", help="what a point is, in one word").tag(sync=True)
    curtain = t.Enum(["labels", "rewards", "nothing"], "labels").tag(sync=True)
    seed = t.Int(1, min=0, max=999_999).tag(sync=True)
    x_label = t.Unicode("x₁").tag(sync=True)
    y_label = t.Unicode("x₂").tag(sync=True)
    room = t.List(t.Unicode(), ["60rem", "38rem"]).tag(sync=True)

    def __init__(self, **traits: object) -> None:
        super().__init__(**(traits if "X" in traits else {**irises(), **traits}))
        if not len(self.X) == len(self.labels) == len(self.targets) >= 20:
            raise t.TraitError(f"X has {len(self.X)} rows, labels {len(self.labels)} and targets {len(self.targets)}: they must be as many, at least 20")
        if self.labels.max() >= len(self.names):
            raise t.TraitError(f"labels go up to {self.labels.max()}, and names has {len(self.names)}")

    @t.default("description")
    def _describe(self) -> str:
        return (
            f"The same {len(self.X)} points behind three curtains. With labels, half of them show their class or a number, and the other half "
            "can be predicted. With rewards, nothing is shown, but whoever guesses the class of a point is told how good the guess was. "
            "With nothing, there are only the points, and what can be found is groups without names."
        )

    @t.default("still")
    def _picture(self) -> str:
        return scatter_svg(self.X, self.labels, None, self.description)
