"""One notation on every page, in cells, references and assignments: what `book/notation.md` says is what is used."""

import inspect
import re
from importlib import import_module

import jupytext
import pytest

from autograder.assignment import ROOT, all_slugs, load

PAGES = sorted((ROOT / "book").glob("lecture/*.md")) + sorted((ROOT / "notebooks").glob("*.md"))
ROW = re.compile(r"^\| (?P<symbol>.+?) \| (?P<what>.+?) \| `(?P<name>[A-Za-z]+)` \| \$(?P<shape>\(.*?\))\$ \|$", re.M)
ENTRY = re.compile(r"^    (?P<names>[A-Za-z]\w*(?:, [A-Za-z]\w*)*) : (?P<shape>\([^)]*\)) ?(?P<rest>.*)$", re.M)
FORMULA = re.compile(r"\$\$(.+?)\$\$|(?<![\\$])\$(?!\$)([^$\n]+?)\$", re.S)
OTHER_NAMES = {
    r"\\mathbf(?!\{1\})|\\boldsymbol|\\vec\b|\\bm\b": "points and vectors are set plainly: x, not bold",
    r"\bx_\{?i\b|\bX_\{?i\b(?!j)": r"the i-th point is x^{(i)}; a lowered index counts coordinates",
    r"\\mu_\{?j\b": r"the centre of cluster j is \mu^{(j)}",
}
"""What would be another notation, on pages and in assignments."""
OTHER_SPELLINGS = {
    r"\\lVert|\\rVert|\\\|": r"write \norm{v}",
    r"\\mathbb\{?[RE]": r"write \R and \E",
    r"\^\{?(T|\\top|\\intercal)\b": r"write A\T",
    r"\\mathbb\{?1|\\mathbf\{?1": r"write \1\{…\}",
    r"arg\s*\\min|\\arg\\min|\\operatorname\{argmin\}|\\mathrm\{argmin\}": r"write \argmin",
}
"""What the book has a macro for; a notebook that is opened elsewhere must spell it out."""
OTHER_CODE = {
    r"\bcentroids?\b|\bcenters\s*=": "centres are `mu`",
    r"np\.random\.(?:seed|rand|randn|randint|choice|normal|uniform|RandomState)\b": "chance comes from a generator: np.random.default_rng(seed)",
}
WARNING = "def helper():"
"""How the cell begins that shows what is wrong with one generator for everybody (in `initialization`)."""
SHAPES = {"(n, d)": {"X", "X_tilde", "A"}, "(k, d)": {"mu", "means"}, "(n, m)": {"Z"}}
"""Documented shape → the names that an argument or answer of that shape may have, an ending like `_train` aside."""


def test_the_table_can_be_read():
    table = {row["name"]: row["shape"] for row in ROW.finditer((ROOT / "book" / "notation.md").read_text("utf-8"))}
    assert {name: table[name] for name in ("X", "mu", "y", "Z")} == {"X": "(n, d)", "mu": "(k, d)", "y": "(n,)", "Z": "(n, m)"}


def documented(slug: str) -> list[tuple[str, str, str, str]]:
    """Function, name, shape and the words after it, of every array that the docstrings of an assignment's functions name."""
    module, found = import_module(f"solutions.{slug}"), []
    for question in load(slug).questions:
        if question.function:
            text = inspect.getdoc(getattr(module, question.function))
            for entry in ENTRY.finditer(re.sub("^", "    ", text, flags=re.M)):
                found += [(question.function, name, entry["shape"], entry["rest"]) for name in entry["names"].split(", ")]
    return found


@pytest.mark.parametrize("slug", all_slugs())
def test_arguments_are_named_by_what_they_are(slug):
    table = {row["name"]: row["shape"] for row in ROW.finditer((ROOT / "book" / "notation.md").read_text("utf-8"))}
    entries = documented(slug)
    assert entries
    for function, name, shape, rest in entries:
        stem = re.sub(r"_train|_test|\d", "", name)
        where = f"{slug}.{function}: {name} : {shape}"
        if stem in ("X", "mu", "y", "Z") and not name.endswith("_test"):
            assert shape == table[stem], where
        if shape in SHAPES:
            assert stem in SHAPES[shape], where
        if "integers 0..k-1" in rest:
            assert stem in ("y", "labels"), where


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}-{page.stem}")
def test_formulas_and_cells_use_no_other_way(page):
    cells = jupytext.read(page).cells
    words = "\n\n".join(re.sub(r"`[^`\n]*`", "", cell.source) for cell in cells if cell.cell_type == "markdown")
    formulas = [a or b for a, b in FORMULA.findall(words)]
    assert formulas or page.parent.name == "notebooks"
    ways = OTHER_NAMES if page.parent.name == "notebooks" else OTHER_NAMES | OTHER_SPELLINGS
    for pattern, advice in ways.items():
        assert [f for f in formulas if re.search(pattern, f)] == [], advice
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code" and not cell.source.startswith(WARNING))
    for pattern, advice in OTHER_CODE.items():
        assert re.findall(pattern, code) == [], advice


def test_the_check_sees_what_it_must():
    assert FORMULA.findall("a $x_i$ and $$\ny\n$$ costs \\$5") == [("", "x_i"), ("\ny\n", "")]
    for wrong in (r"x_i", r"x_{i}", r"\mathbf x", r"\lVert v\rVert", r"A^T", r"A^{\top}", r"\mu_j", r"\mathbb{E}[x]", r"\arg\min_j"):
        assert any(re.search(pattern, wrong) for pattern in OTHER_NAMES | OTHER_SPELLINGS), wrong
    for right in (r"x^{(i)}", r"x_c", r"\norm{v}", r"A\T", r"\mu^{(j)}", r"\E[x]", r"\argmin_j", r"Y_{ij}", r"x_{1}", r"X_{ij}"):
        assert not any(re.search(pattern, right) for pattern in OTHER_NAMES | OTHER_SPELLINGS), right
