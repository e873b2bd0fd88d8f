"""Submissions to grade: one that is right throughout, and whole classes of honest ones of which no two are the same."""

import json
from functools import cache
from pathlib import Path

import numpy as np

from autograder import sample_papers
from autograder.assignment import load
from autograder.sample_class import filled, released_notebook
from autograder.sample_papers import Material, Paper

SLUG = "kmeans"
LINES = 24


@cache
def _material(slug: str) -> tuple[Material, dict]:
    assignment = load(slug)
    return sample_papers.material(assignment), released_notebook(assignment)


def solved(slug: str = SLUG) -> str:
    """The released notebook with the reference in every question, as the text of its file."""
    material, notebook = _material(slug)
    paper = Paper("perfect", dict(material.references), answer="Each step can only lower the loss.")
    return json.dumps(filled(notebook, paper))


def references(slug: str = SLUG) -> dict[str, str]:
    """The source of each question's reference."""
    return dict(_material(slug)[0].references)


def honest(index: int, slug: str = SLUG) -> str:
    """The notebook of student number `index`: right answers, in the mixture that every ten students share, and notes of their own.

    Every class whose size is a multiple of ten has the same mixture of programs, so that its mean cost does not depend on its size.
    """
    material, notebook = _material(slug)
    sources = {}
    for position, (question, reference) in enumerate(material.references.items()):
        programs = [reference, *material.alternatives[question]]
        sources[question] = programs[(index % 10 + position) % len(programs)]
    paper = Paper("alternative", sources, after=[scratch(index)], answer=f"It stops, since the loss falls. ({index})")
    return json.dumps(filled(notebook, paper))


def scratch(index: int) -> str:
    """A cell of small sums that nobody else has: what people leave in their notebooks, and what tells theirs apart."""
    rng = np.random.default_rng([7, index])
    names, signs = np.array(["a", "b", "c", "np.sin(a)", "np.abs(b)", "(a - c)"]), np.array(["+", "-", "*"])
    lines = [f"a, b, c = {', '.join(map(str, rng.integers(1, 9, 3)))}"]
    for _ in range(LINES):
        terms = rng.choice(names, rng.integers(2, 6))
        right = f" {rng.choice(signs)} ".join(f"{rng.integers(1, 99)} * {term}" for term in terms)
        lines.append(f"{rng.choice(['a', 'b', 'c'])} = ({right}) / {rng.integers(100, 999)}")
    return "\n".join(lines)


def write_class(folder: Path, size: int) -> None:
    """`size` honest notebooks in a folder, plainly named."""
    folder.mkdir(parents=True)
    for index in range(size):
        (folder / f"student{index:05}.ipynb").write_text(honest(index), encoding="utf-8")
