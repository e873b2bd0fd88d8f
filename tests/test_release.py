"""What leaves the house: opened, run and graded by the very tools that students and instructors use."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from packaging.requirements import Requirement

from autograder import release
from autograder.assignment import ROOT, load
from autograder.compare import otter_scores
from autograder.errors import GraderFailure
from book.questions import questions
from solutions.variants import load_variants
from tests.otter_run import ENVIRONMENT, filled

SLUG = "kmeans"


@pytest.fixture(scope="module")
def assignment():
    return load(SLUG)


@pytest.fixture(scope="module")
def released(assignment, tmp_path_factory):
    """A `dist` folder, and proof that making it left nothing in the folder for temporary files."""
    dist, temporary = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("temporary")
    before = release.tempfile.tempdir, os.environ.get("TMPDIR")
    release.tempfile.tempdir = os.environ["TMPDIR"] = str(temporary)
    try:
        release.release(assignment, dist)
    finally:
        release.tempfile.tempdir = before[0]
        os.environ.pop("TMPDIR") if before[1] is None else os.environ.update(TMPDIR=before[1])
    assert list(temporary.iterdir()) == []
    return dist


@pytest.fixture(scope="module")
def student(released):
    return released / SLUG / "student" / f"{SLUG}.ipynb"


def executed(notebook: nbformat.NotebookNode, folder: Path) -> nbformat.NotebookNode:
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    return notebook


def feedback(notebook: nbformat.NotebookNode) -> dict[str, dict[str, str]]:
    """What each check cell shows: {question: {mime type: text}}."""
    return {c.id: o.data for c in notebook.cells if c.get("outputs") and c.source.startswith("grader.") for o in c.outputs}


def functions(assignment) -> list[str]:
    return [q.id for q in assignment.questions if q.function]


# ------------------------------------------------------------------------------------ the student's folder


def test_the_folder_holds_one_notebook_and_its_requirements(released, student):
    assert sorted(p.name for p in student.parent.iterdir()) == [f"{SLUG}.ipynb", "requirements.txt"]
    with zipfile.ZipFile(released / SLUG / f"{SLUG}.zip") as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    assert content == {f"{SLUG}/{p.name}": p.read_bytes() for p in student.parent.iterdir()}


def test_the_requirements_are_exact_and_are_what_the_course_runs_on(student):
    lines = [Requirement(line) for line in (student.parent / "requirements.txt").read_text().splitlines()]
    here = [r for r in lines if r.marker is None or r.marker.evaluate()]
    assert {r.name for r in here} == {"numpy", "scipy", "matplotlib", "scikit-learn", "otter-grader"}
    assert {r.name: str(r.specifier) for r in here} == {r.name: f"=={version(r.name)}" for r in here}


def test_a_second_release_gives_the_same_bytes_and_keeps_what_is_not_its_own(assignment, released, tmp_path):
    keep = tmp_path / SLUG / "notes.txt"
    keep.parent.mkdir()
    keep.write_text("an instructor's own file")
    release.release(assignment, tmp_path)
    for name in (f"{SLUG}.zip", "gradescope.zip", f"student/{SLUG}.ipynb", "student/requirements.txt"):
        assert (tmp_path / SLUG / name).read_bytes() == (released / SLUG / name).read_bytes(), name
    assert keep.read_text() == "an instructor's own file"


def test_the_notebook_is_valid_and_untouched(assignment, student):
    notebook = nbformat.read(student, as_version=4)
    nbformat.validate(notebook)
    assert len({c.id for c in notebook.cells}) == len(notebook.cells)
    assert all(c.execution_count is None and not c.outputs for c in notebook.cells if c.cell_type == "code")
    checks = [c.source for c in notebook.cells if c.source.startswith("grader.check(")]
    assert checks == [f'grader.check("{q}")' for q in functions(assignment)]
    assert notebook.metadata.kernelspec.name == "python3"


def test_nothing_in_the_notebook_as_released_is_flagged_when_it_is_graded(student):
    from autograder import flags

    cells = tuple(c.source for c in nbformat.read(student, as_version=4).cells if c.cell_type == "code")
    assert flags.scan(cells) == []


def test_nbgrader_reads_its_metadata_in_the_same_file(assignment, student):
    from nbgrader.nbgraderformat import MetadataValidator

    notebook = nbformat.read(student, as_version=4)
    MetadataValidator().validate_nb(notebook)
    cells = {c.metadata.nbgrader.grade_id: c.metadata.nbgrader for c in notebook.cells if "nbgrader" in c.metadata}
    graded = {name: cell.points for name, cell in cells.items() if cell.grade}
    assert graded == {q.id: q.points for q in assignment.questions}
    for question in assignment.questions:
        assert cells[question.id].solution == (question.kind == "written")
        assert cells[question.id].locked == (question.kind == "function")
    assert all(cells[f"{q}-answer"].solution and not cells[f"{q}-answer"].grade for q in functions(assignment))


# ------------------------------------------------------------------------------------------- the checks


@pytest.fixture(scope="module")
def untouched_run(student, tmp_path_factory):
    """The notebook alone in a folder, under another name, beside another notebook."""
    folder = tmp_path_factory.mktemp("downloads")
    shutil.copyfile(student, folder / f"{SLUG} (1).ipynb")
    shutil.copyfile(student, folder / "another.ipynb")
    notebook = nbformat.read(folder / f"{SLUG} (1).ipynb", as_version=4)
    # Cells for looking (ids `cell-NN`) call the stub and may raise; an error in a stub, in the set-up or in a check fails.
    for cell in notebook.cells:
        cell.metadata["tags"] = ["raises-exception"] if cell.id.startswith("cell-") else []
    return executed(notebook, folder)


@pytest.fixture(scope="module")
def solved_run(student, released, tmp_path_factory):
    return executed(filled(released, SLUG), tmp_path_factory.mktemp("solved"))


def test_an_untouched_stub_is_told_kindly_what_to_do(assignment, untouched_run):
    shown = feedback(untouched_run)
    for question in functions(assignment):
        name = assignment.question(question).function
        expected = f"{question}: not written yet. Write {name}, run its cell, then check again."
        assert shown[question]["text/plain"] == expected
        assert expected in shown[question]["text/html"]


def test_a_right_answer_passes_the_public_checks_and_no_more_is_claimed(assignment, solved_run):
    shown = feedback(solved_run)
    for question in assignment.questions:
        if question.function:
            text, page = shown[question.id]["text/plain"], shown[question.id]["text/html"]
            assert text.startswith(f"{question.id}: public checks passed; more run when it is graded.")
            assert text.count("✓ passed:") == page.count("✓ passed:") == sum(not c.hidden for c in question.cases)
            assert "All test cases passed" not in text + page
            assert "failed" not in text + page


def test_a_page_words_its_feedback_exactly_as_the_notebook_does(student, released, tmp_path, monkeypatch):
    """Right and wrong answers to every question: the checker of the pages, which has no otter, against otter's own."""
    monkeypatch.chdir(tmp_path)  # otter keeps a log where it is asked
    notebook = nbformat.read(student, as_version=4)
    data, here, there = questions(notebook), {}, {"__name__": "notebook"}
    exec((ROOT / "book/live/check.py").read_text("utf-8"), here)
    exec(next(cell.source for cell in notebook.cells if cell.id == "set-up"), there)
    solved = {c.id.removesuffix("-answer"): c.source for c in filled(released, SLUG).cells if c.id.endswith("-answer")}
    stubs = {cell["question"]: cell["source"] for cell in data["cells"] if "question" in cell}
    answers = [(v.question, v.source) for v in load_variants(SLUG, "misconceptions")]
    answers += [*stubs.items(), *solved.items(), ("q2", "assign = None"), ("q2", "def assign_clusters():\n    pass")]
    verdicts = set()
    for asked, answer in answers:
        there.pop(data["functions"][asked], None)
        before = [cell for cell in data["cells"] if cell.get("question", "q0") <= asked]
        cells = [cell | {"source": solved[cell["question"]] if "question" in cell else cell["source"]} for cell in before]
        cells[-1]["source"] = answer
        for cell in cells:
            exec(cell["source"], there)
        theirs = there["grader"].check(asked)
        job = {"question": asked, "cells": cells, "checks": data["checks"][asked], "functions": data["functions"]}
        ours = here["check"](json.dumps(job | {"feedback": data["feedback"]}))
        assert (repr(ours), ours._repr_html_()) == (repr(theirs), theirs._repr_html_()), (asked, answer)
        verdicts |= {passed for passed, *_ in theirs.rows}
    assert verdicts == {True, False}


def test_a_function_that_is_not_there_is_asked_for(student, tmp_path):
    notebook = nbformat.read(student, as_version=4)
    keep = {"set-up", "q1"}
    notebook.cells = [c for c in notebook.cells if c.id in keep]
    shown = feedback(executed(notebook, tmp_path))["q1"]["text/plain"]
    assert shown == f"q1: {load(SLUG).question('q1').function} is not defined yet. Run the cell with your code, then check again."


def test_a_wrong_answer_reads_what_is_wrong_and_cannot_inject_markup(assignment, student, tmp_path):
    question = assignment.question("q1")
    notebook = nbformat.read(student, as_version=4)
    notebook.cells = [c for c in notebook.cells if c.id in ("set-up", "q1-answer", "q1")]
    notebook.cells[1].source = f'def {question.function}(*args):\n    raise ValueError("<script>alert(1)</script>\\nsecond line")'
    shown = feedback(executed(notebook, tmp_path))["q1"]
    public = sum(not c.hidden for c in question.cases)
    assert shown["text/plain"].startswith(f"q1: 0 of {public} public checks passed; more run when it is graded.")
    assert "      ValueError: <script>alert(1)</script>\n      second line" in shown["text/plain"]
    assert "<script>" not in shown["text/html"]
    assert "ValueError: &lt;script&gt;alert(1)" in shown["text/html"]
    assert shown["text/html"].count("Show this check") == public
    assert shown["text/html"].count("'>def test_") == public  # the code of a check, without the lines that are otter's business


COLAB = """
shell = get_ipython()
shell.__class__ = type("Shell", (type(shell),), {"__module__": "google.colab._shell"})
assert "google.colab" in str(get_ipython())
"""


def test_it_works_in_colab_where_otter_reads_no_metadata(student, released, tmp_path, monkeypatch):
    """As Colab looks to otter: the shell's class, and a folder without the notebook's file. pip runs for real, but
    without an index: what the cell asks for is installed, at exactly that version."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    notebook = filled(released, SLUG)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(COLAB))
    executed(notebook, tmp_path)
    [setup] = [c for c in notebook.cells if c.id == "set-up"]
    assert "restart the kernel" in setup.outputs[0].text, "pip has run"
    assert feedback(notebook)["q1"]["text/plain"].startswith("q1: public checks passed; more run when it is graded.")
    assert not list(tmp_path.glob("*.ipynb"))


def test_without_otter_one_sentence_says_what_to_install(student):
    setup = next(c.source for c in nbformat.read(student, as_version=4).cells if c.id == "set-up")
    blocked = "import sys\nsys.modules['otter'] = None\n"
    done = subprocess.run([sys.executable, "-c", blocked + setup], capture_output=True, text=True, env=ENVIRONMENT)
    assert done.stderr.splitlines()[-1].startswith("ModuleNotFoundError: The checks need otter-grader. Run `%pip install otter-grader==")


# ------------------------------------------------------------------------------------ Gradescope and nbgrader


def test_gradescope_gives_the_stub_nothing(assignment, student, released, tmp_path):
    scores = otter_scores(released / SLUG / "gradescope.zip", student, tmp_path)
    assert set(functions(assignment)) <= set(scores)
    assert set(scores.values()) == {0}


def test_nbgraders_validate_button_hears_of_a_failed_check(assignment, student, released, tmp_path):
    nbformat.write(nbformat.read(student, as_version=4), tmp_path / "stub.ipynb")
    solved = filled(released, SLUG)
    for cell in solved.cells:
        if cell.id in [q.id for q in assignment.questions if q.kind == "written"]:
            cell.source = "Names are only names."
    nbformat.write(solved, tmp_path / "solved.ipynb")
    said = {}
    for name in ("stub", "solved"):
        command = [sys.executable, "-m", "nbgrader", "validate", f"{name}.ipynb"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=ENVIRONMENT, timeout=300)
        said[name] = done.stdout.strip()
    assert "q1: not written yet. Write kmeans_objective" in said["stub"], said["stub"]
    assert "VALIDATION FAILED" in said["stub"].upper()
    assert said["solved"] == "Success! Your notebook passes all the tests."


def test_nbgrader_grades_the_same_file_and_leaves_the_written_answer_to_a_human(assignment, student, released, tmp_path):
    """One student hands in the reference and an answer, another one misconception a question, a third the stub."""
    course = tmp_path / "course"
    shutil.copytree(released / "nbgrader", course)
    wrong = {v.question: v for v in reversed(load_variants(SLUG, "misconceptions"))}
    hand_ins = {"ada": filled(released, SLUG), "ben": filled(released, SLUG), "cyd": nbformat.read(student, as_version=4)}
    for cell in hand_ins["ben"].cells:
        if cell.id.endswith("-answer"):
            cell.source = wrong[cell.id.removesuffix("-answer")].source
    written = [q.id for q in assignment.questions if q.kind == "written"]
    for cell in hand_ins["ada"].cells:
        if cell.id in written:
            cell.source = "Names are only names."
    for name, notebook in hand_ins.items():
        (course / "submitted" / name / SLUG).mkdir(parents=True)
        nbformat.write(notebook, course / "submitted" / name / SLUG / f"{SLUG}.ipynb")
    with release.programs_of_this_python():
        command = [sys.executable, "-m", "nbgrader", "autograde", SLUG]
        done = subprocess.run(command, cwd=course, capture_output=True, text=True, env=ENVIRONMENT | {"PATH": os.environ["PATH"]})
    assert done.returncode == 0, done.stderr
    grades = nbgrader_grades(course)
    full = {q.id: q.points for q in assignment.questions if q.function}
    assert {q: grades["ada", q][0] for q in full} == full
    assert all(grades["ben", q][0] < points for q, points in full.items())
    assert {grades["cyd", q][0] for q in full} == {0}
    assert [grades["ada", q][1] for q in written] == [True] * len(written), "a written answer waits for a human"


def nbgrader_grades(course: Path) -> dict[tuple[str, str], tuple[float, bool]]:
    """{(student, question): (score, waits for a human)} out of nbgrader's database."""
    from nbgrader.api import Gradebook

    with release.programs_of_this_python(), Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        return {
            (s.student.id, g.name): (g.auto_score or 0.0, g.needs_manual_grade)
            for s in book.assignment_submissions(SLUG) for n in s.notebooks for g in n.grades
        }  # fmt: skip


# -------------------------------------------------------------------------------------------------- failure


def test_a_failure_of_otter_assign_is_one_line_and_a_log(assignment, tmp_path, monkeypatch):
    broken = nbformat.v4.new_notebook(cells=[nbformat.v4.new_raw_cell("# END QUESTION")], metadata=release.METADATA)
    monkeypatch.setattr(release, "master", lambda *_: broken)
    monkeypatch.setattr(release, "DIST", tmp_path / "dist")
    monkeypatch.setattr(release, "ROOT", tmp_path)
    monkeypatch.setattr(release, "pins", lambda _: [])
    with pytest.raises(GraderFailure) as caught:
        release.release(assignment, tmp_path / "dist")
    message = str(caught.value)
    assert message.startswith(f"{SLUG}: otter assign failed (")
    assert "\n" not in message
    log = tmp_path / message.rsplit("all of it is in ", 1)[1]
    assert "Found an end question cell with no begin block cell" in log.read_text()
    assert not (tmp_path / "dist" / SLUG).exists()


def test_a_solution_in_the_words_of_the_assignment_stops_the_release(assignment, tmp_path, monkeypatch):
    secret = next(iter(release.leaks.fingerprints(assignment.solution_path.read_text("utf-8"))))
    plain = release.read_notebook

    def leaking(path):
        notebook = plain(path)
        notebook.cells[0].source += f"\n\n{secret}"
        return notebook

    monkeypatch.setattr(release, "read_notebook", leaking)
    with pytest.raises(GraderFailure, match=r"would give away solutions/kmeans\.py.*nothing was released"):
        release.release(assignment, tmp_path)
    assert not (tmp_path / SLUG).exists()
