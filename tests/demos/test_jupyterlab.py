"""The demos that readers take with them, in a real JupyterLab with a real kernel: drawn, moved by a click, read and set by the kernel.

Once as the zip of a chapter that the site offers, unpacked beside any JupyterLab; once in the reader's copy, which `make serve` opens.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Locator, Page, TimeoutError, expect

from book.build import ROOT, build

pytestmark = pytest.mark.browser

SITE = ROOT / "dist" / "book"
CHAPTER = "kmeans"
# What a reader may add at the end of the chapter's notebook, to read and to set the demo that is shown above.
ADDED = [
    "import gc\nshown = next(found for found in gc.get_objects() if isinstance(found, FoodTruckMap))\n"
    "print('kernel:', shown.y.tolist(), shown.mu.tolist(), round(shown.loss, 3), '|', X.tolist())",
    "shown.mu = [[4.5, 4.0], [0.0, 0.5], [2.0, 2.0]]",
]
# The real server of `make serve`, on the real site, with the readers' notebooks in a folder of the test's own.
SERVE = """
import sys
from pathlib import Path
import book.serve as serve
serve.SITE, serve.ROOT = Path(sys.argv.pop(1)), Path(sys.argv.pop(1))
sys.exit(serve.main())
"""
START = 60  # seconds in which the server must answer
SOON = 15_000  # ms
TRIES = 4  # JupyterLab forgets a cell that is run before its kernel is connected, and shows the still picture before it knows of widgets
PATIENT = 90_000  # ms: the first look at JupyterLab loads megabytes


@pytest.fixture(scope="module")
def site() -> Path:
    """The built site; built first where it is missing."""
    if not (SITE / "index.html").is_file():
        build()
    return SITE


@pytest.fixture
def notebook(site: Path, tmp_path: Path) -> Path:
    """The chapter's notebook as a reader has it who has unpacked its zip, with two cells of the reader's own."""
    shutil.unpack_archive(site / "notebooks" / f"{CHAPTER}.zip", tmp_path)
    path = tmp_path / CHAPTER / f"{CHAPTER}.ipynb"
    taken = nbformat.read(path, as_version=4)
    taken.cells += [nbformat.v4.new_code_cell(code) for code in ADDED]
    nbformat.write(taken, path)
    return path


def own_settings(folder: Path) -> dict[str, str]:
    """The environment of a Jupyter that reads and writes nothing of this user's, and asks nobody for news."""
    home = {name: str(folder / ".jupyter" / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")}
    overrides = folder / ".jupyter" / "JUPYTER_CONFIG_DIR" / "labconfig" / "default_setting_overrides.json"
    overrides.parent.mkdir(parents=True)
    overrides.write_text(json.dumps({"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}))
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | home


@contextlib.contextmanager
def jupyterlab(folder: Path):
    """The address of a JupyterLab that serves `folder`, on a free port of this machine, with settings and runtime files of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = [
        "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--ServerApp.open_browser=False", "--ServerApp.allow_root=True",
        "--IdentityProvider.token=", f"--ServerApp.root_dir={folder}",
    ]  # fmt: skip
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen([sys.executable, "-m", "jupyterlab", *settings], cwd=folder, stdout=log, stderr=log, env=own_settings(folder))
    address = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + START
        while True:
            try:
                json.load(urllib.request.urlopen(f"{address}/api/status", timeout=5))
                break
            except (urllib.error.URLError, ConnectionError):
                alive = process.poll() is None and time.monotonic() < until
                assert alive, (folder / "server.log").read_text()[-2000:]
                time.sleep(0.2)
        yield address
    finally:
        process.terminate()  # the server ends its kernels
        process.wait(timeout=30)


@contextlib.contextmanager
def served(site: Path, folder: Path):
    """The address, with its token, of `make serve` without a build; readers' notebooks are in `folder`."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, site, folder, "--no-build"], cwd=ROOT, env=own_settings(folder),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        yield re.search(r"http://\S+", next(line for line in process.stdout if "The book is at" in line))[0]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def reach(page: Page, wanted: Locator) -> bool:
    """Scroll the notebook from its top to where `wanted` is; JupyterLab holds only those cells that are near. False where it is nowhere."""
    panel = page.locator(".jp-WindowedPanel-outer").first
    panel.evaluate("panel => panel.scrollTo(0, 0)")
    while not wanted.count():
        if panel.evaluate("panel => { const before = panel.scrollTop; panel.scrollBy(0, panel.clientHeight / 2); return panel.scrollTop <= before; }"):
            return False
        page.wait_for_timeout(150)
    wanted.first.scroll_into_view_if_needed()
    return True


def cell_with(page: Page, words: str) -> Locator:
    """The code cell that holds these words."""
    return page.locator(".jp-Notebook .jp-CodeCell").filter(has=page.locator(".cm-content", has_text=words))


def run(page: Page, cell: Locator) -> None:
    """Run one cell, as a reader does."""
    assert reach(page, cell)
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")


def choose(page: Page, *words: str) -> None:
    """Take the way through the menu."""
    for word in words:
        page.get_by_role("menuitem", name=word, exact=True).click()


def connected(page: Page) -> None:
    """Wait until the notebook is there and its kernel idles."""
    page.set_default_timeout(PATIENT)
    page.get_by_text(re.compile(r"^Python 3.*\| Idle")).wait_for()


def test_the_demo_of_a_downloaded_chapter(new_page, notebook):
    with jupyterlab(notebook.parent) as address:
        page = new_page(viewport={"width": 1400, "height": 1000})
        page.goto(f"{address}/lab/tree/{notebook.name}?reset", timeout=PATIENT)
        connected(page)
        code = cell_with(page, "from demos import FoodTruckMap")
        demo = page.get_by_role("group", name="Food trucks")
        for _ in range(TRIES):
            assert reach(page, code)
            code.locator(".cm-content").click()
            choose(page, "Run", "Run All Above Selected Cell")
            run(page, code)
            with contextlib.suppress(TimeoutError):
                demo.wait_for(timeout=SOON)
                break
        demo.get_by_role("button", name="Assign", exact=True).click()
        demo.get_by_role("status").filter(has_text="everybody chose the nearest truck").wait_for()
        demo.get_by_role("button", name="Move", exact=True).click()
        demo.get_by_role("status").filter(has_text="each truck went to the mean").wait_for()
        truck = demo.get_by_role("slider", name="Truck 1", exact=True)
        truck.focus()
        page.keyboard.press("Shift+ArrowLeft")  # a key that JupyterLab would otherwise take
        demo.get_by_role("status").filter(has_text="The objective is now").wait_for()
        seen = demo.locator(".number").inner_text().removesuffix("km²")

        asking = cell_with(page, "print('kernel:'")
        run(page, asking)
        answer = asking.locator(".jp-OutputArea-output").filter(has_text="kernel:")
        answer.wait_for()
        told, _, town = answer.inner_text().removeprefix("kernel:").partition("|")
        y, mu, loss = json.loads("[" + told.strip().replace("] [", "], [", 1).replace("]] ", "]], ") + "]")
        X = json.loads(town)  # the chapter's own town, of a cell far above
        assert len(X) == len(y) == 12
        assert sorted(set(y)) == [0, 1, 2]
        assert float(seen) == pytest.approx(loss, rel=1e-3)
        walk = sum((a - mu[j][0]) ** 2 + (b - mu[j][1]) ** 2 for (a, b), j in zip(X, y, strict=True))
        assert loss == pytest.approx(walk, abs=1e-3)  # the kernel has what the page shows

        run(page, cell_with(page, "shown.mu = "))
        assert reach(page, demo)
        demo.get_by_role("status").filter(has_text="Changed from the notebook.").wait_for()
        at = [float(part) for part in truck.get_attribute("aria-valuetext").replace(" east", "").replace(" north", "").split(", ")[:2]]
        assert at == [4.5, 4.0]


def test_make_serve_opens_the_chapter_with_all_its_demos(new_page, site, tmp_path):
    """All cells at once: demos far out of sight are drawn before the reader comes to them."""
    with served(site, tmp_path) as address:
        page = new_page(viewport={"width": 1400, "height": 1000})
        wrong = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(address)
        page.goto(f"{address.split('?')[0]}book/lecture/{CHAPTER}.html")
        page.get_by_role("link", name="Open in JupyterLab").first.click(timeout=PATIENT)
        connected(page)
        ends = page.locator(".jp-InputPrompt").filter(has_text=re.compile(r"\[\d+\]"))
        for _ in range(TRIES):
            choose(page, "Run", "Run All Cells")
            page.get_by_text(re.compile(r"^Python 3.*\| Busy")).wait_for()
            connected(page)
            if reach(page, ends):
                break
        for name in ("Food trucks", "Labels are only names", "The colours of a photograph"):
            demo = page.get_by_role("group", name=name)
            assert reach(page, demo), name
            assert page.locator("figure.demo-still").count() == 0
        seed = demo.get_by_role("spinbutton").first
        before = int(seed.input_value())
        demo.get_by_role("button", name="Another", exact=True).click()
        expect(seed).to_have_value(str(before + 1))
        demo.get_by_role("slider", name="Colours (k)").press("ArrowRight")
        expect(demo.get_by_role("status")).to_contain_text("8 colours:")
        assert wrong == []
