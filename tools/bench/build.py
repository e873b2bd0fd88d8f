"""The book, built by our command and by plain `jupyter-book build`, in turn: cold, unchanged, after an edit; and edits on screen.

Each builds a copy of its own with a cache of its own: the same pages, settings and extensions, warnings as errors. Whole commands
are compared, from sources to a site; ours also makes the pages light and writes downloads and the service worker. What both need
beforehand is there for both and does not count: the data of the demos, their bundles and the released assignments.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from playwright.sync_api import Page

from tools.bench.papers import SLUG
from tools.bench.rows import DIST, ENVIRONMENT, ROOT, Failed, Row, need, row, run, seconds
from tools.bench.site import chromium

COLD, RUNS = 2, 3
LEAST = 1 / 0.65
ON_SCREEN = 4.0
PATIENCE = 300_000  # ms
CHAPTER = Path("book") / "lecture" / f"{SLUG}.md"
ABSENT = shutil.ignore_patterns(".git", ".venv", ".cache", "node_modules", "__pycache__", ".book", "book-*", ".*_cache", "graded*", "sample-class")
PREPARE = "from book.build import *; paths = Paths(ROOT, ROOT / 'dist/book'); make_data(paths); bundle_demos(paths)"


def rows(full: bool = False) -> Iterator[Row]:
    """Cold builds start without caches; the edits are a sentence more in a chapter, and a line more in one of its cells."""
    need(DIST / "book" / "index.html", "make book")
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        ours, peer = (copy_of_the_course(Path(name) / who) for who in ("ours", "peer"))
        actions: list[tuple[str, int, Callable[[Path, int], None]]] = [
            ("cold", COLD, lambda root, turn: forget(root)),
            ("nothing changed", RUNS, lambda root, turn: None),
            ("one sentence of a chapter changed", RUNS, lambda root, turn: edit_prose(root / CHAPTER, f"Sentence {turn}.")),
            ("one cell of a chapter changed", RUNS, lambda root, turn: edit_cell(root / CHAPTER, f"# turn {turn}")),
        ]
        for what, runs, change in actions:
            mine, theirs = [], []
            for turn in range(runs):
                change(ours, turn)
                mine.append(seconds(lambda: build_ours(ours)))
                change(peer, turn)
                theirs.append(seconds(lambda: build_plain(peer)))
            yield row(f"book, {what}: plain jupyter-book", mine, "s", theirs, ratio_at_least=LEAST)
        sentences, cells = on_screen(ours)
        yield row("from saving a page to seeing it", sentences, "s", at_most=ON_SCREEN)
        yield row("from saving a cell to seeing it", cells, "s", at_most=ON_SCREEN)


def copy_of_the_course(target: Path) -> Path:
    """The repository without caches, with the data, bundles and assignments that both builds need."""
    shutil.copytree(ROOT, target, symlinks=True, ignore=ABSENT)
    (target / "node_modules").symlink_to((ROOT / "node_modules").resolve())
    shutil.rmtree(target / "dist" / "book", ignore_errors=True)
    stamps = DIST / ".book" / "stamps"
    shutil.copytree(stamps, target / "dist" / ".book" / "stamps", ignore=shutil.ignore_patterns("extensions"))
    run(sys.executable, "-c", PREPARE, cwd=target, env=environment(target))
    return target


def environment(root: Path) -> dict:
    """As cells run: on one core each, with the copy's own modules and its look of figures."""
    return {**ENVIRONMENT, "PYTHONPATH": str(root), "MATPLOTLIBRC": str(root / "book" / "assets" / "matplotlibrc")}


def forget(root: Path) -> None:
    """Remove what either build has made or kept, but for the stamps of the data."""
    for path in (root / "dist" / "book", root / "plain", root / ".cache"):
        shutil.rmtree(path, ignore_errors=True)
    kept = root / "dist" / ".book"
    for path in kept.iterdir():
        if path.is_dir() and path.name != "stamps":
            shutil.rmtree(path)
        elif path.is_file():
            path.unlink()


def build_ours(root: Path) -> None:
    run(sys.executable, "-m", "book.build", cwd=root, env=environment(root))


def build_plain(root: Path) -> None:
    """The stock command on our book; it needs the table of contents as seen from book/."""
    toc = root / "plain" / "_toc.yml"
    if not toc.is_file():
        toc.parent.mkdir(exist_ok=True)
        text = (root / "_toc.yml").read_text(encoding="utf-8")
        toc.write_text(re.sub(r"(\b(?:root|file):\s*)book/", r"\1", text), encoding="utf-8")
    command = [Path(sys.executable).parent / "jupyter-book", "build", "book", "--config", "_config.yml", "--toc", toc]
    run(*command, "--path-output", root / "plain", "-W", "-n", "--keep-going", "-q", cwd=root, env=environment(root))


def edit_prose(chapter: Path, sentence: str) -> None:
    """One sentence more at the end of the chapter's first paragraph of prose."""
    text = chapter.read_text(encoding="utf-8")
    heading = re.search(r"^# .+\n\n", text, re.M)
    end = text.index("\n\n", heading.end())
    chapter.write_text(f"{text[:end]}\n{sentence}{text[end:]}", encoding="utf-8")


def edit_cell(chapter: Path, line: str) -> None:
    """One line more in the first cell of code, after its options; every cell of the chapter has to run again."""
    text = chapter.read_text(encoding="utf-8")
    start = re.search(r"^```\{code-cell\}.*\n(?:---\n(?:.*\n)*?---\n|(?::.*\n)*)", text, re.M).end()
    chapter.write_text(f"{text[:start]}{line}\n{text[start:]}", encoding="utf-8")


def wait_for(page: Page, words: str) -> None:
    """Until these words can be read on the page. A locator alone would look every half second."""
    page.wait_for_function("words => document.body?.textContent.includes(words)", arg=words, timeout=PATIENCE)
    page.get_by_text(words).wait_for(timeout=PATIENCE)


def on_screen(root: Path) -> tuple[list[float], list[float]]:
    """With `make serve` and the chapter open in a browser: seconds from saving a new sentence, or a cell that prints, until that can be read."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "book.serve"], cwd=root, env=environment(root), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    try:
        address = next((found[0] for line in process.stdout if (found := re.search(r"http://\S+", line))), None)
        if address is None:
            raise Failed("book.serve ended before it served")
        sentences, cells = [], []
        with chromium() as browser:
            page = browser.new_context(service_workers="block").new_page()
            page.goto(address)
            page.goto(f"{address.split('?')[0]}book/lecture/{SLUG}.html")
            for _ in range(RUNS):
                number = time.time_ns()
                sentence = f"A sentence written at {number}."
                edit_prose(root / CHAPTER, sentence)
                sentences.append(seconds(partial(wait_for, page, sentence)))
                edit_cell(root / CHAPTER, f'print("printed at", {number})')  # the words stand together in the output alone
                cells.append(seconds(partial(wait_for, page, f"printed at {number}")))
        return sentences, cells
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)
