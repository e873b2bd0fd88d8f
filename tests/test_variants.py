"""The registry of misconceptions and alternatives, and the rules that every assignment's variants keep."""

import ast
import builtins
import textwrap

import numpy as np
import pytest

from solutions.variants import KINDS, Variant, alternative, load_variants, misconception

QUESTIONS = ("q1", "q2", "q3", "q4", "q5", "q6")


def all_variants() -> list[Variant]:
    return [variant for folder in KINDS.values() for variant in load_variants("kmeans", folder)]


def test_decorators_register_in_the_defining_module_and_leave_the_function_alone():
    def double(x):
        return 2 * x

    namespace_before = globals().pop("VARIANTS", None)
    assert namespace_before is None
    try:
        assert misconception("q1", "doubles", hint="Try 0.")(double) is double
        assert alternative("q2", "doubles too")(double) is double
        first, second = globals()["VARIANTS"]
    finally:
        del globals()["VARIANTS"]
    assert (first.question, first.kind, first.name, first.hint) == ("q1", "misconception", "doubles", "Try 0.")
    assert (second.question, second.kind, second.hint) == ("q2", "alternative", None)
    assert first.source == "def double(x):\n    return 2 * x\n"


def test_source_has_no_decorator_and_runs_on_its_own():
    for variant in all_variants():
        tree = ast.parse(variant.source)
        assert [type(node) for node in tree.body] == [ast.FunctionDef], variant.name
        assert tree.body[0].decorator_list == [], variant.name
        assert variant.hint is None or variant.hint not in variant.source, variant.name
        assert variant.source == textwrap.dedent(variant.source)


def test_variants_use_only_numpy_and_the_assignments_functions():
    import solutions.kmeans as reference

    functions = {name for name, value in vars(reference).items() if callable(value)}
    for variant in all_variants():
        code = compile(variant.source, variant.name, "exec")
        used = _global_names(code.co_consts[0])
        assert used <= functions | {"np"} | set(dir(builtins)), f"{variant.name} uses {used}"
        assert variant.function.__name__ in functions


def _global_names(code) -> set[str]:
    import dis

    names = {i.argval for i in dis.get_instructions(code) if i.opname == "LOAD_GLOBAL"}
    return names.union(*(_global_names(c) for c in code.co_consts if hasattr(c, "co_code")))


def test_a_variant_calls_the_reference_not_its_neighbours():
    X, mu = np.array([[0.0], [2.0], [4.0], [12.0]]), np.array([[0.0], [1.0]])
    (always_tau,) = [v for v in load_variants("kmeans", "misconceptions") if v.name == "always runs tau rounds"]
    # The last assign_clusters and update_centers in that file are wrong; with them the result would be wrong too.
    got_mu, y, iterations = always_tau.function(X, mu, 9)
    assert (got_mu.tolist(), y.tolist(), iterations) == ([[2.0], [12.0]], [0, 0, 0, 1], 9)


def test_enough_variants_with_distinct_names_and_short_hints():
    for folder, least in (("misconceptions", 4), ("alternatives", 3)):
        variants = load_variants("kmeans", folder)
        for question in QUESTIONS:
            names = [v.name for v in variants if v.question == question]
            assert len(names) >= least, f"{question} has only {len(names)} {folder}"
            assert len(set(names)) == len(names), f"{question}: two {folder} of one name"
        for variant in variants:
            assert (variant.kind == "misconception") == bool(variant.hint), variant.name
            assert len(variant.hint or "") <= 260, f"the hint of {variant.name!r} is too long to be read"


@pytest.mark.parametrize(
    ("slug", "folder", "words"),
    [
        ("kmeans", "mistakes", "misconceptions or alternatives"),
        ("no_such_assignment", "misconceptions", "solutions/misconceptions/no_such_assignment.py"),
    ],
)
def test_what_does_not_exist_is_named(slug, folder, words):
    with pytest.raises(ValueError, match=words):
        load_variants(slug, folder)
