"""`grade --scheduler`: a real scheduler and real worker processes on loopback give what this machine alone gives.

Byte for byte, but for `seconds`, which are measured: in `results/*.json` they are set aside before comparing. Grades, feedback and
formgrader's notebooks hold no time and are compared as they are.
"""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from distributed import Client
from nbformat.v4 import new_code_cell, new_notebook

from autograder import cluster, intake, results, sample_class
from autograder.__main__ import main
from autograder.assignment import load
from autograder.pool import Settings
from tests.test_grade import HONEST, ROOT, busy, wrong
from tools.processes import alive_after, descendants

SIZE = 6
LIMITS = ["--limit-cell-seconds", "3", "--limit-call-seconds", "3"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": "", "OMP_NUM_THREADS": "1"}


def dask(folder: Path, *words: str, **more: str) -> subprocess.Popen:
    """One of Dask's own commands, started in a checkout of the course as an instructor would start it."""
    command = [sys.executable, "-m", "dask", *words]
    return subprocess.Popen(command, cwd=folder, env={**ENVIRONMENT, **more}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@dataclass
class Machines:
    """A scheduler, and how to add a worker to it."""

    folder: Path
    address: str
    scheduler: subprocess.Popen
    stack: ExitStack

    def worker(self, course: Path = ROOT, **environment: str) -> subprocess.Popen:
        options = ["--nthreads", "1", "--no-dashboard", "--local-directory", str(self.folder)]
        process = dask(course, "worker", self.address, *options, **environment)
        self.stack.callback(stop, process)
        return process


def stop(process: subprocess.Popen) -> None:
    """End it and all that it started."""
    family = descendants(process.pid)
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    assert alive_after(family, 20) == set()


@contextmanager
def machines(folder: Path) -> Iterator[Machines]:
    file = folder / "scheduler.json"
    with ExitStack() as stack:
        scheduler = dask(ROOT, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
        stack.callback(stop, scheduler)
        while not (file.is_file() and file.read_text().endswith("}")):
            assert scheduler.poll() is None
            time.sleep(0.05)
        yield Machines(folder, json.loads(file.read_text())["address"], scheduler, stack)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    """A scheduler with two workers, each under Dask's nanny."""
    with machines(tmp_path_factory.mktemp("dask")) as made:
        made.workers = [made.worker(), made.worker()]
        yield made


@pytest.fixture(scope="module")
def sample(two: Machines, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    sample_class.write(load("kmeans"), folder, SIZE, seed=0)
    return folder


@pytest.fixture(scope="module")
def graded(two: Machines, sample: Path) -> dict:
    """The class, graded here and there; there with one result that was brought along from here."""
    here = grade(sample / "submissions", sample / "here", "--jobs", "2")
    brought = sorted((sample / "here" / "results").glob("*.json"))[0]
    for path in (Path("results", brought.name), Path("nbgrader", "autograded", brought.stem, "kmeans", "kmeans.ipynb")):
        (sample / "there" / path).parent.mkdir(parents=True)
        shutil.copy(sample / "here" / path, sample / "there" / path)
    return {"here": here, "there": grade(sample / "submissions", sample / "there", "--scheduler", two.address), "brought": brought}


def command(submissions: Path, out: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "autograder", "grade", "--assignment", "kmeans", *LIMITS, *words, str(submissions), str(out)]


def grade(*words) -> subprocess.CompletedProcess:
    return subprocess.run(command(*words), cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=300)


def untimed(value: object) -> object:
    """Without what was measured."""
    if isinstance(value, dict):
        return {name: untimed(inner) for name, inner in value.items() if name != "seconds"}
    return [untimed(inner) for inner in value] if isinstance(value, list) else value


def files(folder: Path, pattern: str) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.glob(pattern)}


# ------------------------------------------------------------------------------------------ the same results


def test_the_same_results_byte_for_byte_but_for_the_seconds(graded: dict, sample: Path):
    assert graded["there"].stderr == ""
    assert graded["there"].returncode == graded["here"].returncode
    here, there = ({n: untimed(json.loads(t)) for n, t in files(sample / name, "results/*.json").items()} for name in ("here", "there"))
    assert len(here) == SIZE
    assert there == here


@pytest.mark.parametrize("pattern", ["grades.csv", "report/students/*.html", "nbgrader/autograded/*/*/*.ipynb"])
def test_the_same_files_byte_for_byte(pattern: str, graded: dict, sample: Path):
    here, there = files(sample / "here", pattern), files(sample / "there", pattern)
    assert len(here) == (1 if pattern == "grades.csv" else SIZE)
    assert there == here


def test_every_score_is_exactly_fair(graded: dict, sample: Path):
    assert wrong(sample, results.stored(sample / "there")) == []


def test_what_was_graded_here_is_not_graded_again_there(graded: dict, sample: Path):
    assert f"{SIZE} submissions" in graded["there"].stdout
    assert ", 1 unchanged" in graded["there"].stdout
    assert (sample / "there" / "results" / graded["brought"].name).read_bytes() == graded["brought"].read_bytes()


# ------------------------------------------------------------------------------------ workers that die or will not do


@pytest.fixture
def honest(sample: Path, tmp_path: Path) -> Path:
    """One honest student, by a plain name."""
    (tmp_path / "honest").mkdir()
    row = next(r for r in sample_class.read_truth(sample) if r["kind"] in HONEST and r["file"].endswith(".ipynb"))
    shutil.copyfile(sample / "submissions" / row["file"], tmp_path / "honest" / f"{row['student']}.ipynb")
    return tmp_path / "honest"


def kill_busy(there: cluster.Cluster, plan: dict[str, int]) -> None:
    """For each student, kill the worker that has had the hand-in for half a second, so many times."""
    killed: set[str] = set()
    while any(plan.values()):
        for flight in list(there.flights.values()):
            if flight.hand_in and plan.get(flight.hand_in.student) and flight.member not in killed:
                time.sleep(0.5)
                process = there.client.run(os.getpid, workers=[flight.member])[flight.member]
                os.kill(process, signal.SIGKILL)
                killed.add(flight.member)
                plan[flight.hand_in.student] -= 1
        time.sleep(0.02)


def test_a_killed_worker_costs_a_retry_not_a_result_and_two_are_our_failure_not_a_zero(two: Machines, honest: Path, tmp_path: Path):
    [other] = [path.stem for path in honest.iterdir()]
    for name in ("busy", "unlucky"):
        busy(honest, name)
    settings, out = Settings("kmeans", tmp_path / "out", {"cell_seconds": 4.0}, "never"), tmp_path / "out"
    with results.locked(out), cluster.Cluster(two.address, settings, load("kmeans"), None, 60) as there:
        killer = threading.Thread(target=kill_busy, args=(there, {"busy": 1, "unlucky": 2}))
        killer.start()
        found = {outcome.result.student: outcome.result for outcome in there.run(intake.scan(honest))}
        killer.join()
    assert {name: result.status for name, result in found.items()} == {other: "graded", "busy": "graded", "unlucky": "infrastructure-error"}
    assert found["busy"].score == found[other].score > 0
    assert found["busy"].cells[0].kind == "timeout"
    assert found["unlucky"].questions == ()
    assert "died, the second one" in found["unlucky"].problem


def test_workers_without_a_sandbox_or_with_another_course_are_refused(honest: Path, tmp_path: Path):
    course, out = tmp_path / "course", tmp_path / "out"
    for name in ("autograder", "solutions", "notebooks"):
        shutil.copytree(ROOT / name, course / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "requirements.txt", course)
    with open(course / "autograder" / "tests" / "kmeans" / "q1.py", "a") as test:
        test.write("# a change\n")
    with machines(tmp_path) as made:
        made.worker(course)
        made.worker(PATH="/nowhere")
        with Client(made.address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=120)
        done = grade(honest, out, "--scheduler", made.address)
    *refusals, last = done.stderr.splitlines()
    assert done.returncode == 1
    assert any("tcp://127.0.0.1" in line and "other there than here: tests q1;" in line for line in refusals)
    assert any("tcp://127.0.0.1" in line and "bubblewrap is not installed" in line for line in refusals)
    assert "no worker of it can grade" in last
    assert list(results.stored(out)) == []


# -------------------------------------------------------------------------------------------- an otter assignment


def test_a_zip_is_graded_there_with_its_data(two: Machines, tmp_path: Path):
    test = 'OK_FORMAT = True\ntest = {"name": "total", "points": 2, "suites": [{"type": "doctest", "cases": [{"code": ">>> total\\n6", "hidden": False}]}]}\n'
    with zipfile.ZipFile(tmp_path / "small.zip", "w") as archive:
        archive.writestr("otter_config.json", "{}")
        archive.writestr("tests/total.py", test)
        archive.writestr("files/numbers.txt", "1 2 3")
    (tmp_path / "papers").mkdir()
    for name, source in {"right": 'total = sum(map(int, open("numbers.txt").read().split()))', "wrong": "total = 7"}.items():
        nbformat.write(new_notebook(cells=[new_code_cell(source)]), tmp_path / "papers" / f"{name}.ipynb")
    words = ["--autograder", str(tmp_path / "small.zip"), "--scheduler", two.address, str(tmp_path / "papers"), str(tmp_path / "out")]
    assert main(["grade", *words]) == 0
    assert {result.student: result.score for result in results.stored(tmp_path / "out")} == {"right": 2, "wrong": 0}


# ------------------------------------------------------------------------------------------------ interruptions


def graders(there: Machines) -> set[int]:
    """The processes below Dask's workers that grade."""
    found = set()
    for process in set().union(*(descendants(worker.pid) for worker in there.workers)):
        with suppress(FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
            if b"autograder.pool" in Path(f"/proc/{process}/cmdline").read_bytes():
                found.add(process)
    return found


def test_who_is_asked_to_join_when_the_job_is_over_starts_nothing():
    asyncio.run(cluster.leave("over"))
    job = cluster.Job("over", Settings("kmeans", None, {}, "never"), None, 1.0, {})
    assert cluster.join(job) == "the job was ended"
    assert "over" not in cluster._rooms


def test_ctrl_c_is_clean_here_and_there(two: Machines, honest: Path, tmp_path: Path):
    out = tmp_path / "out"
    for name in ("busy", "busy too"):
        busy(honest, name)
    grader = subprocess.Popen(
        command(honest, out, "--scheduler", two.address), cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while not list(out.glob("results/*.json")):
        assert grader.poll() is None
        time.sleep(0.02)
    below = graders(two)
    for _ in range(50):  # a process that starts another one is seen twice for a moment
        if len(below) == 2:
            break
        time.sleep(0.02)
        below = graders(two)
    grader.send_signal(signal.SIGINT)
    said = grader.communicate(timeout=60)
    assert grader.returncode == 130
    assert said[1].strip() == "autograder grade: interrupted; what was finished is kept, run it again to go on"
    assert len(below) == 2, "one for each worker of Dask"
    assert alive_after(below, 20) == set()


def test_a_scheduler_that_is_lost_is_one_line(honest: Path, tmp_path: Path, capfd: pytest.CaptureFixture):
    with machines(tmp_path) as made:
        settings = Settings("kmeans", tmp_path / "out", {}, "never")
        with cluster.Cluster(made.address, settings, load("kmeans"), None, 60) as there:
            threading.Timer(0.5, made.scheduler.kill).start()
            with pytest.raises(cluster.GraderFailure, match="the scheduler is gone; what was finished is kept"):
                list(there.run(intake.scan(honest)))
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("address", "status", "complaint"),
    [
        ("tcp://127.0.0.1:1", 1, "no Dask scheduler can be reached there"),
        ("127.0.0.1:8786", 2, "is no address of a Dask scheduler"),
        ("http://127.0.0.1:8786", 2, "is no address of a Dask scheduler"),
    ],
)
def test_a_wrong_address_is_one_line(address, status, complaint, honest: Path, tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1.0)
    assert main(["grade", "--assignment", "kmeans", "--scheduler", address, str(honest), str(tmp_path / "out")]) == status
    said = capsys.readouterr().err
    assert complaint in said
    assert address in said
    assert said.count("\n") == 1


def test_somebody_else_there_is_one_line(monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(cluster.GraderFailure, match=f"{address}: no Dask scheduler can be reached there"):
            cluster._connect(address)


def test_nobody_there_is_one_line(honest: Path, tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setattr(cluster, "WAIT_SECONDS", 0.5)
    with machines(tmp_path) as made:
        assert main(["grade", "--assignment", "kmeans", "--scheduler", made.address, str(honest), str(tmp_path / "out")]) == 1
    assert f"make worker SCHEDULER={made.address}" in capsys.readouterr().err
