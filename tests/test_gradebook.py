"""nbgrader's gradebook, read back through nbgrader's own API."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder import gradebook
from autograder.assignment import Assignment, load
from autograder.errors import GraderFailure
from autograder.model import CaseResult, QuestionResult, Result

NAMES = ["ada", "Zoë 😀", "a/b", "../../etc", "km (1)", "=1+1", "ADA"]


@pytest.fixture(scope="module")
def assignment() -> Assignment:
    return load("kmeans")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory, assignment: Assignment) -> Path:
    """A new gradebook without students: making one starts alembic, which takes longer than all the rest."""
    folder = tmp_path_factory.mktemp("empty")
    gradebook.update(folder, assignment, [])
    return folder / gradebook.FILE


@pytest.fixture
def out(tmp_path: Path, empty: Path) -> Path:
    shutil.copyfile(empty, tmp_path / gradebook.FILE)
    return tmp_path


def result(assignment: Assignment, student: str, share: float = 0.5, **changes: object) -> Result:
    questions = []
    for q in assignment.questions:
        case = CaseResult("test_a", False, q.points, q.points * share, share == 1, "divide by N_j")
        graded = QuestionResult(q.id, q.points, q.points * share, (case,), hint="How many people does truck j serve?")
        questions.append(graded if q.function else QuestionResult(q.id, q.points, None))
    made = Result(student, f"{student}.ipynb", assignment.slug, "graded", tuple(questions), submitted_at="2026-01-31T12:00:00+02:00")
    return replace(made, **changes)


@contextmanager
def opened(out: Path) -> Iterator[Gradebook]:
    with Gradebook(f"sqlite:///{out / 'gradebook.db'}", course_id=gradebook.COURSE) as book:
        yield book


def written(assignment: Assignment) -> str:
    return next(q.id for q in assignment.questions if q.kind == "written")


def test_scores_as_nbgrader_counts_them(out: Path, assignment: Assignment):
    results = [result(assignment, name, share) for name, share in zip(NAMES, (0, 0.25, 0.5, 0.75, 1, 1, 1), strict=True)]
    gradebook.update(out, assignment, results)
    function_points = sum(q.points for q in assignment.questions if q.function)
    with opened(out) as book:
        assert book.find_assignment("kmeans").max_score == assignment.points
        for r, share in zip(results, (0, 0.25, 0.5, 0.75, 1, 1, 1), strict=True):
            submission = book.find_submission("kmeans", gradebook.student_id(r.student))
            assert submission.score == share * function_points == r.score
            assert submission.code_score == submission.score
            assert submission.max_score == assignment.points
            assert submission.needs_manual_grade
            assert submission.student.last_name == r.student
            assert submission.timestamp == datetime(2026, 1, 31, 10)
            answer = book.find_grade(written(assignment), "kmeans", "kmeans", submission.student.id)
            assert (answer.auto_score, answer.manual_score, answer.needs_manual_grade) == (None, None, True)
            comment = book.find_comment("q1-answer", "kmeans", "kmeans", submission.student.id).auto_comment
            assert (comment is not None) == (share < 1) or "truck" in comment
        assert len(book.students) == len(NAMES)


def test_ids_are_safe_folder_names_and_differ():
    ids = [gradebook.student_id(name) for name in NAMES]
    assert len({i.casefold() for i in ids[1:]}) == len(NAMES) - 1
    assert ids[0] == "ada"
    assert all("/" not in i and i.isascii() and not i.startswith(".") and i.strip() == i for i in ids)


def dump(out: Path) -> list:
    with opened(out) as book:
        return [(s.student.id, s.score, s.id, s.notebooks[0].id, sorted((g.id, g.auto_score) for g in s.notebooks[0].grades)) for s in book.assignment_submissions("kmeans")]


def test_doing_it_twice_changes_nothing(out: Path, assignment: Assignment):
    results = [result(assignment, name) for name in NAMES]
    gradebook.update(out, assignment, results)
    before = dump(out)
    gradebook.update(out, assignment, results)
    gradebook.update(out, assignment, results[:2])
    assert sorted(dump(out)) == sorted(before)


def test_more_students_than_one_transaction_holds(out: Path, assignment: Assignment):
    gradebook.update(out, assignment, [result(assignment, f"s{i}") for i in range(gradebook.CHUNK + 3)])
    with opened(out) as book:
        assert book.find_assignment("kmeans").num_submissions == gradebook.CHUNK + 3


def give(out: Path, student: str, question: str, **scores: float) -> None:
    """What formgrader does when a human enters a score."""
    with opened(out) as book:
        grade = book.find_grade(question, "kmeans", "kmeans", gradebook.student_id(student))
        for name, value in scores.items():
            setattr(grade, name, value)
        grade.needs_manual_grade = False
        book.db.commit()


def test_what_a_human_entered_is_kept_and_counted(out: Path, assignment: Assignment):
    answer = written(assignment)
    results = [result(assignment, "Zoë 😀"), result(assignment, "ada")]
    gradebook.update(out, assignment, results)
    assert gradebook.manual_scores(out, "kmeans") == {}
    give(out, "Zoë 😀", answer, manual_score=3.5)
    give(out, "Zoë 😀", "q1", manual_score=0.0)
    give(out, "ada", "q2", extra_credit=1.0)
    gradebook.update(out, assignment, results)
    scores = gradebook.manual_scores(out, "kmeans")
    points = {q.id: q.points for q in assignment.questions}
    assert scores == {"Zoë 😀": {answer: 3.5, "q1": 0.0}, "ada": {"q2": points["q2"] / 2 + 1}}
    zoe, ada = (gradebook.with_manual(assignment, r, scores[r.student]) for r in results)
    assert zoe.score == results[0].score + 3.5 - points["q1"] / 2
    assert zoe.waiting == 0
    assert ada.score == results[1].score + 1
    assert ada.waiting == points[answer]
    assert gradebook.with_manual(assignment, zoe, scores[zoe.student]) == zoe


def test_changed_work_asks_the_human_to_look_again(out: Path, assignment: Assignment):
    answer = written(assignment)
    gradebook.update(out, assignment, [result(assignment, "ada")])
    give(out, "ada", answer, manual_score=3.0)
    give(out, "ada", "q1", manual_score=1.0)

    def looks(**grade) -> tuple:
        with opened(out) as book:
            found = [book.find_grade(q, "kmeans", "kmeans", "ada") for q in (answer, "q1", "q2")]
            return tuple((g.manual_score, g.needs_manual_grade) for g in found)

    assert looks() == ((3.0, False), (1.0, False), (None, False))
    gradebook.update(out, assignment, [result(assignment, "ada")])
    assert looks() == ((3.0, False), (1.0, False), (None, False))
    gradebook.update(out, assignment, [result(assignment, "ada", 1.0)], changed={"ada"})
    assert looks() == ((3.0, True), (1.0, True), (None, False))


def test_an_unreadable_submission_can_be_graded_by_hand(out: Path, assignment: Assignment):
    lost = Result("bob", "bob.ipynb", "kmeans", "needs-human", (), "bob.ipynb is cut off.")
    broken = Result("eve", "eve.ipynb", "kmeans", "infrastructure-error", (), "the worker died")
    gradebook.update(out, assignment, [lost, broken])
    with opened(out) as book:
        assert [s.id for s in book.students] == ["bob"]
        assert book.find_submission("kmeans", "bob").needs_manual_grade
    for q in assignment.questions:
        give(out, "bob", q.id, manual_score=1.0)
    scores = gradebook.manual_scores(out, "kmeans")
    bob, eve = (gradebook.with_manual(assignment, r, scores.get(r.student, {})) for r in (lost, broken))
    assert (bob.status, bob.problem, bob.score) == ("graded", None, len(assignment.questions))
    assert eve == broken


def test_nbgraders_own_export_reads_it(out: Path, assignment: Assignment):
    gradebook.update(out, assignment, [result(assignment, "ada", 1.0)])
    command = [sys.executable, "-m", "nbgrader", "export", f"--db=sqlite:///{out}/gradebook.db", "--to=grades.csv"]
    subprocess.run(command, cwd=out, check=True, capture_output=True, timeout=120)
    lines = (out / "grades.csv").read_text().splitlines()
    row = dict(zip(lines[0].split(","), lines[1].split(","), strict=True))
    assert float(row["score"]) == result(assignment, "ada", 1.0).score
    assert float(row["max_score"]) == assignment.points


def test_a_file_that_is_no_database(tmp_path: Path, assignment: Assignment):
    (tmp_path / "gradebook.db").write_bytes(b"not a database" * 100)
    for job in (lambda: gradebook.update(tmp_path, assignment, []), lambda: gradebook.manual_scores(tmp_path, "kmeans")):
        with pytest.raises(GraderFailure) as error:
            job()
        assert "gradebook.db" in str(error.value)
        assert "\n" not in str(error.value)
