"""`python -m tools.bench.own_work SLUG`: seconds that the student's own code takes when everything is loaded and nothing guards it.

Only what no grader can save: the answers' definitions, and the time inside the student's functions while otter's tests call
them directly. The tests' own work (drawing data, comparing) does not count. Prints one number a run.
"""

import sys
import time
from collections.abc import Callable

import numpy as np
from otter.test_files import ExceptionTestFile

from autograder.assignment import given_code, load
from tools.bench.papers import references

RUNS = 7


class Clock:
    """Adds up the time of the outermost calls of the functions that it wraps."""

    def __init__(self) -> None:
        self.seconds, self.depth = 0.0, 0

    def wrap(self, function: Callable) -> Callable:
        def timed(*args: object, **kwargs: object) -> object:
            self.depth += 1
            start = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                self.depth -= 1
                self.seconds += (time.perf_counter() - start) * (self.depth == 0)

        return timed


def own_seconds(slug: str) -> float:
    """One run."""
    assignment, clock, names = load(slug), Clock(), {"np": np}
    start = time.perf_counter()
    for source in (given_code(assignment), *references(slug).values()):
        exec(source, names)
    clock.seconds = time.perf_counter() - start
    graded = [q for q in assignment.questions if q.function]
    names |= {q.function: clock.wrap(names[q.function]) for q in graded}
    for question in graded:
        ExceptionTestFile.from_file(str(question.test_path)).run(names)
    return clock.seconds


if __name__ == "__main__":
    own_seconds(sys.argv[1])
    for _ in range(RUNS):
        print(own_seconds(sys.argv[1]))
