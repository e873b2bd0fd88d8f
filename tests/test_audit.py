"""The audit of the course itself, and an audit of the audit: each fault that it exists to find is planted and named."""

import json
import os
from pathlib import Path

import pytest
import small_course
from small_course import command, replace

from autograder.__main__ import main
from autograder.assignment import load
from autograder.audit import LEAST_ALTERNATIVES, LEAST_MISCONCEPTIONS, audit
from autograder.new import scaffold

PLANTED = '''

@misconception("q1", "right after all", hint="Look again.")
def center(X):
    return X - X.mean(axis=0)


@misconception("q1", "loops for ever", hint="When does it stop?")
def center(X):
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue


@misconception("q1", "kills its process", hint="Who is still there?")
def center(X):
    import os

    os._exit(7)


@misconception("q1", "says nothing", hint=" ")
def center(X):
    return X


@misconception("q1", "says too much", hint="Try: return np.asarray(X, dtype=float) - np.mean(X, axis=0, dtype=float)")
def center(X):
    return X + 1
'''
WRONG_ALTERNATIVE = '''

@alternative("q1", "right on small clouds only")
def center(X):
    return X - X.mean(axis=0) if len(X) < 10 else X
'''
UNDECIDED_MISCONCEPTION = '''

@misconception("q1", "right half the time", hint="Always?")
def center(X):
    return X - X.mean(axis=0) if int(abs(X[0, 0] * 1000)) % 2 == 0 else X
'''


@pytest.fixture
def course(tmp_path):
    small_course.bare(tmp_path)
    scaffold("demo", "A small demo", tmp_path)
    return tmp_path


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def audited(course: Path, *options: str) -> tuple[int, dict]:
    done = command(course, "audit", "demo", "--json", "table.json", *options)
    assert done.stderr == ""
    [table] = json.loads((course / "table.json").read_text(encoding="utf-8"))
    return done.returncode, table


def test_an_assignment_of_the_course_passes():
    """`make test` audits all of them by the command; here is one, by the function."""
    found = audit("kmeans", seeds=2)
    assert found.ok, "\n".join(found.problems)
    assert [row.question for row in found.rows] == [q.id for q in load("kmeans").questions if q.function]
    for row in found.rows:
        assert row.misconceptions[0] == row.misconceptions[1] >= LEAST_MISCONCEPTIONS
        assert row.alternatives[0] == row.alternatives[1] >= LEAST_ALTERNATIVES
        assert (row.stub, row.reference) == (0, row.points)


def test_a_green_course_says_so_in_numbers(course):
    status, table = audited(course)
    assert (status, table["ok"], table["problems"], table["seeds"]) == (0, True, [], 5)
    [row] = table["rows"]
    assert row == {
        "question": "q1", "function": "center", "misconceptions": [4, 4], "alternatives": [3, 3],
        "stub": 0, "reference": 3, "points": 3,
    }  # fmt: skip


def test_every_fault_is_named_and_the_rest_is_still_judged(course):
    append(course / "solutions/misconceptions/demo.py", PLANTED + UNDECIDED_MISCONCEPTION)
    append(course / "solutions/alternatives/demo.py", WRONG_ALTERNATIVE)
    status, table = audited(course, "--seconds", "8", "--seeds", "8")
    assert (status, table["ok"]) == (1, False)
    said = "\n".join(table["problems"])
    assert "misconception “right after all”: passes everything under 8 of 8 seeds" in said
    assert "misconception “right half the time”: passes everything under " in said
    assert "misconception “kills its process”: its process died (exit status 7)" in said
    assert "misconception “says nothing”: has no hint" in said
    assert "misconception “says too much”: its hint gives away a line of the solution" in said
    assert "alternative “right on small clouds only”: is right but fails test_any_cloud_moves_as_one under 8 of 8 seeds" in said
    assert "loops for ever" not in said, "a loop fails the tests, as a misconception should"
    assert len(table["problems"]) == 6
    [row] = table["rows"]
    assert (row["misconceptions"], row["alternatives"]) == ([7, 10], [3, 4])
    left = [p for p in Path("/proc").iterdir() if p.name.isdigit() and _belongs(p, course)]
    assert left == [], "the audit left a process behind"


def test_too_few_versions_a_generous_test_and_a_wrong_reference_are_named(course):
    for kind in ("alternative", "misconception"):
        path = course / f"solutions/{kind}s/demo.py"
        text = path.read_text(encoding="utf-8")
        path.write_text(text[: text.rindex(f"@{kind}")], encoding="utf-8")
    replace(course / "autograder/tests/demo/q1.py", "    moved = np.asarray(center(X.copy()), dtype=float)\n", "    return\n")
    replace(course / "solutions/demo.py", "np.mean(X, axis=0, dtype=float)", "np.median(X, axis=0)")
    status, table = audited(course)
    said = "\n".join(table["problems"])
    assert status == 1
    assert "“the untouched stub”: earns 2 points for nothing" in said
    assert "reference “the reference”: is right but fails test_three_points_by_hand under 5 of 5 seeds" in said
    assert "q1: 3 misconceptions; there must be at least 4" in said
    assert "q1: 2 alternatives; there must be at least 3" in said
    assert len(table["problems"]) == 4


@pytest.mark.parametrize(
    ("options", "message"),
    [(("--seeds", "0"), "--seeds 0"), (("--json", "nowhere/table.json"), "there is no folder nowhere")],
)
def test_a_bad_option_gets_one_line(options, message, capsys):
    assert main(["audit", *options]) == 2
    output = capsys.readouterr()
    assert (output.out, len(output.err.splitlines())) == ("", 1)
    assert message in output.err


def _belongs(process: Path, course: Path) -> bool:
    try:
        return os.readlink(process / "cwd") == str(course)
    except OSError:
        return False
