"""`python -m autograder compare ZIP|SLUG NOTEBOOK`: one notebook graded by `otter run` and here, question by question.

For trust, before a class is graded: on the solution and on a half-finished one, the two should agree. `otter run` has no sandbox, so
this is for notebooks that you would run yourself, never for a stranger's.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from autograder import foreign, intake, judge
from autograder.assignment import ROOT, Assignment, all_slugs, load
from autograder.errors import CourseError, GraderFailure
from autograder.model import Result
from autograder.sandbox import Box

SECONDS = 900
"""What `otter run` may take."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", metavar="ZIP|SLUG", help="the autograder zip of any `otter assign`, or a released assignment of this course")
    parser.add_argument("notebook", type=Path, help="one that you trust: `otter run` runs it without a sandbox")


def run(args: argparse.Namespace) -> int:
    """Print a table; exit status 3 if any question differs or waits for a human."""
    if not args.notebook.is_file():
        raise CourseError(f"{args.notebook}: no such notebook")
    own = args.what in all_slugs()
    package = ROOT / "dist" / args.what / "gradescope.zip" if own else Path(args.what)
    if own and not package.is_file():
        raise CourseError(f"{args.what}: not released yet; run `make release` first")
    with tempfile.TemporaryDirectory() as folder:
        unpacked = foreign.unpack(foreign.read(package), Path(folder))
        assignment = load(args.what) if own else unpacked
        ours, theirs = grade(assignment, args.notebook), otter_scores(package, args.notebook, Path(folder))
    lines = list(differences(ours, theirs))
    width = max(len(question) for question, *_ in lines)
    print(f"{'':{width}}  otter  here")
    for question, other, own_points, remark in lines:
        print(f"{question:{width}}  {_points(other)}  {_points(own_points)}  {remark}".rstrip())
    differ = sum(other != own_points for _, other, own_points, _ in lines)
    print(f"{len(lines) - differ} of {len(lines)} questions have the same score")
    return 3 if differ else 0


def grade(assignment: Assignment, notebook: Path) -> Result:
    """The notebook graded here."""
    submissions = intake.read(notebook)
    if len(submissions) != 1 or submissions[0].problem is not None:
        raise CourseError(f"{notebook}: cannot be read as one submission ({submissions[0].problem if submissions else 'nothing in it'})")
    options = assignment.sandbox if isinstance(assignment, foreign.Foreign) else {}
    with Box(**options) as box:
        return judge.grade(submissions[0], assignment, box, policy=judge.Policy("always"))


def differences(ours: Result, theirs: dict[str, float]):
    """`(question, otter's points, ours, why)`; written answers, which no test grades, are left out."""
    for question in ours.questions:
        if not question.cases:
            continue
        other = theirs.get(question.question)
        why = [flag for flag in ours.flags if flag.startswith(f"{question.question}: not decided")]
        why += [case.message.splitlines()[-1] for case in question.cases if not case.passed and case.message]
        mine = None if question.points is None else round(question.points, 6)
        yield question.question, None if other is None else round(other, 6), mine, why[0] if mine != other and why else ""


def _points(points: float | None) -> str:
    return f"{'–' if points is None else format(points, 'g'):>5}"


def _as_handed_in(autograder: Path, notebook: Path) -> str:
    """The name of the file to give to `otter run`: where the assignment asks for zips (`zips: true`), it unpacks one, and then the one in it."""
    with zipfile.ZipFile(autograder) as package:
        asked = foreign.CONFIG in package.namelist() and json.loads(package.read(foreign.CONFIG)).get("zips")
    if not asked:
        return notebook.name
    inner, outer = (notebook.with_suffix(suffix) for suffix in (".inner.zip", ".zip"))
    for path, content in ((inner, notebook), (outer, inner)):
        with zipfile.ZipFile(path, "w") as archive:
            archive.write(content, content.name)
    return outer.name


def otter_scores(autograder: Path, notebook: Path, folder: Path) -> dict[str, float]:
    """What the real `otter run` gives, by test file. Works in `folder`; the notebook keeps its name, by which otter finds it."""
    place = folder / "otter-run"
    place.mkdir(exist_ok=True)
    if notebook.resolve() != (place / notebook.name).resolve():
        shutil.copyfile(notebook, place / notebook.name)
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": "", "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-m", "otter", "run", "-a", str(autograder.resolve()), "-o", ".", _as_handed_in(autograder, place / notebook.name)]
    try:
        done = subprocess.run(command, cwd=place, capture_output=True, text=True, env=environment, timeout=SECONDS)
        tests = json.loads((place / "results.json").read_text("utf-8"))["tests"]
    except subprocess.TimeoutExpired:
        raise GraderFailure(f"{notebook}: `otter run` took longer than {SECONDS} s") from None
    except (OSError, ValueError, KeyError):
        last = next((line.strip() for line in reversed((done.stdout + done.stderr).splitlines()) if line.strip()), "it said nothing")
        raise GraderFailure(f"{notebook}: `otter run` failed ({last[:200]})") from None
    return {test["name"]: test["score"] for test in tests if "score" in test}
