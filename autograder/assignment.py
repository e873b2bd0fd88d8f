"""What an assignment is: read from `notebooks/<slug>.md` (the words, the questions) and `autograder/tests/<slug>/`
(the cases, their points), checked against `solutions/<slug>.py` (the functions).

Nothing is imported or executed here: tests and solutions are read as syntax trees, so that the book, too, may ask for
an assignment's points without loading anything heavy.
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import jupytext
from nbformat import NotebookNode

from autograder.errors import CourseError

ROOT = Path(__file__).resolve().parents[1]
HEADING = re.compile(r"^## Question (?P<number>\d+): (?P<title>.+?) \((?P<points>\d+(?:\.\d+)?) points?\)\s*$", re.M)
TITLE = re.compile(r"^# (?P<title>.+?)\s*$", re.M)
FENCED = re.compile(r"^(`{3,}|~{3,}).*?^\1\s*$", re.M | re.S)


@dataclass(frozen=True)
class Case:
    """One test case, as it stands in the test file."""

    name: str
    points: float
    hidden: bool
    source: str
    """The function without its decorator."""
    success_message: str | None = None
    failure_message: str | None = None


@dataclass(frozen=True)
class Question:
    id: str
    """`q1`, `q2`, ...: also the `grade_id` of the graded cell in nbgrader's gradebook."""
    function: str | None
    """What the student writes; None for a written answer."""
    kind: Literal["function", "written"]
    title: str
    points_public: float
    points_hidden: float
    points: float
    test_path: Path | None
    cases: tuple[Case, ...] = ()


@dataclass(frozen=True)
class Assignment:
    slug: str
    title: str
    path: Path
    """The MyST notebook that the student's is made from."""
    questions: tuple[Question, ...]

    is_own: ClassVar[bool] = True
    """Made in this course: with a reference, and with tests written for the wall."""
    files: ClassVar[Path | None] = None
    """A folder of what lies beside the student's notebook, such as data."""
    surroundings: ClassVar[tuple[Path, ...]] = ()
    """Files other than tests on which a result depends."""

    @property
    def points(self) -> float:
        return sum(q.points for q in self.questions)

    @property
    def functions(self) -> tuple[str, ...]:
        """What the student writes, in order."""
        return tuple(q.function for q in self.questions if q.function)

    @property
    def solution_path(self) -> Path:
        return self.path.parents[1] / "solutions" / f"{self.slug}.py"

    def question(self, question_id: str) -> Question:
        """The question of that id. Raises CourseError with the known ones."""
        for question in self.questions:
            if question.id == question_id:
                return question
        known = ", ".join(q.id for q in self.questions)
        raise CourseError(f"{self.slug} has no question {question_id!r}; it has {known}")


def all_slugs(root: Path = ROOT) -> tuple[str, ...]:
    """Every assignment of the course, in alphabetical order."""
    return tuple(sorted(path.stem for path in (root / "notebooks").glob("*.md")))


def load(slug: str, root: Path = ROOT) -> Assignment:
    """The assignment `slug`. Raises CourseError with one line on whatever is missing or does not match."""
    path = root / "notebooks" / f"{slug}.md"
    if slug not in all_slugs(root):
        known = ", ".join(all_slugs(root)) or "none yet; `python -m autograder new SLUG TITLE` starts one"
        raise CourseError(f"no assignment {slug!r} (no file notebooks/{slug}.md); the assignments are: {known}")
    notebook = read_notebook(path)
    titles = [t for cell in notebook.cells if cell.cell_type == "markdown" if (t := TITLE.search(_prose(cell.source)))]
    if not titles:
        raise CourseError(f"notebooks/{slug}.md: no title; begin the first cell with a line `# Title`")
    questions = tuple(_question(slug, root, notebook, index) for index in _question_cells(slug, notebook))
    if not questions:
        raise CourseError(f"notebooks/{slug}.md: no question; give a code cell the options `question: q1`, `function: name`")
    assignment = Assignment(slug, titles[0]["title"], path, questions)
    _check_order(assignment)
    _check_functions(assignment)
    _check_references_stand_alone(assignment, notebook)
    _check_tests_are_used(assignment, root)
    return assignment


def read_notebook(path: Path) -> NotebookNode:
    """A MyST notebook as nbformat's node. Raises CourseError when it is not one."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"{path.name}: cannot be read ({error})") from error
    if not re.match(r"---\n(.*\n)*?\s*format_name: myst\n(.*\n)*?---\n", text):
        raise CourseError(f"{path.name}: no jupytext front matter with `format_name: myst`; copy it from another notebook")
    try:
        return jupytext.reads(text, fmt="md:myst")
    except Exception as error:
        raise CourseError(f"{path.name}: not a MyST notebook ({str(error).splitlines()[0]})") from error


def given_code(assignment: Assignment) -> str:
    """What the notebook writes out for the student: its code cells tagged `given`, such as a helper that answers may call."""
    cells = read_notebook(assignment.path).cells
    return "\n\n".join(c.source for c in cells if c.cell_type == "code" and "given" in c.metadata.get("tags", ()))


def read_cases(path: Path) -> tuple[Case, ...]:
    """The cases of one test file, public before hidden. Raises CourseError where the file breaks the rules below."""
    where = "/".join(path.parts[-4:])
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise CourseError(f"{where}, line {error.lineno}: syntax error ({error.msg})") from error
    constants = {}
    cases = []
    for node in tree.body:
        match node:
            case ast.Expr(ast.Constant()) | ast.ImportFrom(module="otter.test_files"):
                continue
            case ast.Assign(targets=[ast.Name(id)], value=ast.Constant(value)) if id in ("OK_FORMAT", "name", "points"):
                constants[id] = value
            case ast.FunctionDef(decorator_list=[ast.Call(func=ast.Name("test_case"))]):
                cases.append(_case(where, node))
            case _:
                raise CourseError(
                    f"{where}, line {node.lineno}: only `OK_FORMAT`, `name`, `points` and functions decorated with "
                    "@test_case(...) may stand here; put imports and helpers inside each case"
                )
    if constants.get("OK_FORMAT") is not False or constants.get("name") != path.stem:
        raise CourseError(f'{where}: must say `OK_FORMAT = False` and `name = "{path.stem}"`')
    if constants.get("points") is not None:
        raise CourseError(f"{where}: `points` must be None; the points are on the cases")
    _check_cases(where, cases)
    return tuple(cases)


def _case(where: str, node: ast.FunctionDef) -> Case:
    try:
        options = {k.arg: ast.literal_eval(k.value) for k in node.decorator_list[0].keywords}
    except ValueError as error:
        raise CourseError(f"{where}, {node.name}: the options of @test_case must be plain values") from error
    if not isinstance(options.get("points"), int | float) or not isinstance(options.get("hidden"), bool):
        raise CourseError(f"{where}, {node.name}: say both, @test_case(points=..., hidden=...)")
    if any(set(str(options.get(m, ""))) & set('"\n\\') for m in ("success_message", "failure_message")):
        raise CourseError(f"{where}, {node.name}: otter cannot write a message with double quotes, backslashes or line ends")
    imports = [a.name for n in ast.walk(node) if isinstance(n, ast.Import) for a in n.names]
    imports += [n.module or "" for n in ast.walk(node) if isinstance(n, ast.ImportFrom)]
    if ours := [m for m in imports if m.split(".")[0] in ("solutions", "autograder", "book")]:
        raise CourseError(f"{where}, {node.name}: imports {ours[0]}; a test may use public packages alone")
    bare = ast.FunctionDef(**{f: getattr(node, f, None) for f in node._fields} | {"decorator_list": []})
    messages = options.get("success_message"), options.get("failure_message")
    return Case(node.name, options["points"], options["hidden"], ast.unparse(ast.fix_missing_locations(bare)), *messages)


def _check_cases(where: str, cases: list[Case]) -> None:
    names = [case.name for case in cases]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise CourseError(f"{where}: two cases are called {twice[0]}; the second would replace the first")
    if not any(not case.hidden for case in cases) or not any(case.hidden for case in cases):
        raise CourseError(f"{where}: a question needs public cases and hidden ones")
    if [case.hidden for case in cases] != sorted(case.hidden for case in cases):
        raise CourseError(f"{where}: put the public cases first; otter numbers the cases in order")


def _prose(source: str) -> str:
    """Markdown without its fenced blocks, in which a `# comment` is no heading."""
    return FENCED.sub("", source)


def _question_cells(slug: str, notebook: NotebookNode) -> list[int]:
    cells = [i for i, cell in enumerate(notebook.cells) if "question" in cell.metadata]
    ids = [notebook.cells[i].metadata["question"] for i in cells]
    if twice := sorted({q for q in ids if ids.count(q) > 1}):
        raise CourseError(f"notebooks/{slug}.md: two cells belong to question {twice[0]}; one function is one question")
    return cells


def heading_cell(notebook: NotebookNode, index: int) -> int | None:
    """Which markdown cell holds the heading `## Question ...` of the question whose cell is at `index`."""
    for i in range(index - 1, -1, -1):
        if "question" in notebook.cells[i].metadata:
            return None
        if notebook.cells[i].cell_type == "markdown" and HEADING.search(_prose(notebook.cells[i].source)):
            return i
    return None


def _question(slug: str, root: Path, notebook: NotebookNode, index: int) -> Question:
    cell = notebook.cells[index]
    question_id, where = cell.metadata["question"], f"notebooks/{slug}.md, question {cell.metadata['question']}"
    at = heading_cell(notebook, index)
    if at is None:
        raise CourseError(f"{where}: no heading before it; write `## Question 1: title (4 points)`")
    heading = list(HEADING.finditer(_prose(notebook.cells[at].source)))[-1]
    if f"q{heading['number']}" != question_id:
        raise CourseError(f"{where}: its heading says question {heading['number']}")
    if cell.metadata.get("kind") == "written":
        return _written(where, cell, heading)
    return _function(where, root / "autograder" / "tests" / slug / f"{question_id}.py", cell, heading)


def _written(where: str, cell: NotebookNode, heading: re.Match) -> Question:
    points = cell.metadata.get("points")
    if cell.cell_type != "markdown" or not isinstance(points, int | float):
        raise CourseError(f'{where}: a written answer is a text cell after `+++ {{"question": ..., "kind": "written", "points": 4}}`')
    _check_points(where, heading, points, "the cell")
    return Question(cell.metadata["question"], None, "written", heading["title"], 0, 0, points, None)


def _function(where: str, path: Path, cell: NotebookNode, heading: re.Match) -> Question:
    function = cell.metadata.get("function")
    if cell.cell_type != "code" or not function:
        raise CourseError(f"{where}: the options of its code cell must name the function (`function: name`)")
    if not path.is_file():
        raise CourseError(f"{where}: no tests; write {'/'.join(path.parts[-4:])}")
    cases = read_cases(path)
    public, hidden = (sum(c.points for c in cases if c.hidden is flag) for flag in (False, True))
    _check_points(where, heading, public + hidden, "the cases")
    return Question(cell.metadata["question"], function, "function", heading["title"], public, hidden, public + hidden, path, cases)


def _check_points(where: str, heading: re.Match, points: float, source: str) -> None:
    if float(heading["points"]) != points:
        raise CourseError(f"{where}: the heading promises {heading['points']} points, {source} add up to {points:g}")


def _check_order(assignment: Assignment) -> None:
    expected = [f"q{n}" for n in range(1, len(assignment.questions) + 1)]
    if [q.id for q in assignment.questions] != expected:
        found = ", ".join(q.id for q in assignment.questions)
        raise CourseError(f"notebooks/{assignment.slug}.md: the questions must be {', '.join(expected)} in order; found {found}")


def solution_functions(assignment: Assignment) -> dict[str, ast.FunctionDef]:
    """The public functions of the reference module as syntax trees, by name."""
    path, where = assignment.solution_path, f"solutions/{assignment.slug}.py"
    if not path.is_file():
        raise CourseError(f"{where}: not there; it holds the reference of every function in notebooks/{assignment.slug}.md")
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise CourseError(f"{where}, line {error.lineno}: syntax error ({error.msg})") from error
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def _check_functions(assignment: Assignment) -> None:
    functions, slug = solution_functions(assignment), assignment.slug
    for question in assignment.questions:
        if question.function and question.function not in functions:
            raise CourseError(f"solutions/{slug}.py: no function {question.function}, which question {question.id} asks for")
        if question.function and not ast.get_docstring(functions[question.function]):
            raise CourseError(f"solutions/{slug}.py: {question.function} has no docstring; the student's stub is made from it")
        for case in question.cases:
            parameters = {a.arg for a in ast.parse(case.source).body[0].args.args}
            if strangers := sorted(parameters - set(assignment.functions)):
                raise CourseError(
                    f"autograder/tests/{slug}/{question.id}.py, {case.name}: asks for {strangers[0]}, which no question "
                    f"defines; the functions are {', '.join(assignment.functions)}"
                )


def _check_references_stand_alone(assignment: Assignment, notebook: NotebookNode) -> None:
    """A reference goes into the notebook without its module: instructors and Gradescope run it there."""
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code" and "question" not in cell.metadata]
    there = {*assignment.functions, *(name for source in cells for name in _names_made(source))}
    elsewhere = _names_made(assignment.solution_path.read_text(encoding="utf-8")) - there
    for name, node in solution_functions(assignment).items():
        used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)} if name in assignment.functions else set()
        if lost := sorted(used & elsewhere):
            raise CourseError(
                f"solutions/{assignment.slug}.py, {name}: uses {lost[0]} of its module, which the notebook does not have; put it "
                "into the function, or into a cell tagged `given`"
            )


def _names_made(source: str) -> set[str]:
    """What a module or a cell defines, imports or assigns at its top level; nothing where it is no plain Python (a magic)."""
    try:
        statements = ast.parse(source).body
    except SyntaxError:
        return set()
    made = {n.name for n in statements if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    made |= {(a.asname or a.name).split(".")[0] for n in statements if isinstance(n, ast.Import | ast.ImportFrom) for a in n.names}
    return made | {n.id for s in statements if isinstance(s, ast.Assign | ast.AnnAssign) for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _check_tests_are_used(assignment: Assignment, root: Path) -> None:
    folder = root / "autograder" / "tests" / assignment.slug
    used = {q.id for q in assignment.questions if q.kind == "function"} | {"__init__"}
    if extra := sorted(path.stem for path in folder.glob("*.py") if path.stem not in used):
        raise CourseError(f"autograder/tests/{assignment.slug}/{extra[0]}.py: no such question in notebooks/{assignment.slug}.md")
