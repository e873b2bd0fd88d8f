"""Writing what can be made again: whole or not at all, and only where something changed."""

from collections.abc import Iterable
from pathlib import Path

from autograder.errors import GraderFailure
from autograder.results import why, write_atomically


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
        raise GraderFailure(f"{path}: cannot write the report ({why(error)}); the results are kept") from None
    return True


def write_folder(folder: Path, files: Iterable[tuple[str, str]], suffix: str) -> None:
    """Make `folder` hold exactly `files` (name, text) among those that end in `suffix`; what is left over goes.

    The texts are taken one at a time, so that those of a large class are never in memory together.
    """
    names = set()
    for name, text in files:
        write(folder / name, text)
        names.add(name)
    if folder.is_dir():
        for path in folder.iterdir():
            if path.name not in names and path.name.endswith((suffix, ".tmp")):
                path.unlink(missing_ok=True)
