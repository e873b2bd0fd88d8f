"""Worker processes that grade: each has one sandbox and one judge, and takes one hand-in at a time.

The main process never holds more than what is being graded. A worker that dies or hangs is replaced and its hand-in
tried once more; when that fails too, the outcome is an infrastructure error, never a zero. `cluster` keeps the same
workers on other machines.
"""

import contextlib
import ctypes
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path

from autograder import intake, results
from autograder.assignment import ROOT
from autograder.errors import CourseError, GraderFailure, Unwritable
from autograder.intake import HandIn
from autograder.model import Result

START_SECONDS = 300.0
"""A worker that has not started its sandbox by then is taken for dead."""
SLACK_SECONDS = 120.0
"""Beyond the time that a submission may take by its own limits."""
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Settings:
    """What every worker needs to know."""

    slug: str
    out: Path | None
    """None on another machine: what was stored comes with the task, what has to be stored goes back with the outcome."""
    limits: dict
    """Fields of `sandbox.Limits` that differ from the defaults."""
    hidden_feedback: str
    """`never` or `always`."""
    autograder: Path | None = None
    """Where the assignment's own zip was unpacked, when it is none of this course."""

    @property
    def digest(self) -> str:
        """Other limits or another policy of feedback may give another result."""
        return hashlib.sha256(json.dumps([sorted(self.limits.items()), self.hidden_feedback]).encode()).hexdigest()


@dataclass(frozen=True)
class Task:
    """One hand-in for a worker."""

    hand_in: HandIn
    contents: intake.Contents | None = None
    """Its files, where the worker cannot read them itself."""
    before: Result | None = None
    """What was stored for this student, where the worker cannot read that itself."""
    returnable: bool = False
    """To be given back where it would have to wait for slow packages."""


@dataclass(frozen=True)
class Outcome:
    """What became of one hand-in."""

    result: Result
    before: Result | None
    """What was stored for this student."""
    fresh: bool
    """Graded now; else `result` is the stored one, which still holds, with the file and time that this hand-in has."""
    code: str
    """The code that was handed in, for the comparison of submissions."""
    notebook: str | None = None
    """What formgrader shows, from a worker that cannot write it into OUT itself."""


# -------------------------------------------------------------------------------------- in the worker


def main(pipe: int, parent: int) -> None:
    """A worker's life: start the sandbox, prove that it holds, then grade what comes until the pipe closes."""
    os.set_inheritable(pipe, False)
    _die_with(parent)
    from autograder import judge, sandbox

    connection = Connection(pipe)
    try:
        settings: Settings = connection.recv()
        assignment, options = _assignment(settings)
        judge.protect_process()
        policy = judge.Policy(hidden_feedback=settings.hidden_feedback)
        with sandbox.Box(limits=sandbox.Limits(**settings.limits), **options) as box:
            sandbox.require(box)
            connection.send(("ready", judge.versions(assignment)))
            while task := connection.recv():
                outcome = _grade_one(task, settings, assignment, box, policy, say=lambda word: connection.send((word, None)))
                connection.send(("outcome", outcome) if outcome else ("returned", None))
    except CourseError as error:
        connection.send(("cannot start", error))
    except (EOFError, BrokenPipeError):
        return  # the main process is gone
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # whoever wants it to end gets that anyway


def _assignment(settings: Settings) -> tuple[object, dict]:
    """The assignment, and what its sandbox needs."""
    if settings.autograder is None:
        from autograder.assignment import load

        return load(settings.slug), {}
    from autograder import foreign

    assignment = foreign.load(settings.autograder)
    return assignment, assignment.sandbox


def _die_with(parent: int) -> None:
    """Leave the terminal (Ctrl-C is the main process's business) and die when the main process dies."""
    os.setsid()
    signal.signal(signal.SIGTERM, _leave)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(0)


def _leave(*_: object) -> None:
    """End, once: another signal on the way out would be a traceback."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(0)


def _grade_one(task: Task, settings: Settings, assignment: object, box: object, policy: object, say: Callable[[str], None]) -> Outcome | None:
    """Read and grade one hand-in, unless its stored result still holds. A failure of ours is the outcome, not a crash.

    None when the task is returned; `say` is told "warm" when it makes the sandbox import slow packages.
    """
    from autograder import formgrader, judge
    from autograder.session import packages_of

    before = _before(task, settings)
    try:
        submission = intake.load(task.hand_in, task.contents)
        code = "\n\n".join(submission.cells)
        digests = judge.digests(submission, assignment) | {"settings": settings.digest}
        anew = results.outdated(before, digests)
        fresh = before is None or anew != frozenset()
        if fresh and box.lacks(packages_of(submission.cells)):
            if task.returnable:
                return None
            say("warm")
        if fresh:
            result = replace(judge.grade(submission, assignment, box, policy=policy, before=before, only=anew), digests=digests)
        else:
            result = replace(before, file=submission.file, submitted_at=submission.submitted_at)
        outcome = Outcome(result, before, fresh, code)
        if settings.out is None:
            return replace(outcome, notebook=formgrader.notebook(assignment, submission, result))
        if fresh or not formgrader.has_notebook(settings.out, result):
            formgrader.write_notebook(settings.out, result, formgrader.notebook(assignment, submission, result))
        return outcome
    except Unwritable:
        raise
    except Exception as error:  # whatever it is, the other students' work goes on
        reason = str(error) if isinstance(error, GraderFailure) else f"{type(error).__name__}: {error}"
        return Outcome(failed(task.hand_in, settings.slug, reason, before), before, True, "")


def _before(task: Task, settings: Settings) -> Result | None:
    return task.before if settings.out is None else results.read(settings.out, task.hand_in.student)


def failed(hand_in: HandIn, slug: str, reason: str, before: Result | None) -> Result:
    """The result of a hand-in that the grader itself could not deal with.

    It keeps the digest of the work that was graded before, so that a later run can tell whether the work has changed.
    """
    file = hand_in.entries[0].name if hand_in.entries else ""
    problem = f"The grader failed ({reason[:300]}); run it again."
    known = {name: value for name, value in before.digests.items() if name == "submission"} if before else {}
    return Result(hand_in.student, file, slug, "infrastructure-error", problem=problem, digests=known, submitted_at=hand_in.submitted_at)


# ------------------------------------------------------------------------------- in the main process


class Pool:
    """`jobs` workers; `with Pool(...) as pool: for outcome in pool.run(hand_ins): ...`.

    Raises GraderFailure when a worker cannot start its sandbox, the sandbox does not hold, or OUT cannot be written.
    """

    def __init__(self, settings: Settings, jobs: int, submission_seconds: float):
        self.settings = settings
        self.jobs = jobs
        self.patience = submission_seconds + SLACK_SECONDS
        self.workers: list[Worker] = []

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self.workers:
            worker.stop()
        for worker in self.workers:
            worker.join()

    def run(self, hand_ins: Iterable[HandIn]) -> Iterator[Outcome]:
        """Outcomes in the order in which they are ready; hand-ins are taken only as workers become free."""
        waiting = Queue(hand_ins)
        self.workers = [Worker(self.settings) for _ in range(self.jobs)]
        while busy := [w for w in self.workers if not w.idle]:
            wait([worker.connection for worker in busy], timeout=1.0)
            for worker in busy:
                outcome = worker.poll(self.patience)
                if worker.returned:
                    waiting.slow.append(worker.returned)
                    worker.returned = None
                if worker.idle and (task := waiting.next(worker, self.workers)):
                    worker.give(task)
                if outcome:
                    yield outcome


class Queue:
    """Hand-ins in their order, but for those that import slow packages: they go to workers whose sandbox has imported them.

    It takes a second (`sandbox.SLOW`), which each worker would pay that meets a single one. So once some worker has paid, others give
    such a hand-in back, and take it after all when nothing else is left.
    """

    def __init__(self, hand_ins: Iterable[HandIn]):
        self.rest = iter(hand_ins)
        self.slow: deque[HandIn] = deque()
        """What was given back."""

    def next(self, worker: "Worker", others: Iterable["Worker"]) -> Task | None:
        """What this worker should take; None when nothing is left."""
        if self.slow and worker.warm:
            return Task(self.slow.popleft())
        if hand_in := next(self.rest, None):
            return Task(hand_in, returnable=any(other.warm for other in others) and not worker.warm)
        return Task(self.slow.popleft()) if self.slow else None


_START = "import sys; sys.path.insert(0, sys.argv[1]); from autograder.pool import main; main(int(sys.argv[2]), int(sys.argv[3]))"


class Worker:
    """One process, and what it is doing.

    It is a fresh interpreter, so that no lock or thread of ours is copied; when it dies its end of the pipe closes. (Python's
    multiprocessing would do the same, but not below a worker of Dask, which may have no children of that kind.)
    """

    def __init__(self, settings: Settings):
        self.settings = settings
        self.task: Task | None = None
        self.deaths = 0
        self.returned: HandIn | None = None
        """What it gave back, for the pool to take."""
        self.versions: dict[str, str] = {}
        """Of the course that it runs, once it is ready."""
        self._start()

    def _start(self) -> None:
        self.connection, theirs = Pipe()
        with theirs:
            pipe = theirs.fileno()
            command = [sys.executable, "-P", "-c", _START, str(ROOT), str(pipe), str(os.getpid())]
            self.process = subprocess.Popen(command, pass_fds=[pipe], stdin=subprocess.DEVNULL)
        self.ready, self.since = False, time.monotonic()
        self.warm = False
        """Whether its sandbox has met a submission that imports slow packages."""
        self._send(self.settings)

    @property
    def idle(self) -> bool:
        return self.ready and self.task is None

    def give(self, task: Task) -> None:
        """Hand over a task; a worker that is not ready yet gets it when it is."""
        self.task, self.deaths = task, 0
        if self.ready:
            self.since = time.monotonic()
            self._send(task)

    def _send(self, message: object) -> None:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it died; `poll` will see that
            self.connection.send(message)

    def poll(self, patience: float) -> Outcome | None:
        """What the worker has to say, if anything. Raises GraderFailure when its sandbox cannot be started."""
        if not self.connection.poll():
            limit = patience if self.ready else START_SECONDS
            hung = time.monotonic() - self.since > limit
            return self._died(f"the worker process hung for {limit:.0f} s") if hung else None
        try:
            kind, content = self.connection.recv()
        except (EOFError, ConnectionResetError):
            return self._died("the worker process died")
        if kind == "cannot start":
            raise content
        if kind == "outcome":
            self.task = None
            return content
        if kind == "returned":
            self.returned, self.task = self.task.hand_in, None
            return None
        if kind == "warm":
            self.warm = True
            return None
        self.ready, self.since, self.versions = True, time.monotonic(), content
        if self.task:
            self._send(self.task)
        return None

    def _died(self, reason: str) -> Outcome | None:
        """Start anew; the hand-in gets a second chance, but not a third."""
        was_ready = self.ready
        self.process.kill()
        self.process.wait()
        self.connection.close()
        if not was_ready:
            raise GraderFailure(f"{reason} while its sandbox was starting; `python -m autograder doctor` shows more")
        task, self.deaths = self.task, self.deaths + 1
        self._start()
        if task and self.deaths > 1:
            self.task = None
            before = _before(task, self.settings)
            return Outcome(failed(task.hand_in, self.settings.slug, f"{reason}, twice", before), before, True, "")
        return None

    def stop(self) -> None:
        self.process.terminate()

    def join(self) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        self.process.kill()
        self.process.wait()
        self.connection.close()
