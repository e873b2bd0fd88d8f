"""The real grader loses nothing: killed, out of space, locked out, without power. `python -m tools.kills` kills it a hundred times."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder import foreign, formgrader, results
from autograder.errors import GraderFailure
from autograder.model import Result
from tools import kills

ROOT = Path(__file__).resolve().parents[1]
STUDENTS = 8


def test_killed_at_random_moments_nothing_is_lost_and_nothing_graded_twice(tmp_path: Path):
    figures = kills.Trial(tmp_path, size=STUDENTS).again_and_again(times=6, seed=int(time.time()), per_round=6)
    assert figures.faults == [], str(figures)
    assert figures.kills + figures.runs == 8
    assert figures.kills >= 4


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict[str, float]]:
    """A small class and its graded OUT, and the fair scores; copies of OUT are for the tests to spoil."""
    room = tmp_path_factory.mktemp("graded")
    fair = kills.write_class(room / "class", STUDENTS)
    done = subprocess.run(kills.command(room / "class", room / "out", 1), cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return room / "class", room / "out", fair


# ------------------------------------------------------------------------------------------- a full disk


FULL_DISK = """
import json, subprocess, sys
from pathlib import Path
from tools import kills
submissions, out, fair = Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3])
steps, ballast = [], {"some": 400_000, "more": 500_000}  # what becomes free before each run; the rest before the last
for name, size in ballast.items():
    (out / name).write_bytes(bytes(size))
with open(out / "rest", "wb", buffering=0) as rest:
    try:
        while True:
            rest.write(bytes(4096))
    except OSError:
        pass
for name in (*ballast, "rest"):
    (out / name).unlink()
    before = kills.stored(out)
    done = subprocess.run(kills.command(submissions, out, 1), capture_output=True, text=True)
    faults = kills.faults_of_files(out, fair, before)
    if done.returncode == 0:
        faults += kills.faults_at_the_end(out, fair, len(before), done.returncode, done.stdout, done.stderr)
    steps.append([done.returncode, done.stderr, len(kills.stored(out)), faults])
print(json.dumps(steps))
"""


def test_a_full_disk_stops_the_run_with_one_line_and_space_lets_it_go_on(tmp_path: Path):
    """OUT is a tiny disk of its own: full while grading, then, with more space, full while publishing, then large enough."""
    fair = kills.write_class(tmp_path / "class", STUDENTS)
    (tmp_path / "out").mkdir()
    disk = ["bwrap", "--dev-bind", "/", "/", "--size", "24000000", "--tmpfs", str(tmp_path / "out"), "--chdir", str(ROOT)]
    words = [sys.executable, "-c", FULL_DISK, str(tmp_path / "class"), str(tmp_path / "out"), json.dumps(fair)]
    done = subprocess.run([*disk, *words], env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    grading, publishing, enough = json.loads(done.stdout)
    for status, said, _, faults in (grading, publishing):
        assert faults == []
        assert status == 1
        assert said.count("\n") == 1, said
        assert "disk is full" in said or "disk I/O error" in said or "No space left" in said, said
    assert grading[2] < STUDENTS
    assert publishing[2] == STUDENTS
    assert enough == [0, "", STUDENTS, []]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


# ------------------------------------------------------------------------- an OUT that may not be written


def test_a_read_only_out_is_refused_and_left_as_it_was(graded: tuple, tmp_path: Path):
    submissions, out, _ = graded
    kept = kills.stored(out)
    words = ["bwrap", "--dev-bind", "/", "/", "--ro-bind", str(out), str(out), "--chdir", str(ROOT), *kills.command(submissions, out, 1)]
    done = subprocess.run(words, env=environment(), capture_output=True, text=True)
    assert done.returncode == 1
    assert "read-only" in done.stderr
    assert str(out) in done.stderr
    assert done.stderr.count("\n") == 1
    assert kills.stored(out) == kept


@pytest.mark.parametrize("folder", ["results", "nbgrader/autograded"])
def test_an_out_that_is_locked_while_grading_stops_the_run(folder: str, graded: tuple, tmp_path: Path):
    """After the second result nobody may write there any more; once they may, the run goes on from there."""
    submissions, _, fair = graded
    place, out = tmp_path / "out" / folder, tmp_path / "out"
    place.mkdir(parents=True)
    words = kills.command(submissions, out, 1)
    with subprocess.Popen(lockable(place, words), cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as grader:
        while len(kills.stored(out)) < 2 and grader.poll() is None:
            time.sleep(0.005)
        lock(place, grader.pid)
        said = grader.communicate()[1]
    place.chmod(0o755)
    assert grader.returncode == 1
    assert "permission denied" in said or "read-only" in said
    assert said.count("\n") == 1, said
    before = kills.stored(out)
    assert 2 <= len(before) < STUDENTS
    assert kills.faults_of_files(out, fair, {}) == []
    done = subprocess.run(words, cwd=ROOT, env=environment(), capture_output=True, text=True)
    assert kills.faults_of_files(out, fair, before) == []
    assert kills.faults_at_the_end(out, fair, len(before), done.returncode, done.stdout, done.stderr) == []


def lockable(place: Path, words: list[str]) -> list[str]:
    """The command where `lock` can reach it. Permissions do not stop root, so root gets a mount of its own."""
    if os.geteuid():
        return words
    return ["unshare", "--mount", "sh", "-c", f"mount --bind '{place}' '{place}' && exec \"$@\"", "sh", *words]


def lock(place: Path, grader: int) -> None:
    """Nobody may write there from now on."""
    if os.geteuid():
        place.chmod(0o555)
    else:
        subprocess.run(["nsenter", "--target", str(grader), "--mount", "mount", "-o", "remount,ro,bind", str(place)], check=True)


# ------------------------------------------------------------------------------------------- a power cut


def test_a_result_reaches_the_disk_before_its_name_and_the_name_before_we_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The real calls are made and noted: what was synced, and what the rename was of."""
    done = []
    real_sync, real_replace = os.fsync, os.replace

    def sync(descriptor: int) -> None:
        done.append(("sync", os.readlink(f"/proc/self/fd/{descriptor}"), os.fstat(descriptor).st_size))
        real_sync(descriptor)

    def replace(source: Path, target: Path) -> None:
        done.append(("rename", str(source), str(target)))
        real_replace(source, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "replace", replace)
    with results.locked(tmp_path):
        results.write(tmp_path, Result("Ada", "ada.ipynb", "kmeans", "graded"))
    path = results.path_of(tmp_path, "Ada")
    [(_, written, size), rename, (_, folder, _)] = done
    assert size == path.stat().st_size > 0
    assert rename == ("rename", written, str(path))
    assert folder == str(path.parent)


def test_a_notebook_that_the_power_cut_took_is_made_again_without_grading(graded: tuple, tmp_path: Path):
    submissions, _, _ = graded
    out = shutil.copytree(graded[1], tmp_path / "out", copy_function=shutil.copy2)
    paths = sorted((out / "nbgrader" / "autograded").rglob("*.ipynb"))
    whole = [path.read_bytes() for path in paths]
    paths[0].unlink()
    paths[1].write_bytes(b"")
    paths[2].write_bytes(whole[2][: len(whole[2]) // 2] + bytes(len(whole[2]) // 2))  # what some file systems leave
    before = kills.stored(out)
    done = subprocess.run(kills.command(submissions, out, 1), cwd=ROOT, capture_output=True, text=True)
    assert f"{STUDENTS} unchanged" in done.stdout, done.stderr
    assert [path.read_bytes() for path in paths] == whole
    assert kills.stored(out) == before


# ------------------------------------------------------------------- killed between two things that belong together


def test_a_kill_before_the_gradebook_still_asks_the_human_to_look_again(graded: tuple, tmp_path: Path):
    """A student's work changed; the grader died after the new result and before the gradebook heard of it."""
    submissions = shutil.copytree(graded[0], tmp_path / "class")
    out = shutil.copytree(graded[1], tmp_path / "out")
    with sqlite3.connect(out / "gradebook.db") as book:
        book.execute("update grade set manual_score = 2.5, needs_manual_grade = 0 where auto_score is null and needs_manual_grade")
    changed = "student01"
    shutil.copyfile(submissions / "student06.ipynb", submissions / f"{changed}.ipynb")
    path = results.path_of(out, changed)
    before = path.stat().st_ino
    with kills.start(kills.command(submissions, out, 1)) as grader:
        while path.stat().st_ino == before:
            assert grader.poll() is None
            time.sleep(0.001)
        grader.kill()
    assert results.changed(out) == {changed}
    done = subprocess.run(kills.command(submissions, out, 1), cwd=ROOT, capture_output=True, text=True)
    assert f"{STUDENTS} unchanged" in done.stdout, done.stderr
    with sqlite3.connect(out / "gradebook.db") as book:
        asked = book.execute(
            "select student_id from submitted_assignment s join submitted_notebook n on n.assignment_id = s.id"
            " join grade g on g.notebook_id = n.id where g.needs_manual_grade"
        ).fetchall()
    assert asked == [(changed,)]
    assert results.changed(out) == frozenset()


def test_a_line_that_a_kill_cut_off_is_nobody(tmp_path: Path):
    results.note_changed(tmp_path, "Zoë 😀")
    with open(tmp_path / results.CHANGED, "ab") as file:
        file.write(b'"half a na')
    assert results.changed(tmp_path) == {"Zoë 😀"}


def test_a_kill_while_a_package_is_replaced_leaves_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Two folders change places in two steps; after the first, the package is still found, and the next run goes through."""
    test = 'OK_FORMAT = True\ntest = {"name": "q1", "points": 1, "suites": [{"cases": [{"code": ">>> x\\n1"}], "type": "doctest"}]}\n'
    package = foreign.Package("one", {foreign.CONFIG: b"{}", "tests/q1.py": test.encode()})
    first = foreign.unpack(package, tmp_path)
    steps, real = [], os.rename

    def rename(source: Path, target: Path) -> None:
        if steps:
            raise KeyboardInterrupt
        steps.append(target)
        real(source, target)

    monkeypatch.setattr(os, "rename", rename)
    with pytest.raises(KeyboardInterrupt):
        foreign.unpack(package, tmp_path)
    monkeypatch.undo()
    assert not first.path.exists()
    assert foreign.find(tmp_path).slug == "one"
    assert foreign.unpack(package, tmp_path).path == first.path
    assert not (tmp_path / foreign.BEFORE).exists()


def test_notebooks_say_what_stops_them(tmp_path: Path):
    (tmp_path / "nbgrader").write_text("")
    with pytest.raises(GraderFailure, match="a part of the path is a file"):
        formgrader._store(tmp_path / "nbgrader" / "x.ipynb", "{}")
