"""Which known misconception gives the same wrong answers as this student?

The answers that the student's function gave while it was tested are compared with those of every wrong version in
`solutions/misconceptions`, on the same arguments. All must agree, and at least one must differ from the reference.
"""

import numpy as np

from autograder.box import wire
from autograder.cases import alarm, quiet
from autograder.proxies import Recorded, TooSlow
from solutions.variants import Variant

SECONDS = 3.0
COMPARABLE = ("ok", "raised")


def diagnose(function: str, reference, variants: list[Variant], calls: list[Recorded]) -> Variant | None:
    """The first of `variants` that explains every recorded answer; None if none does, or not in time."""
    mine = [call for call in calls if call.name == function and call.answer.kind in COMPARABLE]
    try:
        with quiet(), alarm(None, SECONDS):
            for kinds in (False, True):  # a wrong number tells more than a wrong kind of number
                wrong = [call for call in mine if not explains(reference, call, kinds)]
                right = [call for call in mine if call not in wrong]
                if wrong:
                    return next((v for v in variants if all(explains(v.function, c, kinds) for c in (*wrong, *right))), None)
    except TooSlow:
        return None
    return None


def explains(function, call: Recorded, kinds: bool = False) -> bool:
    """Does `function` answer this call as the student's did (with `kinds`: in numbers of the same kind)?"""
    args, kwargs = wire.decode(call.packed)
    try:
        value = function(*args, **kwargs)
    except TooSlow:
        raise
    except Exception as error:
        return call.answer.kind == "raised" and call.answer.type == type(error).__name__
    try:
        return call.answer.kind == "ok" and same(value, call.answer.decoded(), kinds)
    except (wire.WireError, TypeError, ValueError, OverflowError):
        return False


def same(a: object, b: object, kinds: bool = False) -> bool:
    """Equal in shape and, up to rounding, in every number; whether a list or an array holds them does not matter.

    With `kinds` integers, floats and truth values are told apart.
    """
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key], kinds) for key in a)
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(same(x, y, kinds) for x, y in zip(a, b, strict=True))
    if any(isinstance(v, (str, bytes, dict, type(None))) for v in (a, b)):
        return type(a) is type(b) and a == b
    left, right = np.asarray(a), np.asarray(b)
    if left.dtype == object or right.dtype == object or left.shape != right.shape:
        return False
    if kinds and left.dtype.kind != right.dtype.kind:
        return False
    return bool(np.allclose(left, right, rtol=1e-6, atol=1e-9, equal_nan=True))
