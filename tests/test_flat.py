"""The main process needs no more memory for a large class than for a small one, but for a few words a student."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from autograder import results
from tests.reports_factory import make_results

ROOT = Path(__file__).resolve().parents[1]
FEW, MANY = 100, 800
BOUND = 12.0
"""KB for one more student, of which half is chance in so small a class. Each writes an answer of 10 KB and has 7 KB of fingerprints."""
PUBLISH = """
import sys
from dataclasses import replace
from pathlib import Path
from autograder import grade, intake, results
from autograder.assignment import load
from autograder.pool import Outcome
from tools.bench.staged import peak

def code(i):
    return "\\n".join(f"value_{j} = {i * j + 3} * first[{i}] - {(i + 7) * (j + 1)} / second({j})" for j in range(60))

submissions, out = map(Path, sys.argv[1:])
with results.locked(out), grade._temporary_files_in(out / results.CACHE):
    grade._prepare(out)
    hand_ins = intake.scan(submissions)
    tally = grade.Tally(len(hand_ins))
    for i, hand_in in enumerate(hand_ins):
        stored = results.read(out, hand_in.student)
        tally.add(Outcome(replace(stored, file=hand_in.entries[0].name), stored, True, code(i)))
    hand_ins.clear()
    grade._publish(out, load("kmeans"), tally, "never")
print(peak())
"""


def peak(folder: Path, n: int) -> float:
    """The largest resident memory, in MB, of a process that takes in `n` outcomes and publishes them."""
    submissions, out = folder / "submissions", folder / "out"
    submissions.mkdir(parents=True)
    (out / "results").mkdir(parents=True)
    for result in make_results(n):
        result = replace(result, answers={"q7": f"The loss of {result.student} never rises. " * 250})
        results.write_atomically(results.path_of(out, result.student), results.to_json(result).encode(), lasting=False)
        (submissions / f"{result.student}.ipynb").touch()
    command = [sys.executable, "-c", PUBLISH, str(submissions), str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert len(list((out / "report" / "students").iterdir())) == n
    return float(done.stdout)


def test_one_more_student_takes_a_few_words(tmp_path: Path):
    small, large = peak(tmp_path / "small", FEW), peak(tmp_path / "large", MANY)
    assert 1024 * (large - small) / (MANY - FEW) < BOUND
