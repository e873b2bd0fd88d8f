"""The stub that a student fills, made from the reference: its signature, its docstring, one raise. Never its body."""

import re
from pathlib import Path

from autograder.assignment import ROOT, Assignment, Question, load, read_notebook, solution_functions
from autograder.errors import CourseError

CODE_CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(?P<options>---\n.*?\n---\n|(?::[^\n]*\n)+)(?P<body>.*?)^```$", re.M | re.S)


def head(assignment: Assignment, function: str) -> str:
    """Signature and docstring of the reference, exactly as written there."""
    node = solution_functions(assignment)[function]
    lines = assignment.solution_path.read_text(encoding="utf-8").splitlines()
    return "\n".join(lines[node.lineno - 1 : node.body[0].end_lineno])


def body(assignment: Assignment, function: str) -> str:
    """What `head` leaves out: the solution itself, comments included."""
    node = solution_functions(assignment)[function]
    lines = assignment.solution_path.read_text(encoding="utf-8").splitlines()
    return "\n".join(lines[node.body[0].end_lineno : node.end_lineno]).strip("\n")


def reminder(question: Question) -> str:
    """The line that says what is still to be written."""
    return f'    raise NotImplementedError("{question.id}: write {question.function} here")'


def stub(assignment: Assignment, question: Question) -> str:
    """The cell as the student finds it."""
    return f"{head(assignment, question.function)}\n\n{reminder(question)}"


def drift(slug: str, root: Path = ROOT) -> tuple[str, ...]:
    """The questions whose cell in `notebooks/<slug>.md` is not the stub of today's reference."""
    assignment = load(slug, root)
    cells = {c.metadata["question"]: c.source for c in read_notebook(assignment.path).cells if "question" in c.metadata}
    return tuple(q.id for q in assignment.questions if q.function and cells[q.id] != stub(assignment, q))


def write(slug: str, root: Path = ROOT) -> tuple[str, ...]:
    """Write each stub into `notebooks/<slug>.md`, nothing else; returns the questions that changed."""
    changed = drift(slug, root)
    assignment = load(slug, root)
    stubs = {q.id: stub(assignment, q) for q in assignment.questions if q.function}
    written = set()

    def renew(cell: re.Match) -> str:
        named = re.search(r"^:?question:\s*(\S+)\s*$", cell["options"], re.M)
        if not named or named[1] not in stubs:
            return cell[0]
        written.add(named[1])
        return cell[0].replace(cell["options"] + cell["body"], f"{cell['options']}{stubs[named[1]]}\n")

    text = CODE_CELL.sub(renew, assignment.path.read_text(encoding="utf-8"))
    if lost := sorted(set(stubs) - written):
        raise CourseError(f"notebooks/{slug}.md: the code cell of {lost[0]} was not found; its options stand between lines of ---")
    if changed:
        assignment.path.write_text(text, encoding="utf-8")
    return changed
