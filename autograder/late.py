"""Late days: what was handed in after the due date, and what nbgrader's late plugin takes off for it.

Nothing here is part of grading: a result keeps its raw score, and due date and method are applied when gradebook, reports
and tables are written. Another due date regrades nothing. What was chosen last is kept in OUT for the next report.
"""

import argparse
import json
import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder import gradebook
from autograder.errors import CourseError, GraderFailure, Unwritable
from autograder.model import Late, Result
from autograder.results import Stored, why, write_atomically

if TYPE_CHECKING:
    from nbgrader.api import SubmittedAssignment
    from nbgrader.plugins import LateSubmissionPlugin

FILE = "late.json"
"""In OUT: the due date and the method, as they were last chosen."""
OWN_METHODS = ("none", "zero")
"""nbgrader's own; any other method is the dotted name of a plugin."""
UNKNOWN = "no time stamp: nobody knows whether it came late, and nothing was deducted"


@dataclass(frozen=True)
class Policy:
    """When the work is due and what being late costs."""

    due: str | None = None
    """ISO 8601 with its offset from UTC; None: nothing is ever late."""
    method: str = "none"
    """`none`, `zero`, or the dotted name of a subclass of nbgrader's LateSubmissionPlugin."""


# --------------------------------------------------------------------------------------- what is chosen


def configure(parser: argparse.ArgumentParser) -> None:
    """The two options of `grade` and `report`."""
    late = parser.add_argument_group("late days", "applied when reports are written, nothing is graded again; kept in OUT until changed")
    late.add_argument("--due", type=_due, metavar="TIME",
                      help="when it is due, as 2026-03-01T23:59+01:00 (without an offset: this machine's time zone), or never")  # fmt: skip
    late.add_argument("--late", metavar="METHOD",
                      help="what lateness costs: none, zero, or module.Class of a nbgrader LateSubmissionPlugin (default: none)")  # fmt: skip


def _due(text: str) -> str:
    """An ISO time with its offset, or `never`. A day alone is refused: it is due at its end for one, at its beginning for another."""
    if text == "never":
        return text
    try:
        time = datetime.fromisoformat(text)
        if "T" not in text.upper() and " " not in text:
            raise argparse.ArgumentTypeError(f"{text!r} has no time of day; write {text}T23:59")
        return (time if time.tzinfo else time.astimezone()).isoformat()
    except (ValueError, OverflowError, OSError):
        raise argparse.ArgumentTypeError(f"{text!r} is no time as 2026-03-01T23:59+01:00") from None


def choose(out: Path, due: str | None, method: str | None) -> Policy:
    """What holds for OUT: what is said now, else what was said before. Raises CourseError on a method that does not exist."""
    before = kept(out)
    chosen_due = None if due == "never" else due or before.due
    policy = Policy(chosen_due, "none" if due == "never" and method is None else method or before.method)
    if policy.method != "none" and policy.due is None:
        raise CourseError(f"--late {policy.method}: late after what? Say when it was due with --due")
    if policy.method != "none":
        plugin(policy.method)
    return policy


def kept(out: Path) -> Policy:
    """What was chosen for OUT last. Raises CourseError when the file is not as we wrote it."""
    try:
        record = json.loads((out / FILE).read_text(encoding="utf-8"))
        policy = Policy(record["due"], record["late"])
        _instant(policy.due)
        return policy
    except FileNotFoundError:
        return Policy()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CourseError(f"{out / FILE}: cannot be read ({error}); delete it and say --due and --late again") from None


def keep(out: Path, policy: Policy) -> None:
    """Write the choice into OUT, whole or not at all."""
    if policy == kept(out):
        return
    text = json.dumps({"due": policy.due, "late": policy.method}, indent=1) + "\n"
    try:
        write_atomically(out / FILE, text.encode())
    except OSError as error:
        raise Unwritable(f"{out / FILE}: cannot be written ({why(error)}); the results are kept") from None


def plugin(method: str) -> "LateSubmissionPlugin":
    """nbgrader's plugin for a method. Raises CourseError when it cannot be had."""
    from nbgrader.plugins import LateSubmissionPlugin
    from traitlets.utils.importstring import import_item

    if method in OWN_METHODS:
        return LateSubmissionPlugin(penalty_method=method)
    wanted = "say none, zero, or module.Class of a subclass of nbgrader.plugins.LateSubmissionPlugin"
    try:
        found = import_item(method)
    except Exception as error:  # the instructor's own module: whatever is wrong in it
        raise CourseError(f"--late {method}: cannot be imported ({type(error).__name__}: {_line(error)}); {wanted}") from None
    if not (isinstance(found, type) and issubclass(found, LateSubmissionPlugin)):
        raise CourseError(f"--late {method}: is no late plugin; {wanted}")
    return found()


def _line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0][:200]


def _instant(due: str | None) -> datetime | None:
    """nbgrader's form of a time: UTC, without saying so."""
    return datetime.fromisoformat(due).astimezone(UTC).replace(tzinfo=None) if due else None


# ------------------------------------------------------------------------------------- what it comes to


def counted(out: Path, assignment: Any, stored: Stored) -> Stored:
    """The results as they count: what a human entered instead of what the grader found, less what lateness costs.

    Brings due date and penalties in the gradebook up to date, so that nbgrader's export and feedback say the same.
    """
    if assignment is None:
        return stored
    policy, scores = kept(out), gradebook.manual_scores(out, assignment.slug)
    results = stored.changed_by(lambda result: gradebook.with_manual(assignment, result, scores.get(result.student, {})))
    if policy == Policy() and not (out / FILE).is_file():
        return results
    if not (out / gradebook.FILE).is_file():
        gradebook.update(out, assignment, stored)
    late = apply(out, assignment.slug, policy)
    return results.changed_by(lambda result: with_lateness(result, policy, late))


def with_lateness(result: Result, policy: Policy, late: dict[str, Late]) -> Result:
    """The result with how late it was; one without a time stamp gets a flag and loses nothing."""
    if policy.due is None or result.status == "infrastructure-error":  # the gradebook does not hold those
        return result
    if result.submitted_at is None:
        return replace(result, late=Late(policy.due, None), flags=(*result.flags, UNKNOWN))
    return replace(result, late=late.get(result.student, Late(policy.due, 0.0)))


def apply(out: Path, slug: str, policy: Policy) -> dict[str, Late]:
    """Due date and penalties into the gradebook; returns those who were late, by student (as in the results).

    As nbgrader's own `autograde` does it: the plugin is asked about each late notebook, and its answer kept between zero and
    the score. Extensions that were given in the gradebook count.
    """
    from nbgrader.api import Assignment, SubmittedAssignment, SubmittedNotebook
    from sqlalchemy import select, update

    ask, found = plugin(policy.method), {}
    with gradebook.written(out) as book:
        master = book.db.scalars(select(Assignment).where(Assignment.name == slug)).one_or_none()
        if master is None:
            return {}
        master.duedate = _instant(policy.due)
        mine = select(SubmittedAssignment.id).where(SubmittedAssignment.assignment_id == master.id)
        book.db.execute(
            update(SubmittedNotebook).where(SubmittedNotebook.assignment_id.in_(mine)).values(late_submission_penalty=None)
        )
        book.db.flush()
        if policy.due is not None:
            after = select(SubmittedAssignment.id).where(
                SubmittedAssignment.assignment_id == master.id, SubmittedAssignment.timestamp > master.duedate
            )
            late = book.db.scalars(after).all()
            for start in range(0, len(late), gradebook.CHUNK):  # each is forgotten with its chunk
                query = select(SubmittedAssignment).where(SubmittedAssignment.id.in_(late[start : start + gradebook.CHUNK]))
                for submission in book.db.scalars(query):
                    if submission.total_seconds_late > 0:
                        found[submission.student.last_name] = _penalise(submission, ask, policy)
                book.db.flush()
        book.db.commit()
    return found


def _penalise(submission: "SubmittedAssignment", ask: "LateSubmissionPlugin", policy: Policy) -> Late:
    """The penalty for one late submission, set on its notebook (we have one for each)."""
    seconds, total = submission.total_seconds_late, 0.0
    for notebook in submission.notebooks:
        score = float(notebook.score or 0.0)
        notebook.late_submission_penalty = _penalty(ask, policy.method, submission.student_id, score, seconds)
        total += notebook.late_submission_penalty or 0.0
    due = datetime.fromisoformat(policy.due)
    return Late((due + (submission.extension or timedelta())).isoformat(), seconds, total)


def _penalty(ask: "LateSubmissionPlugin", method: str, student: str, score: float, seconds: float) -> float | None:
    """What the plugin says, between zero and the score; None where it says nothing."""
    try:
        said = ask.late_submission_penalty(student, score, seconds)
        penalty = None if said is None else float(said)
    except Exception as error:  # the instructor's own code
        reason = f"{type(error).__name__}: {_line(error)}"
        raise GraderFailure(f"--late {method}: failed for {student} ({reason}); the results are kept, mend it and write the report again") from None
    if penalty is None:
        return None
    if math.isnan(penalty):
        raise GraderFailure(f"--late {method}: gave no number for {student}; the results are kept, mend it and write the report again")
    return min(max(penalty, 0.0), max(score, 0.0))
