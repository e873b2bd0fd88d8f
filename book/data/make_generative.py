"""Data, trained models and golden values for the demos of the chapter `generative`, as JSON.

    python -m book.data.make_generative      writes book/data/_made/generative.json (about 50 KB, in half a minute, always the same)

Logarithms are natural, log-likelihoods in nats. All golden values are computed from the numbers as stored (after rounding).

Schema
------
*packed* and *layers* are as in make_autoencoders: packed = {"shape", "scale", "data": base64 of int8, row by row}, entry = scale · byte;
    layers = [{"W": packed (outputs, inputs), "b": [outputs numbers]}]. Here tanh follows every layer but the last, after which there is nothing.

{
  "density":                          DensityByHand: real measurements of one number, and the best bells
    [{"name": "petal length", "unit": "cm", "thing": "iris", "x": [n numbers], "range": [low, high] of the axis,
      "floor": least standard deviation a hand may set (without one the likelihood has no bound: a bell on one point),
      "edges": [B+1 numbers], "counts": [B integers],          the histogram: all of `x` lies inside, equal widths
      "histogram": L,                                           its own log-likelihood: Σ_i log(count / (n · width))
      "start": bells,                                           what the demo may begin with: one bell, badly placed
      "best": {"1": bells, "2": bells, "3": bells},             1: the maximum-likelihood Gaussian (1/n), in closed form; 2, 3: the best end of EM
                                                                from many starts whose standard deviations are all at least `floor`
      "golden": [bells, …]}]                                    other settings, for tests
    bells = {"weights": [k], "means": [k], "sds": [k], "log_likelihood": Σ_i log p(x_i), "forward": KL(h ‖ q), "backward": KL(q ‖ h')}
    h: the histogram's share in each bin; q: what the bells put into each bin, the first bin reaching down to −∞ and the last up to +∞;
    h' = (count + ½) / (n + B/2), because KL(q ‖ h) would be infinite wherever a bin is empty. Both in nats; null where infinite.
  "families":                          FiveFamilies: 541 handwritten 0s, 1s and 6s (scikit-learn's 8 × 8 digits, pixels / 16) as points in the plane of their
                                       first two principal components (of the 361 training images). Labels are for looking only, no training saw them.
    {"train": [361 [x1, x2]], "held_out": [180 [x1, x2]], "train_labels": […], "held_out_labels": […] (0, 1 or 6),
     "box": [[low1, high1], [low2, high2]] to draw in,
     "picture": {"mean": [64], "components": packed (2, 64)},   a point as an image: mean + x1 · row 0 + x2 · row 1, clipped to 0..1, 0 = white
     "baseline": {"gaussian": L, "kernel": L},                  held-out L (see below) of one Gaussian, and of a Gaussian kernel at every training point
     "autoregressive": {"edges": [[B+1], [B+1]], "first": [B probabilities], "net": layers 1 → B logits, "log_likelihood": L}
         Draw the bin of x1 from `first`; softmax(net(centre of that bin)) are the probabilities of the bins of x2; a place in the bin is uniform.
     "flow": {"couplings": [{"keep": 0 or 1, "net": layers 1 → 2}], "log_likelihood": L}
         Draw z ~ N(0, I), then for each coupling in order: [a, t] = net(x[keep]); x[1 − keep] = x[1 − keep] · exp(1.5 · tanh(a)) + t.
         log p(x) = log N(z) − Σ 1.5 · tanh(a).
     "vae": {"encoder": layers 2 → 4, "decoder": layers 2 → 2, "sigma": s, "elbo": L, "log_likelihood": L}
         Draw z ~ N(0, I), x = decoder(z) + s · N(0, I). encoder(x) = [mean1, mean2, log variance1, log variance2] of q(z | x).
     "gan": {"checkpoints": [{"step": t, "generator": layers 2 → 2, "spread": [share of its samples nearest to the mean of the 0s, 1s, 6s]}],
             "discriminator": layers 2 → 1 of the last checkpoint; 1 / (1 + e^−a) is its probability of "real"}
         Draw z ~ N(0, I), x = generator(z). No likelihood. The last checkpoint is the model; the earlier ones show the training.
     "diffusion": {"steps": T, "last_angle": φ_T, "net": layers 5 → 2, "log_likelihood": L}
         Noising: x_φ = cos φ · x + sin φ · ε, φ from 0 to φ_T (signal level ᾱ = cos² φ). v = net([x1, x2, φ, sin φ, cos φ]) guesses cos φ · ε − sin φ · x0; so
         its guess of the clean point is cos φ · x − sin φ · v, of the noise sin φ · x + cos φ · v.
         Draw x ~ N(0, I), then for φ = φ_T, φ_T − δ, …, δ with δ = φ_T / T:  x ← cos δ · x − sin δ · v(x, φ)   (DDIM, no chance after the start).
     "golden": {"starts": [6 [z1, z2]],                         the same starts for all
                "autoregressive": {"bins": [3 integers], "second": [3 × B probabilities of x2 given that bin], "points": [6], "log_density": [6]},
                "flow": {"layers": [C+1 × 6 [x1, x2]], "log_density": [6]},      after 0, 1, .. C couplings; of the last points
                "vae": {"decoded": [6], "encoded": [6 × 4]} (of `decoded`), "gan": {"drawn": [checkpoints × 6], "logit": [6]} (of the last `drawn`),
                "diffusion": {"path": [T+1 × 6 [x1, x2]]}}}
    L is the mean over the held-out points of log p(x), nats a point: exact for autoregressive and flow; for the VAE an integral over z on a fine grid
    (elbo: its lower bound); for diffusion by the probability-flow equation dx/dφ = v, d log p/dφ = −div v.
}
"""

import json
from pathlib import Path

import numpy as np
from scipy.special import log_softmax, logsumexp, softmax
from scipy.stats import gaussian_kde, multivariate_normal, norm
from sklearn.datasets import load_diabetes, load_digits, load_iris, load_wine
from sklearn.mixture import GaussianMixture

from book.data.make_autoencoders import network, pack, pairs, rounded

MADE = Path(__file__).resolve().parent / "_made" / "generative.json"
TRAIN = 361
BINS = 24
COUPLINGS = 8
LAST_ANGLE, ANGLES = 0.48 * np.pi, 40


# ------------------------------------------------------------------------------------------------ bells over one number


def log_bells(x: np.ndarray, bells: dict) -> np.ndarray:
    """log Σ_j w_j N(x; μ_j, s_j²) at every x."""
    with np.errstate(divide="ignore"):
        log_w = np.log(bells["weights"])
    return logsumexp(log_w + norm.logpdf(x[:, None], bells["means"], bells["sds"]), axis=1)


def bin_masses(edges: np.ndarray, bells: dict) -> np.ndarray:
    """What the bells put into each bin, the outer bins reaching to infinity. Right of a mean by the upper tail, to lose no digits."""
    borders = np.r_[-np.inf, edges[1:-1], np.inf][:, None]
    left, right = borders[:-1], borders[1:]
    means, sds = np.array(bells["means"]), np.array(bells["sds"])
    lower = norm.cdf(right, means, sds) - norm.cdf(left, means, sds)
    upper = norm.sf(left, means, sds) - norm.sf(right, means, sds)
    return np.where(left > means, upper, lower) @ bells["weights"]


def divergence(p: np.ndarray, q: np.ndarray) -> float | None:
    """KL(p ‖ q) = Σ p log(p / q), over the bins with p > 0; None where infinite."""
    some = p > 0
    return None if np.any(q[some] == 0) else float(np.sum(p[some] * np.log(p[some] / q[some])))


def described(bells: dict, data: dict) -> dict:
    """Bells as stored, with their likelihood and divergences."""
    bells = {key: rounded(bells[key], 5) for key in ("weights", "means", "sds")}
    counts, q = np.array(data["counts"]), bin_masses(np.array(data["edges"]), bells)
    smooth = (counts + 0.5) / (counts.sum() + len(counts) / 2)
    return {
        **bells, "log_likelihood": round(float(log_bells(np.array(data["x"]), bells).sum()), 6),
        "forward": divergence(counts / counts.sum(), q), "backward": divergence(q, smooth),
    }  # fmt: skip


def best_bells(x: np.ndarray, k: int, floor: float) -> dict:
    """The likeliest k bells that EM finds from many starts, none narrower than `floor`."""
    ends = []
    for seed in range(4):
        start = "random_from_data" if seed % 2 else "kmeans"
        fit = GaussianMixture(k, tol=1e-7, max_iter=4000, reg_covar=1e-9, init_params=start, random_state=seed).fit(x[:, None])
        sds = np.sqrt(fit.covariances_.ravel())
        if sds.min() >= floor:
            order = np.argsort(fit.means_.ravel())
            ends.append((fit.score(x[:, None]), {"weights": fit.weights_[order], "means": fit.means_.ravel()[order], "sds": sds[order]}))
    return max(ends, key=lambda end: end[0])[1]


def density(name: str, unit: str, thing: str, x: np.ndarray, low: float, high: float, bins: int, floor: float) -> dict:
    """One set of measurements, its histogram, the best bells and others."""
    edges = np.linspace(low, high, bins + 1).round(6)
    counts = np.histogram(x, edges)[0]
    share = counts[counts > 0] / len(x)
    data = {
        "name": name, "unit": unit, "thing": thing, "x": x.tolist(), "range": [low, high], "floor": floor, "edges": edges.tolist(), "counts": counts.tolist(),
        "histogram": round(float(len(x) * np.sum(share * np.log(share / (edges[1] - edges[0])))), 6),
    }  # fmt: skip
    mean, sd, wide = x.mean(), x.std(), high - low
    best = {"1": {"weights": [1.0], "means": [mean], "sds": [sd]}, **{str(k): best_bells(x, k, floor) for k in (2, 3)}}
    golden = [
        {"weights": [1.0], "means": [low + 0.3 * wide], "sds": [0.08 * wide]},
        {"weights": [0.5, 0.5], "means": [low + 0.25 * wide, low + 0.7 * wide], "sds": [0.1 * wide, 0.15 * wide]},
        {"weights": [0.2, 0.3, 0.5], "means": [mean - sd, mean, mean + sd], "sds": [0.5 * sd, sd, 0.7 * sd]},
        {"weights": [0.0, 1.0], "means": [mean, mean], "sds": [sd, 1.2 * sd]},
    ]
    return {
        **data, "start": described({"weights": [1.0], "means": [low + 0.75 * wide], "sds": [0.1 * wide]}, data),
        "best": {k: described(bells, data) for k, bells in best.items()}, "golden": [described(bells, data) for bells in golden],
    }  # fmt: skip


def densities() -> list[dict]:
    """Three real measurements: two groups, a skewed heap, and one for which a single bell is fair."""
    iris, wine = load_iris().data, load_wine().data
    return [
        density("petal length", "cm", "iris", iris[:, 2], 0.0, 8.0, 32, 0.05),
        density("disease progression", "points", "patient", load_diabetes().target, 0.0, 400.0, 25, 3.0),
        density("alcohol", "% by volume", "wine", wine[:, 0], 10.5, 15.5, 25, 0.05),
    ]


# ------------------------------------------------------------------------------------------------ small networks


def forward(params: list[np.ndarray], X: np.ndarray) -> list[np.ndarray]:
    """The input and every layer's output (n, units): tanh after all but the last."""
    acts = [X]
    for depth in range(0, len(params), 2):
        before = acts[-1] @ params[depth].T + params[depth + 1]
        acts.append(before if depth == len(params) - 2 else np.tanh(before))
    return acts


def backward(params: list[np.ndarray], acts: list[np.ndarray], slope: np.ndarray) -> tuple[list[np.ndarray], np.ndarray]:
    """Backpropagation: from ∂L/∂output to ∂L/∂(every weight and bias), and ∂L/∂input."""
    found, last = [], len(params) // 2
    for depth in range(last, 0, -1):
        if depth < last:
            slope = slope * (1 - acts[depth] ** 2)  # tanh' = 1 − tanh²
        found = [slope.T @ acts[depth - 1], slope.sum(axis=0), *found]
        slope = slope @ params[2 * depth - 2]
    return found, slope


class Adam:
    """Kingma and Ba 2015, with decay of the weights apart from the gradient (Loshchilov and Hutter 2019)."""

    def __init__(self, params: list[np.ndarray], rate: float, decay: float = 0.0, beta: float = 0.9) -> None:
        self.params, self.rate, self.decay, self.beta, self.t = params, rate, decay, beta, 0
        self.first, self.second = ([np.zeros(p.shape) for p in params] for _ in range(2))

    def step(self, slopes: list[np.ndarray], scale: float = 1.0) -> None:
        """Move every parameter, in place, against its slope; `scale` shortens the step."""
        self.t += 1
        for p, g, m, v in zip(self.params, slopes, self.first, self.second, strict=True):
            m += (1 - self.beta) * (g - m)
            v += 0.001 * (g * g - v)
            p -= scale * self.rate * ((m / (1 - self.beta**self.t)) / (np.sqrt(v / (1 - 0.999**self.t)) + 1e-8) + self.decay * p)


def half_cosine(t: int, steps: int) -> float:
    """A step's length that falls from 1 to 0."""
    return (1 + np.cos(np.pi * t / steps)) / 2


def stored(params: list[np.ndarray]) -> list[dict]:
    """The layers, as the page gets them."""
    return [{"W": pack(W), "b": b.round(4).tolist()} for W, b in zip(params[::2], params[1::2], strict=True)]


def loaded(layers: list[dict]) -> list[np.ndarray]:
    """The parameters that stored layers stand for."""
    return [part for layer in pairs(layers) for part in layer]


def answer(layers: list[dict], X: np.ndarray) -> np.ndarray:
    """What stored layers answer."""
    return forward(loaded(layers), X)[-1]


# ------------------------------------------------------------------------------------------------ five families


def plane() -> dict:
    """Three kinds of digits in the plane of their first two principal components."""
    digits = load_digits()
    rows = np.flatnonzero(np.isin(digits.target, (0, 1, 6)))
    rows = np.random.default_rng(0).permutation(rows)
    train, held_out = digits.data[rows[:TRAIN]] / 16, digits.data[rows[TRAIN:]] / 16
    mean = train.mean(axis=0).round(4)
    components = np.linalg.svd(train - mean, full_matrices=False)[2][:2]
    components *= np.sign(components.sum(axis=1, keepdims=True))  # a singular vector's sign is free; fix it
    return {
        "train": rounded((train - mean) @ components.T, 3), "held_out": rounded((held_out - mean) @ components.T, 3),
        "train_labels": digits.target[rows[:TRAIN]].tolist(), "held_out_labels": digits.target[rows[TRAIN:]].tolist(),
        "box": [[-3.0, 3.0], [-3.0, 3.0]], "picture": {"mean": mean.tolist(), "components": pack(components)},
    }  # fmt: skip


def autoregressive(X: np.ndarray) -> dict:
    """p(x1) by counting, p(x2 | x1) by a network: both over bins, all bins a little possible."""
    edges = np.linspace(-3, 3, BINS + 1)
    first, second = (np.digitize(column, edges) - 1 for column in X.T)
    chances = (np.bincount(first, minlength=BINS) + 0.1) / (len(X) + 0.1 * BINS)
    inputs, wanted = (edges[first] + 0.125)[:, None], np.eye(BINS)[second]
    wanted = 0.98 * wanted + 0.02 / BINS  # a floor under every bin
    params, steps = network([1, 24, BINS], np.random.default_rng(1)), 1500
    adam = Adam(params, 0.02, decay=0.02)
    for t in range(steps):
        acts = forward(params, inputs)
        adam.step(backward(params, acts, (softmax(acts[-1], axis=1) - wanted) / len(X))[0], half_cosine(t, steps))
    return {"edges": [edges.tolist(), edges.tolist()], "first": rounded(chances / chances.sum(), 6), "net": stored(params)}


def autoregressive_density(model: dict, X: np.ndarray) -> np.ndarray:
    """log p(x1) + log p(x2 | x1): a share of a bin over its width, twice."""
    edges = np.array(model["edges"][0])
    width = edges[1] - edges[0]
    first, second = (np.digitize(column, edges) - 1 for column in X.T)
    logits = answer(model["net"], (edges[first] + width / 2)[:, None])
    return np.log(np.array(model["first"])[first]) + log_softmax(logits, axis=1)[np.arange(len(X)), second] - 2 * np.log(width)


def flow_slopes(nets: list[list[np.ndarray]], X: np.ndarray) -> list[np.ndarray]:
    """Slopes of the mean of −log p(x): backwards through all couplings, data to noise, then back again."""
    memory, slopes = [], []
    for number in reversed(range(COUPLINGS)):
        keep = number % 2
        acts = forward(nets[number], X[:, [keep]])
        bent = np.tanh(acts[-1][:, 0])
        X = X.copy()
        X[:, 1 - keep] = (X[:, 1 - keep] - acts[-1][:, 1]) * np.exp(-1.5 * bent)
        memory.append((number, keep, acts, bent, X))
    slope = X / len(X)  # of ‖z‖² / 2
    for number, keep, acts, bent, after in reversed(memory):
        other = slope[:, 1 - keep]
        by_scale = (-other * after[:, 1 - keep] + 1 / len(X)) * 1.5 * (1 - bent**2)  # 1 / n: of Σ 1.5 tanh(a)
        by_shift = -other * np.exp(-1.5 * bent)
        found, by_input = backward(nets[number], acts, np.c_[by_scale, by_shift])
        slopes.append((number, found))
        slope = slope.copy()
        slope[:, 1 - keep] = other * np.exp(-1.5 * bent)
        slope[:, keep] += by_input[:, 0]
    return [part for _, found in sorted(slopes, key=lambda pair: pair[0]) for part in found]


def flow(X: np.ndarray) -> dict:
    """Affine couplings in turns (Dinh, Sohl-Dickstein and Bengio 2017), by maximum likelihood."""
    rng, steps = np.random.default_rng(2), 1800
    nets = [network([1, 16, 2], rng) for _ in range(COUPLINGS)]
    for net in nets:
        net[2] *= 0.1  # nearly nothing happens at first
    adam = Adam([part for net in nets for part in net], 0.01, decay=0.01)
    for t in range(steps):
        batch = X[rng.integers(len(X), size=128)] + 0.06 * rng.normal(size=(128, 2))  # a little noise: no needle at any point
        adam.step(flow_slopes(nets, batch), half_cosine(t, steps))
    return {"couplings": [{"keep": number % 2, "net": stored(net)} for number, net in enumerate(nets)]}


def flow_forward(model: dict, Z: np.ndarray) -> list[np.ndarray]:
    """Noise, and where it lies after each coupling."""
    path = [Z]
    for coupling in model["couplings"]:
        keep, X = coupling["keep"], path[-1].copy()
        a, t = answer(coupling["net"], X[:, [keep]]).T
        X[:, 1 - keep] = X[:, 1 - keep] * np.exp(1.5 * np.tanh(a)) + t
        path.append(X)
    return path


def flow_density(model: dict, X: np.ndarray) -> np.ndarray:
    """log p(x) = log N(z) − Σ log |∂x / ∂z|, by running the couplings backwards."""
    X, volume = X.copy(), np.zeros(len(X))
    for coupling in reversed(model["couplings"]):
        keep = coupling["keep"]
        a, t = answer(coupling["net"], X[:, [keep]]).T
        X[:, 1 - keep] = (X[:, 1 - keep] - t) * np.exp(-1.5 * np.tanh(a))
        volume += 1.5 * np.tanh(a)
    return norm.logpdf(X).sum(axis=1) - volume


def vae(X: np.ndarray) -> dict:
    """Kingma and Welling 2014: the evidence lower bound with one draw of z a point; the decoder's spread is learned too."""
    rng, steps = np.random.default_rng(3), 3000
    encoder, decoder, log_s = network([2, 24, 4], rng), network([2, 24, 2], rng), np.zeros(1)
    adam = Adam([*encoder, *decoder, log_s], 0.01)
    for t in range(steps):
        x, noise = X[rng.integers(len(X), size=128)], rng.normal(size=(128, 2))
        up = forward(encoder, x)
        mean, log_var = up[-1][:, :2], up[-1][:, 2:]
        z = mean + np.exp(log_var / 2) * noise
        down = forward(decoder, z)
        residual, precision = down[-1] - x, np.exp(-2 * log_s)
        of_decoder, of_z = backward(decoder, down, residual * precision / len(x))
        of_log_s = 2 - np.sum(residual**2, axis=1).mean() * precision
        of_log_var = of_z * noise * np.exp(log_var / 2) / 2 + (np.exp(log_var) - 1) / 2 / len(x)  # KL(q ‖ N(0, I)) = ½ Σ (μ² + σ² − 1 − log σ²)
        of_encoder = backward(encoder, up, np.c_[of_z + mean / len(x), of_log_var])[0]
        adam.step([*of_encoder, *of_decoder, of_log_s], half_cosine(t, steps))
    return {"encoder": stored(encoder), "decoder": stored(decoder), "sigma": round(float(np.exp(log_s[0])), 5)}


def vae_density(model: dict, X: np.ndarray) -> np.ndarray:
    """log ∫ N(x; decoder(z), s²) N(z) dz, by the midpoint rule on [−5, 5]²."""
    line = np.linspace(-5, 5, 101)
    Z = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    means, prior = answer(model["decoder"], Z), norm.logpdf(Z).sum(axis=1) + 2 * np.log(line[1] - line[0])
    return np.array([logsumexp(prior + norm.logpdf(x, means, model["sigma"]).sum(axis=1)) for x in X])


def vae_bound(model: dict, X: np.ndarray) -> float:
    """The evidence lower bound, averaged over points and 200 draws of z."""
    both, rng = answer(model["encoder"], X), np.random.default_rng(0)
    mean, log_var = both[:, :2], both[:, 2:]
    fits = [
        norm.logpdf(X, answer(model["decoder"], mean + np.exp(log_var / 2) * rng.normal(size=mean.shape)), model["sigma"]).sum(axis=1).mean()
        for _ in range(200)
    ]
    return float(np.mean(fits) - np.mean(np.sum(mean**2 + np.exp(log_var) - 1 - log_var, axis=1)) / 2)


def gan(X: np.ndarray, labels: np.ndarray) -> dict:
    """Goodfellow et al. 2014, the generator with the non-saturating loss; snapshots of the generator on the way."""
    rng, snapshots = np.random.default_rng(4), (0, 50, 100, 200, 400, 800, 1600, 3000)
    generator, critic = network([2, 24, 24, 2], rng), network([2, 24, 24, 1], rng)
    adam_g, adam_d = Adam(generator, 1e-3, beta=0.5), Adam(critic, 2e-3, beta=0.5)
    groups, Z, kept = [X[labels == digit].mean(axis=0) for digit in (0, 1, 6)], rng.normal(size=(2000, 2)), []
    for step in range(snapshots[-1] + 1):
        if step in snapshots:
            layers = stored(generator)
            nearest = np.argmin([np.sum((answer(layers, Z) - g) ** 2, axis=1) for g in groups], axis=0)
            kept.append({"step": step, "generator": layers, "spread": rounded(np.bincount(nearest, minlength=3) / len(Z), 3)})
        made = forward(generator, rng.normal(size=(128, 2)))
        both = forward(critic, np.vstack([X[rng.integers(len(X), size=128)], made[-1]]))
        wanted = np.r_[np.ones(128), np.zeros(128)][:, None]
        chance = 1 / (1 + np.exp(-both[-1]))
        adam_d.step(backward(critic, both, (chance - wanted) / 128)[0])
        judged = forward(critic, made[-1])
        of_logit = (1 / (1 + np.exp(-judged[-1])) - 1) / 128  # of −log D(G(z))
        adam_g.step(backward(generator, made, backward(critic, judged, of_logit)[1])[0])
    return {"checkpoints": kept, "discriminator": stored(critic)}


def features(X: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """What the denoiser sees: the noisy point and how noisy it is."""
    angle = np.broadcast_to(angle, len(X))
    return np.c_[X, angle, np.sin(angle), np.cos(angle)]


def diffusion(X: np.ndarray) -> dict:
    """Ho et al. 2020, in the angle form of Salimans and Ho 2022: least squares for v = cos φ ε − sin φ x0."""
    rng, steps = np.random.default_rng(5), 3000
    params = network([5, 48, 48, 2], rng)
    adam = Adam(params, 5e-3)
    for t in range(steps):
        clean, noise, angle = X[rng.integers(len(X), size=256)], rng.normal(size=(256, 2)), LAST_ANGLE * rng.random(256)
        cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
        acts = forward(params, features(cos * clean + sin * noise, angle))
        adam.step(backward(params, acts, 2 * (acts[-1] - (cos * noise - sin * clean)) / 256)[0], half_cosine(t, steps))
    return {"steps": ANGLES, "last_angle": round(LAST_ANGLE, 6), "net": stored(params)}


def diffusion_path(model: dict, start: np.ndarray) -> list[np.ndarray]:
    """From noise to data by `steps` turns (DDIM: Song, Meng and Ermon 2021)."""
    params, delta, path = loaded(model["net"]), model["last_angle"] / model["steps"], [start]
    for step in range(model["steps"], 0, -1):
        path.append(np.cos(delta) * path[-1] - np.sin(delta) * forward(params, features(path[-1], step * delta))[-1])
    return path


def diffusion_density(model: dict, X: np.ndarray, steps: int = 60) -> np.ndarray:
    """The probability-flow equation (Song et al. 2021) from data to noise by Runge and Kutta: log p(x) = log N(end) + ∫ div v dφ."""
    params, h = loaded(model["net"]), model["last_angle"] / steps

    def field(x: np.ndarray, angle: float) -> tuple[np.ndarray, np.ndarray]:
        tiny = 1e-4
        slopes = [
            (forward(params, features(x + e, angle))[-1] - forward(params, features(x - e, angle))[-1])[:, axis] / (2 * tiny)
            for axis, e in enumerate(tiny * np.eye(2))
        ]
        return forward(params, features(x, angle))[-1], slopes[0] + slopes[1]

    x, gained = X.copy(), np.zeros(len(X))
    for angle in h * np.arange(steps):
        k1 = field(x, angle)
        k2 = field(x + h / 2 * k1[0], angle + h / 2)
        k3 = field(x + h / 2 * k2[0], angle + h / 2)
        k4 = field(x + h * k3[0], angle + h)
        x, gained = (
            old + h / 6 * (a + 2 * b + 2 * c + d) for old, a, b, c, d in zip((x, gained), k1, k2, k3, k4, strict=True)
        )
    return norm.logpdf(x).sum(axis=1) + gained


def families() -> dict:
    """The data and the five models, with what they say of the held-out points."""
    made = plane()
    X, held_out = np.array(made["train"]), np.array(made["held_out"])

    def mean(values: np.ndarray) -> float:
        return round(float(np.mean(values)), 4)

    one_bell = multivariate_normal(X.mean(axis=0), np.cov(X.T, bias=True)).logpdf(held_out)
    made["baseline"] = {"gaussian": mean(one_bell), "kernel": mean(gaussian_kde(X.T, 0.2).logpdf(held_out.T))}
    made["autoregressive"], made["flow"], made["vae"] = autoregressive(X), flow(X), vae(X)
    made["gan"], made["diffusion"] = gan(X, np.array(made["train_labels"])), diffusion(X)
    made["vae"]["elbo"] = round(vae_bound(made["vae"], held_out), 4)
    judges = {"autoregressive": autoregressive_density, "flow": flow_density, "vae": vae_density, "diffusion": diffusion_density}
    for name, judge in judges.items():
        made[name]["log_likelihood"] = mean(judge(made[name], held_out))
    made["golden"] = golden(made)
    return made


def golden(made: dict) -> dict:
    """What the stored models answer for a few starts."""
    Z = np.array([[0.0, 0.0], [1.0, -1.0], [-0.7, 0.4], [2.0, 0.5], [-1.5, -1.2], [0.3, 1.8]])
    bins, model = [3, 11, 18], made["autoregressive"]
    centres = np.array(model["edges"][0])[bins] + (model["edges"][0][1] - model["edges"][0][0]) / 2
    layers, decoded = flow_forward(made["flow"], Z), answer(made["vae"]["decoder"], Z)
    drawn = [answer(checkpoint["generator"], Z) for checkpoint in made["gan"]["checkpoints"]]
    return {
        "starts": Z.tolist(),
        "autoregressive": {
            "bins": bins, "second": rounded(softmax(answer(model["net"], centres[:, None]), axis=1), 7),
            "points": Z.tolist(), "log_density": rounded(autoregressive_density(model, Z), 6),
        },
        "flow": {"layers": rounded(layers, 6), "log_density": rounded(flow_density(made["flow"], layers[-1]), 6)},
        "vae": {"decoded": rounded(decoded, 6), "encoded": rounded(answer(made["vae"]["encoder"], decoded), 6)},
        "gan": {"drawn": rounded(drawn, 6), "logit": rounded(answer(made["gan"]["discriminator"], drawn[-1])[:, 0], 6)},
        "diffusion": {"path": rounded(diffusion_path(made["diffusion"], Z), 6)},
    }  # fmt: skip


def make() -> dict:
    """Everything, as the module's docstring describes it."""
    return {"density": densities(), "families": families()}


def main() -> None:
    """Write it."""
    MADE.parent.mkdir(exist_ok=True)
    MADE.write_text(json.dumps(make(), separators=(",", ":")), encoding="utf-8")


if __name__ == "__main__":
    main()
