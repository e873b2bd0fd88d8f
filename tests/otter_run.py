"""What tests need that start the real tools: their environment, and the notebook of a student who knows all answers."""

import os
from pathlib import Path

import nbformat

ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": "", "PYTHONWARNINGS": "ignore"}


def filled(dist: Path, slug: str) -> nbformat.NotebookNode:
    """The student's notebook with the reference in it, taken from the instructor's version; `dist` holds a release."""
    notebook = nbformat.read(dist / slug / "student" / f"{slug}.ipynb", as_version=4)
    solved = {c.id: c.source for c in nbformat.read(dist / f"nbgrader/source/{slug}/{slug}.ipynb", as_version=4).cells}
    for cell in notebook.cells:
        if cell.id.endswith("-answer"):
            assert "### BEGIN SOLUTION" in solved[cell.id]
            cell.source = solved[cell.id]
    return notebook
