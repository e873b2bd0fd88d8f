"""Packed texts come back as they were."""

from autograder.packed import Packed


def test_texts_come_back_and_take_little_room():
    texts = {"a": "", "b": "\ud800 μ\x00\n", "c": "def f(x):\n    return x\n" * 1000}
    packed = Packed()
    packed.update(texts)
    assert dict(packed) == texts
    assert len(packed._packed["c"]) < len(texts["c"]) / 10
    packed["a"] = "again"
    del packed["b"]
    assert dict(packed) == {"a": "again", "c": texts["c"]}
