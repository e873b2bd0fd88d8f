"""The built site as a static host serves it (compressed, with caching headers), and a browser to look at it."""

import contextlib
import functools
import gzip
import http.server
import mimetypes
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import brotli
import yaml
from playwright.sync_api import Browser, sync_playwright

from tools.bench.rows import DIST, ROOT, Missing, need

SITE = DIST / "book"
TEXT = {".html", ".js", ".mjs", ".css", ".json", ".svg", ".xml", ".txt", ".ipynb", ".md"}
HASHED = re.compile(r"[.-][0-9a-f]{8,}\.\w+$")
YEAR = 365 * 24 * 3600


class Handler(http.server.SimpleHTTPRequestHandler):
    """A static host: brotli or gzip for text, `immutable` for names that carry a hash, connections that stay open."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return
        accepted = self.headers.get("Accept-Encoding", "")
        coding = next((name for name in ("br", "gzip") if name in accepted and path.suffix in TEXT), "identity")
        body = encoded(path, path.stat().st_mtime_ns, coding)
        self.send_response(200)
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if path.suffix in TEXT else kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", f"public, max-age={YEAR}, immutable" if HASHED.search(path.name) else "no-cache")
        if coding != "identity":
            self.send_header("Content-Encoding", coding)
            self.send_header("Vary", "Accept-Encoding")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that hangs up is no fault."""


@functools.lru_cache(maxsize=2000)
def encoded(path: Path, changed: int, coding: str) -> bytes:
    """The file as it travels; compressed once, as a host does that compresses on the fly and keeps it."""
    data = path.read_bytes()
    if coding == "br":
        return brotli.compress(data, quality=9)
    return gzip.compress(data, 9) if coding == "gzip" else data


@contextlib.contextmanager
def served(folder: Path = SITE) -> Iterator[str]:
    """The address of a folder, with a slash at its end. Raises Missing when there is no site."""
    need(folder / "index.html", "make book")
    server = Server(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A Chromium, headless and drawing in software, as the tests use it. Raises Missing where there is none."""
    from tests.conftest import ARGUMENTS

    path = chromium_file()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def chromium_file() -> str:
    """Where Chromium is. Raises Missing."""
    import pytest

    from tests.conftest import chromium_path

    try:
        return chromium_path()
    except pytest.fail.Exception as absent:
        raise Missing(str(absent)) from None


def page_names() -> list[str]:
    """Every page of the site that readers can open, in the order of the table of contents; the others after them."""
    toc = [name.removeprefix("book/") + ".html" for name in _files(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8")))]
    found = [path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html") if "_static" not in path.parts]
    return [name for name in toc if name in found] + sorted(set(found) - set(toc))


def _files(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("root", "file"):
                yield value
            else:
                yield from _files(value)
    elif isinstance(node, list):
        for value in node:
            yield from _files(value)


def chapters() -> list[str]:
    """The pages of the lecture that show demos."""
    return [name for name in page_names() if name.startswith("lecture/") and 'class="demo' in (SITE / name).read_text(encoding="utf-8")]
