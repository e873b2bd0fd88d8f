"""Writing what can be made again: whole or not at all, and only where something changed."""

import contextlib
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from autograder.errors import GraderFailure
from autograder.model import Result
from autograder.naming import safe_name
from autograder.results import why, write_atomically

BLOCK = 2**16
"""Bytes that are compared at a time."""


def write(path: Path, text: str) -> bool:
    """Write `text` as UTF-8 so that a reader sees the old file or the new one; True when something changed.

    It need not last, unlike the results: a report lost in a power cut is made again by `python -m autograder report`.
    """
    data = text.encode("utf-8")
    try:
        if path.is_file() and not path.is_symlink() and path.stat().st_size == len(data) and path.read_bytes() == data:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, data, lasting=False)
    except OSError as error:
        raise _failure(path, error) from None
    return True


@dataclass(frozen=True)
class Table:
    """A file with a piece for each result."""

    head: str
    row: Callable[[Result], str]
    tail: str = ""
    between: str = ""
    """Stands between two rows."""


@dataclass(frozen=True)
class Folder:
    """A folder with a file for each result, named after the student."""

    suffix: str
    text: Callable[[Result], str]


def write_class(results: Iterable[Result], tables: Mapping[Path, Table], folders: Mapping[Path, Folder]) -> None:
    """Write all of them in one walk over the results, so that no more than one is in memory.

    Each file of a table is the old one or the whole new one; files of a folder that belong to nobody any more go.
    """
    names = set()
    with contextlib.ExitStack() as stack:
        opened = [(table, stack.enter_context(rewritten(path))) for path, table in tables.items()]
        for table, file in opened:
            file.write(table.head)
        for result in results:
            for table, file in opened:
                file.write(table.between * bool(names) + table.row(result))
            name = safe_name(result.student)
            for path, folder in folders.items():
                write(path / f"{name}{folder.suffix}", folder.text(result))
            names.add(name)
        for table, file in opened:
            file.write(table.tail)
    for path, folder in folders.items():
        _sweep(path, names, folder.suffix)


@contextlib.contextmanager
def rewritten(path: Path) -> Iterator[TextIO]:
    """A file to write in; at the end `path` gets what is in it, as by `write`."""
    try:
        with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as file:
            yield file
            file.seek(0)
            if not _holds(path, file.buffer):
                path.parent.mkdir(parents=True, exist_ok=True)
                file.seek(0)
                write_atomically(path, file.buffer, lasting=False)
    except OSError as error:
        raise _failure(path, error) from None


def _holds(path: Path, wanted: BinaryIO) -> bool:
    """Whether there is a file that says just this. A block at a time: the page of a large class is large."""
    if not path.is_file() or path.is_symlink():
        return False
    with open(path, "rb") as file:
        blocks = iter(lambda: (file.read(BLOCK), wanted.read(BLOCK)), (b"", b""))
        return all(there == here for there, here in blocks)


def _failure(path: Path, error: OSError) -> GraderFailure:
    return GraderFailure(f"{path}: cannot write the report ({why(error)}); the results are kept")


def _sweep(folder: Path, names: Collection[str], suffix: str) -> None:
    """What belongs to nobody in `names`, and what a kill left."""
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if path.name.endswith(".tmp") or (path.name.endswith(suffix) and path.name.removesuffix(suffix) not in names):
            path.unlink(missing_ok=True)
