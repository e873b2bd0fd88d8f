"""Golden values for the demos of the chapter `choosing-k`: what the reference answers, as JSON.

    python -m book.data.make_choosing_k      writes book/data/_made/choosing_k.json

The demos' JavaScript is held to these values (tests/demos).
"""

import json
from importlib import import_module
from itertools import combinations
from pathlib import Path

import numpy as np

from book.data.make_initialization import Stream
from book.demos.choose_k import ChooseK
from book.demos.stability import Stability
from solutions.initialization import kmeans_plus_plus

reference = import_module("solutions.choosing-k")  # named like the chapter's address

MADE = Path(__file__).resolve().parent / "_made" / "choosing_k.json"
KS = np.arange(1, 9)


def silhouettes(rng: np.random.Generator) -> list[dict]:
    """Clusterings with their silhouettes: several sizes, a point alone, a number that nobody has, points that coincide."""
    cases = [(rng.normal(size=(n, d)), rng.integers(0, k, size=n)) for n, d, k in [(30, 2, 3), (50, 4, 6), (12, 1, 2)]]
    X = rng.normal(size=(20, 2))
    cases.append((X, np.where(np.arange(20) == 7, 2, np.arange(20) % 2)))
    cases.append((X, np.array([0, 3])[np.arange(20) % 2]))
    cases.append((np.repeat(X[:4], 5, axis=0), np.arange(20) // 10))
    cases.append((np.zeros((6, 2)), np.arange(6) % 2))
    return [{"X": X.tolist(), "y": y.tolist(), "silhouettes": reference.silhouette(X, y).tolist()} for X, y in cases]


def rand_indices(rng: np.random.Generator) -> list[dict]:
    """Pairs of labellings with their adjusted Rand index: unrelated, alike, the same, all together, all alone."""
    pairs = [(rng.integers(0, k, size=40), rng.integers(0, m, size=40)) for k, m in [(2, 2), (3, 5), (8, 2)] for _ in range(5)]
    y = rng.integers(0, 4, size=40)
    pairs += [(y, (y + 1) % 4), (y, np.where(rng.random(40) < 0.2, 0, y)), (np.zeros(9, int), np.zeros(9, int)), (np.arange(9), np.arange(9)), (np.zeros(9, int), np.arange(9))]
    return [{"y1": a.tolist(), "y2": b.tolist(), "index": reference.adjusted_rand(a, b)} for a, b in pairs]


def gaps(rng: np.random.Generator) -> list[dict]:
    """Losses, logs of reference losses, gaps, their errors, and the number of clusters by the rule."""
    cases = []
    for X in (rng.normal(size=(40, 2)), np.vstack([rng.normal(size=(20, 2)), rng.normal(size=(20, 2)) + 7])):
        gap, s, logs = reference.gap_statistic(X, KS[:4], rng, references=5)
        loss = np.exp(logs.mean(axis=0) - gap)
        cases.append({"loss": loss.tolist(), "logs": logs.tolist(), "gap": gap.tolist(), "error": s.tolist()})
    for _ in range(30):
        gap, s = rng.normal(size=6).cumsum(), rng.uniform(0, 0.5, size=6)
        cases.append({"gap": gap.tolist(), "error": s.tolist()})
    return [{**case, "choice": reference.choose_k(np.arange(1, len(case["gap"]) + 1), case["gap"], case["error"])} for case in cases]


def curves(rng: np.random.Generator) -> dict:
    """For each data set of the demo, the loss for k = 1 to 8."""
    return {name: {"X": X.tolist(), "loss": reference.loss_curve(X, KS, rng).tolist()} for name, X in ChooseK().sets.items()}


def bootstrap(X: np.ndarray, k: int, stream: Stream) -> np.ndarray:
    """Labels (n,) of the points by the best of 5 runs on a sample of them with replacement."""
    sample = X[[stream.integers(len(X)) for _ in X]]
    runs = [reference.lloyd(sample, kmeans_plus_plus(sample, k, stream)) for _ in range(5)]
    mu = min(runs, key=lambda run: run[2])[0]
    return ((X[:, None] - mu) ** 2).sum(axis=2).argmin(axis=1)


def stabilities(seed: int = 3, count: int = 7) -> list[dict]:
    """Bootstraps of the demo's data: labels, who is together how often, and the mean adjusted Rand index of all pairs."""
    cases = []
    for name, X in Stability().sets.items():
        for k in (2, 4, 7):
            labels = [bootstrap(X, k, Stream(seed * 1009 + b)) for b in range(count)]
            together = sum((y[:, None] == y).astype(int) for y in labels)
            indices = [reference.adjusted_rand(a, b) for a, b in combinations(labels, 2)]
            cases.append({"name": name, "X": X.tolist(), "k": k, "seed": seed, "labels": np.array(labels).tolist(), "together": together.tolist(), "stability": np.mean(indices)})
    return cases


def main() -> None:
    """Write the golden values."""
    rng = np.random.default_rng(20240503)
    golden = {"silhouettes": silhouettes(rng), "rand": rand_indices(rng), "gaps": gaps(rng), "curves": curves(rng), "stabilities": stabilities()}
    MADE.parent.mkdir(exist_ok=True)
    MADE.write_text(json.dumps(golden), encoding="utf-8")


if __name__ == "__main__":
    main()
