"""`python -m tools.bench.staged FILE grade …`: our grader as it is, with a clock at its stages and an eye on its memory.

Writes to FILE, as JSON: seconds from the start to the end, how long publishing's parts took, and the largest resident memory
of the main process and of any worker, in MB.
"""

import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

START = time.perf_counter()


def peak(pid: int | str = "self") -> float:
    """The largest resident memory that a process has had, in MB; 0 when it is gone."""
    try:
        found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0


def main() -> int:
    from autograder import __main__ as command
    from autograder import grade, gradebook, reports
    from autograder.reports import similar

    target, argv = Path(sys.argv[1]), sys.argv[2:]
    kept = {"worker_mb": 0.0, "similarity": 0.0}
    add = grade.Tally.add

    def noted(tally: grade.Tally, outcome: object) -> None:
        add(tally, outcome)
        if tally.done % 10 == 0 or tally.done == tally.total:
            workers = [peak(child) for task in Path("/proc/self/task").iterdir() for child in map(int, (task / "children").read_text().split())]
            kept["worker_mb"] = max([kept["worker_mb"], *workers])

    def timed(name: str, function: Callable) -> Callable:
        def call(*args: object, **kwargs: object) -> object:
            start = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                kept[name] = time.perf_counter() - start

        return call

    grade.Tally.add = noted
    gradebook.update = timed("gradebook", gradebook.update)
    reports.build = timed("reports", reports.build)
    similar.compare = timed("similarity", similar.compare)
    grade.results.stored = timed("load", grade.results.stored)
    sys.argv = ["autograder", *argv]
    status = command.main()
    kept |= {"total": time.perf_counter() - START, "main_mb": peak()}
    target.write_text(json.dumps(kept))
    return status


if __name__ == "__main__":
    sys.exit(main())
