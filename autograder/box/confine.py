"""Takes every power away from a process before a student's first line runs in it (Linux, x86_64 and aarch64).

`unshare` gives it namespaces of its own, `private_view` a file system of its own, `give_up` drops identity, capabilities,
resource limits and, by a seccomp filter, the system calls that no exercise needs. Nothing here can be undone from inside.
Plain ctypes on the C library: the sandbox holds no helper program and needs no package.
"""

import ctypes
import os
import platform
import resource
import struct

_libc = ctypes.CDLL(None, use_errno=True)

# <linux/sched.h>
NEWNS, NEWCGROUP, NEWUTS, NEWIPC = 0x00020000, 0x02000000, 0x04000000, 0x08000000
NEWUSER, NEWPID, NEWNET = 0x10000000, 0x20000000, 0x40000000
INNER = NEWNS | NEWCGROUP | NEWUTS | NEWIPC | NEWPID | NEWNET

# <sys/mount.h>
_RDONLY, _NOSUID, _NODEV, _NOEXEC, _REMOUNT = 1, 2, 4, 8, 32
_REC, _PRIVATE = 16384, 1 << 18

# <linux/prctl.h>, <linux/capability.h>
_PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _PR_CAP_AMBIENT = 24, 38, 22, 47
_PR_SET_SECUREBITS, _AMBIENT_CLEAR_ALL, _SECCOMP_FILTER = 28, 4, 2
_SECUREBITS_LOCKED = 0b11101111  # no root magic, set-uid fix-up, kept or ambient capabilities: each with its lock
_CAPABILITY_VERSION_3 = 0x20080522
_LAST_CAPABILITY = 63


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    _check(_libc.unshare(ctypes.c_int(flags)), "unshare")


def map_identity(inside: int) -> None:
    """Write the one-line id maps of a fresh user namespace: whoever made it is `inside` there, nobody else exists."""
    uid, gid = _OUTER
    for name, text in (("setgroups", "deny"), ("uid_map", f"{inside} {uid} 1"), ("gid_map", f"{inside} {gid} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


_OUTER = os.getuid(), os.getgid()


def _mount(source: str, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    as_bytes = [None if part is None else part.encode() for part in (source, target, kind)]
    text = None if data is None else data.encode()
    _check(_libc.mount(*as_bytes, ctypes.c_ulong(flags), text), f"mount {target}")


def private_view(scratch_bytes: int) -> None:
    """One sized scratch disk on /tmp (which /dev/shm points to), and no /proc at all; the rest is read-only already."""
    _mount("none", "/", None, _REC | _PRIVATE)
    size = f"size={scratch_bytes},nr_inodes=16384,mode=1777"
    _mount("tmpfs", "/tmp", "tmpfs", _NOSUID | _NODEV, size)
    _mount("tmpfs", "/proc", "tmpfs", _RDONLY | _NOSUID | _NODEV | _NOEXEC, "size=4096,nr_inodes=2,mode=0555")


def first_to_go() -> None:
    """When memory runs out, let the kernel end this process and its children, never the template."""
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")


def set_limits(*, memory: int, processes: int, files: int, file_bytes: int, cpu_seconds: int) -> None:
    """Resource limits of the process and all that it starts; `memory` is counted above what is mapped already."""
    with open("/proc/self/statm") as statm:
        mapped = int(statm.read().split()[0]) * resource.getpagesize()
    limits = {
        resource.RLIMIT_AS: mapped + memory,
        resource.RLIMIT_NPROC: processes,
        resource.RLIMIT_NOFILE: files,
        resource.RLIMIT_FSIZE: file_bytes,
        resource.RLIMIT_CPU: cpu_seconds,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    for which, value in limits.items():
        allowed = resource.getrlimit(which)[1]  # the machine may be stricter than we are, never the other way round
        value = value if allowed == resource.RLIM_INFINITY else min(value, allowed)
        resource.setrlimit(which, (value, value))


def give_up(uid: int | None) -> None:
    """Become `uid` (None: stay, in a user namespace of one), with no capability, no way to one, and a filtered kernel.

    Order matters: the bounding set while CAP_SETPCAP is there, the identity next, the filter last.
    """
    for capability in range(_LAST_CAPABILITY + 1):
        _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)  # fails beyond the kernel's last capability, which is fine
    _check(_libc.prctl(_PR_SET_SECUREBITS, _SECUREBITS_LOCKED, 0, 0, 0), "securebits")
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    _check(_libc.prctl(_PR_CAP_AMBIENT, _AMBIENT_CLEAR_ALL, 0, 0, 0), "ambient capabilities")
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    _check(_libc.capset(header, (ctypes.c_uint32 * 6)()), "capset")
    _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    _install(filter_program())


# ------------------------------------------------------------------------------------------------ seccomp

# System call numbers: x86_64 (<asm/unistd_64.h>), aarch64 (<asm-generic/unistd.h>); None where there is none.
# From 424 on both share one numbering. tests/test_sandbox.py holds the table to the headers.
DENIED: dict[str, tuple[int | None, int | None]] = {
    # memory that no limit counts
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "shmat": (30, 196),
    "shmctl": (31, 195), "shmdt": (67, 197), "semget": (64, 190), "semop": (65, 193), "semctl": (66, 191),
    "semtimedop": (220, 192), "msgget": (68, 186), "msgsnd": (69, 189), "msgrcv": (70, 188), "msgctl": (71, 187),
    "mq_open": (240, 180), "mq_unlink": (241, 181),
    # namespaces and mounts
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41),
    "chroot": (161, 51), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    # other processes
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_getfd": (438, 438), "process_madvise": (440, 440),
    # large and rarely needed parts of the kernel
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "io_setup": (206, 0), "io_submit": (209, 2),
    "vmsplice": (278, 75), "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218),
    "fanotify_init": (300, 262), "fanotify_mark": (301, 263), "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265), "lookup_dcookie": (212, 18), "nfsservctl": (180, 42),
    # the machine itself
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "swapon": (167, 224), "swapoff": (168, 225), "reboot": (169, 142),
    "acct": (163, 89), "quotactl": (179, 60), "quotactl_fd": (443, 443), "settimeofday": (164, 170),
    "clock_settime": (227, 112), "clock_adjtime": (305, 266), "adjtimex": (159, 171), "sethostname": (170, 161),
    "setdomainname": (171, 162), "syslog": (103, 116), "vhangup": (153, 58), "personality": (135, 92),
    "mbind": (237, 235), "set_mempolicy": (238, 237), "migrate_pages": (256, 238), "move_pages": (279, 239),
    "set_mempolicy_home_node": (450, 450), "mknodat": (259, 33), "mknod": (133, None), "iopl": (172, None),
    "ioperm": (173, None), "modify_ldt": (154, None), "uselib": (134, None), "ustat": (136, None),
    "sysfs": (139, None), "_sysctl": (156, None),
}  # fmt: skip
NUMBERS = {"clone": (56, 220), "clone3": (435, 435), "ioctl": (16, 29), "socket": (41, 198)}
NEWEST = 462
"""The last system call known when the list was made; later ones do not exist for students."""

_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_ANY_NAMESPACE = 0x7E020000
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_FAMILIES = (1, 2, 10)
"""AF_UNIX, AF_INET and AF_INET6: what multiprocessing and asyncio ask for; with no network behind them."""

_KILL, _ALLOW, _ERRNO = 0x80000000, 0x7FFF0000, 0x00050000
_EPERM, _ENOSYS, _EAFNOSUPPORT = 1, 38, 97
_NR, _ARCH, _ARG0, _ARG1 = 0, 4, 16, 24  # offsets in struct seccomp_data; both machines are little-endian


def supported() -> bool:
    return platform.machine() in _ARCHITECTURES


def filter_program() -> bytes:
    """The BPF program, 8 bytes an instruction (<linux/filter.h>): wrong machine dies, the denied get an errno, the rest passes."""
    column, arch = _ARCHITECTURES[platform.machine()]
    load, equal, at_least, has_bits, ret = 0x20, 0x15, 0x35, 0x45, 0x06

    def op(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
        return struct.pack("=HBBI", code, yes, no, value)

    def deny(test: int, value: int, errno: int) -> bytes:
        return op(test, value, 0, 1) + op(ret, _ERRNO | errno)

    def only(name: str, body: bytes) -> bytes:
        """Run `body` for this call alone; it ends in a return."""
        return op(equal, NUMBERS[name][column], 0, len(body) // 8) + body

    program = op(load, _ARCH) + op(equal, arch, 1, 0) + op(ret, _KILL) + op(load, _NR)
    program += deny(at_least, NEWEST + 1, _ENOSYS)  # x32's numbers too: they start at 0x40000000
    program += deny(equal, NUMBERS["clone3"][column], _ENOSYS)  # its flags lie in memory: the C library falls back to clone
    for numbers in DENIED.values():
        if numbers[column] is not None:
            program += deny(equal, numbers[column], _EPERM)
    allow = op(ret, _ALLOW)
    program += only("clone", op(load, _ARG0) + deny(has_bits, _ANY_NAMESPACE, _EPERM) + allow)
    ioctl = op(load, _ARG1) + deny(equal, _TIOCSTI, _EPERM) + deny(equal, _TIOCLINUX, _EPERM)
    program += only("ioctl", ioctl + allow)
    known = b"".join(op(equal, family, 0, 1) + allow for family in _FAMILIES)
    program += only("socket", op(load, _ARG0) + known + op(ret, _ERRNO | _EAFNOSUPPORT))
    return program + allow


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def _install(program: bytes) -> None:
    pointer = ctypes.byref(_Program(len(program) // 8, program))
    _check(_libc.prctl(_PR_SET_SECCOMP, _SECCOMP_FILTER, pointer, 0, 0), "seccomp")
