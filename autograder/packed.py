"""Texts by name, compressed in memory.

The main process keeps the code of every submission until all are compared: half a gigabyte for a class of 10,000 as plain strings, a
tenth of that in here.
"""

import zlib
from collections.abc import Iterator, MutableMapping


class Packed(MutableMapping[str, str]):
    """A dict of strings; each look unpacks one."""

    def __init__(self) -> None:
        self._packed: dict[str, bytes] = {}

    def __setitem__(self, name: str, text: str) -> None:
        self._packed[name] = zlib.compress(text.encode("utf-8", "surrogatepass"), level=1)

    def __getitem__(self, name: str) -> str:
        return zlib.decompress(self._packed[name]).decode("utf-8", "surrogatepass")

    def __delitem__(self, name: str) -> None:
        del self._packed[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)
