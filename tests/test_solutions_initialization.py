"""The references of the assignment `initialization` against independent truths, and its test files against right and wrong programs."""

import ast
import doctest
import inspect
import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from otter.test_files.exception_test import ExceptionTestFile
from scipy.optimize import minimize
from scipy.spatial.distance import cdist
from scipy.stats import binomtest
from sklearn.cluster import KMeans
from sklearn.metrics import pairwise_distances_argmin_min

import solutions.initialization as reference
from autograder import assignment, leaks, release
from solutions.initialization import best_of_restarts, is_local_minimum, kmeans_plus_plus, lloyd, random_centers
from solutions.kmeans import kmeans, kmeans_objective
from solutions.variants import load_variants

ROOT = Path(__file__).resolve().parents[1]
SLUG = "initialization"
QUESTIONS = ("q1", "q2", "q3", "q4")
FUNCTIONS = (random_centers, kmeans_plus_plus, best_of_restarts, is_local_minimum)
ENVIRONMENT = {function.__name__: function for function in FUNCTIONS}
SEEDS = range(2)
RARE = 1e-9
"""A correct program may fail a counting test of this file with this probability."""


def test_examples_in_docstrings_run():
    result = doctest.testmod(reference)
    assert (result.failed, result.attempted > 0) == (0, True)


# ------------------------------------------------------------------------------------------- what is given


def test_the_notebook_gives_the_very_function_that_the_references_use():
    code = assignment.given_code(assignment.load(SLUG))
    assert inspect.getsource(lloyd) in code + "\n"
    assert "from scipy.spatial.distance import cdist" in code


def test_what_is_given_is_read_only_and_nothing_else_is():
    cells = release.master(assignment.load(SLUG), []).cells
    read_only = [cell.source for cell in cells if not cell.metadata.get("editable", True)]
    assert read_only == [assignment.given_code(assignment.load(SLUG))]


def test_what_is_given_holds_no_statement_of_the_assignment_before():
    code = leaks.squeezed(assignment.given_code(assignment.load(SLUG)))
    secrets = leaks.secrets(assignment.load("kmeans")) | leaks.secrets(assignment.load(SLUG))
    assert not [secret for secret in secrets if secret in code]


@pytest.mark.parametrize("seed", range(8))
def test_the_given_function_is_k_means(seed):
    """Same end as the assignment before and as scikit-learn's Lloyd, from the same start."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(120, 3)) + 4 * rng.integers(3, size=(120, 1))
    start = X[rng.choice(120, size=5, replace=False)]
    mu, y, loss = lloyd(X, start)
    expected_mu, expected_y, _ = kmeans(X, start, 500)
    assert np.array_equal(y, expected_y)
    np.testing.assert_allclose(mu, expected_mu, rtol=1e-12)
    assert loss == pytest.approx(kmeans_objective(X, mu, y), rel=1e-12)
    fitted = KMeans(5, init=start, n_init=1, algorithm="lloyd", tol=0, max_iter=500).fit(X)
    assert loss == pytest.approx(fitted.inertia_, rel=1e-9)


def test_the_given_function_leaves_its_start_alone_and_empty_centres_where_they_are():
    X, start = np.array([[0, 0], [2, 0], [9, 9]]), np.array([[0, 0], [9, 9], [50, 50]])
    mu, y, loss = lloyd(X, start)
    assert (mu.tolist(), y.tolist(), loss) == ([[1.0, 0.0], [9.0, 9.0], [50.0, 50.0]], [0, 0, 1], 2.0)
    assert start.tolist() == [[0, 0], [9, 9], [50, 50]]


# ------------------------------------------------------------------------------------------- starts


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 12), st.integers(1, 4))
def test_starts_are_rows_and_random_ones_are_different_rows(seed, n, d):
    rng = np.random.default_rng(seed)
    X = rng.integers(-3, 4, size=(n, d))  # many coincidences
    k = int(rng.integers(1, n + 1))
    before, places = X.copy(), [tuple(row) for row in X.tolist()]
    by_lot = [tuple(row) for row in random_centers(X, k, rng).tolist()]
    assert all(by_lot.count(place) <= places.count(place) for place in by_lot)
    plus = [tuple(row) for row in kmeans_plus_plus(X, k, rng).tolist()]
    assert set(plus) <= set(places)
    assert len(set(plus)) == min(k, len(set(places)))
    assert len(by_lot) == len(plus) == k
    assert np.array_equal(X, before)


def test_every_set_of_rows_is_equally_likely():
    rng, X, draws = np.random.default_rng(0), np.arange(5.0)[:, None], 4000
    counts = dict.fromkeys(itertools.combinations(range(5), 3), 0)
    for _ in range(draws):
        counts[tuple(sorted(random_centers(X, 3, rng)[:, 0].astype(int)))] += 1
    assert all(binomtest(count, draws, 1 / 10).pvalue > RARE for count in counts.values())


def test_d_squared_sampling_has_the_exact_chances():
    """The joint law of three centres on five places, by enumeration."""
    X = np.array([[0.0, 0.0], [0.0, 1.0], [2.0, 0.0], [5.0, 5.0], [5.0, 5.0]])
    rng, draws = np.random.default_rng(1), 4000
    counts, chances = {}, {}
    for a, b, c in itertools.product(range(5), repeat=3):
        to_a = [math.dist(x, X[a]) ** 2 for x in X]
        both = [min(w, math.dist(x, X[b]) ** 2) for w, x in zip(to_a, X, strict=True)]
        key = tuple(map(tuple, X[[a, b, c]].tolist()))
        chances[key] = chances.get(key, 0) + to_a[b] / sum(to_a) / 5 * (both[c] / sum(both) if sum(both) else 0)
    for _ in range(draws):
        key = tuple(map(tuple, kmeans_plus_plus(X, 3, rng).tolist()))
        counts[key] = counts.get(key, 0) + 1
    assert sum(chances.values()) == pytest.approx(1)
    assert all(chances[key] > 0 for key in counts)
    assert all(binomtest(counts.get(key, 0), draws, p).pvalue > RARE for key, p in chances.items())


def test_the_first_centre_of_one_cluster_costs_twice_the_mean_in_expectation():
    """Lemma 3.1 of Arthur and Vassilvitskii 2007, exactly: the average over all rows as only centre."""
    X = np.random.default_rng(2).normal(size=(30, 3))
    at_the_mean = np.sum((X - X.mean(axis=0)) ** 2)
    assert np.mean([np.sum((X - x) ** 2) for x in X]) == pytest.approx(2 * at_the_mean)


def test_k_means_plus_plus_keeps_the_bound_of_its_theorem_where_the_optimum_is_known():
    """Far groups: E f(start) ≤ 8 (ln k + 2) OPT, with ease (the average of 200 draws)."""
    rng = np.random.default_rng(3)
    group = np.repeat(np.arange(6), 10)
    X = 50.0 * np.c_[group, group % 2] + rng.normal(size=(60, 2))
    best = sum(np.sum((X[group == g] - X[group == g].mean(axis=0)) ** 2) for g in range(6))
    seeds = [pairwise_distances_argmin_min(X, kmeans_plus_plus(X, 6, rng))[1] for _ in range(200)]
    mean = np.mean([np.sum(walks**2) for walks in seeds])
    assert best < mean < 8 * (math.log(6) + 2) * best


# ------------------------------------------------------------------------------------------- restarts


@pytest.mark.parametrize("seed", range(5))
def test_restarts_return_the_least_of_the_runs_that_their_generator_makes(seed):
    X = np.random.default_rng(seed).normal(size=(50, 2))
    mu, y, loss = best_of_restarts(X, 6, 8, np.random.default_rng(seed))
    rng = np.random.default_rng(seed)
    ends = [KMeans(6, init=random_centers(X, 6, rng), n_init=1, tol=0, max_iter=500).fit(X).inertia_ for _ in range(8)]
    assert loss == pytest.approx(min(ends), rel=1e-9)
    assert loss == pytest.approx(kmeans_objective(X, mu, y))


def test_one_random_start_on_two_far_pairs_succeeds_with_the_chance_that_the_checks_assume():
    """Hypergeometric: two centres on either side of the gap; every such start, and no other, leads to the best."""
    rng = np.random.default_rng(4)
    group = np.tile(np.arange(4), 3)
    X = (np.array([0.0, 1.0, 100.0, 101.0])[group] + rng.uniform(-0.05, 0.05, size=12))[:, None]
    best = sum(np.sum((X[group == g] - X[group == g].mean()) ** 2) for g in range(4))
    for rows in itertools.combinations(range(12), 4):
        on_the_left = sum(group[row] < 2 for row in rows)
        assert (lloyd(X, X[list(rows)])[2] == pytest.approx(best)) == (on_the_left == 2)


# ------------------------------------------------------------------------------------------- local minima


def lower_nearby(X, mu, rng):
    """Whether a search from `mu`, by small steps and by a minimiser from nudged starts, finds a clearly lower loss close by."""

    def loss(flat):
        return np.min(np.sum((X[:, None] - flat.reshape(1, *mu.shape)) ** 2, axis=2), axis=1).sum()

    here = loss(mu.ravel())
    for scale in (1e-2, 1e-3):
        for _ in range(60):
            flat = mu.ravel() + scale * rng.normal(size=mu.size)
            if loss(flat) < here - 1e-9:
                return True
            close = minimize(loss, flat, method="Nelder-Mead", options={"maxiter": 30}).x
            if np.abs(close - mu.ravel()).max() < 5 * scale and loss(close) < here - 1e-9:
                return True
    return False


TIED = [
    ([[0, 0], [2, 0], [3, 0]], [[1, 0], [3, 0]], [0, 0, 1]),
    ([[0, 0], [2, 0], [3, 0]], [[0, 0], [2.5, 0]], [0, 1, 1]),
    ([[-1, 0], [1, 0]], [[0, 0], [0, 0]], [0, 0]),
    ([[1, 0], [1, 0], [5, 0]], [[1, 0], [1, 0], [5, 0]], [0, 1, 2]),
    ([[0, 0], [0, 2], [6, 0], [6, 2]], [[3, 0], [3, 2]], [0, 1, 0, 1]),
    ([[-1, 0], [1, 0], [0, 1], [0, -1]], [[0, 0], [2, 0]], [0, 0, 0, 0]),
    ([[-1, 0], [1, 0], [0, 1], [0, -1]], [[0, 0], [9, 9]], [0, 0, 0, 0]),
]


@pytest.mark.parametrize("case", range(len(TIED)))
def test_the_verdict_is_what_a_search_nearby_finds(case):
    """With ties and without: the characterisation proved in the chapter against brute force."""
    X, mu, y = (np.array(part, dtype=float) for part in TIED[case])
    verdict = is_local_minimum(X, mu, y.astype(int))
    assert verdict is (not lower_nearby(X, mu, np.random.default_rng(case)))
    assert verdict is (case in (1, 3, 4, 6))


@pytest.mark.parametrize("seed", range(6))
def test_ends_of_k_means_are_local_minima_and_other_places_are_not(seed):
    rng, margin = np.random.default_rng(seed), 0.0
    while margin < 0.1:  # so that the search's small steps change nobody's choice
        X = rng.normal(size=(12, 2))
        mu, y, _ = lloyd(X, random_centers(X, 4, rng))
        margin = np.diff(np.sort(cdist(X, mu), axis=1)[:, :2]).min()
    assert is_local_minimum(X, mu, y)
    assert not lower_nearby(X, mu, rng)
    moved = mu + 0.05 * np.eye(4)[:, :2]
    assert not is_local_minimum(X, moved, y)
    assert lower_nearby(X, moved, rng)
    other = y.copy()
    other[0] = (y[0] + 1) % 4
    assert not is_local_minimum(X, mu, other)


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
    strange = [None, True, False, 0, -1.0, np.nan, "yes", [], {}, np.zeros(0), np.full((4, 2), np.nan), [[1], [2, 3]]]
    for answer in [*strange, np.array(["a", None], dtype=object), (None, None, None), 1 + 2j]:
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
    """Each bound is Chernoff's: P(N · KL(count/N ‖ p) ≥ 22) ≤ 2 e⁻²², for every one of them in one grading."""
    bounds = 0
    for question in QUESTIONS:
        tree = ast.parse((ROOT / f"autograder/tests/{SLUG}/{question}.py").read_text(encoding="utf-8"))
        asserts = [node for node in ast.walk(tree) if isinstance(node, ast.Assert) and "surprise" in ast.unparse(node.test)]
        assert all(ast.unparse(node.test) == "surprise < 22" for node in asserts)
        bounds += len(asserts)
    assert bounds == 4
    counted = 6 + 1 + 12 + 1  # pairs of rows; the lonely person; three ranks of four places; single starts
    restarts = 45 * (1 / 3) ** 20 + 22 * (1 - math.comb(10, 2) ** 2 / math.comb(20, 4)) ** 40
    assert counted * 2 * math.exp(-22) + restarts < 1e-7
