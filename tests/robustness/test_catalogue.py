"""Every bad submission of the catalogue, graded by the real judge in the real sandbox, in every mode that this machine has."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import sandbox
from autograder.assignment import ROOT
from autograder.model import from_json
from tests.robustness.catalogue import CASES, FULL
from tests.robustness.driver import LIMITS

NOBODY = 65534
SCRATCH = [Path("/tmp"), Path("/dev/shm"), Path("/var/tmp"), Path.home(), ROOT]


def _command(mode: str) -> list[str]:
    """The driver in one mode; as root, the unprivileged mode is entered as `nobody`, who may then see the interpreter."""
    driver = [sys.executable, "-m", "tests.robustness.driver"]
    if mode == "root" or os.geteuid() != 0:
        return driver
    closed = {str(p) for n in NEEDED for p in Path(n).parents if not os.stat(p).st_mode & 0o001}
    opened = [part for folder in sorted(closed) for part in ("--perms", "0755", "--tmpfs", folder)]
    for path in NEEDED:
        if any(path.startswith(folder) for folder in closed):
            between = [str(p) for p in reversed(Path(path).parents) if str(p) != "/" and str(p) not in closed]
            opened += [part for folder in between for part in ("--perms", "0755", "--dir", folder)]
            opened += ["--ro-bind", path, path]
    become = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--inh-caps=-all"]
    return ["bwrap", "--bind", "/", "/", "--dev-bind", "/dev", "/dev", "--cap-add", "ALL", *opened, "--", *become, *driver]


NEEDED = sorted({os.path.realpath(sys.base_prefix), os.path.realpath(sys.prefix), str(ROOT)})


class Driver:
    def __init__(self, mode: str):
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "COURSE_SECRET": "never seen inside", "PYTHONDONTWRITEBYTECODE": "1"}
        self.process = subprocess.Popen(
            _command(mode), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
        )
        self.hello = self.read()

    def read(self) -> dict:
        line = self.process.stdout.readline()
        assert line, "the driver died: its message is on stderr"
        return json.loads(line)

    def grade(self, cells: tuple[str, ...]) -> dict:
        self.process.stdin.write(json.dumps(cells) + "\n")
        self.process.stdin.flush()
        return self.read()

    def close(self) -> None:
        self.process.stdin.close()
        assert self.process.wait(60) == 0


MODES = ("root", "unprivileged") if os.geteuid() == 0 else ("unprivileged",)
"""Root is the stronger user: it can try both. An ordinary user's machine must at least have the other."""


@pytest.fixture(scope="session", params=MODES)
def driver(request):
    running = Driver(request.param)
    assert running.hello["isolation"]["mode"] == request.param
    yield running
    running.close()


def test_there_is_a_sandbox_here():
    assert None in sandbox.modes().values(), f"no sandbox on this machine: {sandbox.modes()}"


def test_the_walls_hold(driver):
    assert [c for c in driver.hello["checks"] if not c[1]] == []
    assert len(driver.hello["checks"]) == 17


@pytest.fixture(scope="session")
def table():
    """dist/robustness.json: every case that was run, its fair score, the score it got, and its time, in each mode."""
    rows: dict[str, dict] = {}
    yield rows
    path = ROOT / "dist" / "robustness.json"
    path.parent.mkdir(exist_ok=True)
    known = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(known | rows, indent=1, sort_keys=True) + "\n")


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.group}: {case.name}")
def test_bad_submission(case, driver, table):
    answer = driver.grade(case.cells)
    row = {"outcome": case.outcome, "fair": case.score, "seconds": round(answer["seconds"], 2), "held": False}
    table[f"{driver.hello['isolation']['mode']} / {case.group} / {case.name}"] = row
    result, honest = from_json(answer["result"]), from_json(answer["honest"])
    told = [*(note.message for note in result.cells), *result.flags]
    public = [c.message for q in result.questions for c in q.cases if not c.hidden]
    row["score"] = result.score

    assert result.status == "graded"
    assert result.score == case.score or (case.at_most and result.score < case.score), public + told
    assert any(case.says in text for text in told + public), public + told
    assert any(case.flag in flag for flag in (*result.flags, "")), result.flags
    assert "LEAK" not in "".join(c.message for q in result.questions for c in q.cases if c.hidden), "a hidden input came out"
    assert "\x1b" not in answer["result"]
    assert "\\u001b" not in answer["result"]

    assert honest.score == FULL, "the next submission noticed"
    assert honest.flags == ()
    assert honest.cells == ()
    assert answer["left"] == 0, "a process was left behind"
    assert [f for folder in SCRATCH for f in folder.glob("*course-canary*")] == [], "a file was left behind"
    assert answer["seconds"] < LIMITS.submission_seconds
    row["held"] = True
