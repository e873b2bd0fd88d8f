"""Keeps the memory of one submission, all its processes and its scratch disk together, under a limit.

Where a memory cgroup can be made (version 1 or 2, as root or where it is delegated to us) the kernel enforces it. Elsewhere we look
twenty times a second while a request runs, and what is over is killed: RLIMIT_AS bounds each process, the scratch disk is
sized, and memory that such a look cannot see (memfd, System V) is denied by seccomp.
"""

import contextlib
import errno
import os
import re
import time
from pathlib import Path

PREFIX = "course-grader-"
CLOSE_SECONDS = 5.0


class Guard:
    """What `Child` asks while it waits."""

    kind = "none"
    interval = 3600.0
    """Seconds between two looks."""

    def enclose(self, template: int) -> None:
        """Called once when the template has imported all: what is born from it from now on counts."""

    def watch(self, pid: int) -> None:
        """From now on `exceeded` is asked about this process and all that it starts."""

    def exceeded(self) -> bool:
        """Has the watched process gone, or been stopped, beyond the limit?"""
        return False

    def close(self) -> None:
        """Leave nothing behind."""


class Watchdog(Guard):
    kind = "watchdog"
    interval = 0.05

    def __init__(self, limit: int):
        self.limit, self.pid = limit, 0

    def watch(self, pid: int) -> None:
        self.pid = pid

    def exceeded(self) -> bool:
        return sum(map(private_bytes, family(self.pid))) > self.limit


def family(pid: int) -> list[int]:
    """A process and its descendants, of those that still live."""
    members = [pid]
    for member in members:
        with contextlib.suppress(OSError):
            for task in os.listdir(f"/proc/{member}/task"):
                members += map(int, Path(f"/proc/{member}/task/{task}/children").read_text().split())
    return members


_OWN = re.compile(r"^(?:Pss_Anon|Pss_Shmem):\s+(\d+) kB", re.M)


def private_bytes(pid: int) -> int:
    """Memory of a process's own, with what it shares counted by its share; 0 when it is gone."""
    try:
        return 1024 * sum(map(int, _OWN.findall(Path(f"/proc/{pid}/smaps_rollup").read_text())))
    except OSError:
        return 0


class Cgroup(Guard):
    """One group for each box: its children are born in it, one after the other.

    (Moving each child in would be simpler, but the kernel takes some 10 ms to move a process, and none for a birth.)
    """

    interval = 0.25
    """The kernel ends what is over the limit; we look whether it was a process that the student's own had started."""

    def __init__(self, folder: Path, settings: dict[str, int], events: str):
        """The first setting is the limit and must be there; the others depend on how the kernel was built."""
        self.folder, self.events = folder, events
        folder.mkdir()
        try:
            for number, (name, value) in enumerate(settings.items()):
                if number == 0 or (folder / name).exists():
                    (folder / name).write_text(str(value))
            self._kills = self._count()
        except (OSError, ValueError):
            folder.rmdir()
            raise

    def enclose(self, template: int) -> None:
        (self.folder / "cgroup.procs").write_text(str(template))

    def watch(self, pid: int) -> None:
        self._kills = self._count()

    def exceeded(self) -> bool:
        return self._count() > self._kills

    def _count(self) -> int:
        found = re.search(r"^oom_kill (\d+)", (self.folder / self.events).read_text(), re.M)
        return int(found[1]) if found else 0

    def close(self) -> None:
        """Remove the group; the last of its processes may take a moment to die (what stays, the next box sweeps away)."""
        deadline = time.monotonic() + CLOSE_SECONDS
        while self.folder.exists() and time.monotonic() < deadline:
            try:
                self.folder.rmdir()
            except OSError:
                time.sleep(0.01)


class CgroupV1(Cgroup):
    kind = "cgroup v1"

    def __init__(self, folder: Path, limit: int):
        settings = {"memory.limit_in_bytes": limit, "memory.memsw.limit_in_bytes": limit}
        super().__init__(folder, settings, "memory.oom_control")


class CgroupV2(Cgroup):
    kind = "cgroup v2"

    def __init__(self, folder: Path, limit: int):
        settings = {"memory.max": limit, "memory.swap.max": 0, "memory.oom.group": 1}
        super().__init__(folder, settings, "memory.events")


def open_guard(limit_mb: int, name: str) -> Guard:
    """The strongest guard that this machine lets us have."""
    for make, parent in _parents():
        try:
            _sweep(parent)
            guard = make(parent / f"{PREFIX}{name}", limit_mb << 20)
        except (OSError, ValueError):
            continue
        if _accepts(guard):
            return guard
        guard.close()
    return Watchdog(limit_mb << 20)


def _accepts(guard: Cgroup) -> bool:
    """May we move a process of ours in? Tried with a child that does nothing but wait for its end."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(write)
        os.read(read, 1)
        os._exit(0)
    try:
        guard.enclose(pid)
        return True
    except OSError:
        return False
    finally:
        os.close(read)
        os.close(write)
        os.waitpid(pid, 0)


def _parents() -> list[tuple[type[Cgroup], Path]]:
    """Where a group could be made: our own cgroup, and for version 2 (processes live in leaves only) the ones above it."""
    found: list[tuple[type[Cgroup], Path]] = []
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        number, controllers, path = line.split(":", 2)
        if "memory" in controllers.split(","):
            found += [(CgroupV1, Path(mount + path)) for mount in _mounts("cgroup", "memory")]
        elif number == "0":
            for mount in _mounts("cgroup2", None):
                own = Path(mount + path.rstrip("/"))
                above = [p for p in own.parents if str(p).startswith(mount)]
                found += [(CgroupV2, folder) for folder in (own, *above)]
    return found


def _mounts(kind: str, option: str | None) -> list[str]:
    points = []
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, point, type_, options, *_ = line.split()
        if type_ == kind and (option is None or option in options.split(",")):
            points.append(point)
    return points


def _sweep(parent: Path) -> None:
    """Remove groups whose grader was killed before it could."""
    for folder in parent.glob(f"{PREFIX}*"):
        pid = int(folder.name.removeprefix(PREFIX).split("-")[0])
        if not _alive(pid):
            with contextlib.suppress(OSError):
                folder.rmdir()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError as error:
        return error.errno == errno.EPERM
    return True
