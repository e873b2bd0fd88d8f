"""From nothing to a graded question: what `new` makes is released, audited and checked at once, by the real commands."""

import csv

import nbformat
import pytest
import small_course
from small_course import command

from autograder.__main__ import main
from autograder.errors import CourseError
from autograder.new import scaffold


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = small_course.bare(tmp_path_factory.mktemp("course"))
    done = command(folder, "new", "first-steps", "First steps in the plane")
    assert done.returncode == 0, done.stderr
    for line in done.stdout.split("Next:")[0].split():
        assert (folder / line).is_file()
    assert "1. solutions/first-steps.py" in done.stdout
    return folder


def test_the_chapter_follows_the_last_one_in_the_table_of_contents(course):
    assert (course / "_toc.yml").read_text() == small_course.TOC.replace(
        "lecture/first\n", "lecture/first\n  - file: book/lecture/first-steps\n"
    )


def test_the_chapter_builds_without_a_warning(course):
    """In the strict build, beside a landing page of its own, with a card that links to the released folder."""
    small_course.with_book(course, landing="See [](ch-first-steps).\n", chapter="first-steps")
    done = small_course.python(course, "-m", "book.build")
    assert done.returncode == 0, done.stdout + done.stderr
    page = (course / "dist/book/lecture/first-steps.html").read_text(encoding="utf-8")
    assert "First steps in the plane" in page
    assert "<code>center</code>" in page
    for name in ("first-steps.zip", "first-steps.ipynb"):
        assert f"assignments/{name}" in page
        assert (course / "dist/book/assignments" / name).is_file()


def test_it_releases(course):
    done = command(course, "release", "first-steps")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("first-steps: 2 questions, 7 points → dist/first-steps/")
    student = nbformat.read(course / "dist/first-steps/student/first-steps.ipynb", as_version=4)
    assert student.cells[0].source.startswith("# First steps in the plane\n")
    assert not (course / "dist/logs").exists()


def test_it_audits(course):
    done = command(course, "audit", "first-steps")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "✓ every misconception fails" in done.stdout


def test_it_grades(course, tmp_path):
    """The reference as a hand-in earns every point that is not given by a human; the untouched notebook earns none."""
    folder = course / "dist"
    solved = nbformat.read(folder / "nbgrader/source/first-steps/first-steps.ipynb", as_version=4)
    hand_in = nbformat.read(folder / "first-steps/student/first-steps.ipynb", as_version=4)
    nbformat.write(hand_in, tmp_path / "cyd.ipynb")
    [answer] = [cell for cell in hand_in.cells if cell.id == "q1-answer"]
    answer.source = next(cell.source for cell in solved.cells if cell.id == "q1-answer")
    nbformat.write(hand_in, tmp_path / "ada.ipynb")
    done = command(course, "grade", "--assignment", "first-steps", "--submissions", str(tmp_path), "--out", "graded")
    assert done.returncode == 0, done.stdout + done.stderr
    with (course / "graded/grades.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert {name: float(row["q1"]) for name, row in rows.items()} == {"ada": 3, "cyd": 0}
    assert {row["flags"] for row in rows.values()} == {""}


def test_nothing_is_overwritten(course):
    before = {p: p.read_bytes() for p in course.rglob("*.md")}
    with pytest.raises(CourseError, match=r"^notebooks/first-steps\.md is already there .*choose another SLUG$"):
        scaffold("first-steps", "Again", course)
    assert before == {p: p.read_bytes() for p in course.rglob("*.md")}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("First Steps", "Title"), "will not do as a short name"),
        (("../escape", "Title"), "will not do as a short name"),
        (("fine", ""), "the title must be one line"),
        (("fine", 'say "hi"'), "the title must be one line"),
    ],
)
def test_a_bad_name_gets_one_line(course, words, message):
    with pytest.raises(CourseError) as caught:
        scaffold(*words, course)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (course / "notebooks/fine.md").exists()


@pytest.mark.parametrize("name", ["release", "audit"])
def test_an_unknown_assignment_gets_one_line(name, capsys):
    assert main([name, "kmens"]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    expected = f"autograder {name}: no assignment 'kmens' (no file notebooks/kmens.md); the assignments are: "
    assert output.err.startswith(expected)
    assert len(output.err.splitlines()) == 1
