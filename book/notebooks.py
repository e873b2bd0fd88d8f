"""A chapter as a notebook to download: its words and its public code, without outputs, readable in any Jupyter.

Directives that only the page understands become plain Markdown. A demo is shown where a folder `demos` lies beside the notebook
(`downloads.py` makes it) and anywidget is installed; elsewhere its cell says in one sentence what to do, and does not fail.
"""

import ast
import json
import re
import symtable
import textwrap
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
MACROS = json.loads((Path(__file__).parent / "_static" / "macros.json").read_text(encoding="utf-8"))
MACRO = re.compile("|".join(rf"{re.escape(name)}(?![A-Za-z])" for name in MACROS))
TARGET = re.compile(r"^\([\w:-]+\)=\n", re.M)
OURS = re.compile(r"^\s*(?:from|import)\s+book\b", re.M)
# What a cell begins with that shows demos: their names, or what stands in for them.
TAKEN = """try:
    {taking}
except ImportError:
    {names} = lambda *_, **__: print(
{advice}
    )"""


def downloadable(page: Path, address: str, site: str = "") -> str | None:
    """The .ipynb text of a chapter; None for a page that is no notebook. Raises RuntimeError for a cell that only the page can run.

    address : of the page in the site, lecture/kmeans.html
    site : the address of the site, where it is known
    """
    text = page.read_text(encoding="utf-8")
    if "format_name: myst" not in text.split("\n---", 1)[0]:
        return None
    notebook = jupytext.reads(text, fmt="md:myst")
    advice = advice_without_demos(page.stem, address, site.rstrip("/"))
    try:
        refuse_hidden_needs(notebook.cells)
        cells = [made for cell in notebook.cells if (made := public(cell, advice)) is not None]
    except ValueError as error:
        raise RuntimeError(f"{page.name}: {error}") from None
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"  # the same at every build
    fresh = nbformat.v4.new_notebook(cells=cells)
    fresh.metadata.kernelspec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    fresh.metadata.language_info = {"name": "python"}
    return nbformat.writes(fresh) + "\n"


def public(cell, advice: str) -> nbformat.NotebookNode | None:
    """One cell as a reader gets it, or None where nothing is left; `advice` is for those who have no demos."""
    if cell.cell_type != "code":
        words = plain(cell.source)
        return nbformat.v4.new_markdown_cell(words) if words.strip() else None
    if hidden(cell):
        return None
    return nbformat.v4.new_code_cell(with_own_demos(cell.source, advice) if OURS.search(cell.source) else cell.source)


def hidden(cell) -> bool:
    """Whether neither the page nor the notebook shows this cell."""
    return "remove-cell" in cell.metadata.get("tags", [])


def refuse_hidden_needs(cells: list) -> None:
    """Raise ValueError at the first cell that needs a name from a hidden one: whoever runs what can be seen, in the page or here, lacks it."""
    given_by_hidden: dict[str, bool] = {}
    for cell in cells:
        if cell.cell_type != "code":
            continue
        given, needed = names_in(cell.source)
        lacking = [] if hidden(cell) else sorted(name for name in needed if given_by_hidden.get(name))
        if lacking:
            raise ValueError(f"the cell `{cell.source.strip().splitlines()[0]}` needs {', '.join(lacking)} of a cell that is not shown (remove-cell)")
        given_by_hidden |= dict.fromkeys(given, hidden(cell))


def names_in(source: str) -> tuple[set[str], set[str]]:
    """The names that a cell gives to the cells below it, and those that it needs of cells above it. Of a cell with magics nothing is known."""
    given, needed = set(), set()
    try:
        statements = ast.parse(re.sub(r"^%.*$", "", source, flags=re.M)).body
    except SyntaxError:
        return given, needed
    for statement in statements:
        scopes = [symtable.symtable(ast.unparse(statement), "cell", "exec")]
        bound = {symbol.get_name() for symbol in scopes[0].get_symbols() if symbol.is_assigned() or symbol.is_imported()}
        used = {symbol.get_name() for symbol in scopes[0].get_symbols() if symbol.is_referenced()}
        for scope in scopes:
            used |= {symbol.get_name() for symbol in scope.get_symbols() if symbol.is_global() and symbol.is_referenced()}
            scopes += scope.get_children()
        if isinstance(statement, ast.AugAssign):
            used |= bound
        elif hasattr(statement, "body"):  # a loop gives what it uses
            used -= bound
        needed |= used - given
        given |= bound
    return given, needed


def with_own_demos(source: str, advice: str) -> str:
    """A cell that takes demos from the book, with demos from the folder beside the notebook; without that, showing one prints `advice`.

    Raises ValueError where the cell takes anything else from the book, which no reader has.
    """
    lines = source.split("\n")
    try:
        takings = [node for node in ast.parse(source).body if isinstance(node, ast.ImportFrom) and node.module == "book.demos"]
    except SyntaxError as error:
        raise ValueError(f"a cell that takes from the book must be plain Python, without {(error.text or '').strip()!r}") from None
    parts = textwrap.wrap(advice, 90, drop_whitespace=False, break_long_words=False, break_on_hyphens=False)
    quoted = "\n".join(f"        {json.dumps(part, ensure_ascii=False)}" for part in parts)
    for node in reversed(takings):
        node.module, names = "demos", " = ".join(alias.asname or alias.name for alias in node.names)
        after = lines[node.end_lineno - 1][node.end_col_offset :].lstrip("; ")
        taken = TAKEN.format(taking=ast.unparse(node), names=names, advice=quoted)
        lines[node.lineno - 1 : node.end_lineno] = [*taken.split("\n"), *([after] if after else [])]
    changed = "\n".join(lines)
    if found := OURS.search(changed):
        line = changed[found.start() :].strip().split("\n")[0]
        raise ValueError(f"readers have nothing of the book but `from book.demos import …`, so this cell fails for them: {line}")
    return changed


def advice_without_demos(name: str, address: str, site: str) -> str:
    """What a demo's cell says where it cannot show the demo; `name` is the chapter's, and its zip's."""
    archive = f"{site}/notebooks/{name}.zip" if site else f"{name}.zip from the chapter's page"
    page = f"its page, {site}/{address}" if site else f"the chapter's page, {address}"
    return (
        f"To play with this demo here, unpack {archive}, put its folder demos beside this notebook, and run `pip install anywidget` once; "
        f"it also moves on {page}"
    )


def plain(text: str) -> str:
    """MyST's own markup as Markdown that any notebook shows."""
    text = TARGET.sub("", FENCE.sub(directive, text))
    for pattern, replacement in ROLES:
        text = pattern.sub(replacement, text)
    return without_macros(text).strip()


def without_macros(text: str) -> str:
    """The book's own macros in formulas replaced by what they stand for: no notebook knows them."""
    while found := MACRO.search(text):
        meaning, end = MACROS[found[0]], found.end()
        if "#1" in meaning:
            argument, end = braced(text, end)
            meaning = meaning.replace("#1", argument)
        text = text[: found.start()] + meaning + text[end:]
    return text


def braced(text: str, start: int) -> tuple[str, int]:
    """What stands between the brace at `start` and the one that closes it, and where that ends. Raises ValueError where there is none."""
    depth = 0
    for brace in re.finditer(r"\\.|[{}]", text[start:], re.S):
        depth += {"{": 1, "}": -1}.get(brace[0], 0)
        if depth <= 0:
            break
    else:
        depth = 1
    if text[start : start + 1] != "{" or depth:
        raise ValueError(f"the argument of a macro stands in braces, but not at {text[max(0, start - 20) : start + 20]!r}")
    return text[start + 1 : start + brace.start()], start + brace.end()


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
