"""Kills the grader at random moments, again and again, and checks each time that nothing was lost, changed or half written.

    python -m tools.kills --times 100

A round takes a new OUT, kills the grader a few times, then lets it finish. After each kill every stored result is whole and
fair, those that were there before are the very same files, and no process is left. After each round the scores are fair,
in the results, in grades.csv and in the gradebook, and nothing was graded twice.
"""

import argparse
import csv
import functools
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from autograder import results
from autograder.assignment import load
from autograder.sample_class import released_notebook
from autograder.sample_papers import material
from tools.processes import alive_after, descendants

ROOT = Path(__file__).resolve().parent.parent
SLUG = "kmeans"
STUDENTS = 60
PER_ROUND = 4
"""After a few kills all is graded, and every later one would fall on a start that finds nothing to do."""
GONE_SECONDS = 60.0
"""Within this time everything that a killed grader had started has ended by itself, on a busy machine too."""


@dataclass
class Figures:
    """What came of it: how many kills hit which stage, and every fault that was found."""

    stages: Counter = field(default_factory=Counter)
    runs: int = 0
    """Runs that were let finish."""
    stored: int = 0
    """Results that a killed run had stored: each was looked at again after every later kill."""
    faults: list[str] = field(default_factory=list)

    @property
    def kills(self) -> int:
        return self.stages.total()

    def __str__(self) -> str:
        stages = ", ".join(f"{n} {stage}" for stage, n in sorted(self.stages.items()))
        words = f"{self.kills} kills ({stages}), {self.runs} runs to the end: {self.stored} results survived a kill, {len(self.faults)} faults"
        return "\n".join([words, *self.faults])


# ------------------------------------------------------------------------------------------------ the class


def write_class(folder: Path, size: int = STUDENTS) -> dict[str, float]:
    """Small honest notebooks; the score of each is known: full points for the references that it holds, none for a stub.

    Student `i` has answered the first `i mod (questions + 1)` questions.
    """
    assignment = load(SLUG)
    notebook, references = json.dumps(released_notebook(assignment)), material(assignment).references
    questions = [q for q in assignment.questions if q.function]
    folder.mkdir(parents=True)
    fair = {}
    for i in range(size):
        done = questions[: i % (len(questions) + 1)]
        sources = {f"{q.id}-answer": references[q.id] for q in done}
        mine = json.loads(notebook)
        for cell in mine["cells"]:
            cell["source"] = sources.get(cell["metadata"].get("nbgrader", {}).get("grade_id"), cell["source"])
        (folder / f"student{i:02}.ipynb").write_text(json.dumps(mine), encoding="utf-8")
        fair[f"student{i:02}"] = sum(q.points for q in done)
    return fair


# ------------------------------------------------------------------------------------------------ one grader


def command(submissions: Path, out: Path, jobs: int = 2) -> list[str]:
    """The command line of the real grader."""
    places = ["--submissions", str(submissions), "--out", str(out)]
    return [sys.executable, "-m", "autograder", "grade", "--assignment", SLUG, *places, "--jobs", str(jobs)]


def start(words: list[str]) -> subprocess.Popen:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(words, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


# ------------------------------------------------------------------------------------------------ what must hold


def stored(out: Path) -> dict[str, tuple]:
    """Each stored result as a file: another inode or another time means that it was written again."""
    found = {}
    for path in (out / "results").glob("[!.]*.json"):
        status = path.stat()
        found[path.name] = (status.st_ino, status.st_mtime_ns, path.read_bytes())
    return found


def faults_of_files(out: Path, fair: dict[str, float], before: dict[str, tuple]) -> list[str]:
    """What is wrong in OUT at any moment: a lost, changed, torn or unfair result, a half-written table or page."""
    now = stored(out)
    found = [f"{name}: lost" for name in before.keys() - now.keys()]
    found += [f"{name}: written again" for name in before.keys() & now.keys() if before[name] != now[name]]
    for name in now:
        result = results.load(out / "results" / name)
        if result is None or result.status != "graded" or result.score != fair[result.student]:
            found.append(f"{name}: {result and (result.status, result.score, result.problem)} is not whole and fair")
    if (out / "grades.csv").exists() and (scores := _table(out)) != fair:
        found.append(f"grades.csv: {scores}")
    pages = (out / "report").rglob("[!.]*.html")
    return found + [f"{p.name}: is cut off" for p in pages if not p.read_text(encoding="utf-8").rstrip().endswith("</html>")]


def faults_at_the_end(out: Path, fair: dict[str, float], kept: int, status: int, said: str, complained: str) -> list[str]:
    """What is wrong once a run was let finish."""
    found = [f"exit status {status}: {complained[-500:]}"] if status or complained else []
    if kept and f"{kept} unchanged" not in said:
        found.append(f"{kept} results were there, but: {said}")
    if len(stored(out)) != len(fair) or not (out / "grades.csv").exists():
        found.append(f"{len(stored(out))} of {len(fair)} results")
    if len(list((out / "report" / "students").glob("*.html"))) != len(fair):
        found.append("pages of students are missing")
    found += [f"{p.relative_to(out)}: left over" for p in out.rglob(".*.tmp*")]
    with sqlite3.connect(out / "gradebook.db") as book:
        [(whole,)] = book.execute("pragma integrity_check")
        scores = book.execute(
            "select student_id, sum(coalesce(auto_score, 0)) from submitted_assignment s join submitted_notebook n"
            " on n.assignment_id = s.id join grade g on g.notebook_id = n.id group by student_id"
        ).fetchall()
    return found + ([] if whole == "ok" and dict(scores) == fair else [f"gradebook.db: {whole}, {scores}"])


def _table(out: Path) -> dict[str, float]:
    with open(out / "grades.csv", encoding="utf-8-sig", newline="") as file:
        return {row["student"]: float(row["score"]) for row in csv.DictReader(file)}


# ------------------------------------------------------------------------------------------------ rounds


@dataclass
class Trial:
    """A class with known scores, and the grader that is killed on it."""

    folder: Path
    jobs: int = 2
    size: int = STUDENTS
    figures: Figures = field(default_factory=Figures)

    def __post_init__(self) -> None:
        self.fair = write_class(self.folder / "class", self.size)

    def again_and_again(self, times: int, seed: int = 0, per_round: int = PER_ROUND, say: Callable[[str], object] = str) -> Figures:
        """`times` kills, spread evenly and at random over the length of a run as it was last measured.

        In a round the earlier moments come first: a result once stored is not graded again, so that the other way round
        every later kill would find all the grading done. `say` hears of each.
        """
        chance = random.Random(seed)
        length = self.finish(self.folder / "first")
        moments = [(i + chance.random()) / times for i in range(times)]
        chance.shuffle(moments)
        for number, first in enumerate(range(0, times, per_round)):
            out = self.folder / f"out{number}"
            for moment in sorted(moments[first : first + per_round]):
                length = min(length, self.kill(out, moment * length))
                say(str(self.figures))
            self.finish(out)
            shutil.rmtree(out)
        return self.figures

    def kill(self, out: Path, after: float) -> float:
        """Start the grader, kill it (it alone) after so many seconds, and look; returns infinity.

        If it was done by then, that is no kill but a run that was let finish: returns how long it took.
        """
        before, since = stored(out), time.monotonic()
        with start(command(self.folder / "class", out, self.jobs)) as grader:
            try:
                _, complained = grader.communicate(timeout=after)
            except subprocess.TimeoutExpired:
                family = descendants(grader.pid)
                grader.kill()
                grader.wait()
                took = float("inf")
            else:
                took = time.monotonic() - since
        if took < float("inf"):
            self.figures.runs += 1
            self.figures.faults += [f"exit status {grader.returncode}: {complained[-500:]}"] if grader.returncode else []
        else:
            now = stored(out)
            self.figures.stored += len(now)
            self.figures.stages[_stage(len(before), len(now), self.size)] += 1
            self.figures.faults += [f"process {p} is left" for p in alive_after(family, GONE_SECONDS)]
        self.figures.faults += faults_of_files(out, self.fair, before)
        return took

    def finish(self, out: Path) -> float:
        """Let the grader finish; returns how long it took."""
        before, since = stored(out), time.monotonic()
        with start(command(self.folder / "class", out, self.jobs)) as grader:
            said, complained = grader.communicate()
        self.figures.runs += 1
        self.figures.faults += faults_of_files(out, self.fair, before)
        self.figures.faults += faults_at_the_end(out, self.fair, len(before), grader.returncode, said, complained)
        return time.monotonic() - since


def _stage(before: int, now: int, size: int) -> str:
    """What the grader was at, by the results stored before it began and when it was killed."""
    if before == size:
        return "with all graded before"
    return "publishing" if now == size else "grading" if now > before else "starting"


def main() -> int:
    """Print the figures; exit status 1 when anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tools.kills", description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=100, metavar="N", help="(default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="other moments (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="worker processes of the grader (default: %(default)s)")
    parser.add_argument("--size", type=int, default=STUDENTS, metavar="N", help="students in the class (default: %(default)s)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        figures = Trial(Path(folder), args.jobs, args.size).again_and_again(args.times, args.seed, say=functools.partial(print, flush=True))
    print(figures)
    return int(bool(figures.faults))


if __name__ == "__main__":
    sys.exit(main())
