"""`python -m autograder formgrader`: nbgrader's own screens on a graded class, to read and grade written answers.

nbgrader wants a course folder. `OUT/nbgrader/` is one: its gradebook is `OUT/gradebook.db`, and `autograded/` holds for each
student a notebook made from what was handed in, question by question, with what the checks said. It is made anew from text;
no output, script or metadata of the student's gets into it.
"""

import argparse
import contextlib
import html
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import nh3

from autograder import foreign, gradebook, results
from autograder.assignment import Assignment, Question, load
from autograder.errors import CourseError, GraderFailure, Unwritable
from autograder.model import QuestionResult, Result, Submission

PORT = 8123
SHOWN = 20_000
"""Characters of a written answer that are shown."""
CONFIG = f'''"""nbgrader's settings for this graded class: its commands work in this folder, wherever it is moved."""

from pathlib import Path

course = Path(__file__).resolve().parent
c = get_config()  # noqa: F821
c.CourseDirectory.course_id = {gradebook.COURSE!r}
c.CourseDirectory.root = str(course)
c.CourseDirectory.db_url = f"sqlite:///{{course.parent / {gradebook.FILE!r}}}"
'''


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=Path("graded"), metavar="FOLDER", help="what `grade` wrote (default: %(default)s)")
    parser.add_argument("--port", type=int, default=PORT, help="(default: %(default)s)")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")


def run(args: argparse.Namespace) -> int:
    """Serve formgrader on this machine alone until Ctrl-C; then write reports and tables with the scores that were given."""
    out = args.out.resolve()
    stored = results.stored(out)
    if not stored or not (out / gradebook.FILE).is_file():
        raise CourseError(f"{args.out}: holds no graded class; run `make grade` first, or say OUT=folder")
    assignment = foreign.find(out) or load(stored[0].assignment)
    course = write_course(out, assignment)
    _check_port(args.port)
    token = secrets.token_urlsafe(16)
    _serve(course, args.port, token, not args.no_browser)
    with results.locked(out):
        refresh(out, assignment)
    print(f"\nReport: {args.out / 'report' / 'index.html'}   Grades: {args.out / 'grades.csv'}")
    return 0


def refresh(out: Path, assignment: Assignment) -> None:
    """Write reports and tables anew with what humans have entered."""
    from autograder import late, reports

    reports.build(out, assignment, late.counted(out, assignment, results.stored(out)))


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            raise CourseError(f"port {port} is in use or not allowed; choose another one with --port") from None


def _serve(course: Path, port: int, token: str, browser: bool) -> None:
    command = [
        sys.executable, "-m", "jupyter", "server", "--ip=127.0.0.1", f"--port={port}", "--port-retries=0",
        f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={course}", "--ServerApp.default_url=/formgrader",
        "--ServerApp.jpserver_extensions={'nbgrader.server_extensions.formgrader': True}", "--log-level=ERROR",
        *([] if browser else ["--no-browser"]), *(["--allow-root"] if os.geteuid() == 0 else []),
    ]  # fmt: skip
    # Nothing but formgrader: no settings and no extensions of this machine, no log on the screen.
    own = {name: str(course / ".jupyter") for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")}
    environment = {**os.environ, **own, "JUPYTER_NO_CONFIG": "1"}
    log = course / "server.log"
    with (
        open(log, "wb") as said,
        subprocess.Popen(command, cwd=course, env=environment, start_new_session=True, stdout=said, stderr=said) as server,
    ):
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            _wait_for(port, server)
            print(f"formgrader: http://127.0.0.1:{port}/formgrader?token={token}", flush=True)
            print("Give points, then stop this with Ctrl-C: the reports and grades.csv then count them.", flush=True)
            status = server.wait()
        except KeyboardInterrupt:
            server.terminate()
            server.wait()
            return
        finally:
            signal.signal(signal.SIGTERM, before)
    raise GraderFailure(f"the Jupyter server stopped by itself (exit status {status}); its reason is in {log}")


def _wait_for(port: int, server: subprocess.Popen) -> None:
    """Until the server can be asked, or has ended: whoever opens an address that is printed should find a page there."""
    while server.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)


# --------------------------------------------------------------------------------------- the course folder


def write_course(out: Path, assignment: Assignment) -> Path:
    """The folder that nbgrader takes for a course; the students' notebooks are in it already."""
    course = out / "nbgrader"
    _store(course / "nbgrader_config.py", CONFIG)
    cells = [cell for question in assignment.questions for cell in _cells(question, "", None)]
    _store(course / "source" / assignment.slug / f"{assignment.slug}.ipynb", _notebook(cells))
    return course


def write_notebook(out: Path, result: Result, text: str) -> None:
    """Put what `notebook` made where formgrader looks for it. Raises Unwritable."""
    _store(_place(out, result), text)


def has_notebook(out: Path, result: Result) -> bool:
    """Whether a student's notebook is there, to its end: it is not flushed to the disk, so a power cut may take it."""
    try:
        with open(_place(out, result), "rb") as file:
            file.seek(-2, os.SEEK_END)
            return file.read() == b"}\n"
    except OSError:
        return False


def _place(out: Path, result: Result) -> Path:
    student = gradebook.student_id(result.student)
    return out / "nbgrader" / "autograded" / student / result.assignment / f"{result.assignment}.ipynb"


def notebook(assignment: Assignment, submission: Submission, result: Result) -> str:
    """What formgrader shows of one student's work."""
    head = [_markdown(f"**{html.escape(result.student)}** ({html.escape(result.file)}): {html.escape(result.problem or result.status)}")]
    by_question = {q.question: q for q in result.questions}
    for question in assignment.questions:
        source = submission.answers.get(question.id, "") if question.kind == "written" else _code_of(question, submission.cells)
        head += _cells(question, source, by_question.get(question.id))
    rest = [_markdown("### All code that was handed in"), _code("\n\n# ---\n\n".join(submission.cells))]
    return _notebook(head + rest)


def _code_of(question: Question, cells: tuple[str, ...]) -> str:
    """The last cell that defines the function; that definition is what was graded. Without one, the cells before the check."""
    if question.function is None:
        return _before_check(question.id, cells)
    pattern = re.compile(rf"^\s*(?:async )?(?:def {question.function}\b|{question.function}\s*=)", re.M)
    return next((source for source in reversed(cells) if pattern.search(source)), "# no cell defines this function")


def _before_check(question: str, cells: tuple[str, ...]) -> str:
    """What was written between the check before and `grader.check("<question>")`."""
    found: list[str] = []
    for source in cells:
        if re.search(rf"\.check\(\s*['\"]{re.escape(question)}['\"]", source):
            return "\n\n".join(found)
        found = [] if re.search(r"\.check\(\s*['\"]", source) else [*found, source]
    return "# no cell checks this question: see all code below"


def _cells(question: Question, source: str, result: QuestionResult | None) -> list[dict]:
    """Heading, answer and check of a question, with the metadata by which nbgrader finds their scores and comments."""
    title = _markdown(f"### {question.id}: {html.escape(question.title)} ({question.points:g} points)")
    if question.kind == "written":
        answer = _safe(source) if source.strip() else "*(no answer)*"
        return [title, _markdown(answer, _nbgrader(question.id, question.points, solution=True))]
    answer = _code(source, _nbgrader(f"{question.id}-answer", None, solution=True))
    check = _code(f'grader.check("{question.id}")', _nbgrader(question.id, question.points, locked=True), _said(result))
    return [title, answer, check]


def _safe(markdown: str) -> str:
    """A written answer as harmless HTML, formulas as they were.

    formgrader renders whatever a text cell holds, links to scripts included. One line of HTML is passed through as it is,
    so nothing in it is taken for Markdown a second time.
    """
    from nbconvert.filters import markdown2html

    shown = markdown[:SHOWN] + (f"\n\n… ({len(markdown) - SHOWN} more characters)" if len(markdown) > SHOWN else "")
    try:
        rendered = markdown2html(shown)
    except RecursionError:  # thousands of nested quotations
        rendered = f"<pre>{html.escape(shown)}</pre>"
    cleaned = nh3.clean(rendered).strip().replace("\n", "&#10;").replace("\r", "")
    return f"<div>{cleaned}</div>"


def _said(result: QuestionResult | None) -> str:
    if result is None or result.points is None:
        return ""
    lines = [f"{'passed' if c.passed else 'FAILED'} {c.name} ({c.earned:g} of {c.points:g}): {c.message}" for c in result.cases]
    return "\n".join([f"{result.points:g} of {result.max_points:g} points", *lines])


def _nbgrader(grade_id: str, points: float | None, *, solution: bool = False, locked: bool = False) -> dict:
    from autograder.release import nbgrader_metadata

    return {"nbgrader": nbgrader_metadata(grade_id, points, solution=solution, locked=locked)}


def _markdown(source: str, metadata: dict | None = None) -> dict:
    return {"cell_type": "markdown", "metadata": metadata or {}, "source": source}


def _code(source: str, metadata: dict | None = None, said: str = "") -> dict:
    outputs = [{"output_type": "stream", "name": "stdout", "text": said}] if said else []
    return {"cell_type": "code", "execution_count": None, "metadata": metadata or {}, "outputs": outputs, "source": source}


def _notebook(cells: list[dict]) -> str:
    """A notebook that nbformat takes; ids tell the cells apart."""
    numbered = [{"id": f"cell-{n}", **cell} for n, cell in enumerate(cells)]
    metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    made = {"cells": numbered, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def _store(path: Path, text: str) -> None:
    """Write whole or not at all. Raises Unwritable."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        results.write_atomically(path, text.encode("utf-8", "replace"), lasting=False)
    except OSError as error:
        raise Unwritable(f"{path}: cannot be written ({results.why(error)}); finished results are kept") from None
