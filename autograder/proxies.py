"""What a test case is given in place of the student's functions: proxies that compute in the sandbox.

A proxy encodes the arguments (the trusted copies are never touched), and returns fresh plain data or raises `StudentError` in words for
the student. A Generator among the arguments is moved on as the student's draws moved it, but only by a number of steps along its own
sequence: a test that goes on drawing gets what it would in a notebook, and nobody can choose what it draws.
"""

import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import get_close_matches

import numpy as np

from autograder.box import wire
from autograder.errors import GraderFailure
from autograder.session import Answer, Session
from autograder.text import describe, shorten

MAX_RECORDED, MAX_RECORDED_BYTES = 64, 1 << 20
MODULES = {
    "np": "numpy", "pd": "pandas", "plt": "matplotlib.pyplot", "tables": "datascience.tables", "mpl": "matplotlib", "sp": "scipy", "stats": "scipy.stats",
    "sm": "statsmodels.api", "smf": "statsmodels.formula.api", "sns": "seaborn", "sympy": "sympy",
    **{name: name for name in ("numpy", "pandas", "scipy", "matplotlib", "math", "cmath", "random", "re", "string", "itertools",
                               "functools", "collections", "statistics", "json", "datetime", "os", "sys", "time", "operator")},
}  # fmt: skip
"""A module of the notebook that a test uses by its usual name is the judge's own; which one is never for the student to say."""
ONLY_MODULES = frozenset({"np", "pd", "plt", "mpl", "numpy", "pandas", "scipy", "matplotlib", "math"})
"""Names that nobody gives to data: `np = np.array([True])` would make `np.all(wrong == right)` true."""


class StudentError(Exception):
    """The student's code did not give an answer; the message is for the student."""

    kind = "error"


class Died(StudentError):
    """It took too long, too much memory, or ended its process."""

    kind = "stopped"


class Missing(StudentError):
    kind = "missing"


class Uncarried(StudentError):
    """The test needs something that is no plain data; whether the student is right cannot be told through the wall."""


CATCHABLE = {
    error.__name__: error
    for error in (ArithmeticError, AssertionError, AttributeError, IndexError, KeyError, LookupError, NameError,
                  NotImplementedError, OverflowError, RecursionError, RuntimeError, TypeError, ValueError, ZeroDivisionError)
}  # fmt: skip
"""What a test may expect a function to raise; by name alone, the object stays in the sandbox."""


def raised_like(name: str, message: str, explanation: str) -> StudentError:
    """A StudentError that `except ValueError`, `pytest.raises` and doctest take for what the student's function raised."""
    if name not in CATCHABLE:
        return StudentError(explanation)
    words = {"__module__": "builtins", "__str__": lambda self: message}
    return type(name, (StudentError, CATCHABLE[name]), words)(explanation)


class Broken(BaseException):
    """The grader or the test is at fault; no `except Exception` on the way may take it for the student's mistake."""


@dataclass
class Recorded:
    """One call of a student's function, kept to compare it with known misconceptions."""

    name: str
    packed: bytes
    answer: Answer


@dataclass
class Bench:
    """Connects the running test case with the session."""

    session: Session
    calls: dict[str, list[Recorded]] = field(default_factory=dict)
    """By question."""
    flags: dict[str, None] = field(default_factory=dict)
    question: str = ""
    last: str | None = None
    """What was returned last, in words: "`f` returned None"."""
    in_call: bool = False
    overdue: bool = False
    left: float = 0.0
    own: bool = True
    """A test of this course: names are those of the notebook's end, and a test that cannot cross the wall is our mistake."""
    trouble: StudentError | None = None
    """Why there was no value, the last time that there was none."""
    changing: bool = False
    """Arguments become what a call made of them, as they would in the notebook; else the test's own stay as they are."""
    changed: bool = False
    """A call of the running case changed its arguments."""
    uncarried: str | None = None
    """What the running case needed and could not get, because it is no plain data."""

    @property
    def caps(self) -> wire.Caps:
        """What may cross: in tests of other courses, pandas as well."""
        return wire.CAPS if self.own else wire.WIDE

    def begin(self, question: str, changing: bool = False) -> None:
        """A new test case starts, with its own time."""
        self.changing, self.changed = changing, False
        self.question, self.last, self.overdue, self.trouble, self.uncarried = question, None, False, None, None
        self.session.question = "" if self.own else question
        self.left = self.session.limits.case_seconds

    def bind(self, name: str) -> object:
        """The proxy, or the value, of one name of the student's; raises StudentError if there is none."""
        kind = self.session.names.get(name)
        if (kind is not None and name in ONLY_MODULES) or (kind == "module" and name in MODULES):
            return importlib.import_module(MODULES[name])
        if kind == "callable":
            return proxy(self, name)
        answer = self.get(name) if kind == "data" else Answer("missing")
        if kind == "module":
            answer = Answer("unsendable", message="a module of the notebook, which is not plain data")
        return self.unpacked(name, answer)

    def call(self, name: str, args: tuple, kwargs: dict) -> object:
        packed = self.pack(name, args, kwargs)
        answer = self.timed(lambda: self.session.call(name, packed, self.left))
        self.left -= answer.seconds
        self.record(name, packed, answer)
        sys.stdout.write(answer.printed)
        if answer.left is not None:
            self.changed = True
            self.flags[f"{self.question}: `{name}` changed its arguments"] = None
        if answer.kind in ("ok", "raised", "unsendable"):
            self.move_generators(name, wire.generators_in((args, kwargs)), answer.generators)
        if answer.left and self.changing:
            self.take_over(name, (args, kwargs), answer.left)
        return self.unpacked(name, answer)

    def get(self, name: str) -> Answer:
        return self.timed(lambda: self.session.get(name))

    def timed(self, ask: Callable[[], Answer]) -> Answer:
        """Ask the session; an alarm that rings meanwhile waits until the exchange is complete."""
        self.in_call = True
        try:
            answer = ask()
        except GraderFailure as failure:
            raise Broken(str(failure)) from failure
        finally:
            self.in_call = False
        if self.overdue:
            raise TooSlow()
        return answer

    def pack(self, name: str, args: tuple, kwargs: dict) -> bytes:
        try:
            return wire.encode((args, kwargs), self.caps)
        except wire.Unsendable as error:
            passes = any(callable(part) for part in (*args, *kwargs.values()))
            if passes and self.own:
                raise Broken(f"the test passes `{name}` a function, which cannot enter the sandbox") from error
            self.uncarried = f"the test passes `{name}` {'a function' if passes else error}"
            raise Uncarried(f"`{name}` could not be given what an earlier step returned: {error}") from error

    def record(self, name: str, packed: bytes, answer: Answer) -> None:
        calls = self.calls.setdefault(self.question, [])
        size = len(packed) + len(answer.value or b"")
        if len(calls) < MAX_RECORDED and size <= MAX_RECORDED_BYTES:
            calls.append(Recorded(name, packed, answer))

    def move_generators(self, name: str, ours: list[np.random.Generator], theirs: tuple) -> None:
        fits = len(ours) == len(theirs) and all(type(t) is np.random.Generator for t in theirs)
        if fits and all(reachable(o, t) for o, t in zip(ours, theirs, strict=True)):
            for mine, other in zip(ours, theirs, strict=True):
                mine.bit_generator.state = other.bit_generator.state
        else:
            self.flags[f"{self.question}: `{name}` tampered with the random generator it was given"] = None

    def take_over(self, name: str, ours: tuple, left: bytes) -> None:
        """Let the test's own arguments be what the call has made of them."""
        try:
            become(ours, wire.decode(left, self.caps))
        except (wire.WireError, TypeError, ValueError) as error:  # of another shape or kind, or read-only
            raise StudentError(f"`{name}` changed its arguments into something else") from error

    def unpacked(self, name: str, answer: Answer) -> object:
        """The value in an answer, or the StudentError that says why there is none."""
        if answer.kind != "ok":
            self.trouble = self.error(name, answer)
            raise self.trouble
        try:
            value = answer.decoded(self.caps)
        except wire.WireError as error:
            self.flags[f"{self.question}: the answer of `{name}` is not plain data (forged?)"] = None
            raise StudentError(f"`{name}` sent back something that is not plain data") from error
        self.last = f"`{name}` returned {describe(value)}"
        return value

    def error(self, name: str, answer: Answer) -> StudentError:
        limits = self.session.limits
        if answer.kind == "missing":
            return Missing(self.missing(name))
        if answer.kind == "raised":
            where = f" ({answer.where})" if answer.where else ""
            colon = ": " if answer.message else ""
            explanation = f"`{name}` raised {answer.type}{colon}{shorten(answer.message, 400)}{where}"
            if (answer.type, answer.message) == ("Unsendable", wire.UNFINISHED):  # an endless iterator that the test has given it
                self.uncarried = f"the test passes `{name}` {wire.UNFINISHED}"
            return raised_like(answer.type, answer.message, explanation)
        if answer.kind == "unsendable":
            does = "returned" if self.session.names.get(name) == "callable" else "is"
            self.uncarried = f"`{name}` {does} {shorten(answer.message, 300)}"
            return Uncarried(self.uncarried)
        if answer.kind == "timeout":
            seconds = min(limits.call_seconds, limits.case_seconds)
            return Died(f"`{name}` took longer than {seconds:g} s and was stopped; does a loop in it never end?")
        if answer.kind == "memory":
            return Died(f"`{name}` used more than {limits.memory_mb} MB of memory and was stopped")
        if answer.kind == "exhausted":
            return Died(f"`{name}` was not called: the notebook had used up its {limits.submission_seconds:g} s or its restarts")
        if answer.kind == "garbled":
            self.flags[f"{self.question}: while `{name}` ran, something that is no answer was sent to the judge (forged?)"] = None
            return Died(f"`{name}` did not answer in a readable form and was stopped")
        return Died(f"`{name}` ended Python itself (a crash, or a call of exit)")

    def missing(self, name: str) -> str:
        """Names what was expected, and the nearest that was found."""
        near = get_close_matches(name, self.session.names, n=1, cutoff=0.6)
        if near:
            return f"`{shorten(near[0], 60)}` found; `{name}` expected: please give it that name"
        return f"`{name}` was not found: is its cell there, and does it run without an error?"


class TooSlow(Died):
    def __init__(self):
        super().__init__("the check could not be finished in time with what your functions returned")


def proxy(bench: Bench, name: str) -> Callable:
    """A function that computes in the sandbox. A plain function, so that nothing else can be asked of it."""

    def student_function(*args, **kwargs):
        return bench.call(name, args, kwargs)

    student_function.__name__ = student_function.__qualname__ = name
    student_function.__code__ = student_function.__code__.replace(co_filename="<sandbox>")  # `inspect` must not take ours for theirs
    return student_function


def become(ours: object, theirs: object) -> object:
    """`theirs`, but in our own array, list or dictionary, changed in place, wherever both are one. ValueError where an array cannot be that."""
    if isinstance(ours, np.random.Generator):
        return ours  # `move_generators` has seen to it
    if isinstance(ours, np.ndarray) and isinstance(theirs, np.ndarray):
        if ours.shape != theirs.shape:
            raise ValueError("another shape")
        if not np.array_equal(ours, theirs, equal_nan=ours.dtype.kind in "fc"):  # what is as it was may be read-only
            ours[...] = theirs
        return ours
    if isinstance(ours, list | tuple) and type(ours) is type(theirs):
        items = [*map(become, ours, theirs), *theirs[len(ours) :]]
        if isinstance(ours, tuple):
            return tuple(items)
        ours[:] = items
        return ours
    if isinstance(ours, dict) and isinstance(theirs, dict):
        items = {key: become(ours[key], value) if key in ours else value for key, value in theirs.items()}
        ours.clear()
        ours.update(items)
        return ours
    return theirs


# ------------------------------------------------------------------------------------------------ generators

_MULTIPLIER = 0x2360ED051FC65DA44385DF649FCCF645
"""Of PCG64's recurrence state' = state * multiplier + increment (mod 2**128); O'Neill 2014, as in NumPy."""
_MASK = (1 << 128) - 1
_MOST_STEPS = 1 << 40


def reachable(before: np.random.Generator, after: np.random.Generator) -> bool:
    """Is `after` the generator `before`, some draws later?"""
    if type(before.bit_generator) is not type(after.bit_generator):
        return False
    old, new = before.bit_generator.state["state"], after.bit_generator.state["state"]
    return old["inc"] == new["inc"] and steps_between(old["state"], new["state"], old["inc"]) < _MOST_STEPS


def steps_between(state: int, target: int, increment: int) -> int:
    """How often the recurrence leads from `state` to `target`, one bit of the count at a time (Brown 1994, as in PCG's `distance`)."""
    multiplier, bit, steps = _MULTIPLIER, 1, 0
    while state != target:
        if (state & bit) != (target & bit):
            state = (state * multiplier + increment) & _MASK
            steps |= bit
        bit <<= 1
        increment = ((multiplier + 1) * increment) & _MASK
        multiplier = (multiplier * multiplier) & _MASK
    return steps
