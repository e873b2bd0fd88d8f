"""Texts by name, compressed, and long lists of numbers, in temporary files.

The main process keeps the code of every submission until all are compared, and then the fingerprints of all: half a gigabyte for a
class of 10,000 as plain strings.
"""

import tempfile
import zlib
from collections.abc import Iterable, Iterator, MutableMapping
from itertools import pairwise
from typing import BinaryIO

import numpy as np

from autograder.errors import Unwritable

_LENGTH = 4
"""Bytes before each text that say how many follow."""


class Packed(MutableMapping[str, str]):
    """A dict of strings of which only the names are in memory; the file is gone when the dict is."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as this object)
        self._places: dict[str, int] = {}
        """In the file."""
        self._end = 0

    def __setitem__(self, name: str, text: str) -> None:
        """Raises Unwritable where the disk has no room."""
        data = zlib.compress(text.encode("utf-8", "surrogatepass"), level=1)
        _write(self._file, self._end, len(data).to_bytes(_LENGTH, "big") + data)
        self._places[name] = self._end
        self._end += _LENGTH + len(data)

    def __getitem__(self, name: str) -> str:
        self._file.seek(self._places[name])
        length = int.from_bytes(self._file.read(_LENGTH), "big")
        return zlib.decompress(self._file.read(length)).decode("utf-8", "surrogatepass")

    def __delitem__(self, name: str) -> None:
        del self._places[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


class Arrays:
    """Arrays of whole numbers, of which each is read anew when one walks through them; the file is gone when this is."""

    def __init__(self, arrays: Iterable[np.ndarray]) -> None:
        """Raises Unwritable where the disk has no room."""
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as this object)
        self._ends = [0]
        for array in arrays:
            data = array.astype(np.int64, copy=False).tobytes()
            _write(self._file, self._ends[-1], data)
            self._ends.append(self._ends[-1] + len(data))

    def __iter__(self) -> Iterator[np.ndarray]:
        for start, end in pairwise(self._ends):
            self._file.seek(start)
            yield np.frombuffer(self._file.read(end - start), np.int64)


def _write(file: BinaryIO, place: int, data: bytes) -> None:
    try:
        file.seek(place)
        file.write(data)
        file.flush()
    except OSError as error:
        raise Unwritable(f"{tempfile.gettempdir()}: cannot be written ({error.strerror}); finished results are kept") from None
