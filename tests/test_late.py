"""Late days: nbgrader's plugin decides, every table and page says the same, and no result is touched."""

import csv
import json
import shutil
import time
from datetime import timedelta
from pathlib import Path

import pytest
from nbgrader.api import Gradebook, SubmittedAssignment
from nbgrader.plugins import LateSubmissionPlugin

from autograder import gradebook, late, results
from autograder.__main__ import main
from autograder.assignment import load
from autograder.errors import CourseError, GraderFailure
from autograder.model import QuestionResult, Result, to_json
from autograder.reports import text

DUE = "2026-03-01T23:59:00+01:00"
IN_TIME, TWO_HOURS, THREE_DAYS = "2026-03-01T22:59:00+00:00", "2026-03-02T00:59:00+00:00", "2026-03-04T22:59:00+00:00"
EARNED = 10.0


class TenPercentADay(LateSubmissionPlugin):
    """A tenth of the score for each day begun."""

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float:
        return score * 0.1 * -(-total_seconds_late // 86400)


class Ruthless(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float:
        return 1000.0


class Generous(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float:
        return -5.0


class Undecided(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> None:
        return None


class Broken(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float:
        raise RuntimeError("no such student\nat all")


class NoNumber(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float:
        return float("nan")


def named(plugin: type) -> str:
    return f"{__name__}.{plugin.__name__}"


@pytest.fixture(scope="module")
def assignment():
    return load("kmeans")


@pytest.fixture(scope="module")
def template(assignment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four students with ten points each: in time, two hours late, three days late, at an unknown time. One cannot be read."""
    out = tmp_path_factory.mktemp("late") / "out"
    times = {"early": IN_TIME, "hours": TWO_HOURS, "days": THREE_DAYS, "unknown": None}
    with results.locked(out):
        made = [result(assignment, name, stamp) for name, stamp in times.items()]
        made.append(Result("torn", "torn.ipynb", "kmeans", "needs-human", problem="cut off", submitted_at=THREE_DAYS))
        for one in made:
            results.write(out, one)
        gradebook.update(out, assignment, made)
    return out


@pytest.fixture
def out(template: Path, tmp_path: Path) -> Path:
    return shutil.copytree(template, tmp_path / "out", copy_function=shutil.copy2)


def result(assignment, student: str, stamp: str | None) -> Result:
    left, questions = EARNED, []
    for question in assignment.questions:
        points = min(left, question.points) if question.function else None
        left -= points or 0.0
        questions.append(QuestionResult(question.id, question.points, points))
    return Result(student, f"{student}.ipynb", "kmeans", "graded", tuple(questions), submitted_at=stamp)


def report(out: Path, *words: str) -> int:
    return main(["report", str(out), *words])


def table(out: Path) -> dict[str, dict[str, str]]:
    with open(out / "grades.csv", encoding="utf-8-sig", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def scores(out: Path) -> dict[str, str]:
    return {student: row["score"] for student, row in table(out).items()}


def files(out: Path) -> dict[str, tuple]:
    return {p.name: (p.stat().st_ino, p.stat().st_mtime_ns, p.read_bytes()) for p in (out / "results").iterdir()}


@pytest.mark.parametrize(
    ("method", "hours", "days"),
    [("none", 10, 10), ("zero", 0, 0), (named(TenPercentADay), 9, 7), (named(Ruthless), 0, 0), (named(Generous), 10, 10), (named(Undecided), 10, 10)],
)
def test_the_penalty_is_the_plugins_and_never_more_than_the_score(method: str, hours: int, days: int, out: Path):
    before = files(out)
    assert report(out, "--due", DUE, "--late", method) == 0
    found = table(out)
    assert {s: row["score"] for s, row in found.items()} == {
        "early": "10", "hours": str(hours), "days": str(days), "unknown": "10", "torn": "",
    }  # fmt: skip
    assert {s: row["raw_score"] for s, row in found.items()} == dict.fromkeys(("early", "hours", "days", "unknown"), "10") | {"torn": ""}
    assert {s: row["deducted"] for s, row in found.items()} == {
        "early": "0", "hours": str(10 - hours), "days": str(10 - days), "unknown": "0", "torn": "",
    }  # fmt: skip
    assert {s: row["hours_late"] for s, row in found.items()} == {"early": "0", "hours": "2", "days": "72", "unknown": "", "torn": "72"}
    assert [s for s, row in found.items() if "no time stamp" in row["flags"]] == ["unknown"]
    assert files(out) == before


def test_nbgrader_reads_the_same_in_the_gradebook(out: Path):
    report(out, "--due", DUE, "--late", named(TenPercentADay))
    with Gradebook(f"sqlite:///{out / 'gradebook.db'}", course_id=gradebook.COURSE) as book:
        assert book.find_assignment("kmeans").duedate.isoformat() == "2026-03-01T22:59:00"
        found = {s.student.id: s for s in book.assignment_submissions("kmeans")}
        assert {name: s.total_seconds_late for name, s in found.items()} == {
            "early": 0, "hours": 7200, "days": 3 * 86400, "unknown": 0, "torn": 3 * 86400,
        }  # fmt: skip
        assert {name: s.late_submission_penalty for name, s in found.items()} == {
            "early": 0, "hours": pytest.approx(1), "days": pytest.approx(3), "unknown": 0, "torn": 0,
        }  # fmt: skip
        assert {s.score for name, s in found.items() if name != "torn"} == {EARNED}


def test_another_due_date_regrades_nothing_and_what_was_chosen_is_kept(out: Path):
    before = files(out)
    report(out, "--due", DUE, "--late", "zero")
    assert scores(out) == {"early": "10", "hours": "0", "days": "0", "unknown": "10", "torn": ""}
    report(out)
    assert scores(out)["hours"] == "0"
    report(out, "--due", "2026-03-02T12:00:00+01:00")
    assert scores(out) == {"early": "10", "hours": "10", "days": "0", "unknown": "10", "torn": ""}
    report(out, "--late", "none")
    assert scores(out)["days"] == "10"
    report(out, "--due", "never")
    assert "deducted" not in table(out)["days"]
    with Gradebook(f"sqlite:///{out / 'gradebook.db'}", course_id=gradebook.COURSE) as book:
        assert book.find_assignment("kmeans").duedate is None
    assert files(out) == before


def test_what_a_human_gave_is_counted_before_the_penalty(out: Path, assignment):
    written = next(q.id for q in assignment.questions if q.kind == "written")
    with Gradebook(f"sqlite:///{out / 'gradebook.db'}", course_id=gradebook.COURSE) as book:
        book.find_grade(written, "kmeans", "kmeans", "days").manual_score = 4.0
        book.find_grade("q1", "kmeans", "kmeans", "days").extra_credit = 1.0
        book.db.commit()
    report(out, "--due", DUE, "--late", named(TenPercentADay))
    row = table(out)["days"]
    assert (row["raw_score"], row["deducted"], row["score"], row["waiting"]) == ("15", "4.5", "10.5", "0")
    report(out, "--late", "zero")
    row = table(out)["days"]
    assert (row["raw_score"], row["deducted"], row["score"]) == ("15", "15", "0")


def test_an_extension_in_the_gradebook_counts(out: Path):
    with Gradebook(f"sqlite:///{out / 'gradebook.db'}", course_id=gradebook.COURSE) as book:
        book.find_submission("kmeans", "days").extension = timedelta(days=2)
        book.find_submission("kmeans", "hours").extension = timedelta(hours=3)
        book.db.commit()
    report(out, "--due", DUE, "--late", named(TenPercentADay))
    found = table(out)
    assert [(found[s]["hours_late"], found[s]["score"]) for s in ("days", "hours")] == [("24", "9"), ("0", "10")]
    assert "3 March 2026, 23:59" in (out / "report" / "students").glob("days-*.html").__next__().read_text(encoding="utf-8")


def test_every_export_and_page_says_the_same(out: Path):
    report(out, "--due", DUE, "--late", named(TenPercentADay))
    with open(out / "exports" / "canvas.csv", encoding="utf-8", newline="") as file:
        rows = {row["Student"]: row for row in csv.DictReader(file)}
    [column] = [name for name in rows["days"] if name.startswith("The k-means") or "q1" in name]
    assert [float(rows[s][column]) for s in ("early", "hours", "days")] == [10, 9, 7]
    record = json.loads((out / "exports" / "grades.json").read_text(encoding="utf-8"))
    found = {s["student"]: s for s in record["submissions"]}
    assert found["days"] | {"due": DUE, "hours_late": 72, "raw_score": 10, "deducted": 3, "score": 7} == found["days"]
    assert found["unknown"]["hours_late"] is None
    scope = next((out / "exports" / "gradescope").glob("days-*.json"))
    score = json.loads(scope.read_text(encoding="utf-8"))
    assert score["score"] == 7
    assert "3 days after the due date" in score["output"]
    page = next((out / "report" / "students").glob("days-*.html")).read_text(encoding="utf-8")
    assert "Handed in 3 days after the due date (1 March 2026, 23:59 UTC+01:00): 3 points of 10 deducted." in page
    assert "after the due date" not in next((out / "report" / "students").glob("early-*.html")).read_text(encoding="utf-8")
    board = (out / "report" / "index.html").read_text(encoding="utf-8")
    assert "3 of 5 came later, by up to 3 days; 4 points were deducted." in board
    assert "1 submission has no time stamp" in board


def test_without_a_due_date_nothing_is_said(out: Path):
    report(out)
    assert not {"raw_score", "deducted", "hours_late"} & table(out)["days"].keys()
    assert "Came late" not in (out / "report" / "index.html").read_text(encoding="utf-8")
    assert not (out / late.FILE).exists()


def test_lateness_is_never_stored_with_a_result(assignment):
    one = result(assignment, "ada", IN_TIME)
    assert to_json(late.with_lateness(one, late.Policy(DUE), {})) == to_json(one)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--due", "2026-03-01"], "has no time of day; write 2026-03-01T23:59"),
        (["--due", "soon"], "'soon' is no time as"),
        (["--due", "0001-01-01T00:00"], "is no time as"),
        (["--late", "zero"], "late after what"),
        (["--due", DUE, "--late", "a_module_nobody.Has"], "cannot be imported (ModuleNotFoundError"),
        (["--due", DUE, "--late", "some"], "cannot be imported"),
        (["--due", DUE, "--late", "json.JSONDecoder"], "is no late plugin"),
    ],
)
def test_bad_usage_is_one_clear_line(words: list[str], complaint: str, out: Path, capsys: pytest.CaptureFixture):
    try:
        status = report(out, *words)
    except SystemExit as stopped:
        status = stopped.code
    said = capsys.readouterr().err
    assert status == 2
    assert complaint in said.splitlines()[-1]
    assert "Traceback" not in said
    assert not (out / late.FILE).exists()


@pytest.mark.parametrize(("plugin", "complaint"), [(Broken, "failed for .* \\(RuntimeError: no such student\\)"), (NoNumber, "gave no number for")])
def test_a_plugin_that_fails_is_our_failure_and_changes_no_penalty(plugin: type, complaint: str, out: Path):
    late.apply(out, "kmeans", late.Policy(DUE, "zero"))
    with pytest.raises(GraderFailure, match=complaint) as error:
        late.apply(out, "kmeans", late.Policy(DUE, named(plugin)))
    assert "\n" not in str(error.value)
    with Gradebook(f"sqlite:///{out / 'gradebook.db'}", course_id=gradebook.COURSE) as book:
        assert book.db.query(SubmittedAssignment).count() == 5
        assert book.find_submission("kmeans", "days").late_submission_penalty == EARNED


def test_a_time_without_an_offset_is_this_machines(monkeypatch: pytest.MonkeyPatch):
    try:
        with monkeypatch.context() as elsewhere:
            elsewhere.setenv("TZ", "Asia/Tokyo")
            time.tzset()
            assert late._due("2026-03-01T23:59") == "2026-03-01T23:59:00+09:00"
            assert late._due("2026-03-01T23:59Z") == "2026-03-01T23:59:00+00:00"
    finally:
        time.tzset()


@pytest.mark.parametrize("content", ["", "[]", '{"due": 5, "late": "zero"}', '{"due": "soon", "late": "none"}', '{"late": "none"}'])
def test_settings_that_are_broken(content: str, tmp_path: Path):
    (tmp_path / late.FILE).write_text(content, encoding="utf-8")
    with pytest.raises(CourseError, match="delete it and say --due") as error:
        late.kept(tmp_path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "1 second"), (59, "59 seconds"), (60, "1 minute"), (3725, "1 hour 2 minutes"), (86400, "1 day"), (86401, "1 day"), (183600, "2 days 3 hours")],
)
def test_time_spans_in_words(seconds: float, words: str):
    assert text.duration(seconds) == words


def test_short_time_spans_for_tables():
    assert [text.duration(s, short=True).replace("\u00a0", " ") for s in (183600, 5 * 3600, 61)] == ["2 d 3 h", "5 h", "1 min 1 s"]
