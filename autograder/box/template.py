"""The clean process from which every submission's process is forked: it imports, it never computes, it sees no student data.

Started by `autograder.sandbox` inside bubblewrap as `python -I -S -B template.py CONTROL_FD SLOW_CONTROL_FD SETTINGS_JSON`. On the
control socket it receives, for each submission ahead of need, one end of a channel and a uid; a child that has given up every power then
serves that channel. The answer on the control socket carries the child's pidfd, the handle by which it is watched and killed.

A fork of it, the slow template, does the same on a socket of its own for submissions that import what takes a second to import. It waits
until it is asked to import that, once: most classes need it, many submissions do not, and a process that has more takes longer to fork.
"""

import gc
import importlib
import json
import os
import shutil
import socket
import sys

READY, STARTED, FAILED, WARM_UP = b"R", b"S", b"F", b"W"


def main(control_fd: int, slow_fd: int, settings: dict) -> None:
    sys.path[:] = [*sys.path, *settings["site"]]
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    import confine
    import notebook
    import runner  # noqa: F401  (warm, so that a child need not import it)

    notebook.prepare()
    warm_up(settings["warm"])
    del sys.path[0]
    control, slow = socket.socket(fileno=control_fd), socket.socket(fileno=slow_fd)
    if os.fork() == 0:
        control.close()
        if slow.recv(1) == WARM_UP:
            warm_up(settings["slow"])
            serve_orders(slow, settings, confine)
        os._exit(0)
    slow.close()
    serve_orders(control, settings, confine)


def warm_up(modules: list[str]) -> None:
    """Import, and keep still what a child's garbage collector would otherwise copy, as it looks at every page."""
    environment = dict(os.environ)
    for name in modules:
        importlib.import_module(name)
    os.environ.clear()
    os.environ.update(environment)  # scikit-learn adds to it
    gc.collect()
    gc.freeze()


def serve_orders(control: socket.socket, settings: dict, confine) -> None:
    """Say who we are, then fork a child for each order until nobody is there to order."""
    hand_over(control, READY, os.getpid())
    while True:
        message, descriptors, *_ = socket.recv_fds(control, 64, 1)
        if not message:
            return
        start(control, descriptors[0], int(message), settings, confine)
        os.close(descriptors[0])


def start(control: socket.socket, channel: int, uid: int, settings: dict, confine) -> None:
    """Fork the child in its own namespaces. Two forks: a pid namespace holds only those born after it was made."""
    first = os.fork()
    if first == 0:
        try:
            enter_namespaces(settings, confine)
            second = os.fork()
            if second == 0:
                serve(channel, uid, settings, confine)
            hand_over(control, STARTED, second)
        except BaseException as error:
            control.send(FAILED + repr(error).encode()[:500])
        finally:
            os._exit(0)
    os.waitpid(first, 0)


def hand_over(control: socket.socket, message: bytes, pid: int) -> None:
    """Send a message together with the handle of a process."""
    handle = os.pidfd_open(pid)
    socket.send_fds(control, [message], [handle])
    os.close(handle)


def enter_namespaces(settings: dict, confine) -> None:
    if settings["mode"] == "unprivileged":
        confine.unshare(confine.NEWUSER)
        confine.map_identity(1000)
    confine.unshare(confine.INNER)


def serve(channel: int, uid: int, settings: dict, confine) -> None:
    """Process 1 of its own small world: when it ends, by whatever hand, all that it started ends with it."""
    import runner

    answers = runner.Runner(channel, **settings["manners"])
    try:
        socket.sethostname("sandbox")
        confine.first_to_go()
        confine.set_limits(**settings["limits"])
        confine.private_view(settings["scratch"])
        keep_only(channel)
        answers.channel = CHANNEL
        confine.give_up(uid if settings["mode"] == "root" else None)
        os.mkdir("/tmp/work")
        os.chdir("/tmp/work")
        lay_out(FILES)
        sys.path.insert(0, "")  # as in a notebook: a file beside it can be imported
        answers.tell("ready")
    except BaseException as error:
        answers.tell("failed", repr(error)[:500])
        os._exit(1)
    try:
        answers.serve()
    finally:
        os._exit(1)


CHANNEL = 3
FILES = "/files"
"""What an assignment lays beside the notebook, read-only."""
COPIED = 4 << 20
"""Bytes of it that each submission gets as its own."""


def lay_out(files: str) -> None:
    """The same folders and files here, as copies that a notebook may overwrite; links to what is too large for that."""
    room = COPIED
    for folder, _, names in os.walk(files):
        here = os.path.relpath(folder, files)
        os.makedirs(here, exist_ok=True)
        for name in names:
            source, target = os.path.join(folder, name), os.path.join(here, name)
            size = os.path.getsize(source)
            if size <= room:
                room -= size
                shutil.copyfile(source, target)
            else:
                os.symlink(source, target)


def keep_only(channel: int) -> None:
    """Nothing to read on 0, nowhere to write on 1 and 2, the channel on 3, and no other descriptor."""
    null = os.open("/dev/null", os.O_RDWR)
    kept = os.dup(channel)
    for target in (0, 1, 2):
        os.dup2(null, target)
    if kept != CHANNEL:
        os.dup2(kept, CHANNEL, inheritable=False)
    else:
        os.set_inheritable(CHANNEL, False)
    os.closerange(CHANNEL + 1, 1 << 16)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3]))
