"""Checks an answer in the page as `grader.check` does in the student's notebook, in either engine.

The words of the feedback are the notebook's own: its class `Feedback` comes with the job. Of otter, which Python in the
browser lacks, this does what public checks need: a decorator, arguments by name, the message of what was raised.
"""

import ast
import html
import json
import linecache
import re
import sys
import traceback
from types import SimpleNamespace


def check(text):
    """The feedback on one question, once the notebook's cells up to it have run, in names of their own.

    `text` is JSON: `question`, `cells` (as `book/questions.py` writes them, with the reader's code in place of the stubs),
    `functions`, `feedback`, and `checks`, the test file of this question.
    """
    job = json.loads(text)
    question = job["question"]
    words = {"FUNCTIONS": job["functions"], "html": html, "re": re}
    exec(job["feedback"], words)
    names = {"__name__": "__main__"}
    stopped = False
    for cell in job["cells"]:
        own = cell.get("question")
        error = run_cell(cell["source"], f"<{own or 'given'}>", names)
        if error is None:
            continue
        if own == question:
            stopped = True
            print(shown(error), file=sys.stderr)
        else:
            print(f"{own or 'a given cell'}, above, does not run: {type(error).__name__}: {error}", file=sys.stderr)
    if stopped:
        feedback = words["Feedback"].__new__(words["Feedback"])
        feedback.headline, feedback.rows = f"{question}: your code stopped with an error before it could be checked.", []
        return feedback
    written = job["functions"][question] in names
    return words["Feedback"](question, run_checks(job["checks"], names) if written else None)


def run_cell(source, name, names):
    """Run one cell; what it raised, or None."""
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    try:
        exec(compile(source, name, "exec"), names)
    except Exception as error:
        return error


def shown(error):
    """A traceback that begins in the reader's code."""
    return "".join(traceback.format_exception(type(error), error, error.__traceback__.tb_next)).rstrip()


def run_checks(source, names):
    """The result of a test file in otter's exception-based format, with the parts that `Feedback` reads."""
    tree = ast.parse(source)
    tree.body = [node for node in tree.body if not (isinstance(node, ast.ImportFrom) and node.module == "otter.test_files")]
    cases = []
    exec(compile(tree, "<check>", "exec"), {"test_case": lambda **_: cases.append})
    return SimpleNamespace(test_case_results=[run_case(case, names) for case in cases], source_lines=source.split("\n"))


def run_case(function, names):
    """One case, called with the names that its parameters ask for."""
    code = function.__code__
    message = ""
    try:
        function(*(names.get(name) for name in code.co_varnames[: code.co_argcount]))
    except Exception as error:
        message = f"{type(error).__name__}: {str(error).strip(chr(39))}".strip().removeprefix("AssertionError: ")
        passed = False
    else:
        passed = True
    case = SimpleNamespace(body=SimpleNamespace(test_func=function))
    return SimpleNamespace(test_case=case, passed=passed, message=message)
