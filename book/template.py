"""A process that has imported what cells import, and forks kernels. `Template` starts it; this file, run as a script, is it.

What a chapter's cells import takes as long as what they compute. The template imports it once, while the build is still
finding out what there is to do, and computes nothing; each fork becomes a kernel as `python -m ipykernel_launcher` does, in the
folder and environment that it is given. Only libraries are imported, never a module of the course: that may change.
The side that asks for forks is `kernels.py`.
"""

import contextlib
import gc
import importlib
import json
import os
import re
import runpy
import select
import signal
import socket
import subprocess
import sys
import warnings
from collections.abc import Iterable

# What a kernel imports by itself, what is imported when something is drawn or glued for the first time, and what the demos are made of.
ALWAYS = ("ipykernel.kernelapp", "myst_nb.ext.glue", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg", "anywidget")
NEVER = ("book", "solutions")  # modules of the course: they may change
INLINE = "module://matplotlib_inline.backend_inline"  # what a kernel sets before Matplotlib is imported
CELL = re.compile(r"^```\{code-cell\}.*?^```", re.M | re.S)
IMPORT = re.compile(r"^(?:from|import) ([\w.]+)", re.M)
LARGEST = 1 << 20  # bytes of a request: the environment, mostly


def cells_of(text: str) -> str:
    """The code cells of a page, as they are written."""
    return "\n".join(CELL.findall(text))


def libraries(pages: Iterable[str]) -> list[str]:
    """What kernels for these pages (their texts) need, without modules of the course."""
    found = {name for text in pages for name in IMPORT.findall(cells_of(text))}
    return [*ALWAYS, *sorted(name for name in found if name.partition(".")[0] not in NEVER)]


class Template:
    """The process that kernels are forked from. It ends when whoever started it, with all forks of that one, has ended."""

    def __init__(self, names: Iterable[str], environment: dict[str, str]):
        """Start it, with what it shall import and the environment in which cells run."""
        self.requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, __file__, str(theirs.fileno()), *names]
        with theirs:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()], start_new_session=True,
                env={name: value for name, value in environment.items() if name != "PYTHONPATH"},
            )  # fmt: skip

    @staticmethod
    def possible() -> bool:
        """Whether this system forks well what has imported such libraries, and can tell of a process that is no child that it has ended."""
        return sys.platform == "linux" and hasattr(os, "pidfd_open")

    def end(self) -> None:
        """End it, with all its kernels."""
        self.requests.close()
        self.process.kill()
        self.process.wait()


def prepare(names: Iterable[str]) -> bool:
    """Import libraries; whether forks will be what they would be had they imported them themselves."""
    os.environ.setdefault("MPLBACKEND", INLINE)
    os.environ["JPY_PARENT_PID"] = str(os.getpid())  # ipykernel reads it when it is imported: a kernel ends when its parent does
    gc.disable()
    with warnings.catch_warnings(record=True) as said:
        for name in names:
            with contextlib.suppress(ImportError):  # the cell will say what is missing
                importlib.import_module(name)
    gc.freeze()
    gc.enable()
    # A warning belongs into the cell that imports; other threads would not be there after a fork.
    return not said and len(os.listdir("/proc/self/task")) == 1


def serve(requests: socket.socket) -> None:
    """Fork a kernel for each request, until nobody is left who could ask.

    A request is JSON (command, folder, environment) with one end of a connection, on which the answer is the kernel's process id.
    The kernel is ended, and its id free for others, when the other end of that connection is closed.
    """
    kernels: dict[socket.socket, int] = {}
    while True:
        for ready in select.select([requests, *kernels], [], [])[0]:
            if ready is requests:
                message, lines, *_ = socket.recv_fds(requests, LARGEST, 1)
                if not message:
                    return
                line = socket.socket(fileno=lines[0])
                child = os.fork()
                if child == 0:
                    for connection in (requests, line, *kernels):
                        connection.close()
                    become(*json.loads(message))
                kernels[line] = child
                line.sendall(b"%d" % child)
            else:
                end(kernels.pop(ready))
                ready.close()


def become(command: list[str], folder: str, environment: dict[str, str]) -> None:
    """Be what `command` (python -m MODULE ARGUMENTS…) is in that folder and environment; does not return."""
    status = 1
    try:
        os.setsid()
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        sys.path[:0] = [folder, *filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))]
        if numpy := sys.modules.get("numpy"):
            numpy.random.seed()  # or all forks would draw the same numbers
        sys.argv = command[2:]
        runpy.run_module(command[2], run_name="__main__", alter_sys=True)
        status = 0
    finally:
        os._exit(status)


def end(kernel: int) -> None:
    """End a kernel and what it has started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(kernel, signal.SIGKILL)
    os.kill(kernel, signal.SIGKILL)  # it may not have been a group of its own yet
    os.waitpid(kernel, 0)


if __name__ == "__main__":
    sys.path[:] = [place for place in sys.path if place != os.path.dirname(os.path.abspath(__file__))]  # there are no libraries there
    with socket.socket(fileno=int(sys.argv[1])) as incoming:
        if prepare(sys.argv[2:]):
            serve(incoming)
