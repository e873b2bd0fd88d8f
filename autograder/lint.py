"""`python -m autograder lint ZIP|SLUG`: which tests cannot work from outside the sandbox, and why.

Tests run in a process that has no object of the student's: functions are called through the wall, and what comes back is a copy of
plain data. The tests are read as syntax trees, never run. So this is a forecast: "cannot work" where the test itself shows it, "may
not work" where it depends on what the notebook makes of a name. Grading leaves to a human what it finds undecided.
"""

import argparse
import ast
import builtins
import importlib
import importlib.metadata
import importlib.util
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from autograder import foreign
from autograder.assignment import Assignment, all_slugs, load
from autograder.errors import CourseError

NEVER, PERHAPS = "cannot work", "may not work"
PLAIN = (int, float, complex, str, bytes, list, tuple, dict, set, np.ndarray, np.float64, np.random.Generator)
"""Types whose attributes a test can use on what comes through the wall."""
PANDAS = ("DataFrame", "Series", "Index")
"""They cross in assignments of other courses."""
CONSTANTS = (ast.Constant, ast.JoinedStr)
FILES = {"open", "np.load", "np.loadtxt", "np.genfromtxt", "pd.read_csv", "os.listdir", "os.path.exists", "os.path.isfile", "os.stat", "Path"}
HERE = {"globals", "locals", "vars", "dir", "eval", "exec"}
FIGURES = {"gca", "gcf", "figure", "get_fignums", "axes", "fignum_exists"}
PATCHING = {"mock", "unittest.mock", "monkeypatch"}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", metavar="ZIP|SLUG", help="the autograder zip of any `otter assign`, or an assignment of this course")


def run(args: argparse.Namespace) -> int:
    """One line a test that does not, or may not, work; exit status 3 if there are any."""
    if args.what in all_slugs():
        return report(load(args.what))
    if not Path(args.what).suffix and not Path(args.what).exists():
        raise CourseError(f"{args.what}: neither an assignment ({', '.join(all_slugs())}) nor a zip that is there")
    with tempfile.TemporaryDirectory() as folder:
        return report(foreign.unpack(foreign.read(Path(args.what)), Path(folder)))


def report(assignment: Assignment) -> int:
    remarks, total = remarks_on(assignment), len(tests_of(assignment))
    for line in [*surroundings(assignment), *map(str, remarks)]:
        print(line)
    never = sum(remark.level == NEVER for remark in remarks)
    print(f"{assignment.slug}: {total} tests; {never} cannot work, {len(remarks) - never} may not work, nothing against {total - len(remarks)}")
    return 3 if remarks else 0


def forecast(assignment: Assignment, path: Path) -> str:
    """One line before grading starts."""
    remarks, total = remarks_on(assignment), len(tests_of(assignment))
    if not remarks:
        return f"{assignment.slug}: {total} tests, and nothing speaks against any of them"
    return f"{assignment.slug}: {len(remarks)} of {total} tests may not work; `python -m autograder lint {path}` says which and why"


# ------------------------------------------------------------------------------------------------ the tests


@dataclass(frozen=True)
class Test:
    """One test case as a syntax tree, with the names that it takes from the notebook."""

    title: str
    body: tuple[ast.stmt, ...]
    names: frozenset[str]


@dataclass(frozen=True)
class Remark:
    """Why one test does not work."""

    title: str
    reasons: dict[str, str]
    """From reason to `NEVER` or `PERHAPS`."""

    @property
    def level(self) -> str:
        return NEVER if NEVER in self.reasons.values() else PERHAPS

    def __str__(self) -> str:
        return f"{self.title}: {self.level}: {'; '.join(sorted(self.reasons, key=lambda r: self.reasons[r] != NEVER))}"


def remarks_on(assignment: Assignment) -> list[Remark]:
    """What speaks against each test; tests with nothing against them are left out."""
    attributes = _attributes(assignment)
    found = [Remark(test.title, _Reader(test, assignment, attributes).read()) for test in tests_of(assignment)]
    return [remark for remark in found if remark.reasons]


def _attributes(assignment: Assignment) -> frozenset[str]:
    """What a test may ask of a value that came through the wall."""
    pandas = None if assignment.is_own else importlib.import_module("pandas")
    if not assignment.is_own and importlib.util.find_spec("datascience"):
        table = importlib.import_module("datascience").Table
    else:
        table = object
    kinds = [*PLAIN, table, *(getattr(pandas, name) for name in PANDAS if pandas)]
    return frozenset(name for kind in kinds for name in dir(kind) if not name.startswith("__")) | {"__name__", "__len__"}


def tests_of(assignment: Assignment) -> list[Test]:
    from autograder import cases

    paths = [(q.id, q.test_path) for q in assignment.questions if q.test_path is not None]
    return [_test(question, case) for question, path in paths for case in cases.load(question, path)[0]]


def _test(question: str, case) -> Test:
    from autograder import cases

    body = case.file.test_cases[0].body
    title = f"{question}, {'hidden' if case.hidden else 'public'} "
    if case.doctest:
        return Test(f"{title}case {case.index + 1}", cases.statements(body), case.asked)
    name = body.test_func.__name__
    functions = [node for node in ast.walk(ast.parse(case.file.source)) if isinstance(node, ast.FunctionDef) and node.name == name]
    return Test(f"{title}{name}", tuple(functions[-1].body if functions else ()), case.asked)


# ------------------------------------------------------------------------------------------------ what speaks against one


@dataclass
class _Reader:
    """Reads one test; flow is ignored, so that a name is taken for a student's answer wherever it once is one."""

    test: Test
    assignment: Assignment
    attributes: frozenset[str]
    reasons: dict[str, str] = field(default_factory=dict)

    def read(self) -> dict[str, str]:
        from autograder.proxies import MODULES

        self.modules = MODULES
        self.nodes = [node for statement in self.test.body for node in ast.walk(statement)]
        self.students = self.test.names - set(MODULES) - {"env"}
        self.called = {n.func.id for n in self.nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)} & self.students
        self.functions = {n.name for n in self.nodes if isinstance(n, ast.FunctionDef | ast.ClassDef)} | self.called
        self.functions |= {t for n in self.nodes if isinstance(n, ast.Assign) and isinstance(n.value, ast.Lambda) for t in _targets(n)}
        self.answers = {t for n in self.nodes if isinstance(n, ast.Assign) and self.is_call(n.value) for t in _targets(n)}
        for node in self.nodes:
            match node:
                case ast.Call():
                    self.call(node)
                case ast.Attribute():
                    self.attribute(node)
                case ast.Compare(ops=[ast.Is() | ast.IsNot()]) if self.is_answer(node.left) and not isinstance(node.comparators[0], CONSTANTS):
                    self.say(PERHAPS, "asks whether two things are the same object; what comes back is always a copy")
                case ast.Import() | ast.ImportFrom():
                    self.imports(node)
                case ast.Name(id="In" | "Out" | "_ih" | "_oh" as name) if name in self.test.names:
                    self.say(NEVER, f"reads IPython's `{name}`, which stays in the sandbox")
        self.changed_in_place()
        self.seeded()
        self.whole_environment()
        return self.reasons

    def say(self, level: str, reason: str) -> None:
        if self.reasons.get(reason) != NEVER:
            self.reasons[reason] = level

    def is_call(self, node: ast.AST) -> bool:
        return isinstance(node, ast.Call) and self.student_name(node.func) is not None

    def student_name(self, node: ast.AST) -> str | None:
        """The name under which the notebook has it: `f`, or `env["f"]`."""
        match node:
            case ast.Name(id) if id in self.students:
                return id
            case ast.Subscript(value=ast.Name(id="env"), slice=ast.Constant(value=str() as key)):
                return key
        return None

    def is_answer(self, node: ast.AST) -> bool:
        return self.is_call(node) or self.student_name(node) is not None or (isinstance(node, ast.Name) and node.id in self.answers)

    # ---------------------------------------------------------------------------------- one kind of node

    def call(self, node: ast.Call) -> None:
        name, dotted = self.student_name(node.func), _dotted(node.func)
        arguments = [*node.args, *(k.value for k in node.keywords)]
        if name is not None:
            for argument in arguments:
                self.argument(name, argument)
            if name[:1].isupper() and not name.isupper():
                self.say(PERHAPS, f"`{name}` looks like a class; its objects cannot leave the sandbox")
        elif self.is_call(node.func):
            self.say(NEVER, "calls what a function of the student's returned; a function cannot leave the sandbox")
        if dotted in ("isinstance", "issubclass") and len(node.args) == 2:
            for part in ast.walk(node.args[1]):
                if isinstance(part, ast.Name) and part.id in self.students:
                    self.say(NEVER, f"asks for the notebook's class `{part.id}`; no object of it can leave the sandbox")
        if self.assignment.is_own and dotted == "next" and arguments and self.is_answer(arguments[0]):
            self.say(NEVER, "asks for the next item of a generator or iterator, which cannot leave the sandbox")
        if dotted == "get_ipython":
            self.say(NEVER, "uses get_ipython; the notebook's IPython is in the sandbox")
        if dotted.startswith("inspect."):
            self.say(NEVER, f"uses {dotted}: of a student's function there is no source outside the sandbox")
        if dotted in HERE and (dotted not in ("vars", "dir") or not arguments or self.is_answer(arguments[0])):
            self.say(NEVER, f"uses {dotted}, which sees the test's own names and not the notebook's")
        if dotted in FILES and not self.is_beside(arguments):
            self.say(PERHAPS, f"{dotted} finds what the zip has in files/, nothing that the notebook wrote")

    def is_beside(self, arguments: list[ast.expr]) -> bool:
        """Whether the file that is asked for came in the zip."""
        named = arguments[0].value if arguments and isinstance(arguments[0], ast.Constant) else None
        return isinstance(named, str) and self.assignment.files is not None and (self.assignment.files / named).exists()

    def argument(self, name: str, node: ast.AST) -> None:
        """What is given to a student's function, containers looked into."""
        match node:
            case ast.Lambda():
                self.say(NEVER, f"passes `{name}` a lambda, which cannot enter the sandbox")
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts) | ast.Dict(values=parts):
                for part in parts:
                    self.argument(name, part)
            case ast.Name(id) if id in self.functions or (id not in self.answers and callable(getattr(builtins, id, None)) and self.unmade(id)):
                self.say(NEVER, f"passes `{name}` the function `{id}`, which cannot enter the sandbox")
            case ast.Attribute(value=ast.Name(module)) if callable(self.of_module(module, node.attr)):
                self.say(NEVER, f"passes `{name}` the function `{module}.{node.attr}`, which cannot enter the sandbox")
            case ast.Call() if self.assignment.is_own and _dotted(node.func).split(".")[0] in ("pd", "pandas"):
                self.say(NEVER, f"passes `{name}` an object of pandas, which cannot enter the sandbox")

    def unmade(self, name: str) -> bool:
        """Whether a builtin name is not a variable of the test's."""
        stored = (n.id for n in self.nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
        return name not in {*stored, *(n.arg for n in self.nodes if isinstance(n, ast.arg)), *self.students}

    def of_module(self, alias: str, name: str) -> object:
        imported = {a.asname or a.name: a.name for n in self.nodes if isinstance(n, ast.Import) for a in n.names}
        module = imported.get(alias) or (self.modules.get(alias) if alias in self.test.names else None)
        if module not in self.modules.values() or importlib.util.find_spec(module.split(".")[0]) is None:  # nothing else is imported for a forecast
            return None
        return getattr(importlib.import_module(module), name, None)

    def attribute(self, node: ast.Attribute) -> None:
        dotted = _dotted(node)
        if dotted.split(".")[0] in ("plt", "matplotlib") and node.attr in FIGURES:
            self.say(NEVER, f"{dotted} finds no figure: the notebook's are in the sandbox")
        if isinstance(node.ctx, ast.Store) and dotted.split(".")[0] in ("builtins", "sys"):
            self.say(NEVER, f"sets {dotted} for the test, not for the notebook")
        if not self.is_answer(node.value) or node.attr in self.attributes:
            return
        name = self.student_name(node.value) or (self.student_name(node.value.func) if isinstance(node.value, ast.Call) else node.value.id)
        if name in self.called and not isinstance(node.value, ast.Call):
            self.say(NEVER, f"asks for .{node.attr} of the function `{name}`, which is in the sandbox")
        else:
            self.say(PERHAPS, f"asks `{name}` for .{node.attr}, which plain data do not have (an object of a class, a module?)")

    def imports(self, node: ast.Import | ast.ImportFrom) -> None:
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or "."]
        for name in names:
            top = name.split(".")[0]
            beside = (files := self.assignment.files) and ((files / f"{top}.py").exists() or (files / top).is_dir())
            if name in PATCHING or (isinstance(node, ast.ImportFrom) and any(a.name == "mock" for a in node.names)):
                self.say(NEVER, "replaces functions by mock, but those of the test and not the notebook's")
            elif not beside and (not top or importlib.util.find_spec(top) is None):
                self.say(NEVER, f"imports {name}, which is neither installed here nor in the zip's files/")

    # ---------------------------------------------------------------------------------- the test as a whole

    def changed_in_place(self) -> None:
        """`sort_it(numbers)` as a mere statement, not to see it raise, and then a look at `numbers`."""
        guarded = {id(n) for part in self.nodes if isinstance(part, ast.Try | ast.With) for s in part.body for n in ast.walk(s)}
        for at, node in enumerate(self.nodes):
            if isinstance(node, ast.Expr) and self.is_call(node.value) and id(node) not in guarded:
                inside = set(map(id, ast.walk(node)))
                given = {a.id for a in node.value.args if isinstance(a, ast.Name)} - self.students
                later = (n.id for n in self.nodes[at:] if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load) and id(n) not in inside)
                if given & set(later):
                    self.say(PERHAPS, f"`{self.student_name(node.value.func)}` may have to change its arguments; only its own copies change")

    def seeded(self) -> None:
        """A global seed set in the test reaches draws of the test, not those of the student's function."""
        calls = [_dotted(n.func) for n in self.nodes if isinstance(n, ast.Call)]
        randoms = [c for c in calls if c.startswith(("np.random.", "numpy.random.", "random.")) and not c.endswith("default_rng")]
        if randoms and all(c.endswith("seed") for c in randoms) and (self.called or "env" in self.test.names):
            self.say(PERHAPS, "sets a global seed, which reaches no draw of the student's function; pass a Generator instead")

    def whole_environment(self) -> None:
        if "env" not in self.test.names:
            return
        fine = {id(n.value) for n in self.nodes if isinstance(n, ast.Subscript) or (isinstance(n, ast.Attribute) and n.attr == "get")}
        fine |= {id(part) for n in self.nodes if isinstance(n, ast.Compare) for part in n.comparators}
        if any(isinstance(n, ast.Name) and n.id == "env" and id(n) not in fine for n in self.nodes):
            self.say(NEVER, "uses `env` as a whole; only `env[name]`, `env.get(name)` and `name in env` work")


def _targets(node: ast.Assign) -> set[str]:
    return {n.id for target in node.targets for n in ast.walk(target) if isinstance(n, ast.Name)}


def _dotted(node: ast.AST) -> str:
    """`np.random.seed` as it is written; nothing for what is no plain path of names."""
    match node:
        case ast.Name(id):
            return id
        case ast.Attribute(value, attr):
            return f"{_dotted(value)}.{attr}" if _dotted(value) else ""
    return ""


# ------------------------------------------------------------------------------------------------ around the tests


def surroundings(assignment: Assignment) -> list[str]:
    """What else will not be as the assignment expects it."""
    if assignment.is_own:
        return []
    lines = ["otter's plugins are not run"] if assignment.plugins else []
    missing = [name for name in foreign.requirements(assignment.path) if not _installed(name)]
    return lines + ([f"not installed here, so that cells that import it fail: {', '.join(missing)}"] if missing else [])


def _installed(name: str) -> bool:
    try:
        importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
