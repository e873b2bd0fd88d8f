"""`python -m autograder grade`: a folder or zip of submissions in, grades, feedback and a gradebook out.

    intake.scan ─► workers, here or on a cluster (intake.load ─► judge in a sandbox) ─► results ─► gradebook ─► reports

Exit status: 0 all graded, 3 some need a human (they are listed), 2 bad usage, 1 the grader itself failed.
"""

import argparse
import bisect
import contextlib
import dataclasses
import datetime
import logging
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from autograder import cluster, foreign, formgrader, gradebook, intake, late, lint, results, sandbox
from autograder.assignment import Assignment, all_slugs, load
from autograder.errors import CourseError
from autograder.intake import HandIn
from autograder.packed import Packed
from autograder.pool import Outcome, Pool, Settings

if TYPE_CHECKING:
    from autograder.reports import items

SAMPLE, SAMPLE_OUT, SAMPLE_SIZE = Path("sample-class"), Path("graded"), 60
PLAIN_SECONDS = 5.0
"""Between two lines of progress where there is no terminal."""
SHOWN = 20
"""Lines of each list in the summary; the report has all."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("places", nargs="*", type=Path, metavar="SUBMISSIONS OUT", help="may stand without the names of their options")
    parser.add_argument("--assignment", metavar="SLUG", help="which assignment, for example kmeans")
    parser.add_argument("--autograder", type=Path, metavar="ZIP", help="instead: the autograder zip that `otter assign` made of any assignment")
    parser.add_argument("--submissions", type=Path, metavar="PATH", help="a folder, a zip or one notebook")
    parser.add_argument("--out", type=Path, default=SAMPLE_OUT, metavar="FOLDER", help="for the results (default: %(default)s)")
    parser.add_argument("--jobs", type=_positive, default=os.cpu_count(), metavar="N", help="worker processes (default: %(default)s)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="grade on the workers of a Dask cluster instead: tcp://host:8786 or tls://host:8786")
    parser.add_argument("--feedback", type=_feedback, default="never", metavar="WHEN",
                        help="tell students why hidden tests failed: never, always, or after a date as 2026-01-31 (default: never)")
    late.configure(parser)
    limits = parser.add_argument_group("limits on a student's code (defaults in brackets)")
    for limit in dataclasses.fields(sandbox.Limits):
        option = f"--limit-{limit.name.replace('_', '-')}"
        limits.add_argument(option, type=_positive_as(type(limit.default)), metavar="N", help=f"[{limit.default}]")
    parser.epilog = "Without arguments a sample class of 60 is made and graded into ./graded."


def _positive(text: str) -> int:
    return _positive_as(int)(text)


def _positive_as(kind: type) -> "type":
    def number(text: str) -> float:
        value = kind(text)
        if not 0 < value < 1e15:
            raise ValueError
        return value

    number.__name__ = "positive number"  # argparse: "invalid positive number value: '-1'"
    return number


def _feedback(text: str) -> str:
    """`never` or `always`; a date means never until that day has begun here, always from then on."""
    if text in ("never", "always"):
        return text
    try:
        day = datetime.date.fromisoformat(text.removeprefix("after-"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is neither never, always nor a date as 2026-01-31") from None
    return "always" if datetime.date.today() >= day else "never"


def run(args: argparse.Namespace) -> int:
    """Grade, store, report, and say what needs a human."""
    _take_places(args)
    if args.scheduler is not None:
        cluster.check_address(args.scheduler)
    package = _package(args)
    if args.submissions is None:
        args.assignment, args.submissions = _sample_class(args.assignment)
    if args.assignment is None and package is None:
        raise CourseError(f"say which assignment was handed in: --assignment {'|'.join(all_slugs()) or 'SLUG'}, or --autograder ZIP")
    assignment = None if package else load(args.assignment)
    _check_apart(args.submissions, args.out)
    hand_ins = intake.scan(args.submissions, package.slug if package else assignment.slug)
    chosen = {f.name: v for f in dataclasses.fields(sandbox.Limits) if (v := getattr(args, f"limit_{f.name}")) is not None}
    with results.locked(args.out), _temporary_files_in(args.out / results.CACHE):
        _check_assignment(args.out, package or assignment)
        policy = late.choose(args.out, args.due, args.late)
        if package:
            assignment = foreign.unpack(package, args.out)
            print(lint.forecast(assignment, args.autograder), flush=True)
        settings = Settings(assignment.slug, args.out.resolve(), chosen, args.feedback, package and assignment.path)
        seconds = sandbox.Limits(**chosen).submission_seconds
        if args.scheduler:
            workers = cluster.Cluster(args.scheduler, settings, assignment, package, seconds)
        else:
            workers = Pool(settings, min(args.jobs, len(hand_ins)), seconds)
        with ThreadPoolExecutor(1) as meanwhile:
            prepared = meanwhile.submit(_prepare, args.out)
            tally = _grade(hand_ins, settings, workers)
            prepared.result()
        hand_ins.clear()  # publishing needs the memory
        late.keep(args.out, policy)
        survey = _publish(args.out, assignment, tally, args.feedback)
    print(summary(args.out, assignment, tally, survey))
    return tally.exit_status


def _take_places(args: argparse.Namespace) -> None:
    if len(args.places) > 2 or (args.places and args.submissions):
        raise CourseError("give the submissions once and OUT once: `grade --assignment SLUG SUBMISSIONS OUT`")
    for name, place in zip(("submissions", "out"), args.places, strict=False):
        setattr(args, name, place)


def _package(args: argparse.Namespace) -> foreign.Package | None:
    if args.autograder is None:
        return None
    if args.assignment or args.submissions is None:
        raise CourseError("--autograder stands instead of --assignment, and needs --submissions")
    if args.autograder.resolve().is_relative_to(args.submissions.resolve()):
        raise CourseError(f"{args.autograder}: lies among the submissions; move it out of {args.submissions}")
    return foreign.read(args.autograder)


def _sample_class(slug: str | None) -> tuple[str, Path]:
    """A class to try the grader on, made where there is none yet."""
    from autograder import sample_class

    slug = slug or "kmeans"
    folder = SAMPLE / "submissions"
    if not folder.is_dir():
        print(f"making a sample class of {SAMPLE_SIZE} in ./{SAMPLE}", flush=True)
        sample_class.write(load(slug), SAMPLE, SAMPLE_SIZE, seed=0)
    return slug, folder


def _check_apart(submissions: Path, out: Path) -> None:
    """Results among the submissions would be graded next time; submissions under OUT could be overwritten."""
    inside, outside = out.resolve(), submissions.resolve()
    if inside == outside or inside in outside.parents or outside in inside.parents:
        raise CourseError(f"{out}: OUT and the submissions must not lie in one another; choose another OUT")
    if out.exists() and not out.is_dir():
        raise CourseError(f"{out}: is a file; OUT must be a folder")


def _check_assignment(out: Path, assignment: Assignment | foreign.Package) -> None:
    """One OUT holds one assignment: the results of another would be overwritten student by student."""
    first = next(iter(sorted((out / "results").glob("*.json"))), None)
    stored = results.load(first) if first else None
    if stored and stored.assignment != assignment.slug:
        raise CourseError(f"{out}: holds results of {stored.assignment}; choose another OUT for {assignment.slug}")
    if stored and (foreign.kept(out) is not None) != isinstance(assignment, foreign.Package):
        raise CourseError(f"{out}: holds results of another {assignment.slug}, of this course or of a zip; choose another OUT")


# ----------------------------------------------------------------------------------------- the batch


@dataclass
class First:
    """The first `SHOWN` of many entries, sorted, and how many there are."""

    n: int = 0
    entries: list[tuple[str, ...]] = field(default_factory=list)

    def add(self, *entry: str) -> None:
        self.n += 1
        bisect.insort(self.entries, entry)
        del self.entries[SHOWN:]


@dataclass
class Tally:
    """What is kept of the batch while it runs: numbers, the first few of each list, and where in a file the code of each waits."""

    total: int
    statuses: Counter = field(default_factory=Counter)
    fresh: int = 0
    points: float = 0.0
    """Of all who were graded."""
    problems: First = field(default_factory=First)
    """Student, file, reason: what needs a human, or another run."""
    moved: First = field(default_factory=First)
    """Student, and how the score moved."""
    code: Packed = field(default_factory=Packed)
    started: float = field(default_factory=time.monotonic)
    seconds: float = 0.0

    def add(self, outcome: Outcome) -> None:
        result = outcome.result
        self.statuses[result.status] += 1
        self.fresh += outcome.fresh
        self.code[result.file] = outcome.code
        if result.status == "graded":
            self.points += result.score
        else:
            self.problems.add(result.student, result.file, result.problem or "no reason was given")
        if move := results.moved(outcome.before, result):
            self.moved.add(move.student, f"{move.before:g} → {move.after:g} ({', '.join(move.because)} changed)")

    @property
    def done(self) -> int:
        return self.statuses.total()

    @property
    def exit_status(self) -> int:
        if self.statuses["infrastructure-error"]:
            return 1
        return 3 if self.statuses["needs-human"] else 0

    def __str__(self) -> str:
        graded, human, failed = (self.statuses[status] for status in ("graded", "needs-human", "infrastructure-error"))
        words = [f"{graded} graded" + (f", mean {self.points / graded:.1f}" if graded else "")]
        words += [f"{human} for a human"] if human else []
        words += [f"{failed} failed"] if failed else []
        words += [f"{self.done - self.fresh} unchanged"] if self.done > self.fresh else []
        return ", ".join(words)


def _work_changed(outcome: Outcome) -> bool:
    """Whether the student's own work is another one than before; a human's score for it needs another look."""
    before = outcome.before
    return before is not None and before.digests.get("submission") != outcome.result.digests.get("submission")


def _grade(hand_ins: list[HandIn], settings: Settings, workers: Pool | cluster.Cluster) -> Tally:
    """Grade everything that has changed; each result is on the disk before the next one is counted."""
    tally = Tally(len(hand_ins))
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # a polite kill is as clean as Ctrl-C
    try:
        with _progress(tally) as shown, workers:
            for outcome in workers.run(hand_ins):
                if outcome.fresh and _work_changed(outcome):
                    results.note_changed(settings.out, outcome.result.student)
                if outcome.fresh or outcome.result != outcome.before:
                    results.write(settings.out, outcome.result)
                tally.add(outcome)
                shown.update()
    finally:
        signal.signal(signal.SIGTERM, before)
        tally.seconds = time.monotonic() - tally.started
    return tally


@contextlib.contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    """Nothing outside OUT is written, not even by a library, and what a kill leaves the next run sweeps away."""
    folder.mkdir(exist_ok=True)
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


def _prepare(out: Path) -> None:
    """What publishing needs and takes seconds to load: done while the workers grade and this process waits for them."""
    os.environ.setdefault("MPLCONFIGDIR", str(out.resolve() / results.CACHE))  # Matplotlib's list of fonts: nothing outside OUT
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # on a slow machine it says that it makes that list
    import copydetect  # noqa: F401

    from autograder import reports  # noqa: F401

    gradebook.prepare(out)


def _publish(out: Path, assignment: Assignment, tally: Tally, hidden_feedback: str) -> "items.Survey":
    """Gradebook, reports and tables of everything in OUT; returns what they say of the class, human scores included."""
    from autograder import reports

    stored = results.stored(out)
    gradebook.update(out, assignment, stored, results.changed(out))
    results.forget_changed(out)
    formgrader.write_course(out, assignment)
    return reports.build(out, assignment, late.counted(out, assignment, stored), tally.code, hidden_feedback=hidden_feedback)


# ------------------------------------------------------------------------------------------ for people


def _progress(tally: Tally) -> "_Bar | _Lines":
    return _Bar(tally) if sys.stdout.isatty() else _Lines(tally)


class _Bar:
    """A bar with rate, remaining time and running tallies, on a terminal."""

    def __init__(self, tally: Tally):
        self.tally = tally
        columns = (TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
                   TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(), TextColumn("{task.fields[words]}"))  # fmt: skip
        self.progress = Progress(*columns, console=Console(highlight=False))

    def __enter__(self) -> "_Bar":
        self.progress.start()
        self.task = self.progress.add_task("", total=self.tally.total, rate="", words="starting the sandboxes")
        return self

    def update(self) -> None:
        self.progress.update(self.task, completed=self.tally.done, rate=_rate(self.tally), words=str(self.tally))

    def __exit__(self, *_: object) -> None:
        self.progress.stop()


class _Lines:
    """A line now and then, where the output is a file or a pipe."""

    def __init__(self, tally: Tally):
        self.tally, self.said = tally, time.monotonic()

    def __enter__(self) -> "_Lines":
        return self

    def update(self) -> None:
        now = time.monotonic()
        if now - self.said >= PLAIN_SECONDS and self.tally.done < self.tally.total:
            self.said = now
            print(f"{self.tally.done}/{self.tally.total} ({_rate(self.tally)}, about {_left(self.tally)} left): {self.tally}", flush=True)

    def __exit__(self, *_: object) -> None:
        return None


def _rate(tally: Tally) -> str:
    return f"{tally.done / max(time.monotonic() - tally.started, 1e-9):.1f}/s"


def _left(tally: Tally) -> str:
    seconds = (time.monotonic() - tally.started) / max(tally.done, 1) * (tally.total - tally.done)
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def summary(out: Path, assignment: Assignment, tally: Tally, survey: "items.Survey") -> str:
    """What an instructor wants to know when the batch is done, and where to look."""
    lines = [f"{assignment.slug}: {tally.total} submissions in {tally.seconds:.1f} s: {tally}, of {assignment.points:g} points"]
    lines += _list("Scores that moved:", tally.moved)
    human = tally.statuses["needs-human"]
    failed = tally.statuses["infrastructure-error"]
    title = f"{human} need a human" + (f", {failed} failed in the grader (run it again)" if failed else "") + ":"
    lines += _list(title, tally.problems)
    if survey.waiting:
        lines.append(f"{survey.waiting} written answers wait to be read: `make formgrader OUT={out}`")
    lines += _lateness(survey.late)
    others = survey.n - tally.total
    if others > 0:
        lines.append(f"{others} results of earlier runs, not among these submissions, are kept in {out / 'results'}")
    lines.append(f"Report: {out / 'report' / 'index.html'}   Grades: {out / 'grades.csv'}")
    return "\n".join(lines)


def _lateness(late: "items.Lateness") -> list[str]:
    """One line about those who came late; none where nothing was due."""
    if late.due is None:
        return []
    unknown = f"; {late.unknown} without a time stamp, nothing deducted" if late.unknown else ""
    return [f"{late.n} came late, {late.penalties:g} points deducted{unknown}"]


def _list(title: str, first: First) -> list[str]:
    more = [f"  … and {first.n - SHOWN} more, see the report"] if first.n > SHOWN else []
    return [title, *(f"  {_printable(f'{student}: {words}')}" for student, *_, words in first.entries), *more] if first.n else []


def _printable(text: str) -> str:
    """One line without control characters: names of files come from students, and a terminal obeys what it prints."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)
