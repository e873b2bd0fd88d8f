"""What a build remembers: digests of what it read, and results under the digest of what they were made from."""

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path


def digest(paths: Iterable[Path], *words: str) -> str:
    """SHA-256 over the names and contents of files, folders with all that they hold, and words."""
    total = hashlib.sha256("\0".join(words).encode())
    for path in sorted(paths):
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and not {"__pycache__", "_dist"} & set(file.parts):
                total.update(str(file.relative_to(path.parent)).encode() + b"\0" + file.read_bytes())
    return total.hexdigest()


class Kept:
    """Results in the files of a folder, each found by what it was made from; nothing to clean up, nothing to go stale.

    maker : digest of the code that makes the results
    """

    def __init__(self, folder: Path, maker: str):
        self.folder, self.maker, self.used = folder, maker, set()

    def get(self, kind: str, parts: list[str], make: Callable[[], object]):
        """What `make()` gives (anything that JSON can hold), from an earlier build where that had the same `parts`."""
        path = self.folder / f"{kind}-{digest([], self.maker, *parts)[:24]}.json"
        self.used.add(path)
        if path.is_file():
            return json.loads(path.read_text(encoding="utf-8"))
        made = make()
        self.folder.mkdir(parents=True, exist_ok=True)
        scratch = path.with_suffix(".new")
        scratch.write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")
        scratch.replace(path)
        return made

    def prune(self) -> None:
        """Forget what was not asked for."""
        for path in set(self.folder.glob("*")) - self.used:
            path.unlink()
