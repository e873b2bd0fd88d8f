"""Golden values for the demos of the chapter `initialization`: what the reference answers, as JSON.

    python -m book.data.make_initialization      writes book/data/_made/initialization.json

The demos' JavaScript is held to these values (tests/demos). Chance is shared: the reference draws from `Stream`, which hands
it the very numbers that the page's generator (book/demos/seeds.py and its twin in JavaScript) would give.
"""

import json
from pathlib import Path

import numpy as np

from book.demos.basin_map import BasinMap, three_villages
from book.demos.restart_lottery import RestartLottery
from book.demos.seeds import choose, seeded
from solutions.initialization import kmeans_plus_plus, lloyd, random_centers

MADE = Path(__file__).resolve().parent / "_made" / "initialization.json"


class Stream:
    """The three draws that the reference asks of a NumPy generator, made from one stream of uniform numbers."""

    def __init__(self, seed: int) -> None:
        self.draw = seeded(seed)

    def integers(self, n: int) -> int:
        """A whole number from 0 to n - 1."""
        return int(self.draw() * n)

    def choice(self, n: int, size: int | None = None, replace: bool = True, p: np.ndarray | None = None) -> object:
        """One of 0..n-1 with probabilities p by inverting their cumulative sum, or `size` different ones."""
        if size is not None:
            assert not replace
            return choose(n, size, self.draw)
        return self.integers(n) if p is None else int(np.searchsorted(np.cumsum(p), self.draw(), side="right"))


def run(X: np.ndarray, mu: np.ndarray) -> dict:
    """A start and what the reference's k-means makes of it."""
    final, y, loss = lloyd(X, mu)
    return {"start": np.asarray(mu, float).tolist(), "mu": final.tolist(), "y": y.tolist(), "loss": loss}


def lottery(X: np.ndarray, k: int, seeds: range) -> dict:
    """Runs from random centres and from k-means++, one of each for every seed."""
    return {
        "X": X.tolist(), "k": k, "seeds": list(seeds),
        "random": [run(X, random_centers(X, k, Stream(seed))) for seed in seeds],
        "plus": [run(X, kmeans_plus_plus(X, k, Stream(seed))) for seed in seeds],
    }  # fmt: skip


def tickets(widget: RestartLottery, count: int) -> dict:
    """What the demo's first `count` restarts come to, and the figures that its table shows of them."""
    X, seeds = widget.sets[widget.data], range(widget.seed * 1009, widget.seed * 1009 + count)
    drawn = lottery(X, widget.k, seeds)
    least = min(ticket["loss"] for way in ("random", "plus") for ticket in drawn[way])
    figures = {}
    for way in ("random", "plus"):
        losses = np.array([ticket["loss"] for ticket in drawn[way]])
        figures[way] = {
            "losses": losses.tolist(), "best": losses.min(), "median": np.median(losses), "worst": losses.max(),
            "soFar": np.minimum.accumulate(losses).tolist(), "hits": int(np.sum(losses <= 1.01 * least)),
        }  # fmt: skip
    return {"X": X.tolist(), "data": widget.data, "k": widget.k, "seed": widget.seed, "figures": figures}


def basin(widget: BasinMap, columns: int = 48, rows: int = 36) -> dict:
    """The loss at the end for each place of the mapped centre: the middles of a grid over the map, row by row from below."""
    X, mu = widget.X, np.array(widget.mu)
    low, high = X.min(axis=0), X.max(axis=0)
    low, high = low - 0.12 * (high - low), high + 0.12 * (high - low)
    losses = []
    for b in range(rows):
        for a in range(columns):
            mu[widget.active] = low + (np.array([a, b]) + 0.5) / [columns, rows] * (high - low)
            losses.append(lloyd(X, mu)[2])
    return {"X": X.tolist(), "mu": widget.mu.tolist(), "active": widget.active, "losses": losses}


def main() -> None:
    """Write the golden values."""
    rng = np.random.default_rng(20240503)
    villages, many = three_villages(), rng.normal(size=(150, 2)) * 0.3 + rng.integers(0, 4, size=(150, 2))
    twins = np.repeat(rng.normal(size=(6, 2)), 4, axis=0)
    golden = {
        "lotteries": [lottery(villages, 3, range(20)), lottery(many, 12, range(20)), lottery(twins, 6, range(20)), lottery(rng.normal(size=(40, 5)), 4, range(20))],
        "tickets": [tickets(RestartLottery(), 60), tickets(RestartLottery(data="three villages", seed=7), 25)],
        "basins": [basin(BasinMap()), basin(BasinMap(k=2, seed=3, active=1))],
    }  # fmt: skip
    MADE.parent.mkdir(exist_ok=True)
    MADE.write_text(json.dumps(golden), encoding="utf-8")


if __name__ == "__main__":
    main()
