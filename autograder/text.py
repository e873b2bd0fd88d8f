"""Text from strangers, made fit for a message: bounded, printable, and a value in a few words."""

import numpy as np


def printable(text: str) -> str:
    """Without control characters (ANSI among them), lone surrogates and text-direction overrides; newlines and tabs stay."""
    return "".join(c if c in "\n\t" or c.isprintable() else "�" for c in text)


def shorten(text: str, length: int) -> str:
    """At most `length` printable characters, the cut marked by an ellipsis."""
    text = printable(text[: length + 1])
    return text if len(text) <= length else text[: length - 1] + "…"


def describe(value: object) -> str:
    """A plain value in a few words: its kind and shape rather than its content."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    if isinstance(value, (list, tuple, set, frozenset, dict)):
        return f"a {type(value).__name__} of {len(value)} item{'' if len(value) == 1 else 's'}"
    if isinstance(value, np.random.Generator):
        return "a random generator"
    if type(value).__module__.startswith("pandas.") and hasattr(value, "shape"):
        return f"a {type(value).__name__} of shape {value.shape}"
    return shorten(repr(value), 40)
