"""The build is strict, every time; it executes only what has changed; it publishes nothing that it should not.

Proven on a small book of its own, built by the same code as the real one.
"""

import hashlib
import json
import re
import shutil
import threading
import time
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from docutils import nodes
from docutils.utils import new_document

from book._ext import demos, gallery, later
from book._ext.elements import element
from book._ext.figures import inline_svg
from book._ext.katex import FormulaError, Typesetter, display_source
from book._ext.pages import source_links
from book._ext.together import KeepTogether, whole_words
from book.build import ROOT, Paths, dependencies, locked, main, read_notebook, warnings_in
from book.demos import bundle
from book.imports import imported_files
from book.notebooks import downloadable
from book.publish import signs_of
from book.warm import Warm

HEAD = """---
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
    description: A small chapter that tests build.
---

"""
PLAIN = "---\nmyst:\n  html_meta:\n    description: The first page of a small book.\n---\n\n"
CHAPTER = HEAD + """(ch-small)=
# A small chapter

A formula {eq}`area` and $x_1$.

$$ A = \\pi r^2 $$ (area)

```{code-cell} ipython3
print("seen", 6 * 7)
```

```{code-cell} ipython3
---
mystnb:
  image:
    alt: A line that rises from left to right.
---
import matplotlib.pyplot as plt
plt.plot([0, 1], [0, 1], color="black");
```

```{quiz} Which is even?
- [ ] three :: It leaves a rest of one.
- [x] four :: Twice two.
```
"""


@pytest.fixture(scope="module")
def small_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small book, built once."""
    root = tmp_path_factory.mktemp("small")
    (root / "book" / "lecture").mkdir(parents=True)
    (root / "solutions").mkdir()
    shutil.copyfile(ROOT / "_config.yml", root / "_config.yml")
    shutil.copytree(ROOT / "book" / "_static", root / "book" / "_static")
    (root / "_toc.yml").write_text(
        "format: jb-book\nroot: book/index\nparts:\n  - caption: Part\n    numbered: 1\n    chapters:\n      - file: book/lecture/small\n"
    )
    (root / "book" / "references.bib").write_text("@book{lloyd, author={Lloyd, Stuart}, title={T}, year={1982}, publisher={P}}\n")
    (root / "book" / "secret.md").write_text("# Not in the table of contents\n")
    (root / "solutions" / "small.py").write_text("ANSWER = 'the hidden answer'\n")
    (root / "book" / "index.md").write_text(PLAIN + "# A small book\n\nSee [](ch-small).\n")
    chapter(root).write_text(CHAPTER)
    assert main(["--root", str(root)]) == 0
    return root


def chapter(root: Path) -> Path:
    """The small book's one chapter."""
    return root / "book" / "lecture" / "small.md"


@pytest.fixture
def book(small_root: Path):
    """The small book as it was built first; what a test changes is put back."""
    yield small_root
    chapter(small_root).write_text(CHAPTER)
    shutil.rmtree(small_root / "dist" / "other", ignore_errors=True)


def site_digest(root: Path) -> str:
    """One hash over everything that is published."""
    files = sorted(p for p in (root / "dist" / "book").rglob("*") if p.is_file())
    return hashlib.sha256(b"".join(str(p).encode() + p.read_bytes() for p in files)).hexdigest()


# What is planted into the chapter, and the words that must be said about it.
FAULTS = {
    "an unknown reference": ("See [](no-such-place).", r"no-such-place"),
    "an unknown term": ("A {term}`nonsense` word.", r"term not in glossary: 'nonsense'"),
    "an unknown citation": ("As {cite:t}`nobody` says.", r'could not find bibtex key "nobody"'),
    "a formula that does not parse": ("So $\\frac{1}{$ is it.", r"formula cannot be set: KaTeX parse error"),
    "an image without words": ("![](../_static/favicon.svg)", r"image without an alternative text"),
    "a quiz without a right answer": ("```{quiz} Which?\n- [ ] a :: no\n- [ ] b :: no\n```", r"at least one marked right"),
    "an option without a reason": ("```{quiz} Which?\n- [x] a :: yes\n- [ ] b\n```", r"say why after `::` for the option 'b'"),
    "an unknown directive": ("```{nonesuch}\n```", r"Unknown directive type: 'nonesuch'"),
}


def lines_said(capsys: pytest.CaptureFixture) -> list[str]:
    """What the build said to the author."""
    return capsys.readouterr().err.splitlines()


def test_every_fault_is_named_with_file_and_line_twice_in_a_row(book: Path, capsys: pytest.CaptureFixture):
    before = site_digest(book)
    planted, where = CHAPTER, {}
    for name, (text, _) in FAULTS.items():
        where[name] = planted.count("\n") + 2
        planted += f"\n{text}\n"
    chapter(book).write_text(planted)
    for _ in range(2):
        capsys.readouterr()
        assert main(["--root", str(book)]) == 1
        said = lines_said(capsys)
        for name, (_, words) in FAULTS.items():
            about = [line for line in said if re.search(words, line)]
            assert len(about) == 1, (name, said)
            place = re.match(r"book: book/lecture/small\.md:(\d+): (WARNING|ERROR|CRITICAL): ", about[0])
            assert place, (name, about)
            assert abs(int(place[1]) - where[name]) <= 2, (name, where[name], about)
        assert "nothing was published" in said[-1]
    assert site_digest(book) == before


@pytest.mark.parametrize("fault", ["a formula that does not parse", "an image without words"])
def test_one_fault_alone_fails_the_build(book: Path, fault: str):
    chapter(book).write_text(f"{CHAPTER}\n{FAULTS[fault][0]}\n")
    assert main(["--root", str(book)]) == 1
    chapter(book).write_text(CHAPTER)
    assert main(["--root", str(book)]) == 0


def test_a_drawn_figure_needs_words_too_and_a_page_its_description(book: Path, capsys: pytest.CaptureFixture):
    without = re.sub(r"---\nmystnb:\n  image:\n    alt: [^\n]*\n---\n", "", CHAPTER)
    chapter(book).write_text(without.replace("    description: A small chapter that tests build.\n", "    keywords: none\n"))
    for _ in range(2):
        capsys.readouterr()
        assert main(["--root", str(book)]) == 1
        said = "\n".join(lines_said(capsys))
        assert "image without an alternative text: say what it shows in the cell's head" in said
        assert "no description" in said


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("raise ValueError('planted')", "ValueError: planted"),
        ("import os; os._exit(1)", "the kernel died"),
    ],
)
def test_a_cell_that_fails_fails_every_build(book: Path, capsys: pytest.CaptureFixture, cell: str, words: str):
    before = site_digest(book)
    chapter(book).write_text(f"{CHAPTER}\n```{{code-cell}} ipython3\n{cell}\n```\n")
    line = CHAPTER.count("\n") + 3  # the cell's first line of code
    for _ in range(2):
        capsys.readouterr()
        assert main(["--root", str(book)]) == 1
        said = lines_said(capsys)
        assert any(re.match(rf"book: book/lecture/small\.md:{line}: cell 3 failed .*{words}", text) for text in said), said
    assert site_digest(book) == before


def test_a_cell_that_writes_to_stderr_fails_the_build(book: Path, capsys: pytest.CaptureFixture):
    chapter(book).write_text(f"{CHAPTER}\n```{{code-cell}} ipython3\nimport warnings; warnings.warn('careful')\n```\n")
    for _ in range(2):
        assert main(["--root", str(book)]) == 1
        assert any("small.md" in line and "stderr" in line for line in lines_said(capsys))


def test_cells_run_again_only_when_their_code_changes(book: Path, capsys: pytest.CaptureFixture):
    capsys.readouterr()
    chapter(book).write_text(CHAPTER.replace("A formula", "Some formula"))
    assert main(["--root", str(book)]) == 0
    assert "executing" not in capsys.readouterr().out
    assert "Some formula" in (book / "dist/book/lecture/small.html").read_text()
    chapter(book).write_text(CHAPTER.replace("6 * 7", "6 * 8"))
    assert main(["--root", str(book)]) == 0
    assert "executing 1 of 2 pages" in capsys.readouterr().out
    assert "seen 48" in (book / "dist/book/lecture/small.html").read_text()


def test_without_a_change_there_is_nothing_to_do_until_somebody_touches_the_site(book: Path, capsys: pytest.CaptureFixture):
    assert main(["--root", str(book)]) == 0
    capsys.readouterr()
    assert main(["--root", str(book)]) == 0
    assert "nothing has changed" in capsys.readouterr().out
    (book / "dist/book/index.html").write_text("broken")
    assert main(["--root", str(book)]) == 0
    assert "nothing has changed" not in capsys.readouterr().out
    assert "</html>" in (book / "dist/book/index.html").read_text()


GLOSSARY = (
    PLAIN.replace("first page", "words") + "(ch-words)=\n# Glossary\n\n```{glossary}\nmean\n: The sum over the count.\n```\n\nAs {cite:t}`lloyd` says.\n\n"
    "```{bibliography}\n```\n\n```{gallery}\n```\n\n```{nb-exec-table}\n```\n"
)
LINKED = {
    "index.md": PLAIN + "# A small book\n\nSee [](ch-small), {numref}`ch-small`, [the figure](lecture/small.md#the-figure) and {term}`mean`.\n",
    "lecture/small.md": CHAPTER + "\n## The figure\n\nIt shows a {term}`mean`, as {cite:t}`lloyd` says; see [](ch-words).\n\n```{index} rises\n```\n",
    "words.md": GLOSSARY,
    # Never edited, without cells, not the first page: written again only for what it shows of the others.
    "notes.md": PLAIN + "# Notes\n\nSee [](ch-small), {numref}`ch-small`, {eq}`area`, [](ch-words), {term}`mean` and {cite:t}`lloyd`.\n",
}
# One after the other, each upon those before: (page, old words, new words).
EDITS = {
    "a sentence": [("lecture/small.md", "A formula", "Some formula")],
    "a line more above all else": [("words.md", "# Glossary\n", "# Glossary\n\nWords.\n")],
    "a title": [("lecture/small.md", "# A small chapter", "# A little chapter")],
    "a heading": [("lecture/small.md", "## The figure", "## The drawing"), ("index.md", "#the-figure", "#the-drawing")],
    "a label": [("words.md", "(ch-words)=\n# Glossary\n\nWords.\n", "# Glossary\n\n(ch-words)=\n## All words\n")],
    "a term": [("words.md", "mean\n:", "Mean\n:")],
    "a number": [("lecture/small.md", "$$ A", "$$ B = 1 $$ (other)\n\n$$ A")],
    "a cell": [("lecture/small.md", "6 * 7", "6 * 8")],
    "a citation less": [("lecture/small.md", ", as {cite:t}`lloyd` says", "")],
    "one section more before": [("lecture/small.md", "## The drawing", "## Before\n\nWords.\n\n## The drawing")],
}


@pytest.fixture
def linked(book: Path, tmp_path: Path) -> Path:
    """The small book with two pages more, built once; its pages refer to each other in every way that there is."""
    root = tmp_path / "linked"
    shutil.copytree(book, root, ignore=shutil.ignore_patterns("secret.md", "html", "doctrees", "pages*", "site", "other"))
    shutil.rmtree(root / "dist" / "book")
    with (root / "_toc.yml").open("a") as toc:
        toc.write("      - file: book/words\n      - file: book/notes\n")
    for name, text in LINKED.items():
        (root / "book" / name).write_text(text)
    assert main(["--root", str(root)]) == 0
    return root


def site_files(site: Path) -> dict[str, bytes]:
    """Everything that is published, by name."""
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}


def test_after_each_edit_the_site_is_the_one_that_a_cold_build_makes(linked: Path):
    """Byte for byte. Run times alone are taken over: the cold build has the cells' cache, and nothing else."""
    for edit, changes in EDITS.items():
        for page, old, new in changes:
            file = linked / "book" / page
            assert old in file.read_text(), (edit, page)
            file.write_text(file.read_text().replace(old, new, 1))
        assert main(["--root", str(linked)]) == 0, edit
        shutil.rmtree(linked / "dist" / ".cold", ignore_errors=True)
        for name in ("cells", "cells-used.json"):
            kept = linked / "dist" / ".book" / name
            (shutil.copytree if kept.is_dir() else shutil.copyfile)(kept, linked / "dist" / ".cold" / name)
        assert main(["--root", str(linked), "--output", str(linked / "dist" / "cold")]) == 0
        here, cold = (site_files(linked / "dist" / name) for name in ("book", "cold"))
        assert sorted(here) == sorted(cold), edit
        assert [name for name in here if here[name] != cold[name]] == [], edit
    assert "seen 48" in here["lecture/small.html"].decode()
    assert '"rises"' in here["searchindex.js"].decode()


def test_an_edit_writes_its_own_page_and_a_fault_elsewhere_is_seen_twice(linked: Path, capsys: pytest.CaptureFixture):
    html = linked / "dist" / ".book" / "html"

    def written() -> dict[str, int]:
        return {name: (html / f"{name}.html").stat().st_mtime_ns for name in ("index", "lecture/small", "notes", "words")}

    before, page = written(), linked / "book" / "lecture" / "small.md"
    (linked / "book" / "index.md").write_text(LINKED["index.md"].replace("See", "Do see"))
    assert main(["--root", str(linked)]) == 0
    after = written()
    assert [name for name in after if after[name] != before[name]] == ["index"]
    page.write_text(LINKED["lecture/small.md"].replace("(ch-small)=", "(ch-other)="))
    for _ in range(2):
        capsys.readouterr()
        assert main(["--root", str(linked)]) == 1
        said = [line for line in lines_said(capsys) if "ch-small" in line]
        assert {line.split(":")[1] for line in said} == {" book/index.md", " book/notes.md"}
    page.write_text(LINKED["lecture/small.md"])
    assert main(["--root", str(linked)]) == 0


def test_what_an_interrupted_build_has_left_is_written_again(linked: Path):
    work = linked / "dist" / ".book"
    before = site_files(linked / "dist" / "book")
    (work / "stamps" / "pages.json").unlink()  # as it is while pages are written
    (work / "html" / "words.html").write_text("half a pa")
    (linked / "dist" / "book" / "index.html").write_text("touched")
    assert main(["--root", str(linked)]) == 0
    assert site_files(linked / "dist" / "book") == before


def test_a_page_shows_what_its_cells_said_last(linked: Path):
    made = linked / "book" / "data" / "_made"
    made.mkdir(parents=True)
    (linked / "book" / "lecture" / "small.md").write_text(LINKED["lecture/small.md"].replace("6 * 7", "open('../data/_made/n.txt').read()"))
    for number in ("1", "2"):
        (made / "n.txt").write_text(f"number {number}")
        (linked / "book" / "data" / "notes.txt").write_text(number)  # a source, as a data step would be
        assert main(["--root", str(linked)]) == 0
        assert f"seen number {number}" in (linked / "dist/book/lecture/small.html").read_text()


def test_a_warm_process_builds_as_the_command_does(book: Path):
    warm = Warm()
    try:
        assert warm.build("--root", str(book)) == 0
        first = warm.process
        chapter(book).write_text(CHAPTER + "\nSee [](no-such-place).\n")
        assert warm.build("--root", str(book)) == 1
        chapter(book).write_text(CHAPTER.replace("A formula", "Another formula"))
        assert warm.build("--root", str(book)) == 0
        assert warm.process is first
        assert "Another formula" in (book / "dist/book/lecture/small.html").read_text()
        first.kill()
        first.wait()
        assert warm.build("--root", str(book)) == 0, "it starts again"
    finally:
        warm.process.stdin.close()
        assert warm.process.wait(10) == 0


def test_what_cells_use_belongs_to_the_key(book: Path):
    paths = Paths(book, book / "dist" / "book")
    made = book / "book" / "data" / "_made"
    made.mkdir(parents=True)
    chapter(book).write_text(CHAPTER.replace("6 * 7", "open('data/_made/a.json')"))
    notebook = read_notebook(chapter(book))
    (made / "a.json").write_text("1")
    first = dependencies(paths, notebook)
    assert dependencies(paths, notebook) == first
    (made / "a.json").write_text("2")
    assert dependencies(paths, notebook) != first
    shutil.rmtree(made.parent)


def test_a_name_from_a_package_leads_to_its_module_alone(tmp_path: Path):
    demos = tmp_path / "book" / "demos"
    (demos / "toolkit").mkdir(parents=True)
    (demos / "__init__.py").write_text("from .one import One\nfrom .two import Two\n")
    (demos / "base.py").write_text("import numpy as np\n")
    (demos / "one.py").write_text("from .base import np\nclass One: pass\n")
    (demos / "two.py").write_text("class Two: pass\n")
    for name in ("one.js", "two.js", "toolkit/index.js"):
        (demos / name).write_text("export {}\n")

    def names(code: str) -> set[str]:
        return {path.relative_to(demos).as_posix() for path in imported_files(tmp_path, code)}

    assert names("from book.demos import One\nimport numpy") == {"one.py", "base.py", "one.js", "toolkit/index.js"}
    assert names("from book.demos.two import Two") == {"two.py", "two.js", "toolkit/index.js"}
    assert {"one.py", "two.py"} < names("import book.demos")
    assert names("from book.demos import unknown") == names("import book.demos")
    assert names("import numpy") == set()


def test_only_pages_of_the_contents_are_published(book: Path):
    site = book / "dist" / "book"
    pages = {p.relative_to(site).as_posix() for p in site.rglob("*.html")}
    assert pages == {"index.html", "lecture/small.html", "search.html", "genindex.html"}
    everything = b"".join(p.read_bytes() for p in site.rglob("*") if p.is_file() and "live" not in p.parts)
    assert b"the hidden answer" not in everything
    assert b"Not in the table of contents" not in everything
    assert not list(site.rglob("_sources"))
    assert not list(site.rglob("*.py"))


def test_pages_ask_for_nothing_elsewhere(book: Path):
    for page in (book / "dist" / "book").rglob("*.html"):
        loading = re.findall(r"<(?:script|img|link|iframe|source)\b[^>]*>", page.read_text())
        loading = [tag for tag in loading if 'rel="canonical"' not in tag]  # says where the page is, loads nothing
        outside = [tag for tag in loading if re.search(r'(?:src|href)="(https?:)?//', tag)]
        assert not outside, (page, outside)


def test_the_service_worker_knows_every_page_by_its_content(book: Path):
    site = book / "dist" / "book"
    files = json.loads(re.search(r"const FILES = (\{.*?\});", (site / "sw.js").read_text())[1])
    assert {"index.html", "lecture/small.html", "search.html", "searchindex.js"} <= set(files)
    for name, short in files.items():
        assert hashlib.sha256((site / name).read_bytes()).hexdigest().startswith(short)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (["a ", "$x$", ", b"], ["a ", ["$x$", ","], " b"]),
        (["(see ", "$x$", ").", "$y$"], ["(see ", ["$x$", ")."], "$y$"]),
        (["for some (", "$x$", ") or"], ["for some ", ["(", "$x$", ")"], " or"]),
        (["$x$", " and"], ["$x$", " and"]),
        (["(", "$" + "x" * 40 + "$", ", b"], [["(", "$" + "x" * 40 + "$", ","], " b"]),
        (["$" + "x" * 40 + "$", " b"], ["$" + "x" * 40 + "$", " b"]),
        (["90 % of 3 km² in 5 marks, ", "`7 %`", " %"], ["90\xa0% of 3\xa0km² in 5 marks, ", "`7 %`", "\xa0%"]),
        (["So k-means", "`k-means`", " is well-known"], ["So ", ["k-means"], "`k-means`", " is well-known"]),
        (["$k$", ". K-means"], [["$k$", "."], " ", ["K-means"]]),
    ],
)
def test_a_formula_stays_with_its_comma_and_k_means_in_one_piece(parts: list[str], expected: list):
    made = {"$": lambda part: nodes.math("", part[1:-1]), "`": lambda part: nodes.literal("", part[1:-1])}
    document = new_document("page")
    document += (paragraph := nodes.paragraph())
    for part in parts:
        paragraph += made.get(part[0], nodes.Text)(part)

    def shown(node: nodes.Node) -> object:
        if isinstance(node, nodes.inline) and "together" in node["classes"]:
            return [shown(child) for child in node.children]
        return {nodes.math: "${}$", nodes.literal: "`{}`"}.get(type(node), "{}").format(node.astext())

    KeepTogether(document).run()
    assert [shown(node) for node in paragraph.children if node.astext()] == expected
    assert paragraph.astext().replace("\xa0", " ") == "".join(part.strip("$`") for part in parts)


def test_what_sphinx_says_of_a_failure_is_told_whole(tmp_path: Path):
    said = f"reading\n{tmp_path}/book/a.md:3: WARNING: no such term\n\nTheme error:\nAn error happened in rendering the page a.\nReason: TypeError()\nmore\n"
    wanted = ["book/a.md:3: WARNING: no such term", "Theme error: An error happened in rendering the page a. Reason: TypeError()"]
    assert warnings_in(said, Paths(tmp_path, tmp_path / "site")) == wanted


def test_an_address_may_be_broken_after_its_slashes_and_dots():
    document = new_document("page")
    document += (paragraph := nodes.paragraph())
    paragraph += (address := nodes.reference("", "https://a.org/b-c/d_1.html", refuri="https://a.org/b-c/d_1.html"))
    paragraph += (words := nodes.reference("", "a look at a/b", refuri="https://a.org"))
    KeepTogether(document).run()
    assert "|".join(node.astext() for node in address.children if not isinstance(node, nodes.raw)) == "https://|a.|org/|b-|c/|d_|1.|html"
    assert {node.astext() for node in address.children if isinstance(node, nodes.raw)} == {"<wbr>"}
    assert [node.astext() for node in words.children] == ["a look at a/b"]


def test_k_means_stays_in_one_piece_in_the_contents_and_their_addresses_stay_as_they_are():
    assert whole_words('<a href="#on-k-means">On k-means++</a>') == '<a href="#on-k-means">On <span class="together">k-means</span>++</a>'


def test_formulas_are_set_with_mathml_and_numbers(book: Path):
    page = (book / "dist/book/lecture/small.html").read_text()
    assert page.count('<math xmlns="http://www.w3.org/1998/Math/MathML"') == 2
    assert '<span class="eqno">(1.1)' in page
    assert 'href="#equation-area"' in page


def test_the_downloaded_notebook_is_valid_and_without_outputs(book: Path):
    assert main(["--root", str(book)]) == 0
    notebook = nbformat.read(book / "dist/book/notebooks/small.ipynb", as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.outputs for cell in code] == [[], []]
    words = "\n".join(cell.source for cell in notebook.cells)
    assert "{quiz}" not in words
    assert "(ch-small)=" not in words
    assert "(area)\n" not in words
    assert "print(\"seen\", 6 * 7)" in words


def test_a_chapter_with_a_demo_offers_its_notebook_with_the_demo(book: Path):
    site, work = book / "dist" / "book", book / "dist" / ".book"
    plain = CHAPTER + "\n## A section\n"
    chapter(book).write_text(plain + "\n```{code-cell} ipython3\n:tags: [demo, hide-input]\nfrom book.demos import FoodTruckMap\n\nFoodTruckMap()\n```\n")
    assert main(["--root", str(book)]) == 0
    assert 'href="../notebooks/small.zip"' in (site / "lecture/small.html").read_text()
    made = {name: (site / "notebooks" / name).read_bytes() for name in ("small.zip", "demos.zip")}
    with zipfile.ZipFile(site / "notebooks/small.zip") as archive:
        assert archive.read("small/small.ipynb") == (site / "notebooks/small.ipynb").read_bytes()
        demos = {name.removeprefix("small/") for name in archive.namelist() if name != "small/small.ipynb"}
    assert {"demos/__init__.py", "demos/food_truck_map.py", "demos/_dist/food_truck_map.js"} < demos
    with zipfile.ZipFile(site / "notebooks/demos.zip") as archive:
        assert set(archive.namelist()) == demos
    assert "notebooks/" not in (site / "sw.js").read_text(), "downloads do not weigh on those who only read"
    shutil.rmtree(work / "pages")
    shutil.rmtree(site)
    assert main(["--root", str(book)]) == 0
    assert {name: (site / "notebooks" / name).read_bytes() for name in made} == made
    chapter(book).write_text(plain)
    assert main(["--root", str(book)]) == 0
    page = (site / "lecture/small.html").read_text()
    assert "notebooks/small.ipynb" in page
    assert "notebooks/small.zip" not in page
    assert [path.name for path in (site / "notebooks").iterdir()] == ["small.ipynb"]


def test_notes_references_and_glue_leave_the_downloaded_notebook(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text(
        HEAD + "# T\n\n:::{note}\nMind $x$.\n:::\n\nAs {term}`loss <losses>` in {eq}`a`.\n\n```{code-cell} ipython3\n---\n"
        "tags: [remove-cell]\n---\n"
        "from myst_nb import glue\nglue('a', 1)\n```\n"
    )
    text = downloadable(page, "lecture/page.html")
    assert "glue" not in text
    words = nbformat.reads(text, as_version=4).cells
    assert "> **Note**\n>\n> Mind $x$." in words[0].source
    assert "As loss in (a)." in words[0].source


def test_a_demo_with_a_large_state_has_it_in_a_file_beside_the_page():
    def shown(numbers: int) -> tuple[str, dict[str, str]]:
        code = {}
        state = {"_esm": "export default {}", "description": "Numbers to look at.", "X": list(range(numbers))}
        return demos.figure(None, "lecture/small", {"state": state}, code, "small"), code

    small, files = shown(3)
    assert json.loads(re.search(r'<script type="application/json">(.*?)</script>', small)[1])["state"]["X"] == [0, 1, 2]
    assert [Path(name).suffix for name in files] == [".js"]
    large, files = shown(2000)
    assert "<script" not in large
    address = re.search(r'data-state="(.*?)"', large)[1]
    assert address.startswith("../_static/demos/")
    assert json.loads(files[Path(address).name])["state"]["X"] == list(range(2000))


def test_fonts_keep_what_their_classes_ask_for():
    formula = '<span class="mord mathbb">E</span><span class="mord mathsf mtight">T</span><span class="mord amsrm">&amp;</span>'
    assert signs_of(formula, "amsrm|mathbb", set("xyz")) == {"E", "&"}
    assert signs_of(formula, "mathsf", set("xyz")) == {"T"}
    assert signs_of(formula, "mathtt", set("xyz")) == set()
    nested = '<span class="mord mathsf"><span class="mord">T</span></span>'
    assert signs_of(nested, "mathsf", set("xyz")) == set("xyz")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda root: (root / "_toc.yml").unlink(), "_toc.yml is missing"),
        (lambda root: (root / "_config.yml").unlink(), "_config.yml cannot be read"),
        (lambda root: (root / "_config.yml").write_text("a: [1"), "_config.yml cannot be read"),
        (lambda root: (root / "_toc.yml").write_text("root: book/absent\n"), "book/absent.md does not exist"),
    ],
)
def test_a_wrong_folder_gets_one_clear_line(tmp_path: Path, capsys: pytest.CaptureFixture, change, words: str):
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "index.md").write_text("# T\n")
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: book/index\n")
    (tmp_path / "_config.yml").write_text("title: T\n")
    change(tmp_path)
    assert main(["--root", str(tmp_path)]) == 1
    said = lines_said(capsys)
    assert words in said[0]
    assert not any("Traceback" in line for line in said)


def test_two_builds_do_not_collide(tmp_path: Path, capsys: pytest.CaptureFixture):
    paths = Paths(tmp_path, tmp_path / "dist" / "book")
    order = []

    def second() -> None:
        with locked(paths):
            order.append("second")

    with locked(paths):
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.3)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
    assert "another build is running" in capsys.readouterr().out


def test_the_typesetter_knows_macros_and_refuses_nonsense():
    typeset = Typesetter()
    assert 'mathvariant="double-struck"' in typeset(r"\R^d", False)
    aligned = display_source("\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}")
    assert aligned.startswith(r"\begin{align*}")
    assert 'display="block"' in typeset(aligned, True)
    assert display_source(r"a \\ b") == r"\begin{aligned}a \\ b\end{aligned}"
    with pytest.raises(FormulaError, match="Undefined control sequence"):
        typeset(r"\nonesuch", False)
    assert "mathnormal" in typeset("x", False)  # it goes on after an error
    typeset.close()


def test_a_drawing_in_a_page_has_words_its_own_names_and_the_pages_colours():
    source = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="72pt" height="36pt" '
        'viewBox="0 0 72 36"><defs><style type="text/css">*{stroke-linejoin: round; stroke-linecap: butt}</style></defs><defs><clipPath id="c"><rect id="r" width="1" height="1"/></clipPath></defs>'
        '<g id="idle"><path clip-path="url(#c)" d="M 1.23456 2" style="fill: none; stroke: #000000"/>'
        '<use xlink:href="#r" style="fill: #ffffff"/></g></svg>'
    )
    first, other = inline_svg(source, 'Rises "fast" & far'), inline_svg(source.replace("1.23456", "5"), "Other")
    root = ET.fromstring(first)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == 'Rises "fast" & far'
    assert (root.attrib["width"], root.attrib["height"]) == ("96", "48")
    ids = {e.attrib["id"] for e in root.iter() if "id" in e.attrib}
    assert len(ids) == 2
    assert not ids & {e.attrib["id"] for e in ET.fromstring(other).iter() if "id" in e.attrib}
    assert set(re.findall(r'(?:url\(#|href="#)([^)"]+)', first)) == ids
    assert "stroke: currentColor" in first
    assert "fill: var(--figure-paper, #fff)" in first
    assert "M 1.2 2" in first
    assert "<style" not in first  # a rule for all elements would be one for the page's, too


def test_blocks_that_may_wait_are_marked_with_a_height_and_demos_are_not():
    words, code = nodes.paragraph("", "word " * 100), nodes.container("", nodes.literal_block("", "x\n" * 30), classes=["cell_input"])
    demo = nodes.container("", nodes.raw("", "<figure class='demo'></figure>", format="html"), classes=["cell", "tag_demo"])
    quiz = element("fieldset", nodes.Text("?"), CLASS="quiz")
    inner = nodes.section("", nodes.title("", "Two"), words, nodes.container("", code, classes=["cell"]), demo, quiz, ids=["two"])
    document = new_document("page")
    document += nodes.section("", nodes.title("", "One"), nodes.paragraph("", "lead"), inner, ids=["one"])
    later.let_wait(None, document, "page")
    marked = [node for node in document.findall(nodes.Element) if "later" in node.get("classes", [])]
    assert marked == [words, code, quiz]
    heights = [int(node["classes"][-1].removeprefix("tall-")) for node in marked]
    assert heights[1] > heights[0] > heights[2]
    css = (ROOT / "book" / "assets" / "course.css").read_text()
    assert all(f".tall-{rung} {{ --tall: {rung}rem; }}" in css for rung in later.RUNGS)


def test_nothing_waits_in_a_browser_that_does_not_keep_the_readers_place():
    """Without scroll anchoring, what turns out taller than it said moves what is being read."""
    css = (ROOT / "book" / "assets" / "course.css").read_text()
    for sheet in (later.SECTIONS, css):
        guarded = re.sub(r"@supports \(overflow-anchor: ?auto\) ?\{[^{}]*\{[^{}]*\}", "", sheet)
        assert "content-visibility" in sheet
        assert not re.search(r"content-visibility: ?auto[;}]", guarded)


def test_links_to_the_sources_are_there_where_the_repository_is_known():
    def links(page: str, notebook: bool, **options: str) -> dict[str, str]:
        config = SimpleNamespace(html_theme_options=options, course_site_branch="gh-pages")
        return dict(source_links(config, page, notebook))

    assert links("lecture/kmeans", True) == {}
    assert links("lecture/kmeans", True, repository_url="https://github.com/o/n/", repository_branch="trunk") == {
        "Edit this page": "https://github.com/o/n/edit/trunk/book/lecture/kmeans.md",
        "Open in Colab": "https://colab.research.google.com/github/o/n/blob/gh-pages/notebooks/kmeans.ipynb",
    }
    assert list(links("glossary", False, repository_url="https://github.com/o/n")) == ["Edit this page"]
    assert links("lecture/kmeans", True, repository_url="https://gitlab.com/o/n") == {
        "Edit this page": "https://gitlab.com/o/n/-/edit/main/book/lecture/kmeans.md"
    }


def test_the_gallery_says_one_sentence_and_knows_each_demo():
    assert gallery.first_sentence("Sixty people, and k = 3 trucks. Drag them.") == "Sixty people, and k = 3 trucks."
    assert gallery.first_sentence("At 0.5 nothing happens. Then it does.") == "At 0.5 nothing happens."
    taken: set[str] = set()
    for name in bundle.names():
        made = demos.card({"demo": name}, taken)
        taken.add(made["name"])
        assert made["title"]
        assert made["name"] == name.replace("_", "-")
    assert demos.card({"demo": "food_truck_map", "anchor": "town", "title": "Mine"}, taken)["title"] == "Mine"
    assert demos.card({"demo": "food_truck_map"}, taken)["name"] == "food-truck-map-2"
