"""What a cell expects to find around it in Jupyter: `get_ipython`, `display`, magics, `grader`, a drawing backend.

All of it is harmless and does next to nothing: nobody watches. Magics are skipped, but the body of `%%time` and its kin runs.
"""

import builtins
import io
import sys
import types
from collections.abc import Callable

RUNS_ITS_BODY = frozenset({"time", "timeit", "capture", "prun"})


class Quiet:
    """Takes any call and any attribute and does nothing: a widget, a figure's canvas, otter's `grader`."""

    def __init__(self, *args, **kwargs):
        pass

    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **kwargs: None


on_check: Callable[[str], None] | None = None
"""Told of each question that a cell checks: otter grades it at that moment. None where that does not matter: our own course
grades what stands in the end."""


class Grader(Quiet):
    """otter's `grader`. The real checks run elsewhere."""

    def check(self, question: object = None, *rest, **options) -> None:
        if on_check is not None:
            on_check(str(question)[:100])


class Printed(io.TextIOBase):
    """Keeps the first characters that are printed, for the tests that compare what a function prints."""

    def __init__(self):
        self.parts, self.left = [], PRINTED

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if self.left > 0:
            self.parts.append(text[: self.left])
            self.left -= len(self.parts[-1])
        return len(text)

    def text(self) -> str:
        return "".join(self.parts)


PRINTED = 20_000
"""Characters that one call may print; the rest is dropped."""


class Shell(Quiet):
    """What `get_ipython()` gives; `execute` runs the body of a cell magic in the notebook's namespace."""

    def __init__(self, execute=None, namespace: dict | None = None):
        self.execute, self.user_ns = execute, namespace

    def run_cell_magic(self, name: str, line: str, body: str):
        if name in RUNS_ITS_BODY and self.execute is not None:
            self.execute(body)

    def run_line_magic(self, name: str, line: str, *rest):
        if name in ("time", "timeit") and self.execute is not None:
            self.execute(line)

    def getoutput(self, command: str, *rest) -> list:
        return []


def otter_module() -> types.ModuleType:
    """`import otter; grader = otter.Notebook(...); grader.check("q1")`: the real checks run elsewhere."""
    module = types.ModuleType("otter", "Stands in for otter while a notebook is graded.")
    module.Notebook = Grader
    module.__version__ = "0"
    return module


def plain(source: str) -> str:
    """IPython's syntax (`%magic`, `!command`, `?help`) as the Python that IPython makes of it."""
    from IPython.core.inputtransformer2 import TransformerManager

    return TransformerManager().transform_cell(source)


def prepare() -> None:
    """Once, in the template: imported before any fork so that no submission pays for it."""
    import IPython
    import IPython.core.getipython
    import IPython.core.inputtransformer2
    import IPython.display
    import matplotlib
    import matplotlib.pyplot

    matplotlib.pyplot.switch_backend("Agg")
    matplotlib.use = matplotlib.pyplot.switch_backend = lambda *args, **kwargs: None  # TkAgg has no screen here: ignore
    sys.modules["otter"] = otter_module()
    builtins.display = IPython.display.display
    builtins.exit = builtins.quit = sys.exit


def install_shell(shell: Shell) -> None:
    """Once in each child: every way to the shell leads to ours."""
    import IPython
    import IPython.core.getipython

    IPython.get_ipython = IPython.core.getipython.get_ipython = builtins.get_ipython = lambda: shell


def close_figures() -> None:
    """Free what a cell has drawn; a hundred open figures would count as the student's memory."""
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    if helpers is not None and helpers.Gcf.figs:
        sys.modules["matplotlib.pyplot"].close("all")
