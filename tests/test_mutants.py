"""Mutants of the references: a slip is noticed, words and equivalents are excused, and the lists stay true."""

import pytest

from autograder import mutants
from autograder.assignment import ROOT, all_slugs, load
from autograder.errors import CourseError


@pytest.fixture(scope="module")
def objective():
    """The mutants of the first function of k-means."""
    return list(mutants.of_function(load("kmeans"), "kmeans_objective"))


def test_a_slip_is_noticed_and_an_equivalent_passes(objective):
    assignment = load("kmeans")
    question = assignment.question("q1")
    slip = next(m for m in objective if "walks = np.asarray(X, dtype=float) + " in m.now)
    same = next(m for m in objective if "np.asarray(X, dtype=None)" in m.now)
    assert mutants.is_killed(assignment, question, slip)
    assert not mutants.is_killed(assignment, question, same)
    assert any(entry.fits(same) for entry in mutants.equivalents("common"))
    assert not any(entry.fits(slip) for entry in mutants.equivalents("common"))


def test_each_mutant_differs_in_one_place_and_still_is_a_program(objective):
    reference = load("kmeans").solution_path.read_text("utf-8")
    for mutant in objective:
        assert mutant.was in reference
        assert mutant.was != mutant.now
        assert mutant.source != reference
        compile(mutant.source, "<mutant>", "exec")


def test_a_hanging_mutant_counts_as_failing(objective, monkeypatch):
    assignment = load("kmeans")
    monkeypatch.setattr(mutants, "SECONDS", 3.0)
    hanging = mutants.Mutant("kmeans_objective", "", "", "def kmeans_objective(X, mu, y):\n    while True: pass", False)
    assert mutants.is_killed(assignment, assignment.question("q1"), hanging)


def test_words_of_errors_are_told_from_code():
    source = 'def f(x):\n    if x < 0:\n        raise ValueError("below zero")\n    return x + 1\n'
    from mutmut.mutation.file_mutation import create_mutations

    module, found, *_ = create_mutations("f.py", source)
    words = [mutants._in_raise(module, m.original_node) for m in found]
    assert any(words)
    assert not all(words)


@pytest.mark.parametrize("name", ["common", *all_slugs()])
def test_every_entry_names_a_function_a_line_and_a_reason(name):
    for entry in mutants.equivalents(name):
        assert len(entry.reason.split()) >= 2
        if name != "common":
            assignment = load(name)
            assert entry.was in assignment.solution_path.read_text("utf-8")
            assert f"def {entry.function}(" in assignment.solution_path.read_text("utf-8")


def test_a_broken_list_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(mutants, "ROOT", tmp_path)
    folder = tmp_path / "solutions" / "equivalents"
    folder.mkdir(parents=True)
    (folder / "kmeans.toml").write_text('[[mutant]]\nwas = "x"\n')
    with pytest.raises(CourseError, match=r"kmeans\.toml: each \[\[mutant\]\] needs"):
        mutants.equivalents("kmeans")
    assert mutants.equivalents("none") == []
    assert tmp_path != ROOT
