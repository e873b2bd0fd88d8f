"""Packed texts come back as they were."""

import resource
import subprocess
import sys

from autograder.packed import Packed


def test_texts_come_back_and_take_little_room():
    texts = {"a": "", "b": "\ud800 μ\x00\n", "c": "def f(x):\n    return x\n" * 1000}
    packed = Packed()
    packed.update(texts)
    assert dict(packed) == texts
    assert packed._end < len(texts["c"]) / 10
    packed["a"] = "again"
    del packed["b"]
    assert dict(packed) == {"a": "again", "c": texts["c"]}


def test_a_full_disk_is_said_in_one_line():
    code = "import os; from autograder.packed import Packed; Packed()['a'] = os.urandom(9000).hex()"
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    done = subprocess.run([sys.executable, "-c", code], preexec_fn=limit, capture_output=True, text=True)
    assert done.stderr.splitlines()[-1].startswith("autograder.errors.Unwritable: /")
    assert "cannot be written (File too large); finished results are kept" in done.stderr
