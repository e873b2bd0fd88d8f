"""A demo in a real JupyterLab with a real kernel: it is drawn, a click changes it, and the kernel reads and sets its traits."""

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import TimeoutError

from book.demos import bundle

pytestmark = pytest.mark.browser

CELLS = [
    "from demos import FoodTruckMap\nshown = FoodTruckMap([[0, 0], [0, 1], [4, 4], [5, 4]], mu=[[0.0, 4.0], [5.0, 0.0]])\nshown",
    "print('kernel:', shown.y.tolist(), shown.mu.tolist(), round(shown.loss, 3))",
    "shown.mu = [[4.5, 4.0], [0.0, 0.5]]",
]
START = 60  # seconds in which the server must answer
SOON = 15_000  # ms
TRIES = 4  # JupyterLab forgets a cell that is run before its kernel is connected, and shows the still picture before it knows of widgets
PATIENT = 90_000  # ms: the first look at JupyterLab loads megabytes


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """A folder as a student has it: a notebook, and a copy of the demos beside it."""
    bundle.export(tmp_path)
    path = tmp_path / "trucks.ipynb"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}  # without it JupyterLab asks
    nbformat.write(nbformat.v4.new_notebook(metadata=kernel, cells=[nbformat.v4.new_code_cell(code) for code in CELLS]), path)
    return path


@contextlib.contextmanager
def jupyterlab(folder: Path):
    """The address of a JupyterLab that serves `folder`, on a free port of this machine, with settings and runtime files of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = {name: str(folder / ".jupyter" / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")}
    overrides = folder / ".jupyter" / "JUPYTER_CONFIG_DIR" / "labconfig" / "default_setting_overrides.json"
    overrides.parent.mkdir(parents=True)
    overrides.write_text(json.dumps({"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}))
    settings = [
        "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--ServerApp.open_browser=False", "--ServerApp.allow_root=True",
        "--IdentityProvider.token=", f"--ServerApp.root_dir={folder}",
    ]  # fmt: skip
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen([sys.executable, "-m", "jupyterlab", *settings], cwd=folder, stdout=log, stderr=log, env=os.environ | home)
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


def test_a_demo_in_jupyterlab(new_page, notebook):
    with jupyterlab(notebook.parent) as address:
        page = new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(PATIENT)
        page.goto(f"{address}/lab/tree/{notebook.name}?reset")
        cells = page.locator(".jp-Notebook .jp-CodeCell")

        def run(index: int) -> None:
            cells.nth(index).locator(".cm-content").click()
            page.keyboard.press("Control+Enter")

        page.get_by_text(re.compile(r"^Python 3.*\| Idle")).wait_for()
        demo = page.get_by_role("group", name="Food trucks")
        for _ in range(TRIES):
            run(0)
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

        run(1)
        told = cells.nth(1).locator(".jp-OutputArea-output").filter(has_text="kernel:")
        told.wait_for()
        y, mu, loss = json.loads("[" + told.inner_text().removeprefix("kernel:").strip().replace("] [", "], [", 1).replace("]] ", "]], ") + "]")
        assert sorted(set(y)) == [0, 1]
        assert float(seen) == pytest.approx(loss, rel=1e-3)
        X = [[0, 0], [0, 1], [4, 4], [5, 4]]
        walk = sum((a - mu[j][0]) ** 2 + (b - mu[j][1]) ** 2 for (a, b), j in zip(X, y, strict=True))
        assert loss == pytest.approx(walk, abs=1e-3)  # the kernel has what the page shows

        run(2)
        demo.get_by_role("status").filter(has_text="Changed from the notebook.").wait_for()
        at = [float(part) for part in truck.get_attribute("aria-valuetext").replace(" east", "").replace(" north", "").split(", ")[:2]]
        assert at == [4.5, 4.0]
