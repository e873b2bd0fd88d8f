"""From the one place where an assignment is written to everything that leaves the house.

    notebook + reference + tests ──► master notebook ──otter assign──► student notebook, Gradescope zip
                                                      ──nbgrader─────► source/, release/, gradebook.db

The student's file is nbgrader's release version of otter's notebook: one file that otter, nbgrader and our grader read.
Its set-up cell carries the public tests, so that the file alone works in JupyterLab, VS Code and Colab, offline.
Nothing is put in place before it was searched for solutions and hidden tests.
"""

import argparse
import contextlib
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

from autograder import leaks, stubs
from autograder.assignment import ROOT, Assignment, Question, all_slugs, heading_cell, load, read_notebook
from autograder.errors import CourseError, GraderFailure
from autograder.gradebook import COURSE
from autograder.zips import zip_of

DIST = ROOT / "dist"
LIBRARIES = ("numpy", "scipy", "matplotlib", "scikit-learn")
"""What a student's notebook may import, pinned as in the course's own lock; otter-grader comes on top."""
GRADESCOPE_PYTHON = "3.12"
OTTERS_OWN_TAGS = ("otter_assign_solution_cell", "otter_answer_cell")
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("slugs", nargs="*", metavar="SLUG", help="assignments to release (default: all)")


def run(args: argparse.Namespace) -> int:
    """Release each assignment that is asked for; one line each."""
    for slug in args.slugs or all_slugs():
        start = time.monotonic()
        assignment = load(slug)
        try:
            changed = stubs.write(slug)
            release(assignment)
        except OSError as error:
            raise GraderFailure(f"{slug}: cannot write {error.filename or DIST} ({error.strerror or error})") from error
        forget_logs(slug)
        note = f"; stubs written: {', '.join(changed)}" if changed else ""
        print(f"{slug}: {len(assignment.questions)} questions, {assignment.points:g} points "
              f"→ dist/{slug}/ and dist/nbgrader/ in {time.monotonic() - start:.1f} s{note}")
    return 0


def release(assignment: Assignment, dist: Path = DIST) -> None:
    """Make `dist/<slug>/student/`, `<slug>.zip`, `gradescope.zip` and the assignment's part of `dist/nbgrader/`."""
    slug = assignment.slug
    with tempfile.TemporaryDirectory(prefix="release-") as folder:
        made = Path(folder)
        requirements = pins(LIBRARIES)
        otter_assign(assignment, made, requirements)
        with_solution = nbformat.read(made / "out/autograder" / f"{slug}.ipynb", as_version=4)
        bare = nbformat.read(made / "out/student" / f"{slug}.ipynb", as_version=4)
        tests = {q.id: (made / "out/student/tests" / f"{q.id}.py").read_text("utf-8") for q in assignment.questions if q.function}
        for notebook in (with_solution, bare):
            finish(assignment, notebook, tests)
        nbformat.write(bare, made / "out/student" / f"{slug}.ipynb")
        leaks.refuse([assignment], [made / "out/student"])
        instructor = nbgrader_source(assignment, with_solution, made / "out/autograder/tests")
        student = nbgrader_release(assignment, instructor, bare, dist / "nbgrader")

        stage = made / "stage"
        (stage / "student").mkdir(parents=True)
        shutil.copyfile(student, stage / "student" / f"{slug}.ipynb")
        (stage / "student/requirements.txt").write_text("\n".join(requirements + pins(["otter-grader"])) + "\n", "utf-8")
        given = {f"{slug}/{p.name}": p.read_bytes() for p in sorted((stage / "student").iterdir())}
        (stage / f"{slug}.zip").write_bytes(zip_of(given))
        [autograder_zip] = (made / "out/autograder").glob("*-autograder_*.zip")
        with zipfile.ZipFile(autograder_zip) as archive:
            (stage / "gradescope.zip").write_bytes(zip_of({name: archive.read(name) for name in sorted(archive.namelist())}))
        leaks.refuse([assignment], [stage / "student", stage / f"{slug}.zip"])
        _put_in_place(stage, dist / slug)


def pins(names: list[str] | tuple[str, ...]) -> list[str]:
    """The lines of the course's lock for these packages, without their hashes."""
    locked = (ROOT / "requirements.txt").read_text("utf-8")
    found = [line for name in names for line in re.findall(rf"^({re.escape(name)}==.*?) *\\?$", locked, re.M)]
    if missing := [n for n in names if not any(line.startswith(f"{n}==") for line in found)]:
        raise CourseError(f"requirements.txt: no pinned version of {missing[0]}; `make lock` writes the file anew")
    return found


# ------------------------------------------------------------------------------------------------ otter


def master(assignment: Assignment, requirements: list[str]) -> NotebookNode:
    """The notebook in otter assign's format: questions, solutions and tests in blocks between raw cells."""
    config = {
        "requirements": requirements, "init_cell": False, "export_cell": False, "check_all_cell": False,
        "tests": {"files": True, "ok_format": False},
        "generate": {"zips": False, "print_summary": True}, "python_version": GRADESCOPE_PYTHON,
    }  # fmt: skip
    source = read_notebook(assignment.path)
    begins = {heading_cell(source, i) for i, cell in enumerate(source.cells) if "question" in cell.metadata}
    cells = [new_raw_cell("# ASSIGNMENT CONFIG\n" + json.dumps(config, indent=1))]
    for index, cell in enumerate(source.cells):
        if index in begins:
            following = next(c.metadata["question"] for c in source.cells[index:] if "question" in c.metadata)
            cells.append(_begin(assignment.question(following)))
        if "question" in cell.metadata:
            cells += _question_cells(assignment, assignment.question(cell.metadata["question"]), cell)
        else:
            cells.append(_plain(cell))
    return new_notebook(cells=cells, metadata=METADATA)


def _plain(cell: NotebookNode) -> NotebookNode:
    """The cell with the metadata that a student's Jupyter understands, and nothing of ours; what is `given` is read-only."""
    make = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}[cell.cell_type]
    tags = cell.metadata.get("tags", [])
    read_only = {"editable": False, "deletable": False} if "given" in tags else {}
    return make(cell.source, metadata=({"tags": tags} if tags else {}) | read_only)


def _begin(question: Question) -> NotebookNode:
    config = {"name": question.id} | ({"manual": True, "points": question.points} if question.kind == "written" else {})
    return new_raw_cell("# BEGIN QUESTION\n" + json.dumps(config))


def _question_cells(assignment: Assignment, question: Question, cell: NotebookNode) -> list[NotebookNode]:
    end = new_raw_cell("# END QUESTION")
    if question.kind == "written":
        answer = new_markdown_cell(cell.source, metadata={"nbgrader": nbgrader_metadata(question.id, question.points, solution=True)})
        return [new_raw_cell("# BEGIN PROMPT"), answer, new_raw_cell("# END PROMPT"), end]
    solution = (
        f"{stubs.head(assignment, question.function)}\n\n# BEGIN SOLUTION NO PROMPT\n"
        f"{stubs.body(assignment, question.function)}\n# END SOLUTION\n{stubs.reminder(question)}"
    )
    answer = new_code_cell(solution, metadata={"nbgrader": nbgrader_metadata(f"{question.id}-answer", None, solution=True)})
    tests = [new_code_cell(_test_cell(case)) for case in question.cases]
    return [
        new_raw_cell("# BEGIN SOLUTION"), answer, new_raw_cell("# END SOLUTION"),
        new_raw_cell("# BEGIN TESTS"), *tests, new_raw_cell("# END TESTS"), end,
    ]  # fmt: skip


def _test_cell(case) -> str:
    config = {"points": case.points, "hidden": case.hidden}
    config |= {k: m for k in ("success_message", "failure_message") if (m := getattr(case, k))}
    return f'""" # BEGIN TEST CONFIG\n{json.dumps(config)}\n""" # END TEST CONFIG\n{case.source}'


def otter_assign(assignment: Assignment, folder: Path, requirements: list[str]) -> None:
    """Run the real `otter assign`; its output is kept in `dist/logs/` when it fails."""
    path = folder / f"{assignment.slug}.ipynb"
    nbformat.write(master(assignment, requirements), path)
    command = [sys.executable, "-m", "otter", "assign", "--no-pdfs", "--no-run-tests", path.name, "out"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode or not list((folder / "out/autograder").glob("*-autograder_*.zip")):
        raise _failed(assignment, "otter assign", done.stdout + done.stderr)


def _failed(assignment: Assignment, tool: str, output: str) -> GraderFailure:
    log = DIST / "logs" / f"{assignment.slug}-{tool.replace(' ', '-')}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(output, encoding="utf-8")
    last = next((line.strip() for line in reversed(output.splitlines()) if line.strip()), "no output")
    return GraderFailure(f"{assignment.slug}: {tool} failed ({last[:160]}); all of it is in {log.relative_to(ROOT)}")


def forget_logs(slug: str) -> None:
    """A log of an earlier failure would only mislead after a release that went well."""
    for log in DIST.glob(f"logs/{slug}-*.log"):
        log.unlink()
    if (DIST / "logs").is_dir() and not any((DIST / "logs").iterdir()):
        (DIST / "logs").rmdir()


def finish(assignment: Assignment, notebook: NotebookNode, tests: dict[str, str]) -> None:
    """What otter does not add: the set-up cell with the tests, nbgrader's metadata on the checks, lasting cell ids."""
    questions = {f'grader.check("{q.id}")': q for q in assignment.questions}
    for cell in notebook.cells:
        if question := questions.get(cell.source):
            cell.metadata["nbgrader"] = nbgrader_metadata(question.id, question.points, locked=True)
        if tags := [tag for tag in cell.metadata.pop("tags", []) if tag not in OTTERS_OWN_TAGS]:
            cell.metadata["tags"] = tags
        cell.source = re.sub(r"<!-- (BEGIN|END) QUESTION -->\n*", "", cell.source)  # marks for a PDF that nobody makes
    notebook.cells = [cell for cell in notebook.cells if cell.source.strip()]
    setup = new_code_cell(setup_source(assignment, tests), metadata={
        "cellView": "form", "jupyter": {"source_hidden": True}, "editable": False, "deletable": False,
        "nbgrader": nbgrader_metadata("set-up", None, locked=True),
    })  # fmt: skip
    first_code = next(i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code")
    notebook.cells.insert(first_code, setup)
    for index, cell in enumerate(notebook.cells):
        cell["id"] = cell.metadata.get("nbgrader", {}).get("grade_id") or f"cell-{index:02d}"
    notebook.metadata = METADATA
    notebook.nbformat, notebook.nbformat_minor = 4, 5


def setup_source(assignment: Assignment, tests: dict[str, str]) -> str:
    """The set-up cell, from its template."""
    template = (Path(__file__).parent / "templates/setup_cell.py").read_text("utf-8").rstrip("\n")
    functions = {q.id: q.function for q in assignment.questions if q.function}
    checks = "".join(f"    {question!r}: {text!r},\n" for question, text in tests.items())
    return (
        template.replace('OTTER = ""', f"OTTER = {pins(['otter-grader'])[0]!r}")
        .replace("FUNCTIONS = {}", f"FUNCTIONS = {functions}")
        .replace("PUBLIC_CHECKS = {}", f"PUBLIC_CHECKS = {{  # otter's test files, one a line\n{checks}}}")
    )


# --------------------------------------------------------------------------------------------- nbgrader


def nbgrader_metadata(grade_id: str, points: float | None, *, solution: bool = False, locked: bool = False) -> dict:
    """nbgrader's own cell metadata: an answer, a graded check, a written answer (both), or a read-only cell."""
    graded = {"points": points} if points is not None else {}
    return {
        "schema_version": 3, "grade_id": grade_id, "grade": points is not None, "solution": solution,
        "locked": locked, "task": False, **graded,
    }  # fmt: skip


def nbgrader_source(assignment: Assignment, notebook: NotebookNode, tests: Path) -> NotebookNode:
    """The instructor's version: solutions and hidden tests between nbgrader's own marks.

    The marks of a solution stand at the left margin: nbgrader then leaves one empty line in place of it, as otter does.
    """
    written = {q.id for q in assignment.questions if q.kind == "written"}
    for cell in notebook.cells:
        if cell.id in written:
            cell.source += "\n### BEGIN SOLUTION\n### END SOLUTION"
        cell.source = cell.source.replace("\n\n# BEGIN SOLUTION NO PROMPT\n", "\n### BEGIN SOLUTION\n")
        cell.source = cell.source.replace("\n# END SOLUTION\n", "\n### END SOLUTION\n")
        if question := next((q for q in assignment.questions if cell.source == f'grader.check("{q.id}")'), None):
            cell.source += HIDDEN_TESTS.format(text=_triple_quoted((tests / f"{question.id}.py").read_text("utf-8")))
    return notebook


HIDDEN_TESTS = """
### BEGIN HIDDEN TESTS
from otter.test_files import ExceptionTestFile
all_tests = ExceptionTestFile.from_string({text})
all_tests.run(globals())
print(all_tests.summary())
float(all_tests.score)
### END HIDDEN TESTS"""


def _triple_quoted(text: str) -> str:
    return '"""\\\n' + text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"') + '"""'


CONFIG = '''"""nbgrader's settings for this course. Made by `make release`; run nbgrader in this folder."""

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "@COURSE@"
c.ClearSolutions.code_stub = {"python": ""}  # the stub's own `raise` stands after the solution
c.ClearSolutions.text_stub = ""  # a written answer keeps its own prompt
c.ExecutePreprocessor.timeout = 60
'''.replace("@COURSE@", COURSE)


def nbgrader_release(assignment: Assignment, notebook: NotebookNode, by_otter: NotebookNode, course: Path) -> Path:
    """Write source/, let nbgrader make release/ and enter the assignment in gradebook.db; the released notebook's path.

    Two tools removed the solutions independently: what they leave must be one and the same, or nothing is released.
    """
    slug = assignment.slug
    source = course / "source" / slug / f"{slug}.ipynb"
    source.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, source)
    (course / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    result = _generate_assignment(slug, course)
    if not result["success"]:
        raise _failed(assignment, "nbgrader generate_assignment", result.get("log", "") + result.get("error", ""))
    released = course / "release" / slug / f"{slug}.ipynb"
    if difference := _difference(by_otter, nbformat.read(released, as_version=4)):
        released.unlink()
        raise GraderFailure(f"{slug}: otter and nbgrader disagree about {difference} of the student's notebook")
    return released


def _generate_assignment(slug: str, course: Path) -> dict:
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    settings = Config()
    exec(CONFIG, {"get_config": lambda: settings})
    settings.CourseDirectory.root = str(course)
    with programs_of_this_python():
        return NbGraderAPI(config=settings).generate_assignment(slug, force=True)


@contextlib.contextmanager
def programs_of_this_python() -> Iterator[None]:
    """Put this Python's own programs on the path: nbgrader's database layer starts `alembic` by its bare name."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{before}"
    try:
        yield
    finally:
        os.environ["PATH"] = before


def _difference(one: NotebookNode, other: NotebookNode) -> str | None:
    """The first cell in which two notebooks differ; line ends at the end of a cell do not count."""
    pairs = itertools.zip_longest(*([(c.cell_type, c.source.rstrip("\n")) for c in n.cells] for n in (one, other)))
    return next((f"cell {index}" for index, (a, b) in enumerate(pairs) if a != b), None)


# ---------------------------------------------------------------------------------------------- files


def _put_in_place(stage: Path, target: Path) -> None:
    """Replace what the release makes in `dist/<slug>/`; anything else in that folder stays."""
    target.mkdir(parents=True, exist_ok=True)
    for made in stage.iterdir():
        old = target / made.name
        shutil.rmtree(old) if old.is_dir() else old.unlink(missing_ok=True)
        shutil.move(made, old)
