"""From 10 to 10,000 honest submissions, of which no two are the same: what does one more cost, and what does it keep in memory?

The start (processes, imports, an empty gradebook, the page of the class) costs the same for every class. So the cost of one more
submission is what a class takes beyond the next smaller one, divided by how many more it has: by the clock, times the workers, and
in processor time of the whole machine, which has to be quiet.
"""

import json
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tools.bench.papers import SLUG, write_class
from tools.bench.rows import DIST, ROOT, Row, machine_seconds, need, row, run

JOBS = os.cpu_count() or 1
SIZES, FULL = (10, 100, 1000), 10_000
TURNS = 3
"""Everything but the largest class is graded so often, small classes three times in each turn: they are over too soon to be measured
once, and a machine is not as fast now as it was ten minutes ago."""
TOLERANCE = 1.1
PICTURE = DIST / "bench-scaling.svg"


@dataclass(frozen=True)
class Graded:
    """What the runs of the grader on one class showed: medians. Times in seconds, memory in MB."""

    size: int
    total: float
    processor: float
    main_mb: float
    worker_mb: float
    load: float
    gradebook: float
    reports: float
    similarity: float

    def cost(self, smaller: "Graded", of: str) -> float:
        """What one more submission than in a smaller class adds to `total` or `processor`."""
        return (getattr(self, of) - getattr(smaller, of)) / (self.size - smaller.size)


PARTS = {"load": "reading the results", "gradebook": "gradebook", "similarity": "comparison of submissions", "reports": "reports, comparison included"}


def rows(full: bool = False) -> Iterator[Row]:
    """The curve, the classes of 1,000 and more by the clock, and these again with nothing changed."""
    need(DIST / SLUG / "student", "make release")
    resumed = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        work, sizes = Path(name), (*SIZES, *([FULL] if full else []))
        for size in (1, *sizes):
            write_class(work / f"class{size}", size)
        grade(work, 1, 0)  # what only the first run pays: files that are not in the system's cache, modules that are not compiled
        runs = {size: [] for size in sizes}
        for size in order(full):
            runs[size].append(grade(work, size, len(runs[size])))
        curve = [medians(size, runs[size]) for size in sizes]
        for size in (size for size in sizes if size >= 1000):
            resumed[size] = grade(work, size, 0)["total"]
    yield row(f"class of {curve[0].size}, from the command to the report", [curve[0].total], "s")
    steps = list(pairwise(curve))
    clock = [JOBS * larger.cost(smaller, "total") for smaller, larger in steps]
    processor = [larger.cost(smaller, "processor") for smaller, larger in steps]
    for (smaller, larger), by_clock, by_processor in zip(steps, clock, processor, strict=True):
        name = f"from {smaller.size:,} to {larger.size:,}: one more submission"
        yield row(name, [by_clock], "s, by the clock, times workers")
        yield row(name, [by_processor], "s of processor time")
    yield row("dearest over cheapest step, by the clock", [max(clock) / min(clock)], "times", at_most=TOLERANCE)
    yield row("dearest over cheapest step, processor time", [max(processor) / min(processor)], "times", at_most=TOLERANCE)
    for graded in curve:
        yield row(f"class of {graded.size:,}: main process", [graded.main_mb], "MB at most")
        yield row(f"class of {graded.size:,}: a worker", [graded.worker_mb], "MB at most")
    yield row("a worker's memory, largest class over class of 100", [curve[-1].worker_mb / curve[1].worker_mb], "times", at_most=TOLERANCE)
    yield row("main process's memory, largest class over class of 100", [curve[-1].main_mb / curve[1].main_mb], "times", at_most=TOLERANCE)
    for graded in (g for g in curve if g.size in resumed):
        name = f"class of {graded.size:,}, {JOBS} workers"
        yield row(f"{name}: from the command to the report", [graded.total], "s")
        for part, title in PARTS.items():
            yield row(f"{name}: of these, {title}", [getattr(graded, part)], "s")
        yield row(f"{name}: again, nothing changed", [resumed[graded.size]], "s")
    draw(curve, clock, processor)


def order(full: bool) -> list[int]:
    """Which class is graded when: every turn has all sizes, and the largest class is in the middle."""
    small, large = SIZES[:-1] * 3, SIZES[-1:]
    turns = [[*small, *large] for _ in range(TURNS)]
    if full:
        turns[TURNS // 2].append(FULL)
    return [size for turn in turns for size in turn]


def grade(work: Path, size: int, turn: int) -> dict:
    """One run of our command, with a clock at its stages."""
    said = work / "stages.json"
    command = ["grade", "--assignment", SLUG, "--jobs", JOBS, "--submissions", work / f"class{size}", "--out", work / f"graded{size}-{turn}"]
    before = machine_seconds()
    run(sys.executable, "-m", "tools.bench.staged", said, *command, cwd=ROOT)
    return json.loads(said.read_text(encoding="utf-8")) | {"processor": machine_seconds() - before}


def medians(size: int, runs: Sequence[dict]) -> Graded:
    """The runs of one class, summed up."""
    names = ("total", "processor", "main_mb", "worker_mb", *PARTS)
    return Graded(size, **{name: statistics.median(found[name] for found in runs) for name in names})


def draw(curve: Sequence[Graded], clock: Sequence[float], processor: Sequence[float]) -> None:
    """The curve as a picture: cost (each step at its larger class) and memory against the size of the class."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    sizes = [graded.size for graded in curve]
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    left.plot(sizes[1:], [1000 * value for value in clock], "o-", label="by the clock, times workers")
    left.plot(sizes[1:], [1000 * value for value in processor], "s--", label="processor time")
    left.set(ylim=(0, 1300 * max(*clock, *processor)), ylabel="ms", title="Cost of one more submission")
    right.plot(sizes, [graded.main_mb for graded in curve], "o-", label="main process")
    right.plot(sizes, [graded.worker_mb for graded in curve], "s--", label="a worker")
    right.set(ylim=(0, 1.3 * max(graded.main_mb for graded in curve)), ylabel="MB at most", title="Memory")
    for axes in (left, right):
        axes.set(xscale="log", xlabel="submissions")
        axes.legend(frameon=False, loc="upper left")
    PICTURE.parent.mkdir(exist_ok=True)
    figure.savefig(PICTURE)
    plt.close(figure)
