"""Searches what is made public for anything of a solution or a hidden test.

What is looked for: every statement of every reference, alternative and misconception (long enough to be no accident), and
every hidden case's name and statements. Where: in every file of a folder or zip, whatever wraps the text (JSON strings,
HTML mark-up and entities, source maps): white space, tags and escapes are taken away on both sides.
"""

import ast
import html
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.assignment import Assignment
from autograder.errors import GraderFailure

SHORTEST = 40
"""Characters, white space not counted, from which on a statement is a fingerprint. `y = np.zeros(len(X), dtype=int)` is none."""
SIMPLE = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return, ast.Expr, ast.Assert, ast.Raise)


@dataclass(frozen=True)
class Leak:
    file: str
    secret: str
    """What was found, and whose it is."""


def squeezed(text: str) -> str:
    """The text without white space and with one kind of quotes."""
    return re.sub(r"\s+", "", text).replace('"', "'")


def statements(source: str) -> Iterator[str]:
    """Every simple statement and every compound statement's head in the functions of a module, docstrings apart."""
    lines = source.splitlines(keepends=True)
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef):
            continue
        for node in ast.walk(function):
            docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            if isinstance(node, SIMPLE) and not docstring:
                yield ast.unparse(node)
                yield "".join(lines[node.lineno - 1 : node.end_lineno]).split("#")[0]
            elif isinstance(node, ast.For | ast.While | ast.If | ast.With):
                yield ast.unparse(node).split("\n")[0]


def fingerprints(source: str) -> set[str]:
    """The statements that could stand nowhere else by accident."""
    return {short for s in statements(source) if len(short := squeezed(s)) >= SHORTEST}


def published(assignments: Iterable[Assignment]) -> set[str]:
    """The statements of public cases: a line that a hidden case shares with them, in any assignment, is no secret."""
    return {f for a in assignments for q in a.questions for c in q.cases if not c.hidden for f in fingerprints(c.source)}


def secrets(assignment: Assignment, public: set[str] | None = None) -> dict[str, str]:
    """What must not be public, each with whose it is. `public` is what students are given anyway."""
    slug, root = assignment.slug, assignment.path.parents[1]
    public = published([assignment]) if public is None else public
    found = {}
    for kind in ("alternatives",):
        path = root / "solutions" / kind / f"{slug}.py"
        if path.is_file():
            found |= dict.fromkeys(fingerprints(path.read_text("utf-8")), f"solutions/{kind}/{slug}.py")
    found |= dict.fromkeys(fingerprints(assignment.solution_path.read_text("utf-8")), f"solutions/{slug}.py")
    for question in assignment.questions:
        for case in question.cases:
            if case.hidden:
                where = f"hidden case {case.name} of {slug}/{question.id}"
                found |= dict.fromkeys(fingerprints(case.source) - public, where)
                found[f"def{case.name}("] = where
    return found


def texts(path: Path) -> Iterator[tuple[str, str]]:
    """Name and squeezed text of a file, of each file of a folder, of each member of a zip, at any depth."""
    if path.is_dir():
        for inner in sorted(path.rglob("*")):
            if inner.is_file() and not inner.is_symlink():
                yield from _texts_of(str(inner.relative_to(path.parent)), inner.read_bytes())
    else:
        yield from _texts_of(path.name, path.read_bytes())


def _texts_of(name: str, data: bytes) -> Iterator[tuple[str, str]]:
    if data[:2] == b"PK" and zipfile.is_zipfile(path := io.BytesIO(data)):
        with zipfile.ZipFile(path) as archive:
            for member in archive.namelist():
                yield from _texts_of(f"{name}!{member}", archive.read(member))
        return
    if data[:2] in (b"\x1f\x8b", b"\x78\x9c", b"\x78\xda"):
        data = zlib.decompress(data, wbits=47)
    yield name, readings(data.decode("utf-8", "replace"))


def readings(text: str) -> str:
    """The text as it stands, with string escapes undone (JSON, JavaScript, source maps), and without mark-up."""
    unescaped = re.sub(r"\\(u[0-9a-fA-F]{4}|[nrt\"'\\/])", _character, text)
    twice = re.sub(r"\\(u[0-9a-fA-F]{4}|[nrt\"'\\/])", _character, unescaped)
    plain = html.unescape(re.sub(r"<[^<>]*>", "", text)) if "<" in text else ""
    return "\0".join(squeezed(t) for t in dict.fromkeys((text, unescaped, twice, plain)))


def _character(escape: re.Match) -> str:
    return json.loads(f'"{escape[0]}"') if escape[1] != "'" else "'"


def find(assignments: Iterable[Assignment], paths: Iterable[Path]) -> list[Leak]:
    """Every leak of these assignments in these files, folders and zips."""
    assignments = list(assignments)
    public = published(assignments)
    hidden = {secret: whose for a in assignments for secret, whose in secrets(a, public).items()}
    return [
        Leak(name, f"{whose}: {secret[:100]}")
        for path in paths for name, text in texts(path)
        for secret, whose in hidden.items() if secret in text
    ]  # fmt: skip


def refuse(assignments: Iterable[Assignment], paths: Iterable[Path]) -> None:
    """Raise GraderFailure at the first leak; the release then puts nothing in place."""
    if found := find(assignments, paths):
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise GraderFailure(f"{found[0].file} would give away {found[0].secret}{more}; nothing was released")
