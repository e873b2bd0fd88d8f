"""The same class graded by this machine's own workers and, through a scheduler, by as many workers of Dask on it, in turn.

What Dask costs is what there is to see: both use the same cores. Scheduler and workers run before the clock starts, as they would
for a class; each grade starts its sandboxes.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tools.bench.papers import SLUG, write_class
from tools.bench.rows import DIST, ENVIRONMENT, ROOT, Failed, Row, need, row, run, seconds

JOBS = os.cpu_count() or 1
SIZE, ROUNDS = 100, 3
PATIENCE = 60


def rows(full: bool = False) -> Iterator[Row]:
    """Both from the command to the report."""
    need(DIST / SLUG / "student", "make release")
    here, there = [], []
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        work = Path(name)
        write_class(work / "class", SIZE)
        with machines(work) as address:
            for turn in range(ROUNDS):
                there.append(grade(work, f"there{turn}", "--scheduler", address))
                here.append(grade(work, f"here{turn}", "--jobs", JOBS))
    yield row(f"class of {SIZE}, {JOBS} workers: over Dask, against this machine alone", there, "s", here)


def grade(work: Path, out: str, *options: object) -> float:
    """Seconds from the command to the report."""
    command = [sys.executable, "-m", "autograder", "grade", "--assignment", SLUG, *options, work / "class", work / out]
    return seconds(lambda: run(*command, cwd=ROOT))


@contextlib.contextmanager
def machines(work: Path) -> Iterator[str]:
    """The address of a scheduler with `JOBS` workers. Raises Failed when they do not come up."""
    file, quiet = work / "scheduler.json", {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": ENVIRONMENT, "cwd": ROOT}
    dask = [sys.executable, "-m", "dask"]
    with contextlib.ExitStack() as stack:
        started = [subprocess.Popen([*dask, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", file], **quiet)]
        stack.callback(lambda: [stop(process) for process in started])
        address = wait_for(lambda: json.loads(file.read_text())["address"])
        worker = ["worker", address, "--nthreads", "1", "--no-dashboard", "--local-directory", work]
        started += [subprocess.Popen([*dask, *worker], **quiet) for _ in range(JOBS)]
        from distributed import Client

        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(JOBS, timeout=PATIENCE)
        yield address


def wait_for(look: Callable[[], str]) -> str:
    """What `look` returns as soon as it returns something. Raises Failed."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, ValueError):
            return look()
        time.sleep(0.05)
    raise Failed("Dask's scheduler does not start")


def stop(process: subprocess.Popen) -> None:
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(20)
    process.kill()
    process.wait()
