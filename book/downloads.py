"""What readers take with them: a chapter's notebook (`notebooks.py`) with the demos that it shows beside it, as one zip.

The folder `demos` in such a zip is the part of `book/demos` that these demos need, fit to work anywhere: Python, bundled scripts and
the data that they show; no sources of scripts, and no values that are there for tests. It needs anywidget and what its chapter uses.
"""

import ast
import json
from collections.abc import Iterable
from pathlib import Path

from autograder.zips import zip_of
from book.imports import imported_files, imports

ROOT = Path(__file__).resolve().parent.parent
DEMOS = ROOT / "book" / "demos"
ALL = "demos.zip"  # beside the chapters' notebooks: the demos of all of them, for a folder with many notebooks


def offered() -> dict[str, str]:
    """Every demo's class and the module that it is in."""
    source = (DEMOS / "__init__.py").read_text(encoding="utf-8")
    return {name: module.rpartition(".")[2] for module, names in imports(source, "book.demos") for name in names}


def shown_in(notebook: str) -> list[str]:
    """The demos (classes) that the cells of a downloadable notebook, given as text, take from the folder beside it."""
    sources = ["".join(cell["source"]) for cell in json.loads(notebook)["cells"] if cell["cell_type"] == "code"]
    taken = [name for source in sources if "from demos import" in source for module, names in imports(source, "") if module == "demos" for name in names]
    return sorted(set(taken))


def folder_of_demos(names: Iterable[str]) -> dict[str, str]:
    """A folder `demos` with the demos of these names: path in the folder → text. Scripts and data are made where they are missing."""
    from book.demos import bundle, made

    wanted = set(names)
    modules = {name: module for name, module in sorted(offered().items()) if name in wanted}
    taken = "\n".join(f"from .{module} import {name}" for name, module in modules.items())
    python = sorted(path for path in imported_files(ROOT, taken, "book.demos") if path.parent == DEMOS and path.suffix == ".py")
    files = {"__init__.py": f'"""Demos of Learning Without Labels, for notebooks beside this folder."""\n\n{taken}\n\n__all__ = {list(modules)}\n'}
    files |= {path.name: path.read_text(encoding="utf-8") for path in python}
    files |= {f"_dist/{module}.js": bundle.script(module) for module in modules.values()}
    for slug in sorted({slug for path in python for slug in loaded_by(path)}):
        files[f"_made/{slug}.json"] = json.dumps(without_golden(made.load(slug)), separators=(",", ":"))
    return files


def loaded_by(module: Path) -> set[str]:
    """The slugs of the data that a demo's module shows, by its calls of `made.load`."""
    calls = [node for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    return {ast.literal_eval(call.args[0]) for call in calls if ast.unparse(call.func) == "made.load"}


def without_golden(data: object) -> object:
    """What a data step made, without the values that tests compare with."""
    if isinstance(data, dict):
        return {name: without_golden(part) for name, part in data.items() if name != "golden"}
    return [without_golden(part) for part in data] if isinstance(data, list) else data


def chapter_zip(name: str, notebook: str) -> bytes:
    """A folder `name` with the notebook, given as text, and the folder of its demos beside it."""
    demos = folder_of_demos(shown_in(notebook))
    return _zip({f"{name}/{name}.ipynb": notebook, **{f"{name}/demos/{path}": text for path, text in demos.items()}})


def demos_zip(demos: dict[str, str]) -> bytes:
    """A folder of demos alone."""
    return _zip({f"demos/{path}": text for path, text in demos.items()})


def _zip(files: dict[str, str]) -> bytes:
    return zip_of({path: files[path].encode() for path in sorted(files)})
