"""Everything that `make test` checks, in the order that finds a mistake soonest; one line of time for each step.

python -m tools.test            all of it
python -m tools.test -k kmeans  words after it go to pytest, and only pytest runs
"""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
PYTEST = [PYTHON, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", "--durations", "6"]
STEPS = {
    "style": [PYTHON, "-m", "ruff", "check", "."],
    "assignments": [PYTHON, "-m", "autograder", "release"],
    "book": [PYTHON, "-m", "book.build"],
    "audit": [PYTHON, "-m", "autograder", "audit"],
    # Apart from each other: Playwright keeps an event loop in its process, which other tests need to themselves.
    # A file stays with one worker, so that what its tests share is made once.
    "tests": [*PYTEST, "--ignore=tests/browser", "--ignore=tests/demos"],
    "pages and demos": [*PYTEST, "tests/browser", "tests/demos"],
}


def main() -> int:
    """Run every step even after a failure, so that one run shows all that is wrong. Exit status: 1 if any failed."""
    if sys.argv[1:]:
        return subprocess.run([PYTHON, "-m", "pytest", *sys.argv[1:]], cwd=ROOT).returncode
    outcomes = []
    for name, command in STEPS.items():
        print(f"\n=== {name}", flush=True)
        start = time.monotonic()
        status = subprocess.run(command, cwd=ROOT).returncode
        outcomes.append((name, status, time.monotonic() - start))
    print()
    for name, status, seconds in outcomes:
        print(f"{'FAILED' if status else 'passed'}  {name}  {seconds:.0f} s")
    return int(any(status for _, status, _ in outcomes))


if __name__ == "__main__":
    sys.exit(main())
