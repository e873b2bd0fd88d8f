"""What the demos of the chapter `representations` play: label-efficiency curves, masked digits, finetuning with frozen layers, as JSON.

    python -m book.data.make_representations      writes book/data/_made/representations.json

Real images: the 1,797 digits of 8 × 8 pixels that come with scikit-learn. Two worlds are made of them. *Slipped*: each digit lies in one
of nine places of a frame of 10 × 10 pixels, chosen by lot. *Upright*: the 8 × 8 images as they are. All is seeded.

Schema. Accuracies and errors are numbers from 0 to 1, rounded to 4 digits; `mean`, `low`, `high` are mean, 10 % and 90 % quantile over repeats.

label_efficiency
    per_class      [1, 2, 5, 10, 20, 50], labels of each class that the probe is given
    classes        [5, 6, 7, 8, 9]; chance: 0.2; repeats; test_images: how many images each accuracy is measured on
    codes          list, in the order to be shown, of
        id         "pixels", "hand", "pca", "autoencoder", "labels", "two_views", "slips", "untrained"
        name       as shown; made_from: one sentence saying what made the code and what it saw
        labels_used  whether labels (of the digits 0 to 4) or of slips were used to make it: "none", "digits 0-4", "slips"
        numbers    how many numbers a code has; participation_ratio: of the test images' codes
        mean, low, high   one number for each of per_class
        draws      (8 lists, one each of per_class) the accuracies of the first eight draws, to be drawn as dots

masking
    side, patch    8 and 2: a grid of 4 × 4 patches, numbered row by row
    ratios         [0.0, 0.0625, 0.125, ... 0.9375]: k / 16 for k = 0..15, the ratios that can be chosen
    images         list of six {digit, pixels: 64 characters, row by row, each a shade 0..16 in base 17, 16 is ink; order: the 16 patches in
                   the order in which they are hidden}; at ratio k / 16 the first k of `order` are hidden
    error          one list: for each of ratios the mean squared error of the hidden pixels of held-out images (pixels from 0 to 1), null at 0
    error_of_mean  the same when every hidden pixel is guessed as its mean over the training images
    network        the masked autoencoder 80 → 64 → 24 → 64 → 64, so that any patches may be hidden in the page, as *layers* (see make_autoencoders.py)
                   input: 64 pixels divided by 16, 0 where hidden, then 16 numbers, 1 where a patch is hidden. tanh after every layer but the last.
                   output: 64 pixels, to be cut to 0..1
    trained_at     list of {ratio, mean, low, high}: networks trained with this ratio alone; accuracy of a probe on their code of 24 numbers (unmasked
                   upright images never seen in pretraining, ten classes, five labels a class)
    pixels_probe   {mean, low, high}: the same probe on the 64 pixels (held-out images: half of them give the labels, half are tested)

freeze_layers
    layers         ["eye", "middle", "head"]; sizes [100, 64, 16, 5]; parameters: how many numbers each layer has
    per_class      [1, 5, 20]; repeats; steps; rate; test_images; chance
    starts         ["pretrained", "scratch"]; pretrained: eye and middle from label prediction on slipped digits 0 to 4, a new random head
    results        list of {start, frozen: list of layer names, per_class, trained: how many numbers were trained, mean, low, high,
                   train: mean accuracy on the few labelled images}; every subset of layers, every start, every budget

golden             to hold the pages' program to: {"masking": list of {image: index, hidden: list of patches, output: 64 numbers, error: mean squared error
                   of the hidden pixels}}
"""

import json
import os
from itertools import combinations, pairwise
from pathlib import Path

import autograd.numpy as anp
import numpy as np
from autograd import grad
from autograd.misc.optimizers import adam
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

from book.data.make_autoencoders import pack, unpack
from solutions.representations import finetune, freeze_mask, label_efficiency, mask_patches, participation_ratio

MADE = Path(__file__).resolve().parent / "_made" / "representations.json"
PER_CLASS = [1, 2, 5, 10, 20, 50]
REPEATS = 100
DIGITS = load_digits()
PIXELS, LABELS = DIGITS.data / 16, DIGITS.target


# ------------------------------------------------------------------------------------------------ small networks


def fresh(sizes: list[int], rng: np.random.Generator) -> list[np.ndarray]:
    """Random weights with variance 1 / inputs, zero biases."""
    return [part for a, c in pairwise(sizes) for part in (rng.normal(size=(c, a)) / a**0.5, np.zeros(c))]


def outputs(params: list, X: np.ndarray) -> list:
    """What each layer hands on, the input first; tanh after all layers but the last."""
    seen = [X]
    for i in range(0, len(params), 2):
        scores = anp.dot(seen[-1], params[i].T) + params[i + 1]
        seen.append(anp.tanh(scores) if i + 2 < len(params) else scores)
    return seen


def cross_entropy(scores: np.ndarray, y: np.ndarray) -> float:
    """Mean negative log-probability of the right class."""
    top = anp.max(scores, axis=1, keepdims=True)
    log_sum = anp.log(anp.sum(anp.exp(scores - top), axis=1)) + top[:, 0]
    return anp.mean(log_sum - scores[np.arange(len(y)), y])


def train(loss, params: list, rows: np.ndarray, steps: int, rng: np.random.Generator) -> list:
    """Adam on batches of 64 of `rows`; `loss(params, batch of rows)`."""
    batches = rng.choice(rows, size=(steps, 64))
    return adam(grad(lambda params, t: loss(params, batches[t])), params, num_iters=steps, step_size=0.003)


def spread(runs: list[float]) -> dict:
    """Mean and quantiles of repeated accuracies."""
    low, high = np.quantile(runs, [0.1, 0.9])
    return {"mean": round(float(np.mean(runs)), 4), "low": round(float(low), 4), "high": round(float(high), 4)}


# ------------------------------------------------------------------------------------------------ the slipped world


class Slipped:
    """Every digit in a frame of 10 × 10, in one of nine places. Digits 0 to 4 to pretrain on; 5 to 9 split into a pool and a test set."""

    def __init__(self, seed: int):
        rng = np.random.default_rng(seed)
        frames = np.zeros((9, len(PIXELS), 10, 10))
        for place in range(9):
            down, right = divmod(place, 3)
            frames[place, :, down : down + 8, right : right + 8] = DIGITS.images / 16
        self.frames = frames.reshape(9, len(PIXELS), 100)
        self.X = self.draw(np.arange(len(PIXELS)), rng)[0]
        self.old = np.flatnonzero(LABELS < 5)
        new = rng.permutation(np.flatnonzero(LABELS >= 5))
        self.pool, self.test = new[: len(new) // 2], new[len(new) // 2 :]

    def draw(self, rows: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Each image in a place chosen by lot; also which place."""
        places = rng.integers(9, size=len(rows))
        return self.frames[places, rows], places


def pretrained(world: Slipped, task: str, seed: int = 0) -> list:
    """A network trained on the digits 0 to 4, by one of four tasks."""
    rng = np.random.default_rng(seed)
    draw = lambda rows: world.draw(rows, rng)[0]

    def rebuild(params, rows):
        X = draw(rows)
        return anp.mean(anp.sum((outputs(params, X)[-1] - X) ** 2, axis=1))

    def foretell(params, rows):
        return anp.mean(anp.sum((outputs(params, draw(rows))[-1] - draw(rows)) ** 2, axis=1))

    def name_digit(params, rows):
        return cross_entropy(outputs(params, draw(rows))[-1], LABELS[rows])

    def name_place(params, rows):
        X, places = world.draw(rows, rng)
        return cross_entropy(outputs(params, X)[-1], places)

    loss, sizes, steps = {
        "autoencoder": (rebuild, [100, 64, 16, 64, 100], 2000),
        "two_views": (foretell, [100, 64, 16, 64, 100], 2000),
        "labels": (name_digit, [100, 64, 16, 5], 1500),
        "slips": (name_place, [100, 64, 16, 9], 1500),
    }[task]
    return train(loss, fresh(sizes, rng), world.old, steps, rng)


def by_hand(X: np.ndarray) -> np.ndarray:
    """Histograms of gradient directions (eight of them) in four cells: features designed, not learned."""
    down, right = np.gradient(X.reshape(-1, 10, 10), axis=(1, 2))
    angle, strength = np.arctan2(down, right) % (2 * np.pi), np.hypot(down, right)
    sector = (angle / (2 * np.pi) * 8).astype(int) % 8
    cells = [(strength * (sector == s)).reshape(-1, 2, 5, 2, 5).sum(axis=(2, 4)) for s in range(8)]
    return np.stack(cells, axis=-1).reshape(len(X), -1)


def curve(Z: np.ndarray, y: np.ndarray, pool: np.ndarray, test: np.ndarray, per_class: list[int], repeats: int) -> list[list[float]]:
    """Accuracies on the rows `test` for each budget of labels from the rows `pool`.

    Codes are centred and scaled to a mean squared length of 64, by the pool alone.
    """
    center = Z[pool].mean(axis=0)
    scale = 8 / np.sqrt(np.mean(np.sum((Z[pool] - center) ** 2, axis=1)))
    codes, rng = (Z - center) * scale, np.random.default_rng(1)
    ask = lambda count: label_efficiency(codes[pool], y[pool], codes[test], y[test], count, rng)
    return [[ask(count) for _ in range(repeats)] for count in per_class]


def label_curves(world: Slipped, nets: dict[str, list]) -> dict:
    """Label-efficiency curves of eight codes of the slipped digits 5 to 9."""
    X, old = world.X, world.old
    codes = [
        ("pixels", "pixels", "The 100 pixels as they are.", "none", X),
        ("hand", "hand-made features", "Gradient directions in four cells, designed by people.", "none", by_hand(X)),
        ("pca", "principal components", "16 principal components of slipped digits 0 to 4.", "none", PCA(16).fit(X[old]).transform(X)),
        ("autoencoder", "compression", "The 16 numbers from which an autoencoder rebuilds slipped digits 0 to 4.", "none", outputs(nets["autoencoder"], X)[2]),
        ("labels", "label prediction", "The first layer of a network that learned to name the digits 0 to 4.", "digits 0-4", outputs(nets["labels"], X)[1]),
        ("two_views", "data prediction", "The 16 numbers from which a network foretells the same digit (0 to 4) in another place.", "none", outputs(nets["two_views"], X)[2]),
        ("slips", "the wrong task", "The 16 numbers of a network that learned to name the place, not the digit.", "slips", outputs(nets["slips"], X)[2]),
        ("untrained", "no training", "The 16 numbers of the autoencoder before its training.", "none", outputs(fresh([100, 64, 16, 64, 100], np.random.default_rng(0)), X)[2]),
    ]  # fmt: skip
    made = []
    for name, title, made_from, labels_used, Z in codes:
        runs = curve(Z, LABELS - 5, world.pool, world.test, PER_CLASS, REPEATS)
        bands = [spread(r) for r in runs]
        made.append({
            "id": name, "name": title, "made_from": made_from, "labels_used": labels_used, "numbers": Z.shape[1],
            "participation_ratio": round(participation_ratio(Z[world.test]), 2),
            **{key: [band[key] for band in bands] for key in ("mean", "low", "high")},
            "draws": [[round(r[i], 4) for r in runs] for i in range(8)],
        })  # fmt: skip
    return {
        "per_class": PER_CLASS, "classes": [5, 6, 7, 8, 9], "chance": 0.2, "repeats": REPEATS, "test_images": len(world.test), "codes": made,
    }  # fmt: skip


# ------------------------------------------------------------------------------------------------ masking


def masked_input(X: np.ndarray, ratio: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Masked pixels beside 16 marks of hidden patches (n, 80), and the mask of pixels (n, 64)."""
    masked, mask = mask_patches(X.reshape(-1, 8, 8), 2, ratio, rng)
    return np.hstack([masked.reshape(-1, 64), mask[:, ::2, ::2].reshape(-1, 16)]), mask.reshape(-1, 64)


def masked_autoencoder(rows: np.ndarray, ratios: list[float], steps: int) -> list:
    """A network that fills in hidden patches; each batch hides one of `ratios`. Only hidden pixels count."""
    rng = np.random.default_rng(0)

    def loss(params, batch):
        inputs, mask = masked_input(PIXELS[batch], ratios[rng.integers(len(ratios))], rng)
        return anp.sum(mask * (outputs(params, inputs)[-1] - PIXELS[batch]) ** 2) / 64

    return train(loss, fresh([80, 64, 24, 64, 64], rng), rows, steps, rng)


def probe_of_masked(params: list | None, held_out: np.ndarray, repeats: int = 60) -> dict:
    """A probe with five labels a class on unmasked held-out digits: on the code of 24 numbers, or on pixels."""
    Z = PIXELS if params is None else outputs(params, np.hstack([PIXELS, np.zeros((len(PIXELS), 16))]))[2]
    half = len(held_out) // 2
    return spread(curve(Z, LABELS, held_out[:half], held_out[half:], [5], repeats)[0])


def errors(params: list, held_out: np.ndarray, mean: np.ndarray) -> tuple[list, list]:
    """Mean squared error of hidden pixels for each number of hidden patches, of the network and of guessing the mean."""
    rng, mine, guess = np.random.default_rng(2), [None], [None]
    X = PIXELS[held_out]
    for k in range(1, 16):
        inputs, mask = masked_input(X, k / 16, rng)
        rebuilt = np.clip(outputs(params, inputs)[-1], 0, 1)
        mine.append(round(float(np.mean((rebuilt - X)[mask] ** 2)), 4))
        guess.append(round(float(np.mean((mean - X)[mask] ** 2)), 4))
    return mine, guess


def masking() -> tuple[dict, list[dict]]:
    """The masked autoencoder for the page, six held-out images, and what the ratio does to the code; and golden values."""
    order = np.random.default_rng(3).permutation(len(PIXELS))
    rows, held_out = order[:900], order[900:]
    params = masked_autoencoder(rows, [k / 16 for k in range(2, 15)], 4000)
    layers = [{"W": pack(W), "b": np.round(b, 4).tolist()} for W, b in zip(params[::2], params[1::2], strict=True)]
    played = [part for layer in layers for part in (unpack(layer["W"]), np.array(layer["b"]))]
    mine, guess = errors(played, held_out, PIXELS[rows].mean(axis=0))
    rng, images, golden = np.random.default_rng(4), [], []
    for digit in (2, 3, 5, 6, 8, 9):
        i = held_out[LABELS[held_out] == digit][0]
        images.append({"digit": digit, "pixels": "".join("0123456789abcdefg"[int(v)] for v in DIGITS.data[i]), "order": rng.permutation(16).tolist()})
        hidden = images[-1]["order"][: 4 + digit]
        marks = np.isin(np.arange(16), hidden)
        mask = marks.reshape(4, 4).repeat(2, axis=0).repeat(2, axis=1).ravel()
        filled = np.clip(outputs(played, np.r_[np.where(mask, 0, PIXELS[i]), marks][None])[-1][0], 0, 1)
        error = float(np.mean((filled - PIXELS[i])[mask] ** 2))
        golden.append({"image": len(images) - 1, "hidden": hidden, "output": filled.tolist(), "error": error})
    trained_at = [
        {"ratio": ratio, **probe_of_masked(masked_autoencoder(rows, [ratio], 1500), held_out)}
        for ratio in (0.125, 0.25, 0.5, 0.75, 0.875)
    ]
    return {
        "side": 8, "patch": 2, "ratios": [k / 16 for k in range(16)], "images": images, "error": mine, "error_of_mean": guess,
        "network": layers,
        "trained_at": trained_at, "pixels_probe": probe_of_masked(None, held_out),
    }, golden  # fmt: skip


# ------------------------------------------------------------------------------------------------ frozen layers


def few_labels(world: Slipped, count: int, rng: np.random.Generator) -> np.ndarray:
    """`count` rows of the pool for each of the digits 5 to 9."""
    return np.concatenate([rng.permutation(world.pool[LABELS[world.pool] == c])[:count] for c in range(5, 10)])


def accuracy(params: list, X: np.ndarray, y: np.ndarray) -> float:
    return float(np.mean(outputs(params, X)[-1].argmax(axis=1) == y))


def freeze_layers(world: Slipped, label_net: list, repeats: int = 10) -> dict:
    """Finetuning to the digits 5 to 9 with every subset of layers frozen, from the pretrained network and from scratch."""
    layers, sizes, steps, rate = ["eye", "middle", "head"], [100, 64, 16, 5], 150, 0.5
    counts = [a * c + c for a, c in pairwise(sizes)]
    subsets = [list(s) for size in range(4) for s in combinations(layers, size)]
    X, y, results = world.X, LABELS - 5, []
    for start in ("pretrained", "scratch"):
        for per_class in (1, 5, 20):
            for frozen in subsets:
                runs, fits = [], []
                for repeat in range(repeats):
                    rng = np.random.default_rng(repeat)
                    rows, params = few_labels(world, per_class, rng), fresh(sizes, rng)
                    if start == "pretrained":
                        params[:4] = label_net[:4]
                    tuned = finetune(params, X[rows], y[rows], freeze_mask(layers, frozen), rate, steps)
                    runs.append(accuracy(tuned, X[world.test], y[world.test]))
                    fits.append(accuracy(tuned, X[rows], y[rows]))
                trained = sum(count for name, count in zip(layers, counts, strict=True) if name not in frozen)
                results.append({
                    "start": start, "frozen": frozen, "per_class": per_class, "trained": trained, **spread(runs),
                    "train": round(float(np.mean(fits)), 4),
                })  # fmt: skip
    return {
        "layers": layers, "sizes": sizes, "parameters": counts, "per_class": [1, 5, 20], "repeats": repeats, "steps": steps,
        "rate": rate, "test_images": len(world.test), "chance": 0.2, "starts": ["pretrained", "scratch"], "results": results,
    }  # fmt: skip


def main() -> None:
    """Train, measure, write."""
    world = Slipped(12)
    played, golden = masking()
    nets = {task: pretrained(world, task) for task in ("autoencoder", "two_views", "labels", "slips")}
    made = {
        "label_efficiency": label_curves(world, nets),
        "masking": played,
        "freeze_layers": freeze_layers(world, nets["labels"]),
        "golden": {"masking": golden},
    }
    MADE.parent.mkdir(exist_ok=True)
    scratch = MADE.with_suffix(f".{os.getpid()}")  # whole or not at all: demos in other processes may be waiting for it
    scratch.write_text(json.dumps(made, separators=(",", ":")), encoding="utf-8")
    scratch.replace(MADE)


if __name__ == "__main__":
    main()
