"""An assignment's questions as data for its chapter's page, where they can be tried: stubs, public checks, the words of feedback.

All of it is taken from the student's notebook, so that the page can hold nothing that students are not given anyway.
"""

import ast

import nbformat

LOOKED_AT = "otter_ignore"  # the tag of cells that only draw


def questions(notebook: nbformat.NotebookNode) -> dict:
    """What the page needs (`live/trial.js`, `live/check.py`) of one released notebook.

    `cells`: the code cells in order, {source} or {source, question}; `functions`: question → name;
    `checks`: question → otter's test file; `feedback`: the class that words a result. Raises RuntimeError where there is no set-up cell.
    """
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id", "") for cell in code]
    if "set-up" not in ids:
        raise RuntimeError("the student's notebook has no set-up cell; `make release` writes it anew")
    setup = ast.parse(code[ids.index("set-up")].source)
    values = {node.targets[0].id: node.value for node in setup.body if isinstance(node, ast.Assign)}
    functions, checks = (ast.literal_eval(values[name]) for name in ("FUNCTIONS", "PUBLIC_CHECKS"))
    [feedback] = [ast.unparse(node) for node in setup.body if isinstance(node, ast.ClassDef) and node.name == "Feedback"]
    cells = []
    for name, cell in zip(ids, code, strict=True):
        if name == "set-up" or name in functions or LOOKED_AT in cell.metadata.get("tags", []):
            continue
        question = {"question": name.removesuffix("-answer")} if name.endswith("-answer") else {}
        cells.append({"source": cell.source, **question})
    return {"functions": functions, "feedback": feedback, "cells": cells, "checks": checks}
