"""What readers take with them: chapters as notebooks that run from top to bottom, and zips with demos that work wherever they are unpacked."""

import io
import json
import re
import subprocess
import sys
import types
import zipfile
from pathlib import Path

import jupytext
import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from autograder import results, sample_class
from autograder import sample_papers as papers
from autograder.assignment import load
from autograder.zips import zip_of
from book import downloads
from book.build import ROOT
from book.demos import made
from book.notebooks import MACRO, advice_without_demos, downloadable, plain, with_own_demos

SITE = "https://course.example/2026/"
CHAPTERS = {page.stem: page for page in sorted((ROOT / "book" / "lecture").glob("*.md"))}
WIDGET = "application/vnd.jupyter.widget-view+json"
SLUG = "kmeans"


def notebook_of(name: str) -> str:
    """A chapter's notebook, as it is published."""
    return downloadable(CHAPTERS[name], f"lecture/{name}.html", SITE)


@pytest.fixture(scope="module")
def zips() -> dict[str, bytes]:
    """The zip of every chapter."""
    return {name: downloads.chapter_zip(name, notebook_of(name)) for name in CHAPTERS}


def unpacked(archive: bytes, folder: Path) -> Path:
    """The one folder that a zip holds, unpacked."""
    with zipfile.ZipFile(io.BytesIO(archive)) as members:
        members.extractall(folder)
        [top] = {name.partition("/")[0] for name in members.namelist()}
    return folder / top


def run(notebook: nbformat.NotebookNode, folder: Path) -> nbformat.NotebookNode:
    """Run a notebook in `folder` as Jupyter does; a cell that fails raises."""
    return NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()


def demo_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code" and "from demos import" in cell.source]


# ------------------------------------------------------------------------------------------- the notebook


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapters_notebook_shows_each_of_its_demos_and_takes_nothing_else_from_the_book(name):
    told = [cell for cell in jupytext.read(CHAPTERS[name]).cells if "demo" in cell.metadata.get("tags", [])]
    notebook = nbformat.reads(notebook_of(name), as_version=4)
    nbformat.validate(notebook)
    shown = demo_cells(notebook)
    assert len(shown) == len(told) > 0
    for cell, original in zip(shown, told, strict=True):
        assert cell.source.endswith(original.source.partition("\n")[2].lstrip("\n"))
        assert "".join(re.findall(r'^        "(.*)"$', cell.source, re.M)) == advice_without_demos(name, f"lecture/{name}.html", SITE.rstrip("/"))
    words = "\n".join(cell.source for cell in notebook.cells)
    assert not re.search(r"^\s*(from|import) (book|solutions|myst_nb)\b", words, re.M)
    assert not MACRO.search("\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown"))


def test_what_to_do_without_demos_is_one_sentence_with_zip_and_page():
    told = advice_without_demos("kmeans", "lecture/kmeans.html", "https://course.example")
    assert "https://course.example/notebooks/kmeans.zip" in told
    assert "`pip install anywidget`" in told
    assert told.endswith("https://course.example/lecture/kmeans.html")
    assert "\n" not in told
    unknown = advice_without_demos("kmeans", "lecture/kmeans.html", "")
    assert "unpack kmeans.zip from the chapter's page," in unknown
    assert "https:" not in unknown


CELL = 'X = [[1, 2]]  # of this cell\nfrom book.demos import FoodTruckMap  # a demo\n\nshown = FoodTruckMap(X, mu=[[0, 0]])\nshown'


def test_a_demos_cell_gives_its_own_data_to_the_demo(monkeypatch):
    demos = types.ModuleType("demos")
    demos.FoodTruckMap = lambda X, mu: ("a map of", X, mu)
    monkeypatch.setitem(sys.modules, "demos", demos)
    names = {}
    exec(with_own_demos(CELL, "what to do"), names)
    assert names["shown"] == ("a map of", [[1, 2]], [[0, 0]])


@pytest.mark.parametrize("there", [None, types.ModuleType("demos")], ids=["no folder", "the folder of another chapter"])
def test_without_the_demo_its_cell_says_what_to_do_and_goes_on(monkeypatch, capsys, there):
    monkeypatch.setitem(sys.modules, "demos", there)
    names = {}
    exec(with_own_demos(CELL, 'what "to" do, at length: ' + 20 * "so many words "), names)
    assert capsys.readouterr().out == 'what "to" do, at length: ' + 20 * "so many words " + "\n"
    assert names["X"] == [[1, 2]]
    assert names["shown"] is None


def test_several_demos_and_other_names_are_taken_over(monkeypatch):
    demos = types.ModuleType("demos")
    demos.A, demos.B = 1, 2
    monkeypatch.setitem(sys.modules, "demos", demos)
    names = {}
    exec(with_own_demos("from book.demos import (\n    A,\n    B as C,\n); D = A + C", "so"), names)
    assert (names["A"], names["C"], names["D"]) == (1, 2, 3)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("from book.demos.made import load", "this cell fails for them: from book.demos.made import load"),
        ("if True:\n    import book.data", "this cell fails for them: import book.data"),
        ("%matplotlib inline\nfrom book.demos import FoodTruckMap", "must be plain Python, without '%matplotlib inline'"),
    ],
)
def test_a_cell_that_readers_cannot_run_is_refused_with_its_page(tmp_path, cell, words):
    page = tmp_path / "page.md"
    head = CHAPTERS[SLUG].read_text(encoding="utf-8").split("\n---\n")[0]
    page.write_text(f"{head}\n---\n\n# T\n\n```{{code-cell}} ipython3\n{cell}\n```\n", encoding="utf-8")
    with pytest.raises(RuntimeError, match=re.escape(words)) as caught:
        downloadable(page, "page.html")
    assert str(caught.value).startswith("page.md: ")


def test_formulas_do_without_the_books_macros():
    assert plain(r"$\norm{x - \mu_{\{1\}}}^2 \in \R$, $X\T$, $\Tau$") == (
        r"$\left\lVert x - \mu_{\{1\}} \right\rVert^2 \in \mathbb{R}$, $X^{\mathsf{T}}$, $\Tau$"
    )
    with pytest.raises(ValueError, match="stands in braces"):
        plain(r"$\norm x$")


HIDDEN = """---
tags: [remove-cell]
---
from numpy import mean
kept, again = 1, 2
glue("a", mean(kept))
"""


@pytest.mark.parametrize(
    ("cell", "lacking"),
    [
        ("print(mean([1]))", "mean"),
        ("def f(x):\n    return [kept + y for y in x]", "kept"),
        ("%matplotlib inline\nlambda: again", "again"),
        ("again = [again]", "again"),
        ("kept += 1", "kept"),
        ("for kept in range(3):\n    print(kept)", None),
        ("import math\nkept = math.pi\nprint(kept)", None),
        ("lines = !ls\nprint(lines)", None),
        ("from numpy import mean\nprint(mean([1]))", None),
        ("again = 3\nf = lambda kept: kept + again", None),
        ("print(before, [kept for kept in range(3)])", None),
    ],
)
def test_a_cell_that_needs_what_only_a_hidden_one_gives_is_refused(tmp_path, cell, lacking):
    """Whoever runs what can be seen, in the page or in the notebook, would get a NameError."""
    page = tmp_path / "page.md"
    head = CHAPTERS[SLUG].read_text(encoding="utf-8").split("\n---\n")[0]
    cells = "".join(f"```{{code-cell}} ipython3\n{source}\n```\n\n" for source in ("before = 0", HIDDEN, cell))
    page.write_text(f"{head}\n---\n\n# T\n\n{cells}", encoding="utf-8")
    if lacking:
        with pytest.raises(RuntimeError, match=rf"^page\.md: the cell `.*` needs {lacking} of a cell that is not shown"):
            downloadable(page, "page.html")
    else:
        sources = [cell["source"] for cell in json.loads(downloadable(page, "page.html"))["cells"] if cell["cell_type"] == "code"]
        assert ["".join(source) for source in sources] == ["before = 0", cell]


def test_a_downloaded_notebook_runs_from_top_to_bottom_without_demos(tmp_path):
    notebook = run(nbformat.reads(notebook_of(SLUG), as_version=4), tmp_path)
    for cell in demo_cells(notebook):
        assert {output.output_type for output in cell.outputs} == {"stream"}  # a kernel may hand over what is printed in pieces
        assert "".join(output.text for output in cell.outputs) == advice_without_demos(SLUG, f"lecture/{SLUG}.html", SITE.rstrip("/")) + "\n"


def test_a_downloaded_notebook_shows_its_demos_where_they_lie_beside_it(tmp_path, zips):
    folder = unpacked(zips[SLUG], tmp_path)
    notebook = run(nbformat.read(folder / f"{SLUG}.ipynb", as_version=4), folder)
    states = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    shown = []
    for cell in demo_cells(notebook):
        [output] = cell.outputs
        shown.append(states[output.data[WIDGET]["model_id"]]["state"])
        assert len(shown[-1]["_esm"]) > 10_000
    assert [state["demo"] for state in shown] == ["food_truck_map", "labels_are_names", "color_palette"]
    assert shown[0]["mu"] == [[1.0, 4.0], [2.0, 4.0], [4.0, 4.0]]
    assert len(shown[0]["X"]) == 12  # the town of earlier cells


# ------------------------------------------------------------------------------------------------ the zip


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_zip_holds_the_notebook_and_the_demos_of_its_chapter_that_work_anywhere(tmp_path, zips, name):
    folder = unpacked(zips[name], tmp_path)
    assert (folder / f"{name}.ipynb").read_text(encoding="utf-8") == notebook_of(name)
    shown = downloads.shown_in(notebook_of(name))
    assert sorted(path.stem for path in folder.glob("demos/_dist/*")) == sorted(downloads.offered()[demo] for demo in shown)
    assert {path.suffix for path in (folder / "demos").glob("*")} == {".py", ""}
    assert {path.name for path in (folder / "demos").iterdir() if path.is_dir()} <= {"_dist", "_made"}
    code = f"import demos; print(*(len(getattr(demos, name)()._esm) for name in {shown}))"
    done = subprocess.run([sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, '.'); {code}"], cwd=folder, capture_output=True, text=True)
    assert done.stderr == ""
    assert all(int(size) > 10_000 for size in done.stdout.split())
    assert len(done.stdout.split()) == len(shown)
    assert len(zips[name]) < 200_000


def test_each_demo_is_offered_by_some_chapter(zips):
    assert {demo for name in CHAPTERS for demo in downloads.shown_in(notebook_of(name))} == set(downloads.offered())


def test_no_zip_holds_the_golden_values_of_tests(zips):
    assert '"golden"' in json.dumps(made.load("generative"))
    for archive in zips.values():
        with zipfile.ZipFile(io.BytesIO(archive)) as members:
            assert not [name for name in members.namelist() if b'"golden":' in members.read(name)]


def test_a_demo_of_another_chapter_is_not_there(tmp_path, zips):
    folder = unpacked(zips["initialization"], tmp_path)
    code = "import sys; sys.path.insert(0, '.')\nfrom demos import BasinMap\ntry:\n    from demos import ChooseK\nexcept ImportError:\n    print('none')"
    done = subprocess.run([sys.executable, "-I", "-c", code], cwd=folder, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("none\n", "")


def test_the_same_content_gives_the_same_bytes(zips):
    assert downloads.chapter_zip(SLUG, notebook_of(SLUG)) == zips[SLUG]
    with zipfile.ZipFile(io.BytesIO(zips[SLUG])) as members:
        assert {member.date_time for member in members.infolist()} == {(2020, 1, 1, 0, 0, 0)}
        assert members.namelist() == sorted(members.namelist())
    files = downloads.folder_of_demos(downloads.offered())
    assert downloads.folder_of_demos(reversed(list(downloads.offered()))) == files
    assert downloads.demos_zip(dict(reversed(files.items()))) == downloads.demos_zip(files)
    assert downloads.demos_zip(files | {"base.py": ""}) != downloads.demos_zip(files)


# ------------------------------------------------------------------------------------------ assignments


def with_cell(notebook: dict, source: str) -> dict:
    """A notebook with one more cell, after the set-up."""
    added = {"cell_type": "code", "execution_count": None, "id": "my-cell", "metadata": {}, "outputs": [], "source": source}
    return {**notebook, "cells": [*notebook["cells"][:4], added, *notebook["cells"][4:]]}


def copied_demo() -> str:
    """A demo's cell from the chapter, on data of the student's own."""
    [cell] = [cell for cell in demo_cells(nbformat.reads(notebook_of(SLUG), as_version=4)) if "FoodTruckMap(" in cell.source]
    own = cell.source.replace("FoodTruckMap(X, mu=[[1.0, 4.0], [2.0, 4.0], [4.0, 4.0]])", "FoodTruckMap([[0, 0], [0, 1], [4, 4]], mu=[[0.0, 4.0], [5.0, 0.0]])")
    assert own != cell.source
    return own


def test_a_student_may_copy_a_demo_into_an_assignment(tmp_path, zips):
    folder = unpacked(zips[SLUG], tmp_path)  # the assignment's notebook takes the place of the chapter's, beside the same demos
    given = nbformat.reads(json.dumps(with_cell(sample_class.released_notebook(load(SLUG)), copied_demo())), as_version=4)
    for cell in given.cells:  # functions that are not written yet do not end the run
        if "NotImplementedError" in cell.source:
            cell.metadata["tags"] = ["raises-exception"]
    notebook = run(given, folder)
    [cell] = demo_cells(notebook)
    assert WIDGET in cell.outputs[0].data
    checks = [cell for cell in notebook.cells if cell.source.startswith("grader.check(")]
    assert checks
    assert all("not written yet" in json.dumps(cell.outputs) for cell in checks)


def test_a_demo_in_a_handed_in_notebook_costs_nothing(tmp_path):
    """Graded for real, where there is no folder `demos`: alone, and in a zip with the demos. Its cell runs to its end; a bare import does not."""
    assignment = load(SLUG)
    given = sample_class.released_notebook(assignment)
    solved = sample_class.filled(given, papers.perfect(papers.material(assignment), np.random.default_rng(0)))
    shown = json.dumps(with_cell(solved, copied_demo()))
    handed = tmp_path / "handed"
    handed.mkdir()
    (handed / "ada.ipynb").write_text(json.dumps(solved), encoding="utf-8")
    (handed / "emmy.ipynb").write_text(shown, encoding="utf-8")
    (handed / "kurt.ipynb").write_text(json.dumps(with_cell(solved, "from demos import FoodTruckMap")), encoding="utf-8")
    demos = {f"work/demos/{name}": text.encode() for name, text in downloads.folder_of_demos(["FoodTruckMap"]).items()}
    (handed / "grace.zip").write_bytes(zip_of({f"work/{SLUG}.ipynb": shown.encode(), **demos}))
    command = ["grade", "--assignment", SLUG, "--submissions", str(handed), "--out", str(tmp_path / "graded"), "--jobs", "1"]
    done = subprocess.run([sys.executable, "-m", "autograder", *command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    graded = {result.student: result for result in results.stored(tmp_path / "graded")}
    assert set(graded) == {"ada", "emmy", "grace", "kurt"}
    whole = sum(question.points for question in assignment.questions if question.function)
    for result in graded.values():
        assert (result.status, result.flags) == ("graded", ())
        assert sum(question.points or 0 for question in result.questions) == whole
    assert {name: [note.kind for note in result.cells] for name, result in graded.items()} == {"ada": [], "emmy": [], "grace": [], "kurt": ["error"]}


def test_demos_need_anywidget_and_what_chapters_use_anyway():
    """So that the sentence in the cell names all that is missing. (`tools` makes bundles, where the sources are.)"""
    needed = set()
    for text in [text for name, text in downloads.folder_of_demos(downloads.offered()).items() if name.endswith(".py")]:
        needed |= {name.partition(".")[0] for name in re.findall(r"^\s*(?:from|import) (\w[\w.]*)", text, re.M)}
    assert needed - set(sys.stdlib_module_names) == {"anywidget", "numpy", "traitlets", "sklearn", "PIL", "tools"}
