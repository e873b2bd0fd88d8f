"""The class in nbgrader's gradebook, `OUT/gradebook.db`, through the classes of `nbgrader.api`.

One grade cell for each question, its score set explicitly (nbgrader would infer scores from printed output). A written
answer waits for a human. What a human entered in formgrader is never touched, and `with_manual` counts it.
"""

import contextlib
import json
import logging
import math
import os
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from autograder import naming
from autograder.errors import GraderFailure
from autograder.model import QuestionResult, Result

if TYPE_CHECKING:
    from nbgrader.api import Gradebook

    from autograder.assignment import Assignment

FILE = "gradebook.db"
CHUNK = 100
"""Submissions in one transaction."""
COURSE = "learning-without-labels"


def student_id(student: str) -> str:
    """The student's name in nbgrader, where it is also the name of a folder: unchanged where that is possible."""
    if re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}", student) and not student.endswith("."):
        return student
    return naming.safe_name(student)


def update(out: Path, assignment: "Assignment", results: Iterable[Result], changed: Collection[str] = ()) -> None:
    """Bring the gradebook up to date; doing it twice changes nothing.

    `changed` names the students whose work is not what it was: a score that a human gave them stays, and is marked for
    another look. Raises GraderFailure when the database cannot be written.
    """
    with written(out) as book:
        cells = _structure(book, assignment)
        graded = (r for r in results if r.status != "infrastructure-error")
        while some := list(islice(graded, CHUNK)):
            _store(book, assignment, cells, some, frozenset(changed))


@contextlib.contextmanager
def written(out: Path) -> "Iterator[Gradebook]":
    """The gradebook, to write in. Raises GraderFailure when that fails."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        with _open(out) as book:
            yield book
    except (SQLAlchemyError, OSError) as error:
        raise _unwritable(out, error) from None


def prepare(out: Path) -> None:
    """Make the empty gradebook where there is none; it appears complete or not at all. Raises GraderFailure as `update` does."""
    from autograder.release import programs_of_this_python

    path, temporary = out / FILE, out / f".{FILE}.{os.getpid()}.tmp"
    if path.exists():
        return
    try:
        with programs_of_this_python():  # a new database makes nbgrader call `alembic` by its bare name
            _gradebook(temporary).close()
        os.replace(temporary, path)
    except (OSError, SQLAlchemyError) as error:
        for left in out.glob(f"{temporary.name}*"):
            left.unlink(missing_ok=True)
        raise _unwritable(out, error) from None


def _open(out: Path) -> "Gradebook":
    prepare(out)
    return _gradebook(out / FILE)


def _gradebook(path: Path) -> "Gradebook":
    from nbgrader.api import Gradebook

    return Gradebook(f"sqlite:///{path.resolve()}", course_id=COURSE)


def _unwritable(out: Path, error: Exception) -> GraderFailure:
    reason = str(getattr(error, "orig", None) or error).splitlines()[0]
    return GraderFailure(f"{out / FILE}: cannot be written ({reason}); the results in {out / 'results'} are kept")


def _structure(book: "Gradebook", assignment: "Assignment") -> dict[str, tuple[str, str]]:
    """The assignment, its notebook and its cells; returns the ids of grade cell and comment cell by question."""
    slug = assignment.slug
    book.update_or_create_assignment(slug, course_id=COURSE)
    book.update_or_create_notebook(slug, slug, kernelspec=json.dumps({"name": "python3", "language": "python"}))
    cells = {}
    for question in assignment.questions:
        kind = "markdown" if question.kind == "written" else "code"
        grade = book.update_or_create_grade_cell(question.id, slug, slug, max_score=float(question.points), cell_type=kind)
        answer = question.id if question.kind == "written" else f"{question.id}-answer"  # as in the released notebook
        comment = book.update_or_create_solution_cell(answer, slug, slug)
        book.update_or_create_source_cell(
            question.id, slug, slug, cell_type=kind, locked=False, source=f"{question.id}: {question.title}"
        )
        cells[question.id] = (grade.id, comment.id)
    return cells


def _store(book: "Gradebook", assignment: "Assignment", cells: dict, results: list[Result], changed: frozenset) -> None:
    """One transaction for many students: what is missing is inserted in bulk, then the scores that differ are set."""
    notebooks = _submitted_notebooks(book, assignment, results)
    grades, comments = _existing(book, notebooks.values(), cells)
    for result in results:
        notebook = notebooks[result.student]
        for question in _all_questions(assignment, result):
            grade_cell, comment_cell = cells[question.question]
            _set_grade(grades[notebook, grade_cell], question, result.student in changed)
            comments[notebook, comment_cell].auto_comment = _comment(result, question)
    book.db.commit()


def _all_questions(assignment: "Assignment", result: Result) -> list[QuestionResult]:
    """A result for each question; what an ungradable submission lacks waits for a human."""
    known = {q.question: q for q in result.questions}
    if result.status == "needs-human":
        known = {}
    return [known.get(q.id) or QuestionResult(q.id, q.points, None) for q in assignment.questions]


def _submitted_notebooks(book: "Gradebook", assignment: "Assignment", results: list[Result]) -> dict[str, str]:
    """The id of each student's submitted notebook, with student, submission and empty grades made where missing."""
    from nbgrader import api
    from sqlalchemy import insert, select

    master, notebook = book.find_assignment(assignment.slug), book.find_notebook(assignment.slug, assignment.slug)
    ids = {result.student: student_id(result.student) for result in results}
    students = {s.id for s in book.db.scalars(select(api.Student).where(api.Student.id.in_(ids.values())))}
    new = [{"id": key, "first_name": None, "last_name": name} for name, key in ids.items() if key not in students]
    query = select(api.SubmittedAssignment.student_id, api.SubmittedAssignment.id).where(
        api.SubmittedAssignment.assignment_id == master.id, api.SubmittedAssignment.student_id.in_(ids.values())
    )
    submissions = dict(book.db.execute(query).all())
    missing = [r for r in results if ids[r.student] not in submissions]
    fresh = {ids[r.student]: api.new_uuid() for r in missing}
    rows = [{"id": fresh[ids[r.student]], "assignment_id": master.id, "student_id": ids[r.student]} for r in missing]
    papers = [{"id": api.new_uuid(), "assignment_id": row["id"], "notebook_id": notebook.id} for row in rows]
    for table, values in ((api.Student, new), (api.SubmittedAssignment, rows), (api.SubmittedNotebook, papers)):
        if values:
            book.db.execute(insert(table), values)
    submissions |= fresh
    _set_times(book, {submissions[ids[r.student]]: r.submitted_at for r in results})
    query = select(api.SubmittedNotebook.assignment_id, api.SubmittedNotebook.id).where(
        api.SubmittedNotebook.notebook_id == notebook.id, api.SubmittedNotebook.assignment_id.in_(submissions.values())
    )
    found = dict(book.db.execute(query).all())
    return {name: found[submissions[key]] for name, key in ids.items()}


def _set_times(book: "Gradebook", times: dict[str, str | None]) -> None:
    """Time stamps as nbgrader keeps them: UTC without a zone; its late plugin compares them with the due date."""
    from nbgrader.api import SubmittedAssignment
    from sqlalchemy import select

    for submission in book.db.scalars(select(SubmittedAssignment).where(SubmittedAssignment.id.in_(times))):
        text = times[submission.id]
        submission.timestamp = datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None) if text else None


def _existing(book: "Gradebook", notebooks: Collection[str], cells: dict) -> tuple[dict, dict]:
    """Grades and comments by (notebook, cell); the missing ones are made."""
    from nbgrader import api
    from sqlalchemy import insert, select

    found = []
    for table, which, extra in ((api.Grade, 0, {"needs_manual_grade": True}), (api.Comment, 1, {})):
        query = select(table).where(table.notebook_id.in_(notebooks))
        known = {(row.notebook_id, row.cell_id) for row in book.db.scalars(query)}
        wanted = {(notebook, pair[which]) for notebook in notebooks for pair in cells.values()}
        rows = [{"id": api.new_uuid(), "notebook_id": n, "cell_id": c, **extra} for n, c in sorted(wanted - known)]
        if rows:
            book.db.execute(insert(table), rows)
        found.append({(row.notebook_id, row.cell_id): row for row in book.db.scalars(query)})
    return found[0], found[1]


def _set_grade(grade: object, question: QuestionResult, changed: bool) -> None:
    """The automatic score; a human's score is left, and marked for another look when the work it judged has changed."""
    moved = grade.auto_score != question.points
    grade.auto_score = question.points
    if grade.manual_score is None:
        grade.needs_manual_grade = question.points is None
    elif changed or (moved and question.points is not None):
        grade.needs_manual_grade = True


def _comment(result: Result, question: QuestionResult) -> str | None:
    """What formgrader shows beside the cell: why points are missing, for the instructor's eyes and nbgrader's feedback."""
    if question.points is None:
        return result.problem
    failed = [c.message for c in question.cases if not c.passed and c.message]
    lines = list(dict.fromkeys(failed)) + ([f"Hint: {question.hint}"] if question.hint else [])
    return "\n\n".join(lines)[:4000] or None


# ------------------------------------------------------------------------------ what a human entered


def manual_scores(out: Path, assignment: str) -> dict[str, dict[str, float]]:
    """Points that a human gave in formgrader, by student (as in the results) and question; empty without a gradebook.

    A manual score stands for the automatic one, extra credit is added; both are as nbgrader itself counts them.
    """
    from nbgrader import api
    from sqlalchemy import or_, select
    from sqlalchemy.exc import SQLAlchemyError

    if not (out / FILE).is_file():
        return {}
    query = (
        select(api.Student.last_name, api.BaseCell.name, api.Grade.score)
        .join(api.SubmittedNotebook, api.SubmittedNotebook.id == api.Grade.notebook_id)
        .join(api.SubmittedAssignment, api.SubmittedAssignment.id == api.SubmittedNotebook.assignment_id)
        .join(api.Student, api.Student.id == api.SubmittedAssignment.student_id)
        .join(api.BaseCell, api.BaseCell.id == api.Grade.cell_id)
        .join(api.Assignment, api.Assignment.id == api.SubmittedAssignment.assignment_id)
        .where(api.Assignment.name == assignment)
        .where(or_(api.Grade.manual_score.is_not(None), api.Grade.extra_credit.is_not(None)))
    )
    try:
        with _open(out) as book:
            rows = book.db.execute(query).all()
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise GraderFailure(f"{out / FILE}: cannot be read ({reason})") from None
    scores: dict[str, dict[str, float]] = {}
    for student, question, score in rows:
        if math.isfinite(score):
            scores.setdefault(student, {})[question] = score
    return scores


def with_manual(assignment: "Assignment", result: Result, scores: dict[str, float]) -> Result:
    """The result with the `scores` that a human entered (by question) counted instead of what the grader found or left open.

    A submission that could not be read is graded once a human has given points for every question.
    """
    if not scores or result.status == "infrastructure-error":
        return result
    questions = tuple(
        replace(q, points=scores.get(q.question, q.points)) for q in _all_questions(assignment, result)
    )
    if result.status == "needs-human" and all(q.points is not None for q in questions):
        return replace(result, questions=questions, status="graded", problem=None)
    return replace(result, questions=questions)
