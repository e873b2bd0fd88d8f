"""`grade` on a class with known fair scores, in the real sandbox: exact, complete, clean, resumable, clear about mistakes."""

import csv
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from multiprocessing.connection import wait
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

from autograder import gradebook, intake, results, sample_class
from autograder.__main__ import main
from autograder.assignment import load
from autograder.model import Result
from autograder.pool import Outcome, Pool, Queue, Settings, Task, Worker
from tools.processes import alive_after, descendants

ROOT = Path(__file__).resolve().parents[1]
SIZE = 60
LIMITS = ["--limit-cell-seconds", "3", "--limit-call-seconds", "3"]
"""Short, so that those who loop for ever do not keep the tests waiting."""
HONEST = {"perfect", "alternative", "misconceptions", "unfinished"}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home, a folder for temporary files and a working folder, all of our own, with a sample class in it."""
    made = tmp_path_factory.mktemp("room")
    for name in ("home", "tmp", "work"):
        (made / name).mkdir()
    sample_class.write(load("kmeans"), made / "class", SIZE, seed=0)
    return made


def environment(room: Path) -> dict[str, str]:
    ours = {"HOME": str(room / "home"), "TMPDIR": str(room / "tmp"), "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return {**os.environ, **ours, "PYTHONDONTWRITEBYTECODE": "1"}


def command(submissions: Path, out: Path) -> list[str]:
    words = ["--assignment", "kmeans", "--submissions", str(submissions), "--out", str(out), "--jobs", "2", *LIMITS]
    return [sys.executable, "-m", "autograder", "grade", *words]


def grade(room: Path, submissions: Path, out: Path) -> subprocess.CompletedProcess:
    return subprocess.run(
        command(submissions, out), cwd=room / "work", env=environment(room), capture_output=True, text=True, timeout=900
    )


def snapshot(folder: Path) -> dict[str, tuple]:
    """Every path below with its kind, size and time of change."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        found[str(path.relative_to(folder))] = (status.st_mode, status.st_size, status.st_mtime_ns, status.st_ino)
    return found


def shared_memory() -> set[str]:
    """What lies in /dev/shm, but for what a browser of another test may keep there."""
    return {name for name in os.listdir("/dev/shm") if "chromium" not in name}


@pytest.fixture(scope="module")
def graded(room: Path) -> dict:
    """The class, graded once; what was there before and after."""
    before = {name: snapshot(room / name) for name in ("home", "class", "work")}
    memory = shared_memory()
    done = grade(room, room / "class" / "submissions", room / "out")
    return {"done": done, "before": before, "memory": memory, "out": room / "out"}


def wrong(truth: Path, stored: list[Result], students: set[str] | None = None) -> list[str]:
    """Every way in which results differ from the fair scores."""
    by_student, found = {r.student: r for r in stored}, []
    for row in sample_class.read_truth(truth):
        if students is not None and row["student"] not in students:
            continue
        result = by_student.get(row["student"])
        if result is None or result.status != row["status"]:
            found.append(f"{row['kind']}: {result and (result.status, result.problem)}")
        elif result.status == "graded":
            points = {q.question: q.points for q in result.questions if q.points is not None}
            fair = {q: float(row[q]) for q in points}
            found += [f"{row['kind']}: {points} instead of {fair}"] if points != fair else []
    return found


def test_every_score_is_exactly_fair(graded: dict, room: Path):
    stored = results.stored(graded["out"])
    assert wrong(room / "class", stored) == []
    assert len(stored) == SIZE
    assert graded["done"].stderr == ""


def test_those_who_need_a_human_are_listed_and_the_exit_status_says_so(graded: dict, room: Path):
    done = graded["done"]
    human = [row["student"] for row in sample_class.read_truth(room / "class") if row["status"] == "needs-human"]
    assert done.returncode == (3 if human else 0)
    assert f"{len(human)} need a human" in done.stdout
    for student in human:
        assert re.search(rf"^  {re.escape(student)}: .+", done.stdout, re.M)
    assert f"{SIZE - len(human)} written answers wait" in done.stdout


def test_the_files_that_were_promised(graded: dict, room: Path):
    out = graded["out"]
    with open(out / "grades.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {"student", "file", "status", "score", "max_score", "q1", "q7", "flags"} <= set(rows[0])
    assert len(rows) == SIZE
    assert (out / "report" / "index.html").is_file()
    assert len(list((out / "report" / "students").glob("*.html"))) == SIZE
    with sqlite3.connect(out / "gradebook.db") as database:
        assert database.execute("select count(*) from submitted_assignment").fetchone() == (SIZE,)


def test_nothing_is_left_behind_and_nothing_outside_out_is_written(graded: dict, room: Path):
    for name, before in graded["before"].items():
        after = snapshot(room / name)
        assert after == before, f"{name} changed: {sorted(set(after.items()) ^ set(before.items()))[:5]}"
    assert list((room / "tmp").rglob("*")) == []
    assert shared_memory() <= graded["memory"]
    assert alive_after(processes_of(room), 5) == set()


def processes_of(room: Path) -> set[int]:
    """Processes that were given our temporary folder or our OUT."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                words = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
            if str(room).encode() in words:
                found.add(int(entry.name))
    return found


def test_a_second_run_grades_nothing(graded: dict, room: Path):
    before = snapshot(graded["out"] / "results")
    again = grade(room, room / "class" / "submissions", graded["out"])
    assert f"{SIZE} unchanged" in again.stdout
    assert again.returncode == graded["done"].returncode
    assert snapshot(graded["out"] / "results") == before


# ---------------------------------------------------------------------------------- a few honest students


@pytest.fixture
def few(room: Path, tmp_path: Path) -> Path:
    """A dozen honest students of the class, by plain names, and one who keeps a worker busy for three seconds."""
    folder = tmp_path / "few"
    folder.mkdir()
    rows = [r for r in sample_class.read_truth(room / "class") if r["kind"] in HONEST and r["file"].endswith(".ipynb")]
    for row in rows[:12]:
        shutil.copyfile(room / "class" / "submissions" / row["file"], folder / f"{row['student']}.ipynb")
    return folder


def names(folder: Path) -> set[str]:
    return {path.stem for path in folder.iterdir()}


def busy(folder: Path, student: str = "busy") -> None:
    """A right notebook, with a cell before it that takes all the time it is given."""
    source = next(p for p in folder.iterdir()).read_text(encoding="utf-8")
    cell = '{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": null, "source": "while True: pass"}'
    (folder / f"{student}.ipynb").write_text(source.replace('"cells": [', f'"cells": [{cell},', 1), encoding="utf-8")


def test_killed_grader_resumes_and_grades_nothing_twice(room: Path, few: Path, tmp_path: Path):
    out = tmp_path / "out"
    with subprocess.Popen(command(few, out), cwd=room / "work", env=environment(room), stdout=subprocess.PIPE) as grader:
        while len(list((out / "results").glob("*.json"))) < 4:
            assert grader.poll() is None
            time.sleep(0.01)
        family = descendants(grader.pid)
        grader.kill()
    assert alive_after(family, 20) == set()
    kept = {p.name: p.stat().st_ino for p in (out / "results").glob("*.json")}
    assert 4 <= len(kept) < 12
    done = grade(room, few, out)
    assert done.returncode == 0, done.stderr
    assert f"{len(kept)} unchanged" in done.stdout
    assert {p.name: p.stat().st_ino for p in (out / "results").glob("*.json") if p.name in kept} == kept
    assert wrong(room / "class", results.stored(out), names(few)) == []


def test_ctrl_c_is_clean(room: Path, few: Path, tmp_path: Path):
    out = tmp_path / "out"
    busy(few, "aaa")
    with subprocess.Popen(
        command(few, out), cwd=room / "work", env=environment(room), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as grader:
        while not list((out / "results").glob("*.json")):
            time.sleep(0.01)
        family = descendants(grader.pid)
        grader.send_signal(signal.SIGINT)
        said = grader.communicate(timeout=60)
    assert grader.returncode == 130
    assert "interrupted" in said[1]
    assert "Traceback" not in said[0] + said[1]
    assert alive_after(family, 20) == set()
    assert list((room / "tmp").rglob("*")) == []


def test_changed_work_is_graded_anew_and_the_moved_score_told(room: Path, few: Path, tmp_path: Path):
    out = tmp_path / "out"
    assert grade(room, few, out).returncode == 0
    before = snapshot(out / "results")
    rows = {r["student"]: r for r in sample_class.read_truth(room / "class") if r["student"] in names(few)}
    worst, best = (f(rows.values(), key=lambda r: float(r["score"]))["student"] for f in (min, max))
    with sqlite3.connect(out / "gradebook.db") as book:
        book.execute("update grade set manual_score = 2.5 where auto_score is null and needs_manual_grade")
    shutil.copyfile(few / f"{best}.ipynb", few / f"{worst}.ipynb")
    done = grade(room, few, out)
    old, new = float(rows[worst]["score"]), float(rows[best]["score"])
    assert f"{worst}: {old:g} → {new:g} (submission changed)" in done.stdout
    changed = {name for name, value in snapshot(out / "results").items() if before[name] != value}
    assert changed == {results.path_of(out, worst).name}
    written = next(q.id for q in load("kmeans").questions if q.kind == "written")
    scores = gradebook.manual_scores(out, "kmeans")
    assert {s[written] for s in scores.values()} == {2.5}
    with open(out / "grades.csv", encoding="utf-8-sig", newline="") as file:
        [row] = [r for r in csv.DictReader(file) if r["student"].lstrip("'") == best]
    assert float(row[written]) == 2.5
    assert float(row["score"]) == new + 2.5


LEAVING = """
import atexit, os, signal
from multiprocessing.connection import Pipe
from autograder import pool
atexit.register(os.kill, os.getpid(), signal.SIGTERM)
ours, theirs = Pipe()
ours.close()
pool.main(os.dup(theirs.fileno()), os.getppid())
"""


def test_a_worker_that_is_told_to_end_while_it_ends_says_nothing():
    done = subprocess.run([sys.executable, "-c", LEAVING], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def run_pool(folder: Path, out: Path, deaths: int) -> list[Result]:
    """Grade with one worker that is killed so many times while it has something to do."""
    limits = {"cell_seconds": 5.0, "call_seconds": 8.0}
    with results.locked(out), Pool(Settings("kmeans", out, limits, "never"), 1, 60) as pool:

        def kill() -> None:
            for _ in range(deaths):
                worker = wait_for_busy(pool)
                if worker:
                    os.kill(worker, signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        found = [outcome.result for outcome in pool.run(intake.scan(folder))]
        killer.join()
    return found


def wait_for_busy(pool: Pool) -> int | None:
    """The worker's process id once it has been at a task for half a second; another one each time."""
    killed = getattr(pool, "killed", set())
    pool.killed = killed
    for _ in range(3000):
        for worker in list(pool.workers):
            process = worker.process.pid
            at_it = worker.ready and worker.task and worker.task.hand_in.student == "busy"
            if at_it and process not in killed and time.monotonic() - worker.since > 0.5:
                killed.add(process)
                return process
        time.sleep(0.02)
    return None


def test_a_dead_worker_costs_a_retry_not_a_result(few: Path, tmp_path: Path):
    for path in list(few.iterdir())[1:]:
        path.unlink()
    busy(few)
    found = {r.student: r for r in run_pool(few, tmp_path / "out", deaths=1)}
    [other] = names(few) - {"busy"}
    assert found["busy"].status == "graded"
    assert found["busy"].score == found[other].score > 0
    assert found["busy"].cells[0].kind == "timeout"


def test_a_worker_that_dies_twice_is_our_failure_not_a_zero(few: Path, tmp_path: Path):
    for path in list(few.iterdir())[1:]:
        path.unlink()
    busy(few)
    found = {r.student: r for r in run_pool(few, tmp_path / "out", deaths=2)}
    assert found["busy"].status == "infrastructure-error"
    assert found["busy"].questions == ()
    assert "died" in found["busy"].problem
    assert all(r.status == "graded" for name, r in found.items() if name != "busy")


# ---------------------------------------------------------------------------------------------- bad usage


def said(capsys: pytest.CaptureFixture, *words: str) -> tuple[int, str]:
    """Exit status and the one line of complaint."""
    try:
        status = main(["grade", *words])
    except SystemExit as stopped:
        status = stopped.code
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err + captured.out
    return status, captured.err


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--submissions", "{few}"], "say which assignment"),
        (["--assignment", "nothing", "--submissions", "{few}"], "no assignment 'nothing'"),
        (["--assignment", "kmeans", "--submissions", "{few}/nowhere"], "no such file"),
        (["--assignment", "kmeans", "--submissions", "{empty}"], "no submissions found"),
        (["--assignment", "kmeans", "--submissions", "{few}", "--out", "{few}/out"], "must not lie in one another"),
        (["--assignment", "kmeans", "--submissions", "{few}", "--out", "{file}"], "is a file"),
        (["--assignment", "kmeans", "--submissions", "{few}", "--out", "{other}"], "holds results of pca"),
    ],
)
def test_bad_usage_is_one_clear_line(words: list[str], complaint: str, few: Path, tmp_path: Path, capsys: pytest.CaptureFixture):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    with results.locked(tmp_path / "other"):
        results.write(tmp_path / "other", Result("ada", "ada.ipynb", "pca", "graded"))
    places = {"few": few, "empty": tmp_path / "empty", "file": tmp_path / "file", "other": tmp_path / "other"}
    status, err = said(capsys, *(word.format(**places) for word in words), *([] if "--out" in words else ["--out", str(tmp_path / "o")]))
    assert status == 2
    assert complaint in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "words", [["--jobs", "0"], ["--jobs", "x"], ["--feedback", "sometimes"], ["--limit-call-seconds", "-1"], ["--limit-call-seconds", "nan"], ["--what"]]
)
def test_unknown_options_and_values(words: list[str], capsys: pytest.CaptureFixture):
    status, err = said(capsys, *words)
    assert status == 2
    assert err.splitlines()[-1].startswith("python -m autograder grade: error:")


def test_two_graders_on_one_out(few: Path, tmp_path: Path, capsys: pytest.CaptureFixture):
    with results.locked(tmp_path / "out"):
        status, err = said(capsys, "--assignment", "kmeans", "--submissions", str(few), "--out", str(tmp_path / "out"))
    assert status == 2
    assert "another grader" in err
    assert err.count("\n") == 1


# ------------------------------------------------------------------------------- who imports slow packages


def test_hand_ins_that_were_given_back_go_to_those_who_are_warm_or_come_last():
    hand_ins = [intake.HandIn(name, "", ()) for name in "abc"]
    warm, cold = SimpleNamespace(warm=True), SimpleNamespace(warm=False)
    queue = Queue(hand_ins)
    assert queue.next(cold, [cold, cold]) == Task(hand_ins[0]), "nobody is warm: whoever it is has to warm up"
    assert queue.next(cold, [warm, cold]) == Task(hand_ins[1], returnable=True)
    queue.slow.append(hand_ins[1])
    assert queue.next(cold, [warm, cold]) == Task(hand_ins[2], returnable=True), "the rest goes on"
    assert queue.next(cold, [warm, cold]) == Task(hand_ins[1]), "nothing else is left"
    assert queue.next(warm, [warm, cold]) is None
    queue.slow.append(hand_ins[2])
    assert queue.next(warm, [warm, cold]) == Task(hand_ins[2])


@pytest.fixture
def importing_pandas(tmp_path: Path) -> list[intake.HandIn]:
    """Students who need a package that takes long to import."""
    folder = tmp_path / "class"
    folder.mkdir()
    for number in range(6):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(f"import pandas\nnumber = {number}")])
        nbformat.write(notebook, folder / f"student{number}.ipynb")
    return intake.scan(folder)


def test_a_worker_gives_back_what_would_make_it_import_slow_packages(importing_pandas: list, tmp_path: Path):
    def done(task: Task) -> Outcome | None:
        worker.give(task)
        while worker.task:
            wait([worker.connection])
            if outcome := worker.poll(60):
                return outcome
        return None

    first, second, third, *_ = importing_pandas
    with results.locked(tmp_path / "out"):
        worker = Worker(Settings("kmeans", tmp_path / "out", {}, "never"))
        try:
            assert done(Task(first, returnable=True)) is None
            assert (worker.returned, worker.warm, worker.idle) == (first, False, True)
            assert done(Task(second)).result.student == "student1"
            assert worker.warm
            assert done(Task(third, returnable=True)).result.student == "student2", "now it costs nothing"
        finally:
            worker.stop()
            worker.join()


def test_nobody_is_lost_on_the_way_back(importing_pandas: list, tmp_path: Path):
    with results.locked(tmp_path / "out"), Pool(Settings("kmeans", tmp_path / "out", {}, "never"), 2, 60) as pool:
        found = sorted((outcome.result.student, outcome.result.status) for outcome in pool.run(importing_pandas))
    assert found == [(f"student{number}", "graded") for number in range(6)]
