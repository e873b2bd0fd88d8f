"""Results survive kills, full disks and bad luck; what has not changed is recognised."""

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from autograder import results
from autograder.errors import CourseError, GraderFailure
from autograder.model import CaseResult, QuestionResult, Result, from_json

ROOT = Path(__file__).resolve().parents[1]
DIGESTS = {"submission": "a", "environment": "d", "tests q1": "b", "reference q1": "c", "tests q2": "e", "reference q2": "f", "tests q7": "g"}


def result(student: str = "Zoë 😀/../x", points: float = 2.0, **changes: object) -> Result:
    case = CaseResult("test_a", False, 2.0, points, points == 2, "well done")
    questions = (QuestionResult("q1", 2.0, points, (case,)), QuestionResult("q2", 1.0, 1.0), QuestionResult("q7", 4.0, None))
    return replace(Result(student, "x.ipynb", "kmeans", "graded", questions, digests=DIGESTS), **changes)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    with results.locked(tmp_path / "out"):
        pass
    return tmp_path / "out"


def test_what_is_written_is_read_back(out: Path):
    names = ["Ada", "ada", "a/b", "a-b", "", "..", "😀", "😁", "x" * 400]
    for name in names:
        results.write(out, result(name, flags=(f"flag of {name}",)))
    assert sorted(r.student for r in results.stored(out)) == sorted(names)
    assert results.read(out, "a/b") == result("a/b", flags=("flag of a/b",))
    assert results.read(out, "nobody") is None
    assert all(p.parent == out / "results" for p in out.rglob("*.json"))


def test_a_file_that_is_no_result_is_made_anew_not_fatal(out: Path):
    results.write(out, result("Ada"))
    for text in ("", "{", "[]", '{"schema": 0}', '{"schema": 1}', '{"schema": 1, "questions": 5}'):
        results.path_of(out, "Bob").write_text(text, encoding="utf-8")
        assert results.read(out, "Bob") is None
        assert [r.student for r in results.stored(out)] == ["Ada"]


WRITER = """
import sys
from pathlib import Path
from autograder import results
from tests.test_results import result
print("ready", flush=True)
n = 0
while True:
    n += 1
    results.write(Path(sys.argv[1]), result("Ada", flags=tuple(str(n) * 50 for _ in range(2000))))
"""


def test_kill_at_random_moments_leaves_a_whole_result(out: Path):
    """The file under the result's name parses after each of 12 SIGKILLs, and leftovers are cleared by the next lock."""
    chance = random.Random(0)
    for _ in range(12):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(out)], cwd=ROOT, stdout=subprocess.PIPE) as writer:
            assert writer.stdout.readline() == b"ready\n"
            while not results.path_of(out, "Ada").exists():
                time.sleep(0.005)
            time.sleep(chance.random() * 0.1)
            writer.kill()
        stored = from_json(results.path_of(out, "Ada").read_text(encoding="utf-8"))
        assert len(set(stored.flags)) == 1
    with results.locked(out):
        assert [p.name for p in (out / "results").iterdir()] == [results.path_of(out, "Ada").name]


LIMITED = """
import resource, signal, sys
from pathlib import Path
from autograder import results
from autograder.errors import GraderFailure
from tests.test_results import result
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    results.write(Path(sys.argv[1]), result("Ada", flags=("x" * 50_000,)))
except GraderFailure as error:
    print(error)
"""


def test_a_result_that_does_not_fit_leaves_the_old_one(out: Path):
    results.write(out, result("Ada"))
    done = subprocess.run([sys.executable, "-c", LIMITED, str(out)], cwd=ROOT, capture_output=True, text=True)
    assert "cannot write the result" in done.stdout
    assert done.stdout.count("\n") == 1
    assert results.read(out, "Ada") == result("Ada")
    assert len(results.stored(out)) == 1
    assert len(list((out / "results").iterdir())) == 1


@pytest.mark.parametrize(("number", "words"), [(28, "disk is full"), (30, "read-only"), (13, "permission denied")])
def test_reasons_are_in_plain_words(number: int, words: str):
    assert words in results.why(OSError(number, "x"))


def test_out_that_cannot_be_made(tmp_path: Path):
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file" / "out", Path("/proc/self/out")):
        with pytest.raises(GraderFailure) as error, results.locked(path):
            pass
        assert str(path) in str(error.value)
        assert "\n" not in str(error.value)
        assert error.value.exit_status == 1


HOLDER = """
import sys, time
from pathlib import Path
from autograder import results
with results.locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_two_graders_on_one_out(out: Path):
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(out)], cwd=ROOT, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(CourseError, match=f"process {holder.pid}"), results.locked(out):
            pass
        os.kill(holder.pid, signal.SIGKILL)
    with results.locked(out):
        assert (out / ".lock").read_text() == f"{os.getpid()}\n"


EVERYTHING = None


@pytest.mark.parametrize(
    ("changed", "anew"),
    [
        ({}, set()),
        ({"submission": "new"}, EVERYTHING),
        ({"environment": "new"}, EVERYTHING),
        ({"settings": "new"}, EVERYTHING),
        ({"tests q3": "new"}, EVERYTHING),  # there was no such question
        ({"tests q1": "new"}, {"q1"}),
        ({"tests q1": "new", "tests q2": "new"}, {"q1", "q2"}),
        ({"reference q1": "new"}, {"q1"}),  # failed: another hint may fit
        ({"reference q2": "new"}, set()),  # passed: nobody needs a hint
        ({"tests q2": "new", "reference q2": "new"}, {"q2"}),
    ],
)
def test_what_has_to_be_graded_anew(changed, anew):
    assert results.outdated(result(points=1.0), DIGESTS | changed) == anew


def test_what_never_holds():
    killed = result(flags=("its process was ended 2 time(s): time, memory",))
    assert results.outdated(None, DIGESTS) is EVERYTHING
    assert results.outdated(result(status="infrastructure-error"), DIGESTS) is EVERYTHING
    assert results.outdated(result(status="needs-human"), DIGESTS) == set()
    assert results.outdated(result(status="needs-human"), DIGESTS | {"tests q1": "new"}) is EVERYTHING
    assert results.outdated(killed, DIGESTS) == set()
    assert results.outdated(killed, DIGESTS | {"tests q2": "new"}) is EVERYTHING


def test_which_scores_moved():
    after = result(points=1.0, digests=DIGESTS | {"tests q1": "new"})
    assert results.moved(result(), after) == results.Moved("Zoë 😀/../x", 3.0, 2.0, ("tests q1",))
    assert results.moved(result(), replace(result(), digests=after.digests)) is None
    assert results.moved(None, after) is None
    assert results.moved(result(status="infrastructure-error"), after) is None
