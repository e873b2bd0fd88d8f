# @title Set-up: run this cell first (Shift+Enter). There is nothing to change in it.
import html
import os
import pathlib
import re
import tempfile

from IPython import get_ipython

OTTER = ""
FUNCTIONS = {}
PUBLIC_CHECKS = {}

if "google.colab" in str(get_ipython()):  # a fresh machine; elsewhere you install once, from requirements.txt
    get_ipython().run_line_magic("pip", f"install --quiet {OTTER}")
try:
    import otter
except ModuleNotFoundError:
    advice = f"The checks need otter-grader. Run `%pip install {OTTER}` in a cell, then this cell again."
    raise ModuleNotFoundError(advice) from None


class Feedback:
    """What a check says: one sentence, then each public check, with a message that helps."""

    def __init__(self, question, result=None):
        self.rows, name = [], FUNCTIONS[question]
        if result is None:
            self.headline = f"{question}: {name} is not defined yet. Run the cell with your code, then check again."
            return
        cases = result.test_case_results
        passed = sum(case.passed for case in cases)
        self.headline = f"{question}: {passed} of {len(cases)} public checks passed; more run when it is graded."
        if all("NotImplementedError" in (case.message or "") for case in cases):
            self.headline = f"{question}: not written yet. Write {name}, run its cell, then check again."
            return
        if passed == len(cases):
            self.headline = f"{question}: public checks passed; more run when it is graded. Try cases of your own, too."
        self.rows = [(case.passed, *self.explain(case, result.source_lines)) for case in cases]

    @staticmethod
    def explain(case, lines):
        """The case's name in words, what went wrong, and the code of the check."""
        function = case.test_case.body.test_func
        first = function.__code__.co_firstlineno - 1  # the decorator's, which may take several lines
        start = next(n for n in range(first, len(lines)) if lines[n].startswith("def "))
        end = next((n for n in range(start, len(lines)) if lines[n].startswith("@test_case")), None)
        message = (case.message or "").strip()
        error = re.search(r"Error at line \d+ in test .*\n.*\n(?:AssertionError: )?([\s\S]*)", message)
        message = "" if case.passed else error[1] if error else message
        name = function.__name__.removeprefix("test_").replace("_", " ")
        return name, message, "\n".join(lines[start:end]).strip()

    def __repr__(self):
        lines = [self.headline]
        for passed, name, message, _ in self.rows:
            lines.append(f"  {'✓ passed' if passed else '✗ failed'}: {name}")
            lines += [f"      {line}" for line in message.splitlines()]
        return "\n".join(lines)

    def _repr_html_(self):
        rows = ""
        for passed, name, message, code in self.rows:
            rows += f"<li style='margin-bottom: 0.6em'>{'✓ passed' if passed else '✗ <b>failed</b>'}: {html.escape(name)}"
            if not passed:
                rows += f"<div style='white-space: pre-wrap'>{html.escape(message)}</div>"
                rows += "<details><summary>Show this check</summary>"
                rows += f"<pre style='white-space: pre-wrap'>{html.escape(code)}</pre></details>"
            rows += "</li>"
        rows = f"<ul style='list-style: none; padding-left: 1em'>{rows}</ul>" if rows else ""
        return f"<p><b>{html.escape(self.headline)}</b></p>{rows}"


class Grader:
    """otter's own checks on the tests of this notebook, with feedback in plain words."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        for question, text in PUBLIC_CHECKS.items():
            pathlib.Path(self.folder.name, f"{question}.py").write_text(text, encoding="utf-8")
        self.otter = otter.Notebook(tests_dir=self.folder.name)

    def check(self, question):
        result = self.otter.check(question, globals()) if FUNCTIONS[question] in globals() else None
        feedback = Feedback(question, result)
        if os.environ.get("NBGRADER_EXECUTION") != "validate":
            return feedback
        if not (result and result.passed_all):  # an error is all that nbgrader's Validate button understands
            raise AssertionError(str(feedback))


grader = Grader()
