"""The judge: scores, messages, order, fresh data, generators, misconceptions, and failures that are never a zero."""

import dataclasses
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder import cases, flags, judge, match, proxies
from autograder.assignment import Assignment, Question
from autograder.errors import GraderFailure
from autograder.model import Submission, from_json, to_json
from autograder.sandbox import Box, Limits
from autograder.session import Answer
from autograder.text import printable, shorten
from tests.robustness.catalogue import FULL, HONEST, IMPORTS, Q1, Q2
from tests.robustness.driver import assignment as robust

LIMITS = Limits(cell_seconds=5, call_seconds=2, case_seconds=4, submission_seconds=60, memory_mb=512)


@pytest.fixture(scope="module")
def box():
    with Box(limits=LIMITS) as opened:
        yield opened


@pytest.fixture
def make(tmp_path):
    """An assignment of one question from the text of its test file."""

    def build(test: str, function: str = "f", slug: str = "made") -> Assignment:
        path = tmp_path / f"q1-{hashlib.sha256(test.encode()).hexdigest()[:8]}.py"
        path.write_text(test)
        return Assignment(slug, slug, tmp_path / "made.md", (Question("q1", function, "function", "t", 1, 1, 2, path),))

    return build


def submission(*cells: str, **changes) -> Submission:
    digest = hashlib.sha256("\0".join(cells).encode("utf-8", "surrogatepass")).hexdigest()
    return dataclasses.replace(Submission("ada", "ada.ipynb", digest, cells), **changes)


HEAD = "from otter.test_files import test_case\nOK_FORMAT = False\nname = 'q1'\npoints = None\n"


def test_an_honest_notebook_gets_everything(box):
    result = judge.grade(submission(*HONEST), robust(), box)
    assert (result.score, result.max_score, result.status) == (FULL, FULL, "graded")
    assert [c.name for q in result.questions for c in q.cases] == [
        "three four five", "hidden check 1", "on a line", "hidden check 1", "mean is zero", "hidden check 1"]  # fmt: skip
    assert from_json(to_json(result)) == result
    assert result.isolation["limits"]["memory_mb"] == 512


def test_the_same_submission_gives_the_same_result(box):
    bad = submission(IMPORTS, Q1, Q2, "def center(X):\n    return X - X[0]")
    first, again = (_without_seconds(json.loads(to_json(judge.grade(bad, robust(), box)))) for _ in range(2))
    assert first == again


def test_one_question_graded_anew_gives_what_grading_all_gives(box):
    """The others are taken as they were, and not asked again."""
    changes = Q2.replace("\n    return", "\n    X[:] = 7\n    return")
    bad = submission(IMPORTS, Q1.replace("\n    return", "\n    mu[:] = 7\n    return"), changes, "def center(")
    whole = judge.grade(bad, robust(), box)
    again = judge.grade(bad, robust(), box, before=whole, only={"q2"})
    assert _unordered(again) == _unordered(whole)
    assert sum("changed its arguments" in flag for flag in whole.flags) == 2
    forged = dataclasses.replace(whole, questions=tuple(dataclasses.replace(q, points=0.25) for q in whole.questions))
    mixed = judge.grade(bad, robust(), box, before=forged, only={"q2"})
    assert [q.points for q in mixed.questions] == [0.25, whole.questions[1].points, 0.25]


LEFT_ALONE = HEAD + """
@test_case(points=1, hidden=False)
def test_sum(f):
    import numpy as np
    X = np.random.default_rng().integers(1, 9, size=5)
    assert f(X) == X.sum()

@test_case(points=1, hidden=False)
def test_left_alone(f):
    import numpy as np
    X = np.arange(5)
    assert f(X) == 10
    assert np.array_equal(X, np.arange(5)), "you changed X"
"""


@pytest.mark.parametrize(
    ("body", "passed"),
    [
        ("return X.sum()", [True, True]),
        ("total = X.sum()\n    X.sort()\n    return total", [True, True]),
        ("total = X.sum()\n    X[0] = 7\n    return total", [False, False]),
        ("total = X.sum()\n    X[:] = X[::-1].copy()\n    return total", [True, False]),
        ("X[:] = 0\n    return 0", [False, False]),
        ("if X[0] == 0:\n        X[:] = 7\n    return X.sum()", [True, False]),
    ],
)  # fmt: skip
def test_a_changed_argument_is_felt_as_in_a_notebook_and_wins_nothing(body, passed, make, box):
    """otter says the same of each, but of the fifth: there the test compares zero with what the function has made zero."""
    result = judge.grade(submission(f"def f(X):\n    {body}"), make(LEFT_ALONE), box)
    assert [case.passed for case in result.questions[0].cases] == passed, [c.message for c in result.questions[0].cases]
    if passed == [True, False] and "[::-1]" in body:
        assert result.questions[0].cases[1].message == "you changed X"


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (np.arange(3.0), np.array([1.0, np.nan, 3.0])), ([1, [2, 3]], [1, [2, 4], 5]), ([1, 2, 3], [1]), ({"a": np.zeros(2), "b": 1}, {"a": np.ones(2), "c": 2}),
    ],
)  # fmt: skip
def test_arguments_become_what_a_call_made_of_them_in_place(ours, theirs):
    parts = [ours, *(ours.values() if isinstance(ours, dict) else ours if isinstance(ours, list) else ())]
    assert proxies.become(ours, theirs) is ours
    np.testing.assert_equal(ours, theirs)
    kept = [part for part in parts if isinstance(part, list | np.ndarray)]
    assert all(any(part is mine for mine in (ours, *(ours.values() if isinstance(ours, dict) else ours))) for part in kept)


def test_arguments_do_not_become_what_they_cannot_be():
    fixed, rng = np.zeros(2), np.random.default_rng(1)
    fixed.flags.writeable = False
    assert proxies.become(fixed, np.zeros(2)) is fixed
    with pytest.raises(ValueError, match="read-only"):
        proxies.become(fixed, np.ones(2))
    with pytest.raises(ValueError, match="another shape"):
        proxies.become(np.zeros(2), np.zeros(3))
    assert proxies.become([rng], [np.random.default_rng(2)])[0] is rng


def _unordered(result):
    """A result without times and without the order of its flags, which is that of the shuffled cases."""
    raw = _without_seconds(json.loads(to_json(result)))
    return raw | {"flags": sorted(raw["flags"])}


def _without_seconds(raw):
    if isinstance(raw, dict):
        return {k: _without_seconds(v) for k, v in raw.items() if k != "seconds"}
    return [_without_seconds(v) for v in raw] if isinstance(raw, list) else raw


def test_a_problem_goes_to_a_human_without_a_sandbox():
    result = judge.grade(submission(problem="not a notebook"), robust(), None)
    assert (result.status, result.problem, result.score, result.waiting) == ("needs-human", "not a notebook", 0, FULL)


# ------------------------------------------------------------------------------------------------ data


FRESH = HEAD + """
@test_case(points=1, hidden=True)
def test_a(f):
    import numpy as np
    f(np.random.default_rng().integers(1 << 60), np.random.default_rng().integers(1 << 60))

@test_case(points=1, hidden=True)
def test_b(f):
    import numpy as np
    f(np.random.default_rng().integers(1 << 60), np.random.default_rng(7).integers(1 << 60))
"""


def _drawn(result_of, box, made, monkeypatch) -> list[bytes]:
    """The arguments of all calls, encoded, in the order in which they were made."""
    seen = []
    original = proxies.Bench.record

    def record(self, name, packed, answer):
        seen.append(packed)
        original(self, name, packed, answer)

    with monkeypatch.context() as patch:
        patch.setattr(proxies.Bench, "record", record)
        judge.grade(result_of, made, box)
    return seen


def test_fresh_data_repeats_for_one_submission_and_differs_between_two(box, make, monkeypatch):
    made = make(FRESH)
    one, two = submission("def f(a, b): pass"), submission("def f(x, y): pass")
    first, again = (sorted(_drawn(one, box, made, monkeypatch)) for _ in range(2))
    other = sorted(_drawn(two, box, made, monkeypatch))
    assert first == again
    assert len(first) == 2
    assert not set(first) & set(other)
    assert np.random.default_rng().random() != np.random.default_rng().random()  # the original is back


def test_the_order_of_cases_is_shuffled(box, make, monkeypatch):
    test = HEAD + "".join(
        f"@test_case(points=1, hidden=False)\ndef test_{i}(f):\n    f({i})\n" for i in range(8)
    )
    made = make(test)
    orders = {tuple(_drawn(submission(f"def f(x): return {n}"), box, made, monkeypatch)) for n in range(4)}
    assert len(orders) == 4
    assert len({tuple(sorted(order)) for order in orders}) == 1


def test_a_generator_moves_on_as_the_student_drew(box, make):
    made = make(HEAD + """
@test_case(points=1, hidden=False)
def test_moves(f):
    import numpy as np
    rng, same = np.random.default_rng(5), np.random.default_rng(5)
    got = f(rng, 3)
    assert np.array_equal(got, same.normal(size=3)), "drawn from the given generator"
    assert np.array_equal(rng.random(4), same.random(4)), "and it goes on from there"
""")  # fmt: skip
    good = judge.grade(submission("def f(rng, n): return rng.normal(size=n)"), made, box)
    assert good.score == 1, good
    own = judge.grade(submission("import numpy as np\ndef f(rng, n): return np.random.default_rng(5).normal(size=n)"), made, box)
    assert own.score == 0  # the given one was not used
    cheat = judge.grade(submission(
        "def f(rng, n):\n    got = rng.normal(size=n)\n    s = rng.bit_generator.state\n    s['state']['state'] = 0\n"
        "    rng.bit_generator.state = s\n    return got"), made, box)  # fmt: skip
    assert cheat.score == 0
    assert any("tampered with the random generator" in flag for flag in cheat.flags)


@given(st.integers(0, 2**128 - 1), st.integers(0, 2**39))
@settings(max_examples=60, deadline=None)
def test_steps_between_is_what_numpy_advances(seed, steps):
    before, after = np.random.PCG64(seed), np.random.PCG64(seed)
    after.advance(steps)
    state = before.state["state"]
    assert proxies.steps_between(state["state"], after.state["state"]["state"], state["inc"]) == steps
    assert proxies.reachable(np.random.Generator(before), np.random.Generator(after))


@given(st.integers(0, 2**128 - 1), st.integers(0, 2**128 - 1))
@settings(max_examples=60, deadline=None)
def test_a_chosen_state_is_not_reachable(seed, chosen):
    """2**40 of 2**128 states are; hypothesis will not find one, except the start itself."""
    before, after = np.random.PCG64(seed), np.random.PCG64(seed)
    state = after.state
    same = state["state"]["state"] == chosen
    state["state"]["state"] = chosen
    after.state = state
    assert proxies.reachable(np.random.Generator(before), np.random.Generator(after)) == same


# ------------------------------------------------------------------------------------------------ messages


def test_messages_are_for_the_student(box, make):
    made = make(HEAD + """
@test_case(points=1, hidden=False)
def test_plain(f):
    assert f(1) == 2
@test_case(points=1, hidden=False, failure_message="Read the section on sums again.")
def test_uses_the_answer(f):
    f(1)[0]
@test_case(name="q1: with its own name", points=1, hidden=False, success_message="Well done.")
def test_named(f):
    f(1)
""")  # fmt: skip
    [question] = judge.grade(submission("def f(x):\n    return None"), made, box).questions
    assert [c.name for c in question.cases] == ["plain", "uses the answer", "q1: with its own name"]
    assert question.cases[0].message == "This does not hold: assert f(1) == 2"
    assert question.cases[1].message.startswith("Read the section on sums again.\nThe check could not work with what it got (`f` returned None)")
    assert question.cases[2].message == "Well done."
    [question] = judge.grade(submission("def f(x):\n    y = x\n    raise KeyError('no such key')"), made, box).questions
    assert question.cases[0].message == "`f` raised KeyError: 'no such key' (<cell 1> line 3)"


SECRET = HEAD + """
@test_case(name="the case with 424242", points=1, hidden=True)
def test_secret(f):
    assert f(424242) == 1, "424242 must give 1"
"""


@pytest.mark.parametrize("body", ["return 2", "raise ValueError(x)", "raise type(f'E{x}', (Exception,), {})", "return object()", "return str(x)"])
def test_a_hidden_case_tells_nothing(body, box, make):
    result = judge.grade(submission(f"def f(x):\n    {body}"), make(SECRET), box)
    assert result.score == 0
    told = {**_without_seconds(json.loads(to_json(result))), "digests": None}
    assert "424242" not in json.dumps(told)


def test_hidden_feedback_can_be_given_when_it_is_over(box, make):
    policy = judge.Policy(hidden_feedback="always")
    result = judge.grade(submission("def f(x): return 2"), make(SECRET), box, policy=policy)
    assert result.questions[0].cases[0].message == "424242 must give 1"


def test_text_of_strangers_is_made_fit():
    assert printable("a\x1b[2J\ud800\u202eb\nc") == "a�[2J��b\nc"
    assert shorten("x" * 50, 10) == "x" * 9 + "…"


# ------------------------------------------------------------------------------------------------ otter's formats


def test_the_doctest_format_runs_too(box, make):
    made = make('''
OK_FORMAT = True
test = {"name": "q1", "points": [1, 2], "suites": [{"type": "doctest", "scored": True, "cases": [
    {"code": ">>> f(2)\\n4\\n>>> x\\n7", "hidden": False},
    {"code": ">>> import numpy as np\\n>>> bool(np.allclose(f(np.arange(3)), [0, 2, 4]))\\nTrue", "hidden": True}]}]}
''')
    assert judge.grade(submission("def f(x): return 2 * x\nx = 7"), made, box).score == 3
    wrong = judge.grade(submission("def f(x): return 3 * x\nx = 7"), made, box)
    assert wrong.score == 0
    assert "Expected:" in wrong.questions[0].cases[0].message
    assert judge.grade(submission("def f(x): return 2 * x"), made, box).score == 2  # x is missing


def test_all_or_nothing(box, make):
    test = HEAD + "all_or_nothing = True\n" + "".join(
        f"@test_case(points=1, hidden=False)\ndef test_{i}(f):\n    assert f({i}) > 0\n" for i in range(2)
    )
    made = make(test)
    assert judge.grade(submission("def f(x): return 1"), made, box).score == 2
    assert judge.grade(submission("def f(x): return x"), made, box).score == 0


def test_variables_and_the_whole_environment(box, make):
    made = make(HEAD + """
@test_case(points=1, hidden=False)
def test_env(env, mu):
    assert env["f"](mu) == 6 and mu == 3
    mu += 1
@test_case(points=1, hidden=False)
def test_again(mu):
    assert mu == 3
""")  # fmt: skip
    assert judge.grade(submission("def f(x): return 2 * x\nmu = 3"), made, box).score == 2


# ------------------------------------------------------------------------------------------------ misconceptions


def _recorded(name, args, value=None, error=None):
    from autograder.box import wire

    answer = Answer("raised", type=error) if error else Answer("ok", value=wire.encode(value))
    return proxies.Recorded(name, wire.encode((args, {})), answer)


def _variant(name, function):
    from solutions.variants import Variant

    return Variant("q1", "misconception", name, "hint", function, "")


KNOWN = [
    _variant("sum", lambda x: float(np.sum(x))),
    _variant("first", lambda x: x[0]),
    _variant("whole", lambda x: int(np.mean(x))),
    _variant("fails", lambda x: x.nothing),
]


@pytest.mark.parametrize(
    ("student", "found"),
    [
        (lambda x: sum(x.tolist()), "sum"),
        (lambda x: x[0], "first"),
        (lambda x: float(np.mean(x)), None),
        (lambda x: x[-1], None),
    ],
)
def test_a_misconception_is_found_by_its_answers(student, found):
    inputs = [np.array([2.0, 4.0]), np.array([1.0, 5.0, 9.0])]
    calls = [_recorded("f", (x,), student(x)) for x in inputs]
    variant = match.diagnose("f", lambda x: float(np.mean(x)), KNOWN, calls)
    assert (variant.name if variant else None) == found


def test_a_misconception_may_be_an_exception_or_a_kind_of_number():
    x = np.array([2.0, 4.0])
    reference = lambda x: float(np.mean(x))
    assert match.diagnose("f", reference, KNOWN, [_recorded("f", (x,), error="AttributeError")]).name == "fails"
    assert match.diagnose("f", reference, KNOWN, [_recorded("f", (x,), 3)]).name == "whole"
    assert match.diagnose("f", reference, KNOWN, []) is None


def test_a_variant_that_hangs_does_not_hang_the_judge(monkeypatch):
    monkeypatch.setattr(match, "SECONDS", 0.3)

    def endless(x):
        while True:
            pass

    assert match.diagnose("f", lambda x: 0.0, [_variant("hangs", endless)], [_recorded("f", (1.0,), 1.0)]) is None


# ------------------------------------------------------------------------------------------------ failures of ours


def test_a_test_that_cannot_work_is_not_the_students_fault(box, make):
    made = make(HEAD + "@test_case(points=1, hidden=False)\ndef test_callback(f):\n    f(lambda: 1)\n")
    with pytest.raises(GraderFailure, match="passes `f` a function"):
        judge.grade(submission("def f(g): return g()"), made, box)
    assert judge.grade(submission(*HONEST), robust(), box).score == FULL  # the box goes on


def test_a_sandbox_that_dies_half_way_is_replaced(box, monkeypatch):
    original, killed = proxies.Bench.call, []

    def call(self, name, args, kwargs):
        if not killed:
            killed.append(box.process.pid)
            box.process.kill()
            box.process.wait()
        return original(self, name, args, kwargs)

    monkeypatch.setattr(proxies.Bench, "call", call)
    assert judge.grade(submission(*HONEST), robust(), box).score == FULL
    assert killed


def test_a_sandbox_that_cannot_be_had_is_never_a_zero(box, monkeypatch):
    def no_child(self, packages):
        raise GraderFailure("no process")

    with monkeypatch.context() as patch:
        patch.setattr(Box, "child", no_child)
        with pytest.raises(GraderFailure, match="not graded, because the grader failed: no process"):
            judge.grade(submission(*HONEST), robust(), box)
    assert judge.grade(submission(*HONEST), robust(), box).score == FULL


def test_an_unreadable_test_file_is_named(make):
    with pytest.raises(GraderFailure, match="otter cannot read this test file: SyntaxError"):
        judge.load(make("def broken(:"))


def test_a_huge_answer_does_not_eat_the_judge(box, make):
    """The student's integer asks the test for a terabyte."""
    made = make(HEAD + """
@test_case(points=1, hidden=False)
def test_size(f):
    import numpy as np
    assert np.ones(f()).sum() == 3
""")  # fmt: skip
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    judge.protect_process(512)
    try:
        result = judge.grade(submission("def f(): return 10**11"), made, box)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
    assert result.score == 0
    assert "ran out of memory" in result.questions[0].cases[0].message


def test_a_check_that_never_ends_on_an_answer_is_stopped(box, make, monkeypatch):
    monkeypatch.setattr(cases, "OWN_SECONDS", 1)
    made = make(HEAD + "@test_case(points=1, hidden=False)\ndef test_n(f):\n    n = f()\n    while n: n += 1\n")
    result = judge.grade(submission("def f(): return 1"), made, box)
    assert result.score == 0
    assert "could not be finished in time" in result.questions[0].cases[0].message


# ------------------------------------------------------------------------------------------------ digests, flags


def test_digests_follow_what_they_name(make, tmp_path):
    one, two = submission("a = 1"), submission("a = 2")
    first = make(SECRET)
    assert judge.digests(one, first) == judge.digests(one, first)
    changed = {k for k, v in judge.digests(one, first).items() if judge.digests(two, first)[k] != v}
    assert changed == {"submission"}
    other = make(SECRET + "\n# changed\n")
    assert {k for k, v in judge.digests(one, first).items() if judge.digests(one, other)[k] != v} == {"tests q1"}
    here = Path(judge.__file__).parent
    assert {p for p in judge.GRADER if not (here / f"{p}.py").exists()} == set()


@pytest.mark.parametrize(
    ("source", "flag"),
    [
        ("import ctypes", "cell 1, line 1: imports ctypes"),
        ("x = 1\nimport os\nos._exit(0)", "cell 1, line 3: uses ._exit"),
        ("import sys\nsys.modules['x']", "cell 1, line 2: uses .modules"),
        ("open('/proc/1/mem')", "cell 1, line 1: mentions '/proc/'"),
        ("from sklearn.cluster import KMeans", "cell 1, line 1: imports sklearn.cluster, which this assignment does not allow"),
    ],
)
def test_flags_name_cell_and_line(source, flag):
    assert flag in flags.scan((source,), forbidden=("sklearn",))


def test_ordinary_code_is_not_flagged():
    assert flags.scan((*HONEST, "import numpy as np\nfrom scipy.spatial import distance\nnp.random.default_rng(3)", "def f(:")) == []
