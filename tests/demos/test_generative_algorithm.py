"""The demos of generative models in Node against golden values of the reference, SciPy and the models' own densities; bad input."""

import json
import subprocess

import numpy as np
import pytest
import traitlets
from scipy.stats import norm

from book.data import make_generative as step
from book.demos import DensityByHand, FiveFamilies
from tests.demos.test_algorithm import HERE
from tools import node

PLACES = [[1.2, 0.6], [-1.3, 0.4], [0.2, -1.1], [0.5, 0.0], [-2.0, 1.5]]


def vae_bound(model: dict, x: np.ndarray) -> float:
    """E_q[log p(x, z) − log q(z)] by the trapezoidal rule, on a grid much finer than the demo's."""
    both = step.answer(model["encoder"], x[None])[0]
    mean, sd = both[:2], np.exp(both[2:] / 2)
    Z = mean + sd * np.stack(np.meshgrid(*[np.linspace(-7, 7, 301)] * 2), axis=-1).reshape(-1, 2)
    log_q = norm.logpdf(Z, mean, sd).sum(axis=1)
    log_joint = norm.logpdf(x, step.answer(model["decoder"], Z), model["sigma"]).sum(axis=1) + norm.logpdf(Z).sum(axis=1)
    share = np.exp(log_q) / np.exp(log_q).sum()
    return float(share @ (log_joint - log_q))


def expectations(made: dict) -> dict:
    """Densities of a few points by the data step's own methods, tails by SciPy, pictures by NumPy."""
    models, X = made["families"], np.array(PLACES)
    picture = models["picture"]
    pixels = np.clip(picture["mean"] + X @ step.loaded([{"W": picture["components"], "b": [0, 0]}])[0], 0, 1)
    columns = step.vae_density(models["vae"], X), step.diffusion_density(models["diffusion"], X)
    return {
        "tails": [(t, float(norm.sf(t))) for t in (-5.0, -1.0, -0.2, 0.0, 0.3, 1.5, 3.4, 3.6, 6.0, 12.0, 30.0)],
        "densities": [
            {"point": x, "vae_log": a, "vae_bound": vae_bound(models["vae"], np.array(x)), "diffusion_log": b}
            for x, a, b in zip(PLACES, *map(np.ndarray.tolist, columns), strict=True)
        ],
        "pictures": [{"point": x, "pixels": row} for x, row in zip(PLACES, pixels.tolist(), strict=True)],
    }


def compare(made: dict, folder) -> int:
    """Run the comparison in Node; how many it made."""
    (folder / "made.json").write_text(json.dumps(made))
    (folder / "expected.json").write_text(json.dumps(expectations(made)))
    return int(node.run(HERE / "golden_generative.mjs", folder / "made.json", folder / "expected.json").stdout)


def test_javascript_follows_the_reference(golden_generative, tmp_path):
    try:
        count = compare(json.loads(golden_generative.read_text()), tmp_path)
    except subprocess.CalledProcessError as error:
        pytest.fail(error.stderr[-2000:])
    assert count > 1250, "fewer comparisons than the golden values hold"


@pytest.mark.parametrize(
    "path",
    [
        ("density", 0, "golden", 1, "log_likelihood"), ("density", 1, "golden", 2, "forward"), ("density", 2, "best", "3", "backward"),
        ("families", "golden", "autoregressive", "second", 1, 12), ("families", "golden", "autoregressive", "log_density", 0), ("families", "golden", "flow", "layers", 3, 2, 0),
        ("families", "golden", "vae", "decoded", 4, 1), ("families", "golden", "gan", "drawn", 2, 0, 0), ("families", "golden", "diffusion", "path", 25, 1, 1),
    ],
)  # fmt: skip
def test_a_wrong_golden_value_is_noticed(golden_generative, tmp_path, path):
    spoiled = json.loads(golden_generative.read_text())
    place = spoiled
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] += 1e-2
    with pytest.raises(subprocess.CalledProcessError, match="returned non-zero"):
        compare(spoiled, tmp_path)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: DensityByHand(data="weight"), "data must be one of petal length"),
        (lambda: DensityByHand(bells={"weights": [1], "means": [1, 2], "sds": [1]}), "of one to 3 bells"),
        (lambda: DensityByHand(bells={"weights": [0.5], "means": [1], "sds": [1]}), "sum to 1"),
        (lambda: DensityByHand(bells={"weights": [1], "means": [1], "sds": [0]}), "positive"),
        (lambda: DensityByHand(sets=[]), "sets"),
        (lambda: FiveFamilies(family="pca"), "family"),
        (lambda: FiveFamilies(seed=-1), "seed"),
    ],
)
def test_bad_input_says_what_is_wrong(make, words):
    with pytest.raises(traitlets.TraitError, match=words):
        make()
