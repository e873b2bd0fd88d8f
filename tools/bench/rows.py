"""What a measurement comes to, and the few helpers that every section needs."""

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "dist"
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}


class Missing(Exception):
    """Something must be made or installed first; the message is one line that says what to do."""


class Failed(Exception):
    """A measurement could not be taken; the message is for a person."""


@dataclass(frozen=True)
class Row:
    """One figure; `ratio` is how many times faster or smaller ours is than the peer."""

    name: str
    ours: float
    peer: float | None
    ratio: float | None
    unit: str
    runs: int
    goal: str = ""
    met: bool | None = None


def row(
    name: str,
    ours: Sequence[float],
    unit: str,
    peer: Sequence[float] | None = None,
    *,
    at_most: float | None = None,
    at_least: float | None = None,
    ratio_at_least: float | None = None,
) -> Row:
    """Medians over the runs, the median of the ratios taken run by run, and whether the goal is met."""
    mine = statistics.median(ours)
    theirs = statistics.median(peer) if peer else None
    ratio = ratio_of(ours, peer) if peer else None
    goal, met = "", None
    if ratio_at_least is not None:
        goal, met = f"ratio ≥ {ratio_at_least:g}", ratio is not None and ratio >= ratio_at_least
    elif at_most is not None:
        goal, met = f"≤ {at_most:g}", mine <= at_most
    elif at_least is not None:
        goal, met = f"≥ {at_least:g}", mine >= at_least
    return Row(name, mine, theirs, ratio, unit, len(ours), goal, met)


def ratio_of(ours: Sequence[float], peer: Sequence[float]) -> float:
    """The median of peer / ours, run by run. Raises ValueError when the runs do not pair up."""
    return statistics.median(p / o if o else float("inf") for o, p in zip(ours, peer, strict=True))


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values do not exceed. Raises ValueError without values."""
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def machine_seconds() -> float:
    """Processor time that this machine has spent on anything since it started, in seconds.

    What a process and its children have used would leave the sandboxes out: nobody waits for those that are killed.
    """
    user, nice, system, _idle, _wait, irq, softirq = map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:8])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def in_turn(ours: Callable[[], object], peer: Callable[[], object], runs: int) -> tuple[list[float], list[float]]:
    """Seconds of each, one after the other, again and again; a first call of each warms up and does not count."""
    ours(), peer()
    pairs = [(seconds(ours), seconds(peer)) for _ in range(runs)]
    return [mine for mine, _ in pairs], [theirs for _, theirs in pairs]


def run(*command: object, cwd: Path, expect: Sequence[int] = (0,), env: dict | None = None) -> str:
    """Run quietly and return what was printed. Raises Failed with the end of the output when it ends otherwise than expected."""
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, env=env or ENVIRONMENT)
    if done.returncode not in expect:
        raise Failed(f"{' '.join(words)} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-2000:]}")
    return done.stdout


def need(path: Path, command: str) -> None:
    """Raise Missing, with the command that makes it, unless `path` is there."""
    if not path.exists():
        raise Missing(f"{path.relative_to(ROOT)} is missing: run `{command}` first")
