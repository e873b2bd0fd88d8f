"""The fair score of a set of functions: otter's own test files run on them directly, without sandbox and without judge.

Only for code that is ours (references, alternatives, misconceptions): it is executed in a plain process of its own. The
grader's scores are held against these, so nothing here may come from the grader.
"""

import ast
import contextlib
import multiprocessing
import os
import signal
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from autograder.assignment import Assignment, Question, given_code

SEEDS = 8
"""How often fresh data are drawn; a version whose outcome depends on the draw has no exact truth."""
SECONDS = 6.0
"""A test file that takes longer does not end by itself. Processor time, so that a busy machine changes no truth."""


class _TooLong(BaseException):
    """No `Exception`: a test would take that for a failed case and go on."""


@dataclass
class Truth:
    """Answers by question what a namespace of functions earns; remembers what it has run."""

    assignment: Assignment
    pool: ProcessPoolExecutor
    known: dict[tuple, frozenset[str] | None] = field(default_factory=dict)

    def points(self, sources: Mapping[str, str]) -> dict[str, float] | None:
        """Points by question for the functions' sources (by question); None where chance or time decides."""
        earned = {}
        for question in self.assignment.questions:
            if question.function:
                passed = self.passed(question, sources)
                if passed is None:
                    return None
                earned[question.id] = sum(case.points for case in question.cases if case.name in passed)
        return earned

    def passed(self, question: Question, sources: Mapping[str, str]) -> frozenset[str] | None:
        """Names of the cases that pass under every draw; None when that differs from draw to draw or never ends."""
        needed = {"given": given_code(self.assignment)} | {q: sources[q] for q in self._needed(question.id, sources)}
        key = (question.id, *sorted(needed.items()))
        if key not in self.known:
            self.known[key] = self.pool.submit(run_cases, str(question.test_path), _names(question), needed).result()
        return self.known[key]

    def _needed(self, question: str, sources: Mapping[str, str]) -> list[str]:
        """The question and those whose functions its source calls by name, directly or through others."""
        owner = {q.function: q.id for q in self.assignment.questions if q.function}
        found, waiting = [], [question]
        while waiting:
            current = waiting.pop()
            if current not in found and current in sources:
                found.append(current)
                nodes = ast.walk(ast.parse(sources[current]))
                waiting += [owner[n.id] for n in nodes if isinstance(n, ast.Name) and n.id in owner]
        return sorted(found)


def _names(question: Question) -> tuple[str, ...]:
    return tuple(case.name for case in question.cases)


@contextlib.contextmanager
def truth(assignment: Assignment):
    """A `Truth` with a process to run things in."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), initializer=_quiet) as pool:
        yield Truth(assignment, pool)


def _quiet() -> None:
    """Variants may print and plot; what they say is of no interest."""
    os.environ |= {"MPLBACKEND": "agg", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # before NumPy is imported
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def run_cases(test_path: str, names: tuple[str, ...], sources: Mapping[str, str]) -> frozenset[str] | None:
    """The cases that pass for every draw of fresh data; None when the draws differ or one takes too long."""
    outcomes = set()
    for seed in range(SEEDS):
        outcomes.add(_run_once(test_path, names, sources, seed))
        if None in outcomes or len(outcomes) > 1:
            return None
    return outcomes.pop()


def _run_once(test_path: str, names: tuple[str, ...], sources: Mapping[str, str], seed: int) -> frozenset[str] | None:
    import numpy as np
    from otter.test_files import ExceptionTestFile

    environment: dict = {}
    exec("import numpy as np\n", environment)
    for source in sources.values():
        exec(source, environment)

    def ring(*_: object) -> None:
        raise _TooLong

    draws, original = np.random.SeedSequence(seed), np.random.default_rng
    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    np.random.default_rng = lambda given=None: original(draws.spawn(1)[0] if given is None else given)
    try:
        tests = ExceptionTestFile.from_file(test_path)
        tests.run(environment)
    except _TooLong:
        return None
    finally:
        np.random.default_rng = original
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return frozenset(name for name, result in zip(names, tests.test_case_results, strict=True) if result.passed)


def recorded_answers(test_path: str, function: str, sources: Iterable[str]) -> list[tuple[list, object]]:
    """What a student sees who writes down every call of the public cases: arguments and right answer, as plain data."""
    import numpy as np
    from otter.test_files import ExceptionTestFile

    environment: dict = {"np": np}
    for source in sources:
        exec(source, environment)
    true, seen = environment[function], []

    def plain(value: object) -> object:
        return value.tolist() if isinstance(value, np.ndarray | np.generic) else value

    def recording(*args: object) -> object:
        answer = true(*args)
        seen.append(([plain(arg) for arg in args], plain(answer)))
        return answer

    tests = ExceptionTestFile.from_file(test_path)
    environment[function] = recording
    tests.test_cases = [case for case in tests.test_cases if not case.hidden]
    tests.run(environment)
    return seen
