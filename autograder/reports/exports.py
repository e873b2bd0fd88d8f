"""The grades for other programs: spreadsheets, Canvas, Gradescope, anything that reads JSON.

Formats: Canvas as its own importer reads it (`lib/gradebook_importer.rb` in instructure/canvas-lms); Gradescope's
`results.json` as https://gradescope-autograders.readthedocs.io/en/latest/specs/ describes it.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence

from autograder.model import CaseResult, QuestionResult, Result
from autograder.naming import identify
from autograder.reports import items, text
from autograder.reports.files import Table

GRADESCOPE_HIDDEN = "hidden"
"""Gradescope's word for "never shown to students"."""


def rows_to_csv(rows: Iterable[Sequence[object]]) -> str:
    """Comma-separated text, every text cell quoted and unable to become a formula, every number a number."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerows([text.cell(value) for value in row] for row in rows)
    return out.getvalue()


def grades_csv(questions: Sequence[items.Topic], due: bool) -> Table:
    """One row a submission, one column a question; a blank where nothing was decided, never a silent zero.

    Where the work was `due` at some time, `score` is what counts, and `raw_score`, `deducted` and `hours_late` (blank where no
    time stamp tells) say how it came about.

    It begins with a byte-order mark: without it Excel reads UTF-8 as its own code page and spoils every umlaut and
    emoji. pandas and every JSON-era reader skip it with the encoding `utf-8-sig`.
    """
    lateness = ["raw_score", "deducted", "hours_late"] if due else []
    head = ["student", "file", "status", "score", "max_score", "waiting", *lateness, *(t.id for t in questions), "flags"]
    top = sum(t.max_points for t in questions)
    return Table("\ufeff" + rows_to_csv([head]), lambda result: rows_to_csv([_grade_row(result, questions, top, due)]))


def _grade_row(result: Result, questions: Sequence[items.Topic], top: float, due: bool) -> list[object]:
    answers = items.by_id(result)
    per_question = [answers[t.id].points if t.id in answers else None for t in questions]
    known = result.status == "graded"
    score, waiting = (result.score, result.waiting) if known else (None, None)
    raw, deducted = (result.raw_score, result.penalty) if known else (None, None)
    return [
        *(result.student, result.file, result.status, score, result.max_score or top, waiting),
        *((raw, deducted, hours_late(result)) if due else ()),
        *(per_question if known else [None] * len(questions)),
        " | ".join(result.flags),
    ]


def hours_late(result: Result) -> float | None:
    """Hours after the due date; None where nobody knows."""
    seconds = result.late.seconds if result.late else None
    return None if seconds is None else seconds / 3600


def canvas_csv(questions: Sequence[items.Topic], done: Sequence[items.Topic], title: str) -> Table:
    """The total for Canvas's gradebook import: five columns that say who, one column with the score.

    Only the questions that are `done`, for which nobody waits, are counted, and the column's name and the points possible say so: no
    provisional score can pass for a final one. What lateness costs is deducted. Who could not be graded is left out, so that Canvas keeps what it has.
    Canvas matches by ID first and by name last; the ID is known where the file name came from Canvas.
    """
    column = title if len(done) == len(questions) else f"{title} ({', '.join(t.id for t in done) or 'nothing yet'})"
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", column]
    possible = ["    Points Possible", None, None, None, None, sum(t.max_points for t in done)]
    ids = {t.id for t in done}

    def row(result: Result) -> str:
        if not done or result.status != "graded":
            return ""
        return rows_to_csv([[*canvas_person(result), None, None, None, max(0.0, _sum(result.questions, ids) - result.penalty)]])

    return Table(rows_to_csv([head, possible]), row)


def _sum(questions: Iterable[QuestionResult], ids: set[str]) -> float:
    return sum(q.points or 0.0 for q in questions if q.question in ids)


def canvas_person(result: Result) -> tuple[str, int | None]:
    """The name, and Canvas's number of the user where the file has the name that Canvas's bulk download gives.

    No name may hold the words by which Canvas knows the row of points possible.
    """
    identity = identify(tuple(re.split(r"[/!]", result.file)))
    name, user = result.student, None
    if identity and identity.platform == "Canvas":
        name, _, number = identity.student.rpartition("_")
        user = int(number)
    return name.replace("Points Possible", "Points_Possible"), user


def gradescope_json(result: Result, questions: Sequence[items.Topic], show_hidden: bool = False) -> str:
    """One submission as Gradescope's `results.json`. Hidden checks are named by number and, unless told, hidden there.

    Gradescope shows no total while a check is hidden. What waits for a human has no score yet, so it is no test.
    """
    titles = {t.id: t.title for t in questions}
    tests = [t for q in result.questions if q.points is not None for t in _gradescope_tests(q, titles, show_hidden)]
    record: dict[str, object] = {
        "score": text.number(result.score),
        "execution_time": round(result.seconds, 3),
        "output": text.clean(_gradescope_output(result)),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "stdout_visibility": "hidden",
        "tests": tests,
    }
    return json.dumps(record, ensure_ascii=False) + "\n"


def _gradescope_output(result: Result) -> str:
    if result.status != "graded":
        return f"Not graded yet; a person will look at it. {result.problem or ''}".strip()
    waiting = f"{text.counted(result.waiting, 'point')} still to be given by a person." if result.waiting else ""
    return f"{text.lateness(result)} {waiting}".strip()


def _gradescope_tests(question: QuestionResult, titles: dict[str, str], show_hidden: bool) -> list[dict[str, object]]:
    if not question.cases:
        return [_gradescope_test(question.question, titles, question.points or 0.0, question.max_points)]
    further = [c for c in question.cases if c.hidden]
    public = [c for c in question.cases if not c.hidden]
    named = [(c, text.test_title(c.name)) for c in public]
    named += [(c, f"Further check {i}") for i, c in enumerate(further, 1)]
    return [_gradescope_case(question.question, case, name, case.hidden and not show_hidden) for case, name in named]


def _gradescope_test(question: str, titles: dict[str, str], points: float, most: float) -> dict[str, object]:
    name = f"{question}: {titles.get(question) or 'written answer'}"
    return {
        "name": text.plain(name),
        "score": text.number(points),
        "max_score": text.number(most),
        "visibility": "visible",
    }


def _gradescope_case(question: str, case: CaseResult, name: str, secret: bool) -> dict[str, object]:
    return {
        "name": text.plain(f"{question}: {name}"),
        "score": text.number(case.earned),
        "max_score": text.number(case.points),
        "status": "passed" if case.passed else "failed",
        "output": "" if secret else text.clean(case.message),
        "visibility": GRADESCOPE_HIDDEN if secret else "visible",
    }


def grades_json(questions: Sequence[items.Topic], slug: str, title: str, n: int) -> Table:
    """Everything in `grades.csv` for programs, of `n` submissions: `null` where nothing was decided."""
    record = {
        "assignment": slug,
        "title": title,
        "max_score": text.number(sum(t.max_points for t in questions)),
        "questions": [
            {"id": t.id, "title": t.title, "max_points": text.number(t.max_points), "written": t.written}
            for t in questions
        ],
        "submissions": [],
    }
    head, tail = _json(record).rstrip("]}\n"), "\n ]\n}\n" if n else "]\n}\n"
    return Table(head, lambda result: f"\n{_json(_json_row(result, questions))}".replace("\n", "\n  "), tail, between=",")


def _json(record: dict[str, object]) -> str:
    return json.dumps(record, indent=1, ensure_ascii=False).encode("utf-8", "replace").decode()


def _json_row(result: Result, questions: Sequence[items.Topic]) -> dict[str, object]:
    answers, known = items.by_id(result), result.status == "graded"
    given = {t.id: answers[t.id].points if known and t.id in answers else None for t in questions}
    return {
        "student": result.student,
        "file": result.file,
        "status": result.status,
        "problem": result.problem,
        "score": text.number(result.score) if known else None,
        "waiting": text.number(result.waiting) if known else None,
        **(_json_lateness(result, known) if result.late else {}),
        "points": {key: None if value is None else text.number(value) for key, value in given.items()},
        "flags": list(result.flags),
        "submitted_at": result.submitted_at,
    }


def _json_lateness(result: Result, known: bool) -> dict[str, object]:
    hours = hours_late(result)
    return {
        "due": result.late.due if result.late else None,
        "hours_late": None if hours is None else text.number(hours),
        "raw_score": text.number(result.raw_score) if known else None,
        "deducted": text.number(result.penalty) if known else None,
    }
