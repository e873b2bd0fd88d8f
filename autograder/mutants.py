"""Would the tests notice a small slip? Each reference is changed in one place, again and again; every such mutant must fail.

mutmut makes the mutants (a plus becomes a minus, an argument None, a bound one more). One that the tests let pass is either a
hole in the tests, or an equivalent: another program that answers just as rightly. Equivalents are listed with their
reason in `solutions/equivalents/<slug>.toml`, those of all assignments in `common.toml`:

    [[mutant]]
    function = "kmeans"         # in common.toml left out
    was = "part of the line as it stands in the reference"
    now = "what mutmut made of this part"
    reason = "why a student who wrote it would be right, too"
"""

import argparse
import contextlib
import dataclasses
import difflib
import json
import multiprocessing
import os
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import libcst
from libcst import matchers

from autograder import audit
from autograder.assignment import ROOT, Assignment, Question, all_slugs, given_code, load
from autograder.errors import CourseError, GraderFailure

SEEDS, SECONDS = 2, 60.0
LEAST = 0.95
"""Share of the mutants, equivalents aside, that must fail."""
WORDS = "only the words of an error message differ"


@dataclass(frozen=True)
class Mutant:
    """One changed program: the module's whole source, and the line that tells it from the reference."""

    function: str
    was: str
    now: str
    source: str
    words: bool
    """The change lies in the message of an exception, which no test reads."""

    def __str__(self) -> str:
        return f"{self.function}: `{self.was}` → `{self.now}`"


@dataclass(frozen=True)
class Equivalent:
    """A change that leaves a program right, and why."""

    was: str
    now: str
    reason: str
    function: str | None = None

    def fits(self, mutant: Mutant) -> bool:
        if self.function not in (None, mutant.function):
            return False
        parts = mutant.was.split(self.was)
        changed = (self.was.join(parts[:i]) + self.now + self.was.join(parts[i:]) for i in range(1, len(parts)))
        return mutant.now in changed


@dataclass(frozen=True)
class Count:
    """What became of the mutants of one question."""

    question: str
    function: str
    mutants: int
    killed: int
    equivalent: int
    survivors: tuple[str, ...]

    @property
    def share(self) -> float:
        """Of those that are no equivalents, how many fail."""
        rest = self.mutants - self.equivalent
        return self.killed / rest if rest else 1.0


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("slugs", nargs="*", metavar="SLUG", help="assignments to try (default: all)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the table to this file")


def run(args: argparse.Namespace) -> int:
    """Show a table an assignment, and every mutant that got away. Exit status 1 when too many did, or the list is stale."""
    if args.json and not args.json.parent.is_dir():
        raise CourseError(f"--json {args.json}: there is no folder {args.json.parent}")
    found = {slug: trial(load(slug)) for slug in args.slugs or all_slugs()}
    problems = [problem for slug, (counts, stale) in found.items() for problem in (*show(slug, counts), *stale)]
    for problem in problems:
        print(f"✗ {problem}")
    if args.json:
        rows = {slug: [dataclasses.asdict(count) for count in counts] for slug, (counts, _) in found.items()}
        args.json.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    return int(bool(problems))


def trial(assignment: Assignment) -> tuple[list[Count], list[str]]:
    """The counts by question, and entries of the list of equivalents that fit no mutant which got away."""
    known, common = equivalents(assignment.slug), equivalents("common")
    mutants = [(q, m) for q in assignment.questions if q.function for m in of_function(assignment, q.function)]
    multiprocessing.get_context("forkserver").set_forkserver_preload([*audit.WARM, *audit.imports(assignment)])
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        killed = list(pool.map(lambda pair: is_killed(assignment, *pair), mutants))
    alive = [m for (_, m), dead in zip(mutants, killed, strict=True) if not dead]
    counts = []
    for question in (q for q in assignment.questions if q.function):
        mine = [m for q, m in mutants if q.id == question.id]
        passing = [m for m in mine if m in alive]
        survivors = [str(m) for m in passing if not m.words and not any(e.fits(m) for e in (*known, *common))]
        equivalent = len(passing) - len(survivors)
        counts.append(Count(question.id, question.function, len(mine), len(mine) - len(passing), equivalent, tuple(survivors)))
    path = f"solutions/equivalents/{assignment.slug}.toml"
    stale = [f"{path}: {e.function}: `{e.was}` → `{e.now}` fits no mutant that passes" for e in known if not any(e.fits(m) for m in alive)]
    return counts, stale


def equivalents(name: str) -> list[Equivalent]:
    """The entries of one list. Raises CourseError naming the file when one is not whole."""
    path = ROOT / "solutions" / "equivalents" / f"{name}.toml"
    if not path.exists():
        return []
    try:
        return [Equivalent(**entry) for entry in tomllib.loads(path.read_text("utf-8"))["mutant"]]
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise CourseError(f"{path}: each [[mutant]] needs function, was, now and reason ({error})") from None


def of_function(assignment: Assignment, function: str) -> Iterator[Mutant]:
    """Every mutant of a reference function, and of the helpers that no other question calls before it; code that students are given is none."""
    from mutmut.mutation.file_mutation import create_mutations

    source, given = assignment.solution_path.read_text("utf-8"), given_code(assignment)
    module, mutations, *_ = create_mutations(str(assignment.solution_path), source)
    for mutation in mutations:
        inside = mutation.contained_by_top_level_function
        if inside is None or f"def {inside.name.value}(" in given or _owner(assignment, source, inside.name.value) != function:
            continue
        changed = module.deep_replace(mutation.original_node, mutation.mutated_node).code
        was, now = _difference(source, changed)
        yield Mutant(inside.name.value, was, now, changed, _in_raise(module, mutation.original_node))


def _owner(assignment: Assignment, source: str, name: str) -> str | None:
    """The question's function under whose tests a change in `name` falls: itself, or the first that mentions the helper."""
    functions = {q.function for q in assignment.questions if q.function}
    if name in functions:
        return name
    users = {}
    for node in libcst.parse_module(source).body:
        if isinstance(node, libcst.FunctionDef):
            users[node.name.value] = libcst.Module([node]).code
    callers = [other for other, text in users.items() if other != name and f"{name}(" in text]
    return next((owner for other in callers if (owner := _owner(assignment, source, other))), None)


def _in_raise(module: libcst.Module, node: libcst.CSTNode) -> bool:
    """Whether the node lies in a `raise` statement."""

    return any(part is node for raised in matchers.findall(module, matchers.Raise()) for part in _all(raised))


def _all(node: libcst.CSTNode) -> Iterator[libcst.CSTNode]:
    yield node
    for child in node.children:
        yield from _all(child)


def _difference(before: str, after: str) -> tuple[str, str]:
    """The lines that differ, stripped."""
    lines = [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[:2] in ("- ", "+ ")]
    was, now = (" ".join(line[2:].strip() for line in lines if line[0] == sign) for sign in "-+")
    return was, now


# ------------------------------------------------------------------------------------------------ one mutant


def is_killed(assignment: Assignment, question: Question, mutant: Mutant) -> bool:
    """Whether the question's tests fail it under every draw of fresh data. A mutant that hangs or dies is killed, too."""
    context = multiprocessing.get_context("forkserver")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(question, mutant, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        answer = ours.recv() if ours.poll(SECONDS) else True
    except EOFError:
        answer = True
    finally:
        process.kill()
        process.join()
        ours.close()
    if isinstance(answer, str):
        raise GraderFailure(f"{mutant}: {answer}")
    return answer


def _work(question: Question, mutant: Mutant, pipe) -> None:
    from otter.test_files import ExceptionTestFile

    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
        try:
            tests = ExceptionTestFile.from_file(str(question.test_path))
        except Exception as error:
            pipe.send(f"its tests cannot be read ({error})")
            return
        environment: dict = {}
        try:
            exec(compile(mutant.source, "<mutant>", "exec"), environment)
        except Exception:
            pipe.send(True)
            return
        pipe.send(all(_fails(tests, environment, seed) for seed in range(SEEDS)))


def _fails(tests, environment: dict, seed: int) -> bool:
    with audit.fresh_data(seed):
        tests.run(dict(environment))
    return not all(result.passed for result in tests.test_case_results)


def show(slug: str, counts: list[Count]) -> list[str]:
    """Print the table; returns the questions whose tests let too many pass."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{slug}: mutants of the references", title_justify="left")
    for name in ("question", "function"):
        table.add_column(name, no_wrap=True)
    for name in ("mutants", "fail", "equivalent", "of the rest fail"):
        table.add_column(name, justify="right")
    for count in counts:
        table.add_row(count.question, count.function, *map(str, (count.mutants, count.killed, count.equivalent)), f"{100 * count.share:.0f} %")
    Console().print(table)
    for count in counts:
        for survivor in count.survivors:
            print(f"  passes: {survivor}")
    return [f"{slug}, {c.question}: {100 * c.share:.0f} % of the mutants fail; at least {100 * LEAST:.0f} % must" for c in counts if c.share < LEAST]
