"""The references of the assignment `autoencoders` against independent truths, and its test files against right and wrong programs."""

import ast
import doctest
import itertools
import math
from fractions import Fraction
from pathlib import Path

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from otter.test_files.exception_test import ExceptionTestFile
from scipy.linalg import subspace_angles
from scipy.optimize import approx_fprime, minimize
from scipy.special import expit
from scipy.stats import binomtest, kstest
from sklearn.datasets import load_digits, load_iris
from sklearn.decomposition import PCA
from sklearn.metrics import mean_squared_error
from sklearn.neural_network import MLPRegressor

import solutions.autoencoders as reference
from book.data import make_autoencoders as made
from solutions.autoencoders import (
    corrupt,
    decode,
    encode,
    linear_autoencoder_gradients,
    reconstruction_loss,
    same_subspace,
    train_linear_autoencoder,
)
from solutions.variants import load_variants

ROOT = Path(__file__).resolve().parents[1]
SLUG = "autoencoders"
QUESTIONS = ("q1", "q2", "q3", "q4", "q5", "q6", "q7")
FUNCTIONS = (
    encode,
    decode,
    reconstruction_loss,
    linear_autoencoder_gradients,
    train_linear_autoencoder,
    same_subspace,
    corrupt,
)
ENVIRONMENT = {function.__name__: function for function in FUNCTIONS}
SEEDS = range(3)


def centred_iris():
    X = load_iris().data
    return X - X.mean(axis=0)


def test_examples_in_docstrings_run():
    assert doctest.testmod(reference).failed == 0
    assert doctest.testmod(reference).attempted >= 5


# ------------------------------------------------------------------------------------------- encoder and decoder


@pytest.mark.parametrize("hidden", [(), (5,), (6, 3, 4)])
def test_encode_is_scikit_learns_network(hidden):
    """A small network of scikit-learn, with whatever weights it has after one step of training, predicts what `encode` returns."""
    rng = np.random.default_rng(len(hidden))
    X, Y = rng.normal(size=(20, 7)), rng.normal(size=(20, 2))
    net = MLPRegressor(hidden_layer_sizes=hidden, activation="tanh", random_state=0).partial_fit(X, Y)
    layers = [(W.T, b) for W, b in zip(net.coefs_, net.intercepts_, strict=True)]
    np.testing.assert_allclose(encode(X, layers), net.predict(X), rtol=1e-12, atol=1e-12)


def test_decode_is_scipys_logistic_function_at_the_end_and_never_overflows():
    Z = np.array([[0.0], [1.0], [-3.0], [40.0], [-40.0], [1e4], [-1e4]])
    with np.errstate(all="raise", under="ignore"):
        images = decode(Z, [(np.array([[1.0]]), np.zeros(1))])
    np.testing.assert_allclose(images, expit(Z), rtol=1e-15)
    rng = np.random.default_rng(0)
    layers = [(rng.normal(size=(4, 2)), rng.normal(size=4)), (rng.normal(size=(6, 4)), rng.normal(size=6))]
    codes = rng.normal(size=(5, 2))
    np.testing.assert_allclose(decode(codes, layers), expit(encode(codes, layers)), rtol=1e-13)


def test_layers_may_be_lists_and_arguments_stay():
    W, b = np.array([[1, 2], [0, 1]]), np.array([1, 0])
    X = np.array([[1, 1], [0, 3]])
    copies = X.copy(), W.copy(), b.copy()
    assert encode(X, [[W.tolist(), b.tolist()]]).tolist() == [[4.0, 1.0], [7.0, 3.0]]
    decode(X, [(W, b), (W, b)])
    assert all(np.array_equal(now, before) for now, before in zip((X, W, b), copies, strict=True))


# ------------------------------------------------------------------------------------------- loss


@given(arrays(float, (4, 3), elements=st.integers(-50, 50).map(float)), arrays(float, (4, 3), elements=st.integers(-50, 50).map(float)))
def test_loss_is_the_mean_over_points_of_the_sum_over_coordinates(X, X_tilde):
    exact = Fraction(int(sum((X - X_tilde).ravel() ** 2)), 4)
    assert reconstruction_loss(X, X_tilde) == float(exact)
    assert reconstruction_loss(X, X_tilde) == pytest.approx(3 * mean_squared_error(X, X_tilde), abs=1e-12)


def test_loss_of_bytes_and_of_huge_coordinates():
    X = np.arange(12, dtype=np.uint8).reshape(3, 4)
    assert reconstruction_loss(X, X + np.uint8(3)) == reconstruction_loss(X + np.uint8(3), X) == 4 * 9
    far = X.astype(float) + 1e8
    assert reconstruction_loss(far, far + 2) == 4 * 4


# ------------------------------------------------------------------------------------------- gradients


@pytest.mark.parametrize(("n", "d", "m"), [(9, 4, 2), (1, 3, 1), (5, 2, 4), (30, 6, 6)])
def test_gradients_are_autograds_and_scipys(n, d, m):
    rng = np.random.default_rng(n)
    X, W, V = rng.normal(size=(n, d)) + 1, rng.normal(size=(m, d)), rng.normal(size=(d, m))

    def loss(W, V):
        return anp.mean(anp.sum((X - anp.dot(anp.dot(X, W.T), V.T)) ** 2, axis=1))

    by_hand = linear_autoencoder_gradients(X, W, V)
    for which, gradient in enumerate(by_hand):
        np.testing.assert_allclose(gradient, grad(loss, which)(W, V), rtol=1e-10, atol=1e-10)

    def flat(weights):
        W, V = weights[: m * d].reshape(m, d), weights[m * d :].reshape(d, m)
        return reconstruction_loss(X, X @ W.T @ V.T)

    numeric = approx_fprime(np.r_[W.ravel(), V.ravel()], flat, 1e-6)
    np.testing.assert_allclose(np.r_[by_hand[0].ravel(), by_hand[1].ravel()], numeric, rtol=1e-3, atol=1e-3)


def test_every_projection_on_eigenvectors_is_stationary_and_only_pcas_is_a_minimum():
    """Baldi and Hornik's theorem on the irises: critical points at all sets of eigenvectors; from all but the best a way leads down."""
    X = centred_iris()
    values, vectors = np.linalg.eigh(X.T @ X / len(X))
    for some in ([3, 2], [3, 1], [1, 0], [3]):
        U = np.zeros((4, 2))
        U[:, : len(some)] = vectors[:, some]
        gradients = linear_autoencoder_gradients(X, U.T, U)
        assert max(np.abs(g).max() for g in gradients) < 1e-12
        loss = reconstruction_loss(X, X @ U @ U.T)
        assert loss == pytest.approx(values.sum() - values[some].sum())
        nudged = U + 0.01 * np.random.default_rng(0).normal(size=U.shape)

        def flat(weights):
            return reconstruction_loss(X, X @ weights[:8].reshape(2, 4).T @ weights[8:].reshape(4, 2).T)

        def slope(weights):
            return np.concatenate([g.ravel() for g in linear_autoencoder_gradients(X, weights[:8].reshape(2, 4), weights[8:].reshape(4, 2))])

        found = minimize(flat, np.r_[nudged.T.ravel(), nudged.ravel()], jac=slope, tol=1e-12).fun
        assert found == pytest.approx(values[:2].sum(), rel=1e-6)
        assert (found < loss * 0.999) == (some != [3, 2])


# ------------------------------------------------------------------------------------------- training


@pytest.mark.parametrize("seed", range(4))
def test_training_finds_the_subspace_and_the_loss_of_pca(seed):
    X = centred_iris()
    W, V, losses = train_linear_autoencoder(X, 2, 3000, 0.05, np.random.default_rng(seed))
    pca = PCA(2).fit(X)
    assert losses[-1] == pytest.approx(reconstruction_loss(X, pca.inverse_transform(pca.transform(X))), rel=1e-6)
    assert subspace_angles(V, pca.components_.T).max() < 1e-3
    assert subspace_angles(W.T, pca.components_.T).max() < 1e-3
    assert not np.allclose(np.abs(V / np.linalg.norm(V, axis=0)), np.abs(pca.components_.T), atol=0.05)  # not the axes
    assert np.all(np.diff(losses) <= 1e-12)


def test_training_is_one_path_and_draws_as_it_should():
    X = load_digits().data[:50] / 16
    runs = [train_linear_autoencoder(X, 3, steps, 0.01, np.random.default_rng(5)) for steps in (0, 1, 2)]
    for (W, V, losses), (W_next, V_next, losses_next) in itertools.pairwise(runs):
        of_W, of_V = linear_autoencoder_gradients(X, W, V)
        np.testing.assert_allclose(W_next, W - 0.01 * of_W, rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(V_next, V - 0.01 * of_V, rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(losses_next[:-1], losses, rtol=1e-12)
    start = np.concatenate([part.ravel() for part in runs[0][:2]])
    assert kstest(start / 0.1, "norm").pvalue > 0.001


def test_one_number_one_weight_by_hand():
    """The example of the notebook: from w = 3, v = 0.5 with x = 2, a step of rate 0.01."""
    of_w, of_v = linear_autoencoder_gradients(np.array([[2.0]]), np.array([[3.0]]), np.array([[0.5]]))
    assert (3 - 0.01 * of_w[0, 0], 0.5 - 0.01 * of_v[0, 0]) == pytest.approx((2.98, 0.38))


# ------------------------------------------------------------------------------------------- subspaces


def exact_rank(rows: list[list[int]]) -> int:
    """Rank in exact arithmetic, by elimination."""
    rows, rank = [[Fraction(int(v)) for v in row] for row in rows], 0
    for column in range(len(rows[0])):
        pivot = next((i for i in range(rank, len(rows)) if rows[i][column]), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        for i in range(rank + 1, len(rows)):
            factor = rows[i][column] / rows[rank][column]
            rows[i] = [a - factor * b for a, b in zip(rows[i], rows[rank], strict=True)]
        rank += 1
    return rank


@st.composite
def two_matrices(draw):
    d = draw(st.integers(1, 4))
    U = draw(arrays(int, (d, draw(st.integers(1, 4))), elements=st.integers(-2, 2)))
    if draw(st.booleans()):
        mix = draw(arrays(int, (U.shape[1], draw(st.integers(1, 4))), elements=st.integers(-2, 2)))
        return U, U @ mix
    return U, draw(arrays(int, (d, draw(st.integers(1, 4))), elements=st.integers(-2, 2)))


@given(two_matrices())
def test_same_subspace_is_equality_of_ranks_in_exact_arithmetic(pair):
    U, V = pair
    ranks = {exact_rank(A.tolist()) for A in (U, V, np.hstack([U, V]))}
    assert same_subspace(U, V) is (len(ranks) == 1)
    assert same_subspace(V, U) is (len(ranks) == 1)


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
def test_same_subspace_does_not_depend_on_units_or_rounding(scale):
    rng = np.random.default_rng(0)
    basis = np.linalg.qr(rng.normal(size=(50, 50)))[0]
    U = basis[:, :8]
    assert same_subspace(U, scale * (U @ rng.normal(size=(8, 8)) + 1e-11 * rng.normal(size=(50, 8))))
    tilted = U.copy()
    tilted[:, 7] = math.cos(0.05) * basis[:, 7] + math.sin(0.05) * basis[:, 8]
    assert not same_subspace(U, scale * tilted)


# ------------------------------------------------------------------------------------------- corruption


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_corruption_tosses_every_number_by_itself(rate):
    X = load_digits().data[:300] + 1
    noisy = corrupt(X, rate, np.random.default_rng(3))
    wiped = noisy == 0
    assert np.array_equal(noisy[~wiped], X[~wiped])
    assert binomtest(int(wiped.sum()), X.size, rate).pvalue > 1e-4
    both = wiped[:, :-1] & wiped[:, 1:]
    assert binomtest(int(both[:, ::2].sum()), both[:, ::2].size, rate**2).pvalue > 1e-4
    assert binomtest(int((wiped[:-1:2] & wiped[1::2]).sum()), wiped[1::2].size, rate**2).pvalue > 1e-4


def test_corruption_at_its_ends_keeps_the_dtype_and_the_original():
    X = np.array([[1, 2], [3, 4]])
    before, rng = X.copy(), np.random.default_rng(0)
    assert corrupt(X, 0, rng).tolist() == X.tolist()
    assert corrupt(X, 1, rng).tolist() == [[0, 0], [0, 0]]
    assert corrupt(X, 0.5, rng).dtype == X.dtype
    assert np.array_equal(X, before)


# ------------------------------------------------------------------------------------------- what the demos are made from


@pytest.mark.parametrize(("code", "logistic"), [(2, True), (0, False)])
def test_the_networks_of_the_demos_are_trained_with_right_gradients(code, logistic):
    """Backpropagation by hand against autograd, and the network against `encode` and `decode`."""
    rng = np.random.default_rng(code)
    params = made.network([5, 4, 2, 4, 5], rng)
    X, target = rng.normal(size=(6, 5)), rng.uniform(size=(6, 5))

    def out(params):
        A = X
        for depth in range(1, 5):
            A = anp.dot(A, params[2 * depth - 2].T) + params[2 * depth - 1]
            A = A if depth in (code, 4) else anp.tanh(A)
        return 1 / (1 + anp.exp(-A)) if logistic else A

    by_machine = grad(lambda params: anp.sum((target - out(params)) ** 2) / 6)(params)
    for ours, theirs in zip(made.gradients(params, X, target, code, logistic), by_machine, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-11)
    layers = list(zip(params[::2], params[1::2], strict=True))
    rebuilt = decode(encode(X, layers[:2]), layers[2:]) if logistic else encode(X, layers)
    np.testing.assert_allclose(out(params), rebuilt, rtol=1e-12, atol=1e-12)


def test_what_is_stored_for_the_demos_can_be_read_again():
    matrix = np.random.default_rng(0).normal(size=(7, 3))
    packed = made.pack(matrix)
    assert packed["shape"] == [7, 3]
    assert np.abs(made.unpack(packed) - matrix).max() <= packed["scale"] / 2 + 1e-12
    assert np.array_equal(made.unpack(made.pack(made.unpack(packed))), made.unpack(packed))


def test_the_best_denoiser_moves_along_the_score():
    """Tweedie's formula: the correction is sigma² times the gradient of the log-density of the noisy points."""
    rng = np.random.default_rng(1)
    points, queries, sigma = rng.normal(size=(30, 2)), rng.normal(size=(5, 2)), 0.5

    def log_density(q):
        return anp.log(anp.sum(anp.exp(-anp.sum((q - points) ** 2, axis=1) / (2 * sigma**2))))

    score = np.array([grad(log_density)(q) for q in queries])
    np.testing.assert_allclose(made.denoise(queries, points, sigma) - queries, sigma**2 * score, rtol=1e-9)
    far = np.array([[1e3, 0.0]])  # every weight would underflow; the nearest point must win
    assert made.denoise(far, points, 0.01).tolist() == [points[((points - far) ** 2).sum(axis=1).argmin()].tolist()]


# ------------------------------------------------------------------------------------------- the test files


def run(question: str, seed: int, monkeypatch, *, only_public: bool = False, **functions) -> list:
    """The results of otter's own test file, with every unseeded generator started from `seed`."""
    file = ExceptionTestFile.from_file(str(ROOT / f"autograder/tests/{SLUG}/{question}.py"))
    file.test_cases = [case for case in file.test_cases if not (only_public and case.hidden)]
    generator = np.random.default_rng
    with monkeypatch.context() as patch, np.errstate(all="ignore"):
        patch.setattr(np.random, "default_rng", lambda s=None: generator(seed if s is None else s))
        file.run({**ENVIRONMENT, **functions})
    return file.test_case_results


def function_of(question: str) -> str:
    return FUNCTIONS[QUESTIONS.index(question)].__name__


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_reference_passes_whatever_the_data(question, monkeypatch):
    for seed in range(4 if question == "q5" else 15):
        failed = [r.message for r in run(question, seed, monkeypatch) if not r.passed]
        assert not failed, f"seed {seed}: {failed}"


@pytest.mark.parametrize("variant", load_variants(SLUG, "alternatives"), ids=lambda v: f"{v.question} {v.name}")
def test_right_programs_pass_whatever_the_data(variant, monkeypatch):
    for seed in SEEDS if variant.question != "q5" else SEEDS[:1]:
        results = run(variant.question, seed, monkeypatch, **{variant.function.__name__: variant.function})
        assert not [r.message for r in results if not r.passed], f"seed {seed}"


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("variant", load_variants(SLUG, "misconceptions"), ids=lambda v: f"{v.question} {v.name}")
def test_wrong_programs_fail_the_same_cases_whatever_the_data(variant, monkeypatch):
    """Fair scores of a sample class are computed from which cases a misconception fails: the data must not matter."""
    outcomes = set()
    for seed in SEEDS if variant.question != "q5" else SEEDS[:2]:
        results = run(variant.question, seed, monkeypatch, **{variant.function.__name__: variant.function})
        outcomes.add(tuple(r.passed for r in results))
        public = [r.passed for r in results if not r.test_case.hidden]
        assert not public[-1] or all(public), '"Public checks passed" must not stand beside a public check that failed'
    assert len(outcomes) == 1, outcomes
    assert not all(outcomes.pop())


@pytest.mark.parametrize("question", QUESTIONS)
def test_answers_of_a_wrong_form_get_no_point(question, monkeypatch):
    strange = [None, True, False, 0, -1.0, np.nan, "yes", [], {}, np.zeros(0), np.full((4, 2), np.nan), [[1], [2, 3]]]
    for answer in [*strange, np.array(["a", None], dtype=object), (None, None, None), 1 + 2j]:
        results = run(question, 0, monkeypatch, **{function_of(question): lambda *args, answer=answer, **kwargs: answer})
        assert not [r.test_case.name for r in results if r.passed], f"{answer!r}"


@pytest.mark.parametrize("question", QUESTIONS)
def test_public_answers_by_heart_earn_the_public_points_only(question, monkeypatch):
    """A student who knows the answers of all public calls, and nothing else, earns no hidden point."""
    name, answers = function_of(question), {}

    def key(args):
        return repr([arg.bit_generator.state if isinstance(arg, np.random.Generator) else arg for arg in args])

    def record(*args):
        return answers.setdefault(key(args), ENVIRONMENT[name](*args))

    run(question, 0, monkeypatch, only_public=True, **{name: record})
    results = run(question, 1, monkeypatch, **{name: lambda *args: answers.get(key(args))})
    assert not [r.test_case.name for r in results if r.test_case.hidden and r.passed]


@pytest.mark.parametrize("question", QUESTIONS)
def test_cases_are_made_for_teaching(question):
    """Names, points and messages: public ones describe, hidden ones reveal nothing and are kind."""
    cases = ExceptionTestFile.from_file(str(ROOT / f"autograder/tests/{SLUG}/{question}.py")).test_cases
    public, hidden = [c for c in cases if not c.hidden], [c for c in cases if c.hidden]
    share = sum(c.points for c in public) / sum(c.points for c in cases)
    assert 1 / 3 <= share <= 1 / 2
    assert 2 <= len(public) <= 4
    assert 2 <= len(hidden) <= 4
    assert [c.name for c in hidden] == [f"{question} further check {i}" for i in range(1, len(hidden) + 1)]
    assert all(c.name.startswith(f"{question}: ") for c in public)
    closing = "Public checks passed. More checks run when it is graded."
    assert [c.success_message for c in cases] == [None] * (len(public) - 1) + [closing] + [None] * len(hidden)
    assert all(c.failure_message.startswith("Not yet. ") for c in hidden)
    for case in cases:  # otter assign writes these between double quotes, without escaping
        assert not set('"\\\n') & set((case.success_message or "") + (case.failure_message or ""))


def test_public_cases_hold_no_solution():
    """No line of a reference's body stands in a public case, but for calls of the functions themselves."""
    source = ast.parse((ROOT / f"solutions/{SLUG}.py").read_text(encoding="utf-8"))
    bodies = [node.body[1:] for node in source.body if isinstance(node, ast.FunctionDef)]
    lines = {line.strip() for body in bodies for statement in body for line in ast.unparse(statement).splitlines()}
    calls = tuple(f"{name}(" for name in ENVIRONMENT)
    lines = {line for line in lines if len(line) > 20 and not any(call in line for call in calls)}
    assert len(lines) > 12
    for question in QUESTIONS:
        tests = ast.parse((ROOT / f"autograder/tests/{SLUG}/{question}.py").read_text(encoding="utf-8"))
        public = [n for n in tests.body if isinstance(n, ast.FunctionDef) and "hidden=False" in ast.unparse(n)]
        assert len(public) >= 2
        assert not [line for case in public for line in lines if line in ast.unparse(case)]
