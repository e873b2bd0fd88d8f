"""Assignments of other courses: made by the real `otter assign`, graded here, and held to what `otter run` gives."""

import datetime
import json
import shutil
import stat
import struct
import subprocess
import sys
import tracemalloc
import zipfile
from collections import Counter, deque
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output, new_raw_cell

from autograder import compare, foreign, formgrader, judge, lint, pool, results
from autograder.__main__ import main
from autograder.assignment import all_slugs, load
from autograder.box import wire
from autograder.compare import otter_scores
from autograder.errors import CourseError
from autograder.model import CaseResult, QuestionResult, Result, Submission
from autograder.proxies import Bench
from autograder.sandbox import Box, Limits
from tests.otter_run import ENVIRONMENT

ROOT = Path(__file__).resolve().parents[1]
FORMATS = ("ok", "exception")
LIMITS = Limits(cell_seconds=10, call_seconds=5, case_seconds=10, memory_mb=768)

# ------------------------------------------------------------------------------------------------ a small assignment

SOLUTIONS = {
    "double": "def double(x):\n    return 2 * x  # SOLUTION\nanswer = double(4)  # SOLUTION",
    "total": 'total = float(np.loadtxt("numbers.csv").sum())  # SOLUTION',
    "shout": 'def shout(word):\n    """ # BEGIN SOLUTION """\n    if not word:\n        raise ValueError("no word")\n'
    '    print(word.upper())\n    return len(word)\n    """ # END SOLUTION """',
    "table": 'table = pd.DataFrame({"name": ["Ada", "Bo"], "age": [36, 7]})  # SOLUTION\nnames = np.array(["Ada", "Bo"])  # SOLUTION',
    "again": "answer = double(10)  # SOLUTION",
    "squares": 'def squares():\n    """ # BEGIN SOLUTION """\n    n = 0\n    while True:\n        yield n * n\n        n += 1\n    """ # END SOLUTION """',
    "noise": "noise = np.random.random(2)  # SOLUTION",
}
DOCTESTS = {  # code, what it prints, points, hidden
    "double": [("double(3)", "6", 1, False), ("double(np.arange(3)).tolist()", "[0, 2, 4]", 2, True), ("answer", "8", 1, False)],
    "total": [("total", "6.0", 2, False), ("round(sum([total, 1]), 3)", "7.0", 1, True)],
    "shout": [('shout("hi")', "HI\n2", 1, False), ('try:\n    shout("")\nexcept ValueError as error:\n    print(error)', "no word", 1, True)],
    "table": [("table.shape", "(2, 2)", 1, False), ('int(table["age"].max()) + len(names[1])', "38", 1, True), ('list(table["name"]) == list(names)', "True", 1, True)],
    "again": [("answer", "20", 1, False)],
    "squares": [("numbers = squares()\n[next(numbers) for _ in range(4)]", "[0, 1, 4, 9]", 1, False)],
    "noise": [("bool(np.allclose(noise, np.random.RandomState(7).random_sample(2)))", "True", 1, True)],
}
FUNCTIONS = {
    "double": [("double, np, answer", "assert double(3) == 6 and answer == 8", 1, False), ("double", "import numpy as np\n    assert (double(np.arange(3)) == [0, 2, 4]).all()", 2, True)],
    "total": [("env", 'assert env["total"] == 6 and env.get("nothing") is None', 2, False)],
    "shout": [("shout", 'import contextlib, io\n    with contextlib.redirect_stdout(io.StringIO()) as said:\n        assert shout("hi") == 2\n    assert said.getvalue() == "HI\\n"', 1, False),
              ("shout", 'try:\n        shout("")\n    except ValueError as error:\n        assert str(error) == "no word"\n    else:\n        raise AssertionError("no error")', 1, True)],
    "table": [("table, names", 'assert table.shape == (2, 2)\n    assert list(table["name"]) == list(names)', 2, False), ("table, pd", 'assert isinstance(table, pd.DataFrame) and table["age"].max() == 36', 1, True)],
    "again": [("answer", "assert answer == 20", 1, False)],
    "squares": [("squares", "numbers = squares()\n    assert [next(numbers) for _ in range(4)] == [0, 1, 4, 9]", 1, False)],
    "noise": [("noise, np", "assert np.allclose(noise, np.random.RandomState(7).random_sample(2))", 1, True)],
}  # fmt: skip
PAPERS = {
    "right": {},
    "half": {"2 * x": "x + 3", "yield n * n": "yield n", '"Bo"], "age"': '"Bob"], "age"', "print(word.upper())": "print(word)"},
    "broken": {"return len(word)": "return len(word", "36, 7": "36, 7 / 0", ".sum()": '.sum() + open("nowhere")'},
}


def cells_of_tests(kind: str, question: str) -> list:
    made = []
    for number, (first, second, points, hidden) in enumerate((DOCTESTS if kind == "ok" else FUNCTIONS)[question]):
        head = f'""" # BEGIN TEST CONFIG\npoints: {points}\nhidden: {str(hidden).lower()}\n""" # END TEST CONFIG\n'
        if kind == "ok":
            printed, _, value = second.rpartition("\n") if first.startswith("shout") else ("", "", second)
            outputs = [new_output("stream", name="stdout", text=printed + "\n")] if printed else []
            shown = new_output("stream", name="stdout", text=value + "\n") if first.startswith("try") else new_output("execute_result", {"text/plain": value})
            made.append(new_code_cell(head + first, outputs=[*outputs, shown]))
        else:
            made.append(new_code_cell(f"{head}def test_{question}_{number}({first}):\n    {second}"))
    return made


def master(kind: str) -> nbformat.NotebookNode:
    config = {"files": ["numbers.csv"], "export_cell": False, "check_all_cell": False,
              "tests": {"files": True, "ok_format": kind == "ok"}, "generate": {"seed": 7}}  # fmt: skip
    cells = [new_raw_cell("# ASSIGNMENT CONFIG\n" + json.dumps(config)), new_code_cell("import numpy as np\nimport pandas as pd")]
    for question, solution in SOLUTIONS.items():
        cells += [new_raw_cell(f"# BEGIN QUESTION\nname: {question}"), new_raw_cell("# BEGIN SOLUTION"), new_code_cell(solution)]
        cells += [new_raw_cell("# END SOLUTION"), new_raw_cell("# BEGIN TESTS"), *cells_of_tests(kind, question)]
        cells += [new_raw_cell("# END TESTS"), new_raw_cell("# END QUESTION")]
    return new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}})


@pytest.fixture(scope="module", params=FORMATS)
def made(request, tmp_path_factory) -> dict:
    """The zip of one format, a folder of papers, and the class graded by the command line."""
    kind, folder = request.param, tmp_path_factory.mktemp(request.param)
    nbformat.write(master(kind), folder / "small.ipynb")
    (folder / "numbers.csv").write_text("1\n2\n3\n")
    run(folder, "otter", "assign", "--no-pdfs", "--no-run-tests", "small.ipynb", "dist")
    [autograder] = (folder / "dist/autograder").glob("small-autograder_*.zip")
    (folder / "papers").mkdir()
    for paper, changes in PAPERS.items():
        text = (folder / "dist/autograder/small.ipynb").read_text()
        for old, new in changes.items():
            old, new = json.dumps(old)[1:-1], json.dumps(new)[1:-1]
            assert old in text
            text = text.replace(old, new)
        (folder / "papers" / f"{paper}.ipynb").write_text(text)
    done = run(ROOT, "autograder", "grade", "--autograder", autograder, folder / "papers", folder / "out", "--jobs", "1")
    return {"kind": kind, "folder": folder, "zip": autograder, "out": folder / "out", "said": done.stdout}


def run(folder: Path, *words) -> subprocess.CompletedProcess:
    done = subprocess.run([sys.executable, "-m", *map(str, words)], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def points(made: dict, paper: str) -> dict[str, float | None]:
    [result] = [r for r in results.stored(made["out"]) if r.file == f"{paper}.ipynb"]
    return {q.question: q.points for q in result.questions}


def test_a_right_paper_gets_everything_and_a_wrong_one_does_not(made):
    full = {q: sum(p for *_, p, _ in cases) for q, cases in (DOCTESTS if made["kind"] == "ok" else FUNCTIONS).items()}
    assert points(made, "right") == full
    assert 0 < sum(points(made, "half").values()) < sum(full.values())
    assert points(made, "broken")["shout"] == 0


def test_the_score_of_each_question_is_otters_own(made, tmp_path):
    """`answer` has two values: only under the name that it was given does otter find the notebook, and check where it says."""
    paper = {"ok": "right", "exception": "broken"}[made["kind"]]
    shutil.copyfile(made["folder"] / "papers" / f"{paper}.ipynb", tmp_path / "small.ipynb")
    assert points(made, paper) == pytest.approx(otter_scores(made["zip"], tmp_path / "small.ipynb", tmp_path))


def test_everything_else_works_as_for_our_own(made):
    out, tests = made["out"], sum(map(len, (DOCTESTS if made["kind"] == "ok" else FUNCTIONS).values()))
    assert f"small: {tests} tests, and nothing speaks against any of them" in made["said"]
    assert "3 graded" in made["said"]
    assert (out / "grades.csv").read_text().count("\n") == 4
    assert len(list((out / "report/students").glob("*.html"))) == 3
    assert foreign.find(out).slug == "small"
    before = (out / "report/index.html").read_bytes()
    run(ROOT, "autograder", "report", out)
    assert (out / "report/index.html").read_bytes() == before
    formgrader.write_course(out, foreign.find(out))
    shown = "".join(path.read_text() for path in (out / "nbgrader/autograded").rglob("*.ipynb"))
    assert "def double(x)" in shown
    again = run(ROOT, "autograder", "grade", "--autograder", made["zip"], made["folder"] / "papers", out, "--jobs", "1")
    assert "3 unchanged" in again.stdout


# ------------------------------------------------------------------------------------------------ zips that are none

OK_TEST = 'OK_FORMAT = True\ntest = {"name": "q1", "points": 1, "suites": [{"type": "doctest", "cases": [{"code": ">>> f(2)\\n4"}]}]}\n'


def a_zip(folder: Path, **members: str) -> Path:
    with zipfile.ZipFile(folder / "hw-autograder_2026_01_01T00_00_00_000000.zip", "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return Path(archive.filename)


@pytest.mark.parametrize(
    ("members", "complaint"),
    [
        (None, "no such file"),
        ("no zip at all", "is no zip that can be read"),
        ({"hw.ipynb": "{}"}, "no tests/*.py in it"),
        ({"tests/q1.py": OK_TEST, "../evil.py": "x"}, "leads out of the zip"),
        ({"tests/q1.py": OK_TEST, "/evil.py": "x"}, "leads out of the zip"),
        ({"tests/q1.py": OK_TEST, "otter_config.json": '{"lang": "r"}'}, "the assignment is in r"),
        ({"tests/q1.py": OK_TEST, "otter_config.json": "lang: r"}, "is not JSON"),
        ({"tests/q1.py": OK_TEST, "otter_config.json": '{"grade_from_log": true}'}, "otter's log"),
        ({"tests/q1.py": OK_TEST, "otter_config.json": '{"seed": "x"}'}, "a seed that is no integer"),
        ({"tests/q1.py": OK_TEST, "otter_config.json": '{"seed": -1}'}, "a seed that is no integer"),
        ({"tests/q1.py": "def test_f():\n    assert f(2) == 4\n"}, "tests/q1.py: neither of otter's formats"),
        ({"tests/q1.py": "test = {'name': }"}, "tests/q1.py: otter cannot read this test file: SyntaxError"),
        ({"tests/q1.py": "from otter.test_files import test_case\nOK_FORMAT = False\nname = 'q1'\n# @test_case\n"}, "no test case in it"),
    ],
)
def test_a_bad_zip_is_one_clear_line(members, complaint, tmp_path):
    path = tmp_path / "hw.zip"
    if isinstance(members, str):
        path.write_text(members)
    elif members:
        path = a_zip(tmp_path, **members)
    with pytest.raises(CourseError) as caught:
        foreign.unpack(foreign.read(path), tmp_path)
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_status == 2
    assert not (tmp_path.parent / "evil.py").exists()


def test_links_and_bombs_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as archive:
        info = zipfile.ZipInfo("files/passwd")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(CourseError, match="is a link or leads out"):
        foreign.read(tmp_path / "link.zip")
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive, archive.open("files/zeros", "w") as member:
        for _ in range((foreign.SIZE >> 24) + 1):
            member.write(bytes(1 << 24))
    with pytest.raises(CourseError, match="more than 256 MB"):
        foreign.read(tmp_path / "bomb.zip")


def test_the_name_of_the_zip_is_the_assignments(tmp_path):
    assert foreign.read(a_zip(tmp_path, **{"tests/q1.py": OK_TEST})).slug == "hw"
    named = tmp_path / "gradescope.zip"
    a_zip(tmp_path, **{"tests/q1.py": OK_TEST, "otter_config.json": '{"assignment_name": "Lab 3"}'}).rename(named)
    assert foreign.read(named).slug == "Lab-3"


# ------------------------------------------------------------------------------------------------ at the wall


def doctests(*codes: str) -> str:
    spec = {"name": "q1", "points": len(codes), "suites": [{"type": "doctest", "cases": [{"code": code, "hidden": False} for code in codes]}]}
    return f"OK_FORMAT = True\ntest = {spec!r}\n"


def function(signature: str, body: str) -> str:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"from otter.test_files import test_case\nOK_FORMAT = False\nname = 'q1'\npoints = None\n\n@test_case(points=1)\ndef test_it({signature}):\n{lines}"


@pytest.fixture
def assigned(tmp_path):
    def build(*tests: str, **members: str) -> foreign.Foreign:
        named = {f"tests/q{n}.py": text for n, text in enumerate(tests, start=1)}
        return foreign.unpack(foreign.read(a_zip(tmp_path, **named, **members)), tmp_path)

    return build


def grade(assignment: foreign.Foreign, *cells: str):
    with Box(limits=LIMITS, **assignment.sandbox) as box:
        return judge.grade(Submission("ada", "ada.ipynb", "digest", cells), assignment, box)


def test_what_cannot_cross_waits_for_a_human_and_costs_no_point(assigned):
    """A right student whose answer is an object, and a test with a callback: neither is a zero, and the rest is graded."""
    callback = doctests(">>> apply(lambda x: x + 1, 2)\n3")
    thing = function("make", "assert make().size == 3")
    result = grade(assigned(callback, thing, doctests(">>> f(2)\n4")), "def apply(f, x): return f(x)\ndef f(x): return 2 * x",
                   "class Thing: size = 3\ndef make(): return Thing()")  # fmt: skip
    assert [q.points for q in result.questions] == [None, None, 1]
    assert (result.status, result.waiting, result.max_score) == ("graded", 2, 3)
    assert "q1: not decided, the test passes `apply` a function" in result.flags
    assert any("q2: not decided, `make` returned an object of class Thing" in flag for flag in result.flags)


def test_a_test_that_asks_for_the_source_or_a_method_of_a_name_waits_for_a_human(assigned):
    source = function("f", "import inspect\nassert 'return' in inspect.getsource(f)")
    result = grade(assigned(source, doctests(">>> Thing.make()\n4")), "def f(): return 4\nclass Thing: make = f")
    assert [q.points for q in result.questions] == [None, None]


def test_pythons_own_names_are_not_the_students(assigned):
    """`sum` and `abs` of a doctest are Python's; a student who defines them gains nothing."""
    cheat = "def f(x): return 0\ndef abs(x): return 0\ndef sum(x): return 4\nclass Always:\n    def allclose(*a): return True\nnp = Always()"
    assignment = assigned(doctests(">>> abs(f(2) - 4) < 1\nTrue", ">>> sum([f(2)])\n4", ">>> bool(np.allclose(f(2), 4))\nTrue"))
    assert grade(assignment, cheat).score == 0
    assert grade(assigned(doctests(">>> bool(np.all(f(2) == 4))\nTrue")), "import numpy as np\ndef f(x): return 0\nnp = np.array([True])").score == 0
    assert grade(assignment, "import numpy as np\ndef f(x): return 2 * x").score == 3


def test_a_name_of_pythons_own_may_be_the_question(assigned):
    """Nothing else is asked for: then the student is to write it, and Python's own would fail."""
    assignment = assigned(doctests(">>> sum(1, 2)\n3", ">>> assert sum(0, 0) == 0\n"))
    assert grade(assignment, "def sum(a, b): return a + b").score == 2
    assert grade(assignment, "def sum(a, b): return a - b").score == 1


def test_a_module_by_its_usual_name_is_the_judges_own(assigned, monkeypatch):
    """Here `sm`, which is statsmodels.api where that is installed: what the test computes with it needs nothing of the notebook's."""
    monkeypatch.setitem(sys.modules, "statsmodels.api", SimpleNamespace(fit=lambda numbers: sum(numbers)))
    tests = doctests(">>> sm.fit(data)\n6"), function("sm, data", "assert sm.fit(data) == 6")
    cells = ["from types import ModuleType\nsm = ModuleType('sm')\nsm.fit = lambda numbers: 6", "data = [1, 2, 3]"]
    assert [q.points for q in grade(assigned(*tests), *cells).questions] == [1, 1]
    assert [q.points for q in grade(assigned(*tests), cells[0], "data = [1, 2, 4]").questions] == [0, 0]


def test_numbers_are_printed_as_in_the_notebook(assigned, monkeypatch):
    """`datascience` makes NumPy print as it once did; what this process has done to NumPy's printing does not matter."""
    assignment = assigned(doctests(">>> np.isclose(x, 3)\nnp.True_"), doctests(">>> np.isclose(x, 3)\nTrue"))
    cells = ["import numpy as np\nx = 3.0", "try:\n    from datascience import *\nexcept ImportError:\n    pass"]
    with np.printoptions(legacy="1.13"):
        assert [q.points for q in grade(assignment, *cells[:1]).questions] == [1, 0]
    monkeypatch.setattr("importlib.util.find_spec", lambda name, package=None: name)
    assert [q.points for q in grade(assignment, *cells).questions] == [0, 1]
    assert repr(np.True_) == "np.True_"


def test_data_lie_beside_the_notebook_as_its_own_copies_and_tests_do_not(assigned):
    assignment = assigned(doctests(">>> (read, listing)\n('7', ['data', 'data.txt', 'helper.py'])", ">>> import helper\n>>> helper.SEVEN\n7"),
                          **{"files/data.txt": "7", "files/helper.py": "SEVEN = 7\n", "files/data/old.txt": "8"})  # fmt: skip
    look = "import os\nfrom helper import SEVEN\nread, listing = open('data.txt').read(), sorted(os.listdir('.'))\nopen('data/new.txt', 'w').close()\n"
    look += "open('data.txt', 'w').write('overwritten')\nopen('/files/data.txt', 'w').write('overwritten')\n"
    look2 = "read = read if not os.path.exists('/files/../tests') and SEVEN == 7 else 'tests are seen'"
    for _ in range(2):  # the second finds what the first found
        result = grade(assignment, look, look2)
    assert (assignment.path / "files/data.txt").read_text() == "7"
    assert [note.message.split(":")[1].strip() for note in result.cells] == ["OSError"]
    assert result.score == 2, [c.message for q in result.questions for c in q.cases]
    assert [path.name for path in (assignment.path / "tests").iterdir()] == ["q1.py"]


def test_messages_of_doctests_are_short_and_name_no_file_of_ours(assigned):
    tests = doctests(">>> f(2)\n4", ">>> g(1)\n1", ">>> f()\n4")
    first, second, third = grade(assigned(tests), "def f(x): return 2 + x / 0").questions[0].cases
    assert "f(2)" in first.message
    assert "`f` raised ZeroDivisionError: division by zero (<cell 1> line 1)" in first.message
    assert "`g` was not found" in second.message
    assert "TypeError" in third.message
    assert not any("/" in c.message.replace("2 + x / 0", "") for c in (first, second, third))


FRAME = pd.DataFrame({"a": ["x", "y", "x"], "b": [1, 2, 3]})
WIDE = [
    FRAME.a.astype("category"), FRAME.b.astype("Int64").shift(), FRAME.a.astype("string"), FRAME.groupby(["a", "b"]).size(), pd.Timestamp("2020-01-01"),
    FRAME.pivot_table(index="a", columns="b", values="b", aggfunc=["sum", "max"]), pd.Series([1, 2], pd.date_range("2020", periods=2)), pd.Timedelta("1D"),
    FRAME.a.unique(), FRAME.a.astype("category").unique(), np.datetime64("2020-01-01"), np.dtype("<U3"), datetime.date(2020, 1, 1), datetime.datetime(2020, 1, 1, 12), Counter("abba"), deque([1, 2]), np.array([b"ab"]), pd.Series([pd.NaT, pd.NA, 1], dtype=object),
    pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": pd.to_datetime(["2020-01-01", "2021-01-01"]), "d": [True, False]}),
    pd.DataFrame([[1, 2.5]], columns=["same", "same"], index=["row"]), pd.DataFrame(), pd.DataFrame(index=[3, 4]),
    pd.Series([1.5, np.nan], index=["a", "b"], name="s"), pd.DataFrame({"a": [1, 1], "b": [2, 3]}).groupby("a").b.mean(),
    pd.Index([1, 2], name="i"), np.array([["a"], ["bcd"]]), np.array(["2020-01-01"], "M8[D]"), np.array([1, "a", None, [2, 3]], object), np.str_("hi"), range(3),
    FRAME.dtypes, FRAME.a.dtype, pd.Int64Dtype(),
]  # fmt: skip


@pytest.mark.parametrize("value", WIDE, ids=lambda value: type(value).__name__)
def test_pandas_and_strings_cross_for_other_courses_alone(value):
    packed = wire.encode(value, wire.WIDE)
    back = wire.decode(packed, wire.WIDE)
    check = {pd.DataFrame: pd.testing.assert_frame_equal, pd.Series: pd.testing.assert_series_equal, pd.Index: pd.testing.assert_index_equal}
    check.get(type(value), np.testing.assert_array_equal)(back, value)
    assert type(back) is type(value)
    with pytest.raises(wire.Unsendable):
        wire.encode(value)
    with pytest.raises(wire.WireError):
        wire.decode(packed)


@pytest.mark.parametrize(
    "parts",
    [(), 3, ("frame",), ("frame", 1, 2, 3), ("array", (9,), "<U2", ["a"]), ("array", (1,), f"<U{1 << 28}", ["a"]), ("array", (1,), "O", 3),
     ("series", [], ("range", (0, 1, 0), None), ("int64", np.ones(3))), ("range", "a", 2, 3), ("unknown", 1), ("index", ("int64", "x", [])),
     ("array", (16,), ("bool", np.arange(2))), ("array", (2,), ("<U2", np.arange(2))), ("array", (2,), ("|O", np.arange(2))),
     ("array", (2,), ([("a", "<i8")], np.arange(2))), ("array", (1 << 62, 0), ("<U1", [])), ("range", 0, 10**12, 1), ("range", 0, 10**40, 1),
     ("index", ("range", (0, 10**12, 1), None)), ("series", None, ("range", (0, 2, 1), None), ("Sparse[float64]", np.ones(2))),
     ("frame", ("int64", np.arange(1), None), ("range", (0, 2, 1), None), [("float64", np.ones(9))]), ("iterator", 3, True),
     ("series", None, ("range", (0, 40, 1), None), ("|O", [k * (2**61 - 1) for k in range(1, 41)])), ("date", "tomorrow")],
)  # fmt: skip
def test_forged_parts_are_an_error_of_the_wire(parts):
    with pytest.raises(wire.WireError):
        wire.decode(b"W" + wire.encode(parts), wire.WIDE)


@pytest.mark.parametrize("parts", [("array", (1,), ("<U100000", ["a"])), ("range", 0, 100_000, 1), ("index", ("range", (0, 10, 1), None))])
def test_few_bytes_never_become_much_memory(parts):
    """Each alone is within the caps; thousands in one answer would be gigabytes."""
    one = b"W" + wire.encode(parts)
    wire.decode(one, wire.WIDE)
    tracemalloc.start()
    try:
        with pytest.raises(wire.WireError):
            wire.decode(b"l" + struct.pack(">I", 50_000) + one * 50_000, wire.WIDE)
        assert tracemalloc.get_traced_memory()[1] < 10 * wire.WIDE.size
    finally:
        tracemalloc.stop()


def test_nothing_of_this_reaches_the_courses_own_assignments():
    for slug in all_slugs():
        assert pool._assignment(pool.Settings(slug, Path(), {}, "never"))[1] == {}
    assert not Bench(session=None).caps.wide
    assert not any(caps.wide for caps in (wire.CAPS, wire.FRAME))


def test_a_question_is_graded_with_what_there_was_when_it_was_checked(assigned):
    """Names and their content: later cells change the table in place, and the helper of a function."""
    tests = doctests(">>> table.shape\n(3, 1)", ">>> f(2)\n4"), doctests(">>> table.shape\n(3, 2)", ">>> f(2)\n6")
    cells = ["import otter\ngrader = otter.Notebook()\nimport pandas as pd\ntable = pd.DataFrame({'a': [1, 2, 3]})\nfactor = 2\ndef f(x): return factor * x",
             "grader.check('q1')", "table['b'] = table['a'] ** 2\nfactor = 3", "grader.check('q2')", "del table\nfactor = 0"]  # fmt: skip
    result = grade(assigned(*tests), *cells)
    assert [q.points for q in result.questions] == [2, 2], [c.message for q in result.questions for c in q.cases]


def test_an_endless_generator_ends_with_a_word(assigned):
    squares = "def squares():\n    n = 0\n    while True:\n        yield n\n        n += 1"
    enough, too_much, given = ">>> next(squares())\n0", ">>> sum(squares()) > 0\nTrue", ">>> total(i for i in range(4))\n6"
    endless = function("total", "import itertools\nassert total(i for i in itertools.count()) == 0")
    result = grade(assigned(doctests(enough), doctests(too_much), doctests(given), endless), squares, "def total(numbers): return sum(numbers)")
    assert [q.points for q in result.questions] == [1, None, 1, None]
    assert any("of more than 1000 items" in flag for flag in result.flags)


# ------------------------------------------------------------------------------------------------ the forecast

PLANTED = [
    (doctests(">>> apply(lambda x: x, 2)\n2"), "cannot work: passes `apply` a lambda"),
    (doctests(">>> def add(a, b): return a + b\n>>> fold(add, [1, 2])\n3"), "cannot work: passes `fold` the function `add`"),
    (doctests(">>> apply([abs, 3])\n3"), "cannot work: passes `apply` the function `abs`"),
    (doctests(">>> import numpy as np\n>>> integrate(np.sin, 0, 1) > 0\nTrue"), "cannot work: passes `integrate` the function `np.sin`"),
    (doctests(">>> f(g, g(2))\n2"), "cannot work: passes `f` the function `g`"),
    (doctests(">>> adder(3)(4)\n7"), "cannot work: calls what a function of the student's returned"),
    (doctests(">>> x = [2, 1]\n>>> reverse(x)\n>>> x\n[1, 2]"), "may not work: `reverse` may have to change"),
    (doctests(">>> isinstance(ada, Student)\nTrue"), "cannot work: asks for the notebook's class `Student`"),
    (doctests(">>> Student('Ada').name\n'Ada'"), "may not work: `Student` looks like a class"),
    (doctests(">>> ax.get_title()\n'x'"), "may not work: asks `ax` for .get_title"),
    (function("f", "import inspect\nassert 'for' not in inspect.getsource(f)"), "cannot work: uses inspect.getsource"),
    (function("f", "assert f(1) and f.__code__.co_argcount == 1"), "cannot work: asks for .__code__ of the function `f`"),
    (function("model", "assert model.weights_ is not None"), "may not work: asks `model` for .weights_"),
    (function("plt", "assert plt.gca().get_title()"), "cannot work: plt.gca finds no figure"),
    (doctests(">>> get_ipython().run_line_magic('who', '')\n"), "cannot work: uses get_ipython"),
    (doctests(">>> 'x' in globals()\nTrue"), "cannot work: uses globals"),
    (function("env", "assert len(env) > 3"), "cannot work: uses `env` as a whole"),
    (function("save", "save('x')\nassert open('x').read()"), "may not work: open finds what the zip has in files/"),
    (function("f", "import a_package_that_nobody_has\nassert f(1)"), "cannot work: imports a_package_that_nobody_has"),
    (function("f", "from unittest import mock\nassert f(1)"), "cannot work: replaces functions by mock"),
    (function("f", "import builtins\nbuiltins.input = str\nassert f(1)"), "cannot work: sets builtins.input"),
    (function("f", "import numpy as np\nnp.random.seed(1)\nassert f(3) == 2"), "may not work: sets a global seed"),
    (function("sort_it", "numbers = [2, 1]\nsort_it(numbers)\nassert numbers == [1, 2]"), "may not work: `sort_it` may have to change its arguments"),
    (function("f", "a = [1]\nassert f(a) is a"), "may not work: asks whether two things are the same object"),
]
HARMLESS = [
    doctests(">>> f(2)\n4", ">>> x = 3\n>>> y = f(x)\n>>> y.shape\n(3,)", ">>> f(2) is None\nTrue", ">>> [abs(f(i)) for i in range(3)]\n[0, 1, 2]"),
    doctests(">>> x = [2, 1]\n>>> f(x)\n3\n>>> g(x)\n[1, 2]"),
    doctests(">>> table.columns.tolist()\n['a']", ">>> table['a'].value_counts().max()\n3", ">>> next(g(3))\n0", ">>> isinstance(x, (int, float))\nTrue"),
    function("f, np, data", "np.random.seed(1)\nx = np.random.random(3)\nassert np.isclose(f(x, key=3), 2) and isinstance(data, np.ndarray)"),
    function("env", "assert 'f' in env and env['f'](1) == env.get('x')"),
    function("f", "def twice(x):\n    return 2 * f(x)\nassert twice(3) == 12 and sorted([f(1), f(0)], key=lambda v: -v)"),
    function("f", "try:\n    f(-1)\nexcept ValueError:\n    pass\nelse:\n    raise AssertionError('expected a ValueError')"),
]


@pytest.mark.parametrize(("test", "said"), PLANTED)
def test_the_forecast_finds_what_cannot_work(test, said, assigned, capsys):
    assert lint.report(assigned(test)) == 3
    line = capsys.readouterr().out.splitlines()[0]
    assert line.startswith("q1, ")
    assert said in line


@pytest.mark.parametrize("test", [*HARMLESS, function("f", "assert f(open('data.txt').read()) == 7")])
def test_the_forecast_says_nothing_against_what_works(test, assigned):
    assert list(map(str, lint.remarks_on(assigned(test, **{"files/data.txt": "7"})))) == []


def test_the_forecast_says_nothing_against_our_own_tests():
    found = {slug: list(map(str, lint.remarks_on(load(slug)))) for slug in all_slugs()}
    assert set(found) >= {"kmeans"}
    assert not any(found.values()), found


def test_the_forecast_names_packages_that_are_not_here_and_plugins(assigned, capsys):
    made = assigned(OK_TEST, **{"requirements.txt": "numpy==2.0\na-package-that-nobody-has\n", "otter_config.json": '{"plugins": ["x"]}'})
    assert lint.report(made) == 0
    said = capsys.readouterr().out
    odd = assigned(OK_TEST, **{"environment.yml": "dependencies: [{pip: [1, {a: b}]}]\n"})
    assert lint.surroundings(odd) in ([], ["not installed here, so that cells that import it fail: 1"])
    assert "a-package-that-nobody-has" in said
    assert "numpy" not in said
    assert "otter's plugins are not run" in said


# ------------------------------------------------------------------------------------------------ both graders side by side


def test_a_notebook_is_compared_with_otter_run_question_by_question(made, tmp_path):
    """The table's points are those that the command line gave, and otter's; `run` demands exit status 0."""
    shutil.copyfile(made["folder"] / "papers/half.ipynb", tmp_path / "small.ipynb")
    said = run(ROOT, "autograder", "compare", made["zip"], tmp_path / "small.ipynb").stdout
    assert f"{len(SOLUTIONS)} of {len(SOLUTIONS)} questions have the same score" in said
    expected = points(made, "half")
    assert {line.split()[0]: float(line.split()[2]) for line in said.splitlines()[1:-1]} == pytest.approx(expected)


def test_an_assignment_that_asks_for_zips_is_compared_too(tmp_path):
    """`otter run` unpacks what it is given, and then looks for a zip in it."""
    package = a_zip(tmp_path, **{"tests/q1.py": OK_TEST, "otter_config.json": '{"zips": true}'})
    notebook = new_notebook(cells=[new_code_cell("def f(x):\n    return 2 * x")], metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    nbformat.write(notebook, tmp_path / "hw.ipynb")
    assert otter_scores(package, tmp_path / "hw.ipynb", tmp_path) == {"q1": 1}


def test_compare_shows_where_and_why_two_graders_differ():
    cases = (CaseResult("public", False, 1.0, 0.0, False, "Expected 4, got 5.", 0.0),)
    ours = Result("ada", "a.ipynb", "hw", "graded", (QuestionResult("q1", 1.0, 0.0, cases), QuestionResult("q2", 1.0, None, cases),
                  QuestionResult("q3", 1.0, None)), flags=("q2: not decided, `f` returned a figure",))  # fmt: skip
    rows = list(compare.differences(ours, {"q1": 1.0, "q2": 1.0}))
    assert rows == [("q1", 1.0, 0.0, "Expected 4, got 5."), ("q2", 1.0, None, "q2: not decided, `f` returned a figure")]


@pytest.mark.parametrize(("words", "complaint"), [(("nothing.zip", "here.ipynb"), "here.ipynb: no such notebook"), (("nothing.zip", "README.md"), "nothing.zip: no such file")])
def test_compare_says_in_one_line_what_is_missing(words, complaint, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    assert main(["compare", *words]) == 2
    assert complaint in capsys.readouterr().err
