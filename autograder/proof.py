"""Proves from inside, against targets that really exist, that the sandbox holds. Grading does not start otherwise."""

import contextlib
import os
import secrets
import socket
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.box import wire

SECONDS = 30.0
ESCAPES = Path(__file__).resolve().parent / "box" / "escapes.py"

TITLES = {
    "try_to_reach_the_network": "no network, no service of this machine, no abstract socket",
    "try_to_read_the_hosts_files": "no file of this machine: home, keys, repository",
    "try_to_write_outside_the_work_folder": "nothing can be written but in its own work folder",
    "try_to_find_other_processes": "alone: no other process can be seen, signalled or traced",
    "try_to_be_somebody": "an identity of its own, without groups or capabilities",
    "try_to_gain_powers": "no way to more powers: no_new_privs, no set-uid programs",
    "try_forbidden_system_calls": "{denied} system calls denied: mounts, ptrace, memfd, bpf, io_uring, keys …",
    "try_new_namespaces": "no new namespaces",
    "try_to_type_into_the_terminal": "no terminal to type into",
    "try_inherited_descriptors": "no open file inherited",
    "try_the_environment": "no environment variable of this machine",
    "try_more_memory": "memory limited",
    "try_more_disk": "scratch disk limited",
    "try_more_processes": "number of processes limited",
    "try_more_files": "number of open files limited",
    "try_a_core_dump": "no core dumps",
    "try_honest_work": "honest work works: NumPy, SciPy, Matplotlib, own files",
}


@dataclass(frozen=True)
class Check:
    name: str
    held: bool
    detail: str
    """What could be done where it should not; empty when the wall held."""


def checks(box, packages: Iterable[str] = ()) -> list[Check]:
    """Run every attempt in a fresh child of `box`, one for a submission that imports `packages`. A child that does not answer is itself a failed check."""
    from autograder.box.confine import DENIED
    from autograder.sandbox import ChildDied

    with _targets(box) as targets:
        child = box.child(packages)
        try:
            found = _attempt(child, targets)
        except (ChildDied, wire.WireError) as error:
            return [Check("the self-test runs", False, f"its process ended: {error}")]
        finally:
            child.discard()
    if type(found) is not dict or set(found) != set(TITLES):
        return [Check("the self-test runs", False, f"unexpected report: {str(found)[:200]}")]
    return [Check(t.format(denied=len(DENIED)), found[n] is None, str(found[n] or "")) for n, t in TITLES.items()]


def _attempt(child, targets: dict) -> object:
    for index, source in enumerate((ESCAPES.read_text(encoding="utf-8"), f"TARGETS.update({targets!r})")):
        answer = child.ask("cell", index, wire.encode((source,)), False, seconds=SECONDS)
        if answer[0] != "ok":
            return answer
    answer = child.ask("call", "report", wire.encode(((), {})), seconds=SECONDS)
    return wire.decode(answer[1]) if answer[0] == "ok" else answer


@contextlib.contextmanager
def _targets(box) -> Iterator[dict]:
    """Things that are there to be reached: a readable file, a listening port, an abstract socket, our processes."""
    from autograder.sandbox import ENVIRONMENT

    name, limits, mb = f"course-{secrets.token_hex(8)}", box.limits, 1 << 20
    with (
        tempfile.NamedTemporaryFile() as secret,
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_UNIX) as abstract,
    ):
        os.chmod(secret.name, 0o644)
        abstract.bind("\0" + name)
        abstract.listen()
        yield {
            "port": server.getsockname()[1],
            "abstract": name,
            "secrets": [secret.name, "/etc/passwd", "/etc/shadow", str(Path.home() / ".bashrc"), __file__],
            "repository": str(Path(__file__).resolve().parents[1] / "solutions"),
            "pids": [pid for pid in (os.getpid(), box.process.pid, 2) if pid != 1],  # 1 is the child itself, and we, too, where a container begins with us
            "uids": [os.getuid()] if box.mode == "root" else [],
            "overflow_groups": [65534],
            "environment": [*ENVIRONMENT, "PWD", "LC_CTYPE"],
            "memory": limits.memory_mb * mb,
            "scratch": limits.scratch_mb * mb,
            "processes": limits.processes,
            "files": limits.files,
        }
