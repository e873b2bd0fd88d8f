"""One hand-in through both doors: `grade`, and the real `otter run` on the zip that goes to Gradescope. Every assignment of the course.

`python -m autograder compare SLUG NOTEBOOK` does the same for any notebook; `tests/test_foreign.py` for other courses.
"""

import itertools
from pathlib import Path

import nbformat
import pytest

from autograder import compare, release
from autograder.assignment import Assignment, all_slugs, load
from solutions.variants import load_variants
from tests.otter_run import filled


@pytest.fixture(scope="module", params=all_slugs())
def released(request, tmp_path_factory) -> tuple[Assignment, Path]:
    """An assignment and the folder of its release: the course's own where nothing has changed since, else one made now."""
    assignment = load(request.param)
    package = release.DIST / assignment.slug / "gradescope.zip"
    sources = [assignment.path, assignment.solution_path, *(q.test_path for q in assignment.questions if q.test_path)]
    if package.is_file() and package.stat().st_mtime > max(path.stat().st_mtime for path in sources):
        return assignment, release.DIST
    dist = tmp_path_factory.mktemp("dist")
    release.release(assignment, dist)
    return assignment, dist


def mixture(assignment: Assignment, dist: Path) -> nbformat.NotebookNode:
    """By turns a misconception and a right answer written differently, of either the last in its file; the last question is the untouched stub."""
    notebook = nbformat.read(dist / assignment.slug / "student" / f"{assignment.slug}.ipynb", as_version=4)
    variants = [{v.question: v.source for v in load_variants(assignment.slug, folder)} for folder in ("misconceptions", "alternatives")]
    answers = [cell for cell in notebook.cells if cell.id.endswith("-answer")]
    for cell, sources in zip(answers[:-1], itertools.cycle(variants), strict=False):
        cell.source = sources[cell.id.removesuffix("-answer")]
    return notebook


def both(released: tuple[Assignment, Path], notebook: nbformat.NotebookNode, folder: Path) -> dict[str, tuple[float, float]]:
    """otter's points and ours by question."""
    assignment, dist = released
    nbformat.write(notebook, folder / "hand-in.ipynb")
    ours = compare.grade(assignment, folder / "hand-in.ipynb")
    theirs = compare.otter_scores(dist / assignment.slug / "gradescope.zip", folder / "hand-in.ipynb", folder)
    return {question: (other, mine) for question, other, mine, _ in compare.differences(ours, theirs)}


def full(assignment: Assignment) -> dict[str, float]:
    return {q.id: q.points for q in assignment.questions if q.function}


def test_the_reference_gets_every_point_at_both(released, tmp_path):
    assignment, dist = released
    scores = both(released, filled(dist, assignment.slug), tmp_path)
    assert scores == {question: (points, points) for question, points in full(assignment).items()}


def test_a_mixed_paper_gets_the_same_points_for_each_question_at_both(released, tmp_path):
    assignment, dist = released
    scores, points = both(released, mixture(assignment, dist), tmp_path), full(assignment)
    assert set(scores) == set(points)
    assert [q for q, (theirs, ours) in scores.items() if theirs != ours] == [], scores
    kinds = {"all" if ours == points[q] else "part" if ours else "none" for q, (_, ours) in scores.items()}
    assert kinds == {"all", "part", "none"}, f"a mixture that shows less than it should: {scores}"
