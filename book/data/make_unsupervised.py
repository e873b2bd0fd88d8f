"""Golden values for the demo of the chapter `unsupervised`: what scikit-learn answers, as JSON.

    python -m book.data.make_unsupervised      writes book/data/_made/unsupervised.json

The demo's JavaScript is held to these values (tests/demos).
"""

import json
from importlib import import_module
from pathlib import Path

import numpy as np
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from book.demos.seeds import choose, seeded
from book.demos.three_curtains import ThreeCurtains

MADE = Path(__file__).resolve().parent / "_made" / "unsupervised.json"


def labelled(widget: ThreeCurtains, seed: int) -> dict:
    """Which half shows its labels, and what its five nearest neighbours say of points on a grid and of those kept back."""
    X, labels, targets = widget.X, widget.labels, np.array(widget.targets)
    shown = np.zeros(len(X), bool)
    shown[choose(len(X), len(X), seeded(seed))[: (len(X) + 1) // 2]] = True
    classes = KNeighborsClassifier(5, algorithm="brute").fit(X[shown], labels[shown])
    numbers = KNeighborsRegressor(5, algorithm="brute").fit(X[shown], targets[shown])
    places = np.random.default_rng(seed).uniform(X.min(axis=0) - 1, X.max(axis=0) + 1, size=(40, 2))
    hidden = X[~shown]
    return {
        "seed": seed, "shown": shown.tolist(), "places": places.tolist(), "classes": classes.predict(places).tolist(), "numbers": numbers.predict(places).tolist(),
        "right": int(np.sum(classes.predict(hidden) == labels[~shown])), "error": float(np.abs(numbers.predict(hidden) - targets[~shown]).mean()),
    }  # fmt: skip


def groups(widget: ThreeCurtains) -> list[dict]:
    """Groupings of the points, with the share that is of the commonest class of its group."""
    rng = np.random.default_rng(5)
    purity = import_module("solutions.choosing-k").purity
    groupings = [rng.integers(0, k, size=len(widget.X)) for k in (1, 2, 3, 5)] + [np.asarray(widget.labels), (widget.X[:, 0] > 4.8).astype(int)]
    return [{"y": y.tolist(), "purity": purity(y, widget.labels)} for y in groupings]


def main() -> None:
    """Write the golden values."""
    widget = ThreeCurtains()
    data = {"X": widget.X.tolist(), "labels": widget.labels.tolist(), "targets": widget.targets, "names": widget.names}
    golden = {"data": data, "labelled": [labelled(widget, seed) for seed in range(6)], "groups": groups(widget)}
    MADE.parent.mkdir(exist_ok=True)
    MADE.write_text(json.dumps(golden), encoding="utf-8")


if __name__ == "__main__":
    main()
