"""Attempts to break out, made from inside with the powers that a student's code has. Run as a cell by `autograder.proof`.

Each `try_…` returns None when the wall held, or says in words what it could do. Targets that really exist outside (a file, a
listening port, a process) come in as TARGETS, so that an attempt cannot fail for want of anything to reach.
"""

import ctypes
import errno
import os
import resource
import socket
import sys
import time

import confine
import numpy as np

TARGETS: dict = {}
_libc = ctypes.CDLL(None, use_errno=True)


def syscall(number: int, *args: int) -> str | None:
    """The error of a raw system call; None when the kernel did it."""
    ctypes.set_errno(0)
    result = _libc.syscall(ctypes.c_long(number), *(ctypes.c_long(a) for a in args))
    return errno.errorcode.get(ctypes.get_errno(), "?") if result == -1 else None


def refused(action) -> bool:
    try:
        action()
    except OSError:
        return True
    return False


def column() -> int:
    return 0 if os.uname().machine == "x86_64" else 1


def try_to_reach_the_network():
    for where in (("127.0.0.1", TARGETS["port"]), ("192.0.2.1", 80)):
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(where) == 0:
                return f"connected to {where[0]}"
    with socket.socket(socket.AF_UNIX) as probe:
        if probe.connect_ex("\0" + TARGETS["abstract"]) == 0:
            return "connected to an abstract socket of the host"


def try_to_read_the_hosts_files():
    for path in TARGETS["secrets"]:
        if not refused(lambda path=path: open(path, "rb").close()):
            return f"read {path}"
    if os.path.exists(TARGETS["repository"]):
        return "sees the course's repository"


def try_to_write_outside_the_work_folder():
    roots = ["/", "/dev", "/box", "/usr/lib", "/etc", os.path.dirname(np.__file__), sys.prefix, os.path.dirname(os.__file__)]
    for folder in roots:
        if not refused(lambda folder=folder: os.close(os.open(f"{folder}/planted", os.O_CREAT | os.O_WRONLY))):
            return f"wrote to {folder}"


def try_to_find_other_processes():
    if os.getpid() != 1:
        return "is not alone in its process namespace"
    if os.listdir("/proc"):
        return "sees /proc"
    for pid in TARGETS["pids"]:
        if not refused(lambda pid=pid: os.kill(pid, 0)):
            return f"can signal process {pid}"


def try_to_be_somebody():
    if os.getuid() == 0 or os.getgid() == 0 or os.getuid() in TARGETS["uids"]:
        return f"runs as uid {os.getuid()}"
    if os.getgroups() not in ([], [os.getgid()], TARGETS["overflow_groups"]):
        return f"has groups {os.getgroups()}"
    header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    _libc.capget(header, data)
    bounding = [c for c in range(64) if _libc.prctl(23, c, 0, 0, 0) == 1]
    if any(data) or bounding:
        return f"holds capabilities {list(data)}, may gain {bounding}"
    if not refused(lambda: os.setuid(0)):
        return "became root"


def try_to_gain_powers():
    if _libc.prctl(39, 0, 0, 0, 0) != 1:
        return "may gain powers through a set-uid program (no_new_privs is off)"
    for path in ("/usr/lib", "/tmp", "/box"):
        if not os.statvfs(path).f_flag & os.ST_NOSUID:
            return f"set-uid programs count on {path}"


def try_forbidden_system_calls():
    if _libc.prctl(21, 0, 0, 0, 0) != 2:
        return "runs without a seccomp filter"
    for name, numbers in confine.DENIED.items():
        if numbers[column()] is not None and (got := syscall(numbers[column()])) != "EPERM":
            return f"{name}: {got or 'done'}"


def try_new_namespaces():
    number = confine.NUMBERS["clone"][column()]
    for bit in (0x10000000, 0x00020000, 0x20000000, 0x40000000, 0x08000000, 0x04000000, 0x02000000):
        if (got := syscall(number, bit | 17)) != "EPERM":
            return f"clone with flag {bit:#x}: {got or 'done'}"
    if (got := syscall(confine.NUMBERS["clone3"][column()])) != "ENOSYS":
        return f"clone3: {got or 'done'}"


def try_to_type_into_the_terminal():
    if not refused(lambda: os.close(os.open("/dev/tty", os.O_RDWR))):
        return "has a terminal"
    if (got := syscall(confine.NUMBERS["ioctl"][column()], 0, 0x5412, 0)) != "EPERM":
        return f"TIOCSTI: {got or 'done'}"


def try_inherited_descriptors():
    found = [d for d in range(4, 4096) if not refused(lambda d=d: os.fstat(d))]
    if found:
        return f"inherited descriptors {found}"


def try_the_environment():
    if extra := set(os.environ) - set(TARGETS["environment"]):
        return f"sees {sorted(extra)}"


def try_more_memory():
    try:
        np.zeros(TARGETS["memory"] + (64 << 20), np.uint8)
    except MemoryError:
        return None
    return "was given more memory than the limit"


def try_more_disk():
    block, written = b"\0" * (1 << 20), 0
    try:
        for number in range(4):
            with open(f"/tmp/fill{number}", "wb", buffering=0) as file:
                for _ in range(TARGETS["scratch"] // len(block) + 8):
                    written += file.write(block)
                    if written > TARGETS["scratch"] * 1.5:
                        return "wrote more than the scratch disk holds"
    except OSError:
        return None
    finally:
        for number in range(4):
            if os.path.exists(f"/tmp/fill{number}"):
                os.unlink(f"/tmp/fill{number}")


def try_more_processes():
    hard = resource.getrlimit(resource.RLIMIT_NPROC)[1]
    if not 0 < hard <= TARGETS["processes"]:
        return f"may start {hard} processes"
    children, few = [], 6  # the same limit, lowered so that reaching it is quick
    resource.setrlimit(resource.RLIMIT_NPROC, (few, hard))
    try:
        while len(children) <= few:
            pid = os.fork()
            if pid == 0:
                time.sleep(30)
                os._exit(0)
            children.append(pid)
    except OSError:
        return None
    finally:
        resource.setrlimit(resource.RLIMIT_NPROC, (hard, hard))
        for pid in children:
            os.kill(pid, 9)
            os.waitpid(pid, 0)
    return "the limit of processes is not enforced"


def try_more_files():
    opened = []
    try:
        while len(opened) <= TARGETS["files"]:
            opened.append(os.open("/dev/null", os.O_RDONLY))
    except OSError:
        return None
    finally:
        for descriptor in opened:
            os.close(descriptor)
    return f"opened {len(opened)} files"


def try_a_core_dump():
    if resource.getrlimit(resource.RLIMIT_CORE) != (0, 0):
        return "may write core dumps"


def try_honest_work():
    """The other side of every wall: what an exercise needs must work under this identity."""
    import matplotlib.pyplot as plt
    import scipy.linalg

    if abs(scipy.linalg.det(np.eye(3)) - 1) > 1e-12:
        return "SciPy does not compute"
    with open("own.txt", "w") as file:
        file.write("mine")
    plt.plot([1, 2])
    plt.close("all")


def report() -> dict:
    """Every attempt by name: None, or what it could do."""
    found = {}
    for name, attempt in list(globals().items()):
        if name.startswith("try_"):
            try:
                found[name] = attempt()
            except Exception as error:
                found[name] = f"the attempt itself failed: {type(error).__name__}: {error}"
    return found
