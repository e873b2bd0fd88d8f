"""Trained autoencoders, data and golden values for the demos of the chapter `autoencoders`, as JSON.

    python -m book.data.make_autoencoders      writes book/data/_made/autoencoders.json (about 160 KB, in seconds, always the same)

Everything is trained on scikit-learn's 8 × 8 digits, pixels divided by 16, without labels: 1500 images to train on, 297 held out.
All numbers that the demos' JavaScript must reproduce were computed by the references in `solutions/autoencoders.py` from the weights
as stored (after rounding), so `golden` can be compared to about 1e-6.

Schema
------
*packed* is a matrix in one byte an entry: {"shape": [rows, columns], "scale": s, "data": base64 of int8, row by row}; entry = s · byte.
    In JavaScript: Int8Array.from(atob(data), (c) => c.charCodeAt(0)), times scale.
*layers* is a list of {"W": packed (outputs, inputs), "b": [outputs numbers]}; a layer is W a + b. Between layers tanh. After the last layer
    of an encoder nothing, of a decoder the logistic function 1 / (1 + e^-a), so that pixels are 0 (white) to 1 (black).
*image* is a string of 64 characters, row by row, each a pixel 0..16 in base 17 (0-9, a-g): pixel = parseInt(c, 17) / 16.

{
  "images": [297 image],             held-out digits; the labels are for colouring only, no training saw them
  "labels": [297 integers 0..9],
  "latent":                          LatentExplorer: 64 → 48 → 24 → 2 → 24 → 48 → 64
    {"encoder": layers, "decoder": layers, "codes": [297 [z1, z2]] of `images`,
     "box": [[low1, high1], [low2, high2]] that holds nearly all codes, "loss": {"train": L, "held_out": L}},
  "widths":                          DrawAndRemember: one entry for each m of 1, 2, 4, 8, 16, 32: 64 → 32 → m → 32 → 64
    [{"m": m, "encoder": layers, "decoder": layers, "loss": {"train": L, "held_out": L}, "pca": {"train": L, "held_out": L}}],
  "pca": {"mean": [64 numbers], "components": packed (32, 64)},     of the training images; use the first m rows, x̃ = mean + Σ_j u_j u_jᵀ (x − mean)
  "linear":                          LinearAutoencoder: iris measurements, centred
    {"line": case, "plane": case}    line: petals in cm, d = 2, m = 1; plane: standardised columns, d = 3, m = 2; a case is
    {"names": [d words], "X": [150 rows of d], "labels": [150 of 0..2], "rate": r, "W": start (m, d), "V": start (d, m),
     "pca": (d, m) columns, "optimum": PCA's loss,
     "steps": [{"step": t, "W": …, "V": …, "loss": L, "angle": degrees}]}     after 0..10, 20, 30, .. 100, 200, 300, 400 steps of gradient descent; the angle is the
                                     largest principal angle between the columns of V and the PCA subspace
  "denoising":                       Denoising: points on a curve in the plane, Gaussian corruption
    {"points": [120 [x, y]], "sigmas": [three], "network": layers trained for sigmas[1], 2 → 24 → 24 → 2 (no squashing at the end),
     "queries": [[x, y], …],
     "ideal": {"<sigma>": [[x, y], …]},   the best denoiser at `queries`: Σ_i p_i x_i, p_i ∝ exp(−‖q − x_i‖² / 2σ²)
     "learned": [[x, y], …]},             what `network` answers at `queries`
  "golden":                          references on the first five `images`
    {"latent": {"codes": [5 [z1, z2]], "rebuilt": [5 × 64]}, "latent_at": {"codes": [6 [z1, z2]], "images": [6 × 64]},
     "widths": {"<m>": {"codes": [5 × m], "rebuilt": [5 × 64], "pca": [5 × 64]}}}
}
A loss L is the squared error of an image, summed over its 64 pixels and averaged over images.
"""

import base64
import itertools
import json
from pathlib import Path

import numpy as np
from scipy.linalg import subspace_angles
from sklearn.datasets import load_digits, load_iris

from solutions.autoencoders import decode, encode, linear_autoencoder_gradients, reconstruction_loss

MADE = Path(__file__).resolve().parent / "_made" / "autoencoders.json"
WIDTHS = (1, 2, 4, 8, 16, 32)
TRAIN = 1500


# ------------------------------------------------------------------------------------------------ training


def network(sizes: list[int], rng: np.random.Generator) -> list[np.ndarray]:
    """Weights (outputs, inputs) and biases in turns, so that numbers keep their size from layer to layer."""
    return [
        part for i, o in itertools.pairwise(sizes) for part in (rng.normal(size=(o, i)) / np.sqrt(i), np.zeros(o))
    ]


def gradients(params: list[np.ndarray], X: np.ndarray, target: np.ndarray, code: int, logistic: bool) -> list[np.ndarray]:
    """Backpropagation: the gradient of the mean over rows of ‖target − F(X)‖² for every weight and bias.

    tanh follows every layer but the last and the one numbered `code` (1 is the first; 0: none), which is the bottleneck.
    """
    acts, last = [X], len(params) // 2
    for depth in range(1, last + 1):
        before = acts[-1] @ params[2 * depth - 2].T + params[2 * depth - 1]
        smooth = depth not in (code, last)
        acts.append(np.tanh(before) if smooth else 1 / (1 + np.exp(-before)) if depth == last and logistic else before)
    slope = 2 / len(X) * (acts[-1] - target)  # ∂L/∂x̃
    found = []
    for depth in range(last, 0, -1):
        if depth == last and logistic:
            slope = slope * acts[depth] * (1 - acts[depth])  # s' = s (1 − s)
        elif depth not in (code, last):
            slope = slope * (1 - acts[depth] ** 2)  # tanh' = 1 − tanh²
        found = [slope.T @ acts[depth - 1], slope.sum(axis=0), *found]
        slope = slope @ params[2 * depth - 2]
    return found


def train(params, draw, steps: int, code: int = 0, logistic: bool = True, rate: float = 4e-3) -> list[np.ndarray]:
    """Adam (Kingma and Ba 2015) on mini-batches from `draw()` -> (input, target); the rate falls to zero along half a cosine."""
    params = [p.copy() for p in params]
    first, second = ([np.zeros(p.shape) for p in params] for _ in range(2))
    for t in range(1, steps + 1):
        now = rate * (1 + np.cos(np.pi * t / steps)) / 2
        for p, g, m, v in zip(params, gradients(params, *draw(), code, logistic), first, second, strict=True):
            m += 0.1 * (g - m)
            v += 0.001 * (g * g - v)
            p -= now * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return params


def autoencoder(X: np.ndarray, hidden: list[int], m: int, steps: int, seed: int) -> tuple[list, list]:
    """Encoder and decoder, as they are stored."""
    rng, half = np.random.default_rng(seed), [X.shape[1], *hidden]

    def draw():
        batch = X[rng.integers(len(X), size=100)]
        return batch, batch

    params = train(network([*half, m, *half[::-1]], rng), draw, steps, code=len(half))
    layers = [{"W": pack(W), "b": b.round(4).tolist()} for W, b in zip(params[::2], params[1::2], strict=True)]
    return layers[: len(half)], layers[len(half) :]


# ------------------------------------------------------------------------------------------------ storing


def pack(matrix: np.ndarray) -> dict:
    """One signed byte an entry."""
    scale = float(np.abs(matrix).max() / 127)
    entries = np.round(matrix / scale).astype(np.int8)
    return {"shape": list(matrix.shape), "scale": scale, "data": base64.b64encode(entries.tobytes()).decode()}


def unpack(packed: dict) -> np.ndarray:
    """The matrix that the bytes stand for."""
    return np.frombuffer(base64.b64decode(packed["data"]), np.int8).reshape(packed["shape"]) * packed["scale"]


def pairs(layers: list[dict]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Stored layers as the references want them."""
    return [(unpack(layer["W"]), np.array(layer["b"])) for layer in layers]


def rounded(array: np.ndarray, digits: int = 4) -> list:
    """Nested lists with few digits."""
    return np.asarray(array).round(digits).tolist()


# ------------------------------------------------------------------------------------------------ the parts


def digits() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Training images, held-out images, and the labels of the latter."""
    data = load_digits()
    order = np.random.default_rng(0).permutation(len(data.data))
    return data.data[order[:TRAIN]] / 16, data.data[order[TRAIN:]] / 16, data.target[order[TRAIN:]]


def losses(train_set: np.ndarray, test_set: np.ndarray, rebuild) -> dict:
    """Loss on the images trained on, and on others."""
    return {name: round(reconstruction_loss(X, rebuild(X)), 4) for name, X in (("train", train_set), ("held_out", test_set))}


def latent(train_set: np.ndarray, test_set: np.ndarray) -> dict:
    """The autoencoder with two code numbers."""
    encoder, decoder = autoencoder(train_set, [48, 24], 2, 6000, seed=4)
    codes = encode(test_set, pairs(encoder))
    return {
        "encoder": encoder, "decoder": decoder, "codes": rounded(codes, 3), "box": rounded(np.quantile(codes, [0.01, 0.99], axis=0).T, 2),
        "loss": losses(train_set, test_set, lambda X: decode(encode(X, pairs(encoder)), pairs(decoder))),
    }  # fmt: skip


def principal(train_set: np.ndarray) -> dict:
    """Mean and the first 32 principal components."""
    mean = train_set.mean(axis=0)
    return {"mean": rounded(mean), "components": pack(np.linalg.svd(train_set - mean, full_matrices=False)[2][: max(WIDTHS)])}


def through_pca(X: np.ndarray, pca: dict, m: int) -> np.ndarray:
    """x̃ = mean + Σ_j u_j u_jᵀ (x − mean), j = 1..m, with the components as stored."""
    U, mean = unpack(pca["components"])[:m], np.array(pca["mean"])
    return mean + (X - mean) @ U.T @ U


def widths(train_set: np.ndarray, test_set: np.ndarray, pca: dict) -> list[dict]:
    """One autoencoder for each width of the bottleneck, beside PCA of the same width."""
    found = []
    for m in WIDTHS:
        encoder, decoder = autoencoder(train_set, [32], m, 4000, seed=m)
        layers = pairs(encoder), pairs(decoder)
        found.append({
            "m": m, "encoder": encoder, "decoder": decoder,
            "loss": losses(train_set, test_set, lambda X, layers=layers: decode(encode(X, layers[0]), layers[1])),
            "pca": losses(train_set, test_set, lambda X, m=m: through_pca(X, pca, m)),
        })  # fmt: skip
    return found


def linear(columns: list[int], m: int, rate: float, seed: int, standard: bool) -> dict:
    """Gradient descent on irises, centred or standardised, with the angle to the PCA subspace on the way."""
    data = load_iris()
    X = data.data[:, columns] - data.data[:, columns].mean(axis=0)
    X = np.round(X / X.std(axis=0) if standard else X, 4)
    _, singular, axes = np.linalg.svd(X, full_matrices=False)
    rng = np.random.default_rng(seed)
    W, V = (rng.normal(scale=0.1, size=shape).round(4) for shape in ((m, len(columns)), (len(columns), m)))
    case = {
        "names": [data.feature_names[c].replace(" (cm)", "") for c in columns], "X": X.tolist(), "labels": data.target.tolist(), "rate": rate,
        "W": W.tolist(), "V": V.tolist(), "pca": rounded(axes[:m].T, 6), "optimum": float((singular[m:] ** 2).sum() / len(X)), "steps": [],
    }  # fmt: skip
    for t in range(401):
        if t <= 10 or (t % 10 == 0 and t <= 100) or t % 100 == 0:
            angle = float(np.degrees(subspace_angles(V, axes[:m].T).max()))
            loss = reconstruction_loss(X, X @ W.T @ V.T)
            case["steps"].append({"step": t, "W": rounded(W, 7), "V": rounded(V, 7), "loss": round(loss, 7), "angle": round(angle, 5)})
        of_W, of_V = linear_autoencoder_gradients(X, W, V)
        W, V = W - rate * of_W, V - rate * of_V
    return case


def denoise(queries: np.ndarray, points: np.ndarray, sigma: float) -> np.ndarray:
    """The posterior mean of the clean point, all `points` being equally likely: what least squares asks a denoiser to answer."""
    exponent = -np.sum((queries[:, None] - points) ** 2, axis=2) / (2 * sigma**2)
    weight = np.exp(exponent - exponent.max(axis=1, keepdims=True))  # the largest becomes 1: no underflow of them all
    return weight @ points / weight.sum(axis=1, keepdims=True)


def denoising() -> dict:
    """A curve, the best denoiser for it, and a small network that has learned to be one."""
    t = np.linspace(0, 1, 120)
    angle, radius = np.pi * (0.5 + 2.2 * t), 0.45 + 0.6 * t
    points = np.round(np.c_[radius * np.cos(angle), radius * np.sin(angle)], 3)
    sigmas, rng = [0.1, 0.2, 0.4], np.random.default_rng(0)

    def draw():
        clean = points[rng.integers(len(points), size=200)]
        return clean + sigmas[1] * rng.normal(size=clean.shape), clean

    params = train(network([2, 24, 24, 2], rng), draw, 6000, logistic=False)
    layers = [{"W": pack(W), "b": b.round(4).tolist()} for W, b in zip(params[::2], params[1::2], strict=True)]
    queries = np.array([[x, y] for x in np.linspace(-1.25, 1.25, 6) for y in np.linspace(-1.25, 1.25, 6)])
    return {
        "points": points.tolist(), "sigmas": sigmas, "network": layers, "queries": queries.tolist(),
        "ideal": {str(sigma): rounded(denoise(queries, points, sigma), 7) for sigma in sigmas},
        "learned": rounded(encode(queries, pairs(layers)), 7),
    }  # fmt: skip


def golden(images: np.ndarray, made: dict) -> dict:
    """What the references answer for a few images and codes."""
    both = {name: pairs(made["latent"][name]) for name in ("encoder", "decoder")}
    codes = encode(images, both["encoder"])
    (a, b), (c, d) = made["latent"]["box"]
    places = np.array([[a, c], [a, d], [b, c], [b, d], [0.0, 0.0], [(a + b) / 2, (c + d) / 2]])
    answers = {
        "latent": {"codes": rounded(codes, 7), "rebuilt": rounded(decode(codes, both["decoder"]), 7)},
        "latent_at": {"codes": places.tolist(), "images": rounded(decode(places, both["decoder"]), 7)},
        "widths": {},
    }
    for entry in made["widths"]:
        codes = encode(images, pairs(entry["encoder"]))
        rebuilt = decode(codes, pairs(entry["decoder"]))
        answers["widths"][str(entry["m"])] = {
            "codes": rounded(codes, 7), "rebuilt": rounded(rebuilt, 7), "pca": rounded(through_pca(images, made["pca"], entry["m"]), 7),
        }  # fmt: skip
    return answers


def make() -> dict:
    """Everything, as the module's docstring describes it."""
    train_set, test_set, labels = digits()
    pca = principal(train_set)
    made = {
        "images": ["".join("0123456789abcdefg"[int(16 * p)] for p in image) for image in test_set], "labels": labels.tolist(),
        "latent": latent(train_set, test_set), "widths": widths(train_set, test_set, pca), "pca": pca,
        "linear": {"line": linear([2, 3], 1, 0.02, seed=2, standard=False), "plane": linear([0, 1, 2], 2, 0.03, seed=1, standard=True)},
        "denoising": denoising(),
    }  # fmt: skip
    return {**made, "golden": golden(test_set[:5], made)}


def main() -> None:
    """Write it."""
    MADE.parent.mkdir(exist_ok=True)
    MADE.write_text(json.dumps(make(), separators=(",", ":")), encoding="utf-8")


if __name__ == "__main__":
    main()
