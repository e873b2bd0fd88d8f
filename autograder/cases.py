"""otter's own test files, run one case at a time in the trusted process.

`load(path)` reads a file with otter's loader; `run(case, bench, ...)` lets otter's own `run` execute the case, and keeps the exception that
otter would turn into text. Fresh data (`np.random.default_rng()` without a seed) repeats for one submission and differs between two.
"""

import __future__

import ast
import builtins
import contextlib
import copy
import doctest
import hashlib
import importlib.util
import io
import itertools
import random
import re
import signal
import sys
import textwrap
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from otter.test_files import ExceptionTestFile, OKTestFile

from autograder.box import wire
from autograder.errors import GraderFailure
from autograder.proxies import MODULES, Bench, Missing, StudentError, TooSlow
from autograder.text import shorten

MESSAGE = 1200
OWN_SECONDS = 15
"""What a test case may take in the judge itself, above the time of the student's calls."""
AGAIN_SECONDS = 5
IMPORTS_DATASCIENCE = re.compile(r"^\s*(from|import)\s+datascience\b", re.M)
ASKED_TOO_MUCH = ("'function' object has no attribute", "could not get source code")
"""What Python says of a function that is only a proxy of the student's."""


class KeepsException(ExceptionTestFile):
    """otter's file, but for the text that it would make of an exception: the exception itself is kept."""

    caught: Exception | None = None

    def _generate_error_message(self, excp: Exception, context: int = 0) -> str:
        self.caught = excp
        return ""


@dataclass(frozen=True)
class Case:
    """One test case of one question, with otter's file for that case alone."""

    question: str
    index: int
    name: str
    hidden: bool
    points: float
    file: ExceptionTestFile | OKTestFile
    needs: tuple[str, ...]
    """Names that it takes from the student's notebook as parameters; a doctest asks for each as it goes, but for a name of
    Python's own only when it is listed here."""
    asked: frozenset[str]
    """Names of the notebook that it mentions at all."""
    doctest: bool
    success_message: str | None
    failure_message: str | None


@dataclass(frozen=True)
class Outcome:
    passed: bool
    kind: str
    """"passed", "wrong", "error", "stopped" or "missing"; "uncarried" where the wall is at fault, not the student."""
    message: str
    """For the student, if the case is public."""
    seconds: float


# ------------------------------------------------------------------------------------------------ load


def load(question: str, path: Path) -> tuple[tuple[Case, ...], bool]:
    """The cases of a test file, and whether they count all or nothing. Raises GraderFailure naming a file that otter cannot read."""
    try:
        source = path.read_text(encoding="utf-8")
        is_doctest = _assigned(source, "OK_FORMAT") is not False and "test_case" not in source
        file = (OKTestFile if is_doctest else KeepsException).from_file(str(path))
        builtin = _asked_builtins([test.body for test in file.test_cases]) if is_doctest else ()
    except Exception as error:
        raise GraderFailure(f"{path}: otter cannot read this test file: {type(error).__name__}: {error}") from error
    counters = {False: 0, True: 0}
    cases = []
    for index, test in enumerate(file.test_cases):
        counters[bool(test.hidden)] += 1
        alone = copy.copy(file)
        alone.test_cases = [test]
        by_default = test.name == f"{file.name} - {index + 1}"
        name = _title(test, by_default and not is_doctest, counters[bool(test.hidden)])
        needs = builtin if is_doctest else tuple(test.body._get_func_params())
        asked = free_names(statements(test.body)) - (vars(builtins).keys() - set(needs)) if is_doctest else frozenset(needs)
        cases.append(
            Case(question, index, name, bool(test.hidden), float(test.points), alone, needs, asked, is_doctest,
                 test.success_message, test.failure_message)
        )  # fmt: skip
    return tuple(cases), bool(file.all_or_nothing)


def _assigned(source: str, name: str) -> object:
    """The constant that a module assigns to `name`, without running it; None if there is none."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets):
            return ast.literal_eval(node.value)
    return None


def _asked_builtins(bodies: list[str]) -> tuple[str, ...]:
    """Names of Python's own that are the question: `sum(1, 2)`, where its doctests ask for no other name of the notebook.

    The tests decide this, never the notebook: where they ask for `abs(f(2) - 4)`, no student can replace `abs`.
    """
    free = {name for body in bodies for name in free_names(statements(body))} - MODULES.keys()
    return tuple(sorted(free)) if all(hasattr(builtins, name) for name in free) else ()


def statements(body: str) -> tuple[ast.stmt, ...]:
    """The code of a doctest; a value that is looked at is `_ = value`. An example that is no Python is left out."""
    found: list[ast.stmt] = []
    for example in doctest.DocTestParser().get_examples(body):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                *before, last = ast.parse(example.source).body
        except (SyntaxError, ValueError):
            continue  # the error may be what is expected, or there is a comment alone
        looked_at = isinstance(last, ast.Expr) and example.want
        found += [*before, ast.Assign([ast.Name("_", ast.Store())], last.value) if looked_at else last]
    return tuple(found)


def free_names(statements: tuple[ast.stmt, ...]) -> frozenset[str]:
    """What a doctest reads before it has made it itself."""
    bound: set[str] = set()
    free: set[str] = set()
    for statement in statements:
        nodes = list(ast.walk(statement))
        inner = {n.arg for n in nodes if isinstance(n, ast.arg)}
        inner |= {n.id for part in nodes if isinstance(part, ast.comprehension) for n in ast.walk(part.target) if isinstance(n, ast.Name)}
        made = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        made |= {n.name for n in nodes if isinstance(n, ast.FunctionDef | ast.ClassDef)}
        made |= {(a.asname or a.name).split(".")[0] for n in nodes if isinstance(n, ast.Import | ast.ImportFrom) for a in n.names}
        simple = isinstance(statement, ast.Assign | ast.AugAssign | ast.Expr)
        read = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        free |= read - bound - inner - (set() if simple else made)
        bound |= made
    return frozenset(free)


def _title(test, by_function: bool, number: int) -> str:
    """A public case by the name its author gave it; a hidden one by a number, because a name may tell what it tests."""
    if test.hidden:
        return f"hidden check {number}"
    name = test.body.test_func.__name__.removeprefix("test_").replace("_", " ").strip() if by_function else ""
    return name or test.name


# ------------------------------------------------------------------------------------------------ run


def run(case: Case, bench: Bench, seed: str) -> Outcome:
    """Run one case against the student's session.

    Arguments that a function changed are the test's own, unchanged, the first time, so that nobody passes by overwriting what the
    test compares with. Where it passes it is run once more, on the same data, with the arguments as the function left them: a test
    that asks for them to be left alone must hear of it, here as in the notebook.
    """
    outcome = _run(case, bench, seed)
    if outcome.passed and bench.changed:
        again = _run(case, bench, seed, changing=True)
        return replace(again, seconds=outcome.seconds + again.seconds)
    return outcome


def _run(case: Case, bench: Bench, seed: str, changing: bool = False) -> Outcome:
    bench.begin(case.question, changing)
    started = time.monotonic()
    with quiet(), fresh_data(seed, case), alarm(bench, OWN_SECONDS + bench.session.limits.case_seconds):
        error, passed, said = _execute(case, bench)
    seconds = time.monotonic() - started
    if passed:
        return Outcome(True, "passed", case.success_message or "", seconds)
    if isinstance(error, wire.Unsendable) or wire.UNFINISHED in said:
        bench.uncarried = wire.UNFINISHED
    if any(sign in f"{error}{said}" for sign in ASKED_TOO_MUCH):
        bench.uncarried = "the test asks a function of the notebook for its source or its attributes"
    kind = error.kind if isinstance(error, StudentError) else "wrong" if _is_verdict(error) else "error"
    if bench.uncarried and not bench.own:
        return Outcome(False, "uncarried", shorten(bench.uncarried, MESSAGE), seconds)
    message = explain(case, error, bench, said)
    if case.failure_message:
        message = f"{case.failure_message}\n{message}"
    return Outcome(False, kind, shorten(message, MESSAGE), seconds)


def _is_verdict(error: Exception | None) -> bool:
    return error is None or isinstance(error, AssertionError)


def _execute(case: Case, bench: Bench) -> tuple[Exception | None, bool, str]:
    """otter's `run`: the exception it met (none for doctests), whether the case passed, what a doctest printed."""
    try:
        environment = _environment(case, bench)
        case.file.caught = None
        case.file.run(environment)
    except Exception as error:
        return error, False, ""
    result = case.file.test_case_results[0]
    return case.file.caught if not case.doctest else None, result.passed, result.message or ""


def _environment(case: Case, bench: Bench) -> dict:
    """What the case finds as the student's notebook: a proxy or a value for every name that it needs."""
    if case.doctest:
        return Names(bench, case.needs)
    space = Names(bench)
    space.update({name: bench.bind(name) for name in case.needs if name != "env"})
    return space


class Names(dict):
    """The notebook's names, fetched when a test first asks for them. Python's own (`sum`, `abs`) are the notebook's only where
    they are the question."""

    def __init__(self, bench: Bench, builtin: tuple[str, ...] = ()):
        super().__init__(__name__="__main__")
        self.bench, self.builtin = bench, builtin

    def __missing__(self, name: str) -> object:
        if hasattr(builtins, name) and name not in self.builtin:
            raise KeyError(name)
        if name not in self.bench.session.names:
            self.bench.trouble = Missing(self.bench.missing(name))
            raise KeyError(name)
        self[name] = self.bench.bind(name)
        return self[name]

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name in self.bench.session.names

    def get(self, name: str, default: object = None) -> object:
        if name in __future__.all_feature_names:  # doctest's own question, none of the test's
            return default
        try:
            return self[name]
        except KeyError:
            return default

    def copy(self) -> "Names":
        """What doctest runs a case in."""
        copied = Names(self.bench, self.builtin)
        copied.update(self)
        return copied


def explain(case: Case, error: Exception | None, bench: Bench, said: str) -> str:
    """Why the case failed, in the words of the test's author where there are any."""
    if isinstance(error, StudentError):
        return error.args[0]
    if isinstance(error, AssertionError):
        return str(error).strip() or f"This does not hold: {_line(case, error)}"
    if error is None:
        return _first_failure(said, bench)
    what = f" ({bench.last})" if bench.last else ""
    if isinstance(error, MemoryError):
        return f"The check ran out of memory with what it got{what}"
    return f"The check could not work with what it got{what}: {type(error).__name__}: {error}"


def _first_failure(said: str, bench: Bench) -> str:
    """The example of a doctest that failed, what was expected and what came; of an exception its last line."""
    example = re.split(r"^(?:Trying:|\*{20,})$", said.partition("Failed example:\n")[2], maxsplit=1, flags=re.M)[0]
    code, _, raised = example.partition("Exception raised:\n")
    if not raised:
        return textwrap.dedent(example).strip()
    reason = bench.trouble.args[0] if bench.trouble else raised.strip().splitlines()[-1].strip()
    return f"{textwrap.dedent(code).strip()}\n{reason}"


def _line(case: Case, error: Exception) -> str:
    """The line of the test that raised (a public test lies in the student's folder, too)."""
    trace, line = error.__traceback__, ""
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == case.file.path:
            line = case.file.source_lines[trace.tb_lineno - 1].strip()
        trace = trace.tb_next
    return line


# ------------------------------------------------------------------------------------------------ around a case


@contextlib.contextmanager
def beside(files: Path | None) -> Iterator[None]:
    """Tests of other courses read data, and import helpers, that lie beside the notebook."""
    if files is None:
        yield
        return
    sys.path.insert(0, str(files))
    try:
        with contextlib.chdir(files):
            yield
    finally:
        sys.path.remove(str(files))


@contextlib.contextmanager
def printed_as_by(cells: tuple[str, ...]) -> Iterator[None]:
    """A doctest compares what is printed: `np.True_`, or `True` where the notebook imports `datascience`, which makes NumPy print as it
    once did. Whether something else has imported it into this process must not matter."""
    old = any(IMPORTS_DATASCIENCE.search(cell) for cell in cells) and importlib.util.find_spec("datascience") is not None
    with np.printoptions(legacy="1.13" if old else False):
        yield


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Warnings and floating-point settings that a student's numbers provoke stay with this case; tests print nowhere."""
    with warnings.catch_warnings(), np.errstate(all="ignore"), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def fresh_data(seed: str, case: Case) -> Iterator[None]:
    """`default_rng()` without a seed depends on the submission, the tests, the question and the case; on nothing else."""
    original, drawn = np.random.default_rng, itertools.count()

    def default_rng(given=None):
        return original(words(f"{seed}/{case.question}/{case.index}/{next(drawn)}") if given is None else given)

    np.random.default_rng = default_rng
    try:
        yield
    finally:
        np.random.default_rng = original


@contextlib.contextmanager
def fresh_legacy_data(seed: str) -> Iterator[None]:
    """The same for the global state of `random` and `np.random`, which tests of other courses may use: once a submission."""
    before = random.getstate(), np.random.get_state()
    random.seed(seed)
    np.random.seed(words(seed))
    try:
        yield
    finally:
        random.setstate(before[0])
        np.random.set_state(before[1])


def words(text: str) -> list[int]:
    """Eight 32-bit words of seed."""
    return np.frombuffer(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest(), np.uint32).tolist()


@contextlib.contextmanager
def alarm(bench: Bench | None, seconds: float) -> Iterator[None]:
    """Raise TooSlow in our own code after `seconds`; never in the middle of an exchange with the sandbox."""

    def ring(signal_number, frame):
        if bench is not None and bench.in_call:
            bench.overdue = True
        else:
            raise TooSlow()

    previous = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN_SECONDS)  # again, where a test or a library has caught it
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


