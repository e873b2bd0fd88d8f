"""Grades one submission: otter's own test files run here, in a trusted process, against proxies of the student's functions.

    judge.protect_process()                             # once in each worker process: a huge answer cannot eat the machine
    result = judge.grade(submission, assignment, box, policy=Policy(hidden_feedback="never"))   # -> model.Result
    judge.digests(submission, assignment) -> dict       # all that a result depends on, question by question: no sandbox needed
    judge.grade(submission, assignment, box, before=stored, only={"q3"})    # q3 anew, the rest as stored (`results.outdated`)

Limits live on the box: `Box(limits=Limits(call_seconds=10, ...))`. `grade` must run in the main thread of its process (time
limits use SIGALRM). A submission with `.problem` gives Result(status="needs-human"). A failure of the grader itself raises `GraderFailure`
after one retry in a fresh sandbox; the box stays usable: record that submission as infrastructure-error and go on. Never a zero.

The cases of all questions run in one shuffled order and are reported in theirs. A question that kills its process waits until
the others are done, and is given up after three deaths.
"""

import functools
import hashlib
import importlib
import platform
import random
import resource
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from autograder import cases, flags, match
from autograder.assignment import ROOT, Assignment, Question
from autograder.cases import Case, Outcome
from autograder.errors import GraderFailure
from autograder.model import CaseResult, QuestionResult, Result, Submission
from autograder.proxies import Bench, Broken
from autograder.sandbox import Box
from autograder.session import Session
from autograder.text import shorten
from solutions.variants import Variant, load_variants

STRIKES = 3


@dataclass(frozen=True)
class Policy:
    """What the student gets to read."""

    hidden_feedback: Literal["never", "always"] = "never"
    """Of hidden tests: only whether they passed, or their messages too (when the deadline is over)."""


# ------------------------------------------------------------------------------------------------ what is graded with


@dataclass(frozen=True)
class Tests:
    """Everything that is loaded once for an assignment."""

    cases: tuple[Case, ...]
    all_or_nothing: frozenset[str]
    reference: object | None
    """The module of reference functions, where the course has one."""
    variants: dict[str, list[Variant]]
    digests: dict[str, str]

    def seed(self, submission: Submission, question: str | None = None) -> str:
        """Of a question's fresh data: it changes with the work and with the question's own tests; nobody can compute it who does
        not hold the tests. Without a question: of what concerns them all."""
        return f"{submission.digest}/{self.digests.get(f'tests {question}', repr(self.digests))}"


@functools.lru_cache(maxsize=16)
def load(assignment: Assignment) -> Tests:
    """Read an assignment's tests, reference and misconceptions. Raises GraderFailure naming the file at fault."""
    found: list[Case] = []
    whole = set()
    for question in assignment.questions:
        if question.test_path is not None:
            these, all_or_nothing = cases.load(question.id, question.test_path)
            found += these
            whole |= {question.id} if all_or_nothing else set()
    reference, variants = _known_answers(assignment.slug) if assignment.is_own else (None, {})
    return Tests(tuple(found), frozenset(whole), reference, variants, _fixed_digests(assignment, variants))


def _known_answers(slug: str) -> tuple[object | None, dict[str, list[Variant]]]:
    if not (ROOT / "solutions" / f"{slug}.py").exists():
        return None, {}
    by_question: dict[str, list[Variant]] = {}
    if (ROOT / "solutions" / "misconceptions" / f"{slug}.py").exists():
        for variant in load_variants(slug, "misconceptions"):
            by_question.setdefault(variant.question, []).append(variant)
    return importlib.import_module(f"solutions.{slug}"), by_question


def digests(submission: Submission, assignment: Assignment) -> dict[str, str]:
    """SHA-256 of all that a result depends on; equal digests mean an equal result.

    `submission` and `environment` touch every question; `tests q1` touches that one, `reference q1` (the reference and the
    misconceptions, which give hints) that one if it failed. Tests of other courses may lean on one another: they are one, `tests`.
    """
    return {"submission": submission.digest, **load(assignment).digests}


def _fixed_digests(assignment: Assignment, variants: dict[str, list[Variant]]) -> dict[str, str]:
    here = Path(__file__).parent
    grader = [here / f"{name}.py" for name in GRADER] + sorted((here / "box").rglob("*.py"))
    versions = f"{platform.python_version()} numpy {np.__version__}"
    found = {"environment": _digest([ROOT / "requirements.txt", *grader], versions)}
    if not assignment.is_own:
        tests = [q.test_path for q in assignment.questions if q.test_path is not None]
        return found | {"tests": _digest([*tests, *assignment.surroundings])}
    for question in assignment.questions:
        what = repr((question.kind, question.function, question.points))
        found[f"tests {question.id}"] = _digest([question.test_path] if question.test_path else [], what)
        hints = repr([(v.name, v.hint, v.source) for v in variants.get(question.id, [])])
        found[f"reference {question.id}"] = _digest([ROOT / "solutions" / f"{assignment.slug}.py"], hints)
    return found


def versions(assignment: Assignment) -> dict[str, str]:
    """What has to be the same on two machines for them to give the same result, by names that a person can act on."""
    course = _digest(sorted(Path(__file__).parent.glob("*.py")))
    return {"Python": platform.python_version(), "course": course, **load(assignment).digests}


GRADER = ("judge", "cases", "proxies", "foreign", "session", "sandbox", "memory", "match", "flags", "text", "model", "proof")
"""The modules that a result depends on."""


def _digest(paths: list[Path], extra: str = "") -> str:
    digest = hashlib.sha256(extra.encode())
    for path in paths:
        if path.exists():
            content = path.read_bytes()
            digest.update(f"\0{path.name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def protect_process(memory_mb: int = 3072) -> None:
    """Cap this process's memory above what it has now. A test fed with a student's numbers then fails with MemoryError.

    Only the soft limit: the sandbox sets its own.
    """
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    wanted = mapped + (memory_mb << 20)
    resource.setrlimit(resource.RLIMIT_AS, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


# ------------------------------------------------------------------------------------------------ grade


def grade(
    submission: Submission, assignment: Assignment, box: Box, *, policy: Policy | None = None,
    before: Result | None = None, only: Collection[str] | None = None,
) -> Result:
    """Grade one submission; with `only`, just these questions, and take the others from the result `before`.

    Raises
    ------
    GraderFailure : the sandbox or a test is at fault, twice. The submission has no score then, rather than a wrong one.
    """
    policy, tests = policy or Policy(), load(assignment)
    if submission.problem is not None:
        return _for_a_human(submission, assignment, tests)
    kept = _kept(before, only) if before is not None and only is not None else Kept()
    try:
        return _grade(submission, assignment, tests, box, policy, kept)
    except (GraderFailure, Broken):
        box.restart()
    try:
        return _grade(submission, assignment, tests, box, policy, kept)
    except (GraderFailure, Broken) as failure:
        box.restart()
        raise GraderFailure(f"{submission.file}: not graded, because the grader failed: {failure}") from failure


def _for_a_human(submission: Submission, assignment: Assignment, tests: Tests) -> Result:
    return Result(
        student=submission.student,
        file=submission.file,
        assignment=assignment.slug,
        status="needs-human",
        questions=tuple(QuestionResult(q.id, q.points, None) for q in assignment.questions),
        problem=submission.problem,
        flags=submission.notes,
        digests={"submission": submission.digest, **tests.digests},
        answers=submission.answers,
        submitted_at=submission.submitted_at,
    )


@dataclass(frozen=True)
class Kept:
    """What still holds of an earlier result."""

    questions: Mapping[str, QuestionResult] = field(default_factory=dict)
    flags: tuple[str, ...] = ()


def _kept(before: Result, only: Collection[str]) -> Kept:
    questions = {q.question: q for q in before.questions if q.question not in only}
    marks = tuple(f"{question}: " for question in questions)
    return Kept(questions, tuple(flag for flag in before.flags if flag.startswith(marks)))


def _grade(submission: Submission, assignment: Assignment, tests: Tests, box: Box, policy: Policy, kept: Kept) -> Result:
    started = time.monotonic()
    chosen = [case for case in tests.cases if case.question not in kept.questions]
    with Session(box, submission.cells) as session:
        bench = Bench(session, own=assignment.is_own)
        with cases.fresh_legacy_data(tests.seed(submission)), cases.beside(assignment.files), cases.printed_as_by(submission.cells):
            outcomes = _run_all(chosen, bench, tests, submission)
    questions = tuple(kept.questions.get(q.id) or _question(q, tests, outcomes, bench, policy) for q in assignment.questions)
    found = (*flags.scan(submission.cells, box.forbidden), *kept.flags, *bench.flags, *_uncarried(outcomes), *_deaths(session))
    return Result(
        student=submission.student,
        file=submission.file,
        assignment=assignment.slug,
        status="graded",
        questions=questions,
        flags=(*submission.notes, *found),
        cells=tuple(session.notes[index] for index in sorted(session.notes)),
        digests={"submission": submission.digest, **tests.digests},
        isolation=box.isolation,
        answers=submission.answers,
        seconds=time.monotonic() - started,
        submitted_at=submission.submitted_at,
    )


def _uncarried(outcomes: dict[tuple[str, int], Outcome]) -> list[str]:
    """Why a question waits for a human: its tests could not work from outside the sandbox."""
    found = {f"{question}: not decided, {o.message}": None for (question, _), o in outcomes.items() if o.kind == "uncarried"}
    return sorted(found)


def _deaths(session: Session) -> list[str]:
    if not session.deaths:
        return []
    return [f"{flags.ENDED} {len(session.deaths)} time(s): {', '.join(session.deaths)}"]


def _run_all(chosen: list[Case], bench: Bench, tests: Tests, submission: Submission) -> dict[tuple[str, int], Outcome]:
    """Every case once, in an order that the student cannot know; the cases of a question that kills come last, in theirs."""
    order = list(chosen)
    if bench.own:  # other courses' tests may count on the order in which otter runs them
        random.Random(tests.seed(submission)).shuffle(order)
    outcomes: dict[tuple[str, int], Outcome] = {}
    strikes: dict[str, int] = {}

    def attempt(case: Case) -> None:
        if strikes.get(case.question, 0) >= STRIKES:
            message = f"not tried: {STRIKES} checks of this question had to be stopped before"
            outcomes[case.question, case.index] = Outcome(False, "stopped", message, 0.0)
            return
        deaths = len(bench.session.deaths)
        outcomes[case.question, case.index] = cases.run(case, bench, tests.seed(submission, case.question))
        if len(bench.session.deaths) > deaths:
            strikes[case.question] = strikes.get(case.question, 0) + 1

    later = []
    for case in order:
        if strikes.get(case.question):
            later.append(case)
        else:
            attempt(case)
    for case in sorted(later, key=lambda c: (c.index, c.question)):
        attempt(case)
    return outcomes


# ------------------------------------------------------------------------------------------------ results


def _question(
    question: Question, tests: Tests, outcomes: dict[tuple[str, int], Outcome], bench: Bench, policy: Policy
) -> QuestionResult:
    mine = [case for case in tests.cases if case.question == question.id]
    if not mine:
        return QuestionResult(question.id, question.points, None)
    results = [outcomes[case.question, case.index] for case in mine]
    failed = not all(outcome.passed for outcome in results)
    lost = failed and question.id in tests.all_or_nothing
    rows = tuple(_case(case, outcome, lost, policy) for case, outcome in zip(mine, results, strict=True))
    variant = _misconception(question, tests, bench) if failed else None
    return QuestionResult(
        question=question.id,
        max_points=sum(case.points for case in mine),
        points=None if any(o.kind == "uncarried" for o in results) else sum(row.earned for row in rows),
        cases=rows,
        hint=variant.hint if variant else None,
        misconception=variant.name if variant else None,
        seconds=sum(outcome.seconds for outcome in results),
    )


def _misconception(question: Question, tests: Tests, bench: Bench) -> Variant | None:
    reference = getattr(tests.reference, question.function or "", None)
    if reference is None:
        return None
    known, calls = tests.variants.get(question.id, []), bench.calls.get(question.id, [])
    return match.diagnose(question.function, reference, known, calls)


_HIDDEN = {
    "passed": "Passed.",
    "wrong": "Not passed. It asks the same of your function, on other data than you have seen.",
    "error": "Not passed: on data that you have not seen, your function gave no usable answer.",
    "stopped": "Not passed: on data that you have not seen, it had to be stopped (time, memory or a crash).",
    "missing": "Not passed: a function that it needs is missing.",
    "uncarried": "Not decided by the machine: a person will look at it.",
}


def _case(case: Case, outcome: Outcome, lost: bool, policy: Policy) -> CaseResult:
    tell = not case.hidden or policy.hidden_feedback == "always"
    return CaseResult(
        name=case.name,
        hidden=case.hidden,
        points=case.points,
        earned=case.points if outcome.passed and not lost else 0.0,
        passed=outcome.passed,
        message=shorten(outcome.message or ("Passed." if outcome.passed else ""), cases.MESSAGE) if tell else _HIDDEN[outcome.kind],
        seconds=outcome.seconds,
    )
