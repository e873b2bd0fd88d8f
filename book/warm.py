"""`python -m book.warm`: a process that has imported what a build imports, and builds in a fork of itself whenever it is asked.

Only libraries are imported beforehand. Each fork reads our own code anew, and what one build leaves behind in memory no
other sees. After its first build the process rehearses: it builds a small book in itself, so that what libraries work out once
is there for all later forks. A second process, the template of kernels (`template.py`), has imported what cells import.

One line on standard input asks for a build, with its arguments as JSON; its exit status is the answer, one line on the descriptor
that is given as the argument. Whoever asks ends the process by closing its input. `Warm` is the side that asks.
"""

import contextlib
import gc
import importlib
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

from book.kept import digest
from book.lean import LIBRARIES, spare

ROOT = Path(__file__).resolve().parent.parent
REHEARSED = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
myst:
  html_meta:
    description: A page that nobody reads.
---

# A page

A formula $x$, a [link](https://example.org) and a work {cite}`steinhaus1956division`.

```{code-cell} ipython3
1 + 1
```

```{bibliography}
:filter: docname in docnames
```
"""


class Warm:
    """Builds of the book, without the seconds of importing; the process is started by the first, and again if it has died."""

    def __init__(self):
        self.process: subprocess.Popen | None = None

    def build(self, *arguments: str) -> int:
        """The exit status of `python -m book.build arguments…`; 1 where the process has died of it."""
        if self.process is None or self.process.poll() is not None:
            self.start()
        try:
            self.process.stdin.write(json.dumps(arguments).encode() + b"\n")
            self.process.stdin.flush()
            return int(self.answers.readline() or 1)
        except BrokenPipeError:
            return 1

    def start(self) -> None:
        """Start the process."""
        ours, theirs = os.pipe()
        command = [sys.executable, "-m", "book.warm", str(theirs)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, pass_fds=[theirs])
        os.close(theirs)
        self.answers = os.fdopen(ours)


class Kernels:
    """The template of all builds' kernels: a new one where it has died, or where what its libraries were set up with has changed."""

    def __init__(self):
        self.template, self.made_from = None, ""

    def requests(self) -> socket.socket | None:
        """Where to ask for kernels; None where there is no template, and builds do without."""
        from book import build

        made_from = digest([build.STYLE], build.lock_digest())
        if self.template is None or self.template.process.poll() is not None or made_from != self.made_from:
            if self.template:
                self.template.end()
            with contextlib.suppress(build.BuildError, OSError):  # the build will say it
                paths = build.Paths(ROOT, ROOT / "dist" / "book")
                self.template, self.made_from = build.template_for(paths, build.pages_of(paths)), made_from
        return self.template and self.template.requests


def rehearse(requests: socket.socket | None) -> bool:
    """Run the cells of a small book and write its pages in this process, so that what libraries work out once is there for all forks.

    That is patterns, templates, schemas. Whether it went well; if not, forks are as they were.
    """
    well = False
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        root = Path(folder)
        shutil.copytree(ROOT / "book" / "_static", root / "book" / "_static")
        for name in ("_config.yml", "book/references.bib"):
            shutil.copyfile(ROOT / name, root / name)
        (root / "_toc.yml").write_text("format: jb-book\nroot: book/index\n", encoding="utf-8")
        (root / "book" / "index.md").write_text(REHEARSED, encoding="utf-8")
        with contextlib.suppress(Exception):  # nobody has asked for this book
            from book import build

            paths = build.Paths(root, root / "site")
            with build.locked(paths):
                build.check_cells(paths, build.pages_of(paths), "", requests, meanwhile=lambda: None)
                build.build_pages(paths, build.pages_of(paths), "")
                well = True
    forget()
    return well


def forget() -> None:
    """Forget our own code: it may have been edited, and is read anew."""
    for name in [name for name in sys.modules if name.partition(".")[0] in ("book", "autograder", "tools", "solutions")]:
        del sys.modules[name]


def build_in_a_fork(arguments: list[str], requests: socket.socket | None) -> int:
    """Build in a child process, with kernels from the template that takes `requests`; its exit status."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # the requests are not for what a build starts
            forget()
            from book.build import main

            status = main(arguments, requests=requests)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> None:
    """Import, then build as often as asked."""
    kernels = Kernels()
    kernels.requests()
    spare()
    for name in LIBRARIES:
        with contextlib.suppress(ImportError):  # then it is no part of the build any more, or the build will say what is missing
            importlib.import_module(name)
    sys.modules["PIL.Image"].init()  # formats of pictures, which would be imported with the first one
    gc.freeze()  # or each fork would copy what it only looks through
    with os.fdopen(int(sys.argv[1]), "w") as answers:
        for number, line in enumerate(sys.stdin):
            answers.write(f"{build_in_a_fork(json.loads(line), kernels.requests())}\n")
            answers.flush()
            if number == 0:  # while the author has yet to save something
                rehearse(kernels.requests())
                gc.freeze()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        main()
