"""What runs below a process, and whether it has ended: read from /proc."""

import time
from pathlib import Path


def descendants(process: int) -> set[int]:
    """All processes below one, however deep."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found, waiting = set(), [process]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found |= set(children)
        waiting += children
    return found


def alive_after(processes: set[int], seconds: float) -> set[int]:
    """Which of the processes still run after that time; returns as soon as none does."""
    end, alive = time.monotonic() + seconds, set(processes)
    while alive:
        alive = {p for p in alive if (fields := _stat(p)) and fields[0] != "Z"}
        if time.monotonic() > end:
            break
        time.sleep(0.02)
    return alive


def _stat(process: int) -> list[str] | None:
    """State, parent and so on of a process; None when there is none."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
