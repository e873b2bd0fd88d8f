"""`python -m book.build`: from sources to `dist/book`, strictly: a warning or a failed cell fails the build, every time.

    data      book/data/make_*.py compute what pages and demos need from the references, and write data, never code
    bundles   book/demos/*.js, with the toolkit, one file a demo (esbuild)
    cells     every notebook whose code, or anything that it uses, has changed is executed, in parallel
    pages     jupyter-book (Sphinx), with our extensions; a page is written again when it, or what it shows of others, has changed
    publish   book/publish.py: light pages, service worker, downloads; `dist/book` is replaced in one step

A page's cells are executed again when they change, when the lock changes, and when a demo or a data file changes that
they use. The cache is content-addressed and never holds a failure. Where nothing at all has changed since a build that
succeeded, and nobody has touched the site, there is nothing to do.
"""

import argparse
import contextlib
import fcntl
import importlib
import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import yaml

from book.imports import imported_files
from book.kept import digest
from book.lean import LIBRARIES, entries_kept, spare
from book.template import Template, cells_of, libraries

ROOT = Path(__file__).resolve().parent.parent
TIMEOUT = 120  # seconds that one cell may take
# What each kernel does first. What `lean.py` spares a build, its cells are spared, too: `glue` reads notebooks, and imports make many
# small things. After each cell pyplot would lay out and draw every figure for a window, which nobody has.
# Widgets announce themselves to the kernel when they are imported, which they may have been before there was one.
FIRST_LINES = [
    "import gc, sys; from matplotlib.backends.backend_agg import FigureCanvasAgg",
    "gc.set_threshold(200_000, 20, 20); sys.modules.setdefault('rfc3987_syntax', None)",
    "FigureCanvasAgg.draw_idle = lambda self: None",
    "'ipywidgets' in sys.modules and sys.modules['ipywidgets'].load_ipython_extension(get_ipython())",
    "del gc, sys, FigureCanvasAgg",
]
STYLE = ROOT / "book" / "assets" / "matplotlibrc"  # how figures look
PDF = "learning-without-labels.pdf"  # the whole book, where `python -m book.pdf` has printed it


class BuildError(Exception):
    """Lines for the author: which file, what is wrong."""


@dataclass(frozen=True)
class Paths:
    """Where one build reads and writes. `root` holds _config.yml, _toc.yml and book/."""

    root: Path
    output: Path

    @property
    def source(self) -> Path:
        return self.root / "book"

    @property
    def work(self) -> Path:
        """Beside the output: caches, the lock, Sphinx's own output."""
        return self.output.parent / f".{self.output.name}"

    @property
    def pdf(self) -> Path:
        """Beside the output, where there is one."""
        return self.output.parent / PDF

    @property
    def html(self) -> Path:
        return self.work / "html"


@contextlib.contextmanager
def locked(paths: Paths):
    """One build at a time; a second one waits for the first."""
    paths.work.mkdir(parents=True, exist_ok=True)
    with (paths.work / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("book: another build is running; waiting for it", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def stamped(stamp: Path, key: str):
    """Yield True when the work behind `stamp` has still to be done; remember `key` once it is."""
    done = stamp.is_file() and stamp.read_text() == key
    yield not done
    if not done:
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(key)


def lock_digest() -> str:
    """Which packages run the cells."""
    return digest([ROOT / "requirements.txt"], sys.version)


def data_stamp(paths: Paths, script: Path) -> Path:
    """Where the key of the data step that was last run is kept."""
    return paths.work / "stamps" / script.stem


def data_key(paths: Paths, script: Path) -> str:
    """What a data step depends on: its script, the references and modules that it imports, and the packages."""
    return digest([script, *imported_files(paths.root, script.read_text(encoding="utf-8"), "book.data")], lock_digest())


def sources(paths: Paths) -> list[Path]:
    """Everything that a build reads: sources, our own code, locked packages, released assignments, a printed book. Not what it makes."""
    places = [paths.root / name for name in ("book", "notebooks", "solutions", "_config.yml", "_toc.yml")]
    places += [ROOT / "book", ROOT / "tools", ROOT / "package-lock.json"]
    places += [*paths.root.glob("dist/*/student"), *paths.output.parent.glob("*.pdf")]
    files = {file for place in places for file in (place.rglob("*") if place.is_dir() else [place]) if file.is_file()}
    return sorted(file for file in files if not {"_made", "_dist", "__pycache__"} & set(file.parts))


def sources_digest(files: list[Path]) -> str:
    """The sources by name and content, and the packages."""
    return digest(files, lock_digest(), *map(str, files))


def state_of(site: Path) -> str:
    """The files of a site by name, size and time: whoever touches one changes it."""
    found = sorted((path, path.stat()) for path in site.rglob("*") if path.is_file())
    return digest([], *(f"{path.relative_to(site)} {about.st_size} {about.st_mtime_ns}" for path, about in found))


def make_data(paths: Paths) -> None:
    """Run the data steps whose script, references or packages have changed, one on each core."""
    scripts = sorted((paths.source / "data").glob("make_*.py"))
    keys = [data_key(paths, script) for script in scripts]  # here: Python 3.11 may fail where two threads parse a module at a time

    def step(script: Path, key: str) -> None:
        with stamped(data_stamp(paths, script), key) as needed:
            if needed:
                print(f"book: computing {script.relative_to(paths.root)}", flush=True)
                run_module(paths, f"book.data.{script.stem}", script)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(step, scripts, keys))


def run_module(paths: Paths, module: str, source: Path) -> None:
    """Run one module of the book in a process of its own; its last line is the reason when it fails."""
    done = subprocess.run([sys.executable, "-m", module], cwd=paths.root, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise BuildError(f"{source.relative_to(paths.root)}: {last}")


def bundle_demos(paths: Paths) -> None:
    """One file for each demo's script, with what it imports; a demo that has not changed is left alone."""
    demos = ROOT / "book" / "demos"
    bundles = [demos / "_dist" / script.name for script in demos.glob("*.js")]
    with stamped(paths.work / "stamps" / "demos", digest([*demos.rglob("*.js"), ROOT / "package-lock.json"], *map(str, map(Path.is_file, bundles)))) as needed:
        if needed:
            from book.demos import bundle  # with all demos, and the libraries of widgets

            with reported("book/demos"):
                bundle.build()


@contextlib.contextmanager
def reported(where: str):
    """Turn a failure of the Node tools into lines for the author."""
    try:
        yield
    except RuntimeError as error:
        raise BuildError(f"{where}: {error}") from None


def pages_of(paths: Paths) -> list[Path]:
    """The Markdown files that the table of contents names, in order. Raises BuildError for one that is not there."""
    toc = paths.root / "_toc.yml"
    if not toc.is_file():
        raise BuildError(f"{toc.name} is missing in {paths.root}: it names the pages of the book")
    names = re.findall(r"^\s*(?:- )?(?:root|file):\s*(\S+)", toc.read_text(encoding="utf-8"), re.M)
    files = [paths.root / (name if name.endswith(".md") else f"{name}.md") for name in names]
    missing = [file for file in files if not file.is_file()]
    if missing:
        raise BuildError("\n".join(f"_toc.yml: {file.relative_to(paths.root)} does not exist" for file in missing))
    return files


def write_toc(paths: Paths) -> Path:
    """The table of contents as seen from `book/`, so that pages have short addresses."""
    text = (paths.root / "_toc.yml").read_text(encoding="utf-8")
    short = paths.work / "_toc.yml"
    short.write_text(re.sub(r"(\b(?:root|file):\s*)book/", r"\1", text), encoding="utf-8")
    return short


def read_notebook(path: Path):
    """A page as a notebook, read exactly as jupyter-book reads it; None for a page without cells."""
    from myst_nb.core.config import NbParserConfig
    from myst_nb.core.read import create_nb_reader
    from myst_parser.config.main import MdParserConfig

    text = path.read_text(encoding="utf-8")
    reader = create_nb_reader(str(path), MdParserConfig(), NbParserConfig(), text)
    return reader.read(text) if reader else None


def dependencies(paths: Paths, notebook) -> str:
    """Digest of what a notebook's cells use beside their own text."""
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    used = [STYLE]
    if "book." in code:
        try:
            used += imported_files(paths.root, code)
        except SyntaxError:  # magics: rather too much than too little
            used.append(ROOT / "book" / "demos")
    shows_made = any(path.name == "made.py" for path in used)  # a demo that shows what a data step computed
    if ("data" in code or shows_made) and (paths.source / "data" / "_made").is_dir():
        used.append(paths.source / "data" / "_made")
    return digest(used, lock_digest(), *FIRST_LINES)


def checked_cells(paths: Paths) -> dict[str, dict[str, str]]:
    """What is known of each page whose cells are in order: digests of all that they depend on and of the cells alone, and their key in the cache."""
    stamp = paths.work / "stamps" / "cells.json"
    return json.loads(stamp.read_text()) if stamp.is_file() else {}


def changed_cells(paths: Paths, pages: list[Path]) -> list[Path]:
    """The pages whose cells are not as they were when last executed: soon told, without reading them as notebooks."""
    known = checked_cells(paths)
    return [page for page in pages if known.get(str(page), {}).get("cells") != cells_digest(page)]


def check_cells(paths: Paths, pages: list[Path], around: str, requests: socket.socket | None, meanwhile: Callable[[], object]) -> None:
    """Execute what has to be. A page that was in order before is not looked at again while it and all `around` it are the same.

    meanwhile : done while cells run in processes of their own, if any do
    """
    known = checked_cells(paths)
    now = {str(page): {"of": digest([page], around), "cells": cells_digest(page)} for page in pages}
    done = {page for page in pages if (was := known.get(str(page))) and was["of"] == now[str(page)]["of"] and is_kept(paths, was["key"])}
    keys = {str(page): known[str(page)]["key"] for page in done}
    if len(done) < len(pages):
        with kernel_environment(paths):
            keys |= execute(paths, [page for page in pages if page not in done], len(pages), requests, meanwhile)
    stamp = paths.work / "stamps" / "cells.json"
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(json.dumps({page: now[page] | {"key": key} for page, key in keys.items()}))


def cells_digest(page: Path) -> str:
    """Changes when any cell of a page does, as it is written."""
    return digest([], cells_of(page.read_text(encoding="utf-8")))


def template_for(paths: Paths, pages: list[Path]) -> Template | None:
    """A template of kernels that imports what these pages' cells do; None where there is no page, or the system has no templates."""
    if not pages or not Template.possible():
        return None
    with kernel_environment(paths):
        return Template(libraries(page.read_text(encoding="utf-8") for page in pages), dict(os.environ))


def is_kept(paths: Paths, key: str) -> bool:
    """Whether the cache holds a notebook's result; a page without cells (no key) has none."""
    return not key or (paths.work / "cells" / "executed" / key).is_dir()


def execute(
    paths: Paths, pages: list[Path], among: int, requests: socket.socket | None, meanwhile: Callable[[], object]
) -> dict[str, str]:
    """Execute, in parallel, the notebooks whose result is not in the cache; page → key in the cache. Raises BuildError naming file and cell.

    among : how many pages the book has, for the author's eye
    requests : of the template that kernels are forked from, if there is one
    meanwhile : done while they run
    """
    from jupyter_cache import get_cache
    from jupyter_cache.base import CacheBundleIn

    from book.kernels import forked_from

    cache = get_cache(str(paths.work / "cells"))
    book = paths.work / "cells-used.json"
    used = json.loads(book.read_text()) if book.is_file() else {}
    stale, keys = [], {}
    for page in pages:
        notebook = read_notebook(page)
        if notebook is None:
            keys[str(page)] = ""
            continue
        key, needs = cache.create_hashed_notebook(notebook)[1], dependencies(paths, notebook)
        keys[str(page)] = key
        if not is_kept(paths, key) or used.get(key) != needs:
            stale.append((page, notebook, key, needs))
    if not stale:
        return keys
    print(f"book: executing {len(stale)} of {among} pages", flush=True)
    problems = []
    with forked_from(requests), ThreadPoolExecutor(max_workers=os.cpu_count()) as pool, ThreadPoolExecutor(1) as beside:
        beside.submit(import_ahead)
        beside.submit(meanwhile)  # what fails here fails again, and loudly, when its turn comes
        results = pool.map(lambda job: execute_one(paths, job[0], job[1]), stale)
        for (page, notebook, key, needs), (seconds, problem) in zip(stale, results, strict=True):
            if problem:
                problems.append(problem)
                continue
            bundle = CacheBundleIn(notebook, str(page), data={"execution_seconds": seconds})
            cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
            used[key] = needs
            book.write_text(json.dumps(used))
            doctree_of(paths, page).unlink(missing_ok=True)  # it holds the old results
    if problems:
        raise BuildError("\n".join(problems))
    return keys


def import_ahead() -> None:
    """Import what the next step needs while the cells run in processes of their own: a second or two of waiting less.

    Not Matplotlib, nor who brings it: here it would be set up as the cells' own is. Nor what cuts fonts: most edits need no new sign.
    """
    for name in LIBRARIES:
        if name in ("matplotlib.pyplot", "sphinxext.opengraph", "fontTools.subset"):
            continue
        with contextlib.suppress(ImportError):  # the build itself will say what is missing
            importlib.import_module(name)


def execute_one(paths: Paths, page: Path, notebook) -> tuple[float, str | None]:
    """Run a notebook's cells in place; the seconds that it took, and what went wrong if anything did."""
    from jupyter_cache.executors.utils import single_nb_execution
    from nbclient.exceptions import DeadKernelError

    from book.kernels import CONFIG

    start = time.perf_counter()
    try:
        # The first cell that fails ends the run, and the build; a kernel at its end has nothing left to do.
        result = single_nb_execution(
            notebook, cwd=str(page.parent), timeout=TIMEOUT, allow_errors=False, shutdown_kernel="immediate", config=CONFIG,
        )  # fmt: skip
    except DeadKernelError:
        return time.perf_counter() - start, failure(paths, page, notebook, "the kernel died (out of memory?)")
    if result.err is None:
        return result.time, None
    reason = getattr(result.err, "ename", ""), getattr(result.err, "evalue", "")
    words = ": ".join(filter(None, reason)) or f"took longer than {TIMEOUT} s"
    return result.time, failure(paths, page, notebook, words)


def failure(paths: Paths, page: Path, notebook, reason: str) -> str:
    """One line about a failed cell: file, line, cell, reason."""
    code = [(i, cell) for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    failed = next(
        (number, i, cell)
        for number, (i, cell) in enumerate(code, 1)
        if any(o.output_type == "error" for o in cell.outputs) or cell.execution_count is None or number == len(code)
    )
    number, index, cell = failed
    line = notebook.metadata.get("source_map", [0] * len(notebook.cells))[index] + 1
    first = next((text for text in cell.source.splitlines() if text.strip()), "")
    reason = " ".join(reason.split())
    return f"{page.relative_to(paths.root)}:{line}: cell {number} failed ({first.strip()[:60]}): {reason}"


@contextlib.contextmanager
def kernel_environment(paths: Paths):
    """How cells run: on one core, with the book importable and figures drawn as vectors whose text is text."""
    profile = paths.work / "ipython" / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    settings = ['c.InlineBackend.figure_formats = {"svg"}', 'c.IPKernelApp.log_level = "ERROR"', f"c.InteractiveShellApp.exec_lines = {FIRST_LINES}"]
    (profile / "ipython_kernel_config.py").write_text("\n".join(settings))
    before = dict(os.environ)
    os.environ.update(
        OMP_NUM_THREADS="1",
        PYTHONPATH=os.pathsep.join([str(paths.root), str(ROOT)]),
        IPYTHONDIR=str(paths.work / "ipython"),
        MATPLOTLIBRC=str(STYLE),
        PYDEVD_DISABLE_FILE_VALIDATION="1",
    )
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def doctree_of(paths: Paths, page: Path) -> Path:
    """What Sphinx has read of a page; without it, the page is read again."""
    return paths.work / "doctrees" / page.relative_to(paths.source).with_suffix(".doctree")


def build_pages(paths: Paths, pages: list[Path], around: str) -> None:
    """Run jupyter-book's Sphinx build; every warning is a line for the author, and any fails the build.

    Pages that were written without a warning stay while they and all that they show are the same (`_ext/rewrite.py` says which).
    All pages are written where anything but a page has changed (`around`), or the last build did not come to its end.
    """
    from jupyter_book.sphinx import build_sphinx

    settings = {
        "external_toc_path": str(write_toc(paths)),
        "latex_individualpages": False,
        "nitpicky": True,
        "nb_execution_cache_path": str(paths.work / "cells"),
        "course_pdf": paths.pdf.name if paths.pdf.is_file() else "",
    }
    doctrees, stamp = paths.work / "doctrees", paths.work / "stamps" / "pages.json"
    now = {"extensions": extensions_digest(paths), "around": around, "pages": {str(page): digest([page]) for page in pages}}
    was = json.loads(stamp.read_text()) if stamp.is_file() else {}
    stamp.unlink(missing_ok=True)
    fresh = was.get("extensions") != now["extensions"]
    everything = fresh or was["around"] != around or not (paths.html / "searchindex.js").is_file()
    if everything:
        for old in [*paths.html.rglob("*.html"), paths.html / "searchindex.js"]:
            old.unlink(missing_ok=True)
    for page in pages:  # by content: a file that was put back may be older than what was read
        if was.get("pages", {}).get(str(page)) != now["pages"][str(page)]:
            doctree_of(paths, page).unlink(missing_ok=True)
    said = io.StringIO()
    with contextlib.redirect_stderr(said), entries_kept(paths.work / "entries.pickle", around):
        status = build_sphinx(
            str(paths.source), str(paths.html), path_config=str(paths.root / "_config.yml"), noconfig=True,
            confoverrides=settings, doctreedir=str(doctrees), warningiserror=True, keep_going=True,
            force_all=everything, freshenv=fresh, quiet=True,
        )
    problems = warnings_in(said.getvalue(), paths)
    if status != 0 or problems:
        # What was read with a warning must be read again, or the next build would not see it.
        shutil.rmtree(doctrees, ignore_errors=True)
        if any(digest([page]) != now["pages"][str(page)] for page in pages):
            raise BuildError("a page was saved while the book was being built; run the command again")
        raise BuildError("\n".join(problems) or said.getvalue().strip() or f"jupyter-book failed: {status}")
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(json.dumps(now))


def extensions_digest(paths: Paths) -> str:
    """What documents are read with: where it changes, none that was read before is of use."""
    used = [p for p in [ROOT / "book" / "_ext", paths.root / "_config.yml", paths.root / "_toc.yml"] if p.exists()]
    return digest(used, lock_digest())


def warnings_in(text: str, paths: Paths) -> list[str]:
    """The warnings in what Sphinx said, without colours and with short file names."""
    plain = re.sub(r"\x1b\[[\d;]*m", "", text)
    rows = plain.splitlines()
    found = [place for place, row in enumerate(rows) if re.search(r"\b(WARNING|ERROR|CRITICAL|SEVERE|error):", row)]
    told = [" ".join(rows[place : place + 3]) if rows[place].endswith("error:") else rows[place] for place in found]  # Sphinx tells its own on the next lines
    return [line.replace(f"{paths.root}{os.sep}", "") for line in told]


def settings_of(paths: Paths) -> dict:
    """_config.yml. Raises BuildError when it is missing or no YAML."""
    try:
        return yaml.safe_load((paths.root / "_config.yml").read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise BuildError(f"_config.yml cannot be read: {' '.join(str(error).split())}") from None


def build(root: Path = ROOT, output: Path | None = None, *, lean: bool = False, requests: socket.socket | None = None) -> Path:
    """Build the book in `root` into `output` (default: dist/book) and return where it is. Raises BuildError.

    lean : whether this process builds and does nothing else, so that libraries may be spared what they do in vain
    requests : a template's, whose forks the kernels shall be
    """
    paths = Paths(root.resolve(), (output or root / "dist" / "book").resolve())
    with locked(paths), contextlib.ExitStack() as afterwards:
        settings, pages = settings_of(paths), pages_of(paths)
        stamp, files = paths.work / "stamps" / "site", sources(paths)
        key = sources_digest(files)
        if stamp.is_file() and stamp.read_text() == f"{key} {state_of(paths.output)}":
            print("book: nothing has changed since it was built", flush=True)
            return paths.output
        if requests is None and (template := template_for(paths, changed_cells(paths, pages))):
            afterwards.callback(template.end)
            requests = template.requests
        if lean:
            spare()
        from book.publish import make_downloads, publish

        others = sources_digest(sorted(set(files) - set(pages)))
        with stamped(paths.work / "stamps" / "data", others) as needed:
            if needed:
                make_data(paths)
        bundle_demos(paths)
        around = digest([paths.source / "data" / "_made"], others)
        check_cells(paths, pages, around, requests, meanwhile=lambda: make_downloads(paths, pages, settings))
        build_pages(paths, pages, around)
        with reported("book/assets"):
            publish(paths, pages, settings)
        stamp.parent.mkdir(exist_ok=True)
        stamp.write_text(f"{key} {state_of(paths.output)}")
    return paths.output


def main(argv: list[str] | None = None, **how) -> int:
    """The command line: exit status 0 when the book was built, 1 when it was not. `how` is for `build`."""
    parser = argparse.ArgumentParser(prog="python -m book.build", description="Build the book into dist/book.")
    parser.add_argument("--root", type=Path, default=ROOT, help="folder with _config.yml, _toc.yml and book/")
    parser.add_argument("--output", type=Path, help="folder for the site (default: dist/book in the root)")
    args = parser.parse_args(argv)
    start = time.perf_counter()
    try:
        output = build(args.root, args.output, **how)
    except BuildError as error:
        for line in str(error).splitlines():
            print(f"book: {line}", file=sys.stderr)
        print("book: nothing was published; mend the above and run the command again", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nbook: interrupted; what was published before is untouched", file=sys.stderr)
        return 130
    print(f"book: {output} built in {time.perf_counter() - start:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(lean=True))
