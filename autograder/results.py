"""Results on disk: one JSON file a student under `OUT/results/`, each written whole or not at all.

A result is written to a temporary file, flushed to the disk and renamed; whatever kills the grader, a file under a
result's name is a complete result. Its digests are the key by which a later run knows that nothing has changed.
"""

import contextlib
import errno
import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from autograder import flags, naming
from autograder.errors import CourseError, GraderFailure, Unwritable
from autograder.model import Result, from_json, to_json

CACHE = ".cache"
"""Folder of OUT for what libraries keep or leave lying about."""
CHANGED = ".changed"
"""File of OUT with the students whose work changed and whose human scores the gradebook has not marked yet."""


def path_of(out: Path, student: str) -> Path:
    """Where the result of a student is kept."""
    return out / "results" / f"{naming.safe_name(student)}.json"


def write(out: Path, result: Result) -> None:
    """Store a result; when this returns it survives a power cut. Raises Unwritable when it cannot be stored."""
    path = path_of(out, result.student)
    try:
        write_atomically(path, to_json(result).encode())
    except OSError as error:
        raise Unwritable(f"{path}: cannot write the result ({why(error)}); finished results are kept") from None


def write_atomically(path: Path, data: bytes | BinaryIO, *, lasting: bool = True) -> None:
    """Replace a file as one step, by bytes or by what is in an open file: a reader or a kill sees the old content or the new, never a part.

    If `lasting`, the same holds for a power cut, and the new content survives one that comes after this has returned.
    Who writes holds the lock of OUT, so that the temporary file can have the same name each time and never piles up.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        with open(temporary, "wb") as file:
            if isinstance(data, bytes):
                file.write(data)
            else:
                shutil.copyfileobj(data, file)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    if lasting:
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """The new name itself lives in the folder, which has to reach the disk too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(out: Path, student: str) -> Result | None:
    """A student's stored result; None when there is none or it is not of this version (it is then made anew)."""
    return load(path_of(out, student))


class Stored(Sequence[Result]):
    """Results that stay on the disk: each is read when its turn comes, so that a class of any size takes no more memory than one.

    In memory are the names of their files alone. A walk over all of them reads all of them: do in one what one can do.
    """

    def __init__(self, folder: Path, files: Sequence[str], read: Callable[[Path], Result]):
        self.folder, self.files, self.read = folder, files, read

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> Result:
        return self.read(self.folder / self.files[index])

    def changed_by(self, change: Callable[[Result], Result]) -> "Stored":
        """The same, each changed as it is read."""
        return Stored(self.folder, self.files, lambda path: change(self.read(path)))


def shown(result: Result) -> tuple[str, ...]:
    """By this the results of a class are sorted wherever they are listed."""
    return result.student.casefold(), result.student, result.file


def stored(out: Path, read: Callable[[Path], Result | None] | None = None) -> Stored:
    """The results in OUT as they are shown, read by `read` (default: `load`). A file of which it makes nothing is left out."""
    folder, read = out / "results", read or load
    found = sorted((shown(result), path.name) for path in folder.glob("*.json") if (result := read(path)))
    return Stored(folder, [name for _, name in found], read)


def load(path: Path) -> Result | None:
    """The result in a file; None when there is none or it is not of this version."""
    try:
        return from_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError):
        return None
    except OSError as error:
        raise GraderFailure(f"{path}: cannot read the result ({why(error)})") from None


def why(error: OSError) -> str:
    """What went wrong with a file and what to do, in a few words."""
    advice = {
        errno.ENOSPC: "the disk is full; free some space and run again",
        errno.EDQUOT: "your disk quota is used up; free some space and run again",
        errno.EROFS: "it is on a read-only disk; choose another OUT",
        errno.EACCES: "permission denied; choose an OUT that you may write to",
        errno.EPERM: "permission denied; choose an OUT that you may write to",
        errno.ENOTDIR: "a part of the path is a file, not a folder",
        errno.EEXIST: "a part of the path is a file, not a folder",
    }
    return advice.get(error.errno) or (error.strerror or str(error)).lower()


@contextlib.contextmanager
def locked(out: Path) -> Iterator[None]:
    """Makes OUT and holds it for this process alone. Raises CourseError when another grader is at work in it.

    The lock belongs to the open file, so that it is gone when the process is, however it died.
    """
    try:
        (out / "results").mkdir(parents=True, exist_ok=True)
        lock = open(out / ".lock", "a+", encoding="utf-8")  # noqa: SIM115 (held open until the end)
    except OSError as error:
        raise GraderFailure(f"{out}: cannot be used for the results ({why(error)})") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read(20).strip() or "unknown"
            raise CourseError(f"{out}: another grader (process {holder}) is at work here; wait for it or choose another OUT") from None
        try:
            lock.truncate(0)
            lock.write(f"{os.getpid()}\n")
            lock.flush()
            _remove_leftovers(out)
        except OSError as error:
            raise GraderFailure(f"{out}: cannot be used for the results ({why(error)})") from None
        yield


def _remove_leftovers(out: Path) -> None:
    """Temporary files of a grader that was killed; nobody else can be writing them while we hold the lock."""
    for path in (*out.glob(".*.tmp*"), *(out / "results").glob(".*.tmp")):
        path.unlink()
    for folder in (out / CACHE).glob("tmp*"):
        shutil.rmtree(folder)


def note_changed(out: Path, student: str) -> None:
    """Remember, whatever happens next, that this student's work is another one: called before the new result is stored.

    A grader that is killed after that and before the gradebook would otherwise leave a human's score for the old work
    as if it had been given for the new one.
    """
    try:
        with open(out / CHANGED, "a", encoding="utf-8") as file:
            file.write(json.dumps(student) + "\n")
            file.flush()
            os.fsync(file.fileno())
        _sync_folder(out)
    except OSError as error:
        raise Unwritable(f"{out / CHANGED}: cannot be written ({why(error)}); finished results are kept") from None


def changed(out: Path) -> frozenset[str]:
    """Students noted as changed since `forget_changed`. A line that a kill cut off belongs to no stored result."""
    try:
        lines = (out / CHANGED).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return frozenset()
    except (OSError, ValueError) as error:
        raise GraderFailure(f"{out / CHANGED}: cannot be read ({error})") from None
    found = set()
    for line in lines:
        with contextlib.suppress(ValueError):
            found.add(json.loads(line))
    return frozenset(found)


def forget_changed(out: Path) -> None:
    """The gradebook has marked them all."""
    (out / CHANGED).unlink(missing_ok=True)


@dataclass(frozen=True)
class Moved:
    """A score that is not what it was when the submission was graded before."""

    student: str
    before: float
    after: float
    because: tuple[str, ...]
    """Which digests changed: `submission`, `environment`, `tests q3`, …"""


def moved(before: Result | None, after: Result) -> Moved | None:
    """How regrading changed a score; None when it did not, or when either is not graded."""
    if before is None or before.status != "graded" or after.status != "graded" or before.score == after.score:
        return None
    names = sorted(before.digests.keys() | after.digests.keys())
    because = tuple(name for name in names if before.digests.get(name) != after.digests.get(name))
    return Moved(after.student, before.score, after.score, because)


def outdated(stored: Result | None, digests: dict[str, str]) -> frozenset[str] | None:
    """The questions of a stored result that have to be graded anew; none when it still holds, None when everything has.

    A digest with a question in its name concerns that question alone: its tests decide its points; its reference and misconceptions
    give hints to those who failed it, and to nobody else.
    """
    if stored is None or stored.status == "infrastructure-error":
        return None
    if stored.digests == digests:
        return frozenset()
    changed = [name for name in digests if stored.digests.get(name) != digests[name]]
    if stored.status != "graded" or stored.digests.keys() != digests.keys() or any(" " not in name for name in changed):
        return None
    failed = {q.question for q in stored.questions if q.points is not None and q.points < q.max_points}
    named = [name.split(" ", 1) for name in changed]
    found = frozenset(question for kind, question in named if kind == "tests" or question in failed)
    if found and any(flag.startswith(flags.ENDED) for flag in stored.flags):
        return None  # the flag counts over all questions
    return found
