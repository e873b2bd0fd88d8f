"""How good are the tests? They must fail every misconception, pass every alternative, give the stub 0 and the reference all.

Each version of a function runs through otter's own test file in a process of its own, with a time limit (a misconception
may loop for ever), over several seeds: unseeded `default_rng()` in a test then gives other data each time.
"""

import argparse
import ast
import contextlib
import dataclasses
import importlib
import json
import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from autograder import leaks, stubs
from autograder.assignment import Assignment, all_slugs, load
from autograder.errors import CourseError, GraderFailure
from solutions.variants import load_variants

LEAST_MISCONCEPTIONS = 4
LEAST_ALTERNATIVES = 3
SEEDS = 5
SECONDS = 60.0
"""Time that one version may take over all seeds."""
FOLDERS = {"misconception": "misconceptions", "alternative": "alternatives"}
WARM = ("autograder.audit", "otter.test_files", "numpy")
"""Imported once, with what the tests import, by the server that the processes are forked from."""

Kind = Literal["reference", "stub", "misconception", "alternative"]


@dataclass(frozen=True)
class Task:
    """One version of one function, by where it is found: a process of its own loads and runs it."""

    slug: str
    question: str
    kind: Kind
    name: str
    index: int = 0
    """Its place among the variants of its kind."""


@dataclass(frozen=True)
class Run:
    """The outcome of one version under one seed."""

    points: float
    failed: tuple[str, ...]
    """Names of the cases that failed."""
    message: str
    """What the first failing case said."""


@dataclass(frozen=True)
class Verdict:
    task: Task
    right: bool
    """It did what its kind must do: full points, none, or less than all, under every seed."""
    detail: str
    """What was seen, for a person."""


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    question: str
    function: str
    misconceptions: tuple[int, int]
    """How many fail as they must, of how many."""
    alternatives: tuple[int, int]
    stub: float
    reference: float
    points: float


@dataclass(frozen=True)
class Audit:
    slug: str
    seeds: int
    rows: tuple[Row, ...]
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.problems


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("slugs", nargs="*", metavar="SLUG", help="assignments to audit (default: all)")
    parser.add_argument("--seeds", type=int, default=SEEDS, help=f"how many times fresh data are drawn (default: {SEEDS})")
    parser.add_argument("--seconds", type=float, default=SECONDS, help=f"time limit for one version (default: {SECONDS:g})")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the table to this file")


def run(args: argparse.Namespace) -> int:
    """Show one table an assignment and name every problem. Exit status 1 when there is any."""
    if args.seeds < 1:
        raise CourseError(f"--seeds {args.seeds}: at least one set of data must be drawn")
    if args.json and not args.json.parent.is_dir():
        raise CourseError(f"--json {args.json}: there is no folder {args.json.parent}")
    audits = [audit(slug, args.seeds, args.seconds) for slug in args.slugs or all_slugs()]
    for one in audits:
        show(one)
    if args.json:
        args.json.write_text(json.dumps([dataclasses.asdict(a) | {"ok": a.ok} for a in audits], indent=1) + "\n", "utf-8")
    return int(not all(one.ok for one in audits))


def audit(slug: str, seeds: int = SEEDS, seconds: float = SECONDS) -> Audit:
    """Run every version of every function of the assignment against its tests."""
    assignment = load(slug)
    tasks = list(_tasks(assignment))
    multiprocessing.get_context("forkserver").set_forkserver_preload([*WARM, *imports(assignment)])
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        outcomes = list(pool.map(lambda task: _in_own_process(assignment, task, seeds, seconds), tasks))
    points = {q.id: q.points for q in assignment.questions}
    verdicts = [verdict(task, runs, points[task.question]) for task, runs in zip(tasks, outcomes, strict=True)]
    scores = {(t.question, t.kind): runs for t, runs in zip(tasks, outcomes, strict=True) if t.kind in ("stub", "reference")}
    rows = tuple(_row(q, verdicts, scores) for q in assignment.questions if q.function)
    problems = [f"{v.task.question}, {v.task.kind} “{v.task.name}”: {v.detail}" for v in verdicts if not v.right]
    return Audit(slug, seeds, rows, (*problems, *_counts(rows), *_hints(assignment)))


def _tasks(assignment: Assignment) -> Iterator[Task]:
    known = {q.id for q in assignment.questions if q.function}
    for question in sorted(known):
        yield Task(assignment.slug, question, "reference", "the reference")
        yield Task(assignment.slug, question, "stub", "the untouched stub")
    for kind, folder in FOLDERS.items():
        for index, variant in enumerate(_variants(assignment, folder)):
            if variant.question not in known:
                raise CourseError(f"solutions/{folder}/{assignment.slug}.py: “{variant.name}” is for {variant.question}, which is no question")
            yield Task(assignment.slug, variant.question, kind, variant.name, index)


def imports(assignment: Assignment) -> set[str]:
    """The modules that the tests import, and those that hold the versions."""
    nodes = [node for q in assignment.questions for c in q.cases for node in ast.walk(ast.parse(c.source))]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {f"solutions.{part}{assignment.slug}" for part in ("", "misconceptions.", "alternatives.")}
    return names | {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}


def _variants(assignment: Assignment, folder: str) -> list:
    try:
        return load_variants(assignment.slug, folder)
    except ValueError as error:
        raise CourseError(str(error)) from error


def verdict(task: Task, runs: list[Run] | str, points: float) -> Verdict:
    """Whether a version did what its kind must do. `runs` is one a seed, or why there are none."""
    if isinstance(runs, str):
        return Verdict(task, task.kind == "misconception" and runs.startswith("took longer"), runs)
    full = [run.points == points for run in runs]
    worst = min(runs, key=lambda run: run.points)
    best = max(runs, key=lambda run: run.points)
    match task.kind:
        case "misconception" if any(full):
            return Verdict(task, False, f"passes everything under {sum(full)} of {len(runs)} seeds; add a case that tells it from the truth")
        case "stub" if best.points > 0:
            return Verdict(task, False, f"earns {best.points:g} points for nothing")
        case "reference" | "alternative" if not all(full):
            return Verdict(task, False, f"is right but fails {', '.join(worst.failed)} under {len(runs) - sum(full)} of {len(runs)} seeds: {worst.message}")
    return Verdict(task, True, ", ".join(worst.failed))


def _row(question, verdicts: list[Verdict], scores: dict) -> Row:
    def count(kind: Kind) -> tuple[int, int]:
        mine = [v.right for v in verdicts if v.task.question == question.id and v.task.kind == kind]
        return sum(mine), len(mine)

    stub, reference = (scores[question.id, kind] for kind in ("stub", "reference"))
    return Row(
        question.id, question.function, count("misconception"), count("alternative"),
        points=question.points,
        stub=0.0 if isinstance(stub, str) else max(run.points for run in stub),
        reference=0.0 if isinstance(reference, str) else min(run.points for run in reference),
    )  # fmt: skip


def _counts(rows: tuple[Row, ...]) -> Iterator[str]:
    for row in rows:
        for name, (_, total), least in (
            ("misconceptions", row.misconceptions, LEAST_MISCONCEPTIONS),
            ("alternatives", row.alternatives, LEAST_ALTERNATIVES),
        ):
            if total < least:
                yield f"{row.question}: {total} {name}; there must be at least {least}"


def _hints(assignment: Assignment) -> Iterator[str]:
    """Misconceptions without a hint, and hints that quote the solution."""
    secret = leaks.secrets(assignment)
    short = {leaks.squeezed(s): None for s in leaks.statements(assignment.solution_path.read_text("utf-8")) if len(s) >= 20}
    for variant in _variants(assignment, "misconceptions"):
        if not (variant.hint or "").strip():
            yield f"{variant.question}, misconception “{variant.name}”: has no hint"
        elif any(line in leaks.squeezed(variant.hint) for line in (*secret, *short)):
            yield f"{variant.question}, misconception “{variant.name}”: its hint gives away a line of the solution"


# ------------------------------------------------------------------------------------ one version's process


def _in_own_process(assignment: Assignment, task: Task, seeds: int, seconds: float) -> list[Run] | str:
    """The task's runs, or a sentence why there are none. Whatever the version does, its process is gone afterwards."""
    context = multiprocessing.get_context("forkserver")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(assignment, task, seeds, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(seconds):
            return f"took longer than {seconds:g} s"
        return ours.recv()
    except EOFError:
        process.join(5)
        return f"its process died (exit status {process.exitcode})"
    finally:
        process.kill()
        process.join()
        ours.close()


def _work(assignment: Assignment, task: Task, seeds: int, pipe) -> None:
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
        try:
            answer = [run_once(assignment, task, seed) for seed in range(seeds)]
        except CourseError as error:
            answer = str(error)
    pipe.send(answer)


def run_once(assignment: Assignment, task: Task, seed: int) -> Run:
    """The version through otter's own test file, with the data that this seed draws."""
    from otter.test_files import ExceptionTestFile

    question = assignment.question(task.question)
    tests = ExceptionTestFile.from_file(str(question.test_path))
    with fresh_data(seed):
        tests.run(_environment(assignment, task))
    names = {result.test_case.name: case.name for result, case in zip(tests.test_case_results, question.cases, strict=True)}
    failed = [result for result in tests.test_case_results if not result.passed]
    message = " ".join(failed[0].message.split("\n")[-1].split())[:200] if failed else ""
    return Run(tests.score, tuple(names[r.test_case.name] for r in failed), message)


@contextlib.contextmanager
def fresh_data(seed: int) -> Iterator[None]:
    """Each unseeded `default_rng()` draws other data, and the same again under the same seed."""
    import numpy as np

    draws, original = np.random.SeedSequence(seed), np.random.default_rng
    np.random.default_rng = lambda given=None: original(draws.spawn(1)[0] if given is None else given)
    try:
        yield
    finally:
        np.random.default_rng = original


def _environment(assignment: Assignment, task: Task) -> dict:
    """What a student's notebook would hold: the reference's functions, this one replaced."""
    environment = dict(vars(importlib.import_module(f"solutions.{assignment.slug}")))
    question = assignment.question(task.question)
    if task.kind == "stub":
        exec(stubs.stub(assignment, question), environment)
    elif task.kind != "reference":
        environment[question.function] = _variants(assignment, FOLDERS[task.kind])[task.index].function
    if not callable(environment.get(question.function)):
        raise GraderFailure(f"{task.slug}: {question.function} is no function in {task.kind} “{task.name}”")
    return environment


# ------------------------------------------------------------------------------------------------- table


def show(one: Audit) -> None:
    """Print the table and the problems."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=f"{one.slug}: {one.seeds} draws of fresh data", title_justify="left")
    for name in ("question", "function"):
        table.add_column(name, no_wrap=True)
    for name in ("misconceptions that fail", "alternatives that pass", "stub", "reference"):
        table.add_column(name, justify="right")
    for row in one.rows:
        percent = f"{100 * row.reference / row.points:.0f} %" if row.points else "–"
        table.add_row(
            row.question, row.function, "{} of {}".format(*row.misconceptions), "{} of {}".format(*row.alternatives),
            f"{row.stub:g}", percent,
        )  # fmt: skip
    console = Console()
    console.print(table)
    for problem in one.problems:
        console.print(Text(f"✗ {problem}"), soft_wrap=True)
    if one.ok:
        console.print(Text("✓ every misconception fails, every alternative passes, the stub earns nothing, the reference all"), soft_wrap=True)
