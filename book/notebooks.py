"""A chapter as a notebook to download: its words and its public code, without outputs, readable in any Jupyter.

Directives that only the page understands become plain Markdown; demos, whose code lives in the book, become a pointer
to the page.
"""

import re
from pathlib import Path

import jupytext
import nbformat

HEADED = {"note", "tip", "important", "warning", "caution", "hint", "admonition", "seealso", "danger", "attention", "error"}
FENCE = re.compile(
    r"^(?P<fence>`{3,}|:{3,})\{(?P<name>[\w:-]+)\}[ \t]*(?P<argument>[^\n]*)\n(?P<body>.*?)^(?P=fence)[ \t]*$", re.M | re.S
)
ROLES = [
    (re.compile(r"\{(?:term|ref|doc|numref|download)\}`([^`<]+?)\s*<[^`>]+>`"), r"\1"),
    (re.compile(r"\{(?:term|ref|doc|numref)\}`([^`]+)`"), r"\1"),
    (re.compile(r"\{cite(?::\w+)?\}`([^`]+)`"), r"[\1]"),
    (re.compile(r"\{eq\}`([^`]+)`"), r"(\1)"),
    (re.compile(r"\{glue(?::\w+)?\}`([^`]+)`"), r"(computed on the page)"),
    (re.compile(r"\{[\w:-]+\}`([^`]+)`"), r"\1"),
    (re.compile(r"\$\$[ \t]*\([\w:-]+\)[ \t]*$", re.M), "$$"),
]
TARGET = re.compile(r"^\([\w:-]+\)=\n", re.M)


def downloadable(page: Path) -> str | None:
    """The .ipynb text of a chapter; None for a page that is no notebook."""
    text = page.read_text(encoding="utf-8")
    if "format_name: myst" not in text.split("\n---", 1)[0]:
        return None
    notebook = jupytext.reads(text, fmt="md:myst")
    cells = [cell for cell in map(public, notebook.cells) if cell is not None]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"  # the same at every build
    fresh = nbformat.v4.new_notebook(cells=cells)
    fresh.metadata.kernelspec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    fresh.metadata.language_info = {"name": "python"}
    return nbformat.writes(fresh) + "\n"


def public(cell) -> nbformat.NotebookNode | None:
    """One cell as a reader gets it, or None where nothing is left."""
    if cell.cell_type != "code":
        words = plain(cell.source)
        return nbformat.v4.new_markdown_cell(words) if words.strip() else None
    tags = cell.metadata.get("tags", [])
    if "demo" in tags or "book.demos" in cell.source:
        return nbformat.v4.new_markdown_cell("*A demo to play with is at this place on the page.*")
    if "remove-cell" in tags and "glue(" in cell.source:
        return None
    return nbformat.v4.new_code_cell(cell.source)


def plain(text: str) -> str:
    """MyST's own markup as Markdown that any notebook shows."""
    text = TARGET.sub("", FENCE.sub(directive, text))
    for pattern, replacement in ROLES:
        text = pattern.sub(replacement, text)
    return text.strip()


def directive(match: re.Match) -> str:
    """What is left of one directive: formulas and quotations stay, the page's own devices go."""
    name, argument = match["name"], match["argument"].strip()
    body = re.sub(r"\A(?:[ \t]*:[\w-]+:[^\n]*\n)+", "", match["body"]).strip()
    if name == "math":
        return f"$$\n{body}\n$$"
    if name in HEADED:
        title = argument or name.capitalize()
        return "\n".join(f"> {line}".rstrip() for line in [f"**{title}**", "", *plain(body).splitlines()])
    if name in {"quiz", "assignment", "bibliography", "glue:figure", "glue"}:
        return ""
    return plain(body)
