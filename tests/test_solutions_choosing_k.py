"""The references of the assignment `choosing-k` against independent truths, and its test files against right and wrong programs."""

import ast
import doctest
import importlib
import itertools
import math
from pathlib import Path

import jupytext
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from otter.test_files.exception_test import ExceptionTestFile
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_samples, silhouette_score
from sklearn.metrics.cluster import contingency_matrix

from solutions.variants import load_variants

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "autograder/tests/choosing-k"
reference = importlib.import_module("solutions.choosing-k")  # a name with a hyphen is for import_module alone
QUESTIONS = {
    "q1": "loss_curve", "q2": "silhouette", "q3": "gap_statistic", "q4": "choose_k", "q5": "purity", "q6": "adjusted_rand",
}  # fmt: skip
ENVIRONMENT = {name: getattr(reference, name) for name in QUESTIONS.values()}
loss_curve, silhouette, gap_statistic, choose_k, purity, adjusted_rand = ENVIRONMENT.values()
SEEDS = range(2)

labels = st.lists(st.integers(0, 3), min_size=1, max_size=8)


def test_examples_in_docstrings_run():
    assert doctest.testmod(reference).failed == 0
    assert doctest.testmod(reference).attempted >= 6


def test_the_notebook_gives_lloyd_word_for_word():
    source = (ROOT / "solutions/choosing-k.py").read_text(encoding="utf-8")
    [node] = [node for node in ast.parse(source).body if getattr(node, "name", None) == "lloyd"]
    cells = jupytext.read(ROOT / "notebooks/choosing-k.md").cells
    assert ast.get_source_segment(source, node) in [cell.source for cell in cells]


# ------------------------------------------------------------------------------------------- k-means and its curve


@pytest.mark.parametrize("seed", range(6))
def test_lloyd_ends_where_scikit_learn_ends(seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(80, 3))
    start = X[rng.choice(80, size=6, replace=False)]
    mu, y, loss = reference.lloyd(X, start)
    fitted = KMeans(6, init=start, n_init=1, tol=0).fit(X)
    assert np.array_equal(y, fitted.labels_)
    np.testing.assert_allclose(mu, fitted.cluster_centers_, rtol=1e-9)
    assert loss == pytest.approx(fitted.inertia_)


def optimum(x: np.ndarray, k: int) -> float:
    """The least loss on a line, over all ways to cut the sorted points into k intervals."""
    x = np.sort(x)
    cuts = itertools.combinations(range(1, len(x)), k - 1)
    return min(sum(((part - part.mean()) ** 2).sum() for part in np.split(x, cut)) for cut in cuts)


@pytest.mark.parametrize("seed", range(5))
def test_the_curve_is_the_optimum_on_small_lines_and_strictly_falls(seed):
    """Thirty starts on nine points find the best of all partitions, in these examples; the optimum falls strictly until n."""
    x = np.random.default_rng(seed).normal(size=9)
    best = [optimum(x, k) for k in range(1, 10)]
    assert np.all(np.diff(best) < 0)
    assert best[-1] == 0
    curve = loss_curve(x[:, None], np.arange(1, 10), np.random.default_rng(seed))
    assert np.all(curve >= np.array(best) - 1e-12)
    np.testing.assert_allclose(curve[[0, 1, 2, -1]], np.array(best)[[0, 1, 2, -1]], atol=1e-12)


def test_the_curve_never_rises_where_single_ks_do():
    rng = np.random.default_rng(0)
    X = np.repeat(rng.uniform(0, 10, size=(25, 2)), 3, axis=0) + rng.normal(scale=0.01, size=(75, 2))
    ks = np.arange(20, 45)
    alone = [loss_curve(X, np.array([k]), rng)[0] for k in ks]
    assert np.any(np.diff(alone) > 0)
    assert np.all(np.diff(loss_curve(X, ks, rng)) <= 0)


def test_half_of_all_starts_miss_the_three_groups_of_the_test():
    """The false-alarm rate that the hidden case of question 1 states: 30 sets, 30 starts each, every start fails with 1/2."""
    x = np.array([0.0, 0, 1, 1, 10, 10, 10, 10]) + np.random.default_rng(4).uniform(-0.02, 0.02, size=8)
    least = optimum(x, 3)
    starts = [x[list(rows), None] for rows in itertools.combinations(range(8), 3)]
    misses = sum(reference.lloyd(x[:, None], start)[2] > least * (1 + 1e-6) for start in starts)
    assert misses / len(starts) == 0.5
    assert 30 * 0.5**30 < 1e-7


# ------------------------------------------------------------------------------------------- silhouette


@pytest.mark.parametrize(("n", "d", "k"), [(60, 2, 3), (30, 5, 8), (10, 1, 2)])
def test_silhouettes_are_scikit_learns(n, d, k):
    rng = np.random.default_rng(n)
    X, y = rng.normal(size=(n, d)), rng.permutation(np.arange(n) % k)
    y[0] = k  # a point alone
    np.testing.assert_allclose(silhouette(X, y), silhouette_samples(X, y), atol=1e-12)
    assert silhouette(X, y).mean() == pytest.approx(silhouette_score(X, y))


@settings(max_examples=60)
@given(st.integers(0, 10**6))
def test_silhouettes_lie_between_minus_one_and_one_and_ignore_names_and_scale(seed):
    rng = np.random.default_rng(seed)
    X = rng.integers(-3, 4, size=(12, 2))  # many points coincide
    y = rng.permutation(np.append(rng.integers(4, size=10), [0, 1]))
    values = silhouette(X, y)
    assert np.all(np.abs(values) <= 1)
    np.testing.assert_allclose(silhouette(7.0 * X + 5, 10 - 2 * y), values, atol=1e-12)


# ------------------------------------------------------------------------------------------- gap statistic


def test_gap_and_error_follow_from_the_table_and_do_not_notice_units():
    X = np.random.default_rng(0).normal(size=(30, 2)) * [1, 50]
    ks = np.array([3, 1, 2])
    gap, s, table = gap_statistic(X, ks, np.random.default_rng(1), 5)
    np.testing.assert_allclose(s, [math.dist(c, [c.mean()] * 5) / math.sqrt(5) * math.sqrt(1.2) for c in table.T])
    own = loss_curve(X, ks, np.random.default_rng(2))
    assert gap[1] == pytest.approx(table[:, 1].mean() - math.log(own[1]))
    in_metres, _, _ = gap_statistic(1000 * X, ks, np.random.default_rng(1), 5)
    np.testing.assert_allclose(in_metres, gap, atol=1e-9)
    assert gap_statistic(X, ks, np.random.default_rng(1), 1)[1].tolist() == [0, 0, 0]


def test_the_rule_finds_three_groups_and_none():
    rng = np.random.default_rng(3)
    groups = np.vstack([place + rng.normal(scale=0.5, size=(20, 2)) for place in ([0, 0], [6, 0], [3, 6])])
    noise = rng.uniform(size=(60, 2))
    ks = np.arange(1, 6)
    for X, expected in ((groups, 3), (noise, 1)):
        gap, s, _ = gap_statistic(X, ks, rng, 10)
        assert choose_k(ks, gap, s) == expected


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4)), min_size=1, max_size=7))
def test_the_chosen_k_is_the_first_that_satisfies_the_rule(pairs):
    gap, s = np.array(pairs, dtype=float).T
    ks = 3 * np.arange(len(gap)) + 2
    chosen = int(np.flatnonzero(ks == choose_k(ks, gap, s))[0])
    assert chosen == len(ks) - 1 or gap[chosen] >= gap[chosen + 1] - s[chosen + 1]
    assert all(gap[i] < gap[i + 1] - s[i + 1] for i in range(chosen))


# ------------------------------------------------------------------------------------------- purity and adjusted Rand


@given(labels, st.randoms(use_true_random=False))
def test_purity_is_the_sum_of_column_maxima_of_the_contingency_table(y, random):
    truth = [random.randrange(-2, 3) for _ in y]
    table = contingency_matrix(truth, y)
    assert purity(np.array(y), np.array(truth)) == pytest.approx(table.max(axis=0).sum() / len(y))
    assert purity(np.arange(len(y)), np.array(truth)) == 1


@given(labels, st.randoms(use_true_random=False))
def test_splitting_a_cluster_never_lowers_purity(y, random):
    truth, finer = np.array([random.randrange(3) for _ in y]), np.array([2 * j + random.randrange(2) for j in y])
    assert purity(finer, truth) >= purity(np.array(y), truth) - 1e-12


@given(labels, st.randoms(use_true_random=False))
def test_adjusted_rand_is_scikit_learns_and_symmetric(y, random):
    truth = np.array([random.randrange(-2, 3) for _ in y])
    value = adjusted_rand(np.array(y), truth)
    assert value == pytest.approx(adjusted_rand_score(truth, y), abs=1e-12)
    assert value == adjusted_rand(truth, np.array(y))


@pytest.mark.parametrize(("y", "truth"), [([0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 1, 1]), ([0, 0, 1, 1, 2], [0, 1, 1, 1, 1])])
def test_over_all_permutations_the_adjusted_rand_index_has_mean_zero(y, truth):
    values = [adjusted_rand(np.array(y), np.array(dealt)) for dealt in itertools.permutations(truth)]
    assert np.mean(values) == pytest.approx(0, abs=1e-12)


def test_adjusted_rand_of_many_points_does_not_overflow():
    rng = np.random.default_rng(0)
    y, truth = rng.integers(2, size=300_000), rng.integers(3, size=300_000)
    truth[:100_000] = y[:100_000]
    assert adjusted_rand(y, truth) == pytest.approx(adjusted_rand_score(truth, y), rel=1e-9)


def test_arguments_stay_as_they_are():
    rng = np.random.default_rng(0)
    X, y, truth, ks = rng.normal(size=(12, 2)), np.arange(12) % 3, np.arange(12) % 2, np.array([3, 1])
    copies = [part.copy() for part in (X, y, truth, ks)]
    loss_curve(X, ks, rng), gap_statistic(X, ks, rng, 2), silhouette(X, y), purity(y, truth), adjusted_rand(y, truth)
    assert all(np.array_equal(now, before) for now, before in zip((X, y, truth, ks), copies, strict=True))


# ------------------------------------------------------------------------------------------- the test files


def run(question: str, seed: int, monkeypatch, *, only_public: bool = False, **functions) -> list:
    """The results of otter's own test file; the unseeded generators are the children of `seed`, each other than the last."""
    file = ExceptionTestFile.from_file(str(TESTS / f"{question}.py"))
    file.test_cases = [case for case in file.test_cases if not (only_public and case.hidden)]
    generator, draws = np.random.default_rng, np.random.SeedSequence(seed)
    with monkeypatch.context() as patch:
        patch.setattr(np.random, "default_rng", lambda s=None: generator(draws.spawn(1)[0] if s is None else s))
        file.run({**ENVIRONMENT, **functions})
    return file.test_case_results


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_reference_passes_whatever_the_data(question, monkeypatch):
    for seed in range(1 if question in ("q1", "q3") else 2 if question == "q6" else 20):
        failed = [r.message for r in run(question, seed, monkeypatch) if not r.passed]
        assert not failed, f"seed {seed}: {failed}"


@pytest.mark.parametrize("variant", load_variants("choosing-k", "alternatives"), ids=lambda v: f"{v.question} {v.name}")
def test_right_programs_pass_whatever_the_data(variant, monkeypatch):
    for seed in SEEDS[:1] if variant.question in ("q1", "q3") else SEEDS:  # the audit draws more often
        results = run(variant.question, seed, monkeypatch, **{variant.function.__name__: variant.function})
        assert not [r.message for r in results if not r.passed], f"seed {seed}"


@pytest.mark.parametrize("variant", load_variants("choosing-k", "misconceptions"), ids=lambda v: f"{v.question} {v.name}")
def test_wrong_programs_fail_the_same_cases_whatever_the_data(variant, monkeypatch):
    outcomes = set()
    for seed in SEEDS:
        results = run(variant.question, seed, monkeypatch, **{variant.function.__name__: variant.function})
        assert not all(r.passed for r in results), f"seed {seed}"
        public = [r.passed for r in results if not r.test_case.hidden]
        assert not public[-1] or all(public), '"Public checks passed" must not stand beside a public check that failed'
        outcomes.add(tuple(r.passed for r in results))
    assert len(outcomes) == 1, "which cases fail must not depend on chance: fair scores are computed from it"


@pytest.mark.parametrize("question", QUESTIONS)
def test_answers_of_a_wrong_form_get_no_point(question, monkeypatch):
    strange = [None, True, False, -1.5, np.nan, "yes", [], {}, np.zeros(0), np.full((4, 2), np.nan), [[1], [2, 3]]]
    for answer in [*strange, np.array(["a", None], dtype=object), (None, None, None), 1 + 2j]:
        results = run(question, 0, monkeypatch, **{QUESTIONS[question]: lambda *args, answer=answer: answer})
        assert not [r.test_case.name for r in results if r.passed], f"{answer!r}"


@pytest.mark.parametrize("question", QUESTIONS)
def test_public_answers_by_heart_earn_the_public_points_only(question, monkeypatch):
    """A student who knows the answers of all public calls, and nothing else, earns no hidden point."""
    name, answers = QUESTIONS[question], {}

    def key(args) -> str:
        return repr([arg.bit_generator.state if isinstance(arg, np.random.Generator) else arg for arg in args])

    def record(*args):
        return answers.setdefault(key(args), ENVIRONMENT[name](*args))

    run(question, 0, monkeypatch, only_public=True, **{name: record})
    results = run(question, 1, monkeypatch, **{name: lambda *args: answers.get(key(args))})
    assert [r.passed for r in results] == [not r.test_case.hidden for r in results]


@pytest.mark.parametrize("question", QUESTIONS)
def test_cases_are_made_for_teaching(question):
    """Names, points and messages: public ones describe, hidden ones reveal nothing and are kind."""
    cases = ExceptionTestFile.from_file(str(TESTS / f"{question}.py")).test_cases
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
