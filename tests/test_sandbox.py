"""The walls of the sandbox: the system call filter against the kernel's own headers, limits, failure that is loud."""

import os
import re
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder import memory, proof, sandbox
from autograder.box import confine, wire
from autograder.errors import GraderFailure
from autograder.session import Session, packages_of

HEADERS = {
    0: ["/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm/unistd_64.h"],
    1: ["/usr/include/asm-generic/unistd.h"],
}
QUICK = sandbox.Limits(cell_seconds=3, call_seconds=2, case_seconds=4, memory_mb=256, processes=16)


@pytest.fixture(scope="module")
def box():
    with sandbox.Box(limits=QUICK) as opened:
        yield opened


# ------------------------------------------------------------------------------------------------ the filter


@pytest.mark.parametrize("column", HEADERS)
def test_the_numbers_are_the_kernels(column):
    found = [Path(p) for p in HEADERS[column] if Path(p).exists()]
    assert found, f"install linux-libc-dev: none of {HEADERS[column]} is there"
    pattern = r"#define __NR(?:3264)?_(\w+)\s+(\d+)"
    header = {name: int(number) for name, number in re.findall(pattern, found[0].read_text())}
    ours = {name: numbers[column] for name, numbers in (confine.DENIED | confine.NUMBERS).items()}
    assert {name: number for name, number in ours.items() if number is not None and header[name] != number} == {}
    missing = {name for name, number in ours.items() if number is None and name in header}
    assert missing == set(), "left out although this machine has them"


def _simulate(program: bytes, arch: int, number: int, args: tuple[int, ...] = ()) -> int:
    """A BPF machine for the five instructions in use (independent of the kernel's, to try what cannot be called here)."""
    data = struct.pack("=iIQ6Q", number, arch, 0, *(*args, *[0] * (6 - len(args))))
    code = [struct.unpack_from("=HBBI", program, at) for at in range(0, len(program), 8)]
    at = value = 0
    while True:
        op, yes, no, k = code[at]
        at += 1
        if op == 0x20:
            (value,) = struct.unpack_from("=I", data, k)
        elif op == 0x06:
            return k
        else:
            holds = {0x15: value == k, 0x35: value >= k, 0x45: bool(value & k)}[op]
            at += yes if holds else no


ALLOW, EPERM, ENOSYS, NO_FAMILY, KILL = 0x7FFF0000, 0x50001, 0x50026, 0x50061, 0x80000000
NATIVE = confine._ARCHITECTURES[os.uname().machine]


@pytest.mark.parametrize(
    ("number", "args", "verdict"),
    [
        (0, (), ALLOW),
        (1, (), ALLOW),
        (confine.NEWEST, (), ALLOW),
        (confine.NEWEST + 1, (), ENOSYS),
        (0x40000000 + 59, (), ENOSYS),
        (435, (), ENOSYS),
        ("clone", (17,), ALLOW),
        ("clone", (0x3D0F00,), ALLOW),
        *(("clone", (1 << bit | 17,), EPERM) for bit in (17, 25, 26, 27, 28, 29, 30)),
        ("ioctl", (0, 0x5401), ALLOW),
        ("ioctl", (0, 0x5412), EPERM),
        ("ioctl", (0, 0x1_0000_5412), EPERM),
        ("ioctl", (0, 0x541C), EPERM),
        ("socket", (1,), ALLOW),
        ("socket", (2,), ALLOW),
        ("socket", (17,), NO_FAMILY),
        ("socket", (16,), NO_FAMILY),
        ("socket", (38,), NO_FAMILY),
    ],
)
def test_the_filter_decides(number, args, verdict):
    number = confine.NUMBERS[number][NATIVE[0]] if isinstance(number, str) else number
    assert _simulate(confine.filter_program(), NATIVE[1], number, args) == verdict


def test_the_filter_denies_the_whole_list_and_other_machines():
    program = confine.filter_program()
    for name, numbers in confine.DENIED.items():
        number = numbers[NATIVE[0]]
        assert number is None or _simulate(program, NATIVE[1], number) == EPERM, name
    assert _simulate(program, 0x40000003, 1) == KILL  # 32-bit calls, whose numbers mean something else
    assert len(program) // 8 < 4096  # the kernel's own limit
    assert len(program) % 8 == 0


# ------------------------------------------------------------------------------------------------ the walls


def test_nothing_can_be_broken_out_of(box):
    assert [check for check in proof.checks(box) if not check.held] == []
    assert sandbox.require(box) is None


def test_a_wall_that_does_not_hold_stops_grading(box, monkeypatch):
    """The self-test must be able to fail: give it a file that can be read inside."""
    readable = proof._targets

    def with_open_door(of):
        import contextlib

        @contextlib.contextmanager
        def targets():
            with readable(of) as found:
                yield {**found, "secrets": ["/etc/ld.so.cache"]}

        return targets()

    monkeypatch.setattr(proof, "_targets", with_open_door)
    with pytest.raises(GraderFailure, match=r"does not hold, so nothing is graded.*read /etc/ld\.so\.cache"):
        sandbox.require(box)


def test_only_the_interpreter_and_its_packages_are_visible():
    root = str(Path(sandbox.__file__).resolve().parents[1])
    shown = sandbox.visible()
    assert not any(root == path or root.startswith(path.rstrip("/") + "/") for path in shown)
    assert not any(str(Path.home()) == path for path in shown)


def test_children_are_strangers_to_each_other(box):
    first = box.child()
    first.ask("cell", 0, wire.encode(("open('/tmp/mine', 'w').write('x'); leak = 1; import builtins; builtins.leak = 2",)), False, seconds=5)
    second = box.child()
    source = "import os\ndef look(): return [os.getuid(), os.path.exists('/tmp/mine'), 'leak' in globals(), hasattr(__builtins__, 'leak')]"
    answers = []
    for child in (first, second):
        child.ask("cell", 1, wire.encode((source,)), False, seconds=5)
        answers.append(wire.decode(child.ask("call", "look", wire.encode(((), {})), seconds=5)[1]))
        child.discard()
    assert answers[0][1] is True
    assert answers[1][1:] == [False, False, False]
    if box.mode == "root":
        assert answers[0][0] != answers[1][0]
        assert min(answers[0][0], answers[1][0]) >= 0x40000000


def test_a_dead_sandbox_is_replaced(box):
    box.process.kill()
    box.process.wait()
    with Session(box, ("x = 1",)) as session:
        assert session.names == {"x": "data"}


def test_death_is_complete_and_quick(box):
    child = box.child()
    pid = child.pid
    child.ask("cell", 0, wire.encode(("import os\nfor _ in range(5):\n    if os.fork() == 0:\n        os.setsid()\n        while True: pass",)),
              False, seconds=5)  # fmt: skip
    assert len(memory.family(pid)) == 6
    started = time.monotonic()
    child.discard()
    assert time.monotonic() - started < 5
    assert not Path(f"/proc/{pid}/exe").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text()


IMPORTS_PANDAS = ("import sys\nloaded = lambda: 'pandas' in sys.modules", "def f():\n    import pandas")


def _loaded(box, *cells) -> object:
    """Whether pandas was there before any cell, in a session of its own."""
    with Session(box, (*IMPORTS_PANDAS[:1], *cells)) as session:
        return session.call("loaded", wire.encode(((), {})), 5).decoded()


def test_slow_packages_are_there_for_those_who_import_them():
    with sandbox.Box(limits=QUICK) as box:
        assert [_loaded(box, *cells) for cells in ((), IMPORTS_PANDAS[1:], (), IMPORTS_PANDAS[1:])] == [False, True, False, True]


def test_a_dead_second_template_is_replaced_like_the_first():
    with sandbox.Box(limits=QUICK) as box:
        assert _loaded(box, IMPORTS_PANDAS[1]) is True
        os.kill(box._second.pid, signal.SIGKILL)
        assert _loaded(box) is False
        assert _loaded(box, IMPORTS_PANDAS[1]) is True


def test_the_second_template_has_the_same_walls(box):
    checks = sandbox.self_test(box, ["pandas"])
    assert [check.name for check in checks if not check.held] == []
    assert [check.name for check in checks] == [check.name for check in sandbox.self_test(box)]
    assert box._second.pid, "tried in a child of another template"


def _counted(box, child) -> float:
    """MB that count as the submission's: in the group of its box, or what the watchdog sees."""
    files = [] if isinstance(box.guard, memory.Watchdog) else [box.guard.folder / name for name in ("memory.usage_in_bytes", "memory.current")]
    return next((int(file.read_text()) for file in files if file.exists()), memory.private_bytes(child.pid)) / 2**20


def test_what_the_second_template_imports_is_no_memory_of_a_submission():
    with sandbox.Box(limits=QUICK) as box:
        for packages in ((), ("pandas",)):
            child = box.child(packages)
            assert 0 < _counted(box, child) < 25, "pandas alone is more"
            child.discard()


def test_who_is_process_1_of_a_container_can_prove_the_walls(box, monkeypatch):
    """The child is process 1 of its own world, and may signal itself."""
    monkeypatch.setattr(os, "getpid", lambda: 1)
    assert [check.name for check in sandbox.self_test(box) if not check.held] == []


def test_a_forbidden_package_is_in_no_template():
    with sandbox.Box(limits=QUICK, forbidden=("pandas",)) as box:
        assert box.slow == ["sklearn"]
        assert _loaded(box, IMPORTS_PANDAS[1]) is False


def test_without_a_second_template_grading_goes_on(monkeypatch):
    monkeypatch.setattr(sandbox, "SLOW", {"pandas": "pandas.no_such_module"})
    with sandbox.Box(limits=QUICK) as box:
        assert [_loaded(box, IMPORTS_PANDAS[1]) for _ in range(2)] == [False] * 2
        assert box._second is None


@pytest.mark.parametrize(
    ("source", "packages"),
    [
        ("import pandas as pd", {"pandas"}),
        ("x = 1\n    from sklearn.metrics import r2_score", {"sklearn"}),
        ("import\nimport 3\nfrom . import pandas\nprint('import pandas')", set()),
        ("important = 1", set()),
    ],
)
def test_packages_that_a_notebook_imports(source, packages):
    assert packages_of(["y = 2", source]) == packages


def test_forbidden_libraries_are_not_there():
    with sandbox.Box(limits=QUICK, forbidden=("sklearn", "scipy.cluster")) as box:
        cells = ("import sklearn", "from sklearn.cluster import KMeans", "from scipy.cluster.vq import kmeans2",
                 "import importlib.util as u\nfound = u.find_spec('sklearn.cluster')", "import scipy.spatial; fine = 1")  # fmt: skip
        with Session(box, cells) as session:
            assert session.names.get("fine") == "data"
            assert not {"sklearn", "KMeans", "kmeans2"} & set(session.names)
            assert "write it with NumPy" in session.notes[0].message
            assert {0, 1, 2} <= set(session.notes)


# ------------------------------------------------------------------------------------------------ sessions


def test_a_death_costs_the_guilty_cell_alone(box):
    cells = ("a = 1", "def f(): return a\nwhile True: pass", "b = f() + 1", "import os; os.kill(os.getpid(), 9) or os._exit(1)", "c = 3")
    with Session(box, cells) as session:
        assert {n: wire.decode(session.get(n).value) for n in "abc"} == {"a": 1, "b": 2, "c": 3}
    assert {i: n.kind for i, n in session.notes.items()} == {1: "timeout", 3: "killed"}
    assert session.deaths == ["timeout", "killed"]


def test_restarts_and_time_are_bounded():
    limits = sandbox.Limits(cell_seconds=1, call_seconds=1, submission_seconds=4, restarts=2, memory_mb=256)
    with sandbox.Box(limits=limits) as box:
        dying = tuple("import os; os._exit(1)" for _ in range(30))
        with Session(box, dying) as session:
            assert len(session.deaths) == 3
            assert session.get("x").kind == "exhausted"
            assert session.notes[29].kind == "skipped"
        started = time.monotonic()
        with Session(box, ("import time", "def f(): time.sleep(9)")) as session:
            kinds = [session.call("f", wire.encode(((), {})), 9).kind for _ in range(6)]
        assert kinds[0] == "timeout"
        assert kinds[-1] == "exhausted"
        assert time.monotonic() - started < 30


def test_nobody_pays_for_a_busy_machine(box):
    """Work of half the limit, on a processor that four others keep busy, is not stopped; a sleep of more than the limit is.

    Each of the four has a session of its own: Linux gives a session, not a process, its share of the processor.
    """
    code = (
        "import time",
        f"def work():\n while time.process_time() < began + {QUICK.call_seconds / 2}: pass\n return 1",
        "def doze(): time.sleep(60)",
        "began = time.process_time()",
    )
    with Session(box, code) as session:
        busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"], start_new_session=True) for _ in range(4)]
        try:
            for pid in (session.child.pid, *(process.pid for process in busy)):
                os.sched_setaffinity(pid, {min(os.sched_getaffinity(0))})
            answer = session.call("work", wire.encode(((), {})), QUICK.call_seconds)
        finally:
            for process in busy:
                process.kill()
                process.wait()
        assert answer.kind == "ok"
        assert answer.seconds > QUICK.call_seconds, "the machine was not busy enough to show anything"
        assert session.call("doze", wire.encode(((), {})), QUICK.call_seconds).kind == "timeout"


def test_slow_cells_leave_the_definitions_of_the_rest():
    limits = sandbox.Limits(cells_seconds=1, memory_mb=256)
    with sandbox.Box(limits=limits) as box:
        cells = ("import time\ntime.sleep(0.6)", "time.sleep(0.6)", "def f(): return 4\nx = f()")
        with Session(box, cells) as session:
            assert session.names == {"time": "module", "f": "callable"}
            assert [(i, n.kind) for i, n in session.notes.items()] == [(2, "skipped")]
            assert wire.decode(session.call("f", wire.encode(((), {})), 5).value) == 4


def test_a_notebook_without_a_seed_draws_the_same_each_time(box):
    cells = ("import random, numpy as np\nx = [random.random(), np.random.rand()]",)
    drawn = []
    for _ in range(2):
        with Session(box, cells) as session:
            drawn.append(session.get("x").value)
    assert drawn[0] == drawn[1]


def test_forged_answers_are_data_or_garbage(box):
    forge = """
import sys, os
wire = sys.modules['wire']
def send(ident, *rest):
    body = wire.encode((ident, *rest), wire.FRAME)
    os.write(3, wire.HEADER.pack(len(body)) + body)
def wrong_id(): send(-5, 'ok', b'T', False, [])
def wrong_shape(): send(999, 'ok', 'T')
def no_wire(): os.write(3, bytes([0, 0, 0, 4]) + b'evil')
def too_long(): os.write(3, bytes([255] * 8))
"""
    with Session(box, (forge,)) as session:
        for name in ("wrong_id", "wrong_shape", "no_wire", "too_long"):
            assert session.call(name, wire.encode(((), {})), 2).kind == "garbled", name
        assert session.deaths == ["garbled"] * 4


# ------------------------------------------------------------------------------------------------ memory


@pytest.mark.parametrize("make", [memory.Watchdog, None], ids=["watchdog", "what this machine offers"])
def test_memory_of_all_processes_together_is_limited(make, monkeypatch):
    """Each process stays below RLIMIT_AS; together they do not fit."""
    if make is not None:
        monkeypatch.setattr(sandbox, "open_guard", lambda limit_mb, name: make(limit_mb << 20))
    hungry = (
        "import os, time\nimport numpy as np\n"
        "def f():\n    for _ in range(8):\n        if os.fork() == 0:\n            big = np.ones(20 << 20)\n            time.sleep(60)\n    time.sleep(60)"
    )
    limits = sandbox.Limits(call_seconds=40, memory_mb=256, processes=16)
    with sandbox.Box(limits=limits) as box, Session(box, (hungry,)) as session:
        started = time.monotonic()
        assert session.call("f", wire.encode(((), {})), 40).kind == "memory"
        assert time.monotonic() - started < 30


def test_nothing_of_a_memory_group_stays():
    with sandbox.Box(limits=QUICK) as box:
        folder = getattr(box.guard, "folder", None)
        box.child().discard()
    assert folder is None or not folder.exists()


def test_the_group_of_a_killed_grader_is_swept_away(box):
    parent = getattr(box.guard, "folder", Path("/nowhere/x")).parent
    dead = subprocess.Popen(["true"])
    dead.wait()
    if parent.exists():
        (parent / f"{memory.PREFIX}{dead.pid}-0").mkdir()
        (parent / f"{memory.PREFIX}{os.getpid()}-alive").mkdir()
        memory._sweep(parent)
        left = [folder.name for folder in parent.glob(f"{memory.PREFIX}*")]
        (parent / f"{memory.PREFIX}{os.getpid()}-alive").rmdir()
        assert f"{memory.PREFIX}{dead.pid}-0" not in left
        assert f"{memory.PREFIX}{os.getpid()}-alive" in left


# ------------------------------------------------------------------------------------------------ failing loud


def test_no_bubblewrap_is_one_line_with_the_way_out(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert "apt install bubblewrap" in sandbox.available()
    with pytest.raises(GraderFailure, match="apt install bubblewrap"), sandbox.Box():
        pass


def test_forbidden_user_namespaces_are_named(monkeypatch, tmp_path):
    switch = tmp_path / "apparmor_restrict_unprivileged_userns"
    switch.write_text("1\n")
    known = sandbox._SWITCHES["/proc/sys/kernel/apparmor_restrict_unprivileged_userns"]
    monkeypatch.setattr(sandbox, "_SWITCHES", {str(switch): known})
    assert "sysctl kernel.apparmor_restrict_unprivileged_userns=0" in sandbox._explain("unprivileged", ["setting up uid map: denied"])
    switch.write_text("0\n")
    assert "setting up uid map: denied" in sandbox._explain("unprivileged", ["setting up uid map: denied"])


def test_a_template_that_cannot_start_is_the_graders_fault():
    with pytest.raises(GraderFailure, match=r"does not start.*a_module_nobody_has"), sandbox.Box(warm=("a_module_nobody_has",)):
        pass


def test_unknown_mode():
    with pytest.raises(GraderFailure, match="no sandbox mode 'loose'"):
        sandbox.available("loose")


def test_doctor_says_so_and_exits_zero():
    done = subprocess.run([sys.executable, "-m", "autograder", "doctor"], capture_output=True, text=True, timeout=300,
                          cwd=Path(sandbox.__file__).parents[1])  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "This machine can grade safely." in done.stdout
