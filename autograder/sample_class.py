"""`python -m autograder sample-class`: a class of submissions as real ones arrive, with the fair score of each.

OUT/submissions/ holds what students handed in, in the naming of Canvas, Gradescope and plain files; OUT/truth.csv, beside it,
says what each fairly earns: known from how the submission was made (see `sample_papers`, `truth`), not from grading it. The same
size and seed give the same bytes.
"""

import argparse
import csv
import io
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from autograder import naming, release
from autograder import sample_papers as papers
from autograder.assignment import Assignment, given_code, load
from autograder.errors import CourseError
from autograder.sample_papers import Material, Paper
from autograder.truth import Truth, recorded_answers, truth
from autograder.zips import zip_of

BOMB_BYTES = 100 * 2**20

FIRST = ["Ada", "Grace", "Emmy", "Sofia", "Maryam", "Katherine", "Mary", "Hedy", "Alan", "Kurt", "Carl", "Leonhard", "Évariste", "Paul", "Jürgen", "Øyvind", "美咲", "محمد", "Zoë", "Łukasz", "😀"]
LAST = ["Lovelace", "Hopper", "Noether", "Johnson", "Somerville", "Lamarr", "Turing", "Gödel", "Gauß", "Euler", "Galois", "Erdős", "Müller", "Åse", "山田", "الخوارزمي", "O'Neil"]
ODD_NAMES = ("km (1)", "=1+1", "<img src=x onerror=alert(1)>", "a b  c", "👩‍👩‍👧 family", "-rf", "résumé final FINAL")


@dataclass(frozen=True)
class Made:
    """One submission: the files to write (path below the hand-in → bytes or a special kind) and what it earns."""

    kind: str
    files: dict[str, bytes]
    points: dict[str, float] | None
    """Fair points by question; None: it cannot be graded and needs a human."""
    special: str | None = None
    """`symlink` or `fifo` instead of a file."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--assignment", default="kmeans", metavar="SLUG", help="(default: %(default)s)")
    parser.add_argument("--size", type=int, default=60, metavar="N", help="how many students (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="another seed, another class (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("sample-class"), metavar="FOLDER", help="(default: %(default)s)")


def run(args: argparse.Namespace) -> int:
    """Write the class and say where."""
    if args.size < 1 or args.seed < 0:
        raise CourseError("--size must be at least 1 and --seed at least 0")
    kinds = write(load(args.assignment), args.out, args.size, args.seed)
    print(f"{len(kinds)} submissions of {len(set(kinds))} kinds in {args.out / 'submissions'}; fair scores in {args.out / 'truth.csv'}")
    return 0


def write(assignment: Assignment, out: Path, size: int, seed: int) -> list[str]:
    """Write a class into `out`; returns what kind each submission is. Raises CourseError when `out` holds something else."""
    _make_empty(out)
    rng = np.random.default_rng(seed)
    notebook = released_notebook(assignment)
    m = papers.material(assignment)
    rows = []
    with truth(assignment) as fair:
        plan = _plan(size, rng)
        students = _students(size, rng)
        delivery = Delivery(out / "submissions", assignment.slug)
        for index, kind in enumerate(plan):
            made = _make(kind, m, notebook, fair, np.random.default_rng([seed, index]))
            student, file = delivery.put(students[index], index, made)
            rows.append(_truth_row(assignment, student, file, made))
        delivery.finish()
    (out / "truth.csv").write_text(_csv(rows), encoding="utf-8", newline="")
    return [row["kind"] for row in rows]


def _make_empty(out: Path) -> None:
    """Only a sample class is ever replaced."""
    if out.is_dir() and any(out.iterdir()) and not (out / "truth.csv").is_file():
        raise CourseError(f"{out}: holds something that is not a sample class; choose another --out")
    try:
        shutil.rmtree(out / "submissions", ignore_errors=True)
        (out / "submissions").mkdir(parents=True)
    except OSError as error:
        raise CourseError(f"{out}: cannot be written ({(error.strerror or str(error)).lower()}); choose another --out") from None


def released_notebook(assignment: Assignment) -> dict:
    """The notebook that students were given; released now where that has not been done."""
    path = release.DIST / assignment.slug / "student" / f"{assignment.slug}.ipynb"
    if not path.is_file():
        release.release(assignment)
    return json.loads(path.read_text(encoding="utf-8"))


# ----------------------------------------------------------------------------------------- who and what


def _plan(size: int, rng: np.random.Generator) -> list[str]:
    """A kind for each student: half of a small class is special so that every kind is met, a tenth of a large one."""
    special = [*papers.special_papers(), papers.HARD_CODED, *FORMS, *UNREADABLE]
    rng.shuffle(special)
    slow = {*papers.SLOW_CELLS, *papers.SLOW_FUNCTIONS}
    special = [k for k in special if k not in slow] + [k for k in special if k in slow]
    wanted = max(size // 10, min(size // 2, len(special)))
    chosen = (special * (wanted // len(special) + 1))[:wanted]
    if wanted < len(special) and wanted > 4:
        chosen[-1] = special[-1]  # a class without anybody who loops for ever would not be a class
    honest = rng.choice(["perfect", "alternative", "misconceptions", "unfinished"], size - wanted, p=[0.25, 0.25, 0.35, 0.15])
    plan = chosen + [str(kind) for kind in honest]
    rng.shuffle(plan)
    return plan


def _students(size: int, rng: np.random.Generator) -> list[str]:
    """Full names; all of them different."""
    pairs = [f"{first} {last}" for first in FIRST for last in LAST]
    rng.shuffle(pairs)
    return [pairs[i % len(pairs)] + (f" {i // len(pairs) + 1}" if i >= len(pairs) else "") for i in range(size)]


def _make(kind: str, m: Material, notebook: dict, fair: Truth, rng: np.random.Generator) -> Made:
    """One submission of that kind.

    Drawn again: a paper whose score would depend on chance, and one of right answers that do not go together (a way to
    find the nearest centre may be right for points and yet overflow on another function's bytes).
    """
    name = f"{m.assignment.slug}.ipynb"
    if kind in UNREADABLE:
        return UNREADABLE[kind](kind, name, _bytes(filled(notebook, papers.perfect(m, rng))))
    graded = sum(question.points for question in m.assignment.questions if question.function)
    for _ in range(100):
        paper = _paper(kind, m, fair, rng)
        points = fair.points(paper.truth_sources)
        if points is not None and (sum(points.values()) == graded or not paper.is_right):
            break
    else:
        raise CourseError(f"{m.assignment.slug}: no paper of kind {kind!r} has a score that does not depend on chance")
    whole = filled(notebook, paper)
    files = FORMS[kind](name, whole) if kind in FORMS else {name: _bytes(whole)}
    return Made(kind, files, points)


def _paper(kind: str, m: Material, fair: Truth, rng: np.random.Generator) -> Paper:
    honest = {"perfect": papers.perfect, "alternative": papers.alternative}
    honest |= {"misconceptions": papers.misconceived, "unfinished": papers.unfinished}
    if kind == papers.HARD_CODED:
        question = m.assignment.question(m.leaf)
        job = (str(question.test_path), question.function, (given_code(m.assignment), *m.references.values()))
        return papers.hard_coded(m, fair.pool.submit(recorded_answers, *job).result())
    make = honest.get(kind) or papers.special_papers().get(kind) or papers.perfect
    return make(m, rng)


def filled(notebook: dict, paper: Paper) -> dict:
    """The released notebook with the student's cells in it."""
    cells, before = [], list(paper.before)
    for cell in notebook["cells"]:
        grade_id = cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", "")
        question = grade_id.removesuffix("-answer")
        if question in paper.sources and grade_id.endswith("-answer"):
            cells += [_code(source) for source in before]
            before = []
            cell = {**cell, "source": paper.sources[question]}
        elif cell["cell_type"] == "markdown" and cell.get("metadata", {}).get("nbgrader", {}).get("solution") and paper.answer:
            cell = {**cell, "source": paper.answer}
        cells.append(cell)
    return {**notebook, "cells": cells + [_code(source) for source in paper.after]}


def _code(source: str) -> dict:
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}


def _bytes(notebook: dict) -> bytes:
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


# ------------------------------------------------------------------------------ the forms that files take


def _format_3(notebook: dict) -> dict:
    cells = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell = {"cell_type": "code", "collapsed": False, "input": cell["source"], "language": "python",
                    "metadata": cell["metadata"], "outputs": [], "prompt_number": 1}  # fmt: skip
        cells.append(cell)
    return {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": cells, "metadata": {}}]}


def _with_output(notebook: dict) -> dict:
    """Two megabytes of output after every cell of code."""
    output = [{"output_type": "stream", "name": "stdout", "text": ["0123456789abcdef\n"] * 120_000}]
    first = next(i for i, c in enumerate(notebook["cells"]) if c["cell_type"] == "code")
    cells = [{**c, "outputs": output} if i == first else c for i, c in enumerate(notebook["cells"])]
    return {**notebook, "cells": cells}


def _script(notebook: dict) -> bytes:
    return "\n\n".join(f"# %%\n{_text(c)}" for c in notebook["cells"] if c["cell_type"] == "code").encode()


def _text(cell: dict) -> str:
    return cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])


def _metadata(notebook: dict, **changes: object) -> dict:
    return {**notebook, "metadata": {**notebook["metadata"], **changes}}


R_KERNEL = {"display_name": "R", "language": "R", "name": "ir"}

FORMS: dict[str, Callable[[str, dict], dict[str, bytes]]] = {
    "UTF-16": lambda name, nb: {name: _bytes(nb).decode().encode("utf-16")},
    "byte-order mark": lambda name, nb: {name: b"\xef\xbb\xbf" + _bytes(nb)},
    "notebook format 3": lambda name, nb: {name: _bytes(_format_3(nb))},
    "unknown minor format": lambda name, nb: {name: _bytes({**nb, "nbformat_minor": 99})},
    "foreign kernel": lambda name, nb: {name: _bytes(_metadata(nb, kernelspec=R_KERNEL))},
    "much output": lambda name, nb: {name: _bytes(_with_output(nb))},
    "duplicated cells": lambda name, nb: {name: _bytes({**nb, "cells": [c for c in nb["cells"] for _ in (1, 2)]})},
    "Python script": lambda name, nb: {name.replace(".ipynb", ".py"): _script(nb)},
    "renamed file": lambda name, nb: {f"{name}.txt": _bytes(nb)},
    "zip from a Mac": lambda name, nb: {"work.zip": zip_of({
        f"work/{name}": _bytes(nb), f"__MACOSX/work/._{name}": b"\0\5\26\7", f"work/.ipynb_checkpoints/{name}": b"{}",
    })},
    "nested zip": lambda name, nb: {"work.zip": zip_of({"inner.zip": zip_of({name: _bytes(nb)})})},
    "zip with unsafe paths": lambda name, nb: {"work.zip": zip_of({
        f"../../{name}": _bytes(nb), "/etc/cron.d/evil": b"* * * * * root true\n", "../../../tmp/evil.txt": b"evil",
    })},
    "zip bomb": lambda name, nb: {"work.zip": zip_of({name: _bytes(nb), "data.bin": bytes(BOMB_BYTES)})},
}  # fmt: skip


def _unreadable(change: Callable[[bytes], bytes], ending: str = ".ipynb") -> Callable[[str, str, bytes], Made]:
    return lambda kind, name, data: Made(kind, {name.removesuffix(".ipynb") + ending: change(data)}, None)


def _special(what: str) -> Callable[[str, str, bytes], Made]:
    return lambda kind, name, data: Made(kind, {name: b""}, None, what)


UNREADABLE: dict[str, Callable[[str, str, bytes], Made]] = {
    "truncated JSON": _unreadable(lambda data: data[: len(data) // 2]),
    "0 bytes": _unreadable(lambda data: b""),
    "Word document": _unreadable(lambda data: zip_of({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"})),
    "web page": _unreadable(lambda data: b"<!DOCTYPE html><html><title>Log in</title></html>"),
    "PDF": _unreadable(lambda data: b"%PDF-1.7\n", ".pdf"),
    "invalid UTF-8": _unreadable(lambda data: data.replace(b"def ", b"\xff\xfe\xfd def ", 1)),
    "absurdly nested JSON": _unreadable(lambda data: b'{"cells":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    "two notebooks": _unreadable(lambda data: zip_of({"a.ipynb": data, "b.ipynb": data.replace(b"def ", rb"# \ndef ", 1)}), ".zip"),
    "symbolic link": _special("symlink"),
    "named pipe": _special("fifo"),
}


# ---------------------------------------------------------------------------------------------- delivery


class Delivery:
    """Puts submissions into one folder in the naming of three worlds, turn by turn."""

    def __init__(self, folder: Path, slug: str):
        self.folder, self.slug = folder, slug
        self.metadata: dict[str, dict] = {}
        self.odd = iter(ODD_NAMES)

    def put(self, student: str, index: int, made: Made) -> tuple[str, str]:
        """Write one; returns the student as intake will call them, and the file."""
        [(name, data)] = made.files.items()
        style = (self._canvas, self._gradescope, self._plain)[2 if made.special else index % 3]
        who, path = style(student, index, name)
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if made.special == "symlink":
            target.symlink_to("/etc/hostname")
        elif made.special == "fifo":
            os.mkfifo(target)
        else:
            target.write_bytes(data)
        return naming.clean(who), path

    def _canvas(self, student: str, index: int, name: str) -> tuple[str, str]:
        key = "".join(c for word in reversed(student.split()) for c in word.lower() if c.isalnum() or ord(c) > 0x2000)
        late = "LATE_" if index % 4 == 0 else ""
        stem, _, ending = name.partition(".")
        return f"{key}_{10_000 + index}", f"{key}_{late}{10_000 + index}_{900_000 + index}_{stem}-1.{ending}"

    def _gradescope(self, student: str, index: int, name: str) -> tuple[str, str]:
        folder = f"submission_{34_000_000 + index}"
        time = f"2026-01-{1 + index % 28:02d} 10:00:00.000000000 Z"
        self.metadata[folder] = {
            ":submitters": [{":name": student, ":sid": str(20_000 + index), ":email": f"s{index}@example.edu"}],
            ":created_at": time, ":score": 0.0, ":status": "processed",
        }  # fmt: skip
        return student, f"{folder}/{name}"

    def _plain(self, student: str, index: int, name: str) -> tuple[str, str]:
        student = next(self.odd, student)
        return student, f"{student}.{name.rpartition('.')[2]}"

    def finish(self) -> None:
        text = yaml.safe_dump(self.metadata, allow_unicode=True, sort_keys=True)
        (self.folder / "submission_metadata.yml").write_text(f"---\n{text}", encoding="utf-8")


def _truth_row(assignment: Assignment, student: str, file: str, made: Made) -> dict[str, object]:
    points = made.points or {}
    row = {"student": student, "file": file, "kind": made.kind, "status": "needs-human" if made.points is None else "graded"}
    row |= {q.id: points.get(q.id, "") for q in assignment.questions}
    return row | {"score": sum(points.values()) if made.points is not None else ""}


def _csv(rows: list[dict[str, object]]) -> str:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def read_truth(out: Path) -> Iterator[dict[str, str]]:
    """The rows of `truth.csv`."""
    with open(out / "truth.csv", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
