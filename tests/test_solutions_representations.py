"""The references of the assignment `representations` against independent truths, and its test files against right and wrong programs."""

import ast
import doctest
import itertools
from pathlib import Path

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from otter.test_files.exception_test import ExceptionTestFile
from scipy.stats import chi2
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from sklearn.neural_network import MLPClassifier

import solutions.representations as reference
from solutions.representations import (
    finetune,
    freeze_mask,
    label_efficiency,
    linear_probe,
    mask_patches,
    participation_ratio,
)
from solutions.variants import load_variants

ROOT = Path(__file__).resolve().parents[1]
QUESTIONS = ("q1", "q2", "q3", "q4", "q5", "q6")
FUNCTIONS = (linear_probe, label_efficiency, mask_patches, freeze_mask, finetune, participation_ratio)
ENVIRONMENT = {function.__name__: function for function in FUNCTIONS}
SEEDS = range(3)


def network(sizes, rng):
    return [part for a, b in itertools.pairwise(sizes) for part in (rng.normal(size=(b, a)), rng.normal(size=b))]


def test_examples_in_docstrings_run():
    assert doctest.testmod(reference).failed == 0
    assert doctest.testmod(reference).attempted >= len(FUNCTIONS)


def test_no_function_changes_its_arguments():
    rng = np.random.default_rng(0)
    Z, y = rng.normal(size=(20, 3)), np.arange(20) % 2
    images, params = rng.normal(size=(4, 4, 4)), network([3, 4, 2], rng)
    before = [a.copy() for a in (Z, y, images, *params)]
    linear_probe(Z, y, 2, 1.0)
    label_efficiency(Z, y, Z, y, 3, rng)
    mask_patches(images, 2, 0.5, rng)
    finetune(params, Z, y, [True] * 4, 0.1, 3)
    participation_ratio(Z)
    assert all(np.array_equal(a, b) for a, b in zip((Z, y, images, *params), before, strict=True))


# ------------------------------------------------------------------------------------------- probe and labels


@pytest.mark.parametrize(("n", "m", "k", "l2"), [(50, 4, 3, 1.0), (6, 30, 4, 0.01), (200, 10, 10, 100.0), (1, 2, 3, 1.0)])
def test_the_probe_is_scikit_learns_ridge(n, m, k, l2):
    rng = np.random.default_rng(n)
    Z, y = rng.normal(size=(n, m)) + 3, rng.integers(k, size=n)
    W, b = linear_probe(Z, y, k, l2)
    truth = Ridge(alpha=l2, solver="svd").fit(Z, np.eye(k)[y])
    np.testing.assert_allclose(W, truth.coef_.reshape(k, m), rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(b, truth.intercept_, rtol=1e-8, atol=1e-10)


def test_the_probe_is_where_the_gradient_vanishes():
    """By autograd, on whole numbers with a constant and a repeated column."""
    rng = np.random.default_rng(1)
    Z = rng.integers(-5, 6, size=(30, 3))
    Z, y = np.hstack([Z, Z[:, :1], np.full((30, 1), 7)]), rng.integers(3, size=30)

    def loss(both):
        return anp.sum((anp.dot(Z, both[:-1]) + both[-1] - np.eye(4)[y]) ** 2) + 2.5 * anp.sum(both[:-1] ** 2)

    W, b = linear_probe(Z, y, 4, 2.5)
    assert np.abs(grad(loss)(np.vstack([W.T, b]))).max() < 1e-9


def test_all_labels_drawn_is_ridge_on_the_digits():
    digits = load_digits()
    Z, y = digits.data / 16, digits.target
    train = np.concatenate([np.flatnonzero(y == c)[:30] for c in range(10)])
    test = np.setdiff1d(np.arange(len(y)), train)
    truth = Ridge(alpha=1.0).fit(Z[train], np.eye(10)[y[train]]).predict(Z[test]).argmax(axis=1)
    share = label_efficiency(Z[train], y[train], Z[test], y[test], 30, np.random.default_rng(0))
    assert share == np.mean(truth == y[test])
    assert isinstance(share, float)


def test_more_labels_are_better_on_average_and_chance_is_in_the_generator():
    digits = load_digits()
    Z, y = digits.data / 16, digits.target
    ask = lambda per_class, seed: label_efficiency(Z[:900], y[:900], Z[900:], y[900:], per_class, np.random.default_rng(seed))
    means = [np.mean([ask(per_class, seed) for seed in range(10)]) for per_class in (1, 5, 30)]
    assert means[0] < means[1] < means[2]
    assert ask(2, 3) == ask(2, 3) != ask(2, 4)


# ------------------------------------------------------------------------------------------- masks


@pytest.mark.parametrize(("shape", "patch", "ratio", "hidden"), [
    ((5, 8, 8), 2, 0.75, 12), ((3, 4, 12), 4, 0.4, 1), ((2, 6, 9), 3, 1.0, 6), ((2, 6, 9), 3, 0.0, 0), ((1, 1, 1), 1, 0.7, 1),
])  # fmt: skip
def test_masks_hide_whole_patches_of_the_right_number(shape, patch, ratio, hidden):
    images = np.random.default_rng(2).normal(size=shape)
    masked, mask = mask_patches(images, patch, ratio, np.random.default_rng(0))
    assert mask.sum(axis=(1, 2)).tolist() == [hidden * patch**2] * shape[0]
    for top, left in itertools.product(range(0, shape[1], patch), range(0, shape[2], patch)):
        block = mask[:, top : top + patch, left : left + patch]
        assert np.array_equal(block.all(axis=(1, 2)), block.any(axis=(1, 2)))
    np.testing.assert_array_equal(masked, np.where(mask, 0, images))


def test_all_sets_of_patches_are_equally_likely():
    """A chi-squared test over the 20 ways to hide three of six patches, with a fixed seed."""
    n = 20_000
    mask = mask_patches(np.ones((n, 2, 3)), 1, 0.5, np.random.default_rng(7))[1].reshape(n, 6)
    counts = np.unique(mask @ (2 ** np.arange(6)), return_counts=True)[1]
    assert len(counts) == 20
    assert chi2.sf(np.sum((counts - n / 20) ** 2 / (n / 20)), 19) > 0.001


# ------------------------------------------------------------------------------------------- finetuning


def test_freezing_is_by_whole_names_and_misspelt_names_are_refused():
    assert freeze_mask(["a", "ab", "b"], ["ab"]) == [True, True, False, False, True, True]
    assert freeze_mask([], []) == []
    with pytest.raises(ValueError, match="no such layer: A; the layers are a, ab"):
        freeze_mask(["a", "ab"], ["A", "a"])


@pytest.mark.parametrize("sizes", [[3, 2], [4, 5, 3], [2, 6, 4, 3]])
def test_finetuning_is_gradient_descent_as_autograd_sees_it(sizes):
    rng = np.random.default_rng(len(sizes))
    params, X, y = network(sizes, rng), rng.normal(size=(12, sizes[0])), rng.integers(sizes[-1], size=12)

    def loss(params):
        out = X
        for i in range(0, len(params), 2):
            out = anp.dot(anp.tanh(out) if i else out, params[i].T) + params[i + 1]
        shifted = out - anp.max(out, axis=1, keepdims=True)
        return anp.mean(anp.log(anp.sum(anp.exp(shifted), axis=1)) - shifted[np.arange(12), y])

    for mask in itertools.product([False, True], repeat=len(params)):
        expected = params
        for _ in range(3):
            expected = [p - 0.3 * g if m else p for p, g, m in zip(expected, grad(loss)(expected), mask, strict=True)]
        for new, right in zip(finetune(params, X, y, list(mask), 0.3, 3), expected, strict=True):
            np.testing.assert_allclose(new, right, rtol=0, atol=1e-12)


def test_one_step_is_scikit_learns():
    """MLPClassifier with plain gradient descent on the full batch, its own start handed to ours."""
    digits = load_digits()
    X, y = digits.data[:100] / 16, digits.target[:100]
    theirs = MLPClassifier((20,), "tanh", solver="sgd", alpha=0, batch_size=100, learning_rate_init=0.5, momentum=0, max_iter=1,
                           shuffle=False, random_state=0)  # fmt: skip
    theirs.partial_fit(X, y, classes=np.arange(10))
    after_one = [a.copy() for pair in zip(theirs.coefs_, theirs.intercepts_, strict=True) for a in (pair[0].T, pair[1])]
    theirs.partial_fit(X, y)
    after_two = [a for pair in zip(theirs.coefs_, theirs.intercepts_, strict=True) for a in (pair[0].T, pair[1])]
    for ours, right in zip(finetune(after_one, X, y, [True] * 4, 0.5, 1), after_two, strict=True):
        np.testing.assert_allclose(ours, right, rtol=0, atol=1e-10)


def test_scores_of_a_thousand_do_not_overflow():
    params = [np.array([[1000.0], [-1000.0], [0.0]]), np.zeros(3)]
    with np.errstate(over="raise", invalid="raise"):
        tuned = finetune(params, np.array([[1.0], [-1.0]]), np.array([2, 1]), [True, True], 1.0, 5)
    assert all(np.isfinite(p).all() for p in tuned)


# ------------------------------------------------------------------------------------------- dimension


@pytest.mark.parametrize(("n", "m"), [(40, 5), (5, 40), (30, 1)])
def test_the_participation_ratio_is_that_of_scikit_learns_variances(n, m):
    Z = np.random.default_rng(n).normal(size=(n, m)) * np.arange(1, m + 1) + 5
    values = PCA(svd_solver="full").fit(Z).explained_variance_
    expected = values.sum() ** 2 / (values**2).sum()
    for copy in (Z, 1e-90 * Z, 1e90 * Z, np.vstack([Z, Z])):
        assert participation_ratio(copy) == pytest.approx(expected, rel=1e-9)


def test_the_participation_ratio_of_collapsed_codes():
    assert participation_ratio(np.full((7, 3), 0.1)) == 0
    assert participation_ratio(np.ones((1, 4))) == 0
    assert participation_ratio(np.eye(6) * 2) == pytest.approx(5)  # six corners of a regular simplex fill five dimensions alike


# ------------------------------------------------------------------------------------------- the test files


def run(question: str, seed: int, monkeypatch, *, only_public: bool = False, **functions) -> list:
    """The results of otter's own test file, with every unseeded generator started from `seed`."""
    file = ExceptionTestFile.from_file(str(ROOT / f"autograder/tests/representations/{question}.py"))
    file.test_cases = [case for case in file.test_cases if not (only_public and case.hidden)]
    generator = np.random.default_rng
    with monkeypatch.context() as patch:
        patch.setattr(np.random, "default_rng", lambda s=None: generator(seed if s is None else s))
        file.run({**ENVIRONMENT, **functions})
    return file.test_case_results


def function_of(question: str) -> str:
    return FUNCTIONS[QUESTIONS.index(question)].__name__


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_reference_passes_whatever_the_data(question, monkeypatch):
    for seed in range(12):
        failed = [r.message for r in run(question, seed, monkeypatch) if not r.passed]
        assert not failed, f"seed {seed}: {failed}"


@pytest.mark.parametrize(
    "variant", load_variants("representations", "alternatives"), ids=lambda v: f"{v.question} {v.name}"
)
def test_right_programs_pass_whatever_the_data(variant, monkeypatch):
    for seed in SEEDS:
        results = run(variant.question, seed, monkeypatch, **{variant.function.__name__: variant.function})
        assert not [r.message for r in results if not r.passed], f"seed {seed}"


@pytest.mark.parametrize(
    "variant", load_variants("representations", "misconceptions"), ids=lambda v: f"{v.question} {v.name}"
)
def test_wrong_programs_fail_the_same_cases_whatever_the_data(variant, monkeypatch):
    outcomes = set()
    for seed in SEEDS:
        results = run(variant.question, seed, monkeypatch, **{variant.function.__name__: variant.function})
        assert not all(r.passed for r in results), f"seed {seed}"
        public = [r.passed for r in results if not r.test_case.hidden]
        assert not public[-1] or all(public), '"Public checks passed" must not stand beside a public check that failed'
        outcomes.add(tuple(r.passed for r in results))
    assert len(outcomes) == 1, outcomes


@pytest.mark.parametrize("question", QUESTIONS)
def test_answers_of_a_wrong_form_get_no_point(question, monkeypatch):
    strange = [None, True, False, 0, -1.0, np.nan, "yes", [], {}, np.zeros(0), np.full((4, 2), np.nan), [[1], [2, 3]]]
    for answer in [*strange, np.array(["a", None], dtype=object), (None, None, None), (None, None), 1 + 2j]:
        results = run(question, 0, monkeypatch, **{function_of(question): lambda *args, answer=answer: answer})
        assert not [r.test_case.name for r in results if r.passed], f"{answer!r}"


@pytest.mark.parametrize("question", QUESTIONS)
def test_public_answers_by_heart_earn_the_public_points_only(question, monkeypatch):
    """A student who knows the answers of all public calls, and nothing else, earns no hidden point."""
    name, answers = function_of(question), {}

    def key(args):
        return repr([a.bit_generator.state if isinstance(a, np.random.Generator) else a for a in args])

    def record(*args):
        question_asked = key(args)
        return answers.setdefault(question_asked, ENVIRONMENT[name](*args))

    def recall(*args):
        answer = answers.get(key(args))
        if answer is not None:
            ENVIRONMENT[name](*args)  # a generator moves on as it did
        return answer

    run(question, 0, monkeypatch, only_public=True, **{name: record})
    results = run(question, 1, monkeypatch, **{name: recall})
    assert [r.passed for r in results] == [not r.test_case.hidden for r in results]


@pytest.mark.parametrize("question", QUESTIONS)
def test_cases_are_made_for_teaching(question):
    """Names, points and messages: public ones describe, hidden ones reveal nothing and are kind."""
    cases = ExceptionTestFile.from_file(str(ROOT / f"autograder/tests/representations/{question}.py")).test_cases
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
    source = ast.parse((ROOT / "solutions/representations.py").read_text(encoding="utf-8"))
    bodies = [node.body[1:] for node in source.body if isinstance(node, ast.FunctionDef)]
    lines = {line.strip() for body in bodies for statement in body for line in ast.unparse(statement).splitlines()}
    calls = tuple(f"{name}(" for name in ENVIRONMENT)
    lines = {line for line in lines if len(line) > 20 and not any(call in line for call in calls)}
    assert len(lines) > 15
    for question in QUESTIONS:
        tests = ast.parse((ROOT / f"autograder/tests/representations/{question}.py").read_text(encoding="utf-8"))
        public = [n for n in tests.body if isinstance(n, ast.FunctionDef) and "hidden=False" in ast.unparse(n)]
        assert len(public) >= 2
        assert not [line for case in public for line in lines if line in ast.unparse(case)]
