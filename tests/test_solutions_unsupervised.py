"""The references of the assignment `unsupervised` against independent truths, and its test files against right and wrong programs."""

import ast
import doctest
import math
import warnings
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from otter.test_files.exception_test import ExceptionTestFile
from scipy.spatial.distance import cdist
from scipy.stats import zscore
from sklearn.datasets import load_wine
from sklearn.metrics import pairwise_distances_argmin
from sklearn.preprocessing import StandardScaler

import solutions.unsupervised as reference
from solutions.unsupervised import nearest, squared_distances, standardize
from solutions.variants import load_variants

ROOT = Path(__file__).resolve().parents[1]
QUESTIONS = ("q1", "q2", "q3")
FUNCTIONS = (standardize, squared_distances, nearest)
ENVIRONMENT = {function.__name__: function for function in FUNCTIONS}
SEEDS = range(6)

# Small whole numbers: every sum and product of them is exact, so that equalities may be demanded.
whole = st.integers(-8, 8).map(float)


@pytest.fixture(autouse=True)
def no_warning():
    """Constant features, single rows, huge numbers: none of them may make the references warn."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@st.composite
def two_tables(draw):
    """Up to 9 rows against up to 9, 1 to 4 features, with many coincidences."""
    n, m, d = draw(st.integers(1, 9)), draw(st.integers(1, 9)), draw(st.integers(1, 4))
    return draw(arrays(float, (n, d), elements=whole)), draw(arrays(float, (m, d), elements=whole))


def test_examples_in_docstrings_run():
    assert doctest.testmod(reference).failed == 0
    assert doctest.testmod(reference).attempted >= len(FUNCTIONS)


# ------------------------------------------------------------------------------------------- one scale for all


def exactly_standardized(column) -> list[float]:
    """The definition in exact fractions, rounded once at the root and once at the end."""
    values = [Fraction(float(value)) for value in column]
    mean = sum(values) / len(values)
    variance = sum((value - mean) ** 2 for value in values) / len(values)
    return [float(value - mean) / math.sqrt(variance) if variance else 0.0 for value in values]


@given(arrays(float, st.tuples(st.integers(1, 9), st.integers(1, 4)), elements=whole))
def test_standardizing_is_its_definition_in_fractions(X):
    expected = np.column_stack([exactly_standardized(column) for column in X.T])
    np.testing.assert_allclose(standardize(X), expected, rtol=1e-13, atol=1e-14)


def test_standardizing_agrees_with_scikit_learn_and_scipy_on_the_wines():
    X = load_wine().data
    np.testing.assert_allclose(standardize(X), StandardScaler().fit_transform(X), rtol=0, atol=1e-12)
    np.testing.assert_allclose(standardize(X), zscore(X, axis=0, ddof=0), rtol=0, atol=1e-12)


@pytest.mark.parametrize(("factor", "offset"), [(1e-200, 0), (1e-4, 0), (1, 1e8), (1e150, 0), (-3, 1e6), (5e-324 * 2**60, 0)])
def test_standardizing_does_not_depend_on_unit_and_origin(factor, offset):
    X = np.random.default_rng(0).normal(size=(50, 3)) * factor + offset
    expected = np.column_stack([exactly_standardized(column / abs(factor)) for column in X.T])
    np.testing.assert_allclose(standardize(X), expected, rtol=0, atol=1e-10)


@pytest.mark.parametrize("value", [0.0, 7.0, 0.1, -0.6, 0.7, 1 / 3, 1e-300, 1e300, 123456789.1])
@pytest.mark.parametrize("n", [1, 2, 7, 12, 1000])
def test_a_constant_column_becomes_zeros_exactly(value, n):
    X = np.column_stack([np.full(n, value), np.arange(n)])
    assert not standardize(X)[:, 0].any()
    assert standardize(X)[:, 1].std() == pytest.approx(float(n > 1))


@pytest.mark.parametrize("kind", [int, np.uint8, np.float32, np.float64, list])
def test_every_kind_of_numbers_is_welcome_and_stays_as_it_is(kind):
    rows = [[1, 200], [3, 100], [1, 200], [3, 100]]
    X = rows if kind is list else np.array(rows, dtype=kind)
    before = np.array(X)
    expected = np.array([[-1.0, 1], [1, -1], [-1, 1], [1, -1]])
    assert standardize(X).tolist() == expected.tolist()
    assert standardize(X).dtype == float
    assert squared_distances(X, X[:1]).tolist() == [[0.0], [4 + 100**2], [0], [4 + 100**2]]
    assert nearest(X, X).tolist() == [0, 1, 0, 1]
    assert np.array_equal(X, before)


# ------------------------------------------------------------------------------------------- distances


@given(two_tables())
def test_distances_of_whole_numbers_are_exact(tables):
    A, B = tables
    expected = [[sum(int(u - v) ** 2 for u, v in zip(a, b, strict=True)) for b in B] for a in A]
    assert squared_distances(A, B).tolist() == expected


@pytest.mark.parametrize(("n", "m", "d"), [(200, 150, 13), (1, 5, 2), (5, 1, 2), (1, 1, 1), (40, 30, 64)])
@pytest.mark.parametrize("offset", [0, 1e6, -1e9])
def test_distances_agree_with_scipy_also_far_from_zero(n, m, d, offset):
    rng = np.random.default_rng(n)
    A, B = rng.normal(size=(n, d)) + offset, rng.normal(size=(m, d)) + offset
    np.testing.assert_allclose(squared_distances(A, B), cdist(A, B, "sqeuclidean"), rtol=1e-12)


def test_distances_are_never_negative_and_zero_between_equal_rows():
    X = np.random.default_rng(1).normal(size=(300, 7)) * 100
    table = squared_distances(X, X)
    assert table.min() == 0
    assert not table.diagonal().any()
    assert np.array_equal(table, table.T)


def test_a_table_with_another_number_of_features_is_refused():
    with pytest.raises(ValueError, match="zip"):
        squared_distances(np.zeros((2, 3)), np.zeros((2, 2)))


def test_the_table_is_the_largest_thing_in_memory():
    """No (n, m, d) array: with d = 100 it would be a hundred times the answer."""
    import tracemalloc

    A, B = np.zeros((200, 100)), np.zeros((300, 100))
    tracemalloc.start()
    squared_distances(A, B)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6 * 200 * 300 * 8


# ------------------------------------------------------------------------------------------- who is nearest


@given(two_tables())
def test_nearest_is_the_first_of_the_nearest(tables):
    A, B = tables
    assert nearest(A, B).tolist() == cdist(A, B, "sqeuclidean").argmin(axis=1).tolist()
    assert nearest(A, B).dtype.kind == "i"


def test_nearest_agrees_with_scikit_learn_on_the_wines():
    X = standardize(load_wine().data)
    assert np.array_equal(nearest(X[::2], X[1::2]), pairwise_distances_argmin(X[::2], X[1::2]))


def test_the_tables_in_the_notebook_are_right():
    A, B = np.array([[0.0, 0], [3, 4]]), np.array([[0.0, 0], [3, 0], [0, 1]])
    text = (ROOT / "notebooks/unsupervised.md").read_text(encoding="utf-8")
    for a, row in zip(A, squared_distances(A, B), strict=True):
        assert f"| from ({a[0]:g}, {a[1]:g}) | " + " | ".join(f"{value:g}" for value in row) + " |" in text
    line = np.array([[0.0], [1.0], [5.0]]), np.array([[6.0], [0.0], [2.0]])
    assert f"({', '.join(map(str, nearest(*line)))})" in text
    assert np.spacing(1.7e9**2) == 512, "the notebook says that such squares are known up to a few hundreds"


# ------------------------------------------------------------------------------------------- the test files


def run(question: str, seed: int, monkeypatch, *, only_public: bool = False, **functions) -> list:
    """The results of otter's own test file, with every unseeded generator started from `seed`."""
    file = ExceptionTestFile.from_file(str(ROOT / f"autograder/tests/unsupervised/{question}.py"))
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


@pytest.mark.parametrize("variant", load_variants("unsupervised", "alternatives"), ids=lambda v: f"{v.question} {v.name}")
def test_right_programs_pass_whatever_the_data(variant, monkeypatch):
    for seed in SEEDS:
        results = run(variant.question, seed, monkeypatch, **{variant.function.__name__: variant.function})
        assert not [r.message for r in results if not r.passed], f"seed {seed}"


@pytest.mark.parametrize("variant", load_variants("unsupervised", "misconceptions"), ids=lambda v: f"{v.question} {v.name}")
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
    cases = ExceptionTestFile.from_file(str(ROOT / f"autograder/tests/unsupervised/{question}.py")).test_cases
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
    source = ast.parse((ROOT / "solutions/unsupervised.py").read_text(encoding="utf-8"))
    bodies = [node.body[1:] for node in source.body if isinstance(node, ast.FunctionDef)]
    lines = {line.strip() for body in bodies for statement in body for line in ast.unparse(statement).splitlines()}
    calls = tuple(f"{name}(" for name in ENVIRONMENT)
    lines = {line for line in lines if len(line) > 20 and not any(call in line for call in calls)}
    assert len(lines) >= 8
    for question in QUESTIONS:
        tests = ast.parse((ROOT / f"autograder/tests/unsupervised/{question}.py").read_text(encoding="utf-8"))
        public = [n for n in tests.body if isinstance(n, ast.FunctionDef) and "hidden=False" in ast.unparse(n)]
        assert len(public) >= 2
        assert not [line for case in public for line in lines if line in ast.unparse(case)]
