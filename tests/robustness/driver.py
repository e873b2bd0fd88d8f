"""Grades submissions that arrive as JSON lines on stdin, in one long-lived box, as a worker does; run in either sandbox mode.

For each: the submission, then an honest one that must not notice. The answer tells both results and what is left of the first.
"""

import json
import os
import socket
import sys
import time
from pathlib import Path

from autograder import judge
from autograder.assignment import Assignment, Question
from autograder.memory import family
from autograder.model import Submission, to_json
from autograder.sandbox import Box, Limits, self_test
from tests.robustness.catalogue import ABSTRACT, HONEST

HERE = Path(__file__).parent
FUNCTIONS = {"q1": "squared_distances", "q2": "nearest", "q3": "center"}
LIMITS = Limits(
    cell_seconds=3, cells_seconds=12, call_seconds=2.5, case_seconds=4, submission_seconds=60, memory_mb=256, processes=24
)


def assignment() -> Assignment:
    questions = tuple(
        Question(q, f, "function", f, 1, 2, 3, HERE / "assignment" / f"{q}.py") for q, f in FUNCTIONS.items()
    )
    return Assignment("robustness", "Robustness", HERE / "robustness.md", questions)


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # nothing but answers on the pipe
    judge.protect_process()
    graded = assignment()
    listening = socket.socket(socket.AF_UNIX)
    name = f"{ABSTRACT}-{os.getpid()}"  # two modes are tried at once
    listening.bind(f"\0{name}")  # an abstract socket, and an open file, that a student would like to reach
    listening.listen()
    os.set_inheritable(os.open(__file__, os.O_RDONLY), True)
    with Box(limits=LIMITS, forbidden=("sklearn",)) as box:
        say(answers, {"isolation": box.isolation, "checks": [[c.name, c.held, c.detail] for c in self_test(box)]})
        for number, line in enumerate(sys.stdin):
            cells = tuple(cell.replace(ABSTRACT, name) for cell in json.loads(line))
            started = time.monotonic()
            result = judge.grade(Submission("s", "s.ipynb", f"digest {number} {cells!r}", cells), graded, box)
            seconds = time.monotonic() - started
            honest = judge.grade(Submission("h", "h.ipynb", f"honest {number}", HONEST), graded, box)
            say(answers, {
                "result": to_json(result),
                "honest": to_json(honest),
                "seconds": seconds,
                "left": left_over(box),
            })  # fmt: skip


RESTING = 5
"""bubblewrap outside, bubblewrap inside, the template, the one that waits for slow packages, and one fresh child."""


def left_over(box: Box) -> int:
    """Processes of the sandbox beyond those at rest; the dead may take a moment to be reaped."""
    deadline = time.monotonic() + 5
    while len(family(box.process.pid)) > RESTING and time.monotonic() < deadline:
        time.sleep(0.02)
    return len(family(box.process.pid)) - RESTING


def say(stream, value: dict) -> None:
    stream.write(json.dumps(value) + "\n")
    stream.flush()


if __name__ == "__main__":
    main()
