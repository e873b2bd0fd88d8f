"""Pairs of submissions that share more code than chance and the assignment explain.

Winnowing (Schleimer, Wilkerson and Aiken 2003) in two steps. First all pairs at once: names, strings and comments are
levelled, every run of `GRAM` characters is hashed, of every `WINDOW` neighbouring hashes the smallest is kept, and a sparse
matrix product, a range of hashes and a block of rows at a time, counts what each pair has in common; a class of 1,000 takes seconds. Then copydetect,
whose lexer knows Python but which compares pair by pair, finds the common passages of the few pairs that stand out.
"""

import io
import json
import keyword
import re
from array import array
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import asdict, dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from scipy import sparse

from autograder.packed import Arrays

GRAM = 25
WINDOW = 6
LEAST_SHARED = 12
"""Fingerprints that a pair must share: about ten lines of code."""
LEAST_SHARE = 0.6
COMMON = 0.15
"""A fingerprint held by more than this share of the class (and by more than `FEW` people) is common knowledge."""
FEW = 8
MANY = 300
"""So is one that more people hold than this, in a class of any size: it keeps the cost of one more submission the same."""
BLOCK = 50
"""Rows of the product that are in memory at a time."""
AT_ONCE = 50_000
"""Fingerprints that are compared at a time, or about that many; the others wait in a file."""
SAMPLED = 64
"""Every so-manieth says where to divide them."""
MOST_PAIRS = 40
MOST_SUBMISSIONS = 20_000
MOST_CHARACTERS = 40_000
PASSAGE_LINES = 12

_LONG = "{q}{q}{q}[^{q}]*(?:{q}(?!{q}{q})[^{q}]*)*(?:{q}{q}{q}|\\Z)"
_SHORT = "{q}[^{q}\\\\\\n]*(?:\\\\.[^{q}\\\\\\n]*)*{q}?"
_BY_QUOTE = [f"{_LONG}|{_SHORT}".replace("{q}", q) for q in "\"'"]
PROSE = re.compile("|".join([*_BY_QUOTE, "#[^\n]*"]), re.DOTALL)
"""Strings without their prefixes, and comments: what each begins with is plain, which makes the search fast."""
PREFIXED = re.compile(f"(?i:[rbuf]{{0,2}})({'|'.join(_BY_QUOTE)})|#[^\n]*", re.DOTALL)
NAME = re.compile(rf"(?<!\w)(?!(?:{'|'.join(keyword.kwlist)})\b)[^\W\d]\w*")


@dataclass(frozen=True)
class Pair:
    """Two submissions with much code in common."""

    first: str
    second: str
    share: float
    """Shared fingerprints over the fingerprints of the one that has fewer."""
    shared: int
    passages: tuple[str, str]
    """The longest passage in common, as each wrote it."""


@dataclass(frozen=True)
class Similarity:
    """What the comparison found, or why there was none."""

    compared: int
    pairs: tuple[Pair, ...]
    note: str | None = None


def without_prose(source: str) -> str:
    """`source` with every string in triple quotes made empty.

    Before lines are compared: of a docstring that came with the task the quotes alone would be left, and swallow the code after it.
    """
    return PROSE.sub(lambda m: '""' if m[0].endswith(('"""', "'''")) and m[0][0] != "#" else m[0], source[:MOST_CHARACTERS])


def lines_of(source: str) -> np.ndarray:
    """A hash (Python's own, of this process) of each distinct line, stripped: of thousands of sources the lines themselves are too much."""
    return np.fromiter({hash(line.strip()) for line in source.splitlines()}, np.int64)


def common(lines: Iterable[np.ndarray], n: int) -> np.ndarray:
    """The lines that most of `n` sources hold: set-up, imports, calls of the checker that came with the task. `lines` of all, together."""
    found = []
    for _, some in in_ranges(lines):
        hashes, count = np.unique(some, return_counts=True)
        found.append(hashes[count > max(FEW, n / 2)])
    return np.concatenate(found)


def own_part(source: str, given: Set[int]) -> str:
    """The lines of `source` that are neither blank nor among the `given`, which are hashes as `lines_of` makes them."""
    return "\n".join(line for line in source.splitlines() if line.strip() and hash(line.strip()) not in given)


@cache
def _powers() -> np.ndarray:
    return np.array([pow(1_000_003, i, 2**64) for i in range(GRAM)], np.uint64)


def hashes_of(code: str) -> np.ndarray:
    """A 63-bit polynomial hash of every run of `GRAM` characters, the same in every process."""
    letters = np.frombuffer(code.encode("utf-32-le", "replace"), np.uint32).astype(np.uint64)
    if len(letters) < GRAM:
        return np.empty(0, np.int64)
    raw = np.lib.stride_tricks.sliding_window_view(letters, GRAM) @ _powers()
    mixed = (raw ^ (raw >> np.uint64(29))) * np.uint64(0x9E3779B97F4A7C15)
    return (mixed >> np.uint64(1)).astype(np.int64)


def level(source: str) -> str:
    """`source` without what renaming, rewording and reformatting change: names are V, strings one quote, comments and space go."""
    plain = PREFIXED.sub(lambda m: "'" if m[1] else "", source)
    return "".join(NAME.sub("V", plain).split())


def winnow(hashes: np.ndarray) -> np.ndarray:
    """The distinct fingerprints among `hashes`: the smallest of every `WINDOW` neighbours, sorted."""
    if len(hashes) == 0:
        return hashes
    return np.unique(np.lib.stride_tricks.sliding_window_view(hashes, min(WINDOW, len(hashes))).min(axis=1))


def gathered(arrays: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """The same numbers in the same order, about `AT_ONCE` in an array."""
    some: list[np.ndarray] = []
    for few in arrays:
        some.append(few)
        if sum(map(len, some)) >= AT_ONCE:
            yield np.concatenate(some)
            some.clear()
    yield np.concatenate([np.empty(0, np.int64), *some])


def in_ranges(arrays: Iterable[np.ndarray]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(places, values) of all the numbers, those of one range of values after the other, so that equal ones come together."""
    sample = np.sort(np.concatenate([some[::SAMPLED].copy() for some in arrays]))  # small hashes are more frequent: winnowing keeps the smallest
    step = max(1, AT_ONCE // SAMPLED)
    for low, high in pairwise([-np.inf, *np.unique(sample[step::step]), np.inf]):
        places, values, n = [], [], 0
        for some in arrays:
            chosen = np.flatnonzero((some >= low) & (some < high))
            places.append(n + chosen)
            values.append(some[chosen])
            n += len(some)
        yield np.concatenate(places), np.concatenate(values)


def rare(prints: Iterable[np.ndarray], ends: np.ndarray, most: float) -> tuple[np.ndarray, Arrays]:
    """How many fingerprints of each submission are held by at most `most` of them, and who holds those that others hold, too.

    `prints` holds the fingerprints of one submission after the other, each once; those of number i end before place `ends[i]`.
    Returns (n,), and the numbers `n * fingerprint + submission`, sorted, the fingerprints counted from 0; each lies in one array whole.
    """
    n = len(ends)
    sizes = np.zeros(n, np.int64)

    def shared() -> Iterator[np.ndarray]:
        m = 0
        for places, values in in_ranges(prints):
            owner = np.searchsorted(ends, places, side="right")
            _, which, count = np.unique(values, return_inverse=True, return_counts=True)
            np.add.at(sizes, owner[count[which] <= most], 1)
            several = (count >= 2) & (count <= most)
            kept = several[which]
            column = (m + np.cumsum(several) - 1)[which[kept]]
            m += int(several.sum())
            order = np.argsort(column)
            yield n * column[order] + owner[kept][order]

    found = Arrays(gathered(shared()))
    return sizes, found


def holders(shared: np.ndarray, n: int) -> sparse.csc_matrix:
    """Which of `n` submissions holds which of some fingerprints, as zeros and ones, from numbers as `rare` gives them."""
    column, row = np.divmod(shared, n)
    starts = np.flatnonzero(np.diff(column, prepend=-1))
    return sparse.csc_matrix((np.ones(len(row), np.int32), row, np.append(starts, len(row))), (n, len(starts)))


def compare(sources: Mapping[str, str], stub: str = "") -> Similarity:
    """The suspicious pairs among `sources` (file → code), most alike first; `stub` is the code that was given."""
    keys, n = sorted(sources), len(sources)
    if n > MOST_SUBMISSIONS:
        return Similarity(0, (), f"More than {MOST_SUBMISSIONS} submissions: they were not compared with each other")
    lines = Arrays(gathered(lines_of(without_prose(sources[key])) for key in keys))
    given = {*lines_of(without_prose(stub)).tolist(), *common(lines, n).tolist()}
    own = lambda key: own_part(without_prose(sources[key]), given)
    ends = array("q")

    def marks() -> Iterator[np.ndarray]:
        for key in keys:
            yield (found := winnow(hashes_of(level(own(key)))))
            ends.append(len(found) + (ends[-1] if ends else 0))

    prints = Arrays(gathered(marks()))
    pairs = []
    for i, j, share, shared in _candidates(*rare(prints, np.array(ends), max(FEW, min(MANY, COMMON * n)))):
        first, second = own(keys[i]), own(keys[j])
        pairs.append(Pair(keys[i], keys[j], round(share, 4), shared, passages(first, second)))
    return Similarity(n, tuple(pairs))


def _candidates(sizes: np.ndarray, held: Iterable[np.ndarray]) -> list[tuple[int, int, float, int]]:
    """(first, second, share, shared) of the pairs above the thresholds, the most alike first, `MOST_PAIRS` at most."""
    n = len(sizes)
    found: list[tuple[int, int, float, int]] = []
    for start in range(0, n, BLOCK):
        both = np.zeros((min(BLOCK, n - start), n), np.int32)
        for matrix in (holders(some, n) for some in held):
            both += (matrix[start : start + BLOCK].tocsr() @ matrix.T).toarray()
        row, second = np.nonzero(both >= LEAST_SHARED)
        first, shared = row + start, both[row, second]
        share = shared / np.maximum(np.minimum(sizes[first], sizes[second]), 1)
        keep = np.flatnonzero((first < second) & (share >= LEAST_SHARE))
        found += [(int(first[i]), int(second[i]), float(share[i]), int(shared[i])) for i in keep]
        found = sorted(found, key=lambda c: (-c[2], -c[3], c[0], c[1]))[:MOST_PAIRS]
    return found


def passages(first: str, second: str) -> tuple[str, str]:
    """The longest passage that copydetect finds in common, as each of the two wrote it, whole lines.

    With a window of one it keeps every hash, so that its randomised hash function cannot change what it finds.
    """
    from copydetect import CodeFingerprint, compare_files

    marks = [CodeFingerprint("submission.py", GRAM, 1, language="python", fp=io.StringIO(s)) for s in (first, second)]
    _, _, slices = compare_files(*marks)
    return _longest(first, slices[0]), _longest(second, slices[1])


def _longest(source: str, slices: np.ndarray) -> str:
    """The lines of `source` that the longest of `slices` (2, m) touches; empty when there is none."""
    if slices.size == 0:
        return ""
    begin, end = slices.astype(int)[:, int(np.argmax(slices[1] - slices[0]))]
    lines = source[source.rfind("\n", 0, begin + 1) + 1 : end].splitlines()
    return "\n".join(lines[:PASSAGE_LINES] + ["…"] * (len(lines) > PASSAGE_LINES))


def to_json(similarity: Similarity) -> str:
    return json.dumps(asdict(similarity), indent=1, ensure_ascii=False).encode("utf-8", "replace").decode() + "\n"


def from_json(raw: str) -> Similarity:
    """The inverse of `to_json`; ValueError when the text is something else."""
    try:
        record: dict[str, Any] = json.load(io.StringIO(raw))
        pairs = tuple(Pair(**{**p, "passages": tuple(p["passages"])}) for p in record["pairs"])
        return Similarity(record["compared"], pairs, record["note"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not a record of similarity") from error
