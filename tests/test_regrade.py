"""A changed test regrades the question that it belongs to, and nothing else; a copy of the course, so that a test can be changed."""

import json
import shutil
from pathlib import Path

import pytest
import small_course
from small_course import ROOT, command

from autograder import sample_class
from autograder.assignment import load

QUESTION, FUNCTION = "q3", "update_centers"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The grader, the assignment kmeans with its hidden half, and a class of eight."""
    folder = tmp_path_factory.mktemp("course")
    small_course.bare(folder)
    for part in ("autograder/tests/kmeans", "solutions/misconceptions", "solutions/alternatives"):
        shutil.copytree(ROOT / part, folder / part, dirs_exist_ok=True)
    for name in ("notebooks/kmeans.md", "solutions/kmeans.py"):
        shutil.copyfile(ROOT / name, folder / name)
    sample_class.write(load("kmeans"), folder / "class", 8, seed=3)
    return folder


def graded(course: Path) -> tuple[str, dict[str, dict]]:
    """Grade the class; what was said, and the results by student."""
    limits = ("--limit-cell-seconds", "3", "--limit-call-seconds", "3")
    done = command(course, "grade", "--assignment", "kmeans", "--submissions", "class/submissions", "--out", "out", *limits)
    assert done.returncode in (0, 3), done.stdout + done.stderr
    found = [json.loads(path.read_text("utf-8")) for path in sorted((course / "out" / "results").glob("*.json"))]
    return done.stdout, {result["student"]: result for result in found if result["status"] == "graded"}


def questions(result: dict) -> dict[str, dict]:
    """By question; the measured seconds in it show whether it was asked again."""
    return {question["question"]: question for question in result["questions"]}


def test_a_changed_test_regrades_its_own_question_alone_and_tells_which_scores_moved(course: Path):
    _, before = graded(course)
    test = course / "autograder" / "tests" / "kmeans" / f"{QUESTION}.py"
    source = test.read_text("utf-8")
    head = f"({FUNCTION}):\n"
    assert head in source
    test.write_text(source.replace(head, f"{head}    assert {FUNCTION} is None, 'this cannot hold'\n", 1), "utf-8")
    said, after = graded(course)
    assert after.keys() == before.keys()
    for student, result in after.items():
        old, new = questions(before[student]), questions(result)
        if not any(flag.startswith("its process was ended") for flag in result["flags"]):
            assert {q for q in old if old[q] == new[q]} == old.keys() - {QUESTION}, student
        assert new[QUESTION]["cases"][0]["earned"] == 0
        if (was := total(before[student])) != (now := total(result)):
            assert f"{student}: {was:g} → {now:g} (tests {QUESTION} changed)" in said
    assert any(total(before[student]) != total(after[student]) for student in after)
    again, unchanged = graded(course)
    assert unchanged == after
    assert "unchanged" in again
    assert "Scores that moved" not in again


def total(result: dict) -> float:
    return sum(q["points"] or 0.0 for q in result["questions"])
