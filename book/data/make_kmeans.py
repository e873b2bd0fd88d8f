"""Golden values for the demos of the chapter `kmeans`: what the reference answers, step by step, as JSON.

    python -m book.data.make_kmeans      writes book/data/_made/kmeans.json

The demos' JavaScript is held to these values (tests/demos): same data, same start, same trajectory.
"""

import json
from pathlib import Path

import numpy as np

from book.demos.food_truck_map import FoodTruckMap
from book.demos.seeds import choose, seeded
from solutions.kmeans import assign_clusters, kmeans, kmeans_objective, quantize_colors, same_partition, update_centers

MADE = Path(__file__).resolve().parent / "_made" / "kmeans.json"
HALF_STEPS = 60


def trajectory(X: np.ndarray, mu: np.ndarray) -> list[dict]:
    """Labels (n,), centres (k, d) and objective after each half-step, until nobody changes."""
    steps, y_old = [], None
    for _ in range(HALF_STEPS // 2):
        y = assign_clusters(X, mu)
        steps.append({"step": "A", "y": y.tolist(), "mu": mu.tolist(), "loss": kmeans_objective(X, mu, y)})
        if y_old is not None and np.array_equal(y, y_old):
            break
        y_old, mu = y, update_centers(X, y, mu)
        steps.append({"step": "M", "y": y.tolist(), "mu": mu.tolist(), "loss": kmeans_objective(X, mu, y)})
    return steps


def case(name: str, X: np.ndarray, mu: np.ndarray, stretch: float = 1.0) -> dict:
    """A data set with its start, and what the reference makes of it with the first axis stretched."""
    scale = np.array([stretch, *[1.0] * (X.shape[1] - 1)])
    final, y, iterations = kmeans(X * scale, mu * scale, 100)
    return {
        "name": name, "X": X.tolist(), "mu": mu.tolist(), "stretch": stretch, "steps": trajectory(X * scale, mu * scale),
        "final": {"mu": final.tolist(), "y": y.tolist(), "iterations": iterations},
    }  # fmt: skip


def cases() -> list[dict]:
    """The town of the food trucks, and the corners of the algorithm: ties, empty clusters, equal centres, k = 1, many points."""
    rng = np.random.default_rng(20240503)
    town = FoodTruckMap()
    grid = np.array([[a, b] for a in range(5) for b in range(5)], float)
    blobs = rng.normal(size=(400, 2)) * 0.6 + rng.integers(0, 6, size=(400, 2))
    high = rng.normal(size=(50, 5))
    return [
        case("town", town.X, town.mu),
        case("town, x stretched", town.X, town.mu, 4.0),
        case("town, x shrunk", town.X, town.mu, 0.25),
        case("ties on a grid", grid, np.array([[0.0, 2.0], [2.0, 2.0], [4.0, 2.0]])),
        case("an empty cluster", town.X, np.vstack([town.mu, [[-50.0, 40.0]]])),
        case("equal centres", grid, np.array([[1.0, 1.0], [1.0, 1.0], [3.0, 3.0]])),
        case("one centre", grid, np.array([[7.0, -3.0]])),
        case("many points, eight centres", blobs, blobs[:8]),
        case("five dimensions", high, high[[3, 8, 21]]),
    ]


def partitions() -> list[dict]:
    """Pairs of labellings and whether they are the same partition."""
    rng = np.random.default_rng(7)
    pairs = []
    for _ in range(40):
        y1 = rng.integers(0, 4, size=int(rng.integers(2, 9)))
        names = rng.permutation(4)
        y2 = names[y1] if rng.random() < 0.5 else rng.integers(0, 4, size=len(y1))
        pairs.append({"y1": y1.tolist(), "y2": y2.tolist(), "same": same_partition(y1, y2)})
    return pairs


def paintings() -> list[dict]:
    """Small images, palettes, and the images painted with them."""
    rng = np.random.default_rng(11)
    made = []
    for k in (2, 8, 32):
        image, palette = rng.integers(0, 256, size=(9, 12, 3)).astype(float), rng.uniform(0, 255, size=(k, 3))
        painted = quantize_colors(image, palette)
        error = float(np.sqrt(np.mean((painted - image) ** 2)))
        made.append({"pixels": image.reshape(-1, 3).tolist(), "palette": palette.tolist(), "painted": painted.reshape(-1, 3).tolist(), "error": error})
    return made


def main() -> None:
    """Write the golden values."""
    draws = [{"seed": seed, "n": 30, "count": 5, "chosen": choose(30, 5, seeded(seed))} for seed in (0, 1, 12, 999_999)]
    MADE.parent.mkdir(exist_ok=True)
    MADE.write_text(json.dumps({"cases": cases(), "partitions": partitions(), "draws": draws, "paintings": paintings()}), encoding="utf-8")


if __name__ == "__main__":
    main()
