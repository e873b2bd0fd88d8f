"""nbgrader's own commands on the folder that `grade` leaves: feedback and export of a class with late work, by the real programs."""

import csv
import json
import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

from autograder import gradebook
from autograder.assignment import load
from tools import kills

ROOT = Path(__file__).resolve().parents[1]
DUE = "2026-03-01T12:00:00+00:00"
TIMES = {  # by student: when, and whether that is late
    "student02": "2026-03-01 11:59:00 Z", "student04": "2026-03-01 14:00:00 Z", "student05": "2026-02-27 10:00:00 Z", "student06": "2026-03-04 12:00:00 Z",
}  # fmt: skip
LATE = {"student04", "student06"}


def run(*words: str, cwd: Path) -> subprocess.CompletedProcess:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "JUPYTER_NO_CONFIG": "1"}
    return subprocess.run([sys.executable, "-m", *words], cwd=cwd, env=environment, capture_output=True, text=True, timeout=900)


def rows(path: Path, encoding: str = "utf-8") -> list[dict[str, str]]:
    with open(path, encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


class Words(HTMLParser):
    """The text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def words(page: Path) -> str:
    parser = Words()
    parser.feed(page.read_text(encoding="utf-8"))
    return " ".join(" ".join(parser.found).split())


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, float]]:
    """Four students as Gradescope exports them, graded with a due date, then moved: the folder must not know where it was."""
    room = tmp_path_factory.mktemp("tree")
    fair = kills.write_class(room / "plain", 7)
    metadata = {}
    for number, (student, stamp) in enumerate(TIMES.items()):
        folder = f"submission_{number}"
        (room / "class" / folder).mkdir(parents=True)
        (room / "plain" / f"{student}.ipynb").rename(room / "class" / folder / "kmeans.ipynb")
        metadata[folder] = {":submitters": [{":name": student, ":sid": str(number)}], ":created_at": stamp}
    (room / "class" / "submission_metadata.yml").write_text("---\n" + yaml.safe_dump(metadata), encoding="utf-8")
    due = ["--due", DUE, "--late", "zero"]
    done = run("autograder", "grade", "--assignment", "kmeans", str(room / "class"), str(room / "out"), "--jobs", "1", *due, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert f"2 came late, {sum(fair[s] for s in LATE):g} points deducted" in done.stdout
    (room / "out").rename(room / "elsewhere")
    return room, {student: fair[student] for student in TIMES}


def test_nbgraders_export_agrees_with_our_grades(graded: tuple[Path, dict[str, float]]):
    room, fair = graded
    course = room / "elsewhere" / "nbgrader"
    done = run("nbgrader", "export", "--to", str(room / "theirs.csv"), cwd=course)
    assert done.returncode == 0, done.stderr
    theirs = {row["student_id"]: row for row in rows(room / "theirs.csv")}
    ours = {row["student"]: row for row in rows(room / "elsewhere" / "grades.csv", "utf-8-sig")}
    assert theirs.keys() == ours.keys() == fair.keys()
    for student, row in theirs.items():
        final = 0.0 if student in LATE else fair[student]
        assert float(row["raw_score"]) == float(ours[student]["raw_score"]) == fair[student]
        assert float(row["score"]) == float(ours[student]["score"]) == final
        assert float(row["late_submission_penalty"]) == float(ours[student]["deducted"]) == fair[student] - final
        assert float(row["max_score"]) == float(ours[student]["max_score"])
        assert row["duedate"] == "2026-03-01 12:00:00"


def test_nbgraders_feedback_has_score_and_comments_and_nothing_hidden(graded: tuple[Path, dict[str, float]]):
    room, fair = graded
    course, assignment = room / "elsewhere" / "nbgrader", load("kmeans")
    with gradebook.written(room / "elsewhere") as book:
        comment = book.find_comment(next(q.id for q in assignment.questions if q.kind == "written"), "kmeans", "kmeans", "student05")
        comment.manual_comment = "Nicely argued, by hand."
        book.db.commit()
    done = run("nbgrader", "generate_feedback", "kmeans", cwd=course)
    assert done.returncode == 0, done.stderr
    cases = [case for question in assignment.questions for case in question.cases]
    public = "".join(case.source for case in cases if not case.hidden)
    handed_in = "".join(path.read_text(encoding="utf-8") for path in (room / "class").rglob("*.ipynb"))
    lines = {line.strip() for case in cases if case.hidden for line in case.source.splitlines()[1:]}
    secret = {line for line in lines if len(line) > 15 and line not in public and json.dumps(line)[1:-1] not in handed_in}
    assert len(secret) > 20
    for student, score in fair.items():
        page = course / "feedback" / student / "kmeans" / "kmeans.html"
        said, source = words(page), page.read_text(encoding="utf-8")
        final = 0.0 if student in LATE else score
        assert f"(Score: {final} / {assignment.points})" in said
        assert ("Late submission penalty" in said) == (student in LATE)
        assert ("Nicely argued, by hand." in said) == (student == "student05")
        assert ("Comments:" in said) == (student != "student06")  # who lost no point reads no comment
        assert not [line for line in secret if " ".join(line.split()) in said]
        assert not [case.name for case in cases if case.hidden and case.name in source]


def test_another_due_date_grades_nothing_again(graded: tuple[Path, dict[str, float]]):
    room, fair = graded
    out = room / "elsewhere"
    before = kills.stored(out)
    words = ["--assignment", "kmeans", str(room / "class"), str(out), "--jobs", "1", "--due", "2026-03-02T12:00:00+00:00"]
    done = run("autograder", "grade", *words, cwd=ROOT)
    assert f"{len(fair)} unchanged" in done.stdout, done.stderr
    assert kills.stored(out) == before
    ours = {row["student"]: float(row["score"]) for row in rows(out / "grades.csv", "utf-8-sig")}
    assert ours == fair | {"student06": 0.0}
