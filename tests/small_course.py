"""A whole course in a temporary folder: the real machinery, one small assignment made by the real `new` command."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOC = "format: jb-book\nroot: book/index\nchapters:\n  - file: book/lecture/first\n  - file: book/notation\n"


def bare(folder: Path) -> Path:
    """A course without assignments."""
    ignore = shutil.ignore_patterns("__pycache__", "kmeans*", "tests")
    shutil.copytree(ROOT / "autograder", folder / "autograder", ignore=ignore)
    shutil.copytree(ROOT / "solutions", folder / "solutions", ignore=ignore)
    shutil.copyfile(ROOT / "requirements.txt", folder / "requirements.txt")
    (folder / "notebooks").mkdir()
    (folder / "_toc.yml").write_text(TOC, encoding="utf-8")
    return folder


def command(course: Path, *words: str) -> subprocess.CompletedProcess:
    """`python -m autograder ...` in that course, as a person would run it."""
    return python(course, "-m", "autograder", *words)


def python(course: Path, *words: str) -> subprocess.CompletedProcess:
    """This Python in that course's folder, with nothing of the real course on its path."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "COLUMNS": "200", "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("PYTHONPATH", None)
    return subprocess.run([sys.executable, *words], cwd=course, env=environment, capture_output=True, text=True, timeout=300)


def with_book(course: Path, landing: str, chapter: str) -> None:
    """Add what builds the book, without the real book's pages, and a table of contents with one chapter."""
    ignore = shutil.ignore_patterns("__pycache__", "*.md", "_made", "make_*.py")
    shutil.copytree(ROOT / "book", course / "book", ignore=ignore, dirs_exist_ok=True)
    for name in ("_config.yml", "package.json", "package-lock.json"):
        shutil.copyfile(ROOT / name, course / name)
    shutil.copytree(ROOT / "tools", course / "tools", ignore=ignore)
    (course / "node_modules").symlink_to(ROOT / "node_modules")
    head = "---\nmyst:\n  html_meta:\n    description: The first page of a small book.\n---\n\n# A small course\n\n"
    (course / "book/index.md").write_text(head + landing, encoding="utf-8")
    toc = f"format: jb-book\nroot: book/index\nparts:\n  - caption: Part\n    chapters:\n      - file: book/lecture/{chapter}\n"
    (course / "_toc.yml").write_text(toc, encoding="utf-8")


def replace(path: Path, old: str, new: str) -> None:
    """Edit one place of a file; fails when it is not there."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1, f"{path.name} does not hold {old!r}"
    path.write_text(text.replace(old, new), encoding="utf-8")
