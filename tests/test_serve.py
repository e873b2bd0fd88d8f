"""`make serve`: one address, a token that is needed, pages and kernels from one origin, reload after an edit."""

import http.cookiejar
import json
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from book import downloads, serve

ROOT = Path(__file__).resolve().parents[1]
# The real server, on a small site of the test's own, watching a folder of the test's own.
STARTER = """
import sys
from pathlib import Path
import book.serve as serve
site = Path(sys.argv.pop(1))
serve.SITE, serve.ROOT, serve.WATCHED = site, site.parent, ("sources",)
def build():
    (site / "index.html").write_text("<html><head></head><body>second</body></html>")
    (site / "notebooks/demos.zip").write_bytes((site.parent / "later.zip").read_bytes())
    return "good" in (site.parent / "sources" / "page.md").read_text()
serve.build = build
sys.exit(serve.main())
"""

NOTEBOOK = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def demos(word: str, *more: str) -> bytes:
    """A zip of demos as a build makes it: two files, and `more`."""
    return downloads.demos_zip(dict.fromkeys(("__init__.py", "_dist/demo.js", *more), f"# {word}"))


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Address with token, address without, and the folder of a running server."""
    top = tmp_path_factory.mktemp("served")
    site, sources = top / "site", top / "sources"
    site.mkdir()
    sources.mkdir()
    (sources / "page.md").write_text("one")
    (site / "index.html").write_text("<html><head></head><body>first</body></html>")
    (site / "style.css").write_text("body {}")
    (top / "secret.txt").write_text("not a page")
    (site / "notebooks").mkdir()
    (site / "notebooks/chapter.ipynb").write_text(json.dumps(NOTEBOOK))
    (site / "notebooks/demos.zip").write_bytes(demos("first", "old"))
    (top / "later.zip").write_bytes(demos("second"))
    (site / "chapter.html").write_text('<html><head></head><body><p class="page-files"></p></body></html>')
    process = subprocess.Popen(
        [sys.executable, "-c", STARTER, site, "--no-build"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    line = next(line for line in process.stdout if "The book is at" in line)
    address = re.search(r"http://\S+", line)[0]
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(address.split("?")[0], timeout=2)
            break
        except OSError:
            time.sleep(0.1)
    yield address, address.split("?")[0], top
    process.send_signal(signal.SIGTERM)
    process.wait(10)


def opener(jar=None):
    """A visitor with a cookie jar of their own."""
    return urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))


def status(url: str, **headers) -> int:
    try:
        return opener().open(urllib.request.Request(url, headers=headers), timeout=10).status
    except urllib.error.HTTPError as error:
        return error.code


def test_the_printed_address_leads_to_the_page_and_hides_the_token(served):
    address, bare, _ = served
    page = opener().open(address, timeout=10)
    assert page.url == f"{bare}book/"
    text = page.read().decode()
    assert '<meta name="course-kernel" content="/">' in text


def test_without_the_token_pages_can_be_read_and_nothing_runs(served):
    _, bare, _ = served
    assert status(f"{bare}book/") == 200
    assert status(f"{bare}book/style.css") == 200
    for path in ("api/kernels", "api/sessions", "api/status", "api/contents", "open/notebooks/chapter.ipynb"):
        assert status(bare + path) == 403, path


def test_with_the_token_a_kernel_starts(served):
    address, bare, _ = served
    jar = http.cookiejar.CookieJar()
    visitor = opener(jar)
    visitor.open(address, timeout=10).read()
    xsrf = next(cookie.value for cookie in jar if cookie.name == "_xsrf")
    request = urllib.request.Request(f"{bare}api/kernels", data=b"{}", headers={"X-XSRFToken": xsrf})
    kernel = json.load(visitor.open(request, timeout=30))
    end = urllib.request.Request(f"{bare}api/kernels/{kernel['id']}", method="DELETE", headers={"X-XSRFToken": xsrf})
    assert visitor.open(end, timeout=30).status == 204


def test_jupyterlab_opens_the_readers_own_copy_and_never_overwrites_it(served):
    address, bare, top = served
    visitor = opener(http.cookiejar.CookieJar())
    visitor.open(address, timeout=10).read()
    text = visitor.open(f"{bare}book/chapter.html", timeout=10).read().decode()
    assert 'href="/open/notebooks/chapter.ipynb"' in text
    assert "/open/" not in opener().open(f"{bare}book/chapter.html", timeout=10).read().decode(), "no token, no link"
    page = visitor.open(f"{bare}open/notebooks/chapter.ipynb", timeout=30)
    assert page.url == f"{bare}lab/tree/chapter.ipynb"
    assert "JupyterLab" in page.read().decode()
    assert (top / "my-notebooks/demos/_dist/demo.js").read_text() == "# first"
    own = top / "my-notebooks" / "chapter.ipynb"
    assert json.load(visitor.open(f"{bare}api/contents/chapter.ipynb", timeout=10))["content"] == NOTEBOOK
    own.write_text(json.dumps(NOTEBOOK | {"metadata": {"mine": True}}))
    visitor.open(f"{bare}open/notebooks/chapter.ipynb", timeout=30).read()
    assert "mine" in own.read_text()
    for path in ("api/contents/../secret.txt", "api/contents/..%2Fsecret.txt", "open/notebooks/none.ipynb"):
        with pytest.raises(urllib.error.HTTPError) as caught:
            visitor.open(bare + path, timeout=10)
        assert caught.value.code == 404, path


def test_jupyterlab_knows_widgets_and_asks_nobody_for_anything(served):
    """Without the extensions a demo is a still picture."""
    address, bare, _ = served
    visitor = opener(http.cookiejar.CookieJar())
    visitor.open(address, timeout=10).read()
    text = visitor.open(f"{bare}lab", timeout=30).read().decode()
    settings = json.loads(re.search(r'<script id="jupyter-config-data" type="application/json">(.*?)</script>', text, re.S)[1])
    assert {"anywidget", "@jupyter-widgets/jupyterlab-manager"} <= {extension["name"] for extension in settings["federated_extensions"]}
    assert settings["buildCheck"] is settings["buildAvailable"] is False
    assert {"@jupyterlab/apputils-extension:announcements", "@jupyterlab/extensionmanager-extension"} <= set(settings["disabledExtensions"])
    assert settings["extensionManager"]["can_install"] is False


def test_a_cookie_alone_starts_nothing(served):
    """Another site can make a browser send its cookies, but cannot read the token that must be repeated."""
    address, bare, _ = served
    visitor = opener()
    visitor.open(address, timeout=10).read()
    assert json.load(visitor.open(f"{bare}api/kernels", timeout=10)) == [], "reading is allowed with the cookie"
    with pytest.raises(urllib.error.HTTPError) as caught:
        visitor.open(urllib.request.Request(f"{bare}api/kernels", data=b"{}"), timeout=10)
    assert caught.value.code == 403


@pytest.mark.parametrize("path", ["book/../secret.txt", "book/%2e%2e/secret.txt", "book//etc/passwd", "book/none.html"])
def test_nothing_outside_the_site_is_served(served, path):
    _, bare, _ = served
    host, port = re.search(r"//([\d.]+):(\d+)", bare).groups()
    with socket.create_connection((host, int(port)), timeout=10) as raw:
        raw.sendall(f"GET /{path} HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
        answer = raw.makefile("rb").read()
    assert answer.split()[1] in (b"403", b"404")
    assert b"not a page" not in answer
    assert b"root:" not in answer


def test_another_host_name_is_refused(served):
    """A page elsewhere that makes its name point here gets nothing (DNS rebinding)."""
    _, bare, _ = served
    assert status(f"{bare}api/kernels", Host="elsewhere.example") == 403
    assert status(f"{bare}book/", Host="elsewhere.example") == 403


def test_an_edit_rebuilds_and_reloads_and_a_bad_one_does_not(served):
    _, bare, top = served
    stream = opener().open(f"{bare}book/.built", timeout=30)
    (top / "sources" / "page.md").write_text("bad")
    time.sleep(1.5)
    (top / "sources" / "page.md").write_text("good now")
    start = time.monotonic()
    assert next(line for line in stream if line.startswith(b"data")) == b"data: reload\n"
    assert time.monotonic() - start < 4
    assert b"second" in opener().open(f"{bare}book/", timeout=10).read()
    own = top / "my-notebooks"
    laid = own / "demos/_dist/demo.js"
    until = time.monotonic() + 30
    while time.monotonic() < until and (list(own.glob(".demos*")) or not laid.exists() or laid.read_text() != "# second"):
        time.sleep(0.05)  # the demos are laid after the news
    assert {path.name: path.read_text() for path in (own / "demos").rglob("*") if path.is_file()} == {"__init__.py": "# second", "demo.js": "# second"}
    assert [path.name for path in own.iterdir() if path.name.startswith(".demos")] == []


def test_a_folder_demos_of_the_readers_own_stays(tmp_path, monkeypatch):
    monkeypatch.setattr(serve, "ROOT", tmp_path)
    monkeypatch.setattr(serve, "SITE", tmp_path / "site")
    own = tmp_path / serve.OWN / "demos"
    own.mkdir(parents=True)
    serve.refresh_demos()  # a site without demos
    assert list(own.parent.iterdir()) == [own]
    (tmp_path / "site/notebooks").mkdir(parents=True)
    (tmp_path / "site/notebooks/demos.zip").write_bytes(demos("course"))
    (own / "mine.py").write_text("# mine")
    serve.refresh_demos()
    assert [path.name for path in own.iterdir()] == ["mine.py"]
    (own / "mine.py").unlink()
    own.rmdir()
    serve.refresh_demos()
    assert (own / "_dist/demo.js").read_text() == "# course"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--port", "none"], "'none' is no port: give a number from 1 to 65535"),
        (["--port", "70000"], "'70000' is no port"),
        (["--speed"], "unrecognized arguments: --speed"),
    ],
)
def test_bad_usage_is_one_line(arguments, message):
    done = subprocess.run([sys.executable, "-m", "book.serve", *arguments], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_in_use_names_another():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "book.serve", "--port", str(port)], cwd=ROOT, capture_output=True, text=True
        )
    assert done.returncode == 2
    assert done.stderr == f"serve: port {port} is in use; choose another: make serve PORT={port + 1}\n"
