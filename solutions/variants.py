"""Other versions of the reference functions: the wrong ones students write, and right ones written differently.

    @misconception("q2", "takes the farthest", hint="...")
    def assign_clusters(X, mu): ...

Every variant is self-contained: it may use `np`, imports inside its body, and the assignment's other functions by name
(which are then the reference's). The audit runs them against the tests; the judge compares failing answers with them.
"""

import ast
import importlib
import inspect
import linecache
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

KINDS = {"misconception": "misconceptions", "alternative": "alternatives"}


@dataclass(frozen=True)
class Variant:
    """One way of writing one question's function."""

    question: str
    kind: Literal["misconception", "alternative"]
    name: str
    """What it does differently, as a phrase ("divides by n instead of N_j")."""
    hint: str | None
    """For the student who wrote it; only a misconception has one."""
    function: Callable
    source: str
    """The function's source without the decorator."""


def misconception(question: str, name: str, *, hint: str) -> Callable[[Callable], Callable]:
    """Register a wrong version that students really write, with one or two sentences that help them see it."""
    return _register(question, "misconception", name, hint)


def alternative(question: str, name: str) -> Callable[[Callable], Callable]:
    """Register a right version that is written differently from the reference."""
    return _register(question, "alternative", name, None)


def load_variants(slug: str, folder: str) -> list[Variant]:
    """The variants of one assignment, in the order written; `folder` is "misconceptions" or "alternatives".

    Each variant's `function` is compiled on its own beside the reference functions, so that a variant of question 4
    calls the reference of question 2 and not the last version of it in the file. Raises ValueError if the folder
    or assignment is unknown or holds no variants.
    """
    if folder not in KINDS.values():
        raise ValueError(f"variants are in {' or '.join(KINDS.values())}, not in {folder!r}")
    try:
        reference = importlib.import_module(f"solutions.{slug}")
        variants = importlib.import_module(f"solutions.{folder}.{slug}").VARIANTS
    except (ModuleNotFoundError, AttributeError) as error:
        raise ValueError(f"no variants in solutions/{folder}/{slug}.py: {error}") from error
    return [replace(variant, function=_compile(variant, vars(reference))) for variant in variants]


def _register(question: str, kind: str, name: str, hint: str | None) -> Callable[[Callable], Callable]:
    def decorate(function: Callable) -> Callable:
        variant = Variant(question, kind, name, hint, function, _undecorated_source(function))
        function.__globals__.setdefault("VARIANTS", []).append(variant)
        return function

    return decorate


def _undecorated_source(function: Callable) -> str:
    source = textwrap.dedent(inspect.getsource(function))
    first_line = ast.parse(source).body[0].lineno  # the line of `def`, below the decorators
    return "".join(source.splitlines(keepends=True)[first_line - 1 :])


def _compile(variant: Variant, reference: dict) -> Callable:
    filename = f"<{variant.kind} {variant.question}: {variant.name}>"
    linecache.cache[filename] = (len(variant.source), None, variant.source.splitlines(keepends=True), filename)
    namespace = {name: value for name, value in reference.items() if not name.startswith("__")}
    exec(compile(variant.source, filename, "exec"), namespace)
    return namespace[variant.function.__name__]
