"""What a container withholds from the sandbox inside it, and the words that give it.

An engine shields its host in ways that also keep bubblewrap from shielding us: a filter of system calls (Docker's denies new namespaces and
`pivot_root`), AppArmor (denies mounts), masked paths in /proc (the kernel then lets nobody mount a fresh one from a user namespace).
Root in a container could do without user namespaces but would need CAP_SYS_ADMIN of the machine; an ordinary user needs no power at all,
so that is what we advise.
"""

import os
import re
from pathlib import Path

_SYS_ADMIN = 21


def kind(root: Path = Path("/")) -> str | None:
    """`kubernetes`, `podman`, `docker`, `container` for another one, or None outside of any."""
    if os.environ.get("KUBERNETES_SERVICE_HOST"):
        return "kubernetes"
    if (root / "run/.containerenv").exists():
        return "podman"
    if (root / ".dockerenv").exists():
        return "docker"
    return "container" if os.environ.get("container") else None  # noqa: SIM112 (systemd's convention)


def missing(engine: str, root: Path = Path("/")) -> list[str]:
    """Options that the container was not started with and that the sandbox may need, as the engine spells them."""
    process = root / "proc/self"
    status = _read(process / "status")
    found = []
    if re.search(r"^Uid:\s+0\b", status, re.M) and not _powers(status) >> _SYS_ADMIN & 1:
        found.append("--user 1000:1000")
    if re.search(r"^Seccomp:\s+2", status, re.M):
        found.append("--security-opt seccomp=unconfined")
    if "(enforce)" in _read(process / "attr/current"):
        found.append("--security-opt apparmor=unconfined")
    if any(line.split()[4].startswith("/proc/") for line in _read(process / "mountinfo").splitlines()):
        found.append("--security-opt unmask=ALL" if engine == "podman" else "--security-opt systempaths=unconfined")
    return found


def advice() -> str:
    """How to start the container anew, in a few words; nothing outside of one."""
    if (engine := kind()) is None:
        return ""
    if engine == "kubernetes":
        return " (in a pod: give it the securityContext that autograder/README.md shows)"
    options = missing(engine)
    if not options:
        return " (in a container whose own limits seem not to be the reason: does the kernel of its host allow user namespaces?)"
    return f" (in a container: start it with {' '.join(options)})"


def _powers(status: str) -> int:
    found = re.search(r"^CapEff:\s+([0-9a-f]+)", status, re.M)
    return int(found[1], 16) if found else 0


def _read(path: Path) -> str:
    """Nothing where there is no such file, or the kernel has no such thing."""
    try:
        return path.read_text()
    except OSError:
        return ""
