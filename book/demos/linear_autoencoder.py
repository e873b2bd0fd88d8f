"""LinearAutoencoder: one number for two, learned by going downhill. The line turns to the first principal component by itself."""

import numpy as np
import traitlets as t

from .base import Demo, Rows, scatter_svg, synced


def petals() -> np.ndarray:
    """Length and width of the petals of 150 irises in cm, (150, 2), centred."""
    from sklearn.datasets import load_iris

    X = load_iris().data[:, 2:]
    return (X - X.mean(axis=0)).round(4)


class LinearAutoencoder(Demo):
    """Points `X` (n, 2), an encoder z = w·x and a decoder x̃ = v z, trained by gradient descent on the mean of ‖x − x̃‖².

    LinearAutoencoder()                         150 irises, and the start of the chapter's own loop
    LinearAutoencoder(X, w=[1, 0], v=[1, 0])    your own (centred) points and start

    `w`, `v` and `rate` can be read and set while the demo is shown; `loss` and `angle` (degrees between v and the first principal component; none for
    v = 0) say how far it has come.
    """

    demo = t.Unicode("linear_autoencoder").tag(sync=True)
    X = synced(Rows())
    w = t.List(t.Float(), minlen=2, maxlen=2).tag(sync=True)
    v = t.List(t.Float(), minlen=2, maxlen=2).tag(sync=True)
    rate = t.Float(0.02, min=0.001, max=1.0).tag(sync=True)
    seed = t.Int(1, min=0, max=999_999).tag(sync=True)
    loss = t.Float(None, allow_none=True, help="set by the demo").tag(sync=True)
    angle = t.Float(None, allow_none=True, help="set by the demo").tag(sync=True)
    x_label = t.Unicode("x₁").tag(sync=True)
    y_label = t.Unicode("x₂").tag(sync=True)
    unit = t.Unicode("").tag(sync=True)
    room = t.List(t.Unicode(), ["55.5rem", "30.1rem"]).tag(sync=True)

    def __init__(self, X: object = None, **traits: object) -> None:
        if X is None:
            X = petals()
            traits = {"x_label": "petal length − mean, cm", "y_label": "petal width − mean, cm", "unit": "cm²", **traits}
        rng = np.random.default_rng(2)
        w, v = (0.1 * rng.normal(size=2)).round(4).tolist(), (0.1 * rng.normal(size=2)).round(4).tolist()
        super().__init__(X=X, **{"w": w, "v": v, **traits})
        if np.linalg.matrix_rank(self.X) < 2:
            raise t.TraitError("X lies on a line through the origin; the demo needs points that fill the plane")

    @t.default("description")
    def _describe(self) -> str:
        return (
            f"{len(self.X)} points in a plane, and a line through the origin on which their reconstructions from one number lie. Step by step, gradient descent "
            "turns the line until it is the dashed one, the first principal component, and the loss comes down to what PCA loses."
        )

    @t.default("still")
    def _picture(self) -> str:
        few = self.X[:: max(1, len(self.X) // 70)]
        return scatter_svg(few, np.zeros(len(few), int), None, self.description)
