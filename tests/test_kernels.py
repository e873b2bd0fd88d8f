"""A kernel that is forked from a template is the one that would have been started, and no kernel outlives whoever asked for it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat.v4 as notebooks
import pytest
from jupyter_cache.executors.utils import single_nb_execution

from book import build, kernels, warm
from book.build import ROOT, Paths, template_for
from book.template import Template, libraries

PAGE = "Import nothing, or\nimport what.\n\n```{code-cell} ipython3\n:tags: [hide-input]\nimport numpy as np\nfrom book.demos import FoodTruckMap\n```\n"
FIGURE = """import matplotlib.pyplot as plt
fig, axes = plt.subplots(1, 2, figsize=(4, 2))
axes[0].plot([0, 1], [0, 1e4], label="a line")
axes[0].set_title("two\\nlines")
axes[1].text(0.5, 0.5, "$x_1$")"""
# Whatever a cell could see of how its kernel was started.
SEEN = [
    FIGURE,
    "import os, sys, signal; print(os.getcwd(), sys.argv[0], sys.argv[3:], sys.path, sys.flags, sys.executable)",
    "print({name: value for name, value in os.environ.items() if name != 'JPY_PARENT_PID'})",
    "print(signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGCHLD), os.getpgid(0) == os.getsid(0) == os.getpid())",
    "print([name for name in dir() if not name.startswith('_')], __name__, sys.modules['__main__'].__dict__ is globals())",
    "print([name for name in sys.modules if name.partition('.')[0] in ('book', 'solutions', 'template', 'runpy')])",
    "import gc, ipywidgets, ipykernel.kernelapp as app; print(gc.isenabled(), gc.get_threshold(), app.IPKernelApp.instance().parent_handle == os.getppid())",
    "print(sorted(get_ipython().kernel.comm_manager.targets), plt.rcParams['figure.facecolor'], plt.get_backend())",
    "print(os.read(0, 1), sorted(int(fd) for fd in os.listdir('/proc/self/fd') if int(fd) < 3))",
    "class Two:\n    def __repr__(self):\n        return 'two'\nTwo()",
]


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """A book of no pages."""
    return Paths(tmp_path, tmp_path / "dist" / "book")


@pytest.fixture
def template(paths: Paths, tmp_path: Path) -> Iterator[Template]:
    """A template for one page."""
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    made = template_for(paths, [page])
    yield made
    made.end()


def said(paths: Paths, cells: list[str], requests=None) -> list:
    """What cells say on a kernel of a build, without the dates in their drawings. Raises what single_nb_execution does not catch."""
    notebook = notebooks.new_notebook(cells=[notebooks.new_code_cell(cell) for cell in cells])
    with build.kernel_environment(paths), kernels.forked_from(requests):
        result = single_nb_execution(notebook, str(paths.root), 60, allow_errors=False, shutdown_kernel="immediate", config=kernels.CONFIG)
    assert result.err is None, result.exc_string
    drawing = "image/svg+xml"
    for output in (output for cell in notebook.cells for output in cell.outputs if drawing in output.get("data", {})):
        output.data[drawing] = [line for line in output.data[drawing].splitlines() if "<dc:date>" not in line]
    return [cell.outputs for cell in notebook.cells]


def parent_of(paths: Paths, requests) -> int:
    """The process that a kernel is a child of."""
    return int(said(paths, ["import os; print(os.getppid())"], requests)[0][0].text)


def test_a_forked_kernel_cannot_be_told_from_an_ordinary_one(paths: Paths, template: Template):
    forked, ordinary = said(paths, SEEN, template.requests), said(paths, SEEN)
    assert "<svg" in "".join(forked[0][-1]["data"]["image/svg+xml"])
    for cell, fork, other in zip(SEEN, forked, ordinary, strict=True):
        assert fork == other, cell


def test_where_the_template_has_died_kernels_start_in_the_ordinary_way(paths: Paths, template: Template):
    assert parent_of(paths, template.requests) == template.process.pid
    template.process.kill()
    template.process.wait()
    assert parent_of(paths, template.requests) == os.getpid()
    assert parent_of(paths, None) == os.getpid()


def test_where_nothing_is_forked_the_book_is_built_without_a_template(paths: Paths, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert template_for(paths, [ROOT / "book" / "lecture" / "kmeans.md"]) is None


def test_forks_do_not_draw_the_same_random_numbers(paths: Paths, template: Template):
    draws = ["import numpy, random; print(numpy.random.rand(), random.random())"]
    first, second = (said(paths, draws, template.requests)[0][0].text.split() for _ in range(2))
    assert not set(first) & set(second)


def ended(pid: int) -> bool:
    """Whether a process ends within seconds."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if not Path(f"/proc/{pid}").exists():
            return True
        time.sleep(0.02)
    return False


def test_a_kernel_ends_with_the_interest_in_it(paths: Paths, template: Template):
    """And what it has started; also in the middle of a cell, as when a build is killed."""
    sleep = [sys.executable, "-m", "timeit", "-n1", "-r1", "import subprocess; subprocess.run(['sleep', '1000'])"]
    process = kernels.fork(template.requests, sleep, str(paths.root), dict(os.environ))
    deadline = time.monotonic() + 20
    while not (children := Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()):
        assert time.monotonic() < deadline
    assert process.poll() is None
    process.line.close()
    assert ended(process.pid)
    assert ended(int(children[0]))
    assert process.poll() == process.wait() == 0


@pytest.mark.parametrize("way", ["closed", "killed"])
def test_kernels_end_with_the_template_and_the_template_with_the_build(paths: Paths, template: Template, way: str):
    process = kernels.fork(template.requests, [sys.executable, "-m", "ipykernel_launcher", "-f", str(paths.root / "f.json")], str(paths.root), dict(os.environ))
    if way == "closed":
        template.requests.close()
    else:
        time.sleep(2)  # a kernel looks for its parent once a second, from when it has started
        template.process.send_signal(signal.SIGKILL)
    template.process.wait(5)
    assert ended(process.pid)


def test_only_libraries_are_imported_and_what_warns_is_left_to_the_cells(tmp_path: Path):
    found = libraries([PAGE])
    assert "numpy" in found
    assert {"what", "nothing", "book.demos"}.isdisjoint(found)
    for name, text in {"quiet": "", "noisy": "import warnings; warnings.warn('careful')", "busy": "import threading; threading.Timer(60, print).start()"}.items():
        (tmp_path / f"{name}.py").write_text(text)
    ask = "import os, sys; sys.path[:0] = sys.argv[1:3]; import template; print(template.prepare(sys.argv[3:]), flush=True); os._exit(0)"
    for names, answer in ((["quiet", "missing"], "True"), (["quiet", "noisy"], "False"), (["busy"], "False")):
        done = subprocess.run([sys.executable, "-c", ask, ROOT / "book", tmp_path, *names], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == answer, names


def test_a_warm_process_has_a_new_template_where_the_old_one_no_longer_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    keeper, style = warm.Kernels(), tmp_path / "matplotlibrc"
    style.write_text("font.size: 11\n")
    monkeypatch.setattr(build, "STYLE", style)
    try:
        first = keeper.requests()
        assert keeper.requests() is first
        keeper.template.process.kill()
        keeper.template.process.wait()
        second = keeper.requests()
        assert second is not first
        style.write_text("font.size: 12\n")
        assert keeper.requests() is not second
    finally:
        keeper.template.end()


def test_the_rehearsal_of_a_warm_process_builds_a_book_and_leaves_no_thread_and_no_code_of_ours():
    ask = "import os, sys; from book import warm; print(warm.rehearse(None), len(os.listdir('/proc/self/task')), [n for n in sys.modules if n.startswith('book')])"
    done = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
    assert done.stdout.strip() == "True 1 []"
