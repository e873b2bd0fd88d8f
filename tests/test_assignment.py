"""What an assignment is, and what is said when a piece is missing or does not match."""

import pytest
import small_course
from small_course import replace

from autograder import stubs
from autograder.assignment import all_slugs, load
from autograder.errors import CourseError
from autograder.new import scaffold

NOTEBOOK, SOLUTION, TESTS = "notebooks/demo.md", "solutions/demo.py", "autograder/tests/demo/q1.py"


@pytest.fixture
def course(tmp_path):
    small_course.bare(tmp_path)
    scaffold("demo", "A small demo", tmp_path)
    return tmp_path


def test_everything_is_read_from_where_it_is_written(course):
    demo = load("demo", course)
    assert (demo.slug, demo.title, demo.points, demo.functions) == ("demo", "A small demo", 7, ("center",))
    first, second = demo.questions
    assert (first.id, first.kind, first.function, first.title) == ("q1", "function", "center", "Move the cloud to the origin")
    assert (first.points_public, first.points_hidden, first.points) == (1, 2, 3)
    assert [(c.name, c.hidden) for c in first.cases] == [("test_three_points_by_hand", False), ("test_any_cloud_moves_as_one", True)]
    assert first.test_path == course / TESTS
    assert (second.id, second.kind, second.function, second.points, second.test_path) == ("q2", "written", None, 4, None)
    assert (second.points_public, second.points_hidden) == (0, 0)


def test_points_agree_with_what_otter_counts(course):
    from otter.test_files import ExceptionTestFile

    question = load("demo", course).question("q1")
    assert ExceptionTestFile.from_file(str(question.test_path)).possible == question.points


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        (NOTEBOOK, "format_name: myst", "format_name: light", ["demo.md", "format_name: myst"]),
        (NOTEBOOK, "# A small demo", "A small demo", ["demo.md", "no title", "`# Title`"]),
        (NOTEBOOK, "origin (3 points)", "origin", ["question q1", "no heading"]),
        (NOTEBOOK, "(3 points)", "(5 points)", ["question q1", "promises 5", "add up to 3"]),
        (NOTEBOOK, "Question 1:", "Question 3:", ["question q1", "says question 3"]),
        (NOTEBOOK, "question: q1", "question: q2", ["two cells belong to question q2"]),
        (NOTEBOOK, "function: center", "function: centre", ["no function centre", "question q1"]),
        (NOTEBOOK, "function: center\n", "", ["question q1", "name the function"]),
        (NOTEBOOK, '"points": 4', '"points": "four"', ["question q2", "written answer"]),
        (SOLUTION, "def center", "def centering", ["solutions/demo.py", "no function center"]),
        (SOLUTION, "def center", "def center center", ["solutions/demo.py", "syntax error"]),
        (SOLUTION, "def center(X: np.ndarray", "Cloud = np.ndarray\n\n\ndef center(X: Cloud", ["center", "uses Cloud of its module"]),
        (TESTS, "points=2, hidden=True", "points=2", ["test_any_cloud_moves_as_one", "hidden="]),
        (TESTS, "hidden=True", "hidden=False", ["public cases and hidden ones"]),
        (TESTS, "hidden=False", "hidden=True", ["public cases and hidden ones"]),
        (TESTS, 'name = "q1"', 'name = "q2"', ['name = "q1"']),
        (TESTS, "points = None", "points = 3", ["points", "on the cases"]),
        (TESTS, "test_any_cloud_moves_as_one", "test_three_points_by_hand", ["two cases", "test_three_points_by_hand"]),
        (TESTS, "rng = np", "import solutions.demo\n    rng = np", ["imports solutions"]),
        (TESTS, "points = None", "points = None\nimport os", ["line", "inside each case"]),
        (TESTS, "test_any_cloud_moves_as_one(center)", "test_any_cloud_moves_as_one(centre)", ["asks for centre", "center"]),
        (TESTS, "hidden=True", 'hidden=True, success_message="say \\"hi\\""', ["double quotes"]),
    ],
)
def test_what_does_not_match_is_named_in_one_line(course, file, old, new, words):
    replace(course / file, old, new)
    with pytest.raises(CourseError) as caught:
        load("demo", course)
    assert all(word in str(caught.value) for word in words), str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_slug_lists_the_known_ones(course):
    with pytest.raises(CourseError, match=r"no assignment 'kmens'.*the assignments are: demo$"):
        load("kmens", course)


@pytest.mark.parametrize(("file", "words"), [(SOLUTION, "solutions/demo.py: not there"), (TESTS, "no tests; write")])
def test_a_missing_file_is_named(course, file, words):
    (course / file).unlink()
    with pytest.raises(CourseError, match=words):
        load("demo", course)


def test_a_test_file_without_a_question_is_named(course):
    (course / "autograder/tests/demo/q9.py").write_text("", encoding="utf-8")
    with pytest.raises(CourseError, match=r"q9\.py: no such question"):
        load("demo", course)


def test_public_cases_come_first(course):
    path = course / TESTS
    head, public, hidden = path.read_text(encoding="utf-8").split("@test_case")
    path.write_text("@test_case".join([head, hidden + "\n\n", public]), encoding="utf-8")
    with pytest.raises(CourseError, match="public cases first"):
        load("demo", course)


def test_the_stub_is_signature_docstring_and_one_raise(course):
    demo = load("demo", course)
    namespace = {"np": __import__("numpy")}
    exec(stubs.stub(demo, demo.question("q1")), namespace)
    reference = {}
    exec((course / SOLUTION).read_text(encoding="utf-8"), reference)
    assert namespace["center"].__doc__ == reference["center"].__doc__
    assert namespace["center"].__annotations__ == reference["center"].__annotations__
    with pytest.raises(NotImplementedError, match=r"^q1: write center here$"):
        namespace["center"]([[0.0]])


def test_drift_is_seen_and_mended_and_nothing_else_is_touched(course):
    notebook = course / NOTEBOOK
    assert stubs.drift("demo", course) == ()
    before = notebook.read_text(encoding="utf-8")
    replace(notebook, "One row a point.", "One row a person.")
    assert stubs.drift("demo", course) == ("q1",)
    assert stubs.write("demo", course) == ("q1",)
    assert notebook.read_text(encoding="utf-8") == before
    replace(course / SOLUTION, "Move a cloud of points", "Shift a cloud of points")
    assert stubs.drift("demo", course) == ("q1",)


def test_no_notebook_of_the_course_has_drifted():
    assert "kmeans" in all_slugs()
    drifted = {slug: stubs.drift(slug) for slug in all_slugs() if stubs.drift(slug)}
    assert not drifted, f"{drifted}: run `make release`, it writes the stubs anew"
