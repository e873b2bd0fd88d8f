"""Runs student code where it can harm nothing: the trusted side of the sandbox.

    with Box(mode="auto", limits=Limits()) as box:      # one per worker process; starts bubblewrap and the warm template (~1.5 s)
        judge.grade(submission, assignment, box)        # opens a fresh session (a fresh child) for each submission

    available(mode="auto") -> str | None    why no sandbox can be had here, one line with the way out; None when it can
    modes() -> dict[str, str | None]        {"root": None or why not, "unprivileged": None or why not}
    self_test(box) -> list[Check]           Check(name, held, detail), proven from inside (autograder.proof)
    require(box) -> None                    raises GraderFailure naming the first check that does not hold
    box.isolation -> dict                   plain data for `Result.isolation`: mode, memory guard, limits, versions

`Box(...).__enter__` raises GraderFailure (no bubblewrap, user namespaces forbidden, the template does not start).

Two walls. The outer one is bubblewrap: a root file system that holds the interpreter, its libraries and our `box/` folder, read-only;
no network, no environment, no processes of the host. In it wait the templates (`box/template.py`), which fork one child for each
submission into the inner wall (`box/confine.py`): namespaces of its own, a uid of its own (root mode) or a user namespace of
its own (unprivileged mode), limits, no capability, a filtered kernel. The child is watched and killed through its pidfd;
it is process 1 of its pid namespace, so everything that it started dies with it.
"""

import contextlib
import dataclasses
import importlib.util
import itertools
import json
import math
import os
import platform
import select
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder import container
from autograder.box import confine, wire
from autograder.box.template import READY, STARTED, WARM_UP
from autograder.errors import GraderFailure
from autograder.memory import Guard, open_guard
from autograder.proof import Check, checks

BOX = Path(__file__).resolve().parent / "box"
WARM = ("scipy.linalg", "scipy.spatial.distance", "scipy.special", "matplotlib.pyplot")
"""Imported once, before any fork; NumPy and IPython's display always are."""
SLOW = {"pandas": "pandas", "sklearn": "sklearn.metrics"}
"""Packages that take a second to import, and what of each is. Submissions that need one come from a second template, which imports
it when the first of them comes; the others' children are made in half the time without it."""
START_SECONDS, READY_SECONDS, DEATH_SECONDS = 90, 20, 20
PATIENT = 5
"""On a machine that has no time for it, a call may take so many times its limit before it is stopped all the same."""
OUTER_SECONDS = 0.1
"""How long bubblewrap may take to end after its children, when it is the one that was killed."""


@dataclass(frozen=True)
class Limits:
    """What one submission may use. Times are wall-clock, measured from outside, less what its process stood in the queue for a
    processor: nobody pays for a busy machine. Sizes in MB."""

    cell_seconds: float = 20
    cells_seconds: float = 60
    """All cells of one run of the notebook; what is left then runs its definitions only."""
    call_seconds: float = 10
    case_seconds: float = 20
    """All calls of one test case."""
    submission_seconds: float = 180
    """Everything, restarts included."""
    restarts: int = 12
    memory_mb: int = 1024
    """Above what the template has imported."""
    scratch_mb: int = 64
    processes: int = 64
    files: int = 256


class ChildDied(Exception):
    """The student's process is gone; `kind` says why: "timeout", "memory", "killed" or "garbled"."""

    def __init__(self, kind: str, detail: str = ""):
        super().__init__(kind, detail)
        self.kind, self.detail = kind, detail


# ------------------------------------------------------------------------------------------------ what there is


def available(mode: str = "auto") -> str | None:
    """Why the sandbox cannot be had, with the way out; None when it can."""
    return modes()[resolve(mode)]


def resolve(mode: str) -> str:
    if mode not in ("auto", "root", "unprivileged"):
        raise GraderFailure(f"no sandbox mode {mode!r}; there are auto, root and unprivileged")
    return mode if mode != "auto" else ("root" if os.geteuid() == 0 else "unprivileged")


def modes() -> dict[str, str | None]:
    """For each mode None, or why it cannot be had on this machine by this user."""
    is_root = os.geteuid() == 0
    return {
        "root": _probe("root") if is_root else "you are not root (nor need to be)",
        "unprivileged": "you are root: run as an ordinary user for this mode" if is_root else _probe("unprivileged"),
    }


def _probe(mode: str) -> str | None:
    if missing := _missing():
        return missing
    code = "import sys; sys.path.insert(0, '/box'); import confine\n"
    if mode == "unprivileged":
        code += "confine.unshare(confine.NEWUSER); confine.map_identity(1000)\n"
    command = [*bubblewrap(mode), *python(), "-c", code + "confine.unshare(confine.INNER)"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"bubblewrap does not run: {error}"
    return None if done.returncode == 0 else _explain(mode, done.stderr.strip().splitlines()[-1:])


def _missing() -> str | None:
    if sys.platform != "linux":
        return "the sandbox needs Linux: grade in the course's container (see README.md, macOS and Windows)"
    if not confine.supported():
        return f"the sandbox knows x86_64 and aarch64, not {platform.machine()}"
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed: run `sudo apt install bubblewrap` (or dnf, pacman, zypper)"
    if hidden := next((path for path in site_folders() if path.startswith("/tmp/")), None):
        return f"the packages lie in {hidden}, and the sandbox has a /tmp of its own: move the course to another folder"
    return None


_SWITCHES = {
    "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": (
        "1",
        "AppArmor forbids user namespaces to ordinary users: `sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`, "
        "or grade as root",
    ),
    "/proc/sys/kernel/unprivileged_userns_clone": (
        "0",
        "the kernel forbids user namespaces to ordinary users: `sudo sysctl kernel.unprivileged_userns_clone=1`, or grade as root",
    ),
    "/proc/sys/user/max_user_namespaces": (
        "0",
        "the kernel allows no user namespaces: `sudo sysctl user.max_user_namespaces=10000`, or grade as root",
    ),
}


def _explain(mode: str, last_line: list[str]) -> str:
    if mode == "unprivileged":
        for path, (bad, advice) in _SWITCHES.items():
            if os.path.exists(path) and Path(path).read_text().strip() == bad:
                return advice
    said = last_line[0] if last_line else "no reason given"
    return f"bubblewrap cannot make the {mode} sandbox: {said}{container.advice()}"


# ------------------------------------------------------------------------------------------------ the outer wall


def python() -> list[str]:
    """The interpreter itself, isolated from environment, user site and `.pth` files."""
    return [os.path.realpath(sys.executable), "-I", "-S", "-B"]


def site_folders() -> list[str]:
    return sorted({os.path.realpath(sysconfig.get_path(kind)) for kind in ("purelib", "platlib")})


def visible() -> list[str]:
    """The only folders and files of the host that can be read inside."""
    base = os.path.realpath(sys.base_prefix)
    shared = base in ("/usr", "/usr/local")  # else a folder of its own: pyenv, uv, conda
    own = [python()[0], f"{base}/lib", f"{base}/lib64"] if shared else [base]
    wanted = ["/usr/lib", "/usr/lib64", "/usr/lib32", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/alternatives"]
    found = [path for path in (*wanted, *own, *site_folders()) if os.path.exists(path)]
    return [p for i, p in enumerate(found) if not any(p == q or p.startswith(q + "/") for q in found[:i])]


def bubblewrap(mode: str, forbidden: tuple[str, ...] = (), files: Path | None = None) -> list[str]:
    """The command line up to and including `--`."""
    command = ["bwrap", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    command += ["--die-with-parent", "--new-session", "--hostname", "sandbox", "--clearenv"]
    for name, value in ENVIRONMENT.items():
        command += ["--setenv", name, value]
    if mode == "root":  # no user namespace: the template needs these four to make the inner wall
        command += ["--cap-drop", "ALL"]
        for capability in ("CAP_SYS_ADMIN", "CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"):
            command += ["--cap-add", capability]
    else:
        command += ["--unshare-user"]
    command += _file_system(forbidden, files)
    return [*command, "--remount-ro", "/", "--chdir", "/", "--"]


ENVIRONMENT = {
    "HOME": "/tmp",
    "USER": "student",
    "LOGNAME": "student",
    "LANG": "C.UTF-8",
    "PATH": "/nowhere",
    "TMPDIR": "/tmp",
    "MPLBACKEND": "Agg",
    "MPLCONFIGDIR": "/tmp/.matplotlib",
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
}


def _file_system(forbidden: tuple[str, ...], files: Path | None) -> list[str]:
    binds: list[tuple[str, str]] = [(str(BOX), "/box")] + ([(str(files.resolve()), "/files")] if files else [])
    command: list[str] = []
    for path in visible():
        if os.path.islink(path):
            command += ["--symlink", os.readlink(path), path]
        else:
            binds.append((path, path))
    for site, name in itertools.product(site_folders(), forbidden):
        target = Path(site, *name.split("."))
        if target.is_dir():
            binds.append((str(BOX / "forbidden"), str(target)))
    for folder in dict.fromkeys(str(p) for _, t in binds for p in reversed(Path(t).parents) if str(p) != "/"):
        if not any(folder == t or folder.startswith(t + "/") for _, t in binds):
            command += ["--perms", "0755", "--dir", folder]  # bubblewrap's own would be 0700, closed to other uids
    for source, target in binds:
        command += ["--ro-bind", source, target]
    command += ["--proc", "/proc", "--perms", "0755", "--dir", "/dev", "--symlink", "/tmp", "/dev/shm"]
    for device in ("null", "zero", "random", "urandom"):
        command += ["--dev-bind", f"/dev/{device}", f"/dev/{device}"]
    return [*command, "--perms", "1777", "--tmpfs", "/tmp"]


_boxes, _children = itertools.count(), itertools.count()
_FIRST_UID = 0x40000000
"""Far above any account. With the worker's pid and a counter, no two children that live at once share a uid."""


class Box:
    """One outer sandbox with its warm templates; makes a fresh `Child` for each submission, one ahead of need."""

    def __init__(
        self,
        mode: str = "auto",
        limits: Limits | None = None,
        *,
        forbidden: tuple[str, ...] = (),
        warm: tuple[str, ...] = WARM,
        files: Path | None = None,
        manners: dict | None = None,
    ):
        """`forbidden` names packages that must not be there (`"sklearn"`, `"scipy.cluster"`), `files` a folder whose content
        lies beside the notebook, as copies, `manners` what other courses expect: otter's `seed` and `seed_variable`, and by
        question the names that are `asked` for (then more crosses the wire, see `wire.Caps.wide`)."""
        self.files, self.manners = files, manners or {}
        self.mode, self.limits, self.forbidden = resolve(mode), limits or Limits(), forbidden
        self.warm = tuple(name for name in warm if not any(name.startswith(f) for f in forbidden))
        self.process: subprocess.Popen | None = None
        self.guard: Guard | None = None
        self._first: Template | None = None
        self._second: Template | None = None

    # -------------------------------------------------------------------------------------- life

    def __enter__(self) -> "Box":
        if missing := _missing():
            raise GraderFailure(missing)
        self.guard = open_guard(self.limits.memory_mb + self.limits.scratch_mb, f"{os.getpid()}-{next(_boxes)}")
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        self._stop()
        if self.guard is not None:
            self.guard.close()
            self.guard = None

    def restart(self) -> None:
        """A new outer sandbox with new templates, after something in it broke."""
        self._stop()
        self._start()

    def _start(self) -> None:
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  (what bubblewrap or a template complain about; closed by _stop)
        wall = bubblewrap(self.mode, self.forbidden, self.files)
        pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(2)]
        descriptors = [theirs.fileno() for _, theirs in pairs]
        self.process = subprocess.Popen(
            [*wall, *python(), "/box/template.py", *map(str, descriptors), json.dumps(self._settings())],
            pass_fds=descriptors,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._said,
            env={},
            executable=shutil.which("bwrap"),
            start_new_session=True,
        )
        for _, theirs in pairs:
            theirs.close()
        self._first, self._second = (Template(ours, self.guard, self.process) for ours, _ in pairs)
        if not self._first.start():
            said = self._complaint()
            self._stop()
            raise GraderFailure(f"the sandbox does not start: {_probe(self.mode) or said}")

    def _settings(self) -> dict:
        limits, mb = self.limits, 1 << 20
        return {
            "mode": self.mode,
            "site": site_folders(),
            "warm": list(self.warm),
            "slow": [SLOW[package] for package in self.slow],
            "scratch": limits.scratch_mb * mb,
            "manners": self.manners,
            "limits": {
                "memory": limits.memory_mb * mb,
                "processes": limits.processes,
                "files": limits.files,
                "file_bytes": limits.scratch_mb * mb,
                "cpu_seconds": int(limits.submission_seconds) + 10,
            },
        }

    def _complaint(self) -> str:
        self._said.seek(0)
        lines = self._said.read(20_000).decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:300] if lines else "no reason given"

    def _stop(self) -> None:
        for template in filter(None, (self._first, self._second)):
            template.close()
        self._first = self._second = None
        if self.process is not None:
            self.process.kill()  # the pid namespace, and all in it, ends with bubblewrap
            self.process.wait()
            self._said.close()
            self.process = None

    # -------------------------------------------------------------------------------------- children

    def child(self, packages: Iterable[str] = ()) -> "Child":
        """A process that no student has touched, ready; faster for a submission that imports `packages`, if it says so.

        Raises GraderFailure when the sandbox cannot make one.
        """
        if self.guard is None:
            raise GraderFailure("the sandbox is closed")
        try:
            if self.process is None or self.process.poll() is not None or (self._second and self._second.died()):
                self.restart()
            return self._template(packages).child()
        except OSError as error:
            raise GraderFailure(f"the sandbox cannot make a process: {error}; {self._complaint()}") from error

    @property
    def slow(self) -> list[str]:
        """Packages of `SLOW` that are to be had here and not imported anyway."""
        known = {name.split(".")[0] for name in (*self.warm, *self.forbidden)}
        return sorted(package for package in SLOW.keys() - known if importlib.util.find_spec(package))

    def lacks(self, packages: Iterable[str]) -> bool:
        """Whether a submission that imports these will be the first for which the second template has to start."""
        return bool(self._second and not self._second.pid and {*self.slow}.intersection(packages))

    def _template(self, packages: Iterable[str]) -> "Template":
        """The second template, proven like the first, for submissions that import what it has; where it does not start, the first."""
        if self.lacks(packages):
            try:
                self._second.control.send(WARM_UP)
                if not self._second.start():
                    raise GraderFailure(self._complaint())
                require(self, packages)
            except (OSError, GraderFailure):  # it only saves time
                self._second.close()
                self._second = None
        return self._second if self._second and {*self.slow}.intersection(packages) else self._first

    @property
    def isolation(self) -> dict:
        """For the result: what stood between the student's code and the machine."""
        return {
            "mode": self.mode,
            "memory": self.guard.kind if self.guard else None,
            "bubblewrap": _version(),
            "kernel": platform.release(),
            "machine": platform.machine(),
            "forbidden": list(self.forbidden),
            "limits": dataclasses.asdict(self.limits),
        }


def _version() -> str:
    global _known_version
    if _known_version is None:
        _known_version = subprocess.run(["bwrap", "--version"], capture_output=True, text=True).stdout.strip()
    return _known_version


_known_version: str | None = None


class Template:
    """A warm process in the outer sandbox, seen from outside: children are forked from it, one ahead of need."""

    def __init__(self, control: socket.socket, guard: Guard, outer: subprocess.Popen):
        self.control, self.guard, self.outer = control, guard, outer
        self.pid = 0
        """As we see it; 0 until it has started."""
        self._handle = -1
        self._spare: Child | None = None

    def start(self) -> bool:
        """Wait until it has imported all that it should; from then on, what is born from it counts as memory of a submission."""
        self.control.settimeout(START_SECONDS)
        try:
            message, handles, *_ = socket.recv_fds(self.control, 64, 1)
        except TimeoutError:
            return False
        if message != READY or len(handles) != 1:
            return False
        (self._handle,) = handles
        self.pid = _pid_of(self._handle)
        self.guard.enclose(self.pid)
        self._spare = self._order()
        return True

    def died(self) -> bool:
        """Whether it had started and is no more."""
        return self._handle >= 0 and _wait(self._handle, select.POLLIN, 0)

    def child(self) -> "Child":
        """Raises GraderFailure or OSError when none can be had."""
        child, self._spare = self._spare or self._order(), None
        if not child.ready():  # one that waited may have been killed, by the machine's memory for instance
            child = self._order()
            if not child.ready():
                raise GraderFailure("the sandbox cannot make a process: two died before they were ready")
        self.guard.watch(child.pid)
        self._spare = self._order()
        return child

    def _order(self) -> "Child":
        """Ask for a child; it gets ready while we go on."""
        uid = _FIRST_UID + (os.getpid() & 0x3FFFFF) * 256 + next(_children) % 256
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            socket.send_fds(self.control, [str(uid).encode()], [theirs.fileno()])
        self.control.settimeout(READY_SECONDS)
        message, handles, *_ = socket.recv_fds(self.control, 600, 1)
        if message != STARTED or len(handles) != 1:
            ours.close()
            reason = message[1:].decode("utf-8", "replace") or "its template is gone"
            raise GraderFailure(f"the sandbox cannot make a process: {reason}")
        return Child(ours, handles[0], self.guard, self.outer)

    def close(self) -> None:
        """End the child that waits; the template ends with the outer sandbox."""
        if self._spare is not None:
            self._spare.discard()
            self._spare = None
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
        self.control.close()


def self_test(box: Box, packages: Iterable[str] = ()) -> list[Check]:
    """Try to break out, from inside a child for a submission that imports `packages`."""
    return checks(box, packages)


def require(box: Box, packages: Iterable[str] = ()) -> None:
    """Raises GraderFailure when the isolation does not hold, of a child for a submission that imports `packages`."""
    for check in self_test(box, packages):
        if not check.held:
            raise GraderFailure(f"the sandbox does not hold, so nothing is graded: {check.name}: {check.detail}")


# ------------------------------------------------------------------------------------------------ one child

_LEFT = (bytes, type(None))
"""What a call left of its arguments, if it changed them."""
_SHAPES: dict[str, tuple[tuple[type, ...], ...]] = {
    "ok": ((), (bytes,), (dict,), *((bytes, left, list, str) for left in _LEFT)),
    "raised": ((str, str, (str, type(None))), *((str, str, (str, type(None)), left, list, str) for left in _LEFT)),
    "unsendable": ((str,), *((str, left, list, str) for left in _LEFT)),
    "missing": ((),),
}


class Deadline:
    """`seconds` from now, and as much longer as the process was ready to run and got no processor (but not for ever)."""

    def __init__(self, seconds: float, statistics: int):
        self.statistics, self.queued = statistics, _queued(statistics)
        self.at = time.monotonic() + seconds
        self.latest = self.at + seconds * (PATIENT - 1)

    def left(self) -> float:
        """Seconds; not above 0 when it is over."""
        now = time.monotonic()
        if now < self.at:
            return self.at - now
        return min(self.at + _queued(self.statistics) - self.queued, self.latest) - now


def _open(path: str) -> int:
    """A descriptor to read from, or -1 where there is no such file."""
    try:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return -1


def _queued(statistics: int) -> float:
    """Seconds that a process has waited for a processor since it began, from its open `schedstat`; 0 where there is none."""
    try:
        return int(os.pread(statistics, 80, 0).split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


class Child:
    """One submission's process, seen from outside: ask it with a time limit, kill it, be sure that it is gone."""

    def __init__(self, channel: socket.socket, handle: int, guard: Guard, outer: subprocess.Popen):
        self.channel, self.handle, self.guard, self.outer = channel, handle, guard, outer
        self.channel.setblocking(False)
        self.pid = _pid_of(handle)
        self._statistics = _open(f"/proc/{self.pid}/schedstat")
        self._ids = itertools.count(1)

    def ready(self) -> bool:
        """Wait until it has given up every power, before any student code; False if it died on the way."""
        try:
            answer = self._receive(Deadline(READY_SECONDS, self._statistics))
        except ChildDied:
            self.discard()
            return False
        if answer != (0, "ready"):
            self.discard()
            raise GraderFailure(f"the sandbox is not safe: {str(answer)[:300]}")
        return True

    def ask(self, verb: str, *rest: object, seconds: float) -> tuple:
        """Send a request and return the answer `(outcome, ...)`, its shape checked.

        Raises ChildDied (and then it is dead) for whatever the student did, GraderFailure when the sandbox itself is gone.
        """
        ident, deadline = next(self._ids), Deadline(seconds, self._statistics)
        body = wire.encode((ident, verb, *rest), wire.FRAME)
        try:
            self._send(wire.HEADER.pack(len(body)) + body, deadline)
            return _checked(self._receive(deadline), ident)
        except ChildDied as death:
            self.discard()
            if death.kind == "killed":
                self._blame(death)
            raise

    def _blame(self, death: ChildDied) -> None:
        """The student's own end, too much memory, or the end of the whole sandbox, which is not the student's fault?"""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.outer.wait(OUTER_SECONDS)
        if self.outer.poll() is not None:
            raise GraderFailure("the sandbox itself has died") from death
        if self.guard.exceeded():
            raise ChildDied("memory") from death

    def discard(self) -> None:
        """Kill it and all that it started, and wait until they are gone."""
        if self.handle < 0:
            return
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.handle, signal.SIGKILL)
        gone = _wait(self.handle, select.POLLIN, DEATH_SECONDS)
        os.close(self.handle)
        if self._statistics >= 0:
            os.close(self._statistics)
        self.channel.close()
        self.handle = -1
        if not gone:
            raise GraderFailure(f"process {self.pid} in the sandbox does not die")

    def _send(self, data: bytes, deadline: Deadline) -> None:
        view = memoryview(data)
        while view:
            try:
                view = view[self.channel.send(view) :]
            except BlockingIOError:
                self._wait(select.POLLOUT, deadline)
            except OSError as error:
                raise ChildDied("killed") from error

    def _receive(self, deadline: Deadline) -> object:
        (length,) = wire.HEADER.unpack(self._read(wire.HEADER.size, deadline))
        if length > wire.FRAME.size:
            raise ChildDied("garbled", "an answer too large")
        try:
            return wire.decode(self._read(length, deadline), wire.FRAME)
        except wire.WireError as error:
            raise ChildDied("garbled", str(error)) from error

    def _read(self, length: int, deadline: Deadline) -> bytes:
        """Exactly `length` bytes; memory grows with what arrives, never with what is announced."""
        data = bytearray()
        while len(data) < length:
            try:
                part = self.channel.recv(min(length - len(data), 1 << 20))
            except BlockingIOError:
                self._wait(select.POLLIN, deadline)
                continue
            except OSError as error:
                raise ChildDied("killed") from error
            if not part:
                raise ChildDied("killed")
            data += part
            if deadline.left() <= 0:  # a trickle must not hold us for ever
                raise ChildDied("timeout")
        return bytes(data)

    def _wait(self, event: int, deadline: Deadline) -> None:
        """Until the channel is usable; looks after the memory meanwhile, where no cgroup does."""
        while True:
            left = deadline.left()
            if left <= 0:
                raise ChildDied("timeout")
            if _wait(self.channel.fileno(), event, min(left, self.guard.interval)):
                return
            if self.guard.exceeded():
                raise ChildDied("memory")


def _wait(descriptor: int, event: int, seconds: float) -> bool:
    poll = select.poll()
    poll.register(descriptor, event)
    return bool(poll.poll(math.ceil(seconds * 1000)))


def _pid_of(handle: int) -> int:
    """The pid, as we see it, of the process behind a pidfd."""
    for line in Path(f"/proc/self/fdinfo/{handle}").read_text().splitlines():
        if line.startswith("Pid:"):
            return int(line.split()[1])
    raise GraderFailure("the kernel does not tell a pidfd's process (Linux 5.4 or newer is needed)")


def _checked(answer: object, ident: int) -> tuple:
    """The answer without its id, if it is one that the runner could have sent; anything else is a forgery or an accident."""
    if type(answer) is tuple and len(answer) >= 2 and answer[0] == ident and type(answer[1]) is str:
        outcome, rest = answer[1], answer[2:]
        for shape in _SHAPES.get(outcome, ()):
            if len(shape) == len(rest) and all(isinstance(value, kind) for value, kind in zip(rest, shape, strict=True)):
                return answer[1:]
    raise ChildDied("garbled", "not an answer to what was asked")
