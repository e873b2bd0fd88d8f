"""The sample class is what it says: real forms, true scores, the same bytes for the same seed."""

import hashlib
import os
from collections import Counter
from pathlib import Path

import nbformat
import pytest

from autograder import intake, sample_class
from autograder import sample_papers as papers
from autograder.__main__ import main
from autograder.assignment import load
from autograder.errors import CourseError
from autograder.truth import run_cases, truth

SIZE = 150
"""Large enough that every kind is met."""


@pytest.fixture(scope="module")
def assignment():
    return load("kmeans")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, assignment) -> Path:
    out = tmp_path_factory.mktemp("class") / "made"
    sample_class.write(assignment, out, SIZE, seed=3)
    return out


def fingerprint(folder: Path) -> dict[str, str]:
    """Every file's path with a digest of its bytes; a link's target and a pipe's kind instead."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            found[str(path.relative_to(folder))] = os.readlink(path)
        elif path.is_file():
            found[str(path.relative_to(folder))] = hashlib.sha256(path.read_bytes()).hexdigest()
        elif not path.is_dir():
            found[str(path.relative_to(folder))] = "special"
    return found


def test_same_seed_same_bytes_other_seed_other_class(tmp_path: Path, assignment):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        sample_class.write(assignment, tmp_path / name, 12, seed)
    a, b, c = (fingerprint(tmp_path / name) for name in "abc")
    assert a == b != c


def test_every_kind_is_met_in_every_naming(made: Path):
    rows = list(sample_class.read_truth(made))
    kinds = Counter(row["kind"] for row in rows)
    expected = {*papers.special_papers(), papers.HARD_CODED, *sample_class.FORMS, *sample_class.UNREADABLE}
    assert expected | {"perfect", "alternative", "misconceptions", "unfinished"} == set(kinds)
    files = [row["file"] for row in rows]
    assert sum(f.startswith("submission_") for f in files) > 20
    assert sum("_9000" in f for f in files) > 20
    assert len({row["student"] for row in rows}) == SIZE


def test_intake_finds_every_student_and_says_who_cannot_be_graded(made: Path):
    rows = {row["student"]: row for row in sample_class.read_truth(made)}
    submissions = {s.student: s for s in intake.read(made / "submissions", "kmeans")}
    assert set(submissions) == set(rows)
    for name, submission in submissions.items():
        assert (submission.problem is not None) == (rows[name]["status"] == "needs-human"), (rows[name], submission.problem)
        assert submission.file.startswith(rows[name]["file"])


def test_truth_of_right_work_is_full_and_of_stubs_nothing(assignment):
    m = papers.material(assignment)
    full = {q.id: q.points for q in assignment.questions if q.function}
    with truth(assignment) as fair:
        assert fair.points(m.references) == full
        assert fair.points(m.stubs) == dict.fromkeys(full, 0)
        for question in (q for q in assignment.questions if q.function):
            everything = frozenset(case.name for case in question.cases)
            for source in m.alternatives[question.id]:
                assert fair.passed(question, m.references | {question.id: source}) == everything
            for source in m.misconceptions[question.id]:
                assert fair.passed(question, m.references | {question.id: source}) != everything


def test_truth_knows_what_never_ends_and_what_is_chance(assignment):
    m = papers.material(assignment)
    head = f"def {m.function(m.leaf)}({m.parameters(m.leaf)}):\n"
    with truth(assignment) as fair:
        assert fair.points(m.references | {m.leaf: head + "    while True:\n        pass\n"}) is None
        right = m.references[m.leaf].replace(f"def {m.function(m.leaf)}", "def right")
        name = m.parameters(m.leaf)
        coin = f"{right}\nimport random\n{head}    if random.random() < 0.5:\n        raise ValueError\n    return right({name})\n"
        assert fair.points(m.references | {m.leaf: coin}) is None


def test_truth_runs_in_a_process_of_its_own(assignment):
    """`run_cases` executes what it is given; the process that asks must not."""
    m = papers.material(assignment)
    with truth(assignment) as fair:
        fair.points(m.references | {m.leaf: "import os\nos.environ['LEFT_BEHIND'] = 'yes'\n" + m.references[m.leaf]})
    assert "LEFT_BEHIND" not in os.environ
    assert run_cases.__module__ == "autograder.truth"


def test_notebooks_are_valid_for_jupyter(made: Path):
    rows = {row["file"]: row["kind"] for row in sample_class.read_truth(made)}
    plain = [f for f, kind in rows.items() if kind in ("perfect", "misconceptions", "unfinished", "exit(0) in a function")]
    for file in plain:
        notebook = nbformat.read(made / "submissions" / file, as_version=4)
        assert sum("set-up" in str(c.metadata) for c in notebook.cells) == 1


def test_hard_coded_answers_earn_the_public_points(made: Path, assignment):
    public = {q.id: q.points_public for q in assignment.questions}
    [row] = [row for row in sample_class.read_truth(made) if row["kind"] == papers.HARD_CODED]
    leaf = papers.material(assignment).leaf
    assert float(row[leaf]) == public[leaf] > 0


@pytest.mark.parametrize("words", [["--size", "0"], ["--seed", "-1"], ["--assignment", "nothing"]])
def test_bad_usage_is_one_line(words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture):
    assert main(["sample-class", "--out", str(tmp_path / "x"), *words]) == 2
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert said.out == ""
    assert not (tmp_path / "x").exists()


def test_a_folder_with_something_else_is_never_touched(tmp_path: Path, assignment):
    (tmp_path / "submissions").mkdir()
    (tmp_path / "submissions" / "real.ipynb").write_text("{}")
    with pytest.raises(CourseError, match="not a sample class"):
        sample_class.write(assignment, tmp_path, 4, 0)
    assert (tmp_path / "submissions" / "real.ipynb").exists()
