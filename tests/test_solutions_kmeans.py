"""The references of the assignment `kmeans` against independent truths, and its test files against right and wrong programs."""

import ast
import doctest
import itertools
import math
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from otter.test_files.exception_test import ExceptionTestFile
from scipy.optimize import minimize
from scipy.spatial.distance import cdist
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import adjusted_rand_score, pairwise_distances_argmin

import solutions.kmeans as reference
from solutions.kmeans import assign_clusters, kmeans, kmeans_objective, quantize_colors, same_partition, update_centers
from solutions.variants import load_variants

ROOT = Path(__file__).resolve().parents[1]
QUESTIONS = ("q1", "q2", "q3", "q4", "q5", "q6")
FUNCTIONS = (kmeans_objective, assign_clusters, update_centers, kmeans, same_partition, quantize_colors)
ENVIRONMENT = {function.__name__: function for function in FUNCTIONS}
SEEDS = range(6)

# Small whole numbers: every sum and product of them is exact, so that equalities may be demanded.
whole = st.integers(-8, 8).map(float)


@st.composite
def cities(draw):
    """Points and starting centres: up to 12 points, 1 to 4 of them features, up to 5 centres, with many coincidences."""
    n, d, k = draw(st.integers(1, 12)), draw(st.integers(1, 4)), draw(st.integers(1, 5))
    return draw(arrays(float, (n, d), elements=whole)), draw(arrays(float, (k, d), elements=whole))


labels = st.lists(st.integers(0, 3), min_size=1, max_size=8)


def test_examples_in_docstrings_run():
    assert doctest.testmod(reference).failed == 0
    assert doctest.testmod(reference).attempted >= len(FUNCTIONS)


# ------------------------------------------------------------------------------------------- objective


@given(cities(), st.randoms(use_true_random=False))
def test_objective_is_the_double_sum_with_its_indicator(city, random):
    X, mu = city
    y = np.array([random.randrange(len(mu)) for _ in X])
    double_sum = sum((y[i] == j) * math.dist(X[i], mu[j]) ** 2 for i in range(len(X)) for j in range(len(mu)))
    assert kmeans_objective(X, mu, y) == pytest.approx(double_sum, rel=1e-12, abs=1e-12)


def test_objective_is_sklearns_inertia():
    X = np.random.default_rng(0).normal(size=(200, 3))
    fitted = KMeans(4, n_init=1, random_state=0).fit(X)
    assert kmeans_objective(X, fitted.cluster_centers_, fitted.labels_) == pytest.approx(fitted.inertia_, rel=1e-12)


def test_objective_keeps_its_digits_far_from_the_origin():
    """The variance decomposition in exact arithmetic: whole numbers moved by 10^7 leave the loss as it was."""
    X, mu, y = np.array([[0, 3], [4, 0], [1, 1]]), np.array([[0, 0], [1, 2]]), np.array([0, 0, 1])
    assert kmeans_objective(X + 10_000_000, mu + 10_000_000, y) == kmeans_objective(X, mu, y) == 9 + 16 + 1


# ------------------------------------------------------------------------------------------- assignment


@given(cities())
def test_assignment_is_the_first_nearest_centre(city):
    X, mu = city
    assert assign_clusters(X, mu).tolist() == cdist(X, mu, "sqeuclidean").argmin(axis=1).tolist()


@pytest.mark.parametrize(("n", "d", "k"), [(5000, 16, 32), (1024, 2, 3), (1025, 1, 2), (1, 3, 1), (3, 2, 9)])
def test_assignment_agrees_with_scipy_and_sklearn_whatever_the_size(n, d, k):
    rng = np.random.default_rng(n)
    X, mu = rng.normal(size=(n, d)), rng.normal(size=(k, d))
    y = assign_clusters(X, mu)
    assert np.array_equal(y, cdist(X, mu).argmin(axis=1))
    assert np.array_equal(y, pairwise_distances_argmin(X, mu))
    assert y.dtype.kind == "i"


@pytest.mark.parametrize("offset", [0, 1e6, 1e8, 1e10])
def test_assignment_does_not_cancel_far_from_the_origin(offset):
    """Exact: whole numbers below 2^53 are moved without rounding. The square written out loses everything at 1e8."""
    rng = np.random.default_rng(3)
    X, mu = rng.integers(-50, 51, size=(300, 2)).astype(float), rng.integers(-50, 51, size=(7, 2)).astype(float)
    assert np.array_equal(assign_clusters(X + offset, mu + offset), cdist(X, mu, "sqeuclidean").argmin(axis=1))


def test_equal_centres_and_equal_distances_go_to_the_lowest_index():
    X = np.array([[0.0, 0.0], [0.1, 0.7]])
    assert assign_clusters(X, np.array([[0.1, 0.2]] * 5)).tolist() == [0, 0]
    assert assign_clusters(np.zeros((1, 2)), np.array([[3.0, 4.0], [0, 5], [5, 0]])).tolist() == [0]


# ------------------------------------------------------------------------------------------- update


@given(cities(), st.randoms(use_true_random=False))
def test_centres_are_means_and_empty_ones_stay(city, random):
    X, mu = city
    y = np.array([random.randrange(len(mu)) for _ in X])
    moved = update_centers(X, y, mu)
    for j in range(len(mu)):
        expected = X[y == j].mean(axis=0) if np.any(y == j) else mu[j]
        np.testing.assert_allclose(moved[j], expected, rtol=1e-14, atol=1e-14)


def test_the_mean_is_where_a_minimiser_of_the_objective_ends():
    rng = np.random.default_rng(1)
    X, mu, y = rng.normal(size=(30, 2)), rng.normal(size=(3, 2)), np.arange(30) % 3
    found = minimize(lambda flat: kmeans_objective(X, flat.reshape(3, 2), y), mu.ravel(), tol=1e-12).x.reshape(3, 2)
    np.testing.assert_allclose(update_centers(X, y, mu), found, atol=1e-6)


def test_whole_numbers_give_floats_and_arguments_stay_as_they_are():
    X, mu, y = np.array([[0, 1], [1, 1]]), np.array([[7, 7], [8, 8]]), np.array([0, 0])
    copies = X.copy(), mu.copy(), y.copy()
    assert update_centers(X, y, mu).tolist() == [[0.5, 1.0], [8.0, 8.0]]
    kmeans(X, mu, 5)
    assert all(np.array_equal(now, before) for now, before in zip((X, mu, y), copies, strict=True))


# ------------------------------------------------------------------------------------------- the algorithm


@pytest.mark.parametrize("seed", range(10))
def test_the_same_rounds_as_scikit_learn(seed):
    """scikit-learn's Lloyd from the same start: labels, centres and inertia at the end, and in every round on the way."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(150, 3)) + 3 * rng.integers(3, size=(150, 1))
    start = X[rng.choice(150, size=5, replace=False)]
    mu, y, iterations = kmeans(X, start, 300)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # max_iter is meant to end it
        fitted = KMeans(5, init=start, n_init=1, algorithm="lloyd", tol=0, max_iter=300).fit(X)
        before_last = KMeans(5, init=start, n_init=1, algorithm="lloyd", tol=0, max_iter=iterations - 2).fit(X)
    assert np.array_equal(y, fitted.labels_)
    np.testing.assert_allclose(mu, fitted.cluster_centers_, rtol=1e-9)
    assert kmeans_objective(X, mu, y) == pytest.approx(fitted.inertia_)
    assert iterations == fitted.n_iter_
    np.testing.assert_allclose(kmeans(X, start, iterations - 2)[0], before_last.cluster_centers_, rtol=1e-9)
    assert not np.allclose(before_last.cluster_centers_, mu, rtol=1e-9)


@given(cities())
def test_the_objective_never_rises_and_the_end_is_a_fixed_point(city):
    X, start = city
    mu, y, iterations = kmeans(X, start, 100)
    losses = [kmeans_objective(X, *kmeans(X, start, tau)[:2]) for tau in range(1, iterations + 1)]
    assert all(later <= earlier + 1e-9 for earlier, later in itertools.pairwise(losses))
    assert iterations < 100
    # The fixed point up to rounding: nobody has a nearer truck, and no truck is off its people's mean.
    squared = cdist(X, mu, "sqeuclidean")
    assert np.all(squared[np.arange(len(X)), y] <= squared.min(axis=1) + 1e-9)
    np.testing.assert_allclose(update_centers(X, y, mu), mu, atol=1e-12)


@settings(max_examples=50)
@given(st.integers(0, 10**6))
def test_order_of_people_and_names_of_trucks_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    X, start = rng.normal(size=(20, 2)), rng.normal(size=(4, 2))
    people, trucks = rng.permutation(20), rng.permutation(4)
    mu, y, iterations = kmeans(X, start, 100)
    other_mu, other_y, other_iterations = kmeans(X[people], start[trucks], 100)
    np.testing.assert_allclose(other_mu, mu[trucks], atol=1e-12)
    assert same_partition(y[people], other_y)
    assert iterations == other_iterations


def test_the_table_in_the_notebook_is_right():
    X, start = np.array([[0.0], [2.0], [4.0], [12.0]]), np.array([[0.0], [1.0]])
    rounds = [kmeans(X, start, tau) for tau in range(1, 5)]
    table = [f"{t} | {', '.join(map(str, y))} | {mu[0, 0]:g} and {mu[1, 0]:g} | {kmeans_objective(X, mu, y):g}"
             for mu, y, t in rounds]  # fmt: skip
    assert kmeans(X, start, 100)[2] == 4
    text = (ROOT / "notebooks/kmeans.md").read_text(encoding="utf-8")
    assert all(f"| {row} |" in text for row in table), table


def test_edge_cases_of_the_algorithm():
    X = np.array([[1.0, 1.0], [2.0, 2.0], [9.0, 9.0]])
    mu, y, iterations = kmeans(X, X[::-1], 10)  # k = n
    assert (mu.tolist(), y.tolist(), iterations) == (X[::-1].tolist(), [2, 1, 0], 2)
    mu, y, iterations = kmeans(X, np.zeros((1, 2)), 10)  # k = 1
    assert (mu.tolist(), y.tolist(), iterations) == ([[4.0, 4.0]], [0, 0, 0], 2)
    mu, y, iterations = kmeans(np.full((4, 1), 3.0), np.array([[0.0], [3.0], [3.0]]), 10)  # one spot, equal centres
    assert (mu.ravel().tolist(), y.tolist(), iterations) == ([0.0, 3.0, 3.0], [1] * 4, 2)
    assert kmeans(X, X[:2], 1)[2] == 1


# ------------------------------------------------------------------------------------------- partitions and colours


@given(labels, st.randoms(use_true_random=False))
def test_same_partition_is_agreement_on_all_pairs(y1, random):
    y2 = [random.randrange(-2, 3) for _ in y1] if random.random() < 0.5 else [9 - 5 * name for name in y1]
    pairs = itertools.combinations(range(len(y1)), 2)
    agree = all((y1[i] == y1[j]) == (y2[i] == y2[j]) for i, j in pairs)
    y1, y2 = np.array(y1), np.array(y2)
    assert same_partition(y1, y2) is agree
    assert same_partition(y2, y1) is agree
    assert (adjusted_rand_score(y1, y2) == 1.0) is agree


def test_same_partition_survives_huge_names_and_many_points():
    y = np.random.default_rng(0).integers(1000, size=100_000)
    names = np.iinfo(np.int64).max - np.random.default_rng(1).permutation(1000)
    assert same_partition(y, names[y])
    other = names[y]
    other[0] = names[(y[0] + 1) % 1000]
    assert not same_partition(y, other)


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32, np.float64])
def test_colours_are_exact_rows_of_the_palette_and_nearest(dtype):
    rng = np.random.default_rng(5)
    image = rng.integers(256, size=(9, 14, 3), dtype=np.uint8)
    palette = (255 * rng.uniform(size=(6, 3))).astype(dtype)
    painted = quantize_colors(image, palette)
    assert painted.dtype == dtype
    nearest = cdist(image.reshape(-1, 3).astype(float), palette.astype(float)).argmin(axis=1)
    assert np.array_equal(painted.reshape(-1, 3), palette[nearest])
    assert np.array_equal(quantize_colors(painted, palette), painted)


# ------------------------------------------------------------------------------------------- the test files


def run(question: str, seed: int, monkeypatch, *, only_public: bool = False, **functions) -> list:
    """The results of otter's own test file, with every unseeded generator started from `seed`."""
    file = ExceptionTestFile.from_file(str(ROOT / f"autograder/tests/kmeans/{question}.py"))
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
    for seed in range(40):
        failed = [r.message for r in run(question, seed, monkeypatch) if not r.passed]
        assert not failed, f"seed {seed}: {failed}"


@pytest.mark.parametrize("variant", load_variants("kmeans", "alternatives"), ids=lambda v: f"{v.question} {v.name}")
def test_right_programs_pass_whatever_the_data(variant, monkeypatch):
    for seed in SEEDS:
        results = run(variant.question, seed, monkeypatch, **{variant.function.__name__: variant.function})
        assert not [r.message for r in results if not r.passed], f"seed {seed}"


@pytest.mark.parametrize("variant", load_variants("kmeans", "misconceptions"), ids=lambda v: f"{v.question} {v.name}")
def test_wrong_programs_fail_whatever_the_data(variant, monkeypatch):
    for seed in SEEDS:
        results = run(variant.question, seed, monkeypatch, **{variant.function.__name__: variant.function})
        assert not all(r.passed for r in results), f"seed {seed}"
        public = [r.passed for r in results if not r.test_case.hidden]
        assert not public[-1] or all(public), '"Public checks passed" must not stand beside a public check that failed'


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

    def record(*args):
        return answers.setdefault(repr(args), ENVIRONMENT[name](*args))

    run(question, 0, monkeypatch, only_public=True, **{name: record})
    results = run(question, 1, monkeypatch, **{name: lambda *args: answers.get(repr(args))})
    assert [r.passed for r in results] == [not r.test_case.hidden for r in results]


@pytest.mark.parametrize("question", QUESTIONS)
def test_cases_are_made_for_teaching(question):
    """Names, points and messages: public ones describe, hidden ones reveal nothing and are kind."""
    cases = ExceptionTestFile.from_file(str(ROOT / f"autograder/tests/kmeans/{question}.py")).test_cases
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
    source = ast.parse((ROOT / "solutions/kmeans.py").read_text(encoding="utf-8"))
    bodies = [node.body[1:] for node in source.body if isinstance(node, ast.FunctionDef)]
    lines = {line.strip() for body in bodies for statement in body for line in ast.unparse(statement).splitlines()}
    calls = tuple(f"{name}(" for name in ENVIRONMENT)
    lines = {line for line in lines if len(line) > 20 and not any(call in line for call in calls)}
    assert len(lines) > 15
    for question in QUESTIONS:
        tests = ast.parse((ROOT / f"autograder/tests/kmeans/{question}.py").read_text(encoding="utf-8"))
        public = [n for n in tests.body if isinstance(n, ast.FunctionDef) and "hidden=False" in ast.unparse(n)]
        assert len(public) >= 2
        assert not [line for case in public for line in lines if line in ast.unparse(case)]
