"""Texts by name, compressed, in a temporary file.

The main process keeps the code of every submission until all are compared: half a gigabyte for a class of 10,000 as plain strings.
"""

import tempfile
import zlib
from collections.abc import Iterator, MutableMapping

from autograder.errors import Unwritable


class Packed(MutableMapping[str, str]):
    """A dict of strings of which only the names are in memory; the file is gone when the dict is."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as this object)
        self._places: dict[str, tuple[int, int]] = {}
        """Offset and length in the file."""
        self._end = 0

    def __setitem__(self, name: str, text: str) -> None:
        """Raises Unwritable where the disk has no room."""
        data = zlib.compress(text.encode("utf-8", "surrogatepass"), level=1)
        try:
            self._file.seek(self._end)
            self._file.write(data)
            self._file.flush()
        except OSError as error:
            raise Unwritable(f"{tempfile.gettempdir()}: cannot be written ({error.strerror}); finished results are kept") from None
        self._places[name] = (self._end, len(data))
        self._end += len(data)

    def __getitem__(self, name: str) -> str:
        offset, length = self._places[name]
        self._file.seek(offset)
        return zlib.decompress(self._file.read(length)).decode("utf-8", "surrogatepass")

    def __delitem__(self, name: str) -> None:
        del self._places[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
