"""nbgrader's formgrader on a graded class, driven over HTTP as a browser would; what a human gives there comes back."""

import contextlib
import csv
import json
import re
import socket
import subprocess
import sys
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

import nbformat
import pytest

from autograder import formgrader, gradebook, results
from autograder.__main__ import main
from autograder.assignment import load
from autograder.model import CaseResult, QuestionResult, Result, Submission

ROOT = Path(__file__).resolve().parents[1]
EVIL = 'Because **J falls**.\n\n<script>alert("evil")</script><img src=x onerror="alert(2)"> [click](javascript:alert(3))'


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A graded class of two, made without the sandbox."""
    made, assignment = tmp_path / "graded", load("kmeans")
    written = next(q.id for q in assignment.questions if q.kind == "written")
    with results.locked(made):
        stored = []
        for student in ("Ada", "<b>Zoë/..</b>"):
            case = CaseResult("test_a", False, 1.0, 1.0, True, "Passed.")
            questions = tuple(
                QuestionResult(q.id, q.points, q.points, (case,)) if q.function else QuestionResult(q.id, q.points, None)
                for q in assignment.questions
            )
            result = Result(student, f"{student}.ipynb", "kmeans", "graded", questions)
            cells = tuple(f"def {name}(*args):\n    return '</pre><script>alert(4)</script>'" for name in assignment.functions)
            results.write(made, result)
            submission = Submission(student, result.file, "d", cells, {written: EVIL})
            formgrader.write_notebook(made, result, formgrader.notebook(assignment, submission, result))
            stored.append(result)
        gradebook.update(made, assignment, stored)
    return made


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def served(out: Path):
    """The running command, the address of its server and a browser's opener that has signed in."""
    port = free_port()
    command = [sys.executable, "-m", "autograder", "formgrader", "--out", str(out), "--port", str(port), "--no-browser"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        token = re.search(r"token=(\S+)", process.stdout.readline())[1]
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar := CookieJar()))
        address = f"http://127.0.0.1:{port}"
        browser.open(f"{address}/formgrader?token={token}").read()  # an address that is printed answers
        browser.jar = jar
        try:
            yield process, address, browser
        finally:
            process.terminate()


def call(browser, url: str, value: dict | None = None) -> object:
    """A call of formgrader's own interface, with the token against forged requests that its pages send."""
    xsrf = next((c.value for c in browser.jar if c.name == "_xsrf"), "")
    data = json.dumps(value).encode() if value is not None else None
    request = urllib.request.Request(url, data, {"X-XSRFToken": xsrf}, method="PUT" if data else "GET")
    return json.loads(browser.open(request).read() or b"null")


def test_a_score_given_in_formgrader_counts_in_the_next_grades(out: Path):
    written = next(q.id for q in load("kmeans").questions if q.kind == "written")
    with served(out) as (process, address, browser):
        submissions = call(browser, f"{address}/formgrader/api/submissions/kmeans")
        assert {s["last_name"] for s in submissions} == {"Ada", "<b>Zoë/..</b>"}
        notebooks = call(browser, f"{address}/formgrader/api/submitted_notebooks/kmeans/kmeans")
        assert len(notebooks) == 2
        assert all(n["needs_manual_grade"] for n in notebooks)
        for notebook in notebooks:
            page = browser.open(f"{address}/formgrader/submissions/{notebook['id']}/").read().decode()
            assert "J falls" in page
            assert page.count("passed test_a") == len(load("kmeans").functions)
            for bad in ('alert("evil")', "onerror=", "href=\"javascript:alert(3)", "<script>alert(4)"):
                assert bad not in page, bad
            grades = call(browser, f"{address}/formgrader/api/grades?submission_id={notebook['id']}")
            [answer] = [g for g in grades if g["name"] == written]
            call(browser, f"{address}/formgrader/api/grade/{answer['id']}", {"manual_score": 3.0, "extra_credit": None})
        process.terminate()
        said = process.communicate(timeout=120)[0]
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert gradebook.manual_scores(out, "kmeans") == {"Ada": {written: 3.0}, "<b>Zoë/..</b>": {written: 3.0}}
    with open(out / "grades.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row[written]) for row in rows] == [3.0, 3.0]


def test_notebooks_are_valid_and_hold_what_was_handed_in(out: Path):
    paths = list((out / "nbgrader" / "autograded").glob("*/kmeans/kmeans.ipynb"))
    assert len(paths) == 2
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        ids = [c.metadata.nbgrader.grade_id for c in notebook.cells if "nbgrader" in c.metadata]
        assert len(ids) == len(set(ids)) == 2 * len(load("kmeans").functions) + 1


def test_bad_usage_is_one_line(out: Path, tmp_path: Path, capsys: pytest.CaptureFixture):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for words in (["--out", str(tmp_path / "nothing")], ["--out", str(out), "--port", port], ["--out", str(out), "--port", "99999"]):
            assert main(["formgrader", *words]) == 2
            assert capsys.readouterr().err.count("\n") == 1
