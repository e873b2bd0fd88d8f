"""Trained networks and measured curves that demos show: what the data steps in book/data computed, kept as JSON."""

import functools
import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
STEPS = HERE.parent / "data"
COPIED = HERE / "_made"  # where a copy of this package that has left the repository keeps them


@functools.cache
def load(slug: str) -> dict:
    """What `book/data/make_<slug>.py` made; it is made now where it is missing or older than that step. Treat it as read-only.

    Raises RuntimeError with the step's last line when it fails, and FileNotFoundError in a copy that lacks the file.
    """
    step, path = STEPS / f"make_{slug}.py", STEPS / "_made" / f"{slug}.json"
    if not step.is_file():
        path = COPIED / f"{slug}.json"
        if not path.is_file():
            raise FileNotFoundError(f"the demos are incomplete: {path} is missing; unpack their zip again")
    elif not path.is_file() or path.stat().st_mtime < step.stat().st_mtime:
        done = subprocess.run([sys.executable, "-m", f"book.data.{step.stem}"], cwd=HERE.parents[1], capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{step.name}: {(done.stderr.strip().splitlines() or ['no message'])[-1]}")
    return json.loads(path.read_text(encoding="utf-8"))
