"""Setting up: an old Python, a missing tool and a broken lock are each one clear line."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / "tools" / "bootstrap.py"


def bootstrap(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """Run a copy of the script in a checkout of its own."""
    (folder / "tools").mkdir(exist_ok=True)
    shutil.copy(SCRIPT, folder / "tools")
    return subprocess.run(
        [sys.executable, folder / "tools" / "bootstrap.py", *arguments],
        capture_output=True, text=True, env={**os.environ, **environment},
    )  # fmt: skip


def test_old_python_is_told_so_before_any_newer_syntax():
    """All that stands before the version check parses and runs on Python 3.5, and so does the check."""
    source = SCRIPT.read_text()
    check = source[: source.index("import argparse")]
    ast.parse(source, feature_version=(3, 6))  # an older Python must read the whole file before it can run a line
    pretend = check.replace("import sys", "import sys\nsys.version_info = (3, 8, 18)", 1)
    done = subprocess.run([sys.executable, "-c", pretend], capture_output=True, text=True)
    assert done.returncode == 2
    assert "Python 3.8" in done.stderr
    assert "3.11 or newer" in done.stderr
    assert "Traceback" not in done.stderr


def test_unknown_group_is_one_line(tmp_path):
    done = bootstrap(tmp_path, "nonsense")
    assert done.returncode == 2
    assert "unknown group nonsense; there are: grading, tests" in done.stderr


def test_a_lock_that_cannot_be_installed_says_what_failed_and_where_the_log_is(tmp_path):
    (tmp_path / "requirements.txt").write_text("no-such-package-as-this==0.0.1\n")
    done = bootstrap(tmp_path, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(tmp_path))
    assert done.returncode == 1
    assert "installing the locked Python packages" in done.stderr
    assert "no-such-package-as-this" in done.stderr
    assert ".cache/setup.log" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / ".venv" / ".installed").exists(), "a failed installation must not count as done"


@pytest.mark.parametrize(("manager", "line"), [("apt-get", "bubblewrap"), (None, "please install bwrap")])
def test_a_missing_system_package_names_the_way_out(tmp_path, manager, line):
    """Where we may not install, one line says what to type; known by running the real function on an empty PATH."""
    tools = tmp_path / "bin"
    tools.mkdir()
    if manager:
        (tools / manager).symlink_to("/bin/false")
    code = (
        "import os, sys; sys.path.insert(0, sys.argv[1]); import bootstrap; os.geteuid = lambda: 1000\n"
        "try: bootstrap.install_system('grading')\n"
        "except bootstrap.SetupError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, SCRIPT.parent], capture_output=True, text=True, env={"PATH": str(tools)}
    )
    assert line in done.stdout, done.stderr
    assert "bwrap is not installed" in done.stdout


def test_the_lock_pins_and_hashes_everything():
    lines = (ROOT / "requirements.txt").read_text().replace("\\\n", " ").splitlines()
    packages = [line for line in lines if line.strip() and not line.startswith("#")]
    assert len(packages) > 100
    for package in packages:
        assert "==" in package, package
        assert "--hash=sha256:" in package, package


def test_the_npm_lock_pins_everything_and_names_no_host():
    text = (ROOT / "package-lock.json").read_text()
    assert '"resolved"' not in text
    assert text.count('"integrity"') > 50
