"""The references of the assignment `generative` against independent truths, its test files against right and wrong programs, and its demos' data."""

import ast
import doctest
import itertools
import math
import warnings
from pathlib import Path

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from hypothesis import given, settings
from hypothesis import strategies as st
from otter.test_files.exception_test import ExceptionTestFile
from scipy.integrate import dblquad
from scipy.special import rel_entr
from scipy.stats import binomtest, chi2, kstest, multivariate_normal, norm, rv_histogram
from sklearn.covariance import EmpiricalCovariance
from sklearn.datasets import load_digits, load_iris

import solutions.generative as reference
from book.data import make_generative as made
from solutions.generative import (
    gaussian_mle,
    histogram_density,
    kl_divergence,
    log_likelihood,
    sample_categorical,
    sample_mixture,
)
from solutions.variants import load_variants

ROOT = Path(__file__).resolve().parents[1]
SLUG = "generative"
QUESTIONS = ("q1", "q2", "q3", "q4", "q5", "q6")
FUNCTIONS = (gaussian_mle, log_likelihood, kl_divergence, histogram_density, sample_categorical, sample_mixture)
ENVIRONMENT = {function.__name__: function for function in FUNCTIONS}
SEEDS = range(3)
RARE = 1e-9
"""A correct program may fail a counting test of this file with this probability."""


def test_examples_in_docstrings_run():
    result = doctest.testmod(reference)
    assert (result.failed, result.attempted > 4) == (0, True)


def test_no_function_changes_its_arguments():
    rng = np.random.default_rng(0)
    X, p, q, edges = rng.normal(size=(9, 2)), np.array([0.5, 0.5, 0.0]), np.array([0.2, 0.3, 0.5]), np.array([-1.0, 0.0, 2.0])
    mixture = np.array([0.4, 0.6]), rng.normal(size=(2, 2)), np.array([np.eye(2), np.ones((2, 2))])
    before = [a.copy() for a in (X, p, q, edges, *mixture)]
    log_likelihood(X, *gaussian_mle(X))
    kl_divergence(p, q)
    histogram_density(X[:, 0], edges)
    sample_categorical(q, 5, rng)
    sample_mixture(*mixture, 5, rng)
    assert all(np.array_equal(a, b) for a, b in zip((X, p, q, edges, *mixture), before, strict=True))


# ------------------------------------------------------------------------------------------- fitting and judging


@pytest.mark.parametrize("X", [load_iris().data, load_digits().data, np.array([[3, 4]]), np.arange(5)[:, None]], ids=["iris", "digits", "one", "d=1"])
def test_the_likeliest_gaussian_is_scikit_learns(X):
    mean, covariance = gaussian_mle(X)
    truth = EmpiricalCovariance().fit(np.asarray(X, dtype=float)) if len(X) > 1 else None
    np.testing.assert_allclose(mean, X.mean(axis=0))
    np.testing.assert_allclose(covariance, truth.covariance_ if truth else np.zeros((2, 2)), atol=1e-10)


def test_at_the_estimate_the_gradient_of_the_likelihood_vanishes():
    """By autograd, over the mean and all entries of the covariance; and no neighbour is likelier."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(40, 3)) @ rng.normal(size=(3, 3)) + 2
    mean, covariance = gaussian_mle(X)

    def loss(both):
        m, S = both[:3], both[3:].reshape(3, 3)
        D = X - m
        return (len(X) * anp.log(anp.linalg.det(S)) + anp.sum(anp.dot(D, anp.linalg.inv(S)) * D)) / 2

    np.testing.assert_allclose(grad(loss)(np.r_[mean, covariance.ravel()]), 0, atol=1e-8)
    best = log_likelihood(X, mean, covariance)
    for _ in range(20):
        shift = 0.05 * rng.normal(size=(3, 3))
        assert log_likelihood(X, mean + 0.05 * rng.normal(size=3), covariance + shift @ shift.T) < best


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 20), st.integers(1, 8))
def test_the_log_likelihood_is_scipys(seed, n, d):
    rng = np.random.default_rng(seed)
    A = rng.normal(size=(d, d))
    S, mean, X = A @ A.T + 0.1 * np.eye(d), rng.normal(size=d), rng.normal(size=(n, d)) * 10
    assert log_likelihood(X, mean, S) == pytest.approx(np.sum(multivariate_normal(mean, S).logpdf(X)), rel=1e-9)


def test_the_density_integrates_to_one():
    mean, S = np.array([0.3, -0.2]), np.array([[1.0, 0.6], [0.6, 0.8]])
    total, _ = dblquad(lambda y, x: math.exp(log_likelihood(np.array([[x, y]]), mean, S)), -7, 7, -7, 7, epsabs=1e-6)
    assert total == pytest.approx(1, abs=1e-5)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 12))
def test_the_divergence_is_scipys_and_never_negative_and_warns_of_nothing(seed, K):
    rng = np.random.default_rng(seed)
    p, q = (rng.integers(0, 4, size=K) + np.eye(K)[rng.integers(K)] for _ in range(2))
    p, q = p / p.sum(), q / q.sum()
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        value = kl_divergence(p, q)
    assert value == pytest.approx(rel_entr(p, q).sum(), abs=1e-12)
    assert value >= -1e-15
    assert isinstance(value, float)


def test_the_divergence_of_fine_bins_is_that_of_two_gaussians():
    """Closed form: KL(N(m, s²) ‖ N(0, 1)) = (s² + m² − 1) / 2 − log s."""
    edges = np.linspace(-12, 12, 4001)
    p, q = np.diff(norm.cdf(edges, 0.7, 0.5)), np.diff(norm.cdf(edges))
    assert kl_divergence(p / p.sum(), q / q.sum()) == pytest.approx((0.25 + 0.49 - 1) / 2 - math.log(0.5), abs=1e-4)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_the_histogram_is_a_density_and_scipys(seed):
    rng = np.random.default_rng(seed)
    edges = np.cumsum(rng.integers(1, 5, size=8)) / 2
    x = rng.integers(0, 40, size=50) / 2
    heights = histogram_density(x, edges)
    inside = x[(x >= edges[0]) & (x <= edges[-1])]
    assert heights @ np.diff(edges) == pytest.approx(1 if len(inside) else 0)
    if len(inside):
        truth = rv_histogram(np.histogram(inside, edges), density=False)
        np.testing.assert_allclose(heights, truth.pdf((edges[:-1] + edges[1:]) / 2))
        # no other heights on these bins are likelier: the histogram is the maximum-likelihood step function
        other = rng.dirichlet(np.ones(7)) / np.diff(edges)
        bins = np.minimum(np.digitize(inside, edges) - 1, 6)
        assert np.log(heights[bins]).sum() >= np.log(other[bins]).sum()


# ------------------------------------------------------------------------------------------- sampling


def test_outcomes_have_their_chances_in_every_place():
    rng, p, draws = np.random.default_rng(0), [0.0, 0.2, 0.5, 0.0, 0.3, 0.0], 4000
    y = np.array([sample_categorical(p, 3, rng) for _ in range(draws)])
    for place, j in itertools.product(range(3), range(6)):
        assert binomtest(int(np.sum(y[:, place] == j)), draws, p[j]).pvalue > RARE
    for a, b in itertools.product((1, 2, 4), repeat=2):
        assert binomtest(int(np.sum((y[:, 0] == a) & (y[:, 2] == b))), draws, p[a] * p[b]).pvalue > RARE
    assert set(np.unique(y)) == {1, 2, 4}


def test_no_draw_falls_outside_where_probabilities_add_up_to_less_than_one():
    """The largest uniform number below 1, and ten tenths, whose running sum ends at 0.9999999999999999."""

    class Extreme:
        def random(self, n):
            return np.full(n, np.nextafter(1, 0))

    assert sample_categorical([0.1] * 10, 2, Extreme()).tolist() == [9, 9]
    assert sample_categorical([0.5, 0.5, 0.0], 2, Extreme()).tolist() == [1, 1]


def test_points_of_a_mixture_have_its_distribution():
    """Kolmogorov and Smirnov along several directions; by Cramér and Wold these determine the distribution."""
    rng = np.random.default_rng(1)
    w, m = np.array([0.2, 0.5, 0.3]), rng.normal(size=(3, 3)) * 3
    A = rng.normal(size=(3, 3, 3))
    S = A @ A.transpose(0, 2, 1)
    S[2] = np.outer([1, 2, 3], [1, 2, 3])
    X = sample_mixture(w.tolist(), m.tolist(), S.tolist(), 5000, rng)
    assert X.shape == (5000, 3)
    for u in rng.normal(size=(6, 3)):
        spread = np.sqrt(np.einsum("a,kab,b->k", u, S, u))
        assert kstest(X @ u, lambda t, u=u, s=spread: norm.cdf((np.asarray(t)[:, None] - m @ u) / s) @ w).pvalue > RARE
    one = sample_mixture([1.0], m[:1], S[:1], 4000, rng) - m[0]
    squares = np.sum(one @ np.linalg.inv(S[0]) * one, axis=1)
    assert kstest(squares, chi2(3).cdf).pvalue > RARE


def test_flat_bells_stay_flat_and_empty_ones_are_their_mean():
    X = sample_mixture([0.5, 0.5], [[1, 2], [5, 5]], [[[4, 2], [2, 1]], [[0, 0], [0, 0]]], 500, np.random.default_rng(2))
    line = np.abs((X - [1, 2]) @ [1, -2]) < 1e-6
    place = np.all(X == [5, 5], axis=1)
    assert np.all(line | place)
    assert binomtest(int(place.sum()), 500, 0.5).pvalue > RARE


# ------------------------------------------------------------------------------------------- the demos' data


def test_bells_are_judged_rightly():
    """Log-likelihood and bin masses against scipy, one number after the other; EM's bells are stationary."""
    data = made.density("petal length", "cm", "iris", load_iris().data[:, 2], 0.0, 8.0, 32, 0.05)
    x, edges = np.array(data["x"]), np.array(data["edges"])
    fine = np.linspace(0, 8, 32 * 400 + 1)
    for bells in (*data["golden"], *data["best"].values(), data["start"]):
        parts = list(zip(bells["weights"], bells["means"], bells["sds"], strict=True))
        at_points, heights = (sum(w * norm.pdf(v, m, s) for w, m, s in parts) for v in (x, fine))
        assert bells["log_likelihood"] == pytest.approx(np.log(at_points).sum(), rel=1e-6)
        mass = np.add.reduceat((heights[:-1] + heights[1:]) / 2 * (8 / 12800), np.arange(0, 12800, 400))  # the trapezium rule
        np.testing.assert_allclose(made.bin_masses(edges, bells)[1:-1], mass[1:-1], atol=1e-6)
        assert made.bin_masses(edges, bells).sum() == pytest.approx(1, abs=2e-5)
        share = np.array(data["counts"]) / len(x)
        assert bells["forward"] == pytest.approx(kl_divergence(share, made.bin_masses(edges, bells)), abs=1e-9)
    mean, covariance = gaussian_mle(x[:, None])
    one = data["best"]["1"]
    assert (one["means"][0], one["sds"][0]) == pytest.approx((mean[0], math.sqrt(covariance[0, 0])), abs=1e-5)
    assert one["log_likelihood"] == pytest.approx(log_likelihood(x[:, None], mean, covariance), abs=1e-4)
    assert one["log_likelihood"] < data["best"]["2"]["log_likelihood"] < data["best"]["3"]["log_likelihood"] < data["histogram"]
    heights = histogram_density(x, edges)
    assert data["histogram"] == pytest.approx(np.log(heights[np.digitize(x, edges) - 1]).sum(), abs=1e-5)
    for k, bells in data["best"].items():
        for move in itertools.product((-0.02, 0.02), repeat=int(k)):
            other = {**bells, "means": [m + h for m, h in zip(bells["means"], move, strict=True)]}
            assert made.log_bells(x, other).sum() < bells["log_likelihood"]


def test_gradients_of_small_networks_and_of_the_flow_are_those_of_finite_differences():
    rng = np.random.default_rng(0)
    nets = [made.network([1, 4, 2], rng) for _ in range(made.COUPLINGS)]
    X = rng.normal(size=(7, 2))
    stored = {"couplings": [{"keep": i % 2, "net": net} for i, net in enumerate(nets)]}

    def loss():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(made, "answer", lambda net, x: made.forward(net, x)[-1])
            return -made.flow_density(stored, X).mean()

    slopes, step = made.flow_slopes(nets, X), 1e-6
    for part, slope in zip([p for net in nets for p in net], slopes, strict=True):
        for place in list(np.ndindex(part.shape))[:3]:
            old = part[place]
            part[place] = old + step
            up = loss()
            part[place] = old - step
            down = loss()
            part[place] = old
            assert (up - down) / (2 * step) == pytest.approx(slope[place], abs=1e-6)


def test_densities_of_the_families_integrate_to_one_and_agree_with_their_samples():
    """A flow and a diffusion with random weights, and the histogram model: sums over a grid; a flow's layers against its density."""
    rng = np.random.default_rng(3)
    line = np.linspace(-10, 10, 181)
    grid = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    cell = (line[1] - line[0]) ** 2
    model = {"couplings": [{"keep": i % 2, "net": made.stored(made.network([1, 6, 2], rng))} for i in range(2)]}
    assert np.exp(made.flow_density(model, grid)).sum() * cell == pytest.approx(1, abs=0.01)
    Z = rng.normal(size=(5, 2))
    back = made.flow_forward(model, Z)[-1]
    tiny = 1e-5
    for z, x in zip(Z, back, strict=True):
        J = np.array([(made.flow_forward(model, (z + e)[None])[-1] - made.flow_forward(model, (z - e)[None])[-1])[0] / (2 * tiny) for e in tiny * np.eye(2)])
        expected = norm.logpdf(z).sum() - math.log(abs(np.linalg.det(J)))
        assert made.flow_density(model, x[None])[0] == pytest.approx(expected, abs=1e-5)
    params = made.network([5, 6, 2], rng)
    params[2] *= 0.5
    noisy = {"steps": 40, "last_angle": 1.5, "net": made.stored(params)}
    assert np.exp(made.diffusion_density(noisy, grid, steps=20)).sum() * cell == pytest.approx(1, abs=0.01)


def test_the_denoiser_of_a_gaussian_gives_back_the_gaussian():
    """For X ~ N(0, s²) the best v is known: the probability flow must give the density of N(0, s²)."""
    s = np.array([0.5, 1.3])

    def exact(params, inputs):
        x, angle = inputs[:, :2], inputs[:, [2]]
        cos, sin = np.cos(angle), np.sin(angle)
        return [cos * sin * (1 - s**2) * x / (cos**2 * s**2 + sin**2)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(made, "forward", exact)
        patch.setattr(made, "loaded", lambda net: net)
        X = np.random.default_rng(0).normal(size=(6, 2))
        found = made.diffusion_density({"net": None, "last_angle": np.pi / 2}, X, steps=200)
        np.testing.assert_allclose(found, norm.logpdf(X, 0, s).sum(axis=1), atol=1e-5)
        ends = made.diffusion_path({"net": None, "last_angle": np.pi / 2, "steps": 400}, X)[-1]
        np.testing.assert_allclose(ends, X * s, rtol=0.01)


# ------------------------------------------------------------------------------------------- the test files


def run(question: str, seed: int, monkeypatch, *, only_public: bool = False, **functions) -> list:
    """The results of otter's own test file, with every unseeded generator started from `seed`."""
    file = ExceptionTestFile.from_file(str(ROOT / f"autograder/tests/{SLUG}/{question}.py"))
    file.test_cases = [case for case in file.test_cases if not (only_public and case.hidden)]
    draws, generator = np.random.SeedSequence(seed), np.random.default_rng
    with monkeypatch.context() as patch:
        patch.setattr(np.random, "default_rng", lambda s=None: generator(draws.spawn(1)[0] if s is None else s))
        file.run({**ENVIRONMENT, **functions})
    return file.test_case_results


def function_of(question: str) -> str:
    return FUNCTIONS[QUESTIONS.index(question)].__name__


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_reference_passes_whatever_the_data(question, monkeypatch):
    for seed in range(4):
        failed = [r.message for r in run(question, seed, monkeypatch) if not r.passed]
        assert not failed, f"seed {seed}: {failed}"


@pytest.mark.parametrize("variant", load_variants(SLUG, "alternatives"), ids=lambda v: f"{v.question} {v.name}")
def test_right_programs_pass_whatever_the_data(variant, monkeypatch):
    results = run(variant.question, 0, monkeypatch, **{variant.function.__name__: variant.function})
    assert not [r.message for r in results if not r.passed]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # np.cov of one row, in a wrong program
@pytest.mark.parametrize("variant", load_variants(SLUG, "misconceptions"), ids=lambda v: f"{v.question} {v.name}")
def test_wrong_programs_fail_the_same_cases_whatever_the_data(variant, monkeypatch):
    outcomes = set()
    for seed in SEEDS:
        results = run(variant.question, seed, monkeypatch, **{variant.function.__name__: variant.function})
        outcomes.add(tuple(r.passed for r in results))
    [outcome] = outcomes
    assert not all(outcome)


@pytest.mark.parametrize("question", QUESTIONS)
def test_answers_of_a_wrong_form_get_no_point(question, monkeypatch):
    strange = [None, True, False, 0, -1.0, np.nan, np.inf, "yes", [], {}, np.zeros(0), np.full((4, 2), np.nan), [[1], [2, 3]]]
    for answer in [*strange, np.array(["a", None], dtype=object), (None, None), (None, None, None), 1 + 2j]:
        results = run(question, 0, monkeypatch, **{function_of(question): lambda *args, answer=answer: answer})
        assert not [r.test_case.name for r in results if r.passed], f"{answer!r}"


@pytest.mark.parametrize("question", QUESTIONS)
def test_public_answers_by_heart_earn_the_public_points_only(question, monkeypatch):
    """A student who knows the answers of all public calls, and nothing else, earns no hidden point."""
    name, answers = function_of(question), {}

    def key(args):
        return repr([a.bit_generator.state if isinstance(a, np.random.Generator) else a for a in args])

    def record(*args):
        asked = key(args)  # before the call moves the generator on
        answers[asked] = ENVIRONMENT[name](*args), [a.bit_generator.state for a in args if isinstance(a, np.random.Generator)]
        return answers[asked][0]

    def by_heart(*args):
        answer, states = answers.get(key(args), (None, []))
        for rng, state in zip([a for a in args if isinstance(a, np.random.Generator)], states, strict=False):
            rng.bit_generator.state = state
        return answer

    run(question, 0, monkeypatch, only_public=True, **{name: record})
    results = run(question, 1, monkeypatch, **{name: by_heart})
    assert [r.passed for r in results] == [not r.test_case.hidden for r in results]


@pytest.mark.parametrize("question", QUESTIONS)
def test_cases_are_made_for_teaching(question):
    """Names, points and messages: public ones describe, hidden ones reveal nothing and are kind."""
    cases = ExceptionTestFile.from_file(str(ROOT / f"autograder/tests/{SLUG}/{question}.py")).test_cases
    public, hidden = [c for c in cases if not c.hidden], [c for c in cases if c.hidden]
    share = sum(c.points for c in public) / sum(c.points for c in cases)
    assert 1 / 3 <= share <= 1 / 2
    assert [c.name for c in hidden] == [f"{question} further check {i}" for i in range(1, len(hidden) + 1)]
    assert all(c.name.startswith(f"{question}: ") for c in public)
    closing = "This one passed. More checks run when it is graded."  # true even where an earlier public check failed
    assert [c.success_message for c in cases] == [None] * (len(public) - 1) + [closing] + [None] * len(hidden)
    assert all(c.failure_message.startswith("Not yet. ") for c in hidden)
    for case in cases:  # otter assign writes these between double quotes, without escaping
        assert not set('"\\\n') & set((case.success_message or "") + (case.failure_message or ""))


def test_the_bounds_of_all_counting_checks_together_are_below_one_in_a_million():
    """Chernoff: P(N · KL(count/N ‖ p) ≥ 22) ≤ 2 e⁻²², for every bound in one grading; and the few other ways in which chance can fail a right program."""
    bounds = 0
    for question in QUESTIONS:
        tree = ast.parse((ROOT / f"autograder/tests/{SLUG}/{question}.py").read_text(encoding="utf-8"))
        asserts = [node for node in ast.walk(tree) if isinstance(node, ast.Assert) and "surprise" in ast.unparse(node.test)]
        assert all(ast.unparse(node.test) == "surprise < 22" for node in asserts)
        bounds += len(asserts)
    assert bounds == 5
    counted = (5 + 1) + 4 + 25 + 4 + 6  # outcomes and neighbours; pairs; half-planes; pairs; line, place and positions
    unseen = 3 * (2 / 3) ** 200 + 10 * 0.9**500 + 2 * 0.5**300 + 0.25**300 + 0.75**300 + 2 * 0.75**200
    spreads = sum(2 * chi2.sf(4000 * (1 + tolerance / variance), 4000) for variance, tolerance in ((4, 0.7), (1, 0.18)))
    mixed = 2 * norm.sf(0.4 * math.sqrt(4000 / (4 * 1 + 1.8**2)))  # the covariance entry: nearly normal, variance (s₁² s₂² + s₁₂²) / n
    means = 2 * norm.sf(0.25 / (2 / math.sqrt(4000))) + 2 * norm.sf(0.125 / (1 / math.sqrt(4000)))
    bells = 400 * norm.sf(7) + 2 * binomtest(130, 400, 0.5, alternative="less").pvalue
    assert counted * 2 * math.exp(-22) + unseen + spreads + mixed + means + bells < 1e-6
