"""Pairs of submissions that share more code than chance and the assignment explain.

Winnowing (Schleimer, Wilkerson and Aiken 2003) in two steps. First all pairs at once: names, strings and comments are
levelled, every run of `GRAM` characters is hashed, of every `WINDOW` neighbouring hashes the smallest is kept, and a sparse
matrix product, a block of rows at a time, counts what each pair has in common; a class of 1,000 takes seconds. Then copydetect,
whose lexer knows Python but which compares pair by pair, finds the common passages of the few pairs that stand out.
"""

import io
import json
import keyword
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import numpy as np
from scipy import sparse

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
BLOCK = 500
"""Rows of the product that are in memory at a time."""
MOST_PAIRS = 40
MOST_SUBMISSIONS = 20_000
MOST_CHARACTERS = 40_000
PASSAGE_LINES = 12

_KEYWORDS = "|".join(keyword.kwlist)
LEVELLED = re.compile(
    r"(?P<string>(?i:[rbuf]{0,2})(?:\"\"\".*?(?:\"\"\"|\Z)|'''.*?(?:'''|\Z)|\"(?:\\.|[^\"\\\n])*\"?|'(?:\\.|[^'\\\n])*'?))"
    rf"|(?P<comment>#[^\n]*)|(?P<space>\s+)|(?P<name>(?!(?:{_KEYWORDS})\b)[^\W\d]\w*)|(?P<keyword>[^\W\d]\w*)",
    re.DOTALL,
)


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
    return LEVELLED.sub(lambda m: '""' if m["string"] and m["string"].endswith(('"""', "'''")) else m[0], source[:MOST_CHARACTERS])


def common_lines(sources: Iterable[str], n: int) -> set[str]:
    """The lines, stripped, that most of `n` sources hold: set-up, imports, calls of the checker that came with the task."""
    held = Counter(line for source in sources for line in {line.strip() for line in source[:MOST_CHARACTERS].splitlines()})
    return {line for line, count in held.items() if count > max(FEW, n / 2)}


def own_part(source: str, given: Set[str]) -> str:
    """The lines of `source` that the assignment did not give; `given` holds the given lines, stripped."""
    kept = (line for line in source[:MOST_CHARACTERS].splitlines() if line.strip() and line.strip() not in given)
    return "\n".join(kept)


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
    """`source` without what renaming, rewording and reformatting change: names are V, strings S, comments and space go."""
    return LEVELLED.sub(_levelled, source)


def _levelled(match: re.Match) -> str:
    return {"string": "S", "name": "V", "keyword": match[0]}.get(match.lastgroup, "")


def winnow(hashes: np.ndarray) -> np.ndarray:
    """The distinct fingerprints among `hashes`: the smallest of every `WINDOW` neighbours, sorted."""
    if len(hashes) == 0:
        return hashes
    return np.unique(np.lib.stride_tricks.sliding_window_view(hashes, min(WINDOW, len(hashes))).min(axis=1))


def membership(prints: Sequence[np.ndarray]) -> sparse.csr_matrix:
    """Who holds which fingerprint: (n, m) of zeros and ones, a row for each submission."""
    owner = np.repeat(np.arange(len(prints)), [len(p) for p in prints])
    hashes, column = np.unique(np.concatenate(prints), return_inverse=True)
    return sparse.csr_matrix((np.ones(len(owner), np.int32), (owner, column)), (len(prints), len(hashes)))


def compare(sources: Mapping[str, str], stub: str = "") -> Similarity:
    """The suspicious pairs among `sources` (file → code), most alike first; `stub` is the code that was given."""
    if len(sources) > MOST_SUBMISSIONS:
        return Similarity(0, (), f"More than {MOST_SUBMISSIONS} submissions: they were not compared with each other")
    given = {line.strip() for line in without_prose(stub).splitlines()} | common_lines(map(without_prose, sources.values()), len(sources))
    keys, own = sorted(sources), lambda key: own_part(without_prose(sources[key]), given)
    prints = [winnow(hashes_of(level(own(key)))) for key in keys]
    if len(keys) < 2 or not any(len(p) for p in prints):
        return Similarity(len(keys), ())
    holds = membership(prints)
    held_by = np.asarray(holds.sum(axis=0)).ravel()
    rare = held_by <= max(FEW, min(MANY, COMMON * len(keys)))
    pairs = []
    for i, j, share, shared in _candidates(holds[:, rare]):
        pairs.append(Pair(keys[i], keys[j], round(share, 4), shared, passages(own(keys[i]), own(keys[j]))))
    return Similarity(len(keys), tuple(pairs))


def _candidates(own: sparse.csr_matrix) -> list[tuple[int, int, float, int]]:
    """(first, second, share, shared) of the pairs above the thresholds, the most alike first, `MOST_PAIRS` at most."""
    sizes, others = np.asarray(own.sum(axis=1)).ravel(), own.T.tocsr()
    found: list[tuple[int, int, float, int]] = []
    for start in range(0, own.shape[0], BLOCK):
        both = (own[start : start + BLOCK] @ others).tocoo()
        first, second, shared = both.row + start, both.col, both.data
        share = shared / np.maximum(np.minimum(sizes[first], sizes[second]), 1)
        keep = np.flatnonzero((first < second) & (shared >= LEAST_SHARED) & (share >= LEAST_SHARE))
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
