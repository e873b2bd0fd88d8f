"""The same solved notebook, graded by us, by `nbgrader autograde`, by `otter run` and by otter's API, in turn, each on one core."""

import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tools.bench.papers import SLUG, solved
from tools.bench.rows import DIST, ENVIRONMENT, ROOT, Row, machine_seconds, need, row, run, seconds

ROUNDS = 3
CLASS, SMALL = 60, 10
"""Submissions a round: two classes of ours, whose difference holds no start-up."""
NBGRADER, OTTER = 4, 2
"""Submissions a round of the others, which take so much longer."""
API = """
import sys, time, warnings
warnings.simplefilter("ignore")
from otter.api import grade_submission
for _ in range(int(sys.argv[3])):
    start = time.perf_counter()
    grade_submission(sys.argv[1], sys.argv[2], quiet=True)
    print("seconds", time.perf_counter() - start)
"""


def rows(full: bool = False) -> Iterator[Row]:
    """Everything included: start-up, results, feedback, gradebook. What we add to the student's own work comes from the difference of two classes."""
    package = DIST / SLUG / "gradescope.zip"
    need(package, "make release")
    need(DIST / "nbgrader", "make release")
    ours, nbgrader, otter, api, wall, processor = [], [], [], [], [], []
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        work, bin_folder = Path(name), Path(sys.executable).parent
        course = prepare(work)
        for turn in range(ROUNDS):
            large, small = (grade(work, size, turn) for size in (CLASS, SMALL))
            ours.append(large[0] / CLASS)
            wall.append((large[0] - small[0]) / (CLASS - SMALL))
            processor.append((large[1] - small[1]) / (CLASS - SMALL))
            shutil.rmtree(course / "autograded", ignore_errors=True)
            nbgrader.append(seconds(lambda: run(bin_folder / "nbgrader", "autograde", SLUG, "--force", cwd=course)) / NBGRADER)
            command = [bin_folder / "otter", "run", "-a", package, work / f"{SLUG}.ipynb"]
            otter.append(statistics.mean(seconds(lambda c=command: run(*c, cwd=work)) for _ in range(OTTER)))
            said = run(sys.executable, "-c", API, work / f"{SLUG}.ipynb", package, OTTER, cwd=work)
            api.append(statistics.mean(float(line.split()[1]) for line in said.splitlines() if line.startswith("seconds ")))
        own = [float(line) for line in run(sys.executable, "-m", "tools.bench.own_work", SLUG, cwd=ROOT).split()]
    unit = "s a submission, everything included"
    yield row(f"grading {CLASS}, against nbgrader autograde", ours, unit, nbgrader, ratio_at_least=15)
    yield row(f"grading {CLASS}, against otter run", ours, unit, otter, ratio_at_least=40)
    yield row(f"grading {CLASS}, against otter's API, already loaded", ours, unit, api)
    mine = statistics.median(own)
    yield row("the student's own work", own, "s a submission")
    yield row("what we add to it, one more submission", [w - mine for w in wall], "s, wall clock, one worker", at_most=0.1)
    yield row("what we add to it, on all cores together", [p - mine for p in processor], "s of processor time", at_most=0.1)


def prepare(work: Path) -> Path:
    """Our two classes, nbgrader's course with its submissions, and the single notebook; returns the course."""
    text = solved()
    for size in (CLASS, SMALL):
        folder = work / f"class{size}"
        folder.mkdir()
        for index in range(size):
            (folder / f"student{index:03}.ipynb").write_text(text)
    course = work / "course"
    shutil.copytree(DIST / "nbgrader", course)
    for index in range(NBGRADER):
        folder = course / "submitted" / f"student{index:03}" / SLUG
        folder.mkdir(parents=True)
        (folder / f"{SLUG}.ipynb").write_text(text)
    (work / f"{SLUG}.ipynb").write_text(text)
    return course


def grade(work: Path, size: int, turn: int) -> tuple[float, float]:
    """Our own command on a class: seconds by the clock, and of processor time of the whole machine."""
    command = [sys.executable, "-m", "autograder", "grade", "--assignment", SLUG, "--jobs", "1"]
    command += ["--submissions", work / f"class{size}", "--out", work / f"graded{size}-{turn}"]
    before = machine_seconds()
    return seconds(lambda: run(*command, cwd=ROOT, env=ENVIRONMENT)), machine_seconds() - before
